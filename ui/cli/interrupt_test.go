package cli

import (
	"context"
	"io"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"frontdesk/inbox/attach"
)

// TestInterruptedCommandsFail: a script that waits for a reply must not take an interruption for success.
func TestInterruptedCommandsFail(t *testing.T) {
	s := newShop(t, "")
	must(t, os.MkdirAll(s.dir, 0o700))
	l, err := net.Listen("unix", attach.SocketPath(s.dir)) // an owner that never answers
	must(t, err)
	defer l.Close()
	for _, args := range [][]string{
		{"reply", "t_1", "hello"}, {"template", "send", "t_1", "order_update"}, {"threads"}, {"messages", "t_1"},
		{"template", "list"}, {"backup", s.dir + "/copy.db"},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		go func() { // the command looks whether somebody is there, then asks
			for range 2 {
				if c, err := l.Accept(); err == nil {
					defer c.Close()
				}
			}
			cancel()
			<-t.Context().Done()
		}()
		var out, errw strings.Builder
		status := run(ctx, append(args, "--config", s.config), strings.NewReader(""), &out, &errw)
		if status != 1 || out.Len() > 0 || !strings.Contains(errw.String(), "interrupted") || strings.Count(errw.String(), "\n") != 1 {
			t.Errorf("%s: status %d, stdout %q, stderr %q", args, status, out.String(), errw.String())
		}
	}
}

// TestInterruptionIsTheEndOfWhatRunsUntilThen: for these it is the way to stop.
func TestInterruptionIsTheEndOfWhatRunsUntilThen(t *testing.T) {
	_, s := newFarSide(t)
	for _, sig := range []os.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM} {
		if signal.Ignored(sig) { // of these tests, as under nohup: then it is of what they start, too
			continue
		}
		c := s.serve(t, io.Discard)
		must(t, c.Process.Signal(sig))
		eventually(t, "serve ends", func() bool { return !alive(s) })
		eventually(t, "the clean stop is on disk", func() bool { _, err := os.Stat(s.dir + "/journal.clean"); return err == nil })
	}
}
