package line

import (
	"strconv"
	"strings"
	"time"

	"frontdesk/inbox"
)

// How long WhatsApp usually takes to tell, after which an unknown outcome is uncertain and its row is read again.
const confirms = 31 * time.Second

// state is how far a message of ours came, in words, with the reason when it stopped.
func (s *session) state(m *inbox.Message) []string {
	if m.Direction != "out" || m.Status == "" {
		return nil // an echo has no state before its first tick
	}
	switch m.Status {
	case inbox.StatusFailed:
		if m.Error != nil {
			if why, _ := s.w.Reason(m.Error); why != "" {
				return []string{s.w.Fill(s.w.FailedWhy, "why", why)}
			}
		}
	case inbox.StatusSent:
		if m.Marked {
			return []string{s.w.MarkedSent}
		}
	case inbox.Unknown:
		if m.Confirming {
			return []string{s.w.Confirming}
		}
	case inbox.Queuing, inbox.Waiting:
		if m.HoldReason == "later" || m.HoldReason == "recall" {
			return []string{s.w.Fill(s.w.LineLeaves, "at", s.w.When(s.now(), m.NotBefore))}
		}
	}
	return []string{s.w.Level(m.Status)}
}

// hint is why a message waits, and what a person can do about one that stopped.
func (s *session) hint(r *row) string {
	m := &r.msg
	if m.Direction != "out" || m.Revoked {
		return ""
	}
	n := []string{"n", strconv.Itoa(r.n)}
	var parts []string
	switch m.Status {
	case inbox.StatusFailed:
		if m.Error != nil {
			if _, next := s.w.Reason(m.Error); next != "" {
				parts = append(parts, sentence(strings.TrimSuffix(next, ".")))
			}
		}
		if len(m.Choices) > 0 {
			parts = append(parts, s.filled(s.w.LineDecideHint, n...))
		}
	case inbox.Unknown:
		if !m.Confirming {
			parts = append(parts, s.filled(s.w.LineUncertainHint, n...))
		}
	case inbox.Waiting, inbox.Held:
		if m.HoldReason == "later" || m.HoldReason == "recall" {
			break
		}
		parts = append(parts, s.why(m))
		if !m.RetryAt.IsZero() {
			parts = append(parts, s.w.Fill(s.w.NextTry, "at", s.w.Minute(m.RetryAt)))
		}
		if m.Status == inbox.Held && (len(m.Choices) > 0 || m.HoldReason == "account") {
			parts = append(parts, s.filled(s.w.LineDecideHint, n...))
		}
	}
	var some []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			some = append(some, p)
		}
	}
	return strings.Join(some, " ")
}

// why says in words, without the keys of the screen, why a message is held.
func (s *session) why(m *inbox.Message) string {
	if m.HoldReason == "answered" {
		return s.w.Fill(s.w.LineOvertaken, "who", s.w.By(m.HeldBy, s.talkName(), s.info.Agent))
	}
	if text := s.w.LineHolds[m.HoldReason]; text != "" {
		return s.filled(text)
	}
	return s.w.Holds[m.HoldReason]
}

func (s *session) talkName() string {
	if s.talk == nil {
		return ""
	}
	return s.talk.thread.Name
}

// rank orders the states of the way to the customer.
func rank(st inbox.Status) int {
	switch st {
	case inbox.StatusAccepted:
		return 1
	case inbox.StatusSent:
		return 2
	case inbox.StatusDelivered:
		return 3
	case inbox.StatusRead:
		return 4
	case inbox.StatusPlayed:
		return 5
	}
	return 0
}

// reached are the levels that a message reached behind a rank, each with its time: "09:46 delivered. 09:47 read."
func (s *session) reached(m *inbox.Message, behind int) string {
	var parts []string
	for _, l := range []struct {
		status inbox.Status
		at     time.Time
	}{{inbox.StatusSent, m.StatusAt.Sent}, {inbox.StatusDelivered, m.StatusAt.Delivered}, {inbox.StatusRead, m.StatusAt.Read}, {inbox.StatusPlayed, m.StatusAt.Played}} {
		if rank(l.status) <= behind || rank(l.status) > rank(m.Status) || l.at.IsZero() && l.status != m.Status {
			continue
		}
		text := s.w.Level(l.status) + "."
		if !l.at.IsZero() {
			text = s.w.Minute(l.at) + " " + text
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " ")
}

// turned says that a message of ours got further, or stopped.
func (s *session) turned(r *row, before inbox.Message) {
	m := &r.msg
	who := "#" + strconv.Itoa(r.n)
	switch {
	case rank(m.Status) > 1:
		if text := s.reached(m, max(1, rank(before.Status))); text != "" {
			s.out.line(who + " " + text)
		}
	case rank(m.Status) == 1, m.Status == inbox.Queuing, m.Status == inbox.Sending, m.Status == "":
		// on its way: that was said
	default:
		s.out.line(who + " " + s.w.List(s.state(m)...) + ": " + shorten(s.w.Said(m)))
		s.sayHint(r)
	}
}

// turns notes when a state changes by itself, without an event: what is confirming becomes uncertain.
func (s *session) turns(r *row) {
	r.turn = time.Time{}
	if r.msg.Status == inbox.Unknown && r.msg.Confirming {
		r.turn = s.now().Add(confirms)
	}
}

// turns is when the next row of the open thread changes by itself, or its window closes.
func (t *talk) turns() (due time.Time) {
	if t == nil {
		return due
	}
	due = t.openTill
	for _, r := range t.order {
		if !r.turn.IsZero() && (due.IsZero() || r.turn.Before(due)) {
			due = r.turn
		}
	}
	return due
}

// moment says what time changed in the open thread.
func (t *talk) moment(s *session, now time.Time) {
	if t == nil {
		return
	}
	if !t.openTill.IsZero() && !now.Before(t.openTill) {
		t.openTill = time.Time{}
		s.tell(func() {
			if s.talk == t && !t.thread.Window.OpenAt(s.now()) {
				s.out.line(s.window(&t.thread, s.now()))
			}
		})
	}
	for _, r := range t.order {
		if r.turn.IsZero() || now.Before(r.turn) {
			continue
		}
		r.turn = time.Time{}
		d, err := s.desk.Detail(s.ctx, t.thread.ID, r.msg.Key)
		if err != nil || d.Message.Status == r.msg.Status && d.Message.Confirming {
			continue
		}
		r.msg = d.Message
		s.tell(func() {
			if s.talk == t {
				s.changed(r)
			}
		})
	}
}
