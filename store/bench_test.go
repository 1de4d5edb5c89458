package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"frontdesk/inbox"
)

// The figures that matter are ratios to the raw limit measured in the same run: machines and disks differ, and so do
// minutes on a shared one. FRONTDESK_LONG=1 adds the runs on a million entries.

// bodySize is what a webhook with one message has.
const bodySize = 600

func benchEntry(id string, body []byte) inbox.Batch {
	return inbox.Batch{Entries: []inbox.Entry{{ID: id, Kind: inbox.EntryWebhook, At: time.Unix(1_760_000_000, 0), Data: body}}}
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

// BenchmarkLoneAppend compares one writer's Append with a bare sync of 4 KB into space that is there already. The two
// take turns, so that both meet the same disk.
func BenchmarkLoneAppend(b *testing.B) {
	dir := b.TempDir()
	s := opened(b, dir, Options{})
	f, err := os.OpenFile(filepath.Join(dir, "bare"), os.O_RDWR|os.O_CREATE, fileMode)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	const space = 16 << 20
	if _, err := f.Write(make([]byte, space)); err != nil {
		b.Fatal(err)
	}
	if err := f.Sync(); err != nil {
		b.Fatal(err)
	}
	page, body := make([]byte, 4096), make([]byte, bodySize)
	var ours, bare []time.Duration
	for i := 0; b.Loop(); i++ {
		began := time.Now()
		if _, _, err := s.Journal().Append(b.Context(), benchEntry(fmt.Sprint(i), body)); err != nil {
			b.Fatal(err)
		}
		between := time.Now()
		if _, err := f.WriteAt(page, int64(i)*4096%space); err != nil {
			b.Fatal(err)
		}
		if err := dataSync(f); err != nil {
			b.Fatal(err)
		}
		bare = append(bare, time.Since(between))
		ours = append(ours, between.Sub(began))
	}
	b.ReportMetric(float64(median(ours).Microseconds()), "append-p50-µs")
	b.ReportMetric(float64(median(bare).Microseconds()), "sync-p50-µs")
	b.ReportMetric(float64(median(ours))/float64(median(bare)), "ratio")
	b.ReportMetric(0, "ns/op")
}

const benchWriters = 64

// atOnce lets 64 writers do n things in all, and returns how many there were in a second.
func atOnce(b *testing.B, n int, do func(i int) error) float64 {
	b.Helper()
	var next atomic.Int64
	var wg sync.WaitGroup
	began := time.Now()
	for range benchWriters {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := do(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return float64(n) / time.Since(began).Seconds()
}

// rawCommitter is the ceiling: bodies into one bucket of a bbolt file by group commit, and nothing else.
type rawCommitter struct {
	queue *queue
	seq   uint64
}

func newRaw(b *testing.B) *rawCommitter {
	b.Helper()
	db, err := bolt.Open(filepath.Join(b.TempDir(), "raw.db"), fileMode, boltOptions(0, time.Second, nil))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	return &rawCommitter{queue: newQueue(func(batch []*request) {
		err := db.Update(func(tx *bolt.Tx) error {
			c := &commit{tx: tx}
			for _, one := range batch {
				if err := one.apply(c); err != nil {
					return err
				}
			}
			return nil
		})
		for _, one := range batch {
			one.done <- err
		}
	})}
}

func (r *rawCommitter) add(body []byte) error {
	return r.queue.do(context.Background(), &request{size: len(body), apply: func(c *commit) error {
		bucket, err := c.tx.CreateBucketIfNotExists([]byte("raw"))
		if err != nil {
			return err
		}
		bucket.FillPercent = 0.9
		r.seq++
		return bucket.Put(u64(r.seq), body)
	}})
}

// groupCommit runs both in turns and reports their rates.
func groupCommit(b *testing.B, s *Store, prefix string) {
	raw := newRaw(b)
	body := make([]byte, bodySize)
	var ours, ceiling []float64
	round := 0
	const each = 6400
	for b.Loop() {
		round++
		ceiling = append(ceiling, atOnce(b, each, func(int) error { return raw.add(body) }))
		ours = append(ours, atOnce(b, each, func(i int) error {
			_, _, err := s.Journal().Append(context.Background(), benchEntry(fmt.Sprint(prefix, round, "/", i), body))
			return err
		}))
	}
	slices.Sort(ours)
	slices.Sort(ceiling)
	mid := len(ours) / 2
	b.ReportMetric(ours[mid], "appends/s")
	b.ReportMetric(ceiling[mid], "ceiling/s")
	b.ReportMetric(ours[mid]/ceiling[mid], "ratio")
	b.ReportMetric(0, "ns/op")
}

func BenchmarkGroupCommit(b *testing.B) {
	groupCommit(b, opened(b, b.TempDir(), Options{}), "e")
}

// BenchmarkMillion does the same on a million entries, and opens them.
func BenchmarkMillion(b *testing.B) {
	if os.Getenv("FRONTDESK_LONG") == "" {
		b.Skip("set FRONTDESK_LONG=1")
	}
	dir := b.TempDir()
	s := opened(b, dir, Options{})
	const million, each = 1_000_000, 2000
	body := make([]byte, bodySize)
	for i := 0; i < million; i += each {
		var batch inbox.Batch
		for k := range each {
			batch.Entries = append(batch.Entries, benchEntry(fmt.Sprint("stored", i+k), body).Entries...)
		}
		if _, _, err := s.Journal().Append(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("GroupCommit", func(b *testing.B) { groupCommit(b, s, "m") })
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	b.Run("Open", func(b *testing.B) {
		for b.Loop() {
			s, err := Open(dir, Options{})
			if err != nil {
				b.Fatal(err)
			}
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Check", func(b *testing.B) {
		for b.Loop() {
			if r, err := Check(b.Context(), dir); err != nil || !r.OK {
				b.Fatal(r, err)
			}
		}
	})
}
