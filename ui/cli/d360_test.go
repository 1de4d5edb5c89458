package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"frontdesk/cloudapi/sandbox"
	"frontdesk/inbox"
)

// farProvider is who carries the number in the tests of this package that have a far side; WhatsApp itself when it is "".
// No test that runs beside others changes it.
var farProvider string

const (
	farPath   = "/w/9c41f7a2e05b8d36c1af"
	farSecret = "b7e2940dc15a8f63e0d9174a"
)

// TestJourneysOver360dialog plays the journeys of WhatsApp's own Graph API once more over a provider that has other paths,
// another key, other lists, another way to files, and webhooks that nobody signs.
func TestJourneysOver360dialog(t *testing.T) {
	farProvider = sandbox.D360
	defer func() { farProvider = "" }()
	t.Run("a morning at the desk", TestCommandsAgainstARunningOwner)
	t.Run("events", TestEventsFollowAndResume)
	t.Run("a customer's photo", TestACustomersPhoto)
	t.Run("a reply with a file", TestReplyWithAFile)
	t.Run("webhooks", testGuardedByHeader)
	t.Run("configuration", test360dialogConfiguration)
	t.Run("doctor", test360dialogDoctor)
	t.Run("init", test360dialogInit)
	t.Run("sync", test360dialogSync)
}

// tell360dialog sets the webhook as a person does: with its address and the headers that are to be sent along.
func tell360dialog(ctx context.Context, t *testing.T, sb *sandbox.Sandbox, s *shop) {
	t.Helper()
	hook, err := json.Marshal(map[string]any{"url": s.url(), "headers": map[string]string{"X-Frontdesk-Secret": farSecret}})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, sb.URL()+"/v1/configs/webhook", bytes.NewReader(hook))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("D360-API-KEY", testToken)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("the webhook is not taken: %d %v", res.StatusCode, err)
	}
}

func testGuardedByHeader(t *testing.T) {
	sb, s := newFarSide(t)
	var log lockedBuffer
	s.serve(t, &log)
	connectTo(t, sb, s)
	forged := incoming(1, 1, sb.Now())
	for _, c := range []struct {
		path, secret string
		status       int
	}{
		{farPath, "", http.StatusUnauthorized}, {farPath, farSecret + "0", http.StatusUnauthorized}, {"/webhook", farSecret, http.StatusNotFound},
		{farPath, farSecret, http.StatusOK},
	} {
		req, err := http.NewRequest(http.MethodPost, "http://"+s.addr+c.path, bytes.NewReader(forged))
		if err != nil {
			t.Fatal(err)
		}
		if c.secret != "" {
			req.Header.Set("X-Frontdesk-Secret", c.secret)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != c.status {
			t.Errorf("%s with %q is answered %d, want %d", c.path, c.secret, res.StatusCode, c.status)
		}
		if c.status != http.StatusOK && len(decodeLines[inbox.Thread](t, s, "threads", "--json")) != 0 {
			t.Errorf("%s with %q made a thread", c.path, c.secret)
		}
	}
	eventually(t, "the one with the header is there", func() bool { return len(decodeLines[inbox.Thread](t, s, "threads", "--json")) == 1 })
	if strings.Contains(log.String(), farSecret) {
		t.Error("the log shows the secret of the header")
	}
}

func test360dialogConfiguration(t *testing.T) {
	s := newShop(t, "")
	whole, err := os.ReadFile(s.config)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{"  header_secret: " + farSecret + "\n", "", "missing webhook.header_secret"},
		{farSecret, "hunter2", "fewer than 20 characters"},
		{"  path: " + farPath + "\n", "", "can be guessed"},
		{farPath, "/webhook", "can be guessed"},
		{"  access_token: " + testToken + "\n", "", "missing account.access_token"},
	} {
		if err := os.WriteFile(s.config, []byte(strings.Replace(string(whole), c.old, c.new, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		_, stderr, status := s.output(t, "serve")
		if status == 0 || !strings.Contains(stderr, c.want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("with %q in the place of %q: %d %s", c.new, c.old, status, stderr)
		}
	}
}

// test360dialogDoctor: every link that 360dialog has is sound, and a wrong key or secret is named.
func test360dialogDoctor(t *testing.T) {
	sb, s := newFarSide(t)
	conf, err := os.ReadFile(s.config)
	if err != nil {
		t.Fatal(err)
	}
	whole := strings.Replace(string(conf), "webhook:\n", "webhook:\n  public_url: "+s.url()+"\n", 1)
	must(t, os.WriteFile(s.config, []byte(whole), 0o600))
	s.serve(t, io.Discard)
	connectTo(t, sb, s)
	look := func() map[string]finding {
		t.Helper()
		stdout, _, _ := s.output(t, "doctor", "--json")
		found := map[string]finding{}
		for line := range strings.Lines(stdout) {
			var f finding
			if err := json.Unmarshal([]byte(line), &f); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			found[f.Check] = f
		}
		return found
	}
	found := look()
	for _, check := range []string{"config", "secrets", "network", "token", "number", "health", "listener", "address", "event", "callback", "templates"} {
		if f := found[check]; f.State != sound {
			t.Errorf("%s: %+v", check, f)
		}
	}
	for _, check := range []string{"scopes", "app secret", "coexistence", "subscription", "fields"} {
		if f, there := found[check]; there {
			t.Errorf("360dialog has nothing to tell of %s: %+v", check, f)
		}
	}
	must(t, os.WriteFile(s.config, []byte(strings.Replace(whole, farSecret, farSecret+"0", 1)), 0o600))
	if f := look()["event"]; f.State != broken || !strings.Contains(f.Remedy, "webhook.header_secret") {
		t.Errorf("with another secret than the owner's: %+v", f)
	}
	if f := look()["callback"]; f.State != broken || !strings.Contains(f.Text, "does not send the header") || !strings.Contains(f.Remedy, "frontdesk init --subscribe") {
		t.Errorf("with another secret than 360dialog's: %+v", f)
	}
	must(t, os.WriteFile(s.config, []byte(strings.Replace(whole, testLine, "200000000000099", 1)), 0o600))
	if f := look()["number"]; f.State != broken || !strings.Contains(f.Text, "the key is for the number "+testLine) || !strings.Contains(f.Remedy, "phone_number_id") {
		t.Errorf("with another number than the key's: %+v", f)
	}
	must(t, os.WriteFile(s.config, []byte(strings.Replace(whole, testToken, testToken+"0", 1)), 0o600))
	if f := look()["token"]; f.State != broken {
		t.Errorf("with another key: %+v", f)
	}
}

// test360dialogSync: neither is asked for here, and each says where it is started.
func test360dialogSync(t *testing.T) {
	sb, s := newFarSide(t)
	s.serve(t, io.Discard)
	connectTo(t, sb, s)
	for _, what := range []string{"contacts", "history"} {
		if _, stderr, status := s.output(t, "sync", what, "--yes"); status != 1 || !strings.Contains(stderr, "start it in its Hub") {
			t.Errorf("sync %s: %d %s", what, status, stderr)
		}
	}
}

// test360dialogInit: the wizard verifies the key and finds its number, makes up path and secret, proves them through the
// public address and tells 360dialog; doctor finds nothing broken in what comes of it, and a second run changes nothing.
func test360dialogInit(t *testing.T) {
	home := cleanHome(t)
	sb, err := sandbox.New(sandbox.Config{Provider: sandbox.D360, AccessToken: testToken, PNID: testLine, WABA: testWABA})
	must(t, err)
	must(t, sb.Start(context.Background()))
	t.Cleanup(func() { _ = sb.Close() })
	listen := freeAddress(t)
	args := []string{"--provider", "360dialog", "--api", sb.URL(), "--listen", listen}
	said, status := script(t, t.Context(), []string{"y", "wrong", testToken, "http://" + freeAddress(t), "http://" + listen, "y"}, args...)
	if status != 0 {
		t.Fatalf("status %d\n%s", status, said)
	}
	for _, want := range []string{"2.24.17", "Step 5 of 5", "fail  key", "360dialog takes the key", testLine + ": the key is for it", "made up anew", "nothing listens at",
		"a test event with the secret header came through", "360dialog has no address", "and sends the header along"} {
		if !strings.Contains(said, want) {
			t.Errorf("init does not say %q:\n%s", want, said)
		}
	}
	file := defaultConfig(home)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the configuration: %v %v", info, err)
	}
	cfg, err := loadConfig(overrides{file: file})
	must(t, err)
	if cfg.Account.Provider != sandbox.D360 || cfg.Account.PhoneNumberID != testLine || len(cfg.Webhook.Path) < 20 || len(cfg.Webhook.HeaderSecret.Reveal()) < 20 {
		t.Errorf("written: %+v", cfg.Webhook)
	}
	if strings.Contains(said, cfg.Webhook.HeaderSecret.Reveal()) || strings.Contains(said, testToken) {
		t.Errorf("init says a secret:\n%s", said)
	}
	var out bytes.Buffer
	if status := run(t.Context(), []string{"doctor"}, strings.NewReader(""), &out, &out); status != 0 || strings.Contains(out.String(), "fail") {
		t.Errorf("doctor: status %d\n%s", status, out.String())
	}
	written := content(t, file)
	said, status = script(t, t.Context(), []string{"y"})
	if status != 0 || content(t, file) != written || strings.Contains(said, "made up anew") || strings.Contains(said, "Let frontdesk") {
		t.Errorf("again: status %d\n%s", status, said)
	}
	// Told to leave 360dialog alone it says what to tell it, in one line that can be copied; a script's output, which is
	// mostly kept, gets no secret.
	token := filepath.Join(home, "key")
	must(t, os.WriteFile(token, []byte(testToken), 0o600))
	elsewhere := freeAddress(t)
	fresh := func(name string) []string {
		return []string{"--provider", "360dialog", "--api", sb.URL(), "--listen", elsewhere, "--config", filepath.Join(home, name)}
	}
	said, status = script(t, t.Context(), []string{"y", testToken, "http://" + elsewhere, "n"}, fresh("asked.yaml")...)
	cfg, err = loadConfig(overrides{file: filepath.Join(home, "asked.yaml")})
	must(t, err)
	if status != 0 || !strings.Contains(said, "curl -X POST "+sb.URL()+"/v1/configs/webhook") || !strings.Contains(said, cfg.Webhook.HeaderSecret.Reveal()) {
		t.Errorf("by hand: status %d\n%s", status, said)
	}
	said, status = script(t, t.Context(), nil, append(fresh("scripted.yaml"), "--yes", "--token-file", token, "--address", "http://"+elsewhere)...)
	cfg, err = loadConfig(overrides{file: filepath.Join(home, "scripted.yaml")})
	must(t, err)
	if status != 0 || strings.Contains(said, cfg.Webhook.HeaderSecret.Reveal()) || !strings.Contains(said, "--subscribe") {
		t.Errorf("in a script: status %d\n%s", status, said)
	}
	// An account whose health names nothing: the number has to be given, and that it is not verified is said.
	sb.SetNumberField("health_status", map[string]any{"can_send_message": "AVAILABLE"})
	other := filepath.Join(home, "other.yaml")
	said, status = script(t, t.Context(), []string{"y", testToken, "12x", "", "200000000000007", ""}, append(args, "--config", other)...)
	if status != 0 || !strings.Contains(said, "does not say which number") || !strings.Contains(said, "200000000000007, as you say") || !strings.Contains(content(t, other), "200000000000007") {
		t.Errorf("status %d\n%s", status, said)
	}
}
