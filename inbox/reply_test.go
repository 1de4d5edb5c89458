package inbox

import (
	"context"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func freeText(s string) Outgoing { return Outgoing{Type: "text", Text: s} }

func TestClosedWindowRefusesFreeText(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.gateway.templates = []Template{repairReady}
		s.restart()
		thread := s.customer("15550101001", "hello")
		time.Sleep(24*time.Hour - time.Second)
		s.reply(thread, "just in time")
		time.Sleep(time.Second)
		for _, out := range []Outgoing{freeText("late"), {Type: "reaction", ReplyTo: "wamid.x", Emoji: "👍"}} {
			oid := newOID()
			if kind := s.refused(string(oid), Send{Thread: thread, OID: oid, Out: out, Anyway: true}); kind != WindowClosed {
				t.Errorf("%s: refused as %q", out.Type, kind)
			}
			attached := s.owner.DeskFor("ben", Member)
			if _, err := attached.Do(t.Context(), string(oid), Send{Thread: thread, OID: oid, Out: out}); KindOf(err) != WindowClosed {
				t.Errorf("another desk: %v", err)
			}
		}
		oid, v := newOID(), repairValues
		s.do(string(oid), Send{Thread: thread, OID: oid, Out: Outgoing{Type: "template", Template: &v}})
		s.stands(StatusAccepted, oid)
	})
}

func TestStale(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		phone := "15550101001"
		thread := s.customer(phone, "hello")
		seen := s.thread(phone).Seq
		time.Sleep(time.Minute)
		s.webhook(testFact{Message: fromPhone(phone, "we open at nine\nsee you", time.Now())})
		oid := newOID()
		send := Send{Thread: thread, OID: oid, Out: freeText("we open at ten"), Seen: seen}
		_, err := s.desk.Do(t.Context(), string(oid), send)
		e, ok := err.(*Error)
		if !ok || e.Kind != Stale || e.By != "phone" || e.Head != "we open at nine" || e.Seq <= seen || !e.At.Equal(time.Now().Truncate(time.Second)) {
			t.Fatalf("refused with %+v", err)
		}
		send.Seen = e.Seq // read it; nothing else came
		s.do(string(oid), send)
		s.stands(StatusAccepted, oid)

		mine := newOID() // what one wrote oneself is no other voice
		s.do(string(mine), Send{Thread: thread, OID: mine, Out: freeText("and bring the key"), Seen: e.Seq})

		s.webhook(testFact{Message: fromPhone(phone, "or ask me", time.Now())})
		for _, c := range []Send{
			{Thread: thread, OID: newOID(), Out: freeText("all the same"), Seen: seen, Anyway: true},
			{Thread: thread, OID: newOID(), Out: freeText("a script does not look"), Seen: 0},
		} {
			s.do(string(c.OID), c)
		}
	})
}

func TestTwoAgentsAtOnce(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		thread := s.customer("15550101001", "hello")
		seen := s.thread(string(thread)).Seq
		var wg sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			wg.Go(func() {
				oid := newOID()
				desk := s.owner.Desk(AgentID(fmt.Sprint("agent", i)))
				_, errs[i] = desk.Do(t.Context(), string(oid), Send{Thread: thread, OID: oid, Out: freeText("me"), Seen: seen})
			})
		}
		wg.Wait()
		synctest.Wait()
		var sent, stale int
		for _, err := range errs {
			switch KindOf(err) {
			case "":
				sent++
			case Stale:
				stale++
			}
		}
		if sent != 1 || stale != 7 || len(s.gateway.sent()) != 1 {
			t.Errorf("%d went and %d were told, %d requests: %v", sent, stale, len(s.gateway.sent()), errs)
		}
	})
}

func TestCommandsOnce(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		thread := s.customer("15550101001", "hello")
		failed := s.reply(thread, "fails")
		s.webhook(testFact{Status: &StatusSeen{Line: shopLine, WAMID: wamidOf(failed), Failure: &Failure{Code: 131026}, Time: time.Now().Unix()}})
		oid := newOID()
		commands := map[string]Command{
			string(oid): Send{Thread: thread, OID: oid, Out: freeText("one")},
			NewID():     Decide{OID: failed, Decision: Resend, NewOID: newOID()},
			NewID():     MarkRead{Thread: thread, Upto: 1},
			NewID():     MarkUnread{Thread: thread},
			NewID():     SetState{Thread: thread, State: Snoozed, Until: time.Now().Add(time.Hour)},
			NewID():     Assign{Thread: thread, To: "ben"},
			NewID():     Label{Thread: thread, Label: "vip"},
			NewID():     AddNote{Thread: thread, Text: "calls back"},
			NewID():     Rename{Thread: thread, Name: "Asha"},
			NewID():     LiftHold{},
			NewID():     Backup{File: "/backup.db"},
		}
		answers := map[string]Done{}
		for id, c := range commands {
			answers[id] = s.do(id, c)
		}
		time.Sleep(time.Second)
		before, requests := s.journal.size(), len(s.gateway.sent())
		again := func() {
			for id, c := range commands {
				if done := s.do(id, c); !reflect.DeepEqual(done, answers[id]) {
					t.Errorf("%s was answered %+v, then %+v", c.Kind(), answers[id], done)
				}
			}
		}
		again()
		s.restart()
		again()
		if after := s.journal.size() - 1; after != before || // but for the one that says that the owner stopped
			len(s.gateway.sent()) != requests {
			t.Errorf("repeats made %d entries and %d requests", after-before, len(s.gateway.sent())-requests)
		}
		th := s.thread(string(thread))
		if th.Assignee != "ben" || th.Name != "Asha" || th.State != Snoozed || !slices.Equal(th.Labels, []string{"vip"}) || len(th.Notes) != 1 {
			t.Errorf("the thread is %+v", th)
		}
	})
}

func TestRefusals(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		paused := repairReady
		paused.Name, paused.Status = "paused", "PAUSED"
		s.gateway.templates = []Template{repairReady, paused}
		s.restart()
		thread := s.customer("15550101001", "hello")
		template := func(name, language string, v TemplateSend) Outgoing {
			v.Name, v.Language = name, language
			return Outgoing{Type: "template", Template: &v}
		}
		tests := []struct {
			name string
			c    Command
			want ErrorKind
		}{
			{"no such thread", Send{Thread: "t_zz", OID: newOID(), Out: freeText("x")}, NotFound},
			{"not a thread", Assign{Thread: "nonsense"}, NotFound},
			{"an empty reply", Send{Thread: thread, OID: newOID(), Out: freeText(" \n")}, Invalid},
			{"a long reply", Send{Thread: thread, OID: newOID(), Out: freeText(strings.Repeat("ä", 4097))}, Invalid},
			{"an id of one's own", Send{Thread: thread, OID: "mine", Out: freeText("x")}, Invalid},
			{"an unknown type", Send{Thread: thread, OID: newOID(), Out: Outgoing{Type: "carousel"}}, Invalid},
			{"a reaction to nothing", Send{Thread: thread, OID: newOID(), Out: Outgoing{Type: "reaction"}}, Invalid},
			{"no such template", Send{Thread: thread, OID: newOID(), Out: template("nope", "en_US", repairValues)}, NotFound},
			{"no such language", Send{Thread: thread, OID: newOID(), Out: template("repair_ready", "en", repairValues)}, NotFound},
			{"a paused template", Send{Thread: thread, OID: newOID(), Out: template("paused", "en_US", repairValues)}, Invalid},
			{"half a template", Send{Thread: thread, OID: newOID(), Out: template("repair_ready", "en_US", TemplateSend{})}, Invalid},
			{"a stranger, in free text", Send{To: "+91 98200 12345", OID: newOID(), Out: freeText("x")}, Invalid},
			{"a stranger without a number", Send{To: "Asha", OID: newOID(), Out: template("repair_ready", "en_US", repairValues)}, Invalid},
			{"a decision about nothing", Decide{OID: newOID(), Decision: Cancel}, NotFound},
			{"a resend without an id", Decide{OID: newOID(), Decision: Resend}, Invalid},
			{"a snooze into the past", SetState{Thread: thread, State: Snoozed, Until: time.Now()}, Invalid},
			{"a state that is none", SetState{Thread: thread, State: "lost"}, Invalid},
			{"an empty label", Label{Thread: thread, Label: " "}, Invalid},
			{"an empty note", AddNote{Thread: thread}, Invalid},
			{"a look at nothing", Look{Thread: thread, Doing: "sleeping"}, Invalid},
			{"a backup to nowhere", Backup{}, Invalid},
			{"a command from later", unheardOf{}, Invalid},
		}
		before := s.journal.size()
		for _, tt := range tests {
			if kind := s.refused(NewID(), tt.c); kind != tt.want {
				t.Errorf("%s: refused as %q, want %q", tt.name, kind, tt.want)
			}
		}
		viewer := s.owner.DeskFor("vera", Viewer)
		if _, err := viewer.Do(t.Context(), NewID(), AddNote{Thread: thread, Text: "x"}); KindOf(err) != NotAllowed {
			t.Errorf("a viewer's note: %v", err)
		}
		if _, err := viewer.Do(t.Context(), NewID(), Look{Thread: thread, Doing: doingTyping}); KindOf(err) != NotAllowed {
			t.Errorf("a viewer who types: %v", err)
		}
		if s.journal.size() != before {
			t.Error("a refusal left something behind")
		}
		s.posts()
	})
}

func TestNewThreadByTemplate(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.gateway.templates = []Template{repairReady}
		s.restart()
		oid, v := newOID(), repairValues
		s.do(string(oid), Send{To: "+91 98200 12345", OID: oid, Out: Outgoing{Type: "template", Template: &v}})
		s.stands(StatusAccepted, oid)
		p := s.first()
		if p.To != (Peer{Line: shopLine, Alias: "p:919820012345"}) || p.Out.Text != repairReady.Render(v) || len(p.Out.Template.Components) == 0 {
			t.Errorf("sent %+v", p)
		}
	})
}

// TestTheFileOfAHeader: it is held against the template before anything is queued, lies in the media directory with its
// message, and is uploaded when that goes, and no sooner: one that is set for later may wait longer than an upload is good for.
func TestTheFileOfAHeader(t *testing.T) {
	inStudio(t, func(t *testing.T, s *shop, v *memVault) {
		of := func(name, format string) Template {
			return Template{Name: name, Language: "en", Status: "APPROVED", Components: []TemplateComponent{{Type: "HEADER", Format: format}, {Type: "BODY", Text: "Look."}}}
		}
		s.gateway.templates = []Template{of("picture", "IMAGE"), of("bill", "DOCUMENT"), of("words", "TEXT")}
		s.restart()
		thread := s.customer("15550101001", "hello")
		send := func(name string, m HeaderMedia) Send {
			return Send{Thread: thread, OID: newOID(), Out: Outgoing{Type: "template", Template: &TemplateSend{Name: name, Language: "en", HeaderMedia: &m}}}
		}
		f := s.kept("/home/priya/blue.jpg", jpegFile)
		later := send("picture", HeaderMedia{Kept: &f})
		later.Later = s.owner.clock.now().Add(2 * time.Hour)
		s.do(string(later.OID), later)
		s.turn()
		if up := s.gateway.uploaded(); len(up) != 0 {
			t.Errorf("before it goes, uploaded %q", up)
		}
		good := send("picture", HeaderMedia{Kept: &f})
		s.do(string(good.OID), good)
		s.do(string(good.OID), good)
		s.turn()
		s.stands(StatusAccepted, good.OID)
		if !slices.Equal(s.gateway.uploaded(), []string{"blue.jpg:" + jpegFile}) {
			t.Errorf("uploaded %q", s.gateway.uploaded())
		}
		if out := s.first().Out; out.Type != "template" || out.File == nil || out.File.ID != "media1" || out.Template.HeaderMedia.Name != "blue.jpg" || out.Template.HeaderMedia.File != "" {
			t.Errorf("sent with %+v %+v", out, out.File)
		}
		if m := s.row(good.OID); m.Media == nil || m.Media.State != MediaKept || s.file(good.OID) != jpegFile {
			t.Errorf("its row is %+v %+v", m, m.Media)
		}
		s.restart() // which knows no upload
		time.Sleep(3 * time.Hour)
		s.turn()
		if n := len(s.gateway.uploaded()); n != 2 || s.row(later.OID).Status != StatusAccepted || v.count() != 1 {
			t.Errorf("when it went: %d uploads, %s, %d files", n, s.row(later.OID).Status, v.count())
		}

		pdf, gone := s.kept("plan.pdf", pdfFile), f
		gone.File = FileName(strings.Repeat("0", 64) + ".jpg")
		for what, c := range map[string]struct {
			send Send
			kind ErrorKind
		}{
			"a path, which another user would read": {send("picture", HeaderMedia{File: "/etc/shadow"}), Invalid},
			"a file that nobody handed over":        {send("picture", HeaderMedia{Kept: &gone}), NotFound},
			"a document as a picture":               {send("picture", HeaderMedia{Kept: &pdf}), Invalid},
			"a file for words":                      {send("words", HeaderMedia{Kept: &pdf}), Invalid},
		} {
			if kind := s.refused(string(c.send.OID), c.send); kind != c.kind {
				t.Errorf("%s: %q", what, kind)
			}
		}
		asBill := send("bill", HeaderMedia{Kept: &f})
		s.do(string(asBill.OID), asBill)
		s.turn()
		if m := s.row(asBill.OID); m.Status != StatusAccepted || m.Media == nil || m.Media.Name != "blue.jpg" {
			t.Errorf("a picture as a document: %+v", m)
		}
	})
}

func TestDecisionsByState(t *testing.T) {
	all := []Decision{Cancel, Resend, MarkSent, Discard, SendNow}
	tests := []struct {
		st      Standing
		allowed []Decision
	}{
		{Standing{Status: Queuing}, []Decision{Cancel}},
		{Standing{Status: Waiting}, []Decision{Cancel}},
		{Standing{Status: Held, Hold: "stale"}, []Decision{Cancel, SendNow}},
		{Standing{Status: Held, Hold: "window"}, []Decision{Cancel, SendNow}},
		{Standing{Status: Held, Hold: "auth"}, []Decision{Cancel}},
		{Standing{Status: Held, Hold: "account"}, []Decision{Cancel}},
		{Standing{Status: Sending}, nil},
		{Standing{Status: Unknown}, []Decision{Resend, MarkSent, Discard}},
		{Standing{Status: Unknown, Confirming: true}, nil},
		{Standing{Status: Unknown, ResentAs: "o"}, nil},
		{Standing{Status: StatusFailed}, []Decision{Resend, Discard}},
		{Standing{Status: StatusFailed, ResentAs: "o"}, nil},
		{Standing{Status: StatusAccepted}, nil},
		{Standing{Status: StatusDelivered}, nil},
		{Standing{Status: Cancelled}, nil},
		{Standing{Status: Discarded}, nil},
	}
	for _, tt := range tests {
		for _, d := range all {
			if got := mayDecide(d, tt.st) == nil; got != slices.Contains(tt.allowed, d) {
				t.Errorf("%s of a message that is %s %s: %v", d, tt.st.Status, tt.st.Hold, got)
			}
		}
	}
	if KindOf(mayDecide("shout", Standing{Status: Unknown})) != Invalid {
		t.Error("a decision that is none")
	}
}

func TestLiftHoldLooksAtTheHealthFirst(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.answers(refusedWith(ResultRejectedAccount, 131031))
		oid := s.reply(s.customer("15550101001", "hello"), "one")
		s.stands(Held, oid)
		s.gateway.set(func() {
			s.gateway.number = Number{CanSend: "BLOCKED", Problems: []Reason{{Title: "Payment is missing"}}}
		})
		_, err := s.desk.Do(t.Context(), NewID(), LiftHold{})
		if KindOf(err) != NotAllowed || !strings.Contains(err.Error(), "Payment is missing") {
			t.Errorf("lifted although blocked: %v", err)
		}
		s.gateway.set(func() { s.gateway.number = Number{CanSend: "AVAILABLE"} })
		s.do(NewID(), LiftHold{})
		time.Sleep(time.Second)
		s.stands(StatusAccepted, oid)
	})
}

func TestTemplateListStaysFresh(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		lists := func() int {
			s.gateway.mu.Lock()
			defer s.gateway.mu.Unlock()
			return s.gateway.lists
		}
		if lists() != 1 {
			t.Fatalf("fetched %d times at the start", lists())
		}
		time.Sleep(2*time.Hour + time.Minute)
		if lists() != 3 {
			t.Errorf("fetched %d times in two hours, want at the start and twice", lists())
		}
		s.webhook(testFact{Note: &NoteSeen{Line: shopLine, Kind: "template", Key: "a", Time: time.Now().Unix()}})
		if lists() != 4 {
			t.Errorf("a webhook about a template: %d", lists())
		}
		for _, code := range []int{132000, 132001, 132012, 132015} {
			s.gateway.set(func() {
				s.gateway.answer = func(context.Context, int, post) Outcome { return refusedWith(ResultRejected, code) }
			})
			before := lists()
			s.reply(s.customer("15550101001", fmt.Sprint("hello ", code)), "one")
			time.Sleep(time.Minute)
			if want := map[bool]int{true: 1, false: 0}[code != 132015]; lists()-before != want {
				t.Errorf("after %d the list was fetched %d times, want %d", code, lists()-before, want)
			}
		}
		s.gateway.set(func() { s.gateway.listErr = io.ErrUnexpectedEOF })
		if kind := s.refused(NewID(), RefreshTemplates{}); kind != Unreachable {
			t.Errorf("a fetch that fails: %q", kind)
		}
	})
}

func TestClockNotice(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		thread := s.customer("15550101001", "hello")
		s.gateway.set(func() {
			s.gateway.answer = func(_ context.Context, _ int, p post) Outcome {
				out := accepted(p)
				out.Date = time.Now().Add(2 * time.Minute).Unix()
				return out
			}
		})
		s.reply(thread, "one")
		if n := s.notice(noticeClock); n == nil || !strings.Contains(n.Text, "2m") || !strings.Contains(n.Text, "behind") {
			t.Errorf("the notice is %+v", n)
		}
		s.gateway.set(func() { s.gateway.answer = nil })
		s.reply(thread, "two")
		if n := s.notice(noticeClock); n != nil {
			t.Errorf("the notice stays: %+v", n)
		}
	})
}

// A position that a desk names may lie ahead of all there is; what comes later is unread all the same.
func TestNobodyHasSeenWhatIsToCome(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		thread := s.customer("15550101001", "hello")
		for _, upto := range []Seq{1 << 40, 1<<64 - 1} {
			s.do(NewID(), MarkRead{Thread: thread, Upto: upto})
			if n := s.thread(string(thread)).Unread; n != 0 {
				t.Errorf("upto %d: %d unread", upto, n)
			}
			time.Sleep(time.Second)
			s.customer("15550101001", "are you there?")
			if n := s.thread(string(thread)).Unread; n != 1 {
				t.Errorf("upto %d: after another message %d unread", upto, n)
			}
		}
	})
}

// A reply that could not leave while the window was open does not leave when it has closed, to the second; when the
// customer writes again it goes.
func TestNothingLeavesAfterTheWindowClosed(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		thread := s.customer("15550101001", "hello")
		closes := time.Now().Add(windowLength)
		time.Sleep(windowLength - time.Minute)
		s.gateway.set(func() {
			s.gateway.answer = func(context.Context, int, post) Outcome { return Outcome{Result: ResultNotSent} }
		})
		oid := s.reply(thread, "just in time")
		time.Sleep(5 * time.Minute)
		if made := s.gateway.made(); len(made) == 0 || !made[len(made)-1].At.Before(closes) {
			t.Errorf("%d tries, one after the window closed", len(made))
		}
		s.stands(Held, oid)
		if m := s.row(oid); m.HoldReason != "window" {
			t.Errorf("held for %q", m.HoldReason)
		}
		if kind := s.refused(NewID(), Decide{OID: oid, Decision: SendNow}); kind != WindowClosed {
			t.Errorf("sent now all the same: %q", kind)
		}
		s.gateway.set(func() { s.gateway.answer = nil })
		s.customer("15550101001", "still there?")
		time.Sleep(time.Minute)
		s.stands(StatusAccepted, oid)
	})
}
