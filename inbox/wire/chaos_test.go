package wire

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// flaky is a proxy that cuts every connection after 5 to 155 ms, in the middle of whatever goes on.
func flaky(t *testing.T, far func(context.Context) (net.Conn, error)) func(context.Context) (net.Conn, error) {
	path := filepath.Join(t.TempDir(), "p")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			beyond, err := far(context.Background())
			if err != nil {
				near.Close()
				continue
			}
			cut := time.AfterFunc(5*time.Millisecond+rand.N(150*time.Millisecond), func() { near.Close(); beyond.Close() })
			pass := func(to, from net.Conn) {
				io.Copy(to, from)
				cut.Reset(0)
			}
			all.Go(func() { pass(near, beyond) })
			all.Go(func() { pass(beyond, near) })
		}
	})
	t.Cleanup(func() { l.Close(); all.Wait() })
	return func(ctx context.Context) (net.Conn, error) { return new(net.Dialer).DialContext(ctx, "unix", path) }
}

// Six readers on a network that cuts every connection, events written meanwhile and commands sent by id until answered:
// every reader gets every event exactly once and in order, and every command has one effect. One of the readers is also
// ended and started anew from its cursor, as a program is.
func TestChaos(t *testing.T) {
	rounds, events, commands := 1, 900, 90
	if os.Getenv("FRONTDESK_LONG") != "" {
		rounds, events, commands = 5, 3000, 240
	}
	for round := range rounds {
		t.Run(fmt.Sprint(round), func(t *testing.T) { chaos(t, 6, events, commands) })
	}
}

func chaos(t *testing.T, readers, events, commands int) {
	log := newLog("k3Zp")
	log.work = func(ctx context.Context) { // long enough to be cut off, before the effect or after it
		select {
		case <-time.After(rand.N(15 * time.Millisecond)):
		case <-ctx.Done():
		}
	}
	server := new(Server)
	sock := flaky(t, serveUnix(t, server, log))
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	total := uint64(events + commands)
	var all sync.WaitGroup
	all.Go(func() {
		pace := time.NewTicker(time.Millisecond)
		defer pace.Stop()
		for i := range events {
			log.add("message", fmt.Sprint("m", i))
			<-pace.C
		}
	})
	for r := range readers {
		all.Go(func() {
			cur := log.at0()
			for generation := 0; cur.Seq < total && ctx.Err() == nil; generation++ {
				until := total
				if r == 0 { // this one ends and starts anew
					until = min(total, cur.Seq+total/5)
				}
				c := Dial(ctx, Options{Dial: sock, Hello: Hello{Cursor: cur}})
				var mine sync.WaitGroup
				if generation == 0 && r > 0 {
					for k := range 3 {
						mine.Go(func() { callAll(ctx, t, c, r-1, k, readers-1, commands) })
					}
				}
				cur = follow(t, c, cur, until)
				mine.Wait() // the last commands are answered when all their events are there
				c.Close()
			}
			if cur != log.cursor() {
				t.Errorf("reader %d ended at %+v, the log at %+v", r, cur, log.cursor())
			}
		})
	}
	all.Wait()
	if len(log.effects) != commands {
		t.Errorf("%d of %d commands had an effect", len(log.effects), commands)
	}
	for id, n := range log.effects {
		if n != 1 {
			t.Errorf("command %s had %d effects", id, n)
		}
	}
	if log.repeats == 0 {
		t.Error("no command was ever repeated: the network was not bad enough")
	}
	t.Logf("%d events at %d readers over %d connections, %d commands repeated", total, readers, server.Stats().Connections, log.repeats)
}

func (l *memLog) at0() Cursor { return Cursor{Epoch: l.epoch} }

// follow applies events until that sequence number and checks that none is missing or double.
func follow(t *testing.T, c *Client, cur Cursor, until uint64) Cursor {
	for u := range c.Updates() {
		switch u := u.(type) {
		case Event:
			if u.Cursor.Seq != cur.Seq+1 {
				t.Errorf("event %d after %d", u.Cursor.Seq, cur.Seq)
			}
			cur = u.Cursor
			c.Ack(cur.Seq)
		case Snapshot:
			t.Errorf("snapshot at %+v: a cursor was not accepted", u.At)
		}
		if cur.Seq >= until {
			return cur
		}
	}
	t.Errorf("client stopped at %d: %v", cur.Seq, c.Status().Why)
	return cur
}

// callAll sends this caller's share of the commands one after the other, each until it is answered.
func callAll(ctx context.Context, t *testing.T, c *Client, client, caller, clients, commands int) {
	for i := client*3 + caller; i < commands; i += clients * 3 {
		id := fmt.Sprint("c", i)
		r, err := c.Call(ctx, Command{ID: id, Kind: "add"})
		if err != nil {
			t.Errorf("command %s: %v", id, err)
			return
		}
		if have := c.Cursor().Seq; have < r.Seq {
			t.Errorf("answer to %s came at %d, before its own event %d", id, have, r.Seq)
		}
	}
}
