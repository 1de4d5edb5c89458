package store

import (
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The power may also fail while an inbox is made, when names are at stake: of those that were given, taken or changed
// since the directory was last synced, any first few may have reached the disk. Whatever did, the next start must find
// either no inbox yet or a whole one, and never refuse.

// volume is a directory on a disk with a cache.
type volume struct {
	now     map[string]*disk // what the running program sees
	sure    map[string]*disk // what surely lies there
	pending []*call          // changes of names not yet covered by a sync of the directory
	ended   map[*call]bool
	objects map[*call]*disk // what a call works on
	covers  map[*call][]*call
	acked   []string
}

func newVolume() *volume {
	return &volume{now: make(map[string]*disk), sure: make(map[string]*disk), ended: make(map[*call]bool), objects: make(map[*call]*disk), covers: make(map[*call][]*call)}
}

func (v *volume) step(m moment) {
	c := m.call
	switch {
	case c.path == "stdout":
		if m.begin {
			v.acked = append(v.acked, acks(string(c.data))...)
		}
	case c.path == "": // the directory itself
		if c.name == "sync" && m.begin {
			v.covers[c] = slices.DeleteFunc(slices.Clone(v.pending), func(p *call) bool { return !v.ended[p] })
		} else if c.name == "sync" && c.err == nil {
			for _, p := range v.covers[c] {
				v.rename(v.sure, p)
			}
			v.pending = slices.DeleteFunc(v.pending, func(p *call) bool { return slices.Contains(v.covers[c], p) })
		}
	case c.name == "create", c.name == "rename", c.name == "link", c.name == "unlink":
		switch {
		case m.begin && c.name == "create" && v.now[c.path] == nil:
			v.objects[c] = newDisk(nil)
			v.change(c)
		case m.begin && c.name != "create" && c.name != "unlink":
			v.objects[c] = v.now[c.from]
			v.change(c)
		case m.begin && c.name == "unlink":
			v.change(c)
		case !m.begin:
			v.ended[c] = true
			if c.err != nil {
				v.pending = slices.DeleteFunc(v.pending, func(p *call) bool { return p == c })
			} else if slices.Contains(v.pending, c) {
				v.rename(v.now, c)
			}
		}
	default:
		if m.begin {
			v.objects[c] = v.now[c.path]
		}
		d := v.objects[c]
		if d == nil {
			return // a file that has no name any more
		}
		if m.begin && c.name == "write" { // the small files are written once, from the start
			c.name = "pwrite"
		}
		d.step(m)
	}
}

func (v *volume) change(c *call) { v.pending = append(v.pending, c) }

// rename carries out a change of names.
func (v *volume) rename(names map[string]*disk, c *call) {
	switch c.name {
	case "create", "link":
		names[c.path] = v.objects[c]
	case "rename":
		delete(names, c.from)
		names[c.path] = v.objects[c]
	case "unlink":
		delete(names, c.path)
	}
}

// cut puts into dir what a cut leaves: the first n changes of names, and of every file what keep lets through.
func (v *volume) cut(dir string, n int, keep func() bool, size func(int) int) error {
	names := maps.Clone(v.sure)
	for _, c := range v.pending[:n] {
		v.rename(names, c)
	}
	for name, d := range names {
		if d == nil {
			continue
		}
		im := d.cut(keep, size)
		if err := im.write(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

func TestPowerCutsWhileMaking(t *testing.T) {
	tr := &tracer{dir: t.TempDir()}
	var moments []moment
	tr.before = func(c *call) verdictOn {
		moments = append(moments, moment{c, true})
		return goOn
	}
	tr.after = func(c *call) { moments = append(moments, moment{c, false}) }
	if status := tr.run(t, childEnv+"=write", dirEnv+"="+tr.dir); status != 0 {
		t.Fatal(tr.stderr.String())
	}
	var j judge
	defer j.stop()
	root := inMemory(t)
	rounds := 2
	if long() {
		rounds = 40
	}
	images, fresh, wrong := 0, 0, 0
	v := newVolume()
	for at := 0; at <= len(moments) && len(v.acked) < 3; at++ {
		for n := 0; n <= len(v.pending); n++ {
			for round := range rounds {
				keep := func() bool { return round > 0 && rand.IntN(2) == 0 }
				dir := filepath.Join(root, "d")
				if err := errors.Join(os.RemoveAll(dir), os.Mkdir(dir, dirMode), v.cut(dir, n, keep, rand.IntN)); err != nil {
					t.Fatal(err)
				}
				found := snapshotNames(dir)
				images++
				got := j.of(t, dir)
				missing := slices.ContainsFunc(v.acked, func(id string) bool { return !slices.Contains(got.IDs, id) })
				if got.Fail != "" || missing {
					if wrong++; wrong <= 3 {
						t.Errorf("cut at %d (%v), %d of %d names: %s; acknowledged %v, found %v in %s", at, moments[min(at, len(moments)-1)].call, n, len(v.pending), got.Fail, v.acked, got.IDs, found)
					}
				}
				if !strings.Contains(found, journalFile) {
					fresh++
				}
			}
		}
		if at < len(moments) {
			v.step(moments[at])
		}
	}
	if len(v.acked) < 3 || fresh == 0 || fresh == images {
		t.Errorf("%d images, %d without a journal, acknowledged %v: not what was meant to be tried", images, fresh, v.acked)
	}
	t.Logf("%d images, %d of them before there was a journal", images, fresh)
}

func snapshotNames(dir string) string {
	var names []string
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}
