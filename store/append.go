package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"frontdesk/inbox"
)

// Append commits a batch. One whose entries are all there already was committed before, so its guards held then, and
// it succeeds again: that is what lets a caller repeat an Append whose outcome it never learned.
func (j *journal) Append(ctx context.Context, b inbox.Batch) (inbox.Cursor, int, error) {
	w, err := prepare(b)
	if err != nil {
		return inbox.Cursor{}, 0, err
	}
	if err := j.do(ctx, w.size, w.apply); err != nil {
		return inbox.Cursor{}, 0, err
	}
	return j.cursor(w.after), w.added, nil
}

// write is a batch made ready: everything that can be refused for its form, or copied, before it waits for a commit.
type write struct {
	size    int
	entries []newEntry
	guards  []inbox.Guard
	results map[string][]byte

	after position // filled by apply
	added int
}

type newEntry struct {
	id, scope string
	hash      idHash
	record    []byte
}

func prepare(b inbox.Batch) (*write, error) {
	w := &write{guards: append([]inbox.Guard(nil), b.Guard...), results: make(map[string][]byte, len(b.Results))}
	for i := range b.Entries {
		e := &b.Entries[i]
		record, err := encode(e)
		if err != nil {
			return nil, err
		}
		w.entries = append(w.entries, newEntry{e.ID, e.Scope, idHash(record[hashAt:sumAt]), record})
		w.size += len(record)
	}
	for command, answer := range b.Results {
		if command == "" || len(command) > maxName {
			return nil, errors.New("a command's id is empty or too long")
		}
		w.results[command] = bytes.Clone(answer)
		w.size += len(answer)
	}
	return w, nil
}

func (w *write) apply(c *commit) error {
	known := 0
	for _, e := range w.entries {
		if c.seen(e.hash) {
			known++
		}
	}
	w.added, w.after = 0, c.head
	if known < len(w.entries) || len(w.entries) == 0 {
		for _, g := range w.guards {
			if last := inbox.Seq(number(c.scopes.Get([]byte(g.Scope)))); last != g.Last {
				return refused{fmt.Errorf("%w (%d is newer than %d)", inbox.ErrGuard, last, g.Last)}
			}
		}
	}
	for _, e := range w.entries {
		if c.seen(e.hash) {
			continue
		}
		next := position{c.head.seq + 1, chain(c.head.chk, e.id)}
		seal(e.record, next.chk)
		seq := u64(uint64(next.seq))
		if err := c.entries.Put(seq, e.record); err != nil {
			return err
		}
		c.added[e.hash] = next.seq
		if e.scope != "" {
			if err := c.scopes.Put([]byte(e.scope), seq); err != nil {
				return err
			}
		}
		c.head, c.wrote = next, true
		w.added++
	}
	w.after = c.head
	return w.record(c)
}

// record keeps the answers to commands. The first answer stands: whoever asks again gets what was told the first time.
func (w *write) record(c *commit) error {
	if len(w.results) == 0 {
		return nil
	}
	results, ages := c.tx.Bucket(resultsBucket), c.tx.Bucket(agesBucket)
	for command, answer := range w.results {
		old := results.Get([]byte(command))
		if len(old) >= 8 {
			if c.now.Sub(resultTime(old)) < resultsKept {
				continue
			}
			if err := ages.Delete(append(bytes.Clone(old[:8]), command...)); err != nil {
				return err
			}
		}
		at := u64(uint64(c.now.UnixNano()))
		if err := results.Put([]byte(command), append(bytes.Clone(at), answer...)); err != nil {
			return err
		}
		if err := ages.Put(append(at, command...), []byte{}); err != nil {
			return err
		}
		c.wrote = true
	}
	return c.forget()
}

// forget drops results past their time, a few at a time, so that no commit is a long one.
func (c *commit) forget() error {
	const most = 64
	results, ages := c.tx.Bucket(resultsBucket), c.tx.Bucket(agesBucket)
	var old [][]byte
	cur := ages.Cursor()
	for k, _ := cur.First(); k != nil && len(old) < most; k, _ = cur.Next() {
		if len(k) > 8 && c.now.Sub(resultTime(k)) < resultsKept {
			break
		}
		old = append(old, bytes.Clone(k))
	}
	for _, k := range old {
		if len(k) > 8 {
			if err := results.Delete(k[8:]); err != nil {
				return err
			}
		}
		if err := ages.Delete(k); err != nil {
			return err
		}
	}
	return nil
}

func resultTime(b []byte) time.Time { return time.Unix(0, int64(binary.BigEndian.Uint64(b))) }
