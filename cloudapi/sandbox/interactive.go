package sandbox

import (
	"slices"
)

// Interactive messages: buttons, lists and links (cloud-api 2.7), refused where Meta refuses them.

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
