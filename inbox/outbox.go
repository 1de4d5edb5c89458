package inbox

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// outgoing is what the facts say of one outgoing message (merge-rules 7.1). Its state is computed, never stored. The
// journal holds one Queued for an oid and one Settled for an attempt; should there be more, the first counts.
type outgoing struct {
	Queued    []queuing    `cbor:"1,keyasint,omitempty"`
	Attempts  []attempting `cbor:"2,keyasint,omitempty"`
	Outcomes  []settling   `cbor:"3,keyasint,omitempty"`
	Decisions []deciding   `cbor:"4,keyasint,omitempty"`
	Bound     []string     `cbor:"5,keyasint,omitempty"` // message keys
	Of        []OID        `cbor:"6,keyasint,omitempty"` // entries that a person sent again as this one
	Scope     Seq          `cbor:"7,keyasint,omitempty"` // newest local fact
	Seqs      []Seq        `cbor:"8,keyasint,omitempty"`
}

type queuing struct {
	Mark  mark      `cbor:"1,keyasint"`
	Line  LineID    `cbor:"2,keyasint"`
	Alias Alias     `cbor:"3,keyasint"`
	Agent AgentID   `cbor:"4,keyasint,omitempty"`
	At    time.Time `cbor:"5,keyasint"`
	Out   Outgoing  `cbor:"6,keyasint"`

	NotBefore time.Time `cbor:"7,keyasint,omitzero"`
	Planned   bool      `cbor:"8,keyasint,omitempty"`
	Seen      Seq       `cbor:"9,keyasint,omitempty"`
}

type attempting struct {
	Mark mark      `cbor:"1,keyasint"`
	N    int       `cbor:"2,keyasint"`
	Run  string    `cbor:"3,keyasint,omitempty"`
	At   time.Time `cbor:"4,keyasint"`
}

type settling struct {
	Mark    mark      `cbor:"1,keyasint"`
	N       int       `cbor:"2,keyasint"`
	At      time.Time `cbor:"3,keyasint"`
	Outcome Outcome   `cbor:"4,keyasint"`
}

type deciding struct {
	Mark     mark      `cbor:"1,keyasint"`
	Decision Decision  `cbor:"2,keyasint"`
	As       OID       `cbor:"3,keyasint,omitempty"`
	Agent    AgentID   `cbor:"4,keyasint,omitempty"`
	At       time.Time `cbor:"5,keyasint"`
	Seen     Seq       `cbor:"6,keyasint,omitempty"`
}

func (a *outgoing) join(b *outgoing) bool {
	changed := unite(&a.Queued, b.Queued, func(x, y queuing) int { return cmp.Compare(x.Mark, y.Mark) }, nil)
	changed = unite(&a.Attempts, b.Attempts, func(x, y attempting) int { return cmp.Compare(x.Mark, y.Mark) }, nil) || changed
	changed = unite(&a.Outcomes, b.Outcomes, func(x, y settling) int { return cmp.Compare(x.Mark, y.Mark) }, nil) || changed
	changed = unite(&a.Decisions, b.Decisions, func(x, y deciding) int { return cmp.Compare(x.Mark, y.Mark) }, nil) || changed
	changed = uniteOrdered(&a.Bound, b.Bound) || changed
	changed = uniteOrdered(&a.Of, b.Of) || changed
	changed = raise(&a.Scope, b.Scope) || changed
	uniteOrdered(&a.Seqs, b.Seqs)
	a.Seqs = a.Seqs[:min(len(a.Seqs), mostSeqs)]
	return changed
}

// liftOutgoing makes an entry of a local fact about one outgoing message.
func liftOutgoing(s Sighted) (OID, *outgoing) {
	m := markOf(s)
	e := &outgoing{Scope: s.Seq, Seqs: []Seq{s.Seq}}
	switch f := s.Fact.(type) {
	case Queued:
		e.Queued = []queuing{{m, f.Peer.Line, f.Peer.Alias, f.Agent, f.At.UTC(), f.Out, f.NotBefore.UTC(), f.Planned, f.Seen}}
		return f.OID, e
	case Attempted:
		e.Attempts = []attempting{{m, f.N, f.Run, f.At.UTC()}}
		return f.OID, e
	case Settled:
		e.Outcomes = []settling{{m, f.N, f.At.UTC(), f.Outcome}}
		return f.OID, e
	case Decided:
		e.Decisions = []deciding{{m, f.Decision, f.As, f.Agent, f.At.UTC(), f.Seen}}
		return f.OID, e
	}
	return "", nil
}

// callbackOID reads "wi1.<install>.<oid>.<attempt>"; another installation's is not ours to bind.
func callbackOID(callback, install string) OID {
	p := strings.Split(callback, ".")
	if len(p) != 4 || p[0] != "wi1" || p[1] != install || install == "" || p[2] == "" || len(p[2]) > longestInKey {
		return ""
	}
	return OID(p[2])
}

// proven holds for results that prove that WhatsApp did not take the message.
func proven(r Result) bool {
	switch r {
	case ResultNotSent, ResultThrottled, ResultThrottledThread, ResultRejected, ResultRejectedWindow,
		ResultRejectedAuth, ResultRejectedAccount, ResultNotUploaded, ResultUnfit:
		return true
	}
	return false
}

// final holds for results after which a message is never tried again by itself, and has not gone.
func (r Result) final() bool {
	return r == ResultRejected || r == ResultRejectedWindow || r == ResultUnfit
}

// tried holds for a message that may have been POSTed. The upload of its file is none of that.
func (e OutboxEntry) tried() bool {
	return slices.ContainsFunc(e.Attempts, func(a Attempt) bool { return a.Outcome == nil || !a.Outcome.Upload })
}

// permanentRefusal holds for failures that every free-form message behind this one would share (7.4): the window is
// closed, or this customer cannot be reached from this number at all.
func permanentRefusal(code int) bool {
	switch code {
	case windowClosedCode, 130403, 131021, 131026, 131030:
		return true
	}
	return false
}

const windowClosedCode = 131047

func (q queuing) freeForm() bool { return q.Out.Type != "template" }

// tries pairs attempts with their outcomes, by number.
func (e *outgoing) tries() []Attempt {
	var out []Attempt
	at := func(n int) *Attempt {
		i, found := slices.BinarySearchFunc(out, n, func(a Attempt, n int) int { return cmp.Compare(a.N, n) })
		if !found {
			out = slices.Insert(out, i, Attempt{N: n})
		}
		return &out[i]
	}
	for _, a := range e.Attempts {
		if t := at(a.N); t.At.IsZero() {
			t.Run, t.At = a.Run, a.At
		}
	}
	for _, o := range e.Outcomes {
		if t := at(o.N); t.Outcome == nil {
			t.Outcome, t.Settled, t.Ended = &o.Outcome, o.Mark.seq(), o.At
		}
	}
	return out
}

// entry is the view of the facts; Thread, Tick and Refused are the reader's to fill in.
func (e *outgoing) entry(oid OID) OutboxEntry {
	out := OutboxEntry{OID: oid, Attempts: e.tries(), Bound: e.Bound, Scope: e.Scope}
	if len(e.Queued) > 0 {
		q := e.Queued[0]
		out.Peer, out.Out, out.Agent = Peer{q.Line, q.Alias}, q.Out, q.Agent
		out.Seq, out.At = q.Mark.seq(), q.At
		out.NotBefore, out.Planned = q.NotBefore, q.Planned
	}
	for _, d := range e.Decisions {
		out.Decisions = append(out.Decisions, Choice{d.Mark.seq(), Decided{oid, d.Decision, d.As, d.Agent, d.At, d.Seen}})
	}
	return out
}

const (
	staleAfter   = 15 * time.Minute
	confirmGrace = 30 * time.Second
)

// State computes how the entry stands (merge-rules 7.1, the first rule that matches). lineHold is the kind that
// Reader.LineHold gives, "" for none.
func (e OutboxEntry) State(l Lens, lineHold string) Standing {
	s := Standing{Twice: len(e.Bound) > 1, ResentAs: e.resentAs()}
	if len(e.Bound) > 0 {
		if s.Status = e.Tick; s.Status == "" {
			s.Status = StatusAccepted
		}
		return s
	}
	last := e.lastAttempt()
	switch d := e.decided(); {
	case d == Discard:
		s.Status = Discarded
		return s
	case d == MarkSent:
		s.Status, s.Marked = StatusSent, true
		return s
	case d != Resend && last != nil && last.Outcome == nil && last.Run == l.Run && l.Run != "":
		s.Status = Sending
		return s
	}
	if open, since := e.uncertain(); open {
		s.Status = Unknown
		s.Confirming = s.ResentAs == "" && l.Now.Before(since.Add(confirmGrace))
		return s
	}
	if last != nil && last.Outcome.Result.final() {
		s.Status = StatusFailed
		return s
	}
	if e.cancelled() {
		s.Status = Cancelled
		return s
	}
	if s.Hold = e.hold(l, lineHold); s.Hold != "" {
		s.Status, s.shut, s.early = Held, e.Closed, l.Now.Before(e.due(l.Now))
		return s
	}
	if s.RetryAt = e.retryAt(); l.Now.Before(s.RetryAt) {
		s.Status = Waiting
		return s
	}
	s.RetryAt = time.Time{}
	s.Status = Queuing
	if due := e.due(l.Now); l.Now.Before(due) {
		s.NotBefore = due
	}
	return s
}

func (e OutboxEntry) lastAttempt() *Attempt {
	if len(e.Attempts) == 0 {
		return nil
	}
	return &e.Attempts[len(e.Attempts)-1]
}

// decided is the newest decision that settles an entry; cancelling and lifting a hold do not by themselves.
func (e OutboxEntry) decided() Decision {
	for _, d := range slices.Backward(e.Decisions) {
		switch d.Decision {
		case Discard, MarkSent, Resend:
			return d.Decision
		}
	}
	return ""
}

func (e OutboxEntry) resentAs() OID {
	for _, d := range slices.Backward(e.Decisions) {
		if d.Decision == Resend {
			return d.As
		}
	}
	return ""
}

// uncertain reports whether any attempt may have been accepted, and since when. A later refusal does not clear an
// earlier unknown.
func (e OutboxEntry) uncertain() (bool, time.Time) {
	for _, a := range slices.Backward(e.Attempts) {
		if a.Outcome == nil || !proven(a.Outcome.Result) {
			return true, a.At
		}
	}
	return false, time.Time{}
}

func (e OutboxEntry) cancelled() bool {
	return slices.ContainsFunc(e.Decisions, func(d Choice) bool { return d.Decision == Cancel })
}

// released is the newest moment when a person lifted a hold, and its place.
func (e OutboxEntry) released() (time.Time, Seq) {
	for _, d := range slices.Backward(e.Decisions) {
		if d.Decision == SendNow {
			return d.At, d.Seq
		}
	}
	return time.Time{}, 0
}

func (e OutboxEntry) hold(l Lens, lineHold string) string {
	if lineHold != "" && !l.Now.Before(e.due(l.Now)) { // before its time nothing could leave anyway
		return lineHold
	}
	_, at := e.released()
	if e.Refused > at || e.Shut {
		return "window"
	}
	if e.overtaken() {
		return "answered"
	}
	// A released entry that still cannot leave becomes stale again: no reply leaves hours later by surprise.
	if !l.Now.Before(e.turned().Add(staleAfter)) {
		return "stale"
	}
	return ""
}

// retryAt is the latest moment of the next try; the sender, which counts elapsed time and jitters, may be earlier.
func (e OutboxEntry) retryAt() time.Time {
	last := e.lastAttempt()
	if last == nil {
		return time.Time{}
	}
	row := 0
	for _, a := range slices.Backward(e.Attempts) {
		if a.Outcome == nil || a.Outcome.Result != last.Outcome.Result {
			break
		}
		row++
	}
	wait := retryWait(*last.Outcome, row, func() float64 { return 1 })
	if wait == 0 {
		return time.Time{}
	}
	return last.Ended.Add(wait)
}

// ended says which end the facts alone prove, "" for none: what a sender need not look at again.
func (e OutboxEntry) ended() Status {
	switch s := e.State(Lens{Now: e.At}, ""); s.Status {
	case StatusFailed, Cancelled, Discarded:
		return s.Status
	case StatusSent, StatusAccepted:
		return StatusSent
	default:
		if len(e.Bound) > 0 || e.decided() != "" {
			return StatusSent
		}
		return ""
	}
}

// says is the content of what was queued, as a row shows it.
func (q queuing) says() Content {
	c := Content{Level: Concrete, Type: q.Out.Type, Text: Clean(q.Out.Text)}
	if t := q.Out.Template; t != nil {
		c.Template = &TemplateRef{Name: t.Name, Language: t.Language, Category: strings.ToLower(t.Category)}
	}
	if q.Out.Type == "reaction" {
		c.Text = Clean(q.Out.Emoji)
	}
	if f := q.Out.File; f != nil {
		f.describe(&c)
	}
	q.Out.describe(&c)
	return c
}

// lift is what a bound entry says of its message.
func (e *outgoing) lift(q queuing) record {
	rec := record{Line: q.Line, Peers: aliases([]Alias{q.Alias}), Sides: Out, Sources: FromLocal, Last: q.Mark.seq()}
	if m, at, ok := e.left(q); ok {
		rec.First, rec.Shown, rec.At, rec.Times[0] = m, m, at.Unix(), max(e.earliest(q), 0)
	}
	rec.Said, _ = said(q.says(), sourceRank(FromLocal), 0, 0)
	if f := q.Out.File; f != nil {
		rec.File = f.filing(q.Mark, q.At)
	}
	if q.Out.ReplyTo != "" {
		rec.ReplyTo = ranked{sourceRank(FromLocal), q.Out.ReplyTo}
	}
	return rec
}

// lift is what an accepted outcome says of its message: an id, the customer's aliases, and when.
func (o settling) lift(line LineID) lifted {
	rec := record{
		Line: line, IDs: []spelling{{ID: o.Outcome.WAMID, Rank: 1}}, Peers: aliases(o.Outcome.Peers),
		Sides: Out, Sources: FromLocal, Progress: Accepted,
		First: o.Mark, At: o.At.Unix(), Last: o.Mark.seq(), Seqs: []Seq{o.Mark.seq()},
	}
	date := timeIn(o.Outcome.Date, o.At)
	rec.Times[2] = date
	if date == 0 {
		date = o.At.Unix()
	}
	rec.Levels[Accepted] = date
	return lifted{MessageKey(line, o.Outcome.WAMID), rec}
}
