package ui

import (
	"context"
	"net"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
	"golang.org/x/net/idna"
)

// Links in messages. Strangers write them: what is opened is what is shown, with the host as the network sees it, and
// the person is asked before the first one to a host (network.md 4.3).

// web is an address in a text.
type web struct {
	url  string // as it is opened; begins with http:// or https://
	host string // in ASCII
	odd  bool   // the text showed the host in other letters, or a name before it
}

var webPattern = regexp.MustCompile(`(?i)\b(?:https?://|www\.)[^\s<>"“”«»]+`)

// webs are the addresses in a text that can be opened, each once.
func webs(text string) []web {
	var all []web
	for _, found := range webPattern.FindAllString(text, -1) {
		w, ok := webOf(trimmedEnd(found))
		if ok && !slices.ContainsFunc(all, func(have web) bool { return have.url == w.url }) {
			all = append(all, w)
		}
	}
	return all
}

// trimmedEnd drops what ends a sentence, not an address: signs, and closing brackets that were opened before it.
func trimmedEnd(s string) string {
	for s != "" {
		r, n := utf8.DecodeLastRuneInString(s)
		switch {
		case strings.ContainsRune(`.,;:!?'*_~…)]}»”’。،؟।`, r) && !(r == ')' && strings.Contains(s, "(")):
			s = s[:len(s)-n]
		default:
			return s
		}
	}
	return s
}

// webOf reads an address. One with a name before the host is shown for what it is: the name goes nowhere.
func webOf(s string) (web, bool) {
	if fold(s[:min(4, len(s))]) == "www." {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return web{}, false
	}
	w := web{host: u.Hostname(), odd: u.User != nil}
	if net.ParseIP(w.host) == nil {
		if w.host, err = idna.Lookup.ToASCII(w.host); err != nil || w.host == "" {
			return web{}, false
		}
		w.odd = w.odd || fold(w.host) != fold(u.Hostname())
		u.Host = w.host + strings.TrimPrefix(u.Host, u.Hostname()) // with its port
	}
	u.User = nil
	w.url = u.String()
	return w, true
}

// openLinks opens what the selected message links to: at once when we wrote it or the host was agreed to, else after a
// question. Several are offered to choose from.
func (m *Model) openLinks() tea.Cmd {
	msg := m.talk.selected()
	found := webs(msg.Text)
	if len(found) == 1 {
		return m.visitWeb(found[0], msg.Direction != "in")
	}
	items := make([]choice, 0, len(found))
	for i, w := range found[:min(len(found), 9)] {
		items = append(items, choice{key: string(rune('1' + i)), label: w.url, run: func(m *Model) tea.Cmd { return m.visitWeb(w, msg.Direction != "in") }})
	}
	return m.openDialog(newMenu(m.pen.w.LinksTitle, items))
}

func (m *Model) visitWeb(w web, trusted bool) tea.Cmd {
	if trusted && !w.odd || m.hosts[w.host] {
		return m.browse(w)
	}
	ask := newMenu(m.pen.w.goesTo(w.host), []choice{
		{key: "o", label: m.pen.w.LinkOpen, run: func(m *Model) tea.Cmd {
			m.hosts[w.host] = true
			return m.browse(w)
		}},
		{key: "y", label: m.pen.w.LinkCopy, run: func(m *Model) tea.Cmd { return m.copy(w.url) }},
		{key: "n", label: m.pen.w.No, run: func(*Model) tea.Cmd { return nil }},
	})
	ask.at = 2
	ask.text = w.url
	if w.odd {
		ask.text += "\n" + m.pen.w.LinkOdd
	}
	return m.openDialog(ask)
}

// browse opens an address, or copies it where no browser can be.
func (m *Model) browse(w web) tea.Cmd {
	open, ctx := m.cfg.Browse, m.ctx
	if open == nil {
		return m.copyAfter(m.pen.w.NoBrowser+" ", w.url)
	}
	return func() tea.Msg {
		err := open(ctx, w.url)
		return answeredMsg(func(m *Model) tea.Cmd {
			if err != nil {
				return m.fail(&inbox.Error{Kind: inbox.Unreachable, Text: m.pen.w.LinkFailed, Err: err})
			}
			return m.say(m.pen.w.opened(w.host))
		})
	}
}

// openerWait is how long an opener may take to say that it failed. A browser that it started goes on.
const openerWait = 3 * time.Second

// Browser opens addresses with the desktop's own program, or is nil where there is no desktop to open them on: over
// ssh, and without a display.
func Browser() func(context.Context, string) error {
	name := openerFor(runtime.GOOS, os.Getenv)
	path, err := exec.LookPath(name)
	if name == "" || err != nil {
		return nil
	}
	return func(ctx context.Context, address string) error { return startOpener(ctx, path, address) }
}

func openerFor(goos string, env func(string) string) string {
	switch {
	case env("SSH_CONNECTION") != "":
		return ""
	case goos == "darwin":
		return "open"
	case env("DISPLAY") != "" || env("WAYLAND_DISPLAY") != "":
		return "xdg-open"
	}
	return ""
}

// startOpener runs the opener on one argument, without a shell. The address begins with its scheme, so it cannot be
// taken for an option.
func startOpener(ctx context.Context, path, address string) error {
	cmd := exec.Command(path, address)
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		return err
	case <-time.After(openerWait):
	case <-ctx.Done():
	}
	return nil
}
