package ui

import "frontdesk/inbox"

// composerWords are the box that replies are written in. {send}, {line}, {leave} and {write} are keys.
type composerWords struct {
	Reply, ReplyTo                                            string
	WriteHint, WriteHintMedium, WriteHintShort                string
	WriteEmpty, Handing                                       string
	ClosedWhy, ClosedShort, DraftKept                         string
	SendAnyway, SendShort, KeepDraft, KeepShort, DiscardDraft string
	FirstVersionSent, FirstFormSent, NothingSent              string
	QuoteUnknown, NothingUndone, NothingRedone                string
	NoEditor, EditorMissing, EditorFailed                     string
	EditorTrouble, EditorSame                                 string
	Theirs, TheirsKept, NoTheirs, GoOnWith                    string
	PastedAsKeys, OtherScreen                                 string
	Pasted                                                    counted
}

var englishComposer = composerWords{
	Reply:            "Reply",
	ReplyTo:          "Reply to {name}",
	WriteHint:        "{send} send · {line} line · {leave} leave",
	WriteHintMedium:  "{send} send · {line} line",
	WriteHintShort:   "{send} send · {leave}",
	WriteEmpty:       "{write} to write",
	Handing:          "handing over…",
	ClosedWhy:        "Free text is refused until the customer writes again.",
	ClosedShort:      "Free text is refused until they write.",
	DraftKept:        "Your draft is kept:",
	SendAnyway:       "send anyway",
	SendShort:        "send",
	KeepDraft:        "keep as draft",
	KeepShort:        "keep",
	DiscardDraft:     "discard",
	FirstVersionSent: "What you wrote first had gone already; this version is kept as a draft.",
	FirstFormSent:    "What you filled in first had gone already: look at the thread.",
	NothingSent:      "Nothing of yours in the part of the thread that is loaded.",
	QuoteUnknown:     "a message that is not here",
	NothingUndone:    "Nothing to undo here.",
	NothingRedone:    "Nothing was undone here.",
	NoEditor:         "No editor is set: put its command into $EDITOR or $VISUAL.",
	EditorMissing:    "The editor {editor} cannot be started; set $EDITOR or $VISUAL. The draft is as it was.",
	EditorFailed:     "The editor ended with status {status}; the draft is as it was.",
	EditorTrouble:    "The editor gave nothing back ({why}); the draft is as it was.",
	EditorSame:       "The editor changed nothing. One with a window of its own must wait, as code --wait does.",
	Theirs:           "{name} wrote too ({key} takes it):",
	TheirsKept:       "{name} wrote after you ({key} takes it):",
	NoTheirs:         "Nobody else has written here.",
	GoOnWith:         "You go on with the draft of {name}; {name} keeps their own screen.",
	OtherScreen:      "another screen of yours",
	PastedAsKeys:     "That came like a paste: enter made lines of it, and nothing was sent.",
	Pasted:           counted{One: "{n} line pasted; {undo} takes it back.", Other: "{n} lines pasted; {undo} takes them back."},
}

func (w *words) goOnWith(name string) string { return fill(w.GoOnWith, "name", name) }

// screenOf names whose screen something was written on.
func (w *words) screenOf(a, me inbox.AgentID) string {
	if a == me {
		return w.OtherScreen
	}
	return string(a)
}

// theirs leads what another terminal wrote; lost says that it is kept in the place of what was written here.
func (w *words) theirs(name, key string, lost bool) string {
	if lost {
		return fill(w.TheirsKept, "name", name, "key", key)
	}
	return fill(w.Theirs, "name", name, "key", key)
}

func (w *words) replyTo(name string) string { return fill(w.ReplyTo, "name", name) }
