package line

import (
	"strconv"
	"strings"
	"time"

	"frontdesk/inbox"
	"frontdesk/ui"
)

// talk is the open thread.
type talk struct {
	*said
	thread  inbox.Thread
	first   string // the keys between which all has been said
	last    string
	earlier bool
	later   bool
	day     time.Time // of the line that was said last
	notes   map[string]bool
	with    inbox.AgentID // whose it is, as was said last
	own     inbox.Seq     // what was changed from here last: older news of it is none

	shown    inbox.Seq // all up to here has been said
	seen     inbox.Seq // all up to here had been said when the last line was typed: passed on with a reply
	unread   bool      // something of the customer has been said since
	openTill time.Time // when the window closes; zero: it is closed, and that was said
}

// said is what was said of a thread, also in earlier openings: a number goes on meaning the same message.
type said struct {
	rows  map[string]*row // by message key
	order []*row          // by number
	kept  *reply          // what is written and not sent
}

// row is a message that was said.
type row struct {
	n       int
	msg     inbox.Message
	told    inbox.Message // as it was when something of it was said last
	turn    time.Time     // when its state changes by itself
	reacted string        // an emoji from here
}

// fewest and most are how many messages are said when a thread is opened: what is unread, and some before it.
const (
	fewest = 10
	most   = 100
)

// openRef opens a thread by its number here, its name, a phone number or its id.
func (s *session) openRef(ref string) {
	if n, err := strconv.Atoi(ref); err == nil && s.isNumber(ref) {
		id, ok := s.names.thread(n)
		if !ok {
			s.say(s.w.LineNoThreadNo, "n", ref)
			return
		}
		ref = string(id)
	}
	if ref == "" {
		s.say(s.w.LineWhich)
		return
	}
	t, err := s.desk.Thread(s.ctx, ref)
	number := len(inbox.Digits(ref)) >= leastDigits && strings.Trim(ref, "+0123456789 -().") == ""
	if inbox.KindOf(err) == inbox.NotFound && !number && s.openLike(ref) {
		return
	}
	switch digits := inbox.Digits(ref); {
	case err == nil:
		s.open(t)
	case inbox.KindOf(err) == inbox.NotFound && number:
		s.leaveTalk()
		s.to = "+" + digits
		s.say(s.w.LineNewNumber, "number", s.to)
	default:
		s.fail(err)
	}
}

// openLike opens the one thread whose name has a part like that, or lists them when there are several.
func (s *session) openLike(part string) bool {
	page, err := s.desk.Threads(s.ctx, inbox.ThreadQuery{View: inbox.ViewEvery, Filter: part, Limit: listed})
	switch {
	case err != nil || len(page.Threads) == 0:
		return false
	case len(page.Threads) == 1:
		s.open(page.Threads[0])
		return true
	}
	s.list(inbox.ThreadQuery{View: inbox.ViewEvery, Filter: part, Limit: listed})
	return true
}

// leaveTalk closes the open thread.
func (s *session) leaveTalk() {
	s.talk, s.to = nil, ""
}

// open says how a thread is, and its newest messages.
func (s *session) open(t inbox.Thread) {
	if !s.begun(t) {
		return
	}
	limit := min(max(fewest, t.Unread+2), most)
	page, err := s.desk.Messages(s.ctx, inbox.MessageQuery{Thread: t.ID, Limit: limit})
	if err != nil {
		s.fail(err)
		return
	}
	s.page(page)
	s.talk.day = time.Time{}
	s.sayDraft()
	s.markRead()
}

// begun makes a thread the open one and says its state.
func (s *session) begun(t inbox.Thread) bool {
	fresh, err := s.desk.Thread(s.ctx, string(t.ID)) // read before its messages, so that nothing falls between
	if err != nil {
		s.fail(err)
		return false
	}
	s.leaveTalk()
	before := s.heard[fresh.ID]
	if before == nil {
		before = &said{rows: map[string]*row{}}
		s.heard[fresh.ID] = before
	}
	s.talk = &talk{said: before, thread: fresh, notes: map[string]bool{}, with: fresh.Assignee, shown: fresh.Seq, seen: fresh.Seq}
	for _, n := range fresh.Notes {
		s.talk.notes[n.ID] = true
	}
	s.where("")
	if n := fresh.Left(); n != nil {
		s.say(s.w.LineLeft, "text", s.w.NoteText(*n))
	}
	s.look("reading")
	s.attend(true)
	return true
}

// where says how the open thread is, or the inbox when there is none.
func (s *session) where(string) {
	if s.talk == nil {
		if info, err := s.desk.Info(s.ctx); err == nil {
			s.info = info
		}
		s.out.line(s.w.Counts(s.info.Counts) + ".")
		s.notices()
		return
	}
	t, now := &s.talk.thread, s.now()
	parts := []string{s.w.Fill(s.w.LineOpened, "n", strconv.Itoa(s.names.number(t.ID)), "name", t.Name), s.window(t, now)}
	add := func(ok bool, text string) {
		if ok {
			parts = append(parts, text)
		}
	}
	switch t.Assignee {
	case "":
		add(true, s.w.LineAssignedNobody)
	case s.info.Agent:
		add(true, s.w.LineAssignedYou)
	default:
		add(true, s.w.Fill(s.w.LineAssigned, "name", string(t.Assignee)))
	}
	add(t.State == inbox.Closed, sentence(s.w.StateDone))
	add(t.State == inbox.Snoozed && t.SnoozedUntil.After(now), s.w.Fill(s.w.Snoozed, "at", s.w.When(now, t.SnoozedUntil)))
	add(t.Muted, sentence(s.w.LineMuted))
	add(len(t.Labels) > 0, s.w.Fill(s.w.LineLabels, "labels", s.w.List(t.Labels...)))
	if p := t.Scheduled; p != nil {
		add(true, s.w.Count(s.w.LineScheduled, p.N, "at", s.w.When(now, p.Next)))
	}
	add(len(t.Presence) > 0, "")
	if len(t.Presence) > 0 {
		parts[len(parts)-1] = sentence(s.w.Presence(t.Presence))
	}
	s.out.line(strings.Join(parts, " "))
	s.talk.openTill = time.Time{}
	if t.Window.OpenAt(now) {
		s.talk.openTill = t.Window.ExpiresAt
	}
}

// window says whether free text may be sent, for how long, and what to do when not.
func (s *session) window(t *inbox.Thread, now time.Time) string {
	switch win := t.Window; {
	case win.OpenAt(now):
		return s.w.Fill(s.w.LineWindowOpen, "left", s.w.Lasting(roundUp(win.ExpiresAt.Sub(now))))
	case win.Refused:
		return s.filled(s.w.LineWindowRefused)
	case win.ExpiresAt.IsZero():
		return s.filled(s.w.LineWindowNever)
	default:
		return s.filled(s.w.LineWindowClosed, "time", s.w.Lasting(now.Sub(win.ExpiresAt)))
	}
}

// sentence ends a phrase of the catalogue as one.
func sentence(text string) string {
	r := []rune(text)
	if len(r) > 0 {
		text = strings.ToUpper(string(r[:1])) + string(r[1:])
	}
	return text + "."
}

// page says a stretch of the open thread, and remembers between which messages it lies.
func (s *session) page(p inbox.MessagePage) {
	t := s.talk
	if len(p.Messages) == 0 && t.first == "" {
		s.say(s.w.NoMessages)
		return
	}
	if p.Earlier && t.first == "" {
		s.say(s.w.LineEarlier)
	}
	unread := 0
	for i := range p.Messages {
		if p.Messages[i].Unread {
			unread++
		}
	}
	for i := range p.Messages {
		m := &p.Messages[i]
		if m.Unread && unread > 0 {
			s.out.line(s.w.Count(s.w.LineUnreadFrom, unread))
			unread = 0
		}
		s.message(m)
	}
	if len(p.Messages) > 0 && t.first == "" {
		t.first, t.last = p.Messages[0].Key, p.Messages[len(p.Messages)-1].Key
		t.earlier, t.later = p.Earlier, p.Later
	}
	s.more = nil
	if t.later {
		s.more = s.onwards
		s.say(s.w.LineMore)
	}
}

// onwards says the messages behind those that were said, where a hit was opened in the middle of a thread.
func (s *session) onwards() {
	t := s.talk
	if t == nil {
		s.say(s.w.LineNothingOpen)
		return
	}
	p, err := s.desk.Messages(s.ctx, inbox.MessageQuery{Thread: t.thread.ID, After: t.last, Limit: fewest})
	if err != nil {
		s.fail(err)
		return
	}
	if len(p.Messages) > 0 {
		t.last = p.Messages[len(p.Messages)-1].Key
	}
	if t.later = p.Later; !t.later {
		s.markRead()
	}
	s.page(p)
}

// earlier says the messages before those that were said.
func (s *session) earlier(string) {
	t := s.talk
	if !t.earlier {
		s.say(s.w.LineNoEarlier)
		return
	}
	p, err := s.desk.Messages(s.ctx, inbox.MessageQuery{Thread: t.thread.ID, Before: t.first, Limit: fewest})
	if err != nil {
		s.fail(err)
		return
	}
	if t.earlier = p.Earlier; len(p.Messages) > 0 {
		t.first = p.Messages[0].Key
	}
	day := t.day
	t.day = time.Time{}
	later := t.later
	t.later = false // what goes on behind is not what was asked for
	s.page(p)
	t.later, t.day = later, day
	if t.earlier {
		s.say(s.w.LineEarlier)
	}
}

// read says one message in full, line by line, or the newest of the thread again.
func (s *session) read(args string) {
	if args != "" {
		r := s.rowNo(args)
		if r == nil {
			return
		}
		s.message(&r.msg)
		if lines := strings.Split(strings.TrimSpace(r.msg.Text), "\n"); len(lines) > 1 {
			for i, l := range lines {
				s.say(s.w.LineLine, "n", strconv.Itoa(i+1), "text", l)
			}
		}
		return
	}
	s.open(s.talk.thread)
}

// rowNo is the message of a number; it says so when there is none. "last" is the newest.
func (s *session) rowNo(word string) *row {
	t := s.talk
	word = strings.TrimPrefix(word, "#")
	if strings.EqualFold(word, "last") {
		var newest *row
		for _, r := range t.order {
			if newest == nil || !r.msg.At.Before(newest.msg.At) {
				newest = r
			}
		}
		if newest != nil {
			return newest
		}
	}
	n, err := strconv.Atoi(word)
	if err == nil && n >= 1 && n <= len(t.order) {
		return t.order[n-1]
	}
	if err != nil {
		s.say(s.w.LineWhichMessage)
	} else {
		s.say(s.w.LineNoMessageNo, "n", word)
	}
	return nil
}

// markRead says that what was said has been seen, and lets the customer know when that is wanted.
func (s *session) markRead() {
	t := s.talk
	if t == nil || t.later || t.thread.Unread == 0 && !t.unread {
		return
	}
	var upto inbox.Seq
	for _, r := range t.order {
		if r.msg.Direction == "in" {
			upto = max(upto, r.msg.Seq)
		}
	}
	t.unread, t.thread.Unread = false, 0
	s.quietly(inbox.MarkRead{Thread: t.thread.ID, Upto: upto, Receipt: s.cfg.ReadReceipts == ui.ReceiptsFocused})
}

// acknowledge notes that a line was typed: the person has heard what was said until then.
func (s *session) acknowledge() {
	if s.talk == nil {
		return
	}
	s.talk.seen = max(s.talk.seen, s.talk.shown)
	if s.talk.unread {
		s.markRead()
	}
}
