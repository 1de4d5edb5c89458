package store

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"frontdesk/inbox"
)

func putView(t *testing.T, s *Store) {
	t.Helper()
	if err := s.Views().Update(func(tx inbox.Tx) error { return tx.Put("b", []byte("k"), []byte("v")) }); err != nil {
		t.Fatal(err)
	}
}

func hasView(t *testing.T, s *Store) (ok bool) {
	t.Helper()
	if err := s.Views().View(func(tx inbox.ReadTx) error { ok = tx.Get("b", []byte("k")) != nil; return nil }); err != nil {
		t.Fatal(err)
	}
	return ok
}

// Views that are of no use are made anew, never refused: the journal has everything. Damaged ones are kept aside.
func TestViewsMadeAnew(t *testing.T) {
	tests := []struct {
		name string
		do   func(t *testing.T, path string)
		opts Options
		why  string
		kept bool
	}{
		{"as they were", func(*testing.T, string) {}, Options{ViewsLayout: 1}, "", false},
		{"gone", func(t *testing.T, path string) { os.Remove(path) }, Options{ViewsLayout: 1}, "none", false},
		{"emptied", func(t *testing.T, path string) { os.Truncate(path, 0) }, Options{ViewsLayout: 1}, "damaged", true},
		{"cut short", func(t *testing.T, path string) { os.Truncate(path, 9000) }, Options{ViewsLayout: 1}, "damaged", true},
		{"noise", func(t *testing.T, path string) { put(t, path, []byte(strings.Repeat("noise", 9000))) }, Options{ViewsLayout: 1}, "damaged", true},
		{"zeros behind good first pages", func(t *testing.T, path string) {
			b := read(t, path)
			clear(b[8192:])
			put(t, path, b)
		}, Options{ViewsLayout: 1}, "opened", true},
		{"another file", func(t *testing.T, path string) {
			os.Remove(path)
			db, err := bolt.Open(path, fileMode, nil)
			if err != nil {
				t.Fatal(err)
			}
			db.Close()
		}, Options{ViewsLayout: 1}, "not frontdesk's", true},
		{"another layout", func(*testing.T, string) {}, Options{ViewsLayout: 2}, "another version", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			s := opened(t, dir, Options{ViewsLayout: 1})
			putView(t, s)
			s.Close()
			path := filepath.Join(dir, viewsFile)
			tt.do(t, path)
			s = opened(t, dir, tt.opts)
			if why := s.Opening().Views; (why == "") != (tt.why == "") || !strings.Contains(why, tt.why) {
				t.Errorf("why: %q; want %q", why, tt.why)
			}
			if hasView(t, s) != (tt.why == "") {
				t.Error("the views are not what they are said to be")
			}
			if exists(path+".damaged") != tt.kept {
				t.Errorf("kept aside: %v; want %v", !tt.kept, tt.kept)
			}
			putView(t, s)
			s.Close()
			if s = opened(t, dir, tt.opts); s.Opening().Views != "" || !hasView(t, s) {
				t.Errorf("they did not last: %q", s.Opening().Views)
			}
		})
	}
}

// A restored journal has another identity, so what was made of the old one goes.
func TestViewsOfAnotherJournal(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir, Options{})
	appendIDs(t, s, "a")
	putView(t, s)
	s.Close()
	os.Remove(filepath.Join(dir, idFile))
	s = opened(t, dir, Options{Restored: true})
	if why := s.Opening().Views; !strings.Contains(why, "another journal") || hasView(t, s) {
		t.Errorf("why: %q", why)
	}
}
