package sandbox

import (
	"bytes"
	"context"
	"crypto/hmac"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	maya   = "+15550101001" // the recipient of the fixtures
	mayaID = "US.10000000000000000001"
)

// inbox is a client's webhook endpoint: it checks every signature and keeps what it took.
type inbox struct {
	t      *testing.T
	secret string
	token  string

	mu     sync.Mutex
	bodies []string
	answer func(n int) int // status for the n-th POST, from 1
	posts  int
	gets   int
}

func (b *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r.Method == http.MethodGet {
		b.gets++
		q := r.URL.Query()
		if q.Get("hub.mode") != "subscribe" || q.Get("hub.verify_token") != b.token {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		fmt.Fprint(w, q.Get("hub.challenge"))
		return
	}
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		b.t.Errorf("read webhook: %v", err)
	}
	if want := Sign(b.secret, raw); !hmac.Equal([]byte(want), []byte(r.Header.Get("X-Hub-Signature-256"))) {
		b.t.Errorf("webhook with a wrong signature")
	}
	for _, c := range raw {
		if c >= 0x80 {
			b.t.Errorf("webhook with a byte beyond ASCII: %s", raw)
			break
		}
	}
	b.posts++
	status := http.StatusOK
	if b.answer != nil {
		status = b.answer(b.posts)
	}
	if status == http.StatusOK {
		b.bodies = append(b.bodies, string(raw))
	}
	w.WriteHeader(status)
}

func (b *inbox) all() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.bodies...)
}

// changes are all changes that were delivered, in order.
func (b *inbox) changes() []map[string]any {
	var out []map[string]any
	for _, raw := range b.all() {
		var env struct {
			Object string
			Entry  []struct {
				ID      string
				Changes []map[string]any
			}
		}
		if err := json.Unmarshal([]byte(raw), &env); err != nil {
			b.t.Fatalf("webhook is no JSON: %v", err)
		}
		if env.Object != "whatsapp_business_account" {
			b.t.Errorf("object %q", env.Object)
		}
		for _, e := range env.Entry {
			out = append(out, e.Changes...)
		}
	}
	return out
}

// items are the objects under one array of the values, "messages" or "statuses" for instance.
func (b *inbox) items(array string) []map[string]any {
	var out []map[string]any
	for _, c := range b.changes() {
		v, _ := c["value"].(map[string]any)
		list, _ := v[array].([]any)
		for _, item := range list {
			out = append(out, item.(map[string]any))
		}
	}
	return out
}

// statuses of one message, as words.
func (b *inbox) statuses(id string) string {
	var words []string
	for _, s := range b.items("statuses") {
		if s["id"] == id {
			word := s["status"].(string)
			if errs, ok := s["errors"].([]any); ok {
				word += fmt.Sprint(" ", errs[0].(map[string]any)["code"])
			}
			words = append(words, word)
		}
	}
	return strings.Join(words, ", ")
}

// lab is a started sandbox without sockets, with its inbox.
type lab struct {
	*Sandbox
	t     *testing.T
	inbox *inbox
}

func newLab(t *testing.T, change func(*Config)) *lab {
	t.Helper()
	box := &inbox{t: t, secret: "sandbox-app-secret", token: "sandbox-verify-token"}
	cfg := Config{Listen: NoListener, Callback: box, Seed: 7}
	if change != nil {
		change(&cfg)
	}
	sb, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := sb.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sb.Close() })
	return &lab{sb, t, box}
}

func (l *lab) settle() {
	l.t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), time.Hour)
	defer stop()
	if err := l.Settle(ctx); err != nil {
		l.t.Fatal(err)
	}
}

func (l *lab) drain() {
	l.t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), 48*time.Hour)
	defer stop()
	if err := l.Drain(ctx); err != nil {
		l.t.Fatal(err)
	}
}

// reply is an answer of the Graph API.
type graphReply struct {
	status int
	header http.Header
	raw    string
	Error  *struct {
		Message string `json:"message"`
		Type    string `json:"type"`
		Code    int    `json:"code"`
		Subcode int    `json:"error_subcode"`
		Data    struct {
			Details string `json:"details"`
		} `json:"error_data"`
		Trace string `json:"fbtrace_id"`
	} `json:"error"`
	Contacts []map[string]string `json:"contacts"`
	Messages []map[string]string `json:"messages"`
	Success  bool                `json:"success"`
}

func (r graphReply) code() int {
	if r.Error == nil {
		return 0
	}
	return r.Error.Code
}

func (r graphReply) id() string {
	if len(r.Messages) == 0 {
		return ""
	}
	return r.Messages[0]["id"]
}

func (l *lab) call(method, path, token string, header http.Header, body io.Reader) (graphReply, error) {
	req, err := http.NewRequest(method, "http://graph.sandbox"+path, body)
	if err != nil {
		l.t.Fatal(err)
	}
	for k, v := range header {
		req.Header[k] = v
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := l.Client().Do(req)
	if err != nil {
		return graphReply{}, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return graphReply{}, err
	}
	out := graphReply{status: res.StatusCode, header: res.Header, raw: string(raw)}
	if err := json.Unmarshal(raw, &out); err != nil {
		return out, fmt.Errorf("unreadable: %w", err)
	}
	return out, nil
}

func (l *lab) trySend(body string) (graphReply, error) {
	return l.call("POST", "/v25.0/200000000000001/messages", "sandbox-access-token",
		http.Header{"Content-Type": {"application/json"}}, strings.NewReader(body))
}

func (l *lab) send(body string) graphReply {
	l.t.Helper()
	r, err := l.trySend(body)
	if err != nil {
		l.t.Fatal(err)
	}
	return r
}

func (l *lab) get(path string) graphReply {
	l.t.Helper()
	r, err := l.call("GET", path, "sandbox-access-token", nil, nil)
	if err != nil {
		l.t.Fatal(err)
	}
	return r
}

// textTo is a plain text for a number.
func textTo(to, text string) string {
	b, _ := json.Marshal(map[string]any{"messaging_product": "whatsapp", "to": to, "type": "text", "text": map[string]string{"body": text}})
	return string(b)
}

func fixture(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "api", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// prepare puts into a sandbox what the fixture requests refer to.
func (l *lab) prepare() *Customer {
	l.t.Helper()
	c := l.Customer(maya).Named("Maya Okafor").WithUserID(mayaID)
	c.Write("Hello", WithID("wamid.RklYVFVSRS0wMDAwMTE="))
	for id, data := range map[string][]byte{
		"500000000000001": SamplePhoto(1), "500000000000007": SamplePhoto(2),
		"500000000000003": SampleVoice(time.Second), "500000000000004": SampleVoice(2 * time.Second), "500000000000005": SamplePDF("Invoice"),
	} {
		l.AddMedia(id, sniff(data), data)
	}
	l.AddMedia("500000000000002", "video/mp4", []byte("\x00\x00\x00\x18ftypmp42"))
	l.AddMedia("500000000000006", "image/webp", []byte("RIFF\x00\x00\x00\x00WEBPVP8 "))
	for _, f := range []string{"templates-page-1.response.json", "templates-page-2-last.response.json"} {
		raw := bytes.ReplaceAll(fixture(l.t, f), []byte(`"PENDING"`), []byte(`"APPROVED"`))
		var pages struct{ Data []Template }
		if err := json.Unmarshal(raw, &pages); err != nil {
			l.t.Fatal(err)
		}
		for _, t := range pages.Data {
			if t.Name == "coupon_autumn" {
				t.Status = "APPROVED"
			}
			l.add(t)
		}
	}
	var carousel Template
	if err := json.Unmarshal(fixture(l.t, "template-carousel-get.response.json"), &carousel); err != nil {
		l.t.Fatal(err)
	}
	carousel.Status = "APPROVED"
	l.add(carousel)
	body := func(s string) Component { return Component{Type: "BODY", Text: s} }
	l.add(Template{Name: "repair_ready_pos", Language: "en_US", Components: []Component{
		{Type: "HEADER", Format: "TEXT", Text: "Hello {{1}}"}, body("Your repair {{1}} can be collected until {{2}} today.")}})
	l.add(Template{Name: "follow_up_no_params", Language: "en_US", Components: []Component{body("We are here.")}})
	l.add(Template{Name: "invoice_ready", Language: "en_US", Components: []Component{{Type: "HEADER", Format: "DOCUMENT"}, body("Invoice {{1}} is here.")}})
	l.add(Template{Name: "how_to_video", Language: "en_US", Components: []Component{{Type: "HEADER", Format: "VIDEO"}, body("See how.")}})
	l.add(Template{Name: "feedback_form", Language: "en_US", Components: []Component{body("Tell us."),
		{Type: "BUTTONS", Buttons: []TemplateButton{{Type: "FLOW", Text: "Open", FlowID: "1"}}}}})
	return c
}

func (l *lab) add(t Template) {
	l.t.Helper()
	if _, err := l.AddTemplate(t); err != nil {
		l.t.Fatal(err)
	}
}
