package ui

import (
	"slices"
	"testing"
	"time"

	"frontdesk/inbox"
)

// longAway is an office whose agent comes back in the morning.
func longAway(d *fakeDesk, c *Config) {
	stuckOffice(d, c)
	th := func(id inbox.ThreadID) inbox.Thread { return *d.threads[id] }
	shut := th(closed)
	shut.WaitingSince = at("06:44").AddDate(0, 0, -1)
	d.absent = inbox.Away{Since: at("18:04").AddDate(0, 0, -1), Messages: 12, Threads: 5,
		Answers: []inbox.Answers{{By: "phone", Messages: 3, Threads: 2}, {By: "ben", Messages: 1, Threads: 1}},
		Waiting: []inbox.Thread{shut, th(bruno), th(asha)}, WaitingAll: 8,
		Closed: []inbox.Thread{shut}, ClosedAll: 1,
		Stuck: []inbox.Thread{th(farid), th("t_lost")}, StuckAll: 2,
		Down: []inbox.Down{{From: at("18:10").AddDate(0, 0, -1), To: at("07:55"), Why: inbox.WasStopped}}}
}

// sawUpto are the positions up to which the desk learned that all was seen.
func (s *stage) sawUpto() []inbox.Seq {
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	return slices.Clone(s.desk.saw)
}

func TestAwayAtTheStart(t *testing.T) {
	perform(t, longAway, func(s *stage) {
		s.size(100, 28)
		s.sees("While you were away", "since 19 Aug 18:04, 15h", "12 messages came in 5 threads.", "The phone answered 3 times in 2 threads.", "ben answered once",
			"19 Aug 18:10 to 07:55: nothing could arrive", "repeats for up to 7 days", "8 customers wait", "and 5 more", "window closed meanwhile", "a message of ours needs you")
		if n := len(s.sawUpto()); n != 0 {
			t.Errorf("all was seen before it was read")
		}
		s.press("enter") // on its way before this could be read
		s.sees("While you were away")
		s.pass(time.Second)
		s.press("j", "enter")
		s.misses("While you were away")
		if s.m.talk.id != bruno || len(s.sawUpto()) != 1 {
			t.Errorf("%s is open, told %v", s.m.talk.id, s.sawUpto())
		}
		s.press("esc", ":")
		s.write("away")
		s.press("enter")
		s.sees("While you were away", "12 messages")
		s.press("esc")
		s.misses("While you were away")
	})
}

func TestAwayOpensWhatIsStuck(t *testing.T) {
	perform(t, longAway, func(s *stage) {
		s.size(80, 24)
		s.pass(time.Second)
		s.press("j", "j", "j", "j", "j", "j", "j", "enter")
		if m := s.m.talk.selected(); m == nil || m.Ref != "01LOST" {
			t.Errorf("the last one opens %+v", m)
		}
	})
}

func TestAwayIsNotAlwaysTold(t *testing.T) {
	for name, set := range map[string]func(*fakeDesk){
		"a short absence": func(d *fakeDesk) { d.absent.Since = noon.Add(-9 * time.Minute) },
		"a first start":   func(d *fakeDesk) { d.absent = inbox.Away{} },
		"nothing happened": func(d *fakeDesk) {
			d.absent = inbox.Away{Since: d.absent.Since, Waiting: d.absent.Waiting, WaitingAll: 8}
		},
		"no owner to ask it": func(d *fakeDesk) { d.absent = inbox.Away{} },
	} {
		t.Run(name, func(t *testing.T) {
			perform(t, func(d *fakeDesk, c *Config) { longAway(d, c); set(d) }, func(s *stage) {
				s.size(80, 24)
				s.misses("While you were away")
				if n := len(s.sawUpto()); n != 1 {
					t.Errorf("told %d times that all is seen", n)
				}
			})
		})
	}
}

func TestAwayWaitsForWhoIsWriting(t *testing.T) {
	perform(t, longAway, func(s *stage) {
		s.desk.mu.Lock()
		s.desk.absent = inbox.Away{}
		s.desk.mu.Unlock()
		s.size(80, 24)
		s.press("enter", "i")
		s.m.catchup.asked = false
		s.desk.mu.Lock()
		s.desk.absent = inbox.Away{Since: at("08:00"), Messages: 1, Threads: 1}
		s.desk.mu.Unlock()
		s.desk.alter(asha, func(*inbox.Thread) {})
		s.pass(time.Second)
		s.misses("1 message came")
		s.sees("the command away tells it")
	})
}

func TestAwayFollowsWhatArrives(t *testing.T) {
	perform(t, longAway, func(s *stage) {
		s.size(80, 24)
		s.desk.mu.Lock()
		s.desk.absent.Messages = 40
		s.desk.mu.Unlock()
		s.desk.alter(asha, func(*inbox.Thread) {})
		s.pass(time.Second)
		s.sees("40 messages came")
	})
}

// The desk is told that somebody is there after keys only, seldom, and when they leave.
func TestSeeing(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.pass(time.Hour)
		if n := len(s.sawUpto()); n != 1 {
			t.Errorf("idle: told %d times", n)
		}
		for range 30 {
			s.press("j")
			s.pass(20 * time.Second)
		}
		if n := len(s.sawUpto()); n != 3 { // at once, and after five minutes
			t.Errorf("ten minutes of keys after an hour: told %d times", n)
		}
		s.press("k", "q")
		s.idle()
		if n := len(s.sawUpto()); n != 5 || !s.quit {
			t.Errorf("left: told %d times, quit %v", n, s.quit)
		}
	})
	perform(t, longAway, func(s *stage) {
		s.size(80, 24)
		s.pass(time.Second)
		s.press("ctrl+c")
		s.idle()
		if n := len(s.sawUpto()); n != 0 || !s.quit {
			t.Errorf("left without reading: told %d times, quit %v", n, s.quit)
		}
	})
}

func TestAwaySentences(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{english.came(0, 0), "No message came."},
		{english.came(1, 1), "1 message came in 1 thread."},
		{english.answeredBy(inbox.Answers{By: "elsewhere", Messages: 2, Threads: 1}), "Another tool on this number answered 2 times in 1 thread."},
		{english.down(inbox.Down{Why: inbox.WasLost}, "03:10", "07:55"), "From some time after 03:10 until 07:55: nothing could arrive here, for frontdesk had ended without a word."},
		{english.down(inbox.Down{Why: inbox.WasAsleep}, "03:10", "07:55"), "03:10 to 07:55: nothing could arrive here, for this computer slept (or its clock was set ahead)."},
		{english.repeats(36 * time.Hour), englishAway.Repeats},
		{english.repeats(37 * time.Hour), englishAway.RepeatsLong},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
