package ui

import (
	"strings"
	"testing"
	"time"

	"frontdesk/inbox"
)

func TestDraftIsSavedAtMostOnceASecondAndRestored(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "i")
		for range 30 {
			s.write("x")
			s.pass(100 * time.Millisecond)
		}
		saves := s.desk.logged("draft")
		if n := len(saves); n < 2 || n > 5 {
			s.t.Fatalf("%d saves in three seconds", n)
		}
		s.write("end")
		s.press("esc")
		last := s.desk.logged("draft")
		if got := last[len(last)-1].(inbox.SaveDraft).Draft; !strings.HasSuffix(got.Text, "xend") || got.OID == "" {
			s.t.Fatalf("leaving saved %+v", got)
		}
		// Another terminal opens the same thread.
		oid := last[0].(inbox.SaveDraft).Draft.OID
		s.m.drafts = map[inbox.ThreadID]*draft{}
		s.m.talk.ready = false
		s.show(asha)
		s.sees("xxxend")
		s.press("i", "enter")
		if sent := s.desk.sent(); len(sent) != 1 || sent[0].OID != oid {
			s.t.Fatalf("the restored draft went as %+v, saved as %s", sent, oid)
		}
	})
}

func TestColleaguesDraftAppearsAndIsNotOverwritten(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.show(asha)
		shared := func(text string) {
			s.desk.alter(asha, func(th *inbox.Thread) { th.Draft = &inbox.Draft{OID: "01BEN", Text: text, Agent: "ben"} })
			s.idle()
		}
		shared("From Ben")
		s.sees("> From Ben", "draft by ben")
		s.press("i")
		s.write("!")
		shared("From Ben, later")
		s.sees("> From Ben!")
		// Ben sends it: what is written here is another message now.
		s.pass(2 * time.Second)
		s.desk.alter(asha, func(th *inbox.Thread) { th.Draft = nil })
		s.idle()
		s.press("enter")
		if sent := s.desk.sent(); len(sent) != 1 || sent[0].OID == "01BEN" {
			s.t.Fatalf("sent %+v under a used id", sent)
		}
	})
}

// The screen was cut off when the open thread joined another: it learns so when it reads the thread again.
func TestThreadReadAgainHasJoined(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.show(asha)
		s.press("i")
		s.write("half")
		s.desk.mu.Lock()
		joined := *s.desk.threads[asha]
		joined.ID, joined.Draft = "t_a", nil
		s.desk.threads["t_a"], s.desk.threads[asha] = &joined, &joined // the old id finds it, too
		s.desk.messages["t_a"] = s.desk.messages[asha]
		s.desk.mu.Unlock()
		s.run(s.m.reload())
		s.idle()
		s.sees("> half")
		s.press("enter")
		if sent := s.desk.sent(); len(sent) != 1 || sent[0].Thread != "t_a" || sent[0].Out.Text != "half" {
			s.t.Fatalf("sent %+v", sent)
		}
	})
}

// Two threads turn out to be one customer while one of them is open.
func TestOpenThreadJoinsAnother(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.show(asha)
		s.press("i")
		s.write("half")
		joined := *s.desk.threads[asha]
		s.desk.mu.Lock()
		joined.ID, joined.Draft = "t_a", nil
		s.desk.threads["t_a"] = &joined
		s.desk.messages["t_a"] = append([]inbox.Message{yesterday(heard("10:00", "from the other number"))}, s.desk.messages[asha]...)
		delete(s.desk.threads, asha)
		s.desk.mu.Unlock()
		s.desk.alter("t_a", func(*inbox.Thread) {})
		s.idle()
		if s.m.talk.id != "t_a" || strings.Count(s.screen(), "Asha Rao") < 2 {
			s.t.Fatalf("open: %s", s.m.talk.id)
		}
		n := 0
		for _, id := range s.m.list.order {
			if s.m.list.byID[id].Name == "Asha Rao" {
				n++
			}
		}
		if n != 1 {
			s.t.Fatalf("the list has her %d times", n)
		}
		s.sees("> half")
		s.press("enter")
		if sent := s.desk.sent(); len(sent) != 1 || sent[0].Thread != "t_a" {
			s.t.Fatalf("sent %+v", sent)
		}
	})
}

func TestQuitAsksWhenSomethingIsUnsent(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "i")
		s.write("half a")
		s.press("esc", "q")
		s.sees("You have not sent what you wrote to Asha Rao")
		s.press("n")
		if s.quit {
			s.t.Fatal("no quits")
		}
		s.press("q", "y")
		s.idle()
		if !s.quit {
			s.t.Fatal("yes stays")
		}
		if d := s.desk.threads[asha].Draft; d == nil || d.Text != "half a" {
			s.t.Fatalf("draft %+v", d)
		}
	})
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.press("q")
		s.idle()
		if !s.quit {
			s.t.Fatal("q asks although nothing is unsent")
		}
	})
}
