package inbox

import (
	"context"
	"errors"
	"io"
	"time"
)

// Entry is one record of the journal.
type Entry struct {
	Seq, Prev Seq
	Chk       uint64 // first 8 bytes of SHA-256(previous Chk, ID): proves that two journals share their past
	ID        string // made by the producer: a body's hash, a command's id. Appending it twice is one entry.
	Scope     string // what a Guard looks at: an oid, or "" for none
	Kind      string // EntryWebhook, EntryImport, or the word of a local fact
	By        string // agent, or "" for WhatsApp
	At        time.Time
	Data      []byte
}

// The kinds of entries that hold a webhook body as it came. Imports (fields history and smb_app_state_sync) are
// told apart when they arrive, so that they can be applied beside live traffic.
const (
	EntryWebhook = "webhook"
	EntryImport  = "import"
)

// Batch commits as a whole or not at all.
type Batch struct {
	Entries []Entry           // Seq, Prev and Chk are given by the journal
	Guard   []Guard           // all must hold
	Results map[string][]byte // command id -> recorded answer, kept seven days
}

// Guard holds if the newest entry of Scope has sequence Last; zero means none yet.
type Guard struct {
	Scope string
	Last  Seq
}

// What a Journal answers. Test with errors.Is.
var (
	ErrGuard   = errors.New("somebody else wrote first")
	ErrCursor  = errors.New("the cursor is not from this journal")
	ErrFull    = errors.New("the disk is full")
	ErrBroken  = errors.New("the journal cannot be trusted and has stopped")
	ErrClosed  = errors.New("the journal is closed")
	ErrTooMany = errors.New("too many writes are waiting")
)

// Journal is the record: append only. When Append returned nil the batch is durable. It must not be assumed to live
// in this process or on this machine.
type Journal interface {
	// Append returns the cursor after the batch and how many entries were new. Entries whose ID is there already
	// are skipped. On ErrGuard nothing was written. On any other error the outcome is unknown until Append works
	// again: it may have been written.
	Append(ctx context.Context, b Batch) (Cursor, int, error)

	// Seen reports whether an entry with this id is in the journal, and where.
	Seen(ctx context.Context, id string) (Seq, bool, error)

	// Read returns at most n entries (and about 8 MiB) after c in commit order; none means that c is the head. A
	// record that fails its checksum comes back with Kind EntryDamaged and no data.
	Read(ctx context.Context, c Cursor, n int) ([]Entry, error)

	// Wait returns when there may be more after c, or when ctx ends. It may return early.
	Wait(ctx context.Context, c Cursor) error

	// Head is the cursor of the newest entry; Seq 0 when there is none.
	Head(ctx context.Context) (Cursor, error)

	// Last is the newest entry of a scope, 0 for none: what a Guard compares.
	Last(ctx context.Context, scope string) (Seq, error)

	// Result is the recorded answer to a command.
	Result(ctx context.Context, command string) (answer []byte, ok bool, err error)

	// Lease is held by one holder until its time ends; Fence rises with every change of holder.
	Lease(ctx context.Context, key, holder string, ttl time.Duration) (fence uint64, err error)
	Release(ctx context.Context, key string, fence uint64) error
	// Leased is when the lease of key runs out or ran out; zero when nobody ever held it, or it was released. Of a
	// holder that ended without a word it tells when it was there last.
	Leased(ctx context.Context, key string) (until time.Time, err error)

	// Drafts are kept beside the entries: last write wins (decisions 4). An empty draft removes.
	Drafts(ctx context.Context) (map[string][]byte, error)
	SaveDraft(ctx context.Context, key string, draft []byte) error

	// Identity is the random id of this store, 32 hex digits. Its first 8 are the install id.
	Identity() string

	// Backup writes a consistent copy while everything goes on.
	Backup(ctx context.Context, file string) (bytes int64, head Cursor, err error)
}

// EntryDamaged is the Kind of a record that failed its checksum.
const EntryDamaged = "damaged"

// ErrHeld is wrapped by what Lease answers when somebody else holds the key.
var ErrHeld = errors.New("somebody else holds it")

// Tx is one transaction over the views: named buckets of sorted keys. Values and keys handed out are valid only
// until the transaction ends or the bucket is written; copy what is kept.
type Tx interface {
	ReadTx
	Put(bucket Bucket, key, value []byte) error
	Delete(bucket Bucket, key []byte) error
}

// ReadTx reads the views.
type ReadTx interface {
	// Get returns nil when there is no such key.
	Get(bucket Bucket, key []byte) []byte
	// Ascend calls yield for each key >= from in order, until it answers false. Descend goes down from the last key
	// < before (all of the bucket when before is nil). The bucket must not be written meanwhile.
	Ascend(bucket Bucket, from []byte, yield func(k, v []byte) bool)
	Descend(bucket Bucket, before []byte, yield func(k, v []byte) bool)
}

// Bucket names a part of the views.
type Bucket string

// Views is the cache: what Apply made of the journal. It can be thrown away and rebuilt.
type Views interface {
	// Update runs fn in the one write transaction; all or nothing. The next View sees it. It may become durable later,
	// with all that was written before it: the position of the views tells what has to be applied again.
	Update(fn func(Tx) error) error
	// View runs fn on a consistent state. fn copies out one screen and returns: it is never held across waiting.
	View(fn func(ReadTx) error) error
	// Eased is nil while bulk work may go on. Else much of what was written is still on its way to the disk; bulk work
	// then waits until the channel is closed, and asks again, so that a small Update never has to wait.
	Eased() <-chan struct{}
	// Reset empties the views, to rebuild them.
	Reset() error
}

// Decoder turns the body of a webhook entry into facts. What it cannot read becomes Unreadable; it never fails as a
// whole and never panics. Facts of other lines are left out. The order of the facts is fixed by the body.
type Decoder func(body []byte, line LineID) []Fact

// Gateway is WhatsApp, as far as the owner calls it.
type Gateway interface {
	// Send makes exactly one request, follows no redirect, repeats nothing, and classifies what happened
	// (merge-rules 7.3). callback comes back in every status of the message.
	Send(ctx context.Context, to Peer, out Outgoing, callback string) Outcome
	// MarkRead marks the message and all before it read; typing also shows the typing indicator for up to 25 s.
	MarkRead(ctx context.Context, line LineID, wamid string, typing bool) error
	// Templates lists all templates, through every page.
	Templates(ctx context.Context) ([]Template, error)
	// Upload stores a file for sending, kept by WhatsApp for 30 days. It may read r more than once, if r can seek. Errors
	// are *UploadError.
	Upload(ctx context.Context, line LineID, name string, r io.Reader) (id, mime string, err error)
	// Fetch asks where the file with a media id lies and writes it to w, if it has at most most bytes. It makes one
	// attempt; what w holds after an error is worth nothing. Errors are *FetchError.
	Fetch(ctx context.Context, line LineID, id string, most int64, w io.Writer) (Fetched, error)
	// RequestSync asks, once, for the phone's contacts or history (cloud-api 7.2). It makes exactly one request, follows
	// no redirect and repeats nothing.
	RequestSync(ctx context.Context, line LineID, what SyncKind) SyncAnswer
	// Number describes the business number.
	Number(ctx context.Context, line LineID) (Number, error)
	// Credential is a hash of the token in use. It changes when the token does.
	Credential() string
}

// Number is what WhatsApp says of the business number (cloud-api 6.1, 6.3).
type Number struct {
	Display  string
	Name     string
	Status   string
	Quality  string
	Limit    string    // whatsapp_business_manager_messaging_limit, "" when not told
	OnPhone  bool      // is_on_biz_app
	Platform string    // CLOUD_API when connected
	LinkedAt time.Time // when the phone's app was linked to the API (last_onboarded_time); zero when not told
	CanSend  string    // AVAILABLE, LIMITED, BLOCKED, or "" when not told
	Problems []Reason
	Date     time.Time // server date of the answer
}

// Explain gives the words for an error code: what happened and what to do next.
type Explain func(code, subcode int) (title, hint string)

// Intake takes webhooks from the listener.
type Intake interface {
	// Accept makes a verified body durable. nil means that 200 may be answered.
	Accept(ctx context.Context, kind string, body []byte) error
	// Unproven notes a body that was refused because nothing proves that WhatsApp sent it: its signature, or the secret
	// header in the place of one, is not ours.
	Unproven()
	// Healthy says whether bodies can be made durable, and what /healthz tells.
	Healthy() (seq Seq, lastEventAt time.Time, err error)
}
