package inbox

import (
	"slices"
	"testing"
)

func contact(r Register, value string, t int64) ContactSeen {
	f := ContactSeen{Line: testLine, Peers: []Alias{asha}, Register: r, Value: value}
	if t != 0 {
		f.Time = at(t)
	}
	return f
}

func chunkSeen(phase, chunk, progress int) HistorySeen {
	return HistorySeen{Line: testLine, Phase: phase, Chunk: chunk, Progress: progress}
}

func TestHistory(t *testing.T) {
	otherSpelling := imported(In, testWAMID("US.13491208655302741918", In, "3AADF844130000000001"), 1, "hi")
	placeholder := imported(In, in(1), 1, "")
	placeholder.Content = Content{Level: Placeholder, Type: "media_placeholder"}
	media := imported(In, in(1), 0, "")
	media.Time, media.Loose = at(500), true
	media.Content = Content{Level: Concrete, Type: "image", Text: "the view", Media: &Media{ID: "99", MIME: "image/jpeg"}}
	broken := imported(Out, out(1), 1, "x")
	broken.History = &StatusSeen{Line: testLine, WAMID: out(1), Failure: &Failure{}}
	delivered := imported(Out, out(1), 1, "x")
	delivered.History = &StatusSeen{Line: testLine, WAMID: out(1), Progress: Delivered}
	for _, sc := range []scenario{
		{
			name:  "A51 in history and live",
			facts: []Fact{imported(In, in(1), 2, "hi"), received(in(1), 5, "hi")},
			then: func(s screen) {
				s.count(1)
				want(s, "time", s.row(in(1)).At, clockAt(5))
				want(s, "unread", s.thread(asha).Unread, 1)
				want(s, "imported", s.row(in(1)).Imported, false)
			},
		},
		{
			name:  "A52 and spelled otherwise",
			facts: []Fact{otherSpelling, received(in(1), 1, "hi")},
			then: func(s screen) {
				s.count(1)
				want(s, "id", s.row(in(1)).ID, in(1))
			},
		},
		{
			name:  "A53 history only",
			facts: []Fact{imported(In, in(1), 1, "hi")},
			then: func(s screen) {
				s.count(1)
				th := s.thread(asha)
				want(s, "unread", th.Unread, 0)
				want(s, "window", th.Window.Open, false)
				want(s, "needs reply", th.NeedsReply, false)
				want(s, "imported", s.row(in(1)).Imported, true)
			},
		},
		{
			name: "A54 chunks in any order",
			facts: []Fact{imported(In, in(1), 1, "a"), chunkSeen(0, 3, 100), imported(In, in(2), 2, "b"), chunkSeen(0, 1, 20),
				imported(Out, out(1), 3, "c"), chunkSeen(0, 2, 60)},
			then: func(s screen) {
				s.count(3)
				want(s, "origin", s.row(out(1)).Origin, OriginEarlier)
				y := s.Sync(testLine).History
				want(s, "sync", y.State, SyncComplete)
				want(s, "gaps", len(y.Gaps), 0)
			},
		},
		{
			name:  "A55 a chunk never comes",
			facts: []Fact{chunkSeen(0, 3, 100), chunkSeen(0, 1, 20)},
			then: func(s screen) {
				y := s.Sync(testLine).History
				want(s, "sync", y.State, SyncComplete)
				if !slices.Equal(y.Gaps, []Gap{{0, 2}}) {
					s.Errorf("gaps %v", y.Gaps)
				}
			},
		},
		{
			name:  "A56 A57 a placeholder and its media",
			facts: []Fact{placeholder, media},
			then: func(s screen) {
				s.count(1)
				m := s.row(in(1))
				want(s, "type", m.Type, "image")
				want(s, "text", m.Text, "the view")
				want(s, "time", m.At, clockAt(1))
				want(s, "imported", m.Imported, true)
				want(s, "unread", s.thread(asha).Unread, 0)
				want(s, "conflict", m.Conflict, false)
			},
		},
		{
			name:  "A58 history says delivered, live says read",
			facts: []Fact{delivered, status(out(1), Read, 9)},
			then:  func(s screen) { want(s, "tick", s.row(out(1)).Status, StatusRead) },
		},
		{
			name:  "A59 history says error",
			facts: []Fact{broken},
			then:  func(s screen) { want(s, "tick", s.row(out(1)).Status, StatusFailed) },
		},
		{
			name:  "A59 unless it was delivered",
			facts: []Fact{broken, status(out(1), Delivered, 3)},
			then:  func(s screen) { want(s, "tick", s.row(out(1)).Status, StatusDelivered) },
		},
		{
			name:  "A61 declined",
			facts: []Fact{HistorySeen{Line: testLine, Declined: true}},
			then:  func(s screen) { want(s, "sync", s.Sync(testLine).History.State, SyncDeclined) },
		},
		{
			name:  "A61 declined, then data all the same",
			facts: []Fact{HistorySeen{Line: testLine, Declined: true}, chunkSeen(0, 1, 40)},
			then: func(s screen) {
				want(s, "sync", s.Sync(testLine).History.State, SyncImporting)
				want(s, "progress", s.Sync(testLine).History.Progress, 40)
			},
		},
	} {
		t.Run(sc.name, sc.run)
	}
}

func TestContacts(t *testing.T) {
	hi := received(in(1), 1, "hi")
	old := received(in(2), 2, "old")
	old.Name = "Old Name"
	fresh := received(in(3), 30, "new")
	fresh.Name = "New Name"
	unavailable := received(in(1), 1, "")
	unavailable.Content = Content{Level: Unavailable, Type: "unsupported"}
	for _, sc := range []scenario{
		{
			name:  "A63 a book name added, then removed",
			facts: []Fact{hi, contact(ProfileRegister, "asha", 1), contact(BookRegister, "Asha R.", 2), contact(BookRegister, "", 3)},
			then:  func(s screen) { want(s, "name", s.thread(asha).Name, "asha") },
		},
		{
			name:  "A63 and while it is there it is shown",
			facts: []Fact{hi, contact(ProfileRegister, "asha", 9), contact(BookRegister, "Asha R.", 2)},
			then:  func(s screen) { want(s, "name", s.thread(asha).Name, "Asha R.") },
		},
		{
			name:  "A64 the removal is delivered before the addition",
			facts: []Fact{hi, contact(BookRegister, "", 9), contact(BookRegister, "Asha R.", 2)},
			then:  func(s screen) { want(s, "name", s.thread(asha).Name, "+1 650-555-1234") },
		},
		{
			name:    "A64b a removal without a time counts from when it came",
			facts:   []Fact{hi, contact(BookRegister, "Asha R.", 1), contact(BookRegister, "", 0)},
			inOrder: true,
			then:    func(s screen) { want(s, "name", s.thread(asha).Name, "+1 650-555-1234") },
		},
		{
			name:  "A65 an old message carries an old name",
			facts: []Fact{old, fresh},
			then:  func(s screen) { want(s, "name", s.thread(asha).Name, "New Name") },
		},
		{
			name:  "A66 a contact without a thread",
			facts: []Fact{contact(BookRegister, "Asha R.", 1)},
			then: func(s screen) {
				want(s, "thread", s.thread(asha).ID, "")
				page, err := s.Threads(ThreadQuery{})
				if err != nil || len(page.Threads) != 0 {
					s.Errorf("threads: %v %v", page, err)
				}
				if _, err := s.Find("+1 650 555 1234"); KindOf(err) != NotFound {
					s.Errorf("found: %v", err)
				}
			},
		},
		{
			name:  "A67 unavailable first, then the message itself",
			facts: []Fact{unavailable, hi},
			then: func(s screen) {
				s.count(1)
				want(s, "text", s.row(in(1)).Text, "hi")
				want(s, "unread", s.thread(asha).Unread, 1)
			},
		},
		{
			name:  "a name of ours stands above all",
			facts: []Fact{hi, contact(BookRegister, "Asha R.", 1), Named{Peer: Peer{testLine, asha}, Name: "Room 12", Agent: "priya", At: clockAt(3)}},
			then: func(s screen) {
				want(s, "name", s.thread(asha).Name, "Room 12")
				for _, ref := range []string{"room 12", "+1 (650) 555-1234", "0016505551234", string(s.thread(asha).ID)} {
					if no, err := s.Find(ref); err != nil || no.ID() != s.thread(asha).ID {
						s.Errorf("%s: %v %v", ref, no, err)
					}
				}
			},
		},
	} {
		t.Run(sc.name, sc.run)
	}
}
