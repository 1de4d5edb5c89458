package cli

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"frontdesk/cloudapi/sandbox"
	"frontdesk/inbox"
	"frontdesk/inbox/attach"
)

// TestACustomersPhoto follows one from the customer's hand to the disk, a backup, and away again.
func TestACustomersPhoto(t *testing.T) {
	sb, s := newFarSide(t)
	s.serve(t, io.Discard)
	connectTo(t, sb, s)
	customer := sb.Customer("+15550001234").Named("Maya Lindqvist")
	photo := sandbox.SamplePhoto(3)
	sent := customer.SendImage(photo, "Is this the room?")

	media := func(want inbox.MediaState) *inbox.MediaView {
		t.Helper()
		deadline := time.Now().Add(20 * time.Second)
		for {
			out, _, _ := s.output(t, "messages", "Maya Lindqvist", "--json")
			var m inbox.Message
			if json.Unmarshal([]byte(out), &m) == nil {
				switch {
				case want == "" && m.Revoked && m.Media == nil:
					return nil
				case m.Media != nil && m.Media.State == want:
					return m.Media
				}
			}
			if time.Now().After(deadline) {
				t.Fatalf("the photo is not %q: %s", want, out)
			}
		}
	}
	stored := media(inbox.MediaKept)
	if !strings.HasPrefix(stored.Path, filepath.Join(s.dir, "media")) || stored.MIME != "image/jpeg" || stored.Look.Width != 320 || stored.Bytes != int64(len(photo)) {
		t.Errorf("%+v", stored)
	}
	same := func(path string) {
		t.Helper()
		info, err := os.Stat(path)
		must(t, err)
		if b, err := os.ReadFile(path); err != nil || string(b) != string(photo) || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %d bytes, mode %v, %v", path, len(b), info.Mode(), err)
		}
	}
	same(stored.Path)
	copied := filepath.Join(t.TempDir(), "copy.db")
	out, errw, status := s.output(t, "backup", copied, "--json")
	if status != 0 || !strings.Contains(out, `"files":1`) {
		t.Errorf("%s%s", out, errw)
	}
	name := filepath.Base(stored.Path)
	same(filepath.Join(copied+".media", name[:2], name))

	customer.Revoke(sent)
	media("")
	deadline := time.Now().Add(20 * time.Second)
	for {
		if _, err := os.Stat(stored.Path); os.IsNotExist(err) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the file of a deleted message stays")
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// TestAMediaHostThatLies has the far side hand out a photo as it should not: what is wrong is never kept as the photo, the
// message says what became of it, and asking again brings it once the far side is right.
func TestAMediaHostThatLies(t *testing.T) {
	tests := []struct {
		fault string
		state inbox.MediaState
		why   inbox.MediaWhy
	}{
		{"download/other-file:*", inbox.MediaLost, inbox.WhySum},
		{"download/empty:*", inbox.MediaLost, inbox.WhySum},
		{"download/moved:*", inbox.MediaLost, inbox.WhyHost},
		{"download/404", inbox.MediaKept, ""}, // the address has died; the id names another
		{"download/drop-response:2", inbox.MediaKept, ""},
		{"download/slow=1s", inbox.MediaKept, ""},
	}
	for _, tt := range tests {
		t.Run(tt.fault, func(t *testing.T) {
			t.Parallel()
			sb, s := newFarSide(t)
			f, err := sandbox.ParseFault(tt.fault)
			must(t, err)
			must(t, sb.AddFault(f))
			s.serve(t, io.Discard)
			connectTo(t, sb, s)
			photo := sandbox.SamplePhoto(3)
			sb.Customer("+15550001234").Named("Maya Lindqvist").SendImage(photo, "")
			drain(t, sb)
			desk, err := attach.Dial(t.Context(), attach.SocketPath(s.dir), attach.Options{Agent: "priya"})
			must(t, err)
			defer func() { _ = desk.Close() }()
			var m inbox.Message
			become := func(want inbox.MediaState) {
				t.Helper()
				eventually(t, "the photo is "+string(want), func() bool {
					th, err := desk.Thread(t.Context(), "Maya Lindqvist")
					if err != nil {
						return false
					}
					page, err := desk.Messages(t.Context(), inbox.MessageQuery{Thread: th.ID, Limit: 1})
					if err != nil || len(page.Messages) != 1 || page.Messages[0].Media.State != want {
						return false
					}
					m = page.Messages[0]
					return true
				})
			}
			become(tt.state)
			if m.Media.Why != tt.why {
				t.Errorf("why %q", m.Media.Why)
			}
			if tt.state != inbox.MediaKept {
				if m.Media.Path != "" {
					t.Errorf("it lies in %s all the same", m.Media.Path)
				}
				sb.ClearFaults()
				_, err := desk.Do(t.Context(), inbox.NewID(), inbox.FetchMedia{Thread: m.Thread, Key: m.Key})
				must(t, err)
				become(inbox.MediaKept)
			}
			if b, err := os.ReadFile(m.Media.Path); err != nil || string(b) != string(photo) {
				t.Errorf("%d bytes, %v", len(b), err)
			}
		})
	}
}
