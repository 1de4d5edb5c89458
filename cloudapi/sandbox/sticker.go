package sandbox

import (
	"bytes"
	"encoding/binary"
	"image/color"
	"math"
	"math/bits"
)

// SampleSticker draws a small still sticker, a face on nothing, as WebP without loss. Seed turns its colour.
func SampleSticker(seed int) []byte {
	const n = 96
	face := color.NRGBA{255, uint8(200 - seed*31%90), uint8(40 + seed*53%60), 255}
	dark := color.NRGBA{70, 40, 20, 255}
	return spellWebP(n, n, func(x, y int) color.NRGBA {
		dx, dy := float64(x)-n/2+0.5, float64(y)-n/2+0.5
		r := math.Hypot(dx, dy)
		switch {
		case r > 44:
			return color.NRGBA{}
		case math.Hypot(math.Abs(dx)-16, dy+12) < 6, r > 24 && r < 30 && dy > 8: // eyes, a smile
			return dark
		}
		return face
	})
}

// spellWebP spells a picture in the lossless format of WebP (RFC 9649) in its plainest form: every channel of every pixel has
// a code of eight bits.
func spellWebP(w, h int, at func(x, y int) color.NRGBA) []byte {
	var b bitWriter
	b.put(0x2f, 8)
	b.put(uint32(w-1), 14)
	b.put(uint32(h-1), 14)
	b.put(1, 1) // it has transparency
	b.put(0, 3) // version
	b.put(0, 1) // no transform
	b.put(0, 1) // no cache of colours
	b.put(0, 1) // one group of codes
	for _, symbols := range []int{256 + 24, 256, 256, 256} {
		b.put(0, 1) // a code with the lengths of all symbols: of these, only 8 and a run of zeros occur
		b.put(12-4, 4)
		for _, length := range []uint32{0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1} { // in the order 17, 18, 0, 1 to 5, 16, 6, 7, 8
			b.put(length, 3)
		}
		b.put(0, 1) // all symbols
		b.put(0, 8) // 256 times the length 8 ...
		for range 256/8 - 1 {
			b.put(0, 8)
		}
		if symbols > 256 { // ... and no code for the rest
			b.put(1, 1)
			b.put(uint32(symbols-256-11), 7)
		}
	}
	b.put(1, 1) // distances, which do not occur: one symbol, of one bit, 0
	b.put(0, 3)
	for y := range h {
		for x := range w {
			c := at(x, y)
			for _, v := range []uint8{c.G, c.R, c.B, c.A} {
				b.put(uint32(bits.Reverse8(v)), 8)
			}
		}
	}
	data := b.bytes()
	var out bytes.Buffer
	out.WriteString("RIFF")
	_ = binary.Write(&out, binary.LittleEndian, uint32(4+8+len(data)+len(data)&1)) // a bytes.Buffer takes everything
	out.WriteString("WEBPVP8L")
	_ = binary.Write(&out, binary.LittleEndian, uint32(len(data)))
	out.Write(data)
	if len(data)&1 == 1 {
		out.WriteByte(0)
	}
	return out.Bytes()
}

// bitWriter packs bits, the lowest first.
type bitWriter struct {
	out  []byte
	held uint64
	n    uint
}

func (b *bitWriter) put(v uint32, n uint) {
	b.held |= uint64(v) << b.n
	for b.n += n; b.n >= 8; b.n -= 8 {
		b.out = append(b.out, byte(b.held))
		b.held >>= 8
	}
}

func (b *bitWriter) bytes() []byte {
	if b.n > 0 {
		b.put(0, 8-b.n)
	}
	return b.out
}
