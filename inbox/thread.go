package inbox

import "time"

// View narrows a list of threads.
type View string

// The views of the thread list.
const (
	ViewAll        View = "all" // open and snoozed
	ViewMine       View = "mine"
	ViewUnassigned View = "unassigned"
	ViewWaiting    View = "waiting"
	ViewDone       View = "done"
	ViewEvery      View = "every" // done ones too
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
	Muted          bool        `json:"muted,omitempty"` // nobody is alerted
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
