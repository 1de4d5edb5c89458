package inbox

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestIntakeTellsTheTruth(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		body := testBody(t, testFact{Message: incoming("15550101001", "hello", time.Now())})
		for range 3 { // A1
			if err := s.owner.Accept(t.Context(), EntryWebhook, body); err != nil {
				t.Fatal(err)
			}
		}
		seq, last, err := s.owner.Healthy()
		if seq != 1 || !last.Equal(time.Now()) || err != nil {
			t.Errorf("healthy: %d %v %v", seq, last, err)
		}
		for _, refusal := range []error{ErrFull, ErrBroken, errors.New("input/output error")} { // A5
			s.journal.failing(func(Batch) error { return refusal }, nil)
			err := s.owner.Accept(t.Context(), EntryWebhook, []byte(`[{}]`))
			if KindOf(err) != StoreFailed || !errors.Is(err, refusal) {
				t.Errorf("%v came back as %v", refusal, err)
			}
			// Not even what is there already is acknowledged by a journal that cannot be trusted (G8).
			if err := s.owner.Accept(t.Context(), EntryWebhook, body); err == nil {
				t.Errorf("acknowledged while the journal says %v", refusal)
			}
			if _, _, err := s.owner.Healthy(); !errors.Is(err, refusal) {
				t.Errorf("healthy says %v", err)
			}
			if s.notice(noticeStore) == nil {
				t.Error("nobody is told")
			}
		}
		s.journal.failing(nil, nil)
		if err := s.owner.Accept(t.Context(), EntryWebhook, []byte(`[{}]`)); err != nil {
			t.Errorf("after it works again: %v", err)
		}
		if _, _, err := s.owner.Healthy(); err != nil || s.notice(noticeStore) != nil {
			t.Errorf("still not healthy: %v", err)
		}
		if err := s.owner.Accept(t.Context(), "queued", body); KindOf(err) != Invalid {
			t.Errorf("a local fact came in from outside: %v", err)
		}
		synctest.Wait()
		if n := len(s.threads()); n != 1 {
			t.Errorf("%d threads", n)
		}
	})
}

// Webhooks that nothing proves are counted until one is taken, and told to everybody when they are no stranger's any more.
func TestUnprovenWebhooksAreTold(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		unproven := func() Unproven {
			info, err := s.desk.Info(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return info.Unproven
		}
		equals(t, "at first", unproven(), Unproven{})
		for n := 1; n <= UnprovenMany+1; n++ {
			s.owner.Unproven()
			if got := unproven(); got.Count != n || !got.At.Equal(time.Now()) {
				t.Errorf("after %d: %+v", n, got)
			}
			if told := s.notice(noticeUnproven) != nil; told != (n >= UnprovenMany) {
				t.Errorf("after %d it is told: %v", n, told)
			}
		}
		if err := s.owner.Accept(t.Context(), EntryWebhook, []byte(`[{}]`)); err != nil {
			t.Fatal(err)
		}
		equals(t, "after one that was taken", unproven(), Unproven{})
		if s.notice(noticeUnproven) != nil {
			t.Error("it is still told")
		}
	})
}

// A store that writes again is healthy, whoever's write showed it: a healthy address may be what lets webhooks come.
func TestAnyWriteShowsThatTheStoreIsWell(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		thread := s.customer("15550101001", "hello")
		s.journal.failing(func(Batch) error { return ErrFull }, nil)
		if err := s.owner.Accept(t.Context(), EntryWebhook, testBody(t)); KindOf(err) != StoreFailed {
			t.Fatalf("accepted with %v", err)
		}
		if _, _, err := s.owner.Healthy(); err == nil {
			t.Error("healthy with a full disk")
		}
		s.journal.failing(nil, nil)
		s.do(NewID(), Label{Thread: thread, Label: "vip"})
		if _, _, err := s.owner.Healthy(); err != nil {
			t.Errorf("still ill: %v", err)
		}
		if n := s.notice(noticeStore); n != nil {
			t.Errorf("the notice stays: %+v", n)
		}
	})
}

// A98: a machine that wakes with its clock far behind stamps nothing before what it has stamped already, or WhatsApp's
// times would look like times to come and be left out for good.
func TestA98ClockBehindAtStart(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.customer("15550101001", "before")
		s.wall.jump(-365 * 24 * time.Hour)
		s.restart()
		time.Sleep(time.Minute)
		th := s.thread(string(s.customer("15550101001", "after")))
		if !th.Window.Open || !th.LastActivityAt.Equal(time.Now().Truncate(time.Second)) {
			t.Errorf("last at %v (now %v), window %+v", th.LastActivityAt, time.Now(), th.Window)
		}
	})
}

func TestLastEventHealsAfterAClockAhead(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.wall.jump(365 * 24 * time.Hour)
		s.customer("15550101001", "ahead")
		s.owner.learnTime(time.Now().Unix())
		s.customer("15550101001", "right")
		s.restart()
		if info, err := s.desk.Info(t.Context()); err != nil || info.LastEventAt.After(time.Now().Add(time.Minute)) {
			t.Errorf("last event at %v, %v", info.LastEventAt, err)
		}
	})
}
