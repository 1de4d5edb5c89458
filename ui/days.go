package ui

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

// Going about a conversation by days.

// dayStart is the first moment of the day of t.
func (c clock) dayStart(t time.Time) time.Time {
	y, m, d := t.In(c.zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, c.zone)
}

// toDate asks for a day and goes there.
func (m *Model) toDate() tea.Cmd {
	w := m.pen.w
	return m.openDialog(newPrompt(w.DateTitle, w.DateHint, "", true, func(m *Model, text string) tea.Cmd {
		if strings.TrimSpace(text) == "" {
			return nil
		}
		return m.toDay(text)
	}))
}

// toDay goes to the first message of a day that was typed, or to the first after it.
func (m *Model) toDay(text string) tea.Cmd {
	day, ok := m.pen.past(m.now(), text)
	if !ok {
		return m.say(fill(m.pen.w.NoDate, "text", text))
	}
	return m.goDay(day)
}

// goDay selects the first row at a moment or later, and shows it at the top. The stretch around it is fetched when it is
// not there.
func (m *Model) goDay(day time.Time) tea.Cmd {
	c := &m.talk
	rows := c.rows
	if n := len(rows); n > 0 && (!c.earlier || rows[0].At.Before(day)) && (!c.later || !rows[n-1].At.Before(day)) {
		return m.showDay(day)
	}
	return m.jumpTo(inbox.MessageQuery{From: day}, func(m *Model) tea.Cmd { return m.showDay(day) })
}

// jumpTo is jump for what has an answer.
func (m *Model) jumpTo(q inbox.MessageQuery, then func(*Model) tea.Cmd) tea.Cmd {
	m.talk.gen++
	return m.messages(q, func(m *Model, p inbox.MessagePage) tea.Cmd {
		m.talk.replace(p, m.now())
		m.place()
		return then(m)
	})
}

// showDay is goDay among the rows that are there.
func (m *Model) showDay(day time.Time) tea.Cmd {
	c := &m.talk
	c.refresh()
	i := slices.IndexFunc(c.items, func(it item) bool { return it.msg != nil && !it.time().Before(day) })
	if i < 0 {
		c.toEnd()
		return m.say(m.pen.w.NothingLater)
	}
	c.sel, c.top, c.skip, c.follow = c.items[i].key, c.items[i].key, 0, false
	c.settle(m.pen, m.view())
	return nil
}

// previousDay goes to the beginning of the day of the selected message, and from there to that of the day before on
// which something was said.
func (m *Model) previousDay() tea.Cmd {
	c := &m.talk
	i, ok := c.at[c.sel]
	if !ok {
		return nil
	}
	start := c.clock.dayStart(c.items[i].time())
	first := i == 0 || c.items[i-1].time().Before(start)
	switch {
	case !first:
		return m.goDay(start)
	case i > 0:
		return m.goDay(c.clock.dayStart(c.items[i-1].time()))
	case !c.earlier:
		return m.say(m.pen.w.NothingEarlier)
	}
	key := c.rows[0].Key
	return m.jumpTo(inbox.MessageQuery{Around: key}, func(m *Model) tea.Cmd {
		c := &m.talk
		i := c.row(key)
		if i <= 0 {
			return m.say(m.pen.w.NothingEarlier)
		}
		return m.goDay(c.clock.dayStart(c.rows[i-1].At))
	})
}

// nextDay goes to the first message of the next day on which something was said.
func (m *Model) nextDay() tea.Cmd {
	c := &m.talk
	i, ok := c.at[c.sel]
	if !ok {
		return nil
	}
	day := c.clock.dayStart(c.items[i].time())
	next := c.clock.dayStart(day.Add(36 * time.Hour)) // a day may have 25 hours
	for _, it := range c.items[i:] {
		if it.msg != nil && !it.time().Before(next) {
			return m.goDay(next)
		}
	}
	if !c.later {
		c.toEnd()
		return m.say(m.pen.w.NothingLater)
	}
	return m.goDay(next)
}

// past reads a day as people type it: today, yesterday, mon (the last one), 3d (days ago), 19, 19 aug, 19 aug 2025,
// 19.8., 19/8/2025, 2025-08-19. A day without a year, or without a month, is the last one that is not to come. English
// is understood in every language.
func (p *pen) past(now time.Time, text string) (time.Time, bool) {
	local := now.In(p.zone)
	text = fold(strings.TrimSpace(text))
	ago := func(n int) (time.Time, bool) { return p.dayStart(local.AddDate(0, 0, -n)), true }
	switch text {
	case "today", fold(p.w.Today):
		return ago(0)
	case "yesterday", fold(p.w.Yesterday):
		return ago(1)
	}
	if days, found := strings.CutSuffix(text, "d"); found {
		if n, err := strconv.Atoi(days); err == nil && n >= 0 && n < 36600 {
			return ago(n)
		}
	}
	for n := 1; n <= 7; n++ {
		day := local.AddDate(0, 0, -n).Weekday()
		if text == fold(p.w.Weekdays[day]) || len(text) >= 3 && strings.HasPrefix(fold(day.String()), text) {
			return ago(n)
		}
	}
	if t, err := time.ParseInLocation(time.DateOnly, text, p.zone); err == nil {
		return t, true
	}
	if text == "" || text[0] < '0' || text[0] > '9' {
		return time.Time{}, false
	}
	return p.dayMonthYear(local, strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ./-", r) }))
}

// dayMonthYear is a day whose parts are given in that order, the month by its number or the beginning of its name.
func (p *pen) dayMonthYear(local time.Time, parts []string) (time.Time, bool) {
	if len(parts) == 0 || len(parts) > 3 {
		return time.Time{}, false
	}
	day, err := strconv.Atoi(parts[0])
	if err != nil || day < 1 || day > 31 {
		return time.Time{}, false
	}
	year, month, _ := local.Date()
	if len(parts) > 1 {
		if month = p.monthOf(parts[1]); month == 0 {
			return time.Time{}, false
		}
	}
	if len(parts) > 2 {
		if year, err = strconv.Atoi(parts[2]); err != nil || year < 0 || year > 9999 {
			return time.Time{}, false
		}
		if year < 100 {
			year += 2000
		}
	}
	at := func(y int, m time.Month) time.Time { return time.Date(y, m, day, 0, 0, 0, 0, p.zone) }
	t := at(year, month)
	for tries := 0; len(parts) < 3 && (t.Day() != day || t.After(local)) && tries < 12; tries++ { // there may be no 31st
		if len(parts) == 2 {
			year--
		} else if month--; month == 0 {
			year, month = year-1, time.December
		}
		t = at(year, month)
	}
	return t, t.Day() == day
}

// monthOf is a month by its number, its name here, or the beginning of its English name; 0 for none.
func (p *pen) monthOf(s string) time.Month {
	if n, err := strconv.Atoi(s); err == nil && n >= 1 && n <= 12 {
		return time.Month(n)
	}
	for month := time.January; month <= time.December; month++ {
		if s == fold(p.w.Months[month-1]) || len(s) >= 3 && strings.HasPrefix(fold(month.String()), s) {
			return month
		}
	}
	return 0
}

// daysKnown are days that are offered behind the name of the action.
func (m *Model) daysKnown() []string {
	w := m.pen.w
	return []string{fold(w.Today), fold(w.Yesterday), "7d", "30d"}
}
