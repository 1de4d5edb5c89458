package inbox

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"sort"
)

// The text of all rows, folded, lies in blocks that are scanned whole (storage.md 4). Which block a row is in follows
// from its place in the journal alone, so the blocks are the same after a rebuild, whatever lane the row came by, and a
// row that is edited or deleted is found again. A block stops growing when the journal has gone past it. The newest one
// is kept as one small record a row, so that a message writes a hundred bytes and not a block; once the journal is past
// it, its records are put together.
const (
	foldedBucket   Bucket = "folded"   // block 8 -> block
	foldedNew      Bucket = "foldednw" // mark 8 | key hash 4 -> row of the newest block
	foldedTimes    Bucket = "foldedtm" // newest time in a block 8 | block 8 -> empty
	foldedNames    Bucket = "foldednm" // line 0 alias -> thread 8 | names, folded, each before a zero byte
	absorbedBucket Bucket = "absorbed" // thread that another one took in at some time 8 -> empty
)

// Shares of the journal that make one block. A message is about a hundred bytes here, and many entries hold none.
const (
	blockSeqs  = 256 // entries, by ...
	blockFirst = 8   // ... the first items of each
	blockItems = 200 // further items of a larger body
)

// blockNo names a block.
type blockNo uint64

// ofLarge marks blocks that hold a part of one large body.
const ofLarge blockNo = 1 << 63

func blockOf(m mark) blockNo {
	seq, item := uint64(m)>>20, uint64(m)&(MaxItems-1)
	if item < blockFirst {
		return blockNo(seq / blockSeqs)
	}
	return ofLarge | blockNo(seq<<20|item/blockItems)
}

// foldedKey is what a row is known by in the blocks.
type foldedKey struct {
	mark mark
	hash uint32
}

func (s spot) folded() foldedKey { return foldedKey{s.Mark, s.Hash} }

func compareFolded(a, b foldedKey) int {
	return cmp.Or(cmp.Compare(a.mark, b.mark), cmp.Compare(a.hash, b.hash))
}

func (k foldedKey) bytes() []byte {
	return binary.BigEndian.AppendUint32(number(uint64(k.mark)), k.hash)
}

// foldedRow is a row in the blocks. Its thread is the one it had when it was written there; absorbedBucket says what
// became of that one.
type foldedRow struct {
	place place
	text  []byte // no byte of it is zero
}

func (r foldedRow) key() foldedKey { return r.place.spot.folded() }

// small is the record of a row of the newest block.
func (r foldedRow) small() []byte {
	b := binary.BigEndian.AppendUint64(number(uint64(r.place.thread)), ordered(r.place.spot.Time))
	return append(b, r.text...)
}

// smallRow reads a row of the newest block. It shares the value's bytes.
func smallRow(k, v []byte) (foldedRow, error) {
	if len(k) != 12 || len(v) < 16 {
		return foldedRow{}, damaged(foldedNew, errShort)
	}
	return foldedRow{place{ThreadNo(binary.BigEndian.Uint64(v)), spot{
		Time: int64(binary.BigEndian.Uint64(v[8:]) ^ 1<<63),
		Mark: mark(binary.BigEndian.Uint64(k)),
		Hash: binary.BigEndian.Uint32(k[8:]),
	}}, v[16:]}, nil
}

// A block is a head, a table of its rows by key, and their texts, each with a zero byte behind it.
const (
	blockVersion = 1
	blockHead    = 1 + 4        // version, number of rows
	blockRow     = placeLen + 4 // a row's place, and where its text ends
	textEnd      = byte(0)      // behind each text
	textPart     = "\x01"       // inside a text, between what is shown apart
)

// mostFolded bounds what one row adds to a block, in bytes. WhatsApp's own limit is 4096 characters.
const mostFolded = 16 << 10

// block is a stored block. It shares the value's bytes.
type block struct {
	table, texts []byte
}

func blockFrom(v []byte) (block, error) {
	if len(v) < blockHead || v[0] != blockVersion {
		return block{}, damaged(foldedBucket, errShort)
	}
	n := int(binary.BigEndian.Uint32(v[1:]))
	if len(v) < blockHead+n*blockRow {
		return block{}, damaged(foldedBucket, errShort)
	}
	b := block{v[blockHead : blockHead+n*blockRow], v[blockHead+n*blockRow:]}
	if n > 0 && b.end(n-1) != len(b.texts) || n == 0 && len(b.texts) > 0 {
		return block{}, damaged(foldedBucket, errShort)
	}
	return b, nil
}

func (b block) rows() int { return len(b.table) / blockRow }

func (b block) end(i int) int { return int(binary.BigEndian.Uint32(b.table[i*blockRow+placeLen:])) }

func (b block) place(i int) place {
	return spelledPlace(b.table[i*blockRow : i*blockRow+placeLen])
}

// text is the text of a row; next is where the one behind it begins.
func (b block) text(i int) (text []byte, next int) {
	from := 0
	if i > 0 {
		from = b.end(i - 1)
	}
	next = b.end(i)
	return b.texts[from : next-1], next
}

// at is the row whose text holds a byte of texts.
func (b block) at(pos int) int {
	return sort.Search(b.rows(), func(i int) bool { return b.end(i) > pos })
}

func (b block) row(i int) foldedRow {
	text, _ := b.text(i)
	return foldedRow{b.place(i), text}
}

func (b block) all() []foldedRow {
	rows := make([]foldedRow, b.rows())
	for i := range rows {
		rows[i] = b.row(i)
	}
	return rows
}

// newest is the latest time in it.
func (b block) newest() int64 {
	return newestOf(b.rows(), func(i int) int64 { return b.place(i).spot.Time })
}

func newestOf(n int, at func(int) int64) int64 {
	t := at(0)
	for i := 1; i < n; i++ {
		t = max(t, at(i))
	}
	return t
}

// encodeBlock makes a block of rows that are sorted by key.
func encodeBlock(rows []foldedRow) []byte {
	size := blockHead
	for _, r := range rows {
		size += blockRow + len(r.text) + 1
	}
	b := make([]byte, 0, size)
	b = append(b, blockVersion)
	b = binary.BigEndian.AppendUint32(b, uint32(len(rows)))
	end := 0
	for _, r := range rows {
		end += len(r.text) + 1
		b = append(b, r.place.bytes()...)
		b = binary.BigEndian.AppendUint32(b, uint32(end))
	}
	for _, r := range rows {
		b = append(append(b, r.text...), textEnd)
	}
	return b
}

// merged puts changes into rows, both sorted by key; a change without a text takes its row out.
func merged(rows, changes []foldedRow) []foldedRow {
	out := make([]foldedRow, 0, len(rows)+len(changes))
	for len(rows)+len(changes) > 0 {
		c := -1
		switch {
		case len(rows) == 0:
			c = 1
		case len(changes) > 0:
			c = compareFolded(rows[0].key(), changes[0].key())
		}
		if c < 0 {
			out, rows = append(out, rows[0]), rows[1:]
			continue
		}
		if c == 0 {
			rows = rows[1:]
		}
		if len(changes[0].text) > 0 {
			out = append(out, changes[0])
		}
		changes = changes[1:]
	}
	return out
}

func timesKey(newest int64, no blockNo) []byte {
	return binary.BigEndian.AppendUint64(number(ordered(newest)), uint64(no))
}

// foldedText is what a row says, as it is searched: its text, the name of its file, and the numbers that it writes in
// groups once more as one.
func foldedText(text, file string) []byte {
	b := appendFold(nil, text, nil)
	n := len(b)
	if file != "" {
		b = appendFold(append(b, textPart...), file, nil)
	}
	for _, g := range groupedNumbers(string(b[:n])) {
		b = append(append(b, textPart...), g.digits...)
	}
	if len(b) > mostFolded {
		b = bytes.ToValidUTF8(b[:mostFolded], nil)
	}
	return bytes.TrimRight(b, textPart)
}

// sortFolded sorts rows by key.
func sortFolded(rows []foldedRow) {
	slices.SortFunc(rows, func(a, b foldedRow) int { return compareFolded(a.key(), b.key()) })
}
