package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

// report is what helps somebody else to find out what became of a message: its ids, its way to the millisecond, what
// WhatsApp answered and which events named it. It holds nothing that was written, no name, and nothing that opens
// anything; WhatsApp's own id of a message may hide a phone number, and nobody could look into it without.
func report(d *inbox.Detail, version string) string {
	msg := &d.Message
	var b strings.Builder
	add := func(label, format string, a ...any) {
		if s := fmt.Sprintf(format, a...); s != "" {
			fmt.Fprintf(&b, "%-10s%s\n", label, s)
		}
	}
	at := func(t time.Time) string {
		if t.IsZero() {
			return strings.Repeat(" ", len("2006-01-02T15:04:05.000Z"))
		}
		return t.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	add("frontdesk", "%s", version)
	for _, id := range d.IDs {
		add("id", "%s", inbox.Clean(id))
	}
	add("ref", "%s", msg.Ref)
	add("message", "%s, %s, %s", msg.Direction, msg.Origin, inbox.Clean(msg.Type))
	if t := msg.Template; t != nil {
		add("template", "%s %s %s", inbox.Clean(t.Name), inbox.Clean(t.Language), inbox.Clean(t.Category))
	}
	if msg.Status != "" {
		add("status", "%s %s", msg.Status, msg.HoldReason)
	}
	if e := msg.Error; e != nil {
		add("error", "%d %s", e.Code, inbox.Clean(e.Title))
		add("", "%s", inbox.Clean(e.Detail))
	}
	if p := msg.Pricing; p != nil {
		add("pricing", "%s %s %s", inbox.Clean(p.Category), inbox.Clean(p.Model), inbox.Clean(p.Type))
	}
	for _, s := range d.Steps {
		note := ""
		if slices.Contains(toldSteps, s.What) {
			note = inbox.Clean(s.Note)
		}
		add(at(s.At)+"  ", "%s %s", inbox.Clean(s.What), note)
	}
	for _, r := range d.Raw {
		add("event", "%d %s %s, %d bytes", r.Seq, at(r.At), inbox.Clean(r.Kind), len(r.Data))
	}
	lines := strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

// toldSteps are those whose note is a number or WhatsApp's own words. The others name people, or say what was written.
var toldSteps = []string{"attempt", "failed", "not-sent", "throttled", "throttled-thread", "rejected", "rejected-window",
	"rejected-auth", "rejected-account"}

// copyReport copies the report of a message whose detail is open.
func (m *Model) copyReport(d *detail) tea.Cmd {
	if d.have == nil {
		return m.say(m.pen.w.Loading)
	}
	return m.copyAfter(m.pen.w.Reported+" ", report(d.have, m.cfg.Version))
}

// reportSelected copies the report of the selected message.
func (m *Model) reportSelected() tea.Cmd {
	d := &detail{row: m.talk.sel, thread: m.talk.id}
	load := m.loadDetail(d)
	return func() tea.Msg {
		msg := load()
		return answeredMsg(func(m *Model) tea.Cmd {
			cmd := msg.(answeredMsg)(m)
			if d.err != nil {
				return tea.Batch(cmd, m.fail(d.err))
			}
			return tea.Batch(cmd, m.copyReport(d))
		})
	}
}
