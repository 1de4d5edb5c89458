package inbox

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// history delivers an import of n messages of one customer.
func (s *shop) history(phone string, n int) {
	s.t.Helper()
	var items []testFact
	for i := range n {
		m := incoming(phone, fmt.Sprint("long ago ", i), time.Now().Add(-time.Hour*time.Duration(i+1)))
		m.Source = FromHistory
		items = append(items, testFact{Message: m})
	}
	if err := s.owner.Accept(context.Background(), EntryImport, testBody(s.t, items...)); err != nil {
		s.t.Fatal(err)
	}
}

func TestA62LiveMessagesPassAnImport(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		for n := range 10 {
			s.history(fmt.Sprint(15550101000+n), 1000)
		}
		at, _ := s.journal.Head(t.Context())
		if err := s.owner.Accept(t.Context(), EntryWebhook, testBody(t, testFact{Message: incoming("15550101999", "are you there?", time.Now())})); err != nil {
			t.Fatal(err)
		}
		if err := s.owner.applied.wait(t.Context(), at.Seq+1); err != nil {
			t.Fatal(err)
		}
		s.thread("15550101999")
		left := 0
		if err := s.views.View(func(tx ReadTx) error {
			tx.Ascend(importsBucket, nil, func(_, _ []byte) bool { left++; return true })
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if left == 0 { // how many are left is a matter of the machine; behind them all it would be none
			t.Error("no import was still waiting when the live message showed: it did not pass them")
		}
		synctest.Wait()
		for n := range 10 {
			if th := s.thread(fmt.Sprint(15550101000 + n)); th.Messages != 1000 {
				t.Errorf("an import of 1000 became %d rows", th.Messages)
			}
		}
	})
}

// stalledViews have a disk that does not keep up with bulk work until it is let go.
type stalledViews struct {
	Views
	eased chan struct{}
}

func (v *stalledViews) Eased() <-chan struct{} {
	select {
	case <-v.eased:
		return nil
	default:
		return v.eased
	}
}

// meteredViews have a disk that takes as many slices of an import as it is let.
type meteredViews struct {
	Views
	mu   sync.Mutex
	free int
	more chan struct{}
}

func (v *meteredViews) Eased() <-chan struct{} {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.free > 0 {
		v.free--
		return nil
	}
	if v.more == nil {
		v.more = make(chan struct{})
	}
	return v.more
}

func (v *meteredViews) let(n int) {
	v.mu.Lock()
	v.free += n
	if v.more != nil {
		close(v.more)
		v.more = nil
	}
	v.mu.Unlock()
	synctest.Wait()
}

// However long one body of an import takes, what customers write meanwhile is there within a second.
func TestA62LiveMessagesPassOneLargeBody(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.stop()
		stalled := &stalledViews{Views: s.views, eased: make(chan struct{})}
		s.config.Views = stalled
		s.open()
		s.history("15550101001", 5000)
		for n := range 20 {
			began := time.Now()
			phone := fmt.Sprint(15550101900 + n)
			if err := s.owner.Accept(t.Context(), EntryWebhook, testBody(t, testFact{Message: incoming(phone, "are you there?", time.Now())})); err != nil {
				t.Fatal(err)
			}
			at, _ := s.journal.Head(t.Context())
			if err := s.owner.applied.wait(t.Context(), at.Seq); err != nil {
				t.Fatal(err)
			}
			if th := s.thread(phone); th.Unread != 1 || time.Since(began) > time.Second {
				t.Errorf("message %d: %d unread after %s", n, th.Unread, time.Since(began))
			}
		}
		if _, err := s.desk.Thread(t.Context(), "15550101001"); err == nil {
			t.Error("the import did not wait: this proved nothing")
		}
		close(stalled.eased)
		synctest.Wait()
		if th := s.thread("15550101001"); th.Messages != 5000 || th.Unread != 0 || th.Window.Open {
			t.Errorf("%d rows, %d unread, window open: %v", th.Messages, th.Unread, th.Window.Open)
		}
	})
}

// The file of an imported message may come before the chunk that holds its place, by the other lane.
func TestA57MediaPassesItsChunk(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.stop()
		stalled := &stalledViews{Views: s.views, eased: make(chan struct{})}
		s.config.Views = stalled
		s.open()
		var items []testFact
		for n := range 600 {
			m := incoming("15550101001", fmt.Sprint("long ago ", n), time.Now().Add(-time.Hour*time.Duration(n+1)))
			m.Source = FromHistory
			if n == 300 {
				m.Content = Content{Level: Placeholder, Type: "media_placeholder", Text: "[media]"}
			}
			items = append(items, testFact{Message: m})
		}
		place := *items[300].Message
		if err := s.owner.Accept(t.Context(), EntryImport, testBody(t, items...)); err != nil {
			t.Fatal(err)
		}
		file := place
		file.Loose = true
		file.Content = Content{Level: Concrete, Type: "image", Text: "the view", Media: &Media{ID: "99", MIME: "image/jpeg"}}
		if err := s.owner.Accept(t.Context(), EntryImport, testBody(t, testFact{Message: &file})); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if th := s.thread("15550101001"); th.Messages != 1 || th.Unread != 0 || th.Window.Open {
			t.Errorf("before its chunk: %d rows, %d unread, window open: %v", th.Messages, th.Unread, th.Window.Open)
		}
		close(stalled.eased)
		synctest.Wait()
		th := s.thread("15550101001")
		if th.Messages != 600 || th.Unread != 0 || th.Window.Open {
			t.Errorf("%d rows, %d unread, window open: %v", th.Messages, th.Unread, th.Window.Open)
		}
		page, err := s.desk.Messages(t.Context(), MessageQuery{Thread: th.ID, Limit: 500})
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, m := range page.Messages {
			if m.Type == "image" && m.Text == "the view" && m.At.Equal(unixTime(place.Time)) && m.Imported && !m.Conflict {
				found++
			}
		}
		if found != 1 {
			t.Errorf("%d messages with the file, want 1", found)
		}
	})
}

// A cache that fails under an import and not under live messages is thrown away as any other, and told of until then.
func TestImportBlamesADamagedCache(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.stop()
		broken := &brokenForImports{failingViews: failingViews{Views: s.views}}
		s.config.Views, s.config.Gateway = broken, nil
		s.open()
		s.history("15550101001", 999)
		synctest.Wait()
		s.customer("15550101002", "hello")
		if s.notice(noticeViews) == nil {
			t.Error("nobody is told that an import is stuck")
		}
		time.Sleep(time.Minute)
		if _, resets := broken.counts(); resets != 1 {
			t.Errorf("%d resets, want 1", resets)
		}
		if th := s.thread("15550101001"); th.Messages != 999 {
			t.Errorf("%d rows, want 999", th.Messages)
		}
		if s.notice(noticeViews) != nil {
			t.Error("the notice stays")
		}
	})
}

// brokenForImports fails where an import is written, until it is emptied.
type brokenForImports struct{ failingViews }

func (v *brokenForImports) Update(fn func(Tx) error) error {
	v.mu.Lock()
	broken := v.resets == 0
	v.mu.Unlock()
	return v.Views.Update(func(tx Tx) error {
		err := fn(tx)
		if m := readMeta(tx); broken && m.Imports > 0 && err == nil {
			return errors.New("page 17 is not a page")
		}
		return err
	})
}

// What is imported costs nobody attention: no unread mark, no alert, no window, nobody who waits.
func TestImportsAlertNobody(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		w, err := s.desk.Watch(t.Context(), Cursor{})
		if err != nil {
			t.Fatal(err)
		}
		var items []testFact
		for n := range 600 {
			m := incoming("15550101001", fmt.Sprint("just now, says the phone ", n), time.Now().Add(-time.Second))
			m.Source = FromHistory
			items = append(items, testFact{Message: m})
		}
		if err := s.owner.Accept(t.Context(), EntryImport, testBody(t, items...)); err != nil {
			t.Fatal(err)
		}
		alerts := 0
		for range 60 {
			time.Sleep(time.Second)
			synctest.Wait()
			for more := true; more; {
				select {
				case batch := <-w.Events:
					for _, e := range batch {
						if e.Alert != nil {
							alerts++
						}
						if e.Reset && e.Kind != SyncEvent {
							t.Error("an import does not say that it is one")
						}
					}
				default:
					more = false
				}
			}
		}
		th := s.thread("15550101001")
		info, err := s.desk.Info(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if alerts > 0 || th.Messages != 600 || th.Unread != 0 || th.Window.Open || th.NeedsReply || info.Counts.Unread != 0 || info.Counts.Waiting != 0 {
			t.Errorf("%d alerts, %d rows, %d unread, window %v, needs a reply %v, counts %+v", alerts, th.Messages, th.Unread, th.Window.Open, th.NeedsReply, info.Counts)
		}
	})
}

func TestImportsAreTold(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		thread := s.customer("15550101001", "hello")
		w, err := s.desk.Watch(t.Context(), Cursor{})
		if err != nil || !w.Reset {
			t.Fatal(err)
		}
		head := w.Cursor
		for range 3 {
			s.history("15550101001", 700)
		}
		seqs, reset := drain(w)
		if !reset || len(seqs) > 0 {
			t.Errorf("an import told %d changes one by one, reset %v", len(seqs), reset)
		}
		if th := s.thread(string(thread)); th.Messages != 701 || th.Unread != 1 {
			t.Errorf("%d rows, %d unread", th.Messages, th.Unread)
		}
		if again, err := s.desk.Watch(t.Context(), head); err != nil || !again.Reset {
			t.Errorf("one who was away resumes without it: reset %v, %v", again.Reset, err)
		}
		if _, reset := drain(w); reset {
			t.Error("told twice")
		}
		s.customer("15550101001", "and?")
		at, _ := s.journal.Head(t.Context())
		if again, err := s.desk.Watch(t.Context(), at); err != nil || again.Reset {
			t.Errorf("one who knows of it starts over: reset %v, %v", again.Reset, err)
		}
	})
}

func TestOneContactIsTold(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		thread := s.customer("15550101001", "hello")
		w, err := s.desk.Watch(t.Context(), Cursor{})
		if err != nil {
			t.Fatal(err)
		}
		book := ContactSeen{Line: shopLine, Peers: []Alias{"p:15550101001"}, Register: BookRegister, Value: "Asha Rao", Time: time.Now().Unix()}
		if err := s.owner.Accept(t.Context(), EntryImport, testBody(t, testFact{Contact: &book})); err != nil {
			t.Fatal(err)
		}
		named := false
		for _, e := range next(t, w) {
			if e.Reset {
				t.Error("told to start over for one contact")
			}
			named = named || e.Thread != nil && e.Thread.ID == thread && e.Thread.Name == "Asha Rao"
		}
		if !named {
			t.Error("nobody was told the name")
		}
	})
}

func TestImportSurvivesACrashAndARebuild(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.stop()
		s.config.Gateway = nil
		s.config.Views = &failingViews{Views: s.views, failAt: 4, err: ErrFull}
		s.open()
		s.history("15550101001", 999)
		synctest.Wait()
		s.stop()
		s.config.Views = s.views
		s.open()
		if th := s.thread("15550101001"); th.Messages != 999 {
			t.Errorf("%d rows after a crash in the middle, want 999", th.Messages)
		}
		s.stop()
		if _, err := Rebuild(t.Context(), s.config); err != nil {
			t.Fatal(err)
		}
		s.open()
		if th := s.thread("15550101001"); th.Messages != 999 {
			t.Errorf("%d rows after a rebuild, want 999", th.Messages)
		}
	})
}

// A large body is decoded when it is its turn, and not while another one is in memory; a usual one is decoded ahead.
func TestLargeImportsAreDecodedOneByOne(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.stop()
		var decoded []int // bytes of what the lane decoded
		var mu sync.Mutex
		s.config.Decoder = func(body []byte, line LineID) []Fact {
			mu.Lock()
			decoded = append(decoded, len(body))
			mu.Unlock()
			return decodeTestBody(body, line)
		}
		disk := &meteredViews{Views: s.views}
		s.config.Views, s.config.Gateway = disk, nil
		s.open()
		for n, size := range []int{importSmall, importSmall, importSmall, importAhead, importAhead} {
			phone := fmt.Sprint(15550101001 + n)
			m := incoming(phone, strings.Repeat("x", size), time.Now().Add(-time.Hour))
			m.WAMID, m.Source = "wamid.PAST."+phone, FromHistory
			if err := s.owner.Accept(t.Context(), EntryImport, testBody(t, testFact{Message: m})); err != nil {
				t.Fatal(err)
			}
			synctest.Wait() // the first is in hand before the others come
		}
		for n, want := range []int{1, 3, 3, 4, 5} { // the third is decoded ahead
			mu.Lock()
			if len(decoded) != want {
				t.Errorf("with %d bodies done %d were decoded, want %d", n, len(decoded), want)
			}
			mu.Unlock()
			disk.let(1)
		}
		if n := len(s.threads()); n != 5 {
			t.Errorf("%d threads of 5 bodies", n)
		}
	})
}
