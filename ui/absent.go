package ui

import (
	"time"

	"frontdesk/inbox"
	"frontdesk/ui/term"

	tea "github.com/charmbracelet/bubbletea"
)

// awayLeast is how long somebody must have been away for the screen to tell what happened meanwhile.
const awayLeast = 10 * time.Minute

// seenEvery is how often the Desk learns that somebody is there and sees what happens. It is told after a key only.
const seenEvery = 5 * time.Minute

// catchup is how far the person at this screen knows: what happened before they came, and when they last gave a sign.
type catchup struct {
	asked bool        // what happened was asked for at the start
	last  *inbox.Away // what was told then
	told  time.Time   // when the Desk was last told that all has been seen
	key   time.Time   // the last key
}

// askAway asks at the start, once, what happened since the person last looked.
func (m *Model) askAway() tea.Cmd {
	if m.catchup.asked {
		return nil
	}
	m.catchup.asked = true
	return m.loadAway(func(m *Model, a inbox.Away) tea.Cmd {
		m.catchup.last = &a
		switch {
		case a.Empty() || a.Now.Sub(a.Since) < awayLeast:
			return m.seeAll(a.Seq)
		case m.focus == onWrite || len(m.dialogs) > 0:
			return m.say(m.pen.w.AwayLater) // they are at something already
		}
		return m.interject(&absent{away: a})
	})
}

// loadAway asks what happened; a Desk that cannot tell is no reason to bother anybody at the start.
func (m *Model) loadAway(then func(*Model, inbox.Away) tea.Cmd) tea.Cmd {
	desk, ctx := m.desk, m.ctx
	return func() tea.Msg {
		a, err := desk.Away(ctx)
		return answeredMsg(func(m *Model) tea.Cmd {
			if err != nil {
				return nil
			}
			return then(m, a)
		})
	}
}

// seeAll tells the Desk that the person has seen what happened up to a position.
func (m *Model) seeAll(upto inbox.Seq) tea.Cmd {
	m.catchup.told = m.now()
	if upto == 0 || m.readOnly() {
		return nil
	}
	return m.do(inbox.SeeAll{Upto: upto}, func(*Model, inbox.Done, error) tea.Cmd { return nil })
}

// seeing tells it again after a key, when that is a while ago. Nobody is woken for it.
func (m *Model) seeing() tea.Cmd {
	if a := &m.catchup; a.told.IsZero() || a.key.Before(a.told.Add(seenEvery)) || m.readOnly() || m.tellsAway() != nil {
		return nil
	}
	return m.seeAll(m.link.since.Seq)
}

// seenLast is told when the person leaves, unless what happened is still before them.
func (m *Model) seenLast() tea.Cmd {
	if a := &m.catchup; a.told.IsZero() || !a.key.After(a.told) || !m.link.live || m.tellsAway() != nil {
		return nil
	}
	return m.seeAll(m.link.since.Seq)
}

// tellsAway is the dialog that tells what happened, while it is open.
func (m *Model) tellsAway() *absent {
	for _, d := range m.dialogs {
		if d, ok := d.(*absent); ok {
			return d
		}
	}
	return nil
}

// refreshAway keeps an open dialog in step: what could not arrive while nobody ran comes in soon after the start.
func (m *Model) refreshAway() tea.Cmd {
	if m.tellsAway() == nil {
		return nil
	}
	return m.loadAway(func(m *Model, a inbox.Away) tea.Cmd {
		if d := m.tellsAway(); d != nil {
			d.away, m.catchup.last = a, &a
		}
		return nil
	})
}

// showAway shows again what was told at the start.
func (m *Model) showAway() tea.Cmd {
	a := m.catchup.last
	if a == nil || a.Empty() {
		return m.say(m.pen.w.AwayNothing)
	}
	return m.openDialog(&absent{away: *a})
}

// absent tells what happened while the person was away, and offers the threads that need them.
type absent struct {
	away inbox.Away
	at   int // of the threads
	top  int
}

// awayLine is one line of it: a sentence, or a thread to open.
type awayLine struct {
	spans  []span
	thread *inbox.Thread
	stuck  bool
}

func (d *absent) key(m *Model, k tea.KeyMsg) tea.Cmd {
	lines := m.awayLines(d.away, m.boxWidth()-4)
	switch k.String() {
	case "esc", "q":
		return d.leave(m)
	case "down", "j", "tab":
		d.at++
	case "up", "k", "shift+tab":
		d.at = max(0, d.at-1)
	case "pgdown", "ctrl+d", " ":
		d.at += max(1, m.h/2)
	case "pgup", "ctrl+u":
		d.at = max(0, d.at-max(1, m.h/2))
	case "enter":
		return d.row(m, d.at)
	default:
		return m.stray(k)
	}
	d.at = max(0, min(d.at, offered(lines)-1))
	return nil
}

// leave closes the dialog: what happened has been seen.
func (d *absent) leave(m *Model) tea.Cmd {
	m.close(d)
	return m.seeAll(d.away.Seq)
}

// row implements rower: it opens a thread. Where there is none, enter closes.
func (d *absent) row(m *Model, n int) tea.Cmd {
	left := d.leave(m)
	for _, l := range m.awayLines(d.away, m.boxWidth()-4) {
		if l.thread == nil {
			continue
		}
		if n--; n >= 0 {
			continue
		}
		if t := *l.thread; l.stuck && t.Stuck != nil {
			return tea.Batch(left, m.openStuck(t, t.Stuck.Key, 0, 0))
		}
		m.focus = onTalk
		return tea.Batch(left, m.openThread(*l.thread))
	}
	return left
}

func offered(lines []awayLine) (n int) {
	for _, l := range lines {
		if l.thread != nil {
			n++
		}
	}
	return n
}

func (d *absent) box(m *Model, w, h int) (string, string, []string) {
	p := m.pen
	lines := m.awayLines(d.away, w)
	d.at = max(0, min(d.at, offered(lines)-1))
	var rows []string
	n, chosen := 0, 0
	for _, l := range lines {
		if l.thread == nil {
			rows = append(rows, p.row(w, false, l.spans...))
			continue
		}
		edge := "  "
		if n == d.at {
			edge, chosen = p.Select+" ", len(rows)
		}
		row := p.row(w, n == d.at, append([]span{rowSpot(n), in(plain, edge)}, l.spans...)...)
		if n == d.at {
			row = term.Cursor + row
		}
		rows = append(rows, row)
		n++
	}
	shown := max(1, h-1) // the keys stay in sight
	if d.at == 0 || chosen < d.top {
		d.top = 0
	}
	d.top = max(0, min(max(d.top, chosen-shown+1), len(rows)-shown))
	rows = append(rows[d.top:min(len(rows), d.top+shown)], p.row(w, false, p.keyHints(faint, p.w.awayKeys(n > 0))...))
	return p.w.AwayTitle, p.w.awaySince(p.stampMinute(d.away.Now, d.away.Since), p.w.briefly(d.away.Now.Sub(d.away.Since))), rows
}

// awayLines are what happened, in sentences and threads: the same that line mode prints.
func (m *Model) awayLines(a inbox.Away, w int) (lines []awayLine) {
	p := m.pen
	say := func(i ink, text string) {
		for _, line := range p.Wrap(text, w) {
			lines = append(lines, awayLine{spans: []span{in(i, line)}})
		}
	}
	say(plain, p.w.came(a.Messages, a.Threads))
	for _, x := range a.Answers {
		say(plain, p.w.answeredBy(x))
	}
	for _, x := range a.Down {
		say(warning, p.w.down(x, p.stampMinute(a.Now, x.From), p.stampMinute(a.Now, x.To)))
	}
	if n := len(a.Down); n > 0 {
		say(faint, p.w.repeats(a.Down[n-1].To.Sub(a.Down[0].From)))
	}
	list := func(title counted, all int, threads []inbox.Thread, view string, stuck bool, spans func(*inbox.Thread) []span) {
		if all == 0 {
			return
		}
		lines = append(lines, awayLine{})
		say(strong, p.w.count(title, all))
		for i := range threads {
			lines = append(lines, awayLine{spans: spans(&threads[i]), thread: &threads[i], stuck: stuck})
		}
		if more := all - len(threads); more > 0 {
			say(faint, "  "+p.w.andMore(more, m.keys.first(view)))
		}
	}
	nameW := min(22, max(8, w/3))
	row := func(when string, i ink, t *inbox.Thread, text span) []span {
		return []span{in(i, p.FitRight(when, listTimeWidth)+"  "), in(plain, p.Fit(t.Name, nameW)+"  "), text}
	}
	now := m.now()
	list(p.w.AwayWaiting, a.WaitingAll, a.Waiting, "view waiting", false, func(t *inbox.Thread) []span {
		i, text := plain, in(faint, "")
		if m.hurries(t, now) {
			i, text = failing, in(warning, p.w.window(t.Window, true, now))
		} else if t.LastMessage != nil {
			text = in(faint, m.lastText(t.LastMessage))
		}
		return row(p.w.briefly(now.Sub(t.WaitingSince)), i, t, text)
	})
	list(p.w.AwayClosed, a.ClosedAll, a.Closed, "view waiting", false, func(t *inbox.Thread) []span {
		return row(p.brief(now, t.Window.ExpiresAt), plain, t, in(faint, p.w.windowLong(t.Window, false, now)))
	})
	list(p.w.AwayStuck, a.StuckAll, a.Stuck, "view stuck", true, func(t *inbox.Thread) []span {
		tick, _ := p.tick(t.Stuck, t.Stuck.Confirming, now)
		tick.text += ": " + firstLine(t.Stuck.Text)
		return row(p.brief(now, t.Stuck.At), plain, t, tick)
	})
	return append(lines, awayLine{})
}
