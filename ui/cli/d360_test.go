package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
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
	for _, check := range []string{"config", "secrets", "network", "token", "health", "listener", "address", "event", "templates"} {
		if f := found[check]; f.State != sound {
			t.Errorf("%s: %+v", check, f)
		}
	}
	for _, check := range []string{"scopes", "app secret", "subscription", "fields", "callback"} {
		if f, there := found[check]; there {
			t.Errorf("360dialog has nothing to tell of %s: %+v", check, f)
		}
	}
	must(t, os.WriteFile(s.config, []byte(strings.Replace(whole, farSecret, farSecret+"0", 1)), 0o600))
	if f := look()["event"]; f.State != broken || !strings.Contains(f.Remedy, "webhook.header_secret") {
		t.Errorf("with another secret than the owner's: %+v", f)
	}
	must(t, os.WriteFile(s.config, []byte(strings.Replace(whole, testToken, testToken+"0", 1)), 0o600))
	if f := look()["token"]; f.State != broken {
		t.Errorf("with another key: %+v", f)
	}
}
