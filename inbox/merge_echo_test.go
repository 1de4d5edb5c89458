package inbox

import "testing"

const (
	oid1 OID = "01JZ0000000000000000000001"
	oid2 OID = "01JZ0000000000000000000002"
	oid3 OID = "01JZ0000000000000000000003"
)

func queuedText(oid OID, t int64, s string) Queued {
	return Queued{OID: oid, Peer: Peer{testLine, asha}, Agent: "priya", Out: Outgoing{Type: "text", Text: s}, At: clockAt(t)}
}

func attempted(oid OID, n int, t int64) Attempted {
	return Attempted{OID: oid, N: n, Run: "run1", At: clockAt(t)}
}

func settled(oid OID, n int, t int64, res Result) Settled {
	return Settled{OID: oid, N: n, At: clockAt(t), Outcome: Outcome{Result: res}}
}

func acceptedAs(oid OID, n int, t int64, wamid string) Settled {
	return Settled{OID: oid, N: n, At: clockAt(t), Outcome: Outcome{Result: ResultAccepted, WAMID: wamid, Date: at(t), Peers: []Alias{asha}}}
}

func calledBack(id string, p Progress, t int64, oid OID) StatusSeen {
	s := status(id, p, t)
	s.Callback = callback(oid, 1)
	return s
}

func TestEchoes(t *testing.T) {
	noName := echoed(out(1), 5, "hello")
	named := received(in(1), 1, "hi")
	named.Name = "Asha Rao"
	byUser := MessageSeen{Line: testLine, WAMID: out(1), Side: Out, Source: FromEcho, Time: at(1), Peers: []Alias{"u:US.9"}, Content: text("hello")}
	for _, sc := range []scenario{
		{
			name:  "A13 echo of a phone reply",
			facts: []Fact{echoed(out(1), 1, "yes")},
			then: func(s screen) {
				s.count(1)
				m := s.row(out(1))
				want(s, "origin", m.Origin, OriginPhone)
				want(s, "direction", m.Direction, "out")
				want(s, "tick", m.Status, "")
				th := s.thread(asha)
				want(s, "unread", th.Unread, 0)
				want(s, "window", th.Window, Window{})
				want(s, "from the phone", th.FromPhone, 1)
			},
		},
		{
			name:  "A14 echo and its ticks",
			facts: []Fact{echoed(out(1), 1, "yes"), status(out(1), SentOn, 1), status(out(1), Delivered, 2), status(out(1), Read, 3)},
			then: func(s screen) {
				s.count(1)
				want(s, "tick", s.row(out(1)).Status, StatusRead)
				want(s, "origin", s.row(out(1)).Origin, OriginPhone)
			},
		},
		{
			name:  "A15 statuses whose echo never comes: nothing for two minutes",
			at:    []Sighted{{Seq: 1, At: clockAt(10), Fact: status(out(1), SentOn, 9)}},
			now:   129,
			then:  func(s screen) { s.count(0); s.noRow(out(1)) },
			facts: nil,
		},
		{
			name: "A15 A22 then a row without its text",
			at:   []Sighted{{Seq: 1, At: clockAt(10), Fact: status(out(1), SentOn, 9)}},
			now:  130,
			then: func(s screen) {
				s.count(1)
				m := s.row(out(1))
				want(s, "text", m.Text, stubText)
				want(s, "origin", m.Origin, OriginElsewhere)
				want(s, "tick", m.Status, StatusSent)
				want(s, "ref", m.Ref, "")
				page, err := s.Threads(ThreadQuery{})
				if err != nil || len(page.Threads) != 1 {
					s.Errorf("threads: %v %v", page, err)
				}
			},
		},
		{
			name:  "A15 a late echo fills the row",
			facts: []Fact{status(out(1), SentOn, 9), echoed(out(1), 8, "so late")},
			then: func(s screen) {
				s.count(1)
				want(s, "text", s.row(out(1)).Text, "so late")
				want(s, "origin", s.row(out(1)).Origin, OriginPhone)
			},
		},
		{
			name: "A16 our message is also echoed and imported",
			facts: []Fact{queuedText(oid1, 1, "hello"), attempted(oid1, 1, 1), acceptedAs(oid1, 1, 2, out(1)),
				echoed(out(1), 2, "hello"), imported(Out, out(1), 2, "hello")},
			then: func(s screen) {
				s.count(1)
				m := s.row(out(1))
				want(s, "origin", m.Origin, OriginAPI)
				want(s, "agent", m.Agent, AgentID("priya"))
				want(s, "ref", m.Ref, oid1)
				want(s, "conflict", m.Conflict, false)
				want(s, "from the phone", s.thread(asha).FromPhone, 0)
				want(s, "by oid", s.row(string(oid1)).Key, m.Key)
			},
		},
		{
			name:    "A17 the echo comes before our own response",
			facts:   []Fact{queuedText(oid1, 1, "hello"), attempted(oid1, 1, 1), echoed(out(1), 2, "hello"), acceptedAs(oid1, 1, 2, out(1))},
			inOrder: true,
			then: func(s screen) {
				s.count(1)
				want(s, "origin", s.row(out(1)).Origin, OriginAPI)
				want(s, "tick", s.row(out(1)).Status, StatusAccepted)
			},
		},
		{
			name:  "A18 an echo without a name leaves the name",
			facts: []Fact{named, noName},
			then:  func(s screen) { s.count(2); want(s, "name", s.thread(asha).Name, "Asha Rao") },
		},
		{
			name:  "A19 an echo that names only a user id",
			facts: []Fact{byUser},
			then: func(s screen) {
				want(s, "rows", len(s.rows("u:US.9")), 1)
				want(s, "user id", s.thread("u:US.9").UserID, "US.9")
			},
		},
		{
			name:  "A20 a reaction made on the phone",
			facts: []Fact{received(in(1), 1, "hi"), ReactionSeen{Line: testLine, WAMID: out(9), Target: in(1), Side: Out, Source: FromEcho, Time: at(2), Emoji: "👍", Peers: []Alias{asha}}},
			then: func(s screen) {
				s.count(1)
				r := s.row(in(1)).Reactions
				if len(r) != 1 || r[0] != (Reaction{"business", "👍"}) {
					s.Errorf("reactions %v", r)
				}
				want(s, "needs reply", s.thread(asha).NeedsReply, true)
			},
		},
		{
			name:  "A21 a phone reply at t reads what was before it",
			facts: []Fact{received(in(1), 5, "before"), received(in(2), 10, "same second"), received(in(3), 15, "after"), echoed(out(1), 10, "reply")},
			then: func(s screen) {
				want(s, "unread", s.thread(asha).Unread, 2)
				want(s, "before", s.row(in(1)).Unread, false)
				want(s, "same second", s.row(in(2)).Unread, true)
				want(s, "after", s.row(in(3)).Unread, true)
			},
		},
	} {
		t.Run(sc.name, sc.run)
	}
}
