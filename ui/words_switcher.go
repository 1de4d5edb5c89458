package ui

import (
	"strconv"
	"strings"

	"frontdesk/inbox"
)

// switcherWords are the box for threads and commands, and what commands take as an argument.
type switcherWords struct {
	GoToTitle, GoToKeys, CommandsTitle, CommandKeys string
	NoCommand, NothingFound                         string
	OnlyWriting, OnlyInTalk                         string
	MouseOn, MouseOff                               string
	LinksTitle, LinkGoesTo, LinkOpen, LinkCopy      string
	LinkOdd, NoBrowser, LinkFailed, LinkOpened      string
	NoLink, PagerFailed                             string
	TypeIt, NewThreadTitle, NewThreadHint           string
	Threads, Marked                                 counted
	OfThreads, SomeDone                             string
	TakesBack, TakenBack, NothingToTakeBack         string
	PrintedPart                                     counted
	LabelOn, Labelled, Unlabelled                   string
	StateDone, StateSnoozed, StateFailed            string
	Tomorrow, NoMoment                              string
	SnoozeWords                                     [6]string         // moments that are offered
	Also                                            map[string]string // by action: words that find it, beside its help
}

var englishSwitcher = switcherWords{
	GoToTitle:         "Go to",
	GoToKeys:          ": commands · enter go · esc",
	CommandsTitle:     "Commands",
	CommandKeys:       "tab complete · enter run · esc",
	NoCommand:         "No command is called that.",
	NothingFound:      "No thread, message or command matches.",
	OnlyWriting:       "Only while you write.",
	OnlyInTalk:        "Only in the conversation.",
	LinksTitle:        "Open which address?",
	LinkGoesTo:        "This goes to {host}",
	LinkOpen:          "open it, and others there from now on",
	LinkCopy:          "copy the address",
	LinkOdd:           "The message spelled it so that it may pass for another place. Look twice.",
	NoBrowser:         "No browser can be opened from here.",
	LinkFailed:        "no browser could be opened",
	LinkOpened:        "{host} opens in the browser.",
	PagerFailed:       "the pager ended with an error; PAGER names another",
	PrintedPart:       counted{One: "The newest message of more.", Other: "The newest {n} messages of more."},
	TypeIt:            "Type it, then press enter.",
	NewThreadTitle:    "Write to a number",
	NewThreadHint:     "with its country code, as +91 98200 12345 · enter go on · esc",
	Threads:           counted{One: "{n} thread", Other: "{n} threads"},
	Marked:            counted{One: "{n} marked", Other: "{n} marked"},
	OfThreads:         "{threads}: {said}",
	SomeDone:          "{done} of {all} done. {problem}",
	TakesBack:         "{back} takes it back.",
	TakenBack:         "Taken back.",
	NothingToTakeBack: "Nothing was changed from here.",
	NoLink:            "This message has no web address.",
	MouseOn:           "The mouse is on. Hold shift to select text.",
	MouseOff:          "The mouse is off: the terminal selects text as usual.",
	LabelOn:           "is on it; again: off",
	Labelled:          "{customer}: labelled {label}.",
	Unlabelled:        "{customer}: no longer labelled {label}.",
	StateDone:         "done",
	StateSnoozed:      "snoozed",
	StateFailed:       "failed",
	Tomorrow:          "tomorrow",
	NoMoment:          "{text} is no time to come: write 30m, 2h, 3d, 14:00, tomorrow or mon.",
	SnoozeWords:       [6]string{"30m", "1h", "2h", "4h", "tomorrow", "mon"},
	Also: map[string]string{"contact": "card profile number birthday order language who", "rename": "name call", "other number": "changed jump", "join": "merge same customer", "separate": "split undo join", "take": "assign to me claim mine", "done": "close resolve finish archive", "snooze": "later remind", "quote": "answer",
		"write": "answer compose message", "saved replies": "canned quick snippet", "editor": "vim nano external", "save reply": "canned snippet keep", "location": "map position where address directions", "contact card": "vcard person number", "buttons": "quick reply choice question interactive", "list": "menu choice rows question interactive", "attach": "upload photo picture document voice sticker pdf image", "retry": "resend send again mark sent", "one pane": "zoom full width", "palette": "run",
		"switch": "jump search find go to", "find": "search look for words", "label": "tag", "theme": "dark light contrast blind", "react": "emoji", "template": "closed window", "raw": "json webhook", "detail": "info why delivery",
		"assign": "give hand over colleague", "unread": "mark", "quit": "exit leave", "send later": "schedule time tomorrow evening", "date": "jump when calendar", "report": "support delivery", "open": "number phone"},
}

// threadState is what is so with a thread, in a few words.
func (w *words) threadState(t *inbox.Thread, me inbox.AgentID, dot string) string {
	var parts []string
	switch {
	case t.Unread > 0:
		parts = append(parts, w.unreadCount(t.Unread))
	case t.State == inbox.Closed:
		parts = append(parts, w.StateDone)
	case t.State == inbox.Snoozed:
		parts = append(parts, w.StateSnoozed)
	case t.Failed:
		parts = append(parts, w.StateFailed)
	}
	if t.Assignee != "" {
		parts = append(parts, w.agentName(t.Assignee, me))
	}
	return strings.Join(parts, " "+dot+" ")
}

func (w *words) labelled(customer, label string, off bool) string {
	if off {
		return fill(w.Unlabelled, "customer", customer, "label", label)
	}
	return fill(w.Labelled, "customer", customer, "label", label)
}

func (w *words) printedPart(n int) string { return w.count(w.PrintedPart, n) }
func (w *words) threads(n int) string     { return w.count(w.Threads, n) }
func (w *words) markedCount(n int) string { return w.count(w.Marked, n) }

func (w *words) ofThreads(threads, said string) string {
	return fill(w.OfThreads, "threads", threads, "said", said)
}

func (w *words) someDone(done, all int, problem string) string {
	return fill(w.SomeDone, "done", strconv.Itoa(done), "all", strconv.Itoa(all), "problem", problem)
}

func (w *words) goesTo(host string) string { return fill(w.LinkGoesTo, "host", host) }
func (w *words) opened(host string) string { return fill(w.LinkOpened, "host", host) }

func (w *words) noMoment(text string) string { return fill(w.NoMoment, "text", text) }
