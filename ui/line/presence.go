package line

import (
	"time"

	"frontdesk/inbox"
)

// looked is what was told to colleagues, and to whoever decides about alerts.
type looked struct {
	thread  inbox.ThreadID
	doing   string
	at      time.Time
	here    bool
	attends inbox.ThreadID
	until   time.Time // after which nobody counts as being here
}

// How often it is told again that somebody reads, and how long after a line they count as being here.
const (
	tellAgain = time.Minute
	hereFor   = 2 * time.Minute
)

// look tells colleagues what is done in the open thread.
func (s *session) look(doing string) {
	id, now := inbox.ThreadID(""), s.now()
	if s.talk != nil {
		id = s.talk.thread.ID
	}
	l := &s.looked
	if doing == "gone" {
		id = l.thread
	}
	if l.thread != "" && l.thread != id && l.doing != "gone" {
		s.quietly(inbox.Look{Thread: l.thread, Doing: "gone"})
	}
	if id == "" || l.thread == id && l.doing == doing && now.Before(l.at.Add(tellAgain)) {
		return
	}
	l.thread, l.doing, l.at = id, doing, now
	s.quietly(inbox.Look{Thread: id, Doing: doing})
}

// attend says whether somebody is here, and what they look at.
func (s *session) attend(here bool) {
	l, id := &s.looked, inbox.ThreadID("")
	if s.talk != nil {
		id = s.talk.thread.ID
	}
	if l.until = (time.Time{}); here {
		l.until = s.now().Add(hereFor)
		if s.talk != nil && s.asking == nil {
			s.look("reading")
		}
	}
	if l.here != here || l.attends != id {
		l.here, l.attends = here, id
		s.quietly(inbox.Attend{Here: here, Thread: id})
	}
}
