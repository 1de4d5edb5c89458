package inbox

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// SearchQuery asks for the messages that hold all words of Text, the newest first. A word is found anywhere, also inside
// another one, whatever its case, accents, width and digits; words in "double quotes" are found as they stand together. A
// number is found in any spelling. A word is there as well when the customer has it as a name or number, or when it is a
// day ("2026-11-03", "3 nov", "yesterday") and the message is of that day.
type SearchQuery struct {
	Text   string   `json:"text"`
	Thread ThreadID `json:"thread,omitempty"` // only there; names then mean nothing
	Before string   `json:"before,omitempty"` // a Message.Key: only what is older than that row
	After  string   `json:"after,omitempty"`  // or only what is newer: those next to it, still newest first
	Limit  int      `json:"limit,omitempty"`  // default 50, at most 500
	// Words looks at what messages say and at nothing else: no names, numbers of customers, and days.
	Words bool `json:"words,omitempty"`
}

// Match is a message that was found.
type Match struct {
	Message
	// Match is where the words stand in Text, as [start, length] in characters (code points). It is empty when nothing
	// of Text was looked for: the customer's name matched, the day, or the name of a file.
	Match      [][2]int `json:"match"`
	ThreadName string   `json:"thread_name,omitempty"` // whose thread it is in
}

// SearchPage is a part of what was found, newest message time first.
type SearchPage struct {
	Matches []Match `json:"matches"`
	Earlier bool    `json:"earlier"` // there are older ones
	Later   bool    `json:"later"`
	Seq     Seq     `json:"seq"` // the views' position when it was read
}

// Limits of a query.
const (
	mostQuery = 1000 // bytes
	mostTerms = 32
)

// plan is a query, understood: all terms must hold.
type plan struct{ terms []term }

// term holds for a message that says one of the needles, is in one of the threads, or is of one of the days.
type term struct {
	needles [][]byte
	name    string // folded: who is called so
	digits  string // of a customer's number
	days    []span

	threads map[ThreadNo]bool // found by name and digits
}

// understand makes a plan of a query. Days are those of now's zone.
func understand(q SearchQuery, now time.Time) (plan, error) {
	var p plan
	if len(q.Text) > mostQuery {
		return p, Refusal("search-long")
	}
	words := wordsOf(Clean(q.Text))
	for len(words) > 0 {
		t, n := termOf(words, now)
		if q.Words {
			t.days = nil
		}
		if q.Words || q.Thread != "" {
			t.name, t.digits = "", ""
		}
		p.terms, words = append(p.terms, t), words[n:]
	}
	switch {
	case len(p.terms) == 0:
		return p, Refusal("search-empty")
	case len(p.terms) > mostTerms:
		return p, Refusal("search-words")
	}
	return p, nil
}

// word is one word of a query, or what stood in quotes.
type word struct {
	text   string // folded
	quoted bool
}

func wordsOf(text string) []word {
	var out []word
	for i, part := range strings.Split(Fold(text), `"`) {
		if i%2 == 1 {
			if part = strings.TrimSpace(part); part != "" {
				out = append(out, word{part, true})
			}
			continue
		}
		for _, w := range strings.Fields(part) {
			out = append(out, word{w, false})
		}
	}
	return out
}

// termOf understands the first words, and says how many they are.
func termOf(words []word, now time.Time) (term, int) {
	first := words[0]
	if first.quoted {
		return term{needles: [][]byte{[]byte(first.text)}}, 1
	}
	plain := make([]string, 0, len(words))
	for _, w := range words {
		if w.quoted {
			break
		}
		plain = append(plain, w.text)
	}
	if days, n := daysOf(plain, now); n > 0 {
		return term{needles: [][]byte{[]byte(strings.Join(plain[:n], " "))}, days: days}, n
	}
	if t, n := numberOf(plain); n > 0 {
		return t, n
	}
	t := term{needles: [][]byte{[]byte(first.text)}}
	if utf8.RuneCountInString(first.text) > 1 {
		t.name = first.text
	}
	return t, 1
}

// numberOf understands words that are a number together, however it is spelled.
func numberOf(words []string) (term, int) {
	n := 0
	for n < len(words) && looksLikeNumber(words[n]) {
		n++
	}
	if n == 0 {
		return term{}, 0
	}
	digits := Digits(strings.Join(words[:n], ""))
	if n > 1 && len(digits) < leastGrouped {
		n, digits = 1, Digits(words[0])
	}
	as := strings.Join(words[:n], " ")
	t := term{needles: [][]byte{[]byte(as)}}
	if len(digits) < leastCustomer {
		return t, n
	}
	t.digits = digits
	if strings.HasPrefix(as, "00") {
		t.digits = digits[2:]
	}
	if t.digits != as && (len(t.digits) >= leastGrouped || as == "+"+t.digits) {
		t.needles = append(t.needles, []byte(t.digits))
	}
	return t, n
}

// leastCustomer is how many digits are enough to mean the end of a customer's number; from leastGrouped on they may
// stand anywhere in it.
const leastCustomer = 4

// means reports whether the term names a customer: by the start of a word of a folded name, or by digits of the number.
func (t term) means(names, phone string) bool {
	if t.digits != "" {
		if len(t.digits) >= leastGrouped && phoneHolds(phone, t.digits) || strings.HasSuffix(phone, t.digits) {
			return true
		}
	}
	for from := 0; t.name != ""; {
		i := strings.Index(names[from:], t.name)
		if i < 0 {
			break
		}
		if i += from; beginsWord(names, i) {
			return true
		}
		from = i + 1
	}
	return false
}

// beginsWord reports whether a word begins at i. Scripts that leave no space between words begin one everywhere.
func beginsWord(s string, i int) bool {
	r, _ := utf8.DecodeRuneInString(s[i:])
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	return i == 0 || !unicode.IsLetter(before) && !unicode.IsDigit(before) && !unicode.IsMark(before) ||
		unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// says reports whether a folded text holds the term, and covers whether a moment lies in its days.
func (t *term) says(text []byte) bool {
	return slices.ContainsFunc(t.needles, func(n []byte) bool { return bytes.Contains(text, n) })
}

func (t *term) covers(at int64) bool {
	return slices.ContainsFunc(t.days, func(s span) bool { return s.from <= at && at < s.to })
}

// holds reports whether a message is what was looked for.
func (p *plan) holds(text []byte, thread ThreadNo, at int64) bool {
	for i := range p.terms {
		if t := &p.terms[i]; !t.covers(at) && !t.threads[thread] && !t.says(text) {
			return false
		}
	}
	return true
}

// driver is the needle that every match holds and that is probably the rarest; nil when there is none.
func (p *plan) driver() []byte {
	var best []byte
	for _, t := range p.terms {
		if len(t.needles) == 1 && len(t.threads) == 0 && len(t.days) == 0 && len(t.needles[0]) > len(best) {
			best = t.needles[0]
		}
	}
	return best
}

// Highlight says where the words of a query stand in a text, as [start, length] in characters (code points), in order and
// without overlap. A screen marks them with it while somebody looks for something.
func Highlight(query, text string) [][2]int {
	p, err := understand(SearchQuery{Text: query, Words: true}, time.Now())
	if err != nil {
		return nil
	}
	return p.locate(text)
}

// locate finds the needles in a text.
func (p *plan) locate(text string) [][2]int {
	var at []int
	folded := appendFold(nil, text, &at)
	at = append(at, utf8.RuneCountInString(text))
	found := [][2]int{}
	add := func(i, j int) { // of folded
		start := at[i]
		found = append(found, [2]int{start, max(at[j], at[j-1]+1) - start})
	}
	var numbers []grouped
	for _, t := range p.terms {
		for _, n := range t.needles {
			for from := 0; ; {
				i := bytes.Index(folded[from:], n)
				if i < 0 {
					break
				}
				from += i + len(n)
				add(from-len(n), from)
			}
			if strings.Trim(string(n), "0123456789") != "" {
				continue
			}
			if numbers == nil {
				numbers = groupedNumbers(string(folded))
			}
			for _, g := range numbers {
				if i := strings.Index(g.digits, string(n)); i >= 0 {
					add(g.at[i], g.at[i+len(n)-1]+1)
				}
			}
		}
	}
	return united(found)
}

// united sorts ranges and makes one of those that overlap.
func united(all [][2]int) [][2]int {
	slices.SortFunc(all, func(a, b [2]int) int { return cmp.Or(a[0]-b[0], b[1]-a[1]) })
	out := all[:0]
	for _, r := range all {
		if n := len(out); n > 0 && r[0] < out[n-1][0]+out[n-1][1] {
			out[n-1][1] = max(out[n-1][1], r[0]+r[1]-out[n-1][0])
			continue
		}
		out = append(out, r)
	}
	return out
}
