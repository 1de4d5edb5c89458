package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"frontdesk/cloudapi"
	"frontdesk/inbox"
	"frontdesk/inbox/attach"

	bolt "go.etcd.io/bbolt"
)

// importSenders is how many chunks WhatsApp delivers at a time.
const importSenders = 4

// importCustomers is how many chats a history has.
const importCustomers = 5000

func importMessages(usual int) int {
	if n, err := strconv.Atoi(os.Getenv("FRONTDESK_BENCH_IMPORT")); err == nil {
		return n
	}
	return usual
}

// BenchmarkHouseImport: a history of a million messages through signed webhooks into the built program, until all of it
// is searchable. The ceiling is what the same machine does at most with the same chunks and records: a loop that decodes
// them and writes them, sorted, to one bbolt file, and nothing else. The one of two cores does both at once.
//
//	go test ./ui/cli -run '^$' -bench HouseImport$ -benchtime 1x -timeout 60m
//
// FRONTDESK_BENCH_IMPORT is another number of messages. The sender shares the cores with the program.
func BenchmarkHouseImport(b *testing.B) {
	for b.Loop() {
		p := past{chunks: importMessages(1_000_000) / chunkMessages, customers: importCustomers, linked: time.Now().Add(-time.Hour)}
		s := newShop(b, "")
		owner := s.serve(b, io.Discard)
		memory := watchMemory(owner.Process.Pid)
		d := s.attach(b)
		began := time.Now()
		answers := p.deliver(b, s.url())
		b.ReportMetric(time.Since(began).Seconds(), "s-acked")
		p.awaitLast(b, d)
		took := time.Since(began)
		_ = d.Close()
		most := memory()
		stopOwner(b, owner)
		rebuilt := time.Now()
		if _, stderr, status := s.output(b, "check", "--rebuild"); status != 0 {
			b.Fatalf("check --rebuild: %s", stderr)
		}
		b.ReportMetric(time.Since(rebuilt).Seconds(), "s-rebuild")
		loop, apart := p.ceiling(b, s.dir)
		messages := float64(p.chunks * chunkMessages)
		b.ReportMetric(messages/took.Seconds(), "messages/s")
		b.ReportMetric(messages/took.Seconds()/loop, "of-ceiling")
		b.ReportMetric(loop, "ceiling/s")
		b.ReportMetric(messages/took.Seconds()/apart, "of-two-core-ceiling")
		b.ReportMetric(apart, "two-core-ceiling/s")
		b.ReportMetric(ms(quantile(answers, 0.5)), "p50-ms")
		b.ReportMetric(ms(quantile(answers, 0.99)), "p99-ms")
		b.ReportMetric(float64(most)/(1<<20), "MB-anonymous")
		b.ReportMetric(0, "ns/op")
	}
}

// BenchmarkHouseImportLive: customers write, ten a second, while a history of half a million messages is taken in. It tells
// how long after its 200 a message reached an attached desk.
func BenchmarkHouseImportLive(b *testing.B) {
	for b.Loop() {
		p := past{chunks: importMessages(500_000) / chunkMessages, customers: importCustomers, linked: time.Now().Add(-time.Hour)}
		s := newShop(b, "")
		owner := s.serve(b, io.Discard)
		d := s.attach(b)
		ctx, cancel := context.WithCancel(b.Context())
		var live sync.WaitGroup
		var times []time.Duration
		live.Go(func() { times = liveAt(b, ctx, d, s.url(), 10) })
		began := time.Now()
		p.deliver(b, s.url())
		p.awaitLast(b, d)
		took := time.Since(began)
		cancel()
		live.Wait()
		_ = d.Close()
		stopOwner(b, owner)
		b.ReportMetric(float64(p.chunks*chunkMessages)/took.Seconds(), "messages/s")
		b.ReportMetric(float64(len(times)), "live")
		b.ReportMetric(ms(quantile(times, 0.5)), "live-p50-ms")
		b.ReportMetric(ms(quantile(times, 0.99)), "live-p99-ms")
		b.ReportMetric(ms(quantile(times, 1)), "live-most-ms")
		b.ReportMetric(0, "ns/op")
	}
}

func (s *shop) attach(b testing.TB) *attach.Desk {
	b.Helper()
	d, err := attach.Dial(b.Context(), attach.SocketPath(s.dir), attach.Options{Agent: "priya"})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = d.Close() })
	return d
}

// deliver posts every chunk once, a few at a time, and gives how long each answer took.
func (p past) deliver(b testing.TB, url string) []time.Duration {
	b.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: importSenders}}
	defer client.CloseIdleConnections()
	answers := make([]time.Duration, p.chunks)
	var next atomic.Int64
	var senders sync.WaitGroup
	for range importSenders {
		senders.Go(func() {
			for {
				n := int(next.Add(1)) - 1
				if n >= p.chunks {
					return
				}
				body := p.chunk(n)
				signature := sign(body)
				began := time.Now()
				status, err := postSigned(b.Context(), client, url, body, signature)
				if answers[n] = time.Since(began); err != nil || status != http.StatusOK {
					b.Errorf("chunk %d: %d %v", n, status, err)
					return
				}
			}
		})
	}
	senders.Wait()
	return answers
}

// awaitLast waits until the messages of the last chunks are found: chunks are taken in the order of the journal, and the
// senders leave the last few in any order.
func (p past) awaitLast(b testing.TB, d inbox.Desk) {
	b.Helper()
	for n := max(0, p.chunks-importSenders-1); n < p.chunks; n++ {
		last := (n+1)*chunkMessages - 1
		for last%13 == 7 {
			last--
		}
		for {
			page, err := d.Search(b.Context(), inbox.SearchQuery{Text: fmt.Sprintf("(old %d)", last), Limit: 1})
			if err != nil {
				b.Fatal(err)
			}
			if len(page.Matches) > 0 {
				break
			}
			time.Sleep(200 * time.Millisecond)
		}
	}
}

// watchMemory looks at the anonymous memory of a process until it is asked for the most it saw.
func watchMemory(pid int) (most func() uint64) {
	stop, done := make(chan struct{}), make(chan uint64)
	go func() {
		var top uint64
		for {
			status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
			for line := range strings.Lines(string(status)) {
				if rest, ok := strings.CutPrefix(line, "RssAnon:"); ok {
					kb, _ := strconv.ParseUint(strings.Fields(rest)[0], 10, 64)
					top = max(top, kb<<10)
				}
			}
			select {
			case <-stop:
				done <- top
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() uint64 {
		close(stop)
		return <-done
	}
}

// ceiling is how many messages a second the machine can decode and write at most: the chunks, and the rows that the
// views made of them, ten thousand in a transaction, in order. In loop one comes after the other, apart each has a core.
func (p past) ceiling(b testing.TB, dir string) (loop, apart float64) {
	b.Helper()
	type pair struct{ key, value []byte }
	rows := map[[16]byte]pair{}
	views, err := bolt.Open(filepath.Join(dir, "views.db"), 0o600, &bolt.Options{ReadOnly: true})
	if err != nil {
		b.Fatal(err)
	}
	err = views.View(func(tx *bolt.Tx) error {
		return tx.Bucket([]byte("messages")).ForEach(func(k, v []byte) error {
			if len(v) > 27 && k[8] == 'r' {
				rows[[16]byte(v[11:27])] = pair{bytes.Clone(k), bytes.Clone(v)}
			}
			return nil
		})
	})
	if err != nil {
		b.Fatal(err)
	}
	_ = views.Close()
	bodies, records := make([][]byte, p.chunks), make([][]pair, p.chunks)
	for n := range bodies {
		bodies[n] = p.chunk(n)
		for _, f := range cloudapi.Decode(bodies[n], testLine) {
			if m, ok := f.(inbox.MessageSeen); ok {
				h := sha256.Sum256([]byte(inbox.MessageKey(m.Line, m.WAMID)))
				row, ok := rows[[16]byte(h[:16])]
				if !ok {
					b.Fatalf("%s is not in the views", m.WAMID)
				}
				records[n] = append(records[n], row)
			}
		}
	}
	rows = nil
	decode := func(n int) {
		if len(cloudapi.Decode(bodies[n], testLine)) < chunkMessages {
			b.Errorf("chunk %d lacks messages", n)
		}
	}
	const together = 10
	write := func(db *bolt.DB, first int) {
		batch := slices.Concat(records[first:min(first+together, p.chunks)]...)
		slices.SortFunc(batch, func(x, y pair) int { return bytes.Compare(x.key, y.key) })
		if err := db.Update(func(tx *bolt.Tx) error {
			bk, err := tx.CreateBucketIfNotExists([]byte("rows"))
			if err != nil {
				return err
			}
			for _, r := range batch {
				if err := bk.Put(r.key, r.value); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
	measure := func(run func(db *bolt.DB)) float64 {
		path := filepath.Join(b.TempDir(), "ceiling.db")
		db, err := bolt.Open(path, 0o600, &bolt.Options{InitialMmapSize: 1 << 30})
		if err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		run(db)
		rate := float64(p.chunks*chunkMessages) / time.Since(began).Seconds()
		if err := errors.Join(db.Close(), os.Remove(path)); err != nil {
			b.Fatal(err)
		}
		return rate
	}
	loop = measure(func(db *bolt.DB) {
		for n := 0; n < p.chunks; n += together {
			for i := n; i < min(n+together, p.chunks); i++ {
				decode(i)
			}
			write(db, n)
		}
	})
	apart = measure(func(db *bolt.DB) {
		decoded := make(chan int, 1)
		go func() {
			defer close(decoded)
			for n := range p.chunks {
				if decode(n); n%together == together-1 || n == p.chunks-1 {
					decoded <- n / together * together
				}
			}
		}()
		for n := range decoded {
			write(db, n)
		}
	})
	return loop, apart
}

// liveAt has customers write at a rate until ctx ends, and gives how long after its 200 each message was at the desk.
func liveAt(b testing.TB, ctx context.Context, d inbox.Desk, url string, rate int) []time.Duration {
	w, err := d.Watch(ctx, inbox.Cursor{})
	if err != nil {
		b.Error(err)
		return nil
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	defer client.CloseIdleConnections()
	var mu sync.Mutex
	acked, told := map[string]time.Time{}, map[string]time.Time{}
	var parts sync.WaitGroup
	parts.Go(func() {
		for batch := range w.Events {
			now := time.Now()
			mu.Lock()
			for _, e := range batch {
				if e.Message != nil {
					told[e.Message.ID] = now
				}
			}
			mu.Unlock()
		}
	})
	tick := time.NewTicker(time.Second / time.Duration(rate))
	defer tick.Stop()
	for n := 90_000_000; ctx.Err() == nil; n++ {
		body := incoming(n, importCustomers, time.Now())
		if status, err := post(b.Context(), client, url, body); err != nil || status != http.StatusOK {
			b.Errorf("live message: %d %v", status, err)
		}
		mu.Lock()
		acked[wamid(phoneNumber(writer(n, importCustomers)), n)] = time.Now()
		mu.Unlock()
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
	parts.Wait()
	var times []time.Duration
	missing := 0
	for id, at := range acked {
		if seen, ok := told[id]; ok {
			times = append(times, max(0, seen.Sub(at)))
		} else if time.Since(at) > 3*time.Second {
			missing++
		}
	}
	if missing > 0 {
		b.Errorf("%d of %d live messages never reached the desk", missing, len(acked))
	}
	return times
}

func postSigned(ctx context.Context, c *http.Client, url string, body []byte, signature string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Hub-Signature-256", signature)
	res, err := c.Do(req)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, res.Body)
	return res.StatusCode, closing(err, res.Body)
}
