package cloudapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"frontdesk/inbox"
)

func (g *graph) d360(t *testing.T, clock inbox.Clock) *Client {
	t.Helper()
	return g.client(t, func(c *ClientConfig) { c.Provider, c.WABA, c.Clock = ProviderD360, "", clock })
}

func TestD360SendsTheSameJSONAnotherWay(t *testing.T) {
	g := newGraph(t)
	g.says(200, []byte(`{"messages":[{"id":"wamid.X"}],"contacts":[{"input":"+15550101001","wa_id":"15550101001"}]}`))
	if o := g.d360(t, nil).Send(context.Background(), mara, hello, "wi1.x.y.1"); o.Result != inbox.ResultAccepted || o.WAMID != "wamid.X" {
		t.Fatalf("%+v", o)
	}
	if o := g.client(t, nil).Send(context.Background(), mara, hello, "wi1.x.y.1"); o.Result != inbox.ResultAccepted {
		t.Fatalf("%+v", o)
	}
	other, meta := g.requests()[0], g.requests()[1]
	if other.path != "/messages" || other.header.Get("D360-API-KEY") != accessToken || other.header.Get("Authorization") != "" || len(other.query) != 0 {
		t.Errorf("360dialog is asked %s %v %v", other.path, other.query, other.header)
	}
	if !bytes.Equal(other.body, meta.body) {
		t.Errorf("360dialog gets another body:\n%s\n%s", other.body, meta.body)
	}
	if meta.header.Get("D360-API-KEY") != "" {
		t.Error("WhatsApp gets 360dialog's header")
	}
}

func TestD360ErrorsAreTexts(t *testing.T) {
	for body, want := range map[string]struct {
		status int
		result inbox.Result
		says   string
	}{
		string(apiFixture(t, "d360-error-string")):                              {401, inbox.ResultRejectedAuth, "Invalid api_key"},
		`{"meta":{"http_code":400,"developer_message":"Number not connected"}}`: {400, inbox.ResultRejected, "Number not connected"},
		`{"error":"Bad gateway"}`:                                               {502, inbox.ResultUnknown, "Bad gateway"},
		`{"error":{"message":"(#131047) no","code":131047,"type":"X"}}`:         {400, inbox.ResultRejectedWindow, "no"},
	} {
		g := newGraph(t)
		g.says(want.status, []byte(body))
		o := g.d360(t, nil).Send(context.Background(), mara, hello, "wi1.x.y.1")
		if o.Result != want.result || o.Failure == nil || !strings.Contains(o.Failure.Title+o.Failure.Detail, want.says) {
			t.Errorf("%s: %+v %+v", body, o, o.Failure)
		}
	}
}

func TestD360TemplatesByOffset(t *testing.T) {
	g := newGraph(t)
	g.answer = func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/configs/templates" || r.URL.Query().Get("limit") != "100" {
			http.NotFound(w, r)
			return
		}
		switch r.URL.Query().Get("offset") {
		case "0":
			fmt.Fprint(w, `{"count":2,"total":3,"waba_templates":[{"id":"a","external_id":"600","name":"repair","language":"en","category":"UTILITY","status":"approved","rejected_reason":"NONE","components":[{"type":"BODY","text":"Your repair {{1}} is ready."}]},{"odd":true}]}`)
		case "2":
			fmt.Fprint(w, `{"count":1,"total":3,"waba_templates":[{"id":"b","name":"hello","language":"en","category":"MARKETING","status":"rejected","components":[]}]}`)
		default:
			t.Errorf("it asks for offset %s", r.URL.Query().Get("offset"))
		}
	}
	all, err := g.d360(t, nil).Templates(context.Background())
	if err != nil || len(all) != 2 || all[0].Name != "hello" || all[0].Status != "REJECTED" || all[0].ID != "b" || all[1].ID != "600" || all[1].Status != "APPROVED" {
		t.Fatalf("%+v %v", all, err)
	}
	if ok, why := all[1].Sendable(); !ok {
		t.Errorf("an approved one cannot be sent: %s", why)
	}
	g.says(200, []byte(`{"total":1000000,"waba_templates":[{"name":"x"}]}`))
	if _, err := g.d360(t, nil).Templates(context.Background()); err == nil {
		t.Error("a list that never ends is read for ever")
	}
}

// The key goes to 360dialog's host and to no other: WhatsApp's media host is swapped, a third one is refused.
func TestD360FilesComeOverItsOwnHost(t *testing.T) {
	strange := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a third host is asked") }))
	defer strange.Close()
	address := "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=7&ext=1&hash=ARo-x%2F"
	g := newGraph(t)
	g.answer = func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("D360-API-KEY") != accessToken || r.Header.Get("Authorization") != "":
			t.Errorf("%s comes with %v", r.URL, r.Header)
		case r.URL.Path == "/7" && r.URL.RawQuery == "":
			fmt.Fprintf(w, `{"url":%q,"mime_type":"application/pdf","file_size":"8"}`, address)
		case r.URL.Path == "/whatsapp_business/attachments/" && r.URL.RawQuery == "mid=7&ext=1&hash=ARo-x%2F":
			fmt.Fprint(w, "%PDF-1.7")
		default:
			http.NotFound(w, r)
		}
	}
	var file bytes.Buffer
	if got, err := g.d360(t, nil).Fetch(context.Background(), ourLine, "7", 1<<20, &file); err != nil || file.String() != "%PDF-1.7" || got.MIME != "application/pdf" {
		t.Fatalf("%q %+v %v", file.String(), got, err)
	}
	for _, address = range []string{strange.URL + "/x", "https://graph.facebook.com.evil.example/x", "http://lookaside.fbsbx.com.evil.example/x"} {
		_, err := g.d360(t, nil).Fetch(context.Background(), ourLine, "7", 1<<20, &file)
		if f, ok := errors.AsType[*inbox.FetchError](err); !ok || f.Kind != inbox.FetchStray && f.Kind != inbox.FetchBroken {
			t.Errorf("%s: %v", address, err)
		}
	}
	c, err := NewClient(ClientConfig{Provider: ProviderD360, Token: StaticToken(NewSecret("k"))})
	if err != nil {
		t.Fatal(err)
	}
	for host, may := range map[string]bool{d360Host: true, "graph.facebook.com": false, "lookaside.fbsbx.com": false} {
		if err := c.mayGetToken(&url.URL{Scheme: "https", Host: host}); (err == nil) != may {
			t.Errorf("the key for %s: %v", host, err)
		}
	}
}

// Twenty error answers in an hour would cost half an hour without any file: it stops before, and goes on when they are old.
func TestD360PenaltyOnFilesIsKeptClearOf(t *testing.T) {
	now := time.Unix(1_790_000_000, 0)
	g := newGraph(t)
	g.says(404, []byte(`{"error":"not found"}`))
	c := g.d360(t, func() time.Time { return now })
	asked := func() int { return len(g.requests()) }
	for range 40 {
		_, _ = c.Fetch(context.Background(), ourLine, "7", 1<<20, &bytes.Buffer{})
		now = now.Add(time.Second)
	}
	if n := asked(); n != mediaErrorsMost || n > 20 {
		t.Fatalf("%d requests were made", n)
	}
	_, err := c.Fetch(context.Background(), ourLine, "7", 1<<20, &bytes.Buffer{})
	if f, ok := errors.AsType[*inbox.FetchError](err); !ok || f.Kind != inbox.FetchHeld || f.After <= 0 || f.After > time.Hour {
		t.Fatalf("%v", err)
	}
	now = now.Add(time.Hour)
	if _, err := c.Fetch(context.Background(), ourLine, "7", 1<<20, &bytes.Buffer{}); asked() != mediaErrorsMost+1 || err == nil {
		t.Errorf("an hour later %d requests were made (%v)", asked(), err)
	}
	meta := g.client(t, nil)
	before := asked()
	for range 40 {
		_, _ = meta.Fetch(context.Background(), ourLine, "7", 1<<20, &bytes.Buffer{})
	}
	if asked()-before < 40 {
		t.Error("WhatsApp itself has no such penalty, and is not asked")
	}
}

func TestD360NumberIsItsHealth(t *testing.T) {
	g := newGraph(t)
	g.answer = func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/health_status" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(apiFixture(t, "d360-health.response"))
	}
	c := g.d360(t, nil)
	if n, err := c.Number(context.Background(), ourLine); err != nil || n.CanSend != "AVAILABLE" || n.Platform != "" || n.Date.IsZero() {
		t.Errorf("%+v %v", n, err)
	}
	if _, err := c.Billed(context.Background(), ourLine, time.Now(), time.Now()); err == nil || !strings.Contains(err.Error(), "360dialog") {
		t.Errorf("its bills: %v", err)
	}
	before := len(g.requests())
	if a := c.RequestSync(context.Background(), ourLine, inbox.SyncHistory); a.Result != inbox.ResultRejected || a.Failure == nil || len(g.requests()) != before {
		t.Errorf("asking for the history: %+v", a)
	}
	if _, err := NewClient(ClientConfig{Provider: "twilio", Token: StaticToken(NewSecret("k"))}); err == nil {
		t.Error("a provider that nobody knows is taken")
	}
}

// Webhooks that are not signed are taken with the secret header alone, and only at the path.
func TestGuardedWebhooks(t *testing.T) {
	const path, secret = "/w/7f3a9c1e5b2d8f6a4c0e", "5e2f9d1c8b7a6453f0e1d2c3"
	sink := &guardedIntake{}
	l, err := NewListener(ListenerConfig{Path: path, Guard: Guard{"X-Frontdesk-Secret", NewSecret(secret)}, Line: ourLine, Intake: sink})
	if err != nil {
		t.Fatal(err)
	}
	body := fmt.Sprintf(`{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":%q}}}]}]}`, string(ourLine))
	for _, c := range []struct {
		name, path string
		header     http.Header
		status     int
	}{
		{"as it should be", path, http.Header{"X-Frontdesk-Secret": {secret}}, 200},
		{"without the header", path, http.Header{}, 401},
		{"with an empty one", path, http.Header{"X-Frontdesk-Secret": {""}}, 401},
		{"with another secret", path, http.Header{"X-Frontdesk-Secret": {secret + "x"}}, 401},
		{"with a part of it", path, http.Header{"X-Frontdesk-Secret": {secret[:23]}}, 401},
		{"with two", path, http.Header{"X-Frontdesk-Secret": {secret, "x"}}, 401},
		{"with a signature instead", path, http.Header{SignatureHeader: {Sign(NewSecret(secret), []byte(body))}}, 401},
		{"at another path", "/webhook", http.Header{"X-Frontdesk-Secret": {secret}}, 404},
		{"at the path and more", path + "/", http.Header{"X-Frontdesk-Secret": {secret}}, 404},
	} {
		r := httptest.NewRequest(http.MethodPost, c.path, strings.NewReader(body))
		r.Header = c.header
		w := httptest.NewRecorder()
		before, unproven := sink.taken, sink.unproven
		l.ServeHTTP(w, r)
		if w.Code != c.status || (sink.taken != before) != (c.status == 200) {
			t.Errorf("%s: %d, taken %v", c.name, w.Code, sink.taken != before)
		}
		if (sink.unproven != unproven) != (c.status == 401) {
			t.Errorf("%s: %d are told as unproven", c.name, sink.unproven-unproven)
		}
	}
	for name, cfg := range map[string]ListenerConfig{
		"the usual path":       {Path: "/webhook", Guard: Guard{"X-A", NewSecret(secret)}},
		"no path":              {Guard: Guard{"X-A", NewSecret(secret)}},
		"a short secret":       {Path: path, Guard: Guard{"X-A", NewSecret("hunter2")}},
		"no secret":            {Path: path, Guard: Guard{Header: "X-A"}},
		"no header":            {Path: path, Guard: Guard{Secret: NewSecret(secret)}},
		"a header that is two": {Path: path, Guard: Guard{"X A", NewSecret(secret)}},
		"both ways at once":    {Path: path, Guard: Guard{"X-A", NewSecret(secret)}, Secrets: []Secret{NewSecret("s")}},
		"neither":              {Path: path},
	} {
		cfg.Line, cfg.Intake = ourLine, sink
		if _, err := NewListener(cfg); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type guardedIntake struct{ taken, unproven int }

func (g *guardedIntake) Unproven() { g.unproven++ }

func (g *guardedIntake) Accept(context.Context, string, []byte) error { g.taken++; return nil }
func (g *guardedIntake) Healthy() (inbox.Seq, time.Time, error)       { return 0, time.Time{}, nil }
