package wire

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// What is refused before it becomes a connection.
func TestRefusedUpgrades(t *testing.T) {
	sock := serveUnix(t, new(Server), newLog("k3Zp"))
	for _, tc := range []struct {
		name     string
		protocol string
		header   http.Header
		want     int
	}{
		{"as it should be", Subprotocol, nil, 101},
		{"a foreign page", Subprotocol, http.Header{"Origin": {"https://example.com"}}, 403},
		{"a page of the same host, as rebinding makes it", Subprotocol, http.Header{"Origin": {"http://owner"}}, 403},
		{"an empty origin", Subprotocol, http.Header{"Origin": {""}}, 403},
		{"another protocol", "chat", nil, 400},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := websocket.Dialer{Subprotocols: []string{tc.protocol},
				NetDialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return sock(ctx) }}
			ws, resp, err := d.DialContext(t.Context(), "ws://owner/attach", tc.header)
			if err == nil {
				ws.Close()
			}
			if resp == nil || resp.StatusCode != tc.want {
				t.Fatalf("got %v, %v, want %d", resp, err, tc.want)
			}
		})
	}
	plain := &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return sock(ctx) }, DisableKeepAlives: true}}
	resp, err := plain.Get("http://owner/attach")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusUpgradeRequired {
		t.Fatalf("plain GET: %d", resp.StatusCode)
	}
}

// How connections end that do not keep to the protocol.
func TestProtocolErrors(t *testing.T) {
	for _, tc := range []struct {
		name string
		say  []string
		want int
	}{
		{"no hello first", []string{`{"t":"cmd","id":"1","kind":"x"}`}, 1002},
		{"not JSON", []string{`hello`}, 1007},
		{"no name", []string{`{"v":1}`}, 1007},
		{"wrong type", []string{`{"t":"hello","v":"one"}`}, 1007},
		{"check value too short", []string{`{"t":"hello","v":1,"chk":"12"}`}, 1007},
		{"too old", []string{`{"t":"hello","v":0}`}, CodeProtocol},
		{"too new", []string{`{"t":"hello","v":9,"vmin":2}`}, CodeProtocol},
		{"garbage later", []string{helloNone, `{"t":`}, 1007},
		{"command without an id", []string{helloNone, `{"t":"cmd","kind":"x"}`}, 1002},
		{"too large", []string{helloNone, `{"t":"cmd","id":"1","kind":"` + strings.Repeat("x", 64<<10) + `"}`}, 1009},
		{"refused by the source", []string{`{"t":"hello","v":1,"vmin":1,"app":"refuse"}`}, CodeRole},
		{"the source fails", []string{`{"t":"hello","v":1,"vmin":1,"app":"fail"}`}, CodeInternal},
	} {
		t.Run(tc.name, func(t *testing.T) {
			log := newLog("k3Zp")
			log.open = func(h Hello) (*Start, error) {
				switch h.App {
				case "refuse":
					return new(Start), &Close{Code: CodeRole, Reason: "viewers may not attach"}
				case "fail":
					return new(Start), errors.New("disk")
				}
				return nil, nil
			}
			p := raw(t, serveUnix(t, new(Server), log), nil)
			for _, text := range tc.say {
				p.say(text)
			}
			if code := p.code(); code != tc.want {
				t.Fatalf("closed with %d, want %d", code, tc.want)
			}
		})
	}
	t.Run("binary", func(t *testing.T) {
		p := raw(t, serveUnix(t, new(Server), newLog("k3Zp")), nil)
		p.ws.WriteMessage(websocket.BinaryMessage, []byte(helloNone))
		if code := p.code(); code != 1007 {
			t.Fatalf("closed with %d", code)
		}
	})
}

// Frames and fields of a later version do no harm; the frames are counted, on both sides.
func TestUnknownFrames(t *testing.T) {
	s := new(Server)
	p := raw(t, serveUnix(t, s, newLog("k3Zp")), nil)
	p.say(`{"t":"hello","v":7,"vmin":1,"want":["none"],"colour":"blue"}`)
	if f := p.hear(); f.T != tWelcome || f.V != 1 {
		t.Fatalf("%+v", f)
	}
	p.say(`{"t":"poke","force":9}`)
	p.say(`{"t":"welcome"}`)
	p.say(`{"t":"cmd","id":"1","kind":"echo","d":1,"urgent":true}`)
	if f := p.hear(); f.ID != "1" || s.Stats().Unknown != 2 {
		t.Fatalf("%+v, %d unknown", f, s.Stats().Unknown)
	}

	far := scripted(t, func(p peer) {
		p.say(`{"t":"welcome","v":1,"mode":"resume","epoch":"a","shade":3}`)
		p.say(`{"t":"poke"}`)
		p.say(`{"t":"ev","seq":1,"chk":"0000000000000001","kind":"message","d":1,"mood":"good"}`)
	})
	u := dial(t, Options{Dial: far, Hello: Hello{Cursor: Cursor{Epoch: "a"}}})
	expect[Welcome](u)
	if e := expect[Event](u); e.Cursor != (Cursor{"a", 1, 1}) || u.c.Stats().Unknown != 1 {
		t.Fatalf("%+v, %d unknown", e, u.c.Stats().Unknown)
	}
}

// scripted is a server that says what it is told after every hello, then reads on.
func scripted(t *testing.T, script func(p peer)) func(context.Context) (net.Conn, error) {
	p := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
	up := websocket.Upgrader{Subprotocols: []string{Subprotocol}}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer ws.Close()
		if _, _, err := ws.ReadMessage(); err != nil {
			return
		}
		script(peer{t, ws, false}) // the client may have gone
		for {
			if _, _, err := ws.ReadMessage(); err != nil {
				return
			}
		}
	})}
	served := make(chan struct{})
	go func() { defer close(served); srv.Serve(p) }()
	t.Cleanup(func() { srv.Close(); <-served })
	return p.dial
}

func hello(c Cursor, screen string) string {
	text, _ := encode(helloFrame(Hello{Cursor: c, Screen: screen}))
	return string(text)
}

// Connections are bounded per person and in all, streams apart from commands, and the same screen takes over from itself.
func TestConnectionLimits(t *testing.T) {
	log := newLog("k3Zp")
	s := &Server{Limits: Limits{Streams: 3, StreamsPerPerson: 2, Calls: 2, CallsPerPerson: 1}}
	sock := serveUnix(t, s, log)
	enter := func(person, greeting string) peer {
		p := raw(t, sock, http.Header{"Person": {person}})
		p.say(greeting)
		return p
	}
	welcome := func(p peer) peer {
		t.Helper()
		if f := p.hear(); f.T != tWelcome {
			t.Fatalf("got %+v", f)
		}
		return p
	}
	away := func(p peer) {
		t.Helper()
		if f := p.hear(); f.T != tBye || f.After != 5000 {
			t.Fatalf("got %+v", f)
		}
		if code := p.code(); code != CodeTryLater {
			t.Fatalf("closed with %d", code)
		}
	}
	at := log.at(0)
	first := welcome(enter("asha", hello(at, "a")))
	welcome(enter("asha", hello(at, "b")))
	away(enter("asha", hello(at, "c")))
	welcome(enter("ben", hello(at, "a"))) // another person's screen of the same name
	away(enter("carla", hello(at, "a")))  // three streams in all
	welcome(enter("asha", helloNone))     // commands are counted apart
	away(enter("asha", helloNone))
	welcome(enter("asha", hello(at, "a"))) // the same screen again
	if code := first.code(); code != CodeReplaced {
		t.Fatalf("replaced with %d", code)
	}
}

// A loop that does not listen to "busy" is closed, and learns why although it never stops sending.
func TestTooManyCommands(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // which forgets a close frame when its socket is closed on unread data
	if err != nil {
		t.Fatal(err)
	}
	serveOn(t, new(Server), newLog("k3Zp"), l)
	p := raw(t, func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
	}, nil)
	p.say(helloNone)
	go func() {
		for i := range 100000 {
			if p.ws.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, `{"t":"cmd","id":"%d","kind":"echo"}`, i)) != nil {
				return
			}
		}
	}()
	if code := p.code(); code != CodeTooMany {
		t.Fatalf("closed with %d", code)
	}
}

// The request's context ends a connection, with the code that is its cause.
func TestRevoked(t *testing.T) {
	ctx, revoke := context.WithCancelCause(t.Context())
	s, log := new(Server), newLog("k3Zp")
	p := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.Serve(w, r.WithContext(ctx), Peer{Person: "asha"}, log)
	})}
	go srv.Serve(p)
	defer srv.Close()
	u := dial(t, Options{Dial: p.dial, Hello: Hello{Cursor: log.at(0)}})
	expect[Welcome](u)
	revoke(&Close{Code: CodeToken, Reason: "this token has been revoked"})
	var closed *Close
	if err := u.stopped(); !errors.As(err, &closed) || closed.Code != CodeToken || err.Error() != "this token has been revoked" {
		t.Fatalf("stopped with %v", err)
	}
}

// One reader stands still: the others get everything, the heap does not grow with what it has not read, and it is closed.
func TestOneReaderStops(t *testing.T) {
	const backlog, size = 20000, 1 << 10
	log := newLog("k3Zp")
	s := &Server{Limits: Limits{Write: 500 * time.Millisecond}}
	sock := serveUnix(t, s, log)
	stuck := raw(t, sock, nil)
	stuck.say(hello(log.at(0), "stuck"))
	stuck.hear()
	var others []*Client
	for range 3 {
		others = append(others, dial(t, Options{Dial: sock, Hello: Hello{Cursor: log.at(0)}}).c)
	}
	text := strings.Repeat("x", size)
	for i := range backlog {
		log.add("message", fmt.Sprint(text, i))
	}
	before := heap()
	var all sync.WaitGroup
	for _, c := range others {
		all.Go(func() { follow(t, c, log.at0(), backlog) })
	}
	all.Wait()
	if grown := heap() - before; grown > 4<<20 {
		t.Errorf("heap grew by %d bytes over a backlog of %d", grown, backlog*size)
	}
	eventually(t, func() bool { return connections(s) == len(others) })
	// What reached its socket before is all that it can still read.
	n := 0
	for {
		if _, _, err := stuck.ws.ReadMessage(); err != nil {
			break
		}
		n++
	}
	if n >= backlog {
		t.Errorf("the reader that stood still was sent %d events", n)
	}
}

// eventually waits for a condition.
func eventually(t *testing.T, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it did not come true")
		}
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func connections(s *Server) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// Ephemeral values: the last of a key wins, few are kept of one subject, what has lapsed is left out.
func TestSlots(t *testing.T) {
	s := newSlots(2)
	now := time.UnixMilli(1795345200000)
	put := func(key, d string, until time.Duration) {
		s.put(Live{Key: key, Until: now.Add(until), Data: json.RawMessage(d)})
	}
	put("typing/t1/ben", `1`, time.Second)
	put("typing/t2/ben", `2`, time.Second)
	put("typing/t1/ben", `3`, time.Second)
	put("view/t1/carla", `4`, time.Second)
	put("view/t1/dora", `5`, time.Second)
	put("view/t3/dora", `6`, -time.Second)
	put("view/t4/dora", ``, -time.Second)
	put("quota", `7`, time.Second)
	var got []string
	for _, v := range s.take(now) {
		got = append(got, v.Key+"="+string(v.Data))
	}
	if s := strings.Join(got, " "); s != "typing/t2/ben=2 view/t1/carla=4 view/t1/dora=5 view/t4/dora= quota=7" {
		t.Fatalf("got %s", s)
	}
	for i := range 2 * liveSlots {
		put(fmt.Sprint("k", i), `1`, time.Second)
	}
	if n := len(s.take(now)); n != liveSlots {
		t.Fatalf("%d values kept", n)
	}
}
