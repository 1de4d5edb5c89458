package inbox

import (
	"encoding/binary"
	"iter"
	"time"
)

// A reply may have a time before which it does not leave: one that a person chose ("send later"), or the few seconds in
// which what was sent can be taken back. It lies in the outbox all the while, so that no terminal is needed for it to
// leave, and none can lose it. Until its time has come it is nobody's turn that it takes: what is written meanwhile
// passes it. It stands at the end of its thread, at its time, and has answered nobody yet: the customer goes on
// waiting, and colleagues are not stopped by it. From its first attempt on it is an answer, given at that moment.
//
// Before a reply leaves at a time that was chosen, the conversation may have gone on without it. When somebody else
// has answered by then, on the phone or from here, or the customer has written, it does not leave but waits for a
// person ("answered"), who sees what came and decides: send now, keep the time, or cancel. It is held as soon as that
// is so, not only at its time, because the person who could decide is there then. The writer's own later replies do
// not stop it: they know of it. In the short pause only somebody else's answer does: customers write in several lines,
// and a reply to the first is not wrong because of the second.

// furthest is how far ahead a reply may be set.
const furthest = 366 * 24 * time.Hour

// longestPause is the longest pause in which a reply can be taken back.
const longestPause = time.Minute

// pending holds for an entry that has a time and has not been tried: its row says what is still to come. Whether it is
// over (cancelled) is the caller's to ask.
func (e *outgoing) pending() bool {
	return len(e.Queued) > 0 && !e.Queued[0].NotBefore.IsZero() && len(e.Attempts)+len(e.Outcomes)+len(e.Bound) == 0
}

// left is where and when an entry first went out to the customer: where it was queued, for one without a time of its
// own, else the first that is known of an attempt. ok is false while there is none.
func (e *outgoing) left(q queuing) (m mark, at time.Time, ok bool) {
	if q.NotBefore.IsZero() {
		return q.Mark, q.At, true
	}
	note := func(when mark, t time.Time) {
		if !ok || when < m {
			m, at, ok = when, t, true
		}
	}
	for _, a := range e.Attempts {
		note(a.Mark, a.At)
	}
	for _, o := range e.Outcomes {
		note(o.Mark, o.At)
	}
	return m, at, ok
}

// earliest is the earliest time that says when an entry went out, 0 for none. It is not always that of left: each of
// the two is a minimum by itself, so that neither depends on the order in which facts are joined.
func (e *outgoing) earliest(q queuing) (t int64) {
	if q.NotBefore.IsZero() {
		return q.At.Unix()
	}
	for _, a := range e.Attempts {
		earlier(&t, a.At.Unix())
	}
	for _, o := range e.Outcomes {
		earlier(&t, o.At.Unix())
	}
	return t
}

// waits is what unsettledBucket says of an entry: nothing when the sender must look at it, else when it has to. A pause
// is over so soon that the sender looks at once.
func (e *outgoing) waits() []byte {
	q := e.Queued[0]
	if !e.pending() || !q.Planned {
		return []byte{}
	}
	for _, d := range e.Decisions {
		if d.Decision == SendNow {
			return []byte{}
		}
	}
	return number(ordered(q.NotBefore.UnixNano()))
}

// due is when the entry may leave; zero for at once.
func (e OutboxEntry) due(now time.Time) time.Time {
	if !e.timed() || e.misdated(now) {
		return time.Time{}
	}
	return e.NotBefore
}

// timed holds for an entry that goes by its time: until it was tried, or a person did not want to wait.
func (e OutboxEntry) timed() bool {
	_, at := e.released()
	return !e.NotBefore.IsZero() && at == 0 && !e.tried()
}

// misdated holds for a pause that would take longer than any: it was begun by a clock that has been set back since. Of
// such a one no more than its length is waited, by elapsed time (sender.retryIn).
func (e OutboxEntry) misdated(now time.Time) bool {
	return e.timed() && !e.Planned && e.NotBefore.Sub(now) > longestPause
}

// turned is when its turn came: a reply that has still not left much later is stale.
func (e OutboxEntry) turned() time.Time {
	if lifted, at := e.released(); at > 0 && lifted.After(e.At) {
		return lifted
	}
	if e.NotBefore.After(e.At) {
		return e.NotBefore
	}
	return e.At
}

// overtaken holds when what was written since the time was set stops the entry, and nobody has decided that it leaves
// all the same.
func (e OutboxEntry) overtaken() bool {
	if e.Answered.Seq == 0 {
		return false
	}
	for _, d := range e.Decisions {
		if (d.Decision == SendNow || d.Decision == KeepTime) && d.knew() >= e.Answered.Seq {
			return false
		}
	}
	return true
}

// knew is up to where whoever decided could see the thread.
func (d Choice) knew() Seq {
	if d.Seen > 0 {
		return d.Seen
	}
	return d.Seq
}

// lifts are the decisions about a held entry. Free text is never offered for sending while the window is closed.
func (s Standing) lifts() (d []Decision) {
	switch s.Hold {
	case "stale", "window", "answered":
		if !s.shut {
			d = append(d, SendNow)
		}
		if s.Hold == "answered" && s.early {
			d = append(d, KeepTime)
		}
	}
	return append(d, Cancel)
}

// Unsettled lists what a sender must look at now, in the order it was queued: all that is not bound to a message, not
// failed, not cancelled, and not decided by a person, but for those whose time has not come; next is when the first
// of these comes. It costs as much as there is of it.
func (r *Reader) Unsettled() (now []OutboxEntry, next time.Time, err error) {
	for oid, due := range r.unsettledOIDs() {
		var e OutboxEntry
		if !r.lens.Now.Before(due) {
			var ok bool
			if e, ok = r.Outbox(oid); !ok {
				continue
			}
			due = e.due(r.lens.Now)
		}
		switch {
		case !r.lens.Now.Before(due):
			now = append(now, e)
		case next.IsZero() || due.Before(next):
			next = due
		}
	}
	return now, next, r.err
}

// unsettled is all of it, in the order it was queued: also what was stopped before its time.
func (r *Reader) unsettled() iter.Seq[OutboxEntry] {
	return func(yield func(OutboxEntry) bool) {
		for oid := range r.unsettledOIDs() {
			if e, ok := r.Outbox(oid); ok && !yield(e) {
				return
			}
		}
	}
}

// unsettledOIDs walks over unsettledBucket: the oids, and when each may leave, zero for now.
func (r *Reader) unsettledOIDs() iter.Seq2[OID, time.Time] {
	return func(yield func(OID, time.Time) bool) {
		r.tx.Ascend(unsettledBucket, nil, func(k, v []byte) bool {
			if len(k) <= 8 || r.err != nil {
				return r.err == nil
			}
			var due time.Time
			if len(v) == 8 {
				due = time.Unix(0, int64(binary.BigEndian.Uint64(v)^1<<63))
			}
			return yield(OID(k[8:]), due)
		})
	}
}

// answeredSince is the newest row that stops an entry: first seen after the time was set, and not by its own agent.
func (r *Reader) answeredSince(no ThreadNo, q queuing) OutMark {
	seen := q.Seen
	if seen == 0 {
		seen = q.Mark.seq()
	}
	if v := r.view(no); max(v.sum.OutSeen.seq(), v.sum.Arrived.seq()) <= seen {
		return OutMark{}
	}
	at, _ := r.newestAfter(no, seen, q.Agent, func(f flags) bool { return f.voice() || q.Planned && f.unread() })
	return at
}

// Scheduled is what a thread has waiting for a time that a person chose. What was stopped before is held, and counted
// there.
type Scheduled struct {
	Next time.Time `json:"next"` // when the first of them leaves
	N    int       `json:"n"`
}

// scheduled counts them; nil when there are none.
func (r *Reader) scheduled(v *threadView) *Scheduled {
	var s *Scheduled
	for _, oid := range laterRows(r.tx, v.no, v.sum.Later) {
		e, ok := r.Outbox(oid)
		if !ok || !e.Planned {
			continue
		}
		kind, _, _ := r.LineHold(e.Peer.Line)
		if e.State(r.lens, kind).Status == Held {
			continue
		}
		if s == nil {
			s = &Scheduled{Next: e.NotBefore}
		}
		s.N++
		if e.NotBefore.Before(s.Next) {
			s.Next = e.NotBefore
		}
	}
	return s
}

// laterLooked is how many rows are looked at for those that are still to leave.
const laterLooked = 1000

// laterRows finds the n rows of a thread that are still to leave. They stand at its end. One behind which so much has been
// written since is held, and waits for a person elsewhere.
func laterRows(tx ReadTx, no ThreadNo, n int) (oids []OID) {
	if n == 0 {
		return nil
	}
	looked := 0
	rowsBefore(tx, no, nil, func(k, val []byte) bool {
		w, err := rowOf(k, val)
		if looked++; err != nil || looked > laterLooked {
			return false
		}
		if w.flags.has(flagLater | flagOID) {
			oids = append(oids, OID(val[headerLen:]))
		}
		return len(oids) < n
	})
	return oids
}

// overtake tells of the rows that are still to leave when something is written in their thread: it may stop them.
func (b *batch) overtake(no ThreadNo, s *summary, changes []change) {
	if s.Later == 0 {
		return
	}
	seq := Seq(0)
	for _, c := range changes {
		if c.now != nil && (c.now.flags.ours() || c.now.flags.unread()) {
			seq = max(seq, c.now.last)
		}
	}
	if seq == 0 {
		return
	}
	for _, oid := range laterRows(b.tx, no, s.Later) {
		b.tell(Change{Seq: seq, Kind: OutboxEvent, Thread: no, Key: string(oid)})
	}
}
