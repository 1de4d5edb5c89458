package ui

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"frontdesk/inbox"

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
	field  [2]int // the field that is chosen: what is typed takes its place

	history history
	kills   *kills // may be shared
	killing bool   // this key cut something
	killed  bool   // the key before did
	yanked  int    // which text of the ring this key put in, from 1
	popping int    // which one the key before did
}

func (e *editor) String() string { return string(e.text) }
func (e *editor) blank() bool    { return strings.TrimSpace(string(e.text)) == "" }

// set begins a new text, which cannot be taken back, and puts the cursor at its end.
func (e *editor) set(s string) {
	e.text = []rune(s)
	e.at, e.column = len(e.text), 0
	e.history, e.field = history{}, [2]int{}
}

// rewrite replaces the text in one step that can be taken back.
func (e *editor) rewrite(s string) {
	e.history.sealed = true
	if string(e.text) != s {
		e.change(0, len(e.text), e.typeable(s), apart)
	}
}

// insert puts text at the cursor. Line ends of other systems become ours, control characters go.
func (e *editor) insert(s string) {
	add := e.typeable(s)
	from, to, how := e.at, e.at, apart
	if e.field != [2]int{} {
		from, to = e.field[0], e.field[1]
	}
	if len(add) == 1 {
		how = typing
	}
	e.change(from, to, add, how)
}

// typed is a text as insert leaves it.
func (e *editor) typed(s string) string { return string(e.typeable(s)) }

// typeable is what of a text may stand here.
func (e *editor) typeable(s string) []rune {
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
	return add
}

// key changes the text or moves in it. It reports whether the key meant anything. w is the width the text is wrapped to.
func (e *editor) key(m measurer, k tea.KeyMsg, w int) bool {
	e.killed, e.killing = e.killing, false
	e.popping, e.yanked = e.yanked, 0
	if k.Paste {
		e.history.sealed = true
		e.insert(string(k.Runes))
		e.history.sealed = true
		return true
	}
	if k.Type == tea.KeyRunes && !k.Alt {
		e.insert(string(k.Runes))
		return true
	}
	before, field, vertical := e.at, e.field, false
	e.field = [2]int{}
	switch k.String() {
	case " ":
		e.field = field
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
		if field != [2]int{} {
			e.change(field[0], field[1], nil, apart)
			return true
		}
		e.change(e.before(e.at), e.at, nil, erasing)
		return true
	case "delete", "ctrl+d":
		if field != [2]int{} {
			e.change(field[0], field[1], nil, apart)
			return true
		}
		e.change(e.at, e.after(e.at), nil, apart)
		return true
	case "ctrl+w", "alt+backspace":
		e.kill(e.wordBefore(e.at), e.at, true)
	case "alt+d", "alt+delete":
		e.kill(e.at, e.wordAfter(e.at), false)
	case "ctrl+u":
		e.kill(e.lineStart(e.at), e.at, true)
	case "ctrl+k":
		e.kill(e.at, e.lineEnd(e.at), false)
	case "ctrl+y":
		e.yank(false)
	case "alt+y":
		e.yank(true)
	case "alt+z", "ctrl+_":
		e.undo()
	case "alt+Z":
		e.redo()
	default:
		return false
	}
	if !vertical {
		e.column = 0
	}
	if e.at != before {
		e.history.sealed = true // what is typed elsewhere is taken back for itself
	}
	return true
}

// nextField chooses the field behind the cursor, or the first one again; false when the text has none.
func (e *editor) nextField() bool {
	if e.field != [2]int{} {
		return e.chooseField(e.field[1])
	}
	return e.chooseField(e.at)
}

// chooseField chooses the first field from a place on: what is typed next takes its place.
func (e *editor) chooseField(from int) bool {
	fields := e.fields()
	if len(fields) == 0 {
		return false
	}
	e.field = fields[0]
	if i := slices.IndexFunc(fields, func(f [2]int) bool { return f[0] >= from }); i >= 0 {
		e.field = fields[i]
	}
	e.at, e.column, e.history.sealed = e.field[0], 0, true
	return true
}

// fields are where the fields of the text stand, in runes.
func (e *editor) fields() [][2]int {
	s := string(e.text)
	spans := inbox.FieldSpans(s)
	at, runes := 0, 0
	for i := range spans {
		for j, to := range spans[i] {
			runes += utf8.RuneCountInString(s[at:to])
			at, spans[i][j] = to, runes
		}
	}
	return spans
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
	fields := e.fields()
	var out []string
	for n := from; n < len(rows) && len(out) < h; n++ {
		out = append(out, p.row(w, false, e.spans(p, rows[n], fields, focused && n == row, focused, i)...))
	}
	return out
}

// spans are one row of the text in its inks: fields stand out until they are filled in, most of all the chosen one.
func (e *editor) spans(p *pen, r piece, fields [][2]int, cursor, focused bool, i ink) []span {
	var out []span
	add := func(from, to int, i ink) {
		from, to = max(from, r.from), min(to, r.to)
		if from > to || from == to && !(cursor && e.at == from) {
			return
		}
		text := string(e.text[from:to])
		if cursor && e.at >= from && (e.at < to || to == r.to) {
			text = p.WithCursor(text, e.at-from)
			cursor = false
		}
		out = append(out, in(i, text))
	}
	at := 0
	for _, f := range fields {
		add(at, f[0], i)
		field := warning
		if focused && e.field == f {
			field = unread
		}
		add(f[0], f[1], field)
		at = f[1]
	}
	add(at, len(e.text), i)
	return out
}
