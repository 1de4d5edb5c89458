package cloudapi

import (
	"crypto/hmac"
	"crypto/sha256"
	"net/http"
	"strings"
)

// Guard proves the webhooks of a provider that does not sign them (360dialog, cloud-api 10.1): a path that nobody can guess,
// and a header with a secret, which the provider sends along with each of them.
type Guard struct {
	Header string // its name
	Secret Secret
}

// LeastGuard is how many characters make a guess hopeless: of the path behind its first slash, and of the secret.
const LeastGuard = 20

// CheckGuard refuses a path and a guard that guard nothing; the error names the configuration's key.
func CheckGuard(path string, g Guard) error { return g.check(path) }

func (g Guard) set() bool { return g.Header != "" || !g.Secret.IsZero() }

// check refuses a guard that guards nothing.
func (g Guard) check(path string) error {
	switch {
	case g.Header == "" || strings.ContainsAny(g.Header, " \t\r\n:"):
		return misconfigured("webhook.header %q is no name of a header; write it as X-Frontdesk-Secret", g.Header)
	case len(g.Secret.Reveal()) < LeastGuard:
		return misconfigured("webhook.header_secret has fewer than %d characters, and webhooks come unsigned; make one up with: openssl rand -hex 24", LeastGuard)
	case len(strings.TrimPrefix(path, "/")) < LeastGuard:
		return misconfigured("webhook.path %q can be guessed, and webhooks come unsigned; make it / and %d or more random characters", path, LeastGuard)
	}
	return nil
}

// passes compares the header in constant time, whatever its length. A header that is there twice proves nothing.
func (g Guard) passes(r *http.Request) bool {
	values := r.Header.Values(g.Header)
	if len(values) != 1 {
		return false
	}
	want, got := sha256.Sum256([]byte(g.Secret.Reveal())), sha256.Sum256([]byte(values[0]))
	return hmac.Equal(want[:], got[:])
}
