package inbox

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// summarise brings a thread's summary, its place in the list and its unread rows in step with what changed.
func (b *batch) summarise(no ThreadNo, changes []change) {
	key := number(uint64(no))
	var before, s summary
	was, err := loadCard(b.tx, no, &before)
	if err != nil {
		b.fail(err)
		return
	}
	s = before
	changes = dropEmpty(changes)
	again := b.anew[no] || !s.apply(changes)
	if again {
		s = b.tally(no)
	} else {
		b.unread(no, before, &s, changes)
	}
	s.Waiting = b.waiting(no, before, s, changes, again)
	b.overtake(no, &s, changes)
	if !before.empty() && (s.empty() || before.active() != s.active()) {
		b.drop(activityBucket, activityKey(before.active(), no))
	}
	if s.empty() {
		if !before.empty() {
			b.drop(threadsBucket, key)
			b.order(no, was, facing{})
		}
		return
	}
	last, err := latest(b.tx, no, &s)
	b.check(err)
	now := cardOf(&s, b.joined(no), last)
	b.order(no, was, now.facing)
	b.put(threadsBucket, key, now.stored(&s))
	b.put(activityBucket, activityKey(s.active(), no), []byte{})
}

// order keeps a thread's places in ordersBucket.
func (b *batch) order(no ThreadNo, was, is facing) {
	old, now := was.orders(no), is.orders(no)
	in := func(keys [][]byte, k []byte) bool {
		return slices.ContainsFunc(keys, func(x []byte) bool { return bytes.Equal(x, k) })
	}
	for _, k := range old {
		if !in(now, k) {
			b.drop(ordersBucket, k)
		}
	}
	for _, k := range now {
		if !in(old, k) {
			b.put(ordersBucket, k, []byte{})
		}
	}
}

// joined is what the persons of a thread say together.
func (b *batch) joined(no ThreadNo) *person {
	var p person
	if key := b.tx.Get(numbersBucket, number(uint64(no))); key != nil {
		for _, c := range b.component(splitPersonKey(key)) {
			p.join(c.value)
		}
	}
	return &p
}

func dropEmpty(changes []change) []change {
	kept := changes[:0]
	for _, c := range changes {
		if c.old != nil || c.now != nil {
			kept = append(kept, c)
		}
	}
	return kept
}

// tally makes a summary anew from the headers of the thread's rows, and its unread rows with it.
func (b *batch) tally(no ThreadNo) summary {
	s, unread, err := tallyRows(b.tx, no)
	b.check(err)
	b.dropUnread(no)
	for _, at := range unread {
		b.put(messagesBucket, unreadKey(no, at), number(ordered(at.Time)))
	}
	return s
}

// dropUnread takes away all unread marks of a thread.
func (b *batch) dropUnread(no ThreadNo) {
	scan(b.tx, messagesBucket, unreadOf(no), nil, func(k, _ []byte) bool {
		b.drop(messagesBucket, bytes.Clone(k))
		return true
	})
}

// tallyRows derives a summary, but for Waiting, and the spots of the rows that may be unread.
func tallyRows(tx ReadTx, no ThreadNo) (s summary, unread []spot, err error) {
	scan(tx, messagesBucket, rowsOf(no), nil, func(k, v []byte) bool {
		var r row
		if r, err = rowOf(k, v); err != nil {
			return false
		}
		s.add(r)
		if r.flags.unread() {
			unread = append(unread, r.place.spot)
		}
		return true
	})
	kept := unread[:0]
	for _, at := range unread {
		if !s.read(at) {
			kept = append(kept, at)
		}
	}
	s.Unread = len(kept)
	return s, kept, err
}

// read reports whether something that was written by hand after a row proves that it was read.
func (s *summary) read(at spot) bool { return !s.ByHand.IsZero() && at.Time < s.ByHand.Time }

// unread keeps the list of rows that an agent may not have seen.
func (b *batch) unread(no ThreadNo, before summary, s *summary, changes []change) {
	gone := map[spot]bool{}
	for _, c := range changes {
		if c.old != nil && c.old.flags.unread() && !before.read(c.old.place.spot) {
			b.drop(messagesBucket, unreadKey(no, c.old.place.spot))
			gone[c.old.place.spot] = true
			s.Unread--
		}
	}
	if !s.ByHand.IsZero() && (before.ByHand.IsZero() || s.ByHand.Time > before.ByHand.Time) {
		scan(b.tx, messagesBucket, unreadOf(no), nil, func(k, v []byte) bool {
			if at, ok := unreadSpot(k, v); ok && s.read(at) && !gone[at] {
				b.drop(messagesBucket, bytes.Clone(k))
				s.Unread--
			}
			return true
		})
	}
	for _, c := range changes {
		if c.now != nil && c.now.flags.unread() && !s.read(c.now.place.spot) {
			b.put(messagesBucket, unreadKey(no, c.now.place.spot), number(ordered(c.now.place.spot.Time)))
			s.Unread++
		}
	}
}

// waiting finds the first live row behind the last answer.
func (b *batch) waiting(no ThreadNo, before, s summary, changes []change, again bool) spot {
	if s.LiveTalk.IsZero() || !s.Answer.IsZero() && !s.Answer.before(s.LiveTalk) {
		return spot{}
	}
	first := before.Waiting
	keep := !again && !first.IsZero() && before.Answer == s.Answer
	for _, c := range changes {
		keep = keep && (c.old == nil || c.old.place.spot != first)
	}
	if !keep {
		at, err := firstLive(b.tx, no, s.Answer)
		b.check(err)
		return at
	}
	for _, c := range changes {
		if c.now != nil && c.now.flags.unread() && (s.Answer.IsZero() || s.Answer.before(c.now.place.spot)) && c.now.place.spot.before(first) {
			first = c.now.place.spot
		}
	}
	return first
}

// firstLive is the first live row of the talk after a spot; after the zero spot, the first of all.
func firstLive(tx ReadTx, no ThreadNo, after spot) (at spot, err error) {
	prefix := rowsOf(no)
	from := prefix
	if !after.IsZero() {
		from = place{no, after}.bytes()
	}
	scan(tx, messagesBucket, prefix, from, func(k, v []byte) bool {
		var r row
		if r, err = rowOf(k, v); err != nil {
			return false
		}
		if r.flags.unread() && r.place.spot != after {
			at = r.place.spot
			return false
		}
		return true
	})
	return at, err
}

// forget takes away what is kept of a thread that goes by another number now.
func (b *batch) forget(no ThreadNo) {
	key := number(uint64(no))
	var s summary
	was, err := loadCard(b.tx, no, &s)
	if err != nil {
		b.fail(err)
		return
	}
	if !s.empty() {
		b.drop(activityBucket, activityKey(s.active(), no))
		b.order(no, was, facing{})
	}
	b.drop(threadsBucket, key)
	b.dropUnread(no)
	b.flush(threadsBucket, activityBucket, messagesBucket, ordersBucket)
}

// unreadable is one item of quarantineBucket.
type unreadable struct {
	At     int64  `cbor:"1,keyasint"`
	Path   string `cbor:"2,keyasint"`
	Reason string `cbor:"3,keyasint"`
}

func quarantineMark(k []byte) (mark, bool) {
	if len(k) != 8 {
		return 0, false
	}
	return mark(binary.BigEndian.Uint64(k)), true
}
