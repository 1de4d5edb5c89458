package term

import (
	"cmp"
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"golang.org/x/sys/unix"
)

// Options are what Run may be told. The zero value is right for a person at a
// terminal.
type Options struct {
	Input   *os.File      // default: standard input, or /dev/tty when that is no terminal
	Output  *os.File      // default: standard output
	Widths  Widths        // ui.width; default: ask the terminal
	Timeout time.Duration // how long to wait for its answer; default [ProbeTimeout]
	Gallery *Gallery      // pictures that the model may draw; nil: it draws none
	Notify  NotifyBy      // ui.notify; default: what the terminal shows
	Mouse   bool          // report clicks and the wheel: [ClickMsg], [WheelMsg]
}

// Run shows a model on the terminal until it quits, and leaves the terminal as
// it found it whatever happens.
//
// start makes the model once the terminal has said how it counts columns. The
// model then gets, besides its own messages and keys:
//
//   - tea.WindowSizeMsg with the usable size (see [Usable]), first before the
//     first View and again whenever the terminal is resized;
//   - [GraphicsMsg] when the terminal tells of another way to show pictures;
//   - [BackgroundMsg] when the terminal tells its background colour, if it does;
//   - [ClickMsg] and [WheelMsg], while the mouse is on (see [Mouse]);
//   - tea.FocusMsg and tea.BlurMsg; pastes as one tea.KeyMsg with Paste set;
//   - tea.ResumeMsg after a suspend.
//
// Its View is rows joined by "\n" (see [Render] for what is made of them).
// View is not called for every message: a flood of them is drawn 25 times a
// second, and what a key did within 2 ms.
// A model suspends with tea.Suspend, quits with tea.Quit, starts an editor with
// [Exec], and must not use Bubble Tea's own screen commands (tea.Exec,
// tea.ExecProcess, tea.Println, tea.SetWindowTitle, tea.ClearScreen and the
// modes): they assume Bubble Tea's renderer. [Title], [Copy], [Mouse],
// [Notify] and [Redraw] are here instead.
//
// Run returns nil after a quit, SIGINT, SIGTERM or SIGHUP, and when the
// terminal is gone; the context's cause when ctx ends first; a *[PanicError]
// when the model or one of its commands panicked; [ErrNoTerminal] or
// [ErrNoKeyboard] when there is no terminal to run on.
func Run(ctx context.Context, start func(Measure) tea.Model, opts Options) error {
	if err := cmp.Or(opts.Widths.Check(), opts.Notify.Check()); err != nil {
		return err
	}
	signals := listen() // before the terminal is changed: a signal must not end us with it raw
	defer signals.stop()
	s, err := open(opts)
	if err != nil {
		return err
	}
	defer s.close()
	m, background := s.ask(opts)

	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	sh := &shell{session: s, measure: m}
	p := tea.NewProgram(sh,
		tea.WithContext(ctx),
		tea.WithInput(nil), // keys come from our own reader
		tea.WithoutRenderer(),
		tea.WithoutSignalHandler(),
		tea.WithFilter(sh.filter),
	)
	s.send = p.Send
	sh.send = p.Send
	sh.start(start, background)
	s.begin()

	stop := make(chan struct{})
	defer close(stop)
	go signals.watch(s, p, stop)

	_, err = p.Run()
	switch crash := sh.crashed(); {
	case crash != nil:
		return crash
	case errors.Is(err, tea.ErrProgramPanic):
		return err
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return nil
}

// signals are those that end the program and the one that says the terminal has
// another size, apart so that a burst of the latter cannot displace an end.
type signals struct{ end, size chan os.Signal }

func listen() signals {
	s := signals{end: make(chan os.Signal, 1), size: make(chan os.Signal, 1)}
	signal.Notify(s.end, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	signal.Notify(s.size, syscall.SIGWINCH)
	return s
}

func (s signals) stop() {
	signal.Stop(s.end)
	signal.Stop(s.size)
}

// watch turns signals into messages until stop is closed. While another program
// has the terminal, SIGINT is meant for that program.
func (s signals) watch(on *session, p *tea.Program, stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		case <-s.size:
			p.Send(on.size())
		case got := <-s.end:
			if got != syscall.SIGINT || !on.lent() {
				p.Quit()
			}
		}
	}
}

// BackgroundMsg tells the model the terminal's background colour, once, when
// the terminal answered. Until then dark is assumed.
type BackgroundMsg struct{ Dark bool }

// Exec runs a program, an editor for example, on the terminal and gives the
// model fn's message when it has ended. The model goes on receiving messages
// meanwhile; frames and keys wait. Standard input and output of cmd are set to
// the terminal when they are nil. fn may be nil.
func Exec(cmd *exec.Cmd, fn func(error) tea.Msg) tea.Cmd {
	return func() tea.Msg { return lendMsg{cmd: cmd, fn: fn} }
}

// Title sets the title of the terminal's window; it is taken back at the end.
// Control characters are dropped from it.
func Title(title string) tea.Cmd { return func() tea.Msg { return titleMsg(title) } }

// Redraw clears the terminal and draws every row again.
func Redraw() tea.Msg { return redrawMsg{} }

type (
	lendMsg struct {
		cmd *exec.Cmd
		fn  func(error) tea.Msg
	}
	titleMsg   string
	redrawMsg  struct{}
	suspendMsg struct{}
	frameMsg   struct{} // a frame that was put off is due
	crashMsg   struct{ err *PanicError }
)

// suspend stops the process group, as ctrl+z does in a shell, and returns when
// it is continued. A process group that no shell looks after cannot be stopped;
// then it returns soon.
func suspend() error {
	cont := make(chan os.Signal, 1)
	signal.Notify(cont, syscall.SIGCONT)
	defer signal.Stop(cont)
	if err := unix.Kill(0, unix.SIGTSTP); err != nil {
		return err
	}
	select {
	case <-cont:
	case <-time.After(300 * time.Millisecond): // does not run while we are stopped
	}
	return nil
}
