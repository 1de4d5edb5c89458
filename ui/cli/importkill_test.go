package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"math/rand/v2"
	"net/http"
	"os/exec"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"frontdesk/inbox"
	"frontdesk/store"
)

// TestKilledImportIsWhole kills the built program at random moments of an import, while customers write. What it resumes to
// equals what the same journal makes without any interruption, byte for byte, and nothing of the history is lost, double,
// or asks for anybody's attention.
func TestKilledImportIsWhole(t *testing.T) {
	kills := 2
	if long() {
		kills = 20
	}
	p := past{chunks: 8 * (kills + 1), customers: 200, linked: time.Now().Add(-time.Hour)}
	s := newShop(t, "")
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 1))

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var taken atomic.Int64
	var senders sync.WaitGroup
	senders.Go(func() { p.insist(ctx, s.url(), chance.Perm(p.chunks), &taken) })
	owner := s.serve(t, io.Discard)
	for n := range kills {
		// Some chunks have come by then and others have not, so an import is under way; chance decides the rest.
		for due := int64((n + 1) * p.chunks / (kills + 1)); taken.Load() < due; {
			pause(t.Context(), time.Millisecond)
		}
		pause(t.Context(), time.Duration(chance.IntN(30))*time.Millisecond)
		if taken.Load() == int64(p.chunks) {
			t.Error("a kill came after the last chunk")
		}
		if err := owner.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		owner = s.serve(t, io.Discard)
	}
	senders.Wait()
	stopOwner(t, owner)

	st, err := store.Open(s.dir, storeOptions(ownerLockWait))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	desk, err := inbox.Offline(t.Context(), offline(Config{Account: Account{PhoneNumberID: testLine}}, st), "priya")
	if err != nil {
		t.Fatal(err)
	}
	resumed := canonicalState(t, st)
	imported, live := countRows(t, st, p)
	if want := p.chunks * chunkMessages; imported != want || live != p.chunks {
		t.Errorf("%d imported messages, want %d; %d live ones, want %d", imported, want, live, p.chunks)
	}
	info, err := desk.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if info.Counts.Unread > p.chunks || info.Counts.Waiting > p.chunks {
		t.Errorf("the history asks for attention: %+v", info.Counts)
	}
	if _, err := inbox.Rebuild(t.Context(), offline(Config{Account: Account{PhoneNumberID: testLine}}, st)); err != nil {
		t.Fatal(err)
	}
	if at := canonicalState(t, st); at != resumed {
		t.Error("the import that was killed is not the one that was not")
	}
}

// insist delivers the chunks in an order, each until it is answered 200 and at times once more, and a customer's message
// after each, as WhatsApp does.
func (p past) insist(ctx context.Context, url string, order []int, taken *atomic.Int64) {
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 2}}
	defer client.CloseIdleConnections()
	until200 := func(body []byte) {
		for ctx.Err() == nil {
			if status, err := post(ctx, client, url, body); err == nil && status == http.StatusOK {
				return
			}
			pause(ctx, 5*time.Millisecond)
		}
	}
	for _, n := range order {
		body := p.chunk(n)
		until200(body)
		if n%5 == 0 {
			until200(body)
		}
		until200(incoming(liveFirst+n, p.customers, time.Now()))
		taken.Add(1)
	}
}

// liveFirst numbers the live messages beside an import.
const liveFirst = 1_000_000

func stopOwner(t testing.TB, owner *exec.Cmd) {
	t.Helper()
	if err := owner.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for owner.Process.Signal(syscall.Signal(0)) == nil {
		pause(t.Context(), 5*time.Millisecond)
	}
}

func canonicalState(t testing.TB, s *store.Store) (sum [32]byte) {
	t.Helper()
	h := sha256.New()
	if err := s.Views().View(func(tx inbox.ReadTx) error { return inbox.WriteState(h, tx) }); err != nil {
		t.Fatal(err)
	}
	return [32]byte(h.Sum(nil))
}

// countRows counts the messages of the history and the others.
func countRows(t testing.TB, s *store.Store, p past) (imported, live int) {
	t.Helper()
	err := s.Views().View(func(tx inbox.ReadTx) error {
		tx.Ascend("messages", nil, func(k, v []byte) bool {
			switch {
			case len(k) < 9 || k[8] != 'r':
			case bytes.Contains(v, []byte("wamid.")) && bytes.Contains(v, []byte("(1000")):
				live++
			default:
				imported++
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return imported, live
}
