package inbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// worlds is how many worlds a property is tried on.
func worlds() int {
	if os.Getenv("FRONTDESK_LONG") != "" {
		return 4000
	}
	return 150 / slower
}

// applier is Apply, or a broken one that a property must catch.
type applier func(tx Tx, facts []Sighted) error

func faithful(tx Tx, facts []Sighted) error {
	_, err := Rules{Install: testInstall}.Apply(tx, facts)
	return err
}

// tampered applies honestly and then lets a mistake do its work on the record of each fact's message.
func tampered(mistake func(f Fact, rec *record)) applier {
	return func(tx Tx, facts []Sighted) error {
		if err := faithful(tx, facts); err != nil {
			return err
		}
		for _, s := range facts {
			var line LineID
			var wamid string
			switch f := s.Fact.(type) {
			case StatusSeen:
				line, wamid = f.Line, f.WAMID
			case EditSeen:
				line, wamid = f.Line, f.Target
			case MessageSeen:
				line, wamid = f.Line, f.WAMID
			default:
				continue
			}
			h := hashKey(MessageKey(line, wamid))
			st, err := find(tx, h)
			if err != nil || st == nil || st.rec == nil {
				continue
			}
			mistake(s.Fact, st.rec)
			if st.placed {
				tx.Put(messagesBucket, st.row.place.bytes(), append(st.row.header(), encode(st.rec)...))
			} else {
				tx.Put(keysBucket, h[:], append([]byte{keyPending}, encode(st.rec)...))
			}
		}
		return nil
	}
}

var (
	lastStatusWins = tampered(func(f Fact, rec *record) {
		if s, ok := f.(StatusSeen); ok && s.Progress > 0 {
			rec.Progress = s.Progress
		}
	})
	editsUndelete = tampered(func(f Fact, rec *record) {
		if _, ok := f.(EditSeen); ok {
			rec.Revokes = nil
		}
	})
	lastTextWins = tampered(func(f Fact, rec *record) {
		if m, ok := f.(MessageSeen); ok && m.Content.Level == Concrete {
			rec.Said, _ = said(m.Content, sourceRank(m.Source), 0, 0)
		}
	})
	arrivalOrders applier = func(tx Tx, facts []Sighted) error {
		facts = slices.Clone(facts)
		for i, s := range facts {
			if m, ok := s.Fact.(MessageSeen); ok {
				m.Time = s.At.Unix()
				facts[i].Fact = m
			}
		}
		return faithful(tx, facts)
	}
)

// undoesWhatItSees takes a separation only when the two are joined at that moment: it depends on what came before.
func undoesWhatItSees(tx Tx, facts []Sighted) error {
	kept := facts[:0:0]
	for _, s := range facts {
		if f, ok := s.Fact.(Linked); ok && f.Off {
			p := NewReader(tx, Lens{}).person(f.Peer.Line, f.Peer.Alias)
			if p == nil || !slices.ContainsFunc(p.Hand, func(h handLink) bool { return h.Other == f.With && !h.Off }) {
				continue
			}
		}
		kept = append(kept, s)
	}
	return faithful(tx, kept)
}

// separatesPersonsOnly leaves the rows of a thread that is separated where they were.
func separatesPersonsOnly(tx Tx, facts []Sighted) error {
	for _, s := range facts {
		before := map[string][]byte{}
		tx.Ascend(messagesBucket, nil, func(k, v []byte) bool {
			before[string(k)] = bytes.Clone(v)
			return true
		})
		if err := faithful(tx, []Sighted{s}); err != nil {
			return err
		}
		if f, ok := s.Fact.(Linked); ok && f.Off {
			var now [][]byte
			tx.Ascend(messagesBucket, nil, func(k, _ []byte) bool {
				now = append(now, bytes.Clone(k))
				return true
			})
			for _, k := range now {
				if before[string(k)] == nil {
					tx.Delete(messagesBucket, k)
				}
			}
			for k, v := range before {
				tx.Put(messagesBucket, []byte(k), v)
			}
		}
	}
	return nil
}

// linesStay keeps a line of an exported chat that was there before what it gives way to.
func linesStay(tx Tx, facts []Sighted) error {
	before := map[string][]byte{}
	tx.Ascend(messagesBucket, nil, func(k, v []byte) bool {
		if s, err := read(k, v); isRow(k) && err == nil && s.rec != nil && s.rec.exported() {
			before[string(k)] = bytes.Clone(v)
		}
		return true
	})
	if err := faithful(tx, facts); err != nil {
		return err
	}
	for k, v := range before {
		if tx.Get(messagesBucket, []byte(k)) == nil {
			tx.Put(messagesBucket, []byte(k), v)
			tx.Put(keysBucket, v[headerLen-len(keyHash{}):headerLen], append([]byte{keyPlaced}, k...))
		}
	}
	return nil
}

// built applies facts in batches of random size.
func built(r *rand.Rand, apply applier, facts []Sighted) (Views, error) {
	v := NewMemoryViews()
	for rest := facts; len(rest) > 0; {
		n := 1 + r.IntN(min(len(rest), 8))
		if err := v.Update(func(tx Tx) error { return apply(tx, rest[:n]) }); err != nil {
			return nil, err
		}
		rest = rest[n:]
	}
	return v, nil
}

func shuffled(r *rand.Rand, facts []Sighted) []Sighted {
	out := slices.Clone(facts)
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	for range r.IntN(6) {
		out = slices.Insert(out, r.IntN(len(out)), out[r.IntN(len(out))])
	}
	return out
}

// buckets is every byte that must not depend on the order of applying.
func buckets(v Views, names ...Bucket) string {
	var b bytes.Buffer
	v.View(func(tx ReadTx) error {
		for _, name := range names {
			tx.Ascend(name, nil, func(k, v []byte) bool {
				fmt.Fprintf(&b, "%s %x %x\n", name, k, v)
				return true
			})
		}
		return nil
	})
	return b.String()
}

func all(v Views) string {
	return buckets(v, slices.Concat(stateBuckets, derivedBuckets)...) + searchable(v)
}

// searchable is what search knows of each row. How its blocks are cut depends on the batches they came in.
func searchable(v Views) string {
	var lines []string
	if err := v.View(func(tx ReadTx) error {
		rows, err := foldedRows(tx)
		for at, text := range rows {
			lines = append(lines, fmt.Sprintf("folded %x %q\n", at.bytes(), text))
		}
		return err
	}); err != nil {
		return err.Error()
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// looks is everything a person would see at a moment, in seconds: a stub may not show yet.
func looks(v Views, now int64) (threads []Thread, pages map[ThreadID][]Message, err error) {
	pages = map[ThreadID][]Message{}
	err = v.View(func(tx ReadTx) error {
		r := NewReader(tx, Lens{Agent: "priya", Now: clockAt(now), Run: "run1", Token: "t"})
		for _, view := range []View{ViewAll, ViewDone} {
			for after := ""; ; {
				p, err := r.Threads(ThreadQuery{View: view, Limit: 2, After: after})
				if err != nil {
					return err
				}
				for _, t := range p.Threads {
					if n := len(threads); n > 0 && after != "" && t.LastActivityAt.After(threads[n-1].LastActivityAt) {
						return fmt.Errorf("thread %s stands behind an older one", t.ID)
					}
					if slices.ContainsFunc(threads, func(x Thread) bool { return x.ID == t.ID }) {
						return fmt.Errorf("thread %s is listed twice", t.ID)
					}
					threads = append(threads, t)
				}
				if after = p.Next; after == "" {
					break
				}
			}
		}
		for _, t := range threads {
			for before := ""; ; {
				p, err := r.Messages(MessageQuery{Thread: t.ID, Limit: 3, Before: before})
				if err != nil {
					return err
				}
				pages[t.ID] = append(slices.Clone(p.Messages), pages[t.ID]...)
				if !p.Earlier {
					break
				}
				before = p.Messages[0].Key
			}
			if len(pages[t.ID]) != t.Messages {
				return fmt.Errorf("thread %s has %d rows and shows %d", t.ID, t.Messages, len(pages[t.ID]))
			}
		}
		failed, err := r.Threads(ThreadQuery{View: ViewFailed, Limit: 500})
		if err != nil {
			return err
		}
		want := countOf(threads, r.lens.Now)
		want.Failed = len(failed.Threads)
		if got, err := r.Counts(); err != nil || got != want {
			return fmt.Errorf("counts are %+v, want %+v (%v)", got, want, err)
		}
		return r.Err()
	})
	return threads, pages, err
}

// countOf counts what the list shows. Which failures a person is done with, a closed thread does not show when something
// older waits in it: that is left to the list of those that failed.
func countOf(threads []Thread, now time.Time) (c Counts) {
	for _, t := range threads {
		c.Unread += t.Unread
		c.Uncertain += t.Uncertain
		c.Held += t.Held
		if t.Stuck != nil {
			c.Stuck++
		}
		if t.State == Closed {
			c.Done++
			continue
		}
		c.All++
		switch t.Assignee {
		case "":
			c.Unassigned++
		case "priya":
			c.Mine++
		}
		if !t.WaitingSince.IsZero() && t.State != Snoozed {
			c.Waiting++
			if left := t.Window.ExpiresAt.Sub(now); t.Window.Open && left < ClosesSoon {
				c.Closing++
			}
		}
	}
	return c
}

func asJSON(v any) string {
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// P1: one journal, any order of applying, any duplication: the same state and the same view.
func anyOrder(r *rand.Rand, w smallWorld, apply applier) error {
	facts := journal(w.facts(30))
	a, err := built(r, apply, facts)
	if err != nil {
		return err
	}
	b, err := built(r, apply, shuffled(r, facts))
	if err != nil {
		return err
	}
	if x, y := all(a), all(b); x != y {
		return fmt.Errorf("the states differ:\n%s", diff(x, y))
	}
	for _, now := range []int64{100, 135, 3600} {
		ta, pa, err := looks(a, now)
		if err != nil {
			return err
		}
		tb, pb, err := looks(b, now)
		if err != nil {
			return err
		}
		if x, y := asJSON([]any{ta, pa}), asJSON([]any{tb, pb}); x != y {
			return fmt.Errorf("the views differ:\n%s", diff(x, y))
		}
	}
	return nil
}

// P2: the same events as other deliveries: the same view, but for the order inside one second and for unread.
func otherDeliveries(r *rand.Rand, w smallWorld, apply applier) error {
	w.local = false
	facts := w.facts(30)
	// The entries of the outbox are ours: they come once, at the start.
	var ours, theirs []Fact
	for _, f := range facts {
		switch f.(type) {
		case Queued, Attempted, Settled:
			ours = append(ours, f)
		default:
			theirs = append(theirs, f)
		}
	}
	flat := func() (string, error) {
		r.Shuffle(len(theirs), func(i, j int) { theirs[i], theirs[j] = theirs[j], theirs[i] })
		v, err := built(r, apply, journal(slices.Concat(ours, theirs)))
		if err != nil {
			return "", err
		}
		_, pages, err := looks(v, 3600)
		if err != nil {
			return "", err
		}
		var threads []string
		for _, page := range pages {
			for i := range page {
				page[i].Seq, page[i].Unread, page[i].Thread, page[i].HeldBy = 0, false, "", ""
			}
			slices.SortStableFunc(page, func(x, y Message) int { return bytes.Compare([]byte(x.Key), []byte(y.Key)) })
			threads = append(threads, asJSON(page))
		}
		slices.Sort(threads)
		return asJSON(threads), nil
	}
	a, err := flat()
	if err != nil {
		return err
	}
	b, err := flat()
	if err != nil {
		return err
	}
	if a != b {
		return fmt.Errorf("the views differ:\n%s", diff(a, b))
	}
	return nil
}

// joiner joins serialised states.
type joiner func(tx Tx, state []byte) error

func faithfulJoin(tx Tx, state []byte) error {
	return Rules{Install: testInstall}.JoinState(tx, bytes.NewReader(state))
}

func stateOf(v Views) []byte {
	var b bytes.Buffer
	v.View(func(tx ReadTx) error { return WriteState(&b, tx) })
	return b.Bytes()
}

// P3: join of whole states is idempotent, commutative and associative, and is what applying all facts gives.
func lattice(r *rand.Rand, w smallWorld, join joiner) error {
	facts := journal(w.facts(30))
	part := func() ([]Sighted, []byte, error) {
		var some []Sighted
		for _, f := range facts {
			if w.chance() {
				some = append(some, f)
			}
		}
		v, err := built(r, faithful, some)
		if err != nil {
			return nil, nil, err
		}
		return some, stateOf(v), nil
	}
	fa, a, err1 := part()
	fb, b, err2 := part()
	fc, c, err3 := part()
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	joined := func(states ...[]byte) (Views, error) {
		v := NewMemoryViews()
		for _, s := range states {
			if err := v.Update(func(tx Tx) error { return join(tx, s) }); err != nil {
				return nil, err
			}
		}
		return v, nil
	}
	whole, err := built(r, faithful, slices.Concat(fa, fb, fc))
	if err != nil {
		return err
	}
	alone, err := joined(a)
	if err != nil {
		return err
	}
	bc, err := joined(b, c)
	if err != nil {
		return err
	}
	for _, law := range []struct {
		name   string
		states [][]byte
		want   Views
	}{
		{"a+a = a", [][]byte{a, a}, alone},
		{"a+b+c = all", [][]byte{a, b, c}, whole},
		{"b+a+c = all", [][]byte{b, a, c}, whole},
		{"a+(b+c) = all", [][]byte{a, stateOf(bc)}, whole},
	} {
		got, err := joined(law.states...)
		if err != nil {
			return err
		}
		if x, y := all(law.want), all(got); x != y || !bytes.Equal(stateOf(law.want), stateOf(got)) {
			return fmt.Errorf("%s does not hold:\n%s", law.name, diff(x, y))
		}
	}
	return nil
}

// P4: along any application rows stay, progress never drops, tombstones stay, and each key is in one thread.
func monotone(r *rand.Rand, w smallWorld, apply applier) error {
	facts := shuffled(r, journal(w.facts(30)))
	v := NewMemoryViews()
	type fate struct {
		progress Progress
		revoked  bool
	}
	before := map[string]fate{}
	for i, f := range facts {
		if err := v.Update(func(tx Tx) error { return apply(tx, []Sighted{f}) }); err != nil {
			return err
		}
		_, pages, err := looks(v, 3600)
		if err != nil {
			return err
		}
		now := map[string]fate{}
		for _, page := range pages {
			for _, m := range page {
				if _, twice := now[m.Key]; twice {
					return fmt.Errorf("after fact %d %s is shown twice", i, m.Key)
				}
				x := fate{revoked: m.Revoked}
				v.View(func(tx ReadTx) error {
					if s, _ := find(tx, hashKey(m.Key)); s != nil && s.rec != nil {
						x.progress = s.rec.Progress
					}
					return nil
				})
				now[m.Key] = x
			}
		}
		for k, was := range before {
			is, ok := now[k]
			switch {
			case !ok && slices.Contains(worldOIDs, OID(k)), !ok && strings.Contains(k, "|export:"): // it gave way to its message
			case !ok:
				return fmt.Errorf("after fact %d (%#v) the row %s is gone", i, f.Fact, k)
			case is.progress < was.progress:
				return fmt.Errorf("after fact %d the progress of %s dropped", i, k)
			case was.revoked && !is.revoked:
				return fmt.Errorf("after fact %d the tombstone of %s is gone", i, k)
			}
		}
		before = now
	}
	return nil
}

// P5: built as it came = rebuilt from the journal = a snapshot and the tail, which overlap.
func rebuilds(r *rand.Rand, w smallWorld, join joiner) error {
	facts := journal(w.facts(40))
	a, err := built(r, faithful, facts)
	if err != nil {
		return err
	}
	b := NewMemoryViews()
	if err := b.Update(func(tx Tx) error { return faithful(tx, facts) }); err != nil {
		return err
	}
	cut := r.IntN(len(facts))
	head, err := built(r, faithful, facts[:cut])
	if err != nil {
		return err
	}
	c := NewMemoryViews()
	if err := c.Update(func(tx Tx) error { return join(tx, stateOf(head)) }); err != nil {
		return err
	}
	if err := c.Update(func(tx Tx) error { return faithful(tx, facts[max(0, cut-5):]) }); err != nil {
		return err
	}
	want := all(a)
	if got := all(b); got != want {
		return fmt.Errorf("rebuilt differs:\n%s", diff(want, got))
	}
	if got := all(c); got != want {
		return fmt.Errorf("snapshot and tail differ:\n%s", diff(want, got))
	}
	return nil
}

func TestPropertiesOfSimulatedWorlds(t *testing.T) {
	// carelessJoin takes what the other state says as it is.
	carelessJoin := func(tx Tx, state []byte) error {
		v := NewMemoryViews()
		if err := v.Update(func(other Tx) error { return faithfulJoin(other, state) }); err != nil {
			return err
		}
		return v.View(func(other ReadTx) error {
			for _, b := range slices.Concat(stateBuckets, derivedBuckets, []Bucket{numbersBucket}) {
				other.Ascend(b, nil, func(k, v []byte) bool { return tx.Put(b, k, v) == nil })
			}
			return nil
		})
	}
	// forgetful loses what is only pending: statuses and edits before their message.
	forgetful := func(tx Tx, state []byte) error {
		if err := faithfulJoin(tx, state); err != nil {
			return err
		}
		var pending [][]byte
		tx.Ascend(keysBucket, nil, func(k, v []byte) bool {
			if v[0] == keyPending {
				pending = append(pending, bytes.Clone(k))
			}
			return true
		})
		for _, k := range pending {
			tx.Delete(keysBucket, k)
		}
		return nil
	}
	for _, p := range []struct {
		name    string
		holds   func(*rand.Rand, smallWorld) error
		worlds  []smallWorld
		breaks  map[string]func(*rand.Rand, smallWorld) error
		slowest int // tries fewer worlds
	}{
		{
			name:   "P1 any order of applying",
			holds:  func(r *rand.Rand, w smallWorld) error { return anyOrder(r, w, faithful) },
			worlds: []smallWorld{{local: true}, {local: true, hostile: true}},
			breaks: map[string]func(*rand.Rand, smallWorld) error{
				"the last status wins":   func(r *rand.Rand, w smallWorld) error { return anyOrder(r, w, lastStatusWins) },
				"an edit undeletes":      func(r *rand.Rand, w smallWorld) error { return anyOrder(r, w, editsUndelete) },
				"an exported line stays": func(r *rand.Rand, w smallWorld) error { return anyOrder(r, w, linesStay) },
				"a separation undoes what it sees": func(r *rand.Rand, w smallWorld) error {
					return anyOrder(r, w, undoesWhatItSees)
				},
				"the last text wins": func(r *rand.Rand, w smallWorld) error {
					return anyOrder(r, smallWorld{r: r, hostile: true}, lastTextWins)
				},
			},
		},
		{
			name:   "P2 other deliveries",
			holds:  func(r *rand.Rand, w smallWorld) error { return otherDeliveries(r, w, faithful) },
			worlds: []smallWorld{{}, {hostile: true}},
			breaks: map[string]func(*rand.Rand, smallWorld) error{
				"arrival is the time":  func(r *rand.Rand, w smallWorld) error { return otherDeliveries(r, w, arrivalOrders) },
				"the last status wins": func(r *rand.Rand, w smallWorld) error { return otherDeliveries(r, w, lastStatusWins) },
			},
		},
		{
			name:   "P3 join is a join",
			holds:  func(r *rand.Rand, w smallWorld) error { return lattice(r, w, faithfulJoin) },
			worlds: []smallWorld{{local: true}, {local: true, hostile: true}},
			breaks: map[string]func(*rand.Rand, smallWorld) error{
				"the other state wins": func(r *rand.Rand, w smallWorld) error { return lattice(r, w, carelessJoin) },
			},
		},
		{
			name:   "P4 nothing moves backwards",
			holds:  func(r *rand.Rand, w smallWorld) error { return monotone(r, w, faithful) },
			worlds: []smallWorld{{local: true}},
			breaks: map[string]func(*rand.Rand, smallWorld) error{
				"the last status wins": func(r *rand.Rand, w smallWorld) error { return monotone(r, w, lastStatusWins) },
				"an edit undeletes":    func(r *rand.Rand, w smallWorld) error { return monotone(r, w, editsUndelete) },
			},
			slowest: 4,
		},
		{
			name:   "P5 rebuilding",
			holds:  func(r *rand.Rand, w smallWorld) error { return rebuilds(r, w, faithfulJoin) },
			worlds: []smallWorld{{local: true}, {local: true, hostile: true}},
			breaks: map[string]func(*rand.Rand, smallWorld) error{
				"what is pending is lost": func(r *rand.Rand, w smallWorld) error { return rebuilds(r, w, forgetful) },
			},
		},
		{
			name:   "P6 summaries and indexes follow from the state",
			holds:  func(r *rand.Rand, w smallWorld) error { return derivesFully(r, w, faithful) },
			worlds: []smallWorld{{local: true}, {local: true, hostile: true}},
			breaks: map[string]func(*rand.Rand, smallWorld) error{
				"a summary is not told of a deletion": func(r *rand.Rand, w smallWorld) error { return derivesFully(r, w, summaryMisses) },
				"the rows of a separated thread stay": func(r *rand.Rand, w smallWorld) error {
					return derivesFully(r, w, separatesPersonsOnly)
				},
				"an exported line stays": func(r *rand.Rand, w smallWorld) error { return derivesFully(r, w, linesStay) },
				"an edit undeletes, the header stays": func(r *rand.Rand, w smallWorld) error {
					return derivesFully(r, w, editsUndelete)
				},
			},
		},
	} {
		t.Run(p.name, func(t *testing.T) {
			n := worlds() / max(1, p.slowest)
			for seed := range uint64(n) {
				for _, w := range p.worlds {
					r := rand.New(rand.NewPCG(seed, 11))
					w.r = r
					if err := p.holds(r, w); err != nil {
						t.Fatalf("seed %d, hostile %v: %v", seed, w.hostile, err)
					}
				}
			}
			for name, broken := range p.breaks {
				if !caught(p.worlds[0], broken) {
					t.Errorf("the property does not notice that %s", name)
				}
			}
		})
	}
}

// caught reports whether a broken variant fails in some smallWorld.
func caught(w smallWorld, broken func(*rand.Rand, smallWorld) error) bool {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 11))
		w.r = r
		if broken(r, w) != nil {
			return true
		}
	}
	return false
}
