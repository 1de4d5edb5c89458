package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"frontdesk/inbox"
)

// commit is one transaction shared by everything that waited for it.
type commit struct {
	tx    *bolt.Tx
	began inbox.Seq // where the journal ended before
	head  position
	now   time.Time
	wrote bool

	entries, scopes *bolt.Bucket

	runs   runs
	before *recentIDs           // ids that are not in a run yet
	added  map[idHash]inbox.Seq // and those of this commit
	sealed bool                 // they have become a run
}

func newCommit(tx *bolt.Tx, j *journal) *commit {
	c := &commit{tx: tx, head: *j.head.Load(), now: j.clock(), runs: readRuns(tx), before: &j.ids, added: make(map[idHash]inbox.Seq)}
	c.began = c.head.seq
	c.entries, c.scopes = tx.Bucket(entriesBucket), tx.Bucket(scopesBucket)
	c.entries.FillPercent = 0.9 // keys only grow: nothing will ever be put between two of them
	return c
}

// seen reports whether an id is there already.
func (c *commit) seen(id idHash) bool {
	return c.added[id] != 0 || c.before.get(id) != 0 || c.runs.get(id) != 0
}

// end is done once, after all requests.
func (c *commit) end() error {
	if !c.wrote {
		return errNothing
	}
	if len(c.before.seq)+len(c.added) >= c.before.most {
		c.sealed = true
		return makeRun(c.tx, c.before.seq, c.added, c.head.seq)
	}
	if block := inbox.Seq(c.before.block); c.head.seq/block != c.began/block {
		return makeBlock(c.tx)
	}
	return nil
}

// errNothing ends a transaction in which nothing changed without troubling the disk.
var errNothing = errors.New("nothing to commit")

// refused marks what one request was told while the others go on.
type refused struct{ error }

func (r refused) Unwrap() error { return r.error }

// do makes one write and returns its outcome. When ctx ends while it waits for others to commit, its outcome is unknown.
func (j *journal) do(ctx context.Context, size int, apply func(*commit) error) error {
	if err := errors.Join(ctx.Err(), j.err()); err != nil {
		return err
	}
	return j.queue.do(ctx, &request{size: size, apply: apply})
}

// commitAll commits a batch and tells everyone how it went.
func (j *journal) commitAll(batch []*request) {
	answers, err := j.commitOne(batch)
	if errors.Is(err, inbox.ErrBroken) {
		j.stop(err)
	}
	for i, r := range batch {
		switch {
		case err != nil:
			r.done <- err
		default:
			r.done <- answers[i]
		}
	}
}

// commitOne makes one transaction of the requests. Its error concerns all of them; the answers are what each was told.
func (j *journal) commitOne(batch []*request) (answers []error, err error) {
	j.mu.RLock()
	db, why := j.db, j.why
	defer j.mu.RUnlock()
	if why != nil {
		return nil, why
	}
	answers = make([]error, len(batch))
	var c *commit
	var txid int
	var undone error // failed before the commit began, so surely undone
	failed := guarded(func() error {
		return db.Update(func(tx *bolt.Tx) error {
			txid = tx.ID()
			c = newCommit(tx, j)
			for i, r := range batch {
				err := r.apply(c)
				var refusal refused
				switch {
				case errors.As(err, &refusal):
					answers[i] = refusal.error
				case err != nil:
					undone = err
					return err
				}
			}
			return c.end()
		})
	})
	switch {
	case failed == nil:
		j.ids.took(c.added, c.sealed)
		if c.head != *j.head.Load() {
			j.head.Store(&c.head)
			j.announce()
		}
		return answers, nil
	case errors.Is(failed, errNothing):
		return answers, nil
	case undone != nil && errors.Is(failed, undone):
		return nil, undone
	case isFull(failed) && !j.reached(db, txid):
		return nil, j.full()
	}
	return nil, fmt.Errorf("%w: a write ended with %q and may or may not be there; until it is reopened and checked, nothing is acknowledged", inbox.ErrBroken, failed)
}

// reached reports whether a failed transaction got as far as its meta page, from where on it may be found committed.
// Before that, nothing on the disk refers to what it wrote.
func (j *journal) reached(db *bolt.DB, txid int) bool {
	got := true
	err := guarded(func() error {
		return db.View(func(tx *bolt.Tx) error {
			got = tx.ID() >= txid
			return nil
		})
	})
	return err != nil || got
}

// full tells how much room there is. It is no lasting state: the next write tries again.
func (j *journal) full() error {
	if n, ok := freeSpace(j.dir); ok {
		return fmt.Errorf("%w: %s free in %s; make room, writing goes on by itself", inbox.ErrFull, human(n), j.dir)
	}
	return fmt.Errorf("%w: no room in %s; make room, writing goes on by itself", inbox.ErrFull, j.dir)
}
