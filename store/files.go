package store

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"frontdesk/inbox"
)

// The files of a data directory that belong to this package.
const (
	journalFile = "journal.db"    // the record
	viewsFile   = "views.db"      // the cache
	idFile      = "store.id"      // the identity beside the record (merge-rules 9.5)
	ownerFile   = "owner"         // who holds the lock, written by the holder
	cleanFile   = "journal.clean" // there between a clean stop and the next start (decisions 7)
	tempPrefix  = ".store-"       // unfinished files; swept by the next holder
)

const (
	dirMode  = 0o700
	fileMode = 0o600
)

// privateDir makes dir, or takes an existing one, and sees to it that nobody else can look inside. A directory that
// is open to others and full of other things is refused rather than changed: it is not ours.
func privateDir(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := os.MkdirAll(dir, dirMode); err != nil {
			return unusable(dir, err)
		}
		return syncDir(filepath.Dir(dir))
	case err != nil:
		return unusable(dir, err)
	case !info.IsDir():
		return fmt.Errorf("%s is not a directory; choose another data_dir", dir)
	}
	if runtime.GOOS == "windows" || info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	if names, _ := os.ReadDir(dir); len(names) > 0 && !exists(filepath.Join(dir, journalFile)) && !exists(filepath.Join(dir, idFile)) {
		// Another start closes the directory before it puts anything there: look once more.
		if info, err := os.Stat(dir); err == nil && info.Mode().Perm()&0o077 == 0 {
			return nil
		}
		return fmt.Errorf("%s is open to other users and holds other files; choose a data_dir of its own", dir)
	}
	if err := os.Chmod(dir, dirMode); err != nil {
		return fmt.Errorf("%s is open to other users and cannot be closed to them (%w); make it mode 0700", dir, cause(err))
	}
	return nil
}

// privateFile takes away what others may do with a file.
func privateFile(path string) error {
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS == "windows" || info.Mode().Perm()&0o077 == 0 {
		return err
	}
	if err := os.Chmod(path, fileMode); err != nil {
		return fmt.Errorf("%s is open to other users and cannot be closed to them (%w); make it mode 0600", path, cause(err))
	}
	return nil
}

// unusable says why a place cannot hold a store.
func unusable(path string, err error) error {
	switch {
	case isFull(err):
		return fmt.Errorf("%w: no room for %s; make room and try again", inbox.ErrFull, path)
	case errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%s is on a read-only file system; choose a data_dir that can be written (%w)", path, cause(err))
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s cannot be used by this user; change its owner or choose another data_dir (%w)", path, cause(err))
	}
	return fmt.Errorf("%s cannot be used (%w); choose another data_dir", path, cause(err))
}

// cause strips the path and the call off a file error, so that a line does not name them twice.
func cause(err error) error {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno
	}
	return err
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func random(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// tempName is a name for an unfinished file in dir.
func tempName(dir string) string { return filepath.Join(dir, tempPrefix+random(8)) }

// sweep removes what interrupted writes left. Only the holder of the lock may.
func sweep(dir string) {
	names, _ := os.ReadDir(dir)
	for _, n := range names {
		if strings.HasPrefix(n.Name(), tempPrefix) {
			os.RemoveAll(filepath.Join(dir, n.Name()))
		}
	}
}

// writeFile replaces a small file as a whole, durably.
func writeFile(path string, data []byte) error {
	temp := tempName(filepath.Dir(path))
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		os.Remove(temp)
		return err
	}
	return syncDir(filepath.Dir(path))
}

// removeFile removes a file durably; one that is not there is no error.
func removeFile(path string) error {
	if err := os.Remove(path); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	return syncDir(filepath.Dir(path))
}

// publish gives a finished file its name, durably, and fails with fs.ErrExist when the name is taken. A hard link does
// both at once; file systems without them get a look and a rename.
func publish(temp, path string) error {
	err := os.Link(temp, path)
	switch {
	case err == nil:
		os.Remove(temp)
	case errors.Is(err, fs.ErrExist) || exists(path):
		os.Remove(temp)
		return fmt.Errorf("%s: %w", path, fs.ErrExist)
	default:
		if err := os.Rename(temp, path); err != nil {
			os.Remove(temp)
			return err
		}
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes names in a directory durable. Windows has no such call and keeps names in order by itself.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// isFull reports whether err says that there is no room. bbolt writes some of its errors as plain text, so words are
// looked at too.
func isFull(err error) bool {
	if err == nil {
		return false
	}
	for _, e := range fullErrors {
		if errors.Is(err, e) || strings.Contains(err.Error(), e.Error()) {
			return true
		}
	}
	return false
}

// human spells a size.
func human(n uint64) string {
	const unit = 1024
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	v, i := float64(n)/unit, 0
	for v >= unit && i < 4 {
		v, i = v/unit, i+1
	}
	return fmt.Sprintf("%.1f %ciB", v, "KMGTP"[i])
}
