package sandbox

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// Template is one message template in one language, in the shape in which the Graph API lists it (template
// management page).
type Template struct {
	ID              string      `json:"id"`
	Name            string      `json:"name"`
	Language        string      `json:"language"`
	Status          string      `json:"status"`           // APPROVED when empty
	Category        string      `json:"category"`         // UTILITY when empty
	ParameterFormat string      `json:"parameter_format"` // POSITIONAL when empty
	RejectedReason  string      `json:"rejected_reason,omitempty"`
	Components      []Component `json:"components"`
}

// Component is a header, body, footer, button row or carousel.
type Component struct {
	Type    string           `json:"type"`             // HEADER, BODY, FOOTER, BUTTONS, CAROUSEL
	Format  string           `json:"format,omitempty"` // of a header: TEXT, IMAGE, VIDEO, DOCUMENT, LOCATION
	Text    string           `json:"text,omitempty"`
	Example map[string]any   `json:"example,omitempty"`
	Buttons []TemplateButton `json:"buttons,omitempty"`
	Cards   []TemplateCard   `json:"cards,omitempty"`
}

// TemplateCard is one card of a carousel.
type TemplateCard struct {
	Components []Component `json:"components"`
}

// TemplateButton is one button. Example is what Meta shows a reviewer: full addresses, or the coupon code.
type TemplateButton struct {
	Type    string   `json:"type"` // QUICK_REPLY, URL, PHONE_NUMBER, COPY_CODE, FLOW, OTP
	Text    string   `json:"text,omitempty"`
	URL     string   `json:"url,omitempty"`
	Phone   string   `json:"phone_number,omitempty"`
	FlowID  string   `json:"flow_id,omitempty"`
	OTPType string   `json:"otp_type,omitempty"`
	Example []string `json:"example,omitempty"`
}

func (t *Template) component(kind string) (Component, bool) {
	for _, c := range t.Components {
		if strings.EqualFold(c.Type, kind) {
			return c, true
		}
	}
	return Component{}, false
}

func (t *Template) fields() map[string]any {
	reason := t.RejectedReason
	if reason == "" {
		reason = "NONE"
	}
	score := "GREEN"
	if t.Status == "PAUSED" || t.Status == "DISABLED" {
		score = "RED"
	}
	return map[string]any{"id": t.ID, "name": t.Name, "language": t.Language, "status": t.Status, "category": t.Category,
		"parameter_format": t.ParameterFormat, "components": t.Components, "rejected_reason": reason,
		"quality_score": map[string]any{"score": score, "date": 1790000000}, "sub_category": nil, "previous_category": nil,
		"correct_category": nil, "library_template_name": nil, "message_send_ttl_seconds": nil, "cta_url_link_tracking_opted_out": nil}
}

// AddTemplate adds a template and returns its id. Name and language together are unique.
func (sb *Sandbox) AddTemplate(t Template) (string, error) {
	def := func(s *string, d string) {
		if *s == "" {
			*s = d
		}
	}
	def(&t.Status, "APPROVED")
	def(&t.Category, "UTILITY")
	def(&t.ParameterFormat, "POSITIONAL")
	if t.Name == "" || t.Language == "" {
		return "", fmt.Errorf("sandbox: template %q: name and language are required", t.Name)
	}
	sb.mu.Lock()
	defer sb.mu.Unlock()
	if sb.template(t.Name, t.Language) != nil {
		return "", fmt.Errorf("sandbox: template %q in %s exists already", t.Name, t.Language)
	}
	if t.ID == "" {
		t.ID = sb.newID("600")
	}
	sb.templates = append(sb.templates, &t)
	return t.ID, nil
}

// Templates lists all templates in the order in which the API lists them.
func (sb *Sandbox) Templates() []Template {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	var out []Template
	for _, t := range sb.templates {
		out = append(out, *t)
	}
	return out
}

// SetTemplateStatus changes the state of a template and reports it with message_template_status_update.
func (sb *Sandbox) SetTemplateStatus(name, language, status string) error {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	t := sb.template(name, language)
	if t == nil {
		return fmt.Errorf("sandbox: no template %q in %s", name, language)
	}
	t.Status = status
	sb.post.submit(&update{field: "message_template_status_update", time: sb.Now().Unix(), other: map[string]any{
		"event": status, "message_template_id": jsonID(t.ID), "message_template_name": name, "message_template_language": language,
		"reason": "NONE", "message_template_category": t.Category}})
	return nil
}

// LimitTemplatePages lets the API return at most so many templates on a page, whatever limit asks for, as Graph
// may do; 0 ends it.
func (sb *Sandbox) LimitTemplatePages(most int) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	sb.pageMax = most
}

// template finds one; the caller holds mu.
func (sb *Sandbox) template(name, language string) *Template {
	for _, t := range sb.templates {
		if t.Name == name && t.Language == language {
			return t
		}
	}
	return nil
}

func (sb *Sandbox) templateByID(id string) (*Template, bool) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	for _, t := range sb.templates {
		if t.ID == id {
			c := *t
			return &c, true
		}
	}
	return nil, false
}

// listTemplates answers GET /{WABA}/message_templates with filters and cursors.
func (sb *Sandbox) listTemplates(w http.ResponseWriter, r *http.Request) *graphError {
	q := r.URL.Query()
	var items []map[string]any
	for _, t := range sb.Templates() {
		content := ""
		for _, c := range t.Components {
			content += c.Text + "\n"
		}
		has := func(key, in string) bool { return strings.Contains(strings.ToLower(in), strings.ToLower(q.Get(key))) }
		is := func(key, what string) bool { return q.Get(key) == "" || strings.EqualFold(q.Get(key), what) }
		if !is("status", t.Status) || !is("category", t.Category) || !is("language", t.Language) || !has("name", t.Name) ||
			!has("content", content) || !has("name_or_content", t.Name+"\n"+content) {
			continue
		}
		item, e := sel("MessageTemplate", t.fields(), []string{"name", "parameter_format", "components", "language", "status", "category"}).pick(q.Get("fields"))
		if e != nil {
			return e
		}
		items = append(items, item)
	}
	sb.mu.Lock()
	most := sb.pageMax
	sb.mu.Unlock()
	return sb.page(w, r, items, 25, most)
}

var placeholder = regexp.MustCompile(`\{\{\s*([A-Za-z0-9_]+)\s*\}\}`)

// variables lists the distinct placeholders of a text in order of appearance.
func variables(text string) []string {
	var out []string
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(out, m[1]) {
			out = append(out, m[1])
		}
	}
	return out
}

func filled(text string, names []string, values []parameter, named bool) string {
	return placeholder.ReplaceAllStringFunc(text, func(m string) string {
		key := placeholder.FindStringSubmatch(m)[1]
		for i, v := range values {
			if (named && v.name == key) || (!named && i < len(names) && names[i] == key) {
				return v.value
			}
		}
		return m
	})
}
