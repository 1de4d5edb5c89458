package inbox

import (
	"context"
	"testing"
	"time"
)

func TestTemplateHabits(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.gateway.templates = []Template{repairReady}
		s.restart()
		thread := s.customer("15550101001", "hello")
		look := func(desk Desk) Template {
			t.Helper()
			list, err := desk.Templates(context.Background())
			if err != nil || len(list) != 1 {
				t.Fatalf("%d templates, %v", len(list), err)
			}
			return list[0]
		}
		if x := look(s.desk); x.Used != 0 || x.Starred || !x.UsedAt.IsZero() {
			t.Errorf("new, and already %d, %v", x.Used, x.Starred)
		}
		var last time.Time
		for range 3 {
			oid, v := newOID(), repairValues
			s.do(string(oid), Send{Thread: thread, OID: oid, Out: Outgoing{Type: "template", Template: &v}})
			last = time.Now()
			s.pass(time.Minute)
		}
		star := StarTemplate{Name: repairReady.Name, Language: repairReady.Language}
		s.do(NewID(), star)
		for range 2 { // again after the views were made anew
			x := look(s.desk)
			if x.Used != 3 || x.UsedAt.Sub(last).Abs() > time.Second || !x.Starred {
				t.Errorf("used %d times, last %v, starred %v", x.Used, x.UsedAt, x.Starred)
			}
			if look(s.owner.Desk("ben")).Starred {
				t.Error("one agent's favourite is another's")
			}
			s.stop()
			s.views = NewMemoryViews()
			s.config.Views = s.views
			s.open()
			s.pass(time.Second)
		}
		star.Off = true
		s.do(NewID(), star)
		if look(s.desk).Starred {
			t.Error("it stays a favourite")
		}
		if kind := s.refused(NewID(), StarTemplate{Name: "none", Language: "en"}); kind != NotFound {
			t.Errorf("what is not there is refused as %q", kind)
		}
	})
}

// TestHabitsJoin holds that neither order nor repetition of facts changes what is kept, and that it is bounded.
func TestHabitsJoin(t *testing.T) {
	var parts []habit
	for i := range MostUses + 20 {
		parts = append(parts, habit{Uses: []use{{Mark: mark(i + 1), At: int64(i)}}, Stars: []star{{Agent: "priya", Mark: mark(i + 1), Off: i%2 == 0}}})
	}
	var forth, back habit
	for i := range parts {
		forth.join(parts[i])
		forth.join(parts[i/2])
		back.join(parts[len(parts)-1-i])
	}
	if a, b := string(encode(forth)), string(encode(back)); a != b || len(forth.Uses) != MostUses || forth.Uses[0].Mark != mark(len(parts)) || forth.Stars[0].Off {
		t.Errorf("%+v is not %+v", forth, back)
	}
}
