package line

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"frontdesk/inbox"
)

// fakeDesk keeps threads and messages in memory and behaves as an owner does where line mode can tell: events after
// changes, the window and the two-voices stop at Send, one effect per command id.
type fakeDesk struct {
	mu        sync.Mutex
	now       func() time.Time
	info      inbox.Info
	order     []inbox.ThreadID
	threads   map[inbox.ThreadID]*inbox.Thread
	messages  map[inbox.ThreadID][]inbox.Message
	templates []inbox.Template
	saved     []inbox.SavedReply
	away      inbox.Away
	trayed    []inbox.TrayItem
	files     map[string]string
	steps     []inbox.Step
	seq       inbox.Seq
	done      map[string]inbox.Done
	log       []inbox.Command
	events    []chan []inbox.Event
	fail      func(inbox.Command) error // a failure instead of the effect
	lose      func(inbox.Command) bool  // the effect, but the answer is lost
}

func newFakeDesk(now func() time.Time) *fakeDesk {
	return &fakeDesk{now: now, seq: 1000, threads: map[inbox.ThreadID]*inbox.Thread{}, messages: map[inbox.ThreadID][]inbox.Message{},
		done: map[string]inbox.Done{}, files: map[string]string{},
		info: inbox.Info{Agent: "priya", Business: "Acme Store", Number: "+91 22 5550 0100"}}
}

func (d *fakeDesk) add(t inbox.Thread, msgs ...inbox.Message) {
	d.order = append(d.order, t.ID)
	d.threads[t.ID] = &t
	for _, m := range msgs {
		d.put(t.ID, m)
	}
	d.derive(t.ID)
}

func (d *fakeDesk) put(id inbox.ThreadID, m inbox.Message) inbox.Message {
	d.seq++
	m.Thread = id
	if m.Seq == 0 {
		m.Seq = d.seq
	}
	if m.Key == "" {
		m.Key = fmt.Sprintf("k%d", d.seq)
	}
	if m.ID == "" && m.Ref == "" {
		m.ID = "wamid." + m.Key
	}
	have := d.messages[id]
	if i := slices.IndexFunc(have, func(x inbox.Message) bool { return x.Key == m.Key || m.Ref != "" && x.Ref == m.Ref }); i >= 0 {
		m.Seq = have[i].Seq
		have[i] = m
	} else {
		d.messages[id] = append(have, m)
	}
	return m
}

func (d *fakeDesk) derive(id inbox.ThreadID) {
	t, ms := d.threads[id], d.messages[id]
	t.Seq, t.Messages, t.Unread, t.Stuck, t.Failed = d.seq, len(ms), 0, nil, false
	for i := range ms {
		if ms[i].Unread {
			t.Unread++
		}
		if m := ms[i]; m.Direction == "out" && (m.Status == inbox.StatusFailed || m.Status == inbox.Unknown) {
			t.Stuck = &m
		}
	}
	if len(ms) > 0 {
		last := ms[len(ms)-1]
		t.LastMessage, t.LastActivityAt = &last, last.At
	}
}

// change puts a message and tells everybody.
func (d *fakeDesk) change(id inbox.ThreadID, kind inbox.EventKind, m inbox.Message) inbox.Message {
	d.mu.Lock()
	m = d.put(id, m)
	d.derive(id)
	t := *d.threads[id]
	seq := d.seq
	d.mu.Unlock()
	d.emit(inbox.Event{Seq: seq, Kind: kind, Message: &m}, inbox.Event{Seq: seq, Kind: inbox.ThreadEvent, Thread: &t})
	return m
}

// alter changes a thread and tells everybody.
func (d *fakeDesk) alter(id inbox.ThreadID, f func(*inbox.Thread)) {
	d.mu.Lock()
	f(d.threads[id])
	d.seq++
	d.threads[id].Seq = d.seq
	t := *d.threads[id]
	d.mu.Unlock()
	d.emit(inbox.Event{Seq: t.Seq, Kind: inbox.ThreadEvent, Thread: &t})
}

func (d *fakeDesk) emit(events ...inbox.Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.events {
		c <- events
	}
}

func (d *fakeDesk) Info(context.Context) (inbox.Info, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	info := d.info
	for _, t := range d.threads {
		info.Counts.All++
		info.Counts.Unread += t.Unread
		if t.Assignee == info.Agent {
			info.Counts.Mine++
		}
	}
	return info, nil
}

func (d *fakeDesk) Watch(ctx context.Context, since inbox.Cursor) (*inbox.Watch, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	in, out := make(chan []inbox.Event, 4096), make(chan []inbox.Event)
	d.events = append(d.events, in)
	go func() {
		defer close(out)
		for {
			select {
			case <-ctx.Done():
				return
			case e, ok := <-in:
				if !ok {
					return
				}
				select {
				case out <- e:
				case <-ctx.Done():
					return
				}
			}
		}
	}()
	return &inbox.Watch{Cursor: inbox.Cursor{Epoch: "e", Seq: d.seq}, Events: out, Err: func() error { return errors.New("gone") }}, nil
}

// drop ends all subscriptions, as an owner does that goes away.
func (d *fakeDesk) drop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.events {
		close(c)
	}
	d.events = nil
}

func (d *fakeDesk) Threads(_ context.Context, q inbox.ThreadQuery) (inbox.ThreadPage, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []inbox.Thread
	for _, id := range d.order {
		t := d.threads[id]
		in := true
		switch q.View {
		case inbox.ViewMine:
			in = t.Assignee == d.info.Agent
		case inbox.ViewWaiting:
			in = !t.WaitingSince.IsZero()
		case inbox.ViewStuck:
			in = t.Stuck != nil
		case inbox.ViewDone:
			in = t.State == inbox.Closed
		case inbox.ViewAll:
			in = t.State != inbox.Closed
		}
		if in && strings.Contains(inbox.Fold(t.Name+" "+t.WaID), inbox.Fold(q.Filter)) {
			all = append(all, *t)
		}
	}
	from := 0
	if q.After != "" {
		_, _ = fmt.Sscan(q.After, &from)
	}
	to := min(len(all), from+q.Limit)
	page := inbox.ThreadPage{Threads: all[from:to]}
	if to < len(all) {
		page.Next = fmt.Sprint(to)
	}
	return page, nil
}

func (d *fakeDesk) Thread(_ context.Context, ref string) (inbox.Thread, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, t := range d.threads {
		if n := inbox.Digits(ref); string(t.ID) == ref || t.Name == ref || n != "" && t.WaID == n {
			return *t, nil
		}
	}
	return inbox.Thread{}, &inbox.Error{Kind: inbox.NotFound, Text: "no thread is called " + inbox.Clean(ref)}
}

func (d *fakeDesk) Messages(_ context.Context, q inbox.MessageQuery) (inbox.MessagePage, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	ms := d.messages[q.Thread]
	at := func(key string) int { return slices.IndexFunc(ms, func(m inbox.Message) bool { return m.Key == key }) }
	from, to := len(ms)-q.Limit, len(ms)
	switch {
	case q.Before != "":
		to = at(q.Before)
		from = to - q.Limit
	case q.After != "":
		from = at(q.After) + 1
		to = from + q.Limit
	case q.Around != "":
		from = at(q.Around) - q.Limit/2
		to = from + q.Limit
	}
	from, to = max(0, from), min(len(ms), to)
	return inbox.MessagePage{Messages: slices.Clone(ms[from:to]), Earlier: from > 0, Later: to < len(ms), Seq: d.seq}, nil
}

func (d *fakeDesk) Search(_ context.Context, q inbox.SearchQuery) (page inbox.SearchPage, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if strings.TrimSpace(q.Text) == "" {
		return page, &inbox.Error{Kind: inbox.Invalid, Text: "there is nothing to look for"}
	}
	for _, id := range d.order {
		for _, m := range d.messages[id] {
			if (q.Thread == "" || q.Thread == id) && strings.Contains(inbox.Fold(m.Text), inbox.Fold(q.Text)) {
				page.Matches = append(page.Matches, inbox.Match{Message: m, ThreadName: d.threads[id].Name})
			}
		}
	}
	slices.SortStableFunc(page.Matches, func(a, b inbox.Match) int { return b.At.Compare(a.At) })
	if q.Before != "" {
		i := slices.IndexFunc(page.Matches, func(m inbox.Match) bool { return m.Key == q.Before })
		page.Matches = page.Matches[i+1:]
	}
	if page.Earlier = len(page.Matches) > q.Limit; page.Earlier {
		page.Matches = page.Matches[:q.Limit]
	}
	return page, nil
}

func (d *fakeDesk) Detail(_ context.Context, thread inbox.ThreadID, key string) (inbox.Detail, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, m := range d.messages[thread] {
		if m.Key == key || m.Ref != "" && key == string(m.Ref) {
			return inbox.Detail{Message: m, IDs: []string{m.ID}, Steps: d.steps,
				Raw: []inbox.RawItem{{Seq: 7, At: m.At, Kind: "webhook", Data: []byte(`{"a":"\u001b[2J"}`)}}}, nil
		}
	}
	return inbox.Detail{}, &inbox.Error{Kind: inbox.NotFound, Text: "no such message"}
}

func (d *fakeDesk) File(_ context.Context, key string) (io.ReadCloser, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if f, ok := d.files[key]; ok {
		return io.NopCloser(bytes.NewReader([]byte(f))), nil
	}
	return nil, &inbox.Error{Kind: inbox.NotFound, Text: "the file is not here"}
}

func (d *fakeDesk) KeepFile(_ context.Context, name, as string, r io.Reader) (inbox.OutFile, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return inbox.OutFile{}, err
	}
	f, err := inbox.Sample{Name: inbox.PlainName(name), Head: b[:min(len(b), 512)], Bytes: int64(len(b))}.Fits(as)
	sum := sha256.Sum256(b)
	f.File = inbox.FileName(hex.EncodeToString(sum[:]) + inbox.FileEnding(f.MIME))
	return f, err
}

func (d *fakeDesk) Tray(context.Context, int) ([]inbox.TrayItem, error) { return d.trayed, nil }

func (d *fakeDesk) Away(context.Context) (inbox.Away, error) { return d.away, nil }

func (d *fakeDesk) Templates(context.Context) ([]inbox.Template, error) {
	return slices.Clone(d.templates), nil
}

func (d *fakeDesk) Sync(context.Context) (inbox.SyncStatus, error)                 { return inbox.SyncStatus{}, nil }
func (d *fakeDesk) Prices(context.Context, inbox.PriceQuery) (inbox.Prices, error) { return nil, nil }

func (d *fakeDesk) Costs(context.Context, inbox.CostsQuery) (inbox.Costs, error) {
	return inbox.Costs{}, nil
}

func (d *fakeDesk) Contacts(context.Context, inbox.ContactQuery) (inbox.ContactPage, error) {
	return inbox.ContactPage{}, nil
}

func (d *fakeDesk) SavedReplies(context.Context) ([]inbox.SavedReply, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.saved), nil
}

func (d *fakeDesk) Do(_ context.Context, id string, c inbox.Command) (inbox.Done, error) {
	d.mu.Lock()
	d.log = append(d.log, c)
	done, again := d.done[id]
	fail, lose := d.fail, d.lose
	d.mu.Unlock()
	if again {
		return done, nil
	}
	if fail != nil {
		if err := fail(c); err != nil {
			return inbox.Done{}, err
		}
	}
	if err := d.perform(c); err != nil {
		return inbox.Done{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.done[id] = inbox.Done{Seq: d.seq}
	if lose != nil && lose(c) {
		return inbox.Done{}, &inbox.Error{Kind: inbox.Unreachable, Text: "the owner cannot be reached"}
	}
	return d.done[id], nil
}

func (d *fakeDesk) perform(c inbox.Command) error {
	switch c := c.(type) {
	case inbox.Send:
		return d.send(c)
	case inbox.SaveDraft:
		d.alter(c.Thread, func(t *inbox.Thread) {
			if t.Draft = nil; c.Draft.Text != "" || c.Draft.File != nil {
				draft := c.Draft
				t.Draft = &draft
			}
		})
	case inbox.Assign:
		d.alter(c.Thread, func(t *inbox.Thread) { t.Assignee = c.To })
	case inbox.SetState:
		d.alter(c.Thread, func(t *inbox.Thread) { t.State, t.SnoozedUntil = c.State, c.Until })
	case inbox.Label:
		d.alter(c.Thread, func(t *inbox.Thread) {
			t.Labels = slices.DeleteFunc(slices.Clone(t.Labels), func(l string) bool { return l == c.Label })
			if !c.Off {
				t.Labels = append(t.Labels, c.Label)
			}
		})
	case inbox.Mute:
		d.alter(c.Thread, func(t *inbox.Thread) { t.Muted = !c.Off })
	case inbox.Rename:
		d.alter(c.Thread, func(t *inbox.Thread) { t.Name = c.Name })
	case inbox.AddNote:
		d.alter(c.Thread, func(t *inbox.Thread) {
			t.Notes = append(t.Notes, inbox.Note{ID: fmt.Sprint(d.seq), At: d.now(), By: d.info.Agent, Text: c.Text})
		})
	case inbox.MarkRead:
		d.mu.Lock()
		for i := range d.messages[c.Thread] {
			d.messages[c.Thread][i].Unread = false
		}
		d.derive(c.Thread)
		d.mu.Unlock()
		d.alter(c.Thread, func(*inbox.Thread) {})
	case inbox.Decide:
		for id, ms := range d.messages {
			for _, m := range ms {
				if m.Ref == c.OID {
					m.Status = map[inbox.Decision]inbox.Status{inbox.Cancel: inbox.Cancelled, inbox.Discard: inbox.Discarded,
						inbox.MarkSent: inbox.StatusSent, inbox.Resend: inbox.Discarded, inbox.SendNow: inbox.Queuing}[c.Decision]
					m.Choices = nil
					d.change(id, inbox.OutboxEvent, m)
				}
			}
		}
	case inbox.SaveReply:
		d.mu.Lock()
		d.saved = append(d.saved, inbox.SavedReply{Name: c.Reply.Name, Text: c.Text})
		d.mu.Unlock()
	}
	return nil
}

func (d *fakeDesk) send(c inbox.Send) error {
	if c.Thread == "" {
		c.Thread = "t_new"
		d.mu.Lock()
		d.add(inbox.Thread{ID: "t_new", Name: c.To, WaID: inbox.Digits(c.To)})
		d.mu.Unlock()
	}
	d.mu.Lock()
	t := d.threads[c.Thread]
	at := d.now()
	if !c.Later.IsZero() {
		at = c.Later
	}
	var err error
	if c.Out.Type == "text" && !t.Window.OpenAt(at) {
		err = &inbox.Error{Kind: inbox.WindowClosed, Text: "the 24 hours will be over at that time", Next: "choose an earlier time"}
	}
	for _, m := range d.messages[c.Thread] {
		if c.Out.Type == "text" && c.Seen > 0 && !c.Anyway && m.Direction == "out" && m.Seq > c.Seen && m.Agent != d.info.Agent {
			err = &inbox.Error{Kind: inbox.Stale, Text: "answered meanwhile", By: string(m.Origin), At: m.At, Head: m.Text, Seq: m.Seq}
		}
	}
	if t.Draft != nil && t.Draft.OID == c.OID && err == nil {
		t.Draft = nil
	}
	d.mu.Unlock()
	if err != nil || c.Out.Type == "reaction" {
		return err
	}
	m := inbox.Message{Key: string(c.OID), Ref: c.OID, Direction: "out", Origin: inbox.OriginAPI, Agent: d.info.Agent, Type: c.Out.Type, Text: c.Out.Text,
		At: at, Status: inbox.Queuing, NotBefore: c.Later, Planned: !c.Later.IsZero(), Choices: []inbox.Decision{inbox.Cancel}}
	if m.Planned {
		m.HoldReason = "later"
	}
	if v := c.Out.Template; v != nil {
		m.Template = &inbox.TemplateRef{Name: v.Name, Language: v.Language}
	}
	if c.Out.ReplyTo != "" {
		m.Quote = &inbox.Quote{Key: "k", Text: "quoted"}
	}
	d.change(c.Thread, inbox.OutboxEvent, m)
	return nil
}

// reached lets the newest reply of ours get as far as a status, as WhatsApp's webhooks do: it gets its name on the way.
func (d *fakeDesk) reached(id inbox.ThreadID, status inbox.Status, f ...func(*inbox.Message)) {
	d.mu.Lock()
	var m inbox.Message
	for _, x := range d.messages[id] {
		if x.Ref != "" {
			m = x
		}
	}
	d.mu.Unlock()
	m.Key, m.ID, m.Status, m.Choices = "n"+string(m.Ref), "wamid.N"+string(m.Ref), status, nil
	at := d.now()
	switch status {
	case inbox.StatusSent:
		m.StatusAt.Sent = at
	case inbox.StatusDelivered:
		m.StatusAt.Delivered = at
	case inbox.StatusRead:
		m.StatusAt.Read = at
	}
	for _, change := range f {
		change(&m)
	}
	d.change(id, inbox.StatusEvent, m)
}

// logged are the commands of one kind.
func logged[C inbox.Command](d *fakeDesk) (some []C) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.log {
		if x, ok := c.(C); ok {
			some = append(some, x)
		}
	}
	return some
}
