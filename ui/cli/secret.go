package cli

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
)

// Secret is a text that never shows: not when printed, logged, or written as JSON.
type Secret string

const hidden = "•••"

// String implements fmt.Stringer.
func (Secret) String() string { return hidden }

// GoString keeps %#v from showing it.
func (Secret) GoString() string { return hidden }

// LogValue implements slog.LogValuer.
func (Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText implements encoding.TextMarshaler.
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// MarshalJSON implements json.Marshaler.
func (Secret) MarshalJSON() ([]byte, error) { return json.Marshal(hidden) }

// Reveal gives the text, for the one place that needs it.
func (s Secret) Reveal() string { return string(s) }

// secretSource says where a secret was found, for doctor and the log.
type secretSource string

// findSecret looks a secret up in the order of network.md 4.2: systemd credential, file, environment, configuration.
// The environment comes late because child processes and crash reports inherit it.
func findSecret(name, file, env, inConfig string) (Secret, secretSource, error) {
	if dir := os.Getenv("CREDENTIALS_DIRECTORY"); dir != "" {
		if b, err := os.ReadFile(filepath.Join(dir, name)); err == nil {
			return Secret(strings.TrimSpace(string(b))), "systemd credential", nil
		}
	}
	if file != "" {
		s, err := readSecretFile(file)
		return s, "file", err
	}
	if v := os.Getenv(env); v != "" {
		return Secret(v), "environment", nil
	}
	if inConfig != "" {
		return Secret(inConfig), "configuration", nil
	}
	return "", "", nil
}

// readSecretFile refuses a file that others can read: the secret in it is one no longer.
func readSecretFile(file string) (Secret, error) {
	info, err := os.Stat(file)
	if err != nil {
		return "", fmt.Errorf("secret file %s: %w; write the secret there with mode 0600", file, rootCause(err))
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("secret file %s can be read by others (mode %04o); run: chmod 600 %s", file, info.Mode().Perm(), file)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("secret file %s: %w", file, rootCause(err))
	}
	s := strings.TrimSpace(string(b))
	if s == "" {
		return "", fmt.Errorf("secret file %s is empty; write the secret there", file)
	}
	return Secret(s), nil
}
