package term

import "github.com/charmbracelet/colorprofile"

// Colours is how many colours a terminal shows.
type Colours uint8

// The zero value suits every terminal with colours.
const (
	Colours16  Colours = iota // the terminal's own, which the person chose
	Colours256                // and a cube and greys that are the same everywhere
	TrueColour                // 16 million
)

// ColoursOf is how many colours the terminal of an environment shows: by
// COLORTERM and TERM, as far as they tell. tmux and screen count as 256.
func ColoursOf(environ []string) Colours {
	switch p := colorprofile.Env(environ); {
	case p >= colorprofile.TrueColor:
		return TrueColour
	case p == colorprofile.ANSI256:
		return Colours256
	}
	return Colours16
}

// String describes it for doctor.
func (c Colours) String() string {
	return [...]string{"16 colours", "256 colours", "true colour"}[c]
}
