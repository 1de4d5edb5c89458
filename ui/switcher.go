package ui

import (
	"cmp"
	"slices"
	"strings"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

// switcher is the one box for going to a thread and for running a command: threads by name, number or user name, those
// that the list does not show too, then the commands. A ":" or ">" at the beginning lists commands only.
type switcher struct {
	ed   editor
	at   int
	page int // rows that were shown

	found   []inbox.Thread // the Desk's answer
	forText string         // what it answers
	loaded  bool
	asking  bool
	err     error
	chosen  bool // enter was pressed before the answer came

	unheard  []inbox.Contact // of the phone's address book, who never wrote
	hits     []inbox.Match   // messages that say it
	hitsText string          // what they answer
	hitsFor  string          // what was asked for last
	hunting  bool
}

// entry is one line of the box.
type entry struct {
	spans func(p *pen, w int) []span
	why   string // why it cannot be run now; empty when it can
	run   func(*Model) tea.Cmd
	fill  string // what tab makes of the text
}

// How many threads the box asks for, how many messages, how many lines of commands follow them while there are threads, and how high the
// box is where there is room.
const (
	switchLimit  = 50
	hitsSeen     = 5
	commandsSeen = 5
	switchRows   = 14
)

// openSwitcher opens the box with the beginning of a text.
func (m *Model) openSwitcher(text string) tea.Cmd {
	d := &switcher{}
	d.ed.single = true
	d.ed.set(text)
	m.openDialog(d)
	return d.ask(m)
}

// text is what was typed, and whether it is a command.
func (d *switcher) text() (text string, command bool) {
	text = strings.TrimLeft(d.ed.String(), " ")
	if strings.HasPrefix(text, ":") || strings.HasPrefix(text, ">") {
		return strings.TrimLeft(text[1:], " "), true
	}
	return strings.TrimSpace(text), false
}

// ask asks the Desk for the threads that match, one question at a time.
func (d *switcher) ask(m *Model) tea.Cmd {
	text, command := d.text()
	hunt := d.hunt(m)
	if command || d.asking || d.loaded && d.forText == text {
		return hunt
	}
	d.asking = true
	desk, ctx := m.desk, m.ctx
	return tea.Batch(hunt, func() tea.Msg {
		page, err := desk.Threads(ctx, inbox.ThreadQuery{View: inbox.ViewEvery, Filter: text, Limit: switchLimit})
		return answeredMsg(func(m *Model) tea.Cmd { return d.answered(m, text, page.Threads, err) })
	})
}

// hunt asks for the messages that say what was typed, one question at a time. One letter says too little.
func (d *switcher) hunt(m *Model) tea.Cmd {
	text, command := d.text()
	if command || d.hunting || d.hitsFor == text || len([]rune(text)) < 2 {
		return nil
	}
	d.hunting, d.hitsFor = true, text
	desk, ctx := m.desk, m.ctx
	return func() tea.Msg {
		page, err := desk.Search(ctx, inbox.SearchQuery{Text: text, Words: true, Limit: hitsSeen})
		known, _ := desk.Contacts(ctx, inbox.ContactQuery{Filter: text, Unheard: true, Limit: hitsSeen})
		return answeredMsg(func(m *Model) tea.Cmd {
			d.hunting = false
			if err == nil { // else the threads say it
				d.hits, d.unheard, d.hitsText = page.Matches, known.Contacts, text
			}
			if again := d.hunt(m); again != nil || d.asking {
				return again
			}
			return d.chosenNow(m)
		})
	}
}

// hitEntries are the messages that say what is typed.
func (d *switcher) hitEntries(m *Model, text string) []entry {
	if d.hitsText != text || text == "" {
		return nil
	}
	now := m.now()
	entries := make([]entry, 0, len(d.hits))
	for _, hit := range d.hits {
		entries = append(entries, entry{
			spans: func(p *pen, w int) []span { return p.hitSpans(&hit, now, w) },
			run:   func(m *Model) tea.Cmd { return m.goToMatch(&hit, text) },
		})
	}
	return entries
}

// unheardEntries are the contacts of the phone's address book whom a template can begin a conversation with.
func (d *switcher) unheardEntries(m *Model, text string) []entry {
	if d.hitsText != text || text == "" {
		return nil
	}
	why := ""
	if m.readOnly() {
		why = m.whyReadOnly()
	}
	var entries []entry
	for _, c := range d.unheard {
		if c.WaID == "" {
			continue
		}
		entries = append(entries, entry{
			spans: func(p *pen, w int) []span {
				return m.threadSpans(&inbox.Thread{Name: c.Name, WaID: c.WaID, Username: c.Username}, w, p.w.Unheard)
			},
			why:  why,
			run:  func(m *Model) tea.Cmd { return m.begin(c.Name, c.WaID) },
			fill: c.Name,
		})
	}
	return entries
}

func (d *switcher) answered(m *Model, text string, found []inbox.Thread, err error) tea.Cmd {
	d.asking, d.loaded, d.forText, d.found, d.err = false, true, text, found, err
	if again := d.ask(m); again != nil {
		return again // more was typed meanwhile
	}
	return d.chosenNow(m)
}

// chosenNow does what enter was pressed for before there was anything to choose.
func (d *switcher) chosenNow(m *Model) tea.Cmd {
	if d.chosen && slices.Contains(m.dialogs, dialog(d)) && (len(d.entries(m)) > 0 || !d.hunting) {
		return d.choose(m)
	}
	return nil
}

// entries are the lines for what is typed: threads, and the commands that it may mean.
func (d *switcher) entries(m *Model) []entry {
	text, command := d.text()
	if command {
		return m.commandEntries(text, "", rankElsewhere)
	}
	all := d.threadEntries(m, text)
	if text == "" {
		return all
	}
	all = append(all, d.unheardEntries(m, text)...)
	all = append(all, d.hitEntries(m, text)...)
	commands := m.commandEntries(text, "> ", rankWord)
	if len(all) > 0 && len(commands) > commandsSeen {
		commands = commands[:commandsSeen]
	}
	return append(all, commands...)
}

// threadEntries are the threads: what the Desk found and, until it has answered, what is known here. With nothing typed
// those come first that were open before, without the one that is open.
func (d *switcher) threadEntries(m *Model, text string) []entry {
	threads := map[inbox.ThreadID]*inbox.Thread{}
	for i := range d.found {
		if t := &d.found[i]; d.forText == text || matches(t, text) {
			threads[t.ID] = t
		}
	}
	for id, t := range m.list.byID {
		if _, have := threads[id]; have || !(d.loaded && d.forText == text) && matches(t, text) {
			threads[id] = t // the list follows the events
		}
	}
	if text == "" {
		delete(threads, m.talk.id)
	}
	type ranked struct {
		t    *inbox.Thread
		rank int
	}
	some := make([]ranked, 0, len(threads))
	for id, t := range threads {
		r := ranked{t, rankOf(t.Name, text)}
		if text == "" {
			if r.rank = slices.Index(m.visited, id); r.rank < 0 {
				r.rank = len(m.visited)
			}
		}
		some = append(some, r)
	}
	slices.SortFunc(some, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), b.t.LastActivityAt.Compare(a.t.LastActivityAt), cmp.Compare(a.t.ID, b.t.ID))
	})
	entries := make([]entry, 0, len(some))
	for _, r := range some[:min(len(some), switchLimit)] {
		t := *r.t
		entries = append(entries, entry{
			spans: func(p *pen, w int) []span { return m.threadSpans(&t, w, p.w.threadState(&t, m.info.Agent, p.Dot)) },
			run:   func(m *Model) tea.Cmd { return m.goTo(t) },
			fill:  t.Name,
		})
	}
	return entries
}

// rankOf is how well a name fits what was typed.
func rankOf(name, text string) int {
	name, text = fold(name), fold(text)
	switch {
	case strings.HasPrefix(name, text):
		return rankStart
	case strings.Contains(name, " "+text):
		return rankWord
	case strings.Contains(name, text):
		return rankInside
	}
	return rankElsewhere
}

// threadSpans is a thread on one line: the name, what is so with it, and the number where there is room.
func (m *Model) threadSpans(t *inbox.Thread, w int, state string) []span {
	p := m.pen
	nameW, stateW := max(8, w*2/5), max(0, w-max(8, w*2/5)-1)
	numberW := 0
	if id := handle(t); id != "" && id != t.Name && stateW >= 36 {
		numberW = 17
		stateW -= numberW
	}
	ink := plain
	if t.Unread > 0 {
		ink = strong
	}
	spans := []span{in(ink, p.Fit(t.Name, nameW)+" "), in(faint, p.Fit(state, stateW))}
	if numberW > 0 {
		spans = append(spans, in(faint, p.FitRight(handle(t), numberW)))
	}
	return spans
}

// goTo opens a thread and gives it the keys.
func (m *Model) goTo(t inbox.Thread) tea.Cmd {
	if m.focus == onWrite && t.ID != m.talk.id || m.focus == onList {
		m.focus = onTalk
	}
	if have := m.list.byID[t.ID]; have != nil {
		t = *have
	}
	return m.openThread(t)
}

func (d *switcher) key(m *Model, k tea.KeyMsg) tea.Cmd {
	entries := d.entries(m)
	switch k.String() {
	case "esc":
		m.close(d)
		return nil
	case "enter":
		text, command := d.text()
		if !command && len(entries) == 0 && (d.asking || d.hunting || d.forText != text) {
			d.chosen = true
			return nil
		}
		return d.choose(m)
	case "down", "ctrl+n":
		d.at++
	case "up", "ctrl+p":
		d.at--
	case "pgdown":
		d.at += max(1, d.page-1)
	case "pgup":
		d.at -= max(1, d.page-1)
	case "tab":
		if d.at < len(entries) && entries[d.at].fill != "" {
			d.ed.set(entries[d.at].fill)
			d.at = 0
			return d.ask(m)
		}
	default:
		before := d.ed.String()
		d.ed.key(m.pen, k, 1000)
		if d.ed.String() != before {
			d.at, d.chosen = 0, false
		}
		return d.ask(m)
	}
	d.at = max(0, min(d.at, len(entries)-1))
	return nil
}

// row implements rower.
func (d *switcher) row(m *Model, n int) tea.Cmd {
	d.at = n
	return d.choose(m)
}

// choose runs the line under the cursor; one that cannot be run says why and the box stays.
func (d *switcher) choose(m *Model) tea.Cmd {
	d.chosen = false
	entries := d.entries(m)
	if d.at >= len(entries) {
		return nil
	}
	e := entries[d.at]
	if e.why != "" {
		return m.say(e.why)
	}
	m.close(d)
	return e.run(m)
}

func (d *switcher) box(m *Model, w, h int) (string, string, []string) {
	p := m.pen
	entries := d.entries(m)
	text, command := d.text()
	rows := []string{p.row(w, false, in(keyed, "> "), in(plain, p.WithCursor(d.ed.String(), d.ed.at)))}
	d.page = max(1, min(h, switchRows)-1)
	d.at = max(0, min(d.at, len(entries)-1))
	from := max(0, min(d.at-d.page/2, len(entries)-d.page))
	for i := from; i < len(entries) && i < from+d.page; i++ {
		edge := "  "
		if i == d.at {
			edge = p.Select + " "
		}
		rows = append(rows, p.row(w, i == d.at, append([]span{rowSpot(i), in(plain, edge)}, entries[i].spans(p, w-2)...)...))
	}
	switch {
	case len(entries) > 0:
	case d.err != nil:
		rows = append(rows, p.lines(w, p.w.problem(d.err))...)
	case !command && (!d.loaded || d.forText != text || d.hunting):
		rows = append(rows, p.row(w, false, in(faint, "  "+p.w.Loading)))
	case command:
		rows = append(rows, p.row(w, false, in(faint, "  "+p.w.NoCommand)))
	default:
		rows = append(rows, p.row(w, false, in(faint, "  "+p.w.NothingFound)))
	}
	rows = p.pad(rows, w, d.page+1) // of one height, or it would jump while somebody types
	if command {
		return p.w.CommandsTitle, p.w.CommandKeys, rows
	}
	return p.w.GoToTitle, p.w.GoToKeys, rows
}

// visit remembers which threads were open, the newest first.
func (m *Model) visit(id inbox.ThreadID) {
	if id == "" {
		return
	}
	m.visited = slices.DeleteFunc(m.visited, func(have inbox.ThreadID) bool { return have == id })
	m.visited = slices.Insert(m.visited, 0, id)
	m.visited = m.visited[:min(len(m.visited), switchLimit)]
}
