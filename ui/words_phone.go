package ui

import (
	"strconv"
	"time"

	"frontdesk/inbox"
)

// phoneWords tell how the phone behind the number is.
type phoneWords struct {
	PhoneDays              counted // left until WhatsApp disconnects the number
	PhoneLast, PhoneSilent string  // less than a day is left; none is
	PhoneBrief, PhoneToday string  // the same where there is little room
	PhoneOverIn            string
}

var englishPhone = phoneWords{
	PhoneDays:   counted{One: "open the phone: {n} day left", Other: "open the phone: {n} days left"},
	PhoneLast:   "open the phone today",
	PhoneSilent: "phone silent too long",
	PhoneBrief:  "phone {n} d",
	PhoneToday:  "phone today",
	PhoneOverIn: "phone!",
}

// phone says how urgently the phone has to be opened, in full and briefly; "" when there is time.
func (w *words) phone(p inbox.Phone, now time.Time) (long, brief string) {
	n := p.Left(now)
	switch p.StateAt(now) {
	case inbox.PhoneSoon, inbox.PhoneNow:
		brief = fill(w.PhoneBrief, "n", strconv.Itoa(n))
		if n == 0 {
			return w.PhoneLast, w.PhoneToday
		}
		return w.count(w.PhoneDays, n), brief
	case inbox.PhoneOver:
		return w.PhoneSilent, w.PhoneOverIn
	}
	return "", ""
}
