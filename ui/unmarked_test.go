package ui

import (
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// keysOf are what a terminal without bracketed paste makes of a text: runs of characters, and keys between them.
func keysOf(text string) (keys []tea.KeyMsg) {
	run := ""
	flush := func() {
		if run != "" {
			keys = append(keys, tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(run)})
		}
		run = ""
	}
	for _, r := range text {
		switch r {
		case '\n', '\r':
			flush()
			keys = append(keys, tea.KeyMsg{Type: tea.KeyEnter})
		case '\t':
			flush()
			keys = append(keys, tea.KeyMsg{Type: tea.KeyTab})
		case ' ':
			flush()
			keys = append(keys, tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}})
		default:
			run += string(r)
		}
	}
	flush()
	return keys
}

func TestPasteWithoutBracketsSendsNothing(t *testing.T) {
	for _, text := range []string{"one\ntwo", "one\ntwo\n", "one\n\nthree four\n\tfive\n", "one\r\rtwo\r\r", strings.Repeat("a line\n", 50)} {
		perform(t, frontOffice, func(s *stage) {
			s.size(80, 24)
			s.press("enter", "i")
			for _, k := range keysOf(text) {
				s.update(k)
			}
			s.sees("That came like a paste")
			s.pass(time.Second)
			if sent := s.desk.sent(); len(sent) != 0 {
				t.Fatalf("%q sent %+v", text, sent)
			}
			if got, want := s.m.draft().text(), strings.ReplaceAll(text, "\r", "\n"); got != want {
				t.Fatalf("the box has %q, want %q", got, want)
			}
			s.press("enter")
			if sent := s.desk.sent(); len(sent) != 1 {
				t.Fatalf("and then: %+v", sent)
			}
		})
	}
}

// Over a slow line a word and the enter behind it come in one piece: that is no paste, and goes a moment later.
func TestEnterRightBehindAWordSends(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "i")
		for _, k := range keysOf("Yes, two left\n") {
			s.update(k)
		}
		s.pass(burstWait)
		if sent := s.desk.sent(); len(sent) != 1 || sent[0].Out.Text != "Yes, two left" {
			t.Fatalf("sent %+v", sent)
		}
		s.pass(time.Second)
		if sent := s.desk.sent(); len(sent) != 1 {
			t.Fatalf("sent %d times", len(sent))
		}
	})
	for _, next := range []string{"esc", "alt+a"} { // a key that is no text sends what waits first
		perform(t, frontOffice, func(s *stage) {
			s.size(80, 24)
			s.press("enter", "i")
			for _, k := range keysOf("Yes, two left\n") {
				s.update(k)
			}
			s.press(next)
			s.pass(time.Second)
			if sent := s.desk.sent(); len(sent) != 1 || sent[0].Thread != asha {
				t.Fatalf("%s: sent %+v", next, sent)
			}
		})
	}
}
