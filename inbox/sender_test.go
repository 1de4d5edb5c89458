package inbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

func TestExitWithAPostOnItsWay(t *testing.T) {
	for name, stubborn := range map[string]bool{"a gateway that lets go": false, "a gateway that does not": true} {
		t.Run(name, func(t *testing.T) {
			inShop(t, func(t *testing.T, s *shop) {
				release := make(chan struct{})
				defer close(release)
				s.gateway.answer = func(ctx context.Context, _ int, _ post) Outcome {
					if stubborn {
						<-release
					}
					<-ctx.Done()
					return Outcome{Result: ResultUnknown}
				}
				oid := s.reply(s.customer("15550101001", "hello"), "one")
				s.stands(Sending, oid)
				s.stop() // within two seconds, or it complains
				entry, err := s.journal.Read(t.Context(), Cursor{Epoch: AnyEpoch, Seq: s.journal.last[string(oid)] - 1}, 1)
				if err != nil || len(entry) != 1 || entry[0].Kind != entrySettled {
					t.Fatalf("the last word about it is %+v, %v", entry, err)
				}
				fact, _ := DecodeLocal(entry[0].Kind, entry[0].Data)
				if got := fact.(Settled).Outcome.Result; got != ResultUnknown {
					t.Errorf("its outcome is on disk as %q", got)
				}
				s.open()
				s.stands(Unknown, oid)
			})
		})
	}
}

func TestOutcomeThatCannotBeCommitted(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		one, two := s.customer("15550101001", "hello"), s.customer("15550101002", "hello")
		s.journal.failing(func(b Batch) error {
			if len(b.Entries) == 1 && b.Entries[0].Kind == entrySettled {
				return ErrFull
			}
			return nil
		}, nil)
		first := s.reply(one, "one")
		second := s.reply(two, "two")
		time.Sleep(time.Minute)
		s.stands(Sending, first)
		s.posts(first) // nothing else leaves while the record cannot be kept
		if n := s.notice(noticeStore); n == nil || n.Next == "" {
			t.Errorf("nobody is told: %+v", n)
		}
		s.journal.failing(nil, nil)
		time.Sleep(10 * time.Second)
		s.stands(StatusAccepted, first, second)
		s.posts(first, second)
		if n := s.notice(noticeStore); n != nil {
			t.Errorf("the notice stays: %+v", n)
		}
	})
}

func TestAttemptThatMayBeCommitted(t *testing.T) {
	for name, written := range map[string]bool{"it was written all the same": true, "it was not": false} {
		t.Run(name, func(t *testing.T) {
			inShop(t, func(t *testing.T, s *shop) {
				thread := s.customer("15550101001", "hello")
				broken := true
				fail := func(b Batch) error {
					if broken && slices.ContainsFunc(b.Entries, func(e Entry) bool { return e.Kind == entryAttempted || e.Kind == entrySettled }) {
						return errors.New("input/output error")
					}
					return nil
				}
				if written {
					s.journal.failing(nil, fail)
				} else {
					s.journal.failing(fail, nil)
				}
				oid := s.reply(thread, "one")
				s.posts()
				s.journal.failing(nil, nil)
				time.Sleep(30 * time.Second)
				s.stands(StatusAccepted, oid)
				s.posts(oid)
			})
		})
	}
}

// hanging is a journal whose disk hangs once, from the first attempt on. As in the store, whoever does not wait for a
// write any longer has not undone it: all are written in their turn when the disk is back.
type hanging struct {
	*memJournal
	mu   sync.Mutex
	last chan struct{} // closed when all that was asked for is written; nil before the disk hangs
}

func (j *hanging) Append(ctx context.Context, b Batch) (Cursor, int, error) {
	j.mu.Lock()
	before, written := j.last, make(chan struct{})
	if before == nil && len(b.Entries) == 1 && b.Entries[0].Kind == entryAttempted {
		before = make(chan struct{})
		time.AfterFunc(8*time.Second, func() { close(before) })
	}
	if before == nil {
		j.mu.Unlock()
		return j.memJournal.Append(ctx, b)
	}
	j.last = written
	j.mu.Unlock()
	var head Cursor
	var n int
	var err error
	go func() {
		defer close(written)
		<-before
		head, n, err = j.memJournal.Append(context.Background(), b)
	}()
	select {
	case <-written:
		return head, n, err
	case <-ctx.Done():
		return Cursor{}, 0, ctx.Err()
	}
}

// The attempt that was written late must not look as if it were on its way for ever.
func TestAttemptThatIsWrittenLate(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.config.Journal = &hanging{memJournal: s.journal}
		s.restart()
		thread := s.customer("15550101001", "hello")
		first := s.reply(thread, "one")
		time.Sleep(time.Minute)
		s.stands(StatusAccepted, first)
		second := s.reply(thread, "two")
		s.stands(StatusAccepted, second)
		s.posts(first, second)
		if n := s.notice(noticeStore); n != nil {
			t.Errorf("the notice stays: %+v", n)
		}
	})
}

func TestPaceOfTheNumber(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		var threads []ThreadID
		for n := range 60 {
			threads = append(threads, s.customer(fmt.Sprint(15550101000+n), "hello"))
		}
		s.gateway.set(func() {
			s.gateway.answer = func(_ context.Context, _ int, p post) Outcome {
				time.Sleep(400 * time.Millisecond) // a usual answer; many are on their way at once
				return accepted(p)
			}
		})
		for _, th := range threads {
			oid := newOID()
			s.do(string(oid), Send{Thread: th, OID: oid, Out: freeText("one")})
		}
		time.Sleep(5 * time.Second)
		times := s.gateway.made()
		if len(times) != 60 {
			t.Fatalf("%d of 60 left within 5 s", len(times))
		}
		for i := range times[20:] {
			if within := times[i+20].At.Sub(times[i].At); within < time.Second {
				t.Fatalf("21 messages left within %v", within)
			}
		}
		if took := times[59].At.Sub(times[0].At); took > 4*time.Second {
			t.Errorf("60 messages took %v; at 20 a second it is three", took)
		}
	})
}

func TestLostLeaseStopsSending(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		thread := s.customer("15550101001", "hello")
		first := s.reply(thread, "one")
		s.journal.mu.Lock()
		s.journal.leases["sender/"+string(shopLine)] = memLease{holder: "another machine", fence: 9, until: time.Now().Add(time.Minute)}
		s.journal.mu.Unlock()
		time.Sleep(leaseRenew)
		second := s.reply(thread, "two")
		time.Sleep(30 * time.Second)
		s.posts(first)
		time.Sleep(time.Minute)
		s.posts(first, second)
	})
}

func TestOneMessagePerThreadAtATime(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		one, two := s.customer("15550101001", "hello"), s.customer("15550101002", "hello")
		s.gateway.set(func() {
			s.gateway.answer = func(_ context.Context, _ int, p post) Outcome {
				time.Sleep(time.Second)
				return accepted(p)
			}
		})
		var oids []OID
		for range 5 {
			oids = append(oids, s.reply(one, "a"), s.reply(two, "b"))
		}
		// The two threads turn out to be one customer while both have a message on its way.
		m := incoming("15550101001", "both are me", time.Now())
		m.Peers = []Alias{"p:15550101001", "p:15550101002"}
		s.webhook(testFact{Message: m})
		time.Sleep(time.Minute)
		s.stands(StatusAccepted, oids...)
		if s.gateway.didCross() {
			t.Error("two requests for one customer were on their way at once")
		}
		at := map[OID]int{}
		for i, oid := range s.gateway.sent() {
			at[oid] = i
		}
		for i := 2; i < len(oids); i++ {
			if at[oids[i]] < at[oids[i-2]] {
				t.Errorf("message %d left before message %d of its thread", i, i-2)
			}
		}
	})
}

func TestRetriesAreForgottenWithTheirReply(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		sender := newSender(s.owner)
		sender.due["of a reply that was cancelled"] = time.Now().Add(time.Hour)
		sender.step(t.Context())
		if len(sender.due) != 0 {
			t.Errorf("kept for ever: %v", sender.due)
		}
	})
}

// TestSenderWaitsForViewsOfAFormerRun starts on views that do not know how an attempt ended: they would take it for
// uncertain, and let the next reply of the thread pass.
func TestSenderWaitsForViewsOfAFormerRun(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		var file Views
		s.gateway.set(func() {
			s.gateway.answer = func(_ context.Context, n int, p post) Outcome {
				if n > 1 {
					return accepted(p)
				}
				time.Sleep(time.Second) // so that the views know of the attempt
				file = asNow(s.views)
				return Outcome{Result: ResultThrottledThread, RetryAfter: 20 * time.Second}
			}
		})
		thread := s.customer("15550101001", "hello")
		one, two := s.reply(thread, "one"), s.reply(thread, "two")
		s.pass(2 * time.Second)
		s.stop()
		late := lateViews{file, make(chan time.Duration, 1)}
		late.waits <- time.Second
		s.config.Views = late
		s.open()
		s.pass(time.Minute)
		s.posts(one, one, two)
	})
}
