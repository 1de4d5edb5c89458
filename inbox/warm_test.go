package inbox

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

// TestWarming reads every block once, in portions, and no more than is allowed.
func TestWarming(t *testing.T) {
	v := NewMemoryViews()
	r := rand.New(rand.NewPCG(1, 2))
	if err := v.Update(func(tx Tx) error { return faithful(tx, chatter(r, 3000)) }); err != nil {
		t.Fatal(err)
	}
	blocks, size := 0, 0
	count := func(tx ReadTx) error {
		tx.Ascend(foldedBucket, nil, func(_, b []byte) bool { blocks++; size += len(b); return true })
		return nil
	}
	if err := v.View(count); err != nil || blocks < 3*warmSlice {
		t.Fatalf("%d blocks are too few to test with (%v)", blocks, err)
	}
	warm := func(left int) (portions, rest int) {
		before, more := []byte(nil), true
		for more {
			if err := v.View(func(tx ReadTx) error {
				before, more = warmBlocks(tx, before, &left)
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			portions++
		}
		return portions, left
	}
	if portions, rest := warm(1 << 30); 1<<30-rest != size || portions != (blocks+warmSlice-1)/warmSlice {
		t.Errorf("%d bytes of %d were read, in %d portions for %d blocks", 1<<30-rest, size, portions, blocks)
	}
	if _, rest := warm(size / 2); rest > 0 || -rest > size/4 {
		t.Errorf("%d bytes more than allowed were read", -rest)
	}
}

// Nothing is left of it when the owner ends before it began, or after.
func TestWarmingEndsWithTheOwner(t *testing.T) {
	for _, wait := range []time.Duration{0, warmAfter / 2, 2 * warmAfter} {
		inShop(t, func(t *testing.T, s *shop) {
			s.customer("15550101001", "hello")
			time.Sleep(wait)
			synctest.Wait()
		})
	}
}

// TestSearchIsMadeAnew: what can be found is the same after a rebuild, whatever lane it came by, and in the middle of
// an import it is what the threads show by then.
func TestSearchIsMadeAnew(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.customer("15550101001", "where is my box?")
		s.history("15550101001", 700)
		s.customer("15550101002", "a box, please")
		s.history("15550101002", 30)
		synctest.Wait()
		oid := s.reply(s.thread("15550101002").ID, "The box is on its way")
		s.webhook(statusOf(s.first(), Delivered, time.Now()))
		found := func(text string) int {
			p, err := s.desk.Search(t.Context(), SearchQuery{Text: text, Limit: 500})
			if err != nil {
				t.Fatal(err)
			}
			return len(p.Matches)
		}
		if a, b := found("box"), found(`"long ago 6"`); a != 3 || b != 112 { // 6, 60-69, 600-699, and 6 of the other
			t.Errorf("%d and %d are found", a, b)
		}
		if s.row(oid).Status != StatusDelivered {
			t.Error("the reply did not arrive")
		}
		before := searchable(s.views)
		s.stop()
		if _, err := Rebuild(t.Context(), s.config); err != nil {
			t.Fatal(err)
		}
		if after := searchable(s.views); after != before {
			t.Errorf("made anew it finds other things:\n%s", diff(before, after))
		}
		s.open()
		if a, b := found("box"), found(`"long ago 6"`); a != 3 || b != 112 {
			t.Errorf("made anew, %d and %d are found", a, b)
		}
	})
}
