package line

import (
	"strconv"
	"strings"
	"time"

	"frontdesk/inbox"
)

// search finds messages in all threads.
func (s *session) search(args string) { s.lookFor(inbox.SearchQuery{Text: args, Limit: listed}, 0) }

// find finds messages in the open thread.
func (s *session) find(args string) {
	s.lookFor(inbox.SearchQuery{Text: args, Thread: s.talk.thread.ID, Limit: listed, Words: true}, 0)
}

func (s *session) lookFor(q inbox.SearchQuery, from int) {
	page, err := s.desk.Search(s.ctx, q)
	if err != nil {
		s.fail(err)
		return
	}
	if from == 0 {
		s.hits = nil
	}
	for i := range page.Matches {
		x := &page.Matches[i]
		s.hits = append(s.hits, *x)
		who := s.w.Who(&x.Message, x.ThreadName, s.info.Agent)
		if x.Direction == "out" {
			who = s.w.Fill(s.w.LineTo, "who", who, "name", x.ThreadName)
		}
		s.dated(x.At, s.w.List(s.w.Fill(s.w.LineHit, "n", strconv.Itoa(from+i+1)), who,
			s.w.Fill(s.w.LineThreadNo, "n", strconv.Itoa(s.names.number(x.Thread)))), s.w.Said(&x.Message))
	}
	s.more = nil
	switch {
	case len(s.hits) == 0:
		s.say(s.w.LineNothingFound)
	case page.Earlier && len(page.Matches) > 0:
		q.Before = page.Matches[len(page.Matches)-1].Key
		s.more = func() { s.lookFor(q, len(s.hits)) }
		s.say(s.w.LineMore)
	}
}

// hit opens a thread at a message that was found, with some before and behind it.
func (s *session) hit(args string) {
	n, err := strconv.Atoi(strings.TrimPrefix(args, "#"))
	if err != nil || n < 1 || n > len(s.hits) {
		s.say(s.w.LineNoHit)
		return
	}
	x := s.hits[n-1]
	t, err := s.desk.Thread(s.ctx, string(x.Thread))
	if err != nil {
		s.fail(err)
		return
	}
	if !s.begun(t) {
		return
	}
	p, err := s.desk.Messages(s.ctx, inbox.MessageQuery{Thread: s.talk.thread.ID, Around: x.Key, Limit: fewest})
	if err != nil {
		s.fail(err)
		return
	}
	s.page(p)
	if r := s.talk.rows[x.Key]; r != nil {
		s.say(s.w.LineFoundIs, "n", strconv.Itoa(r.n))
	}
	s.talk.day = time.Time{}
	if !p.Later {
		s.markRead()
	}
}
