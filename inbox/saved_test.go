package inbox

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestFields(t *testing.T) {
	for _, tt := range []struct{ text, fields, filled string }{
		{"no field at all", "", "no field at all"},
		{"Hi {{first_name}}, this is {{agent}}.", "first_name agent", "Hi Asha, this is priya."},
		{"{{ First_Name }} {{first_name}}", "first_name", "Asha Asha"},
		{"{{order number}} and {{order number}}", "order number", "{{order number}} and {{order number}}"},
		{"{{ग्राहक}}", "ग्राहक", "{{ग्राहक}}"},
		{"{{}} {{ }} {{a{{b}} { {name} } {{x\ny}}", "b", "{{}} {{ }} {{a{{b}} { {name} } {{x\ny}}"},
		{"{{{name}}}", "name", "{Asha {{agent}}}"},
		{"{{" + strings.Repeat("a", 41) + "}}", "", "{{" + strings.Repeat("a", 41) + "}}"},
	} {
		if got := strings.Join(Fields(tt.text), " "); got != tt.fields {
			t.Errorf("%q has the fields %q, want %q", tt.text, got, tt.fields)
		}
		// A contact whose name looks like a field fills nothing in.
		values := map[string]string{"first_name": "Asha", "name": "Asha {{agent}}", "agent": "priya"}
		if got := FillFields(tt.text, values); got != tt.filled {
			t.Errorf("%q was filled to %q, want %q", tt.text, got, tt.filled)
		}
		for _, at := range FieldSpans(tt.text) {
			if s := tt.text[at[0]:at[1]]; !strings.HasPrefix(s, "{{") || !strings.HasSuffix(s, "}}") {
				t.Errorf("%q: the field stands at %q", tt.text, s)
			}
		}
	}
}

func TestFieldValues(t *testing.T) {
	desk := Info{Agent: "priya", Business: "Acme Store"}
	for _, tt := range []struct {
		thread Thread
		want   string
	}{
		{Thread{Name: "Asha Rao", WaID: "919800000210"}, "map[agent:priya business:Acme Store first_name:Asha name:Asha Rao phone:+919800000210]"},
		{Thread{Name: "+55 11 98888 0001", WaID: "5511988880001"}, "map[agent:priya business:Acme Store phone:+5511988880001]"},
		{Thread{Name: "asha", UserID: "US.1"}, "map[agent:priya business:Acme Store first_name:asha name:asha]"},
	} {
		values := FieldValues(tt.thread, desk)
		if got := fmt.Sprint(values); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.thread.Name, got, tt.want)
		}
		for name := range values {
			if !slices.Contains(KnownFields(), name) {
				t.Errorf("%s is filled by itself and not listed", name)
			}
		}
	}
}

func TestCheckReply(t *testing.T) {
	for _, tt := range []struct {
		name, language, text string
		ok                   bool
	}{
		{"hours", "", "9 to 6", true}, {"opening hours", "pt_BR", "9 às 6", true}, {"समय", "hi", "9 से 6", true}, {"x", "zh-Hans-CN", "y", true},
		{"", "", "x", false}, {" hours", "", "x", false}, {"two\nlines", "", "x", false}, {"esc\x1b", "", "x", false},
		{strings.Repeat("n", 41), "", "x", false}, {"hours", "english please", "x", false}, {"hours", "e", "x", false},
		{"hours", "", " \n", false}, {"hours", "", strings.Repeat("é", 4096), true}, {"hours", "", strings.Repeat("é", 4097), false},
		{"hours", "", "bad \xff", false},
	} {
		if err := CheckReply(ReplyName{tt.name, tt.language}, tt.text); (err == nil) != tt.ok {
			t.Errorf("%q %q: %v", tt.name, tt.language, err)
		}
	}
}

// names lists the saved replies by name, language and text.
func names(list []SavedReply) string {
	var all []string
	for _, r := range list {
		all = append(all, strings.Trim(r.Name+"/"+r.Language, "/")+"="+r.Text)
	}
	return strings.Join(all, " ")
}

func (s *shop) saved() string {
	s.t.Helper()
	list, err := s.desk.SavedReplies(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return names(list)
}

func TestSavedRepliesAreReplacedAndRemoved(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		save := func(name, lang, text string) { s.do(NewID(), SaveReply{ReplyName{name, lang}, text}) }
		save("hours", "", "9-6")
		save("Hours", "en", "9-5")
		save("bye", "", "Bye.\x1b")
		if got := s.saved(); got != "bye=Bye.\uFFFD hours=9-6 Hours/en=9-5" {
			t.Errorf("saved: %s", got)
		}
		id := NewID()
		s.do(id, SaveReply{ReplyName{"HOURS", ""}, "10-6"})
		s.do(id, SaveReply{ReplyName{"HOURS", ""}, "a repeat changes nothing"})
		s.do(NewID(), RemoveReply{ReplyName{"bye", ""}})
		for range 2 { // as it is, and as another process makes it of the journal
			if got := s.saved(); got != "HOURS=10-6 Hours/en=9-5" {
				t.Errorf("saved: %s", got)
			}
			s.stop()
			s.views = NewMemoryViews()
			s.config.Views = s.views
			s.open()
		}
		save("bye", "", "Bye again")
		if got := s.saved(); got != "bye=Bye again HOURS=10-6 Hours/en=9-5" {
			t.Errorf("saved: %s", got)
		}
		if kind := s.refused(NewID(), RemoveReply{ReplyName{"nothing", ""}}); kind != NotFound {
			t.Errorf("removing what is not there: %s", kind)
		}
		if kind := s.refused(NewID(), SaveReply{ReplyName{"x", ""}, ""}); kind != Invalid {
			t.Errorf("saving nothing: %s", kind)
		}
	})
}

func TestSavedRepliesHaveARoom(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		text := strings.Repeat("x", savedBytes/savedMost)
		for i := range savedMost {
			s.do(NewID(), SaveReply{ReplyName{fmt.Sprint("n", i), ""}, text})
		}
		if kind := s.refused(NewID(), SaveReply{ReplyName{"one more", ""}, "x"}); kind != Invalid {
			t.Errorf("one more: %s", kind)
		}
		s.do(NewID(), SaveReply{ReplyName{"n0", ""}, text}) // replacing takes no more room
		if kind := s.refused(NewID(), SaveReply{ReplyName{"n0", ""}, strings.Repeat("x", textMost)}); kind != Invalid {
			t.Errorf("beyond all texts together: %s", kind)
		}
	})
}

func TestUsedRepliesComeFirst(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		thread := s.customer("15550101001", "hello")
		for _, name := range []string{"a", "b", "c", "d"} {
			s.do(NewID(), SaveReply{ReplyName{name, ""}, name})
		}
		send := func(name string) {
			oid := newOID()
			s.do(string(oid), Send{Thread: thread, OID: oid, Out: freeText("with " + string(oid)), Saved: ReplyName{Name: name}})
		}
		send("c")
		send("c")
		time.Sleep(time.Second)
		send("d")
		send("nobody") // leaves nothing behind
		for range 2 {
			if got := s.saved(); got != "c=c d=d a=a b=b" {
				t.Errorf("order: %s", got)
			}
			s.restart()
		}
		time.Sleep(20 * time.Hour) // the window is still open
		send("d")
		if got := s.saved(); got != "d=d c=c a=a b=b" {
			t.Errorf("after another use: %s", got)
		}
		list, err := s.desk.SavedReplies(t.Context())
		if err != nil || list[0].Used != 2 || list[0].UsedAt.IsZero() || list[2].Used != 0 {
			t.Errorf("%+v %v", list, err)
		}
	})
}

func TestFieldsThatAreNotFilledInAreNotSent(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		thread := s.customer("15550101001", "hello")
		oid := newOID()
		if kind := s.refused(string(oid), Send{Thread: thread, OID: oid, Out: freeText("Order {{order}} is here")}); kind != Invalid {
			t.Errorf("sent: %s", kind)
		}
		s.do(string(oid), Send{Thread: thread, OID: oid, Out: freeText("Order 4431 is here")})
		s.posts(oid)
	})
}
