// Package store keeps an inbox on disk, in two bbolt files. journal.db is the record: append only, and the only copy on
// our side of what WhatsApp told us. views.db is the cache made of it; it can be thrown away and is then rebuilt.
//
// Whoever holds bbolt's lock on the journal is the owner of the inbox; there is no other election. Writes to the
// journal that come at the same time share one sync (storage.md 1). A write that ends in
// an error other than a full disk leaves its outcome unknown: the journal then stops, and Recover closes, checks and
// renews it (merge-rules 9).
//
// Files that look wrong are refused with an explanation and left as they are. Their pages are walked in a child process
// first, since a damaged file can panic, hang, or overflow the stack of whoever walks it.
package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"frontdesk/inbox"
)

// Options say how a store is opened. The zero value suits a short command.
type Options struct {
	// LockTimeout is how long to wait for the lock: 300 ms to see whether somebody owns the inbox, 5 s for a starting
	// owner. Zero is 2 s, the most that anything else may take.
	LockTimeout time.Duration
	// CheckLimit is how long the check after an unclean stop may take before the store is opened without its verdict
	// (decisions 7: 10 s). Zero opens without a check. The program must call CheckChildMain first thing in main.
	CheckLimit time.Duration
	// Restored accepts a journal that lies in dir without its store.id, as a backup brought to another machine does,
	// and gives it a new identity (decisions 10).
	Restored bool
	// Compact renews a file at opening when more than a third of its pages are free.
	Compact bool
	// ViewsLayout is the number of the layout that the views are written in. Views of another number are made anew.
	ViewsLayout uint64
	// Clock is time.Now when nil.
	Clock inbox.Clock
}

const defaultLockTimeout = 2 * time.Second

// Opening is what a start found and did.
type Opening struct {
	First     bool          // there was no inbox here before
	Clean     bool          // the last stop was a clean one
	Checked   CheckVerdict  // what became of the check after an unclean stop
	Damaged   []inbox.Seq   // entries that failed their checksum, as far as checked; they are read as EntryDamaged
	Views     string        // not "": the views were made anew, and why; rebuild them from the journal
	Compacted []string      // files that were renewed because much of them was free
	Took      time.Duration // how long it took, the check included
}

// CheckVerdict says what became of the check at a start.
type CheckVerdict string

// The verdicts. A check that fails refuses to start instead.
const (
	NotChecked   CheckVerdict = ""             // not needed, or not asked for
	CheckPassed  CheckVerdict = "passed"       // all of it was looked at
	CheckTooLong CheckVerdict = "out of time"  // warn, and go on in the background with Store.Check
	CheckFailed  CheckVerdict = "not possible" // the check itself could not be run; warn
)

// Store is an open inbox. Its methods may be called from any goroutine.
type Store struct {
	dir     string
	opts    Options
	opening Opening

	// sound is true when what lies on the disk was checked since it was last left in an unclean way. Only then does
	// Close leave the mark: a short command that checks nothing must not hide an unclean stop from the next owner.
	sound atomic.Bool

	mu      sync.Mutex // over Recover and Close
	closed  bool
	journal *journal
	views   *views
}

// Open takes the lock and opens the inbox in dir, making it when there is none. It answers a *LockedError when somebody
// holds it and a *Refusal when what lies there must not be used; every error is one line with the next step.
func Open(dir string, opts Options) (*Store, error) {
	if opts.LockTimeout <= 0 {
		opts.LockTimeout = defaultLockTimeout
	}
	if opts.Clock == nil {
		opts.Clock = time.Now
	}
	if os.Getenv(checkEnv) != "" {
		return nil, errors.New("this process was started to check a store and opens none; call store.CheckChildMain first in main")
	}
	s := &Store{dir: dir, opts: opts}
	began := time.Now()
	if err := privateDir(dir); err != nil {
		return nil, err
	}
	if !exists(filepath.Join(dir, journalFile)) {
		id, err := readIdentity(dir)
		switch {
		case err != nil:
			return nil, err
		case id != "":
			return nil, &Refusal{Kind: Lost, File: filepath.Join(dir, journalFile), Text: "is gone, though the store.id beside it says that there was one", Next: nextLost}
		}
		if err := create(dir); err != nil {
			return nil, err
		}
		s.opening.First = true
	}
	db, id, err := s.openJournal(&s.opening, everything)
	if err != nil {
		return nil, err
	}
	if s.views, err = openViews(dir, id, opts, &s.opening); err == nil {
		s.journal, err = newJournal(dir, db, id, opts.Clock)
	}
	if err != nil {
		if s.views != nil {
			s.views.close()
		}
		db.Close()
		return nil, err
	}
	s.sound.Store(s.opening.First || s.opening.Clean || s.opening.Checked == CheckPassed)
	s.opening.Took = time.Since(began)
	return s, nil
}

// openJournal takes the lock, looks the file over, has it checked if the last stop was not clean, and opens it.
func (s *Store) openJournal(o *Opening, what scope) (db *bolt.DB, id string, err error) {
	path := filepath.Join(s.dir, journalFile)
	lock, err := lockFile(path, s.opts.LockTimeout)
	switch {
	case errors.Is(err, errLockTimeout):
		return nil, "", locked(s.dir)
	case err != nil:
		return nil, "", unusable(path, err)
	}
	defer func() {
		if err != nil && lock != nil {
			lock.Close()
		}
	}()
	if err := privateFile(path); err != nil {
		return nil, "", err
	}
	if err := looksWhole(path); err != nil {
		return nil, "", err
	}
	if err := signOwner(s.dir, s.opts.Clock()); err != nil && !isFull(err) { // a full disk can still be read
		return nil, "", unusable(s.dir, err)
	}
	if what == everything { // else a copy that Check works on may be among it
		sweep(s.dir)
		sweep(filepath.Join(s.dir, mediaDir))
	}
	if o.Clean, err = takeCleanMark(s.dir); err != nil {
		return nil, "", unusable(s.dir, err)
	}
	if !o.Clean && !o.First && s.opts.CheckLimit > 0 {
		if err := s.checkFirst(o, lock, what); err != nil {
			return nil, "", err
		}
	}
	if db, err = openBolt(path, s.opts.LockTimeout, lock); err != nil {
		if errors.Is(err, berrors.ErrTimeout) {
			return nil, "", locked(s.dir)
		}
		return nil, "", err
	}
	if id, err = s.settle(db, path); err != nil {
		db.Close()
		return nil, "", err
	}
	if s.opts.Compact && mostlyFree(db) {
		if db, err = rewrite(db, path); err != nil {
			return nil, "", err
		}
		o.Compacted = append(o.Compacted, journalFile)
	}
	return db, id, nil
}

// settle makes sure whose journal this is, and only then brings it to the present schema.
func (s *Store) settle(db *bolt.DB, path string) (id string, err error) {
	err = guarded(func() error {
		give, err := whose(s.dir, db, s.opts.Restored)
		if err != nil {
			return err
		}
		if _, err := migrate(db, journalMigrations); err != nil {
			return fmt.Errorf("%s cannot be brought up to date (%w); the file is as it was before that step", path, err)
		}
		id, err = give()
		return err
	})
	return id, err
}

// Journal is the record.
func (s *Store) Journal() inbox.Journal { return s.journal }

// Views is the cache.
func (s *Store) Views() inbox.Views { return s.views }

// Opening tells what the start found and did.
func (s *Store) Opening() Opening { return s.opening }

// Err is why the journal has stopped, nil while it works. A full disk is not among the reasons: that passes.
func (s *Store) Err() error { return s.journal.err() }

// Recover brings back a journal that has stopped with ErrBroken: it closes the file, has it checked in a child process
// when CheckLimit says so, and writes it anew into a fresh file. The last is not for tidiness: after a failed sync the
// kernel may hand out, as if they were stored, pages that never reached the disk. Writes whose outcome was unknown are
// there or not; appending them again settles it. It does nothing when the journal works.
func (s *Store) Recover(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	why := s.journal.err()
	switch {
	case s.closed:
		return inbox.ErrClosed
	case why == nil:
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if old := s.journal.detach(why); old != nil {
		old.Close() // its error would be one more about a file that is not trusted anyway
	}
	db, id, err := s.openJournal(&Opening{}, journalOnly) // the views are open, and in order
	if err != nil {
		return err
	}
	if db, err = rewrite(db, filepath.Join(s.dir, journalFile)); err != nil {
		return err
	}
	if err := s.journal.attach(db, id); err != nil {
		db.Close()
		return err
	}
	return nil
}

// Close commits what waits, closes both files, and leaves the mark of a clean stop, unless there was reason for a check
// that was not made or not finished. Calls that come later answer ErrClosed.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	s.journal.queue.close()
	broken := s.journal.err()
	errs := []error{s.views.close()}
	if db := s.journal.detach(inbox.ErrClosed); db != nil {
		if broken == nil && s.sound.Load() {
			errs = append(errs, leaveCleanMark(s.dir))
		}
		os.Remove(filepath.Join(s.dir, ownerFile))
		errs = append(errs, db.Close()) // gives the lock back, so it comes last
	}
	return errors.Join(errs...)
}

// boltOptions are the one set of options that both files are opened with. Syncing is never switched off, neither of
// the data nor of the list of free pages.
func boltOptions(size int64, timeout time.Duration, held *os.File) *bolt.Options {
	o := &bolt.Options{
		Timeout:         max(timeout, 60*time.Millisecond), // bbolt looks for a lock every 50 ms
		FreelistType:    bolt.FreelistArrayType,
		InitialMmapSize: mapAhead(size),
	}
	if held != nil {
		o.OpenFile = func(string, int, os.FileMode) (*os.File, error) { return held, nil }
	}
	return o
}

// openBolt opens a file that looks whole. If it panics all the same, that becomes a refusal.
func openBolt(path string, timeout time.Duration, held *os.File) (db *bolt.DB, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, unusable(path, err)
	}
	err = guarded(func() error {
		db, err = bolt.Open(path, fileMode, boltOptions(info.Size(), timeout, held))
		return err
	})
	switch {
	case err == nil:
		return db, nil
	case errors.Is(err, berrors.ErrTimeout):
		return nil, err
	case errors.Is(err, fs.ErrPermission), isFull(err):
		return nil, unusable(path, err)
	}
	return nil, &Refusal{Kind: Damaged, File: path, Text: "cannot be opened: it is damaged", Next: nextBackup, Err: err}
}
