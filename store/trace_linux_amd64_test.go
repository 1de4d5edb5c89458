package store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A tracer runs a child of this test binary under ptrace and sees every call that changes something below one
// directory, before and after the kernel carries it out. bbolt writes and syncs with plain system calls on a file of
// its own, so this is the one place where all of them can be seen, ended or made to fail, and the program under test is
// the one that is shipped.
type tracer struct {
	dir    string
	before func(*call) verdictOn
	after  func(*call)
	stdout bytes.Buffer
	stderr bytes.Buffer
}

// verdictOn says what becomes of a call that is about to be made.
type verdictOn int

const (
	goOn verdictOn = iota
	kill           // SIGKILL to the whole process; the call is not carried out
	fail           // the call answers EIO and is not carried out
)

// call is one system call of interest. Paths are relative to the directory; what the child prints has the path
// "stdout".
type call struct {
	name string
	path string
	from string // of rename and link: the old name
	off  int64  // of pwrite; the new size of truncate
	data []byte
	err  error // after it
	fail bool
}

func (c *call) String() string {
	return fmt.Sprintf("%s %s @%d+%d", c.name, c.path, c.off, len(c.data))
}

// run starts the child and returns its exit status, -1 when it was killed.
func (tr *tracer) run(t testing.TB, env ...string) int {
	t.Helper()
	dir, err := filepath.EvalSymlinks(tr.dir)
	if err != nil {
		t.Fatal(err)
	}
	tr.dir = dir
	outR, outW, err1 := os.Pipe()
	errR, errW, err2 := os.Pipe()
	null, err3 := os.Open(os.DevNull)
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	drained := make(chan struct{}, 2)
	for _, p := range []struct {
		to   *bytes.Buffer
		from *os.File
	}{{&tr.stdout, outR}, {&tr.stderr, errR}} {
		go func() {
			io.Copy(p.to, p.from)
			p.from.Close()
			drained <- struct{}{}
		}()
	}
	type result struct {
		status int
		err    error
	}
	done := make(chan result)
	go func() {
		runtime.LockOSThread() // ptrace belongs to a thread; it ends with the goroutine
		pid, err := syscall.ForkExec(os.Args[0], []string{os.Args[0]}, &syscall.ProcAttr{
			Dir:   tr.dir,
			Env:   append(os.Environ(), env...),
			Files: []uintptr{null.Fd(), outW.Fd(), errW.Fd()},
			Sys:   &syscall.SysProcAttr{Ptrace: true, Setpgid: true, Pdeathsig: syscall.SIGKILL},
		})
		outW.Close()
		errW.Close()
		null.Close()
		if err != nil {
			done <- result{err: err}
			return
		}
		status, err := tr.follow(pid)
		done <- result{status, err}
	}()
	r := <-done
	<-drained
	<-drained
	if errors.Is(r.err, syscall.EPERM) {
		t.Skip("this system does not let a process trace its child")
	}
	if r.err != nil {
		t.Fatal(r.err)
	}
	return r.status
}

func (tr *tracer) follow(pid int) (int, error) {
	var ws syscall.WaitStatus
	if _, err := syscall.Wait4(pid, &ws, syscall.WALL, nil); err != nil {
		return 0, err
	}
	if !ws.Stopped() {
		return 0, fmt.Errorf("the child ended before it was traced (%v)", ws)
	}
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		return 0, err
	}
	defer mem.Close()
	const options = syscall.PTRACE_O_TRACESYSGOOD | syscall.PTRACE_O_TRACECLONE | unix.PTRACE_O_EXITKILL
	if err := syscall.PtraceSetOptions(pid, options); err != nil {
		return 0, err
	}
	under := make(map[int]*call) // by thread: the call it is inside of
	known := map[int]bool{pid: true}
	tid, sig := pid, 0
	for {
		// A thread may be gone by now; the next wait says so.
		if err := syscall.PtraceSyscall(tid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
			return 0, err
		}
		for {
			tid, err = syscall.Wait4(-pid, &ws, syscall.WALL, nil)
			if !errors.Is(err, syscall.EINTR) {
				break
			}
		}
		if err != nil {
			return 0, err
		}
		sig = 0
		switch {
		case ws.Exited() || ws.Signaled():
			if tid == pid {
				if ws.Signaled() {
					return -1, nil
				}
				return ws.ExitStatus(), nil
			}
			delete(under, tid)
		case ws.StopSignal() == syscall.SIGTRAP|0x80:
			if err := tr.stopped(pid, tid, mem, under); err != nil {
				return 0, err
			}
		case ws.StopSignal() == syscall.SIGTRAP && ws.TrapCause() > 0:
		case ws.StopSignal() == syscall.SIGSTOP && !known[tid]:
			known[tid] = true // how a new thread reports
		default:
			sig = int(ws.StopSignal())
		}
	}
}

// stopped is called before and after every system call of every thread.
func (tr *tracer) stopped(pid, tid int, mem *os.File, under map[int]*call) error {
	var regs syscall.PtraceRegs
	if err := syscall.PtraceGetRegs(tid, &regs); err != nil {
		if errors.Is(err, syscall.ESRCH) {
			return nil
		}
		return err
	}
	entering := true
	var info [88]byte // struct ptrace_syscall_info
	if _, _, errno := syscall.Syscall6(syscall.SYS_PTRACE, unix.PTRACE_GET_SYSCALL_INFO, uintptr(tid), uintptr(len(info)), uintptr(unsafe.Pointer(&info)), 0, 0); errno == 0 {
		entering = info[0] == 1
	}
	if !entering {
		c := under[tid]
		delete(under, tid)
		if c == nil {
			return nil
		}
		if c.fail {
			eio := syscall.EIO
			regs.Rax = uint64(-int64(eio))
			if err := syscall.PtraceSetRegs(tid, &regs); err != nil {
				return err
			}
		}
		if r := int64(regs.Rax); r < 0 {
			c.err = syscall.Errno(-r)
		}
		if tr.after != nil {
			tr.after(c)
		}
		return nil
	}
	c := tr.read(pid, mem, &regs)
	if c == nil {
		return nil
	}
	under[tid] = c
	if tr.before == nil {
		return nil
	}
	switch tr.before(c) {
	case kill:
		return syscall.Kill(pid, syscall.SIGKILL)
	case fail:
		c.fail = true
		regs.Orig_rax = ^uint64(0)
		return syscall.PtraceSetRegs(tid, &regs)
	}
	return nil
}

// read makes out a call that changes files; nil for any other.
func (tr *tracer) read(pid int, mem *os.File, r *syscall.PtraceRegs) *call {
	fd := func(c *call, n uint64) *call {
		if n == 1 && c.name == "write" {
			c.path = "stdout"
			return c
		}
		path, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", pid, n))
		return tr.below(c, path, err)
	}
	named := func(c *call, at uint64) *call {
		buf := make([]byte, 4096)
		n, _ := mem.ReadAt(buf[:4096-at%4096], int64(at)) // up to the end of the page at first
		if i := bytes.IndexByte(buf[:n], 0); i >= 0 {
			return tr.below(c, string(buf[:i]), nil)
		}
		n, _ = mem.ReadAt(buf, int64(at))
		path, _, _ := bytes.Cut(buf[:n], []byte{0})
		return tr.below(c, string(path), nil)
	}
	renamed := func(c *call, from, to uint64) *call {
		if old := named(&call{}, from); old != nil {
			c.from = old.path
		}
		return named(c, to)
	}
	bytesAt := func(c *call, at, n uint64) *call {
		if c != nil {
			c.data = make([]byte, n)
			mem.ReadAt(c.data, int64(at))
		}
		return c
	}
	switch r.Orig_rax {
	case syscall.SYS_PWRITE64:
		return bytesAt(fd(&call{name: "pwrite", off: int64(r.R10)}, r.Rdi), r.Rsi, r.Rdx)
	case syscall.SYS_WRITE:
		return bytesAt(fd(&call{name: "write"}, r.Rdi), r.Rsi, r.Rdx)
	case syscall.SYS_FDATASYNC, syscall.SYS_FSYNC:
		return fd(&call{name: "sync"}, r.Rdi)
	case syscall.SYS_FTRUNCATE:
		return fd(&call{name: "truncate", off: int64(r.Rsi)}, r.Rdi)
	case syscall.SYS_OPENAT:
		if r.Rdx&syscall.O_CREAT != 0 {
			return named(&call{name: "create"}, r.Rsi)
		}
	case syscall.SYS_RENAMEAT, unix.SYS_RENAMEAT2:
		return renamed(&call{name: "rename"}, r.Rsi, r.R10)
	case syscall.SYS_LINKAT:
		return renamed(&call{name: "link"}, r.Rsi, r.R10)
	case syscall.SYS_UNLINKAT:
		return named(&call{name: "unlink"}, r.Rsi)
	case syscall.SYS_RENAME:
		return renamed(&call{name: "rename"}, r.Rdi, r.Rsi)
	case syscall.SYS_UNLINK:
		return named(&call{name: "unlink"}, r.Rdi)
	}
	return nil
}

func (tr *tracer) below(c *call, path string, err error) *call {
	if err != nil {
		return nil
	}
	rel, ok := strings.CutPrefix(path, tr.dir)
	if !ok {
		return nil
	}
	c.path = strings.TrimPrefix(rel, "/")
	return c
}
