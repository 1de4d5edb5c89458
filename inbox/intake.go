package inbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"sync"
	"time"
)

var _ Intake = (*Owner)(nil)

// intakeHealth remembers whether the journal takes what arrives.
type intakeHealth struct {
	mu   sync.Mutex
	head Seq
	last time.Time // when the last webhook arrived
	err  error     // why the journal last refused, nil when it took the last one

	unproven Unproven // since the last body that was taken
}

// Unproven tells of webhooks that were refused because nothing proves that WhatsApp sent them: those since the last one
// that was taken, or since the owner started.
type Unproven struct {
	Count int       `json:"count"`
	At    time.Time `json:"at,omitzero"` // the last of them
}

// UnprovenMany in a row are no stranger's any more: the secret is wrong, on one side or on the other.
const UnprovenMany = 3

func (h *intakeHealth) restore(m viewsMeta) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last = m.LastEvent
}

// took notes a body that was taken, and tells whether unproven ones had come before it.
func (h *intakeHealth) took(head Seq, at time.Time) (doubted bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.head, h.last = max(h.head, head), at
	doubted, h.unproven = h.unproven.Count > 0, Unproven{}
	return doubted
}

// doubt notes an unproven body and gives how many there were in a row.
func (h *intakeHealth) doubt(at time.Time) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.unproven = Unproven{h.unproven.Count + 1, at}
	return h.unproven.Count
}

func (h *intakeHealth) doubts() Unproven {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.unproven
}

func (h *intakeHealth) refused(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.err = err
}

func (h *intakeHealth) well() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.err = nil
}

func (h *intakeHealth) now() (Seq, time.Time, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.head, h.last, h.err
}

// coming knows whether bodies are being taken in.
type coming struct {
	mu   sync.Mutex
	n    int
	last time.Time // when there was one last
}

func (c *coming) begin() { c.count(1) }
func (c *coming) end()   { c.count(-1) }

func (c *coming) count(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n, c.last = c.n+n, time.Now()
}

// lull waits until no body has come for a while, but no longer than most: the answer to a webhook, and to the one that
// follows it, goes before work that can wait. Those who deliver a series need some milliseconds between an answer and the
// next body.
func (c *coming) lull(ctx context.Context, while, most time.Duration) {
	for end := time.Now().Add(most); while > 0; {
		c.mu.Lock()
		n, quiet := c.n, time.Since(c.last)
		c.mu.Unlock()
		if n == 0 && quiet >= while {
			return
		}
		wait := while
		if n == 0 {
			wait -= quiet
		}
		if wait = min(wait, time.Until(end)); wait <= 0 || sleep(ctx, wait) != nil {
			return
		}
	}
}

// Accept implements Intake. The entry's id is the hash of the body, so a delivery that is repeated is one entry
// (merge-rules 2); only an Append that returned nil is acknowledged, never a look at what seems to be there (G8).
func (o *Owner) Accept(ctx context.Context, kind string, body []byte) error {
	if kind != EntryWebhook && kind != EntryImport {
		return &Error{Kind: Invalid, Text: "a body of the kind " + kind + " cannot be taken in"}
	}
	o.coming.begin()
	defer o.coming.end()
	hash := sha256.Sum256(body)
	at := o.clock.now()
	head, _, err := o.c.Journal.Append(ctx, Batch{Entries: []Entry{{
		ID: "b:" + hex.EncodeToString(hash[:]), Kind: kind, At: at, Data: body,
	}}})
	switch {
	case err == nil:
		if o.intake.took(head.Seq, at) {
			o.notices.clear(noticeUnproven)
		}
		o.storeWell()
		return nil
	case errors.Is(err, ErrTooMany), ctx.Err() != nil:
		return storeError(err) // this one was in a hurry; the journal is well
	}
	o.intake.refused(err)
	o.storeTrouble(err)
	return storeError(err)
}

// Unproven implements Intake. Several in a row are told to everybody: while nothing is believed, nothing is received.
func (o *Owner) Unproven() {
	if o.intake.doubt(o.clock.now()) >= UnprovenMany {
		o.notices.set(noticeUnproven, Tell(noticeUnproven, "unproven"))
	}
}

// Healthy implements Intake.
func (o *Owner) Healthy() (Seq, time.Time, error) {
	if o.life.Err() != nil {
		return 0, time.Time{}, Refusal("owner-ending")
	}
	head, last, err := o.intake.now()
	if err != nil {
		return head, last, storeError(err)
	}
	if c, err := o.c.Journal.Head(context.Background()); err != nil {
		return head, last, storeError(err)
	} else if c.Seq > head {
		head = c.Seq
	}
	return head, last, nil
}

// storeError says what a refusal of the journal means for a person.
func storeError(err error) *Error {
	e := Refusal("store-failed", "why", err.Error())
	switch {
	case errors.Is(err, ErrFull):
		e = Refusal("store-full")
	case errors.Is(err, ErrBroken):
		e = Refusal("store-broken")
	case errors.Is(err, ErrTooMany):
		e = Refusal("store-busy")
	case errors.Is(err, ErrClosed):
		e = Refusal("store-closed")
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		e = Refusal("store-slow")
	}
	return e.Because(err)
}

// storeWell notes that the journal has just taken something, from whomever.
func (o *Owner) storeWell() {
	o.intake.well()
	o.notices.clear(noticeStore)
}

// storeTrouble tells everybody that the journal refuses.
func (o *Owner) storeTrouble(err error) {
	e := storeError(err)
	if o.notices.set(noticeStore, Notice{Kind: noticeStore, Text: e.Text, Next: e.Next, Key: e.Key, With: e.With}) {
		o.c.Log.Error("the journal refuses writes", "err", err)
	}
}
