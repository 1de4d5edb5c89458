package wire

import (
	"math"
	"math/rand/v2"
	"time"
)

// Limits bound what one server gives its peers. A zero field means the default.
type Limits struct {
	Streams          int // connections with a stream, 128
	StreamsPerPerson int // 8
	Calls            int // connections that only send commands, counted apart so that neither kind starves the other, 128
	CallsPerPerson   int // 64

	Frame    int64   // largest frame read from a client, 64 KiB
	InFlight int     // commands of one connection received and not yet answered, 16
	Rate     float64 // commands per second and connection, 20
	Burst    int     // 40

	LivePerSubject int // ephemeral values kept for one subject, 4

	Handshake time.Duration // for the upgrade, and again for hello, 5 s
	Ping      time.Duration // time between pings, give or take a fifth, 10 s
	Silence   time.Duration // a peer not heard from for so long is gone, 30 s
	Write     time.Duration // a frame not taken within it ends the connection, 10 s
}

func (l Limits) orDefault() Limits {
	def(&l.Streams, 128)
	def(&l.StreamsPerPerson, 8)
	def(&l.Calls, 128)
	def(&l.CallsPerPerson, 64)
	def(&l.Frame, 64<<10)
	def(&l.InFlight, 16)
	def(&l.Rate, 20)
	def(&l.Burst, 40)
	def(&l.LivePerSubject, 4)
	def(&l.Handshake, handshakeWait)
	def(&l.Ping, 10*time.Second)
	def(&l.Silence, silence)
	def(&l.Write, writeWait)
	return l
}

func def[T int | int64 | uint64 | float64 | time.Duration](v *T, d T) {
	if *v == 0 {
		*v = d
	}
}

// Deadlines that both sides share.
const (
	handshakeWait = 5 * time.Second
	silence       = 30 * time.Second
	writeWait     = 10 * time.Second
	closeWait     = 500 * time.Millisecond // for the last frames of a connection that ends
)

const (
	strangersMost = 64                     // connections that have not been admitted yet
	batchSize     = 64                     // events read from the log at a time: all that is ever sent ahead of a peer
	markEvery     = time.Second            // marks of one connection are at least so far apart
	liveEvery     = 100 * time.Millisecond // so are flushes of ephemeral values
	liveSlots     = 256                    // ephemeral values waiting for one peer, whatever their subjects
	strikeLimit   = 128                    // commands refused as busy, less those taken, until a connection is closed
	clientFrame   = 4 << 20                // largest frame a client reads unless told otherwise
	partLimit     = 64 << 20               // largest snapshot a client puts together
	backoffFirst  = 250 * time.Millisecond
	backoffMost   = 30 * time.Second
	byeMost       = time.Minute     // a server may ask for a longer pause than that, and gets this
	afterTooMany  = 5 * time.Second // pause after CodeTooMany
)

// backoff is the pause before the n-th attempt in a row without progress, n from 0: anything between nothing and
// min(30 s, 0.25 s·2ⁿ). The whole range is used, so that the terminals of an owner that restarts do not return as one.
func backoff(n int) time.Duration {
	most := backoffMost
	if n < 7 {
		most = min(most, backoffFirst<<n)
	}
	return rand.N(most)
}

// about is d give or take a fifth, so that pings of many connections drift apart.
func about(d time.Duration) time.Duration {
	return time.Duration(math.Round(float64(d) * (0.8 + 0.4*rand.Float64())))
}
