package inbox

import (
	"context"
	"encoding/binary"
	"errors"
	"maps"
	"time"
)

// Statuses can be lost: WhatsApp repeats them for days, but not for ever, and not through every outage. A message of ours
// of which nothing was heard for a while is therefore asked about, once, at a modest pace (cloud-api 13, message history).
// The answer is a fact like a status and joins the same way; where it and a status differ, the status counts.

// Informant is a Gateway that can be asked what became of a message.
type Informant interface {
	// Receipts asks what became of one message. The error wraps ErrUntold when WhatsApp does not answer such questions.
	Receipts(ctx context.Context, line LineID, wamid string) ([]Receipt, error)
}

// ErrUntold says that WhatsApp does not tell what became of messages: the token may not ask, or the number has no such
// list.
var ErrUntold = errors.New("WhatsApp does not tell what became of messages")

// Receipt is one step of a message's way, as WhatsApp's list has it.
type Receipt struct {
	Progress Progress `json:"progress,omitempty"`
	Failed   bool     `json:"failed,omitempty"`
	Time     int64    `json:"time,omitempty"` // Unix seconds
}

// ReceiptsTold is the answer about one message; also an empty one is one, and is not asked for again.
type ReceiptsTold struct {
	Line     LineID    `json:"line"`
	WAMID    string    `json:"wamid"`
	Receipts []Receipt `json:"receipts,omitempty"`
	At       time.Time `json:"at"`
}

func (ReceiptsTold) fact() {}

// silentBucket lists what is to be asked about: when 8 | key hash 16 -> empty. It follows from the records.
const silentBucket Bucket = "silent"

// When is asked, and how often.
const (
	silentAccepted = 10 * time.Minute // without any status
	silentSent     = 6 * time.Hour    // sent, and not delivered: mostly the customer's phone is off
	silentOldest   = 7 * oneDay       // older ones are past telling
	silentPace     = 2 * time.Second  // between two questions
	silentTrouble  = 5 * time.Minute  // after a question that had no answer
	silentRests    = 6 * time.Hour    // its message meanwhile: what cannot be answered must not stand before the others
	silentRefused  = oneDay           // after a refusal
)

func liftReceipts(s Sighted, f ReceiptsTold) (lifted, bool) {
	if f.WAMID == "" {
		return lifted{}, false
	}
	rec := pointing(s, f.Line, f.WAMID)
	rec.Asked = max(f.At.Unix(), 1)
	for _, r := range f.Receipts {
		switch t := timeIn(r.Time, s.At); {
		case r.Failed: // without a time and a code: what a status says of it stands before this
			rec.Faults = []fault{{Mark: markOf(s)}}
		case r.Progress > NoProgress && r.Progress <= Played:
			rec.Progress = max(rec.Progress, r.Progress)
			if t != 0 && (rec.Levels[r.Progress] == 0 || t < rec.Levels[r.Progress]) {
				rec.Levels[r.Progress] = t
			}
		}
	}
	return lifted{MessageKey(f.Line, f.WAMID), rec}, true
}

// silentKey is the record's place in the list of what is to be asked about, nil for none.
func (r *record) silentKey(hash keyHash, f flags) []byte {
	if !f.has(flagOut) || f.has(flagGone) || len(r.OIDs) == 0 || r.Asked != 0 || r.Progress > SentOn || len(r.Faults) > 0 {
		return nil
	}
	after := silentAccepted
	if r.Progress == SentOn {
		after = silentSent
	}
	return append(number(ordered(r.best()+int64(after/time.Second))), hash[:]...)
}

// silence keeps that list in step with a record.
func (b *batch) silence(c *cell[record], now row, ok bool) {
	var key []byte
	if ok {
		key = c.value.silentKey(c.hash, now.flags)
	}
	c.silent = b.listed(silentBucket, c.silent, key)
}

// silentNow is a message to ask about, if there is one that does not rest; next is when there is, zero for none in sight.
func (r *Reader) silentNow(rests map[string]time.Time) (wamid string, next time.Time) {
	now := r.lens.Now
	r.tx.Ascend(silentBucket, number(ordered(now.Add(-silentOldest).Unix())), func(k, _ []byte) bool {
		if due := unixTime(int64(binary.BigEndian.Uint64(k) ^ 1<<63)); due.After(now) {
			next = due
			return false
		}
		s, err := find(r.tx, keyHash(k[8:]))
		r.check(err)
		if s != nil && s.rec != nil {
			if id := bestID(s.rec); !now.Before(rests[id]) {
				wamid = id
			}
		}
		return wamid == "" && r.err == nil
	})
	return wamid, next
}

// askSilent asks about messages of which nothing was heard, until ctx ends. What WhatsApp refuses is not asked again for a
// day; a restart forgets that.
func (o *Owner) askSilent(ctx context.Context) error {
	from, ok := o.c.Gateway.(Informant)
	rests := map[string]time.Time{}
	for ok && ctx.Err() == nil {
		rung := o.applied.bell.next() // before looking
		var wamid string
		var next time.Time
		off := false
		if err := o.view("", func(r *Reader) error {
			off = r.Link(o.c.Line).Off() || Applied(r.tx).Seq < o.found
			maps.DeleteFunc(rests, func(_ string, until time.Time) bool { return !r.lens.Now.Before(until) })
			wamid, next = r.silentNow(rests)
			return r.Err()
		}); err != nil {
			o.c.Log.Error("what is silent could not be read", "err", err)
		}
		wait := lineLook
		switch {
		case off:
		case wamid != "":
			if wait = o.askOne(ctx, from, wamid); wait == silentTrouble {
				rests[wamid] = o.clock.now().Add(silentRests)
			}
			rung = nil
		case !next.IsZero():
			wait = min(wait, max(time.Second, next.Sub(o.clock.now())))
		}
		_ = sleepUntil(ctx, wait, rung)
	}
	return nil
}

// askOne asks about one message and keeps the answer; it says how long nothing more is to be asked.
func (o *Owner) askOne(ctx context.Context, from Informant, wamid string) time.Duration {
	told, err := from.Receipts(ctx, o.c.Line, wamid)
	switch {
	case errors.Is(err, ErrUntold):
		o.c.Log.Info("WhatsApp does not tell what became of silent messages; it is asked again tomorrow", "err", err)
		return silentRefused
	case err != nil:
		if ctx.Err() == nil {
			o.c.Log.Warn("what became of a silent message could not be asked", "err", err)
		}
		return silentTrouble
	}
	seq, err := o.record(ctx, ReceiptsTold{Line: o.c.Line, WAMID: wamid, Receipts: told, At: o.clock.now()})
	if err != nil {
		o.c.Log.Error("what became of a silent message could not be kept", "err", err)
		return silentTrouble
	}
	o.follow(ctx, seq)
	return silentPace
}
