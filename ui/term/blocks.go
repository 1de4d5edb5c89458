package term

import (
	"image"
	"image/color"
	"strconv"
	"strings"
)

// halfBlocks draws a picture of cols by 2*rows pixels: the upper half of a cell is the colour of its text, the lower
// half that of its ground. What is transparent shows the terminal's own ground.
func halfBlocks(img *image.RGBA, cols, rows int, colours Colours) []string {
	const clear = 128
	out := make([]string, rows)
	var b strings.Builder
	for y := range rows {
		b.Reset()
		fg, bg := "", "49"
		for x := range cols {
			top, low := img.RGBAAt(x, 2*y), img.RGBAAt(x, 2*y+1)
			glyph, text, ground := "▀", fg, "49"
			switch {
			case top.A < clear && low.A < clear:
				glyph = " "
			case top.A < clear:
				glyph, text = "▄", ink(low, colours, 30, 38)
			case low.A < clear:
				text = ink(top, colours, 30, 38)
			default:
				text, ground = ink(top, colours, 30, 38), ink(low, colours, 40, 48)
			}
			var change []string
			if text != fg {
				change = append(change, text)
			}
			if ground != bg {
				change = append(change, ground)
			}
			if len(change) > 0 {
				b.WriteString("\x1b[" + strings.Join(change, ";") + "m")
			}
			fg, bg = text, ground
			b.WriteString(glyph)
		}
		b.WriteString("\x1b[m")
		out[y] = b.String()
	}
	return out
}

// ink spells a colour as a parameter of SGR: base is the first of the eight basic colours, wide the one that takes
// others.
func ink(c color.RGBA, colours Colours, base, wide int) string {
	switch colours {
	case TrueColour:
		return strconv.Itoa(wide) + ";2;" + strconv.Itoa(int(c.R)) + ";" + strconv.Itoa(int(c.G)) + ";" + strconv.Itoa(int(c.B))
	case Colours256:
		return strconv.Itoa(wide) + ";5;" + strconv.Itoa(indexed(c))
	}
	n := basic(c)
	if n >= 8 {
		return strconv.Itoa(base + 60 + n - 8)
	}
	return strconv.Itoa(base + n)
}

// indexed is the nearest of the 240 fixed colours: a cube of six steps a side, and 24 greys.
func indexed(c color.RGBA) int {
	step := func(v uint8) int {
		if v < 48 {
			return 0
		}
		return min(5, max(1, (int(v)-35)/40))
	}
	level := [...]int{0, 95, 135, 175, 215, 255}
	r, g, b := step(c.R), step(c.G), step(c.B)
	cube := color.RGBA{uint8(level[r]), uint8(level[g]), uint8(level[b]), 255}
	grey := max(0, min(23, (int(c.R)+int(c.G)+int(c.B)-9)/30))
	v := uint8(8 + 10*grey)
	if far(c, color.RGBA{v, v, v, 255}) < far(c, cube) {
		return 232 + grey
	}
	return 16 + 36*r + 6*g + b
}

// sixteen are the basic colours as xterm has them; people's themes differ, so this is a rough likeness.
var sixteen = [...]color.RGBA{
	{0, 0, 0, 255}, {205, 0, 0, 255}, {0, 205, 0, 255}, {205, 205, 0, 255}, {0, 0, 238, 255}, {205, 0, 205, 255}, {0, 205, 205, 255}, {229, 229, 229, 255},
	{127, 127, 127, 255}, {255, 0, 0, 255}, {0, 255, 0, 255}, {255, 255, 0, 255}, {92, 92, 255, 255}, {255, 0, 255, 255}, {0, 255, 255, 255}, {255, 255, 255, 255},
}

func basic(c color.RGBA) int {
	best := 0
	for i := range sixteen {
		if far(c, sixteen[i]) < far(c, sixteen[best]) {
			best = i
		}
	}
	return best
}

// far is how different two colours look, roughly: green weighs most.
func far(a, b color.RGBA) int {
	r, g, l := int(a.R)-int(b.R), int(a.G)-int(b.G), int(a.B)-int(b.B)
	return 2*r*r + 4*g*g + 3*l*l
}
