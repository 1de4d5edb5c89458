package crash

import (
	"bytes"
	"errors"
	"syscall"
	"testing"
)

// Tracer runs a program and sees every call that changes something below one directory, before and after the kernel
// carries it out. It works on Linux on amd64; a test that uses it is skipped elsewhere, and where tracing is forbidden.
type Tracer struct {
	Argv    []string // the program, with its whole path, and its arguments
	Env     []string // added to this process's own
	Dir     string   // what is watched, which is also where the program runs; it must exist
	Sockets bool     // whether reads and writes of sockets are seen as well

	// Before and After are called for each call, one at a time, in a goroutine of the tracer; the program's thread waits
	// meanwhile. Either may be nil.
	Before func(*Call) Verdict
	After  func(*Call)
}

const noTracing = "this system does not let a process trace its child"

// Process is a program that a Tracer has started.
type Process struct {
	tracer *Tracer
	dir    string // without symbolic links
	pid    int
	done   chan struct{}

	stdout, stderr bytes.Buffer // complete when done is closed
	status         int
	err            error
}

// Ending is how a program ended.
type Ending struct {
	Status         int // -1 when it was killed
	Stdout, Stderr string
}

// Start starts the program. It is killed with the test, if it still runs then.
func (tr *Tracer) Start(t testing.TB) *Process {
	t.Helper()
	p := &Process{tracer: tr, done: make(chan struct{})}
	if err := p.start(t); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Signal(syscall.SIGKILL)
		<-p.done
	})
	return p
}

// Run starts the program and waits for its end.
func (tr *Tracer) Run(t testing.TB) Ending {
	t.Helper()
	return tr.Start(t).Wait(t)
}

// Done is closed when the program has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Signal sends a signal, if the program still runs.
func (p *Process) Signal(s syscall.Signal) {
	select {
	case <-p.done:
	default:
		p.signal(s)
	}
}

// Wait waits for the end of the program.
func (p *Process) Wait(t testing.TB) Ending {
	t.Helper()
	<-p.done
	if errors.Is(p.err, syscall.EPERM) {
		t.Skip(noTracing)
	}
	if p.err != nil {
		t.Fatal(p.err)
	}
	return Ending{p.status, p.stdout.String(), p.stderr.String()}
}
