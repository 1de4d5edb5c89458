package ui

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"frontdesk/inbox"
	"frontdesk/ui/term"

	tea "github.com/charmbracelet/bubbletea"
)

// What people do with threads and messages, besides writing.

func (m *Model) take() tea.Cmd {
	some := m.targets()
	to := m.info.Agent
	if !slices.ContainsFunc(some, func(t *inbox.Thread) bool { return t.Assignee != to }) {
		to = "" // again: give it back
	}
	return m.hand(some, to)
}

// assign asks who, among those who are known here; another name may be typed.
func (m *Model) assign() tea.Cmd { return m.openSwitcher(":assign ") }

// hand gives threads to an agent, or to nobody.
func (m *Model) hand(some []*inbox.Thread, to inbox.AgentID) tea.Cmd {
	return m.carry(steps(some, func(t *inbox.Thread) step {
		return step{do: inbox.Assign{Thread: t.ID, To: to}, back: inbox.Assign{Thread: t.ID, To: t.Assignee}}
	}), m.pen.w.handed(m.named(some), to, m.info.Agent))
}

func (m *Model) finish() tea.Cmd {
	some := m.targets()
	if !slices.ContainsFunc(some, func(t *inbox.Thread) bool { return t.State != inbox.Closed }) {
		return m.carry(steps(some, stateStep(inbox.SetState{State: inbox.Open})), m.counted(some, m.pen.w.Reopened))
	}
	return m.carry(steps(some, stateStep(inbox.SetState{State: inbox.Closed})), m.counted(some, m.pen.w.MarkedDone))
}

// counted puts the number of several threads before what is said about one.
func (m *Model) counted(some []*inbox.Thread, said string) string {
	if len(some) == 1 {
		return said
	}
	return m.pen.w.ofThreads(m.named(some), said)
}

// did says what was done once it is.
func (m *Model) did(text string) func(*Model, inbox.Done, error) tea.Cmd {
	return func(m *Model, _ inbox.Done, err error) tea.Cmd {
		if err != nil {
			return m.fail(err)
		}
		return m.say(text)
	}
}

func (m *Model) snooze() tea.Cmd {
	some, w, now := m.targets(), m.pen.w, m.now()
	until := func(at time.Time) func(*Model) tea.Cmd {
		return func(m *Model) tea.Cmd { return m.snoozeUntil(some, at) }
	}
	local := now.In(m.pen.zone)
	morning := time.Date(local.Year(), local.Month(), local.Day()+1, 9, 0, 0, 0, m.pen.zone)
	monday := morning.AddDate(0, 0, (8-int(morning.Weekday()))%7)
	items := []choice{
		{key: "1", label: w.SnoozeHour + " " + m.pen.Dot + " " + m.pen.whenNear(now, now.Add(time.Hour)), run: until(now.Add(time.Hour))},
		{key: "2", label: w.SnoozeLater + " " + m.pen.Dot + " " + m.pen.whenNear(now, now.Add(4*time.Hour)), run: until(now.Add(4 * time.Hour))},
		{key: "3", label: w.SnoozeTomorrow + " " + m.pen.Dot + " " + m.pen.whenNear(now, morning), run: until(morning)},
		{key: "4", label: w.SnoozeMonday + " " + m.pen.Dot + " " + m.pen.whenNear(now, monday), run: until(monday)},
	}
	if slices.ContainsFunc(some, func(t *inbox.Thread) bool { return t.State == inbox.Snoozed }) {
		items = append(items, choice{key: "0", label: w.SnoozeEnd, run: func(m *Model) tea.Cmd {
			return m.carry(steps(some, stateStep(inbox.SetState{State: inbox.Open})), m.counted(some, w.Reopened))
		}})
	}
	return m.openDialog(newMenu(w.snoozeTitle(m.named(some)), items))
}

func (m *Model) snoozeUntil(some []*inbox.Thread, at time.Time) tea.Cmd {
	said := m.counted(some, m.pen.w.snoozed(m.pen.whenNear(m.now(), at)))
	return m.carry(steps(some, stateStep(inbox.SetState{State: inbox.Snoozed, Until: at})), said)
}

func (m *Model) markUnread() tea.Cmd {
	t := m.thread()
	if t.ID == m.talk.id {
		m.readUpto = m.talk.arrived() // looking at it goes on and must not undo it
		m.readDue = time.Time{}
	}
	return m.do(inbox.MarkUnread{Thread: t.ID}, m.did(m.pen.w.MarkedUnread))
}

func (m *Model) note() tea.Cmd {
	t := m.thread()
	id := t.ID
	return m.openDialog(newPrompt(m.pen.w.noteTitle(t.Name), m.pen.w.NoteHint, "", false, func(m *Model, text string) tea.Cmd {
		if strings.TrimSpace(text) == "" {
			return nil
		}
		return m.do(inbox.AddNote{Thread: id, Text: text}, m.did(m.pen.w.NoteKept))
	}))
}

// reactions are the emoji of the small choice; the rest of them come with a keyboard that has them.
var reactions = [...]string{"👍", "❤️", "😂", "😮", "😢", "🙏"}

func (m *Model) react() tea.Cmd {
	msg, w := m.talk.selected(), m.pen.w
	thread, target := m.talk.id, msg.ID
	send := func(emoji string) func(*Model) tea.Cmd {
		return func(m *Model) tea.Cmd {
			oid := inbox.OID(m.newID())
			return m.send(inbox.Send{Thread: thread, OID: oid, Out: inbox.Outgoing{Type: "reaction", ReplyTo: target, Emoji: emoji}}, "")
		}
	}
	var items []choice
	for i, e := range reactions {
		items = append(items, choice{key: string(rune('1' + i)), label: e, run: send(e)})
	}
	if slices.ContainsFunc(msg.Reactions, func(r inbox.Reaction) bool { return r.By == "business" }) {
		items = append(items, choice{key: "0", label: w.NoReaction, run: send("")})
	}
	return m.openDialog(newMenu(w.ReactTitle, items))
}

// send hands over what is no reply from the box: a reaction or a template. Its id is the oid, so a repeat is harmless.
func (m *Model) send(s inbox.Send, done string) tea.Cmd {
	desk, ctx := m.desk, m.ctx
	return func() tea.Msg {
		_, err := desk.Do(ctx, string(s.OID), s)
		return answeredMsg(func(m *Model) tea.Cmd {
			switch {
			case err != nil:
				return m.fail(err)
			case done != "":
				return m.say(done)
			}
			return nil
		})
	}
}

func (m *Model) copyText() tea.Cmd {
	msg := m.talk.selected()
	text := caption(msg)
	switch {
	case msg.Revoked || text == "" && msg.Media == nil:
		return m.say(m.pen.w.NothingToCopy)
	case text == "" && noFile(m) == "":
		return m.copyPath(msg)
	case text == "":
		text = msg.Text
	}
	return m.copy(inbox.Clean(text))
}

// copyID copies WhatsApp's id of a message, or ours while it has none.
func (m *Model) copyID() tea.Cmd {
	msg := m.talk.selected()
	return m.copy(inbox.Clean(cmp.Or(msg.ID, string(msg.Ref))))
}

// copy puts cleaned text on the clipboard, and says by which way it went.
func (m *Model) copy(text string) tea.Cmd { return m.copyAfter("", text) }

// copyAfter is copy with a word before what became of it.
func (m *Model) copyAfter(word, text string) tea.Cmd {
	return term.Copy(text, func(done term.Copied) tea.Msg {
		return answeredMsg(func(m *Model) tea.Cmd {
			m.notice = notice{text: word + m.pen.w.copied(done), bad: !done.Terminal && done.Program == ""}
			return nil
		})
	})
}

func (m *Model) newLine() tea.Cmd {
	if d := m.draft(); d != nil && m.windowOpen() {
		d.ed.insert("\n")
		m.touch(d)
	}
	return nil
}
