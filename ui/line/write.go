package line

import (
	"errors"
	"slices"
	"strings"
	"time"

	"frontdesk/inbox"
	"frontdesk/ui"
	"frontdesk/ui/enclose"
)

// reply is a text that is being written, or was not taken. Its oid is made with it: however often it is handed over, it
// is one message (merge-rules 3.3).
type reply struct {
	thread  inbox.ThreadID
	oid     inbox.OID
	text    string
	replyTo string
	began   inbox.ReplyName
	seen    inbox.Seq // of the thread, when it was begun
	file    *enclose.File
	tried   string // a text that may have been taken under this oid: the answer got lost
	later   time.Time
}

// reply sends what stands behind it; alone it takes several lines, going on with what was kept.
func (s *session) reply(args string) {
	if args != "" {
		s.submit(s.newReply(args, ""))
		return
	}
	s.compose("")
}

// quote is reply, as an answer to one message.
func (s *session) quote(args string) {
	word, text := firstWord(args)
	r := s.rowNo(word)
	switch {
	case r == nil:
	case r.msg.ID == "":
		s.say(s.w.NotSentYet)
	case text == "":
		s.compose(r.msg.ID)
	default:
		s.submit(s.newReply(text, r.msg.ID))
	}
}

func (s *session) newReply(text, replyTo string) *reply {
	return &reply{thread: s.talk.thread.ID, oid: inbox.OID(s.cfg.NewID()), text: text, replyTo: replyTo, seen: s.talk.seen}
}

// composing takes the lines of a reply until one is a single dot. What is written is on the disk of the Desk after each
// line, so that an end of the session loses none.
type composing struct {
	r     *reply
	lines []string
}

// The lines that end it. A reply that has such a line begins it with one dot more.
const (
	sendsIt  = "."
	keepsIt  = ".keep"
	dropsIt  = ".discard"
	dotStuff = ".."
)

func (s *session) compose(replyTo string) {
	t := s.talk
	if !t.thread.Window.OpenAt(s.now()) {
		s.out.line(s.window(&t.thread, s.now()))
		return
	}
	c := &composing{r: s.draft()}
	if c.r == nil {
		c.r = s.newReply("", replyTo)
	} else {
		if c.r.text != "" {
			c.lines = strings.Split(c.r.text, "\n")
		}
		s.say(s.w.LineGoOnDraft, "text", s.drafted(c.r.text, c.r.file))
		c.r.seen = t.seen
		if replyTo != "" {
			c.r.replyTo = replyTo
		}
	}
	t.kept = nil
	s.say(s.w.LineCompose)
	s.asking = c
	s.look("typing")
}

func (c *composing) prompt() string { return ". " }

func (c *composing) take(s *session, text string) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case sendsIt:
		s.asking = nil
		if c.r.text = strings.TrimSpace(strings.Join(c.lines, "\n")); c.r.text == "" && c.r.file == nil {
			s.say(s.w.LineNothingWritten)
			s.saveDraft(c.r, "")
			return
		}
		s.submit(c.r)
	case keepsIt:
		s.asking = nil
		c.leave(s)
	case dropsIt:
		s.asking = nil
		s.drop(c.r)
	default:
		if strings.HasPrefix(text, dotStuff) {
			text = text[1:]
		}
		c.lines = append(c.lines, text)
		s.look("typing")
		s.saveDraft(c.r, strings.Join(c.lines, "\n"))
	}
}

func (c *composing) leave(s *session) {
	if text := strings.TrimSpace(strings.Join(c.lines, "\n")); text != "" {
		s.keep(c.r, text)
	}
}

// cut keeps what a line says that never ended: half a reply is a draft, never a message.
func (s *session) cut(text string) {
	if c, ok := s.asking.(*composing); ok {
		c.lines = append(c.lines, text)
		return // the end of the lines keeps it
	}
	text = strings.TrimRight(s.half+text, "\n\\")
	s.half = ""
	word, args := firstWord(text)
	c := named(word)
	replyTo := ""
	if c != nil && c.name == "quote" {
		if word, args = firstWord(args); s.talk != nil {
			if r := s.rowNo(word); r != nil {
				replyTo = r.msg.ID
			}
		}
	}
	switch {
	case c == nil || c.name != "reply" && c.name != "quote" || s.talk == nil || strings.TrimSpace(args) == "":
		s.say(s.w.LineCut)
	default:
		s.keep(s.newReply(args, replyTo), args)
	}
}

// submit hands a reply to the Desk, and says what came of it.
func (s *session) submit(r *reply) {
	if fields := inbox.Fields(r.text); len(fields) > 0 {
		s.say(s.w.LineField, "field", "{{"+fields[0]+"}}")
		s.keep(r, r.text)
		return
	}
	send := inbox.Send{Thread: r.thread, OID: r.oid, Seen: r.seen, Saved: r.began, Later: r.later,
		Out: inbox.Outgoing{Type: "text", Text: r.text, ReplyTo: r.replyTo}}
	if r.later.IsZero() {
		send.Pause = s.cfg.Pause
	}
	if r.file != nil {
		f, err := r.file.HandOver(s.ctx, s.desk)
		if err != nil {
			s.fail(err)
			return
		}
		send.Out = inbox.WithFile(f, r.text)
		send.Out.ReplyTo = r.replyTo
	}
	tried := r.tried
	r.tried = r.text
	_, err := s.desk.Do(s.ctx, string(r.oid), send)
	if kind := inbox.KindOf(err); tried != "" && tried != r.text && (kind == "" || kind == inbox.Invalid) {
		if text, ok := s.stored(r); ok && text != r.text { // what was written first had gone already
			s.say(s.w.FirstVersionSent)
			r.oid, r.tried = inbox.OID(s.cfg.NewID()), ""
			s.keep(r, r.text)
			return
		}
	}
	if err != nil && r.file != nil {
		s.fail(err) // and the file is where it was
		return
	}
	if err != nil {
		s.refused(r, err)
		return
	}
	s.talk.kept = nil
	if d := s.talk.thread.Draft; d != nil && d.OID == r.oid {
		s.talk.thread.Draft = nil
	}
	s.ours[r.oid] = true
	switch {
	case !r.later.IsZero():
		s.say(s.w.LineLaterSet, "at", s.w.When(s.now(), r.later))
	case send.Pause > 0:
		s.say(s.w.LinePause, "time", s.w.Lasting(send.Pause))
	default:
		s.waitFor(r.oid)
	}
}

// refused says why a reply was not taken. It is kept, and what can be done with it is said.
func (s *session) refused(r *reply, err error) {
	var e *inbox.Error
	errors.As(err, &e)
	switch kind := inbox.KindOf(err); kind {
	case inbox.Stale:
		r.tried = ""
		at := e.At
		if at.IsZero() {
			at = s.now()
		}
		r.seen = e.Seq
		s.say(s.w.LineStale, "who", s.w.By(e.By, s.talk.thread.Name, s.info.Agent), "time", s.w.Lasting(s.now().Sub(at)), "text", e.Head)
		s.saveDraft(r, r.text)
		s.talk.kept = r
		s.choose(r)
		return
	case inbox.Invalid, inbox.NotAllowed, inbox.NotFound, inbox.WindowClosed, inbox.ReadOnly, inbox.Busy:
		r.tried = ""
		if kind == inbox.WindowClosed && r.later.IsZero() {
			s.out.line(s.window(&s.talk.thread, s.now()))
		} else {
			s.fail(err)
		}
		r.later = time.Time{}
		s.keep(r, r.text)
	default:
		s.fail(err)
		s.say(s.w.LineMaybeTaken)
		s.saveDraft(r, r.text)
		s.talk.kept = r
	}
}

// attach chooses a file to send. What is said next decides how it goes.
func (s *session) attach(args string) {
	if args == "" {
		s.say(s.w.LineAttachWhat)
		return
	}
	s.enclose(enclose.Given(args), "")
}

func (s *session) enclose(path, as string) {
	f, err := enclose.Look(path, as)
	if err != nil {
		s.fail(err)
		return
	}
	s.say(s.w.LineAttached, "file", s.w.Enclosed(&f))
	send := func(text string) {
		r := s.newReply(text, "")
		r.file = &f
		s.submit(r)
	}
	s.offer(map[string]func(string){
		"send":  send,
		"reply": send,
		"as": func(kind string) {
			if !slices.Contains(inbox.SendKinds(), kind) {
				s.say(s.w.LineAttachAs, "kinds", s.w.List(inbox.SendKinds()...))
				s.enclose(path, as)
				return
			}
			s.enclose(path, kind)
		},
		"discard": func(string) { s.say(s.w.LineNotSent) },
	}, func() { s.say(s.w.LineNotSent) })
}

// location sends a place.
func (s *session) location(args string) { s.sendTyped(ui.ReadPlace(args)) }

// card sends a contact card.
func (s *session) card(args string) { s.sendTyped(ui.ReadCard(args)) }

// buttons sends a text with buttons under it.
func (s *session) buttons(args string) { s.sendTyped(ui.ReadButtons(args)) }

// choices sends a text with a list under it.
func (s *session) choices(args string) { s.sendTyped(ui.ReadList(args)) }

// sendTyped sends what a line made, or says why it makes nothing.
func (s *session) sendTyped(out inbox.Outgoing, err error) {
	send := inbox.Send{Thread: s.talk.thread.ID, OID: inbox.OID(s.cfg.NewID()), Seen: s.talk.seen, Out: out, Pause: s.cfg.Pause}
	if err == nil {
		_, err = s.desk.Do(s.ctx, string(send.OID), send)
	}
	switch {
	case err != nil:
		s.fail(err)
		return
	case send.Pause > 0:
		s.ours[send.OID] = true
		s.say(s.w.LinePause, "time", s.w.Lasting(send.Pause))
	default:
		s.ours[send.OID] = true
		s.waitFor(send.OID)
	}
}

// choose makes the next word decide what becomes of a reply that was stopped.
func (s *session) choose(r *reply) {
	s.offer(map[string]func(string){
		"send":    func(string) { s.submit(r) },
		"keep":    func(string) { s.keep(r, r.text) },
		"discard": func(string) { s.drop(r) },
	}, func() { s.say(s.w.LineKept) })
}

// stored is what the Desk holds under a reply's id.
func (s *session) stored(r *reply) (text string, ok bool) {
	page, err := s.desk.Messages(s.ctx, inbox.MessageQuery{Thread: r.thread, Limit: 50})
	if err != nil {
		return "", false
	}
	for i := range page.Messages {
		if page.Messages[i].Ref == r.oid {
			return page.Messages[i].Text, true
		}
	}
	return "", false
}

// later sends at a time to come: one word or two, then the text.
func (s *session) later(args string) {
	first, rest := firstWord(args)
	second, text := firstWord(rest)
	at, ok := s.w.Moment(s.now(), first+" "+second)
	if !ok || second == "" || text == "" {
		text = rest
		at, ok = s.w.Moment(s.now(), first)
	}
	switch {
	case !ok:
		s.say(s.w.NoMoment, "text", first)
	case strings.TrimSpace(text) == "":
		s.say(s.w.LineLaterText)
	default:
		r := s.newReply(text, "")
		r.later = at
		s.submit(r)
	}
}
