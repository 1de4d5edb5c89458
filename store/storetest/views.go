package storetest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"frontdesk/inbox"
)

// RunViews tests views. open is called once for each test, gives empty views and must clean up with t.Cleanup.
func RunViews(t *testing.T, open func(t *testing.T) inbox.Views) {
	tests := []struct {
		name string
		test func(*testing.T, inbox.Views)
	}{
		{"missing buckets and keys are empty", testMissing},
		{"keys are walked in order, both ways", testWalk},
		{"a failed update changes nothing", testUpdateFails},
		{"a view sees one state", testOneState},
		{"a reset empties", testReset},
		{"anything a model does", testModel},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { tt.test(t, open(t)) })
	}
}

func update(t testing.TB, v inbox.Views, fn func(inbox.Tx) error) {
	t.Helper()
	if err := v.Update(fn); err != nil {
		t.Fatal(err)
	}
}

func view(t testing.TB, v inbox.Views, fn func(inbox.ReadTx)) {
	t.Helper()
	if err := v.View(func(tx inbox.ReadTx) error { fn(tx); return nil }); err != nil {
		t.Fatal(err)
	}
}

// keys walks a bucket and stops after most of them, when most is not zero.
func keys(walk func(inbox.Bucket, []byte, func(k, v []byte) bool), b inbox.Bucket, from []byte, most int) (out []string) {
	walk(b, from, func(k, v []byte) bool {
		out = append(out, string(k)+"="+string(v))
		return len(out) != most
	})
	return out
}

func wantKeys(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %q; want %q", what, got, want)
	}
}

func testMissing(t *testing.T, v inbox.Views) {
	check := func(tx inbox.ReadTx) {
		if tx.Get("none", []byte("k")) != nil {
			t.Error("a value out of nothing")
		}
		wantKeys(t, "up", keys(tx.Ascend, "none", nil, 0))
		wantKeys(t, "down", keys(tx.Descend, "none", nil, 0))
	}
	view(t, v, check)
	update(t, v, func(tx inbox.Tx) error {
		check(tx)
		if err := tx.Put("b", []byte("k"), nil); err != nil {
			return err
		}
		if got := tx.Get("b", []byte("k")); got == nil || len(got) != 0 {
			t.Errorf("an empty value came as %v", got)
		}
		return errors.Join(tx.Delete("b", []byte("other")), tx.Delete("none", []byte("k")))
	})
	view(t, v, func(tx inbox.ReadTx) {
		if tx.Get("b", []byte("k")) == nil || tx.Get("b", []byte("other")) != nil || tx.Get("c", []byte("k")) != nil {
			t.Error("an empty value, a missing key and a missing bucket are confused")
		}
	})
}

func testWalk(t *testing.T, v inbox.Views) {
	update(t, v, func(tx inbox.Tx) error {
		for _, k := range []string{"d", "b", "c\x00", "c", "a"} {
			if err := tx.Put("x", []byte(k), []byte("1")); err != nil {
				return err
			}
		}
		return tx.Put("y", []byte("z"), []byte("2"))
	})
	view(t, v, func(tx inbox.ReadTx) {
		wantKeys(t, "all", keys(tx.Ascend, "x", nil, 0), "a=1", "b=1", "c=1", "c\x00=1", "d=1")
		wantKeys(t, "from a key", keys(tx.Ascend, "x", []byte("c"), 0), "c=1", "c\x00=1", "d=1")
		wantKeys(t, "from between", keys(tx.Ascend, "x", []byte("bb"), 2), "c=1", "c\x00=1")
		wantKeys(t, "past the end", keys(tx.Ascend, "x", []byte("e"), 0))
		wantKeys(t, "down", keys(tx.Descend, "x", nil, 0), "d=1", "c\x00=1", "c=1", "b=1", "a=1")
		wantKeys(t, "before a key", keys(tx.Descend, "x", []byte("c"), 0), "b=1", "a=1")
		wantKeys(t, "before past the end", keys(tx.Descend, "x", []byte("zz"), 1), "d=1")
		wantKeys(t, "before the first", keys(tx.Descend, "x", []byte("a"), 0))
		wantKeys(t, "before the empty key", keys(tx.Descend, "x", []byte{}, 0))
	})
}

func testUpdateFails(t *testing.T, v inbox.Views) {
	update(t, v, func(tx inbox.Tx) error { return tx.Put("x", []byte("a"), []byte("old")) })
	bad := errors.New("no")
	err := v.Update(func(tx inbox.Tx) error {
		return errors.Join(tx.Put("x", []byte("a"), []byte("new")), tx.Put("y", []byte("b"), nil), bad)
	})
	if !errors.Is(err, bad) {
		t.Errorf("error %v", err)
	}
	view(t, v, func(tx inbox.ReadTx) {
		if string(tx.Get("x", []byte("a"))) != "old" || tx.Get("y", []byte("b")) != nil {
			t.Error("a failed update left something")
		}
	})
}

func testOneState(t *testing.T, v inbox.Views) {
	put := func(n uint64) {
		update(t, v, func(tx inbox.Tx) error {
			b := binary.BigEndian.AppendUint64(nil, n)
			return errors.Join(tx.Put("x", []byte("a"), b), tx.Put("y", []byte("b"), b))
		})
	}
	put(0)
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for range 3 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				view(t, v, func(tx inbox.ReadTx) {
					if a, b := tx.Get("x", []byte("a")), tx.Get("y", []byte("b")); !bytes.Equal(a, b) {
						t.Errorf("one view saw %x and %x", a, b)
					}
				})
			}
		})
	}
	for n := range uint64(100) {
		put(n)
	}
	close(stop)
	wg.Wait()
}

func testReset(t *testing.T, v inbox.Views) {
	for range 3 {
		update(t, v, func(tx inbox.Tx) error {
			for i := range 100 {
				if err := tx.Put(inbox.Bucket(fmt.Sprint("b", i%7)), fmt.Append(nil, i), make([]byte, 100)); err != nil {
					return err
				}
			}
			return nil
		})
		if err := v.Reset(); err != nil {
			t.Fatal(err)
		}
		view(t, v, func(tx inbox.ReadTx) {
			for i := range 7 {
				wantKeys(t, "after a reset", keys(tx.Ascend, inbox.Bucket(fmt.Sprint("b", i)), nil, 0))
			}
		})
	}
}

// testModel compares with a map, over transactions that fail now and then.
func testModel(t *testing.T, v inbox.Views) {
	rapid.Check(t, func(rt *rapid.T) {
		if err := v.Reset(); err != nil {
			rt.Fatal(err)
		}
		key := rapid.SliceOfN(rapid.ByteRange(0, 3), 1, 3)
		have := map[string]string{}
		for range rapid.IntRange(1, 4).Draw(rt, "transactions") {
			next := maps.Clone(have)
			fail := rapid.IntRange(0, 3).Draw(rt, "fail") == 0
			err := v.Update(func(tx inbox.Tx) error {
				for range rapid.IntRange(0, 8).Draw(rt, "writes") {
					k := key.Draw(rt, "key")
					if rapid.Bool().Draw(rt, "delete") {
						delete(next, string(k))
						if err := tx.Delete("m", k); err != nil {
							return err
						}
						continue
					}
					val := rapid.SliceOfN(rapid.Byte(), 0, 3).Draw(rt, "value")
					next[string(k)] = string(val)
					if err := tx.Put("m", k, val); err != nil {
						return err
					}
				}
				if fail {
					return errors.New("given up")
				}
				return nil
			})
			if (err != nil) != fail {
				rt.Fatal(err)
			}
			if !fail {
				have = next
			}
			at := key.Draw(rt, "at")
			var up, down []string
			for _, k := range slices.Sorted(maps.Keys(have)) {
				if k >= string(at) {
					up = append(up, k+"="+have[k])
				} else {
					down = append(down, k+"="+have[k])
				}
			}
			slices.Reverse(down)
			v.View(func(tx inbox.ReadTx) error {
				if got := keys(tx.Ascend, "m", at, 0); !slices.Equal(got, up) {
					rt.Fatalf("up from %q: %q; want %q", at, got, up)
				}
				if got := keys(tx.Descend, "m", at, 0); !slices.Equal(got, down) {
					rt.Fatalf("down from %q: %q; want %q", at, got, down)
				}
				return nil
			})
		}
	})
}
