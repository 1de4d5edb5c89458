package inbox

import "encoding/binary"

// summary is what the list of threads needs of one thread's rows. It follows from the rows alone and is kept in step
// with them; when a change takes away what it points at, it is made anew from the rows' headers.
type summary struct {
	Rows    int  `cbor:"1,keyasint,omitempty"` // without stubs
	Stubs   int  `cbor:"2,keyasint,omitempty"`
	Phone   int  `cbor:"3,keyasint,omitempty"` // rows written on the phone
	Unread  int  `cbor:"4,keyasint,omitempty"` // rows with an unread mark
	Last    Seq  `cbor:"5,keyasint,omitempty"` // newest entry that touched a row
	Arrived mark `cbor:"6,keyasint,omitempty"` // of the customer's live row that arrived last
	OutSeen mark `cbor:"7,keyasint,omitempty"` // of our row that was first seen last

	First   spot `cbor:"8,keyasint,omitzero"`
	Waiting spot `cbor:"9,keyasint,omitzero"` // first live row without an answer

	// The newest row of each kind.
	Tail     spot `cbor:"10,keyasint,omitzero"` // any but stubs
	TailStub spot `cbor:"11,keyasint,omitzero"`
	Talk     spot `cbor:"12,keyasint,omitzero"`
	LiveTalk spot `cbor:"13,keyasint,omitzero"`
	Answer   spot `cbor:"14,keyasint,omitzero"`
	Out      spot `cbor:"15,keyasint,omitzero"`
	In       spot `cbor:"16,keyasint,omitzero"` // opens the window
	Fault    spot `cbor:"18,keyasint,omitzero"` // as Out, and failed
	ByHand   spot `cbor:"17,keyasint,omitzero"` // rows before it are read

	Later int `cbor:"19,keyasint,omitempty"` // rows that are still to leave
}

// newest pairs each pointer to a newest row with what makes a row count.
var newest = []struct {
	of     func(*summary) *spot
	counts func(flags) bool
}{
	{func(s *summary) *spot { return &s.Tail }, flags.stands},
	{func(s *summary) *spot { return &s.TailStub }, func(f flags) bool { return f.has(flagStub) }},
	{func(s *summary) *spot { return &s.Talk }, flags.talk},
	{func(s *summary) *spot { return &s.LiveTalk }, flags.unread},
	{func(s *summary) *spot { return &s.Answer }, flags.answer},
	{func(s *summary) *spot { return &s.Out }, func(f flags) bool { return f.ours() && f.stands() }},
	{func(s *summary) *spot { return &s.Fault }, func(f flags) bool { return f.has(flagFailed) && f.ours() && f.stands() }},
	{func(s *summary) *spot { return &s.In }, func(f flags) bool { return f.has(flagLive|flagTimely) && !f.has(flagSystem) }},
	{func(s *summary) *spot { return &s.ByHand }, func(f flags) bool { return f.has(flagByHand) }},
}

// change is what happened to one row of a thread: it came (old nil), went (now nil), or is another.
type change struct{ old, now *row }

// add counts a row.
func (s *summary) add(r row) {
	s.count(r.flags, 1)
	s.Last = max(s.Last, r.last)
	if r.flags.has(flagLive) {
		s.Arrived = max(s.Arrived, r.place.spot.Mark)
	}
	if r.flags.ours() {
		s.OutSeen = max(s.OutSeen, r.place.spot.Mark)
	}
	at := r.place.spot
	if r.flags.stands() && (s.First.IsZero() || at.before(s.First)) {
		s.First = at
	}
	for _, n := range newest {
		if p := n.of(s); n.counts(r.flags) && (p.IsZero() || p.before(at)) {
			*p = at
		}
	}
}

func (s *summary) count(f flags, n int) {
	if f.has(flagStub) {
		s.Stubs += n
	} else {
		s.Rows += n
	}
	if f.has(flagPhone) {
		s.Phone += n
	}
	if f.has(flagLater) {
		s.Later += n
	}
}

// apply takes the changes of one batch. It reports false when the summary lost what it pointed at and must be made
// anew.
func (s *summary) apply(changes []change) bool {
	before := *s
	for _, c := range changes {
		if c.now != nil {
			s.add(*c.now)
		}
	}
	for _, c := range changes {
		if c.old == nil {
			continue
		}
		s.count(c.old.flags, -1)
	}
	if s.Stubs == 0 { // the usual case: its content came
		s.TailStub, before.TailStub = spot{}, spot{}
	}
	for _, c := range changes {
		if c.old != nil && lost(before, *c.old, changes) {
			return false
		}
	}
	return true
}

// lost reports whether the old row was what a field of the summary stood on, and nothing that came stands there.
func lost(before summary, old row, changes []change) bool {
	at := old.place.spot
	came := func(counts func(flags) bool, covers func(row) bool) bool {
		for _, c := range changes {
			if c.now != nil && counts(c.now.flags) && covers(*c.now) {
				return true
			}
		}
		return false
	}
	any := func(flags) bool { return true }
	live := func(f flags) bool { return f.has(flagLive) }
	later := func(r row) bool { return compareSpot(r.place.spot, at) >= 0 }
	switch {
	case old.last == before.Last && !came(any, func(r row) bool { return r.last >= old.last }),
		live(old.flags) && at.Mark == before.Arrived && !came(live, func(r row) bool { return r.place.spot.Mark >= at.Mark }),
		old.flags.ours() && at.Mark == before.OutSeen && !came(flags.ours, func(r row) bool { return r.place.spot.Mark >= at.Mark }):
		return true
	}
	if old.flags.stands() && at == before.First && !came(flags.stands, func(r row) bool { return compareSpot(r.place.spot, at) <= 0 }) {
		return true
	}
	for _, n := range newest {
		if n.counts(old.flags) && at == *n.of(&before) && !came(n.counts, later) {
			return true
		}
	}
	return false
}

// active is the time that the thread stands at in the list, as if no stub had to wait.
func (s *summary) active() int64 {
	t := s.Tail.Time
	if !s.TailStub.IsZero() && (s.Tail.IsZero() || s.TailStub.Time > t) {
		t = s.TailStub.Time
	}
	return t
}

func (s *summary) empty() bool { return s.Rows+s.Stubs == 0 }

func activityKey(t int64, no ThreadNo) []byte {
	return binary.BigEndian.AppendUint64(number(^ordered(t)), uint64(no))
}

func unreadKey(no ThreadNo, s spot) []byte {
	b := binary.BigEndian.AppendUint64(unreadOf(no), ^uint64(s.Mark))
	return binary.BigEndian.AppendUint32(b, s.Hash)
}

// unreadSpot reads an unread mark.
func unreadSpot(k, v []byte) (spot, bool) {
	if len(k) != 21 || len(v) != 8 {
		return spot{}, false
	}
	return spot{
		Time: int64(binary.BigEndian.Uint64(v) ^ 1<<63), Mark: mark(^binary.BigEndian.Uint64(k[9:])),
		Hash: binary.BigEndian.Uint32(k[17:]),
	}, true
}
