package line

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdesk/inbox"
)

// numbers are what threads are called by: small, given when a thread is first named, and kept while line mode runs, so
// that a number never comes to mean another customer between the moment it was heard and the moment it is typed.
type numbers struct {
	of map[inbox.ThreadID]int
	no []inbox.ThreadID
}

func (n *numbers) number(id inbox.ThreadID) int {
	if n.of == nil {
		n.of = map[inbox.ThreadID]int{}
	}
	if n.of[id] == 0 {
		n.no = append(n.no, id)
		n.of[id] = len(n.no)
	}
	return n.of[id]
}

func (n *numbers) thread(no int) (inbox.ThreadID, bool) {
	if no < 1 || no > len(n.no) {
		return "", false
	}
	return n.no[no-1], true
}

// isNumber reports the number of a thread, as opposed to that of a phone.
func (s *session) isNumber(word string) bool {
	n, err := strconv.Atoi(word)
	return err == nil && n > 0 && n <= len(s.names.no) || err == nil && len(word) < leastDigits
}

// leastDigits is the length of the shortest phone number with its country code.
const leastDigits = 7

// listed is how many threads are named at once: as many as one listens to.
const listed = 10

// listUnread names what is unread, at the start.
func (s *session) listUnread() {
	page, err := s.desk.Threads(s.ctx, inbox.ThreadQuery{View: inbox.ViewAll, Limit: 200})
	if err != nil {
		s.fail(err)
		return
	}
	unread := slices.DeleteFunc(page.Threads, func(t inbox.Thread) bool { return t.Unread == 0 })
	for i := range unread[:min(listed, len(unread))] {
		s.thread(&unread[i], "")
	}
	if rest := len(unread) - listed; rest > 0 {
		s.out.line(s.w.Count(s.w.LineMoreUnread, rest, spelled...))
	}
	if page.Threads == nil && s.info.Counts.All == 0 {
		if s.info.Number != "" {
			s.say(s.w.FirstMessageTo, "number", s.info.Number)
		} else {
			s.say(s.w.FirstMessage)
		}
	}
}

// threads lists a view, narrowed by words of a name or number.
func (s *session) threads(args string) {
	q := inbox.ThreadQuery{View: inbox.ViewAll, Limit: listed}
	word, rest := firstWord(args)
	switch v := inbox.View(strings.ToLower(word)); {
	case v == inbox.View(inbox.Closing):
		q.View, q.Order, q.Filter = inbox.ViewWaiting, inbox.Closing, rest
	case slices.Contains(inbox.AllViews(), v):
		q.View, q.Filter = v, rest
	default:
		q.Filter = args
	}
	q.Filter = strings.TrimSpace(q.Filter)
	s.list(q)
}

func (s *session) list(q inbox.ThreadQuery) {
	page, err := s.desk.Threads(s.ctx, q)
	if err != nil {
		s.fail(err)
		return
	}
	for i := range page.Threads {
		s.thread(&page.Threads[i], q.View)
	}
	switch {
	case len(page.Threads) == 0 && q.Filter != "":
		s.say(s.w.LineNoMatch)
	case len(page.Threads) == 0 && q.View == inbox.ViewWaiting:
		s.say(s.w.NobodyWaits)
	case len(page.Threads) == 0 && q.View == inbox.ViewStuck:
		s.say(s.w.NothingStuck)
	case len(page.Threads) == 0:
		s.say(s.w.LineNoThreads)
	}
	s.more = nil
	if page.Next != "" {
		q.After = page.Next
		s.more = func() { s.list(q) }
		s.say(s.w.LineMore)
	}
}

// thread names a thread on one line: when something happened last, who it is, its number, its state, and what was said
// last. In the views of those who wait and of what is stuck, it says how long and what.
func (s *session) thread(t *inbox.Thread, in inbox.View) {
	now, m := s.now(), t.LastMessage
	at, said := t.LastActivityAt, ""
	if in == inbox.ViewStuck && t.Stuck != nil {
		m = t.Stuck
		at = m.At
	}
	parts := []string{t.Name, s.w.Fill(s.w.LineThreadNo, "n", strconv.Itoa(s.names.number(t.ID)))}
	if t.Unread > 0 {
		parts = append(parts, s.w.Fill(s.w.LineUnreadNo, "n", strconv.Itoa(t.Unread)))
	}
	if !t.WaitingSince.IsZero() && in == inbox.ViewWaiting {
		parts = append(parts, s.w.Fill(s.w.LineWaits, "time", s.w.Lasting(now.Sub(t.WaitingSince))))
	}
	shown := *t
	if in == inbox.ViewStuck { // its own words say it
		shown.Failed, shown.Uncertain, shown.Held = false, 0, 0
	}
	parts = append(parts, s.flags(&shown, now)...)
	if m != nil {
		said = s.w.Said(m)
		if m.Direction == "out" {
			said = s.w.Who(m, t.Name, s.info.Agent) + ": " + said
			if in == inbox.ViewStuck {
				parts = append(parts, s.state(m)...)
			}
		}
	}
	s.dated(at, s.w.List(parts...), said)
}

// dated says one line that begins with when and who.
func (s *session) dated(at time.Time, who, said string) {
	line := who
	if said = strings.TrimSpace(said); said != "" {
		line += ": " + said
	}
	if !at.IsZero() {
		line = s.w.Hour(s.now(), at) + " " + line
	}
	s.out.line(line)
}

// flags are what else is to be known of a thread.
func (s *session) flags(t *inbox.Thread, now time.Time) (some []string) {
	add := func(ok bool, word string) {
		if ok {
			some = append(some, word)
		}
	}
	add(t.Assignee != "", s.w.Fill(s.w.LineWith, "name", s.w.Agent(t.Assignee, s.info.Agent)))
	add(t.State == inbox.Closed, s.w.StateDone)
	add(t.State == inbox.Snoozed && t.SnoozedUntil.After(now), s.w.Fill(s.w.SnoozedTo, "at", s.w.When(now, t.SnoozedUntil)))
	add(t.Failed, s.w.Failed)
	add(t.Uncertain > 0, s.w.Uncertain)
	add(t.Held > 0, s.w.Held)
	switch left := t.Window.ExpiresAt.Sub(now); {
	case !t.Window.OpenAt(now):
		add(true, s.w.WindowClosed)
	case left < inbox.ClosesSoon:
		add(true, s.w.Fill(s.w.ClosesIn, "left", s.w.Lasting(roundUp(left))))
	}
	add(t.Draft != nil, s.w.Draft)
	add(t.Muted, s.w.LineMuted)
	return some
}

// roundUp gives whole minutes, so that what is left is never 0.
func roundUp(d time.Duration) time.Duration {
	return max(time.Minute, (d + time.Minute - 1).Truncate(time.Minute))
}

// nextUnread opens the next thread with unread messages, the newest first.
func (s *session) nextUnread(string) {
	q := inbox.ThreadQuery{View: inbox.ViewAll, Limit: 200}
	for {
		page, err := s.desk.Threads(s.ctx, q)
		if err != nil {
			s.fail(err)
			return
		}
		for _, t := range page.Threads {
			if t.Unread > 0 && (s.talk == nil || s.talk.thread.ID != t.ID) {
				s.open(t)
				return
			}
		}
		if page.Next == "" {
			s.say(s.w.NothingUnread)
			return
		}
		q.After = page.Next
	}
}

// goOn says more of what was listed last.
func (s *session) goOn(string) {
	if s.more == nil {
		s.say(s.w.LineNoMore)
		return
	}
	s.more()
}
