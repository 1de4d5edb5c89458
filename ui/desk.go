package ui

import (
	"context"
	"strings"
	"time"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

// answeredMsg is what a command brings back from the Desk: what Update shall do with it. It checks for itself that the
// answer is still wanted.
type answeredMsg func(*Model) tea.Cmd

// do hands a command to the Desk and lets then look at the answer.
func (m *Model) do(c inbox.Command, then func(*Model, inbox.Done, error) tea.Cmd) tea.Cmd {
	desk, ctx, id := m.desk, m.ctx, m.newID()
	return func() tea.Msg {
		done, err := desk.Do(ctx, id, c)
		return answeredMsg(func(m *Model) tea.Cmd {
			if then != nil {
				return then(m, done, err)
			}
			return m.fail(err)
		})
	}
}

// link is the state of the connection to the Desk.
type link struct {
	gen      int
	live     bool
	readOnly bool
	since    inbox.Cursor
	tries    int
	err      error
}

// Waiting before the events are asked for again.
const (
	firstRetry = 250 * time.Millisecond
	lastRetry  = 5 * time.Second
)

// watch follows the Desk from a cursor. State is read after it has begun, so that nothing falls between.
func (m *Model) watch(since inbox.Cursor) tea.Cmd {
	m.link.gen++
	desk, ctx, gen := m.desk, m.ctx, m.link.gen
	return func() tea.Msg {
		w, err := desk.Watch(ctx, since)
		return answeredMsg(func(m *Model) tea.Cmd {
			if gen != m.link.gen {
				return nil
			}
			return m.watched(w, err)
		})
	}
}

func (m *Model) watched(w *inbox.Watch, err error) tea.Cmd {
	if err != nil {
		cmd := m.lost(err)
		if m.link.readOnly || !m.list.loaded { // without an owner nothing is announced: look again
			cmd = tea.Batch(cmd, m.loadInfo(), m.loadThreads(false))
		}
		return cmd
	}
	fresh := m.link.since == inbox.Cursor{} || w.Reset
	m.link.live, m.link.readOnly, m.link.err, m.link.tries = true, false, nil, 0
	m.link.since = w.Cursor
	m.attendance.told = nil // another desk may be behind it
	cmds := []tea.Cmd{waitEvents(m.link.gen, w)}
	cmds = append(cmds, m.loadInfo(), m.loadSync())
	if fresh {
		cmds = append(cmds, m.loadThreads(false), m.reload())
	}
	return tea.Batch(cmds...)
}

// lost notes that the events ended and asks for them again, later each time.
func (m *Model) lost(err error) tea.Cmd {
	if m.ctx.Err() != nil {
		return tea.Quit
	}
	m.link.live, m.link.err = false, err
	m.link.readOnly = inbox.KindOf(err) == inbox.ReadOnly
	wait := min(lastRetry, firstRetry<<min(m.link.tries, 10))
	m.link.tries++
	gen := m.link.gen
	return tea.Tick(wait, func(time.Time) tea.Msg {
		return answeredMsg(func(m *Model) tea.Cmd {
			if gen != m.link.gen {
				return nil
			}
			return m.watch(m.link.since)
		})
	})
}

// eventsMsg is a burst of events: one frame for all of them.
type eventsMsg struct {
	gen    int
	watch  *inbox.Watch
	events []inbox.Event
	ended  bool
}

// How many events are taken at once, and how long the first of them waits for others. A Desk hands its events over one
// delivery at a time, so that a look without waiting would hardly ever find the next one.
const (
	burst  = 256
	gather = 4 * time.Millisecond
)

func waitEvents(gen int, w *inbox.Watch) tea.Cmd {
	return func() tea.Msg {
		events, ok := <-w.Events
		msg := eventsMsg{gen: gen, watch: w, events: events, ended: !ok}
		enough := time.NewTimer(gather)
		defer enough.Stop()
		for ok && len(msg.events) < burst {
			var more []inbox.Event
			select {
			case more, ok = <-w.Events:
				msg.events = append(msg.events, more...)
				msg.ended = !ok
			case <-enough.C:
				return msg
			}
		}
		return msg
	}
}

func (m *Model) events(msg eventsMsg) tea.Cmd {
	if msg.gen != m.link.gen {
		return nil
	}
	var cmds []tea.Cmd
	for i := range msg.events {
		cmds = append(cmds, m.apply(&msg.events[i]))
	}
	if msg.ended {
		err := error(nil)
		if msg.watch.Err != nil {
			err = msg.watch.Err()
		}
		return tea.Batch(append(cmds, m.lost(err))...)
	}
	return tea.Batch(append(cmds, waitEvents(msg.gen, msg.watch))...)
}

// apply takes one changed object.
func (m *Model) apply(e *inbox.Event) tea.Cmd {
	if (e.Cursor != inbox.Cursor{}) {
		m.link.since = e.Cursor
	}
	if e.Reset {
		return tea.Batch(m.loadInfo(), m.loadSync(), m.loadThreads(false), m.reload())
	}
	var cmd tea.Cmd
	if t := e.Thread; t != nil {
		switch {
		case e.Replaces != "" && t.ID == m.talk.id: // it took another one in, or what was joined with it has separated
			cmd = m.reload()
		case m.joined(t), e.Replaces != "" && e.Replaces == string(m.talk.id):
			cmd = m.follow(t)
		}
		if e.Replaces != "" && e.Replaces != string(t.ID) {
			m.list.gone(inbox.ThreadID(e.Replaces))
		}
		m.list.apply(*t, m.info.Agent)
		if d := m.drafts[t.ID]; d != nil {
			m.share(d, t)
		}
		if t.ID == m.talk.id {
			m.talk.update(*t)
			m.talk.moved(m.now())
		}
		m.countLater()
		cmd = tea.Batch(cmd, m.openFirst())
	}
	if msg := e.Message; msg != nil {
		if msg.Thread == m.talk.id {
			m.talk.apply(*msg, e.Replaces, m.now())
			if e.Replaces != "" { // a reply of ours is WhatsApp's now, and may have been the last free one
				cmd = tea.Batch(cmd, m.loadPrices())
			}
			m.detailChanged(msg.Key)
			m.findChanged()
		}
		m.heard(msg)
		m.countLater()
	}
	switch e.Kind {
	case inbox.AlertEvent:
		cmd = m.alerted(e.Alert)
	case inbox.PresenceEvent:
		m.presence(e.Presence)
	case inbox.SavedReplyEvent:
		cmd = m.savedChanged()
	case inbox.TemplateEvent:
		m.templates.stale = true
		for _, d := range m.dialogs {
			if _, ok := d.(*picker); ok && len(m.dialogs) == 1 {
				cmd = tea.Batch(cmd, m.loadTemplates())
			}
		}
	case inbox.AccountEvent, inbox.SyncEvent:
		cmd = m.synced(e.Sync)
		if n := e.Account; n != nil && n.Kind != inbox.KindLifecycle && n.Key != "sync-running" { // that one its bar says
			if n.Kind == "link-over" {
				m.linkedAgain()
			}
			if n.Kind == "connection-live" {
				m.attendance.told = nil // whoever holds the store now has not been told
			}
			m.notice = notice{text: m.pen.w.notice(*n), bad: n.Kind != "held-lifted" && !strings.HasSuffix(n.Kind, "-over")}
		}
		m.countLater()
	}
	return cmd
}

// joined reports whether t is what the open thread has become: two threads turned out to be one customer, and the open
// one goes by the other's id now.
func (m *Model) joined(t *inbox.Thread) bool {
	return m.talk.id != "" && t.ID != m.talk.id && same(t, &m.talk.thread)
}

// same reports whether two threads are one customer.
func same(a, b *inbox.Thread) bool {
	return a.WaID != "" && a.WaID == b.WaID || a.UserID != "" && a.UserID == b.UserID
}

// follow goes on with the thread that the open one has become. What was written stays in the box.
func (m *Model) follow(t *inbox.Thread) tea.Cmd {
	if d := m.draft(); d != nil {
		delete(m.drafts, m.talk.id)
		d.thread = t.ID
		m.drafts[t.ID] = d
	}
	m.talk.id = t.ID
	m.talk.update(*t)
	m.findChanged()
	return m.jump(inbox.MessageQuery{}, func(m *Model) { m.talk.toEnd() })
}

// presence notes who else looks at a thread.
func (m *Model) presence(p *inbox.Presence) {
	if p == nil {
		return
	}
	for _, t := range []*inbox.Thread{m.list.byID[p.Thread], m.opened()} {
		if t == nil || t.ID != p.Thread {
			continue
		}
		kept := make([]inbox.Presence, 0, len(t.Presence)+1)
		for _, have := range t.Presence {
			if have.Agent != p.Agent {
				kept = append(kept, have)
			}
		}
		if p.Doing != "gone" {
			kept = append(kept, *p)
		}
		t.Presence = kept
	}
}

func (m *Model) loadInfo() tea.Cmd {
	m.infoAsked, m.infoDue = true, time.Time{}
	desk, ctx, owner := m.desk, m.ctx, m.cfg.Owns
	return func() tea.Msg {
		info, err := desk.Info(ctx)
		owns := owner()
		return answeredMsg(func(m *Model) tea.Cmd {
			m.infoAsked = false
			if err != nil {
				return nil // the state of the link says it
			}
			m.info, m.owns = info, owns
			return tea.Batch(m.askAway(), m.refreshAway(), m.loadTray())
		})
	}
}

// countLater asks for the counts soon, once for a burst.
func (m *Model) countLater() {
	if m.infoDue.IsZero() {
		m.infoDue = m.now().Add(300 * time.Millisecond)
	}
}

// loadThreads fetches the first page of the list, or the next one.
func (m *Model) loadThreads(more bool) tea.Cmd {
	q := inbox.ThreadQuery{View: m.list.view, Filter: m.list.filter.String(), Limit: pageSize}
	if q.View == inbox.ViewWaiting {
		q.Order = m.list.byWait
	}
	if more {
		q.After = m.list.next
	} else {
		m.list.gen++
	}
	m.list.loading = true
	desk, ctx, gen := m.desk, m.ctx, m.list.gen
	return func() tea.Msg {
		page, err := desk.Threads(ctx, q)
		return answeredMsg(func(m *Model) tea.Cmd {
			if gen != m.list.gen {
				return nil
			}
			m.list.take(page, err, more)
			return m.openFirst()
		})
	}
}

// openFirst opens the first thread when the screen is asked to and nothing is open yet.
func (m *Model) openFirst() tea.Cmd {
	if !m.cfg.OpenFirst || m.talk.id != "" || len(m.list.order) == 0 {
		return nil
	}
	return m.open(m.list.order[0])
}

// messages fetches a page of the open thread; then gets it unless another thread or place was asked for since.
func (m *Model) messages(q inbox.MessageQuery, then func(*Model, inbox.MessagePage) tea.Cmd) tea.Cmd {
	q.Thread, q.Limit = m.talk.id, pageSize
	m.talk.loading = true
	desk, ctx, gen := m.desk, m.ctx, m.talk.gen
	return func() tea.Msg {
		page, err := desk.Messages(ctx, q)
		return answeredMsg(func(m *Model) tea.Cmd {
			if gen != m.talk.gen {
				return nil
			}
			m.talk.loading = false
			if m.talk.err = err; err != nil {
				return m.fail(err)
			}
			return then(m, page)
		})
	}
}

// jump replaces the stretch that is shown.
func (m *Model) jump(q inbox.MessageQuery, then func(*Model)) tea.Cmd {
	m.talk.gen++
	return m.messages(q, func(m *Model, p inbox.MessagePage) tea.Cmd {
		m.talk.replace(p, m.now())
		m.place()
		then(m)
		return nil
	})
}

// place tells the conversation its size, for moves that come before the next frame.
func (m *Model) place() {
	m.talk.refresh()
	f := m.frame()
	m.talk.w, m.talk.h = f.Talk.W, f.Talk.H
}

// page fetches what the reader is about to need.
func (m *Model) page() tea.Cmd {
	var cmds []tea.Cmd
	if before, behind := m.talk.needs(); before || behind {
		q := inbox.MessageQuery{Before: m.talk.rows[0].Key}
		if behind {
			q = inbox.MessageQuery{After: m.talk.rows[len(m.talk.rows)-1].Key}
		}
		cmds = append(cmds, m.messages(q, func(m *Model, p inbox.MessagePage) tea.Cmd {
			m.talk.extend(p, before, m.now())
			return nil
		}))
	}
	if m.list.wantsMore() {
		cmds = append(cmds, m.loadThreads(true))
	}
	return tea.Batch(cmds...)
}

// reload reads the open thread anew: a cursor could not be resumed, or an import brought more than is told one by one.
// Whoever reads further up stays where they are.
func (m *Model) reload() tea.Cmd {
	c := &m.talk
	if c.id == "" {
		return nil
	}
	thread := tea.Batch(m.loadThread(c.id), m.loadPrices())
	top, skip, sel := c.top, c.skip, c.sel
	if i, ok := c.at[top]; c.follow || !ok || c.items[i].msg == nil {
		return tea.Batch(thread, m.jump(inbox.MessageQuery{}, func(m *Model) { m.talk.toEnd() }))
	}
	return tea.Batch(thread, m.jump(inbox.MessageQuery{Around: top}, func(m *Model) {
		c.top, c.skip, c.follow = top, skip, false
		if _, ok := c.at[sel]; ok {
			c.sel = sel
		}
	}))
}

func (m *Model) loadThread(id inbox.ThreadID) tea.Cmd {
	desk, ctx := m.desk, m.ctx
	return func() tea.Msg {
		t, err := desk.Thread(ctx, string(id))
		return answeredMsg(func(m *Model) tea.Cmd {
			if err != nil {
				return m.fail(err)
			}
			m.list.apply(t, m.info.Agent)
			switch {
			case m.talk.id != id:
				return nil
			case t.ID != id:
				return m.follow(&t) // it has joined another thread
			}
			m.talk.update(t)
			return nil
		})
	}
}

// storedText is what the Desk holds under a reply's id; ok is false when it holds nothing, or cannot be asked.
func storedText(ctx context.Context, desk inbox.Desk, thread inbox.ThreadID, oid inbox.OID) (text string, ok bool) {
	page, err := desk.Messages(ctx, inbox.MessageQuery{Thread: thread, Limit: pageSize})
	if err != nil {
		return "", false
	}
	for i := range page.Messages {
		if page.Messages[i].Ref == oid {
			return page.Messages[i].Text, true
		}
	}
	return "", false
}
