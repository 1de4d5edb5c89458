package store

import (
	"fmt"
	"math"
	"time"

	bolt "go.etcd.io/bbolt"

	"frontdesk/inbox"
)

// When the top layer goes to the file: after a while, so that what changes again and again is written once, or when it
// has grown large. What both layers hold is what a start after a crash applies again at most.
const (
	sinkAfter = 3 * time.Second
	sinkBytes = 36 << 20 // then at once
	easyBytes = 40 << 20 // then bulk work waits for the file (Eased), so that ...
	sinkMost  = 52 << 20 // ... nobody else has to
)

// publish makes the layer of an Update the one that is read, and sees to it that it goes to the file in time. Whoever
// calls it is the writer.
func (v *views) publish(top *layer) {
	v.layers.Lock()
	defer v.layers.Unlock()
	v.top = top
	v.see()
}

// see decides what the top layer waits for. Whoever calls it is the writer and holds layers.
func (v *views) see() {
	switch {
	case v.top.empty():
	case v.low == nil && v.top.bytes >= sinkBytes:
		v.lower()
		v.sinking.Go(v.sinkLowered)
	case v.timer == nil && v.low == nil:
		v.timer = time.AfterFunc(sinkAfter, v.sinkTop)
	}
}

// lower puts the top layer where it goes to the file from. No Update may run, or it would bring what the layer holds
// back into the top one. Whoever calls it is the writer and holds layers, and nothing else is on its way.
func (v *views) lower() {
	if v.timer != nil {
		v.timer.Stop()
		v.timer = nil
	}
	if !v.top.empty() {
		v.low, v.top = v.top, newLayer()
	}
}

// room waits until the layers may grow. It answers why the file takes nothing while that is so: what cannot be stored
// must not pile up in memory. Whoever calls it is the writer.
func (v *views) room() error {
	v.layers.RLock()
	failed, most := v.failed, v.top.bytes >= sinkMost
	v.layers.RUnlock()
	if failed == nil && !most {
		return nil
	}
	if err := v.sinkLow(); err != nil {
		return err
	}
	v.layers.Lock()
	defer v.layers.Unlock()
	v.see()
	return nil
}

// Eased implements inbox.Views.
func (v *views) Eased() <-chan struct{} {
	v.layers.Lock()
	defer v.layers.Unlock()
	if v.low == nil || v.top.bytes < easyBytes {
		return nil
	}
	if v.eased == nil {
		v.eased = make(chan struct{})
	}
	return v.eased
}

// sinkTop takes the top layer to the file; why it could not is told by the next Update.
func (v *views) sinkTop() {
	v.writer.Lock()
	v.layers.Lock()
	v.timer = nil
	if v.low == nil {
		v.lower()
	}
	v.layers.Unlock()
	v.writer.Unlock()
	v.sinkLowered()
}

// sinkLowered takes the layer that is on its way to the file.
func (v *views) sinkLowered() {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.db != nil {
		_ = v.sinkLow()
	}
}

// sinkAll takes all there is to the file. Whoever calls it is the writer.
func (v *views) sinkAll() error {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.db == nil {
		return v.why
	}
	if err := v.sinkLow(); err != nil {
		return err
	}
	v.layers.Lock()
	v.lower()
	v.layers.Unlock()
	return v.sinkLow()
}

// sinkLow takes the layer that is on its way to the file, if there is one. Whoever calls it holds mu.
func (v *views) sinkLow() error {
	v.sink.Lock()
	defer v.sink.Unlock()
	v.layers.RLock()
	low := v.low
	v.layers.RUnlock()
	if low == nil {
		return nil
	}
	err := guarded(func() error { return low.sinkInto(v.db.Update) })
	if isFull(err) {
		err = fmt.Errorf("%w: the views cannot be written; make room", inbox.ErrFull)
	}
	v.settled(err)
	return err
}

// settled notes how it went. What could not be written is tried again: the disk may have room by then.
func (v *views) settled(err error) {
	v.layers.Lock()
	defer v.layers.Unlock()
	v.failed = err
	if err == nil {
		v.low = nil
	}
	if v.eased != nil {
		close(v.eased)
		v.eased = nil
	}
	if v.timer == nil && !(v.low == nil && v.top.empty()) {
		after := sinkAfter
		if err == nil && v.top.bytes >= sinkBytes {
			after = 0 // it has grown meanwhile
		}
		v.timer = time.AfterFunc(after, v.sinkTop)
	}
}

// drop forgets what is in memory.
func (v *views) drop() {
	v.layers.Lock()
	defer v.layers.Unlock()
	if v.timer != nil {
		v.timer.Stop()
		v.timer = nil
	}
	v.top, v.low, v.failed = newLayer(), nil, nil
	if v.eased != nil {
		close(v.eased)
		v.eased = nil
	}
}

// update is one transaction of the file: bolt.DB.Update.
type update func(func(*bolt.Tx) error) error

// sinkInto brings a layer into the file: a small one in one transaction. What a transaction changes lies in memory until
// its end, page by page, and the keys of a large layer are scattered over pages without number; so that is written down
// as it is first (redo.go), and then brought to its places in parts.
func (l *layer) sinkInto(file update) error {
	if l.bytes <= partBytes && !l.written {
		return file(func(tx *bolt.Tx) error {
			_, err := l.parts().next(tx, math.MaxInt64)
			return err
		})
	}
	if !l.written {
		if err := l.writeRedo(file); err != nil {
			return err
		}
		l.written = true
	}
	return putInParts(file, l.parts())
}
