package wire

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// open stands for "there may be more to read": a channel that is always ready.
var open = func() <-chan struct{} { c := make(chan struct{}); close(c); return c }()

// write is the writing half: welcome, snapshot, then events as fast as the peer takes them, with answers, ephemeral
// values and pings in between. It reads the log itself, a batch at a time, so a peer that stands still holds up nobody
// and costs a cursor.
func (c *conn) write(ctx context.Context, all *sync.WaitGroup) error {
	defer c.mark.Stop()
	defer c.ping.Stop()
	if err := c.greet(ctx); err != nil {
		return err
	}
	all.Go(func() { c.runQueue(ctx) })
	if c.streams {
		c.more = open
		all.Go(func() { c.runWait(ctx) })
		all.Go(func() { c.runLive(ctx) })
	}
	live, liveAgain := c.live.dirty, time.NewTimer(0)
	defer liveAgain.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-c.more:
			err = c.batch(ctx)
		case err = <-c.woken:
			c.more = open
		case r := <-c.replies:
			err = c.answer(r)
		case <-live:
			err = c.flushLive()
			live = nil
			liveAgain.Reset(liveEvery)
		case <-liveAgain.C:
			live = c.live.dirty
		case <-c.mark.C:
			err = c.tellMark()
		case <-c.ping.C:
			err = c.beat()
		}
		if err != nil {
			return err
		}
	}
}

func (c *conn) send(f *frame) error {
	text, err := encode(f)
	if err != nil { // a payload that is not JSON; the error may quote it
		c.s.log().Error("frame not written: payload is not JSON", "frame", f.T, "kind", f.Kind, "seq", f.Seq, "bytes", len(f.D))
		return &Close{Code: CodeInternal, Reason: "a frame could not be written"}
	}
	if err := writeText(c.ws, text, c.limits.Write); err != nil {
		return fmt.Errorf("peer does not take its frames: %w", err)
	}
	return nil
}

// beat pings when it is time. A long batch or snapshot calls it in between, as the answers keep the connection alive.
func (c *conn) beat() error {
	if time.Now().Before(c.pingAt) {
		return nil
	}
	pause := about(c.limits.Ping)
	c.pingAt = time.Now().Add(pause)
	c.ping.Reset(pause)
	return c.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(c.limits.Write))
}

// greet waits for the hello, agrees on a version, has the peer counted, and sends the welcome and the snapshot.
func (c *conn) greet(ctx context.Context) error {
	var f *frame
	select {
	case f = <-c.greeting:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if f.V < VersionMin || f.VMin > Version {
		return &Close{Code: CodeProtocol, Reason: fmt.Sprintf("this side speaks protocol %d to %d, you %d to %d: update the older one",
			VersionMin, Version, f.VMin, f.V)}
	}
	c.hello = f.hello()
	c.streams = c.hello.Streams()
	if refused := c.s.admit(c); refused != nil {
		return refused
	}
	start, err := c.src.Open(ctx, c.hello)
	if err != nil {
		return c.failed("open", err)
	}
	switch {
	case !c.streams:
		start.Mode, start.Lost = "", nil
	case start.Mode == ModeResume:
		start.At = c.hello.Cursor
	case start.Mode == ModeSnapshot && len(start.State) == 0:
		start.State = []json.RawMessage{nil} // an empty part carries the cursor
	}
	close(c.opened)
	c.cur, c.sent = start.At, start.At
	c.pingAt = time.Now().Add(about(c.limits.Ping))
	c.ping.Reset(time.Until(c.pingAt))
	l := c.limits
	if err := c.send(welcomeFrame(start, terms{Frame: l.Frame, InFlight: l.InFlight, Rate: l.Rate, Burst: l.Burst})); err != nil {
		return err
	}
	if start.Mode != ModeSnapshot {
		return nil
	}
	for i, part := range start.State {
		f := &frame{T: tSnap, Part: i + 1, D: part}
		if c.peer.Remote && len(part) > 0 {
			f.Enc = encGzip
			if f.D, err = zip(part); err != nil {
				return err
			}
		}
		if f.Last = i == len(start.State)-1; f.Last {
			f.Seq, f.Chk = start.At.Seq, check(start.At.Chk)
		}
		if err := c.send(f); err != nil {
			return err
		}
		if err := c.beat(); err != nil {
			return err
		}
	}
	return nil
}

// failed turns an error of the source into the end of the connection.
func (c *conn) failed(what string, err error) error {
	var closed *Close
	switch {
	case errors.As(err, &closed):
		return closed
	case errors.Is(err, ErrTrimmed):
		return &Close{Code: CodeBehind, Reason: "too far behind"}
	case errors.Is(err, context.Canceled):
		return err
	}
	c.s.log().Error("source failed", "call", what, "person", c.peer.Person, "at", c.cur.Seq, "type", fmt.Sprintf("%T", err))
	return &Close{Code: CodeInternal, Reason: "the far end could not read its log"}
}

// batch sends the next events, each with its predecessor in this very stream, so that the peer notices a missing one
// although others' events are left out. At the end of the log it has the waiter look out for more: the position goes
// along, so nothing that comes in between is missed.
func (c *conn) batch(ctx context.Context) error {
	before := c.cur
	events, upto, err := c.src.Read(ctx, before, batchSize)
	if err != nil {
		return c.failed("read", err)
	}
	for _, e := range events {
		if e.Cursor.Seq <= c.cur.Seq {
			return c.failed("read", fmt.Errorf("event %d after %d", e.Cursor.Seq, c.cur.Seq))
		}
		if err := c.send(eventFrame(e, c.sent.Seq)); err != nil {
			return err
		}
		e.Cursor.Epoch = before.Epoch
		c.cur, c.sent = e.Cursor, e.Cursor
		if err := c.release(); err != nil {
			return err
		}
		if err := c.beat(); err != nil {
			return err
		}
		for len(c.replies) > 0 {
			if err := c.answer(<-c.replies); err != nil {
				return err
			}
		}
	}
	if upto.Seq > c.cur.Seq {
		upto.Epoch = before.Epoch
		c.cur = upto
	}
	if c.cur == before {
		c.more = nil
		c.ask <- c.cur // has room: one question at a time
	}
	if err := c.release(); err != nil {
		return err
	}
	return c.tellMark()
}

// tellMark moves the peer's cursor over what was not for it, once a second at most.
func (c *conn) tellMark() error {
	if c.cur.Seq <= c.sent.Seq {
		return nil
	}
	if wait := markEvery - time.Since(c.marked); wait > 0 {
		c.mark.Reset(wait)
		return nil
	}
	c.sent, c.marked = c.cur, time.Now()
	return c.send(&frame{T: tMark, Seq: c.cur.Seq, Chk: check(c.cur.Chk)})
}

// answer sends a reply, or keeps it until the event it belongs to has been sent: no screen may say "sent" before the
// bubble is there.
func (c *conn) answer(r reply) error {
	if c.streams && r.seq > c.cur.Seq {
		c.held = append(c.held, r)
		return nil
	}
	if r.counted {
		c.inFlight.Add(-1)
	}
	return c.send(r.frame)
}

// release sends the replies whose events have now been sent. The held ones are in flight, so they are few.
func (c *conn) release() error {
	waiting := c.held
	c.held = nil
	for i, r := range waiting {
		if err := c.answer(r); err != nil {
			c.held = append(c.held, waiting[i+1:]...)
			return err
		}
	}
	return nil
}

func (c *conn) flushLive() error {
	for _, v := range c.live.take(time.Now()) {
		if err := c.send(&frame{T: tLive, Key: v.Key, Until: millis(v.Until), D: v.Data}); err != nil {
			return err
		}
	}
	return nil
}

// runWait waits for events on behalf of the writer.
func (c *conn) runWait(ctx context.Context) {
	for {
		select {
		case at := <-c.ask:
			err := c.src.Wait(ctx, at)
			if err != nil {
				err = c.failed("wait", err)
			}
			select {
			case c.woken <- err:
			case <-ctx.Done():
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// runLive takes ephemeral values as they come, whatever the peer does.
func (c *conn) runLive(ctx context.Context) {
	values := c.src.Live(ctx)
	for {
		select {
		case v, ok := <-values:
			if !ok {
				return
			}
			c.live.put(v)
		case <-ctx.Done():
			return
		}
	}
}
