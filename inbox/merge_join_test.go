package inbox

import (
	"context"
	"slices"
	"testing"
	"time"
)

// linkedBy says that two aliases are one customer, or are not.
func linkedBy(a, b Alias, off bool) Linked {
	return Linked{Peer: Peer{testLine, a}, With: b, Off: off, Agent: "priya", At: clockAt(50)}
}

func (s screen) texts(a Alias) []string {
	var out []string
	for _, m := range s.rows(a) {
		out = append(out, m.Text)
	}
	return out
}

func TestJoiningByHand(t *testing.T) {
	one, two, three := from("p:1", in(1), 1, "one"), from("p:2", in(2), 2, "two"), from("u:US.9", in(3), 3, "three")
	reply := queuedText(oid1, 4, "to the second")
	reply.Peer.Alias = "p:2"
	wants := func(s screen, a Alias, want ...string) {
		if got := s.texts(a); !slices.Equal(got, want) {
			s.Errorf("%s shows %q, want %q", a, got, want)
		}
	}
	for _, sc := range []scenario{
		{
			name:    "two threads become one",
			facts:   []Fact{one, two, linkedBy("p:1", "p:2", false)},
			inOrder: true,
			then: func(s screen) {
				wants(s, "p:1", "one", "two")
				th := s.thread("p:2")
				want(s, "id", th.ID, FirstSeen(1, 0).ID())
				want(s, "unread", th.Unread, 2)
				if len(th.Joins) != 1 || th.Joins[0] != (Joined{"p:1", "p:2", "priya", clockAt(50)}) {
					s.Errorf("joins %v", th.Joins)
				}
				no, _ := th.ID.No()
				p, _ := s.Peer(no)
				want(s, "the one who wrote last is answered", p.Alias, "p:2")
				want(s, "and shown", th.WaID, "2")
			},
		},
		{
			name:    "and are two again, with all that came meanwhile, by the ids they had",
			facts:   []Fact{one, two, linkedBy("p:1", "p:2", false), from("p:2", in(4), 4, "later"), reply, linkedBy("p:2", "p:1", true)},
			inOrder: true,
			then: func(s screen) {
				wants(s, "p:1", "one")
				wants(s, "p:2", "two", "later", "to the second")
				want(s, "first", s.thread("p:1").ID, FirstSeen(1, 0).ID())
				want(s, "second", s.thread("p:2").ID, FirstSeen(2, 0).ID())
				want(s, "unread", s.thread("p:1").Unread+s.thread("p:2").Unread, 3)
				found, err := s.Search(context.Background(), SearchQuery{Text: "later"})
				if err != nil || len(found.Matches) != 1 || found.Matches[0].Thread != FirstSeen(2, 0).ID() {
					s.Errorf("found %v %v", found.Matches, err)
				}
			},
		},
		{
			name:  "joined once more, the latest word counts",
			facts: []Fact{one, two, linkedBy("p:1", "p:2", false), linkedBy("p:1", "p:2", true), linkedBy("p:2", "p:1", false)},
			// The places in the journal say which came last.
			inOrder: true,
			then:    func(s screen) { wants(s, "p:1", "one", "two") },
		},
		{
			name:    "what WhatsApp names together stays together",
			facts:   []Fact{one, two, linkedBy("p:1", "p:2", false), LinkSeen{testLine, []Alias{"p:1", "p:2"}}, linkedBy("p:1", "p:2", true)},
			inOrder: true,
			then: func(s screen) {
				wants(s, "p:1", "one", "two")
				want(s, "joins", len(s.thread("p:1").Joins), 0)
			},
		},
		{
			name: "of three, one leaves",
			facts: []Fact{one, two, three, linkedBy("p:1", "p:2", false), linkedBy("p:2", "u:US.9", false),
				linkedBy("p:1", "p:2", true)},
			inOrder: true,
			then: func(s screen) {
				wants(s, "p:1", "one")
				wants(s, "p:2", "two", "three")
				want(s, "id", s.thread("u:US.9").ID, FirstSeen(2, 0).ID())
			},
		},
		{
			name:    "a word about somebody who never wrote names nobody",
			facts:   []Fact{one, linkedBy("p:1", "p:7", false), linkedBy("p:8", "p:9", false)},
			inOrder: true,
			then: func(s screen) {
				page, err := s.Threads(ThreadQuery{})
				if err != nil || len(page.Threads) != 1 {
					s.Errorf("threads %v %v", page, err)
				}
				no, _ := s.thread("p:1").ID.No()
				p, _ := s.Peer(no)
				want(s, "peer", p.Alias, "p:1")
			},
		},
	} {
		t.Run(sc.name, sc.run)
	}
}

func TestSpellingsOfOneNumber(t *testing.T) {
	const long, short Alias = "p:5516992318222", "p:551692318222"
	book := ContactSeen{Line: testLine, Peers: []Alias{long}, Register: BookRegister, Value: "Joana", Time: at(1)}
	asked := queuedText(oid1, 1, "oi")
	asked.Peer.Alias = long
	answer := acceptedAs(oid1, 1, 2, out(1))
	answer.Outcome.Peers = []Alias{long, short}
	outTo := func(a Alias) Fact {
		q := queuedText(oid1, 1, "oi")
		q.Peer.Alias = a
		return q
	}
	toLong := acceptedAs(oid1, 1, 2, out(1))
	toLong.Outcome.Peers = []Alias{short, long}
	both := from("u:BR.7", in(3), 3, "three")
	both.Peers = []Alias{"u:BR.7", "up:BR.ENT.7"}
	parent := from("up:BR.ENT.7", in(4), 4, "four")
	peer := func(s screen, a Alias) Alias {
		no, _ := s.thread(a).ID.No()
		p, _ := s.Peer(no)
		return p.Alias
	}
	for _, sc := range []scenario{
		{
			name:  "the phone's address book spells it with the ninth digit, WhatsApp without",
			facts: []Fact{book, from(short, in(1), 2, "oi")},
			then: func(s screen) {
				want(s, "name", s.thread(short).Name, "Joana")
				want(s, "peer", peer(s, short), short)
				want(s, "wa_id", s.thread(short).WaID, "551692318222")
				for _, ref := range []string{"+55 16 99231-8222", "5516992318222", "551692318222", "+55 16 9231-8222"} {
					if no, err := s.Find(ref); err != nil || no.ID() != s.thread(short).ID {
						s.Errorf("%s: %v %v", ref, no, err)
					}
				}
				page, err := s.Threads(ThreadQuery{Filter: "99231-8222"})
				if err != nil || len(page.Threads) != 1 {
					s.Errorf("filtered: %v %v", page, err)
				}
			},
		},
		{
			name:  "a newer account has the ninth digit, and the address book has not",
			facts: []Fact{outTo(short), attempted(oid1, 1, 1), toLong, ContactSeen{Line: testLine, Peers: []Alias{short}, Register: BookRegister, Value: "Joana", Time: at(1)}},
			then: func(s screen) {
				want(s, "name", s.thread(long).Name, "Joana")
				want(s, "peer", peer(s, long), long) // though the other comes first
			},
		},
		{
			name:  "A69 what WhatsApp answered is sent to, not what was asked for",
			facts: []Fact{asked, attempted(oid1, 1, 1), answer},
			then: func(s screen) {
				want(s, "peer", peer(s, long), short)
				want(s, "wa_id", s.thread(long).WaID, "551692318222")
			},
		},
		{
			name:  "Mexico's 1",
			facts: []Fact{from("p:5215512345678", in(1), 1, "hola"), ContactSeen{Line: testLine, Peers: []Alias{"p:525512345678"}, Register: BookRegister, Value: "Luz", Time: at(1)}},
			then: func(s screen) {
				want(s, "name", s.thread("p:5215512345678").Name, "Luz")
				want(s, "peer", peer(s, "p:5215512345678"), "p:5215512345678")
			},
		},
		{
			name:  "Argentina's 9 is found, and not linked: without it, it may be somebody's landline",
			facts: []Fact{from("p:5491123456789", in(1), 1, "hola"), from("p:5491187654321", in(2), 1, "otro"), from("p:541187654321", in(3), 1, "fijo"), from("p:543512345678", in(4), 1, "otro fijo")},
			then: func(s screen) {
				no, err := s.Find("+54 11 2345-6789")
				if err != nil || no.ID() != s.thread("p:5491123456789").ID {
					s.Errorf("found %v %v", no, err)
				}
				want(s, "the landline", len(s.rows("p:541187654321")), 1)
				no, err = s.Find("+54 9 351 234 5678") // of a landline that a person gave a 9
				if err != nil || no.ID() != s.thread("p:543512345678").ID {
					s.Errorf("found %v %v", no, err)
				}
				no, err = s.Find("+54 11 8765-4321") // of two, the one that is spelled so
				if err != nil || no.ID() != s.thread("p:541187654321").ID {
					s.Errorf("found %v %v", no, err)
				}
			},
		},
		{
			name:  "a parent user id is the same customer",
			facts: []Fact{both, parent},
			then: func(s screen) {
				want(s, "rows", len(s.rows("u:BR.7")), 2)
				th := s.thread("u:BR.7")
				want(s, "user id", th.UserID, "BR.7")
				want(s, "parent", th.ParentUserID, "BR.ENT.7")
				want(s, "peer", peer(s, "u:BR.7"), "u:BR.7")
			},
		},
	} {
		t.Run(sc.name, sc.run)
	}
}

// TestWhatWhatsAppJoinsStays: a join that WhatsApp has said too cannot be taken back, and one by a third alias neither.
func TestWhatWhatsAppJoinsStays(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		a, b := s.customer("15550101001", "one"), s.customer("15550101002", "two")
		s.do(NewID(), Join{Thread: a, With: b})
		both := incoming("15550101001", "both", time.Now())
		both.Peers = append(both.Peers, "u:US.9")
		s.webhook(testFact{Message: both})
		other := incoming("15550101002", "the other too", time.Now())
		other.Peers = append(other.Peers, "u:US.9")
		s.webhook(testFact{Message: other})
		_, err := s.desk.Do(context.Background(), NewID(), Separate{Thread: a})
		if e, ok := err.(*Error); !ok || e.Key != "join-held" {
			t.Errorf("separated: %v", err)
		}
		if th := s.thread("15550101002"); th.ID != a || th.Messages != 4 {
			t.Errorf("%s has %d rows", th.ID, th.Messages)
		}
	})
}
