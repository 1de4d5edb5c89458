package ui

import (
	"slices"
	"testing"
	"time"

	"frontdesk/inbox"
)

// threadsOf are the threads that commands of a kind were about.
func (s *stage) threadsOf(kind string) (some []inbox.ThreadID) {
	for _, c := range s.desk.logged(kind) {
		switch c := c.(type) {
		case inbox.SetState:
			some = append(some, c.Thread)
		case inbox.Assign:
			some = append(some, c.Thread)
		case inbox.Label:
			some = append(some, c.Thread)
		}
	}
	return some
}

// What is done to marked threads is done to all of them and to no other, and can be taken back at once.
func TestMarkedThreads(t *testing.T) {
	want := []inbox.ThreadID{asha, bruno, maryam}
	for _, tt := range []struct {
		kind string
		keys []string
		says string
	}{
		{"state", []string{"e"}, "3 threads: Done."},
		{"state", []string{"s", "3"}, "3 threads: Snoozed until"},
		{"assign", []string{"a"}, "You have 3 threads now."},
		{"label", []string{"l", "v", "i", "p", "enter"}, "3 threads: labelled vip."},
		{"assign", []string{":", "a", "s", "s", "i", "g", "n", " ", "b", "e", "n", "enter"}, "ben has 3 threads now."},
	} {
		perform(t, openFirst, func(s *stage) {
			s.size(130, 32)
			before := map[inbox.ThreadID]inbox.Thread{}
			for id, th := range s.desk.threads {
				before[id] = *th
			}
			s.press(" ", " ", "j", " ")
			s.sees("3 marked")
			s.press(tt.keys...)
			got := s.threadsOf(tt.kind)
			slices.Sort(got)
			if !slices.Equal(got, want) && tt.kind != "assign" || len(got) != 3 {
				s.t.Fatalf("%v did it to %v", tt.keys, got)
			}
			s.sees(tt.says, "Z takes it back.")
			s.misses("marked")
			s.pass(time.Second)
			s.press("Z")
			s.sees("Taken back.")
			for _, id := range want {
				have, was := s.desk.threads[id], before[id]
				if have.State != was.State || have.Assignee != was.Assignee || !slices.Equal(have.Labels, was.Labels) {
					s.t.Errorf("%s is %s, with %q, %v; was %s, %q, %v", id, have.State, have.Assignee, have.Labels, was.State, was.Assignee, was.Labels)
				}
			}
		})
	}
}

func TestMarksAreTakenAway(t *testing.T) {
	perform(t, openFirst, func(s *stage) {
		s.size(100, 28)
		s.press(" ", " ", "k", " ") // the second one twice
		s.sees("1 marked")
		s.press("esc")
		s.misses("marked")
		s.press("g", "e")
		if got := s.threadsOf("state"); !slices.Equal(got, []inbox.ThreadID{asha}) {
			s.t.Errorf("done: %v", got)
		}
	})
}

// In the conversation the open thread is meant, whatever is marked in the list.
func TestMarksAreTheLists(t *testing.T) {
	perform(t, openFirst, func(s *stage) {
		s.size(100, 28)
		s.press("j", " ", " ", "tab", "e")
		if got := s.threadsOf("state"); !slices.Equal(got, []inbox.ThreadID{asha}) {
			s.t.Errorf("done: %v", got)
		}
	})
}

func TestSomeOfTheMarkedFail(t *testing.T) {
	perform(t, openFirst, func(s *stage) {
		s.size(130, 28)
		s.desk.fail = func(c inbox.Command) error {
			if st, ok := c.(inbox.SetState); ok && st.Thread == bruno {
				return &inbox.Error{Kind: inbox.Busy, Text: "the store is busy", Next: "try again"}
			}
			return nil
		}
		s.press(" ", " ", "e")
		s.sees("1 of 2 done. the store is busy")
		s.pass(time.Second)
		s.press("Z")
		if s.desk.threads[asha].State != inbox.Open || len(s.threadsOf("state")) != 3 {
			s.t.Errorf("asha is %s after %v", s.desk.threads[asha].State, s.threadsOf("state"))
		}
	})
}

func TestNewThread(t *testing.T) {
	perform(t, openFirst, func(s *stage) {
		s.size(100, 28)
		s.press("c")
		s.write("55 11 90000-1234")
		s.press("enter")
		s.sees("Send a template to +55 11 90000-1234")
		s.write("order_up")
		s.press("enter")
		for range 4 {
			s.write("x")
			s.press("tab")
		}
		s.press("enter")
		s.press("enter")
		sent := s.desk.sent()
		if len(sent) != 1 || sent[0].Thread != "" || sent[0].To != "+5511900001234" || sent[0].Out.Type != "template" {
			s.t.Fatalf("sent %+v\n%s", sent, s.screen())
		}
		if s.m.talk.id != "t_new" {
			s.t.Errorf("open is %q", s.m.talk.id)
		}
	})
	perform(t, openFirst, func(s *stage) {
		s.size(100, 28)
		s.press("c")
		s.write("971 50 000 0001") // somebody who wrote before
		s.press("enter")
		if s.m.talk.id != maryam || len(s.m.dialogs) != 0 {
			s.t.Errorf("open is %q", s.m.talk.id)
		}
		s.press("esc", ":")
		s.write("open nobody here")
		s.press("enter")
		s.sees("no such thread")
	})
}
