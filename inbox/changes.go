package inbox

import (
	"encoding/binary"
	"encoding/json"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// The buckets of the views that belong to the owner. Like the rest of the views they can be thrown away.
const (
	changesBucket   Bucket = "changes"   // seq | slice -> changeRecord
	importsBucket   Bucket = "imports"   // seq of a body that waits for the import lane -> empty
	templatesBucket Bucket = "templates" // name 0 language -> Template
)

// changesKept is how many entries back a watcher can resume (decisions 1).
const changesKept = 100_000

// changeRecord says what one journal entry changed, or one slice of a large one, so that every watcher can follow at
// its own pace and nothing is queued for it.
type changeRecord struct {
	Chk     uint64    `cbor:"1,keyasint"`
	At      int64     `cbor:"2,keyasint"` // Unix milliseconds
	Changes []changed `cbor:"3,keyasint"`
}

type changed struct {
	Kind     EventKind `cbor:"1,keyasint"`
	Thread   ThreadNo  `cbor:"2,keyasint,omitempty"`
	Key      string    `cbor:"3,keyasint,omitempty"`
	Replaces string    `cbor:"4,keyasint,omitempty"`
	Notice   *Notice   `cbor:"5,keyasint,omitempty"` // of the account: the notice itself, there is no object to read
}

// point is where a record lies among the changes. The slices of a large live body are counted from 0. What the import
// lane changes has no entry of its own that watchers still wait for, so it follows the live entry that was newest when
// it was applied, counted from importSlices on.
type point struct {
	Seq   Seq    `json:"seq"`
	Slice uint32 `json:"slice"`
}

const importSlices = 1 << 20

func (p point) before(q point) bool { return p.Seq < q.Seq || p.Seq == q.Seq && p.Slice < q.Slice }

func (p point) key() []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64(nil, uint64(p.Seq)), p.Slice)
}

func pointOf(key []byte) point {
	return point{Seq: Seq(binary.BigEndian.Uint64(key)), Slice: binary.BigEndian.Uint32(key[8:])}
}

// after is where a watcher goes on that was told the entry: what imports changed since then is told again, which is
// harmless.
func (c Cursor) after() point { return point{Seq: c.Seq, Slice: importSlices - 1} }

// viewsMeta is what the owner keeps of the views as a whole.
type viewsMeta struct {
	Records int    `json:"records"` // in the changes bucket
	Trimmed point  `json:"trimmed"` // up to here changes are forgotten
	Imports uint32 `json:"imports"` // transactions of the import lane
	// LastEvent is when the newest applied webhook arrived.
	LastEvent time.Time `json:"last_event,omitzero"`
}

var viewsMetaKey = []byte("owner")

func readMeta(tx ReadTx) viewsMeta {
	var m viewsMeta
	if json.Unmarshal(tx.Get(metaBucket, viewsMetaKey), &m) != nil {
		return viewsMeta{}
	}
	return m
}

func writeMeta(tx Tx, m viewsMeta) error {
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return tx.Put(metaBucket, viewsMetaKey, b)
}

// putChanges adds a record and counts it, unless the same slice was written before.
func putChanges(tx Tx, m *viewsMeta, at point, r changeRecord) error {
	if tx.Get(changesBucket, at.key()) == nil {
		m.Records++
	}
	b, err := cbor.Marshal(r)
	if err != nil {
		return err
	}
	return tx.Put(changesBucket, at.key(), b)
}

// trimChanges forgets the oldest records beyond keep.
func trimChanges(tx Tx, m *viewsMeta, keep int) error {
	if m.Records <= keep {
		return nil
	}
	var old [][]byte
	tx.Ascend(changesBucket, nil, func(k, _ []byte) bool {
		old = append(old, append([]byte(nil), k...))
		return len(old) < m.Records-keep
	})
	for _, k := range old {
		if err := tx.Delete(changesBucket, k); err != nil {
			return err
		}
		m.Trimmed = pointOf(k)
		m.Records--
	}
	return nil
}

// lastChange is the place of the newest record up to an entry, or of the entry itself.
func lastChange(tx ReadTx, upto Seq) point {
	last := point{Seq: upto}
	tx.Descend(changesBucket, point{Seq: upto + 1}.key(), func(k, _ []byte) bool {
		if at := pointOf(k); at.Seq == upto {
			last = at
		}
		return false
	})
	return last
}

// told is what a watcher is told together: the changes of one entry, or of one slice of an import.
type told struct {
	at point
	changeRecord
}

// changesAfter reads what came after a place and up to an entry, until most changes came together. An entry is never
// cut: its slices are told as one.
func changesAfter(tx ReadTx, after point, upto Seq, most int) ([]told, error) {
	var found []told
	var err error
	n := 0
	after.Slice++
	tx.Ascend(changesBucket, after.key(), func(k, v []byte) bool {
		at := pointOf(k)
		next := len(found) == 0 || found[len(found)-1].at.Seq != at.Seq || at.Slice >= importSlices
		if at.Seq > upto || next && n >= most {
			return false
		}
		var r changeRecord
		if err = cbor.Unmarshal(v, &r); err != nil {
			return false
		}
		if next {
			found = append(found, told{at: at, changeRecord: r})
		} else {
			last := &found[len(found)-1]
			last.at, last.Changes = at, append(last.Changes, r.Changes...)
		}
		n += len(r.Changes)
		return true
	})
	return found, err
}
