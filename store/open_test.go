package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"frontdesk/inbox"
)

// filled makes a store with three entries and closes it.
func filled(t testing.TB) (dir string) {
	t.Helper()
	dir = t.TempDir()
	s := opened(t, dir, Options{})
	appendIDs(t, s, "a", "b", "c")
	s.Close()
	return dir
}

func put(t testing.TB, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, fileMode); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// oneLine wants an error a person can use: one line, with a next step.
func oneLine(t *testing.T, err error) {
	t.Helper()
	if s := err.Error(); strings.Contains(s, "\n") || !strings.Contains(s, ";") {
		t.Errorf("not one line with a next step: %q", s)
	}
}

func TestFirstStart(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "inbox")
	s := opened(t, dir, Options{CheckLimit: time.Minute})
	if o := s.Opening(); !o.First || o.Clean || o.Checked != NotChecked || o.Views == "" {
		t.Errorf("opening: %+v", o)
	}
	for path, want := range map[string]os.FileMode{"": dirMode, journalFile: fileMode, viewsFile: fileMode, idFile: fileMode, ownerFile: fileMode} {
		info, err := os.Stat(filepath.Join(dir, path))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%q: %v, %v", path, info, err)
		}
	}
	if id := strings.TrimSpace(string(read(t, filepath.Join(dir, idFile)))); id != s.Journal().Identity() {
		t.Errorf("store.id holds %q, the journal %q", id, s.Journal().Identity())
	}
	s.Close()
	s = opened(t, dir, Options{CheckLimit: time.Minute})
	if o := s.Opening(); o.First || !o.Clean || o.Checked != NotChecked || o.Views != "" {
		t.Errorf("second opening: %+v", o)
	}
	if exists(filepath.Join(dir, cleanFile)) {
		t.Error("the mark of a clean stop is still there while the store is open")
	}
}

func TestModesAreMended(t *testing.T) {
	dir := filled(t)
	if err := errors.Join(os.Chmod(dir, 0o755), os.Chmod(filepath.Join(dir, journalFile), 0o644), os.Chmod(filepath.Join(dir, viewsFile), 0o666)); err != nil {
		t.Fatal(err)
	}
	opened(t, dir, Options{})
	for name, want := range map[string]os.FileMode{"": dirMode, journalFile: fileMode, viewsFile: fileMode} {
		if info, _ := os.Stat(filepath.Join(dir, name)); info.Mode().Perm() != want {
			t.Errorf("%q is %v", name, info.Mode())
		}
	}
	home := t.TempDir()
	put(t, filepath.Join(home, "letter.txt"), nil)
	if err := os.Chmod(home, 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := Open(home, Options{})
	if err == nil {
		t.Fatal("a directory full of other things was taken")
	}
	oneLine(t, err)
	if info, _ := os.Stat(home); info.Mode().Perm() != 0o755 {
		t.Error("and its mode was changed")
	}
}

// A106, and merge-rules 9.5: what must not be opened is refused with an explanation, again and again the same, and
// nothing of it is changed.
func TestRefusals(t *testing.T) {
	path := func(dir, name string) string { return filepath.Join(dir, name) }
	noise := func(n int) []byte {
		b := make([]byte, n)
		rng := rand.New(rand.NewPCG(1, 2))
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
		return b
	}
	whole := func(t *testing.T, dir string) []byte {
		return bytes.TrimRight(read(t, path(dir, journalFile)), "\x00")
	}
	tests := []struct {
		name string
		do   func(t *testing.T, dir string)
		kind RefusalKind
	}{
		{"journal gone", func(t *testing.T, dir string) { os.Remove(path(dir, journalFile)) }, Lost},
		{"journal emptied", func(t *testing.T, dir string) { put(t, path(dir, journalFile), nil) }, Lost},
		{"journal emptied, no identity", func(t *testing.T, dir string) {
			put(t, path(dir, journalFile), nil)
			os.Remove(path(dir, idFile))
		}, Lost},
		{"cut to half a page", func(t *testing.T, dir string) { os.Truncate(path(dir, journalFile), 2048) }, Damaged},
		{"cut after the first page", func(t *testing.T, dir string) { os.Truncate(path(dir, journalFile), 4096) }, Damaged},
		{"cut in the middle", func(t *testing.T, dir string) { os.Truncate(path(dir, journalFile), int64(len(whole(t, dir))/2)) }, Damaged},
		{"all noise", func(t *testing.T, dir string) { put(t, path(dir, journalFile), noise(200_000)) }, Damaged},
		{"all zeros", func(t *testing.T, dir string) { put(t, path(dir, journalFile), make([]byte, 200_000)) }, Damaged},
		{"noise behind good first pages", func(t *testing.T, dir string) {
			b := read(t, path(dir, journalFile))
			copy(b[8192:], noise(len(whole(t, dir))-8192))
			put(t, path(dir, journalFile), b)
		}, Damaged},
		{"zeros behind good first pages", func(t *testing.T, dir string) {
			b := read(t, path(dir, journalFile))
			clear(b[8192:])
			put(t, path(dir, journalFile), b)
		}, Damaged},
		{"a text file", func(t *testing.T, dir string) {
			put(t, path(dir, journalFile), []byte(strings.Repeat("Dear sirs, ", 9000)))
		}, Damaged},
		{"somebody else's bbolt file", func(t *testing.T, dir string) {
			os.Remove(path(dir, journalFile))
			db, err := bolt.Open(path(dir, journalFile), fileMode, nil)
			if err != nil {
				t.Fatal(err)
			}
			db.Close()
		}, Damaged},
		{"another inbox's identity", func(t *testing.T, dir string) {
			put(t, path(dir, idFile), []byte(strings.Repeat("ab", 16)+"\n"))
		}, Damaged},
		{"an identity that is none", func(t *testing.T, dir string) { put(t, path(dir, idFile), []byte("hello")) }, Damaged},
		{"no identity", func(t *testing.T, dir string) { os.Remove(path(dir, idFile)) }, NoIdentity},
		{"a newer schema", func(t *testing.T, dir string) { setSchema(t, dir, 99) }, Damaged},
	}
	// Without the check, or after a clean stop, the same things are found while opening, by another name.
	unchecked := map[string]RefusalKind{
		"somebody else's bbolt file": Foreign, "another inbox's identity": Foreign, "an identity that is none": Foreign, "a newer schema": Newer,
	}
	for _, tt := range tests {
		for _, checked := range []bool{true, false} {
			if !checked && strings.HasSuffix(tt.name, "good first pages") {
				continue // what only a walk over the pages can find
			}
			t.Run(fmt.Sprintf("%s, checked %v", tt.name, checked), func(t *testing.T) {
				dir := filled(t)
				tt.do(t, dir)
				want, opts := tt.kind, Options{}
				if checked {
					os.Remove(path(dir, cleanFile))
					opts.CheckLimit = time.Minute
				} else if k, ok := unchecked[tt.name]; ok {
					want = k
				}
				before := snapshot(t, dir)
				for range 2 {
					s, err := Open(dir, opts)
					if err == nil {
						s.Close()
						t.Fatal("opened")
					}
					var r *Refusal
					if !errors.As(err, &r) || r.Kind != want {
						t.Fatalf("%v; want a refusal of kind %q", err, want)
					}
					oneLine(t, err)
					if after := snapshot(t, dir); after != before {
						t.Errorf("the files changed from %s to %s", before, after)
					}
				}
			})
		}
	}
}

// snapshot describes the files that hold something.
func snapshot(t *testing.T, dir string) (s string) {
	for _, name := range []string{journalFile, idFile} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			s += name + " is not there "
			continue
		}
		s += fmt.Sprintf("%s %d bytes %x ", name, len(b), hashID(string(b)))
	}
	return s
}

func setSchema(t *testing.T, dir string, n uint64) {
	t.Helper()
	db, err := bolt.Open(filepath.Join(dir, journalFile), fileMode, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Update(func(tx *bolt.Tx) error { return tx.Bucket(metaBucket).Put(schemaKey, u64(n)) }); err != nil {
		t.Fatal(err)
	}
}

// A file that was exchanged while nothing ran does not pass for the one that was closed.
func TestExchangedFileIsChecked(t *testing.T) {
	dir := filled(t)
	b := read(t, filepath.Join(dir, journalFile))
	clear(b[8192:])
	put(t, filepath.Join(dir, journalFile), b)
	_, err := Open(dir, Options{CheckLimit: time.Minute})
	var r *Refusal
	if !errors.As(err, &r) || r.Kind != Damaged {
		t.Errorf("%v; want a refusal", err)
	}
}

func TestInterruptedCreation(t *testing.T) {
	dir := t.TempDir()
	if err := create(dir); err != nil { // and then a crash, before store.id
		t.Fatal(err)
	}
	put(t, tempName(dir), []byte("half"))
	s := opened(t, dir, Options{CheckLimit: time.Minute})
	if !exists(filepath.Join(dir, idFile)) {
		t.Error("the identity was not completed")
	}
	names, _ := os.ReadDir(dir)
	for _, n := range names {
		if strings.HasPrefix(n.Name(), tempPrefix) {
			t.Errorf("%s was left behind", n.Name())
		}
	}
	appendIDs(t, s, "a")
}

// decisions 10: a backup brought to another machine gets a new identity, if that is what is asked for.
func TestRestored(t *testing.T) {
	src := filled(t)
	dir := t.TempDir()
	put(t, filepath.Join(dir, journalFile), read(t, filepath.Join(src, journalFile)))
	if _, err := Open(dir, Options{}); err == nil {
		t.Fatal("taken without being asked")
	}
	s := opened(t, dir, Options{Restored: true})
	old := strings.TrimSpace(string(read(t, filepath.Join(src, idFile))))
	id := s.Journal().Identity()
	if id == old {
		t.Error("the copy kept the identity of the original")
	}
	wantIDs(t, s, "a", "b", "c")
	s.Close()
	s = opened(t, dir, Options{})
	if s.Journal().Identity() != id {
		t.Error("the new identity did not last")
	}
	s.Close()
	// Asking for it where nothing was restored changes nothing.
	s = opened(t, dir, Options{Restored: true})
	if s.Journal().Identity() != id {
		t.Error("the identity changed for no reason")
	}
}

func TestSetAside(t *testing.T) {
	dir := filled(t)
	s := opened(t, dir, Options{})
	if _, err := SetAside(dir, time.Millisecond); !errors.Is(err, ErrLocked) {
		t.Errorf("an open store: %v", err)
	}
	s.Close()
	put(t, filepath.Join(dir, journalFile), []byte("noise"))
	suffix, err := SetAside(dir, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if b := read(t, filepath.Join(dir, journalFile+suffix)); string(b) != "noise" {
		t.Error("the old journal is not where it was said to be")
	}
	s = opened(t, dir, Options{})
	if !s.Opening().First {
		t.Error("not a new beginning")
	}
	appendIDs(t, s, "new")
	s.Close()
	again, err := SetAside(dir, time.Second)
	if err != nil || again == suffix || !exists(filepath.Join(dir, journalFile+suffix)) {
		t.Errorf("a second time: %q after %q, %v", again, suffix, err)
	}
}

func TestLock(t *testing.T) {
	dir := t.TempDir()
	cmd, end := held(t, dir)
	began := time.Now()
	_, err := Open(dir, Options{LockTimeout: 100 * time.Millisecond})
	var l *LockedError
	if !errors.Is(err, ErrLocked) || !errors.As(err, &l) {
		t.Fatalf("%v; want ErrLocked", err)
	}
	oneLine(t, err)
	if l.PID != cmd.Process.Pid || l.User == "" || l.Since.IsZero() || l.Since.After(time.Now()) {
		t.Errorf("held by %+v; want pid %d", l, cmd.Process.Pid)
	}
	if time.Since(began) < 100*time.Millisecond {
		t.Error("it did not wait")
	}
	if _, err := Check(t.Context(), dir); !errors.Is(err, ErrLocked) {
		t.Errorf("checking a held store: %v", err)
	}
	// Who waits gets it when the holder ends.
	got := make(chan error)
	go func() {
		s, err := Open(dir, Options{LockTimeout: time.Minute})
		if err == nil {
			err = s.Close()
		}
		got <- err
	}()
	end()
	if err := <-got; err != nil {
		t.Error(err)
	}
}

// A killed holder leaves no lock behind, and an unclean stop.
func TestKilledHolder(t *testing.T) {
	dir := filled(t)
	cmd, end := held(t, dir)
	cmd.Process.Kill()
	end()
	s := opened(t, dir, Options{CheckLimit: time.Minute})
	if o := s.Opening(); o.Clean || o.Checked != CheckPassed {
		t.Errorf("opening: %+v", o)
	}
	wantIDs(t, s, "a", "b", "c")
}

// Whoever waits for a file that is then replaced must not end up with the old one.
func TestLockFollowsTheName(t *testing.T) {
	dir := filled(t)
	s := opened(t, dir, Options{})
	got := make(chan *Store)
	go func() {
		other, err := Open(dir, Options{LockTimeout: time.Minute})
		if err != nil {
			t.Error(err)
		}
		got <- other
	}()
	for range 5 {
		if err := s.compact(); err != nil {
			t.Fatal(err)
		}
	}
	appendIDs(t, s, "d")
	select {
	case <-got:
		t.Fatal("two hold it")
	default:
	}
	if f, err := os.Open(filepath.Join(dir, journalFile)); err != nil || !stillNamed(f, f.Name()) {
		t.Error("the file in use is not the one with the name", err)
	} else {
		s.compact()
		if stillNamed(f, f.Name()) {
			t.Error("a file that was replaced passes for the one with the name")
		}
		f.Close()
	}
	s.Close()
	other := <-got
	defer other.Close()
	wantIDs(t, other, "a", "b", "c", "d")
}

func TestManyFirstStarts(t *testing.T) {
	dir := t.TempDir()
	ids := make(chan string)
	one := func() (string, error) {
		s, err := Open(dir, Options{LockTimeout: time.Minute})
		if err != nil {
			return "", err
		}
		return s.Journal().Identity(), s.Close()
	}
	for range 8 {
		go func() {
			id, err := one()
			if err != nil {
				t.Error(err)
			}
			ids <- id
		}()
	}
	first := <-ids
	for range 7 {
		if id := <-ids; id != first {
			t.Errorf("two inboxes: %s and %s", first, id)
		}
	}
}

func TestMigrations(t *testing.T) {
	dir := t.TempDir()
	db, err := bolt.Open(filepath.Join(dir, "old.db"), fileMode, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Update(func(tx *bolt.Tx) error { // as the made-up first release would have left it
		meta, err := tx.CreateBucket(metaBucket)
		if err != nil {
			return err
		}
		names, err := tx.CreateBucket([]byte("names"))
		return errors.Join(err, meta.Put(schemaKey, u64(1)), names.Put([]byte("k"), []byte("v")))
	})
	if err != nil {
		t.Fatal(err)
	}
	runs := map[string]int{}
	broken := errors.New("no")
	fails := true
	list := []migration{
		{"split names", func(tx *bolt.Tx) error {
			runs["split"]++
			b, err := tx.CreateBucket([]byte("people"))
			return errors.Join(err, b.Put([]byte("k"), tx.Bucket([]byte("names")).Get([]byte("k"))), tx.DeleteBucket([]byte("names")))
		}},
		{"count people", func(tx *bolt.Tx) error {
			runs["count"]++
			if err := tx.Bucket([]byte("people")).Put([]byte("n"), u64(1)); err != nil || !fails {
				return err
			}
			return broken
		}},
	}
	get := func(bucket, key string) (v []byte) {
		db.View(func(tx *bolt.Tx) error {
			if b := tx.Bucket([]byte(bucket)); b != nil {
				v = bytes.Clone(b.Get([]byte(key)))
			}
			return nil
		})
		return v
	}
	if found, err := migrate(db, list); found != 1 || !errors.Is(err, broken) {
		t.Fatalf("%d, %v", found, err)
	}
	if string(get("people", "k")) != "v" || get("people", "n") != nil || number(get("meta", "schema")) != 2 {
		t.Error("the first step must be there, of the second nothing")
	}
	fails = false
	for i, want := range []uint64{2, 3, 3} {
		if found, err := migrate(db, list); found != want || err != nil {
			t.Errorf("time %d: found %d, %v", i, found, err)
		}
	}
	if runs["split"] != 1 || runs["count"] != 2 || number(get("people", "n")) != 1 || number(get("meta", "schema")) != 3 {
		t.Errorf("runs %v, schema %d", runs, number(get("meta", "schema")))
	}
	if _, err := migrate(db, list[:1]); !errors.Is(err, errNewer) {
		t.Errorf("a program that knows less: %v", err)
	}
}

func TestCloseEndsEverything(t *testing.T) {
	s := opened(t, t.TempDir(), Options{})
	c := appendIDs(t, s, "a")
	waiting := make(chan error)
	go func() { waiting <- s.Journal().Wait(t.Context(), c) }()
	s.Close()
	if err := <-waiting; !errors.Is(err, inbox.ErrClosed) {
		t.Errorf("Wait: %v", err)
	}
	ctx := context.Background()
	j := s.Journal()
	calls := map[string]func() error{
		"Append":    func() error { _, _, err := j.Append(ctx, inbox.Batch{Entries: []inbox.Entry{{ID: "b"}}}); return err },
		"Read":      func() error { _, err := j.Read(ctx, inbox.Cursor{}, 1); return err },
		"Head":      func() error { _, err := j.Head(ctx); return err },
		"Seen":      func() error { _, _, err := j.Seen(ctx, "a"); return err },
		"Last":      func() error { _, err := j.Last(ctx, "o"); return err },
		"Result":    func() error { _, _, err := j.Result(ctx, "c"); return err },
		"Lease":     func() error { _, err := j.Lease(ctx, "k", "h", time.Minute); return err },
		"Drafts":    func() error { _, err := j.Drafts(ctx); return err },
		"SaveDraft": func() error { return j.SaveDraft(ctx, "k", []byte("d")) },
		"Backup":    func() error { _, _, err := j.Backup(ctx, filepath.Join(t.TempDir(), "b")); return err },
		"Update":    func() error { return s.Views().Update(func(inbox.Tx) error { return nil }) },
		"View":      func() error { return s.Views().View(func(inbox.ReadTx) error { return nil }) },
		"Reset":     func() error { return s.Views().Reset() },
		"Recover":   func() error { return s.Recover(ctx) },
	}
	for name, call := range calls {
		if err := call(); !errors.Is(err, inbox.ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Errorf("a second Close: %v", err)
	}
}

// A short command after an unclean stop checks nothing, and must not hide from the next owner that there is need to.
func TestUncleanStopIsNotForgotten(t *testing.T) {
	dir := filled(t)
	os.Remove(filepath.Join(dir, cleanFile))
	for range 2 {
		s := opened(t, dir, Options{})
		if s.Opening().Clean {
			t.Fatal("the unclean stop was forgotten")
		}
		s.Close()
	}
	s := opened(t, dir, Options{CheckLimit: 1})
	s.Close()
	s = opened(t, dir, Options{})
	if s.Opening().Clean {
		t.Error("a check without a verdict passed for one")
	}
	if r, err := s.Check(t.Context()); err != nil || !r.OK {
		t.Fatal(r, err)
	}
	s.Close()
	if s = opened(t, dir, Options{}); !s.Opening().Clean {
		t.Error("a check made later does not count")
	}
}

// What does not depend on the system about A105: a stopped journal answers ErrBroken to everybody until it is recovered,
// wakes who waits, and is then as it was.
func TestRecover(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir, Options{CheckLimit: time.Minute, LockTimeout: 50 * time.Millisecond})
	c := appendIDs(t, s, "a", "b")
	ctx, j := t.Context(), s.Journal()
	if err := s.Recover(ctx); err != nil {
		t.Errorf("nothing to recover: %v", err)
	}
	waiting := make(chan error)
	go func() { waiting <- j.Wait(ctx, c) }()
	s.journal.stop(fmt.Errorf("%w: for the test", inbox.ErrBroken))
	if err := <-waiting; !errors.Is(err, inbox.ErrBroken) {
		t.Errorf("Wait: %v", err)
	}
	broken := func() {
		t.Helper()
		if _, _, err := j.Append(ctx, inbox.Batch{Entries: []inbox.Entry{{ID: "c"}}}); !errors.Is(err, inbox.ErrBroken) {
			t.Errorf("Append: %v", err)
		}
		if _, err := j.Read(ctx, inbox.Cursor{}, 1); !errors.Is(err, inbox.ErrBroken) {
			t.Errorf("Read: %v", err)
		}
		if !errors.Is(s.Err(), inbox.ErrBroken) {
			t.Errorf("Err: %v", s.Err())
		}
	}
	broken()
	s.journal.detach(s.Err()).Close() // as Recover does; before it goes on, somebody else takes the lock
	lock, err := lockFile(filepath.Join(dir, journalFile), time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Recover(ctx); !errors.Is(err, ErrLocked) {
		t.Errorf("while somebody else holds it: %v", err)
	}
	broken()
	if _, err := Open(dir, Options{LockTimeout: time.Millisecond}); !errors.Is(err, ErrLocked) {
		t.Errorf("a third: %v", err)
	}
	lock.Close()
	if _, err := Open(dir, Options{LockTimeout: time.Millisecond}); !errors.Is(err, ErrLocked) {
		t.Errorf("somebody else, while the views are held: %v", err)
	}
	path := filepath.Join(dir, journalFile)
	before, err1 := os.Stat(path)
	if err := s.Recover(ctx); err != nil {
		t.Fatal(err)
	}
	after, err2 := os.Stat(path)
	if err := errors.Join(err1, err2); err != nil || os.SameFile(before, after) {
		t.Errorf("the journal was not written anew, so pages that never reached the disk may pass for stored (%v)", err)
	}
	if now, err := j.Head(ctx); now != c || err != nil || s.Err() != nil {
		t.Errorf("head %+v, %v; was %+v", now, err, c)
	}
	appendIDs(t, s, "a", "c")
	wantIDs(t, s, "a", "b", "c")
	if hold, err := Open(dir, Options{LockTimeout: time.Millisecond}); err == nil {
		hold.Close()
		t.Error("after recovering, the lock was free")
	}
}
