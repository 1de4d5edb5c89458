package inbox

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
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
	if ok && c.Out.Type != "template" && !reflect.DeepEqual(before.Out, c.Out) {
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
		return d.prepareTemplate(ctx, out, peer)
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

func (d *deskOf) prepareTemplate(ctx context.Context, out Outgoing, peer Peer) (Outgoing, error) {
	if out.Template == nil {
		return out, Refusal("template-unnamed")
	}
	v := *out.Template
	t, ok := d.owner.templates.find(v.Name, v.Language)
	if !ok {
		return out, d.noTemplate(v)
	}
	if ok, why := t.Sendable(); !ok {
		return out, Refusal("template-unsendable", "name", fmt.Sprintf("%s (%s)", t.Name, t.Language), "why", why)
	}
	if strings.EqualFold(t.Category, "AUTHENTICATION") && peer.Alias.Phone() == "" {
		return out, Refusal("template-code") // 131062
	}
	if found := t.Check(v); len(found) > 0 {
		return out, Refusal("template-open", "fields", inWords(found))
	}
	if m := v.HeaderMedia; m != nil && m.ID == "" {
		uploaded, err := d.upload(ctx, *m)
		if err != nil {
			return out, err
		}
		v.HeaderMedia = &uploaded
	}
	v = t.snapshot(v)
	out.Template, out.Text, out.ReplyTo, out.Emoji = &v, t.Render(v), "", ""
	return out, nil
}

// noTemplate says why a template is not there, and whether another language of it is.
func (d *deskOf) noTemplate(v TemplateSend) error {
	var languages []string
	for _, t := range d.owner.templates.all() {
		if t.Name == v.Name {
			languages = append(languages, t.Language)
		}
	}
	name := fmt.Sprintf("%s (%s)", Clean(v.Name), Clean(v.Language))
	if len(languages) > 0 {
		return Refusal("no-language", "name", name, "languages", strings.Join(languages, ", "))
	}
	return Refusal("no-template", "name", name)
}

func inWords(found []FieldProblem) string {
	var words []string
	for _, p := range found {
		name := p.Field.Key()
		if p.Field.Label != "" && p.Field.Label != p.Field.Name {
			name += " (" + p.Field.Label + ")"
		}
		words = append(words, name+" "+p.Text)
	}
	return strings.Join(words, ", ")
}

// upload hands the file of a media header to WhatsApp, once, when the message is submitted.
func (d *deskOf) upload(ctx context.Context, m HeaderMedia) (HeaderMedia, error) {
	o := d.owner
	if o.c.Gateway == nil {
		return m, noGateway()
	}
	if m.Kept == nil || !m.Kept.File.Valid() {
		return m, invalid("the file of a template is handed over first (KeepFile)")
	}
	kept, err := d.looked(*m.Kept)
	if err != nil {
		return m, err
	}
	f, err := o.c.Vault.Open(kept.File)
	if err != nil {
		return m, Refusal("file-again", "name", kept.Name).Because(err)
	}
	defer f.Close()
	id, _, err := o.c.Gateway.Upload(ctx, o.c.Line, kept.Name, f)
	if err != nil {
		return m, unreachable(err)
	}
	return HeaderMedia{ID: id, Name: kept.Name}, nil
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
		if err := o.drafts.save(ctx, o.c.Journal, numbers, Draft{}); err != nil {
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
