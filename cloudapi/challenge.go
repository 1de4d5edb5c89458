package cloudapi

import (
	"crypto/hmac"
	"crypto/sha256"
	"io"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// longestChallenge bounds what is sent back; WhatsApp's are some ten digits.
const longestChallenge = 1 << 10

// challenge answers the GET that WhatsApp sends when the callback is set up (create a webhook endpoint): the
// challenge itself when the verify token is right, else 403. A source that guesses five times a minute gets 429,
// right guesses included. The query is never logged: the token is in it.
func (l *Listener) challenge(w http.ResponseWriter, r *http.Request) {
	now, from := l.cfg.Clock(), source(r)
	if l.guesses.over(from, now) {
		l.counts.verifyLimited.Add(1)
		later(w, http.StatusTooManyRequests, time.Minute)
		return
	}
	q := r.URL.Query()
	answer := q.Get("hub.challenge")
	if q.Get("hub.mode") != "subscribe" || len(answer) > longestChallenge || !l.knows(q.Get("hub.verify_token")) {
		l.counts.verifyFailed.Add(1)
		l.guesses.add(from, now)
		l.log.Warn("webhook verification refused: wrong verify token or mode", "source", from)
		refuse(w, http.StatusForbidden)
		return
	}
	l.counts.verified.Add(1)
	l.log.Info("webhook verified", "source", from)
	w.Header().Set("Content-Type", "text/plain")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = io.WriteString(w, answer)
}

// knows compares the token in constant time, whatever its length. An empty configured token never matches.
func (l *Listener) knows(token string) bool {
	if l.cfg.VerifyToken.IsZero() {
		return false
	}
	want := sha256.Sum256([]byte(l.cfg.VerifyToken.Reveal()))
	got := sha256.Sum256([]byte(token))
	return hmac.Equal(want[:], got[:])
}

// source names who asked: the address, or for IPv6 its /64, which one household or host owns. A proxy on this machine
// is believed about whom it speaks for; from anywhere else the header could name anybody.
func source(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr // a unix socket: "@" or empty
	}
	addr, err := netip.ParseAddr(host)
	if err != nil || addr.IsLoopback() {
		// The last value is the one that our own proxy added.
		chain := r.Header.Values("X-Forwarded-For")
		if len(chain) > 0 {
			all := chain[len(chain)-1]
			last := strings.TrimSpace(all[strings.LastIndexByte(all, ',')+1:])
			if forwarded, ferr := netip.ParseAddr(last); ferr == nil {
				addr, err = forwarded, nil
			}
		}
	}
	if err != nil {
		return "local"
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is6() {
		p, _ := addr.Prefix(64)
		return p.String()
	}
	return addr.String()
}

// failures counts what went wrong per source and minute.
type failures struct {
	limit int

	mu     sync.Mutex
	seen   map[string]tally
	purged time.Time
}

type tally struct {
	since time.Time
	n     int
}

// mostSources bounds the memory that strangers can take. Beyond it, sources share one tally.
const mostSources = 4096

func newFailures(limit int) *failures { return &failures{limit: limit, seen: map[string]tally{}} }

// over reports whether the source has used up its minute.
func (f *failures) over(source string, now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	t, ok := f.seen[f.key(source, now)]
	return ok && !expired(t, now) && t.n >= f.limit
}

// add counts one failure. over says that the source had used up its minute before; first, that it just did so.
func (f *failures) add(source string, now time.Time) (over, first bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	key := f.key(source, now)
	t := f.seen[key]
	if expired(t, now) {
		t = tally{since: now}
	}
	t.n++
	f.seen[key] = t
	return t.n > f.limit, t.n == f.limit+1
}

// key is the source itself while there is room for it.
func (f *failures) key(source string, now time.Time) string {
	if _, ok := f.seen[source]; ok || len(f.seen) < mostSources {
		return source
	}
	if d := now.Sub(f.purged); d < 0 || d >= time.Second { // looking through all of them for each stranger would cost more than it saves
		f.purged = now
		maps.DeleteFunc(f.seen, func(_ string, t tally) bool { return expired(t, now) })
	}
	if len(f.seen) < mostSources {
		return source
	}
	return "others"
}

func expired(t tally, now time.Time) bool {
	d := now.Sub(t.since)
	return d < 0 || d >= time.Minute
}
