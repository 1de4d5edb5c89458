package term

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// The six terminals of testdata/widths.tsv, by what the probe learns of each.
var terminals = []struct {
	name    string
	profile Profile
}{
	{"tmux 3.3a", Profile{}},
	{"tmux new", Profile{Method: Grapheme, SplitConjuncts: true, WholeEmoji: true}},
	{"xterm", Profile{}},
	{"kitty", Profile{Method: Grapheme, SplitConjuncts: true}},
	{"vte", Profile{}},
	{"alacritty", Profile{}},
}

type sample struct {
	name, text string
	widths     []int // by terminal
}

func readSamples(t testing.TB) []sample {
	t.Helper()
	data, err := os.ReadFile("testdata/widths.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var all []sample
	for row := range strings.Lines(string(data)) {
		if strings.HasPrefix(row, "#") {
			continue
		}
		f := strings.Split(strings.TrimSuffix(row, "\n"), "\t")
		text, err := strconv.Unquote(`"` + f[1] + `"`)
		if err != nil || len(f) != 2+len(terminals) {
			t.Fatalf("row %q: %v", row, err)
		}
		s := sample{name: f[0], text: text}
		for _, w := range f[2:] {
			n, err := strconv.Atoi(w)
			if err != nil {
				t.Fatal(err)
			}
			s.widths = append(s.widths, n)
		}
		all = append(all, s)
	}
	return all
}

// What is drawn as it came must be as wide as the terminal made it. Where they
// differ, the row must be anchored, so that nothing behind it moves.
func TestWidthIsTheTerminals(t *testing.T) {
	same := 0
	for _, s := range readSamples(t) {
		for i, term := range terminals {
			m := NewMeasure(term.profile)
			if m.Draw(s.text) != s.text {
				continue
			}
			got, want := m.Width(s.text), s.widths[i]
			if got == want {
				same++
				continue
			}
			if frame := string(appendRow(nil, m, nil, s.text+"|", 0)); !strings.Contains(frame, "\x1b["+strconv.Itoa(got+1)+"G|") {
				t.Errorf("%s in %s: %d columns, the terminal makes %d, and %q is not anchored", s.name, term.name, got, want, frame)
			}
			if s.name != "emoji of 2024" {
				t.Errorf("%s in %s: %d columns, the terminal makes %d", s.name, term.name, got, want)
			}
		}
	}
	if same < 200 {
		t.Errorf("only %d widths were compared", same)
	}
}

func TestDrawReducesWhatIsInDoubt(t *testing.T) {
	const kitty, tmux, wc = "kitty", "tmux new", "xterm"
	for _, c := range []struct {
		name, text, terminal, want string
		width                      int
	}{
		{"family in parts", "👨\u200d👩\u200d👧\u200d👦", wc, "👨👩👧👦", 8},
		{"family in parts", "👨\u200d👩\u200d👧\u200d👦", kitty, "👨👩👧👦", 8},
		{"family whole", "👨\u200d👩\u200d👧\u200d👦", tmux, "👨\u200d👩\u200d👧\u200d👦", 2},
		{"tone and joiner", "👩\U0001f3fd\u200d💻", kitty, "👩💻", 4},
		{"tone alone", "x\n\U0001f3fd", wc, "x\n", 2},
		{"mark alone", "\u0301", wc, "\u25cc\u0301", 1},
		{"halfwidth voicing", "ｶﾞ", kitty, "ｶﾞ", 2},
		{"selector", "❤\ufe0f\u200d🔥", wc, "❤🔥", 3},
		{"keycap", "1\ufe0f\u20e3", wc, "1", 1},
		{"flag of tags", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", wc, "🏴", 2},
		{"joiner in a conjunct", "क्\u200dष", wc, "क्\u200dष", 2},
		{"conjunct split", "क्ष", tmux, "क्ष", 2},
		{"Korean composed", "\u1112\u1161\u11ab", kitty, "\ud55c", 2},
		{"soft hyphen", "a\u00adb", wc, "ab", 2},
		{"direction", "\u2066a\u2069\u202eb", wc, "ab", 2},
		{"tab", "a\tb", wc, "a    b", 6},
		{"line break", "a\nb", wc, "a\nb", 3},
		{"colour", "\x1b[31mr\x1b[0m", wc, "\x1b[31mr\x1b[0m", 1},
		{"keyboard sequence", "\x1b[>4;2mx", wc, "x", 1},
		{"clipboard", "a\x1b]52;c;QQ==\x07b", wc, "ab", 2},
		{"clipboard without end", "a\x1b]52;c;b", wc, "a]52;c;b", 8},
		{"8-bit CSI", "\u009b31mx", wc, "31mx", 4},
		{"no UTF-8", "a\x9bb\xe0\xa4", wc, "a\ufffdb\ufffd\ufffd", 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := measureOf(t, c.terminal)
			if got := m.Draw(c.text); got != c.want {
				t.Errorf("drew %q, want %q", got, c.want)
			}
			if got := m.Width(c.text); got != c.width {
				t.Errorf("%d columns, want %d", got, c.width)
			}
		})
	}
}

func measureOf(t testing.TB, terminal string) Measure {
	t.Helper()
	for _, term := range terminals {
		if term.name == terminal {
			return NewMeasure(term.profile)
		}
	}
	t.Fatalf("no terminal %q", terminal)
	return Measure{}
}

func TestFit(t *testing.T) {
	for _, c := range []struct {
		text string
		w    int
		want string
	}{
		{"", 3, "   "},
		{"abc", 3, "abc"},
		{"abcd", 3, "ab…"},
		{"ab", 0, ""},
		{"ab", -1, ""},
		{"ab", 1, "…"},
		{"你好", 3, "你…"},
		{"你好", 2, "… "},
		{"你", 1, "…"},
		{"a\nb", 4, "a b "},
		{"\x1b[31mabcd\x1b[m", 3, "\x1b[31mab…\x1b[m"},
		{"ab\x1b[31mcd\x1b[m", 3, "ab\x1b[31m…\x1b[m"},
		{"abc\x1b[31md\x1b[m", 3, "ab…\x1b[31m\x1b[m"},
		{"आपका ऑर्डर भेज दिया गया है", 20, "आपका ऑर्डर भेज दिया ग…"},
		{"ab" + Cursor + "cd", 3, "ab" + Cursor + "…"},
	} {
		if got := (Measure{}).Fit(c.text, c.w); got != c.want {
			t.Errorf("Fit(%q, %d) = %q, want %q", c.text, c.w, got, c.want)
		}
	}
	if got := (Measure{}).FitRight("9:44", 6); got != "  9:44" {
		t.Errorf("FitRight: %q", got)
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text string
		w    int
		want string
	}{
		{"", 5, ""},
		{"one two three", 7, "one two|three"},
		{"one  two", 3, "one|two"},
		{"a\n\nb", 5, "a||b"},
		{"a\n", 5, "a|"},
		{"  indent", 10, "  indent"},
		{"  indentation", 6, "indent|ation"},
		{"abcdefgh", 3, "abc|def|gh"},
		{"a abcdefgh", 3, "a|abc|def|gh"},
		{"你好吗朋友", 5, "你好|吗朋|友"},
		{"hi 你好吗", 5, "hi 你|好吗"},
		{"मिल सकता है?", 6, "मिल|सकता|है?"},
		{"सकता🙏है", 5, "सकता|🙏है"},
		{"你", 1, "…"},
		{"मिल सकता है?", 6, "मिल|सकता|है?"},
		{"सकता🙏है", 5, "सकता|🙏है"},
		{"\x1b[31mone two\x1b[m x", 4, "\x1b[31mone\x1b[m|\x1b[31mtwo\x1b[m|x"},
		{"see https://example.com/a", 11, "see|https://exa|mple.com/a"},
		{"ab " + Cursor, 5, "ab " + Cursor},
	} {
		if got := strings.Join((Measure{}).Wrap(c.text, c.w), "|"); got != c.want {
			t.Errorf("Wrap(%q, %d) = %q, want %q", c.text, c.w, got, c.want)
		}
	}
}

func TestCursorStandsBetweenCharacters(t *testing.T) {
	for _, c := range []struct {
		terminal, text string
		n, col         int
		marked         string
	}{
		{"xterm", "abc", 0, 0, "|abc"},
		{"xterm", "abc", 2, 2, "ab|c"},
		{"xterm", "abc", 9, 3, "abc|"},
		{"xterm", "你好", 1, 2, "你|好"},
		{"kitty", "काa", 1, 0, "|काa"},
		{"kitty", "काa", 2, 1, "का|a"},
		{"xterm", "👨\u200d👩x", 2, 2, "👨\u200d|👩x"},
		{"tmux new", "👨\u200d👩x", 2, 0, "|👨\u200d👩x"},
		{"tmux new", "👨\u200d👩x", 3, 2, "👨\u200d👩|x"},
	} {
		m := measureOf(t, c.terminal)
		if got := m.CursorColumn(c.text, c.n); got != c.col {
			t.Errorf("CursorColumn(%q, %d) = %d, want %d", c.text, c.n, got, c.col)
		}
		if got := strings.Replace(m.WithCursor(c.text, c.n), Cursor, "|", 1); got != c.marked {
			t.Errorf("WithCursor(%q, %d) = %q, want %q", c.text, c.n, got, c.marked)
		}
	}
}

// anyText mixes scripts, emoji parts, styles, sequences and rubbish.
func anyText() *rapid.Generator[string] {
	parts := []string{
		" ", "  ", "\n", "a", "word", "https://example.com/x", "é", "e\u0301", "क", "्", "ष", "ा", "நன்றி", "مُ", "你", "か",
		"\u1112", "\u1161", "👨", "\u200d", "👩", "\U0001f3fd", "❤", "\ufe0f", "1\ufe0f\u20e3", "🇮", "🇳", "\U000e0067",
		"\x1b[31m", "\x1b[m", "\x1b[0m", "\x1b[38;5;9m", Cursor, "\x1b]52;c;QQ==\x07", "\x1b[2J", "\x1b", "\u009b", "\x9b", "\xe0\xa4", "\x07", "\u202e", "\u00ad", "\t", "✓", "│", "\U0001fae9",
	}
	part := rapid.OneOf(rapid.SampledFrom(parts), rapid.StringN(0, 3, -1))
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(part, 0, 30).Draw(t, "parts"), "")
	})
}

func anyMeasure() *rapid.Generator[Measure] {
	return rapid.Custom(func(t *rapid.T) Measure {
		return NewMeasure(Profile{
			Method:         rapid.SampledFrom([]Method{WcWidth, Grapheme}).Draw(t, "method"),
			SplitConjuncts: rapid.Bool().Draw(t, "split"),
			WholeEmoji:     rapid.Bool().Draw(t, "whole"),
		})
	})
}

// printed is what of s can be seen: no spaces, no sequences.
func printed(s string) string {
	s = StyleOnly(s)
	var b strings.Builder
	for len(s) > 0 {
		if n := sgr(s); s[0] == 0x1b && n > 0 {
			s = s[n:]
			continue
		}
		r, size := utf8.DecodeRuneInString(s)
		if unicode.IsGraphic(r) && !unicode.IsSpace(r) {
			b.WriteRune(r)
		}
		s = s[size:]
	}
	return b.String()
}

func TestFitIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, s, w := anyMeasure().Draw(t, "measure"), anyText().Draw(t, "text"), rapid.IntRange(0, 40).Draw(t, "w")
		got := m.Fit(s, w)
		if m.Width(got) != w {
			t.Fatalf("%q is %d columns, not %d", got, m.Width(got), w)
		}
		if bare := strings.ReplaceAll(got, Cursor, ""); StyleOnly(bare) != bare {
			t.Fatalf("%q holds more than text and colour", got)
		}
		if strings.Contains(got, "\n") {
			t.Fatalf("%q is more than a row", got)
		}
		s = strings.ReplaceAll(gate(s, true), "\n", " ")
		if m.Width(s) <= w && printed(got) != printed(m.Draw(s)) {
			t.Fatalf("%q lost something of %q", got, s)
		}
		if cut, ok := strings.CutSuffix(printed(got), ellipsis); ok && m.Width(s) > w && !strings.HasPrefix(printed(m.Draw(s)), cut) {
			t.Fatalf("%q is not the beginning of %q", got, s)
		}
		if right := m.FitRight(s, w); m.Width(right) != w {
			t.Fatalf("right: %q is not %d columns", right, w)
		}
	})
}

func TestDrawIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, s := anyMeasure().Draw(t, "measure"), anyText().Draw(t, "text")
		drawn := m.Draw(s)
		if again := m.Draw(drawn); again != drawn {
			t.Fatalf("%q became %q", drawn, again)
		}
		if m.Width(drawn) != m.Width(s) {
			t.Fatalf("%q: %d columns, drawn %d", s, m.Width(s), m.Width(drawn))
		}
	})
}

func TestWrapKeepsEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, s, w := anyMeasure().Draw(t, "measure"), anyText().Draw(t, "text"), rapid.IntRange(0, 40).Draw(t, "w")
		rows := m.Wrap(s, w)
		for _, row := range rows {
			if got := m.Width(row); got > max(1, w) {
				t.Fatalf("%q is %d columns, more than %d", row, got, w)
			}
		}
		all := strings.Join(rows, "")
		if w >= 2 && !strings.Contains(all, ellipsis) && printed(all) != printed(m.Draw(s)) {
			t.Fatalf("%q became %q", s, rows)
		}
		if strings.Count(all, Cursor) != strings.Count(m.Draw(s), Cursor) {
			t.Fatalf("cursor marks of %q: %q", s, rows)
		}
	})
}

func BenchmarkFit(b *testing.B) {
	m := Measure{}
	row := "│ 09:44  Asha Rao  आपका ऑर्डर भेज दिया गया है 👨‍👩‍👧‍👦 ✓✓ read  \x1b[36mnotes\x1b[m"
	for b.Loop() {
		for range 40 {
			m.Fit(row, 119)
		}
	}
}
