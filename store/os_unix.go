//go:build unix && !solaris && !aix

package store

import (
	"errors"
	"os"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// fullErrors say that there is no room: on the disk, in a quota, or under a limit for the size of files.
var fullErrors = []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG}

// mapAhead is how much of the address space a file is given at once. With bbolt's default, one open read transaction
// stalls every writer as soon as the file grows. It is address space, not memory.
func mapAhead(size int64) int {
	if strconv.IntSize == 32 {
		return 0
	}
	if size < 1<<29 {
		return 1 << 30
	}
	return int(size + 1<<30)
}

// lockFile opens path and takes bbolt's lock on it, waiting at most timeout. It is taken before bbolt looks inside: a
// damaged file can make bbolt panic, and the lock must not stay behind then. Because files are replaced by renaming
// (see rewrite), a lock on a file that no longer has the name is worth nothing and is given back.
func lockFile(path string, timeout time.Duration) (*os.File, error) {
	deadline := time.Now().Add(timeout)
	for {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			return nil, err
		}
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil && stillNamed(f, path) {
			return f, nil
		}
		f.Close()
		if err == nil {
			continue
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return nil, err
		}
		left := time.Until(deadline)
		if left <= 0 {
			return nil, errLockTimeout
		}
		time.Sleep(min(left, 20*time.Millisecond))
	}
}

// freeSpace is how much an ordinary user may still write beside path.
func freeSpace(dir string) (uint64, bool) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, false
	}
	return uint64(st.Bavail) * uint64(st.Bsize), true
}
