package ui

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

// external is the person's own editor on a file with the text of a box, in a directory that nobody else may look into:
// editors leave copies beside the file.
type external struct {
	dir, file string
	text      string // as it went out
	cmd       *exec.Cmd
}

// mostEdited bounds what is read back, in bytes: far beyond any message.
const mostEdited = 1 << 20

// editorOf is the command that the person wants for editing, with its arguments, as a shell reads it; "" when there is none.
func editorOf(getenv func(string) string, found func(string) (string, error)) string {
	for _, name := range []string{"VISUAL", "EDITOR"} {
		if s := strings.TrimSpace(getenv(name)); s != "" {
			return s
		}
	}
	for _, name := range []string{"editor", "nano", "vi"} {
		if _, err := found(name); err == nil {
			return name
		}
	}
	return ""
}

// newExternal writes the text to a file of its own. End takes it away.
func newExternal(editor, text string) (*external, error) {
	dir, err := os.MkdirTemp(os.Getenv("XDG_RUNTIME_DIR"), "frontdesk-") // mode 0700
	if err != nil {
		if dir, err = os.MkdirTemp("", "frontdesk-"); err != nil {
			return nil, err
		}
	}
	x := &external{dir: dir, file: filepath.Join(dir, "reply.txt"), text: text}
	if err := os.WriteFile(x.file, []byte(text+"\n"), 0o600); err != nil {
		return nil, errors.Join(err, x.end())
	}
	x.cmd = exec.Command("sh", "-c", editor+` "$1"`, editor, x.file) // as git does: arguments and quotes work
	return x, nil
}

func (x *external) end() error { return os.RemoveAll(x.dir) }

// result is the text as it was saved, once the editor has ended with err. An editor that failed on purpose (:cq) or was
// never found gave nothing; one that was killed may have saved something before.
func (x *external) result(err error) (string, error) {
	var exit *exec.ExitError
	killed := errors.As(err, &exit) && (exit.ExitCode() < 0 || exit.ExitCode() > 128) // itself, or as the shell tells it
	if err != nil && !killed {
		return "", err
	}
	f, oerr := os.Open(x.file)
	if oerr != nil {
		return "", oerr
	}
	defer func() { _ = f.Close() }()
	b, rerr := io.ReadAll(io.LimitReader(f, mostEdited))
	if rerr != nil {
		return "", rerr
	}
	text := strings.ReplaceAll(strings.TrimPrefix(string(b), "\ufeff"), "\r\n", "\n")
	text = strings.TrimSuffix(text, "\n") // every editor ends the last line
	if killed && text == x.text {
		return "", err
	}
	return text, nil
}

// edit takes the reply into the person's own editor and back.
func (m *Model) edit() tea.Cmd {
	d := m.draft()
	editor := editorOf(os.Getenv, exec.LookPath)
	if editor == "" {
		return m.say(m.pen.w.NoEditor)
	}
	text, lend := d.text(), m.lend
	return tea.Sequence(m.save(d, m.now(), true), func() tea.Msg {
		x, err := newExternal(editor, text)
		return answeredMsg(func(m *Model) tea.Cmd {
			if err != nil {
				return m.fail(err)
			}
			return lend(x.cmd, func(err error) tea.Msg {
				text, err := x.result(err)
				err = errors.Join(err, x.end())
				return answeredMsg(func(m *Model) tea.Cmd { return m.edited(d, x, editor, text, err) })
			})
		})
	})
}

// edited takes what the editor made of the reply. Undo brings back what stood in the box.
func (m *Model) edited(d *draft, x *external, editor, text string, err error) tea.Cmd {
	w := m.pen.w
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && (exit.ExitCode() == 127 || exit.ExitCode() == 126): // the shell's words for it
		m.notice = notice{text: fill(w.EditorMissing, "editor", firstLine(editor)), bad: true}
	case errors.As(err, &exit):
		m.notice = notice{text: fill(w.EditorFailed, "status", strconv.Itoa(exit.ExitCode())), bad: true}
	case err != nil:
		m.notice = notice{text: fill(w.EditorTrouble, "why", firstLine(err.Error())), bad: true}
	case text == x.text:
		return m.say(w.EditorSame)
	default:
		m.touch(d)
		d.ed.rewrite(text)
		d.ed.chooseField(0)
		return m.save(d, m.now(), true)
	}
	return nil
}
