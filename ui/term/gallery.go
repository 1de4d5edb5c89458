package term

import (
	"bytes"
	"image"
	"image/png"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
)

// Graphics is how a terminal shows pictures.
type Graphics string

// The ways, the best last. They are the words of the configuration key ui.images.
const (
	NoPictures Graphics = "off"
	Blocks     Graphics = "blocks" // two coloured pixels in each cell
	Sixel      Graphics = "sixel"
	Kitty      Graphics = "kitty"
)

// Images is the setting ui.images: a way of showing pictures, or auto.
type Images string

// ImagesAuto takes the best way that the terminal names.
const ImagesAuto Images = "auto"

// GraphicsMsg tells the model that the terminal shows pictures in another way now: those it has must be made anew.
type GraphicsMsg struct{}

// Gallery holds the pictures that may be on the screen. A model puts pixels into it and gets a [Picture], whose rows it
// draws like text; what goes to the terminal is made here, so nothing that came with a file can reach it. A Gallery
// may be used from any goroutine.
type Gallery struct {
	mu      sync.Mutex
	asked   Images
	way     Graphics
	colours Colours
	sixel   bool        // the terminal said so
	kitty   bool        // it answered
	cell    image.Point // pixels of a cell
	byID    map[uint32]*hung
	next    uint32
	salt    uint32
}

// hung is a picture as it is sent.
type hung struct {
	cols, rows int
	png        []byte   // for kitty
	strips     []string // for sixel: one of each row of cells
}

// Picture is a picture in the gallery, scaled to a box of cells. The zero value is none.
type Picture struct {
	id         uint32
	Cols, Rows int
	blocks     []string // rows of text and colour
}

// usualCell is the size of a cell when the terminal does not tell.
var usualCell = image.Pt(10, 20)

// NewGallery makes a gallery for a terminal with so many colours. Until the terminal has answered, pictures are blocks
// unless something else is asked for. Without colours there should be no gallery: a label says it then.
func NewGallery(asked Images, colours Colours) *Gallery {
	g := &Gallery{asked: asked, colours: colours, cell: usualCell, byID: map[uint32]*hung{}, salt: 1 + rand.Uint32N(uint32(mostMarked-1))}
	g.way = g.best()
	return g
}

// asks reports whether the terminal is to be asked: for what it can, or how large its cells are.
func (g *Gallery) asks() bool {
	if g == nil {
		return false
	}
	return g.asked != Images(NoPictures) && g.asked != Images(Blocks)
}

// graphicsMsg is a word of the terminal about pictures.
type graphicsMsg struct {
	kitty, sixel bool
	cell         image.Point
}

// said takes a word of the terminal, and reports whether pictures must be made anew.
func (g *Gallery) said(m graphicsMsg) bool {
	return g.learn(func(g *Gallery) {
		g.kitty, g.sixel = g.kitty || m.kitty, g.sixel || m.sixel
		if c := m.cell; c.X > 2 && c.Y > 2 && c.X < 200 && c.Y < 400 {
			g.cell = c
		}
	})
}

// best is the way that fits what was asked for and what is known.
func (g *Gallery) best() Graphics {
	switch Graphics(g.asked) {
	case NoPictures, Sixel, Kitty:
		return Graphics(g.asked)
	}
	switch {
	case Graphics(g.asked) == Blocks:
	case g.kitty:
		return Kitty
	case g.sixel:
		return Sixel
	}
	return Blocks
}

// Way is how pictures are shown now.
func (g *Gallery) Way() Graphics {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.way
}

// learn changes what is known, and reports whether pictures must be made anew.
func (g *Gallery) learn(say func(*Gallery)) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	way, cell := g.way, g.cell
	say(g)
	g.way = g.best()
	if g.way == way && (g.cell == cell || way == Blocks || way == NoPictures) {
		return false
	}
	clear(g.byID)
	return true
}

// Box is how many cells a picture of w by h pixels fills when it is to keep its shape within cols by rows cells, and
// the pixels that those cells have. It is never enlarged.
func (g *Gallery) Box(w, h, cols, rows int) (c, r int, px image.Point) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if w <= 0 || h <= 0 || cols <= 0 || rows <= 0 || g.way == NoPictures {
		return 0, 0, image.Point{}
	}
	cell := g.cell
	switch g.way {
	case Kitty:
		cols, rows = min(cols, mostMarked), min(rows, mostMarked)
	case Blocks:
		cell = image.Pt(1, 2)
	}
	scale := min(1, float64(cols*cell.X)/float64(w), float64(rows*cell.Y)/float64(h))
	c = max(1, min(cols, ceil(float64(w)*scale/float64(cell.X))))
	r = max(1, min(rows, ceil(float64(h)*scale/float64(cell.Y))))
	return c, r, image.Pt(c*cell.X, r*cell.Y)
}

func ceil(f float64) int {
	n := int(f)
	if float64(n) < f-1e-6 {
		n++
	}
	return n
}

// Hang makes a picture of pixels that have the size of [Gallery.Box].
func (g *Gallery) Hang(img *image.RGBA, cols, rows int) Picture {
	g.mu.Lock()
	way, colours, cell := g.way, g.colours, g.cell
	g.mu.Unlock()
	p := Picture{Cols: cols, Rows: rows}
	h := &hung{cols: cols, rows: rows}
	switch way {
	case Blocks:
		p.blocks = halfBlocks(img, cols, rows, colours)
		return p
	case Kitty:
		var b bytes.Buffer
		if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, img); err != nil {
			return Picture{}
		}
		h.png = b.Bytes()
	case Sixel:
		for y := range rows {
			h.strips = append(h.strips, sixelOf(img, image.Rect(0, y*cell.Y, cols*cell.X, (y+1)*cell.Y)))
		}
	default:
		return Picture{}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	// Ids that fit the 256 colours and the third mark of a placeholder: a cell then says whose it is inside tmux too.
	g.next = g.next%239 + 1
	p.id = g.salt<<24 | (16 + g.next)
	g.byID[p.id] = h
	return p
}

// Drop takes a picture off.
func (g *Gallery) Drop(p Picture) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.byID, p.id)
}

func (g *Gallery) hung(id uint32) *hung {
	if g == nil {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.byID[id]
}

// Row is a row of the picture, from 0, to be drawn like text of Cols columns: text and colour, or a mark that the
// terminal's own way of drawing stands for.
func (p Picture) Row(y int) string {
	switch {
	case y < 0 || y >= p.Rows:
		return ""
	case p.blocks != nil:
		return p.blocks[y]
	}
	return pictureLead + strconv.FormatUint(uint64(p.id), 10) + ";" + strconv.Itoa(y) + ";" + strconv.Itoa(p.Cols) + pictureTail
}

// Shown reports whether there is a picture.
func (p Picture) Shown() bool { return p.Rows > 0 }

// A picture's row in a view is a mark as wide as the picture, like the cursor's. Cleaned text from outside holds no ESC
// and cannot forge one; a forged one would show a picture that is on the screen already.
const (
	pictureLead = "\x1b_&"
	pictureTail = "\x1b\\"
)

// strip is one row of a picture in a view.
type strip struct {
	id        uint32
	row, cols int
}

// readStrip reads the mark at the start of s; n is 0 when there is none.
func readStrip(s string) (st strip, n int) {
	rest, ok := strings.CutPrefix(s, pictureLead)
	if !ok {
		return st, 0
	}
	var p [3]int
	for i := range p {
		digits := 0
		for digits < len(rest) && digits < 10 && rest[digits] >= '0' && rest[digits] <= '9' {
			p[i] = p[i]*10 + int(rest[digits]-'0')
			digits++
		}
		if digits == 0 {
			return st, 0
		}
		rest = rest[digits:]
		if i < 2 {
			if rest, ok = strings.CutPrefix(rest, ";"); !ok {
				return st, 0
			}
		}
	}
	rest, ok = strings.CutPrefix(rest, pictureTail)
	if !ok || p[2] < 1 || p[2] > 1000 || p[0] > 1<<32-1 {
		return st, 0
	}
	return strip{uint32(p[0]), p[1], p[2]}, len(s) - len(rest)
}

// stripsIn are the picture rows in a row of a frame.
func stripsIn(row string) (all []strip) {
	for {
		i := strings.Index(row, pictureLead)
		if i < 0 {
			return all
		}
		row = row[i:]
		st, n := readStrip(row)
		if n == 0 {
			n = len(pictureLead)
		} else {
			all = append(all, st)
		}
		row = row[n:]
	}
}

// pictureless is a row with blanks for its pictures.
func pictureless(row string) string {
	if !strings.Contains(row, pictureLead) {
		return row
	}
	var b strings.Builder
	for row != "" {
		if st, n := readStrip(row); n > 0 {
			b.WriteString(strings.Repeat(" ", st.cols))
			row = row[n:]
			continue
		}
		b.WriteByte(row[0])
		row = row[1:]
	}
	return b.String()
}
