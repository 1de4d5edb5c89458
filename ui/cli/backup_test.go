package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"frontdesk/store"
)

// TestBackupNamesItsTarget: the line is about the file asked for, whoever would have written it.
func TestBackupNamesItsTarget(t *testing.T) {
	cleanHome(t)
	s := newShop(t, "")
	st, err := store.Open(s.dir, store.Options{})
	must(t, err)
	must(t, st.Close())
	there := filepath.Join(t.TempDir(), "there.db")
	must(t, os.WriteFile(there, []byte("dear"), 0o600))
	for file, want := range map[string]string{
		there:                     "exists already; choose another name",
		"/nowhere/at/all/copy.db": "/nowhere/at/all: no such file or directory; choose another place",
	} {
		var out, errw bytes.Buffer
		status := run(t.Context(), []string{"backup", file, "--config", s.config}, strings.NewReader(""), &out, &errw)
		if got := errw.String(); status != 1 || !strings.Contains(got, want) || strings.Contains(got, "data_dir") {
			t.Errorf("status %d, %q", status, got)
		}
	}
	if b, err := os.ReadFile(there); err != nil || string(b) != "dear" {
		t.Errorf("%q %v", b, err)
	}
}

// TestCheckWithoutAnInbox is not a check that found problems.
func TestCheckWithoutAnInbox(t *testing.T) {
	cleanHome(t)
	for _, args := range [][]string{{"check"}, {"check", "--json"}, {"check", "--rebuild"}} {
		var out, errw bytes.Buffer
		status := run(t.Context(), args, strings.NewReader(""), &out, &errw)
		if status != 1 || out.Len() > 0 || !strings.Contains(errw.String(), "there is no inbox in") {
			t.Errorf("%s: status %d, %q, %q", args, status, out.String(), errw.String())
		}
	}
}
