package store

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"frontdesk/inbox"
	"frontdesk/store/storetest/crash"
)

// Whatever happens to the bytes of a journal, it is refused or told as damaged, or it holds exactly what it held. The
// one thing that may not happen is a store that opens and has quietly lost or changed something.
func TestRandomDamage(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir, Options{})
	s.journal.ids.most, s.journal.ids.block = 20, 4
	var want []string
	for i := range 70 {
		id := fmt.Sprint("id", i)
		want = append(want, id)
		e := inbox.Entry{ID: id, Scope: fmt.Sprint("scope", i%7), Data: bytes.Repeat([]byte(id), 40+i*i)}
		if _, _, err := s.Journal().Append(t.Context(), inbox.Batch{Entries: []inbox.Entry{e}}); err != nil {
			t.Fatal(err)
		}
	}
	s.Close()
	whole := read(t, filepath.Join(dir, journalFile))
	size := len(whole)
	whole = bytes.TrimRight(whole, "\x00")
	identity := read(t, filepath.Join(dir, idFile))

	rng := rand.New(rand.NewPCG(rand.Uint64(), 2))
	page := func(b []byte) []byte { // one page, seldom one of the first two
		at := rng.IntN(len(b)/4096) * 4096
		return b[at : at+4096]
	}
	damages := map[string]func(b []byte){
		"a flipped bit":     func(b []byte) { b[rng.IntN(len(b))] ^= 1 << rng.IntN(8) },
		"a sector of zeros": func(b []byte) { clear(b[rng.IntN(len(b)/crash.Sector)*crash.Sector:][:crash.Sector]) },
		"a page of zeros":   func(b []byte) { clear(page(b)) },
		"a page of noise": func(b []byte) {
			p := page(b)
			for i := range p {
				p[i] = byte(rng.Uint32())
			}
		},
		"a page misplaced":   func(b []byte) { copy(page(b), page(b)) },
		"a word overwritten": func(b []byte) { copy(b[rng.IntN(len(b)/8)*8:][:8], u64(uint64(rng.IntN(100)))) },
		"a page's header":    func(b []byte) { page(b)[rng.IntN(16)] = byte(rng.IntN(32)) },
	}
	rounds := 25
	if long() {
		rounds = 400
	}
	j := newJudge(t)
	noticed := 0
	for name, damage := range damages {
		for range rounds {
			b := slices.Clone(whole)
			damage(b)
			dir := filepath.Join(t.TempDir(), "d")
			if err := os.Mkdir(dir, dirMode); err != nil {
				t.Fatal(err)
			}
			put(t, filepath.Join(dir, journalFile), b)
			if err := os.Truncate(filepath.Join(dir, journalFile), int64(size)); err != nil {
				t.Fatal(err)
			}
			put(t, filepath.Join(dir, idFile), identity)
			v := j.Of(t, dir)
			switch {
			case v.Fail != "":
				noticed++
				if strings.Contains(v.Fail, "\n") {
					t.Errorf("%s: more than a line: %q", name, v.Fail)
				}
			case !slices.Equal(v.IDs, want):
				t.Errorf("%s: nothing was noticed, and there are %v", name, v.IDs)
			}
			os.RemoveAll(dir)
		}
	}
	if noticed == 0 {
		t.Error("nothing was ever noticed: the damage does not reach what is used")
	}
	t.Logf("%d of %d damages were noticed, the rest hit nothing in use", noticed, rounds*len(damages))
}
