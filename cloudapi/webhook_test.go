package cloudapi

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/inbox"
)

var appSecret = NewSecret("fixture-app-secret")

const verifyToken = "fixture-verify-token"

// intake is an Intake that remembers, and fails or waits when told to.
type intake struct {
	mu     sync.Mutex
	kinds  []string
	bodies [][]byte
	err    error

	unproven int // bodies that were refused for want of a proof

	hold   chan struct{} // Accept waits for it when set
	inside chan struct{} // told when Accept begins
	ctxErr error         // of the context, after the wait
}

func (in *intake) Accept(ctx context.Context, kind string, body []byte) error {
	if in.inside != nil {
		in.inside <- struct{}{}
	}
	if in.hold != nil {
		select {
		case <-in.hold:
		case <-ctx.Done():
		}
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	in.ctxErr = ctx.Err()
	if in.ctxErr != nil {
		return in.ctxErr
	}
	if in.err != nil {
		return in.err
	}
	in.kinds, in.bodies = append(in.kinds, kind), append(in.bodies, body)
	return nil
}

func (in *intake) Unproven() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.unproven++
}

func (in *intake) Healthy() (inbox.Seq, time.Time, error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	return inbox.Seq(len(in.bodies)), time.Unix(1790000000, 0), in.err
}

func (in *intake) taken() (kinds []string, bodies [][]byte) {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.kinds, in.bodies
}

func newTestListener(t testing.TB, in inbox.Intake, change func(*ListenerConfig)) *Listener {
	t.Helper()
	cfg := ListenerConfig{Secrets: []Secret{appSecret}, VerifyToken: NewSecret(verifyToken), Line: ourLine, Intake: in}
	if change != nil {
		change(&cfg)
	}
	l, err := NewListener(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func signed(method, path string, body []byte) *http.Request {
	r := httptest.NewRequest(method, path, bytes.NewReader(body))
	r.Header.Set(SignatureHeader, Sign(appSecret, body))
	return r
}

func answerTo(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestNewListenerRefuses(t *testing.T) {
	ok := ListenerConfig{Secrets: []Secret{appSecret}, Line: ourLine, Intake: &intake{}}
	for name, change := range map[string]func(*ListenerConfig){
		"no secret":         func(c *ListenerConfig) { c.Secrets = nil },
		"an empty secret":   func(c *ListenerConfig) { c.Secrets = []Secret{NewSecret("")} },
		"no line":           func(c *ListenerConfig) { c.Line = "" },
		"no intake":         func(c *ListenerConfig) { c.Intake = nil },
		"a relative path":   func(c *ListenerConfig) { c.Path = "webhook" },
		"the health's path": func(c *ListenerConfig) { c.Path = "/healthz" },
	} {
		cfg := ok
		change(&cfg)
		if _, err := NewListener(cfg); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := NewListener(ok); err != nil {
		t.Error(err)
	}
}

// TestListenerTable is the HTTP table of the command page, and what strangers may try.
func TestListenerTable(t *testing.T) {
	text := fixture(t, "messages_in_text")
	foreign := bytes.ReplaceAll(text, []byte("200000000000001"), []byte("299999999999999"))
	withHeader := func(value string) func() *http.Request {
		return func() *http.Request {
			r := httptest.NewRequest("POST", "/webhook", unreadableBody{t})
			r.Header.Set(SignatureHeader, value)
			return r
		}
	}
	post := func(body []byte) func() *http.Request {
		return func() *http.Request { return signed("POST", "/webhook", body) }
	}
	cases := []struct {
		name   string
		req    func() *http.Request
		fail   error
		status int
		kind   string // of what was stored
		count  func(Counts) uint64
	}{
		{"a message", post(text), nil, 200, inbox.EntryWebhook, func(c Counts) uint64 { return c.Stored }},
		{"escaped as on the wire", post(fixture(t, "envelope_wire_escaped")), nil, 200, inbox.EntryWebhook, nil},
		{"history", post(fixture(t, "history_phase0_chunk1")), nil, 200, inbox.EntryImport, func(c Counts) uint64 { return c.Imported }},
		{"contacts", post(fixture(t, "smb_app_state_sync_add_batch")), nil, 200, inbox.EntryImport, nil},
		{"declined history without an envelope", post(fixture(t, "history_declined_bare_value")), nil, 200, inbox.EntryImport, nil},
		{"a mixed batch", post(fixture(t, "envelope_batch_mixed")), nil, 200, inbox.EntryWebhook, nil},
		{"an account event", post(fixture(t, "account_update_account_offboarded")), nil, 200, inbox.EntryWebhook, nil},
		{"an unknown field", post(fixture(t, "envelope_unknown_field")), nil, 200, inbox.EntryWebhook, nil},
		{"signed noise", post([]byte("not JSON")), nil, 200, inbox.EntryWebhook, nil},
		{"an empty body", post(nil), nil, 200, inbox.EntryWebhook, nil},
		{"another number", post(foreign), nil, 200, "", func(c Counts) uint64 { return c.Foreign }},
		{"the store refuses", post(text), inbox.ErrFull, 503, "", func(c Counts) uint64 { return c.Refused }},
		{"the store cannot be trusted", post(text), inbox.ErrBroken, 503, "", nil},
		{"no signature", func() *http.Request { return httptest.NewRequest("POST", "/webhook", unreadableBody{t}) }, nil, 401, "", func(c Counts) uint64 { return c.Unsigned }},
		{"sha1", withHeader("sha1=f0fbba4bb12eb2da69a98646d2506b8f572e20fb"), nil, 401, "", nil},
		{"short", withHeader("sha256=00"), nil, 401, "", nil},
		{"no hex", withHeader("sha256=" + strings.Repeat("zz", 32)), nil, 401, "", nil},
		{"wrong", func() *http.Request {
			r := signed("POST", "/webhook", text)
			r.Header.Set(SignatureHeader, "sha256="+strings.Repeat("00", 32))
			return r
		}, nil, 401, "", func(c Counts) uint64 { return c.Forged }},
		{"re-encoded", func() *http.Request {
			r := signed("POST", "/webhook", append(bytes.Clone(text), '\n'))
			r.Header.Set(SignatureHeader, Sign(appSecret, text))
			return r
		}, nil, 401, "", nil},
		{"announced too large", func() *http.Request {
			r := httptest.NewRequest("POST", "/webhook", unreadableBody{t})
			r.ContentLength = 5001
			r.Header.Set(SignatureHeader, "sha256="+strings.Repeat("00", 32))
			return r
		}, nil, 413, "", func(c Counts) uint64 { return c.TooLarge }},
		{"too large in chunks", func() *http.Request {
			r := signed("POST", "/webhook", bytes.Repeat([]byte("x"), 5001))
			r.ContentLength = -1
			return r
		}, nil, 413, "", nil},
		{"as large as can be, in chunks", func() *http.Request {
			r := signed("POST", "/webhook", bytes.Repeat([]byte("x"), 5000))
			r.ContentLength = -1
			return r
		}, nil, 200, inbox.EntryWebhook, nil},
		{"as large as can be", post(bytes.Repeat([]byte("x"), 5000)), nil, 200, inbox.EntryWebhook, nil},
		{"cut off", func() *http.Request {
			r := signed("POST", "/webhook", text)
			r.Body = io.NopCloser(io.MultiReader(strings.NewReader("{"), errorReader{io.ErrUnexpectedEOF}))
			return r
		}, nil, 400, "", func(c Counts) uint64 { return c.Unread }},
		{"another path", func() *http.Request { return signed("POST", "/webhook/", text) }, nil, 404, "", func(c Counts) uint64 { return c.NotFound }},
		{"a path that goes around", func() *http.Request { return signed("POST", "/x/../webhook", text) }, nil, 404, "", nil},
		{"another method", func() *http.Request { return signed("PUT", "/webhook", text) }, nil, 404, "", nil},
		{"head", func() *http.Request { return httptest.NewRequest("HEAD", "/webhook", nil) }, nil, 404, "", nil},
		{"health by post", func() *http.Request { return httptest.NewRequest("POST", "/healthz", nil) }, nil, 404, "", nil},
		{"the root", func() *http.Request { return httptest.NewRequest("GET", "/", nil) }, nil, 404, "", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			in := &intake{err: c.fail}
			l := newTestListener(t, in, func(c *ListenerConfig) { c.MaxBody = 5000 })
			w := answerTo(l, c.req())
			if w.Code != c.status {
				t.Errorf("status %d, want %d", w.Code, c.status)
			}
			if w.Body.Len() > 0 {
				t.Errorf("the answer has a body: %q", w.Body)
			}
			if w.Code == 503 && w.Header().Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
			kinds, _ := in.taken()
			if got := strings.Join(kinds, " "); got != c.kind {
				t.Errorf("stored %q, want %q", got, c.kind)
			}
			if c.count != nil && c.count(l.Counts()) != 1 {
				t.Errorf("counts %+v", l.Counts())
			}
			if wrong := c.name == "wrong" || c.name == "re-encoded"; (in.unproven == 1) != wrong || in.unproven > 1 {
				t.Errorf("%d are told as unproven: a signature that does not fit is, and a passer-by without one is not", in.unproven)
			}
			if free := l.room.free.Load(); free != defaultMaxBuffered {
				t.Errorf("%d bytes of room were not given back", defaultMaxBuffered-free)
			}
		})
	}
}

// unreadableBody fails the test when it is read: the answer must come before.
type unreadableBody struct{ t *testing.T }

func (b unreadableBody) Read([]byte) (int, error) {
	b.t.Error("the body was read")
	return 0, io.EOF
}

type errorReader struct{ err error }

func (e errorReader) Read([]byte) (int, error) { return 0, e.err }

func TestListenerStoresTheBytesAsTheyCame(t *testing.T) {
	in := &intake{}
	l := newTestListener(t, in, func(c *ListenerConfig) { c.Secrets = []Secret{NewSecret("old"), appSecret} })
	body := fixture(t, "envelope_wire_escaped")
	answerTo(l, signed("POST", "/webhook", body))
	if _, bodies := in.taken(); len(bodies) != 1 || !bytes.Equal(bodies[0], body) {
		t.Error("the body changed on its way")
	}
}

func TestClassify(t *testing.T) {
	for _, name := range fixtureNames(t) {
		kind, ours := classify(fixture(t, name), ourLine)
		if !ours {
			t.Errorf("%s is not ours", name)
		}
		want := inbox.EntryWebhook
		if strings.HasPrefix(name, "history_") || strings.HasPrefix(name, "smb_app_state_sync") {
			want = inbox.EntryImport
		}
		if kind != want {
			t.Errorf("%s is a %s", name, kind)
		}
	}
	const other = `{"field":"messages","value":{"metadata":{"phone_number_id":"9"}}}`
	for in, want := range map[string]bool{
		other: false,
		other + `,{"field":"account_update","value":{"event":"X"}}`:                              true,
		other + `,{"field":"messages","value":{"metadata":{"phone_number_id":200000000000001}}}`: true,
		`{"field":"messages"}`: true,
	} {
		if _, ours := classify([]byte(`{"entry":[{"changes":[`+in+`]}]}`), ourLine); ours != want {
			t.Errorf("%s: ours %v", in, ours)
		}
	}
}

// TestHangUp holds that the commit goes on when the caller does not wait for it.
func TestHangUp(t *testing.T) {
	in := &intake{hold: make(chan struct{}), inside: make(chan struct{}, 1)}
	l := newTestListener(t, in, nil)
	ctx, hangUp := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		answerTo(l, signed("POST", "/webhook", fixture(t, "messages_in_text")).WithContext(ctx))
	}()
	<-in.inside
	hangUp()
	close(in.hold)
	<-done
	if kinds, _ := in.taken(); len(kinds) != 1 || in.ctxErr != nil {
		t.Errorf("stored %v, context %v", kinds, in.ctxErr)
	}
}

func TestSlowCommitIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := &intake{hold: make(chan struct{})}
		l := newTestListener(t, in, nil)
		began := time.Now()
		if w := answerTo(l, signed("POST", "/webhook", fixture(t, "messages_in_text"))); w.Code != 503 {
			t.Errorf("status %d", w.Code)
		}
		if took := time.Since(began); took != defaultCommitWithin {
			t.Errorf("after %v", took)
		}
	})
}

func TestOverload(t *testing.T) {
	in := &intake{hold: make(chan struct{}), inside: make(chan struct{}, 1)}
	body := fixture(t, "messages_in_text")
	l := newTestListener(t, in, func(c *ListenerConfig) { c.MaxBuffered = int64(len(body)) + 100 })
	first := make(chan int)
	go func() { first <- answerTo(l, signed("POST", "/webhook", body)).Code }()
	<-in.inside
	if w := answerTo(l, signed("POST", "/webhook", body)); w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("the second: %d", w.Code)
	}
	close(in.hold)
	if code := <-first; code != 200 {
		t.Errorf("the first: %d", code)
	}
	in.inside = nil
	if w := answerTo(l, signed("POST", "/webhook", body)); w.Code != 200 {
		t.Errorf("afterwards: %d", w.Code)
	}
	if c := l.Counts(); c.Overloaded != 1 || c.Stored != 2 {
		t.Errorf("%+v", c)
	}
	// A large announcement takes little until it is kept.
	l = newTestListener(t, &intake{}, func(c *ListenerConfig) { c.MaxBuffered = 2 * announced })
	r := signed("POST", "/webhook", bytes.Repeat([]byte("x"), 1<<20))
	if w := answerTo(l, r); w.Code != 503 {
		t.Errorf("a body beyond all room: %d", w.Code)
	}
	if free := l.room.free.Load(); free != 2*announced {
		t.Errorf("room left %d", free)
	}
}

func challenge(mode, token, text string) *http.Request {
	q := url.Values{"hub.mode": {mode}, "hub.verify_token": {token}, "hub.challenge": {text}}
	return httptest.NewRequest("GET", "/webhook?"+q.Encode(), nil)
}

func TestChallenge(t *testing.T) {
	l := newTestListener(t, &intake{}, nil)
	w := answerTo(l, challenge("subscribe", verifyToken, "1158201444"))
	if w.Code != 200 || w.Body.String() != "1158201444" || w.Header().Get("Content-Type") != "text/plain" {
		t.Errorf("%d %q %v", w.Code, w.Body, w.Header())
	}
	for name, r := range map[string]*http.Request{
		"wrong token":    challenge("subscribe", "guess", "1"),
		"no token":       challenge("subscribe", "", "1"),
		"wrong mode":     challenge("unsubscribe", verifyToken, "1"),
		"long challenge": challenge("subscribe", verifyToken, strings.Repeat("x", 2000)),
	} {
		if w := answerTo(newTestListener(t, &intake{}, nil), r); w.Code != 403 || w.Body.Len() > 0 {
			t.Errorf("%s: %d %q", name, w.Code, w.Body)
		}
	}
	unset := newTestListener(t, &intake{}, func(c *ListenerConfig) { c.VerifyToken = Secret{} })
	if w := answerTo(unset, challenge("subscribe", "", "1")); w.Code != 403 {
		t.Errorf("an empty token matched: %d", w.Code)
	}
}

func TestGuessesAreLimited(t *testing.T) {
	now := time.Unix(1790000000, 0)
	l := newTestListener(t, &intake{}, func(c *ListenerConfig) { c.Clock = func() time.Time { return now } })
	from := func(addr, token string) int {
		r := challenge("subscribe", token, "1")
		r.RemoteAddr = addr
		return answerTo(l, r).Code
	}
	for i := range 5 {
		if code := from("192.0.2.1:1000", "guess"); code != 403 {
			t.Fatalf("guess %d: %d", i+1, code)
		}
	}
	if code := from("192.0.2.1:1001", "guess"); code != 429 {
		t.Errorf("the sixth guess: %d", code)
	}
	if code := from("192.0.2.1:1001", verifyToken); code != 429 {
		t.Errorf("a right one after five wrong: %d", code)
	}
	if code := from("192.0.2.2:1000", verifyToken); code != 200 {
		t.Errorf("another source: %d", code)
	}
	now = now.Add(time.Minute)
	if code := from("192.0.2.1:1000", verifyToken); code != 200 {
		t.Errorf("a minute later: %d", code)
	}
}

func TestOnlyForgeriesAreLimited(t *testing.T) {
	l := newTestListener(t, &intake{}, func(c *ListenerConfig) { c.Clock = func() time.Time { return time.Unix(1790000000, 0) } })
	codes := map[int]int{}
	for range forgeriesPerMinute + 10 {
		codes[answerTo(l, httptest.NewRequest("POST", "/webhook", nil)).Code]++
	}
	if codes[401] != forgeriesPerMinute || codes[429] != 10 {
		t.Errorf("%v", codes)
	}
	if w := answerTo(l, signed("POST", "/webhook", fixture(t, "messages_in_text"))); w.Code != 200 {
		t.Errorf("a valid signature from the same source: %d", w.Code)
	}
}

func TestManySourcesCostLittle(t *testing.T) {
	f := newFailures(5)
	now := time.Unix(1790000000, 0)
	for i := range 3 * mostSources {
		f.add(fmt.Sprint("source ", i), now)
	}
	if len(f.seen) > mostSources+1 {
		t.Errorf("%d sources are kept", len(f.seen))
	}
	if !f.over("yet another", now) {
		t.Error("sources beyond the limit share no tally")
	}
	if f.over("yet another", now.Add(time.Minute)) {
		t.Error("the tally does not lapse")
	}
}

func TestSource(t *testing.T) {
	for _, c := range []struct{ remote, forwarded, want string }{
		{"192.0.2.1:99", "", "192.0.2.1"},
		{"192.0.2.1:99", "198.51.100.7", "192.0.2.1"},
		{"127.0.0.1:99", "203.0.113.9, 198.51.100.7", "198.51.100.7"},
		{"[::1]:99", "198.51.100.7", "198.51.100.7"},
		{"@", "198.51.100.7", "198.51.100.7"},
		{"@", "nonsense", "local"},
		{"127.0.0.1:99", "", "127.0.0.1"},
		{"[2001:db8:1:2:3::4]:99", "", "2001:db8:1:2::/64"},
		{"[::ffff:192.0.2.1]:99", "", "192.0.2.1"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := source(r); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestHealth(t *testing.T) {
	in := &intake{}
	l := newTestListener(t, in, nil)
	w := answerTo(l, httptest.NewRequest("GET", "/healthz", nil))
	if got := strings.TrimSpace(w.Body.String()); w.Code != 200 || got != `{"status":"ok","last_event_at":"2026-09-21T14:13:20Z","seq":0}` {
		t.Errorf("%d %s", w.Code, got)
	}
	in.err = errors.New("the disk is full")
	w = answerTo(l, httptest.NewRequest("GET", "/healthz", nil))
	if w.Code != 503 || !strings.Contains(w.Body.String(), `"reason":"the disk is full"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestLogsTellNothing looks for secrets, text and numbers in everything that is logged.
func TestLogsTellNothing(t *testing.T) {
	var logged bytes.Buffer
	in := &intake{}
	l := newTestListener(t, in, func(c *ListenerConfig) {
		c.Log = slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	body := fixture(t, "messages_in_text")
	answerTo(l, signed("POST", "/webhook", body))
	answerTo(l, signed("POST", "/webhook", bytes.ReplaceAll(body, []byte("200000000000001"), []byte("9"))))
	answerTo(l, httptest.NewRequest("POST", "/webhook", bytes.NewReader(body)))
	answerTo(l, challenge("subscribe", verifyToken, "1"))
	answerTo(l, challenge("subscribe", "my-guess", "1"))
	in.err = inbox.ErrFull
	answerTo(l, signed("POST", "/webhook", body))
	if logged.Len() == 0 {
		t.Fatal("nothing was logged")
	}
	for _, secret := range []string{verifyToken, "my-guess", "fixture-app-secret", "Sunday", "15550100101", "Maya", "hub.", "sha256="} {
		if strings.Contains(logged.String(), secret) {
			t.Errorf("%q was logged:\n%s", secret, &logged)
		}
	}
}

// FuzzListener is property P9: whatever comes, an answer without a panic, and nothing stored unless the signature
// holds.
func FuzzListener(f *testing.F) {
	for _, name := range []string{"messages_in_text", "history_phase0_chunk1", "account_alerts"} {
		f.Add(fixture(f, name), "", true)
		f.Add(fixture(f, name), "sha256=00", false)
	}
	f.Add([]byte("{"), "sha256="+strings.Repeat("0", 64), false)
	f.Fuzz(func(t *testing.T, body []byte, header string, sign bool) {
		in := &intake{}
		l := newTestListener(t, in, nil)
		r := httptest.NewRequest("POST", "/webhook", bytes.NewReader(body))
		if sign {
			header = Sign(appSecret, body)
		}
		r.Header[SignatureHeader] = []string{header}
		w := answerTo(l, r)
		valid := Verify(body, header, []Secret{appSecret})
		_, bodies := in.taken()
		if valid != (w.Code == 200) || !valid && len(bodies) > 0 {
			t.Fatalf("valid %v, status %d, %d stored", valid, w.Code, len(bodies))
		}
		if len(bodies) == 1 && !bytes.Equal(bodies[0], body) {
			t.Fatal("the body changed on its way")
		}
	})
}

func BenchmarkListener(b *testing.B) {
	body := fixture(b, "messages_in_text")
	l := newTestListener(b, nopIntake{}, nil)
	header := Sign(appSecret, body)
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest("POST", "/webhook", bytes.NewReader(body))
		r.Header.Set(SignatureHeader, header)
		if w := answerTo(l, r); w.Code != 200 {
			b.Fatal(w.Code)
		}
	}
}

type nopIntake struct{}

func (nopIntake) Unproven() {}

func (nopIntake) Accept(context.Context, string, []byte) error { return nil }
func (nopIntake) Healthy() (inbox.Seq, time.Time, error)       { return 0, time.Time{}, nil }

// serve runs a server on loopback and gives its address and how to stop it.
func serve(t *testing.T, h http.Handler, change func(*ServerConfig)) (addr string, stop func() error) {
	t.Helper()
	cfg := ServerConfig{Listen: "127.0.0.1:0", Handler: h}
	if change != nil {
		change(&cfg)
	}
	s, err := Listen(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	var once sync.Once
	var result error
	stop = func() error {
		once.Do(func() { cancel(); result = <-done })
		return result
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return s.Addr().String(), stop
}

// TestDripping holds a stranger who sends too slowly to the limits. The connection must end; how fast is the limit's
// business.
func TestDripping(t *testing.T) {
	const head = "POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n"
	sig := SignatureHeader + ": sha256=" + strings.Repeat("00", 32) + "\r\n"
	for name, c := range map[string]struct{ sent, want string }{
		"headers":                  {head, ""},
		"body":                     {head + sig + "\r\n{", "HTTP/1.1 408"},
		"body without signature":   {head + "\r\n{", "HTTP/1.1 401"},
		"huge body announced":      {"POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n" + sig + "\r\n{", "HTTP/1.1 413"},
		"headers beyond 16 KiB":    {head + "X: " + strings.Repeat("y", 40<<10) + "\r\n\r\n", "HTTP/1.1 431"},
		"idle after a kept answer": {"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			addr, _ := serve(t, newTestListener(t, &intake{}, nil), func(c *ServerConfig) {
				c.ReadHeaderTimeout, c.ReadTimeout, c.IdleTimeout = 50*time.Millisecond, 100*time.Millisecond, 50*time.Millisecond
			})
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := io.WriteString(conn, c.sent); err != nil {
				t.Fatal(err)
			}
			// Drips on until the other end has had enough.
			gone := make(chan struct{})
			go func() {
				defer close(gone)
				for {
					if _, err := conn.Write([]byte("x")); err != nil {
						return
					}
					time.Sleep(10 * time.Millisecond) // this is the attack, not a wait
				}
			}()
			answer, _ := io.ReadAll(conn)
			if !strings.HasPrefix(string(answer), c.want) || c.want == "" && len(answer) > 0 && !strings.HasPrefix(string(answer), "HTTP/1.1 4") {
				t.Errorf("answer %q", answer)
			}
			if strings.Contains(string(answer), "\r\nServer:") {
				t.Errorf("the answer names a server: %q", answer)
			}
			conn.Close()
			<-gone
		})
	}
}

func TestServeEndsCleanly(t *testing.T) {
	in := &intake{hold: make(chan struct{}), inside: make(chan struct{}, 1)}
	addr, stop := serve(t, newTestListener(t, in, nil), nil)
	body := fixture(t, "messages_in_text")
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /webhook HTTP/1.1\r\nHost: x\r\n%s: %s\r\nContent-Length: %d\r\n\r\n%s", SignatureHeader, Sign(appSecret, body), len(body), body)
	<-in.inside
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	// No new connection is taken, and the one in hand is answered.
	for {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			break
		}
		c.Close()
	}
	close(in.hold)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || resp.StatusCode != 200 {
		t.Fatalf("%v %v", resp, err)
	}
	resp.Body.Close()
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func TestServeGivesUpOnSlowOnes(t *testing.T) {
	in := &intake{hold: make(chan struct{}), inside: make(chan struct{}, 1)}
	t.Cleanup(func() { close(in.hold) })
	addr, stop := serve(t, newTestListener(t, in, nil), func(c *ServerConfig) { c.StopWithin = 20 * time.Millisecond })
	body := fixture(t, "messages_in_text")
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /webhook HTTP/1.1\r\nHost: x\r\n%s: %s\r\nContent-Length: %d\r\n\r\n%s", SignatureHeader, Sign(appSecret, body), len(body), body)
	<-in.inside
	if err := stop(); err != nil {
		t.Error(err)
	}
	if b, _ := io.ReadAll(conn); len(b) > 0 {
		t.Errorf("an answer although nothing was stored: %q", b)
	}
}

func TestPortInUse(t *testing.T) {
	addr, _ := serve(t, http.NotFoundHandler(), nil)
	_, err := Listen(ServerConfig{Listen: addr, Handler: http.NotFoundHandler()})
	if err == nil || !strings.Contains(err.Error(), "in use") || !strings.Contains(err.Error(), "webhook.listen") || strings.Contains(err.Error(), "\n") {
		t.Errorf("%v", err)
	}
	for _, bad := range []string{"192.0.2.1:0", "nonsense", "127.0.0.1:99999"} {
		if _, err := Listen(ServerConfig{Listen: bad, Handler: http.NotFoundHandler()}); err == nil || !strings.Contains(err.Error(), "webhook.listen") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestUnixSocket(t *testing.T) {
	path := t.TempDir() + "/s"
	addr, stop := serve(t, newTestListener(t, &intake{}, nil), func(c *ServerConfig) { c.Listen = "unix:" + path })
	get := func() (*http.Response, error) {
		tr := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", addr)
		}}
		defer tr.CloseIdleConnections()
		resp, err := (&http.Client{Transport: tr}).Get("http://x/healthz")
		if err == nil {
			resp.Body.Close()
		}
		return resp, err
	}
	if resp, err := get(); err != nil || resp.StatusCode != 200 {
		t.Fatal(resp, err)
	}
	if _, err := Listen(ServerConfig{Listen: "unix:" + path, Handler: http.NotFoundHandler()}); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("a second listener: %v", err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
}

func TestCloseGivesTheAddressBack(t *testing.T) {
	s, err := Listen(ServerConfig{Listen: "127.0.0.1:0", Handler: http.NotFoundHandler()})
	if err != nil {
		t.Fatal(err)
	}
	addr := s.Addr().String()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Listen(ServerConfig{Listen: addr, Handler: http.NotFoundHandler()})
	if err != nil {
		t.Fatal(err)
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if err := again.Serve(stopped); err != nil {
		t.Errorf("serving after the end: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}
