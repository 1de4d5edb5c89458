package inbox

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// BenchmarkProjector measures how fast the views follow: one customer message per webhook, 500 threads, views in
// memory. The issue asks for 4,000 webhooks/s together with the store.
func BenchmarkProjector(b *testing.B) {
	j := newMemJournal()
	at := time.Now()
	for n := range b.N {
		m := incoming(fmt.Sprint(15550100000+n%500), "Is the blue one still there? I would come by at noon.", at.Add(time.Duration(n)*time.Millisecond))
		m.WAMID = fmt.Sprint("wamid.", n)
		if _, _, err := j.Append(context.Background(), Batch{Entries: []Entry{{
			ID: fmt.Sprint("b:", n), Kind: EntryWebhook, At: at, Data: testBody(b, testFact{Message: m}),
		}}}); err != nil {
			b.Fatal(err)
		}
	}
	o, err := NewOwner(Config{Line: shopLine, Journal: j, Views: NewMemoryViews(), Decoder: decodeTestBody})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	p := newProjector(o, batchLive)
	if err := p.catchUp(context.Background()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "webhooks/s")
}
