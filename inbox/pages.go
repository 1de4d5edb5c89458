package inbox

import (
	"cmp"
	"fmt"
	"slices"
)

// Messages gives one page of a thread, oldest first.
func (r *Reader) Messages(q MessageQuery) (MessagePage, error) {
	page := MessagePage{Messages: []Message{}, Seq: Applied(r.tx).Seq}
	no, err := r.threadNo(q.Thread)
	if err != nil {
		return page, err
	}
	v := r.view(no)
	limit := limited(q.Limit)
	var rows []*stored
	switch {
	case q.Before != "", q.After != "", q.Around != "":
		key := cmp.Or(q.Before, q.After, q.Around)
		s := r.rowOf(key)
		if s == nil || s.row.place.thread != no {
			return page, Refusal("message-elsewhere")
		}
		at := s.row.place.spot
		switch {
		case q.Before != "":
			rows, page.Earlier = r.down(no, at, false, limit)
			page.Later = true
		case q.After != "":
			rows, page.Later = r.up(no, at, false, limit)
			page.Earlier = true
		default:
			rows = r.around(&page, no, at, limit)
		}
	case !q.From.IsZero():
		rows = r.around(&page, no, spot{Time: q.From.Unix(), Mark: 1}, limit)
	case q.First:
		rows, page.Later = r.up(no, spot{}, true, limit)
	case q.Unread && !r.firstUnread(v).IsZero():
		rows = r.around(&page, no, r.firstUnread(v), limit)
	default:
		rows, page.Earlier = r.down(no, spot{}, true, limit)
	}
	for _, s := range rows {
		page.Messages = append(page.Messages, r.message(s, v))
	}
	if !page.Earlier {
		page.Coverage = r.coverage(no, v)
	}
	return page, r.err
}

// around takes half of the page from before a row and the rest from it on.
func (r *Reader) around(page *MessagePage, no ThreadNo, at spot, limit int) []*stored {
	before, earlier := r.down(no, at, false, limit/2)
	after, later := r.up(no, at, true, limit-len(before))
	page.Earlier, page.Later = earlier, later
	return append(before, after...)
}

// up reads at most n rows from a spot on, with the row there or without; more says that there is another.
func (r *Reader) up(no ThreadNo, at spot, with bool, n int) (rows []*stored, more bool) {
	prefix := rowsOf(no)
	from := prefix
	if !at.IsZero() {
		from = place{no, at}.bytes()
		if !with {
			from = append(from, 0)
		}
	}
	scan(r.tx, messagesBucket, prefix, from, func(k, v []byte) bool {
		return r.collect(k, v, n, &rows, &more)
	})
	return rows, more
}

// down reads at most n rows that end before a spot, or at the end of the thread, oldest first.
func (r *Reader) down(no ThreadNo, at spot, end bool, n int) (rows []*stored, more bool) {
	var before []byte
	if !end {
		before = place{no, at}.bytes()
	}
	rowsBefore(r.tx, no, before, func(k, v []byte) bool { return r.collect(k, v, n, &rows, &more) })
	slices.Reverse(rows)
	return rows, more
}

func (r *Reader) collect(k, v []byte, n int, rows *[]*stored, more *bool) bool {
	w, err := rowOf(k, v)
	r.check(err)
	if err != nil || !r.visible(w) {
		return err == nil
	}
	if len(*rows) == n {
		*more = true
		return false
	}
	s, err := read(k, v)
	r.check(err)
	if err == nil {
		*rows = append(*rows, s)
	}
	return err == nil
}

// Detail gives all that is known of one row but for Raw; seqs are the journal entries that named it, oldest first, at
// most the first 64 of each part.
func (r *Reader) Detail(key string) (d Detail, seqs []Seq, ok bool) {
	s := r.rowOf(key)
	if s == nil || !r.visible(s.row) {
		return Detail{}, nil, false
	}
	d.Message = r.message(s, r.view(s.row.place.thread))
	if s.rec == nil {
		if e := r.outgoing(s.oid); e != nil {
			d.Steps = outboxSteps(e.entry(s.oid))
			seqs = append(seqs, e.Seqs...)
		}
		return d, seqs, r.err == nil
	}
	rec := s.rec
	a := gather(keyOf(rec), rec, r.load)
	for _, id := range rec.IDs {
		d.IDs = append(d.IDs, id.ID)
	}
	d.Steps = steps(rec, a)
	uniteOrdered(&seqs, rec.Seqs)
	uniteOrdered(&seqs, a.seqs)
	for _, oid := range rec.OIDs {
		if e := r.outgoing(oid); e != nil && len(e.Queued) > 0 {
			d.Steps = append(d.Steps, outboxSteps(e.entry(oid))...)
			uniteOrdered(&seqs, e.Seqs)
		}
	}
	slices.SortStableFunc(d.Steps, func(x, y Step) int { return x.At.Compare(y.At) })
	return d, seqs, r.err == nil
}

// steps is the way of a message as WhatsApp told it.
func steps(rec *record, a attached) []Step {
	var out []Step
	add := func(at int64, what, note string) { out = append(out, Step{At: unixTime(at), What: what, Note: note}) }
	if rec.Sources&rowSources != 0 {
		add(rec.best(), "written", "")
	}
	for i, word := range []Status{"", StatusAccepted, StatusSent, StatusDelivered, StatusRead, StatusPlayed} {
		if i > 0 && (rec.Levels[i] != 0 || Progress(i) == rec.Progress) {
			add(rec.Levels[i], string(word), "")
		}
	}
	for _, f := range rec.Faults {
		note := cmp.Or(f.Detail, f.Title)
		if f.Code != 0 {
			note = fmt.Sprintf("%d %s", f.Code, note)
		}
		add(f.Time, string(StatusFailed), note)
	}
	for _, w := range rec.Words {
		add(0, "status", Clean(w))
	}
	for _, e := range a.edits {
		if rec.eligible(e.Side) {
			add(e.Time, "edited", "")
		} else {
			add(e.Time, "edit ignored", "it came from the other side")
		}
	}
	for _, v := range a.revokes {
		if rec.eligible(v.Side) {
			add(v.Time, "deleted", "")
		}
	}
	for i, s := range rec.Said {
		if i > 0 && s.Content.Level == Concrete && !rec.revoked(a) {
			add(0, "another text", firstLine(s.Content.Text, quoteLength))
		}
	}
	return out
}

// outboxSteps is the way of a message as we sent it.
func outboxSteps(e OutboxEntry) []Step {
	out := []Step{{At: e.At, What: "queued", Note: string(e.Agent)}}
	if _, at := e.released(); e.Planned && at == 0 && !e.cancelled() {
		out = append(out, Step{At: e.NotBefore, What: "due"})
	}
	for _, a := range e.Attempts {
		if !a.At.IsZero() {
			out = append(out, Step{At: a.At, What: "attempt", Note: fmt.Sprint(a.N)})
		}
		if o := a.Outcome; o != nil {
			s := Step{At: a.Ended, What: string(o.Result)}
			if o.Failure != nil {
				s.Note = fmt.Sprintf("%d %s", o.Failure.Code, cmp.Or(o.Failure.Detail, o.Failure.Title))
			}
			out = append(out, s)
		}
	}
	for _, d := range e.Decisions {
		out = append(out, Step{At: d.At, What: string(d.Decision), Note: string(d.Agent)})
	}
	slices.SortStableFunc(out, func(x, y Step) int { return x.At.Compare(y.At) })
	return out
}
