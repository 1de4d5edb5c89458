package ui

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"

	"frontdesk/inbox"
	"frontdesk/ui/enclose"

	tea "github.com/charmbracelet/bubbletea"
)

// A file that goes with a reply: chosen by its path, or dropped onto the terminal, which types its path. It lies in the box
// until the reply is sent, and is read by this terminal then.

// attach chooses a file, or says what may be done with the one in the box.
func (m *Model) attach() tea.Cmd {
	if d := m.draft(); d != nil && d.file != nil {
		return m.openDialog(m.attached(d))
	}
	return tea.Batch(m.write(), m.openFiles())
}

// attachPath attaches the file of a path.
func (m *Model) attachPath(path string) tea.Cmd {
	return tea.Batch(m.write(), m.enclose(m.draft(), enclose.Given(path), ""))
}

// enclose looks at a file and puts it into the box.
func (m *Model) enclose(d *draft, path, as string) tea.Cmd {
	if d == nil {
		return nil
	}
	return func() tea.Msg {
		f, err := enclose.Look(path, as)
		return answeredMsg(func(m *Model) tea.Cmd {
			if err != nil {
				return m.fail(err)
			}
			return m.putFile(d, f)
		})
	}
}

// putFile puts a file into the box.
func (m *Model) putFile(d *draft, f enclose.File) tea.Cmd {
	m.touch(d)
	d.file, m.attachedFrom, m.leaving = &f, filepath.Dir(f.Path), false
	return m.keepFile(d)
}

// sendAs changes as what the file in the box goes. What no path is known of goes as it lies with the Desk.
func (m *Model) sendAs(d *draft, as string) tea.Cmd {
	if d.file.Path != "" {
		return m.enclose(d, d.file.Path, as)
	}
	f := *d.file
	f.As = as
	m.touch(d)
	d.file = &f
	return m.save(d, m.now(), true)
}

// attached is the menu about the file in the box: as what it goes, another one, none.
func (m *Model) attached(d *draft) *menu {
	w, f := m.pen.w, d.file
	var items []choice
	for i, as := range ways(f) {
		items = append(items, choice{key: string(rune('1' + i)), label: fill(w.AttachAs, "kind", w.Media[as]), run: func(m *Model) tea.Cmd { return m.sendAs(d, as) }})
	}
	items = append(items,
		choice{key: "o", label: w.AttachOther, run: func(m *Model) tea.Cmd { return m.openFiles() }},
		choice{key: "x", label: w.AttachNone, run: func(m *Model) tea.Cmd { m.touch(d); d.file = nil; return m.save(d, m.now(), true) }})
	return newMenu(strings.Join(w.fileParts(f), " "), items)
}

// ways are the other kinds as which a file may go.
func ways(f *enclose.File) (kinds []string) {
	family, _, _ := strings.Cut(f.MIME, "/")
	own := family
	if family != inbox.AsImage && family != inbox.AsVideo && family != inbox.AsAudio {
		own = inbox.AsDocument
	}
	if f.MIME == "image/webp" {
		own = inbox.AsSticker
	}
	for _, as := range []string{own, inbox.AsDocument, inbox.AsVoice} {
		switch {
		case as == f.As, as == inbox.AsVoice && f.Path == "" && f.MIME != "audio/ogg", as == inbox.AsVoice && family != inbox.AsAudio && family != inbox.AsVideo, as == inbox.AsDocument && own == as:
		default:
			kinds = append(kinds, as)
		}
	}
	return kinds
}

// fileParts are what is known of a file before it is sent.
func (w *words) fileParts(f *enclose.File) []string {
	return w.mediaParts(&inbox.Message{Type: f.Type(), Media: &inbox.MediaView{Name: f.Name, Bytes: f.Bytes, Voice: f.As == inbox.AsVoice}})
}

// dropped looks whether a text that came in one piece is a file, and asks what was meant. The text stands in the box
// already, as any other that is pasted.
func (m *Model) dropped(text string) tea.Cmd {
	d := m.draft()
	if d == nil || strings.ContainsAny(text, "\n\r") || !filepath.IsAbs(enclose.Given(text)) {
		return nil
	}
	return func() tea.Msg {
		path, ok := enclose.Dropped(text)
		if !ok {
			return nil
		}
		f, err := enclose.Look(path, "")
		return answeredMsg(func(m *Model) tea.Cmd {
			if err != nil {
				return m.fail(err)
			}
			if m.draft() != d {
				return nil
			}
			return m.openDialog(newMenu(fill(m.pen.w.AttachAsk, "name", f.Name), []choice{
				{key: "a", label: fill(m.pen.w.AttachAs, "kind", strings.Join(m.pen.w.fileParts(&f), " ")), run: func(m *Model) tea.Cmd {
					d.ed.rewrite(strings.TrimRight(strings.Replace(d.text(), d.ed.typed(text), "", 1), " "))
					m.focus = onWrite
					return m.putFile(d, f)
				}},
				{key: "t", label: m.pen.w.AttachText, run: func(*Model) tea.Cmd { return nil }},
			}))
		})
	}
}

// fileBox chooses a file by its path: what begins as typed is listed below, the newest first.
type fileBox struct {
	ed     editor
	found  []enclose.Entry
	listed string // what was typed when it was listed
	err    error  // why nothing could be
	at     int
	top    int
}

// openFiles begins where the last file came from.
func (m *Model) openFiles() tea.Cmd {
	d := &fileBox{}
	d.ed.single = true
	d.ed.set("~" + string(filepath.Separator))
	if m.attachedFrom != "" {
		d.ed.set(strings.TrimSuffix(m.attachedFrom, string(filepath.Separator)) + string(filepath.Separator))
	}
	return tea.Batch(m.openDialog(d), d.list())
}

// list asks for what begins as typed.
func (d *fileBox) list() tea.Cmd {
	typed := d.ed.String()
	return func() tea.Msg {
		found, err := enclose.Complete(typed)
		return answeredMsg(func(*Model) tea.Cmd {
			if d.ed.String() == typed {
				d.found, d.listed, d.err, d.at, d.top = found, typed, err, 0, 0
			}
			return nil
		})
	}
}

func (d *fileBox) key(m *Model, k tea.KeyMsg) tea.Cmd {
	before := d.ed.String()
	switch s := k.String(); {
	case k.Paste:
		d.ed.set("")
		d.ed.insert(enclose.Given(string(k.Runes)))
	case s == "esc":
		m.close(d)
		return nil
	case s == "down", s == "ctrl+n":
		d.at = min(max(0, len(d.found)-1), d.at+1)
		return nil
	case s == "up", s == "ctrl+p":
		d.at = max(0, d.at-1)
		return nil
	case s == "tab":
		if len(d.found) > 0 && d.listed == before {
			d.ed.set(enclose.Common(d.found, d.at, before))
		}
	case s == "enter":
		return d.choose(m)
	default:
		d.ed.key(m.pen, k, m.boxWidth()-2)
		if s := d.ed.String(); s != before {
			if anew := enclose.Anew(s); anew != s {
				d.ed.set(anew)
			}
		}
	}
	if d.ed.String() == before {
		return nil
	}
	return d.list()
}

// choose goes into a directory, or attaches the file.
func (d *fileBox) choose(m *Model) tea.Cmd {
	path := enclose.Given(d.ed.String())
	if d.listed == d.ed.String() && d.at < len(d.found) {
		e := d.found[d.at]
		if e.Dir {
			d.ed.set(e.Path)
			return d.list()
		}
		path = e.Path
	}
	m.close(d)
	return m.enclose(m.draft(), path, "")
}

// row implements rower.
func (d *fileBox) row(m *Model, n int) tea.Cmd {
	if n >= len(d.found) {
		return nil
	}
	d.at = n
	return d.choose(m)
}

// nothing says why nothing is listed.
func (d *fileBox) nothing(w *words) string {
	switch _, base := filepath.Split(enclose.Given(d.listed)); {
	case errors.Is(d.err, fs.ErrNotExist), errors.Is(d.err, syscall.ENOTDIR):
		return w.AttachNowhere
	case d.err != nil:
		return w.AttachClosed
	case base == "":
		return w.AttachEmpty
	}
	return w.AttachNothing
}

func (d *fileBox) box(m *Model, w, h int) (string, string, []string) {
	p := m.pen
	rows := d.ed.show(p, w, 1, true, plain)
	room := max(1, h-len(rows)-1)
	d.top = max(min(d.top, d.at), d.at-room+1)
	for i := d.top; i < min(len(d.found), d.top+room); i++ {
		e := d.found[i]
		edge, aside := "  ", ""
		if i == d.at {
			edge = p.Select + " "
		}
		name := filepath.Base(e.Path)
		if e.Dir {
			name += string(filepath.Separator)
		} else {
			aside = p.w.size(e.Bytes)
		}
		name = p.Fit(inbox.Clean(name), max(1, w-2-p.Width(aside)-1))
		rows = append(rows, p.row(w, i == d.at, rowSpot(i), in(plain, edge+name+" "), in(faint, aside)))
	}
	if len(d.found) == 0 && d.listed == d.ed.String() {
		rows = append(rows, p.row(w, false, in(faint, d.nothing(p.w))))
	}
	rows = p.pad(rows, w, min(h-1, 8))
	return p.w.AttachTitle, "", append(rows, p.row(w, false, p.keyHints(faint, p.w.AttachHint)...))
}

// drawAttached is the row about the file in the box.
func (m *Model) drawAttached(d *draft, w int) string {
	p := m.pen
	if d.file.Gone {
		return p.row(w, false, in(failing, " "+p.Truncate(fill(p.w.AttachGone, "name", d.file.Name), w-1)))
	}
	file := " " + p.Marked + " " + strings.Join(p.w.fileParts(d.file), " ")
	keys := m.keys.named("attach").keys
	key := keyName(keys[len(keys)-1])
	hint := "  " + fill(p.w.AttachChange, "key", key)
	if p.Width(file)+p.Width(hint) > w {
		hint = "  " + fill(p.w.AttachChangeShort, "key", key)
	}
	if p.Width(file)+p.Width(hint) > w {
		hint = ""
	}
	return p.row(w, false, in(keyed, p.Truncate(file, w)), in(faint, hint))
}
