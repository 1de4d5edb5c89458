package ui

import (
	"strings"
	"testing"

	"frontdesk/inbox"
)

// TestTrayIsTickedOff: a message that somebody looked at leaves the tray and the count, and one key brings it back.
func TestTrayIsTickedOff(t *testing.T) {
	perform(t, onPhone, func(s *stage) {
		s.size(130, 32)
		if !strings.Contains(s.screen(), "Phone 4") {
			t.Errorf("the top of the list does not count the tray:\n%s", s.screen())
		}
		s.press("P", "j", "x")
		s.pass(pause)
		s.idle()
		done, ok := s.desk.log[len(s.desk.log)-1].(inbox.LookOnPhone)
		if !ok || done.Key != "09:30" || done.Back || len(s.desk.trayed) != 3 {
			t.Errorf("the Desk was told %+v, and has %d", done, len(s.desk.trayed))
		}
		if got := s.screen(); strings.Contains(got, "a message was edited") || !strings.Contains(got, "Phone 3") {
			t.Errorf("it is still there:\n%s", got)
		}
		s.press("Z")
		s.pass(pause)
		s.idle()
		if got := s.screen(); !strings.Contains(got, "a message was edited") || !strings.Contains(got, "Phone 4") {
			t.Errorf("it did not come back:\n%s", got)
		}
	})
}

// TestPhoneOpenedByHand: whoever opens the app without writing in it says so on the page of the phone.
func TestPhoneOpenedByHand(t *testing.T) {
	perform(t, func(d *fakeDesk, c *Config) { frontOffice(d, c); d.info.Phone = silentFor(12) }, func(s *stage) {
		s.size(100, 28)
		if !strings.Contains(s.screen(), "open the phone") && !strings.Contains(s.screen(), "phone 1 d") {
			t.Errorf("nothing is said:\n%s", s.screen())
		}
		s.press(":")
		s.write("phone")
		s.press("enter", "o")
		s.idle()
		if _, ok := s.desk.log[len(s.desk.log)-1].(inbox.SeePhone); !ok {
			t.Errorf("the Desk was told %+v", s.desk.log)
		}
	})
}

// TestViewsAndKeysOnASmallScreen: on 80 x 24 those who wait are counted, a press of the mouse away, and under a dialog no
// key is shown that does nothing.
func TestViewsAndKeysOnASmallScreen(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		if rows := strings.Split(s.screen(), "\n"); !strings.Contains(rows[1], "Waiting 2") {
			t.Errorf("the second row: %q", rows[1])
		}
		last := func() string {
			rows := strings.Split(strings.TrimRight(s.screen(), "\n"), "\n")
			return rows[len(rows)-1]
		}
		if !strings.Contains(last(), "enter open") {
			t.Errorf("the list's keys: %q", last())
		}
		s.press("?")
		if strings.Contains(last(), "enter open") || !strings.Contains(last(), "live") {
			t.Errorf("under a dialog: %q", last())
		}
	})
}

// TestARefusalGoesWithItsCause: what was refused while the number was off says why and what to do, whole, until the number
// is connected again.
func TestARefusalGoesWithItsCause(t *testing.T) {
	n := inbox.Tell("link", "link-inactive")
	off := &inbox.Error{Kind: inbox.NotAllowed, Text: n.Text, Next: n.Next, Key: n.Key}
	perform(t, func(d *fakeDesk, c *Config) {
		frontOffice(d, c)
		d.fail = func(c inbox.Command) error {
			if _, reply := c.(inbox.Send); reply {
				return off
			}
			return nil
		}
	}, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "i")
		s.write("Yes, two left.")
		s.press("enter")
		s.idle()
		if got := s.screen(); !strings.Contains(got, "then connect it again") || !strings.Contains(got, "Yes, two left.") {
			t.Errorf("the next step is cut off:\n%s", got)
		}
		s.desk.emit(inbox.Event{Kind: inbox.AccountEvent, Account: &inbox.Notice{Kind: "link-over", Key: "link-again", Text: "the number is connected again"}})
		s.idle()
		if got := s.screen(); strings.Contains(got, "then connect it again") || !strings.Contains(got, "Yes, two left.") {
			t.Errorf("it is refused still:\n%s", got)
		}
	})
}

// Line mode has no dot between two parts, but they are two.
func TestPhonePageWithoutSigns(t *testing.T) {
	p := &pen{w: wordsIn(languages[0]), clock: clock{noon.Location()}}
	page := strings.Join(p.phoneLines(inbox.Info{Standing: inbox.NumberStanding{Quality: "GREEN", Limit: "TIER_2K"}}, noon), "\n")
	if !strings.Contains(page, "quality green, may write first") {
		t.Errorf("%s", page)
	}
}

// TestPhonePageSaysItAll: every cause of a disconnection, in full, and all that stays on the phone.
func TestPhonePageSaysItAll(t *testing.T) {
	p := &pen{w: wordsIn(languages[0]), clock: clock{noon.Location()}}
	info := inbox.Info{Link: inbox.Link{State: inbox.LinkDown, Reason: "CHANGE_NUMBER", Since: noon}, Phone: inbox.Phone{SeenAt: noon, EndsAt: noon.AddDate(0, 0, 5)}}
	if page := strings.Join(p.phoneLines(info, noon), "\n"); strings.Contains(page, "days left") {
		t.Errorf("the number is off, and its days are counted:\n%s", page)
	}
	page := strings.Join(p.phoneLines(info, noon), "\n")
	for _, want := range []string{"changed to another one", "connect the new number", "can be read and searched", "Business Platform > Disconnect", "Group chats", "calls", "Status", "catalogue", "Labels", "Broadcast lists"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q:\n%s", want, page)
		}
	}
}
