package inbox

import "time"

// Rules joins facts into the views. It is a pure function of the facts: their order does not matter, nor how often
// each is applied, and it never looks at the time (merge-rules 5).
type Rules struct {
	// Install is the id of this installation (merge-rules 3.3). Callback data of another one binds nothing.
	Install string
}

// Change names one object that an entry changed, so that its watchers can be told. Key is the row's, for messages;
// Replaces is the key of a row that gave way to it.
type Change struct {
	Seq      Seq
	Kind     EventKind
	Thread   ThreadNo
	Key      string
	Replaces string
}

// Lens is what a reader brings along: everything that a view depends on beside the state.
type Lens struct {
	Agent   AgentID
	Now     time.Time // corrected
	Run     string    // the process that sends, or that would; other runs' open attempts are uncertain
	Token   string    // Gateway.Credential
	Region  string    // the country of our number, as ISO 3166 spells it: how people write numbers without a country code
	Line    LineID    // the number that this inbox is of
	Own     string    // digits of our number; "" while they are not known
	Explain Explain   // may be nil
	// Files says where a stored file lies, "" when it is not there; nil when nobody can tell.
	Files func(FileName) string
	// Uploads says how far the upload of a message is, nil for one that does not run; nil when nothing is uploaded here.
	Uploads func(OID) *Upload
	// Tariff is what messages are taken to cost; nil when nobody says.
	Tariff *Tariff
}

// Standing is how an outgoing message stands (merge-rules 7.1). Status holds the word; the rest explains it.
type Standing struct {
	Status     Status
	Hold       string    // of Held: auth, account, stale, window or answered
	RetryAt    time.Time // of Waiting
	NotBefore  time.Time // of Queuing: it leaves then; zero when its turn is now
	Confirming bool      // Unknown for less than 30 s
	Marked     bool      // a person says it was sent
	Twice      bool      // WhatsApp took it more than once
	ResentAs   OID       // a person sent it again under this id

	early bool // of Held: its time has not come
	shut  bool // of Held: free text, and the window is not open
}

// Attempt is one POST of an outgoing message.
type Attempt struct {
	N       int
	Run     string // "" when only its outcome is known
	At      time.Time
	Outcome *Outcome // nil: none is known
	Settled Seq
	Ended   time.Time
}

// Choice is what a person decided about an outgoing message, and where.
type Choice struct {
	Seq Seq
	Decided
}

// OutboxEntry is one outgoing message as its facts tell it, with what holds in its thread.
type OutboxEntry struct {
	OID       OID
	Peer      Peer
	Thread    ThreadNo
	Out       Outgoing
	Agent     AgentID
	Seq       Seq // where it was queued
	At        time.Time
	Attempts  []Attempt // by number
	Decisions []Choice  // in order
	Bound     []string  // keys of the messages WhatsApp made of it
	Tick      Status    // of the message it is bound to
	Scope     Seq       // newest local entry about it: what a Guard compares
	Refused   Seq       // where a refusal became known that holds it, 0 for none (7.4)
	Shut      bool      // free text, and the window has closed since it was queued (decisions 15)
	Closed    bool      // free text, and the window is not open now
	NotBefore time.Time // when it may leave, zero for at once
	Planned   bool      // a person chose that time
	Answered  OutMark   // of what was written since its time was set, the newest that stops it; Seq 0 for none
}
