package ui

// keyWords are the filter, the help and the hints in the status bar. Keys themselves are the same in every language.
type keyWords struct {
	FilterKeys, Keys, HelpKeys, HelpMore, NoKey, NotNow                                   string
	GroupAnywhere, GroupList, GroupThread, GroupTalk, GroupTalkToo, GroupWrite, InListToo string
	Flags                                                                                 string
	TeachWhat, TeachKeys, TeachMore                                                       string            // at most 45 columns each
	Help                                                                                  map[string]string // by action
	Short                                                                                 map[string]string // where a row has little room
}

var englishKeys = keyWords{
	FilterKeys:    "enter keep · esc clear",
	Keys:          "Keys",
	HelpKeys:      "type to search · esc",
	HelpMore:      "type to search · ↓ more · esc",
	NoKey:         "No key does that.",
	NotNow:        "not now:",
	GroupAnywhere: "Anywhere", GroupList: "Thread list", GroupThread: "Thread", GroupTalk: "Conversation",
	GroupTalkToo: "Conversation, list", GroupWrite: "Writing",
	InListToo: "{write}, {quote}, {template} and the other keys for messages work in the list too: they open its thread first.",
	Flags:     "In the list: ! failed, uncertain or held · z snoozed · m muted · h window closes within 2 hours · ~ draft · s leaves later · c window closed · @ yours · w waits for an answer",
	TeachWhat: "A played hotel: nothing leaves this computer.",
	TeachKeys: "{down} next thread · {open} open it · {write} write",
	TeachMore: "{back} back · {help} all keys · press one to begin",
	Help: map[string]string{
		"contact": "contact: name, fields", "rename": "rename the customer", "other number": "thread of the other number", "join": "join with another thread", "separate": "separate what was joined",
		"mute": "mute; again: unmute", "notify": "try a notification",
		"palette": "commands", "mouse": "mouse on or off", "theme": "other colours", "switch": "switch thread", "label": "label", "mark": "mark several", "new thread": "write to a number", "take back": "undo last change",
		"help": "help", "next unread": "next unread / back", "previous thread": "previous thread", "next thread": "next thread",
		"pane": "next pane", "one pane": "one pane", "redraw": "draw again", "suspend": "suspend", "quit": "quit", "quit at once": "quit, from anywhere",
		"list down": "down", "list up": "up", "list page down": "half a page down", "list page up": "half a page up",
		"list top": "top", "list bottom": "bottom", "open": "open", "filter": "filter name, number",
		"next unread here": "next unread", "previous unread here": "previous unread",
		"view mine": "mine", "view unassigned": "unassigned", "view all": "all", "view waiting": "waiting; again: by window", "view done": "done", "away": "what happened while you were away", "sync": "the phone's contacts and history", "sync contacts": "ask for contacts", "sync history": "ask for history", "view stuck": "stuck: failed, uncertain", "next stuck": "next stuck message",
		"tray": "list what to look at on the phone", "phone": "the phone and the number; what stays on the phone", "looked": "looked at it on the phone",
		"clear filter": "clear the filter",
		"take":         "take, or give back", "assign": "assign", "done": "done; again: reopen", "snooze": "snooze", "unread": "mark unread", "note": "write a note",
		"message down": "next message", "message up": "previous message", "half page down": "half a page down", "half page up": "half a page up",
		"first message": "oldest message", "newest message": "newest message", "first unread": "first unread",
		"date": "go to a day", "previous day": "day before", "next day": "day after", "report": "copy a bug report", "find": "find in conversation", "find older": "next match, older", "find newer": "previous match", "write": "write", "quote": "reply with quote", "react": "react", "template": "send a template", "last template": "last used template",
		"text": "print the thread", "open link": "open file or link", "copy": "copy text", "copy id": "copy id", "detail": "detail", "raw": "raw events", "retry": "retry or discard", "cancel": "cancel what waits", "back": "back",
		"save file": "save file", "copy path": "copy path of file",
		"send": "send", "new line": "new line", "last sent": "last sent, if empty", "leave": "leave; draft kept",
		"saved replies": "saved replies, if empty", "save reply": "keep as saved reply", "attach": "send a file", "location": "send a place", "contact card": "send a contact card", "buttons": "send a text with buttons", "list": "send a text with a list", "complete": ":emoji, field, else pane", "editor": "write in your editor", "undo": "undo", "redo": "redo", "send later": "send later", "their draft": "colleague's draft",
	},
	Short: map[string]string{"open link": "open", "next unread": "next unread", "filter": "filter", "find": "find", "help": "help", "retry": "choices", "cancel": "cancel",
		"take": "take", "done": "done", "quote": "quote", "template": "template", "last template": "last template", "leave": "leave", "pane": "pane", "view all": "all",
		"saved replies": "saved replies", "save reply": "save as reply", "undo": "undo", "editor": "editor"},
}
