package ui

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"frontdesk/inbox"
)

// litLines are the rows of a wrapped text with what was looked for in it lit up. The search works on the whole text, so
// that what is broken over two rows is lit on both.
func (p *pen) litLines(i ink, text, query string, lines []string) [][]span {
	out := make([][]span, len(lines))
	var marks [][2]int
	if query != "" {
		marks = inbox.Highlight(query, text)
	}
	rest := []rune(text)
	at := 0 // in text
	for n, line := range lines {
		out[n] = []span{in(i, line)}
		if len(marks) == 0 {
			continue
		}
		var lit []bool
		for _, r := range line {
			to := at
			for to < len(rest) && rest[to] != r && !(r == ' ' && unicode.IsSpace(rest[to])) && (unicode.IsSpace(rest[to]) || !unicode.IsPrint(rest[to])) {
				to++ // what a break swallowed
			}
			if to == len(rest) || rest[to] != r && !(r == ' ' && unicode.IsSpace(rest[to])) {
				lit = append(lit, false) // a sign that the row has for something else
				continue
			}
			lit = append(lit, slices.ContainsFunc(marks, func(m [2]int) bool { return m[0] <= to && to < m[0]+m[1] }))
			at = to + 1
		}
		if slices.Contains(lit, true) {
			out[n] = p.split(i, line, lit)
		}
	}
	return out
}

// split makes spans of a row whose runes are lit or not. A character is lit as a whole. A row in which letters run from
// right to left is lit as a whole, too: in pieces, a terminal would put them in another order.
func (p *pen) split(i ink, line string, lit []bool) []span {
	if strings.ContainsFunc(line, rightToLeft) {
		return []span{in(sought, line)}
	}
	var spans []span
	for len(line) > 0 {
		n, on := 1, lit[0]
		for n < len(lit) && lit[n] == on {
			n++
		}
		before, after := p.Split(line, n)
		for k := n + 1; on && k <= len(lit) && utf8.RuneCountInString(before) < n; k++ {
			before, after = p.Split(line, k)
		}
		if before == "" { // the lit part begins inside a character
			on = true
			for k := n + 1; before == "" && k <= len(lit); k++ {
				before, after = p.Split(line, k)
			}
		}
		if before == "" {
			before, after = line, ""
		}
		ink := i
		if on {
			ink = sought
		}
		spans = append(spans, in(ink, before))
		line, lit = after, lit[min(len(lit), utf8.RuneCountInString(before)):]
		if len(lit) == 0 {
			break
		}
	}
	return spans
}
