package main

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/cellbuf"
)

// The measures of the picture, in pixels at its own size.
const (
	cellWidth  = 8.0 // three fifths of fontSize, as most monospaced letters are
	cellHeight = 17.0
	fontSize   = 13.3
	baseline   = 12.5 // below the top of a cell
	margin     = 12.0
)

// svg draws the screen. Everything behind the text comes first.
func (s *screen) svg(title string) string {
	width, height := 2*margin+float64(s.columns)*cellWidth, 2*margin+float64(s.rows)*cellHeight
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 %[1]s %[2]s" role="img" xml:space="preserve" fill="%s">`, px(width), px(height), ink)
	fmt.Fprintf(&b, "\n<title>%s</title>\n", escaped(title))
	fmt.Fprintf(&b, "<style>text{font:%gpx ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace}.b{font-weight:700}.i{font-style:italic}.u{text-decoration:underline}</style>\n", fontSize)
	fmt.Fprintf(&b, `<rect x="0.5" y="0.5" width="%s" height="%s" rx="8" fill="%s" stroke="%s"/>`+"\n", px(width-1), px(height-1), paper, frame)
	back, front, rules := boxes{}, boxes{}, boxes{}
	for y, row := range s.cells {
		for _, c := range row {
			x, y := margin+float64(c.at)*cellWidth, margin+float64(y)*cellHeight
			if c.background != "" {
				back.add(c.background, box{x, y, float64(c.width) * cellWidth, cellHeight})
			}
			if r := []rune(c.text)[0]; c.kind == shape {
				on := front
				if r < '▀' {
					on = rules
				}
				for _, part := range shapes[r] {
					on.add(c.foreground, box{x + part.x, y + part.y, part.w, part.h})
				}
			}
		}
	}
	if c := s.cursor; c.x >= 0 && c.y >= 0 && c.x < s.columns && c.y < s.rows {
		front.add(block, box{margin + float64(c.x)*cellWidth, margin + float64(c.y)*cellHeight + 1, 2, cellHeight - 2})
	}
	back.write(&b, ` shape-rendering="crispEdges"`) // no seams between blocks at any scale
	front.write(&b, ` shape-rendering="crispEdges"`)
	rules.write(&b, "")
	for y, row := range s.cells {
		for len(row) > 0 {
			n := runOf(row)
			write(&b, row[:n], y)
			row = row[n:]
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// runOf is how many of the cells belong to the text that begins with the first.
func runOf(row []cell) int {
	first := row[0]
	alike := func(i int) bool { return i < len(row) && sameLook(row[i].style, first.style) }
	n := 1
	switch first.kind {
	case plain:
		for i := 1; alike(i); i++ {
			if row[i].kind == plain {
				n = i + 1
			} else if row[i].kind != blank || row[i-1].kind == blank {
				break
			}
		}
	case joined:
		for i := 1; alike(i) && row[i].kind != shape && (row[i].kind != blank || row[i-1].kind != blank); i++ {
			// What is between letters of such a script belongs to them, as does what ends their last word.
			if row[i].kind == joined || row[i].kind != blank && n == i {
				n = i + 1
			}
		}
	}
	return n
}

// write writes one text.
func write(b *strings.Builder, cells []cell, y int) {
	first, last := cells[0], cells[len(cells)-1]
	if first.kind == blank || first.kind == shape {
		return
	}
	fmt.Fprintf(b, `<text x="%s" y="%s"`, px(margin+float64(first.at)*cellWidth), px(margin+float64(y)*cellHeight+baseline))
	var class []string
	for _, a := range []struct {
		on   bool
		name string
	}{{first.style.Attrs.Contains(cellbuf.BoldAttr), "b"}, {first.style.Attrs.Contains(cellbuf.ItalicAttr), "i"}, {first.style.UlStyle != cellbuf.NoUnderline, "u"}} {
		if a.on {
			class = append(class, a.name)
		}
	}
	if len(class) > 0 {
		fmt.Fprintf(b, ` class="%s"`, strings.Join(class, " "))
	}
	if first.foreground != ink {
		fmt.Fprintf(b, ` fill="%s"`, first.foreground)
	}
	length := px(float64(last.at+last.width-first.at) * cellWidth)
	switch {
	case first.kind == plain && len(cells) > 1:
		fmt.Fprintf(b, ` textLength="%s"`, length)
	case first.kind == joined: // space between letters would tear them apart
		fmt.Fprintf(b, ` textLength="%s" lengthAdjust="spacingAndGlyphs"`, length)
	}
	b.WriteString(">")
	for _, c := range cells {
		b.WriteString(escaped(c.text))
	}
	b.WriteString("</text>\n")
}

func sameLook(a, b cellbuf.Style) bool { return a.Equal(&b) }

// box is a rectangle.
type box struct{ x, y, w, h float64 }

// Rules are drawn in the middle of their cells.
const (
	thick  = 1.0
	middle = 4.0
	centre = 8.0
)

// shapes are the characters that are drawn as rectangles of their cell.
var shapes = map[rune][]box{
	'│': {{middle, 0, thick, cellHeight}},
	'─': {{0, centre, cellWidth, thick}},
	'┆': {{middle, 1, thick, 4}, {middle, 7, thick, 4}, {middle, 13, thick, 4}},
	'┌': {{middle, centre, cellWidth - middle, thick}, {middle, centre, thick, cellHeight - centre}},
	'┐': {{0, centre, middle + thick, thick}, {middle, centre, thick, cellHeight - centre}},
	'└': {{middle, centre, cellWidth - middle, thick}, {middle, 0, thick, centre + thick}},
	'┘': {{0, centre, middle + thick, thick}, {middle, 0, thick, centre + thick}},
	'█': {{0, 0, cellWidth, cellHeight}},
	'▀': {{0, 0, cellWidth, cellHeight / 2}},
	'▄': {{0, cellHeight / 2, cellWidth, cellHeight / 2}},
	'▌': {{0, 0, cellWidth / 2, cellHeight}},
	'▐': {{cellWidth / 2, 0, cellWidth / 2, cellHeight}},
	'▁': {{0, cellHeight * 7 / 8, cellWidth, cellHeight / 8}},
}

// boxes are rectangles by their colour.
type boxes map[colour][]box

// add adds a rectangle, to the one before it or above it where they make one.
func (all boxes) add(c colour, b box) {
	of := all[c]
	for i := len(of) - 1; i >= 0 && of[i].y+of[i].h >= b.y-cellHeight; i-- {
		switch o := &of[i]; {
		case o.y == b.y && o.h == b.h && near(o.x+o.w, b.x):
			o.w = b.x + b.w - o.x
			return
		case o.x == b.x && o.w == b.w && near(o.y+o.h, b.y):
			o.h = b.y + b.h - o.y
			return
		}
	}
	all[c] = append(of, b)
}

func near(a, b float64) bool { return a-b < 0.01 && b-a < 0.01 }

// write writes a path for each colour, in an order that is the same each time.
func (all boxes) write(b *strings.Builder, how string) {
	for _, c := range slices.Sorted(maps.Keys(all)) {
		slices.SortFunc(all[c], func(a, b box) int { return cmp.Or(cmp.Compare(a.y, b.y), cmp.Compare(a.x, b.x)) })
		fmt.Fprintf(b, `<path fill="%s"%s d="`, c, how)
		for _, r := range all[c] {
			fmt.Fprintf(b, "M%s %sh%sv%sh-%[3]sz", px(r.x), px(r.y), px(r.w), px(r.h))
		}
		b.WriteString("\"/>\n")
	}
}

// px is a number of pixels as SVG has it, short.
func px(v float64) string {
	s := strconv.FormatFloat(v, 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes everything
	return b.String()
}
