package store

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A103: what a disk may hold when the power fails. The tracer records every write, truncation and sync of the journal
// by the real program. From the record follow the images a cut at any moment can leave: what was synced is there, and
// of what was not, any sectors of 512 bytes, in any combination, and any of the sizes the file had. Every image must
// open, with every entry that was acknowledged before the cut.

// moment is the beginning or the end of a call.
type moment struct {
	*call
	begin bool
}

// record lets a child write into a new store and returns what happened to its journal, the journal as it was before,
// and all ids in the order they ended up in.
func record(t *testing.T, child string) (before []byte, moments []moment, final []string, identity []byte) {
	t.Helper()
	dir := t.TempDir()
	opened(t, dir, Options{}).Close()
	before, err := os.ReadFile(filepath.Join(dir, journalFile))
	if err != nil {
		t.Fatal(err)
	}
	tr := &tracer{dir: dir}
	ours := func(c *call) bool { return c.path == journalFile || c.path == "stdout" }
	tr.before = func(c *call) verdictOn {
		if ours(c) {
			moments = append(moments, moment{c, true})
		}
		return goOn
	}
	tr.after = func(c *call) {
		if ours(c) {
			moments = append(moments, moment{c, false})
		}
	}
	if status := tr.run(t, childEnv+"="+child, dirEnv+"="+dir); status != 0 {
		t.Fatalf("the child failed: %s", tr.stderr.String())
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
	return before, moments, final, identity
}

// disk is the journal on a disk with a cache: what surely lies there, and what may.
type disk struct {
	sure    image
	pending []*call           // writes and truncations not yet covered by a sync
	ended   map[*call]bool    // those whose call has returned
	covers  map[*call][]*call // what a running sync will have made sure
	acked   []string
}

func newDisk(before []byte) *disk {
	return &disk{sure: image{bytes.TrimRight(before, "\x00"), len(before)}, ended: make(map[*call]bool), covers: make(map[*call][]*call)}
}

// step lets one moment pass.
func (d *disk) step(m moment) {
	switch {
	case m.path == "stdout":
		if m.begin {
			d.acked = append(d.acked, acks(string(m.data))...)
		}
	case m.name == "sync" && m.begin:
		for _, c := range d.pending {
			if d.ended[c] {
				d.covers[m.call] = append(d.covers[m.call], c)
			}
		}
	case m.name == "sync" && m.err == nil:
		for _, c := range d.covers[m.call] {
			d.sure.apply(c, nil)
		}
		d.pending = slices.DeleteFunc(d.pending, func(c *call) bool { return slices.Contains(d.covers[m.call], c) })
	case m.name == "pwrite", m.name == "truncate":
		if m.begin {
			d.pending = append(d.pending, m.call)
		} else {
			d.ended[m.call] = true
		}
	}
}

// image is what a file holds; from the end of data to its size there are zeros, which bbolt leaves many of.
type image struct {
	data []byte
	size int
}

func (im *image) resize(n int) {
	im.data, im.size = im.data[:min(len(im.data), n)], n
}

// apply carries out a call on an image: all of it, or the sectors for which keep says so.
func (im *image) apply(c *call, keep func() bool) {
	if c.name == "truncate" {
		im.resize(int(c.off))
		return
	}
	if end := int(c.off) + len(c.data); end > len(im.data) {
		im.data = append(im.data, make([]byte, end-len(im.data))...)
		im.size = max(im.size, end)
	}
	for at := 0; at < len(c.data); at += sector {
		if keep == nil || keep() {
			copy(im.data[int(c.off)+at:], c.data[at:min(at+sector, len(c.data))])
		}
	}
}

func (im *image) write(path string) error {
	if err := os.WriteFile(path, im.data, fileMode); err != nil {
		return err
	}
	return os.Truncate(path, int64(im.size))
}

// cut makes an image: keep is asked for every sector that may be there, size chooses among n sizes.
func (d *disk) cut(keep func() bool, size func(n int) int) image {
	im := image{slices.Clone(d.sure.data), d.sure.size}
	sizes := []int{im.size}
	for _, c := range d.pending {
		if c.name == "truncate" {
			im.resize(max(im.size, int(c.off))) // a cut may find any of the sizes; what is between is decided below
		} else {
			im.apply(c, keep)
		}
		sizes = append(sizes, im.size)
	}
	im.resize(sizes[size(len(sizes))])
	return im
}

// powerCuts tries images for a cut at every moment and returns what went wrong, at most one thing when once is set.
func powerCuts(t *testing.T, child string, random int, once bool) (images int, wrong []string) {
	t.Helper()
	before, moments, final, identity := record(t, child)
	var j judge
	defer j.stop()
	rng := rand.New(rand.NewPCG(rand.Uint64(), 1))
	root := inMemory(t)
	try := func(at int, d *disk, kind string, im image) {
		images++
		dir := filepath.Join(root, fmt.Sprint(images))
		if err := os.Mkdir(dir, dirMode); err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		if err := errors.Join(im.write(filepath.Join(dir, journalFile)), os.WriteFile(filepath.Join(dir, idFile), identity, fileMode)); err != nil {
			t.Fatal(err)
		}
		v := j.of(t, dir)
		where := fmt.Sprintf("cut at %d of %d (%s), %s: ", at, len(moments), moments[min(at, len(moments)-1)].call, kind)
		switch {
		case v.Fail != "":
			wrong = append(wrong, where+v.Fail)
		case len(v.IDs) > len(final) || !slices.Equal(v.IDs, final[:len(v.IDs)]):
			wrong = append(wrong, where+fmt.Sprint("no beginning of the journal: ", v.IDs))
		default:
			for _, id := range d.acked {
				if !slices.Contains(v.IDs, id) {
					wrong = append(wrong, where+fmt.Sprintf("%s was acknowledged, there are %v", id, v.IDs))
					return
				}
			}
		}
	}
	yes, no := func() bool { return true }, func() bool { return false }
	coin := func() bool { return rng.IntN(2) == 0 }
	seldom := func() bool { return rng.IntN(8) == 0 }
	first, last := func(int) int { return 0 }, func(n int) int { return n - 1 }
	d := newDisk(before)
	for at := 0; ; at++ {
		try(at, d, "nothing unsynced", d.cut(no, first))
		if len(d.pending) > 0 {
			try(at, d, "everything", d.cut(yes, last))
			for range random {
				try(at, d, "half of the sectors", d.cut(coin, rng.IntN))
				try(at, d, "few sectors", d.cut(seldom, last))
				try(at, d, "all but few sectors", d.cut(func() bool { return !seldom() }, last))
			}
		}
		if at == len(moments) || once && len(wrong) > 0 {
			return images, wrong
		}
		d.step(moments[at])
	}
}

// inMemory is a directory where syncing costs nothing, if there is one: here the images are what was on a disk.
func inMemory(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "frontdesk-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
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
