package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"frontdesk/cloudapi"
	"frontdesk/inbox"
	"frontdesk/inbox/attach"
	"frontdesk/store"

	bolt "go.etcd.io/bbolt"
)

// The benchmarks of this file are about the whole house: the listener, the journal, the views, a desk on the socket.
// Each reports ratios against a raw limit measured in the same run, because disks and machines differ:
//
//	go test ./ui/cli -run '^$' -bench House -benchtime 1x -timeout 60m
//
// They need a store of a million messages, made once in about three minutes; FRONTDESK_BENCH_STORE keeps it for the next
// run, FRONTDESK_BENCH_MESSAGES makes it smaller, and FRONTDESK_BENCH_FLOOD makes the flood longer than 20,000 webhooks.

const benchCustomers = 20000

func benchMessages() int {
	if n, err := strconv.Atoi(os.Getenv("FRONTDESK_BENCH_MESSAGES")); err == nil {
		return n
	}
	return 1_000_000
}

// fullStore gives the directory of a store that holds many messages, made when there is none yet.
func fullStore(b *testing.B) string {
	b.Helper()
	dir := os.Getenv("FRONTDESK_BENCH_STORE")
	if dir == "" {
		benchStore.once.Do(func() {
			var err error
			if benchStore.dir, err = os.MkdirTemp("", "frontdesk-bench-"); err != nil {
				b.Fatal(err)
			}
		})
		dir = benchStore.dir
	}
	dir = filepath.Join(dir, fmt.Sprintf("messages-%d", benchMessages()))
	if _, err := os.Stat(filepath.Join(dir, "store.id")); err == nil {
		return dir
	}
	fillStore(b, dir, benchMessages())
	return dir
}

var benchStore struct {
	once sync.Once
	dir  string
}

// fillStore journals and applies n messages, one thread of 20,000 among them.
func fillStore(b *testing.B, dir string, n int) {
	b.Helper()
	began := time.Now()
	s, err := store.Open(dir, storeOptions(ownerLockWait))
	if err != nil {
		b.Fatal(err)
	}
	ctx := b.Context()
	at := time.Now().Add(-30 * 24 * time.Hour)
	const step = 5000
	for first := 0; first < n; first += step {
		batch := inbox.Batch{}
		for i := first; i < min(n, first+step); i++ {
			body := incoming(i, benchCustomers, at.Add(time.Duration(i)*time.Second*2))
			if i%50 == 0 { // one customer in all this has a very long thread
				body = longThread(i, at.Add(time.Duration(i)*2*time.Second))
			}
			batch.Entries = append(batch.Entries, inbox.Entry{ID: "b:" + strconv.Itoa(i), Kind: inbox.EntryWebhook, At: at, Data: body})
		}
		if _, _, err := s.Journal().Append(ctx, batch); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := inbox.Offline(ctx, offline(Config{Account: Account{PhoneNumberID: testLine}}, s), "bench"); err != nil {
		b.Fatal(err)
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	took := time.Since(began)
	b.Logf("filled a store of %d messages in %s (%.0f/s)", n, took.Round(time.Second), float64(n)/took.Seconds())
}

const longThreadPhone = "15559999999"

func longThread(n int, at time.Time) []byte {
	return fmt.Appendf(nil, `{"object":"whatsapp_business_account","entry":[{"id":"%s","changes":[{"value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550100001","phone_number_id":"%s"},"contacts":[{"profile":{"name":"The regular"},"wa_id":"%s"}],"messages":[{"from":"%s","id":"%s","timestamp":"%d","type":"text","text":{"body":"message %d of a long thread"}}]},"field":"messages"}]}]}`,
		testWABA, testLine, longThreadPhone, longThreadPhone, wamid(longThreadPhone, n), at.Unix(), n)
}

// benchHouse runs a house on a copy of nothing: the directory itself.
type benchHouse struct {
	*house
	url    string
	client *http.Client
	stop   func()
}

func startHouse(b *testing.B, dir string) *benchHouse {
	b.Helper()
	cfg, err := defaults()
	if err != nil {
		b.Fatal(err)
	}
	cfg.DataDir, cfg.Webhook.Listen = dir, "127.0.0.1:0"
	cfg.Account.BaseURL, cfg.Account.PhoneNumberID, cfg.Account.WABAID = "http://127.0.0.1:1", testLine, testWABA
	cfg.Account.AccessToken, cfg.Account.VerifyToken = cloudapi.NewSecret(testToken), cloudapi.NewSecret(testVerify)
	cfg.Account.AppSecrets = []cloudapi.Secret{cloudapi.NewSecret(testSecret)}
	h, err := openHouse(b.Context(), cfg, "error", ownerLockWait, nil)
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.run(ctx) }()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 128}}
	return &benchHouse{house: h, url: "http://" + h.hook.Addr().String() + cfg.Webhook.Path, client: client, stop: func() {
		client.CloseIdleConnections()
		cancel()
		if err := errors.Join(<-done, h.close()); err != nil {
			b.Error(err)
		}
	}}
}

// flood posts n distinct signed webhooks from 64 senders and gives the rate at which they were acknowledged.
func flood(b *testing.B, c *http.Client, url string, first, n int) float64 {
	b.Helper()
	bodies := make([][]byte, n)
	now := time.Now()
	for i := range bodies {
		bodies[i] = incoming(first+i, benchCustomers, now)
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	began := time.Now()
	for range 64 {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if status, err := post(b.Context(), c, url, bodies[i]); err != nil || status != http.StatusOK {
					b.Errorf("webhook %d: %d %v", i, status, err)
					return
				}
			}
		})
	}
	wg.Wait()
	return float64(n) / time.Since(began).Seconds()
}

// ceiling is the same flood into nothing but net/http, HMAC and raw bbolt appends committed in groups.
func ceiling(b *testing.B, n int) float64 {
	b.Helper()
	db, err := bolt.Open(filepath.Join(b.TempDir(), "raw.db"), 0o600, &bolt.Options{InitialMmapSize: 1 << 30})
	if err != nil {
		b.Fatal(err)
	}
	type write struct {
		body []byte
		done chan error
	}
	queue := make(chan write, 1024)
	var committer sync.WaitGroup
	committer.Go(func() {
		var seq uint64
		for w := range queue {
			group := []write{w}
			for len(group) < 512 && len(queue) > 0 {
				group = append(group, <-queue)
			}
			err := db.Update(func(tx *bolt.Tx) error {
				bk, err := tx.CreateBucketIfNotExists([]byte("ev"))
				if err != nil {
					return err
				}
				bk.FillPercent = 0.9
				for _, w := range group {
					seq++
					if err := bk.Put(fmt.Appendf(nil, "%020d", seq), w.body); err != nil {
						return err
					}
				}
				return nil
			})
			for _, w := range group {
				w.done <- err
			}
		}
	})
	secrets := []cloudapi.Secret{cloudapi.NewSecret(testSecret)}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || !cloudapi.Verify(body, r.Header.Get("X-Hub-Signature-256"), secrets) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		done := make(chan error, 1)
		queue <- write{body, done}
		if err := <-done; err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})}
	go func() { _ = srv.Serve(l) }()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 128}}
	rate := flood(b, client, "http://"+l.Addr().String(), 50_000_000, n)
	client.CloseIdleConnections()
	_ = srv.Close()
	close(queue)
	committer.Wait()
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	return rate
}

// behind waits until the views have all of the journal and gives how long that took.
func (h *benchHouse) behind(b *testing.B) time.Duration {
	b.Helper()
	began := time.Now()
	head, err := h.store.Journal().Head(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for {
		var at inbox.Cursor
		if err := h.store.Views().View(func(tx inbox.ReadTx) error { at = inbox.Applied(tx); return nil }); err != nil {
			b.Fatal(err)
		}
		if at.Seq >= head.Seq {
			return time.Since(began)
		}
		time.Sleep(time.Millisecond)
	}
}

// BenchmarkHouseIngest: signed webhooks durable before 200 from 64 senders, with a million messages stored already.
func BenchmarkHouseIngest(b *testing.B) {
	n := 20000
	if more, err := strconv.Atoi(os.Getenv("FRONTDESK_BENCH_FLOOD")); err == nil {
		n = more
	}
	dir := fullStore(b)
	collectLess() // for the ceiling too
	for b.Loop() {
		top := ceiling(b, n)
		empty := startHouse(b, filepath.Join(b.TempDir(), "empty"))
		onEmpty := flood(b, empty.client, empty.url, 0, n)
		empty.stop()
		full := startHouse(b, dir)
		rate := flood(b, full.client, full.url, 10_000_000+int(time.Now().UnixNano()%1e9)*10, n)
		lag := full.behind(b)
		full.stop()
		b.ReportMetric(rate, "acked/s")
		b.ReportMetric(rate/top, "of-ceiling")
		b.ReportMetric(rate/onEmpty, "of-empty")
		b.ReportMetric(top, "ceiling/s")
		b.ReportMetric(float64(lag.Milliseconds()), "ms-views-behind")
		b.ReportMetric(0, "ns/op")
	}
}

// wireLine is one connection without a client's goroutines around it, which would be measured too.
type wireLine struct {
	net.Conn
	in *bufio.Reader
}

func (h *benchHouse) connect(b *testing.B) *wireLine {
	b.Helper()
	c, err := net.Dial("tcp", h.hook.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	return &wireLine{c, bufio.NewReader(c)}
}

// request is a signed webhook as it goes over the wire.
func (h *benchHouse) request(body []byte) []byte {
	head := fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nX-Hub-Signature-256: %s\r\nContent-Length: %d\r\n\r\n",
		h.cfg.Webhook.Path, h.hook.Addr(), sign(body), len(body))
	return append(head, body...)
}

func (l *wireLine) ask(request []byte) (int, error) {
	if _, err := l.Write(request); err != nil {
		return 0, err
	}
	res, err := http.ReadResponse(l.in, nil)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, res.Body)
	return res.StatusCode, closing(err, res.Body)
}

// BenchmarkHouseLoneWebhook: the 200 of one webhook at a time, against one preallocated 4 KB fdatasync.
func BenchmarkHouseLoneWebhook(b *testing.B) {
	dir := fullStore(b)
	for b.Loop() {
		raw := syncTimes(b, 300)
		h := startHouse(b, dir)
		base := 20_000_000 + int(time.Now().UnixNano()%1e9)*10
		line := h.connect(b)
		var times []time.Duration
		for i := range 300 {
			request := h.request(incoming(base+i, benchCustomers, time.Now()))
			began := time.Now()
			if status, err := line.ask(request); err != nil || status != http.StatusOK {
				b.Fatalf("%d %v", status, err)
			}
			times = append(times, time.Since(began))
		}
		line.Close()
		h.stop()
		b.ReportMetric(ms(quantile(times, 0.5)), "p50-ms")
		b.ReportMetric(ms(quantile(raw, 0.5)), "fdatasync-p50-ms")
		b.ReportMetric(float64(quantile(times, 0.5))/float64(quantile(raw, 0.5)), "x-fdatasync")
		b.ReportMetric(0, "ns/op")
	}
}

// BenchmarkHouseSteady: answers at 200 webhooks a second.
func BenchmarkHouseSteady(b *testing.B) {
	dir := fullStore(b)
	for b.Loop() {
		h := startHouse(b, dir)
		times := h.steady(b, 200, 10*time.Second, nil)
		h.stop()
		b.ReportMetric(ms(quantile(times, 0.5)), "p50-ms")
		b.ReportMetric(ms(quantile(times, 0.99)), "p99-ms")
		b.ReportMetric(0, "ns/op")
	}
}

// BenchmarkHouseToDesk: from the webhook's 200 to its event at a desk attached over the socket, at 60 webhooks a second.
func BenchmarkHouseToDesk(b *testing.B) {
	dir := fullStore(b)
	for b.Loop() {
		h := startHouse(b, dir)
		d, err := attach.Dial(b.Context(), h.cfg.socketPath(), attach.Options{Agent: "bench"})
		if err != nil {
			b.Fatal(err)
		}
		w, err := d.Watch(b.Context(), inbox.Cursor{})
		if err != nil {
			b.Fatal(err)
		}
		var mu sync.Mutex
		told := map[string]time.Time{}
		go func() {
			for batch := range w.Events {
				now := time.Now()
				mu.Lock()
				for _, e := range batch {
					if e.Message != nil && e.Kind == inbox.MessageEvent {
						told[e.Message.ID] = now
					}
				}
				mu.Unlock()
			}
		}()
		accepted := map[string]time.Time{}
		h.steady(b, 60, 10*time.Second, func(id string, at time.Time) {
			mu.Lock()
			accepted[id] = at
			mu.Unlock()
		})
		h.behind(b)
		time.Sleep(200 * time.Millisecond)
		var times []time.Duration
		mu.Lock()
		for id, at := range accepted {
			if seen, ok := told[id]; ok {
				times = append(times, max(0, seen.Sub(at)))
			}
		}
		missing := len(accepted) - len(times)
		mu.Unlock()
		if err := d.Close(); err != nil {
			b.Error(err)
		}
		h.stop()
		if missing > 0 {
			b.Errorf("%d of %d events never reached the desk", missing, len(accepted))
		}
		b.ReportMetric(ms(quantile(times, 0.5)), "p50-ms")
		b.ReportMetric(ms(quantile(times, 0.99)), "p99-ms")
		b.ReportMetric(0, "ns/op")
	}
}

// BenchmarkHouseOpenThread: the newest page of a thread of 20,000 messages among a million, and of the top of the list.
func BenchmarkHouseOpenThread(b *testing.B) {
	dir := fullStore(b)
	h := startHouse(b, dir)
	defer h.stop()
	desk := h.own()
	t, err := desk.Thread(b.Context(), longThreadPhone)
	if err != nil {
		b.Fatal(err)
	}
	var open, list []time.Duration
	for b.Loop() {
		began := time.Now()
		page, err := desk.Messages(b.Context(), inbox.MessageQuery{Thread: t.ID, Limit: 50})
		if err != nil || len(page.Messages) != 50 {
			b.Fatalf("%d messages, %v", len(page.Messages), err)
		}
		open = append(open, time.Since(began))
		began = time.Now()
		if _, err := desk.Threads(b.Context(), inbox.ThreadQuery{Limit: 50}); err != nil {
			b.Fatal(err)
		}
		list = append(list, time.Since(began))
	}
	b.ReportMetric(ms(quantile(open, 0.5)), "open-p50-ms")
	b.ReportMetric(ms(quantile(open, 0.99)), "open-p99-ms")
	b.ReportMetric(ms(quantile(list, 0.99)), "top50-p99-ms")
}

// steady posts at a rate for a while and gives the time that each answer took.
func (h *benchHouse) steady(b *testing.B, rate int, length time.Duration, acked func(id string, at time.Time)) []time.Duration {
	b.Helper()
	base := 30_000_000 + int(time.Now().UnixNano()%1e9)*100
	tick := time.NewTicker(time.Second / time.Duration(rate))
	defer tick.Stop()
	var mu sync.Mutex
	var times []time.Duration
	var wg sync.WaitGroup
	for i := range rate * int(length/time.Second) {
		<-tick.C
		wg.Go(func() {
			body := incoming(base+i, benchCustomers, time.Now())
			began := time.Now()
			status, err := post(b.Context(), h.client, h.url, body)
			now := time.Now()
			if err != nil || status != http.StatusOK {
				b.Errorf("%d %v", status, err)
				return
			}
			mu.Lock()
			times = append(times, now.Sub(began))
			mu.Unlock()
			if acked != nil {
				acked(wamid(phoneNumber(writer(base+i, benchCustomers)), base+i), now)
			}
		})
	}
	wg.Wait()
	return times
}

// syncTimes writes 4 KB into preallocated space and syncs it, n times.
func syncTimes(b *testing.B, n int) []time.Duration {
	b.Helper()
	f, err := os.Create(filepath.Join(b.TempDir(), "raw"))
	if err != nil {
		b.Fatal(err)
	}
	block := make([]byte, 4096)
	for range n {
		if _, err := f.Write(block); err != nil {
			b.Fatal(err)
		}
	}
	if err := f.Sync(); err != nil {
		b.Fatal(err)
	}
	times := make([]time.Duration, n)
	for i := range times {
		block[0]++
		began := time.Now()
		if _, err := f.WriteAt(block, int64(i)*4096); err != nil {
			b.Fatal(err)
		}
		if err := fdatasync(f); err != nil {
			b.Fatal(err)
		}
		times[i] = time.Since(began)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	return times
}

func quantile(d []time.Duration, q float64) time.Duration {
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	return d[min(len(d)-1, int(float64(len(d))*q))]
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
