// Package storetest is the contract that every inbox.Journal and every inbox.Views must keep, as tests. The bbolt
// store passes it, and so must whatever takes its place: it uses nothing but the interfaces, and what a Subject can do
// besides.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"frontdesk/inbox"
)

// Subject is a new, empty journal under test. The functions may be nil; what needs them is then left out, with a word.
type Subject struct {
	Journal inbox.Journal
	// Advance moves the clock of the journal.
	Advance func(time.Duration)
	// Damage spoils the stored bytes of an entry, as a bad disk would.
	Damage func(inbox.Seq)
	// Reopen closes the journal and opens it again.
	Reopen func() inbox.Journal
	// Restored opens a backup as a journal of its own, in a place where there was none.
	Restored func(file string) inbox.Journal
}

// Run tests a journal. open is called once for each test and must clean up with t.Cleanup.
func Run(t *testing.T, open func(t *testing.T) Subject) {
	tests := []struct {
		name string
		test func(*testing.T, Subject)
	}{
		{"an empty journal has no head", testEmpty},
		{"entries come back as they were appended", testAppendRead},
		{"an entry without an id is refused", testNoID},
		{"appending twice is one entry", testTwice},
		{"the same id twice in one batch is one entry", testTwiceInBatch},
		{"the same id from many at once is one entry", testTwiceAtOnce},
		{"sequences are dense and chained", testDense},
		{"a batch is all or nothing", testAllOrNothing},
		{"a guard lets one of sixteen win", testGuardRace},
		{"a committed batch can be repeated behind its guard", testGuardRepeated},
		{"a failing guard does not fail its neighbours", testGuardNeighbours},
		{"answers are kept seven days", testResults},
		{"the first answer to a command stands", testResultOnce},
		{"a lease has one holder and rising fences", testLease},
		{"a lease is taken by one of sixteen", testLeaseRace},
		{"reading goes on from a cursor", testCursor},
		{"a cursor of another past is refused", testForeignCursor},
		{"reading hands out a bounded amount", testBounded},
		{"waiting ends with the next entry", testWait},
		{"waiting ends with its context", testWaitEnds},
		{"drafts are replaced and removed", testDrafts},
		{"what is handed in and out is copied", testCopies},
		{"a cancelled caller does not disturb the others", testCancelled},
		{"writers at once are all there", testManyWriters},
		{"a backup is a journal", testBackup},
		{"a damaged entry hides no other", testDamaged},
		{"everything is there after reopening", testReopen},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { tt.test(t, open(t)) })
	}
}

// entry makes one whose fields are all in use.
func entry(id string) inbox.Entry {
	return inbox.Entry{ID: id, Kind: inbox.EntryWebhook, By: "priya", At: time.Unix(1700000000, 123456789).UTC(), Data: []byte("body of " + id)}
}

func scoped(id, scope string) inbox.Entry {
	e := entry(id)
	e.Scope = scope
	return e
}

func batch(es ...inbox.Entry) inbox.Batch { return inbox.Batch{Entries: es} }

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func appendAll(t *testing.T, j inbox.Journal, es ...inbox.Entry) inbox.Cursor {
	t.Helper()
	c, n, err := j.Append(t.Context(), batch(es...))
	if err != nil || n != len(es) {
		t.Fatalf("Append: %d new, %v; want %d", n, err, len(es))
	}
	return c
}

// readAll reads everything after c, a few at a time.
func readAll(t *testing.T, j inbox.Journal, c inbox.Cursor) (all []inbox.Entry) {
	t.Helper()
	for {
		es, err := j.Read(t.Context(), c, 7)
		if err != nil {
			t.Fatalf("Read after %d: %v", c.Seq, err)
		}
		if len(es) == 0 {
			return all
		}
		all = append(all, es...)
		last := es[len(es)-1]
		c = inbox.Cursor{Epoch: j.Identity(), Seq: last.Seq, Chk: last.Chk}
	}
}

func ids(es []inbox.Entry) (out []string) {
	for _, e := range es {
		out = append(out, e.ID)
	}
	return out
}

func wantIDs(t *testing.T, j inbox.Journal, want ...string) {
	t.Helper()
	if got := ids(readAll(t, j, inbox.Cursor{})); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("entries %v; want %v", got, want)
	}
}

func testEmpty(t *testing.T, s Subject) {
	c := must[inbox.Cursor](t)(s.Journal.Head(t.Context()))
	if c.Seq != 0 || c.Chk != 0 {
		t.Errorf("head of an empty journal: %+v", c)
	}
	for _, from := range []inbox.Cursor{{}, c} {
		if es, err := s.Journal.Read(t.Context(), from, 10); len(es) != 0 || err != nil {
			t.Errorf("Read: %v, %v", es, err)
		}
	}
	if id := s.Journal.Identity(); len(id) != 32 {
		t.Errorf("identity %q is not 32 hex digits", id)
	}
	if _, ok, err := s.Journal.Seen(t.Context(), "a"); ok || err != nil {
		t.Errorf("Seen: %v, %v", ok, err)
	}
	if n, err := s.Journal.Last(t.Context(), "o"); n != 0 || err != nil {
		t.Errorf("Last: %d, %v", n, err)
	}
}

func testAppendRead(t *testing.T, s Subject) {
	want := []inbox.Entry{entry("a"), {ID: "b"}, scoped("c", "oid"), {ID: "d\x00é", Kind: "k", Data: make([]byte, 1<<20)}}
	c := appendAll(t, s.Journal, want...)
	got := readAll(t, s.Journal, inbox.Cursor{})
	if len(got) != len(want) {
		t.Fatalf("%d entries; want %d", len(got), len(want))
	}
	for i, g := range got {
		w := want[i]
		if g.ID != w.ID || g.Scope != w.Scope || g.Kind != w.Kind || g.By != w.By || !g.At.Equal(w.At) || string(g.Data) != string(w.Data) {
			t.Errorf("entry %d came back as %q %q %q %q %v (%d bytes)", i, g.ID, g.Scope, g.Kind, g.By, g.At, len(g.Data))
		}
		if seq, ok, err := s.Journal.Seen(t.Context(), w.ID); seq != g.Seq || !ok || err != nil {
			t.Errorf("Seen(%q): %d, %v, %v; want %d", w.ID, seq, ok, err, g.Seq)
		}
	}
	head := must[inbox.Cursor](t)(s.Journal.Head(t.Context()))
	if last := got[len(got)-1]; head != c || head.Seq != last.Seq || head.Chk != last.Chk || head.Epoch != s.Journal.Identity() {
		t.Errorf("head %+v, cursor of the batch %+v, last entry %d %x", head, c, last.Seq, last.Chk)
	}
	if n := must[inbox.Seq](t)(s.Journal.Last(t.Context(), "oid")); n != got[2].Seq {
		t.Errorf("Last: %d; want %d", n, got[2].Seq)
	}
}

func testNoID(t *testing.T, s Subject) {
	if _, _, err := s.Journal.Append(t.Context(), batch(entry("a"), entry(""))); err == nil {
		t.Error("an entry without an id was taken")
	}
	wantIDs(t, s.Journal)
}

func testTwice(t *testing.T, s Subject) {
	first := appendAll(t, s.Journal, entry("a"), entry("b"))
	again, n, err := s.Journal.Append(t.Context(), batch(entry("b"), entry("a")))
	if n != 0 || err != nil || again != first {
		t.Errorf("again: %+v, %d new, %v; want %+v", again, n, err, first)
	}
	if _, n, err := s.Journal.Append(t.Context(), batch(entry("a"), entry("c"))); n != 1 || err != nil {
		t.Errorf("one of two is new: %d, %v", n, err)
	}
	wantIDs(t, s.Journal, "a", "b", "c")
}

func testTwiceInBatch(t *testing.T, s Subject) {
	if _, n, err := s.Journal.Append(t.Context(), batch(entry("a"), entry("b"), entry("a"))); n != 2 || err != nil {
		t.Errorf("%d new, %v; want 2", n, err)
	}
	wantIDs(t, s.Journal, "a", "b")
}

func testTwiceAtOnce(t *testing.T, s Subject) {
	var wg sync.WaitGroup
	var added atomic.Int64
	for range 32 {
		wg.Go(func() {
			for i := range 20 {
				_, n, err := s.Journal.Append(t.Context(), batch(entry(fmt.Sprint("id", i))))
				if err != nil {
					t.Error(err)
				}
				added.Add(int64(n))
			}
		})
	}
	wg.Wait()
	if all := readAll(t, s.Journal, inbox.Cursor{}); added.Load() != 20 || len(all) != 20 {
		t.Errorf("%d reported as new and %d there; want 20", added.Load(), len(all))
	}
}

func testDense(t *testing.T, s Subject) {
	var cursors []inbox.Cursor
	for i := range 30 {
		cursors = append(cursors, appendAll(t, s.Journal, entry(fmt.Sprint(i))))
	}
	seen := make(map[uint64]bool)
	for i, e := range readAll(t, s.Journal, inbox.Cursor{}) {
		if e.Seq != inbox.Seq(i+1) || e.Prev != inbox.Seq(i) {
			t.Errorf("entry %d has sequence %d after %d", i, e.Seq, e.Prev)
		}
		if cursors[i].Seq != e.Seq || cursors[i].Chk != e.Chk || seen[e.Chk] {
			t.Errorf("entry %d: check value %x, in its cursor %x", i, e.Chk, cursors[i].Chk)
		}
		seen[e.Chk] = true
	}
}

func testAllOrNothing(t *testing.T, s Subject) {
	appendAll(t, s.Journal, scoped("a", "o"))
	_, _, err := s.Journal.Append(t.Context(), inbox.Batch{
		Entries: []inbox.Entry{scoped("b", "p"), scoped("c", "o")},
		Guard:   []inbox.Guard{{Scope: "p"}, {Scope: "o"}},
		Results: map[string][]byte{"cmd": []byte("no")},
	})
	if !errors.Is(err, inbox.ErrGuard) {
		t.Fatalf("error %v; want ErrGuard", err)
	}
	wantIDs(t, s.Journal, "a")
	if n := must[inbox.Seq](t)(s.Journal.Last(t.Context(), "p")); n != 0 {
		t.Errorf("a scope was written: %d", n)
	}
	if _, ok, _ := s.Journal.Result(t.Context(), "cmd"); ok {
		t.Error("an answer was written")
	}
}

func testGuardRace(t *testing.T, s Subject) {
	for round := range 10 {
		scope := fmt.Sprint("o", round)
		last := inbox.Seq(0)
		if round%2 == 1 { // half of the time on a scope that exists
			last = appendAll(t, s.Journal, scoped(scope+"first", scope)).Seq
		}
		var wg sync.WaitGroup
		var won, lost atomic.Int64
		for i := range 16 {
			wg.Go(func() {
				b := batch(scoped(fmt.Sprint(scope, "/", i), scope))
				b.Guard = []inbox.Guard{{Scope: scope, Last: last}}
				switch _, _, err := s.Journal.Append(t.Context(), b); {
				case err == nil:
					won.Add(1)
				case errors.Is(err, inbox.ErrGuard):
					lost.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 || lost.Load() != 15 {
			t.Errorf("round %d: %d won and %d lost", round, won.Load(), lost.Load())
		}
	}
}

func testGuardRepeated(t *testing.T, s Subject) {
	b := batch(scoped("a", "o"))
	b.Guard = []inbox.Guard{{Scope: "o"}}
	b.Results = map[string][]byte{"cmd": []byte("done")}
	for i, want := range []int{1, 0, 0} {
		if _, n, err := s.Journal.Append(t.Context(), b); n != want || err != nil {
			t.Errorf("time %d: %d new, %v; want %d", i, n, err, want)
		}
	}
}

func testGuardNeighbours(t *testing.T, s Subject) {
	appendAll(t, s.Journal, scoped("taken", "o"))
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			b := batch(entry(fmt.Sprint("n", i)))
			if i%2 == 0 {
				b.Guard = []inbox.Guard{{Scope: "o"}}
			}
			if _, _, err := s.Journal.Append(t.Context(), b); errors.Is(err, inbox.ErrGuard) != (i%2 == 0) || err != nil && i%2 == 1 {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	wg.Wait()
	if all := readAll(t, s.Journal, inbox.Cursor{}); len(all) != 33 {
		t.Errorf("%d entries; want 33", len(all))
	}
}

func testResults(t *testing.T, s Subject) {
	b := batch(entry("a"))
	b.Results = map[string][]byte{"one": []byte("first"), "empty": nil}
	must[inbox.Cursor](t)(func() (inbox.Cursor, error) { c, _, err := s.Journal.Append(t.Context(), b); return c, err }())
	if v, ok, err := s.Journal.Result(t.Context(), "one"); string(v) != "first" || !ok || err != nil {
		t.Errorf("Result: %q, %v, %v", v, ok, err)
	}
	if v, ok, err := s.Journal.Result(t.Context(), "empty"); len(v) != 0 || !ok || err != nil {
		t.Errorf("an empty answer: %q, %v, %v", v, ok, err)
	}
	if _, ok, err := s.Journal.Result(t.Context(), "other"); ok || err != nil {
		t.Errorf("a command never given: %v, %v", ok, err)
	}
	if s.Advance == nil {
		t.Skip("this journal's clock cannot be moved")
	}
	s.Advance(7*24*time.Hour - time.Minute)
	if _, ok, _ := s.Journal.Result(t.Context(), "one"); !ok {
		t.Error("forgotten before seven days")
	}
	s.Advance(2 * time.Minute)
	if _, ok, _ := s.Journal.Result(t.Context(), "one"); ok {
		t.Error("remembered after seven days")
	}
	b = batch(entry("b"))
	b.Results = map[string][]byte{"one": []byte("second")}
	if _, _, err := s.Journal.Append(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if v, _, _ := s.Journal.Result(t.Context(), "one"); string(v) != "second" {
		t.Errorf("a new answer after the old was forgotten: %q", v)
	}
}

func testResultOnce(t *testing.T, s Subject) {
	for i, answer := range []string{"first", "second"} {
		b := batch(entry(fmt.Sprint(i)))
		b.Results = map[string][]byte{"cmd": []byte(answer)}
		if _, _, err := s.Journal.Append(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	if v, _, _ := s.Journal.Result(t.Context(), "cmd"); string(v) != "first" {
		t.Errorf("the answer became %q", v)
	}
}

func testLease(t *testing.T, s Subject) {
	j, ctx := s.Journal, t.Context()
	take := must[uint64](t)
	f1 := take(j.Lease(ctx, "sender", "ann", time.Minute))
	if f := take(j.Lease(ctx, "sender", "ann", time.Minute)); f != f1 {
		t.Errorf("renewing changed the fence: %d, %d", f1, f)
	}
	if _, err := j.Lease(ctx, "sender", "bob", time.Minute); !errors.Is(err, inbox.ErrHeld) {
		t.Errorf("taken from a living holder: %v", err)
	}
	take(j.Lease(ctx, "other", "bob", time.Minute))
	if err := j.Release(ctx, "sender", f1+1); !errors.Is(err, inbox.ErrHeld) {
		t.Errorf("released with a wrong fence: %v", err)
	}
	if _, err := j.Lease(ctx, "sender", "bob", time.Minute); !errors.Is(err, inbox.ErrHeld) {
		t.Errorf("a wrong fence freed it: %v", err)
	}
	if err := j.Release(ctx, "sender", f1); err != nil {
		t.Fatal(err)
	}
	leased := func(key string) time.Time {
		until, err := j.Leased(ctx, key)
		if err != nil {
			t.Fatal(err)
		}
		return until
	}
	if until := leased("sender"); !until.IsZero() {
		t.Errorf("a lease that was released runs out at %v", until)
	}
	if until := leased("nobody's"); !until.IsZero() {
		t.Errorf("a lease that nobody held runs out at %v", until)
	}
	f2 := take(j.Lease(ctx, "sender", "bob", time.Minute))
	bobs := leased("sender")
	if bobs.IsZero() {
		t.Error("a lease that is held has no end")
	}
	if f2 <= f1 {
		t.Errorf("the fence did not rise: %d, %d", f1, f2)
	}
	if s.Advance == nil {
		t.Skip("this journal's clock cannot be moved")
	}
	s.Advance(59 * time.Second)
	if _, err := j.Lease(ctx, "sender", "ann", time.Minute); !errors.Is(err, inbox.ErrHeld) {
		t.Errorf("taken before its time: %v", err)
	}
	s.Advance(2 * time.Second)
	if until := leased("sender"); !until.Equal(bobs) {
		t.Errorf("a lease that ran out says %v, want %v", until, bobs)
	}
	f3 := take(j.Lease(ctx, "sender", "ann", time.Minute))
	if f3 <= f2 {
		t.Errorf("the fence did not rise: %d, %d", f2, f3)
	}
	if err := j.Release(ctx, "sender", f2); !errors.Is(err, inbox.ErrHeld) {
		t.Errorf("the old holder released it: %v", err)
	}
	if _, err := j.Lease(ctx, "sender", "bob", time.Minute); !errors.Is(err, inbox.ErrHeld) {
		t.Errorf("the old holder's fence freed it: %v", err)
	}
}

func testLeaseRace(t *testing.T, s Subject) {
	var wg sync.WaitGroup
	var won atomic.Int64
	for i := range 16 {
		wg.Go(func() {
			_, err := s.Journal.Lease(t.Context(), "sender", fmt.Sprint("node", i), time.Hour)
			switch {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, inbox.ErrHeld):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d hold it", won.Load())
	}
}

func testCursor(t *testing.T, s Subject) {
	var es []inbox.Entry
	for i := range 20 {
		es = append(es, entry(fmt.Sprint(i)))
	}
	appendAll(t, s.Journal, es...)
	all := readAll(t, s.Journal, inbox.Cursor{})
	for i := range all {
		c := inbox.Cursor{Epoch: s.Journal.Identity(), Seq: all[i].Seq, Chk: all[i].Chk}
		n := 1 + rand.IntN(10)
		got, err := s.Journal.Read(t.Context(), c, n)
		want := all[i+1:]
		want = want[:min(n, len(want))]
		if err != nil || fmt.Sprint(ids(got)) != fmt.Sprint(ids(want)) {
			t.Errorf("%d after %d: %v, %v; want %v", n, c.Seq, ids(got), err, ids(want))
		}
		byHand := inbox.Cursor{Epoch: inbox.AnyEpoch, Seq: c.Seq}
		if got, err := s.Journal.Read(t.Context(), byHand, n); err != nil || len(got) != len(want) {
			t.Errorf("by number alone after %d: %d entries, %v", c.Seq, len(got), err)
		}
	}
}

func testForeignCursor(t *testing.T, s Subject) {
	c := appendAll(t, s.Journal, entry("a"), entry("b"))
	ahead, other, past := c, c, c
	ahead.Seq += 5
	other.Epoch = "00000000000000000000000000000000"
	past.Chk ^= 1
	for name, c := range map[string]inbox.Cursor{
		"ahead": ahead, "of another store": other, "of another past": past, "without an epoch": {Seq: c.Seq, Chk: c.Chk},
		"by number, ahead": {Epoch: inbox.AnyEpoch, Seq: 99}, "the start of another store": {Epoch: other.Epoch},
	} {
		if es, err := s.Journal.Read(t.Context(), c, 10); !errors.Is(err, inbox.ErrCursor) {
			t.Errorf("%s: %v, %v; want ErrCursor", name, ids(es), err)
		}
	}
}

func testBounded(t *testing.T, s Subject) {
	for i := range 5 {
		e := entry(fmt.Sprint(i))
		e.Data = make([]byte, 5<<20)
		appendAll(t, s.Journal, e)
	}
	es, err := s.Journal.Read(t.Context(), inbox.Cursor{}, 100)
	size := 0
	for _, e := range es {
		size += len(e.Data)
	}
	if err != nil || len(es) == 0 || size > 15<<20 {
		t.Errorf("%d entries of %d bytes at once, %v", len(es), size, err)
	}
	if all := readAll(t, s.Journal, inbox.Cursor{}); len(all) != 5 {
		t.Errorf("%d of 5", len(all))
	}
}

func testWait(t *testing.T, s Subject) {
	c := must[inbox.Cursor](t)(s.Journal.Head(t.Context()))
	for i := range 20 {
		woken := make(chan error)
		for range 3 {
			go func() { woken <- s.Journal.Wait(t.Context(), c) }()
		}
		next := appendAll(t, s.Journal, entry(fmt.Sprint(i)))
		for range 3 {
			if err := <-woken; err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Journal.Wait(t.Context(), c); err != nil { // there is more already
			t.Fatal(err)
		}
		c = next
	}
}

func testWaitEnds(t *testing.T, s Subject) {
	c := appendAll(t, s.Journal, entry("a"))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil { // it may return early
			s.Journal.Wait(ctx, c)
		}
	}()
	cancel()
	<-ended
}

func testDrafts(t *testing.T, s Subject) {
	j, ctx := s.Journal, t.Context()
	head := must[inbox.Cursor](t)(j.Head(ctx))
	for _, d := range []struct{ key, draft string }{{"t1", "He"}, {"t2", "x"}, {"t1", "Hello"}, {"t2", ""}, {"never", ""}} {
		if err := j.SaveDraft(ctx, d.key, []byte(d.draft)); err != nil {
			t.Fatal(err)
		}
	}
	got := must[map[string][]byte](t)(j.Drafts(ctx))
	if len(got) != 1 || string(got["t1"]) != "Hello" {
		t.Errorf("drafts: %q", got)
	}
	if now := must[inbox.Cursor](t)(j.Head(ctx)); now != head {
		t.Error("a draft moved the head")
	}
}

func testCopies(t *testing.T, s Subject) {
	e := entry("a")
	want := string(e.Data)
	appendAll(t, s.Journal, e)
	clear(e.Data)
	got := readAll(t, s.Journal, inbox.Cursor{})
	if string(got[0].Data) != want {
		t.Errorf("data changed with the caller's: %q", got[0].Data)
	}
	for i := range 50 { // the file is written again under what was handed out
		appendAll(t, s.Journal, entry(fmt.Sprint(i)))
	}
	clear(got[0].Data) // and writing to it harms nobody
	if again := readAll(t, s.Journal, inbox.Cursor{}); string(again[0].Data) != want {
		t.Errorf("data changed with a reader's: %q", again[0].Data)
	}
}

func testCancelled(t *testing.T, s Subject) {
	dead, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := s.Journal.Append(dead, batch(entry("dead"))); !errors.Is(err, context.Canceled) {
		t.Errorf("a dead context: %v", err)
	}
	var wg sync.WaitGroup
	for i := range 64 {
		ctx, cancel := context.WithCancel(t.Context())
		wg.Go(func() {
			_, _, err := s.Journal.Append(ctx, batch(entry(fmt.Sprint("n", i))))
			if err != nil && (i%2 == 0 || !errors.Is(err, context.Canceled)) {
				t.Errorf("%d: %v", i, err)
			}
		})
		if i%2 == 1 {
			cancel()
		}
		t.Cleanup(cancel)
	}
	wg.Wait()
	for i := 0; i < 64; i += 2 {
		if _, ok, err := s.Journal.Seen(t.Context(), fmt.Sprint("n", i)); !ok || err != nil {
			t.Errorf("n%d: %v, %v", i, ok, err)
		}
	}
}

func testManyWriters(t *testing.T, s Subject) {
	const writers, each = 16, 25
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				c, n, err := s.Journal.Append(t.Context(), batch(entry(fmt.Sprintf("%d.%d", w, i))))
				if err != nil || n != 1 {
					t.Error(n, err)
					return
				}
				// What Append returned for is to be read at once, by anybody.
				if es, err := s.Journal.Read(t.Context(), inbox.Cursor{Epoch: inbox.AnyEpoch, Seq: c.Seq - 1}, 1); err != nil || len(es) != 1 || es[0].Chk != c.Chk {
					t.Error("an acknowledged entry is not read", err)
				}
			}
		})
	}
	wg.Wait()
	next := make(map[string]int)
	for _, e := range readAll(t, s.Journal, inbox.Cursor{}) {
		w, i, _ := strings.Cut(e.ID, ".")
		if fmt.Sprint(next[w]) != i {
			t.Fatalf("%s comes where %s.%d should", e.ID, w, next[w])
		}
		next[w]++
	}
	if len(next) != writers {
		t.Errorf("entries of %d writers", len(next))
	}
}

func testBackup(t *testing.T, s Subject) {
	appendAll(t, s.Journal, entry("a"), scoped("b", "o"))
	if err := s.Journal.SaveDraft(t.Context(), "t", []byte("draft")); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { // while everything goes on
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			if _, _, err := s.Journal.Append(t.Context(), batch(entry(fmt.Sprint("more", i)))); err != nil {
				t.Error(err)
				return
			}
		}
	})
	file := filepath.Join(t.TempDir(), "copy.db")
	n, head, err := s.Journal.Backup(t.Context(), file)
	close(stop)
	wg.Wait()
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil || info.Size() != n || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("%v bytes, told %d; %v, %v", info, n, info.Mode(), err)
	}
	if _, _, err := s.Journal.Backup(t.Context(), file); err == nil {
		t.Error("a file was overwritten")
	}
	if names, _ := os.ReadDir(filepath.Dir(file)); len(names) != 1 {
		t.Errorf("left behind: %v", names)
	}
	if s.Restored == nil {
		t.Skip("this journal's backups are opened elsewhere")
	}
	r := s.Restored(file)
	got := readAll(t, r, inbox.Cursor{})
	if len(got) < 2 || got[1].ID != "b" || got[len(got)-1].Seq != head.Seq || got[len(got)-1].Chk != head.Chk {
		t.Errorf("%d entries, head told as %+v", len(got), head)
	}
	if d := must[map[string][]byte](t)(r.Drafts(t.Context())); string(d["t"]) != "draft" {
		t.Errorf("drafts: %q", d)
	}
	if r.Identity() == s.Journal.Identity() {
		t.Error("two stores have one identity")
	}
	if _, err := r.Read(t.Context(), head, 1); !errors.Is(err, inbox.ErrCursor) {
		t.Errorf("a cursor of the old store: %v", err)
	}
}

func testDamaged(t *testing.T, s Subject) {
	if s.Damage == nil {
		t.Skip("this journal cannot be damaged from here")
	}
	appendAll(t, s.Journal, entry("a"), scoped("b", "o"), entry("c"))
	want := readAll(t, s.Journal, inbox.Cursor{})
	s.Damage(2)
	got := readAll(t, s.Journal, inbox.Cursor{}) // also shows that reading goes on from a damaged entry
	if len(got) != 3 || got[0].ID != "a" || got[2].ID != "c" {
		t.Fatalf("entries %v", ids(got))
	}
	if d := got[1]; d.Kind != inbox.EntryDamaged || len(d.Data) != 0 || d.Seq != 2 || d.Prev != 1 || d.Chk != want[1].Chk {
		t.Errorf("the damaged one came as %+v", d)
	}
	if _, ok, _ := s.Journal.Seen(t.Context(), "b"); !ok {
		t.Error("it is no longer seen: it would be appended a second time")
	}
	appendAll(t, s.Journal, entry("d"))
}

func testReopen(t *testing.T, s Subject) {
	if s.Reopen == nil {
		t.Skip("this journal cannot be reopened from here")
	}
	b := batch(entry("a"), scoped("b", "o"))
	b.Results = map[string][]byte{"cmd": []byte("answer")}
	c, _, err := s.Journal.Append(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	fence := must[uint64](t)(s.Journal.Lease(t.Context(), "sender", "ann", time.Hour))
	if err := s.Journal.SaveDraft(t.Context(), "t", []byte("draft")); err != nil {
		t.Fatal(err)
	}
	id, old := s.Journal.Identity(), s.Journal
	j := s.Reopen()
	if _, _, err := old.Append(t.Context(), batch(entry("late"))); !errors.Is(err, inbox.ErrClosed) {
		t.Errorf("appending to a closed journal: %v", err)
	}
	if j.Identity() != id || must[inbox.Cursor](t)(j.Head(t.Context())) != c {
		t.Error("identity or head changed")
	}
	wantIDs(t, j, "a", "b")
	if v, ok, _ := j.Result(t.Context(), "cmd"); !ok || string(v) != "answer" {
		t.Errorf("result: %q", v)
	}
	if _, err := j.Lease(t.Context(), "sender", "bob", time.Hour); !errors.Is(err, inbox.ErrHeld) {
		t.Errorf("the lease was forgotten: %v", err)
	}
	if f := must[uint64](t)(j.Lease(t.Context(), "sender", "ann", time.Hour)); f != fence {
		t.Errorf("fence %d; want %d", f, fence)
	}
	if d := must[map[string][]byte](t)(j.Drafts(t.Context())); string(d["t"]) != "draft" {
		t.Errorf("drafts: %q", d)
	}
	if next := appendAll(t, j, entry("c")); next.Seq != c.Seq+1 {
		t.Errorf("went on with %d after %d", next.Seq, c.Seq)
	}
}
