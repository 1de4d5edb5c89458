package store

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

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
		s.journal.db.View(func(tx *bolt.Tx) error {
			if last, _ := tx.Bucket(blocksBucket).Cursor().Last(); n-number(last) > step+blockSize {
				t.Errorf("the newest block ends at %d of %d", number(last), n)
			}
			return nil
		})
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

// A damaged entry is still found by its id after a restart, unless the damage took both its head and its body. Then it
// can be appended again, which brings back what was lost.
func TestIDsOfDamaged(t *testing.T) {
	head, body := func(v []byte) { v[hashAt] ^= 1 }, func(v []byte) { v[len(v)-1] ^= 1 }
	for name, tt := range map[string]struct {
		damage []func([]byte)
		found  bool
	}{
		"head": {[]func([]byte){head}, true},
		"body": {[]func([]byte){body}, true},
		"both": {[]func([]byte){head, body}, false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filled(t)
			edit(t, dir, func(tx *bolt.Tx) error {
				v := append([]byte(nil), tx.Bucket(entriesBucket).Get(u64(2))...)
				for _, damage := range tt.damage {
					damage(v)
				}
				return tx.Bucket(entriesBucket).Put(u64(2), v)
			})
			s := opened(t, dir, Options{})
			if seq, ok, err := s.Journal().Seen(t.Context(), "b"); ok != tt.found || ok && seq != 2 || err != nil {
				t.Fatalf("seen %d, %v, %v", seq, ok, err)
			}
			s.journal.ids.most = 5 // so that they become a run, with one or the other
			appendIDs(t, s, "b", "d", "e", "f")
			want, seq := []string{"a", "!", "c", "d", "e", "f"}, inbox.Seq(2)
			if !tt.found {
				want, seq = []string{"a", "!", "c", "b", "d", "e", "f"}, 4
			}
			wantIDs(t, s, want...)
			if got, ok, err := s.Journal().Seen(t.Context(), "b"); !ok || got != seq || err != nil {
				t.Errorf("seen %d, %v, %v; want %d", got, ok, err, seq)
			}
			s.Close()
			if r, err := Check(t.Context(), dir); err != nil || r.Refuse || len(r.Damaged) != 1 {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
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
