package cli

import (
	"context"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"frontdesk/inbox"
	"frontdesk/store"
)

// past puts into a store that nobody runs what happened there yesterday: a customer wrote, the agent looked and answered,
// the process died before WhatsApp said whether the answer went, and the next one was stopped at closing time.
func (s *shop) past(t *testing.T, now time.Time) {
	t.Helper()
	st, err := store.Open(s.dir, store.Options{ViewsLayout: inbox.ViewsLayout})
	must(t, err)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	peer := inbox.Peer{Line: testLine, Alias: inbox.PhoneAlias(phoneNumber(0))}
	oid := inbox.OID(inbox.NewID())
	entries := []inbox.Entry{{ID: "b:yesterday", Kind: inbox.EntryWebhook, At: ago(15 * time.Hour), Data: incoming(0, 1, ago(15*time.Hour))}}
	for _, f := range []struct {
		at   time.Time
		fact inbox.Fact
	}{
		{ago(15*time.Hour - time.Minute), inbox.CaughtUp{Agent: "priya", Upto: 1, At: ago(15*time.Hour - time.Minute)}},
		{ago(15*time.Hour - 2*time.Minute), inbox.Queued{OID: oid, Peer: peer, Agent: "priya", Out: inbox.Outgoing{Type: "text", Text: "It is ready at noon."}, At: ago(15*time.Hour - 2*time.Minute)}},
		{ago(15*time.Hour - 2*time.Minute), inbox.Attempted{OID: oid, N: 1, Run: "yesterday", At: ago(15*time.Hour - 2*time.Minute)}},
		{ago(14 * time.Hour), inbox.Stopped{At: ago(14 * time.Hour)}},
	} {
		e, err := inbox.EncodeLocal(inbox.NewID(), f.fact, f.at)
		must(t, err)
		entries = append(entries, e)
	}
	_, _, err = st.Journal().Append(context.Background(), inbox.Batch{Entries: entries})
	must(t, err)
	must(t, st.Close())
}

// TestJourneyWhileAway starts the screen in the morning: it tells what it missed, what is uncertain and who waits; what
// WhatsApp could not deliver in the night comes in while one reads; and told once is enough.
func TestJourneyWhileAway(t *testing.T) {
	t.Parallel()
	sb, s := newFarSide(t)
	var log lockedBuffer
	owner := s.serve(t, &log)
	connectTo(t, sb, s)
	must(t, owner.Process.Signal(syscall.SIGTERM))
	eventually(t, "the owner is gone", func() bool { return !alive(s) })
	s.past(t, time.Now())
	sb.Customer("+919800000210").Named("Asha Rao").Write("Are you open today?") // and nobody takes it

	start := fmt.Sprintf("HOME=%s NO_COLOR= %s --config %s", t.TempDir(), builtBinary(t), s.config)
	x := inTmux(t, 100, 28, start)
	x.sees("While you were away", "nothing could arrive here, for frontdesk did not run", "WhatsApp repeats for up to 7 days",
		"In 1 thread a message of ours needs you", "? uncertain: It is ready at noon.")
	x.sees("1 message came in 1 thread.", "Asha Rao", "Are you open today?") // the courier tried again
	x.keys("Enter")                                                          // who waits longest
	for i := 0; i < 100 && !notIn(x.screen(), "While you were away"); i++ {
		if i%50 == 49 { // a screen that nobody asked for takes no key before typing has paused
			x.keys("Enter")
		}
		pause(t.Context(), 100*time.Millisecond)
	}
	screen := x.until("a thread of those who wait", func(s string) bool { return notIn(s, "While you were away") })
	if notIn(screen, "Customer 0") {
		t.Errorf("who waits longest is not open:\n%s", screen)
	}
	x.keys("Escape")
	x.sees("enter open")
	x.keys("!")
	x.sees("Stuck 1 of 1", "? uncertain")
	x.keys("R")
	x.sees("mark as sent")
	x.keys("2")
	x.until("nothing uncertain", func(s string) bool { return notIn(s, "1 uncertain") })
	x.keys("Escape")
	x.sees("enter open")
	x.keys("4")
	x.sees("Waiting 1, longest", "Asha Rao")
	x.keys("q")
	x.sees("ended with 0")

	again := inTmux(t, 80, 24, start)
	if screen := again.sees("live", "Asha Rao"); !notIn(screen, "While you were away") {
		t.Errorf("told twice:\n%s", screen)
	}
	again.keys("q")
	again.sees("ended with 0")
}

func notIn(s string, part string) bool { return !strings.Contains(s, part) }
