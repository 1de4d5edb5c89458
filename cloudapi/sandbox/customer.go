package sandbox

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"
)

// Customer is one person on the far side. What a customer does reaches the client as a webhook.
type Customer struct {
	sb     *Sandbox
	number string // digits
	userID string
	rand   *rand.Rand

	parentID string // "" where the account has none
	nameless bool   // no user id is told

	// guarded by sb.mu
	name     string
	username string
	hidden   bool
	receipts bool
	offline  bool
	blocked  bool
	failCode int
	wrote    time.Time // newest message, edits and reactions apart: opens the window
	held     []func()  // what waits for the customer to come online
	answer   func(Message)
	pair     bucket
}

// Customer finds the person with a phone number in any spelling, or makes one: someone with WhatsApp, online, read
// receipts on, who has not written yet.
func (sb *Sandbox) Customer(number string) *Customer {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	return sb.person(digits(number))
}

// Customers lists everybody in the order in which they were made.
func (sb *Sandbox) Customers() []*Customer {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	return slices.Clone(sb.customers)
}

func (sb *Sandbox) person(number string) *Customer {
	for _, n := range []string{number, respelled(number)} {
		if c, ok := sb.byNumber[n]; ok {
			return c
		}
	}
	h := fnv.New64a()
	fmt.Fprint(h, number)
	_, letters := country(number)
	if letters == "" {
		letters = "ZZ"
	}
	c := &Customer{sb: sb, number: number, userID: fmt.Sprintf("%s.%020d", letters, h.Sum64()),
		rand: sb.Rand(number), receipts: true}
	sb.customers = append(sb.customers, c)
	sb.byNumber[number], sb.byUserID[c.userID] = c, c
	return c
}

// Number is the phone number in digits, even when the customer withholds it.
func (c *Customer) Number() string { return c.number }

// UserID is the business-scoped user id (business-scoped user ids page).
func (c *Customer) UserID() string { return c.userID }

// Name is the profile name.
func (c *Customer) Name() string {
	c.sb.mu.Lock()
	defer c.sb.mu.Unlock()
	return c.name
}

// LastWrote is the time of the newest message, which opens the 24-hour window; zero when there is none.
func (c *Customer) LastWrote() time.Time {
	c.sb.mu.Lock()
	defer c.sb.mu.Unlock()
	return c.wrote
}

func (c *Customer) set(change func()) *Customer {
	c.sb.mu.Lock()
	defer c.sb.mu.Unlock()
	change()
	return c
}

// Named sets the profile name.
func (c *Customer) Named(name string) *Customer { return c.set(func() { c.name = name }) }

// WithUsername gives the customer a username. With hideNumber webhooks carry the user id in place of the number.
func (c *Customer) WithUsername(username string, hideNumber bool) *Customer {
	return c.set(func() { c.username, c.hidden = username, hideNumber })
}

// WithUserID replaces the drawn business-scoped user id.
func (c *Customer) WithUserID(id string) *Customer {
	return c.set(func() {
		delete(c.sb.byUserID, c.userID)
		c.userID = id
		c.sb.byUserID[id] = c
	})
}

// ReadReceipts switches blue ticks on or off.
func (c *Customer) ReadReceipts(on bool) *Customer { return c.set(func() { c.receipts = on }) }

// Undeliverable lets every message to this customer fail with a code of the error table, 131026 for instance; 0
// ends it.
func (c *Customer) Undeliverable(code int) *Customer { return c.set(func() { c.failCode = code }) }

// Blocked puts the customer on the business's block list: sending is refused with 130403.
func (c *Customer) Blocked(on bool) *Customer { return c.set(func() { c.blocked = on }) }

// Offline keeps messages to the customer at one tick until it is called with false.
func (c *Customer) Offline(on bool) *Customer {
	var held []func()
	c.set(func() {
		c.offline = on
		if !on {
			held, c.held = c.held, nil
		}
	})
	for _, do := range held {
		c.sb.agenda.after(0, do)
	}
	return c
}

// OnMessage is called, on the sandbox's own goroutine, when the customer has seen a message from the business:
// when it is read, or when it is delivered to someone without read receipts. nil ends it.
func (c *Customer) OnMessage(answer func(Message)) *Customer {
	return c.set(func() { c.answer = answer })
}

// WindowOpen says whether free-form messages may be sent at t: less than 24 hours after the customer wrote.
func (c *Customer) WindowOpen(t time.Time) bool {
	c.sb.mu.Lock()
	defer c.sb.mu.Unlock()
	return c.windowOpen(t)
}

func (c *Customer) windowOpen(t time.Time) bool {
	return !c.wrote.IsZero() && t.Before(c.wrote.Add(24*time.Hour))
}

// contact is the customer as inbound webhooks name them.
func (c *Customer) contact() contact {
	t := c.told()
	k := contact{Profile: &profile{Name: c.name, Username: c.username}, WaID: t.number, UserID: t.user, ParentID: t.parent}
	if c.name == "" && c.username == "" {
		k.Profile = nil
	}
	return k
}

// say books what the customer wrote and sends it to the client.
func (c *Customer) say(kind string, b body, opts []Option) Message {
	sb, p := c.sb, posted(opts)
	sb.mu.Lock()
	defer sb.mu.Unlock()
	m := &message{customer: c, payload: b, Message: Message{
		ID: p.id, Customer: c.number, From: FromCustomer, Type: kind, Text: b.text(), At: sb.at(p), Quotes: p.quote}}
	if m.ID == "" {
		m.ID = MessageID(c.remote(), false, messageKey(sb.rand, false))
	}
	sb.keep(m)
	if p.before { // it opens no window either
		return m.Message
	}
	if m.At.After(c.wrote) {
		c.wrote = m.At
	}
	sb.inbound(c, c.wire(m.ID, m.At, kind, b, p))
	return m.Message
}

// remote is what message ids carry for this customer.
func (c *Customer) remote() string {
	if c.hidden {
		return c.userID
	}
	return c.number
}

func (c *Customer) wire(id string, at time.Time, kind string, b body, p posting) wireMessage {
	t := c.told()
	return wireMessage{From: t.number, FromUserID: t.user, FromParentID: t.parent, ID: id, Timestamp: unix(at), Type: kind, body: b,
		Context: c.sb.context(p), Referral: p.ad}
}

func (sb *Sandbox) inbound(c *Customer, w wireMessage) {
	sb.post.submit(&update{field: "messages", value: value{Contacts: []contact{c.contact()}, Messages: []wireMessage{w}}})
}

// Write sends a text.
func (c *Customer) Write(text string, opts ...Option) Message {
	return c.say("text", body{Text: &textBody{text}}, opts)
}

// Reply sends a text that quotes a message.
func (c *Customer) Reply(to Message, text string, opts ...Option) Message {
	return c.Write(text, append(opts, Quoting(to))...)
}

// SendImage sends a JPEG or PNG picture.
func (c *Customer) SendImage(data []byte, caption string, opts ...Option) Message {
	return c.say("image", body{Image: c.sb.attach(data, "", caption)}, opts)
}

// SendVoice sends a voice note: Ogg with Opus.
func (c *Customer) SendVoice(data []byte, opts ...Option) Message {
	return c.say("audio", body{Audio: c.sb.attachVoice(data)}, opts)
}

// SendVideo sends an MP4 film.
func (c *Customer) SendVideo(data []byte, caption string, opts ...Option) Message {
	return c.say("video", body{Video: c.sb.attach(data, "", caption)}, opts)
}

// SendDocument sends a file.
func (c *Customer) SendDocument(data []byte, filename, caption string, opts ...Option) Message {
	return c.say("document", body{Document: c.sb.attach(data, filename, caption)}, opts)
}

// SendSticker sends a WebP sticker.
func (c *Customer) SendSticker(data []byte, animated bool, opts ...Option) Message {
	m := c.sb.attach(data, "", "")
	m.Animated = &animated
	return c.say("sticker", body{Sticker: m}, opts)
}

// SendLocation sends a place or a bare pin.
func (c *Customer) SendLocation(l Location, opts ...Option) Message {
	return c.say("location", body{Location: &l}, opts)
}

// SendContacts sends contact cards.
func (c *Customer) SendContacts(cards []Card, opts ...Option) Message {
	return c.say("contacts", body{Contacts: cards}, opts)
}

// Tap presses a button of a message from the business, by its title: a template's quick reply, or a reply button
// or list row of an interactive message. It fails when there is no such button.
func (c *Customer) Tap(m Message, title string, opts ...Option) (Message, error) {
	c.sb.mu.Lock()
	rec, ok := c.sb.messages[m.ID]
	i := -1
	if ok && rec.customer == c {
		i = slices.Index(rec.Buttons, title)
	}
	c.sb.mu.Unlock()
	if i < 0 {
		return Message{}, fmt.Errorf("sandbox: message %s to this customer has no button %q", m.ID, title)
	}
	opts = append(opts, Quoting(m))
	if rec.Template != "" {
		return c.say("button", body{Button: &buttonBody{Payload: rec.payloads[i], Text: title}}, opts), nil
	}
	kind, id := "button_reply", rec.payloads[i]
	if rec.list {
		kind = "list_reply"
	}
	pressed := map[string]string{"id": id, "title": title}
	if i < len(rec.notes) && rec.notes[i] != "" {
		pressed["description"] = rec.notes[i]
	}
	b := body{Interactive: map[string]any{"type": kind, kind: pressed}}
	return c.say("interactive", b, opts), nil
}

// Unavailable sends a message the way it often arrives on a number shared with the phone: first as error 131060,
// then, after delay of sandbox time, the text under the same id (unsupported messages reference). With an empty
// text nothing follows.
func (c *Customer) Unavailable(text string, delay time.Duration, opts ...Option) Message {
	sb, p := c.sb, posted(opts)
	sb.mu.Lock()
	defer sb.mu.Unlock()
	e := fail(131060, "").reported()
	e.Href = ""
	m := c.withhold("unknown", e, p)
	if text != "" {
		sb.agenda.after(delay, func() {
			sb.mu.Lock()
			defer sb.mu.Unlock()
			m.Type, m.Text, m.payload = "text", text, body{Text: &textBody{text}}
			sb.inbound(c, c.wire(m.ID, m.At, "text", m.payload, p))
		})
	}
	return m.Message
}

// Unsupported sends something of a kind that is not handed on, as "poll_creation": what it says is on the phone only
// (unsupported messages reference, error 131051).
func (c *Customer) Unsupported(kind string, opts ...Option) Message {
	c.sb.mu.Lock()
	defer c.sb.mu.Unlock()
	e := reportedError{Code: 131051, Title: "Message type unknown", Message: "Message type unknown"}
	e.Data.Details = "Message type is currently not supported."
	return c.withhold(kind, e, posted(opts)).Message
}

// withhold books a message and tells of it without what it says. The caller holds sb.mu.
func (c *Customer) withhold(kind string, e reportedError, p posting) *message {
	sb := c.sb
	m := &message{customer: c, Message: Message{ID: p.id, Customer: c.number, From: FromCustomer, Type: "unsupported", At: sb.at(p)}}
	if m.ID == "" {
		m.ID = MessageID(c.remote(), false, messageKey(sb.rand, false))
	}
	sb.keep(m)
	if m.At.After(c.wrote) {
		c.wrote = m.At
	}
	w := c.wire(m.ID, m.At, "unsupported", body{Unsupported: &unsupported{kind}}, posting{})
	w.Errors = []reportedError{e}
	sb.inbound(c, w)
	return m
}

// React puts an emoji on a message; an empty one takes it away.
func (c *Customer) React(m Message, emoji string, opts ...Option) {
	c.happen("reaction", body{Reaction: &reactionBody{m.ID, emoji}}, opts)
}

// Edit replaces the text or caption of a message of the customer's own.
func (c *Customer) Edit(m Message, text string, opts ...Option) {
	if part, ok := c.sb.edited(m.ID, text, FromCustomer); ok {
		c.happen("edit", body{Edit: &editBody{m.ID, part}}, opts)
	}
}

// Revoke takes a message of the customer's own back.
func (c *Customer) Revoke(m Message, opts ...Option) {
	if c.sb.revoked(m.ID, FromCustomer) {
		c.happen("revoke", body{Revoke: &revokeBody{m.ID}}, opts)
	}
}

// happen sends an event that is no message of its own and opens no window.
func (c *Customer) happen(kind string, b body, opts []Option) {
	sb, p := c.sb, posted(opts)
	sb.mu.Lock()
	defer sb.mu.Unlock()
	id := p.id
	if id == "" {
		id = MessageID(c.remote(), false, messageKey(sb.rand, false))
	}
	sb.inbound(c, c.wire(id, sb.at(p), kind, b, posting{}))
}

// Read opens the chat: every message from the business that was delivered becomes read, with a tick for each when
// read receipts are on.
func (c *Customer) Read() {
	sb := c.sb
	sb.mu.Lock()
	var unread []*message
	for _, m := range sb.journal {
		if m.customer == c && m.isOurs() && (m.Status == "sent" || m.Status == "delivered") {
			unread = append(unread, m)
		}
	}
	receipts := c.receipts
	sb.mu.Unlock()
	for _, m := range unread {
		if receipts {
			sb.tick(m, "read", time.Time{})
		}
	}
}

// edited replaces the words of a message that origin may edit and returns its new body. ok is false when there
// is no such message, it is deleted, or it has no words.
func (sb *Sandbox) edited(id, text string, by Origin) (part editedPart, ok bool) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	m, found := sb.messages[id]
	if !found || m.Revoked || m.isOurs() == (by == FromCustomer) {
		return part, false
	}
	b := m.payload
	switch {
	case b.Text != nil:
		b.Text = &textBody{text}
	case b.Image != nil:
		c := *b.Image
		c.Caption = text
		b.Image = &c
	case b.Video != nil:
		c := *b.Video
		c.Caption = text
		b.Video = &c
	case b.Document != nil:
		c := *b.Document
		c.Caption = text
		b.Document = &c
	default:
		return part, false
	}
	m.payload, m.Text, m.Edited = b, text, true
	return editedPart{Type: m.Type, body: b}, true
}

func (sb *Sandbox) revoked(id string, by Origin) bool {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	m, found := sb.messages[id]
	if !found || m.Revoked || m.isOurs() == (by == FromCustomer) {
		return false
	}
	m.Revoked, m.Text, m.payload = true, "", body{}
	return true
}
