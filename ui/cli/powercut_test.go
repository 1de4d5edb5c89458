package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdesk/store/storetest/crash"
)

// A103 on the built program: the tracer records every call by which it changes its data directory, from the first start
// on, and what it reads and writes on sockets, while webhooks arrive. From that follow the directories that a power cut
// at any moment can leave, and which webhooks had been answered 200 by then: whose 200 had been handed to the socket.

// cutWebhooks is how many webhooks a recording has.
const cutWebhooks = 12

// sized is message n with a text that makes the body small, or several pages long, or more than the journal grows by.
func sized(n int) []byte {
	pad := []int{0, 3000, 20_000, 0}[n%4]
	return bytes.Replace(day(n), []byte(fmt.Sprintf("(%d)", n)), []byte(fmt.Sprintf("(%d)%s", n, strings.Repeat(" again", pad/6))), 1)
}

// recorded lets the built program take webhooks in a new inbox, four of them at a time, and stop.
func recorded(t *testing.T, s *shop) crash.Recording {
	t.Helper()
	sunk := make(chan struct{})
	var once sync.Once
	tr := &crash.Tracer{Sockets: true, After: func(c *crash.Call) {
		if c.Name == crash.Sync && c.Path == viewsFile {
			once.Do(func() { close(sunk) })
		}
	}}
	recording := crash.Record(tr, func(c *crash.Call) bool { return c.Path != crash.Stdout })
	p := s.traceServe(t, tr)
	var senders sync.WaitGroup
	for w := range 4 {
		senders.Go(func() {
			client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			for n := w; n < cutWebhooks; n += 4 {
				if long() && n >= cutWebhooks/2 { // what comes later finds the views in their file
					<-sunk
				}
				if status, err := post(context.Background(), client, s.url(), sized(n)); err != nil || status != http.StatusOK {
					t.Errorf("webhook %d: %d, %v", n, status, err)
				}
			}
		})
	}
	senders.Wait()
	end(t, p)
	return *recording
}

// conversations follow what the program hears and answers on its connections.
type conversations struct {
	early bool // a webhook counts as answered when it was heard: the negative control
	heard map[string][]byte
	begun bool // a webhook was heard
	acked []string
}

func (v *conversations) step(m crash.Moment) {
	answer := func(path string) {
		for n := range cutWebhooks {
			if id := dayID(n); bytes.Contains(v.heard[path], []byte(id)) && !slices.Contains(v.acked, id) {
				v.acked = append(v.acked, id)
			}
		}
	}
	switch {
	case !m.Socket():
	case m.Name == crash.Read && !m.Begin:
		v.heard[m.Path] = append(v.heard[m.Path], m.Data...)
		v.begun = v.begun || bytes.HasPrefix(m.Data, []byte("POST "))
		if v.early {
			answer(m.Path)
		}
	case m.Name == crash.Write && m.Begin && bytes.HasPrefix(m.Data, []byte("HTTP/1.1 ")):
		if bytes.HasPrefix(m.Data, []byte("HTTP/1.1 200 ")) {
			answer(m.Path)
		}
		delete(v.heard, m.Path)
	}
}

// cutter tries the directories that power cuts leave.
type cutter struct {
	shop    *shop
	moments crash.Recording
	rng     *rand.Rand
	judge   *crash.Judge
	root    string
	every   int  // of how many moments one is tried
	restart int  // of how many directories one is also given to the built program to go on with; 0: none
	noSync  bool // syncs of the journal are left out of account from the first webhook on: a negative control
	early   bool // the other one
	once    bool // whether the first that is wrong is enough

	images, starts int
	wrong          []string
}

func newCutter(t *testing.T, s *shop, moments crash.Recording, rng *rand.Rand) *cutter {
	return &cutter{shop: s, moments: moments, rng: rng, root: crash.InMemory(t), every: 1, judge: crash.NewJudge(t, func() *exec.Cmd {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), judgeEnv+"="+s.config)
		return c
	})}
}

// run tries cuts at the moments, and returns the webhooks that were answered in the end.
func (c *cutter) run(t *testing.T) (acked []string) {
	t.Helper()
	v, talk := crash.NewVolume(), conversations{early: c.early, heard: map[string][]byte{}}
	skip := c.rng.IntN(c.every)
	for at := range len(c.moments) {
		m := c.moments[at]
		if talk.step(m); !(c.noSync && talk.begun && m.Name == crash.Sync && m.Path == journalFile) {
			v.Step(m)
		}
		switch control := c.noSync || c.early; {
		case control && !talk.begun, !control && m.Socket(), (at+skip)%c.every != 0:
			continue // nothing to find yet; nothing that changes what is left; not this time
		}
		ways := []crash.Way{crash.Surely()}
		if v.Unsynced()+v.UnsyncedData() > 0 {
			ways = append(append(ways, crash.Wholly()), crash.Torn(c.rng)...)
			if c.every > 1 {
				ways = []crash.Way{ways[0], ways[1+c.rng.IntN(len(ways)-1)]}
			}
		}
		for i, way := range ways {
			names := c.rng.IntN(v.Unsynced() + 1)
			if i == 0 && c.rng.IntN(2) == 0 {
				names = 0
			}
			if c.try(t, v, names, way, talk.acked, at); c.once && len(c.wrong) > 0 {
				return talk.acked
			}
		}
	}
	return talk.acked
}

// try judges one directory.
func (c *cutter) try(t *testing.T, v *crash.Volume, names int, way crash.Way, acked []string, at int) {
	t.Helper()
	c.images++
	dir := filepath.Join(c.root, fmt.Sprint("d", c.images))
	if err := errors.Join(os.Mkdir(dir, 0o700), v.Cut(dir, names, way)); err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if c.restart > 0 && c.images%c.restart == 0 {
		c.goOn(t, dir, acked, at)
		return
	}
	got := c.judge.Of(t, dir)
	fail := got.Fail
	if lost := slices.IndexFunc(acked, func(id string) bool { return !slices.Contains(got.IDs, id) }); fail == "" && lost >= 0 {
		fail = fmt.Sprintf("%s was answered 200, and there are %v", acked[lost], got.IDs)
	}
	if fail != "" {
		c.wrong = append(c.wrong, fmt.Sprintf("cut at %d of %d (%s), %d names, %s: %s", at, len(c.moments), c.moments[at].Call, names, way.Name, fail))
	}
}

// goOn starts the built program on a directory, and delivers everything again.
func (c *cutter) goOn(t *testing.T, dir string, acked []string, at int) {
	t.Helper()
	c.starts++
	s := newShop(t, c.shop.graph)
	s.take(t, dir)
	owner := s.serve(t, io.Discard)
	where := fmt.Sprintf("started after a cut at %d of %d (%s)", at, len(c.moments), c.moments[at].Call)
	eventually(t, where+", what was answered 200 is there", func() bool {
		ids := s.incomingIDs(t)
		return !slices.ContainsFunc(acked, func(id string) bool { return !slices.Contains(ids, id) })
	})
	for n := range cutWebhooks {
		s.deliver(t, sized(n))
	}
	eventually(t, where+", all webhooks are there once", func() bool { return len(s.incomingIDs(t)) == cutWebhooks })
	s.stop(t, owner.Process)
}

// TestPowerCutsOfTheProgram, with the negative controls: the same harness must find what is lost when the syncs of the
// journal do nothing, and when a webhook is answered before its sync.
func TestPowerCutsOfTheProgram(t *testing.T) {
	rng := chance(t)
	s := newShop(t, "")
	moments := recorded(t, s)
	if t.Failed() {
		return
	}

	c := newCutter(t, s, moments, rng)
	if c.every, c.restart = max(2, len(moments)/40), 30; long() {
		c.every, c.restart = 1, 100
	}
	if acked := c.run(t); len(acked) != cutWebhooks {
		t.Fatalf("%d of %d answers were seen on the sockets", len(acked), cutWebhooks)
	}
	if len(c.wrong) > 0 {
		t.Errorf("%d of %d directories: %s", len(c.wrong), c.images, strings.Join(c.wrong[:min(3, len(c.wrong))], "\n"))
	}
	t.Logf("%d moments, %d directories, %d of them gone on with", len(moments), c.images, c.starts)

	for name, spoil := range map[string]func(*cutter){
		"no sync":      func(c *cutter) { c.noSync = true },
		"early answer": func(c *cutter) { c.early = true },
	} {
		c := newCutter(t, s, moments, rng)
		c.once = true
		spoil(c)
		c.run(t)
		if len(c.wrong) == 0 {
			t.Errorf("%s: %d directories, and nothing was found wrong", name, c.images)
			continue
		}
		t.Logf("%s: found after %d directories: %s", name, c.images, c.wrong[0])
	}
}
