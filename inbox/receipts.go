package inbox

import (
	"context"
	"sync"
	"time"
)

// typingEvery is how often the customer may be told that somebody types: it shows for 25 s (cloud-api 3.1).
const typingEvery = 20 * time.Second

// receiptsKept is of how many threads it is remembered what their customers were told. Beyond, all is forgotten: at
// worst a customer is told twice.
const receiptsKept = 1000

// receipts remembers what customers were told, so that nothing is told twice.
type receipts struct {
	mu    sync.Mutex
	read  map[ThreadNo]string // the message up to which it was told
	typed map[ThreadNo]time.Time
}

// fresh notes that this is about to be told and reports whether it is news.
func (r *receipts) fresh(thread ThreadNo, wamid string, typing bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.read[thread]; !known && (r.read == nil || len(r.read) >= receiptsKept) {
		r.read, r.typed = map[ThreadNo]string{}, map[ThreadNo]time.Time{}
	}
	if typing {
		if since, ok := r.typed[thread]; ok && time.Since(since) < typingEvery {
			return false
		}
		r.typed[thread] = time.Now()
	} else if r.read[thread] == wamid {
		return false
	}
	r.read[thread] = wamid
	return true
}

func (r *receipts) forget(thread ThreadNo) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.read, thread)
}

// receipt tells the customer that the newest message was read, and with typing that somebody answers. It is best
// effort and waits for nothing: WhatsApp may refuse it for old messages, and nobody is helped by knowing.
func (o *Owner) receipt(thread ThreadNo, wamid string, typing bool) {
	if o.c.Gateway == nil || wamid == "" || o.c.Receipts == ReceiptsNever || !o.receipts.fresh(thread, wamid, typing) {
		return
	}
	o.guests.start(func() {
		ctx, cancel := context.WithTimeout(o.life, 10*time.Second)
		defer cancel()
		if err := o.c.Gateway.MarkRead(ctx, o.c.Line, wamid, typing); err != nil {
			o.receipts.forget(thread)
			o.c.Log.Debug("a read receipt was not taken", "err", err)
		}
	})
}

// receiptOnReply tells the customer who is answered that their newest message was read, where that is when they are told.
func (o *Owner) receiptOnReply(no ThreadNo) {
	if o.c.Receipts != ReceiptsOnReply {
		return
	}
	var newest string
	if err := o.view("", func(r *Reader) error {
		if now, ok := r.Resolve(no); ok {
			no = now
		}
		newest, _, _ = r.LatestIncoming(no)
		return r.Err()
	}); err != nil {
		return // best effort, like all of it
	}
	o.receipt(no, newest, false)
}
