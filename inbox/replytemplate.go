package inbox

import (
	"context"
	"fmt"
	"strings"
)

// A template made ready to be sent.

func (d *deskOf) prepareTemplate(ctx context.Context, out Outgoing, peer Peer) (Outgoing, error) {
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
	if m := v.HeaderMedia; m != nil && m.ID == "" {
		uploaded, err := d.upload(ctx, *m)
		if err != nil {
			return out, err
		}
		v.HeaderMedia = &uploaded
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

// upload hands the file of a media header to WhatsApp, once, when the message is submitted.
func (d *deskOf) upload(ctx context.Context, m HeaderMedia) (HeaderMedia, error) {
	o := d.owner
	if o.c.Gateway == nil {
		return m, noGateway()
	}
	if m.Kept == nil || !m.Kept.File.Valid() {
		return m, invalid("the file of a template is handed over first (KeepFile)")
	}
	kept, err := d.looked(*m.Kept)
	if err != nil {
		return m, err
	}
	f, err := o.c.Vault.Open(kept.File)
	if err != nil {
		return m, Refusal("file-again", "name", kept.Name).Because(err)
	}
	defer f.Close()
	id, _, err := o.c.Gateway.Upload(ctx, o.c.Line, kept.Name, f)
	if err != nil {
		return m, unreachable(err)
	}
	return HeaderMedia{ID: id, Name: kept.Name}, nil
}
