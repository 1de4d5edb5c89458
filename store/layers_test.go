package store

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	bolt "go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"frontdesk/inbox"
)

// Whatever was written, whatever of it is in the file, on its way there or in memory: readers see one sorted bucket.
func TestLayersAreOne(t *testing.T) {
	s := opened(t, t.TempDir(), Options{})
	v := s.views
	rapid.Check(t, func(rt *rapid.T) {
		if err := v.Reset(); err != nil {
			rt.Fatal(err)
		}
		key := rapid.SliceOfN(rapid.ByteRange(0, 3), 1, 3)
		have := map[string]string{}
		for range rapid.IntRange(1, 6).Draw(rt, "steps") {
			switch rapid.IntRange(0, 3).Draw(rt, "step") {
			case 0: // to the file
				if err := v.sinkAll(); err != nil {
					rt.Fatal(err)
				}
			case 1: // half of the way, as a reader sees it while the file is written
				v.layers.Lock()
				if v.low == nil && !v.top.empty() {
					v.low, v.top = v.top, newLayer()
				}
				v.layers.Unlock()
			default:
				err := v.Update(func(tx inbox.Tx) error {
					for range rapid.IntRange(0, 8).Draw(rt, "writes") {
						k := key.Draw(rt, "key")
						var err error
						if rapid.Bool().Draw(rt, "delete") {
							delete(have, string(k))
							err = tx.Delete("m", k)
						} else {
							val := rapid.SliceOfN(rapid.Byte(), 0, 3).Draw(rt, "value")
							have[string(k)] = string(val)
							err = tx.Put("m", k, val)
						}
						if err != nil {
							return err
						}
					}
					return sees(tx, have, key.Draw(rt, "at"))
				})
				if err != nil {
					rt.Fatal(err)
				}
			}
			if err := v.View(func(tx inbox.ReadTx) error { return sees(tx, have, key.Draw(rt, "at")) }); err != nil {
				rt.Fatal(err)
			}
		}
	})
}

// sees compares every way of reading bucket m with a map.
func sees(tx inbox.ReadTx, have map[string]string, at []byte) error {
	var up, down, gotUp, gotDown []string
	for _, k := range slices.Sorted(maps.Keys(have)) {
		if k >= string(at) {
			up = append(up, k+"="+have[k])
		} else {
			down = append(down, k+"="+have[k])
		}
		if got := tx.Get("m", []byte(k)); got == nil || string(got) != have[k] {
			return fmt.Errorf("%x is %x, want %x", k, got, have[k])
		}
	}
	slices.Reverse(down)
	tx.Ascend("m", at, func(k, v []byte) bool { gotUp = append(gotUp, string(k)+"="+string(v)); return true })
	tx.Descend("m", at, func(k, v []byte) bool { gotDown = append(gotDown, string(k)+"="+string(v)); return true })
	if !slices.Equal(up, gotUp) || !slices.Equal(down, gotDown) {
		return fmt.Errorf("from %x: %q and %q, want %q and %q", at, gotUp, gotDown, up, down)
	}
	if _, ok := have[string(at)]; !ok && tx.Get("m", at) != nil {
		return fmt.Errorf("%x is there", at)
	}
	return nil
}

// inFile reads a key past the layers.
func inFile(t *testing.T, v *views, key string) (value []byte) {
	t.Helper()
	err := v.db.View(func(tx *bolt.Tx) error {
		if b := tx.Bucket([]byte("b")); b != nil {
			value = bytes.Clone(b.Get([]byte(key)))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// What is in memory goes to the file after a while by itself, once, and not before.
func TestLayersSinkByThemselves(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		v, err := openViews(dir, "id", Options{ViewsLayout: 1}, &Opening{})
		if err != nil {
			t.Fatal(err)
		}
		put := func(key string) {
			if err := v.Update(func(tx inbox.Tx) error { return tx.Put("b", []byte(key), []byte("v")) }); err != nil {
				t.Fatal(err)
			}
		}
		put("a")
		time.Sleep(sinkAfter - time.Millisecond)
		put("b")
		if inFile(t, v, "a") != nil {
			t.Error("it was in the file at once")
		}
		time.Sleep(time.Millisecond)
		synctest.Wait()
		if inFile(t, v, "a") == nil || inFile(t, v, "b") == nil {
			t.Error("it was not in the file in time")
		}
		put("c")
		if err := v.close(); err != nil {
			t.Fatal(err)
		}
		if v, err = openViews(dir, "id", Options{ViewsLayout: 1}, &Opening{}); err != nil {
			t.Fatal(err)
		}
		if inFile(t, v, "c") == nil {
			t.Error("closing left something behind")
		}
		if err := v.close(); err != nil {
			t.Fatal(err)
		}
	})
}

// A layer that has grown goes to the file at once, beside readers and further writes, and memory stays bounded.
func TestLayersSinkWhenLarge(t *testing.T) {
	s := opened(t, t.TempDir(), Options{})
	v := s.views
	stop := make(chan struct{})
	var readers sync.WaitGroup
	readers.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			view := func(tx inbox.ReadTx) error {
				a, b := tx.Get("b", []byte("first")), tx.Get("b", []byte("last"))
				if !bytes.Equal(a, b) {
					return fmt.Errorf("one view saw %x and %x", a, b)
				}
				return nil
			}
			if err := v.View(view); err != nil {
				t.Error(err)
				return
			}
		}
	})
	for i := range 120 {
		err := v.Update(func(tx inbox.Tx) error {
			n := fmt.Append(nil, i)
			return errors.Join(tx.Put("b", []byte("first"), n), tx.Put("big", n, make([]byte, 1<<20)), tx.Put("b", []byte("last"), n))
		})
		if err != nil {
			t.Fatal(err)
		}
		v.layers.RLock()
		if v.top.bytes > sinkMost+2<<20 {
			t.Errorf("%d bytes in memory", v.top.bytes)
		}
		v.layers.RUnlock()
	}
	close(stop)
	readers.Wait()
	v.sinking.Wait() // on a slow disk it is still at it
	if inFile(t, v, "first") == nil {
		t.Error("nothing went to the file")
	}
}

// A file that has to be mapped anew waits until nobody reads it. Here it does so while one Update has written and a View
// begins: neither may wait for the other.
func TestLayersLetTheFileGrow(t *testing.T) {
	v := opened(t, t.TempDir(), Options{}).views
	if err := v.db.Close(); err != nil {
		t.Fatal(err)
	}
	var err error
	// A new file is mapped as far as it reaches, as every file is on Windows.
	if v.db, err = bolt.Open(filepath.Join(t.TempDir(), viewsFile), fileMode, &bolt.Options{}); err != nil {
		t.Fatal(err)
	}
	put := func(tx inbox.Tx, n int) error { return tx.Put("b", []byte("key"), make([]byte, n)) }
	if err := v.Update(func(tx inbox.Tx) error { return put(tx, 1<<20) }); err != nil {
		t.Fatal(err)
	}
	v.layers.Lock()
	v.lower()
	v.layers.Unlock()
	hung := time.AfterFunc(20*time.Second, func() { panic("they wait for each other") }) // nothing could be closed any more
	defer hung.Stop()
	stop := make(chan struct{})
	var beside sync.WaitGroup
	err = v.Update(func(tx inbox.Tx) error {
		beside.Go(func() {
			if err := v.sinkLow(); err != nil {
				t.Error(err)
			}
		})
		beside.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := v.View(func(inbox.ReadTx) error { return nil }); err != nil {
					t.Error(err)
					return
				}
			}
		})
		for held := 0; held < 20; held++ { // until a View waits for the file
			if v.layers.TryLock() {
				v.layers.Unlock()
				held = 0
			}
			time.Sleep(time.Millisecond)
		}
		return put(tx, 1)
	})
	if err != nil {
		t.Error(err)
	}
	close(stop)
	beside.Wait()
}
