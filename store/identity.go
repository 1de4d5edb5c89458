package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"
)

// RefusalKind says why a store is not opened.
type RefusalKind string

// The kinds of refusal.
const (
	Lost       RefusalKind = "lost"        // store.id is there, the journal is gone or empty
	Damaged    RefusalKind = "damaged"     // truncated, overwritten, or failed the check
	Foreign    RefusalKind = "foreign"     // another store's journal, or no journal at all
	NoIdentity RefusalKind = "no-identity" // a journal with entries and no store.id: perhaps a restored backup
	Newer      RefusalKind = "newer"       // written by a later version
)

// Refusal is why a store is not opened. Nothing was changed: the files stay as they were found.
type Refusal struct {
	Kind RefusalKind
	File string // the file in question
	Text string // what is wrong with it
	Next string // what a person can do
	Err  error
}

// Error gives one line with the next step.
func (e *Refusal) Error() string { return e.File + " " + e.Text + "; " + e.Next }

// Unwrap gives the cause, if there is one.
func (e *Refusal) Unwrap() error { return e.Err }

const (
	nextBackup   = "the file is kept: put a backup in its place, or set it aside to begin anew"
	nextLost     = "put the file or a backup of it back, or set store.id aside to begin anew"
	nextForeign  = "put the files of one inbox together, or choose another data_dir"
	nextIdentity = "put its store.id beside it, or open it as restored to give it a new identity"
	nextNewer    = "install that version again; this one would not read it rightly"
)

// readIdentity reads store.id; "" when there is none.
func readIdentity(dir string) (string, error) {
	path := filepath.Join(dir, idFile)
	b, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", unusable(path, err)
	}
	id := strings.TrimSpace(string(b))
	if !validIdentity(id) {
		return "", &Refusal{Kind: Foreign, File: path, Text: "does not hold an identity (32 hex digits)", Next: nextForeign}
	}
	return id, nil
}

func writeIdentity(dir, id string) error {
	if err := writeFile(filepath.Join(dir, idFile), []byte(id+"\n")); err != nil {
		return unusable(filepath.Join(dir, idFile), err)
	}
	return nil
}

func validIdentity(id string) bool {
	return len(id) == 32 && strings.Trim(id, "0123456789abcdef") == ""
}

// create makes the journal of a new inbox. It is made under another name and published when it is whole, so a crash
// never leaves half of one; of two processes that try at once, one publishes and both go on to take the lock.
func create(dir string) error {
	path := filepath.Join(dir, journalFile)
	temp := tempName(dir)
	db, err := bolt.Open(temp, fileMode, boltOptions(0, time.Second, nil))
	if err != nil {
		return unusable(dir, err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		for _, name := range journalBuckets {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		meta := tx.Bucket(metaBucket)
		if err := meta.Put(identityKey, []byte(random(16))); err != nil {
			return err
		}
		return meta.Put(schemaKey, u64(schemaOf(journalMigrations)))
	})
	if cerr := db.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		os.Remove(temp)
		return unusable(dir, err)
	}
	if err := publish(temp, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return unusable(dir, err)
	}
	return nil
}

// whose compares the journal with store.id and refuses what is not one inbox; it changes nothing. What it returns
// makes what may be made, the rest of an interrupted creation or a new identity for a restored copy (decisions 10),
// and gives the identity.
func whose(dir string, db *bolt.DB, restored bool) (give func() (string, error), err error) {
	path := filepath.Join(dir, journalFile)
	beside, err := readIdentity(dir)
	if err != nil {
		return nil, err
	}
	var inside string
	var entries bool
	err = db.View(func(tx *bolt.Tx) error {
		if err := known(schema(tx), journalMigrations); err != nil {
			return err
		}
		inside = string(tx.Bucket(metaBucket).Get(identityKey))
		if b := tx.Bucket(entriesBucket); b != nil {
			k, _ := b.Cursor().First()
			entries = k != nil
		}
		return nil
	})
	switch {
	case errors.Is(err, errNewer):
		return nil, &Refusal{Kind: Newer, File: path, Text: "was written by a newer frontdesk", Next: nextNewer, Err: err}
	case err != nil || !validIdentity(inside):
		return nil, &Refusal{Kind: Foreign, File: path, Text: "is not a journal of frontdesk", Next: nextForeign, Err: err}
	case beside == inside:
		return func() (string, error) { return inside, nil }, nil
	case beside != "":
		return nil, &Refusal{Kind: Foreign, File: path, Text: "belongs to another inbox than the store.id beside it", Next: nextForeign}
	case !entries:
		return func() (string, error) { return inside, writeIdentity(dir, inside) }, nil
	case !restored:
		return nil, &Refusal{Kind: NoIdentity, File: path, Text: "has no store.id beside it", Next: nextIdentity}
	}
	return func() (string, error) {
		id := random(16)
		err := db.Update(func(tx *bolt.Tx) error { return tx.Bucket(metaBucket).Put(identityKey, []byte(id)) })
		if err != nil {
			return "", fmt.Errorf("the restored journal cannot be given an identity: %w", err)
		}
		return id, writeIdentity(dir, id)
	}, nil
}

// SetAside renames the store's files in dir, so that the next start begins a new inbox. Nothing is deleted. It takes
// the lock first (ErrLocked when somebody holds it) and returns the suffix that the names got.
func SetAside(dir string, timeout time.Duration) (suffix string, err error) {
	path := filepath.Join(dir, journalFile)
	lock, err := lockFile(path, timeout)
	switch {
	case errors.Is(err, errLockTimeout):
		return "", locked(dir)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return "", unusable(path, err)
	}
	if lock != nil {
		defer lock.Close()
	}
	suffix = ".aside-" + time.Now().UTC().Format("20060102-150405")
	for i := 2; exists(path + suffix); i++ {
		suffix = fmt.Sprintf(".aside-%s-%d", time.Now().UTC().Format("20060102-150405"), i)
	}
	// The identity goes first: a crash in between leaves a journal without identity, which is refused, never a
	// missing journal that looks like a first run.
	for _, name := range []string{viewsFile, cleanFile, idFile, journalFile} {
		err := os.Rename(filepath.Join(dir, name), filepath.Join(dir, name+suffix))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", unusable(filepath.Join(dir, name), err)
		}
	}
	return suffix, syncDir(dir)
}
