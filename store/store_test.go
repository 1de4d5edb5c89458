package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
	"go.uber.org/goleak"

	"frontdesk/inbox"
	"frontdesk/store/storetest"
)

func TestMain(m *testing.M) {
	CheckChildMain()
	childMain()
	os.Setenv("GORACE", "atexit_sleep_ms=0 "+os.Getenv("GORACE")) // or every child of a -race run ends a second late
	goleak.VerifyTestMain(m)
}

// long reports whether the longer loops are asked for.
func long() bool { return os.Getenv("FRONTDESK_LONG") != "" }

// movable is a clock that tests move.
type movable struct {
	mu  sync.Mutex
	now time.Time
}

func (c *movable) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *movable) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// opened opens a store that is closed with the test.
func opened(t testing.TB, dir string, opts Options) *Store {
	t.Helper()
	s, err := Open(dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func appendIDs(t testing.TB, s *Store, ids ...string) inbox.Cursor {
	t.Helper()
	var c inbox.Cursor
	for _, id := range ids {
		var err error
		c, _, err = s.Journal().Append(context.Background(), inbox.Batch{Entries: []inbox.Entry{{ID: id, Kind: inbox.EntryWebhook, Data: []byte("body of " + id)}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// idsOf reads all ids; a damaged entry is "!".
func idsOf(t testing.TB, s *Store) (ids []string) {
	t.Helper()
	c := inbox.Cursor{}
	for {
		es, err := s.Journal().Read(context.Background(), c, 100)
		if err != nil {
			t.Fatal(err)
		}
		if len(es) == 0 {
			return ids
		}
		for _, e := range es {
			if e.Kind == inbox.EntryDamaged {
				e.ID = "!"
			}
			ids = append(ids, e.ID)
			c = inbox.Cursor{Epoch: s.Journal().Identity(), Seq: e.Seq, Chk: e.Chk}
		}
	}
}

func wantIDs(t testing.TB, s *Store, want ...string) {
	t.Helper()
	if got := idsOf(t, s); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("entries %v; want %v", got, want)
	}
}

// spoil flips one bit of an entry's data, past everything that the store itself would notice on writing.
func spoil(t testing.TB, s *Store, seq inbox.Seq) {
	t.Helper()
	err := s.journal.db.Update(func(tx *bolt.Tx) error {
		b := tx.Bucket(entriesBucket)
		v := append([]byte(nil), b.Get(u64(uint64(seq)))...)
		v[len(v)-1] ^= 1
		return b.Put(u64(uint64(seq)), v)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestJournalContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Subject {
		clock := &movable{now: time.Unix(1_760_000_000, 0)}
		dir := t.TempDir()
		s := opened(t, dir, Options{Clock: clock.Now})
		return storetest.Subject{
			Journal: s.Journal(),
			Advance: clock.Advance,
			Damage:  func(seq inbox.Seq) { spoil(t, s, seq) },
			Reopen: func() inbox.Journal {
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				return opened(t, dir, Options{Clock: clock.Now}).Journal()
			},
			Restored: func(file string) inbox.Journal {
				other := t.TempDir()
				b, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(other, journalFile), b, fileMode); err != nil {
					t.Fatal(err)
				}
				return opened(t, other, Options{Clock: clock.Now, Restored: true, CheckLimit: time.Minute}).Journal()
			},
		}
	})
}

func TestViewsContract(t *testing.T) {
	storetest.RunViews(t, func(t *testing.T) inbox.Views { return opened(t, t.TempDir(), Options{}).Views() })
}
