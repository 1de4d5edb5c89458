package ui

import (
	"reflect"
	"slices"
	"testing"

	"frontdesk/inbox"
)

func TestReadPlaceAndCard(t *testing.T) {
	for text, want := range map[string]inbox.HeaderLocation{
		"52.52,13.4": {Latitude: 52.52, Longitude: 13.4},
		" -33.9 , 18.4, Workshop , 12 Mill Street, Cape Town": {Latitude: -33.9, Longitude: 18.4, Name: "Workshop", Address: "12 Mill Street, Cape Town"},
	} {
		if out, err := ReadPlace(text); err != nil || out.Type != "location" || *out.Location != want {
			t.Errorf("%q: %+v, %v", text, out.Location, err)
		}
	}
	for _, text := range []string{"", "Workshop", "52.52", "91,0", "0,181", "NaN,0", "north,13"} {
		if _, err := ReadPlace(text); err == nil {
			t.Errorf("%q is a place", text)
		}
	}
	out, err := ReadCard("Jonas Feld, +1 555 010 1020, Feld, Sons & Co")
	if err != nil || out.Type != "contacts" || len(out.Cards) != 1 || out.Cards[0].Name != "Jonas Feld" || out.Cards[0].Phones[0] != "+1 555 010 1020" || out.Cards[0].Company != "Feld, Sons & Co" {
		t.Errorf("%+v, %v", out, err)
	}
	for _, text := range []string{"", "Jonas", "Jonas,", ",+1 555 010 1020"} {
		if _, err := ReadCard(text); err == nil {
			t.Errorf("%q is a card", text)
		}
	}
}

func TestReadButtonsAndList(t *testing.T) {
	out, err := ReadButtons(" Which day | suits? |Some other day| ")
	if err != nil || out.Type != "interactive" || out.Text != "Which day" || !slices.Equal(out.Ask.Buttons, []inbox.AskButton{{Title: "suits?"}, {Title: "Some other day"}}) {
		t.Errorf("%+v %+v, %v", out, out.Ask, err)
	}
	for text, want := range map[string]inbox.Ask{
		"When? | Choose | 10:30 | 11:00: with Ana: upstairs": {Opens: "Choose", Sections: []inbox.AskSection{
			{Rows: []inbox.AskRow{{Title: "10:30"}, {Title: "11:00", Description: "with Ana: upstairs"}}}}},
		"What? | Choose | # My order | Change it\n| #2 | # Else | Ask": {Opens: "Choose", Sections: []inbox.AskSection{
			{Title: "My order", Rows: []inbox.AskRow{{Title: "Change it"}, {Title: "#2"}}}, {Title: "Else", Rows: []inbox.AskRow{{Title: "Ask"}}}}},
		"What? | Choose | Change it | # Else | Ask": {Opens: "Choose", Sections: []inbox.AskSection{
			{Rows: []inbox.AskRow{{Title: "Change it"}}}, {Title: "Else", Rows: []inbox.AskRow{{Title: "Ask"}}}}},
	} {
		if out, err := ReadList(text); err != nil || !reflect.DeepEqual(*out.Ask, want) {
			t.Errorf("%q: %+v, %v", text, out.Ask, err)
		}
	}
	for _, text := range []string{"", "Which day?", "Which day? |", "|"} {
		if _, err := ReadButtons(text); err == nil {
			t.Errorf("%q has buttons", text)
		}
	}
	for _, text := range []string{"", "What?", "What? | Choose", "What? | Choose | "} {
		if _, err := ReadList(text); err == nil {
			t.Errorf("%q has a list", text)
		}
	}
}

// What stands in the box becomes the question, with what it quotes; before it goes it is seen as the customer gets it, and
// what WhatsApp would refuse is said.
func TestQuestionFromTheBox(t *testing.T) {
	for _, size := range [][2]int{{130, 40}, {80, 24}, {48, 16}} {
		perform(t, frontOffice, func(s *stage) {
			s.size(size[0], size[1])
			s.press("enter", "r")
			quoted := s.m.draft().replyTo
			s.write("Which day?")
			s.press("ctrl+p")
			s.write("buttons")
			s.press("enter")
			s.sees("Send a text with buttons", "Which day? | ")
			s.write("Tomorrow in the morning")
			s.sees("3 too many")
			s.press("enter")
			if got := s.desk.taken(asha); len(got) != 0 {
				t.Errorf("%v: %q went", size, got)
			}
			s.press("ctrl+w", "ctrl+w", "ctrl+w")
			s.write("| Later")
			s.sees("[Tomorrow] [Later]")
			s.press("enter")
			sent := s.desk.sent()
			if got := s.desk.taken(asha); !slices.Equal(got, []string{"Which day?\n[Tomorrow] [Later]"}) || quoted == "" || sent[len(sent)-1].Out.ReplyTo != quoted {
				t.Fatalf("%v: %q, %+v", size, got, sent)
			}
			if d := s.m.draft(); d.text() != "" || d.replyTo != "" {
				t.Errorf("%v: %q stays in the box", size, d.text())
			}
		})
	}
}

// A question that is typed whole leaves what stands in the box.
func TestQuestionBesideTheBox(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "i")
		s.write("We are open until 8.")
		s.press("ctrl+p")
		s.write("list What is it about? | Choose | My order | A repair")
		s.press("enter")
		if sent := s.desk.sent(); len(sent) != 1 || len(sent[0].Out.Ask.Sections[0].Rows) != 2 || s.m.draft().text() != "We are open until 8." {
			t.Errorf("%+v, %q in the box", sent, s.m.draft().text())
		}
	})
}

// A line is long: it comes back when the message is taken back, or was not taken, and is then one message at most.
func TestQuestionComesBack(t *testing.T) {
	const line = "What is it about? | Choose | My order | A repair"
	begin := func(s *stage) {
		s.size(100, 28)
		s.press("enter", "i", "ctrl+p")
		s.write("list " + line)
		s.press("enter")
	}
	perform(t, withPause, func(s *stage) {
		begin(s)
		s.press("esc")
		s.sees("Send a text with a list", line)
		s.press("enter")
		if sent := s.desk.sent(); len(sent) != 2 || sent[0].OID == sent[1].OID {
			t.Errorf("%+v", sent)
		}
	})
	perform(t, frontOffice, func(s *stage) {
		s.desk.lose = func(c inbox.Command) bool { return c.Kind() == "send" }
		begin(s)
		s.sees("Send a text with a list", line)
		s.desk.lose = nil
		s.press("enter")
		if sent := s.desk.sent(); len(sent) != 2 || sent[0].OID != sent[1].OID || len(s.desk.taken(asha)) != 1 {
			t.Errorf("%+v, taken %q", sent, s.desk.taken(asha))
		}
	})
}

// Somebody else answered while the line was written: it is not sent past that, and goes with the next enter.
func TestQuestionStopsForAnAnswer(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.press("enter", "i", "ctrl+p")
		s.write("buttons")
		s.press("enter")
		s.write("Which day? | Today | Tomorrow")
		s.desk.change(asha, "", inbox.Message{Direction: "out", Origin: inbox.OriginPhone, Type: "text", Text: "Come tomorrow.", At: s.m.now()})
		s.idle()
		s.press("enter")
		s.sees("Which day? | Today | Tomorrow")
		s.press("enter")
		if sent := s.desk.sent(); len(sent) != 2 || sent[1].Seen <= sent[0].Seen {
			t.Errorf("%+v", sent)
		}
		if rows := s.desk.taken(asha); len(rows) != 1 {
			t.Errorf("%q were taken", rows)
		}
	})
}

// A place goes while a reply is half written: the box keeps that, and a line that was refused can be put right.
func TestPlaceAndCardAreSent(t *testing.T) {
	for _, size := range [][2]int{{130, 40}, {80, 24}, {48, 16}} {
		perform(t, frontOffice, func(s *stage) {
			s.size(size[0], size[1])
			s.press("enter", "i")
			s.write("We are here")
			s.press("ctrl+p")
			s.write("location 952.52,13.4,Workshop")
			s.press("enter")
			s.sees("Send a place", "952.52,13.4,Workshop")
			s.press("ctrl+u")
			s.write("52.52,13.4,Workshop")
			s.press("enter")
			s.sees("> We are here")
			s.press("ctrl+p")
			s.write("contact card")
			s.press("enter")
			s.sees("Send a contact card")
			s.write("Jonas Feld,+1 555 010 1020")
			s.press("enter")
			sent := s.desk.sent()
			if len(sent) != 2 || sent[0].Out.Location == nil || sent[0].Out.Location.Name != "Workshop" || len(sent[1].Out.Cards) != 1 || sent[0].OID == sent[1].OID || sent[0].Thread != asha {
				t.Fatalf("%v: %+v", size, sent)
			}
		})
	}
}

func TestPlaceNeedsAnOpenWindow(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.show(farid)
		s.desk.alter(farid, func(t *inbox.Thread) { t.Window = inbox.Window{} })
		s.idle()
		s.press(":")
		s.write("location 52.52,13.4")
		s.press("enter")
		if n := len(s.desk.sent()); n != 0 {
			t.Errorf("%d sent", n)
		}
	})
}

// A place that is taken back in its pause leaves nothing in the box: what stands for it in the conversation is no text.
func TestPlaceIsTakenBack(t *testing.T) {
	perform(t, withPause, func(s *stage) {
		s.size(100, 28)
		s.press("enter", "i", "ctrl+p")
		s.write("location 52.52,13.4,Workshop")
		s.press("enter")
		sent := s.desk.sent()
		if len(sent) != 1 || sent[0].Pause == 0 {
			t.Fatalf("%+v", sent)
		}
		s.press("esc")
		if got := s.desk.logged("decide"); len(got) != 1 || s.m.draft().text() != "" {
			t.Errorf("%+v, %q in the box", got, s.m.draft().text())
		}
	})
}
