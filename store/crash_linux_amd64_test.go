package store

import (
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"frontdesk/inbox"
	"frontdesk/store/storetest/crash"
)

// traced runs this test binary as the child of that name on dir.
func traced(child, dir string) *crash.Tracer {
	return &crash.Tracer{Argv: []string{os.Args[0]}, Env: []string{childEnv + "=" + child, dirEnv + "=" + dir}, Dir: dir}
}

// afterCrash opens what a child left and wants every acknowledged entry once, at most the one in flight besides, and
// the same end as without a crash once everything is delivered again (A102, P7).
func afterCrash(t *testing.T, dir string, acked []string, opts Options) {
	t.Helper()
	s, err := Open(dir, opts)
	if err != nil {
		t.Errorf("after the crash: %v", err)
		return
	}
	defer s.Close()
	got := idsOf(t, s)
	if !slices.Equal(got[:min(len(acked), len(got))], acked) || len(got) > len(acked)+1 {
		t.Errorf("acknowledged %v, there are %v", acked, got)
	}
	var want []string
	for i := range childEntries {
		want = append(want, childID(i))
		if _, _, err := s.Journal().Append(t.Context(), inbox.Batch{Entries: []inbox.Entry{childEntry(i)}}); err != nil {
			t.Fatal(err)
		}
	}
	wantIDs(t, s, want...)
}

// A102: kill -9 at every call that changes a file, from the making of the store to its clean end.
func TestKillAtEveryCall(t *testing.T) {
	calls := 0
	count := traced("write", t.TempDir())
	count.Before = func(c *crash.Call) crash.Verdict {
		if c.Changes() {
			calls++
		}
		return crash.GoOn
	}
	if end := count.Run(t); end.Status != 0 {
		t.Fatalf("the child failed: %s", end.Stderr)
	}
	if calls < 60 {
		t.Fatalf("only %d calls seen: the tracer misses some", calls)
	}
	step := 3
	if long() {
		step = 1
	}
	kills := 0
	for n := 1 + int(time.Now().UnixNano()%int64(step)); n <= calls; n += step {
		var last string
		seen := 0
		tr := traced("write", t.TempDir())
		tr.Before = func(c *crash.Call) crash.Verdict {
			if !c.Changes() {
				return crash.GoOn
			}
			if seen++; seen == n {
				last = c.String()
				return crash.Kill
			}
			return crash.GoOn
		}
		end := tr.Run(t)
		if end.Status != -1 {
			t.Errorf("call %d: not killed (status %d): %s", n, end.Status, end.Stderr)
			continue
		}
		kills++
		opts := Options{}
		if n%10 == 0 {
			opts.CheckLimit = time.Minute
		}
		if afterCrash(t, tr.Dir, acks(end.Stdout), opts); t.Failed() {
			t.Fatalf("killed at call %d of %d: %s", n, calls, last)
		}
	}
	t.Logf("%d kills at %d calls", kills, calls)
}

// A105: every sync of the journal fails once. Nothing is acknowledged until it was renewed, and then every entry is
// there once, whichever way the failed write went.
func TestSyncErrors(t *testing.T) {
	fails := 0
	for n := 1; ; n++ {
		seen, failed := 0, false
		tr := traced("recover", t.TempDir())
		opened(t, tr.Dir, Options{}).Close()
		tr.Before = func(c *crash.Call) crash.Verdict {
			if c.Name != crash.Sync || c.Path != journalFile {
				return crash.GoOn
			}
			if seen++; seen == n {
				failed = true
				return crash.Fail(syscall.EIO)
			}
			return crash.GoOn
		}
		end := tr.Run(t)
		if end.Status != 0 {
			t.Fatalf("sync %d: %s", n, end.Stderr)
		}
		if !failed {
			break
		}
		fails++
		out := end.Stdout
		if strings.Count(out, "recovered") != 1 {
			t.Errorf("sync %d: it did not stop, or not once: %s", n, out)
		}
		var want []string
		for i := range childEntries {
			want = append(want, childID(i))
		}
		if got := acks(out); !slices.Equal(got, want) {
			t.Errorf("sync %d: acknowledged %v", n, got)
		}
		s := opened(t, tr.Dir, Options{})
		wantIDs(t, s, want...)
		if !s.Opening().Clean {
			t.Errorf("sync %d: the stop after recovering was not clean", n)
		}
		s.Close()
		if !long() && n > 8 {
			break
		}
	}
	if fails < 4 {
		t.Errorf("only %d syncs failed", fails)
	}
}
