package line

import (
	"slices"
	"strings"

	"frontdesk/inbox"
)

// What people do with the open thread.

func (s *session) takeThread(string) { s.hand(s.info.Agent) }

func (s *session) assign(name string) {
	if strings.EqualFold(name, "nobody") || strings.EqualFold(name, s.w.Nobody) {
		name = ""
	}
	s.hand(inbox.AgentID(name))
}

func (s *session) hand(to inbox.AgentID) {
	t := s.talk
	done, err := s.do(inbox.Assign{Thread: t.thread.ID, To: to})
	if err != nil {
		s.fail(err)
		return
	}
	t.with, t.own = to, done.Seq // its event is no news
	s.out.line(s.w.Handed(t.thread.Name, to, s.info.Agent))
}

func (s *session) finish(string) {
	s.did(inbox.SetState{Thread: s.talk.thread.ID, State: inbox.Closed}, s.filled(s.w.LineDone))
}

func (s *session) reopen(string) {
	s.did(inbox.SetState{Thread: s.talk.thread.ID, State: inbox.Open}, s.w.Reopened)
}

// snooze puts the thread off to a time, or ends that.
func (s *session) snooze(args string) {
	if strings.EqualFold(args, "end") {
		s.reopen("")
		return
	}
	at, ok := s.w.Moment(s.now(), args)
	if !ok {
		s.say(s.w.NoMoment, "text", args)
		return
	}
	s.did(inbox.SetState{Thread: s.talk.thread.ID, State: inbox.Snoozed, Until: at}, s.w.Fill(s.w.Snoozed, "at", s.w.When(s.now(), at)))
}

func (s *session) unread(string) {
	if s.did(inbox.MarkUnread{Thread: s.talk.thread.ID}, s.w.MarkedUnread) {
		s.talk.unread, s.talk.thread.Unread = false, 0 // hearing it does not undo that
	}
}

func (s *session) mute(off bool) {
	text := s.w.Muted
	if off {
		text = s.w.Unmuted
	}
	s.did(inbox.Mute{Thread: s.talk.thread.ID, Off: off}, s.w.Fill(text, "customer", s.talk.thread.Name))
}

func (s *session) label(name string)   { s.labelled(name, false) }
func (s *session) unlabel(name string) { s.labelled(name, true) }

func (s *session) labelled(name string, off bool) {
	if name == "" {
		s.say(s.w.LineLabels, "labels", s.w.List(append(slices.Clone(s.talk.thread.Labels), "")...))
		return
	}
	text := s.w.Labelled
	if off {
		text = s.w.Unlabelled
	}
	s.did(inbox.Label{Thread: s.talk.thread.ID, Label: name, Off: off}, s.w.Fill(text, "customer", s.talk.thread.Name, "label", name))
}

func (s *session) note(text string) {
	if strings.TrimSpace(text) == "" {
		for _, n := range s.talk.thread.Notes {
			s.dated(n.At, s.noteBy(n), s.w.NoteText(n))
		}
		if len(s.talk.thread.Notes) == 0 {
			s.say(s.w.LineNoNotes)
		}
		return
	}
	s.did(inbox.AddNote{Thread: s.talk.thread.ID, Text: text}, s.w.NoteKept)
}

func (s *session) rename(name string) {
	if s.did(inbox.Rename{Thread: s.talk.thread.ID, Name: name}, s.w.Fill(s.w.LineRenamed, "name", name)) && name != "" {
		s.talk.thread.Name = name
	}
}
