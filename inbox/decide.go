package inbox

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/oklog/ulid/v2"
)

// What a person decides about a reply that waits, failed or may have arrived.

// decide settles an outgoing message. The guard on its oid makes it either this or what the sender does, never both
// (A85).
func (d *deskOf) decide(ctx context.Context, id string, c Decide) (Done, error) {
	o := d.owner
	if c.Decision == Resend {
		if _, err := ulid.ParseStrict(string(c.NewOID)); err != nil {
			return Done{}, invalid("a resend needs a new id made by NewID")
		}
		if seq, ok, err := o.c.Journal.Seen(ctx, queuedID(c.NewOID)); ok || err != nil {
			return Done{Seq: seq, Ref: c.NewOID}, err
		}
	}
	for range decideTries {
		last, err := o.c.Journal.Last(ctx, string(c.OID))
		if err != nil {
			return Done{}, err
		}
		if last == 0 {
			return Done{}, Refusal("no-reply", "name", Clean(string(c.OID)))
		}
		if o.follow(ctx, last); o.applied.now() < last {
			return Done{}, Refusal("behind")
		}
		facts, guards, file, err := d.decision(c)
		if err != nil {
			return Done{}, err
		}
		done, err := o.commitDecision(ctx, id, c, file, guards, facts)
		if !errors.Is(err, ErrGuard) {
			return done, err
		}
	}
	return Done{}, Refusal("moved-on")
}

// commitDecision makes a decision durable. Whoever takes files away must not come between it and what it means for the
// file of its message; file is "" for one without.
func (o *Owner) commitDecision(ctx context.Context, id string, c Decide, file FileName, guards []Guard, facts []Fact) (Done, error) {
	if file == "" {
		return o.commit(ctx, id, Done{Ref: c.NewOID}, guards, facts...)
	}
	defer o.files.lock(string(file))()
	done, err := o.commit(ctx, id, Done{Ref: c.NewOID}, guards, facts...)
	if err == nil {
		o.custody.decided(file, c.Decision, done.Seq)
	}
	return done, err
}

// decision makes the facts of a decision, when the message's state allows it, with the guards under which it holds, and
// tells which file its message has.
func (d *deskOf) decision(c Decide) (facts []Fact, guards []Guard, file FileName, err error) {
	now := d.owner.clock.now()
	err = d.owner.view(d.agent, func(r *Reader) error {
		e, ok := r.Outbox(c.OID)
		if !ok {
			return Refusal("no-reply", "name", Clean(string(c.OID)))
		}
		hold, _, _ := r.LineHold(e.Peer.Line)
		st := e.State(r.lens, hold)
		t, known := r.Thread(e.Thread)
		if c.Decision == SendNow && st.Status == Held && e.Closed && known {
			return windowClosed(t)
		}
		if err := mayDecide(c.Decision, st); err != nil {
			return err
		}
		if c.Decision == Discard && len(e.Bound) > 0 {
			return Refusal("stays")
		}
		goes := c.Decision == Resend || c.Decision == SendNow
		if l := r.Link(e.Peer.Line); goes && l.Over() {
			return l.refusal()
		}
		if goes && e.Out.Type != "template" && known && !t.Window.OpenAt(r.lens.Now) {
			return windowClosed(t)
		}
		if f := e.Out.File; f != nil && f.File.Valid() {
			file = f.File
		}
		guards = append(guards, Guard{Scope: string(c.OID), Last: e.Scope})
		if c.Decision == Resend {
			facts = append(facts, Queued{OID: c.NewOID, Peer: e.Peer, Agent: d.agent, Out: e.Out, At: now})
			guards = append(guards, Guard{Scope: string(c.NewOID)})
		}
		facts = append(facts, Decided{OID: c.OID, Decision: c.Decision, As: c.NewOID, Agent: d.agent, At: now, Seen: Applied(r.tx).Seq})
		return r.Err()
	})
	return facts, guards, file, err
}

// mayDecide holds a decision against what the row offers (Message.Choices; merge-rules 7.4, 7.5).
func mayDecide(what Decision, st Standing) error {
	switch what {
	case Cancel, Resend, MarkSent, Discard, SendNow, KeepTime:
	default:
		return invalid(fmt.Sprintf("one cannot decide %q", Clean(string(what))))
	}
	switch {
	case slices.Contains(st.choices(), what):
		return nil
	case st.ResentAs != "":
		return Refusal("sent-again")
	case st.Confirming && what != Cancel:
		return Refusal("confirming")
	case what == SendNow && st.Status == Held:
		return Refusal("line-held")
	case what == Cancel:
		return Refusal("no-recall", "status", string(st.Status))
	}
	return Refusal("status", "status", string(st.Status))
}
