package ui

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

func TestEditorOf(t *testing.T) {
	have := func(names ...string) func(string) (string, error) {
		return func(name string) (string, error) {
			for _, n := range names {
				if n == name {
					return "/bin/" + n, nil
				}
			}
			return "", exec.ErrNotFound
		}
	}
	for _, tt := range []struct {
		visual, editor string
		found          []string
		want           string
	}{
		{"code --wait", "vim", nil, "code --wait"}, {"", " vim ", nil, "vim"}, {"", "", []string{"vi", "nano"}, "nano"}, {"", "", []string{"vi"}, "vi"}, {"", "", nil, ""},
	} {
		env := map[string]string{"VISUAL": tt.visual, "EDITOR": tt.editor}
		if got := editorOf(func(k string) string { return env[k] }, have(tt.found...)); got != tt.want {
			t.Errorf("%+v: %q", tt, got)
		}
	}
}

// lending runs other programs in the test's own process group, without a terminal.
func (s *stage) lending(during func()) {
	s.m.lend = func(cmd *exec.Cmd, fn func(error) tea.Msg) tea.Cmd {
		return func() tea.Msg {
			if during != nil {
				during()
			}
			return fn(cmd.Run())
		}
	}
}

func TestEditorTakesTheReplyAndBack(t *testing.T) {
	tmp := t.TempDir()
	script := filepath.Join(tmp, "my editor")
	body := `#!/bin/sh
# $1 an argument of the person's, $2 the file
test "$1" = --wait || exit 3
stat -c %a "$2" > '` + tmp + `/mode'
dirname "$2" > '` + tmp + `/dir'
cat "$2" > '` + tmp + `/before'
cp "$2" "$2~"
printf 'More of it:\r\n\tand {{when}}\n' >> "$2"
`
	if err := os.WriteFile(script, []byte(body), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("VISUAL", "")
	t.Setenv("EDITOR", "'"+script+"' --wait")
	t.Setenv("XDG_RUNTIME_DIR", filepath.Join(tmp, "not there"))
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.lending(nil)
		s.press("enter", "i")
		s.write("Yes, two left.")
		s.press("ctrl+o")
		if got := s.m.draft().text(); got != "Yes, two left.\nMore of it:\n\tand {{when}}" {
			t.Errorf("the editor made %q", got)
		}
		s.sees("> Yes, two left.", "fill in when")
		s.write("Monday")
		s.sees("and Monday")
		s.press("alt+z", "alt+z")
		if got := s.m.draft().text(); got != "Yes, two left." {
			t.Errorf("undone it is %q", got)
		}
		read := func(name string) string {
			b, err := os.ReadFile(filepath.Join(tmp, name))
			if err != nil {
				t.Fatal(err)
			}
			return strings.TrimSpace(string(b))
		}
		if mode := read("mode"); mode != "600" {
			t.Errorf("the file has mode %s", mode)
		}
		if before := read("before"); before != "Yes, two left." {
			t.Errorf("the editor got %q", before)
		}
		if _, err := os.Stat(read("dir")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is still there: %v", read("dir"), err)
		}
	})
}

func TestEditorThatFailsLosesNothing(t *testing.T) {
	for _, tt := range []struct{ editor, says string }{
		{"no-such-editor-at-all", "The editor no-such-editor-at-all cannot be started"},
		{"sh -c 'echo gone > $0; exit 1'", "The editor ended with status 1; the draft is as it was"},
		{"rm", "The editor gave nothing back"},
		{"true", "The editor changed nothing"},
		{"sh -c 'kill -9 $$'", "The editor ended with status"},
	} {
		t.Run(tt.editor, func(t *testing.T) {
			t.Setenv("VISUAL", tt.editor)
			t.Setenv("TMPDIR", t.TempDir())
			t.Setenv("XDG_RUNTIME_DIR", "")
			perform(t, frontOffice, func(s *stage) {
				s.size(100, 28)
				s.lending(nil)
				s.press("enter", "i")
				s.write("Do not lose me")
				s.press("ctrl+o")
				s.sees("> Do not lose me", tt.says)
				if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) != 0 {
					t.Errorf("left behind: %v %v", left, err)
				}
				s.press("enter")
				if sent := s.desk.sent(); len(sent) != 1 || sent[0].Out.Text != "Do not lose me" {
					t.Errorf("sent %+v", sent)
				}
			})
		})
	}
}

// What was saved before the editor was killed counts.
func TestEditorThatIsKilled(t *testing.T) {
	t.Setenv("VISUAL", `sh -c 'echo saved in time > "$0"; kill -9 $$'`)
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.lending(nil)
		s.press("enter", "i")
		s.write("Before")
		s.press("ctrl+o")
		s.sees("> saved in time")
	})
}

// While the editor is open the draft is safe on disk, and a colleague's draft does not end up under what is written there.
func TestWhileTheEditorIsOpen(t *testing.T) {
	t.Setenv("VISUAL", `sh -c 'echo mine > "$0"'`)
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.lending(func() {
			if d := s.desk.threads[asha].Draft; d == nil || d.Text != "Before" {
				t.Errorf("not saved before: %+v", d)
			}
			s.desk.alter(asha, func(th *inbox.Thread) { th.Draft = &inbox.Draft{OID: "01BEN", Text: "From Ben", Agent: "ben"} })
		})
		s.press("enter", "i")
		s.write("Before")
		s.press("ctrl+o")
		s.sees("> mine")
		s.pass(2 * time.Second)
		if d := s.desk.threads[asha].Draft; d == nil || d.Text != "mine" {
			t.Errorf("kept: %+v", d)
		}
	})
}

func TestNoEditor(t *testing.T) {
	t.Setenv("VISUAL", "")
	t.Setenv("EDITOR", "")
	t.Setenv("PATH", t.TempDir())
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "i")
		s.write("x")
		s.press("ctrl+o")
		s.sees("No editor is set")
	})
}
