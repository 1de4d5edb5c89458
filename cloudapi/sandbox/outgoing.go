package sandbox

import (
	"net/url"
	"regexp"
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
