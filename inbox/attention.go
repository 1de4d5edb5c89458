package inbox

import (
	"bytes"
	"cmp"
	"slices"
	"time"
)

// What asks for a person: customers who wait, and messages of ours that did not go. The lists go by ordersBucket and by
// what is unsettled, so they cost as much as they show, whatever the store holds.

// longest is who waits longest first.
func (r *Reader) longest(p *filling) error {
	if len(p.from) != 0 && len(p.from) != orderLen {
		return errPlace()
	}
	p.merge(r.unsure(func(v *threadView) ([]byte, bool) {
		since := r.waitingFrom(v)
		return orderKey(byWaiting, since.Time, v.no), !since.IsZero()
	}), r.inOrder(byWaiting, p.from))
	return nil
}

// inOrder walks one order of ordersBucket upwards, from a key on.
func (r *Reader) inOrder(order byte, from []byte) func(func(listed) bool) {
	return func(yield func(listed) bool) {
		if len(from) == 0 {
			from = []byte{order}
		}
		scan(r.tx, ordersBucket, []byte{order}, from, func(k, _ []byte) bool {
			_, no, ok := orderPlace(k)
			if !ok {
				r.check(damaged(ordersBucket, errShort))
			}
			return ok && yield(listed{bytes.Clone(k), no})
		})
	}
}

// closingParts are the two parts of the list by windows: those that were open when its first page was read, soonest first,
// then those that had closed, last first. A place in it is the time of the first page and a key.
const (
	stillOpen = 'o'
	hadClosed = 'x'
)

// closing is whose window closes soonest first, then whose closed last.
func (r *Reader) closing(p *filling) error {
	begun := r.lens.Now.Unix()
	part := byte(stillOpen)
	if len(p.from) > 0 {
		if len(p.from) != 1+8+8+8 {
			return errPlace()
		}
		part = p.from[0]
		begun, _, _ = orderPlace(p.from[:orderLen])
	}
	head := func(part byte) []byte { return append([]byte{part}, number(ordered(begun))...) }
	place := func(part byte, closes int64, no ThreadNo) []byte {
		at := ordered(closes)
		if part == hadClosed {
			at = ^at
		}
		return append(append(head(part), number(at)...), number(uint64(no))...)
	}
	isIn := func(closes int64) byte {
		if closes > begun {
			return stillOpen
		}
		return hadClosed
	}
	unsure := map[byte][]listed{}
	for _, l := range r.unsure(func(v *threadView) ([]byte, bool) {
		closes := v.sum.closes(v.person.Rejected)
		return place(isIn(closes), closes, v.no), !r.waitingFrom(v).IsZero()
	}) {
		unsure[l.key[0]] = append(unsure[l.key[0]], l)
	}
	if part == stillOpen {
		if !p.merge(unsure[stillOpen], func(yield func(listed) bool) {
			r.inOrder(byClosing, orderKey(byClosing, begun+1, 0))(func(l listed) bool {
				closes, no, _ := orderPlace(l.key)
				return yield(listed{place(stillOpen, closes, no), no})
			})
		}) {
			return nil
		}
	}
	p.merge(unsure[hadClosed], func(yield func(listed) bool) {
		var ends []listed // of one time: the smaller number first, as everywhere
		var of int64
		flush := func() bool {
			for _, l := range slices.Backward(ends) {
				if !yield(l) {
					return false
				}
			}
			ends = ends[:0]
			return true
		}
		more := true
		r.tx.Descend(ordersBucket, orderKey(byClosing, begun+1, 0), func(k, _ []byte) bool {
			closes, no, ok := orderPlace(k)
			if !ok || k[0] != byClosing {
				return false
			}
			if closes != of {
				more = flush()
				of = closes
			}
			ends = append(ends, listed{place(hadClosed, closes, no), no})
			return more
		})
		if more {
			flush()
		}
	})
	return nil
}

// returns is when the next snooze ends.
func (r *Reader) returns() (next time.Time) {
	r.inOrder(bySnooze, orderKey(bySnooze, r.lens.Now.Unix()+1, 0))(func(l listed) bool {
		until, _, _ := orderPlace(l.key)
		next = unixTime(until)
		return false
	})
	return next
}

// pending is what of a thread's outbox needs a person.
type pending struct {
	uncertain, held int
	first           [2]OutboxEntry // of each, the one that was queued first
}

// The places in pending.first.
const (
	firstUncertain = iota
	firstHeld
)

// pending finds the messages of unknown outcome and those that are held, by thread.
func (r *Reader) pending() map[ThreadNo]pending {
	if r.waits != nil {
		return r.waits
	}
	r.waits = map[ThreadNo]pending{}
	for e := range r.unsettled() {
		kind, _, _ := r.LineHold(e.Peer.Line)
		p := r.waits[e.Thread]
		switch s := e.State(r.lens, kind); {
		case s.Status == Unknown && !s.Confirming:
			if p.uncertain++; p.uncertain == 1 {
				p.first[firstUncertain] = e
			}
		case s.Status == Held:
			if p.held++; p.held == 1 {
				p.first[firstHeld] = e
			}
		default:
			continue
		}
		r.waits[e.Thread] = p
	}
	return r.waits
}

// stuckMost is how many rows are looked at for the first of those that failed in a row.
const stuckMost = 200

// stuck finds the oldest message of ours in a thread that needs a person, as one of the views counts.
func (r *Reader) stuck(v *threadView, view View) (Message, bool) {
	var found *stored
	older := func(s *stored) {
		if s != nil && (found == nil || s.row.place.spot.before(found.row.place.spot)) {
			found = s
		}
	}
	p := r.pending()[v.no]
	if p.uncertain > 0 && (view == ViewStuck || view == ViewUncertain) {
		older(r.rowOf(string(p.first[firstUncertain].OID)))
	}
	if p.held > 0 && (view == ViewStuck || view == ViewHeld) {
		older(r.rowOf(string(p.first[firstHeld].OID)))
	}
	if view == ViewStuck || view == ViewFailed {
		older(r.firstFailed(v))
	}
	if found == nil {
		return Message{}, false
	}
	return r.message(found, v), true
}

// firstFailed is the first of our rows behind the last answer that failed, unless a newer one of ours is well or what
// failed was sent again.
func (r *Reader) firstFailed(v *threadView) (first *stored) {
	newest := r.at(v.no, later(v.sum.Out, v.stub))
	if newest == nil || !newest.row.flags.has(flagFailed) || r.settledFailure(v) {
		return nil
	}
	looked := 0
	rowsBefore(r.tx, v.no, append(newest.row.place.bytes(), 0), func(k, val []byte) bool {
		w, err := rowOf(k, val)
		r.check(err)
		if looked++; err != nil || looked > stuckMost || w.flags.answer() && r.visible(w) {
			return false
		}
		if !w.flags.has(flagOut|flagFailed) || w.flags.has(flagVoid) || !r.visible(w) {
			return true
		}
		s, err := read(k, val)
		r.check(err)
		if err == nil && r.message(s, v).ResentAs == "" {
			first = s
		}
		return err == nil
	})
	return cmp.Or(first, newest)
}

// settledFailure reports whether a person closed the thread and nothing of it has changed since.
func (r *Reader) settledFailure(v *threadView) bool {
	st, _ := r.state(v)
	return st == Closed && v.sum.Last <= v.person.State.Mark.seq()
}

// stuckList is whose oldest message that needs a person is oldest first.
func (r *Reader) stuckList(p *filling) error {
	if len(p.from) != 0 && len(p.from) != orderLen {
		return errPlace()
	}
	maybe := map[ThreadNo]bool{}
	for no := range r.pending() {
		maybe[no] = true
	}
	if p.query.View == ViewFailed || p.query.View == ViewStuck {
		r.inOrder(byFailure, nil)(func(l listed) bool { maybe[l.no] = true; return true })
		r.lookYoung()
		for no := range r.fresh {
			maybe[no] = true
		}
	}
	var all []listed
	for no := range maybe {
		if m, ok := r.stuck(r.view(no), p.query.View); ok && r.exists(no) {
			all = append(all, listed{orderKey('s', m.At.Unix(), no), no})
		}
		delete(r.views, no)
	}
	slices.SortFunc(all, func(a, b listed) int { return bytes.Compare(a.key, b.key) })
	p.merge(all, func(func(listed) bool) {})
	return nil
}
