package ui

import (
	"strings"
	"testing"

	"frontdesk/inbox"
)

func TestEmojiLike(t *testing.T) {
	for _, tt := range []struct{ part, first, name string }{
		{"smile", "😄", "smile"}, {"smi", "😄", "smile"}, {"thumbsup", "👍", "thumbsup"}, {"thumbs_u", "👍", "thumbs_up"}, {"+1", "👍", "+1"},
		{"heart", "❤️", "heart"}, {"tada", "🎉", "tada"}, {"ok_h", "👌", "ok_hand"}, {"pray", "🙏", "pray"}, {"mile_cat", "😸", "smile_cat"},
	} {
		found := emojiLike(tt.part)
		if len(found) == 0 || found[0] != (emojiName{tt.name, tt.first}) {
			t.Errorf(":%s finds %v, want %s %s first", tt.part, found, tt.first, tt.name)
		}
		seen := map[string]bool{}
		for _, e := range found {
			if seen[e.glyph] || !strings.Contains(e.name, tt.part) {
				t.Errorf(":%s: %v", tt.part, found)
			}
			seen[e.glyph] = true
		}
	}
	if found := emojiLike("no such emoji"); len(found) != 0 {
		t.Errorf("%v", found)
	}
	if n := len(emojiNames()); n < 1500 {
		t.Errorf("only %d names", n)
	}
	for _, e := range emojiNames() {
		if inbox.Clean(e.glyph) != e.glyph && !strings.ContainsRune(e.glyph, 0xe0067) { // of tags, only flags of parts of a country are made
			t.Errorf("%s is %q, which is not shown as it is", e.name, e.glyph)
		}
	}
}

func TestEmojiInTheBox(t *testing.T) {
	for _, tt := range []struct {
		name string
		keys []string
		want string
	}{
		{"tab completes", []string{"thanks :smi", "tab"}, "thanks 😄"},
		{"in capitals", []string{":SMI", "tab"}, "😄"},
		{"again is the next", []string{":smile", "tab", "tab"}, "😃"},
		{"a key between ends it", []string{":smile", "tab", "!", "tab"}, "😄!"},
		{"undo brings the name back", []string{":smile", "tab", "alt+z"}, ":smile"},
		{"a name with both colons", []string{"ok :tada: then"}, "ok 🎉 then"},
		{"and back", []string{":tada:", "alt+z"}, ":tada:"},
		{"no such name", []string{":nosuchname:"}, ":nosuchname:"},
		{"a time is a time", []string{"10:30", "tab"}, "10:30"},
		{"a ratio too", []string{"at 10:100:"}, "at 10:100:"},
		{"one letter is a smiley", []string{":D", "tab"}, ":D"},
		{"behind an emoji", []string{":tada::fire:"}, "🎉🔥"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			perform(t, frontOffice, func(s *stage) {
				s.size(100, 28)
				s.press("enter", "i")
				for _, k := range tt.keys {
					if _, named := keyTypes[k]; named || strings.HasPrefix(k, "alt+") {
						s.press(k)
					} else {
						s.write(k)
					}
				}
				if got := s.m.draft().text(); got != tt.want {
					t.Errorf("got %q, want %q", got, tt.want)
				}
			})
		})
	}
}

func TestEmojiIsShownBeforeItIsTaken(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "i")
		s.write("Yes :smile")
		s.sees("tab 😄 smile")
		s.press("tab")
		s.sees("> Yes 😄", "tab 😃 smiley")
		s.press("esc")
		if s.m.focus != onTalk {
			t.Error("esc does not leave")
		}
	})
	perform(t, func(d *fakeDesk, c *Config) { frontOffice(d, c); c.ASCII = true }, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "i")
		s.write("Yes :smi")
		s.sees("tab :smile:")
		s.misses("😄")
	})
}

func BenchmarkEmojiLike(b *testing.B) {
	emojiNames()
	for b.Loop() {
		emojiLike("smi")
	}
}
