package ui

import (
	"strings"
	"unicode"

	"frontdesk/ui/term"
)

// ink is a colour named by what it means.
type ink uint8

const (
	plain ink = iota
	faint
	strong
	rule    // lines between things
	keyed   // keys to press
	unread  // counts and names nobody has read
	mine    // what is assigned to me
	theirs  // a customer's name
	phone   // the phone's name
	agent   // an agent's name
	arrived // delivered
	seen    // read
	failing // failed, uncertain
	warning // closing windows, holds
	sought  // what was looked for
	inks    // how many there are
)

// theme is the look of every ink, as the sequence that switches it on.
type theme struct {
	on      [inks]string
	reverse string
	off     string
}

// glyphs are the signs that have an ASCII twin.
type glyphs struct {
	Select, Opened, Marked, Bar, Rule, Quote, Dot, More, Back string
	Arrow, New                                                string
	Sending, Accepted, Sent, Delivered                        string
	Read, Played, Failed, Uncertain, Held, Gone               string
	TopLeft, TopRight, BottomLeft, BottomRight                string
	Blank                                                     string // a value that is still missing
	Full, Hollow                                              string // of a bar
}

func unicodeGlyphs() glyphs {
	return glyphs{
		Select: "▌", Opened: "›", Marked: "+", Bar: "│", Rule: "─", Quote: "┆", Dot: "·", More: "…", Back: "‹", Arrow: "→", New: "←",
		Sending: "…", Accepted: "·", Sent: "✓", Delivered: "✓✓", Read: "✓✓", Played: "▶",
		Failed: "✗", Uncertain: "?", Held: "‖", Gone: "⊘",
		TopLeft: "┌", TopRight: "┐", BottomLeft: "└", BottomRight: "┘", Blank: "▁▁▁",
		Full: "█", Hollow: "░",
	}
}

func asciiGlyphs() glyphs {
	return glyphs{
		Select: ">", Opened: "*", Marked: "+", Bar: "|", Rule: "-", Quote: "|", Dot: "-", More: "~", Back: "<", Arrow: "->", New: "<-",
		Sending: "..", Accepted: ".", Sent: "v", Delivered: "vv", Read: "vv", Played: "|>",
		Failed: "x", Uncertain: "?", Held: "=", Gone: "x",
		TopLeft: "+", TopRight: "+", BottomLeft: "+", BottomRight: "+", Blank: "___",
		Full: "#", Hollow: ".",
	}
}

// span is a part of a row in one ink.
type span struct {
	text string
	ink  ink
}

func in(i ink, s string) span { return span{text: s, ink: i} }

// pen is what drawing needs besides the thing drawn: how the terminal counts, colours, signs, words and the time zone.
// It is passed by pointer; only its theme changes while the screen runs (Model.recolour).
type pen struct {
	term.Measure
	theme
	glyphs
	w *words
	clock
	ascii bool
}

// row draws spans on exactly w columns. What does not fit is cut; a selected row is in reverse video as a whole.
func (p *pen) row(w int, selected bool, spans ...span) string {
	if w <= 0 {
		return ""
	}
	var b strings.Builder
	left := w
	for _, s := range spans {
		if left <= 0 {
			break
		}
		if s.text == "" {
			continue
		}
		text := p.Truncate(s.text, left)
		left -= p.Width(text)
		if strings.ContainsFunc(text, rightToLeft) {
			text += leftToRight
		}
		p.put(&b, text, s.ink, selected)
	}
	if left > 0 {
		p.put(&b, strings.Repeat(" ", left), plain, selected)
	}
	return b.String()
}

// leftToRight ends a run of right-to-left text. It takes no column; without it, terminals that reorder a line draw the
// rule and the numbers behind Arabic or Hebrew text as part of it, in the other pane's place.
const leftToRight = "\u200e"

func rightToLeft(r rune) bool {
	return r >= 0x590 && unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko)
}

// put writes text in an ink.
func (p *pen) put(b *strings.Builder, text string, i ink, selected bool) {
	on := p.on[i]
	if selected {
		on = p.reverse // alone: inks in reverse make patches
		if i == sought {
			on = p.on[strong] // and this is to be one
		}
	}
	if on == "" {
		b.WriteString(text)
		return
	}
	b.WriteString(on)
	b.WriteString(text)
	b.WriteString(p.off)
}

// ends draws left and right at the two ends of a row of w columns. The right end is the program's own words and keeps
// its place; the left end is cut. When there is hardly room for both, the right end goes.
func (p *pen) ends(w int, left, right []span) string {
	n := p.widthOf(right)
	if n == 0 || n > w-6 {
		return p.row(w, false, left...)
	}
	return p.row(w-n, false, left...) + p.row(n, false, right...)
}

func (p *pen) widthOf(spans []span) int {
	n := 0
	for _, s := range spans {
		n += p.Width(s.text)
	}
	return n
}

// ruled draws a horizontal rule of w columns with spans in it, each between blanks, beginning after lead columns.
func (p *pen) ruled(w, lead int, spans ...span) string {
	line := []span{in(rule, strings.Repeat(p.Rule, min(lead, w)))}
	n := 0
	for _, s := range spans {
		if s.text == "" {
			continue
		}
		if n++; n > 1 {
			line = append(line, in(rule, p.Rule+p.Rule))
		}
		line = append(line, span{" " + s.text + " ", s.ink})
	}
	return p.row(w, false, append(line, in(rule, strings.Repeat(p.Rule, max(0, w-p.widthOf(line)))))...)
}

// between draws a word between two short rules, after lead blank columns: the days and the unread line.
func (p *pen) between(w, lead int, s span) string {
	side := strings.Repeat(p.Rule, max(2, min(8, (w-lead-p.Width(s.text)-2)/2)))
	return p.row(w, false, in(plain, strings.Repeat(" ", lead)), in(rule, side), span{" " + s.text + " ", s.ink}, in(rule, side))
}

// some joins as many of the parts of a hint as fit on w columns; the parts stand between dots. The way out, which stands
// last, goes before the others: whoever came by mistake needs no other key.
func (p *pen) some(w int, hint string) string {
	dot := " " + p.Dot + " "
	parts := strings.Split(hint, dot)
	if n := len(parts) - 1; n > 0 && strings.HasPrefix(parts[n], "esc") && p.Width(parts[n]) <= w {
		others := p.some(w-p.Width(parts[n])-p.Width(dot), strings.Join(parts[:n], dot))
		if others == "" {
			return parts[n]
		}
		return others + dot + parts[n]
	}
	all := ""
	for _, part := range parts {
		next := part
		if all != "" {
			next = all + dot + part
		}
		if p.Width(next) <= w {
			all = next
		}
	}
	return all
}

// fitted wraps text to at most n rows of w columns. What is beyond them is told by the "…" of the last.
func (p *pen) fitted(text string, w, n int) []string {
	w = max(1, w)
	rows := p.Wrap(text, w)
	if len(rows) > n {
		rows = append(rows[:n-1:n-1], p.Truncate(strings.Join(rows[n-1:], " "), w))
	}
	return rows
}

// said wraps a sentence of the program's own to at most n rows, one column in.
func (p *pen) said(w, n int, i ink, text string) []string {
	rows := p.fitted(text, w-2, n)
	for k, line := range rows {
		rows[k] = p.row(w, false, in(i, " "+line))
	}
	return rows
}

// blank is an empty row.
func (p *pen) blank(w int) string { return strings.Repeat(" ", max(0, w)) }

// pad cuts or fills rows to exactly h of them.
func (p *pen) pad(rows []string, w, h int) []string {
	if len(rows) > h {
		return rows[:max(0, h)]
	}
	for len(rows) < h {
		rows = append(rows, p.blank(w))
	}
	return rows
}
