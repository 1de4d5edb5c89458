package cli

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"frontdesk/inbox"
)

// roaming attaches a roamer to a running serve and watches.
func roaming(t *testing.T, s *shop) (*roamer, *inbox.Watch) {
	t.Helper()
	cfg, err := loadConfig(overrides{file: s.config})
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	r, err := newRoamer(ctx, cfg, "info")
	must(t, err)
	w, err := r.Watch(ctx, inbox.Cursor{})
	must(t, err)
	t.Cleanup(func() {
		cancel()
		for range w.Events {
		}
		if err := r.close(); err != nil {
			t.Error(err)
		}
	})
	return r, w
}

// TestFailedTakeOverIsTold: a terminal that cannot become owner says why, instead of reconnecting without a word.
func TestFailedTakeOverIsTold(t *testing.T) {
	cleanHome(t)
	s := newShop(t, "")
	c := s.serve(t, io.Discard)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	t.Setenv("FRONTDESK_WEBHOOK_LISTEN", l.Addr().String())
	_, w := roaming(t, s)
	must(t, c.Process.Kill())
	deadline := time.After(20 * time.Second)
	for {
		select {
		case batch, ok := <-w.Events:
			if !ok {
				t.Fatal(w.Err())
			}
			for _, e := range batch {
				if e.Account != nil && strings.Contains(e.Account.Text, l.Addr().String()+" is in use") {
					return
				}
			}
		case <-deadline:
			t.Fatal("nothing was told")
		}
	}
}

// TestOwnerAutoFalseNeverTakesOver, nor does a terminal that was left.
func TestOwnerAutoFalseNeverTakesOver(t *testing.T) {
	cleanHome(t)
	t.Setenv("FRONTDESK_OWNER_AUTO", "false")
	s := newShop(t, "")
	c := s.serve(t, io.Discard)
	r, w := roaming(t, s)
	must(t, c.Process.Kill())
	for batch := range w.Events {
		for _, e := range batch {
			if e.Account != nil && e.Account.Kind == "connection-reconnecting" {
				s.serve(t, io.Discard) // gets the lock, since nobody else wants it
				if r.owns() {
					t.Fatal("took over")
				}
				return
			}
		}
	}
}

// TestTeamMemberNeedsNoSecrets: whose configuration names a team's socket only is told about that socket.
func TestTeamMemberNeedsNoSecrets(t *testing.T) {
	cleanHome(t)
	cfg, err := loadConfig(overrides{file: writeConfig(t, "desk:\n  socket: /nowhere/team.sock\n", 0o600)})
	must(t, err)
	if _, err := newRoamer(t.Context(), cfg, "info"); err == nil || !strings.Contains(err.Error(), "nobody answers at /nowhere/team.sock") {
		t.Fatal(err)
	}
}
