package inbox

import (
	"strconv"
	"strings"
	"time"
)

// span is a time from one moment to before another, in Unix seconds.
type span struct{ from, to int64 }

// firstYear is the year that WhatsApp began in: no message is older.
const firstYear = 2009

// daysOf understands the first words as days, and says how many they are; none when they are no days. A day without a
// year is that day of every year, newest first.
func daysOf(words []string, now time.Time) ([]span, int) {
	if days := dayNamed(words[0], now); days != nil {
		return days, 1
	}
	if len(words) > 1 && words[0] == "hari" && words[1] == "ini" { // Indonesian, in two words
		return daySpan(now), 2
	}
	if days := dayInDigits(words[0], now); days != nil {
		return days, 1
	}
	return dayInWords(words, now)
}

// The words for today and yesterday in the languages of the screen, folded.
var (
	todays     = folds("today", "hoje", "hoy", "आज", "اليوم")
	yesterdays = folds("yesterday", "ontem", "ayer", "kemarin", "أمس")
)

func folds(words ...string) map[string]bool {
	m := map[string]bool{}
	for _, w := range words {
		m[Fold(w)] = true
	}
	return m
}

func dayNamed(w string, now time.Time) []span {
	switch {
	case todays[w]:
		return daySpan(now)
	case yesterdays[w]:
		return daySpan(now.AddDate(0, 0, -1))
	}
	return nil
}

// daySpan is the day that a moment is of.
func daySpan(t time.Time) []span {
	y, m, d := t.Date()
	return dates(y, int(m), d, t.Location())
}

// dates is one day, or a whole month when day is 0; nil when there is no such day.
func dates(year, month, day int, zone *time.Location) []span {
	if year < firstYear || year > 9999 || month < 1 || month > 12 || day < 0 || day > 31 {
		return nil
	}
	from := time.Date(year, time.Month(month), max(day, 1), 0, 0, 0, 0, zone)
	if from.Day() != max(day, 1) {
		return nil
	}
	to := from.AddDate(0, 0, 1)
	if day == 0 {
		to = from.AddDate(0, 1, 0)
	}
	return []span{{from.Unix(), to.Unix()}}
}

// everyYear is a day of every year up to now.
func everyYear(month, day int, now time.Time) []span {
	var all []span
	for y := firstYear; y <= now.Year(); y++ {
		all = append(all, dates(y, month, day, now.Location())...)
	}
	return all
}

// dayInDigits reads 2026-11-03 and 2026-11, 3.11.2026 and 3/11/2026. Where it is not clear which number is the month, it
// may be either.
func dayInDigits(w string, now time.Time) []span {
	zone := now.Location()
	part := strings.FieldsFunc(w, func(r rune) bool { return r == '-' || r == '.' || r == '/' })
	n := make([]int, len(part))
	for i, p := range part {
		var err error
		if n[i], err = strconv.Atoi(p); err != nil {
			return nil
		}
	}
	switch {
	case len(n) == 3 && len(part[0]) == 4:
		return dates(n[0], n[1], n[2], zone)
	case len(n) == 2 && len(part[0]) == 4 && strings.Contains(w, "-"):
		return dates(n[0], n[1], 0, zone)
	case len(n) == 3 && len(part[2]) == 4:
		days := dates(n[2], n[1], n[0], zone)
		if n[0] != n[1] && !strings.Contains(w, ".") {
			days = append(days, dates(n[2], n[0], n[1], zone)...)
		}
		return days
	}
	return nil
}

// dayInWords reads "3 nov", "nov 3", "3 de novembro", "3 november 2026" and "nov 2026".
func dayInWords(words []string, now time.Time) ([]span, int) {
	day, month, year, n := 0, 0, 0, 0
words:
	for n < len(words) {
		w := strings.TrimRight(words[n], ".,")
		v, err := strconv.Atoi(w)
		switch {
		case err == nil && len(w) == 4 && year == 0 && month > 0:
			year = v
		case err == nil && len(w) <= 2 && v >= 1 && v <= 31 && day == 0 && year == 0:
			day = v
		case err != nil && month == 0 && monthNamed(w) > 0:
			month = monthNamed(w)
		case w == "de" && n > 0 && n+1 < len(words): // Portuguese and Spanish put it between
		default:
			break words
		}
		n++
	}
	if n > 0 && words[n-1] == "de" {
		n--
	}
	switch {
	case month == 0 || day == 0 && year == 0:
		return nil, 0
	case year != 0:
		days := dates(year, month, day, now.Location())
		if days == nil {
			n = 0
		}
		return days, n
	}
	days := everyYear(month, day, now)
	if days == nil {
		n = 0
	}
	return days, n
}

// months are the names of the months in the languages of the screen, folded, each with how much of it is enough.
var months = func() map[string]int {
	m := map[string]int{}
	for _, language := range []string{
		"january february march april may june july august september october november december",
		"janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
		"enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
		"januari februari maret april mei juni juli agustus september oktober november desember",
		"जनवरी फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर",
		"يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
	} {
		for i, name := range strings.Fields(Fold(language)) {
			m[name] = i + 1
			if name[0] < 0x80 { // "nov" is enough, where letters are letters
				m[name[:3]] = i + 1
				if name == "september" {
					m["sept"] = i + 1
				}
			}
		}
	}
	return m
}()

func monthNamed(w string) int { return months[w] }
