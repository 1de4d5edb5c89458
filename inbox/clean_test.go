package inbox

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	long := "a" + strings.Repeat("\u0301", 8)
	for _, v := range []struct{ name, in, want string }{
		{"plain", "Bom dia, tudo bem?\n\tSim.", "Bom dia, tudo bem?\n\tSim."},
		{"Hindi with joiners", "क्\u200dष नमस्ते", "क्\u200dष नमस्ते"},
		{"Persian with ZWNJ", "می\u200cخواهم", "می\u200cخواهم"},
		{"emoji family", "👨\u200d👩\u200d👧 ❤\ufe0f 1\ufe0f\u20e3", "👨\u200d👩\u200d👧 ❤\ufe0f 1\ufe0f\u20e3"},
		{"marks of direction that only hint stay", "a\u200eb\u200f", "a\u200eb\u200f"},
		{"escape", "a\x1b]52;c;AAAA\x07b", "a�]52;c;AAAA�b"},
		{"C1 as a rune", "\u009b2J", "�2J"},
		{"C1 as a stray byte", "\x9b2J", "�2J"},
		{"backspace, return, NUL, DEL", "1\b2\r3\x004\x7f", "1�2�3�4�"},
		{"direction override", "a\u202eb\u2066c\u061c", "a�b�c�"},
		{"invisible", "a\u200bb\u2060c\ufeffd\U000e0041", "a�b�c�d�"},
		{"line separator", "a\u2028b\u2029", "a�b�"},
		{"eight marks stay", long + "b", long + "b"},
		{"the surplus is one sign", long + "\u0301\u0302\u0303b\u0301", long + "�b\u0301"},
		{"a joiner does not start a new stack", long + "\u200d\u0301b", long + "\u200d�b"},
		{"a sign that came stays one sign", "a�b", "a�b"},
		{"empty", "", ""},
	} {
		t.Run(v.name, func(t *testing.T) {
			if got := Clean(v.in); got != v.want {
				t.Errorf("got %q, want %q", got, v.want)
			}
		})
	}
}

func FuzzClean(f *testing.F) {
	f.Add("hello\x1b[2Jworld")
	f.Add("a\xff\x9b\u202e" + strings.Repeat("\u0301", 20))
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s)
		if !utf8.ValidString(got) {
			t.Fatalf("%q: not UTF-8", got)
		}
		marks := 0
		for _, r := range got {
			if unclean(r) {
				t.Errorf("%q: %U came through", got, r)
			}
			switch {
			case stacks(r):
				if marks++; marks > mostMarks {
					t.Errorf("%q: too many marks", got)
				}
			case !joins(r):
				marks = 0
			}
		}
		if Clean(got) != got {
			t.Errorf("cleaning %q twice changes it", got)
		}
		// Every printable rune that is no mark is still there, in order.
		rest := got
		for _, r := range s {
			if r == utf8.RuneError || !unicode.IsPrint(r) || stacks(r) {
				continue
			}
			i := strings.IndexRune(rest, r)
			if i < 0 {
				t.Fatalf("%q lost %q", got, r)
			}
			rest = rest[i+utf8.RuneLen(r):]
		}
	})
}
