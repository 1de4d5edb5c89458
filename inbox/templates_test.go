package inbox

import (
	"reflect"
	"strings"
	"testing"
)

var repairReady = Template{
	Name: "repair_ready", Language: "en_US", Status: "APPROVED", Category: "UTILITY", Format: "POSITIONAL",
	Components: []TemplateComponent{
		{Type: "HEADER", Format: "TEXT", Text: "Hello {{1}}", Example: map[string]string{"1": "Mara"}},
		{Type: "BODY", Text: "Ticket {{2}} is ready until {{1}}. Again: {{2}}.", Example: map[string]string{"1": "18:00", "2": "88"}},
		{Type: "FOOTER", Text: "Example Bikes"},
		{Type: "BUTTONS", Buttons: []TemplateButton{
			{Type: "QUICK_REPLY", Text: "Coming"},
			{Type: "URL", Text: "Track", URL: "https://shop.example/{{1}}"},
			{Type: "URL", Text: "Shop", URL: "https://shop.example/"},
			{Type: "PHONE_NUMBER", Text: "Call", Phone: "+15550100001"},
			{Type: "COPY_CODE"},
		}},
	},
}

var repairValues = TemplateSend{
	Name: "repair_ready", Language: "en_US", Header: map[string]string{"1": "Asha"}, Body: map[string]string{"1": "18:00", "2": "88"},
	Buttons: map[string]string{"1": "88", "4": "SAVE10"},
}

func TestNeeds(t *testing.T) {
	var keys []string
	for _, f := range repairReady.Needs() {
		key := f.Key() + " " + string(f.Kind)
		if f.Optional {
			key += "?"
		}
		keys = append(keys, key)
	}
	want := []string{"header.1 text", "1 text", "2 text", "button.0 payload?", "button.1 url", "button.4 code"}
	if !reflect.DeepEqual(keys, want) {
		t.Errorf("needs %q, want %q", keys, want)
	}
	media := Template{Components: []TemplateComponent{{Type: "HEADER", Format: "DOCUMENT"}, {Type: "BODY", Text: "{{name}} {{code}} {{name}}"}}}
	fields := media.Needs()
	if len(fields) != 3 || fields[0].Kind != MediaField || fields[0].Key() != "header" || fields[1].Name != "name" || fields[2].Name != "code" {
		t.Errorf("needs %+v", fields)
	}
}

func TestRender(t *testing.T) {
	want := "Hello Asha\n\nTicket 88 is ready until 18:00. Again: 88.\n\nExample Bikes"
	if got := repairReady.Render(repairValues); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	half := TemplateSend{Body: map[string]string{"1": "{{2}}"}}
	want = "Hello {{1}}\n\nTicket {{2}} is ready until {{2}}. Again: {{2}}.\n\nExample Bikes"
	if got := repairReady.Render(half); got != want {
		t.Errorf("a preview shows %q, want %q", got, want)
	}
	place := Template{Components: []TemplateComponent{{Type: "HEADER", Format: "LOCATION"}, {Type: "BODY", Text: "Here."}}}
	if got := place.Render(TemplateSend{HeaderLocation: &HeaderLocation{Name: "Workshop"}}); got != "[location] Workshop\n\nHere." {
		t.Errorf("got %q", got)
	}
}

func TestCheck(t *testing.T) {
	with := func(change func(v *TemplateSend)) TemplateSend {
		v := repairValues
		v.Body = map[string]string{"1": "18:00", "2": "88"}
		v.Buttons = map[string]string{"1": "88", "4": "SAVE10"}
		change(&v)
		return v
	}
	tests := []struct {
		name string
		v    TemplateSend
		want string // a part of the words, "" for none
	}{
		{"complete", repairValues, ""},
		{"nothing", TemplateSend{}, "header.1 is missing, 1 is missing, 2 is missing, button.1 (Track) is missing, button.4 (code) is missing"},
		{"only spaces", with(func(v *TemplateSend) { v.Body["1"] = "  " }), "1 is missing"},
		{"line break", with(func(v *TemplateSend) { v.Body["1"] = "a\nb" }), "1 must be on one line"},
		{"tab", with(func(v *TemplateSend) { v.Body["1"] = "a\tb" }), "1 must not contain a tab"},
		{"four spaces", with(func(v *TemplateSend) { v.Body["1"] = "a    b" }), ""},
		{"five spaces", with(func(v *TemplateSend) { v.Body["1"] = "a     b" }), "1 must not contain more than four spaces"},
		{"a long code", with(func(v *TemplateSend) { v.Buttons["4"] = strings.Repeat("9", 16) }), "at most 15 fit"},
		{"a long payload", with(func(v *TemplateSend) { v.Buttons["0"] = strings.Repeat("9", 128) }), "at most 127 fit"},
		{"a value too many", with(func(v *TemplateSend) { v.Body["3"] = "x" }), "3 is no value of this template"},
		{"a button that takes none", with(func(v *TemplateSend) { v.Buttons["7"] = "x" }), "button.7 is no value of this template"},
		{"a body that grows too long", with(func(v *TemplateSend) { v.Body["2"] = strings.Repeat("9", 600) }), "over the limit"},
		{"a header that grows too long", with(func(v *TemplateSend) { v.Header = map[string]string{"1": strings.Repeat("a", 57)} }), "over the limit"},
	}
	for _, tt := range tests {
		got := inWords(repairReady.Check(tt.v))
		if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestSendable(t *testing.T) {
	with := func(status string, c ...TemplateComponent) Template { return Template{Status: status, Components: c} }
	tests := []struct {
		t    Template
		want bool
	}{
		{repairReady, true},
		{with("PAUSED"), false},
		{with(""), false},
		{with("APPROVED", TemplateComponent{Type: "CAROUSEL"}), false},
		{with("APPROVED", TemplateComponent{Type: "HEADER", Format: "GIF"}), false},
		{with("APPROVED", TemplateComponent{Type: "BUTTONS", Buttons: []TemplateButton{{Type: "FLOW"}}}), false},
		{with("APPROVED", TemplateComponent{Type: "BUTTONS", Buttons: []TemplateButton{{Type: "OTP"}}}), false},
		{with("APPROVED", TemplateComponent{Type: "HEADER", Format: "VIDEO"}, TemplateComponent{Type: "BODY"}), true},
	}
	for i, tt := range tests {
		if ok, why := tt.t.Sendable(); ok != tt.want || !ok && why == "" {
			t.Errorf("%d: %v %q, want %v", i, ok, why, tt.want)
		}
	}
}
