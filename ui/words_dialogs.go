package ui

import (
	"strconv"
	"strings"
)

// dialogWords are menus, prompts and questions over the panes.
type dialogWords struct {
	MenuKeys, No                                                     string
	NoteTitle, NoteHint                                              string
	SnoozeTitle, SnoozedTo                                           string
	SnoozeHour, SnoozeLater, SnoozeTomorrow, SnoozeMonday, SnoozeEnd string
	ReactTitle, NoReaction                                           string
	QuitTitle, QuitYes, QuitNo, UnsentOne, UnsentMany                string
	QuitKeep, QuitLost, Lost                                         string
	ResendTitle, ResendTwice, ResendYes, LiftHold                    string
}

var englishDialogs = dialogWords{
	MenuKeys:       "enter choose · esc",
	No:             "No",
	NoteTitle:      "Note on {name}",
	NoteHint:       "customers never see it · enter keep · alt+enter line · esc",
	SnoozeTitle:    "Snooze {name}",
	SnoozedTo:      "snoozed to {at}",
	SnoozeHour:     "for an hour",
	SnoozeLater:    "for four hours",
	SnoozeTomorrow: "until tomorrow",
	SnoozeMonday:   "until Monday",
	SnoozeEnd:      "end the snooze",
	ReactTitle:     "React",
	NoReaction:     "take the reaction back",
	QuitTitle:      "Quit?",
	QuitYes:        "quit; the draft is kept",
	QuitNo:         "stay",
	UnsentOne:      "You have not sent what you wrote to {name}. It is kept as a draft.",
	UnsentMany:     "You have not sent what you wrote in {n} threads: {names}. It is kept as drafts.",
	QuitKeep:       "keep yours in its place, and quit",
	QuitLost:       "quit; yours is not kept",
	Lost:           "{by} wrote after you where you write to {name}: only this screen has your text.",
	ResendTitle:    "Send it again?",
	ResendTwice:    "WhatsApp may have taken it the first time. If it did, the customer gets it twice. Looking on the phone is safer.",
	ResendYes:      "send it again",
	LiftHold:       "ask WhatsApp, and let the number send again",
}

func (w *words) noteTitle(name string) string   { return fill(w.NoteTitle, "name", name) }
func (w *words) snoozeTitle(name string) string { return fill(w.SnoozeTitle, "name", name) }
func (w *words) snoozedTo(at string) string     { return fill(w.SnoozedTo, "at", at) }

// lost says whose text took the place of what was written here.
func (w *words) lost(names, by []string) string {
	return fill(w.Lost, "by", strings.Join(by, ", "), "name", strings.Join(names, ", "))
}

func (w *words) unsent(names []string) string {
	if len(names) == 1 {
		return fill(w.UnsentOne, "name", names[0])
	}
	return fill(w.UnsentMany, "n", strconv.Itoa(len(names)), "names", strings.Join(names, ", "))
}
