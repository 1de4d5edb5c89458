package term

import (
	"strings"
	"unicode/utf8"
)

// Measure counts and lays out text by the columns of one terminal. It is a
// value: pass it down, compare it, use it in a cache key. Every method measures
// text as [Measure.Draw] would draw it, so drawing first is never needed.
//
// Text may hold SGR sequences and marks ([Cursor], [Spot]); they take no columns. A
// line break counts as the one space that a row draws for it (Wrap breaks
// there), a tab as four.
type Measure struct {
	p     Profile
	ascii bool
}

// NewMeasure returns the measure for a terminal that counts as p says.
func NewMeasure(p Profile) Measure { return Measure{p: p} }

// ASCII is the measure that marks what it cut by a sign of ASCII.
func (m Measure) ASCII() Measure { m.ascii = true; return m }

// Profile is what the measure was made from.
func (m Measure) Profile() Profile { return m.p }

// ellipsis stands at the end of a row that was cut, or its ASCII twin. Every terminal
// gives it one column.
const ellipsis, asciiEllipsis = "…", "~"

func (m Measure) more() string {
	if m.ascii {
		return asciiEllipsis
	}
	return ellipsis
}

// Width is how many columns s takes.
func (m Measure) Width(s string) int {
	if plainASCII(s) {
		return len(s)
	}
	w := 0
	for s = m.ready(s); len(s) > 0; {
		p, n := m.next(s)
		w += p.width
		s = s[n:]
	}
	return w
}

// Draw returns s as it should be written to this terminal: emoji sequences and
// conjuncts in parts where the terminal does not join them, tabs as spaces,
// and of everything that is neither text, line break, colour nor cursor mark
// nothing. Drawing twice changes nothing.
func (m Measure) Draw(s string) string {
	if plainASCII(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for s = m.ready(s); len(s) > 0; {
		p, n := m.next(s)
		switch p.kind {
		case line:
			b.WriteByte('\n')
		default:
			b.WriteString(p.text)
		}
		s = s[n:]
	}
	return b.String()
}

// Truncate draws s on one row of at most w columns; "…" says that something
// was cut. Colours after the cut stay, so the row ends in the style that s
// ends in, and so does a cursor mark.
func (m Measure) Truncate(s string, w int) string {
	s, _ = m.cut(s, w)
	return s
}

// Fit draws s on one row of exactly w columns: cut as by Truncate, or padded.
func (m Measure) Fit(s string, w int) string {
	s, got := m.cut(s, w)
	if got >= w {
		return s
	}
	return s + strings.Repeat(" ", w-got)
}

// FitRight is Fit with the text at the right edge: counts and clocks.
func (m Measure) FitRight(s string, w int) string {
	s, got := m.cut(s, w)
	if got >= w {
		return s
	}
	return strings.Repeat(" ", w-got) + s
}

func (m Measure) cut(s string, w int) (string, int) {
	if plainASCII(s) && len(s) <= w {
		if strings.IndexByte(s, '\n') >= 0 {
			s = strings.ReplaceAll(s, "\n", " ")
		}
		return s, len(s)
	}
	if w <= 0 {
		return "", 0
	}
	var b strings.Builder
	b.Grow(len(s) + len(ellipsis))
	col, full := 0, false
	safe, safeCol := 0, 0 // where the ellipsis still fits
	for s = strings.ReplaceAll(m.ready(s), "\n", " "); len(s) > 0; {
		p, n := m.next(s)
		switch {
		case p.kind == mark, p.kind == style:
			b.WriteString(p.text)
			if !full && col < w {
				safe, safeCol = b.Len(), col
			}
		case full:
		case col+p.width > w:
			full = true
			// Styles written since the safe place must live on behind the cut.
			late := sequencesOf(b.String()[safe:])
			head := b.String()[:safe]
			b.Reset()
			b.WriteString(head + m.more() + late)
			col = safeCol + 1
		default:
			b.WriteString(p.text)
			col += p.width
			if col < w {
				safe, safeCol = b.Len(), col
			}
		}
		s = s[n:]
	}
	return b.String(), col
}

// sequencesOf keeps the styles and marks of drawn text.
func sequencesOf(s string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, 0x1b)
		if i < 0 {
			return b.String()
		}
		p, n := escape(s[i:])
		if p.kind == style || p.kind == mark {
			b.WriteString(s[i : i+n])
		}
		s = s[i+n:]
	}
}

// CursorColumn is the column, counted from 0, of a cursor before the n-th rune
// of s. Inside a character of several runes it stands before the character.
func (m Measure) CursorColumn(s string, n int) int {
	_, col := m.boundary(s, n)
	return col
}

// WithCursor puts the cursor mark before the n-th rune of s, counted from 0, or
// before the character of several runes that the n-th rune is inside of. s must
// be clean text: what [StyleOnly] would drop counts as runes here.
func (m Measure) WithCursor(s string, n int) string {
	at, _ := m.boundary(s, n)
	return s[:at] + Cursor + s[at:]
}

// Split parts s before its n-th rune, or before the character of several runes that the n-th rune is inside of.
func (m Measure) Split(s string, n int) (before, after string) {
	at, _ := m.boundary(s, n)
	return s[:at], s[at:]
}

func (m Measure) boundary(s string, n int) (at, col int) {
	for at < len(s) {
		p, size := m.next(s[at:])
		runes := utf8.RuneCountInString(s[at : at+size])
		if n < runes || n <= 0 {
			break
		}
		n -= runes
		at += size
		col += p.width
	}
	return at, col
}

// ready takes from s what is never drawn, before it is read in pieces: what
// stood on either side of it belongs together then.
func (m Measure) ready(s string) string {
	s = gate(s, true)
	if strings.IndexByte(s, '\t') >= 0 {
		s = strings.ReplaceAll(s, "\t", tab)
	}
	if !m.p.WholeEmoji {
		s = parts(s)
	}
	return s
}

// plainASCII reports text that is its own drawing, a column a byte (a line
// break drawn as a space included).
func plainASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' && c != '\n' || c >= 0x7f {
			return false
		}
	}
	return true
}
