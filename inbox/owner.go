package inbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"
)

// Receipts says when customers see that their message was read (inbox.read_receipts).
type Receipts string

// The settings.
const (
	ReceiptsFocused Receipts = "focused"  // when an agent has it on the screen: MarkRead.Receipt
	ReceiptsOnReply Receipts = "on_reply" // when an agent answers
	ReceiptsNever   Receipts = "never"
)

// Config is what an Owner needs.
type Config struct {
	Line    LineID
	Journal Journal
	Views   Views
	Decoder Decoder

	// Gateway may be nil: then everything works but what needs WhatsApp, and replies stay queued.
	Gateway Gateway
	// Explain may be nil: then failures have their code and WhatsApp's own words.
	Explain Explain
	// Clock is the local wall clock; nil is time.Now. Waits do not use it.
	Clock Clock
	// Vault keeps the files of messages; nil keeps none. They are fetched through Gateway.
	Vault Vault
	Media MediaLimits

	// Node names this machine where several share one journal; empty where the store has one owner at most. A process
	// that starts anew under the same name takes the right to send over at once.
	Node string

	// PhoneDays is after how many days without a sign of the phone WhatsApp cuts the number off; 0 counts none.
	PhoneDays int

	// Tariff is what messages are taken to cost; nil shows no amounts.
	Tariff *Tariff

	// AlertEvery is how often an alert is repeated until somebody opens the thread; 0: never.
	AlertEvery time.Duration

	Business string   // the name for the header
	Holder   string   // who holds the store, for people: pid, user, since
	Receipts Receipts // "" is focused
	Log      *slog.Logger
}

// Owner is the one process that holds the store: it applies the journal to the views, sends, and serves desks.
type Owner struct {
	c     Config
	rules Rules
	run   string // names this process in attempts
	clock *serverClock

	bell       bell    // rings when the views, a presence or a notice changed
	applied    reached // how far the views are
	found      Seq     // the journal's head at the start
	slots      slots
	presences  presences
	attendance attendance
	alerts     *alerter
	drafts     drafts
	notices    notices
	templates  templateCache
	number     numberCache
	link       linkCache
	intake     intakeHealth
	coming     coming
	receipts   receipts
	threads    keyedLocks    // one decision about a thread at a time
	commands   keyedLocks    // one run of a command id at a time
	searches   chan struct{} // holds one value for each search that runs
	files      keyedLocks    // one change of a stored file at a time
	syncs      keyedLocks    // one request for contacts or history at a time
	synced     syncTold
	custody    custody
	handed     handed
	uploads    uploads

	readOnly  bool
	restLeast time.Duration   // between two transactions of the projector
	life      context.Context // ends when the desks close
	end       context.CancelFunc
	guests    guests
}

// NewOwner prepares an owner. It reads the cache and the drafts and starts nothing: Run does.
func NewOwner(c Config) (*Owner, error) {
	if c.Line == "" || c.Journal == nil || c.Views == nil || c.Decoder == nil {
		return nil, errors.New("an owner needs a line, a journal, views and a decoder")
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Node == "" {
		c.Node = installID(c.Journal)
	}
	if c.Receipts == "" {
		c.Receipts = ReceiptsFocused
	}
	o := &Owner{
		searches: make(chan struct{}, searchesAtOnce), restLeast: restLeast, c: c, run: NewID(), clock: newServerClock(c.Clock), rules: Rules{Install: installID(c.Journal)},
	}
	o.life, o.end = context.WithCancel(context.Background())
	o.slots.bell = &o.bell
	o.notices.slots = &o.slots
	if err := o.load(); err != nil {
		return nil, err
	}
	return o, nil
}

// load reads what the cache and the journal keep beside the threads.
func (o *Owner) load() error {
	saved, err := o.c.Journal.Drafts(context.Background())
	if err != nil {
		return fmt.Errorf("read the drafts: %w", err)
	}
	o.drafts.load(saved)
	head, err := o.c.Journal.Head(context.Background())
	if err != nil {
		return fmt.Errorf("read the journal's head: %w", err)
	}
	o.alerts, o.found = newAlerter(o, head.Seq), head.Seq
	return o.view("", func(r *Reader) error {
		meta := readMeta(r.tx)
		if at := Applied(r.tx); at.Epoch == head.Epoch && at.Seq <= head.Seq { // else they are of another journal
			o.applied.to(at.Seq)
		}
		o.intake.restore(meta)
		o.clock.notBefore(meta.LastEvent)
		if q, err := r.Quarantined(1); err == nil && len(q) > 0 && o.clock.now().Sub(q[0].At) < quarantineTold {
			o.showQuarantine()
		}
		o.synced.state = r.Sync(o.c.Line).History.State
		return o.templates.load(r.tx)
	})
}

// Run applies, sends and refreshes until ctx ends, then lets go of everything within two seconds. A POST that is on
// its way is cancelled and its outcome committed as unknown. It returns nil when ctx ended it, else why it cannot go
// on; desks are closed either way.
func (o *Owner) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var parts sync.WaitGroup
	start := func(part func(context.Context) error) {
		parts.Go(func() {
			if err := part(ctx); err != nil && ctx.Err() == nil {
				cancel(err)
			}
		})
	}
	if err := o.noteAbsence(ctx); err != nil {
		o.c.Log.Error("when nothing could arrive could not be noted", "err", err)
	}
	start(newProjector(o, batchLive).run)
	start(o.housekeeping)
	start(o.alerts.run)
	start(o.warmSearch)
	start(o.watchLine)
	if o.c.Gateway != nil {
		start(newSender(o).run)
		start(o.refreshTemplates)
		start(o.refreshNumber)
		start(o.askSilent)
		if o.c.Vault != nil {
			start(newFetcher(o).run)
		}
	}
	if o.c.Vault != nil {
		start(o.keepFiles)
	}
	<-ctx.Done()
	o.end()
	parts.Wait()
	o.guests.close()
	o.noteEnd()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) && !errors.Is(cause, context.DeadlineExceeded) {
		return cause
	}
	return nil
}

// CaughtUp waits until the views know what was in the journal when the owner was made, or until ctx ends. After a clean
// stop that is at once; after a crash they are some seconds of work behind, and a listing would lack what was
// acknowledged. It needs Run, and ends with it.
func (o *Owner) CaughtUp(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(o.life, cancel)()
	return o.applied.wait(ctx, o.found)
}

// guests are the goroutines that others start on the owner: watchers and receipts.
type guests struct {
	mu     sync.Mutex
	closed bool
	wg     sync.WaitGroup
}

// start runs fn unless the owner is ending.
func (g *guests) start(fn func()) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.closed {
		g.wg.Go(fn)
	}
	return !g.closed
}

// close takes no more and waits for those that are there.
func (g *guests) close() {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	g.wg.Wait()
}

// housekeeping forgets presence that lapsed, and notices when the machine slept.
func (o *Owner) housekeeping(ctx context.Context) error {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	wall, since := o.c.Clock().Round(0), time.Now()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			o.presences.prune(o.clock.now())
			o.sleepless(ctx, wall, time.Since(since))
			wall, since = o.c.Clock().Round(0), time.Now()
		}
	}
}

// installID names this store in the callback data of every message that it sends (merge-rules 3.3).
func installID(j Journal) string {
	id := j.Identity()
	return id[:min(len(id), 8)]
}

// lens is how one agent sees the views now.
func (o *Owner) lens(agent AgentID) Lens {
	l := Lens{
		Agent: agent, Line: o.c.Line, Own: Digits(o.number.get().Display), Region: o.number.home(),
		Now: o.clock.now(), Run: o.run, Explain: o.c.Explain, Uploads: o.uploads.of, Tariff: o.c.Tariff,
	}
	if o.c.Gateway != nil {
		l.Token = o.c.Gateway.Credential()
	}
	if o.c.Vault != nil {
		l.Files = o.c.Vault.Path
	}
	return l
}

// view reads the views as one agent sees them. fn copies out what it needs and returns.
func (o *Owner) view(agent AgentID, fn func(*Reader) error) error {
	l := o.lens(agent)
	return o.c.Views.View(func(tx ReadTx) error { return fn(NewReader(tx, l)) })
}

// local makes the entries of local facts, as of now.
func (o *Owner) local(command string, facts ...Fact) ([]Entry, error) {
	at := o.clock.now()
	entries := make([]Entry, len(facts))
	for i, f := range facts {
		var err error
		if entries[i], err = EncodeLocal(command, f, at); err != nil {
			return nil, err
		}
		if i > 0 && entries[i].ID == entries[0].ID { // a command that says several things says each of them
			entries[i].ID += ":" + strconv.Itoa(i)
		}
	}
	return entries, nil
}
