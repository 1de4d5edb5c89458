package cloudapi

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"frontdesk/inbox"
)

// sendTemplate is the template object of a send request (cloud-api 2.8).
type sendTemplate struct {
	Name       string          `json:"name"`
	Language   sendLanguage    `json:"language"`
	Components []sendComponent `json:"components,omitempty"`
}

type sendLanguage struct {
	Code string `json:"code"`
}

type sendComponent struct {
	Type       string          `json:"type"`
	SubType    string          `json:"sub_type,omitempty"`
	Index      string          `json:"index,omitempty"`
	Parameters []sendParameter `json:"parameters"`
}

type sendParameter struct {
	Type     string        `json:"type"`
	Name     string        `json:"parameter_name,omitempty"`
	Text     *string       `json:"text,omitempty"`
	Image    *sendFile     `json:"image,omitempty"`
	Video    *sendFile     `json:"video,omitempty"`
	Document *sendFile     `json:"document,omitempty"`
	Location *sendLocation `json:"location,omitempty"`
	Payload  string        `json:"payload,omitempty"`
	Coupon   string        `json:"coupon_code,omitempty"`
}

type sendFile struct {
	ID       string `json:"id"`
	Filename string `json:"filename,omitempty"`
}

// sendLocation has its coordinates as strings, as the template page shows them.
type sendLocation struct {
	Latitude  string `json:"latitude"`
	Longitude string `json:"longitude"`
	Name      string `json:"name,omitempty"`
	Address   string `json:"address,omitempty"`
}

// newSendTemplate puts the values into the components that want them; what is fixed in a template is never sent. The
// error says, for a person, what does not fit.
func newSendTemplate(t *inbox.TemplateSend) (*sendTemplate, error) {
	if t == nil || t.Name == "" || t.Language == "" {
		return nil, errors.New("it names no template")
	}
	out := &sendTemplate{Name: t.Name, Language: sendLanguage{Code: t.Language}}
	header, err := headerParameters(t)
	if err != nil {
		return nil, err
	}
	if len(header) > 0 {
		out.Components = append(out.Components, sendComponent{Type: "header", Parameters: header})
	}
	if body := textParameters(t.Body, partText(t, "BODY"), t.Named); len(body) > 0 {
		out.Components = append(out.Components, sendComponent{Type: "body", Parameters: body})
	}
	buttons, err := buttonComponents(t)
	if err != nil {
		return nil, err
	}
	out.Components = append(out.Components, buttons...)
	return out, nil
}

func part(t *inbox.TemplateSend, kind string) (inbox.TemplateComponent, bool) {
	i := slices.IndexFunc(t.Components, func(c inbox.TemplateComponent) bool { return c.Type == kind })
	if i < 0 {
		return inbox.TemplateComponent{}, false
	}
	return t.Components[i], true
}

func partText(t *inbox.TemplateSend, kind string) string {
	c, _ := part(t, kind)
	return c.Text
}

// headerParameters makes the one parameter of a header.
func headerParameters(t *inbox.TemplateSend) ([]sendParameter, error) {
	header, _ := part(t, "HEADER")
	switch {
	case t.HeaderLocation != nil:
		l := t.HeaderLocation
		return []sendParameter{{Type: "location", Location: &sendLocation{
			Latitude: coordinate(l.Latitude), Longitude: coordinate(l.Longitude), Name: l.Name, Address: l.Address,
		}}}, nil
	case t.HeaderMedia != nil:
		if t.HeaderMedia.ID == "" {
			return nil, errors.New("the header's file was not uploaded")
		}
		return mediaParameter(header.Format, t.HeaderMedia)
	case len(t.Header) > 0:
		return textParameters(t.Header, header.Text, t.Named), nil
	}
	return nil, nil
}

func mediaParameter(format string, m *inbox.HeaderMedia) ([]sendParameter, error) {
	file := &sendFile{ID: m.ID}
	switch format {
	case "IMAGE":
		return []sendParameter{{Type: "image", Image: file}}, nil
	case "VIDEO":
		return []sendParameter{{Type: "video", Video: file}}, nil
	case "DOCUMENT":
		// Without a name with an ending the customer sees a poor one (cloud-api 2.5).
		file.Filename = m.Name
		if file.Filename == "" && m.File != "" {
			file.Filename = filepath.Base(m.File)
		}
		return []sendParameter{{Type: "document", Document: file}}, nil
	}
	return nil, errors.New("the template has no header for a file")
}

// coordinate spells degrees with no more digits than were given.
func coordinate(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

var variable = regexp.MustCompile(`\{\{\s*([A-Za-z0-9_]+)\s*\}\}`)

// textParameters puts values in the order that WhatsApp reads them in: by number for positional templates, which carry
// no names, else in the order of the text.
func textParameters(values map[string]string, text string, named bool) []sendParameter {
	names := make([]string, 0, len(values))
	for n := range values {
		names = append(names, n)
	}
	slices.SortFunc(names, func(a, b string) int {
		if d := position(text, a, named) - position(text, b, named); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	list := make([]sendParameter, 0, len(names))
	for _, n := range names {
		v := values[n]
		p := sendParameter{Type: "text", Text: &v}
		if named {
			p.Name = n
		}
		list = append(list, p)
	}
	return list
}

// position ranks a variable: its number, or where the text has it.
func position(text, name string, named bool) int {
	if n, err := strconv.Atoi(name); err == nil && !named {
		return n
	}
	for i, m := range variable.FindAllStringSubmatch(text, -1) {
		if m[1] == name {
			return i
		}
	}
	return len(text)
}

// buttonComponents makes one component for each button that got a value. A quick reply may go without one.
func buttonComponents(t *inbox.TemplateSend) ([]sendComponent, error) {
	buttons, _ := part(t, "BUTTONS")
	indices := make([]int, 0, len(t.Buttons))
	for key := range t.Buttons {
		i, err := strconv.Atoi(key)
		if err != nil || i < 0 || i >= len(buttons.Buttons) {
			return nil, fmt.Errorf("the template has no button %q", cut(key, 40))
		}
		indices = append(indices, i)
	}
	slices.Sort(indices)
	var list []sendComponent
	for _, i := range indices {
		index := strconv.Itoa(i)
		value := t.Buttons[index]
		if value == "" {
			continue
		}
		c := sendComponent{Type: "button", Index: index}
		switch kind := buttons.Buttons[i].Type; kind {
		case "URL", "OTP":
			c.SubType, c.Parameters = "url", []sendParameter{{Type: "text", Text: &value}}
		case "COPY_CODE":
			c.SubType, c.Parameters = "copy_code", []sendParameter{{Type: "coupon_code", Coupon: value}}
		case "QUICK_REPLY":
			c.SubType, c.Parameters = "quick_reply", []sendParameter{{Type: "payload", Payload: value}}
		default:
			return nil, fmt.Errorf("button %d of the template takes no value", i)
		}
		list = append(list, c)
	}
	return list, nil
}
