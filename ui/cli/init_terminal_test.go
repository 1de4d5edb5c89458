package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"frontdesk/cloudapi"
	"frontdesk/cloudapi/sandbox"
)

// TestInitNamesBrokenLinksInATerminal: the built program's wizard, given right answers but for one, or a number that is not
// as it must be, says which of them it is.
func TestInitNamesBrokenLinksInATerminal(t *testing.T) {
	t.Parallel()
	type setting struct{ token, secret, address string }
	for name, tt := range map[string]struct {
		breaks func(t *testing.T, sb *sandbox.Sandbox, s *setting)
		says   string
	}{
		"a token that was withdrawn": {func(_ *testing.T, sb *sandbox.Sandbox, _ *setting) { sb.SetAccessToken("another") }, "the access token is not valid"},
		"a token that may not manage": {func(_ *testing.T, sb *sandbox.Sandbox, _ *setting) {
			sb.SetGrant(sandbox.Grant{Scopes: []string{"whatsapp_business_messaging"}})
		}, "lacks whatsapp_business_management"},
		"a number that left the phone": {func(_ *testing.T, sb *sandbox.Sandbox, _ *setting) { sb.SetNumberField("is_on_biz_app", false) }, "on the API only"},
		"a number that left the API": {func(_ *testing.T, sb *sandbox.Sandbox, _ *setting) {
			sb.SetNumberField("platform_type", "NOT_APPLICABLE")
		}, "not on the Cloud API"},
		"a banned number":                  {func(_ *testing.T, sb *sandbox.Sandbox, _ *setting) { sb.SetNumberField("status", "BANNED") }, "is banned"},
		"another app's secret":             {func(_ *testing.T, _ *sandbox.Sandbox, s *setting) { s.secret = "mistyped" }, "does not know this app secret"},
		"an address where nothing listens": {func(t *testing.T, _ *sandbox.Sandbox, s *setting) { s.address = "http://" + freeAddress(t) }, "nothing listens at"},
		"a tunnel to nowhere": {func(t *testing.T, _ *sandbox.Sandbox, s *setting) {
			s.address = proxyTo(t, "http://"+freeAddress(t), nil)
		}, "reaches no listener behind it (502)"},
		"a proxy that rewrites": {func(t *testing.T, _ *sandbox.Sandbox, s *setting) {
			s.address = proxyTo(t, s.address, func(body []byte) []byte { return bytes.ReplaceAll(body, []byte(`\/`), []byte("/")) })
		}, "changes the body"},
		"somebody else's listener": {func(t *testing.T, _ *sandbox.Sandbox, s *setting) {
			s.address = otherListener(t, func(c *cloudapi.ListenerConfig) { c.VerifyToken = cloudapi.NewSecret("x") })
		}, "refuses the verify token"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sb, home, listen := newAccount(t), t.TempDir(), freeAddress(t)
			s := setting{testToken, testSecret, "http://" + listen}
			tt.breaks(t, sb, &s)
			file := func(name, secret string) string {
				path := filepath.Join(home, name)
				must(t, os.WriteFile(path, []byte(secret), 0o600))
				return path
			}
			x := inTmux(t, 200, 70, fmt.Sprintf("HOME=%s XDG_CONFIG_HOME= XDG_STATE_HOME= %s init --api %s --listen %s --token-file %s --app-secret-file %s --address %s",
				home, builtBinary(t), sb.URL(), listen, file("token", s.token), file("secret", s.secret), s.address))
			x.sees("linked already? [y/N]")
			x.text("y")
			x.keys("Enter")
			x.until("what is broken", func(screen string) bool {
				return strings.Contains(strings.Join(strings.Fields(screen), " "), tt.says)
			})
			x.keys("C-c")
			x.sees("ended with 1", "icanon echo done")
		})
	}
}
