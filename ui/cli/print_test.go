package cli

import (
	"strings"
	"testing"
	"time"

	"frontdesk/inbox"
)

func TestAgo(t *testing.T) {
	for d, want := range map[time.Duration]string{-time.Second: "less than a minute ago", 59 * time.Second: "less than a minute ago", time.Minute: "1m ago",
		25 * time.Hour: "25h ago", 72 * time.Hour: "3d ago"} {
		if got := ago(d); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}

func TestStatusOfWhatWasNeverAskedFor(t *testing.T) {
	s := inbox.SyncStatus{}
	s.Contacts.State, s.Contacts.Known, s.History.State = inbox.SyncNever, 5, inbox.SyncNever
	got := statusLines(s, time.Now())
	for _, want := range []string{"contacts  never asked for, 5 with a name from the phone\n", "history   never asked for\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q does not say %q", got, want)
		}
	}
}

// A business user id is longer than any number; the names stand below each other all the same.
func TestContactLinesStandBelowEachOther(t *testing.T) {
	a := contactLine(inbox.Contact{ID: "t_1", Name: "Grace", UserID: "KR.18411055448035784995"})
	b := contactLine(inbox.Contact{ID: "t_2", Name: "Grace", WaID: "919820012345"})
	if strings.Index(a, "Grace") != strings.Index(b, "Grace") || !strings.Contains(a, " Grace") {
		t.Errorf("\n%s\n%s", a, b)
	}
}
