package inbox

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"
)

// stubDelay is how long a message that is known from statuses alone waits for its content before it shows.
const stubDelay = 120 * time.Second

const stubText = "Sent from the phone or another system — text not provided."

const quoteLength = 200

// message makes of a row what a person sees (merge-rules 6). v is the view of its thread.
func (r *Reader) message(s *stored, v *threadView) Message {
	if s.rec == nil {
		return r.unbound(s, v)
	}
	rec, key := s.rec, keyOf(s.rec)
	a := gather(key, rec, r.load)
	by := r.bound(rec)
	c := rec.shown()
	m := Message{
		ID: bestID(rec), Thread: s.row.place.thread.ID(), Key: key, Seq: rec.mark().seq(), At: unixTime(rec.best()),
		Type: c.Type, ReplyTo: rec.ReplyTo.Value, Forwarded: rec.Forwarded.Value,
		Conflict: s.row.flags.has(flagSplit) || rec.conflict(a),
		Imported: rec.imported(), Exported: rec.exported(),
	}
	if rec.out() {
		m.Direction, m.Origin = "out", origin(rec, by)
		r.ticks(&m, rec, by)
		m.Pricing = r.price(rec, s.row.place, s.row.hash, v)
	} else {
		m.Direction, m.Origin = "in", OriginCustomer
		m.Unread = v.unread(s.row)
		if rec.Referral != nil {
			f := rec.Referral.Referral
			m.Referral = &f
		}
	}
	m.Quote = r.quote(rec, m.ReplyTo)
	if rec.revoked(a) {
		m.Revoked = true
		return m
	}
	words(&m, rec, c, a)
	if c.Media != nil || c.Level == Placeholder {
		m.Media = r.media(rec, c)
	}
	m.Reactions = r.reactions(a)
	m.PhoneOnly = r.phoneOnly(s)
	if s.row.flags.has(flagStub) {
		m.Type, m.Text = "unknown", stubText
	}
	return m
}

// words fills in what the message says, with its edits.
func words(m *Message, rec *record, c Content, a attached) {
	m.Text = c.Text
	at := m.At
	for _, e := range a.edits {
		if rec.eligible(e.Side) {
			m.Edits = append(m.Edits, Edit{At: at, Text: m.Text})
			m.Edited, m.Text, at = true, e.Content.Text, unixTime(e.Time)
		}
	}
	m.Template = c.Template
	if json.Valid(c.Details) {
		m.Details = c.Details
	}
}

// origin says who wrote an outgoing message (decisions 17).
func origin(rec *record, by []boundEntry) Origin {
	switch {
	case len(by) > 0:
		return OriginAPI
	case rec.Sources&FromEcho != 0:
		return OriginPhone
	case rec.Sources&(FromHistory|FromExport) != 0:
		return OriginEarlier
	}
	return OriginElsewhere
}

// tick is how far an outgoing message is known to have come; "" when nothing says.
func (r *record) tick() Status {
	if _, failed := r.failed(); failed {
		return StatusFailed
	}
	return [...]Status{"", StatusAccepted, StatusSent, StatusDelivered, StatusRead, StatusPlayed}[r.Progress]
}

// ticks fills in how far the message came and what we know of it as its sender.
func (r *Reader) ticks(m *Message, rec *record, by []boundEntry) {
	m.Status = rec.tick()
	if len(by) > 0 && m.Status == "" {
		m.Status = StatusAccepted
	}
	m.StatusAt = StatusTimes{
		Accepted: unixTime(rec.Levels[Accepted]), Sent: unixTime(rec.Levels[SentOn]), Delivered: unixTime(rec.Levels[Delivered]),
		Read: unixTime(rec.Levels[Read]), Played: unixTime(rec.Levels[Played]),
	}
	if f, failed := rec.failed(); failed {
		m.StatusAt.Failed = unixTime(f.Time)
		m.Error = r.reason(f)
	}
	if len(by) == 0 {
		return
	}
	first := by[0]
	m.Ref, m.Agent = first.OID, first.Agent
	m.StatusAt.Queued = first.At
	if rec.Progress <= Accepted && m.Status != StatusFailed {
		m.PacingHold = first.pacing()
	}
	for _, e := range by {
		if m.ResentAs == "" {
			m.ResentAs = e.resentAs()
		}
		m.SentTwice = m.SentTwice || r.twice(e, m.Status)
	}
	if m.Status == StatusFailed && m.ResentAs == "" {
		m.Choices = []Decision{Resend}
	}
}

// pacing is WhatsApp's word for holding an accepted message back.
func (e OutboxEntry) pacing() string {
	for _, a := range e.Attempts {
		if a.Outcome != nil && a.Outcome.Result == ResultAccepted {
			return a.Outcome.Status
		}
	}
	return ""
}

// twice reports whether the customer got what the entry says more than once: it became two messages, or a person
// sent it again and both went.
func (r *Reader) twice(e boundEntry, tick Status) bool {
	if len(e.Bound) > 1 {
		return true
	}
	if tick == StatusFailed {
		return false
	}
	went := func(oid OID) bool {
		other, ok := r.Outbox(oid)
		return ok && len(other.Bound) > 0 && other.Tick != StatusFailed
	}
	for _, d := range e.Decisions {
		if d.Decision == Resend && went(d.As) {
			return true
		}
	}
	return slices.ContainsFunc(e.of, went)
}

// boundEntry is an outbox entry with what links it to others.
type boundEntry struct {
	OutboxEntry
	of []OID
}

// bound loads our entries that became the message.
func (r *Reader) bound(rec *record) []boundEntry {
	var by []boundEntry
	for _, oid := range rec.OIDs {
		if e := r.outgoing(oid); e != nil && len(e.Queued) > 0 {
			by = append(by, boundEntry{e.entry(oid), e.Of})
		}
	}
	return by
}

// unbound is the row of a reply that WhatsApp has not named yet.
func (r *Reader) unbound(s *stored, v *threadView) Message {
	e, _ := r.Outbox(s.oid)
	m := Message{
		Ref: e.OID, Key: string(e.OID), Thread: s.row.place.thread.ID(), Seq: s.row.place.spot.Mark.seq(), At: unixTime(s.row.place.spot.Time),
		Direction: "out", Origin: OriginAPI, Agent: e.Agent, ReplyTo: e.Out.ReplyTo,
	}
	c := queuing{Out: e.Out}.says()
	m.Type, m.Text, m.Template = c.Type, c.Text, c.Template
	if json.Valid(c.Details) {
		m.Details = c.Details
	}
	if e.Out.File != nil {
		m.Media = r.unboundMedia(e.Out.File, c)
	}
	kind, _, _ := r.LineHold(e.Peer.Line)
	st := e.State(r.lens, kind)
	m.Status, m.HoldReason, m.RetryAt, m.Confirming, m.Marked = st.Status, st.Hold, st.RetryAt, st.Confirming, st.Marked
	m.ResentAs = st.ResentAs
	m.StatusAt.Queued = e.At
	m.Choices = st.choices()
	if s.row.flags.has(flagLater) {
		m.NotBefore, m.Planned = e.NotBefore, e.Planned
	}
	switch {
	case st.Hold == "answered":
		m.HeldBy = e.Answered.By
	case !st.NotBefore.IsZero() && e.Planned:
		m.HoldReason = "later"
	case !st.NotBefore.IsZero():
		m.HoldReason = "recall"
	}
	if last := e.lastAttempt(); last != nil && last.Outcome != nil {
		if f := last.Outcome.Failure; f != nil && st.Status != StatusSent && st.Status != Queuing {
			m.Error = r.reason(fault{Code: f.Code, Title: f.Title, Detail: f.Detail})
		}
		if st.Status == StatusFailed {
			m.StatusAt.Failed = last.Ended
		}
		if st.Status == Waiting {
			m.HoldReason = waitReason(last.Outcome.Result)
		}
	}
	if last := e.lastAttempt(); last != nil && last.Outcome != nil && last.Outcome.Upload && st.Status == StatusFailed {
		m.HoldReason = "upload"
	}
	if st.Status == Queuing && r.lens.Uploads != nil {
		if m.Upload = r.lens.Uploads(e.OID); m.Upload != nil {
			m.HoldReason = "upload"
		}
	}
	m.Quote = r.quote(&record{Line: e.Peer.Line}, m.ReplyTo)
	return m
}

func waitReason(res Result) string {
	switch res {
	case ResultThrottled, ResultThrottledThread:
		return "throttled"
	case ResultNotUploaded:
		return "upload"
	}
	return "offline"
}

// choices are the decisions that a person may take now (merge-rules 7.4, 7.5).
func (s Standing) choices() []Decision {
	switch {
	case s.ResentAs != "":
		return nil
	case s.Status == Queuing && !s.NotBefore.IsZero():
		return []Decision{SendNow, Cancel}
	case s.Status == Queuing, s.Status == Waiting:
		return []Decision{Cancel}
	case s.Status == Held:
		return s.lifts()
	case s.Status == Unknown && !s.Confirming:
		return []Decision{Resend, MarkSent, Discard}
	case s.Status == StatusFailed:
		return []Decision{Resend, Discard}
	}
	return nil
}

func (r *Reader) reason(f fault) *Reason {
	out := &Reason{Code: f.Code, Title: f.Title, Detail: f.Detail}
	if f.History && out.Title == "" {
		out.Title = "Failed, says the phone's history"
	}
	if r.lens.Explain != nil && f.Code != 0 {
		if title, hint := r.lens.Explain(f.Code, 0); title != "" {
			out.Title, out.Hint = title, hint
		}
	}
	if out.Title == "" {
		out.Title = "WhatsApp did not deliver it"
	}
	return out
}

// reactions shows what each side set last; ours that did not arrive are no reaction.
func (r *Reader) reactions(a attached) []Reaction {
	var out []Reaction
	for _, side := range []Side{In, Out} {
		x := a.reactions[side]
		if x.Emoji == "" {
			continue
		}
		by := "customer"
		if side == Out {
			by = "business"
			if own := r.load(x.Key); own != nil {
				if _, failed := own.failed(); failed {
					continue
				}
			}
		}
		out = append(out, Reaction{By: by, Emoji: x.Emoji})
	}
	return out
}

// quote shows the message that a reply answers, as far as it is known here.
func (r *Reader) quote(rec *record, wamid string) *Quote {
	if wamid == "" {
		return nil
	}
	key := MessageKey(rec.Line, wamid)
	for range 16 { // somebody may quote an edit
		s := r.stored(key)
		if s == nil || s.rec == nil {
			return &Quote{}
		}
		if !s.placed {
			if s.rec.Edit == nil {
				return &Quote{}
			}
			key = s.rec.Edit.Target
			continue
		}
		if !r.visible(s.row) {
			return &Quote{}
		}
		q := &Quote{Key: key}
		a := gather(key, s.rec, r.load)
		var m Message
		if q.Revoked = s.rec.revoked(a); !q.Revoked {
			words(&m, s.rec, s.rec.shown(), a)
			q.Text = firstLine(m.Text, quoteLength)
		}
		q.From = r.author(s.rec)
		return q
	}
	return &Quote{}
}

// author names who wrote a message.
func (r *Reader) author(rec *record) string {
	if !rec.out() {
		if len(rec.Peers) == 0 {
			return ""
		}
		var p person
		get(r.tx, personsBucket, personKey(rec.Line, rec.Peers[0]), &p)
		v := r.view(p.Thread)
		return displayName(&v.person, v.members)
	}
	by := r.bound(rec)
	return byline(origin(rec, by), by)
}

func byline(o Origin, by []boundEntry) string {
	if len(by) > 0 && by[0].Agent != "" {
		return string(by[0].Agent)
	}
	return string(o)
}

// bestID is the id to use in API calls: one that came with a live message, else one that a send was answered with.
func bestID(rec *record) string {
	if len(rec.IDs) == 0 {
		return ""
	}
	return slices.MaxFunc(rec.IDs, func(a, b spelling) int {
		return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(b.ID, a.ID))
	}).ID
}
