package term

import "fmt"

// Method is how a terminal counts the columns of text.
type Method uint8

// The values are the words of the configuration key ui.width.
const (
	// WcWidth adds up the widths of code points: xterm, VTE, Alacritty, tmux 3.3.
	WcWidth Method = iota
	// Grapheme gives each user-perceived character one width: kitty, newer tmux.
	Grapheme
)

// String is the method's word in the configuration.
func (m Method) String() string {
	if m == Grapheme {
		return "grapheme"
	}
	return "wcwidth"
}

// Profile says how one terminal counts columns. The zero value suits every
// terminal best when nothing is known.
type Profile struct {
	Method         Method
	SplitConjuncts bool // a grapheme terminal that counts क्ष as two
	WholeEmoji     bool // joins ZWJ families, skin tones, VS16 and keycaps
}

// String describes the profile for doctor and the log.
func (p Profile) String() string {
	s := "width by " + p.Method.String()
	if p.SplitConjuncts {
		s += ", conjuncts split"
	}
	if !p.WholeEmoji {
		s += ", emoji sequences in parts"
	}
	return s
}

// Widths is the setting ui.width.
type Widths string

// The settings of ui.width; the empty one means auto.
const (
	WidthsAuto     Widths = "auto"
	WidthsWcWidth  Widths = "wcwidth"
	WidthsGrapheme Widths = "grapheme"
)

// Check reports a setting that is none of auto, wcwidth and grapheme.
func (w Widths) Check() error {
	switch w {
	case "", WidthsAuto, WidthsWcWidth, WidthsGrapheme:
		return nil
	}
	return fmt.Errorf("ui.width is %q; use auto, wcwidth or grapheme", string(w))
}

// Fixed is the profile that a setting fixes; ok is false when the terminal is
// to be asked.
func (w Widths) Fixed() (p Profile, ok bool) {
	switch w {
	case WidthsWcWidth:
		return Profile{}, true
	case WidthsGrapheme:
		return Profile{Method: Grapheme, WholeEmoji: true}, true
	}
	return Profile{}, false
}
