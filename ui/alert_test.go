package ui

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/inbox"
	"frontdesk/ui/term"

	tea "github.com/charmbracelet/bubbletea"
)

// attends are what the desk was told of this terminal since the last time.
func (s *stage) attends() []inbox.Attend {
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	told := s.desk.attends
	s.desk.attends = nil
	return told
}

// heard are the notifications that the terminal was asked for since the last time.
func (s *stage) heard() []string {
	var heard []string
	for _, msg := range s.told {
		if _, n, ok := strings.Cut(msg, "Notification:{"); ok {
			n, _, _ = strings.Cut(n, "} then:")
			heard = append(heard, n)
		}
	}
	s.told = nil
	return heard
}

// TestTheDeskKnowsWhoIsThere: it is told when somebody comes, goes, or looks at another thread, and only then.
func TestTheDeskKnowsWhoIsThere(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(130, 32)
		steps := []struct {
			name string
			do   func()
			want []inbox.Attend
		}{
			{"at the start", func() {}, []inbox.Attend{{Here: true}}},
			{"in a thread", func() { s.press("enter") }, []inbox.Attend{{Here: true, Thread: asha}}},
			{"moving about in it", func() { s.press("k", "k", "j") }, nil},
			{"in the list again", func() { s.press("esc") }, []inbox.Attend{{Here: true}}},
			{"in the thread again", func() { s.press("enter") }, []inbox.Attend{{Here: true, Thread: asha}}},
			{"without a word about the focus, and no key", func() { s.pass(staysUnknown + time.Second) }, []inbox.Attend{{}}},
			{"a key", func() { s.press("k") }, []inbox.Attend{{Here: true, Thread: asha}}},
			{"the focus goes", func() { s.update(tea.BlurMsg{}); s.idle() }, []inbox.Attend{{}}},
			{"hours without it", func() { s.pass(3 * time.Hour) }, nil},
			{"and comes back", func() { s.update(tea.FocusMsg{}); s.idle() }, []inbox.Attend{{Here: true, Thread: asha}}},
			{"with the focus, reading", func() { s.pass(staysFocused - time.Second) }, nil},
			{"with the focus, and nobody there", func() { s.pass(2 * time.Second) }, []inbox.Attend{{}}},
			{"the mouse", func() { s.update(term.WheelMsg{X: 60, Y: 10, N: 1}); s.idle() }, []inbox.Attend{{Here: true, Thread: asha}}},
			{"another owner", func() {
				s.desk.emit(inbox.Event{Kind: inbox.AccountEvent, Account: &inbox.Notice{Kind: "connection-live"}})
				s.idle()
			}, []inbox.Attend{{Here: true, Thread: asha}}},
		}
		for _, step := range steps {
			step.do()
			if got := s.attends(); !slices.Equal(got, step.want) {
				t.Errorf("%s: told %+v, want %+v", step.name, got, step.want)
			}
		}
	})
}

// TestNobodyThereReadsNothing: what arrives while nobody is at the terminal is not marked read, and no customer sees
// blue ticks for it.
func TestNobodyThereReadsNothing(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(130, 32)
		s.update(tea.FocusMsg{})
		s.press("enter")
		s.pass(staysFocused + time.Second)
		before := len(s.desk.logged("read"))
		m := inbox.Message{Key: "new", Direction: "in", Origin: inbox.OriginCustomer, Type: "text", Text: "hello?", At: s.m.now(), Unread: true}
		s.desk.change(asha, "", m)
		s.pass(time.Minute)
		if n := len(s.desk.logged("read")); n != before {
			t.Fatal("marked read although nobody is there")
		}
		s.press("G")
		s.pass(2 * time.Second)
		if n := len(s.desk.logged("read")); n != before+1 {
			t.Errorf("somebody came, and it was marked %d times", n-before)
		}
	})
}

// TestAlertsMakeASound: only for this person, only while they are not here, in the words that are wanted.
func TestAlertsMakeASound(t *testing.T) {
	me, ben := []inbox.AgentID{"priya"}, []inbox.AgentID{"ben"}
	one := inbox.Alert{Kind: inbox.NewMessage, Thread: "t_asha", Name: "Asha Rao", Type: "text", Text: "2 kg?", Messages: 1, Threads: 1, To: me}
	with := func(change func(*inbox.Alert)) inbox.Alert {
		a := one
		change(&a)
		return a
	}
	many := inbox.Alert{Kind: inbox.NewMessages, Messages: 5, Threads: 4, To: []inbox.AgentID{"ben", "priya"}}
	tests := []struct {
		name  string
		alert inbox.Alert
		here  bool
		bare  bool // ui.notify_text: false
		want  []string
	}{
		{"a message", one, false, false, []string{"ID:t_asha Title:Asha Rao Body:2 kg? Always:false"}},
		{"the person is here", one, true, false, nil},
		{"it is for somebody else", with(func(a *inbox.Alert) { a.To = ben }), false, false, nil},
		{"three of one customer", with(func(a *inbox.Alert) { a.Messages = 3 }), false, false, []string{"ID:t_asha Title:Asha Rao · 3 new messages Body:2 kg? Always:false"}},
		{"a photo", with(func(a *inbox.Alert) { a.Type, a.Text = "image", "" }), false, false, []string{"ID:t_asha Title:Asha Rao Body:photo Always:false"}},
		{"told again", with(func(a *inbox.Alert) { a.Again = 2 }), false, false, []string{"ID:t_asha Title:Asha Rao Body:still waiting: 2 kg? Always:false"}},
		{"many", many, false, false, []string{"ID: Title:Acme Store Body:5 new messages · 4 threads Always:false"}},
		{"late", inbox.Alert{Kind: inbox.LateAlert, Messages: 1, Threads: 1, To: me}, false, false, []string{"ID: Title:Acme Store Body:late: 1 new message Always:false"}},
		{"without text", one, false, true, []string{"ID:t_asha Title:Acme Store Body:1 new message Always:false"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set := func(d *fakeDesk, c *Config) { frontOffice(d, c); c.NoNotifyText = tt.bare }
			perform(t, set, func(s *stage) {
				s.size(100, 28)
				s.update(tea.FocusMsg{})
				if !tt.here {
					s.update(tea.BlurMsg{})
				}
				s.idle()
				s.heard()
				frames := s.frames
				s.desk.emit(inbox.Event{Kind: inbox.AlertEvent, Alert: &tt.alert})
				s.pass(time.Second)
				if got := s.heard(); !reflect.DeepEqual(got, tt.want) {
					t.Errorf("heard %q, want %q", got, tt.want)
				}
				if s.frames != frames {
					t.Errorf("it cost %d frames", s.frames-frames)
				}
			})
		})
	}
}

// TestSoundForWhoWentAway: the terminal has the focus, but nobody has touched it for long: it sounds although it has.
func TestSoundForWhoWentAway(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.update(tea.FocusMsg{})
		s.pass(staysFocused + time.Second)
		s.heard()
		s.desk.emit(inbox.Event{Kind: inbox.AlertEvent, Alert: &inbox.Alert{Kind: inbox.NewMessage, Name: "Asha", Text: "hi", Messages: 1, Threads: 1, To: []inbox.AgentID{"priya"}}})
		s.idle()
		if got := s.heard(); len(got) != 1 || !strings.HasSuffix(got[0], "Always:true") {
			t.Errorf("heard %q", got)
		}
	})
}

// TestWindowTitle: the business, with the unread messages before it; told when it changes and not else.
func TestWindowTitle(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		if want := []string{"(10) Acme Store"}; !slices.Equal(s.told, want) {
			t.Fatalf("titles %q, want %q", s.told, want)
		}
		s.press("j", "k", "3", "?", "esc")
		s.pass(time.Hour)
		if len(s.told) != 1 {
			t.Errorf("and without a change: %q", s.told[1:])
		}
		s.desk.change(asha, "", inbox.Message{Key: "n", Direction: "in", Type: "text", Text: "hi", At: s.m.now(), Unread: true})
		s.pass(time.Second)
		if got := s.told[len(s.told)-1]; len(s.told) != 2 || got != "(11) Acme Store" {
			t.Errorf("titles %q", s.told)
		}
	})
}

func TestMute(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(130, 32)
		s.press("j", "j", "m")
		s.sees("is muted: no alerts.")
		muted := s.desk.logged("mute")[0].(inbox.Mute)
		if muted.Off || muted.Thread != s.m.list.cursor {
			t.Errorf("%+v", muted)
		}
		s.press("m")
		s.sees("is no longer muted.")
		if got := s.desk.logged("mute"); len(got) != 2 || !got[1].(inbox.Mute).Off {
			t.Errorf("%+v", got)
		}
	})
}

// TestNotifyTest: there is time to look away, then it is tried, and the answer says what to do.
func TestNotifyTest(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(80, 24)
		s.press(":")
		s.write("notify test")
		s.press("enter")
		s.sees("In three seconds. Look at another window now.")
		if s.heard() != nil {
			t.Error("tried at once")
		}
		s.pass(testDelay + time.Second)
		if got, want := s.heard(), []string{"ID:test Title:Acme Store Body:This is how a new message is announced. Always:true"}; !slices.Equal(got, want) {
			t.Errorf("heard %q, want %q", got, want)
		}
		for _, tt := range []struct {
			how  term.Notified
			want []string
		}{
			{term.Notified{By: term.NotifyOSC777, Terminal: "foot(1.16)"}, []string{"osc777", "foot(1.16)", "allow its notifications"}},
			{term.Notified{By: term.NotifyBell, Terminal: "XTerm(390)"}, []string{"Rang the bell", "XTerm(390)", "osc9, osc99 or osc777"}},
			{term.Notified{By: term.NotifyBell}, []string{"Rang the bell: this terminal"}},
			{term.Notified{By: term.NotifyOff}, []string{"ui.notify is off"}},
			{term.Notified{By: term.NotifyBell, Terminal: "kitty", Tmux: true, Blocked: true, Blind: true}, []string{"set -g allow-passthrough all", "set -g focus-events on"}},
		} {
			s.update(answeredMsg(func(m *Model) tea.Cmd { return m.notified(tt.how) }))
			s.idle()
			screen := strings.Join(strings.Fields(strings.ReplaceAll(s.screen(), "│", " ")), " ")
			for _, want := range tt.want {
				if !strings.Contains(screen, want) {
					t.Errorf("%+v: %q is not in\n%s", tt.how, want, s.screen())
				}
			}
			s.pass(pause + time.Second)
			s.press("esc")
		}
	})
}
