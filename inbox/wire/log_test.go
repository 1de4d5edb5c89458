package wire

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// memLog is a log as an owner has one: events with a running check value, commands answered once per id.
type memLog struct {
	mu      sync.Mutex
	epoch   string
	first   uint64 // oldest held
	events  []Event
	chk     []uint64 // chk[i] is the value after event i, chk[0] = 0
	changed chan struct{}
	answers map[string]Result
	effects map[string]int
	repeats int // commands asked again after their effect
	work    func(ctx context.Context)

	live    func(ctx context.Context) <-chan Live
	command func(ctx context.Context, cmd Command) (Result, error) // before the default ones
	open    func(h Hello) (*Start, error)                          // before the default one
	hidden  func(e Event) bool                                     // events of others
	acks    []uint64
}

func newLog(epoch string) *memLog {
	return &memLog{epoch: epoch, first: 1, chk: []uint64{0}, changed: make(chan struct{}),
		answers: map[string]Result{}, effects: map[string]int{}}
}

func (l *memLog) head() uint64 { return uint64(len(l.events)) }

func (l *memLog) at(seq uint64) Cursor { return Cursor{Epoch: l.epoch, Seq: seq, Chk: l.chk[seq]} }

// add appends an event with that payload and returns its cursor.
func (l *memLog) add(kind, id string) Cursor {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.append(kind, id)
}

func (l *memLog) append(kind, id string) Cursor {
	seq := l.head() + 1
	sum := sha256.Sum256(append(binary.BigEndian.AppendUint64(nil, l.chk[seq-1]), id...))
	l.chk = append(l.chk, binary.BigEndian.Uint64(sum[:]))
	d, _ := json.Marshal(id)
	l.events = append(l.events, Event{Cursor: l.at(seq), Kind: kind, At: time.UnixMilli(1795345200000 + int64(seq)), Data: d})
	close(l.changed)
	l.changed = make(chan struct{})
	return l.at(seq)
}

func (l *memLog) cursor() Cursor {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.at(l.head())
}

func (l *memLog) Open(_ context.Context, h Hello) (Start, error) {
	if l.open != nil {
		if s, err := l.open(h); s != nil || err != nil {
			return *s, err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	s := Start{Mode: ModeResume, Head: l.head(), You: "asha", Role: "agent"}
	span := Span{Epoch: l.epoch, First: l.first, Head: l.head(), Chk: func(seq uint64) (uint64, bool) {
		if seq >= uint64(len(l.chk)) {
			return 0, false
		}
		return l.chk[seq], true
	}}
	if !span.Holds(h.Cursor) {
		s.Mode, s.At = ModeSnapshot, l.at(l.head())
		for i := 0; i <= len(l.events); i += 1000 {
			var ids []json.RawMessage
			for _, e := range l.events[i:min(i+1000, len(l.events))] {
				ids = append(ids, e.Data)
			}
			part, _ := json.Marshal(ids)
			s.State = append(s.State, part)
		}
	}
	return s, nil
}

func (l *memLog) Read(_ context.Context, after Cursor, n int) ([]Event, Cursor, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if after.Epoch != l.epoch || after.Seq+1 < l.first || after.Seq > l.head() {
		return nil, after, fmt.Errorf("memLog: %w", ErrTrimmed)
	}
	upto := min(after.Seq+uint64(n), l.head())
	var events []Event
	for _, e := range l.events[after.Seq:upto] {
		if l.hidden == nil || !l.hidden(e) {
			events = append(events, e)
		}
	}
	return events, l.at(upto), nil
}

func (l *memLog) Wait(ctx context.Context, after Cursor) error {
	l.mu.Lock()
	head, changed := l.head(), l.changed
	l.mu.Unlock()
	if head > after.Seq {
		return nil
	}
	select {
	case <-changed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *memLog) Live(ctx context.Context) <-chan Live {
	if l.live == nil {
		return nil
	}
	return l.live(ctx)
}

// Command: add appends an event, echo answers with its payload, refuse is refused.
func (l *memLog) Command(ctx context.Context, cmd Command) (Result, error) {
	if l.command != nil {
		return l.command(ctx, cmd)
	}
	if l.work != nil {
		l.work(ctx)
		defer l.work(ctx)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if r, ok := l.answers[cmd.ID]; ok {
		l.repeats++
		return r, nil
	}
	var r Result
	switch cmd.Kind {
	case "add":
		r.Seq = l.append("message", cmd.ID).Seq
	case "echo":
		r.Data = cmd.Data
	default:
		return r, &Error{Kind: "stale", Message: "answered from the phone", Detail: json.RawMessage(`{"by":"phone","seq":18279}`)}
	}
	l.effects[cmd.ID]++
	l.answers[cmd.ID] = r
	return r, nil
}

func (l *memLog) Ack(seq uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acks = append(l.acks, seq)
}

func (l *memLog) acked() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.acks) == 0 {
		return 0
	}
	return l.acks[len(l.acks)-1]
}

// serveUnix serves a log on a unix socket and returns how to dial it.
func serveUnix(t testing.TB, s *Server, src Source) func(context.Context) (net.Conn, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	serveOn(t, s, src, l)
	return func(ctx context.Context) (net.Conn, error) { return new(net.Dialer).DialContext(ctx, "unix", path) }
}

func serveOn(t testing.TB, s *Server, src Source, l net.Listener) {
	t.Helper()
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.Serve(w, r, Peer{Person: r.Header.Get("Person"), Remote: r.Header.Get("Remote") != ""}, src)
	})}
	served := make(chan struct{})
	go func() {
		defer close(served)
		srv.Serve(l)
	}()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Shutdown(ctx, nil); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		srv.Close()
		<-served
	})
}

// pipes is a listener without a network, for tests on a clock of their own.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }

func (p *pipes) dial(ctx context.Context) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case p.conns <- far:
		return near, nil
	case <-p.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func servePipes(t testing.TB, s *Server, src Source) func(context.Context) (net.Conn, error) {
	t.Helper()
	p := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
	serveOn(t, s, src, p)
	return p.dial
}

// peer speaks the protocol by hand.
type peer struct {
	t       testing.TB
	ws      *websocket.Conn
	careful bool // whether what cannot be said fails the test
}

func raw(t testing.TB, dial func(context.Context) (net.Conn, error), header http.Header) peer {
	t.Helper()
	d := websocket.Dialer{Subprotocols: []string{Subprotocol},
		NetDialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) }}
	ws, _, err := d.DialContext(t.Context(), "ws://owner/attach", header)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ws.Close() })
	return peer{t, ws, true}
}

func (p peer) say(text string) {
	p.t.Helper()
	if err := p.ws.WriteMessage(websocket.TextMessage, []byte(text)); err != nil && p.careful {
		p.t.Fatal(err)
	}
}

func (p peer) hear() *frame {
	p.t.Helper()
	_, text, err := p.ws.ReadMessage()
	if err != nil {
		p.t.Fatal(err)
	}
	f, err := decode(text)
	if err != nil {
		p.t.Fatalf("%v: %s", err, text)
	}
	return f
}

// code reads to the end and returns the close code.
func (p peer) code() int {
	p.t.Helper()
	for {
		_, _, err := p.ws.ReadMessage()
		var closed *websocket.CloseError
		if errors.As(err, &closed) {
			return closed.Code
		} else if err != nil {
			p.t.Fatalf("ended without a close frame: %v", err)
		}
	}
}

const helloNone = `{"t":"hello","v":1,"vmin":1,"want":["none"]}`

// updates gives the updates of a client one by one and fails the test when one does not come.
type updates struct {
	t testing.TB
	c *Client
}

func dial(t testing.TB, opt Options) updates {
	t.Helper()
	c := Dial(t.Context(), opt)
	t.Cleanup(c.Close)
	return updates{t, c}
}

// next returns the next update that is not a change of the connection's status.
func (u updates) next() Update {
	u.t.Helper()
	for {
		v := u.any()
		if _, ok := v.(Status); !ok {
			return v
		}
	}
}

func (u updates) any() Update {
	u.t.Helper()
	select {
	case v, ok := <-u.c.Updates():
		if !ok {
			u.t.Fatalf("client stopped: %v", u.c.Status().Why)
		}
		return v
	case <-time.After(2 * time.Minute):
		u.t.Fatalf("no update came; status %+v", u.c.Status())
		return nil
	}
}

// expect returns the next update as a T.
func expect[T Update](u updates) T {
	u.t.Helper()
	v := u.next()
	got, ok := v.(T)
	if !ok {
		u.t.Fatalf("got %T %+v, want %T", v, v, got)
	}
	return got
}

// stopped waits for the client's end and returns its reason.
func (u updates) stopped() error {
	u.t.Helper()
	for {
		if s, ok := u.any().(Status); ok && s.Phase == PhaseStopped {
			return s.Why
		}
	}
}
