package ui

import (
	"time"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

// alarm is the one timer: set for the next moment at which something on the screen changes by itself, or something is
// due. Nothing ticks while nothing moves.
type alarm struct {
	gen int
	at  time.Time
	set bool
}

type alarmMsg struct{ gen int }

// earlier is the earlier of two times, of which zero is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// armed sets the timer when the next moment is not the one it is set for.
func (m *Model) armed() tea.Cmd {
	next := m.next()
	if next.IsZero() {
		return nil
	}
	if m.alarm.set && !next.Before(m.alarm.at) {
		return nil // it rings early enough, and is armed again then
	}
	m.alarm.gen++
	m.alarm.at, m.alarm.set = next, true
	gen := m.alarm.gen
	return tea.Tick(max(time.Millisecond, next.Sub(m.now())), func(time.Time) tea.Msg { return alarmMsg{gen} })
}

// next is when something changes or is due.
func (m *Model) next() time.Time {
	now := m.now()
	due := m.pen.midnight(now)
	due = earlier(due, m.dueSave())
	if !m.infoAsked {
		due = earlier(due, m.infoDue)
		if next := m.info.TrayNext; next.After(now) {
			due = earlier(due, next.Add(time.Second))
		}
	}
	due = earlier(due, m.readDue)
	if m.find.on && !m.find.asking {
		due = earlier(due, m.find.due)
	}
	due = earlier(due, m.dueLook(now))
	due = earlier(due, m.dueAbsence(now))
	due = earlier(due, m.nextPhone(now))
	due = earlier(due, m.dueSync(now))
	if t := m.opened(); t != nil {
		due = earlier(due, m.nextWindow(t, now))
		for _, p := range t.Presence {
			if p.Until.After(now) {
				due = earlier(due, p.Until)
			}
		}
		due = earlier(due, m.talk.nextTurn())
		due = earlier(due, m.talk.nextRecall(now))
		due = earlier(due, m.talk.nextAgain())
		if d := m.draft(); d != nil && d.stop != nil {
			due = earlier(due, nextAgo(now, d.stop.at))
		}
	}
	for _, id := range m.list.visible() {
		due = earlier(due, m.nextListTime(m.list.byID[id], now))
	}
	if !m.list.loading {
		due = earlier(due, m.list.dueReturn())
	}
	return due
}

// nextWindow is when the words about the window change.
func (m *Model) nextWindow(t *inbox.Thread, now time.Time) time.Time {
	switch end := t.Window.ExpiresAt; {
	case end.IsZero():
		return time.Time{}
	case m.openAt(t, now):
		return nextMinute(now, end)
	case now.After(end) || now.Equal(end):
		return nextAgo(now, end)
	}
	return time.Time{}
}

// due does what time has brought.
func (m *Model) due() tea.Cmd {
	now := m.now()
	var cmds []tea.Cmd
	for _, d := range m.drafts {
		cmds = append(cmds, m.save(d, now, false))
	}
	if next := m.info.TrayNext; !next.IsZero() && now.After(next) && m.infoDue.IsZero() {
		m.info.TrayNext, m.infoDue = time.Time{}, now
	}
	if !m.infoDue.IsZero() && !now.Before(m.infoDue) && !m.infoAsked {
		cmds = append(cmds, m.loadInfo())
	}
	if d := m.sync.due; !d.IsZero() && !now.Before(d) && !m.sync.asked {
		cmds = append(cmds, m.loadSync())
	}
	cmds = append(cmds, m.returned(now), m.seeing(), m.reading(now), m.looking(now), m.attending(now), m.turned(now), m.readAgain(now), m.findDue(now))
	return tea.Batch(cmds...)
}

// readAfter is how long a message must have been looked at to count as read.
const readAfter = time.Second

// reading marks the open thread read: focused, its end on the screen, somebody at the terminal, for a second.
func (m *Model) reading(now time.Time) tea.Cmd {
	t := m.opened()
	if t == nil || !m.attendance.here(now) || m.focus == onList || len(m.dialogs) > 0 || !m.talk.ready || !m.talk.follow || m.readOnly() ||
		t.Unread == 0 || m.talk.arrived() <= m.readUpto && m.readDue.IsZero() {
		m.readDue = time.Time{}
		return nil
	}
	if m.readDue.IsZero() {
		m.readDue = now.Add(readAfter)
	}
	if now.Before(m.readDue) {
		return nil
	}
	m.readDue = time.Time{}
	return m.markRead(t.ID, m.cfg.ReadReceipts == ReceiptsFocused)
}

func (m *Model) markRead(id inbox.ThreadID, receipt bool) tea.Cmd {
	m.readUpto = m.talk.arrived()
	return m.do(inbox.MarkRead{Thread: id, Upto: m.talk.newest(), Receipt: receipt}, nil)
}

// answered follows a reply: with on_reply the customer learns that their message was read.
func (m *Model) answered(id inbox.ThreadID) tea.Cmd {
	if id != m.talk.id || m.cfg.ReadReceipts != ReceiptsOnReply {
		return nil
	}
	return m.markRead(id, true)
}

// look is what colleagues were told about this terminal.
type look struct {
	thread inbox.ThreadID
	doing  string
	at     time.Time
}

// How often presence is told again (network.md 2.7).
const (
	tellReading = 15 * time.Second
	tellTyping  = 3 * time.Second
)

// doing is what the person does now: reading or typing in the open thread, or nothing.
func (m *Model) doing() (inbox.ThreadID, string) {
	if m.talk.id == "" || m.focus == onList || !m.attendance.here(m.now()) {
		return m.looked.thread, "gone"
	}
	if d := m.draft(); m.focus == onWrite && d != nil && d.touched && !d.ed.blank() {
		return m.talk.id, "typing"
	}
	return m.talk.id, "reading"
}

// dueLook is when colleagues are told next. With no terminal attached there is nobody to tell; an owner's own screen is
// not counted, so one may be a colleague's.
func (m *Model) dueLook(now time.Time) time.Time {
	if m.info.Screens < 1 || m.readOnly() || m.looked.doing == "" || m.looked.doing == "gone" {
		return time.Time{}
	}
	return m.looked.at.Add(tellReading)
}

// looking tells colleagues when it changed, and again before they would forget.
func (m *Model) looking(now time.Time) tea.Cmd {
	thread, doing := m.doing()
	if m.info.Screens < 1 || m.readOnly() || doing == "gone" && (m.looked.doing == "gone" || m.looked.doing == "") {
		return nil
	}
	again := tellReading
	if doing == "typing" {
		again = tellTyping
	}
	if thread == m.looked.thread && doing == m.looked.doing && now.Before(m.looked.at.Add(again)) {
		return nil
	}
	m.looked = look{thread, doing, now}
	return m.do(inbox.Look{Thread: thread, Doing: doing}, func(*Model, inbox.Done, error) tea.Cmd { return nil })
}
