package store

import (
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
	done  chan error
}

// queue holds the writes that wait for the committer.
type queue struct {
	mu     sync.Mutex
	ready  sync.Cond
	list   []*request
	bytes  int
	closed bool
}

func newQueue() *queue {
	q := &queue{}
	q.ready.L = &q.mu
	return q
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
	q.ready.Signal()
	return nil
}

// take waits for requests and takes all that fit into one commit. It returns none when the queue is closed and empty.
func (q *queue) take(into []*request) []*request {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.list) == 0 && !q.closed {
		q.ready.Wait()
	}
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

// close lets what waits be taken and refuses the rest.
func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	q.ready.Broadcast()
	q.mu.Unlock()
}
