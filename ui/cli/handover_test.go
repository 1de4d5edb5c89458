package cli

import (
	"net/http"
	"testing"
	"time"

	"github.com/creack/pty"
)

// TestHandOver kills the owner under a second screen: the second takes the store, the listener and the sending over, and
// its person notices a moment without news.
func TestHandOver(t *testing.T) {
	t.Parallel()
	sb, s := newFarSide(t)
	first := s.command(t.Context(), t)
	first.Env = append(first.Env, "TERM=xterm-256color", "FRONTDESK_UI_WIDTH=wcwidth")
	tty, err := pty.StartWithSize(first, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Fatal(err)
	}
	go func() { // somebody reads the first screen, too
		buf := make([]byte, 4096)
		for {
			if _, err := tty.Read(buf); err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		_ = first.Process.Kill()
		_ = first.Wait()
		_ = tty.Close()
	})
	eventually(t, "the first screen owns the listener", func() bool { return alive(s) })
	connectTo(t, sb, s)
	maya := sb.Customer("+15550100101").Named("Maya Okafor")
	maya.Write("before the hand-over")
	drain(t, sb)

	second := inTmux(t, 80, 24, "HOME="+s.dir+" "+builtBinary(t)+" --config "+s.config)
	second.sees("Maya Okafor", "before the hand-over", "live")
	second.keys("Enter")
	second.keys("i")
	second.text("half a ")
	second.sees("> half a")

	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Timeout: time.Second}
	eventually(t, "the second screen answers webhooks", func() bool {
		res, err := client.Get("http://" + s.addr + "/healthz")
		if err != nil {
			return false
		}
		_ = res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
	maya.Write("after the hand-over")
	second.sees("after the hand-over")
	second.text("word")
	second.sees("> half a word")
	second.keys("Enter")
	second.until("the reply on its way to the customer", func(string) bool { return len(sb.Sends()) > 0 })
	second.keys("Escape")
	second.sees("i to write")
	second.keys("q")
	second.sees("ended with 0")
	if _, stderr, status := s.output(t, "check"); status != 0 {
		t.Error(stderr)
	}
}
