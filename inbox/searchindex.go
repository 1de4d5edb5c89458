package inbox

import (
	"bytes"
	"encoding/binary"
	"maps"
	"slices"
)

// refold keeps the blocks in step with a row that came, went, moved, or says something else. A row without text is in no
// block: what was deleted leaves it (merge-rules 6). anew says that the text may have changed.
func (b *batch) refold(old row, placed bool, now row, ok, anew bool, text func() []byte) {
	if placed && (!ok || old.place.spot.folded() != now.place.spot.folded()) {
		b.folds[old.place.spot.folded()] = foldedRow{place: old.place}
	}
	if ok && (anew || !placed || old.place != now.place) {
		b.folds[now.place.spot.folded()] = foldedRow{now.place, text()}
	}
}

// says is what the thread shows of a message, without what only its details show.
func (r *record) says(a attached, f flags) []byte {
	if f.has(flagGone) || f.has(flagStub) {
		return nil
	}
	var m Message
	c := r.shown()
	words(&m, r, c, a)
	file := ""
	if c.Media != nil {
		file = c.Media.Name
	}
	return foldedText(m.Text, file)
}

// refoldNames keeps the names of a person in step.
func (b *batch) refoldNames(key string, p *person) {
	v := number(uint64(p.Thread))
	for _, n := range p.Names {
		if n.Value != "" {
			v = append(appendFold(v, n.Value, nil), 0)
		}
	}
	if !bytes.Equal(b.tx.Get(foldedNames, []byte(key)), v) {
		b.put(foldedNames, []byte(key), v)
	}
}

// writeFolded brings the changes of the batch into the blocks.
func (b *batch) writeFolded() {
	if len(b.folds) == 0 || b.err != nil {
		return
	}
	changes := map[blockNo][]foldedRow{}
	for k, r := range b.folds {
		no := blockOf(k.mark)
		changes[no] = append(changes[no], r)
	}
	clear(b.folds)
	sealed, any := b.lastSealed()
	newest, older := b.growing(changes)
	for _, no := range older {
		if _, ok := changes[no]; !ok {
			changes[no] = nil
		}
	}
	for _, no := range slices.Sorted(maps.Keys(changes)) {
		rows := changes[no]
		sortFolded(rows)
		if no == newest && (!any || no > sealed) {
			b.writeSmall(rows)
		} else {
			b.seal(no, rows)
		}
	}
	b.flush(foldedBucket, foldedNew, foldedTimes)
}

// lastSealed is the newest block that is one.
func (b *batch) lastSealed() (no blockNo, ok bool) {
	b.tx.Descend(foldedBucket, number(uint64(ofLarge)), func(k, _ []byte) bool {
		no, ok = blockNo(binary.BigEndian.Uint64(k)), len(k) == 8
		return false
	})
	return no, ok
}

// growing is the newest block, and those older ones that are kept as small records still.
func (b *batch) growing(changes map[blockNo][]foldedRow) (newest blockNo, older []blockNo) {
	kept := func(k []byte) blockNo { return blockOf(mark(binary.BigEndian.Uint64(k))) }
	b.tx.Descend(foldedNew, nil, func(k, _ []byte) bool {
		newest = kept(k)
		return false
	})
	for no := range changes {
		if no < ofLarge {
			newest = max(newest, no)
		}
	}
	for from := []byte(nil); ; from = number(uint64(older[len(older)-1]+1) * blockSeqs << 20) {
		n := len(older)
		b.tx.Ascend(foldedNew, from, func(k, _ []byte) bool {
			if no := kept(k); no < newest {
				older = append(older, no)
			}
			return false
		})
		if len(older) == n {
			return newest, older
		}
	}
}

func (b *batch) writeSmall(rows []foldedRow) {
	for _, r := range rows {
		k := r.key().bytes()
		was := b.tx.Get(foldedNew, k)
		switch {
		case len(r.text) == 0 && was != nil:
			b.drop(foldedNew, k)
		case len(r.text) > 0 && !bytes.Equal(was, r.small()):
			b.put(foldedNew, k, r.small())
		}
	}
}

// seal puts changes into a block, with what is still kept of it as small records.
func (b *batch) seal(no blockNo, changes []foldedRow) {
	key := number(uint64(no))
	var rows []foldedRow
	was := b.tx.Get(foldedBucket, key)
	before := int64(0)
	if was != nil {
		old, err := blockFrom(was)
		if err != nil {
			b.fail(err)
			return
		}
		rows, before = old.all(), old.newest()
	}
	if no < ofLarge {
		var small []foldedRow
		from := number(uint64(no) * blockSeqs << 20)
		b.tx.Ascend(foldedNew, from, func(k, v []byte) bool {
			r, err := smallRow(k, v)
			b.check(err)
			if err != nil || blockOf(r.place.spot.Mark) != no {
				return false
			}
			small = append(small, r)
			b.drop(foldedNew, bytes.Clone(k))
			return true
		})
		rows = merged(rows, small)
	}
	rows = merged(rows, changes)
	if len(rows) == 0 {
		if was != nil {
			b.drop(foldedBucket, key)
			b.drop(foldedTimes, timesKey(before, no))
		}
		return
	}
	is := encodeBlock(rows)
	if bytes.Equal(was, is) {
		return
	}
	b.put(foldedBucket, key, is)
	newest := newestOf(len(rows), func(i int) int64 { return rows[i].place.spot.Time })
	if was != nil && newest != before {
		b.drop(foldedTimes, timesKey(before, no))
	}
	if was == nil || newest != before {
		b.put(foldedTimes, timesKey(newest, no), []byte{})
	}
}
