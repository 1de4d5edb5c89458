package enclose

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestOnlyPlainFiles: opening a pipe would wait for its other end.
func TestAnew(t *testing.T) {
	for typed, want := range map[string]string{"~/": "~/", "~//": "/", "~//tmp/x": "/tmp/x", "~/~": "~/~", "~/a/~/b": "~/b", "/a//b": "/b", "/": "/", "file:///x": "file:///x", "a~b/c": "a~b/c", "/x/~/": "~/", "/x/~backup": "/x/~backup"} {
		if got := Anew(typed); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}

func TestOnlyPlainFiles(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{pipe, t.TempDir(), "/dev/null"} {
		if f, err := Look(name, ""); err == nil || !strings.Contains(err.Error(), "no plain file") {
			t.Errorf("%s: %v, %v", name, f, err)
		}
	}
}
