package inbox

import (
	"encoding/json"
	"time"
)

// Origin says who wrote a message (decisions 17).
type Origin string

// The origins.
const (
	OriginCustomer  Origin = "customer"
	OriginPhone     Origin = "phone"
	OriginAPI       Origin = "api"       // an agent here; Agent names them
	OriginEarlier   Origin = "earlier"   // imported, author unknown
	OriginElsewhere Origin = "elsewhere" // another tool on the same number
)

// Status is the state of an outgoing message: a state of the outbox or a tick.
type Status string

// The statuses of commands.md. Waiting is Queued with a retry ahead; Unknown is uncertain.
const (
	Queuing         Status = "queued"
	Waiting         Status = "waiting"
	Held            Status = "held"
	Sending         Status = "sending"
	Unknown         Status = "unknown"
	StatusAccepted  Status = "accepted"
	StatusSent      Status = "sent"
	StatusDelivered Status = "delivered"
	StatusRead      Status = "read"
	StatusPlayed    Status = "played"
	StatusFailed    Status = "failed"
	Cancelled       Status = "cancelled"
	Discarded       Status = "discarded"
)

// Message is one row of a thread as a person sees it: what commands.md prints.
type Message struct {
	ID        string          `json:"id,omitempty"`  // wamid; absent until WhatsApp gave one
	Ref       OID             `json:"ref,omitempty"` // our own id of a message written here
	Thread    ThreadID        `json:"thread"`
	Direction string          `json:"direction"` // in, out
	Origin    Origin          `json:"origin"`
	Agent     AgentID         `json:"agent,omitempty"`
	Imported  bool            `json:"imported,omitempty"`
	Exported  bool            `json:"exported,omitempty"` // of Imported: from a text that the phone exported
	Type      string          `json:"type"`
	Text      string          `json:"text,omitempty"`
	At        time.Time       `json:"at"`
	ReplyTo   string          `json:"reply_to,omitempty"`
	Status    Status          `json:"status,omitempty"`
	StatusAt  StatusTimes     `json:"status_at,omitzero"`
	Error     *Reason         `json:"error,omitempty"`
	Edited    bool            `json:"edited,omitempty"`
	Edits     []Edit          `json:"edits,omitempty"`
	Revoked   bool            `json:"revoked,omitempty"`
	Reactions []Reaction      `json:"reactions,omitempty"`
	Media     *MediaView      `json:"media,omitempty"`
	Template  *TemplateRef    `json:"template,omitempty"`
	Referral  *Referral       `json:"referral,omitempty"`
	Pricing   *Price          `json:"pricing,omitempty"` // of what was sent by the API
	Forwarded string          `json:"forwarded,omitempty"`
	Details   json.RawMessage `json:"details,omitempty"` // coordinates, cards, list ids
	Key       string          `json:"key"`               // names the row in this program, whatever ids it has
	Seq       Seq             `json:"seq"`               // first durable sighting
	Quote     *Quote          `json:"quote,omitempty"`
	// HoldReason says why a held, waiting or queued message does not go: window, auth, account, stale, throttled, order;
	// answered (HeldBy wrote since its time was set), later (until NotBefore, as a person chose), recall (until NotBefore
	// it can be taken back); upload (its file is on the way, broke off and is tried again, or, when it failed, was not
	// taken).
	HoldReason string     `json:"hold_reason,omitempty"`
	HeldBy     string     `json:"held_by,omitempty"`   // phone, customer, elsewhere, or an agent's name
	NotBefore  time.Time  `json:"not_before,omitzero"` // of what has not left: when it may
	Planned    bool       `json:"planned,omitempty"`   // a person chose that time
	RetryAt    time.Time  `json:"retry_at,omitzero"`
	Upload     *Upload    `json:"upload,omitempty"`     // while its file is on the way
	Confirming bool       `json:"confirming,omitempty"` // unknown for less than 30 s
	Marked     bool       `json:"marked,omitempty"`     // a person says it was sent
	ResentAs   OID        `json:"resent_as,omitempty"`
	SentTwice  bool       `json:"sent_twice,omitempty"`
	PacingHold string     `json:"pacing,omitempty"`   // held_for_quality_assessment, paused
	Conflict   bool       `json:"conflict,omitempty"` // two contents or two sides for one id; all are kept
	Unread     bool       `json:"unread,omitempty"`
	PhoneOnly  *PhoneOnly `json:"phone_only,omitempty"` // it can be read in full on the phone alone
	Choices    []Decision `json:"choices,omitempty"`    // what a person may decide now
}

// StatusTimes holds when each level was first reached.
type StatusTimes struct {
	Queued    time.Time `json:"queued,omitzero"`
	Accepted  time.Time `json:"accepted,omitzero"`
	Sent      time.Time `json:"sent,omitzero"`
	Delivered time.Time `json:"delivered,omitzero"`
	Read      time.Time `json:"read,omitzero"`
	Played    time.Time `json:"played,omitzero"`
	Failed    time.Time `json:"failed,omitzero"`
}

// AccountHold reports a message that waits because WhatsApp stopped the whole number, which a person lifts (decisions 14).
func (m *Message) AccountHold() bool { return m.Status == Held && m.HoldReason == "account" }

// Reason is a failure in words, with the next step.
type Reason struct {
	Code   int    `json:"code,omitempty"`
	Title  string `json:"title"`
	Hint   string `json:"hint,omitempty"`
	Detail string `json:"detail,omitempty"`
}

// Edit is an earlier text of a message.
type Edit struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// Reaction is the emoji of one side.
type Reaction struct {
	By    string `json:"by"` // customer, business
	Emoji string `json:"emoji"`
}

// MediaView is an attachment as commands.md prints it.
type MediaView struct {
	MIME     string     `json:"mime,omitempty"`
	Name     string     `json:"name,omitempty"` // the sender's own; cleaned, and no path
	Bytes    int64      `json:"bytes,omitempty"`
	SHA256   string     `json:"sha256,omitempty"`
	State    MediaState `json:"state,omitempty"`
	Path     string     `json:"path,omitempty"` // on the owner's machine, when it is stored
	Voice    bool       `json:"voice,omitempty"`
	Animated bool       `json:"animated,omitempty"`
	Why      MediaWhy   `json:"why,omitempty"` // why it is not stored
	Look     FileLook   `json:"look,omitzero"`
	Again    bool       `json:"again,omitempty"` // FetchMedia can be tried
}

// Quote is the message that a reply answers, as far as it is known here.
type Quote struct {
	Key     string `json:"key,omitempty"` // empty: not known here
	From    string `json:"from,omitempty"`
	Text    string `json:"text,omitempty"`
	Revoked bool   `json:"revoked,omitempty"`
}

// MessageQuery asks for a page: the newest when nothing but Thread is set, else the one before or after a row, or
// around it.
type MessageQuery struct {
	Thread ThreadID `json:"thread"`
	Before string   `json:"before,omitempty"` // a Message.Key
	After  string   `json:"after,omitempty"`
	Around string   `json:"around,omitempty"`
	First  bool     `json:"first,omitempty"`  // the oldest page
	Unread bool     `json:"unread,omitempty"` // around the first unread row
	// From asks for the page around the first row of that second or later, or that ends the thread when there is none.
	From  time.Time `json:"from,omitzero"`
	Limit int       `json:"limit,omitempty"`
}

// MessagePage is a part of a thread, oldest first.
type MessagePage struct {
	Messages []Message `json:"messages"`
	Earlier  bool      `json:"earlier"` // there are older rows
	Later    bool      `json:"later"`
	Seq      Seq       `json:"seq"` // the views' position when it was read
	// Coverage, of a page that begins the thread, says how much of it from before the number was linked is here.
	Coverage *Coverage `json:"coverage,omitempty"`
}

// Coverage is how much of a thread from before the number was linked is here. Nothing set: all that there is.
type Coverage struct {
	From      time.Time `json:"from,omitzero"`       // of the first imported message
	Importing bool      `json:"importing,omitempty"` // more may come
	MediaFrom time.Time `json:"media_from,omitzero"` // files of before this are on the phone only
	Gaps      int       `json:"gaps,omitempty"`      // parts of the whole import that never came
	Declined  bool      `json:"declined,omitempty"`  // the history was not shared from the phone
}

// Detail is all that is known of one message.
type Detail struct {
	Message Message   `json:"message"`
	Steps   []Step    `json:"steps,omitempty"` // its way, oldest first
	Raw     []RawItem `json:"raw,omitempty"`   // the entries behind it
	IDs     []string  `json:"ids,omitempty"`   // every id WhatsApp used for it
}

// Step is one thing that happened to a message.
type Step struct {
	At   time.Time `json:"at"`
	What string    `json:"what"` // queued, attempt, accepted, sent, delivered, read, failed, edited, ...
	Note string    `json:"note,omitempty"`
}

// RawItem is one journal entry that named the message, as it came. Text in it is not cleaned: clean it to show it.
type RawItem struct {
	Seq  Seq             `json:"seq"`
	At   time.Time       `json:"at"`
	Kind string          `json:"kind"`
	Data json.RawMessage `json:"data"`
}
