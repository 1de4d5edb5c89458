package inbox

import (
	"slices"
	"testing"
)

func decided(oid OID, d Decision, t int64) Decided {
	return Decided{OID: oid, Decision: d, Agent: "priya", At: clockAt(t)}
}

func TestOutbox(t *testing.T) {
	run1 := Lens{Run: "run1"}
	run2 := Lens{Run: "run2"}
	resend := decided(oid1, Resend, 40)
	resend.As = oid2
	foreign := status(out(1), Delivered, 5)
	foreign.Callback = "wi1.ffffffff." + string(oid1) + ".1"
	pacing := acceptedAs(oid1, 1, 2, out(1))
	pacing.Outcome.Status = "held_for_quality_assessment"
	window := settled(oid1, 1, 3, ResultRejectedWindow)
	window.Outcome.Failure = &Failure{Code: windowClosedCode}
	auth := settled(oid1, 1, 3, ResultRejectedAuth)
	auth.Outcome.Token = "old"
	template := queuedText(oid3, 2, "rendered")
	template.Out = Outgoing{Type: "template", Text: "rendered", Template: &TemplateSend{Name: "hello", Language: "en"}}
	reaction := queuedText(oid1, 2, "")
	reaction.Out = Outgoing{Type: "reaction", ReplyTo: in(1), Emoji: "👍"}
	for _, sc := range []scenario{
		{
			name:  "queued",
			facts: []Fact{queuedText(oid1, 1, "hello")}, now: 10,
			then: func(s screen) {
				s.count(1)
				m := s.row(string(oid1))
				want(s, "status", m.Status, Queuing)
				want(s, "key", m.Key, string(oid1))
				want(s, "text", m.Text, "hello")
				want(s, "choices", len(m.Choices), 1)
				e, _, err := s.Unsettled()
				if err != nil || len(e) != 1 || e[0].OID != oid1 || e[0].Scope == 0 {
					s.Errorf("unsettled %v %v", e, err)
				}
			},
		},
		{
			name:  "A75 sending, while the process runs",
			facts: []Fact{queuedText(oid1, 1, "hello"), attempted(oid1, 1, 1)}, lens: run1, now: 10,
			then: func(s screen) { want(s, "status", s.row(string(oid1)).Status, Sending) },
		},
		{
			name:  "A76 an attempt of another run is confirming",
			facts: []Fact{queuedText(oid1, 1, "hello"), attempted(oid1, 1, 1)}, lens: run2, now: 30,
			then: func(s screen) {
				m := s.row(string(oid1))
				want(s, "status", m.Status, Unknown)
				want(s, "confirming", m.Confirming, true)
				want(s, "uncertain", s.thread(asha).Uncertain, 0)
			},
		},
		{
			name:  "A75 A83 A88 then uncertain until a person decides",
			facts: []Fact{queuedText(oid1, 1, "hello"), attempted(oid1, 1, 1), settled(oid1, 1, 2, ResultUnknown)}, lens: run1, now: 31,
			then: func(s screen) {
				m := s.row(string(oid1))
				want(s, "status", m.Status, Unknown)
				want(s, "confirming", m.Confirming, false)
				want(s, "uncertain", s.thread(asha).Uncertain, 1)
				if !slices.Equal(m.Choices, []Decision{Resend, MarkSent, Discard}) {
					s.Errorf("choices %v", m.Choices)
				}
				c, err := s.Counts()
				if err != nil || c.Uncertain != 1 {
					s.Errorf("counts %+v %v", c, err)
				}
			},
		},
		{
			name: "a later refusal does not clear an earlier unknown",
			facts: []Fact{queuedText(oid1, 1, "hello"), attempted(oid1, 1, 1), settled(oid1, 1, 2, ResultUnknown),
				attempted(oid1, 2, 3), settled(oid1, 2, 4, ResultThrottled)},
			then: func(s screen) { want(s, "status", s.row(string(oid1)).Status, Unknown) },
		},
		{
			name:  "A73 A78 A89 the response is lost and statuses name our oid",
			facts: []Fact{queuedText(oid1, 1, "hello"), attempted(oid1, 1, 1), settled(oid1, 1, 2, ResultUnknown), calledBack(out(1), Delivered, 5, oid1)},
			then: func(s screen) {
				s.count(1)
				m := s.row(string(oid1))
				want(s, "key", m.Key, key(out(1)))
				want(s, "status", m.Status, StatusDelivered)
				want(s, "text", m.Text, "hello")
				want(s, "origin", m.Origin, OriginAPI)
				want(s, "uncertain", s.thread(asha).Uncertain, 0)
				if e, _, err := s.Unsettled(); err != nil || len(e) != 0 {
					s.Errorf("unsettled %v %v", e, err)
				}
			},
		},
		{
			name: "A74 resent, and the first also went",
			facts: []Fact{queuedText(oid1, 1, "hello"), settled(oid1, 1, 2, ResultUnknown), resend, queuedText(oid2, 41, "hello"),
				acceptedAs(oid2, 1, 42, out(2)), calledBack(out(1), SentOn, 5, oid1)},
			then: func(s screen) {
				s.count(2)
				want(s, "first twice", s.row(out(1)).SentTwice, true)
				want(s, "second twice", s.row(out(2)).SentTwice, true)
				want(s, "resent as", s.row(out(1)).ResentAs, oid2)
			},
		},
		{
			name: "A74 resent while the first is unknown",
			facts: []Fact{queuedText(oid1, 1, "hello"), settled(oid1, 1, 2, ResultUnknown), resend, queuedText(oid2, 41, "hello"),
				acceptedAs(oid2, 1, 42, out(2))},
			then: func(s screen) {
				s.count(2)
				m := s.row(string(oid1))
				want(s, "status", m.Status, Unknown)
				want(s, "resent as", m.ResentAs, oid2)
				want(s, "choices", len(m.Choices), 0)
				want(s, "twice", s.row(out(2)).SentTwice, false)
				want(s, "uncertain", s.thread(asha).Uncertain, 0)
			},
		},
		{
			name:  "one oid became two messages",
			facts: []Fact{queuedText(oid1, 1, "hello"), calledBack(out(1), SentOn, 5, oid1), calledBack(out(2), SentOn, 6, oid1)},
			then: func(s screen) {
				s.count(2)
				want(s, "first", s.row(out(1)).SentTwice, true)
				want(s, "second", s.row(out(2)).SentTwice, true)
			},
		},
		{
			name:  "A90 callback data of another installation",
			facts: []Fact{queuedText(oid1, 1, "hello"), foreign},
			now:   400,
			then: func(s screen) {
				s.count(2)
				want(s, "ours", s.row(string(oid1)).Status, Queuing)
				want(s, "theirs", s.row(out(1)).Origin, OriginElsewhere)
			},
		},
		{
			name:  "A91 accepted and held by WhatsApp",
			facts: []Fact{queuedText(oid1, 1, "hello"), pacing},
			then: func(s screen) {
				want(s, "status", s.row(out(1)).Status, StatusAccepted)
				want(s, "pacing", s.row(out(1)).PacingHold, "held_for_quality_assessment")
			},
		},
		{
			name:  "A91 then a status decides",
			facts: []Fact{queuedText(oid1, 1, "hello"), pacing, status(out(1), Delivered, 9)},
			then:  func(s screen) { want(s, "pacing", s.row(out(1)).PacingHold, "") },
		},
		{
			name:  "A93 failed by a status",
			facts: []Fact{queuedText(oid1, 1, "hello"), acceptedAs(oid1, 1, 2, out(1)), failure(out(1), 131049, 3)},
			then: func(s screen) {
				m := s.row(out(1))
				want(s, "status", m.Status, StatusFailed)
				if !slices.Equal(m.Choices, []Decision{Resend}) {
					s.Errorf("choices %v", m.Choices)
				}
			},
		},
		{
			name:    "A82 131047 holds the free text behind it, not the template",
			facts:   []Fact{queuedText(oid1, 1, "one"), queuedText(oid2, 2, "two"), template, attempted(oid1, 1, 2), window},
			inOrder: true, now: 60,
			then: func(s screen) {
				want(s, "first", s.row(string(oid1)).Status, StatusFailed)
				want(s, "code", s.row(string(oid1)).Error.Code, windowClosedCode)
				m := s.row(string(oid2))
				want(s, "second", m.Status, Held)
				want(s, "why", m.HoldReason, "window")
				if !slices.Equal(m.Choices, []Decision{Cancel}) { // sending it now would be refused
					s.Errorf("choices %v", m.Choices)
				}
				want(s, "template", s.row(string(oid3)).Status, Queuing)
			},
		},
		{
			name: "A82 and when a status says so",
			facts: []Fact{queuedText(oid1, 1, "one"), queuedText(oid2, 2, "two"), acceptedAs(oid1, 1, 2, out(1)),
				failure(out(1), windowClosedCode, 3)},
			inOrder: true, now: 60,
			then: func(s screen) {
				want(s, "first", s.row(out(1)).Status, StatusFailed)
				want(s, "second", s.row(string(oid2)).HoldReason, "window")
			},
		},
		{
			name:    "A82 what is queued after the refusal is not held, and a person lifts the hold",
			facts:   []Fact{queuedText(oid1, 1, "one"), queuedText(oid2, 2, "two"), window, queuedText(oid3, 4, "three"), decided(oid2, SendNow, 5)},
			inOrder: true, now: 60,
			then: func(s screen) {
				want(s, "second", s.row(string(oid2)).Status, Queuing)
				want(s, "third", s.row(string(oid3)).Status, Queuing)
			},
		},
		{
			name:  "A86 stale after fifteen minutes",
			facts: []Fact{queuedText(oid1, 0, "hello")}, now: 900,
			then: func(s screen) { want(s, "why", s.row(string(oid1)).HoldReason, "stale") },
		},
		{
			name:  "A86 one second earlier it is not",
			facts: []Fact{queuedText(oid1, 0, "hello")}, now: 899,
			then: func(s screen) { want(s, "status", s.row(string(oid1)).Status, Queuing) },
		},
		{
			name:  "A86 send now",
			facts: []Fact{queuedText(oid1, 0, "hello"), decided(oid1, SendNow, 1000)}, now: 1001,
			then: func(s screen) { want(s, "status", s.row(string(oid1)).Status, Queuing) },
		},
		{
			name:  "A81 a refused token holds the number",
			facts: []Fact{queuedText(oid1, 1, "one"), attempted(oid1, 1, 2), auth, queuedText(oid2, 3, "two")}, lens: Lens{Token: "old"}, now: 60,
			then: func(s screen) {
				want(s, "first", s.row(string(oid1)).HoldReason, "auth")
				want(s, "second", s.row(string(oid2)).HoldReason, "auth")
				kind, since, ok := s.LineHold(testLine)
				if kind != "auth" || since != clockAt(3) || !ok {
					s.Errorf("hold %v %v %v", kind, since, ok)
				}
			},
		},
		{
			name:  "A81 a new token lifts the hold",
			facts: []Fact{queuedText(oid1, 1, "one"), attempted(oid1, 1, 2), auth, queuedText(oid2, 3, "two")}, lens: Lens{Token: "new"}, now: 60,
			then: func(s screen) {
				want(s, "first", s.row(string(oid1)).Status, Queuing)
				e, _, err := s.Unsettled()
				if err != nil || len(e) != 2 {
					s.Errorf("unsettled %v %v", e, err)
				}
			},
		},
		{
			name:    "the account is held until a person looks",
			facts:   []Fact{queuedText(oid1, 1, "one"), settled(oid1, 1, 3, ResultRejectedAccount)},
			inOrder: true, now: 60,
			then: func(s screen) { want(s, "why", s.row(string(oid1)).HoldReason, "account") },
		},
		{
			name:    "and then it is not",
			facts:   []Fact{queuedText(oid1, 1, "one"), settled(oid1, 1, 3, ResultRejectedAccount), LineReleased{Line: testLine, Agent: "priya", At: clockAt(9)}},
			inOrder: true, now: 60,
			then: func(s screen) { want(s, "status", s.row(string(oid1)).Status, Queuing) },
		},
		{
			name:  "A77 not sent waits",
			facts: []Fact{queuedText(oid1, 1, "one"), attempted(oid1, 1, 2), settled(oid1, 1, 3, ResultNotSent)}, now: 3,
			then: func(s screen) { want(s, "status", s.row(string(oid1)).Status, Waiting) },
		},
		{
			name:  "cancelled",
			facts: []Fact{received(in(1), 0, "hi"), queuedText(oid1, 1, "one"), decided(oid1, Cancel, 2)},
			then: func(s screen) {
				want(s, "status", s.row(string(oid1)).Status, Cancelled)
				want(s, "needs reply", s.thread(asha).NeedsReply, true)
				if e, _, err := s.Unsettled(); err != nil || len(e) != 0 {
					s.Errorf("unsettled %v %v", e, err)
				}
			},
		},
		{
			name:  "A85 cancelled, but an attempt may have gone",
			facts: []Fact{queuedText(oid1, 1, "one"), attempted(oid1, 1, 1), decided(oid1, Cancel, 2)},
			then:  func(s screen) { want(s, "status", s.row(string(oid1)).Status, Unknown) },
		},
		{
			name:  "marked as sent",
			facts: []Fact{queuedText(oid1, 1, "one"), settled(oid1, 1, 2, ResultUnknown), decided(oid1, MarkSent, 60)},
			then: func(s screen) {
				want(s, "status", s.row(string(oid1)).Status, StatusSent)
				want(s, "marked", s.row(string(oid1)).Marked, true)
			},
		},
		{
			name:  "our reaction is on its target, and no row",
			facts: []Fact{received(in(1), 1, "hi"), reaction, acceptedAs(oid1, 1, 3, out(1)), status(out(1), Delivered, 4)},
			then: func(s screen) {
				s.count(1)
				want(s, "reaction", s.row(in(1)).Reactions[0], Reaction{"business", "👍"})
				want(s, "needs reply", s.thread(asha).NeedsReply, true)
			},
		},
		{
			name:  "our reaction that failed is seen",
			facts: []Fact{received(in(1), 1, "hi"), reaction, acceptedAs(oid1, 1, 3, out(1)), failure(out(1), 131009, 4)},
			then: func(s screen) {
				s.count(2)
				want(s, "reactions", len(s.row(in(1)).Reactions), 0)
				want(s, "status", s.row(out(1)).Status, StatusFailed)
			},
		},
	} {
		t.Run(sc.name, sc.run)
	}
}
