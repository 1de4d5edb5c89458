package sandbox

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// NoListener as Config.Listen makes a sandbox without a socket. Its Graph API is reached through
// Sandbox.Handler or Sandbox.Client.
const NoListener = "-"

// WindowMode says how a free-form message to a customer who wrote more than 24 hours ago is refused. Both are
// seen in practice (error 131047, error code reference).
type WindowMode string

// The two ways of refusing.
const (
	WindowAsync WindowMode = "async" // HTTP 200, then a failed status; the default and the usual way
	WindowSync  WindowMode = "sync"  // HTTP 400 at once
)

// EchoMode says whether a message sent through the API also comes back as a smb_message_echoes webhook. Meta
// says that it does not; a client must survive it.
type EchoMode string

// The ways of echoing messages sent through the API.
const (
	EchoNever  EchoMode = ""       // as documented
	EchoAfter  EchoMode = "after"  // the echo follows the response
	EchoBefore EchoMode = "before" // the echo is delivered before the POST is answered
)

// Span is a range of waiting, in sandbox time; a delay is drawn from it by seed.
type Span struct{ Min, Max time.Duration }

// Cadence is how fast ticks follow a message. The zero value means a human pace.
type Cadence struct {
	Sent      Span // after acceptance; 300 ms to 900 ms
	Delivered Span // after sent; 400 ms to 2 s
	Read      Span // after delivered, by customers with read receipts; 2 s to 9 s
	Played    Span // after read, voice notes only; 2 s to 8 s
}

// Limits are Meta's ceilings (throughput page). Zero takes the documented value, a negative value switches the
// limit off. They are counted in sandbox time.
type Limits struct {
	PerSecond float64       // messages a second for the number; 20 for a number shared with the phone (130429)
	PairBurst int           // messages to one customer in a burst; 45 (131056)
	PairEvery time.Duration // and one more every; 6 s
}

// Delivery shapes the stream of webhooks. The zero value is one update in each POST, in order, once.
type Delivery struct {
	Batch      int           // most updates in one POST; 1 when zero, Meta's ceiling is 1000
	Hold       time.Duration // how long an update waits for others to share its POST
	Late       Span          // an extra delay drawn for each update: late, and overtaken by others
	Double     float64       // share of POSTs that are delivered twice, 0 to 1
	Shuffle    bool          // take waiting updates in random order
	Workers    int           // POSTs in flight at once; 1 when zero, which keeps order
	RetryFirst time.Duration // wait before the first repeat of a POST that was not answered 200; 1 s when zero
	RetryMax   time.Duration // longest wait between repeats; 1 h when zero
	GiveUp     time.Duration // when a POST is dropped for good; 7 days when zero (webhooks overview)
	Timeout    time.Duration // how long the client may take to answer, in real time; 10 s when zero
}

// Config describes one practice number. The zero value works: every field has a default, which Sandbox.Config
// shows.
type Config struct {
	Listen      string       // host:port on loopback; "127.0.0.1:0" when empty; NoListener for none
	CallbackURL string       // where webhooks go; may be set later, webhooks wait until then
	Callback    http.Handler // takes the webhooks in process instead of a URL

	AppSecret   string // signs webhooks
	VerifyToken string // shown in the GET handshake; "-" skips the handshake
	AccessToken string // the bearer token that the Graph API takes

	AppID         string // id of the Meta app
	PNID          string // phone number id
	WABA          string // WhatsApp Business Account id
	DisplayNumber string // the business number in any spelling
	VerifiedName  string // the business name

	Seed  uint64    // everything drawn by chance follows from it
	Speed float64   // sandbox seconds in one real second; 1 when zero
	Start time.Time // zero: timestamps show the true time at any speed; else sandbox time starts here and runs at Speed

	Window    WindowMode
	Limits    Limits
	Delivery  Delivery
	Cadence   Cadence
	APIEchoes EchoMode

	Provider     string            // D360 makes it speak as 360dialog does; Meta's own Graph API when empty
	Headers      map[string]string // of one's own, sent along with each webhook
	FreeService  int               // free service messages a month from October 2026 on; 1000 when zero, negative for none
	HideBilling  bool              // the token may not read pricing_analytics
	RequireProof bool              // refuse calls without a valid appsecret_proof
	Faults       []Fault           // armed from the start
	Templates    []Template        // message templates; a scene may add its own
	Scene        Scene             // played from Start on; nil for a silent sandbox

	Logger *slog.Logger // ids and counts only, never text, numbers or tokens; nil for none
}

func (c Config) withDefaults() Config {
	str := func(s *string, d string) {
		if *s == "" {
			*s = d
		}
	}
	str(&c.Listen, "127.0.0.1:0")
	str(&c.AppSecret, "sandbox-app-secret")
	str(&c.VerifyToken, "sandbox-verify-token")
	str(&c.AccessToken, "sandbox-access-token")
	if c.FreeService == 0 {
		c.FreeService = 1000
	}
	str(&c.AppID, "400000000000001")
	str(&c.PNID, "200000000000001")
	str(&c.WABA, "100000000000001")
	str(&c.DisplayNumber, "+1 555-010-0001")
	str(&c.VerifiedName, "Practice Number")
	if c.Speed == 0 {
		c.Speed = 1
	}
	if c.Window == "" {
		c.Window = WindowAsync
	}
	span := func(s *Span, lo, hi time.Duration) {
		if *s == (Span{}) {
			*s = Span{lo, hi}
		}
	}
	span(&c.Cadence.Sent, 300*time.Millisecond, 900*time.Millisecond)
	span(&c.Cadence.Delivered, 400*time.Millisecond, 2*time.Second)
	span(&c.Cadence.Read, 2*time.Second, 9*time.Second)
	span(&c.Cadence.Played, 2*time.Second, 8*time.Second)
	if c.Limits.PerSecond == 0 {
		c.Limits.PerSecond = 20
	}
	if c.Limits.PairBurst == 0 {
		c.Limits.PairBurst = 45
	}
	if c.Limits.PairEvery == 0 {
		c.Limits.PairEvery = 6 * time.Second
	}
	d := &c.Delivery
	if d.Batch == 0 {
		d.Batch = 1
	}
	if d.Workers == 0 {
		d.Workers = 1
	}
	dur := func(p *time.Duration, v time.Duration) {
		if *p == 0 {
			*p = v
		}
	}
	dur(&d.RetryFirst, time.Second)
	dur(&d.RetryMax, time.Hour)
	dur(&d.GiveUp, 7*24*time.Hour)
	dur(&d.Timeout, 10*time.Second)
	if c.Provider == D360 {
		c.VerifyToken = "-" // it shows no handshake
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

func (c Config) check() error {
	if c.Listen != NoListener {
		host, _, err := net.SplitHostPort(c.Listen)
		if err != nil {
			return fmt.Errorf("sandbox: listen address %q: want host:port", c.Listen)
		}
		if !isLoopback(host) {
			return fmt.Errorf("sandbox: listen address %q: the practice WhatsApp listens on loopback only, use 127.0.0.1", c.Listen)
		}
	}
	if c.CallbackURL != "" {
		if err := checkURL(c.CallbackURL); err != nil {
			return err
		}
	}
	if digits(c.DisplayNumber) == "" {
		return fmt.Errorf("sandbox: display number %q has no digits", c.DisplayNumber)
	}
	if c.Provider != "" && c.Provider != D360 {
		return fmt.Errorf("sandbox: provider %q: want empty or %q", c.Provider, D360)
	}
	switch c.Window {
	case WindowAsync, WindowSync:
	default:
		return fmt.Errorf("sandbox: window mode %q: want %q or %q", c.Window, WindowAsync, WindowSync)
	}
	switch c.APIEchoes {
	case EchoNever, EchoAfter, EchoBefore:
	default:
		return fmt.Errorf("sandbox: echo mode %q: want empty, %q or %q", c.APIEchoes, EchoAfter, EchoBefore)
	}
	if c.Speed <= 0 {
		return errors.New("sandbox: speed must be above zero")
	}
	if c.Delivery.Batch < 1 || c.Delivery.Batch > 1000 {
		return fmt.Errorf("sandbox: batch %d: Meta puts 1 to 1000 updates in one webhook", c.Delivery.Batch)
	}
	for _, f := range c.Faults {
		if err := f.check(); err != nil {
			return err
		}
	}
	return nil
}

func checkURL(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return fmt.Errorf("sandbox: callback %q: want an http or https address", s)
	}
	return nil
}

func isLoopback(host string) bool {
	host = strings.Trim(host, "[]")
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// digits keeps the decimal digits of a phone number in any spelling.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}
