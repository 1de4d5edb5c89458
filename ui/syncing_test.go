package ui

import (
	"testing"
	"time"

	"frontdesk/inbox"
)

// TestTheBarFollowsTheImport: every event moves it, and it goes when all is here.
func TestTheBarFollowsTheImport(t *testing.T) {
	perform(t, importing(20), func(s *stage) {
		s.size(100, 28)
		s.idle()
		s.sees("history ████░", "20 %")
		running := inbox.Tell("sync-over", "sync-running")
		s.desk.emit(inbox.Event{Kind: inbox.AccountEvent, Account: &running})
		s.idle()
		s.sees("history ████░", "20 %") // that it began does not hide how far it is
		tell := func(change func(h *inbox.HistorySync)) {
			s.desk.mu.Lock()
			change(&s.desk.synced.History)
			now := s.desk.synced
			s.desk.mu.Unlock()
			s.desk.emit(inbox.Event{Kind: inbox.SyncEvent, Sync: &now})
			s.idle()
		}
		tell(func(h *inbox.HistorySync) { h.Progress, h.Phase, h.Messages = 75, 2, 90000 })
		s.sees("75 %", "last 6 months", "90000 messages")
		s.misses("20 %")
		s.pass(inbox.SyncStalls)
		s.sees("75 %", "nothing since")
		tell(func(h *inbox.HistorySync) { h.State, h.Progress = inbox.SyncComplete, 100 })
		s.misses("75 %", "100 %")
	})
}

// TestAskingThePhone: enter alone asks nothing, y asks once, and an unknown outcome is asked about again by a person only.
func TestAskingThePhone(t *testing.T) {
	ready := func(d *fakeDesk, c *Config) {
		frontOffice(d, c)
		d.synced = inbox.SyncStatus{Contacts: inbox.ContactSync{State: inbox.SyncComplete}, History: inbox.HistorySync{State: inbox.SyncNever}}
	}
	ask := func(s *stage, keys ...string) {
		s.press(":")
		s.write("sync history")
		s.press("enter")
		s.sees("not now")
		s.press(keys...)
		s.idle()
	}
	perform(t, ready, func(s *stage) {
		s.size(80, 24)
		ask(s, "enter")
		ask(s, "esc")
		if n := len(s.desk.logged("request-sync")); n != 0 {
			t.Fatalf("asked %d times without a yes", n)
		}
		ask(s, "y")
		s.sees("asked for")
		all := s.desk.logged("request-sync")
		if len(all) != 1 || all[0] != (inbox.RequestSync{What: inbox.SyncHistory}) {
			t.Errorf("asked %+v", all)
		}
		s.desk.mu.Lock()
		s.desk.synced.History.Refusal = inbox.Refusal("sync-unknown", "time", "09:46")
		s.desk.mu.Unlock()
		s.run(s.m.loadSync())
		s.idle()
		ask(s, "y")
		if all := s.desk.logged("request-sync"); len(all) != 2 || all[1] != (inbox.RequestSync{What: inbox.SyncHistory, Again: true}) {
			t.Errorf("asked %+v", all)
		}
	})
	perform(t, func(d *fakeDesk, c *Config) { ready(d, c); c.ReadOnly = true }, func(s *stage) {
		s.size(80, 24)
		s.press(":")
		s.write("sync history")
		s.press("enter")
		s.misses("not now")
	})
}

// TestThePartThatCameLate: a chunk that comes after the last one is missing no more, on the open thread too.
func TestThePartThatCameLate(t *testing.T) {
	perform(t, importing(60), func(s *stage) {
		s.size(100, 28)
		tell := func(gaps ...inbox.Gap) {
			s.desk.mu.Lock()
			s.desk.synced.History.State, s.desk.synced.History.Progress, s.desk.synced.History.Gaps = inbox.SyncComplete, 100, gaps
			s.desk.covered["t_past"] = &inbox.Coverage{From: noon.AddDate(0, -2, 0), Gaps: len(gaps)}
			now := s.desk.synced
			s.desk.mu.Unlock()
			s.desk.emit(inbox.Event{Kind: inbox.SyncEvent, Sync: &now})
			s.idle()
		}
		s.show("t_past")
		tell(inbox.Gap{Phase: 0, Chunk: 3}, inbox.Gap{Phase: 1, Chunk: 1})
		s.press("g")
		s.sees("2 parts of the import never came")
		tell()
		s.misses("never came")
	})
}

// TestAnImportLeavesTheReaderInPlace: what came is read anew around what is on the screen.
func TestAnImportLeavesTheReaderInPlace(t *testing.T) {
	perform(t, talker, func(s *stage) {
		s.size(80, 24)
		s.show("t_talker")
		for range 6 {
			s.press("ctrl+u")
		}
		s.idle()
		before, sel := s.m.talk.top, s.m.talk.sel
		s.desk.emit(inbox.Event{Reset: true, At: time.Now()})
		s.idle()
		if s.m.talk.top != before || s.m.talk.sel != sel || s.m.talk.follow {
			t.Errorf("the reader was at %s, %s and is at %s, %s", before, sel, s.m.talk.top, s.m.talk.sel)
		}
		s.press("G")
		s.idle()
		s.desk.emit(inbox.Event{Reset: true, At: time.Now()})
		s.idle()
		if !s.m.talk.follow {
			t.Error("at the end, it does not follow any more")
		}
	})
}
