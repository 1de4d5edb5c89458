package ui

import (
	"strconv"
	"time"

	"frontdesk/inbox"
)

// peopleWords say who wrote, who has a thread, and what colleagues do.
type peopleWords struct {
	Us, You, Phone, Earlier, Elsewhere, System, Nobody string
	NoteBy, TemplateNamed, DraftBy                     string
	With, NobodyHas, YouHave, SomebodyHas              string
	FromThePhone                                       string // how many of the messages
	IsWriting, HasBegun, IsReading                     string
	AndMore                                            counted // behind one of the three before
	AnsweredPhone, AnsweredElsewhere, AnsweredBy       string
	NewSince                                           string // beside a message that came while a reply was being written
}

var englishPeople = peopleWords{
	Us: "us", You: "you", Phone: "phone", Earlier: "earlier", Elsewhere: "elsewhere", System: "system", Nobody: "nobody",
	NoteBy:            "note by {name}",
	TemplateNamed:     "template {name}",
	DraftBy:           "draft by {name}",
	With:              "with {name}",
	NobodyHas:         "Nobody has {customer} now.",
	YouHave:           "You have {customer} now.",
	SomebodyHas:       "{name} has {customer} now.",
	FromThePhone:      "{n}, {phone} from the phone",
	IsWriting:         "{name} is writing a reply",
	HasBegun:          "{name} has begun a reply",
	IsReading:         "{name} is reading this thread",
	AndMore:           counted{One: "{what}, and {n} more", Other: "{what}, and {n} more"},
	AnsweredPhone:     "answered from the phone {ago}",
	AnsweredElsewhere: "answered elsewhere {ago}",
	AnsweredBy:        "answered by {name} {ago}",
	NewSince:          "new since {at}",
}

func (w *words) agentName(a, me inbox.AgentID) string {
	switch a {
	case "":
		return w.Us
	case me:
		return w.You
	}
	return string(a)
}

// from names the author of a quoted message as the Desk spells it.
func (w *words) from(s string) string {
	switch s {
	case string(inbox.OriginPhone):
		return w.Phone
	case string(inbox.OriginElsewhere):
		return w.Elsewhere
	}
	return s
}

func (w *words) noteBy(name string) string   { return fill(w.NoteBy, "name", name) }
func (w *words) template(name string) string { return fill(w.TemplateNamed, "name", name) }
func (w *words) draftBy(name string) string  { return fill(w.DraftBy, "name", name) }

// with says who has the thread.
func (w *words) with(a, me inbox.AgentID) string {
	if s := w.withShort(a, me); s != "" {
		return fill(w.With, "name", s)
	}
	return ""
}

func (w *words) withShort(a, me inbox.AgentID) string {
	if a == "" {
		return ""
	}
	return w.agentName(a, me)
}

// handed says who has a thread from now on.
func (w *words) handed(customer string, to, me inbox.AgentID) string {
	switch to {
	case "":
		return fill(w.NobodyHas, "customer", customer)
	case me:
		return fill(w.YouHave, "customer", customer)
	}
	return fill(w.SomebodyHas, "name", string(to), "customer", customer)
}

func (w *words) assigned(a, me inbox.AgentID) string {
	if a == "" {
		return w.Nobody
	}
	return w.agentName(a, me)
}

func (w *words) messages(n, phone int) string {
	if phone == 0 {
		return strconv.Itoa(n)
	}
	return fill(w.FromThePhone, "n", strconv.Itoa(n), "phone", strconv.Itoa(phone))
}

// presence says what colleagues do in the thread.
func (w *words) presence(others []inbox.Presence) string {
	first := others[0]
	text := w.IsReading
	switch first.Doing {
	case "typing":
		text = w.IsWriting
	case "claimed":
		text = w.HasBegun
	}
	text = fill(text, "name", string(first.Agent))
	if n := len(others) - 1; n > 0 {
		text = w.count(w.AndMore, n, "what", text)
	}
	return text
}

// stopped is the word beside the reply when somebody else answered.
func (w *words) stopped(s *stop, me inbox.AgentID, now time.Time) string {
	ago := w.ago(now.Sub(s.at))
	switch s.by {
	case string(inbox.OriginPhone):
		return fill(w.AnsweredPhone, "ago", ago)
	case string(inbox.OriginElsewhere), string(inbox.OriginEarlier), "":
		return fill(w.AnsweredElsewhere, "ago", ago)
	}
	return fill(w.AnsweredBy, "name", w.agentName(inbox.AgentID(s.by), me), "ago", ago)
}

func (w *words) newSince(sign, at string) string { return sign + " " + fill(w.NewSince, "at", at) }
