package ui

import (
	"cmp"
	"strings"
	"time"

	"frontdesk/inbox"
)

// stateWords say how far a message came, why it stopped, and what a person may decide about it.
type stateWords struct {
	Queued, Waiting, Held, Sending, Accepted, Sent, Delivered         string
	Read, Played, Failed, Cancelled, Discarded, MarkedSent            string
	Uncertain, UncertainNext, Confirming                              string
	FailedWhy, FailedNext, NextTry, Uploading                         string
	Holds                                                             map[string]string
	Deleted, Edited, Forwarded, SentTwice, SentAgain, Paced, Conflict string

	Decisions                                         map[inbox.Decision]string
	Decided                                           map[inbox.Decision]string
	TryAgain                                          string
	DecideUncertain, DecideFailed, DecideHeld, Decide string
}

var englishStates = stateWords{
	Queued: "queued", Waiting: "waiting", Held: "held", Sending: "sending", Accepted: "accepted", Sent: "sent",
	Delivered: "delivered", Read: "read", Played: "played", Failed: "failed", Cancelled: "cancelled", Discarded: "discarded",
	MarkedSent:    "sent, as marked by hand",
	Uncertain:     "uncertain",
	UncertainNext: "WhatsApp did not say whether this went. Look on the phone, then press R.",
	Confirming:    "confirming…",
	FailedWhy:     "failed: {why}",
	FailedNext:    "Press d for what is known, R to decide what to do.",
	NextTry:       "Next try {at}.",
	Uploading:     "uploading {percent}%",
	Holds: map[string]string{
		"window":    "The 24 hours are over: send a template (t), or wait for the customer.",
		"unlinked":  "The number is disconnected: nothing leaves from here. :phone tells why.",
		"paused":    "The phone is being changed. It goes by itself once that is connected.",
		"auth":      "WhatsApp refuses the access token. Replies go by themselves once it is replaced.",
		"account":   "WhatsApp has stopped this number. Look in WhatsApp Manager, then press R to let it send again.",
		"stale":     "It is more than 15 minutes old. Press R to send it now, x to cancel.",
		"throttled": "WhatsApp asked for a pause. It goes by itself.",
		"offline":   "WhatsApp cannot be reached. It goes by itself.",
		"upload":    "The file did not get through. It is tried again by itself.",
		"order":     "It waits for the message before it.",
	},
	Deleted:   "message deleted",
	Edited:    "edited",
	Forwarded: "forwarded",
	SentTwice: "sent twice",
	SentAgain: "sent again below",
	Paced:     "held back by WhatsApp for now",
	Conflict:  "two versions: D shows both",

	Decisions: map[inbox.Decision]string{inbox.Resend: "send again", inbox.MarkSent: "I saw it on the phone: mark as sent",
		inbox.Discard: "discard", inbox.SendNow: "send now", inbox.KeepTime: "let it leave at its time all the same"},
	Decided: map[inbox.Decision]string{inbox.Resend: "Sending it again.", inbox.MarkSent: "Marked as sent.", inbox.Discard: "Discarded.",
		inbox.SendNow: "On its way.", inbox.Cancel: "Cancelled.", inbox.KeepTime: "It leaves at its time."},
	TryAgain:        "try again",
	DecideUncertain: "It is uncertain whether this went",
	DecideFailed:    "This failed",
	DecideHeld:      "This is held",
	Decide:          "What to do with this message",
}

// failure is the reason of a failed message and what to do. Never a bare code: a failure without words still says that
// WhatsApp refused it.
func (w *words) failure(r *inbox.Reason) (title, hint string) {
	title, hint = w.Failed, w.FailedNext
	if r == nil {
		return title, hint
	}
	why, next := w.reason(r)
	if why != "" {
		title = fill(w.FailedWhy, "why", why)
	}
	return title, cmp.Or(next, hint)
}

func (w *words) waiting(m *inbox.Message, c clock) string {
	s := w.hold(m)
	if !m.RetryAt.IsZero() {
		s = strings.TrimSpace(s + " " + fill(w.NextTry, "at", c.second(m.RetryAt)))
	}
	return s
}

func (w *words) hold(m *inbox.Message) string {
	if m.HoldReason == "answered" {
		return w.overtaken(m.HeldBy)
	}
	if s := w.Holds[m.HoldReason]; s != "" {
		return s
	}
	return m.HoldReason
}

func (w *words) decision(d inbox.Decision, s inbox.Status) string {
	if d == inbox.Resend && s == inbox.StatusFailed {
		return w.TryAgain
	}
	if text := w.Decisions[d]; text != "" {
		return text
	}
	return string(d)
}

func (w *words) decided(d inbox.Decision) string { return w.Decided[d] }

func (w *words) decideTitle(m *inbox.Message) string {
	switch m.Status {
	case inbox.Unknown:
		return w.DecideUncertain
	case inbox.StatusFailed:
		return w.DecideFailed
	case inbox.Held:
		return w.DecideHeld
	}
	return w.Decide
}

// levels are the words for how far a message came.
func (w *words) levels() map[inbox.Status]string {
	return map[inbox.Status]string{
		inbox.Queuing: w.Queued, inbox.Waiting: w.Waiting, inbox.Held: w.Held, inbox.Sending: w.Sending, inbox.Unknown: w.Uncertain,
		inbox.StatusAccepted: w.Accepted, inbox.StatusSent: w.Sent, inbox.StatusDelivered: w.Delivered, inbox.StatusRead: w.Read,
		inbox.StatusPlayed: w.Played, inbox.StatusFailed: w.Failed, inbox.Cancelled: w.Cancelled, inbox.Discarded: w.Discarded,
	}
}

// levelTime is when a message reached a level.
type levelTime struct {
	word string
	at   time.Time
}

func (w *words) times(t inbox.StatusTimes) []levelTime {
	var some []levelTime
	for _, l := range []levelTime{{w.Queued, t.Queued}, {w.Accepted, t.Accepted}, {w.Sent, t.Sent}, {w.Delivered, t.Delivered},
		{w.Read, t.Read}, {w.Played, t.Played}, {w.Failed, t.Failed}} {
		if !l.at.IsZero() {
			some = append(some, l)
		}
	}
	return some
}
