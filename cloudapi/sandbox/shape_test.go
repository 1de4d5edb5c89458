package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// paths lists every key of a document with the kind of its value. Items of arrays count as one.
func paths(v any, at string, into map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			paths(x, at+"/"+k, into)
		}
	case []any:
		for _, x := range v {
			paths(x, at+"[]", into)
		}
	default:
		into[fmt.Sprintf("%s %T", at, v)] = true
	}
}

// Webhooks have the shape of the documented ones: the same keys with values of the same kind, no more and no
// fewer.
func TestWebhookShapes(t *testing.T) {
	tests := map[string]func(l *lab, c *Customer){
		"messages_in_text":           func(_ *lab, c *Customer) { c.Write("hi") },
		"messages_in_image":          func(_ *lab, c *Customer) { c.SendImage(SamplePhoto(1), "look") },
		"messages_in_audio_voice":    func(_ *lab, c *Customer) { c.SendVoice(SampleVoice(time.Second)) },
		"messages_in_document":       func(_ *lab, c *Customer) { c.SendDocument(SamplePDF("x"), "a.pdf", "b") },
		"messages_in_location_pin":   func(_ *lab, c *Customer) { c.SendLocation(Location{Latitude: 1, Longitude: 2}) },
		"messages_in_text_forwarded": func(_ *lab, c *Customer) { c.Write("fwd", Forwarded(2)) },
		"messages_in_reaction":       func(l *lab, c *Customer) { c.React(l.Messages(c)[0], "👍🏽") },
		"messages_in_reaction_removed": func(l *lab, c *Customer) {
			c.React(l.Messages(c)[0], "")
		},
		"messages_in_edit_text":                      func(l *lab, c *Customer) { c.Edit(l.Messages(c)[0], "better") },
		"messages_in_revoke":                         func(l *lab, c *Customer) { c.Revoke(l.Messages(c)[0]) },
		"messages_in_unsupported_131060_unavailable": func(_ *lab, c *Customer) { c.Unavailable("", 0) },
		"messages_in_unsupported_131051_poll":        func(_ *lab, c *Customer) { c.Unsupported("poll_creation") },
		"messages_in_text_reply_quoted": func(l *lab, c *Customer) {
			m := l.Phone().SendText(c, "this one?")
			l.settle()
			c.Reply(m, "yes")
		},
		"messages_in_button_template_quick_reply": func(l *lab, c *Customer) {
			r := l.send(string(fixture(l.t, "send-template-image-header-buttons.request.json")))
			l.settle()
			m, _ := l.Message(r.id())
			_, _ = c.Tap(m, "Stop offers")
		},
		"messages_in_interactive_button_reply": func(l *lab, c *Customer) {
			r := l.send(string(fixture(l.t, "send-interactive-buttons.request.json")))
			l.settle()
			m, _ := l.Message(r.id())
			_, _ = c.Tap(m, "Today")
		},
		"messages_in_text_username_phone_hidden": func(_ *lab, c *Customer) { c.WithUsername("maya", true).Write("hidden") },
		"messages_status_sent_service":           func(l *lab, c *Customer) { c.Offline(true); l.send(textTo(maya, "x")) },
		"messages_status_delivered":              func(l *lab, c *Customer) { c.ReadReceipts(false); l.send(textTo(maya, "x")) },
		"messages_status_read_no_pricing":        func(l *lab, _ *Customer) { l.send(textTo(maya, "x")) },
		"messages_status_played_voice": func(l *lab, _ *Customer) {
			l.send(string(fixture(l.t, "send-audio-voice.request.json")))
		},
		"messages_status_failed_131047_window_closed": func(l *lab, c *Customer) { c.Undeliverable(131047); l.send(textTo(maya, "x")) },
		"messages_status_failed_131026_to_bsuid": func(l *lab, c *Customer) {
			c.Undeliverable(131026)
			l.send(string(fixture(l.t, "send-text-bsuid.request.json")))
		},
		"messages_status_sent_marketing_billable": func(l *lab, c *Customer) {
			c.Offline(true)
			l.send(string(fixture(l.t, "send-template-copy-code.request.json")))
		},
		"smb_message_echoes_text":              func(l *lab, c *Customer) { l.Phone().SendText(c, "hi") },
		"smb_message_echoes_image":             func(l *lab, c *Customer) { l.Phone().SendImage(c, SamplePhoto(1), "look") },
		"smb_message_echoes_document":          func(l *lab, c *Customer) { l.Phone().SendDocument(c, SamplePDF("x"), "a.pdf", "") },
		"smb_message_echoes_reaction":          func(l *lab, c *Customer) { l.Phone().React(l.Messages(c)[0], "❤️") },
		"smb_message_echoes_text_reply_quoted": func(l *lab, c *Customer) { l.Phone().Reply(c, "yes") },
		"smb_message_echoes_username_no_phone": func(l *lab, c *Customer) { l.Phone().SendText(c.WithUsername("maya", true), "hi") },
		"smb_message_echoes_edit_text": func(l *lab, c *Customer) {
			m := l.Phone().SendText(c, "hi")
			l.settle()
			l.Phone().Edit(m, "hello")
		},
		"smb_message_echoes_revoke": func(l *lab, c *Customer) {
			m := l.Phone().SendText(c, "hi")
			l.settle()
			l.Phone().Revoke(m)
		},
		"smb_app_state_sync_add_batch": func(l *lab, c *Customer) { l.Phone().SaveContact(c.WithUsername("maya", false), "Maya Okafor") },
	}
	for name, do := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t, nil)
				c := l.prepare()
				l.settle()
				do(l, c)
				l.settle()
				bodies := l.inbox.all()
				got, want := map[string]bool{}, map[string]bool{}
				raw, err := os.ReadFile(filepath.Join("testdata", "webhooks", name+".json"))
				if err != nil {
					t.Fatal(err)
				}
				for src, into := range map[string]map[string]bool{bodies[len(bodies)-1]: got, string(raw): want} {
					var v any
					if err := json.Unmarshal([]byte(src), &v); err != nil {
						t.Fatal(err)
					}
					paths(v, "", into)
				}
				if !maps.Equal(got, want) {
					for _, p := range slices.Sorted(maps.Keys(want)) {
						if !got[p] {
							t.Errorf("missing %s", p)
						}
					}
					for _, p := range slices.Sorted(maps.Keys(got)) {
						if !want[p] {
							t.Errorf("beyond the documentation: %s", p)
						}
					}
				}
			})
		})
	}
}
