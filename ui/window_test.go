package ui

import (
	"testing"
	"time"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

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
		if sent := s.desk.sent(); len(sent) != 1 || sent[0].Out.Template.HeaderMedia == nil || sent[0].Out.Template.HeaderMedia.Kept == nil || sent[0].Out.Template.HeaderMedia.Kept.Name != "receipt.pdf" || sent[0].Out.Template.HeaderMedia.File != "" {
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
