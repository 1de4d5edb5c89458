package cloudapi

import (
	"net/http"
	"strings"
	"testing"

	"frontdesk/inbox"
)

func TestRequestSync(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		result inbox.Result
		id     string
		code   int
		hint   string // a part of it
	}{
		"taken":               {200, `{"messaging_product":"whatsapp","request_id":"REQ7"}`, inbox.ResultAccepted, "REQ7", 0, ""},
		"taken, by a number":  {200, `{"request_id":12345}`, inbox.ResultAccepted, "12345", 0, ""},
		"taken without an id": {200, `{"success":true}`, inbox.ResultAccepted, "", 0, ""},
		"an answer cut off":   {200, `{"request_id":"RE`, inbox.ResultUnknown, "", CodeNoAnswer, ""},
		"used already": {400, `{"error":{"message":"(#2593107) Synchronization request limit exceeded","code":2593107}}`,
			inbox.ResultRejected, "", 2593107, "connect again"},
		"too late": {400, `{"error":{"message":"(#2593108) Outside of the window","code":2593108}}`,
			inbox.ResultRejected, "", 2593108, "connect again"},
		"a server's trouble": {500, `{"error":{"message":"(#131000) Something went wrong","code":131000}}`, inbox.ResultUnknown, "", 131000, ""},
		"a token that is no more": {401, `{"error":{"message":"Error validating access token","code":190}}`,
			inbox.ResultRejectedAuth, "", 190, "token"},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGraph(t)
			g.says(c.status, []byte(c.body))
			a := g.client(t, nil).RequestSync(t.Context(), ourLine, inbox.SyncHistory)
			code := 0
			if a.Failure != nil {
				code = a.Failure.Code
			}
			if a.Result != c.result || a.RequestID != c.id || code != c.code || !strings.Contains(a.Hint, c.hint) || strings.HasSuffix(a.Hint, ".") {
				t.Errorf("%+v, failure %+v", a, a.Failure)
			}
			all := g.requests()
			if len(all) != 1 {
				t.Fatalf("%d requests, want one and no repeat", len(all))
			}
			if r := all[0]; r.method != http.MethodPost || !strings.HasSuffix(r.path, "/"+string(ourLine)+"/smb_app_data") || string(r.body) != `{"messaging_product":"whatsapp","sync_type":"history"}` {
				t.Errorf("%s %s %s", r.method, r.path, r.body)
			}
		})
	}
}

// TestRequestSyncThatNeverLeft: nobody listens, so nothing was asked for.
func TestRequestSyncThatNeverLeft(t *testing.T) {
	g := newGraph(t)
	c := g.client(t, nil)
	g.server.Close()
	if a := c.RequestSync(t.Context(), ourLine, inbox.SyncContacts); a.Result != inbox.ResultNotSent {
		t.Errorf("%+v", a)
	}
}
