package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/cloudapi/sandbox"

	"github.com/zalando/go-keyring"
)

// newAccount is a practice WhatsApp whose app is new: no callback, nothing subscribed.
func newAccount(t *testing.T) *sandbox.Sandbox {
	t.Helper()
	sb, _ := wellShop(t, nil)
	if err := sb.SetCallback(t.Context(), "", ""); err != nil {
		t.Fatal(err)
	}
	sb.Subscribe(false)
	sb.SetFields([]string{})
	return sb
}

// script runs init with lines as its answers.
func script(t *testing.T, ctx context.Context, answers []string, args ...string) (said string, status int) {
	t.Helper()
	var out bytes.Buffer
	status = run(ctx, append([]string{"init"}, args...), strings.NewReader(strings.Join(append(answers, ""), "\n")), &out, &out)
	return out.String(), status
}

func defaultConfig(home string) string {
	return filepath.Join(home, ".config", "frontdesk", "config.yaml")
}

func content(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestInitChecksEachAnswer: wrong answers are told as they are given and asked for again; what comes of it is a
// configuration that doctor finds nothing broken in, and a listener that counts as proven.
func TestInitChecksEachAnswer(t *testing.T) {
	home := cleanHome(t)
	sb := newAccount(t)
	sb.AddNumber("200000000000002", "+1 555-010-0002", "Second", false)
	listen := freeAddress(t)
	said, status := script(t, t.Context(), []string{"y", "EAAwrong", testToken, "7", "2", "n", "1", "mistyped", testSecret,
		"http://" + freeAddress(t), "http://" + listen, ""}, "--api", sb.URL(), "--listen", listen)
	if status != 0 {
		t.Fatalf("status %d\n%s", status, said)
	}
	for _, want := range []string{"2.24.17", "Step 5 of 5", "the access token is not valid", "the number is on the API only", "does not know this app secret",
		"nothing listens at", "answers the challenge", "byte for byte", "is not subscribed to the account", "Fields not subscribed: messages, smb_message_echoes"} {
		if !strings.Contains(said, want) {
			t.Errorf("init does not say %q:\n%s", want, said)
		}
	}
	if strings.Contains(said, testSecret) || strings.Contains(said, "\x1b") {
		t.Errorf("init says a secret, or more than text:\n%s", said)
	}
	file := defaultConfig(home)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the configuration: %v %v", info, err)
	}
	if _, err := os.Stat(file + ".part"); err == nil {
		t.Error("the draft stays")
	}
	s := &shop{config: file}
	found, status := s.examined(t)
	for name, f := range found {
		if f.State == broken {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if status != 0 {
		t.Errorf("doctor: status %d", status)
	}
	var out bytes.Buffer
	if run(t.Context(), []string{"sync", "status", "--json"}, strings.NewReader(""), &out, &out); !strings.Contains(out.String(), listen+"/webhook") {
		t.Errorf("the listener is not proven: %s", out.String())
	}
	// What comes now is what WhatsApp was asked for.
	if sb.Traffic().Outstanding != 0 {
		t.Errorf("traffic %+v", sb.Traffic())
	}
}

// TestInitGoesOn: broken off at any question, nothing that was verified is asked for again.
func TestInitGoesOn(t *testing.T) {
	home := cleanHome(t)
	sb := newAccount(t)
	listen := freeAddress(t)
	args := []string{"--api", sb.URL(), "--listen", listen}
	for i, answers := range [][]string{{}, {"y"}, {"y", testToken}, {testSecret}} {
		said, status := script(t, t.Context(), answers, args...)
		if status != 1 || !strings.Contains(said, "interrupted") {
			t.Fatalf("%d: status %d\n%s", i, status, said)
		}
		if _, err := os.Stat(defaultConfig(home)); err == nil {
			t.Fatalf("%d: there is a configuration already", i)
		}
		if info, err := os.Stat(defaultConfig(home) + ".part"); i >= 2 && (err != nil || info.Mode().Perm() != 0o600) {
			t.Fatalf("%d: the draft: %v %v", i, info, err)
		}
	}
	said, status := script(t, t.Context(), []string{"http://" + listen, "y"}, args...)
	if status != 0 || !strings.Contains(said, "Going on from what was checked") || strings.Contains(said, "Access token:") {
		t.Fatalf("status %d\n%s", status, said)
	}
}

// TestInitEndsWithItsContext: an interrupt at a question ends it, whatever the input does.
func TestInitEndsWithItsContext(t *testing.T) {
	cleanHome(t)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		p := prompter{silentReader{ctx}, &bytes.Buffer{}}
		time.AfterFunc(time.Hour, cancel)
		if _, err := p.line(ctx, "?"); !errors.Is(err, errInterrupted) {
			t.Error(err)
		}
	})
}

// silentReader is an input where nobody types.
type silentReader struct{ ctx context.Context }

func (r silentReader) Read([]byte) (int, error) { <-r.ctx.Done(); return 0, r.ctx.Err() }

// TestInitInScripts: --yes asks nothing, names the flag that is missing, and overwrites only when it is told to.
func TestInitInScripts(t *testing.T) {
	home := cleanHome(t)
	sb := newAccount(t)
	listen := freeAddress(t)
	secretFile := func(name, value string, mode os.FileMode) string {
		file := filepath.Join(home, name)
		if err := os.WriteFile(file, []byte(value+"\n"), mode); err != nil {
			t.Fatal(err)
		}
		chmod(t, file, mode)
		return file
	}
	token, secret := secretFile("token", testToken, 0o600), secretFile("secret", testSecret, 0o600)
	base := []string{"--yes", "--api", sb.URL(), "--listen", listen}
	for _, k := range []struct {
		args []string
		says string
	}{
		{nil, "--token-file"},
		{[]string{"--token-file", secretFile("open", testToken, 0o644)}, "chmod 600"},
		{[]string{"--token-file", secretFile("wrong", "EAAwrong", 0o600)}, "not valid"},
		{[]string{"--token-file", token}, "--app-secret-file"},
		{[]string{"--token-file", token, "--phone-number-id", "9"}, "is none of the account's"},
		{[]string{"--token-file", token, "--app-secret-file", secret, "--address", "http://" + freeAddress(t)}, "nothing listens"},
	} {
		said, status := script(t, t.Context(), nil, append(append([]string{}, base...), k.args...)...)
		if status == 0 || !strings.Contains(said, k.says) {
			t.Errorf("%v: status %d, want %q\n%s", k.args, status, k.says, said)
		}
		if _, err := os.Stat(defaultConfig(home)); err == nil {
			t.Fatalf("%v: there is a configuration", k.args)
		}
		_ = os.Remove(defaultConfig(home) + ".part")
	}
	all := append(base, "--token-file", token, "--app-secret-file", secret, "--address", "http://"+listen, "--subscribe")
	if said, status := script(t, t.Context(), nil, all...); status != 0 {
		t.Fatalf("status %d\n%s", status, said)
	}
	written := content(t, defaultConfig(home))
	if strings.Contains(written, testToken) || !strings.Contains(written, "access_token_file: "+token) {
		t.Errorf("the token's file is not named: %s", written)
	}
	if said, status := script(t, t.Context(), nil, all...); status != 2 || !strings.Contains(said, "--overwrite") || content(t, defaultConfig(home)) != written {
		t.Errorf("status %d\n%s", status, said)
	}
	if said, status := script(t, t.Context(), []string{"n"}, "--api", sb.URL()); status != 1 || !strings.Contains(said, "nothing was changed") || content(t, defaultConfig(home)) != written {
		t.Errorf("status %d\n%s", status, said)
	}
}

// TestInitKeepsWhatIsThere: a configuration of somebody's own keeps its comments and its other keys.
func TestInitKeepsWhatIsThere(t *testing.T) {
	home := cleanHome(t)
	sb := newAccount(t)
	listen := freeAddress(t)
	file := defaultConfig(home)
	mkdir(t, filepath.Dir(file), 0o700)
	own := fmt.Sprintf("# our shop\naccount:\n  api_base_url: %s\n  access_token: EAAold # expired\n  app_secret: [%s, older]\nwebhook:\n  listen: %s\nui:\n  theme: dark # by day too\ndesk:\n  agents:\n    - {name: asha, role: agent, uid: 1001}\n", sb.URL(), testSecret, listen)
	if err := os.WriteFile(file, []byte(own), 0o600); err != nil {
		t.Fatal(err)
	}
	said, status := script(t, t.Context(), []string{"y", testToken, "http://" + listen, "y"})
	if status != 0 {
		t.Fatalf("status %d\n%s", status, said)
	}
	now := content(t, file)
	for _, want := range []string{"# our shop", "theme: dark # by day too", "name: asha", "access_token: " + testToken, "older]", "phone_number_id"} {
		if !strings.Contains(now, want) {
			t.Errorf("%q is gone:\n%s", want, now)
		}
	}
	if _, err := loadConfig(overrides{file: file}); err != nil {
		t.Error(err)
	}
}

// TestInitAsksForTheAccount: where the token does not tell which account it is for, or that one cannot be read.
func TestInitAsksForTheAccount(t *testing.T) {
	cleanHome(t)
	sb := newAccount(t)
	sb.SetGrant(sandbox.Grant{WABAs: []string{}})
	listen := freeAddress(t)
	said, status := script(t, t.Context(), []string{"y", testToken, "100000000000099", testWABA, testSecret, "", "n"}, "--api", sb.URL(), "--listen", listen)
	if status != 0 || !strings.Contains(said, "does not say which account") || strings.Count(said, "Business Account id") != 2 || !strings.Contains(said, "verify token") {
		t.Fatalf("status %d\n%s", status, said)
	}
}

// TestInitSubscribesWhatThereIs: all fields; where WhatsApp refuses one of them, those that are needed, and it says so.
func TestInitSubscribesWhatThereIs(t *testing.T) {
	for _, refuses := range []bool{false, true} {
		cleanHome(t)
		sb := newAccount(t)
		if refuses { // after the look at the secret and the look at what is subscribed
			if err := sb.AddFault(sandbox.Fault{Name: "100", On: "subscriptions", Skip: 2}); err != nil {
				t.Fatal(err)
			}
		}
		listen := freeAddress(t)
		said, status := script(t, t.Context(), []string{"y", testToken, testSecret, "http://" + listen, "y"}, "--api", sb.URL(), "--listen", listen)
		if status != 0 || strings.Contains(said, "warn  fields") != refuses || !strings.Contains(said, "smb_message_echoes") || !strings.Contains(said, "phone_number_quality_update") {
			t.Errorf("refused %v: status %d\n%s", refuses, status, said)
		}
		s := &shop{config: defaultConfig(os.Getenv("HOME"))}
		found, _ := s.examined(t)
		if want := map[bool]verdict{false: sound, true: doubt}[refuses]; found["fields"].State != want {
			t.Errorf("refused %v: %+v", refuses, found["fields"])
		}
	}
}

// TestInitLeavesOtherNumbersAlone: an app that posts elsewhere keeps its address; only this number's goes to ours.
func TestInitLeavesOtherNumbersAlone(t *testing.T) {
	cleanHome(t)
	sb, _ := wellShop(t, nil)
	if err := sb.SetCallback(t.Context(), "http://127.0.0.1:9/others", ""); err != nil {
		t.Fatal(err)
	}
	listen := freeAddress(t)
	said, status := script(t, t.Context(), []string{"y", testToken, testSecret, "http://" + listen, "y"}, "--api", sb.URL(), "--listen", listen)
	if status != 0 || !strings.Contains(said, "the app's own address stays http://127.0.0.1:9/others") {
		t.Fatalf("status %d\n%s", status, said)
	}
}

// TestSecretOrder: systemd credential, file, keyring, environment, configuration.
func TestSecretOrder(t *testing.T) {
	home := cleanHome(t)
	keyring.MockInit()
	there := keyringThere
	keyringThere = func() bool { return true }
	t.Cleanup(func() { keyringThere = there; keyring.MockInit() })
	from := func(want secretSource) {
		t.Helper()
		file := ""
		if _, err := os.Stat(filepath.Join(home, "token")); err == nil {
			file = filepath.Join(home, "token")
		}
		if s, got, err := findSecret("access_token", file, "FRONTDESK_X", "in the file", testLine); got != want || err != nil || s.IsZero() {
			t.Errorf("from %q, %v; want %q", got, err, want)
		}
	}
	from("configuration")
	t.Setenv("FRONTDESK_X", "env")
	from("environment")
	if err := toKeyring("access_token", testLine, "kept"); err != nil {
		t.Fatal(err)
	}
	from(fromTheKeyring)
	if s := fromKeyring("access_token", "200000000000009"); s != "" {
		t.Error("another number's secret is found")
	}
	if err := os.WriteFile(filepath.Join(home, "token"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	from("file")
	if err := os.WriteFile(filepath.Join(home, "access_token"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("CREDENTIALS_DIRECTORY", home)
	from("systemd credential")
}

// TestKeyringIsGivenTwoSeconds: one that does not answer costs them once, and one that is not there costs nothing.
func TestKeyringIsGivenTwoSeconds(t *testing.T) {
	there := keyringThere
	t.Cleanup(func() { keyringThere = there; keyringSilent.Store(false) })
	keyringThere = func() bool { return true }
	synctest.Test(t, func(t *testing.T) {
		stuck := make(chan struct{})
		defer close(stuck)
		began := time.Now()
		for range 3 {
			if _, err := askKeyring(func() (string, error) { <-stuck; return "", nil }); !errors.Is(err, errKeyringSlow) {
				t.Error(err)
			}
		}
		if took := time.Since(began); took != keyringWithin {
			t.Errorf("it took %v", took)
		}
	})
	keyringThere = func() bool { return false }
	keyringSilent.Store(false)
	if _, err := askKeyring(func() (string, error) { t.Error("it was asked"); return "", nil }); err == nil {
		t.Error("no error")
	}
}

// TestInitIntoTheKeyring: the secrets stand there and not in the file, and doctor says so.
func TestInitIntoTheKeyring(t *testing.T) {
	home := cleanHome(t)
	keyring.MockInit()
	there := keyringThere
	keyringThere = func() bool { return true }
	t.Cleanup(func() { keyringThere = there; keyring.MockInit() })
	sb := newAccount(t)
	listen := freeAddress(t)
	said, status := script(t, t.Context(), []string{"y", testToken, testSecret, "http://" + listen, "y"}, "--api", sb.URL(), "--listen", listen, "--keyring")
	if status != 0 {
		t.Fatalf("status %d\n%s", status, said)
	}
	if written := content(t, defaultConfig(home)); strings.Contains(written, testToken) || strings.Contains(written, testSecret) || strings.Contains(written, "verify_token") {
		t.Errorf("a secret is in the file: %s", written)
	}
	found, _ := (&shop{config: defaultConfig(home)}).examined(t)
	if f := found["secrets"]; f.State != sound || strings.Count(f.Text, "system keyring") != 3 {
		t.Errorf("secrets: %+v", f)
	}
}

// TestInitInATerminal: the built program, from an empty home to the first reply: frontdesk leads into it, a secret does not show, an
// interrupt leaves the terminal as it was and loses nothing, and then the inbox opens.
func TestInitInATerminal(t *testing.T) {
	t.Parallel()
	sb := newAccount(t)
	home, listen := t.TempDir(), freeAddress(t)
	start := fmt.Sprintf("HOME=%s XDG_CONFIG_HOME= XDG_STATE_HOME= FRONTDESK_ACCOUNT_API_BASE_URL=%s FRONTDESK_WEBHOOK_LISTEN=%s %s", home, sb.URL(), listen, builtBinary(t))
	x := inTmux(t, 100, 60, start)
	x.sees("Before the number is linked", "linked already? [y/N]")
	x.text("y")
	x.keys("Enter")
	x.sees("Access token:")
	x.text(testToken)
	x.keys("Enter")
	x.sees("ok    token", "ok    number", "App secret:")
	x.never(testToken)
	x.text("half of a sec")
	x.keys("C-c")
	x.sees("interrupted; what was checked is kept", "ended with 1", "icanon echo done")
	x.never("half of")

	x = inTmux(t, 100, 60, start)
	x.sees("Going on from what was checked", "App secret:")
	x.text(testSecret)
	x.keys("Enter")
	x.sees("ok    app secret", "cloudflared tunnel --url http://127.0.0.1:", "tailscale funnel", "ngrok http", "Public address")
	x.text("http://" + listen)
	x.keys("Enter")
	x.sees("ok    event", "Let frontdesk set that at WhatsApp? [Y/n]")
	x.keys("Enter")
	x.sees("No messages yet", "? help")
	sb.Customer("+15550100107").Named("Maya").Write("Do you have a room?")
	x.sees("Maya", "Do you have a room?")
	x.told("enter open")
	x.told("i write")
	x.sees("enter send")
	x.text("Yes, from Friday on.")
	x.sees("> Yes, from Friday on.")
	x.told("enter send")
	x.sees("✓✓ delivered")
	x.keys("C-c")
	x.sees("ended with 0", "icanon echo done")
}

// TestInitOnADumbTerminal: only text, one line after the other.
func TestInitOnADumbTerminal(t *testing.T) {
	t.Parallel()
	sb := newAccount(t)
	x := inTmux(t, 90, 50, fmt.Sprintf("TERM=dumb HOME=%s %s init --api %s --listen %s", t.TempDir(), builtBinary(t), sb.URL(), freeAddress(t)))
	written := x.record()
	x.sees("linked already? [y/N]")
	x.text("y")
	x.keys("Enter")
	x.sees("Access token:")
	x.text("EAAwrong")
	x.keys("Enter")
	x.sees("fail  token")
	if s := written(); strings.Contains(s, "\x1b") || strings.Contains(s, "EAAwrong") {
		t.Errorf("more than text was written: %q", s)
	}
	x.keys("C-d")
	x.sees("ended with 1")
}

// TestInitAsksWhoCarriesTheNumber: with nothing said of it, somebody at 360dialog is asked for its key and nobody else is.
func TestInitAsksWhoCarriesTheNumber(t *testing.T) {
	for _, k := range []struct {
		answers  []string
		asks, by string
	}{
		{[]string{"y", ""}, "Access token:", ""},
		{[]string{"y", "what?", "360Dialog"}, "API key:", "Please answer Meta or 360dialog"},
	} {
		cleanHome(t)
		said, status := script(t, t.Context(), k.answers)
		if status != 1 || !strings.Contains(said, k.asks) || !strings.Contains(said, k.by) {
			t.Errorf("%q: status %d\n%s", k.answers, status, said)
		}
	}
	if said, status := script(t, t.Context(), nil, "--provider", "twilio"); status != 2 || !strings.Contains(said, "meta or 360dialog") {
		t.Errorf("status %d\n%s", status, said)
	}
}
