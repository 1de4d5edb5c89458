package inbox

import "encoding/json"

// Lane is one of the two ways entries are applied: live ones never wait behind an import (decisions 6).
type Lane string

// The lanes.
const (
	LiveLane   Lane = "live"
	ImportLane Lane = "import"
)

// Applied says up to where the live lane has been applied; the zero Cursor when nothing was.
func Applied(tx ReadTx) Cursor { return AppliedIn(tx, LiveLane) }

// SetApplied records it, in the transaction of the effect.
func SetApplied(tx Tx, c Cursor) error { return SetAppliedIn(tx, LiveLane, c) }

// AppliedIn is Applied of any lane.
func AppliedIn(tx ReadTx, l Lane) Cursor {
	var c Cursor
	if json.Unmarshal(tx.Get(metaBucket, []byte("applied."+l)), &c) != nil {
		return Cursor{}
	}
	return c
}

// SetAppliedIn is SetApplied of any lane.
func SetAppliedIn(tx Tx, l Lane, c Cursor) error {
	b, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return tx.Put(metaBucket, []byte("applied."+l), b)
}
