package sandbox

import (
	"cmp"
	"strings"
	"time"
)

// Phone is the WhatsApp Business app on the shop's telephone. What is typed on it reaches the client as
// smb_message_echoes, its address book as smb_app_state_sync. It is not bound to the 24-hour window.
type Phone struct {
	sb    *Sandbox
	ticks bool // guarded by sb.mu
	book  []bookContact

	archive Archive // guarded by sb.mu, like the rest
	zeroes  bool    // removals carry no time
}

// Ticks says whether messages from the phone get statuses too. Meta does not document it either way, so it is off
// at first.
func (p *Phone) Ticks(on bool) *Phone {
	p.sb.mu.Lock()
	defer p.sb.mu.Unlock()
	p.ticks = on
	return p
}

// SendText sends a text to a customer.
func (p *Phone) SendText(c *Customer, text string, opts ...Option) Message {
	return p.say(c, "text", body{Text: &textBody{text}}, opts)
}

// Reply sends a text that quotes the customer's newest message, or no message when there is none.
func (p *Phone) Reply(c *Customer, text string, opts ...Option) Message {
	p.sb.mu.Lock()
	var newest *message
	for _, m := range p.sb.journal {
		if m.customer == c && m.From == FromCustomer && !m.Revoked {
			newest = m
		}
	}
	p.sb.mu.Unlock()
	if newest != nil {
		opts = append(opts, Quoting(newest.Message))
	}
	return p.SendText(c, text, opts...)
}

// SendImage sends a JPEG or PNG picture.
func (p *Phone) SendImage(c *Customer, data []byte, caption string, opts ...Option) Message {
	return p.say(c, "image", body{Image: p.sb.attach(data, "", caption)}, opts)
}

// SendDocument sends a file.
func (p *Phone) SendDocument(c *Customer, data []byte, filename, caption string, opts ...Option) Message {
	return p.say(c, "document", body{Document: p.sb.attach(data, filename, caption)}, opts)
}

// SendVoice sends a voice note: Ogg with Opus.
func (p *Phone) SendVoice(c *Customer, data []byte, opts ...Option) Message {
	return p.say(c, "audio", body{Audio: p.sb.attachVoice(data)}, opts)
}

// SendLocation sends a place.
func (p *Phone) SendLocation(c *Customer, l Location, opts ...Option) Message {
	return p.say(c, "location", body{Location: &l}, opts)
}

// React puts an emoji on a message; an empty one takes it away.
func (p *Phone) React(m Message, emoji string, opts ...Option) {
	p.happen(m, "reaction", body{Reaction: &reactionBody{m.ID, emoji}}, opts)
}

// Edit replaces the text or caption of a message from the business side, one sent through the API included.
func (p *Phone) Edit(m Message, text string, opts ...Option) {
	if part, ok := p.sb.edited(m.ID, text, FromPhone); ok {
		p.happen(m, "edit", body{Edit: &editBody{m.ID, part}}, opts)
	}
}

// Revoke takes back a message from the business side.
func (p *Phone) Revoke(m Message, opts ...Option) {
	if p.sb.revoked(m.ID, FromPhone) {
		p.happen(m, "revoke", body{Revoke: &revokeBody{m.ID}}, opts)
	}
}

// SaveContact writes a customer into the phone's address book, or changes the entry.
func (p *Phone) SaveContact(c *Customer, fullName string) {
	sb := p.sb
	sb.mu.Lock()
	defer sb.mu.Unlock()
	k := p.note(c, fullName)
	sb.post.submit(&update{field: "smb_app_state_sync", value: value{StateSync: []stateSync{p.change("add", k)}}})
}

// note writes an entry of the address book. The caller holds mu.
func (p *Phone) note(c *Customer, fullName string) bookContact {
	first, _, _ := strings.Cut(fullName, " ")
	k := c.entry()
	k.FullName, k.FirstName = fullName, first
	p.forget(c)
	p.book = append(p.book, k)
	return k
}

// RemoveContact deletes a customer from the address book. The chat stays.
func (p *Phone) RemoveContact(c *Customer) {
	sb := p.sb
	sb.mu.Lock()
	defer sb.mu.Unlock()
	p.forget(c)
	sb.post.submit(&update{field: "smb_app_state_sync", value: value{StateSync: []stateSync{p.change("remove", c.entry())}}})
}

func (p *Phone) change(action string, k bookContact) stateSync {
	at := unix(p.sb.Now())
	if action == "remove" && p.zeroes {
		at = "0"
	}
	return stateSync{Type: "contact", Contact: k, Action: action, Meta: map[string]string{"timestamp": at}}
}

func (p *Phone) forget(c *Customer) {
	kept := p.book[:0]
	for _, k := range p.book {
		if k.UserID != c.userID && k.Phone != c.number {
			kept = append(kept, k)
		}
	}
	p.book = kept
}

func (c *Customer) entry() bookContact {
	t := c.told()
	return bookContact{Phone: t.number, UserID: t.user, ParentID: t.parent, Username: c.username}
}

func (p *Phone) say(c *Customer, kind string, b body, opts []Option) Message {
	sb, q := p.sb, posted(opts)
	sb.mu.Lock()
	m := &message{customer: c, payload: b, category: "service", voice: kind == "audio", Message: Message{
		ID: q.id, Customer: c.number, From: FromPhone, Type: kind, Text: b.text(), At: sb.at(q), Quotes: q.quote, Status: "accepted"}}
	if m.ID == "" {
		m.ID = MessageID(c.remote(), true, messageKey(sb.rand, false))
	}
	sb.keep(m)
	if q.before {
		m.Status = cmp.Or(q.upTo, "read")
		sb.mu.Unlock()
		return m.Message
	}
	sb.echo(c, m.ID, m.At, kind, b, sb.context(q))
	ticks := p.ticks || q.failCode != 0
	out := m.Message
	sb.mu.Unlock()
	if ticks {
		sb.follow(m, q)
	}
	return out
}

func (p *Phone) happen(m Message, kind string, b body, opts []Option) {
	sb, q := p.sb, posted(opts)
	sb.mu.Lock()
	defer sb.mu.Unlock()
	rec, ok := sb.messages[m.ID]
	if !ok {
		return
	}
	id := q.id
	if id == "" {
		id = MessageID(rec.customer.remote(), true, messageKey(sb.rand, false))
	}
	sb.echo(rec.customer, id, sb.at(q), kind, b, nil)
}

// echo reports something done on the business side to the client (smb_message_echoes reference).
func (sb *Sandbox) echo(c *Customer, id string, at time.Time, kind string, b body, quote *msgContext) {
	t := c.told()
	w := wireMessage{From: sb.post.meta.DisplayNumber, To: t.number, ToUserID: t.user, ToParentID: t.parent, ID: id, Timestamp: unix(at), Type: kind, body: b, Context: quote}
	k := contact{WaID: t.number, UserID: t.user, ParentID: t.parent}
	if c.username != "" {
		k.Profile = &profile{Username: c.username}
	}
	sb.post.submit(&update{field: "smb_message_echoes", value: value{Contacts: []contact{k}, Echoes: []wireMessage{w}}})
}
