package inbox

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

func (g *fakeGateway) questions() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.silent)
}

// TestSilentIsAskedOnce: of a message without a status WhatsApp is asked what became of it, once, and the answer is a tick
// like any other, after a restart and a rebuild too.
func TestSilentIsAskedOnce(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		th := s.customer("15550100101", "hi")
		at := time.Now()
		s.gateway.set(func() {
			s.gateway.receipted = []Receipt{{Progress: SentOn, Time: at.Unix() + 1}, {Progress: Read, Time: at.Unix() + 9}}
		})
		oid := s.reply(th, "on our way")
		time.Sleep(silentAccepted - time.Minute)
		equals(t, "too early", s.gateway.questions(), 0)
		time.Sleep(2 * time.Minute)
		equals(t, "asked", s.gateway.questions(), 1)
		m := s.row(oid)
		equals(t, "status", m.Status, StatusRead)
		equals(t, "read at", m.StatusAt.Read.Unix(), at.Unix()+9)
		s.restart()
		time.Sleep(oneDay)
		equals(t, "and never again", s.gateway.questions(), 1)
		equals(t, "status", s.row(oid).Status, StatusRead)
	})
}

// TestWhatIsHeardOfIsNotAsked: a delivered or failed message needs no question; a sent one is given hours.
func TestWhatIsHeardOfIsNotAsked(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		th := s.customer("15550100101", "hi")
		one, two, three := s.reply(th, "one"), s.reply(th, "two"), s.reply(th, "three")
		posts := s.gateway.made()
		s.webhook(statusOf(posts[0], Delivered, time.Now()))
		s.webhook(statusOf(posts[1], SentOn, time.Now()))
		failed := statusOf(posts[2], NoProgress, time.Now())
		failed.Status.Failure = &Failure{Code: 131026}
		s.webhook(failed)
		time.Sleep(5 * time.Hour)
		equals(t, "within hours", s.gateway.questions(), 0)
		time.Sleep(2 * time.Hour)
		equals(t, "asked", fmt.Sprint(s.gateway.silent), fmt.Sprint([]string{wamidOf(two)}))
		s.stands(StatusDelivered, one)
		s.stands(StatusSent, two)
		s.stands(StatusFailed, three)
	})
}

// TestUntoldIsLeftForADay: a refusal is not repeated with every message.
func TestUntoldIsLeftForADay(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.gateway.set(func() { s.gateway.untold = fmt.Errorf("%w: no permission", ErrUntold) })
		th := s.customer("15550100101", "hi")
		for i := range 5 {
			s.reply(th, fmt.Sprint("reply ", i))
		}
		time.Sleep(23 * time.Hour)
		equals(t, "questions of a day", s.gateway.questions(), 1)
		time.Sleep(2 * time.Hour)
		equals(t, "and of the next", s.gateway.questions(), 2)
		s.gateway.set(func() { s.gateway.untold = errors.New("timeout") })
		time.Sleep(23*time.Hour + 20*time.Minute)
		if n := s.gateway.questions(); n < 4 || n > 8 {
			t.Errorf("%d questions after trouble", n)
		}
	})
}

// TestOneQuestionWithoutAnAnswerHoldsNoOther: WhatsApp may fail on one message for ever.
func TestOneQuestionWithoutAnAnswerHoldsNoOther(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.gateway.set(func() { s.gateway.untold = errors.New("it broke off") })
		th := s.customer("15550100101", "hi")
		one := s.reply(th, "one")
		time.Sleep(time.Second)
		two := s.reply(th, "two")
		time.Sleep(silentAccepted + 2*silentTrouble)
		s.gateway.set(func() {
			equals(t, "asked", fmt.Sprint(s.gateway.silent), fmt.Sprint([]string{wamidOf(one), wamidOf(two)}))
		})
		time.Sleep(silentRests)
		equals(t, "asked again", s.gateway.questions(), 4)
	})
}

// TestSilentAreAskedAtAPace: after an outage many are silent; they are asked about one after the other.
func TestSilentAreAskedAtAPace(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		th := s.customer("15550100101", "hi")
		for i := range 20 {
			s.reply(th, fmt.Sprint("reply ", i))
		}
		time.Sleep(silentAccepted + 20*time.Second)
		if n := s.gateway.questions(); n < 2 || n > 11 {
			t.Errorf("%d questions in 20 s", n)
		}
		time.Sleep(time.Minute)
		equals(t, "all of them", s.gateway.questions(), 20)
	})
}

// TestAStatusStandsBeforeAnAnswer: whatever the order in which they come.
func TestAStatusStandsBeforeAnAnswer(t *testing.T) {
	told := ReceiptsTold{Line: testLine, WAMID: out(1), At: clockAt(40), Receipts: []Receipt{{Progress: SentOn, Time: at(3)}, {Failed: true, Time: at(4)}}}
	for _, sc := range []scenario{
		{name: "a failure with its reason", facts: []Fact{received(in(1), 0, "hi"), echoed(out(1), 2, "x"), told, failure(out(1), 131026, 9)}, then: func(s screen) {
			want(s, "status", s.row(out(1)).Status, StatusFailed)
			want(s, "code", s.row(out(1)).Error.Code, 131026)
		}},
		{name: "it arrived", facts: []Fact{received(in(1), 0, "hi"), echoed(out(1), 2, "x"), told, status(out(1), Delivered, 9)}, then: func(s screen) {
			want(s, "status", s.row(out(1)).Status, StatusDelivered)
			want(s, "sent at", s.row(out(1)).StatusAt.Sent, clockAt(3))
		}},
	} {
		t.Run(sc.name, sc.run)
	}
}
