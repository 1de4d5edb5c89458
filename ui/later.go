package ui

import (
	"strings"
	"time"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

// Replies that leave later, and those that can be taken back for a moment. Both lie with the Desk, which sends them
// whether a screen is open or not.

// eveningAt and morningAt are the hours that are offered.
const (
	eveningAt = 18
	morningAt = 9
)

func noLater(m *Model) string {
	d := m.draft()
	switch {
	case m.opened() == nil:
		return m.pen.w.NoThreadChosen
	case !m.windowOpen():
		return m.pen.closedWhy(m.w)
	case d == nil || d.empty():
		return m.pen.w.LaterNothing
	}
	return ""
}

// sendLater asks when the reply in the box is to leave.
func (m *Model) sendLater() tea.Cmd {
	return m.askWhen(func(at time.Time) tea.Cmd { return m.submitAt(at) }, m.windowOpenAt)
}

// sendLaterAt is sendLater with a time that was typed.
func (m *Model) sendLaterAt(text string) tea.Cmd {
	at, ok := m.pen.moment(m.now(), text)
	if !ok {
		return m.say(m.pen.w.noMoment(text))
	}
	return m.submitAt(at)
}

// windowOpenAt reports whether the window of the open thread will be open then, as far as is known now.
func (m *Model) windowOpenAt(at time.Time) bool { return m.openAt(m.opened(), at) }

// askWhen offers some times, and any other. may says whether a time is possible at all; the others stay, with a word.
func (m *Model) askWhen(choose func(time.Time) tea.Cmd, may func(time.Time) bool) tea.Cmd {
	w, now := m.pen.w, m.now()
	local := now.In(m.pen.zone)
	day := func(n, hour int) time.Time {
		return time.Date(local.Year(), local.Month(), local.Day()+n, hour, 0, 0, 0, m.pen.zone)
	}
	var items []choice
	offer := func(label string, at time.Time) {
		label += " " + m.pen.Dot + " " + m.pen.whenNear(now, at)
		if !may(at) {
			label += " " + m.pen.Dot + " " + w.LaterShut
		}
		items = append(items, choice{key: string(rune('1' + len(items))), label: label, run: func(m *Model) tea.Cmd { return choose(at) }})
	}
	offer(w.LaterHour, now.Add(time.Hour).Truncate(time.Minute))
	if evening := day(0, eveningAt); evening.After(now.Add(30 * time.Minute)) {
		offer(w.LaterEvening, evening)
	}
	offer(w.LaterTomorrow, day(1, morningAt))
	items = append(items, choice{key: string(rune('1' + len(items))), label: w.LaterOther, run: func(m *Model) tea.Cmd {
		return m.typeWhen("", choose)
	}})
	return m.openDialog(newMenu(w.LaterTitle, items))
}

// typeWhen asks for a time in words, and again when it is none.
func (m *Model) typeWhen(text string, choose func(time.Time) tea.Cmd) tea.Cmd {
	w := m.pen.w
	return m.openDialog(newPrompt(w.LaterTypeTitle, w.LaterTypeHint, text, true, func(m *Model, text string) tea.Cmd {
		if strings.TrimSpace(text) == "" {
			return nil
		}
		at, ok := m.pen.moment(m.now(), text)
		if !ok {
			return tea.Batch(m.typeWhen(text, choose), m.say(w.noMoment(text)))
		}
		return choose(at)
	}))
}

// submitAt hands the reply over to leave at a time, unless the window will have closed: then it says so and offers
// what may leave then.
func (m *Model) submitAt(at time.Time) tea.Cmd {
	t := m.opened()
	if t == nil {
		return nil
	}
	if m.windowOpenAt(at) {
		return m.handOver(at)
	}
	w, now := m.pen.w, m.now()
	when := m.pen.whenNear(now, at)
	ask := newMenu(fill(w.LaterShutTitle, "at", m.pen.whenNear(now, t.Window.ExpiresAt)), []choice{
		{key: "1", label: w.LaterOther, run: (*Model).sendLater},
		{key: "t", label: fill(w.LaterTemplate, "at", when), run: func(m *Model) tea.Cmd {
			cmd := m.pickTemplate()
			if n := len(m.dialogs); n > 0 {
				if d, ok := m.dialogs[n-1].(*picker); ok {
					d.later = at
				}
			}
			return cmd
		}},
	})
	ask.text = fill(w.LaterShutWhy, "at", when)
	return m.openDialog(ask)
}

// recallable is the newest reply of this person that can be taken back right now, or nil.
func (m *Model) recallable() *inbox.Message {
	now := m.now()
	for i := len(m.talk.rows) - 1; i >= 0 && i >= len(m.talk.rows)-keepNear; i-- {
		if r := &m.talk.rows[i]; recalls(r, now) && r.Agent == m.info.Agent {
			return r
		}
	}
	return nil
}

// keepNear is how many rows from the end are looked at for what can be taken back.
const keepNear = 50

// recalls reports a reply that can be taken back for a moment.
func recalls(r *inbox.Message, now time.Time) bool {
	return r.HoldReason == "recall" && now.Before(r.NotBefore)
}

// nextRecall is when the seconds of a reply that can be taken back change.
func (c *convo) nextRecall(now time.Time) (due time.Time) {
	for i := len(c.rows) - 1; i >= 0 && i >= len(c.rows)-keepNear; i-- {
		if r := &c.rows[i]; recalls(r, now) {
			due = earlier(due, r.NotBefore.Add(-time.Duration(seconds(r.NotBefore.Sub(now))-1)*time.Second))
		}
	}
	return due
}

// recall calls a reply back before it leaves. Its text goes into the box again, in front of what is there.
func (m *Model) recall(msg inbox.Message) tea.Cmd {
	return m.do(inbox.Decide{OID: msg.Ref, Decision: inbox.Cancel}, func(m *Model, _ inbox.Done, err error) tea.Cmd {
		switch {
		case inbox.KindOf(err) == inbox.TooLate:
			return m.say(m.pen.w.TooLateToTakeBack)
		case err != nil:
			return m.fail(err)
		}
		if l := m.lastTyped; l.oid == msg.Ref && l.oid != "" && m.talk.id == msg.Thread && len(m.dialogs) == 0 {
			l.oid = "" // it is gone for good
			return tea.Batch(m.askFor(l), m.say(m.pen.w.Recalled))
		}
		d := m.drafts[msg.Thread]
		if d == nil {
			return nil // the thread has been left for good: the cancelled row keeps the text
		}
		text := caption(&msg)
		if msg.Media == nil && msg.Type != "text" { // what stands for it is no text to send
			text = ""
		}
		d.restore(inbox.OID(m.newID()), handed{text: text, replyTo: msg.ReplyTo, file: m.enclosed[msg.Ref]})
		d.seen, d.begunAt, d.problem = m.talk.newest(), m.now(), nil
		if d.replyTo != "" {
			d.quoted = m.talk.byID(d.replyTo)
		}
		if msg.Thread == m.talk.id && m.focus != onList {
			m.focus = onWrite
		}
		return tea.Batch(m.save(d, m.now(), true), m.say(m.pen.w.Recalled))
	})
}

// changes reports a reply that can be taken out of the outbox into the box again.
func changes(msg *inbox.Message) bool {
	return msg.Type == "text" && !msg.Revoked && cancels(msg)
}

// toLeave is what the words about a reply that has not left depend on besides the reply: the seconds in which it can be
// taken back, and whether a key does it here, or the days until it leaves.
func toLeave(p *pen, m *inbox.Message, v view) int {
	now := v.now
	switch {
	case m.NotBefore.IsZero():
		return 0
	case recalls(m, now) && v.focused:
		return seconds(m.NotBefore.Sub(now))
	case recalls(m, now):
		return 100 + seconds(m.NotBefore.Sub(now))
	case now.Before(m.NotBefore):
		return 1000 - p.days(now, m.NotBefore)
	}
	return -1
}
