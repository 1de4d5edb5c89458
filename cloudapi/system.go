package cloudapi

import (
	"cmp"
	"encoding/json"
	"strings"

	"frontdesk/inbox"
)

// system is webhooks 2.7: a customer changed number, user id or phone. Current and older spellings.
type system struct {
	Type         text `json:"type"`
	Body         text `json:"body"`
	WaID         text `json:"wa_id"`
	NewWaID      text `json:"new_wa_id"`
	UserID       text `json:"user_id"`
	PreviousUser text `json:"previous_user_id"`
	Parent       text `json:"parent_user_id"`
	PreviousPar  text `json:"previous_parent_user_id"`
	Customer     text `json:"customer"`
}

// system makes notes, never rows and never links: a recycled number must not inherit another's conversation
// (merge-rules 3.2).
func (r *reader) system(m *message, raw []byte, o origin) {
	var s system
	_ = json.Unmarshal(orNull(m.System), &s) // what cannot be read stays empty; the note is made all the same
	when, id := m.Timestamp.unix(), string(m.ID)
	body := inbox.Clean(string(s.Body))
	switch s.Type {
	case "user_changed_number", "customer_changed_number", "user_changed_user_id":
		was, is := s.identities(m)
		text := body
		if text == "" {
			text = "The customer changed their number"
		}
		r.changed(id, when, text, raw, was, is)
	default:
		if body == "" {
			body = inbox.Clean("The customer's WhatsApp changed: " + cut(string(cmp.Or(s.Type, "unknown")), 80))
		}
		peers := o.peers
		if len(peers) == 0 {
			peers = peers.with(alias(s.Customer), alias(s.UserID))
		}
		r.add(inbox.NoteSeen{Line: r.line, Kind: "system", Key: id, Peers: peers, Time: when, Text: body, Raw: raw})
	}
}

// identities tells the old and the new aliases apart. from is the old number; from_user_id may already be the new id,
// so it counts as old only when nothing better is there and it differs from the new one; at last the body, which
// reads "... changed from OLD to NEW", is asked.
func (s system) identities(m *message) (was, is aliases) {
	is = is.with(alias(cmp.Or(s.WaID, s.NewWaID)), userAlias(s.UserID), userAlias(s.Parent))
	was = was.with(alias(cmp.Or(m.From, s.Customer)), userAlias(s.PreviousUser), userAlias(s.PreviousPar))
	if s.PreviousUser == "" && m.FromUser != s.UserID {
		was = was.with(userAlias(m.FromUser))
	}
	from, to := fromBody(string(s.Body))
	if len(was) == 0 {
		was = was.with(from)
	}
	if len(is) == 0 {
		is = is.with(to)
	}
	return was.without(is), is
}

func fromBody(body string) (from, to inbox.Alias) {
	i := strings.LastIndex(body, " from ")
	if i < 0 {
		return "", ""
	}
	old, now, ok := strings.Cut(body[i+len(" from "):], " to ")
	if !ok {
		return "", ""
	}
	return alias(text(strings.TrimSpace(old))), alias(text(strings.TrimSpace(now)))
}

func (a aliases) without(other aliases) aliases {
	var kept aliases
	for _, x := range a {
		if !other.has(x) {
			kept = append(kept, x)
		}
	}
	return kept
}

// changed makes the note of both threads, which point at each other.
func (r *reader) changed(id string, when int64, text string, raw []byte, was, is aliases) {
	note := inbox.NoteSeen{Line: r.line, Kind: "number_changed", Key: id, Time: when, Text: text, Raw: raw}
	if len(was)+len(is) == 0 {
		r.add(note)
		return
	}
	if len(was) > 0 && len(is) > 0 {
		note.Moved = inbox.MovedTo
	}
	if len(was) > 0 {
		note.Peers, note.Other = was, is
		r.add(note)
	}
	if len(is) > 0 { // the same note, which gives the other thread a place of its own
		if note.Moved != "" {
			note.Moved = inbox.MovedFrom
		}
		note.Peers, note.Other = is, was
		r.add(note)
	}
}

// userIDs reads field user_id_update (webhooks 5): the user id of a customer changed. wa_id is the number as it is
// now.
func (r *reader) userIDs(p place, v *value) {
	for i, raw := range v.UserIDs {
		var u struct {
			WaID   text `json:"wa_id"`
			Detail text `json:"detail"`
			UserID loose[struct {
				Previous text `json:"previous"`
				Current  text `json:"current"`
			}] `json:"user_id"`
			Parent loose[struct {
				Previous text `json:"previous"`
				Current  text `json:"current"`
			}] `json:"parent_user_id"`
			Timestamp text `json:"timestamp"`
		}
		if !item(r, p, "user_id_update", i, raw, &u) {
			continue
		}
		was := aliases(nil).with(userAlias(u.UserID.V.Previous), userAlias(u.Parent.V.Previous))
		is := aliases(nil).with(alias(u.WaID), userAlias(u.UserID.V.Current), userAlias(u.Parent.V.Current))
		if len(was)+len(is) == 0 {
			r.bad(p.at("user_id_update", i), "names nobody")
			continue
		}
		says := inbox.Clean(string(cmp.Or(u.Detail, "The customer's user id changed")))
		r.changed(digestKey(raw), u.Timestamp.unix(), says, raw, was, is)
	}
}
