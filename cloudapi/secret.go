package cloudapi

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"
)

// hidden is what a Secret looks like wherever it is printed.
const hidden = "•••"

// Secret is a token, an app secret or a verify token. It prints as ••• through fmt, slog, JSON and every other text
// encoding; only Reveal gives the value. The value hides behind a pointer because fmt reads unexported struct fields
// without asking their methods.
type Secret struct{ value *string }

// NewSecret wraps s. The empty string makes the zero Secret.
func NewSecret(s string) Secret {
	if s == "" {
		return Secret{}
	}
	return Secret{value: &s}
}

// Reveal gives the value, "" for the zero Secret.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// IsZero reports whether there is no value.
func (s Secret) IsZero() bool { return s.value == nil }

// String implements fmt.Stringer.
func (Secret) String() string { return hidden }

// GoString implements fmt.GoStringer.
func (Secret) GoString() string { return hidden }

// Format implements fmt.Formatter, so that no verb gets around String.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// LogValue implements slog.LogValuer.
func (Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText implements encoding.TextMarshaler.
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// MarshalJSON implements json.Marshaler.
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + hidden + `"`), nil }

// UnmarshalText implements encoding.TextUnmarshaler, for reading configuration.
func (s *Secret) UnmarshalText(b []byte) error {
	*s = NewSecret(string(b))
	return nil
}

// TokenSource gives the access token to use now. It is asked for every request, so that a rotated token is used at
// once. It must be safe for concurrent use and must not block.
type TokenSource func() Secret

// StaticToken always gives the same token.
func StaticToken(t Secret) TokenSource { return func() Secret { return t } }

// FileToken gives the first line of a file, read again whenever its size, inode or time of change differ. While the
// file cannot be read the last token stays in use. The error is that of the first reading.
func FileToken(file string) (TokenSource, error) {
	f := &tokenFile{name: file}
	if err := f.refresh(); err != nil {
		return nil, fmt.Errorf("read the access token: %w", err)
	}
	return f.token, nil
}

type tokenFile struct {
	name string

	mu      sync.Mutex
	info    os.FileInfo
	current Secret
}

func (f *tokenFile) token() Secret {
	f.mu.Lock()
	defer f.mu.Unlock()
	_ = f.refresh() // the last token stays while the file is being replaced
	return f.current
}

func (f *tokenFile) refresh() error {
	info, err := os.Stat(f.name)
	if err != nil {
		return err
	}
	if f.info != nil && unchanged(f.info, info) {
		return nil
	}
	b, err := os.ReadFile(f.name)
	if err != nil {
		return err
	}
	line, _, _ := strings.Cut(strings.TrimSpace(string(b)), "\n")
	if line = strings.TrimSpace(line); line == "" {
		return fmt.Errorf("%s is empty; put the token on its first line", f.name)
	}
	f.info, f.current = info, NewSecret(line)
	return nil
}

// unchanged reports whether a file can be taken for the one seen before. A file written within the last two seconds
// never can: it may have been written again inside one tick of the clock.
func unchanged(was, is os.FileInfo) bool {
	return os.SameFile(was, is) && was.Size() == is.Size() && was.ModTime().Equal(is.ModTime()) &&
		time.Since(is.ModTime()) > 2*time.Second
}

// fingerprint is a short hash that changes when the secret does and tells nothing about it.
func fingerprint(s Secret) string {
	if s.IsZero() {
		return ""
	}
	sum := sha256.Sum256([]byte("frontdesk credential\x00" + s.Reveal()))
	return hex.EncodeToString(sum[:6])
}
