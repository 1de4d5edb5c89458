package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"frontdesk/inbox"
)

// Report is what a check found. In JSON it is what `check --json` prints.
type Report struct {
	OK       bool        `json:"ok"`
	Problems []string    `json:"problems"`          // one line each, without content; at most 50 of a file
	Entries  uint64      `json:"entries,omitempty"` // of the journal
	Damaged  []inbox.Seq `json:"damaged,omitempty"` // entries that do not match their checksum
	Refuse   bool        `json:"refuse,omitempty"`  // the journal must not be used
	Views    string      `json:"views,omitempty"`   // not "": the views must be made anew, and why
}

// mostProblems bounds what is told of one file: a file of noise has as many problems as pages.
const mostProblems = 50

// checkLockTimeout is how long a check waits for a lock: one is asked for while nobody owns the inbox.
const checkLockTimeout = 300 * time.Millisecond

// Check verifies the store in dir in a child process, until ctx ends: pages, checksums, chain, ids, schema, identity.
// The child is this program again, which must call CheckChildMain. A problem is no error: that is in the report. An
// error is a *LockedError, or means that there is no verdict.
func Check(ctx context.Context, dir string) (Report, error) {
	return check(ctx, dir, nil, everything)
}

// CheckInThisProcess does the same here. A damaged file may end the process. Its only error is a *LockedError.
func CheckInThisProcess(dir string) (Report, error) {
	r, err := checkJournal(dir, nil)
	if err == nil && !r.Refuse {
		r.add(checkViews(dir))
	}
	return r, err
}

// Check verifies a store while it runs, on a copy of the journal made for it in the same directory. It takes room for
// that copy, and time; it is what goes on in the background when the check at the start ran out of time.
func (s *Store) Check(ctx context.Context) (Report, error) {
	dir := tempName(s.dir)
	if err := os.Mkdir(dir, dirMode); err != nil {
		return Report{}, unusable(s.dir, err)
	}
	defer os.RemoveAll(dir)
	if _, _, err := s.journal.Backup(ctx, filepath.Join(dir, journalFile)); err != nil {
		return Report{}, err
	}
	if err := writeIdentity(dir, s.journal.Identity()); err != nil {
		return Report{}, err
	}
	r, err := Check(ctx, dir)
	if err == nil && !r.Refuse {
		s.sound.Store(true)
	}
	return r, err
}

// checkFirst is the check between taking the lock and opening.
func (s *Store) checkFirst(o *Opening, lock *os.File, what scope) error {
	ctx, cancel := context.WithTimeout(context.Background(), s.opts.CheckLimit)
	defer cancel()
	r, err := check(ctx, s.dir, lock, what)
	o.Damaged = r.Damaged
	switch {
	case errors.Is(err, ErrLocked):
		return err
	case ctx.Err() != nil && !r.Refuse:
		o.Checked = CheckTooLong
	case err != nil:
		o.Checked = CheckFailed
	case r.Refuse:
		return &Refusal{Kind: Damaged, File: filepath.Join(s.dir, journalFile), Text: "did not pass the check (" + r.Problems[0] + ")", Next: nextBackup}
	default:
		o.Checked = CheckPassed
	}
	if r.Views != "" {
		o.Views = r.Views
		return setViewsAside(s.dir)
	}
	return nil
}

func (r *Report) fail(format string, args ...any) {
	r.OK, r.Refuse = false, true
	r.note(format, args...)
}

func (r *Report) views(why string) {
	r.OK, r.Views = false, why
	r.note("views.db: %s; they are made anew at the next start", why)
}

func (r *Report) note(format string, args ...any) {
	switch len(r.Problems) {
	case mostProblems:
		r.Problems = append(r.Problems, "and more")
	case mostProblems + 1:
	default:
		r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
	}
}

func (r *Report) add(views Report) {
	if views.Views != "" {
		r.OK, r.Views = false, views.Views
		r.Problems = append(r.Problems, views.Problems...)
	}
}

// checkJournal checks the record.
func checkJournal(dir string, held *os.File) (Report, error) {
	path := filepath.Join(dir, journalFile)
	r := Report{OK: true, Problems: []string{}}
	if err := looksWhole(path); err != nil {
		r.fail("%s", strings.TrimPrefix(err.Error(), dir+string(filepath.Separator)))
		return r, nil
	}
	db, err := openToRead(path, held)
	if errors.Is(err, berrors.ErrTimeout) {
		return Report{}, locked(dir)
	}
	if err != nil {
		r.fail("journal.db cannot be opened: %v", err)
		return r, nil
	}
	defer db.Close()
	err = db.View(func(tx *bolt.Tx) error {
		checkPages(tx, journalFile, r.fail)
		if !r.Refuse {
			checkEntries(tx, dir, &r)
		}
		return nil
	})
	if err != nil {
		r.fail("journal.db cannot be read: %v", err)
	}
	return r, nil
}

func checkViews(dir string) (r Report) {
	path := filepath.Join(dir, viewsFile)
	r = Report{OK: true, Problems: []string{}}
	if !exists(path) {
		return r
	}
	if looksWhole(path) != nil {
		r.views("they are damaged")
		return r
	}
	db, err := openToRead(path, nil)
	if err != nil {
		r.views("they cannot be opened")
		return r
	}
	defer db.Close()
	db.View(func(tx *bolt.Tx) error {
		checkPages(tx, viewsFile, func(string, ...any) {
			if r.Views == "" {
				r.views("they are damaged")
			}
		})
		return nil
	})
	return r
}

func openToRead(path string, held *os.File) (*bolt.DB, error) {
	o := boltOptions(0, checkLockTimeout, held)
	o.ReadOnly, o.InitialMmapSize = true, 0
	return bolt.Open(path, fileMode, o)
}

// checkPages has bbolt walk every page. Keys may be phone numbers, so only their length is told.
func checkPages(tx *bolt.Tx, file string, fail func(string, ...any)) {
	for err := range tx.Check(bolt.WithKVStringer(lengths{})) {
		fail("%s: %v", file, err)
	}
}

type lengths struct{}

func (lengths) KeyToString(b []byte) string   { return fmt.Sprintf("<%d bytes>", len(b)) }
func (lengths) ValueToString(b []byte) string { return fmt.Sprintf("<%d bytes>", len(b)) }

// checkEntries reads every record and compares what is kept beside them.
func checkEntries(tx *bolt.Tx, dir string, r *Report) {
	n := schema(tx)
	switch {
	case n == 0:
		r.fail("journal.db is not a journal of frontdesk")
		return
	case n > schemaOf(journalMigrations):
		r.fail("journal.db was written by a newer frontdesk (schema %d)", n)
		return
	case n < schemaOf(journalMigrations):
		return // of an older make: what is below holds for the present one, and migrating comes next
	}
	for _, name := range journalBuckets {
		if tx.Bucket(name) == nil {
			r.fail("journal.db has no bucket %q", name)
			return
		}
	}
	if id, err := readIdentity(dir); err != nil || id != "" && id != string(tx.Bucket(metaBucket).Get(identityKey)) {
		r.fail("journal.db and store.id do not belong together")
	}
	var recent recentIDs
	if err := recent.load(tx); err != nil {
		r.fail("journal.db: the ids of recent entries are damaged")
	}
	older := readRuns(tx)
	var lost uint64 // entries that nobody can tell the id of
	var last inbox.Seq
	var chk uint64
	scopes := tx.Bucket(scopesBucket)
	tx.Bucket(entriesBucket).ForEach(func(k, v []byte) error {
		seq := inbox.Seq(number(k))
		if seq != last+1 {
			r.fail("journal.db: entry %d follows entry %d", seq, last)
		}
		last = seq
		r.Entries++
		e := decode(seq, v)
		raw, _ := chkOf(v)
		hash, known := hashOf(v)
		if !known {
			lost++
		}
		damaged := e.Kind == inbox.EntryDamaged
		if damaged {
			r.OK = false
			r.Damaged = append(r.Damaged, seq)
			r.note("journal.db: entry %d does not match its checksum", seq)
		}
		switch {
		case !damaged && e.Chk != chain(chk, e.ID):
			r.fail("journal.db: entry %d is not chained to the one before it", seq)
		case known && found(&recent, older, hash) != seq, !damaged && hash != hashID(e.ID):
			r.fail("journal.db: entry %d is not found by its id", seq)
		case e.Scope != "" && inbox.Seq(number(scopes.Get([]byte(e.Scope)))) < seq:
			r.fail("journal.db: the scope of entry %d does not know it", seq)
		}
		chk = raw
		return nil
	})
	if n := uint64(len(recent.seq) + older.ids.Stats().KeyN); n > r.Entries || n+lost < r.Entries {
		r.fail("journal.db: %d ids for %d entries", n, r.Entries)
	}
	scopes.ForEach(func(scope, at []byte) error {
		e := decode(inbox.Seq(number(at)), tx.Bucket(entriesBucket).Get(at))
		if e.Scope != string(scope) && !slices.Contains(r.Damaged, e.Seq) {
			r.fail("journal.db: a scope does not end with entry %d", e.Seq)
		}
		return nil
	})
}

func found(recent *recentIDs, older runs, id idHash) inbox.Seq {
	if seq := recent.get(id); seq != 0 {
		return seq
	}
	return older.get(id)
}
