package sandbox

import (
	"fmt"
	"strings"
)

// Who a customer is, as webhooks tell it (webhooks 5): a number, a business-scoped user id, a parent one where the account
// has those, and a username. Not all of them are told each time, and two of them change with the number.

// ids are what is told of a customer; what is not is empty.
type ids struct{ number, user, parent string }

// told is what webhooks tell now. The caller holds mu.
func (c *Customer) told() ids {
	t := ids{c.number, c.userID, c.parentID}
	if c.hidden {
		t.number = ""
	}
	if c.nameless {
		t.user, t.parent = "", ""
	}
	return t
}

// WithParentID gives the customer a parent user id, "CC.ENT.…", as accounts have that share their customers with others.
func (c *Customer) WithParentID(id string) *Customer { return c.set(func() { c.parentID = id }) }

// WithoutUserID leaves the user ids out of what is told, as it was before April 2026.
func (c *Customer) WithoutUserID(on bool) *Customer { return c.set(func() { c.nameless = on }) }

// MoveTo is the customer with a new number. WhatsApp makes a new user id with it, and tells so in the chat of the old one
// (system messages): by the numbers, or where those are withheld by the ids alone. It returns whom the new number is of.
func (c *Customer) MoveTo(number string) *Customer {
	sb := c.sb
	sb.mu.Lock()
	defer sb.mu.Unlock()
	now := sb.person(digits(number))
	now.name, now.username, now.hidden, now.nameless, now.parentID = c.name, c.username, c.hidden, c.nameless, c.parentID
	was, is := c.told(), now.told()
	s := systemBody{Type: "user_changed_number", WaID: is.number, UserID: is.user, Previous: was.user, Parent: is.parent, PreviousParent: was.parent}
	from, to := was.number, is.number
	if was.number == "" {
		s.Type, from, to = "user_changed_user_id", was.user, is.user
	}
	s.Body = fmt.Sprintf("User %s changed from %s to %s", c.name, from, to)
	at := sb.Now()
	w := wireMessage{From: was.number, FromUserID: is.user, FromParentID: is.parent, ID: MessageID(c.remote(), false, messageKey(sb.rand, false)),
		Timestamp: unix(at), Type: "system", body: body{System: &s}}
	sb.post.submit(&update{field: "messages", value: value{Messages: []wireMessage{w}}})
	return now
}

type systemBody struct {
	Body           string `json:"body"`
	WaID           string `json:"wa_id,omitempty"`
	UserID         string `json:"user_id,omitempty"`
	Previous       string `json:"previous_user_id,omitempty"`
	Parent         string `json:"parent_user_id,omitempty"`
	PreviousParent string `json:"previous_parent_user_id,omitempty"`
	Type           string `json:"type"`
}

// SaveNumber writes a number into the phone's address book as its owner spells it, which need not be how WhatsApp's ids do.
func (p *Phone) SaveNumber(number, fullName string) {
	sb := p.sb
	sb.mu.Lock()
	defer sb.mu.Unlock()
	first, _, _ := strings.Cut(fullName, " ")
	k := bookContact{Phone: digits(number), FullName: fullName, FirstName: first}
	p.book = append(p.book, k)
	sb.post.submit(&update{field: "smb_app_state_sync", value: value{StateSync: []stateSync{p.change("add", k)}}})
}
