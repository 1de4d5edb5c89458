package line

import (
	"strconv"
	"strings"

	"frontdesk/inbox"
)

// How a message is said, and the number that it has.

// message says a message and gives it a number; one that has its number keeps it.
func (s *session) message(m *inbox.Message) *row {
	t := s.talk
	r := s.numbered(m)
	t.shown = max(t.shown, m.Seq)
	if m.Direction == "in" {
		t.unread = t.unread || m.Unread
	}
	if now := s.now(); !m.At.IsZero() && !s.w.SameDay(now, m.At) && (t.day.IsZero() || !s.w.SameDay(t.day, m.At)) ||
		!t.day.IsZero() && !m.At.IsZero() && !s.w.SameDay(t.day, m.At) {
		s.out.line(sentence(s.w.Day(now, m.At)))
	}
	t.day, r.told = m.At, *m
	s.full(r)
	return r
}

// spoken is a message as one line: when, its number, who to whom, how far it came, and what it says.
func (s *session) spoken(r *row) string {
	m, name := &r.msg, s.talk.thread.Name
	who := s.w.Who(m, name, s.info.Agent)
	if m.Direction == "out" {
		who = s.w.Fill(s.w.LineTo, "who", who, "name", name)
	}
	parts := append([]string{who}, s.state(m)...)
	parts = append(parts, s.w.Tags(m)...)
	if q := m.Quote; q != nil {
		parts = append(parts, s.quoted(q))
	}
	for _, x := range m.Reactions {
		if !m.Revoked {
			parts = append(parts, s.w.Fill(s.w.LineReacted, "who", s.reactor(x), "emoji", x.Emoji))
		}
	}
	return s.w.Minute(m.At) + " #" + strconv.Itoa(r.n) + " " + s.w.List(parts...) + ": " + s.w.Said(m)
}

// full says a message, and on a line of its own what can be done about one that stopped: nothing of ours stands behind
// what somebody wrote.
func (s *session) full(r *row) {
	s.out.line(s.spoken(r))
	s.sayHint(r)
}

func (s *session) sayHint(r *row) {
	if hint := s.hint(r); hint != "" {
		s.out.line(hint)
	}
}

// numbered gives a message of the open thread its number, or finds the one that it has.
func (s *session) numbered(m *inbox.Message) *row {
	t := s.talk
	r := t.row(m)
	if r == nil {
		r = &row{n: len(t.order) + 1}
		t.order = append(t.order, r)
	}
	t.rows[m.Key] = r
	r.msg = *m
	s.turns(r)
	return r
}

// row finds the row of a message. Before WhatsApp has named a reply of ours, its key is its ref.
func (t *said) row(m *inbox.Message) *row {
	if r := t.rows[m.Key]; r != nil || m.Ref == "" {
		return r
	}
	return t.rows[string(m.Ref)]
}

func (s *session) reactor(x inbox.Reaction) string {
	if x.By == "customer" {
		return s.talk.thread.Name
	}
	return s.w.Us
}

// quoted says what a message answers.
func (s *session) quoted(q *inbox.Quote) string {
	text, _, _ := strings.Cut(strings.TrimSpace(q.Text), "\n")
	switch {
	case q.Revoked:
		text = s.w.Deleted
	case q.Key == "" && text == "":
		text = s.w.QuoteUnknown
	case q.From != "":
		text = s.w.By(q.From, s.talk.thread.Name, s.info.Agent) + ": " + text
	}
	return s.w.Fill(s.w.LineAnswering, "text", shorten(text))
}

// shorten cuts a text that is only named.
func shorten(text string) string {
	r := []rune(text)
	if len(r) > 60 {
		return string(r[:59]) + "…"
	}
	return text
}
