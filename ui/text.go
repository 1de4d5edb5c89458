package ui

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"frontdesk/inbox"
	"frontdesk/ui/term"

	tea "github.com/charmbracelet/bubbletea"
)

// The thread as plain text on the ordinary screen, where the terminal's own search, selection and scrolling work.

// textMost is how many messages are printed, the newest ones.
const textMost = 5000

// plainText reads the open thread and shows it in a pager; the screen comes back when the pager ends.
func (m *Model) plainText() tea.Cmd {
	desk, ctx, p, now, me := m.desk, m.ctx, m.pen, m.now(), m.info.Agent
	t := m.talk.thread
	return func() tea.Msg {
		var all []inbox.Message
		q := inbox.MessageQuery{Thread: t.ID, Limit: pageSize}
		more := true
		for more && len(all) < textMost {
			page, err := desk.Messages(ctx, q)
			if err != nil {
				return answeredMsg(func(m *Model) tea.Cmd { return m.fail(err) })
			}
			all = append(page.Messages, all...)
			more = page.Earlier && len(page.Messages) > 0
			if len(page.Messages) > 0 {
				q.Before = page.Messages[0].Key
			}
		}
		cmd := pager(os.Getenv, exec.LookPath)
		cmd.Stdin = strings.NewReader(p.printed(&t, all, more, now, me))
		return answeredMsg(func(*Model) tea.Cmd {
			return term.Exec(cmd, func(err error) tea.Msg {
				return answeredMsg(func(m *Model) tea.Cmd {
					if err != nil {
						return m.fail(&inbox.Error{Kind: inbox.Invalid, Text: m.pen.w.PagerFailed, Err: err})
					}
					return nil
				})
			})
		})
	}
}

// pager is the program that shows the text: what PAGER says, less, more, or cat and a key. It gets the text on its
// standard input; nothing of it is written to a file.
func pager(env func(string) string, look func(string) (string, error)) *exec.Cmd {
	for _, try := range [][]string{strings.Fields(env("PAGER")), {"less"}, {"more"}} {
		if len(try) == 0 {
			continue
		}
		if path, err := look(try[0]); err == nil {
			cmd := exec.Command(path, try[1:]...)
			cmd.Env = append(os.Environ(), "LESSSECURE=1", "LESSHISTFILE=-")
			return cmd
		}
	}
	return exec.Command("/bin/sh", "-c", `cat; printf '\n[enter] '; read -r _ </dev/tty`)
}

// printed is a thread as lines: the day, then the hour, who wrote, how far it came, and what.
func (p *pen) printed(t *inbox.Thread, all []inbox.Message, more bool, now time.Time, me inbox.AgentID) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n", t.Name, number(t.WaID))
	if more {
		fmt.Fprintln(&b, p.w.printedPart(len(all)))
	}
	type line struct {
		at   time.Time
		text string
	}
	var lines []line
	for i := range all {
		msg := &all[i]
		head := p.minute(msg.At) + " " + p.author(msg, t.Name, me).text
		tick, why := p.tick(msg, msg.Confirming, now)
		for _, s := range append([]string{tick.text}, p.tags(msg)...) {
			if s != "" {
				head += ", " + s
			}
		}
		text := msg.Text
		switch {
		case msg.Revoked:
			text = p.w.Deleted
		case msg.Media != nil:
			text = strings.TrimSpace(p.w.media(msg) + " " + text)
		case text == "":
			text = p.w.unknownType(msg.Type)
		}
		if why != "" {
			text += "\n" + why
		}
		lines = append(lines, line{msg.At, head + ": " + text})
	}
	for _, n := range t.Notes {
		if n.By != "" && (len(all) == 0 || !more || n.At.After(all[0].At)) {
			lines = append(lines, line{n.At, p.minute(n.At) + " " + p.w.noteBy(p.w.agentName(n.By, me)) + ": " + n.Text})
		}
	}
	slices.SortStableFunc(lines, func(a, b line) int { return a.at.Compare(b.at) })
	for i, l := range lines {
		if i == 0 || !p.sameDay(lines[i-1].at, l.at) {
			fmt.Fprintf(&b, "\n%s\n", p.w.day(p.clock, now, l.at))
		}
		fmt.Fprintln(&b, inbox.Clean(l.text))
	}
	return b.String()
}
