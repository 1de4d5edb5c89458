package inbox

import (
	"context"
	"slices"
	"testing"
	"time"
)

func (s *shop) importsChat(c ImportChat) ChatResult {
	s.t.Helper()
	done := s.do(NewID(), c)
	if done.Chat == nil {
		s.t.Fatal("no result")
	}
	return *done.Chat
}

// TestImportChat: an exported chat fills a thread behind what is there, once, and is nothing that anybody waits for.
func TestImportChat(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		now := time.Now()
		minute := now.Add(-72 * time.Hour).Truncate(time.Minute)
		s.webhook(testFact{Message: incoming("15550101001", "Is it ready?", minute.Add(20*time.Second))},
			testFact{Message: fromPhone("15550101001", "Tomorrow.", minute.Add(50*time.Second))})
		thread := s.thread("15550101001")
		photo := incoming("15550101001", "", minute.Add(10*time.Minute))
		photo.WAMID, photo.Content = "wamid.IN.photo", Content{Level: Concrete, Type: "image", Text: "this one", Media: &Media{ID: "9"}}
		s.webhook(testFact{Message: photo})
		before := s.thread("15550101001")
		lines := []ChatLine{
			{At: minute.Add(-time.Hour), Text: "Good morning"},
			{At: minute.Add(-time.Hour), Text: "ok", Out: true},
			{At: minute.Add(-time.Hour), Text: "ok", Out: true, N: 1},
			{At: minute, Text: "Is it ready?"}, // to the minute, as Android writes it
			{At: minute, Text: "Tomorrow.", Out: true},
			{At: minute, Text: "Tomorrow."}, // the other side says the same
			{At: minute.Add(10 * time.Minute), Media: "image"},
			{At: minute.Add(11 * time.Minute), Media: "audio"},
		}
		c := ImportChat{Thread: thread.ID, Lines: lines, DryRun: true}
		want := ChatResult{New: 5, Known: 3}
		if got := s.importsChat(c); got != want {
			t.Errorf("a dry run says %+v, want %+v", got, want)
		}
		if n := s.thread("15550101001").Messages; n != 3 {
			t.Fatalf("a dry run left %d messages", n)
		}
		c.DryRun = false
		if got := s.importsChat(c); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		if got := s.importsChat(c); got != (ChatResult{Known: 8}) {
			t.Errorf("again: %+v", got)
		}
		after := s.thread("15550101001")
		if after.Messages != 8 || after.Unread != 1 || after.Window != before.Window || after.LastActivityAt.After(now) {
			t.Errorf("%d messages, %d unread, window %+v", after.Messages, after.Unread, after.Window)
		}
		page, err := s.desk.Messages(t.Context(), MessageQuery{Thread: thread.ID})
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, m := range page.Messages {
			if m.Exported {
				texts = append(texts, m.Direction+" "+m.Type+" "+m.Text)
				if !m.Imported || m.Unread || m.Direction == "out" && m.Origin != OriginEarlier {
					t.Errorf("%+v", m)
				}
			}
		}
		if want := []string{"in text Good morning", "out text ok", "out text ok", "in text Tomorrow.", "in media_placeholder "}; !slices.Equal(texts, want) {
			t.Errorf("exported:\n%q\nwant\n%q", texts, want)
		}
		if last := page.Messages[len(page.Messages)-1]; last.Media == nil || last.Media.State != MediaPhone {
			t.Errorf("the voice note: %+v", last.Media)
		}
		s.restart()
		if n := s.thread("15550101001").Messages; n != 8 {
			t.Errorf("after a restart %d messages", n)
		}
	})
}

// TestImportChatOfNobodyKnown begins a thread; what WhatsApp tells of the customer later joins it.
func TestImportChatOfNobodyKnown(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.importsChat(ImportChat{To: "+1 555 010 1009", Lines: []ChatLine{{At: time.Now().Add(-time.Hour), Text: "hello"}}})
		th := s.thread("+15550101009")
		if th.Messages != 1 || th.Unread != 0 || th.Window.Open || th.NeedsReply {
			t.Errorf("%+v", th)
		}
		s.customer("15550101009", "again")
		if th := s.thread("+15550101009"); th.Messages != 2 || th.Unread != 1 {
			t.Errorf("%+v", th)
		}
	})
}

func TestImportChatRefuses(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		id := s.customer("15550101001", "hello")
		at := time.Now()
		for name, tt := range map[string]struct {
			c    ImportChat
			want ErrorKind
		}{
			"no time":        {ImportChat{Thread: id, Lines: []ChatLine{{Text: "x"}}}, Invalid},
			"nothing in it":  {ImportChat{Thread: id, Lines: []ChatLine{{At: at, Text: "  "}}}, Invalid},
			"no customer":    {ImportChat{Lines: []ChatLine{{At: at, Text: "x"}}}, Invalid},
			"another thread": {ImportChat{Thread: "t_zz", Lines: []ChatLine{{At: at, Text: "x"}}}, NotFound},
			"still to come":  {ImportChat{Thread: id, Lines: []ChatLine{{At: at.Add(time.Hour), Text: "x"}}}, Invalid},
			"too many":       {ImportChat{Thread: id, Lines: make([]ChatLine, ImportChatMost+1)}, Invalid},
		} {
			if _, err := s.desk.Do(context.Background(), NewID(), tt.c); KindOf(err) != tt.want {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
