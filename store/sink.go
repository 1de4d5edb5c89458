package store

import (
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"frontdesk/inbox"
)

// When the top layer goes to the file: after a while, so that what changes again and again is written once, or when it
// has grown large, which in a flood is after some 25,000 events. That is what a start after a crash applies again at most.
const (
	sinkAfter = 3 * time.Second
	sinkBytes = 48 << 20 // then at once
	sinkMost  = 64 << 20 // then the writer waits for the file
)

// publish makes the layer of an Update the one that is read, and sees to it that it goes to the file in time.
func (v *views) publish(top *layer) {
	v.layers.Lock()
	defer v.layers.Unlock()
	v.top = top
	switch {
	case top.empty() || v.under:
	case top.bytes >= sinkBytes:
		v.under = true
		v.sinking.Go(v.sinkTop)
	case v.timer == nil:
		v.timer = time.AfterFunc(sinkAfter, v.sinkTop)
	}
}

// room waits until the layers may grow. It answers why the file takes nothing while that is so: what cannot be stored
// must not pile up in memory.
func (v *views) room() error {
	v.layers.RLock()
	failed, most := v.failed, v.top.bytes >= sinkMost
	v.layers.RUnlock()
	if failed == nil && !most {
		return nil
	}
	return v.sinkLayers(1)
}

// sinkTop takes one layer to the file; why it could not is told by the next Update.
func (v *views) sinkTop() {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.db != nil {
		_ = v.sinkLayers(1)
	}
}

// sinkAll takes all there is to the file.
func (v *views) sinkAll() error {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.db == nil {
		return v.why
	}
	return v.sinkLayers(2)
}

// sinkLayers takes at most n layers to the file, each in one transaction. The lower one, which an earlier attempt has
// left, is the first. Whoever calls it holds mu.
func (v *views) sinkLayers(n int) error {
	v.sink.Lock()
	defer v.sink.Unlock()
	for range n {
		low := v.lowered()
		if low.empty() {
			return nil
		}
		err := guarded(func() error {
			return v.db.Update(func(tx *bolt.Tx) error { return low.writeTo(tx) })
		})
		if isFull(err) {
			err = fmt.Errorf("%w: the views cannot be written; make room", inbox.ErrFull)
		}
		v.settled(err)
		if err != nil {
			return err
		}
	}
	return nil
}

// settled notes how it went. What could not be written is tried again: the disk may have room by then.
func (v *views) settled(err error) {
	v.layers.Lock()
	defer v.layers.Unlock()
	v.failed, v.under = err, false
	if err == nil {
		v.low = nil
	}
	if v.timer == nil && !(v.low.empty() && v.top.empty()) {
		v.timer = time.AfterFunc(sinkAfter, v.sinkTop)
	}
}

// lowered is the layer that goes to the file next.
func (v *views) lowered() *layer {
	v.layers.Lock()
	defer v.layers.Unlock()
	if v.timer != nil {
		v.timer.Stop()
		v.timer = nil
	}
	if v.low == nil && !v.top.empty() {
		v.low, v.top = v.top, newLayer()
	}
	v.under = v.low != nil
	return v.low
}

// drop forgets what is in memory.
func (v *views) drop() {
	v.layers.Lock()
	defer v.layers.Unlock()
	if v.timer != nil {
		v.timer.Stop()
		v.timer = nil
	}
	v.top, v.low, v.failed, v.under = newLayer(), nil, nil, false
}

// writeTo brings a layer into the file. Its keys come in order, so that neighbours share the way to their page.
func (l *layer) writeTo(tx *bolt.Tx) (err error) {
	for name, t := range l.trees {
		b := tx.Bucket([]byte(name))
		if b == nil {
			if b, err = tx.CreateBucket([]byte(name)); err != nil {
				return fmt.Errorf("bucket %q: %w", name, err)
			}
		}
		b.FillPercent = viewsFill
		t.Scan(func(it item) bool {
			if it.value == nil {
				err = b.Delete(it.key)
			} else {
				err = b.Put(it.key, it.value)
			}
			return err == nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
