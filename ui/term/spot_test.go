package term

import (
	"strings"
	"testing"
)

func TestSpotAt(t *testing.T) {
	m := NewMeasure(Profile{Method: Grapheme, WholeEmoji: true})
	view := "plain\n" +
		"ab" + Spot("one") + "नमस्ते" + SpotEnd + Cursor + "x" + Spot("two") + "\x1b[1m王" + Spot("three") + "z\x1b[m\n" +
		m.Fit(Spot("cut")+"a long stretch that is cut"+SpotEnd, 6) + "|"
	nam := m.Width("नमस्ते")
	for _, c := range []struct {
		x, y int
		want string
	}{
		{0, 0, ""}, {0, 1, ""}, {1, 1, ""}, {2, 1, "one"}, {1 + nam, 1, "one"}, {2 + nam, 1, ""}, {3 + nam, 1, "two"}, {4 + nam, 1, "two"},
		{5 + nam, 1, "three"}, {6 + nam, 1, ""}, {0, 2, "cut"}, {5, 2, "cut"}, {6, 2, ""}, {0, 3, ""}, {-1, 1, ""}, {2, -1, ""},
	} {
		if got := SpotAt(m, view, c.x, c.y); got != c.want {
			t.Errorf("at %d,%d is %q, not %q", c.x, c.y, got, c.want)
		}
	}
}

// Spots take no columns and never reach the terminal, wherever a row is cut.
func TestSpotsAreNotDrawn(t *testing.T) {
	m := NewMeasure(Profile{})
	text := "go " + Spot("key enter") + "enter नमस्ते" + SpotEnd + " and more"
	bare := strings.NewReplacer(Spot("key enter"), "", SpotEnd, "").Replace(text)
	for w := range 30 {
		if got, want := spotless(m.Fit(text, w)), m.Fit(bare, w); got != want {
			t.Errorf("in %d columns %q, without spots %q", w, got, want)
		}
		if got, want := spotless(strings.Join(m.Wrap(text, max(1, w)), "\n")), strings.Join(m.Wrap(bare, max(1, w)), "\n"); got != want {
			t.Errorf("wrapped to %d columns %q, without spots %q", w, got, want)
		}
	}
	f := Render(m, text+"\n"+"\x1b_@not\x07ended \x1b_@", 30, 2)
	for _, row := range f.Rows {
		if strings.ContainsAny(row, "\x1b\x07") {
			t.Errorf("the terminal gets %q", row)
		}
	}
	if got := StyleOnly(text); got != bare {
		t.Errorf("the gate lets %q through", got)
	}
}
