package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"frontdesk/cloudapi/sandbox"
	"frontdesk/inbox"
	"frontdesk/inbox/attach"
)

// draft is what the running owner keeps for a contact.
func (s *shop) draft(t *testing.T, name string) (d *inbox.Draft) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	desk, err := attach.Dial(ctx, attach.SocketPath(s.dir), attach.Options{Agent: "observer"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = desk.Close() }()
	thread, err := desk.Thread(ctx, name)
	if err != nil {
		t.Fatal(err)
	}
	return thread.Draft
}

// kill9 kills whoever holds the store.
func (s *shop) kill9(t *testing.T) {
	t.Helper()
	desk, err := attach.Dial(t.Context(), attach.SocketPath(s.dir), attach.Options{Agent: "observer"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = desk.Close() }()
	info, err := desk.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Sscanf(info.Owner, "process %d of", &pid); err != nil || pid <= 1 || pid == os.Getpid() {
		t.Fatalf("the owner says it is %q", info.Owner)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

// TestDraftSurvivesKillNine types into the built program, which holds the store itself, attaches a file, and kills it. What
// was handed to the desk is back on the screen of the next one, the file too, which is nowhere else by then; that it is handed over within a second is tested in ui.
func TestDraftSurvivesKillNine(t *testing.T) {
	t.Parallel()
	sb, s := newFarSide(t)
	line := "HOME=" + s.dir + " " + builtBinary(t) + " --config " + s.config
	screen := inTmux(t, 80, 24, line)
	eventually(t, "the screen owns the listener", func() bool { return alive(s) })
	connectTo(t, sb, s)
	sb.Customer("+15550100101").Named("Maya Okafor").Write("Do you have a table?")
	drain(t, sb)
	screen.sees("Maya Okafor", "Do you have a table?")
	screen.keys("Enter")
	screen.keys("i")
	const typed = "Yes, at eight, by the window"
	screen.text(typed)
	screen.sees("> " + typed)
	plan := fileIn(t, "plan.pdf", sandbox.SamplePDF("The garden"))
	screen.keys("C-t")
	screen.sees("Send a file")
	screen.text("/" + plan)
	screen.sees("plan.pdf")
	screen.keys("Enter")
	screen.sees("+ document plan.pdf")
	eventually(t, "the draft is kept", func() bool {
		d := s.draft(t, "Maya Okafor")
		return d != nil && d.Text == typed && d.File != nil && d.File.Name == "plan.pdf" && !d.Gone
	})
	s.kill9(t)
	must(t, os.Remove(plan))
	eventually(t, "it is dead", func() bool { return !alive(s) })

	again := inTmux(t, 80, 24, line)
	again.sees("Maya Okafor")
	again.keys("Enter")
	again.sees("> "+typed, "+ document plan.pdf")
	again.keys("i")
	again.keys("Enter")
	again.until("the reply on its way to the customer", func(string) bool { return len(replies(sb)) > 0 })
	if n := len(replies(sb)); n != 1 {
		t.Errorf("%d replies went out", n)
	}
	if body := string(replies(sb)[0].Body); !strings.Contains(body, `"filename":"plan.pdf"`) || !strings.Contains(body, typed) {
		t.Errorf("WhatsApp got %s", body)
	}
	again.keys("Escape")
	again.sees("i to write")
	again.keys("q")
	again.sees("ended with 0")
}

// TestDraftsOfTwoTerminals has two people at two terminals write into one thread, each with an editor of their own.
func TestDraftsOfTwoTerminals(t *testing.T) {
	t.Parallel()
	sb, s := newFarSide(t)
	s.serve(t, io.Discard)
	connectTo(t, sb, s)
	sb.Customer("+15550100101").Named("Maya Okafor").Write("Do you have a table?")
	drain(t, sb)
	script := filepath.Join(t.TempDir(), "editor.sh")
	if err := os.WriteFile(script, []byte("#!/bin/sh\ntest \"$1\" = --wait || exit 1\nread line\nprintf '%s\\n' \"$line\" >> \"$2\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	at := func(name string) *tmux {
		x := inTmux(t, 100, 28, "FRONTDESK_AGENT_NAME="+name+" EDITOR='"+script+" --wait' VISUAL= HOME="+s.dir+" "+builtBinary(t)+" --config "+s.config)
		x.sees("Maya Okafor")
		x.keys("Enter")
		x.sees("Do you have a table?", "i to write")
		return x
	}
	priya, ben := at("priya"), at("ben")
	priya.keys("i")
	priya.text("Yes, at eight")
	ben.sees("> Yes, at eight", "draft by priya")
	ben.keys("i")
	ben.text(" or nine")
	priya.sees("> Yes, at eight", "ben wrote after you (alt+o takes it): Yes, at eight or nine")
	priya.keys("M-o")
	priya.sees("> Yes, at eight or nine", "draft by ben")

	ben.keys("C-o") // the person's own editor has the terminal now
	ben.until("the editor", func(screen string) bool { return !strings.Contains(screen, "Maya") })
	ben.text("by the window")
	ben.keys("Enter")
	ben.sees("> Yes, at eight or nine", "by the window")
	priya.sees("by the window")

	ben.keys("/") // text, in the middle of a reply
	ben.sees("by the window/")
	ben.keys("M-z")
	ben.paste("\nline two\nline three")
	ben.sees("3 lines pasted", "line three")
	ben.keys("Enter")
	ben.until("the reply on its way to the customer", func(string) bool { return len(replies(sb)) > 0 })
	if n := len(replies(sb)); n != 1 {
		t.Errorf("%d replies went out", n)
	}
	for _, x := range []*tmux{priya, ben} { // or one of them takes the store over while it is cleared away
		x.keys("Escape")
		x.sees("i to write")
		x.keys("q")
		x.sees("ended with 0")
	}
}

// replies are the messages that reached WhatsApp: not the read receipts, which a typing terminal sends too.
func replies(sb *sandbox.Sandbox) []sandbox.Send {
	return slices.DeleteFunc(sb.Sends(), func(s sandbox.Send) bool { return s.Type == "read" })
}
