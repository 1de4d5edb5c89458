package ui

import (
	"time"

	"frontdesk/inbox"
)

// awayWords tell what happened while the person was away.
type awayWords struct {
	AwayTitle, AwaySince, AwayKeys, AwayKeysNone, AwayNothing, AwayLater  string
	CameNone                                                              string
	Came, AwayInThreads, Answered                                         counted
	ThePhone, AnotherTool                                                 string
	DownStopped, DownLost, DownAsleep, DownUnlinked, Repeats, RepeatsLong string
	AwayWaiting, AwayClosed, AwayStuck, AwayMore                          counted
}

var englishAway = awayWords{
	AwayTitle:     "While you were away",
	AwaySince:     "since {at}, {span}",
	AwayKeys:      "↑ ↓ choose · enter open · esc close",
	AwayKeysNone:  "esc close",
	AwayNothing:   "Nothing happened between your last look and this start.",
	AwayLater:     "Something happened while you were away: the command away tells it.",
	CameNone:      "No message came.",
	Came:          counted{One: "{n} message came {in}.", Other: "{n} messages came {in}."},
	AwayInThreads: counted{One: "in {n} thread", Other: "in {n} threads"},
	Answered:      counted{One: "{who} answered once {in}.", Other: "{who} answered {n} times {in}."},
	ThePhone:      "The phone",
	AnotherTool:   "Another tool on this number",
	DownStopped:   "{from} to {to}: nothing could arrive here, for frontdesk did not run.",
	DownLost:      "From some time after {from} until {to}: nothing could arrive here, for frontdesk had ended without a word.",
	DownAsleep:    "{from} to {to}: nothing could arrive here, for this computer slept (or its clock was set ahead).",
	DownUnlinked:  "{from} to {to}: the number was not connected; what came then is on the phone only.",
	Repeats:       "WhatsApp repeats for up to 7 days what it could not deliver: more of it may still come.",
	RepeatsLong:   "WhatsApp repeats for 7 days at most, perhaps for 36 hours only. Look on the phone for what is older.",
	AwayWaiting:   counted{One: "{n} customer waits for an answer", Other: "{n} customers wait for an answer, the longest first"},
	AwayClosed:    counted{One: "For {n} of them the window closed meanwhile: only a template goes now", Other: "For {n} of them the window closed meanwhile: only a template goes now"},
	AwayStuck:     counted{One: "In {n} thread a message of ours needs you", Other: "In {n} threads a message of ours needs you"},
	AwayMore:      counted{One: "and {n} more; key {key} in the list shows them", Other: "and {n} more; key {key} in the list shows them"},
}

func (w *words) awayKeys(threads bool) string {
	if threads {
		return w.AwayKeys
	}
	return w.AwayKeysNone
}

func (w *words) awaySince(at, span string) string { return fill(w.AwaySince, "at", at, "span", span) }

func (w *words) came(messages, threads int) string {
	if messages == 0 {
		return w.CameNone
	}
	return w.count(w.Came, messages, "in", w.count(w.AwayInThreads, threads))
}

func (w *words) answeredBy(a inbox.Answers) string {
	who := a.By
	switch a.By {
	case string(inbox.OriginPhone):
		who = w.ThePhone
	case string(inbox.OriginElsewhere):
		who = w.AnotherTool
	}
	return w.count(w.Answered, a.Messages, "who", who, "in", w.count(w.AwayInThreads, a.Threads))
}

func (w *words) down(d inbox.Down, from, to string) string {
	text := w.DownStopped
	switch d.Why {
	case inbox.WasLost:
		text = w.DownLost
	case inbox.WasUnlinked:
		text = w.DownUnlinked
	case inbox.WasAsleep:
		text = w.DownAsleep
	}
	return fill(text, "from", from, "to", to)
}

// repeats says what may still come, for an absence that long.
func (w *words) repeats(long time.Duration) string {
	if long > inbox.RepeatsLeast {
		return w.RepeatsLong
	}
	return w.Repeats
}

func (w *words) andMore(n int, key string) string { return w.count(w.AwayMore, n, "key", key) }
