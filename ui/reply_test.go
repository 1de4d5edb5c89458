package ui

import (
	"testing"
	"time"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

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

func TestSendingFromFarUpShowsTheReply(t *testing.T) {
	perform(t, func(d *fakeDesk, c *Config) { longThread(d, "t_long", 3000) }, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "g", "i")
		s.write("from the top")
		s.press("enter")
		s.sees("from the top", "… queued")
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
