package inbox

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Between two looks at the age and the size of what is kept.
const custodyEvery = 10 * time.Minute

// custody says when the views can be asked about files. While they are made anew they know of messages whose files were
// fetched, dropped or stored again further on in the journal: to act on that would fetch everything once more, and take
// away what is still needed.
type custody struct {
	open atomic.Bool   // the views are of this journal
	upto atomic.Uint64 // the last file that was stored in this run

	mu    sync.Mutex
	freed map[FileName]Seq // of messages that were called back and of drafts that have theirs no more, and the entry that says so
}

// decided notes what a decision means for the file of its message. What a crash forgets of that is swept at the start.
func (c *custody) decided(name FileName, what Decision, seq Seq) {
	switch what {
	case Resend:
		c.stored(seq)
	case Cancel, Discard:
		c.free(name, seq)
	}
}

// free notes that a message or a draft let go of its file with the entry at seq. Others may hold it.
func (c *custody) free(name FileName, seq Seq) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.freed == nil {
		c.freed = map[FileName]Seq{}
	}
	c.freed[name] = max(c.freed[name], seq)
}

// kept reports whether a file is in no message and stays all the same: it was handed over a moment ago, or a draft has it.
func (o *Owner) kept(name FileName) bool { return o.handed.waits(name) || o.drafts.hold(name) }

// due are the files whose messages were called back up to at. A file that waits for another message comes later.
func (c *custody) due(at Seq, waits func(FileName) bool) (names []FileName) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, seq := range c.freed {
		if seq <= at && !waits(name) {
			names = append(names, name)
		}
	}
	return names
}

func (c *custody) settled(name FileName) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.freed, name)
}

// stored notes that a file is on record at seq.
func (c *custody) stored(seq Seq) {
	for {
		have := c.upto.Load()
		if uint64(seq) <= have || c.upto.CompareAndSwap(have, uint64(seq)) {
			return
		}
	}
}

// knowsFiles reports whether these views know everything about files: what was in the journal at the start, and what
// this run stored.
func (o *Owner) knowsFiles(r *Reader) bool {
	at := Applied(r.tx).Seq
	return o.custody.open.Load() && at >= o.found && at >= Seq(o.custody.upto.Load())
}

// keepFiles takes files away until ctx ends: at once those of deleted messages (merge-rules 6), now and then those of messages that were called back and those that
// are too old or too many, and once those that no message names, which a stop between two steps can leave behind.
func (o *Owner) keepFiles(ctx context.Context) error {
	swept, due := false, time.Now()
	for ctx.Err() == nil {
		rung := o.bell.next() // before looking; imports ring it too
		if err := o.dropDeleted(ctx); err != nil && !errors.Is(err, errUnknown) {
			o.c.Log.Error("the files of deleted messages could not be removed", "err", err)
		}
		if err := o.dropFreed(); err != nil && !errors.Is(err, errUnknown) {
			o.c.Log.Error("the files of messages that were called back could not be removed", "err", err)
		}
		if !swept {
			swept = o.sweepFiles()
		}
		if !time.Now().Before(due) {
			if err := o.limitFiles(ctx); err != nil && !errors.Is(err, errUnknown) {
				o.c.Log.Error("the limits of the media directory could not be kept", "err", err)
			}
			due = time.Now().Add(custodyEvery)
		}
		_ = sleepUntil(ctx, max(time.Until(due), time.Second), rung)
	}
	return nil
}

// holding is a message that holds a file.
type holding struct {
	name  FileName
	hash  keyHash
	at    int64
	line  LineID
	wamid string
	gone  bool
	ours  bool // a message that WhatsApp has not named yet
	needs bool // it is still to go
}

// dropDeleted removes the files of deleted messages, each unless another message holds the same one.
func (o *Owner) dropDeleted(ctx context.Context) error {
	var dead []holding
	if err := o.view("", func(r *Reader) error {
		if !o.knowsFiles(r) {
			return nil
		}
		scan(r.tx, errandsBucket, []byte{errandDrop}, nil, func(k, _ []byte) bool {
			if h, ok := r.holding(keyHash(k[1:])); ok {
				dead = append(dead, h)
			}
			return len(dead) < sliceItems
		})
		return r.Err()
	}); err != nil || len(dead) == 0 {
		return err
	}
	for _, h := range dead {
		if _, err := o.removeFile(h.name, func(other holding) bool { return other.gone }); err != nil {
			return err
		}
		seq, err := o.record(ctx, MediaDropped{Line: h.line, WAMID: h.wamid, At: o.clock.now()})
		if err != nil {
			return err
		}
		o.follow(ctx, seq)
	}
	return nil
}

// dropFreed removes the files of messages that were called back, each unless another message holds the same one.
func (o *Owner) dropFreed() error {
	for _, name := range o.custody.due(o.applied.now(), o.kept) {
		if _, err := o.removeFile(name, func(holding) bool { return false }); err != nil {
			return err
		}
		o.custody.settled(name)
	}
	return nil
}

var errUnknown = errors.New("the views do not know yet who holds which file")

// removeFile takes a file away if everybody who holds it lets go, and reports whether it did.
func (o *Owner) removeFile(name FileName, lets func(holding) bool) (bool, error) {
	defer o.files.lock(string(name))()
	free := !o.kept(name)
	if err := o.view("", func(r *Reader) error {
		if !o.knowsFiles(r) {
			return errUnknown
		}
		for _, h := range r.holders(name) {
			free = free && lets(h)
		}
		return r.Err()
	}); err != nil || !free {
		return false, err
	}
	return true, o.c.Vault.Remove(name)
}

// holding reads who holds which file under a hash.
func (r *Reader) holding(hash keyHash) (holding, bool) {
	s, err := find(r.tx, hash)
	r.check(err)
	if err == nil && s != nil && s.rec == nil {
		e, ok := r.Outbox(s.oid)
		return holding{hash: hash, ours: true, needs: e.ended() == ""}, ok
	}
	if err != nil || s == nil || s.rec == nil || s.rec.File == nil || s.rec.File.Step != fileStored {
		return holding{}, false
	}
	f := s.rec.File
	return holding{name: f.Name, hash: hash, at: f.At, line: s.rec.Line, wamid: bestID(s.rec), gone: s.rec.revoked(gather(keyOf(s.rec), s.rec, r.load))}, true
}

// holders are the messages that hold a file.
func (r *Reader) holders(name FileName) (all []holding) {
	scan(r.tx, filesBucket, append([]byte(name), 0), nil, func(k, _ []byte) bool {
		if len(k) < 16 {
			return true
		}
		if h, ok := r.holding(keyHash(k[len(k)-16:])); ok {
			all = append(all, h)
		}
		return true
	})
	return all
}

// sweepFiles removes what no message names, once the views know all that the journal does. It reports whether that was
// so.
func (o *Owner) sweepFiles() bool {
	ready := false
	if err := o.view("", func(r *Reader) error {
		ready = o.knowsFiles(r) && !importing(r.tx)
		return nil
	}); err != nil || !ready {
		return false
	}
	have, err := o.c.Vault.All()
	if err != nil {
		o.c.Log.Error("the media directory could not be read", "err", err)
		return true
	}
	removed := 0
	for name := range have {
		gone, err := o.removeFile(name, func(holding) bool { return false })
		switch {
		case errors.Is(err, errUnknown):
			return false
		case err != nil:
			o.c.Log.Warn("a file that no message names could not be removed", "err", err)
			return true
		case gone:
			removed++
		}
	}
	if removed > 0 {
		o.c.Log.Info("files that no message names were removed", "count", removed)
	}
	return true
}

// limitFiles lets go of what is too old, then of the oldest until the rest keeps to the quota.
func (o *Owner) limitFiles(ctx context.Context) error {
	lim := o.c.Media
	if lim.Quota <= 0 && lim.KeepFor <= 0 {
		return nil
	}
	sizes, err := o.c.Vault.All()
	if err != nil {
		return err
	}
	newest := map[FileName]int64{} // when each was stored last
	if err := o.view("", func(r *Reader) error {
		if !o.knowsFiles(r) {
			return nil
		}
		r.tx.Ascend(filesBucket, nil, func(k, v []byte) bool {
			if name, _, ok := bytes.Cut(k, []byte{0}); ok && len(v) == 8 {
				n := FileName(name)
				newest[n] = max(newest[n], int64(binary.BigEndian.Uint64(v)))
			}
			return true
		})
		return nil
	}); err != nil {
		return err
	}
	total, order := int64(0), make([]FileName, 0, len(newest))
	for name := range newest {
		total += sizes[name]
		if _, there := sizes[name]; there {
			order = append(order, name)
		}
	}
	slices.SortFunc(order, func(a, b FileName) int {
		return cmp.Or(cmp.Compare(newest[a], newest[b]), cmp.Compare(a, b))
	})
	old := o.clock.now().Add(-lim.KeepFor).Unix()
	for _, name := range order {
		if ctx.Err() != nil || !(lim.KeepFor > 0 && newest[name] < old) && !(lim.Quota > 0 && total > lim.Quota) {
			return nil
		}
		gone, err := o.evict(ctx, name)
		if err != nil {
			return err
		}
		if gone {
			total -= sizes[name]
		}
	}
	return nil
}

// evict lets a file go for its age or for room, unless it is still to be sent. It is on record first: what is then left
// behind is swept at a start.
func (o *Owner) evict(ctx context.Context, name FileName) (bool, error) {
	defer o.files.lock(string(name))()
	needed, known := o.kept(name), false
	var facts []Fact
	if err := o.view("", func(r *Reader) error {
		if !o.knowsFiles(r) {
			return errUnknown
		}
		for _, h := range r.holders(name) {
			known, needed = true, needed || h.needs
			if h.ours {
				continue // its row tells by itself that the file is gone
			}
			facts = append(facts, MediaFailed{Line: h.line, WAMID: h.wamid, State: MediaExpired, Why: WhyRemoved, At: o.clock.now()})
		}
		return r.Err()
	}); err != nil || needed || !known {
		return false, err
	}
	if len(facts) > 0 {
		seq, err := o.record(ctx, facts...)
		if err != nil {
			return false, err
		}
		o.follow(ctx, seq)
	}
	return true, o.c.Vault.Remove(name)
}
