package store

import (
	"bytes"
	"fmt"
	"maps"

	bolt "go.etcd.io/bbolt"

	"frontdesk/inbox"
)

// readTx reads the views at one moment: what the newest layer knows of a key stands over the older one and the file.
type readTx struct {
	top, low *layer
	file     fileTx
}

func (t *readTx) end() { _ = t.file.tx.Rollback() } // of a transaction that only reads: it cannot fail

// Get returns nil when there is no such key.
func (t *readTx) Get(bucket inbox.Bucket, key []byte) []byte {
	if v, known := t.top.get(bucket, key); known {
		return v
	}
	if v, known := t.low.get(bucket, key); known {
		return v
	}
	if b := t.file.bucket(bucket); b != nil {
		return b.Get(key)
	}
	return nil
}

// Ascend goes up from a key.
func (t *readTx) Ascend(bucket inbox.Bucket, from []byte, yield func(k, v []byte) bool) {
	var w walk
	w.layer(t.top.tree(bucket), from, false)
	w.layer(t.low.tree(bucket), from, false)
	if b := t.file.bucket(bucket); b != nil {
		c := b.Cursor()
		w.file(c.Next, func() ([]byte, []byte) { return c.Seek(from) })
	}
	w.run(bytes.Compare, yield)
}

// Descend goes down from before, or from the end.
func (t *readTx) Descend(bucket inbox.Bucket, before []byte, yield func(k, v []byte) bool) {
	var w walk
	w.layer(t.top.tree(bucket), before, true)
	w.layer(t.low.tree(bucket), before, true)
	if b := t.file.bucket(bucket); b != nil {
		c := b.Cursor()
		w.file(c.Prev, func() ([]byte, []byte) {
			if before != nil {
				if k, _ := c.Seek(before); k != nil { // nil: all keys lie before it
					return c.Prev()
				}
			}
			return c.Last()
		})
	}
	w.run(func(a, b []byte) int { return bytes.Compare(b, a) }, yield)
}

// writeTx is the one transaction that writes. It owns copies of the trees that it has touched.
type writeTx struct {
	*readTx
	own map[inbox.Bucket]bool
}

func newWriteTx(r *readTx) *writeTx {
	r.top = &layer{trees: maps.Clone(r.top.trees), bytes: r.top.bytes}
	return &writeTx{readTx: r, own: make(map[inbox.Bucket]bool)}
}

// Put keeps copies of both.
func (t *writeTx) Put(bucket inbox.Bucket, key, value []byte) error {
	if len(key) == 0 || len(key) > bolt.MaxKeySize {
		return fmt.Errorf("bucket %q: a key of %d bytes", bucket, len(key))
	}
	t.set(bucket, kept(key, value))
	return nil
}

// Delete of a key that is not there is no error.
func (t *writeTx) Delete(bucket inbox.Bucket, key []byte) error {
	it := kept(key, nil)
	it.value = nil
	t.set(bucket, it)
	return nil
}

func (t *writeTx) set(bucket inbox.Bucket, it item) {
	tr := t.top.trees[bucket]
	switch {
	case tr == nil:
		tr = newTree()
		t.top.trees[bucket], t.own[bucket] = tr, true
	case !t.own[bucket]:
		tr = tr.Copy()
		t.top.trees[bucket], t.own[bucket] = tr, true
	}
	old, replaced := tr.Set(it)
	t.top.bytes += len(it.key) + len(it.value) + itemCost
	if replaced {
		t.top.bytes -= len(old.key) + len(old.value) + itemCost
	}
}

// fileTx is a transaction of the file; its buckets are looked up once.
type fileTx struct {
	tx   *bolt.Tx
	open map[inbox.Bucket]*bolt.Bucket
}

func (t *fileTx) bucket(name inbox.Bucket) *bolt.Bucket {
	if b, ok := t.open[name]; ok {
		return b
	}
	b := t.tx.Bucket([]byte(name))
	t.open[name] = b
	return b
}

// walk goes through one bucket of the layers and the file at once. Its sources are in the order of their strength.
type walk struct {
	sources [3]source
	n       int
}

// source stands on a key, or is at its end when the key is nil. A nil value says that the key is gone.
type source struct {
	k, v []byte
	next func() (k, v []byte)
}

func (w *walk) add(k, v []byte, next func() (k, v []byte)) {
	if k != nil {
		w.sources[w.n] = source{k, v, next}
		w.n++
	}
}

func (w *walk) file(next, first func() (k, v []byte)) {
	k, v := first()
	w.add(k, v, next)
}

// layer adds the keys of a tree from bound on, or below it when it goes down; a nil bound is no bound.
func (w *walk) layer(t *tree, bound []byte, down bool) {
	if t == nil {
		return
	}
	it := t.Iter() // without locks there is nothing to release
	here := func(ok bool) ([]byte, []byte) {
		if !ok {
			return nil, nil
		}
		return it.Item().key, it.Item().value
	}
	var ok bool
	switch at := (item{key: bound}); {
	case !down:
		ok = it.Seek(at)
	case bound != nil && it.Seek(at):
		ok = it.Prev()
	default:
		ok = it.Last()
	}
	k, v := here(ok)
	if down {
		w.add(k, v, func() ([]byte, []byte) { return here(it.Prev()) })
	} else {
		w.add(k, v, func() ([]byte, []byte) { return here(it.Next()) })
	}
}

// run yields every key once, with the strongest value, and leaves out those that are gone.
func (w *walk) run(compare func(a, b []byte) int, yield func(k, v []byte) bool) {
	for {
		first := -1
		for i := range w.n {
			if w.sources[i].k != nil && (first < 0 || compare(w.sources[i].k, w.sources[first].k) < 0) {
				first = i
			}
		}
		if first < 0 {
			return
		}
		k, v := w.sources[first].k, w.sources[first].v
		for i := first; i < w.n; i++ {
			if s := &w.sources[i]; s.k != nil && (i == first || bytes.Equal(s.k, k)) {
				s.k, s.v = s.next()
			}
		}
		if v != nil && !yield(k, v) {
			return
		}
	}
}
