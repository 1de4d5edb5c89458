package cloudapi

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"frontdesk/inbox"
)

// templateFields is what the list is asked for (cloud-api 5.1).
const templateFields = "id,name,language,status,category,parameter_format,quality_score,rejected_reason,components"

// Bounds against a list that never ends.
const (
	templatesPerPage = "100"
	mostPages        = 200
)

// templateItem is one template as the list has it.
type templateItem struct {
	ID         text              `json:"id"`
	External   text              `json:"external_id"` // WhatsApp's own id, where a provider has another one
	Name       clean             `json:"name"`
	Language   clean             `json:"language"`
	Status     clean             `json:"status"`
	Category   clean             `json:"category"`
	Format     clean             `json:"parameter_format"`
	Reason     clean             `json:"rejected_reason"`
	Components []json.RawMessage `json:"components"`
	Quality    loose[struct {
		Score clean `json:"score"`
	}] `json:"quality_score"`
}

// Templates implements inbox.Gateway: all templates of the account through every page, by name and language. Pages are
// followed by their cursor on the host that was asked first, never by paging.next, which names an address of its own
// and carries the token.
func (c *Client) Templates(ctx context.Context) ([]inbox.Template, error) {
	return c.via.templates(ctx, c)
}

func (c *Client) graphTemplates(ctx context.Context) ([]inbox.Template, error) {
	if c.waba == "" {
		return nil, fetchingTemplates("the account's id is not known", "set account.waba_id")
	}
	var all []inbox.Template
	seen := map[string]bool{}
	for after := ""; ; {
		u := c.node(c.waba, "message_templates")
		q := url.Values{"fields": {templateFields}, "limit": {templatesPerPage}}
		if after != "" {
			q.Set("after", after)
		}
		u.RawQuery = q.Encode()
		var page struct {
			Data   []json.RawMessage `json:"data"`
			Paging loose[struct {
				Cursors loose[struct {
					After text `json:"after"`
				}] `json:"cursors"`
				Next text `json:"next"`
			}] `json:"paging"`
		}
		if _, err := c.read(ctx, u, &page); err != nil {
			return nil, explained(fetchingTemplates, err)
		}
		all = append(all, c.readTemplates(page.Data)...)
		next := string(page.Paging.V.Cursors.V.After)
		if page.Paging.V.Next == "" || next == "" {
			break
		}
		if seen[next] || len(seen) == mostPages {
			return nil, explained(fetchingTemplates, oddAnswer("the pages of the list do not end"))
		}
		seen[next], after = true, next
	}
	sortTemplates(all)
	return all, nil
}

// readTemplates reads the items of a list. One that cannot be read costs no other.
func (c *Client) readTemplates(items []json.RawMessage) (list []inbox.Template) {
	for _, raw := range items {
		var t templateItem
		if err := json.Unmarshal(raw, &t); err != nil || t.Name == "" {
			c.log.Warn("a template in the list cannot be read", "id", string(t.ID))
			continue
		}
		list = append(list, t.template(c))
	}
	return list
}

func sortTemplates(all []inbox.Template) {
	slices.SortStableFunc(all, func(a, b inbox.Template) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Language, b.Language))
	})
}

func (t *templateItem) template(c *Client) inbox.Template {
	out := inbox.Template{
		ID:       cmp.Or(string(t.External), string(t.ID)),
		Name:     string(t.Name),
		Language: string(t.Language),
		// Some providers write states in small letters (cloud-api 10.1).
		Status:     strings.ToUpper(string(t.Status)),
		Category:   strings.ToUpper(string(t.Category)),
		Format:     cmp.Or(strings.ToUpper(string(t.Format)), "POSITIONAL"),
		Components: []inbox.TemplateComponent{},
		FetchedAt:  c.clock().UTC(),
		Quality:    string(t.Quality.V.Score),
	}
	if t.Reason != "NONE" {
		out.Reason = string(t.Reason)
	}
	for _, raw := range t.Components {
		out.Components = append(out.Components, templateComponent(raw))
	}
	return out
}

// templateComponent reads one component (cloud-api 5.2). Types that cannot be filled in here keep their JSON, which
// makes the template unsendable.
func templateComponent(whole json.RawMessage) inbox.TemplateComponent {
	var t struct {
		Type    clean             `json:"type"`
		Format  clean             `json:"format"`
		Text    clean             `json:"text"`
		Buttons []json.RawMessage `json:"buttons"`
		Example loose[examples]   `json:"example"`
	}
	err := json.Unmarshal(whole, &t)
	c := inbox.TemplateComponent{Type: strings.ToUpper(string(t.Type)), Format: strings.ToUpper(string(t.Format)), Text: string(t.Text)}
	switch c.Type {
	case "HEADER":
		c.Example = t.Example.V.header()
	case "BODY":
		c.Example = t.Example.V.body()
	case "FOOTER":
	case "BUTTONS":
		c.Example = map[string]string{}
		for i, raw := range t.Buttons {
			b, example := templateButton(raw)
			c.Buttons = append(c.Buttons, b)
			if example != "" {
				c.Example[strconv.Itoa(i)] = example
			}
			if !fillable[b.Type] {
				c.Raw = slices.Clone(whole)
			}
		}
	default:
		c.Raw = slices.Clone(whole)
	}
	if err != nil {
		c.Raw = slices.Clone(whole)
	}
	if len(c.Example) == 0 {
		c.Example = nil
	}
	return c
}

// fillable are the buttons that need nothing, or something that can be given here.
var fillable = map[string]bool{"QUICK_REPLY": true, "URL": true, "PHONE_NUMBER": true, "COPY_CODE": true}

func templateButton(raw json.RawMessage) (inbox.TemplateButton, string) {
	var b struct {
		Type    clean           `json:"type"`
		Text    clean           `json:"text"`
		URL     clean           `json:"url"`
		Phone   clean           `json:"phone_number"`
		Example json.RawMessage `json:"example"` // a string or a list of one
	}
	_ = json.Unmarshal(raw, &b)
	var example clean
	var list []clean
	if json.Unmarshal(b.Example, &list) == nil && len(list) > 0 {
		example = list[0]
	} else if len(b.Example) > 0 {
		_ = example.UnmarshalJSON(b.Example)
	}
	if fixed, _, ok := strings.Cut(string(b.URL), "{{"); ok {
		// The list shows the whole address; what is filled in is its end.
		example = clean(strings.TrimPrefix(string(example), fixed))
	}
	return inbox.TemplateButton{Type: strings.ToUpper(string(b.Type)), Text: string(b.Text), URL: string(b.URL), Phone: string(b.Phone)}, string(example)
}

// examples is the example object of a component, positional or named.
type examples struct {
	HeaderText  []clean        `json:"header_text"`
	HeaderNamed []namedExample `json:"header_text_named_params"`
	BodyText    [][]clean      `json:"body_text"`
	BodyNamed   []namedExample `json:"body_text_named_params"`
}

type namedExample struct {
	Name    clean `json:"param_name"`
	Example clean `json:"example"`
}

func (e examples) header() map[string]string { return exampleMap(e.HeaderText, e.HeaderNamed) }

func (e examples) body() map[string]string {
	var first []clean
	if len(e.BodyText) > 0 {
		first = e.BodyText[0]
	}
	return exampleMap(first, e.BodyNamed)
}

func exampleMap(positional []clean, named []namedExample) map[string]string {
	m := map[string]string{}
	for i, v := range positional {
		m[strconv.Itoa(i+1)] = string(v)
	}
	for _, n := range named {
		m[string(n.Name)] = string(n.Example)
	}
	return m
}
