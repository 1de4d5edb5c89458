package ui

import (
	"testing"
	"time"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

// hurry types text as fast as the program takes it, without waiting for the Desk's answers in between.
func (s *stage) hurry(text string) {
	s.t.Helper()
	for _, r := range text {
		k := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}}
		switch r {
		case ' ':
			k.Type = tea.KeySpace
		case '\n':
			k = tea.KeyMsg{Type: tea.KeyEnter}
		}
		s.update(k)
	}
	s.pass(burstWait) // an enter right behind a word goes a moment later
}

// burst is text that arrives in one piece from a slow line.
func (s *stage) burst(text string) {
	s.t.Helper()
	s.update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text)})
	s.idle()
}

// changed are the commands that change something for others or for good.
func (s *stage) changed() []inbox.Command {
	var some []inbox.Command
	for _, c := range s.desk.log {
		switch c.(type) {
		case inbox.Look, inbox.SaveDraft, inbox.MarkRead:
		default:
			some = append(some, c)
		}
	}
	return some
}

func openFirst(d *fakeDesk, c *Config) {
	frontOffice(d, c)
	c.OpenFirst = true
}

// A newcomer sees an open thread that says "i to write", presses i and types.
func TestWritingFromTheList(t *testing.T) {
	perform(t, openFirst, func(s *stage) {
		s.size(80, 24)
		s.sees("> i to write")
		s.hurry("iYes, every box\n")
		sent := s.desk.logged("send")
		if len(sent) != 1 || sent[0].(inbox.Send).Thread != asha || sent[0].(inbox.Send).Out.Text != "Yes, every box" {
			s.t.Fatalf("sent %+v", sent)
		}
	})
}

// The keys of the conversation act on the thread under the cursor, which they open.
func TestConversationKeysInTheList(t *testing.T) {
	for key, want := range map[string]string{"i": "enter send", "t": "Send a template to Bruno Lima", "d": "Message", "r": "┆ Bruno Lima", "+": "React"} {
		t.Run(key, func(t *testing.T) {
			perform(t, openFirst, func(s *stage) {
				s.size(80, 24)
				s.press("j")
				s.misses("i to write") // the key is for Bruno, the box is Asha's
				s.press(key)
				if s.m.talk.id != bruno {
					s.t.Fatalf("%s is open", s.m.talk.id)
				}
				s.sees(want)
			})
		})
	}
}

// What is typed before the messages are there waits for them.
func TestTypingAheadOfTheDesk(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.hurry("jryes, every day\n")
		sent := s.desk.logged("send")
		if len(sent) != 1 {
			s.t.Fatalf("sent %+v", sent)
		}
		if got := sent[0].(inbox.Send); got.Thread != bruno || got.Out.Text != "yes, every day" || got.Out.ReplyTo == "" {
			s.t.Errorf("sent %+v", got)
		}
		if got := s.changed(); len(got) != 1 {
			s.t.Errorf("done besides: %+v", got)
		}
	})
}

func TestFilterTypedAheadOpens(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.hurry("/dewi\n\n")
		if s.m.talk.id != dewi || s.m.focus != onTalk {
			s.t.Fatalf("opened %q", s.m.talk.id)
		}
	})
}

// A word that is typed or pasted where letters are commands changes nothing, nor does the enter behind it.
func TestWordsAreNoCommands(t *testing.T) {
	words := []string{"hello there, see you at eight", "yes please", "see you", "de la rue", "would you", "no, the other", "Re: box"}
	play := map[string]func(*stage, string){
		"typed": func(s *stage, word string) { s.hurry(word + "\n") },
		"burst": func(s *stage, word string) { s.burst(word); s.press("enter") },
		"pasted": func(s *stage, word string) {
			s.update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(word), Paste: true})
		},
	}
	for how, put := range play {
		for _, pane := range []pane{onList, onTalk} {
			for _, word := range words {
				perform(t, openFirst, func(s *stage) {
					s.size(100, 28)
					s.m.focus = pane
					put(s, word)
					s.idle()
					if got := s.changed(); len(got) > 0 {
						s.t.Errorf("%q, %s in pane %d, did %+v", word, how, pane, got)
					}
					if s.m.notice.text == "" && len(s.m.dialogs) == 0 {
						s.t.Errorf("%q, %s in pane %d, is not answered", word, how, pane)
					}
				})
			}
		}
	}
}

// A box that did not open does not turn what was meant for it into commands.
func TestRefusedWritingIsNoCommand(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.show(closed)
		s.hurry("ievery one of them\n")
		s.sees("Free text is refused")
		if got := s.changed(); len(got) > 0 {
			s.t.Errorf("did %+v", got)
		}
		s.pass(time.Second) // the word is over: keys are keys again
		s.press("t")
		s.sees("Send a template to")
	})
}

// Moves and what opens a box may come in one piece; anything else in a burst is a word.
func TestBursts(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.burst("jjk")
		if got := s.m.list.cursor; got != bruno {
			s.t.Errorf("the cursor is on %s", got)
		}
		s.burst("je")
		if got := s.changed(); len(got) > 0 {
			s.t.Errorf("did %+v", got)
		}
		s.sees("Taken for text")
		s.pass(time.Second)
		s.press("g")
		s.burst("iYes, every box")
		if got := s.m.drafts[asha].text(); got != "Yes, every box" {
			s.t.Errorf("the draft is %q", got)
		}
	})
}

// Single keys at a person's pace are commands, one after the other.
func TestCommandsInTurn(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.press("j", "a")
		s.pass(quick)
		s.press("u")
		s.pass(quick)
		s.press("e")
		if got := s.changed(); len(got) != 3 {
			s.t.Errorf("did %+v", got)
		}
	})
}

// Two presses of esc that arrive in one piece look like alt+esc; they are two steps out.
func TestEscTwiceInOnePiece(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "i", "alt+esc")
		if s.m.focus != onList {
			s.t.Errorf("the keys are in pane %d", s.m.focus)
		}
	})
}

// A letter of another layout does what the key that it lies on does: Russian, Hindi, Arabic, Greek, Hebrew.
func TestKeysOfOtherLayouts(t *testing.T) {
	for _, r := range []string{"к", "\u0940", "ق", "ρ", "ר"} {
		perform(t, openFirst, func(s *stage) {
			s.size(100, 28)
			s.press("enter", r) // where r lies
			if s.m.focus != onWrite || s.m.draft().replyTo == "" {
				s.t.Fatalf("%q: keys in pane %d, reply to %q", r, s.m.focus, s.m.draft().replyTo)
			}
			s.write(r) // and now it is text
			if got := s.m.draft().text(); got != r {
				s.t.Errorf("wrote %q", got)
			}
		})
	}
}

// In one piece with what it opens, a letter of another layout is a key and the rest is text.
func TestKeysOfOtherLayoutsInBursts(t *testing.T) {
	perform(t, openFirst, func(s *stage) {
		s.size(100, 28)
		s.burst("шпривет") // ш lies on i
		if got := s.m.draft().text(); got != "привет" {
			s.t.Errorf("wrote %q", got)
		}
		s.press("esc", "esc")
		s.press("ы") // s: the menu of moments, whose keys are letters too
		s.press("о") // j
		if d := s.m.dialogs[0].(*menu); d.at != 1 {
			s.t.Errorf("the menu is at %d", d.at)
		}
	})
	perform(t, func(d *fakeDesk, c *Config) { openFirst(d, c); c.Keys = map[string][]string{"help": {"ш"}} }, func(s *stage) {
		s.size(100, 28)
		s.press("ш")
		if len(s.m.dialogs) != 1 || s.m.focus != onList {
			s.t.Error("a key that somebody chose is taken for another")
		}
	})
}
