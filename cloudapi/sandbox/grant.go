package sandbox

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Grant is what the access token allows, as debug_token tells it. The zero value is a system user's token with all
// that a client needs, for the practice account, for ever.
type Grant struct {
	Type    string    `json:"type"`    // SYSTEM_USER when empty
	Expires time.Time `json:"expires"` // zero: never
	Scopes  []string  `json:"scopes"`  // nil: all that are needed
	WABAs   []string  `json:"wabas"`   // nil: the practice account
}

// SetGrant changes what the access token allows. Calls are not judged by it: what a token lacks is refused by a fault
// of the code that Meta uses, 10 or 200.
func (sb *Sandbox) SetGrant(g Grant) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	sb.grant = g
}

// bearer is the token that a call carries.
func bearer(r *http.Request) string {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return token
	}
	return r.URL.Query().Get("access_token")
}

func (sb *Sandbox) debugToken(w http.ResponseWriter, r *http.Request) *graphError {
	asked := r.URL.Query().Get("input_token")
	if asked == "" {
		return refuse("The parameter input_token is required.")
	}
	sb.mu.Lock()
	valid, g := asked == sb.token, sb.grant
	sb.mu.Unlock()
	if valid && !g.Expires.IsZero() && !sb.Now().Before(g.Expires) {
		valid = false
	}
	if !valid {
		writeJSON(w, http.StatusOK, map[string]any{"data": map[string]any{"is_valid": false, "scopes": []string{},
			"error": map[string]any{"code": 190, "message": "The access token has been invalidated.", "subcode": 460}}})
		return nil
	}
	if g.Type == "" {
		g.Type = "SYSTEM_USER"
	}
	if g.Scopes == nil {
		g.Scopes = []string{"whatsapp_business_management", "whatsapp_business_messaging", "public_profile"}
	}
	if g.WABAs == nil {
		g.WABAs = []string{sb.cfg.WABA}
	}
	expires := int64(0)
	if !g.Expires.IsZero() {
		expires = g.Expires.Unix()
	}
	granular := []map[string]any{}
	for _, s := range []string{"whatsapp_business_management", "whatsapp_business_messaging"} {
		if slices.Contains(g.Scopes, s) {
			granular = append(granular, map[string]any{"scope": s, "target_ids": g.WABAs})
		}
	}
	writeJSON(w, http.StatusOK, map[string]any{"data": map[string]any{"app_id": sb.cfg.AppID, "type": g.Type,
		"application": "Practice App", "data_access_expires_at": 0, "expires_at": expires, "is_valid": true, "issued_at": sb.clock.now().Add(-time.Hour).Unix(),
		"scopes": g.Scopes, "granular_scopes": granular, "user_id": "100000000000009"}})
	return nil
}
