package inbox

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"slices"
)

// note is what was written beside a thread, by a colleague or by WhatsApp. The same note is one, whatever the number
// of entries that brought it (merge-rules 5.4).
type note struct {
	Mark  mark    `cbor:"1,keyasint"`
	By    AgentID `cbor:"2,keyasint,omitempty"`
	Text  string  `cbor:"3,keyasint,omitempty"`
	Other []Alias `cbor:"4,keyasint,omitempty"`
	Moved Move    `cbor:"5,keyasint,omitempty"` // where Other is the customer's other number
}

func (a *note) join(b note) bool {
	changed := a.Mark == 0
	if a.Mark == 0 || b.Mark < a.Mark {
		changed = true
		a.Mark = b.Mark
	}
	changed = raise(&a.Text, b.Text) || changed
	changed = raise(&a.By, b.By) || changed
	changed = raise(&a.Moved, b.Moved) || changed
	return uniteOrdered(&a.Other, b.Other) || changed
}

// accountNotes stands in for an alias where a note is about the whole number.
const accountNotes Alias = "account"

func noteKey(line LineID, a Alias, kind, key string, t int64) []byte {
	b := append(personKey(line, a), 0)
	b = binary.BigEndian.AppendUint64(b, ordered(t))
	b = append(append(b, inKey(kind)...), 0)
	return append(b, inKey(key)...)
}

func (b *batch) keepNote(seq Seq, line LineID, a Alias, kind, key string, t int64, n note) {
	c := load(b, b.notes, notesBucket, string(noteKey(line, a, kind, key, t)))
	if a != accountNotes {
		b.about(seq, line, []Alias{a}, &person{Last: seq})
	}
	if !c.value.join(n) {
		return
	}
	c.dirty = true
	if a == accountNotes {
		what := AccountEvent
		if kind == "template" {
			what = TemplateEvent
		}
		b.tell(Change{Seq: seq, Kind: what, Key: kind})
		return
	}
	b.person(line, a).note(seq, rowDelta)
}

// takeNote keeps a note in its own thread and, pointing back, in the one it points at. The two are not linked: a
// recycled number must not inherit somebody's conversation.
func (b *batch) takeNote(s Sighted, f NoteSeen) {
	t := timeIn(f.Time, s.At)
	if t == 0 {
		t = s.At.Unix()
	}
	n := note{Mark: markOf(s), Text: f.Text, Other: aliases(f.Other), Moved: f.Moved}
	peers := aliases(f.Peers)
	if len(peers) == 0 && len(n.Other) == 0 {
		b.keepNote(s.Seq, f.Line, accountNotes, f.Kind, f.Key, t, n)
		return
	}
	for _, a := range peers {
		b.keepNote(s.Seq, f.Line, a, f.Kind, f.Key, t, n)
	}
	n.Other = peers
	n.Moved = n.Moved.back()
	for _, a := range aliases(f.Other) {
		if !slices.Contains(peers, a) {
			b.keepNote(s.Seq, f.Line, a, f.Kind, f.Key, t, n)
		}
	}
}

// notes lists what was written beside an alias, oldest first, but for what was said already.
func (r *Reader) notes(line LineID, a Alias, said map[string]bool) []Note {
	prefix := append(personKey(line, a), 0)
	var out []Note
	scan(r.tx, notesBucket, prefix, nil, func(k, v []byte) bool {
		rest := k[len(prefix):]
		var n note
		if err := decode(v, &n); err != nil || len(rest) < 8 {
			r.check(damaged(notesBucket, errShort))
			return false
		}
		if said[string(rest)] {
			return true
		}
		said[string(rest)] = true
		kind, key, _ := bytes.Cut(rest[8:], []byte{0})
		id := string(key)
		if string(kind) != "note" || id == "" {
			id = hex.EncodeToString(rest[:8]) + string(kind) + string(key)
		}
		shown := Note{ID: id, At: unixTime(int64(binary.BigEndian.Uint64(rest) ^ 1<<63)), By: n.By, Text: n.Text, Moved: n.Moved}
		r.pointAt(&shown, line, a, n.Other)
		out = append(out, shown)
		return true
	})
	return out
}

// pointAt says where a note points: at the thread of those others, by what they are reached at. One of the same thread,
// such as the user id that a number had before, is nowhere to go.
func (r *Reader) pointAt(n *Note, line LineID, a Alias, others []Alias) {
	own := r.person(line, a)
	for _, o := range others { // sorted: a number comes first
		if n.Number == "" {
			n.Number = cmp.Or(o.Phone(), o.User(), o.Parent())
		}
		p := r.person(line, o)
		switch {
		case p == nil || p.Thread == 0:
		case own != nil && p.Thread == own.Thread:
			n.Moved, n.Number, n.Other = "", "", ""
			return
		case n.Other == "" && r.exists(p.Thread):
			n.Other = p.Thread.ID()
		}
	}
	if n.Moved == "" {
		n.Number = ""
	}
}
