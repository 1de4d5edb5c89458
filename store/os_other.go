//go:build !unix || solaris || aix

package store

import (
	"os"
	"syscall"
	"time"
)

// fullErrors say that there is no room. 39 and 112 are ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL on Windows.
var fullErrors = []error{syscall.ENOSPC, syscall.Errno(39), syscall.Errno(112)}

// mapAhead is 0: on Windows a larger mapping makes the file itself that large.
func mapAhead(int64) int { return 0 }

// lockFile leaves the lock to bbolt, which takes it while opening.
func lockFile(string, time.Duration) (*os.File, error) { return nil, nil }

// freeSpace is not known here.
func freeSpace(string) (uint64, bool) { return 0, false }
