package inbox

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

const shopLine LineID = "100000000000001"

// shop is an owner with everything around it, inside a synctest bubble: journal, views, WhatsApp and a clock.
type shop struct {
	t       *testing.T
	journal *memJournal
	views   Views
	gateway *fakeGateway
	wall    *wall
	config  Config
	owner   *Owner
	desk    Desk
	stop    func()
	bodies  int
}

// inShop runs a test in a shop whose owner runs. Time stands still but where the test sleeps.
func inShop(t *testing.T, do func(t *testing.T, s *shop)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t)
		s.open()
		defer func() { s.stop() }()
		do(t, s)
	})
}

func newShop(t *testing.T) *shop {
	s := &shop{t: t, journal: newMemJournal(), views: NewMemoryViews(), gateway: newFakeGateway(), wall: &wall{}}
	s.config = Config{
		Line: shopLine, Journal: s.journal, Views: s.views, Decoder: decodeTestBody, Gateway: s.gateway, Clock: s.wall.now,
	}
	return s
}

// open starts an owner on what is stored, as a new process would.
func (s *shop) open() {
	s.t.Helper()
	o, err := NewOwner(s.config)
	if err != nil {
		s.t.Fatal(err)
	}
	o.restLeast = 0 // a step of a test ends when nothing moves any more, without time going on
	s.owner, s.desk = o, o.Desk("priya")
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- o.Run(ctx) }()
	s.stop = func() {
		s.t.Helper()
		began := time.Now()
		cancel()
		if err := <-done; err != nil {
			s.t.Errorf("the owner ended with %v", err)
		}
		if took := time.Since(began); took > 2*time.Second {
			s.t.Errorf("the owner took %v to end", took)
		}
	}
	synctest.Wait()
}

// restart ends the owner and starts another one.
func (s *shop) restart() {
	s.t.Helper()
	s.stop()
	s.open()
}

// webhook delivers facts in one body, and waits until all is quiet.
func (s *shop) webhook(items ...testFact) {
	s.t.Helper()
	s.bodies++
	items = append(items, testFact{}) // bodies differ although their facts are the same
	body := append(testBody(s.t, items...), slices.Repeat([]byte(" "), s.bodies)...)
	if err := s.owner.Accept(context.Background(), EntryWebhook, body); err != nil {
		s.t.Fatal(err)
	}
	synctest.Wait()
}

// customer lets a customer write.
func (s *shop) customer(phone, text string) ThreadID {
	s.t.Helper()
	s.webhook(testFact{Message: incoming(phone, text, time.Now())})
	return s.thread(phone).ID
}

func incoming(phone, text string, at time.Time) *MessageSeen {
	return &MessageSeen{
		Line: shopLine, WAMID: fmt.Sprintf("wamid.IN.%s.%d.%s", phone, at.UnixNano(), text), Side: In, Source: FromLive, Time: at.Unix(),
		Peers: []Alias{PhoneAlias(phone)}, Content: Content{Level: Concrete, Type: "text", Text: text},
	}
}

// fromPhone is an answer that the shop's phone gave.
func fromPhone(phone, text string, at time.Time) *MessageSeen {
	m := incoming(phone, text, at)
	m.WAMID, m.Side, m.Source = "wamid.PHONE."+text, Out, FromEcho
	return m
}

func (s *shop) thread(ref string) Thread {
	s.t.Helper()
	th, err := s.desk.Thread(context.Background(), ref)
	if err != nil {
		s.t.Fatalf("thread %s: %v", ref, err)
	}
	return th
}

// reply submits a text and waits until all is quiet.
func (s *shop) reply(thread ThreadID, text string) OID {
	s.t.Helper()
	oid := OID(NewID())
	s.do(string(oid), Send{Thread: thread, OID: oid, Out: Outgoing{Type: "text", Text: text}})
	s.turn()
	return oid
}

// turn gives the next message of the number its turn: they leave a twentieth of a second apart.
func (s *shop) turn() {
	time.Sleep(time.Second / lineRate)
	synctest.Wait()
}

func (s *shop) do(id string, c Command) Done {
	s.t.Helper()
	done, err := s.desk.Do(context.Background(), id, c)
	if err != nil {
		s.t.Fatalf("%s: %v", c.Kind(), err)
	}
	synctest.Wait()
	return done
}

// refused carries out a command that must be refused, and gives the kind.
func (s *shop) refused(id string, c Command) ErrorKind {
	s.t.Helper()
	_, err := s.desk.Do(context.Background(), id, c)
	if err == nil {
		s.t.Fatalf("%s was carried out", c.Kind())
	}
	return KindOf(err)
}

// row finds the row of one of our messages.
func (s *shop) row(oid OID) Message {
	s.t.Helper()
	var found *Message
	for _, th := range s.threads() {
		page, err := s.desk.Messages(context.Background(), MessageQuery{Thread: th.ID, Limit: 500})
		if err != nil {
			s.t.Fatal(err)
		}
		for _, m := range page.Messages {
			if m.Ref == oid {
				if found != nil {
					s.t.Errorf("%s has two rows", oid)
				}
				found = &m
			}
		}
	}
	if found == nil {
		s.t.Fatalf("%s has no row", oid)
	}
	return *found
}

func (s *shop) threads() []Thread {
	s.t.Helper()
	page, err := s.desk.Threads(context.Background(), ThreadQuery{Limit: 500})
	if err != nil {
		s.t.Fatal(err)
	}
	return page.Threads
}

// stands checks the status of messages.
func (s *shop) stands(want Status, oids ...OID) {
	s.t.Helper()
	for i, oid := range oids {
		if m := s.row(oid); m.Status != want {
			s.t.Errorf("message %d is %q (hold %q), want %q", i, m.Status, m.HoldReason, want)
		}
	}
}

// posts checks which messages reached WhatsApp, in order.
func (s *shop) posts(want ...OID) {
	s.t.Helper()
	if got := s.gateway.sent(); !slices.Equal(got, want) {
		s.t.Errorf("%d requests reached WhatsApp, want %d: %v, want %v", len(got), len(want), got, want)
	}
}

// status is what WhatsApp tells of a message that it took under an attempt's callback.
func statusOf(p post, progress Progress, at time.Time) testFact {
	return testFact{Status: &StatusSeen{
		Line: shopLine, WAMID: wamidOf(p.oid()), Progress: progress, Time: at.Unix(), Callback: p.Callback, Peers: []Alias{p.To.Alias},
	}}
}

// first is the first request that reached WhatsApp.
func (s *shop) first() post { return s.gateway.made()[0] }

// answers lets WhatsApp answer the requests with these results, in turn, and accept all after them.
func (s *shop) answers(outs ...Outcome) {
	s.gateway.set(func() {
		s.gateway.answer = func(_ context.Context, n int, p post) Outcome {
			if n <= len(outs) && outs[n-1].Result != ResultAccepted {
				return outs[n-1]
			}
			return accepted(p)
		}
	})
}

func refusedWith(r Result, code int) Outcome {
	return Outcome{Result: r, Failure: &Failure{Code: code, Title: "refused"}}
}

func newOID() OID { return OID(NewID()) }
