package crash

import (
	"maps"
	"path/filepath"
	"slices"
)

// Volume is a directory on a disk with a cache, empty at first. Of the names that were given, taken or changed since
// the directory was last synced, any first few may have reached the disk; of its files, what their Disk says. It knows
// the files right below it, and leaves other directories out.
type Volume struct {
	now     map[string]*Disk // what the running program sees
	sure    map[string]*Disk // what surely lies there
	pending []*Call          // changes of names not yet covered by a sync of the directory
	ended   map[*Call]bool
	objects map[*Call]*Disk // what a call works on
	covers  map[*Call][]*Call
}

// NewVolume is an empty directory.
func NewVolume() *Volume {
	return &Volume{now: make(map[string]*Disk), sure: make(map[string]*Disk), ended: make(map[*Call]bool), objects: make(map[*Call]*Disk), covers: make(map[*Call][]*Call)}
}

// Unsynced is how many changes of names may still be lost.
func (v *Volume) Unsynced() int { return len(v.pending) }

// UnsyncedData is how many writes and truncations of files may still be lost.
func (v *Volume) UnsyncedData() (n int) {
	for _, d := range v.now {
		n += d.Unsynced()
	}
	return n
}

// Step lets one moment pass.
func (v *Volume) Step(m Moment) {
	c := m.Call
	switch {
	case !c.Changes():
	case c.Path == "": // the directory itself
		if c.Name == Sync && m.Begin {
			v.covers[c] = slices.DeleteFunc(slices.Clone(v.pending), func(p *Call) bool { return !v.ended[p] })
		} else if c.Name == Sync && c.Err == nil {
			for _, p := range v.covers[c] {
				v.rename(v.sure, p)
			}
			v.pending = slices.DeleteFunc(v.pending, func(p *Call) bool { return slices.Contains(v.covers[c], p) })
		}
	case c.Name == Create, c.Name == Rename, c.Name == Link, c.Name == Unlink:
		switch {
		case m.Begin && c.Name == Create && v.now[c.Path] == nil:
			v.objects[c] = NewDisk(nil)
			v.pending = append(v.pending, c)
		case m.Begin && c.Name != Create && c.Name != Unlink:
			v.objects[c] = v.now[c.From]
			v.pending = append(v.pending, c)
		case m.Begin && c.Name == Unlink:
			v.pending = append(v.pending, c)
		case !m.Begin:
			v.ended[c] = true
			if c.Err != nil {
				v.pending = slices.DeleteFunc(v.pending, func(p *Call) bool { return p == c })
			} else if slices.Contains(v.pending, c) {
				v.rename(v.now, c)
			}
		}
	default:
		if m.Begin {
			v.objects[c] = v.now[c.Path]
		}
		if d := v.objects[c]; d != nil { // else a file that has no name any more
			d.Step(m)
		}
	}
}

// rename carries out a change of names.
func (v *Volume) rename(names map[string]*Disk, c *Call) {
	switch c.Name {
	case Create, Link:
		names[c.Path] = v.objects[c]
	case Rename:
		delete(names, c.From)
		names[c.Path] = v.objects[c]
	case Unlink:
		delete(names, c.Path)
	}
}

// Cut puts into dir, which is there and empty, what a cut leaves: the first n of the unsynced changes of names, and of
// every file what the way says.
func (v *Volume) Cut(dir string, n int, w Way) error {
	names := maps.Clone(v.sure)
	for _, c := range v.pending[:n] {
		v.rename(names, c)
	}
	for name, d := range names {
		if d == nil || filepath.Base(name) != name {
			continue
		}
		if err := d.Cut(w).Write(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}
