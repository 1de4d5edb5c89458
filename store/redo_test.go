package store

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	bolt "go.etcd.io/bbolt"

	"frontdesk/inbox"
)

// scattered makes a layer that changes, adds and removes keys all over three buckets, enough of them for several
// transactions, and applies the same to want.
func scattered(want map[string]string, seed uint64, n int) *layer {
	chance := rand.New(rand.NewPCG(seed, 7))
	l := newLayer()
	for range n {
		bucket := inbox.Bucket([]string{"a", "b", "c"}[chance.IntN(3)])
		key := fmt.Appendf(nil, "%016x", chance.Uint64()>>46)
		it := kept(key, fmt.Appendf(nil, "%d of %d", chance.IntN(1000), seed))
		switch chance.IntN(8) {
		case 0:
			it.value = nil
		case 1:
			it = kept(key, nil) // there, and empty
			it.value = []byte{}
		}
		if l.trees[bucket] == nil {
			l.trees[bucket] = newTree()
		}
		l.trees[bucket].Set(it)
		l.bytes += len(it.key) + len(it.value) + itemCost
		if it.value == nil {
			delete(want, string(bucket)+"/"+string(key))
		} else {
			want[string(bucket)+"/"+string(key)] = string(it.value)
		}
	}
	return l
}

// contents are what a reader sees.
func contents(t *testing.T, v *views) map[string]string {
	t.Helper()
	have := map[string]string{}
	err := v.View(func(tx inbox.ReadTx) error {
		for _, b := range []inbox.Bucket{"a", "b", "c"} {
			tx.Ascend(b, nil, func(k, v []byte) bool {
				have[string(b)+"/"+string(k)] = string(v)
				return true
			})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return have
}

var errCrash = errors.New("the process ended here")

// However far a large layer has come on its way into the file when the process ends, the next start has all of it or
// nothing, and brings it to its end.
func TestLargeLayersAreWholeAfterACrash(t *testing.T) {
	defer func(bytes int, pages int64) { redoBytes, partPages = bytes, pages }(redoBytes, partPages)
	redoBytes, partPages = 1, 30 // a piece at a time
	parts := 0
	for at := 0; parts == 0; at++ {
		dir := t.TempDir()
		v, err := openViews(dir, "id", Options{ViewsLayout: 1}, &Opening{})
		if err != nil {
			t.Fatal(err)
		}
		before := map[string]string{}
		v.low = scattered(before, 1, 8_000)
		if err := v.sinkLow(); err != nil {
			t.Fatal(err)
		}
		after := make(map[string]string, len(before))
		for k, v := range before {
			after[k] = v
		}
		large := scattered(after, 2, 8_000)
		large.bytes += partBytes
		n := 0
		err = large.sinkInto(func(fn func(*bolt.Tx) error) error {
			if n++; n > at {
				return errCrash
			}
			return v.db.Update(fn)
		})
		if err != nil && !errors.Is(err, errCrash) {
			t.Fatal(err)
		}
		if err == nil {
			parts = n
		}
		if err := v.db.Close(); err != nil {
			t.Fatal(err)
		}
		for range 2 { // and what the next start did stays
			if v, err = openViews(dir, "id", Options{ViewsLayout: 1}, &Opening{}); err != nil {
				t.Fatal(err)
			}
			have := contents(t, v)
			if !same(have, before) && !same(have, after) {
				t.Fatalf("after %d transactions the views are neither as before nor as after", at)
			}
			v.sinking.Wait()
			if !same(contents(t, v), have) {
				t.Errorf("after %d transactions the start itself changed what is seen", at)
			}
			if err := v.close(); err != nil {
				t.Fatal(err)
			}
		}
		db, err := bolt.Open(filepath.Join(dir, viewsFile), fileMode, &bolt.Options{ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		left, err := readRedo(db)
		if err != nil || left != nil {
			t.Errorf("after %d transactions something is still on its way: %v", at, err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if parts < 8 {
		t.Errorf("%d transactions: too few for the parts to mean anything", parts)
	}
}

func same(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if w, ok := b[k]; !ok || w != v {
			return false
		}
	}
	return true
}

// What was written down and cannot be read makes the views damaged, never half of a layer.
func TestDamagedRedoIsNoLayer(t *testing.T) {
	dir := t.TempDir()
	v, err := openViews(dir, "id", Options{ViewsLayout: 1}, &Opening{})
	if err != nil {
		t.Fatal(err)
	}
	l := scattered(map[string]string{}, 3, 1000)
	if err := l.writeRedo(v.db.Update); err != nil {
		t.Fatal(err)
	}
	err = v.db.Update(func(tx *bolt.Tx) error {
		b := tx.Bucket(redoBucket)
		piece := bytes.Clone(b.Get(u64(1)))
		return b.Put(u64(1), piece[:len(piece)-3])
	})
	if err := errors.Join(err, v.db.Close()); err != nil {
		t.Fatal(err)
	}
	var o Opening
	if v, err = openViews(dir, "id", Options{ViewsLayout: 1}, &o); err != nil {
		t.Fatal(err)
	}
	if o.Views == "" || len(contents(t, v)) > 0 {
		t.Errorf("opened as if nothing were wrong: %q, %d keys", o.Views, len(contents(t, v)))
	}
	if err := v.close(); err != nil {
		t.Fatal(err)
	}
}

// However large single values are, no transaction on their way holds much more than it should.
func TestLargeValuesInParts(t *testing.T) {
	v, err := openViews(t.TempDir(), "id", Options{ViewsLayout: 1}, &Opening{})
	if err != nil {
		t.Fatal(err)
	}
	l := newLayer()
	tr := newTree()
	l.trees["a"] = tr
	const each, n = 1 << 20, 40
	for i := range n {
		tr.Set(kept(u64(uint64(i)), bytes.Repeat([]byte{byte(i)}, each)))
		l.bytes += each
	}
	most := int64(0)
	if err := l.sinkInto(func(fn func(*bolt.Tx) error) error {
		var tx *bolt.Tx
		err := v.db.Update(func(in *bolt.Tx) error { tx = in; return fn(in) })
		stats := tx.Stats()
		most = max(most, stats.GetPageAlloc())
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if most > 20*each {
		t.Errorf("a transaction took %d MB of pages", most>>20)
	}
	if got := contents(t, v); len(got) != n {
		t.Errorf("%d values of %d", len(got), n)
	}
	if err := v.close(); err != nil {
		t.Fatal(err)
	}
}
