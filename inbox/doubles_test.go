package inbox

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// memJournal is a Journal in memory that keeps every promise of the port and can be told to fail.
type memJournal struct {
	mu      sync.Mutex
	entries []Entry
	ids     map[string]Seq
	last    map[string]Seq
	results map[string][]byte
	drafts  map[string][]byte
	leases  map[string]memLease
	epoch   string
	bell    bell

	// refuse is asked before a batch is written and stored after; an error comes back in place of success.
	refuse func(Batch) error
	after  func(Batch) error
	reads  int
}

type memLease struct {
	holder string
	fence  uint64
	until  time.Time
}

func newMemJournal() *memJournal {
	return &memJournal{
		ids: map[string]Seq{}, last: map[string]Seq{}, results: map[string][]byte{}, drafts: map[string][]byte{},
		leases: map[string]memLease{}, epoch: "epoch1",
	}
}

func (j *memJournal) Append(ctx context.Context, b Batch) (Cursor, int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return Cursor{}, 0, err
	}
	if j.refuse != nil {
		if err := j.refuse(b); err != nil {
			return Cursor{}, 0, err
		}
	}
	known := 0
	for _, e := range b.Entries {
		if _, ok := j.ids[e.ID]; ok {
			known++
		}
	}
	for _, g := range b.Guard { // a batch that is there already held once, and its repeat succeeds
		if (known < len(b.Entries) || known == 0) && j.last[g.Scope] != g.Last {
			return Cursor{}, 0, ErrGuard
		}
	}
	n := 0
	for _, e := range b.Entries {
		if _, ok := j.ids[e.ID]; ok {
			continue
		}
		head := j.head()
		e.Seq, e.Prev = head.Seq+1, head.Seq
		sum := sha256.Sum256(append(binary.BigEndian.AppendUint64(nil, head.Chk), e.ID...))
		e.Chk = binary.BigEndian.Uint64(sum[:])
		e.Data = slices.Clone(e.Data)
		j.entries = append(j.entries, e)
		j.ids[e.ID] = e.Seq
		if e.Scope != "" {
			j.last[e.Scope] = e.Seq
		}
		n++
	}
	for id, r := range b.Results {
		if _, ok := j.results[id]; !ok { // the first answer stands
			j.results[id] = slices.Clone(r)
		}
	}
	j.bell.ring()
	if j.after != nil {
		if err := j.after(b); err != nil {
			return Cursor{}, 0, err
		}
	}
	return j.head(), n, nil
}

func (j *memJournal) head() Cursor {
	if len(j.entries) == 0 {
		return Cursor{Epoch: j.epoch}
	}
	e := j.entries[len(j.entries)-1]
	return Cursor{Epoch: j.epoch, Seq: e.Seq, Chk: e.Chk}
}

func (j *memJournal) Seen(_ context.Context, id string) (Seq, bool, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	seq, ok := j.ids[id]
	return seq, ok, nil
}

func (j *memJournal) Read(_ context.Context, c Cursor, n int) ([]Entry, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.reads++
	if int(c.Seq) > len(j.entries) {
		return nil, ErrCursor
	}
	if c.Seq > 0 && c.Epoch != AnyEpoch {
		if c.Epoch != j.epoch || int(c.Seq) > len(j.entries) || j.entries[c.Seq-1].Chk != c.Chk {
			return nil, ErrCursor
		}
	}
	return slices.Clone(j.entries[c.Seq:min(len(j.entries), int(c.Seq)+n)]), nil
}

func (j *memJournal) Wait(ctx context.Context, c Cursor) error {
	for {
		rung := j.bell.next()
		j.mu.Lock()
		more := len(j.entries) > int(c.Seq)
		j.mu.Unlock()
		if more {
			return nil
		}
		select {
		case <-rung:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (j *memJournal) Head(context.Context) (Cursor, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.head(), nil
}

func (j *memJournal) Last(_ context.Context, scope string) (Seq, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.last[scope], nil
}

func (j *memJournal) Result(_ context.Context, id string) ([]byte, bool, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	r, ok := j.results[id]
	return slices.Clone(r), ok, nil
}

func (j *memJournal) Lease(_ context.Context, key, holder string, ttl time.Duration) (uint64, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	l := j.leases[key]
	if l.holder != holder && time.Now().Before(l.until) {
		return 0, fmt.Errorf("%s: %w", l.holder, ErrHeld)
	}
	if l.holder != holder {
		l.fence++
	}
	l.holder, l.until = holder, time.Now().Add(ttl)
	j.leases[key] = l
	return l.fence, nil
}

func (j *memJournal) Release(_ context.Context, key string, fence uint64) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.leases[key].fence == fence {
		j.leases[key] = memLease{fence: fence}
	}
	return nil
}

func (j *memJournal) Leased(_ context.Context, key string) (time.Time, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.leases[key].until, nil
}

func (j *memJournal) Drafts(context.Context) (map[string][]byte, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	drafts := map[string][]byte{}
	for k, v := range j.drafts {
		drafts[k] = slices.Clone(v)
	}
	return drafts, nil
}

func (j *memJournal) SaveDraft(_ context.Context, key string, draft []byte) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(draft) == 0 {
		delete(j.drafts, key)
	} else {
		j.drafts[key] = slices.Clone(draft)
	}
	return nil
}

func (j *memJournal) Identity() string { return "0123456789abcdef0123456789abcdef" }

func (j *memJournal) Backup(_ context.Context, file string) (int64, Cursor, error) {
	return 4096, j.head(), nil
}

// failing makes the journal ask before a batch is written, and after.
func (j *memJournal) failing(refuse, after func(Batch) error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.refuse, j.after = refuse, after
}

// size is how many entries there are.
func (j *memJournal) size() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.entries)
}

// post is one request that reached the fake WhatsApp.
type post struct {
	At       time.Time
	To       Peer
	Out      Outgoing
	Callback string
}

func (p post) oid() OID { return OID(strings.Split(p.Callback, ".")[2]) }

// fakeGateway answers like WhatsApp; answer decides.
type fakeGateway struct {
	mu        sync.Mutex
	posts     []post
	answer    func(ctx context.Context, n int, p post) Outcome
	templates []Template
	listErr   error
	lists     int
	receipts  []string
	typing    []string
	token     string
	number    Number
	uploads   []string
	silent    []string // asked of message history
	receipted []Receipt
	untold    error
	upload    func(ctx context.Context, n int, name string) (id string, err error) // "", nil: as always
	fetches   []fetchCall
	file      func(ctx context.Context, n int, f fetchCall, w io.Writer) (Fetched, error)
	syncs     []SyncKind
	sync      func(ctx context.Context, n int) SyncAnswer
	flying    map[Alias]int
	crossed   bool // two requests for one customer were on their way at once
}

func newFakeGateway() *fakeGateway {
	return &fakeGateway{token: "token1", number: Number{Display: "+1 555 010 0000", CanSend: "AVAILABLE"}, flying: map[Alias]int{}}
}

func (g *fakeGateway) Send(ctx context.Context, to Peer, out Outgoing, callback string) Outcome {
	g.mu.Lock()
	p := post{At: time.Now(), To: to, Out: out, Callback: callback}
	g.posts = append(g.posts, p)
	n, answer := len(g.posts), g.answer
	g.flying[to.Alias]++
	g.crossed = g.crossed || g.flying[to.Alias] > 1
	g.mu.Unlock()
	defer func() {
		g.mu.Lock()
		g.flying[to.Alias]--
		g.mu.Unlock()
	}()
	if answer == nil {
		return accepted(p)
	}
	return answer(ctx, n, p)
}

// accepted is the answer to a message that went.
func accepted(p post) Outcome {
	return Outcome{Result: ResultAccepted, WAMID: wamidOf(p.oid()), Date: time.Now().Unix()}
}

// wamidOf is the id that the fake WhatsApp gives to the message of an oid.
func wamidOf(oid OID) string { return "wamid.OUT" + string(oid) }

func (g *fakeGateway) MarkRead(_ context.Context, _ LineID, wamid string, typing bool) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if typing {
		g.typing = append(g.typing, wamid)
	} else {
		g.receipts = append(g.receipts, wamid)
	}
	return nil
}

func (g *fakeGateway) Templates(context.Context) ([]Template, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lists++
	return slices.Clone(g.templates), g.listErr
}

func (g *fakeGateway) Upload(ctx context.Context, _ LineID, name string, r io.Reader) (string, string, error) {
	b, err := io.ReadAll(r)
	g.mu.Lock()
	g.uploads = append(g.uploads, name+":"+string(b))
	n, upload := len(g.uploads), g.upload
	g.mu.Unlock()
	if upload != nil {
		if id, uerr := upload(ctx, n, name); id != "" || uerr != nil {
			return id, "", uerr
		}
	}
	return fmt.Sprint("media", n), "image/png", err
}

func (g *fakeGateway) uploaded() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.uploads)
}

// fetchCall is one request for a file.
type fetchCall struct {
	At   time.Time
	ID   string
	Most int64
}

func (g *fakeGateway) Fetch(ctx context.Context, _ LineID, id string, most int64, w io.Writer) (Fetched, error) {
	g.mu.Lock()
	f := fetchCall{At: time.Now(), ID: id, Most: most}
	g.fetches = append(g.fetches, f)
	n, file := len(g.fetches), g.file
	g.mu.Unlock()
	if file == nil {
		return Fetched{}, &FetchError{Kind: FetchGone, Err: errors.New("no such file")}
	}
	return file(ctx, n, f, w)
}

func (g *fakeGateway) fetched() []fetchCall {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.fetches)
}

func (g *fakeGateway) Receipts(_ context.Context, _ LineID, wamid string) ([]Receipt, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.silent = append(g.silent, wamid)
	return g.receipted, g.untold
}

func (g *fakeGateway) Number(context.Context, LineID) (Number, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.number, nil
}

func (g *fakeGateway) RequestSync(ctx context.Context, _ LineID, what SyncKind) SyncAnswer {
	g.mu.Lock()
	g.syncs = append(g.syncs, what)
	n, answer := len(g.syncs), g.sync
	g.mu.Unlock()
	if answer == nil {
		return SyncAnswer{Result: ResultAccepted, RequestID: fmt.Sprintf("REQ%d", n)}
	}
	return answer(ctx, n)
}

func (g *fakeGateway) Credential() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.token
}

func (g *fakeGateway) set(change func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	change()
}

// made gives the requests in order.
func (g *fakeGateway) made() []post {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.posts)
}

// told gives the messages that customers were told to be read, and those at which they were told that somebody types.
func (g *fakeGateway) told() (read, typing []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.receipts), slices.Clone(g.typing)
}

// didCross reports whether two requests for one customer were ever on their way at once.
func (g *fakeGateway) didCross() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.crossed
}

// sent gives the oids of the requests in order.
func (g *fakeGateway) sent() []OID {
	var oids []OID
	for _, p := range g.made() {
		oids = append(oids, p.oid())
	}
	return oids
}

// testFact is a fact in the body of a test's webhook: the body is a list of them.
type testFact struct {
	Message *MessageSeen `json:",omitempty"`
	Status  *StatusSeen  `json:",omitempty"`
	Note    *NoteSeen    `json:",omitempty"`
	Account *AccountSeen `json:",omitempty"`
	Contact *ContactSeen `json:",omitempty"`
	Revoke  *RevokeSeen  `json:",omitempty"`
	Edit    *EditSeen    `json:",omitempty"`
	History *HistorySeen `json:",omitempty"`
	Bad     *Unreadable  `json:",omitempty"`
	Panic   bool         `json:",omitempty"`
}

func decodeTestBody(body []byte, _ LineID) []Fact {
	var items []testFact
	if err := json.Unmarshal(body, &items); err != nil {
		return []Fact{Unreadable{Path: "body", Reason: err.Error()}}
	}
	var facts []Fact
	for _, it := range items {
		switch {
		case it.Message != nil:
			facts = append(facts, *it.Message)
		case it.Edit != nil:
			facts = append(facts, *it.Edit)
		case it.Status != nil:
			facts = append(facts, *it.Status)
		case it.Note != nil:
			facts = append(facts, *it.Note)
		case it.Account != nil:
			facts = append(facts, *it.Account)
		case it.Contact != nil:
			facts = append(facts, *it.Contact)
		case it.Revoke != nil:
			facts = append(facts, *it.Revoke)
		case it.History != nil:
			facts = append(facts, *it.History)
		case it.Bad != nil:
			facts = append(facts, *it.Bad)
		case it.Panic:
			panic("a decoder that should not")
		}
	}
	return facts
}

func testBody(t testing.TB, items ...testFact) []byte {
	t.Helper()
	b, err := json.Marshal(items)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func logTo(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
}
