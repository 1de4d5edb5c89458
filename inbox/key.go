package inbox

import (
	"encoding/base64"
	"strings"
)

// MessageKey names one WhatsApp message, whatever spelling of its id it arrived by (merge-rules 3.1). A wamid is
// base64 of remote id, direction and key id; only the last two are the message's own. The format is not documented,
// so anything that surprises falls back to the id as it came: at worst two spellings stay two rows.
func MessageKey(line LineID, wamid string) string {
	if dir, id, ok := parseWAMID(wamid); ok {
		return string(line) + "|" + dir + "|" + id
	}
	return string(line) + "|raw|" + wamid
}

const (
	keyOut = "out"
	keyIn  = "in"
)

// longestWAMID bounds the work spent on a string that claims to be an id.
const longestWAMID = 512

// parseWAMID reads 1C 18 <n> <remote> 15 <varint> 00 <D> 18 <m> <key id> 00.
func parseWAMID(wamid string) (dir, id string, ok bool) {
	text, found := strings.CutPrefix(wamid, "wamid.")
	if !found || len(text) > longestWAMID {
		return "", "", false
	}
	enc := base64.RawStdEncoding
	if strings.ContainsAny(text, "-_") {
		enc = base64.RawURLEncoding
	}
	b, err := enc.DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		return "", "", false
	}
	p := parser{rest: b}
	p.expect(0x1c, 0x18)
	p.counted()
	p.expect(0x15)
	p.varint()
	p.expect(0x00)
	switch p.next() {
	case 0x11:
		dir = keyOut
	case 0x12:
		dir = keyIn
	default:
		p.bad = true
	}
	p.expect(0x18)
	key := p.counted()
	p.expect(0x00)
	if p.bad || len(p.rest) != 0 || len(key) < 16 || len(key) > 64 {
		return "", "", false
	}
	for _, c := range key {
		if c < ' ' || c > '~' {
			return "", "", false
		}
	}
	return dir, string(key), true
}

// parser walks bytes and remembers the first thing that was not as expected.
type parser struct {
	rest []byte
	bad  bool
}

func (p *parser) next() byte {
	if len(p.rest) == 0 {
		p.bad = true
		return 0
	}
	b := p.rest[0]
	p.rest = p.rest[1:]
	return b
}

func (p *parser) expect(want ...byte) {
	for _, w := range want {
		if p.next() != w {
			p.bad = true
		}
	}
}

func (p *parser) varint() {
	for i := 0; p.next() >= 0x80; i++ {
		if i == 9 {
			p.bad = true
			return
		}
	}
}

// counted reads a length byte and that many bytes.
func (p *parser) counted() []byte {
	n := int(p.next())
	if p.bad || n > len(p.rest) {
		p.bad = true
		return nil
	}
	b := p.rest[:n]
	p.rest = p.rest[n:]
	return b
}
