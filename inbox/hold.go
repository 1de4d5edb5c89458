package inbox

import "time"

// leaseFor is how long the right to send is held; it is renewed three times as often (network.md 3.5). A second
// process that serves the same number waits for it to run out.
const (
	leaseFor   = 15 * time.Second
	leaseRenew = 5 * time.Second
)

// tokenLook is how often a number that waits for a new token looks whether there is one.
const tokenLook = 2 * time.Second

// Why the whole number does not send although WhatsApp did not refuse anything (Message.HoldReason).
const (
	HoldPaused   = "paused"   // the phone is being changed: it goes by itself
	HoldUnlinked = "unlinked" // the number is disconnected
)

// holdNotice says why the whole number does not send.
func holdNotice(kind string) Notice {
	if kind == "auth" {
		return Tell(noticeHold, "hold-auth")
	}
	return Tell(noticeHold, "hold-account")
}

// showHold tells when the number is held, and when it is not any more.
func (o *Owner) showHold(kind string) {
	switch kind {
	case "":
		o.notices.clear(noticeHold)
	case HoldPaused, HoldUnlinked:
		o.notices.drop(noticeHold) // the notice about the connection says it
	default:
		o.notices.set(noticeHold, holdNotice(kind))
	}
}

// gate lets nothing of the number through for a while: it was throttled, or WhatsApp cannot be reached. Times are
// elapsed times, so a clock that jumps neither opens it nor keeps it shut (A87).
type gate struct{ until time.Time }

func (g *gate) shut(d time.Duration) {
	if until := time.Now().Add(d); until.After(g.until) {
		g.until = until
	}
}

func (g *gate) wait() time.Duration { return max(0, time.Until(g.until)) }
