package inbox

import (
	"encoding/binary"
	"encoding/json"
	"time"
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

func changeKey(seq Seq, slice int) []byte {
	return binary.BigEndian.AppendUint32(number(uint64(seq)), uint32(slice))
}

func changeSeq(key []byte) Seq { return Seq(binary.BigEndian.Uint64(key)) }

// viewsMeta is what the owner keeps of the views as a whole.
type viewsMeta struct {
	Records int    `json:"records"`           // in the changes bucket
	Trimmed Seq    `json:"trimmed,omitempty"` // up to here changes are forgotten
	Imports uint32 `json:"imports,omitempty"` // transactions of the import lane ...
	Beside  Seq    `json:"beside,omitempty"`  // ... the last of which came after this entry
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
func putChanges(tx Tx, m *viewsMeta, seq Seq, slice int, r changeRecord) error {
	key := changeKey(seq, slice)
	if tx.Get(changesBucket, key) == nil {
		m.Records++
	}
	return tx.Put(changesBucket, key, encode(r))
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
		m.Trimmed = changeSeq(k)
		m.Records--
	}
	return nil
}

// told is one entry of the changes bucket as a watcher reads it.
type told struct {
	seq Seq
	changeRecord
}

// changesAfter reads whole entries after seq and up to upto, until most changes came together.
func changesAfter(tx ReadTx, after, upto Seq, most int) ([]told, error) {
	var found []told
	var err error
	n := 0
	tx.Ascend(changesBucket, changeKey(after+1, 0), func(k, v []byte) bool {
		seq := changeSeq(k)
		next := len(found) == 0 || found[len(found)-1].seq != seq
		if seq > upto || next && n >= most {
			return false
		}
		var r changeRecord
		if err = decode(v, &r); err != nil {
			return false
		}
		if next {
			found = append(found, told{seq: seq, changeRecord: r})
		} else {
			last := &found[len(found)-1]
			last.Changes = append(last.Changes, r.Changes...)
		}
		n += len(r.Changes)
		return true
	})
	return found, err
}
