package cloudapi

import (
	"cmp"
	"encoding/json"
	"strconv"

	"frontdesk/inbox"
)

// calls reads voice calls (webhooks 6). They are no feature of a number that is on the phone too; if any come, the
// thread says so. A call without a start was not answered.
func (r *reader) calls(p place, v *value) {
	for i, raw := range v.Calls {
		var c struct {
			ID        text `json:"id"`
			From      text `json:"from"`
			FromUser  text `json:"from_user_id"`
			To        text `json:"to"`
			ToUser    text `json:"to_user_id"`
			Event     text `json:"event"`
			Direction text `json:"direction"`
			Timestamp text `json:"timestamp"`
			Status    text `json:"status"`
			Start     text `json:"start_time"`
			Duration  text `json:"duration"`
		}
		if !item(r, p, "calls", i, raw, &c) {
			continue
		}
		when := c.Timestamp.unix()
		phone, user, says := c.From, c.FromUser, "Call from the customer"
		if c.Direction == "BUSINESS_INITIATED" {
			phone, user, says = c.To, c.ToUser, "Call to the customer"
		}
		peers, _ := v.peer(phone, user, "", when)
		switch {
		case c.Event == "connect":
			says += ": ringing"
		case c.Event == "terminate" && c.Start == "" && c.Duration.int() == 0:
			says += ": not answered"
		case c.Event == "terminate":
			says += ": answered"
			if n := c.Duration.int(); n > 0 {
				says += ", " + strconv.Itoa(n/60) + " min " + strconv.Itoa(n%60) + " s"
			}
		default:
			says += ": " + words(clean(inbox.Clean(string(c.Event))))
		}
		r.call(string(cmp.Or(c.ID, text(digestKey(raw))))+" "+string(c.Event), peers, when, says, callRaw(raw))
	}
	for i, raw := range v.Statuses {
		var s status
		if !item(r, p, "statuses", i, raw, &s) {
			continue
		}
		when := s.Timestamp.unix()
		peers, _ := v.peer(s.Recipient, s.RecipientUser, "", when)
		r.call(string(s.ID+" "+s.Status), peers, when, "Call to the customer: "+words(clean(inbox.Clean(string(s.Status)))), raw)
	}
}

func (r *reader) call(key string, peers aliases, when int64, says string, raw []byte) {
	r.add(inbox.NoteSeen{Line: r.line, Kind: "call", Key: key, Peers: peers, Time: when, Text: says, Raw: raw})
}

// callRaw leaves out the session description, which tells a customer's network address and nothing to an agent.
func callRaw(raw []byte) []byte {
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil {
		return nil
	}
	delete(fields, "session")
	return details(fields)
}

// handover reads who answers a chat from now on (webhooks 6). Every inner field is optional, and there is no
// metadata: the recipient names the number.
func (r *reader) handover(p place, raw []byte) {
	type passed struct {
		Role     clean             `json:"new_owner_role"`
		Metadata clean             `json:"metadata"`
		Context  loose[handedOver] `json:"conversation_context"`
	}
	var h struct {
		Sender struct {
			Phone text `json:"phone_number"`
			User  text `json:"user_id"`
		} `json:"sender"`
		Recipient loose[metadata] `json:"recipient"`
		Type      text            `json:"type"`
		Timestamp text            `json:"timestamp"`
		Passed    loose[passed]   `json:"control_passed"`
		Taken     loose[passed]   `json:"control_taken"`
	}
	if err := json.Unmarshal(raw, &h); err != nil && !r.partly(p.at("", -1), err) {
		return
	}
	if !h.Recipient.V.names(r.line) {
		return
	}
	to := h.Passed.V
	if h.Taken.OK {
		to = h.Taken.V
	}
	says := joined(": ", joined(" ", "The chat was handed to", cmp.Or(words(to.Role), "another sender")), string(to.Metadata),
		inbox.Clean(string(to.Context.V.Summary.V.Text)))
	peers := aliases(nil).with(alias(h.Sender.Phone), userAlias(h.Sender.User))
	r.add(inbox.NoteSeen{Line: r.line, Kind: "handover", Key: string(h.Type) + " " + digestKey(raw), Peers: peers,
		Time: h.Timestamp.unix(), Text: says, Raw: raw})
}

// groups reads what happens to groups of the Groups API, which are shown and never answered here (webhooks 2.10).
func (r *reader) groups(p place, field string, v *value) {
	for i, raw := range v.Groups {
		var g struct {
			ID        text  `json:"group_id"`
			Type      clean `json:"type"`
			Timestamp text  `json:"timestamp"`
		}
		if !item(r, p, "groups", i, raw, &g) {
			continue
		}
		r.add(inbox.NoteSeen{Line: r.line, Kind: "group", Key: string(g.ID) + " " + digestKey(raw), Time: g.Timestamp.unix(),
			Text: "A group changed: " + words(cmp.Or(g.Type, clean(field))), Raw: raw})
	}
}
