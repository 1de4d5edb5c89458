package ui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

// How the form is drawn.

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
