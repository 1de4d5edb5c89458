package sandbox

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
)

// inProcess is a transport that answers requests with a handler and no socket.
type inProcess struct{ h http.Handler }

// RoundTrip runs the handler. A handler that aborts looks like a connection that was closed.
func (t inProcess) RoundTrip(req *http.Request) (res *http.Response, err error) {
	in := req.Clone(req.Context())
	if in.Body == nil {
		in.Body = http.NoBody
	}
	defer in.Body.Close()
	in.RequestURI = req.URL.RequestURI()
	in.RemoteAddr = "127.0.0.1:0"
	in.Host = "127.0.0.1"
	defer func() {
		if r := recover(); r != nil {
			if r != http.ErrAbortHandler {
				panic(r)
			}
			res, err = nil, io.ErrUnexpectedEOF
		}
	}()
	w := &memoryWriter{header: http.Header{}}
	t.h.ServeHTTP(w, in)
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return &http.Response{
		Status: strconv.Itoa(w.status) + " " + http.StatusText(w.status), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: w.header,
		Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: req,
	}, nil
}

// memoryWriter keeps an answer in memory, for in-process requests and for faults that carry a request out and then
// spoil the answer.
type memoryWriter struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header is the header of the answer.
func (w *memoryWriter) Header() http.Header { return w.header }

// WriteHeader keeps the first status.
func (w *memoryWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

// Write keeps the body.
func (w *memoryWriter) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}

// copyTo sends the kept answer on.
func (w *memoryWriter) copyTo(to http.ResponseWriter) {
	for k, v := range w.header {
		to.Header()[k] = v
	}
	to.WriteHeader(max(w.status, http.StatusOK))
	_, _ = to.Write(w.body.Bytes())
}
