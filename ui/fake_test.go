package ui

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"frontdesk/inbox"
)

// fakeDesk keeps threads and messages in memory and behaves as an owner does where the screen can tell: events after
// changes, the window and the two-voices stop at Send, one effect per command id.
type fakeDesk struct {
	calls atomic.Int64 // of every method: Update and View must make none
	reads atomic.Int64 // of Messages

	mu        sync.Mutex
	trayed    []inbox.TrayItem
	ticked    []inbox.TrayItem
	now       func() time.Time
	info      inbox.Info
	threads   map[inbox.ThreadID]*inbox.Thread
	messages  map[inbox.ThreadID][]inbox.Message
	templates []inbox.Template
	contacts  []inbox.Contact
	saved     []inbox.SavedReply
	synced    inbox.SyncStatus
	prices    inbox.Prices
	covered   map[inbox.ThreadID]*inbox.Coverage
	details   map[string]inbox.Detail
	seq       inbox.Seq
	done      map[string]result // by command id
	log       []inbox.Command
	attends   []inbox.Attend
	watchers  []chan []inbox.Event
	fail      func(inbox.Command) error // a failure instead of the effect
	lose      func(inbox.Command) bool  // the effect, but the answer is lost
	files     map[string][]byte         // by message key
	watchErr  error
	pageErr   error
	absent    inbox.Away
	behind    time.Duration // how far its clock is
	saw       []inbox.Seq   // the positions of SeeAll
}

type result struct {
	done inbox.Done
	err  error
}

func newFakeDesk(now func() time.Time) *fakeDesk {
	return &fakeDesk{now: now, seq: 1000,
		info:    inbox.Info{Agent: "priya", Line: "1", Number: "+91 22 5550 0100", Business: "Acme Store", Screens: 1},
		threads: map[inbox.ThreadID]*inbox.Thread{}, messages: map[inbox.ThreadID][]inbox.Message{},
		details: map[string]inbox.Detail{}, done: map[string]result{}}
}

// add puts a thread with its messages into the desk, as if they had been there before.
func (d *fakeDesk) add(t inbox.Thread, msgs ...inbox.Message) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range msgs {
		d.seq++
		m := &msgs[i]
		m.Thread, m.Seq = t.ID, d.seq
		if m.Key == "" {
			m.Key = fmt.Sprintf("k%d", d.seq)
		}
		if m.ID == "" && m.Direction == "in" || m.Status == inbox.StatusRead || m.Status == inbox.StatusDelivered {
			m.ID = "wamid." + m.Key
		}
	}
	d.messages[t.ID] = append(d.messages[t.ID], msgs...)
	t.Seq = d.seq
	d.threads[t.ID] = &t
	d.derive(t.ID)
}

// derive computes what the list shows of a thread.
func (d *fakeDesk) derive(id inbox.ThreadID) {
	t := d.threads[id]
	ms := d.messages[id]
	slices.SortStableFunc(ms, order)
	t.Unread, t.Messages = 0, len(ms)
	for i := range ms {
		if ms[i].Unread {
			t.Unread++
		}
	}
	t.Scheduled, t.Held = nil, 0
	said := ms[:0:0]
	for i := range ms {
		switch m := ms[i]; {
		case m.NotBefore.IsZero():
			said = append(said, m)
		case m.Status == inbox.Held:
			t.Held++
		case m.Planned && t.Scheduled == nil:
			t.Scheduled = &inbox.Scheduled{Next: m.NotBefore, N: 1}
		case m.Planned:
			t.Scheduled.N++
		}
	}
	if n := len(said); n > 0 {
		last := said[n-1]
		t.LastMessage, t.LastActivityAt = &last, last.At
		t.Failed = last.Status == inbox.StatusFailed
		t.Stuck, t.Uncertain, t.Held = nil, 0, 0
		for _, i := range stuckRows(ms) {
			m := ms[i]
			if t.Stuck == nil {
				t.Stuck = &m
			}
			switch m.Status {
			case inbox.Unknown:
				t.Uncertain++
			case inbox.Held:
				t.Held++
			}
		}
		t.NeedsReply = last.Direction == "in"
	}
}

func (d *fakeDesk) emit(events ...inbox.Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, w := range d.watchers {
		w <- events // there is room for every test
	}
}

// change updates messages and tells the watchers.
func (d *fakeDesk) change(id inbox.ThreadID, replaces string, msgs ...inbox.Message) {
	var events []inbox.Event
	d.mu.Lock()
	for _, m := range msgs {
		d.seq++
		m.Thread = id
		if m.Seq == 0 {
			m.Seq = d.seq
		}
		d.messages[id] = slices.DeleteFunc(d.messages[id], func(have inbox.Message) bool { return have.Key == m.Key || have.Key == replaces })
		d.messages[id] = append(d.messages[id], m)
		msg := m
		events = append(events, inbox.Event{Seq: d.seq, Kind: inbox.MessageEvent, Message: &msg, Replaces: replaces})
	}
	d.threads[id].Seq = d.seq
	d.derive(id)
	t := *d.threads[id]
	events = append(events, inbox.Event{Seq: d.seq, Kind: inbox.ThreadEvent, Thread: &t})
	d.mu.Unlock()
	d.emit(events...)
}

// alter changes a thread and tells the watchers.
func (d *fakeDesk) alter(id inbox.ThreadID, f func(*inbox.Thread)) {
	d.mu.Lock()
	f(d.threads[id])
	d.seq++
	d.threads[id].Seq = d.seq
	t := *d.threads[id]
	event := inbox.Event{Seq: d.seq, Kind: inbox.ThreadEvent, Thread: &t}
	d.mu.Unlock()
	d.emit(event)
}

func (d *fakeDesk) Info(context.Context) (inbox.Info, error) {
	d.calls.Add(1)
	d.mu.Lock()
	defer d.mu.Unlock()
	info := d.info
	for _, t := range d.threads {
		if t.State == inbox.Closed {
			info.Counts.Done++
			continue
		}
		info.Counts.All++
		info.Counts.Unread += t.Unread
		switch t.Assignee {
		case "":
			info.Counts.Unassigned++
		case d.info.Agent:
			info.Counts.Mine++
		}
		if !t.WaitingSince.IsZero() && d.state(t) != inbox.Snoozed {
			info.Counts.Waiting++
			if left := t.Window.ExpiresAt.Sub(d.now()); left > 0 && left < inbox.ClosesSoon {
				info.Counts.Closing++
			}
		}
		if t.Failed {
			info.Counts.Failed++
		}
		info.Counts.Uncertain += t.Uncertain
		info.Counts.Held += t.Held
		if t.Stuck != nil {
			info.Counts.Stuck++
		}
	}
	return info, nil
}

// state is a thread's, unless its snooze is over.
func (d *fakeDesk) state(t *inbox.Thread) inbox.ThreadState {
	if t.State == inbox.Snoozed && !t.SnoozedUntil.After(d.now().Add(-d.behind)) {
		return inbox.Open
	}
	return t.State
}

func (d *fakeDesk) Watch(ctx context.Context, since inbox.Cursor) (*inbox.Watch, error) {
	d.calls.Add(1)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.watchErr != nil {
		return nil, d.watchErr
	}
	in, out := make(chan []inbox.Event, 4096), make(chan []inbox.Event)
	d.watchers = append(d.watchers, in)
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
	return &inbox.Watch{Cursor: inbox.Cursor{Epoch: "e", Seq: d.seq}, Reset: since == inbox.Cursor{}, Events: out, Err: func() error { return nil }}, nil
}

func (d *fakeDesk) Threads(_ context.Context, q inbox.ThreadQuery) (inbox.ThreadPage, error) {
	d.calls.Add(1)
	d.mu.Lock()
	defer d.mu.Unlock()
	l := threads{view: q.View, byWait: q.Order, now: d.now()}
	l.filter.set(q.Filter)
	var all []inbox.Thread
	for _, t := range d.threads {
		now := *t
		now.State = d.state(t)
		if l.belongs(&now, d.info.Agent) {
			all = append(all, now)
		}
	}
	slices.SortFunc(all, func(a, b inbox.Thread) int { return l.compare(&a, &b) })
	from := 0
	if q.After != "" {
		_, _ = fmt.Sscan(q.After, &from)
	}
	to := min(len(all), from+q.Limit)
	page := inbox.ThreadPage{Threads: all[from:to]}
	for _, t := range d.threads {
		if t.State == inbox.Snoozed && t.SnoozedUntil.After(d.now().Add(-d.behind)) {
			page.Returns = earlier(page.Returns, t.SnoozedUntil)
		}
	}
	if to < len(all) {
		page.Next = fmt.Sprint(to)
	}
	return page, nil
}

func (d *fakeDesk) Thread(_ context.Context, ref string) (inbox.Thread, error) {
	d.calls.Add(1)
	d.mu.Lock()
	defer d.mu.Unlock()
	if t := d.threads[inbox.ThreadID(ref)]; t != nil {
		return *t, nil
	}
	for _, t := range d.threads {
		if n := inbox.Digits(ref); t.Name == ref || n != "" && t.WaID == n {
			return *t, nil
		}
	}
	return inbox.Thread{}, &inbox.Error{Kind: inbox.NotFound, Text: "no such thread"}
}

func (d *fakeDesk) Messages(_ context.Context, q inbox.MessageQuery) (inbox.MessagePage, error) {
	d.reads.Add(1)
	d.calls.Add(1)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.pageErr != nil {
		return inbox.MessagePage{}, d.pageErr
	}
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
	case !q.From.IsZero():
		from = slices.IndexFunc(ms, func(m inbox.Message) bool { return !m.At.Before(q.From) })
		if from < 0 {
			from = len(ms)
		}
		from -= q.Limit / 2
		to = from + q.Limit
	case q.First:
		from, to = 0, q.Limit
	case q.Unread:
		if i := slices.IndexFunc(ms, func(m inbox.Message) bool { return m.Unread }); i >= 0 {
			from = i - q.Limit/2
			to = from + q.Limit
		}
	}
	from, to = max(0, from), min(len(ms), to)
	page := inbox.MessagePage{Messages: slices.Clone(ms[from:to]), Earlier: from > 0, Later: to < len(ms), Seq: d.seq}
	if !page.Earlier {
		page.Coverage = d.covered[q.Thread]
	}
	return page, nil
}

// Search finds as an owner does, but by looking at every message.
func (d *fakeDesk) Search(_ context.Context, q inbox.SearchQuery) (inbox.SearchPage, error) {
	d.calls.Add(1)
	d.mu.Lock()
	defer d.mu.Unlock()
	words := strings.Fields(inbox.Fold(q.Text))
	if len(words) == 0 {
		return inbox.SearchPage{}, &inbox.Error{Kind: inbox.Invalid, Text: "there is nothing to look for"}
	}
	var found []inbox.Match
	for id, ms := range d.messages {
		for _, m := range ms {
			text := inbox.Fold(m.Text)
			lacks := func(w string) bool { return !strings.Contains(text, w) }
			if (q.Thread == "" || q.Thread == id) && !m.Revoked && !slices.ContainsFunc(words, lacks) {
				found = append(found, inbox.Match{Message: m, Match: inbox.Highlight(q.Text, m.Text), ThreadName: d.threads[id].Name})
			}
		}
	}
	slices.SortFunc(found, func(a, b inbox.Match) int { return order(b.Message, a.Message) })
	page := inbox.SearchPage{Matches: found[:min(len(found), q.Limit)], Earlier: len(found) > q.Limit, Seq: d.seq}
	return page, nil
}

func (d *fakeDesk) Detail(_ context.Context, thread inbox.ThreadID, key string) (inbox.Detail, error) {
	d.calls.Add(1)
	d.mu.Lock()
	defer d.mu.Unlock()
	if det, ok := d.details[key]; ok {
		return det, nil
	}
	for _, m := range d.messages[thread] {
		if m.Key == key {
			return inbox.Detail{Message: m, IDs: []string{m.ID}}, nil
		}
	}
	return inbox.Detail{}, &inbox.Error{Kind: inbox.NotFound, Text: "no such message"}
}

func (d *fakeDesk) File(_ context.Context, key string) (io.ReadCloser, error) {
	d.calls.Add(1)
	d.mu.Lock()
	defer d.mu.Unlock()
	if b, ok := d.files[key]; ok {
		return io.NopCloser(bytes.NewReader(b)), nil
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
	f.File = inbox.FileName(fmt.Sprintf("%x", sum) + inbox.FileEnding(f.MIME))
	return f, err
}

func (d *fakeDesk) Tray(context.Context, int) ([]inbox.TrayItem, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.trayed), nil
}

func (d *fakeDesk) Away(context.Context) (inbox.Away, error) {
	d.calls.Add(1)
	d.mu.Lock()
	defer d.mu.Unlock()
	away := d.absent
	away.Now, away.Seq = d.now(), d.seq
	return away, nil
}

func (d *fakeDesk) Templates(context.Context) ([]inbox.Template, error) {
	d.calls.Add(1)
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.templates), nil
}

func (d *fakeDesk) Sync(context.Context) (inbox.SyncStatus, error) {
	d.calls.Add(1)
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.synced, nil
}

func (d *fakeDesk) Prices(context.Context, inbox.PriceQuery) (inbox.Prices, error) {
	d.calls.Add(1)
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.prices, nil
}

func (d *fakeDesk) Costs(context.Context, inbox.CostsQuery) (inbox.Costs, error) {
	d.calls.Add(1)
	return inbox.Costs{}, nil
}

func (d *fakeDesk) Contacts(_ context.Context, q inbox.ContactQuery) (page inbox.ContactPage, err error) {
	d.calls.Add(1)
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.contacts {
		named := strings.Contains(inbox.Fold(c.Name), inbox.Fold(q.Filter)) || inbox.Digits(q.Filter) != "" && strings.Contains(c.WaID, inbox.Digits(q.Filter))
		if named && (!q.Unheard || c.Messages == 0) {
			page.Contacts = append(page.Contacts, c)
		}
	}
	return page, nil
}

func (d *fakeDesk) SavedReplies(context.Context) ([]inbox.SavedReply, error) {
	d.calls.Add(1)
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.saved), nil
}

// keep saves a reply, or with an empty text removes it, and tells it.
func (d *fakeDesk) keep(n inbox.ReplyName, text string) {
	d.mu.Lock()
	r := inbox.SavedReply{Name: n.Name, Language: n.Language, Text: text, By: d.info.Agent, At: d.now(), Removed: text == ""}
	d.saved = slices.DeleteFunc(d.saved, func(have inbox.SavedReply) bool { return have.Name == n.Name && have.Language == n.Language })
	if !r.Removed {
		d.saved = append(d.saved, r)
	}
	d.mu.Unlock()
	d.emit(inbox.Event{Kind: inbox.SavedReplyEvent, Saved: &r})
}

func (d *fakeDesk) Do(_ context.Context, id string, c inbox.Command) (inbox.Done, error) {
	d.calls.Add(1)
	d.mu.Lock()
	if at, ok := c.(inbox.Attend); ok { // no deed of anybody's
		d.attends = append(d.attends, at)
		d.mu.Unlock()
		return inbox.Done{}, nil
	}
	if seen, ok := c.(inbox.SeeAll); ok { // of itself, and not what a test made somebody do
		d.saw = append(d.saw, seen.Upto)
		d.mu.Unlock()
		return inbox.Done{}, nil
	}
	d.log = append(d.log, c)
	if r, ok := d.done[id]; ok {
		d.mu.Unlock()
		return r.done, r.err
	}
	if d.fail != nil {
		if err := d.fail(c); err != nil {
			d.mu.Unlock()
			return inbox.Done{}, err
		}
	}
	d.mu.Unlock()
	done, err := d.perform(c)
	d.mu.Lock()
	defer d.mu.Unlock()
	if err == nil {
		d.done[id] = result{done, nil}
	}
	if d.lose != nil && d.lose(c) {
		return inbox.Done{}, &inbox.Error{Kind: inbox.Unreachable, Text: "the owner cannot be reached", Next: "wait a moment and press enter again"}
	}
	return done, err
}

func (d *fakeDesk) perform(c inbox.Command) (inbox.Done, error) {
	switch c := c.(type) {
	case inbox.Send:
		return d.send(c)
	case inbox.SaveDraft:
		d.alter(c.Thread, func(t *inbox.Thread) {
			t.Draft = nil
			if c.Draft.Text != "" || c.Draft.File != nil {
				draft := c.Draft
				t.Draft = &draft
			}
		})
	case inbox.SaveReply:
		d.keep(c.Reply, c.Text)
	case inbox.RemoveReply:
		d.keep(c.Reply, "")
	case inbox.Assign:
		d.alter(c.Thread, func(t *inbox.Thread) { t.Assignee = c.To })
	case inbox.Decide:
		return d.decide(c)
	case inbox.StarTemplate:
		d.mu.Lock()
		defer d.mu.Unlock()
		for i := range d.templates {
			if t := &d.templates[i]; t.Name == c.Name && t.Language == c.Language {
				t.Starred = !c.Off
			}
		}
		return inbox.Done{}, nil
	case inbox.SetState:
		d.alter(c.Thread, func(t *inbox.Thread) { t.State, t.SnoozedUntil = c.State, c.Until })
	case inbox.LookOnPhone:
		d.mu.Lock()
		defer d.mu.Unlock()
		for i, it := range d.trayed {
			if it.Message.Key == c.Key && !c.Back {
				d.trayed, d.ticked = slices.Delete(slices.Clone(d.trayed), i, i+1), append(d.ticked, it)
				break
			}
		}
		for i, it := range d.ticked {
			if it.Message.Key == c.Key && c.Back {
				d.trayed, d.ticked = append([]inbox.TrayItem{it}, d.trayed...), slices.Delete(slices.Clone(d.ticked), i, i+1)
				break
			}
		}
		d.info.Counts.Tray = len(d.trayed)
		return inbox.Done{}, nil
	case inbox.Mute:
		d.alter(c.Thread, func(t *inbox.Thread) { t.Muted = !c.Off })
	case inbox.AddNote:
		d.alter(c.Thread, func(t *inbox.Thread) {
			t.Notes = append(t.Notes, inbox.Note{ID: fmt.Sprint(d.seq), At: d.now(), By: d.info.Agent, Text: c.Text})
		})
	case inbox.MarkRead:
		d.mu.Lock()
		for i := range d.messages[c.Thread] {
			d.messages[c.Thread][i].Unread = false
		}
		d.threads[c.Thread].Unread = 0
		d.mu.Unlock()
		d.alter(c.Thread, func(*inbox.Thread) {})
	case inbox.Label:
		d.alter(c.Thread, func(t *inbox.Thread) {
			t.Labels = slices.DeleteFunc(slices.Clone(t.Labels), func(l string) bool { return l == c.Label })
			if !c.Off {
				t.Labels = append(t.Labels, c.Label)
			}
		})
	case inbox.EditContacts:
		for _, e := range c.Edits {
			d.alter(e.ID, func(t *inbox.Thread) {
				t.Fields = maps.Clone(t.Fields)
				if t.Fields == nil {
					t.Fields = map[string]string{}
				}
				maps.Copy(t.Fields, e.Fields)
				if e.Name != nil {
					t.Names.Local, t.Name = *e.Name, cmp.Or(*e.Name, t.Names.Book, t.Name)
				}
			})
		}
	case inbox.MarkUnread:
		d.alter(c.Thread, func(t *inbox.Thread) { t.Unread = 1 })
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return inbox.Done{Seq: d.seq}, nil
}

func (d *fakeDesk) send(c inbox.Send) (inbox.Done, error) {
	if c.Thread == "" {
		c.Thread = "t_new"
		d.add(inbox.Thread{ID: c.Thread, Name: c.To, WaID: inbox.Digits(c.To), State: inbox.Open})
	}
	d.mu.Lock()
	t := d.threads[c.Thread]
	now := d.now()
	if c.Out.Type != "template" && !t.Window.OpenAt(now) {
		d.mu.Unlock()
		return inbox.Done{}, &inbox.Error{Kind: inbox.WindowClosed, Text: "the 24 hours are over", Next: "send a template"}
	}
	if c.Out.Type != "template" && !t.Window.OpenAt(c.Later) {
		d.mu.Unlock()
		return inbox.Done{}, &inbox.Error{Kind: inbox.WindowClosed, Text: "the 24 hours will be over at that time", Next: "schedule a template"}
	}
	if c.Seen > 0 && !c.Anyway {
		for _, m := range d.messages[c.Thread] {
			if m.Direction == "out" && m.Seq > c.Seen && m.Agent != d.info.Agent {
				d.mu.Unlock()
				return inbox.Done{}, &inbox.Error{Kind: inbox.Stale, Text: "somebody answered", By: string(m.Origin), At: m.At, Head: m.Text, Seq: m.Seq}
			}
		}
	}
	d.mu.Unlock()
	if c.Out.Ask != nil {
		if _, err := inbox.CheckAsk(c.Out); err != nil {
			return inbox.Done{}, err
		}
		c.Out.Text = c.Out.Ask.Says(c.Out.Text)
	}
	if c.Out.Type == "reaction" {
		return inbox.Done{Ref: c.OID}, nil
	}
	m := inbox.Message{Key: "o" + string(c.OID), Ref: c.OID, Direction: "out", Origin: inbox.OriginAPI, Agent: d.info.Agent,
		Type: c.Out.Type, Text: c.Out.Text, At: now, Status: inbox.Queuing, Choices: []inbox.Decision{inbox.Cancel}}
	switch {
	case !c.Later.IsZero():
		m.At, m.NotBefore, m.Planned, m.HoldReason = c.Later, c.Later, true, "later"
	case c.Pause > 0:
		m.At, m.NotBefore, m.HoldReason = now.Add(c.Pause), now.Add(c.Pause), "recall"
	}
	if !m.NotBefore.IsZero() {
		m.StatusAt.Queued = now
		m.Choices = []inbox.Decision{inbox.SendNow, inbox.Cancel}
	}
	if l := c.Out.Location; l != nil {
		m.Text = "[location] " + l.Name
	}
	if v := c.Out.Template; v != nil {
		m.Template = &inbox.TemplateRef{Name: v.Name, Language: v.Language, Category: v.Category}
	}
	d.change(c.Thread, "", m)
	return inbox.Done{Ref: c.OID}, nil
}

// decide does what the tests need of it: it cancels what waits, and lets it go.
func (d *fakeDesk) decide(c inbox.Decide) (inbox.Done, error) {
	d.mu.Lock()
	for id, msgs := range d.messages {
		for _, m := range msgs {
			if m.Ref != c.OID {
				continue
			}
			d.mu.Unlock()
			if !slices.Contains(m.Choices, c.Decision) {
				return inbox.Done{}, &inbox.Error{Kind: inbox.TooLate, Text: "it has moved on"}
			}
			switch c.Decision {
			case inbox.Cancel:
				m.Status, m.At = inbox.Cancelled, m.StatusAt.Queued
			case inbox.SendNow:
				m.Status, m.At = inbox.StatusSent, d.now()
			default:
				return inbox.Done{}, nil
			}
			m.NotBefore, m.Planned, m.HoldReason, m.HeldBy, m.Choices = time.Time{}, false, "", "", nil
			d.change(id, "", m)
			return inbox.Done{}, nil
		}
	}
	d.mu.Unlock()
	return inbox.Done{}, &inbox.Error{Kind: inbox.NotFound, Text: "no such reply"}
}

// goes lets what waits leave, as the outbox does when its time has come.
func (d *fakeDesk) goes(id inbox.ThreadID, text string) {
	m := d.find(id, text)
	m.Status, m.At, m.NotBefore, m.Planned, m.HoldReason, m.Choices = inbox.StatusSent, d.now(), time.Time{}, false, "", nil
	m.Seq = 0
	d.change(id, "", m)
}

// sent are the replies that reached the desk and were taken.
func (d *fakeDesk) sent() []inbox.Send {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []inbox.Send
	for _, c := range d.log {
		if s, ok := c.(inbox.Send); ok {
			all = append(all, s)
		}
	}
	return all
}

// taken counts the rows of a thread that were written here.
func (d *fakeDesk) taken(id inbox.ThreadID) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []string
	for _, m := range d.messages[id] {
		if m.Ref != "" && !strings.HasPrefix(m.Key, "seed") {
			all = append(all, m.Text)
		}
	}
	return all
}

// logged lists the commands of one kind.
func (d *fakeDesk) logged(kind string) []inbox.Command {
	d.mu.Lock()
	defer d.mu.Unlock()
	var some []inbox.Command
	for _, c := range d.log {
		if c.Kind() == kind {
			some = append(some, c)
		}
	}
	return some
}
