package ui

import (
	"maps"
	"slices"
	"strings"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

// Leaving the program, and nothing behind.

// quit ends the screen; when something here is unsent it asks first.
func (m *Model) quit() tea.Cmd {
	var unsent, lost, by []string
	for id, d := range m.drafts {
		if d.handed != nil || d.touched && !d.empty() {
			name := string(id)
			if t := m.list.byID[id]; t != nil {
				name = t.Name
			} else if id == m.talk.id {
				name = m.talk.thread.Name
			}
			if d.lost && !d.dirty() {
				lost = append(lost, name)
				if who := m.pen.w.screenOf(d.theirs.Agent, m.info.Agent); !slices.Contains(by, who) {
					by = append(by, who)
				}
				continue
			}
			unsent = append(unsent, name)
		}
	}
	leave := (*Model).goOut
	if len(unsent)+len(lost) == 0 {
		return leave(m)
	}
	for _, d := range m.dialogs {
		if menu, ok := d.(*menu); ok && menu.quits {
			return leave(m) // asked already
		}
	}
	slices.Sort(unsent)
	yes := choice{key: "y", label: m.pen.w.QuitYes, run: leave}
	stay := choice{key: "n", label: m.pen.w.QuitNo, run: func(*Model) tea.Cmd { return nil }}
	var text string
	if len(unsent) > 0 {
		text = m.pen.w.unsent(unsent)
	}
	ask := newMenu(m.pen.w.QuitTitle, []choice{yes, stay})
	if len(lost) > 0 {
		slices.Sort(lost)
		slices.Sort(by)
		text = strings.TrimSpace(text + " " + m.pen.w.lost(lost, by))
		yes.label = m.pen.w.QuitLost
		ask.items = []choice{{key: "m", label: m.pen.w.QuitKeep, run: func(m *Model) tea.Cmd {
			for _, d := range m.drafts {
				if d.lost {
					d.saved = "" // so it is saved again, over theirs
				}
			}
			return leave(m)
		}}, yes, stay}
	}
	ask.text, ask.quits = text, true
	return tea.Batch(m.saveAll(), m.openDialog(ask))
}

// goOut leaves for good, once the Desk has what is written here.
func (m *Model) goOut() tea.Cmd {
	end := func(m *Model) tea.Cmd {
		m.quitting = true
		return tea.Sequence(m.saveAll(), m.seenLast(), m.goodbye(), tea.Quit)
	}
	if !m.leaving { // who does not want to wait for a large file says so again
		handed := func(m *Model) tea.Cmd {
			for _, d := range m.drafts {
				if d.file != nil && !d.file.Handed() && d.problem != nil {
					return m.fail(d.problem) // it would be lost in silence; who leaves again wants that
				}
			}
			return end(m)
		}
		if hand := m.handFiles(slices.Collect(maps.Values(m.drafts)), handed); hand != nil {
			m.leaving = true
			return tea.Batch(hand, m.say(m.pen.w.Handing))
		}
	}
	return end(m)
}

// goodbye tells colleagues that nobody looks from here any more.
func (m *Model) goodbye() tea.Cmd {
	if m.looked.thread == "" || m.looked.doing == "gone" {
		return nil
	}
	return m.do(inbox.Look{Thread: m.looked.thread, Doing: "gone"}, func(*Model, inbox.Done, error) tea.Cmd { return nil })
}
