package ui

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"
)

// taught are the actions whose keys the hint of the demo teaches.
var taught = []string{"list down", "open", "write", "back", "help"}

// learned takes the hint away with the first key that it taught, for good.
func (m *Model) learned(k tea.KeyMsg) {
	key := k.String()
	for _, name := range taught {
		if a := m.keys.named(name); m.teaching && a != nil && slices.Contains(a.keys, key) {
			m.teaching = false
		}
	}
}

// teach lays three lines over rows: what this is, and the keys to begin with.
func (m *Model) teach(rows []string, at, w int) {
	if !m.teaching || at < 0 || at+3 > len(rows) {
		return
	}
	p := m.pen
	for i, line := range []string{p.w.TeachWhat, p.w.TeachKeys, p.w.TeachMore} {
		line = fill(line, "down", m.keys.first("list down"), "open", m.keys.first("open"), "write", m.keys.first("write"),
			"back", m.keys.first("back"), "help", m.keys.first("help"))
		spans := p.keyHints(plain, line)
		if i == 0 {
			spans = []span{in(strong, line)}
		}
		rows[at+i] = p.row(w, false, append([]span{in(warning, p.Quote+" ")}, spans...)...)
	}
}
