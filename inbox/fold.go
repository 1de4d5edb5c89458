package inbox

import (
	"strings"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold spells a text as search compares it: without case, accents, vowel points, width and style, with the digits of all
// scripts as 0-9, one kind of quote and dash, and any run of white space as one space. Each character is folded by
// itself, so a part of a text folds to a part of the folded text, and what was found can be shown where it stands.
// Folding twice changes nothing.
func Fold(s string) string { return string(appendFold(nil, s, nil)) }

// appendFold appends the folded text to b. When at is not nil, it gets the number of the character of s that each
// appended byte came from.
func appendFold(b []byte, s string, at *[]int) []byte {
	char := -1
	for _, r := range s {
		char++
		n := len(b)
		if r < utf8.RuneSelf {
			c := foldedASCII[r]
			if c == ' ' && n > 0 && b[n-1] == ' ' {
				continue
			}
			b = append(b, c)
		} else {
			f := foldedRune(r)
			if n > 0 && b[n-1] == ' ' {
				f = strings.TrimPrefix(f, " ")
			}
			b = append(b, f...)
		}
		if at != nil {
			for range len(b) - n {
				*at = append(*at, char)
			}
		}
	}
	return b
}

var foldedASCII = func() (t [utf8.RuneSelf]byte) {
	for i := range t {
		c := byte(i)
		switch {
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		case c < ' ' || c == 0x7f: // no folded text holds a control: they part the texts of a block
			c = ' '
		}
		t[i] = c
	}
	return t
}()

// foldPages holds what characters fold to, 256 of them at a time, made when the first of them is met.
var foldPages [unicode.MaxRune>>8 + 1]atomic.Pointer[[256]string]

func foldedRune(r rune) string {
	p := foldPages[r>>8].Load()
	if p == nil {
		p = new([256]string)
		for i := range p {
			p[i] = foldRune(r&^0xff | rune(i))
		}
		foldPages[r>>8].Store(p)
	}
	return p[r&0xff]
}

func foldRune(r rune) string {
	s := string(r)
	if !unicode.Is(unicode.Hangul, r) { // its syllables fall apart, and have nothing to lose
		s = norm.NFKD.String(s)
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case leaveOut(r):
		case unicode.IsSpace(r), unicode.IsControl(r):
			b.WriteByte(' ')
		case unicode.Is(unicode.Nd, r):
			b.WriteByte(digitOf(r))
		default:
			for _, r := range foldCase(r) {
				if same, ok := alike[r]; ok {
					b.WriteString(same)
				} else if !leaveOut(r) {
					b.WriteRune(r)
				}
			}
		}
	}
	return b.String()
}

func foldCase(r rune) string {
	if unicode.Is(unicode.Cherokee, r) { // cases.Fold turns each case into the other
		return string(unicode.ToLower(r))
	}
	return cases.Fold().String(string(r))
}

// digitOf gives the ASCII digit of a decimal digit: they come in runs of ten.
func digitOf(r rune) byte {
	for _, t := range unicode.Nd.R16 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return '0' + byte((r-rune(t.Lo))%10)
		}
	}
	for _, t := range unicode.Nd.R32 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return '0' + byte((r-rune(t.Lo))%10)
		}
	}
	return '0'
}

// leftOut are marks that people leave out when they search: accents, Hebrew and Arabic points, the nukta of Indian scripts,
// joiners, variation selectors, skin tones. Vowel signs of Indian and Thai scripts are letters, and stay.
var leftOut = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x00ad, 0x00ad, 1}, {0x0300, 0x036f, 1}, {0x0591, 0x05bd, 1}, {0x05bf, 0x05bf, 1}, {0x05c1, 0x05c2, 1}, {0x05c4, 0x05c5, 1},
		{0x05c7, 0x05c7, 1}, {0x0610, 0x061a, 1}, {0x061c, 0x061c, 1}, {0x0640, 0x0640, 1}, {0x064b, 0x065f, 1}, {0x0670, 0x0670, 1},
		{0x06d6, 0x06dc, 1}, {0x06df, 0x06e4, 1}, {0x06e7, 0x06e8, 1}, {0x06ea, 0x06ed, 1}, {0x093c, 0x093c, 1}, {0x09bc, 0x09bc, 1},
		{0x0a3c, 0x0a3c, 1}, {0x0abc, 0x0abc, 1}, {0x0b3c, 0x0b3c, 1}, {0x0cbc, 0x0cbc, 1}, {0x1ab0, 0x1aff, 1}, {0x1dc0, 0x1dff, 1},
		{0x200b, 0x200f, 1}, {0x202a, 0x202e, 1}, {0x2060, 0x2064, 1}, {0x2066, 0x2069, 1}, {0x20d0, 0x20f0, 1}, {0xfe00, 0xfe0f, 1},
		{0xfe20, 0xfe2f, 1}, {0xfeff, 0xfeff, 1},
	},
	R32: []unicode.Range32{{0x1f3fb, 0x1f3ff, 1}, {0xe0100, 0xe01ef, 1}},
}

func leaveOut(r rune) bool { return unicode.Is(leftOut, r) }

// alike are letters and signs that are written one for the other, and that no decomposition brings together.
var alike = map[rune]string{
	'ı': "i", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'æ': "ae", 'œ': "oe", 'ħ': "h", 'ŧ': "t",
	'ى': "ي", 'ی': "ي", 'ک': "ك", 'ة': "ه", 'ہ': "ه", 'ٱ': "ا",
	'‘': "'", '’': "'", '‚': "'", 'ʼ': "'", '`': "'", '´': "'", '“': `"`, '”': `"`, '„': `"`, '«': `"`, '»': `"`,
	'‐': "-", '‑': "-", '‒': "-", '–': "-", '—': "-", '―': "-", '−': "-",
}

// leastGrouped is how many digits a number that is written in groups has at least, to be found whole as well.
const leastGrouped = 7

// grouped is a number written in groups: where it stands in a folded text, its digits, and where each of them stands.
type grouped struct {
	digits string
	at     []int
}

// groupedNumbers finds the numbers of a folded text whose digits are parted by one or two of the signs that people part
// phone numbers and amounts with.
func groupedNumbers(s string) []grouped {
	var out []grouped
	var g grouped
	end := func() {
		if n := len(g.at); n >= leastGrouped && g.at[n-1]-g.at[0] >= n {
			out = append(out, g)
		}
		g = grouped{}
	}
	var digits []byte
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			continue
		}
		if n := len(g.at); n > 0 && !parts(s[g.at[n-1]+1:i]) {
			g.digits = string(digits)
			end()
			digits = digits[:0]
		}
		g.at = append(g.at, i)
		digits = append(digits, s[i])
	}
	g.digits = string(digits)
	end()
	return out
}

// parts reports whether what stands between two digits leaves them one number.
func parts(between string) bool {
	return len(between) <= 2 && strings.Trim(between, " -.,()/") == ""
}
