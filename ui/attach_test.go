package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"frontdesk/inbox"
	"frontdesk/ui/enclose"

	tea "github.com/charmbracelet/bubbletea"
)

const jpegBytes = "\xff\xd8\xff\xe0\x00\x10JFIF the sea"

// homeWith is a home directory with files to send.
func homeWith(t *testing.T) string {
	t.Helper()
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("PATH", t.TempDir()) // without ffmpeg
	for name, content := range map[string]string{"sea view.jpg": jpegBytes, "song.mp3": "ID3\x03music", "plan.heic": "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", ".hidden.jpg": jpegBytes, "Downloads/bill 7.pdf": "%PDF-1.7 bill", "Downloads/bild.pdf": "%PDF-1.7 older"} {
		path := filepath.Join(home, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(home, "Downloads/bild.pdf"), old, old); err != nil {
		t.Fatal(err)
	}
	return home
}

func TestAttachByPath(t *testing.T) {
	homeWith(t)
	for _, size := range [][2]int{{100, 28}, {48, 16}} {
		perform(t, frontOffice, func(s *stage) {
			s.size(size[0], size[1])
			s.press("enter", "f")
			s.sees("Send a file", "> ~/"[2:], "sea view.jpg", "song.mp3", "Downloads/")
			s.misses(".hidden")
			s.write("do")
			s.misses("sea view")
			s.press("tab")
			s.sees("bill 7.pdf", "bild.pdf")
			s.press("enter") // the newest
			s.sees("+ document bill 7.pdf 13 B")
			s.write("Here it is")
			s.press("enter")
			sent := s.desk.sent()
			if len(sent) != 1 || sent[0].Out.Type != "document" || sent[0].Out.Text != "Here it is" || sent[0].Out.File.Name != "bill 7.pdf" || sent[0].Out.File.Bytes != 13 {
				s.t.Fatalf("sent %+v", sent)
			}
			s.misses("+ document")
		})
	}
}

func TestAttachedFileAlone(t *testing.T) {
	homeWith(t)
	perform(t, withPause, func(s *stage) {
		s.size(100, 28)
		s.press("enter", "i", "ctrl+t")
		s.write("sea")
		s.press("enter")
		s.sees("+ photo sea view.jpg 18 B", "ctrl+t changes or removes it")
		s.press("ctrl+t")
		s.sees("send as document", "another file", "remove it")
		s.press("1")
		s.sees("+ document sea view.jpg")
		s.press("enter")
		if sent := s.desk.sent(); len(sent) != 1 || sent[0].Out.Type != "document" || sent[0].Out.Text != "" {
			s.t.Fatalf("sent %+v", sent)
		}
		s.press("esc") // taken back: the file is in the box again
		s.sees("+ document sea view.jpg")
		s.press("ctrl+t", "x")
		s.misses("sea view.jpg 19")
		s.press("enter") // and there is nothing to send
		if n := len(s.desk.sent()); n != 1 {
			s.t.Errorf("%d messages", n)
		}
	})
}

// A path may be typed whole behind the beginning that stands there.
func TestAttachPathBegunAnew(t *testing.T) {
	home := homeWith(t)
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "f")
		s.write(home + "/so")
		s.sees("song.mp3")
		s.write("/~/Down")
		s.misses("song.mp3")
		s.press("tab", "enter")
		s.sees("+ document bill 7.pdf 13 B", "ctrl+t change")
	})
}

// TestAttachSaysWhyNothingIsListed: nothing that begins so is another thing than nothing at all.
func TestAttachSaysWhyNothingIsListed(t *testing.T) {
	home := homeWith(t)
	for _, dir := range []string{"empty", "closed"} {
		if err := os.Mkdir(filepath.Join(home, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Join(home, "closed"), 0); err != nil {
		t.Fatal(err)
	}
	words := map[string]string{
		"/empty/": "There is no file in here.", "/empty/z": "Nothing here begins like that.",
		"/nowhere/": "There is no such directory.", "/song.mp3/": "There is no such directory.",
	}
	if os.Geteuid() != 0 { // who reads everything
		words["/closed/"] = "This directory cannot be read."
	}
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "f")
		for typed, said := range words {
			s.write("/" + home + typed) // begun anew
			s.idle()
			s.sees(said)
		}
	})
}

func TestAttachRefusals(t *testing.T) {
	home := homeWith(t)
	perform(t, frontOffice, func(s *stage) {
		s.size(130, 28)
		s.press("enter", "f")
		s.write("plan")
		s.press("enter")
		s.sees("save it as JPEG")
		s.press("ctrl+p")
		s.write("attach " + home + "/song.mp3")
		s.press("enter")
		s.sees("+ audio song.mp3")
		s.press("ctrl+t", "2") // as a voice note, without ffmpeg
		s.sees("install ffmpeg")
		s.desk.fail = func(c inbox.Command) error {
			if _, ok := c.(inbox.Send); ok {
				return inbox.Refusal("file-mute", "kind", "audio")
			}
			return nil
		}
		s.write("listen")
		s.press("enter")
		s.sees("carries no text", "+ audio song.mp3", "> listen")
		s.press("ctrl+p")
		s.write("attach " + home + "/nothing.mp3")
		s.press("enter")
		s.sees("the file cannot be opened", "+ audio song.mp3", "> listen")
	})
}

// TestAnAttachedFileIsKept: a file in the box lies with the Desk as its words do. Another terminal has it, also when the
// path leads nowhere any more, and sends it; and when it is not there any more, that is said.
func TestAnAttachedFileIsKept(t *testing.T) {
	home := homeWith(t)
	perform(t, frontOffice, func(s *stage) {
		s.size(130, 28)
		s.show(asha)
		s.press("i")
		s.press("ctrl+p")
		s.write("attach " + home + "/Downloads/bill 7.pdf")
		s.press("enter")
		s.pass(time.Second)
		if d := s.desk.threads[asha].Draft; d == nil || d.Text != "" || d.File == nil || d.File.Name != "bill 7.pdf" || !d.File.File.Valid() {
			s.t.Fatalf("kept is %+v", d)
		}
		s.press("esc", "esc")
		s.sees("draft: document bi")
		if err := os.Remove(filepath.Join(home, "Downloads/bill 7.pdf")); err != nil {
			s.t.Fatal(err)
		}
		other := s.join("ben")
		defer other.cancel()
		other.show(asha)
		other.sees("+ document bill 7.pdf 13 B", "draft by priya")
		other.press("i")
		other.write("Here it is")
		other.press("enter")
		settled(s, other)
		sent := s.desk.sent()
		if len(sent) != 1 || sent[0].Out.Type != "document" || sent[0].Out.Text != "Here it is" || sent[0].Out.File.Name != "bill 7.pdf" {
			s.t.Fatalf("sent %+v", sent)
		}
		if d := s.desk.threads[asha].Draft; d != nil {
			s.t.Errorf("there is still %+v", d)
		}
		s.show(asha)
		s.misses("bill 7.pdf 13 B  ctrl")
		f := *sent[0].Out.File
		s.desk.alter(asha, func(t *inbox.Thread) {
			t.Draft = &inbox.Draft{OID: "01LOST", Text: "Here", File: &f, Gone: true, Agent: "ben"}
		})
		settled(s)
		s.sees("Gone, attach it again: bill 7.pdf")
		s.press("i", "ctrl+t", "x")
		settled(s)
		s.misses("Gone,")
		if d := s.desk.threads[asha].Draft; d == nil || d.File != nil || d.Text != "Here" {
			s.t.Errorf("taken out, there is %+v", d)
		}
	})
}

// TestQuittingWaitsForAFile: what was attached the moment before is with the Desk when the screen has gone.
func TestQuittingWaitsForAFile(t *testing.T) {
	home := homeWith(t)
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.show(asha)
		s.press("i")
		d := s.m.draft()
		s.m.touch(d)
		f, err := enclose.Look(filepath.Join(home, "sea view.jpg"), "")
		if err != nil {
			s.t.Fatal(err)
		}
		d.file = &f // and nobody has handed it over
		s.press("esc", "q", "y")
		s.idle()
		if d := s.desk.threads[asha].Draft; !s.quit || d == nil || d.File == nil || d.File.Name != "sea view.jpg" {
			s.t.Errorf("quit %v, kept %+v", s.quit, d)
		}
	})
}

// TestQuittingDoesNotLoseAFile: what cannot be handed over stops the first try to leave, and says so; the second one goes.
func TestQuittingDoesNotLoseAFile(t *testing.T) {
	home := homeWith(t)
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.show(asha)
		s.press("i")
		d := s.m.draft()
		s.m.touch(d)
		path := filepath.Join(home, "sea view.jpg")
		f, err := enclose.Look(path, "")
		if err != nil {
			s.t.Fatal(err)
		}
		d.file = &f
		if err := os.Remove(path); err != nil {
			s.t.Fatal(err)
		}
		s.press("esc", "q", "y")
		s.idle()
		if s.quit {
			s.t.Fatal("it left, and the file is nowhere")
		}
		s.sees("cannot be opened")
		s.press("q", "y")
		s.idle()
		if !s.quit {
			s.t.Error("it does not let go")
		}
	})
}

func TestDroppedFileIsAskedAbout(t *testing.T) {
	home := homeWith(t)
	paste := func(s *stage, text string) {
		s.update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text), Paste: true})
		s.idle()
	}
	path := filepath.Join(home, "sea view.jpg")
	for _, text := range []string{path, "'" + path + "' ", strings.ReplaceAll(path, " ", `\ `), "file://" + strings.ReplaceAll(path, " ", "%20")} {
		perform(t, frontOffice, func(s *stage) {
			s.size(100, 28)
			s.press("enter", "i")
			s.write("Look: ")
			paste(s, text)
			s.sees("Send the file sea view.jpg?", "send as photo sea view.jpg 18 B")
			s.press("a")
			s.sees("+ photo sea view.jpg")
			if got := s.m.draft().text(); got != "Look:" {
				s.t.Errorf("%q stays of the text", got)
			}
		})
	}
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.press("enter")
		paste(s, path) // onto the conversation
		s.sees("Send the file sea view.jpg?")
		s.press("a")
		s.sees("+ photo sea view.jpg")
		s.press("ctrl+t", "x")
		paste(s, path)
		s.press("t")
		s.misses("+ photo")
		if got := s.m.draft().text(); got != path {
			s.t.Errorf("the text is %q", got)
		}
		for _, text := range []string{"/nowhere/at all", "/thanks", home} {
			paste(s, text)
			s.misses("Send the file")
		}
	})
}

func TestUploadOnItsRow(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.press("enter")
		m := told("09:46", inbox.OriginAPI, "priya", inbox.Queuing, "[document] bill.pdf")
		m.Key, m.Ref, m.Type, m.HoldReason, m.Upload = "up", "up", "document", "upload", &inbox.Upload{Sent: 9, Bytes: 20}
		m.Media = &inbox.MediaView{Name: "bill.pdf", Bytes: 20, State: inbox.MediaKept}
		m.Choices = []inbox.Decision{inbox.Cancel}
		s.desk.change(asha, "", m)
		s.idle()
		s.sees("… uploading 45%", "[document bill.pdf 20 B]")
		m.Status, m.Upload, m.RetryAt = inbox.Waiting, nil, noon.Add(time.Minute)
		s.desk.change(asha, "", m)
		s.idle()
		s.sees("waiting", "The file did not get through.")

		late, named := m, m // what is told beside the journal may come behind it
		named.Key, named.ID, named.Status, named.RetryAt, named.Choices = "200|out|AA", "wamid.AA", inbox.StatusAccepted, time.Time{}, nil
		s.desk.change(asha, "up", named)
		s.idle()
		late.RetryAt, late.Thread = time.Time{}, asha
		s.desk.emit(inbox.Event{Kind: inbox.OutboxEvent, Message: &late})
		s.idle()
		s.sees("accepted")
		if n := strings.Count(s.screen(), "bill.pdf"); n != 1 {
			t.Errorf("the file stands %d times:\n%s", n, s.screen())
		}
	})
}

func TestGivenPaths(t *testing.T) {
	t.Setenv("HOME", "/home/priya")
	for in, want := range map[string]string{
		"~/a.jpg": "/home/priya/a.jpg", " /a/b.jpg\n": "/a/b.jpg", `"/a b.jpg"`: "/a b.jpg", `'/it'\''s.jpg'`: "/it's.jpg",
		`/a\ \(b\).jpg`: "/a (b).jpg", "file:///a%20b.jpg": "/a b.jpg", "file://localhost/a.jpg": "/a.jpg", "file://elsewhere/a.jpg": "file://elsewhere/a.jpg", "a.jpg": "a.jpg",
	} {
		if got := enclose.Given(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}
