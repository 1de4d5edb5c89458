package inbox

import (
	"encoding/binary"
	"strings"
)

// tollsBucket lists what left a number, by the time that decides in which month it counts: line 0 | kind 1 | time 8 |
// key hash 16 -> toll. It follows from the records, so prices, months and time zones are nothing that a rebuild could get
// wrong: they are laid over it when somebody looks.
const tollsBucket Bucket = "tolls"

// The kinds of tolls. Service messages stand by themselves, because the first thousand of a month are free.
const (
	tollPhone    = 'p' // written on the phone
	tollService  = 's'
	tollTemplate = 't' // all else that the API sent
)

// toll is what a message's price follows from, but for the table of prices.
type toll struct {
	Kind      byte    `cbor:"-"`
	At        int64   `cbor:"-"` // when it was delivered; until then, when it left
	Alias     Alias   `cbor:"1,keyasint,omitempty"`
	Category  string  `cbor:"2,keyasint,omitempty"`
	Delivered bool    `cbor:"3,keyasint,omitempty"`
	Told      bool    `cbor:"4,keyasint,omitempty"` // WhatsApp said what it charges
	Pricing   Pricing `cbor:"5,keyasint,omitzero"`
}

// toll says what a message counts as where messages cost money; ok is false for what cannot: the customer's, what an
// import brought, what failed, reactions. What another tool sent counts once WhatsApp speaks of money, or says that it is
// that tool's; a message of which nothing but its ticks is known may as well be the phone's.
func (r *record) toll() (t toll, ok bool) {
	if _, failed := r.failed(); failed || !r.out() || r.imported() || r.Event != 0 {
		return toll{}, false
	}
	if r.Pricing != nil {
		t.Told, t.Pricing = true, r.Pricing.Pricing
	}
	content := r.shown()
	switch {
	case content.Type == "system" || content.Type == "reaction":
		return toll{}, false
	case len(r.OIDs) == 0 && r.Sources&FromEcho != 0 && !(t.Told && t.Pricing.charged()):
		t.Kind, t.Told, t.Pricing = tollPhone, false, Pricing{}
	case len(r.OIDs) == 0 && r.Sources&FromOther == 0 && !t.Told:
		return toll{}, false
	default:
		t.Category = categoryOf(content, t.Pricing)
		t.Kind = tollTemplate
		if t.Category == CategoryService && t.Pricing.Type != freeEntryPoint {
			t.Kind = tollService
		}
	}
	if len(r.Peers) > 0 {
		t.Alias = r.Peers[0] // the phone number, when there is one
	}
	t.Delivered = r.Progress >= Delivered
	for _, p := range []Progress{Delivered, Read, Played} {
		if at := r.Levels[p]; at != 0 && (t.At == 0 || at < t.At) {
			t.At = at
		}
	}
	for _, at := range []int64{r.Levels[SentOn], r.Levels[Accepted], r.best()} {
		if t.At == 0 {
			t.At = at
		}
	}
	return t, true
}

// categoryOf is what WhatsApp says a message is, else what its kind says: "" for one whose kind is not known.
func categoryOf(c Content, p Pricing) string {
	switch {
	case p.Category != "":
		return strings.ToLower(p.Category)
	case c.Template != nil:
		return strings.ToLower(c.Template.Category)
	case c.Type != "" && c.Type != "template":
		return CategoryService
	}
	return ""
}

// The words of pricing.type (webhooks 3).
const (
	freeEntryPoint      = "free_entry_point"
	freeCustomerService = "free_customer_service"
)

// charged reads a status's pricing: the type counts, and where there is none, the flag that is to go (webhooks 3).
func (p Pricing) charged() bool {
	if p.Type != "" {
		return !strings.HasPrefix(p.Type, "free_")
	}
	return p.Billable
}

func tollsOf(line LineID, kind byte) []byte {
	b := make([]byte, 0, len(line)+26)
	return append(append(append(b, line...), 0), kind)
}

func tollKey(line LineID, kind byte, at int64, hash keyHash) []byte {
	return append(binary.BigEndian.AppendUint64(tollsOf(line, kind), ordered(at)), hash[:]...)
}

// tollFrom reads one entry of tollsBucket.
func tollFrom(line LineID, k, v []byte) (t toll, hash keyHash, err error) {
	rest := k[min(len(line)+1, len(k)):]
	if len(rest) != 1+8+len(hash) {
		return toll{}, hash, damaged(tollsBucket, errShort)
	}
	if err := decode(v, &t); err != nil {
		return toll{}, hash, damaged(tollsBucket, err)
	}
	t.Kind, t.At = rest[0], int64(binary.BigEndian.Uint64(rest[1:])^1<<63)
	return t, keyHash(rest[9:]), nil
}

// charge keeps the list of tolls in step with a record.
func (b *batch) charge(c *cell[record]) {
	now, ok := c.value.toll()
	if ok == c.tolled && now == c.toll {
		return
	}
	line := c.value.Line
	if c.tolled && (!ok || c.toll.Kind != now.Kind || c.toll.At != now.At) {
		b.drop(tollsBucket, tollKey(line, c.toll.Kind, c.toll.At, c.hash))
	}
	if ok {
		b.put(tollsBucket, tollKey(line, now.Kind, now.At, c.hash), encode(now))
	}
	c.tolled, c.toll = ok, now
}
