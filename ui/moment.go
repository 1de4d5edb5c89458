package ui

import (
	"strconv"
	"strings"
	"time"
)

// moment reads a time to come as people type it: 30m, 2h, 3d, 1h30m, 14:00, tomorrow, mon, with an hour behind a day
// ("tomorrow 14:00"), or as programs spell it (RFC 3339). A day alone means nine in the morning. It is false for
// anything else, and for what is not to come.
func (p *pen) moment(now time.Time, text string) (time.Time, bool) {
	if at, err := time.Parse(time.RFC3339, strings.TrimSpace(text)); err == nil {
		return at, at.After(now)
	}
	fields := strings.Fields(fold(text))
	if len(fields) == 0 || len(fields) > 2 {
		return time.Time{}, false
	}
	if d, ok := span24(fields[0]); ok && len(fields) == 1 {
		return now.Add(d), true
	}
	local := now.In(p.zone)
	hour, minute, timed := hourOf(fields[len(fields)-1])
	day := -1 // from today
	if !timed || len(fields) == 2 {
		if day = p.w.dayOf(local, fields[0]); day < 0 || len(fields) == 2 && !timed {
			return time.Time{}, false
		}
	}
	if !timed {
		hour, minute = 9, 0
	}
	at := time.Date(local.Year(), local.Month(), local.Day()+max(0, day), hour, minute, 0, 0, p.zone)
	if day < 0 && !at.After(now) {
		at = time.Date(local.Year(), local.Month(), local.Day()+1, hour, minute, 0, 0, p.zone) // that hour is tomorrow's
	}
	return at, at.After(now)
}

// Moment reads a time to come as a person at a shell writes it, in English: 14:30, 2h, +45m, tomorrow 9:00, mon,
// 2026-11-24 14:30, or RFC 3339. Hours are those of the zone. It is false for anything else, and for what is over.
func Moment(now time.Time, zone *time.Location, text string) (time.Time, bool) {
	return (&pen{w: &english, clock: clock{zone: zone}}).moment(now, text)
}

// span24 is a duration in which d stands for 24 hours.
func span24(s string) (time.Duration, bool) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.Atoi(days)
		return time.Duration(n) * 24 * time.Hour, err == nil && n > 0 && n <= 366
	}
	d, err := time.ParseDuration(s)
	return d, err == nil && d >= time.Minute && d <= 366*24*time.Hour
}

// hourOf reads 14:00 or 9:30.
func hourOf(s string) (hour, minute int, ok bool) {
	h, m, found := strings.Cut(s, ":")
	hour, err := strconv.Atoi(h)
	minute, err2 := strconv.Atoi(m)
	return hour, minute, found && err == nil && err2 == nil && hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && len(m) == 2
}

// dayOf is how many days from today a day lies, or -1: today, tomorrow, a weekday by at least three letters. English is
// understood in every language.
func (w *words) dayOf(today time.Time, s string) int {
	switch s {
	case "today", fold(w.Today):
		return 0
	case "tomorrow", fold(w.Tomorrow):
		return 1
	}
	if day, err := time.ParseInLocation(time.DateOnly, s, time.UTC); err == nil {
		y, m, d := today.Date()
		if n := int(day.Sub(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)).Hours() / 24); n >= 0 {
			return n
		}
		return -1
	}
	for n := 1; n <= 7; n++ {
		day := today.AddDate(0, 0, n).Weekday()
		if s == fold(w.Weekdays[day]) || len(s) >= 3 && strings.HasPrefix(fold(day.String()), s) {
			return n
		}
	}
	return -1
}
