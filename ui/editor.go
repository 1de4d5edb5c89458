package ui

import (
	"strings"
	"unicode"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/rivo/uniseg"
)

// editor is a text being written: grapheme by grapheme, measured as the terminal counts, with a real cursor. bubbles'
// textarea measures by a table of its own, which puts the cursor columns away from the text in half of the terminals.
type editor struct {
	text   []rune
	at     int // the cursor stands before this rune
	column int // the column that up and down try to keep, plus one; 0: none
	single bool
}

func (e *editor) String() string { return string(e.text) }
func (e *editor) blank() bool    { return strings.TrimSpace(string(e.text)) == "" }

// set replaces the text and puts the cursor at its end.
func (e *editor) set(s string) {
	e.text = []rune(s)
	e.at, e.column = len(e.text), 0
}

// insert puts text at the cursor. Line ends of other systems become ours, control characters go.
func (e *editor) insert(s string) {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	add := make([]rune, 0, len(s))
	for _, r := range s {
		switch {
		case r == '\n' && e.single:
			add = append(add, ' ')
		case r == '\n' || r == '\t' || !unicode.IsControl(r) && r != unicode.ReplacementChar:
			add = append(add, r)
		}
	}
	e.text = append(e.text[:e.at:e.at], append(add, e.text[e.at:]...)...)
	e.at += len(add)
	e.column = 0
}

// key changes the text or moves in it. It reports whether the key meant anything. w is the width the text is wrapped to.
func (e *editor) key(m measurer, k tea.KeyMsg, w int) bool {
	if k.Paste || k.Type == tea.KeyRunes && !k.Alt {
		e.insert(string(k.Runes))
		return true
	}
	vertical := false
	switch k.String() {
	case " ":
		e.insert(" ")
	case "left", "ctrl+b":
		e.at = e.before(e.at)
	case "right", "ctrl+f":
		e.at = e.after(e.at)
	case "ctrl+left", "alt+left", "alt+b":
		e.at = e.wordBefore(e.at)
	case "ctrl+right", "alt+right", "alt+f":
		e.at = e.wordAfter(e.at)
	case "home", "ctrl+a":
		e.at = e.lineStart(e.at)
	case "end", "ctrl+e":
		e.at = e.lineEnd(e.at)
	case "up", "ctrl+p":
		vertical = true
		if !e.vertical(m, w, -1) {
			return false
		}
	case "down", "ctrl+n":
		vertical = true
		if !e.vertical(m, w, 1) {
			return false
		}
	case "backspace", "ctrl+h":
		e.cut(e.before(e.at), e.at)
	case "delete", "ctrl+d":
		e.cut(e.at, e.after(e.at))
	case "ctrl+w", "alt+backspace":
		e.cut(e.wordBefore(e.at), e.at)
	case "alt+d", "alt+delete":
		e.cut(e.at, e.wordAfter(e.at))
	case "ctrl+u":
		e.cut(e.lineStart(e.at), e.at)
	case "ctrl+k":
		e.cut(e.at, e.lineEnd(e.at))
	default:
		return false
	}
	if !vertical {
		e.column = 0
	}
	return true
}

func (e *editor) cut(from, to int) {
	e.text = append(e.text[:from:from], e.text[to:]...)
	e.at = from
}

// before is the start of the grapheme that ends at i.
func (e *editor) before(i int) int {
	start := e.lineStart(i)
	if start == i {
		return max(0, i-1)
	}
	at, last := start, start
	for at < i {
		last = at
		at = e.after(at)
	}
	return last
}

// after is the end of the grapheme that begins at i.
func (e *editor) after(i int) int {
	if i >= len(e.text) {
		return len(e.text)
	}
	cluster, _, _, _ := uniseg.FirstGraphemeClusterInString(string(e.text[i:min(len(e.text), i+64)]), -1)
	return min(len(e.text), i+max(1, len([]rune(cluster))))
}

func (e *editor) wordBefore(i int) int {
	for i > 0 && unicode.IsSpace(e.text[i-1]) {
		i--
	}
	for i > 0 && !unicode.IsSpace(e.text[i-1]) {
		i--
	}
	return i
}

func (e *editor) wordAfter(i int) int {
	for i < len(e.text) && unicode.IsSpace(e.text[i]) {
		i++
	}
	for i < len(e.text) && !unicode.IsSpace(e.text[i]) {
		i++
	}
	return i
}

func (e *editor) lineStart(i int) int {
	for i > 0 && e.text[i-1] != '\n' {
		i--
	}
	return i
}

func (e *editor) lineEnd(i int) int {
	for i < len(e.text) && e.text[i] != '\n' {
		i++
	}
	return i
}

// measurer is the part of term.Measure that the editor needs.
type measurer interface {
	Width(string) int
	CursorColumn(string, int) int
}

// piece is one visual row of the text: runes from from up to to.
type piece struct{ from, to int }

// wrap breaks the text into rows of at most w columns: at line ends, at spaces, and inside a word only when it is wider
// than a row. Unlike a message, a text being written keeps every space, or the cursor would jump.
func (e *editor) wrap(m measurer, w int) []piece {
	w = max(2, w)
	var rows []piece
	from, space, col := 0, -1, 0
	for i := 0; i < len(e.text); {
		if e.text[i] == '\n' {
			rows = append(rows, piece{from, i})
			i++
			from, space, col = i, -1, 0
			continue
		}
		next := e.after(i)
		width := m.Width(string(e.text[i:next]))
		if col+width > w && i > from {
			at := i
			if space > from && e.text[i] != ' ' {
				at = space
			}
			rows = append(rows, piece{from, at})
			from, space = at, -1
			col = m.Width(string(e.text[at:i]))
			if col+width > w && i > from { // a word that is wider than a row
				rows = append(rows, piece{from, i})
				from, col = i, 0
			}
		}
		col += width
		if e.text[i] == ' ' {
			space = next
		}
		i = next
	}
	return append(rows, piece{from, len(e.text)})
}

// place is the row and the column of the cursor.
func (e *editor) place(m measurer, rows []piece) (row, col int) {
	for i, r := range rows {
		last := i == len(rows)-1
		if e.at < r.to || last || e.at == r.to && rows[i+1].from > r.to {
			return i, m.CursorColumn(string(e.text[r.from:r.to]), e.at-r.from)
		}
	}
	return 0, 0
}

// vertical moves the cursor n rows; false at the ends.
func (e *editor) vertical(m measurer, w, n int) bool {
	rows := e.wrap(m, w)
	row, col := e.place(m, rows)
	to := row + n
	if to < 0 || to >= len(rows) {
		return false
	}
	if e.column == 0 {
		e.column = col + 1
	}
	r := rows[to]
	e.at = r.from
	for e.at < r.to {
		next := e.after(e.at)
		if m.CursorColumn(string(e.text[r.from:r.to]), next-r.from) > e.column-1 {
			break
		}
		e.at = next
	}
	if to < len(rows)-1 && e.at == r.to && rows[to+1].from == r.to && e.at > r.from {
		e.at = e.before(e.at) // the end of a wrapped row is the start of the next
	}
	return true
}

// show draws at most h rows of the text around the cursor, with the cursor's mark when the editor has the keys.
func (e *editor) show(p *pen, w, h int, focused bool, i ink) []string {
	rows := e.wrap(p, w)
	row, _ := e.place(p, rows)
	from := max(0, min(row-h/2, len(rows)-h))
	if len(rows) <= h {
		from = 0
	}
	var out []string
	for n := from; n < len(rows) && len(out) < h; n++ {
		line := string(e.text[rows[n].from:rows[n].to])
		if focused && n == row {
			line = p.WithCursor(line, e.at-rows[n].from)
		}
		out = append(out, p.row(w, false, in(i, line)))
	}
	return out
}
