package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"frontdesk/inbox"
)

const namespaceEnv = "FRONTDESK_STORE_TEST_NAMESPACE"

// ownMounts runs the calling test again in a mount namespace of its own, where it may mount what it likes and nothing
// is left behind. It reports whether this is that second run. Without the right to do so, the test is skipped.
func ownMounts(t *testing.T) bool {
	t.Helper()
	if os.Getenv(namespaceEnv) != "" {
		return true
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), namespaceEnv+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	if os.Getuid() != 0 {
		cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err != nil && !errors.As(err, &exit):
		t.Skipf("mounting is not allowed here: %v", err)
	case strings.Contains(string(out), "--- SKIP"):
		t.Skipf("mounting is not allowed here: %s", out)
	case err != nil:
		t.Fatalf("%s", out)
	}
	return false
}

// mountMemory puts a small file system in memory on dir.
func mountMemory(t *testing.T, dir string, size string) {
	t.Helper()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size+",mode=0700"); err != nil {
		t.Skip(err)
	}
}

// A104: while the disk is full, writes are refused, with how much is free, and reading goes on; when there is room
// again, writing goes on by itself, and nothing that was refused is there.
func TestDiskFull(t *testing.T) {
	if !ownMounts(t) {
		return
	}
	dir := t.TempDir()
	mountMemory(t, dir, "3m")
	defer syscall.Unmount(dir, 0)
	s := opened(t, dir, Options{})
	defer s.Close()
	ballast := filepath.Join(dir, "ballast")
	var want []string
	add := func(id string, size int) error {
		_, _, err := s.Journal().Append(t.Context(), inbox.Batch{Entries: []inbox.Entry{{ID: id, Data: make([]byte, size)}}})
		if err == nil {
			want = append(want, id)
		}
		return err
	}
	refusals := 0
	for round := range 6 {
		f, err := os.Create(ballast)
		if err != nil {
			t.Fatal(err)
		}
		for err == nil {
			_, err = f.Write(make([]byte, 4096))
		}
		f.Close()
		for i := range 5 {
			// What is left may still take a little.
			if err := add(fmt.Sprint(round, "full", i), 100_000*(1+i%3)); err != nil {
				if !errors.Is(err, inbox.ErrFull) || !strings.Contains(err.Error(), "free in "+dir) {
					t.Fatalf("%v; want ErrFull with what is free", err)
				}
				oneLine(t, err)
				refusals++
			}
			wantIDs(t, s, want...)
			if err := s.Err(); err != nil {
				t.Fatalf("it stopped: %v", err)
			}
		}
		putBig := func() error {
			return s.Views().Update(func(tx inbox.Tx) error { return tx.Put("b", []byte("k"), make([]byte, 1<<20)) })
		}
		if err := errors.Join(putBig(), s.views.sinkAll()); !errors.Is(err, inbox.ErrFull) {
			t.Errorf("views: %v; want ErrFull", err)
		}
		if err := putBig(); !errors.Is(err, inbox.ErrFull) {
			t.Errorf("a later update: %v; want ErrFull", err)
		}
		if _, _, err := s.Journal().Backup(t.Context(), filepath.Join(dir, "copy")); !errors.Is(err, inbox.ErrFull) {
			t.Errorf("backup: %v; want ErrFull", err)
		}
		os.Remove(ballast)
		for i := range 3 {
			if err := add(fmt.Sprint(round, "room", i), 20_000); err != nil {
				t.Fatalf("there is room again: %v", err)
			}
		}
	}
	if refusals < 20 {
		t.Errorf("only %d writes met a full disk", refusals)
	}
	wantIDs(t, s, want...)
	s.Close()
	r, err := CheckInThisProcess(dir)
	if err != nil || !r.OK {
		t.Errorf("after all that: %+v, %v", r, err)
	}
	// A start on a full disk can still read, when there is nothing to be made.
	f, err := os.Create(ballast)
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	f.Close()
	s = opened(t, dir, Options{})
	wantIDs(t, s, want...)
	os.Remove(ballast)
	if err := add("last", 1000); err != nil {
		t.Error(err)
	}
	s.Close()
}

// A107: on a read-only file system a start says so, and nothing is changed.
func TestReadOnlyFileSystem(t *testing.T) {
	if !ownMounts(t) {
		return
	}
	for _, name := range []string{"new", "used"} {
		dir := t.TempDir()
		mountMemory(t, dir, "64m")
		defer syscall.Unmount(dir, 0)
		if name == "used" {
			s := opened(t, dir, Options{})
			appendIDs(t, s, "a")
			s.Close()
		}
		if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
			t.Fatal(err)
		}
		_, err := Open(dir, Options{CheckLimit: time.Minute})
		if err == nil || !strings.Contains(err.Error(), "read-only file system") {
			t.Fatalf("%s: %v; want it to name the read-only file system", name, err)
		}
		oneLine(t, err)
	}
}

// The same as a full disk, where nothing can be mounted: a limit for the size of files.
func TestFileSizeLimit(t *testing.T) {
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Skip(err)
	}
	s := opened(t, t.TempDir(), Options{})
	appendIDs(t, s, "a")
	limited := old
	limited.Cur = 24 << 20 // the limit holds for this whole process: more than its own test log will ever need
	ignoreFileSizeSignal(t)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limited); err != nil {
		t.Skip(err)
	}
	_, _, err := s.Journal().Append(context.Background(), inbox.Batch{Entries: []inbox.Entry{{ID: "b", Data: make([]byte, 30<<20)}}})
	syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old)
	if !errors.Is(err, inbox.ErrFull) {
		t.Errorf("%v; want ErrFull", err)
	}
	appendIDs(t, s, "c")
	wantIDs(t, s, "a", "c")
}
