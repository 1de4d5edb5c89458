package store

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"frontdesk/inbox"
)

func openVault(t *testing.T) (*Store, inbox.Vault, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, s.Vault(), dir
}

func keep(t *testing.T, v inbox.Vault, content, ending string) inbox.FileName {
	t.Helper()
	d, err := v.Draft()
	if err != nil {
		t.Fatal(err)
	}
	for part := range strings.SplitSeq(content, "|") {
		if _, err := io.WriteString(d, part); err != nil {
			t.Fatal(err)
		}
	}
	name := inbox.FileName(d.Sum() + ending)
	if err := d.Keep(name); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestVault(t *testing.T) {
	_, v, dir := openVault(t)
	if all, err := v.All(); err != nil || len(all) != 0 {
		t.Errorf("%v %v", all, err)
	}
	a := keep(t, v, "sea| |view", ".jpg")
	if again := keep(t, v, "sea view", ".jpg"); again != a {
		t.Errorf("%s and %s are the same", a, again)
	}
	b := keep(t, v, "a letter", "")
	path := v.Path(a)
	if want := filepath.Join(dir, "media", string(a[:2]), string(a)); path != want {
		t.Errorf("%s, want %s", path, want)
	}
	for p := path; p != dir; p = filepath.Dir(p) {
		info, err := os.Stat(p)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is open to others: %v", p, info.Mode())
		}
	}
	f, err := v.Open(a)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(f)
	if err = errors.Join(err, f.Close()); err != nil || string(got) != "sea view" {
		t.Errorf("%q %v", got, err)
	}
	if all, err := v.All(); err != nil || len(all) != 2 || all[a] != 8 || all[b] != 8 {
		t.Errorf("%v %v", all, err)
	}
	to := filepath.Join(t.TempDir(), "copy.media")
	if n, size, err := v.Backup(to); err != nil || n != 2 || size != 16 {
		t.Errorf("%d %d %v", n, size, err)
	}
	if b, err := os.ReadFile(filepath.Join(to, string(a[:2]), string(a))); err != nil || string(b) != "sea view" {
		t.Errorf("%q %v", b, err)
	}
	if _, _, err := v.Backup(to); err == nil {
		t.Error("a backup was written over")
	}
	if err := errors.Join(v.Remove(a), v.Remove(a)); err != nil {
		t.Error(err)
	}
	if _, err := v.Open(a); !errors.Is(err, fs.ErrNotExist) || v.Path(a) != "" {
		t.Errorf("%v %q", err, v.Path(a))
	}
}

func TestNothingUnfinishedIsKept(t *testing.T) {
	s, v, dir := openVault(t)
	d, err := v.Draft()
	if err != nil {
		t.Fatal(err)
	}
	_, _ = d.Write([]byte("half"))
	d.Drop()
	d, _ = v.Draft()
	_, _ = d.Write([]byte("other"))
	for _, name := range []inbox.FileName{inbox.FileName(strings.Repeat("a", 64)), "../../journal.db", "", inbox.FileName(d.Sum() + "/../x")} {
		if err := d.Keep(name); err == nil {
			t.Errorf("kept as %q", name)
		}
	}
	left, _ := v.Draft() // a process that dies here leaves it
	_, _ = left.Write(bytes.Repeat([]byte("x"), 1000))
	if all, err := v.All(); err != nil || len(all) != 0 {
		t.Errorf("%v %v", all, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, err = Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	names, err := os.ReadDir(filepath.Join(dir, "media"))
	if err != nil || len(names) != 0 {
		t.Errorf("a start leaves %v (%v)", names, err)
	}
}

func TestNoPathComesOutOfAName(t *testing.T) {
	_, v, dir := openVault(t)
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte("s"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []inbox.FileName{"../secret", "..", "", "a", inbox.FileName(strings.Repeat("A", 64)), inbox.FileName(strings.Repeat("a", 64) + ".JPG")} {
		if _, err := v.Open(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v", name, err)
		}
		if p := v.Path(name); p != "" {
			t.Errorf("%q is at %s", name, p)
		}
		if err := v.Remove(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	if _, err := os.Stat(secret); err != nil {
		t.Error(err)
	}
}
