package term

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	xterm "github.com/charmbracelet/x/term"
	"github.com/creack/pty"
	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

// terminal is a terminal that only does what a test makes it do: silent else.
type terminal struct {
	t       testing.TB
	pt, tty *os.File
	state   *xterm.State // as it was found
	mu      sync.Mutex
	more    *sync.Cond
	out     []byte
	seen    int // how much of out has been expected
	over    bool
}

const patience = 20 * time.Second // for conditions that always come about

func newTerminal(t testing.TB) *terminal {
	t.Helper()
	pt, tty, err := pty.Open()
	if err != nil {
		t.Skip("no pty here:", err)
	}
	// A master that does not block can be closed while it is read from.
	fd, err := unix.FcntlInt(pt.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		t.Fatal(err)
	}
	pt.Close()
	pt = os.NewFile(uintptr(fd), "pty")
	term := &terminal{t: t, pt: pt, tty: tty}
	term.more = sync.NewCond(&term.mu)
	term.resize(80, 24)
	if term.state, err = xterm.GetState(tty.Fd()); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 4096)
		for {
			n, err := pt.Read(buf)
			term.mu.Lock()
			term.out = append(term.out, buf[:n]...)
			term.over = err != nil
			term.mu.Unlock()
			term.more.Broadcast()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		tty.Close()
		pt.Close()
		<-done
	})
	return term
}

func (m *terminal) resize(w, h uint16) {
	if err := pty.Setsize(m.pt, &pty.Winsize{Cols: w, Rows: h}); err != nil {
		m.t.Fatal(err)
	}
}

func (m *terminal) send(s string) {
	m.t.Helper()
	if _, err := m.pt.WriteString(s); err != nil {
		m.t.Fatal(err)
	}
}

// expect waits for s in the output behind what was expected before, and returns
// the output up to its end.
func (m *terminal) expect(s string) string {
	m.t.Helper()
	timer := time.AfterFunc(patience, func() {
		m.mu.Lock()
		m.over = true
		m.mu.Unlock()
		m.more.Broadcast()
	})
	defer timer.Stop()
	m.mu.Lock()
	defer m.mu.Unlock()
	for {
		if i := bytes.Index(m.out[m.seen:], []byte(s)); i >= 0 {
			got := string(m.out[m.seen : m.seen+i+len(s)])
			m.seen += i + len(s)
			return got
		}
		if m.over {
			m.t.Fatalf("waited for %q, got %q", s, m.out[m.seen:])
		}
		m.more.Wait()
	}
}

func (m *terminal) all() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return string(m.out)
}

// restored checks that the terminal is as it was found.
func (m *terminal) restored() {
	m.t.Helper()
	now, err := xterm.GetState(m.tty.Fd())
	if err != nil {
		m.t.Fatal(err)
	}
	if *now != *m.state {
		m.t.Errorf("the terminal's modes are %+v, were %+v", now, m.state)
	}
	out := m.all()
	if strings.Count(out, enterScreen) != strings.Count(out, leaveScreen) {
		m.t.Errorf("entered %d times and left %d times: %q", strings.Count(out, enterScreen), strings.Count(out, leaveScreen), out)
	}
}

// titled checks that every title was put on top of another one and taken off again.
func (m *terminal) titled(times int) {
	m.t.Helper()
	out := m.all()
	if push, pop := strings.Count(out, pushTitle), strings.Count(out, popTitle); push != times || pop != times {
		m.t.Errorf("the title was put on %d times and taken off %d times, want %d", push, pop, times)
	}
}

// helper starts the test binary on the terminal.
func (m *terminal) helper(name string, env ...string) *exec.Cmd {
	m.t.Helper()
	return m.start(exec.Command(os.Args[0]), name, env...)
}

// start has no CI in its environment: termenv believes that nothing is a terminal there, and asks nothing.
func (m *terminal) start(cmd *exec.Cmd, name string, env ...string) *exec.Cmd {
	m.t.Helper()
	cmd.Env = append(os.Environ(), append([]string{helperEnv + "=" + name, "TERM=xterm-256color", "CI=", "GORACE=atexit_sleep_ms=0"}, env...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = m.tty, m.tty, m.tty
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	return cmd
}

func (m *terminal) ended(cmd *exec.Cmd) {
	m.t.Helper()
	if err := cmd.Wait(); err != nil {
		m.t.Errorf("the helper ended with %v", err)
	}
}

// Before main nothing is asked, so nothing can wait for an answer. The second
// program shows that the question would be seen here if it were asked.
func TestStartUpAsksNothing(t *testing.T) {
	m := newTerminal(t)
	cmd := m.helper("start")
	m.expect("started\r\n")
	m.ended(cmd)
	if got := m.all(); got != "started\r\n" {
		t.Errorf("the terminal got %q", got)
	}

	m = newTerminal(t)
	cmd = m.helper("ask")
	m.expect("\x1b]11;?")
	m.send("\x1b]11;rgb:0000/0000/0000\x1b\\\x1b[1;1R")
	m.expect("started")
	m.ended(cmd)
}

func TestEveryWayOutRestoresTheTerminal(t *testing.T) {
	for _, c := range []struct {
		name, keys, want string
		signal           os.Signal
	}{
		{name: "quit", keys: "q", want: "ended: <nil>"},
		{name: "panic in Update", keys: "u", want: "ended: panic boom, trace with its place: true"},
		{name: "panic in View", keys: "v", want: "ended: panic boom, trace with its place: true"},
		{name: "panic in a command", keys: "c", want: "ended: panic boom, trace with its place: true"},
		{name: "panic in a batch in a sequence", keys: "s", want: "ended: panic boom, trace with its place: true"},
		{name: "context", keys: "x", want: "ended: context canceled"},
		{name: "SIGHUP", signal: syscall.SIGHUP, want: "ended: <nil>"},
		{name: "SIGTERM", signal: syscall.SIGTERM, want: "ended: <nil>"},
		{name: "SIGINT", signal: syscall.SIGINT, want: "ended: <nil>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := newTerminal(t)
			cmd := m.helper("screen", "WIDTHS=wcwidth", "MOUSE=1")
			m.expect(enterScreen + enterMouse)
			m.expect("ready 79x24, width by wcwidth")
			m.expect(endSync)
			if c.signal != nil {
				_ = cmd.Process.Signal(c.signal)
			} else {
				m.send(c.keys)
			}
			m.expect(leaveMouse + leaveScreen)
			m.expect(c.want)
			m.ended(cmd)
			m.restored()
		})
	}
}

func TestTerminalThatGoesAwayEndsTheProgram(t *testing.T) {
	m := newTerminal(t)
	cmd := m.helper("screen", "WIDTHS=wcwidth")
	m.expect("ready")
	m.tty.Close()
	m.pt.Close()
	// The read that fails and SIGHUP come at the same time; either ends it, and
	// SIGHUP may come once more when Run has returned.
	if err := cmd.Wait(); err != nil && err.Error() != "signal: hangup" {
		t.Errorf("ended with %v", err)
	}
}

var answers = []string{"\x1b[2;2R", "\x1b[2;3R", "\x1b[2;3R", "\x1b[2;3R", "\x1b[2;3R"}

func TestRunAsksAndKeepsEarlyKeys(t *testing.T) {
	m := newTerminal(t)
	cmd := m.helper("screen", "TIMEOUT=1m")
	m.expect("\x1b]11;?")
	m.expect(sampleHeart + "\x1b[6n")
	m.send("a\x1b[13;2u\x1b]11;rgb:ffff/ffff/ffff\x1b\\" + strings.Join(answers[:2], "b") + strings.Join(answers[2:], ""))
	m.expect("ready 79x24, width by grapheme, conjuncts split")
	m.expect("heard term.BackgroundMsg{false} a alt+enter b.")
	m.expect("\x1b[?25h") // the cursor stands where the mark is
	m.send("q")
	m.expect("ended: <nil>")
	m.ended(cmd)
	m.restored()
}

func TestLateAnswersAreNoKeys(t *testing.T) {
	m := newTerminal(t)
	cmd := m.helper("screen", "TIMEOUT=1ms")
	m.expect("ready 79x24, width by wcwidth, emoji sequences in parts")
	m.send("a" + strings.Join(answers, "") + "\x1b]11;rgb:0000/0000/0000\x07b")
	m.expect("heard a term.BackgroundMsg{true} b.")
	m.send("q")
	m.expect("ended: <nil>")
	m.ended(cmd)
	m.restored()
}

func TestProbe(t *testing.T) {
	m := newTerminal(t)
	cmd := m.helper("probe")
	m.expect(sampleHeart + "\x1b[6n")
	m.send("\x1b[2;2R\x1b[2;2R\x1b[2;3R\x1b[2;3R\x1b[2;3R")
	m.expect("width by grapheme <nil>")
	m.ended(cmd)
	m.restored()

	m = newTerminal(t)
	if p, err := Probe(m.tty, time.Millisecond); !errors.Is(err, ErrSilent) || p != (Profile{}) {
		t.Errorf("a silent terminal: %v, %v", p, err)
	}
	m.restored()
}

func TestJudge(t *testing.T) {
	for widths, want := range map[[5]int]Profile{
		{2, 2, 8, 4, 1}: {},
		{2, 2, 2, 4, 1}: {},
		{1, 2, 8, 2, 2}: {Method: Grapheme, SplitConjuncts: true},
		{1, 2, 2, 2, 2}: {Method: Grapheme, SplitConjuncts: true, WholeEmoji: true},
		{1, 1, 2, 2, 2}: {Method: Grapheme, WholeEmoji: true},
	} {
		if got := judge(widths[:]); got != want {
			t.Errorf("%v: %v, want %v", widths, got, want)
		}
	}
}

func TestResizeTitleAndClipboard(t *testing.T) {
	m := newTerminal(t)
	cmd := m.helper("screen", "WIDTHS=wcwidth")
	m.expect("ready 79x24")
	m.resize(1, 1)
	m.expect("\x1b[2J\x1b[1;1H\x1b[m…\x1b[m\x1b[K" + endSync)
	m.resize(101, 30)
	m.expect("ready 100x30")
	m.send("t")
	m.expect(pushTitle + "\x1b]2;(12) acme store\x07")
	m.send("y")
	m.expect("\x1b]52;c;dHdvIGxlZnQ=\x07")
	m.send("l")
	m.expect("\x1b[2J")
	m.expect("heard .")
	m.send("q")
	m.expect(popTitle + leaveScreen)
	m.ended(cmd)
	m.restored()
}

func TestEditorGetsTheTerminal(t *testing.T) {
	m := newTerminal(t)
	cmd := m.helper("screen", "WIDTHS=wcwidth")
	m.expect("ready")
	m.send("e")
	m.expect(leaveScreen)
	m.expect("in the editor")
	now, _ := xterm.GetState(m.tty.Fd())
	if *now != *m.state {
		t.Error("the editor gets the terminal in other modes than the shell's")
	}
	m.send("words\n")
	m.expect("it read words")
	m.expect(enterScreen)
	m.expect("heard editor:exit status 3.")
	m.send("k")
	m.expect("status 3 k.")
	m.send("q")
	m.expect("ended: <nil>")
	m.ended(cmd)
	m.restored()
}

// A shell with job control sees the program stop and continues it.
func TestSuspend(t *testing.T) {
	m := newTerminal(t)
	cmd := m.start(exec.Command("sh", "-c", `set -m; "$0"; echo "stopped with $?"; stty; fg; echo "back with $?"`, os.Args[0]), "screen", "WIDTHS=wcwidth")
	m.expect("ready")
	m.send("z")
	m.expect(leaveScreen)
	m.expect("stopped with 148")
	m.expect(enterScreen)
	m.expect("resumed")
	m.send("q")
	m.expect(leaveScreen)
	m.expect("back with 0")
	m.ended(cmd)
	m.restored()
}

// Where no shell can continue the program it does not stop for ever.
func TestSuspendWithoutAShell(t *testing.T) {
	m := newTerminal(t)
	cmd := m.helper("screen", "WIDTHS=wcwidth")
	m.expect("ready")
	m.send("z")
	m.expect(leaveScreen)
	m.expect("resumed")
	m.send("q")
	m.expect("ended: <nil>")
	m.ended(cmd)
	m.restored()
}

func TestNoTerminal(t *testing.T) {
	file, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	never := func(Measure) tea.Model { t.Error("a model was made"); return nil }
	err = Run(context.Background(), never, Options{Output: file})
	if !errors.Is(err, ErrNoTerminal) || strings.Contains(err.Error(), "\n") ||
		!strings.Contains(err.Error(), "frontdesk threads --json") || !strings.Contains(err.Error(), "frontdesk events --json") {
		t.Errorf("%v", err)
	}
	m := newTerminal(t)
	if err := Run(context.Background(), never, Options{Output: m.tty, Input: file}); !errors.Is(err, ErrNoKeyboard) {
		t.Errorf("%v", err)
	}
	if err := Run(context.Background(), never, Options{Widths: "ascii"}); err == nil || !strings.Contains(err.Error(), "ui.width") {
		t.Errorf("%v", err)
	}
}

func TestRunLeavesNothingBehind(t *testing.T) {
	m := newTerminal(t)
	leak := goleak.IgnoreCurrent()
	done := make(chan error)
	go func() {
		done <- Run(context.Background(), func(measure Measure) tea.Model { return &clerk{m: measure} },
			Options{Input: m.tty, Output: m.tty, Widths: WidthsGrapheme})
	}()
	m.expect("ready 79x24")
	m.send("q")
	if err := <-done; err != nil {
		t.Error(err)
	}
	m.expect(leaveScreen)
	m.restored()
	goleak.VerifyNone(t, leak)

	// A panic before the first frame, too.
	go func() {
		done <- Run(context.Background(), func(Measure) tea.Model { panic(noModel("no model")) },
			Options{Input: m.tty, Output: m.tty, Widths: WidthsGrapheme})
	}()
	err := <-done
	var crash *PanicError
	if !errors.As(err, &crash) || crash.Value != noModel("no model") {
		t.Errorf("%v", err)
	}
	m.expect(leaveScreen)
	m.restored()
	goleak.VerifyNone(t, leak)
}

// A terminal that does not read must not keep the program from ending.
func TestStuckTerminal(t *testing.T) {
	pt, tty, err := pty.Open()
	if err != nil {
		t.Skip("no pty here:", err)
	}
	defer pt.Close()
	defer tty.Close()
	if err := pty.Setsize(pt, &pty.Winsize{Cols: 200, Rows: 100}); err != nil { // frames larger than its buffer
		t.Fatal(err)
	}
	found, err := xterm.GetState(tty.Fd())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	c := &counter{at: map[int]func(){3000: cancel}}
	if err := Run(ctx, func(Measure) tea.Model { return c }, Options{Input: tty, Output: tty, Widths: WidthsWcWidth}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if now, _ := xterm.GetState(tty.Fd()); *now != *found {
		t.Errorf("the terminal's modes are %+v, were %+v", now, found)
	}
	if c.n < 3000 {
		t.Errorf("the model stood still after %d messages", c.n)
	}
}

type noModel string

// A flood of messages draws no more often than the screen can show, and the
// last state is on it.
func TestFlood(t *testing.T) {
	m := newTerminal(t)
	c := &counter{clerk: clerk{}}
	done := make(chan error)
	go func() {
		done <- Run(context.Background(), func(Measure) tea.Model { return c },
			Options{Input: m.tty, Output: m.tty, Widths: WidthsWcWidth})
	}()
	m.expect("all 5000 counted")
	m.send("q")
	if err := <-done; err != nil {
		t.Error(err)
	}
	m.expect(leaveScreen)
	if c.views > 2500 {
		t.Errorf("%d views for 5000 messages", c.views)
	}
	m.restored()
}

type counter struct {
	clerk
	n, views int
	at       map[int]func()
}

func (c *counter) Init() tea.Cmd { return func() tea.Msg { return countMsg{} } }
func (c *counter) View() string {
	c.views++
	if c.n == 5000 {
		return strings.Repeat("all 5000 counted\n", 100)
	}
	return strings.Repeat(fmt.Sprintf("count %d.\n", c.n), 100)
}
func (c *counter) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if _, ok := msg.(countMsg); ok {
		if c.n++; c.at[c.n] != nil {
			c.at[c.n]()
		}
		if c.n < 5000 {
			return c, func() tea.Msg { return countMsg{} }
		}
		return c, nil
	}
	_, cmd := c.clerk.Update(msg)
	return c, cmd
}

type countMsg struct{}

// BenchmarkKeyToFrame is a key sent to a full screen until its frame has
// arrived, one after the other, so that each waits out the gap between frames.
func BenchmarkKeyToFrame(b *testing.B) {
	m := newTerminal(b)
	m.resize(120, 40)
	done := make(chan error)
	go func() {
		done <- Run(context.Background(), func(Measure) tea.Model { return &typist{} },
			Options{Input: m.tty, Output: m.tty, Widths: WidthsWcWidth})
	}()
	m.expect(endSync)
	start := len(m.all())
	n := 0
	for b.Loop() {
		n++
		m.send("k")
		m.expect(endSync)
	}
	b.ReportMetric(float64(len(m.all())-start)/float64(n), "bytes/key")
	m.send("q")
	if err := <-done; err != nil {
		b.Error(err)
	}
}

type typist struct{ n int }

func (p *typist) Init() tea.Cmd { return nil }
func (p *typist) View() string {
	return busyView(119, 39) + "\n" + (Measure{}).Fit(fmt.Sprintf("keys %d.%s", p.n, Cursor), 119)
}
func (p *typist) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if key, ok := msg.(tea.KeyMsg); ok {
		if key.String() == "q" {
			return p, tea.Quit
		}
		p.n++
	}
	return p, nil
}
