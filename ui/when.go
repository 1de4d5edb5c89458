package ui

import (
	"strconv"
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
func (p *pen) brief(now, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	l := t.In(p.zone)
	switch d := p.days(now, t); {
	case d <= 0:
		return p.minute(t)
	case d < 7:
		return p.w.Weekdays[l.Weekday()]
	case l.Year() == now.In(p.zone).Year():
		return p.w.dated(p.w.ListDay, l)
	}
	return strconv.Itoa(l.Year())
}

// nextMinute is when the words for end-now next changes.
func nextMinute(now, end time.Time) time.Time {
	d := end.Sub(now)
	whole := (d - 1) / time.Minute * time.Minute
	return end.Add(-whole)
}

// nextAgo is when the words for now-t next changes.
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
func (p *pen) whenNear(now, t time.Time) string {
	l := t.In(p.zone)
	switch d := -p.days(now, t); {
	case d <= 0:
		return p.minute(t)
	case d < 7:
		return p.w.Weekdays[l.Weekday()] + " " + p.minute(t)
	}
	return p.w.dated(p.w.DayMonth, l) + " " + p.minute(t)
}

// stamp is a time to the second, with its day when that is not today.
func (p *pen) stamp(now, t time.Time) string {
	if p.sameDay(now, t) {
		return p.second(t)
	}
	return p.w.dated(p.w.DayMonth, t.In(p.zone)) + " " + p.second(t)
}

// stampMinute is stamp without the seconds.
func (p *pen) stampMinute(now, t time.Time) string {
	if p.sameDay(now, t) {
		return p.minute(t)
	}
	return p.w.dated(p.w.DayMonth, t.In(p.zone)) + " " + p.minute(t)
}

// nextBriefly is when briefly(now-t) next changes.
func nextBriefly(now, t time.Time) time.Time {
	d, step := now.Sub(t), time.Minute
	switch {
	case d >= 48*time.Hour:
		step = 24 * time.Hour
	case d >= 10*time.Hour:
		step = time.Hour
	}
	return t.Add((d/step + 1) * step)
}

// nextBrieflyLeft is when brieflyLeft(end-now) next changes: each minute below ten hours, else when an hour is over.
func nextBrieflyLeft(now, end time.Time) time.Time {
	hours := (end.Sub(now) + time.Minute - 1) / time.Hour
	if hours < 10 {
		return nextMinute(now, end)
	}
	return end.Add(time.Minute - hours*time.Hour)
}
