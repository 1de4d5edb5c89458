package term

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func TestClipboardWays(t *testing.T) {
	long := strings.Repeat("x", CopyLimit+1)
	osc := ansi.SetSystemClipboard("two left")
	for _, c := range []struct {
		name, goos, text string
		env              map[string]string
		have, fail       []string
		want             Copied
		ran              []string
		wrote            []string
	}{
		{name: "over ssh", env: map[string]string{"SSH_CONNECTION": "1"}, have: []string{"xclip", "pbcopy", "wl-copy"}, goos: "darwin", want: Copied{Terminal: true}, wrote: []string{osc}},
		{name: "nothing here", want: Copied{Terminal: true}, wrote: []string{osc}},
		{name: "x11", env: map[string]string{"DISPLAY": ":0"}, have: []string{"xclip", "xsel"}, want: Copied{Terminal: true, Program: "xclip"}, ran: []string{"xclip"}, wrote: []string{osc}},
		{name: "x11 without xclip", env: map[string]string{"DISPLAY": ":0"}, have: []string{"xsel"}, want: Copied{Terminal: true, Program: "xsel"}, ran: []string{"xsel"}, wrote: []string{osc}},
		{name: "x11 where xclip fails", env: map[string]string{"DISPLAY": ":0"}, have: []string{"xclip", "xsel"}, fail: []string{"xclip"}, want: Copied{Terminal: true, Program: "xsel"}, ran: []string{"xclip", "xsel"}, wrote: []string{osc}},
		{name: "no display", have: []string{"xclip", "wl-copy", "xsel"}, want: Copied{Terminal: true}, wrote: []string{osc}},
		{name: "wayland", env: map[string]string{"WAYLAND_DISPLAY": "w", "DISPLAY": ":0"}, have: []string{"wl-copy", "xclip"}, want: Copied{Terminal: true, Program: "wl-copy"}, ran: []string{"wl-copy"}, wrote: []string{osc}},
		{name: "mac", goos: "darwin", have: []string{"pbcopy"}, want: Copied{Terminal: true, Program: "pbcopy"}, ran: []string{"pbcopy"}, wrote: []string{osc}},
		{name: "tmux", env: map[string]string{"TMUX": "s", "DISPLAY": ":0"}, have: []string{"tmux", "xclip"}, want: Copied{Terminal: true, Program: "tmux"}, ran: []string{"tmux"}, wrote: []string{osc}},
		{name: "old tmux", env: map[string]string{"TMUX": "s"}, have: []string{"tmux"}, fail: []string{"tmux"}, want: Copied{Terminal: true}, ran: []string{"tmux"}, wrote: []string{osc, ansi.TmuxPassthrough(osc)}},
		{name: "screen", env: map[string]string{"STY": "s"}, want: Copied{Terminal: true}, wrote: []string{ansi.ScreenPassthrough(osc, 700)}},
		{name: "too long", text: long, want: Copied{TooLong: true}},
		{name: "too long for the terminal only", text: long, env: map[string]string{"DISPLAY": ":0"}, have: []string{"xclip"}, want: Copied{TooLong: true, Program: "xclip"}, ran: []string{"xclip"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.text == "" {
				c.text = "two left"
			}
			var ran, wrote []string
			clip := clipboard{goos: c.goos, env: func(k string) string { return c.env[k] },
				look: func(name string) (string, error) {
					if slices.Contains(c.have, name) {
						return name, nil
					}
					return "", os.ErrNotExist
				},
				run: func(text string, command []string) error {
					if text != c.text {
						t.Errorf("%s gets another text", command[0])
					}
					ran = append(ran, command[0])
					if slices.Contains(c.fail, command[0]) {
						return errors.New("no")
					}
					return nil
				}}
			got := clip.copy(c.text, func(s string) { wrote = append(wrote, s) })
			if got != c.want || !slices.Equal(ran, c.ran) || !slices.Equal(wrote, c.wrote) {
				t.Errorf("%+v, ran %v, wrote %q", got, ran, wrote)
			}
		})
	}
}

// A program gets the text on its standard input, nothing of it as an argument, and is not waited for for ever.
func TestFeed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "clip")
	text := "--help; $(touch x) 'नमस्ते'\n"
	if err := feed(text, []string{"/bin/sh", "-c", `cat > "$0"`, file}); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(file); string(got) != text {
		t.Errorf("it got %q", got)
	}
	if err := feed(text, []string{"/bin/sh", "-c", "exit 3"}); err == nil {
		t.Error("a failure is none")
	}
}
