package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"time"

	"frontdesk/inbox"
	"frontdesk/inbox/attach"
	"frontdesk/store"
)

// roamer is the desk of a screen. It is the owner's own where this process holds the store, else an attached one; when
// that owner ends, the roamer takes part in the election and goes on as owner or attached to the next one. The screen
// keeps its state and notices only that the connection was away for a moment (network.md 2.2).
type roamer struct {
	cfg   Config
	level string

	mu    sync.Mutex
	desk  inbox.Desk
	away  *attach.Desk // desk, while attached
	house *house       // while owner
	ended chan error   // of house.run
	stop  context.CancelFunc
	moved chan struct{} // closed when desk changes
	over  bool          // closed
}

// newRoamer becomes owner or attaches, whichever is possible first, within five seconds.
func newRoamer(ctx context.Context, cfg Config, level string) (*roamer, error) {
	r := &roamer{cfg: cfg, level: level, moved: make(chan struct{})}
	deadline := time.Now().Add(ownerLockWait)
	for {
		err := r.settle(ctx)
		switch {
		case err == nil:
			return r, nil
		case !errors.Is(err, store.ErrLocked) || ctx.Err() != nil:
			return nil, err
		case time.Now().After(deadline):
			return nil, err
		}
		pause(ctx, 50*time.Millisecond+rand.N(100*time.Millisecond))
	}
}

// settle tries the lock once and the socket once.
func (r *roamer) settle(ctx context.Context) error {
	d, dialErr := dialOwner(ctx, r.cfg)
	if dialErr == nil {
		r.move(d, d, nil)
		return nil
	}
	if errors.Is(dialErr, attach.ErrSilent) {
		return dialErr
	}
	if r.cfg.Desk.Socket != "" && r.cfg.complete() != nil {
		return fmt.Errorf("nobody answers at %s; have whoever runs it start frontdesk serve there, then try again", r.cfg.Desk.Socket)
	}
	h, err := openHouse(ctx, r.cfg, r.level, electionWait, nil)
	if err != nil {
		return err
	}
	r.move(h.own(), nil, h)
	return nil
}

func (r *roamer) move(d inbox.Desk, away *attach.Desk, h *house) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over { // the screen was left while the store was being opened
		_ = h.close()
		return
	}
	old := r.away
	r.desk, r.away, r.house = d, away, h
	if h != nil {
		ctx, cancel := context.WithCancel(context.Background())
		r.stop, r.ended = cancel, make(chan error, 1)
		go func() { r.ended <- h.run(ctx) }()
	}
	close(r.moved)
	r.moved = make(chan struct{})
	if old != nil {
		_ = old.Close()
	}
}

// close ends the owner, if this process is it, or detaches.
func (r *roamer) close() error {
	r.mu.Lock()
	h, away, stop, ended := r.house, r.away, r.stop, r.ended
	r.over = true
	r.mu.Unlock()
	if away != nil {
		return away.Close()
	}
	if h == nil {
		return nil
	}
	stop()
	return errors.Join(<-ended, h.close())
}

// follow takes part in the election each time the owner is lost, until ctx ends. Nobody takes over from another user:
// the store in this user's directory is not the one that was lost. tell gets the reason when taking over fails.
func (r *roamer) follow(ctx context.Context, lost <-chan struct{}, tell func(inbox.Notice)) {
	r.mu.Lock()
	mine := r.away != nil && r.away.Owner() == os.Getuid()
	r.mu.Unlock()
	if !r.cfg.Auto || !mine {
		return
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-lost:
		}
		for told := ""; ctx.Err() == nil; {
			// The attached desk comes back by itself when another terminal won; a free lock means that it is our turn.
			if d, err := dialOwner(ctx, r.cfg); err == nil {
				_ = d.Close()
				break
			}
			h, err := openHouse(ctx, r.cfg, r.level, electionWait, nil)
			if err == nil {
				r.move(h.own(), nil, h)
				return
			}
			if !errors.Is(err, store.ErrLocked) && err.Error() != told {
				told = err.Error()
				tell(inbox.Tell("connection-reconnecting", "no-takeover", "why", oneLine(err)))
			}
			pause(ctx, 50*time.Millisecond+rand.N(100*time.Millisecond))
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

func (r *roamer) now() (inbox.Desk, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.desk, r.moved
}

// through asks the desk of the moment, and once more when it was replaced meanwhile.
func through[T any](ctx context.Context, r *roamer, f func(inbox.Desk) (T, error)) (T, error) {
	for {
		d, moved := r.now()
		v, err := f(d)
		if inbox.KindOf(err) != inbox.DeskClosed || ctx.Err() != nil {
			return v, err
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return v, err
		case <-time.After(ownerLockWait):
			return v, err
		}
	}
}

// Info implements inbox.Desk.
func (r *roamer) Info(ctx context.Context) (inbox.Info, error) {
	i, err := through(ctx, r, func(d inbox.Desk) (inbox.Info, error) { return d.Info(ctx) })
	r.mu.Lock()
	h := r.house
	r.mu.Unlock()
	if h != nil {
		i.Screens = h.desks.Screens()
	}
	return i, err
}

// Threads implements inbox.Desk.
func (r *roamer) Threads(ctx context.Context, q inbox.ThreadQuery) (inbox.ThreadPage, error) {
	return through(ctx, r, func(d inbox.Desk) (inbox.ThreadPage, error) { return d.Threads(ctx, q) })
}

// Thread implements inbox.Desk.
func (r *roamer) Thread(ctx context.Context, ref string) (inbox.Thread, error) {
	return through(ctx, r, func(d inbox.Desk) (inbox.Thread, error) { return d.Thread(ctx, ref) })
}

// Messages implements inbox.Desk.
func (r *roamer) Messages(ctx context.Context, q inbox.MessageQuery) (inbox.MessagePage, error) {
	return through(ctx, r, func(d inbox.Desk) (inbox.MessagePage, error) { return d.Messages(ctx, q) })
}

// Search implements inbox.Desk.
func (r *roamer) Search(ctx context.Context, q inbox.SearchQuery) (inbox.SearchPage, error) {
	return through(ctx, r, func(d inbox.Desk) (inbox.SearchPage, error) { return d.Search(ctx, q) })
}

// Detail implements inbox.Desk.
func (r *roamer) Detail(ctx context.Context, t inbox.ThreadID, key string) (inbox.Detail, error) {
	return through(ctx, r, func(d inbox.Desk) (inbox.Detail, error) { return d.Detail(ctx, t, key) })
}

// Tray implements inbox.Desk.
func (r *roamer) Tray(ctx context.Context, n int) ([]inbox.TrayItem, error) {
	return through(ctx, r, func(d inbox.Desk) ([]inbox.TrayItem, error) { return d.Tray(ctx, n) })
}

// Away implements inbox.Desk.
func (r *roamer) Away(ctx context.Context) (inbox.Away, error) {
	return through(ctx, r, func(d inbox.Desk) (inbox.Away, error) { return d.Away(ctx) })
}

// Templates implements inbox.Desk.
func (r *roamer) Templates(ctx context.Context) ([]inbox.Template, error) {
	return through(ctx, r, func(d inbox.Desk) ([]inbox.Template, error) { return d.Templates(ctx) })
}

// Sync implements inbox.Desk.
func (r *roamer) Sync(ctx context.Context) (inbox.SyncStatus, error) {
	return through(ctx, r, func(d inbox.Desk) (inbox.SyncStatus, error) { return d.Sync(ctx) })
}

// Prices implements inbox.Desk.
func (r *roamer) Prices(ctx context.Context, q inbox.PriceQuery) (inbox.Prices, error) {
	return through(ctx, r, func(d inbox.Desk) (inbox.Prices, error) { return d.Prices(ctx, q) })
}

// Costs implements inbox.Desk.
func (r *roamer) Costs(ctx context.Context, q inbox.CostsQuery) (inbox.Costs, error) {
	return through(ctx, r, func(d inbox.Desk) (inbox.Costs, error) { return d.Costs(ctx, q) })
}

// Contacts implements inbox.Desk.
func (r *roamer) Contacts(ctx context.Context, q inbox.ContactQuery) (inbox.ContactPage, error) {
	return through(ctx, r, func(d inbox.Desk) (inbox.ContactPage, error) { return d.Contacts(ctx, q) })
}

// SavedReplies implements inbox.Desk.
func (r *roamer) SavedReplies(ctx context.Context) ([]inbox.SavedReply, error) {
	return through(ctx, r, func(d inbox.Desk) ([]inbox.SavedReply, error) { return d.SavedReplies(ctx) })
}

// File implements inbox.Desk.
func (r *roamer) File(ctx context.Context, key string) (io.ReadCloser, error) {
	return through(ctx, r, func(d inbox.Desk) (io.ReadCloser, error) { return d.File(ctx, key) })
}

// KeepFile implements inbox.Desk. A file that can be read again is handed to the next owner from its beginning.
func (r *roamer) KeepFile(ctx context.Context, name, as string, in io.Reader) (inbox.OutFile, error) {
	return through(ctx, r, func(d inbox.Desk) (inbox.OutFile, error) {
		if s, ok := in.(io.Seeker); ok {
			if _, err := s.Seek(0, io.SeekStart); err != nil {
				return inbox.OutFile{}, inbox.Refusal("file-unreadable", "why", err.Error()).Because(err)
			}
		}
		return d.KeepFile(ctx, name, as, in)
	})
}

// Do implements inbox.Desk. The id makes a repeat at the next owner harmless.
func (r *roamer) Do(ctx context.Context, id string, c inbox.Command) (inbox.Done, error) {
	return through(ctx, r, func(d inbox.Desk) (inbox.Done, error) { return d.Do(ctx, id, c) })
}

// Watch implements inbox.Desk. It goes on over a change of owner from the cursor it had.
func (r *roamer) Watch(ctx context.Context, since inbox.Cursor) (*inbox.Watch, error) {
	ctx, cancel := context.WithCancel(ctx)
	d, moved := r.now()
	w, err := d.Watch(ctx, since)
	if err != nil {
		cancel()
		return nil, err
	}
	lost := make(chan struct{}, 1)
	events := make(chan []inbox.Event)
	var wg sync.WaitGroup
	wg.Go(func() {
		r.follow(ctx, lost, func(n inbox.Notice) {
			select {
			case events <- []inbox.Event{{At: time.Now(), Kind: inbox.AccountEvent, Account: &n}}:
			case <-ctx.Done():
			}
		})
	})
	var why error
	out := &inbox.Watch{Cursor: w.Cursor, Reset: w.Reset, Events: events, Err: func() error { return why }}
	go func() {
		defer close(events)
		defer wg.Wait()
		defer cancel()
		at := w.Cursor
		for {
			if ok := r.relay(ctx, w, events, lost, &at); !ok {
				why = ctx.Err()
				return
			}
			select { // the desk ended: wait for the next one
			case <-moved:
			case <-ctx.Done():
				why = ctx.Err()
				return
			case <-time.After(2 * ownerLockWait):
				why = w.Err()
				return
			}
			d, moved = r.now()
			if w, why = d.Watch(ctx, at); why != nil {
				return
			}
			back := inbox.Event{At: time.Now(), Kind: inbox.AccountEvent, Account: &inbox.Notice{Kind: "connection-live"}}
			again := inbox.Event{At: time.Now(), Reset: w.Reset}
			batch := []inbox.Event{back}
			if w.Reset {
				batch = append(batch, again)
			}
			select {
			case events <- batch:
			case <-ctx.Done():
			}
		}
	}()
	return out, nil
}

// relay hands on what one desk tells, until it ends (true) or ctx does (false).
func (r *roamer) relay(ctx context.Context, w *inbox.Watch, to chan<- []inbox.Event, lost chan<- struct{}, at *inbox.Cursor) bool {
	for batch := range w.Events {
		for _, e := range batch {
			if e.Cursor.Seq > 0 {
				*at = e.Cursor
			}
			if e.Account != nil && strings.HasPrefix(e.Account.Kind, "connection-reconnecting") {
				select {
				case lost <- struct{}{}:
				default:
				}
			}
		}
		select {
		case to <- batch:
		case <-ctx.Done():
			return false
		}
	}
	return ctx.Err() == nil
}
