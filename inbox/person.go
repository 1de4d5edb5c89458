package inbox

import (
	"cmp"
	"slices"
	"time"
)

// person is what is known of one alias, as one of our numbers sees it: its names, its links to other aliases, and
// what colleagues did with the thread it is in. A thread is a connected component of linked persons; what its members
// say is joined when it is read.
type person struct {
	First    ThreadNo    `cbor:"1,keyasint,omitempty"` // where the journal first named the alias
	Thread   ThreadNo    `cbor:"2,keyasint,omitempty"` // derived: the smallest First of the component
	Links    []Alias     `cbor:"3,keyasint,omitempty"`
	Names    [5]naming   `cbor:"4,keyasint,omitzero"` // by Register
	Viewed   []viewing   `cbor:"5,keyasint,omitempty"`
	State    stating     `cbor:"6,keyasint,omitzero"`
	Assigned assigning   `cbor:"7,keyasint,omitzero"`
	Labels   []labelling `cbor:"8,keyasint,omitempty"`
	Refusals []refusal   `cbor:"9,keyasint,omitempty"`  // newest first
	Rejected int64       `cbor:"10,keyasint,omitempty"` // last time WhatsApp said the window is closed (131047)
	Free     int64       `cbor:"11,keyasint,omitempty"` // end of a free entry point
	Last     Seq         `cbor:"12,keyasint,omitempty"` // newest entry about the person
	Muted    muting      `cbor:"13,keyasint,omitzero"`
	Heard    bool        `cbor:"14,keyasint,omitempty"` // WhatsApp itself named it as the id of an account, in a message or a status
	Hand     []handLink  `cbor:"15,keyasint,omitempty"` // what people joined, and separated again
	Fields   []fielding  `cbor:"16,keyasint,omitempty"`
}

// naming is one register of a name. Seconds, but nanoseconds in the local register, where our clock gives them.
type naming struct {
	Time  int64  `cbor:"1,keyasint,omitempty"`
	Value string `cbor:"2,keyasint,omitempty"`
}

// viewing is how far one agent has seen the thread. Marks holds the views that no later and further one covers.
type viewing struct {
	Agent    AgentID `cbor:"1,keyasint"`
	Unviewed mark    `cbor:"2,keyasint,omitempty"` // where it was last marked unread
	From     Seq     `cbor:"3,keyasint,omitempty"` // ... from here on
	Marks    []seen  `cbor:"4,keyasint,omitempty"`
}

type seen struct {
	Mark mark `cbor:"1,keyasint"`
	Upto Seq  `cbor:"2,keyasint"`
}

type stating struct {
	Mark  mark        `cbor:"1,keyasint,omitempty"`
	State ThreadState `cbor:"2,keyasint,omitempty"`
	Until int64       `cbor:"3,keyasint,omitempty"`
}

type assigning struct {
	Mark mark    `cbor:"1,keyasint,omitempty"`
	To   AgentID `cbor:"2,keyasint,omitempty"`
}

type labelling struct {
	Label string `cbor:"1,keyasint"`
	Mark  mark   `cbor:"2,keyasint"`
	Off   bool   `cbor:"3,keyasint,omitempty"`
}

type muting struct {
	Mark mark `cbor:"1,keyasint,omitempty"`
	Off  bool `cbor:"2,keyasint,omitempty"`
}

// handLink is what people last said about two aliases being one customer. Unlike Links it can be taken back, so it is
// kept with both and by itself: of what was said the latest counts, and what else links the two is not touched by it.
type handLink struct {
	Other Alias   `cbor:"1,keyasint"`
	Mark  mark    `cbor:"2,keyasint"`
	Off   bool    `cbor:"3,keyasint,omitempty"`
	By    AgentID `cbor:"4,keyasint,omitempty"`
	At    int64   `cbor:"5,keyasint,omitempty"`
}

// on reports whether the thread is muted.
func (a muting) on() bool { return a.Mark != 0 && !a.Off }

// refusal says that WhatsApp refused an outgoing message for a reason that the ones behind it share.
type refusal struct {
	Queued mark `cbor:"1,keyasint"`
	Known  mark `cbor:"2,keyasint"`
}

const mostRefusals = 32

// join adds what b says; the derived Thread is not said.
func (a *person) join(b *person) bool {
	changed := false
	note := func(c bool) { changed = changed || c }
	if b.First != 0 && (a.First == 0 || b.First < a.First) {
		a.First = b.First
		changed = true
	}
	note(uniteOrdered(&a.Links, b.Links))
	for i := range a.Names {
		note(a.Names[i].join(b.Names[i]))
	}
	note(unite(&a.Viewed, b.Viewed, func(x, y viewing) int { return cmp.Compare(x.Agent, y.Agent) }, (*viewing).join))
	note(a.State.join(b.State))
	note(a.Assigned.join(b.Assigned))
	note(a.Muted.join(b.Muted))
	note(unite(&a.Hand, b.Hand, func(x, y handLink) int { return cmp.Compare(x.Other, y.Other) }, (*handLink).join))
	note(unite(&a.Fields, b.Fields, compareFields, (*fielding).join))
	if b.Heard && !a.Heard {
		a.Heard = true
		changed = true
	}
	note(unite(&a.Labels, b.Labels, func(x, y labelling) int { return cmp.Compare(x.Label, y.Label) }, (*labelling).join))
	note(a.joinRefusals(b.Refusals))
	note(raise(&a.Rejected, b.Rejected))
	note(raise(&a.Free, b.Free))
	raise(&a.Last, b.Last)
	return changed
}

func (a *naming) join(b naming) bool {
	if cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(min(len(a.Value), 1), min(len(b.Value), 1)), cmp.Compare(a.Value, b.Value)) >= 0 {
		return false
	}
	*a = b
	return true
}

func (a *viewing) join(b viewing) bool {
	changed := false
	if cmp.Or(cmp.Compare(a.Unviewed, b.Unviewed), cmp.Compare(a.From, b.From)) < 0 {
		a.Unviewed, a.From = b.Unviewed, b.From
		changed = true
	}
	for _, m := range b.Marks {
		if !slices.ContainsFunc(a.Marks, func(x seen) bool { return x.Mark >= m.Mark && x.Upto >= m.Upto }) {
			a.Marks = append(a.Marks, m)
			changed = true
		}
	}
	if changed {
		all := a.Marks
		a.Marks = nil
		for _, m := range all {
			covered := slices.ContainsFunc(all, func(x seen) bool { return x != m && x.Mark >= m.Mark && x.Upto >= m.Upto })
			if !covered && m.Mark > a.Unviewed {
				a.Marks = append(a.Marks, m)
			}
		}
		slices.SortFunc(a.Marks, func(x, y seen) int { return cmp.Compare(x.Mark, y.Mark) })
	}
	return changed
}

// upto is the position up to which the agent has seen everything.
func (a viewing) upto() Seq {
	var upto Seq
	if a.Unviewed != 0 && a.From > 0 {
		upto = a.From - 1
	}
	for _, m := range a.Marks {
		upto = max(upto, m.Upto)
	}
	return upto
}

func (a *stating) join(b stating) bool {
	if cmp.Or(cmp.Compare(a.Mark, b.Mark), cmp.Compare(a.State, b.State), cmp.Compare(a.Until, b.Until)) >= 0 {
		return false
	}
	*a = b
	return true
}

func (a *assigning) join(b assigning) bool {
	if cmp.Or(cmp.Compare(a.Mark, b.Mark), cmp.Compare(a.To, b.To)) >= 0 {
		return false
	}
	*a = b
	return true
}

func (a *muting) join(b muting) bool {
	if cmp.Or(cmp.Compare(a.Mark, b.Mark), compareBool(a.Off, b.Off)) >= 0 {
		return false
	}
	*a = b
	return true
}

func (a *handLink) join(b handLink) bool {
	if b.Mark <= a.Mark {
		return false
	}
	*a = b
	return true
}

func (a *labelling) join(b labelling) bool {
	if cmp.Or(cmp.Compare(a.Mark, b.Mark), compareBool(a.Off, b.Off)) >= 0 {
		return false
	}
	*a = b
	return true
}

func (a *person) joinRefusals(b []refusal) bool {
	changed := false
	for _, r := range b {
		i := slices.IndexFunc(a.Refusals, func(x refusal) bool { return x.Queued == r.Queued })
		switch {
		case i < 0:
			a.Refusals = append(a.Refusals, r)
			changed = true
		case r.Known < a.Refusals[i].Known:
			a.Refusals[i].Known = r.Known
			changed = true
		}
	}
	slices.SortFunc(a.Refusals, func(x, y refusal) int { return cmp.Compare(y.Queued, x.Queued) })
	a.Refusals = a.Refusals[:min(len(a.Refusals), mostRefusals)]
	return changed
}

// liftName writes one register. WhatsApp's times count when they are there, else the time of receipt (5.3).
func liftName(s Sighted, register Register, value string, t int64) *person {
	if t = timeIn(t, s.At); t == 0 {
		t = s.At.Unix()
	}
	p := &person{Last: s.Seq}
	if register >= UsernameRegister && register <= LocalRegister {
		p.Names[register] = naming{t, value}
	}
	return p
}

// personal gives the peer that a local fact is about, and what it says.
func personal(s Sighted) (Peer, *person) {
	m := markOf(s)
	p := &person{Last: s.Seq}
	switch f := s.Fact.(type) {
	case Viewed:
		p.Viewed = []viewing{{Agent: f.Agent, Marks: []seen{{m, f.Upto}}}}
		return f.Peer, p
	case Unviewed:
		p.Viewed = []viewing{{Agent: f.Agent, Unviewed: m, From: f.From}}
		return f.Peer, p
	case StateSet:
		p.State = stating{Mark: m, State: f.State}
		if !f.Until.IsZero() {
			p.State.Until = f.Until.Unix()
		}
		return f.Peer, p
	case Assigned:
		p.Assigned = assigning{m, f.To}
		return f.Peer, p
	case Labelled:
		p.Labels = []labelling{{f.Label, m, f.Off}}
		return f.Peer, p
	case Muted:
		p.Muted = muting{m, f.Off}
		return f.Peer, p
	case Noted:
		return f.Peer, p
	case FieldsSet:
		return f.Peer, liftFields(s, f)
	case Named:
		p.Names[LocalRegister] = naming{f.At.UnixNano(), f.Name}
		return f.Peer, p
	}
	return Peer{}, nil
}

// displayName is the first name there is: ours, the phone's address book, the profile, the username, the number.
func displayName(p *person, members []Alias) string {
	for _, r := range []Register{LocalRegister, BookRegister, ProfileRegister, UsernameRegister} {
		if v := p.Names[r].Value; v != "" {
			return v
		}
	}
	for _, a := range members {
		if n := a.Phone(); n != "" {
			return FormatNumber(n)
		}
	}
	for _, a := range members {
		if u := a.User(); u != "" {
			return u
		}
	}
	return "unknown sender"
}

func unixTime(t int64) time.Time {
	if t == 0 {
		return time.Time{}
	}
	return time.Unix(t, 0).UTC()
}
