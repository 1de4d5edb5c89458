package ui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"frontdesk/inbox"
)

// timeWords are days, times and durations as the language spells them, and the 24-hour window. Hours of the day are
// 0 to 23 in every language.
type timeWords struct {
	Weekdays [7]string  // short, Sunday first; the list has five columns for one
	Months   [12]string // short

	// How a day is put together: {weekday} {day} {month} {year}, or {m} for the month in
	// digits. ListDay has five columns.
	DayRule, DayRuleYear, DayMonth, DayMonthYear, ListDay string
	Today, Yesterday, TomorrowRule                        string

	JustNow                                   string
	SecondsAgo, MinutesAgo, HoursAgo, DaysAgo counted
	LeftHours, LeftMinutes, LeftOnlyHours     string
	OnlyDays, LessThanMinute                  string // in five columns, as LeftMinutes and LeftOnlyHours
	Seconds, DecimalMark                      string

	OpenFor, ClosesIn, ClosesAt, Since              string
	WindowClosed, WindowClosedShort                 string
	WindowNever, WindowByWhatsApp, WindowClosedLong string
}

var englishTimes = timeWords{
	Weekdays: [7]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
	Months:   [12]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},

	DayRule:      "{weekday} {day} {month}",
	DayRuleYear:  "{weekday} {day} {month} {year}",
	DayMonth:     "{day} {month}",
	DayMonthYear: "{day} {month} {year}",
	ListDay:      "{day}{month}",
	Today:        "Today",
	Yesterday:    "Yesterday",
	TomorrowRule: "Tomorrow",

	JustNow:       "just now",
	SecondsAgo:    counted{One: "{n} s ago", Other: "{n} s ago"},
	MinutesAgo:    counted{One: "{n} min ago", Other: "{n} min ago"},
	HoursAgo:      counted{One: "{n} h ago", Other: "{n} h ago"},
	DaysAgo:       counted{One: "{n} day ago", Other: "{n} days ago"},
	LeftHours:     "{h}h {m}m",
	LeftMinutes:   "{m}m",
	LeftOnlyHours: "{h}h",
	OnlyDays:      "{n}d", LessThanMinute: "<1m",
	Seconds:     "{n} s",
	DecimalMark: ".",

	OpenFor:           "open {left}",
	ClosesIn:          "closes in {left}",
	ClosesAt:          "closes {at}",
	Since:             "since {at}",
	WindowClosed:      "window closed",
	WindowClosedShort: "closed",
	WindowNever:       "window not open: they have not written yet",
	WindowByWhatsApp:  "window closed by WhatsApp",
	WindowClosedLong:  "window closed {ago}",
}

// dated spells the day of t, which is in the person's zone, by a pattern.
func (w *words) dated(pattern string, t time.Time) string {
	return fill(pattern, "weekday", w.Weekdays[t.Weekday()], "day", strconv.Itoa(t.Day()),
		"month", w.Months[t.Month()-1], "m", strconv.Itoa(int(t.Month())), "year", strconv.Itoa(t.Year()))
}

// day names the day of a rule.
func (w *words) day(c clock, now, t time.Time) string {
	l := t.In(c.zone)
	switch d := c.days(now, t); {
	case d == 0:
		return w.Today
	case d == 1:
		return w.Yesterday
	case d == -1:
		return w.TomorrowRule
	case l.Year() == now.In(c.zone).Year():
		return w.dated(w.DayRule, l)
	}
	return w.dated(w.DayRuleYear, l)
}

func (w *words) ago(d time.Duration) string {
	switch {
	case d < time.Second:
		return w.JustNow
	case d < 10*time.Second:
		return w.count(w.SecondsAgo, int(d.Seconds()))
	case d < time.Minute:
		return w.count(w.SecondsAgo, int(d.Seconds())/10*10)
	case d < time.Hour:
		return w.count(w.MinutesAgo, int(d.Minutes()))
	case d < 48*time.Hour:
		return w.count(w.HoursAgo, int(d.Hours()))
	}
	return w.count(w.DaysAgo, int(d.Hours())/24)
}

// left is a duration that runs out: 21h 40m, 5m. Whole minutes, rounded up, so that it never says 0.
func (w *words) left(d time.Duration) string {
	m := int((d + time.Minute - 1) / time.Minute)
	if m >= 60 {
		return fill(w.LeftHours, "h", strconv.Itoa(m/60), "m", fmt.Sprintf("%02d", m%60))
	}
	return fill(w.LeftMinutes, "m", strconv.Itoa(max(1, m)))
}

// leftShort is left in hours when there are hours.
func (w *words) leftShort(d time.Duration) string {
	if m := int((d + time.Minute - 1) / time.Minute); m >= 60 {
		return fill(w.LeftOnlyHours, "h", strconv.Itoa(m/60))
	}
	return w.left(d)
}

// briefly is a time that has gone by in five columns: <1m, 12m, 3h05, 31h, 4d.
func (w *words) briefly(d time.Duration) string {
	switch h := int(d.Hours()); {
	case d < time.Minute:
		return w.LessThanMinute
	case d < time.Hour:
		return fill(w.LeftMinutes, "m", strconv.Itoa(int(d.Minutes())))
	case h < 10:
		return fill(w.LeftOnlyHours, "h", strconv.Itoa(h)) + fmt.Sprintf("%02d", int(d.Minutes())%60)
	case h < 48:
		return fill(w.LeftOnlyHours, "h", strconv.Itoa(h))
	}
	return fill(w.OnlyDays, "n", strconv.Itoa(int(d.Hours())/24))
}

// brieflyLeft is a time that runs out in five columns, rounded up like left.
func (w *words) brieflyLeft(d time.Duration) string {
	return w.briefly((d + time.Minute - 1).Truncate(time.Minute))
}

func (w *words) took(d time.Duration) string {
	if d < time.Minute {
		return fill(w.Seconds, "n", w.decimal(d.Seconds()))
	}
	return d.Round(time.Second).String()
}

// decimal is a number with one digit behind the language's mark.
func (w *words) decimal(n float64) string {
	return strings.Replace(fmt.Sprintf("%.1f", n), ".", w.DecimalMark, 1)
}

func (w *words) since(at string) string    { return fill(w.Since, "at", at) }
func (w *words) closesAt(at string) string { return fill(w.ClosesAt, "at", at) }

// window is the state of the 24-hour window for the title: open 21h 40m.
func (w *words) window(win inbox.Window, open bool, now time.Time) string {
	switch rest := win.ExpiresAt.Sub(now); {
	case open && rest < inbox.ClosesSoon:
		return fill(w.ClosesIn, "left", w.left(rest))
	case open:
		return fill(w.OpenFor, "left", w.left(rest))
	}
	return w.WindowClosed
}

func (w *words) windowShort(win inbox.Window, open bool, now time.Time) string {
	if open {
		return fill(w.OpenFor, "left", w.leftShort(win.ExpiresAt.Sub(now)))
	}
	return w.WindowClosedShort
}

// windowLong is the same with the reason, for the composer and the detail.
func (w *words) windowLong(win inbox.Window, open bool, now time.Time) string {
	switch {
	case open:
		return w.window(win, open, now)
	case win.ExpiresAt.IsZero():
		return w.WindowNever
	case win.ExpiresAt.After(now):
		return w.WindowByWhatsApp
	}
	return fill(w.WindowClosedLong, "ago", w.ago(now.Sub(win.ExpiresAt)))
}
