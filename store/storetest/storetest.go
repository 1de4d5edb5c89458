// Package storetest is the contract that every inbox.Journal and every inbox.Views must keep, as tests. The bbolt
// store passes it, and so must whatever takes its place: it uses nothing but the interfaces, and what a Subject can do
// besides.
package storetest

import (
	"fmt"
	"testing"
	"time"

	"frontdesk/inbox"
)

// Subject is a new, empty journal under test. The functions may be nil; what needs them is then left out, with a word.
type Subject struct {
	Journal inbox.Journal
	// Advance moves the clock of the journal.
	Advance func(time.Duration)
	// Damage spoils the stored bytes of an entry, as a bad disk would.
	Damage func(inbox.Seq)
	// Reopen closes the journal and opens it again.
	Reopen func() inbox.Journal
	// Restored opens a backup as a journal of its own, in a place where there was none.
	Restored func(file string) inbox.Journal
}

// Run tests a journal. open is called once for each test and must clean up with t.Cleanup.
func Run(t *testing.T, open func(t *testing.T) Subject) {
	tests := []struct {
		name string
		test func(*testing.T, Subject)
	}{
		{"an empty journal has no head", testEmpty},
		{"entries come back as they were appended", testAppendRead},
		{"an entry without an id is refused", testNoID},
		{"appending twice is one entry", testTwice},
		{"the same id twice in one batch is one entry", testTwiceInBatch},
		{"the same id from many at once is one entry", testTwiceAtOnce},
		{"sequences are dense and chained", testDense},
		{"a batch is all or nothing", testAllOrNothing},
		{"a guard lets one of sixteen win", testGuardRace},
		{"a committed batch can be repeated behind its guard", testGuardRepeated},
		{"a failing guard does not fail its neighbours", testGuardNeighbours},
		{"answers are kept seven days", testResults},
		{"the first answer to a command stands", testResultOnce},
		{"a lease has one holder and rising fences", testLease},
		{"a lease is taken by one of sixteen", testLeaseRace},
		{"reading goes on from a cursor", testCursor},
		{"a cursor of another past is refused", testForeignCursor},
		{"reading hands out a bounded amount", testBounded},
		{"waiting ends with the next entry", testWait},
		{"waiting ends with its context", testWaitEnds},
		{"drafts are replaced and removed", testDrafts},
		{"what is handed in and out is copied", testCopies},
		{"a cancelled caller does not disturb the others", testCancelled},
		{"writers at once are all there", testManyWriters},
		{"a backup is a journal", testBackup},
		{"a damaged entry hides no other", testDamaged},
		{"everything is there after reopening", testReopen},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { tt.test(t, open(t)) })
	}
}

// entry makes one whose fields are all in use.
func entry(id string) inbox.Entry {
	return inbox.Entry{ID: id, Kind: inbox.EntryWebhook, By: "priya", At: time.Unix(1700000000, 123456789).UTC(), Data: []byte("body of " + id)}
}

func scoped(id, scope string) inbox.Entry {
	e := entry(id)
	e.Scope = scope
	return e
}

func batch(es ...inbox.Entry) inbox.Batch { return inbox.Batch{Entries: es} }

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func appendAll(t *testing.T, j inbox.Journal, es ...inbox.Entry) inbox.Cursor {
	t.Helper()
	c, n, err := j.Append(t.Context(), batch(es...))
	if err != nil || n != len(es) {
		t.Fatalf("Append: %d new, %v; want %d", n, err, len(es))
	}
	return c
}

// readAll reads everything after c, a few at a time.
func readAll(t *testing.T, j inbox.Journal, c inbox.Cursor) (all []inbox.Entry) {
	t.Helper()
	for {
		es, err := j.Read(t.Context(), c, 7)
		if err != nil {
			t.Fatalf("Read after %d: %v", c.Seq, err)
		}
		if len(es) == 0 {
			return all
		}
		all = append(all, es...)
		last := es[len(es)-1]
		c = inbox.Cursor{Epoch: j.Identity(), Seq: last.Seq, Chk: last.Chk}
	}
}

func ids(es []inbox.Entry) (out []string) {
	for _, e := range es {
		out = append(out, e.ID)
	}
	return out
}

func wantIDs(t *testing.T, j inbox.Journal, want ...string) {
	t.Helper()
	if got := ids(readAll(t, j, inbox.Cursor{})); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("entries %v; want %v", got, want)
	}
}
