package ui

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

// Files of messages: opened, saved, fetched. Strangers name them and fill them, so what is opened is a copy under a safe
// name, and what is saved never takes the place of anything.

// caption is what a message with a file says beside it; the line for the file stands for a text that only names it.
func caption(m *inbox.Message) string {
	if m.Media == nil {
		return m.Text
	}
	text, more := m.Text, ""
	if m.Type == "template" { // whose text begins with its header
		text, more, _ = strings.Cut(m.Text, "\n\n")
	}
	rest, ok := strings.CutPrefix(text, "[")
	kind, name, closed := strings.Cut(rest, "]")
	switch kind {
	case mediaType(m), "voice message", "audio", "media":
		if ok && closed && (name == "" || strings.TrimSpace(name) == m.Media.Name) {
			return more
		}
	}
	return m.Text
}

// openIt opens what the selected message holds: its picture, its file, its place, or what it links to.
func (m *Model) openIt() tea.Cmd {
	now := *m.talk.selected() // a menu may outlive the row
	msg, links := &now, webs(now.Text)
	if msg.Media == nil && placeOf(msg) == "" {
		return m.openLinks()
	}
	open := func(m *Model) tea.Cmd { return m.openFile(msg) }
	if len(links) == 0 {
		return open(m)
	}
	items := []choice{{key: "1", label: strings.Join(m.pen.w.mediaParts(msg), " "), run: open}}
	for i, w := range links[:min(len(links), 8)] {
		items = append(items, choice{key: strconv.Itoa(i + 2), label: w.url, run: func(m *Model) tea.Cmd { return m.visitWeb(w, msg.Direction != "in") }})
	}
	return m.openDialog(newMenu(m.pen.w.LinksTitle, items))
}

// nothingToOpen is why a message cannot be opened.
func nothingToOpen(m *Model) string {
	switch msg := m.talk.selected(); {
	case msg == nil:
		return m.pen.w.NoMessageChosen
	case msg.Revoked:
		return m.pen.w.WasDeleted
	case msg.Media == nil && placeOf(msg) == "":
		if len(webs(msg.Text)) == 0 {
			return m.pen.w.NoLink
		}
	case msg.Media != nil && len(webs(msg.Text)) == 0 && msg.Media.State != inbox.MediaKept && !msg.Media.Again:
		return m.pen.w.mediaState(msg.Media)
	}
	return ""
}

// noFile is why there is no file to save or to name.
func noFile(m *Model) string {
	switch msg := m.talk.selected(); {
	case msg == nil:
		return m.pen.w.NoMessageChosen
	case msg.Revoked:
		return m.pen.w.WasDeleted
	case msg.Media == nil:
		return m.pen.w.NoFile
	case msg.Media.State != inbox.MediaKept:
		return m.pen.w.mediaState(msg.Media)
	}
	return ""
}

func (m *Model) openFile(msg *inbox.Message) tea.Cmd {
	switch {
	case msg.Media == nil:
		return m.visitWeb(web{url: placeOf(msg), host: placeHost}, true)
	case msg.Media.State != inbox.MediaKept && msg.Media.Again:
		return m.fetchFile(msg)
	case msg.Media.State != inbox.MediaKept:
		return m.say(m.pen.w.mediaState(msg.Media))
	}
	if _, ok := m.pictures.pictured(msg, thumbCols, thumbRows); ok {
		return m.openDialog(&preview{msg: *msg})
	}
	return m.openOutside(msg)
}

// placeHost shows places on a map.
const placeHost = "www.openstreetmap.org"

// placeOf is the address of a map of a location, "" for other messages.
func placeOf(msg *inbox.Message) string {
	var at struct {
		Latitude  *float64 `json:"latitude"`
		Longitude *float64 `json:"longitude"`
	}
	if msg.Type != "location" || json.Unmarshal(msg.Details, &at) != nil || at.Latitude == nil || at.Longitude == nil {
		return ""
	}
	lat, lon := strconv.FormatFloat(*at.Latitude, 'f', 6, 64), strconv.FormatFloat(*at.Longitude, 'f', 6, 64)
	return "https://" + placeHost + "/?mlat=" + lat + "&mlon=" + lon + "#map=16/" + lat + "/" + lon
}

// fetchFile asks for a file that is not here.
func (m *Model) fetchFile(msg *inbox.Message) tea.Cmd {
	return m.do(inbox.FetchMedia{Thread: m.talk.id, Key: msg.Key}, m.did(m.pen.w.Fetching))
}

// copyPath puts the path of a file on the clipboard.
func (m *Model) copyPath(msg *inbox.Message) tea.Cmd {
	if msg.Media.Path == "" {
		return m.say(m.pen.w.NoPath)
	}
	return m.copy(msg.Media.Path)
}

// openOutside hands a copy of the file to the program that the desktop has for it. Where there is no desktop it says
// where the file lies.
func (m *Model) openOutside(msg *inbox.Message) tea.Cmd {
	open := m.cfg.Browse
	if open == nil {
		if msg.Media.Path == "" {
			return m.say(m.pen.w.NoProgram)
		}
		return m.copyAfter(m.pen.w.liesAt(msg.Media.Path)+" ", msg.Media.Path)
	}
	desk, ctx, spool, key, name := m.desk, m.ctx, m.spool, msg.Key, m.fileName(msg)
	return func() tea.Msg {
		path, err := spool.copy(ctx, desk, key, name)
		if err == nil {
			err = open(ctx, path)
		}
		return answeredMsg(func(m *Model) tea.Cmd {
			if err != nil {
				return m.fail(fileError(m.pen.w.FileNotOpened, err))
			}
			return m.say(fill(m.pen.w.FileOpened, "name", name))
		})
	}
}

// saveFile asks for a folder and puts the file there.
func (m *Model) saveFile(msg *inbox.Message) tea.Cmd {
	desk, ctx, key, name := m.desk, m.ctx, msg.Key, m.fileName(msg)
	ask := newPrompt(m.pen.w.saveFileTitle(name), m.pen.w.SaveFileHint, m.folder(), true, func(m *Model, dir string) tea.Cmd {
		if strings.TrimSpace(dir) == "" {
			return nil
		}
		dir = homePath(strings.TrimSpace(dir))
		m.saveTo = dir
		return func() tea.Msg {
			path, err := saveIn(ctx, desk, key, dir, name, 0o600)
			return answeredMsg(func(m *Model) tea.Cmd {
				if err != nil {
					return m.fail(fileError(m.pen.w.FileNotSaved, err))
				}
				return m.say(m.pen.w.fileSavedAs(inbox.Clean(path)))
			})
		}
	})
	return m.openDialog(ask)
}

// folder is where files are saved: where the last one was, else the folder for downloads.
func (m *Model) folder() string {
	if m.saveTo != "" {
		return m.saveTo
	}
	return "~/Downloads"
}

func fileError(what string, err error) error {
	var e *inbox.Error
	if errors.As(err, &e) {
		return e
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		err = fmt.Errorf("%s: %w", inbox.Clean(p.Path), p.Err)
	}
	return &inbox.Error{Kind: inbox.Invalid, Text: what + ": " + err.Error(), Err: err}
}

// fileName is the name that a copy of a message's file gets: the sender's own where it is safe, with the ending that
// suits what is in it.
func (m *Model) fileName(msg *inbox.Message) string {
	name := safeName(msg.Media.Name)
	end := inbox.FileEnding(msg.Media.MIME)
	if name == "" {
		name = m.pen.w.mediaKind(msg) + "-" + msg.At.In(m.pen.zone).Format("2006-01-02-150405")
		name = safeName(strings.ReplaceAll(name, " ", "-"))
	}
	if end != "" && !strings.EqualFold(filepath.Ext(name), end) && !(end == ".jpg" && strings.EqualFold(filepath.Ext(name), ".jpeg")) {
		name += end
	}
	return name
}

// safeName is a name without what a file system, a shell or a reader could take for something else: no path, no sign
// that hides or turns text, no dot or dash before it.
func safeName(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`/\:*?"<>|`+"\ufffd\u200e\u200f\u061c", r), r < ' ', r == 0x7f:
			return '_'
		}
		return r
	}, inbox.Clean(s))
	s = strings.TrimLeft(strings.TrimSpace(s), ".-~ ")
	for len(s) > 180 {
		r := []rune(s)
		s = string(r[1:]) // the end tells more: it has the ending
	}
	return strings.TrimRight(s, ". ")
}

// saveIn copies a message's file into a folder under a name that nothing there has.
func saveIn(ctx context.Context, desk inbox.Desk, key, dir, name string, mode fs.FileMode) (path string, err error) {
	src, err := desk.File(ctx, key)
	if err != nil {
		return "", err
	}
	defer src.Close()
	ext := filepath.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	var dst *os.File
	for n := 1; ; n++ {
		path = filepath.Join(dir, name)
		if n > 1 {
			path = filepath.Join(dir, stem+" ("+strconv.Itoa(n)+")"+ext)
		}
		if dst, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode|0o200); !errors.Is(err, fs.ErrExist) || n == 1000 {
			break
		}
	}
	if err != nil {
		return "", err
	}
	_, err = io.Copy(dst, src)
	if err = errors.Join(err, dst.Chmod(mode), dst.Close()); err != nil {
		_ = os.Remove(path) // a part of a file is none
		return "", err
	}
	return path, nil
}

// spool holds the copies that other programs were given, until the screen ends.
type spool struct {
	mu  sync.Mutex
	dir string
}

// copy makes one that cannot be written to: the program that opens it is not to change what a customer sent.
func (s *spool) copy(ctx context.Context, desk inbox.Desk, key, name string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dir == "" {
		dir, err := os.MkdirTemp("", "frontdesk-view-")
		if err != nil {
			return "", err
		}
		s.dir = dir
	}
	return saveIn(ctx, desk, key, s.dir, name, 0o400)
}

// clear removes them.
func (s *spool) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dir != "" {
		_ = os.RemoveAll(s.dir) // in the system's own directory for what does not last
		s.dir = ""
	}
}
