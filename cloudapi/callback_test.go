package cloudapi

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func callbackTo(url string) Callback {
	return Callback{URL: url, VerifyToken: NewSecret(verifyToken), AppSecret: appSecret, Line: ourLine, Listen: "127.0.0.1:8460", Timeout: 5 * time.Second}
}

// TestCallbackReachesOurListener: both tests pass, and nothing of them is stored.
func TestCallbackReachesOurListener(t *testing.T) {
	in := &intake{}
	l := newTestListener(t, in, func(c *ListenerConfig) { c.Secrets = []Secret{NewSecret("older"), appSecret} })
	s := httptest.NewServer(l)
	defer s.Close()
	c := callbackTo(s.URL + "/webhook")
	if err := c.Challenge(t.Context()); err != nil {
		t.Error(err)
	}
	if err := c.Event(t.Context()); err != nil {
		t.Error(err)
	}
	if kinds, _ := in.taken(); len(kinds) != 0 {
		t.Errorf("a test event was stored: %v", kinds)
	}
	if n := l.Counts(); n.Tested != 1 || n.Stored != 0 {
		t.Errorf("counts %+v", n)
	}
}

// TestOnlyASignedTestEventIsOne: without our signature a test event is a stranger's body, and a body that only looks
// like one is stored like any other.
func TestOnlyASignedTestEventIsOne(t *testing.T) {
	in := &intake{}
	l := newTestListener(t, in, nil)
	body := testBody("n", true)
	if !json.Valid(body) {
		t.Fatal("a test event is no JSON")
	}
	r := httptest.NewRequest("POST", "/webhook", bytes.NewReader(body))
	r.Header.Set(SignatureHeader, Sign(NewSecret("another"), body))
	if w := answerTo(l, r); w.Code != http.StatusUnauthorized || w.Body.Len() != 0 {
		t.Errorf("a forged test event was answered %d %q", w.Code, w.Body)
	}
	for _, body := range []string{`{"object":"frontdesk_test`, `{"object":"frontdesk_tests","entry":[]}`, `{"object":"whatsapp_business_account","nonce":"x"}`} {
		if w := answerTo(l, signed("POST", "/webhook", []byte(body))); w.Code != http.StatusOK || w.Body.Len() != 0 {
			t.Errorf("%s was answered %d %q", body, w.Code, w.Body)
		}
	}
	if kinds, _ := in.taken(); len(kinds) != 3 {
		t.Errorf("%d of 3 bodies were stored", len(kinds))
	}
	in.err = errors.New("the disk is full")
	if w := answerTo(l, signed("POST", "/webhook", testBody("n", false))); w.Code != http.StatusServiceUnavailable {
		t.Errorf("a listener that cannot store answers a test event %d", w.Code)
	}
}

// TestCallbackNamesTheBrokenLink: whatever stands between, the line says which link it is.
func TestCallbackNamesTheBrokenLink(t *testing.T) {
	ours := newTestListener(t, &intake{}, nil)
	status := func(code int) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://elsewhere.example/")
			w.WriteHeader(code)
		})
	}
	rewriting := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost { // as a proxy does that reads JSON
			var v any
			raw, _ := io.ReadAll(r.Body)
			if json.Unmarshal(raw, &v) == nil && bytes.ContainsAny(raw, `\`) {
				raw, _ = json.Marshal(v)
			}
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(raw)), int64(len(raw))
		}
		ours.ServeHTTP(w, r)
	})
	cases := []struct {
		name             string
		behind           http.Handler
		challenge, event string // what is said; "" when it passes
	}{
		{"all is well", ours, "", ""},
		{"another verify token", newTestListener(t, &intake{}, func(c *ListenerConfig) { c.VerifyToken = NewSecret("x") }), "refuses the verify token (403)", ""},
		{"another app secret", newTestListener(t, &intake{}, func(c *ListenerConfig) { c.Secrets = []Secret{NewSecret("x")} }), "", "has another app secret"},
		{"another number", newTestListener(t, &intake{}, func(c *ListenerConfig) { c.Line = "299999999999999" }), "", "not this number's listener"},
		{"a proxy that rewrites", rewriting, "", "changes the body"},
		{"another path", newTestListener(t, &intake{}, func(c *ListenerConfig) { c.Path = "/hook" }), "404", "404"},
		{"a tunnel without a listener", status(502), "reaches no listener behind it (502)", "reaches no listener behind it (502)"},
		{"cloudflare without a tunnel", status(530), "(530)", "(530)"},
		{"something else", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "It works!") }), "not with the challenge", "not this number's listener"},
		{"a redirect", status(301), "sends elsewhere (301)", "sends elsewhere (301)"},
		{"a disk that is full", newTestListener(t, &intake{err: errors.New("full")}, nil), "", "cannot take events now (503)"},
		{"nothing of ours", status(204), "answers 204", "answers 204"},
	}
	for _, k := range cases {
		t.Run(k.name, func(t *testing.T) {
			s := httptest.NewServer(k.behind)
			defer s.Close()
			c := callbackTo(s.URL + "/webhook")
			says(t, "challenge", c.Challenge(t.Context()), k.challenge)
			says(t, "event", c.Event(t.Context()), k.event)
		})
	}
}

func says(t *testing.T, what string, err error, want string) {
	t.Helper()
	var broken *CallbackError
	switch {
	case want == "" && err != nil:
		t.Errorf("%s: %v", what, err)
	case want != "" && (!errors.As(err, &broken) || !strings.Contains(broken.Says, want) || broken.Next == ""):
		t.Errorf("%s: %v, want %q", what, err, want)
	case err != nil && (strings.Contains(err.Error(), verifyToken) || strings.Contains(err.Error(), appSecret.Reveal()) || strings.Contains(err.Error(), "\n")):
		t.Errorf("%s says too much: %v", what, err)
	}
}

// TestCallbackUnreached: DNS, TLS and the port each have their own words.
func TestCallbackUnreached(t *testing.T) {
	secure := httptest.NewTLSServer(newTestListener(t, &intake{}, nil))
	defer secure.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	c := callbackTo("http://" + closed.Addr().String() + "/webhook")
	says(t, "closed port", c.Challenge(t.Context()), "nothing listens at")
	for url, want := range map[string]string{
		"http://desk.example.com/webhook":    "https addresses only",
		"https://127.0.0.1/webhook":          "is this machine",
		"desk.example.com":                   "is not an address",
		"https://desk.example.com/webhook?x": "more than a host and a path",
	} {
		says(t, url, callbackTo(url).Check(), want)
	}
	c = callbackTo(secure.URL)
	says(t, "self-signed", c.unreached(dialled(t, secure.URL, nil)), "not from an authority")
	pool := x509.NewCertPool()
	pool.AddCert(secure.Certificate())
	says(t, "another name", c.unreached(dialled(t, strings.Replace(secure.URL, "127.0.0.1", "localhost", 1), pool)), "for another name")
	says(t, "no TLS", c.unreached(dialled(t, "https://"+strings.TrimPrefix(httptestPlain(t), "http://"), nil)), "does not speak TLS")
	says(t, "unknown name", c.unreached(&net.DNSError{Err: "no such host", Name: "x", IsNotFound: true}), "does not exist")
}

func httptestPlain(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(s.Close)
	return s.URL
}

// dialled is the error of a client that trusts only pool.
func dialled(t *testing.T, url string, pool *x509.CertPool) error {
	t.Helper()
	c := Callback{URL: url, Roots: pool}
	if pool == nil {
		c.Roots = x509.NewCertPool()
	}
	client := &http.Client{Transport: c.transport()}
	resp, err := client.Get(url)
	if err == nil {
		_ = resp.Body.Close()
		t.Fatal("the server was believed")
	}
	return err
}
