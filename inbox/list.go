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

// Threads gives one page of the list, newest activity first. A filter may read every thread, a view of the list looks
// at no more than the cards of those that it leaves out.
func (r *Reader) Threads(q ThreadQuery) (ThreadPage, error) {
	limit := limited(q.Limit)
	from, err := hex.DecodeString(q.After)
	if err != nil || q.After != "" && len(from) != 16 {
		return ThreadPage{}, &Error{Kind: Invalid, Text: "that is no place in the list of threads", Next: "start without one"}
	}
	var page ThreadPage
	last := from
	// offer takes a thread into the page; false when there is no room, and there is a next page.
	offer := func(key []byte, no ThreadNo) bool {
		if bytes.Compare(key, from) <= 0 && len(from) > 0 || !r.lists(no, q) {
			return true
		}
		if len(page.Threads) == limit {
			page.Next = hex.EncodeToString(last)
			return false
		}
		page.Threads = append(page.Threads, r.thread(r.view(no)))
		last = key
		return true
	}
	unsure := r.unsure()
	more := true
	r.tx.Ascend(activityBucket, from, func(k, _ []byte) bool {
		if len(k) != 16 {
			r.check(damaged(activityBucket, errShort))
			return false
		}
		no := ThreadNo(binary.BigEndian.Uint64(k[8:]))
		if r.fresh[no] > 0 {
			return true // its place in the index counts a stub that does not show
		}
		for more && len(unsure) > 0 && bytes.Compare(unsure[0].key, k) < 0 {
			more = offer(unsure[0].key, unsure[0].no)
			unsure = unsure[1:]
		}
		if more {
			more = offer(bytes.Clone(k), no)
			delete(r.views, no)
		}
		return more && r.err == nil
	})
	for more && len(unsure) > 0 {
		more = offer(unsure[0].key, unsure[0].no)
		unsure = unsure[1:]
	}
	return page, r.err
}

// listed is a thread with its place in the list.
type listed struct {
	key []byte
	no  ThreadNo
}

// unsure lists the threads whose place in activityBucket counts stubs that do not show yet, at their true place.
func (r *Reader) unsure() []listed {
	r.lookYoung()
	var out []listed
	for no := range r.fresh {
		out = append(out, listed{activityKey(r.view(no).tail.Time, no), no})
	}
	slices.SortFunc(out, func(a, b listed) int { return bytes.Compare(a.key, b.key) })
	return out
}

// lists reports whether a list shows a thread. Most that it does not show cost no more than a look at their card.
func (r *Reader) lists(no ThreadNo, q ThreadQuery) bool {
	c, ok := r.card(no, r.tx.Get(threadsBucket, number(uint64(no))))
	return ok && c.in(q.View) && (q.Filter == "" || r.view(no).contains(q.Filter))
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
		if a.Phone() != "" && looksLikeNumber(filter) && strings.Contains(a.Phone(), Digits(filter)) {
			return true
		}
		if a.User() != "" && strings.Contains(strings.ToLower(a.User()), fold) {
			return true
		}
	}
	return false
}

// Counts counts over all threads. It walks over the heads of all threads and reads only those whole that have rows
// which the clock decides about, or rows that the agent may not have seen.
func (r *Reader) Counts() (Counts, error) {
	var c Counts
	add := func(n *int, yes bool) {
		if yes {
			*n++
		}
	}
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
		add(&c.Done, t.in(ViewDone))
		add(&c.All, t.in(ViewAll))
		add(&c.Mine, t.in(ViewMine))
		add(&c.Unassigned, t.in(ViewUnassigned))
		add(&c.Waiting, t.in(ViewWaiting))
		add(&c.Failed, t.in(ViewAll) && t.bits&cardFailed != 0)
		return r.err == nil
	})
	for _, n := range r.uncertain() {
		c.Uncertain += n
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
	shows := c.bits&cardStubs == 0 || r.settleCard(&c, no)
	return c, shows
}

// settleCard corrects the card of a thread with stubs by those that show; false when the thread shows nothing yet.
func (r *Reader) settleCard(t *seenCard, no ThreadNo) bool {
	v := r.view(no)
	delete(r.views, no)
	if r.waiting(v).IsZero() {
		t.bits &^= cardWaiting
	}
	if !v.stub.IsZero() && (v.sum.Out.IsZero() || v.sum.Out.before(v.stub)) {
		t.bits &^= cardFailed
		if s := r.at(no, v.stub); s != nil && s.row.flags.has(flagFailed) {
			t.bits |= cardFailed
		}
	}
	return v.rows > 0
}
