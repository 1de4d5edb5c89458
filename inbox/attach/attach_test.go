package attach

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdesk/inbox"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// scripted is a Desk that answers what a test says, so that a test sees what crosses the socket and what does not.
type scripted struct {
	person Person

	mu     sync.Mutex
	events []chan []inbox.Event
	did    []string
	since  []inbox.Cursor
	err    error
	hold   bool // Do waits until it is given up
}

func (s *scripted) Info(context.Context) (inbox.Info, error) {
	return inbox.Info{Agent: s.person.Agent, Line: "200000000000001", Counts: inbox.Counts{All: 3}}, s.err
}
func (s *scripted) Watch(ctx context.Context, since inbox.Cursor) (*inbox.Watch, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := make(chan []inbox.Event)
	s.events, s.since = append(s.events, ch), append(s.since, since)
	w := &inbox.Watch{Cursor: inbox.Cursor{Epoch: "e", Seq: 10, Chk: 7}, Reset: true, Events: ch, Err: func() error { return ctx.Err() }}
	if since.Epoch == "e" {
		w.Cursor, w.Reset = since, false
	}
	return w, nil
}
func (s *scripted) Threads(_ context.Context, q inbox.ThreadQuery) (inbox.ThreadPage, error) {
	return inbox.ThreadPage{Threads: []inbox.Thread{{ID: "t_1", Name: "Maya " + q.Filter, State: inbox.Open}}, Next: "n"}, s.err
}
func (s *scripted) Thread(_ context.Context, ref string) (inbox.Thread, error) {
	return inbox.Thread{ID: inbox.ThreadID(ref)}, s.err
}
func (s *scripted) Messages(_ context.Context, q inbox.MessageQuery) (inbox.MessagePage, error) {
	return inbox.MessagePage{Messages: []inbox.Message{{Thread: q.Thread, Key: "k", Text: "नमस्ते 👨‍👩‍👧‍👦"}}, Earlier: true}, s.err
}
func (s *scripted) Search(_ context.Context, q inbox.SearchQuery) (inbox.SearchPage, error) {
	m := inbox.Message{Thread: q.Thread, Key: "k", Text: "नमस्ते " + q.Text}
	return inbox.SearchPage{Matches: []inbox.Match{{Message: m, Match: [][2]int{{7, 3}}, ThreadName: "Maya"}}, Later: true}, s.err
}
func (s *scripted) Detail(_ context.Context, t inbox.ThreadID, key string) (inbox.Detail, error) {
	return inbox.Detail{Message: inbox.Message{Thread: t, Key: key}}, s.err
}
func (s *scripted) File(_ context.Context, key string) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader("file of " + key)), s.err
}
func (s *scripted) KeepFile(_ context.Context, name, as string, r io.Reader) (inbox.OutFile, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return inbox.OutFile{}, err
	}
	return inbox.OutFile{Name: name, As: as, Bytes: int64(len(b))}, s.err
}
func (s *scripted) Tray(_ context.Context, n int) ([]inbox.TrayItem, error) {
	return []inbox.TrayItem{{Name: strings.Repeat("x", n)}}, nil
}

func (s *scripted) Away(context.Context) (inbox.Away, error) {
	return inbox.Away{Seq: 7, Messages: 3}, nil
}

func (s *scripted) Templates(context.Context) ([]inbox.Template, error) {
	return []inbox.Template{{Name: "order_update", Language: "pt_BR"}}, s.err
}
func (s *scripted) Prices(_ context.Context, q inbox.PriceQuery) (inbox.Prices, error) {
	return inbox.Prices{inbox.CategoryService: {Country: q.To}}, s.err
}
func (s *scripted) Costs(_ context.Context, q inbox.CostsQuery) (inbox.Costs, error) {
	return inbox.Costs{Month: q.Month}, s.err
}

func (s *scripted) Contacts(_ context.Context, q inbox.ContactQuery) (inbox.ContactPage, error) {
	return inbox.ContactPage{Contacts: []inbox.Contact{{ID: "t_1", Name: q.Filter}}, Next: "more"}, s.err
}
func (s *scripted) SavedReplies(context.Context) ([]inbox.SavedReply, error) {
	return []inbox.SavedReply{{Name: "hours", Text: "9 to 6"}}, s.err
}
func (s *scripted) Sync(context.Context) (inbox.SyncStatus, error) {
	return inbox.SyncStatus{History: inbox.HistorySync{State: inbox.SyncImporting, Progress: 60, Gaps: []inbox.Gap{{Phase: 1, Chunk: 2}}}}, s.err
}
func (s *scripted) Do(ctx context.Context, id string, c inbox.Command) (inbox.Done, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.did = append(s.did, id+" "+c.Kind())
	if s.hold {
		<-ctx.Done()
		return inbox.Done{}, ctx.Err()
	}
	return inbox.Done{Seq: 11, Ref: "01A"}, s.err
}

func (s *scripted) tell(t *testing.T, i int, batch ...inbox.Event) {
	t.Helper()
	s.mu.Lock()
	ch := s.events[i]
	s.mu.Unlock()
	select {
	case ch <- batch:
	case <-time.After(5 * time.Second):
		t.Fatal("nobody takes the events")
	}
}

// serve starts a server for one scripted desk and attaches to it.
func serve(t *testing.T, admit func(int, string) (Person, error)) (*scripted, *Server, *Desk, string) {
	t.Helper()
	s := &scripted{}
	srv := &Server{Admit: admit, Desk: func(p Person) inbox.Desk { s.person = p; return s }}
	socket := filepath.Join(t.TempDir(), "s.sock")
	l, err := Listen(socket, false)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- srv.Serve(ctx, l) }()
	d, err := Dial(ctx, socket, Options{Agent: "asha", App: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return s, srv, d, socket
}

func self(uid int, name string) (Person, error) {
	if uid != os.Getuid() {
		return Person{}, errors.New("a stranger")
	}
	return Person{Agent: inbox.AgentID(name), Role: inbox.Lead}, nil
}

func TestQuestionsAndCommandsCross(t *testing.T) {
	s, _, d, _ := serve(t, self)
	ctx := t.Context()
	if info, err := d.Info(ctx); err != nil || info.Agent != "asha" || info.Counts.All != 3 {
		t.Errorf("Info: %+v %v", info, err)
	}
	if p, err := d.Threads(ctx, inbox.ThreadQuery{Filter: "x"}); err != nil || p.Threads[0].Name != "Maya x" || p.Next != "n" {
		t.Errorf("Threads: %+v %v", p, err)
	}
	if th, err := d.Thread(ctx, "t_7"); err != nil || th.ID != "t_7" {
		t.Errorf("Thread: %+v %v", th, err)
	}
	if p, err := d.Messages(ctx, inbox.MessageQuery{Thread: "t_1"}); err != nil || p.Messages[0].Text != "नमस्ते 👨‍👩‍👧‍👦" || !p.Earlier {
		t.Errorf("Messages: %+v %v", p, err)
	}
	if x, err := d.Detail(ctx, "t_1", "k"); err != nil || x.Message.Key != "k" {
		t.Errorf("Detail: %+v %v", x, err)
	}
	if l, err := d.Templates(ctx); err != nil || l[0].Language != "pt_BR" {
		t.Errorf("Templates: %+v %v", l, err)
	}
	if l, err := d.Tray(ctx, 3); err != nil || len(l) != 1 || l[0].Name != "xxx" {
		t.Errorf("Tray: %+v %v", l, err)
	}
	if l, err := d.SavedReplies(ctx); err != nil || len(l) != 1 || l[0].Text != "9 to 6" {
		t.Errorf("SavedReplies: %+v %v", l, err)
	}
	if s, err := d.Sync(ctx); err != nil || s.History.Progress != 60 || len(s.History.Gaps) != 1 {
		t.Errorf("Sync: %+v %v", s, err)
	}
	if p, err := d.Prices(ctx, inbox.PriceQuery{To: "55"}); err != nil || p[inbox.CategoryService].Country != "55" {
		t.Errorf("Prices: %+v %v", p, err)
	}
	if c, err := d.Costs(ctx, inbox.CostsQuery{Month: "2026-10"}); err != nil || c.Month != "2026-10" {
		t.Errorf("Costs: %+v %v", c, err)
	}
	if p, err := d.Contacts(ctx, inbox.ContactQuery{Filter: "Asha"}); err != nil || len(p.Contacts) != 1 || p.Contacts[0].Name != "Asha" || p.Next != "more" {
		t.Errorf("Contacts: %+v %v", p, err)
	}
	done, err := d.Do(ctx, "01B", inbox.Send{Thread: "t_1", OID: "01B"})
	if err != nil || !reflect.DeepEqual(done, inbox.Done{Seq: 11, Ref: "01A"}) || s.did[0] != "01B send" {
		t.Errorf("Do: %+v %v %v", done, err, s.did)
	}
}

func TestEveryCommandSurvivesTheWire(t *testing.T) {
	s, _, d, _ := serve(t, self)
	for _, kind := range inbox.CommandKinds() {
		c, err := inbox.DecodeCommand(kind, []byte(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Do(t.Context(), inbox.NewID(), c); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		if got := s.did[len(s.did)-1]; !strings.HasSuffix(got, " "+kind) {
			t.Errorf("%s arrived as %s", kind, got)
		}
	}
}

func TestErrorsKeepTheirKindAndWords(t *testing.T) {
	s, _, d, _ := serve(t, self)
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	s.err = &inbox.Error{Kind: inbox.Stale, Text: "answered from the phone", Next: "enter sends anyway", By: "phone", At: at, Head: "Sim", Seq: 12}
	_, err := d.Do(t.Context(), "01C", inbox.Send{})
	var e *inbox.Error
	if !errors.As(err, &e) || e.Kind != inbox.Stale || e.By != "phone" || !e.At.Equal(at) || e.Seq != 12 || e.Error() != s.err.Error() {
		t.Fatalf("got %#v", err)
	}
	s.err = errors.New("open /var/lib/secret: EAAtoken")
	if _, err = d.Info(t.Context()); inbox.KindOf(err) != inbox.Internal || strings.Contains(err.Error(), "EAAtoken") {
		t.Fatalf("a strange error crossed as it was: %v", err)
	}
}

func TestWatchTellsGroupsMarksAndPresence(t *testing.T) {
	s, srv, d, _ := serve(t, self)
	w, err := d.Watch(t.Context(), inbox.Cursor{})
	if err != nil || !w.Reset || w.Cursor != (inbox.Cursor{Epoch: "e", Seq: 10, Chk: 7}) {
		t.Fatalf("%+v %v", w, err)
	}
	c := func(n inbox.Seq) inbox.Cursor { return inbox.Cursor{Epoch: "e", Seq: n, Chk: uint64(n)} }
	s.tell(t, 0,
		inbox.Event{Seq: 11, Cursor: c(11), Kind: inbox.MessageEvent, Message: &inbox.Message{Key: "a"}},
		inbox.Event{Seq: 11, Cursor: c(11), Kind: inbox.ThreadEvent, Thread: &inbox.Thread{ID: "t_1"}},
		inbox.Event{Seq: 12, Cursor: c(12), Kind: inbox.StatusEvent, Message: &inbox.Message{Key: "b"}},
		inbox.Event{Kind: inbox.PresenceEvent, Presence: &inbox.Presence{Thread: "t_1", Agent: "ben", Doing: "typing", Until: time.Now().Add(time.Minute)}},
		inbox.Event{Kind: inbox.ThreadEvent, Thread: &inbox.Thread{ID: "t_2", Draft: &inbox.Draft{Text: "half a word"}}},
		inbox.Event{Kind: inbox.AccountEvent, Account: &inbox.Notice{Kind: "hold", Text: "the token is no longer valid"}},
		inbox.Event{Seq: 20, Cursor: c(20), Kind: inbox.MarkEvent})
	var got []string
	deadline := time.After(10 * time.Second)
	for len(got) < 7 {
		select {
		case batch := <-w.Events:
			for _, e := range batch {
				switch {
				case e.Account != nil && strings.HasPrefix(e.Account.Kind, "connection-"):
				case e.Account != nil:
					got = append(got, "notice "+e.Account.Kind)
				case e.Thread != nil && e.Thread.Draft != nil:
					got = append(got, "draft "+e.Thread.Draft.Text)
				case e.Message != nil:
					got = append(got, string(e.Kind)+" "+e.Message.Key)
				case e.Thread != nil:
					got = append(got, "thread "+string(e.Thread.ID))
				case e.Presence != nil:
					got = append(got, "presence "+string(e.Presence.Agent))
				default:
					got = append(got, string(e.Kind))
				}
			}
		case <-deadline:
			t.Fatalf("only %v arrived", got)
		}
	}
	for _, want := range []string{"message a", "thread t_1", "status b", "presence ben", "draft half a word", "notice hold", "mark"} {
		if !strings.Contains(strings.Join(got, ","), want) {
			t.Errorf("%q did not arrive: %v", want, got)
		}
	}
	if srv.Screens() != 1 {
		t.Errorf("%d screens", srv.Screens())
	}
	if info, err := d.Info(t.Context()); err != nil || info.Screens != 1 {
		t.Errorf("Info over the stream: %+v %v", info, err)
	}
}

func TestAnswerWaitsForItsEvent(t *testing.T) {
	s, _, d, _ := serve(t, self)
	w, err := d.Watch(t.Context(), inbox.Cursor{})
	if err != nil {
		t.Fatal(err)
	}
	answered := make(chan error, 1)
	go func() {
		_, err := d.Do(t.Context(), "01D", inbox.Send{})
		answered <- err
	}()
	s.tell(t, 0, inbox.Event{Seq: 11, Cursor: inbox.Cursor{Epoch: "e", Seq: 11, Chk: 1}, Kind: inbox.MessageEvent, Message: &inbox.Message{Key: "a"}})
	seen := false
	for {
		select {
		case batch := <-w.Events:
			for _, e := range batch {
				seen = seen || e.Message != nil
			}
		case err := <-answered:
			if err != nil {
				t.Fatal(err)
			}
			for !seen { // it was put into the channel before the answer was given
				for _, e := range <-w.Events {
					seen = seen || e.Message != nil
				}
			}
			return
		case <-time.After(10 * time.Second):
			t.Fatal("no answer")
		}
	}
}

// TestEndingWaitsForNoLongCommand: serve's own cleanup asks for a Serve without an error.
func TestEndingWaitsForNoLongCommand(t *testing.T) {
	s, _, d, _ := serve(t, self)
	s.mu.Lock()
	s.hold = true
	s.mu.Unlock()
	gone, stop := context.WithCancel(t.Context())
	asked := make(chan error, 1)
	go func() {
		_, err := d.Do(gone, inbox.NewID(), inbox.Send{OID: "1"})
		asked <- err
	}()
	for s.mu.TryLock() { // until Do has it
		s.mu.Unlock()
		time.Sleep(time.Millisecond)
	}
	stop()
	if err := <-asked; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

func TestStrangersAndWebPagesAreRefused(t *testing.T) {
	_, _, d, socket := serve(t, func(int, string) (Person, error) { return Person{}, errors.New("user 1001 is not in desk.agents") })
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err := d.Watch(ctx, inbox.Cursor{})
	var refused *inbox.Error
	if !errors.As(err, &refused) || refused.Kind != inbox.NotAllowed || !strings.Contains(refused.Next, "desk.agents") {
		t.Fatalf("a stranger hears %v", err)
	}
	c, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte("GET /attach HTTP/1.1\r\nHost: owner\r\nOrigin: http://owner\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: inbox.v1\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 12)
	if _, err := c.Read(b); err != nil || string(b) != "HTTP/1.1 403" {
		t.Fatalf("%q %v", b, err)
	}
}

func TestSocketIsPrivateAndItsPathShort(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "d", "frontdesk.sock")
	if err := os.MkdirAll(filepath.Dir(socket), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(socket, []byte("left by a dead owner"), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := Listen(socket, false)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if info, err := os.Stat(socket); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v %v", info.Mode(), err)
	}
	if team, err := Listen(socket, true); err != nil {
		t.Fatal(err)
	} else if info, err := os.Stat(socket); err != nil || info.Mode().Perm() != 0o660 {
		t.Fatalf("%v %v %v", info.Mode(), err, team.Close())
	} else if err := team.Close(); err != nil {
		t.Fatal(err)
	}
	if p := SocketPath("/srv/shop"); p != "/srv/shop/frontdesk.sock" {
		t.Errorf("%s", p)
	}
	if p := SocketPath("/" + strings.Repeat("long/", 40)); len(p) > maxSocketPath {
		t.Errorf("%d bytes: %s", len(p), p)
	}
}

// TestSocketStandsWhereNobodyElseCanReplaceIt: what agents write goes to whoever holds the socket.
func TestSocketStandsWhereNobodyElseCanReplaceIt(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "d")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for mode, ok := range map[os.FileMode]bool{0o700: true, 0o750: true, 0o777: false, 0o777 | os.ModeSticky: true} {
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		l, err := Listen(filepath.Join(dir, "s.sock"), false)
		if (err == nil) != ok {
			t.Errorf("%v: %v", mode, err)
		}
		if l != nil {
			if err := l.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	if os.Getuid() != 0 {
		return // only root can give a directory away
	}
	t.Setenv("XDG_RUNTIME_DIR", "")
	t.Setenv("TMPDIR", t.TempDir())
	socket := SocketPath("/" + strings.Repeat("long/", 40))
	if err := os.Mkdir(filepath.Dir(socket), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(filepath.Dir(socket), 65534, -1); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(socket, false); err == nil || !strings.Contains(err.Error(), "belongs to user 65534") {
		t.Errorf("a stranger's directory: %v", err)
	}
}

// An import has changed much: whoever watches reads anew what it shows, and the connection stays.
func TestAnImportIsToldWithoutConnectingAnew(t *testing.T) {
	s, _, d, _ := serve(t, self)
	w, err := d.Watch(t.Context(), inbox.Cursor{})
	if err != nil {
		t.Fatal(err)
	}
	at := inbox.Cursor{Epoch: "e", Seq: 11, Chk: 11}
	s.tell(t, 0,
		inbox.Event{Seq: 11, Cursor: at, Kind: inbox.MessageEvent, Message: &inbox.Message{Key: "live"}},
		inbox.Event{Cursor: at, Kind: inbox.SyncEvent, Reset: true})
	deadline := time.After(10 * time.Second)
	for reset, live := false, false; !reset || !live; {
		select {
		case batch := <-w.Events:
			for _, e := range batch {
				reset = reset || e.Reset && e.Kind == inbox.SyncEvent // which says why
				live = live || e.Message != nil && e.Message.Key == "live"
			}
		case <-deadline:
			t.Fatalf("told of the import: %v, of the live message: %v", reset, live)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.since) != 1 {
		t.Errorf("%d watches: it was connected anew", len(s.since))
	}
}

// TestSilentOwnerIsGivenUp: the system takes connections for a process that was stopped; whoever attaches must not wait
// for ever, and must learn why.
func TestSilentOwnerIsGivenUp(t *testing.T) {
	old := helloWait
	helloWait = 50 * time.Millisecond
	defer func() { helloWait = old }()
	socket := filepath.Join(t.TempDir(), "s.sock")
	l, err := Listen(socket, false)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	d, err := Dial(t.Context(), socket, Options{Agent: "asha"})
	if err == nil {
		_ = d.Close()
		t.Fatal("attached to an owner that says nothing")
	}
	var e *inbox.Error
	if !errors.Is(err, ErrSilent) || !errors.As(err, &e) || e.Kind != inbox.Unreachable || e.Next == "" {
		t.Errorf("got %v, want a refusal that says what to do", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Dial(ctx, socket, Options{Agent: "asha"}); !errors.Is(err, context.Canceled) {
		t.Errorf("given up by the caller: %v", err)
	}
}

// TestOwnerThatEndsIsNoSilentOne: who finds an owner at its end goes on at once, and may become the next.
func TestOwnerThatEndsIsNoSilentOne(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s.sock")
	l, err := Listen(socket, false)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_ = c.Close()
		}
	}()
	defer func() { _ = l.Close(); <-done }()
	if _, err := Dial(t.Context(), socket, Options{Agent: "asha"}); err == nil || errors.Is(err, ErrSilent) {
		t.Errorf("got %v, want that nobody is there", err)
	}
}
