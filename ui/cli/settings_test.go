package cli

import (
	"os"
	"strings"
	"testing"
)

// TestSettingsThatCannotWork are refused with status 2 by a line that names the key, and nobody has to guess why a
// setting has no effect.
func TestSettingsThatCannotWork(t *testing.T) {
	cleanHome(t)
	t.Setenv("FRONTDESK_WEBHOOK_LISTEN", "127.0.0.1:0")
	for _, c := range []struct{ env, value, want string }{
		{"ACCOUNT_API_BASE_URL", "http://example.com", "would send the access token in the clear; use https"},
		{"ACCOUNT_API_VERSION", "25", "account.api_version"},
		{"ACCOUNT_PROVIDER", "360dialog", "missing webhook.header_secret"},
		{"WEBHOOK_PATH", "webhook", "webhook.path"},
		{"WEBHOOK_LISTEN", "8460", "webhook.listen"},
		{"WEBHOOK_LISTEN", "127.0.0.1:99999", "webhook.listen"},
		{"WEBHOOK_TLS_KEY_FILE", "/k.pem", "webhook.tls"},
		{"WEBHOOK_TLS_DOMAIN", "https://shop.example.com", "webhook.tls.domain"},
		{"RELAY_URL", "wss://relay.example.com", "relay.url"},
		{"DESK_LISTEN", "0.0.0.0:8443", "desk.listen"},
	} {
		t.Run(c.env+"="+c.value, func(t *testing.T) {
			s := newShop(t, "")
			t.Setenv("FRONTDESK_"+c.env, c.value)
			var out, errw strings.Builder
			status := run(t.Context(), []string{"serve", "--config", s.config}, os.Stdin, &out, &errw)
			if status != 2 || !strings.Contains(errw.String(), c.want) || strings.Count(errw.String(), "\n") != 1 {
				t.Errorf("status %d: %q", status, errw.String())
			}
		})
	}
}
