package ui

import (
	"fmt"
	"strings"
	"time"

	"frontdesk/inbox"
	"frontdesk/ui/term"
)

// view is what drawing a conversation depends on besides its items.
type view struct {
	now     time.Time
	me      inbox.AgentID
	focused bool // the pane has the keys: its selection is shown
	nothing bool // there is no thread to open

	pictures *pictures
	fetchKey string
}

// show draws the pane: exactly h rows of w columns.
func (c *convo) show(p *pen, v view) []string {
	if !c.ready {
		return p.pad(c.empty(p, v), c.w, c.h)
	}
	if len(c.items) == 0 {
		return p.pad(p.lines(c.w, p.w.NoMessages), c.w, c.h)
	}
	rows := make([]string, 0, c.h+8)
	for i, skip := c.at[c.top], c.skip; i < len(c.items) && len(rows) < c.h; i++ {
		block := c.draw(p, v, i)
		rows = append(rows, block[min(skip, len(block)):]...)
		skip = 0
	}
	rows = p.pad(rows, c.w, c.h)
	if c.below > 0 && !c.follow && c.h > 1 {
		rows[c.h-1] = p.ends(c.w, nil, append(spotted(spotAction+"newest message", in(keyed, p.w.below(c.below, p.Dot))), in(plain, " ")))
	}
	return rows
}

func (c *convo) empty(p *pen, v view) []string {
	switch {
	case c.err != nil:
		return p.lines(c.w, p.w.problem(c.err))
	case c.id == "" && v.nothing:
		return nil
	case c.id == "":
		return p.lines(c.w, p.w.NothingOpen)
	}
	return p.lines(c.w, p.w.Loading)
}

// lines wraps a text of the program's own into rows with a margin.
func (p *pen) lines(w int, text string) []string {
	rows := []string{p.blank(w)}
	for _, line := range p.Wrap(text, max(1, w-3)) {
		rows = append(rows, p.row(w, false, in(faint, "  "+line)))
	}
	return rows
}

// draw renders an item, or finds that it is rendered already.
func (c *convo) draw(p *pen, v view, i int) []string {
	it := c.items[i]
	want := drawing{it: it, w: c.w, selected: v.focused && it.key == c.sel, name: c.thread.Name, me: v.me, lit: c.lit}
	if it.day {
		want.today = p.days(v.now, time.Unix(0, 0))
	}
	if it.msg != nil {
		want.asked = c.confirming(it.msg, v.now)
		want.left = toLeave(p, it.msg, v)
		if k, ok := v.pictures.thumb(it.msg, c.w, c.h); ok {
			if pic := v.pictures.have(k); pic != nil && pic.Shown() {
				want.picture = pic
			}
		}
	}
	if i == 0 && !c.earlier {
		want.cover = p.coverage(c.reach(), v.now)
	}
	have, ok := c.drawn[it.key]
	if ok && have.it.rev == it.rev && have.it.day == it.day && have.it.unread == it.unread && have.it.head == it.head && have.it.fresh == it.fresh &&
		have.w == want.w && have.selected == want.selected && have.today == want.today && have.name == want.name && have.me == want.me && have.asked == want.asked && have.lit == want.lit && have.left == want.left && have.picture == want.picture && have.cover == want.cover {
		return have.rows
	}
	b := bubble{pen: p, w: c.w, selected: want.selected, view: v, customer: c.thread.Name, confirming: want.asked, lit: c.lit, since: c.since.at, picture: want.picture}
	if want.cover != "" {
		margin := strings.Repeat(" ", b.indent())
		for _, line := range p.Wrap(want.cover, max(1, c.w-1-len(margin))) {
			b.rows = append(b.rows, p.row(c.w, false, in(faint, margin+line)))
		}
	}
	if it.day {
		b.rows = append(b.rows, p.between(c.w, b.indent(), in(faint, p.w.day(p.clock, v.now, it.time()))))
	}
	if it.unread {
		b.rows = append(b.rows, p.between(c.w, b.indent(), in(unread, p.w.unreadLine(c.marked))))
	}
	if it.msg != nil {
		b.message(it.msg, it.head, it.fresh)
	} else {
		b.note(it.note)
	}
	want.rows = b.rows
	c.drawn[it.key] = want
	return b.rows
}

// bubble draws one item. The name is a habit: there is no box around other people's text.
type bubble struct {
	*pen
	view
	w          int
	selected   bool
	customer   string
	confirming bool
	lit        string       // what is looked for
	picture    *pictureView // nil: the label stands alone
	pointed    bool         // the cursor has its place
	since      time.Time    // when a reply was begun that somebody else has answered meanwhile
	rows       []string
}

// indent is where text begins.
func (b *bubble) indent() int {
	if b.w < 54 {
		return 2
	}
	return 8
}

func (b *bubble) edge() string {
	if b.selected {
		return b.Select
	}
	return " "
}

// put adds a row whose first column says whether the item is selected. The cursor stands on the first row of a selected
// one, for screen readers that follow it.
func (b *bubble) put(spans ...span) {
	row := b.row(b.w, b.selected, append([]span{in(plain, b.edge())}, spans...)...)
	if b.selected && !b.pointed {
		b.pointed, row = true, term.Cursor+row
	}
	b.rows = append(b.rows, row)
}

// text adds wrapped text, led by a sign on its first row.
func (b *bubble) text(i ink, lead, s string) {
	margin := strings.Repeat(" ", b.indent()-1)
	hang := strings.Repeat(" ", b.Width(lead))
	for _, line := range b.Wrap(s, b.w-1-len(margin)-len(hang)) {
		b.put(in(faint, margin+lead), in(i, line))
		lead = hang
	}
}

// words adds wrapped text of a message, with what is looked for lit up.
func (b *bubble) words(i ink, lead, s string) {
	margin := strings.Repeat(" ", b.indent()-1)
	hang := strings.Repeat(" ", b.Width(lead))
	for _, line := range b.litLines(i, s, b.lit, b.Wrap(s, b.w-1-len(margin)-len(hang))) {
		b.put(append([]span{in(faint, margin+lead)}, line...)...)
		lead = hang
	}
}

// header adds the line that says when, who, and how far it came.
func (b *bubble) header(at time.Time, who span, more ...span) {
	gap := "  "
	if b.indent() < 8 {
		gap = " "
	}
	spans := []span{in(faint, b.minute(at)+gap), who}
	for _, s := range more {
		if s.text != "" {
			spans = append(spans, in(plain, gap), s)
		}
	}
	b.put(spans...)
}

func (b *bubble) message(m *inbox.Message, head, fresh bool) {
	if head {
		tick, why := b.tick(m, b.confirming, b.now)
		if b.focused && recalls(m, b.now) {
			tick.text += " " + b.Dot + " " + fill(b.pen.w.RecallBy, "key", "x")
		}
		more := []span{tick}
		for _, tag := range b.tags(m) {
			more = append(more, in(faint, tag))
		}
		if fresh {
			more = append(more, in(failing, b.pen.w.newSince(b.New, b.minute(b.since))))
		}
		b.header(m.At, b.author(m, b.customer, b.me), more...)
		if why != "" {
			defer b.text(warning, b.Arrow+" ", why)
		}
	}
	if q := m.Quote; q != nil {
		b.quote(q)
	}
	switch {
	case m.Revoked:
		b.text(faint, "", b.Gone+" "+b.pen.w.Deleted)
	default:
		if m.Media != nil {
			b.media(m)
		}
		if r := m.Referral; r != nil {
			b.text(faint, "", b.pen.w.referral(r))
		}
		switch text := strings.TrimRight(caption(m), "\n "); {
		case text != "" && b.picture != nil:
			b.words(plain, b.BottomLeft+" ", text)
		case text != "":
			b.words(plain, "", text)
		case m.Media == nil:
			b.text(faint, "", b.pen.w.unknownType(m.Type))
		}
	}
	if len(m.Reactions) > 0 && !m.Revoked {
		var all []string
		for _, r := range m.Reactions {
			who := b.pen.w.Us
			if r.By == "customer" {
				who = b.customer
			}
			all = append(all, r.Emoji+" "+who)
		}
		b.text(faint, "", strings.Join(all, "  "))
	}
}

// media shows a file: as a line, or as its picture under one.
func (b *bubble) media(m *inbox.Message) {
	if b.picture == nil {
		b.words(keyed, "", b.pen.w.media(m))
		if m.Media.Again && m.Media.State != inbox.MediaFetching {
			b.text(warning, b.Arrow+" ", fill(b.pen.w.FetchKey, "key", b.fetchKey))
		}
		return
	}
	margin := strings.Repeat(" ", b.indent()-1)
	head := []span{in(faint, margin+b.TopLeft+" "), in(keyed, strings.Join(b.pen.w.mediaParts(m), "  "))}
	if b.selected {
		head = append(head, in(faint, "  "+b.pen.w.FileKeys))
	}
	b.put(head...)
	lead := margin + b.Bar + " "
	for y := range b.picture.Rows {
		// Reverse video would show the negative of a picture: of a selected one, the margin alone is in it.
		row := b.row(1, b.selected, in(plain, b.edge())) + b.row(b.Width(lead), b.selected, in(faint, lead))
		b.rows = append(b.rows, row+b.picture.Row(y)+b.blank(b.w-1-b.Width(lead)-b.picture.Cols))
	}
}

// quote shows what a reply answers, on one row.
func (b *bubble) quote(q *inbox.Quote) {
	text := firstLine(q.Text)
	switch {
	case q.Revoked:
		text = b.pen.w.Deleted
	case q.Key == "" && text == "":
		text = b.pen.w.QuoteUnknown
	}
	if q.From != "" {
		text = b.quoted(q.From) + ": " + text
	}
	margin := strings.Repeat(" ", b.indent()-1)
	b.put(in(faint, margin+b.Quote+" "), in(faint, text))
}

// quoted names the author of a quoted message, which the Desk gives by name.
func (b *bubble) quoted(from string) string {
	if from == string(b.me) && from != b.customer {
		return b.pen.w.You
	}
	return b.pen.w.from(from)
}

func (b *bubble) note(n *inbox.Note) {
	who := in(warning, b.pen.w.System)
	if n.By != "" {
		who = in(warning, b.pen.w.noteBy(b.pen.w.agentName(n.By, b.me)))
	}
	b.header(n.At, who)
	b.text(warning, "", b.pen.w.noteText(n))
}

// author names who wrote a message: the customer, the phone, an agent or another tool.
func (p *pen) author(m *inbox.Message, customer string, me inbox.AgentID) span {
	switch m.Origin {
	case inbox.OriginCustomer:
		return in(theirs, customer)
	case inbox.OriginPhone:
		return in(phone, p.w.Phone)
	case inbox.OriginAPI:
		return in(agent, p.w.agentName(m.Agent, me))
	case inbox.OriginEarlier:
		return in(agent, p.w.Earlier)
	case inbox.OriginElsewhere:
		return in(agent, p.w.Elsewhere)
	}
	if m.Direction == "in" {
		return in(theirs, customer)
	}
	return in(agent, string(m.Origin))
}

// tags are the words after the tick.
func (p *pen) tags(m *inbox.Message) []string {
	var tags []string
	add := func(ok bool, tag string) {
		if ok {
			tags = append(tags, tag)
		}
	}
	if t := m.Template; t != nil {
		add(true, p.w.template(t.Name))
	}
	add(m.Exported, p.w.ExportedTag)
	add(m.Imported && !m.Exported && m.Origin != inbox.OriginEarlier, p.w.ImportedTag) // that word says it, too
	add(m.Edited && !m.Revoked, p.w.Edited)
	add(m.Forwarded != "", p.w.Forwarded)
	add(m.SentTwice, p.w.SentTwice)
	add(m.ResentAs != "", p.w.SentAgain)
	add(m.PacingHold != "", p.w.Paced)
	add(m.Conflict, p.w.Conflict)
	if o := m.PhoneOnly; o != nil {
		add(o.Tray, p.w.LookAt)
		add(o.LookedBy != "", fill(p.w.LookedBy, "name", string(o.LookedBy)))
	}
	return tags
}

// tick is the sign and the word for how far an outgoing message came, and what to do about it when it stopped.
func (p *pen) tick(m *inbox.Message, confirming bool, now time.Time) (span, string) {
	if m.Direction != "out" {
		return span{}, ""
	}
	w := p.w
	switch m.Status {
	case "":
		return span{}, "" // an echo whose ticks have not come yet
	case inbox.Queuing:
		switch {
		case recalls(m, now):
			return in(warning, p.Sending+" "+w.recall(m.NotBefore.Sub(now))), ""
		case m.HoldReason == "later" && now.Before(m.NotBefore):
			return in(warning, p.Sending+" "+w.Queued+" "+p.Dot+" "+fill(w.LaterTick, "at", p.whenNear(now, m.NotBefore))), ""
		}
		if u := m.Upload; u != nil {
			return in(warning, p.Sending+" "+fill(w.Uploading, "percent", fmt.Sprint(u.Sent*100/max(1, u.Bytes)))), ""
		}
		return in(faint, p.Sending+" "+w.Queued), ""
	case inbox.Waiting:
		return in(warning, p.Sending+" "+w.Waiting), w.waiting(m, p.clock)
	case inbox.Held:
		return in(warning, p.glyphs.Held+" "+w.Held), w.hold(m)
	case inbox.Sending:
		return in(faint, p.Sending+" "+w.Sending), ""
	case inbox.Unknown:
		if confirming {
			return in(warning, p.Uncertain+" "+w.Confirming), ""
		}
		return in(failing, p.Uncertain+" "+w.Uncertain), w.UncertainNext
	case inbox.StatusAccepted:
		return in(faint, p.Accepted+" "+w.Accepted), ""
	case inbox.StatusSent:
		if m.Marked {
			return in(faint, p.Sent+" "+w.MarkedSent), ""
		}
		return in(faint, p.Sent+" "+w.Sent), ""
	case inbox.StatusDelivered:
		return in(arrived, p.Delivered+" "+w.Delivered), ""
	case inbox.StatusRead:
		return in(seen, p.Read+" "+w.Read), ""
	case inbox.StatusPlayed:
		return in(seen, p.Played+" "+w.Played), ""
	case inbox.StatusFailed:
		title, hint := w.failure(m.Error)
		return in(failing, p.Failed+" "+title), hint
	case inbox.Cancelled:
		return in(faint, p.Failed+" "+w.Cancelled), ""
	case inbox.Discarded:
		return in(faint, p.Failed+" "+w.Discarded), ""
	}
	return in(faint, string(m.Status)), ""
}

// firstLine is the beginning of a text, for one row.
func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimLeft(s, "\n "), "\n")
	return s
}
