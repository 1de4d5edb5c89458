package ui

import (
	"fmt"
	"testing"
	"time"

	"frontdesk/inbox"
)

func TestResetReadsAnew(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.press("enter")
		s.desk.add(inbox.Thread{ID: "t_new", Name: "Meanwhile", State: inbox.Open, Window: openFor(time.Hour)}, heard("09:46", "hello"))
		s.desk.mu.Lock()
		s.desk.messages[asha][0].Text = "changed meanwhile"
		s.desk.mu.Unlock()
		s.desk.emit(inbox.Event{Reset: true})
		s.idle()
		s.sees("Meanwhile", "changed meanwhile")
	})
}

func TestReadOnlyDesk(t *testing.T) {
	perform(t, func(d *fakeDesk, c *Config) {
		frontOffice(d, c)
		d.watchErr = &inbox.Error{Kind: inbox.ReadOnly, Text: "no owner runs"}
	}, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "i")
		s.sees("read-only", "Nothing can be sent")
		s.press("a", "e", "+", "r", "t", "enter")
		s.pass(10 * time.Second)
		for _, c := range s.desk.log {
			s.t.Fatalf("a read-only desk was asked to %s", c.Kind())
		}
	})
}

func TestReconnects(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.press("enter")
		s.desk.mu.Lock()
		close(s.desk.watchers[0])
		s.desk.watchers = nil
		s.desk.watchErr = &inbox.Error{Kind: inbox.Unreachable, Text: "gone"}
		s.desk.mu.Unlock()
		s.idle()
		s.sees("reconnecting…")
		s.desk.mu.Lock()
		s.desk.watchErr = nil
		s.desk.mu.Unlock()
		s.pass(10 * time.Second)
		s.sees("live")
		m := heard("09:47", "still there")
		m.Key = "still"
		s.desk.change(asha, "", m)
		s.idle()
		s.sees("still there")
	})
}

// Events of a burst are one frame, and an idle screen draws nothing.
func TestBurstIsFewFrames(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.press("enter")
		s.pass(2 * time.Second)
		s.frames = 0
		var events []inbox.Event
		for i := range 2000 {
			m := heard("09:46", fmt.Sprintf("burst %d", i))
			m.Key, m.Thread, m.Seq = fmt.Sprintf("burst%04d", i), asha, inbox.Seq(10000+i)
			events = append(events, inbox.Event{Seq: m.Seq, Kind: inbox.MessageEvent, Message: &m})
		}
		for i := 0; i < len(events); i += 10 {
			s.desk.watchers[0] <- events[i : i+10]
		}
		s.idle()
		if s.frames > 20 {
			s.t.Errorf("2000 events in 200 deliveries drew %d frames", s.frames)
		}
		s.sees("burst 1999")
	})
}

func TestIdleScreenDrawsNothing(t *testing.T) {
	perform(t, func(d *fakeDesk, c *Config) {
		frontOffice(d, c)
		d.info.Screens = 0 // nobody to tell who looks
	}, func(s *stage) {
		s.size(130, 32)
		s.press("enter")
		s.pass(3 * time.Minute) // until what two minutes may have brought has been looked for
		s.frames = 0
		calls := s.desk.calls.Load()
		s.pass(10 * time.Minute)
		// The clock of the window moves once a minute, and nothing else does.
		if s.frames > 11 {
			s.t.Errorf("ten idle minutes drew %d frames", s.frames)
		}
		if n := s.desk.calls.Load() - calls; n != 0 {
			s.t.Errorf("ten idle minutes asked the Desk %d times", n)
		}
	})
}

func TestPresenceIsToldAndShown(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "i")
		s.write("a")
		looks := s.desk.logged("look")
		if n := len(looks); n < 2 || looks[n-1].(inbox.Look).Doing != "typing" {
			s.t.Fatalf("looks %+v", looks)
		}
		s.write("bcdef")
		if again := s.desk.logged("look"); len(again) != len(looks) {
			s.t.Fatalf("typing was told %d times in a moment", len(again))
		}
		s.press("esc", "esc")
		looks = s.desk.logged("look")
		if looks[len(looks)-1].(inbox.Look).Doing != "gone" {
			s.t.Fatalf("looks %+v", looks)
		}
		s.desk.emit(inbox.Event{Kind: inbox.PresenceEvent, Presence: &inbox.Presence{Thread: asha, Agent: "ben", Doing: "reading", Until: noon.Add(30 * time.Second)}})
		s.idle()
		s.sees("ben is reading this thread")
		s.pass(31 * time.Second)
		s.misses("ben is reading this thread")
	})
}

// The owner counts the terminals that are attached to it: all of them others for its own screen, one of them itself for
// an attached one.
func TestOtherTerminals(t *testing.T) {
	for _, tt := range []struct {
		owns    bool
		screens int
		says    string
	}{{true, 0, ""}, {true, 1, "1 other terminal"}, {true, 2, "2 other terminals"}, {false, 1, ""}, {false, 2, "1 other terminal"}} {
		perform(t, func(d *fakeDesk, c *Config) {
			d.info.Screens = tt.screens
			c.Owns = func() bool { return tt.owns }
		}, func(s *stage) {
			s.size(130, 32)
			if tt.says == "" {
				s.misses("other terminal")
				return
			}
			s.sees("  " + tt.says + " ")
		})
	}
}

// TestReadonlyScreen: a screen that was asked to change nothing does not, whatever is pressed, and says why.
func TestReadonlyScreen(t *testing.T) {
	perform(t, func(d *fakeDesk, c *Config) { frontOffice(d, c); c.ReadOnly = true }, func(s *stage) {
		s.size(130, 32)
		s.sees("read-only", "live")
		s.press("a", "e", "m", "u", "s", "esc", "#", "esc", "enter")
		s.sees("started with --readonly")
		s.press("i", "r", "t", "+", "R", "x", "esc")
		s.pass(time.Minute)
		s.run(s.m.do(inbox.Assign{Thread: asha, To: "priya"}, nil)) // by a way that nobody thought of
		s.idle()
		s.desk.mu.Lock()
		defer s.desk.mu.Unlock()
		for _, c := range s.desk.log {
			if !inbox.Allowed(inbox.Viewer, c) {
				t.Errorf("the desk was given %q", c.Kind())
			}
		}
	})
}
