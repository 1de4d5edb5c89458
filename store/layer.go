package store

import (
	"bytes"

	"github.com/tidwall/btree"

	"frontdesk/inbox"
)

// layer holds what was written to the views and is not in the file. Once it is published it never changes: a writer
// works on a copy, which shares the nodes that stay as they are.
type layer struct {
	trees map[inbox.Bucket]*tree
	bytes int // about how much memory it needs

	written bool // in redoBucket; only who brings it to the file looks
}

type tree = btree.BTreeG[item]

// item is a key and its value. A nil value says that the key is gone, an empty one that it is there.
type item struct{ key, value []byte }

// itemCost is what a tree needs for an item besides its bytes.
const itemCost = 80

func newLayer() *layer { return &layer{trees: map[inbox.Bucket]*tree{}} }

func newTree() *tree {
	return btree.NewBTreeGOptions(func(a, b item) bool { return bytes.Compare(a.key, b.key) < 0 }, btree.Options{NoLocks: true})
}

// get answers what the layer knows of a key; a key that is gone is known, with a nil value.
func (l *layer) get(bucket inbox.Bucket, key []byte) (value []byte, known bool) {
	if l == nil {
		return nil, false
	}
	t := l.trees[bucket]
	if t == nil {
		return nil, false
	}
	it, known := t.Get(item{key: key})
	return it.value, known
}

// tree is the part of a bucket, nil when nothing of it was written.
func (l *layer) tree(bucket inbox.Bucket) *tree {
	if l == nil {
		return nil
	}
	return l.trees[bucket]
}

func (l *layer) empty() bool { return l == nil || len(l.trees) == 0 }

// kept is a copy of a key and a value that nobody else writes to.
func kept(key, value []byte) item {
	b := make([]byte, len(key)+len(value))
	n := copy(b, key)
	copy(b[n:], value)
	return item{b[:n:n], b[n:]}
}
