package line

import (
	"strconv"
	"strings"

	"frontdesk/inbox"
)

// tray lists what has to be looked at on the phone, by numbers that looked takes.
func (s *session) tray(string) {
	items, err := s.desk.Tray(s.ctx, inbox.TrayMost)
	if err != nil {
		s.fail(err)
		return
	}
	s.trayed = items
	if len(items) == 0 {
		s.say(s.w.TrayEmpty)
		return
	}
	for i := range items {
		it := &items[i]
		s.out.line(strconv.Itoa(i+1) + ". " + s.w.Hour(s.now(), it.Message.At) + " " + it.Name + ": " + s.w.Lack(&it.Message))
	}
	s.say(s.w.LineTray)
}

// looked ticks a message of the tray off.
func (s *session) lookedAt(args string) {
	n, err := strconv.Atoi(strings.TrimPrefix(strings.TrimSpace(args), "#"))
	if err != nil || n < 1 || n > len(s.trayed) {
		s.say(s.w.LineNoTray)
		return
	}
	it := s.trayed[n-1]
	s.did(inbox.LookOnPhone{Thread: it.Message.Thread, Key: it.Message.Key}, s.w.Fill(s.w.Looked, "name", it.Name))
}

// phone says how the phone and the number are, and what stays on the phone; with the word opened, that somebody opened the
// app.
func (s *session) phone(args string) {
	if strings.EqualFold(strings.TrimSpace(args), "opened") {
		if s.cfg.ReadOnly {
			s.say(s.w.LineReadOnly)
			return
		}
		s.did(inbox.SeePhone{}, s.w.PhoneOpened)
		return
	}
	info, err := s.desk.Info(s.ctx)
	if err != nil {
		s.fail(err)
		return
	}
	for _, line := range s.w.PhonePage(info, s.now()) {
		if line != "" {
			s.out.line(line)
		}
	}
}
