package ui

import (
	"fmt"
	"strings"

	"frontdesk/inbox"
)

// mediaWords are lines that stand for what is no text.
type mediaWords struct {
	Media                    map[string]string // by type; voice for voice notes
	MediaStates              map[string]string
	UnknownType, SomeMessage string
	FromAd, FromAdNamed      string
}

var englishMedia = mediaWords{
	Media: map[string]string{"image": "photo", "video": "video", "audio": "audio", "voice": "voice note", "document": "document", "sticker": "sticker"},
	MediaStates: map[string]string{"on_phone_only": "on the phone only", "expired": "no longer at WhatsApp",
		"failed": "could not be fetched"},
	UnknownType: "[{type}] press D to see what came",
	SomeMessage: "message",
	FromAd:      "came from an ad",
	FromAdNamed: "came from an ad: {headline}",
}

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
	kind := w.Media[m.Type]
	if m.Media.Voice {
		kind = w.Media["voice"]
	}
	if kind == "" {
		kind = m.Type
	}
	parts := []string{kind}
	if m.Media.Name != "" {
		parts = append(parts, m.Media.Name)
	}
	if m.Media.Bytes > 0 {
		parts = append(parts, w.size(m.Media.Bytes))
	}
	if state := w.MediaStates[string(m.Media.State)]; state != "" {
		parts = append(parts, state)
	}
	return "[" + strings.Join(parts, ", ") + "]"
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
