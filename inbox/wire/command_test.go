package wire

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// A one-off query: no stream, an answer, a refusal with its detail.
func TestCommandsOnly(t *testing.T) {
	log := newLog("k3Zp")
	log.add("message", "m1")
	c := Dial(t.Context(), Options{Dial: serveUnix(t, new(Server), log), Hello: Hello{Want: []string{None}}})
	defer c.Close()
	r, err := c.Call(t.Context(), Command{ID: "1", Kind: "echo", Data: json.RawMessage(`{"a":"<b> & é"}`)})
	if err != nil || string(r.Data) != `{"a":"<b> & é"}` {
		t.Fatalf("got %s, %v", r.Data, err)
	}
	if r, err = c.Call(t.Context(), Command{ID: "2", Kind: "add"}); err != nil || r.Seq != 2 {
		t.Fatalf("got %+v, %v", r, err)
	}
	_, err = c.Call(t.Context(), Command{ID: "3", Kind: "reply", Seen: 7})
	var refused *Error
	if !errors.As(err, &refused) || refused.Kind != "stale" || refused.Message != "answered from the phone" ||
		string(refused.Detail) != `{"by":"phone","seq":18279}` {
		t.Fatalf("got %#v", err)
	}
	select {
	case u := <-c.Updates():
		t.Fatalf("update %+v without a stream", u)
	default:
	}
	c.Close()
	if _, err := c.Call(t.Context(), Command{ID: "4", Kind: "echo"}); !errors.Is(err, ErrClosed) {
		t.Fatalf("after Close: %v", err)
	}
}

// Nobody there: a client that insists says so at once, with the reason.
func TestInsist(t *testing.T) {
	none := errors.New("no such socket")
	c := Dial(t.Context(), Options{Insist: true, Hello: Hello{Want: []string{None}},
		Dial: func(context.Context) (net.Conn, error) { return nil, none }})
	defer c.Close()
	if _, err := c.Call(t.Context(), Command{ID: "1", Kind: "echo"}); !errors.Is(err, none) {
		t.Fatalf("got %v", err)
	}
}

// Answers come after their own event, even when the command was answered long before the event can be read, and queries
// do not wait behind it.
func TestAnswerAfterOwnEvent(t *testing.T) {
	log := newLog("k3Zp")
	log.command = func(_ context.Context, cmd Command) (Result, error) {
		if cmd.Kind == "echo" {
			return Result{Data: cmd.Data}, nil
		}
		return Result{Seq: 3}, nil // views lag behind the journal: nothing to read yet
	}
	p := raw(t, serveUnix(t, new(Server), log), nil)
	p.say(`{"t":"hello","v":1,"vmin":1,"epoch":"k3Zp","seq":0,"chk":"0000000000000000"}`)
	if f := p.hear(); f.T != tWelcome || f.Mode != ModeResume {
		t.Fatalf("%+v", f)
	}
	p.say(`{"t":"cmd","id":"a","kind":"reply"}`)
	p.say(`{"t":"cmd","id":"b","kind":"echo","d":1}`)
	if f := p.hear(); f.T != tResult || f.ID != "b" {
		t.Fatalf("%+v", f)
	}
	for i := range 4 {
		log.add("message", fmt.Sprint("m", i+1))
	}
	var got []string
	for len(got) < 5 {
		f := p.hear()
		got = append(got, fmt.Sprint(f.T, f.Seq))
	}
	if s := strings.Join(got, " "); s != "ev1 ev2 ev3 res3 ev4" {
		t.Fatalf("got %s", s)
	}
}

// More commands at once than allowed are refused as busy, and those accepted come in order.
func TestBusyInFlight(t *testing.T) {
	log := newLog("k3Zp")
	hold := make(chan struct{})
	var mu sync.Mutex
	var order []string
	log.command = func(ctx context.Context, cmd Command) (Result, error) {
		select {
		case <-hold:
		case <-ctx.Done():
		}
		mu.Lock()
		order = append(order, cmd.ID)
		mu.Unlock()
		return Result{}, nil
	}
	p := raw(t, serveUnix(t, new(Server), log), nil)
	p.say(helloNone)
	p.hear()
	for i := range 20 {
		p.say(fmt.Sprintf(`{"t":"cmd","id":"%02d","kind":"x"}`, i))
	}
	for i := range 4 {
		if f := p.hear(); f.ID != fmt.Sprintf("%02d", 16+i) || f.Err == nil || f.Err.Kind != KindBusy || f.OK == nil || *f.OK {
			t.Fatalf("got %+v", f)
		}
	}
	close(hold)
	for i := range 16 {
		if f := p.hear(); f.ID != fmt.Sprintf("%02d", i) || !*f.OK {
			t.Fatalf("got %+v", f)
		}
	}
	if len(order) != 16 || order[0] != "00" || order[15] != "15" {
		t.Fatalf("order %v", order)
	}
}

// Queries named as unordered do not wait behind a slow one.
func TestUnordered(t *testing.T) {
	log := newLog("k3Zp")
	hold := make(chan struct{})
	log.command = func(ctx context.Context, cmd Command) (Result, error) {
		if cmd.Kind == "slow" {
			select {
			case <-hold:
			case <-ctx.Done():
			}
		}
		return Result{}, nil
	}
	s := &Server{Unordered: func(kind string) bool { return kind == "slow" }}
	p := raw(t, serveUnix(t, s, log), nil)
	p.say(helloNone)
	p.hear()
	p.say(`{"t":"cmd","id":"a","kind":"slow"}`)
	p.say(`{"t":"cmd","id":"b","kind":"quick"}`)
	if f := p.hear(); f.ID != "b" {
		t.Fatalf("got %+v", f)
	}
	close(hold)
	if f := p.hear(); f.ID != "a" {
		t.Fatalf("got %+v", f)
	}
}

// A Client keeps to the limits it was told: nothing it sends is refused, and nothing is lost by being busy.
func TestClientKeepsToLimits(t *testing.T) {
	log := newLog("k3Zp")
	var now, most atomic.Int64
	log.command = func(context.Context, Command) (Result, error) {
		most.Store(max(most.Load(), now.Add(1)))
		defer now.Add(-1)
		return Result{}, nil
	}
	s := &Server{Limits: Limits{InFlight: 4, Rate: 200, Burst: 20}, Unordered: func(string) bool { return true }}
	c := Dial(t.Context(), Options{Dial: serveUnix(t, s, log), Hello: Hello{Want: []string{None}}})
	defer c.Close()
	var all sync.WaitGroup
	for i := range 60 {
		all.Go(func() {
			if _, err := c.Call(t.Context(), Command{ID: fmt.Sprint(i), Kind: "x"}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if most.Load() > 4 {
		t.Fatalf("%d commands at once", most.Load())
	}
}

// An unnamed failure of the source is not quoted to the peer, one too large is refused before it is sent, one without an
// id never leaves.
func TestCommandErrors(t *testing.T) {
	log := newLog("k3Zp")
	log.command = func(context.Context, Command) (Result, error) { return Result{}, errors.New("secret words") }
	c := Dial(t.Context(), Options{Dial: serveUnix(t, new(Server), log), Hello: Hello{Want: []string{None}}})
	defer c.Close()
	kind := func(cmd Command) string {
		_, err := c.Call(t.Context(), cmd)
		var e *Error
		if !errors.As(err, &e) {
			return fmt.Sprint("not refused: ", err)
		}
		if strings.Contains(e.Message, "secret") {
			t.Errorf("quoted: %s", e.Message)
		}
		return e.Kind
	}
	if k := kind(Command{ID: "1", Kind: "x"}); k != KindInternal {
		t.Error(k)
	}
	big, _ := json.Marshal(strings.Repeat("x", 64<<10))
	if k := kind(Command{ID: "2", Kind: "x", Data: big}); k != KindTooLarge {
		t.Error(k)
	}
	if _, err := c.Call(t.Context(), Command{Kind: "x"}); err == nil {
		t.Error("a command without an id was sent")
	}
}

// A call that is given up leaves nothing behind, and the same id may be asked again.
func TestCallGivenUp(t *testing.T) {
	log := newLog("k3Zp")
	begun, hold := make(chan struct{}, 2), make(chan struct{})
	log.command = func(ctx context.Context, cmd Command) (Result, error) {
		begun <- struct{}{}
		select {
		case <-hold:
		case <-ctx.Done():
		}
		return Result{Seq: 9}, nil
	}
	c := Dial(t.Context(), Options{Dial: serveUnix(t, new(Server), log), Hello: Hello{Want: []string{None}}})
	defer c.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-begun; cancel() }()
	if _, err := c.Call(ctx, Command{ID: "1", Kind: "x"}); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	close(hold)
	if r, err := c.Call(t.Context(), Command{ID: "1", Kind: "x"}); err != nil || r.Seq != 9 {
		t.Fatalf("got %+v, %v", r, err)
	}
}
