package inbox

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"":                            "",
		"Ação É BOA":                  "acao e boa",
		"Straße, İstanbul, Łódź, Ærø": "strasse, istanbul, lodz, aero",
		"ＡＢＣ１２３ ｶﾞ":                   "abc123 " + Fold("ガ"),
		"ﬁne № ②":                     "fine no 2",
		"९८७६५ ٤٥٦ ۷۸ ๑๒":             "98765 456 78 12",
		"Ὀδυσσεύς":                    Fold("ΟΔΥΣΣΕΥΣ"),
		"مُحَمَّد أحمد إلى مكتبة": "محمد احمد الي مكتبه",
		"شָׁלוֹם":                     "شלום",
		"क़लम फ़ोन":                   "कलम फोन",
		"कुल कल":                      "कुल कल", // a vowel sign is a letter
		"한국어":                         "한국어",
		"中文字":                         "中文字",
		"👍🏽 ❤️ 👨‍👩‍👧":                 "👍 ❤ 👨👩👧",
		"a\n\t b\u00a0\u3000c":        "a b c",
		"don’t “stop” – now":          `don't "stop" - now`,
		"x\u200b\u200dy\u00adz":       "xyz",
		"e\u0301\u0302\u0303 n\u0303": "e n",
		"\x00\x01bad \xff":            " bad \uFFFD",
	} {
		if got := Fold(in); got != want {
			t.Errorf("%q folds to %q, want %q", in, got, want)
		}
	}
}

func TestFoldLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, more := rapid.String().Draw(t, "s"), rapid.String().Draw(t, "more")
		f := Fold(s)
		if again := Fold(f); again != f {
			t.Fatalf("%q folds to %q and that to %q", s, f, again)
		}
		if both := Fold(s + more); !strings.HasPrefix(both, f) || !strings.HasSuffix(both, strings.TrimPrefix(Fold(more), " ")) {
			t.Fatalf("%q and %q fold to %q together", s, more, both)
		}
		if strings.ContainsAny(f, "\x00\x01\n") {
			t.Fatalf("%q folds to %q", s, f)
		}
		var at []int
		if b := appendFold(nil, s, &at); len(b) != len(at) || !slices.IsSorted(at) {
			t.Fatalf("%d bytes come from %d places", len(b), len(at))
		}
	})
}

// tongues are words of many scripts, with the signs between them that people use.
var tongues = strings.Fields(`Ação pedido Größe straße room Zimmer naïve ÇA où 你好世界 房间 朝食付き 안녕하세요 ガイド नमस्ते क़लम कमरा مرحبا مُحَمَّد
	שָׁלוֹם ประเทศไทย Привет Йод ελληνικά Ὀδυσσεύς 👍🏽 👨‍👩‍👧 café CAFÉ cafe ＦＵＬＬ ｗidth don’t end. İstanbul ı`)

func babble(r *rand.Rand) string {
	var words []string
	for range 1 + r.IntN(5) {
		words = append(words, tongues[r.IntN(len(tongues))])
	}
	return strings.Join(words, []string{" ", "  ", "\n"}[r.IntN(3)])
}

// chatter is a journal of talk in all scripts with edits, deletions, imports, late links between customers and replies
// from here, spread over many blocks.
func chatter(r *rand.Rand, n int) []Sighted {
	customers := [][]Alias{{"p:1", "u:A"}, {"p:2", "u:B"}, {"p:3"}}
	var out []Sighted
	seq := Seq(1)
	add := func(f Fact) {
		item := 0
		switch r.IntN(4) {
		case 0:
			seq += Seq(1 + r.IntN(2*blockSeqs))
		case 1:
			seq++
			item = r.IntN(3 * blockItems)
		default:
			seq++
		}
		out = append(out, Sighted{Seq: seq, Item: item, At: clockAt(int64(len(out))), Fact: f})
	}
	who := func(i int) []Alias {
		c := customers[i%len(customers)]
		if r.IntN(10) == 0 {
			return c
		}
		return c[r.IntN(len(c)):][:1]
	}
	wamid := func(i int) string { return testWAMID("1", Side(1+i%2), fmt.Sprintf("3AADF844130000%04d", i)) }
	for range n {
		i := r.IntN(n)
		when := at(int64(r.IntN(1000)))
		switch r.IntN(8) {
		case 0:
			add(EditSeen{Line: "1", WAMID: fmt.Sprint("edit", i), Target: wamid(i), Side: Side(1 + r.IntN(2)), Time: when, Peers: who(i), Content: text(babble(r))})
		case 1:
			add(RevokeSeen{Line: "1", WAMID: fmt.Sprint("revoke", i), Target: wamid(i), Side: Side(1 + r.IntN(2)), Time: when, Peers: who(i)})
		case 2:
			add(StatusSeen{Line: "1", WAMID: wamid(i), Progress: Progress(1 + r.IntN(4)), Time: when, Peers: who(i)})
		case 3:
			oid := OID(fmt.Sprintf("01J0000000000000000000%04d", i))
			add(Queued{OID: oid, Peer: Peer{"1", who(i)[0]}, Agent: "priya", Out: Outgoing{Type: "text", Text: babble(r)}, At: time.Unix(when, 0)})
			if r.IntN(2) == 0 {
				add(Settled{OID: oid, N: 1, At: time.Unix(when, 0), Outcome: Outcome{Result: ResultAccepted, WAMID: wamid(i | 1), Date: when}})
			}
		default:
			m := MessageSeen{Line: "1", WAMID: wamid(i), Side: Side(1 + i%2), Source: FromLive, Time: when, Peers: who(i), Content: text(babble(r))}
			if i%2 == 1 {
				m.Source = FromEcho
			}
			if r.IntN(3) == 0 {
				m.Source = FromHistory
			}
			if r.IntN(8) == 0 {
				m.Content = Content{Level: Concrete, Type: "document", Text: babble(r), Media: &Media{Name: babble(r) + ".pdf"}}
			}
			add(m)
		}
	}
	return out
}

// asked is a query about something that may be there.
func asked(r *rand.Rand, rows []Message) string {
	from := babble(r)
	if len(rows) > 0 && r.IntN(4) > 0 {
		if m := rows[r.IntN(len(rows))]; m.Text != "" {
			from = m.Text
		}
	}
	if r.IntN(3) == 0 {
		from = strings.ToUpper(from)
	}
	c := []rune(from)
	i := r.IntN(len(c))
	return string(c[i:][:1+r.IntN(min(len(c)-i, 12))])
}

// shows is what search should find, naively.
func shows(m Message, query string) bool {
	if m.Revoked {
		return false
	}
	texts := Fold(m.Text)
	if m.Media != nil {
		texts += "\n" + Fold(m.Media.Name)
	}
	for _, w := range strings.Fields(Fold(query)) {
		if !strings.Contains(texts, w) {
			return false
		}
	}
	return true
}

func searchAll(v Views, q SearchQuery) (found []Match, err error) {
	err = v.View(func(tx ReadTx) error {
		r := NewReader(tx, Lens{Agent: "priya", Now: clockAt(3600)})
		for {
			p, err := r.Search(context.Background(), q)
			if err != nil {
				return err
			}
			found = append(found, p.Matches...)
			if !p.Earlier {
				break
			}
			if len(p.Matches) != q.Limit {
				return fmt.Errorf("a page of %d, and there are more", len(p.Matches))
			}
			q.Before = p.Matches[len(p.Matches)-1].Key
		}
		// and the way back
		if len(found) > 1 {
			var back []Match
			q.Before = ""
			for q.After = found[len(found)-1].Key; ; q.After = back[0].Key {
				p, err := r.Search(context.Background(), q)
				if err != nil {
					return err
				}
				back = append(slices.Clone(p.Matches), back...)
				if !p.Later {
					break
				}
			}
			if asJSON(back) != asJSON(found[:len(found)-1]) {
				return fmt.Errorf("upwards %d are found, downwards %d", len(back), len(found)-1)
			}
		}
		return nil
	})
	return found, err
}

// P7: search finds what the threads show, whatever came in whatever order.
func findsAll(r *rand.Rand, apply applier) error {
	facts := chatter(r, 20+r.IntN(60))
	v, err := built(r, apply, shuffled(r, facts))
	if err != nil {
		return err
	}
	other, err := built(r, apply, facts)
	if err != nil {
		return err
	}
	if a, b := searchable(v), searchable(other); a != b {
		return fmt.Errorf("made anew it finds other things:\n%s", diff(a, b))
	}
	_, pages, err := looks(v, 3600)
	if err != nil {
		return err
	}
	var rows []Message
	for _, p := range pages {
		for _, m := range p {
			if m.Text != stubText {
				rows = append(rows, m)
			}
		}
	}
	for range 10 {
		q := SearchQuery{Text: asked(r, rows), Words: true, Limit: 1 + r.IntN(5)}
		if strings.ContainsAny(Fold(q.Text), `0123456789"`) || strings.TrimSpace(Fold(q.Text)) == "" {
			continue
		}
		if r.IntN(3) == 0 && len(rows) > 0 {
			q.Thread = rows[r.IntN(len(rows))].Thread
		}
		found, err := searchAll(v, q)
		if err != nil {
			return fmt.Errorf("%q: %w", q.Text, err)
		}
		want := map[string]bool{}
		for _, m := range rows {
			if (q.Thread == "" || q.Thread == m.Thread) && shows(m, q.Text) {
				want[m.Key] = true
			}
		}
		for i, m := range found {
			if !want[m.Key] {
				return fmt.Errorf("%q is found in %q", q.Text, m.Text)
			}
			delete(want, m.Key)
			if i > 0 && m.At.After(found[i-1].At) {
				return fmt.Errorf("%q: %d is newer than the one before", q.Text, i)
			}
			if err := marked(m, q.Text); err != nil {
				return err
			}
		}
		if len(want) > 0 {
			return fmt.Errorf("%q is not found in %v", q.Text, want)
		}
	}
	return nil
}

// marked checks what of a match would be lit up.
func marked(m Match, query string) error {
	c := []rune(m.Text)
	end := 0
	for _, s := range m.Match {
		if s[0] < end || s[1] < 1 || s[0]+s[1] > len(c) {
			return fmt.Errorf("%q in %q is at %v", query, m.Text, m.Match)
		}
		end = s[0] + s[1]
		lit := Fold(string(c[s[0]:end]))
		if !slices.ContainsFunc(strings.Fields(Fold(query)), func(w string) bool { return strings.Contains(lit, w) }) {
			return fmt.Errorf("%q in %q lights up %q", query, m.Text, lit)
		}
	}
	for _, w := range strings.Fields(Fold(query)) {
		if strings.Contains(Fold(m.Text), w) && len(m.Match) == 0 {
			return fmt.Errorf("%q in %q is not lit up", query, m.Text)
		}
	}
	return nil
}

func TestSearchFindsWhatThreadsShow(t *testing.T) {
	for seed := range uint64(worlds() * 2) {
		if err := findsAll(rand.New(rand.NewPCG(seed, 7)), faithful); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	for name, broken := range map[string]applier{
		"an edited text stays": tampered(func(f Fact, rec *record) {
			if _, ok := f.(EditSeen); ok {
				rec.Edits = nil
			}
		}),
		"deleted text is found": func(tx Tx, facts []Sighted) error {
			kept := map[string][]byte{}
			tx.Ascend(foldedNew, nil, func(k, v []byte) bool { kept[string(k)] = slices.Clone(v); return true })
			if err := faithful(tx, facts); err != nil {
				return err
			}
			if slices.ContainsFunc(facts, func(s Sighted) bool { _, ok := s.Fact.(RevokeSeen); return ok }) {
				for k, v := range kept {
					tx.Put(foldedNew, []byte(k), v)
				}
			}
			return nil
		},
		"a block forgets": func(tx Tx, facts []Sighted) error {
			err := faithful(tx, facts)
			var first []byte
			tx.Ascend(foldedTimes, nil, func(k, _ []byte) bool { first = slices.Clone(k); return false })
			return errors.Join(err, tx.Delete(foldedTimes, first))
		},
	} {
		caught := false
		for seed := range uint64(100) {
			caught = caught || findsAll(rand.New(rand.NewPCG(seed, 7)), broken) != nil
		}
		if !caught {
			t.Errorf("the property does not notice that %s", name)
		}
	}
}

// TestSearchUnderstands: numbers in any spelling, names, days.
func TestSearchUnderstands(t *testing.T) {
	zone := time.FixedZone("", 5*3600+1800)
	now := time.Date(2026, 11, 5, 10, 0, 0, 0, zone)
	day := func(d, h int) int64 { return time.Date(2026, 11, d, h, 0, 0, 0, zone).Unix() }
	said := func(n int, when int64, peer Alias, name, s string) MessageSeen {
		return MessageSeen{Line: "1", WAMID: in(n), Side: In, Source: FromLive, Time: when, Peers: []Alias{peer}, Name: name, Content: text(s)}
	}
	var facts []Sighted
	for i, f := range []MessageSeen{
		said(1, day(3, 1), "p:919800000210", "Asha Rao", "Is the 2 kg box in stock? Call +91 98000 00-211"),
		said(2, day(3, 23), "p:919800000210", "Asha Rao", "invoice 4431 please"),
		said(3, day(4, 0), "p:5511987654321", "João Pereira", "o boleto de 1.500,00 para a Asha"),
		said(4, day(5, 9), "p:8613800138000", "王小明", "订单4431已经到了吗"),
		said(5, day(5, 9), "p:5511987654321", "João Pereira", "see you on 3 nov, room 210"),
		said(6, day(5, 9), "u:US.1", "Natasha", "nothing of interest"),
	} {
		facts = append(facts, Sighted{Seq: Seq(i + 1), At: now, Fact: f})
	}
	v := NewMemoryViews()
	if err := v.Update(func(tx Tx) error { return faithful(tx, facts) }); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		query string
		want  []int // newest first
	}{
		{"box", []int{1}}, {"BOX stock", []int{1}}, {"box invoice", nil}, {`"2 kg box"`, []int{1}}, {`"box 2 kg"`, nil},
		{"9800000211", []int{1}}, {"+91 98000 00211", []int{1}}, {"98000-00211", []int{1}}, {"(98000) 00211", []int{1}}, {"00919800000211", []int{1}},
		{"98000 00211", []int{1}}, {"٩٨٠٠٠٠٠٢١١", []int{1}}, {"00-211", []int{1}}, {"9800000212", nil},
		{"4431", []int{4, 2}}, {"4431 invoice", []int{2}}, {"订单", []int{4}}, {"到了", []int{4}}, {"1.500", []int{3}}, {"210", []int{5}},
		{"asha", []int{3, 2, 1}}, {"asha invoice", []int{2}}, {"Rao", []int{2, 1}}, {"joao boleto", []int{3}}, {"小明", []int{4}}, {"sha", []int{3}},
		{"9800000210", []int{2, 1}}, {"+91 98000 00210", []int{2, 1}}, {"0210", []int{2, 1}}, {"9800000210 invoice", []int{2}},
		{"2026-11-03", []int{2, 1}}, {"3 nov", []int{5, 2, 1}}, {"nov 3", []int{2, 1}}, {"3 november 2026", []int{2, 1}}, {"3 de novembro", []int{2, 1}},
		{"3.11.2026", []int{2, 1}}, {"03/11/2026", []int{2, 1}}, {"yesterday", []int{3}}, {"ontem", []int{3}}, {"today 4431", []int{4}},
		{"asha 2026-11-03 box", []int{1}}, {"2026-11", []int{5, 6, 4, 3, 2, 1}}, {"nov 2025", nil}, {"२०२६-११-०४", []int{3}}, {"31 feb", nil},
	} {
		err := v.View(func(tx ReadTx) error {
			p, err := NewReader(tx, Lens{Now: now}).Search(t.Context(), SearchQuery{Text: c.query})
			if err != nil {
				return err
			}
			var got []int
			for _, m := range p.Matches {
				for n := 1; n <= len(facts); n++ {
					if m.ID == in(n) {
						got = append(got, n)
					}
				}
			}
			want := slices.Clone(c.want)
			if len(got) > 3 { // of one second, in the order of their keys
				slices.Sort(got)
				slices.Sort(want)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s finds %v, want %v", c.query, got, want)
			}
			return nil
		})
		if err != nil {
			t.Errorf("%s: %v", c.query, err)
		}
	}
	for _, bad := range []string{"", "  ", `""`, "\u200d", strings.Repeat("x", 2000), strings.Repeat("x ", 40)} {
		if err := v.View(func(tx ReadTx) error {
			_, err := NewReader(tx, Lens{Now: now}).Search(t.Context(), SearchQuery{Text: bad})
			return err
		}); KindOf(err) != Invalid {
			t.Errorf("%.10q: %v", bad, err)
		}
	}
}

func TestHighlight(t *testing.T) {
	for _, c := range []struct {
		query, text string
		want        [][2]int
	}{
		{"cafe", "Un CAFÉ, deux cafe\u0301s", [][2]int{{3, 4}, {14, 5}}},
		{"ss", "Straße", [][2]int{{4, 1}}},
		{"a b", "a  b", [][2]int{{0, 1}, {3, 1}}},
		{`"a b"`, "a  b", [][2]int{{0, 4}}},
		{"9800000211", "call +91 98000 00-211!", [][2]int{{9, 12}}},
		{"kg box", "2 kg box", [][2]int{{2, 2}, {5, 3}}},
		{"ab bc", "xabcx", [][2]int{{1, 3}}},
		{"नम", "नमस्ते", [][2]int{{0, 2}}},
		{"zz", "nothing", [][2]int{}},
	} {
		if got := Highlight(c.query, c.text); !slices.Equal(got, c.want) {
			t.Errorf("%s in %q: %v, want %v", c.query, c.text, got, c.want)
		}
	}
}
