package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"frontdesk/inbox"
)

// talker is a thread of 2000 messages, three of which speak of a receipt, and another thread that does too.
func talker(d *fakeDesk, c *Config) {
	frontOffice(d, c)
	var msgs []inbox.Message
	for i := range 2000 {
		text := fmt.Sprintf("message %d of a long thread", i)
		if i == 100 || i == 1000 || i == 1990 {
			text = fmt.Sprintf("about the RECÉIPT no. %d", i)
		}
		m := heard("08:00", text)
		m.At = at("08:00").Add(time.Duration(i-2000) * time.Minute)
		m.Key = fmt.Sprintf("m%d", i)
		msgs = append(msgs, m)
	}
	d.add(inbox.Thread{ID: "t_talker", Name: "Tessa Talker", State: inbox.Open, Window: openFor(time.Hour)}, msgs...)
	d.add(inbox.Thread{ID: "t_gone", Name: "Gone Guest", State: inbox.Closed}, yesterday(heard("05:00", "where is my receipt?")))
}

// look types a text into the line that finds.
func (s *stage) look(text string) {
	s.t.Helper()
	s.press("/")
	s.write(text)
}

func TestFindGoesThroughTheWholeHistory(t *testing.T) {
	for _, size := range sizes {
		perform(t, talker, func(s *stage) {
			s.size(size[0], size[1])
			s.show("t_talker")
			before := s.screen()
			s.look("receipt")
			s.sees("RECÉIPT no. 1990", "1 of 3")
			if !strings.Contains(s.m.View(), s.m.pen.on[strong]+"RECÉIPT"+s.m.pen.off) {
				s.t.Error("it is not lit up")
			}
			s.press("enter", "n")
			s.sees("RECÉIPT no. 1000", "message 999", "message 1001", "2 of 3")
			s.press("n")
			s.sees("RECÉIPT no. 100", "message 99 of", "message 101 of", "3 of 3")
			s.press("n")
			s.sees("That is the oldest match.", "3 of 3")
			s.press("N", "N")
			s.sees("RECÉIPT no. 1990", "1 of 3")
			s.press("N")
			s.sees("That is the newest match.")
			s.press("n", "esc")
			if after := s.screen(); after != before {
				s.t.Errorf("esc does not go back:\n%s\nwas:\n%s", after, before)
			}
			if s.m.focus != onTalk || s.m.find.on {
				s.t.Error("the search goes on")
			}
			s.press("esc")
			if s.m.focus != onList {
				s.t.Error("the next esc does not go to the list")
			}
		})
	}
}

func TestFindFromFarUp(t *testing.T) {
	perform(t, talker, func(s *stage) {
		s.size(100, 28)
		s.show("t_talker")
		s.press("g", "j", "j")
		before := s.screen()
		s.look("receipt") // nothing older than where the reader is: the newest of all
		s.sees("RECÉIPT no. 1990", "1 of 3")
		s.press("esc")
		if after := s.screen(); after != before {
			s.t.Errorf("esc does not go back:\n%s\nwas:\n%s", after, before)
		}
	})
}

func TestFindFollowsWhatIsTyped(t *testing.T) {
	perform(t, talker, func(s *stage) {
		s.size(100, 28)
		s.show("t_talker")
		s.look("zebra")
		s.sees("not found")
		for range "zebra" {
			s.press("backspace")
		}
		s.misses("not found")
		s.write("no. 1000")
		s.sees("RECÉIPT no. 1000", "1 of 1")
		s.press("enter")
		m := heard("09:47", "and no. 1000 once more")
		m.Key = "fresh"
		s.desk.change("t_talker", "", m)
		s.pass(findAgain)
		s.sees("2 of 2", "RECÉIPT no. 1000")
		s.press("N")
		s.sees("no. 1000 once more", "1 of 2")
		// A letter types where the line has the keys, and acts where it does not.
		s.press("/")
		s.write("x")
		s.sees("not found")
		s.press("enter", "i")
		s.write("n")
		if got := s.m.draft().text(); got != "n" {
			s.t.Errorf("wrote %q", got)
		}
		s.show(asha)
		if s.m.find.on || s.m.talk.lit != "" {
			s.t.Error("the search goes on in another thread")
		}
	})
}

func TestFindNeedsSomethingToFind(t *testing.T) {
	perform(t, talker, func(s *stage) {
		s.size(100, 28)
		s.show("t_talker")
		s.press("n")
		s.sees("Nothing is found yet: / looks for words")
		s.press("/", "enter")
		if s.m.find.on {
			s.t.Error("an empty line stays")
		}
	})
}

func TestMoreMatchesThanAPage(t *testing.T) {
	perform(t, talker, func(s *stage) {
		s.size(100, 28)
		s.show("t_talker")
		s.look("message")
		s.press("enter")
		s.sees("1 of more than 500")
		s.m.find.at = findMost - 1
		s.press("n")
		s.sees("501 of more than 1000")
	})
}

func TestSwitcherFindsMessages(t *testing.T) {
	for _, c := range []struct {
		open   inbox.ThreadID
		down   int
		thread inbox.ThreadID
		text   string
	}{
		{asha, 0, "t_talker", "RECÉIPT no. 1990"},
		{asha, 3, "t_talker", "RECÉIPT no. 100"},
		{asha, 2, "t_gone", "where is my receipt?"}, // the list does not show it
		{"t_talker", 1, "t_talker", "RECÉIPT no. 1000"},
	} {
		perform(t, talker, func(s *stage) {
			s.size(100, 28)
			s.show(c.open)
			s.press("alt+k")
			s.write("receipt")
			s.sees(`in messages: "`, "Gone Guest, Wed")
			for range c.down {
				s.press("down")
			}
			s.press("enter")
			if s.m.talk.id != c.thread || s.m.focus != onTalk || !s.m.find.on {
				s.t.Fatalf("open is %q", s.m.talk.id)
			}
			s.sees(c.text)
			if m := s.m.talk.selected(); m == nil || !strings.HasSuffix(m.Text, c.text) {
				s.t.Errorf("selected is %+v", m)
			}
			before := s.m.talk.sel
			s.press("esc")
			if s.m.talk.sel != before || s.m.find.on {
				s.t.Error("esc does not stay")
			}
		})
	}
}

// What is lit up leaves the rows as wide as they are, in every script, and says the same.
func TestLitRowsKeepTheirWidth(t *testing.T) {
	perform(t, nil, func(s *stage) {
		p := s.m.pen
		for _, text := range []string{
			"Is the 2 kg box in stock?", "क्षमा कीजिए, मुझे आज शाम तक चाहिए था। ऑर्डर क़लम", "今天可以送货吗？我在家等到下午六点。", "👨‍👩‍👧‍👦❤️👍🏽🇧🇷 ok 👩",
			"السلام عليكم، متى يصل الطلب؟", "tab\there  and\n\nthere", "cafe\u0301 Straße ﬁne", "한국어 안내 ประเทศไทย",
		} {
			for _, w := range []int{3, 7, 10, 40} {
				lines := p.Wrap(text, w)
				c := []rune(text)
				for i := range c {
					for _, query := range []string{string(c[i : i+1]), string(c[i:min(len(c), i+2)]), string(c[i:min(len(c), i+6)])} {
						for n, row := range p.litLines(plain, text, query, lines) {
							joined := ""
							for _, sp := range row {
								joined += sp.text
							}
							if joined != lines[n] || p.widthOf(row) != p.Width(lines[n]) {
								t.Fatalf("%q in %q: %q of %d columns, want %q of %d", query, text, joined, p.widthOf(row), lines[n], p.Width(lines[n]))
							}
						}
					}
				}
			}
		}
		lit := func(text, query string, w int) (out string) {
			for _, row := range p.litLines(plain, text, query, p.Wrap(text, w)) {
				for _, sp := range row {
					if sp.ink == sought {
						out += "[" + sp.text + "]"
					} else {
						out += sp.text
					}
				}
				out += "/"
			}
			return out
		}
		for _, c := range []struct {
			text, query string
			w           int
			want        string
		}{
			{"a box in stock", "box stock", 80, "a [box] in [stock]/"},
			{"今天可以送货吗", "可以", 6, "今天[可]/[以]送货/吗/"},
			{"one two", `"one two"`, 4, "[one]/[two]/"},
			{"नमस्ते", "नम", 80, "[नम]स्ते/"},
			{"متى يصل الطلب", "يصل", 80, "[متى يصل الطلب]/"},
			{"nothing", "zz", 80, "nothing/"},
		} {
			if got := lit(c.text, c.query, c.w); got != c.want {
				t.Errorf("%q in %q: %q, want %q", c.query, c.text, got, c.want)
			}
		}
	})
}
