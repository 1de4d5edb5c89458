package cli

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestHeaderFileIsAPlainFile: opening a pipe would wait for its other end, and the owner with it.
func TestHeaderFileIsAPlainFile(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	must(t, syscall.Mkfifo(pipe, 0o600))
	for _, name := range []string{pipe, t.TempDir(), "/dev/null"} {
		if f, err := openHeaderFile("priya", name); err == nil || !strings.Contains(err.Error(), "no plain file") {
			t.Errorf("%s: %v, %v", name, f, err)
		}
	}
}
