package sandbox

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// dialogLab is a sandbox in 360dialog's manner, and its webhooks.
type dialogLab struct {
	*Sandbox
	t *testing.T

	mu    sync.Mutex
	hooks []http.Header
}

func newDialogLab(t *testing.T) *dialogLab {
	l := &dialogLab{t: t}
	callback := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.hooks = append(l.hooks, r.Header.Clone())
	})
	var templates []Template
	for _, name := range []string{"one", "two", "three"} {
		templates = append(templates, Template{Name: name, Language: "en", Status: "APPROVED", Category: "UTILITY", Components: []Component{{Type: "BODY", Text: "Hello."}}})
	}
	sb, err := New(Config{Provider: D360, Listen: NoListener, Callback: callback, Templates: templates, Headers: map[string]string{"X-Secret": "s3cret"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := sb.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := sb.Close(); err != nil {
			t.Error(err)
		}
	})
	l.Sandbox = sb
	return l
}

func (l *dialogLab) call(method, path, body string, header ...string) (int, map[string]any) {
	l.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("D360-API-KEY", l.Config().AccessToken)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	l.Handler().ServeHTTP(w, r)
	answer := map[string]any{}
	raw, _ := io.ReadAll(w.Body)
	_ = json.Unmarshal(raw, &answer)
	return w.Code, answer
}

func TestD360Manners(t *testing.T) {
	l := newDialogLab(t)
	l.Customer("+15550101001").Write("hello")
	text := string(fixture(t, "send-text.request.json"))
	for _, c := range []struct {
		name, method, path, body string
		header                   []string
		status                   int
	}{
		{"a message", "POST", "/messages", text, nil, 200},
		{"at WhatsApp's path", "POST", "/v25.0/" + l.Config().PNID + "/messages", text, nil, 404},
		{"with WhatsApp's header", "POST", "/messages", text, []string{"D360-API-KEY", "", "Authorization", "Bearer " + l.Config().AccessToken}, 401},
		{"with another key", "POST", "/messages", text, []string{"D360-API-KEY", "x"}, 401},
		{"what WhatsApp refuses", "POST", "/messages", strings.Replace(text, "whatsapp", "sms", 1), nil, 400},
		{"its health", "GET", "/health_status", "", nil, 200},
		{"a number", "GET", "/v1/configs/numbers", "", nil, 404},
		{"a file that is not there", "GET", "/123456", "", nil, 400},
		{"a page of no length", "GET", "/v1/configs/templates?limit=0", "", nil, 400},
		{"a webhook that is no address", "POST", "/v1/configs/webhook", `{"url":"there"}`, nil, 400},
	} {
		status, answer := l.call(c.method, c.path, c.body, c.header...)
		if status != c.status {
			t.Errorf("%s: %d %v, want %d", c.name, status, answer, c.status)
		}
		if _, text := answer["error"].(string); (status == 401 || status == 404) && !text {
			t.Errorf("%s: its error is %v, no text", c.name, answer["error"])
		}
	}
	_, page := l.call("GET", "/v1/configs/templates?limit=2&offset=1", "")
	list := page["waba_templates"].([]any)
	if first := list[0].(map[string]any); len(list) != 2 || page["total"] != 3.0 || page["offset"] != 1.0 || first["status"] != "approved" || first["external_id"] == "" {
		t.Errorf("templates: %v", page)
	}
	if _, hook := l.call("GET", "/v1/configs/webhook", ""); hook["headers"].(map[string]any)["X-Secret"] != "s3cret" {
		t.Errorf("the webhook: %v", hook)
	}
	if err := l.Drain(context.Background()); err != nil {
		t.Fatal(err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.hooks) == 0 || l.hooks[0].Get("X-Hub-Signature-256") != "" || l.hooks[0].Get("X-Secret") != "s3cret" {
		t.Errorf("webhooks come with %v", l.hooks)
	}
	if _, err := New(Config{Provider: "twilio"}); err == nil {
		t.Error("a provider that nobody knows is taken")
	}
}

func TestD360PunishesManyErrors(t *testing.T) {
	l := newDialogLab(t)
	for n := 1; n <= mediaErrorsAllowed+1; n++ {
		if status, _ := l.call("GET", "/123456", ""); status != 400 {
			t.Fatalf("request %d is answered %d", n, status)
		}
	}
	if status, _ := l.call("GET", "/123456", ""); status != 429 {
		t.Errorf("after too many errors it is answered %d", status)
	}
	if status, _ := l.call("GET", "/health_status", ""); status != 200 {
		t.Errorf("its health is answered %d", status)
	}
	if l.punished(l.Now().Add(mediaBlocked + time.Second)) {
		t.Error("the punishment does not end")
	}
}
