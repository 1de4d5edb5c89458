package inbox

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"
)

const (
	usualLimit = 50
	mostLimit  = 500
)

func limited(n int) int {
	if n <= 0 {
		return usualLimit
	}
	return min(n, mostLimit)
}

// Threads gives one page of the list in the order of its view. A filter may read every thread of the view, a view of
// newest activity looks at no more than the cards of those that it leaves out.
func (r *Reader) Threads(q ThreadQuery) (ThreadPage, error) {
	after, err := hex.DecodeString(q.After)
	walk := r.active
	switch q.View {
	case ViewWaiting:
		walk = r.longest
		if q.Order == Closing {
			walk = r.closing
		}
	case ViewFailed, ViewUncertain, ViewHeld, ViewStuck:
		walk = r.stuckList
	}
	if err != nil || q.Order != Longest && (q.Order != Closing || q.View != ViewWaiting) {
		return ThreadPage{}, errPlace()
	}
	p := filling{reader: r, query: q, limit: limited(q.Limit), from: after}
	if err := walk(&p); err != nil {
		return ThreadPage{}, err
	}
	p.page.Returns = r.returns()
	return p.page, r.err
}

func errPlace() *Error {
	return Refusal("no-place")
}

// filling is a page that is being filled.
type filling struct {
	reader *Reader
	query  ThreadQuery
	limit  int
	from   []byte // what was given last
	page   ThreadPage
}

// offer takes a thread at a place into the page; false when there is no room, and there is a next page.
func (p *filling) offer(at []byte, no ThreadNo) bool {
	r := p.reader
	if !r.lists(no, p.query) {
		return r.err == nil
	}
	if len(p.page.Threads) == p.limit {
		p.page.Next = hex.EncodeToString(p.from)
		return false
	}
	p.page.Threads = append(p.page.Threads, r.thread(r.view(no)))
	p.from = at
	delete(r.views, no)
	return r.err == nil
}

// merge offers threads of an index in its order, and among them, at their true place, those about which the index
// cannot tell. It answers false when the page is full.
func (p *filling) merge(unsure []listed, index func(yield func(listed) bool)) bool {
	more := true
	give := func(x listed) bool {
		if len(p.from) == 0 || bytes.Compare(x.key, p.from) > 0 {
			more = p.offer(x.key, x.no)
		}
		return more
	}
	index(func(x listed) bool {
		if p.reader.fresh[x.no] > 0 {
			return true // its place in the index counts a stub that does not show
		}
		for len(unsure) > 0 && bytes.Compare(unsure[0].key, x.key) < 0 {
			if !give(unsure[0]) {
				return false
			}
			unsure = unsure[1:]
		}
		return give(x)
	})
	for more && len(unsure) > 0 {
		more = give(unsure[0])
		unsure = unsure[1:]
	}
	return more
}

// active is newest activity first.
func (r *Reader) active(p *filling) error {
	if len(p.from) != 0 && len(p.from) != 16 {
		return errPlace()
	}
	p.merge(r.unsure(func(v *threadView) ([]byte, bool) { return activityKey(v.tail.Time, v.no), true }), func(yield func(listed) bool) {
		r.tx.Ascend(activityBucket, p.from, func(k, _ []byte) bool {
			if len(k) != 16 {
				r.check(damaged(activityBucket, errShort))
				return false
			}
			return yield(listed{bytes.Clone(k), ThreadNo(binary.BigEndian.Uint64(k[8:]))})
		})
	})
	return nil
}

// listed is a thread with its place in the list.
type listed struct {
	key []byte
	no  ThreadNo
}

// unsure lists the threads with stubs that do not show yet, at their true place; place leaves out those that have none.
func (r *Reader) unsure(place func(*threadView) ([]byte, bool)) []listed {
	r.lookYoung()
	var out []listed
	for no := range r.fresh {
		if key, ok := place(r.view(no)); ok {
			out = append(out, listed{key, no})
		}
	}
	slices.SortFunc(out, func(a, b listed) int { return bytes.Compare(a.key, b.key) })
	return out
}

// lists reports whether a list shows a thread. Most that it does not show cost no more than a look at their card.
func (r *Reader) lists(no ThreadNo, q ThreadQuery) bool {
	switch q.View {
	case ViewFailed, ViewUncertain, ViewHeld, ViewStuck: // whoever offers it has looked
	default:
		c, ok := r.card(no, r.tx.Get(threadsBucket, number(uint64(no))))
		if !ok || !c.in(q.View, r.lens.Now.Unix()) {
			return false
		}
	}
	return q.Filter == "" || r.view(no).contains(q.Filter)
}

// contains reports whether a name holds the text, or a number its digits.
func (v *threadView) contains(filter string) bool {
	fold := strings.ToLower(filter)
	for _, n := range v.person.Names {
		if n.Value != "" && strings.Contains(strings.ToLower(n.Value), fold) {
			return true
		}
	}
	for _, a := range v.members {
		if looksLikeNumber(filter) && phoneHolds(a.Phone(), Digits(filter)) {
			return true
		}
		if u := a.User() + a.Parent(); u != "" && strings.Contains(strings.ToLower(u), fold) {
			return true
		}
	}
	return false
}

// Counts counts over all threads. It walks over the heads of all threads and reads only those whole that have rows
// which the clock decides about, or rows that the agent may not have seen.
func (r *Reader) Counts() (Counts, error) {
	var c Counts
	now := r.lens.Now.Unix()
	add := func(n *int, yes bool) {
		if yes {
			*n++
		}
	}
	stuck := 0 // besides those that failed
	pending := r.pending()
	r.tx.Ascend(threadsBucket, nil, func(k, v []byte) bool {
		if len(k) != 8 {
			r.check(damaged(threadsBucket, errShort))
			return false
		}
		no := ThreadNo(binary.BigEndian.Uint64(k))
		t, ok := r.card(no, v)
		if !ok {
			return r.err == nil
		}
		switch {
		case t.upto == 0:
			c.Unread += t.unread
		case t.unread > 0 && t.arrived.seq() > t.upto:
			c.Unread += r.unreadAfter(no, t.upto)
		}
		add(&c.Done, t.in(ViewDone, now))
		add(&c.All, t.in(ViewAll, now))
		add(&c.Mine, t.in(ViewMine, now))
		add(&c.Unassigned, t.in(ViewUnassigned, now))
		add(&c.Failed, t.in(ViewFailed, now))
		if t.in(ViewWaiting, now) {
			c.Waiting++
			add(&c.Closing, now < t.closes && t.closes < now+int64(ClosesSoon.Seconds()))
		}
		_, waits := pending[no]
		add(&stuck, waits && !t.in(ViewFailed, now))
		return r.err == nil
	})
	c.Stuck = c.Failed + stuck
	for _, p := range pending {
		c.Uncertain += p.uncertain
		c.Held += p.held
	}
	return c, r.err
}

// card reads the card of a thread as it holds now; false when the thread shows nothing.
func (r *Reader) card(no ThreadNo, stored []byte) (seenCard, bool) {
	c, _, err := readCard(stored, r.lens.Agent)
	if err != nil {
		r.check(damaged(threadsBucket, err))
		return c, false
	}
	shows := true
	if c.bits&cardStubs != 0 {
		if r.lookYoung(); r.fresh[no] > 0 {
			shows = r.settleCard(&c, no)
		}
	}
	return c, shows
}

// settleCard corrects the card of a thread with stubs that do not show yet; false when the thread shows nothing.
func (r *Reader) settleCard(t *seenCard, no ThreadNo) bool {
	v := r.view(no)
	delete(r.views, no)
	if t.bits&cardClosed == 0 {
		t.bits &^= cardWaiting
		if since := r.waitingFrom(v); !since.IsZero() {
			t.bits |= cardWaiting
			t.since, t.closes = since.Time, v.sum.closes(v.person.Rejected)
		}
	}
	done := t.bits&cardClosed != 0 && v.sum.Last <= v.person.State.Mark.seq()
	t.bits &^= cardFailed
	if s := r.at(no, later(v.sum.Out, v.stub)); s != nil && s.row.flags.has(flagFailed) && !done {
		t.bits |= cardFailed
	}
	return v.rows > 0
}
