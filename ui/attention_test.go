package ui

import (
	"strings"
	"testing"
	"time"

	"frontdesk/inbox"
)

// listed are the names in the list pane, in order.
func (s *stage) listed() string {
	names := []string{}
	for _, id := range s.m.list.visible() {
		names = append(names, strings.TrimPrefix(string(id), "t_"))
	}
	return strings.Join(names, " ")
}

// A small shop in which three wait, in an order that is neither that of their activity nor that of their windows.
func threeWait(d *fakeDesk, _ *Config) {
	wait := func(id inbox.ThreadID, since string, window time.Duration) {
		d.add(inbox.Thread{ID: id, Name: strings.ToUpper(string(id[2:])), WaID: "1555010" + string(id[2:]), State: inbox.Open, Window: openFor(window), WaitingSince: at(since)},
			heard(since, "hello"), fresh(heard("09:40", "still there?")))
	}
	wait("t_a", "09:30", 3*time.Hour)
	wait("t_b", "07:10", 5*time.Hour)
	wait("t_c", "09:45", time.Hour)
	d.add(inbox.Thread{ID: "t_d", Name: "D", State: inbox.Open, Window: openFor(9 * time.Hour)}, heard("09:46", "thanks"), told("09:46", inbox.OriginPhone, "", inbox.StatusRead, "Bye"))
}

func TestWaitingView(t *testing.T) {
	perform(t, threeWait, func(s *stage) {
		s.size(130, 32)
		s.press("4")
		if got := s.listed(); got != "b a c" {
			t.Errorf("longest first: %s", got)
		}
		s.sees("Waiting 3, longest", "2h36", "16m", " 1m h C", "closes in 1h 00m")
		s.press("4")
		if got := s.listed(); got != "c a b" {
			t.Errorf("closing first: %s", got)
		}
		s.sees("Waiting 3, closing", "1h00", "3h00", "5h00")
		s.pass(time.Minute)
		s.sees("59m")
		// The phone answers the one under the cursor: it leaves, and the next one stands there.
		s.desk.alter("t_c", func(th *inbox.Thread) { th.WaitingSince = time.Time{} })
		s.idle()
		if got := s.listed(); got != "a b" {
			t.Errorf("after the phone's answer: %s", got)
		}
		// A customer begins to wait: last in one order, first in the other.
		s.desk.alter("t_d", func(th *inbox.Thread) { th.WaitingSince, th.Window = noon, openFor(30*time.Minute) })
		s.idle()
		s.press("G", "g")
		if got := s.listed(); got != "d a b" {
			t.Errorf("one more, by window: %s", got)
		}
		s.press("3", "4")
		if got := s.listed(); got != "b a d" {
			t.Errorf("one more, by time: %s", got)
		}
		s.press("4")
		s.pass(30 * time.Minute) // their window closes on the screen
		s.press("G", "g")
		if got := s.listed(); got != "a b d" {
			t.Errorf("behind those that are open: %s", got)
		}
		s.desk.alter("t_c", func(th *inbox.Thread) { th.WaitingSince, th.Window = noon, openFor(-3*time.Hour) })
		s.idle()
		s.press("G", "g")
		if got := s.listed(); got != "a b d c" {
			t.Errorf("of those that have closed the last one first: %s", got)
		}
	})
}

func TestSnoozeReturnsByItself(t *testing.T) {
	perform(t, threeWait, func(s *stage) {
		s.size(80, 24)
		s.press("4", "s", "1") // b, for an hour
		if got := s.listed(); got != "a c" {
			t.Errorf("snoozed: %s", got)
		}
		s.pass(59 * time.Minute)
		if got := s.listed(); got != "a c" {
			t.Errorf("too early: %s", got)
		}
		s.pass(2 * time.Minute)
		s.press("G", "g") // a thread does not move while the cursor is on it
		if got := s.listed(); got != "b a c" {
			t.Errorf("the snooze is over: %s", got)
		}
		s.sees("Waiting 3")
	})
}

// A Desk whose clock is behind is asked again after a while, not all the time.
func TestSnoozeEndsByTheDesksClock(t *testing.T) {
	perform(t, threeWait, func(s *stage) {
		s.desk.behind = 12 * time.Second
		s.size(80, 24)
		s.press("4", "s", "1")
		s.pass(time.Hour - time.Second)
		before := s.desk.calls.Load()
		s.pass(30 * time.Second)
		if n := s.desk.calls.Load() - before; n > 12 {
			t.Errorf("asked %d times", n)
		}
		s.sees("Waiting 3")
	})
}

func TestStuckIsAQueue(t *testing.T) {
	perform(t, stuckOffice, func(s *stage) {
		s.size(80, 24)
		s.sees("1 failed", "1 uncertain", "1 held")
		s.press("6")
		if got := s.listed(); got != "farid held lost" {
			t.Errorf("%s", got)
		}
		s.press("enter")
		if m := s.m.talk.selected(); m == nil || m.Ref != "01FAIL" {
			t.Fatalf("enter shows %+v", m)
		}
		s.sees("Stuck 1 of 3", "R decides, ! goes to the next")
		var way []string
		for range 4 {
			s.press("!")
			way = append(way, string(s.m.talk.selected().Ref))
		}
		if got := strings.Join(way, " "); got != "01HELD 01LOST 01FAIL 01HELD" {
			t.Errorf("stepping goes %s", got)
		}
		s.press("R")
		s.sees("send now")
		s.press("1")
		if c := s.desk.logged("decide"); len(c) != 1 || c[0].(inbox.Decide).OID != "01HELD" {
			t.Errorf("decided: %+v", c)
		}
	})
}

// What failed before a later answer is history; several in one thread are stepped through one by one.
func TestStuckInOneThread(t *testing.T) {
	perform(t, func(d *fakeDesk, _ *Config) {
		fail := func(hhmm, text string) inbox.Message {
			m := told(hhmm, inbox.OriginAPI, "priya", inbox.StatusFailed, text)
			m.Ref, m.Choices = inbox.OID("01"+text), []inbox.Decision{inbox.Resend}
			return m
		}
		d.add(inbox.Thread{ID: "t_one", Name: "One", State: inbox.Open, Window: openFor(time.Hour)},
			heard("09:00", "hi"), fail("09:01", "OLD"), told("09:02", inbox.OriginAPI, "priya", inbox.StatusRead, "went"), fail("09:03", "FIRST"), fail("09:04", "SECOND"))
	}, func(s *stage) {
		s.size(80, 24)
		var way []string
		for range 3 {
			s.press("!")
			way = append(way, s.m.talk.selected().Text)
		}
		if got := strings.Join(way, " "); got != "FIRST SECOND FIRST" {
			t.Errorf("stepping goes %s", got)
		}
	})
}

// What failed on the phone cannot be decided here: a newer message or being done with it takes it off the queue.
func TestStuckOnThePhone(t *testing.T) {
	perform(t, func(d *fakeDesk, _ *Config) {
		d.add(inbox.Thread{ID: "t_phone", Name: "P", State: inbox.Open, Window: openFor(time.Hour)},
			heard("09:00", "hi"), told("09:01", inbox.OriginPhone, "", inbox.StatusFailed, "from the phone"))
	}, func(s *stage) {
		s.size(80, 24)
		s.press("!")
		s.sees("Stuck 1 of 1: write again, or e is done with it")
		s.press("!")
		s.sees("Stuck 1 of 1")
	})
}

func TestNothingStuck(t *testing.T) {
	perform(t, threeWait, func(s *stage) {
		s.size(80, 24)
		s.press("!")
		s.sees("Nothing is stuck")
		s.press("6")
		s.sees("Nothing is stuck: no", "all threads.")
	})
}

func TestBriefly(t *testing.T) {
	for _, c := range []struct {
		d          time.Duration
		gone, left string
		next       time.Duration // until either changes
		nextLeft   time.Duration
	}{
		{0, "<1m", "<1m", time.Minute, 0},
		{30 * time.Second, "<1m", "1m", 30 * time.Second, 30 * time.Second},
		{61 * time.Second, "1m", "2m", 59 * time.Second, time.Second},
		{time.Hour, "1h00", "1h00", time.Minute, time.Minute},
		{9*time.Hour + 59*time.Minute + time.Second, "9h59", "10h", 59 * time.Second, time.Second},
		{10 * time.Hour, "10h", "10h", time.Hour, time.Minute},
		{23*time.Hour + 30*time.Minute, "23h", "23h", 30 * time.Minute, 31 * time.Minute},
		{50 * time.Hour, "2d", "2d", 22 * time.Hour, 0},
		{300 * 24 * time.Hour, "300d", "300d", 24 * time.Hour, 0},
	} {
		if got := english.briefly(c.d); got != c.gone || len(got) > listTimeWidth {
			t.Errorf("%v gone is %q, want %q", c.d, got, c.gone)
		}
		if got := english.brieflyLeft(c.d); got != c.left {
			t.Errorf("%v left is %q, want %q", c.d, got, c.left)
		}
		if got := nextBriefly(noon, noon.Add(-c.d)).Sub(noon); got != c.next {
			t.Errorf("%v gone changes in %v, want %v", c.d, got, c.next)
		}
		if c.nextLeft > 0 {
			end := noon.Add(c.d)
			next := nextBrieflyLeft(noon, end)
			if got := next.Sub(noon); got != c.nextLeft && english.brieflyLeft(end.Sub(next)) == english.brieflyLeft(c.d) {
				t.Errorf("%v left changes in %v, want %v", c.d, got, c.nextLeft)
			}
		}
	}
}

// What to do about a failure is in sight on a phone's screen, and with a closed window trying again is no advice.
func TestFailureSaysWhatToDo(t *testing.T) {
	perform(t, func(d *fakeDesk, c *Config) {
		frontOffice(d, c)
		d.threads[farid].Window = openFor(-time.Hour)
	}, func(s *stage) {
		s.size(48, 16)
		s.show(farid)
		s.press("d")
		s.sees("Why", "Do        Send a template", "Retry     It fails the same way", "↓ more")
		s.press("pgdown")
		s.sees("queued", "01FAIL")
		s.misses("↓ more")
	})
}

// What arrives under a box has not been read.
func TestNothingIsReadUnderABox(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.show(dewi)
		s.press("?")
		m := fresh(heard("09:46", "one more"))
		m.Key = "under"
		s.desk.change(dewi, "", m)
		s.pass(3 * time.Second)
		if n := len(s.desk.logged("read")); n != 0 {
			t.Errorf("marked read %d times", n)
		}
		s.press("esc")
		s.pass(3 * time.Second)
		if n := len(s.desk.logged("read")); n != 1 {
			t.Errorf("seen, and marked read %d times", n)
		}
	})
}
