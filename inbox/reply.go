package inbox

import (
	"context"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/oklog/ulid/v2"
)

// textMost is how long a text may be, in characters (cloud-api 2.2).
const textMost = 4096

// send takes a reply, a reaction or a template into the outbox.
func (d *deskOf) send(ctx context.Context, id string, c Send) (Done, error) {
	o := d.owner
	if c.OID == "" {
		c.OID = OID(id)
	}
	if _, err := ulid.ParseStrict(string(c.OID)); err != nil {
		return Done{}, invalid("a reply needs an id made by NewID")
	}
	if done, ok, err := d.submitted(ctx, c); ok || err != nil {
		return done, err
	}
	no, peer, err := d.addressee(c)
	if err != nil {
		return Done{}, err
	}
	if err := d.connected(); err != nil {
		return Done{}, err
	}
	if err := d.mayWait(c, no); err != nil {
		return Done{}, err
	}
	out, err := d.prepare(ctx, c.Out, peer)
	if err != nil {
		return Done{}, err
	}

	// One at a time for a thread, until the views have it: of two people who answer at once, the second is told.
	key := string(no.ID())
	if no == 0 {
		key = string(peer.Alias)
	}
	defer o.threads.lock(key)()
	queued := Queued{OID: c.OID, Peer: peer, Agent: d.agent, Out: out, At: o.clock.now()}
	switch {
	case !c.Later.IsZero():
		queued.NotBefore, queued.Planned = c.Later.UTC(), true
	case c.Pause > 0:
		queued.NotBefore = queued.At.Add(c.Pause)
	}
	if no != 0 {
		seen, err := d.admit(no, c, out)
		if err != nil {
			return Done{}, err
		}
		if !queued.NotBefore.IsZero() {
			queued.Seen = seen
		}
	}
	if out.File != nil {
		// Whoever takes files away must not come between the look at it and the message that holds it.
		defer o.files.lock(string(out.File.File))()
		if o.c.Vault.Path(out.File.File) == "" {
			return Done{}, Refusal("file-again", "name", out.File.Name)
		}
	}
	facts := []Fact{queued}
	if d.saved(c.Saved) {
		facts = append(facts, ReplyUsed{Line: peer.Line, Reply: c.Saved, Agent: d.agent, At: queued.At})
	}
	done, err := o.commit(ctx, id, Done{Ref: c.OID}, nil, facts...)
	if err != nil {
		return Done{}, err
	}
	if out.File != nil {
		o.custody.stored(done.Seq)
	}
	o.follow(ctx, done.Seq)
	if no != 0 {
		d.afterwards(ctx, no, c.OID, queued.Planned)
	}
	return done, nil
}

// connected refuses what cannot go: the number is disconnected, and that does not end by itself.
func (d *deskOf) connected() error {
	return d.owner.view(d.agent, func(r *Reader) error {
		if l := r.Link(d.owner.c.Line); l.Over() {
			return l.refusal()
		}
		return r.Err()
	})
}

// submitted answers a reply that is in the journal already, whatever became of the answer then (A84). A text that was
// changed since is not lost in silence.
func (d *deskOf) submitted(ctx context.Context, c Send) (Done, bool, error) {
	seq, ok, err := d.owner.c.Journal.Seen(ctx, queuedID(c.OID))
	if err != nil || !ok {
		return Done{}, false, err
	}
	d.owner.follow(ctx, seq)
	var before OutboxEntry
	if err := d.owner.view(d.agent, func(r *Reader) error {
		before, ok = r.Outbox(c.OID)
		return r.Err()
	}); err != nil {
		return Done{}, false, err
	}
	if ok && c.Out.Type != "template" && !reflect.DeepEqual(before.Out.chosen(), c.Out.chosen()) {
		return Done{}, false, Refusal("taken")
	}
	return Done{Seq: seq, Ref: c.OID}, true, nil
}

// addressee finds whom a reply goes to. A new thread (To) has no number yet.
func (d *deskOf) addressee(c Send) (ThreadNo, Peer, error) {
	if c.Thread != "" {
		return d.peer(c.Thread)
	}
	if c.Out.Type != "template" {
		return 0, Peer{}, Refusal("begin")
	}
	var no ThreadNo
	var peer Peer
	err := d.owner.view(d.agent, func(r *Reader) (err error) {
		no, peer, err = r.addressee(d.owner.c.Line, c.To)
		return err
	})
	return no, peer, err
}

// prepare checks what is to be sent and completes a template: its parts as they are now, its text, its upload.
func (d *deskOf) prepare(ctx context.Context, out Outgoing, peer Peer) (Outgoing, error) {
	switch out.Type {
	case "text":
		if strings.TrimSpace(out.Text) == "" {
			return out, Refusal("empty")
		}
		if n := utf8.RuneCountInString(out.Text); n > textMost {
			return out, Refusal("long", "n", strconv.Itoa(n), "over", strconv.Itoa(n-textMost))
		}
		return out, sayable(out.Text)
	case AsImage, AsVideo, AsAudio, AsDocument, AsSticker:
		return d.prepareFile(out)
	case "location":
		return prepareLocation(out)
	case "contacts":
		return prepareCards(out)
	case "interactive":
		return d.prepareAsk(out)
	case "reaction":
		if out.ReplyTo == "" {
			return out, Refusal("react-to")
		}
		return out, nil
	case "template":
		return d.prepareTemplate(out, peer)
	}
	return out, invalid(fmt.Sprintf("a %q cannot be sent from here", out.Type))
}

// sayable refuses what was not meant for a customer: broken text, and a field that nobody filled in.
func sayable(text string) error {
	if !utf8.ValidString(text) {
		return Refusal("not-text")
	}
	if fields := Fields(text); len(fields) > 0 {
		return Refusal("field", "field", "{{"+fields[0]+"}}")
	}
	return nil
}

// mayWait refuses a time that cannot be waited for.
func (d *deskOf) mayWait(c Send, no ThreadNo) error {
	switch ahead := c.Later.Sub(d.owner.clock.now()); {
	case c.Later.IsZero() && c.Pause == 0:
		return nil
	case c.Out.Type == "reaction":
		return Refusal("react-later")
	case c.Pause < 0 || c.Pause > longestPause:
		return Refusal("pause", "n", strconv.Itoa(int(longestPause.Seconds())))
	case c.Later.IsZero():
		return nil
	case ahead <= 0:
		return Refusal("time-over")
	case ahead > furthest:
		return Refusal("time-far")
	case no == 0:
		return Refusal("begin-later")
	}
	return nil
}

// admit holds a reply against the window and against what somebody else wrote meanwhile. It gives the position up to
// which it knows the thread.
func (d *deskOf) admit(no ThreadNo, c Send, out Outgoing) (known Seq, err error) {
	err = d.owner.view(d.agent, func(r *Reader) error {
		known = Applied(r.tx).Seq
		now, ok := r.Resolve(no)
		t, found := r.Thread(now)
		if !ok || !found {
			return Refusal("no-thread", "name", string(c.Thread))
		}
		if out.Type != "template" && !t.Window.OpenAt(r.lens.Now) {
			return windowClosed(t)
		}
		if out.Type != "template" && !t.Window.OpenAt(c.Later) {
			e := Refusal("window-then")
			e.At = t.Window.ExpiresAt
			return e
		}
		if c.Seen == 0 || c.Anyway {
			return r.Err()
		}
		if mark, ok := r.NewestOutAfter(now, c.Seen, d.agent); ok {
			e := Refusal("answered", "name", mark.By)
			e.By, e.At, e.Head, e.Seq = mark.By, mark.At, mark.Text, mark.Seq
			return e
		}
		return r.Err()
	})
	return known, err
}

func windowClosed(t Thread) *Error {
	e := Refusal("window-closed")
	if t.Window.Refused {
		e = Refusal("window-refused")
	}
	e.At = t.Window.ExpiresAt
	return e
}

// afterwards ends what the reply was made from: its draft and the claim, and tells the customer that it was read, unless
// the answer is still to come.
func (d *deskOf) afterwards(ctx context.Context, no ThreadNo, oid OID, planned bool) {
	o := d.owner
	var numbers []ThreadNo
	var draft *Draft
	if err := o.view(d.agent, func(r *Reader) error {
		if now, ok := r.Resolve(no); ok {
			no = now
		}
		numbers = o.drafts.numbers(r, no)
		draft = o.drafts.kept(numbers)
		return nil
	}); err != nil {
		return // the reply is taken; what is missing here repairs itself
	}
	if draft != nil && draft.OID == oid {
		if err := o.keepDraft(ctx, numbers, Draft{}); err != nil {
			o.c.Log.Warn("a draft that was sent could not be removed", "err", err)
		}
		o.tellThread(no)
	}
	if seen, changed := o.presences.release(no, d.agent, o.clock.now()); changed {
		o.present(no, seen)
	}
	if !planned {
		o.receiptOnReply(no)
	}
}

// decideTries is how often a decision is held against the outbox anew when the sender was faster.
const decideTries = 3
