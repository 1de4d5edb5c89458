package term

import (
	"image"
	"slices"
	"strconv"
	"strings"
	"unicode"

	tea "github.com/charmbracelet/bubbletea"
)

// Keys by the letter that ends CSI or SS3.
var letters = map[byte]tea.KeyType{
	'A': tea.KeyUp, 'B': tea.KeyDown, 'C': tea.KeyRight, 'D': tea.KeyLeft,
	'H': tea.KeyHome, 'F': tea.KeyEnd,
	'P': tea.KeyF1, 'Q': tea.KeyF2, 'R': tea.KeyF3, 'S': tea.KeyF4,
}

// Keys by the number before "~"; 13 is kitty's F3.
var numbers = map[int]tea.KeyType{
	1: tea.KeyHome, 2: tea.KeyInsert, 3: tea.KeyDelete, 4: tea.KeyEnd,
	5: tea.KeyPgUp, 6: tea.KeyPgDown, 7: tea.KeyHome, 8: tea.KeyEnd,
	11: tea.KeyF1, 12: tea.KeyF2, 13: tea.KeyF3, 14: tea.KeyF4, 15: tea.KeyF5,
	17: tea.KeyF6, 18: tea.KeyF7, 19: tea.KeyF8, 20: tea.KeyF9, 21: tea.KeyF10,
	23: tea.KeyF11, 24: tea.KeyF12, 25: tea.KeyF13, 26: tea.KeyF14,
	28: tea.KeyF15, 29: tea.KeyF16, 31: tea.KeyF17, 32: tea.KeyF18,
	33: tea.KeyF19, 34: tea.KeyF20,
}

// What shift, ctrl and both make of a key, where Bubble Tea has a name for it.
var modified = map[tea.KeyType][3]tea.KeyType{
	tea.KeyUp:     {tea.KeyShiftUp, tea.KeyCtrlUp, tea.KeyCtrlShiftUp},
	tea.KeyDown:   {tea.KeyShiftDown, tea.KeyCtrlDown, tea.KeyCtrlShiftDown},
	tea.KeyRight:  {tea.KeyShiftRight, tea.KeyCtrlRight, tea.KeyCtrlShiftRight},
	tea.KeyLeft:   {tea.KeyShiftLeft, tea.KeyCtrlLeft, tea.KeyCtrlShiftLeft},
	tea.KeyHome:   {tea.KeyShiftHome, tea.KeyCtrlHome, tea.KeyCtrlShiftHome},
	tea.KeyEnd:    {tea.KeyShiftEnd, tea.KeyCtrlEnd, tea.KeyCtrlShiftEnd},
	tea.KeyPgUp:   {tea.KeyPgUp, tea.KeyCtrlPgUp, tea.KeyCtrlPgUp},
	tea.KeyPgDown: {tea.KeyPgDown, tea.KeyCtrlPgDown, tea.KeyCtrlPgDown},
}

// The keypad as the kitty protocol numbers it, from 57399 on, by what the same
// keys send elsewhere.
const (
	keypadFirst = 57399
	keypadText  = "0123456789./*-+\r=,"
)

var keypadKeys = []tea.KeyType{ // from 57417 on
	tea.KeyLeft, tea.KeyRight, tea.KeyUp, tea.KeyDown, tea.KeyPgUp, tea.KeyPgDown,
	tea.KeyHome, tea.KeyEnd, tea.KeyInsert, tea.KeyDelete,
}

// mods are modifiers as CSI parameters carry them, less the 1 they add.
type mods int

func (m mods) shift() bool { return m&1 != 0 }
func (m mods) alt() bool   { return m&(2|32) != 0 } // alt, meta
func (m mods) ctrl() bool  { return m&4 != 0 }
func (m mods) super() bool { return m&(8|16) != 0 } // super, hyper: nobody binds them

// csi reads the CSI sequence at the start of b.
func (k *keys) csi(b []byte, alt bool) int {
	end := 2
	for end < len(b) && b[end] >= 0x20 && b[end] <= 0x3f {
		end++
	}
	switch {
	case end == len(b) && end > longest:
		return end
	case end == len(b):
		return 0
	case b[end] < 0x40 || b[end] > 0x7e: // alt+[ before something else
		k.key(tea.Key{Type: tea.KeyRunes, Runes: []rune{'['}, Alt: true})
		return 2
	case b[end] == '[': // the Linux console's F1 to F5: CSI [ A to E
		if end+1 == len(b) {
			return 0
		}
		if c := b[end+1]; c >= 'A' && c <= 'E' {
			k.key(tea.Key{Type: tea.KeyF1 - tea.KeyType(c-'A'), Alt: alt})
		}
		return end + 2
	}
	k.sequence(string(b[2:end]), b[end], alt)
	return end + 1
}

// sequence acts on a complete CSI sequence. One that is no key is dropped:
// answers to questions of ours, and keys without a name.
func (k *keys) sequence(params string, final byte, alt bool) {
	if private := strings.IndexAny(params, "<=>?"); private == 0 {
		switch {
		case params[0] == '<' && (final == 'M' || final == 'm'):
			k.mouse(params[1:], final)
		case params[0] == '?' && final == 'c' && slices.Contains(numbersOf(params[1:]), sixelThere):
			k.send(graphicsMsg{sixel: true})
		}
		return
	}
	p := numbersOf(params)
	at := func(i int) int {
		if i < len(p) {
			return p[i]
		}
		return 0
	}
	m := mods(max(0, at(1)-1))
	if alt {
		m |= 2
	}
	key, isLetter := letters[final]
	switch {
	case final == 'R' && len(p) == 2 && p[0] > 1: // in row 1 it is F3 with modifiers: see probeRow
		if k.position != nil {
			k.position(p[1])
		}
	case final == 't' && len(p) == 3 && p[0] == 6:
		k.send(graphicsMsg{cell: image.Pt(p[2], p[1])})
	case final == 'I' && params == "":
		k.tell(tea.FocusMsg{})
	case final == 'O' && params == "":
		k.tell(tea.BlurMsg{})
	case final == 'u':
		k.coded(based(rune(at(0)), baseOf(params), m), m)
	case final == '~' && at(0) == 27 && len(p) == 3: // modifyOtherKeys
		k.coded(based(rune(at(2)), 0, m), m)
	case final == '~' && at(0) == 200:
		k.pasting = true
	case final == '~' || final == '^' || final == '@': // rxvt ends with ^ for ctrl, @ with shift too
		if final != '~' {
			m |= 4
		}
		if final == '@' {
			m |= 1
		}
		if key, ok := numbers[at(0)]; ok {
			k.named(key, m)
		}
	case final == 'Z':
		k.key(tea.Key{Type: tea.KeyShiftTab, Alt: m.alt()})
	case isLetter:
		k.named(key, m)
	case final >= 'a' && final <= 'd' && params == "": // rxvt's shifted arrows
		k.named(letters[final-'a'+'A'], m|1)
	}
}

// numbersOf reads parameters; of one with parts only the first counts.
func numbersOf(params string) []int {
	if params == "" {
		return nil
	}
	var p []int
	for s := range strings.SplitSeq(params, ";") {
		s, _, _ = strings.Cut(s, ":")
		n, _ := strconv.Atoi(s)
		p = append(p, n)
	}
	return p
}

// baseOf is the third part of the first parameter: the key's code in a Latin layout, or 0.
func baseOf(params string) rune {
	first, _, _ := strings.Cut(params, ";")
	parts := strings.Split(first, ":")
	if len(parts) < 3 {
		return 0
	}
	n, _ := strconv.Atoi(parts[2])
	return rune(n)
}

// named sends a key that has a name rather than a character.
func (k *keys) named(key tea.KeyType, m mods) {
	if m.super() {
		return
	}
	if with, ok := modified[key]; ok {
		switch {
		case m.shift() && m.ctrl():
			key = with[2]
		case m.ctrl():
			key = with[1]
		case m.shift():
			key = with[0]
		}
	}
	k.key(tea.Key{Type: key, Alt: m.alt()})
}

// coded sends a key given by its code point, as the kitty keyboard and
// modifyOtherKeys do. Enter with any modifier is alt+enter: a new line.
func (k *keys) coded(c rune, m mods) {
	if i := int(c) - keypadFirst; i >= 0 && i < len(keypadText) {
		c = rune(keypadText[i])
	} else if i -= len(keypadText); i >= 0 && i < len(keypadKeys) {
		k.named(keypadKeys[i], m)
		return
	}
	switch {
	case m.super() || c > unicode.MaxRune || c >= 0xe000 && c <= 0xf8ff || c >= 0xd800 && c < 0xe000:
		return // a modifier or media key, or none
	case c == '\r' || c == '\n':
		k.key(tea.Key{Type: tea.KeyEnter, Alt: m&^192 != 0})
	case c == '\t' && m.shift():
		k.key(tea.Key{Type: tea.KeyShiftTab, Alt: m.alt()})
	case c == 0x7f || c == 0x08:
		if m.ctrl() {
			k.key(tea.Key{Type: tea.KeyCtrlW, Alt: m.alt()}) // delete a word
			return
		}
		k.key(tea.Key{Type: tea.KeyBackspace, Alt: m.alt()})
	case c < ' ':
		k.key(tea.Key{Type: tea.KeyType(c), Alt: m.alt()})
	case m.ctrl() && (c == ' ' || c >= '@' && c <= '_' || c >= 'a' && c <= 'z'):
		k.key(tea.Key{Type: tea.KeyType(c & 0x1f), Alt: m.alt()})
	case m.ctrl() && c == '/':
		k.key(tea.Key{Type: tea.KeyCtrlUnderscore, Alt: m.alt()})
	case c == ' ':
		k.key(tea.Key{Type: tea.KeySpace, Runes: []rune{' '}, Alt: m.alt()})
	default:
		if m.shift() {
			c = unicode.ToUpper(c)
		}
		k.key(tea.Key{Type: tea.KeyRunes, Runes: []rune{c}, Alt: m.alt()})
	}
}
