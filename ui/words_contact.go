package ui

import "frontdesk/inbox"

// contactWords are what is known of a customer, and what people do with that.
type contactWords struct {
	Contact, ContactKeys                         string
	LabelName, LabelNumber, LabelAlso, LabelUser string
	LabelBook, LabelProfile                      string
	UsualFields                                  map[string]string // by a field's name: how people say it
	NewField, NewFieldTitle, NewContactHint      string
	FieldOf, ContactHint, NameTitle              string
	ContactSaved, FieldRefused                   string
	JoinMore, JoinedBy, JoinedNow, SeparatedNow  string
	ToOther, NoOther, NotJoined                  string
	Unheard, NumberMeans                         string
	MovedTo, MovedFrom, MovedOn, MovedOff        string // a number that changed, or an account without one
	LeftHere                                     string
	LineContactNothing, LineFieldHow             string
}

var englishContact = contactWords{
	Contact: "Contact", ContactKeys: "enter change · esc",
	LabelName: "name", LabelNumber: "number", LabelAlso: "also", LabelUser: "username", LabelBook: "phone book", LabelProfile: "profile",
	UsualFields: map[string]string{inbox.FieldLastVisit: "last visit", inbox.FieldOrder: "order", inbox.FieldLanguage: "language", inbox.FieldBirthday: "birthday"},
	NewField:    "another field", NewFieldTitle: "A new field of {name}", NewContactHint: "what it is called · enter go on · esc",
	FieldOf: "{name}: {field}", ContactHint: "empty takes it away · enter keep · esc", NameTitle: "What is {name} called here?",
	ContactSaved: "Kept.", FieldRefused: "{field} can be no field: letters and digits, and a word that is not taken.",
	JoinMore: "join with another thread of the same customer", JoinedBy: "separate from {who} (joined by {name})",
	JoinedNow: "{name} and {other} are one thread.", SeparatedNow: "They are two threads again.",
	ToOther: "go to the other number's thread", NoOther: "No other number is known of this customer.", NotJoined: "Nobody joined this thread with another.",
	Unheard: "no messages yet", NumberMeans: "Which number is meant?",
	MovedTo: "The customer has the number {number} now; messages here go to the old one.", MovedFrom: "The customer had the number {number} before.",
	MovedOn: "The customer has a new WhatsApp account now; messages here go to the old one.", MovedOff: "The customer had another WhatsApp account before.",
	LeftHere:           "new number: {key} goes there",
	LineContactNothing: "Nothing more is known.", LineFieldHow: "Write it as NAME=VALUE; an empty value takes the field away.",
}

// contactField is what a contact's field is called.
func (w *words) contactField(name string) string {
	if s := w.UsualFields[name]; s != "" {
		return s
	}
	return inbox.FieldLabel(name)
}

func (w *words) newFieldTitle(name string) string { return fill(w.NewFieldTitle, "name", name) }
func (w *words) nameTitle(name string) string     { return fill(w.NameTitle, "name", name) }
func (w *words) fieldTitle(name, field string) string {
	return fill(w.FieldOf, "name", name, "field", w.contactField(field))
}
func (w *words) fieldRefused(field string) string { return fill(w.FieldRefused, "field", field) }

func (w *words) joinedBy(who string, by, me inbox.AgentID) string {
	return fill(w.JoinedBy, "who", who, "name", w.agentName(by, me))
}

// noteText is what a note says; of a number that changed in words of our own.
func (w *words) noteText(n *inbox.Note) string {
	text := map[inbox.Move][2]string{inbox.MovedTo: {w.MovedTo, w.MovedOn}, inbox.MovedFrom: {w.MovedFrom, w.MovedOff}}[n.Moved]
	switch {
	case n.Moved == "":
		return n.Text
	case phoneNumber(n) == "":
		return text[1]
	}
	return fill(text[0], "number", number(n.Number))
}

func (w *words) joinedNow(name, other string) string {
	return fill(w.JoinedNow, "name", name, "other", other)
}
