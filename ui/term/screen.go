package term

import (
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/charmbracelet/x/ansi"
)

// What the terminal is put into, and taken out of again in reverse. Wrap is off
// so that no row can scroll the screen; modifyOtherKeys and the kitty keyboard
// tell shift+enter from enter, the first in xterm and tmux. Kitty's flag 4 names the key that another layout's letter
// lies on.
const (
	enterScreen = "\x1b[?1049h\x1b[2J\x1b[H\x1b[?25l\x1b[?7l\x1b[>4;2m\x1b[>5u\x1b[?2004h\x1b[?1004h"
	enterMouse  = "\x1b[?1000h\x1b[?1006h" // presses only: motion would be reports that nobody reads
	leaveMouse  = "\x1b[?1006l\x1b[?1000l"
	leaveScreen = "\x1b[?1004l\x1b[?2004l\x1b[<u\x1b[>4m\x1b[?7h\x1b[m\x1b[?25h\x1b[?1049l"

	pushTitle = "\x1b[22;2t"
	popTitle  = "\x1b[23;2t"

	beginSync = "\x1b[?2026h\x1b[?25l"
	endSync   = "\x1b[?2026l"
)

// screen writes frames. A goroutine of its own writes, so that a slow terminal
// never holds up the program: what is wanted meanwhile is kept, of frames the
// last one.
type screen struct {
	out   *output
	mouse bool
	wake  chan struct{} // something is wanted
	done  chan struct{}

	wantMu sync.Mutex
	want   wanted

	mu     sync.Mutex // held while writing
	on     bool       // between enter and leave
	frame  *Frame     // the last one wanted
	shown  *Frame     // what the terminal shows; nil when that is unknown
	title  string     // as a sequence; empty: it was never set
	titled bool       // the terminal shows it, and keeps the one before
	buf    []byte

	pictures pictures // guarded by mu
}

// wanted is what the writer has not done yet.
type wanted struct {
	frame *Frame
	whole bool   // draw every row again
	title string // as a sequence
	other string // sequences of our own
}

func newScreen(out *output, mouse bool) *screen {
	s := &screen{out: out, mouse: mouse, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go func() {
		defer close(s.done)
		for range s.wake {
			s.paint()
		}
	}()
	return s
}

// ask changes what is wanted and wakes the writer.
func (s *screen) ask(change func(*wanted)) {
	s.wantMu.Lock()
	change(&s.want)
	s.wantMu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default: // it is awake and will find this
	}
}

// show wants f on the terminal.
func (s *screen) show(f Frame) { s.ask(func(w *wanted) { w.frame = &f }) }

// redraw wants every row drawn again.
func (s *screen) redraw() { s.ask(func(w *wanted) { w.whole = true }) }

// write passes a sequence of our own.
func (s *screen) write(seq string) { s.ask(func(w *wanted) { w.other += seq }) }

func (s *screen) setTitle(title string) {
	if plainTerminal() {
		return
	}
	s.ask(func(w *wanted) { w.title = ansi.SetWindowTitle(title) })
}

// paint writes what is wanted.
func (s *screen) paint() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wantMu.Lock()
	want := s.want
	s.want = wanted{}
	s.wantMu.Unlock()
	if want.frame != nil {
		s.frame = want.frame
	}
	if want.whole {
		s.shown = nil
	}
	fresh := want.title != "" && want.title != s.title
	if fresh {
		s.title = want.title
	}
	if !s.on {
		return // enter will draw the last frame
	}
	b := append(s.buf[:0], want.other...)
	if !s.titled && s.title != "" {
		b = append(b, pushTitle...)
		s.titled, fresh = true, true
	}
	if fresh {
		b = append(b, s.title...)
	}
	if s.frame != nil {
		if s.shown == nil {
			s.pictures.lost()
		}
		b = s.pictures.appendNeeded(b, s.frame)
		b = appendFrame(b, s.frame.measure, &s.pictures, s.shown, s.frame)
		s.shown = s.frame
	}
	if s.buf = b; len(b) > 0 {
		_, _ = s.out.Write(b) // a terminal that is gone ends the program where it is read
	}
}

// enter takes the terminal and draws the last frame.
func (s *screen) enter() {
	s.mu.Lock()
	seq := enterScreen
	if s.mouse {
		seq += enterMouse
	}
	_, _ = io.WriteString(s.out, seq)
	s.on, s.shown = true, nil
	s.mu.Unlock()
	s.paint()
}

// leave gives the terminal back.
func (s *screen) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.on {
		return
	}
	s.on = false
	seq := string(s.pictures.forgetAll(nil)) + leaveScreen
	if s.mouse {
		seq = leaveMouse + seq
	}
	if s.titled {
		seq = popTitle + seq
		s.titled = false
	}
	s.out.last([]byte(seq))
}

// close ends the writer, after leave. Nothing may be wanted any more.
func (s *screen) close() {
	close(s.wake)
	<-s.done
}

// appendFrame appends the one write that turns the terminal from old (nil:
// unknown) to f. It appends nothing when they look the same.
func appendFrame(b []byte, m Measure, pics *pictures, old, f *Frame) []byte {
	begun := false
	begin := func() {
		if !begun {
			b = append(b, beginSync...)
			begun = true
		}
	}
	if old == nil || len(old.Rows) != len(f.Rows) {
		begin()
		b = append(b, "\x1b[m\x1b[2J"...)
		old = nil
	}
	for y, row := range f.Rows {
		if old != nil && old.Rows[y] == row {
			continue
		}
		begin()
		p := part{to: len(row)}
		if old != nil {
			p = changed(m, old.Rows[y], row)
		}
		b = appendMove(b, p.col, y)
		b = append(b, "\x1b[m"...)
		if p.to < len(row) {
			b = append(b, row[p.from:p.to]...)
			continue
		}
		b = appendRow(b, m, pics, row[p.from:], p.col)
		b = append(b, "\x1b[m\x1b[K"...) // the last column
		if strings.Contains(row, pictureLead) {
			b = pics.appendSixels(b, m, row, y)
		}
	}
	moved := old == nil || old.Cursor != f.Cursor || f.Cursor && (old.X != f.X || old.Y != f.Y)
	if !begun && !moved {
		return b
	}
	begin()
	if f.Cursor {
		b = appendMove(b, f.X, f.Y)
		b = append(b, "\x1b[?25h"...)
	}
	return append(b, endSync...)
}

func appendMove(b []byte, x, y int) []byte {
	b = append(b, "\x1b["...)
	b = strconv.AppendInt(b, int64(y+1), 10)
	b = append(b, ';')
	b = strconv.AppendInt(b, int64(x+1), 10)
	return append(b, 'H')
}
