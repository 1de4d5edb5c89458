package cli

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"frontdesk/cloudapi/sandbox"
	"frontdesk/inbox"
	"frontdesk/store/storetest/crash"
)

// trouble is how a disk refuses.
type trouble struct {
	name    string
	refused func(*crash.Call) bool
	errno   syscall.Errno
	says    string
}

func (w trouble) String() string { return w.name }

// A disk that refuses, under the built program: A104 and what a file system does that becomes read-only. While it
// refuses, nothing is answered 200, the health says why, and reading goes on; afterwards all goes on by itself.
func TestDiskRefusesTheProgram(t *testing.T) {
	t.Parallel()
	base := filledShop(t)
	untroubled := base.copied(t)
	owner := untroubled.serve(t, io.Discard)
	for _, n := range []int{5, 6, 7} {
		untroubled.deliver(t, day(n))
	}
	untroubled.stop(t, owner.Process)
	want := untroubled.shown(t, dayFilled+3)
	writes := func(c *crash.Call) bool {
		return c.Name == crash.PWrite || c.Name == crash.Write || c.Name == crash.Truncate
	}
	full, broken := "the disk is full", "the store is being checked and renewed"
	together(t, []trouble{
		{"full, for the journal", func(c *crash.Call) bool { return writes(c) && c.Path == journalFile }, syscall.ENOSPC, full},
		{"full, for every file", writes, syscall.ENOSPC, full},
		// bbolt's two first pages say which pages are the present ones.
		{"full, at the last write of a commit", func(c *crash.Call) bool {
			return c.Name == crash.PWrite && c.Path == journalFile && c.Off < 8192
		}, syscall.ENOSPC, full},
		{"read-only meanwhile", func(*crash.Call) bool { return true }, syscall.EROFS, broken},
	}, func(t *testing.T, w trouble) {
		s := base.copied(t)
		var refuses atomic.Bool
		var met atomic.Int32
		p := s.traceServe(t, &crash.Tracer{Before: func(c *crash.Call) crash.Verdict {
			if refuses.Load() && c.Path != crash.Stdout && w.refused(c) {
				met.Add(1)
				return crash.Fail(w.errno)
			}
			return crash.GoOn
		}})
		s.deliver(t, day(5))
		refuses.Store(true)
		for range 3 {
			for _, n := range []int{6, 7} {
				if status, err := lonePost(s.url(), day(n)); err != nil || status != http.StatusServiceUnavailable {
					t.Errorf("a webhook was answered %d, %v", status, err)
				}
			}
			if status, reason := s.health(t); status != http.StatusServiceUnavailable || !strings.Contains(reason, w.says) {
				t.Errorf("the health is %d, %q", status, reason)
			}
			if ids := s.incomingIDs(t); !slices.Contains(ids, dayID(0)) || slices.Contains(ids, dayID(6)) {
				t.Errorf("what can be read is %v", ids)
			}
		}
		refuses.Store(false)
		if met.Load() == 0 {
			t.Error("nothing was refused")
		}
		for _, n := range []int{6, 7, 6} { // WhatsApp delivers again; nobody did anything else
			s.deliver(t, day(n))
		}
		if status, reason := s.health(t); status != http.StatusOK {
			t.Errorf("the health is %d, %q", status, reason)
		}
		s.wantRows(t, want)
		end(t, p)
	})
}

// failing is a run in which one sync of the journal fails.
type failing struct {
	what string // is being written: a webhook, or a reply
	sync int    // which sync from then on
}

func (f failing) String() string { return fmt.Sprintf("%s, sync %d", f.what, f.sync) }

// serve starts the owner of a shop; its journal's disk answers EIO to that sync, counted from when armed is set.
func (f failing) serve(t *testing.T, s *shop, armed *atomic.Bool) (p *crash.Process, failed func() bool) {
	var mu sync.Mutex
	seen := 0
	p = s.traceServe(t, &crash.Tracer{Before: func(c *crash.Call) crash.Verdict {
		mu.Lock()
		defer mu.Unlock()
		if !armed.Load() || c.Name != crash.Sync || c.Path != journalFile {
			return crash.GoOn
		}
		if seen++; seen == f.sync {
			return crash.Fail(syscall.EIO)
		}
		return crash.GoOn
	}})
	return p, func() bool {
		mu.Lock()
		defer mu.Unlock()
		return seen >= f.sync
	}
}

// A105 on the built program: a sync of the journal fails, at each of the syncs by which a webhook, or a reply on its
// way, gets there. What was being written is not answered 200, no request to WhatsApp is repeated, the journal is
// renewed by itself, and nothing is there twice.
func TestSyncErrorsOfTheProgram(t *testing.T) {
	t.Parallel()
	rng := chance(t)
	runs := []failing{{"webhook", 1}, {"webhook", 2}}
	// A reply is on record before it leaves, when it is about to, and when WhatsApp has answered; two syncs each. What
	// comes after are the webhooks that tell of its ticks.
	for _, n := range sample(rng, 16, 4) {
		runs = append(runs, failing{"reply", n})
	}
	var met atomic.Int32
	together(t, runs, func(t *testing.T, f failing) {
		if f.what == "webhook" {
			f.webhook(t)
		} else if f.reply(t) {
			met.Add(1)
		}
	})
	if met.Load() < 2 {
		t.Errorf("only %d syncs failed while a reply was sent", met.Load())
	}
}

func (f failing) webhook(t *testing.T) {
	s := newShop(t, "")
	var armed atomic.Bool
	p, failed := f.serve(t, s, &armed)
	s.deliver(t, day(0))
	armed.Store(true)
	if status, err := lonePost(s.url(), day(1)); err != nil || status != http.StatusServiceUnavailable || !failed() {
		t.Errorf("a webhook whose sync failed (%v) was answered %d, %v", failed(), status, err)
	}
	s.deliver(t, day(1))
	s.deliver(t, day(2))
	for n := range 3 {
		s.deliver(t, day(n))
	}
	eventually(t, "three messages, each once", func() bool { return len(s.incomingIDs(t)) == 3 })
	end(t, p)
	if ids := s.incomingIDs(t); len(ids) != 3 {
		t.Errorf("there are %v", ids)
	}
}

func (f failing) reply(t *testing.T) (met bool) {
	sb, s := newFarSide(t)
	var armed atomic.Bool
	p, failed := f.serve(t, s, &armed)
	connectTo(t, sb, s)
	asha := sb.Customer("+919800000210").Named("Asha Rao")
	asha.Write("Is the 2 kg box in stock?")
	drain(t, sb)
	eventually(t, "the question is there", func() bool { return len(s.incomingIDs(t)) == 1 })
	armed.Store(true)
	_, stderr, status := s.output(t, "reply", "Asha Rao", "Yes, two left.")
	asha.Write("Then I come at noon.")
	var replies []inbox.Message
	eventually(t, "the inbox has come to rest", func() bool {
		if code, _ := s.health(t); code != http.StatusOK || len(s.incomingIDs(t)) != 2 {
			return false
		}
		replies = s.outgoing(t) // what was on record before the second question is shown with it
		for _, m := range replies {
			if m.Status == inbox.Queuing || m.Status == inbox.Sending || m.Status == inbox.Waiting {
				return false
			}
		}
		return len(replies) > 0 || status != 0
	})
	drain(t, sb)
	switch {
	case status == 0 && len(replies) != 1, len(replies) > 1:
		t.Errorf("the command ended with %d (%s), and there are %d replies", status, stderr, len(replies))
	case status != 0 && (strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "it may have been kept")):
		t.Errorf("it says %q", stderr)
	}
	posts := map[string]int{}
	for _, x := range sb.Sends() {
		if x.Type == "text" {
			posts[callbackOID(x.Callback)]++
		}
	}
	for oid, n := range posts {
		if n > 1 {
			t.Errorf("reply %s was posted %d times", oid, n)
		}
	}
	if err := sandbox.AcceptedAtMostOnce(sb.Sends(), callbackOID); err != nil {
		t.Error(err)
	}
	sent := map[inbox.OID]bool{}
	for _, m := range replies {
		sent[m.Ref] = true
	}
	s.checkReplies(t, sb, sent)
	end(t, p)
	t.Logf("failed: %v, the command ended with %d %s, %d POSTs, replies %v", failed(), status, strings.TrimSpace(stderr), len(posts), texts(replies))
	return failed()
}

// A107 on the built program: on a read-only file system a start says so in one line, takes no webhook, and changes
// nothing.
func TestReadOnlyFileSystemOfTheProgram(t *testing.T) {
	base := filledShop(t)
	together(t, []string{"new", "there", "used"}, func(t *testing.T, name string) {
		s := newShop(t, "")
		switch name {
		case "there":
			must(t, os.Mkdir(s.dir, 0o700))
		case "used":
			s = base.copied(t)
		}
		was := s.files(t)
		refused := 0
		p := s.trace(t, &crash.Tracer{Dir: filepath.Dir(s.dir), Before: func(c *crash.Call) crash.Verdict {
			if c.Path == crash.Stdout {
				return crash.GoOn
			}
			refused++
			return crash.Fail(syscall.EROFS)
		}})
		for running := true; running; {
			select {
			case <-p.Done():
				running = false
			case <-time.After(5 * time.Millisecond):
			}
			if status, err := lonePost(s.url(), day(8)); err == nil {
				t.Errorf("a webhook was answered %d", status)
			}
		}
		e := p.Wait(t)
		if e.Status != 1 || strings.Count(e.Stderr, "\n") != 1 || !strings.Contains(e.Stderr, "read-only file system") || !strings.Contains(e.Stderr, "data_dir") || refused == 0 {
			t.Errorf("status %d after %d calls: %q", e.Status, refused, e.Stderr)
		}
		if s.files(t) != was {
			t.Error("files were changed")
		}
		if name == "used" {
			s.shown(t, dayFilled)
		}
		t.Log(strings.TrimSpace(e.Stderr))
	})
}
