package inbox

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// mostMarks is how many combining marks may follow one another; more climb out of their line (network 4.3).
const mostMarks = 8

// Clean makes text from strangers safe to show: what could move the cursor, reorder or hide text becomes U+FFFD, a
// sign that something was there. Nothing is taken out; newlines and tabs stay. Every text from outside passes here
// once, when it becomes a value of this package.
func Clean(s string) string {
	i := firstUnclean(s)
	if i < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 8)
	marks, cut := 0, false
	for _, r := range s {
		if !stacks(r) {
			if !joins(r) {
				marks, cut = 0, false
			}
			if unclean(r) {
				r = utf8.RuneError
			}
			b.WriteRune(r)
			continue
		}
		if marks++; marks <= mostMarks && !unclean(r) {
			b.WriteRune(r)
		} else if !cut { // one sign for the whole surplus
			b.WriteRune(utf8.RuneError)
			cut = true
		}
	}
	return b.String()
}

// firstUnclean finds the first thing that Clean would change, -1 when there is none, without allocating.
func firstUnclean(s string) int {
	marks := 0
	for i, r := range s {
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(s[i:]); n == 1 { // a stray byte, not a U+FFFD that came
				return i
			}
		}
		switch {
		case unclean(r):
			return i
		case stacks(r):
			if marks++; marks > mostMarks {
				return i
			}
		case !joins(r):
			marks = 0
		}
	}
	return -1
}

func stacks(r rune) bool { return r >= 0x300 && unicode.In(r, unicode.Mn, unicode.Me) }

// joins holds for ZWNJ and ZWJ: they do not end a stack.
func joins(r rune) bool { return r == 0x200c || r == 0x200d }

// unclean is the set of network 4.3. ZWJ, ZWNJ and variation selectors are not in it: emoji, Indic scripts and
// Persian need them.
func unclean(r rune) bool {
	switch {
	case r < 0x20:
		return r != '\n' && r != '\t'
	case r < 0x7f:
		return false
	case r < 0xa0:
		return true
	case r == 0x61c, r == 0x200b, r == 0xfeff:
		return true
	case r >= 0x2028 && r <= 0x202e, r >= 0x2060 && r <= 0x2064, r >= 0x2066 && r <= 0x2069:
		return true
	case r >= 0xe0000 && r <= 0xe007f:
		return true
	}
	return false
}

// firstLine is the first line of a text with something on it, at most n characters.
func firstLine(s string, n int) string {
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			if utf8.RuneCountInString(line) > n {
				line = string([]rune(line)[:n])
			}
			return line
		}
	}
	return ""
}
