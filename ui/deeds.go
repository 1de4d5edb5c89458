package ui

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"frontdesk/inbox"
	"frontdesk/ui/term"

	tea "github.com/charmbracelet/bubbletea"
)

// What people do with threads and messages, besides writing.

func (m *Model) openCursor() tea.Cmd {
	t := m.list.current()
	if t == nil {
		return nil
	}
	if m.list.view == inbox.ViewStuck && t.Stuck != nil {
		return m.openStuck(*t, t.Stuck.Key, m.list.at+1, m.info.Counts.Stuck)
	}
	m.focus = onTalk
	return m.open(t.ID)
}

// nextPane moves the keys: list, conversation, composer.
func (m *Model) nextPane() tea.Cmd {
	switch {
	case m.focus == onList && m.opened() == nil:
		return m.openCursor()
	case m.focus == onList:
		m.focus = onTalk
	case m.focus == onTalk && m.windowOpen() && !m.readOnly():
		m.focus = onWrite
	default:
		cmd := m.leaveWrite()
		m.focus = onList
		return cmd
	}
	return nil
}

func (m *Model) leaveTalk() tea.Cmd {
	if m.find.on {
		return m.endFind()
	}
	if m.zoom && m.w+1 >= paneFrom {
		m.zoom = false
		return nil
	}
	m.focus = onList
	m.list.find(m.talk.id)
	return nil
}

// leaveList takes the marks away, then the filter: the steps out that the list has.
func (m *Model) leaveList() tea.Cmd {
	switch {
	case len(m.marked()) > 0:
		clear(m.marks)
		return nil
	case m.list.filter.blank():
		return nil
	}
	m.list.filter.set("")
	return m.refilter()
}

// neighbour opens the thread before or behind the open one in the list.
func (m *Model) neighbour(n int) tea.Cmd {
	i := slices.Index(m.list.order, m.talk.id)
	if i < 0 {
		i = m.list.at - n
	}
	i += n
	if i < 0 || i >= len(m.list.order) {
		return nil
	}
	id := m.list.order[i]
	if m.focus == onList {
		m.focus = onTalk
	}
	return m.open(id)
}

// nextUnread opens the next thread with unread messages; when there is none, it goes back to where it started.
func (m *Model) nextUnread() tea.Cmd {
	for _, id := range m.list.order {
		if id != m.talk.id && m.list.byID[id].Unread > 0 {
			if m.jumpFrom == "" {
				m.jumpFrom = m.talk.id
			}
			m.focus = onTalk
			return m.open(id)
		}
	}
	back := m.jumpFrom
	m.jumpFrom = ""
	if back == "" || back == m.talk.id || m.list.byID[back] == nil {
		return m.say(m.pen.w.NothingUnread)
	}
	m.focus = onTalk
	return m.open(back)
}

func (m *Model) stepUnread(n int) tea.Cmd {
	id, ok := m.list.step(n)
	if !ok {
		return m.say(m.pen.w.NothingUnread)
	}
	m.list.find(id)
	return nil
}

func (m *Model) take() tea.Cmd {
	some := m.targets()
	to := m.info.Agent
	if !slices.ContainsFunc(some, func(t *inbox.Thread) bool { return t.Assignee != to }) {
		to = "" // again: give it back
	}
	return m.hand(some, to)
}

// assign asks who, among those who are known here; another name may be typed.
func (m *Model) assign() tea.Cmd { return m.openSwitcher(":assign ") }

// hand gives threads to an agent, or to nobody.
func (m *Model) hand(some []*inbox.Thread, to inbox.AgentID) tea.Cmd {
	return m.carry(steps(some, func(t *inbox.Thread) step {
		return step{do: inbox.Assign{Thread: t.ID, To: to}, back: inbox.Assign{Thread: t.ID, To: t.Assignee}}
	}), m.pen.w.handed(m.named(some), to, m.info.Agent))
}

func (m *Model) finish() tea.Cmd {
	some := m.targets()
	if !slices.ContainsFunc(some, func(t *inbox.Thread) bool { return t.State != inbox.Closed }) {
		return m.carry(steps(some, stateStep(inbox.SetState{State: inbox.Open})), m.counted(some, m.pen.w.Reopened))
	}
	return m.carry(steps(some, stateStep(inbox.SetState{State: inbox.Closed})), m.counted(some, m.pen.w.MarkedDone))
}

// counted puts the number of several threads before what is said about one.
func (m *Model) counted(some []*inbox.Thread, said string) string {
	if len(some) == 1 {
		return said
	}
	return m.pen.w.ofThreads(m.named(some), said)
}

// did says what was done once it is.
func (m *Model) did(text string) func(*Model, inbox.Done, error) tea.Cmd {
	return func(m *Model, _ inbox.Done, err error) tea.Cmd {
		if err != nil {
			return m.fail(err)
		}
		return m.say(text)
	}
}

func (m *Model) snooze() tea.Cmd {
	some, w, now := m.targets(), m.pen.w, m.now()
	until := func(at time.Time) func(*Model) tea.Cmd {
		return func(m *Model) tea.Cmd { return m.snoozeUntil(some, at) }
	}
	local := now.In(m.pen.zone)
	morning := time.Date(local.Year(), local.Month(), local.Day()+1, 9, 0, 0, 0, m.pen.zone)
	monday := morning.AddDate(0, 0, (8-int(morning.Weekday()))%7)
	items := []choice{
		{key: "1", label: w.SnoozeHour + " " + m.pen.Dot + " " + m.pen.whenNear(now, now.Add(time.Hour)), run: until(now.Add(time.Hour))},
		{key: "2", label: w.SnoozeLater + " " + m.pen.Dot + " " + m.pen.whenNear(now, now.Add(4*time.Hour)), run: until(now.Add(4 * time.Hour))},
		{key: "3", label: w.SnoozeTomorrow + " " + m.pen.Dot + " " + m.pen.whenNear(now, morning), run: until(morning)},
		{key: "4", label: w.SnoozeMonday + " " + m.pen.Dot + " " + m.pen.whenNear(now, monday), run: until(monday)},
	}
	if slices.ContainsFunc(some, func(t *inbox.Thread) bool { return t.State == inbox.Snoozed }) {
		items = append(items, choice{key: "0", label: w.SnoozeEnd, run: func(m *Model) tea.Cmd {
			return m.carry(steps(some, stateStep(inbox.SetState{State: inbox.Open})), m.counted(some, w.Reopened))
		}})
	}
	return m.openDialog(newMenu(w.snoozeTitle(m.named(some)), items))
}

func (m *Model) snoozeUntil(some []*inbox.Thread, at time.Time) tea.Cmd {
	said := m.counted(some, m.pen.w.snoozed(m.pen.whenNear(m.now(), at)))
	return m.carry(steps(some, stateStep(inbox.SetState{State: inbox.Snoozed, Until: at})), said)
}

func (m *Model) markUnread() tea.Cmd {
	t := m.thread()
	if t.ID == m.talk.id {
		m.readUpto = m.talk.arrived() // looking at it goes on and must not undo it
		m.readDue = time.Time{}
	}
	return m.do(inbox.MarkUnread{Thread: t.ID}, m.did(m.pen.w.MarkedUnread))
}

func (m *Model) note() tea.Cmd {
	t := m.thread()
	id := t.ID
	return m.openDialog(newPrompt(m.pen.w.noteTitle(t.Name), m.pen.w.NoteHint, "", false, func(m *Model, text string) tea.Cmd {
		if strings.TrimSpace(text) == "" {
			return nil
		}
		return m.do(inbox.AddNote{Thread: id, Text: text}, m.did(m.pen.w.NoteKept))
	}))
}

// reactions are the emoji of the small choice; the rest of them come with a keyboard that has them.
var reactions = [...]string{"👍", "❤️", "😂", "😮", "😢", "🙏"}

func (m *Model) react() tea.Cmd {
	msg, w := m.talk.selected(), m.pen.w
	thread, target := m.talk.id, msg.ID
	send := func(emoji string) func(*Model) tea.Cmd {
		return func(m *Model) tea.Cmd {
			oid := inbox.OID(m.newID())
			return m.send(inbox.Send{Thread: thread, OID: oid, Out: inbox.Outgoing{Type: "reaction", ReplyTo: target, Emoji: emoji}}, "")
		}
	}
	var items []choice
	for i, e := range reactions {
		items = append(items, choice{key: string(rune('1' + i)), label: e, run: send(e)})
	}
	if slices.ContainsFunc(msg.Reactions, func(r inbox.Reaction) bool { return r.By == "business" }) {
		items = append(items, choice{key: "0", label: w.NoReaction, run: send("")})
	}
	return m.openDialog(newMenu(w.ReactTitle, items))
}

// send hands over what is no reply from the box: a reaction or a template. Its id is the oid, so a repeat is harmless.
func (m *Model) send(s inbox.Send, done string) tea.Cmd {
	desk, ctx := m.desk, m.ctx
	return func() tea.Msg {
		_, err := desk.Do(ctx, string(s.OID), s)
		return answeredMsg(func(m *Model) tea.Cmd {
			switch {
			case err != nil:
				return m.fail(err)
			case done != "":
				return m.say(done)
			}
			return nil
		})
	}
}

func (m *Model) copyText() tea.Cmd {
	msg := m.talk.selected()
	text := caption(msg)
	switch {
	case msg.Revoked || text == "" && msg.Media == nil:
		return m.say(m.pen.w.NothingToCopy)
	case text == "" && noFile(m) == "":
		return m.copyPath(msg)
	case text == "":
		text = msg.Text
	}
	return m.copy(inbox.Clean(text))
}

// copyID copies WhatsApp's id of a message, or ours while it has none.
func (m *Model) copyID() tea.Cmd {
	msg := m.talk.selected()
	return m.copy(inbox.Clean(cmp.Or(msg.ID, string(msg.Ref))))
}

// copy puts cleaned text on the clipboard, and says by which way it went.
func (m *Model) copy(text string) tea.Cmd { return m.copyAfter("", text) }

// copyAfter is copy with a word before what became of it.
func (m *Model) copyAfter(word, text string) tea.Cmd {
	return term.Copy(text, func(done term.Copied) tea.Msg {
		return answeredMsg(func(m *Model) tea.Cmd {
			m.notice = notice{text: word + m.pen.w.copied(done), bad: !done.Terminal && done.Program == ""}
			return nil
		})
	})
}

func (m *Model) toStart() tea.Cmd {
	if !m.talk.earlier {
		m.talk.toStart()
		return nil
	}
	return m.jump(inbox.MessageQuery{First: true}, func(m *Model) { m.talk.toStart() })
}

func (m *Model) toEnd() tea.Cmd {
	if !m.talk.later {
		m.talk.toEnd()
		return nil
	}
	return m.jump(inbox.MessageQuery{}, func(m *Model) { m.talk.toEnd() })
}

func (m *Model) toUnread() tea.Cmd {
	if m.talk.mark == "" {
		return m.say(m.pen.w.NothingUnreadHere)
	}
	if m.talk.toMark(m.pen, m.view()) {
		return nil
	}
	mark := m.talk.mark
	return m.jump(inbox.MessageQuery{Around: mark}, func(m *Model) { m.talk.toMark(m.pen, m.view()) })
}

func (m *Model) newLine() tea.Cmd {
	if d := m.draft(); d != nil && m.windowOpen() {
		d.ed.insert("\n")
		m.touch(d)
	}
	return nil
}

// quit ends the screen; when something here is unsent it asks first.
func (m *Model) quit() tea.Cmd {
	var unsent, lost, by []string
	for id, d := range m.drafts {
		if d.handed != nil || d.touched && !d.ed.blank() {
			name := string(id)
			if t := m.list.byID[id]; t != nil {
				name = t.Name
			} else if id == m.talk.id {
				name = m.talk.thread.Name
			}
			if d.lost && !d.dirty() {
				lost = append(lost, name)
				if who := m.pen.w.screenOf(d.theirs.Agent, m.info.Agent); !slices.Contains(by, who) {
					by = append(by, who)
				}
				continue
			}
			unsent = append(unsent, name)
		}
	}
	leave := func(m *Model) tea.Cmd {
		m.quitting = true
		return tea.Sequence(m.saveAll(), m.seenLast(), m.goodbye(), tea.Quit)
	}
	if len(unsent)+len(lost) == 0 {
		return leave(m)
	}
	for _, d := range m.dialogs {
		if menu, ok := d.(*menu); ok && menu.quits {
			return leave(m) // asked already
		}
	}
	slices.Sort(unsent)
	yes := choice{key: "y", label: m.pen.w.QuitYes, run: leave}
	stay := choice{key: "n", label: m.pen.w.QuitNo, run: func(*Model) tea.Cmd { return nil }}
	var text string
	if len(unsent) > 0 {
		text = m.pen.w.unsent(unsent)
	}
	ask := newMenu(m.pen.w.QuitTitle, []choice{yes, stay})
	if len(lost) > 0 {
		slices.Sort(lost)
		slices.Sort(by)
		text = strings.TrimSpace(text + " " + m.pen.w.lost(lost, by))
		yes.label = m.pen.w.QuitLost
		ask.items = []choice{{key: "m", label: m.pen.w.QuitKeep, run: func(m *Model) tea.Cmd {
			for _, d := range m.drafts {
				if d.lost {
					d.saved = "" // so it is saved again, over theirs
				}
			}
			return leave(m)
		}}, yes, stay}
	}
	ask.text, ask.quits = text, true
	return tea.Batch(m.saveAll(), m.openDialog(ask))
}

// goodbye tells colleagues that nobody looks from here any more.
func (m *Model) goodbye() tea.Cmd {
	if m.looked.thread == "" || m.looked.doing == "gone" {
		return nil
	}
	return m.do(inbox.Look{Thread: m.looked.thread, Doing: "gone"}, func(*Model, inbox.Done, error) tea.Cmd { return nil })
}

// decisions are what a person may decide about a message besides cancelling.
func decisions(msg *inbox.Message) []inbox.Decision {
	return slices.DeleteFunc(slices.Clone(msg.Choices), func(d inbox.Decision) bool { return d == inbox.Cancel })
}

// canFetch reports a message whose file is not here and can be asked for.
func canFetch(msg *inbox.Message) bool {
	return msg.Media != nil && !msg.Revoked && msg.Media.Again && msg.Media.State != inbox.MediaFetching
}

// lineHeld reports a message that waits because WhatsApp stopped the whole number, which a person lifts (decisions 14).
func lineHeld(msg *inbox.Message) bool {
	return msg.Status == inbox.Held && msg.HoldReason == "account"
}

// decides reports a message that waits for a decision, or whose text can still be changed.
func decides(msg *inbox.Message) bool {
	return len(decisions(msg)) > 0 || lineHeld(msg) || changes(msg)
}

// cancels reports a message that can be called off.
func cancels(msg *inbox.Message) bool { return slices.Contains(msg.Choices, inbox.Cancel) }

// nearest is the key of the selected message when ok takes it, else of the newest that it takes: what is to come or is
// held names its keys on the screen, and is seldom selected. A dialog is about the selected one only. Empty: there is
// none.
func (m *Model) nearest(ok func(*inbox.Message) bool) string {
	if msg := m.talk.selected(); msg != nil && ok(msg) {
		return m.talk.sel
	}
	if len(m.dialogs) > 0 {
		return ""
	}
	for _, it := range slices.Backward(m.talk.items) {
		if it.msg != nil && ok(it.msg) {
			return it.key
		}
	}
	return ""
}

// aim selects an item and shows it, so that what is asked is seen beside what it is about.
func (m *Model) aim(key string) {
	c := &m.talk
	if c.sel != key {
		c.sel, c.follow = key, false
		c.reveal(m.pen, m.view())
	}
}

// choices opens what the message's state allows. What could reach the customer twice is asked a second time.
func (m *Model) choices() tea.Cmd {
	if msg := m.talk.selected(); canFetch(msg) {
		return m.fetchFile(msg)
	}
	m.aim(m.nearest(decides))
	msg, w := *m.talk.selected(), m.pen.w
	var items []choice
	for i, d := range decisions(&msg) {
		run := m.decide(msg.Ref, d)
		if d == inbox.Resend && msg.Status == inbox.Unknown {
			run = m.sure(w.ResendTitle, w.ResendTwice, w.ResendYes, run)
		}
		items = append(items, choice{key: string(rune('1' + i)), label: w.decision(d, msg.Status), run: run})
	}
	if lineHeld(&msg) {
		items = append(items, choice{key: "L", label: w.LiftHold, run: func(m *Model) tea.Cmd {
			return m.do(inbox.LiftHold{}, func(m *Model, done inbox.Done, err error) tea.Cmd {
				if err != nil {
					return m.fail(err)
				}
				return m.say(done.Text)
			})
		}})
	}
	if changes(&msg) {
		items = append(items, choice{key: "c", label: w.Change, run: func(m *Model) tea.Cmd { return m.recall(msg) }})
	}
	if msg.HoldReason == "window" {
		items = append(items, choice{key: "t", label: w.Help["template"], run: (*Model).pickTemplate})
	}
	menu := newMenu(w.decideTitle(&msg), items)
	menu.text = firstLine(msg.Text)
	return m.openDialog(menu)
}

// decide settles a message; a resend gets its new oid here, so that repeating the command is harmless.
func (m *Model) decide(oid inbox.OID, d inbox.Decision) func(*Model) tea.Cmd {
	c := inbox.Decide{OID: oid, Decision: d}
	if d == inbox.Resend {
		c.NewOID = inbox.OID(m.newID())
	}
	return func(m *Model) tea.Cmd { return m.do(c, m.did(m.pen.w.decided(d))) }
}

// sure asks before something that cannot be taken back.
func (m *Model) sure(title, text, yes string, run func(*Model) tea.Cmd) func(*Model) tea.Cmd {
	return func(m *Model) tea.Cmd {
		ask := newMenu(title, []choice{
			{key: "n", label: m.pen.w.No, run: func(*Model) tea.Cmd { return nil }},
			{key: "y", label: yes, run: run},
		})
		ask.text = text
		return m.openDialog(ask)
	}
}

func (m *Model) cancelSend() tea.Cmd {
	msg := m.talk.selected()
	if back := m.recallable(); back != nil && (back.Ref == msg.Ref || !cancels(msg)) {
		return m.recall(*back)
	}
	if !cancels(msg) {
		m.aim(m.nearest(cancels)) // asked, as it was not chosen
		msg, a := m.talk.selected(), m.keys.named("cancel")
		ask := newMenu(m.pen.w.decideTitle(msg), []choice{{key: m.keys.first(a.name), label: a.help, run: m.decide(msg.Ref, inbox.Cancel)}})
		ask.text = firstLine(msg.Text)
		return m.openDialog(ask)
	}
	return m.decide(msg.Ref, inbox.Cancel)(m)
}
