package inbox

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
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
