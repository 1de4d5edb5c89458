package inbox

import (
	"encoding/binary"
	"math"
	"strings"
	"time"
)

// Reader answers questions about one consistent state of the views, as one agent sees it at one moment. It lives as
// long as its transaction, and is for one goroutine.
type Reader struct {
	tx    ReadTx
	lens  Lens
	err   error
	views map[ThreadNo]*threadView
	young map[keyHash]bool // stubs that do not show yet
	fresh map[ThreadNo]int // how many of them a thread has
	waits map[ThreadNo]pending
	holds map[LineID]*lineState
	goes  map[ThreadNo]ThreadNo // by which number a thread goes now; every draft is asked about for every thread

	countries map[Alias]located
	quotas    map[quotaMonth]quotaUse
}

// NewReader reads tx through l.
func NewReader(tx ReadTx, l Lens) *Reader {
	return &Reader{tx: tx, lens: l, views: map[ThreadNo]*threadView{}, holds: map[LineID]*lineState{}, goes: map[ThreadNo]ThreadNo{},
		countries: map[Alias]located{}, quotas: map[quotaMonth]quotaUse{}}
}

// Err is the first stored value that could not be read. It wraps ErrViews: a rebuild helps.
func (r *Reader) Err() error { return r.err }

func (r *Reader) check(err error) {
	if r.err == nil {
		r.err = err
	}
}

// stored loads what is kept under a key, nil when it is not known.
func (r *Reader) stored(key string) *stored {
	s, err := find(r.tx, hashKey(key))
	r.check(err)
	return s
}

func (r *Reader) load(key string) *record {
	if s := r.stored(key); s != nil {
		return s.rec
	}
	return nil
}

func (r *Reader) outgoing(oid OID) *outgoing {
	var e outgoing
	ok, err := get(r.tx, outboxBucket, []byte(oid), &e)
	r.check(err)
	if !ok {
		return nil
	}
	return &e
}

// lookYoung finds the stubs that do not show yet: those of the last two minutes.
func (r *Reader) lookYoung() {
	if r.young != nil {
		return
	}
	r.young, r.fresh = map[keyHash]bool{}, map[ThreadNo]int{}
	shows := r.lens.Now.Add(-stubDelay).Unix() // a stub received at this second shows
	r.tx.Ascend(stubsBucket, number(ordered(shows+1)), func(k, _ []byte) bool {
		if len(k) == 24 {
			h := keyHash(k[8:])
			r.young[h] = true
			if v := r.tx.Get(keysBucket, h[:]); len(v) > 8 && v[0] == keyPlaced {
				r.fresh[ThreadNo(binary.BigEndian.Uint64(v[1:]))]++
			}
		}
		return true
	})
}

// visible holds for rows that show: all but stubs that wait for their content.
func (r *Reader) visible(w row) bool {
	if !w.flags.has(flagStub) {
		return true
	}
	r.lookYoung()
	return !r.young[w.hash]
}

// Resolve gives the number that a thread goes by now.
func (r *Reader) Resolve(no ThreadNo) (ThreadNo, bool) {
	now, asked := r.goes[no]
	if !asked {
		if key := r.tx.Get(numbersBucket, number(uint64(no))); key != nil {
			var p person
			_, err := get(r.tx, personsBucket, key, &p)
			r.check(err)
			now = p.Thread
		}
		r.goes[no] = now
	}
	return now, now != 0
}

// Find finds a thread by its id, by a phone number in any usual spelling, by a user id, or by a contact's exact name
// when only one has it. Looking for a name reads every contact with a thread.
func (r *Reader) Find(ref string) (ThreadNo, error) {
	ref = strings.TrimSpace(ref)
	if no, err := ThreadID(ref).No(); err == nil {
		if no, ok := r.Resolve(no); ok && r.exists(no) {
			return no, nil
		}
	}
	found, err := r.findAlias(UserAlias(ref), ParentAlias(ref))
	if len(found) == 0 && err == nil {
		found, err = r.findNumber(ref)
	}
	if err != nil {
		return 0, err
	}
	if len(found) == 0 && ref != "" {
		r.tx.Ascend(threadsBucket, nil, func(k, _ []byte) bool {
			no := ThreadNo(binary.BigEndian.Uint64(k))
			v := r.view(no)
			if strings.EqualFold(displayName(&v.person, v.members), ref) && r.exists(no) {
				found[no] = true
			}
			delete(r.views, no) // there may be many
			return len(found) < 2
		})
	}
	switch len(found) {
	case 0:
		return 0, Refusal("no-thread-called", "name", Clean(ref))
	case 1:
		for no := range found {
			return no, r.err
		}
	}
	return 0, Refusal("several-threads", "name", Clean(ref))
}

// findAlias finds the threads of any of these aliases.
func (r *Reader) findAlias(any ...Alias) (map[ThreadNo]bool, error) {
	found := map[ThreadNo]bool{}
	for _, line := range r.lines() {
		for _, a := range any {
			if p := r.person(line, a); p != nil && r.exists(p.Thread) {
				found[p.Thread] = true
			}
		}
	}
	return found, r.err
}

// findNumber finds the threads of a number as a person writes it. What is written is looked for first; only when nobody
// has that number, those who have it in another spelling.
func (r *Reader) findNumber(written string) (found map[ThreadNo]bool, err error) {
	means := ReadNumber(written, r.lens.Region)
	if looksLikeNumber(written) && len(means) == 0 {
		means = []string{Digits(written)} // too short to be one, and yet somebody may have it
	}
	for _, other := range []bool{false, true} {
		var try []Alias
		for _, digits := range means {
			if !other {
				try = append(try, PhoneAlias(digits))
				continue
			}
			for _, n := range Spellings(digits) {
				try = append(try, PhoneAlias(n))
			}
		}
		if found, err = r.findAlias(try...); len(found) > 0 || err != nil {
			return found, err
		}
	}
	return found, nil
}

func looksLikeNumber(s string) bool {
	return Digits(s) != "" && strings.Trim(s, "+0123456789 ()-./\u00a0\u2011") == ""
}

// lines lists the business numbers that the views know.
func (r *Reader) lines() []LineID {
	var lines []LineID
	from := []byte{}
	for {
		n := len(lines)
		r.tx.Ascend(personsBucket, from, func(k, _ []byte) bool {
			line, _ := splitPersonKey(k)
			lines = append(lines, line)
			return false
		})
		if len(lines) == n {
			return lines
		}
		from = append([]byte(lines[n]), 1)
	}
}

// Message gives one row by its key. The oid of a reply that became a message finds that message.
func (r *Reader) Message(key string) (Message, bool) {
	s := r.rowOf(key)
	if s == nil || !r.visible(s.row) {
		return Message{}, false
	}
	return r.message(s, r.view(s.row.place.thread)), true
}

// rowOf finds the row of a key, nil when it has none.
func (r *Reader) rowOf(key string) *stored {
	if s := r.stored(key); s != nil {
		if s.placed {
			return s
		}
		return nil
	}
	if e := r.outgoing(OID(key)); e != nil {
		for _, k := range e.Bound {
			if s := r.stored(k); s != nil && s.placed {
				return s
			}
		}
	}
	return nil
}

// LatestIncoming is the newest message of the customer that arrived live: what a read receipt names.
func (r *Reader) LatestIncoming(no ThreadNo) (wamid string, seq Seq, ok bool) {
	s := r.at(no, r.view(no).sum.In)
	if s == nil || s.rec == nil {
		return "", 0, false
	}
	return bestID(s.rec), s.rec.mark().seq(), true
}

// at loads the row at a spot.
func (r *Reader) at(no ThreadNo, at spot) *stored {
	if at.IsZero() {
		return nil
	}
	k := place{no, at}.bytes()
	v := r.tx.Get(messagesBucket, k)
	if v == nil {
		return nil
	}
	s, err := read(k, v)
	r.check(err)
	return s
}

// NewestOutAfter is the newest row on our side by somebody other than except that was first seen after seen: the
// stop when two answer at once. What was cancelled, discarded, refused or taken back answered nobody, and what an import
// brings was answered long ago.
func (r *Reader) NewestOutAfter(no ThreadNo, seen Seq, except AgentID) (OutMark, bool) {
	if r.view(no).sum.OutSeen.seq() <= seen {
		return OutMark{}, false
	}
	return r.newestAfter(no, seen, except, flags.voice)
}

// newestAfter is the row that was first seen last, after seen, of those that count and that the agent did not write. It
// goes back from the end of the thread no further than what is late can stand, so that a long one costs no more.
func (r *Reader) newestAfter(no ThreadNo, seen Seq, agent AgentID, counts func(flags) bool) (OutMark, bool) {
	var best *stored
	oldest := int64(math.MinInt64)
	rowsBefore(r.tx, no, nil, func(k, val []byte) bool {
		w, err := rowOf(k, val)
		r.check(err)
		at := w.place.spot
		switch {
		case err != nil || at.Time < oldest:
			return false
		case at.Mark.seq() <= seen:
			if w.flags.stands() {
				oldest = max(oldest, at.Time-lateMost)
			}
			return true
		case !counts(w.flags) || best != nil && at.Mark < best.row.place.spot.Mark || !r.visible(w):
			return true
		}
		s, err := read(k, val)
		r.check(err)
		if err == nil && (agent == "" || r.writer(s) != agent) && (s.rec == nil || !s.rec.imported()) {
			best = s
			oldest = max(oldest, at.Time-lateMost)
		}
		return err == nil
	})
	if best == nil {
		return OutMark{}, false
	}
	return r.outMark(best, r.view(no)), true
}

// writer is the agent who wrote a row, "" when it was nobody here.
func (r *Reader) writer(s *stored) AgentID {
	if s.rec == nil {
		if e := r.outgoing(s.oid); e != nil && len(e.Queued) > 0 {
			return e.Queued[0].Agent
		}
		return ""
	}
	if by := r.bound(s.rec); len(by) > 0 {
		return by[0].Agent
	}
	return ""
}

const headLength = 80

func (r *Reader) outMark(s *stored, v *threadView) OutMark {
	m := r.message(s, v)
	by := string(m.Origin)
	if m.Agent != "" {
		by = string(m.Agent)
	}
	return OutMark{Seq: m.Seq, By: by, At: m.At, Text: firstLine(m.Text, headLength)}
}

// Outbox gives one outgoing message.
func (r *Reader) Outbox(oid OID) (OutboxEntry, bool) {
	e := r.outgoing(oid)
	if e == nil || len(e.Queued) == 0 {
		return OutboxEntry{}, false
	}
	return r.entry(oid, e), true
}

func (r *Reader) entry(oid OID, e *outgoing) OutboxEntry {
	out := e.entry(oid)
	q := e.Queued[0]
	var p person
	ok, err := get(r.tx, personsBucket, personKey(q.Line, q.Alias), &p)
	r.check(err)
	if ok {
		out.Thread = p.Thread
	}
	for _, key := range out.Bound {
		if rec := r.load(key); rec != nil {
			if out.Tick == "" || out.Tick == StatusFailed {
				out.Tick = rec.tick()
			}
		}
	}
	if len(out.Bound) == 0 && q.freeForm() {
		v := r.view(out.Thread)
		w := r.window(v)
		out.Shut = !w.ExpiresAt.IsZero() && !r.lens.Now.Before(w.ExpiresAt)
		out.Closed = !w.Open
		for _, f := range v.person.Refusals {
			behind := f.Queued < q.Mark || f.Queued != q.Mark && !q.NotBefore.IsZero() // what is to leave later is behind all
			if behind && q.Mark < f.Known {
				out.Refused = max(out.Refused, f.Known.seq())
			}
		}
	}
	if len(out.Bound) == 0 && !q.NotBefore.IsZero() && (q.Planned || !out.tried()) {
		out.Answered = r.answeredSince(out.Thread, q)
	}
	return out
}

// LineHold says whether the whole number is held, and since when: kind is "auth" while the token in use is one that
// WhatsApp refused, "account" until a person has looked (decisions 14), HoldPaused and HoldUnlinked while the number is not
// connected.
func (r *Reader) LineHold(line LineID) (kind string, since time.Time, ok bool) {
	st := r.line(line)
	kind, at := st.hold(r.lens.Token, r.lens.Own)
	return kind, unixTime(at), kind != ""
}

func (r *Reader) line(line LineID) *lineState {
	st := r.holds[line]
	if st == nil {
		st = &lineState{}
		_, err := get(r.tx, linesBucket, []byte(line), st)
		r.check(err)
		r.holds[line] = st
	}
	return st
}

// Quarantine is one item of a webhook that could not be understood.
type Quarantine struct {
	Seq    Seq
	At     time.Time
	Path   string
	Reason string
}

// Quarantined lists the newest items that could not be understood, at most n.
func (r *Reader) Quarantined(n int) ([]Quarantine, error) {
	var out []Quarantine
	r.tx.Descend(quarantineBucket, nil, func(k, v []byte) bool {
		if len(out) >= n {
			return false
		}
		var u unreadable
		m, ok := quarantineMark(k)
		if err := decode(v, &u); err != nil || !ok {
			r.check(damaged(quarantineBucket, errShort))
			return false
		}
		out = append(out, Quarantine{m.seq(), unixTime(u.At), u.Path, u.Reason})
		return true
	})
	return out, r.err
}

// AccountNotes lists the newest notes about the whole number, at most n.
func (r *Reader) AccountNotes(line LineID, n int) []Note {
	all := r.notes(line, accountNotes, map[string]bool{})
	return all[max(0, len(all)-n):]
}
