package sandbox

import (
	"context"
	"log/slog"
	"maps"
	mathrand "math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"
)

// update is one thing to report: a change of one field. Updates of message-like fields may share a POST.
type update struct {
	field string
	value value // message-like fields
	other any   // account-level fields, which have no metadata
	time  int64 // entry time, account-level fields only

	mu    sync.Mutex
	state string // as message_history tells it
}

// The states of a webhook as message_history tells them.
const (
	hookPending   = "PENDING"
	hookDelivered = "DELIVERED"
	hookRetrying  = "RETRYING"
	hookFailed    = "FAILED"
)

func (u *update) set(state string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.state != hookDelivered {
		u.state = state
	}
}

func (u *update) get() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.state
}

// parcel is one POST. Repeats carry the same bytes.
type parcel struct {
	updates []*update
	body    []byte
	tries   int
	first   time.Duration
	copy    bool // the second delivery of a doubled parcel: counts for nothing
}

// Traffic counts webhooks.
type Traffic struct {
	Verified    bool   // the callback has answered the handshake, or needs none
	Posts       int    // POSTs sent, repeats and doubles included
	Delivered   int    // updates that were answered 200
	Repeats     int    // POSTs that repeated an earlier one that was not answered 200
	Doubles     int    // POSTs delivered a second time on purpose
	GivenUp     int    // updates dropped after Delivery.GiveUp
	Outstanding int    // updates neither delivered nor given up
	LastStatus  int    // HTTP status of the newest answer; 0 when there was none
	LastError   string // why the newest POST or handshake failed; empty after a success
}

// courier carries webhooks to the callback.
type courier struct {
	cfg    Delivery
	secret string
	waba   string
	meta   metadata
	clock  *clock
	agenda *agenda
	log    *slog.Logger
	client *http.Client
	signs  bool

	wake    chan struct{}
	changed broadcast

	mu       sync.Mutex
	rand     *mathrand.Rand
	callback string
	headers  map[string]string // of one's own, sent along with each webhook
	verify   string            // the token still to be verified; empty when nothing is to be done
	queue    []*update
	ready    []*parcel
	muted    bool     // the app is not subscribed: nothing is reported
	fields   []string // what is reported; nil: everything
	open     int      // updates not yet delivered or given up
	stats    Traffic
}

func newCourier(cfg Config, c *clock, a *agenda, log *slog.Logger) *courier {
	p := &courier{
		cfg: cfg.Delivery, secret: cfg.AppSecret, signs: cfg.Provider != D360, waba: cfg.WABA, clock: c, agenda: a, log: log,
		meta:     metadata{DisplayNumber: digits(cfg.DisplayNumber), PNID: cfg.PNID},
		wake:     make(chan struct{}, 1),
		rand:     mathrand.New(mathrand.NewPCG(cfg.Seed, 1)),
		callback: cfg.CallbackURL, headers: maps.Clone(cfg.Headers),
	}
	transport := http.RoundTripper(&http.Transport{MaxIdleConnsPerHost: max(cfg.Delivery.Workers, 2), IdleConnTimeout: 30 * time.Second})
	if cfg.Callback != nil {
		transport, p.callback = inProcess{cfg.Callback}, "http://callback.sandbox/webhook"
	}
	p.client = &http.Client{Transport: transport, Timeout: cfg.Delivery.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if cfg.VerifyToken != "-" {
		p.verify = cfg.VerifyToken
	}
	return p
}

// submit takes an update for delivery.
func (p *courier) submit(u *update) {
	u.state = hookPending
	p.mu.Lock()
	if p.muted || p.fields != nil && !slices.Contains(p.fields, u.field) {
		p.mu.Unlock()
		return
	}
	p.open++
	late := draw(p.rand, p.cfg.Late)
	p.mu.Unlock()
	if late > 0 {
		p.agenda.after(late, func() { p.enqueue(u) })
		return
	}
	p.enqueue(u)
}

func (p *courier) enqueue(u *update) {
	p.mu.Lock()
	p.queue = append(p.queue, u)
	p.mu.Unlock()
	p.poke()
}

func (p *courier) mute(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.muted = on
}

// only reports nothing but these fields from now on.
func (p *courier) only(fields []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fields = append([]string{}, fields...)
}

func (p *courier) poke() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func (p *courier) outstanding() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.open
}

func (p *courier) traffic() Traffic {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.stats
	t.Outstanding = p.open
	t.Verified = p.callback != "" && p.verify == ""
	return t
}

// handshakeFirst is the wait after the first handshake that failed: a client that is just starting up is there in
// a moment. It doubles up to five seconds.
const handshakeFirst = 100 * time.Millisecond

// run delivers until ctx ends. POSTs in flight are given up with it.
func (p *courier) run(ctx context.Context) {
	defer p.client.CloseIdleConnections()
	var inFlight sync.WaitGroup
	defer inFlight.Wait()
	slots := make(chan struct{}, p.cfg.Workers)
	patience := handshakeFirst
	for ctx.Err() == nil {
		target, token := p.address()
		if target == "" || !p.waiting() {
			select {
			case <-p.wake:
			case <-ctx.Done():
			}
			continue
		}
		if token != "" {
			if err := p.handshake(ctx, target, token); err != nil {
				p.noted(0, err)
				_ = p.clock.wait(ctx, patience)
				patience = min(2*patience, 5*time.Second)
				continue
			}
			p.verified(target)
			patience = handshakeFirst
		}
		if p.gathering() {
			_ = p.clock.wait(ctx, p.cfg.Hold)
		}
		next, err := p.pack()
		if err != nil {
			p.log.Error("webhook dropped", "error", err.Error())
			continue
		}
		if next == nil {
			continue
		}
		if p.cfg.Workers == 1 {
			p.deliver(ctx, target, next)
			continue
		}
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return
		}
		inFlight.Go(func() {
			p.deliver(ctx, target, next)
			<-slots
		})
	}
}

func (p *courier) address() (target, token string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.callback, p.verify
}

func (p *courier) waiting() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.queue)+len(p.ready) > 0
}

// gathering says whether to wait for company: there is room in the POST, and no repeat is waiting.
func (p *courier) gathering() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cfg.Hold > 0 && len(p.ready) == 0 && len(p.queue) < p.cfg.Batch
}

func (p *courier) pack() (*parcel, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.ready) > 0 {
		next := p.ready[0]
		p.ready = p.ready[1:]
		return next, nil
	}
	n := min(p.cfg.Batch, len(p.queue))
	if n == 0 {
		return nil, nil
	}
	if p.cfg.Shuffle {
		p.rand.Shuffle(len(p.queue), func(i, j int) { p.queue[i], p.queue[j] = p.queue[j], p.queue[i] })
	}
	next := &parcel{updates: append([]*update(nil), p.queue[:n]...), first: p.clock.elapsed()}
	p.queue = p.queue[n:]
	body, err := EscapedJSON(p.wrap(next.updates))
	if err != nil {
		p.open -= n
		return nil, err
	}
	next.body = body
	return next, nil
}

// wrap puts updates into one envelope. Neighbours of the same message-like field share a change, as Meta does it;
// account-level updates stand alone because they carry an entry time.
func (p *courier) wrap(updates []*update) envelope {
	env := envelope{Object: "whatsapp_business_account"}
	var shared *entry
	for _, u := range updates {
		if u.other != nil {
			env.Entry = append(env.Entry, entry{ID: p.waba, Time: u.time, Changes: []change{{Value: u.other, Field: u.field}}})
			shared = nil
			continue
		}
		if shared == nil {
			env.Entry = append(env.Entry, entry{ID: p.waba})
			shared = &env.Entry[len(env.Entry)-1]
		}
		if n := len(shared.Changes); n > 0 && shared.Changes[n-1].Field == u.field && u.field != "history" {
			v := shared.Changes[n-1].Value.(value)
			v.add(u.value)
			shared.Changes[n-1].Value = v
			continue
		}
		v := value{Product: "whatsapp", Metadata: p.meta}
		v.add(u.value)
		shared.Changes = append(shared.Changes, change{Value: v, Field: u.field})
	}
	return env
}

func (v *value) add(o value) {
	for _, c := range o.Contacts {
		if !v.names(c) {
			v.Contacts = append(v.Contacts, c)
		}
	}
	v.Messages = append(v.Messages, o.Messages...)
	v.Statuses = append(v.Statuses, o.Statuses...)
	v.Echoes = append(v.Echoes, o.Echoes...)
	v.StateSync = append(v.StateSync, o.StateSync...)
	v.History = append(v.History, o.History...)
}

func (v *value) names(c contact) bool {
	for _, have := range v.Contacts {
		if have.UserID == c.UserID && have.WaID == c.WaID {
			return true
		}
	}
	return false
}
