package ui

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

// threads is the list pane: a part of one view of the threads, in the Desk's order.
type threads struct {
	view      inbox.View
	filter    editor
	filtering bool // the filter has the keys
	gen       int
	loaded    bool
	loading   bool
	err       error
	next      string // cursor of the page behind what is loaded

	byWait  inbox.Order // of the waiting view
	now     time.Time   // for orders that go by the clock
	returns time.Time   // when a snooze ends that may change the list
	asked   time.Time   // when the list was last read for that

	byID   map[inbox.ThreadID]*inbox.Thread
	order  []inbox.ThreadID
	cursor inbox.ThreadID
	at     int // where the cursor's thread is held while the cursor is on it
	top    int
	rows   int // threads that fit
}

// The views, in the order of the keys 1 to 5.
var views = [...]inbox.View{inbox.ViewMine, inbox.ViewUnassigned, inbox.ViewAll, inbox.ViewWaiting, inbox.ViewDone}

func (l *threads) init() {
	l.view = inbox.ViewAll
	l.byID = map[inbox.ThreadID]*inbox.Thread{}
	l.filter.single = true
}

// current is the thread under the cursor, or nil.
func (l *threads) current() *inbox.Thread { return l.byID[l.cursor] }

// take shows a page: the first one instead of what was there, another one behind it.
func (l *threads) take(p inbox.ThreadPage, err error, more bool) {
	l.loading = false
	if l.err = err; err != nil {
		return
	}
	if !more {
		clear(l.byID)
		l.order = l.order[:0]
	}
	l.loaded, l.next = true, p.Next
	l.returns = p.Returns
	for i := range p.Threads {
		t := p.Threads[i]
		if _, ok := l.byID[t.ID]; !ok {
			l.order = append(l.order, t.ID)
		}
		l.byID[t.ID] = &t
	}
	l.sort()
}

// apply takes a thread as it is now.
func (l *threads) apply(t inbox.Thread, me inbox.AgentID) {
	l.forget(&t)
	if t.State == inbox.Snoozed {
		l.returns = earlier(l.returns, t.SnoozedUntil)
	}
	_, have := l.byID[t.ID]
	if !l.loaded || !have && !l.reaches(t) {
		return
	}
	if !l.belongs(&t, me) {
		if have {
			delete(l.byID, t.ID)
			l.order = slices.DeleteFunc(l.order, func(id inbox.ThreadID) bool { return id == t.ID })
			l.sort()
		}
		return
	}
	l.byID[t.ID] = &t
	if !have {
		l.order = append(l.order, t.ID)
	}
	l.sort()
}

// gone drops a thread that is a part of another now.
func (l *threads) gone(id inbox.ThreadID) {
	if _, have := l.byID[id]; have {
		delete(l.byID, id)
		l.order = slices.DeleteFunc(l.order, func(x inbox.ThreadID) bool { return x == id })
		l.sort()
	}
}

// forget drops threads that have become t.
func (l *threads) forget(t *inbox.Thread) {
	for id, have := range l.byID {
		if id == t.ID || !same(have, t) {
			continue
		}
		delete(l.byID, id)
		l.order = slices.DeleteFunc(l.order, func(o inbox.ThreadID) bool { return o == id })
		if l.cursor == id {
			l.cursor = t.ID
		}
	}
}

// reaches reports whether a thread falls into the loaded part; the others come when the reader goes there.
func (l *threads) reaches(t inbox.Thread) bool {
	if l.next == "" || len(l.order) == 0 {
		return true
	}
	return l.compare(&t, l.byID[l.order[len(l.order)-1]]) < 0
}

// belongs reports whether a thread is in the view that is shown. It follows the Desk's own rule, so that an event can
// be applied without asking for the list again.
func (l *threads) belongs(t *inbox.Thread, me inbox.AgentID) bool {
	if f := strings.TrimSpace(l.filter.String()); f != "" && !matches(t, f) {
		return false
	}
	open := t.State != inbox.Closed
	switch l.view {
	case inbox.ViewMine:
		return open && t.Assignee == me && me != ""
	case inbox.ViewUnassigned:
		return open && t.Assignee == ""
	case inbox.ViewWaiting:
		return open && !t.WaitingSince.IsZero() && t.State != inbox.Snoozed
	case inbox.ViewStuck:
		return t.Stuck != nil
	case inbox.ViewDone:
		return !open
	case inbox.ViewEvery:
		return true
	}
	return open
}

// matches is the filter of inbox.ThreadQuery: names and digits of numbers, case folded, anywhere.
func matches(t *inbox.Thread, f string) bool {
	if strings.Contains(fold(t.Name), fold(f)) || strings.Contains(fold(t.Username), fold(f)) {
		return true
	}
	d := inbox.Digits(f)
	return d != "" && strings.Contains(t.WaID, d)
}

func fold(s string) string {
	return strings.Map(func(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }, s)
}

// sort puts the threads in the order of the view; the cursor's thread stays on its row while the cursor is on it.
func (l *threads) sort() {
	slices.SortStableFunc(l.order, func(a, b inbox.ThreadID) int { return l.compare(l.byID[a], l.byID[b]) })
	i := slices.Index(l.order, l.cursor)
	if i < 0 {
		l.at = max(0, min(l.at, len(l.order)-1))
		l.cursor = ""
		if len(l.order) > 0 {
			l.cursor = l.order[l.at]
		}
		return
	}
	to := min(l.at, len(l.order)-1)
	l.order = slices.Insert(slices.Delete(l.order, i, i+1), to, l.cursor)
}

// choose puts the cursor on the thread at a place, and lets the one it leaves go where it belongs.
func (l *threads) choose(i int) {
	if len(l.order) == 0 {
		return
	}
	i = max(0, min(len(l.order)-1, i))
	id := l.order[i]
	if id == l.cursor {
		return
	}
	l.cursor, l.at = id, i
	l.sort()
}

// find puts the cursor on a thread if it is loaded.
func (l *threads) find(id inbox.ThreadID) {
	if i := slices.Index(l.order, id); i >= 0 {
		l.choose(i)
	}
}

// settle scrolls so that the cursor is in sight, with rows threads fitting.
func (l *threads) settle(rows int) {
	l.rows = max(1, rows)
	l.top = max(0, min(l.top, len(l.order)-l.rows))
	if l.at < l.top {
		l.top = l.at
	}
	if l.at >= l.top+l.rows {
		l.top = l.at - l.rows + 1
	}
}

// visible are the threads on the screen.
func (l *threads) visible() []inbox.ThreadID {
	return l.order[min(l.top, len(l.order)):min(l.top+l.rows, len(l.order))]
}

// above counts unread threads that are scrolled out above.
func (l *threads) above() int {
	n := 0
	for _, id := range l.order[:min(l.top, len(l.order))] {
		if l.byID[id].Unread > 0 {
			n++
		}
	}
	return n
}

func (l *threads) wantsMore() bool {
	return l.loaded && !l.loading && l.err == nil && l.next != "" && l.at >= len(l.order)-nearEdge
}

// step finds the next thread with something unread after the cursor, or before it.
func (l *threads) step(n int) (inbox.ThreadID, bool) {
	for i := l.at + n; i >= 0 && i < len(l.order); i += n {
		if l.byID[l.order[i]].Unread > 0 {
			return l.order[i], true
		}
	}
	return "", false
}

// show changes the view and asks for its threads.
func (m *Model) showView(v inbox.View) tea.Cmd {
	m.list.view = v
	m.list.loaded, m.list.at, m.list.top, m.list.cursor = false, 0, 0, ""
	return m.loadThreads(false)
}

// filterKey edits the filter; the list follows as it is typed.
func (m *Model) filterKey(k tea.KeyMsg) tea.Cmd {
	l := &m.list
	switch k.String() {
	case "esc":
		l.filtering = false
		if l.filter.blank() {
			return nil
		}
		l.filter.set("")
		return m.refilter()
	case "enter":
		l.filtering = false
		return nil
	case "down", "up":
		l.filtering = false
		return nil
	}
	if a := m.keys.find(inDialog, k); a != nil { // what works from anywhere
		return a.run(m)
	}
	before := l.filter.String()
	l.filter.key(m.pen, k, 1000)
	if l.filter.String() == before {
		return nil
	}
	return m.refilter()
}

func (m *Model) refilter() tea.Cmd {
	m.list.at, m.list.top, m.list.cursor = 0, 0, ""
	return m.loadThreads(false)
}

// open shows a thread of the list.
func (m *Model) open(id inbox.ThreadID) tea.Cmd {
	t := m.list.byID[id]
	if t == nil {
		return nil
	}
	return m.openThread(*t)
}

// openThread shows a thread, whether the list has it or not: at its first unread message when there is one, else at its
// end.
func (m *Model) openThread(t inbox.Thread) tea.Cmd {
	if t.ID == m.talk.id && m.talk.ready {
		return nil
	}
	unread := t.Unread
	return m.openThreadAt(t, inbox.MessageQuery{Unread: unread > 0}, func(m *Model) {
		c := &m.talk
		c.toEnd()
		for i := range c.rows {
			if c.rows[i].Unread {
				c.mark, c.marked = c.rows[i].Key, unread
				c.arrange()
				c.toMark(m.pen, m.view())
				break
			}
		}
	})
}

// openThreadAt shows a part of a thread; then places the reader in it.
func (m *Model) openThreadAt(t inbox.Thread, q inbox.MessageQuery, then func(*Model)) tea.Cmd {
	leave := m.saveAll()
	m.stopFind()
	m.talk.open(t)
	m.visit(t.ID)
	m.talk.moved(m.now())
	m.list.find(t.ID)
	m.readDue, m.readUpto = time.Time{}, 0
	m.draftOf(&t)
	return tea.Batch(leave, m.loadPrices(), m.jump(q, func(m *Model) {
		then(m)
		if d := m.draft(); d != nil && d.replyTo != "" {
			d.quoted = m.talk.byID(d.replyTo)
		}
	}))
}

// byID finds a loaded message by WhatsApp's id.
func (c *convo) byID(wamid string) *inbox.Message {
	for i := range c.rows {
		if c.rows[i].ID == wamid && wamid != "" {
			msg := c.rows[i]
			return &msg
		}
	}
	return nil
}
