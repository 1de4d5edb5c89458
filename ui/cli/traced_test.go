package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"frontdesk/inbox"
	"frontdesk/inbox/attach"
	"frontdesk/store/storetest/crash"
)

// What the tests of A102 to A107 share: the built program under a tracer, and what it is asked before and after.

// The files of a data directory that are looked at.
const (
	journalFile = "journal.db"
	viewsFile   = "views.db"
)

// long reports whether every call is wanted and not a sample.
func long() bool { return os.Getenv("FRONTDESK_LONG") != "" }

// chance is what a test chooses its samples with; its seed is in the log.
func chance(t testing.TB) *rand.Rand {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

// sample chooses about n numbers of 1 to all, evenly spread, all of them when the long run is asked for.
func sample(rng *rand.Rand, all, n int) (chosen []int) {
	step := max(1, all/n)
	if long() {
		step = 1
	}
	for i := 1 + rng.IntN(step); i <= all; i += step {
		chosen = append(chosen, i)
	}
	return chosen
}

// together runs the test for each of the values, a few at a time: most of it is waiting for programs.
func together[T any](t *testing.T, values []T, test func(t *testing.T, v T)) {
	t.Helper()
	room := make(chan struct{}, 4)
	var all sync.WaitGroup
	for _, v := range values {
		room <- struct{}{}
		all.Go(func() {
			defer func() { <-room }()
			t.Run(fmt.Sprint(v), func(t *testing.T) { test(t, v) })
		})
	}
	all.Wait()
}

// trace starts the owner under a tracer, which watches the data directory if it names no other.
func (s *shop) trace(t testing.TB, tr *crash.Tracer) *crash.Process {
	t.Helper()
	tr.Argv = []string{builtBinary(t), "serve", "--config", s.config}
	tr.Env = []string{"HOME=" + s.dir, "NO_COLOR=1"}
	if tr.Dir == "" {
		tr.Dir = s.dir
		if err := os.MkdirAll(s.dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return tr.Start(t)
}

// traceServe is trace, and waits until the owner is healthy.
func (s *shop) traceServe(t testing.TB, tr *crash.Tracer) *crash.Process {
	t.Helper()
	p := s.trace(t, tr)
	s.awaitHealthy(t, p.Done())
	return p
}

// end stops a process in order and wants it to end well.
func end(t testing.TB, p *crash.Process) {
	t.Helper()
	p.Signal(syscall.SIGTERM)
	if e := p.Wait(t); e.Status != 0 {
		t.Errorf("the stop: status %d, %s", e.Status, e.Stderr)
	}
}

// dayFilled is how many messages a filled shop has, from number 0 on.
const dayFilled = 5

// filledShop is a shop with the first messages of a day, stopped in order.
func filledShop(t testing.TB) *shop {
	t.Helper()
	s := newShop(t, "")
	owner := s.serve(t, io.Discard)
	for n := range dayFilled {
		s.deliver(t, day(n))
	}
	s.stop(t, owner.Process)
	return s
}

// stop ends an owner in order and waits for the lock.
func (s *shop) stop(t testing.TB, owner *os.Process) {
	t.Helper()
	if err := owner.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if _, stderr, status := s.output(t, "check"); status != 0 {
		t.Fatalf("check: %s", stderr)
	}
}

// copied is a shop of its own with the same files.
func (s *shop) copied(t testing.TB) *shop {
	t.Helper()
	c := newShop(t, s.graph)
	c.take(t, s.dir)
	return c
}

// take copies the files of another data directory.
func (s *shop) take(t testing.TB, dir string) {
	t.Helper()
	if err := errors.Join(os.Mkdir(s.dir, 0o700), os.CopyFS(s.dir, os.DirFS(dir))); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(s.dir)
	for _, e := range entries {
		err = errors.Join(err, os.Chmod(filepath.Join(s.dir, e.Name()), e.Type().Perm()|0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// dayCustomers is how many customers a day of these tests has.
const dayCustomers = 6

var dayBegan = time.Now().Add(-time.Hour).Truncate(time.Second)

// day is message n of a day, the same each time.
func day(n int) []byte {
	return incoming(n, dayCustomers, dayBegan.Add(time.Duration(n)*time.Second))
}

func dayID(n int) string { return wamid(phoneNumber(writer(n, dayCustomers)), n) }

// lonePost posts on a connection of its own. An error is no answer.
func lonePost(url string, body []byte) (status int, err error) {
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	return post(context.Background(), client, url, body)
}

// deliver posts until the answer is 200, as WhatsApp does.
func (s *shop) deliver(t testing.TB, body []byte) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		status, err := lonePost(s.url(), body)
		if err == nil && status == http.StatusOK {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("never answered 200: %d, %v", status, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// health is the answer of /healthz.
func (s *shop) health(t testing.TB) (status int, reason string) {
	t.Helper()
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Get("http://" + s.addr + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	var answer struct{ Status, Reason string }
	err = json.NewDecoder(res.Body).Decode(&answer)
	if err := closing(err, res.Body); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, answer.Reason
}

// rows reads every thread and every message over the socket of the running owner, and tells how many messages they are.
// Places in the journal are left out: what else is on record differs from run to run.
func (s *shop) rows(t testing.TB) (rows []string, messages int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	d, err := attach.Dial(ctx, attach.SocketPath(s.dir), attach.Options{Agent: "priya"})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	page, err := d.Threads(ctx, inbox.ThreadQuery{})
	if err != nil {
		t.Fatal(err)
	}
	add := func(v any) {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, string(b))
	}
	for _, th := range page.Threads {
		page, err := d.Messages(ctx, inbox.MessageQuery{Thread: th.ID, First: true, Limit: pageSize})
		if err != nil {
			t.Fatal(err)
		}
		th.Seq, th.Presence = 0, nil
		if th.LastMessage != nil {
			th.LastMessage.Seq = 0
		}
		add(th)
		for _, m := range page.Messages {
			m.Seq = 0
			add(m)
		}
		messages += len(page.Messages)
	}
	return rows, messages
}

// shown starts the owner, waits until it shows so many messages, and gives the rows.
func (s *shop) shown(t testing.TB, messages int) (rows []string) {
	t.Helper()
	owner := s.serve(t, io.Discard)
	defer s.stop(t, owner.Process)
	deadline := time.Now().Add(10 * time.Second)
	for {
		var n int
		rows, n = s.rows(t)
		if n == messages {
			return rows
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d messages and not %d: %s", n, messages, strings.Join(rows, "\n"))
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// wantRows waits until the owner shows one of these: what is on record is shown a moment after the start.
func (s *shop) wantRows(t testing.TB, want ...[]string) {
	t.Helper()
	var got []string
	deadline := time.Now().Add(10 * time.Second)
	for {
		got, _ = s.rows(t)
		if slices.ContainsFunc(want, func(w []string) bool { return slices.Equal(got, w) }) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("there is\n%s\nand it should be\n%s", strings.Join(got, "\n"), strings.Join(want[len(want)-1], "\n"))
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// incomingIDs reads the ids of customers' messages with the commands of the program, and wants each once.
func (s *shop) incomingIDs(t testing.TB) (ids []string) {
	t.Helper()
	ids, err := readIDs(func(args ...string) (string, error) {
		stdout, stderr, status := s.output(t, args...)
		if status != 0 {
			return "", errors.New(stderr)
		}
		return stdout, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// readIDs reads the ids of all incoming messages through the program's commands. One that is there twice is an error.
func readIDs(command func(args ...string) (string, error)) (ids []string, err error) {
	threads, err := command("threads", "--json")
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(threads) {
		var th inbox.Thread
		if err := json.Unmarshal([]byte(line), &th); err != nil {
			return nil, err
		}
		messages, err := command("messages", string(th.ID), "--json")
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(messages) {
			var m inbox.Message
			if err := json.Unmarshal([]byte(line), &m); err != nil {
				return nil, err
			}
			if m.Direction != "in" {
				continue
			}
			if slices.Contains(ids, m.ID) {
				return ids, fmt.Errorf("%s is there twice", m.ID)
			}
			ids = append(ids, m.ID)
		}
	}
	return ids, nil
}

// judgeEnv makes this test binary a judge: it says which messages the program shows for a data directory, without an
// owner, after the check of an unclean stop.
const judgeEnv = "FRONTDESK_CLI_TEST_JUDGE"

func judgeMain() {
	config := os.Getenv(judgeEnv)
	if config == "" {
		return
	}
	crash.Judging(func(dir string) ([]string, error) {
		if _, err := os.Stat(filepath.Join(dir, "store.id")); err != nil {
			return nil, nil // no inbox yet: a reading command makes none
		}
		return readIDs(func(args ...string) (string, error) {
			var out, errw bytes.Buffer
			if status := run(context.Background(), append(args, "--config", config, "--data-dir", dir), strings.NewReader(""), &out, &errw); status != 0 {
				return "", errors.New(strings.TrimSpace(errw.String()))
			}
			return out.String(), nil
		})
	})
	os.Exit(0)
}
