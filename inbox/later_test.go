package inbox

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// later schedules a text and waits until all is quiet.
func (s *shop) later(thread ThreadID, text string, after time.Duration) OID {
	s.t.Helper()
	oid := newOID()
	s.do(string(oid), Send{Thread: thread, OID: oid, Out: freeText(text), Later: s.owner.clock.now().Add(after)})
	return oid
}

// pass lets time go by until all is quiet.
func (s *shop) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// paused sends a text that can be taken back for five seconds.
func (s *shop) paused(thread ThreadID, text string) OID {
	s.t.Helper()
	oid := newOID()
	s.do(string(oid), Send{Thread: thread, OID: oid, Out: freeText(text), Pause: 5 * time.Second})
	return oid
}

// waitsFor checks that a row has not left and says why.
func (s *shop) waitsFor(oid OID, status Status, reason string, choices ...Decision) {
	s.t.Helper()
	m := s.row(oid)
	if m.Status != status || m.HoldReason != reason || !slices.Equal(m.Choices, choices) {
		s.t.Errorf("the row is %q because of %q with the choices %q, want %q, %q, %q", m.Status, m.HoldReason, m.Choices, status, reason, choices)
	}
}

func TestLaterLeavesAtItsTime(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		thread := s.customer("15550101001", "hello")
		oid := s.later(thread, "your room is ready", 4*time.Hour)
		s.waitsFor(oid, Queuing, "later", SendNow, Cancel)
		m := s.row(oid)
		if want := s.owner.clock.now().Add(4 * time.Hour); !m.NotBefore.Equal(want) || !m.Planned || !m.At.Equal(want.Truncate(time.Second)) {
			t.Errorf("it says %+v", m)
		}
		th := s.thread(string(thread))
		if th.Scheduled == nil || th.Scheduled.N != 1 || !th.Scheduled.Next.Equal(m.NotBefore) || th.Held != 0 {
			t.Errorf("the thread says %+v", th.Scheduled)
		}
		if th.WaitingSince.IsZero() || !th.NeedsReply || th.LastMessage.Ref == oid || th.LastOut != nil {
			t.Errorf("what is to come counts as an answer: %+v", th)
		}

		// What is written meanwhile passes it.
		first, second := s.reply(thread, "one moment"), s.reply(thread, "I ask")
		s.posts(first, second)
		s.pass(4*time.Hour - time.Minute)
		s.posts(first, second)
		s.pass(time.Minute)
		s.posts(first, second, oid)
		s.stands(StatusAccepted, oid)
		th = s.thread(string(thread))
		if th.Scheduled != nil || !th.WaitingSince.IsZero() || th.LastMessage.Ref != oid {
			t.Errorf("the thread says %+v afterwards", th)
		}
	})
}

func TestLaterSurvives(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		thread := s.customer("15550101001", "hello")
		oid := s.later(thread, "your room is ready", time.Hour)
		s.pass(30 * time.Minute)
		s.killOn(func(*shop, string) (bool, bool) { return false, false }).bury()
		s.views = NewMemoryViews() // and the cache is lost as well
		s.config.Views = s.views
		s.restart()
		s.waitsFor(oid, Queuing, "later", SendNow, Cancel)
		s.posts()
		s.stop()
		s.pass(40 * time.Minute) // its time comes while nobody is there, but not long ago
		s.open()
		s.pass(time.Second)
		s.posts(oid)
	})
	inShop(t, func(t *testing.T, s *shop) {
		oid := s.later(s.customer("15550101001", "hello"), "your room is ready", time.Hour)
		s.stop()
		s.pass(75 * time.Minute)
		s.open()
		s.pass(time.Minute)
		s.posts() // no reply leaves much later by surprise
		s.waitsFor(oid, Held, "stale", SendNow, Cancel)
		if th := s.threads()[0]; th.Held != 1 || th.Scheduled != nil {
			t.Errorf("the list does not say that it waits for a person: %d, %+v", th.Held, th.Scheduled)
		}
		next := s.reply(s.threads()[0].ID, "and what is new") // it is in nobody's way
		s.do(NewID(), Decide{OID: oid, Decision: SendNow})
		s.turn()
		s.posts(next, oid)
	})
}

func TestLaterCancelledAndSentAtOnce(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		thread := s.customer("15550101001", "hello")
		gone, now := s.later(thread, "one", time.Hour), s.later(thread, "two", 2*time.Hour)
		s.do(NewID(), Decide{OID: gone, Decision: Cancel})
		s.do(NewID(), Decide{OID: now, Decision: SendNow})
		s.turn()
		s.posts(now)
		s.stands(Cancelled, gone)
		if m := s.row(gone); m.At.After(time.Now()) || !m.NotBefore.IsZero() {
			t.Errorf("what was cancelled is still to come: %+v", m)
		}
		s.pass(3 * time.Hour)
		s.posts(now)
		if kind := s.refused(NewID(), Decide{OID: now, Decision: Cancel}); kind != TooLate {
			t.Errorf("cancelling what has left is refused as %q", kind)
		}
	})
}

func TestLaterStopsWhenTheTalkWentOn(t *testing.T) {
	const phone = "15550101001"
	for name, tt := range map[string]struct {
		comes func(s *shop, thread ThreadID)
		by    string
	}{
		"answered on the phone": {func(s *shop, _ ThreadID) { s.webhook(testFact{Message: fromPhone(phone, "come at six", time.Now())}) }, "phone"},
		"a late echo of the phone": {func(s *shop, _ ThreadID) {
			s.webhook(testFact{Message: fromPhone(phone, "come at six", time.Now().Add(-2*time.Hour))})
		}, "phone"},
		"answered by a colleague": {func(s *shop, thread ThreadID) {
			oid := newOID()
			if _, err := s.owner.Desk("ben").Do(s.t.Context(), string(oid), Send{Thread: thread, OID: oid, Out: freeText("come at six")}); err != nil {
				s.t.Fatal(err)
			}
			s.turn()
		}, "ben"},
		"the customer wrote": {func(s *shop, _ ThreadID) { s.customer(phone, "never mind") }, "customer"},
	} {
		t.Run(name, func(t *testing.T) {
			inShop(t, func(t *testing.T, s *shop) {
				thread := s.customer(phone, "when?")
				s.pass(time.Minute)
				oid, kept := s.later(thread, "come at five", time.Hour), s.later(thread, "and bring the key", time.Hour)
				s.pass(time.Minute)
				tt.comes(s, thread)
				s.waitsFor(oid, Held, "answered", SendNow, KeepTime, Cancel) // at once, while somebody is there
				if m := s.row(oid); m.HeldBy != tt.by {
					t.Errorf("stopped by %q", m.HeldBy)
				}
				if th := s.thread(string(thread)); th.Held != 2 || th.Scheduled != nil {
					t.Errorf("the thread says %d, %+v", th.Held, th.Scheduled)
				}
				before := len(s.gateway.sent())
				s.do(NewID(), Decide{OID: kept, Decision: KeepTime})
				s.waitsFor(kept, Queuing, "later", SendNow, Cancel)
				s.pass(time.Hour)
				if got := s.gateway.sent()[before:]; !slices.Equal(got, []OID{kept}) {
					t.Errorf("%v left by themselves, want only %v", got, kept)
				}
				s.waitsFor(oid, Held, "answered", SendNow, Cancel)
				s.pass(time.Hour)
				s.do(NewID(), Decide{OID: oid, Decision: SendNow})
				s.turn()
				s.stands(StatusAccepted, oid)
			})
		})
	}
}

func TestLaterIsNotStoppedByItsOwnWriter(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		thread := s.customer("15550101001", "when?")
		oid, other := s.later(thread, "it is ready", time.Hour), s.later(thread, "bring the key", 2*time.Hour)
		mine := s.reply(thread, "we begin now")
		// An import brings what was said long ago.
		old := fromPhone("15550101001", "last year", time.Now().AddDate(-1, 0, 0))
		old.Source = FromHistory
		s.webhook(testFact{Message: old})
		s.pass(3 * time.Hour)
		s.posts(mine, oid, other)
	})
}

// TestLaterDecidedAnew holds that a decision covers only what the person could see.
func TestLaterDecidedAnew(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		thread := s.customer("15550101001", "when?")
		oid := s.later(thread, "it is ready", time.Hour)
		s.customer("15550101001", "hello?")
		s.do(NewID(), Decide{OID: oid, Decision: KeepTime})
		s.customer("15550101001", "I do not want it any more")
		s.waitsFor(oid, Held, "answered", SendNow, KeepTime, Cancel)
		s.pass(2 * time.Hour)
		s.posts()
	})
}

// TestLaterKnowsAllThatArrived lets the phone answer while nobody applies what arrives: the time comes right when the
// owner is back, and the answer is in the journal only.
func TestLaterKnowsAllThatArrived(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		thread := s.customer("15550101001", "when?")
		oid := s.later(thread, "it is ready", time.Hour)
		s.stop()
		s.pass(time.Hour)
		e := Entry{Kind: EntryWebhook, ID: "w:late", At: time.Now(), Data: testBody(t, testFact{Message: fromPhone("15550101001", "it is done", time.Now())})}
		if _, _, err := s.journal.Append(t.Context(), Batch{Entries: []Entry{e}}); err != nil {
			t.Fatal(err)
		}
		s.open()
		s.pass(time.Minute)
		s.posts()
		s.waitsFor(oid, Held, "answered", SendNow, Cancel)
	})
}

func TestLaterAndTheWindow(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.gateway.templates = []Template{repairReady}
		s.restart()
		thread := s.customer("15550101001", "hello")
		for after, want := range map[time.Duration]ErrorKind{
			-time.Second: Invalid, 0: Invalid, 24 * time.Hour: WindowClosed, 30 * 24 * time.Hour: WindowClosed, 400 * 24 * time.Hour: Invalid,
		} {
			oid := newOID()
			if kind := s.refused(string(oid), Send{Thread: thread, OID: oid, Out: freeText("late"), Later: s.owner.clock.now().Add(after)}); kind != want {
				t.Errorf("in %v: refused as %q, want %q", after, kind, want)
			}
		}
		just := s.later(thread, "just in time", 24*time.Hour-2*time.Second)
		template, v := newOID(), repairValues
		s.do(string(template), Send{Thread: thread, OID: template, Out: Outgoing{Type: "template", Template: &v}, Later: time.Now().Add(72 * time.Hour)})
		s.waitsFor(template, Queuing, "later", SendNow, Cancel)
		s.pass(25 * time.Hour)
		s.posts(just)
		s.pass(48 * time.Hour)
		s.posts(just, template)
		if kind := s.refused(NewID(), Send{To: "+15550101009", OID: newOID(), Out: Outgoing{Type: "template", Template: &v}, Later: time.Now().Add(200 * time.Hour)}); kind != Invalid {
			t.Errorf("a conversation that begins by itself is refused as %q", kind)
		}
		oid := newOID()
		if kind := s.refused(string(oid), Send{Thread: thread, OID: oid, Out: Outgoing{Type: "reaction", ReplyTo: "wamid.x"}, Later: time.Now().Add(time.Hour)}); kind != Invalid {
			t.Errorf("a reaction for later is refused as %q", kind)
		}
	})
}

// TestLaterAfterARefusal lets WhatsApp close the window before its time: what was set for later is held at once, and is
// not offered for sending.
func TestLaterAfterARefusal(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		thread := s.customer("15550101001", "hello")
		oid := s.later(thread, "it is ready", time.Hour)
		s.answers(refusedWith(ResultRejectedWindow, 131047))
		first := s.reply(thread, "one moment")
		s.stands(StatusFailed, first)
		s.waitsFor(oid, Held, "window", Cancel)
		if kind := s.refused(NewID(), Decide{OID: oid, Decision: SendNow}); kind != WindowClosed {
			t.Errorf("sending it now is refused as %q", kind)
		}
		s.pass(time.Minute)
		s.customer("15550101001", "hello again")
		s.waitsFor(oid, Held, "window", SendNow, Cancel)
		s.do(NewID(), Decide{OID: oid, Decision: SendNow})
		s.turn()
		s.posts(first, oid)
	})
}

func TestPauseCanBeTakenBack(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		thread := s.customer("15550101001", "hello")
		back, goes := s.paused(thread, "typo"), s.paused(thread, "fine")
		s.waitsFor(back, Queuing, "recall", SendNow, Cancel)
		if th := s.thread(string(thread)); th.Scheduled != nil || th.WaitingSince.IsZero() {
			t.Errorf("the thread says %+v", th)
		}
		s.pass(2 * time.Second)
		s.do(NewID(), Decide{OID: back, Decision: Cancel})
		s.customer("15550101001", "are you there?") // the next line of theirs stops nothing
		s.pass(2 * time.Second)
		s.posts()
		s.pass(time.Second + time.Second/lineRate)
		s.posts(goes)
		s.stands(Cancelled, back)

		killed := s.paused(thread, "and the key")
		s.killOn(func(*shop, string) (bool, bool) { return false, false }).bury() // the terminal is gone, the reply is not
		s.pass(5 * time.Second)
		s.posts(goes, killed)

		stopped := s.paused(thread, "we open at nine")
		s.webhook(testFact{Message: fromPhone("15550101001", "we open at ten", time.Now())})
		s.pass(time.Minute)
		s.posts(goes, killed)
		s.waitsFor(stopped, Held, "answered", SendNow, Cancel)
		oid := newOID()
		if kind := s.refused(string(oid), Send{Thread: thread, OID: oid, Out: freeText("x"), Pause: time.Hour}); kind != Invalid {
			t.Errorf("a pause of an hour is refused as %q", kind)
		}
	})
}

// TestLaterIsAnAnswerWhenItLeaves holds that a colleague who begins to write after it was set, and before it left, is
// stopped when it has left, and not before.
func TestLaterIsAnAnswerWhenItLeaves(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		thread := s.customer("15550101001", "when?")
		oid := s.later(thread, "it is ready", time.Hour)
		ben := s.owner.Desk("ben")
		seen := s.thread(string(thread)).Seq
		early := newOID()
		if _, err := ben.Do(t.Context(), string(early), Send{Thread: thread, OID: early, Out: freeText("soon"), Seen: 1}); err != nil {
			t.Errorf("what is still to come stops a colleague: %v", err)
		}
		s.turn()
		s.do(NewID(), Decide{OID: oid, Decision: KeepTime})
		seen = max(seen, s.thread(string(thread)).Seq)
		s.pass(time.Hour + time.Second)
		s.posts(early, oid)
		late := newOID()
		if _, err := ben.Do(t.Context(), string(late), Send{Thread: thread, OID: late, Out: freeText("so?"), Seen: seen}); KindOf(err) != Stale {
			t.Errorf("a colleague who had begun is not stopped: %v", err)
		}
	})
}

func TestLaterReceipt(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.config.Receipts = ReceiptsOnReply
		s.restart()
		s.later(s.customer("15550101001", "hello"), "your room is ready", time.Hour)
		if read, _ := s.gateway.told(); len(read) != 0 {
			t.Errorf("%d receipts before the answer", len(read))
		}
		s.pass(2 * time.Hour)
		if read, _ := s.gateway.told(); len(read) != 1 {
			t.Errorf("%d receipts after the answer, want 1", len(read))
		}
	})
}

// TestLaterCancelAgainstPick cancels at the very moment at which it leaves (A85).
func TestLaterCancelAgainstPick(t *testing.T) {
	for _, early := range []time.Duration{0, time.Nanosecond} {
		inShop(t, func(t *testing.T, s *shop) {
			oid := s.later(s.customer("15550101001", "hello"), "one", time.Hour)
			time.Sleep(time.Until(s.row(oid).NotBefore) - early)
			_, err := s.desk.Do(t.Context(), NewID(), Decide{OID: oid, Decision: Cancel})
			s.pass(time.Second)
			s.neverBoth(oid, err)
		})
	}
}

// TestLaterPauseOfAWrongClock begins a pause while the local clock is two hours ahead and nobody knows yet.
func TestLaterPauseOfAWrongClock(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		thread := s.customer("15550101001", "hello")
		s.wall.jump(2 * time.Hour)
		oid := s.paused(thread, "one")
		s.waitsFor(oid, Queuing, "recall", SendNow, Cancel)
		other := s.reply(thread, "two") // its answer says what time it is
		s.posts(other)
		s.pass(10 * time.Second)
		s.posts(other, oid)
	})
}

// TestLaterLeavesInAFlood has so much arrive that the views are never at the head of the journal.
func TestLaterLeavesInAFlood(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		oid := s.later(s.customer("15550101001", "hello"), "your room is ready", time.Minute)
		s.stop()
		late := lateViews{s.views, make(chan time.Duration, 10_000)}
		s.config.Views = late
		s.open()
		s.pass(time.Minute - time.Second)
		for range cap(late.waits) {
			late.waits <- 100 * time.Millisecond
		}
		for range 100 {
			s.webhook(testFact{Message: incoming("15550101009", "I have another question", time.Now())})
			s.pass(30 * time.Millisecond)
		}
		s.posts(oid)
		for len(late.waits) > 0 {
			<-late.waits
		}
	})
}

// TestLaterSentNowWhileAnsweredOnThePhone decides before the views know of the answer.
func TestLaterSentNowWhileAnsweredOnThePhone(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		oid := s.later(s.customer("15550101001", "when?"), "come at five", time.Hour)
		s.stop()
		late := lateViews{s.views, make(chan time.Duration, 1)}
		s.config.Views = late
		s.open()
		late.waits <- time.Second
		s.webhook(testFact{Message: fromPhone("15550101001", "come at six", time.Now())})
		s.do(NewID(), Decide{OID: oid, Decision: SendNow})
		s.pass(time.Minute)
		s.posts()
		s.waitsFor(oid, Held, "answered", SendNow, Cancel)
		s.do(NewID(), Decide{OID: oid, Decision: SendNow})
		s.turn()
		s.posts(oid)
	})
}

// TestLaterFollowsTheCorrectedClock sets the local clock wrong by two hours: the time that counts is WhatsApp's.
func TestLaterFollowsTheCorrectedClock(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		thread := s.customer("15550101001", "hello")
		s.wall.jump(2 * time.Hour)
		s.reply(thread, "one") // its answer says what time it is
		oid := s.later(thread, "two", time.Hour)
		if got, want := s.row(oid).NotBefore, time.Now().Add(time.Hour); got.Sub(want).Abs() > time.Minute {
			t.Errorf("it leaves at %v, want %v", got, want)
		}
		s.pass(time.Hour - time.Minute)
		if n := len(s.gateway.sent()); n != 1 {
			t.Errorf("%d requests too early", n)
		}
		s.pass(2 * time.Minute)
		s.stands(StatusAccepted, oid)
	})
}
