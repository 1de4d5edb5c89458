package ui

import (
	"os"
	"slices"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

func TestNoKeyTwiceInAScope(t *testing.T) {
	k, problems := newKeymap(&english, nil, false)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if a, b, key := k.clash(); key != "" {
		t.Errorf("%q does both %q and %q", key, a, b)
	}
	seen := map[string]bool{}
	for _, a := range k.table {
		if seen[a.name] {
			t.Errorf("two actions are called %q", a.name)
		}
		seen[a.name] = true
		if a.help == "" || a.group == "" || a.run == nil || a.scope == 0 {
			t.Errorf("%q lacks a help text, a group, a scope or what it does", a.name)
		}
	}
	for name := range english.Help {
		if !seen[name] {
			t.Errorf("there is help for %q, which is no action", name)
		}
	}
	for name := range english.Short {
		if !seen[name] {
			t.Errorf("there is a short word for %q, which is no action", name)
		}
	}
}

// Letters reach the composer as text: nothing of its scope may be a letter, a digit or a sign, but in the empty box.
func TestWritingIsNotBound(t *testing.T) {
	k, _ := newKeymap(&english, nil, false)
	for _, a := range k.table {
		for _, key := range a.keys {
			if r := []rune(key); len(r) == 1 && !slices.Contains([]string{"", "saved replies"}, k.nameOf(inWrite, r)) {
				t.Errorf("%q takes %q away from the text", a.name, key)
			}
		}
	}
}

// nameOf is the action of a character in a scope, "" for none.
func (k *keymap) nameOf(s scope, r []rune) string {
	if a := k.find(s, tea.KeyMsg{Type: tea.KeyRunes, Runes: r}); a != nil {
		return a.name
	}
	return ""
}

func TestKeysCanBeChanged(t *testing.T) {
	k, problems := newKeymap(&english, map[string][]string{"quote": {"Q"}, "done": {"a"}, "no such thing": {"x"}, "next_unread": {"alt+n"}, "half page down": {"space"}}, false)
	if got := k.named("quote").keys; !slices.Equal(got, []string{"Q"}) {
		t.Errorf("quote has %v", got)
	}
	if got := k.named("next unread").keys; !slices.Equal(got, []string{"alt+n"}) {
		t.Errorf("next_unread does not name it: %v", got)
	}
	if got := k.named("half page down").keys; !slices.Equal(got, []string{" "}) {
		t.Errorf("the space bar is %q", got)
	}
	if got := k.named("done").keys; !slices.Equal(got, []string{"e"}) {
		t.Errorf("a clash with take was accepted: %v", got)
	}
	if len(problems) != 2 || !strings.Contains(strings.Join(problems, "\n"), "no such thing") {
		t.Errorf("problems: %v", problems)
	}
}

func TestReadmeHasTheKeyTable(t *testing.T) {
	const file, mark = "../README.md", "<!-- keys -->\n"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, after, marked := strings.Cut(string(data), mark)
	if !marked {
		t.Fatalf("the README has no line %q where the key table goes", strings.TrimSpace(mark))
	}
	rest := ""
	if i := strings.Index(after, "\n#"); i >= 0 {
		rest = after[i:] // the table ends where the next section begins
	}
	want := mark + "\n" + KeyTable() + rest
	if *update {
		if err := os.WriteFile(file, []byte(before+want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if mark+after != want {
		t.Error("the README's key table is not the action table; go test ./ui -run ReadmeHasTheKeyTable -update makes it so")
	}
}

// A heading stands above its keys, however few of them a search leaves.
func TestHelpHeadingsStayWithTheirKeys(t *testing.T) {
	for _, find := range []string{"mute", "view", "undo", "unread"} {
		perform(t, openFirst, func(s *stage) {
			s.size(80, 24)
			s.press("?")
			s.write(find)
			rows := s.rows()
			for i, row := range rows {
				body, ok := strings.CutPrefix(row, "│ ")
				if ok && strings.HasPrefix(body, english.GroupThread+"  ") && strings.HasPrefix(rows[i+1], "└") {
					t.Errorf("%s: the heading ends the column:\n%s", find, s.screen())
				}
			}
		})
	}
}

// The help has every action, each key once in a group, and says why something cannot be done now.
func TestHelpListsEveryKey(t *testing.T) {
	for _, focus := range []pane{onList, onTalk, onWrite} {
		perform(t, openFirst, func(s *stage) {
			s.size(130, 200)
			s.m.focus = focus
			d := &help{}
			s.m.openDialog(d)
			screen := s.screen()
			for _, a := range s.m.keys.table {
				shown := s.m.pen.Truncate(a.help, 24)
				if !strings.Contains(screen, s.m.keysIn(&a, keyColumn)) || !strings.Contains(screen, strings.TrimSuffix(shown, "…")) {
					s.t.Errorf("%q is not in the help", a.name)
				}
				if why := s.m.reason(&a); why != "" && a.scope&s.m.scope() != 0 && !strings.Contains(screen, why[:20]) {
					s.t.Errorf("%q has no reason: %q", a.name, why)
				}
			}
			s.write("snooze")
			s.sees("snooze")
			s.misses("send a template")
		})
	}
}
