package term

import (
	tea "github.com/charmbracelet/bubbletea"
)

// ClickMsg is a press of the left button on a cell, counted from 0.
type ClickMsg struct{ X, Y int }

// WheelMsg is the wheel over a cell, N notches down, or up when negative. Notches that come together are one message:
// a touchpad sends a hundred a second.
type WheelMsg struct{ X, Y, N int }

// Mouse has the terminal report the wheel and clicks, or not. While it does, people select text with shift held.
func Mouse(on bool) tea.Cmd { return func() tea.Msg { return mouseMsg(on) } }

type mouseMsg bool

// mouse reads an SGR mouse report: button ; column ; row, from 1. Nothing but the left button and the wheel means
// anything here: not releases, not motion, and not a click with a modifier, which the terminal's own selection has.
func (k *keys) mouse(params string, final byte) {
	p := numbersOf(params)
	if len(p) != 3 || p[1] < 1 || p[2] < 1 || final != 'M' {
		return
	}
	x, y := p[1]-1, p[2]-1
	switch p[0] {
	case 0:
		k.tell(ClickMsg{x, y})
	case 64, 65:
		n := 2*(p[0]-64) - 1
		if w := k.wheel; w != nil && (w.N > 0) == (n > 0) {
			w.X, w.Y, w.N = x, y, w.N+n
			return
		}
		k.rolled()
		k.wheel = &WheelMsg{x, y, n}
	}
}

// rolled tells what the wheel did.
func (k *keys) rolled() {
	if w := k.wheel; w != nil {
		k.wheel = nil
		k.send(*w)
	}
}

// tell sends a message, behind what the wheel did before it.
func (k *keys) tell(msg tea.Msg) {
	k.rolled()
	k.send(msg)
}

// setMouse switches the reports on or off.
func (s *screen) setMouse(on bool) {
	s.mu.Lock()
	changed := s.mouse != on
	s.mouse = on
	s.mu.Unlock()
	switch {
	case changed && on:
		s.write(enterMouse)
	case changed:
		s.write(leaveMouse)
	}
}
