package inbox

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"
)

const (
	jpegFile = "\xff\xd8\xff\xe0\x00\x10JFIF the sea"
	pdfFile  = "%PDF-1.7 the bill"
)

// inStudio runs a test in a shop that keeps files.
func inStudio(t *testing.T, do func(t *testing.T, s *shop, v *memVault)) {
	inGallery(t, MediaLimits{}, nil, do)
}

// attached hands a file over and submits a message made of it.
func (s *shop) attached(thread ThreadID, name, content, caption string) OID {
	s.t.Helper()
	oid := newOID()
	s.do(string(oid), Send{Thread: thread, OID: oid, Out: WithFile(s.kept(name, content), caption)})
	s.turn()
	return oid
}

func (s *shop) kept(name, content string) OutFile {
	s.t.Helper()
	f, err := s.desk.KeepFile(context.Background(), name, "", strings.NewReader(content))
	if err != nil {
		s.t.Fatal(err)
	}
	return f
}

func TestAFileIsUploadedAndThenPosted(t *testing.T) {
	inStudio(t, func(t *testing.T, s *shop, v *memVault) {
		thread := s.customer("15550101001", "hello")
		oid := s.attached(thread, "/home/priya/sea.jpg", jpegFile, "The view")
		s.stands(StatusAccepted, oid)
		p := s.first()
		if p.Out.Type != "image" || p.Out.Text != "The view" || p.Out.File.ID != "media1" || p.Out.File.Name != "sea.jpg" || p.Out.File.MIME != "image/jpeg" {
			t.Errorf("%+v %+v", p.Out, p.Out.File)
		}
		m := s.row(oid)
		if m.Text != "The view" || m.Media == nil || m.Media.State != MediaKept || m.Media.Bytes != int64(len(jpegFile)) || m.Media.Name != "sea.jpg" {
			t.Errorf("%+v %+v", m, m.Media)
		}
		if got := s.file(oid); got != jpegFile {
			t.Errorf("the file of our own message reads %q", got)
		}
		// The same file to somebody else goes without another upload; after a restart it is uploaded again.
		s.attached(s.customer("15550101002", "hello"), "sea.jpg", jpegFile, "")
		if n := len(s.gateway.uploaded()); n != 1 {
			t.Errorf("%d uploads of one file", n)
		}
		s.restart()
		third := s.attached(thread, "sea.jpg", jpegFile, "")
		s.stands(StatusAccepted, oid, third)
		if m := s.row(third); m.Text != "[image] sea.jpg" || m.Media.State != MediaKept {
			t.Errorf("%+v", m)
		}
		if n, files := len(s.gateway.uploaded()), v.count(); n != 2 || files != 1 {
			t.Errorf("%d uploads, %d files", n, files)
		}
	})
}

func (s *shop) file(oid OID) string {
	s.t.Helper()
	f, err := s.desk.File(context.Background(), string(oid))
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(b)
}

func TestWhatFilesCarry(t *testing.T) {
	inStudio(t, func(t *testing.T, s *shop, _ *memVault) {
		thread := s.customer("15550101001", "hello")
		for name, c := range map[string]struct {
			name, as, content, caption, key string
		}{
			"nothing":                 {name: "a.jpg", key: "file-empty"},
			"a program":               {name: "a.pdf", content: "MZ\x90\x00\x03", key: "file-type"},
			"a photo of a phone":      {name: "a.heic", content: "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", key: "file-picture"},
			"a drawing":               {name: "a.gif", content: "GIF89a", key: "file-picture"},
			"a sticker as a picture":  {name: "a.webp", as: AsImage, content: "RIFF\x00\x00\x00\x00WEBPVP8 ", key: "file-webp"},
			"a grey picture":          {name: "a.png", content: pngOf(8, 0), key: "file-png"},
			"a deep picture":          {name: "a.png", content: pngOf(16, 2), key: "file-png"},
			"music as a voice note":   {name: "a.mp3", as: AsVoice, content: "ID3\x03", key: "file-voice"},
			"stereo as a voice note":  {name: "a.ogg", as: AsVoice, content: oggOf(2), key: "file-voice"},
			"stereo":                  {name: "a.ogg", content: oggOf(2), key: "file-ogg"},
			"a bill as a picture":     {name: "a.pdf", as: AsImage, content: pdfFile, key: "file-as"},
			"a large picture":         {name: "a.jpg", content: jpegFile + strings.Repeat("x", 5*megabyte), key: "file-large"},
			"a large sticker":         {name: "a.webp", as: AsSticker, content: "RIFF\x00\x00\x00\x00WEBPVP8 " + strings.Repeat("x", 100*kilobyte), key: "file-large"},
			"words with a voice note": {name: "a.ogg", as: AsVoice, content: oggOf(1), caption: "listen", key: "file-mute"},
			"too many words":          {name: "a.jpg", content: jpegFile, caption: strings.Repeat("a", 1025), key: "caption-long"},
			"an open field":           {name: "a.jpg", content: jpegFile, caption: "Dear {{name}}", key: "field"},
			"a moving sticker":        {name: "a.webp", as: AsSticker, content: "RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02" + strings.Repeat("x", 100*kilobyte)},
			"a voice note":            {name: "a.ogg", as: AsVoice, content: oggOf(1)},
			"a picture as it is":      {name: "a.jpg", as: AsDocument, content: jpegFile, caption: "the plan"},
			"a picture":               {name: "a.png", content: pngOf(8, 6), caption: strings.Repeat("a", 1024)},
			"a table":                 {name: "a.csv", content: "a,b\n1,2\n"},
			"a letter":                {name: "a.docx", content: "PK\x03\x04rest"},
			"an archive":              {name: "a.zip", content: "PK\x03\x04rest", key: "file-type"},
		} {
			f, err := s.desk.KeepFile(context.Background(), c.name, c.as, strings.NewReader(c.content))
			if err == nil {
				oid := newOID()
				_, err = s.desk.Do(context.Background(), string(oid), Send{Thread: thread, OID: oid, Out: WithFile(f, c.caption)})
			}
			e, _ := errors.AsType[*Error](err)
			switch {
			case c.key == "" && err != nil:
				t.Errorf("%s: %v", name, err)
			case c.key != "" && (e == nil || e.Key != c.key || e.Kind != Invalid):
				t.Errorf("%s: %v, want %s", name, err, c.key)
			}
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if n := len(s.gateway.sent()); n != 6 {
			t.Errorf("%d messages went", n)
		}
		if _, err := s.desk.KeepFile(context.Background(), "a.jpg", "", iotest.TimeoutReader(strings.NewReader(jpegFile+strings.Repeat("x", 2000)))); KindOf(err) != Invalid {
			t.Errorf("a file that cannot be read: %v", err)
		}
		// What a client says of a file counts for nothing.
		f := s.kept("a.pdf", pdfFile)
		f.As, f.MIME, f.Bytes = AsImage, "image/jpeg", 3
		oid := newOID()
		if _, err := s.desk.Do(context.Background(), string(oid), Send{Thread: thread, OID: oid, Out: WithFile(f, "")}); KindOf(err) != Invalid {
			t.Errorf("a bill that is called a picture: %v", err)
		}
		f.File = FileName(strings.Repeat("0", 64) + ".jpg")
		if _, err := s.desk.Do(context.Background(), string(oid), Send{Thread: thread, OID: oid, Out: WithFile(f, "")}); KindOf(err) != NotFound {
			t.Errorf("a file that nobody handed over: %v", err)
		}
		if _, err := s.owner.DeskFor("vera", Viewer).KeepFile(context.Background(), "a.pdf", "", strings.NewReader(pdfFile)); KindOf(err) != NotAllowed {
			t.Errorf("a viewer: %v", err)
		}
	})
}

// pngOf is the beginning of a PNG of a depth and a kind of colour.
func pngOf(depth, colour byte) string {
	return "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01" + string(rune(depth)) + string(rune(colour)) + "\x00\x00\x00"
}

// oggOf is the beginning of an Ogg Opus file of so many channels.
func oggOf(channels byte) string {
	return "OggS\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x13OpusHead\x01" + string(rune(channels)) + "\x38\x01\x80\xbb\x00\x00\x00\x00\x00"
}

func TestAnUploadThatGoesWrong(t *testing.T) {
	unfit := func(r Result, code int, after time.Duration) error {
		return &UploadError{Result: r, Failure: &Failure{Code: code, Title: "refused"}, RetryAfter: after, Err: errors.New("refused")}
	}
	for name, c := range map[string]struct {
		errs   []error
		soon   Status // a moment later
		why    string
		late   Status // five minutes later
		upload int
	}{
		"the network, twice":    {[]error{errors.New("reset"), unfit(ResultNotUploaded, -6, 0)}, Waiting, "upload", StatusAccepted, 3},
		"WhatsApp, for good":    {[]error{unfit(ResultUnfit, 131053, 0)}, StatusFailed, "upload", StatusFailed, 1},
		"too often":             {[]error{unfit(ResultThrottled, 130429, 7*time.Second)}, Waiting, "throttled", StatusAccepted, 2},
		"the token":             {[]error{unfit(ResultRejectedAuth, 190, 0)}, Held, "auth", Held, 1},
		"the account, for good": {[]error{unfit(ResultRejectedAccount, 131031, 0)}, Held, "account", Held, 1},
	} {
		t.Run(name, func(t *testing.T) {
			inStudio(t, func(t *testing.T, s *shop, _ *memVault) {
				s.gateway.set(func() {
					s.gateway.upload = func(_ context.Context, n int, _ string) (string, error) {
						if n <= len(c.errs) {
							return "", c.errs[n-1]
						}
						return "", nil
					}
				})
				thread := s.customer("15550101001", "hello")
				oid := s.attached(thread, "bill.pdf", pdfFile, "")
				next := s.reply(thread, "see above")
				if m := s.row(oid); m.Status != c.soon || m.HoldReason != c.why || m.Error == nil {
					t.Errorf("at first %q (%q) %+v", m.Status, m.HoldReason, m.Error)
				}
				time.Sleep(5 * time.Minute)
				s.stands(c.late, oid)
				switch {
				case c.late == StatusAccepted:
					s.posts(oid, next) // in the order in which they were written
				case c.late == StatusFailed:
					s.posts(next)
				default:
					s.posts()
				}
				if n := len(s.gateway.uploaded()); n != c.upload {
					t.Errorf("%d uploads, want %d", n, c.upload)
				}
			})
		})
	}
}

func TestCancelWhileAFileIsOnItsWay(t *testing.T) {
	inStudio(t, func(t *testing.T, s *shop, v *memVault) {
		broken := make(chan struct{})
		s.gateway.set(func() {
			s.gateway.upload = func(ctx context.Context, _ int, _ string) (string, error) {
				<-ctx.Done()
				close(broken)
				return "", ctx.Err()
			}
		})
		thread := s.customer("15550101001", "hello")
		oid := s.attached(thread, "bill.pdf", pdfFile, "")
		m := s.row(oid)
		if m.Status != Queuing || m.HoldReason != "upload" || m.Upload == nil || m.Upload.Sent != int64(len(pdfFile)) || m.Upload.Bytes != m.Upload.Sent || len(m.Choices) != 1 || m.Choices[0] != Cancel {
			t.Fatalf("%+v %+v", m, m.Upload)
		}
		s.do(NewID(), Decide{OID: oid, Decision: Cancel})
		s.turn()
		select {
		case <-broken:
		default:
			t.Error("the upload goes on")
		}
		s.stands(Cancelled, oid)
		next := s.reply(thread, "never mind")
		s.posts(next)
		time.Sleep(time.Hour)
		s.posts(next)
		time.Sleep(handedFor + custodyEvery)
		if s.turn(); v.count() != 0 {
			t.Errorf("%d files are left of what was called back", v.count())
		}
	})
}

// TestAFileThatLeavesLater is uploaded when it goes, and not when somebody has answered by then.
func TestAFileThatLeavesLater(t *testing.T) {
	inStudio(t, func(t *testing.T, s *shop, v *memVault) {
		thread := s.customer("15550101001", "hello")
		other := s.customer("15550101002", "hello")
		later := func(thread ThreadID) OID {
			oid := newOID()
			s.do(string(oid), Send{Thread: thread, OID: oid, Out: WithFile(s.kept("bill.pdf", pdfFile), ""), Later: s.owner.clock.now().Add(2 * time.Hour)})
			return oid
		}
		goes, stays := later(thread), later(other)
		time.Sleep(90 * time.Minute)
		s.restart() // the file is nobody's but the message's
		if n := len(s.gateway.uploaded()); n != 0 || v.count() != 1 {
			t.Fatalf("%d uploads, %d files", n, v.count())
		}
		s.webhook(testFact{Message: fromPhone("15550101002", "here it is", time.Now())})
		time.Sleep(31 * time.Minute)
		s.turn()
		s.stands(StatusAccepted, goes)
		s.stands(Held, stays)
		s.posts(goes)
	})
}

// TestKilledBetweenUploadAndPost: the upload is made again, the message is not.
func TestKilledBetweenUploadAndPost(t *testing.T) {
	for name, kill := range map[string]func(s *shop, kind string) (before, after bool){
		"before the message is queued": func(_ *shop, kind string) (bool, bool) { return kind == entryQueued, false },
		"after it is queued":           func(_ *shop, kind string) (bool, bool) { return false, kind == entryQueued },
		"after the upload":             func(_ *shop, kind string) (bool, bool) { return kind == entryAttempted, false },
		"after the attempt":            func(_ *shop, kind string) (bool, bool) { return false, kind == entryAttempted },
		"after the answer":             func(_ *shop, kind string) (bool, bool) { return kind == entrySettled, false },
	} {
		t.Run(name, func(t *testing.T) {
			inStudio(t, func(t *testing.T, s *shop, v *memVault) {
				thread := s.customer("15550101001", "hello")
				f := s.kept("bill.pdf", pdfFile)
				oid := newOID()
				send := Send{Thread: thread, OID: oid, Out: WithFile(f, "")}
				k := s.killOn(kill)
				_, err := s.desk.Do(context.Background(), string(oid), send)
				synctest.Wait()
				k.bury()
				if err != nil { // the person tries again
					if v.count() == 0 { // with the file, which no message named
						s.kept("bill.pdf", pdfFile)
					}
					s.do(string(oid), send)
				}
				s.turn()
				s.turn()
				if m := s.row(oid); m.Status != StatusAccepted && m.Status != Unknown || m.Media.State != MediaKept {
					t.Errorf("%q %+v", m.Status, m.Media)
				}
				if n := len(s.gateway.sent()); n > 1 {
					t.Errorf("%d requests left", n)
				}
				if len(s.gateway.sent()) == 1 {
					if p := s.first(); p.Out.File.ID == "" {
						t.Error("posted without its file")
					}
				}
			})
		})
	}
}

// TestFilesThatAreToBeSentStay: neither age nor room takes them, and a file that vanished is said to be missing.
func TestFilesThatAreToBeSentStay(t *testing.T) {
	inGallery(t, MediaLimits{Quota: 1, KeepFor: time.Minute}, nil, func(t *testing.T, s *shop, v *memVault) {
		thread := s.customer("15550101001", "hello")
		oid := newOID()
		s.do(string(oid), Send{Thread: thread, OID: oid, Out: WithFile(s.kept("bill.pdf", pdfFile), ""), Later: s.owner.clock.now().Add(20 * time.Hour)})
		time.Sleep(10 * time.Hour)
		if v.count() != 1 {
			t.Fatal("the file of a message that is to leave is gone")
		}
		_ = v.Remove(s.kept("bill.pdf", pdfFile).File)
		time.Sleep(11 * time.Hour)
		m := s.row(oid)
		if m.Status != StatusFailed || m.Error == nil || m.Error.Code != CodeFileMissing || m.HoldReason != "upload" || m.Media.State != MediaExpired {
			t.Errorf("%q %+v %+v", m.Status, m.Error, m.Media)
		}
		s.posts()

		sent := s.attached(s.customer("15550101002", "hello"), "bill.pdf", pdfFile, "")
		s.stands(StatusAccepted, sent)
		time.Sleep(2 * time.Hour)
		if m := s.row(sent); v.count() != 0 || m.Media.State != MediaExpired || m.Media.Why != WhyRemoved {
			t.Errorf("the file of a message that went stays over its time: %+v", m.Media)
		}
	})
}
