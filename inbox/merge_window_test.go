package inbox

import (
	"math"
	"testing"
	"time"
)

func viewed(agent AgentID, upto Seq) Viewed {
	return Viewed{Peer: Peer{testLine, asha}, Agent: agent, Upto: upto}
}

func TestWindowUnreadOrder(t *testing.T) {
	const day = 86400
	rejected := failure(out(1), windowClosedCode, 3600)
	odd := func(t int64) MessageSeen {
		f := received(in(1), 0, "odd")
		f.Time = t
		return f
	}
	system := received(in(1), 5, "x")
	system.Content.Type = "system"
	for _, sc := range []scenario{
		{
			name: "A94 open for a day", facts: []Fact{received(in(1), 0, "hi")}, now: day - 1,
			then: func(s screen) {
				w := s.thread(asha).Window
				want(s, "open", w.Open, true)
				want(s, "until", w.ExpiresAt, clockAt(day))
			},
		},
		{
			name: "A94 and no second longer", facts: []Fact{received(in(1), 0, "hi")}, now: day,
			then: func(s screen) { want(s, "open", s.thread(asha).Window.Open, false) },
		},
		{
			name: "A95 nothing else opens it",
			facts: []Fact{echoed(out(1), 1, "x"), imported(In, in(2), 2, "y"), status(out(1), Read, 3), react(in(3), out(1), In, 4, "👍"),
				system, edit(in(4), in(2), In, 6, "z")},
			then: func(s screen) {
				want(s, "open", s.thread(asha).Window.Open, false)
				want(s, "until", s.thread(asha).Window.ExpiresAt, time.Time{})
			},
		},
		{
			name: "A96 a rejection closes it", facts: []Fact{received(in(1), 0, "hi"), echoed(out(1), 3599, "x"), rejected},
			at: []Sighted{
				{Seq: 1, At: clockAt(0), Fact: received(in(1), 0, "hi")},
				{Seq: 2, At: clockAt(3600), Fact: rejected},
			},
			now: 3601,
			then: func(s screen) {
				want(s, "open", s.thread(asha).Window.Open, false)
				want(s, "refused", s.thread(asha).Window.Refused, true)
			},
		},
		{
			name: "A96 until the customer writes again",
			at: []Sighted{
				{Seq: 1, At: clockAt(0), Fact: received(in(1), 0, "hi")},
				{Seq: 2, At: clockAt(3600), Fact: rejected},
				{Seq: 3, At: clockAt(3700), Fact: received(in(2), 3700, "again")},
			},
			now:  3701,
			then: func(s screen) { want(s, "open", s.thread(asha).Window.Open, true) },
		},
		{
			name: "A97 three lines in one second, in one body and in the next",
			at: []Sighted{
				{Seq: 1, Item: 0, At: clockAt(1), Fact: received(in(3), 1, "one")},
				{Seq: 1, Item: 1, At: clockAt(1), Fact: received(in(1), 1, "two")},
				{Seq: 2, Item: 0, At: clockAt(1), Fact: received(in(2), 1, "three")},
			},
			then: func(s screen) {
				r := s.rows(asha)
				want(s, "order", r[0].Text+r[1].Text+r[2].Text, "onetwothree")
			},
		},
		{
			name: "A98 the host's clock is a year ahead",
			at: []Sighted{
				{Seq: 1, At: clockAt(365 * day), Fact: received(in(2), 2, "two")},
				{Seq: 2, At: clockAt(365*day + 1), Fact: received(in(1), 1, "one")},
			},
			then: func(s screen) {
				r := s.rows(asha)
				want(s, "order", r[0].Text+r[1].Text, "onetwo")
			},
		},
		{
			name:  "A99 year 9999",
			facts: []Fact{odd(253402300799)},
			then:  func(s screen) { s.count(1); want(s, "open", s.thread(asha).Window.Open, false) },
		},
		{
			name:  "A99 negative",
			facts: []Fact{odd(-5)},
			then:  func(s screen) { s.count(1); want(s, "placed when it came", s.row(in(1)).At, clockAt(0)) },
		},
		{name: "A99 absent", facts: []Fact{odd(0)}, then: func(s screen) { s.count(1) }},
		{name: "A99 beyond any calendar", facts: []Fact{odd(math.MaxInt64)}, then: func(s screen) { s.count(1) }},
		{
			name:  "A100 A viewed, B did not",
			facts: []Fact{received(in(1), 1, "hi"), viewed("priya", 1)}, inOrder: true,
			then: func(s screen) {
				want(s, "unread", s.thread(asha).Unread, 0)
				s.lens.Agent, s.views = "ben", map[ThreadNo]*threadView{}
				want(s, "unread of the other", s.thread(asha).Unread, 1)
			},
		},
		{
			name:  "A101 a late message older than what A viewed",
			facts: []Fact{received(in(1), 100, "hi"), viewed("priya", 1), received(in(2), 50, "late")}, inOrder: true,
			then: func(s screen) {
				want(s, "unread", s.thread(asha).Unread, 1)
				want(s, "which", s.row(in(2)).Unread, true)
				page, err := s.Messages(MessageQuery{Thread: s.thread(asha).ID, Unread: true, Limit: 2})
				if err != nil || len(page.Messages) != 2 || page.Messages[0].Text != "late" || page.Earlier {
					s.Errorf("around the first unread: %+v %v", page, err)
				}
			},
		},
		{
			name:  "marked unread, and viewed before that",
			facts: []Fact{received(in(1), 1, "hi"), viewed("priya", 1), Unviewed{Peer: Peer{testLine, asha}, Agent: "priya", From: 1}}, inOrder: true,
			then: func(s screen) { want(s, "unread", s.thread(asha).Unread, 1) },
		},
		{
			name:  "marked unread, and viewed after that",
			facts: []Fact{received(in(1), 1, "hi"), viewed("priya", 1), Unviewed{Peer: Peer{testLine, asha}, Agent: "priya", From: 1}, viewed("priya", 1)}, inOrder: true,
			then: func(s screen) { want(s, "unread", s.thread(asha).Unread, 0) },
		},
		{
			name:  "waiting since the first unanswered line",
			facts: []Fact{received(in(1), 1, "a"), echoed(out(1), 2, "b"), received(in(2), 3, "c"), received(in(3), 4, "d")},
			then: func(s screen) {
				want(s, "waiting since", s.thread(asha).WaitingSince, clockAt(3))
				want(s, "needs reply", s.thread(asha).NeedsReply, true)
				o := s.thread(asha).LastOut
				if o == nil || o.By != "phone" || o.Text != "b" {
					s.Errorf("last out %+v", o)
				}
			},
		},
		{
			name:  "answered",
			facts: []Fact{received(in(1), 1, "a"), echoed(out(1), 2, "b")},
			then:  func(s screen) { want(s, "waiting since", s.thread(asha).WaitingSince, time.Time{}) },
		},
		{
			name:  "done until the customer writes",
			facts: []Fact{received(in(1), 1, "a"), StateSet{Peer: Peer{testLine, asha}, State: Closed, Agent: "priya"}}, inOrder: true,
			then: func(s screen) {
				want(s, "state", s.thread(asha).State, Closed)
				c, err := s.Counts()
				if err != nil || c.Done != 1 || c.All != 0 || c.Waiting != 0 {
					s.Errorf("counts %+v %v", c, err)
				}
			},
		},
		{
			name:  "and open again when they do",
			facts: []Fact{received(in(1), 1, "a"), StateSet{Peer: Peer{testLine, asha}, State: Closed, Agent: "priya"}, received(in(2), 2, "b")}, inOrder: true,
			then: func(s screen) { want(s, "state", s.thread(asha).State, Open) },
		},
		{
			name:  "two voices",
			facts: []Fact{received(in(1), 1, "a"), echoed(out(1), 2, "from the phone"), queuedText(oid1, 3, "from me")}, inOrder: true,
			then: func(s screen) {
				no, _ := s.thread(asha).ID.No()
				o, ok := s.NewestOutAfter(no, 1, "priya")
				if !ok || o.By != "phone" || o.Seq != 2 {
					s.Errorf("after 1: %+v %v", o, ok)
				}
				if o, ok := s.NewestOutAfter(no, 2, "priya"); ok {
					s.Errorf("after 2: %+v", o)
				}
				if o, ok := s.NewestOutAfter(no, 2, "ben"); !ok || o.By != "priya" {
					s.Errorf("for another: %+v %v", o, ok)
				}
				id, seq, ok := s.LatestIncoming(no)
				if id != in(1) || seq != 1 || !ok {
					s.Errorf("latest incoming %v %v %v", id, seq, ok)
				}
			},
		},
		{
			name:    "two voices: whoever saw a status has not seen the reply",
			facts:   []Fact{received(in(1), 1, "a"), status(out(1), SentOn, 2), echoed(out(1), 2, "from the phone")},
			inOrder: true,
			then: func(s screen) {
				no, _ := s.thread(asha).ID.No()
				if o, ok := s.NewestOutAfter(no, 2, "priya"); !ok || o.Text != "from the phone" {
					s.Errorf("after the status: %+v %v", o, ok)
				}
			},
		},
		{
			name:    "two voices: an import is no answer",
			facts:   []Fact{received(in(1), 1, "a"), imported(Out, out(1), 0, "long ago")},
			inOrder: true,
			then: func(s screen) {
				no, _ := s.thread(asha).ID.No()
				if o, ok := s.NewestOutAfter(no, 1, "priya"); ok {
					s.Errorf("stopped by %+v", o)
				}
			},
		},
		{
			name:  "muted",
			facts: []Fact{received(in(1), 1, "a"), received(in(2), 2, "b"), Muted{Peer: Peer{testLine, asha}, Agent: "ben"}},
			then:  func(s screen) { want(s, "muted", s.thread(asha).Muted, true) },
		},
		{
			name: "muted, and no longer",
			facts: []Fact{received(in(1), 1, "a"), Muted{Peer: Peer{testLine, asha}, Agent: "ben"},
				Muted{Peer: Peer{testLine, asha}, Off: true, Agent: "priya"}},
			inOrder: true,
			then:    func(s screen) { want(s, "muted", s.thread(asha).Muted, false) },
		},
		{
			name: "assigned, labelled, noted",
			facts: []Fact{received(in(1), 1, "a"), Assigned{Peer: Peer{testLine, asha}, To: "priya", Agent: "ben"},
				Labelled{Peer: Peer{testLine, asha}, Label: "vip"}, Labelled{Peer: Peer{testLine, asha}, Label: "late"},
				Labelled{Peer: Peer{testLine, asha}, Label: "late", Off: true}, Noted{Peer: Peer{testLine, asha}, ID: "n1", Text: "pays cash", Agent: "ben", At: clockAt(4)}},
			inOrder: true,
			then: func(s screen) {
				th := s.thread(asha)
				want(s, "assignee", th.Assignee, "priya")
				if len(th.Labels) != 1 || th.Labels[0] != "vip" {
					s.Errorf("labels %v", th.Labels)
				}
				if len(th.Notes) != 1 || th.Notes[0] != (Note{ID: "n1", At: clockAt(4), By: "ben", Text: "pays cash"}) {
					s.Errorf("notes %+v", th.Notes)
				}
				want(s, "seq", th.Seq, Seq(6))
			},
		},
	} {
		t.Run(sc.name, sc.run)
	}
}
