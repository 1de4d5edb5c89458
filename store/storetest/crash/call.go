package crash

import (
	"fmt"
	"syscall"
)

// The names of calls.
const (
	PWrite   = "pwrite"
	Write    = "write" // at the end of the file, as programs do that write logs and small files; or to a socket
	Read     = "read"  // only of sockets; what came is known after the call
	Sync     = "sync"
	Truncate = "truncate"
	Open     = "open" // for writing, without making it
	Create   = "create"
	Mkdir    = "mkdir"
	Chmod    = "chmod"
	Rename   = "rename"
	Link     = "link"
	Unlink   = "unlink"
)

// Call is one system call of the traced program.
type Call struct {
	Name string
	// Path is relative to the traced directory, and "" is that directory itself. What the program prints has the path
	// Stdout, and what it exchanges over a socket the path that Socket tells.
	Path string
	From string // of rename and link: the old name
	Off  int64  // of pwrite; the new size of truncate
	Data []byte // of pwrite, write and read
	Err  error  // after it
	made syscall.Errno
	at   uint64 // of read: where the bytes will be
}

// Stdout is the path of what the program prints.
const Stdout = "stdout"

const socketPrefix = "socket:"

// Socket reports whether the call is on a socket; its path then is the same for all calls on that connection.
func (c *Call) Socket() bool {
	return len(c.Path) > len(socketPrefix) && c.Path[:len(socketPrefix)] == socketPrefix
}

// Changes reports whether the call changes something on the disk, or makes it sure.
func (c *Call) Changes() bool {
	return c.Path != Stdout && !c.Socket() && c.Name != Open
}

// String names the call for a failing test.
func (c *Call) String() string {
	return fmt.Sprintf("%s %s @%d+%d", c.Name, c.Path, c.Off, len(c.Data))
}

// Verdict says what becomes of a call that is about to be made. The zero Verdict lets it go on.
type Verdict struct {
	kill  bool
	errno syscall.Errno
}

// GoOn lets the call be made.
var GoOn Verdict

// Kill sends SIGKILL to the whole process; the call is not carried out.
var Kill = Verdict{kill: true}

// Fail makes the call answer errno; it is not carried out.
func Fail(errno syscall.Errno) Verdict { return Verdict{errno: errno} }

// Moment is the beginning or the end of a call.
type Moment struct {
	*Call
	Begin bool
}

// Recording is what a program did, in the order in which the kernel was asked.
type Recording []Moment

// Record adds every call that want accepts to what it returns, which may be read when the program has ended. What
// before and after tr had, it keeps.
func Record(tr *Tracer, want func(*Call) bool) *Recording {
	r := new(Recording)
	before, after := tr.Before, tr.After
	tr.Before = func(c *Call) Verdict {
		if want(c) {
			*r = append(*r, Moment{c, true})
		}
		if before != nil {
			return before(c)
		}
		return GoOn
	}
	tr.After = func(c *Call) {
		if want(c) {
			*r = append(*r, Moment{c, false})
		}
		if after != nil {
			after(c)
		}
	}
	return r
}
