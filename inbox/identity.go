package inbox

// identify says who is named by a fact, and which names belong to one customer (merge-rules 3.2). The facts of the
// outbox are taken here as a whole: what an outcome names belongs to the line of what was queued.
func (b *batch) identify(s Sighted) {
	switch f := s.Fact.(type) {
	case MessageSeen:
		if len(aliases(f.Peers)) == 0 { // still a message: it shows under a customer without a name
			b.name(s.Seq, markOf(s), f.Line, []Alias{""})
		}
		b.heard(s, f.Line, f.Peers)
	case StatusSeen:
		b.heard(s, f.Line, f.Peers)
	case EditSeen:
		b.heard(s, f.Line, f.Peers)
	case RevokeSeen:
		b.heard(s, f.Line, f.Peers)
	case ReactionSeen:
		b.heard(s, f.Line, f.Peers)
	case Linked:
		b.linkByHand(s, f)
	case ContactSeen:
		b.named(s, f.Line, f.Peers...)
	case LinkSeen:
		b.named(s, f.Line, f.Peers...)
	case NoteSeen:
		b.named(s, f.Line, f.Peers...)
	case ChatImported:
		b.named(s, f.Peer.Line, f.Peer.Alias)
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

// heard is named for an item in which WhatsApp says to whom it belongs: what it calls them is the id of an account, and
// can be sent to. An address book, a person or our own request may spell a number otherwise.
func (b *batch) heard(s Sighted, line LineID, peers []Alias) {
	b.named(s, line, peers...)
	b.hear(line, peers...)
}

func (b *batch) hear(line LineID, peers ...Alias) {
	for _, a := range aliases(peers) {
		if c := b.person(line, a); !c.value.Heard {
			c.value.Heard, c.dirty = true, true
		}
	}
}

// answered are those that WhatsApp named in its answer to a message. The number as it was asked for stands before the one
// it turned out to be, where they differ (A69).
func answered(o Outcome) []Alias {
	var heard []Alias
	number := Alias("")
	for _, a := range o.Peers {
		if a.Phone() != "" {
			number = a
		} else {
			heard = append(heard, a)
		}
	}
	return append(heard, number)
}

// linkByHand keeps with both of a pair what a person said about it.
func (b *batch) linkByHand(s Sighted, f Linked) {
	pair := aliases([]Alias{f.Peer.Alias, f.With})
	if len(pair) < 2 {
		return
	}
	l := handLink{Mark: markOf(s), Off: f.Off, By: f.Agent, At: f.At.Unix()}
	for i, a := range pair {
		l.Other = pair[1-i]
		c := b.person(f.Peer.Line, a)
		if c.value.join(&person{Hand: []handLink{l}, Last: s.Seq}) {
			c.note(s.Seq, rowDelta)
			b.unsettle(c.key, s.Seq)
		}
		c.dirty = true
	}
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
