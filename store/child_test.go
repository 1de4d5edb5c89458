package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"frontdesk/inbox"
)

// What this test binary does as a child: childEnv names it, dirEnv says where.
const (
	childEnv = "FRONTDESK_STORE_TEST"
	dirEnv   = "FRONTDESK_STORE_TEST_DIR"
)

var children = map[string]func(dir string){
	"write":     func(dir string) { childWrites(dir, writing{}) },
	"recover":   func(dir string) { childWrites(dir, writing{recovers: true}) },
	"many":      func(dir string) { childWrites(dir, writing{writers: 4}) },
	"no sync":   func(dir string) { childWrites(dir, writing{noSync: true}) },
	"early ack": func(dir string) { childWrites(dir, writing{early: true}) },
	"hold":      childHolds,
	"judge":     childJudges,
}

func childMain() {
	name := os.Getenv(childEnv)
	if name == "" {
		return
	}
	children[name](os.Getenv(dirEnv))
	os.Exit(0)
}

func childFails(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// writing is how a child writes. The last two are the negative controls: a test that still passes with them proves
// nothing.
type writing struct {
	writers  int
	recovers bool
	noSync   bool
	early    bool
}

// the entries that a child writes, and how large they are: some make the file grow, in different ways.
const childEntries = 16

func childID(i int) string { return fmt.Sprintf("e%02d", i) }

func childEntry(i int) inbox.Entry {
	size := []int{600, 30, 5000, 600, 60_000}[i%5]
	return inbox.Entry{ID: childID(i), Scope: "s" + childID(i%3), Kind: inbox.EntryWebhook, At: time.Unix(int64(i), 0), Data: []byte(strings.Repeat(childID(i)+" ", size/4))}
}

// childWrites opens the store, appends its entries, says "ack ID" after each, and closes.
func childWrites(dir string, how writing) {
	opts := Options{}
	if how.recovers {
		opts.CheckLimit = time.Minute
	}
	s, err := Open(dir, opts)
	if err != nil {
		childFails(err)
	}
	s.journal.ids.most, s.journal.ids.block = 5, 2 // so that making blocks and runs is among what is tested
	s.journal.db.NoSync = how.noSync
	one := func(i int) {
		if how.early {
			fmt.Printf("ack %s\n", childID(i))
		}
		_, _, err := s.Journal().Append(context.Background(), inbox.Batch{Entries: []inbox.Entry{childEntry(i)}})
		if how.recovers && errors.Is(err, inbox.ErrBroken) {
			if _, _, again := s.Journal().Append(context.Background(), inbox.Batch{Entries: []inbox.Entry{{ID: "while broken"}}}); !errors.Is(again, inbox.ErrBroken) {
				childFails(fmt.Errorf("a broken journal took a write (%v)", again))
			}
			if s.Err() == nil {
				childFails(errors.New("a broken journal calls itself sound"))
			}
			if err := s.Recover(context.Background()); err != nil {
				childFails(err)
			}
			fmt.Println("recovered")
			_, _, err = s.Journal().Append(context.Background(), inbox.Batch{Entries: []inbox.Entry{childEntry(i)}})
		}
		if err != nil {
			childFails(err)
		}
		if !how.early {
			fmt.Printf("ack %s\n", childID(i))
		}
	}
	var wg sync.WaitGroup
	writers := max(how.writers, 1)
	for w := range writers {
		wg.Go(func() {
			for i := w; i < childEntries; i += writers {
				one(i)
			}
		})
	}
	wg.Wait()
	if err := s.Close(); err != nil {
		childFails(err)
	}
}

// acks reads what a child said it had been promised.
func acks(out string) (ids []string) {
	for line := range strings.Lines(out) {
		if id, ok := strings.CutPrefix(line, "ack "); ok && strings.HasSuffix(id, "\n") {
			ids = append(ids, strings.TrimSpace(id))
		}
	}
	return ids
}
