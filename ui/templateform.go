package ui

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdesk/inbox"
	"frontdesk/ui/enclose"

	tea "github.com/charmbracelet/bubbletea"
)

// form is the second and the third step: a field for each value, a preview that follows, and a last look.
type form struct {
	from    *picker
	t       inbox.Template
	fields  []formField
	at      int
	oid     inbox.OID // made with the form: sending it twice is one message
	review  bool
	sending bool
	later   time.Time // when it leaves; zero is now
	tried   string    // what was handed over before, when the answer got lost
	err     error
	price   *inbox.Price      // nil until it is known
	marks   map[string]string // what is wrong, by field key
}

// formField is one input. A location is spread over four of them.
type formField struct {
	need   inbox.TemplateField
	part   string // of a location: lat, lon, name, address
	label  string
	origin string // where a value that was filled in came from
	ed     editor
}

func newForm(m *Model, from *picker, t inbox.Template) *form {
	d := &form{from: from, t: t, oid: inbox.OID(m.newID()), later: from.later}
	for _, need := range t.Needs() {
		switch need.Kind {
		case inbox.LocationField:
			for _, part := range []string{"lat", "lon", "name", "address"} {
				d.add(formField{need: need, part: part, label: m.pen.w.LocationParts[part]})
			}
		case inbox.PayloadField:
			// What a quick reply sends back is for programs; people leave it to WhatsApp.
		default:
			f := formField{need: need, label: label(m.pen.w, t, need)}
			if nameField(t, need) {
				f.ed.set(inbox.FirstName(from.name))
				if !f.ed.blank() {
					f.origin = m.pen.w.FromContact
				}
			}
			d.add(f)
		}
	}
	d.fromDraft(m)
	for i := range d.fields {
		if d.fields[i].ed.blank() {
			d.at = i
			break
		}
	}
	d.review = len(d.fields) == 0
	return d
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

func (d *form) key(m *Model, k tea.KeyMsg) tea.Cmd {
	if d.sending {
		return nil
	}
	s := k.String()
	if k.Paste {
		s = "paste"
	}
	if d.review {
		switch s {
		case "esc":
			d.review = false
			if len(d.fields) == 0 {
				m.close(d)
			}
		case "enter":
			return d.send(m)
		default:
			if a := m.keys.find(inWrite, k); a != nil && a.name == "send later" && d.from.to == "" { // a conversation does not begin by itself
				return m.askWhen(func(at time.Time) tea.Cmd { d.later = at; return nil }, func(time.Time) bool { return true })
			}
		}
		return nil
	}
	d.err = nil
	switch s {
	case "esc":
		m.close(d)
	case "tab", "down":
		d.at = (d.at + 1) % len(d.fields)
	case "shift+tab", "up":
		d.at = (d.at + len(d.fields) - 1) % len(d.fields)
	case "enter":
		if d.check() {
			return d.lookAtFile()
		}
	default:
		f := &d.fields[d.at]
		before := f.ed.String()
		f.ed.key(m.pen, k, 1000)
		if f.ed.String() != before {
			f.origin = ""
			delete(d.marks, f.need.Key()+f.part)
		}
	}
	return nil
}

// check marks what is missing or would be refused, and goes to the first of it.
func (d *form) check() bool {
	d.marks = map[string]string{}
	for _, problem := range d.t.Check(d.values()) {
		key := problem.Field.Key()
		if problem.Field.Kind == inbox.LocationField {
			key += "lat"
		}
		d.marks[key] = problem.Text
	}
	for i := range d.fields {
		if d.marks[d.fields[i].need.Key()+d.fields[i].part] != "" {
			d.at = i
			return false
		}
	}
	for _, text := range d.marks { // about the whole, not one field
		d.err = &inbox.Error{Kind: inbox.Invalid, Text: text}
		return false
	}
	return true
}

// lookAtFile goes on to the review, and first to the disk when the header is a file: better here than after sending.
func (d *form) lookAtFile() tea.Cmd {
	media := d.values().HeaderMedia
	if media == nil {
		d.review = true
		return nil
	}
	d.sending = true
	return func() tea.Msg {
		info, err := os.Stat(media.File)
		return answeredMsg(func(m *Model) tea.Cmd {
			d.sending = false
			switch {
			case err != nil:
				d.marks["header"] = m.pen.w.NoSuchFile
			case !info.Mode().IsRegular():
				d.marks["header"] = m.pen.w.NotAFile
			default:
				d.review = true
			}
			return nil
		})
	}
}

func (d *form) send(m *Model) tea.Cmd {
	d.sending, d.err = true, nil
	v := d.values()
	send := inbox.Send{Thread: d.from.thread, To: d.from.to, OID: d.oid, Out: inbox.Outgoing{Type: "template", Text: d.t.Render(v), Template: &v}, Later: d.later}
	desk, ctx, text, tried := m.desk, m.ctx, send.Out.Text, d.tried
	d.tried = text
	return func() tea.Msg {
		err := enclose.Header(ctx, desk, &send.Out)
		if err == nil {
			_, err = desk.Do(ctx, string(send.OID), send)
		}
		stored, ok := text, true
		if err == nil && tried != "" && tried != text {
			stored, ok = storedText(ctx, desk, send.Thread, send.OID) // the first version may have gone under this id
		}
		return answeredMsg(func(m *Model) tea.Cmd {
			d.sending = false
			if d.err = err; err != nil {
				return nil
			}
			m.close(d.from)
			here := d.from.to == "" && m.talk.id == send.Thread // else the person has gone on to another thread
			if here && m.focus == onWrite {
				m.focus = onTalk
			}
			word, answered := m.pen.w.templateHanded(d.t.Name), tea.Cmd(nil)
			if send.Later.IsZero() {
				answered = m.answered(send.Thread)
			} else {
				word = fill(m.pen.w.LaterTemplateSet, "name", d.t.Name, "at", m.pen.whenNear(m.now(), send.Later))
			}
			if ok && stored != text {
				word = m.pen.w.FirstFormSent
			}
			if d.from.to != "" {
				return tea.Batch(m.say(word), m.openRef(d.from.to))
			}
			if here {
				return tea.Batch(m.say(word), m.toEnd(), answered)
			}
			return tea.Batch(m.say(word), answered)
		})
	}
}

func (d *form) box(m *Model, w, h int) (string, string, []string) {
	p := m.pen
	title := strings.Join([]string{d.t.Name, strings.ToLower(d.t.Category), d.t.Language}, " "+p.Dot+" ")
	preview := previewRows(p, w-4, d.t, d.values())
	if d.review {
		to, keys := p.w.reviewTo(d.from.name), p.w.ReviewKeys
		if !d.later.IsZero() {
			to, keys = fill(p.w.ReviewAt, "name", d.from.name, "at", p.whenNear(m.now(), d.later)), p.w.ReviewAtKeys
		}
		rows := []string{p.row(w, false, in(faint, to))}
		if d.price != nil {
			rows = append(rows, p.row(w, false, in(faint, fill(p.w.TemplateFor, "price", p.w.price(d.price)))))
		}
		rows = append(rows, p.blank(w))
		for _, line := range p.pad(preview, w-4, min(len(preview), max(1, h-4-len(rows)+1))) {
			rows = append(rows, "  "+line+"  ")
		}
		rows = append(rows, p.blank(w))
		if d.err != nil {
			rows = append(rows, p.row(w, false, in(failing, p.w.problem(d.err))))
		}
		keys = fill(keys, "later", m.keys.first("send later"))
		if d.sending {
			keys = p.w.Handing
		}
		return title, p.w.step3(3), append(rows, p.row(w, false, p.keyHints(faint, p.some(w, keys))...))
	}
	var rows []string
	labelW := 0
	for i := range d.fields {
		labelW = max(labelW, p.Width(d.fields[i].label))
	}
	labelW = min(labelW, w/3)
	from := max(0, d.at-(h-5))
	for i := from; i < len(d.fields) && len(rows) < max(1, h-4); i++ {
		rows = append(rows, d.fieldRow(p, i, labelW, w))
	}
	if d.err != nil {
		rows = append(rows, p.row(w, false, in(failing, p.w.problem(d.err))))
	}
	aside := span{}
	if d.price != nil {
		aside = in(faint, fill(p.w.TemplateFor, "price", p.w.amount(d.price)))
		if p.Width(p.w.Preview)+p.Width(aside.text)+9 > w {
			aside = in(faint, p.w.amount(d.price))
		}
	}
	rows = append(rows, p.ruled(w, 2, in(faint, p.w.Preview), aside))
	room := max(1, h-len(rows)-2)
	for _, line := range p.pad(preview, w-4, min(len(preview), room)) {
		rows = append(rows, "  "+line+"  ")
	}
	rows = append(rows, p.blank(w), p.row(w, false, p.keyHints(faint, p.some(w, p.w.FormKeys))...))
	return title, p.w.step3(2), rows
}

// row implements rower: it goes to a field.
func (d *form) row(_ *Model, n int) tea.Cmd {
	d.at = n
	return nil
}

func (d *form) fieldRow(p *pen, i, labelW, w int) string {
	f := &d.fields[i]
	focused := i == d.at
	edge := "  "
	if focused {
		edge = p.Select + " "
	}
	aside := in(faint, f.origin)
	switch mark := d.marks[f.need.Key()+f.part]; {
	case mark != "":
		aside = in(failing, p.w.wrong(mark))
	case f.origin == "" && f.ed.blank():
		aside = in(faint, p.w.fieldHint(f.need, f.part))
	}
	asideW := min(p.Width(aside.text)+1, w/3)
	valueW := max(4, w-2-labelW-2-asideW)
	value := f.ed.String()
	if focused {
		// The end of a long value is what is being typed: keep the cursor in sight.
		ed := f.ed
		rows := ed.wrap(p, valueW-1)
		row, _ := ed.place(p, rows)
		value = string(ed.text[rows[row].from:rows[row].to])
		value = p.WithCursor(value, ed.at-rows[row].from)
	}
	return p.row(2, false, rowSpot(i), in(keyed, edge)) + p.row(labelW+2, false, in(faint, f.label)) + p.row(valueW, false, in(plain, value)) +
		p.row(w-2-labelW-2-valueW, false, aside)
}

// homePath is a path as a person types it, made absolute.
func homePath(s string) string {
	if rest, ok := strings.CutPrefix(s, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			s = filepath.Join(home, rest)
		}
	}
	if abs, err := filepath.Abs(s); err == nil {
		return abs
	}
	return s
}

func fileName(s string) string { return inbox.Clean(filepath.Base(s)) }

// coordinates reads a latitude and a longitude; both may stand in the first, as maps copy them.
func coordinates(lat, lon string) (float64, float64, bool) {
	if a, b, ok := strings.Cut(lat, ","); ok && strings.TrimSpace(lon) == "" {
		lat, lon = a, b
	}
	x, err1 := strconv.ParseFloat(strings.TrimSpace(lat), 64)
	y, err2 := strconv.ParseFloat(strings.TrimSpace(lon), 64)
	return x, y, err1 == nil && err2 == nil
}
