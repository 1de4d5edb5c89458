package store

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	bolt "go.etcd.io/bbolt"

	"frontdesk/inbox"
)

const (
	// rewriteBytes is how much one transaction of a rewrite holds in memory.
	rewriteBytes = 16 << 20
	// worthCompacting is the size from which on free pages matter.
	worthCompacting = 8 << 20
)

// rewrite puts a fresh copy of an open file in its place, without its free pages, and returns that. It closes db in
// every case. The copy is locked before it gets the name, and the old file is unlocked after it has lost it, so nobody
// else gets in between; whoever waited for the old one notices that it has no name any more (see lockFile).
func rewrite(db *bolt.DB, path string) (*bolt.DB, error) {
	temp := tempName(filepath.Dir(path))
	dst, err := bolt.Open(temp, fileMode, boltOptions(0, time.Second, nil))
	if err != nil {
		db.Close()
		return nil, renewError(path, err)
	}
	err = guarded(func() error { return bolt.Compact(dst, db, rewriteBytes) })
	if err == nil {
		err = dst.Sync()
	}
	if runtime.GOOS == "windows" { // an open file can be neither replaced nor renamed there
		dst.Close()
		db.Close()
		if err == nil {
			err = os.Rename(temp, path)
		}
		if err == nil {
			dst, err = openBolt(path, time.Second, nil)
		}
	} else if err == nil {
		if err = os.Rename(temp, path); err == nil {
			err = syncDir(filepath.Dir(path))
		}
		db.Close()
	} else {
		db.Close()
	}
	if err != nil {
		dst.Close()
		os.Remove(temp)
		return nil, renewError(path, err)
	}
	return dst, nil
}

func renewError(path string, err error) error {
	if isFull(err) {
		return fmt.Errorf("%w: %s cannot be written anew; make room for a second copy of it", inbox.ErrFull, path)
	}
	return fmt.Errorf("%s cannot be written anew (%w); the file is kept, try again", path, cause(err))
}

// mostlyFree reports whether more than a third of the pages are free, in a file large enough to care.
func mostlyFree(db *bolt.DB) bool {
	free, all := 0, int64(0)
	err := db.View(func(tx *bolt.Tx) error {
		all = tx.Size()
		free = db.Stats().FreePageN + db.Stats().PendingPageN
		return nil
	})
	return err == nil && all >= worthCompacting && int64(free)*int64(db.Info().PageSize)*3 > all
}

// Compact renews both files of the inbox in dir without their free pages, whatever their share, and returns how many
// bytes that saved. It takes the lock like any other.
func Compact(dir string, opts Options) (saved int64, err error) {
	before := filesSize(dir)
	s, err := Open(dir, opts)
	if err != nil {
		return 0, err
	}
	err = s.compact()
	if cerr := s.Close(); err == nil {
		err = cerr
	}
	return before - filesSize(dir), err
}

func (s *Store) compact() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.journal.Identity()
	db, err := rewrite(s.journal.detach(inbox.ErrClosed), filepath.Join(s.dir, journalFile))
	if err != nil {
		return err
	}
	if err := s.journal.attach(db, id); err != nil {
		return err
	}
	return s.views.compact()
}

func filesSize(dir string) (n int64) {
	for _, name := range []string{journalFile, viewsFile} {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil {
			n += info.Size()
		}
	}
	return n
}
