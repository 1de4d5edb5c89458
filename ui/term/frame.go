package term

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// StyleOnly is the last gate before the terminal: text, line breaks, tabs and
// SGR sequences pass, everything else a message may have smuggled in does not.
// It does not measure or reduce; [Render] does all three.
func StyleOnly(s string) string { return gate(s, false) }

// gate is StyleOnly, which also drops the marks; with marks they stay.
func gate(s string, marks bool) string {
	n := text(s)
	if n == len(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for {
		b.WriteString(s[:n])
		if s = s[n:]; s == "" {
			return b.String()
		}
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == 0x1b:
			var p piece
			p, size = escape(s)
			if p.kind == style || (p.kind == mark || p.kind == picture) && marks {
				b.WriteString(s[:size])
			}
		case r == utf8.RuneError && size == 1:
			b.WriteString("\uFFFD")
		} // others: a control, or a rune that acts on its neighbours
		s = s[size:]
		n = text(s)
	}
}

// text is the length of the part of s that passes the gate as it is.
func text(s string) int {
	i := 0
	for i < len(s) {
		c := s[i]
		if c < utf8.RuneSelf {
			if c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
				break
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 || unseen(r) {
			break
		}
		i += size
	}
	return i
}

// Frame is a view as it is put on the terminal.
type Frame struct {
	Rows   []string // drawn text and SGR only, each exactly as wide as the frame
	X, Y   int      // where the cursor stands, from 0; meaningful when Cursor is set
	Cursor bool

	measure Measure
}

// Render makes a frame of exactly h rows of exactly w columns from a view: rows
// joined by "\n", the first [Cursor] mark of which places the cursor. [Run]
// uses it for every frame; golden tests use it to see what the terminal sees.
// w and h are usable sizes (see [Usable]).
func Render(m Measure, view string, w, h int) Frame {
	var r renderer
	return r.render(m, view, w, h)
}

// renderer remembers the last frame's rows: most are the same in the next.
type renderer struct {
	m     Measure
	w     int
	views []string // rows as the model gave them, without mark
	rows  []string
}

func (r *renderer) render(m Measure, view string, w, h int) Frame {
	w, h = max(1, w), max(1, h)
	if r.m != m || r.w != w || len(r.rows) != h {
		*r = renderer{m: m, w: w, views: make([]string, h), rows: make([]string, h)}
		blank := strings.Repeat(" ", w)
		for i := range r.rows {
			r.rows[i] = blank
		}
	}
	f := Frame{Rows: make([]string, h), measure: m}
	for y := range h {
		row, rest, _ := strings.Cut(view, "\n")
		view = rest
		if at := strings.Index(row, Cursor); at >= 0 {
			if !f.Cursor {
				f.Cursor, f.X, f.Y = true, min(m.Width(row[:at]), w), y
			}
			row = strings.ReplaceAll(row, Cursor, "")
		}
		row = spotless(row)
		if r.views[y] != row {
			r.views[y], r.rows[y] = row, m.Fit(row, w)
		}
		f.Rows[y] = r.rows[y]
	}
	return f
}

// Misfit reports the first row of a view that Render would have to change in
// width or content, and why; it is empty when there is none. Screens use it in
// tests: a row that is cut or padded by the last gate was laid out wrongly.
func Misfit(m Measure, view string, w, h int) string {
	rows := strings.Split(view, "\n")
	if len(rows) > h {
		return fmt.Sprintf("%d rows instead of %d", len(rows), h)
	}
	for _, row := range rows {
		bare := spotless(strings.ReplaceAll(row, Cursor, ""))
		switch got := m.Width(bare); {
		case StyleOnly(pictureless(bare)) != pictureless(bare):
			return fmt.Sprintf("more than text and colour: %q", row)
		case m.Draw(bare) != bare:
			return fmt.Sprintf("not drawn for this terminal: %q", row)
		case got != w:
			return fmt.Sprintf("%d columns instead of %d: %q", got, w, row)
		}
	}
	return ""
}
