package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"frontdesk/inbox"
)

// Reading: cursors and waiting.

func testCursor(t *testing.T, s Subject) {
	var es []inbox.Entry
	for i := range 20 {
		es = append(es, entry(fmt.Sprint(i)))
	}
	appendAll(t, s.Journal, es...)
	all := readAll(t, s.Journal, inbox.Cursor{})
	for i := range all {
		c := inbox.Cursor{Epoch: s.Journal.Identity(), Seq: all[i].Seq, Chk: all[i].Chk}
		n := 1 + rand.IntN(10)
		got, err := s.Journal.Read(t.Context(), c, n)
		want := all[i+1:]
		want = want[:min(n, len(want))]
		if err != nil || fmt.Sprint(ids(got)) != fmt.Sprint(ids(want)) {
			t.Errorf("%d after %d: %v, %v; want %v", n, c.Seq, ids(got), err, ids(want))
		}
		byHand := inbox.Cursor{Epoch: inbox.AnyEpoch, Seq: c.Seq}
		if got, err := s.Journal.Read(t.Context(), byHand, n); err != nil || len(got) != len(want) {
			t.Errorf("by number alone after %d: %d entries, %v", c.Seq, len(got), err)
		}
	}
}

func testForeignCursor(t *testing.T, s Subject) {
	c := appendAll(t, s.Journal, entry("a"), entry("b"))
	ahead, other, past := c, c, c
	ahead.Seq += 5
	other.Epoch = "00000000000000000000000000000000"
	past.Chk ^= 1
	for name, c := range map[string]inbox.Cursor{
		"ahead": ahead, "of another store": other, "of another past": past, "without an epoch": {Seq: c.Seq, Chk: c.Chk},
		"by number, ahead": {Epoch: inbox.AnyEpoch, Seq: 99}, "the start of another store": {Epoch: other.Epoch},
	} {
		if es, err := s.Journal.Read(t.Context(), c, 10); !errors.Is(err, inbox.ErrCursor) {
			t.Errorf("%s: %v, %v; want ErrCursor", name, ids(es), err)
		}
	}
}

func testBounded(t *testing.T, s Subject) {
	for i := range 5 {
		e := entry(fmt.Sprint(i))
		e.Data = make([]byte, 5<<20)
		appendAll(t, s.Journal, e)
	}
	es, err := s.Journal.Read(t.Context(), inbox.Cursor{}, 100)
	size := 0
	for _, e := range es {
		size += len(e.Data)
	}
	if err != nil || len(es) == 0 || size > 15<<20 {
		t.Errorf("%d entries of %d bytes at once, %v", len(es), size, err)
	}
	if all := readAll(t, s.Journal, inbox.Cursor{}); len(all) != 5 {
		t.Errorf("%d of 5", len(all))
	}
}

func testWait(t *testing.T, s Subject) {
	c := must[inbox.Cursor](t)(s.Journal.Head(t.Context()))
	for i := range 20 {
		woken := make(chan error)
		for range 3 {
			go func() { woken <- s.Journal.Wait(t.Context(), c) }()
		}
		next := appendAll(t, s.Journal, entry(fmt.Sprint(i)))
		for range 3 {
			if err := <-woken; err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Journal.Wait(t.Context(), c); err != nil { // there is more already
			t.Fatal(err)
		}
		c = next
	}
}

func testWaitEnds(t *testing.T, s Subject) {
	c := appendAll(t, s.Journal, entry("a"))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil { // it may return early
			s.Journal.Wait(ctx, c)
		}
	}()
	cancel()
	<-ended
}
