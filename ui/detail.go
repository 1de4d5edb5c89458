package ui

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

// detail is all that is known of one message, over the panes.
type detail struct {
	row    string // the message's key
	thread inbox.ThreadID
	have   *inbox.Detail
	err    error
	raw    bool
	asked  bool // for the raw events: esc closes them, and does not lead to what nobody asked for
	top    int
}

// showDetail opens the detail of the selected message, on the raw events when raw is set.
func (m *Model) showDetail(raw bool) tea.Cmd {
	d := &detail{row: m.talk.sel, thread: m.talk.id, raw: raw, asked: raw}
	m.openDialog(d)
	return m.loadDetail(d)
}

func (m *Model) loadDetail(d *detail) tea.Cmd {
	desk, ctx, thread, key := m.desk, m.ctx, d.thread, d.row
	return func() tea.Msg {
		have, err := desk.Detail(ctx, thread, key)
		return answeredMsg(func(m *Model) tea.Cmd {
			if err != nil {
				d.err = err
				return nil
			}
			d.have, d.err = &have, nil
			return nil
		})
	}
}

// detailChanged keeps an open detail in step with the message it shows.
func (m *Model) detailChanged(key string) {
	for _, d := range m.dialogs {
		if d, ok := d.(*detail); ok && d.row == key && d.have != nil {
			if i := m.talk.row(key); i >= 0 {
				d.have.Message = m.talk.rows[i]
			}
		}
	}
}

func (d *detail) key(m *Model, k tea.KeyMsg) tea.Cmd {
	switch k.String() {
	case "esc", "q", "d":
		if d.raw && !d.asked && k.String() == "esc" {
			d.raw, d.top = false, 0
			return nil
		}
		m.close(d)
	case "D":
		d.raw, d.top = !d.raw, 0
	case "B":
		return m.copyReport(d)
	case "Y":
		if d.have != nil {
			return m.copy(inbox.Clean(cmp.Or(d.have.Message.ID, string(d.have.Message.Ref))))
		}
	case "down", "j":
		d.top++
	case "up", "k":
		d.top = max(0, d.top-1)
	case "pgdown", "ctrl+d", " ":
		d.top += m.h / 2
	case "pgup", "ctrl+u":
		d.top = max(0, d.top-m.h/2)
	case "R", "t", "x", "y":
		a := m.keys.find(inTalk, k)
		if a == nil {
			return nil
		}
		if m.talk.id == d.thread {
			m.talk.sel = d.row // what is shown is meant, whatever has arrived since
		}
		if why := m.reason(a); why != "" {
			return m.say(why)
		}
		m.close(d)
		return a.run(m)
	default:
		return m.stray(k)
	}
	return nil
}

func (d *detail) box(m *Model, w, h int) (string, string, []string) {
	p := m.pen
	var rows []string
	title, aside := p.w.detailTitle(m.talk.thread.Name), p.w.DetailKeys
	if m.reason(m.keys.named("retry")) == "" {
		aside = p.w.DetailChoices
	}
	switch {
	case d.err != nil:
		rows = p.lines(w, p.w.problem(d.err))
	case d.have == nil:
		rows = p.lines(w, p.w.Loading)
	case d.raw:
		title, aside = p.w.RawTitle, p.w.RawKeys
		rows = rawRows(p, w, d.have)
	default:
		if d.have.Message.Direction == "in" {
			title = p.w.detailFrom(m.talk.thread.Name)
		}
		rows = detailRows(p, w, h, d.have, m.talk.thread.Name, m.view(), !m.windowOpen())
	}
	d.top = max(0, min(d.top, len(rows)-h))
	if d.top < len(rows)-h {
		aside = p.w.MoreBelow + " " + p.Dot + " " + aside
	}
	return title, p.some(max(0, w-p.Width(title)-6), aside), rows[d.top:]
}

// labelled is a row of a table: a word, and beside it text that may take several rows.
func labelled(p *pen, w int, label string, i ink, text string) []string {
	const wide = 10
	var rows []string
	for n, line := range p.Wrap(text, max(1, w-wide)) {
		if n > 0 {
			label = ""
		}
		rows = append(rows, p.row(w, false, in(faint, p.Fit(label, wide)), in(i, line)))
	}
	return rows
}

// shortDetail is the height from which the way of a message may come before why it stopped: on less, what to do next would
// not be in sight.
const shortDetail = 16

// detailRows is a message in words: what it says, who wrote it, its way, and why it stopped. shut says that its window is
// closed.
func detailRows(p *pen, w, h int, d *inbox.Detail, customer string, v view, shut bool) []string {
	msg, words := &d.Message, p.w
	var rows []string
	add := func(label string, i ink, text string) {
		if text != "" {
			rows = append(rows, labelled(p, w, label, i, text)...)
		}
	}
	switch {
	case msg.Revoked:
		add(words.LabelText, faint, words.Deleted)
	default:
		add(words.LabelText, plain, caption(msg))
	}
	if msg.Media != nil {
		add(words.LabelMedia, plain, words.media(msg))
		add("", faint, msg.Media.Path)
	}
	add(words.LabelFrom, plain, p.author(msg, customer, v.me).text)
	if msg.Template != nil {
		add(words.LabelTemplate, plain, strings.Join([]string{msg.Template.Name, msg.Template.Language, strings.ToLower(msg.Template.Category)}, " "+p.Dot+" "))
	}
	tick, next := p.tick(msg, msg.Confirming, v.now)
	if msg.Status != inbox.StatusFailed || msg.Error == nil { // else the reason below says it
		add(words.LabelState, tick.ink, tick.text)
	}
	for _, tag := range p.tags(msg) {
		add("", faint, tag)
	}
	for _, e := range msg.Edits {
		add(words.LabelEarlier, faint, p.second(e.At)+"  "+e.Text)
	}
	parts := []func(){func() { wayRows(p, d.Steps, v.now, add) }, func() { whyRows(p, msg, next, shut, add) }}
	if h < shortDetail {
		slices.Reverse(parts)
	}
	for _, part := range parts {
		n := len(rows)
		if part(); len(rows) > n {
			rows = slices.Insert(rows, n, p.blank(w))
		}
	}
	if pr := msg.Pricing; pr != nil {
		add(words.LabelPrice, faint, words.price(pr))
	}
	rows = append(rows, p.blank(w))
	for i, id := range d.IDs {
		label := ""
		if i == 0 {
			label = words.LabelID
		}
		add(label, faint, id)
	}
	if msg.Ref != "" {
		add(words.LabelRef, faint, string(msg.Ref))
	}
	return rows
}

// wayRows are the steps of a message, with how long each took.
func wayRows(p *pen, steps []inbox.Step, now time.Time, add func(string, ink, string)) {
	for i, s := range steps {
		note := s.Note
		if i > 0 {
			if took := s.At.Sub(steps[i-1].At); took > 0 {
				note = strings.TrimSpace(note + "  +" + p.w.took(took))
			}
		}
		add(p.w.step(s.What), plain, p.stamp(now, s.At)+"  "+note)
	}
}

// whyRows are why a message stopped and what to do about it.
func whyRows(p *pen, msg *inbox.Message, next string, shut bool, add func(string, ink, string)) {
	e := msg.Error
	if e == nil {
		add(p.w.LabelDo, plain, next)
		return
	}
	title, hint := p.w.reason(e)
	add(p.w.LabelWhy, failing, cmp.Or(title, p.w.Failed))
	if !strings.EqualFold(strings.TrimSuffix(e.Detail, "."), strings.TrimSuffix(e.Title, ".")) { // the same said twice
		add("", faint, e.Detail)
	}
	add(p.w.LabelDo, plain, cmp.Or(hint, next))
	if shut && msg.Status == inbox.StatusFailed && msg.Template == nil {
		add(p.w.LabelRetry, plain, p.w.RetryShut)
	}
	if e.Code != 0 {
		add(p.w.LabelCode, faint, fmt.Sprint(e.Code))
	}
}

// rawRows shows the journal entries behind a message. Their text was not cleaned when it came, so it is here.
func rawRows(p *pen, w int, d *inbox.Detail) []string {
	var rows []string
	for _, item := range d.Raw {
		rows = append(rows, p.row(w, false, in(strong, fmt.Sprintf("%d  %s  %s", item.Seq, p.second(item.At), inbox.Clean(item.Kind)))))
		text := string(item.Data)
		var pretty bytes.Buffer
		if json.Indent(&pretty, item.Data, "", "  ") == nil {
			text = pretty.String()
		}
		for _, line := range p.Wrap(inbox.Clean(text), max(1, w-2)) {
			rows = append(rows, p.row(w, false, in(plain, "  "+line)))
		}
	}
	if len(rows) == 0 {
		rows = append(rows, p.row(w, false, in(faint, p.w.NoRaw)))
	}
	return rows
}

// drawDetail is the pane beside a wide conversation: the selected message and its thread.
func (m *Model) drawDetail(r rect) []string {
	p, t := m.pen, m.opened()
	w := r.W - 1
	var rows []string
	put := func(spans ...span) {
		rows = append(rows, p.row(r.W, false, append([]span{in(plain, " ")}, spans...)...))
	}
	add := func(label, text string) {
		if text == "" {
			return
		}
		for _, line := range labelled(p, w, label, plain, text) {
			rows = append(rows, " "+line)
		}
	}
	if t == nil {
		return p.pad(nil, r.W, r.H)
	}
	now := m.now()
	if msg := m.talk.selected(); msg != nil {
		put(in(strong, p.w.Message))
		put()
		add(p.w.LabelFrom, p.author(msg, t.Name, m.info.Agent).text)
		if msg.Direction == "in" {
			add(p.w.LabelReceived, p.stamp(now, msg.At))
		}
		if tick, why := p.tick(msg, m.talk.confirming(msg, now), now); tick.text != "" {
			add(p.w.LabelState, tick.text)
			add(p.w.LabelDo, why)
		}
		for _, s := range p.w.times(msg.StatusAt) {
			add(s.word, p.stamp(now, s.at))
		}
		add(p.w.LabelType, msg.Type)
		if msg.Pricing != nil {
			add(p.w.LabelPrice, p.w.price(msg.Pricing))
		}
		if msg.ID != "" {
			put(in(faint, p.Fit(p.w.LabelID, 10)), in(faint, msg.ID))
		}
		put()
	}
	put(in(strong, p.w.Thread))
	put()
	add(p.w.LabelAssigned, p.w.assigned(t.Assignee, m.info.Agent))
	add(p.w.LabelWindow, p.w.windowLong(t.Window, m.openAt(t, now), now))
	if m.openAt(t, now) {
		add("", p.w.closesAt(p.whenNear(now, t.Window.ExpiresAt)))
	}
	if !t.WaitingSince.IsZero() {
		add(p.w.LabelWaits, p.w.since(p.stampMinute(now, t.WaitingSince)))
	}
	add(p.w.LabelLabels, strings.Join(t.Labels, ", "))
	if !t.FirstAt.IsZero() {
		add(p.w.LabelFirst, p.w.dated(p.w.DayMonthYear, t.FirstAt.In(p.zone)))
	}
	if t.Messages > 0 {
		add(p.w.LabelMessages, p.w.messages(t.Messages, t.FromPhone))
	}
	if lines := p.contactLines(t); len(lines)+len(t.Fields) > 0 {
		put()
		put(in(strong, p.w.Contact))
		put()
		for _, l := range lines {
			add(l.label, l.text)
		}
		for _, f := range fieldsOf(t) {
			add(p.w.contactField(f), t.Fields[f])
		}
	}
	people := 0
	for _, n := range t.Notes {
		if n.By == "" {
			continue
		}
		if people++; people == 1 {
			put()
			put(in(strong, p.w.Notes))
		}
		put()
		put(in(warning, p.w.agentName(n.By, m.info.Agent)), in(faint, " "+p.brief(now, n.At)))
		for _, line := range p.Wrap(n.Text, w) {
			put(in(plain, line))
		}
	}
	rows = p.pad(rows, r.W, r.H)
	if len(rows) > 2 {
		rows[r.H-1] = p.row(r.W, false, m.hintsIn(r.W, inTalk, "detail", "raw", "copy")...)
	}
	return rows
}
