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

func (s *shop) notice(kind string) *Notice {
	s.t.Helper()
	info, err := s.desk.Info(context.Background())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, n := range info.Notices {
		if n.Kind == kind {
			return &n
		}
	}
	return nil
}

func (s *shop) applied() Cursor {
	var c Cursor
	if err := s.views.View(func(tx ReadTx) error {
		c = Applied(tx)
		return nil
	}); err != nil {
		s.t.Fatal(err)
	}
	return c
}

func TestBadItemsHoldNothingUp(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.webhook(
			testFact{Message: incoming("15550101001", "before", time.Now())},
			testFact{Bad: &Unreadable{Path: "entry[0]", Reason: "no id"}},
			testFact{Message: incoming("15550101002", "after", time.Now())},
		)
		s.webhook(testFact{Panic: true})
		if err := s.owner.Accept(t.Context(), EntryWebhook, []byte("not JSON")); err != nil {
			t.Fatal(err)
		}
		s.journal.mu.Lock()
		s.journal.entries = append(s.journal.entries, Entry{Seq: 4, Prev: 3, Chk: 4, Kind: EntryDamaged})
		s.journal.mu.Unlock()
		s.journal.bell.ring()
		synctest.Wait()
		s.webhook(testFact{Message: incoming("15550101003", "at last", time.Now())})
		if n := len(s.threads()); n != 3 {
			t.Errorf("%d threads, want 3", n)
		}
		if s.notice(noticeQuarantine) == nil {
			t.Error("nobody is told")
		}
		var kept []Quarantine
		if err := s.owner.view("", func(r *Reader) (err error) {
			kept, err = r.Quarantined(10)
			return err
		}); err != nil || len(kept) != 4 {
			t.Errorf("%d items are put aside, want 4: %+v, %v", len(kept), kept, err)
		}
	})
}

func TestLargeBodyInSlices(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.stop()
		counted := &failingViews{Views: s.views}
		s.config.Views = counted
		s.open()
		w, err := s.desk.Watch(t.Context(), Cursor{})
		if err != nil {
			t.Fatal(err)
		}
		var items []testFact
		for n := range 999 {
			items = append(items, testFact{Message: incoming("15550101001", fmt.Sprint("line ", n), time.Now())})
		}
		before, _ := counted.counts()
		s.webhook(items...)
		if after, _ := counted.counts(); after-before < 5 {
			t.Errorf("999 items were applied in %d transactions, want at least 5", after-before)
		}
		if n := s.thread("15550101001").Messages; n != 999 {
			t.Errorf("%d messages, want 999", n)
		}
		events := next(t, w)
		if !events[0].Reset && len(events) < 999 {
			t.Errorf("a watcher got %d events and no word that there were more", len(events))
		}
		if head := s.applied(); head.Seq != 1 {
			t.Errorf("the views are at %d", head.Seq)
		}
	})
}

// failingViews counts transactions and fails from one on.
type failingViews struct {
	Views
	mu      sync.Mutex
	updates int
	failAt  int // 0 never
	err     error
	resets  int
}

func (v *failingViews) Update(fn func(Tx) error) error {
	v.mu.Lock()
	v.updates++
	fails := v.failAt > 0 && v.updates >= v.failAt
	v.mu.Unlock()
	if fails {
		return v.err
	}
	return v.Views.Update(fn)
}

func (v *failingViews) Reset() error {
	v.mu.Lock()
	v.resets++
	v.failAt = 0
	v.mu.Unlock()
	return v.Views.Reset()
}

func (v *failingViews) counts() (updates, resets int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.updates, v.resets
}

func TestCrashBetweenSlicesAppliesAgain(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		var items []testFact
		for n := range 450 {
			items = append(items, testFact{Message: incoming("15550101001", fmt.Sprint("line ", n), time.Now())})
		}
		s.stop()
		s.config.Views = &failingViews{Views: s.views, failAt: 3, err: ErrFull} // the third slice does not fit
		s.config.Gateway = nil
		s.open()
		s.webhook(items...)
		if head := s.applied(); head.Seq != 0 {
			t.Errorf("the position moved to %d with a slice missing", head.Seq)
		}
		if s.notice(noticeViews) == nil {
			t.Error("nobody is told that the views are behind")
		}
		s.stop()
		s.config.Views = s.views
		s.open()
		if th := s.thread("15550101001"); th.Messages != 450 {
			t.Errorf("%d messages, want 450", th.Messages)
		}
	})
}

func TestDamagedCacheIsMadeAnew(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.customer("15550101001", "hello")
		s.stop()
		broken := &failingViews{Views: s.views, failAt: 1, err: errors.New("page 17 is not a page")}
		s.config.Views, s.config.Gateway = broken, nil
		s.open()
		if err := s.owner.Accept(t.Context(), EntryWebhook, testBody(t, testFact{Message: incoming("15550101002", "hi", time.Now())})); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if _, resets := broken.counts(); resets != 1 || len(s.threads()) != 2 {
			t.Errorf("%d resets, %d threads", resets, len(s.threads()))
		}
	})
}

// stubbornViews cannot be emptied at first: the disk is full.
type stubbornViews struct {
	failingViews
	refuse int
}

func (v *stubbornViews) Reset() error {
	if v.refuse > 0 {
		v.refuse--
		return ErrFull
	}
	return v.failingViews.Reset()
}

func TestDamagedCacheIsMadeAnewWhenThereIsRoom(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.customer("15550101001", "hello")
		s.stop()
		broken := &stubbornViews{failingViews{Views: s.views, failAt: 1, err: errors.New("page 17 is not a page")}, 3}
		s.config.Views, s.config.Gateway = broken, nil
		s.open()
		if err := s.owner.Accept(t.Context(), EntryWebhook, testBody(t, testFact{Message: incoming("15550101002", "hi", time.Now())})); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Minute)
		if n := len(s.threads()); n != 2 || s.notice(noticeViews) != nil {
			t.Errorf("%d threads, the notice is %v", n, s.notice(noticeViews))
		}
	})
}

// The template list is not in the journal, so that it outlives views that are made anew.
func TestTemplatesOutliveADamagedCache(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.gateway.templates = []Template{repairReady}
		s.restart()
		s.stop()
		s.config.Views = &failingViews{Views: s.views, failAt: 1, err: errors.New("page 17 is not a page")}
		s.config.Gateway = nil
		s.open()
		if err := s.owner.Accept(t.Context(), EntryWebhook, testBody(t, testFact{Message: incoming("15550101002", "hi", time.Now())})); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		s.restart()
		if list, err := s.desk.Templates(t.Context()); err != nil || len(list) != 1 || len(s.threads()) != 1 {
			t.Errorf("%d templates and %d threads: %v", len(list), len(s.threads()), err)
		}
	})
}

func TestViewsOfAnotherJournalAreMadeAnew(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.customer("15550101001", "hello")
		s.stop()
		s.journal = newMemJournal() // a backup from before was put in place
		s.journal.epoch = "epoch2"
		s.config.Journal = s.journal
		s.open()
		if n := len(s.threads()); n != 0 {
			t.Errorf("%d threads of another journal are shown", n)
		}
		s.customer("15550101002", "hello")
		if n := len(s.threads()); n != 1 {
			t.Errorf("%d threads, want 1", n)
		}
	})
}

// stalledJournal answers who follows it with a cursor of its past only when it is let go; imports are read at any time.
type stalledJournal struct {
	Journal
	gate chan struct{}
}

func (j *stalledJournal) Read(ctx context.Context, c Cursor, n int) ([]Entry, error) {
	if c.Epoch != AnyEpoch {
		select {
		case <-j.gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return j.Journal.Read(ctx, c, n)
}

// TestNoImportOutlivesItsViews: a body that was begun in views that are emptied meanwhile is begun again, and not taken
// for done behind the slices that were thrown away.
func TestNoImportOutlivesItsViews(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.stop()
		s.config.Views, s.config.Gateway = &stalledViews{Views: s.views, eased: make(chan struct{})}, nil
		s.open()
		s.history("15550101001", 2000) // waits for the lane
		synctest.Wait()
		s.stop()
		s.journal.mu.Lock()
		s.journal.epoch = "epoch2" // a backup was put in place
		s.journal.mu.Unlock()
		journal, disk := &stalledJournal{s.journal, make(chan struct{})}, &meteredViews{Views: s.views}
		disk.let(1)
		s.config.Journal, s.config.Views = journal, disk
		s.open()
		if n := s.thread("15550101001").Messages; n == 0 || n == 2000 {
			t.Fatalf("the lane is not in the middle of the body but at %d: this proves nothing", n)
		}
		close(journal.gate)
		synctest.Wait()
		disk.let(1 << 20)
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := s.thread("15550101001").Messages; n != 2000 {
			t.Errorf("%d rows of 2000", n)
		}
	})
}

// TestNothingIsAppliedInViewsOfAnotherJournal: who waits for a place in the journal is not let go by the place that other
// views had come to.
func TestNothingIsAppliedInViewsOfAnotherJournal(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		for range 3 {
			s.customer("15550101001", "hello")
		}
		s.stop()
		s.stop = func() {}
		s.journal = newMemJournal()
		s.journal.epoch = "epoch2"
		s.config.Journal = s.journal
		s.journal.Append(t.Context(), Batch{Entries: []Entry{{ID: "b:early", Kind: EntryWebhook, At: time.Now(),
			Data: testBody(t, testFact{Message: incoming("15550101002", "hi", time.Now())})}}})
		o, err := NewOwner(s.config)
		if err != nil {
			t.Fatal(err)
		}
		soon, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := o.CaughtUp(soon); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("views of another journal are caught up: %v", err)
		}
	})
}

func TestOfflineReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t)
		s.open()
		thread := s.customer("15550101001", "hello")
		s.stop()
		s.journal.Append(t.Context(), Batch{Entries: []Entry{{ID: "b:late", Kind: EntryWebhook, At: time.Now(),
			Data: testBody(t, testFact{Message: incoming("15550101002", "hi", time.Now())})}}})
		desk, err := Offline(t.Context(), s.config, "priya")
		if err != nil {
			t.Fatal(err)
		}
		page, err := desk.Threads(t.Context(), ThreadQuery{})
		if err != nil || len(page.Threads) != 2 {
			t.Errorf("%d threads, %v", len(page.Threads), err)
		}
		if _, err := desk.Do(t.Context(), NewID(), AddNote{Thread: thread, Text: "x"}); KindOf(err) != ReadOnly {
			t.Errorf("a command: %v", err)
		}
		if _, err := desk.Watch(t.Context(), Cursor{}); KindOf(err) != ReadOnly {
			t.Errorf("a watch: %v", err)
		}
		done, err := desk.Do(t.Context(), NewID(), Backup{File: "/backup.db"})
		if err != nil || done.Backup == nil || done.Backup.Seq != 3 { // what the customers wrote, and that the owner stopped
			t.Errorf("a backup: %+v, %v", done.Backup, err)
		}
	})
}

func TestRebuild(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t)
		s.gateway.templates = []Template{repairReady}
		s.open()
		thread := s.customer("15550101001", "hello")
		oid := s.reply(thread, "one")
		s.webhook(testFact{Bad: &Unreadable{Path: "x", Reason: "y"}})
		before, _ := s.desk.Messages(t.Context(), MessageQuery{Thread: thread})
		s.stop()
		done, err := Rebuild(t.Context(), s.config)
		if err != nil || done.Quarantined != 1 || done.Entries != s.applied().Seq {
			t.Errorf("rebuilt %+v, %v", done, err)
		}
		s.config.Gateway = nil
		s.open()
		s.stands(StatusAccepted, oid)
		after, _ := s.desk.Messages(t.Context(), MessageQuery{Thread: thread})
		if fmt.Sprint(before.Messages) != fmt.Sprint(after.Messages) {
			t.Errorf("before %+v\nafter %+v", before.Messages, after.Messages)
		}
		if list, err := s.desk.Templates(t.Context()); err != nil || len(list) != 1 {
			t.Errorf("the template list is gone: %v, %v", list, err)
		}
		s.stop()
	})
}

func TestLogsHoldNoContent(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		var b strings.Builder
		s.stop()
		s.config.Log = logTo(&b)
		s.open()
		thread := s.customer("15550101001", "a secret of the customer")
		s.journal.failing(func(b Batch) error {
			if b.Entries[0].Kind == entryAttempted {
				return errors.New("disk on fire")
			}
			return nil
		}, nil)
		s.reply(thread, "a secret of the shop")
		time.Sleep(time.Second)
		synctest.Wait() // a retry may be due in the same moment
		if log := b.String(); !strings.Contains(log, "disk on fire") || strings.Contains(log, "secret") || strings.Contains(log, "15550101001") {
			t.Errorf("the log says %s", log)
		}
	})
}

func TestQuarantineIsToldAfterARestart(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.webhook(testFact{Bad: &Unreadable{Path: "entry[0]", Reason: "no shape"}})
		if s.notice(noticeQuarantine) == nil {
			t.Fatal("nobody is told")
		}
		s.restart()
		if s.notice(noticeQuarantine) == nil {
			t.Error("a restart forgot it")
		}
		time.Sleep(quarantineTold)
		s.restart()
		if n := s.notice(noticeQuarantine); n != nil {
			t.Errorf("after a week still %+v", n)
		}
	})
}

// What a crash left out of the views is waited for before anybody is served from them.
func TestCaughtUp(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		if err := s.owner.CaughtUp(t.Context()); err != nil {
			t.Errorf("an owner that found nothing waits: %v", err)
		}
		for n := range 30 {
			s.customer("15550101001", fmt.Sprint("line ", n))
		}
		s.stop()
		s.stop = func() {} // the next one is stopped below
		s.config.Views = NewMemoryViews()
		o, err := NewOwner(s.config)
		if err != nil {
			t.Fatal(err)
		}
		soon, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := o.CaughtUp(soon); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("views that know nothing are caught up: %v", err)
		}
		ctx, end := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- o.Run(ctx) }()
		if a, err := o.Desk("priya").Away(ctx); err != nil || a.Seq < o.found {
			t.Errorf("an absence is told up to %d of %d: %v", a.Seq, o.found, err)
		}
		if err := o.CaughtUp(ctx); err != nil {
			t.Error(err)
		}
		if th, err := o.Desk("priya").Thread(ctx, "15550101001"); err != nil || th.Messages != 30 {
			t.Errorf("%d messages, want 30: %v", th.Messages, err)
		}
		end()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
