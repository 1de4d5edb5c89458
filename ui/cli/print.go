package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"frontdesk/inbox"
)

// printJSON writes one object on one line.
func (a *app) printJSON(v any) error {
	e := json.NewEncoder(a.out)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// short spells a time as a list shows it: the clock today, else the day.
func short(t, now time.Time) string {
	t, now = t.Local(), now.Local()
	switch {
	case t.IsZero():
		return ""
	case t.Year() == now.Year() && t.YearDay() == now.YearDay():
		return t.Format("15:04")
	case now.Sub(t) < 6*24*time.Hour && now.After(t):
		return t.Format("Mon 15:04")
	}
	return t.Format("2006-01-02")
}

// threadLine is one thread for a person: columns of fixed width first, other people's text last. Where customers wait it
// says for how long, and where a message of ours is stuck, which.
func threadLine(t inbox.Thread, view inbox.View, now time.Time) string {
	unread := ""
	if t.Unread > 0 {
		unread = fmt.Sprint(t.Unread)
	}
	last, when := "", short(t.LastActivityAt, now)
	if t.LastMessage != nil {
		last = sender(*t.LastMessage) + ": " + firstLine(t.LastMessage.Text)
	}
	switch view {
	case inbox.ViewWaiting:
		when = "waits " + span(now.Sub(t.WaitingSince))
	case inbox.ViewFailed, inbox.ViewUncertain, inbox.ViewHeld, inbox.ViewStuck:
		if m := t.Stuck; m != nil {
			last, when = sender(*m)+" "+statusWord(*m)+": "+firstLine(m.Text), short(m.At, now)
		}
	}
	return fmt.Sprintf("%-14s %3s %-10s %-6s %-18s %s", t.ID, unread, when, windowWord(t.Window, now), t.Name, last)
}

// span is a time that has gone by, in its largest unit.
func span(d time.Duration) string {
	switch {
	case d < time.Hour:
		return fmt.Sprintf("%dm", max(0, int(d.Minutes())))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	}
	return fmt.Sprintf("%dd", int(d.Hours())/24)
}

// ago is how long something is past, as a person says it.
func ago(d time.Duration) string {
	if d < time.Minute {
		return "less than a minute ago"
	}
	return span(d) + " ago"
}

func windowWord(w inbox.Window, now time.Time) string {
	if w.OpenAt(now) {
		return "open"
	}
	return "closed"
}

// sender names who wrote, in a word.
func sender(m inbox.Message) string {
	switch m.Origin {
	case inbox.OriginAPI:
		if m.Agent != "" {
			return string(m.Agent)
		}
	case inbox.OriginCustomer:
		return "customer"
	}
	return string(m.Origin)
}

// messageLines is one message for a person, in words.
func messageLines(m inbox.Message, now time.Time) string {
	head := short(m.At, now) + " " + sender(m)
	if m.Status != "" {
		head += " " + statusWord(m)
	}
	text := m.Text
	switch {
	case m.Revoked:
		text = "(deleted)"
	case text == "":
		text = "[" + m.Type + "]"
	}
	if m.Edited {
		text += " (edited)"
	}
	return head + ": " + strings.ReplaceAll(text, "\n", "\n    ")
}

// statusWord says the tick in words, with the reason of a failure.
func statusWord(m inbox.Message) string {
	w := string(m.Status)
	if m.Status == inbox.Unknown {
		w = "uncertain"
	}
	switch {
	case m.Error != nil:
		w += " (" + m.Error.Title + ")"
	case !m.NotBefore.IsZero() && m.Status == inbox.Queuing:
		w += " for " + m.NotBefore.Local().Format("Mon 2 Jan 15:04")
	}
	return w
}

func firstLine(s string) string {
	s, _, cut := strings.Cut(s, "\n")
	if r := []rune(s); len(r) > 60 {
		s, cut = string(r[:59]), true
	}
	if cut {
		s += "…"
	}
	return s
}
