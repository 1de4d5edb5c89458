package ui

import (
	"slices"
	"strings"
	"time"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

// templateList is the list of templates as the Desk gave it last.
type templateList struct {
	all    []inbox.Template
	loaded bool
	stale  bool // a webhook said that it changed
	err    error
}

func (m *Model) loadTemplates() tea.Cmd {
	desk, ctx := m.desk, m.ctx
	m.templates.stale = false
	return func() tea.Msg {
		all, err := desk.Templates(ctx)
		return answeredMsg(func(m *Model) tea.Cmd {
			m.templates.err = err
			if err == nil {
				m.templates.all, m.templates.loaded = all, true
			}
			return nil
		})
	}
}

// pickTemplate opens the way to a template: choose, fill in, review.
func (m *Model) pickTemplate() tea.Cmd {
	return m.openPicker(newPicker(m.opened()))
}

func (m *Model) openPicker(d *picker) tea.Cmd {
	m.openDialog(d)
	return m.loadTemplates() // also when they are here: how often they are used changes
}

// lastTemplate is the newest template that was sent in the loaded part of the thread.
func (c *convo) lastTemplate() *inbox.TemplateRef {
	for i := len(c.rows) - 1; i >= 0; i-- {
		if t := c.rows[i].Template; t != nil && c.rows[i].Direction == "out" {
			return t
		}
	}
	return nil
}

// lastTemplate goes straight to the form of the template that was used last.
func (m *Model) lastTemplate() tea.Cmd {
	ref := m.talk.lastTemplate()
	d := newPicker(m.opened())
	d.want = ref
	m.openDialog(d)
	if m.templates.loaded && !m.templates.stale {
		return d.arrived(m)
	}
	load := m.loadTemplates()
	return func() tea.Msg {
		msg := load()
		return answeredMsg(func(m *Model) tea.Cmd {
			return tea.Batch(msg.(answeredMsg)(m), d.arrived(m))
		})
	}
}

// picker is the first step: a template from the list, with what it says beside it.
type picker struct {
	thread   inbox.ThreadID
	to       string // a number that has no thread yet; thread is empty then
	name     string
	filter   editor
	at       int
	language string // only this one; empty: all
	want     *inbox.TemplateRef
	asked    bool      // the list is being fetched from WhatsApp
	later    time.Time // when the template is to leave; zero is now
}

func newPicker(t *inbox.Thread) *picker {
	d := &picker{thread: t.ID, name: t.Name}
	d.filter.single = true
	return d
}

// arrived chooses the wanted template once the list is here, unless the person has left meanwhile.
func (d *picker) arrived(m *Model) (cmd tea.Cmd) {
	if d.want == nil || !slices.Contains(m.dialogs, dialog(d)) {
		return nil
	}
	for i, t := range d.shown(m) {
		if t.Name == d.want.Name && t.Language == d.want.Language {
			d.at = i
			cmd = d.choose(m)
		}
	}
	d.want = nil
	return cmd
}

// shown are the templates that fit the filter: favourites first, then the others that can be sent.
func (d *picker) shown(m *Model) []inbox.Template {
	find := fold(strings.TrimSpace(d.filter.String()))
	var some []inbox.Template
	for _, t := range m.templates.all {
		if d.language != "" && t.Language != d.language {
			continue
		}
		if find == "" || strings.Contains(fold(t.Name), find) || strings.Contains(fold(t.Render(inbox.TemplateSend{})), find) {
			some = append(some, t)
		}
	}
	rank := func(t inbox.Template) int {
		switch ok, _ := t.Sendable(); {
		case ok && t.Starred:
			return 0
		case ok:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(some, func(a, b inbox.Template) int { return rank(a) - rank(b) })
	return some
}

func (d *picker) key(m *Model, k tea.KeyMsg) tea.Cmd {
	shown := d.shown(m)
	switch k.String() {
	case "esc":
		if !d.filter.blank() {
			d.filter.set("")
			return nil
		}
		m.close(d)
	case "enter":
		return d.choose(m)
	case "down", "ctrl+n":
		d.at++
	case "up", "ctrl+p":
		d.at--
	case "pgdown":
		d.at += m.h / 2
	case "pgup":
		d.at -= m.h / 2
	case "tab":
		d.nextLanguage(m)
	case "*": // no name has one
		return d.star(m)
	case "ctrl+r":
		d.asked = true
		return m.do(inbox.RefreshTemplates{}, func(m *Model, _ inbox.Done, err error) tea.Cmd {
			d.asked = false
			if err != nil {
				return m.fail(err)
			}
			return m.loadTemplates()
		})
	default:
		if d.filter.key(m.pen, k, 200) {
			d.at = 0
		}
	}
	d.at = max(0, min(d.at, len(shown)-1))
	return nil
}

// star makes the chosen template a favourite of this person, or takes it from there. The cursor stays on it.
func (d *picker) star(m *Model) tea.Cmd {
	shown := d.shown(m)
	if d.at >= len(shown) {
		return nil
	}
	t := shown[d.at]
	return m.do(inbox.StarTemplate{Name: t.Name, Language: t.Language, Off: t.Starred}, func(m *Model, _ inbox.Done, err error) tea.Cmd {
		if err != nil {
			return m.fail(err)
		}
		same := func(x inbox.Template) bool { return x.Name == t.Name && x.Language == t.Language }
		if i := slices.IndexFunc(m.templates.all, same); i >= 0 {
			m.templates.all[i].Starred = !t.Starred
		}
		d.at = max(0, slices.IndexFunc(d.shown(m), same))
		return nil
	})
}

func (d *picker) nextLanguage(m *Model) {
	languages := []string{""}
	for _, t := range m.templates.all {
		if !slices.Contains(languages, t.Language) {
			languages = append(languages, t.Language)
		}
	}
	slices.Sort(languages)
	d.language = languages[(slices.Index(languages, d.language)+1)%len(languages)]
	d.at = 0
}

// choose goes on to the form, unless the template cannot be sent; then the box says why.
func (d *picker) choose(m *Model) tea.Cmd {
	shown := d.shown(m)
	if d.at >= len(shown) {
		return nil
	}
	t := shown[d.at]
	if ok, _ := t.Sendable(); !ok {
		return nil
	}
	f := newForm(m, d, t)
	m.openDialog(f)
	return m.loadPrice(f)
}

func (d *picker) box(m *Model, w, h int) (string, string, []string) {
	p := m.pen
	shown := d.shown(m)
	language := p.w.AllLanguages
	if d.language != "" {
		language = d.language
	}
	rows := []string{p.ends(w, []span{in(keyed, "> "), in(plain, p.WithCursor(d.filter.String(), d.filter.at))},
		[]span{in(faint, p.w.templatesShown(len(shown), len(m.templates.all), language))}), p.blank(w)}
	list := max(1, h-6)
	side := w >= 66
	listW := w
	if side {
		listW = w * 3 / 5
	}
	var left, right []string
	from := max(0, min(d.at-list/2, len(shown)-list))
	for i := from; i < len(shown) && len(left) < list; i++ {
		left = append(left, d.line(p, shown[i], i, listW))
	}
	why, used := "", ""
	if d.at < len(shown) {
		t := shown[d.at]
		if _, reason := t.Sendable(); reason != "" {
			why = p.w.notSendable(t, reason)
		}
		if side {
			right = previewRows(p, w-listW-2, t, inbox.TemplateSend{})
		}
		if habits := p.w.templateHabits(&t, p.brief(m.now(), t.UsedAt)); habits != "" && why == "" {
			used = habits
		}
	}
	switch {
	case m.templates.err != nil && len(left) == 0:
		left = p.lines(listW, p.w.problem(m.templates.err))
	case !m.templates.loaded || d.asked:
		left = p.lines(listW, p.w.Loading)
	case len(m.templates.all) == 0:
		left = p.lines(listW, p.w.NoTemplates)
	case len(left) == 0:
		left = p.lines(listW, p.w.NoTemplateMatch)
	}
	n := min(list, max(len(left), len(right), 4))
	left, right = p.pad(left, listW, n), p.pad(right, w-listW-2, n)
	for i := range n {
		if side {
			rows = append(rows, left[i]+p.row(2, false, in(rule, p.Bar+" "))+right[i])
		} else {
			rows = append(rows, left[i])
		}
	}
	rows = append(rows, p.blank(w))
	if why != "" {
		for _, line := range p.Wrap(why, w) {
			rows = append(rows, p.row(w, false, in(warning, line)))
		}
	}
	if used != "" {
		rows = append(rows, p.row(w, false, in(faint, used)))
	}
	return p.w.pickTitle(d.name), p.w.step3(1), append(rows, p.row(w, false, p.keyHints(faint, p.some(w, p.w.PickKeys))...))
}

// row implements rower.
func (d *picker) row(m *Model, n int) tea.Cmd {
	d.at = n
	return d.choose(m)
}

func (d *picker) line(p *pen, t inbox.Template, n, w int) string {
	selected := n == d.at
	edge, star := " ", " "
	if selected {
		edge = p.Select
	}
	if t.Starred {
		star = "*"
	}
	ok, _ := t.Sendable()
	name, state := plain, in(faint, "")
	if !ok {
		name, state = faint, in(warning, p.w.templateStatus(t.Status))
	}
	nameW := max(8, min(28, w-2-10-6-9))
	return p.row(w, selected, rowSpot(n), in(plain, edge), in(warning, star), in(name, p.Fit(t.Name, nameW)+" "), in(faint, p.Fit(strings.ToLower(t.Category), 9)+" "),
		in(faint, p.Fit(t.Language, 5)+" "), state)
}

// previewRows shows a template as the customer will read it.
func previewRows(p *pen, w int, t inbox.Template, v inbox.TemplateSend) []string {
	var rows []string
	for _, line := range p.Wrap(t.Render(withBlanks(p, t, v)), max(1, w)) {
		rows = append(rows, p.row(w, false, in(plain, line)))
	}
	for _, c := range t.Components {
		if c.Type != "BUTTONS" {
			continue
		}
		rows = append(rows, p.blank(w))
		for _, b := range c.Buttons {
			rows = append(rows, p.row(w, false, in(keyed, "[ "+b.Text+" ]"), in(faint, " "+p.w.button(b.Type))))
		}
	}
	return rows
}

// withBlanks puts a visible gap where a value is still missing.
func withBlanks(p *pen, t inbox.Template, v inbox.TemplateSend) inbox.TemplateSend {
	fill := func(have map[string]string, part string) map[string]string {
		all := map[string]string{}
		for _, f := range t.Needs() {
			if f.Part == part && f.Kind == inbox.TextField {
				all[f.Name] = p.Blank
			}
		}
		for k, s := range have {
			if s != "" {
				all[k] = s
			}
		}
		return all
	}
	v.Body, v.Header = fill(v.Body, "body"), fill(v.Header, "header")
	return v
}
