package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

// Journeys: press keys, wait until idle, look.

func TestReplyIsSentOnce(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "i")
		s.write("Yes, two left.")
		s.press("alt+enter")
		s.write("Until six.")
		s.press("enter")
		s.sees("Yes, two left.", "Until six.", "… queued")
		sent := s.desk.sent()
		if len(sent) != 1 || sent[0].Out.Text != "Yes, two left.\nUntil six." || sent[0].OID == "" || sent[0].Seen == 0 {
			s.t.Fatalf("sent %+v", sent)
		}
		s.press("enter") // the box is empty
		if n := len(s.desk.sent()); n != 1 {
			s.t.Fatalf("enter in an empty box sent %d", n)
		}
		s.pass(2 * time.Second)
		if d := s.desk.threads[asha].Draft; d != nil {
			s.t.Errorf("a draft is left behind: %+v", d)
		}
		s.press("up")
		s.sees("> Yes, two left.")
	})
}

// A84: the submit returns an error although it was stored; the person presses enter again.
func TestRepeatedSubmitIsOneMessage(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		lost := 0
		s.desk.lose = func(c inbox.Command) bool {
			if _, ok := c.(inbox.Send); ok {
				lost++
				return lost == 1
			}
			return false
		}
		s.press("enter", "i")
		s.write("Two left")
		s.press("enter")
		s.sees("the owner cannot be reached", "> Two left")
		s.press("enter")
		sent := s.desk.sent()
		if len(sent) != 2 || sent[0].OID != sent[1].OID {
			s.t.Fatalf("the same draft went out under two ids: %+v", sent)
		}
		if got := s.desk.taken(asha); len(got) != 1 {
			s.t.Fatalf("taken %q", got)
		}
		s.sees("│ >")
		s.misses("> Two left")
	})
}

// The same, but the text was changed in between: what was stored stays, what was written is not lost.
func TestChangedTextAfterALostAnswerIsKept(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		lost := 0
		s.desk.lose = func(c inbox.Command) bool {
			if _, ok := c.(inbox.Send); ok {
				lost++
				return lost == 1
			}
			return false
		}
		s.press("enter", "i")
		s.write("Two left")
		s.press("enter")
		s.write(", really")
		s.press("enter")
		if got := s.desk.taken(asha); len(got) != 1 || got[0] != "Two left" {
			s.t.Fatalf("taken %q", got)
		}
		s.sees("> Two left, really", "this version is kept as a draft")
		if id := s.m.drafts[asha].oid; id == s.desk.sent()[0].OID {
			s.t.Fatal("the kept version has the id of the message that went")
		}
	})
}

// The same, when the Desk refuses the second version in so many words.
func TestReplyTakenWithAnotherTextIsKept(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.press("enter", "i")
		s.write("Two left")
		s.desk.fail = func(c inbox.Command) error {
			send, ok := c.(inbox.Send)
			if !ok {
				return nil
			}
			m := told("09:46", inbox.OriginAPI, "priya", inbox.Queuing, "Two left, said from the other terminal")
			m.Key, m.Ref = "other", send.OID
			s.desk.mu.Unlock()
			s.desk.change(asha, "", m)
			s.desk.mu.Lock()
			return &inbox.Error{Kind: inbox.Invalid, Text: "this reply was taken already, with another text"}
		}
		s.press("enter")
		s.sees("> Two left", "this version is kept as a draft")
		used := s.desk.sent()[0].OID
		s.desk.fail = nil
		s.press("enter")
		if sent := s.desk.sent(); len(sent) != 2 || sent[1].OID == used {
			s.t.Fatalf("sent %+v", sent)
		}
	})
}

func TestResetReadsAnew(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.press("enter")
		s.desk.add(inbox.Thread{ID: "t_new", Name: "Meanwhile", State: inbox.Open, Window: openFor(time.Hour)}, heard("09:46", "hello"))
		s.desk.mu.Lock()
		s.desk.messages[asha][0].Text = "changed meanwhile"
		s.desk.mu.Unlock()
		s.desk.emit(inbox.Event{Reset: true})
		s.idle()
		s.sees("Meanwhile", "changed meanwhile")
	})
}

func TestHeldNumberIsLifted(t *testing.T) {
	perform(t, func(d *fakeDesk, c *Config) {
		frontOffice(d, c)
		m := told("09:46", inbox.OriginAPI, "priya", inbox.Held, "on hold")
		m.HoldReason = "account"
		d.add(inbox.Thread{ID: "t_held", Name: "Held", State: inbox.Open, Window: openFor(time.Hour)}, m)
	}, func(s *stage) {
		s.size(100, 28)
		s.show("t_held")
		s.sees("‖ held", "press R to let it send again")
		s.press("R", "L")
		if n := len(s.desk.logged("lift-hold")); n != 1 {
			s.t.Fatalf("lifted %d times", n)
		}
	})
}

func TestRefusedReplyComesBackIntoTheBox(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.desk.fail = func(c inbox.Command) error {
			if _, ok := c.(inbox.Send); ok {
				return &inbox.Error{Kind: inbox.StoreFailed, Text: "the disk is full", Next: "make room"}
			}
			return nil
		}
		s.press("enter", "i")
		s.write("Yes")
		s.press("enter")
		s.sees("the disk is full; make room", "> Yes")
	})
}

func TestEnterCanMakeALine(t *testing.T) {
	perform(t, func(d *fakeDesk, c *Config) { frontOffice(d, c); c.EnterBreaks = true }, func(s *stage) {
		s.size(100, 28)
		s.press("enter", "i")
		s.sees("alt+enter send · enter line")
		s.write("one")
		s.press("enter")
		s.write("two")
		if n := len(s.desk.sent()); n != 0 {
			s.t.Fatal("enter sent")
		}
		s.press("alt+enter")
		if got := s.desk.taken(asha); len(got) != 1 || got[0] != "one\ntwo" {
			s.t.Fatalf("taken %q", got)
		}
	})
}

func TestPasteNeverSends(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "i")
		s.update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("one\r\ntwo\rthree\n"), Paste: true})
		s.idle()
		if n := len(s.desk.sent()); n != 0 {
			s.t.Fatalf("a paste sent %d", n)
		}
		if got := s.m.draft().text(); got != "one\ntwo\nthree\n" {
			s.t.Errorf("box has %q", got)
		}
		s.sees("> one", "  two", "  three")
	})
}

// Over a slow line several letters arrive at once: they are keys all the same.
func TestLettersThatArriveTogether(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.press("enter")
		s.update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("kiYes 👨‍👩‍👧‍👦")})
		s.idle()
		s.sees("> Yes 👨‍👩‍👧‍👦")
		s.press("enter")
		if got := s.desk.taken(asha); len(got) != 1 || got[0] != "Yes 👨‍👩‍👧‍👦" {
			s.t.Fatalf("taken %q", got)
		}
	})
}

func TestDraftIsSavedAtMostOnceASecondAndRestored(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "i")
		for range 30 {
			s.write("x")
			s.pass(100 * time.Millisecond)
		}
		saves := s.desk.logged("draft")
		if n := len(saves); n < 2 || n > 5 {
			s.t.Fatalf("%d saves in three seconds", n)
		}
		s.write("end")
		s.press("esc")
		last := s.desk.logged("draft")
		if got := last[len(last)-1].(inbox.SaveDraft).Draft; !strings.HasSuffix(got.Text, "xend") || got.OID == "" {
			s.t.Fatalf("leaving saved %+v", got)
		}
		// Another terminal opens the same thread.
		oid := last[0].(inbox.SaveDraft).Draft.OID
		s.m.drafts = map[inbox.ThreadID]*draft{}
		s.m.talk.ready = false
		s.show(asha)
		s.sees("xxxend")
		s.press("i", "enter")
		if sent := s.desk.sent(); len(sent) != 1 || sent[0].OID != oid {
			s.t.Fatalf("the restored draft went as %+v, saved as %s", sent, oid)
		}
	})
}

func TestColleaguesDraftAppearsAndIsNotOverwritten(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.show(asha)
		shared := func(text string) {
			s.desk.alter(asha, func(th *inbox.Thread) { th.Draft = &inbox.Draft{OID: "01BEN", Text: text, Agent: "ben"} })
			s.idle()
		}
		shared("From Ben")
		s.sees("> From Ben", "draft by ben")
		s.press("i")
		s.write("!")
		shared("From Ben, later")
		s.sees("> From Ben!")
		// Ben sends it: what is written here is another message now.
		s.pass(2 * time.Second)
		s.desk.alter(asha, func(th *inbox.Thread) { th.Draft = nil })
		s.idle()
		s.press("enter")
		if sent := s.desk.sent(); len(sent) != 1 || sent[0].OID == "01BEN" {
			s.t.Fatalf("sent %+v under a used id", sent)
		}
	})
}

// Check 5: the window closes while typing.
func TestWindowClosesWhileTyping(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.desk.threads[asha].Window = openFor(30 * time.Second)
		s.size(80, 24)
		s.press("enter", "i")
		s.write("Yes, two left")
		s.sees("closes in 1m", "> Yes, two left")
		s.pass(31 * time.Second)
		s.sees("window closed", "Free text is refused", "t template", "Your draft is kept: Yes, two left")
		s.press("enter")
		if n := len(s.desk.sent()); n != 0 {
			s.t.Fatalf("enter sent %d past a closed window", n)
		}
		s.press("t")
		s.sees("Send a template to Asha Rao")
		s.press("esc")
		// The customer writes again: the box is back with the text.
		m := heard("09:47", "Hello?")
		m.Key = "again"
		s.desk.threads[asha].Window = openFor(24 * time.Hour)
		s.desk.change(asha, "", m)
		s.idle()
		s.sees("> Yes, two left")
	})
}

// The rest of a word that was being typed when the window closed is no command.
func TestLettersAfterTheWindowClosedDoNothing(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.desk.threads[asha].Window = openFor(30 * time.Second)
		s.size(80, 24)
		s.press("enter", "i")
		s.pass(29 * time.Second)
		s.write("Yes, ")
		s.pass(900 * time.Millisecond)
		s.write("the house")
		s.pass(2 * time.Second)
		s.misses("Send a template")
		s.press("e", "s", "a", "d", "q")
		if got := s.desk.threads[asha]; got.State != inbox.Open || s.quit || len(s.m.dialogs) > 0 {
			s.t.Fatalf("letters did something: %+v", got)
		}
		s.press("t")
		s.sees("Send a template")
	})
}

func TestMarkUnreadLasts(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.press("enter")
		s.pass(2 * time.Second)
		s.press("u")
		s.pass(5 * time.Second)
		if n := len(s.desk.logged("read")); n != 1 {
			s.t.Fatalf("looking on marked it read again: %d marks", n)
		}
		m := fresh(heard("09:47", "one more"))
		m.Key = "more"
		s.desk.change(asha, "", m)
		s.pass(2 * time.Second)
		if n := len(s.desk.logged("read")); n != 2 {
			s.t.Fatalf("%d marks after a new message", n)
		}
	})
}

// Two threads turn out to be one customer while one of them is open.
func TestOpenThreadJoinsAnother(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.show(asha)
		s.press("i")
		s.write("half")
		joined := *s.desk.threads[asha]
		s.desk.mu.Lock()
		joined.ID, joined.Draft = "t_a", nil
		s.desk.threads["t_a"] = &joined
		s.desk.messages["t_a"] = append([]inbox.Message{yesterday(heard("10:00", "from the other number"))}, s.desk.messages[asha]...)
		delete(s.desk.threads, asha)
		s.desk.mu.Unlock()
		s.desk.alter("t_a", func(*inbox.Thread) {})
		s.idle()
		if s.m.talk.id != "t_a" || strings.Count(s.screen(), "Asha Rao") < 2 {
			s.t.Fatalf("open: %s", s.m.talk.id)
		}
		n := 0
		for _, id := range s.m.list.order {
			if s.m.list.byID[id].Name == "Asha Rao" {
				n++
			}
		}
		if n != 1 {
			s.t.Fatalf("the list has her %d times", n)
		}
		s.sees("> half")
		s.press("enter")
		if sent := s.desk.sent(); len(sent) != 1 || sent[0].Thread != "t_a" {
			s.t.Fatalf("sent %+v", sent)
		}
	})
}

func TestRefusalOf131047ClosesTheBox(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.desk.fail = func(c inbox.Command) error {
			if _, ok := c.(inbox.Send); ok {
				return &inbox.Error{Kind: inbox.WindowClosed, Text: "the 24 hours are over", Next: "send a template"}
			}
			return nil
		}
		s.size(80, 24)
		s.press("enter", "i")
		s.write("Yes")
		s.press("enter")
		s.sees("Free text is refused", "Your draft is kept: Yes", "window closed")
	})
}

// Check 6: a phone echo arrives while typing.
func TestTwoVoicesStop(t *testing.T) {
	echoed := func(s *stage) {
		s.show(bruno)
		s.press("i")
		s.write("Temos sim")
		echo := told("09:46", inbox.OriginPhone, "", inbox.StatusSent, "Sim, temos duas.")
		echo.Key = "echo"
		s.desk.change(bruno, "", echo)
		s.idle()
		s.sees("answered from the phone", "send anyway", "> Temos sim", "Sim, temos duas.")
	}
	t.Run("enter twice sends", func(t *testing.T) {
		perform(t, frontOffice, func(s *stage) {
			s.size(80, 24)
			echoed(s)
			s.press("enter") // it was on its way before anybody could read the stop
			if n := len(s.desk.sent()); n != 0 {
				s.t.Fatal("an enter that came with the stop sent")
			}
			s.press("enter")
			if got := s.desk.taken(bruno); len(got) != 1 {
				s.t.Fatalf("taken %q", got)
			}
		})
	})
	t.Run("enter after reading sends", func(t *testing.T) {
		perform(t, frontOffice, func(s *stage) {
			s.size(80, 24)
			echoed(s)
			s.pass(8 * time.Second)
			s.sees("answered from the phone 8 s ago")
			s.press("enter")
			if sent := s.desk.sent(); len(sent) != 1 || !sent[0].Anyway {
				s.t.Fatalf("sent %+v", sent)
			}
			s.misses("send anyway")
		})
	})
	t.Run("esc keeps", func(t *testing.T) {
		perform(t, frontOffice, func(s *stage) {
			s.size(80, 24)
			echoed(s)
			s.press("esc")
			s.pass(time.Second)
			if d := s.desk.threads[bruno].Draft; d == nil || d.Text != "Temos sim" {
				s.t.Fatalf("draft %+v", d)
			}
			if n := len(s.desk.sent()); n != 0 {
				s.t.Fatal("esc sent")
			}
		})
	})
	t.Run("ctrl+u discards", func(t *testing.T) {
		perform(t, frontOffice, func(s *stage) {
			s.size(80, 24)
			echoed(s)
			s.press("ctrl+u")
			s.misses("Temos sim", "send anyway")
			s.pass(2 * time.Second)
			if d := s.desk.threads[bruno].Draft; d != nil {
				s.t.Fatalf("draft %+v is kept", d)
			}
		})
	})
	t.Run("the Desk says so", func(t *testing.T) {
		perform(t, frontOffice, func(s *stage) {
			s.size(80, 24)
			s.show(bruno)
			s.press("i")
			s.write("Temos sim")
			s.desk.fail = func(c inbox.Command) error {
				if c, ok := c.(inbox.Send); ok && !c.Anyway {
					return &inbox.Error{Kind: inbox.Stale, By: "ben", At: noon.Add(-5 * time.Second), Seq: 5000}
				}
				return nil
			}
			s.press("enter")
			s.sees("answered by ben 5 s ago", "> Temos sim")
			s.press("enter")
			sent := s.desk.sent()
			if len(sent) != 2 || !sent[1].Anyway || sent[1].Seen != 5000 || sent[0].OID != sent[1].OID {
				s.t.Fatalf("sent %+v", sent)
			}
		})
	})
	t.Run("our own answer is no second voice", func(t *testing.T) {
		perform(t, frontOffice, func(s *stage) {
			s.size(80, 24)
			s.show(bruno)
			s.press("i")
			s.write("one")
			s.press("enter")
			s.write("two")
			s.misses("answered")
			s.press("enter")
			if got := s.desk.taken(bruno); len(got) != 2 {
				s.t.Fatalf("taken %q", got)
			}
		})
	})
}

// Check 8: scroll up, receive ten.
func TestViewHoldsStillWhenScrolledUp(t *testing.T) {
	perform(t, func(d *fakeDesk, c *Config) { longThread(d, "t_long", 300) }, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "ctrl+u", "ctrl+u", "ctrl+u")
		before := s.rows()
		for i := range 10 {
			m := heard("09:46", fmt.Sprintf("new %d", i))
			m.Key = fmt.Sprintf("new%d", i)
			s.desk.change("t_long", "", m)
		}
		s.idle()
		after := s.rows()
		s.sees("10 new below · G")
		for y := 2; y < 19; y++ {
			if cutList(before[y]) != cutList(after[y]) {
				s.t.Fatalf("row %d moved:\n%s\n%s", y, before[y], after[y])
			}
		}
		s.press("G")
		s.sees("new 9")
		s.misses("new below")
	})
}

func cutList(row string) string {
	if _, talk, ok := strings.Cut(row, "│"); ok {
		return talk
	}
	return row
}

func TestUnreadLineStays(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.press("enter")
		s.sees("2 unread")
		s.pass(3 * time.Second)
		marks := s.desk.logged("read")
		if len(marks) != 1 || !marks[0].(inbox.MarkRead).Receipt {
			s.t.Fatalf("read marks: %+v", marks)
		}
		s.sees("─ 2 unread ─")
		s.press("esc")
		s.show(bruno)
		s.show(asha)
		s.misses("─ 2 unread ─")
	})
}

func TestReadReceipts(t *testing.T) {
	for _, tt := range []struct {
		mode             ReadReceipts
		looked, answered bool // whether the customer learns of it
	}{{ReceiptsFocused, true, true}, {ReceiptsOnReply, false, true}, {ReceiptsNever, false, false}} {
		t.Run(string(tt.mode), func(t *testing.T) {
			perform(t, func(d *fakeDesk, c *Config) { frontOffice(d, c); c.ReadReceipts = tt.mode }, func(s *stage) {
				receipts := func() bool {
					for _, c := range s.desk.logged("read") {
						if c.(inbox.MarkRead).Receipt {
							return true
						}
					}
					return false
				}
				s.size(80, 24)
				s.press("enter")
				s.pass(900 * time.Millisecond)
				if n := len(s.desk.logged("read")); n != 0 {
					s.t.Fatal("marked read before a second was over")
				}
				s.pass(time.Second)
				if len(s.desk.logged("read")) != 1 || receipts() != tt.looked {
					s.t.Fatalf("after looking: %+v", s.desk.logged("read"))
				}
				s.press("i")
				s.write("Yes")
				s.press("enter")
				if receipts() != tt.answered {
					s.t.Fatalf("after answering: %+v", s.desk.logged("read"))
				}
			})
		})
	}
	t.Run("not when the terminal is behind", func(t *testing.T) {
		perform(t, frontOffice, func(s *stage) {
			s.size(80, 24)
			s.update(tea.BlurMsg{})
			s.press("enter")
			s.pass(5 * time.Second)
			if n := len(s.desk.logged("read")); n != 0 {
				s.t.Fatal("marked read without the focus")
			}
			s.update(tea.FocusMsg{})
			s.pass(2 * time.Second)
			if n := len(s.desk.logged("read")); n != 1 {
				s.t.Fatalf("%d marks with the focus back", n)
			}
		})
	})
}

func TestPagingBothWays(t *testing.T) {
	perform(t, func(d *fakeDesk, c *Config) { longThread(d, "t_long", 3000) }, func(s *stage) {
		s.size(80, 24)
		s.press("enter")
		for range 120 {
			s.press("ctrl+u")
		}
		if n := len(s.m.talk.rows); n > keepRows+pageSize {
			s.t.Errorf("%d rows are kept", n)
		}
		all := s.desk.messages["t_long"]
		loaded := s.m.talk.rows
		from := 0
		for i := range all {
			if all[i].Key == loaded[0].Key {
				from = i
			}
		}
		for i := range loaded {
			if loaded[i].Key != all[from+i].Key {
				s.t.Fatalf("row %d is %s, the thread has %s there", i, loaded[i].Key, all[from+i].Key)
			}
		}
		s.press("g")
		if s.m.talk.rows[0].Key != all[0].Key || s.m.talk.earlier {
			s.t.Error("g did not go to the oldest message")
		}
		for range 40 {
			s.press("ctrl+d")
		}
		if s.m.talk.rows[len(s.m.talk.rows)-1].Key == all[len(all)-1].Key {
			s.t.Error("forty half pages are not three thousand messages")
		}
		s.press("G")
		if got := s.m.talk.rows; got[len(got)-1].Key != all[len(all)-1].Key || !s.m.talk.follow {
			s.t.Error("G did not go to the newest message")
		}
	})
}

func TestFailedPageIsNotAskedForAgainByItself(t *testing.T) {
	perform(t, func(d *fakeDesk, c *Config) { longThread(d, "t_long", 3000); d.info.Screens = 0 }, func(s *stage) {
		s.size(80, 24)
		s.press("enter")
		s.desk.mu.Lock()
		s.desk.pageErr = &inbox.Error{Kind: inbox.Unreachable, Text: "the owner cannot be reached", Next: "wait"}
		s.desk.mu.Unlock()
		for range 30 {
			s.press("ctrl+u")
		}
		s.sees("the owner cannot be reached")
		before := s.desk.calls.Load()
		s.pass(time.Minute)
		if n := s.desk.calls.Load() - before; n > 0 {
			s.t.Fatalf("the Desk was asked %d times", n)
		}
		s.desk.mu.Lock()
		s.desk.pageErr = nil
		s.desk.mu.Unlock()
		have := len(s.m.talk.rows)
		s.press("k")
		if len(s.m.talk.rows) <= have {
			s.t.Fatal("the next key did not fetch the page")
		}
	})
}

func TestSendingFromFarUpShowsTheReply(t *testing.T) {
	perform(t, func(d *fakeDesk, c *Config) { longThread(d, "t_long", 3000) }, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "g", "i")
		s.write("from the top")
		s.press("enter")
		s.sees("from the top", "… queued")
	})
}

func TestAgentKnownLateIsYou(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		agent := s.m.info.Agent
		s.m.info.Agent = ""
		s.show(farid)
		s.m.info.Agent = agent
		s.press("k")
		s.sees("you  ✗ failed")
	})
}

func TestResizeKeepsTheTopMessage(t *testing.T) {
	perform(t, func(d *fakeDesk, c *Config) { longThread(d, "t_long", 500) }, func(s *stage) {
		s.size(130, 32)
		s.press("enter", "ctrl+u", "ctrl+u", "ctrl+u", "ctrl+u")
		top := s.m.talk.top
		for _, size := range [][2]int{{80, 24}, {48, 16}, {40, 10}, {200, 60}, {1, 1}, {100, 28}} {
			s.size(size[0], size[1])
			if size[0] < 150 && s.m.talk.top != top {
				s.t.Fatalf("at %v the top message is %s, was %s", size, s.m.talk.top, top)
			}
		}
	})
}

func TestSelectionFollowsARenamedRow(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "i")
		s.write("Certainly")
		s.press("enter", "esc", "G")
		own := s.desk.find(asha, "Certainly")
		if s.m.talk.sel != own.Key {
			s.t.Fatalf("selected %s", s.m.talk.sel)
		}
		bound := own
		bound.Key, bound.ID, bound.Status = "kBound", "wamid.BOUND", inbox.StatusSent
		s.desk.change(asha, own.Key, bound)
		s.idle()
		if s.m.talk.sel != "kBound" || strings.Count(s.screen(), "Certainly") != 1 {
			s.t.Fatalf("selected %s:\n%s", s.m.talk.sel, s.screen())
		}
		s.sees("✓ sent")
	})
}

func TestThreadUnderTheCursorDoesNotMove(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.press("j", "j", "j", "j")
		if s.m.list.cursor != farid {
			s.t.Fatalf("cursor on %s", s.m.list.cursor)
		}
		y := rowWith(s.rows(), "Farid")
		for i, id := range []inbox.ThreadID{savita, wang, farid, family} {
			m := fresh(heard("09:46", fmt.Sprintf("more %d", i)))
			m.Key = fmt.Sprintf("more%d", i)
			s.desk.change(id, "", m)
			s.idle()
			if got := rowWith(s.rows(), "Farid"); got != y || s.m.list.cursor != farid {
				s.t.Fatalf("after %s Farid stands on row %d, was %d", id, got, y)
			}
		}
		s.press("k")
		if got := s.m.list.order[0]; got != family && got != farid {
			s.t.Errorf("after leaving it the newest is not on top: %v", s.m.list.order)
		}
	})
}

func rowWith(rows []string, text string) int {
	for y, row := range rows {
		if strings.Contains(row, text) {
			return y
		}
	}
	return -1
}

func TestListActions(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.press("j", "a")
		if got := s.desk.threads[bruno].Assignee; got != "priya" {
			s.t.Fatalf("assignee %q", got)
		}
		s.press("a")
		if got := s.desk.threads[bruno].Assignee; got != "" {
			s.t.Fatalf("given back, assignee %q", got)
		}
		s.press("A")
		s.write("ben")
		s.press("enter")
		if got := s.desk.threads[bruno].Assignee; got != "ben" {
			s.t.Fatalf("assignee %q", got)
		}
		s.press("s", "1")
		if got := s.desk.threads[bruno]; got.State != inbox.Snoozed || !got.SnoozedUntil.Truncate(time.Minute).Equal(noon.Add(time.Hour)) {
			s.t.Fatalf("state %s until %s", got.State, got.SnoozedUntil)
		}
		s.press("e")
		if got := s.desk.threads[bruno].State; got != inbox.Closed {
			s.t.Fatalf("state %s", got)
		}
		s.misses("Bruno Lima")
		s.press("5")
		s.pass(time.Second)
		s.sees("Bruno Lima", "Done 1")
		s.press("e", "3")
		s.sees("Bruno Lima")
		s.press("#")
		s.write("call later")
		s.press("enter")
		if got := s.desk.logged("note"); len(got) != 1 {
			s.t.Fatalf("notes %v", got)
		}
		s.press("/")
		s.write("dew")
		s.sees("Dewi Lestari")
		s.misses("Asha Rao")
		s.press("enter", "enter")
		if s.m.talk.id != dewi {
			s.t.Fatalf("opened %s", s.m.talk.id)
		}
		s.press("esc", "esc")
		s.sees("Asha Rao")
	})
}

func TestNextUnreadAndBack(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.show(dewi)
		for _, want := range []inbox.ThreadID{asha, bruno, maryam} {
			s.press("alt+a")
			if s.m.talk.id != want {
				s.t.Fatalf("alt+a opened %s, want %s", s.m.talk.id, want)
			}
			s.pass(2 * time.Second) // read now
		}
		s.press("alt+a")
		if s.m.talk.id != dewi {
			s.t.Fatalf("alt+a went back to %s", s.m.talk.id)
		}
		s.press("alt+down")
		if s.m.talk.id != maryam {
			s.t.Errorf("the thread below Dewi's is %s", s.m.talk.id)
		}
	})
}

func TestTemplateJourney(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.show(closed)
		s.sees("window closed 3 h ago", "t template")
		s.press("t")
		s.write("order_")
		s.press("down", "enter") // paused: nothing happens but the reason
		s.sees("WhatsApp has paused this template", "1 of 3")
		s.press("up", "enter")
		s.sees("2 of 3", "seu pedido ▁▁▁ saiu")
		s.press("enter")
		s.sees("is missing", "2 of 3")
		s.write("Bruno")
		s.press("tab")
		s.write("4431")
		s.sees("Olá Bruno, seu pedido 4431 saiu")
		s.press("tab")
		s.write("sexta\tou sábado")
		s.press("tab")
		s.write("4431")
		s.press("enter")
		s.sees("must not contain a tab")
		for range []rune("\tou sábado") {
			s.press("backspace")
		}
		s.press("enter")
		s.sees("3 of 3", "This goes to +551150002210", "Olá Bruno, seu pedido 4431 saiu")
		if n := len(s.desk.sent()); n != 0 {
			s.t.Fatal("sent before the review was confirmed")
		}
		s.press("enter")
		s.sees("template order_update", "Template order_update is on its way.")
		s.misses("3 of 3")
		sent := s.desk.sent()
		if len(sent) != 1 {
			s.t.Fatalf("sent %+v", sent)
		}
		v := sent[0].Out.Template
		if v == nil || v.Name != "order_update" || v.Language != "pt_BR" || v.Body["1"] != "Bruno" || v.Body["2"] != "4431" || v.Body["3"] != "sexta" || v.Buttons["0"] != "4431" {
			s.t.Fatalf("template %+v", v)
		}
		s.press("T")
		s.sees("order_update · utility · pt_BR", "2 of 3")
	})
}

func TestTemplateHeaders(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.show(bruno)
		s.press("t")
		s.write("receipt")
		s.press("enter")
		s.sees("document file", "path of a file")
		s.write("/no/such/file.pdf")
		s.press("enter")
		s.sees("no such file")
		s.press("ctrl+u")
		file := t.TempDir() + "/receipt.pdf"
		write(t, file)
		s.update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(file), Paste: true})
		s.press("enter")
		s.sees("3 of 3", "[document] receipt.pdf")
		s.press("enter")
		if sent := s.desk.sent(); len(sent) != 1 || sent[0].Out.Template.HeaderMedia == nil || sent[0].Out.Template.HeaderMedia.File != file {
			s.t.Fatalf("sent %+v", sent)
		}
		s.press("t")
		s.write("map_")
		s.press("enter")
		s.write("19.07, 72.88")
		s.press("tab", "tab")
		s.write("Front desk")
		s.press("enter")
		s.sees("3 of 3", "[location] Front desk")
		s.press("enter")
		sent := s.desk.sent()
		l := sent[len(sent)-1].Out.Template.HeaderLocation
		if l == nil || l.Latitude != 19.07 || l.Longitude != 72.88 || l.Name != "Front desk" {
			s.t.Fatalf("location %+v", l)
		}
	})
}

func TestDecisions(t *testing.T) {
	perform(t, everyState, func(s *stage) {
		s.size(100, 28)
		s.press("enter")
		for s.m.talk.selected() == nil || s.m.talk.selected().Text != "reply unknown" || s.m.talk.selected().Confirming {
			s.press("k")
		}
		s.sees("? uncertain")
		s.press("R")
		s.sees("It is uncertain whether this went", "send again", "mark as sent", "discard")
		s.press("1")
		s.sees("Send it again?", "gets it twice")
		if n := len(s.desk.logged("decide")); n != 0 {
			s.t.Fatal("decided before the question was answered")
		}
		s.press("enter") // the first choice is no
		if n := len(s.desk.logged("decide")); n != 0 {
			s.t.Fatal("no is yes")
		}
		s.press("R", "1", "y")
		got := s.desk.logged("decide")
		if len(got) != 1 || got[0].(inbox.Decide).Decision != inbox.Resend || got[0].(inbox.Decide).NewOID == "" {
			s.t.Fatalf("decided %+v", got)
		}
	})
}

func TestCancelBeforeItLeaves(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "i")
		s.write("wait")
		s.press("enter", "esc", "G", "x")
		got := s.desk.logged("decide")
		if len(got) != 1 || got[0].(inbox.Decide).Decision != inbox.Cancel {
			s.t.Fatalf("decided %+v", got)
		}
		s.press("k", "x")
		s.sees("cannot be cancelled")
	})
}

// Nobody announces what time alone changes: the screen reads such a row again, with what a person may decide now.
func TestConfirmingBecomesUncertainByItself(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.press("enter")
		m := told("09:46", inbox.OriginAPI, "priya", inbox.Unknown, "did it go?")
		m.Key, m.Confirming = "unsure", true
		s.desk.change(asha, "", m)
		s.idle()
		s.press("G")
		s.sees("confirming…")
		s.press("R")
		s.sees("Nothing to decide")
		s.desk.mu.Lock() // as the owner would answer from now on
		for i := range s.desk.messages[asha] {
			if r := &s.desk.messages[asha][i]; r.Key == "unsure" {
				r.Confirming, r.Choices = false, []inbox.Decision{inbox.Resend, inbox.MarkSent, inbox.Discard}
			}
		}
		s.desk.mu.Unlock()
		s.pass(31 * time.Second)
		s.sees("? uncertain")
		s.press("R")
		s.sees("mark as sent")
	})
}

func TestQueuedTooLongIsReadAgain(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.press("enter", "i")
		s.write("later")
		s.press("enter")
		s.sees("… queued")
		s.desk.mu.Lock()
		for i := range s.desk.messages[asha] {
			if r := &s.desk.messages[asha][i]; r.Text == "later" {
				r.Status, r.HoldReason, r.Choices = inbox.Held, "stale", []inbox.Decision{inbox.SendNow, inbox.Cancel}
			}
		}
		s.desk.mu.Unlock()
		s.pass(16 * time.Minute)
		s.sees("‖ held", "Press R to send it now")
		s.press("esc", "G", "R", "1")
		if got := s.desk.logged("decide"); len(got) != 1 || got[0].(inbox.Decide).Decision != inbox.SendNow {
			s.t.Fatalf("decided %+v", got)
		}
	})
}

func TestReactionAndQuote(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.press("enter")
		target := s.m.talk.selected().ID
		s.press("+", "1")
		s.press("r")
		s.write("Yes")
		s.press("enter")
		sent := s.desk.sent()
		if len(sent) != 2 || sent[0].Out.Emoji != "👍" || sent[0].Out.ReplyTo != target || sent[1].Out.ReplyTo != target || sent[1].Out.Text != "Yes" {
			s.t.Fatalf("sent %+v", sent)
		}
	})
}

func TestQuitAsksWhenSomethingIsUnsent(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "i")
		s.write("half a")
		s.press("esc", "q")
		s.sees("You have not sent what you wrote to Asha Rao")
		s.press("n")
		if s.quit {
			s.t.Fatal("no quits")
		}
		s.press("q", "y")
		s.idle()
		if !s.quit {
			s.t.Fatal("yes stays")
		}
		if d := s.desk.threads[asha].Draft; d == nil || d.Text != "half a" {
			s.t.Fatalf("draft %+v", d)
		}
	})
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.press("q")
		s.idle()
		if !s.quit {
			s.t.Fatal("q asks although nothing is unsent")
		}
	})
}

func TestReadOnlyDesk(t *testing.T) {
	perform(t, func(d *fakeDesk, c *Config) {
		frontOffice(d, c)
		d.watchErr = &inbox.Error{Kind: inbox.ReadOnly, Text: "no owner runs"}
	}, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "i")
		s.sees("read-only", "Nothing can be sent")
		s.press("a", "e", "+", "r", "t", "enter")
		s.pass(10 * time.Second)
		for _, c := range s.desk.log {
			s.t.Fatalf("a read-only desk was asked to %s", c.Kind())
		}
	})
}

func TestReconnects(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.press("enter")
		s.desk.mu.Lock()
		close(s.desk.watchers[0])
		s.desk.watchers = nil
		s.desk.watchErr = &inbox.Error{Kind: inbox.Unreachable, Text: "gone"}
		s.desk.mu.Unlock()
		s.idle()
		s.sees("reconnecting…")
		s.desk.mu.Lock()
		s.desk.watchErr = nil
		s.desk.mu.Unlock()
		s.pass(10 * time.Second)
		s.sees("live")
		m := heard("09:47", "still there")
		m.Key = "still"
		s.desk.change(asha, "", m)
		s.idle()
		s.sees("still there")
	})
}

// Events of a burst are one frame, and an idle screen draws nothing.
func TestBurstIsFewFrames(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.press("enter")
		s.pass(2 * time.Second)
		s.frames = 0
		var events []inbox.Event
		for i := range 2000 {
			m := heard("09:46", fmt.Sprintf("burst %d", i))
			m.Key, m.Thread, m.Seq = fmt.Sprintf("burst%04d", i), asha, inbox.Seq(10000+i)
			events = append(events, inbox.Event{Seq: m.Seq, Kind: inbox.MessageEvent, Message: &m})
		}
		for i := 0; i < len(events); i += 10 {
			s.desk.watchers[0] <- events[i : i+10]
		}
		s.idle()
		if s.frames > 20 {
			s.t.Errorf("2000 events in 200 deliveries drew %d frames", s.frames)
		}
		s.sees("burst 1999")
	})
}

func TestIdleScreenDrawsNothing(t *testing.T) {
	perform(t, func(d *fakeDesk, c *Config) {
		frontOffice(d, c)
		d.info.Screens = 0 // nobody to tell who looks
	}, func(s *stage) {
		s.size(130, 32)
		s.press("enter")
		s.pass(5 * time.Second)
		s.frames = 0
		calls := s.desk.calls.Load()
		s.pass(10 * time.Minute)
		// The clock of the window moves once a minute, and nothing else does.
		if s.frames > 11 {
			s.t.Errorf("ten idle minutes drew %d frames", s.frames)
		}
		if n := s.desk.calls.Load() - calls; n != 0 {
			s.t.Errorf("ten idle minutes asked the Desk %d times", n)
		}
	})
}

func TestOpenFirst(t *testing.T) {
	perform(t, func(d *fakeDesk, c *Config) { c.OpenFirst = true }, func(s *stage) {
		s.size(80, 24)
		s.sees("No messages yet")
		m := fresh(heard("09:46", "Is anybody there?"))
		s.desk.mu.Lock()
		s.desk.threads[asha] = &inbox.Thread{ID: asha, Name: "Asha Rao", State: inbox.Open, Window: openFor(24 * time.Hour)}
		s.desk.mu.Unlock()
		m.Key = "first"
		s.desk.change(asha, "", m)
		s.idle()
		s.sees("Is anybody there?", "open 24h 00m")
	})
}

func TestPresenceIsToldAndShown(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "i")
		s.write("a")
		looks := s.desk.logged("look")
		if n := len(looks); n < 2 || looks[n-1].(inbox.Look).Doing != "typing" {
			s.t.Fatalf("looks %+v", looks)
		}
		s.write("bcdef")
		if again := s.desk.logged("look"); len(again) != len(looks) {
			s.t.Fatalf("typing was told %d times in a moment", len(again))
		}
		s.press("esc", "esc")
		looks = s.desk.logged("look")
		if looks[len(looks)-1].(inbox.Look).Doing != "gone" {
			s.t.Fatalf("looks %+v", looks)
		}
		s.desk.emit(inbox.Event{Kind: inbox.PresenceEvent, Presence: &inbox.Presence{Thread: asha, Agent: "ben", Doing: "reading", Until: noon.Add(30 * time.Second)}})
		s.idle()
		s.sees("ben is reading this thread")
		s.pass(31 * time.Second)
		s.misses("ben is reading this thread")
	})
}

func TestAnswerOfAnotherThreadIsDropped(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		// Two threads are opened before the first page arrives.
		s.update(answeredMsg(func(m *Model) cmd { m.focus = onTalk; return tea.Batch(m.open(asha), m.open(bruno)) }))
		s.idle()
		if s.m.talk.id != bruno {
			s.t.Fatalf("open: %s", s.m.talk.id)
		}
		s.sees("Duas, por favor")
		for _, m := range s.m.talk.rows {
			if m.Thread != bruno {
				s.t.Fatalf("a message of %s stands in %s", m.Thread, bruno)
			}
		}
	})
}

// Names in scripts that terminals count differently keep the second pane's edge straight.
func TestPaneEdgeIsStraight(t *testing.T) {
	perform(t, everyScript, func(s *stage) {
		for _, size := range sizes[:3] {
			s.size(size[0], size[1])
			edge := s.m.frame().List.W
			for y, row := range s.rows()[:size[1]-2] {
				at := strings.Index(row, "│")
				if at < 0 || s.m.pen.Width(row[:at]) != edge {
					s.t.Fatalf("at %v row %d the edge is not in column %d: %q", size, y, edge, row)
				}
			}
		}
	})
}
