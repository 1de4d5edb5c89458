package inbox

import (
	"cmp"
	"slices"
)

// lineState is what holds for a whole number: why it may not send, and what its phone was asked for. Nearly every live
// batch reads and writes it, so that it holds a few things and no list that grows: the chunks of imports lie beside it.
type lineState struct {
	Auth     []unauthorised `cbor:"1,keyasint,omitempty"` // newest first
	Account  []blocked      `cbor:"2,keyasint,omitempty"` // the newest
	Released mark           `cbor:"3,keyasint,omitempty"`
	Declined mark           `cbor:"5,keyasint,omitempty"`  // the last time
	Heard    int64          `cbor:"6,keyasint,omitempty"`  // when the first thing of the number came
	Pulse    pulse          `cbor:"7,keyasint,omitzero"`   // the phone's last sign
	Asked    []asking       `cbor:"8,keyasint,omitempty"`  // by id
	Proved   proving        `cbor:"9,keyasint,omitzero"`   // the newest
	Book     bookNews       `cbor:"10,keyasint,omitzero"`  // the newest
	Turns    []turn         `cbor:"11,keyasint,omitempty"` // what became of the account, by class, newest first
	Check    check          `cbor:"12,keyasint,omitzero"`  // the number's own last answer that said otherwise
}

type unauthorised struct {
	Mark  mark   `cbor:"1,keyasint"`
	Token string `cbor:"2,keyasint,omitempty"`
	At    int64  `cbor:"3,keyasint,omitempty"`
}

type blocked struct {
	Mark mark  `cbor:"1,keyasint"`
	At   int64 `cbor:"2,keyasint,omitempty"`
	Gone bool  `cbor:"3,keyasint,omitempty"` // because WhatsApp knew no such number then
}

const mostTokens = 8

func (a *lineState) join(b *lineState) bool {
	newestFirst := func(x, y unauthorised) int { return cmp.Compare(y.Mark, x.Mark) }
	changed := unite(&a.Auth, b.Auth, newestFirst, nil)
	a.Auth = a.Auth[:min(len(a.Auth), mostTokens)]
	changed = unite(&a.Account, b.Account, func(x, y blocked) int { return cmp.Compare(y.Mark, x.Mark) }, nil) || changed
	a.Account = a.Account[:min(len(a.Account), 1)]
	changed = raise(&a.Released, b.Released) || changed
	changed = a.joinSync(b) || changed
	changed = a.beat(b.Heard, b.Pulse) || changed
	return a.joinTurns(b.Turns, b.Check) || changed
}

// line joins what is said of a whole number.
func (b *batch) line(seq Seq, line LineID, st *lineState) {
	c := load(b, b.lines, linesBucket, line)
	if !c.value.join(st) {
		return
	}
	c.dirty = true
	switch {
	case st.ofSync():
		b.tell(Change{Seq: seq, Kind: SyncEvent})
	case st.Book.Mark == 0: // a contact tells of itself
		b.tell(Change{Seq: seq, Kind: AccountEvent})
	}
}

// hold says why the number may not send: it is not connected, or the newest refusal of the token in use, or of the
// account, that no person has lifted (decisions 14). A refusal because the number was gone ends when it is connected again.
func (a *lineState) hold(token, own string) (kind string, since int64) {
	l := a.link(own)
	switch {
	case l.Over():
		return HoldUnlinked, l.Since.Unix()
	case l.Off():
		return HoldPaused, l.Since.Unix()
	}
	i := slices.IndexFunc(a.Auth, func(u unauthorised) bool { return u.Token == token })
	if i >= 0 && a.Auth[i].Mark > a.Released {
		return "auth", a.Auth[i].At
	}
	if len(a.Account) > 0 && a.Account[0].Mark > a.Released && !(a.Account[0].Gone && a.Account[0].At < l.Since.Unix()) {
		return "account", a.Account[0].At
	}
	return "", 0
}
