package ui

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/kyokomi/emoji/v2"
)

// emojiName is an emoji under one of its English names, as GitHub, Slack and gomuks have them.
type emojiName struct{ name, glyph string }

// How many candidates are looked at, and from how many characters on: one alone is likelier a time or a smiley.
const (
	mostEmoji  = 12
	emojiFrom  = 2
	mostSymbol = 40
)

// emojiNames are all of them, sorted. Making the list takes some milliseconds: it is made when the composer opens.
var emojiNames = sync.OnceValue(func() []emojiName {
	var all []emojiName
	for code, glyph := range emoji.CodeMap() {
		name := strings.Trim(code, ":")
		if strings.IndexFunc(name, func(r rune) bool { return !inEmojiName(r) }) < 0 && !strings.Contains(name, "_tone") {
			all = append(all, emojiName{name, glyph})
		}
	}
	slices.SortFunc(all, func(a, b emojiName) int {
		return cmp.Or(cmp.Compare(len(a.name), len(b.name)), strings.Compare(a.name, b.name))
	})
	return all
})

func inEmojiName(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' || r == '+' || r == '-'
}

// emojiLike finds emoji by a part of a name: names that begin with it first, short ones first, each emoji once.
func emojiLike(part string) []emojiName {
	var found []emojiName
	take := func(fits func(string) bool) {
		for _, e := range emojiNames() {
			if len(found) < mostEmoji && fits(e.name) && !slices.ContainsFunc(found, func(have emojiName) bool { return have.glyph == e.glyph }) {
				found = append(found, e)
			}
		}
	}
	take(func(name string) bool { return strings.HasPrefix(name, part) })
	take(func(name string) bool { return strings.Contains(name, part) })
	return found
}

// emojiCalled finds an emoji by its whole name.
func emojiCalled(name string) (string, bool) {
	glyph, ok := emoji.CodeMap()[":"+name+":"]
	return glyph, ok
}

// begunEmoji is the name that is begun before the cursor, as :smi, and where its colon stands.
func (e *editor) begunEmoji() (from int, part string, ok bool) {
	i := e.at
	for i > 0 && e.at-i < mostSymbol && inEmojiName(toLower(e.text[i-1])) {
		i--
	}
	if i == 0 || e.text[i-1] != ':' || e.at-i < emojiFrom || i > 1 && inEmojiName(toLower(e.text[i-2])) {
		return 0, "", false // 10:30 is a time
	}
	return i - 1, strings.ToLower(string(e.text[i:e.at])), true
}

func toLower(r rune) rune {
	if r >= 'A' && r <= 'Z' {
		return r + 'a' - 'A'
	}
	return r
}

// completion is a name that tab made an emoji of: again, and it becomes the next one.
type completion struct {
	from, to int
	next     []emojiName // what the next tab takes is first
}

// completions are the emoji that tab would put in now, the first one first.
func (d *draft) completions() []emojiName {
	if d.completed != nil {
		return d.completed.next
	}
	if _, part, ok := d.ed.begunEmoji(); ok {
		return emojiLike(part)
	}
	return nil
}

// completeEmoji puts the first candidate in the place of the name, or of the one before; false when there is none.
func (d *draft) completeEmoji() bool {
	c := d.completed
	if c == nil {
		from, part, ok := d.ed.begunEmoji()
		found := emojiLike(part)
		if !ok || len(found) == 0 {
			return false
		}
		c = &completion{from: from, to: d.ed.at, next: found}
	}
	first := c.next[0]
	glyph := []rune(first.glyph)
	d.ed.change(c.from, c.to, glyph, apart)
	d.completed = &completion{from: c.from, to: c.from + len(glyph), next: append(slices.Clone(c.next[1:]), first)}
	return true
}

// closeEmoji makes an emoji of a name that has just got its second colon.
func (e *editor) closeEmoji() bool {
	if e.at == 0 || e.text[e.at-1] != ':' {
		return false
	}
	e.at--
	from, name, ok := e.begunEmoji()
	e.at++
	glyph, known := emojiCalled(name)
	if !ok || !known {
		return false
	}
	e.change(from, e.at, []rune(glyph), apart)
	return true
}

// emojiHint shows what tab would put in: the emoji and their names, or in ASCII the names.
func (p *pen) emojiHint(w int, list []emojiName) string {
	words := make([]string, len(list))
	for i, e := range list {
		if words[i] = e.glyph + " " + e.name; p.ascii {
			words[i] = ":" + e.name + ":"
		}
	}
	return p.some(w, "tab "+strings.Join(words, " "+p.Dot+" "))
}
