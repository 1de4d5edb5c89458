package ui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// unmarked watches over pastes from terminals that do not put them in brackets: their lines arrive as keys, and each enter
// would send. Keys that come faster than anybody types, with text behind an enter, are a paste.
type unmarked struct {
	at    time.Time // of the last key of text in the box
	lines bool      // an enter of this burst was the end of a line
	waits bool      // an enter is held back: what follows decides what it was
	gen   int
}

const (
	burstGap  = 8 * time.Millisecond  // keys that are closer together were not typed
	burstWait = 40 * time.Millisecond // how long what follows an enter of a paste may take
)

// enters decides what an enter in the box means: done is true when that is settled here.
func (m *Model) enters() (cmd tea.Cmd, done bool) {
	b := &m.unmarked
	switch {
	case b.lines:
		return m.newLine(), true
	case b.at.IsZero() || m.wall().Sub(b.at) >= burstGap:
		return nil, false
	}
	b.waits = true
	b.gen++
	gen := b.gen
	return tea.Tick(burstWait, func(time.Time) tea.Msg {
		return answeredMsg(func(m *Model) tea.Cmd { return m.entered(gen) })
	}), true
}

// entered sends after all: nothing followed the enter.
func (m *Model) entered(gen int) tea.Cmd {
	if !m.unmarked.waits || gen != m.unmarked.gen {
		return nil
	}
	m.unmarked.waits = false
	if m.focus != onWrite {
		return nil // left meanwhile: what is written stays
	}
	return m.perform(m.keys.named("send"))
}

// bursts looks at a key in the box before anything else does. Text behind an enter that is held back makes it the end
// of a line; any other key lets it send first.
func (m *Model) bursts(k tea.KeyMsg) tea.Cmd {
	b := &m.unmarked
	text := !k.Alt && !k.Paste && (k.Type == tea.KeyRunes || k.Type == tea.KeySpace || k.Type == tea.KeyTab || k.Type == tea.KeyEnter)
	if b.lines && m.wall().Sub(b.at) >= burstGap {
		b.lines = false
	}
	var cmd tea.Cmd
	switch {
	case !b.waits:
	case text:
		b.waits, b.lines = false, true
		cmd = m.newLine()
	default:
		cmd = m.entered(b.gen)
	}
	if text && k.Type != tea.KeyEnter || b.lines {
		b.at = m.wall()
	}
	if b.lines {
		m.notice = notice{text: m.pen.w.PastedAsKeys}
	}
	return cmd
}
