package wire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"
)

var errSlept = errors.New("this machine was asleep")

// sender is the writing half of one connection of a client: commands, oldest first, and acknowledgements.
type sender struct {
	c      *Client
	ws     *websocket.Conn
	number uint64 // of this connection
	terms  terms
	pace   *rate.Limiter
	acked  uint64    // last acknowledgement sent
	since  time.Time // when a newer one became possible, zero if there is none
}

func newSender(c *Client, ws *websocket.Conn, number uint64, t *terms) *sender {
	s := &sender{c: c, ws: ws, number: number, pace: rate.NewLimiter(rate.Inf, 0)}
	if t != nil {
		s.terms = *t
	}
	def(&s.terms.InFlight, 16)
	def(&s.terms.Frame, 64<<10)
	if t := s.terms; t.Rate > 0 && t.Burst > 0 { // a little slower than allowed: the way there may shorten gaps
		s.pace = rate.NewLimiter(rate.Limit(t.Rate*0.9), max(1, t.Burst*9/10))
	}
	return s
}

// run sends until the connection ends. It also notices when the machine has slept: the clock on the wall goes on then,
// the other one does not, and waiting for the read deadline would cost half a minute.
func (s *sender) run(ctx context.Context) error {
	again := time.NewTimer(0)
	defer again.Stop()
	awake := time.NewTicker(5 * time.Second)
	defer awake.Stop()
	last := time.Now()
	for {
		wait, err := s.flush(ctx)
		if err != nil {
			return err
		}
		if wait > 0 {
			again.Reset(wait)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-s.c.calls.kick:
		case <-again.C:
		case <-awake.C:
			now := time.Now()
			if slept(now.Round(0).Sub(last.Round(0)), now.Sub(last)) {
				return errSlept
			}
			last = now
		}
	}
}

// slept compares how far the wall clock and the monotonic clock have come.
func slept(wall, monotonic time.Duration) bool { return wall-monotonic > 5*time.Second }

// flush sends what is due and returns how long until something else will be, 0 when that is up to others.
func (s *sender) flush(ctx context.Context) (time.Duration, error) {
	for {
		next, wait := s.next()
		if next == nil {
			pause, err := s.ack()
			if wait == 0 || pause > 0 && pause < wait {
				wait = pause
			}
			return wait, err
		}
		if err := s.pace.Wait(ctx); err != nil {
			return 0, err
		}
		if err := writeText(s.ws, next.text, writeWait); err != nil {
			return 0, err
		}
	}
}

// next picks the next command and turns away those that the far end would not read.
func (s *sender) next() (*call, time.Duration) {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	for {
		next, wait := s.c.calls.next(s.number, s.terms.InFlight)
		if next == nil || int64(len(next.text)) <= s.terms.Frame {
			return next, wait
		}
		s.c.calls.settle(next.id, answer{err: &Error{Kind: KindTooLarge,
			Message: fmt.Sprintf("too large to send: %d bytes, at most %d", len(next.text), s.terms.Frame)}})
	}
}

// ack acknowledges after so many events or so much time, or says when it will.
func (s *sender) ack() (time.Duration, error) {
	s.c.mu.Lock()
	seq := s.c.acked
	s.c.mu.Unlock()
	if seq <= s.acked {
		return 0, nil
	}
	if s.since.IsZero() {
		s.since = time.Now()
	}
	if wait := s.c.opt.AckEvery - time.Since(s.since); wait > 0 && seq-s.acked < s.c.opt.AckEvents {
		return wait, nil
	}
	text, err := encode(&frame{T: tAck, Seq: seq})
	if err != nil {
		return 0, err
	}
	s.acked, s.since = seq, time.Time{}
	return 0, writeText(s.ws, text, writeWait)
}

// writeText writes one frame, within a deadline of its own.
func writeText(ws *websocket.Conn, text []byte, within time.Duration) error {
	if err := ws.SetWriteDeadline(time.Now().Add(within)); err != nil {
		return err
	}
	return ws.WriteMessage(websocket.TextMessage, text)
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}
