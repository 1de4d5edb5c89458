package term

import (
	"errors"
	"io"
	"os"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	xterm "github.com/charmbracelet/x/term"
	"golang.org/x/sys/unix"
)

// ProbeTimeout is how long Run waits for a terminal to say how it counts
// columns. One round trip over a slow line fits; a silent terminal costs this
// once per start, and ui.width spares it.
const ProbeTimeout = 1500 * time.Millisecond

// ErrSilent is returned by [Probe] when the terminal did not answer in time.
var ErrSilent = errors.New("the terminal did not say how wide its characters are; " +
	"set ui.width to wcwidth or grapheme if rows look broken")

// Samples and what their width says, in the order in which they are asked.
const (
	sampleMatra   = "का"                     // 1: graphemes, 2: wcwidth
	sampleConjunc = "क्ष"                    // 2 on a grapheme terminal: split conjuncts
	sampleFamily  = "👨\u200d👩\u200d👧\u200d👦" // 2: joined
	sampleTone    = "👍\U0001f3fd"            // 2: joined
	sampleHeart   = "❤\ufe0f"                // 2: the selector makes it wide
)

var samples = [...]string{sampleMatra, sampleConjunc, sampleFamily, sampleTone, sampleHeart}

// probeRow is where samples are printed, counted from 1. Not the first: CSI 1;2R is
// both an answer from there and shift+F3, CSI 2;2R is only an answer.
const probeRow = "\x1b[2;1H"

// Probe asks the terminal how it counts columns, in one round trip on the
// alternate screen, and waits at most timeout (0: [ProbeTimeout]) for the
// answer. Keys typed meanwhile are lost: it is for doctor; [Run] asks by itself
// and keeps them. With ErrSilent comes the profile that suits a silent terminal.
func Probe(tty *os.File, timeout time.Duration) (Profile, error) {
	state, err := xterm.MakeRaw(tty.Fd())
	if err != nil {
		return Profile{}, ErrNoTerminal
	}
	defer xterm.Restore(tty.Fd(), state) //nolint:errcheck // nothing is left to do about it
	if _, err := io.WriteString(tty, "\x1b[?1049h"); err != nil {
		return Profile{}, err
	}
	defer io.WriteString(tty, "\x1b[?1049l") //nolint:errcheck
	return probe(tty, tty, &keys{send: func(tea.Msg) {}}, timeout)
}

// probe is Probe on a terminal that is raw and on its alternate screen. The
// answers come through k, so that a late one is known for what it is.
func probe(in, out *os.File, k *keys, timeout time.Duration) (Profile, error) {
	if timeout <= 0 {
		timeout = ProbeTimeout
	}
	var q strings.Builder
	q.WriteString(askWho()) // first: terminals answer in order
	for _, s := range samples {
		q.WriteString(probeRow + s + "\x1b[6n")
	}
	q.WriteString(probeRow + "\x1b[2K\x1b[H")
	var widths []int
	k.position = func(col int) { widths = append(widths, col-1) }
	defer func() { k.position = nil }()
	if _, err := out.WriteString(q.String()); err != nil {
		return Profile{}, err
	}
	deadline := time.Now().Add(timeout)
	buf := make([]byte, 256)
	for len(widths) < len(samples) {
		left := time.Until(deadline)
		if left <= 0 {
			return Profile{}, ErrSilent
		}
		// Poll, never a Read that may block: it would outlive us and steal the
		// first key.
		fds := []unix.PollFd{{Fd: int32(in.Fd()), Events: unix.POLLIN}}
		n, err := unix.Poll(fds, int(left/time.Millisecond)+1)
		if err == unix.EINTR || err == nil && n == 0 {
			continue
		}
		if err != nil {
			return Profile{}, err
		}
		n, err = in.Read(buf)
		if n == 0 {
			return Profile{}, errors.Join(ErrSilent, err)
		}
		k.feed(buf[:n])
	}
	return judge(widths), nil
}

// judge turns the widths of the samples into a profile.
func judge(w []int) Profile {
	if w[0] != 1 {
		return Profile{}
	}
	return Profile{
		Method:         Grapheme,
		SplitConjuncts: w[1] == 2,
		WholeEmoji:     w[2] == 2 && w[3] == 2 && w[4] == 2,
	}
}

// askWho asks for the background colour and the terminal's name.
func askWho() string {
	if plainTerminal() {
		return ""
	}
	return "\x1b]11;?\x1b\\\x1b[>q"
}

// plainTerminal reports a terminal that would print what it does not know.
func plainTerminal() bool {
	switch os.Getenv("TERM") {
	case "", "dumb", "linux":
		return true
	}
	return false
}
