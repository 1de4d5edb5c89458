package term

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"regexp"
	"strconv"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"golang.org/x/text/unicode/norm"
)

// scenery is a picture of w by h pixels whose noise does not let itself be packed into one chunk.
func scenery(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, color.RGBA{uint8(255 * x / max(1, w-1)), uint8(255 * y / max(1, h-1)), uint8(128 + (x*y*2654435761)>>13), 255})
		}
	}
	return img
}

// galleryFor is one on a terminal that shows pictures in a way.
func galleryFor(way Graphics) *Gallery { return NewGallery(Images(way), TrueColour) }

func hangOn(t *testing.T, g *Gallery, w, h, cols, rows int) Picture {
	t.Helper()
	c, r, px := g.Box(w, h, cols, rows)
	p := g.Hang(scenery(px.X, px.Y), c, r)
	if !p.Shown() || p.Cols != c || p.Rows != r {
		t.Fatalf("%d×%d cells are wanted, it has %d×%d", c, r, p.Cols, p.Rows)
	}
	return p
}

// frameWith is a frame with some rows.
func frameWith(m Measure, w, h int, at map[int]string) *Frame {
	rows := make([]string, h)
	for y := range rows {
		rows[y] = at[y]
	}
	f := Render(m, strings.Join(rows, "\n"), w, h)
	return &f
}

func rowsOf(p Picture, top int) map[int]string {
	at := map[int]string{}
	for y := range p.Rows {
		at[top+y] = "│ " + p.Row(y) + " behind"
	}
	return at
}

func TestBoxKeepsTheShape(t *testing.T) {
	for _, way := range []Graphics{Blocks, Sixel, Kitty} {
		g := galleryFor(way)
		for _, c := range []struct{ w, h, cols, rows, wantC, wantR int }{
			{1280, 960, 32, 8, 22, 8}, // a cell is twice as high as it is wide
			{1280, 320, 32, 8, 32, 4},
			{300, 1200, 32, 8, 4, 8},
			{20, 20, 32, 8, 2, 1}, // never enlarged
			{1, 1, 32, 8, 1, 1},
			{1, 100000, 32, 8, 1, 8},
			{0, 10, 32, 8, 0, 0},
		} {
			if way == Blocks && c.w == 20 {
				c.wantC, c.wantR = 16, 8 // a pixel is half a cell
			}
			cols, rows, px := g.Box(c.w, c.h, c.cols, c.rows)
			if cols != c.wantC || rows != c.wantR {
				t.Errorf("%s: %d×%d fills %d×%d, want %d×%d", way, c.w, c.h, cols, rows, c.wantC, c.wantR)
			}
			if want := image.Pt(cols, 2*rows); way == Blocks && px != want {
				t.Errorf("%s: %v pixels, want %v", way, px, want)
			}
		}
	}
	if c, r, _ := galleryFor(Kitty).Box(100000, 100000, 1000, 1000); c > mostMarked || r > mostMarked {
		t.Errorf("%d×%d cells are more than can be numbered", c, r)
	}
	if c, _, _ := galleryFor(NoPictures).Box(10, 10, 10, 10); c != 0 {
		t.Error("there is a place for pictures where there are none")
	}
}

func TestPicturesTakeTheirColumns(t *testing.T) {
	for _, p := range []Profile{{}, {Method: Grapheme, WholeEmoji: true}} {
		m := NewMeasure(p)
		for _, way := range []Graphics{Blocks, Sixel, Kitty} {
			pic := hangOn(t, galleryFor(way), 640, 400, 20, 6)
			for y := range pic.Rows {
				row := "नमस्ते " + pic.Row(y) + "|"
				if got, want := m.Width(row), m.Width("नमस्ते |")+pic.Cols; got != want {
					t.Errorf("%s: %d columns, want %d", way, got, want)
				}
				if bad := Misfit(m, m.Fit(row, 60), 60, 1); bad != "" {
					t.Errorf("%s: %s", way, bad)
				}
				if cut := m.Truncate(row, 12); m.Width(cut) > 12 {
					t.Errorf("%s: %q is cut to %d columns", way, cut, m.Width(cut))
				}
			}
			if pic.Row(-1) != "" || pic.Row(pic.Rows) != "" {
				t.Errorf("%s: it has more rows than it has", way)
			}
		}
	}
}

// TestHalfBlocks reads the cells back into pixels.
func TestHalfBlocks(t *testing.T) {
	img := scenery(8, 6)
	pair := regexp.MustCompile(`(?:\x1b\[([0-9;]*)m)?▀`)
	for y, row := range halfBlocks(img, 8, 3, TrueColour) {
		x, top, low := 0, color.RGBA{}, color.RGBA{}
		for _, cell := range pair.FindAllStringSubmatch(row, -1) {
			p := numbersOf(cell[1])
			for len(p) >= 5 {
				c := color.RGBA{uint8(p[2]), uint8(p[3]), uint8(p[4]), 255}
				if p[0] == 38 {
					top = c
				} else {
					low = c
				}
				p = p[5:]
			}
			if top != img.RGBAAt(x, 2*y) || low != img.RGBAAt(x, 2*y+1) {
				t.Errorf("cell %d,%d shows %v over %v", x, y, top, low)
			}
			x++
		}
		if x != 8 || !strings.HasSuffix(row, "\x1b[m") {
			t.Errorf("row %d has %d cells: %q", y, x, row)
		}
	}
	for _, c := range []struct {
		colour color.RGBA
		index  int
		basic  int
	}{
		{color.RGBA{0, 0, 0, 255}, 16, 0}, {color.RGBA{255, 255, 255, 255}, 231, 15}, {color.RGBA{255, 0, 0, 255}, 196, 9},
		{color.RGBA{128, 128, 128, 255}, 244, 8}, {color.RGBA{95, 135, 175, 255}, 67, 8}, {color.RGBA{0, 200, 0, 255}, 40, 2},
	} {
		if got := indexed(c.colour); got != c.index {
			t.Errorf("%v is colour %d of 256, want %d", c.colour, got, c.index)
		}
		if got := basic(c.colour); got != c.basic {
			t.Errorf("%v is colour %d of 16, want %d", c.colour, got, c.basic)
		}
	}
	if row := halfBlocks(scenery(4, 2), 4, 1, Colours16)[0]; regexp.MustCompile(`[34]8;`).MatchString(row) {
		t.Errorf("more than sixteen colours: %q", row)
	}
}

func TestBlocksLetTheGroundThrough(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 4, 2))
	red := color.RGBA{255, 0, 0, 255}
	img.SetRGBA(1, 0, red)
	img.SetRGBA(2, 1, red)
	img.SetRGBA(3, 0, red)
	img.SetRGBA(3, 1, red)
	if got, want := halfBlocks(img, 4, 1, Colours16)[0], " \x1b[91m▀▄\x1b[101m▀\x1b[m"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestOneColourIsSaidOnce(t *testing.T) {
	grey := image.NewRGBA(image.Rect(0, 0, 32, 16))
	for i := range grey.Pix {
		grey.Pix[i] = 200
	}
	rows := halfBlocks(grey, 32, 8, TrueColour)
	if n := strings.Count(strings.Join(rows, ""), "\x1b["); n > 2*len(rows) {
		t.Errorf("%d sequences for one colour", n)
	}
}

// kittyTerm is a terminal that understands the graphics protocol: what was sent and not deleted.
type kittyTerm struct {
	t      *testing.T
	known  map[uint32]image.Image
	boxes  map[uint32][2]int
	open   []byte // base64 so far
	openID uint32
	sent   int // pictures
}

var apc = regexp.MustCompile(`\x1b_G([^;\x1b]*)(?:;([^\x1b]*))?\x1b\\`)

func (k *kittyTerm) write(b []byte) {
	k.t.Helper()
	for _, m := range apc.FindAllSubmatch(b, -1) {
		keys := map[string]string{}
		for kv := range strings.SplitSeq(string(m[1]), ",") {
			name, value, _ := strings.Cut(kv, "=")
			keys[name] = value
		}
		if keys["q"] != "2" {
			k.t.Errorf("an answer is asked for: %s", m[1])
		}
		id64, _ := strconv.ParseUint(keys["i"], 10, 32)
		switch keys["a"] {
		case "d":
			if keys["d"] != "I" {
				k.t.Errorf("the pixels stay: %s", m[1])
			}
			delete(k.known, uint32(id64))
			continue
		case "T":
			if keys["U"] != "1" || keys["f"] != "100" || len(k.open) > 0 {
				k.t.Errorf("%s", m[1])
			}
			k.openID = uint32(id64)
			c, _ := strconv.Atoi(keys["c"])
			r, _ := strconv.Atoi(keys["r"])
			k.boxes[k.openID] = [2]int{c, r}
		}
		if len(m[2]) > kittyChunk || keys["m"] == "1" && len(m[2])%4 != 0 {
			k.t.Errorf("a chunk of %d bytes", len(m[2]))
		}
		k.open = append(k.open, m[2]...)
		if keys["m"] == "1" {
			continue
		}
		raw, err := base64.StdEncoding.DecodeString(string(k.open))
		if err != nil {
			k.t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(raw))
		if err != nil {
			k.t.Fatal(err)
		}
		k.known[k.openID], k.open = img, nil
		k.sent++
	}
}

// cells reads the placeholders of a frame: which picture's cell stands where.
func (k *kittyTerm) cells(b []byte) (n int, at map[[3]int]bool) {
	k.t.Helper()
	at = map[[3]int]bool{}
	ordinal := map[rune]int{}
	for i, r := range rowMarks {
		ordinal[r] = i
	}
	colour := regexp.MustCompile(`\x1b\[38;5;([0-9]+)m((?:\x{10eeee}\P{L}{3})+)`)
	for _, run := range colour.FindAllStringSubmatch(string(b), -1) {
		low, _ := strconv.Atoi(run[1])
		cells := []rune(run[2])
		for i := 0; i < len(cells); i += 4 {
			id := uint32(ordinal[cells[i+3]])<<24 | uint32(low)
			row, col := ordinal[cells[i+1]], ordinal[cells[i+2]]
			box, ok := k.boxes[id]
			if k.known[id] == nil || !ok || row >= box[1] || col >= box[0] {
				k.t.Errorf("a cell of picture %x at %d,%d, which the terminal does not know", id, row, col)
			}
			at[[3]int{int(id), row, col}] = true
			n++
		}
	}
	return n, at
}

func TestKitty(t *testing.T) {
	g, m := galleryFor(Kitty), NewMeasure(Profile{Method: Grapheme, WholeEmoji: true})
	pic := hangOn(t, g, 1280, 960, 24, 8)
	k := &kittyTerm{t: t, known: map[uint32]image.Image{}, boxes: map[uint32][2]int{}}
	p := &pictures{gallery: g}
	paint := func(old, f *Frame) []byte {
		b := appendFrame(p.appendNeeded(nil, f), m, p, old, f)
		k.write(b)
		return b
	}
	first := frameWith(m, 60, 20, rowsOf(pic, 3))
	b := paint(nil, first)
	n, at := k.cells(b)
	if n != pic.Cols*pic.Rows || len(at) != n {
		t.Errorf("%d cells, %d different ones; the picture has %d", n, len(at), pic.Cols*pic.Rows)
	}
	for _, img := range k.known {
		if b := img.Bounds(); b.Dx() != pic.Cols*usualCell.X || b.Dy() != pic.Rows*usualCell.Y {
			t.Errorf("the terminal has %v", b)
		}
		if got := color.RGBAModel.Convert(img.At(0, 0)); got != (color.RGBA{0, 0, 128, 255}) {
			t.Errorf("its corner is %v", got)
		}
	}

	// Another row changes, then the picture moves: its pixels are not sent again, nor its cells where they stand.
	changed := rowsOf(pic, 3)
	changed[15] = "typed"
	second := frameWith(m, 60, 20, changed)
	if b := paint(first, second); bytes.Contains(b, []byte("\x1b_G")) || bytes.Contains(b, []byte(placeholder)) || len(b) > 500 {
		t.Errorf("%d bytes for a typed word: %q", len(b), b)
	}
	moved := frameWith(m, 60, 20, rowsOf(pic, 5))
	if b := paint(second, moved); bytes.Contains(b, []byte("\x1b_G")) {
		t.Error("a picture that moved is sent again")
	}
	gone := frameWith(m, 60, 20, nil)
	paint(moved, gone)
	if paint(gone, moved); k.sent != 1 {
		t.Errorf("it was sent %d times", k.sent)
	}

	// Those that are off the screen for long leave the terminal.
	last := moved
	for range 3 * keptOff {
		next := frameWith(m, 60, 20, rowsOf(hangOn(t, g, 300, 300, 6, 3), 2))
		paint(last, next)
		last = next
	}
	if len(k.known) != keptOff+1 {
		t.Errorf("the terminal has %d pictures", len(k.known))
	}
	k.write(p.forgetAll(nil))
	if len(k.known) != 0 {
		t.Errorf("%d pictures stay behind", len(k.known))
	}
	if b := paint(nil, last); !bytes.Contains(b, []byte("a=T")) {
		t.Error("after it was given back, the terminal is not sent what it shows")
	}
	if b := paint(nil, frameWith(m, 60, 20, map[int]string{0: pic.Row(0)[:len(pictureLead)] + "77;0;5" + pictureTail})); bytes.Contains(b, []byte(placeholder)) {
		t.Error("a picture that nobody hung has cells")
	}
}

func TestKittyInsideTmux(t *testing.T) {
	g := galleryFor(Kitty)
	pic := hangOn(t, g, 1280, 960, 24, 8)
	f := frameWith(Measure{}, 60, 20, rowsOf(pic, 3))
	b := (&pictures{gallery: g, inTmux: true}).appendNeeded(nil, f)
	k := &kittyTerm{t: t, known: map[uint32]image.Image{}, boxes: map[uint32][2]int{}}
	for len(b) > 0 {
		rest, ok := bytes.CutPrefix(b, []byte("\x1bPtmux;"))
		end := regexp.MustCompile(`[^\x1b](\x1b\\)`).FindSubmatchIndex(rest)
		if !ok || end == nil {
			t.Fatalf("not for tmux: %.80q", b)
		}
		inner := rest[:end[2]]
		if bytes.Contains(bytes.ReplaceAll(inner, []byte("\x1b\x1b"), nil), []byte("\x1b")) {
			t.Fatalf("a single ESC in %q", inner)
		}
		k.write(bytes.ReplaceAll(inner, []byte("\x1b\x1b"), []byte("\x1b")))
		b = rest[end[3]:]
	}
	if len(k.known) != 1 {
		t.Errorf("%d pictures arrive", len(k.known))
	}
}

func TestRowMarksAreThoseOfTheProtocol(t *testing.T) {
	last := rune(0)
	for i, r := range rowMarks {
		p := norm.NFC.PropertiesString(string(r))
		if r <= last || p.CCC() != 230 || p.Decomposition() != nil {
			t.Errorf("mark %d, %U, has class %d", i, r, p.CCC())
		}
		last = r
	}
	for i, want := range map[int]rune{0: 0x305, 1: 0x30d, 4: 0x312, 17: 0x363, 30: 0x483, 35: 0x592, 54: 0x610, 69: 0x6d6} {
		if rowMarks[i] != want {
			t.Errorf("mark %d is %U, want %U", i, rowMarks[i], want)
		}
	}
}

// desixel draws a sixel image as a terminal would.
func desixel(t *testing.T, s string) *image.RGBA {
	t.Helper()
	body, ok := strings.CutPrefix(s, "\x1bP0;1;0q")
	body, end := strings.CutSuffix(body, "\x1b\\")
	var w, h int
	if n, _ := fmt.Sscanf(body, "\"1;1;%d;%d", &w, &h); !ok || !end || n != 2 {
		t.Fatalf("no sixel image: %.60q", s)
	}
	body = strings.TrimLeft(body[1:], "0123456789;")
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	colours := map[int]color.RGBA{}
	pen, x, y := 0, 0, 0
	number := func() int {
		n := 0
		for body != "" && body[0] >= '0' && body[0] <= '9' {
			n, body = 10*n+int(body[0]-'0'), body[1:]
		}
		return n
	}
	dot := func(c byte, times int) {
		if c < '?' || c > '~' || x+times > w {
			t.Fatalf("%q, %d times at %d", c, times, x)
		}
		for range times {
			for bit := range 6 {
				if (c-'?')>>bit&1 == 1 {
					if y+bit >= h {
						t.Fatalf("a dot in row %d of %d", y+bit, h)
					}
					img.SetRGBA(x, y+bit, colours[pen])
				}
			}
			x++
		}
	}
	for body != "" {
		c := body[0]
		body = body[1:]
		switch c {
		case '#':
			pen = number()
			if strings.HasPrefix(body, ";2;") {
				var v [3]int
				body = body[2:]
				for i := range v {
					body = body[1:]
					v[i] = number() * 255 / 100
				}
				colours[pen] = color.RGBA{uint8(v[0]), uint8(v[1]), uint8(v[2]), 255}
			} else if _, ok := colours[pen]; !ok {
				t.Fatalf("colour %d was not defined", pen)
			}
		case '!':
			n := number()
			dot(body[0], n)
			body = body[1:]
		case '$':
			x = 0
		case '-':
			x, y = 0, y+6
		default:
			dot(c, 1)
		}
	}
	return img
}

func TestSixel(t *testing.T) {
	src := scenery(60, 47)
	src.SetRGBA(5, 5, color.RGBA{})
	part := image.Rect(0, 20, 60, 40)
	img := desixel(t, sixelOf(src, part))
	if img.Bounds() != image.Rect(0, 0, 60, 20) {
		t.Fatalf("%v", img.Bounds())
	}
	near := func(a, b uint8) bool { return max(a, b)-min(a, b) <= 52 } // a step of the cube
	for y := range 20 {
		for x := range 60 {
			got, want := img.RGBAAt(x, y), src.RGBAAt(x, y+20)
			if got.A != 255 || !near(got.R, want.R) || !near(got.G, want.G) || !near(got.B, want.B) {
				t.Fatalf("%d,%d is %v, want about %v", x, y, got, want)
			}
		}
	}
	if top := desixel(t, sixelOf(src, image.Rect(0, 0, 60, 20))); top.RGBAAt(5, 5).A != 0 {
		t.Error("what is transparent is drawn")
	}
	if sixelOf(src, image.Rect(0, 100, 60, 120)) != "" {
		t.Error("something is drawn of nothing")
	}
}

func TestSixelRowsStandWhereTheyBelong(t *testing.T) {
	g, m := galleryFor(Sixel), NewMeasure(Profile{})
	pic := hangOn(t, g, 640, 400, 20, 6)
	p := &pictures{gallery: g}
	first := frameWith(m, 60, 20, rowsOf(pic, 3))
	b := string(appendFrame(p.appendNeeded(nil, first), m, p, nil, first))
	strips := regexp.MustCompile(`\x1b\[([0-9]+);([0-9]+)H(\x1bP[^\x1b]*\x1b\\)`).FindAllStringSubmatch(b, -1)
	if len(strips) != pic.Rows {
		t.Fatalf("%d rows are drawn, want %d", len(strips), pic.Rows)
	}
	for i, s := range strips {
		if s[1] != strconv.Itoa(4+i) || s[2] != "3" {
			t.Errorf("row %d is drawn at %s,%s", i, s[1], s[2])
		}
		if img := desixel(t, s[3]); img.Bounds().Dx() != pic.Cols*usualCell.X || img.Bounds().Dy() != usualCell.Y {
			t.Errorf("row %d is %v", i, img.Bounds())
		}
	}
	changed := rowsOf(pic, 3)
	changed[15] = "typed"
	second := frameWith(m, 60, 20, changed)
	if b := appendFrame(p.appendNeeded(nil, second), m, p, first, second); bytes.Contains(b, []byte("\x1bP")) {
		t.Error("a picture that stays is drawn again")
	}
	if b := string(appendFrame(nil, m, nil, nil, first)); strings.Contains(b, "\x1b_") || strings.Contains(b, "\x1bP") {
		t.Errorf("without a gallery something is drawn: %q", b)
	}
}

func TestTextClaimsNoPicture(t *testing.T) {
	m := NewMeasure(Profile{Method: Grapheme, WholeEmoji: true})
	if got := m.Draw("a" + placeholder + "\u0305\u0305b"); strings.Contains(got, placeholder) {
		t.Errorf("a placeholder passes: %q", got)
	}
	pic := hangOn(t, galleryFor(Kitty), 100, 100, 4, 2)
	if got := StyleOnly("a" + pic.Row(0) + "b"); got != "ab" {
		t.Errorf("a mark passes the gate for text: %q", got)
	}
	for _, mark := range []string{"\x1b_&;0;5\x1b\\", "\x1b_&1;0;0\x1b\\", "\x1b_&1;0;5", "\x1b_&1;0;99999\x1b\\", "\x1b_&99999999999;0;5\x1b\\", "\x1b_&1;0;5;6\x1b\\"} {
		if _, n := readStrip(mark); n != 0 {
			t.Errorf("%q counts as a picture", mark)
		}
	}
}

// TestTheTerminalSaysWhatItShows feeds the answers of terminals.
func TestTheTerminalSaysWhatItShows(t *testing.T) {
	for _, c := range []struct {
		name, answers string
		asked         Images
		want          Graphics
		cell          image.Point
	}{
		{"nothing", "", ImagesAuto, Blocks, usualCell},
		{"kitty", "\x1b_Gi=31;OK\x1b\\\x1b[?62;c\x1b[6;18;9t", ImagesAuto, Kitty, image.Pt(9, 18)},
		{"refused", "\x1b_Gi=31;ENOTSUPPORTED:no\x1b\\\x1b[?62;c", ImagesAuto, Blocks, usualCell},
		{"foot", "\x1b[?62;4;22;28c\x1b[6;20;10t", ImagesAuto, Sixel, image.Pt(10, 20)},
		{"xterm without", "\x1b[?64;1;2;6;9;15;16;17;18;21;22;28c", ImagesAuto, Blocks, usualCell},
		{"both", "\x1b[?62;4c\x1b_Gi=31;OK\x1b\\", ImagesAuto, Kitty, usualCell},
		{"a cell of nothing", "\x1b[6;0;0t\x1b[?62;4c", ImagesAuto, Sixel, usualCell},
		{"blocks asked for", "\x1b_Gi=31;OK\x1b\\", Images(Blocks), Blocks, usualCell},
		{"sixel asked for", "", Images(Sixel), Sixel, usualCell},
	} {
		for _, cut := range []int{1, 3, 1000} { // the bytes come in reads of any size
			g := NewGallery(c.asked, Colours256)
			var keys []any
			k := newAnswers(g, &keys)
			for b := []byte(c.answers); len(b) > 0; b = b[min(cut, len(b)):] {
				k.feed(b[:min(cut, len(b))])
			}
			if g.Way() != c.want || g.cell != c.cell {
				t.Errorf("%s: %s with cells of %v, want %s with %v", c.name, g.Way(), g.cell, c.want, c.cell)
			}
			if len(keys) > 0 {
				t.Errorf("%s: answers became keys: %v", c.name, keys)
			}
		}
	}
	g := NewGallery(ImagesAuto, Colours256)
	if g.said(graphicsMsg{cell: image.Pt(9, 18)}) {
		t.Error("blocks are made anew for the size of a cell")
	}
	if !g.said(graphicsMsg{sixel: true}) || g.said(graphicsMsg{sixel: true}) {
		t.Error("pictures are made anew once, when the way changes")
	}
	if !g.said(graphicsMsg{cell: image.Pt(12, 24)}) {
		t.Error("sixels have the size of their cells")
	}
}

// newAnswers reads what a terminal sends; what is no answer is a key.
func newAnswers(g *Gallery, rest *[]any) *keys {
	return &keys{send: func(msg tea.Msg) {
		if m, ok := msg.(graphicsMsg); ok {
			g.said(m)
			return
		}
		*rest = append(*rest, msg)
	}}
}
