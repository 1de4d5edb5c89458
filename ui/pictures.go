package ui

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"time"

	"frontdesk/inbox"
	"frontdesk/ui/term"

	tea "github.com/charmbracelet/bubbletea"
	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
)

// What a picture may cost. Strangers send them: a small file can claim to be an enormous picture, or take for ever.
const (
	pictureBytes  = 20 << 20        // WhatsApp carries pictures of 5 MB (cloud-api 4.2)
	picturePixels = 25_000_000      // what phones take, and more; at most 200 MB while one is decoded
	pictureTime   = 5 * time.Second // until decoding is given up
	picturesKept  = 48
)

// Sizes of a picture in the conversation, in cells, and from which pane on there is room for them.
const (
	thumbCols, thumbRows     = 32, 8
	stickerCols, stickerRows = 14, 6
	thumbPane                = 44 // columns
	thumbHeight              = 19 // rows
)

// pictures are those that were made for this screen, by file and size, and the one that is being made.
type pictures struct {
	gallery *term.Gallery // nil: there are none
	made    map[pictureKey]*pictureView
	turn    int // counts uses, for what is let go first
	gen     int // of the terminal's way to show them
	busy    bool
}

// pictureKey names a picture of a size.
type pictureKey struct {
	key, sum   string // of the message, and of its file
	cols, rows int    // the box that it was to fit
}

// pictureView is a picture as made, or that there is none to be had of the file.
type pictureView struct {
	term.Picture
	used int
}

// pictured is what a message's picture needs to be made; ok is false for a message without one that can be drawn.
func (p *pictures) pictured(m *inbox.Message, cols, rows int) (pictureKey, bool) {
	if p == nil || p.gallery == nil || m == nil || m.Revoked || m.Media == nil || m.Media.State != inbox.MediaKept ||
		m.Media.Bytes > pictureBytes || cols < 4 || rows < 2 || p.gallery.Way() == term.NoPictures {
		return pictureKey{}, false
	}
	switch m.Media.MIME {
	case "image/jpeg", "image/png", "image/webp":
		return pictureKey{m.Key, m.Media.SHA256, cols, rows}, true
	}
	return pictureKey{}, false
}

// thumb is the picture of a message in a conversation of w by h cells.
func (p *pictures) thumb(m *inbox.Message, w, h int) (pictureKey, bool) {
	if w < thumbPane || h < thumbHeight {
		return pictureKey{}, false
	}
	cols, rows := thumbCols, min(thumbRows, h/3)
	if m.Type == "sticker" {
		cols, rows = stickerCols, min(stickerRows, rows)
	}
	return p.pictured(m, cols, rows)
}

// have is a picture that is made already, nil when it is not.
func (p *pictures) have(k pictureKey) *pictureView {
	v := p.made[k]
	if v != nil {
		p.turn++
		v.used = p.turn
	}
	return v
}

// keep takes a picture that was made, and lets go of the one that was used longest ago.
func (p *pictures) keep(k pictureKey, v *pictureView) {
	if p.made == nil {
		p.made = map[pictureKey]*pictureView{}
	}
	p.turn++
	v.used = p.turn
	p.made[k] = v
	if len(p.made) <= picturesKept {
		return
	}
	var oldest pictureKey
	at := p.turn
	for k, v := range p.made {
		if v.used < at {
			oldest, at = k, v.used
		}
	}
	p.gallery.Drop(p.made[oldest].Picture)
	delete(p.made, oldest)
}

// forget drops all of them: the terminal shows pictures in another way now.
func (p *pictures) forget() {
	for _, v := range p.made {
		p.gallery.Drop(v.Picture)
	}
	clear(p.made)
	p.gen++
	p.busy = false
}

// wanted is the next picture that the screen would show if it were made.
func (m *Model) wanted() (pictureKey, bool) {
	missing := func(k pictureKey, ok bool) bool { return ok && m.pictures.made[k] == nil }
	for _, d := range m.dialogs {
		if d, ok := d.(*preview); ok {
			if k, ok := d.picture(m); missing(k, ok) {
				return k, true
			}
		}
	}
	c := &m.talk
	for i, y := c.at[c.top], 0; i < len(c.items) && y < c.h; i++ {
		if msg := c.items[i].msg; msg != nil {
			if k, ok := m.pictures.thumb(msg, c.w, c.h); missing(k, ok) {
				return k, true
			}
		}
		y += c.height(m.pen, m.view(), i)
	}
	return pictureKey{}, false
}

// picture makes the next picture, one at a time: decoding is work.
func (m *Model) picture() tea.Cmd {
	p := &m.pictures
	if p.gallery == nil || p.busy {
		return nil
	}
	k, ok := m.wanted()
	if !ok {
		return nil
	}
	p.busy = true
	desk, ctx, gallery, gen := m.desk, m.ctx, p.gallery, p.gen
	return func() tea.Msg {
		v := &pictureView{}
		if f, err := desk.File(ctx, k.key); err == nil {
			if img, err := decodePicture(f, time.Now().Add(pictureTime)); err == nil {
				v.Picture = hang(gallery, img, k)
			}
			_ = f.Close() // it was read
		}
		return answeredMsg(func(m *Model) tea.Cmd {
			if gen != m.pictures.gen {
				gallery.Drop(v.Picture)
				return nil
			}
			m.pictures.busy = false
			m.pictures.keep(k, v)
			return nil
		})
	}
}

// hang scales a picture to its box and puts it into the gallery.
func hang(g *term.Gallery, img image.Image, k pictureKey) term.Picture {
	b := img.Bounds()
	cols, rows, px := g.Box(b.Dx(), b.Dy(), k.cols, k.rows)
	if px.X <= 0 || px.Y <= 0 {
		return term.Picture{}
	}
	out := image.NewRGBA(image.Rectangle{Max: px})
	draw.BiLinear.Scale(out, out.Bounds(), img, b, draw.Over, nil)
	return g.Hang(out, cols, rows)
}

var (
	errPictureLarge = errors.New("the picture is too large to be drawn")
	errPictureKind  = errors.New("this is no picture that can be drawn")
	errPictureSlow  = errors.New("the picture took too long")
)

// decodePicture reads a picture within bounds of bytes, pixels and time. What kind it is, its first bytes say.
func decodePicture(r io.Reader, until time.Time) (image.Image, error) {
	b, err := io.ReadAll(io.LimitReader(r, pictureBytes+1))
	switch {
	case err != nil:
		return nil, err
	case len(b) > pictureBytes:
		return nil, errPictureLarge
	}
	config, decode := png.DecodeConfig, png.Decode
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		config, decode = jpeg.DecodeConfig, jpeg.Decode
	case bytes.HasPrefix(b, []byte("RIFF")):
		config, decode = webp.DecodeConfig, webp.Decode
	case !bytes.HasPrefix(b, []byte("\x89PNG")):
		return nil, errPictureKind
	}
	c, err := config(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	if c.Width <= 0 || c.Height <= 0 || c.Width > picturePixels/c.Height {
		return nil, errPictureLarge
	}
	return decode(&timedReader{bytes.NewReader(b), until})
}

// timedReader ends when its time is over: a decoder that reads on and on stops there.
type timedReader struct {
	r     io.Reader
	until time.Time
}

func (t *timedReader) Read(p []byte) (int, error) {
	if time.Now().After(t.until) {
		return 0, errPictureSlow
	}
	return t.r.Read(p)
}
