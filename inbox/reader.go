package inbox

import "time"

const metaBucket Bucket = "meta"

// Apply joins facts into the views and answers what they changed, in journal order.
func (r Rules) Apply(tx Tx, facts []Sighted) ([]Change, error) { return nil, nil }

// Reader answers questions about one consistent state of the views, as one agent sees it at one moment. It lives as
// long as its transaction.
type Reader struct {
	tx   ReadTx
	lens Lens
}

// NewReader reads tx through l.
func NewReader(tx ReadTx, l Lens) *Reader { return &Reader{tx: tx, lens: l} }

// Err is the first stored value that could not be read: the views are damaged and need a rebuild.
func (r *Reader) Err() error { return nil }

// Resolve gives the number a thread goes by now.
func (r *Reader) Resolve(no ThreadNo) (ThreadNo, bool) { return 0, false }

// Find finds a thread by id, phone number or exact name.
func (r *Reader) Find(ref string) (ThreadNo, error) { return 0, nil }

// Thread gives one thread.
func (r *Reader) Thread(no ThreadNo) (Thread, bool) { return Thread{}, false }

// Threads gives one page of the list.
func (r *Reader) Threads(q ThreadQuery) (ThreadPage, error) { return ThreadPage{}, nil }

// Messages gives one page of a thread.
func (r *Reader) Messages(q MessageQuery) (MessagePage, error) { return MessagePage{}, nil }

// Message gives one row by its key.
func (r *Reader) Message(key string) (Message, bool) { return Message{}, false }

// Detail gives all that is known of one row, but for Raw: seqs are the journal entries that named it.
func (r *Reader) Detail(key string) (d Detail, seqs []Seq, ok bool) { return Detail{}, nil, false }

// Peer is the customer to send to: the phone number when one is known, else the user id.
func (r *Reader) Peer(no ThreadNo) (Peer, bool) { return Peer{}, false }

// LatestIncoming is the newest message of the customer that arrived live, for a read receipt.
func (r *Reader) LatestIncoming(no ThreadNo) (wamid string, seq Seq, ok bool) { return "", 0, false }

// NewestOutAfter is the newest row that somebody else than except wrote on our side and that was first seen after
// seen: the two-voices stop.
func (r *Reader) NewestOutAfter(no ThreadNo, seen Seq, except AgentID) (OutMark, bool) {
	return OutMark{}, false
}

// Outbox gives one outgoing message.
func (r *Reader) Outbox(oid OID) (OutboxEntry, bool) { return OutboxEntry{}, false }

// Unsettled lists what a sender must look at, in the order it was queued.
func (r *Reader) Unsettled() ([]OutboxEntry, error) { return nil, nil }

// LineHold says whether the whole number is held: kind is auth or account (decisions 14).
func (r *Reader) LineHold(line LineID) (kind string, since time.Time, ok bool) {
	return "", time.Time{}, false
}

// State computes how the entry stands. lineHold is what Reader.LineHold says, "" for no hold.
func (e OutboxEntry) State(l Lens, lineHold string) Standing { return Standing{} }

// Counts counts over all threads. It reads every thread once.
func (r *Reader) Counts() (Counts, error) { return Counts{}, nil }

// Quarantined lists the newest items that could not be understood, at most n.
func (r *Reader) Quarantined(n int) ([]Quarantine, error) { return nil, nil }

// Quarantine is one item of a webhook that could not be understood.
type Quarantine struct {
	Seq    Seq
	At     time.Time
	Path   string
	Reason string
}
