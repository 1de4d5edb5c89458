package ui

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"frontdesk/inbox"
)

// phoneWords tell how the phone behind the number is, and what has to be looked at on it.
type phoneWords struct {
	// The top of the screen.
	PhoneDays                           counted // left until WhatsApp disconnects the number
	PhoneLast, PhoneSilent              string  // less than a day is left; none is
	PhoneBrief, PhoneToday, PhoneOverIn string  // the same where there is little room

	// The page.
	PhoneTitle, PhoneKeys, PhoneHead, PhoneOpened string
	PhoneSeen, PhoneUnseen, PhoneNone             string
	PhoneSigns                                    map[inbox.PhoneSign]string
	PhoneEnds                                     counted
	PhoneEnded, PhoneCounts                       string
	NumberHead, NumberQuality, NumberLimit        string
	LinkUp, LinkUpSince, LinkSince, LinkKeeps     string
	StaysHead, DisconnectHead                     string
	Stays                                         [8]string
	Disconnects                                   [3]string

	// The tray.
	TrayTitle, TrayKeys, TrayEmpty, AllHere    string
	TrayEmptyKeys                              string
	Trayed, TrayTab, CountTray                 counted
	Lacks                                      map[inbox.Lack]string
	LackEdit, Looked, ToTray, LookAt, LookedBy string
	LineTray, LineNoTray                       string
}

var englishPhone = phoneWords{
	PhoneDays:   counted{One: "open the phone: {n} day left", Other: "open the phone: {n} days left"},
	PhoneLast:   "open the phone today",
	PhoneSilent: "phone silent too long",
	PhoneBrief:  "phone {n} d",
	PhoneToday:  "phone today",
	PhoneOverIn: "phone!",

	PhoneTitle:  "The phone and the number",
	PhoneKeys:   "↑ ↓ move · o I opened the app · P tray · esc close",
	PhoneHead:   "The phone",
	PhoneOpened: "Noted: the days count from now.",
	PhoneSeen:   "Last sign of the phone: {at}, {span} ago ({by}).",
	PhoneUnseen: "No sign of the phone since this inbox began on {at}.",
	PhoneNone:   "Nothing is known of a phone behind this number.",
	PhoneSigns: map[inbox.PhoneSign]string{
		inbox.SignMessage: "a message", inbox.SignContact: "the address book", inbox.SignHistory: "its history",
		inbox.SignLinked: "it was connected", inbox.SignPerson: "somebody opened it",
	},
	PhoneEnds: counted{One: "WhatsApp disconnects the number if nobody opens the app until {at}: {n} day left.",
		Other: "WhatsApp disconnects the number if nobody opens the app until {at}: {n} days left."},
	PhoneEnded:  "The days were over on {at}: WhatsApp may have disconnected the number. Open the app and look.",
	PhoneCounts: "Writing on the phone and changing a contact count by themselves; that the app was opened is not told, so say it with o.",

	NumberHead:    "The number",
	NumberQuality: "quality {quality}",
	NumberLimit:   "may write first to {n} customers a day",
	LinkUp:        "Connected.",
	LinkUpSince:   "Connected since {at}.",
	LinkSince:     "So since {at}.",
	LinkKeeps:     "What is here stays: it can be read and searched.",

	StaysHead: "What stays on the phone, and never comes here",
	Stays: [8]string{
		"Group chats, channels and communities",
		"Voice and video calls",
		"Status",
		"The catalogue, and orders made on the phone",
		"Labels, quick replies, greeting and away messages",
		"Broadcast lists: they can be read on the phone, and used no more",
		"The business profile: it is changed on the phone",
		"Polls and other types that WhatsApp does not hand on: they wait in the tray",
	},
	DisconnectHead: "To disconnect",
	Disconnects: [3]string{
		"Only the phone can: WhatsApp Business > Settings > Account > Business Platform > Disconnect.",
		"Everything that is here stays, and can be read and searched.",
		"Connecting again needs a new sign-up; contacts and history can then be copied once more.",
	},

	TrayTitle:     "Look at the phone",
	TrayEmptyKeys: "Z take back · esc close",
	TrayKeys:      "↑ ↓ choose · x looked at it · enter open · Z take back · esc close",
	TrayEmpty:     "Nothing waits: all that came is here.",
	AllHere:       "All of it is here now.",
	Trayed:        counted{One: "{n} message", Other: "{n} messages"},
	TrayTab:       counted{One: "Phone {n}", Other: "Phone {n}"},
	CountTray:     counted{One: "{n} to look at on the phone", Other: "{n} to look at on the phone"},
	Lacks: map[inbox.Lack]string{
		inbox.LackContent: "WhatsApp cannot show it yet", inbox.LackType: "a type that is not handed on",
		inbox.LackText: "sent from the phone or another system, without its text", inbox.LackFile: "a file that is on the phone only",
	},
	LackEdit:   "a message was edited",
	Looked:     "Looked at on the phone: {name}.",
	ToTray:     "In the tray: {name}.",
	LookAt:     "look at the phone",
	LineTray:   "looked and a number ticks one off.",
	LineNoTray: "No such number in the tray; the command tray lists it.",
	LookedBy:   "{name} looked at the phone",
}

// phone says how urgently the phone has to be opened, in full and briefly; "" when there is time.
func (w *words) phone(p inbox.Phone, now time.Time) (long, brief string) {
	n := p.Left(now)
	switch p.StateAt(now) {
	case inbox.PhoneSoon, inbox.PhoneNow:
		if n == 0 {
			return w.PhoneLast, w.PhoneToday
		}
		return w.count(w.PhoneDays, n), fill(w.PhoneBrief, "n", strconv.Itoa(n))
	case inbox.PhoneOver:
		return w.PhoneSilent, w.PhoneOverIn
	}
	return "", ""
}

// lack says what of a message is on the phone alone, with what WhatsApp says of it.
func (w *words) lack(m *inbox.Message) string {
	text := w.Lacks[m.PhoneOnly.Lack]
	if what, ok := strings.CutPrefix(m.Text, "[unsupported: "); ok {
		what, _, _ = strings.Cut(what, ";")
		return text + ": " + strings.TrimSuffix(what, "]")
	}
	if strings.HasPrefix(m.Text, "[a message was edited") {
		return w.LackEdit
	}
	return cmp.Or(text, m.Text)
}

func (w *words) looked(name string) string { return fill(w.Looked, "name", name) }
func (w *words) toTray(name string) string { return fill(w.ToTray, "name", name) }
func (w *words) trayed(n int) string       { return w.count(w.Trayed, n) }
