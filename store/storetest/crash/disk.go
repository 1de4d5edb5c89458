package crash

import (
	"bytes"
	"math/rand/v2"
	"os"
	"slices"
)

// Sector is the smallest piece, in bytes, that a disk writes as a whole.
const Sector = 512

// Disk is one file on a disk with a cache: what surely lies there, and what may. What was synced is there, and of what
// was not, any sectors of 512 bytes, in any combination, and any of the sizes the file had.
type Disk struct {
	sure    Image
	end     int64 // where an append goes
	pending []*change
	covers  map[*Call][]*change // what a running sync will have made sure
}

// change is a write or truncation that is not yet covered by a sync.
type change struct {
	call  *Call
	off   int64
	ended bool // the call has returned
}

// NewDisk is a file that surely holds before.
func NewDisk(before []byte) *Disk {
	return &Disk{
		sure:   Image{slices.Clone(bytes.TrimRight(before, "\x00")), len(before)},
		end:    int64(len(before)),
		covers: make(map[*Call][]*change),
	}
}

// Unsynced is how many writes and truncations may still be lost.
func (d *Disk) Unsynced() int { return len(d.pending) }

// Step lets one moment of a call on this file pass.
func (d *Disk) Step(m Moment) {
	switch {
	case m.Name == Sync && m.Begin:
		for _, c := range d.pending {
			if c.ended {
				d.covers[m.Call] = append(d.covers[m.Call], c)
			}
		}
	case m.Name == Sync && m.Err == nil:
		covered := d.covers[m.Call]
		for _, c := range covered {
			d.sure.apply(c, nil)
		}
		d.pending = slices.DeleteFunc(d.pending, func(c *change) bool { return slices.Contains(covered, c) })
	case m.Name == PWrite, m.Name == Write, m.Name == Truncate:
		if m.Begin {
			d.begin(m.Call)
			return
		}
		for _, c := range d.pending {
			c.ended = c.ended || c.call == m.Call
		}
	}
}

func (d *Disk) begin(c *Call) {
	off := c.Off
	switch c.Name {
	case Write:
		off = d.end
		d.end += int64(len(c.Data))
	case PWrite:
		d.end = max(d.end, off+int64(len(c.Data)))
	case Truncate:
		d.end = off
	}
	d.pending = append(d.pending, &change{call: c, off: off})
}

// Cut is what a power cut leaves, as the way says.
func (d *Disk) Cut(w Way) Image {
	im := Image{slices.Clone(d.sure.data), d.sure.size}
	sizes := []int{im.size}
	for _, c := range d.pending {
		if c.call.Name == Truncate {
			im.resize(max(im.size, int(c.off))) // a cut may find any of the sizes; what is between is decided below
		} else {
			im.apply(c, w.Keep)
		}
		sizes = append(sizes, im.size)
	}
	im.resize(sizes[w.Size(len(sizes))])
	return im
}

// Way says which of what may be there a power cut leaves.
type Way struct {
	Name string
	Keep func() bool     // asked for every sector that may be there
	Size func(n int) int // chooses among the n sizes the file may have, the oldest first
}

// Surely is the way in which nothing is left but what was synced.
func Surely() Way {
	return Way{"nothing unsynced", func() bool { return false }, func(int) int { return 0 }}
}

// Wholly is the way in which everything is left.
func Wholly() Way {
	return Way{"everything", func() bool { return true }, func(n int) int { return n - 1 }}
}

// Torn are three ways that differ each time: half of the sectors are left, few, and all but few.
func Torn(rng *rand.Rand) []Way {
	last := func(n int) int { return n - 1 }
	seldom := func() bool { return rng.IntN(8) == 0 }
	return []Way{
		{"half of the sectors", func() bool { return rng.IntN(2) == 0 }, rng.IntN},
		{"few sectors", seldom, last},
		{"all but few sectors", func() bool { return !seldom() }, last},
	}
}

// Image is what a file holds; from the end of data to its size there are zeros, which bbolt leaves many of.
type Image struct {
	data []byte
	size int
}

func (im *Image) resize(n int) {
	im.data, im.size = im.data[:min(len(im.data), n)], n
}

// apply carries out a change: all of it, or the sectors for which keep says so.
func (im *Image) apply(c *change, keep func() bool) {
	if c.call.Name == Truncate {
		im.resize(int(c.off))
		return
	}
	data := c.call.Data
	if end := int(c.off) + len(data); end > len(im.data) {
		im.data = append(im.data, make([]byte, end-len(im.data))...)
		im.size = max(im.size, end)
	}
	for at := 0; at < len(data); at += Sector {
		if keep == nil || keep() {
			copy(im.data[int(c.off)+at:], data[at:min(at+Sector, len(data))])
		}
	}
}

// Write makes a file of the image, which only its owner can read.
func (im Image) Write(path string) error {
	if err := os.WriteFile(path, im.data, 0o600); err != nil {
		return err
	}
	return os.Truncate(path, int64(im.size))
}
