package term

import (
	"errors"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	xterm "github.com/charmbracelet/x/term"
)

// session owns the terminal from open to close. It has the terminal, or lends
// it: while it is lent there is neither raw mode, nor a reader, nor a frame.
type session struct {
	in, out *os.File
	opened  *os.File // /dev/tty, when we opened it
	send    func(tea.Msg)
	output  *output
	screen  *screen
	keys    *keys

	notifyBy NotifyBy
	version  atomic.Value // string: what the terminal calls itself

	lending sync.Mutex // one borrower at a time
	away    atomic.Bool

	mu     sync.Mutex   // guards what follows
	state  *xterm.State // as we found it
	reader *reader      // nil while lent
	closed bool
}

// open takes the terminal: raw mode and the alternate screen.
func open(opts Options) (*session, error) {
	s := &session{in: opts.Input, out: opts.Output, notifyBy: opts.Notify}
	if s.out == nil {
		s.out = os.Stdout
	}
	if !xterm.IsTerminal(s.out.Fd()) {
		return nil, ErrNoTerminal
	}
	if s.in == nil {
		s.in = os.Stdin
		if !xterm.IsTerminal(s.in.Fd()) {
			tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
			if err != nil {
				return nil, ErrNoKeyboard
			}
			s.in, s.opened = tty, tty
		}
	}
	if !xterm.IsTerminal(s.in.Fd()) {
		return nil, ErrNoKeyboard
	}
	state, err := xterm.MakeRaw(s.in.Fd())
	if err != nil {
		s.release()
		return nil, ErrNoKeyboard
	}
	s.state = state
	s.keys = &keys{send: func(msg tea.Msg) { s.send(msg) }}
	s.output = openOutput(s.out)
	s.screen = newScreen(s.output, opts.Mouse)
	s.screen.pictures = pictures{gallery: opts.Gallery, inTmux: os.Getenv("TMUX") != ""}
	s.screen.enter()
	return s, nil
}

// ask learns how the terminal counts columns. Keys typed meanwhile are kept.
func (s *session) ask(opts Options) (Measure, *BackgroundMsg) {
	var (
		early      []tea.Msg
		background *BackgroundMsg
	)
	s.send = func(msg tea.Msg) {
		if b, ok := msg.(BackgroundMsg); ok {
			background = &b
			return
		}
		if v, ok := msg.(versionMsg); ok {
			s.version.Store(string(v))
			return
		}
		if g, ok := msg.(graphicsMsg); ok {
			s.said(g) // the model that will draw is not there yet
			return
		}
		early = append(early, msg)
	}
	if opts.Gallery.asks() && !plainTerminal() {
		s.screen.write(askGraphics(s.screen.pictures.inTmux))
	}
	p, ok := opts.Widths.Fixed()
	if !ok {
		p, _ = probe(s.in, s.out, s.keys, opts.Timeout)
	} else {
		s.screen.write(askWho()) // the answer comes when it comes
	}
	s.keys.early = early
	return NewMeasure(p), background
}

// said takes a word of the terminal about pictures, and reports whether those that there are must be made anew.
func (s *session) said(m graphicsMsg) bool {
	g := s.screen.pictures.gallery
	return g != nil && g.said(m)
}

// begin starts reading keys; the ones typed before come first.
func (s *session) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys.send = s.send
	s.reader = startReader(s.in, s.keys, s.send)
}

// size asks the terminal for its size in cells; 0 when it does not know.
func (s *session) size() tea.WindowSizeMsg {
	w, h, err := xterm.GetSize(s.out.Fd())
	if err != nil {
		return tea.WindowSizeMsg{}
	}
	return tea.WindowSizeMsg{Width: w, Height: h}
}

func (s *session) show(f Frame) { s.screen.show(f) }
func (s *session) redraw()      { s.screen.redraw() }
func (s *session) lent() bool   { return s.away.Load() }

func (s *session) title(title string) {
	s.screen.setTitle(strings.ReplaceAll(StyleOnly(ansi.Strip(title)), "\n", " "))
}

// lend gives the terminal to a program until it has ended.
func (s *session) lend(msg lendMsg) tea.Cmd {
	cmd := msg.cmd
	return func() tea.Msg {
		err := s.without(func() error {
			if cmd.Stdin == nil {
				cmd.Stdin = s.in
			}
			if cmd.Stdout == nil {
				cmd.Stdout = s.out
			}
			if cmd.Stderr == nil {
				cmd.Stderr = s.out
			}
			return cmd.Run()
		})
		if msg.fn == nil {
			return nil
		}
		return msg.fn(err)
	}
}

// stop suspends the process, with the terminal given back to the shell.
func (s *session) stop() tea.Cmd {
	return func() tea.Msg {
		if err := s.without(suspend); err != nil {
			return nil
		}
		return tea.ResumeMsg{}
	}
}

// without runs f while the terminal is as we found it.
func (s *session) without(f func() error) error {
	s.lending.Lock()
	defer s.lending.Unlock()
	if !s.give() {
		return errClosed
	}
	defer s.take()
	return f()
}

var errClosed = errors.New("the screen has been closed")

// give leaves the terminal as it was found; false once it is closed.
func (s *session) give() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.away.Store(true)
	s.reader.stop()
	s.reader = nil
	s.screen.leave()
	_ = xterm.Restore(s.in.Fd(), s.state)
	return true
}

// take has the terminal again, unless the program ended meanwhile.
func (s *session) take() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	_, _ = xterm.MakeRaw(s.in.Fd()) // the state to return to stays the one found at the start
	s.keys.held = nil               // whatever was begun then
	s.screen.enter()
	s.reader = startReader(s.in, s.keys, s.send)
	s.away.Store(false)
	go s.send(s.size()) // it may have been resized meanwhile
}

// close gives the terminal back for good. Nobody draws any more. A borrower
// keeps it: nothing is left to undo then.
func (s *session) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	defer time.AfterFunc(stuck, s.output.giveUp).Stop()
	if s.reader != nil {
		s.reader.stop()
	}
	if !s.away.Load() {
		s.screen.leave()
		_ = xterm.Restore(s.in.Fd(), s.state)
	}
	s.screen.close()
	s.output.close()
	s.release()
}

func (s *session) release() {
	if s.opened != nil {
		_ = s.opened.Close()
	}
}
