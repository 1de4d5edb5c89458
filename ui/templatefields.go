package ui

import (
	"slices"
	"strconv"
	"strings"

	"frontdesk/inbox"
)

// The fields of a template, and what stands in them at first.

// formField is one input. A location is spread over four of them.
type formField struct {
	need   inbox.TemplateField
	part   string // of a location: lat, lon, name, address
	label  string
	origin string // where a value that was filled in came from
	ed     editor
}

// fromDraft fills in numbers that stand in the draft, such as that of an order: those fields whose example is a number,
// in turn, and the end of an address when there is only one number it can be.
func (d *form) fromDraft(m *Model) {
	draft := m.drafts[d.from.thread]
	if draft == nil {
		return
	}
	numbers := numbersIn(draft.text())
	rest := numbers
	for i := range d.fields {
		f := &d.fields[i]
		if !f.ed.blank() {
			continue
		}
		n := ""
		switch {
		case f.need.Kind == inbox.URLField && len(numbers) == 1:
			n = numbers[0]
		case f.need.Kind == inbox.TextField && len(rest) > 0 && len(numbersIn(f.need.Example)) == 1:
			n, rest = rest[0], rest[1:]
		}
		if n != "" {
			f.ed.set(n)
			f.origin = m.pen.w.FromDraft
		}
	}
}

// numbersIn are the words of a text that are numbers of three digits or more: of orders and bookings, hardly amounts.
func numbersIn(text string) (numbers []string) {
	for _, word := range strings.Fields(text) {
		word = strings.Trim(word, "#.,;:!?()")
		if len(word) >= 3 && inbox.Digits(word) == word && !slices.Contains(numbers, word) {
			numbers = append(numbers, word)
		}
	}
	return numbers
}

// label names a field: by its own name, or, when it is only numbered, by the words before it.
func label(w *words, t inbox.Template, f inbox.TemplateField) string {
	if f.Kind == inbox.TextField && inbox.Digits(f.Name) == f.Name {
		for _, c := range t.Components {
			if before, _, found := strings.Cut(c.Text, "{{"+f.Name+"}}"); found && fold(c.Type) == f.Part {
				if i := strings.LastIndex(before, "}}"); i >= 0 {
					before = before[i+2:]
				}
				return w.numbered(f.Name, before)
			}
		}
	}
	return w.field(f)
}

func (d *form) add(f formField) {
	f.ed.single = true
	d.fields = append(d.fields, f)
}

// nameField guesses that a field wants the customer's name: by its own name, or by a greeting before it.
func nameField(t inbox.Template, f inbox.TemplateField) bool {
	if f.Kind != inbox.TextField {
		return false
	}
	switch n := fold(f.Name); {
	case strings.Contains(n, "name") || strings.Contains(n, "nome") || n == "customer" || n == "guest" || n == "cliente" || n == "nama":
		return true
	}
	for _, c := range t.Components {
		if c.Type != "BODY" && c.Type != "HEADER" || fold(c.Type) != f.Part {
			continue
		}
		before, _, found := strings.Cut(c.Text, "{{"+f.Name+"}}")
		words := strings.Fields(fold(before))
		if found && len(words) > 0 && len(words) <= 2 && slices.Contains(greetings, words[len(words)-1]) {
			return true
		}
	}
	return false
}

var greetings = []string{"hi", "hello", "dear", "hey", "olá", "oi", "hola", "halo", "hai", "bonjour", "नमस्ते", "مرحبا", "عزيزي", "welcome,"}

// values are the fields as they would be sent.
func (d *form) values() inbox.TemplateSend {
	v := inbox.TemplateSend{Name: d.t.Name, Language: d.t.Language, Category: d.t.Category,
		Components: d.t.Components, Named: d.t.Format == "NAMED"}
	put := func(to *map[string]string, k, s string) {
		if *to == nil {
			*to = map[string]string{}
		}
		(*to)[k] = s
	}
	var place [4]string
	located := false
	for i := range d.fields {
		f := &d.fields[i]
		s := strings.TrimSpace(f.ed.String())
		if f.need.Kind == inbox.LocationField {
			located = true
			place[slices.Index([]string{"lat", "lon", "name", "address"}, f.part)] = s
			continue
		}
		if s == "" {
			continue
		}
		switch {
		case f.need.Kind == inbox.MediaField:
			v.HeaderMedia = &inbox.HeaderMedia{File: homePath(s), Name: fileName(s)}
		case f.need.Part == "header":
			put(&v.Header, f.need.Name, s)
		case f.need.Part == "button":
			put(&v.Buttons, f.need.Name, s)
		default:
			put(&v.Body, f.need.Name, s)
		}
	}
	if located {
		lat, lon, ok := coordinates(place[0], place[1])
		if ok {
			v.HeaderLocation = &inbox.HeaderLocation{Latitude: lat, Longitude: lon, Name: place[2], Address: place[3]}
		}
	}
	return v
}

// coordinates reads a latitude and a longitude; both may stand in the first, as maps copy them.
func coordinates(lat, lon string) (float64, float64, bool) {
	if a, b, ok := strings.Cut(lat, ","); ok && strings.TrimSpace(lon) == "" {
		lat, lon = a, b
	}
	x, err1 := strconv.ParseFloat(strings.TrimSpace(lat), 64)
	y, err2 := strconv.ParseFloat(strings.TrimSpace(lon), 64)
	return x, y, err1 == nil && err2 == nil
}
