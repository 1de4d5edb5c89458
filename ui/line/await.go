package line

import (
	"strings"
	"time"

	"frontdesk/inbox"
)

// awaited is a reply whose way is waited for, so that its answer stands behind it: "Sent. 09:46 delivered."
type awaited struct {
	oid   inbox.OID
	msg   inbox.Message
	until time.Time
	sent  bool // until was shortened: the rest comes soon, or is told as it comes
}

// How long the next line waits for what becomes of a reply.
const (
	waitsFor   = 5 * time.Second
	waitsAfter = 2 * time.Second // it was sent
)

func (s *session) waitFor(oid inbox.OID) {
	s.await = &awaited{oid: oid, until: s.now().Add(waitsFor)}
}

func (s *session) awaitedUntil() time.Time {
	if s.await == nil {
		return time.Time{}
	}
	if s.await.settled() {
		return s.now()
	}
	if rank(s.await.msg.Status) == 2 && !s.await.sent {
		s.await.sent = true
		if soon := s.now().Add(waitsAfter); soon.Before(s.await.until) {
			s.await.until = soon
		}
	}
	return s.await.until
}

// settled reports that nothing is worth waiting for any more.
func (a *awaited) settled() bool {
	switch a.msg.Status {
	case "", inbox.Queuing, inbox.Sending, inbox.StatusAccepted, inbox.StatusSent:
		return false
	case inbox.Unknown:
		return !a.msg.Confirming
	}
	return true
}

// awaitedOver says what became of the reply so far. What follows is told as it comes.
func (s *session) awaitedOver(now time.Time) {
	a := s.await
	if a == nil || !a.settled() && now.Before(a.until) {
		return
	}
	s.await = nil
	if a.msg.Key == "" || s.talk == nil || s.talk.thread.ID != a.msg.Thread {
		s.say(s.w.LineOnItsWay)
		return
	}
	r := s.numbered(&a.msg)
	r.told = a.msg
	switch {
	case rank(a.msg.Status) >= 2:
		s.out.line(strings.TrimSpace(s.w.LineSent + " " + s.reached(&a.msg, 2)))
	case rank(a.msg.Status) == 1, a.msg.Status == inbox.Queuing, a.msg.Status == inbox.Sending:
		s.say(s.w.LineOnItsWay)
	default:
		s.turned(r, inbox.Message{})
	}
}
