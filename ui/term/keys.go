package term

import (
	"bytes"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"
)

// keys turns what a terminal sends into messages. How the bytes were cut into
// reads makes no difference: a sequence or a character whose rest has not come
// yet is held back. Answers of the terminal (positions, colours, attributes)
// are taken out here, however late they come, so that none becomes a key.
type keys struct {
	send     func(tea.Msg)
	position func(col int) // gets the columns of CSI row ; col R, from 1; nil: drop
	early    []tea.Msg     // typed while the terminal was being asked

	wheel   *WheelMsg // not told yet: more of it may come
	held    []byte    // begun, not complete
	pasting bool
	paste   []byte
}

const (
	pasteEnd = "\x1b[201~"

	// A key that begins like a sequence is a key when nothing follows for a
	// while: ESC itself soon, the rare alt+[ and its like after a moment in which
	// a slow line may bring the rest.
	escapeWait   = 25 * time.Millisecond
	sequenceWait = 100 * time.Millisecond

	// No sequence or answer is longer; what is longer is dropped.
	longest = 4096
)

// feed takes the next bytes from the terminal.
func (k *keys) feed(in []byte) {
	b := in
	if len(k.held) > 0 {
		b = append(k.held, in...)
	}
	for len(b) > 0 {
		n := k.one(b)
		if n == 0 {
			break
		}
		b = b[n:]
	}
	if len(b) > longest {
		b = nil
	}
	k.held = append([]byte(nil), b...)
	k.rolled()
}

// wait is how long feed may wait for the rest of what it holds; 0: for ever.
func (k *keys) wait() time.Duration {
	switch {
	case k.pasting:
		return 0
	case len(k.held) == 1 && k.held[0] == 0x1b:
		return escapeWait
	case len(k.held) == 2 && k.held[0] == 0x1b && k.held[1] < utf8.RuneSelf:
		return sequenceWait
	}
	return 0
}

// idle takes what is held for what was typed: nothing has followed it.
func (k *keys) idle() {
	if k.wait() == 0 {
		return
	}
	held := k.held
	k.held = nil
	if len(held) == 2 && held[1] != 0x1b {
		k.key(tea.Key{Type: tea.KeyRunes, Runes: []rune{rune(held[1])}, Alt: true})
		return
	}
	for range held {
		k.key(tea.Key{Type: tea.KeyEscape})
	}
}

func (k *keys) key(key tea.Key) { k.tell(tea.KeyMsg(key)) }

// one takes the first key or answer from b and returns its length, 0 when its
// end has not come yet.
func (k *keys) one(b []byte) int {
	switch {
	case k.pasting:
		return k.pasted(b)
	case b[0] != 0x1b:
		return k.text(b, false)
	case len(b) == 1:
		return 0
	}
	switch b[1] {
	case '[':
		return k.csi(b, false)
	case 'O':
		return k.ss3(b, false)
	case ']', 'P', '_':
		return k.answer(b)
	case 0x1b:
		return k.escaped(b)
	}
	n := k.text(b[1:], true)
	if n == 0 {
		return 0
	}
	return 1 + n
}

// escaped reads ESC ESC: alt with a key that is itself a sequence, or the
// escape key before something else.
func (k *keys) escaped(b []byte) int {
	if len(b) == 2 {
		return 0
	}
	n := 0
	switch b[2] {
	case '[':
		n = k.csi(b[1:], true)
	case 'O':
		n = k.ss3(b[1:], true)
	default:
		k.key(tea.Key{Type: tea.KeyEscape})
		return 1
	}
	if n == 0 {
		return 0
	}
	return 1 + n
}

// text reads a control character, a space or a run of other characters (one
// with alt).
func (k *keys) text(b []byte, alt bool) int {
	switch c := b[0]; {
	case c == ' ':
		k.key(tea.Key{Type: tea.KeySpace, Runes: []rune{' '}, Alt: alt})
		return 1
	case c < ' ' || c == 0x7f:
		k.key(tea.Key{Type: tea.KeyType(c), Alt: alt})
		return 1
	}
	var runes []rune
	n := 0
	for n < len(b) && b[n] > ' ' && b[n] != 0x7f && !(alt && len(runes) == 1) {
		if !utf8.FullRune(b[n:]) {
			break // its rest comes with the next read
		}
		r, size := utf8.DecodeRune(b[n:])
		n += size
		if r == utf8.RuneError && size == 1 {
			continue // no character: dropped
		}
		runes = append(runes, r)
	}
	if len(runes) > 0 {
		k.key(tea.Key{Type: tea.KeyRunes, Runes: runes, Alt: alt})
	}
	return n
}

// pasted collects a bracketed paste; nothing in it is a key.
func (k *keys) pasted(b []byte) int {
	if i := bytes.Index(b, []byte(pasteEnd)); i >= 0 {
		text := string(append(k.paste, b[:i]...))
		k.paste, k.pasting = nil, false
		k.key(tea.Key{Type: tea.KeyRunes, Runes: []rune(strings.ToValidUTF8(text, "")), Paste: true})
		return i + len(pasteEnd)
	}
	n := len(b)
	for i := max(0, n-len(pasteEnd)+1); i < n; i++ {
		if strings.HasPrefix(pasteEnd, string(b[i:])) {
			n = i // may be the beginning of the end
			break
		}
	}
	k.paste = append(k.paste, b[:n]...)
	return n
}

// ss3 reads ESC O and a letter.
func (k *keys) ss3(b []byte, alt bool) int {
	if len(b) < 3 {
		return 0
	}
	switch key, ok := letters[b[2]]; {
	case b[2] == 'M': // enter on the keypad
		k.key(tea.Key{Type: tea.KeyEnter, Alt: alt})
	case ok:
		k.key(tea.Key{Type: key, Alt: alt})
	default: // alt+O before something else
		k.key(tea.Key{Type: tea.KeyRunes, Runes: []rune{'O'}, Alt: true})
		return 2
	}
	return 3
}

// answer reads a string the terminal sends: OSC, DCS or APC. What does not
// begin like one is a key with alt.
func (k *keys) answer(b []byte) int {
	if len(b) == 2 {
		return 0
	}
	openers := map[byte]string{']': "0123456789", 'P': "01>!$+|", '_': "G"}
	typed := func() int {
		k.key(tea.Key{Type: tea.KeyRunes, Runes: []rune{rune(b[1])}, Alt: true})
		return 2
	}
	if strings.IndexByte(openers[b[1]], b[2]) < 0 {
		return typed()
	}
	for i := 2; i < len(b); i++ {
		switch c := b[i]; {
		case c == 0x07:
			k.told(b[1:i])
			return i + 1
		case c == 0x1b && i+1 == len(b):
			return 0
		case c == 0x1b && b[i+1] == '\\':
			k.told(b[1:i])
			return i + 2
		case c == 0x1b:
			return i // broken off
		case c < ' ' || c >= 0x7f:
			return typed()
		}
	}
	if len(b) > longest {
		return len(b)
	}
	return 0
}

// told uses the answers that mean something to us: the terminal's name and the
// background colour.
func (k *keys) told(s []byte) {
	if name, ok := strings.CutPrefix(string(s), "P>|"); ok {
		k.send(versionMsg(name))
		return
	}
	if string(s) == kittyFine {
		k.send(graphicsMsg{kitty: true})
		return
	}
	color, ok := strings.CutPrefix(string(s), "]11;")
	if !ok {
		return
	}
	if dark, ok := isDark(color); ok {
		k.tell(BackgroundMsg{Dark: dark})
	}
}

// isDark judges a colour as X11 spells it: rgb:R/G/B, rgba:R/G/B/A or #RGB, 1
// to 4 hexadecimal digits each.
func isDark(color string) (dark, ok bool) {
	var parts []string
	if hex, found := strings.CutPrefix(color, "#"); found {
		if len(hex) == 0 || len(hex)%3 != 0 {
			return false, false
		}
		n := len(hex) / 3
		parts = []string{hex[:n], hex[n : 2*n], hex[2*n:]}
	} else {
		_, values, _ := strings.Cut(color, ":")
		parts = strings.Split(values, "/")
	}
	if len(parts) < 3 {
		return false, false
	}
	var c [3]float64
	for i := range c {
		v, err := strconv.ParseUint(parts[i], 16, 16)
		if err != nil || len(parts[i]) > 4 {
			return false, false
		}
		c[i] = float64(v) / float64(uint(1)<<(4*len(parts[i]))-1)
	}
	return 0.2126*c[0]+0.7152*c[1]+0.0722*c[2] < 0.5, true
}
