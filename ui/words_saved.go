package ui

import "strconv"

// savedWords are saved replies: choosing one, filling in its fields, keeping what is written as one.
type savedWords struct {
	SavedTitle, SavedShown, SavedKeys, SavedKeysNone         string
	NoSaved, NoSavedMatch                                    string
	SaveTitle, SaveHint, SaveNothing, SavedAs                string
	SaveAgain, SaveAgainYes, RemoveTitle, RemoveYes, Removed string
	FieldMissing, FieldHint, FilledIn                        string
}

var englishSaved = savedWords{
	SavedTitle:    "Saved replies",
	SavedShown:    "{n} of {all}",
	SavedKeys:     "↑ ↓ choose · enter insert · ctrl+x remove · / a slash · esc close",
	SavedKeysNone: "/ a slash · esc close",
	NoSaved:       "Nothing is saved yet. Write a reply and press {save}: it is kept under a name for everybody here.",
	NoSavedMatch:  "No saved reply matches.",
	SaveTitle:     "Save this reply as",
	SaveHint:      "a short name · enter save · esc",
	SaveNothing:   "Write the reply first; {save} then keeps it under a name.",
	SavedAs:       "Saved as {name}: / in an empty box brings it back.",
	SaveAgain:     "There is a reply called {name} already.",
	SaveAgainYes:  "put this one in its place",
	RemoveTitle:   "Remove {name} for everybody?",
	RemoveYes:     "remove it",
	Removed:       "{name} is removed.",
	FieldMissing:  "{{{field}}} is not filled in: write what belongs there, tab goes to the next.",
	FilledIn:      "Filled in from the contact: look at it, then send it.",
	FieldHint:     "fill in {field} · tab next",
}

func (w *words) savedShown(n, all int) string {
	return fill(w.SavedShown, "n", strconv.Itoa(n), "all", strconv.Itoa(all))
}
