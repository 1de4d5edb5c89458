package line

import (
	"strings"
	"testing"
	"time"

	"frontdesk/inbox"
)

// The journey of the specification: hear what is unread, open, answer, hear it arrive.
func TestAnsweringACustomer(t *testing.T) {
	play(t, nil, func(s *stage) {
		s.says("Acme Store: 1 mine, 2 unread. Type help for commands.",
			"09:44 Asha Rao, thread 1, unread 2, assigned to you: And can I pay by UPI?")
		s.types("1")
		s.says("> 1",
			"Thread 1, Asha Rao. Window open, closes in 21 hours 40 minutes. Assigned to you.",
			"09:40 #1 you to Asha Rao, delivered: That is the 1 kg box, Rs 450.",
			"2 unread:",
			"09:44 #2 Asha Rao: Is the 2 kg box in stock?",
			"09:44 #3 Asha Rao: And can I pay by UPI?")
		if read := logged[inbox.MarkRead](s.desk); len(read) != 1 || !read[0].Receipt || read[0].Upto != 1003 {
			t.Errorf("read marks: %+v", read)
		}
		s.types("reply Yes to both. I can hold one until 6 pm.")
		s.says("> reply Yes to both. I can hold one until 6 pm.")
		s.desk.reached("t_asha", inbox.StatusSent)
		s.desk.reached("t_asha", inbox.StatusDelivered)
		s.says("Sent. 09:46 delivered.")
		s.passes(time.Minute)
		s.desk.reached("t_asha", inbox.StatusRead)
		s.says("#4 09:47 read.")
		if sent := logged[inbox.Send](s.desk); len(sent) != 1 || sent[0].Out.Text != "Yes to both. I can hold one until 6 pm." || sent[0].Seen == 0 || sent[0].Anyway {
			t.Errorf("sent: %+v", sent)
		}
	})
}

// A reply that nobody hears of is on its way; what becomes of it comes by itself.
func TestSlowReply(t *testing.T) {
	play(t, nil, func(s *stage) {
		s.types("1")
		s.hush()
		s.types("reply Hello")
		s.says("> reply Hello")
		s.passes(5 * time.Second)
		s.says("On its way. What becomes of it is told here.")
		s.desk.reached("t_asha", inbox.StatusSent)
		s.says("#4 09:46 sent.")
		s.desk.reached("t_asha", inbox.StatusFailed, func(m *inbox.Message) {
			m.Error = &inbox.Reason{Code: 131026, Title: "the number is not on WhatsApp", Hint: "check the number"}
			m.Choices = []inbox.Decision{inbox.Resend, inbox.Discard}
		})
		s.says("#4 failed: the number is not on WhatsApp: Hello", "Check the number. decide 4 says what can be done.")
		s.types("stuck")
		s.says("> stuck", "09:46 Asha Rao, thread 1, assigned to you, failed: the number is not on WhatsApp: you: Hello")
		s.types("decide 4", "decide 4 discard")
		s.says("> decide 4",
			"09:46 #4 you to Asha Rao, failed: the number is not on WhatsApp: Hello",
			"Check the number. decide 4 says what can be done.",
			"decide 4 again, try again.", "decide 4 discard, discard.",
			"> decide 4 discard", "Discarded.")
	})
}

// An answer that was told after the last line stops the next reply; a second word sends it.
func TestTwoVoices(t *testing.T) {
	play(t, nil, func(s *stage) {
		s.types("open bruno")
		s.hush()
		s.byPhone("t_bruno", "Sim, temos duas.")
		s.says("09:46 #2 phone to Bruno Lima, sent: Sim, temos duas.")
		s.passes(8 * time.Second)
		s.types("reply Temos sim, quantas?")
		s.says("> reply Temos sim, quantas?",
			`Not sent: phone answered 8 seconds ago: "Sim, temos duas.". Type send to send yours all the same, keep to keep it as a draft, discard to throw it away.`)
		if n := len(logged[inbox.Send](s.desk)); n != 1 {
			t.Fatalf("%d were handed over", n)
		}
		if d := s.desk.threads["t_bruno"].Draft; d == nil || d.Text != "Temos sim, quantas?" {
			t.Errorf("the draft is %+v", d)
		}
		s.types("send")
		s.desk.reached("t_bruno", inbox.StatusDelivered)
		s.says("> send", "Sent. 09:46 delivered.")
		if d := s.desk.threads["t_bruno"].Draft; d != nil {
			t.Errorf("a draft is left: %+v", d)
		}
		// Having heard it, the next reply goes at once.
		s.types("reply Obrigado!")
		s.desk.reached("t_bruno", inbox.StatusDelivered)
		s.says("> reply Obrigado!", "Sent. 09:46 delivered.")
	})
}

// Any other word after a stop keeps the reply, and does what it says.
func TestTwoVoicesOtherWord(t *testing.T) {
	for word, want := range map[string][]string{
		"keep":    {"> keep", "Kept as a draft. send sends it, reply goes on with it, discard throws it away."},
		"discard": {"> discard", "Discarded."},
		"news":    {"> news", "Kept as a draft. send sends it, reply goes on with it, discard throws it away.", "Nothing new."},
	} {
		play(t, nil, func(s *stage) {
			s.types("open bruno")
			s.byPhone("t_bruno", "Sim.")
			s.types("reply Temos")
			s.hush()
			s.types(word)
			s.says(want...)
			if d := s.desk.threads["t_bruno"].Draft; (d == nil) != (word == "discard") {
				t.Errorf("%s: the draft is %+v", word, d)
			}
			if n := len(logged[inbox.Send](s.desk)); n != 1 {
				t.Errorf("%s: %d were handed over", word, n)
			}
		})
	}
}

func TestClosedWindow(t *testing.T) {
	closed := "Window closed 3 hours ago: free text is refused until they write again. template sends a template."
	kept := "Kept as a draft. send sends it, reply goes on with it, discard throws it away."
	play(t, func(d *fakeDesk, _ *Config) { d.templates = templates() }, func(s *stage) {
		s.types("open maya")
		s.hush()
		s.types("reply Found it!")
		s.says("> reply Found it!", closed, kept)
		s.types("reply")
		s.says("> reply", closed)
		s.types("template")
		s.says("> template",
			"1 lost_item, en, utility: Hello {{1}}, we found your {{2}}.",
			"2 offer, en, marketing: WhatsApp has paused this template: too many people blocked or reported it. It cannot be sent.",
			"3 place, en, utility: [location] / We are here.",
			"template and a name or a number fills one in.")
		s.types("template 2", "template nothing", "template lost_item", "", "", "grey scarf")
		s.says("> template 2", "WhatsApp has paused this template: too many people blocked or reported it. It cannot be sent.",
			"> template nothing", "No template matches.",
			"> template lost_item", `lost_item: "Hello {{1}}, we found your {{2}}.". A line with only a dot stops.`,
			`1 of 2, 1 Hello: "Maya". An empty line takes it.`,
			". ", "2 of 2, 2 found your, like umbrella:",
			". ", "2 of 2, 2 found your, like umbrella:",
			". grey scarf", "This goes to Maya Lindqvist, exactly so:", "  Hello Maya, we found your grey scarf.",
			"Type send to send it, later and a time to send it then, or anything else to leave it.")
		if n := len(logged[inbox.Send](s.desk)); n != 1 {
			t.Fatalf("%d were handed over before the word", n)
		}
		s.types("send")
		s.desk.reached("t_maya", inbox.StatusSent)
		s.passes(2 * time.Second)
		s.says("> send", "Sent.")
		if sent := logged[inbox.Send](s.desk); sent[1].Out.Template.Body["2"] != "grey scarf" {
			t.Errorf("sent %+v", sent[1].Out.Template)
		}
		// The customer writes: the window opens by itself, and the draft goes.
		s.desk.alter("t_maya", func(x *inbox.Thread) { x.Window.ExpiresAt = s.desk.now().Add(24 * time.Hour) })
		s.says("Window open, closes in 24 hours.")
		s.types("send")
		s.desk.reached("t_maya", inbox.StatusDelivered)
		s.says("> send", "Sent. 09:46 delivered.")
	})
}

// A place is asked for in four parts; both coordinates may stand in the first.
func TestTemplateWithPlace(t *testing.T) {
	play(t, func(d *fakeDesk, _ *Config) { d.templates = templates() }, func(s *stage) {
		s.types("open bruno")
		s.hush()
		s.types("template place", "15.49, 273.83", "Shop", "", "15.49, 73.83", "", "")
		s.says("> template place", `place: "[location] / We are here.". A line with only a dot stops.`,
			"1 of 4, latitude, like 15.49, 73.83:", ". 15.49, 273.83",
			"3 of 4, place, may stay empty:", ". Shop",
			"4 of 4, address, may stay empty:", ". ",
			"latitude is not a place on earth.", "1 of 4, latitude, like 15.49, 73.83:", ". 15.49, 73.83",
			`3 of 4, place: "Shop". An empty line takes it.`, ". ",
			"4 of 4, address, may stay empty:", ". ",
			"This goes to Bruno Lima, exactly so:", "  [location] Shop", "  We are here.",
			"Type send to send it, later and a time to send it then, or anything else to leave it.")
		s.types("later 2h")
		s.says("> later 2h", "It leaves 11:46, also when nobody is here. cancel calls it back.")
		sent := logged[inbox.Send](s.desk)
		if l := sent[0].Out.Template.HeaderLocation; l == nil || l.Latitude != 15.49 || !sent[0].Later.Equal(at(11, 46)) {
			t.Errorf("sent %+v", sent[0])
		}
	})
}

// A dot stops a template, the end of the input too; nothing goes.
func TestTemplateLeft(t *testing.T) {
	play(t, func(d *fakeDesk, _ *Config) { d.templates = templates() }, func(s *stage) {
		s.types("open bruno")
		s.hush()
		s.types("template lost_item", ".")
		if got := s.hush(); !strings.HasSuffix(got, ". .\nNothing was sent.\n") {
			t.Errorf("said %q", got)
		}
		s.types("template lost_item", "", "scarf", "where")
		if got := s.hush(); !strings.Contains(got, "> where\nNothing was sent.\nThread 2, Bruno Lima.") {
			t.Errorf("said %q", got)
		}
		s.types("template lost_item", "")
		_ = s.in.Close()
		if got := s.hush(); !strings.HasSuffix(got, "Nothing was sent.\n") {
			t.Errorf("said %q", got)
		}
		if sent := logged[inbox.Send](s.desk); len(sent) > 0 {
			t.Errorf("sent %+v", sent)
		}
	})
}

func templates() []inbox.Template {
	body := func(name, status, category, text string) inbox.Template {
		return inbox.Template{Name: name, Language: "en", Status: status, Category: category,
			Components: []inbox.TemplateComponent{{Type: "BODY", Text: text, Example: map[string]string{"2": "umbrella"}}}}
	}
	place := body("place", "APPROVED", "UTILITY", "We are here.")
	place.Components = append([]inbox.TemplateComponent{{Type: "HEADER", Format: "LOCATION"}}, place.Components...)
	return []inbox.Template{body("lost_item", "APPROVED", "UTILITY", "Hello {{1}}, we found your {{2}}."), body("offer", "PAUSED", "MARKETING", "Now!"), place}
}
