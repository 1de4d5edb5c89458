package main

import (
	"encoding/xml"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// drawn is the picture of some captured rows.
func drawn(t *testing.T, size, captured string, more ...string) string {
	t.Helper()
	var out strings.Builder
	if err := run(append([]string{"-size", size, "-title", "a & b"}, more...), strings.NewReader(captured), &out); err != nil {
		t.Fatal(err)
	}
	if err := xml.Unmarshal([]byte(out.String()), new(struct{})); err != nil {
		t.Fatalf("%v in %s", err, out.String())
	}
	return out.String()
}

// at is where the text of a picture begins, in columns and rows.
func at(t *testing.T, picture, text string) (column, row float64) {
	t.Helper()
	m := regexp.MustCompile(`<text x="([0-9.]+)" y="([0-9.]+)"[^>]*>` + regexp.QuoteMeta(text) + `</text>`).FindStringSubmatch(picture)
	if m == nil {
		t.Fatalf("%q is not in %s", text, picture)
	}
	var x, y float64
	_, _ = fmt.Sscan(m[1], &x)
	_, _ = fmt.Sscan(m[2], &y)
	return (x - margin) / cellWidth, (y - margin - baseline) / cellHeight
}

// TestColumns: whatever stands before it, a text is at its own column.
func TestColumns(t *testing.T) {
	for before, columns := range map[string]float64{"ab": 2, "你好": 4, "👨👩": 4, "नमस्ते": 4, "مرحبا": 5, "✓✓": 2, "│": 1, "": 0, "é": 1} {
		picture := drawn(t, "40x3", "\n"+before+"  end\n")
		if column, row := at(t, picture, "end"); column != columns+2 || row != 1 {
			t.Errorf("behind %q the text is at column %v of row %v, want %v of row 1", before, column, row, columns+2)
		}
	}
}

// TestRuns: what is read as one is one text; what fonts draw at their own width is alone.
func TestRuns(t *testing.T) {
	for _, c := range []struct{ row, want string }{
		{"one two", "one two"},
		{"one  two", "one|two"},
		{"a\x1b[31mb", "a|b"},
		{"الغرفة 310 متاحة 2", "الغرفة 310 متاحة|2"},
		{"sea: مرحبا، ✓", "sea:|مرحبا،|✓"},
		{"क्या है?", "क्या है?"},
		{"hi 🙏👍 x", "hi|🙏|👍|x"},
		{"你好", "你|好"},
		{"│ text │", "text"},
		{"a<b & c", "a&lt;b &amp; c"},
	} {
		var texts []string
		for _, m := range regexp.MustCompile(`<text [^>]*>([^<]*)</text>`).FindAllStringSubmatch(drawn(t, "40x1", c.row), -1) {
			texts = append(texts, m[1])
		}
		if got := strings.Join(texts, "|"); got != c.want {
			t.Errorf("%q is drawn as %s, want %s", c.row, got, c.want)
		}
	}
}

func TestColours(t *testing.T) {
	for row, want := range map[string]string{
		"\x1b[1;31mbold":           `class="b" fill="#e06c6c"`,
		"\x1b[91mbright":           `fill="#ff8a8a"`,
		"\x1b[38;5;196mcube":       `fill="#ff0000"`,
		"\x1b[38;2;1;2;3mexact":    `fill="#010203"`,
		"\x1b[7mreversed":          fmt.Sprintf(`fill="%s"`, paper),
		"\x1b[2mfaint":             fmt.Sprintf(`fill="%s"`, between(ink, paper)),
		"\x1b[3;4mslanted":         `class="i u"`,
		"\x1b[44mon blue":          fmt.Sprintf(`fill="%s"`, palette[4]),
		"\x1b[31m\nnext row too":   `fill="#e06c6c"`,
		"\x1b[31mred\x1b[0m plain": `textLength="40">plain`,
	} {
		if picture := drawn(t, "20x2", row); !strings.Contains(picture, want) {
			t.Errorf("%q has no %s: %s", row, want, picture)
		}
	}
}

// TestRulesJoin: rules are one shape from end to end, and a block is as large as its cells.
func TestRulesJoin(t *testing.T) {
	picture := drawn(t, "4x3", "│\n│\n────\n")
	for _, want := range []string{"M16 12h1v34h-1z", "M12 54h32v1h-32z"} {
		if !strings.Contains(picture, want) {
			t.Errorf("no %s in %s", want, picture)
		}
	}
	if picture = drawn(t, "4x1", "\x1b[31;42m▀▀"); !strings.Contains(picture, "M12 12h16v8.5h-16z") || !strings.Contains(picture, "M12 12h16v17h-16z") {
		t.Errorf("the blocks are amiss: %s", picture)
	}
}

func TestCursor(t *testing.T) {
	const at = "M28 30h2v15h-2z"
	if !strings.Contains(drawn(t, "4x2", "ab", "-cursor", "2,1"), at) || strings.Contains(drawn(t, "4x2", "ab", "-cursor", "-1,1"), at) {
		t.Error("the cursor is not where it is told to be")
	}
}

func TestWrongArguments(t *testing.T) {
	for _, args := range [][]string{{"-size", "wide"}, {"-size", "0x3"}, {"-cursor", "here"}} {
		if err := run(args, strings.NewReader(""), new(strings.Builder)); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
}
