package ui

import (
	"strconv"
	"strings"
	"time"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

// syncing is what the screen knows of the phone's contacts and history.
type syncing struct {
	inbox.SyncStatus
	asked bool      // the Desk is being asked
	due   time.Time // when it is asked again; zero: when something happens
}

// syncEvery is how often, at most, the Desk is asked for all of it while an import runs. How far it is comes with the
// events.
const syncEvery = 2 * time.Second

// loadSync asks the Desk.
func (m *Model) loadSync() tea.Cmd {
	return m.readSync(nil)
}

func (m *Model) readSync(then func(*Model) tea.Cmd) tea.Cmd {
	m.sync.asked, m.sync.due = true, time.Time{}
	desk, ctx := m.desk, m.ctx
	return func() tea.Msg {
		s, err := desk.Sync(ctx)
		return answeredMsg(func(m *Model) tea.Cmd {
			m.sync.asked = false
			switch {
			case err == nil:
				m.sync.SyncStatus = s
			case then != nil:
				return m.fail(err)
			}
			if then == nil {
				return nil
			}
			return then(m)
		})
	}
}

// synced takes what an event says of it. What it does not say is asked for, soon. A thread that is open is read anew when
// the import begins, ends or is declined, and when a part comes after its end: it says at its beginning how far back it
// reaches, and what never came.
func (m *Model) synced(s *inbox.SyncStatus) tea.Cmd {
	if s == nil {
		return nil
	}
	was := m.sync.SyncStatus
	m.sync.SyncStatus = *s
	m.sync.Contacts.Known = was.Contacts.Known
	m.sync.Contacts.Refusal, m.sync.History.Refusal = was.Contacts.Refusal, was.History.Refusal
	if m.sync.due.IsZero() {
		m.sync.due = m.now().Add(syncEvery)
	}
	late := s.History.State == inbox.SyncComplete && len(was.History.Gaps) != len(s.History.Gaps)
	if (late || was.History.State != s.History.State) && was.History.State != "" && m.talk.ready && !m.talk.earlier {
		return m.reload()
	}
	return nil
}

// dueSync is when the Desk is asked again, or when the words about a standing import change.
func (m *Model) dueSync(now time.Time) time.Time {
	if m.sync.asked {
		return time.Time{}
	}
	due := m.sync.due
	if h := m.sync.History; h.State == inbox.SyncImporting {
		if stalls := h.UpdatedAt.Add(inbox.SyncStalls); stalls.After(now) {
			due = earlier(due, stalls)
		}
	}
	return due
}

// reach is how far back the conversation goes: as its page said, and further when older messages have come since.
func (c *convo) reach() *inbox.Coverage {
	if c.coverage == nil || len(c.rows) == 0 || !c.rows[0].Imported || !c.rows[0].At.Before(c.coverage.From) {
		return c.coverage
	}
	further := *c.coverage
	further.From = c.rows[0].At
	return &further
}

// stands reports whether an import has come to a halt.
func (m *Model) stands() bool {
	h := m.sync.History
	return h.State == inbox.SyncImporting && m.now().Sub(h.UpdatedAt) >= inbox.SyncStalls
}

// importWords are how far a running import is, in at most w columns; "" when none runs.
func (m *Model) importWords(w int) (string, ink) {
	p, h := m.pen, m.sync.History
	if h.State != inbox.SyncImporting {
		return "", plain
	}
	n, i := strconv.Itoa(h.Progress), mine
	brief := fill(p.w.ImportingBrief, "n", n)
	if m.stands() {
		i = warning
		brief += " " + p.Dot + " " + fill(p.w.ImportStands, "at", p.stampMinute(m.now(), h.UpdatedAt))
		return brief, i
	}
	phase := p.w.ImportPhases[min(max(h.Phase, 0), len(p.w.ImportPhases)-1)]
	long := fill(p.w.Importing, "n", n, "phase", phase, "messages", p.w.count(p.w.ImportMessages, h.Messages), "bar", "")
	room := w - p.Width(long)
	if room < 6 {
		if bar := min(10, w-p.Width(brief)-1); bar >= 6 {
			brief += " " + p.progress(bar, h.Progress)
		}
		return brief, i
	}
	return fill(p.w.Importing, "n", n, "phase", phase, "messages", p.w.count(p.w.ImportMessages, h.Messages), "bar", p.progress(min(24, room), h.Progress)), i
}

// progress draws a bar of w columns.
func (p *pen) progress(w, percent int) string {
	full := min(w, max(0, w*percent/100))
	return strings.Repeat(p.Full, full) + strings.Repeat(p.Hollow, w-full)
}

// noContacts and noHistory are why the phone cannot be asked now.
func noContacts(m *Model) string { return m.noSync(m.sync.Contacts.Refusal) }
func noHistory(m *Model) string  { return m.noSync(m.sync.History.Refusal) }

func (m *Model) noSync(e *inbox.Error) string {
	if e == nil || e.Key == "sync-unknown" { // a person's word lifts that
		return ""
	}
	return m.pen.w.problem(e)
}

func (m *Model) askContacts() tea.Cmd { return m.askPhone(inbox.SyncContacts) }
func (m *Model) askHistory() tea.Cmd  { return m.askPhone(inbox.SyncHistory) }

// askPhone asks a person before WhatsApp is asked, for that can be done once.
func (m *Model) askPhone(what inbox.SyncKind) tea.Cmd {
	w := m.pen.w
	label, text, refusal := w.AskContacts, w.AskContactsText, m.sync.Contacts.Refusal
	if what == inbox.SyncHistory {
		label, text, refusal = w.AskHistory, w.AskHistoryText+" "+w.SyncSharing, m.sync.History.Refusal
	}
	ask := inbox.RequestSync{What: what}
	if refusal != nil && refusal.Key == "sync-unknown" {
		ask.Again = true
		text = w.AskAgainText + " " + text
	}
	d := newMenu(label, []choice{
		{key: "y", label: label, run: func(m *Model) tea.Cmd {
			return m.do(ask, func(m *Model, _ inbox.Done, err error) tea.Cmd {
				if err != nil {
					return tea.Batch(m.fail(err), m.loadSync())
				}
				m.notice = notice{text: m.pen.w.SyncTaken}
				return m.loadSync()
			})
		}},
		{key: "n", label: w.AskNot, run: func(*Model) tea.Cmd { return nil }},
	})
	d.text, d.at = text, 1
	return m.openDialog(d)
}

// showSync says all that is known of it, and offers what can be asked for.
func (m *Model) showSync() tea.Cmd {
	return m.readSync(func(m *Model) tea.Cmd {
		w := m.pen.w
		var items []choice
		if !m.readOnly() && noContacts(m) == "" {
			items = append(items, choice{key: "c", label: w.AskContacts, run: (*Model).askContacts})
		}
		if !m.readOnly() && noHistory(m) == "" {
			items = append(items, choice{key: "h", label: w.AskHistory, run: (*Model).askHistory})
		}
		d := newMenu(w.SyncTitle, append(items, choice{key: "x", label: w.SyncClose, run: func(*Model) tea.Cmd { return nil }}))
		d.text = strings.Join(m.syncLines(), "\n")
		d.at = len(items)
		return m.openDialog(d)
	})
}

// syncLines are the sentences of the status.
func (m *Model) syncLines() []string {
	p, w, s, now := m.pen, m.pen.w, m.sync, m.now()
	contacts := fill(w.SyncContacts, "state", p.syncState(s.Contacts.State, s.Contacts.SyncRequest, now))
	if n := s.Contacts.Known; n > 0 {
		contacts += "; " + w.count(w.SyncNamed, n)
	}
	history := fill(w.SyncHistory, "state", p.syncState(s.History.State, s.History.SyncRequest, now))
	if s.History.State == inbox.SyncImporting {
		text, _ := m.importWords(60)
		history += "; " + text
	}
	lines := []string{contacts, history}
	if s.History.State == inbox.SyncComplete {
		lines[1] += "; " + w.count(w.ImportMessages, s.History.Messages)
	}
	if s.History.State == inbox.SyncDeclined {
		lines = append(lines, w.SyncDeclinedDo)
	}
	if len(s.History.Gaps) > 0 {
		lines = append(lines, p.gaps(s.History.Gaps))
	}
	if at := s.History.MediaFrom; !at.IsZero() {
		lines = append(lines, fill(w.SyncMedia, "day", p.dayMonth(now, at)))
	}
	if why := noContacts(m); why != "" && s.Contacts.State == inbox.SyncNever {
		lines = append(lines, p.Arrow+" "+why)
	}
	if why := noHistory(m); why != "" && s.History.State == inbox.SyncNever {
		lines = append(lines, p.Arrow+" "+why)
	}
	switch l := s.Listener; {
	case l.ProvenAt.IsZero():
		lines = append(lines, w.SyncUnproven)
	case l.Address != "":
		lines = append(lines, fill(w.SyncProvenBy, "at", p.stampMinute(now, l.ProvenAt), "address", l.Address))
	default:
		lines = append(lines, fill(w.SyncProven, "at", p.stampMinute(now, l.ProvenAt)))
	}
	return lines
}
