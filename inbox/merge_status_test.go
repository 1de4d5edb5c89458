package inbox

import (
	"slices"
	"testing"
)

func TestStatuses(t *testing.T) {
	withDetail := failure(out(1), 131047, 3)
	withDetail.Failure.Detail = "more than 24 hours have passed"
	for _, sc := range []scenario{
		{
			name:  "A23 read, delivered, sent",
			facts: []Fact{echoed(out(1), 1, "x"), status(out(1), Read, 9), status(out(1), Delivered, 5), status(out(1), SentOn, 2)},
			then: func(s screen) {
				m := s.row(out(1))
				want(s, "tick", m.Status, StatusRead)
				want(s, "times", m.StatusAt, StatusTimes{Sent: clockAt(2), Delivered: clockAt(5), Read: clockAt(9)})
			},
		},
		{
			name:  "A24 read without delivered",
			facts: []Fact{echoed(out(1), 1, "x"), status(out(1), Read, 9)},
			then:  func(s screen) { want(s, "tick", s.row(out(1)).Status, StatusRead) },
		},
		{
			name:  "A25 delivered, then a late sent",
			facts: []Fact{echoed(out(1), 1, "x"), status(out(1), Delivered, 5), status(out(1), SentOn, 2), status(out(1), SentOn, 2)},
			then:  func(s screen) { want(s, "tick", s.row(out(1)).Status, StatusDelivered) },
		},
		{
			name:  "A26 sent, then failed",
			facts: []Fact{echoed(out(1), 1, "x"), status(out(1), SentOn, 2), failure(out(1), 131049, 3)},
			then: func(s screen) {
				m := s.row(out(1))
				want(s, "tick", m.Status, StatusFailed)
				want(s, "code", m.Error.Code, 131049)
				want(s, "thread failed", s.thread(asha).Failed, true)
			},
		},
		{
			name:  "A27 failed and delivered",
			facts: []Fact{echoed(out(1), 1, "x"), failure(out(1), 131026, 3), status(out(1), Delivered, 4)},
			then: func(s screen) {
				m := s.row(out(1))
				want(s, "tick", m.Status, StatusDelivered)
				if m.Error != nil {
					s.Error("the row shows a failure")
				}
				d, _, _ := s.Detail(m.Key)
				if !slices.ContainsFunc(d.Steps, func(x Step) bool { return x.What == "failed" }) {
					s.Errorf("the details hide the failure: %v", d.Steps)
				}
			},
		},
		{
			name:  "A28 failed twice, once without details",
			facts: []Fact{echoed(out(1), 1, "x"), failure(out(1), 131047, 4), withDetail},
			then: func(s screen) {
				m := s.row(out(1))
				want(s, "detail", m.Error.Detail, "more than 24 hours have passed")
				want(s, "failed at", m.StatusAt.Failed, clockAt(3))
			},
		},
		{
			name:  "A29 played after read",
			facts: []Fact{echoed(out(1), 1, "x"), status(out(1), Read, 3), status(out(1), Played, 4)},
			then:  func(s screen) { want(s, "tick", s.row(out(1)).Status, StatusPlayed) },
		},
		{
			name:  "A30 a word that we do not know",
			facts: []Fact{echoed(out(1), 1, "x"), status(out(1), SentOn, 3), StatusSeen{Line: testLine, WAMID: out(1), Word: "teleported", Time: at(4)}},
			then: func(s screen) {
				want(s, "tick", s.row(out(1)).Status, StatusSent)
				d, _, _ := s.Detail(key(out(1)))
				if !slices.ContainsFunc(d.Steps, func(x Step) bool { return x.Note == "teleported" }) {
					s.Errorf("the word is lost: %v", d.Steps)
				}
			},
		},
		{
			name:  "A31 the status comes before the message",
			facts: []Fact{status(out(1), Delivered, 3), echoed(out(1), 1, "x")},
			then:  func(s screen) { s.count(1); want(s, "tick", s.row(out(1)).Status, StatusDelivered) },
		},
		{
			name:  "A32 a status naming a customer's message",
			facts: []Fact{received(in(1), 1, "hi"), status(in(1), Read, 3)},
			then: func(s screen) {
				s.count(1)
				want(s, "direction", s.row(in(1)).Direction, "in")
				want(s, "tick", s.row(in(1)).Status, "")
			},
		},
		{
			name:  "A32 and before it comes it is no row of ours",
			facts: []Fact{status(in(1), Read, 3)},
			then:  func(s screen) { s.count(0) },
		},
	} {
		t.Run(sc.name, sc.run)
	}
}
