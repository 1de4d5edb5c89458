package inbox

import "testing"

// weighed is a transaction that weighs what is read and written of a number.
type weighed struct {
	Tx
	bytes int
}

func (w *weighed) of(b Bucket, n int) {
	if b == linesBucket || b == chunksBucket {
		w.bytes += n
	}
}

func (w *weighed) Get(b Bucket, key []byte) []byte {
	v := w.Tx.Get(b, key)
	w.of(b, len(v))
	return v
}

func (w *weighed) Ascend(b Bucket, from []byte, yield func(k, v []byte) bool) {
	w.Tx.Ascend(b, from, func(k, v []byte) bool {
		w.of(b, len(v))
		return yield(k, v)
	})
}

func (w *weighed) Put(b Bucket, key, value []byte) error {
	w.of(b, len(value))
	return w.Tx.Put(b, key, value)
}

// TestLiveMessagesLeaveImportsAlone: an echo moves the phone's pulse, and every webhook looks at it; what the number's
// import has left behind must not be read and written for that.
func TestLiveMessagesLeaveImportsAlone(t *testing.T) {
	v := NewMemoryViews()
	seq := Seq(0)
	weigh := func(facts ...Fact) (bytes int) {
		t.Helper()
		if err := v.Update(func(tx Tx) error {
			w := &weighed{Tx: tx}
			var all []Sighted
			for _, f := range facts {
				seq++
				all = append(all, Sighted{Seq: seq, At: clockAt(int64(seq)), Fact: f})
			}
			_, err := Rules{}.Apply(w, all)
			bytes = w.bytes
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return bytes
	}
	weigh(echoed(out(1), 1, "before"))
	before := weigh(echoed(out(2), 2, "before"))
	var chunks []Fact
	for n := range 3000 {
		chunks = append(chunks, chunkSeen(n/1000, n+1, 50))
	}
	weigh(chunks...)
	if after := weigh(echoed(out(3), int64(seq)+1, "after")); after > before+64 {
		t.Errorf("a live message reads and writes %d bytes of its number after an import of 3,000 chunks, %d before it", after, before)
	}
	if one := weigh(chunkSeen(2, 3001, 60)); one > before+128 {
		t.Errorf("one chunk more reads and writes %d bytes", one)
	}
	var h HistorySync
	if err := v.View(func(tx ReadTx) error {
		r := NewReader(tx, Lens{Now: clockAt(9000)})
		h = r.Sync(testLine).History
		return r.Err()
	}); err != nil {
		t.Fatal(err)
	}
	if h.Progress != 60 || len(h.Gaps) != 0 {
		t.Errorf("progress %d with %d gaps, want 60 and none", h.Progress, len(h.Gaps))
	}
}
