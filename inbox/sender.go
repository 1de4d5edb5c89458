package inbox

import (
	"context"
	"errors"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// The pace of one number (merge-rules 13): the Coexistence limit, without a burst that would break it.
const (
	lineRate   = 20
	flyingMost = 16
)

// sender takes what is queued and hands it to WhatsApp: one message per thread at a time, in the order it was queued,
// each attempt on disk before its one POST, its outcome on disk after (merge-rules 7).
type sender struct {
	owner  *Owner
	pace   *rate.Limiter
	gate   gate
	random func() float64

	flying   map[OID]ThreadNo      // attempts that run
	landed   map[OID]landed        // outcomes that the views may not know yet
	due      map[OID]time.Time     // when a retry may go, by elapsed time
	asked    map[OID]Seq           // how far the journal was when what was set for a time became due
	ended    chan delivered        // as large as there can be, so that no attempt waits to report
	uploads  map[OID]*upload       // files on their way, before any attempt
	uploaded map[FileName]uploaded // what WhatsApp calls files that it has
	carried  chan uploadEnd
	wg       sync.WaitGroup // of attempts
	blocked  atomic.Int32   // attempts that cannot commit: nothing new starts meanwhile
	behind   Seq            // nothing starts until the views are here: the number may be held
	lease    uint64         // fence, 0 when not held
	leased   time.Time      // when it was last renewed
}

type landed struct {
	thread ThreadNo
	seq    Seq
}

func newSender(o *Owner) *sender {
	return &sender{
		owner: o, pace: rate.NewLimiter(lineRate, 1), random: jitter,
		flying: map[OID]ThreadNo{}, landed: map[OID]landed{}, due: map[OID]time.Time{}, asked: map[OID]Seq{},
		ended:   make(chan delivered, flyingMost),
		uploads: map[OID]*upload{}, uploaded: map[FileName]uploaded{}, carried: make(chan uploadEnd, uploadMost),
		behind: o.found, // views that a crash left behind take an attempt whose outcome is on disk for an uncertain one
	}
}

// run sends until ctx ends, then lets the attempts on their way end as unknown.
func (s *sender) run(ctx context.Context) error {
	defer s.release()
	for ctx.Err() == nil {
		rung := s.owner.applied.bell.next() // before looking
		wait := s.step(ctx)
		timer := time.NewTimer(wait)
		select {
		case <-rung:
		case d := <-s.ended:
			s.end(d)
		case u := <-s.carried:
			s.carriedOver(u)
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
	}
	s.wg.Wait()
	return nil
}

// step starts everything that may go now and says how long nothing can change by itself.
func (s *sender) step(ctx context.Context) time.Duration {
	for len(s.ended) > 0 {
		s.end(<-s.ended)
	}
	for len(s.carried) > 0 {
		s.carriedOver(<-s.carried)
	}
	next := leaseRenew
	if !s.holdLease(ctx) || s.blocked.Load() > 0 {
		return next
	}
	q, err := s.look()
	if err != nil {
		s.owner.c.Log.Error("the outbox could not be read", "err", err)
		return next
	}
	s.owner.showHold(q.hold)
	if q.hold != "" {
		next = min(next, tokenLook)
	}
	if q.applied < s.behind {
		return next
	}
	if !q.next.IsZero() { // a clock that jumps is seen at the next look
		next = min(next, max(0, q.next.Sub(q.lens.Now)))
	}
	s.forget(q)
	s.callBack(q)
	for _, e := range q.entries {
		wait, ok := s.wait(q, e)
		if !ok {
			delete(s.asked, e.OID)
			continue
		}
		if wait == 0 && !e.NotBefore.IsZero() && !s.knows(ctx, q, e.OID) {
			wait = caughtUpLook
		}
		if wait == 0 && !s.ready(ctx, &e) {
			continue // the end of an upload wakes us
		}
		if wait == 0 {
			wait = s.turn()
		}
		if wait > 0 {
			next = min(next, wait)
			continue
		}
		s.start(ctx, e)
	}
	return next
}

// queue is the outbox at one moment.
type queue struct {
	entries []OutboxEntry // whose time has come, in the order they were queued
	next    time.Time     // when the time of the next one comes, zero for none
	busy    map[ThreadNo]bool
	hold    string
	lens    Lens
	applied Seq
}

func (s *sender) look() (queue, error) {
	q := queue{busy: map[ThreadNo]bool{}}
	err := s.owner.view("", func(r *Reader) (err error) {
		q.lens, q.applied = r.lens, Applied(r.tx).Seq
		q.hold, _, _ = r.LineHold(s.owner.c.Line)
		for _, no := range s.flying {
			q.occupy(r, no)
		}
		for oid, l := range s.landed {
			if l.seq <= q.applied {
				delete(s.landed, oid)
			} else {
				q.occupy(r, l.thread)
			}
		}
		if q.entries, q.next, err = r.Unsettled(); err != nil {
			return err
		}
		return r.Err()
	})
	return q, err
}

// occupy marks a thread in which something is on its way, under the number it goes by now.
func (q *queue) occupy(r *Reader, no ThreadNo) {
	if now, ok := r.Resolve(no); ok {
		no = now
	}
	q.busy[no] = true
}

// wait says whether an entry is the one whose turn it is in its thread, and how long it still has to wait. Entries
// that are over, and those of unknown outcome, let the next one pass; no attempt is ever made on them.
func (s *sender) wait(q queue, e OutboxEntry) (time.Duration, bool) {
	if q.busy[e.Thread] {
		return 0, false
	}
	st := e.State(q.lens, q.hold)
	switch st.Status {
	case Queuing, Waiting:
		q.busy[e.Thread] = true
		return max(s.retryIn(q, e, st), s.gate.wait()), true
	case Sending:
		q.busy[e.Thread] = true
	case Held:
		// What was written for an open window waits for a person; a template behind it is how the window is opened. And
		// a time that was set is no place in the queue.
		q.busy[e.Thread] = st.Hold != "window" && e.NotBefore.IsZero()
	}
	return 0, false
}

// caughtUpLook is how soon it is looked again whether the views know all that is in the journal.
const caughtUpLook = 50 * time.Millisecond

// knows reports whether the views know all that had arrived when an entry became due. What leaves at a set time leaves
// only then: an answer that came while nobody ran may be on disk already, and would stop it. What arrives later does not
// count, or it would not leave as long as much arrives.
func (s *sender) knows(ctx context.Context, q queue, oid OID) bool {
	upto, asked := s.asked[oid]
	if !asked {
		head, err := s.owner.c.Journal.Head(ctx)
		if err != nil {
			return false
		}
		upto = head.Seq
		s.asked[oid] = upto
	}
	return upto <= q.applied
}

// forget drops what is remembered of entries that were cancelled, or settled otherwise.
func (s *sender) forget(q queue) {
	there := make(map[OID]bool, len(q.entries))
	for _, e := range q.entries {
		there[e.OID] = true
	}
	maps.DeleteFunc(s.due, func(oid OID, _ time.Time) bool { return !there[oid] })
	maps.DeleteFunc(s.asked, func(oid OID, _ Seq) bool { return !there[oid] })
}

// retryIn is how long until an entry may be tried, or tried again. What an earlier run decided is a wall time: of it no more is
// waited than was meant.
func (s *sender) retryIn(q queue, e OutboxEntry, st Standing) time.Duration {
	due, known := s.due[e.OID]
	if !known && e.misdated(q.lens.Now) {
		due = time.Now().Add(e.NotBefore.Sub(e.At))
		s.due[e.OID] = due
	}
	if !known && st.Status == Waiting {
		meant := e.Attempts[len(e.Attempts)-1].Outcome.RetryAfter
		left := min(max(st.RetryAt.Sub(q.lens.Now), 0), meant)
		due = time.Now().Add(left)
		s.due[e.OID] = due
		if r := e.Attempts[len(e.Attempts)-1].Outcome.Result; r == ResultThrottled || r == ResultNotSent {
			s.gate.shut(left)
		}
	}
	return max(0, time.Until(due))
}

// turn takes a place in the pace of the number, or says how long until there is one.
func (s *sender) turn() time.Duration {
	if len(s.flying) >= flyingMost {
		return leaseRenew // one that ends wakes us
	}
	r := s.pace.Reserve()
	if d := r.Delay(); d > 0 {
		r.Cancel()
		return d
	}
	return 0
}

func (s *sender) start(ctx context.Context, e OutboxEntry) {
	s.flying[e.OID] = e.Thread
	delete(s.due, e.OID)
	delete(s.asked, e.OID)
	d := delivery{sender: s, entry: e, n: e.nextTry()}
	s.wg.Go(func() { s.ended <- d.run(ctx) })
}

// end takes note of how an attempt ended.
func (s *sender) end(d delivered) {
	delete(s.flying, d.oid)
	s.landed[d.oid] = landed{thread: d.thread, seq: d.seq}
	if d.wait > 0 {
		s.due[d.oid] = time.Now().Add(d.wait)
	}
	switch d.result {
	case ResultAccepted:
		if d.late { // what was answered at once was told then
			s.owner.receiptOnReply(d.thread)
		}
	case ResultThrottled, ResultNotSent:
		s.gate.shut(d.wait)
	case ResultRejectedAuth, ResultRejectedAccount:
		s.behind = max(s.behind, d.seq)
	case ResultRejected:
		delete(s.uploaded, d.file) // perhaps WhatsApp does not know the file any more: a resend uploads it anew
	}
}

// holdLease keeps the right to send for this number.
func (s *sender) holdLease(ctx context.Context) bool {
	since := time.Since(s.leased)
	if s.lease != 0 && since < leaseRenew {
		return true
	}
	fence, err := s.owner.c.Journal.Lease(ctx, s.owner.leaseKey(), s.owner.c.Node, leaseFor)
	switch {
	case err == nil:
		s.lease, s.leased = fence, time.Now()
		s.owner.notices.clear(noticeSending)
		return true
	case errors.Is(err, ErrHeld):
		s.lease = 0
		s.owner.notices.set(noticeSending, Tell(noticeSending, "sending-elsewhere", "why", err.Error()))
	case ctx.Err() == nil:
		s.owner.c.Log.Warn("the right to send could not be renewed", "err", err)
	}
	return s.lease != 0 && since < leaseFor-leaseRenew
}

func (s *sender) release() {
	if s.lease == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	if err := s.owner.c.Journal.Release(ctx, s.owner.leaseKey(), s.lease); err != nil {
		s.owner.c.Log.Debug("the right to send could not be given back; it runs out by itself", "err", err)
	}
}
