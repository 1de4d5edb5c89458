package inbox

import (
	"bytes"
	"hash/maphash"
	"maps"
	"sync"
)

// NewMemoryViews keeps the views in memory: for tests, and for reading a journal without a file beside it. Readers
// see a consistent state while a writer works, as with a store on disk.
func NewMemoryViews() Views {
	return &memoryViews{seed: maphash.MakeSeed(), roots: map[Bucket]*leaf{}}
}

// memoryViews holds one persistent treap per bucket. A transaction copies the nodes it changes once and owns its
// copies, so that the old roots stay whole for readers and for a rollback.
type memoryViews struct {
	seed   maphash.Seed
	writer sync.Mutex
	mu     sync.RWMutex // guards roots
	roots  map[Bucket]*leaf
}

type leaf struct {
	key, value  []byte
	weight      uint64
	left, right *leaf
	owner       *memoryTx
}

type memoryTx struct {
	views *memoryViews
	roots map[Bucket]*leaf
}

func (v *memoryViews) snapshot() map[Bucket]*leaf {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return maps.Clone(v.roots)
}

func (v *memoryViews) Update(fn func(Tx) error) error {
	v.writer.Lock()
	defer v.writer.Unlock()
	tx := &memoryTx{views: v, roots: v.snapshot()}
	if err := fn(tx); err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.roots = tx.roots
	return nil
}

func (v *memoryViews) View(fn func(ReadTx) error) error {
	return fn(&memoryTx{views: v, roots: v.snapshot()})
}

// Eased implements Views: memory is always at ease.
func (v *memoryViews) Eased() <-chan struct{} { return nil }

func (v *memoryViews) Reset() error {
	v.writer.Lock()
	defer v.writer.Unlock()
	v.mu.Lock()
	defer v.mu.Unlock()
	v.roots = map[Bucket]*leaf{}
	return nil
}

func (t *memoryTx) Get(bucket Bucket, key []byte) []byte {
	for n := t.roots[bucket]; n != nil; {
		switch c := bytes.Compare(key, n.key); {
		case c == 0:
			return n.value
		case c < 0:
			n = n.left
		default:
			n = n.right
		}
	}
	return nil
}

func (t *memoryTx) Put(bucket Bucket, key, value []byte) error {
	t.roots[bucket] = t.put(t.roots[bucket], bytes.Clone(key), append([]byte{}, value...))
	return nil
}

func (t *memoryTx) Delete(bucket Bucket, key []byte) error {
	t.roots[bucket] = t.remove(t.roots[bucket], key)
	return nil
}

func (t *memoryTx) own(n *leaf) *leaf {
	if n.owner == t {
		return n
	}
	c := *n
	c.owner = t
	return &c
}

func (t *memoryTx) put(n *leaf, key, value []byte) *leaf {
	if n == nil {
		return &leaf{key: key, value: value, weight: maphash.Bytes(t.views.seed, key), owner: t}
	}
	n = t.own(n)
	switch c := bytes.Compare(key, n.key); {
	case c == 0:
		n.value = value
	case c < 0:
		n.left = t.put(n.left, key, value)
		if n.left.weight > n.weight {
			top := n.left
			n.left, top.right = top.right, n
			return top
		}
	default:
		n.right = t.put(n.right, key, value)
		if n.right.weight > n.weight {
			top := n.right
			n.right, top.left = top.left, n
			return top
		}
	}
	return n
}

func (t *memoryTx) remove(n *leaf, key []byte) *leaf {
	if n == nil {
		return nil
	}
	c := bytes.Compare(key, n.key)
	if c == 0 {
		return t.join(n.left, n.right)
	}
	n = t.own(n)
	if c < 0 {
		n.left = t.remove(n.left, key)
	} else {
		n.right = t.remove(n.right, key)
	}
	return n
}

// join makes one tree of two whose keys do not overlap.
func (t *memoryTx) join(a, b *leaf) *leaf {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	case a.weight > b.weight:
		a = t.own(a)
		a.right = t.join(a.right, b)
		return a
	default:
		b = t.own(b)
		b.left = t.join(a, b.left)
		return b
	}
}

func (t *memoryTx) Ascend(bucket Bucket, from []byte, yield func(k, v []byte) bool) {
	ascend(t.roots[bucket], from, yield)
}

func ascend(n *leaf, from []byte, yield func(k, v []byte) bool) bool {
	if n == nil {
		return true
	}
	if bytes.Compare(n.key, from) < 0 {
		return ascend(n.right, from, yield)
	}
	return ascend(n.left, from, yield) && yield(n.key, n.value) && ascend(n.right, from, yield)
}

func (t *memoryTx) Descend(bucket Bucket, before []byte, yield func(k, v []byte) bool) {
	descend(t.roots[bucket], before, yield)
}

func descend(n *leaf, before []byte, yield func(k, v []byte) bool) bool {
	if n == nil {
		return true
	}
	if before != nil && bytes.Compare(n.key, before) >= 0 {
		return descend(n.left, before, yield)
	}
	return descend(n.right, before, yield) && yield(n.key, n.value) && descend(n.left, before, yield)
}
