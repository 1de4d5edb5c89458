package inbox

import (
	"cmp"
	"context"
	"slices"
	"sync"
)

// bell wakes everybody who waits. Take the channel first, look second: what happens in between still wakes.
type bell struct {
	mu sync.Mutex
	ch chan struct{}
}

// next is closed at the next ring.
func (b *bell) next() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch == nil {
		b.ch = make(chan struct{})
	}
	return b.ch
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch != nil {
		close(b.ch)
		b.ch = nil
	}
}

// slots carries what may be lost: presence, notices, drafts and templates that changed. It keeps the last value of
// each key; a watcher that was slow gets that one and never those in between.
type slots struct {
	mu    sync.Mutex
	last  uint64
	byKey map[string]slot
	bell  *bell
}

type slot struct {
	n  uint64
	ev volatile
}

// volatile is an event without a place in the journal: itself, or a thread that is read when it is delivered.
type volatile struct {
	event  Event
	thread ThreadNo
	reply  OID
}

const slotsMost = 1024

func (s *slots) put(key string, ev volatile) {
	s.mu.Lock()
	if s.byKey == nil {
		s.byKey = map[string]slot{}
	}
	s.last++
	s.byKey[key] = slot{n: s.last, ev: ev}
	if len(s.byKey) > slotsMost {
		s.dropOldest()
	}
	s.mu.Unlock()
	s.bell.ring()
}

func (s *slots) dropOldest() {
	oldest, least := "", s.last
	for key, sl := range s.byKey {
		if sl.n < least {
			oldest, least = key, sl.n
		}
	}
	delete(s.byKey, oldest)
}

// after gives what was put after n, oldest first, and the new n.
func (s *slots) after(n uint64) ([]volatile, uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n >= s.last {
		return nil, s.last
	}
	var found []slot
	for _, sl := range s.byKey {
		if sl.n > n {
			found = append(found, sl)
		}
	}
	slices.SortFunc(found, func(a, b slot) int { return cmp.Compare(a.n, b.n) })
	events := make([]volatile, len(found))
	for i, sl := range found {
		events[i] = sl.ev
	}
	return events, s.last
}

func (s *slots) head() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

// reached is a position that one can wait for: how far the views are. It falls only when they are made anew.
type reached struct {
	mu   sync.Mutex
	seq  Seq
	bell bell
}

func (r *reached) to(seq Seq) {
	r.mu.Lock()
	r.seq = seq
	r.mu.Unlock()
	r.bell.ring()
}

func (r *reached) now() Seq {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.seq
}

// wait returns when the position is at seq or beyond, or when ctx ends.
func (r *reached) wait(ctx context.Context, seq Seq) error {
	for {
		rung := r.bell.next()
		if r.now() >= seq {
			return nil
		}
		select {
		case <-rung:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
