package ui

import (
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
