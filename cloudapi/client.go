package cloudapi

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"frontdesk/inbox"
)

// ClientConfig says which account to speak for, and how.
type ClientConfig struct {
	// Provider carries the number: ProviderMeta, which is the default, or ProviderD360.
	Provider string
	// BaseURL is where the Graph API lives, without a version. Plain http only to loopback. Default
	// the provider's.
	BaseURL string
	// Version is the Graph API version, as "v25.0", which is the default.
	Version string
	// WABA is the WhatsApp Business Account that owns the templates. Templates fails without it.
	WABA string
	// Token gives the access token, anew for every request.
	Token TokenSource
	// AppSecret adds appsecret_proof to every request; the zero Secret leaves it away.
	AppSecret Secret
	// Hosts may get the token besides BaseURL's own host and WhatsApp's.
	Hosts []string
	// Log gets ids, codes and trace ids. Default: nothing is logged.
	Log *slog.Logger
	// Clock defaults to time.Now.
	Clock inbox.Clock
	// ConnectTimeout (10 s) covers name lookup, connect and TLS; Timeout (30 s) one whole request, UploadTimeout
	// (5 min) one of Upload.
	ConnectTimeout, Timeout, UploadTimeout time.Duration
}

// Client implements inbox.Gateway over the Graph API. It is safe for concurrent use.
type Client struct {
	via       carrier
	base      *url.URL
	version   string
	waba      string
	token     TokenSource
	appSecret Secret
	hosts     []string
	log       *slog.Logger
	clock     inbox.Clock
	timeout   time.Duration
	uploading time.Duration

	http     *http.Client
	pace     pace
	errors   mediaErrors
	lastUsed atomic.Int64 // wall clock, Unix seconds
	wait     func(context.Context, time.Duration) error
}

var _ inbox.Gateway = (*Client)(nil)

// userAgent is constant and plain: some of WhatsApp's hosts refuse unusual ones (cloud-api 4.1).
const userAgent = "frontdesk/1"

const defaultVersion = "v25.0"

var versionForm = regexp.MustCompile(`^v[0-9]{1,3}\.[0-9]{1,2}$`)

// NewClient checks the configuration; it opens no connection.
func NewClient(cfg ClientConfig) (*Client, error) {
	via := carriers[cfg.Provider]
	if via == nil {
		return nil, misconfigured("account.provider %q is not known; it must be %s or %s", cfg.Provider, ProviderMeta, ProviderD360)
	}
	if cfg.BaseURL == "" {
		cfg.BaseURL = via.base()
	}
	base, err := baseURL(cfg.BaseURL)
	if err != nil {
		return nil, err
	}
	if cfg.Version == "" {
		cfg.Version = defaultVersion
	}
	if !versionForm.MatchString(cfg.Version) {
		return nil, misconfigured("account.api_version %q is not a version; write it as %s", cfg.Version, defaultVersion)
	}
	if cfg.Token == nil {
		return nil, errors.New("no access token; set account.access_token or account.access_token_file")
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	orDefault(&cfg.ConnectTimeout, 10*time.Second)
	orDefault(&cfg.Timeout, 30*time.Second)
	orDefault(&cfg.UploadTimeout, 5*time.Minute)
	c := &Client{
		via: via, base: base, version: cfg.Version, waba: cfg.WABA, token: cfg.Token, appSecret: cfg.AppSecret,
		hosts: append(slices.Clone(via.hosts()), cfg.Hosts...), log: cfg.Log, clock: cfg.Clock, timeout: cfg.Timeout, uploading: cfg.UploadTimeout,
		wait: waitFor,
	}
	c.http = &http.Client{Transport: newTransport(cfg.ConnectTimeout), CheckRedirect: refuseRedirects}
	return c, nil
}

// Host is the name of the host that is asked.
func (c *Client) Host() string { return c.base.Hostname() }

// Close gives idle connections back. Requests in flight go on.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Credential implements inbox.Gateway: twelve hex digits that change with the token, "" without one.
func (c *Client) Credential() string { return fingerprint(c.token()) }

// node is the address of something in the graph.
func (c *Client) node(name string, path ...string) *url.URL {
	return c.base.JoinPath(c.via.path(c, name, path...)...)
}

// edge is the address of something that belongs to a number.
func (c *Client) edge(line inbox.LineID, name string) *url.URL {
	return c.base.JoinPath(c.via.edge(c, line, name)...)
}

// prove puts what proves whose a request is on it.
func (c *Client) prove(req *http.Request, token Secret) {
	name, value := c.via.key(token)
	req.Header.Set(name, value)
	req.Header.Set("User-Agent", userAgent)
}

// request builds a request with everything that every call carries. body may be nil.
func (c *Client) request(ctx context.Context, method string, u *url.URL, contentType string, body io.Reader, length int64) (*http.Request, error) {
	if err := c.mayGetToken(u); err != nil {
		return nil, err
	}
	token := c.token()
	if token.IsZero() {
		return nil, errors.New("there is no access token")
	}
	if !c.appSecret.IsZero() {
		mac := hmac.New(sha256.New, []byte(c.appSecret.Reveal()))
		mac.Write([]byte(token.Reveal()))
		q := u.Query()
		q.Set("appsecret_proof", hex.EncodeToString(mac.Sum(nil)))
		u.RawQuery = q.Encode()
	}
	var src io.ReadCloser
	if body != nil {
		src = oneShot{body}
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), nil)
	if err != nil {
		return nil, errors.New("the request's address is not valid") // err would tell the query
	}
	if src != nil {
		req.Body, req.ContentLength = src, length
		req.Header.Set("Content-Type", contentType)
	}
	c.prove(req, token)
	req.Header.Set("Accept", "application/json")
	return req, nil
}

// answer is a response, read whole.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) ok() bool { return a.status >= 200 && a.status < 300 }

// at is the server's date, zero when not told.
func (a answer) at() time.Time {
	t, err := http.ParseTime(a.header.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	return t
}

// mostAnswer bounds what is read of an answer.
const mostAnswer = 8 << 20

// roundTrip sends one request and reads the answer. Errors never hold the address, whose query is secret.
func (c *Client) roundTrip(req *http.Request) (answer, error) {
	c.freshConnections()
	resp, err := c.http.Do(req)
	if err != nil {
		return answer{}, withoutURL(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, mostAnswer+1))
	a := answer{status: resp.StatusCode, header: resp.Header, body: body}
	if err == nil && len(body) > mostAnswer {
		err = oddAnswer("WhatsApp's answer is too large")
	}
	return a, withoutURL(err)
}

// freshConnections drops kept connections after a sleep of the machine: the timers that would have done it stand
// still meanwhile, and a request written into a dead connection would be of unknown outcome.
func (c *Client) freshConnections() {
	now := c.clock().Round(0).Unix()
	if last := c.lastUsed.Swap(now); last != 0 && now-last > int64(idleConns/time.Second) {
		c.http.CloseIdleConnections()
	}
}

// withoutURL drops the address that net/http puts into its errors.
func withoutURL(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// Reads and management calls are tried this often, with growing pauses between.
const (
	tries      = 4
	firstRetry = 500 * time.Millisecond
	lastRetry  = 8 * time.Second
)

// read gets a node and decodes it into out. It may be repeated freely, and is: on network errors, 5xx and throttling.
// The answer's server date comes back.
func (c *Client) read(ctx context.Context, u *url.URL, out any) (time.Time, error) {
	a, err := c.again(ctx, "GET "+u.Path, func(ctx context.Context) (answer, error) {
		at := *u
		req, err := c.request(ctx, http.MethodGet, &at, "", nil, 0)
		if err != nil {
			return answer{}, permanent{err}
		}
		return c.roundTrip(req)
	}, c.timeout)
	if err != nil {
		return time.Time{}, err
	}
	if err := json.Unmarshal(a.body, out); err != nil {
		return time.Time{}, oddAnswer("WhatsApp's answer cannot be read")
	}
	return a.at(), nil
}

// permanent marks an error that another try would only repeat.
type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// again makes a call that may be repeated, each try within its own limit.
func (c *Client) again(ctx context.Context, what string, call func(context.Context) (answer, error), within time.Duration) (answer, error) {
	for n := 1; ; n++ {
		if err := c.wait(ctx, c.pace.pause()); err != nil {
			return answer{}, err
		}
		a, err := c.once(ctx, call, within)
		if err == nil {
			c.pace.note(a.header)
			if a.ok() {
				return a, nil
			}
			err = readAPIError(a.status, a.header, a.body)
		}
		if n == tries || ctx.Err() != nil || !repeatable(err) {
			c.log.Warn("call to WhatsApp failed", attrs(what, n, err)...)
			return answer{}, err
		}
		c.log.Debug("call to WhatsApp failed, trying again", attrs(what, n, err)...)
		if werr := c.wait(ctx, max(backoff(n, firstRetry, lastRetry), waitTold(err))); werr != nil {
			return answer{}, err
		}
	}
}

func (c *Client) once(ctx context.Context, call func(context.Context) (answer, error), within time.Duration) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	return call(ctx)
}

// repeatable reports whether a read or an upload may work the next time.
func repeatable(err error) bool {
	if _, never := errors.AsType[permanent](err); never {
		return false
	}
	api, ok := errors.AsType[*APIError](err)
	if !ok {
		return true // the network
	}
	switch outcomeOf(api) {
	case inbox.ResultUnknown:
		return true
	case inbox.ResultThrottled:
		return api.retryAfter <= lastRetry // longer waits are for the caller
	}
	return false
}

// waitTold is how long WhatsApp asked to wait.
func waitTold(err error) time.Duration {
	if api, ok := errors.AsType[*APIError](err); ok {
		return api.retryAfter
	}
	return 0
}

// backoff doubles from first to most, with full jitter.
func backoff(n int, first, most time.Duration) time.Duration {
	ceiling := min(first<<min(n-1, 16), most)
	return time.Duration(rand.Int64N(int64(ceiling) + 1))
}

func waitFor(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// attrs are what a log line may tell of a failed call.
func attrs(what string, try int, err error) []any {
	list := []any{"call", what, "try", try}
	if api, ok := errors.AsType[*APIError](err); ok {
		return append(list, "status", api.Status, "code", api.Code, "subcode", api.Subcode, "fbtrace_id", api.Trace)
	}
	return append(list, "err", err)
}

// post sends JSON once, without repeats, and gives the answer.
func (c *Client) post(ctx context.Context, u *url.URL, body any) (answer, error) {
	b, err := encode(body)
	if err != nil {
		return answer{}, permanent{err}
	}
	req, err := c.request(ctx, http.MethodPost, u, "application/json", bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return answer{}, permanent{err}
	}
	return c.roundTrip(req)
}

// encode spells JSON without escaping what HTML would need escaped.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, errors.New("the request cannot be spelled as JSON")
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// phoneTo spells a recipient's number: always with a plus, since without one the business's own country code may be
// put in front and the message reach a stranger (cloud-api 2.1).
func phoneTo(digits string) string { return "+" + strings.TrimPrefix(digits, "+") }
