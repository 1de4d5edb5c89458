package line

import (
	"strconv"
	"time"

	"frontdesk/inbox"
)

// link is the connection to the Desk.
type link struct {
	events <-chan []inbox.Event
	watch  *inbox.Watch
	since  inbox.Cursor
	again  time.Time // when the events are asked for again
	tries  int
	lost   bool
}

// Waiting before the events are asked for again.
const (
	firstRetry = 250 * time.Millisecond
	lastRetry  = 5 * time.Second
)

func (l *link) begin(s *session) {
	w, err := s.desk.Watch(s.ctx, l.since)
	if err != nil {
		l.fail(s, err)
		return
	}
	fresh := l.since != (inbox.Cursor{}) && w.Reset
	l.watch, l.events, l.since, l.tries, l.again = w, w.Events, w.Cursor, 0, time.Time{}
	if l.lost {
		l.lost = false
		s.tell(func() { s.say(s.w.LineBack) })
	}
	if fresh {
		s.tell(s.anew)
	}
}

// fail notes that the events ended and says so once, until they are back.
func (l *link) fail(s *session, err error) {
	l.events = nil
	if s.ctx.Err() != nil {
		return
	}
	if !l.lost {
		l.lost = true
		s.tell(func() {
			if inbox.KindOf(err) == inbox.ReadOnly {
				s.say(s.w.ReadOnlyNext)
				return
			}
			s.say(s.w.LineLost)
		})
	}
	l.again = s.now().Add(min(lastRetry, firstRetry<<min(l.tries, 10)))
	l.tries++
}

func (l *link) moment(s *session, now time.Time) {
	if !l.again.IsZero() && !now.Before(l.again) {
		l.again = time.Time{}
		l.begin(s)
	}
}

// got takes one delivery of events.
func (l *link) got(s *session, batch []inbox.Event, ok bool) {
	if !ok {
		var err error
		if l.watch.Err != nil {
			err = l.watch.Err()
		}
		l.fail(s, err)
		return
	}
	with := map[inbox.ThreadID]*inbox.Thread{} // that changed with the messages
	for i := range batch {
		if t := batch[i].Thread; t != nil {
			with[t.ID] = t
		}
	}
	for i := range batch {
		e := &batch[i]
		if (e.Cursor != inbox.Cursor{}) {
			l.since = e.Cursor
		}
		s.event(e, with)
	}
}

// tell says something that nobody asked for: at once, or later when somebody is writing, or wants to be left alone.
func (s *session) tell(say func()) {
	if len(s.waiting) == mostWaiting { // nobody asks any more
		s.waiting = s.waiting[1:]
	}
	s.waiting = append(s.waiting, say)
}

// mostWaiting is how much waits at most; the oldest goes first.
const mostWaiting = 1000

// flush says what waits, if it is time.
func (s *session) flush() {
	if !s.unheard() {
		s.speak()
	}
}

// unheard reports that what comes waits: somebody is writing, or wants to be left alone.
func (s *session) unheard() bool {
	return s.quiet || s.asking != nil || s.half != "" || s.await != nil
}

func (s *session) speak() {
	for len(s.waiting) > 0 {
		say := s.waiting[0]
		s.waiting = s.waiting[1:]
		say()
	}
}

func (s *session) beQuiet(string) {
	s.quiet = true
	s.say(s.w.LineQuiet)
}

func (s *session) beLoud(string) {
	s.quiet = false
	s.say(s.w.LineLoud)
}

// news says what came while it was quiet.
func (s *session) news(string) {
	if len(s.waiting)+len(s.late) == 0 {
		s.say(s.w.LineNoNews)
		return
	}
	s.speak()
	s.cameLate()
}

// anew reads the open thread again when what happened cannot be told.
func (s *session) anew() {
	if s.talk != nil {
		s.open(s.talk.thread)
	}
}

// event takes one changed object.
func (s *session) event(e *inbox.Event, with map[inbox.ThreadID]*inbox.Thread) {
	switch {
	case e.Reset:
		s.tell(s.anew)
	case e.Thread != nil:
		s.threadChanged(e.Thread)
	case e.Message != nil:
		s.messageChanged(e, with[e.Message.Thread])
	case e.Kind == inbox.PresenceEvent && e.Presence != nil:
		s.presence(*e.Presence)
	case e.Account != nil && e.Account.Kind == inbox.KindLifecycle: // the notice about it is said
	case e.Account != nil:
		n := *e.Account
		if n.Kind != "connection-live" {
			s.tell(func() { s.out.line(s.w.Notice(n)) })
		}
	}
}

// messageChanged tells of a message in the open thread, or of a new one in another.
func (s *session) messageChanged(e *inbox.Event, in *inbox.Thread) {
	m := *e.Message
	if s.await != nil && s.await.oid == m.Ref && m.Ref != "" {
		s.await.msg = m
	}
	if m.Type == "reaction" && m.Status != inbox.StatusFailed { // the message that it is about says it
		return
	}
	fresh := e.Seq == m.Seq && e.Kind != inbox.StatusEvent && !m.Imported
	if t := s.talk; t != nil && t.thread.ID == m.Thread {
		s.rowChanged(m, e.Replaces, fresh)
		return
	}
	stopped := m.Direction == "out" && (m.Status == inbox.StatusFailed || m.Status == inbox.Held || m.Status == inbox.Unknown && !m.Confirming)
	switch {
	case stopped && s.stuck[m.Key] != m.Status:
		s.stuck[m.Key] = m.Status
	case stopped, !fresh, m.Direction == "out" && m.Origin == inbox.OriginAPI && m.Agent == s.info.Agent:
		return
	}
	if now := s.now(); !stopped && now.Sub(m.At) > lateFrom {
		s.late[m.Thread]++
		s.lateDue = now.Add(lateSettles)
		return
	}
	s.tell(func() { s.elsewhere(m, in) })
}

// lateFrom is how old a message is that comes as one of many: after an absence WhatsApp repeats what it could not
// deliver, and nobody wants to hear all of that.
const (
	lateFrom    = 10 * time.Minute
	lateSettles = 2 * time.Second
)

// lateAt is when what came late is told: once, after the last of it, and never while somebody is writing.
func (s *session) lateAt() time.Time {
	if !s.unheard() {
		return s.lateDue
	}
	return time.Time{}
}

// cameLate says in one line how much came late in other threads.
func (s *session) cameLate() {
	n := 0
	for _, some := range s.late {
		n += some
	}
	if n == 0 {
		return
	}
	threads := len(s.late)
	clear(s.late)
	s.lateDue = time.Time{}
	s.out.line(s.w.Fill(s.w.Count(s.w.LineCameLate, n, "in", s.w.Count(s.w.AwayInThreads, threads)), spelled...))
}

// elsewhere tells of a message in a thread that is not open, on one line.
func (s *session) elsewhere(m inbox.Message, in *inbox.Thread) {
	if in == nil {
		t, err := s.desk.Thread(s.ctx, string(m.Thread))
		if err != nil {
			return
		}
		in = &t
	}
	if s.talk != nil && s.talk.thread.ID == in.ID { // it was opened since, and said
		return
	}
	if in.Muted {
		return
	}
	parts := []string{in.Name}
	if m.Direction == "out" {
		parts[0] = s.w.Fill(s.w.LineTo, "who", s.w.Who(&m, in.Name, s.info.Agent), "name", in.Name)
	}
	parts = append(parts, s.w.Fill(s.w.LineThreadNo, "n", strconv.Itoa(s.names.number(in.ID))))
	if in.Unread > 0 && m.Direction == "in" {
		parts = append(parts, s.w.Fill(s.w.LineUnreadNo, "n", strconv.Itoa(in.Unread)))
	}
	if m.Direction == "out" {
		parts = append(parts, s.state(&m)...)
	}
	s.dated(m.At, s.w.List(parts...), s.w.Said(&m))
}

// rowChanged tells what is new about a message of the open thread.
func (s *session) rowChanged(m inbox.Message, replaces string, fresh bool) {
	t := s.talk
	r := t.row(&m)
	if r == nil && replaces != "" {
		r = t.rows[replaces]
	}
	switch {
	case r == nil && m.Ref != "" && s.ours[m.Ref]:
		s.numbered(&m) // and what becomes of it is news
		r = t.row(&m)
		r.told = inbox.Message{Key: m.Key, Status: inbox.Queuing}
		s.tell(func() {
			if s.talk == t {
				s.changed(r)
			}
		})
		return
	case r == nil && !fresh && m.Status != inbox.StatusFailed:
		return // of a message that was not read here
	case r == nil:
		s.tell(func() {
			if s.talk == t && t.row(&m) == nil {
				s.message(&m)
			}
		})
		return
	}
	t.rows[m.Key] = r
	r.msg = m
	s.turns(r)
	s.tell(func() {
		if s.talk == t {
			s.changed(r)
		}
	})
}

// changed says what is new about a message since something of it was said.
func (s *session) changed(r *row) {
	before, m := r.told, &r.msg
	r.told = *m
	s.talk.shown = max(s.talk.shown, m.Seq)
	switch {
	case m.Revoked && !before.Revoked:
		s.out.line("#" + strconv.Itoa(r.n) + " " + s.w.Deleted + ".")
	case m.Edited && m.Text != before.Text && before.Key != "":
		s.out.line(s.spoken(r))
	case m.Direction == "out" && (m.Status != before.Status || m.Confirming != before.Confirming):
		s.turned(r, before)
	}
	for _, x := range m.Reactions {
		if x.By == "business" && x.Emoji == r.reacted || x.Emoji == "" || contains(before.Reactions, x) {
			continue
		}
		s.out.line(s.w.Fill(s.w.LineReactedTo, "who", s.reactor(x), "emoji", x.Emoji, "n", strconv.Itoa(r.n)))
	}
}

func contains(all []inbox.Reaction, x inbox.Reaction) bool {
	for _, have := range all {
		if have == x {
			return true
		}
	}
	return false
}

// threadChanged follows the open thread: whose it is, its notes, its window.
func (s *session) threadChanged(now *inbox.Thread) {
	t := s.talk
	if t == nil || t.thread.ID != now.ID && !same(now, &t.thread) {
		return
	}
	if t.thread.ID != now.ID { // two threads turned out to be one customer
		s.heard[now.ID] = t.said
	}
	t.thread = *now
	s.tell(func() {
		if s.talk != t {
			return
		}
		me := s.info.Agent
		if t.with != now.Assignee && now.Seq > t.own {
			t.with = now.Assignee
			s.out.line(s.w.Handed(now.Name, now.Assignee, me))
		}
		for _, n := range now.Notes {
			if t.notes[n.ID] {
				continue
			}
			t.notes[n.ID] = true
			if n.By != me {
				s.dated(n.At, s.noteBy(n), s.w.NoteText(n))
			}
		}
		at := s.now()
		if open := now.Window.OpenAt(at); open != !t.openTill.IsZero() {
			s.out.line(s.window(now, at))
			t.openTill = time.Time{}
			if open {
				t.openTill = now.Window.ExpiresAt
			}
		} else if open {
			t.openTill = now.Window.ExpiresAt
		}
		t.shown = max(t.shown, now.Seq)
	})
}

func (s *session) noteBy(n inbox.Note) string {
	if n.By == "" {
		return s.w.System
	}
	return s.w.Fill(s.w.NoteBy, "name", s.w.Agent(n.By, s.info.Agent))
}

// same reports whether two threads are one customer.
func same(a, b *inbox.Thread) bool {
	return a.WaID != "" && a.WaID == b.WaID || a.UserID != "" && a.UserID == b.UserID
}

// presence tells that a colleague begins to write in the open thread; that one reads it is said when it is opened.
func (s *session) presence(p inbox.Presence) {
	t := s.talk
	if t == nil || t.thread.ID != p.Thread || p.Agent == s.info.Agent {
		return
	}
	was := ""
	kept := []inbox.Presence{}
	for _, have := range t.thread.Presence {
		if have.Agent != p.Agent {
			kept = append(kept, have)
		} else {
			was = have.Doing
		}
	}
	if p.Doing != "gone" {
		kept = append(kept, p)
	}
	t.thread.Presence = kept
	if (p.Doing == "typing" || p.Doing == "claimed") && was != "typing" && was != "claimed" {
		s.tell(func() { s.out.line(sentence(s.w.Presence([]inbox.Presence{p}))) })
	}
}
