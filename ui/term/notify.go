package term

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"unicode"

	tea "github.com/charmbracelet/bubbletea"
)

// NotifyBy is the setting ui.notify: how a terminal is told of something while the person looks elsewhere.
type NotifyBy string

// The settings of ui.notify; the empty one means auto. The numbers are those of operating system commands.
const (
	NotifyAuto   NotifyBy = "auto" // a notification where the terminal is known to show one, else the bell
	NotifyBell   NotifyBy = "bell"
	NotifyOSC9   NotifyBy = "osc9"   // one line: iTerm2, Warp
	NotifyOSC99  NotifyBy = "osc99"  // https://sw.kovidgoyal.net/kitty/desktop-notifications
	NotifyOSC777 NotifyBy = "osc777" // title and body: foot, Ghostty, WezTerm
	NotifyOff    NotifyBy = "off"
)

// Check reports a setting that is none of these.
func (by NotifyBy) Check() error {
	if by == "" || slices.Contains([]NotifyBy{NotifyAuto, NotifyBell, NotifyOSC9, NotifyOSC99, NotifyOSC777, NotifyOff}, by) {
		return nil
	}
	return fmt.Errorf("ui.notify is %q; use auto, bell, osc9, osc99, osc777 or off", string(by))
}

// Notification is what a terminal shows outside of its window, or rings the bell for. Both texts may be anything: what
// is no text is dropped from them, and what is too long is cut.
type Notification struct {
	// ID names what it is about. Where terminals can, the next one of the same ID takes its place.
	ID          string
	Title, Body string
	// Always shows it although the window has the focus, where the terminal decides about that.
	Always bool
}

// Notified says how a notification was made, for whoever wonders why nothing was seen.
type Notified struct {
	By       NotifyBy // bell, osc9, osc99, osc777 or off
	Terminal string   // what the terminal calls itself; empty when it does not say
	Tmux     bool     // it went through tmux
	Blocked  bool     // tmux lets no notification pass: allow-passthrough is off, or the window is not the one shown
	Blind    bool     // tmux does not tell who has the focus: focus-events is off
}

// Notify tells the person who looks elsewhere. then may be nil; else its message goes to the model.
func Notify(n Notification, then func(Notified) tea.Msg) tea.Cmd {
	return func() tea.Msg { return notifyMsg{n, then} }
}

type notifyMsg struct {
	Notification
	then func(Notified) tea.Msg
}

// versionMsg is how the terminal names itself (XTVERSION).
type versionMsg string

const bell = "\a"

// How much of a text a notification shows, in code points.
const (
	titleLength = 80
	bodyLength  = 240
)

// bytes is the notification as a sequence.
func (n Notification) bytes(by NotifyBy) string {
	title, body := oneLine(n.Title, titleLength), oneLine(n.Body, bodyLength)
	switch by {
	case NotifyBell:
		return bell
	case NotifyOSC9:
		// A text that begins with a number and a semicolon is another command to some terminals.
		if body != "" {
			title += ": " + body
		}
		return osc("9;" + appName + ": " + noSemicolon(title))
	case NotifyOSC777:
		return osc("777;notify;" + noSemicolon(title) + ";" + noSemicolon(body))
	case NotifyOSC99:
		when := "unfocused"
		if n.Always {
			when = "always"
		}
		id := "i=frontdesk-" + identifier(n.ID)
		if body == "" {
			return osc("99;" + id + ":o=" + when + ":f=" + base64Of(appName) + ":e=1:p=title;" + base64Of(title))
		}
		return osc("99;"+id+":d=0:o="+when+":f="+base64Of(appName)+":e=1:p=title;"+base64Of(title)) +
			osc("99;"+id+":d=1:e=1:p=body;"+base64Of(body))
	}
	return ""
}

const appName = "frontdesk"

func osc(s string) string { return "\x1b]" + s + "\x1b\\" }

func base64Of(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func noSemicolon(s string) string { return strings.ReplaceAll(s, ";", ",") }

// identifier keeps what an OSC 99 identifier may hold.
func identifier(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '-') {
			return r
		}
		return -1
	}, s)
	return s[:min(len(s), 64)]
}

// oneLine is at most n code points of a text on one line, without anything that a terminal or a desktop could take for
// more than text: controls, and marks that turn the direction of what follows.
func oneLine(s string, n int) string {
	var kept []rune
	for _, r := range strings.ToValidUTF8(s, "") {
		switch {
		case unicode.IsSpace(r):
			if len(kept) > 0 && kept[len(kept)-1] != ' ' {
				kept = append(kept, ' ')
			}
		case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0xfeff, r >= 0xfff9 && r <= 0xfffb:
		default:
			kept = append(kept, r)
		}
		if len(kept) > n {
			return strings.TrimSpace(string(kept[:n-1])) + "…"
		}
	}
	return strings.TrimSpace(string(kept))
}
