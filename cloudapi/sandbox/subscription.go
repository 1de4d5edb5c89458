package sandbox

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
)

// hooks are the addresses that webhooks may go to. The number's stands above the account's, and that above the app's.
// Template and account events, which Meta always sends to the app's, go the same way here: there is one courier.
type hooks struct{ app, account, number string }

func (h hooks) inForce() string {
	for _, u := range []string{h.number, h.account, h.app} {
		if u != "" {
			return u
		}
	}
	return ""
}

// configuration is webhook_configuration as the number's node shows it.
func (h hooks) configuration() map[string]string {
	out := map[string]string{}
	for name, u := range map[string]string{"application": h.app, "whatsapp_business_account": h.account, "phone_number": h.number} {
		if u != "" {
			out[name] = u
		}
	}
	return out
}

// hook changes the addresses and lets the courier go where they point.
func (sb *Sandbox) hook(change func(*hooks)) {
	sb.mu.Lock()
	change(&sb.hooks)
	target := sb.hooks.inForce()
	sb.mu.Unlock()
	sb.post.redirect(target)
}

// verified takes an address that Meta verifies before it answers. what is how the parameter is called.
func (sb *Sandbox) verified(ctx context.Context, what, callbackURL, token string) *graphError {
	if callbackURL == "" {
		return nil
	}
	if len(callbackURL) > 200 {
		return refuse("Param %s must be at most 200 characters long.", what)
	}
	err := checkURL(callbackURL)
	if err == nil {
		err = sb.post.verifies(ctx, callbackURL, token)
	}
	if err != nil {
		return &graphError{status: 400, code: 2200, message: "(#2200) Callback verification failed: " + err.Error()}
	}
	return nil
}

// configureNumber takes the webhook override of one number; an empty address removes it.
func (sb *Sandbox) configureNumber(w http.ResponseWriter, r *http.Request) *graphError {
	var in struct {
		Webhook *struct {
			URL   string `json:"override_callback_uri"`
			Token string `json:"verify_token"`
		} `json:"webhook_configuration"`
	}
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&in); err != nil || in.Webhook == nil {
		return refuse("The parameter webhook_configuration is required.")
	}
	if e := sb.verified(r.Context(), "override_callback_uri", in.Webhook.URL, in.Webhook.Token); e != nil {
		return e
	}
	sb.hook(func(h *hooks) { h.number = in.Webhook.URL })
	writeJSON(w, http.StatusOK, map[string]bool{"success": true})
	return nil
}

// subscribedApps lists, makes or ends the app's subscription to the account. A POST without an override removes one
// that was there (overrides page).
func (sb *Sandbox) subscribedApps(w http.ResponseWriter, r *http.Request) *graphError {
	switch r.Method {
	case http.MethodPost:
		var in struct {
			URL   string `json:"override_callback_uri"`
			Token string `json:"verify_token"`
		}
		raw, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		if err != nil || (len(raw) > 0 && json.Unmarshal(raw, &in) != nil) {
			return fail(100, "The body is not a JSON object.")
		}
		if e := sb.verified(r.Context(), "override_callback_uri", in.URL, in.Token); e != nil {
			return e
		}
		sb.hook(func(h *hooks) { h.account = in.URL })
		sb.Subscribe(true)
	case http.MethodDelete:
		sb.Subscribe(false)
	default:
		sb.mu.Lock()
		subbed, override := sb.subbed, sb.hooks.account
		sb.mu.Unlock()
		data := []any{}
		if subbed {
			app := map[string]any{"whatsapp_business_api_data": map[string]string{"id": sb.cfg.AppID, "name": "Practice App",
				"link": "https://www.facebook.com/games/?app_id=" + sb.cfg.AppID}}
			if override != "" {
				app["override_callback_uri"] = override
			}
			data = append(data, app)
		}
		writeJSON(w, http.StatusOK, map[string]any{"data": data})
		return nil
	}
	writeJSON(w, http.StatusOK, map[string]bool{"success": true})
	return nil
}

// Subscribe connects the app to the account or cuts it off: without it no webhook is sent.
func (sb *Sandbox) Subscribe(on bool) {
	sb.mu.Lock()
	sb.subbed = on
	sb.post.mute(!on || sb.off != "")
	sb.mu.Unlock()
}

// usualFields are what the app is subscribed to unless SetFields or a client said otherwise.
var usualFields = []string{"messages", "smb_message_echoes", "smb_app_state_sync", "history", "account_update",
	"message_template_status_update", "message_template_quality_update", "template_category_update", "phone_number_quality_update", "phone_number_name_update",
	"business_capability_update", "account_alerts", "account_review_update", "security", "user_preferences", "standby", "messaging_handovers"}

// otherFields are those that the object has besides (webhooks 6).
var otherFields = []string{"message_template_components_update", "account_settings_update", "business_username_updates", "payment_configuration_update", "partner_solutions",
	"flows", "calls", "automatic_events", "group_lifecycle_update", "group_participants_update", "group_settings_update", "group_status_update"}

// SetFields says which fields the app is subscribed to. What happens in others is not reported.
func (sb *Sandbox) SetFields(fields []string) {
	sb.mu.Lock()
	sb.fields = slices.Clone(fields)
	sb.mu.Unlock()
	sb.post.only(fields)
}

// appToken is the access token of the app itself.
func (sb *Sandbox) appToken() string { return sb.cfg.AppID + "|" + sb.cfg.AppSecret }

// appSubscriptions reads or sets what the app is subscribed to. Only the app itself may; a POST adds fields to those
// there are, and its callback is verified.
func (sb *Sandbox) appSubscriptions(w http.ResponseWriter, r *http.Request) *graphError {
	if bearer(r) != sb.appToken() {
		return &graphError{status: 400, code: 15, message: "(#15) This method must be called with an app access_token."}
	}
	sb.mu.Lock()
	fields, app := sb.fields, sb.hooks.app
	sb.mu.Unlock()
	if fields == nil {
		fields = usualFields
	}
	if r.Method == http.MethodPost {
		var in struct {
			Object string `json:"object"`
			URL    string `json:"callback_url"`
			Token  string `json:"verify_token"`
			Fields string `json:"fields"`
		}
		if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&in); err != nil {
			return fail(100, "The body is not a JSON object.")
		}
		switch {
		case in.Object != "whatsapp_business_account":
			return refuse("Param object must be one of {WHATSAPP_BUSINESS_ACCOUNT} - got %q.", in.Object)
		case in.URL == "" || in.Token == "":
			return refuse("The parameters callback_url and verify_token are required.")
		}
		for f := range strings.SplitSeq(in.Fields, ",") {
			if f = strings.TrimSpace(f); f != "" && !slices.Contains(usualFields, f) && !slices.Contains(otherFields, f) {
				return refuse("Param fields must be one of those of whatsapp_business_account - got %q.", f)
			}
		}
		if e := sb.verified(r.Context(), "callback_url", in.URL, in.Token); e != nil {
			return e
		}
		merged := slices.Clone(fields)
		for f := range strings.SplitSeq(in.Fields, ",") {
			if f = strings.TrimSpace(f); f != "" && !slices.Contains(merged, f) {
				merged = append(merged, f)
			}
		}
		sb.SetFields(merged)
		sb.hook(func(h *hooks) { h.app = in.URL })
		writeJSON(w, http.StatusOK, map[string]bool{"success": true})
		return nil
	}
	data := []any{}
	if app != "" || len(fields) > 0 {
		var list []map[string]string
		for _, f := range fields {
			list = append(list, map[string]string{"name": f, "version": "v25.0"})
		}
		data = append(data, map[string]any{"object": "whatsapp_business_account", "callback_url": app, "active": true, "fields": list})
	}
	writeJSON(w, http.StatusOK, map[string]any{"data": data})
	return nil
}
