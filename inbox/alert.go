package inbox

import "time"

// Alert says that something came which people should hear of although they look elsewhere. Whether there is one is
// decided once, here, for all terminals; each of them makes a sound of it when it has not the focus and its person is
// among To. Terminals of one person that all lack the focus sound together: nobody can tell in which room they are.
type Alert struct {
	Kind    AlertKind `json:"kind"`
	Thread  ThreadID  `json:"thread,omitempty"` // of NewMessage
	Name    string    `json:"name,omitempty"`   // of the customer
	Message string    `json:"message,omitempty"`
	Type    string    `json:"type,omitempty"` // of the newest message, in WhatsApp's word
	Text    string    `json:"text,omitempty"` // its first line, at most 80 characters; empty where it has none
	// Messages and Threads count what the alert is about.
	Messages int       `json:"messages"`
	Threads  int       `json:"threads"`
	To       []AgentID `json:"to"`              // who should hear it, sorted
	Again    int       `json:"again,omitempty"` // how often it was told before
}

// AlertKind names what an alert is about.
type AlertKind string

// The kinds of alerts.
const (
	NewMessage  AlertKind = "message"  // of one customer
	NewMessages AlertKind = "messages" // of so many at once that one word does for all
	LateAlert   AlertKind = "late"     // what WhatsApp could not deliver when it was written: told once, together
)

// How alerts come.
const (
	alertSettle  = 300 * time.Millisecond // an answer, or the rest of what the customer writes, may be right behind
	alertPace    = 2 * time.Second        // between two alerts
	alertsAtOnce = 3                      // threads; more are told in one word
	alertsMost   = 1024                   // messages that wait for their decision; the rest is counted

	lateAfter  = 2 * time.Minute // from writing to arriving
	lateSettle = 5 * time.Second
	latePace   = 10 * time.Minute // between two summaries
)

// arrival is what is known of a customer's message when it is decided about.
type arrival struct {
	known    bool // an earlier entry had named it: a repeat, or history
	unread   bool // it counts as unread: live, from the customer, not taken back, no system event
	answered bool // on the phone or from here
	seen     bool // an agent has looked at it
	settled  bool // a person has closed or snoozed the thread since
	muted    bool
	watched  bool // somebody at a terminal looks at the thread
	sent     time.Time
}

// verdict is what becomes of an arrival.
type verdict uint8

const (
	silent verdict = iota
	tellNow
	tellLate // in the summary of what came late
)

// decide is the one decision about an arrival.
func (a arrival) decide(now time.Time) verdict {
	switch {
	case a.known, !a.unread, a.answered, a.seen, a.settled, a.muted, a.watched:
		return silent
	case now.Sub(a.sent) > lateAfter:
		return tellLate
	}
	return tellNow
}

// candidate reports whether a fact can be news: a customer's message that came live. Neither what the phone did nor
// what an import brings can.
func candidate(f Fact) (MessageSeen, bool) {
	m, ok := f.(MessageSeen)
	return m, ok && m.Side == In && m.Source == FromLive
}
