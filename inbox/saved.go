package inbox

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// SavedReply is a text that is sent often, kept under a short name for everybody at the desk. Its fields, as
// {{first_name}}, are filled in when it is used.
type SavedReply struct {
	Name     string    `json:"name"`               // as it was spelled last; names that differ only in case are one
	Language string    `json:"language,omitempty"` // as templates spell it: en, pt_BR
	Text     string    `json:"text"`
	By       AgentID   `json:"by,omitempty"` // who saved it last
	At       time.Time `json:"at,omitzero"`
	Used     int       `json:"used,omitempty"` // times sent of late, at most 32
	UsedAt   time.Time `json:"used_at,omitzero"`
	Removed  bool      `json:"removed,omitempty"` // only in an event
}

// ReplyName names one saved reply: there may be one of a name in each language.
type ReplyName struct {
	Name     string `json:"name"`
	Language string `json:"language,omitempty"`
}

// The fields that are filled from the contact and the desk. Every other one is asked of the person who writes.
const (
	FieldFirstName = "first_name"
	FieldName      = "name"
	FieldPhone     = "phone"
	FieldAgent     = "agent"
	FieldBusiness  = "business"
)

// KnownFields lists the fields that are filled by themselves.
func KnownFields() []string {
	return []string{FieldFirstName, FieldName, FieldPhone, FieldAgent, FieldBusiness}
}

var fieldPattern = regexp.MustCompile(`\{\{ *([\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_ .-]{0,38}[\p{L}\p{M}\p{N}_.-])?) *\}\}`)

// FieldSpans finds the fields of a text: where each begins and ends, in bytes.
func FieldSpans(text string) [][2]int {
	var spans [][2]int
	for _, at := range fieldPattern.FindAllStringIndex(text, -1) {
		spans = append(spans, [2]int{at[0], at[1]})
	}
	return spans
}

// Fields lists the names of a text's fields in the order in which they stand there, each once. A text that has any is
// not ready to be sent.
func Fields(text string) []string {
	var names []string
	for _, found := range fieldPattern.FindAllStringSubmatch(text, -1) {
		if name := fieldName(found[1]); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func fieldName(s string) string { return strings.ToLower(s) }

// FillFields puts values in the place of fields. A field without a value stays, and what a value says is no field.
func FillFields(text string, values map[string]string) string {
	return fieldPattern.ReplaceAllStringFunc(text, func(field string) string {
		if v := values[fieldName(fieldPattern.FindStringSubmatch(field)[1])]; v != "" {
			return v
		}
		return field
	})
}

// FieldValues is what the known fields mean in a thread. What is not known is left out.
func FieldValues(t Thread, desk Info) map[string]string {
	values := map[string]string{FieldAgent: string(desk.Agent), FieldBusiness: desk.Business, FieldFirstName: FirstName(t.Name)}
	if values[FieldFirstName] != "" { // else all that is known of them is a number
		values[FieldName] = t.Name
	}
	if t.WaID != "" {
		values[FieldPhone] = "+" + t.WaID
	}
	for name, v := range t.Fields { // in a reply either spelling is found
		values[name], values[strings.ReplaceAll(name, "_", " ")] = v, v
	}
	for name, v := range values {
		if v == "" {
			delete(values, name)
		}
	}
	return values
}

// FirstName is what to call a contact: nothing when all that is known is a number.
func FirstName(name string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(name), " ")
	if strings.HasPrefix(first, "+") || Digits(first) == first {
		return ""
	}
	return first
}
