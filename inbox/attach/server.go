package attach

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"frontdesk/inbox"
	"frontdesk/inbox/wire"
)

// Person is who sits at an attached terminal.
type Person struct {
	Agent inbox.AgentID
	Role  inbox.Role
}

// Server lets terminals attach to an owner.
type Server struct {
	// Desk gives the desk of one person.
	Desk func(Person) inbox.Desk
	// Admit decides who the far end of a connection is, from the user id that the kernel vouches for and the name it gave.
	Admit func(uid int, name string) (Person, error)
	Log   *slog.Logger // persons and codes, never content

	mu    sync.Mutex
	count int
}

// Screens is how many terminals stream at present.
func (s *Server) Screens() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count
}

func (s *Server) add(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count += n
}

type peerKey struct{}

// workGrace is how long a command in hand may take once the server is to end, for an upload may take minutes.
const workGrace = 300 * time.Millisecond

// Serve answers until ctx ends, then tells every terminal that the owner goes, and returns within a second.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	streams := wire.Server{Log: s.Log, Unordered: question}
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	h := http.NewServeMux()
	h.HandleFunc("GET /media", func(w http.ResponseWriter, r *http.Request) {
		if p, ok := s.admit(w, r); ok {
			serveFile(w, r, s.Desk(p))
		}
	})
	h.HandleFunc("POST /media", func(w http.ResponseWriter, r *http.Request) {
		if p, ok := s.admit(w, r); ok {
			takeFile(w, r, s.Desk(p))
		}
	})
	h.HandleFunc("GET /attach", func(w http.ResponseWriter, r *http.Request) {
		p, ok := s.admit(w, r)
		if !ok {
			return
		}
		src := &source{server: s, person: p, desk: s.Desk(p), work: work}
		defer src.close()
		streams.Serve(w, r, wire.Peer{Person: string(p.Agent)}, src)
	})
	srv := &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, MaxHeaderBytes: 16 << 10,
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			if uid, err := peerUID(c); err == nil {
				return context.WithValue(ctx, peerKey{}, uid)
			}
			return ctx
		},
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("attach socket: %w", err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	hurry := time.AfterFunc(workGrace, stopWork)
	defer hurry.Stop()
	err := streams.Shutdown(grace, &wire.Close{Code: wire.CodeGoingAway, Reason: "the owner is ending"})
	err = errors.Join(err, srv.Close())
	if e := <-ended; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	return err
}

// admit finds out who asks, or refuses.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) (Person, bool) {
	if r.Header.Get("Origin") != "" { // a page in a browser has no business here
		http.Error(w, "not for browsers", http.StatusForbidden)
		return Person{}, false
	}
	uid, ok := r.Context().Value(peerKey{}).(int)
	if !ok {
		http.Error(w, "who connects cannot be told", http.StatusForbidden)
		return Person{}, false
	}
	p, err := s.Admit(uid, r.Header.Get(agentHeader))
	if err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
	}
	return p, err == nil
}

// liveFor is how long something without an end of its own stays worth telling to a terminal that is slow to take it.
const liveFor = time.Minute

// source is the wire's view of one person's desk.
type source struct {
	server *Server
	person Person
	desk   inbox.Desk
	work   context.Context // of commands: ends a moment after the server does

	cancel  context.CancelFunc
	watch   *inbox.Watch
	pending []inbox.Event // taken from the watch and not yet asked for
	at      wire.Cursor
	live    chan wire.Live
}

func (s *source) close() {
	if s.cancel != nil {
		s.cancel()
		s.server.add(-1)
	}
}

// Open implements wire.Source.
func (s *source) Open(ctx context.Context, h wire.Hello) (wire.Start, error) {
	start := wire.Start{You: string(s.person.Agent), Role: string(s.person.Role)}
	if !h.Streams() {
		return start, nil
	}
	watchCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	w, err := s.desk.Watch(watchCtx, fromWire(h.Cursor))
	if err != nil {
		cancel()
		return start, err
	}
	s.cancel, s.watch, s.live = cancel, w, make(chan wire.Live, 16)
	s.server.add(1)
	s.at = toWire(w.Cursor)
	start.Mode, start.At, start.Head = wire.ModeResume, s.at, s.at.Seq
	if w.Reset || h.Cursor == (wire.Cursor{}) {
		// The terminal reads the threads it shows by questions; the state here is only where the stream begins.
		start.Mode, start.State = wire.ModeSnapshot, []json.RawMessage{json.RawMessage(`{}`)}
	}
	return start, nil
}

// Read implements wire.Source.
func (s *source) Read(ctx context.Context, after wire.Cursor, n int) ([]wire.Event, wire.Cursor, error) {
	if len(s.pending) == 0 {
		select {
		case batch, ok := <-s.watch.Events:
			if !ok {
				return nil, after, s.gone()
			}
			s.pending = batch
		default:
			return nil, after, nil
		}
	}
	var out []wire.Event
	for len(s.pending) > 0 && len(out) < n {
		group := s.group()
		switch {
		case group[0].Reset && toWire(group[0].Cursor) == s.at: // an import changed much, and nothing else was missed
			s.passing(ctx, inbox.Event{At: group[0].At, Kind: resetKind})
			continue
		case group[0].Reset:
			return out, s.at, wire.ErrTrimmed
		case group[0].Seq == 0:
			s.passing(ctx, group[0])
			continue
		case group[0].Kind == inbox.MarkEvent:
			s.at = toWire(group[0].Cursor)
			continue
		}
		data, err := json.Marshal(group)
		if err != nil {
			return nil, after, err
		}
		s.at = toWire(group[0].Cursor)
		out = append(out, wire.Event{Cursor: s.at, Kind: "changed", At: group[0].At, Data: data})
	}
	return out, s.at, nil
}

// resetKind is how Event.Reset goes over the wire when the connection need not be made anew for it.
const resetKind inbox.EventKind = "reset"

// group takes the events of one journal entry from those that wait.
func (s *source) group() []inbox.Event {
	n := 1
	for n < len(s.pending) && s.pending[n].Seq == s.pending[0].Seq && s.pending[0].Seq != 0 {
		n++
	}
	g := s.pending[:n]
	s.pending = s.pending[n:]
	return g
}

// passing tells what has no place in the journal: presence, drafts, notices, the list of templates. The last one of a key
// is enough.
func (s *source) passing(ctx context.Context, e inbox.Event) {
	data, err := json.Marshal(e)
	if err != nil {
		return
	}
	v := wire.Live{Key: string(e.Kind), Until: time.Now().Add(liveFor), Data: data}
	switch {
	case e.Presence != nil:
		v.Key, v.Until = fmt.Sprintf("%s/%s/%s", e.Presence.Doing, e.Presence.Thread, e.Presence.Agent), e.Presence.Until
	case e.Alert != nil:
		v.Key += "/" + string(e.Alert.Kind) + "/" + string(e.Alert.Thread) + "/"
	case e.Message != nil:
		v.Key += "/" + string(e.Message.Thread) + "/" + e.Message.Key
	case e.Thread != nil:
		v.Key += "/" + string(e.Thread.ID) + "/"
	case e.Template != nil:
		v.Key += "/" + e.Template.Name + "/" + e.Template.Language
	case e.Account != nil:
		v.Key += "/" + e.Account.Kind + "/"
	}
	select {
	case s.live <- v:
	case <-ctx.Done():
	}
}

// Wait implements wire.Source.
func (s *source) Wait(ctx context.Context, _ wire.Cursor) error {
	if len(s.pending) > 0 {
		return nil
	}
	select {
	case batch, ok := <-s.watch.Events:
		if !ok {
			return s.gone()
		}
		s.pending = batch
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *source) gone() error {
	return &wire.Close{Code: wire.CodeGoingAway, Reason: "the owner is ending"}
}

// Live implements wire.Source.
func (s *source) Live(context.Context) <-chan wire.Live { return s.live }

// Command implements wire.Source.
func (s *source) Command(ctx context.Context, c wire.Command) (wire.Result, error) {
	answer, seq, err := s.answer(ctx, c)
	if err != nil {
		return wire.Result{}, wireError(err)
	}
	data, err := json.Marshal(answer)
	return wire.Result{Seq: uint64(seq), Data: data}, err
}

func (s *source) answer(ctx context.Context, c wire.Command) (any, inbox.Seq, error) {
	switch c.Kind {
	case askInfo:
		info, err := s.desk.Info(ctx)
		info.Screens = s.server.Screens()
		return info, 0, err
	case askThreads:
		return answerTo(ctx, c, s.desk.Threads)
	case askThread:
		return answerTo(ctx, c, func(ctx context.Context, q threadQuestion) (inbox.Thread, error) { return s.desk.Thread(ctx, q.Ref) })
	case askMessages:
		return answerTo(ctx, c, s.desk.Messages)
	case askSearch:
		return answerTo(ctx, c, s.desk.Search)
	case askDetail:
		return answerTo(ctx, c, func(ctx context.Context, q detailQuestion) (inbox.Detail, error) {
			return s.desk.Detail(ctx, q.Thread, q.Key)
		})
	case askTray:
		return answerTo(ctx, c, s.desk.Tray)
	case askAway:
		away, err := s.desk.Away(ctx)
		return away, 0, err
	case askTemplates:
		list, err := s.desk.Templates(ctx)
		return list, 0, err
	case askSync:
		status, err := s.desk.Sync(ctx)
		return status, 0, err
	case askPrices:
		return answerTo(ctx, c, s.desk.Prices)
	case askCosts:
		return answerTo(ctx, c, s.desk.Costs)
	case askContacts:
		return answerTo(ctx, c, s.desk.Contacts)
	case askSaved:
		list, err := s.desk.SavedReplies(ctx)
		return list, 0, err
	}
	cmd, err := inbox.DecodeCommand(c.Kind, c.Data)
	if err != nil {
		return nil, 0, err
	}
	// What a person asked for happens although the terminal goes away meanwhile.
	done, err := s.desk.Do(s.work, c.ID, cmd)
	return done, done.Seq, err
}

func answerTo[Q, A any](ctx context.Context, c wire.Command, f func(context.Context, Q) (A, error)) (any, inbox.Seq, error) {
	var q Q
	if err := json.Unmarshal(c.Data, &q); err != nil {
		return nil, 0, inbox.Refusal("owner-other").Because(err)
	}
	a, err := f(ctx, q)
	return a, 0, err
}
