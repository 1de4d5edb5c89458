package ui

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"frontdesk/inbox"
)

// words is the catalogue: every text of the screen in one language. Sentences that depend on numbers or states are
// methods below; another language brings its own values and, where its grammar differs, its own methods behind an
// interface made of these.
type words struct {
	// Panes
	Loading, NothingOpen, NoMessages, TooSmall    string
	TooSmallShort                                 string
	NoMatch, NothingDone, FirstMessage            string
	Draft, Deleted, Edited, Forwarded, Us, Phone  string
	Earlier, Elsewhere, You, System, QuoteUnknown string
	SentTwice, SentAgain, Paced, Conflict         string
	StateLive, StateReconnecting, StateConnecting string
	StateReadOnly, ReadOnly, ReadOnlyNext         string
	Message, Thread, Notes                        string
	Views                                         map[inbox.View]string

	// Ticks
	Queued, Waiting, Held, Sending, Accepted, Sent, Delivered string
	Read, Played, Cancelled, Discarded, MarkedSent            string
	Uncertain, UncertainNext, Confirming                      string
	Holds                                                     map[string]string

	// Composer
	Reply, WriteHint, WriteHintMedium, WriteHintShort, WriteEmpty string
	Handing, ClosedWhy, ClosedShort, DraftKept, SendAnyway        string
	KeepDraft, KeepShort, FilterKeys                              string
	DiscardDraft, FirstVersionSent, FirstFormSent, NothingSent    string

	// Answers to keys
	NoThreadChosen, NoMessageChosen, NotSentYet, WasDeleted string
	NothingToDecide, TooLateToCancel, NoLastTemplate        string
	NothingUnread, NothingUnreadHere, NothingToCopy, Copied string
	MarkedDone, Reopened, MarkedUnread, NoteKept            string
	NoSuchAction, KeyClash, NoPaste                         string

	// Dialogs
	MenuKeys, No, Keys, HelpKeys, HelpMore, NoKey, NotNow            string
	AssignHint, NoteHint                                             string
	SnoozeHour, SnoozeLater, SnoozeTomorrow, SnoozeMonday, SnoozeEnd string
	ReactTitle, NoReaction, QuitTitle, QuitYes, QuitNo               string
	ResendTitle, ResendTwice, ResendYes, LiftHold                    string
	Decisions                                                        map[inbox.Decision]string
	Decided                                                          map[inbox.Decision]string

	// Detail
	DetailKeys, DetailChoices, RawTitle, RawKeys, NoRaw                                       string
	LabelText, LabelMedia, LabelFrom, LabelTemplate, LabelState, LabelEarlier                 string
	LabelWhy, LabelDo, LabelCode, LabelPrice, LabelID, LabelRef, LabelReceived                string
	LabelType, LabelAssigned, LabelWindow, LabelWaits, LabelLabels, LabelFirst, LabelMessages string
	Steps                                                                                     map[string]string

	// Templates
	AllLanguages, NoTemplates, NoTemplateMatch, PickKeys, FromContact, Preview string
	FormKeys, ReviewKeys, NoSuchFile, NotAFile                                 string
	LocationParts, TemplateStatus                                              map[string]string

	// Keys
	GroupAnywhere, GroupList, GroupThread, GroupTalk, GroupTalkToo, GroupWrite, InListToo, Flags string
	Help                                                                                         map[string]string // by action
	Short                                                                                        map[string]string // where a row has little room
	Media                                                                                        map[string]string // by type
}

var english = words{
	Loading:     "Loading…",
	NothingOpen: "No thread is open. Choose one in the list and press enter.",
	NoMessages:  "No messages here yet.",
	TooSmall:    "too small: 24 × 6 at least", TooSmallShort: "too small",
	NoMatch:      "No name or number matches. esc clears the filter.",
	NothingDone:  "Nothing is marked done. Press e on a thread to finish it, 3 for all threads.",
	FirstMessage: "No messages yet. As soon as somebody writes to the number, the thread appears here.",
	Draft:        "draft", Deleted: "message deleted", Edited: "edited", Forwarded: "forwarded", Us: "us", Phone: "phone",
	Earlier: "earlier", Elsewhere: "elsewhere", You: "you", System: "system", QuoteUnknown: "a message that is not here",
	SentTwice: "sent twice", SentAgain: "sent again below", Paced: "held back by WhatsApp for now", Conflict: "two versions: D shows both",
	StateLive: "live", StateReconnecting: "reconnecting…", StateConnecting: "connecting…", StateReadOnly: "read-only",
	ReadOnly:     "read-only",
	ReadOnlyNext: "Nothing can be sent or changed here: no frontdesk owns the store. Start `frontdesk serve`, or `frontdesk`.",
	Message:      "Message", Thread: "Thread", Notes: "Notes",
	Views: map[inbox.View]string{inbox.ViewAll: "All", inbox.ViewMine: "Mine", inbox.ViewUnassigned: "Unassigned",
		inbox.ViewWaiting: "Waiting", inbox.ViewDone: "Done"},

	Queued: "queued", Waiting: "waiting", Held: "held", Sending: "sending", Accepted: "accepted", Sent: "sent",
	Delivered: "delivered", Read: "read", Played: "played", Cancelled: "cancelled", Discarded: "discarded",
	MarkedSent: "sent, as marked by hand", Uncertain: "uncertain", Confirming: "confirming…",
	UncertainNext: "WhatsApp did not say whether this went. Look on the phone, then press R.",
	Holds: map[string]string{
		"window":    "The 24 hours are over: send a template (t), or wait for the customer.",
		"auth":      "WhatsApp refuses the access token. Replies go by themselves once it is replaced.",
		"account":   "WhatsApp has stopped this number. Look in WhatsApp Manager, then press R to let it send again.",
		"stale":     "It is more than 15 minutes old. Press R to send it now, x to cancel.",
		"throttled": "WhatsApp asked for a pause. It goes by itself.",
		"offline":   "WhatsApp cannot be reached. It goes by itself.",
		"order":     "It waits for the message before it.",
	},

	Reply: "Reply", WriteHint: "{send} send · {line} line · {leave} leave", WriteHintMedium: "{send} send · {line} line",
	WriteHintShort: "{send} send · {leave}", WriteEmpty: "{write} to write", Handing: "handing over…",
	ClosedWhy: "Free text is refused until the customer writes again.", ClosedShort: "Free text is refused until they write.", DraftKept: "Your draft is kept:", FilterKeys: "enter keep · esc clear",
	SendAnyway: "send anyway", KeepDraft: "keep as draft", KeepShort: "keep", DiscardDraft: "discard",
	FirstFormSent:    "What you filled in first had gone already: look at the thread.",
	FirstVersionSent: "What you wrote first had gone already; this version is kept as a draft.",
	NothingSent:      "Nothing of yours in the part of the thread that is loaded.",

	NoThreadChosen: "No thread is chosen.", NoMessageChosen: "No message is chosen.", NotSentYet: "WhatsApp has not named this message yet.",
	WasDeleted: "This message was deleted.", NothingToDecide: "Nothing to decide about this message.",
	TooLateToCancel: "This cannot be cancelled: it has left, or never waited.", NoLastTemplate: "No template was sent in this thread.",
	NothingUnread: "Nothing is unread.", NothingUnreadHere: "Nothing was unread when you opened this thread.",
	NothingToCopy: "This message has no text.", Copied: "Copied through the terminal (OSC 52).",
	MarkedDone: "Done. Key 5 shows what is done.", Reopened: "Open again.", MarkedUnread: "Marked unread.", NoteKept: "Note kept.",
	NoSuchAction: "ui.keys names %q, which is no action; ? lists them", KeyClash: "ui.keys puts %q on both %q and %q; the second keeps its old keys",

	NoPaste: "What is pasted here does nothing: press {write} first, and it goes into the reply.",

	MenuKeys: "enter choose · esc", No: "No", Keys: "Keys", HelpKeys: "type to search · esc", HelpMore: "type to search · ↓ more · esc", NoKey: "No key does that.", NotNow: "not now:",
	AssignHint: "a colleague's name; empty for nobody · enter assign · esc",
	NoteHint:   "customers never see it · enter keep · alt+enter line · esc",
	SnoozeHour: "for an hour", SnoozeLater: "for four hours", SnoozeTomorrow: "until tomorrow", SnoozeMonday: "until Monday", SnoozeEnd: "end the snooze",
	ReactTitle: "React", NoReaction: "take the reaction back",
	QuitTitle: "Quit?", QuitYes: "quit; the draft is kept", QuitNo: "stay",
	ResendTitle: "Send it again?", ResendYes: "send it again", LiftHold: "ask WhatsApp, and let the number send again",
	ResendTwice: "WhatsApp may have taken it the first time. If it did, the customer gets it twice. Looking on the phone is safer.",
	Decisions: map[inbox.Decision]string{inbox.Resend: "send again", inbox.MarkSent: "I saw it on the phone: mark as sent",
		inbox.Discard: "discard", inbox.SendNow: "send now"},
	Decided: map[inbox.Decision]string{inbox.Resend: "Sending it again.", inbox.MarkSent: "Marked as sent.", inbox.Discard: "Discarded.",
		inbox.SendNow: "On its way.", inbox.Cancel: "Cancelled."},

	DetailKeys: "D raw events · esc", DetailChoices: "D raw events · R choices · esc", RawTitle: "Raw events", RawKeys: "D detail · esc", NoRaw: "No event names this message yet.",
	LabelText: "text", LabelMedia: "media", LabelFrom: "from", LabelTemplate: "template", LabelState: "state", LabelEarlier: "earlier",
	LabelWhy: "Why", LabelDo: "Do", LabelCode: "code", LabelPrice: "price", LabelID: "id", LabelRef: "ref", LabelReceived: "received",
	LabelType: "type", LabelAssigned: "assigned", LabelWindow: "window", LabelWaits: "waits", LabelLabels: "labels", LabelFirst: "first", LabelMessages: "messages",
	Steps: map[string]string{"attempt": "tried"},

	AllLanguages: "all languages", NoTemplates: "WhatsApp lists no templates for this number. Make one in WhatsApp Manager, then press ctrl+r.",
	NoTemplateMatch: "No template matches.", PickKeys: "↑ ↓ choose · enter next · tab language · ctrl+r fetch again · esc close",
	FromContact: "from contact", Preview: "preview", FormKeys: "tab next field · enter review · esc back",
	ReviewKeys: "enter send · esc change something", NoSuchFile: "no such file", NotAFile: "not a file",
	LocationParts:  map[string]string{"lat": "latitude", "lon": "longitude", "name": "place", "address": "address"},
	TemplateStatus: map[string]string{"PAUSED": "paused", "REJECTED": "rejected", "PENDING": "pending", "DISABLED": "disabled"},

	GroupAnywhere: "Anywhere", GroupList: "Thread list", GroupThread: "Thread", GroupTalk: "Conversation", GroupTalkToo: "Conversation, list", GroupWrite: "Writing",
	InListToo: "{write}, {quote}, {template} and the other keys for messages work in the list too: they open its thread first.",
	Flags:     "In the list: ! failed or uncertain · z snoozed · ~ draft · c window closed · @ yours · w waits for an answer",
	Help: map[string]string{
		"help": "help", "next unread": "next unread / back", "previous thread": "previous thread", "next thread": "next thread",
		"pane": "next pane", "one pane": "one pane", "redraw": "draw again", "suspend": "suspend", "quit": "quit", "quit at once": "quit, from anywhere",
		"list down": "down", "list up": "up", "list page down": "half a page down", "list page up": "half a page up",
		"list top": "top", "list bottom": "bottom", "open": "open", "filter": "filter name, number",
		"next unread here": "next unread", "previous unread here": "previous unread",
		"view mine": "mine", "view unassigned": "unassigned", "view all": "all", "view waiting": "waiting", "view done": "done",
		"clear filter": "clear the filter",
		"take":         "take, or give back", "assign": "assign", "done": "done; again: reopen", "snooze": "snooze", "unread": "mark unread", "note": "write a note",
		"message down": "next message", "message up": "previous message", "half page down": "half a page down", "half page up": "half a page up",
		"first message": "oldest message", "newest message": "newest message", "first unread": "first unread",
		"write": "write", "quote": "reply with quote", "react": "react", "template": "send a template", "last template": "last used template",
		"copy": "copy text", "detail": "detail", "raw": "raw events", "retry": "retry or discard", "cancel": "cancel what waits", "back": "back",
		"send": "send", "new line": "new line", "last sent": "last sent, if empty", "leave": "leave; draft kept",
	},
	Short: map[string]string{"next unread": "next unread", "filter": "filter", "help": "help", "retry": "choices", "cancel": "cancel",
		"take": "take", "done": "done", "quote": "quote", "template": "template", "last template": "last template", "leave": "leave", "pane": "pane", "view all": "all"},
	Media: map[string]string{"image": "photo", "video": "video", "audio": "audio", "document": "document", "sticker": "sticker"},
}

func plural(n int, one, many string) string {
	if n == 1 {
		return fmt.Sprintf("%d %s", n, one)
	}
	return fmt.Sprintf("%d %s", n, many)
}

// problem is an error in one line, with the next step when there is one.
func (w *words) problem(err error) string {
	var e *inbox.Error
	if !errors.As(err, &e) {
		return inbox.Clean(firstLine(err.Error()))
	}
	return inbox.Clean(firstLine(e.Error()))
}

func (w *words) notice(n inbox.Notice) string {
	if n.Next == "" {
		return n.Text
	}
	return n.Text + "; " + n.Next
}

// stray answers a letter that is no key where it was typed.
func (w *words) stray(letter, write, help string) string {
	return fmt.Sprintf("%s does nothing here. %s writes a reply, %s lists the keys.", letter, write, help)
}

// aWord answers letters that came like a word where each is a command.
func (w *words) aWord(write, help string) string {
	return fmt.Sprintf("Taken for text, not for keys. %s writes a reply, %s lists the keys.", write, help)
}

func (w *words) below(n int, dot string) string { return fmt.Sprintf(" %d new below %s G ", n, dot) }

func (w *words) above(n int) string { return fmt.Sprintf("%d new above", n) }

func (w *words) unreadLine(n int) string { return fmt.Sprintf("%d unread", n) }

func (w *words) unreadCount(n int) string { return fmt.Sprintf("%d unread", n) }

func (w *words) view(v inbox.View) string { return w.Views[v] }

func (w *words) nothingIn(view, key string) string {
	return fmt.Sprintf("No thread is in %q. Key %s shows all threads.", view, key)
}

func (w *words) firstMessage(number string) string {
	return fmt.Sprintf("No messages yet. Write to %s from any WhatsApp, and the thread appears here.", number)
}

// day names the day of a rule.
func (w *words) day(c clock, now, t time.Time) string {
	l := t.In(c.zone)
	switch d := c.days(now, t); {
	case d == 0:
		return "Today"
	case d == 1:
		return "Yesterday"
	case l.Year() == now.In(c.zone).Year():
		return l.Format("Mon 2 Jan")
	}
	return l.Format("Mon 2 Jan 2006")
}

func (w *words) agentName(a, me inbox.AgentID) string {
	switch a {
	case "":
		return w.Us
	case me:
		return w.You
	}
	return string(a)
}

// from names the author of a quoted message as the Desk spells it.
func (w *words) from(s string) string {
	switch s {
	case string(inbox.OriginPhone):
		return w.Phone
	case string(inbox.OriginElsewhere):
		return w.Elsewhere
	}
	return s
}

func (w *words) noteBy(name string) string      { return "note by " + name }
func (w *words) template(name string) string    { return "template " + name }
func (w *words) replyTo(name string) string     { return "Reply to " + name }
func (w *words) draftBy(name string) string     { return "draft by " + name }
func (w *words) snoozedTo(at string) string     { return "snoozed to " + at }
func (w *words) snoozed(at string) string       { return "Snoozed until " + at + "." }
func (w *words) assignTitle(n string) string    { return "Assign " + n + " to" }
func (w *words) snoozeTitle(n string) string    { return "Snooze " + n }
func (w *words) noteTitle(n string) string      { return "Note on " + n }
func (w *words) detailTitle(n string) string    { return "Message to " + n }
func (w *words) detailFrom(n string) string     { return "Message from " + n }
func (w *words) since(at string) string         { return "since " + at }
func (w *words) closesAt(at string) string      { return "closes " + at }
func (w *words) pickTitle(n string) string      { return "Send a template to " + n }
func (w *words) reviewTo(n string) string       { return "This goes to " + n + ", exactly so:" }
func (w *words) step3(n int) string             { return fmt.Sprintf("%d of 3", n) }
func (w *words) templateHanded(n string) string { return "Template " + n + " is on its way." }

func (w *words) unknownType(t string) string {
	if t == "" {
		t = "message"
	}
	return "[" + t + "] press D to see what came"
}

func (w *words) referral(r *inbox.Referral) string {
	if r.Headline != "" {
		return "came from an ad: " + r.Headline
	}
	return "came from an ad"
}

// media is a line that stands for an attachment.
func (w *words) media(m *inbox.Message) string {
	kind := w.Media[m.Type]
	if m.Media.Voice {
		kind = "voice note"
	}
	if kind == "" {
		kind = m.Type
	}
	parts := []string{kind}
	if m.Media.Name != "" {
		parts = append(parts, m.Media.Name)
	}
	if m.Media.Bytes > 0 {
		parts = append(parts, size(m.Media.Bytes))
	}
	switch m.Media.State {
	case "on_phone_only":
		parts = append(parts, "on the phone only")
	case "expired":
		parts = append(parts, "no longer at WhatsApp")
	case "failed":
		parts = append(parts, "could not be fetched")
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func size(n int64) string {
	switch {
	case n >= 1000*1000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	case n >= 1000:
		return fmt.Sprintf("%d KB", n/1000)
	}
	return fmt.Sprintf("%d B", n)
}

// failure is the reason of a failed message and what to do. Never a bare code: a failure without words still says that
// WhatsApp refused it.
func (w *words) failure(r *inbox.Reason) (title, hint string) {
	title, hint = "failed", "Press d for what is known, R to decide what to do."
	if r == nil {
		return title, hint
	}
	if r.Title != "" {
		title = "failed: " + r.Title
	}
	if r.Hint != "" {
		hint = r.Hint
	}
	return title, hint
}

func (w *words) waiting(m *inbox.Message, c clock) string {
	s := w.hold(m)
	if !m.RetryAt.IsZero() {
		s = strings.TrimSpace(s + " Next try " + c.second(m.RetryAt) + ".")
	}
	return s
}

func (w *words) hold(m *inbox.Message) string {
	if m.HoldReason == "" {
		return ""
	}
	if s := w.Holds[m.HoldReason]; s != "" {
		return s
	}
	return m.HoldReason
}

// window is the state of the 24-hour window for the title: open 21h 40m.
func (w *words) window(win inbox.Window, open bool, now time.Time) string {
	switch rest := win.ExpiresAt.Sub(now); {
	case open && rest < closingSoon:
		return "closes in " + left(rest)
	case open:
		return "open " + left(rest)
	}
	return "window closed"
}

func (w *words) windowShort(win inbox.Window, open bool, now time.Time) string {
	if open {
		return "open " + leftShort(win.ExpiresAt.Sub(now))
	}
	return "closed"
}

// closingSoon is when an open window becomes a warning.
const closingSoon = time.Hour

// windowLong is the same with the reason, for the composer and the detail.
func (w *words) windowLong(win inbox.Window, open bool, now time.Time) string {
	switch {
	case open:
		return w.window(win, open, now)
	case win.ExpiresAt.IsZero():
		return "window not open: they have not written yet"
	case win.ExpiresAt.After(now):
		return "window closed by WhatsApp"
	}
	return "window closed " + w.ago(now.Sub(win.ExpiresAt))
}

func (w *words) ago(d time.Duration) string {
	switch {
	case d < time.Second:
		return "just now"
	case d < 10*time.Second:
		return fmt.Sprintf("%d s ago", int(d.Seconds()))
	case d < time.Minute:
		return fmt.Sprintf("%d s ago", int(d.Seconds())/10*10)
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h ago", int(d.Hours()))
	}
	return plural(int(d.Hours())/24, "day ago", "days ago")
}

func (w *words) took(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}

// with says who has the thread.
func (w *words) with(a, me inbox.AgentID) string {
	if s := w.withShort(a, me); s != "" {
		return "with " + s
	}
	return ""
}

func (w *words) withShort(a, me inbox.AgentID) string {
	if a == "" {
		return ""
	}
	return w.agentName(a, me)
}

// handed says who has a thread from now on.
func (w *words) handed(customer string, to, me inbox.AgentID) string {
	switch to {
	case "":
		return "Nobody has " + customer + " now."
	case me:
		return "You have " + customer + " now."
	}
	return string(to) + " has " + customer + " now."
}

func (w *words) assigned(a, me inbox.AgentID) string {
	if a == "" {
		return "nobody"
	}
	return w.agentName(a, me)
}

func (w *words) messages(n, phone int) string {
	if phone == 0 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%d, %d from the phone", n, phone)
}

// presence says what colleagues do in the thread.
func (w *words) presence(others []inbox.Presence) string {
	first := others[0]
	s := string(first.Agent)
	switch first.Doing {
	case "typing":
		s += " is writing a reply"
	case "claimed":
		s += " has begun a reply"
	default:
		s += " is reading this thread"
	}
	if n := len(others) - 1; n > 0 {
		s += fmt.Sprintf(", and %d more", n)
	}
	return s
}

// stopped is the word beside the reply when somebody else answered.
func (w *words) stopped(s *stop, me inbox.AgentID, now time.Time) string {
	ago := w.ago(now.Sub(s.at))
	switch s.by {
	case string(inbox.OriginPhone):
		return "answered from the phone " + ago
	case string(inbox.OriginElsewhere), string(inbox.OriginEarlier), "":
		return "answered elsewhere " + ago
	}
	return "answered by " + w.agentName(inbox.AgentID(s.by), me) + " " + ago
}

func (w *words) counts(c inbox.Counts, dot string, roomy bool) string {
	parts := []string{fmt.Sprintf("%d unread", c.Unread)}
	if c.Mine > 0 && roomy {
		parts = append([]string{fmt.Sprintf("%d mine", c.Mine)}, parts...)
	}
	if c.Waiting > 0 && roomy {
		parts = append(parts, fmt.Sprintf("%d waiting", c.Waiting))
	}
	if c.Failed > 0 {
		parts = append(parts, fmt.Sprintf("%d failed", c.Failed))
	}
	if c.Uncertain > 0 {
		parts = append(parts, fmt.Sprintf("%d uncertain", c.Uncertain))
	}
	return " " + strings.Join(parts, " "+dot+" ")
}

// terminals counts those besides this one.
func (w *words) terminals(n int) string { return plural(n, "other terminal", "other terminals") }

func (w *words) unsent(names []string) string {
	if len(names) == 1 {
		return "You have not sent what you wrote to " + names[0] + ". It is kept as a draft."
	}
	return fmt.Sprintf("You have not sent what you wrote in %d threads: %s. It is kept as drafts.", len(names), strings.Join(names, ", "))
}

func (w *words) decision(d inbox.Decision, s inbox.Status) string {
	if d == inbox.Resend && s == inbox.StatusFailed {
		return "try again"
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
		return "It is uncertain whether this went"
	case inbox.StatusFailed:
		return "This failed"
	case inbox.Held:
		return "This is held"
	}
	return "What to do with this message"
}

func (w *words) step(what string) string {
	if s := w.Steps[what]; s != "" {
		return s
	}
	return what
}

// levelTime is when a message reached a level.
type levelTime struct {
	word string
	at   time.Time
}

func (w *words) times(t inbox.StatusTimes) []levelTime {
	var some []levelTime
	for _, l := range []levelTime{{w.Queued, t.Queued}, {w.Accepted, t.Accepted}, {w.Sent, t.Sent}, {w.Delivered, t.Delivered},
		{w.Read, t.Read}, {w.Played, t.Played}, {"failed", t.Failed}} {
		if !l.at.IsZero() {
			some = append(some, l)
		}
	}
	return some
}

func (w *words) price(p *inbox.Pricing) string {
	s := "free"
	if p.Billable {
		s = "billed"
	}
	if p.Category != "" {
		s += ", " + p.Category
	}
	return s
}

func (w *words) templatesShown(n, all int, language string) string {
	return fmt.Sprintf("%d of %d, %s", n, all, language)
}

func (w *words) templateStatus(s string) string {
	if t := w.TemplateStatus[s]; t != "" {
		return t
	}
	return strings.ToLower(s)
}

// notSendable says why a template is not offered for sending.
func (w *words) notSendable(t inbox.Template, reason string) string {
	switch t.Status {
	case "PAUSED":
		return "WhatsApp has paused this template: too many people blocked or reported it. It cannot be sent."
	case "REJECTED":
		s := "WhatsApp rejected this template"
		if t.Reason != "" && t.Reason != "NONE" {
			s += " (" + strings.ToLower(strings.ReplaceAll(t.Reason, "_", " ")) + ")"
		}
		return s + ". It cannot be sent."
	}
	return "It cannot be sent: " + reason + "."
}

// field is the label of a template's field.
func (w *words) field(f inbox.TemplateField) string {
	switch f.Kind {
	case inbox.MediaField:
		return strings.ToLower(f.Format) + " file"
	case inbox.URLField:
		return fmt.Sprintf("url %q", f.Label)
	case inbox.CodeField:
		return "code"
	}
	if f.Part == "header" {
		return "title: " + f.Label
	}
	return f.Label
}

// numbered is the label of a value that the template only numbers: the number, and the words it stands behind.
func (w *words) numbered(name, before string) string {
	words := strings.Fields(before)
	if n := len(words); n > 2 {
		words = words[n-2:]
	}
	return strings.TrimSpace(name + "  " + strings.Join(words, " "))
}

// fieldHint says what an empty field wants.
func (w *words) fieldHint(f inbox.TemplateField, part string) string {
	switch {
	case f.Kind == inbox.MediaField:
		return "path of a file"
	case f.Kind == inbox.LocationField && part == "lat":
		return "like 15.49, 73.83" // maps copy both at once, and both are taken here
	case f.Kind == inbox.LocationField && part == "lon":
		return "in degrees"
	case f.Kind == inbox.LocationField:
		return "may stay empty"
	case f.Example != "":
		return "like " + f.Example
	case f.Kind == inbox.URLField:
		return "end of the address"
	}
	return "required"
}

// inASCII is the catalogue with the signs that terminals without Unicode lack spelled out.
func (w words) inASCII() *words {
	r := strings.NewReplacer("…", "...", "·", "-", "↑", "up", "↓", "down", "×", "x", "—", "-", "“", `"`, "”", `"`)
	v := reflect.ValueOf(&w).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.String:
			f.SetString(r.Replace(f.String()))
		case reflect.Map:
			own := reflect.MakeMap(f.Type())
			for it := f.MapRange(); it.Next(); {
				own.SetMapIndex(it.Key(), reflect.ValueOf(r.Replace(it.Value().String())))
			}
			f.Set(own)
		}
	}
	return &w
}
