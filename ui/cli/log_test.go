package cli

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"frontdesk/cloudapi"
)

func TestLogHidesSecretsNumbersAndText(t *testing.T) {
	var b bytes.Buffer
	log := slog.New(newRedactor(slog.NewTextHandler(&b, nil))).With("access_token", "EAAwithattrs123", "to", "15550100101")
	log.WithGroup("g").Error("send to 15550100102 failed", "text", "Is the 2 kg box in stock?", "secret", cloudapi.NewSecret("s3cret"),
		"err", errors.New("refused EAAabcdefghijk for 15550100103"), slog.Group("req", "body", "hello there", "code", 190))
	got := b.String()
	for _, bad := range []string{"EAAwithattrs", "EAAabcdefghijk", "15550100101", "15550100102", "15550100103", "2 kg box", "hello there", "s3cret"} {
		if strings.Contains(got, bad) {
			t.Errorf("the log shows %q: %s", bad, got)
		}
	}
	for _, good := range []string{"…0102", "…0103", "code=190"} {
		if !strings.Contains(got, good) {
			t.Errorf("the log lost %q: %s", good, got)
		}
	}
}

func TestLogFileIsPrivate(t *testing.T) {
	dir := t.TempDir()
	log, c, err := openLog(dir, "info", nil)
	if err != nil {
		t.Fatal(err)
	}
	log.Info("started")
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "frontdesk.log"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v %v", info.Mode(), err)
	}
}

func TestLogLevelIsChecked(t *testing.T) {
	if _, _, err := openLog(t.TempDir(), "loud", nil); exitCode(err) != exitUsage {
		t.Fatalf("got %v", err)
	}
}
