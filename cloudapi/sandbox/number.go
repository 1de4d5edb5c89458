package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// SetHealth replaces health_status of the number: "AVAILABLE", "LIMITED" or "BLOCKED" (health status page).
func (sb *Sandbox) SetHealth(canSend string) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	sb.health = sb.healthStatus(canSend)
}

func (sb *Sandbox) healthStatus(canSend string) map[string]any {
	entities := []map[string]any{
		{"entity_type": "PHONE_NUMBER", "id": sb.cfg.PNID, "can_send_message": "AVAILABLE"},
		{"entity_type": "WABA", "id": sb.cfg.WABA, "can_send_message": canSend},
		{"entity_type": "BUSINESS", "id": "300000000000001", "can_send_message": "AVAILABLE"},
		{"entity_type": "APP", "id": sb.cfg.AppID, "can_send_message": "AVAILABLE"},
	}
	switch canSend {
	case "BLOCKED":
		entities[1]["errors"] = []map[string]any{{"error_code": 141006, "error_description": "There is an error with the payment method.",
			"possible_solution": "Add a new payment method to the account."}}
	case "LIMITED":
		entities[1]["additional_info"] = []string{"The display name has not been approved yet. The message limit will rise after approval."}
	}
	return map[string]any{"can_send_message": canSend, "entities": entities}
}

func (sb *Sandbox) numberFields() map[string]any {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	health := sb.health
	if health == nil {
		health = sb.healthStatus("AVAILABLE")
	}
	hooks := map[string]string{}
	if target, _ := sb.post.address(); target != "" {
		hooks["application"] = target
	}
	status, platform := "CONNECTED", "CLOUD_API"
	if sb.off != "" {
		status, platform = "DISCONNECTED", "NOT_APPLICABLE"
	}
	return map[string]any{
		"id": sb.cfg.PNID, "display_phone_number": sb.cfg.DisplayNumber, "verified_name": sb.cfg.VerifiedName,
		"status": status, "quality_rating": "GREEN", "code_verification_status": "VERIFIED", "name_status": "APPROVED",
		"platform_type": platform, "is_on_biz_app": sb.off == "", "throughput": map[string]string{"level": "STANDARD"},
		"whatsapp_business_manager_messaging_limit": "TIER_2K", "account_mode": "LIVE", "is_official_business_account": false,
		"is_pin_enabled": false, "last_onboarded_time": sb.linked.UTC().Format("2006-01-02T15:04:05+0000"),
		"health_status": health, "webhook_configuration": hooks, "username": nil, "search_visibility": "VISIBLE",
	}
}

func (sb *Sandbox) number(w http.ResponseWriter, r *http.Request) *graphError {
	return sel("WhatsAppBusinessPhoneNumber", sb.numberFields(), []string{"display_phone_number", "verified_name", "quality_rating"}).write(w, r)
}

func (sb *Sandbox) phoneNumbers(w http.ResponseWriter, r *http.Request) *graphError {
	s := sel("WhatsAppBusinessPhoneNumber", sb.numberFields(), []string{"display_phone_number", "verified_name", "quality_rating"})
	one, e := s.pick(r.URL.Query().Get("fields"))
	if e != nil {
		return e
	}
	return sb.page(w, r, []map[string]any{one}, 25, 0)
}

func (sb *Sandbox) account(w http.ResponseWriter, r *http.Request) *graphError {
	var billing any
	if fields := r.URL.Query().Get("fields"); strings.Contains(fields, "pricing_analytics") {
		var e *graphError
		if billing, e = sb.pricingAnalytics(fields); e != nil {
			return e
		}
	}
	return sel("WhatsAppBusinessAccount", map[string]any{
		"pricing_analytics": billing,
		"id":                sb.cfg.WABA, "name": sb.cfg.VerifiedName, "currency": "USD", "timezone_id": "1", "country": "US",
		"account_review_status": "APPROVED", "business_verification_status": "verified", "ownership_type": "CLIENT_OWNED",
		"message_template_namespace": "00000000_0000_0000_0000_000000000001", "health_status": sb.numberFields()["health_status"],
	}, []string{"name", "currency", "timezone_id", "message_template_namespace"}).write(w, r)
}

func (sb *Sandbox) businessProfile(w http.ResponseWriter, r *http.Request) *graphError {
	all := map[string]any{"messaging_product": "whatsapp", "about": "Practice number", "address": "", "description": "",
		"email": "", "profile_picture_url": nil, "websites": []string{}, "vertical": "HOTEL"}
	out := map[string]any{"messaging_product": "whatsapp"}
	for _, f := range fieldNames(r.URL.Query().Get("fields")) {
		v, ok := all[f]
		if !ok {
			return refuse("Tried accessing nonexisting field (%s) on node type (WhatsAppBusinessProfile)", f)
		}
		out[f] = v
	}
	writeJSON(w, http.StatusOK, map[string]any{"data": []any{out}})
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
	if e := sb.setCallbackFor(r.Context(), in.Webhook.URL, in.Webhook.Token); e != nil {
		return e
	}
	writeJSON(w, http.StatusOK, map[string]bool{"success": true})
	return nil
}

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
		if in.URL != "" {
			if e := sb.setCallbackFor(r.Context(), in.URL, in.Token); e != nil {
				return e
			}
		}
		sb.subscribe(true)
	case http.MethodDelete:
		sb.subscribe(false)
	default:
		sb.mu.Lock()
		subbed := sb.subbed
		sb.mu.Unlock()
		data := []any{}
		if subbed {
			app := map[string]any{"whatsapp_business_api_data": map[string]string{"id": sb.cfg.AppID, "name": "Practice App",
				"link": "https://www.facebook.com/games/?app_id=" + sb.cfg.AppID}}
			if target, _ := sb.post.address(); target != "" {
				app["override_callback_uri"] = target
			}
			data = append(data, app)
		}
		writeJSON(w, http.StatusOK, map[string]any{"data": data})
		return nil
	}
	writeJSON(w, http.StatusOK, map[string]bool{"success": true})
	return nil
}

// subscribe connects the app to the account or cuts it off: without it no webhook is sent.
func (sb *Sandbox) subscribe(on bool) {
	sb.mu.Lock()
	sb.subbed = on
	sb.post.mute(!on || sb.off != "")
	sb.mu.Unlock()
}

func (sb *Sandbox) appSubscriptions(w http.ResponseWriter) *graphError {
	var fields []map[string]string
	for _, f := range []string{"messages", "smb_message_echoes", "smb_app_state_sync", "history", "account_update", "message_template_status_update"} {
		fields = append(fields, map[string]string{"name": f, "version": "v25.0"})
	}
	target, _ := sb.post.address()
	writeJSON(w, http.StatusOK, map[string]any{"data": []any{map[string]any{"object": "whatsapp_business_account",
		"callback_url": target, "active": true, "fields": fields}}})
	return nil
}

func (sb *Sandbox) debugToken(w http.ResponseWriter, r *http.Request) *graphError {
	asked := r.URL.Query().Get("input_token")
	if asked == "" {
		return refuse("The parameter input_token is required.")
	}
	sb.mu.Lock()
	valid := asked == sb.token
	sb.mu.Unlock()
	if !valid {
		writeJSON(w, http.StatusOK, map[string]any{"data": map[string]any{"is_valid": false, "scopes": []string{},
			"error": map[string]any{"code": 190, "message": "The access token has been invalidated.", "subcode": 460}}})
		return nil
	}
	scopes := []string{"whatsapp_business_management", "whatsapp_business_messaging", "public_profile"}
	var granular []map[string]any
	for _, s := range scopes[:2] {
		granular = append(granular, map[string]any{"scope": s, "target_ids": []string{sb.cfg.WABA}})
	}
	writeJSON(w, http.StatusOK, map[string]any{"data": map[string]any{"app_id": sb.cfg.AppID, "type": "SYSTEM_USER",
		"application": "Practice App", "data_access_expires_at": 0, "expires_at": 0, "is_valid": true, "issued_at": sb.clock.now().Add(-time.Hour).Unix(),
		"scopes": scopes, "granular_scopes": granular, "user_id": "100000000000009"}})
	return nil
}

// messageHistory lists delivery events of messages sent through the API (message history).
func (sb *Sandbox) messageHistory(w http.ResponseWriter, r *http.Request) *graphError {
	q := r.URL.Query()
	asked := fieldNames(q.Get("fields"))
	for _, f := range asked {
		if !slices.Contains([]string{"id", "message_id", "events"}, f) {
			return refuse("Tried accessing nonexisting field (%s) on node type (MessageHistory)", f)
		}
	}
	var items []map[string]any
	sb.mu.Lock()
	for _, m := range slices.Backward(sb.journal) {
		if m.historyID == "" || (q.Get("message_id") != "" && q.Get("message_id") != m.ID) {
			continue
		}
		item := map[string]any{"id": m.historyID, "message_id": m.ID}
		if slices.Contains(asked, "events") {
			item["events"] = map[string]any{"data": sb.historyData(m, false)}
		}
		items = append(items, item)
	}
	sb.mu.Unlock()
	return sb.page(w, r, items, 25, 100)
}

func (sb *Sandbox) historyItem(id string) (*message, bool) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	for _, m := range sb.journal {
		if m.historyID != "" && m.historyID == id {
			return m, true
		}
	}
	return nil, false
}

func (sb *Sandbox) historyEvents(w http.ResponseWriter, r *http.Request, m *message) *graphError {
	sb.mu.Lock()
	data := sb.historyData(m, true)
	sb.mu.Unlock()
	return sb.page(w, r, data, 25, 100)
}

// historyData lists the events of a message; apart says in the form of the events edge. The caller holds mu.
func (sb *Sandbox) historyData(m *message, apart bool) []map[string]any {
	data := []map[string]any{}
	for _, e := range m.events {
		status := strings.ToUpper(e.status)
		item := map[string]any{"id": e.id, "delivery_status": status, "webhook_update_state": e.hook.get(), "timestamp": e.at.Unix(),
			"application": map[string]string{"id": sb.cfg.AppID, "name": "Practice App"}}
		if status == "PLAYED" {
			item["delivery_status"] = "READ"
		}
		if target, _ := sb.post.address(); target != "" {
			item["webhook_uri"] = target
		}
		if e.hook.get() == hookFailed {
			item["error_description"] = "Webhook endpoint did not answer 200"
		}
		if apart {
			delete(item, "timestamp")
			item["occurrence_timestamp"], item["status_timestamp"] = e.at.Unix(), e.at.Unix()
			if status == "FAILED" {
				item["delivery_status"] = "ERROR"
			}
		}
		data = append(data, item)
	}
	return data
}
