package wire

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
)

// onClock runs a test in a bubble whose clock moves when everybody waits; took measures on it.
func onClock(t *testing.T, test func(t *testing.T)) { t.Helper(); synctest.Test(t, test) }

func took(f func()) time.Duration {
	begin := time.Now()
	f()
	return time.Since(begin)
}

// A peer that says nothing is closed in time, whatever it leaves unsaid.
func TestServerDeadlines(t *testing.T) {
	t.Run("no hello", func(t *testing.T) {
		onClock(t, func(t *testing.T) {
			p := raw(t, servePipes(t, new(Server), newLog("k3Zp")), nil)
			if d := took(func() {
				if code := p.code(); code != codeProtocol {
					t.Errorf("closed with %d", code)
				}
			}); d != 5*time.Second {
				t.Errorf("after %v", d)
			}
		})
	})
	t.Run("no pong", func(t *testing.T) {
		onClock(t, func(t *testing.T) {
			log := newLog("k3Zp")
			p := raw(t, servePipes(t, new(Server), log), nil)
			p.say(hello(log.at(0), ""))
			p.hear()
			var pings []time.Time
			p.ws.SetPingHandler(func(string) error { pings = append(pings, time.Now()); return nil })
			if d := took(func() {
				if code := p.code(); code != CodePing {
					t.Errorf("closed with %d", code)
				}
			}); d != 30*time.Second {
				t.Errorf("after %v", d)
			}
			for i := 1; i < len(pings); i++ {
				if d := pings[i].Sub(pings[i-1]); d < 8*time.Second || d > 12*time.Second {
					t.Errorf("%v between pings", d)
				}
			}
			if len(pings) < 2 {
				t.Errorf("%d pings", len(pings))
			}
		})
	})
	t.Run("takes nothing", func(t *testing.T) {
		onClock(t, func(t *testing.T) {
			log, s := newLog("k3Zp"), new(Server)
			p := raw(t, servePipes(t, s, log), nil)
			p.say(hello(log.at(0), ""))
			p.hear()
			log.add("message", "m1")
			time.Sleep(10*time.Second - time.Nanosecond)
			synctest.Wait()
			if connections(s) != 1 {
				t.Error("closed early")
			}
			time.Sleep(time.Nanosecond + closeWait)
			synctest.Wait()
			if connections(s) != 0 {
				t.Error("a stuck peer was not closed")
			}
		})
	})
	t.Run("takes nothing at shutdown", func(t *testing.T) {
		onClock(t, func(t *testing.T) {
			log, s := newLog("k3Zp"), new(Server)
			p := raw(t, servePipes(t, s, log), nil)
			p.say(hello(log.at(0), ""))
			p.hear()
			log.add("message", "m1")
			synctest.Wait() // the writer hangs in its write
			if d := took(func() {
				if err := s.Shutdown(t.Context(), nil); err != nil {
					t.Error(err)
				}
			}); d > 3*closeWait {
				t.Errorf("took %v", d)
			}
		})
	})
}

// An idle connection lives on, pinged, for as long as one likes.
func TestIdleConnection(t *testing.T) {
	onClock(t, func(t *testing.T) {
		log := newLog("k3Zp")
		u := dial(t, Options{Dial: servePipes(t, new(Server), log), Hello: Hello{Cursor: log.at(0)}})
		expect[Welcome](u)
		time.Sleep(time.Hour)
		log.add("message", "m1")
		if e := expect[Event](u); e.Cursor.Seq != 1 || u.c.Stats().Connections != 1 {
			t.Fatalf("%+v after %d connections", e, u.c.Stats().Connections)
		}
	})
}

// A client notices a far end that has fallen silent, says so, and comes back.
func TestSilentServer(t *testing.T) {
	onClock(t, func(t *testing.T) {
		far := scripted(t, func(p peer) { p.say(`{"t":"welcome","v":1,"mode":"resume","epoch":"a"}`) })
		u := dial(t, Options{Dial: far, Hello: Hello{Cursor: Cursor{Epoch: "a"}}})
		expect[Welcome](u)
		d := took(func() {
			for {
				if s, ok := u.any().(Status); ok && s.Phase == PhaseReconnecting {
					if !errors.Is(s.Why, errSilent) {
						t.Errorf("why: %v", s.Why)
					}
					return
				}
			}
		})
		if d != 30*time.Second {
			t.Errorf("after %v", d)
		}
		expect[Welcome](u)
	})
}

// What a client does after each way in which a connection can end.
func TestPauses(t *testing.T) {
	closed := func(code int) error { return &Close{Code: code} }
	for _, tc := range []struct {
		name      string
		n         int
		err       error
		from, max time.Duration
	}{
		{"lost, first time", 0, errors.New("EOF"), 0, 250 * time.Millisecond},
		{"lost, third time", 2, errors.New("EOF"), 0, time.Second},
		{"lost, for hours", 900, errors.New("EOF"), 0, 30 * time.Second},
		{"refused 503", 1, &Refused{503}, 0, 500 * time.Millisecond},
		{"owner ending", 0, closed(CodeGoingAway), 0, 250 * time.Millisecond},
		{"owner restarting", 3, closed(CodeRestart), 0, 2 * time.Second},
		{"come back in 7 s", 0, &Close{Code: CodeRestart, After: 7 * time.Second}, 7 * time.Second, 7 * time.Second},
		{"come back next year", 0, &Close{Code: CodeRestart, After: 9000 * time.Hour}, time.Minute, time.Minute},
		{"too far behind", 0, closed(CodeBehind), 0, 0},
		{"too far behind again and again", 4, closed(CodeBehind), 0, 4 * time.Second},
		{"ping timeout", 0, closed(CodePing), 0, 0},
		{"too many commands", 0, closed(CodeTooMany), 5 * time.Second, 5 * time.Second},
		{"too many commands, still", 10, closed(CodeTooMany), 5 * time.Second, 30 * time.Second},
	} {
		for range 200 {
			if d := pause(tc.n, tc.err); d < tc.from || d > tc.max {
				t.Errorf("%s: %v", tc.name, d)
			}
		}
	}
	for code, stays := range map[int]bool{1000: false, 1001: false, 1012: false, 4001: false, 4499: false, 4500: true,
		CodeToken: true, CodeRole: true, CodeProtocol: true, CodeReplaced: true, 4999: true, 5000: false} {
		if final(fmt.Errorf("lost: %w", closed(code))) != stays {
			t.Errorf("%d: final is %v", code, !stays)
		}
	}
	longest := time.Duration(0)
	for range 2000 {
		longest = max(longest, backoff(20))
	}
	if longest < 25*time.Second {
		t.Errorf("the longest pause of many is %v: not the full range", longest)
	}
}

// Nobody is there for long; then the owner comes. A pause never exceeds half a minute, and the attempts are few.
func TestBackoff(t *testing.T) {
	onClock(t, func(t *testing.T) {
		log := newLog("k3Zp")
		sock := servePipes(t, new(Server), log)
		begin, tries := time.Now(), 0
		u := dial(t, Options{Hello: Hello{Cursor: log.at(0)}, Dial: func(ctx context.Context) (net.Conn, error) {
			if tries++; time.Since(begin) < 10*time.Minute {
				return nil, errors.New("connection refused")
			}
			return sock(ctx)
		}})
		if s := u.any().(Status); s.Phase != PhaseConnecting {
			t.Fatalf("%+v", s)
		}
		for {
			v := u.any()
			if s, ok := v.(Status); ok {
				if s.Phase != PhaseReconnecting || s.Why == nil || time.Until(s.Next) > 30*time.Second {
					t.Fatalf("%+v", s)
				}
				continue
			}
			if w, ok := v.(Welcome); !ok || w.Mode != ModeResume {
				t.Fatalf("%+v", v)
			}
			break
		}
		if late := time.Since(begin) - 10*time.Minute; late > 30*time.Second || tries > 200 {
			t.Errorf("%v late, %d tries", late, tries)
		}
		if s := u.any().(Status); s.Phase != PhaseLive {
			t.Fatalf("%+v", s)
		}
	})
}

// Pauses grow while connections bring nothing and are short again after one that did: an event, an answer, or a ping,
// which only a connection that lives for a while sees.
func TestProgressResetsBackoff(t *testing.T) {
	seq := uint64(0)
	for name, bring := range map[string]func(p peer){
		"event": func(p peer) {
			seq++
			p.say(fmt.Sprintf(`{"t":"ev","seq":%d,"prev":%d,"kind":"message"}`, seq, seq-1))
		},
		"answer": func(p peer) { p.say(`{"t":"res","id":"1","ok":true}`) },
		"ping":   func(p peer) { p.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second)) },
	} {
		t.Run(name, func(t *testing.T) {
			onClock(t, func(t *testing.T) {
				var hellos atomic.Int64
				far := scripted(t, func(p peer) {
					p.say(`{"t":"welcome","v":1,"mode":"resume","epoch":"a"}`)
					if hellos.Add(1) > 12 {
						bring(p)
					}
					p.ws.Close()
				})
				u := dial(t, Options{Dial: far, Hello: Hello{Cursor: Cursor{Epoch: "a"}}})
				longest := time.Duration(0)
				for n := 0; n < 40; {
					s, ok := u.any().(Status)
					if !ok || s.Phase != PhaseReconnecting {
						continue
					}
					n++
					wait := time.Until(s.Next)
					if longest = max(longest, wait); n > 12 && wait > backoffFirst {
						t.Fatalf("%v after progress", wait)
					}
				}
				if longest <= backoffFirst {
					t.Errorf("no pause grew: %v", longest)
				}
			})
		})
	}
}

// A server that restarts says when to come back, and why.
func TestBye(t *testing.T) {
	onClock(t, func(t *testing.T) {
		log, s := newLog("k3Zp"), new(Server)
		far := servePipes(t, s, log)
		second := servePipes(t, new(Server), log)
		u := dial(t, Options{Hello: Hello{Cursor: log.at(0)},
			Dial: func(ctx context.Context) (net.Conn, error) { return far(ctx) }})
		expect[Welcome](u)
		u.any() // live
		far = second
		if err := s.Shutdown(t.Context(), &Close{Code: CodeRestart, Reason: "updating", After: 7 * time.Second}); err != nil {
			t.Fatal(err)
		}
		log.add("message", "m1")
		st := u.any().(Status)
		var closed *Close
		if st.Phase != PhaseReconnecting || !errors.As(st.Why, &closed) || closed.Code != CodeRestart || closed.Reason != "updating" {
			t.Fatalf("%+v", st)
		}
		if d := took(func() { expect[Welcome](u) }); d != 7*time.Second {
			t.Errorf("came back after %v", d)
		}
		if e := expect[Event](u); e.Cursor.Seq != 1 {
			t.Fatalf("%+v", e)
		}
	})
}

// Whatever is out of order makes the client come back for it, from its own cursor, and none of it gets through.
func TestClientChecksTheStream(t *testing.T) {
	for name, frames := range map[string][]string{
		"missing event":          {`{"t":"ev","seq":3,"prev":2,"kind":"message"}`},
		"going back":             {`{"t":"ev","seq":1,"prev":1,"kind":"message"}`},
		"mark going back":        {`{"t":"mark","seq":0}`},
		"not JSON":               {`{"t":"ev",`},
		"part without a need":    {`{"t":"snap","part":1,"last":true,"seq":9}`},
		"check value not hex":    {`{"t":"ev","seq":2,"prev":1,"chk":"zzzzzzzzzzzzzzzz","kind":"message"}`},
		"older copy of an event": {`{"t":"ev","seq":1,"kind":"message"}`},
	} {
		t.Run(name, func(t *testing.T) {
			onClock(t, func(t *testing.T) {
				first := true
				far := scripted(t, func(p peer) {
					p.say(`{"t":"welcome","v":1,"mode":"resume","epoch":"a"}`)
					if first {
						first = false
						for _, f := range frames {
							p.say(f)
						}
						return
					}
					p.say(`{"t":"ev","seq":2,"prev":1,"kind":"good"}`)
				})
				u := dial(t, Options{Dial: far, Hello: Hello{Cursor: Cursor{Epoch: "a", Seq: 1}}})
				expect[Welcome](u)
				expect[Welcome](u)
				if e := expect[Event](u); e.Kind != "good" || u.c.Stats().Connections != 2 {
					t.Fatalf("%+v", e)
				}
			})
		})
	}
	t.Run("events within a snapshot", func(t *testing.T) {
		onClock(t, func(t *testing.T) {
			first := true
			far := scripted(t, func(p peer) {
				p.say(`{"t":"welcome","v":1,"mode":"snapshot","epoch":"a"}`)
				p.say(`{"t":"snap","part":1,"d":1}`)
				if first {
					first = false
					p.say(`{"t":"ev","seq":1,"kind":"message"}`)
					return
				}
				p.say(`{"t":"snap","part":2,"last":true,"seq":5,"d":2}`)
			})
			u := dial(t, Options{Dial: far})
			expect[Welcome](u)
			expect[Welcome](u)
			if s := expect[Snapshot](u); len(s.Parts) != 2 || s.At.Seq != 5 {
				t.Fatalf("%+v", s)
			}
		})
	})
}

// A server that does not speak our protocol, or not our version, or does not know us, is left alone, with the reason.
func TestClientStops(t *testing.T) {
	for code, script := range map[int]string{
		CodeProtocol: `{"t":"welcome","v":2}`,
		CodeReplaced: ``,
	} {
		onClock(t, func(t *testing.T) {
			far := scripted(t, func(p peer) {
				if script != "" {
					p.say(script)
					return
				}
				p.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, "enough"), time.Now().Add(time.Second))
			})
			u := dial(t, Options{Dial: far})
			var closed *Close
			if err := u.stopped(); !errors.As(err, &closed) || closed.Code != code || closed.Reason == "" {
				t.Errorf("stopped with %v", err)
			}
			if _, ok := <-u.c.Updates(); ok {
				t.Error("updates after the last")
			}
		})
	}
}

// A command whose answer is lost with the connection is sent again under its id, before those asked later.
func TestCallSurvivesReconnects(t *testing.T) {
	onClock(t, func(t *testing.T) {
		var hellos atomic.Int64
		asked := make(chan string, 9)
		far := scripted(t, func(p peer) {
			n := hellos.Add(1)
			p.say(`{"t":"welcome","v":1}`)
			for {
				_, text, err := p.ws.ReadMessage()
				if err != nil {
					return
				}
				f, _ := decode(text)
				asked <- fmt.Sprint(n, f.ID)
				if n < 3 {
					p.ws.Close()
					return
				}
				p.say(fmt.Sprintf(`{"t":"res","id":%q,"ok":true,"seq":7}`, f.ID))
			}
		})
		c := Dial(t.Context(), Options{Dial: far, Hello: Hello{Want: []string{None}}})
		defer c.Close()
		if r, err := c.Call(t.Context(), Command{ID: "a", Kind: "x"}); err != nil || r.Seq != 7 {
			t.Fatalf("%+v, %v", r, err)
		}
		close(asked)
		var got []string
		for s := range asked {
			got = append(got, s)
		}
		if s := strings.Join(got, " "); s != "1a 2a 3a" {
			t.Fatalf("got %s", s)
		}
	})
}

// Twenty commands a second, forty at once: what is more is refused.
func TestBusyRate(t *testing.T) {
	onClock(t, func(t *testing.T) {
		p := raw(t, servePipes(t, new(Server), newLog("k3Zp")), nil)
		p.say(helloNone)
		p.hear()
		burst := func() (taken int) {
			for i := range 60 {
				p.say(fmt.Sprintf(`{"t":"cmd","id":"%d","kind":"echo"}`, i))
				if f := p.hear(); *f.OK {
					taken++
				} else if f.Err.Kind != KindBusy {
					t.Fatalf("%+v", f)
				}
			}
			return taken
		}
		if n := burst(); n != 40 {
			t.Errorf("%d at once", n)
		}
		time.Sleep(time.Second)
		if n := burst(); n != 20 {
			t.Errorf("%d after a second", n)
		}
	})
}

// A frame beyond the client's limit ends the connection and not the client.
func TestClientReadLimit(t *testing.T) {
	onClock(t, func(t *testing.T) {
		far := scripted(t, func(p peer) {
			p.say(`{"t":"welcome","v":1,"mode":"resume"}`)
			p.say(fmt.Sprintf(`{"t":"ev","seq":1,"kind":"message","d":%q}`, strings.Repeat("x", 1000)))
		})
		u := dial(t, Options{Dial: far, Frame: 1000})
		expect[Welcome](u)
		u.any() // live
		if s, ok := u.any().(Status); !ok || !errors.Is(s.Why, websocket.ErrReadLimit) {
			t.Fatalf("%+v", s)
		}
		expect[Welcome](u)
	})
}

// A busy server gets the same command again, after a pause, and the caller only sees the answer.
func TestBusyIsRepeated(t *testing.T) {
	onClock(t, func(t *testing.T) {
		log := newLog("k3Zp")
		s := &Server{Limits: Limits{Rate: 1, Burst: 1}}
		sock := servePipes(t, s, log)
		c := Dial(t.Context(), Options{Dial: sock, Hello: Hello{Want: []string{None}}})
		defer c.Close()
		// One command a second: the client keeps to it, and what comes too early all the same is repeated.
		for i := range 5 {
			if _, err := c.Call(t.Context(), Command{ID: fmt.Sprint(i), Kind: "add"}); err != nil {
				t.Fatal(err)
			}
		}
		if n := log.cursor().Seq; n != 5 {
			t.Fatalf("%d effects", n)
		}
	})
	onClock(t, func(t *testing.T) {
		got := make(chan *frame, 9)
		far := scripted(t, func(p peer) {
			p.say(`{"t":"welcome","v":1}`)
			for i := 0; ; i++ {
				_, text, err := p.ws.ReadMessage()
				if err != nil {
					return
				}
				f, _ := decode(text)
				got <- f
				if i == 0 {
					p.say(`{"t":"res","id":"1","ok":false,"err":{"kind":"busy"}}`)
				} else {
					p.say(`{"t":"res","id":"1","ok":true,"d":"done"}`)
				}
			}
		})
		c := Dial(t.Context(), Options{Dial: far, Hello: Hello{Want: []string{None}}})
		defer c.Close()
		d := took(func() {
			if r, err := c.Call(t.Context(), Command{ID: "1", Kind: "x"}); err != nil || string(r.Data) != `"done"` {
				t.Errorf("%s, %v", r.Data, err)
			}
		})
		if d < 500*time.Millisecond || d > 1500*time.Millisecond || len(got) != 2 {
			t.Errorf("%d sent in %v", len(got), d)
		}
	})
}

// Marks come once a second at most and ephemeral values ten times a second, however often things change.
func TestPacing(t *testing.T) {
	onClock(t, func(t *testing.T) {
		log := newLog("k3Zp")
		log.hidden = func(Event) bool { return true }
		values := make(chan Live)
		log.live = func(context.Context) <-chan Live { return values }
		p := raw(t, servePipes(t, new(Server), log), nil)
		p.say(hello(log.at(0), ""))
		p.hear()
		go func() {
			for i := range 500 { // five seconds
				log.add("message", fmt.Sprint(i))
				values <- Live{Key: "typing/t1/ben", Until: time.Now().Add(time.Minute), Data: json.RawMessage(fmt.Sprint(i))}
				time.Sleep(10 * time.Millisecond)
			}
		}()
		marks, lives := 0, 0
		for {
			f := p.hear()
			switch f.T {
			case tMark:
				marks++
			case tLive:
				lives++
			}
			if f.T == tMark && f.Seq == 500 {
				break
			}
		}
		if marks > 7 || marks < 4 || lives > 52 || lives < 40 {
			t.Errorf("%d marks and %d ephemeral values in five seconds", marks, lives)
		}
	})
}

// Acknowledgements are sent after 64 events or two seconds.
func TestAcks(t *testing.T) {
	onClock(t, func(t *testing.T) {
		log := newLog("k3Zp")
		c := dial(t, Options{Dial: servePipes(t, new(Server), log), Hello: Hello{Cursor: log.at(0)}}).c
		synctest.Wait()
		c.Ack(5)
		c.Ack(3)
		time.Sleep(2*time.Second - time.Nanosecond)
		synctest.Wait()
		if log.acked() != 0 {
			t.Errorf("acknowledged %d early", log.acked())
		}
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		if log.acked() != 5 {
			t.Errorf("acknowledged %d, want 5", log.acked())
		}
		c.Ack(5 + 64)
		synctest.Wait()
		if log.acked() != 69 {
			t.Errorf("acknowledged %d, want 69", log.acked())
		}
	})
}

// Close does not wait for a far end that accepts and says nothing.
func TestCloseWhileConnecting(t *testing.T) {
	onClock(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer far.Close()
		c := Dial(t.Context(), Options{Dial: func(context.Context) (net.Conn, error) { return near, nil }})
		synctest.Wait()
		if d := took(c.Close); d != 0 {
			t.Errorf("took %v", d)
		}
		if s := c.Status(); s.Phase != PhaseStopped || !errors.Is(s.Why, ErrClosed) {
			t.Errorf("%+v", s)
		}
	})
}

// A consumer that has gone does not keep the client from ending.
func TestCloseWithFullBuffer(t *testing.T) {
	onClock(t, func(t *testing.T) {
		log := newLog("k3Zp")
		for i := range 100 {
			log.add("message", fmt.Sprint(i))
		}
		c := Dial(t.Context(), Options{Dial: servePipes(t, new(Server), log), Hello: Hello{Cursor: log.at(0)}, Buffer: 1})
		synctest.Wait()
		c.Close()
	})
}

func TestSlept(t *testing.T) {
	for _, tc := range []struct {
		wall, monotonic time.Duration
		want            bool
	}{
		{5 * time.Second, 5 * time.Second, false}, {time.Hour, 5 * time.Second, true},
		{10*time.Second + 1, 5 * time.Second, true}, {10 * time.Second, 5 * time.Second, false},
		{-time.Hour, 5 * time.Second, false}, {time.Hour, time.Hour, false},
	} {
		if got := slept(tc.wall, tc.monotonic); got != tc.want {
			t.Errorf("slept(%v, %v) = %v", tc.wall, tc.monotonic, got)
		}
	}
}
