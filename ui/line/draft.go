package line

import (
	"strings"

	"frontdesk/inbox"
	"frontdesk/ui"
	"frontdesk/ui/enclose"
)

// What was written and not sent: the Desk keeps it for every terminal.

// keep makes a draft of a reply, and says so.
func (s *session) keep(r *reply, text string) {
	r.text = text
	if !s.saveDraft(r, text) {
		return
	}
	if s.talk != nil && s.talk.thread.ID == r.thread {
		s.talk.kept = r
	}
	s.say(s.w.LineKept)
}

// drop throws a reply away.
func (s *session) drop(r *reply) {
	r.file = nil
	s.saveDraft(r, "")
	if s.talk != nil && s.talk.thread.ID == r.thread {
		s.talk.kept, s.talk.thread.Draft = nil, nil
	}
	s.say(s.w.Decided[inbox.Discard])
}

// saveDraft gives a draft to the Desk, which keeps it for all terminals; one without a text and a file is taken away.
func (s *session) saveDraft(r *reply, text string) bool {
	d := inbox.Draft{OID: r.oid, Text: text, ReplyTo: r.replyTo, Agent: s.info.Agent, At: s.now()}
	if r.file != nil && r.file.Handed() {
		d.File = &r.file.OutFile
	}
	_, err := s.do(inbox.SaveDraft{Thread: r.thread, Draft: d})
	if err != nil {
		s.fail(err)
	}
	return err == nil
}

// draft is what is kept in the open thread, here or by any terminal; nil when nothing is.
func (s *session) draft() *reply {
	t := s.talk
	if t.kept != nil {
		return t.kept
	}
	fresh, err := s.desk.Thread(s.ctx, string(t.thread.ID))
	if err != nil || !says(fresh.Draft) {
		return nil
	}
	d := fresh.Draft
	t.kept = &reply{thread: t.thread.ID, oid: d.OID, text: d.Text, replyTo: d.ReplyTo, seen: t.seen, file: ui.Given(d)}
	if d.OID == "" {
		t.kept.oid = inbox.OID(s.cfg.NewID())
	}
	return t.kept
}

// sayDraft says what is kept in a thread that is opened.
func (s *session) sayDraft() {
	d := s.talk.thread.Draft
	if !says(d) {
		return
	}
	who := s.w.You
	if d.Agent != "" {
		who = s.w.Agent(d.Agent, s.info.Agent)
	}
	s.say(s.w.LineDraft, "who", who, "text", s.drafted(d.Text, ui.Given(d)))
}

// says reports whether there is something in a draft.
func says(d *inbox.Draft) bool {
	return d != nil && (strings.TrimSpace(d.Text) != "" || d.File != nil)
}

// drafted is what a draft says: its words, and the file that goes with them.
func (s *session) drafted(text string, f *enclose.File) string {
	switch text = strings.TrimSpace(text); {
	case f == nil:
		return text
	case text == "":
		return s.w.Enclosed(f)
	}
	return text + " + " + s.w.Enclosed(f)
}

// sendDraft sends what is kept.
func (s *session) sendDraft(string) {
	r := s.draft()
	if r == nil {
		s.say(s.w.LineNoDraft)
		return
	}
	r.seen = max(r.seen, s.talk.seen)
	s.submit(r)
}

func (s *session) discard(string) {
	r := s.draft()
	if r == nil {
		s.say(s.w.LineNoDraft)
		return
	}
	s.drop(r)
}
