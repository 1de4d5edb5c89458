package ui

import (
	"errors"
	"strings"
	"time"

	"frontdesk/inbox"
)

// phoneSpan is what the top of the screen says of the phone, in at most room columns; ok is false when all is well. It
// is said in words, and in amber or red.
func (m *Model) phoneSpan(room int) (s span, ok bool) {
	long, brief := m.pen.w.phone(m.info.Phone, m.now())
	if long == "" || m.info.Link.Off() { // then the notice about that is what counts
		return span{}, false
	}
	s = in(warning, long)
	if st := m.info.Phone.StateAt(m.now()); st != inbox.PhoneSoon {
		s.ink = failing
	}
	if m.pen.Width(long) > room {
		s.text = brief
	}
	return s, true
}

// linkedAgain takes away that a reply was refused for a number that was off: it can go now.
func (m *Model) linkedAgain() {
	for _, d := range m.drafts {
		if e, ok := errors.AsType[*inbox.Error](d.problem); ok && strings.HasPrefix(e.Key, "link-") {
			d.problem = nil
		}
	}
}

// nextPhone is when the words about the phone change: a day before they are first said, and with each day after that.
func (m *Model) nextPhone(now time.Time) time.Time {
	end := m.info.Phone.EndsAt
	if end.IsZero() || !now.Before(end) {
		return time.Time{}
	}
	const day = 24 * time.Hour
	days := (end.Sub(now) - 1) / day
	return end.Add(-min(days, inbox.PhoneSoonDays) * day)
}
