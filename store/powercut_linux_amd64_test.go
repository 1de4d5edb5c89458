package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"frontdesk/store/storetest/crash"
)

// A103: what a disk may hold when the power fails. The tracer records every write, truncation and sync of the journal
// by the real program. From the record follow the images a cut at any moment can leave: what was synced is there, and
// of what was not, any sectors of 512 bytes, in any combination, and any of the sizes the file had. Every image must
// open, with every entry that was acknowledged before the cut.

// record lets a child write into a new store and returns what happened to its journal, the journal as it was before,
// and all ids in the order they ended up in.
func record(t *testing.T, child string) (before []byte, moments crash.Recording, final []string, identity []byte) {
	t.Helper()
	dir := t.TempDir()
	opened(t, dir, Options{}).Close()
	before, err := os.ReadFile(filepath.Join(dir, journalFile))
	if err != nil {
		t.Fatal(err)
	}
	tr := traced(child, dir)
	recording := crash.Record(tr, func(c *crash.Call) bool { return c.Path == journalFile || c.Path == crash.Stdout })
	if end := tr.Run(t); end.Status != 0 {
		t.Fatalf("the child failed: %s", end.Stderr)
	}
	s := opened(t, dir, Options{})
	final = idsOf(t, s)
	s.Close()
	if len(final) != childEntries {
		t.Fatalf("the child wrote %v", final)
	}
	identity, err = os.ReadFile(filepath.Join(dir, idFile))
	if err != nil {
		t.Fatal(err)
	}
	return before, *recording, final, identity
}

// powerCuts tries images for a cut at every moment and returns what went wrong, at most one thing when once is set.
func powerCuts(t *testing.T, child string, random int, once bool) (images int, wrong []string) {
	t.Helper()
	before, moments, final, identity := record(t, child)
	j := newJudge(t)
	rng := rand.New(rand.NewPCG(rand.Uint64(), 1))
	root := crash.InMemory(t)
	d, acked := crash.NewDisk(before), []string(nil)
	try := func(at int, way crash.Way) {
		images++
		dir := filepath.Join(root, fmt.Sprint(images))
		if err := os.Mkdir(dir, dirMode); err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		if err := errors.Join(d.Cut(way).Write(filepath.Join(dir, journalFile)), os.WriteFile(filepath.Join(dir, idFile), identity, fileMode)); err != nil {
			t.Fatal(err)
		}
		v := j.Of(t, dir)
		where := fmt.Sprintf("cut at %d of %d (%s), %s: ", at, len(moments), moments[min(at, len(moments)-1)].Call, way.Name)
		switch {
		case v.Fail != "":
			wrong = append(wrong, where+v.Fail)
		case len(v.IDs) > len(final) || !slices.Equal(v.IDs, final[:len(v.IDs)]):
			wrong = append(wrong, where+fmt.Sprint("no beginning of the journal: ", v.IDs))
		default:
			for _, id := range acked {
				if !slices.Contains(v.IDs, id) {
					wrong = append(wrong, where+fmt.Sprintf("%s was acknowledged, there are %v", id, v.IDs))
					return
				}
			}
		}
	}
	for at := 0; ; at++ {
		try(at, crash.Surely())
		if d.Unsynced() > 0 {
			try(at, crash.Wholly())
			for range random {
				for _, way := range crash.Torn(rng) {
					try(at, way)
				}
			}
		}
		if at == len(moments) || once && len(wrong) > 0 {
			return images, wrong
		}
		if m := moments[at]; m.Path != crash.Stdout {
			d.Step(m)
		} else if m.Begin {
			acked = append(acked, acks(string(m.Data))...)
		}
	}
}

func TestPowerCuts(t *testing.T) {
	random := 1
	if long() {
		random = 60
	}
	for _, child := range []string{"write", "many"} {
		images, wrong := powerCuts(t, child, random, false)
		if len(wrong) > 0 {
			t.Errorf("%s: %d of %d images: %s", child, len(wrong), images, strings.Join(wrong[:min(3, len(wrong))], "\n"))
		}
		t.Logf("%s: %d images", child, images)
	}
}

// The negative controls. The same harness must find what is lost when syncing is switched off, and when an entry is
// acknowledged before it is synced.
func TestPowerCutsAreSeen(t *testing.T) {
	for _, child := range []string{"no sync", "early ack"} {
		images, wrong := powerCuts(t, child, 2, true)
		if len(wrong) == 0 {
			t.Errorf("%s: %d images, and nothing was found wrong", child, images)
			continue
		}
		t.Logf("%s: found after %d images: %s", child, images, wrong[0])
	}
}
