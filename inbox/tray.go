package inbox

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"
	"time"
)

// Some messages are on the phone alone: types that WhatsApp does not hand on, what it cannot show yet (131060), replies of
// which only statuses came, files of an import that was given none. They wait in a tray until somebody has looked at the
// phone, for the whole desk: what nobody looked at is lost on everybody.

// trayBucket lists what waits to be looked at: when it begins to wait 8 | what makes it wait 8, its place in the journal | key
// hash 16 -> empty. It follows from the records.
const trayBucket Bucket = "tray"

// Lack is what of a message is on the phone alone.
type Lack string

// The lacks.
const (
	LackContent Lack = "unavailable" // WhatsApp cannot show it yet; mostly it follows within seconds
	LackType    Lack = "unsupported" // of a type that is not handed on; an edit may come so, too
	LackText    Lack = "text"        // only its statuses came: written on the phone or by another tool
	LackFile    Lack = "media"       // an import gave no file
)

// PhoneOnly says that a message can be read in full on the phone alone.
type PhoneOnly struct {
	Lack Lack `json:"lack"`
	// Tray says that it waits to be looked at there.
	Tray     bool      `json:"tray,omitempty"`
	LookedBy AgentID   `json:"looked_by,omitempty"` // who looked
	LookedAt time.Time `json:"looked_at,omitzero"`
}

// TrayItem is a message of the tray, with whom it is from or to.
type TrayItem struct {
	Name    string  `json:"name"` // of the thread
	Message Message `json:"message"`
}

// TrayMost is how many items a tray is told with, and counted to.
const TrayMost = 500

// LookOnPhone says that somebody has looked at a message on the phone; with Back it waits again, or, of a file that is on
// the phone only, for the first time.
type LookOnPhone struct {
	Thread ThreadID `json:"thread"`
	Key    string   `json:"key"` // a Message.Key
	Back   bool     `json:"back,omitempty"`
}

// Kind implements Command.
func (LookOnPhone) Kind() string { return "look-on-phone" }

// PhoneLooked is that as a fact. The newest one counts.
type PhoneLooked struct {
	Line  LineID    `json:"line"`
	WAMID string    `json:"wamid"`
	Back  bool      `json:"back,omitempty"`
	Agent AgentID   `json:"agent"`
	At    time.Time `json:"at"`
}

func (PhoneLooked) fact() {}

// ticking is what people decided last about a message of the tray.
type ticking struct {
	Mark mark    `cbor:"1,keyasint"`
	Back bool    `cbor:"2,keyasint,omitempty"`
	By   AgentID `cbor:"3,keyasint,omitempty"`
	At   int64   `cbor:"4,keyasint,omitempty"`
}

func liftLooked(s Sighted, f PhoneLooked) (lifted, bool) {
	if f.WAMID == "" {
		return lifted{}, false
	}
	rec := pointing(s, f.Line, f.WAMID)
	rec.Ticked = &ticking{markOf(s), f.Back, f.Agent, f.At.Unix()}
	return lifted{MessageKey(f.Line, f.WAMID), rec}, true
}

// lacks says what of a row is on the phone alone; "" for nothing.
func (r *record) lacks(f flags) Lack {
	switch level := r.shown().Level; {
	case f.has(flagGone) || f.has(flagSystem):
		return ""
	case f.has(flagStub):
		return LackText
	case level == Unavailable:
		return LackContent
	case level == Unsupported:
		return LackType
	case level == Placeholder:
		return LackFile
	}
	return ""
}

// waits says from when on a row waits in the tray, as a time of receipt, and which place in the journal makes it wait; ok is
// false when it does not. What an import brings waits when somebody asked for it. What mostly follows within seconds is given
// them.
func (r *record) waits(f flags) (from int64, by mark, ok bool) {
	lack := r.lacks(f)
	switch {
	case lack == "":
		return 0, 0, false
	case r.Ticked != nil:
		return r.Ticked.At, r.Ticked.Mark, r.Ticked.Back
	case lack == LackFile || r.imported():
		return 0, 0, false
	case lack == LackText || lack == LackContent:
		return r.At + int64(stubDelay/time.Second), r.First, true
	}
	return r.At, r.First, true
}

// trayKey is the record's place in the tray, nil for none.
func (r *record) trayKey(hash keyHash, f flags) []byte {
	from, by, ok := r.waits(f)
	if !ok {
		return nil
	}
	return slices.Concat(number(ordered(from)), number(uint64(by)), hash[:])
}

// tray keeps the tray in step with a record.
func (b *batch) tray(c *cell[record], now row, ok bool) {
	var key []byte
	if ok {
		key = c.value.trayKey(c.hash, now.flags)
	}
	c.trayed = b.listed(trayBucket, c.trayed, key)
}

// phoneOnly is what a person sees of it.
func (r *Reader) phoneOnly(s *stored) *PhoneOnly {
	lack := s.rec.lacks(s.row.flags)
	if lack == "" {
		return nil
	}
	p := &PhoneOnly{Lack: lack}
	from, _, waits := s.rec.waits(s.row.flags)
	p.Tray = waits && from <= r.lens.Now.Unix()
	if t := s.rec.Ticked; t != nil && !t.Back {
		p.LookedBy, p.LookedAt = t.By, unixTime(t.At)
	}
	return p
}

// Tray lists what waits to be looked at on the phone, the newest first, at most n items.
func (r *Reader) Tray(n int) (items []TrayItem) {
	r.tx.Descend(trayBucket, number(ordered(r.lens.Now.Unix()+1)), func(k, _ []byte) bool {
		s, err := find(r.tx, keyHash(k[16:]))
		r.check(err)
		if err == nil && s != nil && s.placed && s.rec != nil {
			v := r.view(s.row.place.thread)
			items = append(items, TrayItem{r.thread(v).Name, r.message(s, v)})
		}
		return r.err == nil && len(items) < n
	})
	return items
}

// trayed counts what waits now, up to TrayMost, and says when the next begins to wait; zero for none.
func (r *Reader) trayed() (n int, next time.Time) {
	now := r.lens.Now.Unix()
	r.tx.Descend(trayBucket, number(ordered(now+1)), func(_, _ []byte) bool {
		n++
		return n < TrayMost
	})
	r.tx.Ascend(trayBucket, number(ordered(now+1)), func(k, _ []byte) bool {
		next = unixTime(int64(binary.BigEndian.Uint64(k) ^ 1<<63))
		return false
	})
	return n, next
}

// Tray implements Desk.
func (d *deskOf) Tray(ctx context.Context, n int) (items []TrayItem, err error) {
	err = d.read(ctx, func(r *Reader) error {
		items = r.Tray(min(cmp.Or(max(n, 0), TrayMost), TrayMost))
		return nil
	})
	return items, err
}

// lookOnPhone ticks a message off, or puts it back.
func (d *deskOf) lookOnPhone(ctx context.Context, id string, c LookOnPhone) (Done, error) {
	var f PhoneLooked
	err := d.owner.view(d.agent, func(r *Reader) error {
		s := r.rowOf(c.Key)
		if s == nil || s.rec == nil {
			return Refusal("no-message", "name", Clean(c.Key))
		}
		if s.rec.lacks(s.row.flags) == "" {
			return Refusal("all-here")
		}
		f = PhoneLooked{Line: s.rec.Line, WAMID: bestID(s.rec), Back: c.Back, Agent: d.agent, At: d.owner.clock.now()}
		return r.Err()
	})
	if err != nil {
		return Done{}, err
	}
	return d.owner.commit(ctx, id, Done{}, nil, f)
}
