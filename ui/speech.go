package ui

import (
	"cmp"
	"strings"
	"time"

	"frontdesk/inbox"
	"frontdesk/ui/enclose"
)

// Speech is the catalogue for a client that speaks in lines instead of drawing, such as ui/line: its texts as fields, and
// the sentences, times and names that such a client shares with the screen.
type Speech struct {
	*words
	pen *pen
}

// NewSpeech is the catalogue in a language or locale (see [Languages]), with times of a zone. In ASCII the signs of the
// program's own texts are spelled out; letters stay.
func NewSpeech(language string, zone *time.Location, ascii bool) *Speech {
	w := wordsIn(languageOf(language))
	if ascii {
		w = w.inASCII()
	}
	return &Speech{words: w, pen: &pen{w: w, clock: clock{zone}, ascii: ascii}}
}

// Fill puts values, given in pairs of name and text, where a text names them in braces.
func (s *Speech) Fill(text string, pairs ...string) string { return fill(text, pairs...) }

// NoteText is what a note says.
func (s *Speech) NoteText(n inbox.Note) string { return s.noteText(&n) }

// Count is Fill for a text that depends on the number {n}.
func (s *Speech) Count(c counted, n int, pairs ...string) string { return s.count(c, n, pairs...) }

// List joins parts as the language does.
func (s *Speech) List(parts ...string) string {
	some := parts[:0:0]
	for _, p := range parts {
		if p != "" {
			some = append(some, p)
		}
	}
	return strings.Join(some, s.Comma)
}

// Hour is the time of day, with its day when that is not today.
func (s *Speech) Hour(now, t time.Time) string { return s.pen.stampMinute(now, t) }

// Minute is the time of day.
func (s *Speech) Minute(t time.Time) string { return s.pen.minute(t) }

// When is a time to come: the hour, with its day when that is not today.
func (s *Speech) When(now, t time.Time) string { return s.pen.whenNear(now, t) }

// Day names the day of t.
func (s *Speech) Day(now, t time.Time) string { return s.day(s.pen.clock, now, t) }

// SameDay reports whether two times are of one day.
func (s *Speech) SameDay(a, b time.Time) bool { return s.pen.sameDay(a, b) }

// Moment reads a time to come as people type it: 2h, 14:00, tomorrow 9:00, mon.
func (s *Speech) Moment(now time.Time, text string) (time.Time, bool) { return s.pen.moment(now, text) }

// Enclosed is what is known of a file before it is sent, in a line.
func (s *Speech) Enclosed(f *enclose.File) string {
	if f.Gone {
		return fill(s.AttachGone, "name", f.Name)
	}
	return s.List(s.fileParts(f)...)
}

// Lasting is a duration in whole words: 21 hours 40 minutes. What runs out is rounded up by the caller.
func (s *Speech) Lasting(d time.Duration) string {
	days, hours, minutes := int(d.Hours())/24, int(d.Hours()), int(d.Minutes())%60
	switch {
	case d < time.Minute:
		return s.count(s.LastSeconds, max(1, int(d.Seconds())))
	case hours >= 48:
		return s.count(s.LastDays, days)
	case hours == 0:
		return s.count(s.LastMinutes, minutes)
	case minutes == 0:
		return s.count(s.LastHours, hours)
	}
	return s.count(s.LastHours, hours) + " " + s.count(s.LastMinutes, minutes)
}

// Who names who wrote a message: the customer, the phone, an agent, or another tool.
func (s *Speech) Who(m *inbox.Message, customer string, me inbox.AgentID) string {
	return s.pen.author(m, customer, me).text
}

// By names who answered, as the Desk spells it: phone, elsewhere, customer, or an agent.
func (s *Speech) By(by, customer string, me inbox.AgentID) string {
	switch by {
	case string(inbox.OriginCustomer):
		return customer
	case "":
		return s.Elsewhere
	case string(me):
		return s.You
	}
	return s.from(by)
}

// Agent names an agent: you, or their name.
func (s *Speech) Agent(a, me inbox.AgentID) string { return s.agentName(a, me) }

// Handed says who has a thread from now on.
func (s *Speech) Handed(customer string, to, me inbox.AgentID) string {
	return s.handed(customer, to, me)
}

// Level is the word for how far a message came.
func (s *Speech) Level(status inbox.Status) string { return s.levels()[status] }

// Step is the word for one thing that happened to a message.
func (s *Speech) Step(what string) string { return s.step(what) }

// Tags are words about a message: its template, edited, forwarded.
func (s *Speech) Tags(m *inbox.Message) []string {
	tags := s.pen.tags(m)
	for i := range tags {
		if tags[i] == s.Conflict {
			tags[i] = s.LineConflict
		}
	}
	return tags
}

// Said is what a message says, where a text alone does not: media, an advertisement it came from, a deletion.
func (s *Speech) Said(m *inbox.Message) string {
	var parts []string
	switch {
	case m.Revoked:
		return s.Deleted
	case m.Media != nil:
		parts = append(parts, s.media(m))
	}
	if m.Referral != nil {
		parts = append(parts, s.referral(m.Referral)+":")
	}
	if m.Text != "" {
		parts = append(parts, m.Text)
	}
	if len(parts) == 0 {
		return "[" + cmp.Or(m.Type, s.SomeMessage) + "]"
	}
	return strings.Join(parts, " ")
}

// Choice is what a person may decide about a message of a status, in words.
func (s *Speech) Choice(d inbox.Decision, status inbox.Status) string { return s.decision(d, status) }

// Price says what a message cost.
func (s *Speech) Price(p *inbox.Price) string { return s.price(p) }

// Problem is an error in one line, with the next step when there is one.
func (s *Speech) Problem(err error) string { return s.problem(err) }

// Reason is why something failed, and what to do next.
func (s *Speech) Reason(r *inbox.Reason) (title, hint string) { return s.reason(r) }

// Notice is a notice in one line.
func (s *Speech) Notice(n inbox.Notice) string { return s.notice(n) }

// Phone says that the phone has to be opened soon; "" while there is time, or when a notice says it already.
func (s *Speech) Phone(p inbox.Phone, now time.Time) string {
	if p.StateAt(now) != inbox.PhoneSoon {
		return ""
	}
	long, _ := s.phone(p, now)
	return long
}

// Lack says what of a message is on the phone alone.
func (s *Speech) Lack(m *inbox.Message) string { return s.lack(m) }

// PhonePage tells how the phone and the number are, and what stays on the phone, line by line; some lines are empty.
func (s *Speech) PhonePage(info inbox.Info, now time.Time) []string {
	return s.pen.phoneLines(info, now)
}

// Counts are what is said of the whole inbox.
func (s *Speech) Counts(c inbox.Counts) string { return s.List(s.countParts(c, true)...) }

// CameIn says how much came.
func (s *Speech) CameIn(a inbox.Away) string { return s.came(a.Messages, a.Threads) }

// AnsweredOften says who answered how often.
func (s *Speech) AnsweredOften(a inbox.Answers) string { return s.answeredBy(a) }

// Down says when nothing could arrive, and what may still come.
func (s *Speech) Down(now time.Time, d inbox.Down) string {
	return s.down(d, s.Hour(now, d.From), s.Hour(now, d.To)) + " " + s.repeats(d.To.Sub(d.From))
}

// Presence says what colleagues do in a thread.
func (s *Speech) Presence(others []inbox.Presence) string { return s.presence(others) }

// Field names a field of a template, and Hint says what it wants when it is empty.
func (s *Speech) Field(t inbox.Template, f inbox.TemplateField) string {
	return strings.Join(strings.Fields(label(s.words, t, f)), " ")
}

// Hint says what an empty field of a template wants. part is lat, lon, name or address of a location.
func (s *Speech) Hint(f inbox.TemplateField, part string) string { return s.fieldHint(f, part) }

// Wrong says what is wrong with the value of a field.
func (s *Speech) Wrong(text string) string { return s.wrong(text) }

// NotSendable says why a template cannot be sent; empty when it can.
func (s *Speech) NotSendable(t inbox.Template) string {
	ok, why := t.Sendable()
	if ok {
		return ""
	}
	return s.notSendable(t, why)
}

// WantsName guesses that a field of a template wants the customer's name.
func WantsName(t inbox.Template, f inbox.TemplateField) bool { return nameField(t, f) }

// Place reads a latitude and a longitude; both may stand in the first.
func Place(lat, lon string) (float64, float64, bool) { return coordinates(lat, lon) }

// HomePath is a path as a person types it, made absolute.
func HomePath(path string) string { return homePath(path) }

// Emoji finds an emoji by its English name, with colons or without.
func Emoji(name string) (string, bool) { return emojiCalled(strings.Trim(name, ":")) }

// ContactField is what a contact's field is called.
func (s *Speech) ContactField(name string) string { return s.contactField(name) }
