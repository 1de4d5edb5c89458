package cloudapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"frontdesk/inbox"
)

const (
	// stalled ends a download from which nothing came for so long.
	stalled = 30 * time.Second
	// hops is how many redirects on one host a download follows.
	hops = 3
)

// Fetch implements inbox.Gateway. The address of a media id lives for five minutes (cloud-api 4.1), so each fetch asks
// for one, and once more when that one is dead already. The token goes to allowed hosts only, and no redirect is
// followed to another host.
func (c *Client) Fetch(ctx context.Context, line inbox.LineID, id string, most int64, w io.Writer) (inbox.Fetched, error) {
	ctx, cancel := context.WithTimeout(ctx, c.uploading)
	defer cancel()
	for try := 0; ; try++ {
		if wait := c.via.fetchPause(c); wait > 0 {
			return inbox.Fetched{}, &inbox.FetchError{Kind: inbox.FetchHeld, After: wait, Err: errors.New("too many files could not be had within an hour")}
		}
		at, got, err := c.whereFile(ctx, line, id)
		if err != nil {
			return got, err
		}
		if got.Bytes > most {
			return got, &inbox.FetchError{Kind: inbox.FetchLarge, Bytes: got.Bytes, Err: fmt.Errorf("it has %s", megabytes(got.Bytes))}
		}
		got, err = c.download(ctx, at, got, most, w)
		if errors.Is(err, errDeadAddress) && try == 0 {
			continue
		}
		if errors.Is(err, errDeadAddress) {
			err = broken(errors.New("WhatsApp names an address at which there is nothing"))
		}
		return got, err
	}
}

// whereFile asks for the address of a media id and what is said of the file.
func (c *Client) whereFile(ctx context.Context, line inbox.LineID, id string) (*url.URL, inbox.Fetched, error) {
	u := c.via.media(c, line, id)
	var m struct {
		URL    text `json:"url"`
		MIME   text `json:"mime_type"`
		SHA256 text `json:"sha256"`
		Size   text `json:"file_size"`
	}
	if _, err := c.read(ctx, u, &m); err != nil {
		if api, ok := errors.AsType[*APIError](err); ok && api.Status >= 400 {
			c.via.fetchFailed(c)
		}
		return nil, inbox.Fetched{}, fetchError(err)
	}
	got := inbox.Fetched{MIME: inbox.Clean(cut(string(m.MIME), 120)), SHA256: hexSum(string(m.SHA256)), Bytes: m.Size.unix()}
	at, err := url.Parse(string(m.URL))
	if err != nil || at.Host == "" {
		return nil, got, broken(errors.New("WhatsApp names no address for the file"))
	}
	return c.via.file(c, at), got, nil
}

var errDeadAddress = errors.New("the address is dead")

// download takes the file from its address.
func (c *Client) download(ctx context.Context, at *url.URL, said inbox.Fetched, most int64, w io.Writer) (inbox.Fetched, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	quiet := time.AfterFunc(stalled, cancel)
	defer quiet.Stop()
	resp, err := c.follow(ctx, at)
	if err != nil {
		return said, err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 400 {
		c.via.fetchFailed(c)
	}
	switch {
	case resp.StatusCode == http.StatusNotFound, resp.StatusCode == http.StatusGone:
		return said, errDeadAddress
	case resp.StatusCode == http.StatusTooManyRequests, resp.StatusCode == http.StatusUnauthorized, resp.StatusCode == http.StatusForbidden:
		return said, &inbox.FetchError{Kind: inbox.FetchHeld, After: retryAfter(resp.Header), Err: fmt.Errorf("the media host refuses (HTTP %d)", resp.StatusCode)}
	case resp.StatusCode != http.StatusOK:
		return said, broken(fmt.Errorf("the media host answers HTTP %d", resp.StatusCode))
	case resp.ContentLength > most:
		return said, &inbox.FetchError{Kind: inbox.FetchLarge, Bytes: resp.ContentLength, Err: fmt.Errorf("it has %s", megabytes(resp.ContentLength))}
	}
	in := &heard{r: resp.Body, quiet: quiet}
	var head headOf
	n, err := io.Copy(io.MultiWriter(w, &head), io.LimitReader(in, most+1))
	switch {
	case in.err != nil && !errors.Is(in.err, io.EOF):
		return said, broken(withoutURL(in.err))
	case err != nil:
		return said, err // of w, which knows what to say
	case n > most:
		return said, &inbox.FetchError{Kind: inbox.FetchLarge, Err: fmt.Errorf("it has more than %s", megabytes(most))}
	case said.Bytes > 0 && n != said.Bytes:
		return said, odd(fmt.Errorf("%d bytes came and %d were announced", n, said.Bytes))
	case n == 0:
		return said, odd(errors.New("it is empty"))
	}
	said.Bytes = n
	if said.MIME, err = agreedType(head.b, said.MIME); err != nil {
		return said, err
	}
	return said, nil
}

// follow gets an address, over redirects on its own host.
func (c *Client) follow(ctx context.Context, at *url.URL) (*http.Response, error) {
	for range hops {
		req, err := c.downloadRequest(ctx, at)
		if err != nil {
			return nil, &inbox.FetchError{Kind: inbox.FetchStray, Err: err}
		}
		c.freshConnections()
		resp, err := c.http.Do(req)
		if err != nil {
			return nil, broken(withoutURL(err))
		}
		if resp.StatusCode < 300 || resp.StatusCode > 399 {
			return resp, nil
		}
		_ = resp.Body.Close()
		next, err := resp.Location()
		if err != nil {
			return nil, broken(errors.New("the media host points to nowhere"))
		}
		if next.Scheme != at.Scheme || !strings.EqualFold(next.Host, at.Host) {
			return nil, &inbox.FetchError{Kind: inbox.FetchStray, Err: fmt.Errorf("the file was moved to %s, another host, to which the access token is not sent", next.Hostname())}
		}
		at = next
	}
	return nil, broken(errors.New("the media host points in circles"))
}

// downloadRequest carries the token and nothing that belongs to the graph alone.
func (c *Client) downloadRequest(ctx context.Context, at *url.URL) (*http.Request, error) {
	if err := c.mayGetToken(at); err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, errors.New("the file's address is not valid")
	}
	c.prove(req, c.token())
	return req, nil
}

// heard puts off the end of a silence with every byte, and keeps what reading ended with.
type heard struct {
	r     io.Reader
	quiet *time.Timer
	err   error
}

func (h *heard) Read(p []byte) (int, error) {
	n, err := h.r.Read(p)
	if n > 0 {
		h.quiet.Reset(stalled)
	}
	if err != nil {
		h.err = err
	}
	return n, err
}

// headOf keeps the first bytes that pass, as many as tell a type.
type headOf struct{ b []byte }

func (h *headOf) Write(p []byte) (int, error) {
	h.b = append(h.b, p[:min(len(p), 512-len(h.b))]...)
	return len(p), nil
}

// agreedType is the type by the first bytes, or as announced where those do not tell. A picture, sound or film that
// begins like something else is refused: programs that open it would be led astray.
func agreedType(head []byte, said string) (string, error) {
	bare, _, _ := strings.Cut(said, ";")
	bare = strings.ToLower(strings.TrimSpace(bare))
	family, _, _ := strings.Cut(bare, "/")
	found := inbox.Sniff(head, "")
	seen, _, _ := strings.Cut(found, "/")
	switch {
	case family == "image" && seen != "image",
		family == "video" && seen != "video" && found != "audio/mp4",
		family == "audio" && found != "" && seen != "audio" && found != "video/mp4" && found != "video/3gpp",
		family == "audio" && found == "" && (bytes.HasPrefix(head, []byte("MZ")) || looksLikeText(head)):
		return said, odd(fmt.Errorf("it was announced as %s and is not", bare))
	case found == "" || family == "audio" || family == "video":
		return bare, nil // sounds and films share containers: what was announced says it better
	case found == "text/plain" && bare != "":
		return bare, nil // whatever has no sign of its own looks like text: csv, vcf, json
	}
	return found, nil
}

// looksLikeText reports a beginning without a control character.
func looksLikeText(head []byte) bool {
	return len(head) > 0 && strings.HasPrefix(http.DetectContentType(head), "text/")
}

func broken(err error) error { return &inbox.FetchError{Kind: inbox.FetchBroken, Err: err} }
func odd(err error) error    { return &inbox.FetchError{Kind: inbox.FetchOdd, Err: err} }

// fetchError says what an error of the graph means for a file.
func fetchError(err error) error {
	if never, ok := errors.AsType[permanent](err); ok {
		return &inbox.FetchError{Kind: inbox.FetchStray, Err: never}
	}
	api, ok := errors.AsType[*APIError](err)
	if !ok {
		return broken(errors.New(bounded(plainly(err))))
	}
	kind := inbox.FetchBroken
	switch {
	case api.Code == 100 && api.Subcode == 33, api.Status == http.StatusNotFound: // 100/33: the id is not known any more (cloud-api 9.2)
		kind = inbox.FetchGone
	case outcomeOf(api) == inbox.ResultThrottled, outcomeOf(api) == inbox.ResultRejectedAuth, outcomeOf(api) == inbox.ResultRejectedAccount:
		kind = inbox.FetchHeld
	}
	return &inbox.FetchError{Kind: kind, After: api.retryAfter, Err: api}
}
