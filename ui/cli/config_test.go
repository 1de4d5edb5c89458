package cli

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write config.example.yaml and other generated files anew")

func TestExampleConfigIsInStep(t *testing.T) {
	file := filepath.Join("..", "..", "config.example.yaml")
	if *update {
		if err := os.WriteFile(file, []byte(exampleConfig()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != exampleConfig() {
		t.Fatal("config.example.yaml differs from the key table; run: go test ./ui/cli -run ExampleConfig -update")
	}
	home := cleanHome(t)
	_ = home
	c, err := loadConfig(overrides{file: file})
	if err != nil {
		t.Fatalf("the example does not load: %v", err)
	}
	if c.Webhook.Listen != "127.0.0.1:8460" || !c.UI.EnterSends || c.Inbox.LifelineDays != 14 {
		t.Fatalf("the example's values did not arrive: %+v", c)
	}
}

func TestConfigRefusals(t *testing.T) {
	cleanHome(t)
	for _, c := range []struct{ name, yaml, want string }{
		{"unknown key", "webhook:\n  lisen: x\n", `config.yaml:2: unknown key "webhook.lisen"; did you mean "webhook.listen"?`},
		{"unknown section", "wat:\n  x: 1\n", `config.yaml:1: unknown key "wat"; config.example.yaml lists every key`},
		{"wrong type", "ui:\n  ascii: perhaps\n", "config.yaml:2: ui.ascii must be true or false"},
		{"number", "inbox:\n  phone_lifeline_days: soon\n", "config.yaml:2: inbox.phone_lifeline_days must be a whole number"},
		{"pause", "ui:\n  hold_seconds: 90\n", `ui.hold_seconds is "90"; it must be 0 to 60`},
		{"section as value", "account: 3\n", "config.yaml:1: account must hold keys of its own"},
		{"choice", "inbox:\n  read_receipts: sometimes\n", `inbox.read_receipts is "sometimes"; it must be one of focused, on_reply, never`},
		{"role", "desk:\n  agents:\n    - {name: a, role: king}\n", `config.yaml:3: desk.agents: role is "king"; it must be agent, lead or viewer`},
		{"person without a name", "desk:\n  agents:\n    - {role: agent, uid: 7}\n", `config.yaml:3: desk.agents: this person has no name`},
		{"user id", "desk:\n  agents:\n    - {name: a, uid: seven}\n", `config.yaml:3: desk.agents: uid is "seven"; it must be a whole number, as id -u prints it`},
		{"user id twice", "desk:\n  agents:\n    - {name: a, uid: 7}\n    - {name: b, uid: 7}\n", `config.yaml:4: desk.agents: uid 7 is another person's already`},
		{"mistyped section", "webhok:\n  listen: x\n", `config.yaml:1: unknown key "webhok"; did you mean "webhook"?`},
		{"syntax", "account:\n\tx: 1\n", "config.yaml: line 2: found character that cannot start any token; check the indentation there"},
		{"list of secrets where one is", "account:\n  verify_token: [a, b]\n", "config.yaml:2: account.verify_token must be a secret"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := loadConfig(overrides{file: writeConfig(t, c.yaml, 0o600)})
			if err == nil || err.Error() != c.want {
				t.Fatalf("got  %v\nwant %s", err, c.want)
			}
			if exitCode(err) != 2 {
				t.Fatalf("exit status %d, want 2", exitCode(err))
			}
		})
	}
}

func TestConfigSecretsInAReadableFile(t *testing.T) {
	cleanHome(t)
	file := writeConfig(t, "account:\n  access_token: EAAsecret\n", 0o644)
	_, err := loadConfig(overrides{file: file})
	if err == nil || !strings.Contains(err.Error(), "run: chmod 600 "+file+",") || strings.Contains(err.Error(), "EAAsecret") {
		t.Fatalf("got %v", err)
	}
}

func TestConfigStrength(t *testing.T) {
	cleanHome(t)
	file := writeConfig(t, "webhook:\n  listen: 127.0.0.1:1\nagent:\n  name: file\naccount:\n  app_secret: [one, two]\n", 0o600)
	t.Setenv("FRONTDESK_AGENT_NAME", "env")
	c, err := loadConfig(overrides{file: file, keys: map[string]string{"webhook.listen": "127.0.0.1:2"}})
	if err != nil {
		t.Fatal(err)
	}
	if c.Webhook.Listen != "127.0.0.1:2" || c.Agent != "env" || len(c.Account.AppSecrets) != 2 {
		t.Fatalf("got %s %s %d secrets", c.Webhook.Listen, c.Agent, len(c.Account.AppSecrets))
	}
}

func TestSecretFromAFile(t *testing.T) {
	cleanHome(t)
	secretFile := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(secretFile, []byte("abc\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	file := writeConfig(t, "account:\n  access_token_file: "+secretFile+"\n", 0o644)
	if _, err := loadConfig(overrides{file: file}); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Fatalf("a readable secret file was accepted: %v", err)
	}
	if err := os.Chmod(secretFile, 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := loadConfig(overrides{file: file})
	if err != nil || c.Account.AccessToken.Reveal() != "abc" {
		t.Fatalf("got %v, %v", c.Account.AccessToken.Reveal(), err)
	}
}

func TestMissingKeysAreNamed(t *testing.T) {
	cleanHome(t)
	c, err := loadConfig(overrides{file: writeConfig(t, "account:\n  phone_number_id: \"1\"\n", 0o600)})
	if err != nil {
		t.Fatal(err)
	}
	err = c.complete()
	if err == nil || !strings.Contains(err.Error(), "missing account.waba_id, account.access_token, account.app_secret, account.verify_token") {
		t.Fatalf("got %v", err)
	}
	c, err = loadConfig(overrides{})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.complete(); err == nil || !strings.Contains(err.Error(), "frontdesk demo") {
		t.Fatalf("a newcomer is not shown the demo: %v", err)
	}
}

// TestNoHome: without a home directory nothing is looked for where anybody may have put it.
func TestNoHome(t *testing.T) {
	cleanHome(t)
	t.Setenv("HOME", "")
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	must(t, os.MkdirAll(filepath.Join(temp, ".config", "frontdesk"), 0o700))
	must(t, os.WriteFile(filepath.Join(temp, ".config", "frontdesk", "config.yaml"), []byte("agent: {name: stranger}\n"), 0o600))
	cfg, err := loadConfig(overrides{dataDir: temp})
	if err != nil || cfg.File != "" || cfg.Agent == "stranger" {
		t.Errorf("%v %q %q", err, cfg.File, cfg.Agent)
	}
	if _, err := loadConfig(overrides{}); err == nil || exitCode(err) != 2 || !strings.Contains(err.Error(), "--data-dir") {
		t.Errorf("%v", err)
	}
}

// cleanHome keeps the tests away from the configuration of whoever runs them.
func cleanHome(t *testing.T) string {
	home := t.TempDir()
	for _, e := range os.Environ() {
		if name, _, _ := strings.Cut(e, "="); strings.HasPrefix(name, "FRONTDESK_") {
			t.Setenv(name, "")
		}
	}
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("XDG_STATE_HOME", "")
	t.Setenv("CREDENTIALS_DIRECTORY", "")
	return home
}

func writeConfig(t *testing.T, yaml string, mode os.FileMode) string {
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, mode); err != nil {
		t.Fatal(err)
	}
	return file
}
