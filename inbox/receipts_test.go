package inbox

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestReceipts(t *testing.T) {
	for _, tt := range []struct {
		setting        Receipts
		read, on       bool // told when it was on the screen; when it was answered
		typing         bool
		receipt        bool
		wantAfterReply int
	}{
		{ReceiptsFocused, true, false, true, true, 1},
		{ReceiptsOnReply, false, true, false, true, 1},
		{ReceiptsNever, false, false, false, true, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newShop(t)
			s.config.Receipts = tt.setting
			s.open()
			defer func() { s.stop() }()
			thread := s.customer("15550101001", "hello")
			s.do(NewID(), MarkRead{Thread: thread, Upto: 1, Receipt: true})
			s.do(NewID(), MarkRead{Thread: thread, Upto: 1, Receipt: true})
			if read, _ := s.gateway.told(); len(read) == 1 != tt.read {
				t.Errorf("%s: %d receipts when it was on the screen", tt.setting, len(read))
			}
			for range 5 {
				s.do(NewID(), Look{Thread: thread, Doing: "typing"})
				time.Sleep(3 * time.Second)
			}
			if _, typing := s.gateway.told(); len(typing) == 1 != tt.typing {
				t.Errorf("%s: %d typing indicators within 15 s", tt.setting, len(typing))
			}
			s.reply(thread, "one")
			if read, _ := s.gateway.told(); len(read) != tt.wantAfterReply {
				t.Errorf("%s: %d receipts after the answer", tt.setting, len(read))
			}
		})
	}
}

func TestReceiptsForgetInTheLongRun(t *testing.T) {
	var r receipts
	for no := range ThreadNo(5 * receiptsKept) {
		if !r.fresh(no, "wamid.1", no%2 == 0) || r.fresh(no, "wamid.1", no%2 == 0) {
			t.Fatalf("thread %d: told twice or never", no)
		}
	}
	if len(r.read) > receiptsKept || len(r.typed) > receiptsKept {
		t.Errorf("%d and %d are kept", len(r.read), len(r.typed))
	}
}
