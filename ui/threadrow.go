package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"frontdesk/inbox"
	"frontdesk/ui/enclose"
	"frontdesk/ui/term"
)

// listRows is how many threads fit below the list's title.
func (m *Model) listRows(f frame) int {
	h := f.List.H - m.listTop(f)
	if m.twoLines(f) {
		h /= 2
	}
	return max(1, h)
}

// listTop is how many rows stand above the threads.
func (m *Model) listTop(f frame) int {
	n := 2
	if f.Tight {
		n = 1
	}
	if m.list.filtering || !m.list.filter.blank() {
		n = max(n, 2)
	}
	return n
}

// twoLines gives every thread a second line when the list is wide and the screen is high.
func (m *Model) twoLines(f frame) bool {
	return f.List.W >= 34 && f.List.H >= 24 && !f.Tight
}

// drawList draws the list pane.
func (m *Model) drawList(f frame) []string {
	p, w, l := m.pen, f.List.W, &m.list
	title, more := m.listTitle(w)
	rows := []string{title}
	if l.filtering || !l.filter.blank() {
		rows = append(rows, m.filterRow(w))
	} else if m.listTop(f) > 1 {
		rows = append(rows, more)
	}
	switch {
	case len(l.order) > 0:
		for _, id := range l.visible() {
			rows = append(rows, m.threadRows(l.byID[id], w, m.twoLines(f))...)
		}
	case l.err != nil:
		rows = append(rows, p.lines(w, p.w.problem(l.err))...)
	case !l.loaded:
		rows = append(rows, p.lines(w, p.w.Loading)...)
	default:
		rows = append(rows, p.lines(w, m.whyEmpty())...)
	}
	return p.pad(rows, w, f.List.H)
}

// whyEmpty says why there is no thread, and the key that helps.
func (m *Model) whyEmpty() string {
	w := m.pen.w
	switch {
	case !m.list.filter.blank():
		return w.NoMatch
	case m.list.view == inbox.ViewDone:
		return w.NothingDone
	case m.list.view == inbox.ViewWaiting:
		return w.nobodyWaits(m.keys.first("view all"))
	case m.list.view == inbox.ViewStuck:
		return w.NothingStuck + " " + w.seeAll(m.keys.first("view all"))
	case m.list.view != inbox.ViewAll:
		return w.nothingIn(w.view(m.list.view), m.keys.first("view all"))
	case m.info.Number != "":
		return w.firstMessage(m.info.Number)
	}
	return w.FirstMessage
}

// listTitle names the view that is shown and how many threads it has, then the others as far as there is room; more is a
// second row for those that had none: what is stuck first, then those who wait.
func (m *Model) listTitle(w int) (title, more string) {
	p, c := m.pen, m.info.Counts
	count := map[inbox.View]int{inbox.ViewMine: c.Mine, inbox.ViewUnassigned: c.Unassigned, inbox.ViewAll: c.All,
		inbox.ViewWaiting: c.Waiting, inbox.ViewDone: c.Done, inbox.ViewStuck: c.Stuck}
	word := func(v inbox.View) string { return fmt.Sprintf("%s %d", p.w.view(v), count[v]) }
	spans := append([]span{in(plain, " ")}, spotted(spotView+string(m.list.view), in(strong, word(m.list.view)))...)
	if n := len(m.marked()); n > 0 {
		spans = append(spans, in(keyed, " "+p.w.markedCount(n)))
	}
	if n := m.list.above(); n > 0 {
		spans = append(spans, in(unread, " "+p.w.above(n)))
	}
	if m.list.view == inbox.ViewWaiting {
		spans = append(spans, in(faint, ", "+p.w.Orders[m.list.byWait]))
	}
	used := p.widthOf(spans)
	if phone, ok := m.phoneSpan(w - used - 3); ok {
		spans = append(append(spans, in(faint, " "+p.Dot+" ")), spotted(spotAction+"phone", phone)...)
		used = p.widthOf(spans)
	}
	if n := c.Tray; n > 0 {
		if s := p.w.count(p.w.TrayTab, n); used+p.Width(s)+3 <= w {
			spans = append(append(spans, in(faint, " "+p.Dot+" ")), spotted(spotAction+"tray", in(warning, s))...)
			used = p.widthOf(spans)
		}
	}
	var left []inbox.View
	for _, v := range slices.Concat([]inbox.View{inbox.ViewStuck}, views[:]) {
		s, i := " "+p.Dot+" "+word(v), faint
		if v == inbox.ViewStuck {
			i = failing
		}
		if v == m.list.view || v == inbox.ViewDone || v == inbox.ViewStuck && c.Stuck == 0 {
			continue
		}
		if used+p.Width(s) > w {
			left = append(left, v) // for the second row, where there is one
			continue
		}
		spans = append(spans, in(faint, " "+p.Dot+" "))
		spans = append(spans, spotted(spotView+string(v), in(i, word(v)))...)
		used += p.Width(s)
	}
	first := 0
	if len(left) > 0 && left[0] == inbox.ViewStuck {
		first = 1
	}
	if i := slices.Index(left, inbox.ViewWaiting); i > first {
		left = slices.Insert(slices.Delete(left, i, i+1), first, inbox.ViewWaiting)
	}
	second := []span{in(plain, " ")}
	for _, v := range left {
		next := spotted(spotView+string(v), in(faint, word(v)))
		if len(second) > 1 {
			next = append([]span{in(faint, " "+p.Dot+" ")}, next...)
		}
		if p.widthOf(second)+p.widthOf(next) <= w {
			second = append(second, next...)
		}
	}
	return p.row(w, false, spans...), p.row(w, false, second...)
}

func (m *Model) filterRow(w int) string {
	p := m.pen
	text := m.list.filter.String()
	if m.list.filtering {
		text = p.WithCursor(text, m.list.filter.at)
	}
	return p.row(w, false, in(keyed, " / "), in(plain, text))
}

// threadRows draws one thread: what has a fixed width first, the name last.
func (m *Model) threadRows(t *inbox.Thread, w int, two bool) []string {
	p, now := m.pen, m.now()
	under := t.ID == m.list.cursor
	selected := under && m.focus == onList && len(m.dialogs) == 0
	edge := " "
	switch {
	case m.marks[t.ID]:
		edge = p.Marked
	case under:
		edge = p.Select
	case t.ID == m.talk.id:
		edge = p.Opened
	}
	count := "  "
	switch {
	case t.Unread > 99:
		count = "99"
	case t.Unread > 0:
		count = fmt.Sprintf("%2d", t.Unread)
	}
	flag, flagInk := m.flag(t, now)
	name := in(plain, t.Name)
	if t.Unread > 0 {
		name.ink = strong
	}
	spans := []span{in(plain, edge), in(unread, count), in(faint, " "+p.Fit(m.listTime(t, now), listTimeWidth)+" "), in(flagInk, flag+" "), name}
	if two && t.Assignee != "" && t.Assignee != m.info.Agent {
		spans = append(spans, in(faint, " "+p.Dot+" "+string(t.Assignee)))
	}
	rows := []string{p.row(w, selected, spans...)}
	if selected {
		rows[0] = term.Cursor + rows[0] // for screen readers that follow it
	}
	if two {
		rows = append(rows, p.row(w, selected, append([]span{in(plain, edge+strings.Repeat(" ", 11))}, m.preview(t, now)...)...))
	}
	return rows
}

// flag is the one letter that matters most.
func (m *Model) flag(t *inbox.Thread, now time.Time) (string, ink) {
	d := m.drafts[t.ID]
	switch {
	case t.Failed || t.Uncertain+t.Held > 0:
		return "!", failing
	case t.State == inbox.Snoozed && t.SnoozedUntil.After(now):
		return "z", faint
	case m.hurries(t, now):
		return "h", failing
	case d != nil && !d.empty() || d == nil && t.Draft != nil:
		return "~", warning
	case t.Scheduled != nil:
		return "s", warning
	case t.Muted:
		return "m", faint
	case !m.openAt(t, now):
		return "c", faint
	case t.Assignee == m.info.Agent && t.Assignee != "":
		return "@", mine
	case !t.WaitingSince.IsZero():
		return "w", warning
	}
	return " ", plain
}

// preview is the second line of a thread.
func (m *Model) preview(t *inbox.Thread, now time.Time) []span {
	p := m.pen
	d := m.drafts[t.ID]
	switch {
	case t.Stuck != nil && (m.list.view == inbox.ViewStuck || t.Stuck.Status != inbox.StatusFailed):
		tick, _ := p.tick(t.Stuck, t.Stuck.Confirming, now)
		return []span{tick, in(faint, ": "+firstLine(t.Stuck.Text))}
	case m.hurries(t, now) && t.LastMessage != nil && t.LastMessage.Direction == "in":
		return []span{in(warning, p.w.window(t.Window, true, now)), in(faint, " "+p.Dot+" "+m.lastText(t.LastMessage))}
	case d != nil && !d.empty():
		return p.draftRow(d.text(), d.file)
	case d == nil && t.Draft != nil:
		return p.draftRow(t.Draft.Text, Given(t.Draft))
	case t.State == inbox.Snoozed && t.SnoozedUntil.After(now):
		return []span{in(faint, p.w.snoozedTo(p.whenNear(now, t.SnoozedUntil)))}
	}
	var lead []span
	if s := t.Scheduled; s != nil {
		lead = []span{in(warning, p.Sending+" "+fill(p.w.LaterTick, "at", p.whenNear(now, s.Next))), in(faint, " "+p.Dot+" ")}
	}
	last := t.LastMessage
	if last == nil {
		return lead
	}
	text := m.lastText(last)
	if last.Direction != "out" {
		return append(lead, in(faint, text))
	}
	tick, _ := p.tick(last, last.Confirming, now)
	sign := tick
	for i, r := range sign.text {
		if r == ' ' {
			sign.text = sign.text[:i+1]
			break
		}
	}
	return append(lead, sign, in(faint, p.author(last, t.Name, m.info.Agent).text+": "+text))
}

// draftRow is what a draft says, on one row: its words, or else its file.
func (p *pen) draftRow(text string, f *enclose.File) []span {
	said := firstLine(text)
	if said == "" && f != nil {
		said = strings.Join(p.w.fileParts(f), " ")
	}
	return []span{in(warning, p.w.Draft+": "), in(faint, said)}
}

// lastText is what a message says, on one row.
func (m *Model) lastText(last *inbox.Message) string {
	text := firstLine(caption(last))
	switch {
	case last.Revoked:
		return m.pen.w.Deleted
	case text == "" && last.Media != nil:
		return m.pen.w.media(last)
	case text == "":
		return m.pen.w.unknownType(last.Type)
	}
	return text
}
