package ui

import tea "github.com/charmbracelet/bubbletea"

// Update implements tea.Model.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
	case tea.KeyMsg:
		m.notice = notice{}
		m.talk.err, m.list.err = nil, nil
		cmd = m.typed(msg)
	case tea.FocusMsg:
		m.away = false
	case tea.BlurMsg:
		m.away = true
		cmd = m.saveAll()
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
	m.talk.held = m.focus == onTalk
	m.talk.refresh()
	f := m.frame()
	m.talk.w, m.talk.h = f.Talk.W, f.Talk.H
	m.talk.settle(m.pen, m.view())
	m.list.settle(m.listRows(f))
	return tea.Batch(m.page(), m.due(), m.armed())
}

// frame is the layout for what is shown now.
func (m *Model) frame() frame {
	f := layout(m.w, m.h, m.composerRows(), m.zoom)
	if f.One {
		if m.focus == onList {
			f.Title, f.Talk, f.Composer, f.Detail = rect{}, rect{0, 1, f.Talk.W, f.Talk.H}, rect{}, rect{}
		} else {
			f.List = rect{}
		}
	}
	return f
}

// typed takes keys one by one: over a slow line several letters arrive as one message, and the first of them may well
// be the one that opens the composer for the rest.
func (m *Model) typed(k tea.KeyMsg) tea.Cmd {
	if k.Type != tea.KeyRunes || k.Paste || k.Alt || len(k.Runes) < 2 {
		return m.key(k)
	}
	var cmds []tea.Cmd
	for _, r := range k.Runes {
		cmds = append(cmds, m.key(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}}))
	}
	return tea.Batch(cmds...)
}

// key goes to the top dialog, else to the focused pane, else to the table.
func (m *Model) key(k tea.KeyMsg) tea.Cmd {
	if n := len(m.dialogs); n > 0 {
		if a := m.keys.find(inDialog, k); a != nil {
			return a.run(m)
		}
		d := m.dialogs[n-1]
		return d.key(m, k)
	}
	if m.list.filtering && m.focus == onList {
		return m.filterKey(k)
	}
	scope := [...]scope{onList: inList, onTalk: inTalk, onWrite: inWrite}[m.focus]
	a := m.keys.find(scope, k)
	if m.focus == onWrite {
		return m.writeKey(a, k)
	}
	if a == nil {
		return nil
	}
	return m.perform(a)
}

// perform runs an action, or says why it cannot be run.
func (m *Model) perform(a *action) tea.Cmd {
	if why := m.reason(a); why != "" {
		return m.say(why)
	}
	return a.run(m)
}

// reason is why an action cannot be run now; empty when it can.
func (m *Model) reason(a *action) string {
	if a.writes && m.readOnly() {
		return m.pen.w.ReadOnlyNext
	}
	if a.off != nil {
		return a.off(m)
	}
	return ""
}

// dialog is something that stands over the panes and has the keys until it closes itself.
type dialog interface {
	// key acts on a key; m.close takes the dialog away.
	key(m *Model, k tea.KeyMsg) tea.Cmd
	// box is the dialog's title, the word at its right end, and its rows, none wider than w. At most h rows are shown.
	box(m *Model, w, h int) (title, aside string, rows []string)
}

func (m *Model) openDialog(d dialog) tea.Cmd {
	m.dialogs = append(m.dialogs, d)
	return nil
}

// close takes a dialog away, and those that were opened from it.
func (m *Model) close(d dialog) {
	for i, have := range m.dialogs {
		if have == d {
			m.dialogs = m.dialogs[:i]
			return
		}
	}
}
