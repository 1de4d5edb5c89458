package wire

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"
)

// conn is one connection at the server: a reader, a writer that is the goroutine of Serve, one goroutine for commands,
// and for a stream one that waits for events and one that takes ephemeral values.
type conn struct {
	s      *Server
	limits Limits
	peer   Peer
	src    Source
	ws     *websocket.Conn
	cancel context.CancelCauseFunc
	began  time.Time

	hello   Hello
	streams bool

	// Between the goroutines.
	greeting chan *frame   // the hello, once
	opened   chan struct{} // the source has opened: the reader goes on
	queue    chan Command  // commands in order; never full, as it has room for all that may be in flight
	replies  chan reply    // answers waiting for the writer
	inFlight atomic.Int64  // commands taken and not yet answered
	ask      chan Cursor   // the writer is at the end of the log
	woken    chan error    // there may be more
	readDone chan struct{} // the reader has ended
	live     *slots

	// The reader's.
	rate    *rate.Limiter
	strikes int

	// The writer's.
	cur    Cursor  // read up to here
	sent   Cursor  // the peer knows of this
	held   []reply // answers whose own event has not been sent
	more   <-chan struct{}
	marked time.Time
	mark   *time.Timer
	pingAt time.Time
	ping   *time.Timer
}

// reply is an answer on its way to the peer.
type reply struct {
	frame   *frame
	seq     uint64 // not before this event
	counted bool   // its command is in flight
}

func newConn(s *Server, l Limits, p Peer, src Source, ws *websocket.Conn) *conn {
	return &conn{
		s: s, limits: l, peer: p, src: src, ws: ws, began: time.Now(),
		greeting: make(chan *frame, 1),
		opened:   make(chan struct{}),
		queue:    make(chan Command, l.InFlight),
		replies:  make(chan reply, l.InFlight),
		ask:      make(chan Cursor, 1),
		woken:    make(chan error, 1),
		readDone: make(chan struct{}),
		live:     newSlots(l.LivePerSubject),
		rate:     rate.NewLimiter(rate.Limit(l.Rate), l.Burst),
		mark:     time.NewTimer(0),
		ping:     time.NewTimer(0),
	}
}

// errGone is the end of a connection whose peer has left.
var errGone = errors.New("the peer left")

// serve runs the connection to its end and returns why it ended.
func (c *conn) serve(ctx context.Context) error {
	var all sync.WaitGroup
	ended := make(chan struct{})
	all.Go(func() { // a peer that does not take its frames must not hold up the end
		<-ctx.Done()
		c.ws.NetConn().SetWriteDeadline(time.Now().Add(closeWait))
		select {
		case <-ended:
		case <-time.After(3 * closeWait):
			c.ws.Close()
		}
	})
	all.Go(func() {
		defer close(c.readDone)
		c.cancel(c.read(ctx, &all))
		c.drain()
	})
	c.cancel(c.write(ctx, &all))
	why := context.Cause(ctx)
	c.farewell(why)
	c.ws.Close()
	close(ended)
	all.Wait()
	return why
}

// farewell tells the peer why, if there is anything to say and anybody to hear it.
func (c *conn) farewell(why error) {
	var closed *Close
	switch {
	case errors.As(why, &closed):
	case errors.Is(why, context.Canceled), errors.Is(why, context.DeadlineExceeded):
		closed = &Close{Code: CodeGoingAway, Reason: "the far end is ending"}
	default:
		return
	}
	switch closed.Code {
	case CodeGoingAway, CodeRestart, CodeTryLater:
		if text, err := encode(&frame{T: tBye, Why: closed.Reason, After: closed.After.Milliseconds()}); err == nil {
			writeText(c.ws, text, closeWait)
		}
	}
	message := websocket.FormatCloseMessage(closed.Code, cut(closed.Reason, 123))
	if c.ws.WriteControl(websocket.CloseMessage, message, time.Now().Add(closeWait)) != nil {
		return
	}
	select { // the peer answers with a close of its own
	case <-c.readDone:
	case <-time.After(closeWait):
	}
}

// drain reads on after the end, until the peer has answered the close or farewell waits no longer: closing a socket that
// holds unread data would throw away the close frame before the peer has read it.
func (c *conn) drain() {
	for {
		if _, _, err := c.ws.NextReader(); err != nil {
			return
		}
	}
}

// cut shortens s to at most n bytes of whole characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// read is the reading half: the hello, then commands and acknowledgements, until the connection ends.
func (c *conn) read(ctx context.Context, all *sync.WaitGroup) error {
	c.ws.SetReadLimit(c.limits.Frame)
	c.ws.SetReadDeadline(time.Now().Add(c.limits.Handshake))
	c.ws.SetPongHandler(func(string) error {
		return c.ws.SetReadDeadline(time.Now().Add(c.limits.Silence))
	})
	first, err := c.next()
	if isTimeout(err) {
		return &Close{Code: codeProtocol, Reason: "no hello came"}
	} else if err != nil {
		return c.readError(err)
	}
	if first.T != tHello {
		return &Close{Code: codeProtocol, Reason: "the first frame must be a hello"}
	}
	c.greeting <- first
	select {
	case <-c.opened:
	case <-ctx.Done():
	}
	for {
		c.ws.SetReadDeadline(time.Now().Add(c.limits.Silence))
		f, err := c.next()
		if err != nil {
			return c.readError(err)
		}
		if ctx.Err() != nil {
			continue // only reading on for the peer's own close
		}
		switch f.T {
		case tCommand:
			if err := c.command(ctx, all, f); err != nil {
				return err
			}
		case tAck:
			if src, ok := c.src.(Acked); ok {
				src.Ack(f.Seq)
			}
		default:
			c.s.unknown()
		}
	}
}

func (c *conn) next() (*frame, error) {
	kind, text, err := c.ws.ReadMessage()
	if err != nil {
		return nil, err
	}
	if kind != websocket.TextMessage {
		return nil, &Close{Code: codeUnreadable, Reason: "frames are text"}
	}
	f, err := decode(text)
	if err != nil {
		return nil, &Close{Code: codeUnreadable, Reason: err.Error()}
	}
	return f, nil
}

func (c *conn) readError(err error) error {
	var closed *Close
	switch {
	case errors.As(err, &closed):
		return closed
	case isTimeout(err):
		return &Close{Code: CodePing, Reason: "nothing heard from you"}
	case errors.Is(err, websocket.ErrReadLimit):
		return fmt.Errorf("a frame was larger than %d bytes", c.limits.Frame)
	case websocket.IsCloseError(err, codeNormal, CodeGoingAway), strings.Contains(err.Error(), "EOF"):
		return errGone
	}
	return err
}

// command takes one command, or refuses it when the peer has too many under way or sends them too fast.
func (c *conn) command(ctx context.Context, all *sync.WaitGroup, f *frame) error {
	if f.ID == "" || f.Kind == "" {
		return &Close{Code: codeProtocol, Reason: "a command needs an id and a kind"}
	}
	if c.inFlight.Load() >= int64(c.limits.InFlight) || !c.rate.Allow() {
		if c.strikes++; c.strikes > strikeLimit {
			return &Close{Code: CodeTooMany, Reason: "too many commands"}
		}
		busy := &Error{Kind: KindBusy, Message: "too many commands at once, try again in a moment"}
		c.reply(ctx, reply{frame: resultFrame(f.ID, Result{}, busy)})
		return nil
	}
	c.strikes = max(0, c.strikes-1)
	c.inFlight.Add(1)
	cmd := Command{ID: f.ID, Kind: f.Kind, Seen: f.Seen, Data: f.D}
	if c.s.Unordered != nil && c.s.Unordered(cmd.Kind) {
		all.Go(func() { c.run(ctx, cmd) })
		return nil
	}
	c.queue <- cmd
	return nil
}

// run has the source do a command. Neither the answer to an unnamed failure nor the log quotes it: it might hold a
// customer's words.
func (c *conn) run(ctx context.Context, cmd Command) {
	result, err := c.src.Command(ctx, cmd)
	var refused *Error
	if err != nil && !errors.As(err, &refused) {
		if ctx.Err() != nil {
			return // nobody is waiting any more
		}
		c.s.log().Error("command failed", "person", c.peer.Person, "id", cmd.ID, "kind", cmd.Kind, "type", fmt.Sprintf("%T", err))
		refused = &Error{Kind: KindInternal, Message: "it failed at the far end; look in the log there for " + cmd.ID}
	}
	if refused != nil {
		result = Result{}
	}
	c.reply(ctx, reply{frame: resultFrame(cmd.ID, result, refused), seq: result.Seq, counted: true})
}

func (c *conn) reply(ctx context.Context, r reply) {
	select {
	case c.replies <- r:
	case <-ctx.Done():
	}
}

// runQueue does the commands whose order matters, one at a time.
func (c *conn) runQueue(ctx context.Context) {
	for {
		select {
		case cmd := <-c.queue:
			c.run(ctx, cmd)
		case <-ctx.Done():
			return
		}
	}
}
