package inbox

import (
	"testing"
	"time"
)

func TestCountsFollow(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		counts := func() Counts {
			info, err := s.desk.Info(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return info.Counts
		}
		if c := counts(); c.All != 0 {
			t.Errorf("at first %+v", c)
		}
		thread := s.customer("15550101001", "hello")
		if c := counts(); c.All != 1 || c.Unread != 1 || c.Waiting != 1 || c.Unassigned != 1 {
			t.Errorf("after a message %+v", c)
		}
		s.do(NewID(), Assign{Thread: thread, To: "priya"})
		s.do(NewID(), SetState{Thread: thread, State: Snoozed, Until: time.Now().Add(time.Minute)})
		if c := counts(); c.Mine != 1 || c.Unassigned != 0 {
			t.Errorf("assigned %+v", c)
		}
		if other, err := s.owner.Desk("ben").Info(t.Context()); err != nil || other.Counts.Mine != 0 {
			t.Errorf("ben has %+v, %v", other.Counts, err)
		}
	})
}

// What time alone changes is counted at its moment.
func TestCountsFollowTheClock(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.answers(Outcome{Result: ResultUnknown})
		s.reply(s.customer("15550101001", "hello"), "one")
		for _, tt := range []struct {
			after time.Duration
			want  int
		}{{confirmGrace - time.Second, 0}, {time.Second, 1}} {
			time.Sleep(tt.after)
			info, err := s.desk.Info(t.Context())
			if err != nil || info.Counts.Uncertain != tt.want {
				t.Errorf("after %v more: %d uncertain, want %d (%v)", tt.after, info.Counts.Uncertain, tt.want, err)
			}
		}
	})
}
