package inbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// How much one transaction applies (storage.md 2, merge-rules 2.8): about 20 ms worth, so that nobody waits long for
// the views, and never more than 200 items of one large body. In a flood a portion is what waits, up to 10,000 events.
const (
	batchFirst  = 200
	batchLeast  = 50
	batchLive   = 10_000
	batchImport = 10_000 // while nobody watches: catching up, rebuilding
	batchTime   = 20 * time.Millisecond
	batchFlood  = 400 * time.Millisecond
	// Between two transactions the machine belongs to the journal: a webhook's answer waits for its sync and must not wait
	// for the views. They rest for three times as long as they worked, so that a lone event is shown at once and a flood
	// half a second later, as long as they can keep up with it: a full portion is followed by no rest.
	restShare  = 3
	restLeast  = 20 * time.Millisecond
	restMost   = 400 * time.Millisecond
	sliceItems = 200
)

// portion is what one transaction applies: whole entries, or one slice of a large one.
type portion struct {
	facts   []Sighted
	entries []Entry
	slice   int  // of a large entry
	partial bool // more slices follow: the position stays
	late    bool // of the import lane
}

// apply takes entries in batches of what 20 ms allow.
func (p *projector) apply(ctx context.Context, entries []Entry) error {
	var b portion
	flush := func() error {
		if len(b.entries) == 0 {
			return nil
		}
		err := p.commit(b)
		b = portion{}
		return err
	}
	for _, e := range entries {
		if ctx.Err() != nil {
			break
		}
		var facts []Sighted
		if !waits(e) {
			facts = p.owner.factsOf(e)
		}
		if len(facts) > sliceItems {
			if err := flush(); err != nil {
				return err
			}
			if err := p.applyLarge(ctx, e, facts); err != nil {
				return err
			}
			continue
		}
		b.facts, b.entries = append(b.facts, facts...), append(b.entries, e)
		if len(b.facts) >= max(p.size, batchLeast) || len(b.entries) >= p.most {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// applyLarge applies one large body in slices. Only the last one moves the position: a crash in between applies the
// slices again, which changes nothing.
func (p *projector) applyLarge(ctx context.Context, e Entry, facts []Sighted) error {
	for n := 0; len(facts) > 0; n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		take := min(sliceItems, len(facts))
		b := portion{facts: facts[:take], entries: []Entry{e}, slice: n * sliceItems, partial: take < len(facts)}
		if err := p.commit(b); err != nil {
			return err
		}
		facts = facts[take:]
	}
	return nil
}

// commit applies a portion in one transaction. A portion that makes a rule panic is taken apart until the one item is
// found; that one is put aside, and nothing else waits for it (G7).
func (p *projector) commit(b portion) error {
	began := time.Now()
	err := p.transact(b)
	var bad *panicked
	if errors.As(err, &bad) {
		return p.isolate(b, bad)
	}
	if err != nil {
		return err
	}
	p.owner.noticed(b)
	if b.late {
		p.well(&p.stuckLate)
		p.owner.bell.ring()
		return nil
	}
	p.pace(len(b.facts), time.Since(began))
	if slices.ContainsFunc(b.entries, waits) {
		p.imports.leave()
	}
	if !b.partial {
		p.at = cursorOf(p.at.Epoch, b.entries[len(b.entries)-1])
		p.owner.applied.to(p.at.Seq)
		p.owner.bell.ring()
	}
	return nil
}

// isolate applies a portion that panics fact by fact.
func (p *projector) isolate(b portion, bad *panicked) error {
	if len(b.facts) == 1 {
		f := b.facts[0]
		p.owner.c.Log.Error("a rule failed on an item, which was put aside", "seq", f.Seq, "item", f.Item, "panic", bad.Error())
		if _, again := f.Fact.(Unreadable); again {
			return bad
		}
		b.facts[0].Fact = Unreadable{Path: fmt.Sprintf("item %d", f.Item), Reason: "a rule failed on it"}
		return p.commit(b)
	}
	for i := range b.facts {
		one := portion{facts: b.facts[i : i+1 : i+1], entries: b.entries, slice: b.slice + i, partial: b.partial || i < len(b.facts)-1, late: b.late}
		if err := p.commit(one); err != nil {
			return err
		}
	}
	return nil
}

// pace sets the size of the next portion so that it takes about batchTime, or batchFlood.
func (p *projector) pace(n int, took time.Duration) {
	if p.size == 0 {
		p.size = batchFirst
	}
	if n < p.size/2 {
		return // too few to tell
	}
	most := batchTime
	if p.flood {
		most = batchFlood
	}
	if took < most {
		p.size = min(p.size*2, p.most)
	} else {
		p.size = max(p.size/2, batchLeast)
	}
}

// cacheError is a failure of the views, not of the journal.
type cacheError struct{ err error }

func (e *cacheError) Error() string { return "the cache failed: " + e.err.Error() }
func (e *cacheError) Unwrap() error { return e.err }

// panicked is what a rule panicked with. It does not repeat the value, which may hold a customer's words.
type panicked struct{ kind string }

func (p *panicked) Error() string { return "a rule panicked with " + p.kind }

// transact is the one transaction: effect, changes and position together.
func (p *projector) transact(b portion) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &panicked{kind: fmt.Sprintf("%T", r)}
		}
	}()
	err = p.owner.c.Views.Update(func(tx Tx) error {
		meta := readMeta(tx)
		if b.late { // imports are told otherwise (watcher.importsChanged)
			if err := p.owner.rules.applyUntold(tx, b.facts); err != nil {
				return err
			}
		} else {
			changes, err := p.owner.rules.Apply(tx, b.facts)
			if err != nil {
				return err
			}
			if err := recordChanges(tx, &meta, b, changes); err != nil {
				return err
			}
		}
		meta.arrived(tx, b)
		if err := takeImports(tx, b); err != nil {
			return err
		}
		if err := trimChanges(tx, &meta, changesKept); err != nil {
			return err
		}
		if err := writeMeta(tx, meta); err != nil {
			return err
		}
		if b.partial || b.late {
			return nil
		}
		return setApplied(tx, cursorOf(p.at.Epoch, b.entries[len(b.entries)-1]))
	})
	if err != nil {
		return &cacheError{err}
	}
	return nil
}

// arrived notes when the newest webhook came, and what the import lane did.
func (m *viewsMeta) arrived(tx ReadTx, b portion) {
	if b.late {
		m.Imports, m.Beside = m.Imports+1, Applied(tx).Seq
		return
	}
	for _, e := range b.entries {
		if e.Kind == EntryWebhook || e.Kind == EntryImport {
			m.LastEvent = e.At // even when it is before the last one: that clock was ahead
		}
	}
}

// recordChanges writes what each entry changed.
func recordChanges(tx Tx, meta *viewsMeta, b portion, changes []Change) error {
	bySeq := make(map[Seq][]changed, len(b.entries))
	for _, c := range changes {
		switch c.Kind {
		case AccountEvent, SyncEvent, TemplateEvent:
			continue // told below, in words
		}
		bySeq[c.Seq] = append(bySeq[c.Seq], changed{Kind: c.Kind, Thread: c.Thread, Key: c.Key, Replaces: c.Replaces})
	}
	for _, f := range b.facts {
		if c, ok := announced(f.Fact); ok {
			bySeq[f.Seq] = append(bySeq[f.Seq], c)
		}
	}
	for _, e := range b.entries {
		list := bySeq[e.Seq]
		if len(list) == 0 {
			continue
		}
		r := changeRecord{Chk: e.Chk, At: e.At.UnixMilli(), Changes: list}
		if err := putChanges(tx, meta, e.Seq, b.slice, r); err != nil {
			return err
		}
	}
	return nil
}
