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
	"sync"
	"time"

	"frontdesk/inbox"
)

// Files do not travel in frames: they go beside the stream, over the same socket and under the same name, as fast as the
// other end takes them and with no more of them in memory than one piece. Those of messages go by their message, not by
// their hash, so that the file of a deleted message is gone for everybody at once.

// fileQuiet ends the reading of a file at whose other end nothing moves any more.
const fileQuiet = 10 * time.Second

func serveFile(w http.ResponseWriter, r *http.Request, desk inbox.Desk) {
	f, err := desk.File(r.Context(), r.URL.Query().Get("key"))
	if err != nil {
		refuse(w, http.StatusNotFound, err)
		return
	}
	defer f.Close()
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = io.Copy(&patient{w, http.NewResponseController(w)}, f) // a reader who goes away ends it
}

// takeFile takes a file that is to be sent.
func takeFile(w http.ResponseWriter, r *http.Request, desk inbox.Desk) {
	q, c := r.URL.Query(), http.NewResponseController(w)
	f, err := desk.KeepFile(r.Context(), q.Get("name"), q.Get("as"), &brisk{r.Body, c})
	_ = c.SetReadDeadline(time.Time{})
	if err != nil {
		refuse(w, http.StatusUnprocessableEntity, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(f)
}

// refuse answers an error of a desk.
func refuse(w http.ResponseWriter, status int, err error) {
	var e *inbox.Error
	if !errors.As(err, &e) {
		e = inbox.Refusal("file-internal")
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(e)
}

// brisk reads from a writer who sends something now and then.
type brisk struct {
	r io.Reader
	c *http.ResponseController
}

func (b *brisk) Read(p []byte) (int, error) {
	_ = b.c.SetReadDeadline(time.Now().Add(fileQuiet))
	return b.r.Read(p)
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
	resp, end, err := d.beside(ctx, http.MethodGet, url.Values{"key": {key}}, nil)
	if err != nil {
		return nil, err
	}
	return &remoteFile{resp.Body, end}, nil
}

// KeepFile implements inbox.Desk.
func (d *Desk) KeepFile(ctx context.Context, name, as string, r io.Reader) (f inbox.OutFile, err error) {
	// The reader is the caller's to close, and theirs again once this has answered.
	body := &lent{r: r}
	resp, end, err := d.beside(ctx, http.MethodPost, url.Values{"name": {name}, "as": {as}}, body)
	body.back()
	if err != nil {
		return f, err
	}
	defer end()
	defer resp.Body.Close()
	if err := json.NewDecoder(io.LimitReader(resp.Body, 64<<10)).Decode(&f); err != nil {
		return f, inbox.Refusal("owner-other").Because(err)
	}
	return f, nil
}

// lent is a reader that is given back: nothing reads it any more then.
type lent struct {
	mu   sync.Mutex
	r    io.Reader
	gone bool
}

func (l *lent) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.gone {
		return 0, io.ErrClosedPipe
	}
	return l.r.Read(p)
}

func (l *lent) back() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gone = true
}

// beside asks about a file over a connection of its own. end lets go of it; an error is the desk's.
func (d *Desk) beside(ctx context.Context, method string, q url.Values, body io.Reader) (_ *http.Response, end func(), err error) {
	if d.ctx.Err() != nil {
		return nil, nil, inbox.Refusal("desk-closed")
	}
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(d.ctx, cancel)
	end = func() { stop(); cancel() }
	req, err := http.NewRequestWithContext(ctx, method, "http://owner/media?"+q.Encode(), body)
	if err != nil {
		end()
		return nil, nil, &inbox.Error{Kind: inbox.Invalid, Text: "that is no message", Err: err}
	}
	req.Header.Set(agentHeader, string(d.opt.Agent))
	if body != nil {
		req.Header.Set("Expect", "100-continue") // what may not be sent is refused before it is on its way
	}
	once := &http.Transport{
		DisableKeepAlives: true, ExpectContinueTimeout: fileQuiet,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return d.dial(ctx) },
	}
	resp, err := once.RoundTrip(req)
	if err != nil {
		end()
		return nil, nil, inbox.Refusal("owner-unreachable").Because(err)
	}
	if resp.StatusCode == http.StatusOK {
		return resp, end, nil
	}
	defer end()
	defer resp.Body.Close()
	e := inbox.Error{Kind: inbox.Unreachable, Text: fmt.Sprintf("the owner answers %d", resp.StatusCode), Next: "upgrade both ends to the same version"}
	_ = json.NewDecoder(io.LimitReader(resp.Body, 64<<10)).Decode(&e) // an older owner answers in words
	return nil, nil, &e
}

type remoteFile struct {
	io.ReadCloser
	end func()
}

func (f *remoteFile) Close() error {
	defer f.end()
	return f.ReadCloser.Close()
}
