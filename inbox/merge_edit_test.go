package inbox

import "testing"

func TestEdits(t *testing.T) {
	photo := received(in(1), 1, "")
	photo.Content = Content{Level: Concrete, Type: "image", Text: "old caption", Media: &Media{ID: "7", MIME: "image/jpeg", SHA256: "ab"}}
	unsupported := received(in(9), 2, "")
	unsupported.Content = Content{Level: Unsupported, Type: "unsupported"}
	quoting := received(in(2), 5, "and this?")
	quoting.ReplyTo = in(1)
	for _, sc := range []scenario{
		{
			name:  "A33 the edit comes before its original",
			facts: []Fact{edit(in(9), in(1), In, 2, "new"), received(in(1), 1, "old")},
			then: func(s screen) {
				s.count(1)
				m := s.row(in(1))
				want(s, "text", m.Text, "new")
				want(s, "edited", m.Edited, true)
				if len(m.Edits) != 1 || m.Edits[0] != (Edit{clockAt(1), "old"}) {
					s.Errorf("edits %v", m.Edits)
				}
				want(s, "conflict", m.Conflict, false)
			},
		},
		{
			name:  "the history holds an edited message as it reads now",
			facts: []Fact{received(in(1), 1, "old"), edit(in(9), in(1), In, 2, "new"), imported(In, in(1), 1, "new")},
			then: func(s screen) {
				s.count(1)
				m := s.row(in(1))
				want(s, "text", m.Text, "new")
				want(s, "conflict", m.Conflict, false)
				if len(m.Edits) != 1 || m.Edits[0].Text != "old" {
					s.Errorf("edits %v", m.Edits)
				}
			},
		},
		{
			name:  "an edit by the other side changes nothing, and excuses nothing",
			facts: []Fact{received(in(1), 1, "one"), edit(in(9), in(1), Out, 2, "other"), received(in(1), 1, "other")},
			then:  func(s screen) { want(s, "conflict", s.row(in(1)).Conflict, true) },
		},
		{
			name:  "A34 two edits",
			facts: []Fact{received(in(1), 1, "old"), edit(in(8), in(1), In, 3, "second"), edit(in(9), in(1), In, 2, "first")},
			then: func(s screen) {
				want(s, "text", s.row(in(1)).Text, "second")
				want(s, "earlier texts", len(s.row(in(1)).Edits), 2)
			},
		},
		{
			name:  "A35 two edits in the same second: the larger key",
			facts: []Fact{received(in(1), 1, "old"), edit(in(8), in(1), In, 2, "eight"), edit(in(9), in(1), In, 2, "nine")},
			then:  func(s screen) { want(s, "text", s.row(in(1)).Text, "nine") },
		},
		{
			name:  "A36 an edit that targets an edit",
			facts: []Fact{received(in(1), 1, "old"), edit(in(8), in(1), In, 2, "eight"), edit(in(9), in(8), In, 3, "nine")},
			then:  func(s screen) { s.count(1); want(s, "text", s.row(in(1)).Text, "nine") },
		},
		{
			name:  "A37 an edited caption keeps its photo",
			facts: []Fact{photo, edit(in(9), in(1), In, 2, "new caption")},
			then: func(s screen) {
				m := s.row(in(1))
				want(s, "caption", m.Text, "new caption")
				want(s, "type", m.Type, "image")
				if m.Media == nil || m.Media.MIME != "image/jpeg" {
					s.Errorf("media %v", m.Media)
				}
			},
		},
		{
			name:  "A38 an edit delivered as unsupported is a row of its own",
			facts: []Fact{received(in(1), 1, "old"), unsupported},
			then: func(s screen) {
				s.count(2)
				want(s, "text", s.row(in(1)).Text, "old")
				want(s, "type", s.row(in(9)).Type, "unsupported")
			},
		},
		{
			name:  "A39 an edit from the wrong side",
			facts: []Fact{received(in(1), 1, "mine"), edit(out(9), in(1), Out, 2, "forged")},
			then: func(s screen) {
				want(s, "text", s.row(in(1)).Text, "mine")
				want(s, "edited", s.row(in(1)).Edited, false)
			},
		},
		{
			name:  "A40 the revoke comes before the original",
			facts: []Fact{revoke(in(9), in(1), In, 2), received(in(1), 1, "secret")},
			then:  gone(in(1)),
		},
		{
			name: "A41 A60 revoke, edit, and the original from history",
			facts: []Fact{revoke(in(9), in(1), In, 2), edit(in(8), in(1), In, 3, "again"), imported(In, in(1), 1, "secret"),
				react(in(7), in(1), In, 4, "👍")},
			then: gone(in(1)),
		},
		{
			name:  "a revoke that names an edit takes the message back",
			facts: []Fact{received(in(1), 1, "secret"), edit(in(8), in(1), In, 3, "again"), revoke(in(9), in(8), In, 4)},
			then:  gone(in(1)),
		},
		{
			name:  "A42 a revoke from the wrong side",
			facts: []Fact{received(in(1), 1, "mine"), revoke(out(9), in(1), Out, 2)},
			then: func(s screen) {
				want(s, "text", s.row(in(1)).Text, "mine")
				want(s, "revoked", s.row(in(1)).Revoked, false)
			},
		},
		{
			name:  "A43 a revoke of something never seen",
			facts: []Fact{revoke(in(9), in(1), In, 2)},
			then:  func(s screen) { s.count(0); s.noRow(in(1)); s.noRow(in(9)) },
		},
		{
			name:  "A44 a quote of a deleted message",
			facts: []Fact{received(in(1), 1, "secret"), quoting, revoke(in(9), in(1), In, 6)},
			then: func(s screen) {
				q := s.row(in(2)).Quote
				if q == nil || *q != (Quote{Key: key(in(1)), From: "+1 650-555-1234", Revoked: true}) {
					s.Errorf("quote %+v", q)
				}
			},
		},
		{
			name:  "A44 a quote of something unknown here",
			facts: []Fact{quoting},
			then: func(s screen) {
				if q := s.row(in(2)).Quote; q == nil || *q != (Quote{}) {
					s.Errorf("quote %+v", q)
				}
			},
		},
		{
			name:  "A45 the reaction comes before its target",
			facts: []Fact{react(in(9), out(1), In, 2, "👍"), echoed(out(1), 1, "x")},
			then: func(s screen) {
				s.count(1)
				want(s, "reaction", s.row(out(1)).Reactions[0], Reaction{"customer", "👍"})
			},
		},
		{
			name:  "A46 thumb, heart, removal",
			facts: []Fact{echoed(out(1), 1, "x"), react(in(7), out(1), In, 2, "👍"), react(in(8), out(1), In, 3, "❤"), react(in(9), out(1), In, 4, "")},
			then:  func(s screen) { want(s, "reactions", len(s.row(out(1)).Reactions), 0) },
		},
		{
			name:  "A47 set and removed in the same second",
			facts: []Fact{echoed(out(1), 1, "x"), react(in(8), out(1), In, 2, "👍"), react(in(9), out(1), In, 2, "")},
			then:  func(s screen) { want(s, "reaction", s.row(out(1)).Reactions[0].Emoji, "👍") },
		},
		{
			name:  "A48 both sides react",
			facts: []Fact{echoed(out(1), 1, "x"), react(in(8), out(1), In, 2, "👍"), react(out(9), out(1), Out, 2, "🎉")},
			then:  func(s screen) { want(s, "reactions", len(s.row(out(1)).Reactions), 2) },
		},
		{
			name:  "A49 a reaction to a deleted message",
			facts: []Fact{echoed(out(1), 1, "x"), react(in(8), out(1), In, 2, "👍"), revoke(out(9), out(1), Out, 3)},
			then:  gone(out(1)),
		},
		{
			name:  "A50 an edit repeated with other trigger times",
			facts: []Fact{received(in(1), 1, "old"), edit(in(9), in(1), In, 5, "new"), edit(in(9), in(1), In, 3, "new"), edit(in(8), in(1), In, 4, "later")},
			then: func(s screen) {
				want(s, "text", s.row(in(1)).Text, "later")
				want(s, "edits", len(s.row(in(1)).Edits), 2)
			},
		},
		{
			name:  "edits that target each other end nowhere",
			facts: []Fact{edit(in(8), in(9), In, 1, "a"), edit(in(9), in(8), In, 2, "b"), received(in(1), 1, "hi")},
			then:  func(s screen) { s.count(1) },
		},
	} {
		t.Run(sc.name, sc.run)
	}
}

// gone expects one row without a word of what it said.
func gone(id string) func(screen) {
	return func(s screen) {
		s.count(1)
		m := s.row(id)
		want(s, "revoked", m.Revoked, true)
		want(s, "text", m.Text, "")
		want(s, "edits", len(m.Edits), 0)
		want(s, "reactions", len(m.Reactions), 0)
		want(s, "unread", s.thread(asha).Unread, 0)
		want(s, "last text", s.thread(asha).LastMessage.Text, "")
		if d, _, _ := s.Detail(m.Key); len(d.Message.Text) != 0 {
			s.Errorf("details show %q", d.Message.Text)
		}
	}
}
