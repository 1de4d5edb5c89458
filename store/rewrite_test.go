package store

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"frontdesk/inbox"
)

// loosen fills the views and empties most of them again.
func loosen(t *testing.T, s *Store) {
	t.Helper()
	for i := range 20 {
		err := s.Views().Update(func(tx inbox.Tx) error {
			return tx.Put("big", fmt.Append(nil, i), make([]byte, 1<<20))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	sink(t, s)
	for i := range 15 {
		if err := s.Views().Update(func(tx inbox.Tx) error { return tx.Delete("big", fmt.Append(nil, i)) }); err != nil {
			t.Fatal(err)
		}
	}
	putView(t, s)
	sink(t, s)
}

// sink brings the views in memory to the file.
func sink(t *testing.T, s *Store) {
	t.Helper()
	if err := s.views.sinkAll(); err != nil {
		t.Fatal(err)
	}
}

func used(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func TestCompactAtStart(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir, Options{})
	appendIDs(t, s, "a", "b")
	loosen(t, s)
	s.Close()
	path := filepath.Join(dir, viewsFile)
	before := used(t, path)
	s = opened(t, dir, Options{Compact: true})
	if !slices.Equal(s.Opening().Compacted, []string{viewsFile}) {
		t.Errorf("compacted %q", s.Opening().Compacted)
	}
	if after := used(t, path); after >= before {
		t.Errorf("%d bytes before, %d after", before, after)
	}
	if !hasView(t, s) {
		t.Error("a view was lost")
	}
	wantIDs(t, s, "a", "b")
	s.Close()
	if s = opened(t, dir, Options{Compact: true}); len(s.Opening().Compacted) > 0 {
		t.Error("a second time, for nothing")
	}
}

func TestCompact(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir, Options{})
	var want []string
	for i := range 200 {
		want = append(want, fmt.Sprint(i))
	}
	appendIDs(t, s, want...)
	head, err := s.Journal().Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	loosen(t, s)
	s.Close()
	saved, err := Compact(dir, Options{})
	if err != nil || saved < 10<<20 {
		t.Errorf("saved %d, %v", saved, err)
	}
	s = opened(t, dir, Options{})
	if !s.Opening().Clean {
		t.Error("not closed cleanly")
	}
	wantIDs(t, s, want...)
	if now, _ := s.Journal().Head(t.Context()); now != head {
		t.Errorf("head %+v; was %+v", now, head)
	}
	if r, err := s.Check(t.Context()); err != nil || !r.OK {
		t.Errorf("%+v, %v", r, err)
	}
	appendIDs(t, s, "more")
}
