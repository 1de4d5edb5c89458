package inbox

import (
	"bytes"
	"encoding/binary"
	"maps"
	"slices"
	"sort"
	"strings"
)

// A chat that the phone exported and the history that WhatsApp hands on tell of the same messages, and so does what came
// live. What has an id is the truth: a line of an export stands only while no such row says the same. Whether one does is
// read from the rows beside it, so that it does not matter which came first.
//
// An export names a message by nothing but its minute, its side and what it says. So the line with the number n of those
// that are equal in that, counted from 0, gives way when there are more than n rows of that side and minute which say the
// same. What a file is does not count: mostly neither an export nor an import says.

// exportsBucket lists the lines of exported chats: line 0 alias 0 | minute 8 | key hash 16 -> empty. It follows from the
// records.
const exportsBucket Bucket = "exports"

// exportSlack is how far, in seconds, a row may lie beyond a line's own minute: the clock of a phone is not WhatsApp's, and
// what was written on it has the time at which the customer got it. Less than a minute.
const exportSlack = 30

// minuteOf is the minute of a time, in seconds.
func minuteOf(t int64) int64 {
	m := t / 60
	if t < m*60 {
		m--
	}
	return m
}

// aroundMinute is when a row of the same message as a line of that minute may be.
func aroundMinute(m int64) (from, to int64) { return m*60 - exportSlack, m*60 + 59 + exportSlack }

// exportKey is a record's place among the exported lines, nil when it is none.
func (r *record) exportKey(hash keyHash) []byte {
	if !r.exported() || len(r.Peers) == 0 {
		return nil
	}
	k := append(append(personKey(r.Line, r.Peers[0]), 0), number(ordered(minuteOf(r.best())))...)
	return append(k, hash[:]...)
}

// saysSame is what of a message an export tells as well.
type saysSame struct {
	out, file bool
	text      string // of what is no file: a caption may stand apart
}

func sameOf(out bool, file bool, text string) saysSame {
	if file {
		return saysSame{out: out, file: true}
	}
	return saysSame{out: out, text: strings.TrimSpace(text)}
}

// sayings are all that a record may stand as in an export, which has the text as it was when it was made: before an edit
// or after it, and before it was taken back.
func (r *record) sayings(load func(string) *record) (all []saysSame) {
	out := r.out()
	c := r.shown()
	if c.Media != nil || c.Level == Placeholder {
		return []saysSame{sameOf(out, true, "")}
	}
	add := func(text string) {
		if x := sameOf(out, false, text); !slices.Contains(all, x) {
			all = append(all, x)
		}
	}
	for _, s := range r.Said {
		if s.Content.Level == Concrete {
			add(s.Content.Text)
		}
	}
	if len(r.Edits) > 0 {
		for _, e := range gather(keyOf(r), r, load).edits {
			if r.eligible(e.Side) {
				add(e.Content.Text)
			}
		}
	}
	return all
}

// line is what an exported record says.
func (r *record) line() saysSame {
	c := r.shown()
	return sameOf(r.out(), c.Level == Placeholder, c.Text)
}

// lie keeps the list of exported lines in step with a record, and notes where another row may now cover one, or no more.
func (b *batch) lie(c *cell[record], now row, ok bool) {
	key := c.value.exportKey(c.hash)
	c.export = b.listed(exportsBucket, c.export, key)
	if key != nil {
		return
	}
	if c.placed {
		b.beside = append(b.beside, c.row.place)
	}
	if ok && (!c.placed || c.row.place != now.place) {
		b.beside = append(b.beside, now.place)
	}
}

// regrouped notes the persons of threads that rows came to or left.
func (b *batch) regrouped(members []*cell[person], went map[ThreadNo]map[ThreadNo]Seq) {
	touched := map[ThreadNo]bool{}
	for old, to := range went {
		if _, stays := to[old]; stays && len(to) == 1 {
			continue
		}
		for no := range to {
			touched[no] = true
		}
	}
	for _, c := range members {
		if touched[c.value.Thread] {
			b.regroup[c.key] = true
		}
	}
}

// giveWay places the exported lines that were said in this batch, and those that stand beside a row that it changed.
func (b *batch) giveWay(lines []*cell[record]) {
	if b.err != nil || len(lines) == 0 && !b.exports() {
		return
	}
	b.flush(messagesBucket, keysBucket, numbersBucket)
	said := map[string]bool{}
	for _, c := range lines {
		said[c.key] = true
	}
	for _, c := range b.linesBeside() {
		if !said[c.key] {
			said[c.key] = true
			lines = append(lines, c)
		}
	}
	heard := hearing{}
	for _, c := range lines {
		by, covered := b.coveredBy(c.value, heard)
		switch {
		case b.err != nil:
			return
		case c.dirty || c.touch != nil:
		case covered == c.covered:
			continue
		default:
			c.note(b.newest, rowDelta)
		}
		if covered && c.placed {
			b.tell(Change{Seq: b.newest, Kind: MessageEvent, Thread: c.row.place.thread, Key: by, Replaces: c.key})
		}
		c.covered = covered
		b.placeRecord(c)
	}
}

// exports reports whether there is any exported line.
func (b *batch) exports() (any bool) {
	b.tx.Ascend(exportsBucket, nil, func(_, _ []byte) bool {
		any = true
		return false
	})
	return any
}

// linesBeside are the lines in the views that what the batch changed may cover, or cover no more.
func (b *batch) linesBeside() (lines []*cell[record]) {
	var hashes []keyHash
	collect := func(prefix []byte, from, to int64) {
		scan(b.tx, exportsBucket, prefix, append(bytes.Clone(prefix), number(ordered(from))...), func(k, _ []byte) bool {
			at := k[len(prefix):]
			if len(at) != 8+len(keyHash{}) || int64(binary.BigEndian.Uint64(at)^1<<63) > to {
				return false
			}
			hashes = append(hashes, keyHash(at[8:]))
			return true
		})
	}
	for _, key := range slices.Sorted(maps.Keys(b.regroup)) {
		collect(append([]byte(key), 0), minuteOf(-1<<62), 1<<62)
	}
	minutes := map[ThreadNo]map[int64]bool{} // in which rows changed
	for _, p := range b.beside {
		if minutes[p.thread] == nil {
			minutes[p.thread] = map[int64]bool{}
		}
		minutes[p.thread][minuteOf(p.spot.Time)] = true
	}
	for _, no := range slices.Sorted(maps.Keys(minutes)) {
		for _, prefix := range b.exporters(no) {
			for m := range minutes[no] {
				collect(prefix, m-1, m+1)
			}
		}
	}
	slices.SortFunc(hashes, func(x, y keyHash) int { return bytes.Compare(x[:], y[:]) })
	for _, h := range slices.Compact(hashes) {
		s, err := find(b.tx, h)
		b.check(err)
		if s != nil && s.rec != nil {
			lines = append(lines, b.record(keyOf(s.rec)))
		}
	}
	return lines
}

// exporters are the prefixes in exportsBucket of those in a thread whose chat was exported.
func (b *batch) exporters(no ThreadNo) (prefixes [][]byte) {
	key := b.tx.Get(numbersBucket, number(uint64(no)))
	if key == nil {
		return nil
	}
	for _, c := range b.component(splitPersonKey(key)) {
		prefix := append([]byte(c.key), 0)
		scan(b.tx, exportsBucket, prefix, nil, func(_, _ []byte) bool {
			prefixes = append(prefixes, prefix)
			return false
		})
	}
	return prefixes
}

// hearing remembers what rows say while lines are looked at.
type hearing map[keyHash]heardRow

type heardRow struct {
	key string
	all []saysSame
}

// coveredBy names the row that an exported line gives way to.
func (b *batch) coveredBy(line *record, heard hearing) (key string, ok bool) {
	no, _ := b.threadOf(line.Line, line.Peers)
	says, left := line.line(), line.Nth
	from, to := aroundMinute(minuteOf(line.best()))
	prefix := rowsOf(no)
	scan(b.tx, messagesBucket, prefix, place{no, spot{Time: from}}.bytes(), func(k, v []byte) bool {
		r, err := rowOf(k, v)
		b.check(err)
		if err != nil || r.place.spot.Time > to {
			return false
		}
		if r.flags&(flagOID|flagSystem) != 0 || r.flags.has(flagOut) != says.out {
			return true
		}
		h, known := heard[r.hash]
		if !known {
			s, err := read(k, v)
			b.check(err)
			if err != nil {
				return false
			}
			if !s.rec.exported() {
				h = heardRow{keyOf(s.rec), s.rec.sayings(b.loadRecord)}
			}
			heard[r.hash] = h
		}
		if slices.Contains(h.all, says) {
			if left == 0 {
				key, ok = h.key, true
			}
			left--
		}
		return !ok
	})
	return key, ok
}

// missing are the lines of an export that a thread lacks: no row says the same about then, and no other export did.
func (r *Reader) missing(no ThreadNo, peer Peer, lines []ChatLine) (fresh []ChatLine) {
	if len(lines) == 0 {
		return nil
	}
	first, last := lines[0].At.Unix(), lines[0].At.Unix()
	for _, l := range lines {
		first, last = min(first, l.At.Unix()), max(last, l.At.Unix())
	}
	type exported struct {
		saysSame
		minute int64
		nth    int
	}
	before := map[exported]bool{}
	have := map[saysSame][]int64{} // when, in order
	if no != 0 {
		from, _ := aroundMinute(minuteOf(first))
		_, to := aroundMinute(minuteOf(last))
		scan(r.tx, messagesBucket, rowsOf(no), place{no, spot{Time: from}}.bytes(), func(k, v []byte) bool {
			s, err := read(k, v)
			r.check(err)
			if err != nil || s.row.place.spot.Time > to {
				return false
			}
			switch {
			case s.rec == nil || s.row.flags.has(flagSystem):
			case s.rec.exported():
				before[exported{s.rec.line(), minuteOf(s.rec.best()), s.rec.Nth}] = true
			default:
				for _, x := range s.rec.sayings(r.load) {
					have[x] = append(have[x], s.row.place.spot.Time)
				}
			}
			return true
		})
	}
	for _, l := range lines {
		says, m := sameOf(l.Out, l.Media != "", Clean(l.Text)), minuteOf(l.At.Unix())
		from, to := aroundMinute(m)
		at := have[says]
		n := sort.Search(len(at), func(i int) bool { return at[i] > to }) - sort.Search(len(at), func(i int) bool { return at[i] >= from })
		if n > l.N || before[exported{says, m, l.N}] || r.load(MessageKey(peer.Line, l.id(peer))) != nil {
			continue
		}
		fresh = append(fresh, l)
	}
	return fresh
}
