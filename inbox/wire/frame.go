package wire

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
)

// Names of frames.
const (
	tHello   = "hello"
	tWelcome = "welcome"
	tSnap    = "snap"
	tEvent   = "ev"
	tMark    = "mark"
	tLive    = "live"
	tAck     = "ack"
	tCommand = "cmd"
	tResult  = "res"
	tBye     = "bye"
)

// encGzip says that d is a base64 string of gzip.
const encGzip = "gzip"

// frame is any frame: no name means two things, so one struct reads and writes all of them. Times and pauses are
// milliseconds.
type frame struct {
	T string `json:"t"`

	V      int      `json:"v,omitzero"`
	VMin   int      `json:"vmin,omitzero"`
	App    string   `json:"app,omitzero"`
	Epoch  string   `json:"epoch,omitzero"`
	Head   uint64   `json:"head,omitzero"`
	Mode   Mode     `json:"mode,omitzero"`
	Want   []string `json:"want,omitempty"`
	Screen string   `json:"screen,omitzero"`
	You    string   `json:"you,omitzero"`
	Role   string   `json:"role,omitzero"`
	Limits *terms   `json:"limits,omitzero"`

	ID   string `json:"id,omitzero"`
	OK   *bool  `json:"ok,omitzero"`
	Seq  uint64 `json:"seq,omitzero"`
	Prev uint64 `json:"prev,omitzero"`
	Chk  check  `json:"chk,omitzero"`
	Part int    `json:"part,omitzero"`
	Last bool   `json:"last,omitzero"`
	Enc  string `json:"enc,omitzero"`
	Key  string `json:"key,omitzero"`
	Kind string `json:"kind,omitzero"`
	Seen uint64 `json:"seen,omitzero"`
	At   int64  `json:"at,omitzero"`
	By   string `json:"by,omitzero"`

	From  uint64 `json:"from,omitzero"`
	To    uint64 `json:"to,omitzero"`
	Lost  uint64 `json:"lost,omitzero"`
	Since int64  `json:"since,omitzero"`
	Until int64  `json:"until,omitzero"`

	Why   string          `json:"why,omitzero"`
	After int64           `json:"after,omitzero"`
	Err   *Error          `json:"err,omitzero"`
	D     json.RawMessage `json:"d,omitempty"`
}

// terms are the limits a client should keep to.
type terms struct {
	Frame    int64   `json:"frame,omitzero"`
	InFlight int     `json:"inflight,omitzero"`
	Rate     float64 `json:"rate,omitzero"`
	Burst    int     `json:"burst,omitzero"`
}

// check is a check value, 16 hex digits in JSON: numbers of 64 bits do not survive every reader.
type check uint64

func (c check) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%016x", uint64(c)), nil }

func (c *check) UnmarshalText(b []byte) error {
	n, err := strconv.ParseUint(string(b), 16, 64)
	if err != nil || len(b) != 16 {
		return errors.New("wire: check value is not 16 hex digits")
	}
	*c = check(n)
	return nil
}

// encode writes a frame as one line of JSON. Payloads keep their text: nothing is escaped for HTML.
func encode(f *frame) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(f); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// decode reads a frame. Errors say what is wrong with the shape and never quote the content.
func decode(b []byte) (*frame, error) {
	f := new(frame)
	if err := json.Unmarshal(b, f); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) && wrong.Field != "" {
			return nil, fmt.Errorf("frame with a wrong type in field %.20q", wrong.Field)
		}
		return nil, errors.New("frame is not a JSON object of the known shape")
	}
	if f.T == "" {
		return nil, errors.New("frame without a name")
	}
	return f, nil
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func helloFrame(h Hello) *frame {
	return &frame{T: tHello, V: Version, VMin: VersionMin, App: h.App, Want: h.Want, Screen: h.Screen,
		Epoch: h.Cursor.Epoch, Seq: h.Cursor.Seq, Chk: check(h.Cursor.Chk)}
}

func (f *frame) hello() Hello {
	return Hello{App: f.App, Want: f.Want, Screen: f.Screen, Cursor: f.cursor(f.Epoch)}
}

// cursor is the position a frame names, in the log of that epoch.
func (f *frame) cursor(epoch string) Cursor {
	return Cursor{Epoch: epoch, Seq: f.Seq, Chk: uint64(f.Chk)}
}

// welcomeFrame carries the start of the stream only where the reader cannot know it: after a gap and in another log.
func welcomeFrame(s Start, limits terms) *frame {
	f := &frame{T: tWelcome, V: Version, Mode: s.Mode, Epoch: s.At.Epoch, Head: s.Head, You: s.You, Role: s.Role,
		Limits: &limits, At: millis(time.Now())}
	if s.Mode == ModeGap || s.Mode == ModeRestart {
		f.Seq, f.Chk = s.At.Seq, check(s.At.Chk)
	}
	if l := s.Lost; l != nil {
		f.From, f.To, f.Lost, f.Since, f.Until = l.From, l.To, l.Count, millis(l.Since), millis(l.Until)
	}
	return f
}

func eventFrame(e Event, prev uint64) *frame {
	return &frame{T: tEvent, Seq: e.Cursor.Seq, Prev: prev, Chk: check(e.Cursor.Chk), Kind: e.Kind, At: millis(e.At),
		By: e.By, D: e.Data}
}

func (f *frame) event(epoch string) Event {
	return Event{Cursor: f.cursor(epoch), Kind: f.Kind, At: moment(f.At), By: f.By, Data: f.D}
}

func resultFrame(id string, r Result, err *Error) *frame {
	ok := err == nil
	return &frame{T: tResult, ID: id, OK: &ok, Seq: r.Seq, D: r.Data, Err: err}
}

// zip packs a snapshot part for a link that is not local: JSON of this kind shrinks to a tenth and less.
func zip(part json.RawMessage) (json.RawMessage, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(part); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return json.Marshal(b.Bytes())
}

// unzip undoes zip and refuses a part that unpacks to more than most bytes.
func unzip(d json.RawMessage, most int64) (json.RawMessage, error) {
	var packed []byte
	if err := json.Unmarshal(d, &packed); err != nil {
		return nil, errors.New("packed part is not base64")
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, errors.New("packed part is not gzip")
	}
	part, err := io.ReadAll(io.LimitReader(r, most+1))
	switch {
	case err != nil:
		return nil, errors.New("packed part is damaged")
	case int64(len(part)) > most:
		return nil, fmt.Errorf("packed part is larger than %d bytes", most)
	case !json.Valid(part):
		return nil, errors.New("packed part is not JSON")
	}
	return part, nil
}
