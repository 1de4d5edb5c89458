package ui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/inbox"
)

// crowd adds more threads than the list has loaded, a done one among them.
func crowd(d *fakeDesk, c *Config) {
	frontOffice(d, c)
	for i := range 2 * pageSize {
		d.add(inbox.Thread{ID: inbox.ThreadID("t_crowd" + string(rune('a'+i%26)) + string(rune('a'+i/26))), Name: "Guest", State: inbox.Open}, yesterday(heard("05:00", "hello")))
	}
	d.add(inbox.Thread{ID: "t_old", Name: "Zulmira Old", WaID: "258840000001", Username: "zulzul", State: inbox.Closed, Window: openFor(time.Hour)},
		yesterday(heard("04:00", "thank you")))
}

func TestSwitcherReachesEveryThread(t *testing.T) {
	for how, text := range map[string]string{"name": "mira", "number": "8840000001", "user name": "ZULZ"} {
		t.Run(how, func(t *testing.T) {
			perform(t, crowd, func(s *stage) {
				s.size(100, 28)
				if s.m.list.byID["t_old"] != nil {
					s.t.Fatal("the list has it: nothing is tested")
				}
				s.press("alt+k")
				s.write(text)
				s.sees("Zulmira Old", "done")
				s.press("enter")
				if s.m.talk.id != "t_old" || s.m.focus != onTalk {
					s.t.Fatalf("open is %q", s.m.talk.id)
				}
				s.sees("thank you")
				if len(s.m.dialogs) != 0 {
					s.t.Error("the box stands")
				}
			})
		})
	}
}

// What is typed faster than the Desk answers opens what was meant.
func TestSwitcherTypedAhead(t *testing.T) {
	perform(t, crowd, func(s *stage) {
		s.size(80, 24)
		s.update(keyMsg("alt+k"))
		s.hurry("zulmira\n")
		if s.m.talk.id != "t_old" {
			s.t.Fatalf("open is %q", s.m.talk.id)
		}
	})
}

// The thread that was open before comes first: alt+k and enter go back and forth.
func TestSwitcherGoesBackAndForth(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.show(asha)
		s.show(wang)
		for _, want := range []inbox.ThreadID{asha, wang, asha} {
			s.press("alt+k", "enter")
			if s.m.talk.id != want {
				s.t.Fatalf("open is %q, not %q", s.m.talk.id, want)
			}
		}
	})
}

// Every action is in the palette with its key; what cannot be done has a reason and the box stays on it.
func TestPaletteHasEveryAction(t *testing.T) {
	for _, focus := range []pane{onList, onTalk, onWrite} {
		perform(t, openFirst, func(s *stage) {
			s.size(100, 28)
			s.m.focus = focus
			s.press("ctrl+p")
			entries := s.m.commandEntries("", "", rankElsewhere)
			if len(entries) != len(s.m.keys.table) {
				s.t.Fatalf("%d entries for %d actions", len(entries), len(s.m.keys.table))
			}
			for _, a := range s.m.helpOrder() {
				i := slices.IndexFunc(entries, func(e entry) bool { return strings.TrimSpace(e.fill) == ":"+a.name })
				if i < 0 {
					s.t.Fatalf("%q is missing", a.name)
				}
				row := ""
				for _, sp := range entries[i].spans(s.m.pen, 70) {
					row += sp.text
				}
				if !strings.Contains(row, a.help) || !strings.HasSuffix(row, s.m.keyShown(a)) {
					s.t.Errorf("%q is drawn as %q", a.name, row)
				}
				if got := s.m.pen.Width(row); got != 70 {
					s.t.Errorf("%q is %d columns wide", row, got)
				}
				if why := entries[i].why; why != "" && !strings.Contains(row, why[:min(len(why), 20)]) {
					s.t.Errorf("%q does not say %q", row, why)
				}
			}
		})
	}
}

func TestPaletteRunsCommands(t *testing.T) {
	tests := []struct {
		text string
		want inbox.Command
	}{
		{"assign ben", inbox.Assign{Thread: asha, To: "ben"}},
		{"assign be", inbox.Assign{Thread: asha, To: "ben"}},          // known
		{"ASSIGN marisol", inbox.Assign{Thread: asha, To: "marisol"}}, // not known
		{"assign nobody", inbox.Assign{Thread: asha}},
		{"label vip", inbox.Label{Thread: asha, Label: "vip"}},
		{"label new order", inbox.Label{Thread: asha, Label: "new order", Off: true}},
		{"snooze 2h", inbox.SetState{Thread: asha, State: inbox.Snoozed, Until: noon.Add(2 * time.Hour)}},
		{"note Prefers mornings", inbox.AddNote{Thread: asha, Text: "Prefers mornings"}},
		{"done", inbox.SetState{Thread: asha, State: inbox.Closed}},
		{"unread", inbox.MarkUnread{Thread: asha}},
	}
	for _, tt := range tests {
		for _, focus := range []pane{onList, onTalk, onWrite} {
			t.Run(tt.text, func(t *testing.T) {
				perform(t, openFirst, func(s *stage) {
					s.size(100, 28)
					s.m.focus = focus
					s.press("ctrl+p")
					s.write(tt.text)
					s.press("enter")
					got := s.changed()
					if len(got) != 1 || !sameCommand(got[0], tt.want) {
						s.t.Fatalf("did %+v, not %+v", got, tt.want)
					}
					if s.m.focus != focus {
						s.t.Errorf("the keys went to pane %d", s.m.focus)
					}
				})
			})
		}
	}
}

// sameCommand compares commands; moments may have moved on by what keys take.
func sameCommand(a, b inbox.Command) bool {
	if x, ok := a.(inbox.SetState); ok {
		y, ok := b.(inbox.SetState)
		return ok && x.Thread == y.Thread && x.State == y.State && x.Until.Sub(y.Until).Abs() < 5*time.Second
	}
	return a == b
}

func TestPaletteReadOnly(t *testing.T) {
	perform(t, func(d *fakeDesk, c *Config) { openFirst(d, c); c.ReadOnly = true }, func(s *stage) {
		s.size(100, 28)
		for _, text := range []string{"done", "assign ben", "label vip", "snooze 2h", "write", "template"} {
			s.press(":")
			s.write(text)
			s.press("enter")
			if len(s.m.dialogs) != 1 {
				s.t.Errorf("%q left the box", text)
			}
			s.sees("Nothing can be sent or changed")
			s.press("esc")
		}
		if got := s.changed(); len(got) > 0 {
			s.t.Errorf("did %+v", got)
		}
	})
}

// What only works while writing is not run from elsewhere: "send" must not send what stands in another box.
func TestPaletteDoesNotSendFromTheList(t *testing.T) {
	perform(t, openFirst, func(s *stage) {
		s.size(100, 28)
		s.press("i")
		s.write("half a reply")
		s.press("esc", "esc", "j", ":")
		s.write("send")
		i := slices.IndexFunc(s.m.commandEntries("send", "", rankElsewhere), func(e entry) bool { return e.fill == ":send" })
		if i < 0 || s.m.commandEntries("send", "", rankElsewhere)[i].why == "" {
			s.t.Fatal("send is offered in the list")
		}
		s.press("enter")
		if got := s.desk.sent(); len(got) != 0 {
			s.t.Fatalf("sent %+v", got)
		}
	})
}

// In the composer a colon is text.
func TestColonIsTextWhileWriting(t *testing.T) {
	perform(t, openFirst, func(s *stage) {
		s.size(100, 28)
		s.press("i")
		s.write("at 6:30")
		if got := s.m.draft().text(); got != "at 6:30" || len(s.m.dialogs) != 0 {
			s.t.Errorf("wrote %q", got)
		}
	})
}

func TestMoments(t *testing.T) {
	now := time.Date(2026, 8, 20, 9, 46, 0, 0, time.UTC) // a Thursday
	c := &pen{w: &english, clock: clock{time.UTC}}
	for text, want := range map[string]string{
		"30m": "20 10:16", "2h": "20 11:46", "1h30m": "20 11:16", "3d": "23 09:46", "14:00": "20 14:00", "9:00": "21 09:00",
		"tomorrow": "21 09:00", "Tomorrow 14:30": "21 14:30", "mon": "24 09:00", "thursday 8:00": "27 08:00", "today 18:00": "20 18:00",
		"": "", "soon": "", "0h": "", "-2h": "", "25:00": "", "2h 3h": "", "today": "", "today 8:00": "", "mo": "", "500d": "", "1s": "", "9:5": "",
	} {
		at, ok := c.moment(now, text)
		got := ""
		if ok {
			got = at.Format("2 15:04")
		}
		if got != want {
			t.Errorf("%q is %q, not %q", text, got, want)
		}
	}
}

// Where no label is known yet, the box asks for one instead of opening itself again.
func TestFirstLabel(t *testing.T) {
	perform(t, func(d *fakeDesk, c *Config) {
		d.add(inbox.Thread{ID: asha, Name: "Asha Rao", State: inbox.Open, Window: openFor(time.Hour)}, heard("09:40", "hello"))
	}, func(s *stage) {
		s.size(48, 16)
		s.press("l", "enter")
		s.sees("Type it, then press enter.")
		if len(s.m.dialogs) != 1 {
			s.t.Fatalf("%d boxes", len(s.m.dialogs))
		}
		s.write("vip")
		s.press("enter")
		if got := s.desk.logged("label"); len(got) != 1 {
			s.t.Fatalf("did %+v", got)
		}
		s.press("e")
		s.sees("Z takes it back.") // also where the row is short
	})
}
