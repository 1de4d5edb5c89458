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

// Guards and results: what an entry may depend on.

func testAllOrNothing(t *testing.T, s Subject) {
	appendAll(t, s.Journal, scoped("a", "o"))
	_, _, err := s.Journal.Append(t.Context(), inbox.Batch{
		Entries: []inbox.Entry{scoped("b", "p"), scoped("c", "o")},
		Guard:   []inbox.Guard{{Scope: "p"}, {Scope: "o"}},
		Results: map[string][]byte{"cmd": []byte("no")},
	})
	if !errors.Is(err, inbox.ErrGuard) {
		t.Fatalf("error %v; want ErrGuard", err)
	}
	wantIDs(t, s.Journal, "a")
	if n := must[inbox.Seq](t)(s.Journal.Last(t.Context(), "p")); n != 0 {
		t.Errorf("a scope was written: %d", n)
	}
	if _, ok, _ := s.Journal.Result(t.Context(), "cmd"); ok {
		t.Error("an answer was written")
	}
}

func testGuardRace(t *testing.T, s Subject) {
	for round := range 10 {
		scope := fmt.Sprint("o", round)
		last := inbox.Seq(0)
		if round%2 == 1 { // half of the time on a scope that exists
			last = appendAll(t, s.Journal, scoped(scope+"first", scope)).Seq
		}
		var wg sync.WaitGroup
		var won, lost atomic.Int64
		for i := range 16 {
			wg.Go(func() {
				b := batch(scoped(fmt.Sprint(scope, "/", i), scope))
				b.Guard = []inbox.Guard{{Scope: scope, Last: last}}
				switch _, _, err := s.Journal.Append(t.Context(), b); {
				case err == nil:
					won.Add(1)
				case errors.Is(err, inbox.ErrGuard):
					lost.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 || lost.Load() != 15 {
			t.Errorf("round %d: %d won and %d lost", round, won.Load(), lost.Load())
		}
	}
}

func testGuardRepeated(t *testing.T, s Subject) {
	b := batch(scoped("a", "o"))
	b.Guard = []inbox.Guard{{Scope: "o"}}
	b.Results = map[string][]byte{"cmd": []byte("done")}
	for i, want := range []int{1, 0, 0} {
		if _, n, err := s.Journal.Append(t.Context(), b); n != want || err != nil {
			t.Errorf("time %d: %d new, %v; want %d", i, n, err, want)
		}
	}
}

func testGuardNeighbours(t *testing.T, s Subject) {
	appendAll(t, s.Journal, scoped("taken", "o"))
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			b := batch(entry(fmt.Sprint("n", i)))
			if i%2 == 0 {
				b.Guard = []inbox.Guard{{Scope: "o"}}
			}
			if _, _, err := s.Journal.Append(t.Context(), b); errors.Is(err, inbox.ErrGuard) != (i%2 == 0) || err != nil && i%2 == 1 {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	wg.Wait()
	if all := readAll(t, s.Journal, inbox.Cursor{}); len(all) != 33 {
		t.Errorf("%d entries; want 33", len(all))
	}
}

func testResults(t *testing.T, s Subject) {
	b := batch(entry("a"))
	b.Results = map[string][]byte{"one": []byte("first"), "empty": nil}
	must[inbox.Cursor](t)(func() (inbox.Cursor, error) { c, _, err := s.Journal.Append(t.Context(), b); return c, err }())
	if v, ok, err := s.Journal.Result(t.Context(), "one"); string(v) != "first" || !ok || err != nil {
		t.Errorf("Result: %q, %v, %v", v, ok, err)
	}
	if v, ok, err := s.Journal.Result(t.Context(), "empty"); len(v) != 0 || !ok || err != nil {
		t.Errorf("an empty answer: %q, %v, %v", v, ok, err)
	}
	if _, ok, err := s.Journal.Result(t.Context(), "other"); ok || err != nil {
		t.Errorf("a command never given: %v, %v", ok, err)
	}
	if s.Advance == nil {
		t.Skip("this journal's clock cannot be moved")
	}
	s.Advance(7*24*time.Hour - time.Minute)
	if _, ok, _ := s.Journal.Result(t.Context(), "one"); !ok {
		t.Error("forgotten before seven days")
	}
	s.Advance(2 * time.Minute)
	if _, ok, _ := s.Journal.Result(t.Context(), "one"); ok {
		t.Error("remembered after seven days")
	}
	b = batch(entry("b"))
	b.Results = map[string][]byte{"one": []byte("second")}
	if _, _, err := s.Journal.Append(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if v, _, _ := s.Journal.Result(t.Context(), "one"); string(v) != "second" {
		t.Errorf("a new answer after the old was forgotten: %q", v)
	}
}

func testResultOnce(t *testing.T, s Subject) {
	for i, answer := range []string{"first", "second"} {
		b := batch(entry(fmt.Sprint(i)))
		b.Results = map[string][]byte{"cmd": []byte(answer)}
		if _, _, err := s.Journal.Append(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	if v, _, _ := s.Journal.Result(t.Context(), "cmd"); string(v) != "first" {
		t.Errorf("the answer became %q", v)
	}
}
