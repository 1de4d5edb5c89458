package sandbox

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"
)

// Sandbox is one practice number: its Graph API, its phone and its customers. Every method may be called from any
// goroutine.
type Sandbox struct {
	cfg    Config
	clock  *clock
	agenda *agenda
	post   *courier
	phone  *Phone
	log    *slog.Logger

	graph http.Handler
	url   string

	mu        sync.Mutex
	started   bool
	rand      *rand.Rand
	token     string
	customers []*Customer
	byNumber  map[string]*Customer
	byUserID  map[string]*Customer
	messages  map[string]*message
	journal   []*message // in the order in which they came to be
	media     map[string]*mediaFile
	tickets   map[string]ticket
	uploads   []Upload
	templates []*Template
	pageMax   int
	nextID    uint64
	faults    []*Fault
	sends     []*Send
	sendSeen  broadcast
	rate      bucket
	health    map[string]any
	linked    time.Time
	synced    map[string]bool
	subbed    bool
	penalty   d360Penalty
	free      map[string]int // free service messages of a month
	off       string         // "" while the number is connected
	altered   map[string]any // fields of the number's node that were changed
	others    []map[string]any
	grant     Grant
	fields    []string // that the app is subscribed to; nil: all
	hooks     hooks

	cancel  context.CancelFunc
	running sync.WaitGroup
	server  *http.Server
}

// New makes a sandbox that stands still until Start. Its handler already answers.
func New(cfg Config) (*Sandbox, error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, err
	}
	sb := &Sandbox{
		cfg:      cfg,
		clock:    newClock(cfg),
		log:      cfg.Logger,
		rand:     rand.New(rand.NewPCG(cfg.Seed, 0)),
		token:    cfg.AccessToken,
		free:     map[string]int{},
		byNumber: map[string]*Customer{},
		byUserID: map[string]*Customer{},
		messages: map[string]*message{},
		media:    map[string]*mediaFile{},
		tickets:  map[string]ticket{},
		synced:   map[string]bool{},
		subbed:   true,
		url:      "http://graph.sandbox",
	}
	sb.linked = sb.clock.now().Add(-time.Hour)
	sb.agenda = newAgenda(sb.clock)
	sb.post = newCourier(cfg, sb.clock, sb.agenda, sb.log)
	sb.phone = &Phone{sb: sb}
	sb.hooks.app = sb.post.callback
	sb.graph = sb.routes()
	for _, f := range cfg.Faults {
		if err := sb.AddFault(f); err != nil {
			return nil, err
		}
	}
	for _, t := range cfg.Templates {
		if _, err := sb.AddTemplate(t); err != nil {
			return nil, err
		}
	}
	return sb, nil
}

// Start opens the listener, begins to deliver webhooks and plays the scene. Everything ends with ctx or Close.
func (sb *Sandbox) Start(ctx context.Context) error {
	sb.mu.Lock()
	if sb.started {
		sb.mu.Unlock()
		return errors.New("sandbox: already started")
	}
	sb.started = true
	ctx, sb.cancel = context.WithCancel(ctx)
	sb.mu.Unlock()

	if sb.cfg.Listen != NoListener {
		l, err := net.Listen("tcp", sb.cfg.Listen)
		if err != nil {
			sb.cancel()
			return fmt.Errorf("sandbox: listen on %s: %w; choose another port with Listen", sb.cfg.Listen, err)
		}
		sb.mu.Lock()
		sb.url = "http://" + l.Addr().String()
		sb.server = &http.Server{Handler: sb.graph, ReadHeaderTimeout: 10 * time.Second,
			BaseContext: func(net.Listener) context.Context { return ctx },
			ErrorLog:    slog.NewLogLogger(sb.log.Handler(), slog.LevelDebug)}
		server := sb.server
		sb.mu.Unlock()
		sb.running.Go(func() { _ = server.Serve(l) })
		sb.running.Go(func() {
			<-ctx.Done()
			_ = server.Close() // faults hold requests open; waiting for them would wait for ever
		})
	}
	sb.running.Go(func() { sb.agenda.run(ctx) })
	sb.running.Go(func() { sb.post.run(ctx) })
	if sb.cfg.Scene != nil {
		sb.cfg.Scene.Play(sb)
	}
	return nil
}

// Close ends everything that Start began and waits for it. A second call does nothing.
func (sb *Sandbox) Close() error {
	sb.mu.Lock()
	cancel := sb.cancel
	sb.mu.Unlock()
	if cancel != nil {
		cancel()
	}
	sb.running.Wait()
	return nil
}

// URL is the base address of the Graph API, without a version: what a client takes in place of
// https://graph.facebook.com. With NoListener it is a name that only Client understands.
func (sb *Sandbox) URL() string {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	return sb.url
}

// Config is the configuration in force, defaults filled in.
func (sb *Sandbox) Config() Config { return sb.cfg }

// Handler answers the Graph API and, to callers on loopback, the control endpoints.
func (sb *Sandbox) Handler() http.Handler { return sb.graph }

// Client is an HTTP client that reaches Handler in memory, whatever the host in the address.
func (sb *Sandbox) Client() *http.Client {
	return &http.Client{Transport: inProcess{sb.graph},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// Now is the time that timestamps show.
func (sb *Sandbox) Now() time.Time { return sb.clock.now() }

// After runs do when d of sandbox time has passed, on the one goroutine that everything of the sandbox's own
// happens on. It never runs after the sandbox was closed.
func (sb *Sandbox) After(d time.Duration, do func()) { sb.agenda.after(d, do) }

// Rand is a source of chance that follows from the seed and a name only, so that one part of a scene does not
// disturb another. It is not safe for use by several goroutines.
func (sb *Sandbox) Rand(name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name))
	return rand.New(rand.NewPCG(sb.cfg.Seed, h.Sum64()))
}

// Phone is the WhatsApp Business app that shares the number.
func (sb *Sandbox) Phone() *Phone { return sb.phone }

// SetCallback changes where webhooks go, as the dashboard does: with a GET handshake that must succeed when a
// verify token is given. The old address stays in force when it fails. An empty address stops deliveries.
func (sb *Sandbox) SetCallback(ctx context.Context, callbackURL, verifyToken string) error {
	if callbackURL != "" {
		if err := checkURL(callbackURL); err != nil {
			return err
		}
	}
	if err := sb.post.verifies(ctx, callbackURL, verifyToken); err != nil {
		return err
	}
	sb.hook(func(h *hooks) { *h = hooks{app: callbackURL} })
	return nil
}

// SetAccessToken changes the token that the Graph API takes. The old one is answered 190 from then on.
func (sb *Sandbox) SetAccessToken(token string) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	sb.token = token
}

// Drain returns when every webhook made so far has been answered 200 or given up, or when ctx ends.
func (sb *Sandbox) Drain(ctx context.Context) error {
	for {
		changed := sb.post.changed.changed()
		if sb.post.outstanding() == 0 {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("sandbox: %d webhooks undelivered: %w", sb.post.outstanding(), ctx.Err())
		}
	}
}

// Settle returns when nothing is due any more and every webhook is delivered: all ticks have come, all answers
// are written. Under a scene that plays for ever it returns with ctx's error only.
func (sb *Sandbox) Settle(ctx context.Context) error {
	for {
		idle := sb.agenda.idle.changed()
		if err := sb.Drain(ctx); err != nil {
			return err
		}
		if sb.agenda.empty() && sb.post.outstanding() == 0 {
			return nil
		}
		select {
		case <-idle:
		case <-ctx.Done():
			return fmt.Errorf("sandbox: still at work: %w", ctx.Err())
		}
	}
}

// Traffic counts the webhooks so far.
func (sb *Sandbox) Traffic() Traffic { return sb.post.traffic() }

// newID gives ids of Graph objects: digits that begin with the prefix.
func (sb *Sandbox) newID(prefix string) string {
	sb.nextID++
	return fmt.Sprintf("%s%012d", prefix, sb.nextID)
}

func (sb *Sandbox) trace() string {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	return fmt.Sprintf("A%016X", sb.rand.Uint64())
}

func draw(r *rand.Rand, s Span) time.Duration {
	if s.Max <= s.Min {
		return s.Min
	}
	return s.Min + time.Duration(r.Int64N(int64(s.Max-s.Min)))
}
