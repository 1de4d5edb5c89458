package inbox

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"sync"
)

var errNoRow = errors.New("a row is gone")

// Search finds messages. It scans the folded text of everything, block by block from the one that reaches furthest into
// the present, and stops when nothing older can be newer than what it has found.
func (r *Reader) Search(ctx context.Context, q SearchQuery) (SearchPage, error) {
	page := SearchPage{Matches: []Match{}, Seq: Applied(r.tx).Seq}
	p, err := understand(q, r.lens.Now)
	if err != nil {
		return page, err
	}
	s := &scanner{plan: p, limit: limited(q.Limit), went: r.absorbed()}
	if q.Thread != "" {
		if s.thread, err = r.threadNo(q.Thread); err != nil {
			return page, err
		}
	}
	if key := q.Before + q.After; key != "" {
		at := r.rowOf(key)
		if at == nil {
			return page, Refusal("message-gone")
		}
		s.from, s.up = at.row.place.spot, q.Before == ""
	}
	r.whoIs(s.plan.terms)
	if err := r.scanBlocks(ctx, s); err != nil {
		return page, err
	}
	found := s.found
	more := len(found) > s.limit
	found = found[:min(len(found), s.limit)]
	page.Earlier, page.Later = more, q.Before != ""
	if s.up {
		slices.Reverse(found)
		page.Earlier, page.Later = true, more
	}
	for _, at := range found {
		m, ok := r.match(&s.plan, at)
		if !ok {
			break
		}
		page.Matches = append(page.Matches, m)
	}
	return page, r.err
}

// match shows what was found.
func (r *Reader) match(p *plan, at place) (Match, bool) {
	s := r.at(at.thread, at.spot)
	if s == nil {
		r.check(damaged(foldedBucket, errNoRow))
		return Match{}, false
	}
	v := r.view(at.thread)
	m := Match{Message: r.message(s, v), ThreadName: displayName(&v.person, v.members)}
	m.Match = p.locate(m.Text)
	return m, r.err == nil
}

// threadNo is the number that a thread goes by.
func (r *Reader) threadNo(id ThreadID) (ThreadNo, error) {
	no, err := id.No()
	if err == nil {
		if no, ok := r.Resolve(no); ok {
			return no, nil
		}
	}
	return 0, Refusal("no-thread", "name", Clean(string(id)))
}

// absorbed says which thread each that was taken in is a part of now. There are few. One that has separated again is a
// part of none.
func (r *Reader) absorbed() map[ThreadNo]ThreadNo {
	went := map[ThreadNo]ThreadNo{}
	r.tx.Ascend(absorbedBucket, nil, func(k, _ []byte) bool {
		if len(k) != 8 {
			r.check(damaged(absorbedBucket, errShort))
			return false
		}
		no := ThreadNo(binary.BigEndian.Uint64(k))
		if to, ok := r.Resolve(no); ok && to != no {
			went[no] = to
		}
		return true
	})
	return went
}

// whoIs finds the threads of the customers that terms name.
func (r *Reader) whoIs(terms []term) {
	var names []*term
	for i := range terms {
		if t := &terms[i]; t.name != "" || t.digits != "" {
			t.threads = map[ThreadNo]bool{}
			names = append(names, t)
		}
	}
	if len(names) == 0 {
		return
	}
	r.tx.Ascend(foldedNames, nil, func(k, v []byte) bool {
		if len(v) < 8 {
			r.check(damaged(foldedNames, errShort))
			return false
		}
		_, alias := splitPersonKey(k)
		for _, t := range names {
			if t.means(string(v[8:]), alias.Phone()) {
				t.threads[ThreadNo(binary.BigEndian.Uint64(v))] = true
			}
		}
		return true
	})
}

// How many blocks are scanned before it is asked again whether that is enough: few at first, for a common word is in the
// newest, then more, so that two goroutines have work. The rest is looked at with ctx in between.
const (
	roundFirst = 8
	roundMost  = 256
)

// scanBlocks scans all blocks in the order of the newest time in them.
func (r *Reader) scanBlocks(ctx context.Context, s *scanner) error {
	round := make([]block, 0, roundMost)
	if newest, ok := r.growingBlock(); ok {
		round = append(round, newest)
	}
	size := roundFirst
	scan := func() {
		s.scan(round)
		round, size = round[:0], min(2*size, roundMost)
	}
	enough := false
	r.tx.Descend(foldedTimes, nil, func(k, _ []byte) bool {
		if len(k) != 16 {
			r.check(damaged(foldedTimes, errShort))
			return false
		}
		newest := int64(binary.BigEndian.Uint64(k) ^ 1<<63)
		if len(round) >= size {
			scan()
			if ctx.Err() != nil {
				return false
			}
		}
		if enough = s.enough(newest); enough {
			return false
		}
		b, err := blockFrom(r.tx.Get(foldedBucket, k[8:]))
		r.check(err)
		round = append(round, b)
		return r.err == nil
	})
	if r.err == nil && ctx.Err() == nil {
		scan()
	}
	return ctx.Err()
}

// growingBlock makes a block of the newest rows, which are not in one yet.
func (r *Reader) growingBlock() (block, bool) {
	var rows []foldedRow
	r.tx.Ascend(foldedNew, nil, func(k, v []byte) bool {
		row, err := smallRow(k, v)
		r.check(err)
		rows = append(rows, row)
		return err == nil
	})
	if len(rows) == 0 || r.err != nil {
		return block{}, false
	}
	b, err := blockFrom(encodeBlock(rows))
	r.check(err)
	return b, err == nil
}

// scanner looks through blocks for what a plan describes and keeps the places of the newest matches, or of the oldest of
// those that are newer than from.
type scanner struct {
	plan   plan
	thread ThreadNo // 0: all
	from   spot
	up     bool
	limit  int
	went   map[ThreadNo]ThreadNo

	found []place // in order; one more than the limit says that there are more
}

// enough reports whether no block whose newest time is this or an older one can change what was found.
func (s *scanner) enough(newest int64) bool {
	if s.up {
		return newest < s.from.Time
	}
	return len(s.found) > s.limit && s.found[s.limit].spot.Time > newest
}

// scan looks through blocks, half of them in another goroutine.
func (s *scanner) scan(blocks []block) {
	half := len(blocks) / 2
	var first, second []place
	var other sync.WaitGroup
	if half > 0 {
		other.Go(func() {
			for _, b := range blocks[:half] {
				first = s.look(b, first)
			}
		})
	}
	for _, b := range blocks[half:] {
		second = s.look(b, second)
	}
	other.Wait()
	s.found = append(append(s.found, first...), second...)
	slices.SortFunc(s.found, func(a, b place) int {
		if s.up {
			a, b = b, a
		}
		return compareSpot(b.spot, a.spot)
	})
	s.found = s.found[:min(len(s.found), s.limit+1)]
}

// look appends the places of a block's matches. It changes nothing of s.
func (s *scanner) look(b block, found []place) []place {
	take := func(i int, text []byte) {
		at := b.place(i)
		if to, ok := s.went[at.thread]; ok {
			at.thread = to
		}
		if s.wants(at) && s.plan.holds(text, at.thread, at.spot.Time) {
			found = append(found, at)
		}
	}
	needle := s.plan.driver()
	if needle == nil {
		for i := range b.rows() {
			text, _ := b.text(i)
			take(i, text)
		}
		return found
	}
	for from := 0; ; {
		i := bytes.Index(b.texts[from:], needle)
		if i < 0 {
			return found
		}
		row := b.at(from + i)
		text, next := b.text(row)
		take(row, text)
		from = next
	}
}

// wants reports whether a row is one of those that are asked for.
func (s *scanner) wants(at place) bool {
	switch {
	case s.thread != 0 && at.thread != s.thread:
		return false
	case s.from.IsZero():
		return true
	case s.up:
		return s.from.before(at.spot)
	}
	return at.spot.before(s.from)
}
