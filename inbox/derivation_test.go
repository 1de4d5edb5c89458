package inbox

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"
)

// derivedBuckets follow from the state, key by key. The blocks of search do, too, but not what thread they name.
var derivedBuckets = []Bucket{
	threadsBucket, activityBucket, stubsBucket, splitBucket, unsettledBucket, ordersBucket,
	foldedNames, errandsBucket, filesBucket, tollsBucket, trayBucket, silentBucket, exportsBucket,
}

// tray is where a row waits to be looked at on the phone.
func (d *derivation) tray(rec *record, f flags, h keyHash) {
	level := rec.shown().Level
	whole := level == Concrete || level == NoContent && f&flagStub == 0
	if whole || f&(flagGone|flagSystem) != 0 {
		return
	}
	from, by := rec.At, rec.First
	if f&flagStub != 0 || level == Unavailable {
		from += 120
	}
	waits := level != Placeholder && !(rec.Sources&FromHistory != 0 && rec.Sources&(FromLive|FromEcho|FromOther|FromLocal) == 0)
	if t := rec.Ticked; t != nil {
		from, by, waits = t.At, t.Mark, t.Back
	}
	if waits {
		d.put(trayBucket, slices.Concat(number(ordered(from)), number(uint64(by)), h[:]), nil)
	}
}

// summaryMisses keeps the summary that a thread had before a revoke.
func summaryMisses(tx Tx, facts []Sighted) error {
	before := map[string][]byte{}
	tx.Ascend(threadsBucket, nil, func(k, v []byte) bool {
		before[string(k)] = bytes.Clone(v)
		return true
	})
	if err := faithful(tx, facts); err != nil {
		return err
	}
	for _, s := range facts {
		if _, ok := s.Fact.(RevokeSeen); ok {
			for k, v := range before {
				if tx.Get(threadsBucket, []byte(k)) != nil {
					tx.Put(threadsBucket, []byte(k), v)
				}
			}
		}
	}
	return nil
}

// P6: what is kept in step is what a full derivation gives. The derivation below is naive on purpose: it reads the
// joined values only, and sorts where the rules keep pointers.
func derivesFully(r *rand.Rand, w smallWorld, apply applier) error {
	v, err := built(r, apply, shuffled(r, journal(w.facts(40))))
	if err != nil {
		return err
	}
	return v.View(func(tx ReadTx) error {
		d, err := deriveFrom(tx)
		if err != nil {
			return err
		}
		return d.compare(tx)
	})
}

type derivation struct {
	records map[string]*record
	outbox  map[OID]*outgoing
	persons map[string]*person
	thread  map[string]ThreadNo // of a person key
	want    map[Bucket]map[string]string
	rows    map[ThreadNo][]row
}

func deriveFrom(tx ReadTx) (*derivation, error) {
	d := &derivation{map[string]*record{}, map[OID]*outgoing{}, map[string]*person{}, map[string]ThreadNo{}, map[Bucket]map[string]string{}, map[ThreadNo][]row{}}
	var err error
	keep := func(rec *record, e error) bool {
		if e != nil {
			err = e
			return false
		}
		d.records[keyOf(rec)] = rec
		return true
	}
	tx.Ascend(messagesBucket, nil, func(k, v []byte) bool {
		if !isRow(k) {
			return true
		}
		s, e := read(k, v)
		return e == nil && s.rec == nil || keep(s.rec, e)
	})
	tx.Ascend(keysBucket, nil, func(k, v []byte) bool {
		if v[0] == keyPlaced {
			return true
		}
		rec := &record{}
		return keep(rec, decode(v[1:], rec))
	})
	tx.Ascend(outboxBucket, nil, func(k, v []byte) bool {
		e := &outgoing{}
		err = decode(v, e)
		d.outbox[OID(k)] = e
		return err == nil
	})
	tx.Ascend(personsBucket, nil, func(k, v []byte) bool {
		p := &person{}
		err = decode(v, p)
		d.persons[string(k)] = p
		return err == nil
	})
	if err != nil {
		return nil, err
	}
	for key := range d.persons {
		best := ThreadNo(0)
		for _, k := range d.reach(key) {
			if f := d.persons[k].First; f != 0 && (best == 0 || f < best) {
				best = f
			}
		}
		d.thread[key] = best
	}
	d.place()
	d.index()
	return d, nil
}

// reach is everybody linked to a person, by trying again until nobody comes.
func (d *derivation) reach(key string) []string {
	in := map[string]bool{key: true}
	for n := 0; n != len(in); {
		n = len(in)
		for k := range maps.Clone(in) {
			line, alias := splitPersonKey([]byte(k))
			for _, a := range d.persons[k].Links {
				in[string(personKey(line, a))] = true
			}
			for other, p := range d.persons {
				l, a := splitPersonKey([]byte(other))
				if l == line && twinOf(a) == alias && twinOf(a) != "" && p.First != 0 && d.persons[k].First != 0 {
					in[other] = true
				}
			}
			for _, h := range d.persons[k].Hand {
				if !h.Off {
					in[string(personKey(line, h.Other))] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(in))
}

func (d *derivation) put(b Bucket, k []byte, v []byte) {
	if d.want[b] == nil {
		d.want[b] = map[string]string{}
	}
	d.want[b][string(k)] = string(v)
}

func (d *derivation) place() {
	stands := map[string]row{} // rows with an id
	for _, exported := range []bool{false, true} {
		for key, rec := range d.records {
			if rec.exported() == exported {
				d.placeRecord(key, rec, stands)
			}
		}
	}
	for oid, e := range d.outbox {
		if len(e.Queued) == 0 {
			continue
		}
		q := e.Queued[0]
		end := e.entry(oid).ended()
		if end == "" {
			d.put(unsettledBucket, append(number(uint64(q.Mark)), oid...), e.waits())
		}
		if len(e.Bound) > 0 {
			continue
		}
		f := flagOut | flagOID
		switch end {
		case StatusFailed:
			f |= flagFailed
		case Cancelled, Discarded:
			f |= flagVoid
		}
		if q.Out.Type == "reaction" {
			f |= flagSystem
		}
		no := d.thread[string(personKey(q.Line, q.Alias))]
		h := hashKey(string(oid))
		when, mark := q.At, q.Mark
		if !q.NotBefore.IsZero() {
			tried := slices.Concat(moments(e.Attempts, func(a attempting) moment { return moment{a.Mark, a.At} }),
				moments(e.Outcomes, func(o settling) moment { return moment{o.Mark, o.At} }))
			slices.SortFunc(tried, func(a, b moment) int { return cmp.Compare(a.mark, b.mark) })
			switch {
			case len(tried) > 0:
				when, mark = tried[0].at, tried[0].mark
			case end == "":
				when = q.NotBefore
				f |= flagLater
			}
		}
		d.rows[no] = append(d.rows[no], row{place{no, spot{Time: when.Unix(), Mark: mark, Hash: binary.BigEndian.Uint32(h[:])}}, f, e.Scope, h})
	}
}

// placeRecord puts one message where it stands, unless it is an exported line and another row says the same.
func (d *derivation) placeRecord(key string, rec *record, stands map[string]row) {
	a := gather(key, rec, func(k string) *record { return d.records[k] })
	d.file(key, rec, rec.revoked(a))
	d.charge(key, rec)
	var by []*outgoing
	last := max(rec.Last, a.last)
	for _, oid := range rec.OIDs {
		e := d.outbox[oid]
		by = append(by, e)
		if len(e.Queued) > 0 {
			last = max(last, e.Scope)
		}
	}
	f, ok := rec.stands(a, sideOfKey(key), by)
	if !ok {
		return
	}
	names := map[Alias]ThreadNo{} // of threads, by their smallest alias
	peers := rec.Peers
	if len(peers) == 0 {
		peers = []Alias{""}
	}
	for _, p := range peers {
		reach := d.reach(string(personKey(rec.Line, p)))
		_, name := splitPersonKey([]byte(reach[0]))
		names[name] = d.thread[reach[0]]
	}
	h := hashKey(key)
	if len(names) > 1 {
		f |= flagSplit
		for _, p := range rec.Peers {
			d.put(splitBucket, append(append(personKey(rec.Line, p), 0), h[:]...), nil)
		}
	}
	no := names[slices.Min(slices.Collect(maps.Keys(names)))]
	if no == 0 {
		return
	}
	is := row{place{no, spot{Time: rec.best(), Mark: rec.mark(), Hash: binary.BigEndian.Uint32(h[:])}}, f, last, h}
	if rec.exported() {
		d.put(exportsBucket, slices.Concat(personKey(rec.Line, rec.Peers[0]), []byte{0}, number(ordered(rec.best()/60)), h[:]), nil)
		if d.covered(rec, is, stands) {
			return
		}
	} else {
		stands[key] = is
	}
	if f.has(flagStub) {
		d.put(stubsBucket, append(number(ordered(rec.At)), h[:]...), nil)
	}
	d.tray(rec, f, h)
	if f&flagOut != 0 && f&flagGone == 0 && len(rec.OIDs) > 0 && rec.Asked == 0 && rec.Progress < Delivered && len(rec.Faults) == 0 {
		due := rec.best() + 600
		if rec.Progress == SentOn {
			due = rec.best() + 6*3600
		}
		d.put(silentBucket, append(number(ordered(due)), h[:]...), nil)
	}
	d.rows[no] = append(d.rows[no], is)
}

// covered counts the rows that say what an exported line says, in its minute and half a minute around it.
func (d *derivation) covered(line *record, at row, stands map[string]row) bool {
	n := 0
	for key, r := range stands {
		beside := r.place.spot.Time - at.place.spot.Time/60*60
		if r.place.thread != at.place.thread || r.flags.has(flagOut) != at.flags.has(flagOut) || r.flags.has(flagSystem) || beside < -30 || beside >= 90 {
			continue
		}
		rec := d.records[key]
		same := false
		if file := rec.shown().Media != nil || rec.shown().Level == Placeholder; file || line.shown().Level == Placeholder {
			same = file && line.shown().Level == Placeholder
		} else {
			for _, s := range rec.Said {
				same = same || s.Content.Level == Concrete && s.Content.Text == line.shown().Text
			}
			for _, e := range gather(key, rec, func(k string) *record { return d.records[k] }).edits {
				same = same || rec.eligible(e.Side) && e.Content.Text == line.shown().Text
			}
		}
		if same {
			n++
		}
	}
	return n > line.Nth
}

// charge derives what of ours may cost money, from what a record says alone.
func (d *derivation) charge(key string, rec *record) {
	if t, ok := rec.toll(); ok {
		d.put(tollsBucket, tollKey(rec.Line, t.Kind, t.At, hashKey(key)), encode(t))
	}
}

// file derives what is to be done about a message's file, and who holds which.
func (d *derivation) file(key string, rec *record, gone bool) {
	h := hashKey(key)
	stored := rec.File != nil && rec.File.Name != "" // the newest fact names a file only when it is there
	if stored {
		d.put(filesBucket, append(append([]byte(rec.File.Name), 0), h[:]...), number(uint64(rec.File.At)))
	}
	switch {
	case stored && gone:
		d.put(errandsBucket, append([]byte{1}, h[:]...), nil)
	case !gone && len(rec.Assets) > 0 && rec.shown().Media != nil && (rec.File == nil || rec.File.Step == fileWanted):
		got := slices.MaxFunc(rec.Assets, func(a, b asset) int { return cmp.Compare(a.Got, b.Got) }).Got
		d.put(errandsBucket, append(append([]byte{2}, number(ordered(got))...), h[:]...), nil)
	}
}

type moment struct {
	mark mark
	at   time.Time
}

func moments[T any](list []T, of func(T) moment) (out []moment) {
	for _, x := range list {
		out = append(out, of(x))
	}
	return out
}

func (d *derivation) index() {
	for no, rows := range d.rows {
		slices.SortFunc(rows, func(a, b row) int { return compareSpot(a.place.spot, b.place.spot) })
		var s summary
		active := int64(0)
		for _, r := range rows {
			at, f := r.place.spot, r.flags
			s.Last = max(s.Last, r.last)
			if f.has(flagLater) {
				s.Later, s.Rows = s.Later+1, s.Rows+1
				continue
			}
			active = at.Time
			if f.has(flagStub) {
				s.Stubs, s.TailStub = s.Stubs+1, at
			} else {
				s.Rows, s.Tail, s.First = s.Rows+1, at, cmp.Or(s.First, at)
			}
			if f.has(flagPhone) {
				s.Phone++
			}
			if f.has(flagByHand) {
				s.ByHand = at
			}
			if f.has(flagLive) {
				s.Arrived = max(s.Arrived, at.Mark)
			}
			if f.has(flagOut) && !f.has(flagVoid) {
				s.OutSeen = max(s.OutSeen, at.Mark)
				if !f.has(flagStub) {
					s.Out = at
					if f.has(flagFailed) {
						s.Fault = at
					}
				}
			}
			if f.has(flagLive|flagTimely) && !f.has(flagSystem) {
				s.In = at
			}
			if f.talk() {
				s.Talk = at
				if f.has(flagLive) {
					s.LiveTalk = at
					if s.Waiting.IsZero() {
						s.Waiting = at
					}
				}
				if f.has(flagOut) && !f.has(flagFailed) {
					s.Answer, s.Waiting = at, spot{}
				}
			}
		}
		for _, r := range rows {
			if at := r.place.spot; r.flags.has(flagLive) && r.flags.talk() && (s.ByHand.IsZero() || at.Time >= s.ByHand.Time) {
				s.Unread++
				d.put(messagesBucket, unreadKey(no, at), number(ordered(at.Time)))
			}
		}
		var p person
		for key, in := range d.thread {
			if in == no {
				p.join(d.persons[key])
			}
		}
		l := latestNaively(rows)
		d.put(threadsBucket, number(uint64(no)), cardOf(&s, &p, l).stored(&s))
		d.order(no, s, p, l)
		d.put(activityBucket, activityKey(active, no), nil)
		for _, r := range rows {
			d.put(messagesBucket, r.place.bytes(), r.header())
		}
	}
}

// latestNaively takes every stub for a row that shows.
func latestNaively(rows []row) (l lately) {
	for _, r := range rows {
		at, f := r.place.spot, r.flags
		if f.has(flagLive) && f.talk() && l.waiting.IsZero() {
			l.waiting = at
		}
		if f.has(flagOut) && f&(flagVoid|flagLater) == 0 {
			l.failed = f.has(flagFailed)
		}
		if f.answer() || f.has(flagStub) {
			l.waiting = spot{}
		}
	}
	return l
}

// order puts a thread where the lists look for it.
func (d *derivation) order(no ThreadNo, s summary, p person, l lately) {
	person := p.State.Mark != 0 && s.Arrived <= p.State.Mark
	done := person && p.State.State == Closed
	if !done && !l.waiting.IsZero() {
		closes := int64(0)
		if s.In.Time != 0 {
			if closes = s.In.Time + 24*60*60; s.In.Time <= p.Rejected && p.Rejected < closes {
				closes = p.Rejected
			}
		}
		d.put(ordersBucket, orderKey(byWaiting, l.waiting.Time, no), nil)
		d.put(ordersBucket, orderKey(byClosing, closes, no), nil)
	}
	if l.failed && (!done || s.Last > p.State.Mark.seq()) {
		d.put(ordersBucket, orderKey(byFailure, max(s.Out.Time, s.TailStub.Time), no), nil)
	}
	if person && p.State.State == Snoozed {
		d.put(ordersBucket, orderKey(bySnooze, p.State.Until, no), nil)
	}
}

func (d *derivation) compare(tx ReadTx) error {
	for key, p := range d.persons {
		v := number(uint64(d.thread[key]))
		for _, n := range p.Names {
			if n.Value != "" {
				v = append(v, Fold(n.Value)+"\x00"...)
			}
		}
		d.put(foldedNames, []byte(key), v)
		if p.Thread != d.thread[key] {
			return fmt.Errorf("%q is in thread %d, not %d", key, p.Thread, d.thread[key])
		}
	}
	for _, b := range slices.Concat(derivedBuckets, []Bucket{messagesBucket}) {
		var wrong error
		n := 0
		tx.Ascend(b, nil, func(k, v []byte) bool {
			n++
			want, ok := d.want[b][string(k)]
			if b == messagesBucket && isRow(k) {
				v = v[:headerLen]
			}
			if !ok || want != string(v) {
				wrong = fmt.Errorf("%s: %x is %x, want %x (%v)", b, k, v, want, ok)
			}
			return wrong == nil
		})
		if wrong != nil {
			return wrong
		}
		if n != len(d.want[b]) {
			return fmt.Errorf("%s: %d values, want %d", b, n, len(d.want[b]))
		}
	}
	return d.compareFolded(tx)
}

// compareFolded holds the blocks of search against what the rows say.
func (d *derivation) compareFolded(tx ReadTx) error {
	want := map[place]string{}
	for no, rows := range d.rows {
		for _, w := range rows {
			if w.flags&(flagGone|flagStub) != 0 {
				continue
			}
			w.place.thread = no
			if text := d.text(w); text != "" {
				want[w.place] = Fold(text)
			}
		}
	}
	got, err := foldedRows(tx)
	if err != nil {
		return err
	}
	for at, text := range got {
		if want[at] != text {
			return fmt.Errorf("the row at %+v is found by %q, and says %q", at, text, want[at])
		}
	}
	if len(got) != len(want) {
		return fmt.Errorf("%d rows can be found, of %d", len(got), len(want))
	}
	return nil
}

// text is what a row says, by its header.
func (d *derivation) text(w row) string {
	for oid, e := range d.outbox {
		if w.flags.has(flagOID) && hashKey(string(oid)) == w.hash {
			return e.Queued[0].says().Text
		}
	}
	for key, rec := range d.records {
		if hashKey(key) != w.hash || w.flags.has(flagOID) {
			continue
		}
		text := rec.shown().Text
		for _, e := range gather(key, rec, func(k string) *record { return d.records[k] }).edits {
			if rec.eligible(e.Side) {
				text = e.Content.Text
			}
		}
		return text
	}
	return ""
}

// foldedRows reads all blocks and checks that they are as they must be: each row in its block and once, in order, none
// without text, and the list of the blocks by time complete.
func foldedRows(tx ReadTx) (map[place]string, error) {
	rows := map[place]string{}
	times := map[string]bool{}
	went := NewReader(tx, Lens{}).absorbed()
	var wrong error
	take := func(r foldedRow) {
		if to, ok := went[r.place.thread]; ok {
			r.place.thread = to
		}
		if _, twice := rows[r.place]; twice || len(r.text) == 0 {
			wrong = fmt.Errorf("the row at %+v is there twice, or empty", r.place)
		}
		rows[r.place] = string(r.text)
	}
	sealed := int64(-1)
	tx.Ascend(foldedBucket, nil, func(k, v []byte) bool {
		b, err := blockFrom(v)
		if err != nil || b.rows() == 0 {
			wrong = fmt.Errorf("block %x: %v", k, err)
			return false
		}
		no := blockNo(binary.BigEndian.Uint64(k))
		if no < ofLarge {
			sealed = int64(no)
		}
		for i, r := range b.all() {
			if blockOf(r.place.spot.Mark) != no || i > 0 && compareFolded(b.row(i-1).key(), r.key()) >= 0 {
				wrong = fmt.Errorf("block %x is out of order", k)
			}
			take(r)
		}
		times[string(timesKey(b.newest(), no))] = true
		return wrong == nil
	})
	tx.Ascend(foldedNew, nil, func(k, v []byte) bool {
		r, err := smallRow(k, v)
		if err != nil || int64(blockOf(r.place.spot.Mark)) <= sealed {
			wrong = fmt.Errorf("a row of block %d is not in it (%v)", blockOf(r.place.spot.Mark), err)
		}
		take(r)
		return wrong == nil
	})
	tx.Ascend(foldedTimes, nil, func(k, _ []byte) bool {
		if !times[string(k)] {
			wrong = fmt.Errorf("there is no block for the time %x", k)
		}
		delete(times, string(k))
		return wrong == nil
	})
	if wrong == nil && len(times) > 0 {
		wrong = fmt.Errorf("%d blocks would not be looked at", len(times))
	}
	return rows, wrong
}
