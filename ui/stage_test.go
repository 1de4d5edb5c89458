package ui

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/inbox"
	"frontdesk/ui/term"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

var update = flag.Bool("update", false, "write the golden frames anew")

// stage drives a screen in process, inside a synctest bubble: keys in, commands run, and "idle" is when nothing moves.
type stage struct {
	t      *testing.T
	m      *Model
	desk   *fakeDesk
	msgs   chan tea.Msg
	cancel context.CancelFunc
	w, h   int
	quit   bool
	frames int // frames that differ from the one before
	last   string
	told   []string    // to the terminal: titles, notifications
	clips  []string    // what was put on the clipboard
	done   term.Copied // what becomes of it
}

// noon is the time at which every test begins.
var noon = time.Date(2026, time.August, 20, 9, 46, 0, 0, time.UTC)

// perform runs f on a stage in a bubble whose clock starts at noon.
func perform(t *testing.T, set func(*fakeDesk, *Config), f func(*stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		now := func() time.Time { return noon.Add(time.Since(start)) }
		desk := newFakeDesk(now)
		ids := 0
		cfg := Config{Desk: desk, Clock: now, Zone: time.UTC, NewID: func() string { ids++; return fmt.Sprintf("01ID%04d", ids) }}
		if set != nil {
			set(desk, &cfg)
		}
		ctx, cancel := context.WithCancel(context.Background())
		s := &stage{t: t, desk: desk, done: term.Copied{Terminal: true}, msgs: make(chan tea.Msg, 4096), cancel: cancel}
		s.m = New(ctx, cfg, term.NewMeasure(term.Profile{Method: term.Grapheme, WholeEmoji: true}))
		defer func() {
			cancel()
			time.Sleep(72 * time.Hour) // armed timers ring into the void, and their goroutines end
		}()
		s.run(s.m.Init())
		f(s)
	})
}

// run starts a command as Bubble Tea would.
func (s *stage) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() {
		msg := cmd()
		switch msg := msg.(type) {
		case nil:
		case tea.BatchMsg:
			for _, c := range msg {
				s.run(c)
			}
		case tea.QuitMsg:
			s.quit = true
		default:
			if v := reflect.ValueOf(msg); v.Kind() == reflect.Slice && v.Type().Elem() == reflect.TypeFor[tea.Cmd]() {
				s.sequence(v) // tea.Sequence's message has a private type
				return
			}
			s.msgs <- msg
		}
	}()
}

func (s *stage) sequence(v reflect.Value) {
	for i := range v.Len() {
		cmd := v.Index(i).Interface().(tea.Cmd)
		if cmd == nil {
			continue
		}
		switch msg := cmd().(type) {
		case nil:
		case tea.QuitMsg:
			s.quit = true
		case tea.BatchMsg:
			for _, c := range msg {
				s.run(c)
			}
		default:
			s.msgs <- msg
		}
	}
}

// update hands a message to the model; neither Update nor View may call the Desk.
func (s *stage) update(msg tea.Msg) {
	s.t.Helper()
	synctest.Wait()                                                                 // commands on their way do call it
	if reflect.TypeOf(msg).PkgPath() == reflect.TypeFor[term.Measure]().PkgPath() { // for the terminal, as term.Run would take it
		s.told = append(s.told, fmt.Sprintf("%+v", msg))
	}
	before := s.desk.calls.Load()
	_, cmd := s.m.Update(msg)
	view := s.m.View()
	if after := s.desk.calls.Load(); after != before {
		s.t.Fatalf("Update or View of %T called the Desk %d times", msg, after-before)
	}
	if view != s.last {
		s.last = view
		s.frames++
	}
	s.run(cmd)
}

// idle waits until nothing moves but timers.
func (s *stage) idle() {
	s.t.Helper()
	for quiet := 0; quiet < 2; quiet++ {
		synctest.Wait()
		select {
		case msg := <-s.msgs:
			if c, ok := msg.(term.CopyMsg); ok {
				s.clips = append(s.clips, c.Text)
				msg = c.Then(s.done)
			}
			s.update(msg)
			quiet = -1
		default:
			time.Sleep(gather + time.Millisecond) // events are gathered that long
		}
	}
}

// size resizes the terminal; the usable width is one less.
func (s *stage) size(w, h int) {
	s.w, s.h = term.Usable(w, h)
	s.update(tea.WindowSizeMsg{Width: s.w, Height: s.h})
	s.idle()
}

// press presses keys by name; a single character is itself.
func (s *stage) press(keys ...string) {
	s.t.Helper()
	for _, k := range keys {
		s.update(keyMsg(k))
		s.idle()
	}
}

// write types text, a rune at a time.
func (s *stage) write(text string) {
	s.t.Helper()
	for _, r := range text {
		s.update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
	}
	s.idle()
}

// pass lets time go by: timers ring when they are due.
func (s *stage) pass(d time.Duration) {
	s.t.Helper()
	end := time.Now().Add(d)
	for {
		s.idle()
		rest := time.Until(end)
		if rest <= 0 {
			return
		}
		timer := time.NewTimer(rest)
		select {
		case msg := <-s.msgs:
			s.update(msg)
		case <-timer.C:
		}
		timer.Stop()
	}
}

var keyTypes = map[string]tea.KeyType{"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "shift+tab": tea.KeyShiftTab,
	"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight, "home": tea.KeyHome, "end": tea.KeyEnd,
	"pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "backspace": tea.KeyBackspace, "delete": tea.KeyDelete,
	"ctrl+a": tea.KeyCtrlA, "ctrl+c": tea.KeyCtrlC, "ctrl+d": tea.KeyCtrlD, "ctrl+e": tea.KeyCtrlE, "ctrl+j": tea.KeyCtrlJ, "ctrl+k": tea.KeyCtrlK,
	"ctrl+l": tea.KeyCtrlL, "ctrl+_": tea.KeyCtrlUnderscore, "ctrl+o": tea.KeyCtrlO, "ctrl+s": tea.KeyCtrlS, "ctrl+t": tea.KeyCtrlT, "ctrl+x": tea.KeyCtrlX, "ctrl+y": tea.KeyCtrlY, "ctrl+n": tea.KeyCtrlN, "ctrl+p": tea.KeyCtrlP, "ctrl+r": tea.KeyCtrlR, "ctrl+u": tea.KeyCtrlU, "ctrl+w": tea.KeyCtrlW, "ctrl+z": tea.KeyCtrlZ, " ": tea.KeySpace}

// paste is text that was pasted.
func paste(text string) tea.KeyMsg {
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text), Paste: true}
}

func keyMsg(k string) tea.KeyMsg {
	name, alt := strings.CutPrefix(k, "alt+")
	msg := tea.KeyMsg{Alt: alt}
	if t, ok := keyTypes[name]; ok {
		msg.Type = t
		if t == tea.KeySpace {
			msg.Runes = []rune{' '}
		}
	} else {
		msg.Type, msg.Runes = tea.KeyRunes, []rune(name)
	}
	if got := msg.String(); got != k {
		panic(fmt.Sprintf("key %q is spelled %q", k, got))
	}
	return msg
}

// copied is the last text that was put on the clipboard.
func (s *stage) copied() string {
	s.t.Helper()
	if len(s.clips) == 0 {
		s.t.Fatal("nothing was copied")
	}
	return s.clips[len(s.clips)-1]
}

// rows are the frame as the terminal would show it, without colours.
func (s *stage) rows() []string {
	s.t.Helper()
	view := s.m.View()
	if bad := term.Misfit(s.m.pen.Measure, view, s.w, s.h); bad != "" {
		s.t.Fatalf("row does not fit: %s", bad)
	}
	f := term.Render(s.m.pen.Measure, view, s.w, s.h)
	rows := make([]string, len(f.Rows))
	for y, row := range f.Rows {
		rows[y] = strings.TrimRight(ansi.Strip(row), " ")
	}
	return rows
}

func (s *stage) screen() string { return strings.Join(s.rows(), "\n") }

// sees fails unless every text is on the screen.
func (s *stage) sees(texts ...string) {
	s.t.Helper()
	screen := s.screen()
	for _, text := range texts {
		if !strings.Contains(screen, text) {
			s.t.Fatalf("%q is not on the screen:\n%s", text, screen)
		}
	}
}

func (s *stage) misses(texts ...string) {
	s.t.Helper()
	screen := s.screen()
	for _, text := range texts {
		if strings.Contains(screen, text) {
			s.t.Fatalf("%q is on the screen:\n%s", text, screen)
		}
	}
}

// frame is the screen, and where the cursor stands.
func (s *stage) frame() string {
	s.t.Helper()
	f := term.Render(s.m.pen.Measure, s.m.View(), s.w, s.h)
	got := s.screen() + "\n"
	if f.Cursor {
		got += fmt.Sprintf("cursor %d,%d\n", f.X, f.Y)
	}
	return got
}

// golden compares the frame with the one in testdata, cursor included.
func (s *stage) golden(name string) {
	s.t.Helper()
	compare(s.t, name, s.frame())
}

// frameMark begins the head of each frame where one file holds several.
const frameMark = "=== "

// compare holds a file of frames to the one in testdata.
func compare(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", "frames", name+".txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; write it with go test ./ui -run Frames -update", err)
	}
	if got == string(want) {
		return
	}
	gots, wants := strings.Split(got, frameMark), strings.Split(string(want), frameMark)
	for i := range max(len(gots), len(wants)) {
		g, w := "", ""
		if i < len(gots) {
			g = gots[i]
		}
		if i < len(wants) {
			w = wants[i]
		}
		if g != w {
			t.Errorf("%s differs (go test ./ui -run Frames -update accepts it)\ngot:\n%s\nwant:\n%s", file, g, w)
		}
	}
}

// key of a message by its text, for tests that change one.
func (d *fakeDesk) find(id inbox.ThreadID, text string) inbox.Message {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, m := range d.messages[id] {
		if strings.Contains(m.Text, text) {
			return m
		}
	}
	panic("no message " + text)
}

func write(t *testing.T, file string) {
	t.Helper()
	if err := os.WriteFile(file, []byte("%PDF-1.4"), 0o600); err != nil {
		t.Fatal(err)
	}
}
