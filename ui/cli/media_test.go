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
