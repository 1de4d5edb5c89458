package inbox

import (
	"fmt"
	"testing"
	"time"
)

// BenchmarkGiveWay: an exported chat of 40,000 lines, the most that a phone writes, beside a history of the same messages.
func BenchmarkGiveWay(b *testing.B) {
	const n = 40_000
	at := func(i int) time.Time { return testEpoch.Add(time.Duration(i) * 37 * time.Second) }
	said := func(i int) string { return fmt.Sprint("message ", i/2) }
	var lines, told []Sighted
	for i := 0; i < n; i += chatLines {
		f := ChatImported{Peer: Peer{testLine, asha}, At: at(n)}
		for j := i; j < i+chatLines; j++ {
			f.Lines = append(f.Lines, ChatLine{At: at(j).Truncate(time.Minute), Text: said(j), Out: j%2 == 1})
		}
		lines = append(lines, Sighted{Seq: Seq(1 + i), At: at(n), Fact: f})
	}
	for i := range n {
		side := Side(1 + i%2)
		m := imported(side, testWAMID("16505551234", side, fmt.Sprintf("3B%018d", i)), 0, said(i))
		m.Time = at(i).Unix()
		told = append(told, Sighted{Seq: Seq(n + i), At: at(n), Fact: m})
	}
	for name, order := range map[string][2][]Sighted{"export first": {lines, told}, "history first": {told, lines}, "history alone": {told, nil}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				v := NewMemoryViews()
				for _, facts := range order {
					size := 200
					if len(facts) == len(lines) {
						size = 4
					}
					for len(facts) > 0 {
						take := min(size, len(facts))
						if err := v.Update(func(tx Tx) error { return faithful(tx, facts[:take]) }); err != nil {
							b.Fatal(err)
						}
						facts = facts[take:]
					}
				}
				rows := 0
				v.View(func(tx ReadTx) error {
					tx.Ascend(messagesBucket, nil, func(k, _ []byte) bool {
						if isRow(k) {
							rows++
						}
						return true
					})
					return nil
				})
				if rows != n {
					b.Fatalf("%d rows of %d", rows, n)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms")
		})
	}
}
