package ui

import (
	"strconv"
	"strings"
	"time"

	"frontdesk/inbox"
)

// syncWords tell what becomes of the phone's contacts and history.
type syncWords struct {
	Importing, ImportingBrief, ImportStands string // how far the history is
	ImportPhases                            [3]string
	ImportMessages                          counted

	SyncTitle, SyncContacts, SyncHistory   string
	SyncStates                             map[string]string
	SyncAskedBy, SyncOpen, SyncNotKnown    string
	SyncNamed, SyncGaps                    counted
	SyncMedia, SyncDeclinedDo, SyncSharing string
	SyncProven, SyncProvenBy, SyncUnproven string
	AskContacts, AskHistory, AskNot        string
	SyncClose                              string
	AskContactsText, AskHistoryText        string
	AskAgainText, SyncTaken                string
	ImportedTag, ExportedTag               string
	CoverBack, CoverSoFar, CoverMedia      string
	CoverGaps                              counted
	CoverDeclined                          string
}

var englishSync = syncWords{
	Importing:      "history {bar} {n} % · {phase} · {messages}",
	ImportingBrief: "history {n} %",
	ImportStands:   "nothing since {at}",
	ImportPhases:   [3]string{"last day", "last 3 months", "last 6 months"},
	ImportMessages: counted{One: "{n} message", Other: "{n} messages"},

	SyncTitle:    "From the phone",
	SyncContacts: "Contacts: {state}",
	SyncHistory:  "History: {state}",
	SyncStates: map[string]string{"never": "not asked for", "requested": "asked for, nothing has come yet", "importing": "coming in",
		"complete": "here", "declined": "not shared from the phone", "refused": "WhatsApp refused: {why}"},
	SyncAskedBy:    "asked for {at} by {name}",
	SyncOpen:       "WhatsApp has not answered yet",
	SyncNotKnown:   "whether WhatsApp took the request is not known",
	SyncNamed:      counted{One: "{n} with a name from the phone", Other: "{n} with a name from the phone"},
	SyncGaps:       counted{One: "{n} part of it never came: {list}", Other: "{n} parts of it never came: {list}"},
	SyncMedia:      "Pictures and files of before {day} are on the phone only.",
	SyncDeclinedDo: "Only new messages appear here. To change that, disconnect in the app, link the number again and share the history then; or fill single chats from what the phone exports.",
	SyncSharing:    "Nobody is alerted by what comes, nothing of it is unread and no window opens.",
	SyncProven:     "Listener: something from WhatsApp arrived {at}",
	SyncProvenBy:   "Listener: proven {at} through {address}",
	SyncUnproven:   "Listener: nothing from WhatsApp has arrived yet",

	AskContacts:     "ask for the contacts",
	AskHistory:      "ask for the history",
	AskNot:          "not now",
	SyncClose:       "close",
	AskContactsText: "WhatsApp gives the phone's address book once, within a day of linking the number. Customers then have the names they have there.",
	AskHistoryText:  "WhatsApp gives the phone's chats of the last six months once, within a day of linking the number.",
	AskAgainText:    "Whether WhatsApp took the last request is not known. If it did, this one is refused; nothing is lost by it.",
	SyncTaken:       "asked for; what comes shows here",

	ImportedTag:   "imported",
	ExportedTag:   "from an exported chat",
	CoverBack:     "imported back to {day}",
	CoverSoFar:    "imported back to {day} so far",
	CoverMedia:    "media before {day} is on the phone only",
	CoverGaps:     counted{One: "{n} part of the import never came", Other: "{n} parts of the import never came"},
	CoverDeclined: "what is older is on the phone only: the history was not shared",
}

// syncState says how far one of the two is, and who asked for it.
func (p *pen) syncState(state inbox.SyncState, q inbox.SyncRequest, now time.Time) string {
	w := p.w
	parts := []string{w.SyncStates[string(state)]}
	if q.Outcome == inbox.SyncRefused && q.Error != nil && state == inbox.SyncNever {
		why, _ := w.reason(q.Error)
		parts[0] = fill(w.SyncStates["refused"], "why", why)
	}
	if !q.RequestedAt.IsZero() {
		parts = append(parts, fill(w.SyncAskedBy, "at", p.stampMinute(now, q.RequestedAt), "name", string(q.By)))
	}
	switch q.Outcome {
	case inbox.SyncAsking:
		parts = append(parts, w.SyncOpen)
	case inbox.SyncUnknown:
		if state == inbox.SyncAsked {
			parts = append(parts, w.SyncNotKnown)
		}
	}
	return strings.Join(parts, "; ")
}

// gaps names the first parts that never came, as phase.chunk.
func (p *pen) gaps(gaps []inbox.Gap) string {
	var all []string
	for _, g := range gaps[:min(len(gaps), 5)] {
		all = append(all, strconv.Itoa(g.Phase)+"."+strconv.Itoa(g.Chunk))
	}
	if len(gaps) > 5 {
		all = append(all, p.More)
	}
	return p.w.count(p.w.SyncGaps, len(gaps), "list", strings.Join(all, ", "))
}

// coverage says how much of a chat from before the number was linked is here; "" when there is nothing to say.
func (p *pen) coverage(cover *inbox.Coverage, now time.Time) string {
	w := p.w
	if cover == nil {
		return ""
	}
	if cover.Declined {
		return w.CoverDeclined
	}
	var parts []string
	switch {
	case cover.From.IsZero():
	case cover.Importing:
		parts = append(parts, fill(w.CoverSoFar, "day", p.dayMonth(now, cover.From)))
	default:
		parts = append(parts, fill(w.CoverBack, "day", p.dayMonth(now, cover.From)))
	}
	if !cover.MediaFrom.IsZero() {
		parts = append(parts, fill(w.CoverMedia, "day", p.dayMonth(now, cover.MediaFrom)))
	}
	if cover.Gaps > 0 {
		parts = append(parts, w.count(w.CoverGaps, cover.Gaps))
	}
	return strings.Join(parts, "; ")
}

// dayMonth is a day, with its year when that is another than now.
func (p *pen) dayMonth(now, t time.Time) string {
	l := t.In(p.zone)
	if l.Year() == now.In(p.zone).Year() {
		return p.w.dated(p.w.DayMonth, l)
	}
	return p.w.dated(p.w.DayMonthYear, l)
}
