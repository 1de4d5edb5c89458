package ui

import (
	"slices"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

// What a person decides about a reply that did not go its way.

// decisions are what a person may decide about a message besides cancelling.
func decisions(msg *inbox.Message) []inbox.Decision {
	return slices.DeleteFunc(slices.Clone(msg.Choices), func(d inbox.Decision) bool { return d == inbox.Cancel })
}

// canFetch reports a message whose file is not here and can be asked for.
func canFetch(msg *inbox.Message) bool {
	return msg.Media != nil && !msg.Revoked && msg.Media.Again && msg.Media.State != inbox.MediaFetching
}

// decides reports a message that waits for a decision, or whose text can still be changed.
func decides(msg *inbox.Message) bool {
	return len(decisions(msg)) > 0 || msg.AccountHold() || changes(msg)
}

// cancels reports a message that can be called off.
func cancels(msg *inbox.Message) bool { return slices.Contains(msg.Choices, inbox.Cancel) }

// nearest is the key of the selected message when ok takes it, else of the newest that it takes: what is to come or is
// held names its keys on the screen, and is seldom selected. A dialog is about the selected one only. Empty: there is
// none.
func (m *Model) nearest(ok func(*inbox.Message) bool) string {
	if msg := m.talk.selected(); msg != nil && ok(msg) {
		return m.talk.sel
	}
	if len(m.dialogs) > 0 {
		return ""
	}
	for _, it := range slices.Backward(m.talk.items) {
		if it.msg != nil && ok(it.msg) {
			return it.key
		}
	}
	return ""
}

// aim selects an item and shows it, so that what is asked is seen beside what it is about.
func (m *Model) aim(key string) {
	c := &m.talk
	if c.sel != key {
		c.sel, c.follow = key, false
		c.reveal(m.pen, m.view())
	}
}

// choices opens what the message's state allows. What could reach the customer twice is asked a second time.
func (m *Model) choices() tea.Cmd {
	if msg := m.talk.selected(); canFetch(msg) {
		return m.fetchFile(msg)
	}
	m.aim(m.nearest(decides))
	msg, w := *m.talk.selected(), m.pen.w
	var items []choice
	for i, d := range decisions(&msg) {
		run := m.decide(msg.Ref, d)
		if d == inbox.Resend && msg.Status == inbox.Unknown {
			run = m.sure(w.ResendTitle, w.ResendTwice, w.ResendYes, run)
		}
		items = append(items, choice{key: string(rune('1' + i)), label: w.decision(d, msg.Status), run: run})
	}
	if msg.AccountHold() {
		items = append(items, choice{key: "L", label: w.LiftHold, run: func(m *Model) tea.Cmd {
			return m.do(inbox.LiftHold{}, func(m *Model, done inbox.Done, err error) tea.Cmd {
				if err != nil {
					return m.fail(err)
				}
				return m.say(done.Text)
			})
		}})
	}
	if changes(&msg) {
		items = append(items, choice{key: "c", label: w.Change, run: func(m *Model) tea.Cmd { return m.recall(msg) }})
	}
	if msg.HoldReason == "window" {
		items = append(items, choice{key: "t", label: w.Help["template"], run: (*Model).pickTemplate})
	}
	menu := newMenu(w.decideTitle(&msg), items)
	menu.text = firstLine(msg.Text)
	return m.openDialog(menu)
}

// decide settles a message; a resend gets its new oid here, so that repeating the command is harmless.
func (m *Model) decide(oid inbox.OID, d inbox.Decision) func(*Model) tea.Cmd {
	c := inbox.Decide{OID: oid, Decision: d}
	if d == inbox.Resend {
		c.NewOID = inbox.OID(m.newID())
	}
	return func(m *Model) tea.Cmd { return m.do(c, m.did(m.pen.w.decided(d))) }
}

// sure asks before something that cannot be taken back.
func (m *Model) sure(title, text, yes string, run func(*Model) tea.Cmd) func(*Model) tea.Cmd {
	return func(m *Model) tea.Cmd {
		ask := newMenu(title, []choice{
			{key: "n", label: m.pen.w.No, run: func(*Model) tea.Cmd { return nil }},
			{key: "y", label: yes, run: run},
		})
		ask.text = text
		return m.openDialog(ask)
	}
}

func (m *Model) cancelSend() tea.Cmd {
	msg := m.talk.selected()
	if back := m.recallable(); back != nil && (back.Ref == msg.Ref || !cancels(msg)) {
		return m.recall(*back)
	}
	if !cancels(msg) {
		m.aim(m.nearest(cancels)) // asked, as it was not chosen
		msg, a := m.talk.selected(), m.keys.named("cancel")
		ask := newMenu(m.pen.w.decideTitle(msg), []choice{{key: m.keys.first(a.name), label: a.help, run: m.decide(msg.Ref, inbox.Cancel)}})
		ask.text = firstLine(msg.Text)
		return m.openDialog(ask)
	}
	return m.decide(msg.Ref, inbox.Cancel)(m)
}
