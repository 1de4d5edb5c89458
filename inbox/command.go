package inbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Command is something a person does. Commands are plain values that survive JSON, so that one travels over a socket
// as it is.
type Command interface {
	// Kind is the word that names the command on the wire and in the table of roles.
	Kind() string
}

// Done is the answer to a command.
type Done struct {
	Seq    Seq           `json:"seq,omitempty"` // the last entry it caused
	Ref    OID           `json:"ref,omitempty"`
	Text   string        `json:"text,omitempty"`   // for a person, when there is something to say
	Backup *BackupResult `json:"backup,omitempty"` // of Backup
	Chat   *ChatResult   `json:"chat,omitempty"`   // of ImportChat
}

// Send submits a reply, a reaction or a template. It is refused (Stale) when somebody else answered after Seen,
// unless Anyway is set, and (WindowClosed) when free text may not be sent.
type Send struct {
	Thread ThreadID `json:"thread"`
	OID    OID      `json:"oid"` // made with the draft; also the command's id
	Out    Outgoing `json:"out"`
	Seen   Seq      `json:"seen,omitempty"` // 0: no two-voices stop
	Anyway bool     `json:"anyway,omitempty"`
	// Saved is the saved reply that the text began as, if any.
	Saved ReplyName `json:"saved,omitzero"`
	// To starts a new thread with a phone number when Thread is empty; only a template can.
	To string `json:"to,omitempty"`
	// Later is when the reply leaves; zero is now. It must lie ahead, by no more than a year, and for free text before
	// the window closes. Whatever is written in the thread until then by somebody else stops it (Message.HoldReason).
	Later time.Time `json:"later,omitzero"`
	// Pause is how long the reply can be taken back before it leaves, at most a minute; not with Later.
	Pause time.Duration `json:"pause,omitempty"`
}

// Decide settles an outgoing message. NewOID is the oid of a Resend.
type Decide struct {
	OID      OID      `json:"oid"`
	Decision Decision `json:"decision"`
	NewOID   OID      `json:"new_oid,omitempty"`
}

// MarkRead says that the agent has seen the thread up to a position; with Receipt the customer's ticks turn blue.
type MarkRead struct {
	Thread  ThreadID `json:"thread"`
	Upto    Seq      `json:"upto"`
	Receipt bool     `json:"receipt,omitempty"`
}

// MarkUnread makes the newest incoming row unread again, for this agent.
type MarkUnread struct {
	Thread ThreadID `json:"thread"`
}

// SetState opens, snoozes or finishes a thread.
type SetState struct {
	Thread ThreadID    `json:"thread"`
	State  ThreadState `json:"state"`
	Until  time.Time   `json:"until,omitzero"`
}

// Assign gives the thread to an agent; empty takes the assignment away.
type Assign struct {
	Thread ThreadID `json:"thread"`
	To     AgentID  `json:"to"`
}

// Label puts a label on a thread or takes it off.
type Label struct {
	Thread ThreadID `json:"thread"`
	Label  string   `json:"label"`
	Off    bool     `json:"off,omitempty"`
}

// Mute stops alerts about a thread, for everybody; Off lets them come again.
type Mute struct {
	Thread ThreadID `json:"thread"`
	Off    bool     `json:"off,omitempty"`
}

// AddNote writes a note that the customer never sees.
type AddNote struct {
	Thread ThreadID `json:"thread"`
	Text   string   `json:"text"`
}

// Rename sets the local name of a contact.
type Rename struct {
	Thread ThreadID `json:"thread"`
	Name   string   `json:"name"`
}

// SaveDraft keeps an unsent reply; one without Text and File removes it. The last write wins (decisions 4).
type SaveDraft struct {
	Thread ThreadID `json:"thread"`
	Draft  Draft    `json:"draft"`
}

// SeeAll says that the agent has seen what happened up to a position: Away tells what came after it.
type SeeAll struct {
	Upto Seq `json:"upto"`
}

// SeePhone says that the person opened the phone app: the days until WhatsApp cuts the number off begin anew.
type SeePhone struct{}

// Look tells colleagues that the agent reads the thread or types in it. Doing: reading, typing, gone.
type Look struct {
	Thread ThreadID `json:"thread"`
	Doing  string   `json:"doing"`
}

// Attend says what the person at this terminal looks at, when that changes: Here while the terminal has the focus and
// they are at it, Thread the conversation on its screen then. Who is alerted of what comes follows from it.
type Attend struct {
	Here   bool     `json:"here,omitempty"`
	Thread ThreadID `json:"thread,omitempty"`
}

// LiftHold lets the number send again after WhatsApp's health answer has been read anew (decisions 14).
type LiftHold struct{}

// RefreshTemplates fetches the template list now.
type RefreshTemplates struct{}

// FetchMedia asks for the file of a message that is not here: again, or although it is large.
type FetchMedia struct {
	Thread ThreadID `json:"thread"`
	Key    string   `json:"key"` // a Message.Key
}

// RequestSync asks WhatsApp for the phone's contacts or history, once. Again is a person's word that a request whose
// outcome is not known may be repeated; Unproven, that it may be made although the listener was not proven.
type RequestSync struct {
	What     SyncKind `json:"what"`
	Again    bool     `json:"again,omitempty"`
	Unproven bool     `json:"unproven,omitempty"`
}

// ImportChat fills a thread with what the phone exported of it, as text (inbox/chatfile reads it). What is there already,
// from wherever, is left out. With DryRun nothing is kept, and the answer says what would be.
type ImportChat struct {
	Thread ThreadID   `json:"thread,omitempty"`
	To     string     `json:"to,omitempty"` // a phone number, when there is no thread yet
	Lines  []ChatLine `json:"lines"`        // at most ImportChatMost
	DryRun bool       `json:"dry_run,omitempty"`
}

// ImportChatMost is how many lines one ImportChat takes.
const ImportChatMost = 500

// ChatResult is what became of the lines of an ImportChat.
type ChatResult struct {
	New   int `json:"new"`
	Known int `json:"known"`
}

// ListenerProven says that a signed event came back from the public address to the listener, as whoever tried it saw.
type ListenerProven struct {
	Address string `json:"address"` // without its query, which may hold a secret
}

// Backup writes a consistent copy of the journal to File, an absolute path that must not exist yet, and of the files of
// messages into the directory File + ".media", unless JournalOnly is set.
type Backup struct {
	File        string `json:"file"`
	JournalOnly bool   `json:"journal_only,omitempty"`
}

// BackupResult is what a Backup wrote.
type BackupResult struct {
	File  string       `json:"file"`
	Bytes int64        `json:"bytes"`
	Seq   Seq          `json:"seq"`
	Media *BackupMedia `json:"media,omitempty"` // when there are files
}

// BackupMedia is the copy of the files of messages.
type BackupMedia struct {
	Dir   string `json:"dir"`
	Files int    `json:"files"`
	Bytes int64  `json:"bytes"`
}

// SaveReply keeps a text under a name, for everybody at the desk; one of the same name and language is replaced.
type SaveReply struct {
	Reply ReplyName `json:"reply"`
	Text  string    `json:"text"`
}

// RemoveReply takes a saved reply away.
type RemoveReply struct {
	Reply ReplyName `json:"reply"`
}

// Kind implements Command.
func (Send) Kind() string             { return "send" }
func (Decide) Kind() string           { return "decide" }
func (MarkRead) Kind() string         { return "read" }
func (MarkUnread) Kind() string       { return "unread" }
func (SetState) Kind() string         { return "state" }
func (Assign) Kind() string           { return "assign" }
func (Label) Kind() string            { return "label" }
func (Mute) Kind() string             { return "mute" }
func (AddNote) Kind() string          { return "note" }
func (Rename) Kind() string           { return "rename" }
func (SaveDraft) Kind() string        { return "draft" }
func (Look) Kind() string             { return "look" }
func (SeeAll) Kind() string           { return "see-all" }
func (SeePhone) Kind() string         { return "see-phone" }
func (Attend) Kind() string           { return "attend" }
func (LiftHold) Kind() string         { return "lift-hold" }
func (RefreshTemplates) Kind() string { return "refresh-templates" }
func (FetchMedia) Kind() string       { return "fetch-media" }
func (RequestSync) Kind() string      { return "request-sync" }
func (ListenerProven) Kind() string   { return "listener-proven" }
func (ImportChat) Kind() string       { return "import-chat" }
func (Backup) Kind() string           { return "backup" }
func (SaveReply) Kind() string        { return "save-reply" }
func (RemoveReply) Kind() string      { return "remove-reply" }

// DecodeCommand reads a command that travelled as JSON. The error is a *Error of kind Invalid.
func DecodeCommand(kind string, data []byte) (Command, error) {
	decode, ok := decoders[kind]
	if !ok {
		return nil, &Error{Kind: Invalid, Text: fmt.Sprintf("the owner does not know the command %q", kind), Next: "upgrade the owner"}
	}
	c, err := decode(data)
	if err != nil {
		return nil, &Error{Kind: Invalid, Text: fmt.Sprintf("the command %q could not be read", kind), Next: "upgrade both ends to the same version", Err: err}
	}
	return c, nil
}

var decoders = map[string]func([]byte) (Command, error){
	Send{}.Kind():             decodeAs[Send],
	Decide{}.Kind():           decodeAs[Decide],
	MarkRead{}.Kind():         decodeAs[MarkRead],
	MarkUnread{}.Kind():       decodeAs[MarkUnread],
	SetState{}.Kind():         decodeAs[SetState],
	Assign{}.Kind():           decodeAs[Assign],
	Label{}.Kind():            decodeAs[Label],
	Mute{}.Kind():             decodeAs[Mute],
	AddNote{}.Kind():          decodeAs[AddNote],
	Rename{}.Kind():           decodeAs[Rename],
	EditContacts{}.Kind():     decodeAs[EditContacts],
	Join{}.Kind():             decodeAs[Join],
	Separate{}.Kind():         decodeAs[Separate],
	SaveDraft{}.Kind():        decodeAs[SaveDraft],
	Look{}.Kind():             decodeAs[Look],
	SeeAll{}.Kind():           decodeAs[SeeAll],
	SeePhone{}.Kind():         decodeAs[SeePhone],
	LookOnPhone{}.Kind():      decodeAs[LookOnPhone],
	Attend{}.Kind():           decodeAs[Attend],
	LiftHold{}.Kind():         decodeAs[LiftHold],
	RefreshTemplates{}.Kind(): decodeAs[RefreshTemplates],
	FetchMedia{}.Kind():       decodeAs[FetchMedia],
	RequestSync{}.Kind():      decodeAs[RequestSync],
	ListenerProven{}.Kind():   decodeAs[ListenerProven],
	ImportChat{}.Kind():       decodeAs[ImportChat],
	Backup{}.Kind():           decodeAs[Backup],
	SaveReply{}.Kind():        decodeAs[SaveReply],
	RemoveReply{}.Kind():      decodeAs[RemoveReply],
	StarTemplate{}.Kind():     decodeAs[StarTemplate],
}

func decodeAs[C Command](data []byte) (Command, error) {
	var c C
	err := json.Unmarshal(data, &c)
	return c, err
}

// CommandKinds lists the kinds of all commands, sorted: what a table of roles must cover.
func CommandKinds() []string { return slices.Sorted(maps.Keys(decoders)) }
