package cli

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// tmux is one terminal with the built program in it: what a person sees and presses.
type tmux struct {
	t      *testing.T
	socket string
	shell  int // its process group is the program and what started it
}

var tmuxCount atomic.Int64

// inTmux runs a command line in a terminal of that size; afterwards a shell says how the terminal was left.
func inTmux(t *testing.T, w, h int, command string) *tmux {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("tmux is not installed: what the built program shows on a terminal is not tested")
	}
	x := &tmux{t: t, socket: fmt.Sprintf("frontdesk-test-%d-%d", os.Getpid(), tmuxCount.Add(1))}
	script := command + `; echo "ended with $?"; stty -a | tr ';' '\n' | grep -ow -e '-\?echo' -e '-\?icanon' | tr '\n' ' '; echo done; sleep 600`
	x.run("new-session", "-d", "-x", fmt.Sprint(w), "-y", fmt.Sprint(h), script)
	var err error
	x.shell, err = strconv.Atoi(strings.TrimSpace(x.run("display-message", "-p", "#{pane_pid}")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = exec.Command("tmux", "-L", x.socket, "kill-server").Run()
		for range 500 { // the program ends by itself when its terminal is gone; what it holds is then free
			if syscall.Kill(-x.shell, 0) != nil {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Errorf("the program outlives its terminal")
	})
	return x
}

func (x *tmux) run(args ...string) string {
	x.t.Helper()
	c := exec.Command("tmux", append([]string{"-L", x.socket, "-f", "/dev/null"}, args...)...)
	c.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "NO_COLOR=")
	out, err := c.CombinedOutput()
	if err != nil {
		x.t.Fatalf("tmux %v: %v: %s", args, err, out)
	}
	return string(out)
}

func (x *tmux) screen() string { return x.run("capture-pane", "-p") }

func (x *tmux) keys(keys ...string) {
	x.t.Helper()
	x.run(append([]string{"send-keys"}, keys...)...)
}

func (x *tmux) text(s string) {
	x.t.Helper()
	x.run("send-keys", "-l", s)
}

// paste is what a terminal does with the clipboard: in brackets, so that programs can tell it from keys.
func (x *tmux) paste(s string) {
	x.t.Helper()
	x.run("set-buffer", s)
	x.run("paste-buffer", "-p")
}

func (x *tmux) resize(w, h int) {
	x.t.Helper()
	x.run("resize-window", "-x", fmt.Sprint(w), "-y", fmt.Sprint(h))
}

// until waits until the screen satisfies a check and gives it.
func (x *tmux) until(what string, ok func(screen string) bool) string {
	x.t.Helper()
	deadline := time.Now().Add(60 * time.Second)
	for {
		s := x.screen()
		if ok(s) {
			return s
		}
		if time.Now().After(deadline) {
			x.t.Fatalf("the screen never shows %s:\n%s", what, s)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (x *tmux) sees(parts ...string) string {
	x.t.Helper()
	return x.until(strings.Join(parts, " and "), func(s string) bool {
		for _, p := range parts {
			if !strings.Contains(s, p) {
				return false
			}
		}
		return true
	})
}

// never fails when the screen shows a text now.
func (x *tmux) never(parts ...string) {
	x.t.Helper()
	s := x.screen()
	for _, p := range parts {
		if strings.Contains(s, p) {
			x.t.Fatalf("the screen shows %q:\n%s", p, s)
		}
	}
}

// rows are the screen's, each without the blanks at its end.
func (x *tmux) rows() []string { return strings.Split(strings.TrimSuffix(x.screen(), "\n"), "\n") }

// told presses a key that the screen names with a word, as somebody does who knows nothing else: "enter open" presses
// enter.
func (x *tmux) told(hints ...string) {
	x.t.Helper()
	for _, hint := range hints {
		x.sees(hint)
		key, _, _ := strings.Cut(hint, " ")
		if name, ok := map[string]string{"enter": "Enter", "esc": "Escape", "tab": "Tab", "↓": "Down", "↑": "Up"}[key]; ok {
			key = name
		}
		x.keys(key)
	}
}

// focus tells the program that its terminal has the focus, or has not, as terminals do that it asked.
func (x *tmux) focus(on bool) {
	x.t.Helper()
	final := "4f"
	if on {
		final = "49"
	}
	x.run("send-keys", "-H", "1b", "5b", final)
}

// title is what the program calls its window.
func (x *tmux) title() string {
	x.t.Helper()
	return strings.TrimSuffix(x.run("display-message", "-p", "#{pane_title}"), "\n")
}

// record gives what the program writes from now on: the bytes that reach a terminal.
func (x *tmux) record() func() string {
	x.t.Helper()
	file := filepath.Join(x.t.TempDir(), "bytes")
	x.run("pipe-pane", "-O", "cat > "+file)
	return func() string {
		b, err := os.ReadFile(file)
		if err != nil && !os.IsNotExist(err) {
			x.t.Fatal(err)
		}
		return string(b)
	}
}

// attach shows the terminal to somebody, on a terminal of their own that has room for it. What only reaches whoever looks
// gets through from then on: what the program writes for that terminal is passed on as it is.
func (x *tmux) attach() {
	x.t.Helper()
	x.run("set-option", "-g", "status", "off")
	x.run("set-option", "-g", "allow-passthrough", "on")
	x.run("set-option", "-g", "window-size", "manual")
	client := exec.Command("tmux", "-L", x.socket, "attach-session")
	client.Env = append(os.Environ(), "TERM=xterm-256color", "TMUX=", "LC_ALL=C.UTF-8")
	tty, err := pty.StartWithSize(client, &pty.Winsize{Cols: 200, Rows: 60})
	if err != nil {
		x.t.Fatal(err)
	}
	drained := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, tty)
		close(drained)
	}()
	x.t.Cleanup(func() {
		_ = client.Process.Kill()
		_ = client.Wait()
		_ = tty.Close()
		<-drained
	})
	x.until("the session as attached", func(string) bool {
		return strings.TrimSpace(x.run("display-message", "-p", "#{session_attached}")) == "1"
	})
}

// column is one column of the screen, from the top, cell by cell: a rectangle of one column is selected in it. What is
// in a cell is the terminal's own answer, whatever wide or composed characters stand to the left of it.
func (x *tmux) column(n int) []string {
	x.t.Helper()
	height := len(x.rows())
	x.run("copy-mode")
	x.run("send-keys", "-X", "top-line")
	x.run("send-keys", "-X", "start-of-line")
	x.run("send-keys", "-X", "-N", fmt.Sprint(n), "cursor-right")
	x.run("send-keys", "-X", "begin-selection")
	x.run("send-keys", "-X", "rectangle-on")
	x.run("send-keys", "-X", "-N", fmt.Sprint(height-1), "cursor-down")
	x.run("send-keys", "-X", "copy-selection-and-cancel")
	return strings.Split(strings.TrimSuffix(x.run("show-buffer"), "\n"), "\n")
}
