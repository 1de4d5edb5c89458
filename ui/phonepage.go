package ui

import (
	"strings"
	"time"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

// phonePage tells how the phone and the number are, and what stays on the phone.
type phonePage struct{ top int }

func (m *Model) showPhone() tea.Cmd { return tea.Batch(m.openDialog(&phonePage{}), m.loadInfo()) }

func (d *phonePage) key(m *Model, k tea.KeyMsg) tea.Cmd {
	switch k.String() {
	case "esc", "q", "enter":
		m.close(d)
	case "down", "j":
		d.top++
	case "up", "k":
		d.top--
	case "pgdown", "ctrl+d", " ":
		d.top += max(1, m.h/2)
	case "pgup", "ctrl+u":
		d.top -= max(1, m.h/2)
	case "o":
		if m.readOnly() {
			return m.say(m.pen.w.ReadOnly)
		}
		return m.do(inbox.SeePhone{}, func(m *Model, _ inbox.Done, err error) tea.Cmd {
			if err != nil {
				return m.fail(err)
			}
			return tea.Batch(m.say(m.pen.w.PhoneOpened), m.loadInfo())
		})
	case "P":
		m.close(d)
		return m.showTray()
	default:
		return m.stray(k)
	}
	d.top = max(0, d.top)
	return nil
}

func (d *phonePage) box(m *Model, w, h int) (string, string, []string) {
	p := m.pen
	var rows []string
	for _, line := range p.phoneLines(m.info, m.now()) {
		i := plain
		switch {
		case line == "":
			rows = append(rows, p.blank(w))
			continue
		case strings.HasSuffix(line, ":"):
			i = strong
		}
		for _, part := range p.Wrap(line, w) {
			rows = append(rows, p.row(w, false, in(i, part)))
		}
	}
	shown := max(1, h-1)
	d.top = max(0, min(d.top, len(rows)-shown))
	aside := ""
	if d.top+shown < len(rows) {
		aside = p.w.MoreBelow
	}
	rows = append(rows[d.top:min(len(rows), d.top+shown)], p.row(w, false, p.keyHints(faint, p.some(w, p.w.PhoneKeys))...))
	return p.w.PhoneTitle, aside, rows
}

// phoneLines are the page, line by line: the same that line mode says.
func (p *pen) phoneLines(info inbox.Info, now time.Time) []string {
	w := p.w
	lines := []string{w.PhoneHead + ":"}
	add := func(text string) {
		if text != "" {
			lines = append(lines, text)
		}
	}
	switch ph := info.Phone; {
	case !ph.SeenAt.IsZero():
		add(fill(w.PhoneSeen, "at", p.stampMinute(now, ph.SeenAt), "span", w.briefly(now.Sub(ph.SeenAt)), "by", w.PhoneSigns[ph.SeenBy]))
	case !ph.EndsAt.IsZero():
		add(fill(w.PhoneUnseen, "at", p.stampMinute(now, ph.Since)))
	default:
		add(w.PhoneNone)
	}
	if ph := info.Phone; !ph.EndsAt.IsZero() && !info.Link.Off() { // the days of a number that is off are over
		if now.Before(ph.EndsAt) {
			add(w.count(w.PhoneEnds, ph.Left(now), "at", p.stampMinute(now, ph.EndsAt)))
		} else {
			add(fill(w.PhoneEnded, "at", p.stampMinute(now, ph.EndsAt)))
		}
		add(w.PhoneCounts)
	}
	lines = append(lines, "", w.NumberHead+":")
	add(strings.TrimSpace(info.Number + "  " + info.Business))
	l := info.Link
	switch n, off := l.Notice(); {
	case off:
		add(w.notice(n))
		add(fill(w.LinkSince, "at", p.stampMinute(now, l.Since)))
		add(w.LinkKeeps)
	case l.Since.IsZero():
		add(w.LinkUp)
	default:
		add(fill(w.LinkUpSince, "at", p.stampMinute(now, l.Since)))
	}
	for _, n := range info.Account {
		add(w.notice(n))
	}
	if s := info.Standing; s != (inbox.NumberStanding{}) {
		var parts []string
		if q := w.Qualities[s.Quality]; q != "" {
			parts = append(parts, fill(w.NumberQuality, "quality", q))
		}
		if s.Limit != "" {
			parts = append(parts, fill(w.NumberLimit, "n", strings.ToLower(strings.TrimPrefix(s.Limit, "TIER_"))))
		}
		between := w.Comma // spoken there is no dot
		if p.Dot != "" {
			between = " " + p.Dot + " "
		}
		add(strings.Join(parts, between))
	}
	for _, n := range info.News {
		add(p.stampMinute(now, n.At) + "  " + n.Text)
	}
	lines = append(lines, "", w.StaysHead+":")
	lines = append(lines, w.Stays[:]...)
	lines = append(lines, "", w.DisconnectHead+":")
	return append(lines, w.Disconnects[:]...)
}
