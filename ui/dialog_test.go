package ui

import (
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

// trap is a menu whose every choice would be a mistake.
func trap(s *stage, chosen *int) *menu {
	var items []choice
	for _, k := range []string{"e", "s", "i", "y"} {
		items = append(items, choice{key: k, label: k, run: func(*Model) tea.Cmd { *chosen++; return nil }})
	}
	return newMenu("Nobody asked", items)
}

// A dialog that comes by itself gets no key of the word that is being typed; the reply gets all of it, and the enter
// behind it sends nothing. After a pause keys are the dialog's, and when it closes the reply has them again.
func TestUnaskedDialogWaitsForAPause(t *testing.T) {
	perform(t, openFirst, func(s *stage) {
		s.size(100, 28)
		chosen := 0
		s.press("i")
		s.hurry("I said y")
		s.update(answeredMsg(func(m *Model) cmd { return m.interject(trap(s, &chosen)) }))
		s.hurry("es, sir\n")
		s.press("esc")
		if chosen != 0 || len(s.m.dialogs) != 1 {
			s.t.Fatalf("chosen %d times, %d dialogs", chosen, len(s.m.dialogs))
		}
		if got := s.m.draft().text(); got != "I said yes, sir" {
			s.t.Errorf("the reply is %q", got)
		}
		if sent := s.desk.sent(); len(sent) != 0 {
			s.t.Errorf("sent %+v", sent)
		}
		s.pass(pause)
		s.press("esc")
		if len(s.m.dialogs) != 0 || s.m.focus != onWrite {
			s.t.Errorf("%d dialogs, the keys are in pane %d", len(s.m.dialogs), s.m.focus)
		}
		s.write("!")
		if got := s.m.draft().text(); got != "I said yes, sir!" {
			s.t.Errorf("the reply is %q", got)
		}
	})
}

func TestUnaskedDialogOverTheList(t *testing.T) {
	perform(t, openFirst, func(s *stage) {
		s.size(100, 28)
		chosen := 0
		s.update(answeredMsg(func(m *Model) cmd { return m.interject(trap(s, &chosen)) }))
		s.hurry("yes\n")
		if chosen != 0 || len(s.changed()) != 0 {
			s.t.Errorf("chosen %d, did %+v", chosen, s.changed())
		}
		s.pass(pause)
		s.press("y")
		if chosen != 1 || len(s.m.dialogs) != 0 {
			s.t.Errorf("chosen %d times, %d dialogs", chosen, len(s.m.dialogs))
		}
	})
}

// Dialogs are a stack: each closes to the one below, and closing one takes those that it opened with it.
func TestDialogsAreAStack(t *testing.T) {
	perform(t, openFirst, func(s *stage) {
		s.size(100, 28)
		s.press("enter")
		for _, d := range []dialog{&help{}, newMenu("one", nil), &help{}} {
			s.update(answeredMsg(func(m *Model) cmd { return m.openDialog(d) }))
		}
		s.press("esc")
		if len(s.m.dialogs) != 2 {
			s.t.Fatalf("%d dialogs", len(s.m.dialogs))
		}
		s.update(answeredMsg(func(m *Model) cmd { m.close(m.dialogs[0]); return nil }))
		if len(s.m.dialogs) != 0 || s.m.focus != onTalk {
			s.t.Errorf("%d dialogs, pane %d", len(s.m.dialogs), s.m.focus)
		}
	})
}

// esc leads one step back: from the raw events to the detail that they were opened from, or to the conversation.
func TestEscFromRawEvents(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.show(farid)
		s.press("D")
		s.sees("4711")
		s.press("esc")
		s.misses("┌─")
		s.press("d", "D", "esc")
		s.sees("┌─", "Why")
		s.press("esc")
		s.misses("┌─")
	})
}
