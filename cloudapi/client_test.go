package cloudapi

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/inbox"
)

const accessToken = "EAAfixtureToken"

// graph is a Graph API on loopback that remembers what it was asked.
type graph struct {
	server *httptest.Server

	mu     sync.Mutex
	asked  []asked
	answer http.HandlerFunc
}

type asked struct {
	method, path string
	query        url.Values
	header       http.Header
	body         []byte
}

func newGraph(t *testing.T) *graph {
	g := &graph{answer: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }}
	g.server = httptest.NewServer(g)
	t.Cleanup(g.server.Close)
	return g
}

func (g *graph) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	g.mu.Lock()
	g.asked = append(g.asked, asked{r.Method, r.URL.Path, r.URL.Query(), r.Header.Clone(), body})
	answer := g.answer
	g.mu.Unlock()
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer(w, r)
}

func (g *graph) requests() []asked {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.asked
}

// says makes the graph answer the same to everything.
func (g *graph) says(status int, body []byte, headers ...string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.answer = func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = w.Write(body)
	}
}

func (g *graph) client(t *testing.T, change func(*ClientConfig)) *Client {
	t.Helper()
	return newTestClient(t, g.server.URL, change)
}

func newTestClient(t *testing.T, base string, change func(*ClientConfig)) *Client {
	t.Helper()
	cfg := ClientConfig{BaseURL: base, WABA: "300000000000001", Token: StaticToken(NewSecret(accessToken))}
	if change != nil {
		change(&cfg)
	}
	c, err := NewClient(cfg)
	if err != nil {
		t.Fatal(err)
	}
	c.wait = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	t.Cleanup(c.Close)
	return c
}

var (
	mara  = inbox.Peer{Line: ourLine, Alias: "p:15550101001"}
	hello = inbox.Outgoing{Type: "text", Text: "Your bike is ready."}
)

func TestSendAccepted(t *testing.T) {
	for name, c := range map[string]struct {
		fixture string
		status  string
		peers   []inbox.Alias
	}{
		"plain":    {"send.response", "", []inbox.Alias{"p:15550101001"}},
		"other id": {"send-wa-id-differs.response", "", []inbox.Alias{"p:15550101002"}},
		"user id":  {"send-bsuid.response", "", []inbox.Alias{"u:US.10000000000000000001"}},
		"template": {"send-template-accepted.response", "", []inbox.Alias{"p:15550101001"}},
		"held":     {"send-template-held.response", "held_for_quality_assessment", []inbox.Alias{"p:15550101001"}},
		"paused":   {"send-template-paused.response", "paused", []inbox.Alias{"p:15550101001"}},
	} {
		g := newGraph(t)
		g.says(200, apiFixture(t, c.fixture), "Date", "Mon, 21 Sep 2026 14:13:20 GMT")
		o := g.client(t, nil).Send(t.Context(), mara, hello, "wi1.x.y.1")
		if o.Result != inbox.ResultAccepted || !strings.HasPrefix(o.WAMID, "wamid.") || o.Status != c.status ||
			!reflect.DeepEqual(o.Peers, c.peers) || o.Date != 1790000000 || o.Failure != nil {
			t.Errorf("%s: %+v", name, o)
		}
	}
	// A number whose extra digit WhatsApp drops names one customer twice (merge-rules A69).
	g := newGraph(t)
	g.says(200, []byte(`{"contacts":[{"input":"+5516992318222","wa_id":"551692318222"}],"messages":[{"id":"wamid.x"}]}`))
	if o := g.client(t, nil).Send(t.Context(), mara, hello, ""); !reflect.DeepEqual(o.Peers, []inbox.Alias{"p:5516992318222", "p:551692318222"}) {
		t.Errorf("%v", o.Peers)
	}
}

// TestSendRequest holds what every request carries, and what it must not.
func TestSendRequest(t *testing.T) {
	g := newGraph(t)
	g.says(200, apiFixture(t, "send.response"))
	c := g.client(t, func(c *ClientConfig) { c.AppSecret = appSecret })
	c.Send(t.Context(), mara, hello, "wi1.install.oid.1")
	r := g.requests()[0]
	if r.method != "POST" || r.path != "/v25.0/200000000000001/messages" {
		t.Errorf("%s %s", r.method, r.path)
	}
	for name, want := range map[string]string{"Authorization": "Bearer " + accessToken, "Content-Type": "application/json", "User-Agent": userAgent} {
		if got := r.header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key", "Cookie"} {
		if r.header.Get(name) != "" {
			t.Errorf("%s is set", name)
		}
	}
	// HMAC-SHA256 of the token under the app secret, as openssl makes it.
	const proof = "60174b325283d416864b948ef39576c4ba6e8032a2ddde33cfeb88d36677885a"
	if got := r.query.Get("appsecret_proof"); got != proof {
		t.Errorf("proof %q", got)
	}
	if strings.Contains(r.query.Encode(), accessToken) || !bytes.Contains(r.body, []byte(`"biz_opaque_callback_data":"wi1.install.oid.1"`)) {
		t.Errorf("%v %s", r.query, r.body)
	}
}

// TestSendAnswers goes through answers that are neither yes nor no, or a plain no. Each costs one request.
func TestSendAnswers(t *testing.T) {
	cases := []struct {
		name    string
		status  int
		body    string
		headers []string
		want    inbox.Outcome
	}{
		{"no id", 200, `{"messages":[]}`, nil, inbox.Outcome{Result: inbox.ResultUnknown}},
		{"not JSON", 200, `<html>`, nil, inbox.Outcome{Result: inbox.ResultUnknown}},
		{"nothing", 200, ``, nil, inbox.Outcome{Result: inbox.ResultUnknown}},
		{"an error with 200", 200, `{"error":{"code":131047}}`, nil, inbox.Outcome{Result: inbox.ResultUnknown}},
		{"created", 201, `{"messages":[{"id":"wamid.x"}]}`, nil, inbox.Outcome{Result: inbox.ResultAccepted}},
		{"redirect", 307, ``, []string{"Location", "/elsewhere"}, inbox.Outcome{Result: inbox.ResultUnknown}},
		{"server error", 500, `{"error":{"code":131000}}`, nil, inbox.Outcome{Result: inbox.ResultUnknown}},
		{"bad gateway", 502, `<html>`, nil, inbox.Outcome{Result: inbox.ResultUnknown}},
		{"throttled", 429, `{}`, []string{"Retry-After", "7"}, inbox.Outcome{Result: inbox.ResultThrottled, RetryAfter: 7 * time.Second}},
		{"throttled for long", 429, `{}`, []string{"Retry-After", "7000"}, inbox.Outcome{Result: inbox.ResultThrottled, RetryAfter: 10 * time.Minute}},
		{"this customer", 400, `{"error":{"code":131056}}`, nil, inbox.Outcome{Result: inbox.ResultThrottledThread}},
		{"window", 400, `{"error":{"code":131047}}`, nil, inbox.Outcome{Result: inbox.ResultRejectedWindow}},
		{"token", 401, `{"error":{"code":190}}`, nil, inbox.Outcome{Result: inbox.ResultRejectedAuth, Token: fingerprint(NewSecret(accessToken))}},
		{"account", 403, `{"error":{"code":368}}`, nil, inbox.Outcome{Result: inbox.ResultRejectedAccount}},
		{"no", 400, `{"error":{"code":131009,"message":"(#131009) Parameter value is not valid","error_data":{"details":"body"}}}`, nil, inbox.Outcome{Result: inbox.ResultRejected}},
	}
	for _, c := range cases {
		g := newGraph(t)
		g.says(c.status, []byte(c.body), c.headers...)
		o := g.client(t, nil).Send(t.Context(), mara, hello, "")
		if o.Result != c.want.Result || o.RetryAfter != c.want.RetryAfter || o.Token != c.want.Token {
			t.Errorf("%s: %+v", c.name, o)
		}
		if (o.Failure == nil) != (o.Result == inbox.ResultAccepted) || o.Failure != nil && (o.Failure.Code == 0 || o.Failure.Title == "") {
			t.Errorf("%s: failure %+v", c.name, o.Failure)
		}
		if n := len(g.requests()); n != 1 {
			t.Errorf("%s: %d requests", c.name, n)
		}
	}
}

// wire is a server under the test's hand: it reads one request and does what the test says with the connection.
func wire(t *testing.T, do func(conn net.Conn, n int)) (base string, conns *atomic.Int32) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	conns = new(atomic.Int32)
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			n := int(conns.Add(1))
			wg.Go(func() { defer conn.Close(); do(conn, n) })
		}
	})
	t.Cleanup(func() { l.Close(); wg.Wait() })
	return "http://" + l.Addr().String(), conns
}

// readRequest reads one request from a raw connection.
func readRequest(conn net.Conn) error {
	buf := make([]byte, 64<<10)
	got := ""
	for !strings.Contains(got, hello.Text) {
		n, err := conn.Read(buf)
		if err != nil {
			return err
		}
		got += string(buf[:n])
	}
	return nil
}

const acceptedAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 38\r\n\r\n" + `{"messages":[{"id":"wamid.accepted"}]}`

// TestNotSentOrUnknown is the line between "nothing left" and "it may have been accepted".
func TestNotSentOrUnknown(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + closed.Addr().String()
	closed.Close()

	t.Run("connection refused", func(t *testing.T) {
		o := newTestClient(t, nobody, nil).Send(t.Context(), mara, hello, "")
		if o.Result != inbox.ResultNotSent || o.Failure.Code != CodeUnreachable {
			t.Errorf("%+v %+v", o, o.Failure)
		}
	})
	t.Run("no such host", func(t *testing.T) {
		c := newTestClient(t, nobody, nil)
		c.http.Transport.(*http.Transport).DialContext = func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.DNSError{Err: "no such host", Name: "graph.example"}
		}
		if o := c.Send(t.Context(), mara, hello, ""); o.Result != inbox.ResultNotSent {
			t.Errorf("%+v", o)
		}
	})
	t.Run("broken off before", func(t *testing.T) {
		base, conns := wire(t, func(net.Conn, int) {})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if o := newTestClient(t, base, nil).Send(ctx, mara, hello, ""); o.Result != inbox.ResultNotSent {
			t.Errorf("%+v", o)
		}
		_ = conns
	})
	t.Run("no token", func(t *testing.T) {
		g := newGraph(t)
		o := g.client(t, func(c *ClientConfig) { c.Token = StaticToken(Secret{}) }).Send(t.Context(), mara, hello, "")
		if o.Result != inbox.ResultNotSent || len(g.requests()) != 0 {
			t.Errorf("%+v", o)
		}
	})
	for name, after := range map[string]string{
		"closed after the request": "",
		"half an answer":           "HTTP/1.1 200 OK\r\nContent-Le",
		"half a body":              "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"messages\":",
		"half a refusal":           "HTTP/1.1 400 Bad Request\r\nContent-Length: 100\r\n\r\n{\"error\":",
		"noise":                    "SSH-2.0-x\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			base, conns := wire(t, func(conn net.Conn, _ int) {
				if readRequest(conn) == nil {
					_, _ = io.WriteString(conn, after)
				}
			})
			o := newTestClient(t, base, nil).Send(t.Context(), mara, hello, "")
			if o.Result != inbox.ResultUnknown || o.Failure.Code != CodeNoAnswer {
				t.Errorf("%+v %+v", o, o.Failure)
			}
			if n := conns.Load(); n != 1 {
				t.Errorf("%d connections", n)
			}
		})
	}
	t.Run("broken off while waiting", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		base, _ := wire(t, func(conn net.Conn, _ int) {
			if readRequest(conn) == nil {
				cancel()
				_, _ = conn.Read(make([]byte, 1)) // until the client goes
			}
		})
		if o := newTestClient(t, base, nil).Send(ctx, mara, hello, ""); o.Result != inbox.ResultUnknown {
			t.Errorf("%+v", o)
		}
	})
	t.Run("no answer in time", func(t *testing.T) {
		base, _ := wire(t, func(conn net.Conn, _ int) {
			if readRequest(conn) == nil {
				_, _ = conn.Read(make([]byte, 1))
			}
		})
		c := newTestClient(t, base, func(c *ClientConfig) { c.Timeout = 50 * time.Millisecond })
		if o := c.Send(t.Context(), mara, hello, ""); o.Result != inbox.ResultUnknown || o.Failure.Detail != "no answer in time" {
			t.Errorf("%+v", o)
		}
	})
}

// TestNeverReplayed kills kept connections under the second request in every way Go's transport would repeat a
// request for, and counts what arrived: one request each, and the outcome says whether it did.
func TestNeverReplayed(t *testing.T) {
	for name, kill := range map[string]func(conn net.Conn){
		"closed while idle":        func(conn net.Conn) { conn.Close() },
		"reset while idle":         func(conn net.Conn) { _ = conn.(*net.TCPConn).SetLinger(0); conn.Close() },
		"closed on the request":    func(conn net.Conn) { _ = readRequest(conn); conn.Close() },
		"reset on the request":     func(conn net.Conn) { _ = readRequest(conn); _ = conn.(*net.TCPConn).SetLinger(0); conn.Close() },
		"closed on its first byte": func(conn net.Conn) { _, _ = conn.Read(make([]byte, 1)); conn.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			var second atomic.Int32 // requests beyond the first, on any connection
			base, _ := wire(t, func(conn net.Conn, n int) {
				if readRequest(conn) != nil {
					return
				}
				if n > 1 {
					second.Add(1)
				}
				if _, err := io.WriteString(conn, acceptedAnswer); err != nil || n > 1 {
					return
				}
				kill(conn)
			})
			c := newTestClient(t, base, nil)
			if o := c.Send(t.Context(), mara, hello, ""); o.Result != inbox.ResultAccepted {
				t.Fatalf("the first: %+v", o)
			}
			o := c.Send(t.Context(), mara, hello, "")
			switch o.Result {
			case inbox.ResultAccepted: // the transport saw the end of the connection in time and made a new one
				if second.Load() != 1 {
					t.Errorf("accepted, %d requests on a new connection", second.Load())
				}
			case inbox.ResultUnknown, inbox.ResultNotSent:
				if second.Load() != 0 {
					t.Errorf("%s, but %d requests were repeated on a new connection", o.Result, second.Load())
				}
			default:
				t.Errorf("%+v", o)
			}
		})
	}
}

// TestReplayControl shows that the guard is what keeps requests from being repeated: with a body that can be read
// again, Go's transport does repeat one on a new connection when the kept one takes no byte.
func TestReplayControl(t *testing.T) {
	run := func(rewindable bool) (arrived int) {
		var n atomic.Int32
		base, _ := wire(t, func(conn net.Conn, _ int) {
			for readRequest(conn) == nil {
				n.Add(1)
				if _, err := io.WriteString(conn, acceptedAnswer); err != nil {
					return
				}
			}
		})
		c := newTestClient(t, base, nil)
		c.Send(t.Context(), mara, hello, "")
		body, err := newSendRequest(mara, hello, "")
		if err != nil {
			t.Fatal(err)
		}
		b, _ := encode(body)
		req, err := c.request(t.Context(), "POST", c.node("1", "messages"), "application/json", bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		if rewindable {
			req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
		}
		// The kept connection takes no byte, as if its other end were gone for long.
		ctx := httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
			if conn := info.Conn.(*countedConn); info.Reused {
				conn.mu.Lock()
				conn.sealed = true
				conn.mu.Unlock()
			}
		}})
		_, _ = c.roundTrip(req.WithContext(ctx))
		return int(n.Load()) - 1
	}
	if got := run(true); got != 1 {
		t.Errorf("the control: %d requests arrived, want the transport's own repeat", got)
	}
	if got := run(false); got != 0 {
		t.Errorf("a one-shot body was repeated %d times", got)
	}
}

func TestRedirectsAreRefused(t *testing.T) {
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		g := newGraph(t)
		g.says(status, nil, "Location", other.URL)
		c := g.client(t, nil)
		if o := c.Send(t.Context(), mara, hello, ""); o.Result != inbox.ResultUnknown {
			t.Errorf("%d: %+v", status, o)
		}
		if _, err := c.Number(t.Context(), ourLine); err == nil {
			t.Errorf("%d: a read followed", status)
		}
	}
	if elsewhere.Load() != 0 {
		t.Error("a redirect was followed")
	}
}

func TestWhereTheTokenMayGo(t *testing.T) {
	for base, ok := range map[string]bool{
		"https://graph.facebook.com": true, "https://proxy.example/meta": true, "http://127.0.0.1:80": true, "http://[::1]:80": true, "http://localhost:80": true,
		"http://graph.facebook.com": false, "http://192.0.2.1": false, "ftp://x": false, "x": false, "https://": false, "https://user@x": false, "https://x?y=1": false,
	} {
		_, err := NewClient(ClientConfig{BaseURL: base, Token: StaticToken(NewSecret("x"))})
		if (err == nil) != ok || err != nil && !strings.Contains(err.Error(), "account.api_base_url") {
			t.Errorf("%s: %v", base, err)
		}
	}
	c := newTestClient(t, "https://graph.facebook.com", nil)
	for address, ok := range map[string]bool{
		"https://graph.facebook.com/x": true, "https://lookaside.fbsbx.com/x": true, "https://API.facebook.com/x": true,
		"http://graph.facebook.com/x": false, "https://graph.facebook.com.evil.example/x": false, "https://evil.example": false,
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if (c.mayGetToken(u) == nil) != ok {
			t.Errorf("%s: %v", address, !ok)
		}
	}
	named, err := NewClient(ClientConfig{Token: StaticToken(NewSecret("x")), Hosts: []string{"media.example"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"media.example", "lookaside.fbsbx.com"} { // a named host takes WhatsApp's no place
		if err := named.mayGetToken(&url.URL{Scheme: "https", Host: host}); err != nil {
			t.Error(err)
		}
	}
	for _, v := range []string{"25", "v25", "v25.0/..", "25.0"} {
		if _, err := NewClient(ClientConfig{Version: v, Token: StaticToken(NewSecret("x"))}); err == nil {
			t.Errorf("version %q", v)
		}
	}
	if _, err := NewClient(ClientConfig{}); err == nil {
		t.Error("no token source")
	}
}

// TestOverTLS sends over a real TLS connection: the counter sits above it, and an unknown authority is not-sent.
func TestOverTLS(t *testing.T) {
	g := &graph{}
	g.says(200, apiFixture(t, "send.response"))
	g.server = httptest.NewUnstartedServer(g)
	g.server.EnableHTTP2 = true
	g.server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	g.server.StartTLS()
	defer g.server.Close()

	stranger := newTestClient(t, g.server.URL, nil)
	if o := stranger.Send(t.Context(), mara, hello, ""); o.Result != inbox.ResultNotSent {
		t.Errorf("a certificate of nobody: %+v", o)
	}
	c := newTestClient(t, g.server.URL, nil)
	pool := x509.NewCertPool()
	pool.AddCert(g.server.Certificate())
	d := &dialer{within: time.Minute, trust: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
	c.http.Transport.(*http.Transport).DialTLSContext = d.secure
	for range 2 {
		if o := c.Send(t.Context(), mara, hello, ""); o.Result != inbox.ResultAccepted {
			t.Errorf("%+v %+v", o, o.Failure)
		}
	}
	if len(g.requests()) != 2 {
		t.Errorf("%d requests", len(g.requests()))
	}
}

func TestSealedConnWritesNothing(t *testing.T) {
	here, there := net.Pipe()
	c := &countedConn{Conn: here}
	go func() { _, _ = io.Copy(io.Discard, there) }()
	defer there.Close()
	if _, err := c.Write([]byte("abc")); err != nil {
		t.Fatal(err)
	}
	mark := c.mark()
	if c.seal(mark) {
		t.Error("touched although nothing was written since")
	}
	if _, err := c.Write([]byte("x")); !errors.Is(err, errSealed) {
		t.Errorf("a sealed connection writes: %v", err)
	}
	if !c.seal(0) {
		t.Error("not touched although three bytes were written")
	}
}

func TestSleepDropsConnections(t *testing.T) {
	base, conns := wire(t, func(conn net.Conn, _ int) {
		for readRequest(conn) == nil {
			if _, err := io.WriteString(conn, acceptedAnswer); err != nil {
				return
			}
		}
	})
	now := time.Unix(1790000000, 0)
	c := newTestClient(t, base, func(c *ClientConfig) { c.Clock = func() time.Time { return now } })
	for range 2 {
		c.Send(t.Context(), mara, hello, "")
	}
	if conns.Load() != 1 {
		t.Fatalf("%d connections before the sleep", conns.Load())
	}
	now = now.Add(3 * time.Hour)
	if o := c.Send(t.Context(), mara, hello, ""); o.Result != inbox.ResultAccepted || conns.Load() != 2 {
		t.Errorf("%+v, %d connections", o, conns.Load())
	}
}

func TestMarkRead(t *testing.T) {
	for typing, fixture := range map[bool]string{false: "mark-read.request", true: "mark-read-typing.request"} {
		g := newGraph(t)
		g.says(200, apiFixture(t, "success.response"))
		if err := g.client(t, nil).MarkRead(t.Context(), ourLine, "wamid.RklYVFVSRS0wMDAwMTE=", typing); err != nil {
			t.Error(err)
		}
		r := g.requests()[0]
		if got, want := jsonValue(t, r.body), jsonValue(t, apiFixture(t, fixture)); !reflect.DeepEqual(got, want) || r.path != "/v25.0/200000000000001/messages" {
			t.Errorf("%s: %v", r.path, got)
		}
	}
	g := newGraph(t)
	g.says(400, apiFixture(t, "error-131009-value"))
	err := g.client(t, nil).MarkRead(t.Context(), ourLine, "wamid.x", false)
	if inbox.KindOf(err) != inbox.Invalid || len(g.requests()) != 1 {
		t.Errorf("%v, %d requests", err, len(g.requests()))
	}
}

func TestCredential(t *testing.T) {
	token := NewSecret("one")
	c := newTestClient(t, "https://graph.facebook.com", func(c *ClientConfig) { c.Token = func() Secret { return token } })
	first := c.Credential()
	if len(first) != 12 || strings.Contains(first, "one") || c.Credential() != first {
		t.Errorf("%q", first)
	}
	token = NewSecret("two")
	if c.Credential() == first {
		t.Error("it did not change with the token")
	}
	token = Secret{}
	if c.Credential() != "" {
		t.Error("a fingerprint of nothing")
	}
}

func TestClientLogsTellNothing(t *testing.T) {
	var logged bytes.Buffer
	g := newGraph(t)
	c := g.client(t, func(c *ClientConfig) {
		c.AppSecret = appSecret
		c.Log = slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	g.says(200, apiFixture(t, "send.response"))
	c.Send(t.Context(), mara, hello, "wi1.i.oid.1")
	g.says(500, apiFixture(t, "error-131000-unknown"))
	c.Send(t.Context(), mara, hello, "wi1.i.oid.2")
	_, err1 := c.Templates(t.Context())
	_, err2 := c.Number(t.Context(), ourLine)
	g.server.Close()
	o := c.Send(t.Context(), mara, hello, "wi1.i.oid.3")
	err3 := c.MarkRead(t.Context(), ourLine, "wamid.x", false)
	text := logged.String() + fmt.Sprint(err1, err2, err3, o.Failure)
	if !strings.Contains(text, "AFixtureTrace0143") || !strings.Contains(text, "oid.2") {
		t.Errorf("the log does not help: %s", text)
	}
	for _, secret := range []string{accessToken, "appsecret_proof", "bike", "15550101001", "fixture-app-secret", "?fields"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q was told:\n%s", secret, text)
		}
	}
}

func TestWaitFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		if err := waitFor(t.Context(), time.Minute); err != nil || time.Since(began) != time.Minute {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := waitFor(ctx, time.Hour); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Minute+time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		if err := waitFor(ctx, 0); err == nil {
			t.Error("no wait after the end")
		}
	})
}

// TestErrorsForAPerson are one line with a next step, of the closed set of kinds.
func TestErrorsForAPerson(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		kind inbox.ErrorKind
		want string
	}{
		"network": {&net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}, inbox.Unreachable, "the number was not read: WhatsApp cannot be reached (dial tcp: connection refused); check the network and try again"},
		"setup":   {permanent{errors.New("there is no access token")}, inbox.Invalid, "the number was not read: there is no access token; check the account section of the configuration"},
		"window":  {readAPIError(400, nil, apiFixture(t, "error-131047-window")), inbox.WindowClosed, ""},
		"thread":  {readAPIError(400, nil, apiFixture(t, "error-131056-pair")), inbox.Busy, ""},
		"token":   {readAPIError(401, nil, apiFixture(t, "error-190-expired")), inbox.NotAllowed, "the number was not read: Token expired; the access token has expired. An administrator must renew it"},
	} {
		err := explained(readingNumber, c.err)
		if inbox.KindOf(err) != c.kind || c.want != "" && err.Error() != c.want || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %s %q", name, inbox.KindOf(err), err)
		}
	}
	err := explained(readingNumber, readAPIError(400, nil, apiFixture(t, "error-131047-window")))
	if api, ok := errors.AsType[*APIError](err); !ok || !strings.HasPrefix(api.Error(), "Re-engagement message (error 131047, HTTP 400): More than") {
		t.Errorf("%v", api)
	}
}

func TestManySendsAtOnce(t *testing.T) {
	g := newGraph(t)
	g.says(200, apiFixture(t, "send.response"))
	c := g.client(t, nil)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 10 {
				if o := c.Send(t.Context(), mara, hello, ""); o.Result != inbox.ResultAccepted {
					t.Errorf("%+v", o)
				}
			}
		})
	}
	wg.Wait()
	if n := len(g.requests()); n != 160 {
		t.Errorf("%d requests", n)
	}
}
