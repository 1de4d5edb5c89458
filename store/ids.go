package store

import (
	"bytes"
	"encoding/binary"
	"iter"
	"slices"
	"sync"

	bolt "go.etcd.io/bbolt"

	"frontdesk/inbox"
)

// How an entry is found by its id.
//
// The obvious index, a bucket from hash to sequence, writes one page somewhere in the file for every new entry, and on a
// million entries that alone is most of a commit: scattered pages are a tenth as fast as contiguous ones (storage.md 1).
// So the ids of new entries stand in their records alone, and are looked up in memory. When there are enough of them they
// are sorted and become a run, written once and in one piece at the end of the ids bucket, with a filter that tells
// in which runs an id cannot be. Nothing of a run is held in memory: filters are read where they lie in the file.
//
// To have the recent ids in memory again, opening would have to visit as many records, each on a page of its own if the
// bodies are large. So now and then the ids since the last time are written once more, as a block of nothing else, and
// opening reads the blocks and the few records after them.

const (
	runSize   = 1 << 15 // how many ids make a run
	blockSize = 1 << 9  // and a block, about
)

// idHash is the first 16 bytes of the SHA-256 of an id.
type idHash [16]byte

// recentIDs holds the ids that are not in a run yet. Whoever commits writes it, after the commit.
type recentIDs struct {
	most, block int // runSize and blockSize, or less in tests

	mu  sync.RWMutex
	seq map[idHash]inbox.Seq
}

// load reads them back from an opened file. An entry that nobody can tell the id of any more is left out; appended again,
// it is new.
func (r *recentIDs) load(tx *bolt.Tx) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seq = make(map[idHash]inbox.Seq)
	keep := func(seq inbox.Seq, id idHash) {
		if id != (idHash{}) {
			r.seq[id] = seq
		}
	}
	run, _ := tx.Bucket(filtersBucket).Cursor().Last()
	last := inbox.Seq(number(run))
	err := tx.Bucket(blocksBucket).ForEach(func(k, v []byte) error {
		for id := range slices.Chunk(v, len(idHash{})) {
			if len(id) != len(idHash{}) {
				return errDamaged
			}
			last++
			keep(last, idHash(id))
		}
		if inbox.Seq(number(k)) != last {
			return errDamaged
		}
		return nil
	})
	if end, _ := tx.Bucket(entriesBucket).Cursor().Last(); err == nil && inbox.Seq(number(end)) < last {
		err = errDamaged
	}
	if err != nil {
		return err
	}
	for seq, id := range idsAfter(tx, last) {
		keep(seq, id)
	}
	return nil
}

// idsAfter reads from the records by what the entries after last are found; the zero hash where nobody can tell.
func idsAfter(tx *bolt.Tx, last inbox.Seq) iter.Seq2[inbox.Seq, idHash] {
	return func(yield func(inbox.Seq, idHash) bool) {
		c := tx.Bucket(entriesBucket).Cursor()
		for k, v := c.Seek(u64(uint64(last) + 1)); k != nil; k, v = c.Next() {
			if id, _ := hashOf(v); !yield(inbox.Seq(number(k)), id) {
				return
			}
		}
	}
}

func (r *recentIDs) get(id idHash) inbox.Seq {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.seq[id]
}

// took adds what a commit added, or starts again after it made a run.
func (r *recentIDs) took(added map[idHash]inbox.Seq, sealed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if sealed {
		r.seq = make(map[idHash]inbox.Seq)
		return
	}
	for id, seq := range added {
		r.seq[id] = seq
	}
}

// runs finds ids in the runs of one transaction.
type runs struct {
	ids     *bolt.Bucket
	last    [][]byte // name of each run: the sequence that was the newest when it was made
	filters []filter
}

func readRuns(tx *bolt.Tx) runs {
	r := runs{ids: tx.Bucket(idsBucket)}
	c := tx.Bucket(filtersBucket).Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		r.last, r.filters = append(r.last, k), append(r.filters, v)
	}
	return r
}

func (r runs) get(id idHash) inbox.Seq {
	for i := len(r.filters) - 1; i >= 0; i-- {
		if r.filters[i].may(id) {
			if v := r.ids.Get(runKey(r.last[i], id)); v != nil {
				return inbox.Seq(number(v))
			}
		}
	}
	return 0
}

func runKey(run []byte, id idHash) []byte {
	return append(append(make([]byte, 0, len(run)+len(id)), run...), id[:]...)
}

// makeBlock writes the recent ids that are not in a block yet as one.
func makeBlock(tx *bolt.Tx) error {
	blocks := tx.Bucket(blocksBucket)
	last, _ := blocks.Cursor().Last()
	if last == nil {
		last, _ = tx.Bucket(filtersBucket).Cursor().Last()
	}
	var block []byte
	newest := inbox.Seq(number(last))
	for seq, id := range idsAfter(tx, newest) {
		newest, block = seq, append(block, id[:]...)
	}
	return blocks.Put(u64(uint64(newest)), block)
}

// makeRun makes a run of all recent ids, those of this transaction included.
func makeRun(tx *bolt.Tx, recent, added map[idHash]inbox.Seq, newest inbox.Seq) error {
	all := make([]idHash, 0, len(recent)+len(added))
	seqs := make(map[idHash]inbox.Seq, cap(all))
	for _, m := range []map[idHash]inbox.Seq{recent, added} {
		for id, seq := range m {
			all = append(all, id)
			seqs[id] = seq
		}
	}
	slices.SortFunc(all, func(a, b idHash) int { return bytes.Compare(a[:], b[:]) })
	ids, f, name := tx.Bucket(idsBucket), newFilter(len(all)), u64(uint64(newest))
	ids.FillPercent = 1 // a run is never added to
	for _, id := range all {
		f.add(id)
		if err := ids.Put(runKey(name, id), u64(uint64(seqs[id]))); err != nil {
			return err
		}
	}
	if err := tx.Bucket(filtersBucket).Put(name, f); err != nil {
		return err
	}
	if err := tx.DeleteBucket(blocksBucket); err != nil {
		return err
	}
	_, err := tx.CreateBucket(blocksBucket)
	return err
}

// filter is a Bloom filter over hashes: ten bits and seven probes for each, so that one lookup in a hundred and twenty
// goes to a run for nothing.
type filter []byte

const (
	filterBits   = 10
	filterProbes = 7
)

func newFilter(n int) filter { return make(filter, max(8, (n*filterBits+7)/8)) }

// probes yields the bits of a hash. Its halves are as good as two hash functions, and sums of them as good as seven.
func (f filter) probes(id idHash, yield func(at int, bit byte) bool) bool {
	a, b := binary.BigEndian.Uint64(id[:]), binary.BigEndian.Uint64(id[8:])|1
	size := uint64(len(f)) * 8
	for range filterProbes {
		at := a % size
		if !yield(int(at/8), 1<<(at%8)) {
			return false
		}
		a += b
	}
	return true
}

func (f filter) add(id idHash) {
	f.probes(id, func(at int, bit byte) bool {
		f[at] |= bit
		return true
	})
}

// may is false when id is surely not there.
func (f filter) may(id idHash) bool {
	return len(f) == 0 || f.probes(id, func(at int, bit byte) bool { return f[at]&bit != 0 })
}
