package cli

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"frontdesk/cloudapi/sandbox"
	"frontdesk/inbox"
	"frontdesk/inbox/attach"
)

// kills is how often the owner is killed: fifty times, which takes about half a minute.
func kills() int {
	if n, err := strconv.Atoi(os.Getenv("FRONTDESK_KILLS")); err == nil {
		return n
	}
	if testing.Short() {
		return 5
	}
	return 50
}

// TestKillNine kills the built program at random moments while customers write and an agent answers. Afterwards every
// webhook that was answered 200 is there exactly once, every redelivered one too, and no reply reached WhatsApp twice.
func TestKillNine(t *testing.T) {
	sb, err := sandbox.New(sandbox.Config{AccessToken: testToken, AppSecret: testSecret, PNID: testLine, WABA: testWABA,
		VerifyToken: testVerify, Limits: sandbox.Limits{PerSecond: -1, PairBurst: -1}})
	if err != nil {
		t.Fatal(err)
	}
	if err := sb.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := sb.Close(); err != nil {
			t.Error(err)
		}
	}()
	s := newShop(t, sb.URL())
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 1))

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	load := &killLoad{url: s.url(), acked: map[int]bool{}, sent: map[inbox.OID]bool{}}
	var workers sync.WaitGroup
	for w := range 8 {
		workers.Go(func() { load.customers(ctx, w) })
	}
	owner := s.serve(t, io.Discard)
	workers.Go(func() { load.agent(ctx, s) })
	for range kills() {
		time.Sleep(time.Duration(50+chance.IntN(350)) * time.Millisecond) // the moment of the kill is what chance decides
		if err := owner.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		owner = s.serve(t, io.Discard)
	}
	cancel()
	workers.Wait()
	load.settle(t, s)

	have := s.messages(t)
	shown := func() bool {
		for n := range load.acked {
			if have[wamid(phoneOf(n), n)] == 0 {
				return false
			}
		}
		return true
	}
	// The views follow the journal: what was answered 200 last is shown a moment later.
	for deadline := time.Now().Add(10 * time.Second); !shown() && time.Now().Before(deadline); have = s.messages(t) {
		pause(t.Context(), 50*time.Millisecond)
	}
	for n := range load.acked {
		if c := have[wamid(phoneOf(n), n)]; c != 1 {
			t.Errorf("message %d was answered 200 and is there %d times", n, c)
		}
	}
	for id, c := range have {
		if c != 1 {
			t.Errorf("%s is there %d times", id, c)
		}
	}
	if len(load.acked) < kills()*5 || len(load.sent) < kills()/5 {
		t.Fatalf("too little happened to mean anything: %d webhooks, %d replies", len(load.acked), len(load.sent))
	}
	if err := sandbox.AcceptedAtMostOnce(sb.Sends(), callbackOID); err != nil {
		t.Error(err)
	}
	s.checkReplies(t, sb, load.sent)
	if err := owner.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if _, stderr, status := s.output(t, "check"); status != 0 { // waits for the lock
		t.Errorf("check: %s", stderr)
	}
	t.Logf("%d kills, %d webhooks answered 200, %d replies submitted, %d POSTs", kills(), len(load.acked), len(load.sent), len(sb.Sends()))
}

func callbackOID(callback string) string {
	parts := strings.Split(callback, ".")
	if len(parts) != 4 {
		return callback
	}
	return parts[2]
}

const killCustomers = 40

func phoneOf(n int) string { return phoneNumber(writer(n, killCustomers)) }

// killLoad is WhatsApp and the agent, who go on whatever happens to the owner.
type killLoad struct {
	url string

	mu    sync.Mutex
	next  int
	acked map[int]bool
	sent  map[inbox.OID]bool // submitted, whether or not an answer came back
}

// customers deliver each message until it is answered 200, as WhatsApp does, and at times once more.
func (l *killLoad) customers(ctx context.Context, worker int) {
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 2}}
	defer client.CloseIdleConnections()
	for ctx.Err() == nil {
		l.mu.Lock()
		n := l.next
		l.next++
		l.mu.Unlock()
		body := incoming(n, killCustomers, time.Now())
		for ctx.Err() == nil {
			status, err := post(ctx, client, l.url, body)
			if err == nil && status == http.StatusOK {
				l.mu.Lock()
				l.acked[n] = true
				l.mu.Unlock()
				if n%17 == 0 {
					_, _ = post(ctx, client, l.url, body)
				}
				break
			}
			pause(ctx, 5*time.Millisecond)
		}
		pause(ctx, time.Duration(worker+1)*time.Millisecond)
	}
}

// agent answers through the socket. A submit whose answer was lost is repeated under its id.
func (l *killLoad) agent(ctx context.Context, s *shop) {
	for ctx.Err() == nil {
		d, err := attach.Dial(ctx, attach.SocketPath(s.dir), attach.Options{Agent: "priya"})
		if err != nil {
			pause(ctx, 10*time.Millisecond)
			continue
		}
		l.answer(ctx, d)
		_ = d.Close()
	}
}

func (l *killLoad) answer(ctx context.Context, d inbox.Desk) {
	page, err := d.Threads(ctx, inbox.ThreadQuery{})
	if err != nil || len(page.Threads) == 0 {
		return
	}
	for _, t := range page.Threads[:min(5, len(page.Threads))] {
		oid := inbox.NewID()
		send := inbox.Send{Thread: t.ID, OID: inbox.OID(oid), Out: inbox.Outgoing{Type: "text", Text: "answer " + oid}}
		l.mu.Lock()
		l.sent[inbox.OID(oid)] = true
		l.mu.Unlock()
		pause(ctx, 60*time.Millisecond) // slower than the 20 a second that may be sent
		_, err := d.Do(ctx, oid, send)  // waits for the next owner and repeats the id, until it is answered
		var e *inbox.Error
		if err != nil && !errors.As(err, &e) {
			return
		}
	}
}

// settle waits until the owner has been up long enough to have sent what can be sent.
func (l *killLoad) settle(t *testing.T, s *shop) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		open := false
		for _, m := range s.outgoing(t) {
			open = open || m.Status == inbox.Queuing || m.Status == inbox.Sending || m.Status == inbox.Waiting
		}
		if !open {
			return
		}
		pause(t.Context(), 200*time.Millisecond)
	}
}

// messages counts the incoming messages by id, as the command prints them.
func (s *shop) messages(t *testing.T) map[string]int {
	t.Helper()
	have := map[string]int{}
	for _, m := range s.everything(t) {
		if m.Direction == "in" {
			have[m.ID]++
		}
	}
	return have
}

func (s *shop) outgoing(t *testing.T) (out []inbox.Message) {
	t.Helper()
	for _, m := range s.everything(t) {
		if m.Direction == "out" {
			out = append(out, m)
		}
	}
	return out
}

func (s *shop) everything(t *testing.T) (all []inbox.Message) {
	t.Helper()
	for _, th := range decodeLines[inbox.Thread](t, s, "threads", "--json") {
		all = append(all, decodeLines[inbox.Message](t, s, "messages", string(th.ID), "--json")...)
	}
	return all
}

func decodeLines[T any](t *testing.T, s *shop, args ...string) (out []T) {
	t.Helper()
	stdout, stderr, status := s.output(t, args...)
	if status != 0 {
		t.Fatalf("%v: %s", args, stderr)
	}
	for line := range strings.Lines(stdout) {
		var v T
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("%v: %v: %s", args, err, line)
		}
		out = append(out, v)
	}
	return out
}

// checkReplies holds that what WhatsApp accepted is shown as accepted or uncertain, and that nothing else is shown as
// sent.
func (s *shop) checkReplies(t *testing.T, sb *sandbox.Sandbox, sent map[inbox.OID]bool) {
	t.Helper()
	accepted := map[inbox.OID]bool{}
	for _, x := range sb.Sends() {
		if x.Accepted {
			accepted[inbox.OID(callbackOID(x.Callback))] = true
		}
	}
	t.Logf("%d replies accepted by WhatsApp", len(accepted))
	shown := map[inbox.OID]inbox.Message{}
	for _, m := range s.outgoing(t) {
		shown[m.Ref] = m
	}
	for oid := range accepted {
		m, ok := shown[oid]
		if !ok {
			t.Errorf("reply %s was accepted by WhatsApp and is not shown", oid)
			continue
		}
		switch m.Status {
		case inbox.StatusAccepted, inbox.StatusSent, inbox.StatusDelivered, inbox.StatusRead, inbox.Unknown:
		default:
			t.Errorf("reply %s was accepted by WhatsApp and is shown as %s", oid, m.Status)
		}
	}
	for oid, m := range shown {
		switch m.Status {
		case inbox.StatusAccepted, inbox.StatusSent, inbox.StatusDelivered, inbox.StatusRead:
			if !accepted[oid] {
				t.Errorf("reply %s is shown as %s and WhatsApp never accepted it", oid, m.Status)
			}
		}
		if !sent[oid] {
			t.Errorf("reply %s came from nowhere", oid)
		}
	}
}
