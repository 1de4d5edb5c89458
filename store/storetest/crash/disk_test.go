package crash

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// content is what a cut leaves of a file.
func content(t *testing.T, im Image) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "f")
	if err := im.Write(path); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// both lets the beginning and the end of calls pass, one call after the other.
func both(step func(Moment), calls ...*Call) {
	for _, c := range calls {
		step(Moment{c, true})
		step(Moment{c, false})
	}
}

// What was written before a sync is there; what was written later, or while it ran, may be there or not.
func TestDiskForgetsWhatWasNotSynced(t *testing.T) {
	old, next := bytes.Repeat([]byte("old."), Sector/2), bytes.Repeat([]byte("new."), Sector/2)
	write := func(off int64, b []byte) *Call { return &Call{Name: PWrite, Off: off, Data: b} }
	d := NewDisk(nil)
	both(d.Step, write(0, old))
	if got := content(t, d.Cut(Surely())); len(got) != 0 {
		t.Errorf("nothing was synced, and %d bytes are left", len(got))
	}
	sync, during := &Call{Name: Sync}, write(0, next)
	d.Step(Moment{sync, true})
	d.Step(Moment{during, true})
	d.Step(Moment{sync, false})
	d.Step(Moment{during, false})
	if got := content(t, d.Cut(Surely())); !bytes.Equal(got, old) {
		t.Errorf("what was synced is gone: %q", got)
	}
	if got := content(t, d.Cut(Wholly())); !bytes.Equal(got, next) {
		t.Errorf("what was written while a sync ran cannot be there: %q", got)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	torn := false
	for range 50 {
		got := content(t, d.Cut(Torn(rng)[0]))
		torn = torn || bytes.Contains(got, []byte("old.")) && bytes.Contains(got, []byte("new."))
		for at := 0; at < len(got); at += Sector {
			if s := got[at : at+Sector]; !bytes.Equal(s, old[:Sector]) && !bytes.Equal(s, next[:Sector]) {
				t.Fatalf("a sector is of two writes: %q", s)
			}
		}
	}
	if !torn {
		t.Error("no write was ever torn")
	}
	failing := &Call{Name: Sync}
	d.Step(Moment{failing, true})
	failing.Err = os.ErrInvalid
	d.Step(Moment{failing, false})
	if got := content(t, d.Cut(Surely())); !bytes.Equal(got, old) {
		t.Error("a sync that failed made something sure")
	}
}

// Names reach the disk with a sync of the directory, whatever was synced of the file.
func TestVolumeForgetsNames(t *testing.T) {
	v := NewVolume()
	left := func(n int) string {
		dir := t.TempDir()
		if err := v.Cut(dir, n, Surely()); err != nil {
			t.Fatal(err)
		}
		all := ""
		entries, _ := os.ReadDir(dir)
		for _, e := range entries {
			b, _ := os.ReadFile(filepath.Join(dir, e.Name()))
			all += e.Name() + "=" + string(b) + " "
		}
		return all
	}
	both(v.Step, &Call{Name: Create, Path: "temp"}, &Call{Name: Write, Path: "temp", Data: []byte("one")},
		&Call{Name: Write, Path: "temp", Data: []byte("two")}, &Call{Name: Sync, Path: "temp"}, &Call{Name: Rename, From: "temp", Path: "file"})
	for n, want := range []string{"", "temp=onetwo ", "file=onetwo "} {
		if got := left(n); got != want {
			t.Errorf("%d names: %q, want %q", n, got, want)
		}
	}
	both(v.Step, &Call{Name: Sync}, &Call{Name: Unlink, Path: "file"})
	if got := left(0); got != "file=onetwo " {
		t.Errorf("after the directory was synced: %q", got)
	}
	if got := left(1); got != "" {
		t.Errorf("the name was taken: %q", got)
	}
}
