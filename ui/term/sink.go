package term

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// Terminals by how they show notifications. The key is how they name themselves: in XTVERSION, in TERM_PROGRAM or
// LC_TERMINAL, or in TERM. Not here are those that show none, or only with an extension: xterm, VTE, rxvt, Konsole,
// Alacritty, Terminal.app, VS Code.
var shows = []struct {
	name string // beginning, in lower case
	by   NotifyBy
}{
	{"kitty", NotifyOSC99}, {"xterm-kitty", NotifyOSC99},
	{"ghostty", NotifyOSC777}, {"xterm-ghostty", NotifyOSC777},
	{"foot", NotifyOSC777}, {"wezterm", NotifyOSC777},
	{"iterm", NotifyOSC9}, {"warp", NotifyOSC9},
}

// sinkOf is how a terminal of this name shows notifications: the bell when that is not known.
func sinkOf(name string) NotifyBy {
	name = strings.ToLower(name)
	for _, t := range shows {
		if strings.HasPrefix(name, t.name) {
			return t.by
		}
	}
	return NotifyBell
}

// host is what is known of the terminal: its own word, and the environment.
type host struct {
	version string // XTVERSION; empty: it has not answered
	env     func(string) string
	tmux    func() (tmuxState, error)
}

// sink decides how to notify here.
func (h host) sink(by NotifyBy) Notified {
	if by == NotifyOff || by == NotifyBell {
		return Notified{By: by, Terminal: h.name()}
	}
	auto := by == NotifyAuto || by == ""
	// Who answers says more than an environment that was inherited: a terminal started from within tmux is not in it.
	inside := strings.HasPrefix(h.version, "tmux") || h.version == "" && h.env("TMUX") != ""
	if !inside {
		if auto {
			by = sinkOf(h.name())
		}
		return Notified{By: by, Terminal: h.name()}
	}
	bell := Notified{By: NotifyBell, Terminal: h.version, Tmux: true, Blocked: true}
	if h.env("TMUX") == "" { // of a tmux on another machine nothing can be asked
		return bell
	}
	t, err := h.tmux()
	if err != nil {
		return bell
	}
	n := Notified{By: by, Terminal: t.terminal(), Tmux: true, Blind: !t.focus}
	if auto {
		n.By = sinkOf(n.Terminal)
	}
	if n.By != NotifyBell && !t.passes() {
		n.By, n.Blocked = NotifyBell, true
	}
	return n
}

// name is how the terminal is called, by the best source there is.
func (h host) name() string {
	if h.version != "" {
		return h.version
	}
	for _, v := range []string{"TERM_PROGRAM", "LC_TERMINAL"} {
		if name := h.env(v); name != "" && h.env("STY") == "" {
			return name
		}
	}
	return h.env("TERM")
}

// tmuxState is what tmux says of the pane and of the terminal that shows it.
type tmuxState struct {
	through, all, shown, focus bool
	termType, termName         string
}

// passes reports whether a sequence for the terminal gets through tmux now.
func (t tmuxState) passes() bool { return t.all || t.through && t.shown }

func (t tmuxState) terminal() string {
	if t.termType != "" {
		return t.termType
	}
	return t.termName
}

// tmuxPatience is how long tmux may take to answer.
const tmuxPatience = 500 * time.Millisecond

const tmuxQuestion = "#{allow-passthrough}|#{window_active}|#{session_attached}|#{focus-events}|#{client_termname}|#{client_termtype}"

// askTmux asks tmux anew each time: a session is attached from one terminal now and from another one later.
func askTmux() (tmuxState, error) {
	ctx, cancel := context.WithTimeout(context.Background(), tmuxPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "tmux", "display-message", "-p", "-t", os.Getenv("TMUX_PANE"), tmuxQuestion)
	cmd.WaitDelay = tmuxPatience
	out, err := cmd.Output()
	return tmuxAnswer(string(out)), err
}

func tmuxAnswer(s string) tmuxState {
	var f [6]string
	copy(f[:], strings.SplitN(strings.TrimSpace(s), "|", len(f)))
	return tmuxState{
		through: f[0] == "1" || f[0] == "on", all: f[0] == "2" || f[0] == "all",
		shown: f[1] == "1" && f[2] != "" && f[2] != "0", focus: f[3] == "1" || f[3] == "on",
		termName: f[4], termType: f[5],
	}
}

// throughTmux wraps a sequence for the terminal that shows tmux.
func throughTmux(seq string) string {
	return "\x1bPtmux;" + strings.ReplaceAll(seq, "\x1b", "\x1b\x1b") + "\x1b\\"
}

// notify makes a notification. It asks tmux where there is one, so it is a command.
func (s *session) notify(msg notifyMsg) tea.Cmd {
	return func() tea.Msg {
		version, _ := s.version.Load().(string)
		how := host{version: version, env: os.Getenv, tmux: askTmux}.sink(s.notifyBy)
		seq := msg.bytes(how.By)
		if how.Tmux && how.By != NotifyBell {
			seq = throughTmux(seq)
		}
		if seq != "" {
			s.screen.write(seq)
		}
		if msg.then == nil {
			return nil
		}
		return msg.then(how)
	}
}
