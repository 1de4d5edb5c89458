package term

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Wrap breaks s into rows of at most w columns (at least 1): at line breaks, at
// spaces, before and after ideographs and emoji, and inside a word only when the
// word is wider than a row. Spaces at a break vanish, those that begin a line
// stay. A style that is on at a break is switched off and on again around it,
// so a row can be drawn without its neighbours. A character wider than a row
// becomes "…". An empty s is one empty row.
func (m Measure) Wrap(s string, w int) []string {
	wr := wrapper{w: max(1, w)}
	for s = m.ready(s); len(s) > 0; {
		p, n := m.next(s)
		wr.add(p)
		s = s[n:]
	}
	wr.word()
	wr.end()
	return wr.rows
}

// wrapper holds one row and, behind it, spaces and a word that may still move
// to the next row.
type wrapper struct {
	w      int
	rows   []string
	row    strings.Builder
	col    int
	gap    run
	tail   run
	styles []string // on, in order
	wide   bool     // the last glyph allows a break behind it
}

type run struct {
	pieces []piece
	width  int
}

func (r *run) add(p piece) { r.pieces = append(r.pieces, p); r.width += p.width }
func (r *run) clear()      { r.pieces, r.width = r.pieces[:0], 0 }

func (wr *wrapper) add(p piece) {
	switch p.kind {
	case gone:
	case line:
		wr.word()
		wr.end()
	case space:
		wr.word()
		wr.wide = false
		for range p.width {
			wr.gap.add(piece{text: " ", width: 1, kind: space})
		}
	case style, mark:
		wr.tail.add(p)
	case glyph:
		if p.width > wr.w {
			p = piece{text: ellipsis, width: 1}
		}
		wide := isWide(p)
		if wide || wr.wide {
			wr.word()
		}
		wr.wide = wide
		if wr.tail.width+p.width > wr.w {
			wr.word()
			if wr.col > 0 {
				wr.end()
			}
		}
		wr.tail.add(p)
	}
}

// isWide reports a character that is wide of itself, as ideographs and emoji are: lines may break around it. A letter
// with its vowel sign may take two columns as well, and stays in its word.
func isWide(p piece) bool {
	if p.width != 2 {
		return false
	}
	_, size := utf8.DecodeRuneInString(p.text)
	return ansi.WcWidth.StringWidth(p.text[:size]) == 2
}

// word moves the word to the row, or to the next one when it does not fit.
func (wr *wrapper) word() {
	if len(wr.tail.pieces) == 0 {
		return
	}
	if wr.tail.width > 0 {
		if wr.col+wr.gap.width+wr.tail.width > wr.w {
			if wr.col > 0 {
				wr.end()
			}
			// Leading spaces that leave no room for the word give way to it.
			if over := wr.gap.width + wr.tail.width - wr.w; over > 0 {
				wr.gap.pieces = wr.gap.pieces[:max(0, len(wr.gap.pieces)-over)]
			}
		}
		for _, p := range wr.gap.pieces {
			wr.put(p)
		}
		wr.gap.clear()
	}
	for _, p := range wr.tail.pieces {
		wr.put(p)
	}
	wr.tail.clear()
}

func (wr *wrapper) put(p piece) {
	switch p.kind {
	case mark:
		// A cursor behind spaces stands behind them, as far as there is room.
		for _, g := range wr.gap.pieces {
			if wr.col < wr.w {
				wr.put(g)
			}
		}
		wr.gap.clear()
		wr.row.WriteString(p.text)
	case style:
		wr.row.WriteString(p.text)
		if resets(p.text) {
			wr.styles = wr.styles[:0]
		} else {
			wr.styles = append(wr.styles, p.text)
		}
	default:
		wr.row.WriteString(p.text)
		wr.col += p.width
	}
}

// end finishes the row and begins the next with the styles that are on. Spaces
// at the break are dropped.
func (wr *wrapper) end() {
	text := wr.row.String()
	if len(wr.styles) > 0 {
		text += "\x1b[m"
	}
	wr.rows = append(wr.rows, text)
	wr.row.Reset()
	for _, s := range wr.styles {
		wr.row.WriteString(s)
	}
	wr.col = 0
	wr.gap.clear()
	wr.wide = false
}

// resets reports an SGR sequence that switches every style off.
func resets(s string) bool { return s == "\x1b[m" || s == "\x1b[0m" }
