package ui

import "strconv"

// findWords are the line that finds in a conversation, and what is found from the box for threads.
type findWords struct {
	FindKeys, FoundKeys             string
	FoundAt, FoundAtMore, NoneFound string
	FindNewest, FindOldest          string
	NothingToFind                   string
	InMessages                      string
}

var englishFind = findWords{
	FindKeys:      "enter keep · esc back",
	FoundKeys:     "n older · N newer · esc back",
	FoundAt:       "{n} of {all}",
	FoundAtMore:   "{n} of more than {all}",
	NoneFound:     "not found",
	FindNewest:    "That is the newest match.",
	FindOldest:    "That is the oldest match.",
	NothingToFind: "Nothing is found yet: {find} looks for words in this conversation.",
	InMessages:    "in messages:",
}

// matches says which match of how many is shown.
func (w *words) matches(f *finder) string {
	if len(f.found) == 0 {
		return w.NoneFound
	}
	text := w.FoundAt
	if f.more {
		text = w.FoundAtMore
	}
	return fill(text, "n", strconv.Itoa(f.at+1), "all", strconv.Itoa(len(f.found)))
}
