package main

import (
	"fmt"
	"image/color"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/cellbuf"
)

// colour is #rrggbb.
type colour string

// The terminal of the pictures: dark, on which every colour of the palette can be read.
const (
	paper colour = "#14171b"
	ink   colour = "#d7dade"
	frame colour = "#4a5058"
	block colour = "#7fb4ff" // the cursor
)

// palette are its 16 colours.
var palette = [16]colour{
	"#2a2e33", "#e06c6c", "#7fbf7f", "#dcb65a", "#7aa6e8", "#c58fd4", "#63bfbf", "#cdd1d5",
	"#858b93", "#ff8a8a", "#9ad69a", "#f2d07a", "#96bdf5", "#d9a9e6", "#84d8d8", "#ffffff",
}

// colours are those that a style draws in. Faint is closer to the paper.
func colours(s cellbuf.Style) (foreground, background colour) {
	foreground, background = ink, ""
	if s.Fg != nil {
		foreground = named(s.Fg)
	}
	if s.Bg != nil {
		background = named(s.Bg)
	}
	if s.Attrs.Contains(cellbuf.ReverseAttr) {
		if background == "" {
			background = paper
		}
		foreground, background = background, foreground
	}
	if s.Attrs.Contains(cellbuf.FaintAttr) {
		under := background
		if under == "" {
			under = paper
		}
		foreground = between(foreground, under)
	}
	return foreground, background
}

func named(c color.Color) colour {
	switch c := c.(type) {
	case ansi.BasicColor:
		return palette[c&15]
	case ansi.IndexedColor:
		if c < 16 {
			return palette[c]
		}
	}
	r, g, b, _ := c.RGBA()
	return colour(fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8))
}

// between is two thirds of one colour and one third of another.
func between(a, b colour) colour {
	var x, y [3]int
	_, _ = fmt.Sscanf(string(a), "#%02x%02x%02x", &x[0], &x[1], &x[2])
	_, _ = fmt.Sscanf(string(b), "#%02x%02x%02x", &y[0], &y[1], &y[2])
	for i := range x {
		x[i] = (2*x[i] + y[i]) / 3
	}
	return colour(fmt.Sprintf("#%02x%02x%02x", x[0], x[1], x[2]))
}
