package inbox

import "time"

// Fact is one normalised event (merge-rules 4). Facts come from webhooks through a Decoder and from people and the
// sender through the journal's local entries. Joining them is commutative, associative and idempotent, so a fact
// never says "now" or "after that one": the only order it knows is the journal's, and that is part of it.
type Fact interface{ fact() }

// Sighted is a fact with its place in the journal, given once, when the entry was appended.
type Sighted struct {
	Seq  Seq
	Item int       // index among the facts of its entry
	At   time.Time // when the entry was received
	Fact Fact
}

// Side says who wrote: the customer (In) or the business (Out).
type Side uint8

// The sides. The zero value is absent: statuses give no side evidence.
const (
	In  Side = 1
	Out Side = 2
)

// Source says by which route a fact came (merge-rules 4). It is decided by the webhook's field, not by the array.
type Source uint8

// The sources, as bits, so that a set of them is one number.
const (
	FromHistory Source = 1 << iota // field history: imported, not live
	FromEcho                       // field smb_message_echoes: done on the phone
	FromLive                       // field messages, or standby's messages
	FromOther                      // standby's echoes: another tool on the same number
	FromStatus                     // statuses
	FromLocal                      // our own accepted send
	FromExport                     // a text that the phone exported
)

// MessageSeen says that a message exists.
type MessageSeen struct {
	Line    LineID
	WAMID   string
	Side    Side // from the container that held the item, never from the id
	Source  Source
	Time    int64   // Unix seconds, 0 absent
	Loose   bool    // history media follow-up: the lowest time quality (merge-rules 4)
	Peers   []Alias // the customer's aliases that this item names; two or more are linked
	Content Content
	ReplyTo string // wamid of the quoted message
	// Forwarded is "" or WhatsApp's word, "forwarded" or "frequently_forwarded".
	Forwarded string
	Referral  *Referral
	Name      string // profile name, cleaned
	Username  string
	History   *StatusSeen // history_context.status of an outgoing history item
	Group     string      // group_id; shown read-only
}

// Progress is how far an outgoing message is known to have come. It only rises.
type Progress uint8

// The levels, in order.
const (
	NoProgress Progress = iota
	Accepted
	SentOn // "sent"
	Delivered
	Read
	Played
)

// StatusSeen says how far a message came, or that it failed.
type StatusSeen struct {
	Line     LineID
	WAMID    string
	Progress Progress
	Failure  *Failure // set for "failed"
	Time     int64    // Unix seconds, 0 absent
	Callback string   // biz_opaque_callback_data
	Peers    []Alias
	Pricing  *Pricing
	Word     string // the status word, when it is none we know; kept as a note
	// FreeUntil is conversation.expiration_timestamp of a free entry point, Unix seconds.
	FreeUntil int64
	// History marks a status found in an imported item: it proves less than a live one.
	History bool
}

// Failure is why WhatsApp did not deliver.
type Failure struct {
	Code   int    `json:"code" cbor:"1,keyasint"`
	Title  string `json:"title,omitempty" cbor:"2,keyasint,omitempty"`
	Detail string `json:"detail,omitempty" cbor:"3,keyasint,omitempty"`
}

// EditSeen replaces the text or caption of Target.
type EditSeen struct {
	Line    LineID
	WAMID   string // the edit's own id
	Target  string
	Side    Side
	Source  Source
	Time    int64
	Content Content
	Peers   []Alias
}

// RevokeSeen takes Target back.
type RevokeSeen struct {
	Line   LineID
	WAMID  string
	Target string
	Side   Side
	Source Source
	Time   int64
	Peers  []Alias
}

// ReactionSeen sets (or, with no Emoji, removes) one side's reaction on Target.
type ReactionSeen struct {
	Line   LineID
	WAMID  string
	Target string
	Side   Side
	Source Source
	Time   int64
	Emoji  string
	Peers  []Alias
}

// Register names one of the four independent names of a contact (merge-rules 5.3).
type Register uint8

// The registers, weakest first.
const (
	UsernameRegister Register = 1 + iota
	ProfileRegister
	BookRegister  // the phone's address book
	LocalRegister // set by an agent
)

// ContactSeen writes one register. An empty Value is "none" (a removal).
type ContactSeen struct {
	Line     LineID
	Peers    []Alias
	Register Register
	Value    string
	Time     int64 // 0: the journal's receive time counts
}

// LinkSeen says that the aliases belong to one customer.
type LinkSeen struct {
	Line  LineID
	Peers []Alias
}

// HistorySeen is the progress of an import, or its refusal.
type HistorySeen struct {
	Line     LineID
	Phase    int
	Chunk    int
	Progress int // percent
	Messages int // in the chunk
	Declined bool
}

// KindLifecycle is the Kind of a note that an AccountSeen stands beside: the notices of the number tell it, and
// a screen need not.
const KindLifecycle = "lifecycle"

// NoteSeen is a system event, an account or template update, or an error with no message attached.
type NoteSeen struct {
	Line  LineID
	Kind  string  // "number_changed", "account", "template", "error", ... open list
	Key   string  // distinguishes notes of one kind and time
	Peers []Alias // notes in a thread; none for the account
	Other []Alias // the thread that this note points at (a changed number); never linked
	Moved Move    // of a changed number: whether the customer went to Other or came from there
	Time  int64
	Text  string // cleaned
	Raw   []byte // the item as it came
}

// Unreadable says that an item could not be understood. It is kept, and hides nothing else.
type Unreadable struct {
	Path   string // where in the body, as entry[0].changes[1].value.messages[2]
	Reason string
}

// Pricing is what a status says about the cost of a message.
type Pricing struct {
	Billable bool   `json:"billable" cbor:"1,keyasint,omitempty"`
	Category string `json:"category,omitempty" cbor:"2,keyasint,omitempty"`
	Model    string `json:"model,omitempty" cbor:"3,keyasint,omitempty"`
	Type     string `json:"type,omitempty" cbor:"4,keyasint,omitempty"`
}

// Referral is the advertisement or post a customer came from (webhooks 2.4).
type Referral struct {
	SourceID  string `json:"source_id,omitempty" cbor:"1,keyasint,omitempty"`
	SourceURL string `json:"source_url,omitempty" cbor:"2,keyasint,omitempty"`
	Headline  string `json:"headline,omitempty" cbor:"3,keyasint,omitempty"`
	ClickID   string `json:"ctwa_clid,omitempty" cbor:"4,keyasint,omitempty"`
}

func (MessageSeen) fact()  {}
func (StatusSeen) fact()   {}
func (EditSeen) fact()     {}
func (RevokeSeen) fact()   {}
func (ReactionSeen) fact() {}
func (ContactSeen) fact()  {}
func (LinkSeen) fact()     {}
func (HistorySeen) fact()  {}
func (NoteSeen) fact()     {}
func (Unreadable) fact()   {}
