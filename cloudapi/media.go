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

	"frontdesk/inbox"
)

const megabyte = 1 << 20

// Upload implements inbox.Gateway: it looks at the type and the size, then uploads (cloud-api 4.1). A reader that can
// seek is streamed and may be tried again; another is read into memory first. What WhatsApp would refuse is refused
// here, before a byte leaves, with the reason. Its errors are *inbox.UploadError.
func (c *Client) Upload(ctx context.Context, line inbox.LineID, name string, r io.Reader) (id, mime string, err error) {
	id, mime, err = c.upload(ctx, line, name, r)
	if err != nil {
		err = uploadError(err)
	}
	return id, mime, err
}

func (c *Client) upload(ctx context.Context, line inbox.LineID, name string, r io.Reader) (id, mime string, err error) {
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
	mime = inbox.Sniff(head[:n], name)
	most := inbox.SendLimit(mime)
	if most == 0 {
		return "", "", unfit(doing, "WhatsApp does not take this kind of file", "send it as JPEG, PNG, MP4, PDF, text or an Office document", nil)
	}
	if size > most {
		return "", "", unfit(doing, fmt.Sprintf("it has %s and WhatsApp takes at most %s for %s", megabytes(size), megabytes(most), mime), "make it smaller", nil)
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
		req, err := c.request(ctx, http.MethodPost, c.edge(line, "media"), contentType, body, int64(len(front)+len(back))+size)
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

// uploadMost is the largest file that WhatsApp takes.
const uploadMost = 100 * megabyte

// uploadError says what an upload that did not work out means for the message that it is for. Repeating an upload does
// no harm: what is not certain is tried again.
func uploadError(err error) error {
	u := &inbox.UploadError{Result: inbox.ResultNotUploaded, Err: err}
	title := func(code int, detail string) {
		words, _ := Explain(code, 0)
		u.Failure = &inbox.Failure{Code: code, Title: words, Detail: detail}
	}
	api, answered := errors.AsType[*APIError](err)
	_, odd := errors.AsType[oddAnswer](err)
	switch {
	case answered:
		u.Failure, u.RetryAfter = api.failure(), api.retryAfter
		switch r := outcomeOf(api); r {
		case inbox.ResultThrottled, inbox.ResultRejectedAuth, inbox.ResultRejectedAccount:
			u.Result = r
		case inbox.ResultUnknown, inbox.ResultNotSent, inbox.ResultThrottledThread:
		default:
			u.Result = inbox.ResultUnfit
		}
	case inbox.KindOf(err) == inbox.Invalid && !odd:
		u.Result = inbox.ResultUnfit
		e, _ := errors.AsType[*inbox.Error](err)
		title(CodeUnsendable, e.With["why"])
	default:
		title(CodeNotUploaded, bounded(err.Error()))
	}
	return u
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
	b, err := io.ReadAll(io.LimitReader(r, uploadMost+1))
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
