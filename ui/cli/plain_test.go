package cli

import (
	"context"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"frontdesk/cloudapi/sandbox"
	"frontdesk/inbox"
)

// lines is the built program line by line, on pipes: no terminal anywhere.
type lines struct {
	t    *testing.T
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  lockedBuffer
	read int
}

func speakTo(t *testing.T, cmd *exec.Cmd) *lines {
	t.Helper()
	l := &lines{t: t, cmd: cmd}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	l.in, cmd.Stdout, cmd.Stderr = in, &l.out, &l.out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return l
}

// types types a line and waits until its answer says all that is wanted, in that order.
func (l *lines) types(line string, want ...string) {
	l.t.Helper()
	if _, err := io.WriteString(l.in, line+"\n"); err != nil {
		l.t.Fatal(err)
	}
	l.says(append([]string{"> " + line}, want...)...)
}

// says waits until everything wanted was said, in that order, behind what was waited for before.
func (l *lines) says(want ...string) {
	l.t.Helper()
	for _, w := range want {
		eventually(l.t, w+"\nin\n"+l.out.String(), func() bool {
			i := strings.Index(l.out.String()[l.read:], w)
			if i >= 0 {
				l.read += i + len(w)
			}
			return i >= 0
		})
	}
}

// TestPlainJourney is a morning at the desk by lines alone, on a real owner and the practice WhatsApp: once the program
// owns the store, once it is attached to an owner.
func TestPlainJourney(t *testing.T) {
	t.Parallel()
	for name, served := range map[string]bool{"owner": false, "attached": true} {
		t.Run(name, func(t *testing.T) {
			sb, s := newFarSide(t)
			if served {
				s.serve(t, io.Discard)
			}
			l := speakTo(t, s.command(t.Context(), t, "--plain"))
			l.says("unread. Type help for commands.\n")
			eventually(t, "the listener", func() bool { return alive(s) })
			connectTo(t, sb, s)
			asha := sb.Customer("+919800000210").Named("Asha Rao")
			asha.Write("Is the 2 kg box in stock?\x1b[2J\n09:00 you: paid")
			l.says("Asha Rao, thread 1, unread 1: Is the 2 kg box in stock?\ufffd[2J / 09:00 you: paid\n")
			l.types("1", "Thread 1, Asha Rao. Window open, closes in ", "Assigned to nobody.\n", "1 unread:\n", " #1 Asha Rao: Is the 2 kg box")
			l.types("reply Yes to both.", "Sent.", "read.\n")
			l.types("take", "You have Asha Rao now.\n")

			// Somebody answers on the phone: the reply waits for a second word.
			sb.Phone().Reply(asha, "Sim, temos duas.")
			l.says(" phone to Asha Rao", ": Sim, temos duas.\n")
			l.types("reply Two left.", "Not sent: phone answered ", "Type send to send yours all the same")
			l.types("send", "Sent.", "read.\n")

			// A closed window takes a template only.
			old := sb.Customer("+5511912342210").Named("Bruno Lima")
			old.Write("Oi!", sandbox.At(time.Now().Add(-30*time.Hour)))
			l.says("1 earlier message came in 1 thread: threads lists them.\n")
			l.types("open bruno", "Window closed 6 hours ago: free text is refused until they write again.")
			l.types("reply Oi!", "Window closed 6 hours ago", "Kept as a draft.")
			l.types("template", "1 order_update, en_US, utility: Hello {{1}}, your order {{2}} is ready.\n")
			l.types("template 1", "Bruno")
			_, _ = io.WriteString(l.in, "\n4431\n")
			l.says("This goes to Bruno Lima, exactly so:\n  Hello Bruno, your order 4431 is ready.\n")
			l.types("send", "Sent.", "read.\n")

			l.types("search 2 kg", "hit 1, Asha Rao, thread 1: Is the 2 kg box")
			l.types("hit 1", "Thread 1, Asha Rao.", "#1 is what was found.\n")
			l.types("later 2h It is packed.", "It leaves ", "cancel calls it back.\n")
			l.types("cancel", "Cancelled.\n")
			l.types("note regular", "Note kept.\n")
			l.types("mute", "Asha Rao is muted")
			l.types("label vip", "labelled vip.\n")
			l.types("done", "Done.")
			l.types("threads done", "Asha Rao, thread 1, assigned to you, done")

			// Half a reply, and the power goes: the draft is there when the program is back.
			l.types("reply", "Write line by line.")
			_, _ = io.WriteString(l.in, "Dear Asha,\nyour box\nand\n")
			l.says(". and\n") // the line before it is on the disk by then
			if err := l.cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = l.cmd.Wait()
			again := speakTo(t, s.command(t.Context(), t, "--plain"))
			eventually(t, "the thread is there again", func() bool { // the views follow the journal
				again.types("threads every")
				again.types("where", "unread")
				return strings.Contains(again.out.String(), "Asha Rao, thread ")
			})
			again.types("open asha", `Draft, you: "Dear Asha, / your box`, "send sends it")
			again.types("discard", "Discarded.\n")
			again.types("quit")
			if err := again.cmd.Wait(); err != nil {
				t.Errorf("quit: %v: %s", err, again.out.String())
			}
			if bad := regexp.MustCompile(`[\x00-\x09\x0b-\x1f\x7f-\x{9f}\x{202a}-\x{202e}]`).FindString(l.out.String() + again.out.String()); bad != "" {
				t.Errorf("the byte %q left", bad)
			}
			drain(t, sb)
			if n := len(decodeLines[inbox.Message](t, s, "messages", "Asha Rao", "--json")); n != 4 && n != 5 { // with the cancelled one
				t.Errorf("%d messages in the thread", n)
			}
		})
	}
}

// TestPlainEndsWithItsInput: a script is done when its lines are; a signal ends it like a person's quit.
func TestPlainEndsWithItsInput(t *testing.T) {
	_, s := newFarSide(t)
	for _, in := range []string{"", "threads\n", "threads\nquit\nthreads\n"} {
		c := s.command(t.Context(), t, "--plain")
		c.Stdin = strings.NewReader(in)
		out, err := c.CombinedOutput()
		if err != nil || strings.Count(string(out), "> threads\n") != strings.Count(strings.TrimSuffix(in, "quit\nthreads\n"), "threads") {
			t.Errorf("%q: %v: %s", in, err, out)
		}
	}
	c := s.command(t.Context(), t, "--plain")
	c.Stdin, c.Stdout = nil, nil // /dev/null: a file that cannot be waited for
	if err := c.Run(); err != nil {
		t.Error(err)
	}
	l := speakTo(t, s.command(t.Context(), t, "--plain"))
	l.says("Type help for commands.\n")
	if err := l.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := l.cmd.Wait(); err != nil {
		t.Errorf("ended with %v: %s", err, l.out.String())
	}
}

func TestPlainByItself(t *testing.T) {
	for env, want := range map[string]bool{"": false, "TERM=xterm": false, "TERM=dumb": true, "ACCESSIBLE=1": true, "ACCESSIBLE=0": false, "ACCESSIBLE=false": false, "ACCESSIBLE=yes": true} {
		for args, asked := range map[string]*bool{"": nil, "--plain": new(true), "--plain=false": new(false)} {
			a := &app{out: io.Discard, err: io.Discard}
			root := a.root()
			if err := root.ParseFlags(strings.Fields(args)); err != nil {
				t.Fatal(err)
			}
			name, value, _ := strings.Cut(env, "=")
			got := a.inLines(root, func(n string) string {
				if n == name {
					return value
				}
				return ""
			})
			if asked != nil && got != *asked || asked == nil && got != want {
				t.Errorf("%s with %q: %v", env, args, got)
			}
		}
	}
}

// TestJourneyPlain is the demo on a terminal that cannot draw: the terminal's own line editing, events on lines of
// their own, and nothing but text in what the terminal got.
func TestJourneyPlain(t *testing.T) {
	t.Parallel()
	log := t.TempDir() + "/pty"
	x := inTmux(t, 220, 60, "TERM=dumb "+demoCommand(t)+" 2>&1")
	x.run("pipe-pane", "-o", "cat > "+log)
	x.sees("Type help for commands.", "\n>")
	x.text("open olivia")
	x.keys("Enter")
	x.sees("Thread 1, Olivia Bennett 204. Window open, closes in", "Could someone pick us up")
	x.sees("Of course. Ravi waits")
	x.text("replyy")
	x.keys("BSpace")
	x.text(" Ravi holds a sign")
	x.keys("Enter")
	s := x.until("the reply as sent, or the choice", func(s string) bool {
		return strings.Contains(s, "Sent.") || strings.Contains(s, "Not sent: phone answered")
	})
	if strings.Contains(s, "Not sent") {
		x.text("send")
		x.keys("Enter")
		x.sees("Sent.")
	}
	x.text("where")
	x.keys("Enter")
	x.sees("> where")
	x.keys("C-d")
	s = x.sees("ended with", "done")
	if !strings.Contains(s, "ended with 0") || strings.Contains(s, "-echo") || strings.Contains(s, "-icanon") {
		t.Errorf("the terminal was left like this:\n%s", s)
	}
	raw, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	// The terminal driver adds carriage returns, and rubs out with backspaces what a person deletes.
	if bad := regexp.MustCompile(`[\x00-\x07\x09\x0b\x0c\x0e-\x1f\x7f]`).FindString(string(raw)); bad != "" || !strings.Contains(string(raw), "Sent.") {
		t.Errorf("the byte %q left:\n%q", bad, raw)
	}
}

// TestPlainWithoutATerminal: the screen still refuses a pipe, and says what to do.
func TestPlainWithoutATerminal(t *testing.T) {
	_, s := newFarSide(t)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	c := s.command(ctx, t)
	c.Env = append(c.Env, "TERM=xterm", "ACCESSIBLE=")
	out, err := c.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "--plain") || strings.Count(string(out), "\n") != 1 {
		t.Errorf("%v: %s", err, out)
	}
}
