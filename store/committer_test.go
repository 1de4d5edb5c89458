package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	bolt "go.etcd.io/bbolt"

	"frontdesk/inbox"
)

func TestQueueBounds(t *testing.T) {
	q := newQueue(nil)
	r := func(size int) *request { return &request{size: size} }
	if err := q.put(r(waitBytes * 2)); err != nil {
		t.Errorf("one that is larger than everything, alone: %v", err)
	}
	if err := q.put(r(1)); !errors.Is(err, inbox.ErrTooMany) {
		t.Errorf("over the bytes: %v", err)
	}
	if got := q.take(nil); len(got) != 1 {
		t.Errorf("took %d", len(got))
	}
	for i := range waitRequests {
		if err := q.put(r(10)); err != nil {
			t.Fatal(i, err)
		}
	}
	if err := q.put(r(1)); !errors.Is(err, inbox.ErrTooMany) {
		t.Errorf("over the count: %v", err)
	}
	if got := q.take(nil); len(got) != commitRequests {
		t.Errorf("took %d; want %d", len(got), commitRequests)
	}
	var took []int
	q = newQueue(func(batch []*request) { took = append(took, len(batch)) })
	for _, size := range []int{commitBytes - 10, 10, 1, commitBytes + 5, 3} {
		q.put(r(size))
	}
	q.close()
	if err := q.put(r(1)); !errors.Is(err, inbox.ErrClosed) {
		t.Errorf("after close: %v", err)
	}
	if want := []int{2, 1, 1, 1}; !slices.Equal(took, want) {
		t.Errorf("closing took %d; want %d", took, want)
	}
}

// blocked keeps everybody from committing until the returned function is called.
func blocked(t *testing.T, s *Store) (free func()) {
	t.Helper()
	tx, err := s.journal.db.Begin(true)
	if err != nil {
		t.Fatal(err)
	}
	return func() { tx.Rollback() }
}

// waiting is how many writes wait to be taken into a commit.
func waiting(s *Store) int {
	s.journal.queue.mu.Lock()
	defer s.journal.queue.mu.Unlock()
	return len(s.journal.queue.list)
}

// Writers that wait while one commit runs share the next.
func TestGroupCommit(t *testing.T) {
	s := opened(t, t.TempDir(), Options{})
	txid := func() (n int) {
		s.journal.db.View(func(tx *bolt.Tx) error { n = tx.ID(); return nil })
		return n
	}
	before := txid()
	free := blocked(t, s)
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() { appendIDs(t, s, fmt.Sprint(i)) })
	}
	for waiting(s) < 60 { // one or more are in the hand of who has the turn already
		if len(idsOf(t, s)) > 0 {
			t.Fatal("committed while blocked")
		}
	}
	free()
	wg.Wait()
	if n := txid() - before; n > 45 {
		t.Errorf("%d commits for 100 writers", n)
	}
}

func TestTooManyWaiting(t *testing.T) {
	s := opened(t, t.TempDir(), Options{})
	free := blocked(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	results := make(chan error)
	const writers = waitRequests + commitRequests + 50
	for i := range writers {
		go func() {
			_, _, err := s.Journal().Append(ctx, inbox.Batch{Entries: []inbox.Entry{{ID: fmt.Sprint(i)}}})
			results <- err
		}()
	}
	if err := <-results; !errors.Is(err, inbox.ErrTooMany) { // none can end in another way yet
		t.Errorf("%v; want ErrTooMany", err)
	}
	cancel() // those who wait no longer do not take their writes back
	refused := 1
	for range writers - 2 { // all return at once but the one who has the turn
		switch err := <-results; {
		case errors.Is(err, inbox.ErrTooMany):
			refused++
		case !errors.Is(err, context.Canceled):
			t.Errorf("%v", err)
		}
	}
	free()
	if err := <-results; err != nil {
		t.Errorf("who has the turn sees it through: %v", err)
	}
	for { // until the queue has room again
		_, _, err := s.Journal().Append(t.Context(), inbox.Batch{Entries: []inbox.Entry{{ID: "last"}}})
		if err == nil {
			break
		}
		if !errors.Is(err, inbox.ErrTooMany) {
			t.Fatal(err)
		}
	}
	if got := len(idsOf(t, s)); got > writers-refused+1 || got < waitRequests {
		t.Errorf("%d entries; %d of %d were refused", got, refused, writers)
	}
}

// A write that nobody waits for any more is committed though no other comes after it.
func TestNobodyWaits(t *testing.T) {
	s := opened(t, t.TempDir(), Options{})
	free := blocked(t, s)
	first := make(chan error)
	go func() {
		_, _, err := s.Journal().Append(t.Context(), inbox.Batch{Entries: []inbox.Entry{{ID: "first"}}})
		first <- err
	}()
	for len(s.journal.queue.turn) == 0 || waiting(s) > 0 { // until the first has the turn and took what it commits
		runtime.Gosched()
	}
	ctx, cancel := context.WithCancel(t.Context())
	second := make(chan error)
	go func() {
		_, _, err := s.Journal().Append(ctx, inbox.Batch{Entries: []inbox.Entry{{ID: "second"}}})
		second <- err
	}()
	for waiting(s) == 0 {
		runtime.Gosched()
	}
	cancel()
	if err := <-second; !errors.Is(err, context.Canceled) {
		t.Errorf("who waits no longer: %v", err)
	}
	select {
	case err := <-first:
		t.Errorf("committed while blocked: %v", err)
	default:
	}
	free()
	if err := <-first; err != nil {
		t.Error(err)
	}
	head, err := s.Journal().Head(t.Context())
	for err == nil && head.Seq < 2 {
		if err = s.Journal().Wait(t.Context(), head); err == nil {
			head, err = s.Journal().Head(t.Context())
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	wantIDs(t, s, "first", "second")
}

// A commit in which nothing changes does not trouble the disk.
func TestNothingToCommit(t *testing.T) {
	s := opened(t, t.TempDir(), Options{})
	appendIDs(t, s, "a")
	s.Journal().SaveDraft(t.Context(), "t", []byte("x"))
	id := func() (n int) {
		s.journal.db.View(func(tx *bolt.Tx) error { n = tx.ID(); return nil })
		return n
	}
	before := id()
	for range 3 {
		s.Journal().Append(t.Context(), inbox.Batch{Entries: []inbox.Entry{{ID: "a"}}})
		s.Journal().Append(t.Context(), inbox.Batch{Entries: []inbox.Entry{{ID: "b"}}, Guard: []inbox.Guard{{Scope: "o", Last: 7}}})
		s.Journal().SaveDraft(t.Context(), "t", []byte("x"))
		s.Journal().SaveDraft(t.Context(), "none", nil)
		s.Journal().Release(t.Context(), "none", 1)
	}
	if now := id(); now != before {
		t.Errorf("%d transactions were written", now-before)
	}
}

func TestRecordsOfBadForm(t *testing.T) {
	s := opened(t, t.TempDir(), Options{})
	long := strings.Repeat("x", maxName+1)
	for name, b := range map[string]inbox.Batch{
		"no id":        {Entries: []inbox.Entry{{}}},
		"long id":      {Entries: []inbox.Entry{{ID: long}}},
		"long scope":   {Entries: []inbox.Entry{{ID: "a", Scope: long}}},
		"much data":    {Entries: []inbox.Entry{{ID: "a", Data: make([]byte, maxData+1)}}},
		"no command":   {Results: map[string][]byte{"": nil}},
		"long command": {Results: map[string][]byte{long: nil}},
	} {
		if _, _, err := s.Journal().Append(t.Context(), b); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if err := s.Err(); err != nil {
		t.Errorf("it stopped: %v", err)
	}
	wantIDs(t, s)
}

func FuzzDecode(f *testing.F) {
	e := inbox.Entry{ID: "id", Scope: "s", Kind: "k", By: "b", Data: []byte("data")}
	b, err := encode(&e)
	if err != nil {
		f.Fatal(err)
	}
	seal(b, 42)
	f.Add(b)
	f.Add(b[:headSize])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		got := decode(7, b)
		if got.Seq != 7 || got.Prev != 6 {
			t.Errorf("place %d after %d", got.Seq, got.Prev)
		}
		if got.Kind == inbox.EntryDamaged && len(got.Data) > 0 {
			t.Error("a damaged entry has data")
		}
	})
}

// Any flipped bit of a record is noticed, and never takes the check value of the entry with it unless it hit the part
// that has that, nor ever what the entry is found by.
func TestFlippedBits(t *testing.T) {
	e := inbox.Entry{ID: "id", Scope: "scope", Kind: "kind", By: "by", Data: []byte("data")}
	record, err := encode(&e)
	if err != nil {
		t.Fatal(err)
	}
	seal(record, 42)
	if got := decode(1, record); got.ID != "id" || got.Chk != 42 {
		t.Fatalf("whole: %+v", got)
	}
	for bit := range len(record) * 8 {
		b := append([]byte(nil), record...)
		b[bit/8] ^= 1 << (bit % 8)
		if got := decode(1, b); got.Kind != inbox.EntryDamaged {
			t.Errorf("bit %d of byte %d was not noticed", bit%8, bit/8)
		}
		if _, ok := chkOf(b); ok != (bit/8 < 8 || bit/8 >= headSize) {
			t.Errorf("bit %d of byte %d: check value sound: %v", bit%8, bit/8, ok)
		}
		if hash, ok := hashOf(b); !ok || hash != hashID("id") {
			t.Errorf("bit %d of byte %d: the hash of the id is lost", bit%8, bit/8)
		}
	}
}
