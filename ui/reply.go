package ui

import (
	"errors"
	"time"

	"frontdesk/inbox"
	"frontdesk/ui/enclose"

	tea "github.com/charmbracelet/bubbletea"
)

// submit hands the reply in the box to the Desk: once as it is, and once more past the stop.
func (m *Model) submit() tea.Cmd { return m.handOver(time.Time{}) }

// handOver is submit for a reply that leaves at a time; zero is now, after the pause in which it can be taken back.
func (m *Model) handOver(later time.Time) tea.Cmd {
	d := m.draft()
	if d == nil || d.empty() || d.handed != nil {
		return nil
	}
	switch {
	case m.readOnly():
		return m.say(m.whyReadOnly())
	case !m.windowOpen():
		return nil // the composer says so and offers the way out
	}
	if len(inbox.Fields(d.text())) > 0 {
		return m.fillIn(d)
	}
	anyway := false
	if s := d.stop; s != nil {
		if later.IsZero() && !s.asked && m.now().Before(s.raised.Add(grace)) {
			s.asked = true // this enter was on its way before the stop could be read
			return nil
		}
		anyway = true
		d.seen = max(d.seen, s.seq)
	}
	if d.oid == "" {
		m.touch(d)
	}
	h := handed{text: d.text(), replyTo: d.replyTo, began: d.began, file: d.file}
	if d.ed.blank() {
		h.text = ""
	}
	oid, seen := d.oid, d.seen
	send := inbox.Send{Thread: d.thread, OID: oid, Seen: seen, Anyway: anyway, Saved: h.began,
		Out: inbox.Outgoing{Type: "text", Text: h.text, ReplyTo: h.replyTo}, Later: later}
	if later.IsZero() {
		send.Pause = m.cfg.Hold
	}
	if h.file != nil && send.Pause > 0 {
		m.enclosed = map[inbox.OID]*enclose.File{oid: h.file} // of the last one: that is what is taken back
	}
	tried := d.tried
	d.clear()
	d.handed = &h

	desk, ctx := m.desk, m.ctx
	return tea.Batch(m.toEnd(), func() tea.Msg {
		var done inbox.Done
		var err error
		if h.file != nil {
			var f inbox.OutFile
			if f, err = h.file.HandOver(ctx, desk); err == nil {
				send.Out = inbox.WithFile(f, h.text)
				send.Out.ReplyTo = h.replyTo
			}
		}
		if err == nil {
			done, err = desk.Do(ctx, string(oid), send)
		}
		first := false
		if kind := inbox.KindOf(err); kind == "" && tried != "" && tried != h.text || kind == inbox.Invalid {
			// An earlier try under this id, here or at another terminal, may have been taken with another text.
			text, ok := storedText(ctx, desk, send.Thread, oid)
			first = ok && text != h.text && h.file == nil
		}
		return answeredMsg(func(m *Model) tea.Cmd { return m.submitted(d, send, h, first, done, err) })
	})
}

// submitted is what becomes of the box once the Desk has answered. first says that an earlier version of the reply went
// under its id: what was written since is another message.
func (m *Model) submitted(d *draft, send inbox.Send, h handed, first bool, done inbox.Done, err error) tea.Cmd {
	d.handed = nil
	answered := tea.Cmd(nil)
	if send.Later.IsZero() { // else it answers when it leaves
		answered = m.answered(d.thread)
	}
	if first {
		d.restore(inbox.OID(m.newID()), h)
		return tea.Batch(m.say(m.pen.w.FirstVersionSent), answered, m.save(d, m.now(), true))
	}
	if err == nil {
		cmds := []tea.Cmd{answered}
		if d.theirs == nil || d.theirs.OID == send.OID {
			d.saved = "\x00" // whatever the Desk keeps as a draft is the message that just went
			cmds = append(cmds, m.save(d, m.now(), true))
		} else {
			d.saved = d.key() // it keeps what somebody else wrote
		}
		switch {
		case done.Text != "":
			cmds = append(cmds, m.say(done.Text))
		case !send.Later.IsZero():
			cancel := m.keys.first("cancel")
			if m.focus == onWrite { // there it would be a letter of the next reply
				cancel = m.keys.first("leave") + " " + cancel
			}
			cmds = append(cmds, m.say(fill(m.pen.w.LaterSet, "at", m.pen.whenNear(m.now(), send.Later), "cancel", cancel, "retry", m.keys.first("retry"))))
		}
		return tea.Batch(cmds...)
	}
	d.restore(send.OID, h)
	var e *inbox.Error
	errors.As(err, &e)
	switch inbox.KindOf(err) {
	case inbox.Stale:
		d.stop = &stop{by: e.By, at: e.At, seq: e.Seq, asked: true}
		if e.At.IsZero() {
			d.stop.at = m.now()
		}
	case inbox.Invalid, inbox.NotAllowed, inbox.NotFound, inbox.WindowClosed, inbox.ReadOnly, inbox.Busy:
		d.problem = err // refused: it was not taken
	default:
		d.problem, d.tried = err, h.text
	}
	if inbox.KindOf(err) == inbox.WindowClosed && send.Later.IsZero() {
		m.refused[d.thread] = m.now()
	}
	return tea.Batch(m.save(d, m.now(), true), m.keepFile(d))
}

// heard looks at a message that arrived while a reply is being written: somebody else's answer raises the stop.
func (m *Model) heard(msg *inbox.Message) {
	d := m.drafts[msg.Thread]
	if d == nil || d.empty() || !d.touched || msg.Direction != "out" || msg.Seq <= d.seen || !msg.NotBefore.IsZero() {
		return
	}
	by := ""
	switch msg.Origin {
	case inbox.OriginPhone, inbox.OriginElsewhere:
		by = string(msg.Origin)
	case inbox.OriginAPI:
		if msg.Agent == m.info.Agent || msg.Agent == "" {
			return
		}
		by = string(msg.Agent)
	default:
		return
	}
	if d.stop != nil && d.stop.seq >= msg.Seq {
		return
	}
	asked := d.stop != nil && d.stop.asked
	d.stop = &stop{by: by, at: msg.At, seq: msg.Seq, asked: asked, raised: m.now()}
}

// discard empties the box and forgets the draft.
func (m *Model) discard() tea.Cmd {
	d := m.draft()
	if d == nil {
		return nil
	}
	return m.drop(d)
}

// drop empties a box whose thread need not be open any more.
func (m *Model) drop(d *draft) tea.Cmd {
	oid, ed := d.oid, d.ed
	ed.rewrite("") // and undo brings it back
	d.clear()
	d.oid, d.ed = oid, ed
	cmd := m.save(d, m.now(), true)
	d.oid = ""
	return cmd
}
