package ui

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// texts are all texts of a catalogue by name.
func texts(w *words) map[string]string {
	all := map[string]string{}
	w.clone(func(name, text string) string {
		all[name] = text
		return text
	})
	return all
}

// needs reports whether English has to have a text: of the forms that depend on numbers it has two.
func needs(name string) bool {
	for _, form := range []string{".zero", ".two", ".few", ".many"} {
		if strings.HasSuffix(name, form) {
			return false
		}
	}
	return true
}

func TestCatalogueIsComplete(t *testing.T) {
	all := texts(&english)
	for _, name := range []string{"Loading", "Views.all", "Weekdays.6", "DaysAgo.one", "Help.quit", "TerminalsX"} {
		if _, ok := all[name]; ok != (name != "TerminalsX") {
			t.Errorf("the walk through the catalogue finds %s: %v", name, ok)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if all[name] == "" && needs(name) {
			t.Errorf("%s is missing", name)
		}
	}
}

func TestCatalogueInASCII(t *testing.T) {
	ascii := english.inASCII()
	for name, text := range texts(ascii) {
		for _, r := range text {
			if r >= 0x80 {
				t.Errorf("%s has %q in ASCII", name, r)
			}
		}
	}
	if !strings.Contains(english.Loading, "…") || !strings.Contains(english.HelpMore, "↓") || !strings.Contains(english.Help["view all"], "all") {
		t.Error("inASCII changed the catalogue it was made from")
	}
}

func TestFill(t *testing.T) {
	for _, c := range []struct {
		text  string
		pairs []string
		want  string
	}{
		{"plain", nil, "plain"},
		{"{a} and {b}", []string{"a", "1", "b", "2"}, "1 and 2"},
		{"{a}{a}", []string{"a", "x"}, "xx"},
		{"{a} {key}", []string{"a", "{key}"}, "{key} {key}"}, // a value is no text to fill
		{"{a} {", []string{"a", "x"}, "x {"},
		{"{} {a", []string{"a", "x"}, "{} {a"},
		{"{{a}}", []string{"a", "x"}, "{x}"},
		{"} {a}", []string{"a", ""}, "} "},
	} {
		if got := fill(c.text, c.pairs...); got != c.want {
			t.Errorf("fill(%q, %q) = %q, want %q", c.text, c.pairs, got, c.want)
		}
	}
}
