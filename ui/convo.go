package ui

import (
	"cmp"
	"slices"
	"time"

	"frontdesk/inbox"
)

// How much of a thread is asked for and kept: a page fills two large screens, and what is far from the reader is let go.
const (
	pageSize = 100
	keepRows = 1200
	nearEdge = 25 // messages left before the next page is fetched
)

// convo is the conversation pane: a stretch of one thread, and where the reader is in it.
type convo struct {
	id     inbox.ThreadID
	thread inbox.Thread
	gen    int   // of the newest request that replaces the stretch
	ready  bool  // the first page is here
	err    error // of the last page; the next key asks again

	rows           []inbox.Message // thread order, without gaps
	revs           map[string]int  // how often a row changed
	turns          map[string]turn // rows that become others by time alone
	items          []item
	at             map[string]int // index in items
	earlier, later bool           // there is more before, behind
	coverage       *inbox.Coverage
	loading        bool
	stale          bool // rows changed since the items were made: once per burst is enough

	again                 time.Time // when the end is read again
	movedFirst, movedLast time.Time // what it is read again for

	since  since  // what came after it is marked
	mark   string // the first row nobody had read when the thread was opened
	marked int
	sel    string
	top    string // the item at the top of the pane, skip rows of it above
	skip   int
	follow bool // at the bottom, and staying there
	below  int  // arrived out of sight
	held   bool // the pane has the keys: its selection stays where it is

	prices inbox.Prices // of a message that is sent now

	lit   string // what is looked for
	clock clock  // whose days
	w, h  int
	drawn map[string]drawing
}

// item is a message or a note, with what stands before it.
type item struct {
	key    string
	msg    *inbox.Message
	note   *inbox.Note
	day    bool // a day begins
	unread bool // the unread line stands before it
	head   bool // it needs a header of its own
	fresh  bool // it came while a reply was being written
	rev    int
}

func (it item) time() time.Time {
	if it.msg != nil {
		return it.msg.At
	}
	return it.note.At
}

// drawing is a rendered item and what it was rendered from.
type drawing struct {
	it       item
	w        int
	selected bool
	today    int // the day rules speak of today and yesterday
	name     string
	me       inbox.AgentID
	asked    bool // "confirming", which ends by itself
	lit      string
	left     int // what is to come: seconds, or days, which go down by themselves
	picture  *pictureView
	cover    string // stands before the first message
	rows     []string
}

// open points the pane at a thread; its messages are still to come.
func (c *convo) open(t inbox.Thread) {
	gen := c.gen + 1
	*c = convo{id: t.ID, thread: t, gen: gen, clock: c.clock, w: c.w, h: c.h, follow: true,
		revs: map[string]int{}, turns: map[string]turn{}, at: map[string]int{}, drawn: map[string]drawing{}}
}

// order is the order of a thread: time, then place in the journal, then key.
func order(a, b inbox.Message) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.Key, b.Key))
}

// replace shows a page instead of what was there.
func (c *convo) replace(p inbox.MessagePage, now time.Time) {
	c.note(p.Messages, now)
	c.ready, c.err, c.loading = true, nil, false
	c.rows = slices.Clone(p.Messages)
	c.earlier, c.later, c.coverage = p.Earlier, p.Later, p.Coverage
	clear(c.drawn) // nobody told what changed since
	c.arrange()
}

// extend adds the page before or behind what is there.
func (c *convo) extend(p inbox.MessagePage, before bool, now time.Time) {
	c.loading = false
	c.note(p.Messages, now)
	fresh := slices.DeleteFunc(slices.Clone(p.Messages), func(m inbox.Message) bool { return c.row(m.Key) >= 0 })
	if before {
		c.earlier, c.coverage = p.Earlier, p.Coverage
		c.rows = append(fresh, c.rows...)
		if over := len(c.rows) - keepRows; over > 0 {
			c.rows, c.later = c.rows[:keepRows], true
		}
	} else {
		c.later = p.Later
		c.rows = append(c.rows, fresh...)
		if over := len(c.rows) - keepRows; over > 0 {
			c.rows, c.earlier = slices.Clone(c.rows[over:]), true
		}
		if !c.later {
			c.below = 0
		}
	}
	slices.SortStableFunc(c.rows, order)
	c.arrange()
}

func (c *convo) row(key string) int {
	return slices.IndexFunc(c.rows, func(m inbox.Message) bool { return m.Key == key })
}

// apply takes a message as it is now. It reports whether it is one that the pane had not seen.
func (c *convo) apply(m inbox.Message, replaces string, now time.Time) (fresh bool) {
	if !c.ready || c.named(&m) {
		return false
	}
	c.revs[m.Key]++
	c.note([]inbox.Message{m}, now)
	fresh = true
	for _, key := range []string{replaces, m.Key} {
		if key == "" {
			continue
		}
		if i := c.row(key); i >= 0 {
			c.rows = slices.Delete(c.rows, i, i+1)
			fresh = false
			if c.sel == key {
				c.sel = m.Key
			}
			if c.top == key {
				c.top = m.Key
			}
			if c.mark == key {
				c.mark = m.Key
			}
		}
	}
	i, _ := slices.BinarySearchFunc(c.rows, m, order)
	switch {
	case i == 0 && c.earlier:
		// It belongs before what is loaded, and comes when the reader goes there.
	case i == len(c.rows) && c.later:
		if fresh {
			c.below++
		}
	default:
		c.rows = slices.Insert(c.rows, i, m)
		if fresh && !c.follow && m.NotBefore.IsZero() && !slices.ContainsFunc(c.rows[i+1:], func(r inbox.Message) bool { return r.NotBefore.IsZero() }) {
			c.below++
		}
	}
	c.stale = true
	return fresh
}

// named reports whether m is a reply as it was before WhatsApp named it, while the message that it became stands here: how
// far an upload is, is told beside the journal, and may come behind it.
func (c *convo) named(m *inbox.Message) bool {
	return m.Ref != "" && m.Key == string(m.Ref) &&
		slices.ContainsFunc(c.rows, func(r inbox.Message) bool { return r.Ref == m.Ref && r.Key != m.Key })
}

// update takes the thread as it is now: its name, notes and window.
func (c *convo) update(t inbox.Thread) {
	c.stale = c.stale || len(t.Notes) != len(c.thread.Notes)
	c.thread = t
}

// refresh makes the items anew when rows changed.
func (c *convo) refresh() {
	if c.stale {
		c.arrange()
	}
}

// arrange makes the items: which rows begin a day, stand under the unread line or need a header, and where notes go.
func (c *convo) arrange() {
	c.stale = false
	notes := c.notes()
	if n := len(c.items); n > 0 && c.follow && !c.held && c.sel == c.items[c.latest()].key {
		c.sel = "" // at the end and not being looked at: the newest
	}
	c.items = c.items[:0]
	add := func(it item) {
		if n := len(c.items); n > 0 {
			prev := c.items[n-1]
			it.day = !c.clock.sameDay(prev.time(), it.time())
			it.head = it.day || it.unread || it.fresh || it.note != nil || prev.note != nil || !together(prev.msg, it.msg)
		} else {
			it.day, it.head = true, true
		}
		c.items = append(c.items, it)
	}
	for i := range c.rows {
		m := &c.rows[i]
		for len(notes) > 0 && notes[0].At.Before(m.At) {
			add(item{key: "note " + notes[0].ID, note: &notes[0]})
			notes = notes[1:]
		}
		add(item{key: m.Key, msg: m, unread: m.Key == c.mark, fresh: c.since.marks(m), rev: c.revs[m.Key]})
	}
	for i := range notes {
		add(item{key: "note " + notes[i].ID, note: &notes[i]})
	}
	clear(c.at)
	for i, it := range c.items {
		c.at[it.key] = i
	}
	if len(c.drawn) > 2*keepRows {
		clear(c.drawn)
	}
	if _, ok := c.at[c.sel]; !ok {
		c.sel = ""
		if len(c.items) > 0 {
			c.sel = c.items[c.latest()].key
		}
	}
}

// latest is the newest item that has been said: what is still to leave stands behind it.
func (c *convo) latest() int {
	for i := len(c.items) - 1; i >= 0; i-- {
		if m := c.items[i].msg; m == nil || m.NotBefore.IsZero() {
			return i
		}
	}
	return len(c.items) - 1
}

// notes are the thread's notes that belong to the loaded stretch.
func (c *convo) notes() []inbox.Note {
	var notes []inbox.Note
	for _, n := range c.thread.Notes {
		if len(c.rows) > 0 && (c.earlier && n.At.Before(c.rows[0].At) || c.later && n.At.After(c.rows[len(c.rows)-1].At)) {
			continue
		}
		notes = append(notes, n)
	}
	slices.SortStableFunc(notes, func(a, b inbox.Note) int { return a.At.Compare(b.At) })
	return notes
}

// together reports whether b can stand under a's header: one author, one minute, one state, nothing else to say.
func together(a, b *inbox.Message) bool {
	return a.Imported == b.Imported && a.Exported == b.Exported && a.Direction == b.Direction && a.Origin == b.Origin && a.Agent == b.Agent && a.Status == b.Status &&
		a.At.Truncate(time.Minute).Equal(b.At.Truncate(time.Minute)) && bare(a) && bare(b)
}

// bare reports a message whose header says no more than who, when and the tick.
func bare(m *inbox.Message) bool {
	return m.Error == nil && !m.Edited && m.Template == nil && m.Forwarded == "" && m.HoldReason == "" && !m.Marked &&
		!m.SentTwice && m.ResentAs == "" && !m.Conflict && m.PacingHold == ""
}

// selected is the message under the cursor, or nil.
func (c *convo) selected() *inbox.Message {
	if i, ok := c.at[c.sel]; ok {
		return c.items[i].msg
	}
	return nil
}

// newest is the position up to which the reader has seen the thread when the end is on the screen.
func (c *convo) newest() inbox.Seq {
	seq := c.thread.Seq
	for i := range c.rows {
		seq = max(seq, c.rows[i].Seq)
	}
	return seq
}

// arrived is the newest position at which a customer's message came in, of those that are loaded.
func (c *convo) arrived() (seq inbox.Seq) {
	for i := range c.rows {
		if c.rows[i].Direction == "in" {
			seq = max(seq, c.rows[i].Seq)
		}
	}
	return seq
}

// needs says which page should be fetched now: before, behind, or none.
func (c *convo) needs() (before, behind bool) {
	if !c.ready || c.loading || c.err != nil || len(c.items) == 0 {
		return false, false
	}
	i := c.at[c.top]
	if c.earlier && (i < nearEdge || c.follow && len(c.items) < 2*nearEdge) {
		return true, false
	}
	return false, c.later && i > len(c.items)-nearEdge-c.h
}
