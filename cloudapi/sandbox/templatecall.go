package sandbox

import (
	"fmt"
	"strings"
)

// The template object of a send (cloud-api 2.8), as it came.

// templateCall is the template object of a request, read but not yet compared with the template it names.
type templateCall struct {
	name, language string
	header         []parameter
	body           []parameter
	buttons        []buttonCall
	cards          []cardCall
	hasCarousel    bool
	hasHeader      bool
	hasBody        bool
	media          []string
}

type parameter struct {
	kind  string // text, image, video, document, location, payload, coupon_code, action, …
	name  string // parameter_name of named templates
	value string
}

type buttonCall struct {
	kind  string // sub_type
	index string
	with  []parameter
}

type cardCall struct {
	index string
	call  templateCall
}

func readTemplateCall(in *form) *templateCall {
	t := &templateCall{name: in.text("name", true)}
	language, _ := in.sub("language", true)
	t.language = language.text("code", true)
	language.oneOf("policy", false, "deterministic")
	language.done()
	in.text("namespace", false)
	t.readComponents(in.list("components", false), true)
	return t
}

func (t *templateCall) readComponents(components []*form, outer bool) {
	for _, c := range components {
		words := []string{"header", "body", "button"}
		if outer {
			words = append(words, "carousel", "limited_time_offer", "order_status")
		}
		switch strings.ToLower(c.oneOf("type", true, append(words, upper(words)...)...)) {
		case "header":
			if t.hasHeader {
				c.refuse(fail(132012, "header: given twice"))
			}
			t.hasHeader, t.header = true, t.readParameters(c, true)
		case "body":
			if t.hasBody {
				c.refuse(fail(132012, "body: given twice"))
			}
			t.hasBody, t.body = true, t.readParameters(c, true)
		case "button":
			b := buttonCall{kind: strings.ToLower(c.text("sub_type", true)), index: index(c, "index")}
			b.with = t.readParameters(c, b.kind != "quick_reply" && b.kind != "flow")
			t.buttons = append(t.buttons, b)
		case "carousel":
			t.hasCarousel = true
			cards := c.list("cards", true)
			for _, card := range cards {
				k := cardCall{index: index(card, "card_index")}
				k.call.readComponents(card.list("components", true), false)
				t.media = append(t.media, k.call.media...)
				card.done()
				t.cards = append(t.cards, k)
			}
		default:
			c.list("parameters", false)
		}
		c.done()
	}
}

// index is a position that may be written as a number or a string.
func index(f *form, key string) string {
	v, ok := f.get(key, true)
	if !ok {
		return ""
	}
	return fmt.Sprint(v)
}

func upper(words []string) []string {
	var out []string
	for _, w := range words {
		out = append(out, strings.ToUpper(w))
	}
	return out
}

func (t *templateCall) readParameters(c *form, required bool) []parameter {
	var out []parameter
	for _, p := range c.list("parameters", required) {
		kind := strings.ToLower(p.text("type", true))
		v := parameter{kind: kind, name: p.text("parameter_name", false)}
		switch kind {
		case "text":
			v.value = p.text("text", true)
		case "payload":
			v.value = p.short("payload", true, 256)
		case "coupon_code":
			v.value = p.text("coupon_code", true)
		case "currency", "date_time":
			money, _ := p.sub(kind, true)
			v.value = money.text("fallback_value", true)
			money.free("code")
			money.free("amount_1000")
			money.done()
		case "image", "video", "document":
			file, _ := p.sub(kind, true)
			id, link := file.text("id", false), file.text("link", false)
			switch {
			case (id == "") == (link == ""):
				file.refuse(fail(131008, "%s needs an id or a link.", file.path))
			case id != "":
				t.media = append(t.media, id)
			default:
				checkLink(file, "link", link)
			}
			file.text("filename", false)
			file.done()
		case "location":
			l, _ := p.sub("location", true)
			l.number("latitude", -90, 90)
			l.number("longitude", -180, 180)
			l.text("name", true)
			l.text("address", true)
			l.done()
		case "action":
			action, _ := p.sub("action", false)
			action.text("flow_token", false)
			action.free("flow_action_data")
			action.done()
		default:
			p.refuse(fail(132012, "%s: unknown parameter type %q", c.path, kind))
		}
		p.done()
		out = append(out, v)
	}
	return out
}
