package inbox

import (
	"context"
	"time"
)

// When nothing could arrive: the owner notes it when it is there again, so that people know that what is here may not be
// all. It costs an entry at the end of a run, and one after an absence; nothing is written while all is well. How long
// the machine was gone without a word is told by what was last written anyway: an entry, or the right to send, which is
// renewed every few seconds.

// absenceLeast is the shortest absence that is noted: WhatsApp repeats at once, and soon again, what it could not deliver.
const absenceLeast = time.Minute

// endWithin is how long an owner takes to end: what is written later is by another one.
const endWithin = 2 * time.Second

// lastLooked is how many entries at the end of the journal may have come while the owner ended.
const lastLooked = 64

// noteAbsence notes, before anything else happens, since when nothing could arrive.
func (o *Owner) noteAbsence(ctx context.Context) error {
	head, err := o.c.Journal.Head(ctx)
	if err != nil || head.Seq == 0 {
		return err // a store without a past has missed nothing
	}
	from := head.Seq - min(head.Seq, lastLooked)
	entries, err := o.c.Journal.Read(ctx, Cursor{Epoch: AnyEpoch, Seq: from}, lastLooked)
	if err != nil {
		return err
	}
	leased, err := o.c.Journal.Leased(ctx, o.leaseKey())
	if err != nil {
		return err
	}
	now := o.clock.now()
	m := lastSign(entries, leased)
	m.To = now
	if m.From.IsZero() || now.Sub(m.From) < absenceLeast {
		return nil
	}
	return o.note(ctx, m)
}

// lastSign is the last that the newest entries, and the lease of the right to send, tell of the run before.
func lastSign(entries []Entry, leased time.Time) Missed {
	m := Missed{Why: WasLost}
	var stopped time.Time
	for _, e := range entries {
		switch {
		case e.Kind == entryStopped:
			m.Why, stopped = WasStopped, e.At
		case e.At.After(stopped.Add(endWithin)), e.Kind == entryMissed: // of another run
			m.Why = WasLost
		}
		if e.At.After(m.From) {
			m.From = e.At
		}
	}
	if alive := leased.Add(-leaseFor); !leased.IsZero() && alive.After(m.From) {
		m.From, m.Why = alive, WasLost // it was renewed after all that was written
	}
	return m
}

// noteEnd notes a stop as it should be. One that cannot be noted is told as an end without a word.
func (o *Owner) noteEnd() {
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	if head, err := o.c.Journal.Head(ctx); err != nil || head.Seq == 0 {
		return // nothing was ever here
	}
	if err := o.note(ctx, Stopped{At: o.clock.now()}); err != nil {
		o.c.Log.Debug("the end could not be noted", "err", err)
	}
}

// sleepless notices that the machine slept: its wall clock went on, elapsed time did not. last is the wall clock at the
// last look, a minute ago by elapsed time.
func (o *Owner) sleepless(ctx context.Context, last time.Time, elapsed time.Duration) {
	gone := o.c.Clock().Round(0).Sub(last) - elapsed
	if gone < absenceLeast {
		return
	}
	fix := o.clock.fix()
	from := last.Add(elapsed).Add(fix) // it may have fallen asleep at any moment in between: the latest, nothing is made up
	if err := o.note(ctx, Missed{From: from, To: from.Add(gone), Why: WasAsleep}); err != nil {
		o.c.Log.Error("a sleep of the machine could not be noted", "err", err)
	}
}

// note makes a fact of the owner's own durable.
func (o *Owner) note(ctx context.Context, f Fact) error {
	entries, err := o.local(NewID(), f)
	if err != nil {
		return err
	}
	_, _, err = o.c.Journal.Append(ctx, Batch{Entries: entries})
	return err
}

// leaseKey names the right to send for the owner's number.
func (o *Owner) leaseKey() string { return "sender/" + string(o.c.Line) }

// gap is one value of gapsBucket.
type gap struct {
	From int64   `cbor:"1,keyasint"`
	To   int64   `cbor:"2,keyasint"`
	Why  Absence `cbor:"3,keyasint"`
}

// looked is how far an agent has seen what happened, and when.
type looked struct {
	Upto Seq   `cbor:"1,keyasint,omitempty"`
	At   int64 `cbor:"2,keyasint,omitempty"`
}

func (a *looked) join(b looked) bool {
	changed := raise(&a.Upto, b.Upto)
	return raise(&a.At, b.At) || changed
}

func (b *batch) lookedIn(agent AgentID, l looked) {
	if agent == "" {
		return
	}
	c := load(b, b.agents, agentsBucket, agent)
	c.dirty = c.value.join(l) || c.dirty
}

// seeAll notes how far the agent has seen what happened.
func (d *deskOf) seeAll(ctx context.Context, id string, c SeeAll) (Done, error) {
	var upto Seq
	if err := d.read(ctx, func(r *Reader) error {
		upto = min(c.Upto, Applied(r.tx).Seq) // nobody has seen what is to come
		return nil
	}); err != nil {
		return Done{}, err
	}
	return d.owner.commit(ctx, id, Done{}, nil, CaughtUp{Agent: d.agent, Upto: upto, At: d.owner.clock.now()})
}
