package term

import (
	"strings"
)

// A spot is a stretch of a row that the mouse can mean: what it is called travels in the view, so that whoever asks
// what is at a cell gets the answer from what was drawn there.

const (
	spotLead = "\x1b_@"
	spotTail = "\x1b\\"

	// SpotEnd ends the stretch that a [Spot] began. So does the next spot, and the row's end.
	SpotEnd = spotLead + spotTail
)

// Spot is the mark that begins a stretch called name, which must be printable ASCII. It takes no columns and never
// reaches the terminal. Cleaned text from outside holds no ESC and so cannot forge it.
func Spot(name string) string { return spotLead + name + spotTail }

// spot is the length of the mark at the start of s, or 0.
func spot(s string) int {
	rest, ok := strings.CutPrefix(s, spotLead)
	if !ok {
		return 0
	}
	for i := range len(rest) {
		switch {
		case rest[i] >= ' ' && rest[i] < 0x7f:
		case strings.HasPrefix(rest[i:], spotTail):
			return len(spotLead) + i + len(spotTail)
		default:
			return 0
		}
	}
	return 0
}

// spotless is a row without its spots.
func spotless(row string) string {
	if !strings.Contains(row, spotLead) {
		return row
	}
	var b strings.Builder
	b.Grow(len(row))
	for {
		before, _, found := strings.Cut(row, spotLead)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		row = row[len(before):]
		if n := spot(row); n > 0 {
			row = row[n:]
			continue
		}
		b.WriteString(row[:len(spotLead)]) // something else that begins alike: the gate's to judge
		row = row[len(spotLead):]
	}
}

// SpotAt names the spot at a cell of a view, counted from 0; empty when none is there.
func SpotAt(m Measure, view string, x, y int) string {
	if x < 0 || y < 0 {
		return ""
	}
	for ; y > 0; y-- {
		_, rest, more := strings.Cut(view, "\n")
		if !more {
			return ""
		}
		view = rest
	}
	row, _, _ := strings.Cut(view, "\n")
	if !strings.Contains(row, spotLead) {
		return ""
	}
	name, col := "", 0
	for row = m.ready(row); row != ""; {
		p, n := m.next(row)
		if p.kind == mark && p.text != Cursor {
			name = strings.TrimSuffix(strings.TrimPrefix(p.text, spotLead), spotTail)
		}
		if col += p.width; col > x {
			return name
		}
		row = row[n:]
	}
	return ""
}
