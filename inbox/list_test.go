package inbox

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// The lists and the counts go by the cards; each thread read whole must say the same, also while stubs wait.
func TestListsAndCountsAgreeWithTheThreads(t *testing.T) {
	views := map[View]func(Thread) bool{
		ViewAll:        func(th Thread) bool { return th.State != Closed },
		ViewDone:       func(th Thread) bool { return th.State == Closed },
		ViewMine:       func(th Thread) bool { return th.State != Closed && th.Assignee == "priya" },
		ViewUnassigned: func(th Thread) bool { return th.State != Closed && th.Assignee == "" },
		ViewEvery:      func(Thread) bool { return true },
		ViewWaiting:    func(th Thread) bool { return !th.WaitingSince.IsZero() && th.State != Snoozed },
		ViewUncertain:  func(th Thread) bool { return th.Uncertain > 0 },
		ViewHeld:       func(th Thread) bool { return th.Held > 0 },
		ViewStuck:      func(th Thread) bool { return th.Stuck != nil },
	}
	for seed := range uint64(200) {
		w := smallWorld{r: rand.New(rand.NewPCG(seed, 0)), hostile: seed%2 == 0, local: true}
		v := applied(t, w.r, journal(w.facts(40)))
		for _, now := range []time.Duration{time.Minute, 130 * time.Second, time.Hour} {
			v.View(func(tx ReadTx) error {
				r := NewReader(tx, Lens{Agent: "priya", Now: testEpoch.Add(now)})
				var whole []Thread
				scan(tx, threadsBucket, nil, nil, func(k, _ []byte) bool {
					if th, ok := r.Thread(ThreadNo(binary.BigEndian.Uint64(k))); ok {
						whole = append(whole, th)
					}
					return true
				})
				counted := map[View]int{}
				c, err := r.Counts()
				counted[ViewAll], counted[ViewDone], counted[ViewMine], counted[ViewUnassigned], counted[ViewWaiting] = c.All, c.Done, c.Mine, c.Unassigned, c.Waiting
				counted[ViewEvery] = c.All + c.Done
				counted[ViewStuck] = c.Stuck
				counted[ViewUncertain], counted[ViewHeld] = -1, -1 // messages are counted
				for view, has := range views {
					var want, got []string
					for _, th := range whole {
						if has(th) {
							want = append(want, string(th.ID))
						}
					}
					page, perr := r.Threads(ThreadQuery{View: view, Limit: 500})
					for _, th := range page.Threads {
						got = append(got, string(th.ID))
					}
					slices.Sort(want)
					slices.Sort(got)
					if err != nil || perr != nil || fmt.Sprint(got) != fmt.Sprint(want) || counted[view] != len(want) && counted[view] >= 0 {
						t.Errorf("seed %d after %v, %s: listed %v, counted %d, the threads say %v (%v, %v)", seed, now, view, got, counted[view], want, err, perr)
					}
				}
				return nil
			})
		}
	}
}
