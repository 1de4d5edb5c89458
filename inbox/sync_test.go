package inbox

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func asks(id string, what SyncKind) SyncRequested {
	return SyncRequested{Line: testLine, ID: id, What: what, Run: "another", Agent: "priya", At: clockAt(1)}
}

func settles(id string, what SyncKind, a SyncAnswer) SyncSettled {
	return SyncSettled{Line: testLine, ID: id, What: what, Answer: a, At: clockAt(2)}
}

var (
	taken    = SyncAnswer{Result: ResultAccepted, RequestID: "REQ1"}
	mayBe    = SyncAnswer{Result: ResultUnknown, Failure: &Failure{Code: -1, Title: "no answer"}}
	refusing = SyncAnswer{Result: ResultRejected, Failure: &Failure{Code: 131000, Title: "Something went wrong"}}
	usedUp   = SyncAnswer{Result: ResultRejected, Failure: &Failure{Code: codeSyncUsed, Title: "used"}}
)

// TestSyncProgress: only what came since the last request counts (merge-rules 6), in every order of applying.
func TestSyncProgress(t *testing.T) {
	declined := HistorySeen{Line: testLine, Declined: true}
	for _, tt := range []struct {
		name     string
		facts    []Fact // in journal order
		state    SyncState
		outcome  SyncOutcome
		progress int
		gaps     []Gap
	}{
		{"nothing", nil, SyncNever, "", 0, nil},
		{"asked", []Fact{asks("1", SyncHistory)}, SyncAsked, SyncUnknown, 0, nil},
		{"taken", []Fact{asks("1", SyncHistory), settles("1", SyncHistory, taken)}, SyncAsked, SyncAccepted, 0, nil},
		{"refused", []Fact{asks("1", SyncHistory), settles("1", SyncHistory, refusing)}, SyncNever, SyncRefused, 0, nil},
		{"of unknown outcome", []Fact{asks("1", SyncHistory), settles("1", SyncHistory, mayBe)}, SyncAsked, SyncUnknown, 0, nil},
		{"A54", []Fact{asks("1", SyncHistory), settles("1", SyncHistory, taken), chunkSeen(0, 3, 60), chunkSeen(0, 1, 20), chunkSeen(0, 2, 40)},
			SyncImporting, SyncAccepted, 60, nil},
		{"A55", []Fact{asks("1", SyncHistory), chunkSeen(0, 1, 20), chunkSeen(0, 3, 100)}, SyncComplete, SyncUnknown, 100, []Gap{{0, 2}}},
		{"numbers begin anew", []Fact{chunkSeen(0, 1, 20), chunkSeen(0, 2, 40), chunkSeen(1, 1, 60), chunkSeen(1, 3, 100)},
			SyncComplete, "", 100, []Gap{{1, 2}}},
		{"numbers go on", []Fact{chunkSeen(0, 1, 20), chunkSeen(0, 2, 40), chunkSeen(1, 3, 60), chunkSeen(2, 5, 100)},
			SyncComplete, "", 100, []Gap{{2, 4}}},
		{"numbers begin anew, and a phase lacks its first", []Fact{chunkSeen(0, 1, 20), chunkSeen(1, 2, 40), chunkSeen(2, 1, 100)},
			SyncComplete, "", 100, []Gap{{1, 1}}},
		{"A61 declined", []Fact{asks("1", SyncHistory), declined}, SyncDeclined, SyncUnknown, 0, nil},
		{"A61 and then data", []Fact{asks("1", SyncHistory), declined, chunkSeen(0, 1, 20)}, SyncImporting, SyncUnknown, 20, nil},
		{"linked anew: the old import does not count", []Fact{asks("1", SyncHistory), chunkSeen(0, 1, 100), declined, asks("2", SyncHistory)},
			SyncAsked, SyncUnknown, 0, nil},
		{"linked anew: the same numbers come again", []Fact{asks("1", SyncHistory), chunkSeen(0, 1, 100), asks("2", SyncHistory), chunkSeen(0, 1, 20)},
			SyncImporting, SyncUnknown, 20, nil},
		{"declined again", []Fact{asks("1", SyncHistory), declined, asks("2", SyncHistory), declined}, SyncDeclined, SyncUnknown, 0, nil},
		{"a refused request changes nothing", []Fact{asks("1", SyncHistory), chunkSeen(0, 1, 100), asks("2", SyncHistory), settles("2", SyncHistory, usedUp)},
			SyncComplete, SyncRefused, 100, nil},
		{"contacts are another matter", []Fact{asks("1", SyncContacts), settles("1", SyncContacts, taken)}, SyncNever, "", 0, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			facts := journal(tt.facts)
			for n := range 60 {
				order := slices.Clone(facts)
				if n > 0 && len(facts) > 0 {
					order = shuffled(dice(n), facts)
				}
				var s SyncStatus
				if err := applied(t, dice(n), order).View(func(tx ReadTx) error {
					r := NewReader(tx, Lens{Now: clockAt(9), Run: "r"})
					s = r.Sync(testLine)
					return r.Err()
				}); err != nil {
					t.Fatal(err)
				}
				if h := s.History; h.State != tt.state || h.Outcome != tt.outcome || h.Progress != tt.progress || !slices.Equal(h.Gaps, tt.gaps) {
					t.Fatalf("order %d: %s %s %d %v, want %s %s %d %v", n, h.State, h.Outcome, h.Progress, h.Gaps, tt.state, tt.outcome, tt.progress, tt.gaps)
				}
			}
		})
	}
}

func (g *fakeGateway) asked() []SyncKind {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.syncs)
}

// asksPhone lets the phone be asked and gives the key of the refusal, "" for none.
func (s *shop) asksPhone(c RequestSync) string {
	s.t.Helper()
	_, err := s.desk.Do(context.Background(), NewID(), c)
	synctest.Wait()
	if err == nil {
		return ""
	}
	var e *Error
	if !errors.As(err, &e) {
		s.t.Fatal(err)
	}
	return e.Key
}

// linked sets up a number that was linked an hour ago, and a listener that something reached.
func (s *shop) linked() {
	s.gateway.set(func() {
		s.gateway.number.OnPhone, s.gateway.number.Platform, s.gateway.number.LinkedAt = true, "CLOUD_API", time.Now().Add(-time.Hour)
	})
	s.customer("15550101001", "hello")
}

// number changes what WhatsApp says of the number from now on.
func (s *shop) number(change func(*Number)) {
	s.gateway.set(func() { change(&s.gateway.number) })
}

func (s *shop) wants(what, got, want string) {
	s.t.Helper()
	if got != want {
		s.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func (s *shop) syncStatus() SyncStatus {
	s.t.Helper()
	st, err := s.desk.Sync(context.Background())
	if err != nil {
		s.t.Fatal(err)
	}
	return st
}

func TestContactsThenHistoryOnceEach(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.linked()
		s.wants("history first", s.asksPhone(RequestSync{What: SyncHistory}), "sync-contacts-first")
		s.wants("contacts", s.asksPhone(RequestSync{What: SyncContacts}), "")
		s.wants("contacts again", s.asksPhone(RequestSync{What: SyncContacts}), "sync-contacts-asked")
		s.wants("contacts again, with a word", s.asksPhone(RequestSync{What: SyncContacts, Again: true}), "sync-contacts-asked")
		s.wants("history", s.asksPhone(RequestSync{What: SyncHistory}), "")
		s.wants("history again", s.asksPhone(RequestSync{What: SyncHistory}), "sync-history-asked")
		if got := s.gateway.asked(); !slices.Equal(got, []SyncKind{SyncContacts, SyncHistory}) {
			t.Errorf("WhatsApp was asked for %v", got)
		}
		if h := s.syncStatus().History; h.State != SyncAsked || h.RequestID != "REQ2" || h.By != "priya" || h.RequestedAt.IsZero() || h.Refusal == nil {
			t.Errorf("%+v", h)
		}
		s.webhook(testFact{History: &HistorySeen{Line: shopLine, Chunk: 1, Progress: 40, Messages: 12}})
		s.wants("while it comes in", s.asksPhone(RequestSync{What: SyncHistory}), "sync-history-importing")
		if h := s.syncStatus().History; h.State != SyncImporting || h.Messages != 12 || h.MediaFrom.IsZero() {
			t.Errorf("%+v", h)
		}
		s.webhook(testFact{History: &HistorySeen{Line: shopLine, Chunk: 2, Progress: 100}})
		s.restart()
		s.wants("after all of it", s.asksPhone(RequestSync{What: SyncHistory, Again: true}), "sync-history-complete")

		time.Sleep(time.Minute)
		s.gateway.set(func() { s.gateway.number.LinkedAt = time.Now() })
		time.Sleep(time.Minute)
		s.wants("history, linked anew", s.asksPhone(RequestSync{What: SyncHistory}), "sync-contacts-first")
		s.wants("contacts, linked anew", s.asksPhone(RequestSync{What: SyncContacts}), "")
		s.wants("then history", s.asksPhone(RequestSync{What: SyncHistory}), "")
		if h := s.syncStatus().History; h.State != SyncAsked || h.Progress != 0 {
			t.Errorf("the old import counts: %+v", h)
		}
	})
}

// TestSyncIsRefused walks through what stands against asking at all.
func TestSyncIsRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		set  func(s *shop)
		c    RequestSync
		want string
	}{
		"an unheard-of thing":        {func(*shop) {}, RequestSync{What: "media"}, "sync-what"},
		"no webhook yet":             {func(s *shop) { s.number(func(n *Number) { n.Platform, n.OnPhone = "CLOUD_API", true }) }, RequestSync{What: SyncContacts}, "sync-unproven"},
		"no webhook yet, and wanted": {func(*shop) {}, RequestSync{What: SyncContacts, Unproven: true}, ""},
		"no webhook for two days": {func(s *shop) {
			s.linked()
			time.Sleep(48 * time.Hour)
			s.number(func(n *Number) { n.LinkedAt = time.Time{} })
		},
			RequestSync{What: SyncContacts}, "sync-unproven-lately"},
		"proven by a try":         {func(s *shop) { s.do(NewID(), ListenerProven{Address: "https://desk.example/webhook"}) }, RequestSync{What: SyncContacts}, ""},
		"not on the phone":        {func(s *shop) { s.linked(); s.number(func(n *Number) { n.OnPhone = false }) }, RequestSync{What: SyncContacts}, "sync-off-phone"},
		"not linked":              {func(s *shop) { s.linked(); s.number(func(n *Number) { n.Platform = "NOT_APPLICABLE" }) }, RequestSync{What: SyncContacts}, "sync-off-api"},
		"too late":                {func(s *shop) { s.linked(); s.number(func(n *Number) { n.LinkedAt = time.Now().Add(-25 * time.Hour) }) }, RequestSync{What: SyncContacts}, "sync-late"},
		"nothing is told of when": {func(s *shop) { s.linked(); s.number(func(n *Number) { n.LinkedAt = time.Time{} }) }, RequestSync{What: SyncContacts}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			inShop(t, func(t *testing.T, s *shop) {
				tt.set(s)
				s.wants("asked", s.asksPhone(tt.c), tt.want)
				if n := len(s.gateway.asked()); n != 0 && tt.want != "" || n != 1 && tt.want == "" {
					t.Errorf("WhatsApp was asked %d times", n)
				}
			})
		})
	}
}

// TestSyncOfUnknownOutcome: whatever happens around the request, nothing asks twice without a person's word.
func TestSyncOfUnknownOutcome(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.linked()
		s.gateway.sync = func(context.Context, int) SyncAnswer { return mayBe }
		s.wants("no answer", s.asksPhone(RequestSync{What: SyncContacts}), "sync-no-answer")
		s.wants("again", s.asksPhone(RequestSync{What: SyncContacts}), "sync-unknown")
		s.restart()
		s.wants("after a restart", s.asksPhone(RequestSync{What: SyncContacts}), "sync-unknown")
		if c := s.syncStatus().Contacts; c.State != SyncAsked || c.Outcome != SyncUnknown || c.Error == nil {
			t.Errorf("%+v", c)
		}
		s.gateway.set(func() { s.gateway.sync = nil })
		s.wants("with a word", s.asksPhone(RequestSync{What: SyncContacts, Again: true}), "")
		if n := len(s.gateway.asked()); n != 2 {
			t.Errorf("WhatsApp was asked %d times, want 2", n)
		}
	})
}

// TestSyncRequestIsDurableFirst: a journal that refuses lets nothing leave; one that dies with the answer leaves an open
// request, which is not repeated.
func TestSyncRequestIsDurableFirst(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.linked()
		s.journal.failing(func(b Batch) error {
			if len(b.Entries) > 0 && b.Entries[0].Kind == entrySyncRequested {
				return ErrFull
			}
			return nil
		}, nil)
		s.wants("a full disk", s.asksPhone(RequestSync{What: SyncContacts}), "store-full")
		if n := len(s.gateway.asked()); n != 0 {
			t.Errorf("WhatsApp was asked %d times without a record of it", n)
		}
		s.journal.failing(func(b Batch) error {
			if len(b.Entries) > 0 && b.Entries[0].Kind == entrySyncSettled {
				return ErrFull
			}
			return nil
		}, nil)
		s.wants("a disk that is full then", s.asksPhone(RequestSync{What: SyncContacts}), "store-full")
		s.journal.failing(nil, nil)
		s.restart()
		s.wants("after a restart", s.asksPhone(RequestSync{What: SyncContacts}), "sync-unknown")
		if n := len(s.gateway.asked()); n != 1 {
			t.Errorf("WhatsApp was asked %d times, want once", n)
		}
	})
}

// TestSyncEndsWithTheOwner: a request on its way is broken off and kept as unknown.
func TestSyncEndsWithTheOwner(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.linked()
		s.gateway.sync = func(ctx context.Context, _ int) SyncAnswer {
			<-ctx.Done()
			return mayBe
		}
		answered := make(chan error, 1)
		go func() {
			_, err := s.desk.Do(context.Background(), NewID(), RequestSync{What: SyncContacts})
			answered <- err
		}()
		synctest.Wait()
		if c := s.syncStatus().Contacts; c.Outcome != SyncAsking {
			t.Errorf("while it is on its way: %+v", c)
		}
		s.restart()
		if err := <-answered; err == nil {
			t.Error("it was answered as taken")
		}
		if c := s.syncStatus().Contacts; c.Outcome != SyncUnknown {
			t.Errorf("%+v", c)
		}
	})
}

// TestTwoAskAtOnce: one request leaves.
func TestTwoAskAtOnce(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.linked()
		answers := make(chan error, 2)
		for _, agent := range []AgentID{"priya", "ben"} {
			go func() {
				_, err := s.owner.Desk(agent).Do(context.Background(), NewID(), RequestSync{What: SyncContacts})
				answers <- err
			}()
		}
		synctest.Wait()
		if a, b := <-answers, <-answers; (a == nil) == (b == nil) {
			t.Errorf("answered %v and %v", a, b)
		}
		if n := len(s.gateway.asked()); n != 1 {
			t.Errorf("WhatsApp was asked %d times", n)
		}
	})
}

func TestContactsComeIn(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.linked()
		s.wants("contacts", s.asksPhone(RequestSync{What: SyncContacts}), "")
		s.webhook(testFact{Contact: &ContactSeen{Line: shopLine, Peers: []Alias{"p:15550101001"}, Register: BookRegister, Value: "Asha Rao", Time: time.Now().Unix()}},
			testFact{Contact: &ContactSeen{Line: shopLine, Peers: []Alias{"p:15550101002"}, Register: BookRegister, Value: "Ben", Time: time.Now().Unix()}})
		if c := s.syncStatus().Contacts; c.State != SyncImporting || c.Known != 2 {
			t.Errorf("%+v", c)
		}
		time.Sleep(2 * contactsQuiet)
		if c := s.syncStatus().Contacts; c.State != SyncComplete || c.UpdatedAt.IsZero() {
			t.Errorf("%+v", c)
		}
	})
}

func dice(seed int) *rand.Rand { return rand.New(rand.NewPCG(uint64(seed), 17)) }

// TestCoverage: a page that begins a thread says how far back it reaches, and from when on files are here.
func TestCoverage(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.linked()
		s.wants("contacts", s.asksPhone(RequestSync{What: SyncContacts}), "")
		s.wants("history", s.asksPhone(RequestSync{What: SyncHistory}), "")
		old, picture := incoming("15550101001", "past", time.Now().Add(-60*24*time.Hour)), incoming("15550101001", "", time.Now().Add(-50*24*time.Hour))
		old.Source, picture.Source = FromHistory, FromHistory
		picture.Content = Content{Level: Placeholder, Type: "media_placeholder"}
		cover := func() *Coverage {
			t.Helper()
			page, err := s.desk.Messages(t.Context(), MessageQuery{Thread: s.thread("15550101001").ID})
			if err != nil {
				t.Fatal(err)
			}
			return page.Coverage
		}
		if c := cover(); c != nil {
			t.Errorf("before anything came: %+v", c)
		}
		s.webhook(testFact{History: &HistorySeen{Line: shopLine, Phase: 1, Chunk: 2, Progress: 40}}, testFact{Message: old})
		if c := cover(); c == nil || c.From.Unix() != old.Time || !c.Importing || !c.MediaFrom.IsZero() || c.Gaps != 1 {
			t.Errorf("without a file: %+v", c)
		}
		s.webhook(testFact{History: &HistorySeen{Line: shopLine, Phase: 1, Chunk: 1, Progress: 100}}, testFact{Message: picture})
		if c := cover(); c == nil || c.Importing || c.MediaFrom.IsZero() || c.Gaps != 0 {
			t.Errorf("with one: %+v", c)
		}
	})
}
