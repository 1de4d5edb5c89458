package ui

import (
	"frontdesk/inbox"
	"frontdesk/ui/term"
)

// alertWords are what the terminal shows while the person looks elsewhere, and the test of it.
type alertWords struct {
	NewMessages, InThreads                          counted
	CameLate, StillWaiting                          string
	Muted, Unmuted                                  string
	TestSoon, TestTitle, TestBody, TestAgain        string
	ByNotification, ByBell, ByNothing, ThisTerminal string
	TmuxBlocks, TmuxBlind                           string
}

var englishAlerts = alertWords{
	NewMessages:    counted{One: "{n} new message", Other: "{n} new messages"},
	InThreads:      counted{One: "{n} thread", Other: "{n} threads"},
	CameLate:       "late: {what}",
	StillWaiting:   "still waiting: {what}",
	Muted:          "{customer} is muted: no alerts.",
	Unmuted:        "{customer} is no longer muted.",
	TestSoon:       "In three seconds. Look at another window now.",
	TestTitle:      "Notification test",
	TestBody:       "This is how a new message is announced.",
	TestAgain:      "try again",
	ByNotification: "Sent as a notification ({how}) to {terminal}. If nothing showed, allow its notifications on your desktop, or set ui.notify to bell.",
	ByBell:         "Rang the bell: {terminal} is not known to show notifications. If nothing was heard, turn on its bell, or set ui.notify to osc9, osc99 or osc777 if it can show them.",
	ByNothing:      "Nothing was shown: ui.notify is off.",
	ThisTerminal:   "this terminal",
	TmuxBlocks:     "Rang the bell: tmux lets no notification through. It does after: tmux set -g allow-passthrough all",
	TmuxBlind:      "tmux does not say which window has the focus; it does after: tmux set -g focus-events on",
}

// alert is what an alert is about, in its own words.
func (w *words) alert(a *inbox.Alert, what string) string {
	switch {
	case a.Again > 0:
		return fill(w.StillWaiting, "what", what)
	case a.Kind == inbox.LateAlert:
		return fill(w.CameLate, "what", what)
	}
	return what
}

func (w *words) muted(customer string, on bool) string {
	if on {
		return fill(w.Muted, "customer", customer)
	}
	return fill(w.Unmuted, "customer", customer)
}

// notified says how a notification was made, and what to do about it.
func (w *words) notified(how term.Notified) string {
	terminal := how.Terminal
	if terminal == "" {
		terminal = w.ThisTerminal
	}
	text := fill(w.ByNotification, "how", string(how.By), "terminal", terminal)
	switch {
	case how.By == term.NotifyOff:
		return w.ByNothing
	case how.Blocked:
		text = w.TmuxBlocks
	case how.By == term.NotifyBell:
		text = fill(w.ByBell, "terminal", terminal)
	}
	if how.Blind {
		text += "\n" + w.TmuxBlind
	}
	return text
}
