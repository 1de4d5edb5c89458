package inbox

import "testing"

func TestDelivery(t *testing.T) {
	for _, sc := range []scenario{
		{
			name:  "A1 A2 A7 A12 the same message again is one row",
			facts: []Fact{received(in(1), 1, "hi"), received(in(1), 1, "hi"), received(in(1), 1, "hi")},
			then: func(s screen) {
				s.count(1)
				want(s, "unread", s.thread(asha).Unread, 1)
			},
		},
		{
			name: "A3 a malformed item between two good ones",
			facts: []Fact{received(in(1), 1, "one"), Unreadable{Path: "entry[0].changes[0].value.messages[1]", Reason: "not an object"},
				received(in(2), 2, "two")},
			then: func(s screen) {
				s.count(2)
				q, err := s.Quarantined(10)
				if err != nil || len(q) == 0 || q[0].Reason != "not an object" {
					s.Errorf("quarantine: %v %v", q, err)
				}
			},
		},
		{
			name:  "A4 statuses of an unknown message beside a new customer message",
			facts: []Fact{status(out(1), Delivered, 1), received(in(1), 2, "hello")},
			now:   60,
			then:  func(s screen) { s.count(1) },
		},
		{
			name: "A9 a customer message arrives two days late",
			at: []Sighted{
				{Seq: 1, At: clockAt(2 * 86400), Fact: received(in(2), 2*86400, "now")},
				{Seq: 2, At: clockAt(2*86400 + 1), Fact: received(in(1), 0, "late")},
			},
			now: 2*86400 + 2,
			then: func(s screen) {
				rows := s.rows(asha)
				want(s, "first row", rows[0].Text, "late")
				want(s, "unread", s.thread(asha).Unread, 2)
				want(s, "window", s.thread(asha).Window.ExpiresAt, clockAt(3*86400))
			},
		},
		{
			name:  "A11 two apps deliver with different trigger times",
			facts: []Fact{received(in(1), 5, "hi"), received(in(1), 3, "hi")},
			then: func(s screen) {
				s.count(1)
				want(s, "time", s.row(in(1)).At, clockAt(3))
			},
		},
	} {
		t.Run(sc.name, sc.run)
	}
}
