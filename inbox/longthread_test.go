package inbox

import (
	"slices"
	"testing"
	"time"
)

// countedTx counts the keys that walks yield.
type countedTx struct {
	ReadTx
	keys *int
}

func (t countedTx) Ascend(b Bucket, from []byte, yield func(k, v []byte) bool) {
	t.ReadTx.Ascend(b, from, func(k, v []byte) bool { *t.keys++; return yield(k, v) })
}

func (t countedTx) Descend(b Bucket, before []byte, yield func(k, v []byte) bool) {
	t.ReadTx.Descend(b, before, func(k, v []byte) bool { *t.keys++; return yield(k, v) })
}

// TestALongThreadCostsNoMore asks what is asked with every reply and every message, in a thread of half a year.
func TestALongThreadCostsNoMore(t *testing.T) {
	const hours, hour = 5000, 3600
	overdue, ahead := queuedText(oid1, 5*hour, "overdue"), queuedText(oid2, 6*hour, "to come")
	overdue.NotBefore, overdue.Planned = clockAt(10*hour), true
	ahead.NotBefore, ahead.Planned = clockAt(2*hours*hour), true
	var facts []Sighted
	say := func(t int64, f Fact) {
		facts = append(facts, Sighted{Seq: Seq(len(facts) + 1), At: clockAt(t * hour), Fact: f})
	}
	for i := range int64(hours) {
		say(i, received(in(int(i)), i*hour, "hello"))
		switch i {
		case 5:
			say(i, overdue)
		case 6:
			say(i, ahead)
		}
	}
	seen := facts[len(facts)-1].Seq
	say(hours-20, echoed(out(1), (hours-20)*hour, "late"))
	v := NewMemoryViews()
	if err := v.Update(func(tx Tx) error { _, err := Rules{}.Apply(tx, facts); return err }); err != nil {
		t.Fatal(err)
	}
	err := v.View(func(tx ReadTx) error {
		keys := 0
		r := NewReader(countedTx{tx, &keys}, Lens{Agent: "ben", Now: clockAt(hours * hour).Add(time.Minute)})
		no, err := r.Find(asha.Phone())
		if err != nil {
			return err
		}
		for _, x := range []struct {
			what string
			ask  func() bool // whether the answer is right
		}{
			{"who answered meanwhile", func() bool { at, ok := r.NewestOutAfter(no, seen, "ben"); return ok && at.By == "phone" }},
			{"what stops a reply", func() bool {
				return r.answeredSince(no, queuing{Agent: "ben", Seen: seen, Planned: true}).By == "phone"
			}},
			{"what is still to leave", func() bool { return slices.Contains(laterRows(r.tx, no, 2), oid2) }},
		} {
			keys = 0
			if !x.ask() {
				t.Errorf("%s: wrong", x.what)
			}
			if keys > hours/4 {
				t.Errorf("%s: %d rows were read", x.what, keys)
			}
		}
		return r.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
}
