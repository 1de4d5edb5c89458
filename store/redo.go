package store

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	bolt "go.etcd.io/bbolt"

	"frontdesk/inbox"
)

// redoBucket holds a large layer while it is brought into the file. All of a layer must be there or nothing of it, since
// the position of the views in the journal is part of it. It is written here in one piece, page after page; from the
// moment that it is whole, the next start reads it back and goes on with it, however far that had come: what it says of a
// key is absolute, so saying it twice changes nothing. When all is in its place it is removed.
//
//	redoWhole        -> empty, once all is there
//	number 8         -> bucket, counted | key, counted | 0 or length+1 of the value, value | ...
var (
	redoBucket = []byte("\x00redo")
	redoWhole  = []byte("whole")
)

const (
	redoPiece = 64 << 10 // bytes of one value
	partBytes = 4 << 20  // a layer up to this size goes to the file in one transaction
)

// How much one transaction of a larger layer holds. Tests make it less.
var (
	redoBytes       = 4 << 20 // of what is written down
	partPages int64 = 1500    // changed pages of what comes to its place: some 12 MB, so that a webhook's sync never waits long
)

// pairs hands out what a layer says, bucket by bucket in the order of the keys; ok is false at the end.
type pairs func() (bucket string, it item, ok bool, err error)

// pairs walks over a layer in memory.
func (l *layer) pairs() pairs {
	names := slices.Sorted(maps.Keys(l.trees))
	var at int
	var walk func() (item, bool)
	return func() (string, item, bool, error) {
		for ; at < len(names); at++ {
			if walk == nil {
				it, begun := l.trees[names[at]].Iter(), false
				walk = func() (item, bool) {
					more := false
					if begun {
						more = it.Next()
					} else {
						begun, more = true, it.First()
					}
					if !more {
						return item{}, false
					}
					return it.Item(), true
				}
			}
			if it, ok := walk(); ok {
				return string(names[at]), it, true, nil
			}
			walk = nil
		}
		return "", item{}, false, nil
	}
}

func (l *layer) parts() *parts { return &parts{from: l.pairs()} }

// writeRedo writes a layer down.
func (l *layer) writeRedo(file update) error {
	from := l.pairs()
	bucket, it, ok, err := from()
	if err != nil {
		return err
	}
	for n, whole := uint64(0), false; !whole; {
		err := file(func(tx *bolt.Tx) error {
			if n == 0 {
				if err := dropRedo(tx); err != nil { // of a try that failed
					return err
				}
			}
			b, err := tx.CreateBucketIfNotExists(redoBucket)
			if err != nil {
				return err
			}
			b.FillPercent = 1 // nothing comes between
			for room := redoBytes; room > 0; {
				if !ok {
					whole = true
					return b.Put(redoWhole, []byte{})
				}
				piece := appendCounted(make([]byte, 0, redoPiece+redoPiece/8), []byte(bucket))
				for of := bucket; ok && bucket == of && len(piece) < redoPiece; {
					piece = appendCounted(piece, it.key)
					if it.value == nil {
						piece = append(piece, 0)
					} else {
						piece = append(binary.AppendUvarint(piece, uint64(len(it.value))+1), it.value...)
					}
					if bucket, it, ok, err = from(); err != nil {
						return err
					}
				}
				if err := b.Put(u64(n), piece); err != nil {
					return err
				}
				n, room = n+1, room-len(piece)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func appendCounted(b, s []byte) []byte { return append(binary.AppendUvarint(b, uint64(len(s))), s...) }

func dropRedo(tx *bolt.Tx) error {
	if tx.Bucket(redoBucket) == nil {
		return nil
	}
	return tx.DeleteBucket(redoBucket)
}

// readRedo gives the layer that an unclean stop left on its way, nil when there was none. What was not written down to
// its end is none: its entries are applied again.
func readRedo(db *bolt.DB) (l *layer, err error) {
	err = db.View(func(tx *bolt.Tx) error {
		b := tx.Bucket(redoBucket)
		if b == nil || b.Get(redoWhole) == nil {
			return nil
		}
		l = newLayer()
		l.written = true
		for n := uint64(0); ; n++ {
			piece := bytes.Clone(b.Get(u64(n)))
			if piece == nil {
				return nil
			}
			if !l.readPiece(piece) {
				return fmt.Errorf("%w: what was on its way into the views cannot be read", inbox.ErrBroken)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	return l, nil
}

// readPiece adds one value of redoBucket, whose bytes the layer keeps.
func (l *layer) readPiece(rest []byte) (ok bool) {
	take := func(less uint64) (s []byte, there bool) {
		size, w := binary.Uvarint(rest)
		if w <= 0 || size > uint64(len(rest)-w)+less {
			ok = false
			return nil, false
		}
		rest = rest[w:]
		if there = size >= less; there {
			size -= less
			s, rest = rest[:size:size], rest[size:]
		}
		return s, there
	}
	ok = true
	name, _ := take(0)
	t := l.trees[inbox.Bucket(name)]
	if t == nil {
		t = newTree()
		l.trees[inbox.Bucket(name)] = t
	}
	for ok && len(rest) > 0 {
		var it item
		it.key, _ = take(0)
		it.value, _ = take(1)
		t.Set(it)
		l.bytes += len(it.key) + len(it.value) + itemCost
	}
	return ok
}

// parts brings pairs to their places, some of them in each transaction. A transaction that fails does not go back, so
// that is the end of it.
type parts struct {
	from   pairs
	bucket string
	it     item
	held   bool // taken, and not put yet
}

// pageBytes is what a page takes at most where values are of usual sizes; large ones are counted by their bytes.
const pageBytes = 8 << 10

// next puts pairs until the transaction has changed that many pages, and reports whether that was all.
func (p *parts) next(tx *bolt.Tx, pages int64) (done bool, err error) {
	var b *bolt.Bucket
	var of string
	large := int64(0) // bytes of values that need pages of their own
	for n := 1; ; n++ {
		if !p.held {
			if p.bucket, p.it, p.held, err = p.from(); err != nil || !p.held {
				return true, err
			}
		}
		if n%64 == 0 || large/pageBytes >= pages {
			if stats := tx.Stats(); stats.GetNodeCount()+large/pageBytes >= pages {
				return false, nil
			}
		}
		if b == nil || of != p.bucket {
			if b = tx.Bucket([]byte(p.bucket)); b == nil {
				if b, err = tx.CreateBucket([]byte(p.bucket)); err != nil {
					return false, fmt.Errorf("bucket %q: %w", p.bucket, err)
				}
			}
			of, b.FillPercent = p.bucket, viewsFill
		}
		if p.it.value == nil {
			err = b.Delete(p.it.key)
		} else {
			err = b.Put(p.it.key, p.it.value)
			if len(p.it.value) >= pageBytes {
				large += int64(len(p.it.value))
			}
		}
		if err != nil {
			return false, err
		}
		p.held = false
	}
}

// putInParts brings all to its place, and then removes what was written down of it.
func putInParts(file update, p *parts) error {
	for done := false; !done; {
		err := file(func(tx *bolt.Tx) (err error) {
			if done, err = p.next(tx, partPages); err == nil && done {
				err = dropRedo(tx)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
