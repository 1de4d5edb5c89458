package inbox

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"
)

// record is what is known of one message key: a product of small join-semilattices (merge-rules 5.1, 5.2). A fact
// becomes a record of its own that says only what the fact says, and is joined.
type record struct {
	Line      LineID     `cbor:"1,keyasint"`
	IDs       []spelling `cbor:"2,keyasint,omitempty"`
	Peers     []Alias    `cbor:"3,keyasint,omitempty"`
	OIDs      []OID      `cbor:"4,keyasint,omitempty"` // outbox entries that claim it
	Sides     Side       `cbor:"5,keyasint,omitempty"` // as bits
	Sources   Source     `cbor:"6,keyasint,omitempty"`
	Said      []saying   `cbor:"7,keyasint,omitempty"` // contents, the shown one first
	ReplyTo   ranked     `cbor:"8,keyasint,omitzero"`
	Forwarded ranked     `cbor:"9,keyasint,omitzero"`
	Referral  *referred  `cbor:"10,keyasint,omitempty"`
	Times     [4]int64   `cbor:"11,keyasint,omitzero"` // by quality, earliest
	Progress  Progress   `cbor:"12,keyasint,omitempty"`
	Levels    [6]int64   `cbor:"13,keyasint,omitzero"` // by Progress, earliest
	Faults    []fault    `cbor:"14,keyasint,omitempty"`
	First     mark       `cbor:"15,keyasint,omitempty"` // 0: only named by edits, revokes or reactions
	At        int64      `cbor:"16,keyasint,omitempty"` // when First was received
	Last      Seq        `cbor:"17,keyasint,omitempty"`
	Seqs      []Seq      `cbor:"18,keyasint,omitempty"` // the first entries that named it
	Pricing   *priced    `cbor:"19,keyasint,omitempty"`
	Edit      *editing   `cbor:"20,keyasint,omitempty"` // when this key is itself an edit
	Edits     []string   `cbor:"21,keyasint,omitempty"` // keys of edits that ever named this one
	Revokes   []revoking `cbor:"22,keyasint,omitempty"`
	Reactions []reacting `cbor:"23,keyasint,omitempty"` // one a side
	Event     eventMark  `cbor:"24,keyasint,omitempty"`
	Assets    []asset    `cbor:"25,keyasint,omitempty"`
	Words     []string   `cbor:"26,keyasint,omitempty"` // status words that we do not know
	Group     string     `cbor:"27,keyasint,omitempty"`
	Rejected  int64      `cbor:"28,keyasint,omitempty"` // last time a failure said that the window is closed
	Shown     mark       `cbor:"29,keyasint,omitempty"` // where the message itself was first seen, or queued; not its statuses
	File      *filing    `cbor:"30,keyasint,omitempty"` // what became of its file
	Asked     int64      `cbor:"34,keyasint,omitempty"` // when WhatsApp was asked what became of it
	Ticked    *ticking   `cbor:"33,keyasint,omitempty"` // whether somebody looked at it on the phone
	Nth       int        `cbor:"35,keyasint,omitempty"` // of an exported line: ChatLine.N
}

// mark is a place in the journal, finer than Seq: seq<<20 | item, as in ThreadNo.
type mark uint64

func markOf(s Sighted) mark { return mark(FirstSeen(s.Seq, s.Item)) }

func (m mark) seq() Seq { return Seq(m >> 20) }

// eventMark says that a key belongs to something that is not a message, so that statuses of it make no stub row.
type eventMark uint8

const (
	isEdit eventMark = 1 << iota
	isRevoke
	isReaction
)

// spelling is a raw id and how good it is for API calls.
type spelling struct {
	ID   string `cbor:"1,keyasint"`
	Rank uint8  `cbor:"2,keyasint,omitempty"` // 2 live, 1 send response, 0 other
}

// saying is one content and the best source it came from.
type saying struct {
	Rank    uint8   `cbor:"1,keyasint,omitempty"`
	Hash    uint64  `cbor:"2,keyasint"`
	Content Content `cbor:"3,keyasint"`
}

// ranked is a register: the larger by rank, then by value, stays.
type ranked struct {
	Rank  uint8  `cbor:"1,keyasint,omitempty"`
	Value string `cbor:"2,keyasint,omitempty"`
}

type referred struct {
	Rank     uint8    `cbor:"1,keyasint,omitempty"`
	Referral Referral `cbor:"2,keyasint"`
}

type priced struct {
	Time    int64   `cbor:"1,keyasint,omitempty"`
	Pricing Pricing `cbor:"2,keyasint"`
}

type fault struct {
	Code    int    `cbor:"1,keyasint,omitempty"`
	History bool   `cbor:"2,keyasint,omitempty"` // an import said so; it names no code
	Title   string `cbor:"3,keyasint,omitempty"`
	Detail  string `cbor:"4,keyasint,omitempty"`
	Time    int64  `cbor:"5,keyasint,omitempty"`
	Mark    mark   `cbor:"6,keyasint,omitempty"` // where it became known
}

type editing struct {
	Target  string  `cbor:"1,keyasint"` // a message key
	Side    Side    `cbor:"2,keyasint,omitempty"`
	Time    int64   `cbor:"3,keyasint,omitempty"`
	Hash    uint64  `cbor:"4,keyasint"`
	Content Content `cbor:"5,keyasint"`
}

type revoking struct {
	Key  string `cbor:"1,keyasint"`
	Side Side   `cbor:"2,keyasint,omitempty"`
	Time int64  `cbor:"3,keyasint,omitempty"`
}

type reacting struct {
	Side  Side   `cbor:"1,keyasint"`
	Time  int64  `cbor:"2,keyasint,omitempty"`
	Key   string `cbor:"3,keyasint,omitempty"`
	Emoji string `cbor:"4,keyasint,omitempty"`
}

type asset struct {
	ID   string `cbor:"1,keyasint"`
	Time int64  `cbor:"2,keyasint,omitempty"`
	Got  int64  `cbor:"3,keyasint,omitempty"` // when a webhook named it last: it works for seven days from then on
}

// What a join changed.
type delta uint8

const (
	noDelta     delta = 0
	known       delta = 1 << (iota - 1) // only where it was named
	statusDelta                         // how far it came
	rowDelta                            // what it says or where it stands
)

const (
	mostSayings = 16 // conflicting contents kept of one key
	mostSeqs    = 64
)

// join adds what b says to a.
func (a *record) join(b *record) (d delta) {
	note := func(changed bool, kind delta) {
		if changed {
			d |= kind
		}
	}
	if a.Line == "" {
		a.Line = b.Line
	}
	note(unite(&a.IDs, b.IDs, bySpelling, func(x *spelling, y spelling) bool { return raise(&x.Rank, y.Rank) }), known)
	note(uniteOrdered(&a.Peers, b.Peers), rowDelta)
	note(uniteOrdered(&a.OIDs, b.OIDs), rowDelta)
	note(a.Sides|b.Sides != a.Sides, rowDelta)
	a.Sides |= b.Sides
	note((a.Sources|b.Sources)&^FromStatus != a.Sources&^FromStatus, rowDelta)
	a.Sources |= b.Sources
	note(a.joinSaid(b.Said), rowDelta)
	note(a.ReplyTo.join(b.ReplyTo), rowDelta)
	note(a.Forwarded.join(b.Forwarded), rowDelta)
	if b.Referral != nil && (a.Referral == nil || compareReferred(*a.Referral, *b.Referral) < 0) {
		a.Referral = b.Referral
		d |= rowDelta
	}
	stood := a.best()
	for q := range a.Times {
		note(earlier(&a.Times[q], b.Times[q]), known)
	}
	note(raise(&a.Progress, b.Progress), statusDelta)
	for l := range a.Levels {
		note(earlier(&a.Levels[l], b.Levels[l]), statusDelta)
	}
	note(unite(&a.Faults, b.Faults, byFault, (*fault).join), statusDelta)
	if b.First != 0 && (a.First == 0 || b.First < a.First) {
		a.First, a.At = b.First, b.At
		d |= rowDelta
	}
	if b.Shown != 0 && (a.Shown == 0 || b.Shown < a.Shown) {
		a.Shown = b.Shown
		d |= rowDelta
	}
	note(raise(&a.Last, b.Last), known)
	note(uniteOrdered(&a.Seqs, b.Seqs), known)
	a.Seqs = a.Seqs[:min(len(a.Seqs), mostSeqs)]
	if b.Pricing != nil && (a.Pricing == nil || comparePriced(*a.Pricing, *b.Pricing) < 0) {
		a.Pricing = b.Pricing
		d |= statusDelta
	}
	if b.Edit != nil && (a.Edit == nil || compareEditing(*b.Edit, *a.Edit) < 0) {
		a.Edit = b.Edit
		d |= rowDelta
	}
	note(uniteOrdered(&a.Edits, b.Edits), rowDelta)
	note(unite(&a.Revokes, b.Revokes, byRevoke, func(x *revoking, y revoking) bool { return earlier(&x.Time, y.Time) }), rowDelta)
	note(unite(&a.Reactions, b.Reactions, bySide, (*reacting).join), rowDelta)
	note(a.Event|b.Event != a.Event, rowDelta)
	a.Event |= b.Event
	note(unite(&a.Assets, b.Assets, byAsset, (*asset).join), rowDelta)
	if b.File != nil && (a.File == nil || a.File.Mark < b.File.Mark) {
		a.File = b.File
		d |= rowDelta
	}
	note(raise(&a.Asked, b.Asked), known)
	if b.Ticked != nil && (a.Ticked == nil || a.Ticked.Mark < b.Ticked.Mark) {
		a.Ticked = b.Ticked
		d |= rowDelta
	}
	note(raise(&a.Nth, b.Nth), rowDelta)
	note(uniteOrdered(&a.Words, b.Words), known)
	note(raise(&a.Group, b.Group), rowDelta)
	note(raise(&a.Rejected, b.Rejected), statusDelta)
	note(a.best() != stood, rowDelta)
	return d
}

// joinSaid keeps every distinct concrete content, or the best of the others. The list is cut from below: what falls
// out is less than what stays, whatever comes later, so the cut does not depend on the order.
func (a *record) joinSaid(b []saying) bool {
	changed := false
	for _, s := range b {
		i := slices.IndexFunc(a.Said, func(x saying) bool { return x.Hash == s.Hash })
		switch {
		case i < 0:
			a.Said = append(a.Said, s)
			changed = true
		case s.Rank > a.Said[i].Rank:
			a.Said[i].Rank = s.Rank
			changed = true
		}
	}
	if !changed {
		return false
	}
	slices.SortFunc(a.Said, func(x, y saying) int {
		return cmp.Or(cmp.Compare(y.Content.Level, x.Content.Level), cmp.Compare(y.Rank, x.Rank), cmp.Compare(y.Hash, x.Hash))
	})
	keep := 1
	for keep < min(len(a.Said), mostSayings) && a.Said[keep].Content.Level == Concrete {
		keep++
	}
	a.Said = a.Said[:keep]
	return true
}

func (a *ranked) join(b ranked) bool {
	if b.Value == "" || cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.Value, b.Value)) >= 0 && a.Value != "" {
		return false
	}
	*a = b
	return true
}

func (a *fault) join(b fault) bool {
	changed := longer(&a.Title, b.Title)
	changed = longer(&a.Detail, b.Detail) || changed
	changed = earlier(&a.Time, b.Time) || changed
	if b.Mark != 0 && (a.Mark == 0 || b.Mark < a.Mark) {
		a.Mark = b.Mark
		changed = true
	}
	return changed
}

func (a *reacting) join(b reacting) bool {
	if cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(min(len(a.Emoji), 1), min(len(b.Emoji), 1)),
		cmp.Compare(a.Key, b.Key), cmp.Compare(a.Emoji, b.Emoji)) >= 0 {
		return false
	}
	*a = b
	return true
}

func (a *asset) join(b asset) bool {
	changed := raise(&a.Time, b.Time)
	return raise(&a.Got, b.Got) || changed
}

func bySpelling(a, b spelling) int { return cmp.Compare(a.ID, b.ID) }
func bySide(a, b reacting) int     { return cmp.Compare(a.Side, b.Side) }
func byAsset(a, b asset) int       { return cmp.Compare(a.ID, b.ID) }

func byFault(a, b fault) int {
	return cmp.Or(cmp.Compare(a.Code, b.Code), compareBool(a.History, b.History))
}

func byRevoke(a, b revoking) int {
	return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Side, b.Side))
}

func compareReferred(a, b referred) int {
	x, y := a.Referral, b.Referral
	return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(x.SourceID, y.SourceID), cmp.Compare(x.SourceURL, y.SourceURL),
		cmp.Compare(x.Headline, y.Headline), cmp.Compare(x.ClickID, y.ClickID))
}

func comparePriced(a, b priced) int {
	x, y := a.Pricing, b.Pricing
	return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(x.Category, y.Category), cmp.Compare(x.Model, y.Model),
		cmp.Compare(x.Type, y.Type), compareBool(x.Billable, y.Billable))
}

// compareEditing orders by time (an absent one last), then content: the smallest is kept.
func compareEditing(a, b editing) int {
	return cmp.Or(cmp.Compare(uint64(a.Time-1), uint64(b.Time-1)), cmp.Compare(a.Hash, b.Hash),
		cmp.Compare(a.Target, b.Target), cmp.Compare(a.Side, b.Side))
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// earlier keeps the smaller of two times; 0 is absent.
func earlier(a *int64, b int64) bool {
	if b == 0 || *a != 0 && *a <= b {
		return false
	}
	*a = b
	return true
}

func raise[T cmp.Ordered](a *T, b T) bool {
	if b <= *a {
		return false
	}
	*a = b
	return true
}

// longer keeps the longer text, then the larger.
func longer(a *string, b string) bool {
	if cmp.Or(cmp.Compare(len(*a), len(b)), cmp.Compare(*a, b)) >= 0 {
		return false
	}
	*a = b
	return true
}

// unite joins the sorted list b into the sorted list a; equal elements are joined by merge.
func unite[T any](a *[]T, b []T, compare func(x, y T) int, merge func(x *T, y T) bool) bool {
	changed := false
	for _, y := range b {
		i, found := slices.BinarySearchFunc(*a, y, compare)
		if !found {
			*a = slices.Insert(*a, i, y)
			changed = true
		} else if merge != nil && merge(&(*a)[i], y) {
			changed = true
		}
	}
	return changed
}

func uniteOrdered[T cmp.Ordered](a *[]T, b []T) bool { return unite(a, b, cmp.Compare[T], nil) }

// timeIn gives a time of WhatsApp's that may be used: not absent, and not more than a day after it was received.
func timeIn(t int64, received time.Time) int64 {
	if t <= 0 || t > received.Unix()+24*60*60 {
		return 0
	}
	return t
}

// hashOf identifies a content, whatever id its file has on this route.
func hashOf(c Content) uint64 {
	sum := sha256.Sum256(encode(c))
	return binary.BigEndian.Uint64(sum[:])
}

// said makes a saying of c, and the asset its file is fetched by, which a webhook named at got.
func said(c Content, rank uint8, t, got int64) ([]saying, []asset) {
	if c.Level == NoContent {
		return nil, nil
	}
	var assets []asset
	if c.Media != nil && c.Media.ID != "" {
		assets = []asset{{ID: c.Media.ID, Time: t, Got: got}}
		m := *c.Media
		m.ID = ""
		c.Media = &m
	}
	return []saying{{Rank: rank, Hash: hashOf(c), Content: c}}, assets
}
