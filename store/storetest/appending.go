package storetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"frontdesk/inbox"
)

// Appending: what is in the journal, once, and where.

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
