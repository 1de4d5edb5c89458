package sandbox

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

func jsonID(id string) json.Number { return json.Number(id) }

var (
	breaksLine = regexp.MustCompile(`[\r\n\t]`)
	manySpaces = regexp.MustCompile(` {5,}`)
)

// fill compares a request with the template it names and refuses what Meta refuses: wrong number of values
// (132000), wrong kind (132012), values that break a rule (132018), a text that becomes too long (132005). It
// returns the text a person reads and the quick replies with what a tap sends.
func (t *Template) fill(call *templateCall) (text string, titles, payloads []string, e *graphError) {
	switch t.Status {
	case "APPROVED":
	case "PAUSED":
		return "", nil, nil, fail(132015, "")
	case "DISABLED":
		return "", nil, nil, fail(132016, "")
	default: // pending, rejected and deleted ones do not exist for sending
		return "", nil, nil, t.unknown()
	}
	check := filler{named: t.ParameterFormat == "NAMED"}
	header, hasHeader := t.component("HEADER")
	check.header(header, hasHeader, call)
	content, _ := t.component("BODY")
	text = check.words("body", content.Text, call.body)
	if utf8.RuneCountInString(text) > 1024 && check.e == nil {
		check.e = fail(132005, "")
	}
	row, _ := t.component("BUTTONS")
	titles, payloads = check.buttons(row.Buttons, call.buttons)
	check.carousel(t, call)
	if check.e != nil {
		return "", nil, nil, check.e
	}
	return text, titles, payloads, nil
}

func (t *Template) unknown() *graphError {
	return fail(132001, "template name (%s) does not exist in %s", t.Name, t.Language)
}

// filler keeps the first problem.
type filler struct {
	named bool
	e     *graphError
}

func (c *filler) refuse(code int, details string, args ...any) {
	if c.e == nil {
		c.e = fail(code, details, args...)
	}
}

func (c *filler) header(h Component, has bool, call *templateCall) {
	format := strings.ToUpper(h.Format)
	switch {
	case !has:
		if len(call.header) > 0 {
			c.refuse(132000, "header: number of localizable_params (%d) does not match the expected number of params (0)", len(call.header))
		}
	case format == "TEXT":
		c.words("header", h.Text, call.header)
	case len(call.header) == 0:
		c.refuse(132012, "header: Format mismatch, expected %s, received UNKNOWN", format)
	case len(call.header) > 1:
		c.refuse(132000, "header: number of localizable_params (%d) does not match the expected number of params (1)", len(call.header))
	case strings.ToUpper(call.header[0].kind) != format:
		c.refuse(132012, "header: Format mismatch, expected %s, received %s", format, strings.ToUpper(call.header[0].kind))
	}
}

// words fills one text. Positional templates take values in order and without names, named ones by name.
func (c *filler) words(where, text string, values []parameter) string {
	names := variables(text)
	if len(values) != len(names) {
		c.refuse(132000, "%s: number of localizable_params (%d) does not match the expected number of params (%d)", where, len(values), len(names))
		return text
	}
	seen := map[string]bool{}
	for i, v := range values {
		if v.kind != "text" && v.kind != "currency" && v.kind != "date_time" {
			c.refuse(132012, "%s: parameter at index %d is of type %s, expected text", where, i, v.kind)
		}
		switch {
		case c.named && v.name == "":
			c.refuse(132012, "%s: parameter at index %d has no parameter_name, but the template has named parameters", where, i)
		case c.named && (!slices.Contains(names, v.name) || seen[v.name]):
			c.refuse(132012, "%s: parameter_name %q does not fit the template", where, v.name)
		case !c.named && v.name != "":
			c.refuse(132012, "%s: parameter at index %d has a parameter_name, but the template has positional parameters", where, i)
		}
		seen[v.name] = true
		c.value(where, v.value)
	}
	return filled(text, names, values, c.named)
}

// value refuses what may not stand in a parameter.
func (c *filler) value(where, s string) {
	if breaksLine.MatchString(s) || manySpaces.MatchString(s) {
		c.refuse(132018, "%s: Param text cannot have new-line/tab characters or more than 4 consecutive spaces", where)
	}
}

func (c *filler) buttons(row []TemplateButton, given []buttonCall) (titles, payloads []string) {
	taken := make([]bool, len(row))
	for _, g := range given {
		i, err := strconv.Atoi(g.index)
		if err != nil || i < 0 || i >= len(row) {
			c.refuse(132018, "buttons: no button at index %s", g.index)
			return nil, nil
		}
		if taken[i] {
			c.refuse(132018, "buttons: index %d given twice", i)
			return nil, nil
		}
		taken[i] = true
		c.button(row[i], i, g)
	}
	for i, b := range row {
		if !taken[i] && b.needs() {
			c.refuse(131008, "buttons: Button at index %d of type %s requires a parameter", i, title(b.Type))
		}
		if b.Type != "QUICK_REPLY" {
			continue
		}
		payload := b.Text
		for _, g := range given {
			if g.index == strconv.Itoa(i) && len(g.with) > 0 {
				payload = g.with[0].value
			}
		}
		titles, payloads = append(titles, b.Text), append(payloads, payload)
	}
	return titles, payloads
}

// needs says whether a button cannot be sent without a value. (Quick replies and flows fill themselves in.)
func (b TemplateButton) needs() bool {
	switch b.Type {
	case "URL":
		return placeholder.MatchString(b.URL)
	case "COPY_CODE", "OTP":
		return true
	}
	return false
}

func title(kind string) string {
	if kind == "" {
		return kind
	}
	return kind[:1] + strings.ToLower(kind[1:])
}

func (c *filler) button(b TemplateButton, i int, g buttonCall) {
	want, kind, most := "", "", 0
	switch b.Type {
	case "QUICK_REPLY":
		want, kind, most = "quick_reply", "payload", 256
	case "URL", "OTP":
		want, kind, most = "url", "text", 2000
		if b.Type == "URL" && !b.needs() {
			c.refuse(132018, "button at index %d: the address has no variable", i)
			return
		}
		if b.Type == "OTP" {
			most = 15
		}
	case "COPY_CODE":
		want, kind, most = "copy_code", "coupon_code", 15
	case "FLOW":
		want, kind, most = "flow", "action", 0
	default:
		c.refuse(132018, "button at index %d of type %s takes no parameter", i, b.Type)
		return
	}
	if g.kind != want {
		c.refuse(132018, "button at index %d: sub_type is %s, expected %s", i, g.kind, want)
		return
	}
	if len(g.with) == 0 && !b.needs() {
		return
	}
	if len(g.with) != 1 {
		c.refuse(132000, "button at index %d: number of localizable_params (%d) does not match the expected number of params (1)", i, len(g.with))
		return
	}
	v := g.with[0]
	switch {
	case v.kind != kind:
		c.refuse(132012, "button at index %d: parameter of type %s, expected %s", i, v.kind, kind)
	case kind == "coupon_code" && utf8.RuneCountInString(v.value) > most:
		c.refuse(132018, "button at index %d: coupon_code is longer than allowed", i)
	case most > 0 && utf8.RuneCountInString(v.value) > most:
		c.refuse(132018, "button at index %d: %s is longer than allowed", i, kind)
	default:
		c.value("button at index "+strconv.Itoa(i), v.value)
	}
}

func (c *filler) carousel(t *Template, call *templateCall) {
	want, has := t.component("CAROUSEL")
	if !has {
		if call.hasCarousel {
			c.refuse(132012, "carousel: the template has none")
		}
		return
	}
	if len(call.cards) != len(want.Cards) {
		c.refuse(132000, "carousel: number of cards (%d) does not match the expected number of cards (%d)", len(call.cards), len(want.Cards))
		return
	}
	for i, given := range call.cards {
		if given.index != strconv.Itoa(i) {
			c.refuse(132018, "carousel: card %d has card_index %s", i, given.index)
			return
		}
		card := Template{Components: want.Cards[i].Components}
		header, has := card.component("HEADER")
		c.header(header, has, &given.call)
		text, _ := card.component("BODY")
		c.words("carousel body", text.Text, given.call.body)
		row, _ := card.component("BUTTONS")
		c.buttons(row.Buttons, given.call.buttons)
	}
}
