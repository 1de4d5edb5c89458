package wire

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

// The frames as the protocol's description shows them.
func TestFrames(t *testing.T) {
	cur := Cursor{Epoch: "k3Zp", Seq: 18230, Chk: 0x51d0c7aa90e2f3b4}
	event := Event{Cursor: Cursor{Seq: 18231, Chk: 0xab}, Kind: "message", At: time.UnixMilli(1795345100000),
		Data: json.RawMessage(`{"text":"<3 & more"}`)}
	for want, f := range map[string]*frame{
		`{"t":"hello","v":1,"vmin":1,"app":"1.4.0","epoch":"k3Zp","want":["branch:north"],"seq":18230,"chk":"51d0c7aa90e2f3b4"}`: helloFrame(
			Hello{App: "1.4.0", Cursor: cur, Want: []string{"branch:north"}}),
		`{"t":"ev","seq":18231,"prev":18230,"chk":"00000000000000ab","kind":"message","at":1795345100000,"d":{"text":"<3 & more"}}`: eventFrame(event, 18230),
		`{"t":"res","id":"01K9","ok":true,"seq":18278}`: resultFrame("01K9", Result{Seq: 18278}, nil),
		`{"t":"res","id":"01K9","ok":false,"err":{"at":1795345204000,"by":"phone","kind":"stale","seq":18279}}`: resultFrame("01K9", Result{},
			&Error{Kind: "stale", Detail: json.RawMessage(`{"by":"phone","at":1795345204000,"seq":18279}`)}),
	} {
		text, err := encode(f)
		if err != nil || string(text) != want {
			t.Errorf("got  %s (%v)\nwant %s", text, err, want)
		}
		back, err := decode(text)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := encode(back); err != nil || !bytes.Equal(again, text) {
			t.Errorf("read and written again: %s", again)
		}
	}
	if _, err := encode(resultFrame("1", Result{}, &Error{Kind: "x", Detail: json.RawMessage(`[1]`)})); err == nil {
		t.Error("a detail that is no object was written")
	}
}

// Any bytes are read or refused, an error never quotes more than a name, and what was read survives writing.
func FuzzFrame(f *testing.F) {
	for _, seed := range []string{
		helloNone, `{"t":"ev","seq":18446744073709551615,"prev":1,"chk":"ffffffffffffffff","d":{"a":[1,"é\u2028<"]}}`,
		`{"t":"res","id":"1","ok":false,"err":{"kind":"stale","message":"m","by":"phone"}}`, `{"t":"res","err":null}`,
		`{"t":"live","key":"a/b/c","until":-5,"d":null}`, `{"t":"snap","part":-1,"last":true,"enc":"gzip","d":"H4sI"}`, `[]`, `{"t":1}`,
		`{"t":"x","limits":{"rate":1e300}}`, `{"t":"bye","after":9223372036854775807}`, "{\"t\":\"\xff\"}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		first, err := decode(b)
		if err != nil {
			if len(err.Error()) > 160 {
				t.Fatalf("error of %d bytes", len(err.Error()))
			}
			return
		}
		text, err := encode(first)
		if err != nil {
			t.Fatalf("read but not written: %v", err)
		}
		second, err := decode(text)
		if err != nil {
			t.Fatalf("written but not read: %v: %s", err, text)
		}
		again, err := encode(second)
		if err != nil || !bytes.Equal(again, text) {
			t.Fatalf("%s became %s (%v)", text, again, err)
		}
	})
}

func TestError(t *testing.T) {
	for _, e := range []*Error{
		{Kind: "stale"},
		{Kind: "stale", Message: "answered"},
		{Kind: "stale", Message: "answered", Detail: json.RawMessage(`{"by":"phone"}`)},
	} {
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		back := new(Error)
		if err := json.Unmarshal(text, back); err != nil || !reflect.DeepEqual(back, e) {
			t.Errorf("%+v became %s became %+v (%v)", e, text, back, err)
		}
	}
}

func TestZip(t *testing.T) {
	part := json.RawMessage(`{"text":"` + strings.Repeat("yes, until six. ", 4096) + `"}`)
	packed, err := zip(part)
	if err != nil || len(packed) > len(part)/10 {
		t.Fatalf("%d of %d bytes, %v", len(packed), len(part), err)
	}
	if back, err := unzip(packed, int64(len(part))); err != nil || !bytes.Equal(back, part) {
		t.Fatalf("not the same: %v", err)
	}
	for name, d := range map[string]json.RawMessage{
		"too large": packed, "not base64": json.RawMessage(`"%"`), "not gzip": json.RawMessage(`"AAAA"`),
		"cut": append(packed[:len(packed)/2:len(packed)/2], '"'), "absent": nil,
	} {
		if _, err := unzip(d, int64(len(part))-1); err == nil {
			t.Errorf("%s was unpacked", name)
		}
	}
}

func TestCut(t *testing.T) {
	for _, tc := range []struct {
		s    string
		n    int
		want string
	}{{"abc", 3, "abc"}, {"abcd", 3, "abc"}, {"aéé", 4, "aé"}, {"é", 1, ""}} {
		if got := cut(tc.s, tc.n); got != tc.want {
			t.Errorf("cut(%q, %d) = %q", tc.s, tc.n, got)
		}
	}
}
