package cli

import (
	"io"
	"strings"
	"testing"
	"time"

	"frontdesk/inbox"
	"frontdesk/inbox/attach"
)

// TestLaterOverKill9 schedules a reply and pauses another, kills the owner, and starts the next one: both leave, once,
// and not before their time.
func TestLaterOverKill9(t *testing.T) {
	t.Parallel()
	sb, s := newFarSide(t)
	s.serve(t, io.Discard)
	connectTo(t, sb, s)
	sb.Customer("+15550100101").Named("Maya Okafor").Write("Is it ready?")
	drain(t, sb)
	desk, err := attach.Dial(t.Context(), attach.SocketPath(s.dir), attach.Options{Agent: "priya"})
	must(t, err)
	defer func() { _ = desk.Close() }()
	var th inbox.Thread
	eventually(t, "the thread is there", func() bool { th, err = desk.Thread(t.Context(), "Maya Okafor"); return err == nil })
	due := time.Now().Add(4 * time.Second)
	for _, send := range []inbox.Send{
		{Out: inbox.Outgoing{Type: "text", Text: "later"}, Later: due},
		{Out: inbox.Outgoing{Type: "text", Text: "paused"}, Pause: 3 * time.Second},
		{Out: inbox.Outgoing{Type: "text", Text: "now"}},
	} {
		send.Thread, send.OID = th.ID, inbox.OID(inbox.NewID())
		if _, err := desk.Do(t.Context(), string(send.OID), send); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "what goes at once has gone", func() bool { return len(replies(sb)) == 1 })
	s.kill9(t)
	eventually(t, "it is dead", func() bool { return !alive(s) })
	if n := len(replies(sb)); n != 1 {
		t.Fatalf("%d replies left before the owner was killed", n)
	}
	s.serve(t, io.Discard)
	connectTo(t, sb, s)
	eventually(t, "both have gone", func() bool { return len(replies(sb)) >= 3 })
	var order []string
	for _, r := range replies(sb) {
		for _, text := range []string{"now", "paused", "later"} {
			if strings.Contains(string(r.Body), `"`+text+`"`) {
				order = append(order, text)
			}
		}
		if strings.Contains(string(r.Body), `"later"`) && r.At.Before(due) {
			t.Errorf("it left %v before its time", due.Sub(r.At))
		}
	}
	if got := strings.Join(order, " "); got != "now paused later" {
		t.Errorf("they left in the order %s", got)
	}
}
