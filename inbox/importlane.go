package inbox

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"time"
)

// importSmall is up to what size, in bytes, an import goes with the live entries: one contact that was added on the
// phone is one too, and delays nobody.
const importSmall = 16 << 10

// How many items of an import one transaction applies: as many as take about importTime. Whoever writes meanwhile waits
// for that long; the rest of the machine is theirs as well.
const (
	importFirst = 500
	importLeast = 100
	importMost  = 2000
	importTime  = 20 * time.Millisecond
	importYield = 60 * time.Millisecond // and for how long it lets webhooks go first

	importLogged = time.Second // what takes longer is worth a line of the log
)

// importAhead is up to what size, in bytes, a body is decoded while the one before it is applied. WhatsApp says that it
// sends no more than 3 MB; what is said in a body takes several times its bytes.
const importAhead = 4 << 20

// waits reports whether an entry is left to the import lane.
func waits(e Entry) bool { return e.Kind == EntryImport && len(e.Data) > importSmall }

// importing reports whether a body waits for the lane or is in it.
func importing(tx ReadTx) bool { return nextImport(tx, 0) != 0 }

// nextImport is the first body behind a place in the journal that waits for the lane, 0 when none does.
func nextImport(tx ReadTx, after Seq) (seq Seq) {
	tx.Ascend(importsBucket, number(uint64(after)+1), func(k, _ []byte) bool {
		seq = Seq(binary.BigEndian.Uint64(k))
		return false
	})
	return seq
}

// importLane applies imports beside live traffic (decisions 6): the live lane passes them by and leaves a note in the
// imports bucket, and this lane works the notes off, one body after the other, a slice at a time. The order of the lanes
// does not matter, because joins commute and ties use the journal's numbers. A crash in the middle of a body begins that
// body again, and so does an empty cache.
//
// While one body is applied the next one is read and decoded, on another core where there is one, and no more than that:
// what waits lies in the journal. A large one is decoded when it is its turn.
type importLane struct {
	projector *projector
	size      int           // items per transaction, follows importTime
	left      chan struct{} // holds one value when the live lane left something

	disk, yielded time.Duration // waited for the disk, and for webhooks, since it last had nothing to do
}

func newImportLane(p *projector) *importLane {
	return &importLane{projector: p, size: importFirst, left: make(chan struct{}, 1)}
}

// leave tells that there is something to do.
func (l *importLane) leave() {
	select {
	case l.left <- struct{}{}:
	default:
	}
}

// run works until ctx ends or something fails.
func (l *importLane) run(ctx context.Context) error {
	for {
		if err := l.drain(ctx); err != nil {
			return err
		}
		select {
		case <-l.left:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// body is an import. It lets go of what is done with, so that a large one is not in memory twice: of its data when it is
// decoded, of its facts when they are applied.
type body struct {
	entry Entry
	facts []Sighted
}

func (b *body) decode(o *Owner) {
	b.facts = o.factsOf(b.entry)
	b.entry.Data = nil
}

// drain applies what waits now.
func (l *importLane) drain(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var ahead sync.WaitGroup
	defer ahead.Wait()
	defer cancel()
	bodies, failed := make(chan body), error(nil)
	ahead.Go(func() {
		defer close(bodies)
		failed = l.decode(ctx, bodies)
	})
	began, n, items := time.Now(), 0, 0
	for b := range bodies {
		if b.facts == nil {
			b.decode(l.projector.owner)
		}
		if err := l.apply(ctx, b); err != nil {
			return err
		}
		n, items = n+1, items+len(b.facts)
	}
	if took := time.Since(began); took > importLogged {
		l.projector.owner.c.Log.Info("imported", "bodies", n, "items", items, "took", took.Round(time.Millisecond).String(),
			"disk", l.disk.Round(time.Millisecond).String(), "yielded", l.yielded.Round(time.Millisecond).String())
	}
	l.disk, l.yielded = 0, 0
	return failed // closing the channel made it known
}

// decode hands out the bodies that wait, oldest first.
func (l *importLane) decode(ctx context.Context, to chan<- body) error {
	o := l.projector.owner
	for seq := Seq(0); ; {
		if err := o.c.Views.View(func(tx ReadTx) error { seq = nextImport(tx, seq); return nil }); err != nil {
			return &cacheError{err}
		}
		if seq == 0 {
			return nil
		}
		entries, err := o.c.Journal.Read(ctx, Cursor{Epoch: AnyEpoch, Seq: seq - 1}, 1)
		if err != nil {
			return err
		}
		if len(entries) == 0 || entries[0].Seq != seq {
			return fmt.Errorf("the import at %d is not in the journal", seq)
		}
		o.coming.lull(ctx, o.restLeast, importYield)
		b := body{entry: entries[0]}
		if clear(entries); len(b.entry.Data) <= importAhead {
			b.decode(o)
		}
		select {
		case to <- b:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// apply applies one body, slice by slice. Between two of them it lets the disk catch up, so that nobody else has to wait
// for it, and what was written meanwhile goes first.
func (l *importLane) apply(ctx context.Context, b body) error {
	for done := 0; ; {
		if err := l.ease(ctx); err != nil {
			return err
		}
		take := min(l.size, len(b.facts)-done)
		rest := done+take < len(b.facts)
		began := time.Now()
		p := portion{facts: b.facts[done : done+take], entries: []Entry{b.entry}, slice: done, partial: rest, late: true}
		if err := l.projector.commit(p); err != nil {
			return err
		}
		clear(p.facts)
		l.pace(take, time.Since(began))
		if done += take; !rest {
			return nil
		}
	}
}

// ease waits until bulk work may go on.
func (l *importLane) ease(ctx context.Context) error {
	began := time.Now()
	o := l.projector.owner
	o.coming.lull(ctx, o.restLeast, importYield)
	l.yielded += time.Since(began)
	began = time.Now()
	defer func() { l.disk += time.Since(began) }()
	for {
		eased := o.c.Views.Eased()
		if eased == nil {
			return ctx.Err()
		}
		select {
		case <-eased:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// pace sets the size of the next slice.
func (l *importLane) pace(n int, took time.Duration) {
	switch {
	case took > importTime:
		l.size = max(l.size/2, importLeast)
	case n >= l.size && took < importTime/2:
		l.size = min(l.size*2, importMost)
	}
}

// takeImports notes which bodies of a portion wait for the lane. One that is through waits no more.
func takeImports(tx Tx, b portion) error {
	for _, e := range b.entries {
		var err error
		switch key := number(uint64(e.Seq)); {
		case b.late && !b.partial:
			err = tx.Delete(importsBucket, key)
		case !b.late && waits(e):
			err = tx.Put(importsBucket, key, []byte{})
		}
		if err != nil {
			return err
		}
	}
	return nil
}
