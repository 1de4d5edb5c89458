package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"frontdesk/inbox"
)

// Leases: one sender at a time.

func testLease(t *testing.T, s Subject) {
	j, ctx := s.Journal, t.Context()
	take := must[uint64](t)
	f1 := take(j.Lease(ctx, "sender", "ann", time.Minute))
	if f := take(j.Lease(ctx, "sender", "ann", time.Minute)); f != f1 {
		t.Errorf("renewing changed the fence: %d, %d", f1, f)
	}
	if _, err := j.Lease(ctx, "sender", "bob", time.Minute); !errors.Is(err, inbox.ErrHeld) {
		t.Errorf("taken from a living holder: %v", err)
	}
	take(j.Lease(ctx, "other", "bob", time.Minute))
	if err := j.Release(ctx, "sender", f1+1); !errors.Is(err, inbox.ErrHeld) {
		t.Errorf("released with a wrong fence: %v", err)
	}
	if _, err := j.Lease(ctx, "sender", "bob", time.Minute); !errors.Is(err, inbox.ErrHeld) {
		t.Errorf("a wrong fence freed it: %v", err)
	}
	if err := j.Release(ctx, "sender", f1); err != nil {
		t.Fatal(err)
	}
	leased := func(key string) time.Time {
		until, err := j.Leased(ctx, key)
		if err != nil {
			t.Fatal(err)
		}
		return until
	}
	if until := leased("sender"); !until.IsZero() {
		t.Errorf("a lease that was released runs out at %v", until)
	}
	if until := leased("nobody's"); !until.IsZero() {
		t.Errorf("a lease that nobody held runs out at %v", until)
	}
	f2 := take(j.Lease(ctx, "sender", "bob", time.Minute))
	bobs := leased("sender")
	if bobs.IsZero() {
		t.Error("a lease that is held has no end")
	}
	if f2 <= f1 {
		t.Errorf("the fence did not rise: %d, %d", f1, f2)
	}
	if s.Advance == nil {
		t.Skip("this journal's clock cannot be moved")
	}
	s.Advance(59 * time.Second)
	if _, err := j.Lease(ctx, "sender", "ann", time.Minute); !errors.Is(err, inbox.ErrHeld) {
		t.Errorf("taken before its time: %v", err)
	}
	s.Advance(2 * time.Second)
	if until := leased("sender"); !until.Equal(bobs) {
		t.Errorf("a lease that ran out says %v, want %v", until, bobs)
	}
	f3 := take(j.Lease(ctx, "sender", "ann", time.Minute))
	if f3 <= f2 {
		t.Errorf("the fence did not rise: %d, %d", f2, f3)
	}
	if err := j.Release(ctx, "sender", f2); !errors.Is(err, inbox.ErrHeld) {
		t.Errorf("the old holder released it: %v", err)
	}
	if _, err := j.Lease(ctx, "sender", "bob", time.Minute); !errors.Is(err, inbox.ErrHeld) {
		t.Errorf("the old holder's fence freed it: %v", err)
	}
}

func testLeaseRace(t *testing.T, s Subject) {
	var wg sync.WaitGroup
	var won atomic.Int64
	for i := range 16 {
		wg.Go(func() {
			_, err := s.Journal.Lease(t.Context(), "sender", fmt.Sprint("node", i), time.Hour)
			switch {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, inbox.ErrHeld):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d hold it", won.Load())
	}
}
