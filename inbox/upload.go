package inbox

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// The file of a message is uploaded when its turn has come, and before its attempt: no POST is made meanwhile, so that
// the message can be called back, stopped by an answer of somebody else, or held, as any other that has not left. What an
// upload gave is remembered by this process alone. After a crash it is made again, which costs time and never a second
// message: that is for the attempt to rule out, which comes after (merge-rules 7.2).

const (
	uploadMost  = 2                   // uploads at a time
	uploadLife  = 25 * 24 * time.Hour // WhatsApp keeps what was uploaded for 30 days (cloud-api 4.1)
	uploadsKept = 1000                // ids that are remembered
	uploadTold  = 250 * time.Millisecond
)

// CodeFileMissing is the code of a failure that [Explain] knows: the file of a message is not in the vault any more.
const CodeFileMissing = -5

// UploadError says what an upload that did not work out means for its message.
type UploadError struct {
	Result     Result // ResultNotUploaded, ResultUnfit, ResultThrottled, ResultRejectedAuth or ResultRejectedAccount
	Failure    *Failure
	RetryAfter time.Duration
	Err        error // for a person, mostly a *Error
}

// Error implements error.
func (e *UploadError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *UploadError) Unwrap() error { return e.Err }

// outcome is what an error of an upload comes to.
func uploadOutcome(err error) Outcome {
	e, ok := errors.AsType[*UploadError](err)
	if !ok {
		return Outcome{Result: ResultNotUploaded, Failure: &Failure{Title: "the upload broke off"}}
	}
	return Outcome{Result: e.Result, Failure: e.Failure, RetryAfter: e.RetryAfter}
}

// Upload is how far the file of a message has come on its way to WhatsApp, in bytes.
type Upload struct {
	Sent  int64 `json:"sent"`
	Bytes int64 `json:"bytes"`
}

// uploads are those that run, for people to see.
type uploads struct {
	mu  sync.Mutex
	all map[OID]*upload
}

func (u *uploads) start(oid OID, run *upload) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.all == nil {
		u.all = map[OID]*upload{}
	}
	u.all[oid] = run
}

func (u *uploads) end(oid OID) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.all, oid)
}

// of says how far the upload of a message is; nil when none runs.
func (u *uploads) of(oid OID) *Upload {
	u.mu.Lock()
	defer u.mu.Unlock()
	if run := u.all[oid]; run != nil {
		return &Upload{Sent: run.sent.Load(), Bytes: run.bytes}
	}
	return nil
}

// upload is one that runs.
type upload struct {
	bytes  int64
	sent   atomic.Int64
	cancel context.CancelFunc
}

// uploaded is an id that an upload gave.
type uploaded struct {
	id   string
	till time.Time
}

// uploadEnd is how an upload ended: with an id, on record as failed, or with nothing, when it was broken off here.
type uploadEnd struct {
	entry  OutboxEntry
	id     string
	result Result
	seq    Seq
	wait   time.Duration
}

// ready gives the entry with what WhatsApp calls its file, or starts to upload it.
func (s *sender) ready(ctx context.Context, e *OutboxEntry) bool {
	if e.Out.File == nil {
		return true
	}
	f := *e.Out.File
	if known, ok := s.uploaded[f.File]; ok && time.Now().Before(known.till) {
		f.ID = known.id
		e.Out.File = &f
		return true
	}
	if s.uploads[e.OID] != nil || len(s.uploads) >= uploadMost {
		return false
	}
	ctx, cancel := context.WithCancel(ctx)
	run := &upload{bytes: f.Bytes, cancel: cancel}
	s.uploads[e.OID] = run
	s.owner.uploads.start(e.OID, run)
	entry := *e
	s.wg.Go(func() {
		defer cancel()
		end := s.upload(ctx, entry, run)
		s.owner.uploads.end(entry.OID)
		s.owner.tellReply(entry.OID)
		s.carried <- end
	})
	return false
}

// upload hands one file over and puts on record what went wrong.
func (s *sender) upload(ctx context.Context, e OutboxEntry, run *upload) uploadEnd {
	end := uploadEnd{entry: e}
	id, err := s.handOver(ctx, e, run)
	if err == nil {
		end.id = id
		return end
	}
	if ctx.Err() != nil { // called back, or we are ending: nothing has happened
		return end
	}
	d := delivery{sender: s, entry: e, n: e.nextTry()}
	out := uploadOutcome(err)
	out.Upload = true
	if out.Result == ResultRejectedAuth {
		out.Token = s.owner.c.Gateway.Credential()
	}
	s.owner.c.Log.Warn("a file was not uploaded", "ref", string(e.OID), "result", out.Result, "err", err)
	out.RetryAfter = retryWait(out, d.inARow(out.Result), s.random)
	now := s.owner.clock.now()
	head, added, err := d.append(ctx, commitWithin, []Guard{{Scope: string(e.OID), Last: e.Scope}},
		Attempted{OID: e.OID, N: d.n, Run: s.owner.run, At: now}, Settled{OID: e.OID, N: d.n, Outcome: out, At: now})
	switch {
	case errors.Is(err, ErrGuard) || err == nil && added == 0:
		end.seq, end.wait = d.lastSeq(ctx, head.Seq), pickAgain
	case err != nil:
		s.owner.storeTrouble(err)
		end.wait = pickAgain // it is uploaded again, and nothing was sent
	default:
		end.seq, end.wait, end.result = head.Seq, out.RetryAfter, out.Result
	}
	return end
}

func (s *sender) handOver(ctx context.Context, e OutboxEntry, run *upload) (id string, err error) {
	missing := func(err error) error {
		return &UploadError{Result: ResultUnfit, Failure: &Failure{Code: CodeFileMissing}, Err: err}
	}
	if s.owner.c.Vault == nil {
		return "", missing(Refusal("files-none"))
	}
	f, err := s.owner.c.Vault.Open(e.Out.File.File)
	if err != nil {
		return "", missing(err)
	}
	defer f.Close()
	told := time.NewTicker(uploadTold)
	defer told.Stop()
	type answer struct {
		id  string
		err error
	}
	done := make(chan answer, 1)
	go func() {
		id, _, err := s.owner.c.Gateway.Upload(ctx, s.owner.c.Line, e.Out.File.Name, &counted{f, run})
		done <- answer{id, err}
	}()
	s.owner.tellReply(e.OID)
	before, late := int64(0), make(<-chan time.Time)
	over := ctx.Done()
	for {
		select {
		case a := <-done:
			return a.id, a.err
		case <-over:
			over, late = nil, time.After(hangUp)
		case <-late:
			return "", ctx.Err()
		case <-told.C:
			if sent := run.sent.Load(); sent != before {
				before = sent
				s.owner.tellReply(e.OID)
			}
		}
	}
}

// counted counts what is read of a file. An upload that is tried again begins anew.
type counted struct {
	io.ReadSeeker
	run *upload
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadSeeker.Read(p)
	c.run.sent.Add(int64(n))
	return n, err
}

func (c *counted) Seek(offset int64, whence int) (int64, error) {
	at, err := c.ReadSeeker.Seek(offset, whence)
	if whence == io.SeekStart {
		c.run.sent.Store(at)
	}
	return at, err
}

// callBack breaks off the uploads of messages that are to go no more.
func (s *sender) callBack(q queue) {
	if len(s.uploads) == 0 {
		return
	}
	there := map[OID]bool{}
	for _, e := range q.entries {
		there[e.OID] = true
	}
	for oid, run := range s.uploads {
		if !there[oid] {
			run.cancel()
		}
	}
}

// carriedOver takes note of how an upload ended.
func (s *sender) carriedOver(u uploadEnd) {
	e := u.entry
	delete(s.uploads, e.OID)
	if u.id != "" {
		if len(s.uploaded) >= uploadsKept {
			clear(s.uploaded)
		}
		s.uploaded[e.Out.File.File] = uploaded{u.id, time.Now().Add(uploadLife)}
		return
	}
	if u.seq > 0 {
		s.landed[e.OID] = landed{thread: e.Thread, seq: u.seq}
	}
	if u.wait > 0 {
		s.due[e.OID] = time.Now().Add(u.wait)
	}
	switch u.result {
	case ResultThrottled:
		s.gate.shut(u.wait)
	case ResultRejectedAuth, ResultRejectedAccount:
		s.behind = max(s.behind, u.seq)
	}
}

// nextTry is the number of the next attempt.
func (e OutboxEntry) nextTry() int {
	n := 1
	for _, a := range e.Attempts {
		n = max(n, a.N+1)
	}
	return n
}

// tellReply tells that what is known of a message beside the journal changed: how far its upload is.
func (o *Owner) tellReply(oid OID) {
	o.slots.put("reply/"+string(oid), volatile{reply: oid})
}
