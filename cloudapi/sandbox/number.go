package sandbox

import (
	"net/http"
	"slices"
	"strings"
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
	status, platform := "CONNECTED", "CLOUD_API"
	if sb.off != "" {
		status, platform = "DISCONNECTED", "NOT_APPLICABLE"
	}
	all := map[string]any{
		"id": sb.cfg.PNID, "display_phone_number": sb.cfg.DisplayNumber, "verified_name": sb.cfg.VerifiedName,
		"status": status, "quality_rating": "GREEN", "code_verification_status": "VERIFIED", "name_status": "APPROVED",
		"platform_type": platform, "is_on_biz_app": sb.off == "", "throughput": map[string]string{"level": "STANDARD"},
		"whatsapp_business_manager_messaging_limit": "TIER_2K", "account_mode": "LIVE", "is_official_business_account": false,
		"is_pin_enabled": false, "last_onboarded_time": sb.linked.UTC().Format("2006-01-02T15:04:05+0000"),
		"health_status": health, "webhook_configuration": sb.hooks.configuration(), "username": nil, "search_visibility": "VISIBLE",
	}
	for name, v := range sb.altered {
		if all[name] = v; v == nil {
			delete(all, name)
		}
	}
	return all
}

// SetNumberField changes what the number's node says of itself, such as is_on_biz_app, platform_type or status; nil takes
// the field away, as nodes of some kinds do not have it.
func (sb *Sandbox) SetNumberField(name string, v any) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	if sb.altered == nil {
		sb.altered = map[string]any{}
	}
	sb.altered[name] = v
}

// AddNumber puts a second number beside the practice one. It can be looked at and does nothing.
func (sb *Sandbox) AddNumber(id, display, name string, onPhone bool) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	sb.others = append(sb.others, map[string]any{"id": id, "display_phone_number": display, "verified_name": name, "status": "CONNECTED",
		"quality_rating": "YELLOW", "platform_type": "CLOUD_API", "is_on_biz_app": onPhone, "webhook_configuration": map[string]string{},
		"health_status": sb.healthStatus("AVAILABLE")})
}

func (sb *Sandbox) secondNumber(id string) map[string]any {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	for _, n := range sb.others {
		if n["id"] == id {
			return n
		}
	}
	return nil
}

func (sb *Sandbox) number(w http.ResponseWriter, r *http.Request) *graphError {
	return sel("WhatsAppBusinessPhoneNumber", sb.numberFields(), []string{"display_phone_number", "verified_name", "quality_rating"}).write(w, r)
}

func (sb *Sandbox) phoneNumbers(w http.ResponseWriter, r *http.Request) *graphError {
	sb.mu.Lock()
	others := sb.others
	sb.mu.Unlock()
	var list []map[string]any
	for _, fields := range append([]map[string]any{sb.numberFields()}, others...) {
		one, e := sel("WhatsAppBusinessPhoneNumber", fields, []string{"display_phone_number", "verified_name", "quality_rating"}).pick(r.URL.Query().Get("fields"))
		if e != nil {
			return e
		}
		list = append(list, one)
	}
	return sb.page(w, r, list, 25, 0)
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
