package ui

import (
	"slices"
	"strings"
	"time"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

// finder looks for words in the open thread, its whole history: what matches is lit up, n and N go from one match to the
// next older and newer one, esc goes back to where the reader was.
type finder struct {
	on     bool
	typing bool // its line has the keys
	ed     editor
	from   standing

	text   string   // what found is the answer to
	found  []string // keys of the messages that match, the newest first
	more   bool     // there are older ones
	at     int      // the one that is shown
	going  string   // the match that is shown when the first answer is here: it was chosen elsewhere
	gen    int
	asking bool
	err    error
	due    time.Time // when it is asked again: messages changed
}

// standing is where a reader is in a thread.
type standing struct {
	sel, top string
	skip     int
	follow   bool
}

// findMost is how many matches are fetched at once.
const findMost = 500

// findAgain is how long changes are gathered before the matches are asked for anew.
const findAgain = 300 * time.Millisecond

// openFind opens the line, with what was looked for last while that is still lit.
func (m *Model) openFind() tea.Cmd {
	f := &m.find
	if !f.on {
		c := &m.talk
		*f = finder{on: true, from: standing{c.sel, c.top, c.skip, c.follow}, gen: f.gen + 1}
		f.ed.single = true
	}
	f.typing, m.focus = true, onTalk
	return nil
}

// findFor looks for a text, as the palette does and a match that was chosen elsewhere.
func (m *Model) findFor(text string) tea.Cmd {
	cmd := m.openFind()
	m.find.ed.set(text)
	m.find.typing = false
	return tea.Batch(cmd, m.lookUp())
}

// findKey edits the line; the matches follow as it is typed.
func (m *Model) findKey(k tea.KeyMsg) tea.Cmd {
	f := &m.find
	switch k.String() {
	case "esc":
		return m.endFind()
	case "enter":
		f.typing = false
		if f.ed.blank() {
			return m.endFind()
		}
		return nil
	case "up", "ctrl+p":
		return m.findStep(1)
	case "down", "ctrl+n":
		return m.findStep(-1)
	}
	if a := m.keys.find(inDialog, k); a != nil { // what works from anywhere
		return a.run(m)
	}
	f.ed.key(m.pen, k, 1000)
	return m.lookUp()
}

// lookUp asks the Desk for what matches, one question at a time.
func (m *Model) lookUp() tea.Cmd {
	f := &m.find
	text := strings.TrimSpace(f.ed.String())
	m.talk.lit = ""
	if f.on {
		m.talk.lit = text
	}
	switch {
	case !f.on, f.asking, f.text == text && f.due.IsZero():
		return nil
	case text == "":
		f.text, f.found, f.more, f.err = "", nil, false, nil
		return nil
	}
	f.due = time.Time{}
	return m.askMatches(inbox.SearchQuery{Text: text}, func(m *Model, page inbox.SearchPage) tea.Cmd {
		again := f.text == text // the messages changed, not the words
		shown := f.shown()
		f.text, f.more, f.found = text, page.Earlier, f.found[:0]
		for _, match := range page.Matches {
			f.found = append(f.found, match.Key)
		}
		if i := slices.Index(f.found, f.going); i >= 0 {
			f.at, f.going = i, ""
			return nil
		}
		f.going = ""
		if i := slices.Index(f.found, shown); again && (i >= 0 || shown == "") {
			f.at = max(0, i)
			return nil
		}
		return m.showMatch(f.nearest(page.Matches, m.talk.timeOf(f.from.sel)))
	})
}

// askMatches asks for matches in the open thread; then gets them unless the search is over.
func (m *Model) askMatches(q inbox.SearchQuery, then func(*Model, inbox.SearchPage) tea.Cmd) tea.Cmd {
	f := &m.find
	q.Thread, q.Limit = m.talk.id, findMost
	f.asking = true
	desk, ctx, gen := m.desk, m.ctx, f.gen
	return func() tea.Msg {
		page, err := desk.Search(ctx, q)
		return answeredMsg(func(m *Model) tea.Cmd {
			if gen != m.find.gen {
				return nil
			}
			f.asking, f.err = false, err
			if err != nil {
				f.text, f.found, f.more = q.Text, nil, false
				return m.lookUp()
			}
			return tea.Batch(then(m, page), m.lookUp()) // more may have been typed meanwhile
		})
	}
}

// shown is the key of the match that is shown; empty when there is none.
func (f *finder) shown() string {
	if f.at < len(f.found) {
		return f.found[f.at]
	}
	return ""
}

// nearest is the first match that is not newer than a time: from where the reader was, the way goes up.
func (f *finder) nearest(matches []inbox.Match, from time.Time) int {
	i := slices.IndexFunc(matches, func(m inbox.Match) bool { return !m.At.After(from) })
	return max(0, i)
}

// timeOf is when a loaded item is of; far ahead when it is not loaded.
func (c *convo) timeOf(key string) time.Time {
	if i, ok := c.at[key]; ok {
		return c.items[i].time()
	}
	return time.Unix(1<<40, 0)
}

// findStep shows the match n further into the past, or back.
func (m *Model) findStep(n int) tea.Cmd {
	f, w := &m.find, m.pen.w
	to := f.at + n
	switch {
	case f.asking || len(f.found) == 0:
		return nil
	case to < 0:
		return m.say(w.FindNewest)
	case to < len(f.found):
		return m.showMatch(to)
	case !f.more:
		return m.say(w.FindOldest)
	}
	return m.askMatches(inbox.SearchQuery{Text: f.text, Before: f.found[len(f.found)-1]}, func(m *Model, page inbox.SearchPage) tea.Cmd {
		f.more = page.Earlier
		for _, match := range page.Matches {
			f.found = append(f.found, match.Key)
		}
		if to < len(f.found) {
			return m.showMatch(to)
		}
		return m.say(w.FindOldest)
	})
}

// showMatch goes to a match, with what stands around it.
func (m *Model) showMatch(i int) tea.Cmd {
	f := &m.find
	if f.at = i; i >= len(f.found) {
		return nil
	}
	return m.toMessage(f.found[i])
}

// toMessage goes to a message of the open thread, which may be far away.
func (m *Model) toMessage(key string) tea.Cmd {
	m.place()
	if m.talk.toMessage(m.pen, m.view(), key) {
		return nil
	}
	return m.jump(inbox.MessageQuery{Around: key}, func(m *Model) { m.talk.toMessage(m.pen, m.view(), key) })
}

// toMessage selects a message, if it is loaded. One that is not on the screen is put where there is as much before it as
// behind.
func (c *convo) toMessage(p *pen, v view, key string) bool {
	i, ok := c.at[key]
	if !ok || !c.ready {
		return false
	}
	c.sel = key
	c.settle(p, v)
	if above, below := c.hidden(p, v, i); above == 0 && below == 0 {
		c.follow = c.follow && i == len(c.items)-1
		return true
	}
	c.follow, c.top, c.skip = false, key, 0
	c.scroll(p, v, -max(0, (c.h-c.height(p, v, i))/2))
	return true
}

// endFind ends the search and goes back to where the reader was.
func (m *Model) endFind() tea.Cmd {
	from := m.find.from
	m.stopFind()
	m.place()
	c := &m.talk
	if _, ok := c.at[from.sel]; ok && (!from.follow || !c.later) {
		c.sel, c.top, c.skip, c.follow = from.sel, from.top, from.skip, from.follow
		return nil
	}
	if from.follow || from.sel == "" {
		return m.toEnd()
	}
	return m.jump(inbox.MessageQuery{Around: from.sel}, func(m *Model) {
		c.sel, c.top, c.skip, c.follow = from.sel, from.top, from.skip, false
	})
}

// stopFind ends the search where the reader is now.
func (m *Model) stopFind() {
	m.find = finder{gen: m.find.gen + 1}
	m.talk.lit = ""
}

// findChanged asks for the matches again, soon: a message of the open thread is another now.
func (m *Model) findChanged() {
	if f := &m.find; f.on && f.text != "" && f.due.IsZero() {
		f.due = m.now().Add(findAgain)
	}
}

// findDue asks again when it is time.
func (m *Model) findDue(now time.Time) tea.Cmd {
	if f := &m.find; !f.on || f.due.IsZero() || now.Before(f.due) {
		return nil
	}
	return m.lookUp()
}

// drawFind is the line at the foot of the conversation: what is looked for, which match this is, and keys.
func (m *Model) drawFind(w int) string {
	p, f := m.pen, &m.find
	text := f.ed.String()
	keys := p.w.FoundKeys
	if f.typing {
		text, keys = p.WithCursor(text, f.ed.at), p.w.FindKeys
	}
	left := []span{in(keyed, " / "), in(plain, text+"  ")}
	count := in(strong, p.w.matches(f))
	switch {
	case f.err != nil:
		count = in(failing, p.w.problem(f.err))
	case f.text == "" || f.asking && len(f.found) == 0:
		count.text = ""
	case len(f.found) == 0:
		count.ink = warning
	}
	right := []span{count, in(plain, "  ")}
	room := w - p.widthOf(right) - min(p.widthOf(left), w/2) - 1
	if hints := p.some(room, keys); hints != "" {
		right = append(append(right, p.keyHints(faint, hints)...), in(plain, " "))
	}
	return p.ends(w, left, right)
}

// goToMatch opens a match that was found among all threads, and goes on looking for its words there. esc ends that, and
// the reader stays.
func (m *Model) goToMatch(hit *inbox.Match, text string) tea.Cmd {
	key := hit.Key
	arrive := func(m *Model) {
		c := &m.talk
		c.toMessage(m.pen, m.view(), key)
		m.find.from = standing{c.sel, c.top, c.skip, c.follow}
	}
	show := func(m *Model, t inbox.Thread) tea.Cmd {
		cmd := m.leaveFor(onTalk)
		around := inbox.MessageQuery{Around: key}
		_, loaded := m.talk.at[key]
		here := t.ID == m.talk.id && m.talk.ready
		switch {
		case !here:
			cmd = tea.Batch(cmd, m.openThreadAt(t, around, arrive))
		case !loaded:
			cmd = tea.Batch(cmd, m.jump(around, arrive))
		}
		m.stopFind()
		cmd = tea.Batch(cmd, m.findFor(text))
		m.find.going = key
		if here && loaded {
			m.place()
			arrive(m)
		}
		return cmd
	}
	if t := m.list.byID[hit.Thread]; t != nil {
		return show(m, *t)
	}
	desk, ctx, id := m.desk, m.ctx, string(hit.Thread)
	return func() tea.Msg {
		t, err := desk.Thread(ctx, id)
		return answeredMsg(func(m *Model) tea.Cmd {
			if err != nil {
				return m.fail(err)
			}
			return show(m, t)
		})
	}
}

// How many characters of a match stand before what was found in it.
const hitBefore = 12

// hitSpans is a match on one line: what it says around what was found, whose thread it is in, and when.
func (p *pen) hitSpans(hit *inbox.Match, now time.Time, w int) []span {
	label := p.w.InMessages + " "
	from := " " + p.Truncate(hit.ThreadName, max(6, w/4)) + ", " + p.brief(now, hit.At)
	text := []rune(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		return r
	}, hit.Text))
	if len(text) == 0 {
		text = []rune(p.w.media(&hit.Message))
	}
	lit := make([]bool, len(text))
	for _, m := range hit.Match {
		for i := m[0]; i < min(len(text), m[0]+m[1]); i++ {
			lit[i] = true
		}
	}
	lead := ""
	if i := slices.Index(lit, true); i > hitBefore {
		before, _ := p.Split(string(text), i-hitBefore)
		n := len([]rune(before))
		text, lit, lead = text[n:], lit[n:], p.More
	}
	room := w - p.Width(label) - p.Width(from) - 2 - p.Width(lead)
	said := p.Truncate(string(text), max(1, room))
	n := len([]rune(said))
	if n > 0 && said != string(text) {
		n-- // the sign for what was cut off
	}
	spans := []span{in(faint, label), in(plain, `"`+lead)}
	body := []span{in(plain, said)}
	if slices.Contains(lit[:min(n, len(lit))], true) {
		body = p.split(plain, said, append(slices.Clone(lit[:min(n, len(lit))]), make([]bool, len([]rune(said))-min(n, len(lit)))...))
	}
	return append(append(spans, body...), in(plain, `"`), in(faint, from))
}

func noFind(m *Model) string {
	if !m.find.on || len(m.find.found) == 0 {
		return m.withKeys(m.pen.w.NothingToFind)
	}
	return ""
}
