package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/cloudapi/sandbox"
	"frontdesk/inbox"
)

// fileIn writes a file and gives its path.
func fileIn(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	must(t, os.WriteFile(path, content, 0o600))
	return path
}

// TestReplyWithAFile sends what a shop sends, by the built program, and looks at what WhatsApp got.
func TestReplyWithAFile(t *testing.T) {
	sb, s := newFarSide(t)
	s.serve(t, io.Discard)
	connectTo(t, sb, s)
	sb.Customer("+15550001234").Named("Maya Lindqvist").Write("hello")
	drain(t, sb)
	photo, voice, bill := sandbox.SamplePhoto(3), sandbox.SampleVoice(2*time.Second), sandbox.SamplePDF("Invoice 2041")
	row := func(want string, args ...string) inbox.Message {
		t.Helper()
		out, errw, status := s.output(t, append([]string{"reply", "Maya Lindqvist", "--json"}, args...)...)
		var m inbox.Message
		if status != 0 || json.Unmarshal([]byte(out), &m) != nil || m.Text != want {
			t.Fatalf("reply %v: status %d, %q\n%s%s", args, status, m.Text, out, errw)
		}
		return m
	}
	m := row("The sea", "The sea", "--file", fileIn(t, "sea view.jpg", photo))
	if m.Type != "image" || m.Media == nil || m.Media.State != inbox.MediaKept || m.Media.Look.Width != 320 || m.Media.Name != "sea view.jpg" {
		t.Errorf("%+v %+v", m, m.Media)
	}
	if b, err := os.ReadFile(m.Media.Path); err != nil || !bytes.Equal(b, photo) {
		t.Errorf("the file of our own message: %v", err)
	}
	row("[document] bill.pdf", "--file", fileIn(t, "bill.pdf", bill))
	row("[document] sea.jpg", "--file", fileIn(t, "sea.jpg", photo), "--as", "document")
	if m := row("[voice message] note.ogg", "--file", fileIn(t, "note.ogg", voice), "--as", "voice"); m.Type != "audio" || !m.Media.Voice {
		t.Errorf("%+v %+v", m, m.Media)
	}
	var got []string
	for _, send := range sb.Sends() {
		if send.Accepted {
			var body struct {
				Type            string `json:"type"`
				Image, Document struct{ ID, Caption, Filename string }
				Audio           struct {
					ID    string
					Voice bool
				}
			}
			must(t, json.Unmarshal(send.Body, &body))
			got = append(got, body.Type+" "+body.Image.Caption+body.Document.Filename)
			if body.Type == "audio" && !body.Audio.Voice {
				t.Errorf("%s", send.Body)
			}
		}
	}
	if !slices.Equal(got, []string{"image The sea", "document bill.pdf", "document sea.jpg", "audio "}) {
		t.Errorf("WhatsApp got %q", got)
	}
	ups := sb.Uploads()
	if len(ups) != 3 || ups[0].Name != "sea view.jpg" || ups[0].MIME != "image/jpeg" || !bytes.Equal(ups[0].Data, photo) || ups[2].MIME != "audio/ogg" {
		t.Errorf("%d uploads, the photo as it is needs none of its own", len(ups))
	}

	// What cannot go is refused before anything is asked, with the next step.
	for want, args := range map[string][]string{
		"--as \"gif\" is no way to send a file":       {"--file", fileIn(t, "a.jpg", photo), "--as", "gif"},
		"name one with --file":                        {"hi", "--as", "image"},
		"is no plain file":                            {"--file", t.TempDir()},
		"no such file":                                {"--file", "/nowhere/a.jpg"},
		"save it as JPEG and attach that":             {"--file", fileIn(t, "a.gif", []byte("GIF89a"))},
		"make it smaller":                             {"--file", fileIn(t, "a.jpg", append(slices.Clone(photo), make([]byte, 5<<20)...))},
		"send the text as a reply of its own":         {"hi", "--file", fileIn(t, "a.ogg", voice), "--as", "voice"},
		"install ffmpeg, which frontdesk converts":    {"--file", fileIn(t, "a.mp3", []byte("ID3\x03")), "--as", "voice"},
		"the reply is empty; write the text after it": {},
	} {
		c := s.command(t.Context(), t, append([]string{"reply", "Maya Lindqvist"}, args...)...)
		c.Env = append(c.Env, "PATH="+t.TempDir())
		out, err := c.CombinedOutput()
		if want = strings.TrimSuffix(want, " it"); err == nil || !strings.Contains(string(out), want) || strings.Count(string(out), "\n") != 1 {
			t.Errorf("reply %v: %v, %s", args, err, out)
		}
	}
	// WhatsApp refuses what it was handed: nothing is sent, and the reason is told.
	must(t, sb.AddFault(sandbox.Fault{Name: "131053", On: "media"}))
	before := len(sb.Sends())
	out, errw, status := s.output(t, "reply", "Maya Lindqvist", "--file", fileIn(t, "other.pdf", sandbox.SamplePDF("other")))
	if status != 1 || len(sb.Sends()) != before || !strings.Contains(errw, "not sent: ") || !strings.Contains(out, "failed") {
		t.Errorf("status %d: %s%s", status, out, errw)
	}
	// A server that fails twice is asked again.
	must(t, sb.AddFault(sandbox.Fault{Name: "500", On: "media", Count: 2}))
	row("[document] third.pdf", "--file", fileIn(t, "third.pdf", sandbox.SamplePDF("third")))
}

// TestAVoiceNoteIsMade: what is no voice note yet is converted where ffmpeg is.
func TestAVoiceNoteIsMade(t *testing.T) {
	sb, s := newFarSide(t)
	s.serve(t, io.Discard)
	connectTo(t, sb, s)
	sb.Customer("+15550001234").Named("Maya Lindqvist").Write("hello")
	drain(t, sb)
	bin := t.TempDir()
	voice := fileIn(t, "voice.ogg", sandbox.SampleVoice(time.Second))
	must(t, os.WriteFile(filepath.Join(bin, "ffmpeg"), []byte("#!/bin/sh\nfor last; do :; done\ncase \"$*\" in *broken*) echo 'no sound in it' >&2; exit 1;; esac\ncat '"+voice+"' >\"$last\"\n"), 0o700))
	reply := func(file string) string {
		c := s.command(t.Context(), t, "reply", "Maya Lindqvist", "--file", file, "--as", "voice")
		c.Env = append(c.Env, "PATH="+bin+":/bin:/usr/bin")
		out, _ := c.CombinedOutput()
		return string(out)
	}
	if out := reply(fileIn(t, "song.mp3", []byte("ID3\x03music"))); !strings.Contains(out, "accepted") && !strings.Contains(out, "sent") && !strings.Contains(out, "delivered") && !strings.Contains(out, "read") {
		t.Error(out)
	}
	ups := sb.Uploads()
	if len(ups) != 1 || ups[0].Name != "song.ogg" || ups[0].MIME != "audio/ogg" {
		t.Errorf("%+v", ups)
	}
	if out := reply(fileIn(t, "broken.mp3", []byte("ID3\x03music"))); !strings.Contains(out, "no sound in it") || len(sb.Uploads()) != 1 {
		t.Error(out)
	}
}

// TestKilledWhileAFileGoes kills the owner at random moments while files are on their way: each reaches WhatsApp once at
// most, and none is lost.
func TestKilledWhileAFileGoes(t *testing.T) {
	sb, s := newFarSide(t)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 2))
	owner := s.serve(t, io.Discard)
	connectTo(t, sb, s)
	sb.Customer("+15550001234").Named("Maya Lindqvist").Write("hello")
	drain(t, sb)
	must(t, sb.AddFault(sandbox.Fault{Name: "slow", Arg: "30ms", On: "media", Count: sandbox.Forever}))
	must(t, sb.AddFault(sandbox.Fault{Name: "accept-then-500", Count: sandbox.Forever, Every: 4}))
	for n := range min(kills(), 8) {
		file := fileIn(t, "bill.pdf", sandbox.SamplePDF(strings.Repeat("x", n+1)))
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		c := s.command(ctx, t, "reply", "Maya Lindqvist", "--file", file)
		must(t, c.Start())
		before := len(sb.Uploads())
		deadline := time.Now().Add(5 * time.Second)
		for len(sb.Uploads()) == before && time.Now().Before(deadline) {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Duration(chance.IntN(20)) * time.Millisecond)
		must(t, owner.Process.Kill())
		owner = s.serve(t, io.Discard)
		_ = c.Wait() // it goes on with the next owner, or says that it does not know
		cancel()
	}
	sb.ClearFaults()
	var rows []inbox.Message
	eventually(t, "every file has gone, or nobody knows", func() bool {
		rows = nil
		out, _, _ := s.output(t, "messages", "Maya Lindqvist", "--json")
		for line := range strings.Lines(out) {
			var m inbox.Message
			must(t, json.Unmarshal([]byte(line), &m))
			if m.Direction == "out" {
				rows = append(rows, m)
			}
		}
		return len(rows) > 0 && !slices.ContainsFunc(rows, func(m inbox.Message) bool {
			return m.Status == inbox.Queuing || m.Status == inbox.Waiting || m.Status == inbox.Sending
		})
	})
	for _, m := range rows {
		if b, err := os.ReadFile(m.Media.Path); err != nil || !bytes.HasPrefix(b, []byte("%PDF-")) {
			t.Errorf("the file of %s (%s): %v", m.Ref, m.Status, err)
		}
	}
	if err := sandbox.AcceptedAtMostOnce(sb.Sends(), sandbox.Attempt); err != nil {
		t.Error(err)
	}
}

// TestReplyWithSomethingToPress sends what can be pressed, presses it, and reads the answer; a place and a card go, too.
func TestReplyWithSomethingToPress(t *testing.T) {
	sb, s := newFarSide(t)
	s.serve(t, io.Discard)
	connectTo(t, sb, s)
	maya := sb.Customer("+15550001234").Named("Maya Lindqvist")
	maya.Write("hello")
	drain(t, sb)
	list := fileIn(t, "topics.yaml", []byte("button: Choose topic\nsections:\n  - title: Orders\n    rows:\n      - title: Order status\n        description: Where is it?\n      - {title: Change order, id: change}\n"))
	for _, c := range []struct {
		args  []string
		says  string
		press string
		hears string
	}{
		{[]string{"When?", "--button", "Today", "--button", "later=Another day", "--header", "Pickup"}, "Pickup\nWhen?\n[Today] [Another day]", "Another day", "Another day"},
		{[]string{"What is this about?", "--list", list}, "What is this about?\n[Choose topic]\nOrders\n· Order status: Where is it?\n· Change order", "Order status", "Order status: Where is it?"},
		{[]string{"This room?", "--button", "Yes", "--file", fileIn(t, "room.jpg", sandbox.SamplePhoto(3))}, "This room?\n[Yes]", "Yes", "Yes"},
		{[]string{"Follow it.", "--link", "Open status=https://shop.example/r/88"}, "Follow it.\n[Open status] https://shop.example/r/88", "", ""},
		{[]string{"--location", "52.52,13.4,Workshop,12 Example Street"}, "[location] Workshop, 12 Example Street", "", ""},
		{[]string{"--contact", "Jonas Feld,+1 555 010 1020,Northside Repairs"}, "[contact] Jonas Feld +1 555 010 1020", "", ""},
	} {
		out, errw, status := s.output(t, append([]string{"reply", "Maya Lindqvist", "--json"}, c.args...)...)
		var m inbox.Message
		if status != 0 || json.Unmarshal([]byte(out), &m) != nil || m.Text != c.says {
			t.Errorf("reply %v: status %d, %q\n%s%s", c.args, status, m.Text, out, errw)
			continue
		}
		if c.press == "" {
			continue
		}
		all := sb.Messages(maya)
		i := slices.IndexFunc(all, func(x sandbox.Message) bool { return x.ID == m.ID })
		if i < 0 {
			t.Fatalf("WhatsApp does not know %s", m.ID)
		}
		if _, err := maya.Tap(all[i], c.press); err != nil {
			t.Fatal(err)
		}
		drain(t, sb)
		heard := false
		eventually(t, "the answer "+c.hears, func() bool {
			out, _, _ := s.output(t, "messages", "Maya Lindqvist", "--json")
			for line := range strings.Lines(out) {
				var a inbox.Message
				must(t, json.Unmarshal([]byte(line), &a))
				heard = heard || a.Direction == "in" && a.Text == c.hears && a.ReplyTo == m.ID
			}
			return heard
		})
	}
	for want, args := range map[string][]string{
		"make different messages": {"x", "--button", "a", "--location", "1,2"},
		"--location is":           {"--location", "here"},
		"--contact is":            {"--contact", "Jonas"},
		"carries no text":         {"x", "--location", "1,2"},
		"--link is":               {"x", "--link", "https://a"},
		"the reply is empty":      {"--button", "a"},
		"go with --button":        {"x", "--footer", "a"},
		"field colour not found":  {"x", "--list", fileIn(t, "l.yaml", []byte("colour: red\n"))},
		"1 to 3 buttons":          {"x", "--button", "a", "--button", "a"},
		"has no sections":         {"x", "--list", fileIn(t, "l.yaml", []byte("button: x\n"))},
	} {
		out, errw, status := s.output(t, append([]string{"reply", "Maya Lindqvist"}, args...)...)
		if status == 0 || !strings.Contains(errw, want) || strings.Count(errw, "\n") != 1 {
			t.Errorf("reply %v: status %d, %s%s", args, status, out, errw)
		}
	}
}
