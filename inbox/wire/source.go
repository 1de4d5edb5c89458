package wire

import (
	"context"
	"encoding/json"
	"slices"
	"time"
)

// Source is a log as one peer may see it, and the place where that peer's commands go. The server asks for one per
// connection, so a Source may keep what Open told it. Live, Read and Wait are called by one connection at a time, Command
// beside them. Every method returns soon after its context ends.
type Source interface {
	// Open answers hello. It decides whether the reader's cursor is good (Span.Holds) and, when it is not, gives the state
	// to start from; state and cursor must belong together, so both come from one transaction. A *Close as error refuses the
	// peer with that code. It is also called for a peer that wants no stream: only You, Role and Epoch matter then.
	Open(ctx context.Context, h Hello) (Start, error)

	// Read returns at most n events after a cursor, in order, and the cursor up to which it has looked. A source that leaves
	// out events of others returns a cursor beyond the last event, and the peer learns it by a mark. No events and the same
	// cursor mean the end of the log. ErrTrimmed: the log no longer goes back that far.
	Read(ctx context.Context, after Cursor, n int) ([]Event, Cursor, error)

	// Wait returns when there may be more after a cursor, at once if there is already. It may return early now and then.
	Wait(ctx context.Context, after Cursor) error

	// Live hands out ephemeral values until ctx ends. The connection takes them at once whatever its peer does, so sending
	// into the channel does not hold the source up. nil means there are none.
	Live(ctx context.Context) <-chan Live

	// Command does one command and returns its result, or an *Error for the peer. The same id gets the same answer and no
	// second effect, also after a restart, also while the first is still at work: keeping that promise is the source's part.
	// Commands of a connection come one at a time and in the order sent, except kinds named by Server.Unordered. ctx ends
	// with the connection; what must be finished anyway goes on under context.WithoutCancel.
	Command(ctx context.Context, cmd Command) (Result, error)
}

// Acked is implemented by a [Source] that wants to know how far its peer has come. Acknowledgements are advisory and may
// be lost. Ack is called by the reader of the connection and must not block.
type Acked interface {
	Ack(seq uint64)
}

// Hello is what a peer asks for.
type Hello struct {
	App    string   // version of the program at the far end
	Cursor Cursor   // what it has applied
	Want   []string // which part of the stream, in the source's own words; empty for all of it
	Screen string   // names one screen of one person; a second connection of the same screen replaces the first
}

// Streams says whether the peer wants events and not only commands.
func (h Hello) Streams() bool { return !slices.Equal(h.Want, []string{None}) }

// Mode is how a stream begins.
type Mode string

// The modes of a welcome.
const (
	ModeResume   Mode = "resume"   // events after the reader's own cursor
	ModeSnapshot Mode = "snapshot" // the state in parts, then events after it
	ModeGap      Mode = "gap"      // events were lost for good; those still held follow
	ModeRestart  Mode = "restart"  // another log: all it holds follows
)

// Start is the answer to a hello.
type Start struct {
	Mode Mode
	At   Cursor // where the stream begins, for ModeSnapshot the cursor of State; not needed for ModeResume
	Head uint64 // newest event of the log
	// State is the state at At for ModeSnapshot. None at all tells the reader to read it anew by commands. A part should
	// stay under 256 KiB and must stay under the client's read limit of 4 MiB.
	State []json.RawMessage
	Lost  *Lost  // for ModeGap
	You   string // the person this peer is
	Role  string
}

// Lost describes events that no longer exist, for [ModeGap].
type Lost struct {
	From, To     uint64 // first and last sequence number
	Count        uint64
	Since, Until time.Time // times of the first and the last
}
