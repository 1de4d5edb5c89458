package term

import (
	"testing"
	"unicode"
)

// A letter lies in one place: no two layouts disagree, and no Latin letter, digit or sign is taken for another.
func TestLayoutsAgree(t *testing.T) {
	seen := map[rune]rune{}
	for _, l := range layouts {
		keys, letters := []rune(l.latin), []rune(l.letters)
		if len(keys) != len(letters) {
			t.Fatalf("%q has %d letters for %d keys", l.letters, len(letters), len(keys))
		}
		for i, r := range letters {
			if have, ok := seen[r]; ok && have != keys[i] {
				t.Errorf("%q lies on %q and on %q", r, have, keys[i])
			}
			seen[r] = keys[i]
			if unicode.In(r, unicode.Latin) || r < 0x80 {
				t.Errorf("%q is a letter of its own", r)
			}
			if unicode.IsUpper(r) && !unicode.IsUpper(keys[i]) || unicode.IsLower(r) && !unicode.IsLower(keys[i]) {
				t.Errorf("%q lies on %q", r, keys[i])
			}
		}
	}
	for r, want := range map[rune]rune{'к': 'r', 'К': 'R', 'і': 's', 'ρ': 'r', 'Ρ': 'R', 'ר': 'r', 'ق': 'r', '\u0940': 'r', 'ई': 'R', 'ф': 'a', 'त': 'l'} {
		if got, _ := Latin(r); got != want {
			t.Errorf("%q lies on %q, not %q", r, got, want)
		}
	}
	for _, r := range "reaé.1王" {
		if got, ok := Latin(r); ok {
			t.Errorf("%q is taken for %q", r, got)
		}
	}
}
