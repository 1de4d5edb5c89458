package ui

import (
	"slices"
	"strconv"
	"strings"

	"frontdesk/inbox"
	"frontdesk/ui/term"

	tea "github.com/charmbracelet/bubbletea"
)

// The mouse does what a key would. Which pane a cell is in comes from the layout that draws it; words that can be
// clicked carry a spot of their own, which says what they do.

const (
	spotAction = "do "   // and an action's name: hints
	spotKey    = "key "  // and a key: hints of dialogs
	spotRow    = "row "  // and a number: a line of the top dialog
	spotView   = "view " // and a view of the list
)

// wheelRows is how far one notch goes.
const wheelRows = 3

// rower is a dialog whose lines can be clicked.
type rower interface {
	// row chooses the n-th thing that the dialog offers, as it numbered them with [pen.rowSpot].
	row(m *Model, n int) tea.Cmd
}

// spotted makes a stretch of spans mean something to the mouse. Blanks behind it stay out of it.
func spotted(name string, spans ...span) []span {
	n := len(spans)
	if n == 0 {
		return nil
	}
	out := slices.Clone(spans)
	out[0].text = term.Spot(name) + out[0].text
	text := strings.TrimRight(out[n-1].text, " ")
	out[n-1].text = text + term.SpotEnd + out[n-1].text[len(text):]
	return out
}

// rowSpot begins a line of a dialog that row(n) chooses.
func rowSpot(n int) span { return in(plain, term.Spot(spotRow+strconv.Itoa(n))) }

// keyHints makes the keys in a line such as "enter choose · esc close" clickable.
func (p *pen) keyHints(i ink, line string) []span {
	dot := " " + p.Dot + " "
	var spans []span
	for n, part := range strings.Split(line, dot) {
		if n > 0 {
			spans = append(spans, in(i, dot))
		}
		word, _, _ := strings.Cut(strings.TrimLeft(part, " "), " ")
		if key := keyNamed(word); key != "" {
			spans = append(spans, spotted(spotKey+key, in(i, part))...)
		} else {
			spans = append(spans, in(i, part))
		}
	}
	return spans
}

// keyNamed is the key that a hint names, as Bubble Tea spells it; empty when the word is none.
func keyNamed(word string) string {
	switch word {
	case "↑", "up":
		return "up"
	case "↓", "down":
		return "down"
	case "space":
		return " "
	}
	if _, known := namedKeys()[strings.TrimPrefix(word, "alt+")]; known || len(word) == 1 && word[0] > ' ' && word[0] < 0x7f {
		return word
	}
	return ""
}

// namedKeys are the keys that have a name.
func namedKeys() map[string]tea.KeyType {
	types := map[string]tea.KeyType{}
	for t := tea.KeyF20; t <= tea.KeyBackspace; t++ {
		if name := (tea.Key{Type: t}).String(); name != "" && t != tea.KeyRunes {
			types[name] = t
		}
	}
	return types
}

// keyOf is the key of a name that keyNamed gave.
func keyOf(name string) tea.KeyMsg {
	rest, alt := strings.CutPrefix(name, "alt+")
	if t, ok := namedKeys()[rest]; ok {
		k := tea.KeyMsg{Type: t, Alt: alt}
		if t == tea.KeySpace {
			k.Runes = []rune{' '}
		}
		return k
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(rest), Alt: alt}
}

// place is a part of the screen that the mouse can mean.
type place struct {
	spot    string // words that do something
	dialog  bool   // inside the top dialog's box
	thread  inbox.ThreadID
	message string // key of an item of the conversation
	list    bool   // anywhere in the list
	talk    bool   // anywhere in the conversation
	write   bool   // in the composer
}

// under is what stands at a cell.
func (m *Model) under(x, y int) place { return m.placeIn(m.View(), x, y) }

// placeIn is what stands at a cell of the view as it was drawn.
func (m *Model) placeIn(view string, x, y int) (at place) {
	if m.w == 0 || m.h == 0 || x < 0 || y < 0 || x >= m.w || y >= m.h {
		return at
	}
	f := m.frame()
	if f.TooSmall {
		return at
	}
	at.spot = term.SpotAt(m.pen.Measure, view, x, y)
	if len(m.dialogs) > 0 {
		at.dialog = m.boxAt().holds(x, y)
		if !at.dialog && y != f.Status.Y {
			at.spot = "" // it is covered
		}
		return at
	}
	switch {
	case f.List.holds(x, y):
		at.list = true
		n := y - f.List.Y - m.listTop(f)
		if n < 0 {
			return at
		}
		if m.twoLines(f) {
			n /= 2
		}
		if shown := m.list.visible(); n < len(shown) {
			at.thread = shown[n]
		}
	case f.Talk.holds(x, y):
		at.talk = true
		at.message = m.talk.rowAt(m.pen, m.view(), y-f.Talk.Y)
	case f.Composer.holds(x, y):
		at.write = m.opened() != nil
	}
	return at
}

// rowAt is the item of the conversation at a row of its pane; empty when there is none.
func (c *convo) rowAt(p *pen, v view, y int) string {
	if !c.ready || len(c.items) == 0 {
		return ""
	}
	top := -c.skip
	for i := c.at[c.top]; i < len(c.items) && top <= y; i++ {
		if top += c.height(p, v, i); y < top {
			return c.items[i].key
		}
	}
	return ""
}

// click does what the cell under the mouse means.
func (m *Model) click(at place) tea.Cmd {
	switch {
	case at.spot != "":
		return m.clickSpot(at.spot)
	case len(m.dialogs) > 0:
		return nil
	case at.thread != "":
		leave := m.leaveFor(onTalk)
		return tea.Batch(leave, m.open(at.thread))
	case at.list:
		return m.leaveFor(onList)
	case at.message != "":
		leave := m.leaveFor(onTalk)
		m.talk.sel = at.message
		if m.talk.at[at.message] < len(m.talk.items)-1 {
			m.talk.follow = false
		}
		return leave
	case at.talk && m.opened() != nil:
		return m.leaveFor(onTalk)
	case at.write && m.focus != onWrite:
		return m.start(m.keys.named("write"))
	}
	return nil
}

// leaveFor gives the keys to another pane.
func (m *Model) leaveFor(to pane) tea.Cmd {
	var cmd tea.Cmd
	if m.focus == onWrite && to != onWrite {
		cmd = m.leaveWrite()
	}
	m.list.filtering = m.list.filtering && to == onList
	m.find.typing = m.find.typing && to == onTalk
	m.focus = to
	return cmd
}

func (m *Model) clickSpot(spot string) tea.Cmd {
	if name, ok := strings.CutPrefix(spot, spotAction); ok && len(m.dialogs) == 0 {
		if a := m.keys.named(name); a != nil {
			return m.start(a)
		}
	}
	if key, ok := strings.CutPrefix(spot, spotKey); ok {
		return m.key(keyOf(key))
	}
	if row, ok := strings.CutPrefix(spot, spotRow); ok && len(m.dialogs) > 0 {
		d, can := m.dialogs[len(m.dialogs)-1].(rower)
		if n, err := strconv.Atoi(row); can && err == nil {
			return d.row(m, n)
		}
	}
	if v, ok := strings.CutPrefix(spot, spotView); ok && len(m.dialogs) == 0 {
		return tea.Batch(m.leaveFor(onList), m.showView(inbox.View(v)))
	}
	return nil
}

// wheel scrolls what is under the mouse, n notches down or, when negative, up. It does not take the keys away from where
// they are.
func (m *Model) wheel(x, y, n int) tea.Cmd {
	at := m.under(x, y)
	switch {
	case len(m.dialogs) > 0:
		if !at.dialog {
			return nil
		}
		if d, ok := m.dialogs[len(m.dialogs)-1].(*help); ok {
			d.top = max(0, d.top+n*wheelRows) // its arrows go further
			return nil
		}
		step := tea.KeyMsg{Type: tea.KeyDown}
		if n < 0 {
			step.Type = tea.KeyUp
		}
		var cmds []tea.Cmd
		for range min(max(n, -n), m.h) {
			cmds = append(cmds, m.key(step))
		}
		return tea.Batch(cmds...)
	case at.list:
		m.list.choose(m.list.at + n)
	case at.talk:
		m.talk.wheel(m.pen, m.view(), n*wheelRows)
	}
	return nil
}

// wheel scrolls and takes the selection along when it would go out of sight.
func (c *convo) wheel(p *pen, v view, n int) {
	c.scroll(p, v, n)
	s, ok := c.at[c.sel]
	if !ok {
		return
	}
	t := c.at[c.top]
	if c.skip > 0 && t < len(c.items)-1 && c.height(p, v, t)-c.skip < c.h {
		t++ // the first that is whole
	}
	last, y := t, -c.skip
	for i := c.at[c.top]; i < len(c.items); i++ {
		if y += c.height(p, v, i); y > c.h {
			break
		}
		last = max(t, i)
	}
	c.sel = c.items[max(t, min(s, last))].key
}

// holds reports whether a cell is in the rectangle.
func (r rect) holds(x, y int) bool { return x >= r.X && x < r.X+r.W && y >= r.Y && y < r.Y+r.H }

// mouseOn switches the mouse on or off.
func (m *Model) mouseOn() tea.Cmd {
	m.mouse = !m.mouse
	if m.mouse {
		m.notice = notice{text: m.pen.w.MouseOn}
	} else {
		m.notice = notice{text: m.pen.w.MouseOff}
	}
	return term.Mouse(m.mouse)
}
