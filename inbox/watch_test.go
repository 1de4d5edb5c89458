package inbox

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

func accountNote(n int) testFact {
	return testFact{Note: &NoteSeen{Line: shopLine, Kind: "account", Key: fmt.Sprint(n), Time: int64(n), Text: fmt.Sprint("note ", n)}}
}

// next takes one delivery, which must be there.
func next(t *testing.T, w *Watch) []Event {
	t.Helper()
	synctest.Wait()
	select {
	case events, ok := <-w.Events:
		if !ok {
			t.Fatalf("the watch ended: %v", w.Err())
		}
		return events
	default:
		t.Fatal("nothing was delivered")
		return nil
	}
}

// drain takes all that is there and gives the sequence numbers of what changed.
func drain(w *Watch) (seqs []Seq, reset bool) {
	for {
		synctest.Wait()
		select {
		case events, ok := <-w.Events:
			if !ok {
				return seqs, reset
			}
			for _, e := range events {
				reset = reset || e.Reset
				if e.Seq > 0 && e.Kind != MarkEvent {
					seqs = append(seqs, e.Seq)
				}
			}
		default:
			return seqs, reset
		}
	}
}

func TestWatchResumes(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		for n := range 10 {
			s.webhook(accountNote(n))
		}
		head, _ := s.journal.Head(context.Background())
		cursor := func(n int) Cursor {
			if n == 0 {
				return Cursor{Epoch: head.Epoch}
			}
			e := s.journal.entries[n-1]
			return cursorOf(head.Epoch, e)
		}
		forged := cursor(5)
		forged.Chk++
		foreign := cursor(5)
		foreign.Epoch = "another"
		tests := []struct {
			name  string
			since Cursor
			from  Seq // the first that comes
			reset bool
		}{
			{"own, in the middle", cursor(5), 6, false},
			{"own, at the first", cursor(1), 2, false},
			{"own, before the first", cursor(0), 1, false},
			{"own, at the head", cursor(10), 11, false},
			{"one above", Cursor{Epoch: head.Epoch, Seq: 11, Chk: 7}, 11, true},
			{"another past", forged, 11, true},
			{"another journal", foreign, 11, true},
			{"none", Cursor{}, 11, true},
			{"a number that a person typed", Cursor{Epoch: AnyEpoch, Seq: 7}, 8, false},
			{"all that is kept", Cursor{Epoch: AnyEpoch}, 1, false},
			{"a number from the future", Cursor{Epoch: AnyEpoch, Seq: 70}, 11, true},
		}
		var watches []*Watch
		for _, tt := range tests {
			w, err := s.desk.Watch(t.Context(), tt.since)
			if err != nil {
				t.Fatalf("%s: %v", tt.name, err)
			}
			if w.Reset != tt.reset || w.Cursor.Epoch != head.Epoch {
				t.Errorf("%s: reset %v at %+v, want reset %v", tt.name, w.Reset, w.Cursor, tt.reset)
			}
			watches = append(watches, w)
		}
		s.webhook(accountNote(99))
		for i, tt := range tests {
			seqs, _ := drain(watches[i])
			if len(seqs) == 0 || seqs[0] != tt.from || seqs[len(seqs)-1] != 11 || len(seqs) != int(12-tt.from) {
				t.Errorf("%s: %v came, want %d to 11, each once", tt.name, seqs, tt.from)
			}
		}
	})
}

func TestWatchCutAnywhereMissesNothing(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		seen := map[Seq]int{}
		var at Cursor
		w, err := s.desk.Watch(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		at = w.Cursor
		for n := range 40 {
			s.webhook(accountNote(n))
			if n%3 == 0 { // cut: take one delivery and come back with the cursor of its last event
				ctx, cancel := context.WithCancel(t.Context())
				w, err := s.desk.Watch(ctx, at)
				if err != nil || w.Reset {
					t.Fatalf("resuming at %+v: reset %v, %v", at, w.Reset, err)
				}
				for _, e := range next(t, w) {
					if e.Kind != MarkEvent {
						seen[e.Seq]++
					}
					at = e.Cursor
				}
				cancel()
				synctest.Wait()
				if _, open := <-w.Events; open || !errors.Is(w.Err(), context.Canceled) {
					t.Error("a watch that was ended goes on")
				}
			}
		}
		for seq := Seq(1); seq <= 40; seq++ {
			if seen[seq] != 1 {
				t.Errorf("entry %d came %d times", seq, seen[seq])
			}
		}
	})
}

func TestWatchTooOldStartsOver(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		slow, err := s.desk.Watch(t.Context(), Cursor{})
		if err != nil {
			t.Fatal(err)
		}
		for n := range 10 {
			s.webhook(accountNote(n))
		}
		next(t, slow) // it holds a delivery of what came first, and then stands still
		old := cursorOf("epoch1", s.journal.entries[2])
		if err := s.views.Update(func(tx Tx) error {
			m := readMeta(tx)
			if err := trimChanges(tx, &m, 3); err != nil {
				return err
			}
			return writeMeta(tx, m)
		}); err != nil {
			t.Fatal(err)
		}
		w, err := s.desk.Watch(t.Context(), old)
		if err != nil || !w.Reset || w.Cursor.Seq != 10 {
			t.Errorf("a cursor that is too old: reset %v at %d, %v", w.Reset, w.Cursor.Seq, err)
		}
		w, err = s.desk.Watch(t.Context(), cursorOf("epoch1", s.journal.entries[7]))
		if err != nil || w.Reset {
			t.Errorf("a cursor that is kept: reset %v, %v", w.Reset, err)
		}
	})
}

func TestWatchOneDeliveryForABurst(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		w, err := s.desk.Watch(t.Context(), Cursor{})
		if err != nil {
			t.Fatal(err)
		}
		phone := "15550101001"
		for n := range 30 {
			s.webhook(testFact{Message: incoming(phone, fmt.Sprint("line ", n), time.Now())})
		}
		deliveries, threads, messages := 0, 0, map[string]bool{}
		for len(messages) < 30 {
			deliveries++
			for _, e := range next(t, w) {
				switch {
				case e.Thread != nil:
					threads++
				case e.Message != nil:
					messages[e.Message.Key] = true
				}
			}
		}
		if deliveries > 3 || threads > 3 {
			t.Errorf("%d deliveries with %d thread objects for a burst that fits in two", deliveries, threads)
		}
	})
}

func TestWatchPresenceAndDrafts(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		thread := s.customer("15550101001", "hello")
		ben := s.owner.Desk("ben")
		w, err := ben.Watch(t.Context(), Cursor{})
		if err != nil {
			t.Fatal(err)
		}
		s.do(NewID(), Look{Thread: thread, Doing: "typing"})
		s.do(NewID(), Look{Thread: thread, Doing: "typing"})
		s.do(NewID(), SaveDraft{Thread: thread, Draft: Draft{OID: newOID(), Text: "half a wo"}})
		events := next(t, w) // taken when the first came
		events = append(events, next(t, w)...)
		var typing, draft int
		for _, e := range events {
			switch {
			case e.Presence != nil && e.Presence.Doing == "typing" && e.Presence.Agent == "priya":
				typing++
			case e.Thread != nil && e.Thread.Draft != nil && e.Thread.Draft.Text == "half a wo" && e.Thread.Draft.Agent == "priya":
				draft++
			}
			if e.Kind != MarkEvent && e.Seq != 0 {
				t.Errorf("%q has a place in the journal", e.Kind)
			}
		}
		if typing < 1 || typing > 2 || draft != 1 {
			t.Errorf("typing came %d times, the draft %d times: %+v", typing, draft, events)
		}
		th, err := ben.Thread(t.Context(), string(thread))
		if err != nil || len(th.Presence) != 1 || th.Presence[0].Agent != "priya" {
			t.Errorf("ben sees %+v, %v", th.Presence, err)
		}
		if own := s.thread(string(thread)); len(own.Presence) != 0 {
			t.Errorf("priya sees herself: %+v", own.Presence)
		}
	})
}

func TestWatchEndsWithTheOwner(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		w, err := s.desk.Watch(t.Context(), Cursor{})
		if err != nil {
			t.Fatal(err)
		}
		s.stop()
		if _, open := <-w.Events; open || KindOf(w.Err()) != DeskClosed {
			t.Errorf("after the owner ended: %v", w.Err())
		}
		if _, err := s.desk.Watch(t.Context(), Cursor{}); KindOf(err) != DeskClosed {
			t.Errorf("a new watch: %v", err)
		}
		if _, err := s.desk.Do(t.Context(), NewID(), LiftHold{}); KindOf(err) != DeskClosed {
			t.Errorf("a command: %v", err)
		}
		s.stop = func() {}
	})
}

// What cannot be seen yet, such as the status of a message whose content did not come, is still told as done: somebody
// may wait for its place in the journal.
func TestWatchTellsOfWhatCannotBeSeen(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		w, err := s.desk.Watch(t.Context(), Cursor{})
		if err != nil {
			t.Fatal(err)
		}
		s.webhook(unseen(1))
		events := next(t, w)
		if last := events[len(events)-1]; last.Kind != MarkEvent || last.Seq != 1 || last.Cursor.Seq != 1 {
			t.Errorf("told %+v", events)
		}
	})
}

// unseen is a status of a message that nobody knows: for two minutes it has no row.
func unseen(n int) testFact {
	return testFact{Status: &StatusSeen{
		Line: shopLine, WAMID: fmt.Sprint("wamid.UNSEEN.", n), Progress: SentOn, Time: time.Now().Unix(),
		Peers: []Alias{PhoneAlias(fmt.Sprint(15550200000 + n))},
	}}
}

func TestWatchPassesOverManyThatCannotBeSeen(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		w, err := s.desk.Watch(t.Context(), Cursor{})
		if err != nil {
			t.Fatal(err)
		}
		for n := range 2 * changesBatch { // in one transaction, so that the bell rings once
			at := time.Now()
			body := testBody(t, unseen(n))
			if _, _, err := s.journal.Append(t.Context(), Batch{Entries: []Entry{{ID: fmt.Sprint(n), Kind: EntryWebhook, At: at, Data: body}}}); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		s.customer("15550101001", "hello")
		head, _ := s.journal.Head(t.Context())
		seqs, _ := drain(w)
		if len(seqs) == 0 || seqs[len(seqs)-1] != head.Seq {
			t.Errorf("the last told is %v, the head is %d", seqs, head.Seq)
		}
	})
}

// A screen where nothing else happens must learn that a warning is over.
func TestWatchTellsThatANoticeIsOver(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		w, err := s.desk.Watch(t.Context(), Cursor{})
		if err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			date time.Time
			kind string
		}{{time.Now().Add(time.Hour), noticeClock}, {time.Now(), over[noticeClock].Kind}} {
			s.owner.learnTime(tt.date.Unix())
			events := next(t, w)
			if n := events[0].Account; n == nil || n.Kind != tt.kind || n.Text == "" {
				t.Errorf("told %+v, want %s", n, tt.kind)
			}
		}
		for _, kind := range noticeOrder {
			if kind != noticeQuarantine && over[kind].Text == "" {
				t.Errorf("nothing is said when %s is over", kind)
			}
		}
	})
}
