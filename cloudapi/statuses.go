package cloudapi

import (
	"strings"

	"frontdesk/inbox"
)

// status is webhooks 3.
type status struct {
	ID              text                  `json:"id"`
	Type            text                  `json:"type"`
	Status          text                  `json:"status"`
	Timestamp       text                  `json:"timestamp"`
	Recipient       text                  `json:"recipient_id"`
	RecipientUser   text                  `json:"recipient_user_id"`
	RecipientParent text                  `json:"recipient_parent_user_id"`
	RecipientType   text                  `json:"recipient_type"`
	Participant     text                  `json:"recipient_participant_id"`
	ParticipantUser text                  `json:"recipient_participant_user_id"`
	Callback        text                  `json:"biz_opaque_callback_data"`
	Conversation    loose[conversation]   `json:"conversation"`
	Pricing         loose[pricing]        `json:"pricing"`
	Errors          loose[[]webhookError] `json:"errors"`
}

type conversation struct {
	Expires text           `json:"expiration_timestamp"`
	Origin  loose[typed]   `json:"origin"`
	Pricing loose[pricing] `json:"pricing"` // some group examples nest it here
}

type pricing struct {
	Billable text `json:"billable"`
	Category text `json:"category"`
	Model    text `json:"pricing_model"`
	Type     text `json:"type"`
}

func (r *reader) statuses(p place, v *value) {
	for i, raw := range v.Statuses {
		var s status
		if !item(r, p, "statuses", i, raw, &s) {
			continue
		}
		if s.ID == "" {
			r.bad(p.at("statuses", i), "no message id")
			continue
		}
		r.add(s.fact(r.line, v))
	}
}

func (s *status) fact(line inbox.LineID, v *value) inbox.StatusSeen {
	when := s.Timestamp.unix()
	f := inbox.StatusSeen{Line: line, WAMID: string(s.ID), Time: when, Callback: string(s.Callback)}
	f.Progress, f.Word = progress(string(s.Status))
	if s.Status == "failed" {
		f.Word = ""
		f.Failure = failureOf(s.Errors.V)
	}
	if s.RecipientType == "group" || s.Participant != "" || s.ParticipantUser != "" {
		v.peer(s.Participant, s.ParticipantUser, "", when) // a group's message is in no customer's thread
	} else {
		f.Peers, _ = v.peer(s.Recipient, s.RecipientUser, s.RecipientParent, when)
	}
	if price, ok := s.price(); ok {
		f.Pricing = &inbox.Pricing{
			Billable: price.Billable.yes(),
			Category: inbox.Clean(string(price.Category)),
			Model:    inbox.Clean(string(price.Model)),
			Type:     inbox.Clean(string(price.Type)),
		}
	}
	if s.Conversation.V.Origin.V.Type == "referral_conversion" || f.Pricing != nil && f.Pricing.Type == "free_entry_point" {
		f.FreeUntil = s.Conversation.V.Expires.unix()
	}
	return f
}

func (s *status) price() (pricing, bool) {
	if s.Pricing.OK {
		return s.Pricing.V, true
	}
	return s.Conversation.V.Pricing.V, s.Conversation.V.Pricing.OK
}

// progress reads a status word in either case; word is set for one that says nothing about the way to the customer.
func progress(s string) (level inbox.Progress, word string) {
	switch strings.ToLower(s) {
	case "sent":
		return inbox.SentOn, ""
	case "delivered":
		return inbox.Delivered, ""
	case "read":
		return inbox.Read, ""
	case "played":
		return inbox.Played, ""
	}
	return inbox.NoProgress, inbox.Clean(cut(s, 80))
}

// failureOf reads the first error that has a code.
func failureOf(errs []webhookError) *inbox.Failure {
	for _, e := range errs {
		if e.Code.int() != 0 {
			return &inbox.Failure{Code: e.Code.int(), Title: e.title(), Detail: e.detail()}
		}
	}
	title, _ := Explain(codeNoReason, 0)
	return &inbox.Failure{Code: codeNoReason, Title: title}
}
