package ui

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"frontdesk/inbox"
	"frontdesk/ui/term"

	tea "github.com/charmbracelet/bubbletea"
	"pgregory.net/rapid"
)

// hostile are texts that act on terminals which let them.
var hostile = []string{
	"\x1b]0;title\x07", "\x1b]52;c;cm0gLXJm", "\x1b]8;;http://evil\x1b\\here\x1b]8;;\x1b\\", "\u009b2J", "\x1b[2J\x1b[H", "\x1bPq#0\x1b\\",
	"pay 100\b\b\b9\rOVER\a", "\u202egnp.exe", "\u2066x\u2069", "\x00\x7f", "a" + strings.Repeat("\u0301", 200), "\u200bzero\ufeff",
	"\x1b_cursor\x1b\\", "\u2028line\u2029", "\xff\xfe\x9b31m", "\U000e0041tag", "tab\tand\nline", "\x1b[31mred",
}

// P10: whatever a stranger writes, nothing but text, colour and the cursor's place reaches the terminal, and every row
// keeps its width. The Desk's texts are clean; this Desk's are not.
func TestHostileTextStaysText(t *testing.T) {
	text := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(hostile), rapid.String()), 1, 4).Draw(t, "parts"), "")
	})
	rapid.Check(t, func(r *rapid.T) {
		size := rapid.SampledFrom(sizes[:]).Draw(r, "size")
		playHostile(t, text.Draw(r, "text"), text.Draw(r, "name"), size)
	})
	playHostile(t, "a"+strings.Repeat("\u0301", 10000), "b"+strings.Repeat("\u0301", 10000), sizes[2])
}

// playHostile shows a text and a name everywhere that a stranger's text can come.
func playHostile(t *testing.T, evil, name string, size [2]int) {
	perform(t, func(d *fakeDesk, c *Config) {
		m := heard("09:40", evil)
		m.Quote = &inbox.Quote{Key: "q", From: name, Text: evil}
		m.Media = &inbox.MediaView{Name: evil}
		m.Reactions = []inbox.Reaction{{By: "customer", Emoji: evil}}
		m.Key = "evil"
		failed := told("09:41", inbox.OriginAPI, inbox.AgentID(name), inbox.StatusFailed, evil)
		failed.Error = &inbox.Reason{Code: 1, Title: evil, Hint: evil}
		d.add(inbox.Thread{ID: asha, Name: name, State: inbox.Open, Window: openFor(time.Hour), Labels: []string{evil},
			Assignee: inbox.AgentID(name), Notes: []inbox.Note{{ID: "1", At: at("09:42"), By: "x", Text: evil}},
			Draft: &inbox.Draft{OID: "01X", Text: evil, Agent: inbox.AgentID(name)}}, m, failed)
		raw, _ := json.Marshal(map[string]string{"text": evil})
		d.details["evil"] = inbox.Detail{Message: m, IDs: []string{evil}, Raw: []inbox.RawItem{{Kind: evil, Data: append(raw, evil...)}},
			Steps: []inbox.Step{{What: evil, Note: evil}}}
		d.info.Business = evil
		d.info.Notices = []inbox.Notice{{Text: evil, Next: evil}}
		d.templates = []inbox.Template{{Name: name, Language: evil, Status: "APPROVED", Category: evil,
			Components: []inbox.TemplateComponent{{Type: "BODY", Text: evil + " {{1}}"}, {Type: "BUTTONS", Buttons: []inbox.TemplateButton{{Type: "URL", Text: evil, URL: "https://a/{{1}}"}}}}}}
	}, func(s *stage) {
		s.size(size[0], size[1])
		s.harmless()
		for _, key := range []string{"enter", "k", "d", "D", "esc", "esc", "R", "esc", "t", "enter", "esc", "esc", "+", "esc", "?", "esc", "i"} {
			s.press(key)
			s.harmless()
		}
	})
}

// harmless fails when the view holds more than rows of text and colour, each exactly as wide as the screen, and when the
// frame that is made of it does.
func (s *stage) harmless() {
	s.t.Helper()
	if bad := term.Misfit(s.m.pen.Measure, s.m.View(), s.w, s.h); bad != "" {
		s.t.Fatal(bad)
	}
	f := term.Render(s.m.pen.Measure, s.m.View(), s.w, s.h)
	if len(f.Rows) != s.h {
		s.t.Fatalf("%d rows on a screen of %d", len(f.Rows), s.h)
	}
	for y, row := range f.Rows {
		if bad := harm(row); bad != "" {
			s.t.Fatalf("row %d %s: %q", y, bad, row)
		}
	}
}

// harm says what of a row would do more to a terminal than show text in a colour.
func harm(row string) string {
	if !utf8.ValidString(row) {
		return "is not valid text"
	}
	bare := sgrRE.ReplaceAllString(row, "")
	for _, r := range bare {
		switch {
		case unicode.IsControl(r):
			return fmt.Sprintf("holds the control %U", r)
		case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return fmt.Sprintf("turns the direction with %U", r)
		}
	}
	return ""
}

var sgrRE = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// The check itself must notice what it is there for.
func TestHarmIsNoticed(t *testing.T) {
	for _, text := range []string{"\x1b]0;title\x07", "\x1b[2J", "\u009b2J", "back\bspace", "\x00", "\u202egnp.exe", "\xff", "a\nb"} {
		if harm("row "+text) == "" {
			t.Errorf("%q passes for harmless", text)
		}
	}
	if bad := harm("\x1b[1;31mनमस्ते 👨‍👩‍👧‍👦\x1b[m"); bad != "" {
		t.Errorf("text in a colour %s", bad)
	}
}

func TestResizeStorm(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(130, 32)
		s.press("enter", "i")
		s.write("a draft that is longer than one row of a narrow screen, and survives every resize")
		rng := rand.New(rand.NewPCG(1, 2))
		for i := range 400 {
			w, h := 1+rng.IntN(200), 1+rng.IntN(60)
			s.w, s.h = term.Usable(w, h)
			s.update(tea.WindowSizeMsg{Width: s.w, Height: s.h})
			if bad := term.Misfit(s.m.pen.Measure, s.m.View(), s.w, s.h); bad != "" {
				t.Fatalf("at %dx%d: %s", w, h, bad)
			}
			switch i % 40 {
			case 7:
				s.press("esc")
			case 11:
				s.press("?")
			case 15:
				s.press("esc", "t")
			case 19:
				s.press("enter")
			case 23:
				s.press("esc", "esc", "d")
			case 27:
				s.press("esc", "i")
			}
		}
		s.size(80, 24)
		if got := s.m.drafts[asha].text(); !strings.HasPrefix(got, "a draft that is longer") {
			t.Errorf("the draft is %q", got)
		}
	})
}

func TestASCIIScreenIsASCII(t *testing.T) {
	perform(t, func(d *fakeDesk, c *Config) {
		everyState(d, c)
		ms := d.messages["t_states"]
		for i := range ms {
			ms[i].Text = strings.Map(func(r rune) rune {
				if r >= 0x80 {
					return '-'
				}
				return r
			}, ms[i].Text)
		}
		d.templates = cannedTemplates()[:2]
		c.ASCII = true
	}, func(s *stage) {
		for _, size := range sizes {
			s.size(size[0], size[1])
			for _, key := range []string{"", "enter", "g", "G", "d", "D", "esc", "esc", "R", "esc", "?", "esc", "t", "enter", "esc", "esc", "+", "esc", "i", "x", "backspace", "esc", "esc", "s", "esc"} {
				if key != "" {
					s.press(key)
				}
				for y, row := range s.rows() {
					for _, r := range row {
						if r >= 0x80 && key != "+" {
							s.t.Fatalf("%v after %q: row %d has %q: %q", size, key, y, r, row)
						}
					}
				}
			}
		}
	})
}
