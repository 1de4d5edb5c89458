package ui

import (
	"strconv"
	"strings"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

// Messages that are neither text nor file, and are written as a line: a place, a contact card, and a question with buttons
// or a list under it.

// ReadPlace reads LAT,LON[,NAME[,ADDRESS]]; the address may hold commas.
func ReadPlace(text string) (inbox.Outgoing, error) {
	out := inbox.Outgoing{Type: "location"}
	parts := strings.SplitN(text, ",", 4)
	if len(parts) < 2 {
		return out, inbox.Refusal("place")
	}
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	lat, err1 := strconv.ParseFloat(parts[0], 64)
	lon, err2 := strconv.ParseFloat(parts[1], 64)
	if err1 != nil || err2 != nil || !(lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180) {
		return out, inbox.Refusal("place")
	}
	out.Location = &inbox.HeaderLocation{Latitude: lat, Longitude: lon}
	if len(parts) > 2 {
		out.Location.Name = parts[2]
	}
	if len(parts) > 3 {
		out.Location.Address = parts[3]
	}
	return out, nil
}

// ReadCard reads NAME,PHONE[,COMPANY] as one contact card; the company may hold commas. Whether the phone is a number is
// the Desk's to say.
func ReadCard(text string) (inbox.Outgoing, error) {
	out := inbox.Outgoing{Type: "contacts"}
	parts := strings.SplitN(text, ",", 3)
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	if len(parts) < 2 || parts[0] == "" || parts[1] == "" {
		return out, inbox.Refusal("card")
	}
	card := inbox.Card{Name: parts[0], Phones: []string{parts[1]}}
	if len(parts) > 2 {
		card.Company = parts[2]
	}
	out.Cards = []inbox.Card{card}
	return out, nil
}

// ReadButtons reads TEXT | BUTTON, with up to three buttons. Whether they fit is the Desk's to say.
func ReadButtons(text string) (inbox.Outgoing, error) {
	parts := splitAsk(text)
	if len(parts) < 2 {
		return inbox.Outgoing{}, inbox.Refusal("buttons-how")
	}
	a := &inbox.Ask{}
	for _, title := range parts[1:] {
		a.Buttons = append(a.Buttons, inbox.AskButton{Title: title})
	}
	return inbox.Outgoing{Type: "interactive", Text: parts[0], Ask: a}, nil
}

// ReadList reads TEXT | OPENS | ROW, with up to ten rows, each a title or TITLE: DESCRIPTION. "# TITLE" in the place of a
// row begins a section. Whether they fit is the Desk's to say.
func ReadList(text string) (inbox.Outgoing, error) {
	parts := splitAsk(text)
	if len(parts) < 3 {
		return inbox.Outgoing{}, inbox.Refusal("list-how")
	}
	a := &inbox.Ask{Opens: parts[1]}
	for i, part := range parts[2:] {
		title, begins := strings.CutPrefix(part, "# ")
		if begins || i == 0 {
			a.Sections = append(a.Sections, inbox.AskSection{})
		}
		s := &a.Sections[len(a.Sections)-1]
		if begins {
			s.Title = strings.TrimSpace(title)
			continue
		}
		title, more, _ := strings.Cut(part, ": ")
		s.Rows = append(s.Rows, inbox.AskRow{Title: strings.TrimSpace(title), Description: strings.TrimSpace(more)})
	}
	return inbox.Outgoing{Type: "interactive", Text: parts[0], Ask: a}, nil
}

// splitAsk cuts a line at its bars. One at the end waits for what has not been typed yet.
func splitAsk(text string) []string {
	parts := strings.Split(text, "|")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	if n := len(parts) - 1; n > 0 && parts[n] == "" {
		parts = parts[:n]
	}
	return parts
}

// typed is a kind of message that is written as a line: what it is asked for with, and what reads it.
type typed struct {
	title, hint func(*words) string
	read        func(string) (inbox.Outgoing, error)
	asks        bool // a question: it may be what stands in the box, and is shown beneath as the customer gets it
}

var (
	typedPlace   = typed{title: func(w *words) string { return w.PlaceTitle }, hint: func(w *words) string { return w.PlaceHint }, read: ReadPlace}
	typedCard    = typed{title: func(w *words) string { return w.CardTitle }, hint: func(w *words) string { return w.CardHint }, read: ReadCard}
	typedButtons = typed{title: func(w *words) string { return w.ButtonsTitle }, hint: func(w *words) string { return w.ButtonsHint }, read: ReadButtons, asks: true}
	typedList    = typed{title: func(w *words) string { return w.ListTitle }, hint: func(w *words) string { return w.ListHint }, read: ReadList, asks: true}
)

// typedLine is what was typed, and the message that it became, if it did.
type typedLine struct {
	kind typed
	text string
	seen inbox.Seq // the thread as it was when it was begun
	oid  inbox.OID // under which it may have been taken: the answer got lost
}

// run asks for the line.
func (k typed) run(m *Model) tea.Cmd {
	text := ""
	if d := m.draft(); k.asks && d != nil && d.file == nil && !d.ed.blank() {
		text = strings.TrimSpace(d.text()) + " | "
	}
	return m.askFor(typedLine{kind: k, text: text, seen: m.talk.newest()})
}

// with sends a line that is there already.
func (k typed) with(m *Model, text string) tea.Cmd {
	return m.sendTyped(typedLine{kind: k, text: text, seen: m.talk.newest()}, text)
}

// askFor opens the box for a line, with what is there of it.
func (m *Model) askFor(l typedLine) tea.Cmd {
	d := newPrompt(l.kind.title(m.pen.w), l.kind.hint(m.pen.w), l.text, !l.kind.asks, func(m *Model, text string) tea.Cmd {
		return m.sendTyped(l, text)
	})
	if l.kind.asks {
		d.under = l.kind.look
	}
	return m.openDialog(d)
}

// look shows a question as the customer gets it, or why it cannot go as it is: at most h rows, the last ones.
func (k typed) look(p *pen, text string, w, h int) []string {
	out, err := k.read(text)
	if err != nil {
		return nil // there is not enough of it; the hint says how it is written
	}
	ink, says := faint, inbox.Clean(out.Ask.Says(out.Text))
	if _, err := inbox.CheckAsk(out); err != nil {
		ink, says = warning, p.w.problem(err)
	}
	var rows []string
	for _, line := range p.Wrap(says, max(1, w-2)) {
		rows = append(rows, p.row(w, false, in(ink, "  "+line)))
	}
	return rows[max(0, len(rows)-h):]
}

// sendTyped sends what a line makes, with the pause of a reply; a line that was not taken is asked for again. The box keeps
// its draft, unless that is what was asked.
func (m *Model) sendTyped(l typedLine, text string) tea.Cmd {
	if text = strings.TrimSpace(text); text == "" || m.opened() == nil {
		return nil
	}
	if text != strings.TrimSpace(l.text) || l.oid == "" {
		l.oid = inbox.OID(m.newID()) // under the old one something else may have been taken
	}
	l.text = text
	out, err := l.kind.read(text)
	if err != nil {
		return tea.Batch(m.askFor(l), m.fail(err))
	}
	d := m.draft()
	fromBox := func() bool {
		return out.Ask != nil && d != nil && d.file == nil && strings.TrimSpace(d.text()) == out.Text
	}
	if fromBox() {
		out.ReplyTo = d.replyTo
	}
	send := inbox.Send{Thread: m.talk.id, OID: l.oid, Seen: l.seen, Out: out, Pause: m.cfg.Hold}
	m.lastTyped = l
	desk, ctx := m.desk, m.ctx
	return tea.Batch(m.toEnd(), func() tea.Msg {
		_, err := desk.Do(ctx, string(send.OID), send)
		return answeredMsg(func(m *Model) tea.Cmd {
			here := m.talk.id == send.Thread
			switch kind := inbox.KindOf(err); {
			case err == nil && fromBox():
				return tea.Batch(m.answered(send.Thread), m.drop(d))
			case err == nil:
				return m.answered(send.Thread)
			case !here || len(m.dialogs) > 0:
				return m.fail(err)
			case kind == inbox.Stale:
				l.seen = m.talk.newest() // they can read it now
			}
			return tea.Batch(m.askFor(l), m.fail(err))
		})
	})
}
