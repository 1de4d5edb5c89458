package inbox

import (
	"bytes"
	"maps"
	"slices"
)

// A thread is a connected component of persons. Three things connect two of them, and only the last can end:
//
//   - one item of WhatsApp's named both (Links, which only grows),
//   - they are twins: two spellings of a number that is certainly one subscriber's,
//   - people joined them by hand, and have not separated them since.
//
// So threads join when anything says so, and separate only when people take back what they said and nothing else holds.

// neighbours yields the aliases that a person is connected with. read gives another person, nil when nothing is known.
func (p *person) neighbours(a Alias, read func(Alias) *person) []Alias {
	return p.connected(a, true, read)
}

// connected is neighbours, with or without what people said.
func (p *person) connected(a Alias, byHand bool, read func(Alias) *person) []Alias {
	near := p.Links
	if t := twinOf(a); t != "" && p.First != 0 {
		if q := read(t); q != nil && q.First != 0 { // somebody named it
			near = append(slices.Clip(near), t)
		}
	}
	for _, h := range p.Hand {
		if byHand && !h.Off {
			near = append(slices.Clip(near), h.Other)
		}
	}
	return near
}

// component gives all persons connected with one, itself first.
func (b *batch) component(line LineID, a Alias) []*cell[person] {
	found := []*cell[person]{b.person(line, a)}
	in := map[Alias]bool{a: true}
	for i := 0; i < len(found); i++ {
		_, at := splitPersonKey([]byte(found[i].key))
		for _, l := range found[i].value.neighbours(at, func(x Alias) *person { return b.person(line, x).value }) {
			if !in[l] {
				in[l] = true
				found = append(found, b.person(line, l))
			}
		}
	}
	return found
}

// settleThreads walks every component that may have changed and gives its persons their thread: the smallest place at
// which the journal named one of them. Rows of threads that go by another number now are moved.
func (b *batch) settleThreads() {
	for _, c := range b.openOIDs {
		for _, q := range c.value.Queued {
			b.name(q.Mark.seq(), q.Mark, q.Line, aliases([]Alias{q.Alias}))
			for _, o := range c.value.Outcomes {
				b.name(o.Mark.seq(), o.Mark, q.Line, aliases(o.Outcome.Peers))
				b.hear(q.Line, answered(o.Outcome)...)
			}
		}
	}
	walked := map[string]bool{}
	var members []*cell[person]
	went := map[ThreadNo]map[ThreadNo]Seq{} // where the persons of a thread are now, and the entry that says so
	for _, key := range slices.Sorted(maps.Keys(b.unsettled)) {
		if walked[key] || b.err != nil {
			continue
		}
		component := b.component(splitPersonKey([]byte(key)))
		seq, no := Seq(0), ThreadNo(0)
		for _, c := range component {
			walked[c.key] = true
			seq = max(seq, b.unsettled[c.key])
			if f := c.value.First; f != 0 && (no == 0 || f < no) {
				no = f
			}
		}
		for _, c := range component {
			if old := c.value.Thread; old != 0 && no != 0 {
				if went[old] == nil {
					went[old] = map[ThreadNo]Seq{}
				}
				went[old][no] = max(seq, went[old][no])
			}
			if c.value.Thread != no {
				c.value.Thread, c.dirty = no, true
			}
		}
		members = append(members, component...)
	}
	for _, old := range slices.Sorted(maps.Keys(went)) {
		b.resettle(old, went[old])
	}
	b.regrouped(members, went)
	b.reconsiderSplit(members)
}

// resettle brings the rows of a thread to where its persons went.
func (b *batch) resettle(old ThreadNo, went map[ThreadNo]Seq) {
	_, stays := went[old]
	switch {
	case len(went) == 1 && stays:
		return
	case len(went) == 1:
		for no := range went {
			b.move(old, no)
			b.anew[no] = true
		}
	default:
		b.scatter(old)
		b.anew[old] = true
		for no := range went {
			b.anew[no] = true
		}
	}
	if !stays {
		b.forget(old)
		b.put(absorbedBucket, number(uint64(old)), []byte{})
	}
	for no, seq := range went { // one that stays takes its own place: its rows are to be read anew
		c := Change{Seq: seq, Kind: ThreadEvent, Thread: no}
		if no == old || !stays {
			c.Replaces = string(old.ID())
		}
		b.tell(c)
	}
}

// moveSlice is how many rows are in hand at a time.
const moveSlice = 1000

// move gives the rows of one thread to another, as they are.
func (b *batch) move(from, to ThreadNo) {
	prefix := rowsOf(from)
	for b.err == nil {
		var rows [][2][]byte
		scan(b.tx, messagesBucket, prefix, nil, func(k, v []byte) bool {
			rows = append(rows, [2][]byte{bytes.Clone(k), bytes.Clone(v)})
			return len(rows) < moveSlice
		})
		if len(rows) == 0 {
			break
		}
		for _, kv := range rows {
			r, err := rowOf(kv[0], kv[1])
			b.check(err)
			if b.err != nil {
				return
			}
			at := r.place
			at.thread = to
			b.drop(messagesBucket, kv[0])
			b.put(messagesBucket, at.bytes(), kv[1])
			b.put(keysBucket, r.hash[:], append([]byte{keyPlaced}, at.bytes()...))
		}
		b.flush(messagesBucket, keysBucket)
	}
}

// scatter places each row of a thread anew, because its persons went apart. All of them are written into the blocks of
// search once more: what lies there bears numbers that the thread went by, and those may have gone another way than the
// row. It happens when a person separates what was joined by hand, so it may cost something.
func (b *batch) scatter(old ThreadNo) {
	prefix := rowsOf(old)
	from := prefix
	for b.err == nil {
		var rows []*stored
		scan(b.tx, messagesBucket, prefix, from, func(k, v []byte) bool {
			s, err := read(k, v)
			b.check(err)
			from = append(bytes.Clone(k), 0)
			rows = append(rows, s)
			return err == nil && len(rows) < moveSlice
		})
		if len(rows) == 0 || b.err != nil {
			return
		}
		for _, s := range rows {
			if s.rec == nil {
				c := b.outgoing(s.oid)
				b.placeOutgoing(c)
				b.refold(row{}, false, c.row, c.placed, true, func() []byte { return foldedText(c.value.Queued[0].says().Text, "") })
				continue
			}
			c := b.record(keyOf(s.rec))
			b.placeRecord(c)
			b.refold(row{}, false, c.row, c.placed, true, func() []byte { return c.value.says(gather(c.key, c.value, b.loadRecord), c.row.flags) })
		}
		b.flush(slices.Sorted(maps.Keys(b.writes))...)
		clear(b.records) // nothing was said of them yet, and a long thread is not held in memory
	}
}
