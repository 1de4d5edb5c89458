package store

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"time"

	"frontdesk/inbox"
)

// A record is one entry as it lies in the journal:
//
//	4 bytes  length of the body
//	4 bytes  CRC-32C of the body
//	8 bytes  Chk of the entry
//	16 bytes hash of its id
//	4 bytes  CRC-32C of the Chk and the hash
//	body:    version 1 | seconds and nanoseconds of At | id | scope | kind | by | data
//
// Sequence and predecessor are in the key. The check value and the hash stand outside of the body and have a checksum of
// their own, so that the chain, and with it everybody's cursor, outlives damage to a body, and so does the knowledge that
// the entry is there. The hash is also what recent entries are found by (see ids.go).
const (
	chkAt    = 4 + 4
	hashAt   = chkAt + 8
	sumAt    = hashAt + len(idHash{})
	headSize = sumAt + 4

	recordVersion = 1

	// maxName bounds id, scope, kind and by: names are never long, and a bucket's keys may not be.
	maxName = 1 << 10
	// maxData bounds the data of an entry: a body of 16 MiB (merge-rules 13) and room around it.
	maxData = 32 << 20
)

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	errDamaged = errors.New("the record does not match its checksum")
)

// encode makes the record of e, all but its check value, which is known only when it is committed (see seal).
func encode(e *inbox.Entry) ([]byte, error) {
	if e.ID == "" {
		return nil, errors.New("an entry without an id cannot be kept: appending it twice would make two")
	}
	names := [...]string{e.ID, e.Scope, e.Kind, e.By}
	size := headSize + 1 + 8 + 4 + len(e.Data)
	for _, s := range names {
		if len(s) > maxName {
			return nil, fmt.Errorf("a name of %d bytes in an entry is longer than %d", len(s), maxName)
		}
		size += binary.MaxVarintLen16 + len(s)
	}
	if len(e.Data) > maxData {
		return nil, fmt.Errorf("an entry of %s is larger than %s", human(uint64(len(e.Data))), human(maxData))
	}
	b := make([]byte, headSize, size)
	b = append(b, recordVersion)
	b = binary.BigEndian.AppendUint64(b, uint64(e.At.Unix()))
	b = binary.BigEndian.AppendUint32(b, uint32(e.At.Nanosecond()))
	for _, s := range names {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	b = append(b, e.Data...)
	binary.BigEndian.PutUint32(b[0:], uint32(len(b)-headSize))
	binary.BigEndian.PutUint32(b[4:], crc32.Checksum(b[headSize:], castagnoli))
	hash := hashID(e.ID)
	copy(b[hashAt:], hash[:])
	return b, nil
}

// seal writes the check value into a record, and the checksum of it and of the hash.
func seal(record []byte, chk uint64) {
	binary.BigEndian.PutUint64(record[chkAt:], chk)
	binary.BigEndian.PutUint32(record[sumAt:], crc32.Checksum(record[chkAt:sumAt], castagnoli))
}

// chkOf reads the check value alone. It is false when that part is damaged; what is there then still serves to go on
// from, since the entries after it are chained to whatever was read here.
func chkOf(record []byte) (uint64, bool) {
	if len(record) < headSize {
		return 0, false
	}
	ok := binary.BigEndian.Uint32(record[sumAt:]) == crc32.Checksum(record[chkAt:sumAt], castagnoli)
	return binary.BigEndian.Uint64(record[chkAt:]), ok
}

// hashOf reads by what an entry is found: from the head, so that a large body need not be looked at, or else from the
// body. It is false when both are damaged; then nobody can tell which entry this was.
func hashOf(record []byte) (idHash, bool) {
	if _, ok := chkOf(record); ok {
		return idHash(record[hashAt:sumAt]), true
	}
	e, err := decodeBody(record)
	if err != nil {
		return idHash{}, false
	}
	return hashID(e.ID), true
}

// decode reads a record back, copying it. A damaged one becomes an EntryDamaged that keeps its place in the chain.
func decode(seq inbox.Seq, record []byte) inbox.Entry {
	chk, chkOK := chkOf(record)
	e, err := decodeBody(record)
	if err != nil || !chkOK {
		return inbox.Entry{Seq: seq, Prev: seq - 1, Chk: chk, Kind: inbox.EntryDamaged}
	}
	e.Seq, e.Prev, e.Chk = seq, seq-1, chk
	return e
}

func decodeBody(record []byte) (e inbox.Entry, err error) {
	if len(record) < headSize {
		return e, errDamaged
	}
	b := record[headSize:]
	if uint32(len(b)) != binary.BigEndian.Uint32(record) || crc32.Checksum(b, castagnoli) != binary.BigEndian.Uint32(record[4:]) {
		return e, errDamaged
	}
	if len(b) < 13 || b[0] != recordVersion {
		return e, errDamaged
	}
	e.At = time.Unix(int64(binary.BigEndian.Uint64(b[1:])), int64(binary.BigEndian.Uint32(b[9:]))).UTC()
	b = b[13:]
	for _, s := range []*string{&e.ID, &e.Scope, &e.Kind, &e.By} {
		n, w := binary.Uvarint(b)
		if w <= 0 || n > uint64(len(b)-w) {
			return e, errDamaged
		}
		*s = string(b[w : w+int(n)])
		b = b[w+int(n):]
	}
	if len(b) > 0 {
		e.Data = append([]byte(nil), b...)
	}
	return e, nil
}

// chain makes the check value of an entry from that of the entry before it.
func chain(prev uint64, id string) uint64 {
	h := sha256.New()
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], prev)
	h.Write(b[:])
	h.Write([]byte(id))
	return binary.BigEndian.Uint64(h.Sum(nil))
}

// hashID is what an entry is found by.
func hashID(id string) idHash {
	h := sha256.Sum256([]byte(id))
	return idHash(h[:16])
}

func u64(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// number reads what u64 wrote; 0 for anything else.
func number(b []byte) uint64 {
	if len(b) != 8 {
		return 0
	}
	return binary.BigEndian.Uint64(b)
}
