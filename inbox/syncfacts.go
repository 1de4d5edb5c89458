package inbox

import (
	"cmp"
	"encoding/binary"
	"time"
)

// SyncKind is what the phone can be asked for, each once after it was linked (cloud-api 7.2).
type SyncKind string

// What there is to ask for. Contacts come first.
const (
	SyncContacts SyncKind = "contacts"
	SyncHistory  SyncKind = "history"
)

// SyncRequested says that WhatsApp is about to be asked for the phone's contacts or history. It is durable before the
// first byte leaves, since WhatsApp answers such a request once and a second one never.
type SyncRequested struct {
	Line  LineID    `json:"line"`
	ID    string    `json:"id"` // of this request, ours
	What  SyncKind  `json:"what"`
	Run   string    `json:"run"` // the process that asks; another run's open request is of unknown outcome
	Agent AgentID   `json:"agent"`
	At    time.Time `json:"at"`
}

// SyncSettled is how a request ended.
type SyncSettled struct {
	Line   LineID     `json:"line"`
	ID     string     `json:"id"`
	What   SyncKind   `json:"what"`
	Answer SyncAnswer `json:"answer"`
	At     time.Time  `json:"at"`
}

// SyncAnswer is what came of a request: accepted, rejected, not-sent or unknown. Accepted says nothing of whether the
// owner of the phone shares anything (webhooks 4.2).
type SyncAnswer struct {
	Result    Result   `json:"result" cbor:"1,keyasint"`
	RequestID string   `json:"request_id,omitempty" cbor:"2,keyasint,omitempty"` // WhatsApp's support asks for it
	Failure   *Failure `json:"failure,omitempty" cbor:"3,keyasint,omitempty"`
	Hint      string   `json:"hint,omitempty" cbor:"4,keyasint,omitempty"` // what to do about the failure
}

// ListenerProved says that something signed reached the listener through the address that WhatsApp uses: that what the
// phone sends once, and once only, will be taken.
type ListenerProved struct {
	Line    LineID    `json:"line"`
	Address string    `json:"address"` // public, without its query
	Agent   AgentID   `json:"agent,omitempty"`
	At      time.Time `json:"at"`
}

func (SyncRequested) fact()  {}
func (SyncSettled) fact()    {}
func (ListenerProved) fact() {}

// asking is one request as its facts tell it; they may come in any order.
type asking struct {
	ID    string   `cbor:"1,keyasint"`
	What  SyncKind `cbor:"2,keyasint"`
	Mark  mark     `cbor:"3,keyasint,omitempty"` // of the SyncRequested; 0 while it is not known
	Run   string   `cbor:"4,keyasint,omitempty"`
	Agent AgentID  `cbor:"5,keyasint,omitempty"`
	At    int64    `cbor:"6,keyasint,omitempty"`

	Settled mark       `cbor:"7,keyasint,omitempty"` // of the SyncSettled
	Answer  SyncAnswer `cbor:"8,keyasint,omitzero"`
	Ended   int64      `cbor:"9,keyasint,omitempty"`
}

// join keeps the first fact of each kind: the journal holds one of each.
func (a *asking) join(b asking) (changed bool) {
	if b.Mark != 0 && (a.Mark == 0 || b.Mark < a.Mark) {
		a.Mark, a.What, a.Run, a.Agent, a.At = b.Mark, b.What, b.Run, b.Agent, b.At
		changed = true
	}
	if b.Settled != 0 && (a.Settled == 0 || b.Settled < a.Settled) {
		a.Settled, a.Answer, a.Ended = b.Settled, b.Answer, b.Ended
		if a.Mark == 0 {
			a.What = b.What
		}
		changed = true
	}
	return changed
}

// proving is when the listener was proven last.
type proving struct {
	Mark    mark   `cbor:"1,keyasint"`
	At      int64  `cbor:"2,keyasint,omitempty"`
	Address string `cbor:"3,keyasint,omitempty"`
}

// bookNews is the newest change of the phone's address book.
type bookNews struct {
	Mark mark  `cbor:"1,keyasint"`
	At   int64 `cbor:"2,keyasint,omitempty"`
}

// chunk is one chunk of an import as it came last. A number that is linked anew sends its chunks under the same numbers,
// so that it is the last time that tells whether one belongs to the last request.
type chunk struct {
	Phase    int   `cbor:"1,keyasint"`
	Chunk    int   `cbor:"2,keyasint"`
	Progress int   `cbor:"3,keyasint,omitempty"`
	Mark     mark  `cbor:"4,keyasint"`
	At       int64 `cbor:"5,keyasint,omitempty"` // when it arrived
	Messages int   `cbor:"6,keyasint,omitempty"`
}

func (c *chunk) join(b chunk) bool {
	if b.Mark <= c.Mark {
		return false
	}
	*c = b
	return true
}

// chunkKey orders the chunks of a number by phase and number.
func chunkKey(line LineID, c chunk) []byte {
	k := append([]byte(line), 0)
	k = binary.BigEndian.AppendUint64(k, ordered(int64(c.Phase)))
	return binary.BigEndian.AppendUint64(k, ordered(int64(c.Chunk)))
}

// chunk joins one chunk of an import.
func (b *batch) chunk(seq Seq, key string, is chunk) {
	c := load(b, b.chunks, chunksBucket, key)
	if c.value.join(is) {
		c.dirty = true
		b.tell(Change{Seq: seq, Kind: SyncEvent})
	}
}

// joinSync joins what is known of the phone's contacts and history.
func (a *lineState) joinSync(b *lineState) bool {
	changed := raise(&a.Declined, b.Declined)
	byID := func(x, y asking) int { return cmp.Compare(x.ID, y.ID) }
	changed = unite(&a.Asked, b.Asked, byID, func(x *asking, y asking) bool { return x.join(y) }) || changed
	if b.Proved.Mark > a.Proved.Mark {
		a.Proved, changed = b.Proved, true
	}
	if b.Book.Mark > a.Book.Mark {
		a.Book, changed = b.Book, true
	}
	return changed
}

// ofSync reports whether a state tells something that a SyncEvent is for.
func (a *lineState) ofSync() bool {
	return a.Declined != 0 || len(a.Asked) > 0 || a.Proved.Mark != 0
}

func (b *batch) takeHistory(s Sighted, f HistorySeen) {
	if f.Declined {
		b.line(s.Seq, f.Line, &lineState{Declined: markOf(s)})
		return
	}
	c := chunk{f.Phase, f.Chunk, f.Progress, markOf(s), s.At.Unix(), f.Messages}
	b.chunk(s.Seq, string(chunkKey(f.Line, c)), c)
}

// liftSync makes a state of a local fact about what the phone is asked for.
func liftSync(s Sighted) (LineID, *lineState) {
	m := markOf(s)
	switch f := s.Fact.(type) {
	case SyncRequested:
		return f.Line, &lineState{Asked: []asking{{ID: f.ID, What: f.What, Mark: m, Run: f.Run, Agent: f.Agent, At: f.At.Unix()}}}
	case SyncSettled:
		return f.Line, &lineState{Asked: []asking{{ID: f.ID, What: f.What, Settled: m, Answer: f.Answer, Ended: f.At.Unix()}}}
	case ListenerProved:
		return f.Line, &lineState{Proved: proving{m, f.At.Unix(), Clean(f.Address)}}
	}
	return "", nil
}

// asked is the newest request for something, and the newest that WhatsApp has taken or may have taken: from that one on
// counts what came. Either is nil when there is none.
func (a *lineState) asked(what SyncKind) (last, taken *asking) {
	newest := func(of *asking, x *asking) *asking {
		if of == nil || of.Mark < x.Mark {
			return x
		}
		return of
	}
	for i := range a.Asked {
		x := &a.Asked[i]
		if x.What != what || x.Mark == 0 {
			continue
		}
		last = newest(last, x)
		if x.Settled == 0 || !proven(x.Answer.Result) {
			taken = newest(taken, x)
		}
	}
	return last, taken
}

// chunksSince are the chunks of a number but for those of earlier imports, by phase and number.
func (r *Reader) chunksSince(line LineID, m mark) (chunks []chunk) {
	scan(r.tx, chunksBucket, append([]byte(line), 0), nil, func(_, v []byte) bool {
		var c chunk
		if err := decode(v, &c); err != nil {
			r.check(damaged(chunksBucket, err))
			return false
		}
		if c.Mark >= m {
			chunks = append(chunks, c)
		}
		return true
	})
	return chunks
}
