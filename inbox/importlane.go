package inbox

import (
	"context"
	"encoding/binary"
	"fmt"
)

// importSmall is up to what size, in bytes, an import goes with the live entries: one contact that was added on the
// phone is one too, and delays nobody.
const importSmall = 16 << 10

// waits reports whether an entry is left to the import lane.
func waits(e Entry) bool { return e.Kind == EntryImport && len(e.Data) > importSmall }

// importing reports whether a body waits for the lane or is in it.
func importing(tx ReadTx) bool {
	found := false
	tx.Ascend(importsBucket, nil, func(_, _ []byte) bool {
		found = true
		return false
	})
	return found
}

// importLane applies imports beside live traffic (decisions 6): the live lane passes them by and leaves a note in the
// imports bucket, and this lane works the notes off, one slice at a time. The order does not matter, because joins
// commute and ties use the journal's numbers. A crash in the middle of a body begins that body again.
type importLane struct {
	entry Entry
	facts []Sighted // what is left of it
	done  int
}

// step applies one slice, and reports whether there may be more.
func (l *importLane) step(ctx context.Context, p *projector) (more bool, err error) {
	if l.entry.Seq == 0 {
		if more, err := l.next(ctx, p); !more || err != nil {
			return false, err
		}
	}
	take := min(sliceItems, len(l.facts))
	b := portion{
		facts: l.facts[:take], entries: []Entry{l.entry}, slice: l.done, partial: take < len(l.facts), late: true,
	}
	if err := p.commit(b); err != nil {
		*l = importLane{}
		return false, err
	}
	l.facts, l.done = l.facts[take:], l.done+take
	if len(l.facts) == 0 {
		*l = importLane{}
	}
	return true, nil
}

// next takes the oldest body that waits.
func (l *importLane) next(ctx context.Context, p *projector) (bool, error) {
	var seq Seq
	if err := p.owner.c.Views.View(func(tx ReadTx) error {
		tx.Ascend(importsBucket, nil, func(k, _ []byte) bool {
			seq = Seq(binary.BigEndian.Uint64(k))
			return false
		})
		return nil
	}); err != nil || seq == 0 {
		return false, err
	}
	entries, err := p.owner.c.Journal.Read(ctx, Cursor{Epoch: AnyEpoch, Seq: seq - 1}, 1)
	if err != nil {
		return false, err
	}
	if len(entries) == 0 || entries[0].Seq != seq {
		return false, fmt.Errorf("the import at %d is not in the journal", seq)
	}
	l.entry = entries[0]
	l.facts = p.owner.factsOf(l.entry)
	return true, nil
}
