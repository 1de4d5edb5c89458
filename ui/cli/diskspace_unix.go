//go:build unix && !solaris && !aix

package cli

import "golang.org/x/sys/unix"

// freeSpace is how much an ordinary user may still write in dir, in bytes.
func freeSpace(dir string) (uint64, bool) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, false
	}
	return uint64(st.Bavail) * uint64(st.Bsize), true
}
