package ui

import (
	"time"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

// Some rows change because time passes, and nobody announces that (decisions 1): a message of unknown outcome is
// confirming for 30 s and uncertain from then on, and one that has not left within 15 minutes is held. What a person may
// decide changes with it, so the row is read again then.
const (
	confirmed = 30 * time.Second
	staleFrom = 15 * time.Minute
	dueFor    = 2 * time.Second // after the time that was set
	turnAgain = 5 * time.Second // when the Desk's clock says that it is not yet time
	turnTries = 3
)

// turn is when a row is read again; zero when that has been tried often enough.
type turn struct {
	at    time.Time
	tries int
	since time.Time // when it was first to be read, of those that have not left
}

// note remembers when messages turn. The 30 s count from when the message was first seen here.
func (c *convo) note(msgs []inbox.Message, now time.Time) {
	for i := range msgs {
		m := &msgs[i]
		have, known := c.turns[m.Key]
		switch {
		case m.Status == inbox.Unknown && m.Confirming:
			if !known {
				c.turns[m.Key] = turn{at: now.Add(confirmed)}
			}
		case m.Status == inbox.Queuing || m.Status == inbox.Waiting:
			since, wait := m.StatusAt.Queued, staleFrom
			if since.IsZero() {
				since = m.At
			}
			if m.NotBefore.After(since) {
				since = m.NotBefore
			}
			if now.Before(m.NotBefore) {
				wait = dueFor // it leaves then, and that is told; if it cannot, the row says why
			}
			if at := since.Add(wait); (!known || !have.since.Equal(at)) && at.After(now) {
				c.turns[m.Key] = turn{at: at, since: at}
			}
		default:
			delete(c.turns, m.Key)
		}
	}
}

// confirming reports whether a message of unknown outcome is still within the 30 s in which WhatsApp usually tells.
func (c *convo) confirming(m *inbox.Message, now time.Time) bool {
	if !m.Confirming {
		return false
	}
	t, ok := c.turns[m.Key]
	return !ok || t.tries == 0 && now.Before(t.at)
}

// nextTurn is when the next row turns.
func (c *convo) nextTurn() time.Time {
	var due time.Time
	for _, t := range c.turns {
		due = earlier(due, t.at)
	}
	return due
}

// stubShows is how long after its first status a message that nobody has the content of shows, and a little more. Neither
// the status nor the moment is announced as a message, only that something moved in the thread.
const stubShows = 2*time.Minute + time.Second

// settles is how long what happens in a thread counts as one.
const settles = 30 * time.Second

// moved notes that something happened in the thread: two minutes later its end is read again, once for all that happened
// around then. Where nothing moves, nothing is read.
func (c *convo) moved(now time.Time) {
	if c.again.IsZero() {
		c.movedFirst = now
	}
	if now.Before(c.movedFirst.Add(settles)) {
		c.again = now.Add(stubShows)
	}
	c.movedLast = now
}

// nextAgain is when the end of the thread is read again.
func (c *convo) nextAgain() time.Time {
	if !c.ready || c.later {
		return time.Time{} // the end is read when the reader goes there
	}
	return c.again
}

// readAgain looks for rows that time has brought. Only what is missing is taken: about the others the events say more.
func (m *Model) readAgain(now time.Time) tea.Cmd {
	c := &m.talk
	if due := c.nextAgain(); due.IsZero() || now.Before(due) {
		return nil
	}
	c.again = time.Time{}
	if c.movedLast.After(now.Add(-stubShows)) {
		c.movedFirst, c.again = c.movedLast, c.movedLast.Add(stubShows)
	}
	desk, ctx, thread, gen := m.desk, m.ctx, c.id, c.gen
	return func() tea.Msg {
		page, err := desk.Messages(ctx, inbox.MessageQuery{Thread: thread, Limit: pageSize})
		return answeredMsg(func(m *Model) tea.Cmd {
			if err != nil || gen != m.talk.gen || m.talk.later {
				return nil
			}
			for _, msg := range page.Messages {
				if msg.Ref == "" && m.talk.row(msg.Key) < 0 {
					m.talk.apply(msg, "", m.now())
					m.heard(&msg)
				}
			}
			return nil
		})
	}
}

// turned reads again the rows whose time has come.
func (m *Model) turned(now time.Time) tea.Cmd {
	var cmds []tea.Cmd
	for key, t := range m.talk.turns {
		if t.at.IsZero() || now.Before(t.at) {
			continue
		}
		t.at, t.tries = now.Add(turnAgain), t.tries+1
		if t.tries == turnTries {
			t.at = time.Time{}
		}
		m.talk.turns[key] = t
		desk, ctx, thread := m.desk, m.ctx, m.talk.id
		cmds = append(cmds, func() tea.Msg {
			d, err := desk.Detail(ctx, thread, key)
			return answeredMsg(func(m *Model) tea.Cmd {
				if err == nil && m.talk.id == thread && m.talk.row(key) >= 0 {
					m.talk.apply(d.Message, "", m.now())
				}
				return nil
			})
		})
	}
	return tea.Batch(cmds...)
}
