package inbox

import (
	"cmp"
	"slices"
	"time"
)

// What becomes of the account is told by account_update (developers.facebook.com, account_update, 2026-09-11). Its events
// come late, twice and out of order, so they are put in the order of their own time; and they may not come at all where
// the webhook address is an override, so the number is asked too.

// AccountSeen is one event of the account's life.
type AccountSeen struct {
	Line   LineID
	Event  string // WhatsApp's word, as PARTNER_REMOVED
	Time   int64  // of the entry, Unix seconds; 0 absent
	Number string // digits of the number it names; "" when it is about the whole account
	Reason string // of PARTNER_REMOVED
	By     string // who began it: USER or SYSTEM
	Detail string // what is restricted or violated, or what a ban is
	Until  int64  // when a restriction ends, 0 for no end
}

func (AccountSeen) fact() {}

// LinkState says whether anything can be sent and received.
type LinkState string

// The states.
const (
	LinkUp      LinkState = "connected"
	LinkPaused  LinkState = "paused"       // the phone was changed or registered again: usually for minutes
	LinkUnsure  LinkState = "unconfirmed"  // the access was taken away, says WhatsApp; the number is being asked
	LinkDown    LinkState = "disconnected" // it has to be connected again
	LinkDeleted LinkState = "deleted"      // the account is no more
)

// Link is how the number is connected to WhatsApp.
type Link struct {
	State  LinkState `json:"state"`
	Reason string    `json:"reason,omitempty"` // WhatsApp's word for why, as PRIMARY_INACTIVITY, or the event
	By     string    `json:"by,omitempty"`     // who ended it: USER or SYSTEM, when that was told
	Since  time.Time `json:"since,omitzero"`   // when it became so
}

// Off holds when nothing can be sent now.
func (l Link) Off() bool { return l.State != LinkUp && l.State != "" }

// Over holds when it does not come back by itself.
func (l Link) Over() bool { return l.State == LinkDown || l.State == LinkDeleted }

// The events that connect, pause and end. In the same second the one that connects counts.
var linkEvents = map[string]struct {
	state LinkState
	rank  int
}{
	"ACCOUNT_RECONNECTED":     {LinkUp, 5},
	"PARTNER_ADDED":           {LinkUp, 4},
	"PARTNER_APP_INSTALLED":   {LinkUp, 4},
	"ACCOUNT_OFFBOARDED":      {LinkPaused, 1},
	"PARTNER_APP_UNINSTALLED": {LinkUnsure, 2},
	"PARTNER_REMOVED":         {LinkDown, 3},
	"ACCOUNT_DELETED":         {LinkDeleted, 3},
}

// How long after an event the number's own answer counts against it: an answer may be older than what it is about, and
// while a phone is changed the number may look connected.
const (
	answerAfter   = time.Minute
	answerOffline = 5 * time.Minute
)

// The classes of events; of each the newest about a number are kept, so that what becomes of another number of the account
// does not push out what became of ours.
const (
	classLink = iota + 1
	classRestriction
	classBan
	classViolation
)

const mostOfClass = 8

// turn is an event of the account as the views keep it.
type turn struct {
	Class  int    `cbor:"1,keyasint"`
	Time   int64  `cbor:"2,keyasint"`
	Rank   int    `cbor:"3,keyasint,omitempty"`
	Event  string `cbor:"4,keyasint"`
	Number string `cbor:"5,keyasint,omitempty"`
	Reason string `cbor:"6,keyasint,omitempty"`
	By     string `cbor:"7,keyasint,omitempty"`
	Detail string `cbor:"8,keyasint,omitempty"`
	Until  int64  `cbor:"9,keyasint,omitempty"`
}

// newestTurn orders turns by class, then the newest first.
func newestTurn(x, y turn) int {
	return cmp.Or(cmp.Compare(x.Class, y.Class), cmp.Compare(y.Time, x.Time), cmp.Compare(y.Rank, x.Rank), cmp.Compare(x.Event, y.Event), cmp.Compare(x.Number, y.Number))
}

// check is what the number itself answered.
type check struct {
	At        int64  `cbor:"1,keyasint,omitempty"`
	Connected bool   `cbor:"2,keyasint,omitempty"`
	Word      string `cbor:"3,keyasint,omitempty"`
}

func (a *check) join(b check) bool {
	if b.At < a.At || b.At == a.At && (b.Connected == a.Connected && b.Word <= a.Word || a.Connected && !b.Connected) {
		return false
	}
	*a = b
	return true
}

func (a *lineState) joinTurns(b []turn, c check) bool {
	changed := unite(&a.Turns, b, newestTurn, func(x *turn, y turn) bool {
		up := raise(&x.Reason, y.Reason)
		up = raise(&x.By, y.By) || up
		up = raise(&x.Detail, y.Detail) || up
		return raise(&x.Until, y.Until) || up
	})
	if changed {
		type group struct {
			class  int
			number string
		}
		n := map[group]int{}
		a.Turns = slices.DeleteFunc(a.Turns, func(t turn) bool {
			n[group{t.Class, t.Number}]++
			return n[group{t.Class, t.Number}] > mostOfClass
		})
	}
	return a.Check.join(c) || changed
}

// takeAccount joins an event of the account.
func (b *batch) takeAccount(s Sighted, f AccountSeen) {
	t := turn{Time: timeIn(f.Time, s.At), Event: f.Event, Number: f.Number, Reason: f.Reason, By: f.By, Detail: f.Detail, Until: f.Until}
	if t.Time == 0 {
		t.Time = s.At.Unix()
	}
	link, ok := linkEvents[f.Event]
	switch {
	case ok:
		t.Class, t.Rank = classLink, link.rank
	case f.Event == "ACCOUNT_RESTRICTION":
		t.Class = classRestriction
	case f.Event == "DISABLED_UPDATE":
		t.Class = classBan
	case f.Event == "ACCOUNT_VIOLATION":
		t.Class = classViolation
	default:
		return
	}
	st := &lineState{Turns: []turn{t}}
	if link.state == LinkUp {
		st.Pulse = pulse{t.Time, SignLinked}
	}
	b.line(s.Seq, f.Line, st)
}

// newest is the newest event of a class that is about a number; own is "" while ours is not known.
func (a *lineState) newest(class int, own string) (turn, bool) {
	i := slices.IndexFunc(a.Turns, func(t turn) bool { return t.Class == class && t.about(own) })
	if i < 0 {
		return turn{}, false
	}
	return a.Turns[i], true
}

func (t turn) about(own string) bool { return t.Number == "" || own == "" || t.Number == own }

// link says how the number is connected: as the newest event says, unless the number answered otherwise since.
func (a *lineState) link(own string) Link {
	t, ok := a.newest(classLink, own)
	c := a.Check
	if !ok {
		if c.At != 0 && !c.Connected {
			return Link{State: LinkDown, Reason: c.Word, Since: unixTime(c.At)}
		}
		return Link{State: LinkUp}
	}
	l := Link{State: linkEvents[t.Event].state, Reason: cmp.Or(t.Reason, t.Event), By: t.By, Since: unixTime(t.Time)}
	after := time.Duration(c.At-t.Time) * time.Second
	switch {
	case c.At == 0 || after < 0:
	case l.State == LinkUp:
		if !c.Connected && after >= answerAfter {
			return Link{State: LinkDown, Reason: c.Word, Since: unixTime(c.At)}
		}
	case c.Connected && (after >= answerOffline || after >= answerAfter && l.State != LinkPaused):
		return Link{State: LinkUp, Since: unixTime(c.At)}
	case !c.Connected && l.State == LinkUnsure:
		l.State = LinkDown
	}
	if l.State == LinkUp {
		l.Reason = ""
	}
	return l
}

// unlinked lists when the number was off, oldest first, as far as the kept events tell.
func (a *lineState) unlinked(own string) (all []Down) {
	var from int64
	for _, t := range slices.Backward(a.Turns) {
		if t.Class != classLink || !t.about(own) {
			continue
		}
		switch off := linkEvents[t.Event].state != LinkUp; {
		case off && from == 0:
			from = t.Time
		case !off && from != 0:
			all = append(all, Down{unixTime(from), unixTime(t.Time), WasUnlinked})
			from = 0
		}
	}
	return all
}

// Link says how a number is connected.
func (r *Reader) Link(line LineID) Link { return r.line(line).link(r.lens.Own) }
