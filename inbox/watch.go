package inbox

import (
	"context"
	"errors"
	"sync"
	"time"
)

// How much one delivery holds. Beyond changesMost objects of one entry, such as a large import, it is cheaper to read
// the screen anew than to be told one by one.
const (
	changesBatch = 256
	changesMost  = 1000
	importsTold  = 5 * time.Second
)

// Watch implements Desk. Nothing is queued for a watcher: it holds a position, reads what came after from the views
// and delivers the objects as they are then. While it waits for its reader, changes of one object fall together.
func (d *deskOf) Watch(ctx context.Context, since Cursor) (*Watch, error) {
	o := d.owner
	if o.readOnly {
		return nil, Refusal("no-news")
	}
	at, imports, reset, err := o.resume(ctx, since)
	if err != nil {
		return nil, err
	}
	w := &watcher{owner: o, agent: d.agent, at: at, imports: imports, volatile: o.slots.head(), ch: make(chan []Event)}
	o.attendance.come(d)
	if !o.guests.start(func() { defer o.attendance.leave(d); w.run(ctx) }) {
		o.attendance.leave(d)
		return nil, errDeskClosed()
	}
	return &Watch{Cursor: at, Reset: reset, Events: w.ch, Err: w.reason}, nil
}

// resume decides where a watcher starts: at its cursor when that is of this journal and not too old, else at the head.
// Imports are applied beside the entries that a cursor counts; one that may have missed some starts over as well.
func (o *Owner) resume(ctx context.Context, since Cursor) (at Cursor, imports uint32, reset bool, err error) {
	var meta viewsMeta
	if err := o.c.Views.View(func(tx ReadTx) error {
		at, meta = Applied(tx), readMeta(tx)
		return nil
	}); err != nil {
		return at, 0, false, cacheTrouble(err)
	}
	if at.Epoch == "" { // nothing applied yet: the epoch is the journal's
		head, err := o.c.Journal.Head(ctx)
		if err != nil {
			return at, 0, false, storeError(err)
		}
		at.Epoch = head.Epoch
	}
	if since == (Cursor{}) || since.Seq < meta.Trimmed || meta.Imports > 0 && since.Seq <= meta.Beside {
		return at, meta.Imports, true, nil
	}
	_, err = o.c.Journal.Read(ctx, since, 1)
	if errors.Is(err, ErrCursor) {
		return at, meta.Imports, true, nil
	}
	if err != nil {
		return at, 0, false, storeError(err)
	}
	since.Epoch = at.Epoch // a person who typed a number gave none
	return since, meta.Imports, false, nil
}

// watcher is one running subscription.
type watcher struct {
	owner    *Owner
	agent    AgentID
	at       Cursor
	volatile uint64    // position among the slots
	imports  uint32    // transactions of the import lane that were told
	told     time.Time // when
	ch       chan []Event

	mu  sync.Mutex
	err error
}

func (w *watcher) reason() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

func (w *watcher) run(ctx context.Context) {
	defer close(w.ch)
	err := w.follow(ctx)
	w.mu.Lock()
	w.err = err
	w.mu.Unlock()
}

func (w *watcher) follow(ctx context.Context) error {
	for {
		rung := w.owner.bell.next() // before looking, so that nothing slips in between
		events, err := w.pull()
		if err != nil {
			return cacheTrouble(err)
		}
		if len(events) == 0 {
			select {
			case <-rung:
			case <-ctx.Done():
				return ctx.Err()
			case <-w.owner.life.Done():
				return errDeskClosed()
			}
			continue
		}
		select {
		case w.ch <- events:
		case <-ctx.Done():
			return ctx.Err()
		case <-w.owner.life.Done():
			return errDeskClosed()
		}
	}
}

// pull reads what came after the watcher's position and moves it.
func (w *watcher) pull() ([]Event, error) {
	var events []Event
	err := w.owner.view(w.agent, func(r *Reader) error {
		head, meta := Applied(r.tx), readMeta(r.tx)
		if w.at.Seq < meta.Trimmed || w.at.Seq > head.Seq && w.behind(head) {
			w.at, events = head, []Event{{Reset: true, Cursor: head, At: w.owner.clock.now()}}
			return nil
		}
		entries, err := changesAfter(r.tx, w.at.Seq, head.Seq, changesBatch)
		if err != nil {
			return err
		}
		events = w.materialise(r, entries, head)
		passing, last := w.owner.slots.after(w.volatile)
		w.volatile = last
		events = append(events, w.owner.materialiseVolatile(r, w.agent, passing)...)
		if w.importsChanged(r.tx, meta) {
			events = append(events, Event{Reset: true, Kind: SyncEvent, Cursor: w.at, At: w.owner.clock.now()})
		}
		return r.Err()
	})
	return events, err
}

// importsChanged reports whether it is time to tell that the import lane changed something: when it is through, and
// every few seconds until then. What it changed is read anew; there may be months of it.
func (w *watcher) importsChanged(tx ReadTx, meta viewsMeta) bool {
	if w.imports == meta.Imports || importing(tx) && time.Since(w.told) < importsTold {
		return false
	}
	w.imports, w.told = meta.Imports, time.Now()
	return true
}

// behind reports whether the views were thrown away and are being made anew, so that the position lies ahead of them.
// The watcher waits then; it starts over only when they belong to another journal.
func (w *watcher) behind(head Cursor) bool { return head.Epoch != "" && head.Epoch != w.at.Epoch }

// materialise reads the changed objects as they are now, each once, where it changed last. It answers nothing only when
// there is nothing more: changes that cannot be seen end in a mark.
func (w *watcher) materialise(r *Reader, entries []told, head Cursor) []Event {
	began := w.at.Seq
	last, replaced, n := map[changed]Seq{}, map[changed]Seq{}, 0
	for _, e := range entries {
		n += len(e.Changes)
		for _, c := range e.Changes {
			last[c.object()] = e.seq
			if c.Replaces != "" {
				replaced[c.object()] = e.seq
			}
		}
	}
	var events []Event
	for _, e := range entries {
		cursor := Cursor{Epoch: head.Epoch, Seq: e.seq, Chk: e.Chk}
		at := time.UnixMilli(e.At).UTC()
		if len(e.Changes) > changesMost {
			events = append(events, Event{Reset: true, Cursor: cursor, At: at})
			w.at = cursor
			continue
		}
		done := map[changed]bool{}
		for _, c := range e.Changes {
			// A row that takes another's place is told as that, and once: the screen must take the other one away.
			replaces := c.Replaces != ""
			if !replaces && (last[c.object()] != e.seq || replaced[c.object()] == e.seq) || done[c] {
				continue
			}
			done[c] = true
			if ev, ok := w.owner.read(r, c); ok {
				ev.Seq, ev.Cursor, ev.At = e.seq, cursor, at
				events = append(events, ev)
			}
		}
		w.at = cursor
	}
	if n < changesBatch && head.Seq > w.at.Seq { // what is left up to the head changed nothing
		w.at = head
	}
	if w.at.Seq > began && (len(events) == 0 || events[len(events)-1].Cursor.Seq < w.at.Seq) {
		events = append(events, Event{Kind: MarkEvent, Seq: w.at.Seq, Cursor: w.at, At: w.owner.clock.now()})
	}
	return events
}

// object is the change without what may differ from one time to the next.
func (c changed) object() changed {
	c.Replaces = ""
	return c
}

// read gives the object of a change as it is now; ok is false when it is no more.
func (o *Owner) read(r *Reader, c changed) (ev Event, ok bool) {
	ev = Event{Kind: c.Kind, Replaces: c.Replaces}
	switch {
	case c.Notice != nil:
		ev.Account = c.Notice
		return ev, true
	case c.Kind == ThreadEvent || c.Kind == ContactEvent:
		t, ok := r.Thread(c.Thread)
		if !ok {
			return ev, false
		}
		o.decorate(r, &t)
		ev.Thread = &t
		return ev, true
	case c.Kind == SyncEvent:
		s := r.Sync(o.c.Line)
		ev.Sync = &s
		return ev, r.Err() == nil
	case c.Kind == SavedReplyEvent:
		s, ok := r.savedReply(c.Key)
		ev.Saved = &s
		return ev, ok
	}
	m, ok := r.Message(c.Key)
	if !ok {
		return ev, false
	}
	ev.Message = &m
	return ev, true
}

// materialiseVolatile reads what the slots hold.
func (o *Owner) materialiseVolatile(r *Reader, agent AgentID, passing []volatile) []Event {
	var events []Event
	for _, v := range passing {
		ev := v.event
		ev.At = o.clock.now()
		if v.thread != 0 {
			t, ok := r.Thread(v.thread)
			if !ok {
				continue
			}
			o.decorate(r, &t)
			ev.Kind, ev.Thread = ThreadEvent, &t
		}
		if ev.Kind == SyncEvent {
			s := r.Sync(o.c.Line)
			ev.Sync = &s
		}
		if v.reply != "" {
			m, ok := r.Message(string(v.reply))
			if !ok {
				continue
			}
			ev.Kind, ev.Message = OutboxEvent, &m
		}
		events = append(events, ev)
	}
	return events
}

// tellThread tells that what is kept beside a thread changed, such as its draft.
func (o *Owner) tellThread(no ThreadNo) {
	o.slots.put("thread/"+string(no.ID()), volatile{thread: no})
}

func errDeskClosed() *Error { return Refusal("owner-ending") }

// cacheTrouble is an error of the views, for a person.
func cacheTrouble(err error) error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return Refusal("cache", "why", err.Error()).Because(err)
}
