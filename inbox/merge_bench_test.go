package inbox_test

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"frontdesk/inbox"
	"frontdesk/store"
)

// The budgets of storage.md, on the views in memory and on bbolt:
//
//	go test -run xxx -bench Merge ./inbox
//
// events/s counts facts, not transactions; bbolt's include the syncs of its commits.

const benchLine inbox.LineID = "106540352242922"

var benchEpoch = time.Unix(1_750_000_000, 0).UTC()

func benchWAMID(d byte, n int) string {
	remote, id := "16505551234", fmt.Sprintf("3AADF84413%010d", n)
	b := append([]byte{0x1c, 0x18, byte(len(remote))}, remote...)
	b = append(b, 0x15, 0x02, 0x00, d, 0x18, byte(len(id)))
	b = append(append(b, id...), 0)
	return "wamid." + base64.StdEncoding.EncodeToString(b)
}

// traffic makes messages in threads of skewed activity, a third of them replies from the phone with their ticks.
type traffic struct {
	r       *rand.Rand
	zipf    *rand.Zipf
	seq     inbox.Seq
	n       int
	threads uint64
}

func newTraffic(threads uint64) *traffic {
	r := rand.New(rand.NewPCG(1, 2))
	return &traffic{r: r, zipf: rand.NewZipf(r, 1.1, 50, threads-1), threads: threads}
}

func (t *traffic) peer() inbox.Alias {
	return inbox.PhoneAlias(fmt.Sprint(15550000000 + t.zipf.Uint64()))
}

// take gives the next facts: about n, all statuses of a message included.
func (t *traffic) take(n int, one inbox.Alias) []inbox.Sighted {
	var out []inbox.Sighted
	add := func(f inbox.Fact) {
		t.seq++
		out = append(out, inbox.Sighted{Seq: t.seq, At: benchEpoch.Add(time.Duration(t.n) * time.Second), Fact: f})
	}
	for len(out) < n {
		t.n++
		peers := []inbox.Alias{one}
		if one == "" {
			peers[0] = t.peer()
		}
		at := benchEpoch.Unix() + int64(t.n)
		m := inbox.MessageSeen{Line: benchLine, WAMID: benchWAMID(0x12, t.n), Side: inbox.In, Source: inbox.FromLive, Time: at, Peers: peers, Name: "Asha Rao",
			Content: inbox.Content{Level: inbox.Concrete, Type: "text", Text: "Bom dia! Is the room with the balcony still free on Friday?"}}
		if t.n%3 != 0 {
			add(m)
			continue
		}
		m.WAMID, m.Side, m.Source, m.Name = benchWAMID(0x11, t.n), inbox.Out, inbox.FromEcho, ""
		add(m)
		for p := inbox.SentOn; p <= inbox.Read; p++ {
			add(inbox.StatusSeen{Line: benchLine, WAMID: m.WAMID, Progress: p, Time: at + int64(p), Peers: peers})
		}
	}
	return out
}

func apply(b testing.TB, v inbox.Views, facts []inbox.Sighted) {
	b.Helper()
	err := v.Update(func(tx inbox.Tx) error {
		_, err := inbox.Rules{Install: "0a1b2c3d"}.Apply(tx, facts)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

// kinds are the views to measure.
var kinds = []struct {
	name string
	open func(testing.TB) inbox.Views
}{
	{"memory", func(testing.TB) inbox.Views { return inbox.NewMemoryViews() }},
	{"bbolt", func(b testing.TB) inbox.Views {
		s, err := store.Open(b.TempDir(), store.Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { s.Close() })
		return s.Views()
	}},
}

func BenchmarkMergeApply(b *testing.B) {
	for _, k := range kinds {
		for _, batch := range []int{1, 100, 1000} {
			b.Run(fmt.Sprintf("%s/batch=%d", k.name, batch), func(b *testing.B) {
				v, t := k.open(b), newTraffic(20000)
				apply(b, v, t.take(20000, ""))
				b.ResetTimer()
				n := 0
				for b.Loop() {
					b.StopTimer()
					facts := t.take(batch, "")
					b.StartTimer()
					apply(b, v, facts)
					n += len(facts)
				}
				b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
			})
		}
	}
}

// filled is made once: filling takes longer than measuring.
var filled = sync.OnceValue(func() (v inbox.Views) {
	v = inbox.NewMemoryViews()
	t := newTraffic(20000)
	one := inbox.PhoneAlias("15559999999")
	for range 20 {
		facts := t.take(10000, "")
		v.Update(func(tx inbox.Tx) error { _, err := inbox.Rules{}.Apply(tx, facts); return err })
	}
	for range 4 {
		facts := t.take(10000, one)
		v.Update(func(tx inbox.Tx) error { _, err := inbox.Rules{}.Apply(tx, facts); return err })
	}
	return v
})

// percentile reports what 99 of 100 runs stay under.
func percentile(b *testing.B, run func()) {
	var all []time.Duration
	for b.Loop() {
		start := time.Now()
		run()
		all = append(all, time.Since(start))
	}
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)*99/100])/1e6, "p99-ms")
}

func BenchmarkMergeLast50(b *testing.B) {
	v := filled()
	lens := inbox.Lens{Agent: "priya", Now: benchEpoch.Add(240 * time.Hour)}
	percentile(b, func() {
		v.View(func(tx inbox.ReadTx) error {
			r := inbox.NewReader(tx, lens)
			no, err := r.Find("15559999999")
			if err != nil {
				b.Fatal(err)
			}
			p, err := r.Messages(inbox.MessageQuery{Thread: no.ID()})
			if err != nil || len(p.Messages) != 50 {
				b.Fatal(err, len(p.Messages))
			}
			return nil
		})
	})
}

func BenchmarkMergeTop50(b *testing.B) {
	v := filled()
	lens := inbox.Lens{Agent: "priya", Now: benchEpoch.Add(240 * time.Hour)}
	percentile(b, func() {
		v.View(func(tx inbox.ReadTx) error {
			p, err := inbox.NewReader(tx, lens).Threads(inbox.ThreadQuery{})
			if err != nil || len(p.Threads) != 50 {
				b.Fatal(err, len(p.Threads))
			}
			return nil
		})
	})
}

// BenchmarkMergeWaiting lists who waits, in both orders, and what is stuck.
func BenchmarkMergeWaiting(b *testing.B) {
	v := filled()
	lens := inbox.Lens{Agent: "priya", Now: benchEpoch.Add(240 * time.Hour)}
	for _, q := range []inbox.ThreadQuery{{View: inbox.ViewWaiting}, {View: inbox.ViewWaiting, Order: inbox.Closing}, {View: inbox.ViewStuck}} {
		b.Run(string(q.View+"/"+inbox.View(q.Order)), func(b *testing.B) {
			percentile(b, func() {
				v.View(func(tx inbox.ReadTx) error {
					p, err := inbox.NewReader(tx, lens).Threads(q)
					if err != nil || q.View == inbox.ViewWaiting && len(p.Threads) != 50 {
						b.Fatal(err, len(p.Threads))
					}
					return nil
				})
			})
		})
	}
}

// BenchmarkMergeNobodys lists what is assigned to somebody who has nothing: it looks at every thread.
func BenchmarkMergeNobodys(b *testing.B) {
	v := filled()
	lens := inbox.Lens{Agent: "priya", Now: benchEpoch.Add(240 * time.Hour)}
	percentile(b, func() {
		v.View(func(tx inbox.ReadTx) error {
			p, err := inbox.NewReader(tx, lens).Threads(inbox.ThreadQuery{View: inbox.ViewMine})
			if err != nil || len(p.Threads) != 0 {
				b.Fatal(err, len(p.Threads))
			}
			return nil
		})
	})
}

func BenchmarkMergeCounts(b *testing.B) {
	v := filled()
	lens := inbox.Lens{Agent: "priya", Now: benchEpoch.Add(240 * time.Hour)}
	for b.Loop() {
		v.View(func(tx inbox.ReadTx) error {
			c, err := inbox.NewReader(tx, lens).Counts()
			if err != nil || c.All == 0 {
				b.Fatal(err, c)
			}
			return nil
		})
	}
}

// BenchmarkMergeOneMessage is one message into a thread and the thread read back: the same at any size.
func BenchmarkMergeOneMessage(b *testing.B) {
	for _, n := range []int{100, 100000} {
		b.Run(fmt.Sprintf("thread=%d", n), func(b *testing.B) {
			v, t := inbox.NewMemoryViews(), newTraffic(2)
			one := inbox.PhoneAlias("15559999999")
			for t.n < n {
				apply(b, v, t.take(min(10000, n), one))
			}
			lens := inbox.Lens{Agent: "priya", Now: benchEpoch.Add(240 * time.Hour)}
			b.ResetTimer()
			percentile(b, func() {
				facts := t.take(1, one)
				apply(b, v, facts)
				v.View(func(tx inbox.ReadTx) error {
					if _, ok := inbox.NewReader(tx, lens).Thread(inbox.FirstSeen(1, 0)); !ok {
						b.Fatal("no thread")
					}
					return nil
				})
			})
		})
	}
}
