package ui

import (
	"slices"
	"strings"
)

// history is what an editor can take back, and what it took back and can do again.
type history struct {
	past, future []edit
	kept         int  // runes in past
	sealed       bool // the next edit is one of its own, however alike
}

// edit is one change: at a place, some runes gave way to others.
type edit struct {
	at       int
	was, now []rune
	from     int // where the cursor stood before
	how      manner
}

// manner says of an edit whether it may become one with its neighbour: a word that is typed is taken back as a word.
type manner uint8

const (
	apart   manner = iota
	typing         // a character at the cursor
	erasing        // the character before the cursor
)

// How much is kept to be taken back.
const (
	mostEdits   = 2000
	mostUndoing = 1 << 20 // runes
)

// change replaces a part of the text. Every change goes through here but those that begin a new text.
func (e *editor) change(from, to int, now []rune, how manner) {
	if from == to && len(now) == 0 {
		return
	}
	made := edit{at: from, was: slices.Clone(e.text[from:to]), now: slices.Clone(now), from: e.at, how: how}
	e.text = slices.Replace(e.text, from, to, now...)
	e.at, e.column = from+len(now), 0
	e.field = [2]int{}
	e.history.add(made)
}

func (h *history) add(made edit) {
	h.future = nil
	h.kept += len(made.was) + len(made.now)
	if n := len(h.past); n > 0 && !h.sealed && h.past[n-1].join(made) {
		return
	}
	h.sealed = false
	h.past = append(h.past, made)
	for len(h.past) > mostEdits || h.kept > mostUndoing && len(h.past) > 1 {
		h.kept -= len(h.past[0].was) + len(h.past[0].now)
		h.past = h.past[1:]
	}
}

// join makes one edit of two when the second goes on with the word of the first.
func (e *edit) join(next edit) bool {
	switch {
	case e.how != next.how:
		return false
	case e.how == typing && next.at == e.at+len(e.now) && !begins(e.now[len(e.now)-1], next.now[0]):
		e.now = append(e.now, next.now...)
		return true
	case e.how == erasing && next.at+len(next.was) == e.at && !begins(next.was[len(next.was)-1], e.was[0]):
		e.at, e.was = next.at, append(next.was, e.was...)
		return true
	}
	return false
}

// begins reports whether a word begins between two characters.
func begins(before, behind rune) bool {
	return strings.ContainsRune(" \n\t", before) && !strings.ContainsRune(" \n\t", behind)
}

// undo takes the last edit back; false when there is none.
func (e *editor) undo() bool {
	h := &e.history
	n := len(h.past)
	if n == 0 {
		return false
	}
	last := h.past[n-1]
	h.past, h.future, h.sealed = h.past[:n-1], append(h.future, last), true
	h.kept -= len(last.was) + len(last.now)
	e.text = slices.Replace(e.text, last.at, last.at+len(last.now), last.was...)
	e.at, e.column, e.field = last.from, 0, [2]int{}
	return true
}

// redo does again what undo took back.
func (e *editor) redo() bool {
	h := &e.history
	n := len(h.future)
	if n == 0 {
		return false
	}
	next := h.future[n-1]
	h.future, h.past, h.sealed = h.future[:n-1], append(h.past, next), true
	h.kept += len(next.was) + len(next.now)
	e.text = slices.Replace(e.text, next.at, next.at+len(next.was), next.now...)
	e.at, e.column, e.field = next.at+len(next.now), 0, [2]int{}
	return true
}

// kills are the texts that were cut, newest last, for one editor or for several.
type kills struct{ ring [][]rune }

const mostKills = 20

// kill cuts a part of the text and keeps it for yank. Cuts in a row are one, as in a shell.
func (e *editor) kill(from, to int, back bool) {
	if from == to {
		return
	}
	text := slices.Clone(e.text[from:to])
	e.change(from, to, nil, apart)
	k := e.ring()
	if n := len(k.ring); e.killed && n > 0 {
		if back {
			k.ring[n-1] = append(text, k.ring[n-1]...)
		} else {
			k.ring[n-1] = append(k.ring[n-1], text...)
		}
	} else {
		k.ring = append(k.ring, text)
		k.ring = k.ring[max(0, len(k.ring)-mostKills):]
	}
	e.killing = true
}

// yank puts the last cut text in; again, with pop, the one before in its place.
func (e *editor) yank(pop bool) {
	k := e.ring()
	n := len(k.ring)
	switch {
	case n == 0:
	case !pop:
		e.change(e.at, e.at, k.ring[n-1], apart)
		e.yanked = n
	case e.popping > 0:
		i := (e.popping + n - 2) % n
		from := e.at - len(k.ring[e.popping-1])
		e.change(from, e.at, k.ring[i], apart)
		e.yanked = i + 1
	}
}

func (e *editor) ring() *kills {
	if e.kills == nil {
		e.kills = &kills{}
	}
	return e.kills
}
