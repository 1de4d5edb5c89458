package inbox

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// syncWindow is how long after it was linked a number's contacts and history can be asked for (cloud-api 7.2).
	syncWindow = 24 * time.Hour
	// proofHolds is how long a signed event proves that the next one will arrive, too.
	proofHolds = 24 * time.Hour
	// syncTimeout bounds a request; the client has a shorter limit of its own.
	syncTimeout = time.Minute
)

// The refusals of smb_app_data that no repeat changes (cloud-api 7.2).
const (
	codeSyncUsed = 2593107
	codeSyncLate = 2593108
)

// syncScope is what guards requests for one of the two: two people cannot both be the first to ask.
func syncScope(what SyncKind) string { return "sync:" + string(what) }

// Sync implements Desk.
func (d *deskOf) Sync(ctx context.Context) (s SyncStatus, err error) {
	number := d.owner.number.get()
	err = d.read(ctx, func(r *Reader) error {
		s = r.Sync(d.owner.c.Line)
		s.Contacts.Known = r.bookNames(d.owner.c.Line)
		s.Contacts.Refusal = r.syncRefusal(RequestSync{What: SyncContacts}, d.owner.c.Line, number)
		s.History.Refusal = r.syncRefusal(RequestSync{What: SyncHistory}, d.owner.c.Line, number)
		return nil
	})
	if err == nil && (tooLate(s.Contacts.Refusal) || tooLate(s.History.Refusal)) {
		d.owner.lookForLink()
	}
	return s, err
}

func tooLate(e *Error) bool { return e != nil && e.Kind == TooLate }

// linkAge is how old what is known of the number may be where linking it anew would change the answer.
const linkAge = 30 * time.Second

// lookForLink asks WhatsApp, beside, whether the number was linked anew, and tells everybody who watches.
func (o *Owner) lookForLink() {
	if o.c.Gateway == nil || !o.number.stale(linkAge) {
		return
	}
	o.guests.start(func() {
		before := o.number.get().LinkedAt
		ctx, cancel := context.WithTimeout(o.life, syncTimeout)
		defer cancel()
		if n, err := o.fetchNumber(ctx); err == nil && n.LinkedAt.After(before) {
			o.slots.put("sync", volatile{event: Event{Kind: SyncEvent}})
		}
	})
}

// bookNames counts the people who have a name from the phone's address book.
func (r *Reader) bookNames(line LineID) (n int) {
	scan(r.tx, personsBucket, personKey(line, ""), nil, func(_, v []byte) bool {
		var p person
		r.check(decode(v, &p))
		if p.Names[BookRegister].Value != "" {
			n++
		}
		return r.err == nil
	})
	return n
}

// syncRefusal is why c cannot be done, as far as it is known here; number may be empty.
func (r *Reader) syncRefusal(c RequestSync, line LineID, number Number) *Error {
	st := r.line(line)
	last, _ := st.asked(c.What)
	if last != nil && !number.LinkedAt.After(unixTime(last.At)) { // else the number was linked anew, and all begins anew
		if e := r.syncAsked(c, line, last); e != nil {
			return e
		}
	}
	if c.What == SyncHistory {
		first, taken := st.asked(SyncContacts)
		used := first != nil && first.Answer.Failure != nil && first.Answer.Failure.Code == codeSyncUsed
		if taken == nil && !used || taken != nil && number.LinkedAt.After(unixTime(taken.At)) {
			return Refusal("sync-contacts-first")
		}
	}
	if e := offPhone(number, r.lens.Now); e != nil {
		return e
	}
	proof := r.Sync(line).Listener.ProvenAt
	switch {
	case c.Unproven:
	case proof.IsZero():
		return Refusal("sync-unproven")
	case r.lens.Now.Sub(proof) > proofHolds:
		return Refusal("sync-unproven-lately", "time", localTime(proof))
	}
	return nil
}

// syncAsked is what the newest request has to say against another one; nil when it left nothing behind.
func (r *Reader) syncAsked(c RequestSync, line LineID, last *asking) *Error {
	st := r.line(line)
	at, name := localTime(unixTime(last.At)), string(last.Agent)
	q, _ := st.request(c.What, r.lens.Run)
	switch q.Outcome {
	case SyncAsking:
		return Refusal("sync-asking")
	case SyncRefused:
		switch {
		case q.Error == nil:
		case q.Error.Code == codeSyncUsed:
			return Refusal("sync-used")
		case q.Error.Code == codeSyncLate:
			return Refusal("sync-window")
		}
		return nil
	}
	if c.What == SyncContacts {
		if q.Outcome == SyncUnknown && st.contacts(r.lens).State == SyncAsked {
			return unknownSync(c, at)
		}
		return Refusal("sync-contacts-asked", "time", at, "name", name)
	}
	switch h := r.history(line); h.State {
	case SyncImporting:
		return Refusal("sync-history-importing", "time", at, "name", name, "n", strconv.Itoa(h.Progress))
	case SyncComplete:
		return Refusal("sync-history-complete", "time", at, "name", name)
	case SyncDeclined:
		return Refusal("sync-history-declined", "time", at, "name", name)
	}
	if q.Outcome == SyncUnknown {
		return unknownSync(c, at)
	}
	return Refusal("sync-history-asked", "time", at, "name", name)
}

// unknownSync is the refusal of a request whose forerunner may have been taken, unless a person wants it all the same.
func unknownSync(c RequestSync, at string) *Error {
	if c.Again {
		return nil
	}
	return Refusal("sync-unknown", "time", at)
}

// offPhone is what WhatsApp says of the number against asking its phone. What it does not tell is no reason: it refuses
// by itself then.
func offPhone(n Number, now time.Time) *Error {
	switch {
	case n.Platform != "" && n.Platform != "CLOUD_API":
		return Refusal("sync-off-api", "name", n.Platform)
	case n.Platform != "" && !n.OnPhone:
		return Refusal("sync-off-phone")
	case !n.LinkedAt.IsZero() && now.Sub(n.LinkedAt) > syncWindow:
		return Refusal("sync-late", "time", localTime(n.LinkedAt))
	}
	return nil
}

// localTime spells a moment for a sentence.
func localTime(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }

// requestSync asks WhatsApp. That it is about to be asked is durable before the request leaves; whatever happens then,
// nothing here asks a second time.
func (d *deskOf) requestSync(ctx context.Context, id string, c RequestSync) (Done, error) {
	o := d.owner
	switch {
	case c.What != SyncContacts && c.What != SyncHistory:
		return Done{}, Refusal("sync-what", "name", string(c.What))
	case o.c.Gateway == nil:
		return Done{}, noGateway()
	}
	defer o.syncs.lock(syncScope(c.What))()
	last, err := o.c.Journal.Last(ctx, syncScope(c.What))
	if err != nil {
		return Done{}, err
	}
	number, err := o.fetchNumber(ctx)
	if err != nil {
		return Done{}, unreachable(err)
	}
	o.follow(ctx, last)
	if err := o.view(d.agent, func(r *Reader) error {
		if Applied(r.tx).Seq < last {
			return Refusal("behind")
		}
		if e := r.syncRefusal(c, o.c.Line, number); e != nil {
			return e
		}
		return r.Err()
	}); err != nil {
		return Done{}, err
	}
	request := SyncRequested{Line: o.c.Line, ID: NewID(), What: c.What, Run: o.run, Agent: d.agent, At: o.clock.now()}
	entries, err := o.local(id, request)
	if err != nil {
		return Done{}, err
	}
	if _, _, err := o.c.Journal.Append(ctx, Batch{Entries: entries, Guard: []Guard{{syncScope(c.What), last}}}); err != nil {
		return Done{}, err
	}
	o.storeWell()
	return o.askPhone(id, request)
}

// askPhone makes the request and keeps its outcome, also when whoever asked is gone by then. An owner that ends breaks it
// off: its outcome is unknown then.
func (o *Owner) askPhone(id string, q SyncRequested) (done Done, err error) {
	ended := make(chan struct{})
	started := o.guests.start(func() {
		defer close(ended)
		ctx, cancel := context.WithTimeout(o.life, syncTimeout)
		defer cancel()
		answer := o.c.Gateway.RequestSync(ctx, o.c.Line, q.What)
		o.c.Log.Info("the phone's data was asked for", "what", q.What, "result", answer.Result, "request_id", answer.RequestID)
		keep, stop := context.WithTimeout(context.Background(), followWithin)
		defer stop()
		done, err = o.settleSync(keep, id, q, answer)
	})
	if !started {
		return Done{}, errDeskClosed()
	}
	<-ended
	return done, err
}

// settleSync makes the outcome durable. Only what WhatsApp took is an answer that a repeated command is given again.
func (o *Owner) settleSync(ctx context.Context, id string, q SyncRequested, a SyncAnswer) (Done, error) {
	fact := SyncSettled{Line: q.Line, ID: q.ID, What: q.What, Answer: a, At: o.clock.now()}
	if a.Result == ResultAccepted {
		return o.commit(ctx, id, Done{Text: a.RequestID}, nil, fact)
	}
	entries, err := o.local(id, fact)
	if err != nil {
		return Done{}, err
	}
	head, _, err := o.c.Journal.Append(ctx, Batch{Entries: entries})
	if err != nil {
		return Done{}, err
	}
	o.follow(ctx, head.Seq)
	return Done{}, a.refusal()
}

// refusal is the answer as an error, for a person.
func (a SyncAnswer) refusal() *Error {
	why, code := string(a.Result), 0
	if f := a.Failure; f != nil {
		code, why = f.Code, f.Title
		if f.Detail != "" && f.Detail != f.Title {
			why += " (" + f.Detail + ")"
		}
	}
	switch {
	case code == codeSyncUsed:
		return Refusal("sync-used")
	case code == codeSyncLate:
		return Refusal("sync-window")
	case a.Result == ResultNotSent:
		return Refusal("sync-not-sent", "why", why)
	case a.Result == ResultUnknown:
		return Refusal("sync-no-answer", "why", why)
	}
	return Refusal("sync-refused", "why", why, "next", a.Hint)
}

// listenerProven keeps that somebody saw a signed event arrive through the public address.
func (d *deskOf) listenerProven(ctx context.Context, id string, c ListenerProven) (Done, error) {
	address := strings.TrimSpace(Clean(c.Address))
	if address == "" {
		return Done{}, Refusal("proof-address")
	}
	o := d.owner
	return o.commit(ctx, id, Done{}, nil, ListenerProved{Line: o.c.Line, Address: address, Agent: d.agent, At: o.clock.now()})
}

// syncTold remembers which state of the import people were told of last.
type syncTold struct {
	mu    sync.Mutex
	state SyncState
}

// syncMoved tells everybody how far the import is: where it stands, in words when that is another state than before. The
// import lane records no changes, so what moved in it is told beside.
func (o *Owner) syncMoved(late bool) {
	var state SyncState
	if err := o.view("", func(r *Reader) error {
		state = r.Sync(o.c.Line).History.State
		return r.Err()
	}); err != nil {
		return
	}
	if late {
		o.slots.put("sync", volatile{event: Event{Kind: SyncEvent}})
	}
	o.synced.mu.Lock()
	was := o.synced.state
	o.synced.state = state
	o.synced.mu.Unlock()
	if was == state {
		return
	}
	switch state {
	case SyncImporting:
		o.notices.tell(Tell("sync-over", "sync-running"))
	case SyncDeclined:
		o.notices.tell(Tell("sync", "sync-declined"))
	case SyncComplete:
		o.notices.tell(Tell("sync-over", "sync-done"))
	}
}
