package ui

import (
	"testing"
	"time"

	"frontdesk/inbox"
)

func TestHeldNumberIsLifted(t *testing.T) {
	perform(t, func(d *fakeDesk, c *Config) {
		frontOffice(d, c)
		m := told("09:46", inbox.OriginAPI, "priya", inbox.Held, "on hold")
		m.HoldReason = "account"
		d.add(inbox.Thread{ID: "t_held", Name: "Held", State: inbox.Open, Window: openFor(time.Hour)}, m)
	}, func(s *stage) {
		s.size(100, 28)
		s.show("t_held")
		s.sees("‖ held", "press R to let it send again")
		s.press("R", "L")
		if n := len(s.desk.logged("lift-hold")); n != 1 {
			s.t.Fatalf("lifted %d times", n)
		}
	})
}

func TestDecisions(t *testing.T) {
	perform(t, everyState, func(s *stage) {
		s.size(100, 28)
		s.press("enter")
		for s.m.talk.selected() == nil || s.m.talk.selected().Text != "reply unknown" || s.m.talk.selected().Confirming {
			s.press("k")
		}
		s.sees("? uncertain")
		s.press("R")
		s.sees("It is uncertain whether this went", "send again", "mark as sent", "discard")
		s.press("1")
		s.sees("Send it again?", "gets it twice")
		if n := len(s.desk.logged("decide")); n != 0 {
			s.t.Fatal("decided before the question was answered")
		}
		s.press("enter") // the first choice is no
		if n := len(s.desk.logged("decide")); n != 0 {
			s.t.Fatal("no is yes")
		}
		s.press("R", "1", "y")
		got := s.desk.logged("decide")
		if len(got) != 1 || got[0].(inbox.Decide).Decision != inbox.Resend || got[0].(inbox.Decide).NewOID == "" {
			s.t.Fatalf("decided %+v", got)
		}
	})
}

func TestCancelBeforeItLeaves(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "i")
		s.write("wait")
		s.press("enter", "esc", "G", "x")
		got := s.desk.logged("decide")
		if len(got) != 1 || got[0].(inbox.Decide).Decision != inbox.Cancel {
			s.t.Fatalf("decided %+v", got)
		}
		s.press("k", "x")
		s.sees("cannot be cancelled")
	})
}

// Nobody announces what time alone changes: the screen reads such a row again, with what a person may decide now.
func TestConfirmingBecomesUncertainByItself(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.press("enter")
		m := told("09:46", inbox.OriginAPI, "priya", inbox.Unknown, "did it go?")
		m.Key, m.Confirming = "unsure", true
		s.desk.change(asha, "", m)
		s.idle()
		s.press("G")
		s.sees("confirming…")
		s.press("R")
		s.sees("Nothing to decide")
		s.desk.mu.Lock() // as the owner would answer from now on
		for i := range s.desk.messages[asha] {
			if r := &s.desk.messages[asha][i]; r.Key == "unsure" {
				r.Confirming, r.Choices = false, []inbox.Decision{inbox.Resend, inbox.MarkSent, inbox.Discard}
			}
		}
		s.desk.mu.Unlock()
		s.pass(31 * time.Second)
		s.sees("? uncertain")
		s.press("R")
		s.sees("mark as sent")
	})
}

func TestQueuedTooLongIsReadAgain(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.press("enter", "i")
		s.write("later")
		s.press("enter")
		s.sees("… queued")
		s.desk.mu.Lock()
		for i := range s.desk.messages[asha] {
			if r := &s.desk.messages[asha][i]; r.Text == "later" {
				r.Status, r.HoldReason, r.Choices = inbox.Held, "stale", []inbox.Decision{inbox.SendNow, inbox.Cancel}
			}
		}
		s.desk.mu.Unlock()
		s.pass(16 * time.Minute)
		s.sees("‖ held", "Press R to send it now")
		s.press("esc", "G", "R", "1")
		if got := s.desk.logged("decide"); len(got) != 1 || got[0].(inbox.Decide).Decision != inbox.SendNow {
			s.t.Fatalf("decided %+v", got)
		}
	})
}

// A message known from its statuses alone shows two minutes after them. Nobody announces it: the open thread finds it by
// itself, and a reply that is being written is stopped for it.
func TestStubShowsByItself(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.press("enter")
		s.pass(10 * time.Minute)
		s.desk.alter(asha, func(*inbox.Thread) {}) // the status came: something moved
		s.idle()
		s.press("i")
		s.write("Yes")
		s.pass(time.Minute)
		stub := inbox.Message{Key: "stub", Thread: asha, ID: "wamid.stub", Direction: "out", Origin: inbox.OriginElsewhere, Type: "unknown",
			Text: "Sent from the phone or another system.", At: s.m.now(), Status: inbox.StatusDelivered}
		s.desk.mu.Lock()
		stub.Seq = s.desk.seq + 1
		s.desk.seq++
		s.desk.messages[asha] = append(s.desk.messages[asha], stub)
		s.desk.mu.Unlock()
		s.misses("Sent from the phone or another system.")
		s.pass(90 * time.Second)
		s.sees("Sent from the phone or another system.", "answered elsewhere")
	})
}

func TestBusyThreadIsReadAgainSeldom(t *testing.T) {
	perform(t, func(d *fakeDesk, c *Config) {
		frontOffice(d, c)
		d.info.Screens = 0
	}, func(s *stage) {
		s.size(100, 28)
		s.show(asha)
		s.m.focus = onList // nothing is marked read
		s.pass(3 * time.Minute)
		before := s.desk.reads.Load()
		for range 120 { // twenty minutes with something every ten seconds
			s.desk.alter(asha, func(*inbox.Thread) {})
			s.pass(10 * time.Second)
		}
		if n := s.desk.reads.Load() - before; n < 8 || n > 14 {
			s.t.Errorf("twenty busy minutes read the thread %d times", n)
		}
	})
}
