package ui

import (
	"slices"
	"strings"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

// savedList is the list of saved replies as the Desk gave it last.
type savedList struct {
	all    []inbox.SavedReply
	loaded bool
	err    error
}

func (m *Model) loadSaved() tea.Cmd {
	desk, ctx := m.desk, m.ctx
	return func() tea.Msg {
		all, err := desk.SavedReplies(ctx)
		return answeredMsg(func(m *Model) tea.Cmd {
			if m.saved.err = err; err == nil {
				m.saved.all, m.saved.loaded = all, true
			}
			return nil
		})
	}
}

// named finds a saved reply as the Desk would: names that differ only in case are one.
func (l *savedList) named(n inbox.ReplyName) *inbox.SavedReply {
	for i := range l.all {
		if r := &l.all[i]; strings.EqualFold(r.Name, n.Name) && strings.EqualFold(r.Language, n.Language) {
			return r
		}
	}
	return nil
}

// savedChanged follows a change that somebody made.
func (m *Model) savedChanged() tea.Cmd {
	for _, d := range m.dialogs {
		if _, open := d.(*savedPicker); open {
			return m.loadSaved()
		}
	}
	return nil // the list is read when it is opened
}

// pickSaved opens the list of saved replies over the empty box.
func (m *Model) pickSaved() tea.Cmd {
	d := &savedPicker{}
	d.filter.single = true
	return tea.Batch(m.openDialog(d), m.loadSaved())
}

// savedPicker chooses a saved reply, with what it says to this customer beside it.
type savedPicker struct {
	filter editor
	at     int
}

// shown are the replies that fit the filter: by the beginning of the name, then by any part of it, then by the text.
func (d *savedPicker) shown(m *Model) []inbox.SavedReply {
	find := fold(strings.TrimSpace(d.filter.String()))
	var ranks [3][]inbox.SavedReply
	for _, r := range m.saved.all {
		switch name := fold(r.Name); {
		case strings.HasPrefix(name, find):
			ranks[0] = append(ranks[0], r)
		case strings.Contains(name, find):
			ranks[1] = append(ranks[1], r)
		case strings.Contains(fold(r.Text), find):
			ranks[2] = append(ranks[2], r)
		}
	}
	return slices.Concat(ranks[:]...)
}

func (d *savedPicker) key(m *Model, k tea.KeyMsg) tea.Cmd {
	shown := d.shown(m)
	switch s := k.String(); {
	case k.Paste:
		d.filter.key(m.pen, k, 200)
		d.at = 0
	case s == "esc" && !d.filter.blank():
		d.filter.set("")
		d.at = 0
	case s == "esc", s == "backspace" && d.filter.String() == "":
		m.close(d)
	case s == "/" && d.filter.String() == "": // a reply that begins with a slash
		m.close(d)
		return m.putSaved(inbox.SavedReply{Text: "/"})
	case s == "enter", s == "tab":
		if d.at < len(shown) {
			m.close(d)
			return m.putSaved(shown[d.at])
		}
	case s == "ctrl+x":
		if d.at < len(shown) {
			return d.remove(m, shown[d.at])
		}
	case s == "down", s == "ctrl+n":
		d.at++
	case s == "up", s == "ctrl+p":
		d.at--
	case s == "pgdown":
		d.at += m.h / 2
	case s == "pgup":
		d.at -= m.h / 2
	default:
		if d.filter.key(m.pen, k, 200) {
			d.at = 0
		}
	}
	d.at = max(0, min(d.at, len(d.shown(m))-1))
	return nil
}

func (d *savedPicker) remove(m *Model, r inbox.SavedReply) tea.Cmd {
	if m.readOnly() {
		return m.say(m.whyReadOnly())
	}
	w, name := m.pen.w, inbox.ReplyName{Name: r.Name, Language: r.Language}
	return m.openDialog(newMenu(fill(w.RemoveTitle, "name", r.Name), []choice{
		{key: "n", label: w.No, run: func(*Model) tea.Cmd { return nil }},
		{key: "y", label: w.RemoveYes, run: func(m *Model) tea.Cmd {
			return m.do(inbox.RemoveReply{Reply: name}, func(m *Model, _ inbox.Done, err error) tea.Cmd {
				if err != nil {
					return m.fail(err)
				}
				return tea.Batch(m.say(fill(w.Removed, "name", r.Name)), m.loadSaved())
			})
		}},
	}))
}

// putSaved puts a saved reply into the box, filled in as far as the contact tells, and goes to the first field left.
func (m *Model) putSaved(r inbox.SavedReply) tea.Cmd {
	d := m.draft()
	if d == nil || !m.windowOpen() {
		return nil // it closed meanwhile, and the composer says so
	}
	m.touch(d)
	if r.Name != "" {
		d.began = inbox.ReplyName{Name: r.Name, Language: r.Language}
	}
	d.ed.history.sealed = true
	from := d.ed.at
	d.ed.insert(m.filled(r.Text))
	d.ed.history.sealed = true
	if len(inbox.Fields(r.Text)) > 0 {
		d.ed.chooseField(from)
	}
	m.wrote = m.now()
	return m.write()
}

// filled is a text with what is known of the open thread in its fields.
func (m *Model) filled(text string) string {
	t := m.opened()
	if t == nil {
		return text
	}
	return inbox.FillFields(text, inbox.FieldValues(*t, m.info))
}

// fillIn stops a reply that still has fields: what is known of the contact is put in, to be looked at before the next
// enter, and the person is asked for the rest.
func (m *Model) fillIn(d *draft) tea.Cmd {
	if filled := m.filled(d.text()); filled != d.text() {
		m.touch(d)
		d.ed.rewrite(filled)
	}
	fields := inbox.Fields(d.text())
	if len(fields) == 0 {
		return m.say(m.pen.w.FilledIn)
	}
	d.ed.chooseField(d.ed.field[0])
	return m.say(fill(m.pen.w.FieldMissing, "field", fields[0]))
}

func (d *savedPicker) box(m *Model, w, h int) (string, string, []string) {
	p := m.pen
	shown := d.shown(m)
	rows := []string{p.ends(w, []span{in(keyed, "> "), in(plain, p.WithCursor(d.filter.String(), d.filter.at))},
		[]span{in(faint, p.w.savedShown(len(shown), len(m.saved.all)))}), p.blank(w)}
	list := max(1, h-4)
	side := w >= 60
	listW, sideW := w, w
	if side {
		listW = w * 2 / 5
		sideW = w - listW - 2
	} else {
		list = max(1, list/2)
	}
	var left, right []string
	from := max(0, min(d.at-list/2, len(shown)-list))
	for i := from; i < len(shown) && len(left) < list; i++ {
		left = append(left, d.row(p, shown[i], listW, i == d.at))
	}
	if d.at < len(shown) {
		right = fieldRows(p, sideW, m.filled(shown[d.at].Text))
	}
	empty := ""
	switch {
	case m.saved.err != nil && len(m.saved.all) == 0:
		empty = p.w.problem(m.saved.err)
	case !m.saved.loaded:
		empty = p.w.Loading
	case len(m.saved.all) == 0:
		empty = fill(p.w.NoSaved, "save", m.keys.first("save reply"))
	case len(shown) == 0:
		empty = p.w.NoSavedMatch
	}
	switch {
	case empty != "":
		rows = append(rows, p.lines(w, empty)...)
	case side:
		n := min(list, max(len(left), len(right), 4))
		left, right = p.pad(left, listW, n), p.pad(right, sideW, n)
		for i := range n {
			rows = append(rows, left[i]+p.row(2, false, in(rule, p.Bar+" "))+right[i])
		}
	default:
		rows = append(rows, left...)
		rows = append(rows, p.ruled(w, 2, in(faint, p.w.Preview)))
		room := max(1, h-len(rows)-2)
		rows = append(rows, right[:min(len(right), room)]...)
	}
	keys := p.w.SavedKeys
	if len(m.saved.all) == 0 {
		keys = p.w.SavedKeysNone
	}
	return p.w.SavedTitle, "", append(rows, p.blank(w), p.row(w, false, in(faint, p.some(w, keys))))
}

func (d *savedPicker) row(p *pen, r inbox.SavedReply, w int, selected bool) string {
	edge := "  "
	if selected {
		edge = p.Select + " "
	}
	return p.row(w, selected, in(plain, edge), in(plain, r.Name+"  "), in(faint, r.Language))
}

// fieldRows wraps a text; what is not filled in yet stands out.
func fieldRows(p *pen, w int, text string) []string {
	var ed editor
	ed.text = []rune(text)
	fields := ed.fields()
	var rows []string
	for _, r := range ed.wrap(p, max(2, w-1)) {
		rows = append(rows, p.row(w, false, ed.spans(p, r, fields, false, false, plain)...))
	}
	return rows
}

// saveReply keeps what is in the box under a name.
func (m *Model) saveReply() tea.Cmd {
	d := m.draft()
	if d == nil || d.ed.blank() {
		return m.say(fill(m.pen.w.SaveNothing, "save", m.keys.first("save reply")))
	}
	text := strings.TrimSpace(d.text())
	return tea.Batch(m.loadSaved(), m.openDialog(newPrompt(m.pen.w.SaveTitle, m.pen.w.SaveHint, d.began.Name, true, func(m *Model, name string) tea.Cmd {
		n := inbox.ReplyName{Name: strings.TrimSpace(name)}
		if n.Name == "" {
			return nil
		}
		if strings.EqualFold(n.Name, d.began.Name) {
			n.Language = d.began.Language
		}
		w := m.pen.w
		save := func(m *Model) tea.Cmd {
			return m.do(inbox.SaveReply{Reply: n, Text: text}, m.did(fill(w.SavedAs, "name", n.Name)))
		}
		if have := m.saved.named(n); have == nil || have.Text == text {
			return save(m)
		}
		q := newMenu(w.SaveTitle, []choice{
			{key: "n", label: w.No, run: func(*Model) tea.Cmd { return nil }},
			{key: "y", label: w.SaveAgainYes, run: save},
		})
		q.text = fill(w.SaveAgain, "name", n.Name)
		return m.openDialog(q)
	})))
}
