package term

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// vt is a small terminal with a measure of its own: as much as frames use. A
// sequence that it does not know is a failure, so frames can hold no other.
type vt struct {
	w, h, x, y int
	cells      [][]string
	inks       [][]string // the SGR sequences that each cell was written in
	ink        string
	m          Measure // how it counts
	cursor     bool
}

func newVT(w, h int, m Measure) *vt {
	v := &vt{w: w, h: h, m: m}
	for range h {
		v.cells = append(v.cells, make([]string, w))
		v.inks = append(v.inks, make([]string, w))
	}
	for y := range h {
		v.erase(y, 0, w)
	}
	return v
}

func (v *vt) erase(y, from, to int) {
	for x := from; x < to; x++ {
		v.cells[y][x], v.inks[y][x] = " ", v.ink
	}
}

func (v *vt) write(s string) {
	for len(s) > 0 {
		if s[0] == 0x1b {
			n := sequence(s)
			v.sequence(s[:n])
			s = s[n:]
			continue
		}
		cluster, w := ansi.FirstGraphemeCluster(s, v.method())
		s = s[len(cluster):]
		for i := range w {
			x := min(v.x+i, v.w-1) // no wrap
			v.cells[v.y][x], v.inks[v.y][x] = "", v.ink
			if i == 0 {
				v.cells[v.y][x] = cluster
			}
		}
		v.x = min(v.x+w, v.w-1)
	}
}

func (v *vt) method() ansi.Method {
	if v.m.p.Method == Grapheme {
		return ansi.GraphemeWidth
	}
	return ansi.WcWidth
}

func (v *vt) sequence(seq string) {
	var x, y int
	switch {
	case resets(seq):
		v.ink = ""
	case strings.HasSuffix(seq, "m"):
		v.ink += seq
	case seq == "\x1b[?2026h", seq == "\x1b[?2026l":
	case seq == "\x1b[?25l":
		v.cursor = false
	case seq == "\x1b[?25h":
		v.cursor = true
	case seq == "\x1b[K":
		v.erase(v.y, v.x, v.w)
	case seq == "\x1b[2J":
		for y := range v.h {
			v.erase(y, 0, v.w)
		}
	case scan(seq, "\x1b[%d;%dH", &y, &x):
		v.x, v.y = min(x-1, v.w-1), min(y-1, v.h-1)
	case scan(seq, "\x1b[%dG", &x):
		v.x = min(x-1, v.w-1)
	default:
		panic(fmt.Sprintf("a frame holds %q", seq))
	}
}

func scan(s, format string, to ...any) bool {
	n, err := fmt.Sscanf(s, format, to...)
	return err == nil && n == len(to) && strings.HasSuffix(s, format[len(format)-1:])
}

// tail is row y from column x on.
func (v *vt) tail(y, x int) string { return strings.Join(v.cells[y][x:], "") }
