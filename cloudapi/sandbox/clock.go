package sandbox

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// clock is sandbox time: how much of it has passed, and what timestamps to write.
type clock struct {
	zero  time.Time // when the sandbox was made, by the real clock
	start time.Time // zero when timestamps show the true time
	speed float64
}

func newClock(c Config) *clock { return &clock{zero: time.Now(), start: c.Start, speed: c.Speed} }

// elapsed is the sandbox time since the sandbox was made.
func (c *clock) elapsed() time.Duration {
	return time.Duration(float64(time.Since(c.zero)) * c.speed)
}

func (c *clock) now() time.Time {
	if c.start.IsZero() {
		return time.Now()
	}
	return c.start.Add(c.elapsed())
}

// real turns a stretch of sandbox time into real time, rounded up so that a timer never fires early.
func (c *clock) real(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return time.Duration(float64(d)/c.speed) + 1
}

// wait returns after d of sandbox time, or with the context's error.
func (c *clock) wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(c.real(d))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// agenda runs what is due, one thing at a time and in order of (time, order of entry). One goroutine for every
// tick, answer and retry makes a scene the same each time it is played.
type agenda struct {
	clock *clock
	wake  chan struct{}

	mu   sync.Mutex
	seq  uint64
	due  dueHeap
	busy bool
	idle broadcast
}

type appointment struct {
	at  time.Duration
	seq uint64
	do  func()
}

func newAgenda(c *clock) *agenda { return &agenda{clock: c, wake: make(chan struct{}, 1)} }

func (a *agenda) after(d time.Duration, do func()) {
	a.mu.Lock()
	a.seq++
	heap.Push(&a.due, appointment{a.clock.elapsed() + max(d, 0), a.seq, do})
	a.mu.Unlock()
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

func (a *agenda) run(ctx context.Context) {
	for ctx.Err() == nil {
		do, wait := a.next()
		if do != nil {
			do()
			a.done()
			continue
		}
		t := time.NewTimer(a.clock.real(wait))
		select {
		case <-t.C:
		case <-a.wake:
		case <-ctx.Done():
		}
		t.Stop()
	}
}

func (a *agenda) next() (func(), time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.due) == 0 {
		return nil, time.Hour
	}
	if wait := a.due[0].at - a.clock.elapsed(); wait > 0 {
		return nil, wait
	}
	a.busy = true
	return heap.Pop(&a.due).(appointment).do, 0
}

func (a *agenda) done() {
	a.mu.Lock()
	a.busy = false
	empty := len(a.due) == 0
	a.mu.Unlock()
	if empty {
		a.idle.notify()
	}
}

func (a *agenda) empty() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.due) == 0 && !a.busy
}

type dueHeap []appointment

func (h dueHeap) Len() int      { return len(h) }
func (h dueHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h dueHeap) Less(i, j int) bool {
	if h[i].at != h[j].at {
		return h[i].at < h[j].at
	}
	return h[i].seq < h[j].seq
}
func (h *dueHeap) Push(x any) { *h = append(*h, x.(appointment)) }
func (h *dueHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = appointment{}
	*h = old[:len(old)-1]
	return last
}

// broadcast wakes everyone who waits for a change. Take the channel first, then look, then wait.
type broadcast struct {
	mu sync.Mutex
	ch chan struct{}
}

func (b *broadcast) changed() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch == nil {
		b.ch = make(chan struct{})
	}
	return b.ch
}

func (b *broadcast) notify() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch != nil {
		close(b.ch)
		b.ch = nil
	}
}
