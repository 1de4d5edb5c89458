package inbox

import (
	"cmp"
	"maps"
	"slices"
)

// changes lists what a watcher should hear, in journal order.
func (b *batch) changes() []Change {
	threads := func(touch map[Seq]delta, no ThreadNo) {
		for seq := range touch {
			b.tell(Change{Seq: seq, Kind: ThreadEvent, Thread: no})
		}
	}
	for _, c := range b.oids {
		q := c.value.Queued
		if c.touch == nil || len(q) == 0 {
			continue
		}
		no, _ := b.threadOf(q[0].Line, aliases([]Alias{q[0].Alias}))
		for seq := range c.touch {
			if c.placed {
				b.tell(Change{Seq: seq, Kind: OutboxEvent, Thread: no, Key: c.key})
			}
		}
		threads(c.touch, no)
	}
	for _, c := range b.records {
		if !c.placed {
			continue
		}
		for seq, d := range c.touch {
			kind := MessageEvent
			switch {
			case d < statusDelta:
				continue
			case d < rowDelta:
				kind = StatusEvent
			}
			b.tell(Change{Seq: seq, Kind: kind, Thread: c.row.place.thread, Key: c.key})
		}
		threads(c.touch, c.row.place.thread)
	}
	b.replacements()
	for _, c := range b.persons {
		threads(c.touch, c.value.Thread)
	}
	out := slices.Collect(maps.Keys(b.changed))
	slices.SortFunc(out, func(x, y Change) int {
		return cmp.Or(cmp.Compare(x.Seq, y.Seq), cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Thread, y.Thread),
			cmp.Compare(x.Key, y.Key), cmp.Compare(x.Replaces, y.Replaces))
	})
	return out
}

// replacements tells which message took the place of an unbound reply; our reaction's place is taken by its target.
func (b *batch) replacements() {
	for _, c := range b.oids {
		if c.gone && len(c.value.Bound) > 0 {
			key := c.value.Bound[0]
			if q := c.value.Queued[0]; q.Out.Type == "reaction" {
				key = MessageKey(q.Line, q.Out.ReplyTo)
			}
			if r := b.records[key]; r != nil && r.placed {
				b.tell(Change{Seq: c.latest(), Kind: MessageEvent, Thread: r.row.place.thread, Key: key, Replaces: c.key})
			}
		}
	}
}
