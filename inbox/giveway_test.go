package inbox

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// past is a message of the history that WhatsApp hands on.
func past(phone, text string, at time.Time, side Side) *MessageSeen {
	m := incoming(phone, text, at)
	m.Source, m.Side = FromHistory, side
	m.WAMID = fmt.Sprintf("wamid.PAST.%d.%d.%s", side, at.Unix(), text)
	return m
}

// says lists a thread as a person reads it.
func (s *shop) says(phone string) (list []string) {
	s.t.Helper()
	page, err := s.desk.Messages(s.t.Context(), MessageQuery{Thread: s.thread(phone).ID, Limit: 500})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, m := range page.Messages {
		from := "history"
		switch {
		case m.Exported:
			from = "export"
		case !m.Imported:
			from = "live"
		}
		text := m.Text
		if m.Revoked {
			text = "(deleted)"
		}
		list = append(list, m.Direction+" "+text+" "+from)
	}
	return list
}

// An exported chat and what WhatsApp itself tells of the same stretch make each message one row, whichever comes first, and
// the one with an id stays.
func TestExportGivesWay(t *testing.T) {
	const phone = "15550101001"
	minute := time.Date(1999, 12, 29, 9, 41, 0, 0, time.UTC) // a shop's clock begins with 2000
	at := func(seconds int) time.Time { return minute.Add(time.Duration(seconds) * time.Second) }
	file := past(phone, "", at(600), In)
	file.Content = Content{Level: Placeholder, Type: "media_placeholder"}
	edited := past(phone, "at five", at(900), Out)
	taken := past(phone, "a mistake", at(960), In)
	lines := []ChatLine{
		{At: at(-6000), Text: "long before"},
		{At: at(0), Text: "Is it ready?"},
		{At: at(0), Text: "ok", Out: true},
		{At: at(0), Text: "ok", Out: true, N: 1},
		{At: at(0), Text: "ok"},
		{At: at(120), Text: "clocks differ"}, // 20 seconds behind the minute by WhatsApp's
		{At: at(300), Text: "the history has no such thing"},
		{At: at(600), Media: "image", Name: "IMG-1.jpg"},
		{At: at(600), Media: "audio", N: 1},
		{At: at(900), Text: "at six", Out: true}, // as it was edited
		{At: at(960), Text: "a mistake"},         // before it was taken back
	}
	told := []testFact{
		{Message: past(phone, "Is it ready?", at(20), In)},
		{Message: past(phone, "ok", at(31), Out)}, // one of two
		{Message: past(phone, "clocks differ", at(200), In)},
		{Message: file}, {Message: edited}, {Message: taken},
	}
	changes := []testFact{
		{Edit: &EditSeen{Line: shopLine, WAMID: "wamid.EDIT", Target: edited.WAMID, Side: Out, Source: FromEcho, Time: at(930).Unix(), Content: text("at six"), Peers: edited.Peers}},
		{Revoke: &RevokeSeen{Line: shopLine, WAMID: "wamid.REVOKE", Target: taken.WAMID, Side: In, Source: FromLive, Time: at(990).Unix(), Peers: taken.Peers}},
	}
	want := []string{
		"in long before export", "out ok export", "in ok export", "in Is it ready? history", "out ok history", "in clocks differ history",
		"in the history has no such thing export", "in  export", "in  history", "out at six history", "in (deleted) history",
	}
	export := func(s *shop) { s.importsChat(ImportChat{To: phone, Lines: lines}) }
	history := func(s *shop) {
		if err := s.owner.Accept(t.Context(), EntryImport, testBody(t, told...)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
	}
	later := func(s *shop) { s.webhook(changes...) }
	for name, order := range map[string][]func(*shop){
		"export, history, changes": {export, history, later},
		"export, changes, history": {export, later, history},
		"history, export, changes": {history, export, later},
		"history, changes, export": {history, later, export},
		"changes, history, export": {later, history, export},
		"twice":                    {export, history, export, later, export},
	} {
		t.Run(name, func(t *testing.T) {
			inShop(t, func(t *testing.T, s *shop) {
				for _, step := range order {
					step(s)
				}
				got := s.says(phone)
				slices.Sort(got)
				if want := slices.Sorted(slices.Values(want)); !slices.Equal(got, want) {
					t.Errorf("got\n%q\nwant\n%q", got, want)
				}
				page, err := s.desk.Search(t.Context(), SearchQuery{Text: "clocks differ"})
				if err != nil || len(page.Matches) != 1 {
					t.Errorf("found %d times: %v", len(page.Matches), err)
				}
				before := all(s.views)
				s.stop()
				if _, err := Rebuild(t.Context(), s.config); err != nil {
					t.Fatal(err)
				}
				if after := all(s.views); after != before {
					t.Errorf("a rebuild gives another state:\n%s", diff(before, after))
				}
				s.open()
			})
		})
	}
}

// What a live message takes the place of is taken from the screens as well.
func TestExportGivesWayOnTheScreen(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		at := time.Now().Add(-time.Hour).Truncate(time.Minute)
		s.importsChat(ImportChat{To: "15550101001", Lines: []ChatLine{{At: at, Text: "late"}}})
		page, err := s.desk.Messages(t.Context(), MessageQuery{Thread: s.thread("15550101001").ID})
		if err != nil {
			t.Fatal(err)
		}
		w, err := s.desk.Watch(t.Context(), Cursor{})
		if err != nil {
			t.Fatal(err)
		}
		s.webhook(testFact{Message: incoming("15550101001", "late", at.Add(7*time.Second))})
		replaced := false
		for _, e := range next(t, w) {
			replaced = replaced || e.Message != nil && e.Message.Text == "late" && !e.Message.Exported && e.Replaces == page.Messages[0].Key
		}
		if !replaced {
			t.Error("no screen takes the exported one away")
		}
		if th := s.thread("15550101001"); th.Messages != 1 || th.Unread != 1 {
			t.Errorf("%d rows, %d unread", th.Messages, th.Unread)
		}
	})
}

// Threads that become one, and fall apart again, settle anew which of their lines stand.
func TestExportGivesWayAcrossThreads(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		at := time.Now().Add(-time.Hour).Truncate(time.Minute)
		s.importsChat(ImportChat{To: "15550101001", Lines: []ChatLine{{At: at, Text: "hello"}, {At: at, Text: "mine alone"}}})
		s.webhook(testFact{Message: past("15550101002", "hello", at.Add(9*time.Second), In)})
		a, b := s.thread("15550101001").ID, s.thread("15550101002").ID
		s.do(NewID(), Join{Thread: a, With: b})
		if n := s.thread("15550101001").Messages; n != 2 {
			t.Errorf("joined: %d rows, want 2", n)
		}
		s.do(NewID(), Separate{Thread: a})
		if x, y := s.thread("15550101001").Messages, s.thread("15550101002").Messages; x != 2 || y != 1 {
			t.Errorf("separated: %d and %d rows, want 2 and 1", x, y)
		}
	})
}
