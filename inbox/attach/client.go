package attach

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"frontdesk/inbox"
	"frontdesk/inbox/wire"
)

// Options say how to attach.
type Options struct {
	Agent inbox.AgentID // who sits here, when the owner runs as the same user
	App   string        // version of this program
}

// Desk is an inbox.Desk over a socket. It reconnects by itself: questions and commands wait meanwhile, and a Watch tells
// the state of the connection by account events of kind "connection". Close ends it.
type Desk struct {
	ctx    context.Context
	cancel context.CancelFunc
	dial   func(context.Context) (net.Conn, error)
	opt    Options
	owner  int // user id

	mu    sync.Mutex
	calls *wire.Client // the stream of a running Watch, else one without a stream
	idle  *wire.Client
}

// helloWait is how long an owner may take to answer a greeting: one that begins serves nobody for its first seconds.
// Tests make it less.
var helloWait = 10 * time.Second

// ErrSilent is wrapped by Dial when an owner is there and does not answer: its process was stopped, or is stuck.
var ErrSilent = errors.New("the owner does not answer")

// Dial attaches to the owner behind a unix socket. It fails at once when nobody is there, and with ErrSilent when somebody
// is who says nothing for ten seconds. Whom the owner does not admit is told so by the first question.
func Dial(ctx context.Context, socket string, opt Options) (*Desk, error) {
	dial := func(ctx context.Context) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", socket)
	}
	first, err := dial(ctx)
	if err != nil {
		return nil, err
	}
	owner, err := peerUID(first)
	if err := errors.Join(err, first.Close()); err != nil {
		return nil, err
	}
	d := &Desk{dial: dial, opt: opt, owner: owner}
	d.ctx, d.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if err := d.greet(ctx); err != nil {
		_ = d.Close()
		return nil, err
	}
	return d, nil
}

// greet makes the connection that questions go over, and waits until the owner has answered on it.
func (d *Desk) greet(ctx context.Context) error {
	within, cancel := context.WithTimeout(ctx, helloWait)
	defer cancel()
	for {
		o := d.options(wire.Hello{Want: []string{wire.None}})
		o.Insist = true
		c := wire.Dial(d.ctx, o)
		err := c.Welcomed(within)
		var no *wire.Close
		if err == nil || errors.As(err, &no) && no.Final() {
			d.idle = c
			return nil
		}
		c.Close()
		var late net.Error
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case within.Err() != nil:
			return inbox.Refusal("owner-silent").Because(ErrSilent)
		case !errors.As(err, &late) || !late.Timeout():
			return err
		}
	}
}

// Owner is the user id that the owner had when it was dialled.
func (d *Desk) Owner() int { return d.owner }

// Close ends the desk; running watches and calls end with it.
func (d *Desk) Close() error {
	d.cancel()
	d.mu.Lock()
	idle := d.idle
	d.mu.Unlock()
	if idle != nil {
		idle.Close()
	}
	return nil
}

func (d *Desk) options(h wire.Hello) wire.Options {
	h.App = d.opt.App
	return wire.Options{Dial: d.dial, Hello: h, Header: http.Header{agentHeader: {string(d.opt.Agent)}}}
}

// caller is the connection that questions and commands go over. While a Watch runs it is that one, so that an answer
// comes after the event it caused.
func (d *Desk) caller() *wire.Client {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.calls != nil {
		return d.calls
	}
	if d.idle == nil {
		d.idle = wire.Dial(d.ctx, d.options(wire.Hello{Want: []string{wire.None}}))
	}
	return d.idle
}

func (d *Desk) call(ctx context.Context, id, kind string, in, out any) error {
	data, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	cmd := wire.Command{ID: id, Kind: kind, Data: data}
	if s, ok := in.(inbox.Send); ok {
		cmd.Seen = uint64(s.Seen)
	}
	var res wire.Result
	for {
		c := d.caller()
		res, err = c.Call(ctx, cmd)
		// A Watch that ends takes its connection along; the same id over another one has no second effect.
		if err == wire.ErrClosed && ctx.Err() == nil && d.ctx.Err() == nil && c != d.caller() {
			continue
		}
		break
	}
	if err != nil {
		return deskError(err)
	}
	if err := json.Unmarshal(res.Data, out); err != nil {
		return inbox.Refusal("owner-other").Because(err)
	}
	return nil
}

func ask[T any](ctx context.Context, d *Desk, kind string, in any) (T, error) {
	var out T
	err := d.call(ctx, inbox.NewID(), kind, in, &out)
	return out, err
}

// Info implements inbox.Desk.
func (d *Desk) Info(ctx context.Context) (inbox.Info, error) {
	return ask[inbox.Info](ctx, d, askInfo, struct{}{})
}

// Threads implements inbox.Desk.
func (d *Desk) Threads(ctx context.Context, q inbox.ThreadQuery) (inbox.ThreadPage, error) {
	return ask[inbox.ThreadPage](ctx, d, askThreads, q)
}

// Thread implements inbox.Desk.
func (d *Desk) Thread(ctx context.Context, ref string) (inbox.Thread, error) {
	return ask[inbox.Thread](ctx, d, askThread, threadQuestion{ref})
}

// Messages implements inbox.Desk.
func (d *Desk) Messages(ctx context.Context, q inbox.MessageQuery) (inbox.MessagePage, error) {
	return ask[inbox.MessagePage](ctx, d, askMessages, q)
}

// Search implements inbox.Desk.
func (d *Desk) Search(ctx context.Context, q inbox.SearchQuery) (inbox.SearchPage, error) {
	return ask[inbox.SearchPage](ctx, d, askSearch, q)
}

// Detail implements inbox.Desk.
func (d *Desk) Detail(ctx context.Context, thread inbox.ThreadID, key string) (inbox.Detail, error) {
	return ask[inbox.Detail](ctx, d, askDetail, detailQuestion{thread, key})
}

// Tray implements inbox.Desk.
func (d *Desk) Tray(ctx context.Context, n int) ([]inbox.TrayItem, error) {
	return ask[[]inbox.TrayItem](ctx, d, askTray, n)
}

// Away implements inbox.Desk.
func (d *Desk) Away(ctx context.Context) (inbox.Away, error) {
	return ask[inbox.Away](ctx, d, askAway, struct{}{})
}

// Templates implements inbox.Desk.
func (d *Desk) Templates(ctx context.Context) ([]inbox.Template, error) {
	return ask[[]inbox.Template](ctx, d, askTemplates, struct{}{})
}

// SavedReplies implements inbox.Desk.
func (d *Desk) SavedReplies(ctx context.Context) ([]inbox.SavedReply, error) {
	return ask[[]inbox.SavedReply](ctx, d, askSaved, struct{}{})
}

// Sync implements inbox.Desk.
func (d *Desk) Sync(ctx context.Context) (inbox.SyncStatus, error) {
	return ask[inbox.SyncStatus](ctx, d, askSync, struct{}{})
}

// Prices implements inbox.Desk.
func (d *Desk) Prices(ctx context.Context, q inbox.PriceQuery) (inbox.Prices, error) {
	return ask[inbox.Prices](ctx, d, askPrices, q)
}

// Costs implements inbox.Desk.
func (d *Desk) Costs(ctx context.Context, q inbox.CostsQuery) (inbox.Costs, error) {
	return ask[inbox.Costs](ctx, d, askCosts, q)
}

// Contacts implements inbox.Desk.
func (d *Desk) Contacts(ctx context.Context, q inbox.ContactQuery) (inbox.ContactPage, error) {
	return ask[inbox.ContactPage](ctx, d, askContacts, q)
}

// Do implements inbox.Desk.
func (d *Desk) Do(ctx context.Context, id string, c inbox.Command) (inbox.Done, error) {
	var out inbox.Done
	err := d.call(ctx, id, c.Kind(), c, &out)
	return out, err
}

// Watch implements inbox.Desk.
func (d *Desk) Watch(ctx context.Context, since inbox.Cursor) (*inbox.Watch, error) {
	watchCtx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(d.ctx, cancel)
	c := wire.Dial(watchCtx, d.options(wire.Hello{Cursor: toWire(since)}))
	w := &inbox.Watch{}
	for w.Cursor.Epoch == "" {
		select {
		case u, ok := <-c.Updates():
			if !ok {
				stop()
				cancel()
				return nil, deskError(c.Status().Why)
			}
			switch u := u.(type) {
			case wire.Welcome:
				if u.Mode == wire.ModeResume {
					w.Cursor = fromWire(u.At)
				}
			case wire.Snapshot:
				w.Cursor, w.Reset = fromWire(u.At), true
			}
		case <-ctx.Done():
			stop()
			cancel()
			c.Close()
			return nil, ctx.Err()
		}
	}
	d.mu.Lock()
	if d.calls == nil {
		d.calls = c
	}
	d.mu.Unlock()

	events := make(chan []inbox.Event)
	var why error
	w.Events, w.Err = events, func() error { return why }
	go func() {
		defer close(events)
		defer stop()
		defer cancel()
		defer func() {
			d.mu.Lock()
			if d.calls == c {
				d.calls = nil
			}
			d.mu.Unlock()
			c.Close()
			if why == nil {
				why = deskError(c.Status().Why)
			}
		}()
		for u := range c.Updates() {
			batch := d.take(c, u)
			if len(batch) == 0 {
				continue
			}
			select {
			case events <- batch:
			case <-watchCtx.Done():
				why = watchCtx.Err()
				return
			}
		}
	}()
	return w, nil
}

// take turns what the wire says, and what waits behind it, into one batch.
func (d *Desk) take(c *wire.Client, u wire.Update) []inbox.Event {
	batch := translate(nil, u)
	for len(batch) < 256 {
		select {
		case u, ok := <-c.Updates():
			if !ok {
				return batch
			}
			batch = translate(batch, u)
		default:
			return batch
		}
	}
	return batch
}

func translate(batch []inbox.Event, u wire.Update) []inbox.Event {
	switch u := u.(type) {
	case wire.Event:
		var objects []inbox.Event
		if err := json.Unmarshal(u.Data, &objects); err != nil {
			return append(batch, connection(inbox.Tell("connection-unreadable", "unreadable")))
		}
		for _, e := range objects {
			e.Cursor = fromWire(u.Cursor)
			batch = append(batch, e)
		}
	case wire.Mark:
		c := fromWire(u.Cursor)
		batch = append(batch, inbox.Event{Seq: c.Seq, Cursor: c, At: time.Now(), Kind: inbox.MarkEvent})
	case wire.Live:
		var e inbox.Event
		if err := json.Unmarshal(u.Data, &e); err == nil {
			if e.Kind == resetKind {
				e = inbox.Event{At: e.At, Kind: inbox.SyncEvent, Reset: true}
			}
			batch = append(batch, e)
		}
	case wire.Snapshot: // of a connection made anew: what was missed is gone, the state must be read again
		batch = append(batch, inbox.Event{At: time.Now(), Reset: true, Cursor: fromWire(u.At)})
	case wire.Status:
		switch u.Phase {
		case wire.PhaseReconnecting:
			batch = append(batch, connection(inbox.Tell("connection-reconnecting", "reconnecting")))
		case wire.PhaseLive:
			batch = append(batch, connection(inbox.Notice{Kind: "connection-live"}))
		}
	}
	return batch
}

func connection(n inbox.Notice) inbox.Event {
	return inbox.Event{At: time.Now(), Kind: inbox.AccountEvent, Account: &n}
}
