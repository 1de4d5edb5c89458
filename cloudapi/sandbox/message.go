package sandbox

import (
	"strconv"
	"time"
)

// Origin is who wrote a message.
type Origin string

// The three writers.
const (
	FromCustomer Origin = "customer"
	FromPhone    Origin = "phone"
	FromAPI      Origin = "api"
)

// Message is one message of a chat as the sandbox knows it: a snapshot, named by ID in all calls.
type Message struct {
	ID       string    `json:"id"`
	Customer string    `json:"customer"` // digits of the customer's number
	From     Origin    `json:"from"`
	Type     string    `json:"type"`
	Text     string    `json:"text,omitempty"` // what a person reads: body, caption, a template as rendered
	At       time.Time `json:"at"`
	Status   string    `json:"status,omitempty"`   // newest tick of a message from the business; "accepted" before the first
	Quotes   string    `json:"quotes,omitempty"`   // id of the quoted message
	Callback string    `json:"callback,omitempty"` // biz_opaque_callback_data
	Template string    `json:"template,omitempty"`
	Buttons  []string  `json:"buttons,omitempty"` // titles that the customer can tap
	Edited   bool      `json:"edited,omitempty"`
	Revoked  bool      `json:"revoked,omitempty"`
}

// message is the record behind Message.
type message struct {
	Message
	historyID string // its id in message_history; API messages only
	customer  *Customer
	recipient string // user id when the client addressed one
	payload   body
	payloads  []string // of Buttons: what a tap sends
	notes     []string // under the rows of a list
	category  string   // of the template; "service" for free-form messages
	voice     bool
	list      bool // interactive list: a tap is a list_reply
	readAsked bool // the client marked it read
	events    []event
	pricing   *pricing // once a status has told it
	pricedAt  time.Time
}

// event is one delivery event, as message_history lists them.
type event struct {
	id     string
	status string
	at     time.Time
	hook   *update
	code   int
}

// Option says how a message is written.
type Option func(*posting)

type posting struct {
	at        time.Time
	id        string
	quote     string
	forwarded int
	ad        *Referral
	upTo      string
	failCode  int
	before    bool // of the time before the number was linked
}

// At writes a message in the past: its timestamp, and those of its ticks, are counted from t. It still arrives now.
func At(t time.Time) Option { return func(p *posting) { p.at = t } }

// WithID gives the message a WhatsApp id instead of a drawn one.
func WithID(wamid string) Option { return func(p *posting) { p.id = wamid } }

// Quoting makes the message a reply to another.
func Quoting(m Message) Option { return func(p *posting) { p.quote = m.ID } }

// Forwarded marks the message as forwarded so many times: up to five is "forwarded", more is "frequently".
func Forwarded(times int) Option { return func(p *posting) { p.forwarded = times } }

// FromAd says that the customer came from an advertisement.
func FromAd(r Referral) Option { return func(p *posting) { p.ad = &r } }

// UpTo stops the ticks of a message from the phone at "none", "sent", "delivered" or "read".
func UpTo(tick string) Option { return func(p *posting) { p.upTo = tick } }

// Failing lets a message from the phone fail with a code of the error table.
func Failing(code int) Option { return func(p *posting) { p.failCode = code } }

func posted(opts []Option) posting {
	var p posting
	for _, o := range opts {
		o(&p)
	}
	return p
}

// Messages lists the messages with one customer, oldest first; with everybody when c is nil. Edits, revokes and
// reactions are no messages of their own.
func (sb *Sandbox) Messages(c *Customer) []Message {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	var out []Message
	for _, m := range sb.journal {
		if c == nil || m.customer == c {
			out = append(out, m.Message)
		}
	}
	return out
}

// Message finds a message by its id.
func (sb *Sandbox) Message(id string) (Message, bool) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	m, ok := sb.messages[id]
	if !ok {
		return Message{}, false
	}
	return m.Message, true
}

// keep books a message. The caller holds mu.
func (sb *Sandbox) keep(m *message) {
	sb.messages[m.ID] = m
	sb.journal = append(sb.journal, m)
}

// at is the time a posting shows.
func (sb *Sandbox) at(p posting) time.Time {
	if p.at.IsZero() {
		return sb.Now()
	}
	return p.at
}

// isOurs tells whether a message came from the business side.
func (m *message) isOurs() bool { return m.From != FromCustomer }

func unix(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

func (b body) text() string {
	switch {
	case b.Text != nil:
		return b.Text.Body
	case b.Image != nil:
		return b.Image.Caption
	case b.Video != nil:
		return b.Video.Caption
	case b.Document != nil:
		if b.Document.Caption != "" {
			return b.Document.Caption
		}
		return b.Document.Filename
	case b.Location != nil:
		return b.Location.Name
	case b.Button != nil:
		return b.Button.Text
	}
	return ""
}

// context builds the quote and forward marks. from is the writer of the quoted message as Meta shows it: digits,
// or nothing when the number is withheld.
func (sb *Sandbox) context(p posting) *msgContext {
	if p.quote == "" && p.forwarded == 0 {
		return nil
	}
	c := &msgContext{ID: p.quote, Forwarded: p.forwarded > 0 && p.forwarded <= 5, FrequentlyForwarded: p.forwarded > 5}
	if q, ok := sb.messages[p.quote]; ok {
		if q.isOurs() {
			c.From = sb.post.meta.DisplayNumber
		} else if !q.customer.hidden {
			c.From = q.customer.number
		}
	}
	return c
}
