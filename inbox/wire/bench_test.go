package wire

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

// Twelve terminals on one owner over a unix socket; one operation is one event at all of them.
func BenchmarkTwelveReaders(b *testing.B) {
	log := newLog("k3Zp")
	sock := serveUnix(b, &Server{Limits: Limits{StreamsPerPerson: 12}}, log)
	text := strings.Repeat("x", 150)
	for i := range b.N {
		log.add("message", fmt.Sprint(text, i))
	}
	b.ResetTimer()
	var all sync.WaitGroup
	for range 12 {
		c := dial(b, Options{Dial: sock, Hello: Hello{Cursor: log.at0()}}).c
		all.Go(func() {
			for u := range c.Updates() {
				if e, ok := u.(Event); ok && e.Cursor.Seq == uint64(b.N) {
					return
				}
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}
