package ui

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"frontdesk/inbox"
	"frontdesk/ui/term"

	tea "github.com/charmbracelet/bubbletea"
)

// attendance is whether somebody is at this terminal, and what the desk was told of it: who is alerted of what follows
// from that, for every terminal.
type attendance struct {
	reports bool      // the terminal says when it gains and loses the focus
	away    bool      // it has lost it
	touched time.Time // the last sign of a person: a key, the mouse, the focus coming back
	told    *inbox.Attend
}

// How long a person counts as being there after the last sign of them: with the focus they may be reading; where the
// terminal says nothing of the focus (tmux without focus-events), only keys tell.
const (
	staysFocused = 5 * time.Minute
	staysUnknown = 2 * time.Minute
)

// until is when the person counts as gone unless there is another sign of them.
func (a *attendance) until() time.Time {
	if a.reports {
		return a.touched.Add(staysFocused)
	}
	return a.touched.Add(staysUnknown)
}

// here reports whether somebody is at this terminal.
func (a *attendance) here(now time.Time) bool { return !a.away && now.Before(a.until()) }

// focused notes that the terminal gained or lost the focus.
func (a *attendance) focused(yes bool, now time.Time) {
	a.reports, a.away = true, !yes
	if yes {
		a.touched = now
	}
}

// attending tells the desk what the person looks at, when that changes.
func (m *Model) attending(now time.Time) tea.Cmd {
	if !m.link.live {
		return nil
	}
	at := inbox.Attend{Here: m.attendance.here(now)}
	if at.Here && m.focus != onList {
		at.Thread = m.talk.id
	}
	if m.attendance.told != nil && *m.attendance.told == at {
		return nil
	}
	m.attendance.told = &at
	return m.do(at, func(*Model, inbox.Done, error) tea.Cmd { return nil }) // a lost word costs a sound too many, or one
}

// dueAbsence is when the person counts as gone.
func (m *Model) dueAbsence(now time.Time) time.Time {
	if !m.attendance.here(now) {
		return time.Time{}
	}
	return m.attendance.until()
}

// alerted makes the sound of an alert, if it is for this person and nobody is at this terminal.
func (m *Model) alerted(a *inbox.Alert) tea.Cmd {
	if a == nil || m.attendance.here(m.now()) || !slices.Contains(a.To, m.info.Agent) {
		return nil
	}
	n := m.notification(a)
	n.Always = !m.attendance.away // it has the focus, but nobody has pressed a key for long
	return term.Notify(n, nil)
}

// notification puts an alert into words: who wrote and what, or only that somebody did.
func (m *Model) notification(a *inbox.Alert) term.Notification {
	p, w := m.pen, m.pen.w
	what := w.count(w.NewMessages, a.Messages)
	if a.Kind != inbox.NewMessage || m.cfg.NoNotifyText {
		if a.Threads > 1 {
			what += " " + p.Dot + " " + w.count(w.InThreads, a.Threads)
		}
		return term.Notification{ID: string(a.Thread), Title: m.house(), Body: w.alert(a, what)}
	}
	title := a.Name
	if a.Messages > 1 {
		title += " " + p.Dot + " " + what
	}
	text := a.Text
	if text == "" {
		if text = w.Media[a.Type]; text == "" {
			text = w.unknownType(a.Type)
		}
	}
	return term.Notification{ID: string(a.Thread), Title: title, Body: w.alert(a, text)}
}

// house is what the number is called: by its business, else as it is.
func (m *Model) house() string { return cmp.Or(m.info.Business, m.info.Number, "frontdesk") }

// titling gives the terminal's window its title, when that changes.
func (m *Model) titling() tea.Cmd {
	if m.info.Agent == "" {
		return nil // nothing is known yet
	}
	title := m.house()
	if n := m.info.Counts.Unread; n > 0 {
		title = fmt.Sprintf("(%d) %s", n, title)
	}
	if title == m.titled {
		return nil
	}
	m.titled = title
	return term.Title(title)
}

// mute stops alerts about a thread, or lets them come again.
func (m *Model) mute() tea.Cmd {
	t := m.thread()
	return m.do(inbox.Mute{Thread: t.ID, Off: t.Muted}, m.did(m.pen.w.muted(t.Name, !t.Muted)))
}

// testDelay is time to look at another window: most terminals show nothing about the one that has the focus.
const testDelay = 3 * time.Second

// notifyTest shows what an alert looks like, and then says how it was made.
func (m *Model) notifyTest() tea.Cmd {
	m.notice = notice{text: m.pen.w.TestSoon}
	try := func(m *Model) tea.Cmd {
		n := term.Notification{ID: "test", Title: m.house(), Body: m.pen.w.TestBody, Always: true}
		return term.Notify(n, func(how term.Notified) tea.Msg {
			return answeredMsg(func(m *Model) tea.Cmd { return m.notified(how) })
		})
	}
	return tea.Tick(testDelay, func(time.Time) tea.Msg { return answeredMsg(try) })
}

// notified says how the notification of a test was made, and what to do when nothing was seen of it.
func (m *Model) notified(how term.Notified) tea.Cmd {
	m.notice = notice{}
	ask := newMenu(m.pen.w.TestTitle, []choice{{key: "t", label: m.pen.w.TestAgain, run: (*Model).notifyTest}})
	ask.text = m.pen.w.notified(how)
	return m.interject(ask)
}
