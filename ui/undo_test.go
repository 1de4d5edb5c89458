package ui

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"pgregory.net/rapid"
)

// play presses keys in an editor; what begins with "paste:" is pasted.
func (e *editor) play(keys ...string) {
	for _, k := range keys {
		if text, ok := strings.CutPrefix(k, "paste:"); ok {
			e.key(measures["grapheme"], tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text), Paste: true}, 40)
			continue
		}
		e.key(measures["grapheme"], keyMsg(k), 40)
	}
}

func TestUndo(t *testing.T) {
	typed := func(s string) []string { return strings.Split(s, "") }
	for _, tt := range []struct {
		name, text string
		keys       []string
		want       string
		at         int
	}{
		{"a word at a time", "", append(typed("one two"), "alt+z"), "one ", 4},
		{"and the other", "", append(typed("one two"), "alt+z", "ctrl+_"), "", 0},
		{"redo", "", append(typed("one two"), "alt+z", "alt+z", "alt+Z"), "one ", 4},
		{"redo both", "", append(typed("one two"), "alt+z", "alt+z", "alt+Z", "alt+Z", "alt+Z"), "one two", 7},
		{"what is typed after an undo ends the redo", "", append(typed("one two"), "alt+z", "x", "alt+Z"), "one x", 5},
		{"moving ends a word", "", append(typed("one"), "left", "x", "alt+z"), "one", 2},
		{"erasing is one", "one two", []string{"backspace", "backspace", "backspace", "alt+z"}, "one two", 7},
		{"a paste is one", "a ", []string{"b", "paste:one two\nthree", "c", "alt+z", "alt+z"}, "a b", 3},
		{"a kill comes back", "one two", []string{"ctrl+u", "alt+z"}, "one two", 7},
		{"nothing to undo", "loaded", []string{"alt+z"}, "loaded", 6},
		{"a family is typed whole", "", []string{"paste:👨‍👩‍👧‍👦", "backspace", "alt+z"}, "👨‍👩‍👧‍👦", 7},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var e editor
			e.set(tt.text)
			e.play(tt.keys...)
			if e.String() != tt.want || e.at != tt.at {
				t.Errorf("got %q at %d, want %q at %d", e.String(), e.at, tt.want, tt.at)
			}
		})
	}
}

func TestKillAndYank(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		keys       []string
		want       string
	}{
		{"yank what was cut", "one two", []string{"ctrl+w", "home", "ctrl+y"}, "twoone "},
		{"cuts in a row are one", "one two three", []string{"ctrl+w", "ctrl+w", "ctrl+y"}, "one two three"},
		{"also forwards", "one two three", []string{"home", "alt+d", "alt+d", "end", "ctrl+y"}, " threeone two"},
		{"a key between makes two", "one two", []string{"ctrl+w", "left", "right", "ctrl+w", "ctrl+y"}, "one "},
		{"the one before", "one two", []string{"ctrl+w", "left", "right", "ctrl+w", "ctrl+y", "alt+y"}, "two"},
		{"and round again", "one two", []string{"ctrl+w", "left", "right", "ctrl+w", "ctrl+y", "alt+y", "alt+y"}, "one "},
		{"not without a yank", "one", []string{"ctrl+u", "a", "alt+y"}, "a"},
		{"to the end of the line", "one\ntwo", []string{"home", "ctrl+k", "up", "ctrl+y"}, "twoone\n"},
		{"nothing was cut", "one", []string{"ctrl+y"}, "one"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var e editor
			e.set(tt.text)
			e.play(tt.keys...)
			if e.String() != tt.want {
				t.Errorf("got %q, want %q", e.String(), tt.want)
			}
		})
	}
	var a, b editor
	b.kills = a.ring()
	a.set("from one box")
	a.play("ctrl+u")
	b.play("ctrl+y")
	if b.String() != "from one box" {
		t.Errorf("another box yanks %q", b.String())
	}
}

var editing = []string{"a", "b", " ", "\t", "é", "कि", "left", "right", "up", "down", "home", "end", "backspace", "delete",
	"ctrl+w", "ctrl+u", "ctrl+k", "ctrl+y", "alt+y", "alt+d", "alt+b", "alt+f", "paste:x {{name}} y\r\nz", "paste:👩🏽 ", "alt+z", "alt+Z", "field"}

// Whatever is done to a text: undone fully it is the text it was, and done again what it had become.
func TestUndoReturnsToTheStart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var e editor
		start := rapid.StringOf(rapid.SampledFrom([]rune("ab \nक्ष👩🏽"))).Draw(t, "start")
		e.set(start)
		for _, k := range rapid.SliceOf(rapid.SampledFrom(editing)).Draw(t, "keys") {
			switch k {
			case "\t":
				e.insert("\t")
			case "field":
				e.nextField()
			default:
				e.play(k)
			}
			if e.at < 0 || e.at > len(e.text) {
				t.Fatalf("after %q the cursor stands at %d of %d", k, e.at, len(e.text))
			}
			if k == "alt+z" { // one step back is one step on again
				after := e.String()
				if e.redo() {
					e.undo()
				}
				if e.String() != after {
					t.Fatalf("redo and undo make %q of %q", e.String(), after)
				}
			}
		}
		end := e.String()
		steps := 0
		for e.undo() {
			steps++
		}
		if e.String() != start {
			t.Fatalf("undone it is %q, was %q", e.String(), start)
		}
		for range steps {
			e.redo()
		}
		if e.String() != end {
			t.Fatalf("done again it is %q, was %q", e.String(), end)
		}
	})
}

func TestUndoIsBounded(t *testing.T) {
	var e editor
	for range mostEdits + 500 {
		e.play("x", "left", "right") // each its own step
	}
	if n := len(e.history.past); n != mostEdits {
		t.Errorf("%d steps are kept", n)
	}
	for range 5 {
		e.play("paste:" + strings.Repeat("y", mostUndoing/2))
	}
	if e.history.kept > mostUndoing {
		t.Errorf("%d runes are kept", e.history.kept)
	}
	if !e.undo() {
		t.Error("the last step is gone")
	}
}
