package ui

import (
	"slices"

	"frontdesk/inbox"
	"frontdesk/ui/term"

	tea "github.com/charmbracelet/bubbletea"
)

// tray is the list of messages that somebody has to look at on the phone, to be ticked off.
type tray struct {
	items  []inbox.TrayItem
	loaded bool
	err    error
	at     int
	top    int
}

// showTray opens the tray.
func (m *Model) showTray() tea.Cmd {
	d := &tray{}
	return tea.Batch(m.openDialog(d), m.loadTray())
}

// openTray is the tray while it is open.
func (m *Model) openTray() *tray {
	for _, d := range m.dialogs {
		if d, ok := d.(*tray); ok {
			return d
		}
	}
	return nil
}

// loadTray reads the tray for the dialog, if that is open.
func (m *Model) loadTray() tea.Cmd {
	if m.openTray() == nil {
		return nil
	}
	desk, ctx := m.desk, m.ctx
	return func() tea.Msg {
		items, err := desk.Tray(ctx, inbox.TrayMost)
		return answeredMsg(func(m *Model) tea.Cmd {
			if d := m.openTray(); d != nil {
				d.items, d.err, d.loaded = items, err, true
				d.at = max(0, min(d.at, len(items)-1))
			}
			return nil
		})
	}
}

func (d *tray) key(m *Model, k tea.KeyMsg) tea.Cmd {
	switch k.String() {
	case "esc", "q":
		m.close(d)
	case "down", "j", "tab":
		d.at++
	case "up", "k", "shift+tab":
		d.at--
	case "pgdown", "ctrl+d":
		d.at += max(1, m.h/2)
	case "pgup", "ctrl+u":
		d.at -= max(1, m.h/2)
	case "x", " ":
		return d.look(m)
	case "Z":
		if why := nothingToTakeBack(m); why != "" {
			return m.say(why)
		}
		m.countLater() // the tray follows
		return m.takeBack()
	case "enter":
		return d.row(m, d.at)
	default:
		return m.stray(k)
	}
	d.at = max(0, min(d.at, len(d.items)-1))
	return nil
}

// look ticks the chosen message off.
func (d *tray) look(m *Model) tea.Cmd {
	if d.at >= len(d.items) {
		return nil
	}
	if m.readOnly() {
		return m.say(m.pen.w.ReadOnly)
	}
	it := d.items[d.at]
	d.items = slices.Delete(d.items, d.at, d.at+1) // the Desk's own list follows
	d.at = max(0, min(d.at, len(d.items)-1))
	m.countLater()
	return m.carry([]step{lookStep(it.Message)}, m.pen.w.looked(it.Name))
}

func lookStep(msg inbox.Message) step {
	done := inbox.LookOnPhone{Thread: msg.Thread, Key: msg.Key}
	back := done
	back.Back = true
	return step{do: done, back: back}
}

// row implements rower: it opens the conversation at the message.
func (d *tray) row(m *Model, n int) tea.Cmd {
	if n >= len(d.items) {
		m.close(d)
		return nil
	}
	msg := d.items[n].Message
	m.close(d)
	desk, ctx := m.desk, m.ctx
	return func() tea.Msg {
		t, err := desk.Thread(ctx, string(msg.Thread))
		return answeredMsg(func(m *Model) tea.Cmd {
			if err != nil {
				return m.fail(err)
			}
			return m.openMessage(t, msg.Key)
		})
	}
}

// openMessage opens a thread at one of its messages.
func (m *Model) openMessage(t inbox.Thread, key string) tea.Cmd {
	m.focus = onTalk
	return m.openThreadAt(t, inbox.MessageQuery{Around: key}, func(m *Model) {
		c := &m.talk
		if _, ok := c.at[key]; ok {
			c.sel, c.follow = key, false
			c.reveal(m.pen, m.view())
		}
	})
}

func (d *tray) box(m *Model, w, h int) (string, string, []string) {
	p, now := m.pen, m.now()
	var rows []string
	switch {
	case d.err != nil:
		rows = p.lines(w, p.w.problem(d.err))
	case !d.loaded:
		rows = p.lines(w, p.w.Loading)
	case len(d.items) == 0:
		rows = p.lines(w, p.w.TrayEmpty)
	}
	shown := max(1, h-1-len(rows))
	d.top = max(0, min(max(min(d.top, d.at), d.at-shown+1), len(d.items)-1))
	nameW := min(22, max(8, w/4))
	for i := d.top; i < min(len(d.items), d.top+shown); i++ {
		it := &d.items[i]
		edge := "  "
		if i == d.at {
			edge = p.Select + " "
		}
		row := p.row(w, i == d.at, rowSpot(i), in(plain, edge), in(faint, p.FitRight(p.brief(now, it.Message.At), listTimeWidth)+"  "),
			in(plain, p.Fit(it.Name, nameW)+"  "), in(warning, p.w.lack(&it.Message)))
		if i == d.at {
			row = term.Cursor + row
		}
		rows = append(rows, row)
	}
	keys := p.w.TrayKeys
	if len(d.items) == 0 {
		keys = p.w.TrayEmptyKeys
	}
	rows = append(rows, p.row(w, false, p.keyHints(faint, p.some(w, keys))...))
	return p.w.TrayTitle, p.w.trayed(len(d.items)), rows
}

// lookedSelected ticks the selected message off, or puts it in the tray: also a file that is on the phone only.
func (m *Model) lookedSelected() tea.Cmd {
	msg := *m.talk.selected()
	s, said := lookStep(msg), m.pen.w.looked(m.talk.thread.Name)
	if !msg.PhoneOnly.Tray {
		s, said = step{do: s.back, back: s.do}, m.pen.w.toTray(m.talk.thread.Name)
	}
	return m.carry([]step{s}, said)
}

func nothingOnPhone(m *Model) string {
	switch msg := m.talk.selected(); {
	case msg == nil:
		return m.pen.w.NoMessageChosen
	case msg.PhoneOnly == nil:
		return m.pen.w.AllHere
	}
	return ""
}
