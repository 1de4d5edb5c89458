package cloudapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"path/filepath"
	"strings"

	"frontdesk/inbox"
)

// uploadKind is a kind of file that WhatsApp takes, with its largest size (cloud-api 4.2).
type uploadKind struct {
	word string
	most int64
}

const megabyte = 1 << 20

var (
	imageKind    = uploadKind{"an image", 5 * megabyte}
	stickerKind  = uploadKind{"a sticker", 500 << 10}
	videoKind    = uploadKind{"a video", 16 * megabyte}
	audioKind    = uploadKind{"an audio file", 16 * megabyte}
	documentKind = uploadKind{"a document", 100 * megabyte}
)

// uploadKinds are the types of cloud-api 4.2.
var uploadKinds = map[string]uploadKind{
	"image/jpeg": imageKind, "image/png": imageKind, "image/webp": stickerKind,
	"video/mp4": videoKind, "video/3gpp": videoKind,
	"audio/aac": audioKind, "audio/amr": audioKind, "audio/mpeg": audioKind, "audio/mp4": audioKind, "audio/ogg": audioKind,
	"text/plain": documentKind, "application/pdf": documentKind,
	"application/msword": documentKind, "application/vnd.ms-excel": documentKind, "application/vnd.ms-powerpoint": documentKind,
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   documentKind,
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         documentKind,
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": documentKind,
}

// Office files are told apart by their ending: inside, the old ones are all of one container, and the new ones zip.
var (
	oldOffice = map[string]string{".doc": "application/msword", ".xls": "application/vnd.ms-excel", ".ppt": "application/vnd.ms-powerpoint"}
	newOffice = map[string]string{
		".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	}
)

// sniff tells the type from the first bytes, "" for none that WhatsApp takes. The name only decides where the bytes
// cannot.
func sniff(head []byte, name string) string {
	ext := strings.ToLower(filepath.Ext(name))
	has := func(at int, magic string) bool { return len(head) >= at && bytes.HasPrefix(head[at:], []byte(magic)) }
	switch {
	case has(0, "#!AMR"):
		return "audio/amr"
	case has(4, "ftyp3g"):
		return "video/3gpp"
	case has(4, "ftypM4A"):
		return "audio/mp4"
	case has(4, "ftypisom"), has(4, "ftypiso2"), has(4, "ftypmp4"), has(4, "ftypavc1"), has(4, "ftypM4V"):
		return "video/mp4"
	case has(0, "\xff\xf1"), has(0, "\xff\xf9"):
		return "audio/aac"
	case has(0, "\xff\xfb"), has(0, "\xff\xf3"), has(0, "\xff\xf2"):
		return "audio/mpeg"
	case has(0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
		return oldOffice[ext]
	case has(0, "PK\x03\x04"):
		return newOffice[ext]
	}
	kind, _, _ := strings.Cut(http.DetectContentType(head), ";")
	if kind == "application/ogg" {
		kind = "audio/ogg"
	}
	if _, ok := uploadKinds[kind]; !ok {
		return ""
	}
	return kind
}

// Upload implements inbox.Gateway: it looks at the type and the size, then uploads (cloud-api 4.1). A reader that can
// seek is streamed and may be tried again; another is read into memory first. What WhatsApp would refuse is refused
// here, before a byte leaves, with the reason.
func (c *Client) Upload(ctx context.Context, line inbox.LineID, name string, r io.Reader) (id, mime string, err error) {
	name = fileName(name)
	if name == "" {
		name = "file"
	}
	doing := uploading(name)
	src, size, err := seekable(r)
	if err != nil {
		return "", "", unfit(doing, "it cannot be read", "check the file", err)
	}
	head := make([]byte, 512)
	n, err := io.ReadFull(src, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", "", unfit(doing, "it cannot be read", "check the file", err)
	}
	if size == 0 {
		return "", "", unfit(doing, "it is empty", "choose another file", nil)
	}
	mime = sniff(head[:n], name)
	kind, ok := uploadKinds[mime]
	if !ok {
		return "", "", unfit(doing, "WhatsApp does not take this kind of file", "send it as JPEG, PNG, MP4, PDF, text or an Office document", nil)
	}
	if size > kind.most {
		return "", "", unfit(doing, fmt.Sprintf("it has %s and WhatsApp takes at most %s for %s", megabytes(size), megabytes(kind.most), kind.word), "make it smaller", nil)
	}
	front, back, contentType, err := uploadForm(name, mime)
	if err != nil {
		return "", "", unfit(doing, "it cannot be sent", "choose another name", err)
	}
	a, err := c.again(ctx, "POST "+string(line)+"/media", func(ctx context.Context) (answer, error) {
		if _, err := src.Seek(0, io.SeekStart); err != nil {
			return answer{}, permanent{err}
		}
		body := io.MultiReader(bytes.NewReader(front), io.LimitReader(src, size), bytes.NewReader(back))
		req, err := c.request(ctx, http.MethodPost, c.node(string(line), "media"), contentType, body, int64(len(front)+len(back))+size)
		if err != nil {
			return answer{}, permanent{err}
		}
		return c.roundTrip(req)
	}, c.uploading)
	if err != nil {
		return "", "", explained(doing, err)
	}
	var done struct {
		ID text `json:"id"`
	}
	if json.Unmarshal(a.body, &done) != nil || done.ID == "" {
		return "", "", explained(doing, oddAnswer("WhatsApp answered without a media id"))
	}
	c.log.Info("file uploaded", "line", line, "mime", mime, "bytes", size)
	return string(done.ID), mime, nil
}

// seekable gives the reader's size from its start, reading it into memory when it cannot seek. One byte beyond the
// largest limit is enough to refuse it.
func seekable(r io.Reader) (io.ReadSeeker, int64, error) {
	if s, ok := r.(io.ReadSeeker); ok {
		if size, err := s.Seek(0, io.SeekEnd); err == nil {
			_, err = s.Seek(0, io.SeekStart)
			return s, size, err
		}
	}
	b, err := io.ReadAll(io.LimitReader(r, documentKind.most+1))
	return bytes.NewReader(b), int64(len(b)), err
}

// uploadForm spells the multipart form around the file, so that its length is known before.
func uploadForm(name, mime string) (front, back []byte, contentType string, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := errors.Join(w.WriteField("messaging_product", product), w.WriteField("type", mime)); err != nil {
		return nil, nil, "", err
	}
	h := textproto.MIMEHeader{}
	h.Set("Content-Disposition", multipart.FileContentDisposition("file", name))
	h.Set("Content-Type", mime)
	if _, err := w.CreatePart(h); err != nil {
		return nil, nil, "", err
	}
	front = bytes.Clone(b.Bytes())
	b.Reset()
	if err := w.Close(); err != nil {
		return nil, nil, "", err
	}
	return front, b.Bytes(), w.FormDataContentType(), nil
}

func unfit(doing doing, why, next string, err error) error { return doing(why, next).Because(err) }

func megabytes(n int64) string {
	if n < megabyte {
		return amount(float64(n)/1024) + " KB"
	}
	return amount(float64(n)/megabyte) + " MB"
}
