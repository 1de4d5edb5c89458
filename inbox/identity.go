package inbox

import (
	"bytes"
	"maps"
	"slices"
)

// identify says who is named by a fact, and which names belong to one customer (merge-rules 3.2). The facts of the
// outbox are taken here as a whole: what an outcome names belongs to the line of what was queued.
func (b *batch) identify(s Sighted) {
	switch f := s.Fact.(type) {
	case MessageSeen:
		if len(aliases(f.Peers)) == 0 { // still a message: it shows under a customer without a name
			b.name(s.Seq, markOf(s), f.Line, []Alias{""})
		}
		b.named(s, f.Line, f.Peers...)
	case StatusSeen:
		b.named(s, f.Line, f.Peers...)
	case EditSeen:
		b.named(s, f.Line, f.Peers...)
	case RevokeSeen:
		b.named(s, f.Line, f.Peers...)
	case ReactionSeen:
		b.named(s, f.Line, f.Peers...)
	case ContactSeen:
		b.named(s, f.Line, f.Peers...)
	case LinkSeen:
		b.named(s, f.Line, f.Peers...)
	case NoteSeen:
		b.named(s, f.Line, f.Peers...)
	case Queued, Attempted, Settled, Decided:
		oid, e := liftOutgoing(s)
		if oid == "" {
			return
		}
		b.sayOut(s.Seq, oid, e)
		if d, ok := f.(Decided); ok && d.Decision == Resend && d.As != "" {
			b.sayOut(s.Seq, d.As, &outgoing{Of: []OID{oid}})
		}
	default:
		if peer, p := personal(s); p != nil {
			b.named(s, peer.Line, peer.Alias)
		}
	}
}

func (b *batch) named(s Sighted, line LineID, peers ...Alias) {
	b.name(s.Seq, markOf(s), line, aliases(peers))
}

// name gives every alias its first place in the journal and links them.
func (b *batch) name(seq Seq, m mark, line LineID, peers []Alias) {
	for i, a := range peers {
		c := b.person(line, a)
		if n := ThreadNo(m); c.value.First == 0 || n < c.value.First {
			c.value.First = n
			c.dirty = true
			b.put(numbersBucket, number(uint64(n)), []byte(c.key))
			b.unsettle(c.key, seq)
		}
		for _, other := range peers[:i] {
			if uniteOrdered(&c.value.Links, []Alias{other}) {
				o := b.person(line, other)
				uniteOrdered(&o.value.Links, []Alias{a})
				c.dirty, o.dirty = true, true
				b.unsettle(c.key, seq)
			}
		}
	}
}

func (b *batch) unsettle(key string, seq Seq) { b.unsettled[key] = max(b.unsettled[key], seq) }

// settleThreads walks every component that may have changed and gives its persons their thread. Rows of a thread
// that goes by another number now are moved.
func (b *batch) settleThreads() {
	for _, c := range b.openOIDs {
		for _, q := range c.value.Queued {
			b.name(q.Mark.seq(), q.Mark, q.Line, aliases([]Alias{q.Alias}))
			for _, o := range c.value.Outcomes {
				b.name(o.Mark.seq(), o.Mark, q.Line, aliases(o.Outcome.Peers))
			}
		}
	}
	walked := map[string]bool{}
	var members []*cell[person]
	for _, key := range slices.Sorted(maps.Keys(b.unsettled)) {
		if walked[key] || b.err != nil {
			continue
		}
		line, alias := splitPersonKey([]byte(key))
		component := b.component(line, alias)
		seq := Seq(0)
		no := component[0].value.First
		for _, c := range component {
			walked[c.key] = true
			seq = max(seq, b.unsettled[c.key])
			if f := c.value.First; f != 0 && f < no {
				no = f
			}
		}
		olds := map[ThreadNo]bool{}
		for _, c := range component {
			if old := c.value.Thread; old != no {
				c.value.Thread, c.dirty = no, true
				if old != 0 {
					olds[old] = true
				}
			}
		}
		for _, old := range slices.Sorted(maps.Keys(olds)) {
			b.move(old, no)
			b.tell(Change{Seq: seq, Kind: ThreadEvent, Thread: no, Replaces: string(old.ID())})
		}
		members = append(members, component...)
	}
	b.reconsiderSplit(members)
}

// component gives all persons linked to one, itself first.
func (b *batch) component(line LineID, a Alias) []*cell[person] {
	found := []*cell[person]{b.person(line, a)}
	in := map[Alias]bool{a: true}
	for i := 0; i < len(found); i++ {
		for _, l := range found[i].value.Links {
			if !in[l] {
				in[l] = true
				found = append(found, b.person(line, l))
			}
		}
	}
	return found
}

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
	b.forget(from)
	b.put(absorbedBucket, number(uint64(from)), number(uint64(to)))
	b.anew[to] = true
}

// reconsiderSplit opens again the rows whose peers are in several threads, one of which changed.
func (b *batch) reconsiderSplit(members []*cell[person]) {
	var hashes []keyHash
	for _, c := range members {
		prefix := append([]byte(c.key), 0)
		scan(b.tx, splitBucket, prefix, nil, func(k, _ []byte) bool {
			if rest := k[len(prefix):]; len(rest) == len(keyHash{}) {
				hashes = append(hashes, keyHash(rest))
			}
			return true
		})
	}
	for _, h := range hashes {
		s, err := find(b.tx, h)
		b.check(err)
		if s != nil && s.rec != nil && len(s.rec.IDs) > 0 {
			b.reopen(b.record(keyOf(s.rec)))
		}
	}
}

// keyOf is the key that a stored record is found by.
func keyOf(r *record) string {
	if len(r.IDs) == 0 { // half of a state that is being joined
		return ""
	}
	return MessageKey(r.Line, r.IDs[0].ID)
}

// threadOf says which thread a message with these peers is in: the one with the smallest name, when its peers were
// never named together. split reports that they were not.
func (b *batch) threadOf(line LineID, peers []Alias) (no ThreadNo, split bool) {
	if len(peers) == 0 {
		peers = []Alias{""}
	}
	no = b.person(line, peers[0]).value.Thread
	for _, a := range peers[1:] {
		split = split || b.person(line, a).value.Thread != no
	}
	if !split {
		return no, false
	}
	var best Alias
	for i, a := range peers {
		for _, c := range b.component(line, a) {
			if _, name := splitPersonKey([]byte(c.key)); i == 0 && best == "" || name < best {
				best, no = name, c.value.Thread
			}
		}
	}
	return no, true
}
