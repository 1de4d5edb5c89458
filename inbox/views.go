package inbox

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// The buckets. The first group is the state; the second follows from it and is kept for speed; numbersBucket also
// remembers numbers that a thread once went by.
const (
	messagesBucket   Bucket = "messages"   // thread 8 | part 1 | ...: its rows, and which of them are unread
	keysBucket       Bucket = "keys"       // key hash 16 -> place of the row, or the record of a key that has no row
	personsBucket    Bucket = "persons"    // line 0 alias -> person
	outboxBucket     Bucket = "outbox"     // oid -> outgoing
	notesBucket      Bucket = "notes"      // line 0 alias 0 | time 8 | kind 0 key -> note
	linesBucket      Bucket = "lines"      // line -> what holds for a whole number
	chunksBucket     Bucket = "chunks"     // line 0 phase 8 chunk 8 -> a chunk of an import, as it came last
	quarantineBucket Bucket = "quarantine" // mark -> item that could not be understood
	agentsBucket     Bucket = "agents"     // agent -> how far they have seen what happened
	gapsBucket       Bucket = "gaps"       // mark -> when nothing could arrive

	threadsBucket   Bucket = "threads"   // thread -> card and summary
	activityBucket  Bucket = "activity"  // inverted time 8 | thread 8
	stubsBucket     Bucket = "stubs"     // time of receipt 8 | key hash 16: rows known from statuses alone
	splitBucket     Bucket = "split"     // line 0 alias 0 | key hash 16: rows whose peers are in several threads
	unsettledBucket Bucket = "unsettled" // mark of queueing 8 | oid: what a sender looks at -> when, if that is set
	ordersBucket    Bucket = "orders"    // order 1 | time 8 | thread 8: who waits, whose window closes, what failed, what is snoozed

	numbersBucket Bucket = "numbers" // thread number -> line 0 alias
	metaBucket    Bucket = "meta"
)

// ViewsLayout is the number of the layout below. It is raised with every change of what a value looks like or means,
// so that older views are made anew.
const ViewsLayout = 18

// The parts of messagesBucket. What of a thread changes together lies side by side, because a page of the file is written
// as a whole: a new message and its unread mark, which comes first in its part, mostly share one.
const (
	rowPart    = 'r' // | time 8 | mark 8 | key hash 4 -> row
	unreadPart = 'u' // | inverted mark 8 | key hash 4 -> time 8; follows from the rows
)

func rowsOf(no ThreadNo) []byte   { return append(number(uint64(no)), rowPart) }
func unreadOf(no ThreadNo) []byte { return append(number(uint64(no)), unreadPart) }

// rowsBefore yields the rows of a thread from the last one before a key down; nil stands for the end of the thread.
func rowsBefore(tx ReadTx, no ThreadNo, before []byte, yield func(k, v []byte) bool) {
	prefix := rowsOf(no)
	if before == nil {
		before = unreadOf(no) // comes after the rows
	}
	tx.Descend(messagesBucket, before, func(k, v []byte) bool { return bytes.HasPrefix(k, prefix) && yield(k, v) })
}

// isRow tells the keys of rows from the others in messagesBucket.
func isRow(k []byte) bool { return len(k) > 8 && k[8] == rowPart }

// ErrViews is wrapped when a stored value cannot be read: the views are damaged, and rebuilding them helps.
var ErrViews = errors.New("the views are damaged")

func damaged(b Bucket, err error) error { return fmt.Errorf("%w: %s: %w", ErrViews, b, err) }

var errShort = errors.New("a value is too short")

// keyHash is what keys are found by.
type keyHash [16]byte

func hashKey(key string) keyHash {
	sum := sha256.Sum256([]byte(key))
	return keyHash(sum[:16])
}

// spot is the place of a row inside its thread: its best time, then arrival, then the key (merge-rules 6, Order).
type spot struct {
	_    struct{} `cbor:",toarray"`
	Time int64
	Mark mark
	Hash uint32
}

// IsZero says that there is no such row.
func (s spot) IsZero() bool { return s.Mark == 0 }

func compareSpot(a, b spot) int {
	return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Mark, b.Mark), cmp.Compare(a.Hash, b.Hash))
}

func (a spot) before(b spot) bool { return compareSpot(a, b) < 0 }

// place is a row's key in messagesBucket.
type place struct {
	thread ThreadNo
	spot   spot
}

const placeLen = 29

// ordered spells a time so that its bytes sort as it does.
func ordered(t int64) uint64 { return uint64(t) ^ 1<<63 }

func (p place) bytes() []byte {
	b := make([]byte, 0, placeLen)
	b = append(binary.BigEndian.AppendUint64(b, uint64(p.thread)), rowPart)
	b = binary.BigEndian.AppendUint64(b, ordered(p.spot.Time))
	b = binary.BigEndian.AppendUint64(b, uint64(p.spot.Mark))
	return binary.BigEndian.AppendUint32(b, p.spot.Hash)
}

func placeOf(b []byte) (place, error) {
	if len(b) != placeLen || b[8] != rowPart {
		return place{}, damaged(messagesBucket, errShort)
	}
	return spelledPlace(b), nil
}

// spelledPlace reads what place.bytes wrote.
func spelledPlace(b []byte) place {
	return place{ThreadNo(binary.BigEndian.Uint64(b)), spot{
		Time: int64(binary.BigEndian.Uint64(b[9:]) ^ 1<<63),
		Mark: mark(binary.BigEndian.Uint64(b[17:])),
		Hash: binary.BigEndian.Uint32(b[25:]),
	}}
}

func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func personKey(line LineID, a Alias) []byte {
	b := make([]byte, 0, len(line)+1+len(a))
	b = append(append(b, line...), 0)
	return append(b, a...)
}

func splitPersonKey(b []byte) (LineID, Alias) {
	line, alias, _ := bytes.Cut(b, []byte{0})
	return LineID(line), Alias(alias)
}

// flags say of a row what summaries and scans need, so that they need not decode it.
type flags uint16

const (
	flagOut    flags = 1 << iota // ours; else the customer's
	flagLive                     // the customer's, and it arrived live
	flagPhone                    // written on the phone
	flagByHand                   // ours and not from here: by the phone, or of before; it was read when it was written
	flagGone                     // deleted
	flagSystem                   // no part of the talk: a system event, or our reaction that failed
	flagStub                     // known from statuses alone: shown 120 s after it arrived
	flagFailed
	flagVoid   // our reply that a person cancelled or discarded
	flagOID    // our reply that is not bound to a message: the body is in the outbox
	flagTimely // it has a time that opens the window
	flagSplit  // its peers are in several threads
	flagLater  // our reply whose time has not come, or that was stopped then: it has said nothing yet
)

func (f flags) has(all flags) bool { return f&all == all }

// talk holds for rows that are part of the conversation as it is now.
func (f flags) talk() bool { return f&(flagGone|flagSystem|flagVoid|flagStub|flagLater) == 0 }

// ours holds for rows with which our side has said something.
func (f flags) ours() bool { return f.has(flagOut) && f&(flagVoid|flagLater) == 0 }

// voice holds for rows with which our side has said something that a customer can read.
func (f flags) voice() bool { return f.ours() && f&(flagFailed|flagSystem|flagGone) == 0 }

// stands holds for rows that are there, and not only to come.
func (f flags) stands() bool { return f&(flagStub|flagLater) == 0 }

// answer holds for rows that answered the customer.
func (f flags) answer() bool { return f.has(flagOut) && f.talk() && !f.has(flagFailed) }

// unread holds for rows that an agent who has not seen them should see.
func (f flags) unread() bool { return f.has(flagLive) && f.talk() }

// A row is stored as a header and, unless it is an unbound reply, its record.
const (
	rowVersion = 1
	headerLen  = 1 + 2 + 8 + 16
)

// row is a row as summaries see it.
type row struct {
	place place
	flags flags
	last  Seq // newest entry that touched it
	hash  keyHash
}

func (r row) header() []byte {
	b := make([]byte, 0, 512)
	b = append(b, rowVersion)
	b = binary.BigEndian.AppendUint16(b, uint16(r.flags))
	b = binary.BigEndian.AppendUint64(b, uint64(r.last))
	return append(b, r.hash[:]...)
}

func rowOf(k, v []byte) (row, error) {
	p, err := placeOf(k)
	if err != nil {
		return row{}, err
	}
	if len(v) < headerLen || v[0] != rowVersion {
		return row{}, damaged(messagesBucket, errShort)
	}
	return row{
		place: p, flags: flags(binary.BigEndian.Uint16(v[1:])), last: Seq(binary.BigEndian.Uint64(v[3:])),
		hash: keyHash(v[11:headerLen]),
	}, nil
}

// What keysBucket points at: a place, or the record itself while the key has no row.
const (
	keyPlaced  = 0
	keyPending = 1
)

// stored is what lies in the views under a key: a record, or an unbound reply, and the row it has, if any.
type stored struct {
	rec    *record // nil for an unbound reply
	oid    OID
	row    row
	placed bool
}

// find loads the record of a key; an unbound reply's row has no record. It answers nil for a key that is not known.
func find(tx ReadTx, h keyHash) (*stored, error) {
	v := tx.Get(keysBucket, h[:])
	if len(v) == 0 {
		return nil, nil
	}
	if v[0] == keyPlaced {
		return read(v[1:], tx.Get(messagesBucket, v[1:]))
	}
	s := &stored{rec: &record{}}
	if err := decode(v[1:], s.rec); err != nil {
		return nil, damaged(keysBucket, err)
	}
	return s, nil
}

// read decodes one row.
func read(k, v []byte) (*stored, error) {
	r, err := rowOf(k, v)
	if err != nil {
		return nil, err
	}
	s := &stored{row: r, placed: true}
	if r.flags.has(flagOID) {
		s.oid = OID(v[headerLen:])
		return s, nil
	}
	s.rec = &record{}
	if err := decode(v[headerLen:], s.rec); err != nil {
		return nil, damaged(messagesBucket, err)
	}
	return s, nil
}

// get decodes a value into v and reports whether it was there.
func get(tx ReadTx, b Bucket, key []byte, v any) (bool, error) {
	raw := tx.Get(b, key)
	if raw == nil {
		return false, nil
	}
	if err := decode(raw, v); err != nil {
		return false, damaged(b, err)
	}
	return true, nil
}

// scan yields what begins with prefix, from a key on.
func scan(tx ReadTx, b Bucket, prefix, from []byte, yield func(k, v []byte) bool) {
	if from == nil {
		from = prefix
	}
	tx.Ascend(b, from, func(k, v []byte) bool { return bytes.HasPrefix(k, prefix) && yield(k, v) })
}
