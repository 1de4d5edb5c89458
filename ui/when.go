package ui

import (
	"fmt"
	"time"
)

// clock spells times in the person's zone.
type clock struct{ zone *time.Location }

// minute is the time of day.
func (c clock) minute(t time.Time) string {
	if t.IsZero() {
		return "     "
	}
	return t.In(c.zone).Format("15:04")
}

// second is the time of day to the second, for the way of a message.
func (c clock) second(t time.Time) string { return t.In(c.zone).Format("15:04:05") }

// sameDay compares calendar days of the zone.
func (c clock) sameDay(a, b time.Time) bool {
	ay, am, ad := a.In(c.zone).Date()
	by, bm, bd := b.In(c.zone).Date()
	return ay == by && am == bm && ad == bd
}

// midnight is the next change of day after now.
func (c clock) midnight(now time.Time) time.Time {
	y, m, d := now.In(c.zone).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, c.zone)
}

// days is how many calendar days t lies before now; negative for the future.
func (c clock) days(now, t time.Time) int {
	ny, nm, nd := now.In(c.zone).Date()
	ty, tm, td := t.In(c.zone).Date()
	return int(time.Date(ny, nm, nd, 12, 0, 0, 0, time.UTC).Sub(time.Date(ty, tm, td, 12, 0, 0, 0, time.UTC)).Hours() / 24)
}

// brief is a time in five columns: the hour today, the weekday this week, the day this year, else the year.
func (c clock) brief(now, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	l := t.In(c.zone)
	switch d := c.days(now, t); {
	case d <= 0:
		return l.Format("15:04")
	case d < 7:
		return l.Format("Mon")
	case l.Year() == now.In(c.zone).Year():
		return l.Format("2Jan")
	}
	return l.Format("2006")
}

// left is a duration that runs out: 21h 40m, 5m. Whole minutes, rounded up, so that it never says 0.
func left(d time.Duration) string {
	m := int((d + time.Minute - 1) / time.Minute)
	if m >= 60 {
		return fmt.Sprintf("%dh %02dm", m/60, m%60)
	}
	return fmt.Sprintf("%dm", max(1, m))
}

// leftShort is left in hours when there are hours.
func leftShort(d time.Duration) string {
	if m := int((d + time.Minute - 1) / time.Minute); m >= 60 {
		return fmt.Sprintf("%dh", m/60)
	}
	return left(d)
}

// nextMinute is when left(end-now) next changes.
func nextMinute(now, end time.Time) time.Time {
	d := end.Sub(now)
	whole := (d - 1) / time.Minute * time.Minute
	return end.Add(-whole)
}

// nextAgo is when ago(now-t) next changes.
func nextAgo(now, t time.Time) time.Time {
	d := now.Sub(t)
	step := time.Hour
	switch {
	case d < 10*time.Second:
		step = time.Second
	case d < time.Minute:
		step = 10 * time.Second
	case d < time.Hour:
		step = time.Minute
	}
	return t.Add((d/step + 1) * step)
}

// whenNear is a time to come: the hour today, with the weekday or the day when it is later.
func (c clock) whenNear(now, t time.Time) string {
	switch d := -c.days(now, t); {
	case d <= 0:
		return c.minute(t)
	case d < 7:
		return t.In(c.zone).Format("Mon 15:04")
	}
	return t.In(c.zone).Format("2 Jan 15:04")
}
