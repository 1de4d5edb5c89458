package ui

import (
	"strings"
	"testing"
	"time"

	"frontdesk/inbox"
)

// withSaved is the front office with some saved replies, the most used first.
func withSaved(d *fakeDesk, c *Config) {
	frontOffice(d, c)
	d.saved = []inbox.SavedReply{
		{Name: "hours", Text: "Hi {{first_name}}, we are open 9 to 6, Sundays 9 to 1.", Used: 12},
		{Name: "order ready", Text: "Hi {{first_name}}, your order {{order}} is ready.\nPlease bring {{what to bring}}.\n\n{{agent}}, {{business}}", Used: 3},
		{Name: "horário", Language: "pt_BR", Text: "Olá {{first_name}}, abrimos das 9h às 18h."},
		{Name: "समय", Language: "hi", Text: "नमस्ते {{first_name}} जी, हम 9 से 6 बजे तक खुले हैं।"},
		{Name: "upi", Text: "UPI: acme@okbank. Please send a screenshot when it is paid."},
	}
}

func TestSavedReplyIsChosenFilledInAndSent(t *testing.T) {
	perform(t, withSaved, func(s *stage) {
		s.size(100, 28)
		s.press("enter", "i", "/")
		s.sees("Saved replies", "5 of 5", "Hi Asha, we are open 9 to 6")
		s.write("read")
		s.sees("1 of 5", "your order {{order}} is ready", "priya, Acme Store")
		s.press("enter")
		s.sees("> Hi Asha, your order {{order}} is ready.", "fill in order")
		s.press("enter") // by habit
		s.sees("{{order}} is not filled in")
		if sent := s.desk.sent(); len(sent) != 0 {
			t.Fatalf("sent with a field open: %+v", sent)
		}
		s.write("4431")
		s.sees("your order 4431 is ready", "fill in what to bring")
		s.press("enter")
		s.sees("{{what to bring}} is not filled in")
		s.write("the")
		s.press(" ")
		s.write("slip")
		s.press("enter")
		sent := s.desk.sent()
		if len(sent) != 1 || sent[0].Out.Text != "Hi Asha, your order 4431 is ready.\nPlease bring the slip.\n\npriya, Acme Store" {
			t.Fatalf("sent %+v", sent)
		}
		if sent[0].Saved != (inbox.ReplyName{Name: "order ready"}) {
			t.Errorf("it began as %+v", sent[0].Saved)
		}
		s.write("by hand")
		s.press("enter")
		if sent := s.desk.sent(); len(sent) != 2 || sent[1].Saved.Name != "" {
			t.Errorf("the next one: %+v", sent)
		}
	})
}

func TestKnownFieldsAreFilledInBeforeSending(t *testing.T) {
	perform(t, withSaved, func(s *stage) {
		s.size(100, 28)
		s.press("enter", "i")
		s.write("Thank you, {{first_name}}!")
		s.press("enter")
		s.sees("> Thank you, Asha!", "Filled in from the contact")
		if sent := s.desk.sent(); len(sent) != 0 {
			t.Fatalf("sent unseen: %+v", sent)
		}
		s.press("enter")
		if sent := s.desk.sent(); len(sent) != 1 || sent[0].Out.Text != "Thank you, Asha!" {
			t.Fatalf("sent %+v", sent)
		}
	})
}

func TestTabGoesFromFieldToField(t *testing.T) {
	perform(t, withSaved, func(s *stage) {
		s.size(100, 28)
		s.press("enter", "i", "/")
		s.write("order")
		s.press("enter", "tab")
		s.write("B")
		s.press("tab")
		s.write("A")
		s.sees("your order A is ready", "Please bring B.")
		s.press("tab")
		if s.m.focus == onWrite {
			t.Error("with no field left, tab stays in the box")
		}
	})
}

func TestSlashInTheMiddleIsText(t *testing.T) {
	perform(t, withSaved, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "i")
		s.write("9/6")
		s.sees("> 9/6")
		s.misses("Saved replies")
	})
	perform(t, withSaved, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "i", "/", "/")
		s.write("home")
		s.sees("> /home")
		s.misses("Saved replies")
	})
}

func TestSavedPickerCloses(t *testing.T) {
	for _, key := range []string{"esc", "backspace"} {
		perform(t, withSaved, func(s *stage) {
			s.size(80, 24)
			s.press("enter", "i", "/", key)
			s.misses("Saved replies")
			s.write("x")
			s.sees("> x")
		})
	}
	perform(t, withSaved, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "i", "/")
		s.write("nothing like it")
		s.sees("No saved reply matches")
		s.press("enter", "esc")
		s.sees("5 of 5")
	})
}

func TestAColleagueSavesWhileTheListIsOpen(t *testing.T) {
	perform(t, withSaved, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "i", "/")
		s.desk.keep(inbox.ReplyName{Name: "from ben"}, "Saved by ben")
		s.idle()
		s.sees("from ben", "6 of 6")
		s.desk.keep(inbox.ReplyName{Name: "from ben"}, "")
		s.idle()
		s.misses("from ben")
	})
}

func TestWhatIsWrittenIsSaved(t *testing.T) {
	perform(t, withSaved, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "i", "ctrl+s")
		s.sees("Write the reply first")
		s.write("We deliver until 8, {{first_name}}.")
		s.press("ctrl+s")
		s.sees("Save this reply as")
		s.write("delivery")
		s.press("enter")
		s.sees("Saved as delivery")
		s.press("ctrl+s")
		s.write("HOURS") // there is one
		s.press("enter")
		s.sees("There is a reply called HOURS already")
		s.press("esc")
		if n := len(s.desk.logged("save-reply")); n != 1 {
			t.Fatalf("%d were saved", n)
		}
		s.press("ctrl+s")
		s.write("hours")
		s.press("enter", "y")
		saves := s.desk.logged("save-reply")
		if c, ok := saves[len(saves)-1].(inbox.SaveReply); !ok || c.Reply.Name != "hours" || c.Text != "We deliver until 8, {{first_name}}." {
			t.Fatalf("saved %+v", saves)
		}
		s.sees("> We deliver until 8")
	})
}

func TestRemovingASavedReplyAsks(t *testing.T) {
	perform(t, withSaved, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "i", "/", "ctrl+x")
		s.sees("Remove hours for everybody?")
		s.press("esc")
		if n := len(s.desk.logged("remove-reply")); n != 0 {
			t.Fatal("removed without an answer")
		}
		s.press("ctrl+x", "y")
		s.sees("hours is removed", "4 of 4")
	})
}

func TestSavedReplyIsTakenBackInOneStep(t *testing.T) {
	perform(t, withSaved, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "i", "/", "enter")
		s.sees("> Hi Asha")
		s.press("alt+z")
		s.misses("Hi Asha")
		s.press("alt+Z")
		s.sees("> Hi Asha")
	})
}

// The window closes while the list is open: what was chosen must not be lost over a box that takes no text.
func TestWindowClosesOverTheSavedReplies(t *testing.T) {
	perform(t, withSaved, func(s *stage) {
		s.size(80, 24)
		s.show(bruno)
		s.press("i", "/")
		s.pass(51 * time.Minute)
		s.press("enter")
		s.sees("Free text is refused")
		if sent := s.desk.sent(); len(sent) != 0 {
			t.Fatal("sent")
		}
	})
}

func TestPasteOfManyLinesIsSaidAndNeverSent(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "i")
		s.update(paste("one\r\ntwo\rthree\n\tfour"))
		s.idle()
		s.sees("4 lines pasted; alt+z takes them back", "> one", "   two", "   three", "       four")
		if d := s.m.draft(); d.text() != "one\ntwo\nthree\n\tfour" {
			t.Fatalf("%q", d.text())
		}
		s.update(paste(strings.Repeat("line\n", 200)))
		s.idle()
		s.sees("201 lines pasted")
		s.press("alt+z")
		if d := s.m.draft(); d.text() != "one\ntwo\nthree\n\tfour" {
			t.Fatalf("%q", d.text())
		}
		if sent := s.desk.sent(); len(sent) != 0 {
			t.Fatalf("a paste was sent: %+v", sent)
		}
	})
}

func TestDiscardingCanBeUndone(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.show(bruno)
		s.press("i")
		s.write("Temos sim")
		echo := told("09:46", inbox.OriginPhone, "", inbox.StatusSent, "Sim, temos duas.")
		echo.Key = "echo"
		s.desk.change(bruno, "", echo)
		s.idle()
		s.press("ctrl+u")
		s.misses("Temos sim")
		s.press("alt+z")
		s.sees("> Temos sim")
		s.pass(2 * time.Second)
		if d := s.desk.threads[bruno].Draft; d == nil || d.Text != "Temos sim" {
			t.Errorf("kept: %+v", d)
		}
	})
}
