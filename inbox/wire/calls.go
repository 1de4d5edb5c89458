package wire

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// calls are the commands of a client that have no answer yet, oldest first. They outlive connections: each new one sends
// all of them again.
type calls struct {
	open  []*call
	pause time.Time     // the server was busy; nothing more is sent before
	kick  chan struct{} // there may be something to send
}

type call struct {
	text   []byte // the frame
	id     string
	sentOn uint64 // number of the connection it was last sent on
	answer chan answer
}

type answer struct {
	result Result
	err    error
}

func (q *calls) wake() {
	select {
	case q.kick <- struct{}{}:
	default:
	}
}

// next is the oldest command not yet sent on a connection, or how long to wait for it; neither means nothing to send. It
// keeps the commands under way to inFlight and counts the one it returns among them.
func (q *calls) next(connection uint64, inFlight int) (*call, time.Duration) {
	if wait := time.Until(q.pause); wait > 0 {
		return nil, wait
	}
	var first *call
	for _, c := range q.open {
		if c.sentOn == connection {
			inFlight--
		} else if first == nil {
			first = c
		}
	}
	if first == nil || inFlight <= 0 {
		return nil, 0
	}
	first.sentOn = connection
	return first, 0
}

// settle gives a call its answer. It reports false for an id that nobody waits for.
func (q *calls) settle(id string, a answer) bool {
	i := q.find(id)
	if i < 0 {
		return false
	}
	q.open[i].answer <- a
	q.open = slices.Delete(q.open, i, i+1)
	q.wake()
	return true
}

// again has a call sent once more after a pause. The whole queue waits, so that order is kept.
func (q *calls) again(id string) {
	if i := q.find(id); i >= 0 {
		q.open[i].sentOn = 0
		q.pause = time.Now().Add(500*time.Millisecond + rand.N(time.Second))
		q.wake()
	}
}

func (q *calls) find(id string) int {
	return slices.IndexFunc(q.open, func(c *call) bool { return c.id == id })
}

// Call sends a command and waits for its answer: the result, an *[Error] when it was refused, ctx's error, or why the
// client stopped. A lost connection is no error; the command is repeated under its id on the next one. After ctx's error
// the outcome is unknown, and calling again with the same id is how to learn it. The id must not be under way already.
func (c *Client) Call(ctx context.Context, cmd Command) (Result, error) {
	if cmd.ID == "" || cmd.Kind == "" {
		return Result{}, errors.New("wire: a command needs an id and a kind")
	}
	text, err := encode(&frame{T: tCommand, ID: cmd.ID, Kind: cmd.Kind, Seen: cmd.Seen, D: cmd.Data})
	if err != nil {
		return Result{}, fmt.Errorf("wire: command %s: %w", cmd.Kind, err)
	}
	this := &call{id: cmd.ID, text: text, answer: make(chan answer, 1)}
	c.mu.Lock()
	if c.calls.find(cmd.ID) >= 0 {
		c.mu.Unlock()
		return Result{}, fmt.Errorf("wire: command %s is already under way", cmd.ID)
	}
	c.calls.open = append(c.calls.open, this)
	c.mu.Unlock()
	c.calls.wake()

	select {
	case a := <-this.answer:
		return a.result, a.err
	case <-ctx.Done():
		err = ctx.Err()
	case <-c.done:
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case a := <-this.answer: // came in the same moment
		return a.result, a.err
	default:
	}
	c.calls.open = slices.DeleteFunc(c.calls.open, func(o *call) bool { return o == this })
	c.calls.wake()
	switch why := c.status.Why; {
	case err == nil:
		return Result{}, why
	case why != nil:
		return Result{}, fmt.Errorf("%w (not connected: %w)", err, why)
	}
	return Result{}, err
}
