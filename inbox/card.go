package inbox

import (
	"encoding/binary"
	"errors"
)

// card is the head of a thread's stored summary: what counting and ordering need, so that the counts of all threads cost
// a walk over heads, without decoding anything. It joins what follows from the rows with what people did with the
// thread. It takes every stub for one that shows; the few that do not yet are corrected when it is read.
type card struct {
	facing
	unread   int     // rows with an unread mark
	arrived  mark    // summary.Arrived: nothing unread is younger
	outSeen  mark    // summary.OutSeen: no row of ours was first seen later
	assignee AgentID // as every view of it is
	viewed   []viewedTo
}

// facing is what asks for somebody's attention, with the times by which the lists order it. None of them depends on the
// clock.
type facing struct {
	bits   cardBits
	since  int64 // while cardWaiting: of the first live row without an answer
	closes int64 // while cardWaiting: when the window closes, or closed; 0 when it never opened
	fault  int64 // while cardFailed: of the row that failed
	until  int64 // while cardSnoozed
}

type viewedTo struct {
	agent AgentID
	upto  Seq
}

type cardBits uint8

const (
	cardClosed  cardBits = 1 << iota
	cardWaiting          // the customer has had no answer
	cardFailed           // the newest row from us failed
	cardStubs            // it has rows that the clock decides about
	cardSnoozed          // until a time that may be over
)

const cardVersion = 2

// cardOf makes the card of a thread from its summary, its persons, joined, and what its newest rows say.
func cardOf(s *summary, p *person, l lately) card {
	c := card{unread: s.Unread, arrived: s.Arrived, outSeen: s.OutSeen, assignee: p.Assigned.To}
	decided := p.State.Mark != 0 && s.Arrived <= p.State.Mark // and the customer has not written since
	closed := decided && p.State.State == Closed
	if closed {
		c.bits |= cardClosed
	}
	if decided && p.State.State == Snoozed {
		c.bits |= cardSnoozed
		c.until = p.State.Until
	}
	if !closed && !l.waiting.IsZero() {
		c.bits |= cardWaiting
		c.since, c.closes = l.waiting.Time, s.closes(p.Rejected)
	}
	if l.failed && !(closed && s.Last <= p.State.Mark.seq()) { // what was known when a person closed the thread is done with
		c.bits |= cardFailed
		c.fault = later(s.Out, s.TailStub).Time
	}
	if s.Stubs > 0 {
		c.bits |= cardStubs
	}
	for _, v := range p.Viewed {
		if upto := v.upto(); upto > 0 {
			c.viewed = append(c.viewed, viewedTo{v.Agent, upto})
		}
	}
	return c
}

// lately is what a card needs of a thread's newest rows, with every stub taken for one that shows.
type lately struct {
	waiting spot // first live row without an answer
	failed  bool // the newest row from us failed
}

// latest finds it. Stubs answer customers, too, and may be the newest row.
func latest(tx ReadTx, no ThreadNo, s *summary) (l lately, err error) {
	l.waiting, l.failed = s.Waiting, !s.Out.IsZero() && s.Out == s.Fault
	if s.TailStub.IsZero() {
		return l, nil
	}
	if !l.waiting.IsZero() && l.waiting.before(s.TailStub) {
		if l.waiting, err = firstLive(tx, no, s.TailStub); err != nil {
			return l, err
		}
	}
	if s.Out.IsZero() || s.Out.before(s.TailStub) {
		at := place{no, s.TailStub}.bytes()
		r, err := rowOf(at, tx.Get(messagesBucket, at))
		if err != nil {
			return l, err
		}
		l.failed = r.flags.has(flagFailed)
	}
	return l, nil
}

// closes is when the window closes or closed: a day after the row that opened it, or when WhatsApp refused before.
func (s *summary) closes(rejected int64) int64 {
	if s.In.IsZero() {
		return 0
	}
	end := s.In.Time + int64(windowLength.Seconds())
	if rejected >= s.In.Time && rejected < end && rejected != 0 {
		return rejected
	}
	return end
}

// The orders of ordersBucket. Times ascend.
const (
	byWaiting byte = 'w' // who waits, by since when
	byClosing byte = 'c' // who waits, by when the window closes
	byFailure byte = 'f' // whose newest row from us failed, by its time
	bySnooze  byte = 'z' // who is snoozed, by until when
)

const orderLen = 1 + 8 + 8

func orderKey(order byte, t int64, no ThreadNo) []byte {
	b := append(make([]byte, 0, orderLen), order)
	b = binary.BigEndian.AppendUint64(b, ordered(t))
	return binary.BigEndian.AppendUint64(b, uint64(no))
}

// orderPlace reads a key of ordersBucket.
func orderPlace(k []byte) (t int64, no ThreadNo, ok bool) {
	if len(k) != orderLen {
		return 0, 0, false
	}
	return int64(binary.BigEndian.Uint64(k[1:]) ^ 1<<63), ThreadNo(binary.BigEndian.Uint64(k[9:])), true
}

// orders are the thread's keys in ordersBucket.
func (f facing) orders(no ThreadNo) [][]byte {
	var keys [][]byte
	if f.bits&cardWaiting != 0 {
		keys = append(keys, orderKey(byWaiting, f.since, no), orderKey(byClosing, f.closes, no))
	}
	if f.bits&cardFailed != 0 {
		keys = append(keys, orderKey(byFailure, f.fault, no))
	}
	if f.bits&cardSnoozed != 0 {
		keys = append(keys, orderKey(bySnooze, f.until, no))
	}
	return keys
}

// snoozed reports whether the thread is out of the way at a time.
func (f facing) snoozed(now int64) bool { return f.bits&cardSnoozed != 0 && now < f.until }

// stored puts the card before the summary.
func (c card) stored(s *summary) []byte {
	b := []byte{cardVersion, byte(c.bits)}
	b = binary.AppendUvarint(b, uint64(c.unread))
	b = binary.AppendUvarint(b, uint64(c.arrived))
	b = binary.AppendUvarint(b, uint64(c.outSeen))
	if c.bits&cardWaiting != 0 {
		b = binary.AppendVarint(binary.AppendVarint(b, c.since), c.closes)
	}
	if c.bits&cardFailed != 0 {
		b = binary.AppendVarint(b, c.fault)
	}
	if c.bits&cardSnoozed != 0 {
		b = binary.AppendVarint(b, c.until)
	}
	b = appendText(b, string(c.assignee))
	b = binary.AppendUvarint(b, uint64(len(c.viewed)))
	for _, v := range c.viewed {
		b = binary.AppendUvarint(appendText(b, string(v.agent)), uint64(v.upto))
	}
	return append(b, encode(s)...)
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// seenCard is a card as one agent needs it.
type seenCard struct {
	facing
	unread   int
	arrived  mark
	outSeen  mark
	assigned bool
	mine     bool
	upto     Seq
}

// in says whether a view of the list has the thread at a time, as far as its card tells.
func (c seenCard) in(v View, now int64) bool {
	closed := c.bits&cardClosed != 0
	switch v {
	case ViewEvery:
		return true
	case ViewDone:
		return closed
	case ViewMine:
		return !closed && c.mine
	case ViewUnassigned:
		return !closed && !c.assigned
	case ViewWaiting:
		return c.bits&cardWaiting != 0 && !c.snoozed(now)
	case ViewFailed:
		return c.bits&cardFailed != 0
	}
	return !closed
}

var errCard = errors.New("a card cannot be read")

// readCard reads a card for one agent and gives the summary behind it. It allocates nothing.
func readCard(v []byte, agent AgentID) (c seenCard, rest []byte, err error) {
	if len(v) < 2 || v[0] != cardVersion {
		return c, nil, errCard
	}
	c.bits = cardBits(v[1])
	p := numbers{rest: v[2:]}
	c.unread = int(p.number())
	c.arrived, c.outSeen = mark(p.number()), mark(p.number())
	if c.bits&cardWaiting != 0 {
		c.since, c.closes = p.signed(), p.signed()
	}
	if c.bits&cardFailed != 0 {
		c.fault = p.signed()
	}
	if c.bits&cardSnoozed != 0 {
		c.until = p.signed()
	}
	assignee := p.text()
	c.assigned, c.mine = len(assignee) > 0, len(assignee) > 0 && string(assignee) == string(agent)
	for range p.number() {
		name, upto := p.text(), p.number()
		if p.bad {
			break
		}
		if string(name) == string(agent) {
			c.upto = Seq(upto)
		}
	}
	if p.bad {
		return c, nil, errCard
	}
	return c, p.rest, nil
}

// numbers walks over varints and counted texts.
type numbers struct {
	rest []byte
	bad  bool
}

func (p *numbers) number() uint64 {
	n, size := binary.Uvarint(p.rest)
	if size <= 0 {
		p.bad, p.rest = true, nil
		return 0
	}
	p.rest = p.rest[size:]
	return n
}

func (p *numbers) signed() int64 {
	n, size := binary.Varint(p.rest)
	if size <= 0 {
		p.bad, p.rest = true, nil
		return 0
	}
	p.rest = p.rest[size:]
	return n
}

func (p *numbers) text() []byte {
	n := p.number()
	if p.bad || n > uint64(len(p.rest)) {
		p.bad = true
		return nil
	}
	t := p.rest[:n]
	p.rest = p.rest[n:]
	return t
}

// loadCard reads what a thread faces and its summary, both empty when it has no rows.
func loadCard(tx ReadTx, no ThreadNo, s *summary) (facing, error) {
	v := tx.Get(threadsBucket, number(uint64(no)))
	if v == nil {
		return facing{}, nil
	}
	c, rest, err := readCard(v, "")
	if err == nil {
		err = decode(rest, s)
	}
	if err != nil {
		return facing{}, damaged(threadsBucket, err)
	}
	return c.facing, nil
}
