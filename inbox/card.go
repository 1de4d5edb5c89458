package inbox

import (
	"encoding/binary"
	"errors"
)

// card is the head of a thread's stored summary: what counting needs, so that the counts of all threads cost a walk
// over heads, without decoding anything. It joins what follows from the rows with what people did with the thread.
type card struct {
	bits     cardBits
	unread   int     // rows in unreadBucket
	arrived  mark    // summary.Arrived: nothing unread is younger
	assignee AgentID // as every view of it is
	viewed   []viewedTo
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
	cardStubs            // it has rows that the clock decides about: read it whole
)

const cardVersion = 1

// cardOf makes the card of a thread from its summary and its persons, joined.
func cardOf(s *summary, p *person) card {
	c := card{unread: s.Unread, arrived: s.Arrived, assignee: p.Assigned.To}
	switch {
	case p.State.State == Closed && s.Arrived <= p.State.Mark:
		c.bits |= cardClosed
	case !s.Waiting.IsZero():
		c.bits |= cardWaiting
	}
	if !s.Out.IsZero() && s.Out == s.Fault {
		c.bits |= cardFailed
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

// stored puts the card before the summary.
func (c card) stored(s *summary) []byte {
	b := []byte{cardVersion, byte(c.bits)}
	b = binary.AppendUvarint(b, uint64(c.unread))
	b = binary.AppendUvarint(b, uint64(c.arrived))
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
	bits     cardBits
	unread   int
	arrived  mark
	assigned bool
	mine     bool
	upto     Seq
}

// in says whether a view of the list has the thread.
func (c seenCard) in(v View) bool {
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
		return c.bits&cardWaiting != 0
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
	c.arrived = mark(p.number())
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

// loadSummary reads a thread's summary, an empty one when it has no rows.
func loadSummary(tx ReadTx, no ThreadNo, s *summary) error {
	v := tx.Get(threadsBucket, number(uint64(no)))
	if v == nil {
		return nil
	}
	_, rest, err := readCard(v, "")
	if err == nil {
		err = decode(rest, s)
	}
	if err != nil {
		return damaged(threadsBucket, err)
	}
	return nil
}
