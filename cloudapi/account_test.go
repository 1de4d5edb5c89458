package cloudapi

import (
	"fmt"
	"testing"

	"frontdesk/inbox"
)

// TestTwoAccountsOfOneApp: one app gets the events of all its accounts at one address. Those of another account are
// left out, whichever place names it; one that names none is taken.
func TestTwoAccountsOfOneApp(t *testing.T) {
	const ours, theirs, partner = "100000000000001", "100000000000007", "300000000000002"
	event := func(entry, value string) []byte {
		return fmt.Appendf(nil, `{"object":"whatsapp_business_account","entry":[{"id":%q,"time":1790006000,"changes":[{"field":"account_update","value":%s}]}]}`, entry, value)
	}
	template := func(entry string) []byte {
		return fmt.Appendf(nil, `{"entry":[{"id":%q,"time":1790006000,"changes":[{"field":"message_template_status_update","value":{"event":"PAUSED","message_template_name":"hours","message_template_language":"en"}}]}]}`, entry)
	}
	in := func(waba string) string {
		return `{"event":"PARTNER_REMOVED","waba_info":{"waba_id":"` + waba + `"},"disconnection_info":{"reason":"CHANGE_NUMBER"}}`
	}
	for _, c := range []struct {
		name string
		body []byte
		want bool
	}{
		{"our account", event(ours, `{"event":"ACCOUNT_OFFBOARDED"}`), true},
		{"another account", event(theirs, `{"event":"ACCOUNT_OFFBOARDED"}`), false},
		{"a partner's event about our account", event(partner, in(ours)), true},
		{"a partner's event about another account", event(partner, in(theirs)), false},
		{"another account, with our number's entry", event(ours, in(theirs)), false},
		{"no account is named", event("", `{"event":"ACCOUNT_OFFBOARDED"}`), true},
		{"a template of ours", template(ours), true},
		{"a template of another account", template(theirs), false},
	} {
		if got := len(DecoderFor(ours)(c.body, ourLine)) > 0; got != c.want {
			t.Errorf("%s: taken %v, want %v", c.name, got, c.want)
		}
		if len(Decode(c.body, ourLine)) == 0 {
			t.Errorf("%s: left out although our account is not known", c.name)
		}
	}
}

// TestLifeOfAnAccount reads what the account's events say, in each of their forms.
func TestLifeOfAnAccount(t *testing.T) {
	for name, want := range map[string]inbox.AccountSeen{
		"account_update_partner_removed_primary_inactivity":   {Event: "PARTNER_REMOVED", Reason: "PRIMARY_INACTIVITY", By: "SYSTEM"},
		"account_update_partner_removed_phone_number_variant": {Event: "PARTNER_REMOVED", Reason: "PRIMARY_INACTIVITY", By: "SYSTEM", Number: "15550100001"},
		"account_update_account_offboarded":                   {Event: "ACCOUNT_OFFBOARDED"},
		"account_update_partner_app_uninstalled":              {Event: "PARTNER_APP_UNINSTALLED"},
		"account_update_account_violation":                    {Event: "ACCOUNT_VIOLATION", Detail: "scam"},
		"account_update_disabled_update":                      {Event: "DISABLED_UPDATE", Detail: "SCHEDULE_FOR_DISABLE September 30, 2026"},
	} {
		facts := Decode(fixture(t, name), ourLine)
		want.Line, want.Time = ourLine, 1790006000
		if len(facts) != 2 || facts[0] != inbox.Fact(want) {
			got := inbox.Fact(nil)
			if len(facts) > 0 {
				got = facts[0]
			}
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
		if n, ok := facts[len(facts)-1].(inbox.NoteSeen); !ok || n.Kind != inbox.KindLifecycle {
			t.Errorf("%s: no note", name)
		}
	}
	for _, f := range Decode(fixture(t, "account_update_unknown_event"), ourLine) {
		if _, ok := f.(inbox.AccountSeen); ok {
			t.Error("an unknown event changes what the account is")
		}
	}
}
