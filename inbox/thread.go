package inbox

import "time"

// View narrows a list of threads.
type View string

// The views of the thread list.
const (
	ViewAll        View = "all" // open and snoozed
	ViewMine       View = "mine"
	ViewUnassigned View = "unassigned"
	ViewWaiting    View = "waiting" // without an answer, and not snoozed; the longest first
	ViewDone       View = "done"
	ViewEvery      View = "every" // done ones too

	// Where a message of ours needs a person: the oldest of them first, also in threads that are done.
	ViewFailed    View = "failed"    // the newest message from us failed
	ViewUncertain View = "uncertain" // WhatsApp did not say whether it went
	ViewHeld      View = "held"      // it waits for a person, or for the whole number
	ViewStuck     View = "stuck"     // any of the three
)

// AllViews lists all views.
func AllViews() []View {
	return []View{ViewAll, ViewMine, ViewUnassigned, ViewWaiting, ViewDone, ViewEvery, ViewFailed, ViewUncertain, ViewHeld, ViewStuck}
}

// Order is the order of ViewWaiting; the other views have one order each.
type Order string

// The orders.
const (
	Longest Order = ""        // who waits longest first
	Closing Order = "closing" // whose window closes soonest first; after them, whose closed last
)

// ThreadQuery asks for threads. Filter matches names and digits of numbers, case folded, anywhere.
type ThreadQuery struct {
	View   View   `json:"view,omitempty"`
	Order  Order  `json:"order,omitempty"`
	Filter string `json:"filter,omitempty"`
	After  string `json:"after,omitempty"` // a page's Next
	Limit  int    `json:"limit,omitempty"`
}

// ThreadPage is a part of the list; Next is empty at its end.
type ThreadPage struct {
	Threads []Thread `json:"threads"`
	Next    string   `json:"next,omitempty"`
	// Returns is when the next snooze ends: a list changes then, and nobody announces it. Zero for none.
	Returns time.Time `json:"returns,omitzero"`
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
	ID             ThreadID          `json:"id"`
	Name           string            `json:"name"`
	WaID           string            `json:"wa_id,omitempty"`
	UserID         string            `json:"user_id,omitempty"`
	ParentUserID   string            `json:"parent_user_id,omitempty"`
	Username       string            `json:"username,omitempty"` // for people only: it can change, and is nobody's id
	State          ThreadState       `json:"state"`
	SnoozedUntil   time.Time         `json:"snoozed_until,omitzero"`
	Assignee       AgentID           `json:"assignee,omitempty"`
	Labels         []string          `json:"labels,omitempty"`
	Muted          bool              `json:"muted,omitempty"` // nobody is alerted
	Unread         int               `json:"unread"`
	WaitingSince   time.Time         `json:"waiting_since,omitzero"` // first unanswered live message
	NeedsReply     bool              `json:"needs_reply,omitempty"`
	Window         Window            `json:"window"`
	LastActivityAt time.Time         `json:"last_activity_at,omitzero"`
	LastMessage    *Message          `json:"last_message,omitempty"`
	Failed         bool              `json:"failed,omitempty"`    // the newest message from us failed
	Uncertain      int               `json:"uncertain,omitempty"` // messages of unknown outcome that wait for a person
	Held           int               `json:"held,omitempty"`      // messages that wait for a person, or for the whole number
	Stuck          *Message          `json:"stuck,omitempty"`     // the oldest message of ours that needs a person
	Draft          *Draft            `json:"draft,omitempty"`
	Presence       []Presence        `json:"presence,omitempty"`
	Scheduled      *Scheduled        `json:"scheduled,omitempty"` // replies that leave later
	FirstAt        time.Time         `json:"first_at,omitzero"`
	Messages       int               `json:"messages,omitempty"` // rows here
	FromPhone      int               `json:"from_phone,omitempty"`
	Notes          []Note            `json:"notes,omitempty"`
	Fields         map[string]string `json:"fields,omitempty"` // what people keep of the contact, by name
	// Aliases are all that the customer is known by, when that is more than WaID and UserID say; Joins what people joined.
	// They, and what the contact is called where, come with a single thread only, not with a list.
	Names   Names    `json:"names,omitzero"`
	Aliases []Alias  `json:"aliases,omitempty"`
	Joins   []Joined `json:"joins,omitempty"`
	Seq     Seq      `json:"seq"` // newest entry that changed it; pass it as Seen
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
	Other ThreadID  `json:"other,omitempty"` // the thread it points at, once it has messages

	// Of a number that changed: whether Other is where the customer went or came from, and its number or user id.
	Moved  Move   `json:"moved,omitempty"`
	Number string `json:"number,omitempty"`
}

// Move is a direction between two numbers of a customer.
type Move string

// The directions.
const (
	MovedTo   Move = "to"
	MovedFrom Move = "from"
)

// back is the direction as the other of the two sees it.
func (m Move) back() Move {
	return map[Move]Move{MovedTo: MovedFrom, MovedFrom: MovedTo}[m]
}

// Left is the note of the number that the customer went to, nil when there is none or they have written here since: whoever
// has the old number now, or the customer with both.
func (t *Thread) Left() *Note {
	for i := len(t.Notes) - 1; i >= 0; i-- {
		if n := &t.Notes[i]; n.Moved == MovedTo {
			if t.Window.ExpiresAt.Add(-oneDay).After(n.At) {
				return nil
			}
			return n
		}
	}
	return nil
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

// Draft is an unsent reply. It is shared by all terminals. Its File lies in the Vault as long as it is kept; Gone says that
// somebody took it away there.
type Draft struct {
	OID     OID       `json:"oid"`
	Text    string    `json:"text"`
	ReplyTo string    `json:"reply_to,omitempty"`
	File    *OutFile  `json:"file,omitempty"` // handed over already (KeepFile)
	Gone    bool      `json:"file_gone,omitempty"`
	Agent   AgentID   `json:"agent,omitempty"`
	At      time.Time `json:"at,omitzero"`
}

// empty reports that there is nothing to keep.
func (d Draft) empty() bool { return d.Text == "" && d.File == nil }
