package ui

import (
	"cmp"
	"slices"
	"time"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

// The views of what asks for a person: customers who wait, and messages of ours that are stuck. The Desk orders them;
// what is here follows its order for threads that change, and steps through what is stuck.

// compare compares two threads as the view that is shown has them.
func (l *threads) compare(a, b *inbox.Thread) int {
	by := b.LastActivityAt.Compare(a.LastActivityAt)
	switch {
	case l.view == inbox.ViewWaiting && l.byWait == inbox.Closing:
		x, y := a.Window.ExpiresAt.After(l.now), b.Window.ExpiresAt.After(l.now)
		switch by = a.Window.ExpiresAt.Compare(b.Window.ExpiresAt); {
		case x != y && x:
			by = -1
		case x != y:
			by = 1
		case !x:
			by = -by // both have closed: the last one first
		}
	case l.view == inbox.ViewWaiting:
		by = a.WaitingSince.Compare(b.WaitingSince)
	case l.view == inbox.ViewStuck && a.Stuck != nil && b.Stuck != nil:
		by = a.Stuck.At.Compare(b.Stuck.At)
	}
	return cmp.Or(by, cmp.Compare(a.ID, b.ID))
}

// showWaiting shows who waits: the longest first and, asked again, whose window closes soonest.
func (m *Model) showWaiting() tea.Cmd {
	l := &m.list
	if l.view == inbox.ViewWaiting && l.byWait == inbox.Longest {
		l.byWait = inbox.Closing
	} else {
		l.byWait = inbox.Longest
	}
	return m.showView(inbox.ViewWaiting)
}

// hurries reports whether a customer waits whose window closes soon.
func (m *Model) hurries(t *inbox.Thread, now time.Time) bool {
	return !t.WaitingSince.IsZero() && t.State != inbox.Closed && m.openAt(t, now) && t.Window.ExpiresAt.Sub(now) < inbox.ClosesSoon
}

// listTime is the time beside a thread, in five columns: of the last activity, how long the customer has waited, how
// long the window stays open, or when the stuck message was written.
func (m *Model) listTime(t *inbox.Thread, now time.Time) string {
	p := m.pen
	switch l := &m.list; {
	case l.view == inbox.ViewWaiting && l.byWait == inbox.Closing:
		if left := t.Window.ExpiresAt.Sub(now); left > 0 {
			return p.FitRight(p.w.brieflyLeft(left), listTimeWidth)
		}
		return ""
	case l.view == inbox.ViewWaiting:
		return p.FitRight(p.w.briefly(now.Sub(t.WaitingSince)), listTimeWidth)
	case l.view == inbox.ViewStuck && t.Stuck != nil:
		return p.brief(now, t.Stuck.At)
	}
	return p.brief(now, t.LastActivityAt)
}

const listTimeWidth = 5

// nextListTime is when a thread's row changes by itself: its time, its flag, or its end in the view.
func (m *Model) nextListTime(t *inbox.Thread, now time.Time) (due time.Time) {
	if end := t.Window.ExpiresAt; end.After(now) {
		due = earlier(due, end)
		if soon := end.Add(-inbox.ClosesSoon); soon.After(now) {
			due = earlier(due, soon)
		}
		if m.list.view == inbox.ViewWaiting && m.list.byWait == inbox.Closing {
			due = earlier(due, nextBrieflyLeft(now, end))
		}
	}
	if m.list.view == inbox.ViewWaiting && m.list.byWait == inbox.Longest {
		due = earlier(due, nextBriefly(now, t.WaitingSince))
	}
	if t.SnoozedUntil.After(now) {
		due = earlier(due, t.SnoozedUntil)
	}
	return due
}

// dueReturn is when a snooze ends; not at once again when the Desk's clock says that it has not yet.
func (l *threads) dueReturn() time.Time {
	if again := l.asked.Add(turnAgain); !l.returns.IsZero() && l.returns.Before(again) {
		return again
	}
	return l.returns
}

// returned reads the list again when a snooze has ended: nobody announces that.
func (m *Model) returned(now time.Time) tea.Cmd {
	if at := m.list.dueReturn(); at.IsZero() || now.Before(at) || m.list.loading {
		return nil
	}
	m.list.returns, m.list.asked = time.Time{}, now
	m.countLater()
	return m.loadThreads(false)
}

// openStuck shows a thread at its message that needs a person, the at-th of all in the queue; 0 when that is not known.
func (m *Model) openStuck(t inbox.Thread, key string, place, all int) tea.Cmd {
	m.focus = onTalk
	at := func(m *Model) {
		c := &m.talk
		if _, ok := c.at[key]; ok {
			c.sel = key
			c.follow = false
			c.reveal(m.pen, m.view())
			decide := m.keys.first("retry")
			if msg := c.selected(); m.reason(m.keys.named("retry")) != "" || !canFetch(msg) && !decides(msg) {
				decide = "" // it was written on the phone
			}
			_ = m.say(m.pen.w.stuck(place, all, decide, m.keys.first("done"), m.keys.first("next stuck")))
		}
	}
	if t.ID == m.talk.id && m.talk.ready {
		if _, ok := m.talk.at[key]; ok {
			at(m)
			return nil
		}
		return m.jump(inbox.MessageQuery{Around: key}, at)
	}
	opened := m.openThread(t)
	return tea.Batch(opened, m.jump(inbox.MessageQuery{Around: key}, at))
}

// needsPerson reports a message that is stuck until somebody decides about it.
func needsPerson(msg *inbox.Message) bool {
	switch {
	case msg == nil || msg.Direction != "out" || msg.ResentAs != "":
		return false
	case msg.Status == inbox.Unknown:
		return !msg.Confirming
	}
	return msg.Status == inbox.StatusFailed || msg.Status == inbox.Held
}

// stuckRows are the places of messages that need a person. What failed before a later answer is history.
func stuckRows(rows []inbox.Message) (at []int) {
	for i := range rows {
		switch r := &rows[i]; {
		case needsPerson(r):
			at = append(at, i)
		case r.Direction == "out" && !r.Revoked && r.Status != inbox.StatusFailed && r.Status != inbox.Cancelled && r.Status != inbox.Discarded:
			at = slices.DeleteFunc(at, func(i int) bool { return rows[i].Status == inbox.StatusFailed })
		}
	}
	return at
}

// stuckBehind is the next stuck message of the open thread behind the selected one, as far as it is loaded.
func (c *convo) stuckBehind() (key string, ok bool) {
	selected := c.row(c.sel)
	for _, i := range stuckRows(c.rows) {
		if i > selected {
			return c.rows[i].Key, true
		}
	}
	return "", false
}

// nextStuck goes to the next message of ours that needs a person: behind the selected one in the open thread, else in
// the next thread of the queue, and round again.
func (m *Model) nextStuck() tea.Cmd {
	if m.focus == onTalk && m.talk.ready {
		if key, ok := m.talk.stuckBehind(); ok {
			return m.openStuck(m.talk.thread, key, 0, 0)
		}
	}
	from := m.talk.id
	if m.focus == onList {
		from = ""
		if m.list.view == inbox.ViewStuck {
			if t := m.list.current(); t != nil && t.Stuck != nil {
				return m.openStuck(*t, t.Stuck.Key, m.list.at+1, m.info.Counts.Stuck)
			}
		}
	}
	desk, ctx := m.desk, m.ctx
	return func() tea.Msg {
		page, err := desk.Threads(ctx, inbox.ThreadQuery{View: inbox.ViewStuck, Limit: stuckLimit})
		return answeredMsg(func(m *Model) tea.Cmd {
			queue := slices.DeleteFunc(page.Threads, func(t inbox.Thread) bool { return t.Stuck == nil })
			switch {
			case err != nil:
				return m.fail(err)
			case len(queue) == 0:
				return m.say(m.pen.w.NothingStuck)
			case m.focus == onWrite || len(m.dialogs) > 0:
				return nil // the answer came too late: the person does something else
			}
			next := (slices.IndexFunc(queue, func(t inbox.Thread) bool { return t.ID == from }) + 1) % len(queue)
			return m.openStuck(queue[next], queue[next].Stuck.Key, next+1, len(queue))
		})
	}
}

// stuckLimit is how many threads of the queue are stepped through.
const stuckLimit = 500
