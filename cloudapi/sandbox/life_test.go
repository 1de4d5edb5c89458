package sandbox

import (
	"strings"
	"testing"
	"testing/synctest"
)

// updates are the events of account_update that were told, in order.
func (l *lab) updates() (all []string) {
	for _, change := range l.inbox.changes() {
		if change["field"] == "account_update" {
			all = append(all, change["value"].(map[string]any)["event"].(string))
		}
	}
	return all
}

// TestLifeOfTheNumber: while the number is off nothing is taken and nothing is told but what becomes of the account, and
// the number itself says so.
func TestLifeOfTheNumber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, nil)
		c := l.prepare()
		l.settle()
		came := len(l.inbox.items("messages"))
		number := func(connected bool) {
			t.Helper()
			got := l.get("/v25.0/" + l.cfg.PNID + "?fields=status,platform_type,is_on_biz_app").raw
			want := []string{`"DISCONNECTED"`, `"NOT_APPLICABLE"`, `false`}
			if connected {
				want = []string{`"CONNECTED"`, `"CLOUD_API"`, `true`}
			}
			for _, w := range want {
				if !strings.Contains(got, w) {
					t.Errorf("the number says %s, want %s", got, w)
				}
			}
		}
		number(true)
		for _, turn := range []struct{ off, on func() }{
			{l.Phone().Offboard, l.Phone().Reconnect},
			{func() { _ = l.Phone().Disconnect("PRIMARY_INACTIVITY") }, l.Phone().Connect},
			{func() { l.Phone().Withdraw(true) }, l.Phone().Connect},
		} {
			turn.off()
			number(false)
			if r, err := l.trySend(textTo(maya, "anybody?")); err != nil || r.code() != 133010 {
				t.Errorf("a send while off: %v %v", r.raw, err)
			}
			c.Write("nobody hears this")
			l.settle()
			if n := len(l.inbox.items("messages")); n != came {
				t.Errorf("%d messages were told while off", n-came)
			}
			turn.on()
			number(true)
			l.send(textTo(maya, "back again"))
			l.settle()
		}
		want := "ACCOUNT_OFFBOARDED ACCOUNT_RECONNECTED PARTNER_REMOVED PARTNER_ADDED PARTNER_APP_UNINSTALLED PARTNER_ADDED"
		if got := strings.Join(l.updates(), " "); got != want {
			t.Errorf("told %s, want %s", got, want)
		}
		if err := l.Phone().Disconnect("BOREDOM"); err == nil {
			t.Error("an unknown reason was taken")
		}
	})
}
