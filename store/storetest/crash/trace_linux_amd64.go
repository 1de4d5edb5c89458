package crash

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

// start runs the program under ptrace, which is the one place where all its calls can be seen, ended or made to fail:
// bbolt writes and syncs with plain system calls on a file of its own, and the program under test is the one that is
// shipped. Processes that the program starts are not followed.
func (p *Process) start(t testing.TB) error {
	tr := p.tracer
	dir, err := filepath.EvalSymlinks(tr.Dir)
	if err != nil {
		return err
	}
	p.dir = dir
	outR, outW, err1 := os.Pipe()
	errR, errW, err2 := os.Pipe()
	null, err3 := os.Open(os.DevNull)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	drained := make(chan struct{}, 2)
	for _, x := range []struct {
		to   *bytes.Buffer
		from *os.File
	}{{&p.stdout, outR}, {&p.stderr, errR}} {
		go func() {
			io.Copy(x.to, x.from)
			x.from.Close()
			drained <- struct{}{}
		}()
	}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // ptrace belongs to a thread; it ends with the goroutine
		defer close(p.done)
		pid, err := syscall.ForkExec(tr.Argv[0], tr.Argv, &syscall.ProcAttr{
			Dir:   p.dir,
			Env:   append(os.Environ(), tr.Env...),
			Files: []uintptr{null.Fd(), outW.Fd(), errW.Fd()},
			Sys:   &syscall.SysProcAttr{Ptrace: true, Setpgid: true, Pdeathsig: syscall.SIGKILL},
		})
		outW.Close()
		errW.Close()
		null.Close()
		p.pid = pid
		started <- err
		if err == nil {
			p.status, p.err = p.follow()
			syscall.Kill(pid, syscall.SIGKILL) // if following it failed
		}
		<-drained
		<-drained
	}()
	err = <-started
	if errors.Is(err, syscall.EPERM) {
		t.Skip(noTracing)
	}
	return err
}

func (p *Process) signal(s syscall.Signal) { syscall.Kill(p.pid, s) }

func (p *Process) follow() (int, error) {
	pid := p.pid
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
	under := make(map[int]*Call) // by thread: the call it is inside of
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
			if err := p.stopped(tid, mem, under); err != nil {
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
func (p *Process) stopped(tid int, mem *os.File, under map[int]*Call) error {
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
	tr := p.tracer
	if !entering {
		c := under[tid]
		delete(under, tid)
		if c == nil {
			return nil
		}
		if c.made != 0 {
			regs.Rax = uint64(-int64(c.made))
			if err := syscall.PtraceSetRegs(tid, &regs); err != nil {
				return err
			}
		}
		switch r := int64(regs.Rax); {
		case r < 0:
			c.Err = syscall.Errno(-r)
		case c.Name == Read:
			c.Data = make([]byte, r)
			mem.ReadAt(c.Data, int64(c.at))
		}
		if tr.After != nil {
			tr.After(c)
		}
		return nil
	}
	c := p.read(mem, &regs)
	if c == nil {
		return nil
	}
	under[tid] = c
	if tr.Before == nil {
		return nil
	}
	v := tr.Before(c)
	switch {
	case v.kill:
		return syscall.Kill(p.pid, syscall.SIGKILL)
	case v.errno != 0:
		c.made = v.errno
		regs.Orig_rax = ^uint64(0)
		return syscall.PtraceSetRegs(tid, &regs)
	}
	return nil
}

// here stands for the directory in which the program runs.
const here = uint64(1<<32 + unix.AT_FDCWD)

// read makes out a call that is looked for; nil for any other.
func (p *Process) read(mem *os.File, r *syscall.PtraceRegs) *Call {
	open := func(n uint64) (string, bool) {
		path, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", p.pid, n))
		return path, err == nil
	}
	fd := func(c *Call, n uint64) *Call {
		path, ok := open(n)
		switch {
		case !ok:
			return nil
		case p.tracer.Sockets && strings.HasPrefix(path, socketPrefix):
			c.Path = path
			return c
		}
		if p.below(c, path) == nil && n == 1 && c.Name == Write {
			c.Path = Stdout
			return c
		}
		return p.below(c, path)
	}
	named := func(c *Call, dir, at uint64) *Call {
		buf := make([]byte, 4096)
		n, _ := mem.ReadAt(buf[:4096-at%4096], int64(at)) // up to the end of the page at first
		if bytes.IndexByte(buf[:n], 0) < 0 {
			n, _ = mem.ReadAt(buf, int64(at))
		}
		name, _, _ := bytes.Cut(buf[:n], []byte{0})
		path := string(name)
		if !filepath.IsAbs(path) {
			in, ok := p.dir, true
			if int32(dir) != unix.AT_FDCWD {
				in, ok = open(dir)
			}
			if !ok {
				return nil
			}
			path = filepath.Join(in, path)
		}
		return p.below(c, path)
	}
	renamed := func(c *Call, fromDir, from, toDir, to uint64) *Call {
		if old := named(&Call{}, fromDir, from); old != nil {
			c.From = old.Path
		}
		return named(c, toDir, to)
	}
	opened := func(dir, path, flags uint64) *Call {
		switch {
		case flags&syscall.O_CREAT != 0:
			return named(&Call{Name: Create}, dir, path)
		case flags&syscall.O_ACCMODE != syscall.O_RDONLY:
			return named(&Call{Name: Open}, dir, path)
		}
		return nil
	}
	bytesAt := func(c *Call, at, n uint64) *Call {
		if c != nil {
			c.Data = make([]byte, n)
			mem.ReadAt(c.Data, int64(at))
		}
		return c
	}
	switch r.Orig_rax {
	case syscall.SYS_PWRITE64:
		return bytesAt(fd(&Call{Name: PWrite, Off: int64(r.R10)}, r.Rdi), r.Rsi, r.Rdx)
	case syscall.SYS_WRITE:
		return bytesAt(fd(&Call{Name: Write}, r.Rdi), r.Rsi, r.Rdx)
	case syscall.SYS_READ:
		if c := (&Call{Name: Read, at: r.Rsi}); p.tracer.Sockets {
			if c = fd(c, r.Rdi); c != nil && c.Socket() {
				return c
			}
		}
	case syscall.SYS_FDATASYNC, syscall.SYS_FSYNC:
		return fd(&Call{Name: Sync}, r.Rdi)
	case syscall.SYS_FTRUNCATE:
		return fd(&Call{Name: Truncate, Off: int64(r.Rsi)}, r.Rdi)
	case syscall.SYS_FCHMOD:
		return fd(&Call{Name: Chmod}, r.Rdi)
	case syscall.SYS_OPENAT:
		return opened(r.Rdi, r.Rsi, r.Rdx)
	case syscall.SYS_OPEN:
		return opened(here, r.Rdi, r.Rsi)
	case syscall.SYS_MKDIRAT:
		return named(&Call{Name: Mkdir}, r.Rdi, r.Rsi)
	case syscall.SYS_FCHMODAT, unix.SYS_FCHMODAT2:
		return named(&Call{Name: Chmod}, r.Rdi, r.Rsi)
	case syscall.SYS_RENAMEAT, unix.SYS_RENAMEAT2:
		return renamed(&Call{Name: Rename}, r.Rdi, r.Rsi, r.Rdx, r.R10)
	case syscall.SYS_LINKAT:
		return renamed(&Call{Name: Link}, r.Rdi, r.Rsi, r.Rdx, r.R10)
	case syscall.SYS_UNLINKAT:
		return named(&Call{Name: Unlink}, r.Rdi, r.Rsi)
	case syscall.SYS_RENAME:
		return renamed(&Call{Name: Rename}, here, r.Rdi, here, r.Rsi)
	case syscall.SYS_UNLINK:
		return named(&Call{Name: Unlink}, here, r.Rdi)
	}
	return nil
}

func (p *Process) below(c *Call, path string) *Call {
	rel, ok := strings.CutPrefix(path, p.dir)
	if !ok || rel != "" && rel[0] != '/' {
		return nil
	}
	c.Path = strings.TrimPrefix(rel, "/")
	return c
}
