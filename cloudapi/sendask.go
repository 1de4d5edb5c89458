package cloudapi

import (
	"strings"

	"frontdesk/inbox"
)

// The requests of places, contact cards and questions (cloud-api 2.6, 2.7).

type sendPlace struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Name      string  `json:"name,omitempty"`
	Address   string  `json:"address,omitempty"`
}

type sendCard struct {
	Name   sendName   `json:"name"`
	Org    *sendOrg   `json:"org,omitempty"`
	Phones []sendPart `json:"phones,omitempty"`
	Emails []sendPart `json:"emails,omitempty"`
	URLs   []sendPart `json:"urls,omitempty"`
}

type sendName struct {
	Formatted string `json:"formatted_name"`
	First     string `json:"first_name"`
	Last      string `json:"last_name,omitempty"`
}

type sendOrg struct {
	Company string `json:"company,omitempty"`
	Title   string `json:"title,omitempty"`
}

type sendPart struct {
	Phone string `json:"phone,omitempty"`
	WaID  string `json:"wa_id,omitempty"`
	Email string `json:"email,omitempty"`
	URL   string `json:"url,omitempty"`
	Type  string `json:"type"`
}

// newSendCard spells a card. Beside the whole name WhatsApp wants a part of it; a number gets its wa_id, without which the
// customer is offered to invite somebody who may have WhatsApp already.
func newSendCard(c inbox.Card) sendCard {
	first, last, _ := strings.Cut(strings.TrimSpace(c.Name), " ")
	s := sendCard{Name: sendName{Formatted: c.Name, First: first, Last: strings.TrimSpace(last)}}
	if c.Company+c.Title != "" {
		s.Org = &sendOrg{c.Company, c.Title}
	}
	for _, p := range c.Phones {
		s.Phones = append(s.Phones, sendPart{Phone: p, WaID: inbox.Digits(p), Type: "WORK"})
	}
	for _, e := range c.Emails {
		s.Emails = append(s.Emails, sendPart{Email: e, Type: "WORK"})
	}
	for _, u := range c.URLs {
		s.URLs = append(s.URLs, sendPart{URL: u, Type: "WORK"})
	}
	return s
}

type sendAsk struct {
	Type   string      `json:"type"`
	Header *sendHeader `json:"header,omitempty"`
	Body   sendWords   `json:"body"`
	Footer *sendWords  `json:"footer,omitempty"`
	Action sendAction  `json:"action"`
}

type sendWords struct {
	Text string `json:"text"`
}

type sendHeader struct {
	Type     string     `json:"type"`
	Text     string     `json:"text,omitempty"`
	Image    *sendMedia `json:"image,omitempty"`
	Video    *sendMedia `json:"video,omitempty"`
	Document *sendMedia `json:"document,omitempty"`
}

type sendAction struct {
	Buttons    []sendButton  `json:"buttons,omitempty"`
	Button     string        `json:"button,omitempty"`
	Sections   []sendSection `json:"sections,omitempty"`
	Name       string        `json:"name,omitempty"`
	Parameters *sendLink     `json:"parameters,omitempty"`
}

type sendButton struct {
	Type  string          `json:"type"`
	Reply inbox.AskButton `json:"reply"`
}

type sendSection struct {
	Title string         `json:"title,omitempty"`
	Rows  []inbox.AskRow `json:"rows"`
}

type sendLink struct {
	Display string `json:"display_text"`
	URL     string `json:"url"`
}

func newSendAsk(out inbox.Outgoing) *sendAsk {
	a := out.Ask
	s := &sendAsk{Type: a.Kind(), Body: sendWords{out.Text}}
	switch f := out.File; {
	case f != nil:
		m := &sendMedia{ID: f.ID}
		s.Header = &sendHeader{Type: f.As}
		switch f.As {
		case inbox.AsImage:
			s.Header.Image = m
		case inbox.AsVideo:
			s.Header.Video = m
		default:
			m.Filename = f.Name
			s.Header.Document = m
		}
	case a.Header != "":
		s.Header = &sendHeader{Type: "text", Text: a.Header}
	}
	if a.Footer != "" {
		s.Footer = &sendWords{a.Footer}
	}
	switch s.Type {
	case "cta_url":
		s.Action = sendAction{Name: "cta_url", Parameters: &sendLink{a.Opens, a.Link}}
	case "list":
		s.Action.Button = a.Opens
		for _, part := range a.Sections {
			s.Action.Sections = append(s.Action.Sections, sendSection{part.Title, part.Rows})
		}
	default:
		for _, b := range a.Buttons {
			s.Action.Buttons = append(s.Action.Buttons, sendButton{"reply", b})
		}
	}
	return s
}
