package cloudapi

import (
	"cmp"
	"slices"
	"strings"

	"frontdesk/inbox"
)

// contact is one of value.contacts: who a customer is (webhooks 2.1).
type contact struct {
	Profile loose[profile] `json:"profile"`
	WaID    text           `json:"wa_id"`
	UserID  text           `json:"user_id"`
	Parent  text           `json:"parent_user_id"`

	matched bool  // an item named this contact
	carried bool  // a MessageSeen carries its names already
	when    int64 // the newest item that named it
}

type profile struct {
	Name     text `json:"name"`
	Username text `json:"username"`
}

func (c *contact) name() string {
	if c == nil {
		return ""
	}
	return inbox.Clean(string(c.Profile.V.Name))
}

func (c *contact) username() string {
	if c == nil {
		return ""
	}
	return inbox.Clean(string(c.Profile.V.Username))
}

func (c *contact) aliases() aliases {
	return make(aliases, 0, 3).with(alias(c.WaID), userAlias(c.UserID), userAlias(c.Parent))
}

// aliases gathers the aliases of one customer without repeats. Empty ones are absent (merge-rules 3.2).
type aliases []inbox.Alias

func (a aliases) with(more ...inbox.Alias) aliases {
	for _, m := range more {
		if m != "" && !a.has(m) {
			a = append(a, m)
		}
	}
	return a
}

func (a aliases) has(x inbox.Alias) bool { return slices.Contains(a, x) }

// alias reads an id that may be a phone number or, since 2026, a business-scoped user id. Anything else, such as the
// id of a group, is nobody's alias.
func alias(t text) inbox.Alias {
	s := string(t)
	if isUserID(s) {
		return userAlias(t)
	}
	if s == "" || strings.Trim(s, "0123456789+ -().") != "" {
		return ""
	}
	return inbox.PhoneAlias(s)
}

// userAlias reads a business-scoped user id: that of our portfolio, or the parent one, "CC.ENT." (webhooks 5), wherever
// either stands.
func userAlias(t text) inbox.Alias {
	if s := string(t); isUserID(s) && strings.HasPrefix(s[2:], ".ENT.") {
		return inbox.ParentAlias(s)
	}
	return inbox.UserAlias(string(t))
}

// isUserID knows the form "CC." of webhooks 5.
func isUserID(s string) bool {
	return len(s) > 3 && s[2] == '.' && upper(s[0]) && upper(s[1])
}

func upper(c byte) bool { return 'A' <= c && c <= 'Z' }

// peer finds the customer of an item: its own ids and those of the contact that has one of them. Contacts are matched
// by user id, then by number, never by their position; only an item with no id at all takes the sole contact.
func (v *value) peer(phone, user, parent text, when int64) (aliases, *contact) {
	found := make(aliases, 0, 3).with(alias(phone), userAlias(user), userAlias(parent))
	c := v.contact(phone, cmp.Or(user, parent))
	if c == nil && len(found) == 0 && len(v.Contacts) == 1 {
		c = &v.Contacts[0]
	}
	if c != nil {
		c.matched, c.when = true, max(c.when, when)
		found = found.with(c.aliases()...)
	}
	return found, c
}

func (v *value) contact(phone, user text) *contact {
	if user != "" {
		for i := range v.Contacts {
			if v.Contacts[i].UserID == user || v.Contacts[i].Parent == user {
				return &v.Contacts[i]
			}
		}
	}
	if p := alias(phone); p != "" {
		for i := range v.Contacts {
			if alias(v.Contacts[i].WaID) == p {
				return &v.Contacts[i]
			}
		}
	}
	return nil
}

// contacts tells what no MessageSeen carried: names beside statuses, edits and notes, and pairs of aliases.
func (r *reader) contacts(v *value) {
	for i := range v.Contacts {
		c := &v.Contacts[i]
		if c.carried {
			continue
		}
		peers := c.aliases()
		if len(peers) == 0 {
			continue
		}
		r.named(peers, inbox.ProfileRegister, c.name(), c.when)
		r.named(peers, inbox.UsernameRegister, c.username(), c.when)
		if len(peers) > 1 && !c.matched && c.name() == "" && c.username() == "" {
			r.add(inbox.LinkSeen{Line: r.line, Peers: peers})
		}
	}
}

func (r *reader) named(peers aliases, reg inbox.Register, name string, when int64) {
	if name != "" {
		r.add(inbox.ContactSeen{Line: r.line, Peers: peers, Register: reg, Value: name, Time: when})
	}
}

// stateSync reads the phone's address book (webhooks 4.3). An edit comes as another add; a removal has no names.
func (r *reader) stateSync(p place, v *value) {
	for i, raw := range v.StateSync {
		var s struct {
			Type    text `json:"type"`
			Action  text `json:"action"`
			Contact struct {
				Full     text `json:"full_name"`
				First    text `json:"first_name"`
				Phone    text `json:"phone_number"`
				User     text `json:"user_id"`
				Parent   text `json:"parent_user_id"`
				Username text `json:"username"`
			} `json:"contact"`
			Metadata loose[struct {
				Timestamp text `json:"timestamp"`
			}] `json:"metadata"`
		}
		if !item(r, p, "state_sync", i, raw, &s) {
			continue
		}
		if s.Type != "contact" && s.Type != "" {
			r.add(inbox.NoteSeen{Line: r.line, Kind: "sync", Key: digestKey(raw), Time: s.Metadata.V.Timestamp.unix(),
				Text: inbox.Clean("The phone shared something this program does not show: " + cut(string(s.Type), 80)), Raw: raw})
			continue
		}
		peers := make(aliases, 0, 3).with(alias(s.Contact.Phone), userAlias(s.Contact.User), userAlias(s.Contact.Parent))
		if len(peers) == 0 {
			r.bad(p.at("state_sync", i), "no phone number and no user id")
			continue
		}
		when := s.Metadata.V.Timestamp.unix()
		name := inbox.Clean(string(cmp.Or(s.Contact.Full, s.Contact.First)))
		switch {
		case s.Action == "remove":
			r.add(inbox.ContactSeen{Line: r.line, Peers: peers, Register: inbox.BookRegister, Time: when})
		case name != "":
			r.add(inbox.ContactSeen{Line: r.line, Peers: peers, Register: inbox.BookRegister, Value: name, Time: when})
		case len(peers) > 1:
			r.add(inbox.LinkSeen{Line: r.line, Peers: peers})
		}
		r.named(peers, inbox.UsernameRegister, inbox.Clean(string(s.Contact.Username)), when)
	}
}

// preferences reads who wants no marketing (webhooks 6).
func (r *reader) preferences(p place, v *value) {
	for i, raw := range v.Preferences {
		var s struct {
			WaID      text `json:"wa_id"`
			UserID    text `json:"user_id"`
			Parent    text `json:"parent_user_id"`
			Category  text `json:"category"`
			Value     text `json:"value"`
			Detail    text `json:"detail"`
			Timestamp text `json:"timestamp"`
		}
		if !item(r, p, "user_preferences", i, raw, &s) {
			continue
		}
		when := s.Timestamp.unix()
		peers, _ := v.peer(s.WaID, s.UserID, s.Parent, when)
		says := "The customer changed a preference"
		switch s.Value {
		case "stop":
			says = "The customer wants no more marketing messages"
		case "resume":
			says = "The customer allows marketing messages again"
		default:
			if s.Detail != "" {
				says = string(s.Detail)
			}
		}
		r.add(inbox.NoteSeen{Line: r.line, Kind: "preference", Key: string(s.Value) + " " + digestKey(raw), Peers: peers,
			Time: when, Text: inbox.Clean(says), Raw: raw})
	}
}
