package inbox

import (
	"context"
	"encoding/json"
	"io"
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

	// Threads lists threads in the order of their view, at most q.Limit (default 50, at most 500): newest activity
	// first, but for those that wait or are stuck.
	Threads(ctx context.Context, q ThreadQuery) (ThreadPage, error)

	// Thread finds one thread by id, by a phone number in any usual spelling, or by a contact's exact name when
	// only one has it.
	Thread(ctx context.Context, ref string) (Thread, error)

	// Messages gives one page of a thread in thread order, at most q.Limit (default 50, at most 500).
	Messages(ctx context.Context, q MessageQuery) (MessagePage, error)

	// Search finds messages, newest first, at most q.Limit (default 50, at most 500). A million messages take some tens of
	// milliseconds.
	Search(ctx context.Context, q SearchQuery) (SearchPage, error)

	// Detail gives all that is known of one message: its way, and the raw events behind it.
	Detail(ctx context.Context, thread ThreadID, key string) (Detail, error)

	// File reads the file of a message that is stored here (MediaView.State), by the message's Key. The caller closes it.
	File(ctx context.Context, key string) (io.ReadCloser, error)

	// KeepFile hands over a file that is to be sent: its own name, as what (one of SendKinds, "" to let its type decide)
	// and what is in it, at most 100 MB. It is held against what WhatsApp takes of that kind, by its first bytes. What it
	// answers goes into Outgoing.File of a Send within the hour (WithFile).
	KeepFile(ctx context.Context, name, as string, r io.Reader) (OutFile, error)

	// Away tells what happened since the agent last looked (SeeAll, or a thread marked read). Of an agent who has never
	// looked it tells nothing.
	Away(ctx context.Context) (Away, error)

	// Tray lists what waits to be looked at on the phone, the newest first, at most n items (0, or more than TrayMost:
	// TrayMost).
	Tray(ctx context.Context, n int) ([]TrayItem, error)

	// Templates lists the templates as last fetched, by name and language.
	Templates(ctx context.Context) ([]Template, error)

	// SavedReplies lists the saved replies: those that are used most these days first, the others by name.
	SavedReplies(ctx context.Context) ([]SavedReply, error)

	// Sync says what became of the phone's contacts and history, and whether they can be asked for now. Counting the
	// contacts walks over all of them.
	Sync(ctx context.Context) (SyncStatus, error)

	// Prices says what a message to a thread, or to a number that has none, would cost now, by category.
	Prices(ctx context.Context, q PriceQuery) (Prices, error)

	// Costs adds up what the messages of one month are taken to cost.
	Costs(ctx context.Context, q CostsQuery) (Costs, error)

	// Contacts lists who is known, with a thread or without, at most q.Limit (default 50, at most 500).
	Contacts(ctx context.Context, q ContactQuery) (ContactPage, error)

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
	// SavedReplyEvent carries a saved reply; Removed says that it is no more.
	SavedReplyEvent EventKind = "saved_reply"
	AlertEvent      EventKind = "alert" // no Seq, may be lost
	// MarkEvent carries only Seq and Cursor: all up to there has been told. It comes after entries that changed
	// nothing, so that whoever waits for the effect of a command knows that it is there.
	MarkEvent EventKind = "mark"
)

// Event is one changed object as it is now. Several events may share a Seq, the position of the journal entry that
// changed them; they are delivered together.
type Event struct {
	Seq      Seq         `json:"seq,omitempty"`
	Cursor   Cursor      `json:"-"` // to resume after this event
	At       time.Time   `json:"at"`
	Kind     EventKind   `json:"kind"`
	Message  *Message    `json:"message,omitempty"`
	Thread   *Thread     `json:"thread,omitempty"`
	Template *Template   `json:"template,omitempty"`
	Account  *Notice     `json:"account,omitempty"`
	Presence *Presence   `json:"presence,omitempty"`
	Saved    *SavedReply `json:"saved_reply,omitempty"`
	Sync     *SyncStatus `json:"sync,omitempty"`
	Alert    *Alert      `json:"alert,omitempty"`
	// Replaces is the Key of a row that this message took the place of: our own reply once WhatsApp named it.
	Replaces string `json:"replaces,omitempty"`
	// Reset, alone in an event, says that what happened since the last event cannot be told: read the state anew.
	// Of Kind SyncEvent it means that an import changed much, and that nothing else was missed.
	Reset bool `json:"-"`
}

// MarshalJSON spells an event as commands.md says: a message or status event carries its object under its kind's
// name ("message", "status", "outbox", "contact", ...).
func (e Event) MarshalJSON() ([]byte, error) {
	type plain Event
	v := struct {
		plain
		Status  *Message `json:"status,omitempty"`
		Outbox  *Message `json:"outbox,omitempty"`
		Contact *Thread  `json:"contact,omitempty"`
	}{plain: plain(e)}
	switch e.Kind {
	case StatusEvent:
		v.Status, v.Message = e.Message, nil
	case OutboxEvent:
		v.Outbox, v.Message = e.Message, nil
	case ContactEvent:
		v.Contact, v.Thread = e.Thread, nil
	}
	return json.Marshal(v)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (e *Event) UnmarshalJSON(b []byte) error {
	type plain Event
	var v struct {
		plain
		Status  *Message `json:"status"`
		Outbox  *Message `json:"outbox"`
		Contact *Thread  `json:"contact"`
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
	if v.Contact != nil {
		e.Thread = v.Contact
	}
	return nil
}

// Notice is a change of the account, the number, an import or the connection, in words.
type Notice struct {
	Kind string `json:"kind"` // hold, held-lifted, clock, clock-over, quarantine, webhook, account, sync, ...
	Text string `json:"text"`
	Next string `json:"next,omitempty"` // what to do about it

	Key  string            `json:"key,omitempty"`  // of the sentence, see [Tidings]; "" for one that is English everywhere
	With map[string]string `json:"with,omitempty"` // the values in it
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
	Country  string   `json:"country,omitempty"` // of the number, as ISO 3166 spells it; numbers may be written as people there do
	Owner    string   `json:"owner,omitempty"`   // who holds the store: pid, user, since
	Screens  int      `json:"screens"`           // attached terminals
	Head     Seq      `json:"head"`
	Notices  []Notice `json:"notices,omitempty"` // what a person should know now, worst first
	// Counts over all threads, for the header and the status bar.
	Counts Counts `json:"counts"`
	// ClockOffset is how far the local clock is off from WhatsApp's; add it to the local time.
	ClockOffset time.Duration  `json:"clock_offset,omitempty"`
	TrayNext    time.Time      `json:"tray_next,omitzero"` // when Counts.Tray grows by itself
	LastEventAt time.Time      `json:"last_event_at,omitzero"`
	Unproven    Unproven       `json:"unproven,omitzero"` // webhooks refused since the last one that was taken
	Link        Link           `json:"link,omitzero"`     // how the number is connected
	Account     []Notice       `json:"account,omitempty"` // bans, restrictions and violations that hold now, worst first
	Standing    NumberStanding `json:"standing,omitzero"` // what WhatsApp lets the number do
	News        []Note         `json:"news,omitempty"`    // what WhatsApp told of number and account within a month, the newest first, at most 5
	Phone       Phone          `json:"phone,omitzero"`    // how long WhatsApp puts up with a phone that gives no sign
}

// Counts are numbers of threads, but for Unread, Uncertain and Held, which count messages.
type Counts struct {
	All        int `json:"all"`
	Mine       int `json:"mine"`
	Unassigned int `json:"unassigned"`
	Waiting    int `json:"waiting"`
	Done       int `json:"done"`
	Unread     int `json:"unread"`
	Uncertain  int `json:"uncertain"`
	Held       int `json:"held"`
	Failed     int `json:"failed"`
	Stuck      int `json:"stuck"`
	Tray       int `json:"tray"`    // messages that wait to be looked at on the phone, at most TrayMost
	Closing    int `json:"closing"` // of Waiting, those whose window closes within ClosesSoon
}

// ClosesSoon is when an open window becomes a warning.
const ClosesSoon = 2 * time.Hour
