package ui

import (
	"fmt"
	"strings"

	"frontdesk/inbox"
)

// mediaWords are lines that stand for what is no text, and answers about files.
type mediaWords struct {
	Media                                         map[string]string // by type; voice for voice notes
	MediaStates                                   map[string]string
	MediaWhys                                     map[string]string // why a file is not here
	Dimensions, FetchKey                          string
	Fetching, NoFile, NoPath, NoPicture           string
	NoProgram, LiesAt, FileSavedAs, SaveFileTitle string
	SaveFileHint, FileNotOpened, FileNotSaved     string
	PreviewKeys, FileKeys                         string
	FileOpened                                    string
	UnknownType, SomeMessage                      string
	FromAd, FromAdNamed                           string

	// A file that goes with a reply.
	AttachTitle, AttachHint                                             string
	AttachGone, AttachNothing, AttachEmpty, AttachNowhere, AttachClosed string
	AttachAs, AttachOther, AttachNone                                   string
	AttachAsk, AttachText, AttachChange                                 string
	AttachChangeShort                                                   string

	// A place and a contact card, each typed in one line.
	PlaceTitle, PlaceHint, CardTitle, CardHint string
	// A question with buttons or a list under it.
	ButtonsTitle, ButtonsHint, ListTitle, ListHint string
}

var englishMedia = mediaWords{
	Media: map[string]string{"image": "photo", "video": "video", "audio": "audio", "voice": "voice note", "document": "document", "sticker": "sticker", "file": "file"},
	MediaStates: map[string]string{"fetching": "being fetched", "on_phone_only": "on the phone only", "expired": "no longer at WhatsApp",
		"failed": "could not be fetched"},
	MediaWhys: map[string]string{"gone": "no longer at WhatsApp", "large": "large, not fetched yet", "sum": "came damaged",
		"host": "on a host that is not trusted", "removed": "removed to make room", "missing": "no longer in the media directory"},
	Dimensions:    "{w}×{h}",
	FetchKey:      "{key} fetches it",
	Fetching:      "It is being fetched.",
	NoFile:        "This message has no file.",
	NoPath:        "The file lies on another machine. w saves it here.",
	NoPicture:     "This picture cannot be drawn. o opens it, w saves it.",
	NoProgram:     "No program can be started from here. w saves the file.",
	LiesAt:        "It is {path}.",
	FileSavedAs:   "Saved as {path}",
	SaveFileTitle: "Save {name} in",
	SaveFileHint:  "a folder · enter save · esc",
	FileNotOpened: "The file could not be opened",
	FileNotSaved:  "The file was not saved",
	PreviewKeys:   "o open · w save · y path · esc",
	FileKeys:      "o open · w save",
	FileOpened:    "{name} is open in the program that the desktop has for it.",
	UnknownType:   "[{type}] press D to see what came",
	SomeMessage:   "message",
	FromAd:        "came from an ad",
	FromAdNamed:   "came from an ad: {headline}",

	AttachTitle:   "Send a file",
	AttachHint:    "tab complete · enter choose · esc",
	AttachNothing: "Nothing here begins like that.",
	AttachGone:    "Gone, attach it again: {name}",
	AttachEmpty:   "There is no file in here.",
	AttachNowhere: "There is no such directory.",
	AttachClosed:  "This directory cannot be read.",
	AttachAs:      "send as {kind}",
	AttachOther:   "another file",
	AttachNone:    "remove it",
	AttachAsk:     "Send the file {name}?",
	AttachText:    "no, keep the path as text",
	AttachChange:  "{key} changes or removes it",

	AttachChangeShort: "{key} change",

	PlaceTitle: "Send a place",
	PlaceHint:  "52.52,13.4,Name,Address · enter send · esc",
	CardTitle:  "Send a contact card",
	CardHint:   "Name,+15550101020,Company · enter · esc",

	ButtonsTitle: "Send a text with buttons",
	ButtonsHint:  "Text | Button | Button · enter send · esc",
	ListTitle:    "Send a text with a list",
	ListHint:     "Text | Button | Row | Row: more · enter · esc",
}

func (w *words) liesAt(path string) string        { return fill(w.LiesAt, "path", path) }
func (w *words) fileSavedAs(path string) string   { return fill(w.FileSavedAs, "path", path) }
func (w *words) saveFileTitle(name string) string { return fill(w.SaveFileTitle, "name", name) }

func (w *words) unknownType(t string) string {
	if t == "" {
		t = w.SomeMessage
	}
	return fill(w.UnknownType, "type", t)
}

func (w *words) referral(r *inbox.Referral) string {
	if r.Headline != "" {
		return fill(w.FromAdNamed, "headline", r.Headline)
	}
	return w.FromAd
}

// media is a line that stands for an attachment.
func (w *words) media(m *inbox.Message) string {
	line := strings.Join(w.mediaParts(m), " ")
	if state := w.mediaState(m.Media); state != "" {
		line += ", " + state
	}
	return "[" + line + "]"
}

// mediaKind is what a file is, in a word or two.
func (w *words) mediaKind(m *inbox.Message) string {
	kind := w.Media[mediaType(m)]
	switch {
	case m.Media.Voice:
		kind = w.Media["voice"]
	case kind == "":
		kind = w.Media["file"]
	}
	return kind
}

// mediaType is WhatsApp's word for a file, also of one that a header shows.
func mediaType(m *inbox.Message) string {
	if m.Type != "template" && m.Type != "interactive" {
		return m.Type
	}
	switch family, _, _ := strings.Cut(m.Media.MIME, "/"); family {
	case inbox.AsImage, inbox.AsVideo:
		return family
	}
	return inbox.AsDocument
}

// mediaParts are what is known of a file: its kind, name, and how large or long it is.
func (w *words) mediaParts(m *inbox.Message) []string {
	parts := []string{w.mediaKind(m)}
	if m.Media.Name != "" {
		parts = append(parts, m.Media.Name)
	}
	look := m.Media.Look
	switch {
	case look.Seconds > 0:
		s := int(look.Seconds + 0.5)
		return append(parts, fmt.Sprintf("%d:%02d", s/60, s%60))
	case look.Width > 0 && mediaType(m) == inbox.AsImage:
		parts = append(parts, fill(w.Dimensions, "w", fmt.Sprint(look.Width), "h", fmt.Sprint(look.Height)))
	}
	if m.Media.Bytes > 0 {
		parts = append(parts, w.size(m.Media.Bytes))
	}
	return parts
}

// mediaState says where a file is, when that is not here.
func (w *words) mediaState(v *inbox.MediaView) string {
	if why := w.MediaWhys[string(v.Why)]; why != "" && v.State != inbox.MediaKept {
		return why
	}
	return w.MediaStates[string(v.State)]
}

// size is how big a file is, in units of a thousand.
func (w *words) size(n int64) string {
	switch {
	case n >= 1000*1000:
		return w.decimal(float64(n)/1e6) + " MB"
	case n >= 1000:
		return fmt.Sprintf("%d KB", n/1000)
	}
	return fmt.Sprintf("%d B", n)
}
