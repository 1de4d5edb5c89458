package wire

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Server admits peers to streams and holds all of them to its limits. The zero Server is ready. Its fields must not change
// once it serves.
type Server struct {
	Limits Limits
	Log    *slog.Logger // persons, codes and sizes, never content; nil for none
	// Unordered says of which kinds of command the order does not matter: queries. They run beside the others, so a slow one
	// holds nobody up. nil: none.
	Unordered func(kind string) bool

	mu      sync.Mutex
	conns   map[*conn]bool
	closing *Close
	empty   chan struct{} // made by Shutdown, closed when the last connection has gone
	stats   Stats
}

// Peer is who asks, as the caller has established it.
type Peer struct {
	Person string // whose connections are counted together
	Remote bool   // not on this machine: snapshots are packed
}

// Serve answers one request: it upgrades it, streams from src, hands src the peer's commands, and returns when the
// connection has ended. The caller has authenticated the peer. A request with an Origin header comes from a browser and
// gets 403, whoever sent it.
//
// The connection lives inside the request's context. When that ends with a *Close as its cause, the peer is told that
// code, else [CodeGoingAway].
func (s *Server) Serve(w http.ResponseWriter, r *http.Request, p Peer, src Source) {
	switch {
	case len(r.Header["Origin"]) > 0:
		http.Error(w, "not for web pages", http.StatusForbidden)
		return
	case !websocket.IsWebSocketUpgrade(r):
		w.Header().Set("Upgrade", "websocket")
		http.Error(w, "this address speaks websocket only", http.StatusUpgradeRequired)
		return
	case !offers(r, Subprotocol):
		http.Error(w, "this address speaks "+Subprotocol+" only", http.StatusBadRequest)
		return
	case s.full():
		w.Header().Set("Retry-After", "5")
		http.Error(w, "too many connections, or closing", http.StatusServiceUnavailable)
		return
	}
	limits := s.Limits.orDefault()
	up := websocket.Upgrader{HandshakeTimeout: limits.Handshake, Subprotocols: []string{Subprotocol},
		ReadBufferSize: 4 << 10, WriteBufferSize: 4 << 10}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	c := newConn(s, limits, p, src, ws)
	ctx, cancel := context.WithCancelCause(r.Context())
	c.cancel = cancel
	s.enter(c)
	defer s.leave(c)
	why := c.serve(ctx)
	s.log().Info("peer gone", "person", p.Person, "why", why, "sent", c.sent.Seq, "held", time.Since(c.began).Round(time.Millisecond))
}

func offers(r *http.Request, protocol string) bool {
	for _, p := range websocket.Subprotocols(r) {
		if p == protocol {
			return true
		}
	}
	return false
}

// Shutdown ends all connections with why, admits no more, and returns when the last has gone or with ctx's error. nil
// means [CodeGoingAway].
func (s *Server) Shutdown(ctx context.Context, why *Close) error {
	if why == nil {
		why = &Close{Code: CodeGoingAway, Reason: "the far end is ending"}
	}
	s.mu.Lock()
	if s.closing == nil {
		s.closing = why
		s.empty = make(chan struct{})
		if len(s.conns) == 0 {
			close(s.empty)
		}
	}
	for c := range s.conns {
		c.cancel(why)
	}
	s.mu.Unlock()
	select {
	case <-s.empty:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Stats counts since the server began.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stats
}

func (s *Server) log() *slog.Logger {
	if s.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return s.Log
}

// full says whether the next connection has to be turned away before it has said anything: admit bounds the others.
func (s *Server) full() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	strangers := 0
	for _, admitted := range s.conns {
		if !admitted {
			strangers++
		}
	}
	return s.closing != nil || strangers >= strangersMost
}

func (s *Server) enter(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conns == nil {
		s.conns = map[*conn]bool{}
	}
	s.conns[c] = false
	if s.closing != nil {
		c.cancel(s.closing)
	}
}

func (s *Server) leave(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	if s.closing != nil && len(s.conns) == 0 {
		close(s.empty)
	}
}

// admit counts a connection that has said hello among those of its kind and its person, and lets it take the place of an
// older one of the same screen: after a cut the client is back long before the old connection has timed out.
func (s *Server) admit(c *conn) *Close {
	s.mu.Lock()
	defer s.mu.Unlock()
	most, mostOwn := c.limits.Calls, c.limits.CallsPerPerson
	if c.streams {
		most, mostOwn = c.limits.Streams, c.limits.StreamsPerPerson
	}
	all, own := 1, 1
	var replaced *conn
	for o, admitted := range s.conns {
		if !admitted || o.streams != c.streams {
			continue
		}
		if o.peer.Person == c.peer.Person {
			if c.streams && c.hello.Screen != "" && o.hello.Screen == c.hello.Screen {
				replaced = o
				continue
			}
			own++
		}
		all++
	}
	if all > most || own > mostOwn {
		return &Close{Code: CodeTryLater, Reason: "too many connections", After: 5 * time.Second}
	}
	if replaced != nil {
		s.conns[replaced] = false
		replaced.cancel(&Close{Code: CodeReplaced, Reason: "replaced by a newer connection of this screen"})
	}
	s.conns[c] = true
	s.stats.Connections++
	return nil
}

func (s *Server) unknown() {
	s.mu.Lock()
	s.stats.Unknown++
	s.mu.Unlock()
}
