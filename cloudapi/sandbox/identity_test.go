package sandbox

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestIdentityScene: what is told of each guest is what WhatsApp tells at that time, and no more.
func TestIdentityScene(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, func(c *Config) { c.Scene, c.Start = Identity(), opening })
		time.Sleep(nadiaShows + 3*time.Second)
		texts := map[string]map[string]any{}
		var system map[string]any
		for _, m := range l.inbox.items("messages") {
			if m["type"] == "system" {
				system = m
			} else if b, ok := m["text"].(map[string]any); ok {
				texts[b["body"].(string)] = m
			}
		}
		id := l.Customer(nadia.number).UserID()
		for text, want := range map[string][3]any{
			"E o café da manhã está incluído?":                   {"551695550121", l.Customer(joana.number).UserID(), nil},
			"Good morning, we arrive on Friday at noon.":         {"447700900131", nil, nil},
			"Could we have a cot in the room, please?":           {nil, id, "GB.ENT." + id[3:]},
			"Here is my number again, in case you need to call.": {"447700900131", id, "GB.ENT." + id[3:]},
		} {
			m := texts[text]
			if got := [3]any{m["from"], m["from_user_id"], m["from_parent_user_id"]}; got != want {
				t.Errorf("%q is from %v, want %v", text, got, want)
			}
		}
		moved, _ := system["system"].(map[string]any)
		if system["from"] != "201555010132" || moved["type"] != "user_changed_number" || moved["wa_id"] != "201555010142" || moved["user_id"] == moved["previous_user_id"] {
			t.Errorf("the changed number is told as %v", system)
		}
		books := map[any]any{}
		for _, s := range l.inbox.items("state_sync") {
			c := s["contact"].(map[string]any)
			books[c["full_name"]] = c["phone_number"]
		}
		if books["Joana Prado"] != "5516995550121" || books["Luz Herrera"] != "525555010122" {
			t.Errorf("the address book has %v", books)
		}
	})
}

// TestCustomersOfTwoSpellings: whoever asks for either spelling of a number means the same customer.
func TestCustomersOfTwoSpellings(t *testing.T) {
	l := newLab(t, nil)
	for one, other := range map[string]string{"+551695550121": "+55 16 99555-0121", "+5215555010122": "525555010122"} {
		if l.Customer(one) != l.Customer(other) {
			t.Errorf("%s and %s are two", one, other)
		}
	}
	if l.Customer("+5491155550123") == l.Customer("+541155550123") {
		t.Error("a landline of Argentina is a mobile")
	}
}

// TestMoveWithoutANumber: a customer whose number is withheld moves by the user ids alone.
func TestMoveWithoutANumber(t *testing.T) {
	l := newLab(t, nil)
	c := l.Customer("+447700900131").Named("Nadia").WithUsername("nadia", true)
	now := c.MoveTo("+447700900132")
	l.settle()
	m := l.inbox.items("messages")[0]
	s := m["system"].(map[string]any)
	if m["from"] != nil || s["type"] != "user_changed_user_id" || s["wa_id"] != nil || s["user_id"] != now.UserID() || s["previous_user_id"] != c.UserID() {
		t.Errorf("it is told as %v", m)
	}
}
