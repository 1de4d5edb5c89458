package cloudapi

import (
	"cmp"
	"encoding/json"

	"frontdesk/inbox"
)

// message is an item of messages[], message_echoes[] or history's messages[] (webhooks 2.1, 2.2). Objects that only
// some types have stay raw until their type is known.
type message struct {
	ID         text `json:"id"`
	From       text `json:"from"`
	FromUser   text `json:"from_user_id"`
	FromParent text `json:"from_parent_user_id"`
	To         text `json:"to"`
	ToUser     text `json:"to_user_id"`
	ToParent   text `json:"to_parent_user_id"`
	Recipient  text `json:"recipient"` // of a send request, in standby echoes
	Group      text `json:"group_id"`
	Timestamp  text `json:"timestamp"`
	Type       text `json:"type"`

	Text     *textBody `json:"text"`
	Image    *media    `json:"image"`
	Video    *media    `json:"video"`
	Audio    *media    `json:"audio"`
	Voice    *media    `json:"voice"`
	Document *media    `json:"document"`
	Sticker  *media    `json:"sticker"`
	Reaction *reaction `json:"reaction"`
	Edit     *edit     `json:"edit"`
	Revoke   *revoke   `json:"revoke"`

	Button      json.RawMessage `json:"button"`
	Location    json.RawMessage `json:"location"`
	Contacts    json.RawMessage `json:"contacts"`
	Interactive json.RawMessage `json:"interactive"`
	Order       json.RawMessage `json:"order"`
	System      json.RawMessage `json:"system"`
	Template    json.RawMessage `json:"template"`

	Unsupported loose[typed]          `json:"unsupported"`
	Errors      loose[[]webhookError] `json:"errors"`
	Context     loose[msgContext]     `json:"context"`
	Referral    loose[referral]       `json:"referral"`
	History     loose[historyContext] `json:"history_context"`
}

type textBody struct {
	Body text `json:"body"`
}

type media struct {
	ID       text `json:"id"`
	Caption  text `json:"caption"`
	MIME     text `json:"mime_type"`
	SHA256   text `json:"sha256"`
	Filename text `json:"filename"`
	Voice    text `json:"voice"`
	Animated text `json:"animated"`
	Size     text `json:"file_size"`
}

type reaction struct {
	Target text `json:"message_id"`
	Emoji  text `json:"emoji"`
}

type edit struct {
	Target  text            `json:"original_message_id"`
	Message json.RawMessage `json:"message"`
}

type revoke struct {
	Target text `json:"original_message_id"`
}

type typed struct {
	Type text `json:"type"`
}

// msgContext is webhooks 2.3; a send request spells the quoted id message_id.
type msgContext struct {
	ID         text `json:"id"`
	MessageID  text `json:"message_id"`
	Forwarded  text `json:"forwarded"`
	Frequently text `json:"frequently_forwarded"`
}

type referral struct {
	SourceID  text `json:"source_id"`
	SourceURL text `json:"source_url"`
	Headline  text `json:"headline"`
	ClickID   text `json:"ctwa_clid"`
}

type historyContext struct {
	Status text `json:"status"`
	FromMe text `json:"from_me"`
}

// origin is where an item stood: that decides its side, its source and its peers, never the item's id.
type origin struct {
	side   inbox.Side
	source inbox.Source
	loose  bool // media details of an import, sent later
	peers  aliases
	who    *contact // names of the customer, nil when none are known
}

// messages reads what customers sent; under the field history these are media details of imported messages.
func (r *reader) messages(p place, v *value, src inbox.Source) {
	for i, raw := range v.Messages {
		var m message
		if !item(r, p, "messages", i, raw, &m) {
			continue
		}
		peers, who := v.peer(m.From, m.FromUser, m.FromParent, m.Timestamp.unix())
		o := origin{side: inbox.In, source: src, loose: src == inbox.FromHistory, peers: peers, who: who}
		r.message(p, "messages", i, &m, raw, o)
		if v.Context.OK && m.ID != "" {
			r.summary(&v.Context.V, m.ID, peers, m.Timestamp.unix())
		}
	}
}

// echoes reads what the business sent elsewhere: on the phone, or under standby with another tool, where the item
// holds the send request itself (webhooks 4.4, 6).
func (r *reader) echoes(p place, v *value, src inbox.Source) {
	for i, raw := range v.Echoes {
		var m message
		if src == inbox.FromOther {
			var e struct {
				ID        text            `json:"id"`
				Timestamp text            `json:"timestamp"`
				Message   json.RawMessage `json:"message"`
			}
			if !item(r, p, "message_echoes", i, raw, &e) {
				continue
			}
			if len(e.Message) > 0 {
				if !item(r, p, "message_echoes", i, e.Message, &m) {
					continue
				}
				m.ID, m.Timestamp = e.ID, e.Timestamp
			}
		}
		if m.ID == "" && !item(r, p, "message_echoes", i, raw, &m) {
			continue
		}
		peers, who := v.peer(m.To, cmp.Or(m.ToUser, m.Recipient), m.ToParent, m.Timestamp.unix())
		o := origin{side: inbox.Out, source: src, loose: src == inbox.FromHistory, peers: peers, who: who}
		r.message(p, "message_echoes", i, &m, raw, o)
	}
}

// message turns one item into its fact by type.
func (r *reader) message(p place, list string, i int, m *message, raw []byte, o origin) {
	if m.ID == "" {
		r.bad(p.at(list, i), "no message id")
		return
	}
	id, when := string(m.ID), m.Timestamp.unix()
	kind := m.kind()
	switch kind {
	case "reaction":
		if m.Reaction == nil || m.Reaction.Target == "" {
			r.bad(p.at(list, i), "a reaction to no message")
			return
		}
		r.add(inbox.ReactionSeen{Line: r.line, WAMID: id, Target: string(m.Reaction.Target), Side: o.side, Source: o.source,
			Time: when, Emoji: inbox.Clean(string(m.Reaction.Emoji)), Peers: o.peers})
		return
	case "revoke":
		if m.Revoke == nil || m.Revoke.Target == "" {
			r.bad(p.at(list, i), "a deletion of no message")
			return
		}
		r.add(inbox.RevokeSeen{Line: r.line, WAMID: id, Target: string(m.Revoke.Target), Side: o.side, Source: o.source,
			Time: when, Peers: o.peers})
		return
	case "edit":
		if m.Edit == nil || m.Edit.Target == "" {
			r.bad(p.at(list, i), "an edit of no message")
			return
		}
		var now message
		if err := json.Unmarshal(orNull(m.Edit.Message), &now); err != nil {
			r.partly(p.at(list, i)+".edit.message", err)
			return
		}
		if now.kind() == "" {
			r.bad(p.at(list, i), "an edit without the new text")
			return
		}
		r.add(inbox.EditSeen{Line: r.line, WAMID: id, Target: string(m.Edit.Target), Side: o.side, Source: o.source,
			Time: when, Content: now.content(m.Edit.Message), Peers: o.peers})
		return
	case "system":
		r.system(m, raw, o)
		return
	}
	f := inbox.MessageSeen{
		Line: r.line, WAMID: id, Side: o.side, Source: o.source, Time: when, Loose: o.loose, Peers: o.peers,
		Content: m.content(raw), ReplyTo: m.replyTo(), Forwarded: m.forwarded(), Group: string(m.Group),
		Name: o.who.name(), Username: o.who.username(),
	}
	if m.Referral.OK {
		f.Referral = m.Referral.V.clean()
	}
	if kind == "contacts" {
		f.Peers = aliases(f.Peers).with(m.ownNumber())
	}
	if o.who != nil {
		o.who.carried = true
	}
	if o.source == inbox.FromHistory && o.side == inbox.Out {
		f.History = historyStatus(r.line, id, m.History.V.Status, when, o.peers)
	}
	r.add(f)
}

func orNull(raw json.RawMessage) []byte {
	if len(raw) == 0 {
		return []byte("null")
	}
	return raw
}

// kind is the type, or what the objects tell when it is missing.
func (m *message) kind() string {
	if m.Type != "" {
		return string(m.Type)
	}
	for _, k := range []struct {
		name string
		here bool
	}{
		{"text", m.Text != nil}, {"image", m.Image != nil}, {"video", m.Video != nil}, {"audio", m.Audio != nil},
		{"voice", m.Voice != nil}, {"document", m.Document != nil}, {"sticker", m.Sticker != nil},
		{"reaction", m.Reaction != nil}, {"edit", m.Edit != nil}, {"revoke", m.Revoke != nil},
		{"button", present(m.Button)}, {"location", present(m.Location)}, {"contacts", present(m.Contacts)},
		{"interactive", present(m.Interactive)}, {"order", present(m.Order)}, {"system", present(m.System)},
		{"template", present(m.Template)}, {"unsupported", m.Unsupported.OK || m.Errors.OK},
	} {
		if k.here {
			return k.name
		}
	}
	return ""
}

func present(raw json.RawMessage) bool { return len(raw) > 0 && raw[0] != 'n' }

func (m *message) replyTo() string { return string(cmp.Or(m.Context.V.ID, m.Context.V.MessageID)) }

func (m *message) forwarded() string {
	switch {
	case m.Context.V.Frequently.yes():
		return "frequently_forwarded"
	case m.Context.V.Forwarded.yes():
		return "forwarded"
	}
	return ""
}

func (f referral) clean() *inbox.Referral {
	return &inbox.Referral{
		SourceID:  inbox.Clean(string(f.SourceID)),
		SourceURL: inbox.Clean(string(f.SourceURL)),
		Headline:  inbox.Clean(string(f.Headline)),
		ClickID:   inbox.Clean(string(f.ClickID)),
	}
}

// handedOver is value.conversation_context: what the sender before us says of the talk (webhooks 2.1).
type handedOver struct {
	Summary loose[textObject] `json:"summary"`
}

type textObject struct {
	Text text `json:"text"`
}

func (r *reader) summary(h *handedOver, id text, peers aliases, when int64) {
	if h.Summary.V.Text == "" {
		return
	}
	r.add(inbox.NoteSeen{Line: r.line, Kind: "summary", Key: string(id), Peers: peers, Time: when,
		Text: "Handed over: " + inbox.Clean(string(h.Summary.V.Text))})
}
