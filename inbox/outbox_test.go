package inbox

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// The scenarios of merge-rules 10, Outbox. Each runs a whole owner against a WhatsApp that answers as told.

func TestA73ResponseLostThenBound(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.answers(Outcome{Result: ResultUnknown})
		oid := s.reply(s.customer("15550101001", "hello"), "one")
		s.stands(Unknown, oid)
		s.webhook(statusOf(s.first(), SentOn, time.Now()))
		s.stands(StatusSent, oid)
		s.webhook(statusOf(s.first(), Delivered, time.Now()))
		s.stands(StatusDelivered, oid)
		time.Sleep(20 * time.Minute)
		s.posts(oid)
	})
}

func TestA74ResentAndThenBothBind(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.answers(Outcome{Result: ResultUnknown})
		first := s.reply(s.customer("15550101001", "hello"), "one")
		second := newOID()
		if kind := s.refused(NewID(), Decide{OID: first, Decision: Resend, NewOID: second}); kind != Busy {
			t.Errorf("while WhatsApp may still confirm it, a resend is refused as %q", kind)
		}
		time.Sleep(31 * time.Second)
		s.do(NewID(), Decide{OID: first, Decision: Resend, NewOID: second})
		if kind := s.refused(NewID(), Decide{OID: first, Decision: Resend, NewOID: newOID()}); kind != TooLate {
			t.Errorf("a second resend is refused as %q", kind)
		}
		s.turn()
		s.posts(first, second)
		if m := s.row(first); m.ResentAs != second {
			t.Errorf("the first row does not name the second: %+v", m)
		}
		s.webhook(statusOf(s.first(), Delivered, time.Now()))
		for _, oid := range []OID{first, second} {
			if m := s.row(oid); !m.SentTwice {
				t.Errorf("%s does not say that it was sent twice: %q", oid, m.Status)
			}
		}
	})
}

func TestA75SilenceBecomesUncertainAndTheNextGoes(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.answers(Outcome{Result: ResultUnknown})
		thread := s.customer("15550101001", "hello")
		first := s.reply(thread, "one")
		if m := s.row(first); !m.Confirming {
			t.Error("for 30 s the row says confirming")
		}
		second := s.reply(thread, "two")
		s.stands(StatusAccepted, second)
		time.Sleep(31 * time.Second)
		if m := s.row(first); m.Status != Unknown || m.Confirming {
			t.Errorf("after 30 s the row is %q, confirming %v", m.Status, m.Confirming)
		}
		if n := s.thread(string(thread)).Uncertain; n != 1 {
			t.Errorf("%d uncertain messages are counted, want 1", n)
		}
		s.posts(first, second)
	})
}

func TestA76KilledAtEachStep(t *testing.T) {
	// Where the process dies: the fact that is the last on disk, and whether the request had left by then.
	tests := []struct {
		name   string
		kill   func(s *shop, kind string) (before, after bool) // the commit of this fact never, or just, happened
		posted bool
		want   Status
	}{
		{"before queued", func(_ *shop, kind string) (bool, bool) { return kind == entryQueued, false }, false, ""},
		{"after queued", func(_ *shop, kind string) (bool, bool) { return kind == entryAttempted, false }, false, StatusAccepted},
		{"after attempt, before bytes leave", func(_ *shop, kind string) (bool, bool) { return false, kind == entryAttempted }, false, Unknown},
		{"response received, before outcome", func(_ *shop, kind string) (bool, bool) { return kind == entrySettled, false }, true, Unknown},
		{"after outcome", func(_ *shop, kind string) (bool, bool) { return false, kind == entrySettled }, true, StatusAccepted},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inShop(t, func(t *testing.T, s *shop) {
				thread := s.customer("15550101001", "hello")
				oid := newOID()
				s.do(NewID(), SaveDraft{Thread: thread, Draft: Draft{OID: oid, Text: "one"}})
				k := s.killOn(tt.kill)
				_, err := s.desk.Do(context.Background(), string(oid), Send{Thread: thread, OID: oid, Out: Outgoing{Type: "text", Text: "one"}})
				synctest.Wait()
				if tt.want == "" && err == nil {
					t.Error("the reply was confirmed although it was not stored")
				}
				k.bury()
				if tt.want == "" {
					if d := s.thread(string(thread)).Draft; d == nil || d.OID != oid || d.Text != "one" {
						t.Errorf("the draft is %+v, want the same one again", d)
					}
					s.posts()
					return
				}
				if d := s.thread(string(thread)).Draft; d != nil {
					t.Errorf("a reply that was taken is offered as a draft again: %+v", d)
				}
				s.stands(tt.want, oid)
				if n := len(s.gateway.sent()); n > 1 {
					t.Errorf("%d requests left without a person", n)
				}
			})
		})
	}
}

func TestA77RefusedConnections(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		thread := s.customer("15550101001", "hello")
		refused := Outcome{Result: ResultNotSent}
		s.answers(refused, refused, refused, refused, refused)
		first := s.reply(thread, "one")
		second := s.reply(thread, "two")
		time.Sleep(5 * time.Minute)
		s.stands(StatusAccepted, first, second)
		s.posts(first, first, first, first, first, first, second) // the fake sees tries that no server would
	})
}

func TestA78AcceptedAndThen500(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.answers(refusedWith(ResultUnknown, 131000))
		oid := s.reply(s.customer("15550101001", "hello"), "one")
		s.stands(Unknown, oid)
		time.Sleep(time.Minute)
		s.webhook(statusOf(s.first(), Read, time.Now()))
		s.stands(StatusRead, oid)
		s.posts(oid)
	})
}

func TestA79RetryAfter(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.answers(Outcome{Result: ResultThrottled, RetryAfter: 7 * time.Second})
		one, two := s.customer("15550101001", "hello"), s.customer("15550101002", "hello")
		first := s.reply(one, "one")
		other := s.reply(two, "two")
		s.stands(Waiting, first)
		time.Sleep(6800 * time.Millisecond)
		s.posts(first)
		time.Sleep(300 * time.Millisecond)
		s.stands(StatusAccepted, first, other)
		if got := s.gateway.sent(); len(got) != 3 {
			t.Errorf("%d requests, want the first, its retry and the other", len(got))
		}
	})
}

func TestA80OneCustomerWaitsOthersGo(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		slow, quick := s.customer("15550101001", "hello"), s.customer("15550101002", "hello")
		var times []time.Time
		s.gateway.set(func() {
			s.gateway.answer = func(_ context.Context, _ int, p post) Outcome {
				if p.To.Alias != "p:15550101001" {
					return accepted(p)
				}
				if times = append(times, p.At); len(times) <= 3 {
					return refusedWith(ResultThrottledThread, 131056)
				}
				return accepted(p)
			}
		})
		first := s.reply(slow, "one")
		for range 10 {
			s.stands(StatusAccepted, s.reply(quick, "two"))
			time.Sleep(3 * time.Second)
		}
		s.stands(StatusAccepted, first)
		for i, least := range []time.Duration{time.Second, 4 * time.Second, 16 * time.Second} {
			if gap := times[i+1].Sub(times[i]); gap < least {
				t.Errorf("retry %d came after %v, want at least %v", i+1, gap, least)
			}
		}
	})
}

func TestA81TokenRefusedAndRenewed(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		thread := s.customer("15550101001", "hello")
		s.gateway.set(func() {
			s.gateway.answer = func(ctx context.Context, n int, p post) Outcome {
				if n > 3 && s.gateway.Credential() == "token1" {
					return refusedWith(ResultRejectedAuth, 190)
				}
				return accepted(p)
			}
		})
		var oids []OID
		for range 10 {
			oids = append(oids, s.reply(thread, "text"))
			time.Sleep(100 * time.Millisecond)
		}
		s.stands(StatusAccepted, oids[:3]...)
		s.stands(Held, oids[3:]...)
		if m := s.row(oids[5]); m.HoldReason != "auth" {
			t.Errorf("held because of %q", m.HoldReason)
		}
		info, err := s.desk.Info(context.Background())
		if err != nil || len(info.Notices) == 0 || info.Notices[0].Kind != noticeHold {
			t.Errorf("the header does not tell: %+v, %v", info.Notices, err)
		}
		time.Sleep(time.Minute)
		s.posts(oids[:4]...) // the fourth was refused, and nobody knocked again

		s.gateway.set(func() { s.gateway.token = "token2" })
		time.Sleep(10 * time.Second)
		s.stands(StatusAccepted, oids...)
		s.posts(append(slices.Clone(oids[:4]), oids[3:]...)...)
		if info, _ := s.desk.Info(context.Background()); len(info.Notices) != 0 {
			t.Errorf("the notice stays: %+v", info.Notices)
		}
	})
}

func TestA82ClosedWindowHoldsTheRest(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.gateway.templates = []Template{repairReady}
		s.restart()
		thread := s.customer("15550101001", "hello")
		release := make(chan struct{})
		s.gateway.set(func() {
			s.gateway.answer = func(_ context.Context, n int, p post) Outcome {
				if n == 1 {
					<-release
					return refusedWith(ResultRejectedWindow, 131047)
				}
				return accepted(p)
			}
		})
		first, second, third := s.reply(thread, "one"), s.reply(thread, "two"), s.reply(thread, "three")
		close(release)
		time.Sleep(time.Minute)
		s.stands(StatusFailed, first)
		s.stands(Held, second, third)
		if m := s.row(second); m.HoldReason != "window" {
			t.Errorf("held because of %q", m.HoldReason)
		}
		if w := s.thread(string(thread)).Window; w.OpenAt(time.Now()) {
			t.Error("the window counts as open although WhatsApp refused")
		}
		template := newOID()
		v := repairValues
		s.do(string(template), Send{Thread: thread, OID: template, Out: Outgoing{Type: "template", Template: &v}})
		s.stands(StatusAccepted, template)
		s.posts(first, template)
	})
}

func TestA83UnreadableSuccess(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.answers(Outcome{Result: ResultUnknown})
		oid := s.reply(s.customer("15550101001", "hello"), "one")
		time.Sleep(14 * time.Minute)
		s.restart()
		time.Sleep(time.Minute)
		s.stands(Unknown, oid)
		s.posts(oid)
	})
}

func TestA84SubmitAgainAfterAnError(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		thread := s.customer("15550101001", "hello")
		once := errors.New("the answer got lost") // but the entry is there
		s.journal.failing(nil, func(Batch) error {
			defer func() { once = nil }()
			return once
		})
		oid := newOID()
		send := Send{Thread: thread, OID: oid, Out: Outgoing{Type: "text", Text: "one"}}
		if kind := s.refused(string(oid), send); kind != StoreFailed {
			t.Errorf("refused as %q", kind)
		}
		done := s.do(string(oid), send)
		if done.Ref != oid {
			t.Errorf("answered %+v", done)
		}
		s.stands(StatusAccepted, oid)
		s.posts(oid)

		send.Out.Text = "one, and something new"
		if kind := s.refused(NewID(), send); kind != Invalid {
			t.Errorf("a changed text was refused as %q", kind)
		}
	})
}

func TestA85CancelAgainstPick(t *testing.T) {
	// The cancel is appended at every moment around the pick, by holding the journal at one of its commits.
	for hold := range 3 {
		inShop(t, func(t *testing.T, s *shop) {
			thread := s.customer("15550101001", "hello")
			oid := newOID()
			var cancelErr error
			var once sync.Once
			var done sync.WaitGroup
			s.journal.failing(func(b Batch) error {
				if hold < 2 && len(b.Entries) == 1 && b.Entries[0].Kind == []string{entryAttempted, entrySettled}[hold] {
					once.Do(func() {
						done.Go(func() { _, cancelErr = s.desk.Do(context.Background(), NewID(), Decide{OID: oid, Decision: Cancel}) })
					})
				}
				return nil
			}, nil)
			s.gateway.answer = func(_ context.Context, _ int, p post) Outcome {
				if hold == 2 {
					done.Go(func() { _, cancelErr = s.desk.Do(context.Background(), NewID(), Decide{OID: oid, Decision: Cancel}) })
				}
				return accepted(p)
			}
			_, err := s.desk.Do(context.Background(), string(oid), Send{Thread: thread, OID: oid, Out: Outgoing{Type: "text", Text: "one"}})
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
			done.Wait()
			s.neverBoth(oid, cancelErr)
		})
	}
}

// neverBoth holds that a message was either cancelled and never sent, or sent and not cancelled.
func (s *shop) neverBoth(oid OID, cancelErr error) {
	s.t.Helper()
	posted := len(s.gateway.sent())
	m := s.row(oid)
	switch {
	case cancelErr == nil && posted == 0 && m.Status == Cancelled:
	case cancelErr != nil && KindOf(cancelErr) == TooLate && posted == 1 && m.Status == StatusAccepted:
	default:
		s.t.Errorf("cancel said %v, %d requests left, the row is %q", cancelErr, posted, m.Status)
	}
}

func TestA85CancelWhileWaiting(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.answers(Outcome{Result: ResultThrottled, RetryAfter: time.Minute})
		oid := s.reply(s.customer("15550101001", "hello"), "one")
		s.do(NewID(), Decide{OID: oid, Decision: Cancel})
		time.Sleep(10 * time.Minute)
		s.stands(Cancelled, oid)
		s.posts(oid) // the one that was throttled
	})
}

func TestA86AfterALongSleepNothingLeavesByItself(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		one := s.customer("15550101001", "hello")
		s.gateway.answer = func(_ context.Context, _ int, p post) Outcome { return Outcome{Result: ResultNotSent} }
		first, second := s.reply(one, "one"), s.reply(one, "two")
		s.wall.jump(3 * time.Hour) // elapsed time does not see a sleep
		before := len(s.gateway.sent())
		s.gateway.set(func() {
			s.gateway.answer = func(_ context.Context, _ int, p post) Outcome {
				out := accepted(p)
				out.Date = s.wall.now().Unix() // the world slept as well
				return out
			}
		})
		time.Sleep(5 * time.Minute)
		s.stands(Held, first, second)
		if n := len(s.gateway.sent()) - before; n != 0 {
			t.Errorf("%d requests left without a person", n)
		}
		if m := s.row(first); m.HoldReason != "stale" {
			t.Errorf("held because of %q", m.HoldReason)
		}
		s.do(NewID(), Decide{OID: first, Decision: SendNow})
		time.Sleep(time.Minute)
		s.stands(StatusAccepted, first)
		s.stands(Held, second)
	})
}

func TestA87ClockJumps(t *testing.T) {
	for _, jump := range []time.Duration{-3 * time.Hour, 10 * time.Minute} {
		inShop(t, func(t *testing.T, s *shop) {
			s.answers(Outcome{Result: ResultThrottled, RetryAfter: 40 * time.Second})
			oid := s.reply(s.customer("15550101001", "hello"), "one")
			s.wall.jump(jump)
			time.Sleep(39 * time.Second)
			s.posts(oid)
			time.Sleep(2 * time.Second)
			s.posts(oid, oid)
			s.stands(StatusAccepted, oid)
		})
	}
}

func TestA87ClockJumpsOverARestart(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.answers(Outcome{Result: ResultThrottled, RetryAfter: 40 * time.Second})
		oid := s.reply(s.customer("15550101001", "hello"), "one")
		s.stop()
		s.wall.jump(-3 * time.Hour)
		s.open()
		time.Sleep(41 * time.Second) // no more than was meant
		s.posts(oid, oid)
	})
}

func TestA88NoSecondAttemptAfterUnknown(t *testing.T) {
	for _, out := range []Outcome{{Result: ResultUnknown}, refusedWith(ResultUnknown, 2), {Result: "a result from a later version"}} {
		inShop(t, func(t *testing.T, s *shop) {
			s.answers(Outcome{Result: ResultThrottled, RetryAfter: time.Second}, out)
			oid := s.reply(s.customer("15550101001", "hello"), "one")
			time.Sleep(10 * time.Minute)
			s.restart()
			time.Sleep(10 * time.Minute)
			s.stands(Unknown, oid)
			s.posts(oid, oid)
		})
	}
}

func TestA89StatusBeforeOutcome(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		release := make(chan struct{})
		s.gateway.answer = func(_ context.Context, _ int, p post) Outcome {
			<-release
			return accepted(p)
		}
		thread := s.customer("15550101001", "hello")
		first := s.reply(thread, "one")
		s.stands(Sending, first)
		s.webhook(statusOf(s.first(), Delivered, time.Now()))
		s.stands(StatusDelivered, first)
		second := s.reply(thread, "two")
		if n := len(s.gateway.sent()); n != 1 {
			t.Errorf("%d requests of one thread are on their way", n)
		}
		close(release)
		synctest.Wait()
		time.Sleep(time.Second)
		s.stands(StatusDelivered, first)
		s.posts(first, second)
	})
}

func TestA90OtherInstallationsBindNothing(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.answers(Outcome{Result: ResultUnknown})
		oid := s.reply(s.customer("15550101001", "hello"), "one")
		p := s.first()
		p.Callback = "wi1.ffffffff." + string(oid) + ".1"
		s.webhook(statusOf(p, Delivered, time.Now()))
		s.stands(Unknown, oid)
	})
}

func TestA91TemplateHeldForQuality(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.gateway.templates = []Template{repairReady}
		s.restart()
		thread := s.customer("15550101001", "hello")
		s.gateway.answer = func(_ context.Context, _ int, p post) Outcome {
			out := accepted(p)
			out.Status = "held_for_quality_assessment"
			return out
		}
		oid, v := newOID(), repairValues
		s.do(string(oid), Send{Thread: thread, OID: oid, Out: Outgoing{Type: "template", Template: &v}})
		if m := s.row(oid); m.Status != StatusAccepted || m.PacingHold != "held_for_quality_assessment" {
			t.Errorf("the row is %q, pacing %q", m.Status, m.PacingHold)
		}
		s.webhook(testFact{Status: &StatusSeen{Line: shopLine, WAMID: wamidOf(oid), Failure: &Failure{Code: 132015}, Time: time.Now().Unix()}})
		s.stands(StatusFailed, oid)
	})
}

func TestA92ASecondSenderWaits(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		thread := s.customer("15550101001", "hello")
		second := *s
		second.gateway, second.views = newFakeGateway(), NewMemoryViews()
		second.config.Gateway, second.config.Views, second.config.Node = second.gateway, second.views, "another machine"
		second.open()
		oid := s.reply(thread, "one")
		time.Sleep(time.Minute)
		s.posts(oid)
		second.posts()
		info, err := second.desk.Info(context.Background())
		if err != nil || len(info.Notices) == 0 || info.Notices[0].Kind != noticeSending {
			t.Errorf("the second one does not say why it is silent: %+v, %v", info.Notices, err)
		}
		// The second takes over when the first is gone.
		s.stop()
		s.stop = func() {}
		time.Sleep(20 * time.Second)
		next := second.reply(second.thread("15550101001").ID, "two")
		second.posts(next)
		second.stop()
	})
}

func TestA93FailedByStatusAndResent(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		first := s.reply(s.customer("15550101001", "hello"), "one")
		s.webhook(testFact{Status: &StatusSeen{
			Line: shopLine, WAMID: wamidOf(first), Failure: &Failure{Code: 131026, Title: "Undeliverable"}, Time: time.Now().Unix(), Callback: s.first().Callback,
		}})
		s.stands(StatusFailed, first)
		time.Sleep(time.Hour)
		s.posts(first)
		second := newOID()
		s.do(NewID(), Decide{OID: first, Decision: Resend, NewOID: second})
		time.Sleep(time.Second)
		s.posts(first, second)
		s.stands(StatusAccepted, second)
		s.stands(StatusFailed, first)
	})
}
