package cloudapi

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"frontdesk/inbox"
)

const (
	jpegHead = "\xff\xd8\xff\xe0\x00\x10JFIF"
	pngHead  = "\x89PNG\r\n\x1a\n"
)

func TestUpload(t *testing.T) {
	picture := []byte(jpegHead + strings.Repeat("pixels", 1000))
	for name, r := range map[string]func() io.Reader{
		"a file":   func() io.Reader { return bytes.NewReader(picture) },
		"a stream": func() io.Reader { return iotest.HalfReader(io.MultiReader(bytes.NewReader(picture))) },
	} {
		g := newGraph(t)
		fails := 1
		g.answer = func(w http.ResponseWriter, r *http.Request) {
			if fails > 0 {
				fails--
				w.WriteHeader(500)
				return
			}
			_, _ = w.Write(apiFixture(t, "media-upload.response"))
		}
		id, kind, err := g.client(t, nil).Upload(t.Context(), ourLine, "../shop/photo \"new\".jpg", r())
		if err != nil || id != "500000000000005" || kind != "image/jpeg" {
			t.Fatalf("%s: %q %q %v", name, id, kind, err)
		}
		if n := len(g.requests()); n != 2 {
			t.Errorf("%s: %d requests, want a second one after the server error", name, n)
		}
		for _, req := range g.requests() {
			if req.path != "/v25.0/200000000000001/media" || req.header.Get("Authorization") == "" {
				t.Errorf("%s: %s", name, req.path)
			}
			_, params, err := mime.ParseMediaType(req.header.Get("Content-Type"))
			if err != nil {
				t.Fatal(err)
			}
			form, err := multipart.NewReader(bytes.NewReader(req.body), params["boundary"]).ReadForm(1 << 20)
			if err != nil {
				t.Fatal(err)
			}
			if form.Value["messaging_product"][0] != "whatsapp" || form.Value["type"][0] != "image/jpeg" {
				t.Errorf("%s: %v", name, form.Value)
			}
			file := form.File["file"][0]
			if file.Filename != `photo "new".jpg` || file.Header.Get("Content-Type") != "image/jpeg" {
				t.Errorf("%s: %v", name, file.Header)
			}
			f, err := file.Open()
			if err != nil {
				t.Fatal(err)
			}
			got, _ := io.ReadAll(f)
			if !bytes.Equal(got, picture) {
				t.Errorf("%s: %d bytes arrived", name, len(got))
			}
		}
	}
}

// zeros is a file of any size that costs no memory.
type zeros struct {
	head string
	size int64
	at   int64
}

func (z *zeros) Read(b []byte) (int, error) {
	if z.at >= z.size {
		return 0, io.EOF
	}
	n := int(min(int64(len(b)), z.size-z.at))
	clear(b[:n])
	if z.at < int64(len(z.head)) {
		copy(b[:n], z.head[z.at:])
	}
	z.at += int64(n)
	return n, nil
}

func (z *zeros) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
		z.at = offset
	case io.SeekEnd:
		z.at = z.size + offset
	}
	return z.at, nil
}

func TestUploadRefusesBeforeSending(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		r    io.Reader
		say  string
	}{
		"empty":          {"a.jpg", strings.NewReader(""), "it is empty"},
		"a program":      {"a.exe", strings.NewReader("MZ\x90\x00\x03"), "does not take"},
		"a page":         {"a.pdf", strings.NewReader("<html><script>"), "does not take"},
		"a zip":          {"a.zip", strings.NewReader("PK\x03\x04rest"), "does not take"},
		"a large image":  {"a.jpg", &zeros{head: jpegHead, size: 5<<20 + 1}, "at most 5 MB for image/jpeg"},
		"a large video":  {"a.mp4", &zeros{head: "\x00\x00\x00\x18ftypmp42", size: 16<<20 + 1}, "at most 16 MB"},
		"a large paper":  {"a.pdf", &zeros{head: "%PDF-1.7", size: 100<<20 + 1}, "at most 100 MB"},
		"a large one":    {"a.webp", &zeros{head: "RIFF\x00\x00\x00\x00WEBPVP8 ", size: 500<<10 + 1}, "at most 500 KB"},
		"an unread file": {"a.jpg", iotest.ErrReader(io.ErrClosedPipe), "cannot be read"},
	} {
		g := newGraph(t)
		_, _, err := g.client(t, nil).Upload(t.Context(), ourLine, c.file, c.r)
		if inbox.KindOf(err) != inbox.Invalid || !strings.Contains(err.Error(), c.say) || len(g.requests()) != 0 {
			t.Errorf("%s: %v, %d requests", name, err, len(g.requests()))
		}
	}
}

func TestSniff(t *testing.T) {
	for _, c := range []struct{ head, name, want string }{
		{jpegHead, "x", "image/jpeg"}, {jpegHead, "x.png", "image/jpeg"}, {pngHead, "x", "image/png"}, {"RIFF\x00\x00\x00\x00WEBPVP8 ", "x", "image/webp"},
		{"GIF89a", "x.jpg", ""}, {"%PDF-1.4", "x", "application/pdf"}, {"\x00\x00\x00\x18ftypmp42", "x", "video/mp4"}, {"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00mp41", "x", "video/mp4"},
		{"\x00\x00\x00\x18ftyp3gp5", "x", "video/3gpp"}, {"\x00\x00\x00\x18ftypM4A ", "x", "audio/mp4"},
		{"OggS\x00", "x", "audio/ogg"}, {"ID3\x03", "x", "audio/mpeg"}, {"\xff\xfb\x90", "x", "audio/mpeg"}, {"\xff\xf1\x50", "x", "audio/aac"}, {"#!AMR\n", "x", "audio/amr"},
		{"PK\x03\x04", "x.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}, {"PK\x03\x04", "x.XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}, {"PK\x03\x04", "x", ""},
		{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "x.xls", "application/vnd.ms-excel"}, {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "x.msi", ""},
		{"plain words", "x.txt", "text/plain"},
	} {
		if got := inbox.Sniff([]byte(c.head), c.name); got != c.want {
			t.Errorf("%q %s: %q, want %q", c.head, c.name, got, c.want)
		}
	}
}

// TestWhatAFailedUploadMeans: what may be repeated is, what holds the whole number does, and the rest is the file's fault.
func TestWhatAFailedUploadMeans(t *testing.T) {
	for name, c := range map[string]struct {
		status  int
		fixture string
		content string
		want    inbox.Result
		code    int
	}{
		"a type that is none":    {400, "error-131053-media", jpegHead, inbox.ResultUnfit, 131053},
		"a token that is over":   {401, "error-190-expired", jpegHead, inbox.ResultRejectedAuth, 190},
		"a server out of order":  {500, "", jpegHead, inbox.ResultNotUploaded, CodeNoAnswer},
		"a file that is no file": {0, "", "MZ\x90\x00\x03", inbox.ResultUnfit, CodeUnsendable},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGraph(t)
			g.answer = func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				if c.fixture != "" {
					_, _ = w.Write(apiFixture(t, c.fixture))
				}
			}
			client := g.client(t, nil)
			client.wait = func(context.Context, time.Duration) error { return nil }
			_, _, err := client.Upload(t.Context(), ourLine, "a.jpg", strings.NewReader(c.content))
			var u *inbox.UploadError
			if !errors.As(err, &u) || u.Result != c.want || u.Failure == nil || u.Failure.Code != c.code || u.Failure.Title == "" {
				t.Errorf("%v: %+v", err, u)
			}
		})
	}
}
