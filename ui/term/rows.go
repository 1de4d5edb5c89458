package term

import (
	"strconv"
	"strings"
	"unicode"
)

// appendRow appends a row, and around every stretch of it that a terminal might
// count differently from us what keeps the rest of the row in its columns:
// erase to the end before the stretch, go to the right column behind it.
// Whatever the terminal makes of a character, the rule between two panes stays
// straight. The row begins in column col, with no style. Spaces at its end that
// have no style either are left to the erase that follows.
func appendRow(b []byte, m Measure, pics *pictures, row string, col int) []byte {
	padding := len(row) - len(strings.TrimRight(row, " "))
	if plainASCII(row) {
		return append(b, row[:len(row)-padding]...)
	}
	doubt, styled := false, false
	for len(row) > padding || len(row) > 0 && (doubt || styled) {
		p, n := m.next(row)
		part := row[:n]
		row = row[n:]
		switch {
		case p.kind == style:
			styled = !resets(p.text)
		case p.kind == picture:
			if !doubt {
				b = append(b, "\x1b[K"...)
				doubt = true
			}
			st, _ := readStrip(part)
			b = pics.appendStrip(b, st)
			col += p.width
			continue
		case sure(p.text):
			if doubt {
				b = append(b, "\x1b["...)
				b = strconv.AppendInt(b, int64(col+1), 10)
				b = append(b, 'G')
				doubt = false
			}
		case !doubt:
			b = append(b, "\x1b[K"...)
			doubt = true
		}
		b = append(b, p.text...)
		col += p.width
	}
	return b
}

// part is what of a row has to be drawn: the bytes [from, to), from column col on.
type part struct{ from, to, col int }

// changed is the part of a row that does not stand on the terminal already, where
// old is shown; both are as wide as the frame. What is before and behind it stays
// only up to and from a place where both rows are at rest. A row with a picture is
// drawn whole.
func changed(m Measure, old, row string) part {
	p := part{0, len(row), 0}
	if strings.Contains(row, pictureLead) || strings.Contains(old, pictureLead) {
		return p
	}
	same := 0
	for same < len(old) && same < len(row) && old[same] == row[same] {
		same++
	}
	is, was := walk{m: m, row: row}, walk{m: m, row: old}
	for is.at < same && is.step() && was.step() && is.at == was.at && is.at <= same {
		if is.rests() && is.at >= leastKept {
			p.from, p.col = is.at, is.col
		}
	}
	same = 0
	for same < min(len(old), len(row))-p.from && old[len(old)-1-same] == row[len(row)-1-same] {
		same++
	}
	is, was = walk{m: m, row: row, at: p.from}, walk{m: m, row: old, at: p.from}
	for left := len(row) - p.from; left >= leastKept; left = len(row) - is.at {
		for len(old)-was.at > left && was.step() {
		}
		if is.shaky || was.shaky {
			break // what makes it stand straight again erases the end
		}
		if left <= same && len(old)-was.at == left && is.rests() && was.rests() {
			p.to = is.at
			break
		}
		is.step()
	}
	return p
}

// leastKept is from how many bytes on a part of a row is worth being kept: going to
// a column costs about as many.
const leastKept = 8

// walk goes through a row piece by piece.
type walk struct {
	m       Measure
	row     string
	at, col int // bytes and columns so far
	styled  bool
	doubt   bool // terminals may be in different columns
	shaky   bool // they were, somewhere
}

func (w *walk) step() bool {
	if w.at >= len(w.row) {
		return false
	}
	p, n := w.m.next(w.row[w.at:])
	if p.kind == style {
		w.styled = !resets(p.text)
	} else {
		w.doubt = !sure(p.text)
		w.shaky = w.shaky || w.doubt
	}
	w.at, w.col = w.at+n, w.col+p.width
	return true
}

// rests reports that no style is on and every terminal is in the same column.
func (w *walk) rests() bool { return !w.styled && !w.doubt }

// sure reports text that every terminal counts alike: a letter or sign of old,
// with nothing behind it but marks that take no column. Not sure are the Indic
// scripts, spacing marks and viramas, emoji and what joins them, and whatever
// is newer than the terminal may be.
func sure(text string) bool {
	if len(text) == 1 {
		return true
	}
	for i, r := range text {
		switch {
		case r >= 0x900 && r < 0xe00, r >= 0x1000 && r < 0x1100, r >= 0x1780 && r < 0x1800,
			r >= 0x2600 && r < 0x27c0 && text != "✓", r == 0xff9e, r == 0xff9f, r >= 0x1f000, !unicode.In(r, known...):
			return false
		case i == 0 && unicode.In(r, unicode.M, unicode.Cf):
			return false
		case i > 0 && (r == 0xfe0f || !unicode.Is(unicode.Mn, r)):
			return false
		}
	}
	return true
}

// known holds the categories whose widths are settled; private, unassigned and
// surrogate code points are in none of them.
var known = []*unicode.RangeTable{unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Zs}
