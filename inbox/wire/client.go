package wire

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// Options say where a [Client] connects and what it wants. Only one of URL and Dial is needed.
type Options struct {
	URL    string                                      // ws:// or wss://; ws://owner/attach when only Dial is given
	Dial   func(ctx context.Context) (net.Conn, error) // makes the connection, for a unix socket; nil: TCP to URL
	TLS    *tls.Config                                 // for wss://
	Header http.Header                                 // sent with the upgrade, for Authorization

	Hello // what to ask for. Cursor is where to resume the first time; Screen is made up when empty.

	// Insist makes the first failure to connect final, so that a command can do without an owner that is not there. Once
	// welcomed, the client reconnects like any other.
	Insist bool

	Buffer    int           // updates waiting for the consumer, 256. When it is full the client stops reading.
	Frame     int64         // largest frame read, 4 MiB
	AckEvents uint64        // acknowledge after so many sequence numbers, 64
	AckEvery  time.Duration // or after so long, 2 s
}

// Update is something a [Client] tells its consumer: a [Status], [Welcome], [Snapshot], [Event], [Mark] or [Live]. They
// come in the order in which they were true.
type Update interface{ update() }

// Phase names what a client is doing.
type Phase string

// The phases of a client.
const (
	PhaseConnecting   Phase = "connecting"   // the first time
	PhaseLive         Phase = "live"         // welcomed, and the snapshot, if any, delivered
	PhaseReconnecting Phase = "reconnecting" // lost, trying again at Next
	PhaseStopped      Phase = "stopped"      // for good
)

// Status is the state of the connection, for a status bar.
type Status struct {
	Phase Phase
	Why   error     // of Reconnecting and Stopped; a *Close when the server gave a code
	Next  time.Time // of Reconnecting: time of the next attempt
}

// Welcome begins every connection's stream. For ModeGap and ModeRestart, At is the consumer's cursor from now on; for
// ModeSnapshot a [Snapshot] follows before any event.
type Welcome struct {
	Mode Mode
	At   Cursor // where the stream begins
	Head uint64 // newest event of the log
	Lost *Lost  // for ModeGap
	You  string
	Role string
	Time time.Time // the server's clock
}

// Snapshot is the whole state at a cursor. It replaces everything the consumer had. No parts: the state has to be read
// anew by commands, and what happens from here on comes as events.
type Snapshot struct {
	At    Cursor
	Parts []json.RawMessage
}

// Mark moves the cursor over events that are not for this reader.
type Mark struct{ Cursor Cursor }

func (Status) update()   {}
func (Welcome) update()  {}
func (Snapshot) update() {}
func (Event) update()    {}
func (Mark) update()     {}
func (Live) update()     {}

// ErrClosed is the reason of a client that was stopped by its own side.
var ErrClosed = errors.New("connection closed by this side")

// Client keeps one stream going: it connects, reconnects with backoff, resumes from its cursor, checks that nothing is
// missing, and repeats commands until they are answered. It may be used by many goroutines.
type Client struct {
	opt     Options
	updates chan Update
	ctx     context.Context
	cancel  context.CancelCauseFunc
	done    chan struct{} // closed when everything has ended
	hailed  chan struct{} // closed with the first welcome

	mu     sync.Mutex
	status Status
	cursor Cursor
	stats  Stats
	calls  calls
	acked  uint64 // highest sequence number given to Ack
}

// Stats count what a server or a client has met since it began.
type Stats struct {
	Connections uint64 // completed by a welcome
	Unknown     uint64 // frames of kinds this version does not know, ignored
}

// Dial starts a client and returns at once: being unconnected is a state and not an error. It ends with ctx, with Close,
// or with a close code that says to stay away.
//
// A client that wants a stream needs somebody to take its updates. Calls must then come from other goroutines: the answer
// to a command waits behind its own event. A client whose Want is None delivers no updates at all.
func Dial(ctx context.Context, opt Options) *Client {
	if opt.URL == "" {
		opt.URL = "ws://owner/attach"
	}
	if opt.Screen == "" {
		opt.Screen = rand.Text()
	}
	def(&opt.Buffer, 256)
	def(&opt.Frame, clientFrame)
	def(&opt.AckEvents, 64)
	def(&opt.AckEvery, 2*time.Second)
	c := &Client{
		opt:     opt,
		updates: make(chan Update, opt.Buffer),
		done:    make(chan struct{}),
		hailed:  make(chan struct{}),
		cursor:  opt.Cursor,
		calls:   calls{kick: make(chan struct{}, 1)},
	}
	c.ctx, c.cancel = context.WithCancelCause(ctx)
	go c.run()
	return c
}

// Updates is where everything arrives, in order. It is closed after the last one, a Status with PhaseStopped.
func (c *Client) Updates() <-chan Update { return c.updates }

// Welcomed waits for the first welcome. It answers ctx's error, or why the client stopped before that.
func (c *Client) Welcomed(ctx context.Context) error {
	select {
	case <-c.hailed:
		return nil
	case <-c.done:
		return c.Status().Why
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Status is the current state of the connection.
func (c *Client) Status() Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.status
}

// Cursor is the position after the last update put into Updates: where another client would have to resume once those
// have been applied.
func (c *Client) Cursor() Cursor {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cursor
}

// Stats counts since Dial.
func (c *Client) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stats
}

// Ack tells the server, soon, that everything up to seq has been applied. It never blocks.
func (c *Client) Ack(seq uint64) {
	c.mu.Lock()
	c.acked = max(c.acked, seq)
	c.mu.Unlock()
	c.calls.wake()
}

// Close ends the client and waits for its goroutines. Calls under way return ErrClosed.
func (c *Client) Close() {
	c.cancel(ErrClosed)
	<-c.done
}
