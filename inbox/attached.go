package inbox

import (
	"cmp"
	"slices"
)

// attached is what edits, revokes and reactions say of one message, also those that named one of its edits: a target
// may be an edit's own id (merge-rules 5.2).
type attached struct {
	edits     []edited // by time, then key
	revokes   []revoking
	reactions [4]reacting // by Side
	last      Seq
	seqs      []Seq
}

type edited struct {
	key string
	editing
}

// gather walks from a message to its edits, their edits, and so on; load gives nil for a key that is not known. An
// edit belongs to the one target of its register, whoever else it ever named.
func gather(key string, rec *record, load func(string) *record) attached {
	var a attached
	if len(rec.Edits)+len(rec.Revokes)+len(rec.Reactions) == 0 {
		return a
	}
	seen := map[string]bool{}
	var walk func(string, *record)
	walk = func(key string, r *record) {
		if seen[key] {
			return
		}
		seen[key] = true
		a.last = max(a.last, r.Last)
		uniteOrdered(&a.seqs, r.Seqs)
		a.revokes = append(a.revokes, r.Revokes...)
		for _, x := range r.Reactions {
			a.reactions[x.Side&3].join(x)
		}
		for _, k := range r.Edits {
			if e := load(k); e != nil && e.Edit != nil && e.Edit.Target == key && !seen[k] {
				a.edits = append(a.edits, edited{k, *e.Edit})
				walk(k, e)
			}
		}
	}
	walk(key, rec)
	slices.SortFunc(a.edits, func(x, y edited) int {
		return cmp.Or(cmp.Compare(x.Time, y.Time), cmp.Compare(x.key, y.key))
	})
	return a
}

// sides of a message: out when any evidence says so; statuses alone mean out (merge-rules 6).
func (r *record) sides() Side {
	if r.Sides == 0 {
		return Out
	}
	return r.Sides
}

func (r *record) out() bool { return r.sides()&Out != 0 }

// eligible holds for edits and revokes by a side that the message is of: nobody changes the other side's words.
func (r *record) eligible(by Side) bool { return r.sides()&by != 0 }

// revoked reports whether the message was taken back. Nothing brings it back.
func (r *record) revoked(a attached) bool {
	return slices.ContainsFunc(a.revokes, func(x revoking) bool { return r.eligible(x.Side) })
}

// failed is the earliest failure, when nothing proves that the message arrived.
func (r *record) failed() (fault, bool) {
	if r.Progress >= Delivered || len(r.Faults) == 0 {
		return fault{}, false
	}
	return slices.MinFunc(r.Faults, func(a, b fault) int {
		return cmp.Or(cmp.Compare(uint64(a.Time-1), uint64(b.Time-1)), cmp.Compare(a.Code, b.Code), compareBool(a.History, b.History))
	}), true
}

// shown is the content that a row shows: the best there is.
func (r *record) shown() Content {
	if len(r.Said) == 0 {
		return Content{}
	}
	return r.Said[0].Content
}

// mark is the row's place in the journal: where the message itself was first seen, else its first status. Somebody who
// saw no more than a status of a phone's reply has not seen the reply.
func (r *record) mark() mark { return cmp.Or(r.Shown, r.First) }

// imported holds for a message that is known from the phone's history alone.
func (r *record) imported() bool {
	return r.Sources&(FromHistory|FromExport) != 0 && r.Sources&(FromLive|FromEcho|FromOther|FromLocal) == 0
}

// exported holds for a message that is known from a text that the phone exported alone.
func (r *record) exported() bool {
	return r.Sources&FromExport != 0 && r.Sources&rowSources == FromExport && r.Sources&FromLocal == 0
}

// best is the time the message is placed by.
func (r *record) best() int64 {
	for q := 3; q >= 0; q-- {
		if r.Times[q] != 0 {
			return r.Times[q]
		}
	}
	return r.At
}

// conflict reports two contents that cannot both be what was written: of different text or type. What we sent is
// ours to word, so a template that comes back filled in is none; nor is the text that an edit gave, which the phone's
// history holds in the place of the first one.
func (r *record) conflict(a attached) bool {
	if r.Sides == In|Out {
		return true
	}
	anew := slices.ContainsFunc(a.edits, func(e edited) bool { return r.eligible(e.Side) })
	var first *Content
	for i, s := range r.Said {
		c := &r.Said[i].Content
		if c.Level != Concrete || s.Rank == sourceRank(FromLocal) && c.Type != "text" {
			continue
		}
		if first != nil && (first.Text != c.Text && !anew || first.Type != c.Type) {
			return true
		}
		first = c
	}
	return false
}

const rowSources = FromHistory | FromEcho | FromLive | FromOther | FromExport

// stands says whether the record is a row, and which flags it has; key side is what the id itself claims, and by holds
// our entries that are bound to it. Flags depend on nothing but the state.
func (r *record) stands(a attached, claims Side, by []*outgoing) (f flags, ok bool) {
	bound, reaction := false, false
	for _, e := range by {
		if len(e.Queued) > 0 {
			bound = true
			reaction = reaction || e.Queued[0].Out.Type == "reaction"
		}
	}
	_, failed := r.failed()
	seen := r.Sources&rowSources != 0
	switch {
	case seen, bound && !reaction:
	case bound && failed:
		f |= flagSystem // our reaction did not arrive: that must be seen, but it is no part of the talk
	case bound:
		return 0, false
	case r.Sources&FromStatus != 0 && r.Event == 0 && claims != In && (r.Progress > NoProgress || len(r.Faults) > 0):
		f |= flagStub
	default:
		return 0, false
	}
	switch r.shown().Type {
	case "system", "reaction":
		f |= flagSystem
	}
	if r.revoked(a) {
		f |= flagGone
	}
	if r.out() {
		f |= flagOut
		if failed {
			f |= flagFailed
		}
		if !bound && r.Sources&(FromEcho|FromHistory|FromExport) != 0 {
			f |= flagByHand
		}
		if !bound && r.Sources&FromEcho != 0 {
			f |= flagPhone
		}
	} else if r.Sources&FromLive != 0 {
		f |= flagLive
		if r.Times[3] != 0 {
			f |= flagTimely
		}
	}
	return f, true
}
