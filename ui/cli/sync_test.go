package cli

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"frontdesk/cloudapi/sandbox"
	"frontdesk/inbox"
)

func (s *shop) syncStatus(t *testing.T) inbox.SyncStatus {
	t.Helper()
	return decodeLines[inbox.SyncStatus](t, s, "sync", "status", "--json")[0]
}

// TestSyncAgainstThePracticeWhatsApp: contacts, then history, once each; what stands against it is said in one line.
func TestSyncAgainstThePracticeWhatsApp(t *testing.T) {
	sb, s := newFarSide(t)
	asha := sb.Customer("+919800000210").Named("Asha")
	sb.Phone().SaveContact(asha, "Asha Rao")
	var log lockedBuffer
	s.serve(t, &log)
	refuses := func(status int, says string, args ...string) {
		t.Helper()
		_, stderr, got := s.output(t, append([]string{"sync"}, args...)...)
		if got != status || !strings.Contains(stderr, says) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("sync %v: status %d, %q", args, got, stderr)
		}
	}
	if st := s.syncStatus(t); st.History.State != inbox.SyncNever || st.Contacts.Refusal == nil || !st.Listener.ProvenAt.IsZero() {
		t.Errorf("at first %+v", st)
	}
	refuses(1, "frontdesk doctor", "contacts", "--yes")
	refuses(1, "contacts come before", "history", "--yes")
	connectTo(t, sb, s)
	drain(t, sb) // the saved contact: something signed has come
	eventually(t, "the listener is proven", func() bool { return !s.syncStatus(t).Listener.ProvenAt.IsZero() })
	refuses(2, "--yes", "contacts")

	if stdout, stderr, status := s.output(t, "sync", "contacts", "--yes"); status != 0 || !strings.Contains(stdout, "REQ") {
		t.Fatalf("contacts: %s%s", stdout, stderr)
	}
	refuses(1, "by priya", "contacts", "--yes")
	refuses(1, "once", "contacts", "--yes", "--again")
	drain(t, sb)
	eventually(t, "the contacts are here", func() bool { return s.syncStatus(t).Contacts.Known == 1 })

	stdout, stderr, status := s.output(t, "sync", "history", "--yes", "--json")
	var st inbox.SyncStatus
	if err := json.Unmarshal([]byte(stdout), &st); err != nil || status != 0 || st.History.RequestID == "" || st.History.By != "priya" {
		t.Fatalf("history: %s%s", stdout, stderr)
	}
	drain(t, sb)
	eventually(t, "the history is here", func() bool { return s.syncStatus(t).History.State == inbox.SyncComplete })
	refuses(1, "it is here", "history", "--yes")
	if stdout, _, _ := s.output(t, "sync", "status"); !strings.Contains(stdout, "history   complete, 100 %") || !strings.Contains(stdout, "by what WhatsApp sent") {
		t.Errorf("status: %s", stdout)
	}

	sb.Link(time.Now().Add(-25 * time.Hour))
	time.Sleep(1100 * time.Millisecond) // times of linking are in whole seconds
	sb.Link(time.Now())
	must(t, sb.AddFault(sandbox.Fault{Name: "disconnect", On: "smb_app_data"}))
	refuses(1, "did not say whether it took it", "contacts", "--yes")
	refuses(1, "not repeated", "contacts", "--yes")
	must(t, sb.AddFault(sandbox.Fault{Name: "2593108", On: "smb_app_data"}))
	refuses(1, "24 hours", "contacts", "--yes", "--again")
}
