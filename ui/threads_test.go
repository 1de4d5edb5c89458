package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"frontdesk/inbox"
)

func TestThreadUnderTheCursorDoesNotMove(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.press("j", "j", "j", "j")
		if s.m.list.cursor != farid {
			s.t.Fatalf("cursor on %s", s.m.list.cursor)
		}
		y := rowWith(s.rows(), "Farid")
		for i, id := range []inbox.ThreadID{savita, wang, farid, family} {
			m := fresh(heard("09:46", fmt.Sprintf("more %d", i)))
			m.Key = fmt.Sprintf("more%d", i)
			s.desk.change(id, "", m)
			s.idle()
			if got := rowWith(s.rows(), "Farid"); got != y || s.m.list.cursor != farid {
				s.t.Fatalf("after %s Farid stands on row %d, was %d", id, got, y)
			}
		}
		s.press("k")
		if got := s.m.list.order[0]; got != family && got != farid {
			s.t.Errorf("after leaving it the newest is not on top: %v", s.m.list.order)
		}
	})
}

func rowWith(rows []string, text string) int {
	for y, row := range rows {
		if strings.Contains(row, text) {
			return y
		}
	}
	return -1
}

func TestListActions(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.press("j", "a")
		if got := s.desk.threads[bruno].Assignee; got != "priya" {
			s.t.Fatalf("assignee %q", got)
		}
		s.press("a")
		if got := s.desk.threads[bruno].Assignee; got != "" {
			s.t.Fatalf("given back, assignee %q", got)
		}
		s.press("A")
		s.write("ben")
		s.press("enter")
		if got := s.desk.threads[bruno].Assignee; got != "ben" {
			s.t.Fatalf("assignee %q", got)
		}
		s.press("s", "1")
		if got := s.desk.threads[bruno]; got.State != inbox.Snoozed || !got.SnoozedUntil.Truncate(time.Minute).Equal(noon.Add(time.Hour)) {
			s.t.Fatalf("state %s until %s", got.State, got.SnoozedUntil)
		}
		s.press("e")
		if got := s.desk.threads[bruno].State; got != inbox.Closed {
			s.t.Fatalf("state %s", got)
		}
		s.misses("Bruno Lima")
		s.press("5")
		s.pass(time.Second)
		s.sees("Bruno Lima", "Done 1")
		s.press("e", "3")
		s.sees("Bruno Lima")
		s.press("#")
		s.write("call later")
		s.press("enter")
		if got := s.desk.logged("note"); len(got) != 1 {
			s.t.Fatalf("notes %v", got)
		}
		s.press("/")
		s.write("dew")
		s.sees("Dewi Lestari")
		s.misses("Asha Rao")
		s.press("enter", "enter")
		if s.m.talk.id != dewi {
			s.t.Fatalf("opened %s", s.m.talk.id)
		}
		s.press("esc", "esc")
		s.sees("Asha Rao")
	})
}

func TestNextUnreadAndBack(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.show(dewi)
		for _, want := range []inbox.ThreadID{asha, bruno, maryam} {
			s.press("alt+a")
			if s.m.talk.id != want {
				s.t.Fatalf("alt+a opened %s, want %s", s.m.talk.id, want)
			}
			s.pass(2 * time.Second) // read now
		}
		s.press("alt+a")
		if s.m.talk.id != dewi {
			s.t.Fatalf("alt+a went back to %s", s.m.talk.id)
		}
		s.press("alt+down")
		if s.m.talk.id != maryam {
			s.t.Errorf("the thread below Dewi's is %s", s.m.talk.id)
		}
	})
}

func TestOpenFirst(t *testing.T) {
	perform(t, func(d *fakeDesk, c *Config) { c.OpenFirst = true }, func(s *stage) {
		s.size(80, 24)
		s.sees("No messages yet")
		m := fresh(heard("09:46", "Is anybody there?"))
		s.desk.mu.Lock()
		s.desk.threads[asha] = &inbox.Thread{ID: asha, Name: "Asha Rao", State: inbox.Open, Window: openFor(24 * time.Hour)}
		s.desk.mu.Unlock()
		m.Key = "first"
		s.desk.change(asha, "", m)
		s.idle()
		s.sees("Is anybody there?", "open 24h 00m")
	})
}

// Names in scripts that terminals count differently keep the second pane's edge straight.
func TestPaneEdgeIsStraight(t *testing.T) {
	perform(t, everyScript, func(s *stage) {
		for _, size := range sizes[:3] {
			s.size(size[0], size[1])
			edge := s.m.frame().List.W
			for y, row := range s.rows()[:size[1]-2] {
				at := strings.Index(row, "│")
				if at < 0 || s.m.pen.Width(row[:at]) != edge {
					s.t.Fatalf("at %v row %d the edge is not in column %d: %q", size, y, edge, row)
				}
			}
		}
	})
}
