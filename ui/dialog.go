package ui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

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

// interject opens a dialog that nobody asked for. Whoever is typing at that moment means something else: until no key
// has come for a while, none reaches the dialog. The rest of a word still goes into the reply that it was meant for.
func (m *Model) interject(d dialog) tea.Cmd {
	m.grace = graced{d, m.wall().Add(pause)}
	return m.openDialog(d)
}

// graced is a dialog that gets no key before a time.
type graced struct {
	over  dialog
	until time.Time
}

// interrupted reports a key that was meant for what the top dialog came over, and lets a text that is being written
// have it. Nothing else is done with it: a half-typed word cannot choose anything, nor can the enter behind it send.
func (m *Model) interrupted(k tea.KeyMsg) bool {
	n := len(m.dialogs)
	now := m.wall()
	if n == 0 || m.dialogs[n-1] != m.grace.over || !now.Before(m.grace.until) || k.Type == tea.KeyCtrlC {
		return false
	}
	m.grace.until = now.Add(pause)
	if d := m.draft(); n == 1 && m.focus == onWrite && d != nil && m.windowOpen() && !m.readOnly() {
		if k.Type == tea.KeyRunes && !k.Alt || k.Type == tea.KeySpace || k.Type == tea.KeyBackspace {
			d.ed.key(m.pen, k, composerWidth(m.frame().Composer.W))
			m.touch(d)
		}
	}
	return true
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
