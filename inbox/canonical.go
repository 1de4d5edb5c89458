package inbox

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

// stateMagic begins a serialised state and names its version.
const stateMagic = "frontdesk state 1\n"

// stateBuckets hold the canonical state; the rest follows from them. They stand in the order of a serialised state: who
// is who comes before what they wrote, and what came to be kept later stands behind.
var stateBuckets = []Bucket{
	personsBucket, outboxBucket, linesBucket, notesBucket, quarantineBucket, agentsBucket, gapsBucket, keysBucket, messagesBucket,
	savedBucket, habitsBucket, chunksBucket,
}

// WriteState writes the canonical state (merge-rules 5, 8): equal states are equal bytes, whatever the order and the
// batches in which their facts were applied.
func WriteState(w io.Writer, tx ReadTx) error {
	out := bufio.NewWriter(w)
	out.WriteString(stateMagic)
	for i, b := range stateBuckets {
		tx.Ascend(b, nil, func(k, v []byte) bool {
			if b == keysBucket && v[0] == keyPlaced || b == messagesBucket && !isRow(k) {
				return true // the one lies with its row, the other follows from it
			}
			head := []byte{byte(i)}
			head = binary.AppendUvarint(head, uint64(len(k)))
			head = append(head, k...)
			head = binary.AppendUvarint(head, uint64(len(v)))
			out.Write(head)
			_, err := out.Write(v)
			return err == nil
		})
	}
	return out.Flush() // keeps the first error
}

// joinSlice is how many values of a state are joined at a time.
const joinSlice = 2000

// mostValue bounds one value of a serialised state.
const mostValue = 64 << 20

var errState = errors.New("this is no state of frontdesk, or a damaged one")

// JoinState joins a serialised state into the views: the same as applying the facts it was made of. Install is that of
// the state.
func (r Rules) JoinState(tx Tx, from io.Reader) error {
	in := bufio.NewReader(from)
	magic := make([]byte, len(stateMagic))
	if _, err := io.ReadFull(in, magic); err != nil || string(magic) != stateMagic {
		return errState
	}
	for {
		values, err := readState(in)
		if err != nil || len(values) == 0 {
			return err
		}
		b := newBatch(tx, r.Install)
		rest := values[:0]
		for _, v := range values { // who is who, before any message is looked up
			switch v.bucket {
			case personsBucket, outboxBucket:
				b.check(b.joinValue(v))
			default:
				rest = append(rest, v)
			}
		}
		b.settleThreads()
		for _, v := range rest {
			b.check(b.joinValue(v))
		}
		b.close()
		b.placeRows()
		b.write()
		if b.err != nil {
			return fmt.Errorf("%w: %w", errState, b.err)
		}
	}
}

// stateValue is one value of a serialised state.
type stateValue struct {
	bucket     Bucket
	key, value []byte
}

// readState reads the next values, none at the end.
func readState(in *bufio.Reader) (values []stateValue, err error) {
	for len(values) < joinSlice {
		i, err := in.ReadByte()
		if err == io.EOF {
			return values, nil
		}
		if err != nil || int(i) >= len(stateBuckets) {
			return nil, errState
		}
		v := stateValue{bucket: stateBuckets[i]}
		if v.key, err = readCounted(in); err != nil {
			return nil, err
		}
		if v.value, err = readCounted(in); err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, nil
}

func readCounted(in *bufio.Reader) ([]byte, error) {
	n, err := binary.ReadUvarint(in)
	if err != nil || n > mostValue {
		return nil, errState
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(in, b); err != nil {
		return nil, errState
	}
	return b, nil
}

// joinValue joins one stored value.
func (b *batch) joinValue(s stateValue) error {
	k, v := s.key, s.value
	switch s.bucket {
	case personsBucket:
		var p person
		if err := decode(v, &p); err != nil {
			return err
		}
		b.joinPerson(k, &p)
	case outboxBucket:
		var e outgoing
		if err := decode(v, &e); err != nil {
			return err
		}
		b.sayOut(e.Scope, OID(k), &e)
	case linesBucket:
		var l lineState
		if err := decode(v, &l); err != nil {
			return err
		}
		b.line(0, LineID(k), &l)
	case chunksBucket:
		var c chunk
		if err := decode(v, &c); err != nil {
			return err
		}
		b.chunk(0, string(k), c)
	case notesBucket:
		var n note
		if err := decode(v, &n); err != nil {
			return err
		}
		c := load(b, b.notes, notesBucket, string(k))
		c.dirty = c.value.join(n) || c.dirty
	case savedBucket:
		var r saved
		if err := decode(v, &r); err != nil {
			return err
		}
		b.keepSaved(0, string(k), r)
	case habitsBucket:
		var h habit
		if err := decode(v, &h); err != nil {
			return err
		}
		b.accustom(string(k), h)
	case quarantineBucket, gapsBucket:
		b.put(s.bucket, k, v)
	case agentsBucket:
		var l looked
		if err := decode(v, &l); err != nil {
			return err
		}
		b.lookedIn(AgentID(k), l)
	case keysBucket, messagesBucket:
		return b.joinRecord(s.bucket, k, v)
	}
	return nil
}

func (b *batch) joinPerson(k []byte, p *person) {
	c := b.person(splitPersonKey(k))
	had, hand := slices.Clone(c.value.Links), slices.Clone(c.value.Hand)
	first := c.value.First
	c.value.join(p)
	c.dirty = true
	if c.value.First != first {
		b.put(numbersBucket, number(uint64(c.value.First)), k)
	}
	if c.value.First != first || !slices.Equal(had, c.value.Links) || !slices.Equal(hand, c.value.Hand) {
		b.unsettle(c.key, p.Last)
	}
}

func (b *batch) joinRecord(bucket Bucket, k, v []byte) error {
	var rec *record
	if bucket == keysBucket {
		if len(v) == 0 {
			return errShort
		}
		rec = &record{}
		if err := decode(v[1:], rec); err != nil {
			return err
		}
	} else {
		s, err := read(k, v)
		if err != nil || s.rec == nil { // an unbound reply's row follows from its entry
			return err
		}
		rec = s.rec
	}
	if len(rec.IDs) == 0 {
		return errShort
	}
	b.say(rec.Last, lifted{keyOf(rec), *rec})
	return nil
}
