package term

import "testing"

func TestColoursOf(t *testing.T) {
	for _, c := range []struct {
		env  []string
		want Colours
	}{
		{nil, Colours16},
		{[]string{"TERM=dumb"}, Colours16},
		{[]string{"TERM=linux"}, Colours16},
		{[]string{"TERM=xterm"}, Colours16},
		{[]string{"TERM=xterm-256color"}, Colours256},
		{[]string{"TERM=tmux-256color", "COLORTERM=truecolor"}, Colours256},
		{[]string{"TERM=screen"}, Colours256},
		{[]string{"TERM=xterm-256color", "COLORTERM=truecolor"}, TrueColour},
		{[]string{"TERM=xterm-kitty"}, TrueColour},
		{[]string{"TERM=xterm-direct"}, TrueColour},
	} {
		if got := ColoursOf(c.env); got != c.want {
			t.Errorf("%v shows %v, want %v", c.env, got, c.want)
		}
	}
}
