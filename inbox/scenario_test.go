package inbox

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"testing"
	"time"
)

// The scenarios of merge-rules 10 are tables of facts and of what must then be seen. Each is run in every order of
// its facts (at most mostOrders), in batches of random size and with random duplicates: once with the places in the
// journal kept, where the whole state must come out the same, and once as other deliveries, with new places.

const mostOrders = 5000 / slower

const (
	testLine    LineID = "106540352242922"
	testInstall        = "0a1b2c3d"
	asha               = Alias("p:16505551234")
)

var testEpoch = time.Unix(1_750_000_000, 0).UTC()

// at is a WhatsApp time so many seconds after the epoch of the tests.
func at(s int64) int64 { return testEpoch.Unix() + s }

func clockAt(s int64) time.Time { return time.Unix(at(s), 0).UTC() }

func in(n int) string  { return testWAMID("16505551234", In, fmt.Sprintf("3AADF84413%010d", n)) }
func out(n int) string { return testWAMID("16505551234", Out, fmt.Sprintf("5F46933D58%010d", n)) }

func key(wamid string) string { return MessageKey(testLine, wamid) }

func text(s string) Content { return Content{Level: Concrete, Type: "text", Text: s} }

// received is the usual live message of the customer.
func received(id string, t int64, s string) MessageSeen {
	return MessageSeen{Line: testLine, WAMID: id, Side: In, Source: FromLive, Time: at(t), Peers: []Alias{asha}, Content: text(s)}
}

// echoed is the usual reply from the phone.
func echoed(id string, t int64, s string) MessageSeen {
	return MessageSeen{Line: testLine, WAMID: id, Side: Out, Source: FromEcho, Time: at(t), Peers: []Alias{asha}, Content: text(s)}
}

func imported(side Side, id string, t int64, s string) MessageSeen {
	return MessageSeen{Line: testLine, WAMID: id, Side: side, Source: FromHistory, Time: at(t), Peers: []Alias{asha}, Content: text(s)}
}

func status(id string, p Progress, t int64) StatusSeen {
	return StatusSeen{Line: testLine, WAMID: id, Progress: p, Time: at(t), Peers: []Alias{asha}}
}

func failure(id string, code int, t int64) StatusSeen {
	return StatusSeen{Line: testLine, WAMID: id, Failure: &Failure{Code: code}, Time: at(t), Peers: []Alias{asha}}
}

func edit(id, target string, side Side, t int64, s string) EditSeen {
	return EditSeen{Line: testLine, WAMID: id, Target: target, Side: side, Source: FromLive, Time: at(t), Content: text(s), Peers: []Alias{asha}}
}

func revoke(id, target string, side Side, t int64) RevokeSeen {
	return RevokeSeen{Line: testLine, WAMID: id, Target: target, Side: side, Source: FromLive, Time: at(t), Peers: []Alias{asha}}
}

func react(id, target string, side Side, t int64, emoji string) ReactionSeen {
	return ReactionSeen{Line: testLine, WAMID: id, Target: target, Side: side, Source: FromLive, Time: at(t), Emoji: emoji, Peers: []Alias{asha}}
}

func callback(oid OID, n int) string { return fmt.Sprintf("wi1.%s.%s.%d", testInstall, oid, n) }

// journal gives facts their places: one entry each, a second apart.
func journal(facts []Fact) []Sighted {
	var s []Sighted
	for i, f := range facts {
		s = append(s, Sighted{Seq: Seq(i + 1), At: clockAt(int64(i)), Fact: f})
	}
	return s
}

// applied is views with facts applied in batches of random size.
func applied(t testing.TB, r *rand.Rand, facts []Sighted) Views {
	t.Helper()
	v := NewMemoryViews()
	for rest := facts; len(rest) > 0; {
		n := 1
		if r != nil {
			n += r.IntN(len(rest))
		}
		if err := v.Update(func(tx Tx) error {
			_, err := Rules{Install: testInstall}.Apply(tx, rest[:n])
			return err
		}); err != nil {
			t.Fatal(err)
		}
		rest = rest[n:]
	}
	return v
}

// dump is every byte of the views that must not depend on the order of applying.
func dump(t testing.TB, v Views) string {
	t.Helper()
	var b bytes.Buffer
	if err := v.View(func(tx ReadTx) error {
		for _, bucket := range append(append([]Bucket{}, stateBuckets...), derivedBuckets...) {
			tx.Ascend(bucket, nil, func(k, v []byte) bool {
				fmt.Fprintf(&b, "%s %x %x\n", bucket, k, v)
				return true
			})
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// shuffles yields every order of n things when there are few, else random ones.
func shuffles(r *rand.Rand, n, most int, yield func([]int) bool) {
	total := 1
	for i := 2; i <= n && total <= most; i++ {
		total *= i
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	if total > most {
		for range most {
			r.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
			if !yield(order) {
				return
			}
		}
		return
	}
	var permute func(int) bool
	permute = func(k int) bool {
		if k == n {
			return yield(order)
		}
		for i := k; i < n; i++ {
			order[k], order[i] = order[i], order[k]
			ok := permute(k + 1)
			order[k], order[i] = order[i], order[k]
			if !ok {
				return false
			}
		}
		return true
	}
	permute(0)
}

// screen is what a test looks at: the views through a lens.
type screen struct {
	testing.TB
	*Reader
}

// thread is the thread of an alias.
func (s screen) thread(a Alias) Thread {
	s.Helper()
	var p person
	if ok, err := get(s.tx, personsBucket, personKey(testLine, a), &p); err != nil || !ok {
		return Thread{}
	}
	t, _ := s.Reader.Thread(p.Thread)
	return t
}

func (s screen) rows(a Alias) []Message {
	s.Helper()
	t := s.thread(a)
	if t.ID == "" {
		return nil
	}
	page, err := s.Messages(MessageQuery{Thread: t.ID, Limit: mostLimit})
	if err != nil {
		s.Fatal(err)
	}
	return page.Messages
}

// row is the one row with a wamid or an oid.
func (s screen) row(id string) Message {
	s.Helper()
	m, ok := s.Message(key(id))
	if !ok {
		m, ok = s.Message(id)
	}
	if !ok {
		s.Fatalf("there is no row of %s", id)
	}
	return m
}

func (s screen) noRow(id string) {
	s.Helper()
	if m, ok := s.Message(key(id)); ok {
		s.Errorf("there is a row: %+v", m)
	}
}

func (s screen) count(n int) {
	s.Helper()
	if rows := s.rows(asha); len(rows) != n {
		s.Errorf("%d rows, want %d: %+v", len(rows), n, rows)
	}
}

// want compares and says which thing differs.
func want[T comparable](s screen, what string, got, want T) {
	s.Helper()
	if got != want {
		s.Errorf("%s is %v, want %v", what, got, want)
	}
}

// scenario is one line of the table.
type scenario struct {
	name    string
	facts   []Fact
	at      []Sighted // instead of facts, with places of their own
	inOrder bool      // the journal's order is part of the story
	now     int64     // seconds; 0: an hour after the epoch
	lens    Lens
	then    func(s screen)
}

func (sc scenario) run(t *testing.T) {
	h := fnv.New64a()
	h.Write([]byte(sc.name))
	r := rand.New(rand.NewPCG(h.Sum64(), 1))
	journaled := sc.at
	if journaled == nil {
		journaled = journal(sc.facts)
	}
	look := func(v Views) {
		t.Helper()
		l := sc.lens
		if l.Agent == "" {
			l.Agent = "priya"
		}
		if l.Now = clockAt(sc.now); sc.now == 0 {
			l.Now = clockAt(3600)
		}
		v.View(func(tx ReadTx) error {
			rd := NewReader(tx, l)
			sc.then(screen{t, rd})
			if rd.Err() != nil {
				t.Error(rd.Err())
			}
			return nil
		})
	}
	first := dump(t, applied(t, nil, journaled))
	shuffles(r, len(journaled), mostOrders, func(order []int) bool {
		var facts []Sighted
		for _, i := range order {
			facts = append(facts, journaled[i])
			for r.IntN(3) == 0 {
				facts = append(facts, facts[r.IntN(len(facts))])
			}
		}
		v := applied(t, r, facts)
		if got := dump(t, v); got != first {
			t.Errorf("applied in order %v the state differs:\n%s", order, diff(first, got))
		}
		look(v)
		return !t.Failed()
	})
	if sc.inOrder || sc.at != nil || t.Failed() {
		return
	}
	shuffles(r, len(sc.facts), mostOrders/10, func(order []int) bool {
		var facts []Fact
		for _, i := range order {
			facts = append(facts, sc.facts[i])
			if r.IntN(3) == 0 {
				facts = append(facts, facts[r.IntN(len(facts))])
			}
		}
		look(applied(t, r, journal(facts)))
		if t.Failed() {
			t.Logf("delivered in order %v", order)
		}
		return !t.Failed()
	})
}

// diff shows the lines that only one of two texts has.
func diff(a, b string) string {
	lines := func(s string) map[string]bool {
		m := map[string]bool{}
		for _, l := range bytes.Split([]byte(s), []byte("\n")) {
			m[string(l)] = true
		}
		return m
	}
	la, lb := lines(a), lines(b)
	var out bytes.Buffer
	for l := range la {
		if !lb[l] {
			fmt.Fprintf(&out, "- %s\n", l)
		}
	}
	for l := range lb {
		if !la[l] {
			fmt.Fprintf(&out, "+ %s\n", l)
		}
	}
	return out.String()
}
