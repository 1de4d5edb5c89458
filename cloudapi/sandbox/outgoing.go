package sandbox

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// outgoing is a message as a client sent it, read and checked as far as it can be without looking at the world.
type outgoing struct {
	to, recipient string
	kind          string
	text          string // what a person reads
	quote         string
	callback      string
	payload       body
	media         []string // ids that must exist
	target        string   // of a reaction
	buttons       []string
	payloads      []string
	notes         []string // what stands under the rows of a list
	template      *templateCall
	voice, list   bool
}

// readMark is the other thing that POST /messages takes: marking a message read, with a typing indicator.
type readMark struct{ id string }

var userIDForm = regexp.MustCompile(`^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$`)

func isUserID(s string) bool { return userIDForm.MatchString(s) }

var messageKinds = []string{"text", "image", "audio", "video", "document", "sticker", "location", "contacts", "reaction", "interactive", "template"}

// readOutgoing checks a request to POST /messages against Meta's schema (send messages, pages per type). One of
// the first two results is set when the third is nil.
func readOutgoing(raw []byte) (*outgoing, *readMark, *graphError) {
	f, e := parseForm(raw)
	if e != nil {
		return nil, nil, e
	}
	f.product()
	if _, ok := f.m["status"]; ok {
		mark := readRead(f)
		return nil, mark, f.bad()
	}
	m := &outgoing{}
	if kind := f.oneOf("recipient_type", false, "individual", "group"); kind == "group" {
		f.refuse(fail(131215, ""))
	}
	m.to, m.recipient = f.text("to", false), f.text("recipient", false)
	switch {
	case m.to == "" && m.recipient == "":
		f.missing("to")
	case m.to != "" && len(digits(m.to)) < 5:
		f.refuse(fail(131009, "to is not a phone number."))
	case m.to == "" && !isUserID(m.recipient):
		f.refuse(fail(131009, "recipient is not a business-scoped user id."))
	}
	m.kind = "text"
	if _, ok := f.m["type"]; ok {
		m.kind = f.oneOf("type", true, messageKinds...)
	} else {
		f.asked = append(f.asked, "type")
	}
	if quote, ok := f.sub("context", false); ok {
		m.quote = quote.text("message_id", true)
		quote.done()
		if m.quote != "" && !strings.HasPrefix(m.quote, "wamid.") {
			f.refuse(fail(131009, "context['message_id'] is not a message id."))
		}
	}
	m.callback = f.short("biz_opaque_callback_data", false, 512)
	f.text("recipient_identity_key_hash", false)
	m.readBody(f)
	f.done()
	return m, nil, f.bad()
}

func readRead(f *form) *readMark {
	f.oneOf("status", true, "read")
	mark := &readMark{id: f.text("message_id", true)}
	if typing, ok := f.sub("typing_indicator", false); ok {
		typing.oneOf("type", true, "text")
		typing.done()
	}
	f.done()
	return mark
}

func (m *outgoing) readBody(f *form) {
	if f.bad() != nil {
		return
	}
	if m.kind == "contacts" {
		m.readContacts(f.list("contacts", true))
		return
	}
	in, ok := f.sub(m.kind, true)
	if !ok {
		return
	}
	switch m.kind {
	case "text":
		m.text = in.short("body", true, 4096)
		in.flag("preview_url")
		m.payload.Text = &textBody{m.text}
	case "image", "video", "audio", "document", "sticker":
		m.readMedia(in)
	case "location":
		l := Location{Latitude: in.number("latitude", -90, 90), Longitude: in.number("longitude", -180, 180),
			Name: in.text("name", false), Address: in.text("address", false)}
		m.payload.Location, m.text = &l, l.Name
	case "reaction":
		m.target = in.text("message_id", true)
		emoji, there := in.get("emoji", true)
		if s, isText := emoji.(string); there && isText {
			m.text = s
		} else if there {
			in.refuse(refuse("Param reaction['emoji'] must be a string."))
		}
		m.payload.Reaction = &reactionBody{m.target, m.text}
	case "interactive":
		m.readInteractive(in)
	case "template":
		m.template = readTemplateCall(in)
		m.media = m.template.media
	}
	in.done()
}

func (m *outgoing) readMedia(in *form) {
	b := &mediaBody{}
	b.ID = in.text("id", false)
	link := in.text("link", false)
	switch {
	case b.ID == "" && link == "":
		in.refuse(fail(131008, "%s needs an id or a link.", in.path))
	case b.ID != "" && link != "":
		in.refuse(fail(131009, "%s has both an id and a link.", in.path))
	case link != "":
		checkLink(in, "link", link)
		b.URL = link
	default:
		m.media = append(m.media, b.ID)
	}
	switch m.kind {
	case "image":
		b.Caption = in.short("caption", false, 1024)
		m.payload.Image = b
	case "video":
		b.Caption = in.short("caption", false, 1024)
		m.payload.Video = b
	case "document":
		b.Caption = in.short("caption", false, 1024)
		b.Filename = in.text("filename", false)
		m.payload.Document = b
	case "audio":
		m.voice = in.flag("voice")
		m.payload.Audio = b
	case "sticker":
		m.payload.Sticker = b
	}
	m.text = m.payload.text()
}

// checkLink refuses what is no web address. The sandbox does not fetch links.
func checkLink(in *form, key, link string) {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		in.refuse(refuse("Param %s is not a valid URI.", in.name(key)))
	}
}

func (m *outgoing) readContacts(cards []*form) {
	if len(cards) == 0 || len(cards) > 257 {
		if len(cards) > 257 {
			cards[0].refuse(fail(131009, "contacts has more than 257 entries."))
		}
		return
	}
	for _, c := range cards {
		card := Card{}
		name, _ := c.sub("name", true)
		card.Name.Formatted = name.text("formatted_name", true)
		parts := 0
		for _, k := range []string{"first_name", "last_name", "middle_name", "suffix", "prefix"} {
			if name.text(k, false) != "" {
				parts++
			}
		}
		if parts == 0 {
			name.refuse(fail(131009, "%s needs one more name part beside formatted_name.", name.path))
		}
		name.done()
		each := func(key string, keys ...string) {
			for _, in := range c.list(key, false) {
				for _, k := range keys {
					in.text(k, false)
				}
				in.done()
			}
		}
		each("phones", "phone", "type", "wa_id")
		each("emails", "email", "type")
		each("addresses", "street", "city", "state", "zip", "country", "country_code", "type")
		each("urls", "url", "type")
		if org, ok := c.sub("org", false); ok {
			for _, k := range []string{"company", "department", "title"} {
				org.text(k, false)
			}
			org.done()
		}
		c.text("birthday", false)
		c.done()
		m.payload.Contacts = append(m.payload.Contacts, card)
		m.text = card.Name.Formatted
	}
}

// readInteractive checks buttons, lists, links, requests and flows (interactive messages pages).
func (m *outgoing) readInteractive(in *form) {
	kind := in.oneOf("type", true, "button", "list", "cta_url", "location_request_message", "request_contact_info", "flow", "carousel", "product", "product_list", "catalog_message")
	if in.bad() != nil {
		return
	}
	if header, ok := in.sub("header", false); ok {
		m.readHeader(header, kind)
	}
	text, _ := in.sub("body", kind != "product")
	m.text = text.short("text", kind != "product", 1024)
	text.done()
	if footer, ok := in.sub("footer", false); ok {
		footer.short("text", true, 60)
		footer.done()
	}
	action, _ := in.sub("action", true)
	if in.bad() != nil {
		return
	}
	switch kind {
	case "button":
		m.readReplyButtons(action)
	case "list":
		m.list = true
		m.readRows(action)
	case "cta_url":
		action.oneOf("name", true, "cta_url")
		p, _ := action.sub("parameters", true)
		p.short("display_text", true, 20)
		if link := p.text("url", true); link != "" {
			checkLink(p, "url", link)
		}
		p.done()
	case "location_request_message":
		action.oneOf("name", true, "send_location")
	case "request_contact_info":
		action.oneOf("name", true, "request_contact_info")
	case "flow":
		action.oneOf("name", true, "flow")
		p, _ := action.sub("parameters", true)
		p.oneOf("flow_message_version", true, "3")
		if p.text("flow_id", false) == "" && p.text("flow_name", false) == "" {
			p.refuse(fail(131008, "%s needs flow_id or flow_name.", p.path))
		}
		p.text("flow_name", false)
		p.short("flow_cta", true, 30)
		p.text("flow_token", false)
		p.oneOf("flow_action", false, "navigate", "data_exchange")
		p.oneOf("mode", false, "draft", "published")
		p.free("flow_action_payload")
		p.done()
	default: // carousel and catalogue kinds: the number has no catalogue to check against
		for k := range action.m {
			action.free(k)
		}
	}
	action.done()
}

func (m *outgoing) readHeader(header *form, kind string) {
	words := []string{"text"}
	if kind != "list" {
		words = append(words, "image", "video", "document")
	}
	switch is := header.oneOf("type", true, words...); is {
	case "text":
		header.short("text", true, 60)
		header.text("sub_text", false)
	case "image", "video", "document":
		file, _ := header.sub(is, true)
		id, link := file.text("id", false), file.text("link", false)
		switch {
		case (id == "") == (link == ""):
			file.refuse(fail(131009, "%s needs an id or a link.", file.path))
		case id != "":
			m.media = append(m.media, id)
		default:
			checkLink(file, "link", link)
		}
		file.text("filename", false)
		file.done()
	}
	header.done()
}

func (m *outgoing) readReplyButtons(action *form) {
	buttons := action.list("buttons", true)
	if action.bad() == nil && (len(buttons) < 1 || len(buttons) > 3) {
		action.refuse(fail(131009, "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3"))
	}
	for _, b := range buttons {
		b.oneOf("type", true, "reply")
		reply, _ := b.sub("reply", true)
		m.button(reply, reply.short("id", true, 256), reply.short("title", true, 20))
		reply.done()
		b.done()
	}
}

func (m *outgoing) readRows(action *form) {
	action.short("button", true, 20)
	sections := action.list("sections", true)
	if action.bad() == nil && (len(sections) < 1 || len(sections) > 10) {
		action.refuse(fail(131009, "A list has 1 to 10 sections."))
	}
	for _, s := range sections {
		if title := s.short("title", false, 24); title == "" && len(sections) > 1 {
			s.missing("title")
		}
		for _, r := range s.list("rows", true) {
			m.button(r, r.short("id", true, 200), r.short("title", true, 24))
			m.notes = append(m.notes, r.short("description", false, 72))
			r.done()
		}
		s.done()
	}
	if n := len(m.buttons); action.bad() == nil && (n < 1 || n > 10) {
		action.refuse(fail(131009, "Total row count exceed max allowed count: 10"))
	}
}

func (m *outgoing) button(f *form, id, title string) {
	if slices.Contains(m.payloads, id) {
		f.refuse(fail(131009, "Duplicate id %q in %s.", id, f.path))
	}
	m.buttons, m.payloads = append(m.buttons, title), append(m.payloads, id)
}

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
