package storetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdesk/inbox"
)

// Keeping: drafts, copies, backups, and what happens to a journal while it is used and damaged.

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
