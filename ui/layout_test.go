package ui

import (
	"fmt"
	"testing"
)

func TestLayoutSizes(t *testing.T) {
	tests := []struct {
		w, h, composer      int
		zoom                bool
		list, talk, detail  int // widths
		tooSmall, one, line bool
	}{
		{w: 199, h: 60, composer: 2, list: 44, talk: 109, detail: 44, line: true},
		{w: 129, h: 32, composer: 2, list: 34, talk: 60, detail: 33, line: true},
		{w: 119, h: 32, composer: 2, list: 34, talk: 50, detail: 33, line: true},
		{w: 118, h: 32, composer: 2, list: 30, talk: 87, line: true},
		{w: 99, h: 28, composer: 2, list: 30, talk: 68, line: true},
		{w: 79, h: 24, composer: 2, list: 24, talk: 54, line: true},
		{w: 71, h: 24, composer: 2, list: 22, talk: 48, line: true},
		{w: 70, h: 24, composer: 2, list: 70, talk: 70, one: true, line: true},
		{w: 129, h: 32, composer: 2, zoom: true, list: 129, talk: 129, one: true, line: true},
		{w: 47, h: 16, composer: 2, list: 47, talk: 47, one: true},
		{w: 39, h: 10, composer: 6, list: 39, talk: 39, one: true},
		{w: 23, h: 6, composer: 4, list: 23, talk: 23, one: true},
		{w: 22, h: 24, tooSmall: true},
		{w: 79, h: 5, tooSmall: true},
		{w: 1, h: 1, tooSmall: true},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%dx%d", tt.w, tt.h), func(t *testing.T) {
			f := layout(tt.w, tt.h, tt.composer, 1, tt.zoom)
			if f.TooSmall != tt.tooSmall {
				t.Fatalf("too small: %v", f.TooSmall)
			}
			if tt.tooSmall {
				return
			}
			if f.List.W != tt.list || f.Talk.W != tt.talk || f.Detail.W != tt.detail || f.One != tt.one || !f.Line.empty() != tt.line {
				t.Errorf("got list %d talk %d detail %d one %v line %v", f.List.W, f.Talk.W, f.Detail.W, f.One, !f.Line.empty())
			}
		})
	}
}

// Every size from 200×60 down to 1×1: panes lie inside the screen, do not overlap, and leave no cell over but the rules.
func TestLayoutCoversTheScreen(t *testing.T) {
	for w := 200; w >= 1; w-- {
		for h := 60; h >= 1; h-- {
			for _, composer := range []int{1, 4, 9} {
				f := layout(w, h, composer, min(composer, 3, max(1, h/5)), false)
				if f.TooSmall {
					if f.Status.W != w || f.Status.H != 1 {
						t.Fatalf("%dx%d: status %v", w, h, f.Status)
					}
					continue
				}
				if f.Talk.H < 1 || f.Composer.H < 1 || f.List.H < 1 || f.Talk.W < 1 {
					t.Fatalf("%dx%d composer %d: nothing left of a pane: %+v", w, h, composer, f)
				}
				if got := f.Title.H + f.Talk.H + f.Composer.H + f.Line.H + f.Status.H; got != h {
					t.Fatalf("%dx%d: %d rows", w, h, got)
				}
				if f.List.H+f.Line.H+f.Status.H != h {
					t.Fatalf("%dx%d: the list has %d rows", w, h, f.List.H)
				}
				got := f.Talk.W
				if !f.One {
					got += f.List.W + 1
					if f.Detail.W > 0 {
						got += f.Detail.W + 1
					}
				}
				if got != w || f.Status.W != w {
					t.Fatalf("%dx%d: %d columns: %+v", w, h, got, f)
				}
				if f.Title.Y+f.Title.H != f.Talk.Y || f.Talk.Y+f.Talk.H != f.Composer.Y {
					t.Fatalf("%dx%d: gaps: %+v", w, h, f)
				}
			}
		}
	}
}
