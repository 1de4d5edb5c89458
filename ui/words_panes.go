package ui

import (
	"errors"
	"strconv"
	"strings"

	"frontdesk/inbox"
)

// paneWords are the list, the conversation's frame, and the status bar.
type paneWords struct {
	Loading, NothingOpen, NoMessages, TooSmall, TooSmallShort     string
	NoMatch, NothingDone, NothingIn, FirstMessage, FirstMessageTo string
	Draft                                                         string
	StateLive, StateReconnecting, StateConnecting, StateReadOnly  string
	ReadOnly, ReadOnlyNext, ReadOnlyAsked                         string
	Message, Thread, Notes                                        string
	Views                                                         map[inbox.View]string
	Unread, Below, Above                                          counted
	CountMine, CountWaiting, CountClosing                         counted
	CountFailed, CountUncertain, CountHeld                        counted
	NobodyWaits, NothingStuck, SeeAll, StuckPlace, StuckNext      string
	StuckPlaceDone, StuckNextDone                                 string
	Orders                                                        map[inbox.Order]string
	Terminals                                                     counted // besides this one
}

var englishPanes = paneWords{
	Loading:           "Loading…",
	NothingOpen:       "No thread is open. Choose one in the list and press enter.",
	NoMessages:        "No messages here yet.",
	TooSmall:          "too small: 24 × 6 at least",
	TooSmallShort:     "too small",
	NoMatch:           "No name or number matches. esc clears the filter.",
	NothingDone:       "Nothing is marked done. Press e on a thread to finish it, 3 for all threads.",
	NothingIn:         `No thread is in "{view}". Key {key} shows all threads.`,
	FirstMessage:      "No messages yet. As soon as somebody writes to the number, the thread appears here.",
	FirstMessageTo:    "No messages yet. Write to {number} from any WhatsApp, and the thread appears here.",
	Draft:             "draft",
	StateLive:         "live",
	StateReconnecting: "reconnecting…",
	StateConnecting:   "connecting…",
	StateReadOnly:     "read-only",
	ReadOnly:          "read-only",
	ReadOnlyNext:      "Nothing can be sent or changed here: no frontdesk owns the store. Start `frontdesk serve`, or `frontdesk`.",
	ReadOnlyAsked:     "Nothing can be sent or changed here: this screen was started with --readonly.",
	Message:           "Message",
	Thread:            "Thread",
	Notes:             "Notes",
	Views: map[inbox.View]string{inbox.ViewAll: "All", inbox.ViewMine: "Mine", inbox.ViewUnassigned: "Unassigned",
		inbox.ViewWaiting: "Waiting", inbox.ViewDone: "Done", inbox.ViewStuck: "Stuck"},
	NobodyWaits:    "Nobody waits: every customer has an answer.",
	NothingStuck:   "Nothing is stuck: no message of yours failed, is uncertain or held.",
	SeeAll:         "Key {key} shows all threads.",
	StuckPlace:     "Stuck {at} of {all}: {decide} decides, {next} goes to the next.",
	StuckPlaceDone: "Stuck {at} of {all}: write again, or {done} is done with it; {next} goes to the next.",
	StuckNextDone:  "Write again, or {done} is done with it; {next} goes to the next.",
	StuckNext:      "{decide} decides, {next} goes to the next.",
	Orders:         map[inbox.Order]string{inbox.Longest: "longest", inbox.Closing: "closing"},
	Unread:         counted{One: "{n} unread", Other: "{n} unread"},
	Below:          counted{One: "{n} new below", Other: "{n} new below"},
	Above:          counted{One: "{n} new above", Other: "{n} new above"},
	CountMine:      counted{One: "{n} mine", Other: "{n} mine"},
	CountWaiting:   counted{One: "{n} waiting", Other: "{n} waiting"},
	CountFailed:    counted{One: "{n} failed", Other: "{n} failed"},
	CountClosing:   counted{One: "{n} closing soon", Other: "{n} closing soon"},
	CountUncertain: counted{One: "{n} uncertain", Other: "{n} uncertain"},
	CountHeld:      counted{One: "{n} held", Other: "{n} held"},
	Terminals:      counted{One: "{n} other terminal", Other: "{n} other terminals"},
}

// problem is an error in one line, with the next step when there is one.
func (w *words) problem(err error) string {
	var e *inbox.Error
	if !errors.As(err, &e) {
		return inbox.Clean(firstLine(err.Error()))
	}
	if e.Key == "" {
		return inbox.Clean(firstLine(e.Error()))
	}
	return inbox.Clean(firstLine(w.said(e.Key, e.With, e.Text, e.Next)))
}

func (w *words) notice(n inbox.Notice) string {
	return w.said(n.Key, n.With, n.Text, n.Next)
}

func (w *words) below(n int, dot string) string { return " " + w.count(w.Below, n) + " " + dot + " G " }
func (w *words) above(n int) string             { return w.count(w.Above, n) }
func (w *words) unreadLine(n int) string        { return w.count(w.Unread, n) }
func (w *words) unreadCount(n int) string       { return w.count(w.Unread, n) }
func (w *words) view(v inbox.View) string       { return w.Views[v] }
func (w *words) terminals(n int) string         { return w.count(w.Terminals, n) }

func (w *words) nothingIn(view, key string) string {
	return fill(w.NothingIn, "view", view, "key", key)
}

func (w *words) firstMessage(number string) string { return fill(w.FirstMessageTo, "number", number) }

// counts are what the status bar says of the whole inbox.
func (w *words) counts(c inbox.Counts, dot string, roomy bool) string {
	return " " + strings.Join(w.countParts(c, roomy), " "+dot+" ")
}

func (w *words) countParts(c inbox.Counts, roomy bool) []string {
	parts := []string{w.unreadCount(c.Unread)}
	if c.Mine > 0 && roomy {
		parts = append([]string{w.count(w.CountMine, c.Mine)}, parts...)
	}
	if c.Waiting > 0 && roomy {
		parts = append(parts, w.count(w.CountWaiting, c.Waiting))
	}
	if c.Closing > 0 && roomy {
		parts = append(parts, w.count(w.CountClosing, c.Closing))
	}
	if c.Failed > 0 {
		parts = append(parts, w.count(w.CountFailed, c.Failed))
	}
	if c.Uncertain > 0 {
		parts = append(parts, w.count(w.CountUncertain, c.Uncertain))
	}
	if c.Tray > 0 {
		parts = append(parts, w.count(w.CountTray, c.Tray))
	}
	if c.Held > 0 {
		parts = append(parts, w.count(w.CountHeld, c.Held))
	}
	return parts
}

func (w *words) seeAll(key string) string      { return fill(w.SeeAll, "key", key) }
func (w *words) nobodyWaits(key string) string { return w.NobodyWaits + " " + w.seeAll(key) }

// stuck says where one is in the queue of what is stuck, and what can be done: decide about it, or, of what was written on
// the phone, be done with it. all is 0 when the place is not known.
func (w *words) stuck(at, all int, decide, done, next string) string {
	text := w.StuckNext
	switch {
	case all > 0 && decide == "":
		text = w.StuckPlaceDone
	case all > 0:
		text = w.StuckPlace
	case decide == "":
		text = w.StuckNextDone
	}
	return fill(text, "at", strconv.Itoa(at), "all", strconv.Itoa(all), "decide", decide, "done", done, "next", next)
}
