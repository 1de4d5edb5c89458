package store

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"frontdesk/inbox"
)

// Ids are found whether they are recent or in a run, before and after the run is made, and after a restart.
func TestIDsAcrossRuns(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir, Options{})
	const n = 2*runSize + runSize/2
	name := func(i int) string { return fmt.Sprint("id", i) }
	add := func(from, to, want int) {
		t.Helper()
		var b inbox.Batch
		for i := from; i < to; i++ {
			b.Entries = append(b.Entries, inbox.Entry{ID: name(i)})
		}
		if _, got, err := s.Journal().Append(t.Context(), b); err != nil || got != want {
			t.Fatalf("%d..%d: %d new, %v; want %d", from, to, got, err, want)
		}
	}
	const step = 5000
	for i := 0; i < n; i += step {
		add(i, min(i+step, n), min(step, n-i))
	}
	verify := func() {
		t.Helper()
		if got := len(s.journal.ids.seq); got >= runSize || got == 0 {
			t.Errorf("%d recent ids", got)
		}
		for range 2000 {
			i := rand.IntN(n)
			if seq, ok, err := s.Journal().Seen(t.Context(), name(i)); !ok || err != nil || seq != inbox.Seq(i+1) {
				t.Fatalf("%s: %d, %v, %v", name(i), seq, ok, err)
			}
			if _, ok, err := s.Journal().Seen(t.Context(), name(n+i)); ok || err != nil {
				t.Fatalf("%s was never there: %v", name(n+i), err)
			}
			add(i, i+1, 0)
		}
	}
	verify()
	s.Close()
	os.Remove(filepath.Join(dir, cleanFile))
	s = opened(t, dir, Options{CheckLimit: time.Minute})
	if s.Opening().Checked != CheckPassed {
		t.Errorf("opening: %+v", s.Opening())
	}
	verify()
	add(n, n+runSize, runSize) // and a run by one batch
}

func TestFilter(t *testing.T) {
	const n = 20_000
	f := newFilter(n)
	for i := range n {
		f.add(hashID(fmt.Sprint(i)))
	}
	wrong := 0
	for i := range n {
		if !f.may(hashID(fmt.Sprint(i))) {
			t.Fatalf("%d was added and is denied", i)
		}
		if f.may(hashID(fmt.Sprint("other", i))) {
			wrong++
		}
	}
	if wrong > n/60 {
		t.Errorf("%d of %d are wrongly allowed", wrong, n)
	}
	if !filter(nil).may(idHash{}) {
		t.Error("a filter that is gone denies")
	}
}
