package ui

import "frontdesk/ui/term"

// answerWords answer keys in the status bar: what was done, or why not.
type answerWords struct {
	NoThreadChosen, NoMessageChosen, NotSentYet, WasDeleted   string
	NothingToDecide, TooLateToCancel, NoLastTemplate          string
	DateTitle, DateHint, NoDate, NothingEarlier, NothingLater string
	NothingUnread, NothingUnreadHere, NothingToCopy, Copied   string
	CopiedBy, CopiedOnlyBy, CopyTooLong                       string
	MarkedDone, Reopened, MarkedUnread, NoteKept, Snoozed     string
	NoSuchAction, KeyClash, NoPaste, Stray, AWord             string
}

var englishAnswers = answerWords{
	NoThreadChosen:    "No thread is chosen.",
	NoMessageChosen:   "No message is chosen.",
	NotSentYet:        "WhatsApp has not named this message yet.",
	WasDeleted:        "This message was deleted.",
	NothingToDecide:   "Nothing to decide about this message.",
	TooLateToCancel:   "This cannot be cancelled: it has left, or never waited.",
	NoLastTemplate:    "No template was sent in this thread.",
	DateTitle:         "Go to a day",
	DateHint:          "yesterday, mon, 3d, 19 aug, 19 aug 2025, 2025-08-19 · enter go · esc",
	NoDate:            "{text} is no day: write yesterday, mon, 3d, 19 aug or 2025-08-19.",
	NothingEarlier:    "This is the beginning of what is here.",
	NothingLater:      "Nothing later is here.",
	NothingUnread:     "Nothing is unread.",
	NothingUnreadHere: "Nothing was unread when you opened this thread.",
	NothingToCopy:     "This message has no text.",
	Copied:            "Copied through the terminal (OSC 52).",
	CopiedBy:          "Copied by {program}, and through the terminal (OSC 52).",
	CopiedOnlyBy:      "Copied by {program}; for the terminal (OSC 52) it is too long.",
	CopyTooLong:       "Not copied: the terminal takes {limit} at most. :text shows the thread to select from.",
	MarkedDone:        "Done. Key 5 shows what is done.",
	Reopened:          "Open again.",
	MarkedUnread:      "Marked unread.",
	NoteKept:          "Note kept.",
	Snoozed:           "Snoozed until {at}.",
	NoSuchAction:      `ui.keys names "{name}", which is no action; ? lists them`,
	KeyClash:          `ui.keys puts "{key}" on both "{first}" and "{second}"; the second keeps its old keys`,
	NoPaste:           "What is pasted here does nothing: press {write} first, and it goes into the reply.",
	Stray:             "{key} does nothing here. {write} writes a reply, {help} lists the keys.",
	AWord:             "Taken for text, not for keys. {write} writes a reply, {help} lists the keys.",
}

func (w *words) snoozed(at string) string { return fill(w.Snoozed, "at", at) }

// stray answers a letter that is no key where it was typed.
func (w *words) stray(letter, write, help string) string {
	return fill(w.Stray, "key", letter, "write", write, "help", help)
}

// aWord answers letters that came like a word where each is a command.
func (w *words) aWord(write, help string) string {
	return fill(w.AWord, "write", write, "help", help)
}

// copied says by which way a text went to the clipboard.
func (w *words) copied(c term.Copied) string {
	switch {
	case c.Program != "" && c.TooLong:
		return fill(w.CopiedOnlyBy, "program", c.Program)
	case c.Program != "":
		return fill(w.CopiedBy, "program", c.Program)
	case c.TooLong:
		return fill(w.CopyTooLong, "limit", w.size(term.CopyLimit))
	}
	return w.Copied
}
