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

// Threads gives one page of the list, newest activity first. A filter may read every thread.
func (r *Reader) Threads(q ThreadQuery) (ThreadPage, error) {
	limit := limited(q.Limit)
	from, err := hex.DecodeString(q.After)
	if err != nil || q.After != "" && len(from) != 16 {
		return ThreadPage{}, &Error{Kind: Invalid, Text: "that is no place in the list of threads", Next: "start without one"}
	}
	var page ThreadPage
	last := from
	// offer takes a thread into the page; false when there is no room, and there is a next page.
	offer := func(key []byte, v *threadView) bool {
		if v.rows == 0 || bytes.Compare(key, from) <= 0 && len(from) > 0 || !r.matches(v, q) {
			return true
		}
		if len(page.Threads) == limit {
			page.Next = hex.EncodeToString(last)
			return false
		}
		page.Threads = append(page.Threads, r.thread(v))
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
			more = offer(unsure[0].key, unsure[0].view)
			unsure = unsure[1:]
		}
		if more {
			v := r.view(no)
			more = offer(bytes.Clone(k), v)
			delete(r.views, no)
		}
		return more && r.err == nil
	})
	for more && len(unsure) > 0 {
		more = offer(unsure[0].key, unsure[0].view)
		unsure = unsure[1:]
	}
	return page, r.err
}

// listed is a thread with its place in the list.
type listed struct {
	key  []byte
	view *threadView
}

// unsure lists the threads whose place in activityBucket counts stubs that do not show yet, at their true place.
func (r *Reader) unsure() []listed {
	r.lookYoung()
	var out []listed
	for no := range r.fresh {
		v := r.view(no)
		out = append(out, listed{activityKey(v.tail.Time, no), v})
	}
	slices.SortFunc(out, func(a, b listed) int { return bytes.Compare(a.key, b.key) })
	return out
}

func (r *Reader) matches(v *threadView, q ThreadQuery) bool {
	st, _ := r.state(v)
	switch q.View {
	case ViewDone:
		if st != Closed {
			return false
		}
	case ViewMine:
		if st == Closed || v.person.Assigned.To != r.lens.Agent || r.lens.Agent == "" {
			return false
		}
	case ViewUnassigned:
		if st == Closed || v.person.Assigned.To != "" {
			return false
		}
	case ViewWaiting:
		if r.waiting(v).IsZero() {
			return false
		}
	default:
		if st == Closed {
			return false
		}
	}
	return q.Filter == "" || v.contains(q.Filter)
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
	r.tx.Ascend(threadsBucket, nil, func(k, v []byte) bool {
		t, _, err := readCard(v, r.lens.Agent)
		if err != nil || len(k) != 8 {
			r.check(damaged(threadsBucket, errCard))
			return false
		}
		no := ThreadNo(binary.BigEndian.Uint64(k))
		if t.bits&cardStubs != 0 && !r.settleCard(&t, no) {
			return r.err == nil
		}
		switch {
		case t.upto == 0:
			c.Unread += t.unread
		case t.unread > 0 && t.arrived.seq() > t.upto:
			c.Unread += r.unreadAfter(no, t.upto)
		}
		if t.bits&cardClosed != 0 {
			c.Done++
			return r.err == nil
		}
		c.All++
		if !t.assigned {
			c.Unassigned++
		}
		if t.mine {
			c.Mine++
		}
		if t.bits&cardWaiting != 0 {
			c.Waiting++
		}
		if t.bits&cardFailed != 0 {
			c.Failed++
		}
		return r.err == nil
	})
	for _, n := range r.uncertain() {
		c.Uncertain += n
	}
	return c, r.err
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
