package inbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
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

// projector brings the views up to the journal: entries -> facts -> Apply -> views, with the position in the same
// transaction. It reads from the journal and keeps no queue, so its memory does not grow with what waits.
type projector struct {
	owner   *Owner
	at      Cursor // of the live lane
	imports *importLane
	size    int // facts per transaction, follows batchTime
	most    int
	flood   bool      // much waits
	free    time.Time // when the next transaction may begin

	stuck, stuckLate atomic.Int32 // how often in a row each lane failed
}

func newProjector(o *Owner, most int) *projector {
	p := &projector{owner: o, most: most}
	p.imports = newImportLane(p)
	return p
}

// run follows the journal until ctx ends.
func (p *projector) run(ctx context.Context) error {
	for ctx.Err() == nil {
		err := p.follow(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, ErrClosed):
			return err
		}
		var beyond *beyondRepair
		for tries := 1; errors.As(err, &beyond); tries++ { // nothing can be read until they are
			why := p.empty()
			if why == nil {
				break
			}
			if errors.Is(why, ErrClosed) {
				return why
			}
			p.stuck.Add(1)
			p.owner.c.Log.Error("the views cannot be emptied", "err", why)
			p.owner.notices.set(noticeViews, Tell(noticeViews, "views-stuck", "why", why.Error()))
			if sleep(ctx, backoff(tries, jitter)+50*time.Millisecond) != nil {
				return nil
			}
		}
	}
	return nil
}

// empty makes the views anew. No lane may be at work: one in the middle of a body would go on behind the slices that were
// thrown away, and take the body for done. The template list is kept: it is not in the journal.
func (p *projector) empty() error {
	o := p.owner
	if err := o.c.Views.Reset(); err != nil {
		return err
	}
	o.applied.to(0)
	return o.c.Views.Update(func(tx Tx) error { return storeTemplates(tx, o.templates.all()) })
}

// follow runs both lanes, until the cache must be made anew or ctx ends. Neither waits for the other.
func (p *projector) follow(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	var beside sync.WaitGroup
	defer beside.Wait()
	defer cancel(nil)
	beside.Go(func() {
		cancel(p.insist(ctx, &p.stuckLate, p.imports.run))
	})
	cancel(p.insist(ctx, &p.stuck, p.live))
	return context.Cause(ctx)
}

// live runs the live lane.
func (p *projector) live(ctx context.Context) error {
	if err := p.locate(); err != nil {
		return err
	}
	for {
		if err := p.passOn(ctx); err != nil {
			return err
		}
		p.well(&p.stuck)
		if err := p.owner.c.Journal.Wait(ctx, p.at); err != nil {
			return err
		}
	}
}

// insist runs a lane again and again, telling why it failed. The third failure in a row blames the cache: it is thrown
// away and made anew, which costs time and nothing else.
func (p *projector) insist(ctx context.Context, stuck *atomic.Int32, lane func(context.Context) error) error {
	for {
		err := lane(ctx)
		var beyond *beyondRepair
		if ctx.Err() != nil || errors.Is(err, ErrClosed) || errors.As(err, &beyond) {
			return err
		}
		tries := int(stuck.Add(1))
		p.owner.c.Log.Error("the views cannot follow the journal", "err", err, "try", tries)
		p.owner.notices.set(noticeViews, Tell(noticeViews, "views-stuck", "why", err.Error()))
		if err := sleep(ctx, backoff(tries, jitter)+50*time.Millisecond); err != nil {
			return err
		}
		var cache *cacheError
		if tries == 3 && errors.As(err, &cache) && !errors.Is(err, ErrFull) {
			return &beyondRepair{err}
		}
	}
}

// beyondRepair is what only empty views may mend: a cache that fails again and again, or one of another journal.
type beyondRepair struct{ err error }

func (e *beyondRepair) Error() string { return e.err.Error() }
func (e *beyondRepair) Unwrap() error { return e.err }

// well notes that a lane goes on.
func (p *projector) well(stuck *atomic.Int32) {
	if stuck.Swap(0) > 0 && p.stuck.Load()+p.stuckLate.Load() == 0 {
		p.owner.notices.clear(noticeViews)
	}
}

// catchUp applies all there is, and returns when the views are at the head and no import waits.
func (p *projector) catchUp(ctx context.Context) error {
	for {
		if err := p.locate(); err != nil {
			return err
		}
		err := p.passOn(ctx)
		if err == nil {
			return p.imports.drain(ctx)
		}
		var beyond *beyondRepair
		if !errors.As(err, &beyond) {
			return err
		}
		if err := p.empty(); err != nil {
			return err
		}
	}
}

// passOn brings the live lane to the head. Views of another journal are beyond repair.
func (p *projector) passOn(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := p.rest(ctx); err != nil {
			return err
		}
		entries, err := p.owner.c.Journal.Read(ctx, p.at, p.most)
		if errors.Is(err, ErrCursor) {
			p.owner.c.Log.Warn("the views are of another journal and are made anew", "seq", p.at.Seq)
			return &beyondRepair{err}
		}
		if err != nil {
			return err
		}
		p.owner.custody.open.Store(true)
		p.flood = len(entries) > batchFirst
		began := time.Now()
		if err := p.apply(ctx, entries); err != nil {
			return err
		}
		if p.most == batchLive && 0 < len(entries) && len(entries) < p.most {
			p.free = time.Now().Add(min(max(restShare*time.Since(began), p.owner.restLeast), restMost))
		}
		if len(entries) == 0 {
			return nil
		}
	}
	return ctx.Err()
}

// rest waits until the next transaction may begin.
func (p *projector) rest(ctx context.Context) error {
	if wait := time.Until(p.free); wait > 0 {
		return sleep(ctx, wait)
	}
	return nil
}

// locate reads where the views are. The epoch of an empty cache is the journal's.
func (p *projector) locate() error {
	err := p.owner.c.Views.View(func(tx ReadTx) error {
		p.at = Applied(tx)
		return nil
	})
	if err != nil || p.at.Epoch != "" {
		return err
	}
	head, err := p.owner.c.Journal.Head(context.Background())
	p.at = Cursor{Epoch: head.Epoch}
	return err
}

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

// sleep waits for d, or returns ctx's error.
func sleep(ctx context.Context, d time.Duration) error { return sleepUntil(ctx, d, nil) }

// sleepUntil sleeps for so long, or until it is woken; the error is ctx's.
func sleepUntil(ctx context.Context, d time.Duration, woken <-chan struct{}) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-woken:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}
