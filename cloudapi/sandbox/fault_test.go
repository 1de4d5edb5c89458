package sandbox

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestFaults(t *testing.T) {
	type outcome struct {
		accepted bool
		status   int  // of the answer; 0 when there is none
		code     int  // in the answer
		broken   bool // connection ended without an answer
		garbled  bool // answer is no JSON
		ticks    string
	}
	all := "sent, delivered, read"
	tests := map[string]outcome{
		"drop-request":    {broken: true},
		"disconnect":      {broken: true},
		"drop-response":   {accepted: true, broken: true, ticks: all},
		"accept-then-500": {accepted: true, status: 500, code: 131000, ticks: all},
		"bad-json":        {accepted: true, status: 200, garbled: true, ticks: all},
		"no-id":           {accepted: true, status: 200, ticks: all},
		"slow=4s":         {accepted: true, status: 200, ticks: all},
		"silent":          {accepted: true, status: 200},
		"failed=131049":   {accepted: true, status: 200, ticks: "failed 131049"},
		"failed":          {accepted: true, status: 200, ticks: "failed 131000"},
		"429":             {status: 429, code: 130429},
		"429=7":           {status: 429, code: 130429},
		"500":             {status: 500, code: 131000},
		"502":             {status: 502, code: 131000},
		"503":             {status: 503, code: 131000},
		"131056":          {status: 400, code: 131056},
		"131047":          {status: 400, code: 131047},
		"190":             {status: 401, code: 190},
		"130429":          {status: 400, code: 130429},
		"131057":          {status: 500, code: 131057},
		"2":               {status: 503, code: 2},
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t, nil)
				l.prepare()
				f, err := ParseFault(name)
				if err != nil {
					t.Fatal(err)
				}
				if err := l.AddFault(f); err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				r, err := l.trySend(string(fixture(t, "send-text.request.json")))
				if broken := errors.Is(err, io.ErrUnexpectedEOF) && r.status == 0; broken != want.broken {
					t.Errorf("broken off: %v (%v)", broken, err)
				}
				if garbled := err != nil && r.status == 200; garbled != want.garbled {
					t.Errorf("garbled: %v (%v)", garbled, err)
				}
				if r.status != want.status || r.code() != want.code {
					t.Errorf("answer %d, code %d: %s", r.status, r.code(), r.raw)
				}
				if name == "slow=4s" && time.Since(start) < 4*time.Second {
					t.Errorf("answered after %v", time.Since(start))
				}
				if after := r.header.Get("Retry-After"); (after == "7") != (name == "429=7") || (after == "" && name == "429=7") {
					t.Errorf("Retry-After %q", after)
				}
				l.settle()
				s := l.Sends()[0]
				if s.Accepted != want.accepted || s.Fault != f.Name || s.Callback != "out:01J9ZK3Q6T4W:1" {
					t.Errorf("booked as %+v", s)
				}
				if got := l.inbox.statuses(s.WAMID); got != want.ticks {
					t.Errorf("ticks %q, want %q", got, want.ticks)
				}
				if len(l.Faults()) != 0 {
					t.Errorf("still armed: %v", l.Faults())
				}
				if r := l.send(textTo(maya, "after the storm")); r.code() != 0 {
					t.Errorf("the next request: %s", r.raw)
				}
			})
		})
	}
}

func TestFaultsThatNeverAnswer(t *testing.T) {
	for name, accepted := range map[string]bool{"timeout": false, "accept-timeout": true} {
		synctest.Test(t, func(t *testing.T) {
			l := newLab(t, func(c *Config) { c.Faults = []Fault{{Name: name}} })
			l.prepare()
			ctx, stop := context.WithTimeout(context.Background(), 30*time.Second)
			defer stop()
			req, err := http.NewRequestWithContext(ctx, "POST", "http://graph.sandbox/v25.0/200000000000001/messages", strings.NewReader(textTo(maya, "x")))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer sandbox-access-token")
			if res, err := l.Client().Do(req); err == nil {
				res.Body.Close()
				t.Errorf("%s: answered %d", name, res.StatusCode)
			}
			if s := l.Sends()[0]; s.Accepted != accepted {
				t.Errorf("%s: accepted %v", name, s.Accepted)
			}
		})
	}
}

func TestTemplateFaults(t *testing.T) {
	for name, word := range map[string]string{"held": "held_for_quality_assessment", "paused": "paused"} {
		synctest.Test(t, func(t *testing.T) {
			l := newLab(t, func(c *Config) { c.Faults = []Fault{{Name: name}} })
			l.prepare()
			r := l.send(string(fixture(t, "send-template-positional.request.json")))
			if r.Messages[0]["message_status"] != word {
				t.Errorf("%s: %s", name, r.raw)
			}
			l.settle()
			if got := l.inbox.statuses(r.id()); (got != "") != (name == "held") {
				t.Errorf("%s: ticks %q", name, got)
			}
		})
	}
}

func TestFaultRules(t *testing.T) {
	codes := func(t *testing.T, l *lab, n int) (out []int) {
		for range n {
			out = append(out, l.send(textTo(maya, "x")).code())
		}
		return out
	}
	tests := []struct {
		name  string
		fault Fault
		want  []int
	}{
		{"once", Fault{Name: "131056"}, []int{131056, 0, 0, 0}},
		{"twice", Fault{Name: "131056", Count: 2}, []int{131056, 131056, 0, 0}},
		{"for ever", Fault{Name: "131056", Count: Forever}, []int{131056, 131056, 131056, 131056}},
		{"skipping", Fault{Name: "131056", Skip: 2}, []int{0, 0, 131056, 0}},
		{"every second", Fault{Name: "131056", Every: 2, Count: Forever}, []int{0, 131056, 0, 131056}},
		{"another recipient", Fault{Name: "131056", To: "+15559"}, []int{0, 0, 0, 0}},
		{"this recipient", Fault{Name: "131056", To: "1 555 010 1001"}, []int{131056, 0, 0, 0}},
		{"by rule", Fault{Name: "131056", When: func(s Send) bool { return s.N == 0 && s.Type == "text" }}, []int{131056, 0, 0, 0}},
		{"read marks only", Fault{Name: "131056", On: "read"}, []int{0, 0, 0, 0}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t, unlimited)
			l.prepare()
			if err := l.AddFault(tt.fault); err != nil {
				t.Fatal(err)
			}
			got := codes(t, l, len(tt.want))
			for i := range got {
				if got[i] != tt.want[i] {
					t.Fatalf("codes %v, want %v", got, tt.want)
				}
			}
		})
	}
	l := newLab(t, unlimited)
	l.prepare()
	for _, f := range []Fault{{Name: "500", On: "number"}, {Name: "4", On: "message_templates"}} {
		if err := l.AddFault(f); err != nil {
			t.Fatal(err)
		}
	}
	if r := l.get("/v25.0/200000000000001"); r.status != 500 {
		t.Errorf("number: %s", r.raw)
	}
	if r := l.get("/v25.0/100000000000001/message_templates"); r.code() != 4 {
		t.Errorf("templates: %s", r.raw)
	}
	if r := l.send(string(fixture(t, "mark-read.request.json"))); !r.Success {
		t.Errorf("read mark: %s", r.raw)
	}
}

func TestParseFault(t *testing.T) {
	for s, want := range map[string]Fault{
		"accept-then-500": {Name: "accept-then-500"},
		"slow=3s:2":       {Name: "slow", Arg: "3s", Count: 2},
		"429=7":           {Name: "429", Arg: "7"},
		"media/500:*":     {Name: "500", On: "media", Count: Forever},
		"failed=131049:3": {Name: "failed", Arg: "131049", Count: 3},
		"131056":          {Name: "131056"},
	} {
		got, err := ParseFault(s)
		if err != nil || got.Name != want.Name || got.Arg != want.Arg || got.Count != want.Count || got.On != want.On {
			t.Errorf("%s: %+v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "explode", "500:0", "500:x", "slow=soon", "failed=7", "429=soon", "kitchen/500", "12345", "empty", "media/404"} {
		if f, err := ParseFault(s); err == nil {
			t.Errorf("%q became %+v", s, f)
		}
	}
	for _, n := range FaultNames() {
		if _, err := ParseFault(n); err != nil {
			t.Error(err)
		}
	}
}

// A file that is fetched comes otherwise than it was announced, or not at all, and the next time as it is.
func TestFaultsOfFiles(t *testing.T) {
	photo := SamplePhoto(3)
	tests := map[string]struct {
		status int
		bytes  int
		to     string
		same   bool
	}{
		"other-file": {status: 200, bytes: len(photo)},
		"empty":      {status: 200},
		"moved":      {status: 302, to: "https://files.example/"},
		"moved=/on":  {status: 302, to: "/on"},
		"404":        {status: 404},
		"slow=4s":    {status: 200, bytes: len(photo), same: true},
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t, nil)
				l.prepare()
				l.Customer(maya).SendImage(photo, "")
				l.settle()
				msgs := l.inbox.items("messages")
				url := in(msgs[len(msgs)-1], "image")["url"].(string)
				f, err := ParseFault("download/" + name)
				if err != nil {
					t.Fatal(err)
				}
				if err := l.AddFault(f); err != nil {
					t.Fatal(err)
				}
				fetch := func() (*http.Response, []byte) {
					req, _ := http.NewRequest("GET", url, nil)
					req.Header.Set("Authorization", "Bearer sandbox-access-token")
					client := l.Client()
					client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
					res, err := client.Do(req)
					if err != nil {
						t.Fatal(err)
					}
					defer res.Body.Close()
					b, _ := io.ReadAll(res.Body)
					return res, b
				}
				res, got := fetch()
				if res.StatusCode != want.status || len(got) != want.bytes || res.Header.Get("Location") != want.to || (string(got) == string(photo)) != want.same {
					t.Errorf("%d, %d bytes, to %q", res.StatusCode, len(got), res.Header.Get("Location"))
				}
				if res, got := fetch(); res.StatusCode != 200 || string(got) != string(photo) {
					t.Errorf("then %d, %d bytes", res.StatusCode, len(got))
				}
			})
		})
	}
}

// Over a real socket a dropped request ends in a reset, a disconnect in an orderly end.
func TestBrokenConnections(t *testing.T) {
	sb, err := New(Config{Faults: []Fault{{Name: "drop-request"}, {Name: "disconnect"}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := sb.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer sb.Close()
	transport := &http.Transport{DisableKeepAlives: true}
	defer transport.CloseIdleConnections()
	post := func() error {
		res, err := (&http.Client{Transport: transport}).Post(sb.URL()+"/v25.0/200000000000001/messages", "application/json", strings.NewReader(`{}`))
		if err == nil {
			res.Body.Close()
		}
		return err
	}
	if err := post(); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("drop-request: %v", err)
	}
	if err := post(); !errors.Is(err, io.EOF) {
		t.Errorf("disconnect: %v", err)
	}
	if err := post(); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestAcceptedAtMostOnce(t *testing.T) {
	sends := []Send{
		{N: 1, Accepted: true, Callback: "wi1.abcd1234.01J9ZK.1", WAMID: "a"},
		{N: 2, Accepted: false, Callback: "wi1.abcd1234.01J9ZL.1"},
		{N: 3, Accepted: true, Callback: "wi1.abcd1234.01J9ZL.2", WAMID: "b"},
		{N: 4, Accepted: true},
		{N: 5, Accepted: true},
	}
	if err := AcceptedAtMostOnce(sends, nil); err != nil {
		t.Error(err)
	}
	twice := append(sends, Send{N: 6, Accepted: true, Callback: "wi1.abcd1234.01J9ZK.2"})
	if err := AcceptedAtMostOnce(twice, nil); err == nil || !strings.Contains(err.Error(), "01J9ZK") {
		t.Errorf("a second acceptance passed: %v", err)
	}
	if err := AcceptedAtMostOnce(twice, func(s string) string { return s }); err != nil {
		t.Errorf("by the whole string: %v", err)
	}
}
