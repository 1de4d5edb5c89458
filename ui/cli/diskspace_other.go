//go:build !unix || solaris || aix

package cli

// freeSpace is not told on this system.
func freeSpace(string) (uint64, bool) { return 0, false }
