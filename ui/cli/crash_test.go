package cli

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"frontdesk/store/storetest/crash"
)

// ending is how a run that is to be killed goes on after its webhook was answered.
type ending string

const (
	stops ending = "stops" // at once, which takes the views to their file
	waits ending = "waits" // until the views have gone to their file by themselves, which takes three seconds
)

// killed is one run of the built program: it takes one webhook and is killed at a call from then on.
type killed struct {
	at   int    // which call; 0: none
	file string // counted are only the calls on this file; "": all
	how  ending
}

func (k killed) String() string { return fmt.Sprintf("call %d %s, %s", k.at, k.file, k.how) }

// run gives the calls that were seen from the webhook on and whether it was answered 200.
func (k killed) run(t *testing.T, s *shop, body []byte) (calls []*crash.Call, answered bool) {
	t.Helper()
	var mu sync.Mutex
	armed, sunk := false, make(chan struct{})
	syncs := 0 // of the views
	p := s.traceServe(t, &crash.Tracer{
		Before: func(c *crash.Call) crash.Verdict {
			mu.Lock()
			defer mu.Unlock()
			if !armed || !c.Changes() || k.file != "" && c.Path != k.file {
				return crash.GoOn
			}
			if calls = append(calls, c); len(calls) == k.at {
				return crash.Kill
			}
			return crash.GoOn
		},
		After: func(c *crash.Call) {
			mu.Lock()
			defer mu.Unlock()
			if armed && c.Name == crash.Sync && c.Path == viewsFile {
				if syncs++; syncs == 2 { // the pages, then the page that refers to them
					close(sunk)
				}
			}
		},
	})
	mu.Lock()
	armed = true
	mu.Unlock()
	status, err := lonePost(s.url(), body)
	answered = err == nil && status == http.StatusOK
	if answered && k.how == waits {
		select {
		case <-sunk:
		case <-p.Done():
		case <-time.After(20 * time.Second):
			t.Error("the views never went to their file")
		}
	}
	if k.at == 0 {
		end(t, p)
	} else {
		p.Signal(syscall.SIGTERM)
		if e := p.Wait(t); e.Status > 0 {
			t.Errorf("status %d, %s", e.Status, e.Stderr)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	return calls, answered
}

// A102 and P7 on the built program: kill -9 at every call that changes a file, from the arrival of a webhook on through
// the commit of the journal, the later write of the views and the stop. What was answered 200 is there once, and when
// WhatsApp has delivered again what it was given no answer for, the inbox is the one that was never killed.
func TestKillAtEveryCallOfTheProgram(t *testing.T) {
	t.Parallel() // it waits more than it works
	const webhook = 9
	rng := chance(t)
	base := filledShop(t)
	before := base.copied(t).shown(t, dayFilled)
	uncrashed := base.copied(t)
	calls, answered := killed{how: stops}.run(t, uncrashed, day(webhook))
	want := uncrashed.shown(t, dayFilled+1)
	ofViews := 0
	for _, c := range calls {
		if c.Path == viewsFile {
			ofViews++
		}
	}
	if !answered || len(calls) < 20 || ofViews < 4 || slices.Equal(before, want) {
		t.Fatalf("%d calls, %d of the views, answered %v, %d rows before and %d after: not what was meant to be tried", len(calls), ofViews, answered, len(before), len(want))
	}

	var kills []killed
	for _, n := range sample(rng, ofViews, 1) {
		kills = append(kills, killed{n, viewsFile, waits})
	}
	for _, n := range sample(rng, len(calls), 6) {
		kills = append(kills, killed{n, "", stops})
	}
	var mu sync.Mutex
	answers, gone := 0, 0
	together(t, kills, func(t *testing.T, k killed) {
		s := base.copied(t)
		calls, answered := k.run(t, s, day(webhook))
		if len(calls) < k.at {
			t.Skipf("it made %d calls this time", len(calls))
		}
		t.Logf("killed at call %d, %s; answered 200: %v", k.at, calls[k.at-1], answered)
		if answered && !slices.Contains(s.incomingIDs(t), dayID(webhook)) {
			t.Error("the webhook was answered 200 and is gone")
		}
		p := s.serve(t, io.Discard)
		if answered {
			s.wantRows(t, want)
		} else {
			s.wantRows(t, before, want)
		}
		for n := range dayFilled {
			s.deliver(t, day(n))
		}
		s.deliver(t, day(webhook))
		s.wantRows(t, want)
		s.stop(t, p.Process)
		mu.Lock()
		defer mu.Unlock()
		gone++
		if answered {
			answers++
		}
	})
	if gone < len(kills)*3/4 || answers == 0 || answers == gone {
		t.Errorf("%d of %d kills, %d of them after the 200: not what was meant to be tried", gone, len(kills), answers)
	}
	t.Logf("%d kills at %d calls, %d of them after the 200", gone, len(calls), answers)
}
