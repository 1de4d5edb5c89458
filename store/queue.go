package store

import (
	"context"
	"fmt"
	"sync"

	"frontdesk/inbox"
)

// Bounds of one commit, and of what may wait for one.
const (
	commitRequests = 512
	commitBytes    = 8 << 20
	waitRequests   = 4096
	waitBytes      = 64 << 20
)

// request is one write: apply does it inside the shared transaction, or refuses before it has written anything, in
// which case the others of the commit are not disturbed.
type request struct {
	size  int
	apply func(*commit) error
	done  chan error // holds one
}

// queue holds the writes that wait for a commit. Nobody is employed to commit them: one of those who wait has the turn and
// does it for all, without lingering for more. So a lone write is done by its caller on the spot, with no other goroutine
// to wake, and many share one sync.
type queue struct {
	commit func([]*request) // commits and answers them all; called by one at a time

	turn  chan struct{} // full while somebody has the turn
	batch []*request    // what that one commits

	mu     sync.Mutex
	list   []*request
	bytes  int
	closed bool
}

func newQueue(commit func([]*request)) *queue {
	return &queue{commit: commit, turn: make(chan struct{}, 1)}
}

// do has r committed and returns its answer. When ctx ends while others commit, it returns at once and r is committed all
// the same; who has the turn when ctx ends sees his commit through.
func (q *queue) do(ctx context.Context, r *request) error {
	r.done = make(chan error, 1)
	if err := q.put(r); err != nil {
		return err
	}
	return q.see(ctx, r)
}

// see waits until r is answered and takes the turn if that is free before.
func (q *queue) see(ctx context.Context, r *request) error {
	for len(r.done) == 0 {
		select {
		case q.turn <- struct{}{}:
			if len(r.done) == 0 { // else it is for the next one to commit
				q.commitSome()
			}
			<-q.turn
		case err := <-r.done:
			return err
		case <-ctx.Done():
			go q.see(context.Background(), r) // there may be nobody else
			return fmt.Errorf("the write was not waited for: %w", ctx.Err())
		}
	}
	return <-r.done
}

// commitSome makes one commit of what waits and reports whether there was something. The caller has the turn.
func (q *queue) commitSome() bool {
	q.batch = q.take(q.batch)
	if len(q.batch) == 0 {
		return false
	}
	q.commit(q.batch)
	clear(q.batch)
	return true
}

// put adds a request, or answers at once that it cannot.
func (q *queue) put(r *request) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.closed:
		return inbox.ErrClosed
	case len(q.list) >= waitRequests, len(q.list) > 0 && q.bytes+r.size > waitBytes:
		return inbox.ErrTooMany
	}
	q.list = append(q.list, r)
	q.bytes += r.size
	return nil
}

// take takes all that fit into one commit; none when nothing waits.
func (q *queue) take(into []*request) []*request {
	q.mu.Lock()
	defer q.mu.Unlock()
	n, size := 0, 0
	for n < len(q.list) && n < commitRequests && (n == 0 || size+q.list[n].size <= commitBytes) {
		size += q.list[n].size
		n++
	}
	into = append(into[:0], q.list[:n]...)
	rest := copy(q.list, q.list[n:])
	clear(q.list[rest:])
	q.list = q.list[:rest]
	q.bytes -= size
	return into
}

// close refuses what comes from now on and returns when all that waited is committed.
func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.turn <- struct{}{}
	for q.commitSome() {
	}
	<-q.turn
}
