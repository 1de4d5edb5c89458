package ui

import (
	"testing"
	"unicode/utf8"

	"frontdesk/ui/term"

	"pgregory.net/rapid"
)

var measures = map[string]term.Measure{
	"wcwidth":  term.NewMeasure(term.Profile{}),
	"grapheme": term.NewMeasure(term.Profile{Method: term.Grapheme, WholeEmoji: true}),
	"split":    term.NewMeasure(term.Profile{Method: term.Grapheme, SplitConjuncts: true}),
}

func TestEditorKeys(t *testing.T) {
	tests := []struct {
		name, text string
		keys       []string
		want       string
		at         int
	}{
		{"insert", "ab", []string{"left", "x"}, "axb", 2},
		{"backspace takes a family whole", "a👨‍👩‍👧‍👦", []string{"backspace"}, "a", 1},
		{"left goes over a conjunct syllable", "कि", []string{"left", "x"}, "xकि", 1},
		{"delete takes a flag whole", "🇧🇷b", []string{"home", "delete"}, "b", 0},
		{"delete word", "one two  ", []string{"ctrl+w"}, "one ", 4},
		{"to the start of the line", "one\ntwo", []string{"ctrl+a", "x"}, "one\nxtwo", 5},
		{"kill to the end", "one\ntwo", []string{"home", "ctrl+k"}, "one\n", 4},
		{"kill to the start", "one\ntwo", []string{"ctrl+u"}, "one\n", 4},
		{"word left", "one two", []string{"alt+b", "x"}, "one xtwo", 5},
		{"word right", "one two", []string{"home", "alt+f", "x"}, "onex two", 4},
		{"backspace joins lines", "one\ntwo", []string{"ctrl+a", "backspace"}, "onetwo", 3},
		{"up keeps the column", "long line\nab\nlonger", []string{"up", "up", "x"}, "long lxine\nab\nlonger", 7},
		{"down and up over a short line", "abcdef\na\nabcdef", []string{"up", "up", "down", "down", "x"}, "abcdef\na\nabcdefx", 16},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var e editor
			e.set(tt.text)
			for _, k := range tt.keys {
				e.key(measures["grapheme"], keyMsg(k), 40)
			}
			if e.String() != tt.want || e.at != tt.at {
				t.Errorf("got %q at %d, want %q at %d", e.String(), e.at, tt.want, tt.at)
			}
		})
	}
}

// Whatever is typed: rows fit, hold the whole text in order, and the cursor stands on one of them.
func TestEditorWraps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := measures[rapid.SampledFrom([]string{"wcwidth", "grapheme", "split"}).Draw(t, "measure")]
		var e editor
		e.insert(rapid.StringOf(rapid.SampledFrom([]rune("ab  \n字का्षि👨\u200d👩🏽é"))).Draw(t, "text"))
		w := rapid.IntRange(2, 30).Draw(t, "width")
		for range rapid.IntRange(0, 12).Draw(t, "moves") {
			e.key(m, keyMsg(rapid.SampledFrom([]string{"left", "right", "up", "down", "home", "end", "alt+b", "alt+f", "backspace", "x"}).Draw(t, "key")), w)
		}
		rows := e.wrap(m, w)
		next := 0
		for _, r := range rows {
			if r.from != next && !(r.from == next+1 && e.text[next] == '\n') || r.to < r.from {
				t.Fatalf("rows %v of %q leave something out", rows, e.String())
			}
			next = r.to
			one := r.from
			if line := string(e.text[r.from:r.to]); m.Width(line) > w && e.after(one) < r.to {
				t.Fatalf("row %q is %d wide, more than %d", line, m.Width(line), w)
			}
		}
		if next != len(e.text) {
			t.Fatalf("rows %v end before the text %q", rows, e.String())
		}
		row, col := e.place(m, rows)
		if e.at < rows[row].from || e.at > rows[row].to || col < 0 {
			t.Fatalf("cursor %d of %q is on row %d %v, column %d", e.at, e.String(), row, rows[row], col)
		}
		if !utf8.ValidString(e.String()) {
			t.Fatalf("%q is not valid text", e.String())
		}
	})
}
