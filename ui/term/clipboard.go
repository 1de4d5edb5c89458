package term

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// CopyLimit is the longest text, in bytes, that OSC 52 is used for: xterm, and what was made after it, take a sequence
// of 74,994 characters, which are three quarters as many bytes.
const CopyLimit = 74994 / 4 * 3

// copyWait is how long a clipboard program may take.
const copyWait = 2 * time.Second

// CopyMsg asks for a text on the clipboard; see [Copy].
type CopyMsg struct {
	Text string
	Then func(Copied) tea.Msg
}

// Copied says what became of a [Copy].
type Copied struct {
	Terminal bool   // handed to the terminal by OSC 52, which does not answer: it may refuse in silence
	Program  string // the program that took it; empty when none is here, or none could
	TooLong  bool   // for OSC 52, see [CopyLimit]
}

// Copy puts text on the clipboard: by OSC 52, which works over ssh, and by a program of the desktop or of tmux, where
// there is one. then gets what became of it; it may be nil.
func Copy(text string, then func(Copied) tea.Msg) tea.Cmd {
	return func() tea.Msg { return CopyMsg{text, then} }
}

// copy writes OSC 52 at once; programs are run in the command.
func (s *session) copy(msg CopyMsg) tea.Cmd {
	c := clipboard{env: os.Getenv, look: exec.LookPath, goos: runtime.GOOS, run: feed}
	return func() tea.Msg {
		done := c.copy(msg.Text, s.screen.write)
		if msg.Then == nil {
			return nil
		}
		return msg.Then(done)
	}
}

// clipboard finds a way to the clipboard.
type clipboard struct {
	env  func(string) string
	look func(string) (string, error)
	goos string
	run  func(text string, command []string) error
}

func (c clipboard) copy(text string, write func(string)) (done Copied) {
	done.TooLong = len(text) > CopyLimit
	if !done.TooLong {
		seq := ansi.SetSystemClipboard(text)
		if c.env("STY") != "" && c.env("TMUX") == "" {
			seq = ansi.ScreenPassthrough(seq, 700) // screen cuts longer strings
		}
		write(seq)
		done.Terminal = true
	}
	for _, command := range c.programs() {
		path, err := c.look(command[0])
		if err != nil {
			continue
		}
		if c.run(text, append([]string{path}, command[1:]...)) == nil {
			done.Program = command[0]
			return done
		}
		if command[0] == "tmux" && !done.TooLong {
			write(ansi.TmuxPassthrough(ansi.SetSystemClipboard(text))) // before tmux 3.2, or refused
		}
	}
	return done
}

// programs are those that can reach the clipboard of the person in front of the screen. Where it is far away, over ssh,
// none of the machine's own can, except by the display that ssh brings along.
func (c clipboard) programs() (all [][]string) {
	if c.env("TMUX") != "" {
		// As tmux comes, it drops a program's own OSC 52; this has it send one.
		all = append(all, []string{"tmux", "load-buffer", "-w", "-"})
	}
	if c.env("WAYLAND_DISPLAY") != "" {
		all = append(all, []string{"wl-copy"})
	}
	if c.env("DISPLAY") != "" {
		all = append(all, []string{"xclip", "-selection", "clipboard", "-in"}, []string{"xsel", "--clipboard", "--input"})
	}
	if c.goos == "darwin" && c.env("SSH_CONNECTION") == "" {
		all = append(all, []string{"pbcopy"})
	}
	return all
}

// feed runs a program on text. Some stay in the background to serve the clipboard; that is no part of the wait.
func feed(text string, command []string) error {
	ctx, cancel := context.WithTimeout(context.Background(), copyWait)
	defer cancel()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdin = strings.NewReader(text)
	cmd.WaitDelay = copyWait
	return cmd.Run()
}
