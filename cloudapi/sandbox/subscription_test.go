package sandbox

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const practiceApp = "400000000000001|sandbox-app-secret"

// TestAppSubscription: only the app itself may read or set its fields, and a field that is missing is not reported.
func TestAppSubscription(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, nil)
		const path = "/v25.0/400000000000001/subscriptions"
		as := func(method, token, body string) graphReply {
			t.Helper()
			r, err := l.call(method, path, token, http.Header{"Content-Type": {"application/json"}}, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		if r := as("GET", "sandbox-access-token", ""); r.code() != 15 {
			t.Errorf("a user's token was taken: %s", r.raw)
		}
		if r := as("GET", "400000000000001|other", ""); r.code() != 190 {
			t.Errorf("a wrong app secret was taken: %s", r.raw)
		}
		if r := as("GET", practiceApp, ""); !strings.Contains(r.raw, "smb_message_echoes") {
			t.Errorf("fields: %s", r.raw)
		}
		l.SetFields([]string{"history"})
		l.Customer(maya).Write("unheard")
		subscribe := `{"object":"whatsapp_business_account","callback_url":"http://callback.sandbox/webhook","verify_token":%,"fields":"messages"}`
		if r := as("POST", practiceApp, strings.Replace(subscribe, "%", `"wrong"`, 1)); r.code() != 2200 {
			t.Errorf("a callback that does not know the token: %s", r.raw)
		}
		if r := as("POST", practiceApp, strings.NewReplacer("%", `"sandbox-verify-token"`, `"messages"`, `"messages,gossip"`).Replace(subscribe)); r.code() != 100 || !strings.Contains(r.raw, "gossip") {
			t.Errorf("a field that nobody knows is taken: %s", r.raw)
		}
		if r := as("POST", practiceApp, strings.Replace(subscribe, "%", `"sandbox-verify-token"`, 1)); !r.Success {
			t.Fatal(r.raw)
		}
		if r := as("GET", practiceApp, ""); !strings.Contains(r.raw, `"history"`) || !strings.Contains(r.raw, `"messages"`) || strings.Contains(r.raw, "echoes") {
			t.Errorf("fields afterwards: %s", r.raw)
		}
		l.Customer(maya).Write("heard")
		l.settle()
		if msgs := l.inbox.items("messages"); len(msgs) != 1 || in(msgs[0], "text")["body"] != "heard" {
			t.Errorf("messages %v", msgs)
		}
	})
}

// TestOverrides: the number's address stands above the account's, that above the app's.
func TestOverrides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, nil)
		set := func(path, body string) {
			t.Helper()
			if r, err := l.call("POST", path, "sandbox-access-token", nil, strings.NewReader(body)); err != nil || !r.Success {
				t.Fatal(r.raw, err)
			}
		}
		inForce := func(want string) {
			t.Helper()
			if got, _ := l.post.address(); got != want {
				t.Errorf("webhooks go to %q, not to %q", got, want)
			}
		}
		const number, account = "/v25.0/200000000000001", "/v25.0/100000000000001/subscribed_apps"
		inForce("http://callback.sandbox/webhook")
		set(account, `{"override_callback_uri":"http://account.sandbox/","verify_token":"sandbox-verify-token"}`)
		inForce("http://account.sandbox/")
		set(number, `{"webhook_configuration":{"override_callback_uri":"http://number.sandbox/","verify_token":"sandbox-verify-token"}}`)
		inForce("http://number.sandbox/")
		if r := l.get(number + "?fields=webhook_configuration"); !strings.Contains(r.raw, "account.sandbox") || !strings.Contains(r.raw, "callback.sandbox") {
			t.Errorf("configuration %s", r.raw)
		}
		set(number, `{"webhook_configuration":{"override_callback_uri":""}}`)
		inForce("http://account.sandbox/")
		set(account, "")
		inForce("http://callback.sandbox/webhook")
	})
}

// TestGrant: debug_token tells what was set, and an expired token is none.
func TestGrant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, nil)
		ask := func() string { return l.get("/v25.0/debug_token?input_token=sandbox-access-token").raw }
		l.SetGrant(Grant{Type: "USER", Scopes: []string{"whatsapp_business_messaging"}, Expires: l.Now().Add(time.Hour), WABAs: []string{"9"}})
		if got := ask(); !strings.Contains(got, `"USER"`) || strings.Contains(got, "management") || !strings.Contains(got, `"target_ids":["9"]`) || !strings.Contains(got, `"is_valid":true`) {
			t.Errorf("grant %s", got)
		}
		time.Sleep(time.Hour)
		if got := ask(); !strings.Contains(got, `"is_valid":false`) {
			t.Errorf("expired %s", got)
		}
	})
}

// TestNumberFields: what the number says can be changed and taken away, and a second number is listed.
func TestNumberFields(t *testing.T) {
	l := newLab(t, nil)
	l.SetNumberField("is_on_biz_app", false)
	l.SetNumberField("platform_type", nil)
	l.AddNumber("200000000000002", "+1 555-010-0002", "Second", false)
	if r := l.get("/v25.0/200000000000001?fields=is_on_biz_app"); !strings.Contains(r.raw, `"is_on_biz_app":false`) {
		t.Error(r.raw)
	}
	if r := l.get("/v25.0/200000000000001?fields=platform_type"); r.code() != 100 {
		t.Error(r.raw)
	}
	if r := l.get("/v25.0/100000000000001/phone_numbers?fields=display_phone_number,is_on_biz_app"); !strings.Contains(r.raw, "0002") || !strings.Contains(r.raw, "0001") {
		t.Error(r.raw)
	}
	if r := l.get("/v25.0/200000000000002?fields=verified_name"); !strings.Contains(r.raw, "Second") {
		t.Error(r.raw)
	}
}
