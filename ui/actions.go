package ui

import (
	"slices"

	"frontdesk/inbox"
	"frontdesk/ui/term"

	tea "github.com/charmbracelet/bubbletea"
)

// scope is where an action's keys work, as a set.
type scope uint8

const (
	inList scope = 1 << iota
	inTalk
	inWrite
	inDialog

	panes = inList | inTalk
)

// action is one thing a person can do: the row from which its keys, its help, its hint and its README line come.
type action struct {
	name   string // for configuration; never changes
	group  string // heading in the help and in the README
	scope  scope
	keys   []string // as Bubble Tea spells them
	help   string
	writes bool                // changes something for others: not offered read-only
	opens  bool                // from the list too: the thread under the cursor is opened first
	page   bool                // about messages: waits until the first of them are there
	mixes  bool                // moves, or opens what takes text: may be one of several letters that arrive at once
	sudden bool                // done with one letter and nothing asked: never in the middle of a word
	off    func(*Model) string // why it cannot be done now; empty when it can
	skip   func(*Model) bool   // the key means something else now
	plain  bool                // moves about or is typed anyway: last in the palette
	run    func(*Model) tea.Cmd

	with   func(*Model, string) tea.Cmd // runs it with what was typed behind its name in the palette
	known  func(*Model) []string        // what may stand there
	strict bool                         // something known is likelier meant than its beginning as it was typed
}

// on reports whether a key means the action in a scope. In the composer letters and signs are text, whatever else they are.
func (a *action) on(s scope, key string) bool {
	if a.scope&s == 0 || s == inWrite && a.scope != inWrite && len([]rune(key)) == 1 {
		return false
	}
	return slices.Contains(a.keys, key)
}

// actions is the table, with help in the language of w. Keys are those of screens.md 2, as far as this screen goes.
func actions(w *words) []action {
	h := func(name string) string { return w.Help[name] }
	views := func(v inbox.View) func(*Model) tea.Cmd {
		return func(m *Model) tea.Cmd { return m.showView(v) }
	}
	step := func(n int) func(*Model) tea.Cmd {
		return func(m *Model) tea.Cmd { m.list.choose(m.list.at + n); return nil }
	}
	talk := func(f func(*convo, *pen, view)) func(*Model) tea.Cmd {
		return func(m *Model) tea.Cmd { f(&m.talk, m.pen, m.view()); return nil }
	}
	table := []action{
		{name: "help", group: w.GroupAnywhere, scope: panes, keys: []string{"?"}, run: func(m *Model) tea.Cmd { return m.openDialog(&help{}) }},
		{name: "palette", group: w.GroupAnywhere, scope: panes | inWrite, keys: []string{":", "ctrl+p"}, mixes: true, run: func(m *Model) tea.Cmd { return m.openSwitcher(":") }},
		{name: "switch", group: w.GroupAnywhere, scope: panes | inWrite, keys: []string{"alt+k"}, run: func(m *Model) tea.Cmd { return m.openSwitcher("") }},
		{name: "next unread", group: w.GroupAnywhere, scope: panes | inWrite, keys: []string{"alt+a"}, run: (*Model).nextUnread},
		{name: "next stuck", group: w.GroupAnywhere, scope: panes, keys: []string{"!"}, run: (*Model).nextStuck},
		{name: "tray", group: w.GroupAnywhere, scope: panes, keys: []string{"P"}, run: (*Model).showTray},
		{name: "phone", group: w.GroupAnywhere, scope: panes | inWrite, run: (*Model).showPhone},
		{name: "previous thread", group: w.GroupAnywhere, scope: panes | inWrite, keys: []string{"alt+up"}, plain: true, run: func(m *Model) tea.Cmd { return m.neighbour(-1) }},
		{name: "next thread", group: w.GroupAnywhere, scope: panes | inWrite, keys: []string{"alt+down"}, plain: true, run: func(m *Model) tea.Cmd { return m.neighbour(1) }},
		{name: "pane", group: w.GroupAnywhere, scope: panes, keys: []string{"tab"}, plain: true, run: (*Model).nextPane},
		{name: "one pane", group: w.GroupAnywhere, scope: panes, keys: []string{"z"}, run: func(m *Model) tea.Cmd { m.zoom = !m.zoom; return nil }},
		{name: "mouse", group: w.GroupAnywhere, scope: panes | inWrite, run: (*Model).mouseOn},
		{name: "theme", group: w.GroupAnywhere, scope: panes | inWrite, off: noColours, run: (*Model).themes, with: (*Model).useTheme, known: func(*Model) []string { return Themes() }},
		{name: "notify", group: w.GroupAnywhere, scope: panes | inWrite, run: (*Model).notifyTest,
			with: func(m *Model, _ string) tea.Cmd { return m.notifyTest() }, known: func(*Model) []string { return []string{"test"} }, strict: true},
		{name: "away", group: w.GroupAnywhere, scope: panes | inWrite, run: (*Model).showAway},
		{name: "sync", group: w.GroupAnywhere, scope: panes | inWrite, run: (*Model).showSync},
		{name: "sync contacts", group: w.GroupAnywhere, scope: panes | inWrite, writes: true, off: noContacts, run: (*Model).askContacts},
		{name: "sync history", group: w.GroupAnywhere, scope: panes | inWrite, writes: true, off: noHistory, run: (*Model).askHistory},
		{name: "redraw", group: w.GroupAnywhere, scope: panes | inWrite | inDialog, keys: []string{"ctrl+l"}, run: func(*Model) tea.Cmd { return term.Redraw }},
		{name: "suspend", group: w.GroupAnywhere, scope: panes | inWrite | inDialog, keys: []string{"ctrl+z"}, run: func(m *Model) tea.Cmd { return tea.Sequence(m.saveAll(), tea.Suspend) }},
		{name: "quit", group: w.GroupAnywhere, scope: panes, keys: []string{"q"}, run: (*Model).quit},
		{name: "quit at once", group: w.GroupAnywhere, scope: panes | inWrite | inDialog, keys: []string{"ctrl+c"}, run: (*Model).quit},

		{name: "list down", group: w.GroupList, scope: inList, keys: []string{"j", "down"}, plain: true, mixes: true, run: step(1)},
		{name: "list up", group: w.GroupList, scope: inList, keys: []string{"k", "up"}, plain: true, mixes: true, run: step(-1)},
		{name: "list page down", group: w.GroupList, scope: inList, keys: []string{"ctrl+d", "pgdown"}, plain: true, run: func(m *Model) tea.Cmd { m.list.choose(m.list.at + m.list.rows/2 + 1); return nil }},
		{name: "list page up", group: w.GroupList, scope: inList, keys: []string{"ctrl+u", "pgup"}, plain: true, run: func(m *Model) tea.Cmd { m.list.choose(m.list.at - m.list.rows/2 - 1); return nil }},
		{name: "list top", group: w.GroupList, scope: inList, keys: []string{"g", "home"}, plain: true, mixes: true, run: func(m *Model) tea.Cmd { m.list.choose(0); return nil }},
		{name: "list bottom", group: w.GroupList, scope: inList, keys: []string{"G", "end"}, plain: true, mixes: true, run: func(m *Model) tea.Cmd { m.list.choose(len(m.list.order)); return nil }},
		{name: "open", group: w.GroupList, scope: inList, keys: []string{"enter", "right"}, off: noThread, run: (*Model).openCursor, with: (*Model).openRef},
		{name: "mark", group: w.GroupList, scope: inList, keys: []string{" "}, off: noThread, run: (*Model).mark},
		{name: "new thread", group: w.GroupList, scope: inList, keys: []string{"c"}, writes: true, mixes: true, run: (*Model).newThread, with: (*Model).openRef},
		{name: "filter", group: w.GroupList, scope: inList, keys: []string{"/"}, mixes: true, run: func(m *Model) tea.Cmd { m.list.filtering = true; return nil }, with: (*Model).filterBy},
		{name: "next unread here", group: w.GroupList, scope: inList, keys: []string{"n"}, mixes: true, run: func(m *Model) tea.Cmd { return m.stepUnread(1) }},
		{name: "previous unread here", group: w.GroupList, scope: inList, keys: []string{"N"}, mixes: true, run: func(m *Model) tea.Cmd { return m.stepUnread(-1) }},
		{name: "view mine", group: w.GroupList, scope: inList, keys: []string{"1"}, mixes: true, run: views(inbox.ViewMine)},
		{name: "view unassigned", group: w.GroupList, scope: inList, keys: []string{"2"}, mixes: true, run: views(inbox.ViewUnassigned)},
		{name: "view all", group: w.GroupList, scope: inList, keys: []string{"3"}, mixes: true, run: views(inbox.ViewAll)},
		{name: "view waiting", group: w.GroupList, scope: inList, keys: []string{"4"}, mixes: true, run: (*Model).showWaiting},
		{name: "view done", group: w.GroupList, scope: inList, keys: []string{"5"}, mixes: true, run: views(inbox.ViewDone)},
		{name: "view stuck", group: w.GroupList, scope: inList, keys: []string{"6"}, mixes: true, run: views(inbox.ViewStuck)},
		{name: "clear filter", group: w.GroupList, scope: inList, keys: []string{"esc"}, plain: true, run: (*Model).leaveList},

		{name: "take", group: w.GroupThread, scope: inList, keys: []string{"a"}, writes: true, sudden: true, off: noThread, run: (*Model).take},
		{name: "assign", group: w.GroupThread, scope: panes, keys: []string{"A"}, writes: true, off: noThread, run: (*Model).assign, with: (*Model).assignTo, known: (*Model).colleagues, strict: true},
		{name: "done", group: w.GroupThread, scope: panes, keys: []string{"e"}, writes: true, sudden: true, off: noThread, run: (*Model).finish},
		{name: "snooze", group: w.GroupThread, scope: panes, keys: []string{"s"}, writes: true, off: noThread, run: (*Model).snooze, with: (*Model).snoozeFor, known: func(m *Model) []string { return m.pen.w.SnoozeWords[:] }},
		{name: "mute", group: w.GroupThread, scope: panes, keys: []string{"m"}, writes: true, sudden: true, off: noThread, run: (*Model).mute},
		{name: "unread", group: w.GroupThread, scope: panes, keys: []string{"u"}, writes: true, sudden: true, off: noThread, run: (*Model).markUnread},
		{name: "note", group: w.GroupThread, scope: panes, keys: []string{"#"}, writes: true, mixes: true, off: noThread, run: (*Model).note, with: (*Model).noteText},
		{name: "label", group: w.GroupThread, scope: panes, keys: []string{"l"}, writes: true, mixes: true, off: noThread, run: (*Model).labels, with: (*Model).labelWith, known: (*Model).labelsKnown},

		{name: "contact", group: w.GroupThread, scope: inTalk, keys: []string{"C"}, opens: true, off: noOpen, run: (*Model).openCard},
		{name: "rename", group: w.GroupThread, scope: inTalk, writes: true, opens: true, off: noOpen, run: (*Model).renameContact, with: (*Model).renameAs},
		{name: "other number", group: w.GroupThread, scope: inTalk, keys: []string{"O"}, opens: true, off: noOther, run: (*Model).toOther},
		{name: "join", group: w.GroupThread, scope: inTalk, writes: true, opens: true, off: noOpen, run: (*Model).joinThread, with: (*Model).joinWith, known: (*Model).threadsKnown, strict: true},
		{name: "separate", group: w.GroupThread, scope: inTalk, writes: true, opens: true, off: notJoined, run: (*Model).separate},

		{name: "take back", group: w.GroupThread, scope: panes, keys: []string{"Z"}, writes: true, off: nothingToTakeBack, run: (*Model).takeBack},

		{name: "message down", group: w.GroupTalk, scope: inTalk, keys: []string{"j", "down"}, plain: true, mixes: true, run: talk(func(c *convo, p *pen, v view) { c.move(p, v, 1) })},
		{name: "message up", group: w.GroupTalk, scope: inTalk, keys: []string{"k", "up"}, plain: true, mixes: true, run: talk(func(c *convo, p *pen, v view) { c.move(p, v, -1) })},
		{name: "half page down", group: w.GroupTalk, scope: inTalk, keys: []string{"ctrl+d", "pgdown"}, plain: true, run: talk(func(c *convo, p *pen, v view) { c.half(p, v, true) })},
		{name: "half page up", group: w.GroupTalk, scope: inTalk, keys: []string{"ctrl+u", "pgup"}, plain: true, run: talk(func(c *convo, p *pen, v view) { c.half(p, v, false) })},
		{name: "first message", group: w.GroupTalk, scope: inTalk, keys: []string{"g", "home"}, plain: true, mixes: true, run: (*Model).toStart},
		{name: "newest message", group: w.GroupTalk, scope: inTalk, keys: []string{"G", "end"}, plain: true, mixes: true, run: (*Model).toEnd},
		{name: "first unread", group: w.GroupTalk, scope: inTalk, keys: []string{"U"}, opens: true, page: true, run: (*Model).toUnread},
		{name: "find", group: w.GroupTalk, scope: inTalk, keys: []string{"/"}, page: true, mixes: true, off: noOpen, run: (*Model).openFind, with: (*Model).findFor},
		{name: "find older", group: w.GroupTalk, scope: inTalk, keys: []string{"n"}, mixes: true, off: noFind, run: func(m *Model) tea.Cmd { return m.findStep(1) }},
		{name: "find newer", group: w.GroupTalk, scope: inTalk, keys: []string{"N"}, mixes: true, off: noFind, run: func(m *Model) tea.Cmd { return m.findStep(-1) }},
		{name: "date", group: w.GroupTalk, scope: inTalk, keys: []string{"J"}, opens: true, page: true, mixes: true, off: noOpen, run: (*Model).toDate, with: (*Model).toDay, known: (*Model).daysKnown},
		{name: "previous day", group: w.GroupTalk, scope: inTalk, keys: []string{"["}, plain: true, page: true, mixes: true, run: (*Model).previousDay},
		{name: "next day", group: w.GroupTalk, scope: inTalk, keys: []string{"]"}, plain: true, page: true, mixes: true, run: (*Model).nextDay},
		{name: "write", group: w.GroupTalk, scope: inTalk, keys: []string{"i", "enter"}, writes: true, opens: true, mixes: true, off: noWrite, run: (*Model).write},
		{name: "quote", group: w.GroupTalk, scope: inTalk, keys: []string{"r"}, writes: true, opens: true, page: true, mixes: true, off: noQuote, run: (*Model).quote},
		{name: "react", group: w.GroupTalk, scope: inTalk, keys: []string{"+"}, writes: true, opens: true, page: true, off: noQuote, run: (*Model).react},
		{name: "template", group: w.GroupTalk, scope: inTalk, keys: []string{"t"}, writes: true, opens: true, mixes: true, off: noOpen, run: (*Model).pickTemplate},
		{name: "last template", group: w.GroupTalk, scope: inTalk, keys: []string{"T"}, writes: true, opens: true, page: true, off: noLastTemplate, run: (*Model).lastTemplate},
		{name: "copy", group: w.GroupTalk, scope: inTalk, keys: []string{"y"}, opens: true, page: true, off: noMessage, run: (*Model).copyText},
		{name: "copy id", group: w.GroupTalk, scope: inTalk, keys: []string{"Y"}, opens: true, page: true, off: noMessage, run: (*Model).copyID},
		{name: "text", group: w.GroupTalk, scope: inTalk, opens: true, off: noOpen, run: (*Model).plainText},
		{name: "open link", group: w.GroupTalk, scope: inTalk, keys: []string{"o"}, opens: true, page: true, off: nothingToOpen, run: (*Model).openIt},
		{name: "save file", group: w.GroupTalk, scope: inTalk, keys: []string{"w"}, opens: true, page: true, off: noFile, run: func(m *Model) tea.Cmd { return m.saveFile(m.talk.selected()) }},
		{name: "copy path", group: w.GroupTalk, scope: inTalk, opens: true, page: true, off: noFile, run: func(m *Model) tea.Cmd { return m.copyPath(m.talk.selected()) }},
		{name: "detail", group: w.GroupTalk, scope: inTalk, keys: []string{"d"}, opens: true, page: true, off: noMessage, run: func(m *Model) tea.Cmd { return m.showDetail(false) }},
		{name: "raw", group: w.GroupTalk, scope: inTalk, keys: []string{"D"}, opens: true, page: true, off: noMessage, run: func(m *Model) tea.Cmd { return m.showDetail(true) }},
		{name: "report", group: w.GroupTalk, scope: inTalk, opens: true, page: true, off: noMessage, run: (*Model).reportSelected},
		{name: "retry", group: w.GroupTalk, scope: inTalk, keys: []string{"R"}, writes: true, opens: true, page: true, off: noChoice, run: (*Model).choices},
		{name: "looked", group: w.GroupTalk, scope: inTalk, keys: []string{"v"}, writes: true, opens: true, page: true, sudden: true, off: nothingOnPhone, run: (*Model).lookedSelected},
		{name: "cancel", group: w.GroupTalk, scope: inTalk, keys: []string{"x"}, writes: true, opens: true, page: true, sudden: true, off: noCancel, run: (*Model).cancelSend},
		{name: "back", group: w.GroupTalk, scope: inTalk, keys: []string{"esc", "left"}, plain: true, run: (*Model).leaveTalk},

		{name: "send", group: w.GroupWrite, scope: inWrite, keys: []string{"enter"}, plain: true, writes: true, run: (*Model).submit},
		{name: "send later", group: w.GroupWrite, scope: inWrite, keys: []string{"alt+s"}, writes: true, off: noLater, run: (*Model).sendLater, with: (*Model).sendLaterAt, known: func(m *Model) []string { return m.pen.w.LaterWords[:] }},
		{name: "new line", group: w.GroupWrite, scope: inWrite, keys: []string{"alt+enter", "shift+enter", "ctrl+j"}, plain: true, run: (*Model).newLine},
		{name: "saved replies", group: w.GroupWrite, scope: inWrite, keys: []string{"/"}, writes: true, off: noWrite, skip: written, run: (*Model).pickSaved},
		{name: "save reply", group: w.GroupWrite, scope: inWrite, keys: []string{"ctrl+s"}, writes: true, run: (*Model).saveReply},
		{name: "attach", group: w.GroupWrite, scope: inTalk | inWrite, keys: []string{"f", "ctrl+t"}, writes: true, opens: true, mixes: true, off: noWrite, run: (*Model).attach, with: (*Model).attachPath},
		{name: "location", group: w.GroupWrite, scope: inTalk | inWrite, writes: true, opens: true, mixes: true, off: noWrite, run: typedPlace.run, with: typedPlace.with},
		{name: "contact card", group: w.GroupWrite, scope: inTalk | inWrite, writes: true, opens: true, mixes: true, off: noWrite, run: typedCard.run, with: typedCard.with},
		{name: "buttons", group: w.GroupWrite, scope: inTalk | inWrite, writes: true, opens: true, mixes: true, off: noWrite, run: typedButtons.run, with: typedButtons.with},
		{name: "list", group: w.GroupWrite, scope: inTalk | inWrite, writes: true, opens: true, mixes: true, off: noWrite, run: typedList.run, with: typedList.with},
		{name: "complete", group: w.GroupWrite, scope: inWrite, keys: []string{"tab"}, run: (*Model).complete},
		{name: "editor", group: w.GroupWrite, scope: inWrite, keys: []string{"ctrl+o"}, writes: true, off: noWrite, run: (*Model).edit},
		{name: "their draft", group: w.GroupWrite, scope: inWrite, keys: []string{"alt+o"}, writes: true, off: noTheirs, run: (*Model).takeTheirs},
		{name: "undo", group: w.GroupWrite, scope: inWrite, keys: []string{"alt+z", "ctrl+_"}, off: noWrite, run: (*Model).undo},
		{name: "redo", group: w.GroupWrite, scope: inWrite, keys: []string{"alt+Z"}, off: noWrite, run: (*Model).redo},
		{name: "last sent", group: w.GroupWrite, scope: inWrite, keys: []string{"up"}, plain: true, skip: written, run: (*Model).lastSent},
		{name: "leave", group: w.GroupWrite, scope: inWrite, keys: []string{"esc"}, plain: true, run: (*Model).leaveOrTakeBack},
	}
	for i := range table {
		table[i].help = h(table[i].name)
	}
	return table
}
