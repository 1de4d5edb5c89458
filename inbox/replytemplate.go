package inbox

import (
	"errors"
	"fmt"
	"strings"
)

// A template made ready to be sent.

func (d *deskOf) prepareTemplate(out Outgoing, peer Peer) (Outgoing, error) {
	if out.Template == nil {
		return out, Refusal("template-unnamed")
	}
	v := *out.Template
	t, ok := d.owner.templates.find(v.Name, v.Language)
	if !ok {
		return out, d.noTemplate(v)
	}
	if ok, why := t.Sendable(); !ok {
		return out, Refusal("template-unsendable", "name", fmt.Sprintf("%s (%s)", t.Name, t.Language), "why", why)
	}
	if strings.EqualFold(t.Category, "AUTHENTICATION") && peer.Alias.Phone() == "" {
		return out, Refusal("template-code") // 131062
	}
	if found := t.Check(v); len(found) > 0 {
		return out, Refusal("template-open", "fields", inWords(found))
	}
	out.File = nil
	if m := v.HeaderMedia; m != nil {
		file, err := d.headerFile(t, *m)
		if err != nil {
			return out, err
		}
		out.File, v.HeaderMedia = &file, &HeaderMedia{Name: file.Name}
	}
	v = t.snapshot(v)
	out.Template, out.Text, out.ReplyTo, out.Emoji = &v, t.Render(v), "", ""
	return out, nil
}

// noTemplate says why a template is not there, and whether another language of it is.
func (d *deskOf) noTemplate(v TemplateSend) error {
	var languages []string
	for _, t := range d.owner.templates.all() {
		if t.Name == v.Name {
			languages = append(languages, t.Language)
		}
	}
	name := fmt.Sprintf("%s (%s)", Clean(v.Name), Clean(v.Language))
	if len(languages) > 0 {
		return Refusal("no-language", "name", name, "languages", strings.Join(languages, ", "))
	}
	return Refusal("no-template", "name", name)
}

func inWords(found []FieldProblem) string {
	var words []string
	for _, p := range found {
		name := p.Field.Key()
		if p.Field.Label != "" && p.Field.Label != p.Field.Name {
			name += " (" + p.Field.Label + ")"
		}
		words = append(words, name+" "+p.Text)
	}
	return strings.Join(words, ", ")
}

// headerKind is as what the header of a template shows a file, one of SendKinds; "" when it shows none.
func (t Template) headerKind() string {
	for _, c := range t.Components {
		if c.Type != "HEADER" {
			continue
		}
		switch kind := strings.ToLower(c.Format); kind {
		case AsImage, AsVideo, AsDocument:
			return kind
		}
	}
	return ""
}

// headerFile holds the file of a media header against what the template wants there. It is uploaded when the message goes:
// what an upload gives is good for 30 days, and a message may be set for later than that (cloud-api 4.1).
func (d *deskOf) headerFile(t Template, m HeaderMedia) (OutFile, error) {
	if m.Kept == nil || !m.Kept.File.Valid() {
		return OutFile{}, invalid("the file of a template is handed over first (KeepFile)")
	}
	kind := t.headerKind()
	if kind == "" {
		return OutFile{}, Refusal("template-headless", "name", t.Name)
	}
	f := *m.Kept
	f.As = kind
	f, err := d.looked(f)
	if e, ok := errors.AsType[*Error](err); ok && e.Key == "file-as" {
		return f, Refusal("template-file", "name", f.Name, "kind", kind)
	}
	return f, err
}
