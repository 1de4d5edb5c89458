package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"frontdesk/inbox"
)

// What the journal keeps beside its entries: answers to commands, leases, drafts.

// Result is the recorded answer to a command, for seven days.
func (j *journal) Result(ctx context.Context, command string) (answer []byte, ok bool, err error) {
	err = j.view(ctx, func(tx *bolt.Tx) error {
		v := tx.Bucket(resultsBucket).Get([]byte(command))
		if len(v) >= 8 && j.clock().Sub(resultTime(v)) < resultsKept {
			answer, ok = bytes.Clone(v[8:]), true
		}
		return nil
	})
	return answer, ok, err
}

// lease is who may do what only one may. A fence is never given twice: it also rises when a holder comes back after
// its time ran out, since it cannot know what it missed.
type lease struct {
	fence  uint64
	until  time.Time // zero when released
	holder string
}

func (l lease) held(now time.Time) bool { return l.until.After(now) }

func (l lease) bytes() []byte {
	b := u64(l.fence)
	var until int64
	if !l.until.IsZero() {
		until = l.until.UnixNano()
	}
	return append(binary.BigEndian.AppendUint64(b, uint64(until)), l.holder...)
}

func readLease(b []byte) (l lease) {
	if len(b) < 16 {
		return l
	}
	l.fence, l.holder = binary.BigEndian.Uint64(b), string(b[16:])
	if until := int64(binary.BigEndian.Uint64(b[8:])); until != 0 {
		l.until = time.Unix(0, until)
	}
	return l
}

// Lease takes key for holder, or renews it; both for ttl from now.
func (j *journal) Lease(ctx context.Context, key, holder string, ttl time.Duration) (fence uint64, err error) {
	if key == "" || holder == "" || len(key)+len(holder) > maxName || ttl <= 0 {
		return 0, errors.New("a lease needs a key, a holder and a time")
	}
	var got uint64
	err = j.do(ctx, len(key)+len(holder), func(c *commit) error {
		leases := c.tx.Bucket(leasesBucket)
		l := readLease(leases.Get([]byte(key)))
		switch {
		case l.held(c.now) && l.holder != holder:
			return refused{fmt.Errorf("%w: %s, until %s", inbox.ErrHeld, l.holder, l.until.UTC().Format(time.RFC3339))}
		case !l.held(c.now):
			l.fence++
		}
		l.holder, l.until, c.wrote, got = holder, c.now.Add(ttl), true, l.fence
		return leases.Put([]byte(key), l.bytes())
	})
	if err != nil {
		return 0, err
	}
	return got, nil
}

// Release gives a lease back. With an old fence it changes nothing, and is an error while somebody else holds it.
func (j *journal) Release(ctx context.Context, key string, fence uint64) error {
	return j.do(ctx, len(key), func(c *commit) error {
		leases := c.tx.Bucket(leasesBucket)
		l := readLease(leases.Get([]byte(key)))
		switch {
		case !l.held(c.now):
			return nil
		case l.fence != fence:
			return refused{fmt.Errorf("%w: %s", inbox.ErrHeld, l.holder)}
		}
		l.until, c.wrote = time.Time{}, true
		return leases.Put([]byte(key), l.bytes())
	})
}

// Leased is when the lease of key runs out or ran out.
func (j *journal) Leased(ctx context.Context, key string) (until time.Time, err error) {
	err = j.view(ctx, func(tx *bolt.Tx) error {
		until = readLease(tx.Bucket(leasesBucket).Get([]byte(key))).until
		return nil
	})
	return until, err
}

// Drafts copies all drafts out.
func (j *journal) Drafts(ctx context.Context) (map[string][]byte, error) {
	out := make(map[string][]byte)
	err := j.view(ctx, func(tx *bolt.Tx) error {
		return tx.Bucket(draftsBucket).ForEach(func(k, v []byte) error {
			out[string(k)] = bytes.Clone(v)
			return nil
		})
	})
	return out, err
}

// SaveDraft keeps the newest draft under key; an empty one removes it.
func (j *journal) SaveDraft(ctx context.Context, key string, draft []byte) error {
	if key == "" || len(key) > maxName || len(draft) > maxData {
		return errors.New("a draft needs a key, and both must not be too long")
	}
	draft = bytes.Clone(draft)
	return j.do(ctx, len(draft), func(c *commit) error {
		drafts, k := c.tx.Bucket(draftsBucket), []byte(key)
		old := drafts.Get(k)
		switch {
		case len(draft) == 0 && old == nil, len(draft) > 0 && bytes.Equal(old, draft):
			return nil
		case len(draft) == 0:
			c.wrote = true
			return drafts.Delete(k)
		}
		c.wrote = true
		return drafts.Put(k, draft)
	})
}
