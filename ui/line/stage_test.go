package line

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/inbox"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// stage is line mode on a fake desk, in a bubble where the clock is right to the minute: 09:46 on 20 August 2026, three
// hours off from the machine's own.
type stage struct {
	t    *testing.T
	desk *fakeDesk
	out  text
	in   *io.PipeWriter
	over chan error
	end  context.CancelFunc
	read int
	ids  int
}

// text is what has been written so far.
type text struct {
	mu sync.Mutex
	b  strings.Builder
}

func (x *text) Write(p []byte) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.b.Write(p)
}

func (x *text) String() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.b.String()
}

var morning = time.Date(2026, time.August, 20, 9, 46, 0, 0, time.UTC)

// at is a time of that day.
func at(hour, minute int) time.Time {
	return time.Date(2026, time.August, 20, hour, minute, 0, 0, time.UTC)
}

// offset is how far the machine's clock is off.
const offset = 3 * time.Hour

// play runs a journey. set changes the desk before line mode starts.
func play(t *testing.T, set func(*fakeDesk, *Config), journey func(*stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		wall := func() time.Time { return morning.Add(time.Since(began) - offset) }
		s := &stage{t: t, desk: newFakeDesk(func() time.Time { return wall().Add(offset) }), over: make(chan error, 1)}
		s.desk.info.ClockOffset = offset
		r, w := io.Pipe()
		s.in = w
		cfg := Config{Desk: s.desk, In: r, Out: &s.out, Echo: true, Clock: wall, Zone: time.UTC, NewID: func() string {
			s.ids++
			return fmt.Sprintf("%026d", s.ids)
		}}
		cast(s.desk)
		if set != nil {
			set(s.desk, &cfg)
		}
		ctx, cancel := context.WithCancel(t.Context())
		s.end = cancel
		defer cancel()
		go func() { s.over <- Run(ctx, cfg) }()
		synctest.Wait()
		journey(s)
		_ = s.in.Close()
		synctest.Wait()
		cancel()
		synctest.Wait()
		_ = r.Close()
		for i, c := range []byte(s.out.String()) {
			if c < 0x20 && c != '\n' || c == 0x7f {
				t.Errorf("the byte %q left at %d", c, i)
			}
		}
	})
}

// cast are the people of the journeys.
func cast(d *fakeDesk) {
	open := inbox.Window{Open: true, ExpiresAt: at(9, 46).Add(21*time.Hour + 40*time.Minute)}
	in := func(text string, when time.Time, unread bool) inbox.Message {
		return inbox.Message{Direction: "in", Origin: inbox.OriginCustomer, Type: "text", Text: text, At: when, Unread: unread}
	}
	d.add(inbox.Thread{ID: "t_asha", Name: "Asha Rao", WaID: "919820000001", State: inbox.Open, Assignee: "priya", Window: open, WaitingSince: at(9, 44)},
		inbox.Message{Direction: "out", Origin: inbox.OriginAPI, Agent: "priya", Type: "text", Text: "That is the 1 kg box, Rs 450.", At: at(9, 40), Status: inbox.StatusDelivered},
		in("Is the 2 kg box in stock?", at(9, 44), true), in("And can I pay by UPI?", at(9, 44), true))
	d.add(inbox.Thread{ID: "t_bruno", Name: "Bruno Lima", WaID: "5511900000002", State: inbox.Open, Window: open},
		in("O boleto chegou?", at(9, 41), false))
	d.add(inbox.Thread{ID: "t_maya", Name: "Maya Lindqvist", WaID: "4670000003", State: inbox.Open,
		Window: inbox.Window{ExpiresAt: at(6, 46)}}, in("Is my scarf there?", at(6, 46).AddDate(0, 0, -1), false))
}

// types types a line, and waits until nothing more comes of it by itself.
func (s *stage) types(lines ...string) {
	s.t.Helper()
	for _, l := range lines {
		if _, err := io.WriteString(s.in, l+"\n"); err != nil {
			s.t.Fatal(err)
		}
		synctest.Wait()
	}
}

// says compares what was written since the last look with lines.
func (s *stage) says(want ...string) {
	s.t.Helper()
	synctest.Wait()
	all := s.out.String()
	got := all[s.read:]
	s.read = len(all)
	if text := strings.Join(want, "\n") + "\n"; got != text {
		s.t.Errorf("said\n%s\nwant\n%s", got, text)
	}
}

// passes lets time go by.
func (s *stage) passes(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// hush forgets what was written since the last look.
func (s *stage) hush() string {
	synctest.Wait()
	all := s.out.String()
	got := all[s.read:]
	s.read = len(all)
	return got
}

// incoming is a message that a customer writes now.
func (s *stage) incoming(id inbox.ThreadID, text string) inbox.Message {
	s.t.Helper()
	m := s.desk.change(id, inbox.MessageEvent, inbox.Message{Direction: "in", Origin: inbox.OriginCustomer, Type: "text", Text: text, At: s.desk.now(), Unread: true})
	synctest.Wait()
	return m
}

// byPhone is an answer from the phone.
func (s *stage) byPhone(id inbox.ThreadID, text string) {
	s.t.Helper()
	s.desk.change(id, inbox.MessageEvent, inbox.Message{Direction: "out", Origin: inbox.OriginPhone, Type: "text", Text: text, At: s.desk.now(), Status: inbox.StatusSent})
	synctest.Wait()
}
