package sandbox

import (
	"fmt"
	"time"
)

// follow sends the ticks of a message from the business in their real cadence: sent, delivered once the customer
// is online, read when receipts are on, played for a voice note; or failed. A message written in the past gets
// all of them at once, with times of the past.
func (sb *Sandbox) follow(m *message, p posting) {
	sb.mu.Lock()
	c := m.customer
	cadence := sb.cfg.Cadence
	plan := ticksPlan{sb: sb, m: m, upTo: p.upTo, fail: p.failCode,
		sent: draw(c.rand, cadence.Sent), delivered: draw(c.rand, cadence.Delivered),
		read: draw(c.rand, cadence.Read), played: draw(c.rand, cadence.Played)}
	if plan.fail == 0 {
		plan.fail = c.failCode
	}
	sb.mu.Unlock()
	if !p.at.IsZero() {
		plan.past(p.at)
		return
	}
	if plan.upTo != "none" {
		sb.agenda.after(plan.sent, plan.doSent)
	}
}

// ticksPlan is what will happen to one message, drawn when it was accepted.
type ticksPlan struct {
	sb                            *Sandbox
	m                             *message
	upTo                          string
	fail                          int
	sent, delivered, read, played time.Duration
}

func (t ticksPlan) past(at time.Time) {
	c := t.m.customer
	if t.upTo == "none" {
		return
	}
	at = at.Add(t.sent)
	if t.fail != 0 {
		t.sb.fails(t.m, fail(t.fail, ""), at)
		return
	}
	t.sb.tick(t.m, "sent", at)
	if t.upTo == "sent" || t.m.Type == "reaction" {
		return
	}
	at = at.Add(t.delivered)
	t.sb.tick(t.m, "delivered", at)
	t.sb.mu.Lock()
	receipts := c.receipts
	t.sb.mu.Unlock()
	if t.upTo == "delivered" || !receipts {
		return
	}
	t.sb.tick(t.m, "read", at.Add(t.read))
}

func (t ticksPlan) doSent() {
	if t.fail != 0 {
		t.sb.fails(t.m, fail(t.fail, ""), time.Time{})
		return
	}
	t.sb.tick(t.m, "sent", time.Time{})
	if t.upTo == "sent" || t.m.Type == "reaction" { // reactions are never delivered or read (reaction messages page)
		return
	}
	t.sb.agenda.after(t.delivered, t.doDelivered)
}

func (t ticksPlan) doDelivered() {
	c := t.m.customer
	t.sb.mu.Lock()
	if c.offline {
		c.held = append(c.held, t.doDelivered)
		t.sb.mu.Unlock()
		return
	}
	answer, receipts, early := c.answer, c.receipts, t.m.Status == "read"
	t.sb.mu.Unlock()
	if early { // the chat was open: only read is sent (messages status reference)
		return
	}
	t.sb.tick(t.m, "delivered", time.Time{})
	switch {
	case t.upTo == "delivered":
	case receipts:
		t.sb.agenda.after(t.read, t.doRead)
	case answer != nil:
		t.sb.agenda.after(t.read, func() { answer(t.sb.snapshot(t.m)) })
	}
}

func (t ticksPlan) doRead() {
	t.sb.mu.Lock()
	answer, done := t.m.customer.answer, t.m.Status == "read"
	t.sb.mu.Unlock()
	if !done {
		t.sb.tick(t.m, "read", time.Time{})
	}
	if t.m.voice {
		t.sb.agenda.after(t.played, func() { t.sb.tick(t.m, "played", time.Time{}) })
	}
	if answer != nil {
		answer(t.sb.snapshot(t.m))
	}
}

func (sb *Sandbox) snapshot(m *message) Message {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	return m.Message
}

// tick reports one step of a message. A zero time means now.
func (sb *Sandbox) tick(m *message, status string, at time.Time) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	if m.Status == "failed" {
		return
	}
	m.Status = status
	c := m.customer
	s := sb.status(m, status, at)
	k := c.contact()
	if k.Profile != nil && status == "sent" {
		k.Profile = &profile{Name: c.name} // usernames come with delivered and read only
	}
	if status == "sent" || status == "delivered" {
		s.Pricing = sb.price(m, at)
	}
	s.RecipientUserID, s.RecipientParentID = k.UserID, k.ParentID
	sb.report(m, status, 0, s, []contact{k})
}

// fails reports that a message will not be delivered. Such statuses name no contact, and no user id unless the
// message was addressed to one (business-scoped user ids page).
func (sb *Sandbox) fails(m *message, e *graphError, at time.Time) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	m.Status = "failed"
	s := sb.status(m, "failed", at)
	if m.recipient != "" {
		s.RecipientID, s.RecipientUserID = "", m.recipient
	}
	s.Errors = []reportedError{e.reported()}
	sb.report(m, "failed", e.code, s, nil)
}

func (sb *Sandbox) status(m *message, status string, at time.Time) wireStatus {
	if at.IsZero() {
		at = sb.Now()
	}
	s := wireStatus{ID: m.ID, Status: status, Timestamp: unix(at), Callback: m.Callback}
	if m.customer == nil {
		s.RecipientID = m.Customer
	} else if !m.customer.hidden || (m.From == FromAPI && m.recipient == "") {
		s.RecipientID = m.customer.number
	}
	return s
}

func (sb *Sandbox) report(m *message, status string, code int, s wireStatus, contacts []contact) {
	u := &update{field: "messages", value: value{Contacts: contacts, Statuses: []wireStatus{s}}}
	m.events = append(m.events, event{id: fmt.Sprintf("8%s%02d", m.historyID, len(m.events)), status: status, at: sb.Now(), hook: u, code: code})
	sb.post.submit(u)
}
