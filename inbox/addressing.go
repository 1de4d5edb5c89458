package inbox

import (
	"cmp"
	"slices"
	"strings"
)

// A thread may know its customer by several aliases: ids, spellings of a number, and the numbers of a customer whom people
// joined by hand. Where a message goes is decided here, and nowhere else.

// Peer is the customer to send to. It is the one who wrote last, when the thread is of two that people joined: the window
// is open there. Of one customer it is the phone number when one is known, else the user id, and of several spellings of
// a number one that WhatsApp has used itself: an address book or a person may spell it in a way that is no account.
func (r *Reader) Peer(no ThreadNo) (Peer, bool) {
	v := r.view(no)
	pool, named := v.members, []Alias(nil)
	if len(pool) > 1 && !v.sum.In.IsZero() {
		if s := r.at(no, v.sum.In); s != nil && s.rec != nil && len(s.rec.Peers) > 0 {
			named = s.rec.Peers
			pool = r.sameCustomer(v.line, named)
		}
	}
	best, rank := Alias(""), -1
	for _, a := range pool { // sorted: of equals the first one counts
		if n := r.rank(v.line, a, slices.Contains(named, a)); n > rank {
			best, rank = a, n
		}
	}
	return Peer{v.line, best}, rank > 0
}

// addressee finds whom a number as a person writes it means: the customer who is known by it in any spelling, who is then
// sent to as their thread is, and else, with no thread, the number itself. Where it could be two numbers nobody is sent to.
func (r *Reader) addressee(line LineID, written string) (ThreadNo, Peer, error) {
	found, err := r.findNumber(written)
	if err != nil {
		return 0, Peer{}, err
	}
	for no := range found {
		if peer, ok := r.Peer(no); ok && len(found) == 1 && peer.Line == line {
			return no, peer, nil
		}
	}
	means := ReadNumber(written, r.lens.Region)
	switch {
	case len(means) == 0:
		return 0, Peer{}, Refusal("number", "number", Clean(written))
	case len(means) > 1 || len(found) > 1:
		return 0, Peer{}, Refusal("number-two", "number", Clean(written), "numbers", spelled(means))
	}
	return 0, Peer{line, r.knownAs(line, means[0])}, nil
}

func spelled(numbers []string) string {
	out := make([]string, len(numbers))
	for i, n := range numbers {
		out[i] = FormatNumber(n)
	}
	return strings.Join(out, ", ")
}

// knownAs is the alias of a number: the spelling of it that WhatsApp has used, or at least somebody, or as it stands.
func (r *Reader) knownAs(line LineID, digits string) Alias {
	best, rank := PhoneAlias(digits), 0
	try := []string{digits}
	if t, ok := twin(digits); ok {
		try = append(try, t)
	}
	for _, n := range try {
		if p := r.person(line, PhoneAlias(n)); p != nil && p.First != 0 {
			if k := r.rank(line, PhoneAlias(n), false); k > rank {
				best, rank = PhoneAlias(n), k
			}
		}
	}
	return best
}

// sameCustomer is everybody whom these are connected with by more than a person's word, in order.
func (r *Reader) sameCustomer(line LineID, these []Alias) []Alias {
	all := slices.Clone(these)
	for i := 0; i < len(all); i++ {
		p := r.person(line, all[i])
		if p == nil {
			continue
		}
		for _, l := range p.connected(all[i], false, func(x Alias) *person { return r.person(line, x) }) {
			if !slices.Contains(all, l) {
				all = append(all, l)
			}
		}
	}
	slices.Sort(all)
	return all
}

// rank says how well an alias serves to send to; 0 is not at all.
func (r *Reader) rank(line LineID, a Alias, wrote bool) int {
	n := 0
	switch {
	case a.Phone() != "":
		n = 5
		if p := r.person(line, a); p != nil && p.Heard {
			n = 7
		}
	case a.User() != "":
		n = 3
	case a.Parent() != "":
		n = 1
	default: // nobody
		return 0
	}
	if wrote {
		n++
	}
	return n
}

// identify says by which ids a thread's customer is known: those that a message would go to, and all there are.
func (r *Reader) identify(v *threadView, t *Thread) {
	if len(v.members) > 1 {
		if p, ok := r.Peer(v.no); ok {
			t.WaID, t.UserID = p.Alias.Phone(), p.Alias.User()
			for _, a := range r.sameCustomer(v.line, []Alias{p.Alias}) { // of two who were joined, the ids of one
				t.UserID = cmp.Or(t.UserID, a.User())
				t.ParentUserID = cmp.Or(t.ParentUserID, a.Parent())
			}
		}
	}
	for _, a := range v.members {
		t.WaID = cmp.Or(t.WaID, a.Phone())
		t.UserID = cmp.Or(t.UserID, a.User())
		t.ParentUserID = cmp.Or(t.ParentUserID, a.Parent())
	}
}
