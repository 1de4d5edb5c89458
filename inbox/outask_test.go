package inbox

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
)

func TestPlacesCardsAndQuestions(t *testing.T) {
	rows := func(n int) (s []AskSection) {
		s = []AskSection{{}}
		for i := range n {
			s[0].Rows = append(s[0].Rows, AskRow{Title: strings.Repeat("x", i+1)})
		}
		return s
	}
	buttons := func(titles ...string) (b []AskButton) {
		for _, t := range titles {
			b = append(b, AskButton{Title: t})
		}
		return b
	}
	ask := func(text string, a Ask) Outgoing { return Outgoing{Type: "interactive", Text: text, Ask: &a} }
	place := func(lat, lon float64) Outgoing {
		return Outgoing{Type: "location", Location: &HeaderLocation{Latitude: lat, Longitude: lon, Name: "Workshop", Address: "12 Example Street"}}
	}
	card := func(c ...Card) Outgoing { return Outgoing{Type: "contacts", Cards: c} }
	feld := Card{Name: "Jonas Feld", Phones: []string{"+1 555 010 1020"}}
	inStudio(t, func(t *testing.T, s *shop, _ *memVault) {
		thread := s.customer("15550101001", "hello")
		for name, c := range map[string]struct {
			out  Outgoing
			key  string // of the refusal
			says string
		}{
			"a place":            {place(52.52, 13.4), "", "[location] Workshop, 12 Example Street"},
			"a place nowhere":    {place(90.1, 0), "place", ""},
			"no place":           {Outgoing{Type: "location"}, "place", ""},
			"a card":             {card(feld), "", "[contact] Jonas Feld +1 555 010 1020"},
			"two cards":          {card(feld, Card{Name: "Ana", Emails: []string{"ana@shop.example"}}), "", "[contacts] Jonas Feld +1 555 010 1020, Ana"},
			"no card":            {card(), "cards", ""},
			"six cards":          {card(feld, feld, feld, feld, feld, feld), "cards", ""},
			"a card of nobody":   {card(Card{Phones: feld.Phones}), "card", ""},
			"a card of nothing":  {card(Card{Name: "Ana"}), "card", ""},
			"a card's number":    {card(Card{Name: "Ana", Phones: []string{"12"}}), "number", ""},
			"buttons":            {ask("When?", Ask{Header: "Pickup", Footer: "Northside", Buttons: buttons("Today", "Tomorrow", "Later")}), "", "Pickup\nWhen?\nNorthside\n[Today] [Tomorrow] [Later]"},
			"four buttons":       {ask("When?", Ask{Buttons: buttons("1", "2", "3", "4")}), "ask-buttons", ""},
			"no button":          {ask("When?", Ask{}), "ask-buttons", ""},
			"equal buttons":      {ask("When?", Ask{Buttons: buttons("Today", "Today")}), "ask-buttons", ""},
			"a long button":      {ask("When?", Ask{Buttons: buttons("Tomorrow in the morning")}), "ask-long", ""},
			"no text":            {ask(" ", Ask{Buttons: buttons("Today")}), "empty", ""},
			"an open field":      {ask("Dear {{name}}", Ask{Buttons: buttons("Today")}), "field", ""},
			"a long text":        {ask(strings.Repeat("a", 1025), Ask{Buttons: buttons("Today")}), "ask-long", ""},
			"a long header":      {ask("When?", Ask{Header: strings.Repeat("a", 61), Buttons: buttons("Today")}), "ask-long", ""},
			"a list":             {ask("What?", Ask{Opens: "Choose", Sections: []AskSection{{Title: "Orders", Rows: []AskRow{{Title: "Status", Description: "Where is it?"}}}, {Title: "Service", Rows: []AskRow{{Title: "Repair"}}}}}), "", "What?\n[Choose]\nOrders\n· Status: Where is it?\nService\n· Repair"},
			"ten rows":           {ask("What?", Ask{Opens: "Choose", Sections: rows(10)}), "", "What?\n[Choose]\n· x"},
			"eleven rows":        {ask("What?", Ask{Opens: "Choose", Sections: rows(11)}), "ask-rows", ""},
			"a list that stays":  {ask("What?", Ask{Sections: rows(1)}), "ask-rows", ""},
			"nameless sections":  {ask("What?", Ask{Opens: "Choose", Sections: []AskSection{{Rows: []AskRow{{Title: "a"}}}, {Title: "x", Rows: []AskRow{{Title: "b"}}}}}), "ask-sections", ""},
			"a link":             {ask("Follow it.", Ask{Opens: "Open status", Link: "https://shop.example/r/88"}), "", "Follow it.\n[Open status] https://shop.example/r/88"},
			"a link in the open": {ask("Follow it.", Ask{Opens: "Open status", Link: "http://shop.example"}), "ask-link", ""},
			"a file over a list": {Outgoing{Type: "interactive", Text: "x", File: &OutFile{As: AsImage}, Ask: &Ask{Opens: "Choose", Sections: rows(1)}}, "ask-file", ""},
		} {
			oid := newOID()
			_, err := s.desk.Do(context.Background(), string(oid), Send{Thread: thread, OID: oid, Out: c.out})
			e, _ := err.(*Error)
			switch {
			case c.key != "" && (e == nil || e.Key != c.key):
				t.Errorf("%s: %v, want %s", name, err, c.key)
			case c.key == "" && err != nil:
				t.Errorf("%s: %v", name, err)
			case c.key == "":
				s.turn()
				m := s.row(oid)
				if m.Status != StatusAccepted || !strings.HasPrefix(m.Text, c.says) || !json.Valid(m.Details) || m.Type != c.out.Type {
					t.Errorf("%s is %q: %q %s", name, m.Status, m.Text, m.Details)
				}
				other := c.out // the answer got lost: the same is known again, and something else is not it
				other.ReplyTo = "wamid.other"
				if _, err := s.desk.Do(context.Background(), NewID(), Send{Thread: thread, OID: oid, Out: c.out}); err != nil {
					t.Errorf("%s, once more: %v", name, err)
				}
				if _, err := s.desk.Do(context.Background(), NewID(), Send{Thread: thread, OID: oid, Out: other}); err == nil {
					t.Errorf("%s: another one is taken for it", name)
				}
			}
		}
		oid := newOID()
		f := s.kept("room.jpg", jpegFile)
		s.do(string(oid), Send{Thread: thread, OID: oid, Out: Outgoing{Type: "interactive", Text: "This one?", File: &f, Ask: &Ask{Buttons: buttons("Yes", "No")}}})
		s.turn()
		s.do(NewID(), Send{Thread: thread, OID: oid, Out: Outgoing{Type: "interactive", Text: "This one?", File: &f, Ask: &Ask{Buttons: buttons("Yes", "No")}}})
		made := s.gateway.made()
		p := made[len(made)-1]
		if m := s.row(oid); m.Status != StatusAccepted || p.Out.File.ID == "" || p.Out.Ask.Buttons[1].ID != "choice-2" || m.Media == nil || m.Media.State != MediaKept {
			t.Errorf("%+v, posted %+v", m, p.Out)
		}
	})
}
