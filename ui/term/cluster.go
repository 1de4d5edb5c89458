package term

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/text/unicode/norm"
)

// piece is the smallest part of a row that is measured and drawn as one.
type piece struct {
	text  string // as drawn; empty when nothing of it is drawn
	width int    // columns
	kind  kind
}

type kind uint8

const (
	glyph   kind = iota // something to see, or a lone mark of no width
	space               // a place where a row may break and vanish
	line                // a line break
	style               // an SGR sequence
	mark                // the cursor's place, or where a spot begins or ends
	picture             // a row of a picture
	gone                // nothing of it is drawn
)

// tab is what a tab is drawn as: terminals place tabs by the screen's columns,
// which a pane cannot know.
const tab = "    "

// next reads the first piece of a non-empty s and how many bytes it took.
// Everything that measures, cuts, wraps or draws goes through it, so that they
// cannot disagree.
func (m Measure) next(s string) (piece, int) {
	c := s[0]
	if c > ' ' && c < 0x7f && (len(s) == 1 || s[1] < utf8.RuneSelf) {
		return piece{text: s[:1], width: 1}, 1
	}
	switch {
	case c == ' ' && (len(s) == 1 || s[1] < utf8.RuneSelf):
		return piece{text: s[:1], width: 1, kind: space}, 1
	case c == '\n':
		return piece{text: " ", width: 1, kind: line}, 1
	case c == '\t':
		return piece{text: tab, width: len(tab), kind: space}, 1
	case c == 0x1b:
		return escape(s)
	case c < ' ' || c == 0x7f:
		return piece{kind: gone}, 1
	}
	r, size := utf8.DecodeRuneInString(s)
	switch {
	case r == utf8.RuneError && size == 1:
		return piece{text: "\uFFFD", width: 1}, 1
	case unseen(r):
		return piece{kind: gone}, size
	case r == pictureRune: // text must not claim a part of a picture
		return piece{text: "\uFFFD", width: 1}, size
	}
	if extends(r) {
		return piece{kind: gone}, size
	}
	cluster, _ := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
	if len(cluster) < size || prepends(r) || !utf8.ValidString(cluster) {
		cluster = s[:size]
	}
	return m.reduce(cluster)
}

// extends reports what only changes the character before it; where a row or a
// piece begins there is none, and it would change the pane before.
func extends(r rune) bool {
	return r == zwj || r == '\u200c' || alters(r) || r >= 0xfe00 && r < 0xfe0f ||
		r >= 0x180b && r <= 0x180f || r >= 0xe0100 && r <= 0xe01ef
}

// prepends reports signs that Unicode counts to the character behind them,
// whatever that is: also to padding and to the next pane's rule.
func prepends(r rune) bool {
	switch {
	case r < 0x600:
		return false
	case r <= 0x605, r == 0x6dd, r == 0x70f, r == 0x890, r == 0x891, r == 0x8e2, r == 0xd4e,
		r == 0x110bd, r == 0x110cd, r == 0x111c2, r == 0x111c3, r == 0x113d1, r == 0x1193f, r == 0x11941,
		r >= 0x11a84 && r <= 0x11a89, r == 0x11d46, r == 0x11f02:
		return true
	}
	return false
}

// escape reads the sequence that s begins with. Colour and marks are pieces; a complete sequence of another kind is gone as a whole; of one
// without an end only the ESC goes, so that no text is lost with it.
func escape(s string) (piece, int) {
	if strings.HasPrefix(s, Cursor) {
		return piece{text: Cursor, kind: mark}, len(Cursor)
	}
	if n := spot(s); n > 0 {
		return piece{text: s[:n], kind: mark}, n
	}
	if st, n := readStrip(s); n > 0 {
		return piece{text: s[:n], width: st.cols, kind: picture}, n
	}
	if n := sgr(s); n > 0 {
		return piece{text: s[:n], kind: style}, n
	}
	return piece{kind: gone}, sequence(s)
}

// sgr is the length of the SGR sequence at the start of s, or 0. A private
// marker makes it another sequence: CSI > 4 ; 2 m changes the keyboard.
func sgr(s string) int {
	if len(s) < 3 || s[1] != '[' {
		return 0
	}
	for i := 2; i < len(s); i++ {
		switch c := s[i]; {
		case c == 'm':
			return i + 1
		case c < '0' || c > ';':
			return 0
		}
	}
	return 0
}

// sequence is the length of the escape sequence at the start of s: 1 when it
// has no end.
func sequence(s string) int {
	if len(s) < 2 {
		return 1
	}
	switch c := s[1]; {
	case c == '[':
		i := 2
		for i < len(s) && s[i] >= 0x20 && s[i] <= 0x3f {
			i++
		}
		if i < len(s) && s[i] >= 0x40 && s[i] <= 0x7e {
			return i + 1
		}
		return 1
	case strings.IndexByte("]P_^X", c) >= 0:
		for i := 2; i < len(s); i++ {
			switch s[i] {
			case '\n':
				return 1
			case 0x07:
				return i + 1
			case 0x1b:
				if i+1 < len(s) && s[i+1] == '\\' {
					return i + 2
				}
				return 1
			}
		}
		return 1
	case c >= 0x20 && c <= 0x2f: // ESC ( B and its like
		if len(s) > 2 && s[2] >= 0x30 && s[2] <= 0x7e {
			return 3
		}
		return 1
	case c >= 0x30 && c <= 0x7e:
		return 2
	}
	return 1
}

// unseen are runes that draw nothing themselves but act on what is around them,
// or that terminals count differently: C1, soft hyphen, line and paragraph
// separators, direction overrides and isolates, the byte order mark.
func unseen(r rune) bool {
	switch {
	case r >= 0x80 && r < 0xa0, r == 0xad, r == 0x2028, r == 0x2029,
		r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0xfeff:
		return true
	}
	return false
}

// reduce cuts from a cluster the first part that this terminal draws as one,
// and takes from it what the terminal would not join.
func (m Measure) reduce(cluster string) (piece, int) {
	end, rest := m.split(cluster)
	text := cluster[:end]
	if !m.p.WholeEmoji {
		text = parts(text)
	}
	if strings.ContainsFunc(text, conjoining) {
		text = norm.NFC.String(text) // a decomposed 한 is 2 or 4 columns wide, a composed one 2
	}
	if strings.ContainsFunc(text, unseen) {
		text = strings.Map(func(r rune) rune {
			if unseen(r) {
				return -1
			}
			return r
		}, text)
	}
	if first, _ := utf8.DecodeRuneInString(text); unicode.Is(unicode.M, first) {
		// A mark on nothing would land on the cell before, or the pane before.
		if on, _ := ansi.FirstGraphemeCluster(circle+text, ansi.GraphemeWidth); len(on) > len(circle) {
			text = circle + text
		}
	}
	p := piece{text: text, width: m.columns(text)}
	switch text {
	case "":
		p.kind = gone
	case " ":
		p.kind = space
	}
	return p, rest
}

// split finds where the first part of a cluster ends, and where the next one
// begins: after a dropped joiner, or between the halves of a conjunct.
func (m Measure) split(cluster string) (end, rest int) {
	var last rune
	virama := false
	for i, r := range cluster {
		switch {
		case r == zwj && !m.p.WholeEmoji && last > 0x2000 && last != zwj:
			if beforeMark(cluster[i:]) {
				continue
			}
			tail := strings.TrimLeftFunc(cluster[i:], func(r rune) bool { return r == zwj || alters(r) })
			return i, len(cluster) - len(tail)
		case r == 0xff9e || r == 0xff9f: // halfwidth voicing marks take a column, or not
			if i > 0 {
				return i, i
			}
		case m.p.SplitConjuncts && virama && unicode.Is(unicode.Lo, r):
			return i, i
		}
		virama = isVirama(r) || virama && (r == zwj || unicode.Is(unicode.Mn, r))
		last = r
	}
	return len(cluster), len(cluster)
}

const (
	zwj    = '\u200d'
	circle = "\u25cc" // what marks stand on when there is no letter
)

// isVirama reports the signs that join two consonants into a conjunct.
func isVirama(r rune) bool {
	switch r {
	case 0x94d, 0x9cd, 0xa4d, 0xacd, 0xb4d, 0xbcd, 0xc4d, 0xccd, 0xd4d:
		return true
	}
	return false
}

// conjoining reports the Jamo out of which Korean syllables may be spelled.
func conjoining(r rune) bool { return r >= 0x1100 && r <= 0x11ff }

// alters reports what changes the emoji before it: variation selector 16,
// keycap, skin tone and flag tags.
func alters(r rune) bool {
	return r == 0xfe0f || r == 0x20e3 || r >= 0x1f3fb && r <= 0x1f3ff || r >= 0xe0020 && r <= 0xe007f
}

// parts takes emoji sequences apart: it drops what alters an emoji, and the
// joiners between them. Letters keep their joiners.
func parts(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r == zwj || alters(r) }) {
		return s
	}
	var b strings.Builder
	var last rune
	for i, r := range s {
		if alters(r) || r == zwj && last > 0x2000 && !beforeMark(s[i:]) {
			continue
		}
		b.WriteRune(r)
		last = r
	}
	return b.String()
}

// beforeMark reports joiners and alterations at the start of s that a mark
// follows: it would join without them too.
func beforeMark(s string) bool {
	s = strings.TrimLeftFunc(s, func(r rune) bool { return r == zwj || alters(r) })
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.Is(unicode.M, r)
}

// columns is the width of text without sequences.
func (m Measure) columns(text string) int {
	if m.p.Method == Grapheme {
		return ansi.GraphemeWidth.StringWidth(text)
	}
	return ansi.WcWidth.StringWidth(text)
}
