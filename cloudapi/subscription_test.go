package cloudapi

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"frontdesk/inbox"
)

// setupAnswers are WhatsApp's documented answers (cloud-api 1.3, 6.1, 6.4).
var setupAnswers = map[string]string{
	"/v25.0/debug_token": `{"data":{"app_id":"400000000000001","type":"SYSTEM_USER","application":"Northside Inbox","expires_at":1790000000,"is_valid":true,
		"scopes":["whatsapp_business_management","public_profile"],"granular_scopes":[{"scope":"whatsapp_business_management","target_ids":["300000000000001"]}]}}`,
	"/v25.0/400000000000001/subscriptions": `{"data":[{"object":"page","callback_url":"https://other.example/","active":true,"fields":[{"name":"feed"}]},
		{"object":"whatsapp_business_account","callback_url":"https://hooks.shop.example/wa","active":true,"fields":[{"name":"messages","version":"v25.0"},{"name":"history"}]}]}`,
	"/v25.0/300000000000001/subscribed_apps": `{"data":[{"whatsapp_business_api_data":{"id":"400000000000001","name":"Northside Inbox"},"override_callback_uri":"https://hooks.shop.example/wa/w1"}]}`,
	"/v25.0/300000000000001/phone_numbers": `{"data":[{"id":"200000000000001","display_phone_number":"+1 555-010-0001","status":"CONNECTED","is_on_biz_app":true,"platform_type":"CLOUD_API"},
		{"id":"200000000000002","display_phone_number":"+1 555-010-0002","is_on_biz_app":false,"platform_type":"CLOUD_API"}]}`,
	"/v25.0/200000000000001": `{"id":"200000000000001","webhook_configuration":{"application":"https://hooks.shop.example/wa","phone_number":"https://hooks.shop.example/wa/pn1"}}`,
}

func TestSetupQuestions(t *testing.T) {
	g := newGraph(t)
	g.answer = func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, setupAnswers[r.URL.Path])
	}
	c, err := NewClient(ClientConfig{BaseURL: g.server.URL, WABA: "300000000000001", Token: StaticToken(NewSecret(accessToken))})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	grant, err := c.Grant(t.Context())
	if err != nil || !grant.Valid || grant.App != "400000000000001" || grant.Expires.Unix() != 1790000000 ||
		!slices.Equal(grant.Missing(), []string{ScopeMessaging}) || !slices.Equal(grant.WABAs, []string{"300000000000001"}) {
		t.Errorf("%+v, %v", grant, err)
	}
	sub, err := c.Subscription(t.Context(), grant.App)
	if err != nil || sub.Callback != "https://hooks.shop.example/wa" || !slices.Equal(sub.Lacks(NeededFields), []string{"smb_message_echoes", "smb_app_state_sync", "account_update"}) {
		t.Errorf("%+v, %v", sub, err)
	}
	if apps, err := c.SubscribedApps(t.Context()); err != nil || len(apps) != 1 || apps[0] != (AppOf{"400000000000001", "Northside Inbox", "https://hooks.shop.example/wa/w1"}) {
		t.Errorf("%+v, %v", apps, err)
	}
	if list, err := c.Numbers(t.Context(), "300000000000001"); err != nil || len(list) != 2 || !list[0].Connected() || list[1].Connected() {
		t.Errorf("%+v, %v", list, err)
	}
	if at, err := c.CallbackOf(t.Context(), "200000000000001"); err != nil || at != "https://hooks.shop.example/wa/pn1" {
		t.Errorf("%q, %v", at, err)
	}
}

// TestTroubleIsTwoLines: what went wrong and what to do, of a desk's error and of WhatsApp's.
func TestTroubleIsTwoLines(t *testing.T) {
	for _, err := range []error{&APIError{Status: 400, Code: 200, Title: "x"}, inbox.Refusal("unread-number", "why", "a", "next", "b"), io.ErrUnexpectedEOF} {
		if says, next := Trouble(err); says == "" || next == "" || strings.Contains(says+next, "\n") {
			t.Errorf("%v: %q, %q", err, says, next)
		}
	}
}
