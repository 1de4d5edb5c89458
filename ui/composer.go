package ui

import (
	"strings"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

// mostLines is how many lines of a reply are shown at once.
const mostLines = 6

// composerWidth is the width a reply is wrapped to in a box of w columns: behind " > ".
func composerWidth(w int) int { return max(2, w-4) }

// composerRows is how many rows the composer would like: its rule, what it has to say, and the text.
func (m *Model) composerRows() int {
	t := m.opened()
	if t == nil {
		return 1
	}
	if m.readOnly() {
		return 4
	}
	if !m.windowOpen() {
		if d := m.draft(); d != nil && !d.empty() {
			return 4
		}
		return 3
	}
	n := 2
	if d := m.draft(); d != nil {
		f := layout(m.w, m.h, 1, 1, m.zoom)
		n = 1 + min(mostLines, len(d.ed.wrap(m.pen, composerWidth(f.Composer.W))))
		if d.quoted != nil || d.replyTo != "" {
			n++
		}
		n += m.footRows(d, f.Composer.W)
		if d.file != nil {
			n++
		}
		if d.theirs != nil {
			n++
		}
	}
	if len(m.others(t)) > 0 {
		n++
	}
	return n
}

// others are the colleagues who look at the thread now.
func (m *Model) others(t *inbox.Thread) []inbox.Presence {
	var others []inbox.Presence
	for _, p := range t.Presence {
		if p.Agent != m.info.Agent && p.Doing != "gone" && (p.Until.IsZero() || p.Until.After(m.now())) {
			others = append(others, p)
		}
	}
	return others
}

// drawComposer draws the box under the conversation.
func (m *Model) drawComposer(r rect) []string {
	p, t, d := m.pen, m.opened(), m.draft()
	if t == nil || d == nil {
		return p.pad(nil, r.W, r.H)
	}
	var rows []string
	if others := m.others(t); len(others) > 0 && m.windowOpen() {
		rows = append(rows, p.row(r.W, false, in(warning, " "+p.w.presence(others))))
	}
	switch {
	case m.readOnly():
		rows = append(rows, p.ruled(r.W, 3, in(strong, p.w.ReadOnly)))
		rows = append(rows, p.said(r.W, 3, faint, m.whyReadOnly())...)
	case !m.windowOpen():
		rows = append(rows, m.drawClosed(t, d, r.W)...)
	default:
		rows = append(rows, m.drawReply(t, d, r.W, r.H-len(rows))...)
	}
	return p.pad(rows, r.W, r.H)
}

// leftHere says that the customer has another number now, and the key that goes there.
func (m *Model) leftHere(writing bool) string {
	key := m.keys.first("other number")
	if writing { // there it would be a letter of the reply
		key = m.keys.first("leave") + " " + key
	}
	return fill(m.pen.w.LeftHere, "key", key)
}

// drawClosed is the composer when free text would be refused: what is so, and the way out.
func (m *Model) drawClosed(t *inbox.Thread, d *draft, w int) []string {
	p := m.pen
	why := in(plain, " "+p.closedWhy(w))
	if t.Left() != nil && hasOther(t) { // a template would go to the old number, too
		why = in(warning, " "+m.leftHere(false))
	}
	rows := []string{
		p.ruled(w, 3, in(strong, t.Name), in(warning, p.w.windowLong(t.Window, m.openAt(t, m.now()), m.now()))),
		p.row(w, false, why),
		p.row(w, false, m.hintsIn(w, inTalk, "template", "last template", "back")...),
	}
	if !d.empty() {
		kept := p.draftRow(d.text(), d.file)[1]
		rows = append(rows, p.row(w, false, in(faint, " "+p.w.DraftKept+" "), in(plain, kept.text)))
	}
	return rows
}

// closedWhy is why free text would be refused, in as many words as fit on w columns.
func (p *pen) closedWhy(w int) string {
	if p.Width(p.w.ClosedWhy)+4 > w {
		return p.w.ClosedShort
	}
	return p.w.ClosedWhy
}

func (m *Model) drawReply(t *inbox.Thread, d *draft, w, h int) []string {
	p, focused := m.pen, m.focus == onWrite && len(m.dialogs) == 0
	title, hint := m.writeTitle(t.Name, w)
	aside := span{}
	if !focused {
		title = p.w.replyTo(t.Name)
		for _, price := range m.pricesHere() {
			if p.Width(title)+p.Width(price)+10 <= w {
				aside = in(faint, price)
				break
			}
		}
	}
	switch {
	case d.stop != nil:
		aside = in(failing, p.w.stopped(d.stop, m.info.Agent, m.now()))
	case d.handed != nil:
		aside = in(faint, p.w.Handing)
	case d.author != "" && d.author != m.info.Agent && !d.empty():
		aside = in(warning, p.w.draftBy(string(d.author)))
	case focused && len(d.completions()) > 0:
		title = p.w.Reply
		aside = in(faint, p.emojiHint(w-p.Width(title)-9, d.completions()))
	case d.ed.blank() && m.recallable() != nil:
		key := "esc"
		if !focused {
			key = m.keys.first("cancel")
		}
		by := fill(p.w.RecallBy, "key", key)
		if aside = in(warning, p.w.recall(m.recallable().NotBefore.Sub(m.now()))+" "+p.Dot+" "+by); p.Width(p.w.Reply)+p.Width(aside.text)+10 > w {
			aside.text = by
		}
	case t.Left() != nil && hasOther(t):
		aside = in(warning, m.leftHere(focused))
	case focused && len(inbox.Fields(d.text())) > 0:
		aside = in(warning, fill(p.w.FieldHint, "field", inbox.Fields(d.text())[0]))
	case focused:
		aside = in(faint, hint)
	}
	if aside.text != hint && p.Width(title)+p.Width(aside.text)+10 > w {
		title = p.w.Reply
		if p.Width(title)+p.Width(aside.text)+10 > w {
			title = "" // who answered says more
		}
	}
	rows := []string{p.ruled(w, 3, in(strong, title), aside)}
	if d.quoted != nil || d.replyTo != "" {
		rows = append(rows, p.row(w, false, in(faint, " "+p.Quote+" "), in(faint, m.quotedText(d))))
	}
	if d.file != nil {
		rows = append(rows, m.drawAttached(d, w))
	}
	if by := d.theirs; by != nil {
		text := p.w.theirs(p.w.screenOf(by.Agent, m.info.Agent), m.keys.first("their draft"), d.lost)
		rows = append(rows, p.row(w, false, in(warning, " "+text+" "), in(plain, p.draftRow(by.Text, Given(by))[1].text)))
	}
	foot := m.footRows(d, w)
	if d.ed.blank() && !focused {
		empty := m.withKeys(p.w.WriteEmpty)
		if d.stop != nil || m.focus == onList && m.list.cursor != t.ID { // in the list the key is for the thread under the cursor
			empty = ""
		}
		rows = append(rows, p.row(w, false, in(faint, " > "+empty)))
	} else {
		for i, line := range d.ed.show(p, composerWidth(w), max(1, h-len(rows)-foot), focused, plain) {
			lead := "   "
			if i == 0 {
				lead = " > "
			}
			rows = append(rows, p.row(3, false, in(keyed, lead))+line+p.blank(w-3-composerWidth(w)))
		}
	}
	switch {
	case d.stop != nil:
		rows = append(rows, p.row(w, false, m.ways(w)...))
	case d.problem != nil:
		rows = append(rows, p.said(w, problemMost, failing, p.w.problem(d.problem))...)
	}
	return rows
}

// footRows is how many rows under the text say why it was not taken.
func (m *Model) footRows(d *draft, w int) int {
	switch {
	case d.stop != nil:
		return 1
	case d.problem != nil:
		return len(m.pen.said(w, problemMost, failing, m.pen.w.problem(d.problem)))
	}
	return 0
}

// problemMost is how many rows a refusal may take: its end is what to do.
const problemMost = 3

// ways are the keys after somebody else answered, in as many words as fit on w columns.
func (m *Model) ways(w int) []span {
	p := m.pen
	var spans []span
	for _, try := range [][3]string{{"   ", p.w.SendAnyway, p.w.KeepDraft}, {"  ", p.w.SendAnyway, p.w.KeepShort}, {"  ", p.w.SendShort, p.w.KeepShort}} {
		gap, send, keep := try[0], try[1], try[2]
		spans = []span{in(keyed, " "+m.keys.first("send")+" "), in(plain, send), in(keyed, gap+"esc "), in(plain, keep),
			in(keyed, gap+"ctrl+u "), in(plain, p.w.DiscardDraft)}
		if p.widthOf(spans) <= w {
			break
		}
	}
	return spans
}

// writeTitle is the longest title and hint that fit on the rule above the box.
func (m *Model) writeTitle(name string, w int) (title, hint string) {
	p := m.pen
	keys := strings.NewReplacer("{send}", m.keys.first("send"), "{line}", m.keys.first("new line"), "{leave}", m.keys.first("leave"))
	tries := [][2]string{{p.w.replyTo(name), p.w.WriteHint}, {p.w.replyTo(name), p.w.WriteHintMedium},
		{p.w.Reply, p.w.WriteHintMedium}, {p.w.Reply, p.w.WriteHintShort}}
	if prices := m.pricesHere(); len(prices) > 0 { // what it costs is worth more than a key that one knows
		var priced [][2]string
		for _, t := range tries {
			priced = append(priced, [2]string{t[0], t[1] + " " + p.Dot + " " + prices[0]})
		}
		for _, price := range prices {
			priced = append(priced, [2]string{p.w.Reply, p.w.WriteHintShort + " " + p.Dot + " " + price}, [2]string{p.w.Reply, price})
		}
		if m.talk.prices[inbox.CategoryService].Billable {
			tries = append(priced, tries...)
		} else {
			tries = append(priced[:len(priced)-1], tries...)
		}
	}
	for _, try := range tries {
		title, hint = try[0], keys.Replace(try[1])
		if p.Width(title)+p.Width(hint)+10 <= w {
			break
		}
	}
	return title, hint
}

// quotedText is who and what a reply answers.
func (m *Model) quotedText(d *draft) string {
	q := d.quoted
	if q == nil {
		return m.pen.w.QuoteUnknown
	}
	text := firstLine(caption(q))
	if text == "" && q.Media != nil {
		text = m.pen.w.media(q)
	}
	return m.pen.author(q, m.talk.thread.Name, m.info.Agent).text + ": " + text
}

// writeKey is a key in the composer: an action of its scope, else text.
func (m *Model) writeKey(a *action, k tea.KeyMsg) tea.Cmd {
	d := m.draft()
	if d == nil {
		m.focus = onList
		return nil
	}
	if !m.windowOpen() || m.readOnly() {
		return m.shutKey(a, k)
	}
	m.wrote = m.now()
	return tea.Batch(m.bursts(k), m.writeHere(a, d, k))
}

func (m *Model) writeHere(a *action, d *draft, k tea.KeyMsg) tea.Cmd {
	if d.stop != nil && k.String() == "ctrl+u" {
		return m.discard()
	}
	if k.Type == tea.KeyTab && m.unmarked.lines {
		k, a = tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{'\t'}}, nil
	}
	if a != nil && a.name == "send" && k.Type == tea.KeyEnter {
		if cmd, done := m.enters(); done {
			return cmd
		}
	}
	if a == nil || a.name != "complete" {
		d.completed = nil
	}
	if a != nil && (a.skip == nil || !a.skip(m)) {
		return m.perform(a)
	}
	before := d.text()
	d.ed.key(m.pen, k, composerWidth(m.frame().Composer.W))
	if k.String() == ":" {
		d.ed.closeEmoji()
	}
	if d.text() != before {
		m.touch(d)
		if d.ed.blank() {
			d.stop, d.began = nil, inbox.ReplyName{}
		}
	}
	if k.Paste {
		if cmd := m.dropped(string(k.Runes)); cmd != nil {
			return cmd
		}
	}
	if n := strings.Count(d.text(), "\n") - strings.Count(before, "\n"); k.Paste && n > 0 {
		return m.say(m.pen.w.count(m.pen.w.Pasted, n+1, "undo", m.keys.first("undo")))
	}
	return nil
}

// complete finishes what is begun before the cursor, goes to the next field that is not filled in, or else to the next
// pane.
func (m *Model) complete() tea.Cmd {
	d := m.draft()
	switch {
	case d == nil || !m.windowOpen() || m.readOnly():
	case d.completeEmoji():
		m.touch(d)
		return nil
	case d.ed.nextField():
		return nil
	}
	return m.nextPane()
}

// undo takes back what was written last.
func (m *Model) undo() tea.Cmd { return m.rewritten((*editor).undo, m.pen.w.NothingUndone) }

// redo does again what undo took back.
func (m *Model) redo() tea.Cmd { return m.rewritten((*editor).redo, m.pen.w.NothingRedone) }

func (m *Model) rewritten(f func(*editor) bool, not string) tea.Cmd {
	d := m.draft()
	if d == nil || !f(&d.ed) {
		return m.say(not)
	}
	m.touch(d)
	return nil
}

// shutKey is a key in a composer that takes no text now: the way out, and what works anywhere. When it shut while
// somebody was typing, the rest of their word must not become a command.
func (m *Model) shutKey(a *action, k tea.KeyMsg) tea.Cmd {
	if now := m.now(); k.Type == tea.KeyRunes && now.Before(m.wrote.Add(grace)) {
		m.wrote = now
		return nil
	}
	if a == nil {
		a = m.keys.find(inTalk, k)
		if a == nil || a.name != "template" && a.name != "last template" {
			return nil
		}
	}
	return m.perform(a)
}

// write gives the keys to the composer.
func (m *Model) write() tea.Cmd {
	m.focus = onWrite
	return func() tea.Msg { emojiNames(); return nil } // away from the loop, the first time
}

// leave goes one step out; a draft is kept.
func (m *Model) leaveWrite() tea.Cmd {
	m.focus = onTalk
	d := m.draft()
	if d == nil {
		return nil
	}
	if d.ed.blank() && d.replyTo != "" {
		d.replyTo, d.quoted = "", nil
	}
	if t := m.opened(); t != nil {
		m.share(d, t)
	}
	return m.save(d, m.now(), true)
}

// leaveOrTakeBack takes back what was sent a moment ago, when nothing new stands in the box; else it goes one step out.
func (m *Model) leaveOrTakeBack() tea.Cmd {
	if d := m.draft(); d != nil && d.ed.blank() {
		if msg := m.recallable(); msg != nil {
			return m.recall(*msg)
		}
	}
	return m.leaveWrite()
}

// quote starts a reply to the selected message.
func (m *Model) quote() tea.Cmd {
	msg := m.talk.selected()
	if msg == nil || msg.ID == "" {
		return m.say(m.pen.w.NoMessageChosen)
	}
	d := m.draft()
	q := *msg
	d.replyTo, d.quoted = msg.ID, &q
	m.touch(d)
	return m.write()
}

// lastSent puts the last text sent from here into the empty box, to change and send again.
func (m *Model) lastSent() tea.Cmd {
	for i := len(m.talk.rows) - 1; i >= 0; i-- {
		if r := &m.talk.rows[i]; r.Origin == inbox.OriginAPI && r.Agent == m.info.Agent && r.Type == "text" && r.Text != "" && !r.Revoked {
			d := m.draft()
			m.touch(d)
			d.ed.rewrite(r.Text)
			return nil
		}
	}
	return m.say(m.pen.w.NothingSent)
}
