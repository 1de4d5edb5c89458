package inbox

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// The lists of those who ask for attention go by an index and give pages; a plain sort of whole threads must say the
// same, in every small world, whatever the page and also while stubs wait.
func TestOrdersAgreeWithTheThreads(t *testing.T) {
	waits := func(th Thread) bool { return !th.WaitingSince.IsZero() && th.State != Snoozed }
	no := func(a Thread) ThreadNo { n, _ := a.ID.No(); return n }
	stuck := func(a, b Thread) int { return cmp.Or(a.Stuck.At.Compare(b.Stuck.At), cmp.Compare(no(a), no(b))) }
	lists := []struct {
		name  string
		query ThreadQuery
		has   func(Thread) bool
		order func(a, b Thread) int
	}{
		{"longest", ThreadQuery{View: ViewWaiting}, waits, func(a, b Thread) int {
			return cmp.Or(a.WaitingSince.Compare(b.WaitingSince), cmp.Compare(no(a), no(b)))
		}},
		{"stuck", ThreadQuery{View: ViewStuck}, func(th Thread) bool { return th.Stuck != nil }, stuck},
	}
	for seed := range uint64(200) {
		w := smallWorld{r: rand.New(rand.NewPCG(seed, 1)), hostile: seed%2 == 0, local: true}
		v := applied(t, w.r, journal(w.facts(40)))
		for _, after := range []time.Duration{time.Minute, 130 * time.Second, time.Hour, 23 * time.Hour, 24*time.Hour + 3*time.Second} {
			now := testEpoch.Add(after)
			v.View(func(tx ReadTx) error {
				r := NewReader(tx, Lens{Agent: "priya", Now: now})
				whole := everyThread(r)
				for _, l := range lists {
					var want []ThreadID
					for _, th := range sortedBy(whole, l.has, l.order) {
						want = append(want, th.ID)
					}
					for _, limit := range []int{1, 2, 500} {
						got, err := pagesOf(r, l.query, limit)
						if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
							t.Errorf("seed %d after %v, %s by %d: %v, want %v (%v)", seed, after, l.name, limit, got, want, err)
						}
					}
				}
				// By windows: the open ones soonest first, then the closed ones last first.
				got, err := pagesOf(r, ThreadQuery{View: ViewWaiting, Order: Closing}, 2)
				var open, shut []time.Time
				for _, id := range got {
					i := slices.IndexFunc(whole, func(th Thread) bool { return th.ID == id })
					switch th := whole[i]; {
					case th.Window.Open && len(shut) > 0:
						t.Errorf("seed %d after %v: an open window behind a closed one: %v", seed, after, got)
					case th.Window.Open:
						open = append(open, th.Window.ExpiresAt)
					case th.Window.Refused: // closed before its time
						shut = append(shut, now)
					default:
						shut = append(shut, th.Window.ExpiresAt)
					}
				}
				falling := func(a, b time.Time) int { return b.Compare(a) }
				refused := slices.ContainsFunc(whole, func(th Thread) bool { return th.Window.Refused })
				if n := len(sortedBy(whole, waits, stuckless)); err != nil || len(got) != n || !slices.IsSortedFunc(open, time.Time.Compare) || !refused && !slices.IsSortedFunc(shut, falling) {
					t.Errorf("seed %d after %v, closing: %v of %d, open %v, closed %v (%v)", seed, after, got, n, open, shut, err)
				}
				return nil
			})
		}
	}
}

func stuckless(Thread, Thread) int { return 0 }

func everyThread(r *Reader) (whole []Thread) {
	scan(r.tx, threadsBucket, nil, nil, func(k, _ []byte) bool {
		if th, ok := r.Thread(ThreadNo(binary.BigEndian.Uint64(k))); ok {
			whole = append(whole, th)
		}
		return true
	})
	return whole
}

func sortedBy(threads []Thread, has func(Thread) bool, order func(a, b Thread) int) (some []Thread) {
	for _, th := range threads {
		if has(th) {
			some = append(some, th)
		}
	}
	slices.SortStableFunc(some, order)
	return some
}

// pagesOf reads a list page by page.
func pagesOf(r *Reader, q ThreadQuery, limit int) (ids []ThreadID, err error) {
	q.Limit = limit
	for {
		page, err := r.Threads(q)
		if err != nil {
			return ids, err
		}
		for _, th := range page.Threads {
			ids = append(ids, th.ID)
		}
		if q.After = page.Next; q.After == "" {
			return ids, nil
		}
	}
}

func TestAttention(t *testing.T) {
	get := func(s *shop, q ThreadQuery) (names string) {
		page, err := s.desk.Threads(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, th := range page.Threads {
			names += " " + th.WaID
		}
		return names
	}
	waiting, closing := ThreadQuery{View: ViewWaiting}, ThreadQuery{View: ViewWaiting, Order: Closing}
	check := func(t *testing.T, s *shop, q ThreadQuery, want string) {
		t.Helper()
		if got := get(s, q); got != want {
			t.Errorf("%s %s: %q, want %q", q.View, q.Order, got, want)
		}
	}
	t.Run("who waits longest; the phone's answer ends it", func(t *testing.T) {
		inShop(t, func(t *testing.T, s *shop) {
			s.customer("1", "first")
			time.Sleep(time.Hour)
			s.customer("2", "second")
			time.Sleep(time.Hour)
			s.customer("1", "still there?") // writing again does not begin anew, but opens the window longer
			check(t, s, waiting, " 1 2")
			check(t, s, closing, " 2 1")
			s.webhook(testFact{Message: fromPhone("1", "coming", time.Now())})
			check(t, s, waiting, " 2")
			time.Sleep(21*time.Hour + time.Minute)
			if c := s.counts(); c.Waiting != 1 || c.Closing != 1 {
				t.Errorf("%+v", c)
			}
			time.Sleep(2 * time.Hour)
			s.customer("3", "third")
			check(t, s, closing, " 3 2") // 2's window has closed
			if c := s.counts(); c.Waiting != 2 || c.Closing != 0 {
				t.Errorf("%+v", c)
			}
		})
	})
	t.Run("a snooze ends by itself, and by a message", func(t *testing.T) {
		inShop(t, func(t *testing.T, s *shop) {
			one, two := s.customer("1", "first"), s.customer("2", "second")
			until := time.Now().Add(time.Hour)
			s.do(NewID(), SetState{Thread: one, State: Snoozed, Until: until})
			s.do(NewID(), SetState{Thread: two, State: Snoozed, Until: until.Add(time.Hour)})
			check(t, s, waiting, "")
			page, _ := s.desk.Threads(t.Context(), waiting)
			if !page.Returns.Equal(until.Truncate(time.Second)) {
				t.Errorf("returns %v, want %v", page.Returns, until)
			}
			time.Sleep(time.Hour)
			check(t, s, waiting, " 1")
			s.customer("2", "hello?")
			check(t, s, waiting, " 1 2")
			if page, _ := s.desk.Threads(t.Context(), waiting); !page.Returns.IsZero() {
				t.Errorf("returns %v, want never", page.Returns)
			}
		})
	})
	t.Run("done reopens when the customer writes", func(t *testing.T) {
		inShop(t, func(t *testing.T, s *shop) {
			one := s.customer("1", "first")
			s.do(NewID(), SetState{Thread: one, State: Closed})
			check(t, s, waiting, "")
			check(t, s, ThreadQuery{View: ViewDone}, " 1")
			s.customer("1", "one more thing")
			check(t, s, waiting, " 1")
			check(t, s, ThreadQuery{View: ViewDone}, "")
		})
	})
	t.Run("what failed and what is uncertain is a queue", func(t *testing.T) {
		inShop(t, func(t *testing.T, s *shop) {
			one, two := s.customer("1", "first"), s.customer("2", "second")
			s.answers(refusedWith(ResultRejected, 131009), Outcome{Result: ResultUnknown}, refusedWith(ResultRejected, 131009))
			a := s.reply(one, "refused")
			time.Sleep(time.Second)
			b := s.reply(two, "lost?")
			time.Sleep(time.Second)
			s.reply(one, "refused, too")
			time.Sleep(time.Minute)
			check(t, s, ThreadQuery{View: ViewFailed}, " 1")
			check(t, s, ThreadQuery{View: ViewUncertain}, " 2")
			check(t, s, ThreadQuery{View: ViewHeld}, "")
			check(t, s, ThreadQuery{View: ViewStuck}, " 1 2")
			if th := s.thread("1"); th.Stuck == nil || th.Stuck.Ref != a || th.Stuck.Error == nil {
				t.Errorf("the oldest of those that failed is not told: %+v", th.Stuck)
			}
			if th := s.thread("2"); th.Stuck == nil || th.Stuck.Ref != b || th.Stuck.Status != Unknown || len(th.Stuck.Choices) == 0 {
				t.Errorf("%+v", th.Stuck)
			}
			if c := s.counts(); c.Failed != 1 || c.Uncertain != 1 || c.Stuck != 2 {
				t.Errorf("%+v", c)
			}
			s.do(NewID(), Decide{OID: b, Decision: MarkSent})
			check(t, s, ThreadQuery{View: ViewStuck}, " 1")
			s.do(NewID(), Decide{OID: a, Decision: Discard})
			if th := s.thread("1"); th.Stuck == nil || th.Stuck.Text != "refused, too" {
				t.Errorf("%+v", th.Stuck)
			}
			s.reply(one, "this one goes")
			check(t, s, ThreadQuery{View: ViewStuck}, "")
			if c := s.counts(); c.Stuck != 0 || c.Failed != 0 || c.Uncertain != 0 {
				t.Errorf("%+v", c)
			}
		})
	})
	t.Run("a failure that becomes known after done is not buried", func(t *testing.T) {
		inShop(t, func(t *testing.T, s *shop) {
			one := s.customer("1", "first")
			s.reply(one, "goes")
			s.do(NewID(), SetState{Thread: one, State: Closed})
			check(t, s, ThreadQuery{View: ViewStuck}, "")
			failed := statusOf(s.first(), NoProgress, time.Now())
			failed.Status.Failure = &Failure{Code: 131026}
			s.webhook(failed)
			check(t, s, ThreadQuery{View: ViewStuck}, " 1")
			s.do(NewID(), SetState{Thread: one, State: Closed})
			check(t, s, ThreadQuery{View: ViewStuck}, "")
		})
	})
	t.Run("places that are none", func(t *testing.T) {
		inShop(t, func(t *testing.T, s *shop) {
			for _, q := range []ThreadQuery{{View: ViewWaiting, After: "00"}, {View: ViewWaiting, Order: Closing, After: "6f"}, {View: ViewStuck, After: "zz"},
				{View: ViewStuck, After: "00"}, {View: ViewAll, Order: Closing}, {View: ViewWaiting, Order: "other"}, {After: "0011"}} {
				if _, err := s.desk.Threads(t.Context(), q); KindOf(err) != Invalid {
					t.Errorf("%+v: %v", q, err)
				}
			}
		})
	})
}

func (s *shop) counts() Counts {
	s.t.Helper()
	info, err := s.desk.Info(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return info.Counts
}
