package ui

import (
	"fmt"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

// Keys: which action one runs, and how it is called.

// keymap finds actions by key.
type keymap struct{ table []action }

// newKeymap makes the table with other keys where the person wants them; breaks turns enter and alt+enter round. A clash
// or an unknown name is a sentence, not a failure: the keys of the table stand then.
func newKeymap(w *words, over map[string][]string, breaks bool) (*keymap, []string) {
	k := &keymap{table: actions(w)}
	if breaks {
		send, line := k.named("send"), k.named("new line")
		send.keys, line.keys = line.keys, send.keys
	}
	var problems []string
	names := make([]string, 0, len(over))
	for name := range over {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		i := slices.IndexFunc(k.table, func(a action) bool { return a.name == strings.ReplaceAll(name, "_", " ") })
		if i < 0 {
			problems = append(problems, fill(w.NoSuchAction, "name", name))
			continue
		}
		before := k.table[i].keys
		k.table[i].keys = spelled(over[name])
		if a, b, key := k.clash(); key != "" {
			problems = append(problems, fill(w.KeyClash, "key", key, "first", a, "second", b))
			k.table[i].keys = before
		}
	}
	return k, problems
}

// spelled are keys as Bubble Tea spells them: the space bar goes by its name in a configuration.
func spelled(keys []string) []string {
	out := slices.Clone(keys)
	for i, key := range out {
		if key == "space" {
			out[i] = " "
		}
	}
	return out
}

// clash finds a key that stands twice in one scope.
func (k *keymap) clash() (a, b, key string) {
	type place struct {
		s   scope
		key string
	}
	have := map[place]string{}
	for _, act := range k.table {
		for s := inList; s <= inDialog; s <<= 1 {
			if act.scope&s == 0 {
				continue
			}
			for _, key := range act.keys {
				if !act.on(s, key) {
					continue
				}
				if other, ok := have[place{s, key}]; ok {
					return other, act.name, key
				}
				have[place{s, key}] = act.name
			}
		}
	}
	return "", "", ""
}

// find is the action of a key in a scope, or nil. Pasted text is never a key.
func (k *keymap) find(s scope, msg tea.KeyMsg) *action {
	if msg.Paste {
		return nil
	}
	key := msg.String()
	for i := range k.table {
		if a := &k.table[i]; a.on(s, key) {
			return a
		}
	}
	return nil
}

func (k *keymap) named(name string) *action {
	for i := range k.table {
		if k.table[i].name == name {
			return &k.table[i]
		}
	}
	return nil
}

// first is the key that is shown for an action.
func (k *keymap) first(name string) string {
	if a := k.named(name); a != nil && len(a.keys) > 0 {
		return keyName(a.keys[0])
	}
	return ""
}

// keyName is a key as people read it.
func keyName(key string) string {
	switch key {
	case " ":
		return "space"
	case "up", "alt+up":
		return strings.TrimSuffix(key, "up") + "↑"
	case "down", "alt+down":
		return strings.TrimSuffix(key, "down") + "↓"
	case "left":
		return "←"
	case "right":
		return "→"
	}
	return key
}

// hintsIn are as many hints as fit on w columns.
func (m *Model) hintsIn(w int, s scope, names ...string) []span {
	var spans []span
	for _, name := range names {
		if more := m.hints(s, name); m.pen.widthOf(spans)+m.pen.widthOf(more) <= w {
			spans = append(spans, more...)
		}
	}
	return spans
}

// hints are keys and what they do, for one row: only what can be done now.
func (m *Model) hints(s scope, names ...string) []span {
	var spans []span
	for _, name := range names {
		a := m.keys.named(name)
		if a == nil || a.scope&s == 0 && (s != inList || !a.opens) || len(a.keys) == 0 || m.reason(a) != "" || a.skip != nil && a.skip(m) {
			continue
		}
		short := m.pen.w.Short[name]
		if short == "" {
			short = a.help
		}
		spans = append(spans, in(plain, " "))
		spans = append(spans, spotted(spotAction+name, in(keyed, m.keyShown(a)), in(faint, " "+short+"  "))...)
	}
	return spans
}

// keyShown is the key of an action, or what to type in the palette for one that has none.
func (m *Model) keyShown(a *action) string {
	switch {
	case len(a.keys) == 0:
		return ":" + a.name
	case m.cfg.ASCII:
		return a.keys[0]
	}
	return keyName(a.keys[0])
}

// KeyTable is the table of keys in Markdown, for the README. The last column is the name by which ui.keys puts other
// keys on an action; blanks may stand for the underscores.
func KeyTable() string {
	var b strings.Builder
	b.WriteString(keyTableHead + "| --- | --- | --- | --- |\n")
	for _, a := range actions(&english) {
		keys := make([]string, len(a.keys))
		for i, k := range a.keys {
			keys[i] = "`" + keyName(k) + "`"
		}
		if len(keys) == 0 {
			keys = []string{"`:" + a.name + "`"}
		}
		where := a.group
		if a.opens {
			where = english.GroupTalkToo
		}
		fmt.Fprintf(&b, "| %s | %s | %s | `%s` |\n", where, strings.Join(keys, " "), a.help, strings.ReplaceAll(a.name, " ", "_"))
	}
	return b.String()
}

const keyTableHead = "| Where | Keys | What | Name |\n"
