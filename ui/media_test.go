package ui

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"frontdesk/inbox"
	"frontdesk/ui/term"
)

const gallery = inbox.ThreadID("t_gallery")

// photograph is a picture of w by h: a gradient with a bar in it.
func photograph(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, color.RGBA{uint8(x * 255 / w), uint8(y * 255 / h), 90, 255})
			if x > w/3 && x < w/2 {
				img.SetRGBA(x, y, color.RGBA{250, 250, 250, 255})
			}
		}
	}
	return img
}

func jpegOf(w, h int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, photograph(w, h), nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func pngOf(w, h int) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, photograph(w, h)); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func filed(hhmm, kind, text string, v inbox.MediaView) inbox.Message {
	m := heard(hhmm, text)
	m.Type, m.Media, m.Key = kind, &v, "file "+kind+hhmm
	return m
}

// everyKind is a thread with everything that is no text.
func everyKind(d *fakeDesk, _ *Config) {
	stored := inbox.MediaKept
	place := heard("09:14", "[location] Goa airport, arrivals")
	place.Type, place.Details = "location", json.RawMessage(`{"latitude":15.38,"longitude":73.8314,"name":"Goa airport"}`)
	card := heard("09:15", "[contact] Ravi Naik +91 98000 00444")
	card.Type = "contacts"
	d.add(inbox.Thread{ID: gallery, Name: "Every Kind", WaID: "15550100003", State: inbox.Open, Window: openFor(5 * time.Hour)},
		filed("09:01", "image", "like this one", inbox.MediaView{MIME: "image/jpeg", Bytes: 118000, State: stored, SHA256: "a1", Look: inbox.FileLook{Width: 1280, Height: 960}, Path: "/srv/media/a1/a1.jpg"}),
		filed("09:02", "audio", "[voice message]", inbox.MediaView{MIME: "audio/ogg", Voice: true, Bytes: 48000, State: stored, Look: inbox.FileLook{Seconds: 6.7}}),
		filed("09:03", "document", "[document] rates.pdf", inbox.MediaView{MIME: "application/pdf", Name: "rates.pdf", Bytes: 120000, State: stored, Path: "/srv/media/b2/b2.pdf"}),
		filed("09:04", "sticker", "[sticker]", inbox.MediaView{MIME: "image/webp", Bytes: 21000, State: stored}),
		filed("09:05", "video", "[video]", inbox.MediaView{MIME: "video/mp4", Bytes: 41_000_000, State: inbox.MediaLost, Why: inbox.WhyLarge, Again: true}),
		filed("09:06", "image", "[image]", inbox.MediaView{MIME: "image/jpeg", State: inbox.MediaFetching, Again: true}),
		filed("09:07", "image", "[image]", inbox.MediaView{MIME: "image/jpeg", State: inbox.MediaExpired, Why: inbox.WhyGone}),
		filed("09:08", "image", "[image]", inbox.MediaView{MIME: "image/jpeg", State: inbox.MediaLost, Why: inbox.WhySum, Again: true}),
		filed("09:09", "media_placeholder", "[media]", inbox.MediaView{State: inbox.MediaPhone}),
		place, card)
}

// onlyPictures is a thread that ends in pictures, on a terminal that shows them as blocks of 256 colours.
func onlyPictures(d *fakeDesk, c *Config) {
	c.Terminal.Gallery = term.NewGallery(term.Images(term.Blocks), term.Colours256)
	photo := filed("09:01", "image", "like this one", inbox.MediaView{MIME: "image/jpeg", Bytes: 118000, State: inbox.MediaKept, SHA256: "a1", Look: inbox.FileLook{Width: 640, Height: 400}, Path: "/srv/media/a1/a1.jpg"})
	tall := filed("09:02", "image", "[image]", inbox.MediaView{MIME: "image/png", Bytes: 3000, State: inbox.MediaKept, SHA256: "a2"})
	d.files = map[string][]byte{photo.Key: jpegOf(640, 400), tall.Key: pngOf(60, 300)}
	d.add(inbox.Thread{ID: gallery, Name: "Only Pictures", WaID: "15550100003", State: inbox.Open, Window: openFor(5 * time.Hour)},
		photo, tall, told("09:03", inbox.OriginPhone, "", inbox.StatusRead, "Both are in stock."))
}

func TestPicturesAreDrawnAndRemembered(t *testing.T) {
	perform(t, onlyPictures, func(s *stage) {
		s.size(130, 40)
		s.press("enter")
		s.sees("▀▀▀▀▀", "photo  640×400  118 KB", "└ like this one")
		before := s.desk.calls.Load()
		s.press("k", "j", "k")
		s.size(130, 39)
		s.press("ctrl+l")
		if n := s.desk.calls.Load() - before; n > 3 { // what the reader looks at is told; no file is read again
			t.Errorf("%d questions although nothing is missing", n)
		}
		s.size(70, 20)
		s.misses("▀▀▀▀▀")
		s.sees("[photo 640×400 118 KB]")
		s.press("k", "k", "o")
		s.sees("▀▀▀▀▀", "o open · w save")
		s.press("esc")
		s.misses("▀▀▀▀▀")
	})
}

func TestADeletedPictureLeavesTheScreen(t *testing.T) {
	perform(t, onlyPictures, func(s *stage) {
		s.size(130, 40)
		s.press("enter", "k", "k", "o")
		s.sees("▀▀▀▀▀", "like this one")
		gone := s.desk.find(gallery, "like this one")
		gone.Revoked, gone.Text, gone.Media = true, "", nil
		s.desk.change(gallery, "", gone)
		s.idle()
		s.sees("message deleted")
		s.misses("▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀", "like this one")
		s.press("o", "w", "y", "esc")
		s.sees("message deleted")
		s.misses("▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀")
	})
}

func TestPicturesFollowTheTerminal(t *testing.T) {
	perform(t, onlyPictures, func(s *stage) {
		s.size(130, 40)
		s.press("enter")
		had := len(s.m.pictures.made)
		s.update(term.GraphicsMsg{})
		s.idle()
		if n := len(s.m.pictures.made); had == 0 || n != had {
			t.Errorf("%d pictures, %d after the terminal's answer", had, n)
		}
	})
}

// chunk is a piece of a PNG.
func chunk(kind string, data []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, kind...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// hostilePictures are files that are no pictures, or too much of one.
func hostilePictures() map[string][]byte {
	header := func(w, h uint32, depth, kind byte) []byte {
		d := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
		return append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(d, depth, kind, 0, 0, 0))...)
	}
	whole := jpegOf(320, 200)
	return map[string][]byte{
		"empty":               {},
		"a bomb":              append(header(50000, 50000, 8, 2), chunk("IDAT", []byte{0x78, 0x9c})...),
		"sides that overflow": append(header(0x7fffffff, 0x7fffffff, 8, 2), chunk("IDAT", nil)...),
		"no pixels":           header(0, 0, 8, 2),
		"cut short":           whole[:len(whole)/3],
		"only a beginning":    whole[:3],
		"a program":           []byte("MZ\x90\x00\x03 and so on"),
		"a page":              []byte("<html><script>alert(1)</script>"),
		"sequences":           []byte("\x1b]52;c;AAAA\x07\x1b[2J"),
		"a broken webp":       []byte("RIFF\x10\x00\x00\x00WEBPVP8L\x04\x00\x00\x00\x2f\xff\xff\xff"),
		"a large file":        append(bytes.Clone(whole[:200]), make([]byte, pictureBytes)...),
		"noise behind":        append(bytes.Clone(whole[:600]), bytes.Repeat([]byte{0xff, 0xd0}, 5000)...),
	}
}

func TestHostilePicturesLeaveTheLabel(t *testing.T) {
	for name, file := range hostilePictures() {
		t.Run(name, func(t *testing.T) {
			perform(t, func(d *fakeDesk, c *Config) {
				onlyPictures(d, c)
				for k := range d.files {
					d.files[k] = file
				}
			}, func(s *stage) {
				s.size(130, 40)
				s.press("enter")
				if name != "cut short" && name != "noise behind" { // whose beginning may be drawn
					s.misses("▀▀▀▀▀")
				}
				s.sees("photo", "Both are in stock.")
				s.press("k", "k", "k", "o")
				s.sees("esc")
				s.press("esc", "w", "esc")
				reads := s.desk.calls.Load()
				s.press("j", "k", "j", "k")
				if n := s.desk.calls.Load() - reads; n > 4 {
					t.Errorf("%d questions: a file that cannot be drawn is tried again and again", n)
				}
			})
		})
	}
}

// endless gives the beginning of a picture and then never ends.
type endless struct{ r io.Reader }

func (e endless) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	if err == io.EOF {
		return n, nil
	}
	return n, err
}

func TestDecodingEnds(t *testing.T) {
	if _, err := decodePicture(bytes.NewReader(jpegOf(640, 480)), time.Now().Add(-time.Second)); err == nil {
		t.Error("a picture was decoded after its time")
	}
	img, err := decodePicture(bytes.NewReader(pngOf(30, 20)), time.Now().Add(time.Minute))
	if err != nil || img.Bounds().Dx() != 30 {
		t.Errorf("%v %v", img, err)
	}
	if _, err := decodePicture(endless{io.LimitReader(zeros{}, 2*pictureBytes)}, time.Now().Add(time.Minute)); err == nil {
		t.Error("a file without end was read")
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestSafeNames(t *testing.T) {
	for in, want := range map[string]string{
		"rates.pdf":             "rates.pdf",
		"../../etc/passwd":      "_.._etc_passwd",
		`C:\Windows\win.ini`:    "C__Windows_win.ini",
		"-rf":                   "rf",
		"~/.ssh/config":         "_.ssh_config",
		".bashrc":               "bashrc",
		"invoice\u202efdp.exe":  "invoice_fdp.exe",
		"a\x1b]52;c;AAAA\x07b":  "a_]52;c;AAAA_b",
		"what? \"this\" | that": "what_ _this_ _ that",
		"नमस्ते दुनिया.pdf": "नमस्ते दुनिया.pdf",
		"...":                     "",
		"":                        "",
		strings.Repeat("x", 400):  strings.Repeat("x", 180),
		"trailing dots and so. .": "trailing dots and so",
	} {
		if got := safeName(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
		if got := safeName(in); got != filepath.Base(got) && got != "" {
			t.Errorf("%q becomes the path %q", in, got)
		}
	}
}

func TestFileNames(t *testing.T) {
	perform(t, everyKind, func(s *stage) {
		for _, c := range []struct{ kind, name, mime, want string }{
			{"document", "rates.pdf", "application/pdf", "rates.pdf"},
			{"document", "rates.pdf.exe", "application/pdf", "rates.pdf.exe.pdf"},
			{"document", "notes", "text/plain; charset=utf-8", "notes.txt"},
			{"image", "", "image/jpeg", "photo-2026-08-20-090100.jpg"},
			{"image", "a.jpeg", "image/jpeg", "a.jpeg"},
			{"audio", "", "audio/ogg", "audio-2026-08-20-090100.ogg"},
			{"document", "x.bin", "application/octet-stream", "x.bin"},
		} {
			m := filed("09:01", c.kind, "", inbox.MediaView{Name: c.name, MIME: c.mime})
			if got := s.m.fileName(&m); got != c.want {
				t.Errorf("%s %q %s becomes %q, want %q", c.kind, c.name, c.mime, got, c.want)
			}
		}
	})
}

// inFolder tells the tests' desktop what is opened.
func withFiles(dir string, opened *[]string) func(*fakeDesk, *Config) {
	return func(d *fakeDesk, c *Config) {
		everyKind(d, c)
		d.files = map[string][]byte{"file document09:03": []byte("%PDF the rates")}
		c.Browse = func(_ context.Context, what string) error {
			*opened = append(*opened, what)
			return nil
		}
	}
}

func (s *stage) choose(kind string) {
	s.t.Helper()
	s.show(gallery)
	s.press("G")
	for range 20 {
		if m := s.m.talk.selected(); m != nil && m.Type == kind {
			return
		}
		s.press("k")
	}
	s.t.Fatalf("no %s is in the thread", kind)
}

func TestSaveNeverOverwrites(t *testing.T) {
	dir := t.TempDir()
	var opened []string
	perform(t, withFiles(dir, &opened), func(s *stage) {
		s.size(100, 28)
		for _, want := range []string{"rates.pdf", "rates (2).pdf", "rates (3).pdf"} {
			s.choose("document")
			s.press("w")
			s.sees("Save rates.pdf in")
			s.press("ctrl+u")
			s.write(dir)
			s.press("enter")
			s.sees("Saved as")
			b, err := os.ReadFile(filepath.Join(dir, want))
			if err != nil || string(b) != "%PDF the rates" {
				t.Errorf("%s: %q %v", want, b, err)
			}
		}
		s.choose("document")
		s.press("w")
		s.press("ctrl+u")
		s.write(filepath.Join(dir, "nowhere"))
		s.press("enter")
		s.sees("The file was not saved")
		s.choose("audio") // whose file cannot be read
		s.press("w", "ctrl+u")
		s.write(dir)
		s.press("enter")
		s.sees("the file is not here")
		if names, _ := os.ReadDir(dir); len(names) != 3 {
			t.Errorf("the folder holds %v", names)
		}
	})
}

func TestOpenHandsOutACopy(t *testing.T) {
	var opened []string
	perform(t, withFiles("", &opened), func(s *stage) {
		s.size(100, 28)
		s.choose("document")
		s.press("o")
		s.sees("rates.pdf is open")
		if len(opened) != 1 || filepath.Base(opened[0]) != "rates.pdf" {
			t.Fatalf("%q", opened)
		}
		info, err := os.Stat(opened[0])
		if err != nil || info.Mode().Perm() != 0o400 {
			t.Errorf("%v %v", info, err)
		}
		s.press("o")
		if len(opened) != 2 || opened[1] == opened[0] {
			t.Errorf("%q", opened)
		}
		s.choose("location")
		s.press("o")
		if last := opened[len(opened)-1]; last != "https://www.openstreetmap.org/?mlat=15.380000&mlon=73.831400#map=16/15.380000/73.831400" {
			t.Errorf("%q", last)
		}
		s.choose("contacts")
		s.press("o")
		s.sees("no web address")
		s.m.spool.clear()
		if _, err := os.Stat(opened[0]); !os.IsNotExist(err) {
			t.Errorf("a copy outlives the screen: %v", err)
		}
	})
}

func TestOpenWithoutADesktop(t *testing.T) {
	perform(t, everyKind, func(s *stage) {
		s.size(100, 28)
		s.choose("document")
		s.press("o")
		s.sees("It is /srv/media/b2/b2.pdf")
		s.press("y")
		if want := "/srv/media/b2/b2.pdf"; len(s.clips) != 2 || s.clips[0] != want || s.clips[1] != want {
			t.Errorf("%q", s.clips)
		}
	})
}

func TestAMissingFileIsAskedFor(t *testing.T) {
	perform(t, everyKind, func(s *stage) {
		s.size(100, 28)
		for i, key := range []string{"o", "R"} {
			s.choose("video")
			s.press(key)
			s.sees("It is being fetched.")
			if n := len(s.desk.logged("fetch-media")); n != i+1 {
				t.Errorf("%s: %d requests", key, n)
			}
		}
		c := s.desk.logged("fetch-media")[0].(inbox.FetchMedia)
		if c.Thread != gallery || c.Key != "file video09:05" {
			t.Errorf("%+v", c)
		}
	})
}

func TestCaption(t *testing.T) {
	for _, c := range []struct{ kind, name, text, want string }{
		{"image", "", "[image]", ""},
		{"image", "", "look", "look"},
		{"image", "", "[image] and more", "[image] and more"},
		{"document", "a.pdf", "[document] a.pdf", ""},
		{"document", "a.pdf", "[document] b.pdf", "[document] b.pdf"},
		{"audio", "", "[voice message]", ""},
		{"media_placeholder", "", "[media]", ""},
		{"image", "", "[mage]", "[mage]"},
		{"template", "bill.pdf", "[document] bill.pdf\n\nYour bill.\n\nAcme", "Your bill.\n\nAcme"},
		{"template", "bill.pdf", "Your bill.", "Your bill."},
	} {
		if got := caption(&inbox.Message{Type: c.kind, Text: c.text, Media: &inbox.MediaView{Name: c.name}}); got != c.want {
			t.Errorf("%s %q %q: %q, want %q", c.kind, c.name, c.text, got, c.want)
		}
	}
}
