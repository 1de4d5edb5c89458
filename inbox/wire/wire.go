// Package wire carries one resumable stream over a websocket: from the owner to its terminals, and from a relay to the
// laptop behind it. It is the only importer of gorilla/websocket and knows nothing of what it carries; payloads are JSON
// and stay as they are.
//
// # The stream
//
// A log of events lives at the server. The reader owns its [Cursor], which is the position it has applied: it hands it in
// with hello and the server goes on from there. No queue is kept per reader; the writer of each connection reads the log
// at the pace of its peer, so a reader that stands still costs one cursor and is closed when a write is not taken within
// ten seconds. A cursor proves itself by a check value, so that a server restored from a backup is noticed although the
// number is in range.
//
// # Frames
//
// JSON text frames, one object each, subprotocol inbox.v1. t names the frame; a field that is zero is left out; unknown
// fields are ignored, unknown frames are ignored and counted.
//
//	hello    client   v vmin app epoch seq chk want screen     first frame, within 5 s
//	welcome  server   v epoch head mode you role limits at     mode resume, snapshot, gap or restart (seq, chk: where it starts)
//	snap     server   part last seq chk enc d                  state in parts counted from 1; the last one has the cursor
//	ev       server   seq prev chk kind at by d                durable event; applies only if prev is the reader's own seq
//	mark     server   seq chk                                  nothing for this reader up to here
//	live     server   key until d                              ephemeral, the last one per key wins, may be lost
//	ack      client   seq                                      applied up to here; advisory
//	cmd      client   id kind d seen                           the id is made once by the client and survives its restarts
//	res      server   id ok seq d err                          after the event seq it caused
//	bye      server   why after                                going away; come back after so many milliseconds
//
// A client whose want is [None] gets no stream at all: it only sends commands, like a one-off query from a shell.
//
// # Commands once
//
// A connection may end between a command and its answer. [Client.Call] then repeats it under the same id, and the
// [Source] answers the same id with the same result and without a second effect. The two together make a command happen
// once.
package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Subprotocol is the websocket subprotocol both sides insist on.
const Subprotocol = "inbox.v1"

// Version and VersionMin are the newest and the oldest protocol this package speaks.
const (
	Version    = 1
	VersionMin = 1
)

// None as the only element of [Hello.Want] asks for commands without a stream.
const None = "none"

// Cursor is a position in one log: what a reader has applied. The zero Cursor is that of a reader who has nothing yet.
type Cursor struct {
	Epoch string // names the log; a log made anew has a new one
	Seq   uint64 // sequence number of the last event applied
	Chk   uint64 // running check value at Seq; 16 hex digits on the wire
}

// Event is one durable entry of the log. Its sequence number is its own: what shares one travels in one event.
type Event struct {
	Cursor Cursor // position after this event. A Source need not fill Epoch; a Client always does.
	Kind   string
	At     time.Time // to the millisecond on the wire
	By     string    // who caused it, if anybody
	Data   json.RawMessage
}

// Live is something true for a moment, like typing: state and not history. The last one of a key wins, and any of them
// may be lost. Keys read kind/subject/who, and of one subject only the [Limits.LivePerSubject] latest are kept.
type Live struct {
	Key   string
	Until time.Time       // when it stops being true by itself
	Data  json.RawMessage // absent: it has ended early
}

// Command is a request with an effect, or a query.
type Command struct {
	ID   string // made once by the client (a ULID); the same id gets the same answer, however often it is sent
	Kind string
	Seen uint64 // the newest sequence number the person had seen; the guard against answering twice
	Data json.RawMessage
}

// Result is what a command came to.
type Result struct {
	Seq  uint64 // last event the command caused, 0 for a query. Clients get the result after that event.
	Data json.RawMessage
}

// Kinds of [Error] that this package itself answers with.
const (
	KindBusy     = "busy"      // too many commands; [Client.Call] waits and repeats, so its callers do not see it
	KindInternal = "internal"  // the source failed in a way it did not name; the server's log has the command's id
	KindTooLarge = "too_large" // the command is larger than the server reads
)

// Error is a refused command. Detail, an object or absent, travels beside kind and message in the same JSON object.
type Error struct {
	Kind    string
	Message string // one line with what to do next
	Detail  json.RawMessage
}

func (e *Error) Error() string {
	if e.Message == "" {
		return e.Kind
	}
	return e.Message
}

// MarshalJSON writes kind and message into the object of Detail. A Detail that is not an object is an error.
func (e *Error) MarshalJSON() ([]byte, error) {
	m := map[string]json.RawMessage{}
	if len(e.Detail) > 0 {
		if err := json.Unmarshal(e.Detail, &m); err != nil || m == nil {
			return nil, errors.New("wire: detail of an error is not a JSON object")
		}
	}
	m["kind"], _ = json.Marshal(e.Kind)
	if delete(m, "message"); e.Message != "" {
		m["message"], _ = json.Marshal(e.Message)
	}
	return json.Marshal(m)
}

// UnmarshalJSON takes kind and message out of the object and leaves the rest in Detail, absent when nothing is left.
func (e *Error) UnmarshalJSON(b []byte) error {
	m := map[string]json.RawMessage{}
	if err := json.Unmarshal(b, &m); err != nil {
		return err
	}
	*e = Error{}
	for name, field := range map[string]*string{"kind": &e.Kind, "message": &e.Message} {
		if raw, ok := m[name]; ok {
			if err := json.Unmarshal(raw, field); err != nil {
				return fmt.Errorf("wire: %s of an error: %w", name, err)
			}
			delete(m, name)
		}
	}
	if len(m) > 0 {
		e.Detail, _ = json.Marshal(m)
	}
	return nil
}

// Close codes beside the standard ones. 4000 to 4499 ask the client to come back, 4500 to 4999 to stay away.
const (
	CodeGoingAway  = 1001 // the owner is ending
	CodeInternal   = 1011 // the source failed; the server's log says how
	CodeRestart    = 1012 // the owner is restarting
	CodeTryLater   = 1013 // too many connections
	CodeBehind     = 4001 // the log was trimmed under the reader; it comes back at once and gets a snapshot
	CodePing       = 4002 // nothing heard from the peer for [Limits.Silence]; it comes back at once
	CodeTooMany    = 4008 // kept sending commands while told it was busy; it comes back after 5 s
	CodeToken      = 4501 // token unknown, expired or revoked
	CodeRole       = 4503 // this role may not attach
	CodeProtocol   = 4505 // no protocol version in common
	CodeReplaced   = 4510 // another connection of the same screen took over
	codeNormal     = 1000
	codeProtocol   = 1002
	codeUnreadable = 1007
)

// Close ends a connection with a code and a reason. A [Source] may return one from Open, and it may be the cause of a
// request context's end (see [context.WithCancelCause]); a [Client] stops with one.
type Close struct {
	Code   int
	Reason string        // short, it travels in a control frame: cut at 123 bytes
	After  time.Duration // when to come back, 0 to leave it to the client's own backoff; 1001, 1012 and 1013 only
}

func (c *Close) Error() string {
	if c.Reason == "" {
		return fmt.Sprintf("connection closed with code %d", c.Code)
	}
	return c.Reason
}

// Final says whether the client must stay away.
func (c *Close) Final() bool { return c.Code >= 4500 && c.Code <= 4999 }

// ErrTrimmed is what Read returns when the log no longer goes back to the cursor, or never contained it. The connection
// ends with [CodeBehind] and the client comes back for a snapshot.
var ErrTrimmed = errors.New("wire: the log does not reach back to this cursor")

// Span is the part of a log that a server still holds, and the rule for resuming in it.
type Span struct {
	Epoch string
	First uint64 // oldest event held
	Head  uint64 // newest event
	// Chk is the check value after an event, also after First-1. ok is false for a position the log does not have.
	Chk func(seq uint64) (chk uint64, ok bool)
}

// Holds says whether a reader at c can go on from there without missing anything: the epoch is the log's own, First-1 <=
// Seq <= Head, and the log's check value at Seq is the reader's.
func (s Span) Holds(c Cursor) bool {
	if c.Epoch == "" || c.Epoch != s.Epoch || c.Seq > s.Head || c.Seq+1 < s.First {
		return false
	}
	chk, ok := s.Chk(c.Seq)
	return ok && chk == c.Chk
}
