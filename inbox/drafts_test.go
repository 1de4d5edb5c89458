package inbox

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestDraftsFollowTheirThread(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		byPhone := s.customer("15550101001", "hello")
		other := incoming("", "hi", time.Now())
		other.Peers = []Alias{"u:US.9"}
		s.webhook(testFact{Message: other})
		var byUser ThreadID
		for _, th := range s.threads() {
			if th.ID != byPhone {
				byUser = th.ID
			}
		}
		oid := newOID()
		s.do(NewID(), SaveDraft{Thread: byUser, Draft: Draft{OID: oid, Text: "half"}})
		both := incoming("15550101001", "it is me", time.Now())
		both.Peers = []Alias{"p:15550101001", "u:US.9"}
		s.webhook(testFact{Message: both})
		s.restart()
		if d := s.thread(string(byPhone)).Draft; d == nil || d.OID != oid || d.Text != "half" {
			t.Errorf("after the threads joined the draft is %+v", d)
		}
		s.do(string(oid), Send{Thread: byUser, OID: oid, Out: freeText("half done")})
		if d := s.thread(string(byPhone)).Draft; d != nil {
			t.Errorf("a draft that was sent stays: %+v", d)
		}
		if len(s.journal.drafts) != 0 {
			t.Errorf("and on disk: %v", s.journal.drafts)
		}
	})
}

// TestAFileOfADraftIsKept: its file outlives the hour in which others wait for their message, a restart and its sweep; it
// goes with its draft, unless the message that was made of it has it.
func TestAFileOfADraftIsKept(t *testing.T) {
	inStudio(t, func(t *testing.T, s *shop, v *memVault) {
		thread := s.customer("15550101001", "hello")
		oid, f := newOID(), s.kept("/home/priya/sea.jpg", jpegFile)
		s.kept("/home/priya/other.jpg", jpegFile+"2") // of nothing
		s.do(NewID(), SaveDraft{Thread: thread, Draft: Draft{OID: oid, File: &f}})
		time.Sleep(2 * handedFor)
		s.restart()
		s.turn()
		d := s.thread(string(thread)).Draft
		if d == nil || d.File == nil || d.File.Name != "sea.jpg" || d.File.Bytes != int64(len(jpegFile)) || d.Gone || v.count() != 1 {
			t.Fatalf("after a restart the draft is %+v, and there are %d files", d, v.count())
		}
		s.do(string(oid), Send{Thread: thread, OID: oid, Out: WithFile(*d.File, "The view")})
		s.stands(StatusAccepted, oid)
		if got := s.file(oid); got != jpegFile || s.thread(string(thread)).Draft != nil {
			t.Errorf("sent %q, the draft is %+v", got, s.thread(string(thread)).Draft)
		}
		again, g := newOID(), s.kept("plan.pdf", pdfFile)
		s.do(NewID(), SaveDraft{Thread: thread, Draft: Draft{OID: again, Text: "The plan", File: &g}})
		time.Sleep(2 * handedFor)
		if n := v.count(); n != 2 {
			t.Errorf("%d files", n)
		}
		s.do(NewID(), SaveDraft{Thread: thread, Draft: Draft{OID: again, Text: "No plan"}})
		time.Sleep(2 * custodyEvery)
		if n := v.count(); n != 1 || s.file(oid) != jpegFile {
			t.Errorf("a draft lost its file, and there are %d; that of the message reads %q", n, s.file(oid))
		}
	})
}

// TestAFileOfADraftThatIsGone: the words stay, whoever reads them is told, and nothing goes without it.
func TestAFileOfADraftThatIsGone(t *testing.T) {
	inStudio(t, func(t *testing.T, s *shop, v *memVault) {
		thread := s.customer("15550101001", "hello")
		oid, f := newOID(), s.kept("sea.jpg", jpegFile)
		save := SaveDraft{Thread: thread, Draft: Draft{OID: oid, Text: "The view", File: &f}}
		s.do(NewID(), save)
		if err := v.Remove(f.File); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if d := s.thread(string(thread)).Draft; d == nil || d.Text != "The view" || d.File == nil || d.File.Name != "sea.jpg" || !d.Gone {
				t.Errorf("the draft is %+v", d)
			}
			s.do(NewID(), save)
		}
		if kind := s.refused(string(oid), Send{Thread: thread, OID: oid, Out: WithFile(f, "The view")}); kind != NotFound {
			t.Errorf("sent without its file: %q", kind)
		}
		save.Draft.File = &OutFile{File: "../../etc/shadow"}
		if kind := s.refused(NewID(), save); kind != Invalid {
			t.Errorf("a path: %q", kind)
		}
	})
}

// slowDrafts is a journal whose drafts wait for the disk.
type slowDrafts struct {
	*memJournal
	disk chan struct{}
}

func (j slowDrafts) SaveDraft(ctx context.Context, key string, draft []byte) error {
	<-j.disk
	return j.memJournal.SaveDraft(ctx, key, draft)
}

func TestReadingWaitsForNoDraft(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		disk := make(chan struct{})
		s.config.Journal = slowDrafts{s.journal, disk}
		s.restart()
		thread := s.customer("15550101001", "hello")
		saved := make(chan error, 1)
		go func() {
			_, err := s.desk.Do(context.Background(), NewID(), SaveDraft{Thread: thread, Draft: Draft{OID: newOID(), Text: "half"}})
			saved <- err
		}()
		synctest.Wait()
		read := make(chan Thread, 1)
		go func() { read <- s.thread(string(thread)) }()
		select {
		case <-read:
		case <-time.After(time.Minute):
			t.Error("reading waits for the disk")
		}
		close(disk)
		if err := <-saved; err != nil {
			t.Fatal(err)
		}
		if d := s.thread(string(thread)).Draft; d == nil || d.Text != "half" {
			t.Errorf("the draft is %+v", d)
		}
	})
}
