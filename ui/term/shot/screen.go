package main

import (
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/cellbuf"
)

// screen is a terminal's cells.
type screen struct {
	columns, rows int
	cells         [][]cell // by row, from left to right
	cursor        point    // column and row; outside for none
}

type point struct{ x, y int }

// cell is a character on the screen: a column or two.
type cell struct {
	text       string
	at, width  int // columns
	style      cellbuf.Style
	foreground colour // as drawn: reversed and faint already
	background colour // "" is the terminal's own
	kind       kind
}

// kind says how a cell is drawn.
type kind uint8

const (
	blank  kind = iota
	plain       // letters that monospaced fonts have at one width: a run of them is set to the width of its cells
	joined      // letters that change with their neighbours or are read from the right: a run of them is one text
	single      // emoji, signs and ideographs: each at its own place
	shape       // rules and blocks
)

// read takes the rows that tmux captured, counting columns as tmux does.
func (s *screen) read(captured string) {
	var pen cellbuf.Style
	parser := ansi.GetParser()
	defer ansi.PutParser(parser)
	s.cells = make([][]cell, s.rows)
	row, column := 0, 0
	var state byte
	for len(captured) > 0 && row < s.rows {
		text, width, n, next := ansi.DecodeSequenceWc(captured, state, parser)
		captured, state = captured[n:], next
		on := &s.cells[row]
		switch {
		case text == "\n":
			row, column = row+1, 0
		case width == 0 && ansi.Cmd(parser.Command()).Final() == 'm' && text[0] == ansi.ESC:
			cellbuf.ReadStyle(parser.Params(), &pen)
		case width == 0 && text[0] >= utf8.RuneSelf && len(*on) > 0: // a mark that the character before it carries
			(*on)[len(*on)-1].text += text
		case width > 0 && column+width <= s.columns:
			c := cell{text: text, at: column, width: width, style: pen, kind: kindOf(text)}
			c.foreground, c.background = colours(pen)
			*on = append(*on, c)
			column += width
		}
	}
}

func kindOf(text string) kind {
	r, size := utf8.DecodeRuneInString(text)
	switch {
	case text == " ":
		return blank
	case shapes[r] != nil:
		return shape
	case unicode.In(r, unicode.L, unicode.M) && !unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Han,
		unicode.Hiragana, unicode.Katakana, unicode.Hangul):
		return joined
	case size == len(text) && (r < 0x250 || r == '…' || r == '—' || r == '–'):
		return plain
	}
	return single
}
