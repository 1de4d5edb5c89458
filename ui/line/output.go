package line

import (
	"io"
	"strings"
	"unicode"

	"frontdesk/inbox"
)

// output is the way out: whole lines of text, and prompts. Nothing else is ever written.
type output struct {
	to       io.Writer
	echo     bool
	asked    string // the prompt that stands behind the last newline; with echo the one that is still to be written
	prompted bool
	err      error
}

// line writes one line. What is being typed stays where it is; the line begins on a new one.
func (o *output) line(text string) {
	if o.prompted {
		o.prompted = false
		text = "\n" + flat(text)
	} else {
		text = flat(text)
	}
	o.write(text + "\n")
}

// prompt asks for a line, once.
func (o *output) prompt(text string) {
	if o.asked = text; o.echo || o.prompted {
		return
	}
	o.prompted = true
	o.write(text)
}

// read notes that a line was typed: the terminal has gone to the next one.
func (o *output) read(text string) {
	if o.echo {
		o.write(o.asked + flat(text) + "\n")
	}
	o.prompted = false
}

// end leaves the cursor at the beginning of a line.
func (o *output) end() {
	if o.prompted {
		o.prompted = false
		o.write("\n")
	}
}

func (o *output) write(text string) {
	if o.err != nil {
		return
	}
	_, o.err = io.WriteString(o.to, text)
}

// between stands in a line where a text has a newline.
const between = " / "

// flat is a text as one line of text: no newline, no tab, no character that moves a cursor.
func flat(text string) string {
	text = strings.Trim(inbox.Clean(text), "\n")
	if strings.ContainsRune(text, '\n') {
		var lines []string
		for l := range strings.SplitSeq(text, "\n") {
			if l = strings.TrimSpace(l); l != "" {
				lines = append(lines, l)
			}
		}
		text = strings.Join(lines, between)
	}
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return ' '
		}
		if unicode.IsControl(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
