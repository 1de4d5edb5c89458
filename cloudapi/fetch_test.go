package cloudapi

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/inbox"
)

// liar is a media server that does what a case says.
type liar struct {
	graph *graph
	// where answers GET /{id}; file answers the address, the nth time it is asked.
	where func(w http.ResponseWriter, url string)
	file  func(w http.ResponseWriter, r *http.Request, n int)
	asked atomic.Int32
}

func newLiar(t *testing.T) *liar {
	l := &liar{graph: newGraph(t)}
	l.where = func(w http.ResponseWriter, url string) {
		fmt.Fprintf(w, `{"url":%q,"mime_type":"image/jpeg","sha256":%q,"file_size":%d,"id":"500"}`, url, sumOf(photo), len(photo))
	}
	l.file = func(w http.ResponseWriter, _ *http.Request, _ int) { _, _ = w.Write(photo) }
	l.graph.answer = func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/v25.0/"):
			l.where(w, l.graph.server.URL+"/whatsapp_business/attachments/?mid=500")
		default:
			l.file(w, r, int(l.asked.Add(1)))
		}
	}
	return l
}

var photo = []byte(jpegHead + strings.Repeat("pixels", 1000))

func sumOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func TestFetch(t *testing.T) {
	l := newLiar(t)
	var b bytes.Buffer
	got, err := l.graph.client(t, nil).Fetch(t.Context(), ourLine, "500", 1<<20, &b)
	if err != nil || !bytes.Equal(b.Bytes(), photo) || got != (inbox.Fetched{MIME: "image/jpeg", SHA256: sumOf(photo), Bytes: int64(len(photo))}) {
		t.Fatalf("%+v %v", got, err)
	}
	asked := l.graph.requests()
	if len(asked) != 2 || asked[0].path != "/v25.0/500" || asked[0].query.Get("phone_number_id") != string(ourLine) {
		t.Fatalf("%+v", asked)
	}
	for _, a := range asked {
		if a.header.Get("Authorization") != "Bearer "+accessToken || a.header.Get("User-Agent") != userAgent {
			t.Errorf("%s: %v", a.path, a.header)
		}
	}
}

// TestFetchFromALiar is a media server that lies (issue 4): none of it is taken, and the token stays where it may go.
func TestFetchFromALiar(t *testing.T) {
	var strayed []string
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		strayed = append(strayed, r.Header.Get("Authorization"))
	}))
	t.Cleanup(elsewhere.Close)
	said := func(format string, args ...any) func(http.ResponseWriter, string) {
		return func(w http.ResponseWriter, url string) {
			fmt.Fprintf(w, strings.ReplaceAll(format, "URL", url), args...)
		}
	}
	serve := func(b string) func(http.ResponseWriter, *http.Request, int) {
		return func(w http.ResponseWriter, _ *http.Request, _ int) { _, _ = w.Write([]byte(b)) }
	}
	status := func(code int) func(http.ResponseWriter, *http.Request, int) {
		return func(w http.ResponseWriter, _ *http.Request, _ int) { w.WriteHeader(code) }
	}
	to := func(url string) func(http.ResponseWriter, *http.Request, int) {
		return func(w http.ResponseWriter, r *http.Request, _ int) { http.Redirect(w, r, url, http.StatusFound) }
	}
	for _, c := range []struct {
		name  string
		where func(http.ResponseWriter, string)
		file  func(http.ResponseWriter, *http.Request, int)
		most  int64
		want  inbox.FetchKind // "" for success
		taken bool            // bytes may have been written
	}{
		{name: "an address that died, then one that lives", file: func(w http.ResponseWriter, _ *http.Request, n int) {
			if n == 1 {
				w.WriteHeader(404)
				return
			}
			_, _ = w.Write(photo)
		}},
		{name: "addresses that are dead", file: status(404), want: inbox.FetchBroken},
		{name: "more than announced", file: serve(string(photo) + "more"), want: inbox.FetchOdd, taken: true},
		{name: "less than announced", file: serve(string(photo[:100])), want: inbox.FetchOdd, taken: true},
		{name: "nothing", where: said(`{"url":"URL","mime_type":"image/jpeg"}`), file: serve(""), want: inbox.FetchOdd},
		{name: "nothing of a type that nobody can tell", where: said(`{"url":"URL","mime_type":"application/x-unknown"}`), file: serve(""), want: inbox.FetchOdd},
		{name: "a page instead of a picture", where: said(`{"url":"URL","mime_type":"image/jpeg"}`), file: serve("<html><body>log in</body></html>"), want: inbox.FetchOdd, taken: true},
		{name: "a program instead of a voice note", where: said(`{"url":"URL","mime_type":"audio/ogg; codecs=opus"}`), file: serve("MZ\x90\x00\x03"), want: inbox.FetchOdd, taken: true},
		{name: "too large by its own word", most: 100, want: inbox.FetchLarge},
		{name: "too large by the header", where: said(`{"url":"URL","mime_type":"image/jpeg"}`), most: 100, file: func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Content-Length", fmt.Sprint(len(photo)))
			_, _ = w.Write(photo)
		}, want: inbox.FetchLarge},
		{name: "too large without a word", where: said(`{"url":"URL","mime_type":"image/jpeg"}`), most: 100, file: func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.(http.Flusher).Flush() // chunked: no length is told
			_, _ = w.Write(photo)
		}, want: inbox.FetchLarge, taken: true},
		{name: "cut off", file: func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Content-Length", fmt.Sprint(len(photo)))
			_, _ = w.Write(photo[:500])
			panic(http.ErrAbortHandler)
		}, want: inbox.FetchBroken, taken: true},
		{name: "an address on a host that was not named", where: said(`{"url":"https://evil.example/x","mime_type":"image/jpeg"}`), want: inbox.FetchStray},
		{name: "an address in the clear", where: said(`{"url":"http://lookaside.fbsbx.com/x","mime_type":"image/jpeg"}`), want: inbox.FetchStray},
		{name: "no address", where: said(`{"mime_type":"image/jpeg"}`), want: inbox.FetchBroken},
		{name: "a redirect to another host", file: to(elsewhere.URL + "/x"), want: inbox.FetchStray},
		{name: "a redirect on the same host", file: func(w http.ResponseWriter, r *http.Request, n int) {
			if n == 1 {
				http.Redirect(w, r, "/moved", http.StatusFound)
				return
			}
			_, _ = w.Write(photo)
		}},
		{name: "redirects without end", file: to("/again"), want: inbox.FetchBroken},
		{name: "refused", file: status(403), want: inbox.FetchHeld},
		{name: "too often", file: status(429), want: inbox.FetchHeld},
		{name: "out of order", file: status(500), want: inbox.FetchBroken},
		{name: "an id that is gone", where: func(w http.ResponseWriter, _ string) {
			w.WriteHeader(400)
			_, _ = w.Write(apiFixture(t, "error-100-33-object"))
		}, want: inbox.FetchGone},
		{name: "a token that is refused", where: func(w http.ResponseWriter, _ string) {
			w.WriteHeader(401)
			_, _ = w.Write(apiFixture(t, "error-190-expired"))
		}, want: inbox.FetchHeld},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLiar(t)
			if c.where != nil {
				l.where = c.where
			}
			if c.file != nil {
				l.file = c.file
			}
			if c.most == 0 {
				c.most = 1 << 20
			}
			var b bytes.Buffer
			allowed := func(cfg *ClientConfig) { cfg.Hosts = []string{"127.0.0.1"} } // whatever its port: no redirect is followed there either
			got, err := l.graph.client(t, allowed).Fetch(t.Context(), ourLine, "500", c.most, &b)
			if c.want == "" {
				if err != nil || !bytes.Equal(b.Bytes(), photo) || got.Bytes != int64(len(photo)) {
					t.Fatalf("%+v %v", got, err)
				}
				return
			}
			fe, ok := err.(*inbox.FetchError)
			if !ok || fe.Kind != c.want {
				t.Fatalf("%v (%T), want the kind %q", err, err, c.want)
			}
			if n := int(l.asked.Load()); n > hops {
				t.Errorf("the media host was asked %d times", n)
			}
			if !c.taken && b.Len() > 0 {
				t.Errorf("%d bytes were taken", b.Len())
			}
			if int64(b.Len()) > c.most+1 {
				t.Errorf("%d bytes were taken, %d may be", b.Len(), c.most)
			}
			if strings.Contains(err.Error(), "mid=500") || strings.Contains(err.Error(), accessToken) {
				t.Errorf("the error tells the address: %v", err)
			}
		})
	}
	if len(strayed) > 0 {
		t.Errorf("another host was asked, with %q", strayed)
	}
}

// slowTrip serves a body that comes to a halt.
type slowTrip struct{ where []byte }

func (s slowTrip) RoundTrip(r *http.Request) (*http.Response, error) {
	resp := &http.Response{StatusCode: 200, Header: http.Header{}, Request: r, ContentLength: -1}
	if strings.Contains(r.URL.Path, "/v25.0/") {
		resp.Body = readCloser{bytes.NewReader(s.where)}
	} else {
		resp.Body = readCloser{&halting{ctx: r.Context(), left: 3}}
	}
	return resp, nil
}

func TestASlowFileIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTestClient(t, "http://127.0.0.1:1", nil)
		c.http.Transport = slowTrip{[]byte(`{"url":"http://127.0.0.1:1/x","mime_type":"image/jpeg"}`)}
		began := time.Now()
		_, err := c.Fetch(t.Context(), ourLine, "500", 1<<20, &bytes.Buffer{})
		if fe, ok := err.(*inbox.FetchError); !ok || fe.Kind != inbox.FetchBroken {
			t.Fatalf("%v", err)
		}
		if took := time.Since(began); took != 3*20*time.Second+stalled {
			t.Errorf("it was given up after %v", took)
		}
	})
}

type readCloser struct {
	r interface{ Read([]byte) (int, error) }
}

func (r readCloser) Read(p []byte) (int, error) { return r.r.Read(p) }
func (readCloser) Close() error                 { return nil }

// halting gives a byte every twenty seconds, a few times, and then nothing.
type halting struct {
	ctx  interface{ Done() <-chan struct{} }
	left int
}

func (h *halting) Read(p []byte) (int, error) {
	if h.left > 0 {
		h.left--
		time.Sleep(20 * time.Second)
		p[0] = 0xff
		return 1, nil
	}
	<-h.ctx.Done()
	return 0, http.ErrHandlerTimeout
}
