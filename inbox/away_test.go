package inbox

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// told spells what an absence tells, in one line.
func (a Away) told() string {
	names := func(threads []Thread) string {
		var all []string
		for _, th := range threads {
			all = append(all, th.WaID)
		}
		return strings.Join(all, "+")
	}
	s := fmt.Sprintf("%d in %d", a.Messages, a.Threads)
	for _, x := range a.Answers {
		s += fmt.Sprintf(", %s %d in %d", x.By, x.Messages, x.Threads)
	}
	s += fmt.Sprintf("; waiting %d %s; closed %d %s; stuck %d %s", a.WaitingAll, names(a.Waiting), a.ClosedAll, names(a.Closed), a.StuckAll, names(a.Stuck))
	for _, d := range a.Down {
		s += fmt.Sprintf("; %s %v", d.Why, d.To.Sub(d.From).Round(time.Second))
	}
	return s
}

func (s *shop) away() Away {
	s.t.Helper()
	a, err := s.desk.Away(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

// looks lets the agent see all that happened.
func (s *shop) looks() {
	s.t.Helper()
	s.do(NewID(), SeeAll{Upto: s.away().Seq})
}

func (s *shop) tells(want string) {
	s.t.Helper()
	if got := s.away().told(); got != want {
		s.t.Errorf("told: %s\nwant: %s", got, want)
	}
}

func TestAway(t *testing.T) {
	const nothing = "0 in 0; waiting 0 ; closed 0 ; stuck 0 "
	t.Run("who never looked is told nothing", func(t *testing.T) {
		inShop(t, func(t *testing.T, s *shop) {
			if a := s.away(); !a.Empty() || !a.Since.IsZero() {
				t.Errorf("a fresh store: %+v", a)
			}
			s.customer("1", "hello")
			if a := s.away(); !a.Empty() {
				t.Errorf("%+v", a)
			}
			s.looks()
			s.customer("1", "hello again")
			if a, err := s.owner.Desk("ben").Away(t.Context()); err != nil || !a.Empty() {
				t.Errorf("a colleague who never looked: %+v %v", a, err)
			}
		})
	})
	t.Run("what came, who answered, who waits", func(t *testing.T) {
		inShop(t, func(t *testing.T, s *shop) {
			one := s.customer("1", "before")
			s.looks()
			s.tells("0 in 0; waiting 1 1; closed 0 ; stuck 0 ")
			if !s.away().Empty() {
				t.Error("somebody who waited before is news")
			}
			time.Sleep(time.Hour)
			s.customer("2", "a")
			s.customer("2", "b")
			s.customer("3", "c")
			s.webhook(testFact{Message: fromPhone("3", "on the phone", time.Now())})
			s.reply(one, "my own")
			oid := OID(NewID())
			if _, err := s.owner.Desk("ben").Do(t.Context(), string(oid), Send{Thread: s.thread("2").ID, OID: oid, Out: Outgoing{Type: "text", Text: "ben's"}}); err != nil {
				t.Fatal(err)
			}
			s.turn()
			s.customer("2", "d")
			s.tells("4 in 2, phone 1 in 1, ben 1 in 1; waiting 1 2; closed 0 ; stuck 0 ")
			time.Sleep(25 * time.Hour)
			s.tells("4 in 2, phone 1 in 1, ben 1 in 1; waiting 1 2; closed 1 2; stuck 0 ")
			s.looks()
			s.tells("0 in 0; waiting 1 2; closed 0 ; stuck 0 ")
		})
	})
	t.Run("reading a thread is looking", func(t *testing.T) {
		inShop(t, func(t *testing.T, s *shop) {
			one := s.customer("1", "hello")
			s.do(NewID(), MarkRead{Thread: one, Upto: s.thread("1").Seq})
			s.customer("2", "later")
			s.tells("1 in 1; waiting 2 1+2; closed 0 ; stuck 0 ")
		})
	})
	t.Run("what WhatsApp delivers late has come since", func(t *testing.T) {
		inShop(t, func(t *testing.T, s *shop) {
			s.customer("1", "before")
			time.Sleep(7 * 24 * time.Hour)
			s.looks()
			s.webhook(testFact{Message: incoming("2", "six days old", time.Now().Add(-6*24*time.Hour))})
			s.tells("1 in 1; waiting 2 1+2; closed 0 ; stuck 0 ")
		})
	})
	t.Run("an import is no news", func(t *testing.T) {
		inShop(t, func(t *testing.T, s *shop) {
			s.customer("1", "before")
			s.looks()
			old := incoming("2", "of last year", time.Now().Add(-time.Hour))
			old.Source = FromHistory
			back := fromPhone("2", "answered then", time.Now().Add(-30*time.Minute))
			back.Source = FromHistory
			s.webhook(testFact{Message: old}, testFact{Message: back})
			s.tells("0 in 0; waiting 1 1; closed 0 ; stuck 0 ")
		})
	})
	t.Run("what has become stuck", func(t *testing.T) {
		inShop(t, func(t *testing.T, s *shop) {
			one, two := s.customer("1", "a"), s.customer("2", "b")
			s.answers(refusedWith(ResultRejected, 131009), Outcome{Result: ResultUnknown})
			s.reply(one, "refused")
			s.looks()
			time.Sleep(time.Second)
			s.reply(two, "lost?")
			time.Sleep(time.Minute)
			s.tells("0 in 0; waiting 1 1; closed 0 ; stuck 1 2")
		})
	})
	t.Run("when nothing could arrive", func(t *testing.T) {
		inShop(t, func(t *testing.T, s *shop) {
			s.customer("1", "before")
			s.webhook(testFact{Message: fromPhone("1", "done", time.Now())})
			s.looks()
			time.Sleep(10 * time.Minute)
			s.stop()
			time.Sleep(3 * time.Hour)
			s.open()
			s.tells("0 in 0; waiting 0 ; closed 0 ; stuck 0 ; stopped 3h0m0s")
			s.restart() // in no time: nothing is missed
			s.tells("0 in 0; waiting 0 ; closed 0 ; stuck 0 ; stopped 3h0m0s")
			time.Sleep(10 * time.Minute)
			s.kill()
			time.Sleep(time.Hour)
			s.open()
			if a := s.away(); len(a.Down) != 2 || a.Down[1].Why != WasLost || a.Down[1].To.Sub(a.Down[1].From) > time.Hour+leaseRenew {
				t.Errorf("%+v", a.Down)
			}
			s.looks()
			s.tells(nothing)
		})
	})
	t.Run("the machine slept", func(t *testing.T) {
		inShop(t, func(t *testing.T, s *shop) {
			s.customer("1", "before")
			s.webhook(testFact{Message: fromPhone("1", "done", time.Now())})
			s.looks()
			time.Sleep(90 * time.Second)
			entries := s.journal.size()
			time.Sleep(time.Hour)
			if n := s.journal.size(); n != entries {
				t.Errorf("%d entries in an hour in which nothing happened", n-entries)
			}
			s.wall.jump(5 * time.Hour)
			time.Sleep(2 * time.Minute)
			s.tells("0 in 0; waiting 0 ; closed 0 ; stuck 0 ; asleep 5h0m0s")
		})
	})
	t.Run("a fresh store has missed nothing", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newShop(t)
			s.open()
			s.stop()
			time.Sleep(time.Hour)
			s.open()
			defer func() { s.stop() }()
			if n := s.journal.size(); n != 0 {
				t.Errorf("%d entries", n)
			}
		})
	})
}

// kill ends the owner as a crash would: it has no word left.
func (s *shop) kill() {
	s.t.Helper()
	s.journal.failing(func(b Batch) error {
		if len(b.Entries) > 0 && b.Entries[0].Kind == entryStopped {
			return errors.New("gone")
		}
		return nil
	}, nil)
	lease, _ := s.journal.Leased(s.t.Context(), "sender/"+string(shopLine))
	s.stop()
	s.journal.failing(nil, nil)
	s.journal.mu.Lock()
	l := s.journal.leases["sender/"+string(shopLine)]
	l.until, l.holder = lease, "of the run that was killed"
	s.journal.leases["sender/"+string(shopLine)] = l
	s.journal.mu.Unlock()
}

func TestLastSign(t *testing.T) {
	at := func(seconds int) time.Time { return testEpoch.Add(time.Duration(seconds) * time.Second) }
	entry := func(kind string, seconds int) Entry { return Entry{Kind: kind, At: at(seconds)} }
	for _, tt := range []struct {
		name    string
		entries []Entry
		leased  time.Time
		from    time.Time
		why     Absence
	}{
		{"a clean stop", []Entry{entry(EntryWebhook, 1), entry(entryStopped, 5)}, time.Time{}, at(5), WasStopped},
		{"a webhook came while it ended", []Entry{entry(entryStopped, 5), entry(EntryWebhook, 6)}, time.Time{}, at(6), WasStopped},
		{"no word", []Entry{entry(EntryWebhook, 1), entry(entryViewed, 2)}, time.Time{}, at(2), WasLost},
		{"no word, but the right to send was renewed", []Entry{entry(EntryWebhook, 1)}, at(9).Add(leaseFor), at(9), WasLost},
		{"no word after an absence", []Entry{entry(entryStopped, 1), entry(entryMissed, 5), entry(EntryWebhook, 6)}, time.Time{}, at(6), WasLost},
		{"no word after something that came long after a stop", []Entry{entry(entryStopped, 1), entry(EntryWebhook, 4)}, time.Time{}, at(4), WasLost},
		{"no word after a start without an absence", []Entry{entry(entryStopped, 1)}, at(30).Add(leaseFor), at(30), WasLost},
		{"a clean stop; the lease is older", []Entry{entry(entryStopped, 5)}, at(4).Add(leaseFor), at(5), WasStopped},
		{"a clock that was ahead", []Entry{entry(EntryWebhook, 9), entry(entryStopped, 5)}, time.Time{}, at(9), WasStopped},
	} {
		if m := lastSign(tt.entries, tt.leased); !m.From.Equal(tt.from) || m.Why != tt.why {
			t.Errorf("%s: %s since %v, want %s since %v", tt.name, m.Why, m.From, tt.why, tt.from)
		}
	}
}

// The same facts in another order of applying, twice, or after a rebuild tell the same.
func TestAwayInAnyOrder(t *testing.T) {
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 7))
		w := smallWorld{r: r, hostile: seed%2 == 0, local: true}
		facts := journal(w.facts(40))
		tell := func(order []Sighted) (s string) {
			v := applied(t, r, order)
			v.View(func(tx ReadTx) error {
				for _, agent := range []AgentID{"priya", "ben"} {
					a, err := NewReader(tx, Lens{Agent: agent, Now: testEpoch.Add(26 * time.Hour)}).Away()
					s += fmt.Sprint(a.told(), a.Since, err, "\n")
				}
				return nil
			})
			return s
		}
		want := tell(facts)
		other := slices.Clone(facts)
		r.Shuffle(len(other), func(i, j int) { other[i], other[j] = other[j], other[i] })
		if got := tell(append(other, facts...)); got != want {
			t.Errorf("seed %d: told\n%swant\n%s", seed, got, want)
		}
	}
}
