package ui

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/inbox"
)

// cast gives the first thread what is known of its customer.
func knownAsha(d *fakeDesk, c *Config) {
	frontOffice(d, c)
	t := d.threads[asha]
	t.Names = inbox.Names{Book: "Asha Rao", Profile: "asha 🌸"}
	t.Username = "asha.rao"
	t.Fields = map[string]string{"order": "4431", "table_no": "7"}
	t.Aliases = []inbox.Alias{"p:919800000210", "p:919800000299", "u:IN.1"}
	t.Joins = []inbox.Joined{{A: "p:919800000210", B: "p:919800000299", By: "ben", At: noon}}
	t.Notes = append(t.Notes, inbox.Note{ID: "moved", At: noon.Add(-1), Text: "changed number", Other: bruno})
	d.contacts = []inbox.Contact{{ID: "t_z", Name: "Zeca Pagodinho", WaID: "5521988887777"}, {ID: "t_y", Name: "Zeta", WaID: "5521988887778", Messages: 3}}
}

func (s *stage) edits() (out []inbox.ContactEdit) {
	for _, c := range s.desk.logged("contacts") {
		out = append(out, c.(inbox.EditContacts).Edits...)
	}
	return out
}

func TestContactCardIsEditedByKeys(t *testing.T) {
	for _, size := range [][2]int{{130, 40}, {80, 24}, {48, 16}, {36, 12}} {
		perform(t, knownAsha, func(s *stage) {
			s.size(size[0], size[1])
			s.press("enter", "C")
			s.sees("another field")
			s.press("3") // the order
			s.sees("Asha Rao: order")
			s.press("ctrl+u")
			s.write("4500")
			s.press("enter", "+")
			s.write("Pet name")
			s.press("enter")
			s.write("Rex")
			s.press("enter", "1")
			s.write("Asha (VIP)")
			s.press("enter", "esc")
			got := s.edits()
			if len(got) != 3 || !maps.Equal(got[0].Fields, map[string]string{"order": "4500"}) || !maps.Equal(got[1].Fields, map[string]string{"pet_name": "Rex"}) ||
				got[2].Name == nil || *got[2].Name != "Asha (VIP)" || got[0].ID != asha {
				t.Fatalf("%v: %+v", size, got)
			}
			s.press("Z") // taken back
			if got := s.edits(); len(got) != 4 || *got[3].Name != "" {
				t.Errorf("%v: %+v", size, got)
			}
		})
	}
}

func TestContactCardRefusesWhatIsNoField(t *testing.T) {
	perform(t, knownAsha, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "C", "+")
		s.write("phone")
		s.press("enter")
		s.sees("phone can be no field")
		if got := s.edits(); len(got) != 0 {
			t.Errorf("%+v", got)
		}
	})
}

func TestJoinAndSeparate(t *testing.T) {
	perform(t, knownAsha, func(s *stage) {
		s.size(130, 40)
		s.press("enter", "C")
		s.sees("separate from +91 98000 00299 (joined by ben)")
		s.press("S")
		s.press("esc", ":")
		s.write("join Bruno Lima")
		s.press("enter")
		sep, join := s.desk.logged("separate"), s.desk.logged("join")
		if len(sep) != 1 || sep[0].(inbox.Separate).B != "p:919800000299" || len(join) != 1 || join[0] != (inbox.Join{Thread: asha, With: bruno}) {
			t.Fatalf("%+v %+v", sep, join)
		}
		s.sees("Asha Rao and Bruno Lima are one thread.")
	})
}

func TestTheOtherNumberIsOneKeyAway(t *testing.T) {
	perform(t, knownAsha, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "O")
		if s.m.talk.id != bruno {
			t.Errorf("%s is open", s.m.talk.id)
		}
	})
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.press("enter", "O")
		s.sees("No other number is known")
	})
}

func TestSwitcherFindsTheAddressBook(t *testing.T) {
	perform(t, knownAsha, func(s *stage) {
		s.size(80, 24)
		s.press("alt+k")
		s.write("ze")
		s.sees("Zeca Pagodinho", "no messages yet")
		s.misses("Zeta")
		s.press("enter")
		s.sees("Send a template to Zeca Pagodinho")
	})
}

// A thread that joins another takes the screen along, and one that separates is read anew.
func TestScreenFollowsJoins(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(130, 40)
		s.show(bruno)
		joined := *s.desk.threads[asha]
		s.desk.emit(inbox.Event{Kind: inbox.ThreadEvent, Thread: &joined, Replaces: string(bruno)})
		s.idle()
		if s.m.talk.id != asha || strings.Contains(s.screen(), "Bruno Lima") {
			t.Fatalf("%s is open:\n%s", s.m.talk.id, s.screen())
		}
		before := s.desk.calls.Load()
		s.desk.emit(inbox.Event{Kind: inbox.ThreadEvent, Thread: &joined, Replaces: string(asha)})
		s.idle()
		if s.m.talk.id != asha || s.desk.calls.Load() == before {
			t.Error("it was not read anew")
		}
		s.desk.change(asha, "", inbox.Message{Key: "taken in", Direction: "in", Type: "text", Text: "I wrote from elsewhere.", At: noon.Add(-time.Hour)})
		s.idle()
		s.m.talk.rows = slices.DeleteFunc(s.m.talk.rows, func(r inbox.Message) bool { return r.Key == "taken in" }) // as it was before the two were one
		s.desk.emit(inbox.Event{Kind: inbox.ThreadEvent, Thread: &joined, Replaces: string(farid)})
		s.idle()
		if s.m.talk.id != asha || !slices.ContainsFunc(s.m.talk.rows, func(r inbox.Message) bool { return r.Key == "taken in" }) {
			t.Error("the rows that it took in are not there")
		}
	})
}

// Threads of one customer often have one name, and arriving messages move the list: what is chosen is what was read.
func TestJoinTellsThreadsOfOneNameApart(t *testing.T) {
	perform(t, func(d *fakeDesk, c *Config) {
		knownAsha(d, c)
		d.threads[bruno].Name = "Asha Rao"
	}, func(s *stage) {
		s.size(80, 24)
		s.press("enter", ":")
		s.write("join ")
		if known := s.m.threadsKnown(); !slices.IsSorted(known) {
			t.Errorf("not in a lasting order: %q", known)
		}
		s.write("asha")
		s.sees("Asha Rao " + number(s.desk.threads[bruno].WaID))
		s.press("enter")
		if join := s.desk.logged("join"); len(join) != 1 || join[0] != (inbox.Join{Thread: asha, With: bruno}) {
			t.Fatalf("%+v", join)
		}
	})
}

// movedOn gives the first thread a customer who has another number now, from which nothing has come yet.
func movedOn(d *fakeDesk, c *Config) {
	frontOffice(d, c)
	d.threads[asha].Notes = append(d.threads[asha].Notes,
		inbox.Note{ID: "moved", At: noon.Add(-1), Text: "User Asha changed from 1 to 2", Moved: inbox.MovedTo, Number: "919800000333"})
}

// Who writes to a number that its customer has left is told so, and where they are now.
func TestCustomerHasAnotherNumber(t *testing.T) {
	for _, size := range [][2]int{{130, 40}, {80, 24}, {48, 16}} {
		perform(t, movedOn, func(s *stage) {
			s.size(size[0], size[1])
			s.press("enter")
			s.sees("new number: O goes there")
			s.press("i")
			s.sees("new number: esc O goes there")
			s.press("esc", "O") // nothing has come from it: a template begins there
			s.sees("Send a template to")
			s.press("esc")
			s.desk.alter(asha, func(t *inbox.Thread) { t.Notes[len(t.Notes)-1].Other = bruno })
			s.idle()
			s.press("O")
			if s.m.talk.id != bruno {
				t.Errorf("%v: O went to %s", size, s.m.talk.id)
			}
		})
	}
	perform(t, movedOn, func(s *stage) { // somebody wrote from the old one since
		s.size(80, 24)
		s.press("enter")
		s.desk.alter(asha, func(t *inbox.Thread) { t.Window.ExpiresAt = noon.Add(24*time.Hour + time.Minute) })
		s.idle()
		s.misses("new number")
	})
}

// Two customers of the same name are told apart, also where one shows no number.
func TestUsernameStandsForTheNumber(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.desk.alter(asha, func(t *inbox.Thread) { t.WaID, t.Username = "", "asha.rao" })
		s.idle()
		s.press("enter")
		s.sees("Asha Rao  @asha.rao")
		s.press("alt+k")
		s.write("ash")
		s.sees("@asha.rao")
	})
}
