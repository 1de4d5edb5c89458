package attach

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"frontdesk/inbox"
)

// Files do not travel in frames: they are fetched beside the stream, over the same socket and under the same name. They
// go by their message, not by their hash, so that the file of a deleted message is gone for everybody at once.

// fileQuiet ends the reading of a file at whose other end nothing moves any more.
const fileQuiet = 10 * time.Second

func serveFile(w http.ResponseWriter, r *http.Request, desk inbox.Desk) {
	f, err := desk.File(r.Context(), r.URL.Query().Get("key"))
	if err != nil {
		var e *inbox.Error
		if !errors.As(err, &e) {
			e = inbox.Refusal("file-internal")
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusNotFound)
		_ = json.NewEncoder(w).Encode(e)
		return
	}
	defer f.Close()
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = io.Copy(&patient{w, http.NewResponseController(w)}, f) // a reader who goes away ends it
}

// patient writes to a reader who takes something now and then.
type patient struct {
	w io.Writer
	c *http.ResponseController
}

func (p *patient) Write(b []byte) (int, error) {
	_ = p.c.SetWriteDeadline(time.Now().Add(fileQuiet))
	return p.w.Write(b)
}

// File implements inbox.Desk.
func (d *Desk) File(ctx context.Context, key string) (io.ReadCloser, error) {
	if d.ctx.Err() != nil {
		return nil, inbox.Refusal("desk-closed")
	}
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(d.ctx, cancel)
	end := func() { stop(); cancel() }
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://owner/media?"+url.Values{"key": {key}}.Encode(), nil)
	if err != nil {
		end()
		return nil, &inbox.Error{Kind: inbox.Invalid, Text: "that is no message", Err: err}
	}
	req.Header.Set(agentHeader, string(d.opt.Agent))
	once := &http.Transport{
		DisableKeepAlives: true,
		DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return d.dial(ctx) },
	}
	resp, err := once.RoundTrip(req)
	if err != nil {
		end()
		return nil, inbox.Refusal("owner-unreachable").Because(err)
	}
	if resp.StatusCode == http.StatusOK {
		return &remoteFile{resp.Body, end}, nil
	}
	defer end()
	defer resp.Body.Close()
	e := inbox.Error{Kind: inbox.Unreachable, Text: fmt.Sprintf("the owner answers %d", resp.StatusCode), Next: "upgrade both ends to the same version"}
	_ = json.NewDecoder(io.LimitReader(resp.Body, 64<<10)).Decode(&e) // an older owner answers in words
	return nil, &e
}

type remoteFile struct {
	io.ReadCloser
	end func()
}

func (f *remoteFile) Close() error {
	defer f.end()
	return f.ReadCloser.Close()
}
