package ui

import (
	"fmt"
	"strings"

	"frontdesk/inbox"
)

// View implements tea.Model: rows as wide as the screen, joined by line breaks.
func (m *Model) View() string {
	if m.w == 0 || m.h == 0 {
		return ""
	}
	f := m.frame()
	if f.TooSmall {
		text := m.pen.w.TooSmall
		if m.pen.Width(text) > m.w {
			text = m.pen.w.TooSmallShort
		}
		return strings.Join(m.pen.pad([]string{m.pen.row(m.w, false, in(plain, text))}, m.w, m.h), "\n")
	}
	rows := m.panes(f)
	rows = append(rows, m.drawLine(f.Line)...)
	rows = append(rows, m.drawStatus(f.Status.W))
	rows = m.over(rows)
	return strings.Join(rows, "\n")
}

// panes puts the panes side by side.
func (m *Model) panes(f frame) []string {
	if f.One {
		if m.focus == onList {
			rows := m.drawList(f)
			if m.list.at-m.list.top < m.listRows(f)-3 || len(m.list.order) == 0 { // never over the cursor
				m.teach(rows, len(rows)-3, f.List.W)
			}
			return rows
		}
		return m.column(f)
	}
	list, talk := m.drawList(f), m.column(f)
	var detail []string
	if f.Detail.W > 0 {
		detail = m.drawDetail(f.Detail)
	}
	bar := m.pen.row(1, false, in(rule, m.pen.Bar))
	rows := make([]string, len(list))
	for i := range list {
		rows[i] = list[i] + bar + talk[i]
		if detail != nil {
			rows[i] += bar + detail[i]
		}
	}
	return rows
}

// column is the conversation with its title and the composer.
func (m *Model) column(f frame) []string {
	rows := make([]string, 0, f.Status.Y)
	rows = append(rows, m.drawTitle(f))
	for len(rows) < f.Title.H {
		rows = append(rows, m.pen.blank(f.Title.W))
	}
	rows = append(rows, m.talk.show(m.pen, m.view())...)
	m.teach(rows, f.Title.H, f.Talk.W)
	if f.Find.H > 0 {
		rows = append(rows, m.drawFind(f.Find.W))
	}
	return append(rows, m.drawComposer(f.Composer)...)
}

// drawTitle says whose conversation it is, and what must not be missed: the window and who has it.
func (m *Model) drawTitle(f frame) string {
	p, t, now := m.pen, m.opened(), m.now()
	if t == nil {
		return p.blank(f.Title.W)
	}
	left := []span{in(plain, " ")}
	if f.One {
		if n := m.unreadElsewhere(); n > 0 && f.Title.W < 44 {
			left = append(left, spotted(spotAction+"back", in(unread, fmt.Sprintf("%s %d ", p.Back, n)))...)
		} else if n > 0 {
			left = append(left, spotted(spotAction+"back", in(unread, p.Back+" "+p.w.unreadCount(n)+"  "))...)
		} else {
			left = append(left, spotted(spotAction+"back", in(faint, p.Back+" "))...)
		}
	}
	if phone, ok := m.phoneSpan(f.Title.W / 3); ok && f.One {
		left = append(left, phone, in(plain, "  "))
	}
	left = append(left, in(strong, t.Name))
	open := m.openAt(t, now)
	window := span{p.w.window(t.Window, open, now), faint}
	switch {
	case !open:
		window.ink = failing
	case t.Window.ExpiresAt.Sub(now) < inbox.ClosesSoon:
		window.ink = warning
	}
	who := p.w.with(t.Assignee, m.info.Agent)
	if f.Title.W < 54 {
		window.text = p.w.windowShort(t.Window, open, now)
		who = p.w.withShort(t.Assignee, m.info.Agent)
	}
	right := []span{in(plain, " "), window}
	if who != "" && f.Title.W >= 36 {
		right = append(right, in(faint, " "+p.Dot+" "+who))
	}
	right = append(right, in(plain, " "))
	if known := handle(t); known != "" && "+"+t.WaID != t.Name { // where it fits whole
		if id := in(faint, "  "+known); p.widthOf(left)+p.Width(id.text)+p.widthOf(right) <= f.Title.W {
			left = append(left, id)
		}
	}
	return p.ends(f.Title.W, left, right)
}

// handle is what tells a customer from others of the same name: the number or, where it is withheld, the username.
func handle(t *inbox.Thread) string {
	switch {
	case t.WaID != "":
		return number(t.WaID)
	case t.Username != "" && t.Username != t.Name:
		return "@" + t.Username
	}
	return ""
}

// number spells a wa_id as people write a phone number.
func number(id string) string { return inbox.FormatNumber(id) }

// unreadElsewhere counts messages nobody here has read in other threads.
func (m *Model) unreadElsewhere() int {
	n := m.info.Counts.Unread
	if t := m.opened(); t != nil {
		n -= t.Unread
	}
	return max(0, n)
}

// drawStatus is the bar at the bottom: the business, the connection, the counts, what a person should know, and keys.
func (m *Model) drawStatus(w int) string {
	p, words := m.pen, m.pen.w
	var left []span
	add := func(i ink, s string) {
		if s != "" {
			left = append(left, in(i, " "+s+" "))
		}
	}
	narrow := w < paneFrom-1
	if !narrow {
		add(strong, m.info.Business)
	}
	if m.readOnly() {
		add(warning, words.StateReadOnly)
	}
	switch {
	case m.link.readOnly:
	case m.link.live:
		add(mine, words.StateLive)
	case m.link.err != nil || m.link.tries > 0:
		add(failing, words.StateReconnecting)
	default:
		add(warning, words.StateConnecting)
	}
	if said := m.wordRows(); len(said) > 0 && m.h < roomyFrom {
		_, i := m.word()
		last := said[len(said)-1]
		if len(said) > 1 || m.notice.text != "" && p.widthOf(left)+p.Width(last)+2 > w {
			left = nil // the answer to a key goes with the next one
		}
		add(i, last)
		return p.row(w, false, left...)
	}
	if m.h < roomyFrom { // else it stands in the rule above
		text, i := m.importWords(max(0, w-p.widthOf(left)-2))
		add(i, text)
	}
	if !narrow {
		add(plain, words.counts(m.info.Counts, p.Dot, w >= 100))
		if n := m.otherScreens(); n > 0 && w >= 100 {
			add(faint, words.terminals(n))
		}
	}
	if m.focus == onList && m.list.filtering && len(m.dialogs) == 0 {
		return p.ends(w, left, append(p.keyHints(faint, p.some(max(0, w-p.widthOf(left)-2), words.FilterKeys)), in(faint, " ")))
	}
	if len(m.dialogs) > 0 {
		return p.row(w, false, left...) // a dialog says its own keys, and the panes' do nothing
	}
	return p.ends(w, left, m.hintsIn(w-p.widthOf(left)-2, m.scope(), m.statusHints()...))
}

// otherScreens counts the terminals besides this one, as far as the owner knows: the owner counts those that are
// attached to it, and its own screen is none of them.
func (m *Model) otherScreens() int {
	if m.owns {
		return m.info.Screens
	}
	return m.info.Screens - 1
}

// word is what the person should read now: the answer to the last key, else what the Desk wants known.
func (m *Model) word() (string, ink) {
	switch worst := m.worstNotice(); {
	case m.notice.text != "" && m.notice.bad:
		return firstLine(m.notice.text), failing
	case m.notice.text != "":
		return firstLine(m.notice.text), plain
	case worst != nil:
		return m.pen.w.notice(*worst), warning
	}
	return "", plain
}

// wordRows is the word in rows that fit: its last part is the next step, so it is not cut off where there is room for it.
func (m *Model) wordRows() []string {
	text, _ := m.word()
	if text == "" {
		return nil
	}
	w := m.w - 2
	if m.h >= roomyFrom {
		w -= 2 // the rule begins before it
	}
	most := min(3, max(1, m.h/5))
	if m.h < roomyFrom && m.notice.text == "" {
		most = min(2, most) // it stands there until the trouble is over
	}
	return m.pen.fitted(text, w, most)
}

// drawLine is the rule above the status bar. What the person should read stands in it, with the whole width for the
// next step, and below it where that does not do. A short screen has no rule, and the last row of the word in its status bar.
func (m *Model) drawLine(r rect) []string {
	said, rows := m.wordRows(), make([]string, 0, r.H)
	_, i := m.word()
	switch {
	case r.H == 0:
		return nil
	case m.h < roomyFrom:
		said = said[:r.H]
	case len(said) == 0:
		text, i := m.importWords(r.W - 4)
		return append(rows, m.pen.ruled(r.W, 1, in(i, text)))
	default:
		rows, said = append(rows, m.pen.ruled(r.W, 1, in(i, said[0]))), said[1:]
	}
	lead := " "
	if len(rows) > 0 {
		lead = "  " // below the words in the rule
	}
	for _, text := range said {
		rows = append(rows, m.pen.row(r.W, false, in(i, lead+text)))
	}
	return rows
}

// worstNotice is what the Desk wants a person to know, worst first.
func (m *Model) worstNotice() *inbox.Notice {
	if len(m.info.Notices) == 0 {
		return nil
	}
	return &m.info.Notices[0]
}

// statusHints are the keys worth showing where the person is.
func (m *Model) statusHints() []string {
	switch m.focus {
	case onList:
		return []string{"help", "open", "write", "palette", "next unread", "filter", "take", "done", "view all"}
	case onTalk:
		hints := []string{"help", "retry", "cancel"}
		if msg := m.talk.selected(); msg != nil && !canFetch(msg) && !decides(msg) && !cancels(msg) {
			hints = hints[:1] // they would be for another message, which names them itself
		}
		return append(hints, "open link", "write", "back", "palette", "find", "quote", "template", "detail")
	}
	return []string{"leave", "saved replies", "next unread", "editor", "save reply", "undo"}
}

// over draws the top dialog over the panes: a box of the program's own, its rows exactly as wide as it is.
func (m *Model) over(rows []string) []string {
	n := len(m.dialogs)
	if n == 0 {
		return rows
	}
	p := m.pen
	title, aside, body := m.boxBody()
	r := m.boxFor(len(body))
	w, left, top := r.W, r.X, r.Y
	put := func(y int, s string) {
		if y < len(rows) {
			rows[y] = p.blank(left) + s + p.blank(m.w-w-left)
		}
	}
	edge := func(a, b string, spans ...span) string {
		line := []span{in(rule, a+p.Rule)}
		line = append(line, spans...)
		n := w - 1 - p.widthOf(line)
		return p.row(w-1, false, append(line, in(rule, strings.Repeat(p.Rule, max(0, n))))...) + p.row(1, false, in(rule, b))
	}
	head := []span{in(strong, " "+p.Truncate(title, max(1, w-8))+" ")}
	room := w - 5 - p.widthOf(head)
	if aside = p.some(max(0, room-4), aside); aside != "" {
		head = append(head, in(rule, strings.Repeat(p.Rule, room-p.Width(aside)-2)+" "))
		head = append(append(head, p.keyHints(faint, aside)...), in(faint, " "))
	}
	put(top, edge(p.TopLeft, p.TopRight, head...))
	bar := p.row(1, false, in(rule, p.Bar))
	for i, row := range body {
		put(top+1+i, bar+" "+row+" "+bar)
	}
	put(top+1+len(body), edge(p.BottomLeft, p.BottomRight))
	return rows
}

// boxBody is the top dialog's title, the word at its right end, and as many of its rows as there is room for.
func (m *Model) boxBody() (title, aside string, body []string) {
	most := max(1, m.h-3)
	title, aside, body = m.dialogs[len(m.dialogs)-1].box(m, m.boxWidth()-4, most)
	return title, aside, body[:min(len(body), most)]
}

// boxFor is where a box of n rows stands, its edges included.
func (m *Model) boxFor(n int) rect {
	w := m.boxWidth()
	return rect{(m.w - w) / 2, max(0, (m.h-1-n-2)/2), w, n + 2}
}

// boxAt is where the top dialog stands.
func (m *Model) boxAt() rect {
	_, _, body := m.boxBody()
	return m.boxFor(len(body))
}

// boxWidth is how wide the top dialog is.
func (m *Model) boxWidth() int {
	if n := len(m.dialogs); n > 0 {
		switch m.dialogs[n-1].(type) {
		case *help, *preview:
			return min(m.w, 126)
		case *switcher:
			return min(m.w, 78)
		}
	}
	return min(m.w, 86)
}
