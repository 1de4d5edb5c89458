package inbox

import (
	"cmp"
	"slices"
)

// lineState is what holds for a whole number: why it may not send, and how far an import has come.
type lineState struct {
	Auth     []unauthorised `cbor:"1,keyasint,omitempty"` // newest first
	Account  []blocked      `cbor:"2,keyasint,omitempty"` // the newest
	Released mark           `cbor:"3,keyasint,omitempty"`
	Chunks   []chunk        `cbor:"4,keyasint,omitempty"`
	Declined mark           `cbor:"5,keyasint,omitempty"`
	Heard    int64          `cbor:"6,keyasint,omitempty"` // when the first thing of the number came
	Pulse    pulse          `cbor:"7,keyasint,omitzero"`  // the phone's last sign
}

type unauthorised struct {
	Mark  mark   `cbor:"1,keyasint"`
	Token string `cbor:"2,keyasint,omitempty"`
	At    int64  `cbor:"3,keyasint,omitempty"`
}

type blocked struct {
	Mark mark  `cbor:"1,keyasint"`
	At   int64 `cbor:"2,keyasint,omitempty"`
}

type chunk struct {
	Phase    int  `cbor:"1,keyasint"`
	Chunk    int  `cbor:"2,keyasint"`
	Progress int  `cbor:"3,keyasint,omitempty"`
	Mark     mark `cbor:"4,keyasint"`
}

const mostTokens = 8

func (a *lineState) join(b *lineState) bool {
	newestFirst := func(x, y unauthorised) int { return cmp.Compare(y.Mark, x.Mark) }
	changed := unite(&a.Auth, b.Auth, newestFirst, nil)
	a.Auth = a.Auth[:min(len(a.Auth), mostTokens)]
	changed = unite(&a.Account, b.Account, func(x, y blocked) int { return cmp.Compare(y.Mark, x.Mark) }, nil) || changed
	a.Account = a.Account[:min(len(a.Account), 1)]
	changed = raise(&a.Released, b.Released) || changed
	byChunk := func(x, y chunk) int { return cmp.Or(cmp.Compare(x.Phase, y.Phase), cmp.Compare(x.Chunk, y.Chunk)) }
	changed = unite(&a.Chunks, b.Chunks, byChunk, func(x *chunk, y chunk) bool {
		up := raise(&x.Progress, y.Progress)
		if y.Mark < x.Mark {
			x.Mark, up = y.Mark, true
		}
		return up
	}) || changed
	if b.Declined != 0 && (a.Declined == 0 || b.Declined < a.Declined) {
		a.Declined = b.Declined
		changed = true
	}
	return a.beat(b.Heard, b.Pulse) || changed
}

func liftHistory(s Sighted, f HistorySeen) *lineState {
	if f.Declined {
		return &lineState{Declined: markOf(s)}
	}
	return &lineState{Chunks: []chunk{{f.Phase, f.Chunk, f.Progress, markOf(s)}}}
}

// line joins what is said of a whole number.
func (b *batch) line(seq Seq, line LineID, st *lineState) {
	c := load(b, b.lines, linesBucket, line)
	if !c.value.join(st) {
		return
	}
	c.dirty = true
	kind := AccountEvent
	if len(st.Chunks) > 0 || st.Declined != 0 {
		kind = SyncEvent
	}
	b.tell(Change{Seq: seq, Kind: kind})
}

// hold says why the number may not send: the newest refusal of the token in use, or of the account, that no person
// has lifted (decisions 14).
func (a *lineState) hold(token string) (kind string, since int64) {
	i := slices.IndexFunc(a.Auth, func(u unauthorised) bool { return u.Token == token })
	if i >= 0 && a.Auth[i].Mark > a.Released {
		return "auth", a.Auth[i].At
	}
	if len(a.Account) > 0 && a.Account[0].Mark > a.Released {
		return "account", a.Account[0].At
	}
	return "", 0
}

// Sync is how far an import has come (merge-rules 6, History progress).
type Sync struct {
	State    string // "", importing, complete, declined
	Progress int    // percent
	Missing  []Gap  // chunks below the highest seen that never came
}

// Gap is a chunk of an import that did not come.
type Gap struct{ Phase, Chunk int }

func (a *lineState) sync() Sync {
	var s Sync
	for i, c := range a.Chunks {
		s.Progress = max(s.Progress, c.Progress)
		from := 1
		if i > 0 && a.Chunks[i-1].Phase == c.Phase {
			from = a.Chunks[i-1].Chunk + 1
		}
		for n := from; n < c.Chunk && len(s.Missing) < 1000; n++ {
			s.Missing = append(s.Missing, Gap{c.Phase, n})
		}
	}
	switch {
	case s.Progress >= 100:
		s.State = "complete"
	case len(a.Chunks) > 0:
		s.State = "importing"
	case a.Declined != 0:
		s.State = "declined"
	}
	return s
}
