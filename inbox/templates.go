package inbox

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// FieldKind says what a template wants in a place.
type FieldKind string

// The kinds.
const (
	TextField     FieldKind = "text"     // of a header or the body
	MediaField    FieldKind = "media"    // an image, video or document header; always needed (cloud-api 2.8)
	LocationField FieldKind = "location" // a location header
	URLField      FieldKind = "url"      // the end of a button's address
	CodeField     FieldKind = "code"     // the coupon code that a button copies
	PayloadField  FieldKind = "payload"  // what a quick reply button sends back; may stay empty
)

// TemplateField is one value that a template wants before it can be sent.
type TemplateField struct {
	Part     string // header, body, button
	Name     string // the variable's name, or the button's index; "" for a media or location header
	Kind     FieldKind
	Format   string // of a MediaField: IMAGE, VIDEO, DOCUMENT
	Label    string // for a person: the variable's name or the button's words
	Example  string
	Optional bool
	Max      int // characters, 0 for no limit of its own
}

// Key names the field as the command line does: "1" or "name" for the body, "header.1", "button.0".
func (f TemplateField) Key() string {
	if f.Part == "body" {
		return f.Name
	}
	if f.Name == "" {
		return f.Part
	}
	return f.Part + "." + f.Name
}

// FieldProblem is a value that is missing or that WhatsApp would refuse.
type FieldProblem struct {
	Field TemplateField
	Text  string
}

// Limits of cloud-api 2.8 and 5.2, in characters.
const (
	maxHeaderText  = 60
	maxBodyText    = 1024
	maxCode        = 15
	maxPayload     = 127
	maxURL         = 2000
	templateSpaces = 4 // in a row
)

var templateVariable = regexp.MustCompile(`\{\{\s*([A-Za-z0-9_]+)\s*\}\}`)

// Sendable reports whether the template may be offered, and why not: only an approved one whose every part this
// program can fill in.
func (t Template) Sendable() (ok bool, reason string) {
	if t.Status != "APPROVED" {
		return false, "its status is " + strings.ToLower(cmp.Or(t.Status, "unknown")) + ", and only approved templates can be sent"
	}
	for _, c := range t.Components {
		switch c.Type {
		case "HEADER":
			switch c.Format {
			case "", "TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION":
			default:
				return false, "its header has the kind " + c.Format + ", which cannot be filled in here"
			}
		case "BODY", "FOOTER":
		case "BUTTONS":
			for _, b := range c.Buttons {
				switch b.Type {
				case "QUICK_REPLY", "URL", "PHONE_NUMBER", "COPY_CODE":
				default:
					return false, "it has a button of the kind " + b.Type + ", which cannot be filled in here"
				}
			}
		default:
			return false, "it has a part of the kind " + c.Type + ", which cannot be filled in here"
		}
	}
	return true, ""
}

// Needs lists what has to be filled in, in the order of the template: header, body, buttons.
func (t Template) Needs() []TemplateField {
	var needs []TemplateField
	for _, c := range t.Components {
		switch c.Type {
		case "HEADER":
			switch c.Format {
			case "", "TEXT":
				needs = append(needs, textFields("header", c, maxHeaderText)...)
			case "LOCATION":
				needs = append(needs, TemplateField{Part: "header", Kind: LocationField, Label: "location"})
			default:
				needs = append(needs, TemplateField{Part: "header", Kind: MediaField, Format: c.Format, Label: strings.ToLower(c.Format)})
			}
		case "BODY":
			needs = append(needs, textFields("body", c, maxBodyText)...)
		case "BUTTONS":
			needs = append(needs, buttonFields(c)...)
		}
	}
	return needs
}

func textFields(part string, c TemplateComponent, most int) []TemplateField {
	var fields []TemplateField
	for _, name := range variables(c.Text) {
		fields = append(fields, TemplateField{
			Part: part, Name: name, Kind: TextField, Label: name, Example: c.Example[name], Max: most,
		})
	}
	return fields
}

func buttonFields(c TemplateComponent) []TemplateField {
	var fields []TemplateField
	for i, b := range c.Buttons {
		f := TemplateField{Part: "button", Name: strconv.Itoa(i), Label: b.Text, Example: c.Example[strconv.Itoa(i)]}
		switch {
		case b.Type == "URL" && len(variables(b.URL)) > 0:
			f.Kind, f.Max = URLField, maxURL
		case b.Type == "COPY_CODE":
			f.Kind, f.Max, f.Label = CodeField, maxCode, cmp.Or(b.Text, "code")
		case b.Type == "QUICK_REPLY":
			f.Kind, f.Max, f.Optional = PayloadField, maxPayload, true
		default:
			continue
		}
		fields = append(fields, f)
	}
	return fields
}

// variables gives the distinct names in a text: by number where all are numbers, else as they come.
func variables(text string) []string {
	var names []string
	numbered := true
	for _, m := range templateVariable.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(names, m[1]) {
			names = append(names, m[1])
			_, err := strconv.Atoi(m[1])
			numbered = numbered && err == nil
		}
	}
	if numbered {
		slices.SortFunc(names, func(a, b string) int {
			x, _ := strconv.Atoi(a)
			y, _ := strconv.Atoi(b)
			return x - y
		})
	}
	return names
}

// surplus finds values for variables that the template does not have: WhatsApp would refuse them (132000), and whoever
// typed one meant another.
func surplus(needs []TemplateField, v TemplateSend) (found []FieldProblem) {
	for _, given := range []struct {
		part   string
		values map[string]string
	}{{"header", v.Header}, {"body", v.Body}, {"button", v.Buttons}} {
		for _, name := range slices.Sorted(maps.Keys(given.values)) {
			known := slices.ContainsFunc(needs, func(f TemplateField) bool { return f.Part == given.part && f.Name == name })
			if !known {
				f := TemplateField{Part: given.part, Name: name, Label: name}
				found = append(found, FieldProblem{Field: f, Text: "is no value of this template"})
			}
		}
	}
	return found
}

// Check finds everything that keeps the values from being sent, so that a form can mark it. A media header that was
// not uploaded yet counts as filled in when it names a file.
func (t Template) Check(v TemplateSend) []FieldProblem {
	var found []FieldProblem
	needs := t.Needs()
	for _, f := range needs {
		if text := f.problem(v); text != "" {
			found = append(found, FieldProblem{Field: f, Text: text})
		}
	}
	found = append(found, surplus(needs, v)...)
	if len(found) > 0 {
		return found
	}
	for _, c := range t.Components {
		switch c.Type {
		case "HEADER":
			found = append(found, tooLong("header", fill(c.Text, v.Header), maxHeaderText)...)
		case "BODY":
			found = append(found, tooLong("body", fill(c.Text, v.Body), maxBodyText)...)
		case "BUTTONS":
			for i, b := range c.Buttons {
				if suffix := v.Buttons[strconv.Itoa(i)]; b.Type == "URL" && suffix != "" {
					found = append(found, tooLong("button", fillAny(b.URL, suffix), maxURL)...)
				}
			}
		}
	}
	return found
}

func tooLong(part, text string, most int) []FieldProblem {
	if n := utf8.RuneCountInString(text); n > most {
		return []FieldProblem{{Field: TemplateField{Part: part}, Text: fmt.Sprintf("the %s is %d characters long, %d over the limit", part, n, n-most)}}
	}
	return nil
}

func (f TemplateField) problem(v TemplateSend) string {
	switch f.Kind {
	case MediaField:
		if v.HeaderMedia == nil || v.HeaderMedia.ID == "" && v.HeaderMedia.File == "" && v.HeaderMedia.Kept == nil {
			return "needs a file"
		}
		return ""
	case LocationField:
		if v.HeaderLocation == nil {
			return "needs a place"
		}
		if l := v.HeaderLocation; l.Latitude < -90 || l.Latitude > 90 || l.Longitude < -180 || l.Longitude > 180 {
			return "is not a place on earth"
		}
		return ""
	}
	value := f.value(v)
	if strings.TrimSpace(value) == "" {
		if f.Optional {
			return ""
		}
		return "is missing"
	}
	return valueProblem(value, f.Max)
}

func (f TemplateField) value(v TemplateSend) string {
	switch f.Part {
	case "header":
		return v.Header[f.Name]
	case "button":
		return v.Buttons[f.Name]
	}
	return v.Body[f.Name]
}

// valueProblem holds a value against what WhatsApp takes (132018, or 132000 and 132012 before v23).
func valueProblem(value string, most int) string {
	switch n := utf8.RuneCountInString(value); {
	case !utf8.ValidString(value):
		return "is not valid text"
	case strings.ContainsAny(value, "\n\r\u2028\u2029"):
		return "must be on one line"
	case strings.ContainsRune(value, '\t'):
		return "must not contain a tab"
	case strings.Contains(value, strings.Repeat(" ", templateSpaces+1)):
		return "must not contain more than four spaces in a row"
	case most > 0 && n > most:
		return fmt.Sprintf("is %d characters long, at most %d fit", n, most)
	}
	return ""
}

// Render gives the text as the customer reads it: header, body, footer. Values that are not there yet stay as their
// variable, so that it serves as a preview while one types.
func (t Template) Render(v TemplateSend) string {
	var parts []string
	for _, c := range t.Components {
		switch c.Type {
		case "HEADER":
			parts = append(parts, renderHeader(c, v))
		case "BODY":
			parts = append(parts, fill(c.Text, v.Body))
		case "FOOTER":
			parts = append(parts, c.Text)
		}
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "\n\n")
}

func renderHeader(c TemplateComponent, v TemplateSend) string {
	switch c.Format {
	case "", "TEXT":
		return fill(c.Text, v.Header)
	case "LOCATION":
		if l := v.HeaderLocation; l != nil {
			return bracketed("location", cmp.Or(l.Name, l.Address))
		}
		return "[location]"
	}
	name := ""
	if v.HeaderMedia != nil {
		name = v.HeaderMedia.Name
	}
	return bracketed(strings.ToLower(c.Format), name)
}

func bracketed(kind, name string) string { return strings.TrimSpace("[" + kind + "] " + name) }

// fill puts the values in, each once: a value that looks like a variable stays as it is.
func fill(text string, values map[string]string) string {
	return templateVariable.ReplaceAllStringFunc(text, func(m string) string {
		if v := values[templateVariable.FindStringSubmatch(m)[1]]; v != "" {
			return v
		}
		return m
	})
}

func fillAny(text, value string) string {
	return templateVariable.ReplaceAllLiteralString(text, value)
}

// snapshot completes the values with the template as it is now, so that the request is made from what the agent saw.
func (t Template) snapshot(v TemplateSend) TemplateSend {
	v.Name, v.Language, v.Category = t.Name, t.Language, t.Category
	v.Components, v.Named = t.Components, t.Format == "NAMED"
	return v
}
