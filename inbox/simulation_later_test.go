package inbox

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing/synctest"
	"time"
)

// farAhead is when one reply of each thread is to leave: after everything else has come to its end.
const farAhead = 45 * time.Minute

// times is what the simulation knows of replies that have a time of their own.
type times struct {
	earliest  map[OID]time.Time    // by the corrected clock
	queued    map[OID]time.Time    // when it was taken
	begun     map[OID]time.Time    // when it was handed over first
	voices    map[ThreadID][]voice // what somebody else wrote
	decided   map[OID]time.Time    // when a person last let it go
	cancelled map[OID]bool
	tried     map[OID]bool
}

// voice is an answer of the phone, or a line of the customer.
type voice struct {
	at    time.Time
	phone bool
}

func newTimes() times {
	return times{map[OID]time.Time{}, map[OID]time.Time{}, map[OID]time.Time{}, map[ThreadID][]voice{}, map[OID]time.Time{}, map[OID]bool{}, map[OID]bool{}}
}

// fileOf is what is sent with some messages.
func fileOf(oid OID) *strings.Reader { return strings.NewReader("%PDF-1.7 " + string(oid)) }

func (w *world) phone(i int) string { return fmt.Sprint("1555010100", i) }

// askFor submits a reply: most for now, some that can be taken back, some for later.
func (w *world) askFor(thread ThreadID) {
	switch n := w.roll(10); {
	case n < 2:
		w.ask(thread, time.Duration(1+w.roll(90))*time.Second, 0)
	case n < 4:
		w.ask(thread, 0, 5*time.Second)
	default:
		w.ask(thread, 0, 0)
	}
}

func (w *world) ask(thread ThreadID, later, pause time.Duration) {
	oid := newOID()
	send := Send{Thread: thread, OID: oid, Out: freeText(string(oid)), Pause: pause}
	if w.roll(3) == 0 {
		if f, err := w.desk.KeepFile(context.Background(), string(oid)+".pdf", "", fileOf(oid)); err == nil {
			send.Out = WithFile(f, "")
		}
	}
	now := w.owner.clock.now()
	if later > 0 {
		send.Later = now.Add(later)
	}
	if later+pause > 0 {
		w.mu.Lock()
		w.times.earliest[oid], w.times.queued[oid], w.times.begun[oid] = send.Later, time.Now(), time.Now()
		w.mu.Unlock()
	}
	w.asked = append(w.asked, oid)
	w.sends[oid] = send
	w.submit(oid)
	if w.waiting[oid] { // it may be taken at a later try only: what was said before that was known then
		w.mu.Lock()
		delete(w.times.queued, oid)
		w.mu.Unlock()
	}
}

// voice lets somebody else write in a thread.
func (w *world) voice(i int) {
	now := time.Now()
	m := incoming(w.phone(i), fmt.Sprint("line ", w.bodies), now)
	phone := w.roll(2) == 0
	if phone {
		m = fromPhone(w.phone(i), fmt.Sprint("line ", w.bodies), now)
	}
	w.bodies++
	if w.owner.Accept(context.Background(), EntryWebhook, testBody(w.t, testFact{Message: m})) == nil {
		w.mu.Lock()
		w.times.voices[w.threads[i]] = append(w.times.voices[w.threads[i]], voice{now, phone})
		w.mu.Unlock()
	}
	synctest.Wait()
}

// decideSome lets a person decide about one reply that has a time.
func (w *world) decideSome() {
	var some []OID
	for _, oid := range w.asked {
		if _, ok := w.times.earliest[oid]; ok && !w.times.cancelled[oid] {
			some = append(some, oid)
		}
	}
	oid := some[w.roll(len(some))]
	page, err := w.desk.Messages(context.Background(), MessageQuery{Thread: w.sends[oid].Thread, Limit: 500})
	i := slices.IndexFunc(page.Messages, func(m Message) bool { return m.Ref == oid })
	if err != nil || i < 0 || len(page.Messages[i].Choices) == 0 {
		return
	}
	choices := page.Messages[i].Choices
	d := choices[w.roll(len(choices))]
	if !slices.Contains([]Decision{Cancel, SendNow, KeepTime}, d) {
		return
	}
	w.mu.Lock()
	if d == SendNow { // also when the answer gets lost
		w.times.earliest[oid] = time.Time{}
	}
	if d != Cancel {
		w.times.decided[oid] = time.Now()
	}
	w.mu.Unlock()
	if _, err := w.desk.Do(context.Background(), NewID(), Decide{OID: oid, Decision: d}); err == nil && d == Cancel {
		w.times.cancelled[oid] = true
	}
}

// leaves checks that a reply may leave: its time has come, and nobody else has written since it was set, unless a
// person has decided after that.
func (w *world) leaves(oid OID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	earliest, ok := w.times.earliest[oid]
	first := !w.times.tried[oid]
	if w.times.tried[oid] = true; !ok {
		return
	}
	if earliest.IsZero() && w.times.decided[oid].IsZero() { // the pause counts from when it was taken
		earliest = w.journal.queued(oid).NotBefore
	}
	// An answer that comes at the same moment may set our clock right after it was looked at: to the wall's time, or to
	// the whole second that it names.
	early := min(earliest.Sub(w.owner.clock.now()), earliest.Sub(w.wall.now()))
	send := w.sends[oid]
	if send.Later.IsZero() { // nor does a pause last longer because a clock is set back
		early = min(early, send.Pause-time.Since(w.times.begun[oid]))
	}
	if first && early > 2*time.Second {
		w.fail("%s left %v before its time", oid, early)
	}
	queued, ok := w.times.queued[oid]
	if !ok || send.Later.IsZero() && !first {
		return
	}
	for _, v := range w.times.voices[send.Thread] {
		if v.at.After(queued) && v.at.Before(time.Now()) && v.at.After(w.times.decided[oid]) && (v.phone || !send.Later.IsZero()) {
			w.fail("%s left although somebody else had written", oid)
		}
	}
}

// nothingWaits holds that what was to leave at once is at its end, though replies of its thread are still to come.
func (w *world) nothingWaits() {
	for _, oid := range w.asked {
		if m, ok := w.find(oid); ok && w.sends[oid].Later.IsZero() && slices.Contains([]Status{Queuing, Waiting, Sending}, m.Status) {
			w.fail("%s is still %q: %s", oid, m.Status, m.HoldReason)
		}
	}
}

// queued is what the journal has of a reply.
func (j *memJournal) queued(oid OID) (q Queued) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if seq := j.ids[queuedID(oid)]; seq > 0 {
		if err := json.Unmarshal(j.entries[seq-1].Data, &q); err != nil {
			panic(err)
		}
	}
	return q
}

// rewriting is a journal that keeps something else than what was queued.
type rewriting struct {
	*memJournal
	change func(*Queued)
}

func (j rewriting) Append(ctx context.Context, b Batch) (Cursor, int, error) {
	b.Entries = slices.Clone(b.Entries)
	for i, e := range b.Entries {
		if e.Kind != entryQueued {
			continue
		}
		var q Queued
		if err := json.Unmarshal(e.Data, &q); err != nil {
			return Cursor{}, 0, err
		}
		j.change(&q)
		data, err := json.Marshal(q)
		if err != nil {
			return Cursor{}, 0, err
		}
		b.Entries[i].Data = data
	}
	return j.memJournal.Append(ctx, b)
}

func forgetTimes(q *Queued) { q.NotBefore, q.Planned = time.Time{}, false }

func seeAll(q *Queued) { q.Seen = 1 << 40 }

func delayAll(q *Queued) {
	if q.NotBefore.IsZero() {
		q.NotBefore = q.At.Add(farAhead)
	}
}
