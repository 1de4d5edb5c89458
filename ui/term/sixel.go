package term

import (
	"image"
	"image/color"
	"strconv"
	"strings"
)

// sixelOf draws a part of a picture as one sixel image (DEC STD 070). The 216 colours of the cube are the same in all
// of them, because terminals may share their registers; a pattern in what is rounded away keeps gradients smooth.
// What is transparent is left as it is.
func sixelOf(img *image.RGBA, part image.Rectangle) string {
	part = part.Intersect(img.Bounds())
	w, h := part.Dx(), part.Dy()
	if w == 0 || h == 0 {
		return ""
	}
	pix := make([]int16, w*h)
	used := map[int16]bool{}
	for y := range h {
		for x := range w {
			c := cube(img.RGBAAt(part.Min.X+x, part.Min.Y+y), part.Min.X+x, part.Min.Y+y)
			pix[y*w+x] = c
			if c >= 0 {
				used[c] = true
			}
		}
	}
	var b strings.Builder
	b.WriteString("\x1bP0;1;0q\"1;1;" + strconv.Itoa(w) + ";" + strconv.Itoa(h))
	for c := range int16(216) {
		if used[c] {
			b.WriteString("#" + strconv.Itoa(int(c)) + ";2;" + strconv.Itoa(int(c)/36*20) + ";" + strconv.Itoa(int(c)/6%6*20) + ";" + strconv.Itoa(int(c)%6*20))
		}
	}
	band := make([]byte, w)
	for top := 0; top < h; top += 6 {
		here := map[int16]bool{}
		for _, c := range pix[top*w : min(h, top+6)*w] {
			if c >= 0 {
				here[c] = true
			}
		}
		first := true
		for c := range int16(216) {
			if !here[c] {
				continue
			}
			clear(band)
			for y := top; y < min(h, top+6); y++ {
				for x := range w {
					if pix[y*w+x] == c {
						band[x] |= 1 << (y - top)
					}
				}
			}
			if !first {
				b.WriteByte('$')
			}
			first = false
			b.WriteString("#" + strconv.Itoa(int(c)))
			appendBand(&b, band)
		}
		b.WriteByte('-')
	}
	b.WriteString("\x1b\\")
	return b.String()
}

// appendBand writes a line of sixels, runs of equal ones counted; blank ones at the end are left out.
func appendBand(b *strings.Builder, band []byte) {
	end := len(band)
	for end > 0 && band[end-1] == 0 {
		end--
	}
	for x := 0; x < end; {
		n := 1
		for x+n < end && band[x+n] == band[x] {
			n++
		}
		c := string(rune('?' + band[x]))
		if n > 3 {
			b.WriteString("!" + strconv.Itoa(n) + c)
		} else {
			b.WriteString(strings.Repeat(c, n))
		}
		x += n
	}
}

// bayer is an ordered pattern of sixteen thresholds.
var bayer = [4][4]int{{0, 8, 2, 10}, {12, 4, 14, 6}, {3, 11, 1, 9}, {15, 7, 13, 5}}

// cube is the colour's number in a cube of six steps a side, -1 for what is transparent.
func cube(c color.RGBA, x, y int) int16 {
	if c.A < 128 {
		return -1
	}
	lift := bayer[y&3][x&3]*51/16 - 25
	step := func(v uint8) int { return min(5, max(0, (int(v)+lift+25)/51)) }
	return int16(36*step(c.R) + 6*step(c.G) + step(c.B))
}
