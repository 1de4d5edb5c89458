package cloudapi

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// idleConns is how long a connection is kept without a request. It is shorter than any server's own limit, so that a
// request seldom meets a connection that is being closed at the other end.
const idleConns = 25 * time.Second

// newTransport speaks HTTP/1.1 only: one request at a time on a connection makes "did a byte of it leave" a question
// with an answer, and HTTP/2 would repeat requests by itself when a server goes away.
func newTransport(connect time.Duration) *http.Transport {
	d := &dialer{net: net.Dialer{Timeout: connect, KeepAlive: 15 * time.Second}, within: connect}
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           d.plain,
		DialTLSContext:        d.secure,
		TLSHandshakeTimeout:   connect,
		IdleConnTimeout:       idleConns,
		MaxIdleConnsPerHost:   8,
		MaxConnsPerHost:       32,
		ResponseHeaderTimeout: 0, // the request's own limit holds
		DisableCompression:    true,
	}
}

type dialer struct {
	net    net.Dialer
	within time.Duration
	trust  *tls.Config // nil: the system's authorities
}

func (d *dialer) plain(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := d.net.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return &countedConn{Conn: c}, nil
}

// secure dials and shakes hands, so that the counter sits above TLS and counts bytes of requests only.
func (d *dialer) secure(ctx context.Context, network, addr string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.within)
	defer cancel()
	c, err := d.net.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		host = addr
	}
	cfg := &tls.Config{MinVersion: tls.VersionTLS12}
	if d.trust != nil {
		cfg = d.trust.Clone()
	}
	cfg.ServerName, cfg.NextProtos = host, []string{"http/1.1"}
	t := tls.Client(c, cfg)
	if err := t.HandshakeContext(ctx); err != nil {
		_ = c.Close()
		return nil, err
	}
	return &countedConn{Conn: t}, nil
}

// countedConn counts what was written of requests, and can be sealed: after that not one more byte leaves. A request
// that ended without an answer seals its connection and reads the count; only then is "nothing was sent" a fact and
// not a race with the goroutine that writes.
type countedConn struct {
	net.Conn

	mu      sync.Mutex
	sealed  bool
	writing int   // calls under way
	wrote   int64 // bytes of requests
}

var errSealed = errors.New("the connection was given up")

// Write implements net.Conn.
func (c *countedConn) Write(b []byte) (int, error) {
	c.mu.Lock()
	if c.sealed {
		c.mu.Unlock()
		return 0, errSealed
	}
	c.writing++
	c.mu.Unlock()
	n, err := c.Conn.Write(b)
	c.mu.Lock()
	c.writing--
	c.wrote += int64(n)
	c.mu.Unlock()
	return n, err
}

// mark is the count so far.
func (c *countedConn) mark() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wrote
}

// seal stops all writing and reports whether anything was, or is being, written since the mark.
func (c *countedConn) seal(since int64) (touched bool) {
	c.mu.Lock()
	c.sealed = true
	touched = c.writing > 0 || c.wrote > since
	c.mu.Unlock()
	_ = c.Conn.Close()
	return touched
}

// attempt watches one request. Its answers are right once the request has ended.
type attempt struct {
	conn *countedConn
	mark int64
	odd  bool // a connection that cannot be counted
}

func (a *attempt) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			conn := info.Conn
			if over, ok := conn.(interface{ NetConn() net.Conn }); ok {
				conn = over.NetConn() // TLS through a proxy; its records count as well, which errs on the safe side
			}
			c, ok := conn.(*countedConn)
			if !ok {
				a.odd = true
				return
			}
			a.conn, a.mark = c, c.mark()
		},
	})
}

// nothingLeft reports, and makes sure, that no byte of a failed request was written.
func (a *attempt) nothingLeft() bool {
	if a.odd {
		return false
	}
	return a.conn == nil || !a.conn.seal(a.mark)
}

// oneShot is a request body that can be read once. Without http.Request.GetBody the transport cannot send it again,
// whatever happens to the connection.
type oneShot struct{ io.Reader }

func (oneShot) Close() error { return nil }

// refuseRedirects keeps the token from following a redirect anywhere.
func refuseRedirects(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// whatsappHosts may get the token (cloud-api 4.1).
var whatsappHosts = []string{"graph.facebook.com", "api.facebook.com", "lookaside.fbsbx.com"}

// baseURL checks where the token may go: https to a host that was named, or plain http to this machine.
func baseURL(s string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSuffix(s, "/"))
	switch {
	case err != nil || u.Host == "":
		return nil, misconfigured("account.api_base_url %q is not an address; write it as https://graph.facebook.com", s)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, misconfigured("account.api_base_url may hold a host and a path only; remove the rest")
	case u.Scheme == "https":
		return u, nil
	case u.Scheme == "http" && isLoopback(u.Hostname()):
		return u, nil
	case u.Scheme == "http":
		return nil, misconfigured("account.api_base_url %q would send the access token in the clear; use https", s)
	}
	return nil, misconfigured("account.api_base_url %q is neither http nor https; use https", s)
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// mayGetToken is the last check before a token is put on a request.
func (c *Client) mayGetToken(u *url.URL) error {
	if u.Scheme != "https" && !(u.Scheme == "http" && isLoopback(u.Hostname())) {
		return fmt.Errorf("the access token is not sent over %s", u.Scheme)
	}
	if u.Host != c.base.Host && !slices.Contains(c.hosts, strings.ToLower(u.Hostname())) {
		return fmt.Errorf("the access token is not sent to %s, which is not in the list of allowed hosts", u.Hostname())
	}
	return nil
}
