package line

import (
	"slices"
	"strings"

	"frontdesk/inbox"
)

// contact tells what is known of the customer whose thread is open.
func (s *session) contact(string) {
	t, err := s.desk.Thread(s.ctx, string(s.talk.thread.ID))
	if err != nil {
		s.fail(err)
		return
	}
	told := false
	tell := func(label, text string) {
		if text != "" && text != t.Name {
			s.out.line(label + ": " + text)
			told = true
		}
	}
	s.out.line(t.Name)
	tell(s.w.LabelNumber, inbox.FormatNumber(t.WaID))
	for _, a := range t.Aliases {
		if n := a.Phone(); n != t.WaID {
			tell(s.w.LabelAlso, inbox.FormatNumber(n))
		}
	}
	tell(s.w.LabelUser, t.Username)
	tell(s.w.LabelBook, t.Names.Book)
	tell(s.w.LabelProfile, t.Names.Profile)
	var fields []string
	for f := range t.Fields {
		fields = append(fields, f)
	}
	slices.Sort(fields)
	for _, f := range fields {
		tell(s.w.ContactField(f), t.Fields[f])
	}
	if !told {
		s.say(s.w.LineContactNothing)
	}
}

// field keeps a field of the customer, or with an empty value takes it away.
func (s *session) field(text string) {
	name, value, ok := strings.Cut(text, "=")
	field := inbox.ContactField(name)
	switch {
	case !ok:
		s.say(s.w.LineFieldHow)
	case field == "":
		s.say(s.w.FieldRefused, "field", strings.TrimSpace(name))
	default:
		s.did(inbox.EditContacts{Edits: []inbox.ContactEdit{{ID: s.talk.thread.ID, Fields: map[string]string{field: strings.TrimSpace(value)}}}}, s.w.ContactSaved)
	}
}

// join makes one thread of the open one and another of the same customer.
func (s *session) join(ref string) {
	other, err := s.desk.Thread(s.ctx, ref)
	if err != nil {
		s.fail(err)
		return
	}
	s.did(inbox.Join{Thread: s.talk.thread.ID, With: other.ID}, s.w.Fill(s.w.JoinedNow, "name", s.talk.thread.Name, "other", other.Name))
}

// separate takes the last join back.
func (s *session) separate(string) {
	s.did(inbox.Separate{Thread: s.talk.thread.ID}, s.w.SeparatedNow)
}

// otherNumber opens the thread of the customer's other number.
func (s *session) otherNumber(string) {
	for _, n := range slices.Backward(s.talk.thread.Notes) {
		if n.Other != "" && n.Other != s.talk.thread.ID {
			s.openRef(string(n.Other))
			return
		}
	}
	if n := s.talk.thread.Left(); n != nil && inbox.Digits(n.Number) == n.Number && n.Number != "" { // nothing came from it yet
		s.openRef("+" + n.Number)
		return
	}
	s.say(s.w.NoOther)
}
