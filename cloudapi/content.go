package cloudapi

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"frontdesk/inbox"
)

// codeUnavailable marks a message whose real content may follow under the same id (webhooks 2.9).
const codeUnavailable = 131060

// content says what a message holds (webhooks 2.2). raw is the item, kept for types that are only shown by name.
func (m *message) content(raw []byte) inbox.Content {
	kind := m.kind()
	c := inbox.Content{Level: inbox.Concrete, Type: inbox.Clean(cut(kind, 80))}
	switch kind {
	case "text":
		if m.Text != nil {
			c.Text = inbox.Clean(string(m.Text.Body))
			return c
		}
	case "image":
		return m.Image.content(c, "[image]")
	case "video":
		return m.Video.content(c, "[video]")
	case "audio", "voice":
		a := m.Audio
		if a == nil {
			a = m.Voice
		}
		says := "[audio]"
		if kind == "voice" || a != nil && a.Voice.yes() {
			says = "[voice message]"
		}
		return a.content(c, says)
	case "document":
		return m.Document.content(c, "[document]")
	case "sticker":
		return m.Sticker.content(c, "[sticker]")
	case "media_placeholder":
		c.Level, c.Text = inbox.Placeholder, "[media]"
		return c
	case "request_welcome":
		c.Text = "[opened the chat]"
		return c
	case "unsupported", "unknown":
		return m.unsupported(c)
	default:
		if describe, ok := describers[kind]; ok {
			if text, details, ok := describe(m); ok {
				c.Text, c.Details = text, details
				return c
			}
		}
	}
	if kind == "" {
		c.Level = inbox.Unsupported
	}
	c.Text = "[" + cmp.Or(c.Type, "message") + "]"
	c.Raw = raw
	return c
}

// unsupported is what WhatsApp does not hand on, or not yet.
func (m *message) unsupported(c inbox.Content) inbox.Content {
	c.Level, c.Type = inbox.Unsupported, "unsupported"
	for _, e := range m.Errors.V {
		if e.Code.int() == codeUnavailable {
			c.Level, c.Text = inbox.Unavailable, "[not available yet; see the phone]"
			return c
		}
	}
	switch what := inbox.Clean(cut(strings.ReplaceAll(string(m.Unsupported.V.Type), "_", " "), 80)); what {
	case "", "unknown":
		c.Text = "[unsupported; see the phone]"
	case "edit":
		c.Text = "[a message was edited; see the phone]"
	default:
		c.Text = "[unsupported: " + what + "; see the phone]"
	}
	return c
}

// content describes an attachment: its caption, or a word for what it is and the file's name.
func (f *media) content(c inbox.Content, says string) inbox.Content {
	if f == nil {
		c.Level, c.Text = inbox.Placeholder, says
		return c
	}
	c.Media = &inbox.Media{
		ID:       string(f.ID),
		MIME:     inbox.Clean(string(f.MIME)),
		SHA256:   hexSum(string(f.SHA256)),
		Name:     fileName(string(f.Filename)),
		Voice:    f.Voice.yes(),
		Animated: f.Animated.yes(),
		Bytes:    f.Size.unix(),
	}
	if c.Text = inbox.Clean(string(f.Caption)); c.Text == "" {
		c.Text = says
		if c.Media.Name != "" {
			c.Text += " " + c.Media.Name
		}
	}
	return c
}

// hexSum reads a SHA-256 in base64 or hex; webhooks have both spellings (webhooks 2.2). What is neither is left out.
func hexSum(s string) string {
	if len(s) == 64 {
		if _, err := hex.DecodeString(s); err == nil {
			return strings.ToLower(s)
		}
	}
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil || len(b) != 32 {
		return ""
	}
	return hex.EncodeToString(b)
}

// fileName is the last element of a name that a stranger chose, cleaned; "" when nothing usable is left.
func fileName(s string) string { return inbox.PlainName(s) }
