package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

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

// A customer who answers our message quotes "you", as the message itself is headed.
func TestQuotesOfOursAreYours(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.show(bruno)
		m := heard("09:46", "Obrigado!")
		m.Key, m.Quote = "thanks", &inbox.Quote{Key: "k", From: "priya", Text: "boleto enviado"}
		s.desk.change(bruno, "", m)
		s.idle()
		s.sees("┆ you: boleto enviado")
	})
}
