package store

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"

	"frontdesk/inbox"
)

// readBytes is about how much one Read hands out.
const readBytes = 8 << 20

// resultsKept is how long the answers to commands are remembered (network 2.8).
const resultsKept = 7 * 24 * time.Hour

// journal is the record over journal.db. All writes go through its queue, and reads see only what was acknowledged.
type journal struct {
	dir   string
	clock inbox.Clock

	mu  sync.RWMutex // over db, id and why: Recover changes them
	db  *bolt.DB
	id  string
	why error // not nil: the journal has stopped, and this is what everybody is told

	head  atomic.Pointer[position]
	ids   recentIDs
	queue *queue

	newsMu sync.Mutex
	news   chan struct{} // closed and replaced when the head moves or the state changes
}

var _ inbox.Journal = (*journal)(nil)

// position is the newest acknowledged entry.
type position struct {
	seq inbox.Seq
	chk uint64
}

func newJournal(dir string, db *bolt.DB, id string, clock inbox.Clock) (*journal, error) {
	j := &journal{dir: dir, clock: clock, news: make(chan struct{})}
	j.queue = newQueue(j.commitAll)
	j.ids.most, j.ids.block = runSize, blockSize
	if err := j.attach(db, id); err != nil {
		return nil, err
	}
	return j, nil
}

// attach takes a freshly opened file.
func (j *journal) attach(db *bolt.DB, id string) error {
	var head position
	err := guarded(func() error {
		return db.View(func(tx *bolt.Tx) error {
			if k, v := tx.Bucket(entriesBucket).Cursor().Last(); k != nil {
				head.seq = inbox.Seq(number(k))
				head.chk, _ = chkOf(v)
			}
			return j.ids.load(tx)
		})
	})
	if err != nil {
		return err
	}
	j.mu.Lock()
	j.db, j.id, j.why = db, id, nil
	j.mu.Unlock()
	j.head.Store(&head)
	j.announce()
	return nil
}

// detach takes the file away and says why.
func (j *journal) detach(why error) *bolt.DB {
	j.mu.Lock()
	db := j.db
	j.db, j.why = nil, why
	j.mu.Unlock()
	j.announce()
	return db
}

// stop makes every later call fail with why, until attach.
func (j *journal) stop(why error) {
	j.mu.Lock()
	if j.why == nil {
		j.why = why
	}
	j.mu.Unlock()
	j.announce()
}

// err is why the journal has stopped; nil while it works.
func (j *journal) err() error {
	j.mu.RLock()
	defer j.mu.RUnlock()
	return j.why
}

// announce wakes everybody who waits.
func (j *journal) announce() {
	j.newsMu.Lock()
	close(j.news)
	j.news = make(chan struct{})
	j.newsMu.Unlock()
}

func (j *journal) nextNews() <-chan struct{} {
	j.newsMu.Lock()
	defer j.newsMu.Unlock()
	return j.news
}

// view runs fn in a read transaction. fn copies out what it needs and returns.
func (j *journal) view(ctx context.Context, fn func(*bolt.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j.mu.RLock()
	defer j.mu.RUnlock()
	if j.why != nil {
		return j.why
	}
	return guarded(func() error { return j.db.View(fn) })
}

// guarded turns what a damaged file can do to whoever walks it, a panic or a fault in the mapping, into an error.
func guarded(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: reading it failed (%v); stop, and run frontdesk check", inbox.ErrBroken, r)
		}
	}()
	return fn()
}

// Identity is the random id of this store.
func (j *journal) Identity() string {
	j.mu.RLock()
	defer j.mu.RUnlock()
	return j.id
}

func (j *journal) cursor(p position) inbox.Cursor {
	return inbox.Cursor{Epoch: j.Identity(), Seq: p.seq, Chk: p.chk}
}

// Head is the cursor of the newest acknowledged entry.
func (j *journal) Head(ctx context.Context) (inbox.Cursor, error) {
	if err := errors.Join(ctx.Err(), j.err()); err != nil {
		return inbox.Cursor{}, err
	}
	return j.cursor(*j.head.Load()), nil
}

// Seen looks an id up.
func (j *journal) Seen(ctx context.Context, id string) (seq inbox.Seq, ok bool, err error) {
	key := hashID(id)
	if seq = j.ids.get(key); seq != 0 { // looked up first: what becomes part of a run meanwhile is found there
		return seq, true, errors.Join(ctx.Err(), j.err())
	}
	err = j.view(ctx, func(tx *bolt.Tx) error {
		seq = readRuns(tx).get(key)
		return nil
	})
	return seq, seq != 0, err
}

// Last is the newest entry of a scope.
func (j *journal) Last(ctx context.Context, scope string) (seq inbox.Seq, err error) {
	if scope == "" {
		return 0, ctx.Err()
	}
	err = j.view(ctx, func(tx *bolt.Tx) error {
		seq = inbox.Seq(number(tx.Bucket(scopesBucket).Get([]byte(scope))))
		return nil
	})
	return seq, err
}

// Read copies out at most n entries after c, about 8 MiB, and at least one.
func (j *journal) Read(ctx context.Context, c inbox.Cursor, n int) (out []inbox.Entry, err error) {
	head := *j.head.Load()
	err = j.view(ctx, func(tx *bolt.Tx) error {
		entries := tx.Bucket(entriesBucket)
		if err := j.knows(entries, c, head); err != nil {
			return err
		}
		size := 0
		cur := entries.Cursor()
		for k, v := cur.Seek(u64(uint64(c.Seq) + 1)); k != nil; k, v = cur.Next() {
			seq := inbox.Seq(number(k))
			if seq > head.seq || len(out) > 0 && (len(out) >= n || size+len(v) > readBytes) {
				break
			}
			size += len(v)
			out = append(out, decode(seq, v))
		}
		return nil
	})
	return out, err
}

// knows says whether c lies in the past of this journal. Where the check value of an entry is itself damaged, the
// number has to do: refusing would send every reader back to the start, again and again.
func (j *journal) knows(entries *bolt.Bucket, c inbox.Cursor, head position) error {
	switch {
	case c.Seq > head.seq:
		return fmt.Errorf("%w: it is ahead (%d, and the journal ends at %d)", inbox.ErrCursor, c.Seq, head.seq)
	case c.Epoch == inbox.AnyEpoch:
		return nil
	case c.Epoch != j.id && (c.Epoch != "" || c.Seq != 0):
		return fmt.Errorf("%w: it was made by another store", inbox.ErrCursor)
	case c.Seq == 0:
		if c.Chk != 0 {
			return inbox.ErrCursor
		}
		return nil
	}
	if chk, ok := chkOf(entries.Get(u64(uint64(c.Seq)))); ok && chk != c.Chk {
		return fmt.Errorf("%w: its past differs at %d", inbox.ErrCursor, c.Seq)
	}
	return nil
}

// Wait returns when the head is past c, when the journal stops, or when ctx ends.
func (j *journal) Wait(ctx context.Context, c inbox.Cursor) error {
	for {
		news := j.nextNews()
		if err := j.err(); err != nil {
			return err
		}
		if j.head.Load().seq != c.Seq {
			return nil // ahead too: Read will say what is wrong with the cursor
		}
		select {
		case <-news:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
