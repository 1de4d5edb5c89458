package store

import (
	"os/signal"
	"syscall"
	"testing"
)

// ignoreFileSizeSignal lets a write over the limit answer an error instead of ending the process.
func ignoreFileSizeSignal(t *testing.T) {
	signal.Ignore(syscall.SIGXFSZ)
	t.Cleanup(func() { signal.Reset(syscall.SIGXFSZ) })
}
