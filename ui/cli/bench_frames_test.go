package cli

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"frontdesk/inbox/attach"
)

// frames is how many frames the terminal got so far: each is one synchronized write.
func (p *screenProcess) frames() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return bytes.Count(p.out.Bytes(), []byte("\x1b[?2026h"))
}

// press types into the terminal.
func (p *screenProcess) press(b *testing.B, keys string) {
	b.Helper()
	if _, err := io.WriteString(p.tty, keys); err != nil {
		b.Fatal(err)
	}
}

// settled waits until nothing was written for a while.
func (p *screenProcess) settled() {
	for last := -1; last != p.written(); time.Sleep(400 * time.Millisecond) {
		last = p.written()
	}
}

// BenchmarkHouseFrames is what the screen writes to a terminal of 120 × 40: for a typed letter, for a message that arrives
// in the open thread and in another, and for 5,000 webhooks in five seconds, without and with somebody who types through
// them. Every letter typed has to be in the draft that the store keeps.
func BenchmarkHouseFrames(b *testing.B) {
	for b.Loop() {
		frames(b)
	}
}

func frames(b *testing.B) {
	s := newShop(b, "")
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}}
	defer client.CloseIdleConnections()
	builtBinary(b)
	p, _ := startScreen(b, s, "live")
	defer p.stop(b)
	at := time.Now().Add(-time.Hour)
	arrive := func(body []byte) {
		if status, err := post(b.Context(), client, s.url(), body); err != nil || status != http.StatusOK {
			b.Fatalf("%d %v", status, err)
		}
	}
	for i := range 100 {
		arrive(longThread(i, at.Add(time.Duration(i)*time.Second)))
	}
	p.settled() // the cursor is on this thread, and stays
	for i := range 400 {
		arrive(incoming(i, 40, at.Add(time.Duration(500+i)*time.Second)))
	}
	p.settled()
	p.press(b, "\r")
	p.settled()
	p.press(b, "i")
	p.settled()

	cost := func(n int, do func(i int)) []int {
		var all []int
		for i := range n {
			before := p.written()
			do(i)
			p.settled()
			all = append(all, p.written()-before)
		}
		slices.Sort(all)
		return all
	}
	text := "yes we have a quiet double room "
	typed := cost(len(text), func(i int) { p.press(b, text[i:i+1]) })
	b.ReportMetric(float64(typed[len(typed)/2]), "B/letter")
	here := cost(20, func(i int) { arrive(longThread(1000+i, time.Now())) })
	b.ReportMetric(float64(here[len(here)/2]), "B/message-here")
	b.ReportMetric(float64(here[len(here)-1]), "B/message-here-most")
	there := cost(20, func(i int) { arrive(incoming(1000+i, 40, time.Now())) })
	b.ReportMetric(float64(there[len(there)/2]), "B/message-elsewhere")
	b.ReportMetric(float64(there[len(there)-1]), "B/message-elsewhere-most")

	b.ReportMetric(p.burst(b, s, client, 1_000_000, nil), "frames/s")
	letters := "and breakfast is from seven to ten in the garden room"
	var sent int
	b.ReportMetric(p.burst(b, s, client, 2_000_000, func() {
		if sent < len(letters) {
			p.press(b, letters[sent:sent+1])
			sent++
		}
	}), "frames/s-typing")
	p.settled()
	desk, err := attach.Dial(b.Context(), attach.SocketPath(s.dir), attach.Options{Agent: "observer"})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = desk.Close() }()
	thread, err := desk.Thread(b.Context(), longThreadPhone)
	if err != nil {
		b.Fatal(err)
	}
	if want := text + letters[:sent]; sent == 0 || thread.Draft == nil || thread.Draft.Text != want {
		b.Errorf("the draft is %+v, typed was %q", thread.Draft, want)
	}
	b.ReportMetric(0, "ns/op")
}

// burst sends 5,000 webhooks evenly over five seconds and gives the frames a second that were drawn meanwhile. tick runs
// ten times a second.
func (p *screenProcess) burst(b *testing.B, s *shop, client *http.Client, first int, tick func()) float64 {
	b.Helper()
	const n, length = 5000, 5 * time.Second
	p.settled()
	bodies := make([][]byte, n)
	for i := range bodies {
		if bodies[i] = incoming(first+i, 40, time.Now()); i%10 == 0 {
			bodies[i] = longThread(first+i, time.Now())
		}
	}
	before, began := p.frames(), time.Now()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				time.Sleep(time.Until(began.Add(time.Duration(i) * length / n)))
				if status, err := post(b.Context(), client, s.url(), bodies[i]); err != nil || status != http.StatusOK {
					b.Errorf("webhook %d: %d %v", i, status, err)
					return
				}
			}
		})
	}
	if tick != nil {
		for time.Since(began) < length {
			tick()
			time.Sleep(length / 50)
		}
	}
	wg.Wait()
	took := time.Since(began)
	if took > length*3/2 {
		b.Logf("the burst took %s", took)
	}
	return float64(p.frames()-before) / took.Seconds()
}
