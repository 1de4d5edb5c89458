package term

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
)

var hostile = []struct{ name, text, want string }{
	{"clipboard", "x\x1b]52;c;aGFja2Vk\x07y", "xy"},
	{"title", "x\x1b]0;pwn\x07y", "xy"},
	{"link", "\x1b]8;;https://evil.example\x1b\\bank\x1b]8;;\x1b\\", "bank"},
	{"clear", "a\x1b[2Jb\x1b[Hc", "abc"},
	{"answer me", "a\x1b[6n\x1b[c\x05b", "ab"},
	{"keyboard", "a\x1b[>4;2mb\x1b[>1uc", "abc"},
	{"DCS", "a\x1bP+q544e\x1b\\b", "ab"},
	{"graphics", "a\x1b_Gf=100;AAAA\x1b\\b", "ab"},
	{"reset", "a\x1bcb\x1b7c", "abc"},
	{"charset", "a\x1b(0b", "ab"},
	{"without end", "a \x1b]52;c;AAAA rest of the text", "a ]52;c;AAAA rest of the text"},
	{"CSI without end", "a\x1b[12", "a[12"},
	{"ESC at the end", "a\x1b", "a"},
	{"8-bit CSI", "z\u009b31mq", "z31mq"},
	{"stray bytes", "z\x9b31mq", "z\ufffd31mq"},
	{"overwrite", "pay 100\b\b\b9\rOVER\x07\x00\x7f", "pay 1009OVER"},
	{"line drawing", "\x0ea\x0f", "a"},
	{"direction", "a\u202eb\u2066c\u2069", "abc"},
	{"separators", "a\u2028b\u2029c", "abc"},
	{"colour", "\x1b[31mred\x1b[m \x1b[38:2::1:2:3mx\x1b[0m", "\x1b[31mred\x1b[m \x1b[38:2::1:2:3mx\x1b[0m"},
	{"scripts", "é e\u0301 👨‍👩‍👧‍👦 हिन्दी\nok\t!", "é e\u0301 👨‍👩‍👧‍👦 हिन्दी\nok\t!"},
	{"nested", "\x1b\x1b[2J[2Jx", "[2Jx"},
	{"forged cursor", "a" + Cursor + "b", "ab"},
}

func TestStyleOnly(t *testing.T) {
	for _, c := range hostile {
		if got := StyleOnly(c.text); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// onlyTextAndColour fails when anything but text, line breaks, tabs and SGR is in s.
func onlyTextAndColour(t testing.TB, s string) {
	t.Helper()
	for i, r := range s {
		switch {
		case r == 0x1b && sgr(s[i:]) > 0, r == '\n', r == '\t':
		case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			t.Fatalf("%U at %d of %q", r, i, s)
		}
	}
}

func FuzzStyleOnly(f *testing.F) {
	for _, c := range hostile {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := StyleOnly(s)
		onlyTextAndColour(t, got)
		if again := StyleOnly(got); again != got {
			t.Fatalf("%q became %q", got, again)
		}
		for _, m := range []Measure{{}, NewMeasure(Profile{Method: Grapheme, WholeEmoji: true})} {
			frame := Render(m, s, 20, 3)
			for _, row := range frame.Rows {
				onlyTextAndColour(t, row)
				if m.Width(row) != 20 {
					t.Fatalf("%q is %d columns", row, m.Width(row))
				}
			}
		}
	})
}

// P10: no control byte of any text reaches the terminal, whatever the screen
// did with it. What does are sequences of this package and colour.
func TestNoControlByteOfATextReachesTheTerminal(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m, s := anyMeasure().Draw(rt, "measure"), anyText().Draw(rt, "text")
		f := Render(m, s, 30, 4)
		out := string(appendFrame(nil, m, nil, nil, &f))
		rest, ok := strings.CutPrefix(out, beginSync)
		if !ok {
			rt.Fatalf("%q is not synchronised", out)
		}
		rest = strings.TrimSuffix(rest, endSync)
		for i, r := range rest {
			if r != 0x1b {
				if unicode.IsControl(r) {
					rt.Fatalf("%U in %q", r, rest)
				}
				continue
			}
			seq := rest[i : i+sequence(rest[i:])]
			if !strings.HasPrefix(seq, "\x1b[") || strings.IndexByte("mHGKJh", seq[len(seq)-1]) < 0 {
				rt.Fatalf("%q in %q", seq, rest)
			}
		}
	})
}

func TestRender(t *testing.T) {
	f := Render(Measure{}, "ab\ncd"+Cursor+"e\n"+Cursor+"x\nmore", 4, 3)
	want := []string{"ab  ", "cde ", "x   "}
	if strings.Join(f.Rows, "|") != strings.Join(want, "|") || !f.Cursor || f.X != 2 || f.Y != 1 {
		t.Errorf("%+v", f)
	}
	f = Render(Measure{}, "", 0, -1)
	if len(f.Rows) != 1 || f.Rows[0] != " " || f.Cursor {
		t.Errorf("smallest frame: %+v", f)
	}
	if w, h := Usable(0, 0); w != 1 || h != 1 {
		t.Errorf("Usable(0, 0) = %d, %d", w, h)
	}
	if w, h := Usable(80, 24); w != 79 || h != 24 {
		t.Errorf("Usable(80, 24) = %d, %d", w, h)
	}
}

func TestMisfit(t *testing.T) {
	for view, want := range map[string]string{
		"ab":               "",
		"\x1b[1mab\x1b[m":  "",
		"a" + Cursor + "b": "",
		"a":                `1 columns instead of 2: "a"`,
		"abc":              `3 columns instead of 2: "abc"`,
		"ab\nab\nab":       "3 rows instead of 2",
		"ab\x07":           `more than text and colour: "ab\a"`,
		"❤\ufe0fx":         `not drawn for this terminal: "❤️x"`,
	} {
		if got := Misfit(Measure{}, view, 2, 2); got != want {
			t.Errorf("Misfit(%q) = %q, want %q", view, got, want)
		}
	}
}

func busyView(w, h int) string {
	texts := []string{
		"Is the 2 kg box in stock?", "आपका ऑर्डर भेज दिया गया है", "متى يصل الطلب؟", "\x1b[36mboleto enviado\x1b[m ✓✓ read", "你好 👍🏽 ❤️",
	}
	var rows []string
	for y := range h {
		rows = append(rows, (Measure{}).Fit(texts[y%len(texts)], 34)+"│ "+(Measure{}).Fit(texts[(y+2)%len(texts)], w-36))
	}
	return strings.Join(rows, "\n")
}

func BenchmarkStyleOnly(b *testing.B) {
	v := busyView(119, 40)
	b.SetBytes(int64(len(v)))
	for b.Loop() {
		StyleOnly(v)
	}
}

func BenchmarkRender(b *testing.B) {
	v := busyView(119, 40)
	for b.Loop() {
		Render(Measure{}, v, 119, 40)
	}
}

// BenchmarkFrame is what a key costs: one row of 40 has changed.
func BenchmarkFrame(b *testing.B) {
	v := busyView(119, 40)
	other := strings.Replace(v, "stock", "store", 1)
	var r renderer
	old := r.render(Measure{}, v, 119, 40)
	var buf []byte
	for i := 0; b.Loop(); i++ {
		f := r.render(Measure{}, []string{other, v}[i%2], 119, 40)
		buf = appendFrame(buf[:0], Measure{}, nil, &old, &f)
		old = f
	}
	b.ReportMetric(float64(len(buf)), "bytes/frame")
}

// The terminal's own idea of a character must not move what is behind it, and a
// changed row must end up as a whole one would.
func TestFramesOnATerminal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := anyMeasure().Draw(t, "measure")
		their := anyMeasure().Draw(t, "terminal")
		const w, h, rule = 30, 3, 20
		vt := newVT(w+1, h, their)
		var r renderer
		var old *Frame
		for range rapid.IntRange(1, 4).Draw(t, "frames") {
			var rows []string
			for range h {
				text := anyText().Draw(t, "text")
				if at := rapid.IntRange(-10, 10).Draw(t, "cursor"); at >= 0 {
					text = m.WithCursor(StyleOnly(text), at)
				} else {
					text = strings.ReplaceAll(text, Cursor, "")
				}
				rows = append(rows, m.Fit(text, rule)+"│"+m.Fit(rapid.SampledFrom([]string{"right", "other", ""}).Draw(t, "right"), w-rule-1))
			}
			f := r.render(m, strings.Join(rows, "\n"), w, h)
			vt.write(string(appendFrame(nil, m, nil, old, &f)))
			old = &f
			for y, row := range f.Rows {
				want := ansi.Strip(row[strings.LastIndex(row, "│"):])
				if got := vt.tail(y, rule); got != want+" " {
					t.Fatalf("row %q shows %q from the rule on, want %q", row, got, want)
				}
			}
			if f.Cursor && (vt.x != f.X || vt.y != f.Y || !vt.cursor) {
				t.Fatalf("the cursor is at %d, %d, want %d, %d", vt.x, vt.y, f.X, f.Y)
			}
			if vt.cursor != f.Cursor {
				t.Fatalf("cursor shown: %v", vt.cursor)
			}
		}
		if same := appendFrame(nil, m, nil, old, old); len(same) != 0 {
			t.Fatalf("nothing changed, and %q was written", same)
		}
	})
}

// TestPartsOfRows: whatever of a row is left as it stands, the terminal shows what it would show had all been drawn anew,
// its styles included.
func TestPartsOfRows(t *testing.T) {
	parts := []string{
		"ab", "ac", "e", "e\u0301", "é", "한", "हि", "हिन्दी", "متى", "👍", "👍🏽", "\x1b[1mbold\x1b[0m", "\x1b[1mbo", "\x1b[0m", "\x1b[7m", "\x1b[m",
		"✓✓", "  ", "         ", "│", "a long part of a row", "a long part of a rom",
	}
	heads, tails := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		m := anyMeasure().Draw(t, "measure")
		their := anyMeasure().Draw(t, "terminal")
		const w, h = 60, 2
		parted, whole := newVT(w+1, h, their), newVT(w+1, h, their)
		var r renderer
		var old *Frame
		rows := make([]string, h)
		for range rapid.IntRange(2, 4).Draw(t, "frames") {
			for y := range rows {
				text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(parts), 0, 6).Draw(t, "parts"), "")
				if keep := rapid.IntRange(0, len(rows[y])).Draw(t, "keep"); utf8.ValidString(rows[y][:keep]) {
					text = rows[y][:keep] + text
				}
				if from := rapid.IntRange(0, len(rows[y])).Draw(t, "from"); rapid.Bool().Draw(t, "tail") && utf8.ValidString(rows[y][from:]) {
					text = m.Fit(text, m.Width(rows[y][:from])) + rows[y][from:]
				}
				rows[y] = text
			}
			f := r.render(m, strings.Join(rows, "\n"), w, h)
			if old != nil {
				for y := range rows {
					p := changed(m, old.Rows[y], f.Rows[y])
					if p.from > 0 {
						heads++
					}
					if p.to < len(f.Rows[y]) {
						tails++
					}
				}
			}
			parted.write(string(appendFrame(nil, m, nil, old, &f)))
			whole.write(string(appendFrame(nil, m, nil, nil, &f)))
			for y := range h {
				if !slices.Equal(parted.cells[y], whole.cells[y]) || !slices.Equal(parted.inks[y], whole.inks[y]) {
					t.Fatalf("after %q\nrow %q shows %q\ninstead of %q\nin %q\ninstead of %q", old.Rows[y], f.Rows[y], parted.cells[y], whole.cells[y], parted.inks[y], whole.inks[y])
				}
			}
			old = &f
		}
	})
	if heads == 0 || tails == 0 {
		t.Errorf("%d heads and %d tails of rows were kept: nothing was tested", heads, tails)
	}
}

// The check above must be able to fail: a row as it is moves its rule on a
// terminal that counts otherwise.
func TestRowsNeedTheirAnchors(t *testing.T) {
	row := (Measure{}).Fit("हिन्दी", 20) + "│"
	vt := newVT(40, 1, NewMeasure(Profile{Method: Grapheme}))
	vt.write(row)
	if vt.tail(0, 20)[:len("│")] == "│" {
		t.Error("the rule stayed straight by itself")
	}
	vt.write("\x1b[1;1H" + string(appendRow(nil, Measure{}, nil, row, 0)))
	if vt.tail(0, 20)[:len("│")] != "│" {
		t.Errorf("the rule moved: %q", vt.tail(0, 0))
	}
}
