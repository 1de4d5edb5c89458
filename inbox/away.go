package inbox

import (
	"context"
	"encoding/binary"
	"slices"
	"time"
)

// Away is what happened since an agent last looked.
type Away struct {
	Seq   Seq       `json:"seq"`            // all up to here is counted: what SeeAll takes
	Since time.Time `json:"since,omitzero"` // when the agent last looked; zero: never, and nothing is told
	Now   time.Time `json:"now"`

	Messages int       `json:"messages"` // that customers wrote, and that arrived live ...
	Threads  int       `json:"threads"`  // ... in how many threads
	Answers  []Answers `json:"answers,omitempty"`

	Waiting    []Thread `json:"waiting,omitempty"` // the first of those who wait now, the longest first
	WaitingAll int      `json:"waiting_all"`
	Closed     []Thread `json:"closed,omitempty"` // the first of those of them whose window closed meanwhile
	ClosedAll  int      `json:"closed_all"`
	Stuck      []Thread `json:"stuck,omitempty"` // the first of those where a message of ours has become stuck
	StuckAll   int      `json:"stuck_all"`

	Down []Down `json:"down,omitempty"` // when nothing could arrive, oldest first
}

// Answers is what somebody other than the agent wrote to customers.
type Answers struct {
	By       string `json:"by"` // phone, elsewhere, or an agent's name
	Messages int    `json:"messages"`
	Threads  int    `json:"threads"`
}

// Down is a time in which nothing could arrive here. WhatsApp repeats what it could not deliver, less and less often, for
// up to 7 days (developers.facebook.com/docs/whatsapp/webhooks: "Webhooks overview", 2025-12-02; "Create endpoint" of
// 2025-11-07 says 36 hours). What is older can be read on the phone alone.
type Down struct {
	From time.Time `json:"from"` // when Why is lost, the last sign of life: it may have been later
	To   time.Time `json:"to"`
	Why  Absence   `json:"why"`
}

// How long WhatsApp repeats: by its overview, and by the page that says least.
const (
	RepeatsMost  = 7 * 24 * time.Hour
	RepeatsLeast = 36 * time.Hour
)

// lateMost is how long after it was written, in seconds, a message may still arrive live; a day is for clocks.
const lateMost = int64((RepeatsMost + 24*time.Hour) / time.Second)

// Empty reports that nothing happened. Customers who wait are told of together with other news only: the list shows them.
func (a Away) Empty() bool {
	return a.Since.IsZero() || a.Messages+len(a.Answers)+a.ClosedAll+a.StuckAll+len(a.Down) == 0
}

// awayMost is how many threads of a kind are named.
const awayMost = 5

// Away implements Desk. Right after a start the views may be behind the journal, most of all after a crash: it waits for
// them, so that it tells of what is there, and for no longer than an answer waits for its effect.
func (d *deskOf) Away(ctx context.Context) (away Away, err error) {
	if head, err := d.owner.c.Journal.Head(ctx); err == nil {
		d.owner.follow(ctx, head.Seq)
	}
	err = d.read(ctx, func(r *Reader) error {
		away, err = r.Away()
		for _, list := range [][]Thread{away.Waiting, away.Closed, away.Stuck} {
			for i := range list {
				d.owner.decorate(r, &list[i])
			}
		}
		return err
	})
	return away, err
}

// Away tells what happened since the agent last looked. It walks over the heads of all threads, and in those where
// something came, over the rows of the time that WhatsApp may have delivered late.
func (r *Reader) Away() (Away, error) {
	a := Away{Seq: Applied(r.tx).Seq, Now: r.lens.Now}
	var l looked
	if ok, err := get(r.tx, agentsBucket, []byte(r.lens.Agent), &l); err != nil || !ok {
		return a, err
	}
	a.Since = unixTime(l.At)
	r.came(&a, l)
	r.awayWaiting(&a)
	r.awayStuck(&a, l)
	r.tx.Descend(gapsBucket, nil, func(_, v []byte) bool {
		var g gap
		r.check(decode(v, &g))
		if g.To <= l.At || len(a.Down) == awayMost {
			return false
		}
		a.Down = append(a.Down, Down{unixTime(g.From), unixTime(g.To), g.Why})
		return r.err == nil
	})
	for _, d := range r.line(r.lens.Line).unlinked(r.lens.Own) {
		if d.To.After(a.Since) {
			a.Down = append(a.Down, d)
		}
	}
	slices.SortStableFunc(a.Down, func(x, y Down) int { return x.From.Compare(y.From) })
	return a, r.err
}

// came counts what arrived after the agent looked, and who answered.
func (r *Reader) came(a *Away, l looked) {
	answers := map[string]*Answers{}
	r.tx.Ascend(threadsBucket, nil, func(k, v []byte) bool {
		if len(k) != 8 {
			r.check(damaged(threadsBucket, errShort))
			return false
		}
		no := ThreadNo(binary.BigEndian.Uint64(k))
		c, ok := r.card(no, v)
		if !ok || c.arrived.seq() <= l.Upto && c.outSeen.seq() <= l.Upto {
			return r.err == nil
		}
		n, by := r.rowsSince(no, l)
		if n > 0 {
			a.Messages += n
			a.Threads++
		}
		for who, n := range by {
			if answers[who] == nil {
				answers[who] = &Answers{By: who}
			}
			answers[who].Messages += n
			answers[who].Threads++
		}
		return r.err == nil
	})
	for _, x := range answers {
		a.Answers = append(a.Answers, *x)
	}
	slices.SortFunc(a.Answers, func(x, y Answers) int {
		switch { // the phone first: it is what people ask about
		case x.By == y.By:
			return 0
		case x.By == string(OriginPhone), y.By != string(OriginPhone) && x.By < y.By:
			return -1
		}
		return 1
	})
}

// rowsSince counts the rows of a thread that were first seen after the agent looked: the customer's, and ours by who
// wrote them, without the agent's own. Nothing that WhatsApp delivered since can be older than it repeats.
func (r *Reader) rowsSince(no ThreadNo, l looked) (in int, by map[string]int) {
	oldest := l.At - lateMost
	by = map[string]int{}
	rowsBefore(r.tx, no, nil, func(k, v []byte) bool {
		w, err := rowOf(k, v)
		r.check(err)
		switch {
		case err != nil || w.place.spot.Time < oldest:
			return false
		case w.place.spot.Mark.seq() <= l.Upto || w.flags&(flagSystem|flagVoid) != 0 || !r.visible(w):
			return true
		case w.flags.unread():
			in++
			return true
		case !w.flags.has(flagOut) || w.flags.has(flagGone):
			return true
		case w.flags.has(flagPhone):
			by[string(OriginPhone)]++
			return true
		}
		s, err := read(k, v)
		r.check(err)
		if err != nil || s.rec != nil && s.rec.imported() {
			return err == nil
		}
		switch who := r.writer(s); who {
		case r.lens.Agent:
		case "":
			by[string(OriginElsewhere)]++
		default:
			by[string(who)]++
		}
		return r.err == nil
	})
	return in, by
}

// awayWaiting names who waits, and of those whose window closed meanwhile.
func (r *Reader) awayWaiting(a *Away) {
	now := r.lens.Now.Unix()
	each := func(yield func(no ThreadNo, c seenCard)) {
		r.inOrder(byWaiting, nil)(func(x listed) bool {
			if c, ok := r.card(x.no, r.tx.Get(threadsBucket, number(uint64(x.no)))); ok && c.in(ViewWaiting, now) {
				yield(x.no, c)
			}
			return r.err == nil
		})
	}
	name := func(list *[]Thread, no ThreadNo) {
		if len(*list) < awayMost {
			*list = append(*list, r.thread(r.view(no)))
			delete(r.views, no)
		}
	}
	each(func(no ThreadNo, c seenCard) {
		a.WaitingAll++
		name(&a.Waiting, no)
		if a.Since.Unix() < c.closes && c.closes <= now {
			a.ClosedAll++
			name(&a.Closed, no)
		}
	})
}

// awayStuck names where a message of ours has become stuck.
func (r *Reader) awayStuck(a *Away, l looked) {
	p := filling{reader: r, query: ThreadQuery{View: ViewStuck}, limit: mostLimit}
	r.check(r.stuckList(&p))
	for _, t := range p.page.Threads {
		s := r.rowOf(t.Stuck.Key)
		if s == nil || s.row.last <= l.Upto && !t.Stuck.At.After(a.Since) {
			continue
		}
		if a.StuckAll++; len(a.Stuck) < awayMost {
			a.Stuck = append(a.Stuck, t)
		}
	}
}
