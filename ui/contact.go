package ui

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

// card is all that is known of the open thread's customer, each line with what can be done about it: the name, fields,
// what people joined, and the other number. It shows the thread as it is, so what was changed elsewhere shows, too.
type card struct{ at int }

// openCard opens the card of the customer whose thread is open.
func (m *Model) openCard() tea.Cmd {
	m.openDialog(&card{})
	return m.loadThread(m.talk.id) // a list knows less of a customer
}

// contactLine is a fact about a customer.
type contactLine struct{ label, text string }

// contactLines are the facts about a customer that nobody here can change.
func (p *pen) contactLines(t *inbox.Thread) []contactLine {
	var lines []contactLine
	add := func(label, text string) {
		if text != "" && text != t.Name {
			lines = append(lines, contactLine{label, text})
		}
	}
	add(p.w.LabelNumber, number(t.WaID))
	for _, a := range t.Aliases {
		if n := a.Phone(); n != "" && number(n) != number(t.WaID) {
			add(p.w.LabelAlso, number(n))
		}
		if u := a.User(); u != "" && (u != t.UserID || t.WaID == "") {
			add(p.w.LabelAlso, u)
		}
	}
	if t.Username != "" {
		add(p.w.LabelUser, "@"+t.Username)
	}
	add(p.w.LabelBook, t.Names.Book)
	add(p.w.LabelProfile, t.Names.Profile)
	return lines
}

// items are the lines of a card that do something.
func (d *card) items(m *Model) []choice {
	t, w := m.opened(), m.pen.w
	var items []choice
	add := func(label, value string, run func(*Model) tea.Cmd) {
		key := ""
		if n := len(items); n < 9 {
			key = string(rune('1' + n))
		}
		items = append(items, choice{key: key, label: m.pen.Fit(label, 12) + value, run: run})
	}
	if !m.readOnly() {
		add(w.LabelName, t.Names.Local, (*Model).renameContact)
		for _, f := range fieldsOf(t) {
			add(w.contactField(f), t.Fields[f], func(m *Model) tea.Cmd { return m.editField(f) })
		}
		items = append(items, choice{key: "+", label: w.NewField, run: (*Model).newField})
		items = append(items, choice{key: "J", label: w.JoinMore, run: (*Model).joinThread})
		for i, j := range slices.Backward(t.Joins) {
			key := ""
			if i == len(t.Joins)-1 {
				key = "S"
			}
			items = append(items, choice{key: key, label: w.joinedBy(otherSide(j, t), j.By, m.info.Agent), run: func(m *Model) tea.Cmd { return m.separateFrom(j) }})
		}
	}
	if hasOther(t) {
		items = append(items, choice{key: "O", label: w.ToOther, run: func(m *Model) tea.Cmd { m.dialogs = nil; return m.toOther() }})
	}
	return items
}

// otherSide names the side of a join that is not the one messages go to now.
func otherSide(j inbox.Joined, t *inbox.Thread) string {
	a := j.A
	if a.Phone() == t.WaID && a.Phone() != "" || a.User() != "" && a.User() == t.UserID {
		a = j.B
	}
	if n := a.Phone(); n != "" {
		return number(n)
	}
	return a.User() + a.Parent()
}

// fieldsOf lists the fields of a card: the usual ones, filled or not, then the others.
func fieldsOf(t *inbox.Thread) []string {
	names := inbox.UsualFields()
	var others []string
	for f := range t.Fields {
		if !slices.Contains(names, f) {
			others = append(others, f)
		}
	}
	slices.Sort(others)
	return append(names, others...)
}

func (d *card) key(m *Model, k tea.KeyMsg) tea.Cmd {
	if m.opened() == nil {
		m.close(d)
		return nil
	}
	items := d.items(m)
	switch k.String() {
	case "esc", "q", "C":
		m.close(d)
		return nil
	case "down", "j", "tab":
		d.at++
	case "up", "k", "shift+tab":
		d.at--
	case "enter":
		return d.row(m, d.at)
	default:
		for i, c := range items {
			if c.key == k.String() && !k.Paste {
				return d.row(m, i)
			}
		}
		return m.stray(k)
	}
	d.at = max(0, min(d.at, len(items)-1))
	return nil
}

// row implements rower.
func (d *card) row(m *Model, n int) tea.Cmd {
	items := d.items(m)
	if n >= len(items) {
		return nil
	}
	d.at = n
	return items[n].run(m)
}

func (d *card) box(m *Model, w, h int) (string, string, []string) {
	p, t := m.pen, m.opened()
	if t == nil {
		return p.w.Contact, "", nil
	}
	var facts []string
	for _, l := range p.contactLines(t) {
		facts = append(facts, labelled(p, w, l.label, plain, l.text)...)
	}
	items := d.items(m)
	d.at = max(0, min(d.at, len(items)-1))
	list := &menu{items: items, at: d.at}
	_, _, rows := list.box(m, w, h)
	if len(facts) > 0 {
		facts = append(facts, p.blank(w))
	}
	if room := h - len(rows); len(facts) > room { // on a small screen what can be done comes first
		facts = facts[:max(0, room)]
	}
	if over := len(rows) - h; over > 0 {
		from := max(0, min(d.at-h/2, over))
		rows = rows[from : from+h]
	}
	return t.Name, p.w.ContactKeys, append(facts, rows...)
}

// editContact changes the open thread's contact, so that it can be taken back.
func (m *Model) editContact(do, back inbox.ContactEdit) tea.Cmd {
	edit := func(e inbox.ContactEdit) inbox.Command { return inbox.EditContacts{Edits: []inbox.ContactEdit{e}} }
	return m.carry([]step{{do: edit(do), back: edit(back)}}, m.pen.w.ContactSaved)
}

func (m *Model) renameContact() tea.Cmd {
	t, id := m.opened(), m.talk.id
	was := t.Names.Local
	return m.openDialog(newPrompt(m.pen.w.nameTitle(t.Name), m.pen.w.ContactHint, was, true, func(m *Model, name string) tea.Cmd {
		if name = strings.TrimSpace(name); name == was {
			return nil
		}
		return m.editContact(inbox.ContactEdit{ID: id, Name: &name}, inbox.ContactEdit{ID: id, Name: &was})
	}))
}

func (m *Model) renameAs(name string) tea.Cmd {
	id, was := m.talk.id, m.opened().Names.Local
	return m.editContact(inbox.ContactEdit{ID: id, Name: &name}, inbox.ContactEdit{ID: id, Name: &was})
}

func (m *Model) editField(field string) tea.Cmd {
	t, id := m.opened(), m.talk.id
	was := t.Fields[field]
	return m.openDialog(newPrompt(m.pen.w.fieldTitle(t.Name, field), m.pen.w.ContactHint, was, true, func(m *Model, value string) tea.Cmd {
		if value = strings.TrimSpace(value); value == was {
			return nil
		}
		return m.editContact(inbox.ContactEdit{ID: id, Fields: map[string]string{field: value}}, inbox.ContactEdit{ID: id, Fields: map[string]string{field: was}})
	}))
}

func (m *Model) newField() tea.Cmd {
	return m.openDialog(newPrompt(m.pen.w.newFieldTitle(m.opened().Name), m.pen.w.NewContactHint, "", true, func(m *Model, name string) tea.Cmd {
		if strings.TrimSpace(name) == "" || m.opened() == nil {
			return nil
		}
		field := inbox.ContactField(name)
		if field == "" {
			return m.say(m.pen.w.fieldRefused(strings.TrimSpace(name)))
		}
		return m.editField(field)
	}))
}

// joinThread opens the box on the threads that the open one may be joined with.
func (m *Model) joinThread() tea.Cmd {
	m.dialogs = nil
	return m.openSwitcher(":" + m.keys.named("join").name + " ")
}

// joinWith makes one thread of the open one and another of the same customer.
func (m *Model) joinWith(ref string) tea.Cmd {
	desk, ctx, id, name := m.desk, m.ctx, m.talk.id, m.opened().Name
	if chosen, ok := m.joinable()[ref]; ok {
		ref = string(chosen)
	}
	return func() tea.Msg {
		other, err := desk.Thread(ctx, ref)
		return answeredMsg(func(m *Model) tea.Cmd {
			if err != nil {
				return m.fail(err)
			}
			return m.carry([]step{{do: inbox.Join{Thread: id, With: other.ID}, back: inbox.Separate{Thread: id}}}, m.pen.w.joinedNow(name, other.Name))
		})
	}
}

// threadsKnown are the names of the other threads of the list, in an order that no arriving message changes under the
// hands of somebody who chooses.
func (m *Model) threadsKnown() []string { return slices.Sorted(maps.Keys(m.joinable())) }

// joinable are the other threads of the list by name; one customer's threads often have the same, and then by number too.
func (m *Model) joinable() map[string]inbox.ThreadID {
	times := map[string]int{}
	for _, id := range m.list.order {
		times[m.list.byID[id].Name]++
	}
	found := map[string]inbox.ThreadID{}
	for _, id := range m.list.order {
		t := m.list.byID[id]
		name := t.Name
		if times[name] > 1 {
			name += " " + cmp.Or(handle(t), t.UserID)
		}
		if id != m.talk.id {
			found[name] = id
		}
	}
	return found
}

func (m *Model) separate() tea.Cmd { return m.separateFrom(inbox.Joined{}) }

// separateFrom takes back what a person joined: the last time, or one certain pair.
func (m *Model) separateFrom(j inbox.Joined) tea.Cmd {
	return m.do(inbox.Separate{Thread: m.talk.id, A: j.A, B: j.B}, m.did(m.pen.w.SeparatedNow))
}

// otherOf is the thread of the number that the customer had before, or has now; the newest of them.
func otherOf(t *inbox.Thread) inbox.ThreadID {
	for _, n := range slices.Backward(t.Notes) {
		if n.Other != "" && n.Other != t.ID {
			return n.Other
		}
	}
	return ""
}

// hasOther reports whether another number of the customer can be gone to.
func hasOther(t *inbox.Thread) bool {
	n := t.Left()
	return otherOf(t) != "" || n != nil && phoneNumber(n) != ""
}

// toOther goes to the thread of the customer's other number. Where that has none yet, a template can begin it.
func (m *Model) toOther() tea.Cmd {
	t := m.opened()
	if n := t.Left(); n != nil && n.Other == "" && phoneNumber(n) != "" {
		if m.readOnly() {
			return m.say(m.whyReadOnly())
		}
		return m.begin(t.Name, n.Number)
	}
	return m.openRef(string(otherOf(t)))
}

// phoneNumber is the number that a note tells of; "" when it is a user id.
func phoneNumber(n *inbox.Note) string {
	if inbox.Digits(n.Number) != n.Number {
		return ""
	}
	return n.Number
}

func noOther(m *Model) string {
	if why := noOpen(m); why != "" {
		return why
	}
	if !hasOther(m.opened()) {
		return m.pen.w.NoOther
	}
	return ""
}

func notJoined(m *Model) string {
	if why := noOpen(m); why != "" {
		return why
	}
	if len(m.opened().Joins) == 0 {
		return m.pen.w.NotJoined
	}
	return ""
}
