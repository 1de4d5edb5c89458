package ui

import (
	"slices"
	"strings"

	"frontdesk/ui/term"

	tea "github.com/charmbracelet/bubbletea"
)

// choice is one line of a menu.
type choice struct {
	key   string
	label string
	run   func(*Model) tea.Cmd
}

// menu offers a few things to choose from, by key or by arrows and enter.
type menu struct {
	title string
	text  string
	items []choice
	at    int
	quits bool // the question before leaving
}

func newMenu(title string, items []choice) *menu { return &menu{title: title, items: items} }

func (d *menu) key(m *Model, k tea.KeyMsg) tea.Cmd {
	switch k.String() {
	case "esc", "q":
		m.close(d)
		return nil
	case "down", "j", "tab":
		d.at = min(len(d.items)-1, d.at+1)
		return nil
	case "up", "k", "shift+tab":
		d.at = max(0, d.at-1)
		return nil
	case "enter":
		if d.at < len(d.items) {
			m.close(d)
			return d.items[d.at].run(m)
		}
		return nil
	}
	for _, c := range d.items {
		if c.key == k.String() && !k.Paste {
			m.close(d)
			return c.run(m)
		}
	}
	return m.stray(k)
}

// row implements rower.
func (d *menu) row(m *Model, n int) tea.Cmd {
	if n >= len(d.items) {
		return nil
	}
	m.close(d)
	return d.items[n].run(m)
}

func (d *menu) box(m *Model, w, _ int) (string, string, []string) {
	p := m.pen
	var rows []string
	if d.text != "" {
		for _, line := range p.Wrap(d.text, w) {
			rows = append(rows, p.row(w, false, in(faint, line)))
		}
		rows = append(rows, p.blank(w))
	}
	for i, c := range d.items {
		edge := "  "
		if i == d.at {
			edge = p.Select + " "
		}
		row := p.row(w, i == d.at, rowSpot(i), in(plain, edge), in(keyed, c.key+"  "), in(plain, c.label))
		if i == d.at {
			row = term.Cursor + row
		}
		rows = append(rows, row)
	}
	return d.title, p.w.MenuKeys, rows
}

// prompt asks for a line, or for some lines, of text.
type prompt struct {
	title, hint string
	ed          editor
	done        func(*Model, string) tea.Cmd
	under       func(p *pen, text string, w, h int) []string // what comes of the text, in at most h rows; nil for nothing
}

func newPrompt(title, hint, text string, single bool, done func(*Model, string) tea.Cmd) *prompt {
	d := &prompt{title: title, hint: hint, done: done}
	d.ed.single = single
	d.ed.set(text)
	return d
}

func (d *prompt) key(m *Model, k tea.KeyMsg) tea.Cmd {
	switch s := k.String(); {
	case s == "esc" && !k.Paste:
		m.close(d)
	case s == "enter" && !k.Paste:
		m.close(d)
		return d.done(m, d.ed.String())
	case !d.ed.single && (s == "alt+enter" || s == "shift+enter" || s == "ctrl+j"):
		d.ed.insert("\n")
	default:
		d.ed.key(m.pen, k, m.boxWidth()-2)
	}
	return nil
}

func (d *prompt) box(m *Model, w, h int) (string, string, []string) {
	room := max(1, h-2)
	if d.under != nil {
		room = max(1, room/2)
	}
	rows := d.ed.show(m.pen, w, room, true, plain)
	if !d.ed.single {
		rows = m.pen.pad(rows, w, min(room, max(3, len(rows))))
	}
	if d.under != nil {
		rows = append(rows, d.under(m.pen, d.ed.String(), w, max(0, h-1-len(rows)))...)
	}
	return d.title, "", append(rows, m.pen.row(w, false, m.pen.keyHints(faint, d.hint)...))
}

// help lists every key of the pane that has them, from the action table; typing narrows it.
type help struct {
	filter editor
	top    int
}

func (d *help) key(m *Model, k tea.KeyMsg) tea.Cmd {
	switch k.String() {
	case "esc":
		if !d.filter.blank() {
			d.filter.set("")
			return nil
		}
		m.close(d)
	case "?", "enter":
		m.close(d)
	case "down", "pgdown", "ctrl+d":
		d.top += m.h / 2
	case "up", "pgup", "ctrl+u":
		d.top = max(0, d.top-m.h/2)
	default:
		d.filter.single = true
		d.filter.key(m.pen, k, 100)
		d.top = 0
	}
	return nil
}

func (d *help) box(m *Model, w, h int) (string, string, []string) {
	p := m.pen
	columns := m.helpColumns(w)
	wide := (w - 2*(columns-1)) / columns
	var cells [][]span
	find := fold(strings.TrimSpace(d.filter.String()))
	group, off := "", []string{}
	for _, a := range m.helpOrder() {
		names := m.keysIn(a, keyColumn)
		if find != "" && !strings.Contains(fold(a.help+" "+names), find) {
			continue
		}
		if a.group != group {
			group = a.group
			if len(cells) > 0 && columns == 1 {
				cells = append(cells, nil)
			}
			cells = append(cells, []span{in(strong, group)})
		}
		why := m.reason(a)
		i := plain
		if why != "" {
			i = faint
			if a.scope&m.scope() != 0 {
				off = append(off, names+" "+a.help+": "+why)
			}
		}
		cells = append(cells, []span{in(keyed, p.Fit(names, max(keyColumn, p.Width(names)))+" "), in(i, a.help)})
	}
	var rows []string
	if find != "" || d.filter.String() != "" {
		rows = append(rows, p.row(w, false, in(keyed, "> "), in(plain, p.WithCursor(d.filter.String(), d.filter.at))))
	}
	per := (len(cells) + columns - 1) / columns
	for slices.ContainsFunc(ends(cells, per), func(end []span) bool { return len(end) == 1 }) {
		per++ // a heading does not end a column
	}
	for y := range per {
		line := ""
		for x := range columns {
			if x > 0 {
				line += "  "
			}
			width := wide
			if x == columns-1 {
				width = w - (columns-1)*(wide+2)
			}
			if i := x*per + y; i < len(cells) {
				line += p.row(width, false, cells[i]...)
			} else {
				line += p.blank(width)
			}
		}
		rows = append(rows, line)
	}
	if len(cells) == 0 {
		rows = append(rows, p.row(w, false, in(faint, p.w.NoKey)))
	}
	if find == "" {
		for _, text := range []string{m.withKeys(p.w.InListToo), p.w.Flags} {
			for _, line := range p.Wrap(text, w) {
				rows = append(rows, p.row(w, false, in(faint, line)))
			}
		}
		for _, why := range off {
			rows = append(rows, p.row(w, false, in(faint, p.w.NotNow+" "+why)))
		}
	}
	d.top = max(0, min(d.top, len(rows)-h))
	keys := p.w.HelpKeys
	if len(rows) > h {
		keys = p.w.HelpMore
	}
	return p.w.Keys, keys, rows[d.top:]
}

// ends are the last cells of the columns of per cells.
func ends(cells [][]span, per int) (last [][]span) {
	for i := per; per > 0 && i <= len(cells); i += per {
		last = append(last, cells[i-1])
	}
	return last
}

// helpColumns is how many columns the help has on w columns of the terminal, three at most: few enough for its longest
// row. One that is longer than half of w is cut rather than costing the others their columns.
func (m *Model) helpColumns(w int) int {
	widest := 30
	for i := range m.keys.table {
		if n := keyColumn + 1 + m.pen.Width(m.keys.table[i].help); n <= (w-2)/2 {
			widest = max(widest, n)
		}
	}
	return max(1, min(3, (w+2)/(widest+2)))
}

// keyColumn is how wide the keys of the help are.
const keyColumn = 10

// helpOrder is the table with the focused pane first.
func (m *Model) helpOrder() []*action {
	var first, rest []*action
	group := ""
	for i := range m.keys.table {
		a := &m.keys.table[i]
		if a.scope == m.scope() && group == "" {
			group = a.group
		}
	}
	for i := range m.keys.table {
		if a := &m.keys.table[i]; a.group == group {
			first = append(first, a)
		} else {
			rest = append(rest, a)
		}
	}
	return append(first, rest...)
}

// keysIn are as many of an action's keys as fit on w columns.
func (m *Model) keysIn(a *action, w int) string {
	all := ""
	if len(a.keys) == 0 {
		return m.keyShown(a)
	}
	for _, k := range a.keys {
		name := keyName(k)
		if m.cfg.ASCII && k != " " { // the arrows by their names
			name = k
		}
		if all == "" {
			all = name
		} else if m.pen.Width(all)+1+m.pen.Width(name) <= w {
			all += " " + name
		}
	}
	return all
}

// scope is that of the pane that had the keys before the dialogs.
func (m *Model) scope() scope {
	return [...]scope{onList: inList, onTalk: inTalk, onWrite: inWrite}[m.focus]
}
