package inbox

import "encoding/json"

var appliedKey = []byte("applied.live")

// Applied says up to where the journal has been applied, but for the imports that wait for their lane; the zero Cursor
// when nothing was.
func Applied(tx ReadTx) Cursor {
	var c Cursor
	if json.Unmarshal(tx.Get(metaBucket, appliedKey), &c) != nil {
		return Cursor{}
	}
	return c
}

// setApplied records it, in the transaction of the effect.
func setApplied(tx Tx, c Cursor) error {
	b, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return tx.Put(metaBucket, appliedKey, b)
}
