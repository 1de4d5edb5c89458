package cloudapi

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestVerifyVectors(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("testdata", "signature", "vectors.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Secret  string `json:"app_secret"`
		Vectors []struct {
			Name, Header string
			Body         string `json:"body_base64"`
			Valid        *bool
		}
	}
	if err := json.Unmarshal(b, &file); err != nil || len(file.Vectors) < 9 {
		t.Fatalf("%d vectors, %v", len(file.Vectors), err)
	}
	secret := NewSecret(file.Secret)
	for _, v := range file.Vectors {
		body, err := base64.StdEncoding.DecodeString(v.Body)
		if err != nil {
			t.Fatal(err)
		}
		if v.Valid == nil {
			continue // may be accepted or refused
		}
		if got := Verify(body, v.Header, []Secret{secret}); got != *v.Valid {
			t.Errorf("%s: %v, want %v", v.Name, got, *v.Valid)
		}
		if got := Verify(body, v.Header, []Secret{NewSecret("before the rotation"), {}, secret}); got != *v.Valid {
			t.Errorf("%s among several secrets: %v, want %v", v.Name, got, *v.Valid)
		}
		if *v.Valid && Sign(secret, body) != v.Header {
			t.Errorf("%s: Sign gives %s", v.Name, Sign(secret, body))
		}
	}
}

func TestVerifyNeverPassesWithoutASecret(t *testing.T) {
	body := []byte("{}")
	for _, secrets := range [][]Secret{nil, {}, {{}}, {NewSecret("")}} {
		if Verify(body, Sign(Secret{}, body), secrets) {
			t.Errorf("an empty secret passed: %d of them", len(secrets))
		}
	}
}

func TestSecretNeverShows(t *testing.T) {
	const value = "EAAsecretvalue"
	s := NewSecret(value)
	var logged bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&logged, nil))
	log.Info("x", "secret", s, "inside", struct{ S Secret }{s}, "pointer", &s)
	encoded, err := json.Marshal(map[string]any{"a": s, "b": &s, "c": []Secret{s}})
	if err != nil {
		t.Fatal(err)
	}
	type holder struct {
		Open   Secret
		hidden Secret
		cfg    ListenerConfig
	}
	h := holder{s, s, ListenerConfig{Secrets: []Secret{s}, VerifyToken: s}}
	shown := logged.String() + string(encoded)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		shown += fmt.Sprintf(verb, s) + fmt.Sprintf(verb, &s) + fmt.Sprintf(verb, h) + fmt.Sprintf(verb, []Secret{s})
	}
	for _, leak := range []string{value, fmt.Sprintf("%x", value)} {
		if strings.Contains(strings.ToLower(shown), strings.ToLower(leak)) {
			t.Errorf("shown: %s", shown)
		}
	}
	if s.Reveal() != value || !(Secret{}).IsZero() || h.hidden.IsZero() {
		t.Error("the value is lost")
	}
}

func TestFileTokenRotates(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	if _, err := FileToken(file); err == nil {
		t.Fatal("a missing file is no error")
	}
	write := func(s string) {
		t.Helper()
		if err := replaceFile(file, []byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	write("first\nignored\n")
	token, err := FileToken(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := token().Reveal(); got != "first" {
		t.Errorf("%q", got)
	}
	before := fingerprint(token())
	write("second")
	if got := token().Reveal(); got != "second" || fingerprint(token()) == before {
		t.Errorf("after the change: %q", got)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if got := token().Reveal(); got != "second" {
		t.Errorf("while the file is away: %q", got)
	}
	write("  \n")
	if got := token().Reveal(); got != "second" {
		t.Errorf("with an empty file: %q", got)
	}
}
