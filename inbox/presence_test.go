package inbox

import (
	"testing"
	"time"
)

func TestPresenceLapses(t *testing.T) {
	start := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	type step struct {
		after time.Duration
		doing string // "" only looks, "sent" releases
		want  string // "" nobody is seen
	}
	tests := []struct {
		name  string
		steps []step
	}{
		{"reading for 30 s", []step{{0, "reading", "reading"}, {29 * time.Second, "", "reading"}, {time.Second, "", ""}}},
		{"reading is renewed", []step{{0, "reading", "reading"}, {20 * time.Second, "reading", "reading"}, {20 * time.Second, "", "reading"}}},
		{"typing for 6 s, then the claim", []step{{0, "typing", "typing"}, {5 * time.Second, "", "typing"}, {time.Second, "", "claimed"}, {10 * time.Minute, "", ""}}},
		{"reading keeps a claim alive", []step{{0, "typing", "typing"}, {9 * time.Minute, "reading", "claimed"}, {9 * time.Minute, "", "claimed"}, {time.Minute, "", ""}}},
		{"sending ends a claim", []step{{0, "typing", "typing"}, {time.Second, "sent", "reading"}}},
		{"gone from reading", []step{{0, "reading", "reading"}, {time.Second, "gone", ""}}},
		{"gone leaves the claim", []step{{0, "typing", "typing"}, {time.Second, "gone", "claimed"}, {11 * time.Minute, "", ""}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var p presences
			now := start
			for i, s := range tt.steps {
				now = now.Add(s.after)
				switch s.doing {
				case "":
				case "sent":
					p.release(1, "priya", now)
				default:
					p.look(1, "priya", s.doing, now)
				}
				got := ""
				if in := p.in(1, "ben", now); len(in) > 0 {
					got = in[0].Doing
				}
				if got != s.want {
					t.Errorf("step %d: seen as %q, want %q", i, got, s.want)
				}
			}
			if p.in(1, "priya", start) != nil && len(p.in(1, "priya", start)) > 0 {
				t.Error("an agent must not see herself")
			}
			p.prune(now.Add(time.Hour))
			if len(p.threads) > 0 {
				t.Error("lapsed presence was kept")
			}
		})
	}
}

func TestPresenceShowsTheBusiestFour(t *testing.T) {
	var p presences
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	for _, a := range []AgentID{"a", "b", "c", "d", "e"} {
		p.look(1, a, doingReading, now)
	}
	p.look(1, "e", doingTyping, now)
	in := p.in(1, "", now)
	if len(in) != 4 || in[0].Agent != "e" || in[0].Doing != doingTyping {
		t.Errorf("got %+v", in)
	}
}
