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
