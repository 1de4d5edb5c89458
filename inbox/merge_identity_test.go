package inbox

import "testing"

func from(a Alias, id string, t int64, s string) MessageSeen {
	f := received(id, t, s)
	f.Peers = []Alias{a}
	return f
}

func TestIdentity(t *testing.T) {
	both := received(in(3), 3, "three")
	both.Peers = []Alias{"p:1", "u:US.9"}
	moved := NoteSeen{Line: testLine, Kind: "number_changed", Key: "1", Peers: []Alias{"p:1"}, Other: []Alias{"p:2"}, Moved: MovedTo, Time: at(2), Text: "changed number"}
	came := moved // the same item, told of the other thread
	came.Peers, came.Other, came.Moved = moved.Other, moved.Peers, MovedFrom
	elsewhere := received(in(1), 1, "hi")
	elsewhere.Line = "2"
	sent := queuedText(oid1, 1, "oi")
	sent.Peer.Alias = "p:5516992318222"
	answer := acceptedAs(oid1, 1, 2, out(1))
	answer.Outcome.Peers = []Alias{"p:5516992318222", "p:551692318222"}
	nobody := received(in(1), 1, "who am I?")
	nobody.Peers = nil
	for _, sc := range []scenario{
		{
			name:  "A68 one message names both aliases",
			facts: []Fact{from("p:1", in(1), 1, "one"), from("u:US.9", in(2), 2, "two"), both},
			then: func(s screen) {
				want(s, "rows by phone", len(s.rows("p:1")), 3)
				want(s, "rows by user", len(s.rows("u:US.9")), 3)
				th := s.thread("p:1")
				want(s, "unread", th.Unread, 3)
				want(s, "wa_id", th.WaID, "1")
				want(s, "user id", th.UserID, "US.9")
				page, err := s.Threads(ThreadQuery{})
				if err != nil || len(page.Threads) != 1 {
					s.Errorf("threads: %v %v", page, err)
				}
				no, _ := th.ID.No()
				p, _ := s.Peer(no)
				want(s, "peer", p, Peer{testLine, "p:1"})
			},
		},
		{
			name:  "A69 the response names another spelling of the number",
			facts: []Fact{sent, attempted(oid1, 1, 1), answer, from("p:551692318222", in(1), 5, "oi!")},
			then: func(s screen) {
				want(s, "rows", len(s.rows("p:5516992318222")), 2)
				want(s, "thread", s.thread("p:551692318222").ID, s.thread("p:5516992318222").ID)
			},
		},
		{
			name:  "A70 a changed number",
			facts: []Fact{from("p:1", in(1), 1, "old"), moved, came, from("p:2", in(2), 3, "new")},
			then: func(s screen) {
				want(s, "old rows", len(s.rows("p:1")), 1)
				want(s, "new rows", len(s.rows("p:2")), 1)
				a, b := s.thread("p:1"), s.thread("p:2")
				if len(a.Notes) != 1 || a.Notes[0].Other != b.ID || len(b.Notes) != 1 || b.Notes[0].Other != a.ID || a.ID == b.ID {
					s.Errorf("notes %v and %v", a.Notes, b.Notes)
					return
				}
				if n := a.Left(); n == nil || n.Number != "2" || b.Left() != nil || b.Notes[0].Moved != MovedFrom || b.Notes[0].Number != "1" {
					s.Errorf("they moved as %+v and %+v", a.Notes, b.Notes)
				}
			},
		},
		{
			name:  "A70 the note points back, too",
			facts: []Fact{from("p:1", in(1), 1, "old"), moved, from("p:2", in(2), 3, "new")},
			then: func(s screen) {
				a, b := s.thread("p:1"), s.thread("p:2")
				if len(b.Notes) != 1 || b.Notes[0].Other != a.ID || b.Notes[0].Moved != MovedFrom {
					s.Errorf("notes %+v", b.Notes)
				}
			},
		},
		{
			name:  "A70 the new number is known before anything comes from it",
			facts: []Fact{from("p:1", in(1), 1, "old"), moved, came},
			then: func(s screen) {
				a := s.thread("p:1")
				if n := a.Left(); n == nil || n.Number != "2" || n.Other != "" || s.thread("p:2").ID != "" {
					s.Errorf("notes %+v, and the thread %v", a.Notes, s.thread("p:2"))
				}
			},
		},
		{
			name: "a new user id of the same number is nowhere to go",
			facts: []Fact{from("p:1", in(1), 1, "old"), LinkSeen{testLine, []Alias{"p:1", "u:US.1"}},
				NoteSeen{Line: testLine, Kind: "number_changed", Key: "2", Peers: []Alias{"u:US.1"}, Other: []Alias{"p:1", "u:US.2"}, Moved: MovedTo, Time: at(2), Text: "updated"},
				NoteSeen{Line: testLine, Kind: "number_changed", Key: "2", Peers: []Alias{"p:1", "u:US.2"}, Other: []Alias{"u:US.1"}, Moved: MovedFrom, Time: at(2), Text: "updated"}},
			then: func(s screen) {
				th := s.thread("p:1")
				if len(th.Notes) != 1 || th.Notes[0].Moved != "" || th.Notes[0].Other != "" || th.UserID == "" {
					s.Errorf("notes %+v", th.Notes)
				}
			},
		},
		{
			name:  "A70 whoever has the old number now writes: nobody is sent on",
			facts: []Fact{from("p:1", in(1), 1, "old"), moved, came, from("p:1", in(2), 9, "who is this?")},
			then: func(s screen) {
				a := s.thread("p:1")
				if n := a.Left(); n != nil {
					s.Errorf("sent on to %+v", n)
				}
			},
		},
		{
			name:  "A71 two lines",
			facts: []Fact{received(in(1), 1, "hi"), elsewhere},
			then: func(s screen) {
				s.count(1)
				page, err := s.Threads(ThreadQuery{})
				if err != nil || len(page.Threads) != 2 {
					s.Errorf("threads: %v %v", page, err)
				}
				if _, err := s.Find("16505551234"); KindOf(err) != Ambiguous {
					s.Errorf("found: %v", err)
				}
			},
		},
		{
			name:  "A72 two texts for one key",
			facts: []Fact{received(in(1), 1, "one"), received(in(1), 1, "other")},
			then: func(s screen) {
				s.count(1)
				want(s, "conflict", s.row(in(1)).Conflict, true)
				d, seqs, _ := s.Detail(key(in(1)))
				n := 0
				for _, st := range d.Steps {
					if st.What == "another text" {
						n++
					}
				}
				want(s, "other texts kept", n, 1)
				if len(seqs) < 2 {
					s.Errorf("entries %v", seqs)
				}
			},
		},
		{
			name:  "one message, two customers never named together: once, under the smaller name",
			facts: []Fact{from("p:7", in(1), 1, "hi"), from("p:8", in(1), 1, "hi"), from("p:8", in(2), 2, "me")},
			then: func(s screen) {
				want(s, "rows", len(s.rows("p:7")), 1)
				want(s, "rows", len(s.rows("p:8")), 1)
				want(s, "conflict", s.row(in(1)).Conflict, true)
			},
		},
		{
			name: "and a link to a smaller name moves it",
			facts: []Fact{from("p:7", in(1), 1, "hi"), from("p:8", in(1), 1, "hi"), from("p:8", in(2), 2, "me"),
				LinkSeen{Line: testLine, Peers: []Alias{"p:8", "p:6"}}},
			then: func(s screen) {
				want(s, "rows", len(s.rows("p:7")), 0)
				want(s, "rows", len(s.rows("p:6")), 2)
			},
		},
		{
			name:  "a message that names nobody is not lost",
			facts: []Fact{nobody},
			then: func(s screen) {
				m := s.row(in(1))
				want(s, "text", m.Text, "who am I?")
				want(s, "thread", s.thread("").ID, m.Thread)
			},
		},
		{
			name:    "the smaller number stays and the other keeps resolving",
			facts:   []Fact{from("p:1", in(1), 1, "one"), from("u:US.9", in(2), 2, "two"), both},
			inOrder: true,
			then: func(s screen) {
				want(s, "thread", s.thread("p:1").ID, FirstSeen(1, 0).ID())
				no, ok := s.Resolve(FirstSeen(2, 0))
				if !ok || no != FirstSeen(1, 0) {
					s.Errorf("resolves to %v %v", no, ok)
				}
				page, err := s.Messages(MessageQuery{Thread: FirstSeen(2, 0).ID()})
				if err != nil || len(page.Messages) != 3 {
					s.Errorf("by the old id: %v %v", page.Messages, err)
				}
			},
		},
	} {
		t.Run(sc.name, sc.run)
	}
}
