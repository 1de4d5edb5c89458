package term

import (
	"fmt"
	"reflect"
	"runtime/debug"
	"sync/atomic"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// shell is the tea.Model around the real one: it keeps panics from killing the
// program with the terminal raw, and makes frames of views.
type shell struct {
	session *session
	measure Measure
	send    func(tea.Msg)

	inner    tea.Model
	first    tea.Cmd
	w, h     int
	renderer renderer
	pace     pace
	due      bool // a frameMsg is on its way
	crash    atomic.Pointer[PanicError]
}

// PanicError is a panic in a model or in one of its commands.
type PanicError struct {
	Value any
	Stack []byte // the trace of the goroutine that panicked
}

// Error is the panic and its trace, on several lines.
func (e *PanicError) Error() string {
	return fmt.Sprintf("the screen stopped on a panic: %v\n\n%s", e.Value, e.Stack)
}

// Unwrap is the panic's value when that is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// start makes the model and gives it the size, so that its first View has one.
func (s *shell) start(start func(Measure) tea.Model, background *BackgroundMsg) {
	defer s.rescue()
	s.inner = start(s.measure)
	s.first = s.inner.Init()
	s.first = tea.Batch(s.first, s.pass(s.resize(s.session.size())))
	if background != nil {
		s.first = tea.Batch(s.first, s.pass(*background))
	}
}

func (s *shell) Init() tea.Cmd {
	if s.crash.Load() != nil {
		return tea.Quit
	}
	return guard(s.first)
}

// filter keeps Bubble Tea's own suspend away: it knows nothing of our terminal.
func (s *shell) filter(_ tea.Model, msg tea.Msg) tea.Msg {
	if _, ok := msg.(tea.SuspendMsg); ok {
		return suspendMsg{}
	}
	return msg
}

func (s *shell) Update(msg tea.Msg) (_ tea.Model, cmd tea.Cmd) {
	defer func() {
		if s.crash.Load() != nil {
			cmd = tea.Quit
		}
	}()
	defer s.rescue()
	switch msg := msg.(type) {
	case frameMsg:
		s.due = false
		return s, nil
	case crashMsg:
		s.crash.CompareAndSwap(nil, msg.err)
		return s, nil
	case lendMsg:
		return s, guard(s.session.lend(msg))
	case suspendMsg:
		return s, guard(s.session.stop())
	case titleMsg:
		s.session.title(string(msg))
		return s, nil
	case notifyMsg:
		return s, guard(s.session.notify(msg))
	case versionMsg:
		s.session.version.Store(string(msg))
		return s, nil
	case CopyMsg:
		return s, guard(s.session.copy(msg))
	case mouseMsg:
		s.session.screen.setMouse(bool(msg))
		return s, nil
	case graphicsMsg:
		if s.session.said(msg) {
			return s, guard(s.pass(GraphicsMsg{}))
		}
		return s, nil
	case redrawMsg:
		s.session.redraw()
		s.pace = pace{}
		return s, nil
	case tea.KeyMsg, ClickMsg, WheelMsg:
		s.pace.keyed = true
	case tea.WindowSizeMsg:
		old := tea.WindowSizeMsg{Width: s.w, Height: s.h}
		if size := s.resize(msg); size != old {
			s.session.redraw() // the terminal may have rearranged its rows
			return s, guard(s.pass(size))
		}
		return s, nil
	}
	return s, guard(s.pass(msg))
}

func (s *shell) pass(msg tea.Msg) (cmd tea.Cmd) {
	if s.crash.Load() != nil {
		return nil
	}
	s.inner, cmd = s.inner.Update(msg)
	return cmd
}

// resize notes the terminal's size and returns the usable one.
func (s *shell) resize(size tea.WindowSizeMsg) tea.WindowSizeMsg {
	s.w, s.h = Usable(size.Width, size.Height)
	return tea.WindowSizeMsg{Width: s.w, Height: s.h}
}

// View hands a frame to the terminal and returns nothing: Bubble Tea's renderer
// is off.
func (s *shell) View() string {
	defer s.rescue()
	if s.crash.Load() != nil {
		return ""
	}
	now := time.Now()
	if wait := s.pace.wait(now); wait > 0 {
		if !s.due {
			s.due = true
			time.AfterFunc(wait, func() { s.send(frameMsg{}) })
		}
		return ""
	}
	s.pace.drew(now)
	s.session.show(s.renderer.render(s.measure, s.inner.View(), s.w, s.h))
	return ""
}

// rescue keeps a panic and asks the program to end.
func (s *shell) rescue() {
	if v := recover(); v != nil {
		err := &PanicError{Value: v, Stack: debug.Stack()}
		s.crash.CompareAndSwap(nil, err)
		go s.send(crashMsg{err}) // View cannot return a command
	}
}

func (s *shell) crashed() *PanicError { return s.crash.Load() }

// guard wraps a command, and the commands that it returns in a batch or a
// sequence, so that a panic in it becomes a message instead of the end of the
// process.
func guard(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() (msg tea.Msg) {
		defer func() {
			if v := recover(); v != nil {
				msg = crashMsg{&PanicError{Value: v, Stack: debug.Stack()}}
			}
		}()
		return guardAll(cmd())
	}
}

var cmdType = reflect.TypeFor[tea.Cmd]()

// guardAll guards the commands of tea.BatchMsg and of tea.Sequence's message,
// whose type is private: both are slices of commands.
func guardAll(msg tea.Msg) tea.Msg {
	v := reflect.ValueOf(msg)
	if !v.IsValid() || v.Kind() != reflect.Slice || v.Type().Elem() != cmdType {
		return msg
	}
	all := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
	for i := range v.Len() {
		all.Index(i).Set(reflect.ValueOf(guard(v.Index(i).Interface().(tea.Cmd))))
	}
	return all.Interface()
}
