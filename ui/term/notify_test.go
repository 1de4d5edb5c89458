package term

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

func TestSinkOf(t *testing.T) {
	for name, want := range map[string]NotifyBy{
		"kitty(0.36.4)": NotifyOSC99, "xterm-kitty": NotifyOSC99, "foot(1.16.2)": NotifyOSC777, "foot-extra": NotifyOSC777,
		"ghostty 1.1.0": NotifyOSC777, "xterm-ghostty": NotifyOSC777, "WezTerm 20240203": NotifyOSC777, "iTerm2 3.5.11": NotifyOSC9,
		"iTerm.app": NotifyOSC9, "WarpTerminal": NotifyOSC9,
		"": NotifyBell, "XTerm(390)": NotifyBell, "VTE(7600)": NotifyBell, "Konsole 24.05": NotifyBell, "xterm-256color": NotifyBell,
		"tmux 3.4": NotifyBell, "Apple_Terminal": NotifyBell, "vscode": NotifyBell, "rxvt-unicode-256color": NotifyBell, "screen": NotifyBell,
	} {
		if got := sinkOf(name); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}

func TestSink(t *testing.T) {
	open := tmuxState{through: true, shown: true, focus: true, termType: "kitty(0.36.4)", termName: "xterm-kitty"}
	with := func(change func(*tmuxState)) *tmuxState {
		s := open
		change(&s)
		return &s
	}
	inside := map[string]string{"TMUX": "/tmp/tmux", "TERM": "screen-256color", "TERM_PROGRAM": "tmux"}
	tests := []struct {
		name, version string
		env           map[string]string
		tmux          *tmuxState // nil: it does not answer
		by            NotifyBy
		want          Notified
	}{
		{"it names itself", "kitty(0.36.4)", nil, nil, "", Notified{By: NotifyOSC99, Terminal: "kitty(0.36.4)"}},
		{"auto", "foot(1.16)", nil, nil, NotifyAuto, Notified{By: NotifyOSC777, Terminal: "foot(1.16)"}},
		{"its word is above the environment", "XTerm(390)", map[string]string{"TERM_PROGRAM": "iTerm.app"}, nil, "", Notified{By: NotifyBell, Terminal: "XTerm(390)"}},
		{"the environment names it", "", map[string]string{"TERM_PROGRAM": "iTerm.app", "TERM": "xterm-256color"}, nil, "", Notified{By: NotifyOSC9, Terminal: "iTerm.app"}},
		{"ssh brought the name along", "", map[string]string{"LC_TERMINAL": "iTerm2", "TERM": "xterm-256color"}, nil, "", Notified{By: NotifyOSC9, Terminal: "iTerm2"}},
		{"TERM names it", "", map[string]string{"TERM": "xterm-ghostty"}, nil, "", Notified{By: NotifyOSC777, Terminal: "xterm-ghostty"}},
		{"in GNU screen the names around it say nothing", "", map[string]string{"STY": "1.tty", "TERM_PROGRAM": "iTerm.app", "TERM": "screen"}, nil, "", Notified{By: NotifyBell, Terminal: "screen"}},
		{"nothing is known", "", nil, nil, "", Notified{By: NotifyBell}},
		{"off", "kitty(0.36.4)", nil, nil, NotifyOff, Notified{By: NotifyOff, Terminal: "kitty(0.36.4)"}},
		{"the bell is wanted", "kitty(0.36.4)", nil, nil, NotifyBell, Notified{By: NotifyBell, Terminal: "kitty(0.36.4)"}},
		{"another way is wanted", "XTerm(390)", nil, nil, NotifyOSC777, Notified{By: NotifyOSC777, Terminal: "XTerm(390)"}},
		{"tmux lets it pass", "tmux 3.4", inside, &open, "", Notified{By: NotifyOSC99, Terminal: "kitty(0.36.4)", Tmux: true}},
		{"tmux that does not name itself", "", inside, &open, "", Notified{By: NotifyOSC99, Terminal: "kitty(0.36.4)", Tmux: true}},
		{"a terminal started from within tmux", "kitty(0.36.4)", inside, nil, "", Notified{By: NotifyOSC99, Terminal: "kitty(0.36.4)"}},
		{"tmux lets nothing pass", "tmux 3.4", inside, with(func(s *tmuxState) { s.through = false }), "", Notified{By: NotifyBell, Terminal: "kitty(0.36.4)", Tmux: true, Blocked: true}},
		{"nor what is wanted", "tmux 3.4", inside, with(func(s *tmuxState) { s.through = false }), NotifyOSC9, Notified{By: NotifyBell, Terminal: "kitty(0.36.4)", Tmux: true, Blocked: true}},
		{"another window is shown", "tmux 3.4", inside, with(func(s *tmuxState) { s.shown = false }), "", Notified{By: NotifyBell, Terminal: "kitty(0.36.4)", Tmux: true, Blocked: true}},
		{"another window is shown, and all pass", "tmux 3.4", inside, with(func(s *tmuxState) { s.shown, s.all = false, true }), "", Notified{By: NotifyOSC99, Terminal: "kitty(0.36.4)", Tmux: true}},
		{"tmux in xterm", "tmux 3.4", inside, with(func(s *tmuxState) { s.termType, s.termName, s.focus = "", "xterm", false }), "", Notified{By: NotifyBell, Terminal: "xterm", Tmux: true, Blind: true}},
		{"tmux does not answer", "tmux 3.4", inside, nil, "", Notified{By: NotifyBell, Terminal: "tmux 3.4", Tmux: true, Blocked: true}},
		{"tmux on the near side of ssh", "tmux 3.4", nil, nil, "", Notified{By: NotifyBell, Terminal: "tmux 3.4", Tmux: true, Blocked: true}},
	}
	for _, tt := range tests {
		h := host{version: tt.version, env: func(k string) string { return tt.env[k] }, tmux: func() (tmuxState, error) {
			if tt.tmux == nil {
				return tmuxState{}, errors.New("no server")
			}
			return *tt.tmux, nil
		}}
		if got := h.sink(tt.by); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

func TestTmuxAnswer(t *testing.T) {
	for answer, want := range map[string]tmuxState{
		"1|1|1|1|xterm-kitty|kitty(0.36.4)\n": {through: true, shown: true, focus: true, termName: "xterm-kitty", termType: "kitty(0.36.4)"},
		"0|1|2|0|xterm|\n":                    {shown: true, termName: "xterm"},
		"2|0|1|0|foot|foot(1.16)\n":           {all: true, termName: "foot", termType: "foot(1.16)"},
		"1|1|0|0||\n":                         {through: true}, // nobody is attached
		"":                                    {},
	} {
		if got := tmuxAnswer(answer); got != want {
			t.Errorf("%q: %+v, want %+v", answer, got, want)
		}
	}
}

func TestNotificationBytes(t *testing.T) {
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	n := Notification{ID: "t_01ab", Title: "Asha Rao", Body: "Is the 2 kg box in stock?"}
	bare := Notification{ID: "t_01ab", Title: "A new message", Always: true}
	tests := []struct {
		n    Notification
		by   NotifyBy
		want string
	}{
		{n, NotifyBell, "\a"},
		{n, NotifyOff, ""},
		{n, NotifyOSC9, "\x1b]9;frontdesk: Asha Rao: Is the 2 kg box in stock?\x1b\\"},
		{bare, NotifyOSC9, "\x1b]9;frontdesk: A new message\x1b\\"},
		{n, NotifyOSC777, "\x1b]777;notify;Asha Rao;Is the 2 kg box in stock?\x1b\\"},
		{bare, NotifyOSC777, "\x1b]777;notify;A new message;\x1b\\"},
		{n, NotifyOSC99, "\x1b]99;i=frontdesk-t_01ab:d=0:o=unfocused:f=" + b64("frontdesk") + ":e=1:p=title;" + b64("Asha Rao") + "\x1b\\" +
			"\x1b]99;i=frontdesk-t_01ab:d=1:e=1:p=body;" + b64("Is the 2 kg box in stock?") + "\x1b\\"},
		{bare, NotifyOSC99, "\x1b]99;i=frontdesk-t_01ab:o=always:f=" + b64("frontdesk") + ":e=1:p=title;" + b64("A new message") + "\x1b\\"},
	}
	for _, tt := range tests {
		if got := tt.n.bytes(tt.by); got != tt.want {
			t.Errorf("%s:\n got %q\nwant %q", tt.by, got, tt.want)
		}
	}
	if got, want := throughTmux("\x1b]9;x\x1b\\"), "\x1bPtmux;\x1b\x1b]9;x\x1b\x1b\\\x1b\\"; got != want {
		t.Errorf("through tmux: %q", got)
	}
}

var strange = []string{
	"\x1b]0;pwn\a", "\a\a\a", "\u009b2J", "\u009d0;pwn\u009c", "\u202egnp.exe", "\u2066x", "a\x1b\\b", "\x1bPtmux;\x1b\x1b]0;pwn\a\x1b\\", "4;1;50",
	"9;4;3", "x;y;z", "\r\nX-Evil: 1", "\xff\xfe", "\x1b", "\x00", strings.Repeat("e\u0301\u0302", 10000), strings.Repeat("a", 100000), "👨\u200d👩\u200d👧", "आपका ऑर्डर",
	"\ufeff", "\u2028line", ";", "i=1:p=close;", "", "   ",
}

var (
	osc9   = regexp.MustCompile(`^\x1b\]9;frontdesk: ([^;]*)\x1b\\$`)
	osc777 = regexp.MustCompile(`^\x1b\]777;notify;([^;]*);([^;]*)\x1b\\$`)
	osc99  = regexp.MustCompile(`^(?:\x1b\]99;i=frontdesk-[a-zA-Z0-9_-]*(?::[a-z]=[a-zA-Z0-9+/=]+)*;[a-zA-Z0-9+/=]*\x1b\\){1,2}$`)
)

// TestHostileNotifications: whatever a stranger is called and writes, a notification is one, of a bounded length, and
// what terminals read in it is text.
func TestHostileNotifications(t *testing.T) {
	for _, title := range strange {
		for _, body := range strange {
			n := Notification{ID: title, Title: title, Body: body}
			for by, whole := range map[NotifyBy]*regexp.Regexp{NotifyOSC9: osc9, NotifyOSC777: osc777, NotifyOSC99: osc99} {
				seq := n.bytes(by)
				parts := whole.FindStringSubmatch(seq)
				if parts == nil {
					t.Fatalf("%s of %.40q and %.40q is %.200q", by, title, body, seq)
				}
				if len(seq) > 4096 {
					t.Errorf("%s: %d bytes", by, len(seq))
				}
				for _, s := range parts[1:] {
					if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool {
						return unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
					}) {
						t.Errorf("%s: text %q", by, s)
					}
				}
			}
		}
	}
	if got := oneLine("  Asha \n\t Rao ", 80); got != "Asha Rao" {
		t.Errorf("%q", got)
	}
	if got := oneLine(strings.Repeat("x", 81), 80); utf8.RuneCountInString(got) != 80 || !strings.HasSuffix(got, "x…") {
		t.Errorf("%q", got)
	}
	if got := oneLine(strings.Repeat("x", 80), 80); got != strings.Repeat("x", 80) {
		t.Errorf("%q", got)
	}
}

const asha777 = "\x1b]777;notify;Asha]0,pwn Rao;2 kg, in stock?\x1b\\"

// TestNotifyOnATerminal: the terminal's own word decides, when it comes.
func TestNotifyOnATerminal(t *testing.T) {
	m := newTerminal(t)
	cmd := m.helper("screen", "TMUX=", "STY=", "TERM_PROGRAM=", "LC_TERMINAL=")
	m.expect("\x1b[>q")
	m.send("\x1b]11;rgb:0000/0000/0000\x1b\\\x1bP>|foot(1.16.2)\x1b\\\x1b[2;3R\x1b[2;3R\x1b[2;3R\x1b[2;3R\x1b[2;3R")
	m.expect("ready")
	m.send("n")
	m.expect(asha777)
	m.expect("by osc777")
	m.send("q")
	m.expect("ended: <nil>")
	m.ended(cmd)
	m.restored()

	// Without a probe it may come later; without an answer there is the bell.
	m = newTerminal(t)
	cmd = m.helper("screen", "WIDTHS=wcwidth", "TMUX=", "STY=", "TERM_PROGRAM=", "LC_TERMINAL=")
	m.expect("ready")
	m.send("n")
	m.expect("\a")
	m.expect("by bell")
	m.send("\x1bP>|kitty(0.36.4)\x1b\\n")
	m.expect("\x1b]99;i=frontdesk-t_1:d=0:")
	m.expect("osc99")
	m.send("q")
	m.expect("ended: <nil>")
	m.ended(cmd)

	m = newTerminal(t)
	cmd = m.helper("screen", "WIDTHS=wcwidth", "NOTIFY=off", "TMUX=")
	m.expect("ready")
	m.send("\x1bP>|kitty(0.36.4)\x1b\\n")
	m.expect("by off")
	m.send("q")
	m.expect("ended: <nil>")
	m.ended(cmd)
	if out := m.all(); strings.Contains(out, "]99;") || strings.Contains(out, "\a") {
		t.Errorf("off, and yet %q", out)
	}
}

// TestTitleOverEveryWayOut: the title that the terminal had is there whenever it is somebody else's, and ours again
// after; notifications that fall in between are not written into another program's screen.
func TestTitleOverEveryWayOut(t *testing.T) {
	title := "\x1b]2;(12) acme store\a"
	m := newTerminal(t)
	cmd := m.start(exec.Command("sh", "-c", `set -m; "$0"; echo "stopped with $?"; fg; echo "back with $?"`, os.Args[0]), "screen", "WIDTHS=wcwidth", "TMUX=")
	m.expect("ready")
	m.send("t")
	m.expect(pushTitle + title)
	m.send("z")
	m.expect(popTitle)
	m.expect("stopped with 148")
	m.expect(enterScreen)
	m.expect(pushTitle + title)
	m.expect("resumed")
	m.send("e")
	m.expect(popTitle)
	m.expect("in the editor")
	m.send("text\r")
	m.expect(pushTitle + title)
	m.expect("editor:exit")
	m.send("t\x1b[Cu") // the same title costs nothing
	m.expect("ended: panic")
	m.expect("back with 0")
	m.ended(cmd)
	m.restored()
	m.titled(3)
	if n := strings.Count(m.all(), title); n != 3 {
		t.Errorf("the title was written %d times", n)
	}
}

// TestPlainTerminalsGetNoTitle: the Linux console would print it.
func TestPlainTerminalsGetNoTitle(t *testing.T) {
	m := newTerminal(t)
	cmd := m.helper("screen", "WIDTHS=wcwidth", "TERM=linux", "TMUX=")
	m.expect("ready")
	m.send("t\x1b[Cn")
	m.expect("by bell")
	m.send("q")
	m.expect("ended: <nil>")
	m.ended(cmd)
	m.titled(0)
	if out := m.all(); strings.Contains(out, "\x1b]") || strings.Contains(out, "\x1b[>q") {
		t.Errorf("it was sent %q", out)
	}
}

// TestPasteAndResizesOnATerminal: a paste is one message however it is cut, and a storm of sizes ends in the last one.
func TestPasteAndResizesOnATerminal(t *testing.T) {
	m := newTerminal(t)
	cmd := m.helper("screen", "WIDTHS=wcwidth")
	m.expect("ready 79x24")
	for i := range 200 {
		m.resize(uint16(20+i%120), uint16(5+i%40))
		_ = cmd.Process.Signal(syscall.SIGWINCH)
	}
	m.resize(61, 17)
	_ = cmd.Process.Signal(syscall.SIGWINCH)
	m.expect("ready 60x17")
	for _, part := range []string{"\x1b[20", "0~नम", "स्ते\nq\x1b]0;pwn\a", "z\x1b[20", "1~"} {
		m.send(part)
	}
	m.expect("नमस्ते") // and q and z behind it, neither of which was a key
	m.expect("qz]")
	m.send("\x1b[I\x1b[O")
	m.expect("tea.FocusMsg")
	m.expect("tea.BlurMsg")
	m.send("q")
	m.expect("ended: <nil>")
	m.ended(cmd)
	m.restored()
}

// tmuxServer is a tmux of its own, without anybody's configuration.
type tmuxServer struct {
	t      *testing.T
	socket string
}

func newTmux(t *testing.T) tmuxServer {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("tmux is not installed")
	}
	s := tmuxServer{t, fmt.Sprintf("frontdesk-term-%d-%s", os.Getpid(), strings.ToLower(t.Name()))}
	t.Cleanup(func() { _ = exec.Command("tmux", "-L", s.socket, "kill-server").Run() })
	return s
}

func (s tmuxServer) run(args ...string) string {
	s.t.Helper()
	cmd := exec.Command("tmux", append([]string{"-L", s.socket, "-f", "/dev/null"}, args...)...)
	cmd.Env = append(os.Environ(), "TMUX=", "TERM=xterm-256color")
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("tmux %v: %v %s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// until waits for a format to say something.
func (s tmuxServer) until(what, format, want string) {
	s.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		got := s.run("display-message", "-p", "-t", "desk:0", format)
		if got == want {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("%s: %s is %q, want %q", what, format, got, want)
		}
	}
}

// screen waits for text in the helper's pane.
func (s tmuxServer) screen(text string) {
	s.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		got := s.run("capture-pane", "-p", "-t", "desk:0")
		if strings.Contains(got, text) {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("waited for %q on\n%s", text, got)
		}
	}
}

// TestBellInTmux: without a way through, tmux gets the bell and marks the window; the window's title is the pane's.
func TestBellInTmux(t *testing.T) {
	s := newTmux(t)
	s.run("new-session", "-d", "-s", "desk", "-x", "80", "-y", "24", "-e", helperEnv+"=screen", os.Args[0])
	s.run("set-option", "-g", "monitor-bell", "on")
	s.run("new-window", "-t", "desk:1", "sleep 600")
	s.screen("ready")
	s.until("before", "#{window_bell_flag}", "0")
	s.run("send-keys", "-t", "desk:0", "n")
	s.screen("by tmux:bell")
	s.until("the bell", "#{window_bell_flag}", "1")
	s.run("send-keys", "-t", "desk:0", "t")
	s.until("the title", "#{pane_title}", "(12) acme store")
	s.run("set-option", "-w", "-t", "desk:0", "remain-on-exit", "on")
	s.run("send-keys", "-t", "desk:0", "q")
	s.until("the end", "#{pane_dead}", "1")
	if got := s.run("display-message", "-p", "-t", "desk:0", "#{pane_title}"); strings.Contains(got, "acme") {
		t.Errorf("the title is still %q", got)
	}
}

// TestNotificationThroughTmux: what the terminal around tmux shows reaches it as if tmux were not there.
func TestNotificationThroughTmux(t *testing.T) {
	s := newTmux(t)
	s.run("new-session", "-d", "-s", "desk", "-x", "80", "-y", "24", "-e", helperEnv+"=screen", "-e", "WIDTHS=wcwidth", os.Args[0])
	s.run("set-option", "-g", "allow-passthrough", "on")
	s.screen("ready")
	m := newTerminal(t)
	client := exec.Command("tmux", "-L", s.socket, "attach-session", "-t", "desk")
	m.start(client, "", "TMUX=")
	m.expect("\x1b[>q")
	m.send("\x1bP>|foot(1.16.2)\x1b\\")
	s.until("tmux knows its terminal", "#{client_termtype}", "foot(1.16.2)")
	s.run("send-keys", "-t", "desk:0", "n")
	m.expect(asha777)
	s.screen("by tmux:osc777")
	s.run("kill-server")
	_ = client.Wait()
}
