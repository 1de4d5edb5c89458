package inbox

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// alerter decides about alerts. The projector hands it what arrives; it looks at the views a moment later, tells whom
// it concerns, and repeats until somebody has opened the thread. Nothing is kept while no terminal is attached, and a
// restart forgets all: alerts may be lost, messages are not.
type alerter struct {
	owner *Owner
	every time.Duration // between repeats; 0: none
	wake  chan struct{}

	mu      sync.Mutex
	upto    Seq // what was in the journal before, or was looked at
	pending []news
	more    int       // beyond alertsMost
	due     time.Time // when pending is decided about; zero: nothing is
	told    time.Time // the last alert
	late    lateNews
	ringing map[ThreadNo]Alert // told and not opened
	again   time.Time          // when ringing is looked through
}

// news is a message that waits for its decision.
type news struct {
	key  string
	mark mark
	sent time.Time
}

// lateNews is what came late and has not been told.
type lateNews struct {
	alerts map[ThreadNo]Alert
	due    time.Time
	told   time.Time
}

func newAlerter(o *Owner, head Seq) *alerter {
	return &alerter{
		owner: o, every: o.c.AlertEvery, wake: make(chan struct{}, 1), upto: head,
		late: lateNews{alerts: map[ThreadNo]Alert{}}, ringing: map[ThreadNo]Alert{},
	}
}

// take notes what a portion of the journal brought, now that the views have it.
func (a *alerter) take(b portion) {
	nobody := a.owner.attendance.nobody()
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, s := range b.facts {
		m, ok := candidate(s.Fact)
		switch {
		case !ok || nobody || s.Seq <= a.upto:
			continue
		case len(a.pending) == alertsMost:
			a.more++
			continue
		}
		n := news{key: MessageKey(m.Line, m.WAMID), mark: markOf(s), sent: s.At}
		if t := timeIn(m.Time, s.At); t != 0 {
			n.sent = unixTime(t)
		}
		a.pending = append(a.pending, n)
		if a.due.IsZero() {
			now := time.Now()
			a.due = now.Add(alertSettle)
			if paced := a.told.Add(alertPace); paced.After(a.due) {
				a.due = paced
			}
			a.rouse()
		}
	}
	if !b.partial {
		a.upto = max(a.upto, b.entries[len(b.entries)-1].Seq)
	}
}

func (a *alerter) rouse() {
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// opened ends the repeats of a thread: somebody looks at it.
func (a *alerter) opened(no ThreadNo) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.ringing, no)
}

// run decides when it is time to, until ctx ends.
func (a *alerter) run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		timer.Stop()
		if next := a.next(); !next.IsZero() {
			timer.Reset(time.Until(next))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-a.wake:
		case <-timer.C:
			if err := a.step(time.Now()); err != nil {
				a.owner.c.Log.Error("alerts could not be decided and are dropped", "err", err)
				a.drop()
			}
		}
	}
}

// drop forgets all that waits.
func (a *alerter) drop() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.pending, a.more, a.due, a.again = nil, 0, time.Time{}, time.Time{}
	a.late = lateNews{alerts: map[ThreadNo]Alert{}, told: a.late.told}
	clear(a.ringing)
}

// next is when something is due; zero when nothing is.
func (a *alerter) next() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	var next time.Time
	for _, t := range []time.Time{a.due, a.late.due, a.again} {
		if next.IsZero() || !t.IsZero() && t.Before(next) {
			next = t
		}
	}
	return next
}

// step does what is due.
func (a *alerter) step(now time.Time) error {
	l := a.owner.lens("")
	return a.owner.c.Views.View(func(tx ReadTx) error {
		a.mu.Lock()
		defer a.mu.Unlock()
		s := sitting{alerter: a, r: NewReader(tx, l), there: a.owner.attendance.now(), now: now}
		if due(a.due, now) {
			s.decide()
		}
		if due(a.late.due, now) {
			s.tellLate()
		}
		if due(a.again, now) {
			s.repeat()
		}
		return s.r.Err()
	})
}

func due(t, now time.Time) bool { return !t.IsZero() && !now.Before(t) }

// sitting is one look of the alerter at the views.
type sitting struct {
	*alerter
	r     *Reader
	there attended
	now   time.Time
}

// decide goes through what arrived.
func (s *sitting) decide() {
	fresh := map[ThreadNo]Alert{}
	for _, n := range s.pending {
		no, arr, alert := s.look(n)
		switch arr.decide(s.r.lens.Now) {
		case tellNow:
			add(fresh, no, alert)
		case tellLate:
			add(s.late.alerts, no, alert)
		}
	}
	more := s.more
	s.pending, s.more, s.due = nil, 0, time.Time{}
	if len(s.late.alerts) > 0 {
		s.late.due = s.now.Add(lateSettle)
		if paced := s.late.told.Add(latePace); paced.After(s.late.due) {
			s.late.due = paced
		}
	}
	if len(fresh) <= alertsAtOnce && more == 0 {
		for _, no := range slices.Sorted(maps.Keys(fresh)) {
			s.tell(fresh[no], s.there.hears(s.assignee(no), false))
		}
	} else {
		s.tell(together(NewMessages, fresh, more), s.hearers(fresh, more))
	}
	s.ring(fresh)
}

// look reads what is known of a message.
func (s *sitting) look(n news) (ThreadNo, arrival, Alert) {
	row := s.r.rowOf(n.key)
	if row == nil || row.rec == nil {
		return 0, arrival{}, Alert{}
	}
	no := row.row.place.thread
	v := s.r.view(no)
	arr := s.standing(v, row.row)
	arr.known = row.row.place.spot.Mark != n.mark
	arr.sent = n.sent
	m := s.r.message(row, v)
	return no, arr, Alert{
		Kind: NewMessage, Thread: no.ID(), Name: displayName(&v.person, v.members), Message: m.Key, Type: m.Type,
		Text: firstLine(m.Text, headLength), Messages: 1, Threads: 1,
	}
}

// standing is how a row stands now, whenever it came.
func (s *sitting) standing(v *threadView, w row) arrival {
	at := w.place.spot
	state, _ := s.r.state(v)
	return arrival{
		unread:   w.flags.unread(),
		answered: v.sum.read(at) || !v.sum.Answer.IsZero() && at.before(v.sum.Answer),
		seen:     slices.ContainsFunc(v.person.Viewed, func(x viewing) bool { return x.upto() >= at.Mark.seq() }),
		settled:  state != Open,
		muted:    v.person.Muted.on(),
		watched:  s.there.looksAt(v.no, s.r.Resolve),
		sent:     s.r.lens.Now,
	}
}

// hearers are those whom one of several threads concerns.
func (s *sitting) hearers(alerts map[ThreadNo]Alert, more int) []AgentID {
	if more > 0 {
		return s.there.hears("", false)
	}
	var all []AgentID
	for no := range alerts {
		all = append(all, s.there.hears(s.assignee(no), false)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (s *sitting) assignee(no ThreadNo) AgentID { return s.r.view(no).person.Assigned.To }

// tellLate tells in one word what came late.
func (s *sitting) tellLate() {
	alerts := s.late.alerts
	s.late = lateNews{alerts: map[ThreadNo]Alert{}, told: s.now}
	for no := range alerts {
		if !s.waits(no) {
			delete(alerts, no)
		}
	}
	if len(alerts) == 0 {
		return
	}
	s.tell(together(LateAlert, alerts, 0), s.hearers(alerts, 0))
	s.ring(alerts)
}

// waits reports whether the newest message of a thread still wants somebody.
func (s *sitting) waits(no ThreadNo) bool {
	no, ok := s.r.Resolve(no)
	if !ok {
		return false
	}
	v := s.r.view(no)
	last := s.r.at(no, v.sum.LiveTalk)
	return last != nil && s.standing(v, last.row).decide(s.r.lens.Now) == tellNow
}

// ring keeps what was told, to be repeated.
func (s *sitting) ring(alerts map[ThreadNo]Alert) {
	if s.every <= 0 {
		return
	}
	for no, alert := range alerts {
		if len(s.ringing) < alertsMost {
			s.ringing[no] = alert
		}
	}
	if len(s.ringing) > 0 && s.again.IsZero() {
		s.again = s.now.Add(s.every)
	}
}

// repeat tells again what nobody has opened; all of it is one alert.
func (s *sitting) repeat() {
	left := map[ThreadNo]Alert{}
	for no, alert := range s.ringing {
		if s.waits(no) {
			alert.Again++
			left[no] = alert
		}
	}
	s.ringing, s.again = left, time.Time{}
	if len(left) == 0 {
		return
	}
	s.again = s.now.Add(s.every)
	s.tell(together(NewMessages, left, 0), s.there.hears("", true))
}

// tell sends an alert to those who should hear it, if there are any.
func (s *sitting) tell(alert Alert, to []AgentID) {
	if alert.Messages == 0 || len(to) == 0 {
		return
	}
	alert.To = to
	s.told = s.now
	s.owner.slots.put("alert/"+string(alert.Kind)+"/"+string(alert.Thread), volatile{event: Event{Kind: AlertEvent, Alert: &alert}})
}

// add counts another message of a thread.
func add(alerts map[ThreadNo]Alert, no ThreadNo, alert Alert) {
	alert.Messages += alerts[no].Messages
	alerts[no] = alert
}

// together makes one alert of several; of a single one, that.
func together(kind AlertKind, alerts map[ThreadNo]Alert, more int) Alert {
	all := Alert{Kind: kind, Messages: more, Threads: len(alerts)}
	for _, alert := range alerts {
		if len(alerts) == 1 && more == 0 {
			return alert
		}
		all.Messages += alert.Messages
		all.Again = max(all.Again, alert.Again)
	}
	return all
}
