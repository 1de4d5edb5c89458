package inbox

import (
	"cmp"
	"strings"
	"time"
)

// What a person should know of the number and the account is shown as long as it holds, whoever was at the screen when
// it was told. It is read from the views, so that it is the same after a restart.

// violationShown is how long a reported violation is shown: it has no end of its own.
const violationShown = 7 * oneDay

// standing is the line as its notices say it.
type standing struct {
	phone   Phone
	link    Link
	account []Notice // restrictions, bans and violations, worst first
}

func (o *Owner) standing() (s standing, err error) {
	err = o.view("", func(r *Reader) error {
		st := r.line(o.c.Line)
		s = standing{o.phone(r), st.link(r.lens.Own), st.troubles(r.lens.Own, r.lens.Now)}
		return r.Err()
	})
	return s, err
}

// linkNotices are the sentences for why a number is off, by WhatsApp's word for it.
var linkNotices = map[string]Notice{
	"ACCOUNT_DISCONNECTED":    Tell(noticeLink, "link-account"),
	"BUSINESS_DOWNGRADE":      Tell(noticeLink, "link-downgrade"),
	"CHANGE_NUMBER":           Tell(noticeLink, "link-changed"),
	"COMPANION_INACTIVITY":    Tell(noticeLink, "link-companion"),
	"PRIMARY_INACTIVITY":      Tell(noticeLink, "link-inactive"),
	"USER_RE_REGISTERED":      Tell(noticeLink, "link-registered"),
	"ACCOUNT_OFFBOARDED":      Tell(noticeLink, "link-paused"),
	"PARTNER_APP_UNINSTALLED": Tell(noticeLink, "link-withdrawn"),
	"ACCOUNT_DELETED":         Tell(noticeLink, "link-deleted"),
}

// Notice says why nothing can be sent, and what to do next; ok is false when the number is connected.
func (l Link) Notice() (n Notice, ok bool) {
	switch {
	case !l.Off():
		return Notice{}, false
	case l.State == LinkUnsure:
		return Tell(noticeLink, "link-unsure"), true
	}
	if n, ok = linkNotices[l.Reason]; !ok {
		n = Tell(noticeLink, "link-off")
	}
	return n, true
}

// refusal is that notice as the answer to somebody who wants to send.
func (l Link) refusal() *Error {
	n, _ := l.Notice()
	return &Error{Kind: NotAllowed, Text: n.Text, Next: n.Next, Key: n.Key, With: n.With}
}

// troubles are what else holds of the account now, worst first.
func (a *lineState) troubles(own string, now time.Time) (all []Notice) {
	if t, ok := a.newest(classBan, own); ok {
		state, date, _ := strings.Cut(t.Detail, " ")
		switch state {
		case "DISABLE":
			all = append(all, Tell(noticeAccount, "account-disabled"))
		case "SCHEDULE_FOR_DISABLE":
			all = append(all, Tell(noticeAccount, "account-will-end", "date", cmp.Or(date, "?")))
		}
	}
	if t, ok := a.newest(classRestriction, own); ok && (t.Until == 0 || t.Until > now.Unix()) {
		if t.Until == 0 {
			all = append(all, Tell(noticeRestricted, "account-restricted", "what", t.Detail))
		} else {
			all = append(all, Tell(noticeRestricted, "account-restricted-until", "what", t.Detail, "date", unixTime(t.Until).Format(time.DateOnly)))
		}
	}
	if t, ok := a.newest(classViolation, own); ok && now.Sub(unixTime(t.Time)) < violationShown {
		all = append(all, Tell(noticeViolation, "account-violation", "what", t.Detail))
	}
	return all
}

// showStanding shows what holds now, and takes away what does not any more.
func (o *Owner) showStanding(was PhoneState, s standing) {
	if n, off := s.link.Notice(); off {
		o.notices.set(noticeLink, n)
		o.notices.drop(noticePhone) // the phone that was not opened is no news any more
	} else {
		o.notices.clear(noticeLink)
		o.showPhone(was, s.phone)
	}
	there := map[string]bool{}
	for _, n := range s.account {
		there[n.Kind] = true
		o.notices.set(n.Kind, n)
	}
	for _, kind := range []string{noticeAccount, noticeRestricted, noticeViolation} {
		if !there[kind] {
			o.notices.clear(kind)
		}
	}
}

// linked judges the number's answer: whether it is connected, and whether the answer tells at all. off is how the account's
// events have it. A number of the Cloud API alone is on no phone and connected all the same, unless it was to be off.
func (n Number) linked(off bool) (connected, tells bool) {
	switch {
	case n.Platform == "":
		return false, false // the fields were not given
	case n.Platform != "CLOUD_API", n.Status == "DISCONNECTED", n.Status == "DELETED", n.Status == "MIGRATED":
		return false, true
	case off:
		return n.OnPhone, true
	}
	return true, true
}
