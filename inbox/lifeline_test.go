package inbox

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestPhoneSigns: what is done on the phone is a sign of it, in every order; what customers and we do is none.
func TestPhoneSigns(t *testing.T) {
	onPhone := func(id string, s int64) EditSeen {
		e := edit(id, out(1), Out, s, "changed")
		e.Source = FromEcho
		return e
	}
	for _, sc := range []scenario{
		{name: "nothing has come", facts: nil, then: func(s screen) {
			want(s, "state", s.Phone(testLine, 14).State, PhoneUncounted)
		}},
		{name: "no sign", facts: []Fact{received(in(1), 5, "hi"), status(out(2), Read, 6), react("r", out(2), In, 7, "x")}, then: func(s screen) {
			p := s.Phone(testLine, 14)
			want(s, "seen", p.SeenAt, time.Time{})
			want(s, "counted from", p.EndsAt, p.Since.Add(14*oneDay))
			want(s, "state", p.State, PhoneFine)
		}},
		{name: "the newest sign", facts: []Fact{received(in(1), 1, "hi"), echoed(out(1), -500, "ours"), onPhone("e", -30), contact(BookRegister, "Asha", -900)}, then: func(s screen) {
			p := s.Phone(testLine, 14)
			want(s, "seen", p.SeenAt, clockAt(-30))
			want(s, "by", p.SeenBy, SignMessage)
			want(s, "ends", p.EndsAt, clockAt(-30).Add(14*oneDay))
		}},
		{name: "a sign of the future is one of now", inOrder: true, facts: []Fact{echoed(out(1), 5000, "ours")}, then: func(s screen) {
			want(s, "seen", s.Phone(testLine, 14).SeenAt, clockAt(0))
		}},
		{name: "a change of the address book without a time", inOrder: true, facts: []Fact{received(in(1), 1, "hi"), contact(BookRegister, "", 0)}, then: func(s screen) {
			want(s, "seen", s.Phone(testLine, 14).SeenAt, clockAt(1))
			want(s, "by", s.Phone(testLine, 14).SeenBy, SignContact)
		}},
		{name: "a profile's name is the customer's", facts: []Fact{contact(ProfileRegister, "Asha", 3)}, then: func(s screen) {
			want(s, "seen", s.Phone(testLine, 14).SeenAt, time.Time{})
		}},
		{name: "history is handed on, or declined", facts: []Fact{HistorySeen{Line: testLine, Declined: true}}, then: func(s screen) {
			want(s, "by", s.Phone(testLine, 14).SeenBy, SignHistory)
		}},
		{name: "no days, no count", facts: []Fact{echoed(out(1), 1, "ours")}, then: func(s screen) {
			want(s, "state", s.Phone(testLine, 0).State, PhoneUncounted)
		}},
	} {
		t.Run(sc.name, sc.run)
	}
}

func TestPhoneStates(t *testing.T) {
	seen := clockAt(0)
	p := Phone{SeenAt: seen, EndsAt: seen.Add(14 * oneDay)}
	for _, c := range []struct {
		after  time.Duration
		state  PhoneState
		left   int
		silent int
	}{
		{0, PhoneFine, 14, 0},
		{10*oneDay - time.Second, PhoneFine, 4, 9},
		{10 * oneDay, PhoneSoon, 4, 10},
		{13*oneDay - time.Second, PhoneSoon, 1, 12},
		{13 * oneDay, PhoneNow, 1, 13},
		{14*oneDay - time.Second, PhoneNow, 0, 13},
		{14 * oneDay, PhoneOver, 0, 14},
		{20 * oneDay, PhoneOver, 0, 20},
	} {
		now := seen.Add(c.after)
		if p.StateAt(now) != c.state || p.Left(now) != c.left || p.Silent(now) != c.silent {
			t.Errorf("after %v: %q, %d left, %d silent; want %q, %d, %d", c.after, p.StateAt(now), p.Left(now), p.Silent(now), c.state, c.left, c.silent)
		}
	}
}

// phoneDays opens the shop with days counted.
func phoneDays(t *testing.T, do func(t *testing.T, s *shop)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t)
		s.config.PhoneDays = 14
		s.open()
		defer func() { s.stop() }()
		do(t, s)
	})
}

func (s *shop) info() Info {
	s.t.Helper()
	info, err := s.desk.Info(context.Background())
	if err != nil {
		s.t.Fatal(err)
	}
	return info
}

func equals[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// told gives the keys of the notices that stand.
func (s *shop) told() (keys []string) {
	s.t.Helper()
	for _, n := range s.info().Notices {
		keys = append(keys, n.Key)
	}
	return keys
}

// TestPhoneCountdown: the days run out while nothing is done on the phone, each turn is told once, and a sign ends it.
func TestPhoneCountdown(t *testing.T) {
	phoneDays(t, func(t *testing.T, s *shop) {
		s.webhook(testFact{Message: fromPhone("15550100101", "on our way", time.Now())})
		equals(t, "state", s.info().Phone.State, PhoneFine)
		equals(t, "days", s.info().Phone.DaysLeft, 14)

		w, err := s.desk.Watch(t.Context(), Cursor{Epoch: AnyEpoch, Seq: s.info().Head})
		if err != nil {
			t.Fatal(err)
		}
		var heard []string
		done := make(chan struct{})
		go func() {
			defer close(done)
			for events := range w.Events {
				for _, e := range events {
					if e.Account != nil && (e.Account.Kind == noticePhone || e.Account.Kind == "phone-over") {
						heard = append(heard, e.Account.Key)
					}
				}
			}
		}()
		time.Sleep(10*oneDay + time.Minute)
		equals(t, "state", s.info().Phone.State, PhoneSoon)
		equals(t, "notices", len(s.told()), 0)
		s.customer("15550100102", "hello?") // no sign
		time.Sleep(3 * oneDay)
		equals(t, "state", s.info().Phone.State, PhoneNow)
		equals(t, "told", s.told()[0], "phone-now")
		s.restart() // it is no secret of the process
		equals(t, "told after a restart", s.told()[0], "phone-now")
		time.Sleep(oneDay)
		equals(t, "state", s.info().Phone.State, PhoneOver)
		equals(t, "told", s.told()[0], "phone-silent")
		s.webhook(testFact{Message: fromPhone("15550100101", "back again", time.Now())})
		equals(t, "state", s.info().Phone.State, PhoneFine)
		equals(t, "by", s.info().Phone.SeenBy, SignMessage)
		equals(t, "notices", len(s.told()), 0)
		s.stop()
		<-done
		if len(heard) == 0 || heard[0] != "phone-now" {
			t.Errorf("a screen heard %q", heard)
		}
		s.open()
	})
}

// TestPhoneSeenByPerson: whoever opens the app without writing in it says so, and it counts after a restart too.
func TestPhoneSeenByPerson(t *testing.T) {
	phoneDays(t, func(t *testing.T, s *shop) {
		s.customer("15550100101", "hi")
		time.Sleep(11 * oneDay)
		equals(t, "state", s.info().Phone.State, PhoneSoon)
		s.do(NewID(), SeePhone{})
		equals(t, "state", s.info().Phone.State, PhoneFine)
		s.restart()
		p := s.info().Phone
		equals(t, "by", p.SeenBy, SignPerson)
		equals(t, "days", p.DaysLeft, 14)
	})
}

// TestPhoneOfPlainNumber: a number that is on no phone has none to open.
func TestPhoneOfPlainNumber(t *testing.T) {
	phoneDays(t, func(t *testing.T, s *shop) {
		s.gateway.set(func() { s.gateway.number = Number{Platform: "CLOUD_API"} })
		s.customer("15550100101", "hi")
		time.Sleep(13*oneDay + time.Hour)
		equals(t, "state", s.info().Phone.State, PhoneUncounted)
		equals(t, "notices", len(s.told()), 0)
	})
}
