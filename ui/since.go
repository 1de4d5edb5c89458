package ui

import (
	"time"

	"frontdesk/inbox"
)

// since is from where on rows are marked as new: what somebody else wrote on our side while this person was writing,
// as long as the stop stands (screens.md, "Somebody else answered").
type since struct {
	seq inbox.Seq // what the person had seen; 0: nothing is marked
	at  time.Time // when
	me  inbox.AgentID
}

// markSince follows the draft of the open thread.
func (c *convo) markSince(d *draft, me inbox.AgentID) {
	var s since
	if d != nil && d.stop != nil && !d.ed.blank() {
		s = since{d.seen, d.begunAt, me}
	}
	if s != c.since {
		c.since, c.stale = s, true
		clear(c.drawn)
	}
}

// marks reports whether a row is such a one.
func (s since) marks(m *inbox.Message) bool {
	return s.seq != 0 && m.Direction == "out" && m.Seq > s.seq && m.NotBefore.IsZero() && (m.Origin != inbox.OriginAPI || m.Agent != s.me)
}
