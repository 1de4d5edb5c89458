package inbox

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

// TestLanesEqualARebuild: whatever comes by which lane, in bodies of any size, with exports in between, crashes in the
// middle of a body and restarts, the views are those that the journal alone gives.
func TestLanesEqualARebuild(t *testing.T) {
	seeds := uint64(24 / slower)
	for seed := range seeds {
		inShop(t, func(t *testing.T, s *shop) { throughBothLanes(t, s, rand.New(rand.NewPCG(seed, 4)), seed) })
	}
}

func throughBothLanes(t *testing.T, s *shop, r *rand.Rand, seed uint64) {
	s.config.Gateway = nil
	begin := time.Now().Add(-48 * time.Hour)
	at := func(i int) time.Time { return begin.Add(time.Duration(i) * 20 * time.Second) }
	phone := func(i int) string { return fmt.Sprint(15550101000 + i%3) }
	// Message i is the same wherever it is told of.
	message := func(i int) *MessageSeen {
		side := Side(1 + i%2)
		m := past(phone(i), fmt.Sprint("text ", i%40), at(i), side)
		m.WAMID = testWAMID([]string{"16505551234", "US.1349120865530274"}[r.IntN(2)], side, fmt.Sprintf("3B%018d", i))
		if r.IntN(20) == 0 {
			m.Content = Content{Level: Placeholder, Type: "media_placeholder"}
		}
		return m
	}
	accept := func(kind string, items []testFact) {
		if err := s.owner.Accept(t.Context(), kind, testBody(t, items...)); err != nil {
			t.Fatal(err)
		}
	}
	broken := &failingViews{Views: s.views, err: ErrFull}
	for range 14 {
		var items []testFact
		switch r.IntN(8) {
		case 0, 1, 2: // a chunk, large or small
			from, n := r.IntN(900), 1+r.IntN([]int{20, 800}[r.IntN(2)])
			for i := from; i < from+n; i++ {
				items = append(items, testFact{Message: message(i)})
			}
			items = append(items, testFact{History: &HistorySeen{Line: shopLine, Phase: r.IntN(3), Chunk: 1 + r.IntN(5), Progress: r.IntN(101), Messages: n}})
			accept(EntryImport, items)
		case 3, 4: // live, or by echo
			for range 1 + r.IntN(30) {
				m := message(r.IntN(1700))
				if m.Source = FromLive; m.Side == Out {
					m.Source = FromEcho
				}
				items = append(items, testFact{Message: m}, testFact{Status: &StatusSeen{Line: shopLine, WAMID: message(r.IntN(1700)).WAMID, Progress: Progress(1 + r.IntN(4)), Time: at(r.IntN(1700)).Unix()}})
			}
			if r.IntN(3) == 0 {
				m := message(r.IntN(1700))
				items = append(items, testFact{Revoke: &RevokeSeen{Line: shopLine, WAMID: fmt.Sprint("revoke", r.IntN(9)), Target: m.WAMID, Side: m.Side, Time: m.Time, Peers: m.Peers}})
			}
			accept(EntryWebhook, items)
		case 5, 6: // a piece of a chat that the phone exported
			c, from := ImportChat{To: phone(r.IntN(3))}, r.IntN(1700)
			for i := from; i < from+200; i++ {
				if phone(i) == c.To {
					c.Lines = append(c.Lines, ChatLine{At: at(i).Truncate(time.Minute), Text: fmt.Sprint("text ", i%40), Out: i%2 == 1})
				}
			}
			if _, err := s.desk.Do(t.Context(), NewID(), c); err != nil {
				t.Fatal(err)
			}
		default: // the process ends in the middle of something
			broken.mu.Lock()
			broken.failAt = broken.updates + 1 + r.IntN(4)
			broken.mu.Unlock()
			for i := range 700 {
				items = append(items, testFact{Message: message(i + r.IntN(3))})
			}
			accept(EntryImport, items)
			synctest.Wait()
			s.stop()
			broken.mu.Lock()
			broken.failAt = 0
			broken.mu.Unlock()
			s.config.Views = broken
			s.open()
		}
		if r.IntN(2) == 0 {
			synctest.Wait()
		}
	}
	time.Sleep(10 * time.Minute)
	synctest.Wait()
	got := all(s.views)
	s.stop()
	s.config.Views = NewMemoryViews()
	if _, err := Rebuild(t.Context(), s.config); err != nil {
		t.Fatal(err)
	}
	if want := all(s.config.Views); got != want {
		t.Errorf("seed %d: the views are not those of a rebuild:\n%s", seed, diff(want, got))
	}
	s.open()
}
