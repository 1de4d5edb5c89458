package ui

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"frontdesk/ui/term"

	"github.com/charmbracelet/x/ansi"
	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// console is the screen on a terminal of its own: what the terminal would send goes in as bytes, what it would show
// comes out as text.
type console struct {
	t    *testing.T
	pt   *os.File
	text chan string // what was written, without sequences
	seen bytes.Buffer
}

func (c *console) send(s string) {
	c.t.Helper()
	if _, err := c.pt.WriteString(s); err != nil {
		c.t.Fatal(err)
	}
}

// expect waits for a text in what was written since the last one.
func (c *console) expect(text string) {
	c.t.Helper()
	give := time.NewTimer(20 * time.Second)
	defer give.Stop()
	for {
		if i := strings.Index(c.seen.String(), text); i >= 0 {
			c.seen.Next(i + len(text))
			return
		}
		select {
		case more, ok := <-c.text:
			if !ok {
				c.t.Fatalf("ended without %q: %q", text, c.seen.String())
			}
			c.seen.WriteString(more)
		case <-give.C:
			c.t.Fatalf("waited for %q, got %q", text, c.seen.String())
		}
	}
}

// The bytes that terminals send for the mouse, for kitty's keys and for letters of other layouts arrive as actions.
func TestBytesBecomeActions(t *testing.T) {
	pt, tty, err := pty.Open()
	if err != nil {
		t.Skip("no pty here:", err)
	}
	defer tty.Close()
	fd, err := unix.FcntlInt(pt.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	pt.Close()
	if err := unix.SetNonblock(fd, true); err != nil { // so that it can be closed while it is read from
		t.Fatal(err)
	}
	pt = os.NewFile(uintptr(fd), "pty")
	if err := pty.Setsize(pt, &pty.Winsize{Cols: 100, Rows: 28}); err != nil {
		t.Fatal(err)
	}
	c := &console{t: t, pt: pt, text: make(chan string, 4096)}
	go func() {
		defer close(c.text)
		buf := make([]byte, 1<<16)
		for {
			n, err := pt.Read(buf)
			if err != nil {
				return
			}
			c.text <- ansi.Strip(string(buf[:n]))
		}
	}()
	defer pt.Close()

	desk := newFakeDesk(func() time.Time { return noon })
	cfg := Config{Desk: desk, Clock: desk.now, Zone: time.UTC,
		Terminal: term.Options{Input: tty, Output: tty, Widths: "wcwidth", Mouse: true}}
	frontOffice(desk, &cfg)
	ended := make(chan error, 1)
	go func() { ended <- Run(context.Background(), cfg) }()

	c.expect("Dewi Lestari")
	c.expect("? help")
	c.send("\x1b[<0;14;5M\x1b[<0;14;5m") // a click on the third thread
	c.expect("Kapan dikirim?")
	c.send("\x1b[1083::107;3u") // alt and the key of k, on a Russian layout
	c.expect("Go to")
	c.send("\x1b[27u")       // esc
	c.send("\x1b[<65;14;5M") // the wheel over the list
	c.send("\x1b[<0;14;6M")  // and a click
	c.expect("متى يصل الطلب؟")
	c.send("к") // where r lies
	c.expect("enter send")
	c.send("рубли\x1b[13;2u2") // text as it is; shift+enter
	c.expect("рубли")
	c.send("\x1b[1089::99;5u") // ctrl+c on the Russian layout
	c.expect("Quit?")
	c.send("y")
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if d := desk.threads[maryam].Draft; d == nil || d.Text != "рубли\n2" || d.ReplyTo == "" {
		t.Errorf("the draft is %+v", d)
	}
}
