package ui

import (
	"cmp"
	"slices"
	"strings"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

// The palette: every action of the table by its words, and those that take an argument with what stands behind their
// name.

// commandEntries are the actions that a text may mean, the likeliest first. All of them are there for an empty text, in
// the order of the help behind what is done with a thread. What cannot be done now stays, with the reason. Those that fit worse than worst are left out; lead
// stands before each.
func (m *Model) commandEntries(text, lead string, worst int) []entry {
	if a, arg := m.keys.spoken(text); a != nil {
		return m.argumentEntries(a, arg, lead)
	}
	type ranked struct {
		a    *action
		rank int
	}
	var some []ranked
	for _, a := range m.helpOrder() {
		r := a.rank(m.pen.w, text)
		switch {
		case r < 0 || r > worst:
			continue
		case a.plain:
			r += rankElsewhere
		case text == "" && a.group != m.pen.w.GroupThread: // what is done with a thread comes first
			r++
		}
		some = append(some, ranked{a, r})
	}
	slices.SortStableFunc(some, func(x, y ranked) int { return x.rank - y.rank })
	entries := make([]entry, 0, len(some))
	for _, r := range some {
		e := entry{why: m.reasonHere(r.a), run: func(m *Model) tea.Cmd { return m.call(r.a) }, fill: ":" + r.a.name}
		if r.a.with != nil {
			e.fill += " "
		}
		e.spans = func(p *pen, w int) []span { return m.commandSpans(r.a, lead, e.why, w) }
		entries = append(entries, e)
	}
	return entries
}

// How well a text fits a name or an action, best first.
const (
	rankStart     = iota // its beginning
	rankWord             // the beginning of a word, or of one about it
	rankInside           // letters inside
	rankElsewhere        // letters in that order, or something that is not shown
)

// rank says how well a text fits an action; -1 when it does not.
func (a *action) rank(w *words, text string) int {
	text = fold(strings.TrimSpace(text))
	all := fold(a.name + " " + a.help + " " + w.Also[a.name])
	switch {
	case strings.HasPrefix(a.name, text):
		return rankStart
	case strings.Contains(all, " "+text):
		return rankWord
	case strings.Contains(all, text):
		return rankInside
	case len(text) >= 3 && inOrder(a.name, text):
		return rankElsewhere
	}
	return -1
}

// inOrder reports whether the letters of text stand in s in that order.
func inOrder(s, text string) bool {
	for _, r := range text {
		i := strings.IndexRune(s, r)
		if i < 0 {
			return false
		}
		s = s[i+len(string(r)):]
	}
	return true
}

// spoken splits a text into an action that takes an argument and what stands behind its name.
func (k *keymap) spoken(text string) (a *action, arg string) {
	for i := range k.table {
		a := &k.table[i]
		if n := len(a.name) + 1; a.with != nil && len(text) >= n && strings.EqualFold(text[:n], a.name+" ") {
			return a, strings.TrimSpace(text[n:])
		}
	}
	return nil, ""
}

// argumentEntries are an action with what was typed behind it, and with what is known to stand there.
func (m *Model) argumentEntries(a *action, arg, lead string) []entry {
	var values []string
	exact := false
	if a.known != nil {
		for _, k := range a.known(m) {
			exact = exact || fold(k) == fold(arg)
			if strings.HasPrefix(fold(k), fold(arg)) {
				values = append(values, k)
			}
		}
	}
	switch {
	case arg == "" || exact:
	case a.strict:
		values = append(values, arg)
	default:
		values = slices.Insert(values, 0, arg)
	}
	why := m.reasonHere(a)
	if goesToList(a) {
		why = "" // what it needs is named
	}
	entries := make([]entry, 0, len(values))
	for _, v := range values {
		entries = append(entries, entry{why: why, fill: ":" + a.name + " " + v,
			spans: func(p *pen, w int) []span { return m.argumentSpans(a, lead, v, why) },
			run:   func(m *Model) tea.Cmd { return tea.Batch(m.toList(a), a.with(m, v)) }})
	}
	if len(entries) == 0 && a.known != nil { // nothing typed yet, and nothing known: it is asked for here
		return []entry{{why: cmp.Or(why, m.pen.w.TypeIt), spans: func(p *pen, w int) []span { return m.argumentSpans(a, lead, "", cmp.Or(why, p.w.TypeIt)) }}}
	}
	if len(entries) == 0 { // nothing typed and nothing known: what it asks for when it is called bare
		return []entry{{why: why, spans: func(p *pen, w int) []span { return m.commandSpans(a, lead, why, w) },
			run: func(m *Model) tea.Cmd { return m.call(a) }}}
	}
	return entries
}

// commandSpans is an action on one line: what it does, where or why not, and its key.
func (m *Model) commandSpans(a *action, lead, why string, w int) []span {
	p := m.pen
	key := m.keyShown(a)
	key = p.FitRight(key, max(p.Width(key)+1, min(10, w/4)))
	room := w - p.Width(key)
	label, aside := p.Fit(lead+a.help, max(p.Width(lead+a.help), min(24, room/2))), "  "+a.group
	ink := plain
	if why != "" {
		ink, aside = faint, "  "+why
	}
	spans := []span{in(ink, p.Truncate(label, room))}
	if left := room - p.widthOf(spans); left > 4 {
		spans = append(spans, in(faint, p.Fit(aside, left)))
	} else {
		spans = append(spans, in(plain, p.blank(left)))
	}
	return append(spans, in(keyed, key))
}

func (m *Model) argumentSpans(a *action, lead, arg, why string) []span {
	ink := plain
	if why != "" {
		ink = faint
	}
	spans := []span{in(ink, lead+a.help+" "), in(strong, arg)}
	switch {
	case why != "":
		spans = append(spans, in(faint, "  "+why))
	case a.name == "label" && !slices.ContainsFunc(m.targets(), func(t *inbox.Thread) bool { return !slices.Contains(t.Labels, arg) }):
		spans = append(spans, in(faint, "  "+m.pen.w.LabelOn))
	}
	return spans
}

// call runs an action from the palette: as its key would, in the pane where the key works.
func (m *Model) call(a *action) tea.Cmd { return tea.Batch(m.toList(a), m.start(a)) }

// goesToList reports an action about the list itself.
func goesToList(a *action) bool { return a.scope == inList && !a.writes }

// toList gives the keys to the list for an action about it.
func (m *Model) toList(a *action) tea.Cmd {
	if !goesToList(a) || m.focus == onList {
		return nil
	}
	var cmd tea.Cmd
	if m.focus == onWrite {
		cmd = m.leaveWrite()
	}
	m.focus = onList
	return cmd
}

// reasonHere is why an action cannot be called from the palette now. Some need a place to work in that the palette
// does not give.
func (m *Model) reasonHere(a *action) string {
	switch {
	case a.writes && m.readOnly():
	case a.scope == inWrite && m.focus != onWrite:
		return m.pen.w.OnlyWriting
	case a.scope == inTalk && !a.opens && m.focus == onList:
		return m.pen.w.OnlyInTalk
	case goesToList(a) && m.focus != onList:
		if m.list.current() == nil && a.off != nil {
			return m.pen.w.NoThreadChosen
		}
		return ""
	}
	return m.reason(a)
}

// What actions do with an argument.

func (m *Model) assignTo(name string) tea.Cmd {
	if fold(name) == fold(m.pen.w.Nobody) {
		name = ""
	}
	return m.hand(m.targets(), inbox.AgentID(name))
}

// colleagues are the agents that are heard of in the threads that are loaded, and nobody.
func (m *Model) colleagues() []string {
	names := []string{}
	add := func(a inbox.AgentID) {
		if a != "" && !slices.Contains(names, string(a)) {
			names = append(names, string(a))
		}
	}
	add(m.info.Agent)
	for _, id := range m.list.order {
		t := m.list.byID[id]
		add(t.Assignee)
		for _, p := range t.Presence {
			add(p.Agent)
		}
		for _, n := range t.Notes {
			add(n.By)
		}
	}
	if len(names) > 1 {
		slices.Sort(names[1:])
	}
	return append(names, m.pen.w.Nobody)
}

func (m *Model) noteText(text string) tea.Cmd {
	return m.do(inbox.AddNote{Thread: m.thread().ID, Text: text}, m.did(m.pen.w.NoteKept))
}

// labels opens the box on the labels.
func (m *Model) labels() tea.Cmd { return m.openSwitcher(":" + m.keys.named("label").name + " ") }

// labelWith puts a label on threads, or takes it off when all of them have it.
func (m *Model) labelWith(label string) tea.Cmd {
	some := m.targets()
	has := func(t *inbox.Thread) bool { return slices.Contains(t.Labels, label) }
	off := !slices.ContainsFunc(some, func(t *inbox.Thread) bool { return !has(t) })
	some = slices.DeleteFunc(slices.Clone(some), func(t *inbox.Thread) bool { return has(t) != off })
	return m.carry(steps(some, func(t *inbox.Thread) step {
		return step{do: inbox.Label{Thread: t.ID, Label: label, Off: off}, back: inbox.Label{Thread: t.ID, Label: label, Off: !off}}
	}), m.pen.w.labelled(m.named(some), label, off))
}

// labelsKnown are the labels of the thread, then those of the others that are loaded.
func (m *Model) labelsKnown() []string {
	var names, rest []string
	if t := m.thread(); t != nil {
		names = slices.Clone(t.Labels)
	}
	for _, id := range m.list.order {
		for _, l := range m.list.byID[id].Labels {
			if !slices.Contains(names, l) && !slices.Contains(rest, l) {
				rest = append(rest, l)
			}
		}
	}
	slices.Sort(rest)
	return append(names, rest...)
}

func (m *Model) filterBy(text string) tea.Cmd {
	m.list.filter.set(text)
	return m.refilter()
}

// openRef opens a thread by its number, its id or its exact name. A number that has none yet gets one by a template:
// nothing else may begin a conversation.
func (m *Model) openRef(ref string) tea.Cmd {
	desk, ctx := m.desk, m.ctx
	return func() tea.Msg {
		t, err := desk.Thread(ctx, ref)
		return answeredMsg(func(m *Model) tea.Cmd {
			means := inbox.ReadNumber(ref, m.info.Country)
			switch {
			case err == nil:
				return m.goTo(t)
			case inbox.KindOf(err) == inbox.NotFound && len(means) > 0:
				if m.readOnly() {
					return m.say(m.whyReadOnly())
				}
				return m.beginOne(means)
			}
			return m.fail(err)
		})
	}
}

// beginOne begins with the number that is meant, and asks where two can be.
func (m *Model) beginOne(means []string) tea.Cmd {
	if len(means) == 1 {
		return m.begin("", means[0])
	}
	var items []choice
	for i, n := range means {
		items = append(items, choice{key: string(rune('1' + i)), label: number(n), run: func(m *Model) tea.Cmd { return m.begin("", n) }})
	}
	return m.openDialog(newMenu(m.pen.w.NumberMeans, items))
}

// begin offers templates to a number that nobody has written to from here.
func (m *Model) begin(name, digits string) tea.Cmd {
	d := newPicker(&inbox.Thread{Name: cmp.Or(name, number(digits)), WaID: digits})
	d.to = "+" + digits
	return m.openPicker(d)
}

// newThread asks for a number.
func (m *Model) newThread() tea.Cmd {
	return m.openDialog(newPrompt(m.pen.w.NewThreadTitle, m.pen.w.NewThreadHint, "+", true, func(m *Model, ref string) tea.Cmd {
		if ref = strings.TrimSpace(ref); inbox.Digits(ref) == "" {
			return nil
		}
		return m.openRef(ref)
	}))
}

func (m *Model) snoozeFor(text string) tea.Cmd {
	now := m.now()
	at, ok := m.pen.moment(now, text)
	if !ok {
		return m.say(m.pen.w.noMoment(text))
	}
	return m.snoozeUntil(m.targets(), at)
}
