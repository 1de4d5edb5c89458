package inbox

import (
	"bytes"
	"cmp"
	"slices"
	"time"
)

// threadView is one thread as it lies in the views, with what its persons say joined.
type threadView struct {
	no      ThreadNo
	line    LineID
	sum     summary
	members []Alias // sorted: phone numbers first
	person  person
	upto    Seq // what the agent has seen
	tail    spot
	stub    spot // the newest stub that shows
	rows    int
}

// view loads a thread, once.
func (r *Reader) view(no ThreadNo) *threadView {
	if v := r.views[no]; v != nil {
		return v
	}
	v := &threadView{no: no}
	r.views[no] = v
	_, err := loadCard(r.tx, no, &v.sum)
	r.check(err)
	if key := r.tx.Get(numbersBucket, number(uint64(no))); key != nil {
		line, a := splitPersonKey(bytes.Clone(key))
		v.line = line
		r.joinPersons(v, a)
	}
	i, ok := slices.BinarySearchFunc(v.person.Viewed, r.lens.Agent, func(x viewing, a AgentID) int { return cmp.Compare(x.Agent, a) })
	if ok {
		v.upto = v.person.Viewed[i].upto()
	}
	r.stubs(v)
	return v
}

func (r *Reader) joinPersons(v *threadView, a Alias) {
	v.members = []Alias{a}
	for i := 0; i < len(v.members); i++ {
		var p person
		if _, err := get(r.tx, personsBucket, personKey(v.line, v.members[i]), &p); err != nil {
			r.check(err)
			return
		}
		v.person.join(&p)
		for _, l := range p.neighbours(v.members[i], func(x Alias) *person { return r.person(v.line, x) }) {
			if !slices.Contains(v.members, l) {
				v.members = append(v.members, l)
			}
		}
	}
	slices.Sort(v.members)
}

// person reads what is known of one alias, nil when that is nothing.
func (r *Reader) person(line LineID, a Alias) *person {
	var p person
	ok, err := get(r.tx, personsBucket, personKey(line, a), &p)
	r.check(err)
	if !ok {
		return nil
	}
	return &p
}

// stubs corrects what the summary says by the stubs that do not show yet.
func (r *Reader) stubs(v *threadView) {
	v.tail, v.rows = v.sum.Tail, v.sum.Rows
	if v.sum.Stubs == 0 {
		return
	}
	r.lookYoung()
	young := r.fresh[v.no]
	v.rows += v.sum.Stubs - young
	v.stub = v.sum.TailStub
	if young > 0 {
		v.stub = spot{}
		before := place{v.no, v.sum.TailStub}.bytes()
		rowsBefore(r.tx, v.no, append(before, 0), func(k, val []byte) bool {
			w, err := rowOf(k, val)
			if err != nil {
				return false
			}
			if w.flags.has(flagStub) && r.visible(w) {
				v.stub = w.place.spot
				return false
			}
			return true
		})
	}
	v.tail = later(v.tail, v.stub)
}

func later(a, b spot) spot {
	if a.IsZero() || !b.IsZero() && a.before(b) {
		return b
	}
	return a
}

// unread holds for a row that the agent should see.
func (v *threadView) unread(w row) bool {
	return w.flags.unread() && w.place.spot.Mark.seq() > v.upto && !v.sum.read(w.place.spot)
}

// unreadCount counts the rows that the agent should see.
func (r *Reader) unreadCount(v *threadView) int {
	if v.upto == 0 || v.sum.Unread == 0 {
		return v.sum.Unread
	}
	return r.unreadAfter(v.no, v.upto)
}

func (r *Reader) unreadAfter(no ThreadNo, upto Seq) (n int) {
	r.marked(no, upto, func(spot) { n++ })
	return n
}

// marked yields the spots of the rows with an unread mark that were first seen after upto, the newest first.
func (r *Reader) marked(no ThreadNo, upto Seq, yield func(spot)) {
	scan(r.tx, messagesBucket, unreadOf(no), nil, func(k, v []byte) bool {
		at, ok := unreadSpot(k, v)
		if !ok || at.Mark.seq() <= upto {
			return false
		}
		yield(at)
		return true
	})
}

// firstUnread is the first row in thread order that the agent should see.
func (r *Reader) firstUnread(v *threadView) spot {
	var first spot
	r.marked(v.no, v.upto, func(at spot) {
		if first.IsZero() || at.before(first) {
			first = at
		}
	})
	return first
}

func (r *Reader) exists(no ThreadNo) bool { return no != 0 && r.view(no).rows > 0 }

// state is what people did with the thread, unless the customer wrote since or the time is over.
func (r *Reader) state(v *threadView) (ThreadState, time.Time) {
	st := v.person.State
	if st.Mark == 0 || v.sum.Arrived > st.Mark {
		return Open, time.Time{}
	}
	switch st.State {
	case Closed:
		return Closed, time.Time{}
	case Snoozed:
		if until := unixTime(st.Until); r.lens.Now.Before(until) {
			return Snoozed, until
		}
	}
	return Open, time.Time{}
}

// waiting is since when the customer has had no answer; zero when they have, or when a person closed the thread.
func (r *Reader) waiting(v *threadView) time.Time {
	if st, _ := r.state(v); st == Closed {
		return time.Time{}
	}
	return unixTime(r.waitingFrom(v).Time)
}

// waitingFrom is the first live row without an answer.
func (r *Reader) waitingFrom(v *threadView) spot {
	first := v.sum.Waiting
	if !v.stub.IsZero() && !first.IsZero() && first.before(v.stub) { // a stub is an answer, too
		var err error
		first, err = firstLive(r.tx, v.no, v.stub)
		r.check(err)
	}
	return first
}

const windowLength = 24 * time.Hour

// window is the customer service window (merge-rules 6).
func (r *Reader) window(v *threadView) Window {
	w := Window{FreeEntryUntil: unixTime(v.person.Free)}
	if !v.sum.In.IsZero() {
		last := unixTime(v.sum.In.Time)
		w.ExpiresAt = last.Add(windowLength)
		rejected := unixTime(v.person.Rejected)
		w.Refused = !rejected.IsZero() && !rejected.Before(last) && rejected.Before(w.ExpiresAt)
	}
	w.Open = w.OpenAt(r.lens.Now)
	return w
}

// Thread gives one thread, with its notes; drafts and presence are the caller's to add.
func (r *Reader) Thread(no ThreadNo) (Thread, bool) {
	no, ok := r.Resolve(no)
	if !ok || !r.exists(no) {
		return Thread{}, false
	}
	v := r.view(no)
	t := r.thread(v)
	said := map[string]bool{}
	for _, a := range v.members {
		t.Notes = append(t.Notes, r.notes(v.line, a, said)...)
	}
	t.Joins = r.joins(v)
	t.Names = v.person.called()
	if len(v.members) > 1 {
		t.Aliases = v.members
	}
	slices.SortStableFunc(t.Notes, func(a, b Note) int { return a.At.Compare(b.At) })
	return t, r.err == nil
}

func (r *Reader) thread(v *threadView) Thread {
	p := &v.person
	t := Thread{
		ID: v.no.ID(), Name: displayName(p, v.members), Username: p.Names[UsernameRegister].Value, Assignee: p.Assigned.To, Muted: p.Muted.on(), Fields: p.fields(),
		Unread: r.unreadCount(v), WaitingSince: r.waiting(v), Window: r.window(v), LastActivityAt: unixTime(v.tail.Time),
		Messages: v.rows, FromPhone: v.sum.Phone, Seq: max(v.sum.Last, p.Last),
	}
	t.State, t.SnoozedUntil = r.state(v)
	r.identify(v, &t)
	for _, l := range p.Labels {
		if !l.Off {
			t.Labels = append(t.Labels, l.Label)
		}
	}
	t.NeedsReply = t.State != Closed && !v.sum.LiveTalk.IsZero() && v.sum.Talk == v.sum.LiveTalk && (v.stub.IsZero() || v.stub.before(v.sum.Talk))
	t.Scheduled = r.scheduled(v)
	if first := v.sum.First; !first.IsZero() {
		t.FirstAt = unixTime(first.Time)
	}
	if s := r.at(v.no, v.tail); s != nil {
		m := r.message(s, v)
		t.LastMessage = &m
	}
	if s := r.at(v.no, later(v.sum.Out, v.stub)); s != nil {
		o := r.outMark(s, v)
		t.LastOut = &o
		t.Failed = s.row.flags.has(flagFailed)
	}
	q := r.pending()[v.no]
	t.Uncertain, t.Held = q.uncertain, q.held
	if m, ok := r.stuck(v, ViewStuck); ok {
		t.Stuck = &m
	}
	return t
}
