package wire

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
)

// Refused is an answer to the upgrade other than a websocket. 401 and 403 stop a client (as *Close, with CodeToken and
// CodeRole); it tries again after any other.
type Refused struct{ Status int }

func (r *Refused) Error() string {
	return fmt.Sprintf("the far end answered %d %s", r.Status, http.StatusText(r.Status))
}

var errSilent = errors.New("nothing heard from the far end")

// run is the life of a client: connect, follow, pause, again.
func (c *Client) run() {
	defer close(c.done)
	defer close(c.updates)
	c.setStatus(Status{Phase: PhaseConnecting})
	for n := 0; ; n++ {
		progress, err := c.connection()
		if progress {
			n = 0
		}
		if c.ctx.Err() != nil {
			c.stop(context.Cause(c.ctx))
			return
		}
		if final(err) || c.opt.Insist && c.Stats().Connections == 0 {
			c.stop(err)
			return
		}
		wait := pause(n, err)
		c.setStatus(Status{Phase: PhaseReconnecting, Why: err, Next: time.Now().Add(wait)})
		select {
		case <-time.After(wait):
		case <-c.ctx.Done():
		}
	}
}

// stop says why and ends; it does not wait for a consumer that has gone.
func (c *Client) stop(why error) {
	c.mu.Lock()
	c.status = Status{Phase: PhaseStopped, Why: why}
	c.mu.Unlock()
	if !c.opt.Streams() {
		return
	}
	if c.ctx.Err() == nil {
		c.deliver(c.Status())
		return
	}
	select {
	case c.updates <- c.Status():
	default:
	}
}

func final(err error) bool {
	var closed *Close
	return errors.As(err, &closed) && closed.Final()
}

// pause is how long to stay away after the n-th connection in a row that brought nothing, n from 0.
func pause(n int, err error) time.Duration {
	var closed *Close
	if errors.As(err, &closed) {
		switch {
		case closed.After > 0:
			return min(closed.After, byeMost)
		case closed.Code == CodeTooMany:
			return max(afterTooMany, backoff(n))
		case (closed.Code == CodeBehind || closed.Code == CodePing) && n == 0:
			return 0
		}
	}
	return backoff(n)
}

func (c *Client) setStatus(s Status) {
	c.mu.Lock()
	c.status = s
	c.mu.Unlock()
	c.deliver(s)
}

// deliver waits for room in Updates: a consumer that stands still stops the reading, and in the end the server closes the
// connection, which costs nothing but a resume.
func (c *Client) deliver(u Update) {
	if !c.opt.Streams() {
		return
	}
	select {
	case c.updates <- u:
	case <-c.ctx.Done():
	}
}

// session is one connection as the client sees it. Its fields belong to the reading goroutine.
type session struct {
	c        *Client
	ws       *websocket.Conn
	epoch    string
	parts    []json.RawMessage // of a snapshot under way
	size     int               // of parts, bytes
	snapshot bool              // parts are still to come
	bye      *frame
	progress bool
}

// connection makes one connection and follows it to its end. progress says whether it brought anything: only that makes
// the next pause short again, since a server that accepts and drops must not be hammered.
func (c *Client) connection() (progress bool, err error) {
	ws, err := c.connect()
	if err != nil {
		return false, err
	}
	ctx, cancel := context.WithCancelCause(c.ctx)
	closed := make(chan struct{})
	context.AfterFunc(ctx, func() {
		defer close(closed)
		ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(codeNormal, ""), time.Now().Add(closeWait))
		ws.Close()
	})
	s := &session{c: c, ws: ws}
	err = s.follow(ctx, cancel)
	if cause := context.Cause(ctx); cause != nil {
		err = cause // ended by this side, for that reason
	}
	cancel(err)
	<-closed
	return s.progress, err
}

func (c *Client) connect() (*websocket.Conn, error) {
	d := websocket.Dialer{Subprotocols: []string{Subprotocol}, HandshakeTimeout: handshakeWait, TLSClientConfig: c.opt.TLS}
	if c.opt.Dial == nil {
		d.Proxy = http.ProxyFromEnvironment
	}
	giveUp := func() bool { return true }
	d.NetDialContext = func(ctx context.Context, network, address string) (conn net.Conn, err error) {
		if c.opt.Dial != nil {
			conn, err = c.opt.Dial(ctx)
		} else {
			conn, err = new(net.Dialer).DialContext(ctx, network, address)
		}
		if err == nil { // the handshake itself does not notice Close
			giveUp = context.AfterFunc(c.ctx, func() { conn.Close() })
		}
		return conn, err
	}
	ws, resp, err := d.DialContext(c.ctx, c.opt.URL, c.opt.Header)
	giveUp()
	switch {
	case errors.Is(err, websocket.ErrBadHandshake) && resp != nil:
		switch resp.StatusCode {
		case http.StatusUnauthorized:
			return nil, &Close{Code: CodeToken, Reason: "the far end does not know this token or person"}
		case http.StatusForbidden:
			return nil, &Close{Code: CodeRole, Reason: "the far end does not admit this person"}
		}
		return nil, &Refused{Status: resp.StatusCode}
	case err != nil:
		return nil, err
	case ws.Subprotocol() != Subprotocol:
		ws.Close()
		return nil, &Close{Code: CodeProtocol, Reason: "the far end does not speak " + Subprotocol}
	}
	ws.SetReadLimit(c.opt.Frame)
	return ws, nil
}

// follow says hello, starts the writer once welcomed, and reads until the connection ends.
func (s *session) follow(ctx context.Context, cancel context.CancelCauseFunc) error {
	s.ws.SetPingHandler(func(data string) error {
		s.progress = true // a server that accepts and drops does not live to ping
		s.heard()
		err := s.ws.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(writeWait))
		if errors.Is(err, websocket.ErrCloseSent) {
			return nil
		}
		return err
	})
	s.heard()
	h := s.c.opt.Hello
	h.Cursor = s.c.Cursor()
	hello, err := encode(helloFrame(h))
	if err != nil {
		return err
	}
	if err := writeText(s.ws, hello, writeWait); err != nil {
		return err
	}
	f, err := s.next()
	if err != nil {
		return err
	}
	if f.T != tWelcome {
		return fmt.Errorf("%.20q came instead of a welcome", f.T)
	}
	if f.V < VersionMin || f.V > Version {
		return &Close{Code: CodeProtocol, Reason: fmt.Sprintf("the far end speaks protocol %d, this side %d to %d: update the older one", f.V, VersionMin, Version)}
	}
	out := newSender(s.c, s.ws, s.welcome(f), f.Limits)
	writer := make(chan struct{})
	go func() {
		defer close(writer)
		err := out.run(ctx)
		select { // what cannot be written to may still hold the reason, in a close frame
		case <-ctx.Done():
		case <-time.After(closeWait):
		}
		cancel(err)
	}()
	defer func() { cancel(err); <-writer }()
	for err == nil {
		if f, err = s.next(); err == nil {
			err = s.take(f)
		}
	}
	return err
}

// heard moves the read deadline.
func (s *session) heard() { s.ws.SetReadDeadline(time.Now().Add(silence)) }

// next reads one frame. A close by the server comes as *Close.
func (s *session) next() (*frame, error) {
	kind, text, err := s.ws.ReadMessage()
	if err != nil {
		return nil, s.why(err)
	}
	s.heard()
	if kind != websocket.TextMessage {
		return nil, errors.New("a frame came that is not text")
	}
	return decode(text)
}

func (s *session) why(err error) error {
	var closed *websocket.CloseError
	switch {
	case errors.As(err, &closed):
		c := &Close{Code: closed.Code, Reason: closed.Text}
		if s.bye != nil {
			c.Reason, c.After = s.bye.Why, time.Duration(s.bye.After)*time.Millisecond
		}
		return c
	case s.bye != nil:
		return &Close{Code: CodeGoingAway, Reason: s.bye.Why, After: time.Duration(s.bye.After) * time.Millisecond}
	case isTimeout(err):
		return errSilent
	}
	return err
}

// welcome tells the consumer where the stream begins and returns the number of this connection.
func (s *session) welcome(f *frame) uint64 {
	s.epoch = f.Epoch
	w := Welcome{Mode: f.Mode, At: s.c.Cursor(), Head: f.Head, You: f.You, Role: f.Role, Time: moment(f.At)}
	switch f.Mode {
	case ModeGap:
		w.At = f.cursor(f.Epoch)
		w.Lost = &Lost{From: f.From, To: f.To, Count: f.Lost, Since: moment(f.Since), Until: moment(f.Until)}
	case ModeRestart:
		w.At = f.cursor(f.Epoch)
	case ModeSnapshot:
		s.snapshot = s.c.opt.Streams()
	}
	s.c.mu.Lock()
	s.c.stats.Connections++
	number := s.c.stats.Connections
	if number == 1 {
		close(s.c.hailed)
	}
	s.c.mu.Unlock()
	s.c.deliver(w)
	s.c.move(w.At)
	if !s.snapshot {
		s.c.setStatus(Status{Phase: PhaseLive})
	}
	return number
}

// move sets the cursor after its update has been delivered.
func (c *Client) move(to Cursor) {
	c.mu.Lock()
	c.cursor = to
	c.mu.Unlock()
}

// take handles one frame after the welcome.
func (s *session) take(f *frame) error {
	switch f.T {
	case tSnap:
		return s.part(f)
	case tEvent, tMark:
		have := s.c.Cursor()
		switch {
		case s.snapshot:
			return errors.New("the stream went on before its snapshot was complete")
		case f.T == tEvent && f.Prev != have.Seq:
			return fmt.Errorf("an event is missing: %d follows %d, this side has %d", f.Seq, f.Prev, have.Seq)
		case f.Seq < have.Seq, f.T == tEvent && f.Seq == have.Seq:
			return fmt.Errorf("the stream went back from %d to %d", have.Seq, f.Seq)
		case f.T == tEvent:
			s.c.deliver(f.event(s.epoch))
		default:
			s.c.deliver(Mark{Cursor: f.cursor(s.epoch)})
		}
		s.c.move(f.cursor(s.epoch))
		s.progress = true
	case tLive:
		s.c.deliver(Live{Key: f.Key, Until: moment(f.Until), Data: f.D})
	case tResult:
		s.result(f)
	case tBye:
		s.bye = f
	default:
		s.c.mu.Lock()
		s.c.stats.Unknown++
		s.c.mu.Unlock()
	}
	return nil
}

// part collects a snapshot and delivers it whole: half a state is of no use to anybody.
func (s *session) part(f *frame) error {
	if !s.snapshot || f.Part != len(s.parts)+1 {
		return fmt.Errorf("part %d of a snapshot came out of turn", f.Part)
	}
	part, err := f.D, error(nil)
	switch f.Enc {
	case "":
	case encGzip:
		if part, err = unzip(f.D, s.c.opt.Frame); err != nil {
			return err
		}
	default:
		return fmt.Errorf("part of a snapshot in an encoding not known here: %.20q", f.Enc)
	}
	if s.size += len(part); s.size > partLimit {
		return fmt.Errorf("snapshot is larger than %d bytes", partLimit)
	}
	s.parts = append(s.parts, part)
	if !f.Last {
		return nil
	}
	if len(s.parts) == 1 && len(part) == 0 {
		s.parts = nil
	}
	at := f.cursor(s.epoch)
	s.c.deliver(Snapshot{At: at, Parts: s.parts})
	s.c.move(at)
	s.c.setStatus(Status{Phase: PhaseLive})
	s.parts, s.snapshot, s.progress = nil, false, true
	return nil
}

func (s *session) result(f *frame) {
	c := s.c
	c.mu.Lock()
	defer c.mu.Unlock()
	a := answer{result: Result{Seq: f.Seq, Data: f.D}}
	switch {
	case f.Err != nil && f.Err.Kind == KindBusy:
		c.calls.again(f.ID)
		return
	case f.Err != nil:
		a = answer{err: f.Err}
	case f.OK == nil || !*f.OK:
		a = answer{err: &Error{Kind: KindInternal, Message: "the far end refused without a reason"}}
	}
	c.calls.settle(f.ID, a)
	s.progress = true
}
