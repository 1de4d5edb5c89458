// Package chatfile reads the text that WhatsApp's "Export chat" writes on a phone: on iPhones "[12/01/26, 9:41:07 AM] Name:
// text", on Android "12/01/26, 09:41 - Name: text", with the date, the clock and the digits of the phone's region. The form
// is not documented; what is known here was seen in exports of both. It knows nothing of inboxes.
package chatfile

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Order is the order of the parts of a date.
type Order string

// The orders.
const (
	DayFirst   Order = "dmy"
	MonthFirst Order = "mdy"
	YearFirst  Order = "ymd"
)

// Message is one message of the chat.
type Message struct {
	From string
	At   time.Time // to the second on iPhones, to the minute on Android
	Text string
	// Media says that the message was a file, which the export left out or holds beside the text: image, video, audio,
	// document, sticker, or file when it does not say.
	Media string
	Name  string // of the file, when it says
}

// Chat is an export.
type Chat struct {
	Messages []Message // in the order of the file
	People   []string  // who wrote, by first appearance
	System   int       // lines of WhatsApp's own that were left out
	Deleted  int       // messages that were taken back
	Order    Order
}

// ErrOrder says that the dates can be read in two ways and nothing tells which is meant.
var ErrOrder = errors.New("the dates of this export can be read with the day first or with the month first")

// Parse reads an export. order is "" to find it out; zone is where the phone was.
func Parse(text string, order Order, zone *time.Location) (Chat, error) {
	text = strings.TrimPrefix(text, "\ufeff")
	var lines []line
	for _, raw := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		if l, ok := head(raw); ok {
			lines = append(lines, l)
		} else if n := len(lines); n > 0 {
			lines[n-1].rest += "\n" + raw
		} else if strings.TrimSpace(raw) != "" {
			return Chat{}, errors.New("this does not begin like an exported chat")
		}
	}
	if len(lines) == 0 {
		return Chat{}, errors.New("there is no message in it")
	}
	if order == "" {
		var err error
		if order, err = orderOf(lines); err != nil {
			return Chat{}, err
		}
	}
	c := Chat{Order: order}
	for _, l := range lines {
		at, err := l.when(order, zone)
		if err != nil {
			return Chat{}, fmt.Errorf("the date %s cannot be read with its parts in the order %s", strings.Join(l.date[:], "/"), order)
		}
		c.add(l, at)
	}
	return c, nil
}

// line is one entry of the file, with the lines that follow it.
type line struct {
	date   [3]string
	clock  [3]int // hour, minute, second
	half   half   // of a clock of twelve hours
	iphone bool
	dots   bool // the date is written with dots
	rest   string
}

type half uint8

const (
	whole half = iota
	morning
	afternoon
)

const (
	datePart  = `(\d{1,4})[./-] ?(\d{1,2})[./-] ?(\d{1,4})`
	clockPart = `(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?`
	halfPart  = `(?: ?(` + halves + `))?`
	halves    = `(?i:[ap]\.? ?m\.?)|ص|م|上午|下午|पूर्वाह्न|अपराह्न|पू|अ`
)

var (
	onIPhone  = regexp.MustCompile(`^\[` + datePart + `,? ?(?:(` + halves + `) ?)?` + clockPart + halfPart + `\] ?`)
	onAndroid = regexp.MustCompile(`^` + datePart + `,? ?(?:(` + halves + `) ?)?` + clockPart + halfPart + ` [-–] `)
)

// head reads the beginning of an entry. Marks of direction, digits of other scripts and odd spaces differ from phone to
// phone and mean nothing.
func head(raw string) (l line, ok bool) {
	limit := min(len(raw), 160) // bytes: the head is short
	for limit < len(raw) && limit > 0 && raw[limit]&0xc0 == 0x80 {
		limit--
	}
	plain, at := plainly(raw[:limit])
	m := onIPhone.FindStringSubmatchIndex(plain)
	if l.iphone = m != nil; m == nil {
		if m = onAndroid.FindStringSubmatchIndex(plain); m == nil {
			return line{}, false
		}
	}
	part := func(i int) string {
		if m[2*i] < 0 {
			return ""
		}
		return plain[m[2*i]:m[2*i+1]]
	}
	l.date = [3]string{part(1), part(2), part(3)}
	l.dots = strings.Contains(plain[m[2]:m[7]], ".")
	for i := range l.clock {
		l.clock[i], _ = strconv.Atoi(part(5 + i))
	}
	l.half = halfOf(part(4) + part(8))
	l.rest = raw[at(m[1]):]
	return l, true
}

func halfOf(s string) half {
	switch s = strings.ToLower(s); {
	case s == "":
		return whole
	case s[0] == 'p', s == "م", s == "下午", s == "अपराह्न", s == "अ":
		return afternoon
	}
	return morning
}

// plainly gives the text without marks of direction, with ASCII digits and single plain spaces; at finds the place in the
// original that a place in it came from.
func plainly(s string) (plain string, at func(int) int) {
	var b strings.Builder
	var from []int
	space := false
	for i, r := range s {
		switch {
		case isMark(r):
			continue
		case r == '،':
			r = ','
		case unicode.Is(unicode.Zs, r):
			if space {
				continue
			}
			r = ' '
		default:
			if d, ok := digit(r); ok {
				r = d
			}
		}
		space = r == ' '
		n, _ := b.WriteRune(r)
		for range n {
			from = append(from, i)
		}
	}
	return b.String(), func(i int) int {
		if i >= len(from) {
			return len(s)
		}
		return from[i]
	}
}

// isMark holds for what turns the direction of text.
func isMark(r rune) bool {
	return r == '\u200e' || r == '\u200f' || r == '\u061c' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// digit gives the ASCII digit of a digit of another script that phones write dates in.
func digit(r rune) (rune, bool) {
	for _, zero := range []rune{'٠', '۰', '०', '০'} {
		if r >= zero && r <= zero+9 {
			return '0' + r - zero, true
		}
	}
	return r, false
}

// when reads the date and the clock.
func (l line) when(order Order, zone *time.Location) (time.Time, error) {
	var n [3]int
	for i := range n {
		n[i], _ = strconv.Atoi(l.date[i])
	}
	d, m, y := n[0], n[1], n[2]
	switch order {
	case MonthFirst:
		d, m = m, d
	case YearFirst:
		d, y = y, d
	}
	if y < 100 {
		y += 2000
	}
	hour := l.clock[0]
	switch {
	case l.half == afternoon && hour < 12:
		hour += 12
	case l.half == morning && hour == 12:
		hour = 0
	}
	t := time.Date(y, time.Month(m), d, hour, l.clock[1], l.clock[2], 0, zone)
	if m < 1 || m > 12 || t.Day() != d || y < 2009 || y > 2200 || hour > 23 || l.clock[1] > 59 { // WhatsApp began in 2009
		return t, errors.New("no date")
	}
	return t, nil
}

// orderOf finds out in which order the parts of the dates stand: the year shows itself by four digits, a day by being
// larger than twelve, and otherwise the order is the one in which time goes forward. When both do, dots say day first.
func orderOf(lines []line) (Order, error) {
	fits := func(o Order) (ok bool, back int) {
		last := time.Time{}
		for _, l := range lines {
			t, err := l.when(o, time.UTC)
			if err != nil {
				return false, 0
			}
			if t.Before(last.Add(-time.Hour)) { // an hour is for summer time
				back++
			}
			last = t
		}
		return true, back
	}
	if len(lines[0].date[0]) == 4 {
		return YearFirst, nil
	}
	day, dayBack := fits(DayFirst)
	month, monthBack := fits(MonthFirst)
	switch {
	case !day && !month:
		if ok, _ := fits(YearFirst); ok { // 26-01-12
			return YearFirst, nil
		}
		return "", errors.New("the dates of this export cannot be read")
	case !month, day && dayBack < monthBack:
		return DayFirst, nil
	case !day, monthBack < dayBack:
		return MonthFirst, nil
	case lines[0].dots:
		return DayFirst, nil
	case slices.IndexFunc(lines, func(l line) bool { return l.date[0] != l.date[1] }) < 0: // 5/5/26: both are the same
		return DayFirst, nil
	}
	return "", ErrOrder
}

// add sorts an entry: a message, a file, or something of WhatsApp's own.
func (c *Chat) add(l line, at time.Time) {
	name, text, ok := strings.Cut(l.rest, ": ")
	if !ok {
		name, ok = strings.CutSuffix(l.rest, ":") // an empty first line
	}
	name = strings.TrimFunc(name, func(r rune) bool { return isMark(r) || unicode.IsSpace(r) || r == '~' })
	if !ok || name == "" || strings.Contains(name, "\n") {
		c.System++
		return
	}
	m := Message{From: name, At: at}
	marked := strings.HasPrefix(text, "\u200e") // how iPhones set their own words apart
	text = strings.TrimRightFunc(strings.TrimLeftFunc(text, isMark), unicode.IsSpace)
	text = editedMark.ReplaceAllString(text, "")
	first, caption, _ := strings.Cut(text, "\n")
	kind, file, isFile := fileOf(first, marked || strings.Contains(first, " • \u200e"))
	switch {
	case deletedWords.MatchString(text):
		c.Deleted++
		return
	case isFile:
		m.Media, m.Name, m.Text = kind, file, strings.TrimSpace(caption)
	case marked && l.iphone:
		c.System++
		return
	default:
		m.Text = text
	}
	if m.Text == "" && m.Media == "" {
		c.System++
		return
	}
	if !slices.Contains(c.People, name) {
		c.People = append(c.People, name)
	}
	c.Messages = append(c.Messages, m)
}
