package ui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/inbox"
)

// withPause is the front office where replies can be taken back for five seconds.
func withPause(d *fakeDesk, c *Config) {
	frontOffice(d, c)
	c.Hold = 5 * time.Second
}

func TestSendLater(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.show(asha)
		s.press("i", "alt+s")
		s.sees(english.LaterNothing)
		s.pass(time.Second)
		s.write("Your box is ready")
		s.press("alt+s")
		s.sees("in an hour · 10:46", "this evening · 18:00", "tomorrow · Fri 09:00 · window closed by then", "another time")
		s.press("2")
		sent := s.desk.sent()
		if len(sent) != 1 || !sent[0].Later.Equal(at("18:00")) || sent[0].Pause != 0 || sent[0].Out.Text != "Your box is ready" {
			t.Fatalf("handed over as %+v", sent)
		}
		s.sees("It leaves 18:00", "esc x cancels", "queued · at 18:00")
		if got := s.m.draft().text(); got != "" {
			t.Errorf("the box still has %q", got)
		}
		// What was said last is selected, not what is to come.
		if msg := s.m.talk.selected(); msg == nil || msg.Text != "And can I pay by UPI?" {
			t.Errorf("selected is %+v", msg)
		}
		s.press("esc", "esc", "g")
		s.sees("09:45 s Asha Rao")
	})
}

func TestSendLaterTyped(t *testing.T) {
	for text, want := range map[string]time.Time{
		"14:30": at("14:30"), "2h": noon.Add(2 * time.Hour), "+45m": noon.Add(45 * time.Minute), "7:00": at("07:00").AddDate(0, 0, 1),
	} {
		perform(t, frontOffice, func(s *stage) {
			s.size(100, 28)
			s.show(maryam)
			s.press("i")
			s.write("soon")
			s.press("alt+s", "4")
			s.write("yesterday")
			s.press("enter")
			s.sees("is no time to come", "yesterday")
			s.press("ctrl+u")
			s.write(text)
			s.press("enter")
			if sent := s.desk.sent(); len(sent) != 1 || !sent[0].Later.Truncate(time.Minute).Equal(want) {
				t.Errorf("%s: handed over as %+v, want %v", text, sent, want)
			}
		})
	}
}

func TestSendLaterFromThePalette(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.show(asha)
		s.press("i")
		s.write("soon")
		s.press("ctrl+p")
		s.write("send later 14:30")
		s.press("enter")
		if sent := s.desk.sent(); len(sent) != 1 || !sent[0].Later.Equal(at("14:30")) {
			t.Errorf("handed over as %+v", sent)
		}
	})
}

// TestSendLaterBeyondTheWindow warns before it is handed over, keeps the text, and offers the template that may leave then.
func TestSendLaterBeyondTheWindow(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.show(bruno) // closes in 50 minutes
		s.press("i")
		s.write("Amanhã cedo")
		s.press("alt+s")
		s.sees("in an hour · 10:46 · window closed by then")
		s.press("3")
		s.sees("The window closes 10:36", "Free text would be refused", "Fri 09:00")
		if n := len(s.desk.sent()); n != 0 {
			t.Fatalf("%d replies were handed over", n)
		}
		s.press("t")
		s.write("order_up")
		s.press("enter")
		s.write("4431")
		s.press("tab")
		s.write("sexta")
		s.press("tab")
		s.write("4431")
		s.press("enter")
		s.sees("This goes to Bruno Lima, Fri 09:00, exactly so:", "enter schedule")
		s.press("enter")
		sent := s.desk.sent()
		if len(sent) != 1 || sent[0].Out.Type != "template" || !sent[0].Later.Equal(at("09:00").AddDate(0, 0, 1)) {
			t.Fatalf("handed over as %+v", sent)
		}
		if got := s.m.draft().text(); got != "Amanhã cedo" {
			t.Errorf("the box has %q", got)
		}
		s.sees("Template order_update leaves Fri 09:00")
	})
}

func TestTemplateLater(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.toReview()
		s.sees("alt+s later")
		s.press("alt+s", "1")
		s.sees("Bruno Lima, 10:46, exactly so:")
		s.press("enter")
		if sent := s.desk.sent(); len(sent) != 1 || !sent[0].Later.Equal(noon.Add(time.Hour)) {
			t.Errorf("handed over as %+v", sent)
		}
	})
}

func TestScheduledIsChangedCancelledAndSent(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.show(asha)
		for _, text := range []string{"cancel me", "send me", "change me"} {
			s.press("i")
			s.write(text)
			s.press("alt+s", "2")
			s.press("esc")
		}
		choose := func(text string) {
			s.update(answeredMsg(func(m *Model) cmd { m.talk.sel = s.desk.find(asha, text).Key; return nil }))
			s.idle()
		}
		choose("cancel me")
		s.press("x")
		s.sees("cancelled")
		choose("send me")
		s.press("R")
		s.sees("send now", "take it out and change it")
		s.press("1")
		choose("change me")
		s.press("R", "c")
		if got := s.m.draft().text(); got != "change me" || s.m.focus != onWrite {
			t.Errorf("the box has %q, focus %d", got, s.m.focus)
		}
		for text, want := range map[string]inbox.Status{"cancel me": inbox.Cancelled, "send me": inbox.StatusSent, "change me": inbox.Cancelled} {
			if m := s.desk.find(asha, text); m.Status != want {
				t.Errorf("%s is %q, want %q", text, m.Status, want)
			}
		}
	})
}

// What is to come names its keys, and is not what is selected: they are for it when nothing else can be meant.
func TestKeysOfWhatIsNotSelected(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.show(asha)
		s.press("x")
		s.sees(english.TooLateToCancel)
		s.pass(time.Second)
		s.press("i")
		s.write("Your box is ready")
		s.press("alt+s", "2", "esc")
		said := s.m.talk.sel
		s.press("d")
		s.misses("R choices") // the detail is about the message that it shows
		s.press("x", "esc")
		if m := s.desk.find(asha, "Your box is ready"); m.Status != inbox.Waiting && m.Status != inbox.Queuing {
			t.Fatalf("cancelled from another message's detail: %q", m.Status)
		}
		s.m.talk.sel = said
		s.press("R")
		s.sees("Your box is ready", "take it out and change it")
		s.press("esc")
		s.m.talk.sel = said
		s.press("x")
		if m := s.desk.find(asha, "Your box is ready"); m.Status == inbox.Cancelled {
			t.Fatal("cancelled unasked, without having been selected")
		}
		s.press("x")
		if m := s.desk.find(asha, "Your box is ready"); m.Status != inbox.Cancelled {
			t.Errorf("it is %q", m.Status)
		}
	})
}

// The Desk's answer to a template comes when the person is writing to somebody else.
func TestTemplateAnswerLeavesAnotherThreadAlone(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.toReview()
		answer := s.m.dialogs[len(s.m.dialogs)-1].(*form).send(s.m)
		s.m.dialogs = nil
		s.size(100, 12)
		s.show(asha)
		s.press("g", "i")
		s.run(answer)
		s.idle()
		if s.m.focus != onWrite || s.m.talk.follow {
			t.Errorf("focus %d, follows %v", s.m.focus, s.m.talk.follow)
		}
		if len(s.desk.sent()) != 1 {
			t.Errorf("sent %+v", s.desk.sent())
		}
	})
}

// Whoever left the list of templates before it came gets no form over what they do now.
func TestLastTemplateLeft(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.show(bruno)
		s.m.templates.all = s.desk.templates
		for left, want := range map[bool]int{false: 2, true: 0} {
			s.m.dialogs = nil
			d := newPicker(s.m.opened())
			some := d.shown(s.m)[0]
			d.want = &inbox.TemplateRef{Name: some.Name, Language: some.Language}
			s.m.openDialog(d)
			if left {
				s.press("esc")
			}
			if d.arrived(s.m); len(s.m.dialogs) != want {
				t.Errorf("left %v: %d dialogs, want %d", left, len(s.m.dialogs), want)
			}
		}
	})
}

func TestTakeBack(t *testing.T) {
	for name, take := range map[string]func(*stage){
		"esc in the empty box":  func(s *stage) { s.press("esc") },
		"x in the conversation": func(s *stage) { s.press("tab", "tab", "x") },
	} {
		t.Run(name, func(t *testing.T) {
			perform(t, withPause, func(s *stage) {
				s.size(100, 28)
				s.show(asha)
				s.press("i")
				s.write("Yes, two lfet")
				s.press("enter")
				if sent := s.desk.sent(); len(sent) != 1 || sent[0].Pause != 5*time.Second {
					t.Fatalf("handed over as %+v", sent)
				}
				s.sees("sending in 5 s", "takes it back")
				s.pass(2 * time.Second)
				s.sees("sending in 3 s")
				take(s)
				if got := s.m.draft().text(); got != "Yes, two lfet" || s.m.focus != onWrite {
					t.Fatalf("the box has %q, focus %d", got, s.m.focus)
				}
				s.sees(english.Recalled)
				s.misses("sending in")
				s.press("backspace", "backspace", "backspace")
				s.write("eft")
				s.press("enter")
				sent := s.desk.sent()
				if n := len(sent); n != 2 || sent[1].Out.Text != "Yes, two left" || sent[1].OID == sent[0].OID {
					t.Errorf("handed over as %+v", sent)
				}
			})
		})
	}
}

// TestTakeBackTooLate lets it leave in the moment of the key.
func TestTakeBackTooLate(t *testing.T) {
	perform(t, withPause, func(s *stage) {
		s.size(100, 28)
		s.show(asha)
		s.press("i")
		s.write("Yes")
		s.press("enter")
		s.desk.fail = func(c inbox.Command) error {
			if c.Kind() == "decide" {
				return &inbox.Error{Kind: inbox.TooLate, Text: "it is sending"}
			}
			return nil
		}
		s.press("esc")
		s.sees(english.TooLateToTakeBack)
		if got := s.m.draft().text(); got != "" {
			t.Errorf("what has left is in the box too: %q", got)
		}
	})
}

// TestPauseDrawsOnceASecond holds that a reply in its pause costs a frame a second, and none when it has left.
func TestPauseDrawsOnceASecond(t *testing.T) {
	perform(t, withPause, func(s *stage) {
		s.size(100, 28)
		s.show(maryam)
		s.pass(2 * time.Second) // it is read
		s.press("i")
		s.write("Yes")
		s.press("enter")
		s.idle()
		before := s.frames
		s.pass(4500 * time.Millisecond)
		if n := s.frames - before; n > 5 {
			t.Errorf("%d frames in five seconds", n)
		}
		s.desk.goes(maryam, "Yes")
		s.idle()
		before = s.frames
		s.pass(20 * time.Second)
		if n := s.frames - before; n > 2 {
			t.Errorf("%d frames after it has left", n)
		}
		s.misses("sending in", "takes it back")
	})
}

// TestEscLeavesWhenSomethingIsWritten holds that the way out of the box stays what it is while a reply waits.
func TestEscLeavesWhenSomethingIsWritten(t *testing.T) {
	perform(t, withPause, func(s *stage) {
		s.size(100, 28)
		s.show(asha)
		s.press("i")
		s.write("Yes")
		s.press("enter")
		s.write("and")
		s.press("esc")
		if s.m.focus != onTalk || s.m.draft().text() != "and" || len(s.desk.logged("decide")) != 0 {
			t.Errorf("focus %d, box %q, decided %v", s.m.focus, s.m.draft().text(), s.desk.logged("decide"))
		}
	})
}

func TestOvertakenSaysBySomebody(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.show(asha)
		s.press("i")
		s.write("five o'clock")
		s.press("alt+s", "2", "esc")
		m := s.desk.find(asha, "five")
		m.Status, m.HoldReason, m.HeldBy = inbox.Held, "answered", "phone"
		m.Choices = []inbox.Decision{inbox.SendNow, inbox.KeepTime, inbox.Cancel}
		s.desk.change(asha, "", m)
		s.idle()
		s.sees("held", "Somebody has answered since: phone.")
		s.update(answeredMsg(func(mo *Model) cmd { mo.talk.sel = m.Key; return nil }))
		s.press("R")
		s.sees("send now", "let it leave at its time all the same", "take it out and change it")
		m.HeldBy = "customer"
		s.press("esc")
		s.desk.change(asha, "", m)
		s.idle()
		s.sees("The customer has written since.")
	})
}

func TestHeldWithClosedWindowOffersTheTemplate(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		m := told("09:40", inbox.OriginAPI, "priya", inbox.Held, "we are open")
		m.Key, m.Ref, m.HoldReason, m.Choices = "held", "01HELD", "window", []inbox.Decision{inbox.Cancel}
		s.desk.change(closed, "", m)
		s.show(closed)
		s.press("R")
		s.sees("take it out and change it", "send a template")
		s.misses("send now")
		s.press("t")
		s.sees("Send a template to")
	})
}

func TestRowsToComeTurn(t *testing.T) {
	now := noon
	c := &convo{turns: map[string]turn{}}
	m := inbox.Message{Key: "k", Status: inbox.Queuing, HoldReason: "later", NotBefore: now.Add(time.Hour), StatusAt: inbox.StatusTimes{Queued: now}}
	c.note([]inbox.Message{m}, now)
	if got, want := c.nextTurn(), m.NotBefore.Add(dueFor); !got.Equal(want) {
		t.Errorf("read again at %v, want %v", got, want)
	}
	m.HoldReason = ""
	c.note([]inbox.Message{m}, m.NotBefore.Add(dueFor)) // it could not leave yet
	if got, want := c.nextTurn(), m.NotBefore.Add(staleFrom); !got.Equal(want) {
		t.Errorf("then at %v, want %v", got, want)
	}
}

func TestLaterTicksSayTheDay(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		m := &inbox.Message{Direction: "out", Status: inbox.Queuing, HoldReason: "later", NotBefore: at("09:00").AddDate(0, 0, 1)}
		for now, want := range map[time.Time]string{noon: "queued · at Fri 09:00", noon.Add(20 * time.Hour): "queued · at 09:00"} {
			if got, _ := s.m.pen.tick(m, false, now); !strings.HasSuffix(got.text, want) {
				t.Errorf("at %v it says %q, want %q", now, got.text, want)
			}
		}
		if !slices.Contains(s.m.pen.w.LaterWords[:], "tomorrow 9:00") {
			t.Error("the palette offers no times")
		}
	})
}

func TestMoment(t *testing.T) {
	zone := time.FixedZone("", 2*3600)
	now := time.Date(2026, 8, 20, 9, 46, 0, 0, zone)
	for text, want := range map[string]string{
		"14:30": "2026-08-20T14:30:00+02:00", "9:00": "2026-08-21T09:00:00+02:00", "+2h": "2026-08-20T11:46:00+02:00", "45m": "2026-08-20T10:31:00+02:00",
		"tomorrow 9:00": "2026-08-21T09:00:00+02:00", "mon": "2026-08-24T09:00:00+02:00", "2026-12-24 14:30": "2026-12-24T14:30:00+02:00",
		"2026-12-24T14:30:00Z": "2026-12-24T16:30:00+02:00", "2026-08-20T10:00:00+02:00": "2026-08-20T10:00:00+02:00",
	} {
		if got, ok := Moment(now, zone, text); !ok || got.In(zone).Format(time.RFC3339) != want {
			t.Errorf("%q is %v (%v), want %s", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "noon", "-2h", "2026-08-19 14:30", "2026-08-20T09:00:00+02:00", "25:00", "2001-01-01T00:00:00Z"} {
		if got, ok := Moment(now, zone, text); ok {
			t.Errorf("%q is %v", text, got)
		}
	}
}
