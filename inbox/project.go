package inbox

import (
	"encoding/binary"
	"maps"
	"slices"
	"strings"
)

// close draws what follows from the joined values, until nothing more follows: which message an entry of the outbox
// became, what the entry then says of the message, and what failures mean for the thread and the number.
func (b *batch) close() {
	for b.err == nil && len(b.open)+len(b.openOIDs) > 0 {
		if n := len(b.openOIDs); n > 0 {
			c := b.openOIDs[n-1]
			b.openOIDs, c.queue = b.openOIDs[:n-1], false
			b.closeOutgoing(c)
			continue
		}
		n := len(b.open)
		c := b.open[n-1]
		b.open, c.queue = b.open[:n-1], false
		b.closeRecord(c)
	}
}

// latest is the newest entry of the batch that changed the cell.
func (c *cell[T]) latest() Seq {
	seq := Seq(0)
	for s := range c.touch {
		seq = max(seq, s)
	}
	return seq
}

// touched reports whether entries of the batch changed the cell in one of these ways.
func (c *cell[T]) touched(d delta) bool {
	for _, is := range c.touch {
		if is&d != 0 {
			return true
		}
	}
	return false
}

func (b *batch) closeOutgoing(c *cell[outgoing]) {
	e := c.value
	if len(e.Queued) == 0 {
		return
	}
	seq, oid := c.latest(), OID(c.key)
	for _, q := range e.Queued {
		for _, o := range e.Outcomes {
			b.consequences(seq, q, o)
			if o.Outcome.Result == ResultAccepted && o.Outcome.WAMID != "" {
				l := o.lift(q.Line)
				l.rec.OIDs = []OID{oid}
				b.say(seq, l)
				if uniteOrdered(&e.Bound, []string{l.key}) {
					c.dirty = true
				}
			}
		}
	}
	for _, key := range e.Bound {
		r := b.record(key)
		for _, q := range e.Queued {
			rec := e.lift(q)
			if q.Out.Type == "reaction" {
				rec.Event = isReaction
				if q.Out.ReplyTo != "" {
					t := lifted{MessageKey(q.Line, q.Out.ReplyTo), record{Line: q.Line, IDs: []spelling{{ID: q.Out.ReplyTo}}}}
					t.rec.Reactions = []reacting{{Side: Out, Time: max(q.At.Unix(), 0), Key: key, Emoji: Clean(q.Out.Emoji)}}
					b.say(seq, t)
				}
			}
			b.say(seq, lifted{key, rec})
		}
		r.note(seq, statusDelta)
		b.reopen(r)
	}
	for _, other := range e.Of { // whether both were sent shows on both
		for _, key := range b.outgoing(other).value.Bound {
			b.record(key).note(seq, statusDelta)
		}
	}
}

// consequences is what a refusal means for more than its own message.
func (b *batch) consequences(seq Seq, q queuing, o settling) {
	switch o.Outcome.Result {
	case ResultRejectedAuth:
		b.line(seq, q.Line, &lineState{Auth: []unauthorised{{o.Mark, o.Outcome.Token, o.At.Unix()}}})
	case ResultRejectedAccount:
		b.line(seq, q.Line, &lineState{Account: []blocked{{o.Mark, o.At.Unix(), o.Outcome.gone()}}})
	case ResultRejectedWindow, ResultRejected:
		code := 0
		if o.Outcome.Failure != nil {
			code = o.Outcome.Failure.Code
		}
		if o.Outcome.Result == ResultRejectedWindow {
			code = windowClosedCode
		}
		if !permanentRefusal(code) {
			return
		}
		p := &person{Refusals: []refusal{{q.Mark, o.Mark}}, Last: o.Mark.seq()}
		if code == windowClosedCode {
			if p.Rejected = timeIn(o.Outcome.Date, o.At); p.Rejected == 0 {
				p.Rejected = o.At.Unix()
			}
		}
		b.about(seq, q.Line, []Alias{q.Alias}, p)
	}
}

func (b *batch) closeRecord(c *cell[record]) {
	r := c.value
	seq := c.latest()
	for _, oid := range r.OIDs {
		e := b.outgoing(oid)
		if uniteOrdered(&e.value.Bound, []string{c.key}) {
			e.note(seq, statusDelta)
			b.reopenOID(e)
		}
	}
	if r.Rejected != 0 {
		b.about(seq, r.Line, r.Peers, &person{Rejected: r.Rejected})
	}
	for _, f := range r.Faults {
		if !permanentRefusal(f.Code) {
			continue
		}
		for _, oid := range r.OIDs {
			for _, q := range b.outgoing(oid).value.Queued {
				b.about(seq, q.Line, []Alias{q.Alias}, &person{Refusals: []refusal{{q.Mark, f.Mark}}})
			}
		}
	}
}

// placeRows finds where every changed record stands now.
func (b *batch) placeRows() {
	b.climb()
	var lines []*cell[record]
	for _, key := range slices.Sorted(maps.Keys(b.records)) {
		switch c := b.records[key]; {
		case b.err != nil || !c.dirty && c.touch == nil:
		case c.value.exported():
			lines = append(lines, c)
		default:
			b.placeRecord(c)
		}
	}
	for _, oid := range slices.Sorted(maps.Keys(b.oids)) {
		if c := b.oids[oid]; b.err == nil && (c.dirty || c.touch != nil) {
			b.placeOutgoing(c)
		}
	}
	b.giveWay(lines)
}

// climb marks the messages whose edits changed: what happened to an edit happened to them.
func (b *batch) climb() {
	for _, c := range slices.Collect(maps.Values(b.records)) {
		if c.touch == nil {
			continue
		}
		targets := c.former
		if e := c.value.Edit; e != nil {
			targets = append(targets, e.Target)
		}
		seen := map[string]bool{}
		for len(targets) > 0 {
			up := b.record(targets[0])
			targets = targets[1:]
			if seen[up.key] {
				continue
			}
			seen[up.key] = true
			for seq := range c.touch {
				up.note(seq, rowDelta)
			}
			if e := up.value.Edit; e != nil {
				targets = append(targets, e.Target)
			}
		}
	}
}

func (b *batch) loadRecord(key string) *record {
	if c := b.record(key); c.value.Line != "" || len(c.value.IDs) > 0 {
		return c.value
	}
	return nil
}

func (b *batch) placeRecord(c *cell[record]) {
	r := c.value
	a := gather(c.key, r, b.loadRecord)
	var by []*outgoing
	last := max(r.Last, a.last)
	for _, oid := range r.OIDs {
		e := b.outgoing(oid).value
		by = append(by, e)
		if len(e.Queued) > 0 {
			last = max(last, e.Scope)
		}
	}
	f, ok := r.stands(a, sideOfKey(c.key), by)
	ok = ok && !(c.covered && r.exported())
	var now row
	if ok {
		thread, split := b.threadOf(r.Line, r.Peers)
		if split {
			f |= flagSplit
		}
		at := place{thread, spot{Time: r.best(), Mark: r.mark(), Hash: binary.BigEndian.Uint32(c.hash[:])}}
		now = row{at, f, last, c.hash}
		ok = thread != 0
	}
	body := encode(r)
	if ok {
		b.put(messagesBucket, now.place.bytes(), append(now.header(), body...))
	} else {
		b.put(keysBucket, c.hash[:], append([]byte{keyPending}, body...))
	}
	b.index(c, now, ok)
	b.lie(c, now, ok)
	b.refold(c.row, c.placed, now, ok, c.touched(rowDelta), func() []byte { return r.says(a, now.flags) })
	b.file(c, r.revoked(a))
	b.charge(c)
	b.moved(&c.row, &c.placed, now, ok)
}

// sideOfKey is what the id behind a key claims.
func sideOfKey(key string) Side {
	_, rest, _ := strings.Cut(key, "|")
	switch dir, _, _ := strings.Cut(rest, "|"); dir {
	case keyOut:
		return Out
	case keyIn:
		return In
	}
	return 0
}

// index keeps the lists of stub rows and of rows in several threads.
func (b *batch) index(c *cell[record], now row, ok bool) {
	stubKey := func(at int64) []byte { return append(number(ordered(at)), c.hash[:]...) }
	if c.placed && c.row.flags.has(flagStub) {
		b.drop(stubsBucket, stubKey(c.at))
	}
	if ok && now.flags.has(flagStub) {
		b.put(stubsBucket, stubKey(c.value.At), []byte{})
	}
	b.tray(c, now, ok)
	b.silence(c, now, ok)
	was, is := c.placed && c.row.flags.has(flagSplit), ok && now.flags.has(flagSplit)
	if was || is {
		for _, a := range c.value.Peers {
			key := append(append(personKey(c.value.Line, a), 0), c.hash[:]...)
			if is {
				b.put(splitBucket, key, []byte{})
			} else {
				b.drop(splitBucket, key)
			}
		}
	}
}

// placeOutgoing keeps the row of a reply that is not bound to a message yet.
func (b *batch) placeOutgoing(c *cell[outgoing]) {
	e := c.value
	b.put(outboxBucket, []byte(c.key), encode(e))
	if len(e.Queued) == 0 {
		return
	}
	s, err := find(b.tx, c.hash) // not earlier: its thread may have moved it
	b.check(err)
	if s != nil && s.rec == nil {
		c.row, c.placed = s.row, true
	}
	q := e.Queued[0]
	var now row
	ok := len(e.Bound) == 0
	end := e.entry(OID(c.key)).ended()
	if ok {
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
		m, t := q.Mark, q.At
		if e.pending() && end == "" {
			f, t = f|flagLater, q.NotBefore
		} else if m2, t2, ok := e.left(q); ok {
			m, t = m2, t2
		}
		thread, _ := b.threadOf(q.Line, aliases([]Alias{q.Alias}))
		at := place{thread, spot{Time: t.Unix(), Mark: m, Hash: binary.BigEndian.Uint32(c.hash[:])}}
		now = row{at, f, e.Scope, c.hash}
		ok = thread != 0
	}
	if ok {
		b.put(messagesBucket, now.place.bytes(), append(now.header(), c.key...))
	} else if c.placed {
		b.drop(keysBucket, c.hash[:])
	}
	for i, q := range e.Queued {
		key := append(number(uint64(q.Mark)), c.key...)
		if i == 0 && end == "" {
			b.put(unsettledBucket, key, e.waits())
		} else {
			b.drop(unsettledBucket, key)
		}
	}
	b.fileHeld(c, ok, end)
	c.gone = c.placed && !ok
	b.refold(c.row, c.placed, now, ok, false, func() []byte { return foldedText(q.says().Text, "") })
	b.moved(&c.row, &c.placed, now, ok)
}

// moved notes that a row came, went, changed or moved, for the pointers to it and for the summaries.
func (b *batch) moved(old *row, placed *bool, now row, ok bool) {
	before := *old
	if *placed {
		if !ok || now.place != before.place {
			b.drop(messagesBucket, before.place.bytes())
		}
		b.rows[before.place.thread] = append(b.rows[before.place.thread], change{old: &before})
	}
	if ok {
		if !*placed || now.place != before.place {
			b.put(keysBucket, now.hash[:], append([]byte{keyPlaced}, now.place.bytes()...))
		}
		b.rows[now.place.thread] = append(b.rows[now.place.thread], change{now: &now})
	}
	*old, *placed = now, ok
}

// write brings everything in hand into the views.
func (b *batch) write() {
	for _, c := range b.persons {
		if c.dirty || c.touch != nil {
			b.put(personsBucket, []byte(c.key), encode(c.value))
			b.refoldNames(c.key, c.value)
			b.rows[c.value.Thread] = append(b.rows[c.value.Thread], change{}) // its card shows what people did
		}
	}
	b.flush(messagesBucket, keysBucket, personsBucket, numbersBucket)
	b.writeFolded()
	for no := range b.anew {
		b.rows[no] = append(b.rows[no], change{})
	}
	for _, no := range slices.Sorted(maps.Keys(b.rows)) {
		if b.err == nil {
			b.summarise(no, b.rows[no])
		}
	}
	for _, c := range b.lines {
		if c.dirty {
			b.put(linesBucket, []byte(c.key), encode(c.value))
		}
	}
	for _, c := range b.chunks {
		if c.dirty {
			b.put(chunksBucket, []byte(c.key), encode(c.value))
		}
	}
	for _, c := range b.agents {
		if c.dirty {
			b.put(agentsBucket, []byte(c.key), encode(c.value))
		}
	}
	for _, c := range b.notes {
		if c.dirty {
			b.put(notesBucket, []byte(c.key), encode(c.value))
		}
	}
	for _, c := range b.habits {
		if c.dirty {
			b.put(habitsBucket, []byte(c.key), encode(c.value))
		}
	}
	for _, c := range b.saved {
		if c.dirty {
			b.put(savedBucket, []byte(c.key), encode(c.value))
		}
	}
	b.flush(slices.Sorted(maps.Keys(b.writes))...)
}
