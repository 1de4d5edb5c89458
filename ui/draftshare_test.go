package ui

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"frontdesk/inbox"
	"frontdesk/ui/term"

	tea "github.com/charmbracelet/bubbletea"
)

// seat is the desk as another person has it.
type seat struct {
	*fakeDesk
	agent inbox.AgentID
}

func (d seat) Info(ctx context.Context) (inbox.Info, error) {
	info, err := d.fakeDesk.Info(ctx)
	info.Agent = d.agent
	return info, err
}

func (d seat) Do(ctx context.Context, id string, c inbox.Command) (inbox.Done, error) {
	if save, ok := c.(inbox.SaveDraft); ok {
		save.Draft.Agent = d.agent // as the owner does, whatever was said
		c = save
	}
	return d.fakeDesk.Do(ctx, string(d.agent)+id, c)
}

// join sits a second person down at the same desk.
func (s *stage) join(agent inbox.AgentID) *stage {
	ctx, cancel := context.WithCancel(context.Background())
	s.t.Cleanup(cancel)
	ids := 0
	cfg := s.m.cfg
	cfg.Desk = seat{s.desk, agent}
	cfg.NewID = func() string { ids++; return fmt.Sprintf("01%s%04d", strings.ToUpper(string(agent)), ids) }
	other := &stage{t: s.t, desk: s.desk, msgs: make(chan tea.Msg, 4096), cancel: cancel}
	other.m = New(ctx, cfg, term.NewMeasure(term.Profile{Method: term.Grapheme, WholeEmoji: true}))
	other.run(other.m.Init())
	other.size(s.w+1, s.h)
	return other
}

// settled lets both screens hear what the other did, with all that is due within two seconds.
func settled(stages ...*stage) {
	for range 4 {
		for _, s := range stages {
			s.pass(500 * time.Millisecond)
		}
	}
}

// atOneThread has two people write into one thread.
func atOneThread(t *testing.T, f func(priya, ben *stage)) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		ben := s.join("ben")
		defer ben.cancel()
		s.show(asha)
		ben.show(asha)
		f(s, ben)
	})
}

func (s *stage) keeps(text string, by inbox.AgentID) {
	s.t.Helper()
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	if d := s.desk.threads[asha].Draft; d == nil && text != "" || d != nil && (d.Text != text || d.Agent != by) {
		s.t.Fatalf("kept is %+v, want %q by %s", d, text, by)
	}
}

func TestTwoPeopleWriteInOneThread(t *testing.T) {
	atOneThread(t, func(priya, ben *stage) {
		priya.press("i")
		priya.write("Yes, two left")
		settled(priya, ben)
		ben.sees("> Yes, two left", "draft by priya")
		priya.misses("alt+o takes it")

		ben.press("i")
		ben.write("!")
		ben.sees("You go on with the draft of priya")
		settled(priya, ben)
		priya.keeps("Yes, two left!", "ben")
		priya.sees("> Yes, two left", "ben wrote after you (alt+o takes it): Yes, two left!")
		ben.misses("alt+o takes it")

		priya.write(" of them")
		settled(priya, ben)
		priya.keeps("Yes, two left of them", "priya") // the last write wins
		ben.sees("> Yes, two left!", "priya wrote after you (alt+o takes it): Yes, two left of them")
		priya.sees("> Yes, two left of them", "ben wrote too")

		ben.press("alt+o")
		ben.sees("> Yes, two left of them", "draft by priya")
		ben.misses("alt+o takes it")
		ben.press("alt+z") // and his own text is not gone
		ben.sees("> Yes, two left!")
	})
}

func TestAColleaguesDraftDoesNotAppearUnderTheHands(t *testing.T) {
	atOneThread(t, func(priya, ben *stage) {
		ben.press("i") // about to type
		priya.press("i")
		priya.write("Yes, two left")
		settled(priya, ben)
		ben.sees("priya wrote too (alt+o takes it): Yes, two left")
		ben.misses("> Yes, two left")
		ben.write("One moment")
		ben.sees("> One moment")
		ben.misses("> Yes")
		ben.press("esc")
		ben.sees("> One moment")
	})
	atOneThread(t, func(priya, ben *stage) {
		ben.press("i")
		priya.press("i")
		priya.write("Yes, two left")
		settled(priya, ben)
		ben.press("esc") // he does not write after all
		ben.sees("> Yes, two left", "draft by priya")
	})
}

func TestSendingLeavesTheColleaguesDraft(t *testing.T) {
	atOneThread(t, func(priya, ben *stage) {
		ben.press("i")
		priya.press("i")
		priya.write("Long answer in the making")
		settled(priya, ben)
		ben.write("Hello!")
		settled(priya, ben)
		priya.write(" still")
		settled(priya, ben)
		priya.keeps("Long answer in the making still", "priya")
		ben.press("enter")
		settled(priya, ben)
		if taken := ben.desk.taken(asha); len(taken) != 1 || taken[0] != "Hello!" {
			t.Fatalf("sent %q", taken)
		}
		priya.keeps("Long answer in the making still", "priya")
		priya.sees("> Long answer in the making still")
		ben.misses("> Long answer") // it must not be what his next enter sends
	})
}

func TestBothSendTheDraftTheyShared(t *testing.T) {
	atOneThread(t, func(priya, ben *stage) {
		priya.press("i")
		priya.write("Yes")
		settled(priya, ben)
		ben.press("i")
		ben.write(", two")
		settled(priya, ben)
		ben.press("enter")
		settled(priya, ben)
		priya.sees("> Yes")
		priya.press("enter") // ben answered: the stop
		priya.press("enter")
		settled(priya, ben)
		taken := priya.desk.taken(asha)
		if len(taken) > 2 || taken[0] != "Yes, two" {
			t.Fatalf("sent %q", taken)
		}
		seen := map[string]bool{}
		for _, text := range taken {
			if seen[text] {
				t.Fatalf("sent twice: %q", taken)
			}
			seen[text] = true
		}
	})
}

func TestQuittingWithATextThatOnlyThisScreenHas(t *testing.T) {
	quit := func(key string, f func(priya, ben *stage)) {
		atOneThread(t, func(priya, ben *stage) {
			priya.press("i")
			priya.write("Mine")
			settled(priya, ben)
			ben.press("i")
			ben.write(", or his")
			settled(priya, ben)
			priya.press("esc", "q")
			priya.sees("ben wrote after you where you write to Asha Rao: only this screen has your text.", "keep yours in its place")
			priya.press(key)
			priya.idle()
			f(priya, ben)
		})
	}
	quit("y", func(priya, ben *stage) { priya.keeps("Mine, or his", "ben") })
	quit("m", func(priya, ben *stage) {
		if !priya.quit {
			t.Error("it stays")
		}
		priya.keeps("Mine", "priya")
		settled(ben)
		ben.sees("> Mine, or his", "priya wrote after you")
	})
	quit("n", func(priya, ben *stage) {
		if priya.quit {
			t.Error("it quits")
		}
	})
}

// TestADraftThatAColleagueSentIsNoMore: where nobody goes on writing it, it does not wait to be sent a second time.
func TestADraftThatAColleagueSentIsNoMore(t *testing.T) {
	atOneThread(t, func(priya, ben *stage) {
		priya.press("i")
		priya.write("Yes, at eight.")
		settled(priya, ben)
		priya.press("esc")
		ben.sees("> Yes, at eight.")
		ben.press("i", "enter")
		settled(priya, ben)
		priya.sees("Yes, at eight.")
		priya.misses("> Yes, at eight.")
		if d := priya.desk.threads[asha].Draft; d != nil {
			t.Errorf("there is still %+v", d)
		}
	})
}

// The same person at two terminals is two terminals.
func TestTheSamePersonAtTwoTerminals(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		other := s.join("priya")
		defer other.cancel()
		s.show(asha)
		other.show(asha)
		s.press("i")
		s.write("From the counter")
		settled(s, other)
		other.sees("> From the counter")
		other.press("i")
		other.write(", or the office")
		settled(s, other)
		s.sees("> From the counter", "another screen of yours wrote after you")
	})
}

// What was typed is handed to the desk, which answers once it is on disk, within a second: of one key as of many.
func TestDraftIsHandedOverWithinASecond(t *testing.T) {
	for _, pause := range []time.Duration{0, 30 * time.Millisecond, 900 * time.Millisecond} {
		perform(t, frontOffice, func(s *stage) {
			s.size(80, 24)
			s.press("enter", "i")
			for range 20 {
				s.write("x")
				s.pass(pause)
			}
			typed := s.m.draft().text()
			s.pass(time.Second)
			if d := s.desk.threads[asha].Draft; d == nil || d.Text != typed {
				t.Errorf("%v after each key: a second after the last one %+v is kept", pause, d)
			}
		})
	}
}
