package inbox

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"
)

// lacking is a message of which this much is here.
func lacking(m MessageSeen, l Level) MessageSeen {
	m.Content = Content{Level: l, Type: "unsupported", Text: "[see the phone]"}
	if l == Placeholder {
		m.Content = Content{Level: Placeholder, Type: "media_placeholder"}
	}
	return m
}

func lookedAt(id string, back bool) PhoneLooked {
	return PhoneLooked{Line: testLine, WAMID: id, Back: back, Agent: "priya", At: clockAt(50)}
}

// TestTray: what is on the phone alone waits until somebody looked, in every order; what comes after all leaves by itself.
func TestTray(t *testing.T) {
	hi := received(in(1), 1, "hi")
	edited := edit("e1", in(1), In, 5, "hi there")
	for _, sc := range []struct {
		name    string
		facts   []Fact
		inOrder bool
		now     int64
		want    Lack // of what waits; "" for nothing
		lack    Lack // of the row, whether it waits or not
	}{
		{name: "all is here", facts: []Fact{hi}},
		{name: "of a type that is not handed on", facts: []Fact{lacking(hi, Unsupported)}, want: LackType, lack: LackType},
		{name: "A67 it came after all", facts: []Fact{lacking(hi, Unavailable), hi}},
		{name: "A67 and was edited", facts: []Fact{lacking(hi, Unavailable), hi, edited}},
		{name: "A67 it did not come", facts: []Fact{lacking(hi, Unavailable)}, want: LackContent, lack: LackContent},
		{name: "A67 it may still come", facts: []Fact{lacking(hi, Unavailable)}, now: 60, lack: LackContent},
		{name: "A38 an edit as unsupported", facts: []Fact{hi, lacking(received(in(2), 4, ""), Unsupported)}, want: LackType},
		{name: "only statuses", facts: []Fact{received(in(1), 0, "x"), status(out(2), Read, 6)}, want: LackText},
		{name: "only statuses, and then the echo", facts: []Fact{status(out(1), Read, 6), echoed(out(1), 5, "ours")}},
		{name: "a file of an import", facts: []Fact{lacking(imported(In, in(1), 1, ""), Placeholder)}, lack: LackFile},
		{name: "an import of what is not handed on", facts: []Fact{lacking(imported(In, in(1), 1, ""), Unsupported)}, lack: LackType},
		{name: "a file of an import that was asked for", inOrder: true, facts: []Fact{lacking(imported(In, in(1), 1, ""), Placeholder), lookedAt(in(1), true)}, want: LackFile, lack: LackFile},
		{name: "somebody looked", inOrder: true, facts: []Fact{lacking(hi, Unsupported), lookedAt(in(1), false)}, lack: LackType},
		{name: "and took it back", inOrder: true, facts: []Fact{lacking(hi, Unsupported), lookedAt(in(1), false), lookedAt(in(1), true)}, want: LackType, lack: LackType},
		{name: "somebody looked before it came", inOrder: true, facts: []Fact{lacking(hi, Unavailable), lookedAt(in(1), false), hi}},
		{name: "it was deleted", facts: []Fact{lacking(hi, Unsupported), revoke("r1", in(1), In, 9)}},
	} {
		t.Run(sc.name, scenario{name: sc.name, facts: sc.facts, inOrder: sc.inOrder, now: sc.now, then: func(s screen) {
			var got Lack
			items := s.Tray(TrayMost)
			n, _ := s.trayed()
			want(s, "counted", n, len(items))
			if len(items) > 0 {
				got = items[0].Message.PhoneOnly.Lack
				want(s, "waits", items[0].Message.PhoneOnly.Tray, true)
				want(s, "name", items[0].Name != "", true)
			}
			want(s, "in the tray", got, sc.want)
			if m, ok := s.Message(key(in(1))); ok && sc.lack != "" {
				want(s, "lacks", m.PhoneOnly.Lack, sc.lack)
			}
		}}.run)
	}
}

// TestTrayOfADesk: the tray is the whole desk's, survives a restart, is counted, and what is ticked off can be put back.
func TestTrayOfADesk(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		tray := func() []TrayItem {
			t.Helper()
			items, err := s.owner.Desk("ben").Tray(context.Background(), 0)
			if err != nil {
				t.Fatal(err)
			}
			equals(t, "counted", s.info().Counts.Tray, len(items))
			return items
		}
		m := incoming("15550100101", "", time.Now())
		m.Content = Content{Level: Unsupported, Type: "unsupported", Text: "[unsupported: poll creation; see the phone]"}
		s.webhook(testFact{Message: m})
		late := incoming("15550100102", "later", time.Now())
		late.Content = Content{Level: Unavailable, Type: "unsupported", Text: "[not available yet; see the phone]"}
		s.webhook(testFact{Message: late})
		items := tray()
		if len(items) != 1 || items[0].Name == "" {
			t.Fatalf("the tray holds %+v", items)
		}
		next := s.info().TrayNext
		time.Sleep(stubDelay)
		equals(t, "the next was foretold", !next.IsZero() && !time.Now().Before(next), true)
		equals(t, "both wait", len(tray()), 2)
		key, th := items[0].Message.Key, items[0].Message.Thread
		s.do(NewID(), LookOnPhone{Thread: th, Key: key})
		equals(t, "one was looked at", len(tray()), 1)
		s.restart()
		equals(t, "and stays so", len(tray()), 1)
		d, err := s.desk.Detail(t.Context(), th, key)
		if err != nil || d.Message.PhoneOnly == nil || d.Message.PhoneOnly.LookedBy != "priya" || d.Message.PhoneOnly.Tray {
			t.Errorf("the message is %+v, %v", d.Message.PhoneOnly, err)
		}
		s.do(NewID(), LookOnPhone{Thread: th, Key: key, Back: true})
		equals(t, "it waits again", len(tray()), 2)
		whole := *late
		whole.Content = Content{Level: Concrete, Type: "text", Text: "the real text"}
		s.webhook(testFact{Message: &whole})
		equals(t, "one came after all", len(tray()), 1)
		equals(t, "nothing is lacking", s.refused(NewID(), LookOnPhone{Key: MessageKey(shopLine, whole.WAMID)}), Invalid)
	})
}

// What came within one second stands in the order in which it came, the newest first.
func TestTrayOfOneSecond(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		var want []string
		for n := range 12 {
			m := lacking(*incoming("15550101001", fmt.Sprint(n), time.Now()), Unsupported)
			s.webhook(testFact{Message: &m})
			want = append([]string{m.WAMID}, want...)
		}
		items, err := s.desk.Tray(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, i := range items {
			got = append(got, i.Message.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("got\n%q\nwant\n%q", got, want)
		}
	})
}
