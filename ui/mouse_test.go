package ui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"frontdesk/inbox"
	"frontdesk/ui/term"
)

// find is the cell at which a text stands on the screen.
func (s *stage) find(text string) (x, y int) {
	s.t.Helper()
	for y, row := range s.rows() {
		if i := strings.Index(row, text); i >= 0 {
			return s.m.pen.Width(row[:i]), y
		}
	}
	s.t.Fatalf("%q is not on the screen:\n%s", text, s.screen())
	return 0, 0
}

func (s *stage) click(x, y int) {
	s.t.Helper()
	s.update(term.ClickMsg{X: x, Y: y})
	s.idle()
}

func (s *stage) clickOn(text string) {
	s.t.Helper()
	x, y := s.find(text)
	s.click(x, y)
}

func TestMouseOpensAndSelects(t *testing.T) {
	perform(t, openFirst, func(s *stage) {
		s.size(100, 28)
		s.clickOn("Dewi Lestari")
		if s.m.talk.id != dewi || s.m.focus != onTalk {
			s.t.Fatalf("open is %q, keys in %d", s.m.talk.id, s.m.focus)
		}
		s.clickOn("Asha Rao")
		s.clickOn("That is the 1 kg box")
		if got := s.m.talk.selected(); got == nil || !strings.HasPrefix(got.Text, "That is") {
			s.t.Fatalf("selected is %+v", got)
		}
		s.clickOn("> i to write")
		s.write("Yes")
		if s.m.focus != onWrite || s.m.draft().text() != "Yes" {
			s.t.Fatalf("wrote %q in pane %d", s.m.draft().text(), s.m.focus)
		}
		s.clickOn("Is the 2 kg box") // out of the box; the draft is kept
		if s.m.focus != onTalk || len(s.desk.logged("draft")) == 0 {
			s.t.Errorf("keys in %d, drafts %v", s.m.focus, s.desk.logged("draft"))
		}
		if got := s.changed(); len(got) != 0 {
			s.t.Errorf("did %+v", got)
		}
	})
}

// Hints are buttons, on every pane; so are the views over the list and the way back in a narrow one.
func TestMouseRunsHints(t *testing.T) {
	tests := []struct {
		w, h  int
		keys  []string
		text  string
		check func(*stage) bool
	}{
		{100, 28, nil, "? help", func(s *stage) bool { _, ok := s.m.dialogs[0].(*help); return ok }},
		{100, 28, nil, "i write", func(s *stage) bool { return s.m.focus == onWrite }},
		{100, 28, nil, "Mine 2", func(s *stage) bool { return s.m.list.view == inbox.ViewMine }},
		{100, 28, []string{"enter"}, "esc back", func(s *stage) bool { return s.m.focus == onList }},
		{48, 16, []string{"enter"}, "‹", func(s *stage) bool { return s.m.focus == onList }},
		{100, 28, []string{"?"}, "esc", func(s *stage) bool { return len(s.m.dialogs) == 0 }},
		{100, 28, []string{"/"}, "esc clear", func(s *stage) bool { return !s.m.list.filtering }},
		{100, 28, []string{"s"}, "for four hours", func(s *stage) bool { return len(s.desk.logged("state")) == 1 }},
		{48, 16, []string{"s"}, "until tomorrow", func(s *stage) bool { return len(s.desk.logged("state")) == 1 }},
		{100, 28, []string{"alt+k"}, "+971 50 000 0001", func(s *stage) bool { return s.m.talk.id == maryam }},
		{100, 28, []string{":"}, "mark unread", func(s *stage) bool { return len(s.desk.logged("unread")) == 1 }},
		{100, 28, []string{"t"}, "order_update", func(s *stage) bool { _, ok := s.m.dialogs[1].(*form); return ok }},
		{130, 32, []string{"enter"}, "d detail", func(s *stage) bool { return len(s.m.dialogs) == 1 }},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s %dx%d", tt.text, tt.w, tt.h), func(t *testing.T) {
			perform(t, openFirst, func(s *stage) {
				s.size(tt.w, tt.h)
				s.press(tt.keys...)
				s.clickOn(tt.text)
				if !tt.check(s) {
					s.t.Errorf("the click did not do it:\n%s", s.screen())
				}
			})
		})
	}
}

// What lies under a notice cannot be clicked: a click means what is seen.
func TestMouseStopsAtANotice(t *testing.T) {
	perform(t, openFirst, func(s *stage) {
		s.size(48, 16)
		s.press("enter")
		x, y := s.find("esc back")
		s.press("y")
		s.sees("opied")
		s.misses("esc back")
		s.click(x, y)
		s.sees("esc back")
		if s.m.focus != onTalk {
			s.t.Error("the click did what stood under the notice")
		}
	})
}

// Under a dialog nothing can be clicked.
func TestMouseStopsAtTheDialog(t *testing.T) {
	perform(t, openFirst, func(s *stage) {
		s.size(100, 28)
		s.press("s")
		box := s.m.boxAt()
		for y := range s.h - 1 {
			for x := range s.w {
				if !box.holds(x, y) {
					s.update(term.ClickMsg{X: x, Y: y})
				}
			}
		}
		s.idle()
		if len(s.m.dialogs) != 1 || len(s.changed()) != 0 || s.m.talk.id != asha {
			s.t.Errorf("%d dialogs, did %+v, open is %s", len(s.m.dialogs), s.changed(), s.m.talk.id)
		}
	})
}

func TestWheel(t *testing.T) {
	perform(t, func(d *fakeDesk, c *Config) { openFirst(d, c); longThread(d, "t_long", 300) }, func(s *stage) {
		s.size(100, 28)
		s.show("t_long")
		s.press("G")
		x, y := s.m.frame().Talk.X+5, 5
		top := func() int { return s.m.talk.at[s.m.talk.top] }
		end := top()
		s.update(term.WheelMsg{X: x, Y: y, N: -4})
		if top() >= end || s.m.talk.follow {
			s.t.Errorf("the top is item %d, was %d", top(), end)
		}
		if i := s.m.talk.at[s.m.talk.sel]; i < top() || i > top()+s.m.talk.h {
			s.t.Errorf("the selection is item %d, the top %d", i, top())
		}
		s.update(term.WheelMsg{X: x, Y: y, N: 50})
		if !s.m.talk.follow || top() != end {
			s.t.Errorf("at the end: follow %v, top %d of %d", s.m.talk.follow, top(), end)
		}
		at := s.m.list.at
		s.update(term.WheelMsg{X: 3, Y: 5, N: 2})
		if s.m.list.at != at+2 || s.m.talk.id != "t_long" || s.m.focus != onTalk {
			s.t.Errorf("the list is at %d, was %d; keys in %d", s.m.list.at, at, s.m.focus)
		}
		s.press(":")
		box := s.m.boxAt()
		s.update(term.WheelMsg{X: box.X + 3, Y: box.Y + 3, N: 3})
		if d := s.m.dialogs[0].(*switcher); d.at != 3 {
			s.t.Errorf("the box is at %d", d.at)
		}
	})
}

// At every size each cell means what is drawn there, and nothing off the screen means anything. The layout that draws
// is asked, so that a cell of the list is one of a thread's rows exactly when that thread's name is on it.
func TestMouseAtEverySize(t *testing.T) {
	perform(t, openFirst, func(s *stage) {
		sizes := [][2]int{{200, 60}, {199, 60}, {160, 50}, {130, 32}, {121, 30}, {120, 29}, {119, 24}, {100, 28}, {90, 20}, {80, 24}, {80, 19}, {73, 24},
			{72, 20}, {71, 24}, {60, 12}, {48, 16}, {40, 8}, {25, 6}, {24, 6}, {24, 5}, {23, 24}, {10, 3}, {3, 2}, {2, 1}, {1, 1}}
		for _, focus := range []pane{onList, onTalk, onWrite} {
			for _, size := range sizes {
				s.m.focus = focus
				s.size(size[0], size[1])
				f := s.m.frame()
				rows, view := s.rows(), s.m.View()
				columns := []int{-1, 0, 1, s.w / 2, s.w - 2, s.w - 1, s.w}
				for _, r := range []rect{f.List, f.Title, f.Talk, f.Composer, f.Detail} {
					columns = append(columns, r.X-1, r.X, r.X+r.W-1, r.X+r.W)
				}
				slices.Sort(columns)
				for y := -1; y <= s.h; y++ {
					for _, x := range slices.Compact(columns) {
						at := s.m.placeIn(view, x, y)
						inside := x >= 0 && y >= 0 && x < s.w && y < s.h && !f.TooSmall
						if !inside && at != (place{}) {
							s.t.Fatalf("%dx%d: %d,%d is off the screen and means %+v", s.w, s.h, x, y, at)
						}
						if !inside {
							continue
						}
						if at.list != (f.List.holds(x, y)) || at.talk != (f.Talk.holds(x, y) && !at.list) || at.write != f.Composer.holds(x, y) {
							s.t.Fatalf("%dx%d: %d,%d means %+v in %+v", s.w, s.h, x, y, at, f)
						}
						if at.thread != "" && !s.m.twoLines(f) {
							name := s.m.list.byID[at.thread].Name
							if !strings.Contains(rows[y], name[:min(len(name), 3)]) {
								s.t.Fatalf("%dx%d: row %d is %q and means %s", s.w, s.h, y, rows[y], at.thread)
							}
						}
						if name, ok := strings.CutPrefix(at.spot, spotAction); ok && s.m.keys.named(name) == nil {
							s.t.Fatalf("%dx%d: %d,%d does %q", s.w, s.h, x, y, name)
						}
					}
				}
				if !f.List.empty() && !f.TooSmall {
					var seen []inbox.ThreadID
					for y := range s.h {
						if id := s.m.under(f.List.X+1, y).thread; id != "" && !slices.Contains(seen, id) {
							seen = append(seen, id)
						}
					}
					if !slices.Equal(seen, s.m.list.visible()) {
						s.t.Fatalf("%dx%d: %v can be clicked, %v are shown", s.w, s.h, seen, s.m.list.visible())
					}
				}
			}
		}
	})
}

// Every item of the conversation on the screen can be clicked where its text is.
func TestMouseFindsEveryMessage(t *testing.T) {
	for _, size := range sizes {
		perform(t, everyState, func(s *stage) {
			s.size(size[0], size[1])
			s.press("enter")
			f := s.m.frame()
			for range 8 {
				i, y := s.m.talk.at[s.m.talk.top], -s.m.talk.skip
				for ; i < len(s.m.talk.items) && y < f.Talk.H; i++ {
					for n := range s.m.talk.height(s.m.pen, s.m.view(), i) {
						if row := y + n; row >= 0 && row < f.Talk.H {
							if got := s.m.under(f.Talk.X, f.Talk.Y+row); got.message != s.m.talk.items[i].key {
								s.t.Fatalf("row %d means %q, not %q", row, got.message, s.m.talk.items[i].key)
							}
						}
					}
					y += s.m.talk.height(s.m.pen, s.m.view(), i)
				}
				s.update(term.WheelMsg{X: f.Talk.X + 1, Y: f.Talk.Y, N: -1})
			}
		})
	}
}

func TestMouseCommand(t *testing.T) {
	perform(t, func(d *fakeDesk, c *Config) { openFirst(d, c); c.Terminal.Mouse = true }, func(s *stage) {
		s.size(100, 28)
		s.press(":")
		s.write("mouse")
		s.press("enter")
		s.sees("The mouse is off")
		s.press(":")
		s.write("mouse")
		s.press("enter")
		s.sees("Hold shift to select")
	})
}
