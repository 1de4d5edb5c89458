package inbox

import "time"

// The facts below are made here: by people at a desk and by the sender. They are journaled as JSON (EncodeLocal) and
// go the same way as those from webhooks. The outbox is made of them alone (merge-rules 7.1): its state is computed,
// never stored as a row that changes.

// Queued says that an agent asked for Outgoing to be sent.
type Queued struct {
	OID   OID       `json:"oid"`
	Peer  Peer      `json:"peer"`
	Agent AgentID   `json:"agent"`
	Out   Outgoing  `json:"out"`
	At    time.Time `json:"at"`

	// NotBefore is when it may leave; zero: at once, and so it was in every entry before there was such a time.
	NotBefore time.Time `json:"not_before,omitzero"`
	// Planned says that a person chose the time ("send later"). Else it is the pause in which a reply can be taken back.
	Planned bool `json:"planned,omitempty"`
	// Seen is what was known of the thread when the time was set: what came since may stop it. Only with NotBefore.
	Seen Seq `json:"seen,omitempty"`
}

// Attempted says that attempt N is about to be POSTed. It is durable before the first byte leaves.
type Attempted struct {
	OID OID       `json:"oid"`
	N   int       `json:"n"`
	Run string    `json:"run"` // the process that tries; another run's open attempt is uncertain
	At  time.Time `json:"at"`
}

// Settled is how attempt N ended.
type Settled struct {
	OID     OID       `json:"oid"`
	N       int       `json:"n"`
	Outcome Outcome   `json:"outcome"`
	At      time.Time `json:"at"`
}

// Decision is what a person decides about an outgoing message.
type Decision string

// The decisions (merge-rules 7.4, 7.5).
const (
	Cancel   Decision = "cancel"    // only where no attempt can have been accepted
	Resend   Decision = "resend"    // a new entry under a new oid, linked to this one
	MarkSent Decision = "mark-sent" // the person saw on the phone that it went
	Discard  Decision = "discard"
	SendNow  Decision = "send-now"  // lifts a hold, or does not wait for the time that was set
	KeepTime Decision = "keep-time" // it leaves at its time although somebody has written since
)

// Decided records a Decision. As is the new oid of a Resend.
type Decided struct {
	OID      OID       `json:"oid"`
	Decision Decision  `json:"decision"`
	As       OID       `json:"as,omitempty"`
	Agent    AgentID   `json:"agent"`
	At       time.Time `json:"at"`
	// Seen is what was known of the thread then: what came after it may stop the message all the same.
	Seen Seq `json:"seen,omitempty"`
}

// LineReleased lifts the hold of the whole number after a person looked at its health (decisions 14).
type LineReleased struct {
	Line  LineID    `json:"line"`
	Agent AgentID   `json:"agent"`
	At    time.Time `json:"at"`
}

// Viewed says that an agent has seen the thread up to a journal position.
type Viewed struct {
	Peer  Peer    `json:"peer"`
	Agent AgentID `json:"agent"`
	Upto  Seq     `json:"upto"`
}

// Unviewed marks the thread unread again for one agent, from a journal position on. The later fact of the two wins.
type Unviewed struct {
	Peer  Peer    `json:"peer"`
	Agent AgentID `json:"agent"`
	From  Seq     `json:"from"`
}

// StateSet opens, snoozes or finishes a thread.
type StateSet struct {
	Peer  Peer        `json:"peer"`
	State ThreadState `json:"state"`
	Until time.Time   `json:"until,omitzero"` // for Snoozed
	Agent AgentID     `json:"agent"`
}

// Assigned gives the thread to an agent; an empty To takes the assignment away.
type Assigned struct {
	Peer  Peer    `json:"peer"`
	To    AgentID `json:"to,omitempty"`
	Agent AgentID `json:"agent"`
}

// Labelled puts a label on a thread or takes it off.
type Labelled struct {
	Peer  Peer    `json:"peer"`
	Label string  `json:"label"`
	Off   bool    `json:"off,omitempty"`
	Agent AgentID `json:"agent"`
}

// Muted takes a thread out of what is told by a sound, for everybody, or puts it back.
type Muted struct {
	Peer  Peer    `json:"peer"`
	Off   bool    `json:"off,omitempty"`
	Agent AgentID `json:"agent"`
}

// Noted adds a note that customers never see.
type Noted struct {
	Peer  Peer      `json:"peer"`
	ID    string    `json:"id"`
	Text  string    `json:"text"`
	Agent AgentID   `json:"agent"`
	At    time.Time `json:"at"`
}

// Named sets the local name of a contact; an empty Name removes it.
type Named struct {
	Peer  Peer      `json:"peer"`
	Name  string    `json:"name,omitempty"`
	Agent AgentID   `json:"agent"`
	At    time.Time `json:"at"`
}

// FieldsSet sets fields of a contact by name (ContactField); an empty value takes one away. Of a field the latest counts.
type FieldsSet struct {
	Peer   Peer              `json:"peer"`
	Fields map[string]string `json:"fields"`
	Agent  AgentID           `json:"agent"`
	At     time.Time         `json:"at"`
}

// Linked says that two aliases are one customer, as a person knows or believes, or that they are not after all (Off). Of
// what was said of a pair the latest counts. It names nobody: both are known from elsewhere.
type Linked struct {
	Peer  Peer      `json:"peer"`
	With  Alias     `json:"with"`
	Off   bool      `json:"off,omitempty"`
	Agent AgentID   `json:"agent"`
	At    time.Time `json:"at"`
}

// ReplySaved keeps a text under a name, for everybody at the desk. A later one of the same name takes its place.
type ReplySaved struct {
	Line  LineID    `json:"line"`
	Reply ReplyName `json:"reply"`
	Text  string    `json:"text"`
	Agent AgentID   `json:"agent"`
	At    time.Time `json:"at"`
}

// ReplyRemoved takes a saved reply away.
type ReplyRemoved struct {
	Line  LineID    `json:"line"`
	Reply ReplyName `json:"reply"`
	Agent AgentID   `json:"agent"`
	At    time.Time `json:"at"`
}

// ReplyUsed says that a reply went out that began as a saved one.
type ReplyUsed struct {
	Line  LineID    `json:"line"`
	Reply ReplyName `json:"reply"`
	Agent AgentID   `json:"agent"`
	At    time.Time `json:"at"`
}

// MediaStored says that the file of a message lies in the Vault.
type MediaStored struct {
	Line  LineID    `json:"line"`
	WAMID string    `json:"wamid"`
	File  FileName  `json:"file"`
	MIME  string    `json:"mime,omitempty"` // as its first bytes say
	Bytes int64     `json:"bytes"`
	Look  FileLook  `json:"look,omitzero"`
	At    time.Time `json:"at"`
}

// MediaFailed says that the file of a message is not to be had, or is no more, and why.
type MediaFailed struct {
	Line  LineID     `json:"line"`
	WAMID string     `json:"wamid"`
	State MediaState `json:"state"` // MediaExpired or MediaLost
	Why   MediaWhy   `json:"why"`
	Bytes int64      `json:"bytes,omitempty"` // when its size became known
	At    time.Time  `json:"at"`
}

// MediaWanted says that an agent asks for the file of a message, whatever its size and whatever happened before.
type MediaWanted struct {
	Line  LineID    `json:"line"`
	WAMID string    `json:"wamid"`
	Agent AgentID   `json:"agent"`
	At    time.Time `json:"at"`
}

// MediaDropped says that the file of a deleted message left the Vault.
type MediaDropped struct {
	Line  LineID    `json:"line"`
	WAMID string    `json:"wamid"`
	At    time.Time `json:"at"`
}

// PhoneSeen says that a person opened the phone app, or had it in hand.
type PhoneSeen struct {
	Line  LineID    `json:"line"`
	Agent AgentID   `json:"agent"`
	At    time.Time `json:"at"`
}

// LinkChecked says how the number answered, when that was not what the account's events said. Word is what it said.
type LinkChecked struct {
	Line      LineID    `json:"line"`
	Connected bool      `json:"connected"`
	Word      string    `json:"word,omitempty"`
	At        time.Time `json:"at"`
}

// CaughtUp says that an agent has seen what happened up to a journal position, at a time by the corrected clock.
type CaughtUp struct {
	Agent AgentID   `json:"agent"`
	Upto  Seq       `json:"upto"`
	At    time.Time `json:"at"`
}

// Stopped says that the owner ended as it was told to: from then on nothing can arrive.
type Stopped struct {
	At time.Time `json:"at"`
}

// Missed says that nothing could arrive between two times, as whoever came after it found out.
type Missed struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	Why  Absence   `json:"why"`
}

// Absence is why nothing could arrive.
type Absence string

// The absences.
const (
	WasStopped Absence = "stopped" // frontdesk did not run
	WasLost    Absence = "lost"    // frontdesk had ended without a word: From is its last sign of life
	WasAsleep  Absence = "asleep"  // the machine slept, or its clock was set ahead
	// WasUnlinked: the phone was changed, or the number disconnected. What came meanwhile never comes here.
	WasUnlinked Absence = "unlinked"
)

func (Queued) fact()       {}
func (Attempted) fact()    {}
func (Settled) fact()      {}
func (Decided) fact()      {}
func (LineReleased) fact() {}
func (Viewed) fact()       {}
func (Unviewed) fact()     {}
func (StateSet) fact()     {}
func (Assigned) fact()     {}
func (Labelled) fact()     {}
func (Muted) fact()        {}
func (Noted) fact()        {}
func (Named) fact()        {}
func (FieldsSet) fact()    {}
func (Linked) fact()       {}
func (ReplySaved) fact()   {}
func (ReplyRemoved) fact() {}
func (ReplyUsed) fact()    {}
func (MediaStored) fact()  {}
func (MediaFailed) fact()  {}
func (MediaWanted) fact()  {}
func (MediaDropped) fact() {}
func (PhoneSeen) fact()    {}
func (LinkChecked) fact()  {}
func (CaughtUp) fact()     {}
func (Stopped) fact()      {}
func (Missed) fact()       {}
