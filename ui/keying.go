package ui

import (
	"strings"
	"time"

	"frontdesk/ui/term"

	tea "github.com/charmbracelet/bubbletea"
)

// In the panes single letters are commands, and people who are in a hurry type words there, or paste them. What follows
// decides who gets a key, and sees to it that a word never runs as a string of commands.

// keying is what is remembered from one key to the next.
type keying struct {
	hush   time.Time // until then letters do nothing: they belong to a word
	letter string    // the last letter that was a command and did more than move
	at     time.Time

	waits *action      // runs as soon as the threads or the messages it is about are there
	queue []tea.KeyMsg // typed meanwhile
}

const (
	pause = 500 * time.Millisecond // without a letter: the word is over
	quick = 200 * time.Millisecond // between two letters of a word; two commands are further apart
)

// typed takes keys one by one: over a slow line several letters arrive as one message. They may be moves, and one of
// them may open what takes the rest as text; anything else is a word.
func (m *Model) typed(k tea.KeyMsg) tea.Cmd {
	switch {
	case k.Type == tea.KeyEscape && k.Alt: // two in one piece look like that
		esc := tea.KeyMsg{Type: tea.KeyEscape}
		return tea.Batch(m.typed(esc), m.typed(esc))
	case m.keying.waits != nil:
		return m.queued(k)
	case k.Paste && len(m.dialogs) == 0 && m.focus == onTalk && m.windowOpen() && !m.readOnly() && !m.takesText():
		if cmd := m.dropped(string(k.Runes)); cmd != nil { // a file, dropped onto the conversation
			return cmd
		}
		return m.say(m.withKeys(m.pen.w.NoPaste))
	case k.Paste && !m.takesText():
		return m.say(m.withKeys(m.pen.w.NoPaste))
	case k.Type != tea.KeyRunes || k.Paste || k.Alt || len(k.Runes) < 2:
		return m.key(m.onItsKey(k))
	}
	var cmds []tea.Cmd
	for _, r := range k.Runes {
		one := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}}
		switch {
		case m.keying.waits != nil:
			cmds = append(cmds, m.queued(one))
		case m.swallows(one):
		case m.takesText() || m.mixes(m.onItsKey(one)):
			cmds = append(cmds, m.key(m.onItsKey(one)))
		default:
			cmds = append(cmds, m.aWord())
		}
	}
	return tea.Batch(cmds...)
}

// onItsKey is a letter of another script as the Latin letter that lies on its key, where letters are commands: r replies
// in every layout. What somebody bound by its own name stays.
func (m *Model) onItsKey(k tea.KeyMsg) tea.KeyMsg {
	if k.Type != tea.KeyRunes || k.Paste || len(k.Runes) != 1 || m.takesText() {
		return k
	}
	if l, ok := term.Latin(k.Runes[0]); ok && (len(m.dialogs) > 0 || m.command(k) == nil) {
		k.Runes = []rune{l}
	}
	return k
}

// takesText reports whether letters are text now.
func (m *Model) takesText() bool {
	if n := len(m.dialogs); n > 0 {
		switch m.dialogs[n-1].(type) {
		case *menu, *detail, *absent:
			return false
		}
		return true
	}
	return m.focus == onWrite || m.focus == onList && m.list.filtering || m.focus == onTalk && m.find.typing
}

// mixes reports whether a letter may act though it came together with others.
func (m *Model) mixes(k tea.KeyMsg) bool {
	if len(m.dialogs) > 0 {
		return k.String() == "j" || k.String() == "k"
	}
	a := m.command(k)
	return a != nil && a.mixes
}

// command is the action of a key in the focused pane. The list has the conversation's keys too, as far as they are about
// one thread.
func (m *Model) command(k tea.KeyMsg) *action {
	a := m.keys.find(m.scope(), k)
	if a == nil && m.focus == onList {
		if a = m.keys.find(inTalk, k); a != nil && !a.opens {
			return nil
		}
	}
	return a
}

// key goes to the top dialog, else to the focused pane, else to the table.
func (m *Model) key(k tea.KeyMsg) tea.Cmd {
	if n := len(m.dialogs); n > 0 {
		if a := m.keys.find(inDialog, k); a != nil {
			return a.run(m)
		}
		m.keying.letter = ""
		return m.dialogs[n-1].key(m, k)
	}
	if m.list.filtering && m.focus == onList {
		return m.filterKey(k)
	}
	if m.find.typing && m.focus == onTalk {
		return m.findKey(k)
	}
	a := m.command(k)
	if m.focus == onWrite {
		return m.writeKey(a, k)
	}
	if a == nil {
		return m.stray(k)
	}
	if isLetter(k) && !a.mixes {
		before, at := m.keying.letter, m.keying.at
		m.keying.letter, m.keying.at = k.String(), m.wall()
		if a.sudden && before != "" && before != k.String() && m.wall().Before(at.Add(quick)) {
			return m.aWord()
		}
	}
	return m.start(a)
}

// start runs an action of the focused pane. What lacks only an answer of the Desk waits for it: the threads that match
// a filter, the messages of a thread that was opened a moment ago. An action of the conversation that was called from
// the list opens the thread under the cursor first.
func (m *Model) start(a *action) tea.Cmd {
	if m.focus == onList && (a.scope&inList == 0 || a.off != nil) && !(a.writes && m.readOnly()) {
		t := m.list.current()
		if t == nil && m.list.loading {
			m.keying.waits = a
			return nil
		}
		if t != nil && a.scope&inList == 0 {
			m.focus = onTalk
			return tea.Batch(m.open(t.ID), m.start(a))
		}
	}
	if a.page && m.focus == onTalk && !m.talk.ready && m.talk.loading {
		m.keying.waits = a
		return nil
	}
	return m.perform(a)
}

// perform runs an action, or says why it cannot be run.
func (m *Model) perform(a *action) tea.Cmd {
	if why := m.reason(a); why != "" {
		if a.writes {
			m.keying.hush = m.wall().Add(pause) // what is typed after it was meant for a box that did not open
		}
		return m.say(why)
	}
	return a.run(m)
}

// reason is why an action cannot be run now; empty when it can.
func (m *Model) reason(a *action) string {
	switch {
	case a.writes && m.readOnly():
		return m.whyReadOnly()
	case a.off == nil:
		return ""
	case a.page && m.focus == onList:
		if why := noThread(m); why != "" || m.list.cursor != m.talk.id || !m.talk.ready {
			return why // the rest is known once the thread is open
		}
	case a.opens && m.focus == onList:
		if why := noThread(m); why != "" {
			return why
		}
	}
	return a.off(m)
}

// queued keeps a key until the action that waits has run; esc takes the action back.
func (m *Model) queued(k tea.KeyMsg) tea.Cmd {
	if k.Type == tea.KeyEscape || k.Type == tea.KeyCtrlC {
		m.keying.waits, m.keying.queue = nil, nil
		return m.key(k)
	}
	m.keying.queue = append(m.keying.queue, k)
	return nil
}

// resume runs the action that waited, and then what was typed meanwhile.
func (m *Model) resume() tea.Cmd {
	a, queue := m.keying.waits, m.keying.queue
	switch {
	case a == nil, m.focus == onList && m.list.loading, m.focus != onList && m.talk.loading && !m.talk.ready:
		return nil
	}
	m.keying.waits, m.keying.queue = nil, nil
	if m.focus == onList && m.list.err != nil || m.focus != onList && !m.talk.ready {
		return nil // the page failed, and that is said
	}
	cmds := []tea.Cmd{m.start(a)}
	for _, k := range queue {
		if !m.swallows(k) {
			cmds = append(cmds, m.typed(k))
		}
	}
	return tea.Batch(cmds...)
}

// stray is a key that nobody knows here. A letter may well begin a word: the rest of it does nothing.
func (m *Model) stray(k tea.KeyMsg) tea.Cmd {
	if !isLetter(k) {
		return nil
	}
	m.keying.hush = m.wall().Add(pause)
	return m.say(m.pen.w.stray(k.String(), m.keys.first("write"), m.keys.first("help")))
}

// aWord is for letters that were typed like one.
func (m *Model) aWord() tea.Cmd {
	m.keying.hush = m.wall().Add(pause)
	return m.say(m.pen.w.aWord(m.keys.first("write"), m.keys.first("help")))
}

// swallows reports a key that belongs to a word that nobody takes: also the enter behind it, which must not choose
// or open anything. Other keys end the word.
func (m *Model) swallows(k tea.KeyMsg) bool {
	if m.keying.hush.IsZero() || m.takesText() {
		return false
	}
	now := m.wall()
	switch {
	case !now.Before(m.keying.hush):
	case isLetter(k), k.Type == tea.KeySpace, k.Type == tea.KeyEnter, k.Type == tea.KeyBackspace:
		m.keying.hush = now.Add(pause)
		return true
	}
	m.keying.hush = time.Time{}
	return false
}

// isLetter reports a key that is text where text is taken.
func isLetter(k tea.KeyMsg) bool { return k.Type == tea.KeyRunes && !k.Alt && !k.Paste }

// withKeys puts the keys of actions into a text where it names them.
func (m *Model) withKeys(text string) string {
	return strings.NewReplacer("{write}", m.keys.first("write"), "{template}", m.keys.first("template"),
		"{quote}", m.keys.first("quote"), "{find}", m.keys.first("find"),
		"{back}", m.keys.first("take back")).Replace(text)
}
