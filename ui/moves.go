package ui

import (
	"slices"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

// Moving: between panes, threads and messages.

func (m *Model) openCursor() tea.Cmd {
	t := m.list.current()
	if t == nil {
		return nil
	}
	if m.list.view == inbox.ViewStuck && t.Stuck != nil {
		return m.openStuck(*t, t.Stuck.Key, m.list.at+1, m.info.Counts.Stuck)
	}
	m.focus = onTalk
	return m.open(t.ID)
}

// nextPane moves the keys: list, conversation, composer.
func (m *Model) nextPane() tea.Cmd {
	switch {
	case m.focus == onList && m.opened() == nil:
		return m.openCursor()
	case m.focus == onList:
		m.focus = onTalk
	case m.focus == onTalk && m.windowOpen() && !m.readOnly():
		m.focus = onWrite
	default:
		cmd := m.leaveWrite()
		m.focus = onList
		return cmd
	}
	return nil
}

func (m *Model) leaveTalk() tea.Cmd {
	if m.find.on {
		return m.endFind()
	}
	if m.zoom && m.w+1 >= paneFrom {
		m.zoom = false
		return nil
	}
	m.focus = onList
	m.list.find(m.talk.id)
	return nil
}

// leaveList takes the marks away, then the filter: the steps out that the list has.
func (m *Model) leaveList() tea.Cmd {
	switch {
	case len(m.marked()) > 0:
		clear(m.marks)
		return nil
	case m.list.filter.blank():
		return nil
	}
	m.list.filter.set("")
	return m.refilter()
}

// neighbour opens the thread before or behind the open one in the list.
func (m *Model) neighbour(n int) tea.Cmd {
	i := slices.Index(m.list.order, m.talk.id)
	if i < 0 {
		i = m.list.at - n
	}
	i += n
	if i < 0 || i >= len(m.list.order) {
		return nil
	}
	id := m.list.order[i]
	if m.focus == onList {
		m.focus = onTalk
	}
	return m.open(id)
}

// nextUnread opens the next thread with unread messages; when there is none, it goes back to where it started.
func (m *Model) nextUnread() tea.Cmd {
	for _, id := range m.list.order {
		if id != m.talk.id && m.list.byID[id].Unread > 0 {
			if m.jumpFrom == "" {
				m.jumpFrom = m.talk.id
			}
			m.focus = onTalk
			return m.open(id)
		}
	}
	back := m.jumpFrom
	m.jumpFrom = ""
	if back == "" || back == m.talk.id || m.list.byID[back] == nil {
		return m.say(m.pen.w.NothingUnread)
	}
	m.focus = onTalk
	return m.open(back)
}

func (m *Model) stepUnread(n int) tea.Cmd {
	id, ok := m.list.step(n)
	if !ok {
		return m.say(m.pen.w.NothingUnread)
	}
	m.list.find(id)
	return nil
}

func (m *Model) toStart() tea.Cmd {
	if !m.talk.earlier {
		m.talk.toStart()
		return nil
	}
	return m.jump(inbox.MessageQuery{First: true}, func(m *Model) { m.talk.toStart() })
}

func (m *Model) toEnd() tea.Cmd {
	if !m.talk.later {
		m.talk.toEnd()
		return nil
	}
	return m.jump(inbox.MessageQuery{}, func(m *Model) { m.talk.toEnd() })
}

func (m *Model) toUnread() tea.Cmd {
	if m.talk.mark == "" {
		return m.say(m.pen.w.NothingUnreadHere)
	}
	if m.talk.toMark(m.pen, m.view()) {
		return nil
	}
	mark := m.talk.mark
	return m.jump(inbox.MessageQuery{Around: mark}, func(m *Model) { m.talk.toMark(m.pen, m.view()) })
}
