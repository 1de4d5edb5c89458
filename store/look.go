package store

import (
	"encoding/binary"
	"hash/fnv"
	"io"
	"os"
)

// What this needs to know of bbolt's file format: two meta pages at the front, each 16 bytes of page header and then
// magic, version, page size, flags, root page, root sequence, free list, high-water mark, transaction, checksum.
const (
	boltMagic   = 0xED0CDAED
	boltVersion = 2
	metaAt      = 16
	metaSize    = 64
)

// looksWhole looks a file over before bbolt maps it. bbolt itself trusts the size that its meta page tells, so a file
// cut short would end the process with a fault instead of an error.
func looksWhole(path string) error {
	refuse := func(text string) error {
		return &Refusal{Kind: Damaged, File: path, Text: text, Next: nextBackup}
	}
	f, err := os.Open(path)
	if err != nil {
		return unusable(path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return unusable(path, err)
	}
	if info.Size() == 0 {
		return &Refusal{Kind: Lost, File: path, Text: "is empty: what it held is lost, or it is not the right file", Next: nextBackup}
	}
	best, size := uint64(0), uint64(0)
	for at := int64(0); at <= 16<<20; at = max(1024, 2*at) {
		m, ok := readMeta(f, at)
		if ok && (at == 0 || uint64(at) == m.page) && (size == 0 || m.tx > best) {
			best, size = m.tx, m.high*m.page
		}
	}
	switch {
	case size == 0:
		return refuse("is not a store: both of its first pages are unreadable")
	case uint64(info.Size()) < size:
		return refuse("is cut short: " + human(uint64(info.Size())) + " of " + human(size) + " are left")
	}
	return nil
}

type meta struct{ page, high, tx uint64 }

// readMeta reads the meta page at an offset, if there is a sound one. It is written in the byte order of the machine.
func readMeta(f io.ReaderAt, at int64) (m meta, ok bool) {
	var b [metaAt + metaSize]byte
	if _, err := f.ReadAt(b[:], at); err != nil {
		return m, false
	}
	p, order := b[metaAt:], binary.NativeEndian
	h := fnv.New64a()
	h.Write(p[:metaSize-8])
	if order.Uint32(p) != boltMagic || order.Uint32(p[4:]) != boltVersion || order.Uint64(p[56:]) != h.Sum64() {
		return m, false
	}
	m = meta{page: uint64(order.Uint32(p[8:])), high: order.Uint64(p[40:]), tx: order.Uint64(p[48:])}
	return m, m.page >= 1024 && m.high < 1<<48
}
