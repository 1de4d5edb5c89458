package ui

import (
	"strings"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

// preview is a picture as large as the screen allows, over the panes.
type preview struct {
	msg inbox.Message
}

// look takes the message as it is now: its sender may have deleted it.
func (d *preview) look(m *Model) {
	if i := m.talk.row(d.msg.Key); i >= 0 {
		d.msg = m.talk.rows[i]
	}
}

// previewEdge is what the box around a preview takes of the width.
const previewEdge = 4

// picture is the preview's picture for the screen's size now.
func (d *preview) picture(m *Model) (pictureKey, bool) {
	d.look(m)
	return m.pictures.pictured(&d.msg, m.boxWidth()-previewEdge, max(2, m.h-3-2))
}

func (d *preview) key(m *Model, k tea.KeyMsg) tea.Cmd {
	deeds := map[string]func(*Model, *inbox.Message) tea.Cmd{"o": (*Model).openOutside, "w": (*Model).saveFile, "y": (*Model).copyPath}
	d.look(m)
	switch do := deeds[k.String()]; {
	case do != nil && (d.msg.Media == nil || d.msg.Revoked):
		return m.say(m.pen.w.WasDeleted)
	case do != nil:
		return do(m, &d.msg)
	}
	switch k.String() {
	case "esc", "q", "enter", "left":
		m.close(d)
		return nil
	}
	return m.stray(k)
}

func (d *preview) box(m *Model, w, h int) (string, string, []string) {
	p := m.pen
	if d.look(m); d.msg.Media == nil || d.msg.Revoked {
		return "", "", p.lines(w, p.w.Deleted)
	}
	title := strings.Join(p.w.mediaParts(&d.msg), " ")
	k, ok := d.picture(m)
	v := m.pictures.have(k)
	var rows []string
	switch {
	case !ok || v != nil && !v.Shown():
		rows = p.lines(w, p.w.NoPicture)
	case v == nil:
		rows = p.lines(w, p.w.Loading)
	default:
		left := p.blank((w - v.Cols) / 2)
		for y := range v.Rows {
			rows = append(rows, left+v.Row(y)+p.blank(w-v.Cols-len(left)))
		}
	}
	if text := caption(&d.msg); text != "" && len(rows) < h {
		rows = append(rows, p.row(w, false, in(plain, firstLine(text))))
	}
	return title, p.some(w-p.Width(title)-8, p.w.PreviewKeys), rows
}
