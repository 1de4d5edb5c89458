package inbox

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Places, contact cards and questions with buttons: messages that are neither text nor file (cloud-api 2.6, 2.7).

// Card is a contact card.
type Card struct {
	Name    string   `json:"name" cbor:"1,keyasint"`
	Company string   `json:"company,omitempty" cbor:"2,keyasint,omitempty"`
	Title   string   `json:"title,omitempty" cbor:"3,keyasint,omitempty"`
	Phones  []string `json:"phones,omitempty" cbor:"4,keyasint,omitempty"` // with their country codes
	Emails  []string `json:"emails,omitempty" cbor:"5,keyasint,omitempty"`
	URLs    []string `json:"urls,omitempty" cbor:"6,keyasint,omitempty"`
}

// cardsMost is how many cards one message holds: what both of WhatsApp's pages allow.
const cardsMost = 5

// Ask is a text with something to press: up to three reply buttons, a list of rows, or a button that opens an address.
// Which of them it is follows from what is filled in. The text is Outgoing.Text, at most 1,024 characters; a file stands
// above buttons.
type Ask struct {
	Header   string       `json:"header,omitempty" cbor:"1,keyasint,omitempty"` // at most 60 characters; not with a file
	Footer   string       `json:"footer,omitempty" cbor:"2,keyasint,omitempty"` // at most 60
	Buttons  []AskButton  `json:"buttons,omitempty" cbor:"3,keyasint,omitempty"`
	Opens    string       `json:"opens,omitempty" cbor:"4,keyasint,omitempty"` // what opens a list, or a link: at most 20
	Sections []AskSection `json:"sections,omitempty" cbor:"5,keyasint,omitempty"`
	Link     string       `json:"link,omitempty" cbor:"6,keyasint,omitempty"`
}

// AskButton is a reply button: a title of at most 20 characters, and an id that comes back with the answer.
type AskButton struct {
	ID    string `json:"id,omitempty" cbor:"1,keyasint,omitempty"`
	Title string `json:"title" cbor:"2,keyasint"`
}

// AskSection is a part of a list; with several each needs a title, of at most 24 characters.
type AskSection struct {
	Title string   `json:"title,omitempty" cbor:"1,keyasint,omitempty"`
	Rows  []AskRow `json:"rows" cbor:"2,keyasint"`
}

// AskRow is a row of a list: a title of at most 24 characters and a description of at most 72.
type AskRow struct {
	ID          string `json:"id,omitempty" cbor:"1,keyasint,omitempty"`
	Title       string `json:"title" cbor:"2,keyasint"`
	Description string `json:"description,omitempty" cbor:"3,keyasint,omitempty"`
}

// Kind is WhatsApp's word for it: button, list or cta_url.
func (a Ask) Kind() string {
	switch {
	case a.Link != "":
		return "cta_url"
	case len(a.Sections) > 0:
		return "list"
	}
	return "button"
}

func prepareLocation(out Outgoing) (Outgoing, error) {
	l := out.Location
	if l == nil || !(l.Latitude >= -90 && l.Latitude <= 90 && l.Longitude >= -180 && l.Longitude <= 180) {
		return out, Refusal("place")
	}
	for _, s := range []string{l.Name, l.Address} {
		if err := sayable(s); err != nil {
			return out, err
		}
	}
	return Outgoing{Type: out.Type, ReplyTo: out.ReplyTo, Location: l}, nil
}

func prepareCards(out Outgoing) (Outgoing, error) {
	if len(out.Cards) == 0 || len(out.Cards) > cardsMost {
		return out, Refusal("cards", "n", strconv.Itoa(cardsMost))
	}
	for _, c := range out.Cards {
		if strings.TrimSpace(c.Name) == "" || len(c.Phones)+len(c.Emails)+len(c.URLs) == 0 {
			return out, Refusal("card")
		}
		for _, p := range c.Phones {
			if n := len(Digits(p)); n < 7 || n > 15 {
				return out, Refusal("number", "number", Clean(p))
			}
		}
		for _, s := range []string{c.Name, c.Company, c.Title} {
			if err := sayable(s); err != nil {
				return out, err
			}
		}
	}
	return Outgoing{Type: out.Type, ReplyTo: out.ReplyTo, Cards: out.Cards}, nil
}

// prepareAsk is CheckAsk with a look at the file above the question.
func (d *deskOf) prepareAsk(out Outgoing) (Outgoing, error) {
	ready, err := CheckAsk(out)
	if err != nil || ready.File == nil {
		return ready, err
	}
	f, err := d.looked(*ready.File)
	ready.File = &f
	return ready, err
}

// CheckAsk holds a question against the limits of WhatsApp (cloud-api 2.7), and gives what can be pressed its ids. The
// error is the refusal of a Desk. Whether a file above it can be sent is not looked at.
func CheckAsk(out Outgoing) (Outgoing, error) {
	if out.Ask == nil {
		return out, invalid("a question needs something to press")
	}
	if strings.TrimSpace(out.Text) == "" {
		return out, Refusal("empty")
	}
	if err := sayable(out.Text); err != nil {
		return out, err
	}
	checks := askChecks{}
	a := out.Ask.ready(&checks)
	checks.most(out.Text, 1024)
	checks.most(a.Header, 60)
	checks.most(a.Footer, 60)
	checks.most(a.Opens, 20)
	switch a.Kind() {
	case "cta_url":
		u, err := url.Parse(a.Link)
		if a.Opens == "" || err != nil || u.Scheme != "https" || u.Host == "" || len(a.Buttons)+len(a.Sections) > 0 {
			return out, Refusal("ask-link")
		}
	case "list":
		if a.Opens == "" || checks.n == 0 || checks.n > 10 || checks.twice || len(a.Buttons) > 0 {
			return out, Refusal("ask-rows")
		}
		for _, s := range a.Sections {
			if s.Title == "" && len(a.Sections) > 1 {
				return out, Refusal("ask-sections")
			}
		}
	default:
		if checks.n == 0 || checks.n > 3 || checks.twice || a.Opens != "" {
			return out, Refusal("ask-buttons")
		}
	}
	if checks.err != nil {
		return out, checks.err
	}
	if f := out.File; f != nil && (a.Kind() == "list" || a.Header != "" || f.As != AsImage && f.As != AsVideo && f.As != AsDocument) {
		return out, Refusal("ask-file")
	}
	return Outgoing{Type: out.Type, Text: out.Text, ReplyTo: out.ReplyTo, Ask: &a, File: out.File}, nil
}

// ready is a question in which all that can be pressed has its id.
func (a Ask) ready(checks *askChecks) Ask {
	a.Sections = a.rows(checks)
	a.Buttons = append([]AskButton(nil), a.Buttons...)
	for i := range a.Buttons {
		b := &a.Buttons[i]
		b.ID = checks.id(b.ID, b.Title, 20)
	}
	return a
}

// rows gives the rows of a list their ids.
func (a Ask) rows(checks *askChecks) []AskSection {
	var sections []AskSection
	for i, s := range a.Sections {
		checks.most(s.Title, 24)
		sections = append(sections, AskSection{Title: s.Title, Rows: append([]AskRow(nil), s.Rows...)})
		for j := range sections[i].Rows {
			r := &sections[i].Rows[j]
			r.ID = checks.id(r.ID, r.Title, 24)
			checks.most(r.Description, 72)
		}
	}
	return sections
}

// askChecks gathers what is wrong with what can be pressed.
type askChecks struct {
	n     int
	twice bool
	seen  map[string]bool
	err   error
}

func (c *askChecks) most(s string, most int) {
	if n := utf8.RuneCountInString(s); n > most && c.err == nil {
		c.err = Refusal("ask-long", "text", firstLine(Clean(s), 30), "n", strconv.Itoa(n), "over", strconv.Itoa(n-most))
	}
}

// id gives something that can be pressed its id, when it has none.
func (c *askChecks) id(id, title string, most int) string {
	if c.seen == nil {
		c.seen = map[string]bool{}
	}
	c.n++
	if id == "" {
		id = "choice-" + strconv.Itoa(c.n)
	}
	c.most(title, most)
	c.most(id, 200)
	title = strings.TrimSpace(title)
	c.twice = c.twice || title == "" || c.seen["t"+title] || c.seen["i"+id]
	c.seen["t"+title], c.seen["i"+id] = true, true
	return id
}

// describe fills in what a row tells of a message that is neither text nor file, as for those of customers.
func (o Outgoing) describe(c *Content) {
	details := func(v any) {
		if b, err := json.Marshal(v); err == nil {
			c.Details = b
		}
	}
	switch {
	case o.Location != nil:
		l := HeaderLocation{o.Location.Latitude, o.Location.Longitude, Clean(o.Location.Name), Clean(o.Location.Address)}
		where := strings.Trim(l.Name+", "+l.Address, ", ")
		if where == "" {
			where = fmt.Sprintf("%.5f, %.5f", l.Latitude, l.Longitude)
		}
		c.Text = "[location] " + where
		details(l)
	case len(o.Cards) > 0:
		var names []string
		for _, card := range o.Cards {
			names = append(names, Clean(strings.Join(append([]string{card.Name}, card.Phones[:min(1, len(card.Phones))]...), " ")))
		}
		c.Text = "[contact] "
		if len(names) > 1 {
			c.Text = "[contacts] "
		}
		c.Text += strings.Join(names, ", ")
		details(o.Cards)
	case o.Ask != nil:
		c.Text = Clean(o.Ask.Says(o.Text))
		details(o.Ask)
	}
}

// Says is the question with what can be pressed, as a person reads it.
func (a Ask) Says(text string) string {
	lines := []string{}
	add := func(s string) {
		if s != "" {
			lines = append(lines, s)
		}
	}
	add(a.Header)
	add(text)
	add(a.Footer)
	switch a.Kind() {
	case "cta_url":
		add("[" + a.Opens + "] " + a.Link)
	case "list":
		add("[" + a.Opens + "]")
		for _, s := range a.Sections {
			add(s.Title)
			for _, r := range s.Rows {
				add("· " + strings.Trim(r.Title+": "+r.Description, ": "))
			}
		}
	default:
		var titles []string
		for _, b := range a.Buttons {
			titles = append(titles, "["+b.Title+"]")
		}
		add(strings.Join(titles, " "))
	}
	return strings.Join(lines, "\n")
}
