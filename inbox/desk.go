package inbox

import (
	"context"
	"encoding/json"
	"time"
)

// Desk is all that a screen, a command or a script may do. The Owner implements it in its process; inbox/attach
// implements it over a socket; nobody can tell which it holds. The rules (closed window, somebody else answered)
// live behind it, so no client can get past them.
//
// A Desk acts for one agent. Errors are *Error.
type Desk interface {
	// Info says whose desk this is and how the number and its connection are.
	Info(ctx context.Context) (Info, error)

	// Watch follows what happens after since. A cursor that is not of this store, or too old, starts at the head
	// with Reset set: read the threads anew. Read state after calling Watch, then apply what comes: events carry
	// the objects as they are now, so seeing one twice is harmless. The channel closes when ctx ends or the desk
	// goes away; Err then says why.
	Watch(ctx context.Context, since Cursor) (*Watch, error)

	// Threads lists threads, newest activity first, at most q.Limit (default 50, at most 500).
	Threads(ctx context.Context, q ThreadQuery) (ThreadPage, error)

	// Thread finds one thread by id, by a phone number in any usual spelling, or by a contact's exact name when
	// only one has it.
	Thread(ctx context.Context, ref string) (Thread, error)

	// Messages gives one page of a thread in thread order, at most q.Limit (default 50, at most 500).
	Messages(ctx context.Context, q MessageQuery) (MessagePage, error)

	// Detail gives all that is known of one message: its way, and the raw events behind it.
	Detail(ctx context.Context, thread ThreadID, key string) (Detail, error)

	// Templates lists the templates as last fetched, by name and language.
	Templates(ctx context.Context) ([]Template, error)

	// Do carries out a command. The id is made once by the caller (NewID) and survives repeats: the same id gives
	// the same answer and no second effect. A reply's command id is its OID.
	Do(ctx context.Context, id string, c Command) (Done, error)
}

// Watch is a running subscription.
type Watch struct {
	Cursor Cursor // where it starts
	Reset  bool   // the wanted cursor could not be resumed: read the state anew
	Events <-chan []Event
	Err    func() error // after Events closed
}

// EventKind names what changed.
type EventKind string

// The kinds of commands.md.
const (
	MessageEvent  EventKind = "message"
	StatusEvent   EventKind = "status" // carries the whole message object too
	ThreadEvent   EventKind = "thread"
	ContactEvent  EventKind = "contact"
	SyncEvent     EventKind = "sync"
	TemplateEvent EventKind = "template"
	AccountEvent  EventKind = "account"
	OutboxEvent   EventKind = "outbox"
	PresenceEvent EventKind = "presence" // no Seq, may be lost
	// MarkEvent carries only Seq and Cursor: all up to there has been told. It comes after entries that changed
	// nothing, so that whoever waits for the effect of a command knows that it is there.
	MarkEvent EventKind = "mark"
)

// Event is one changed object as it is now. Several events may share a Seq, the position of the journal entry that
// changed them; they are delivered together.
type Event struct {
	Seq      Seq       `json:"seq,omitempty"`
	Cursor   Cursor    `json:"-"` // to resume after this event
	At       time.Time `json:"at"`
	Kind     EventKind `json:"kind"`
	Message  *Message  `json:"message,omitempty"`
	Thread   *Thread   `json:"thread,omitempty"`
	Template *Template `json:"template,omitempty"`
	Account  *Notice   `json:"account,omitempty"`
	Presence *Presence `json:"presence,omitempty"`
	// Replaces is the Key of a row that this message took the place of: our own reply once WhatsApp named it.
	Replaces string `json:"replaces,omitempty"`
	// Reset, alone in an event, says that what happened since the last event cannot be told: read the state anew.
	Reset bool `json:"-"`
}

// MarshalJSON spells an event as commands.md says: a message or status event carries its object under its kind's
// name ("message" or "status").
func (e Event) MarshalJSON() ([]byte, error) {
	type plain Event
	if e.Kind == StatusEvent || e.Kind == OutboxEvent {
		return json.Marshal(struct {
			plain
			Message *Message `json:"message,omitempty"` // hides the embedded one
			Status  *Message `json:"status,omitempty"`
			Outbox  *Message `json:"outbox,omitempty"`
		}{plain: plain(e), Status: only(e.Kind == StatusEvent, e.Message), Outbox: only(e.Kind == OutboxEvent, e.Message)})
	}
	return json.Marshal(plain(e))
}

func only(ok bool, m *Message) *Message {
	if ok {
		return m
	}
	return nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (e *Event) UnmarshalJSON(b []byte) error {
	type plain Event
	var v struct {
		plain
		Status *Message `json:"status"`
		Outbox *Message `json:"outbox"`
	}
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	*e = Event(v.plain)
	if v.Status != nil {
		e.Message = v.Status
	}
	if v.Outbox != nil {
		e.Message = v.Outbox
	}
	return nil
}

// Notice is a change of the account, the number, an import or the connection, in words.
type Notice struct {
	Kind string `json:"kind"` // hold, held-lifted, clock, quarantine, webhook, account, sync, ...
	Text string `json:"text"`
	Next string `json:"next,omitempty"` // what to do about it
}

// Presence says that an agent looks at a thread or types in it. It lapses by itself.
type Presence struct {
	Thread ThreadID  `json:"thread"`
	Agent  AgentID   `json:"agent"`
	Doing  string    `json:"doing"` // reading, typing, claimed, gone
	Until  time.Time `json:"until"`
}

// Info describes the desk, the number and the connection.
type Info struct {
	Agent    AgentID  `json:"agent"`
	Line     LineID   `json:"line"`
	Number   string   `json:"number,omitempty"` // as WhatsApp displays it
	Business string   `json:"business,omitempty"`
	Owner    string   `json:"owner,omitempty"` // who holds the store: pid, user, since
	Screens  int      `json:"screens"`         // attached terminals
	Head     Seq      `json:"head"`
	Notices  []Notice `json:"notices,omitempty"` // what a person should know now, worst first
	// Counts over all threads, for the header and the status bar.
	Counts Counts `json:"counts"`
	// ClockOffset is how far the local clock is off from WhatsApp's; add it to the local time.
	ClockOffset time.Duration `json:"clock_offset,omitempty"`
	LastEventAt time.Time     `json:"last_event_at,omitzero"`
}

// Counts are numbers of threads, but for Unread and Uncertain, which count messages.
type Counts struct {
	All        int `json:"all"`
	Mine       int `json:"mine"`
	Unassigned int `json:"unassigned"`
	Waiting    int `json:"waiting"`
	Done       int `json:"done"`
	Unread     int `json:"unread"`
	Uncertain  int `json:"uncertain"`
	Failed     int `json:"failed"`
}

// View narrows a list of threads.
type View string

// The views of the thread list.
const (
	ViewAll        View = "all" // open and snoozed
	ViewMine       View = "mine"
	ViewUnassigned View = "unassigned"
	ViewWaiting    View = "waiting"
	ViewDone       View = "done"
)

// ThreadQuery asks for threads. Filter matches names and digits of numbers, case folded, anywhere.
type ThreadQuery struct {
	View   View   `json:"view,omitempty"`
	Filter string `json:"filter,omitempty"`
	After  string `json:"after,omitempty"` // a page's Next
	Limit  int    `json:"limit,omitempty"`
}

// ThreadPage is a part of the list; Next is empty at its end.
type ThreadPage struct {
	Threads []Thread `json:"threads"`
	Next    string   `json:"next,omitempty"`
}

// ThreadState is what people did with a thread. Waiting is derived, not a state (decisions 20).
type ThreadState string

// The states.
const (
	Open    ThreadState = "open"
	Snoozed ThreadState = "snoozed"
	Closed  ThreadState = "done"
)

// Thread is one conversation as one agent sees it.
type Thread struct {
	ID             ThreadID    `json:"id"`
	Name           string      `json:"name"`
	WaID           string      `json:"wa_id,omitempty"`
	UserID         string      `json:"user_id,omitempty"`
	Username       string      `json:"username,omitempty"`
	State          ThreadState `json:"state"`
	SnoozedUntil   time.Time   `json:"snoozed_until,omitzero"`
	Assignee       AgentID     `json:"assignee,omitempty"`
	Labels         []string    `json:"labels,omitempty"`
	Unread         int         `json:"unread"`
	WaitingSince   time.Time   `json:"waiting_since,omitzero"` // first unanswered live message
	NeedsReply     bool        `json:"needs_reply,omitempty"`
	Window         Window      `json:"window"`
	LastActivityAt time.Time   `json:"last_activity_at,omitzero"`
	LastMessage    *Message    `json:"last_message,omitempty"`
	Failed         bool        `json:"failed,omitempty"`    // the newest message from us failed
	Uncertain      int         `json:"uncertain,omitempty"` // messages of unknown outcome that wait for a person
	Draft          *Draft      `json:"draft,omitempty"`
	Presence       []Presence  `json:"presence,omitempty"`
	FirstAt        time.Time   `json:"first_at,omitzero"`
	Messages       int         `json:"messages,omitempty"` // rows here
	FromPhone      int         `json:"from_phone,omitempty"`
	Notes          []Note      `json:"notes,omitempty"`
	Seq            Seq         `json:"seq"` // newest entry that changed it; pass it as Seen
	// LastOut is the newest outgoing row, for the stop when somebody else answered.
	LastOut *OutMark `json:"last_out,omitempty"`
}

// OutMark says who answered last.
type OutMark struct {
	Seq  Seq       `json:"seq"`
	By   string    `json:"by"` // phone, an agent's name, elsewhere
	At   time.Time `json:"at"`
	Text string    `json:"text"` // its first line, at most 80 characters
}

// Note is what colleagues wrote beside a thread, or a system event in it.
type Note struct {
	ID    string    `json:"id"`
	At    time.Time `json:"at"`
	By    AgentID   `json:"by,omitempty"` // empty: the system
	Text  string    `json:"text"`
	Other ThreadID  `json:"other,omitempty"` // the thread it points at
}

// Window is the 24-hour customer service window (merge-rules 6). It is a pair of times, so that a reader computes
// with its own clock; Open is as of the answer.
type Window struct {
	Open           bool      `json:"open"`
	ExpiresAt      time.Time `json:"expires_at,omitzero"`
	FreeEntryUntil time.Time `json:"free_entry_until,omitzero"`
	// Refused says that WhatsApp refused (131047) although the time had not run out.
	Refused bool `json:"refused,omitempty"`
}

// OpenAt reports whether a free-form reply may be sent at now, the corrected time.
func (w Window) OpenAt(now time.Time) bool { return !w.Refused && now.Before(w.ExpiresAt) }

// Draft is an unsent reply. It is shared by all terminals.
type Draft struct {
	OID     OID       `json:"oid"`
	Text    string    `json:"text"`
	ReplyTo string    `json:"reply_to,omitempty"`
	Agent   AgentID   `json:"agent,omitempty"`
	At      time.Time `json:"at,omitzero"`
}

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
	Pricing   *Pricing        `json:"pricing,omitempty"`
	Forwarded string          `json:"forwarded,omitempty"`
	Details   json.RawMessage `json:"details,omitempty"` // coordinates, cards, list ids
	Key       string          `json:"key"`               // names the row in this program, whatever ids it has
	Seq       Seq             `json:"seq"`               // first durable sighting
	Quote     *Quote          `json:"quote,omitempty"`
	// HoldReason says why a held or waiting message does not go: window, auth, account, stale, throttled, order.
	HoldReason string     `json:"hold_reason,omitempty"`
	RetryAt    time.Time  `json:"retry_at,omitzero"`
	Confirming bool       `json:"confirming,omitempty"` // unknown for less than 30 s
	Marked     bool       `json:"marked,omitempty"`     // a person says it was sent
	ResentAs   OID        `json:"resent_as,omitempty"`
	SentTwice  bool       `json:"sent_twice,omitempty"`
	PacingHold string     `json:"pacing,omitempty"`   // held_for_quality_assessment, paused
	Conflict   bool       `json:"conflict,omitempty"` // two contents or two sides for one id; all are kept
	Unread     bool       `json:"unread,omitempty"`
	Choices    []Decision `json:"choices,omitempty"` // what a person may decide now
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
	MIME   string `json:"mime,omitempty"`
	Name   string `json:"name,omitempty"`
	Bytes  int64  `json:"bytes,omitempty"`
	SHA256 string `json:"sha256,omitempty"`
	State  string `json:"state,omitempty"`
	Path   string `json:"path,omitempty"`
	Voice  bool   `json:"voice,omitempty"`
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
	Limit  int      `json:"limit,omitempty"`
}

// MessagePage is a part of a thread, oldest first.
type MessagePage struct {
	Messages []Message `json:"messages"`
	Earlier  bool      `json:"earlier"` // there are older rows
	Later    bool      `json:"later"`
	Seq      Seq       `json:"seq"` // the views' position when it was read
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
