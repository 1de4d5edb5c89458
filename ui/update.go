package ui

import (
	"time"

	"frontdesk/inbox"
	"frontdesk/ui/term"

	tea "github.com/charmbracelet/bubbletea"
)

// Update implements tea.Model.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
	case tea.KeyMsg:
		m.attendance.touched = m.now()
		if m.interrupted(msg) || m.swallows(msg) {
			break
		}
		m.notice = notice{}
		m.talk.err, m.list.err = nil, nil
		m.catchup.key = m.now()
		m.learned(msg)
		cmd = m.typed(msg)
	case term.ClickMsg:
		m.attendance.touched = m.now()
		at := m.under(msg.X, msg.Y) // before what covers it goes: a click means what is seen
		m.notice, m.keying.hush = notice{}, time.Time{}
		cmd = m.click(at)
	case term.WheelMsg:
		m.attendance.touched = m.now()
		cmd = m.wheel(msg.X, msg.Y, msg.N)
	case term.BackgroundMsg:
		if m.cfg.Background != "dark" && m.cfg.Background != "light" && m.light == msg.Dark {
			m.light = !msg.Dark
			m.recolour()
		}
	case tea.FocusMsg:
		m.attendance.focused(true, m.now())
	case tea.BlurMsg:
		m.attendance.focused(false, m.now())
		cmd = m.saveAll()
	case term.GraphicsMsg:
		m.pictures.forget()
	case answeredMsg:
		cmd = msg(m)
	case eventsMsg:
		cmd = m.events(msg)
	case alarmMsg:
		if msg.gen == m.alarm.gen {
			m.alarm.set = false
		}
	}
	return m, tea.Batch(cmd, m.after())
}

// after is what follows from every message: panes take their places, pages that the reader nears are fetched, what is
// due is done, and the timer is armed for what is due next.
func (m *Model) after() tea.Cmd {
	if m.w == 0 || m.quitting {
		return nil
	}
	resumed := m.resume()
	m.talk.held = m.focus == onTalk
	m.talk.markSince(m.draft(), m.info.Agent)
	m.talk.refresh()
	f := m.frame()
	m.talk.w, m.talk.h = f.Talk.W, f.Talk.H
	m.talk.settle(m.pen, m.view())
	if now := m.now(); m.list.view == inbox.ViewWaiting && m.list.byWait == inbox.Closing && !now.Equal(m.list.now) {
		m.list.now = now
		m.list.sort() // a window that has closed makes room for those that are open
	}
	m.list.settle(m.listRows(f))
	return tea.Batch(resumed, m.page(), m.picture(), m.due(), m.titling(), m.armed())
}

// frame is the layout for what is shown now.
func (m *Model) frame() frame {
	f := layout(m.w, m.h, m.composerRows(), len(m.wordRows()), m.zoom)
	if m.find.on && f.Talk.H > 2 {
		f.Talk.H--
		f.Find = rect{f.Talk.X, f.Talk.Y + f.Talk.H, f.Talk.W, 1}
	}
	if f.One {
		if m.focus == onList {
			f.Title, f.Talk, f.Find, f.Composer, f.Detail = rect{}, rect{0, 1, f.Talk.W, f.Talk.H}, rect{}, rect{}, rect{}
		} else {
			f.List = rect{}
		}
	}
	return f
}
