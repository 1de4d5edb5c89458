package sandbox

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"time"
)

// SamplePhoto draws a small JPEG: a room with a window, whose colours follow from the seed. It opens in any viewer.
func SamplePhoto(seed int) []byte {
	const w, h = 320, 200
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	warm := uint8(90 + seed*37%120)
	for y := range h {
		for x := range w {
			c := color.RGBA{200, 190 - uint8(y/4), warm, 255} // wall
			switch {
			case y > 150: // floor boards
				c = color.RGBA{uint8(110 + x/8%2*14), 78, 50, 255}
			case x > 190 && x < 290 && y > 30 && y < 120: // window onto the sea
				c = color.RGBA{120, 180, 230 - uint8(y/4), 255}
				if y > 85 {
					c = color.RGBA{30, 90 + uint8(8*math.Sin(float64(x+seed)/9)), 150, 255}
				}
				if x == 240 || y == 75 {
					c = color.RGBA{245, 245, 240, 255}
				}
			case x > 20 && x < 160 && y > 95: // bed
				c = color.RGBA{238, 236, 230, 255}
				if y > 125 {
					c = color.RGBA{warm, 90, 120, 255}
				}
			}
			img.SetRGBA(x, y, c)
		}
	}
	var out bytes.Buffer
	_ = jpeg.Encode(&out, img, &jpeg.Options{Quality: 75}) // a bytes.Buffer takes everything
	return out.Bytes()
}

// SampleVoice makes a voice note of silence: Ogg with Opus, mono, as voice notes must be (audio messages page).
// Length is rounded to 20 ms and kept between 20 ms and five minutes.
func SampleVoice(length time.Duration) []byte {
	frames := int(min(max(length, 20*time.Millisecond), 5*time.Minute) / (20 * time.Millisecond))
	var out bytes.Buffer
	page := uint32(0)
	write := func(kind byte, granule uint64, packets ...[]byte) {
		out.Write(oggPage(kind, granule, page, packets))
		page++
	}
	head := append([]byte("OpusHead"), 1, 1)             // version, channels
	head = binary.LittleEndian.AppendUint16(head, 312)   // samples to skip
	head = binary.LittleEndian.AppendUint32(head, 48000) // original rate
	head = append(head, 0, 0, 0)                         // gain, mapping family
	tags := binary.LittleEndian.AppendUint32([]byte("OpusTags"), 7)
	tags = binary.LittleEndian.AppendUint32(append(tags, "sandbox"...), 0)
	write(2, 0, head)
	write(0, 0, tags)
	silence := []byte{0xF8, 0xFF, 0xFE} // one 20 ms frame of nothing
	for done := 0; done < frames; {
		n := min(50, frames-done)
		packets := make([][]byte, n)
		for i := range packets {
			packets[i] = silence
		}
		done += n
		kind := byte(0)
		if done == frames {
			kind = 4
		}
		write(kind, uint64(done)*960, packets...)
	}
	return out.Bytes()
}

// oggPage frames packets of fewer than 255 bytes (RFC 3533).
func oggPage(kind byte, granule uint64, number uint32, packets [][]byte) []byte {
	p := append([]byte("OggS"), 0, kind)
	p = binary.LittleEndian.AppendUint64(p, granule)
	p = binary.LittleEndian.AppendUint32(p, 0x5A17)
	p = binary.LittleEndian.AppendUint32(p, number)
	p = append(p, 0, 0, 0, 0, byte(len(packets)))
	for _, b := range packets {
		p = append(p, byte(len(b)))
	}
	for _, b := range packets {
		p = append(p, b...)
	}
	binary.LittleEndian.PutUint32(p[22:], oggSum(p))
	return p
}

// oggSum is the checksum of Ogg: CRC-32 with polynomial 0x04C11DB7, neither reflected nor inverted.
func oggSum(p []byte) uint32 {
	var sum uint32
	for _, b := range p {
		sum ^= uint32(b) << 24
		for range 8 {
			if sum&0x80000000 != 0 {
				sum = sum<<1 ^ 0x04C11DB7
			} else {
				sum <<= 1
			}
		}
	}
	return sum
}

// SamplePDF makes a document of one page with one line of ASCII text on it.
func SamplePDF(line string) []byte {
	safe := bytes.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7E || r == '(' || r == ')' || r == '\\' {
			return '-'
		}
		return r
	}, []byte(line))
	content := fmt.Sprintf("BT /F1 18 Tf 72 760 Td (%s) Tj ET", safe)
	parts := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(content), content),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
	}
	var out bytes.Buffer
	out.WriteString("%PDF-1.4\n")
	var at []int
	for i, p := range parts {
		at = append(at, out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, p)
	}
	xref := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(parts)+1)
	for _, a := range at {
		fmt.Fprintf(&out, "%010d 00000 n \n", a)
	}
	fmt.Fprintf(&out, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(parts)+1, xref)
	return out.Bytes()
}
