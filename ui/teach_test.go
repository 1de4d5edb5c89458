package ui

import (
	"fmt"
	"testing"
	"time"

	"frontdesk/inbox"
)

func teaching(d *fakeDesk, c *Config) { frontOffice(d, c); c.Teach = true }

func TestTheHintGoesWithTheFirstKeyItTaught(t *testing.T) {
	for _, key := range []string{"j", "down", "enter", "i", "?", "esc"} {
		perform(t, teaching, func(s *stage) {
			for _, size := range sizes {
				s.size(size[0], size[1])
				s.sees("nothing leaves this computer", "j next thread", "enter open", "i write", "esc back", "? all keys")
			}
			s.press("k", "4", "3") // not taught
			s.sees("nothing leaves this computer")
			s.press(key)
			s.misses("nothing leaves this computer")
			for len(s.m.dialogs) > 0 {
				s.press("esc")
			}
			s.press("esc", "esc", "k")
			s.misses("nothing leaves this computer")
		})
	}
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.misses("nothing leaves this computer")
	})
}

func TestTheHintNamesTheKeysThatAre(t *testing.T) {
	perform(t, func(d *fakeDesk, c *Config) { teaching(d, c); c.Keys = map[string][]string{"write": {"ctrl+r"}} }, func(s *stage) {
		s.size(80, 24)
		s.sees("ctrl+r write")
		s.press("ctrl+r")
		s.misses("ctrl+r write")
	})
}

// On a phone the hint lies over the list, but never over the cursor.
func TestTheHintHidesNoCursor(t *testing.T) {
	perform(t, teaching, func(s *stage) {
		s.size(48, 16)
		for i := range 6 {
			s.desk.add(inbox.Thread{ID: inbox.ThreadID(fmt.Sprint("t_more", i)), Name: fmt.Sprint("More ", i), State: inbox.Open, Window: openFor(time.Hour)}, heard("06:00", "hi"))
		}
		s.press("3", "G")
		s.sees("▌   Wed   c")
		s.misses("nothing leaves this computer")
		s.press("g")
		s.sees("nothing leaves this computer")
	})
}
