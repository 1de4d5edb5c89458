package inbox

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Join makes one thread of two whose customer is the same, as a person knows: somebody with two numbers, or with a number
// and an account that WhatsApp names by a user id alone. Separate takes it back.
type Join struct {
	Thread ThreadID `json:"thread"`
	With   ThreadID `json:"with"`
}

// Separate takes back a Join, by the pair that it joined (Thread.Joins); without a pair, the one made last. The threads
// go by their own ids again. Refused when something else says that they are one customer.
type Separate struct {
	Thread ThreadID `json:"thread"`
	A      Alias    `json:"a,omitempty"`
	B      Alias    `json:"b,omitempty"`
}

// Kind implements Command.
func (Join) Kind() string     { return "join" }
func (Separate) Kind() string { return "separate" }

// Joined says that a person made one thread of two.
type Joined struct {
	A  Alias     `json:"a"`
	B  Alias     `json:"b"`
	By AgentID   `json:"by,omitempty"`
	At time.Time `json:"at,omitzero"`
}

// joins lists what people joined in a thread, oldest first.
func (r *Reader) joins(v *threadView) []Joined {
	if !slices.ContainsFunc(v.person.Hand, func(h handLink) bool { return !h.Off }) {
		return nil
	}
	type marked struct {
		Joined
		mark mark
	}
	var all []marked
	for _, a := range v.members {
		p := r.person(v.line, a)
		if p == nil {
			continue
		}
		for _, h := range p.Hand {
			if !h.Off && a < h.Other { // each pair once, though both keep it
				all = append(all, marked{Joined{a, h.Other, h.By, unixTime(h.At)}, h.Mark})
			}
		}
	}
	slices.SortFunc(all, func(x, y marked) int { return cmp.Compare(x.mark, y.mark) })
	out := make([]Joined, len(all))
	for i := range all {
		out[i] = all[i].Joined
	}
	return out
}

// heldOtherwise reports whether two aliases are one customer's even without what a person said of the two.
func (r *Reader) heldOtherwise(line LineID, j Joined) bool {
	all := []Alias{j.A}
	for i := 0; i < len(all); i++ {
		p := r.person(line, all[i])
		if p == nil {
			continue
		}
		for _, l := range p.neighbours(all[i], func(x Alias) *person { return r.person(line, x) }) {
			byHand := !slices.Contains(p.connected(all[i], false, func(x Alias) *person { return r.person(line, x) }), l)
			if byHand && (all[i] == j.A && l == j.B || all[i] == j.B && l == j.A) || slices.Contains(all, l) {
				continue
			}
			all = append(all, l)
		}
	}
	return slices.Contains(all, j.B)
}

func (d *deskOf) join(ctx context.Context, id string, c Join) (Done, error) {
	var a, b Peer
	err := d.owner.view(d.agent, func(r *Reader) error {
		x, one, err := findPeer(r, c.Thread)
		if err != nil {
			return err
		}
		y, other, err := findPeer(r, c.With)
		switch {
		case err != nil:
			return err
		case x == y:
			return Refusal("join-same")
		case one.Line != other.Line:
			return Refusal("join-lines")
		}
		a, b = one, other
		return nil
	})
	if err != nil {
		return Done{}, err
	}
	return d.owner.commit(ctx, id, Done{}, nil, Linked{Peer: a, With: b.Alias, Agent: d.agent, At: d.owner.clock.now()})
}

func (d *deskOf) separate(ctx context.Context, id string, c Separate) (Done, error) {
	var found Joined
	var line LineID
	err := d.owner.view(d.agent, func(r *Reader) error {
		no, err := r.threadNo(c.Thread)
		if err != nil {
			return err
		}
		v := r.view(no)
		all := r.joins(v)
		i := slices.IndexFunc(all, func(j Joined) bool {
			return j.A == min(c.A, c.B) && j.B == max(c.A, c.B)
		})
		if c.A == "" && c.B == "" {
			i = len(all) - 1
		}
		if i < 0 {
			return Refusal("not-joined")
		}
		found, line = all[i], v.line
		if r.heldOtherwise(line, found) {
			return Refusal("join-held")
		}
		return r.Err()
	})
	if err != nil {
		return Done{}, err
	}
	return d.owner.commit(ctx, id, Done{}, nil,
		Linked{Peer: Peer{line, found.A}, With: found.B, Off: true, Agent: d.agent, At: d.owner.clock.now()})
}
