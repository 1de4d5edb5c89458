package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
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

	asked := s.syncStatus(t).History.RequestedAt
	eventually(t, "a later second than that of the request", func() bool { return time.Now().Unix() > asked.Unix() })
	sb.Link(time.Now()) // anew; times of linking are in whole seconds
	must(t, sb.AddFault(sandbox.Fault{Name: "disconnect", On: "smb_app_data"}))
	refuses(1, "did not say whether it took it", "contacts", "--yes")
	refuses(1, "not repeated", "contacts", "--yes")
	must(t, sb.AddFault(sandbox.Fault{Name: "2593108", On: "smb_app_data"}))
	refuses(1, "24 hours", "contacts", "--yes", "--again")
}

// TestSyncChat imports what a phone exported: who is who is found out or asked, twice is once.
func TestSyncChat(t *testing.T) {
	sb, s := newFarSide(t)
	var log lockedBuffer
	s.serve(t, &log)
	connectTo(t, sb, s)
	sb.Customer("+919800000210").Named("Asha Rao").Write("hello")
	drain(t, sb)
	eventually(t, "the thread is there", func() bool { return len(decodeLines[inbox.Thread](t, s, "threads", "--json")) == 1 })
	file := filepath.Join(t.TempDir(), "WhatsApp Chat with Asha Rao.txt")
	must(t, os.WriteFile(file, []byte("12/01/2024, 09:40 - Messages and calls are end-to-end encrypted.\n"+
		"12/01/2024, 09:41 - Asha Rao: Is it open?\nOn Sunday, I mean\n"+
		"13/01/2024, 21:05 - Hotel Mirador: <Media omitted>\n"), 0o600))
	report := func(args ...string) chatReport {
		t.Helper()
		stdout, stderr, status := s.output(t, append([]string{"sync", "chat", file, "--json"}, args...)...)
		var r chatReport
		if err := json.Unmarshal([]byte(stdout), &r); err != nil || status != 0 {
			t.Fatalf("sync chat %v: %s%s", args, stdout, stderr)
		}
		return r
	}
	if r := report("--thread", "Asha Rao", "--dry-run"); r.New != 2 || r.Known != 0 || r.Business != "Hotel Mirador" || !r.DryRun || r.System != 1 {
		t.Errorf("a dry run: %+v", r)
	}
	if r := report("--thread", "+91 98000 00210"); r.New != 2 {
		t.Errorf("%+v", r)
	}
	if r := report("--thread", "Asha Rao"); r.New != 0 || r.Known != 2 {
		t.Errorf("again: %+v", r)
	}
	ms := decodeLines[inbox.Message](t, s, "messages", "Asha Rao", "--json")
	if len(ms) != 3 || !ms[0].Exported || ms[0].Text != "Is it open?\nOn Sunday, I mean" || ms[1].Direction != "out" || ms[1].Media == nil || ms[2].Exported {
		t.Errorf("%+v", ms)
	}
	early := filepath.Join(t.TempDir(), "later.txt") // read with another zone it would be of tomorrow, and nothing of it is kept
	must(t, os.WriteFile(early, []byte("12/01/2024, 09:42 - Asha Rao: no\n"+time.Now().UTC().Format("02/01/2006, 15:04")+" - Asha Rao: not yet\n"), 0o600))
	if _, stderr, status := s.output(t, "sync", "chat", early, "--thread", "Asha Rao", "--dates", "dmy", "--business", "Asha Rao", "--zone", "America/Los_Angeles"); status == 0 || !strings.Contains(stderr, "still to come") {
		t.Errorf("a line of later: status %d, %q", status, stderr)
	}
	if n := len(decodeLines[inbox.Message](t, s, "messages", "Asha Rao", "--json")); n != 3 {
		t.Errorf("%d messages, want 3", n)
	}
	for want, args := range map[string][]string{
		"--business": {"--thread", "+49 30 1234567"}, // nobody in it bears that name
		"--thread":   {},
		"--dates":    {"--thread", "Asha Rao", "--dates", "ydm"},
		"it has":     {"--thread", "Asha Rao", "--business", "Nobody"},
	} {
		if _, stderr, status := s.output(t, append([]string{"sync", "chat", file}, args...)...); status != 2 || !strings.Contains(stderr, want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%v: status %d, %q", args, status, stderr)
		}
	}
}

// TestHistoryOverTheBuiltBinary: three phases in small chunks, out of order, twice and with a gap, with files behind them
// and a customer who writes meanwhile.
func TestHistoryOverTheBuiltBinary(t *testing.T) {
	sb, s := newFarSide(t)
	asha := sb.Customer("+919800000210").Named("Asha Rao")
	days := 0
	for ; days < 40; days++ {
		at := sandbox.Before(time.Now().Add(-time.Duration(4*days+2) * 24 * time.Hour))
		switch {
		case days%5 == 1:
			asha.SendImage(sandbox.SamplePhoto(days), "", at)
		case days%2 == 0:
			asha.Write(fmt.Sprint("past ", days), at)
		default:
			sb.Phone().SendText(asha, fmt.Sprint("past ", days), at)
		}
	}
	sb.Phone().Remember(asha, "Asha R. (room 12)")
	sb.Phone().Archive(sandbox.Archive{Chunk: 5, Shuffle: true, Double: 3, Missing: []int{3}})
	var log lockedBuffer
	s.serve(t, &log)
	connectTo(t, sb, s)
	asha.Write("Is it ready?")
	drain(t, sb)
	for _, what := range []string{"contacts", "history"} {
		if stdout, stderr, status := s.output(t, "sync", what, "--yes"); status != 0 {
			t.Fatalf("%s: %s%s", what, stdout, stderr)
		}
	}
	asha.Write("Hello?")
	drain(t, sb)
	eventually(t, "the history is here", func() bool { return s.syncStatus(t).History.State == inbox.SyncComplete })
	st := s.syncStatus(t)
	if h := st.History; h.Progress != 100 || h.Phase != 2 || len(h.Gaps) != 1 || h.Messages != 36 {
		t.Errorf("%+v", h)
	}
	if st.Contacts.Known != 1 {
		t.Errorf("%+v", st.Contacts)
	}
	var th inbox.Thread
	eventually(t, "all of it is there", func() bool {
		th = decodeLines[inbox.Thread](t, s, "threads", "--json")[0]
		return th.Messages == 37
	})
	if th.Unread != 2 || th.Name != "Asha R. (room 12)" {
		t.Errorf("%+v", th)
	}
	ms := decodeLines[inbox.Message](t, s, "messages", asha.Number(), "--json")
	fetched, onPhone := 0, 0
	for _, m := range ms {
		if m.Media != nil && m.Media.State == inbox.MediaPhone {
			onPhone++
		} else if m.Media != nil {
			fetched++
		}
	}
	if ms[len(ms)-1].Text != "Hello?" || !ms[0].Imported || fetched == 0 || onPhone == 0 {
		t.Errorf("%d files here, %d on the phone, the last is %q", fetched, onPhone, ms[len(ms)-1].Text)
	}
}

// TestChatFillsWhatTheHistoryLacks: a chat that was exported before the history came stands where a chunk of it was lost, and
// nowhere twice.
func TestChatFillsWhatTheHistoryLacks(t *testing.T) {
	sb, s := newFarSide(t)
	asha := sb.Customer("+919800000210").Named("Asha Rao")
	var export strings.Builder
	const said = 30
	for n := said; n > 0; n-- {
		at := time.Now().UTC().Add(-time.Duration(4*n+2) * 24 * time.Hour)
		who, text := "Asha Rao", fmt.Sprint("past ", n%7)
		if n%2 == 0 {
			asha.Write(text, sandbox.Before(at))
		} else {
			who = "Hotel Mirador"
			sb.Phone().SendText(asha, text, sandbox.Before(at))
		}
		fmt.Fprintf(&export, "%s - %s: %s\n", at.Format("02/01/2006, 15:04"), who, text)
	}
	file := filepath.Join(t.TempDir(), "chat.txt")
	must(t, os.WriteFile(file, []byte(export.String()), 0o600))
	sb.Phone().Archive(sandbox.Archive{Chunk: 5, Shuffle: true, Missing: []int{3}})
	var log lockedBuffer
	s.serve(t, &log)
	connectTo(t, sb, s)
	asha.Write("Is it ready?")
	drain(t, sb)
	for _, args := range [][]string{
		{"chat", file, "--thread", "+91 98000 00210", "--zone", "UTC", "--dates", "dmy", "--business", "Hotel Mirador"},
		{"contacts", "--yes"}, {"history", "--yes"},
	} {
		if stdout, stderr, status := s.output(t, append([]string{"sync"}, args...)...); status != 0 {
			t.Fatalf("%s: %s%s", args, stdout, stderr)
		}
	}
	drain(t, sb)
	eventually(t, "the history is here", func() bool { return s.syncStatus(t).History.State == inbox.SyncComplete })
	told := s.syncStatus(t).History.Messages // what the customer wrote just now among it
	eventually(t, "each message is there once", func() bool {
		ms := decodeLines[inbox.Message](t, s, "messages", asha.Number(), "--json", "--limit", "100")
		exported := 0
		for _, m := range ms {
			if m.Exported {
				exported++
			}
		}
		return len(ms) == said+1 && exported == said+1-told && exported > 0
	})
}

// TestHistoryDeclined says what to do.
func TestHistoryDeclined(t *testing.T) {
	sb, s := newFarSide(t)
	sb.Phone().Archive(sandbox.Archive{Declined: true})
	var log lockedBuffer
	s.serve(t, &log)
	connectTo(t, sb, s)
	sb.Customer("+919800000210").Write("hello")
	drain(t, sb)
	for _, what := range []string{"contacts", "history"} {
		if stdout, stderr, status := s.output(t, "sync", what, "--yes"); status != 0 {
			t.Fatalf("%s: %s%s", what, stdout, stderr)
		}
	}
	drain(t, sb)
	eventually(t, "it is declined", func() bool { return s.syncStatus(t).History.State == inbox.SyncDeclined })
	if stdout, _, _ := s.output(t, "sync", "status"); !strings.Contains(stdout, "link the number again") {
		t.Errorf("%s", stdout)
	}
	if _, stderr, status := s.output(t, "sync", "history", "--yes"); status != 1 || !strings.Contains(stderr, "not shared from the phone") {
		t.Errorf("status %d, %s", status, stderr)
	}
}

// TestWhatDidNotCome: one is told as one.
func TestWhatDidNotCome(t *testing.T) {
	s := inbox.SyncStatus{History: inbox.HistorySync{State: inbox.SyncComplete, Gaps: []inbox.Gap{{Phase: 0, Chunk: 2}}}}
	if got := statusLines(s, time.Now()); !strings.Contains(got, "1 chunk never came") {
		t.Error(got)
	}
	if words := missed(inbox.Event{Reset: true, Kind: inbox.SyncEvent}); !strings.Contains(words, "import") {
		t.Errorf("of an import: %q", words)
	}
	if words := missed(inbox.Event{Reset: true}); strings.Contains(words, "import") {
		t.Errorf("of anything else: %q", words)
	}
}

// TestSyncStatusSaysThatItIsTooLate: what can be asked for no more is said so before anybody tries.
func TestSyncStatusSaysThatItIsTooLate(t *testing.T) {
	late := inbox.Refusal("sync-late", "time", "1 Nov 09:00")
	st := inbox.SyncStatus{Contacts: inbox.ContactSync{State: inbox.SyncComplete, SyncRequest: inbox.SyncRequest{Refusal: late}},
		History: inbox.HistorySync{State: inbox.SyncNever, SyncRequest: inbox.SyncRequest{Refusal: late}}}
	if got := statusLines(st, time.Now()); strings.Count(got, "linked on 1 Nov 09:00") != 1 || !strings.Contains(got, "link it again") {
		t.Errorf("%s", got)
	}
	st.History.Refusal = inbox.Refusal("sync-contacts-first")
	if got := statusLines(st, time.Now()); strings.Contains(got, "ask for the contacts") {
		t.Errorf("%s", got)
	}
}
