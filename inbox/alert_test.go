package inbox

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestDecision: every rule alone keeps an arrival silent, and nothing else does.
func TestDecision(t *testing.T) {
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	news := arrival{unread: true, sent: now}
	with := func(change func(*arrival)) arrival {
		a := news
		change(&a)
		return a
	}
	tests := []struct {
		name string
		arrival
		want verdict
	}{
		{"a customer writes", news, tellNow},
		{"two minutes on its way", with(func(a *arrival) { a.sent = now.Add(-lateAfter) }), tellNow},
		{"longer on its way", with(func(a *arrival) { a.sent = now.Add(-lateAfter - time.Second) }), tellLate},
		{"named before", with(func(a *arrival) { a.known = true }), silent},
		{"no message to read", with(func(a *arrival) { a.unread = false }), silent},
		{"answered", with(func(a *arrival) { a.answered = true }), silent},
		{"looked at", with(func(a *arrival) { a.seen = true }), silent},
		{"closed since", with(func(a *arrival) { a.settled = true }), silent},
		{"muted", with(func(a *arrival) { a.muted = true }), silent},
		{"on a screen that is looked at", with(func(a *arrival) { a.watched = true }), silent},
		{"late and muted", with(func(a *arrival) { a.sent, a.muted = now.Add(-time.Hour), true }), silent},
	}
	for _, tt := range tests {
		if got := tt.decide(now); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}

// TestNews: what can be news at all; nothing else is even looked up.
func TestNews(t *testing.T) {
	for _, tt := range []struct {
		fact Fact
		want bool
	}{
		{MessageSeen{Side: In, Source: FromLive}, true},
		{MessageSeen{Side: Out, Source: FromLive}, false},
		{MessageSeen{Side: Out, Source: FromEcho}, false},
		{MessageSeen{Side: In, Source: FromHistory}, false},
		{MessageSeen{Side: In, Source: FromOther}, false},
		{StatusSeen{}, false}, {EditSeen{Side: In}, false}, {ReactionSeen{Side: In}, false}, {NoteSeen{}, false},
	} {
		if _, got := candidate(tt.fact); got != tt.want {
			t.Errorf("%+v: %v", tt.fact, got)
		}
	}
}

func TestWhoHears(t *testing.T) {
	at := func(agent AgentID, here bool) attending { return attending{agent: agent, here: here} }
	tests := []struct {
		name     string
		there    attended
		assignee AgentID
		again    bool
		want     []AgentID
	}{
		{"nobody is attached", nil, "", false, nil},
		{"one who looks elsewhere", attended{at("asha", false)}, "", false, []AgentID{"asha"}},
		{"one who is at the screen", attended{at("asha", true)}, "", false, nil},
		{"two terminals, neither looked at", attended{at("asha", false), at("asha", false)}, "", false, []AgentID{"asha"}},
		{"at one of two terminals", attended{at("asha", true), at("asha", false)}, "", false, nil},
		{"a colleague is not", attended{at("asha", true), at("ben", false)}, "", false, []AgentID{"ben"}},
		{"another's thread", attended{at("asha", false), at("ben", false)}, "asha", false, []AgentID{"asha"}},
		{"another's, who is at the screen", attended{at("asha", true), at("ben", false)}, "asha", false, nil},
		{"another's, who is not attached", attended{at("ben", false)}, "asha", false, []AgentID{"ben"}},
		{"another's, told again", attended{at("asha", false), at("ben", false)}, "asha", true, []AgentID{"asha", "ben"}},
	}
	for _, tt := range tests {
		if got := tt.there.hears(tt.assignee, tt.again); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// terminal is an attached terminal of a shop, and the alerts that reached it.
type terminal struct {
	desk  Desk
	leave func()

	mu     sync.Mutex
	alerts []Alert
}

func (s *shop) terminal(agent AgentID) *terminal {
	s.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	d := &terminal{desk: s.owner.Desk(agent), leave: cancel}
	w, err := d.desk.Watch(ctx, Cursor{})
	if err != nil {
		s.t.Fatal(err)
	}
	go func() {
		for batch := range w.Events {
			for _, e := range batch {
				if e.Kind == AlertEvent {
					d.mu.Lock()
					d.alerts = append(d.alerts, *e.Alert)
					d.mu.Unlock()
				}
			}
		}
	}()
	s.t.Cleanup(cancel)
	synctest.Wait()
	return d
}

func (d *terminal) attend(t *testing.T, here bool, thread ThreadID) {
	t.Helper()
	if _, err := d.desk.Do(context.Background(), NewID(), Attend{Here: here, Thread: thread}); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
}

// take gives the alerts since the last take, after a while.
func (d *terminal) take(after time.Duration) []Alert {
	time.Sleep(after)
	synctest.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	got := d.alerts
	d.alerts = nil
	return got
}

const (
	ashaPhone = "15550100001"
	bensPhone = "15550100002"
)

// TestAlerts: what a terminal without the focus hears of what happens.
func TestAlerts(t *testing.T) {
	tests := []struct {
		name  string
		do    func(s *shop, d *terminal)
		heard []string // "kind messages/threads text"
	}{
		{"a message", func(s *shop, _ *terminal) { s.customer(ashaPhone, "hello") }, []string{"message 1/1 hello"}},
		{"three in a row are one", func(s *shop, _ *terminal) {
			for _, text := range []string{"hello", "are you", "open?"} {
				s.customer(ashaPhone, text)
			}
		}, []string{"message 3/1 open?"}},
		{"two customers", func(s *shop, _ *terminal) { s.customer(ashaPhone, "one"); s.customer(bensPhone, "two") }, []string{"message 1/1 one", "message 1/1 two"}},
		{"many customers are one alert", func(s *shop, _ *terminal) {
			for i := range 5 {
				s.customer(fmt.Sprint(15550100010+i), "hi")
			}
		}, []string{"messages 5/5 "}},
		{"an echo of the phone", func(s *shop, _ *terminal) { s.webhook(testFact{Message: fromPhone(ashaPhone, "we are", time.Now())}) }, nil},
		{"answered on the phone at once", func(s *shop, _ *terminal) {
			s.customer(ashaPhone, "open?")
			s.webhook(testFact{Message: fromPhone(ashaPhone, "yes", time.Now().Add(time.Second))})
		}, nil},
		{"answered here at once", func(s *shop, _ *terminal) {
			th := s.customer(ashaPhone, "open?")
			s.reply(th, "yes")
		}, nil},
		{"history", func(s *shop, _ *terminal) {
			m := incoming(ashaPhone, "old", time.Now())
			m.Source = FromHistory
			s.webhook(testFact{Message: m})
		}, nil},
		{"a repeat of a message", func(s *shop, d *terminal) {
			m := incoming(ashaPhone, "hello", time.Now())
			s.webhook(testFact{Message: m})
			d.take(time.Minute)
			s.webhook(testFact{Message: m})
		}, nil},
		{"muted", func(s *shop, d *terminal) {
			th := s.customer(ashaPhone, "hello")
			s.do(NewID(), Mute{Thread: th})
			d.take(time.Minute)
			s.customer(ashaPhone, "hello?")
		}, nil},
		{"no longer muted", func(s *shop, d *terminal) {
			th := s.customer(ashaPhone, "hello")
			s.do(NewID(), Mute{Thread: th})
			s.do(NewID(), Mute{Thread: th, Off: true})
			d.take(time.Minute)
			s.customer(ashaPhone, "hello?")
		}, []string{"message 1/1 hello?"}},
		{"closed at once", func(s *shop, _ *terminal) {
			th := s.customer(ashaPhone, "hello")
			s.do(NewID(), SetState{Thread: th, State: Closed})
		}, nil},
		{"a closed thread that the customer opens again", func(s *shop, d *terminal) {
			th := s.customer(ashaPhone, "hello")
			s.do(NewID(), SetState{Thread: th, State: Closed})
			d.take(time.Minute)
			s.customer(ashaPhone, "one more thing")
		}, []string{"message 1/1 one more thing"}},
		{"looked at by somebody else", func(s *shop, _ *terminal) {
			th := s.customer(ashaPhone, "hello")
			s.do(NewID(), MarkRead{Thread: th, Upto: s.thread(ashaPhone).Seq})
		}, nil},
		{"somebody else has the thread before them", func(s *shop, d *terminal) {
			th := s.customer(ashaPhone, "hello")
			d.take(time.Minute)
			s.terminal("ben").attend(s.t, true, th)
			s.customer(ashaPhone, "hello?")
		}, nil},
		{"somebody had the thread before them and left", func(s *shop, d *terminal) {
			th := s.customer(ashaPhone, "hello")
			d.take(time.Minute)
			other := s.terminal("ben")
			other.attend(s.t, true, th)
			other.leave()
			synctest.Wait()
			s.customer(ashaPhone, "hello?")
		}, []string{"message 1/1 hello?"}},
		{"somebody else has another thread before them", func(s *shop, d *terminal) {
			th := s.customer(bensPhone, "hello")
			d.take(time.Minute)
			s.terminal("ben").attend(s.t, true, th)
			s.customer(ashaPhone, "hello?")
		}, []string{"message 1/1 hello?"}},
		{"the person is at another terminal", func(s *shop, _ *terminal) {
			s.terminal("priya").attend(s.t, true, "")
			s.customer(ashaPhone, "hello")
		}, nil},
		{"the message of hours ago", func(s *shop, _ *terminal) {
			s.webhook(testFact{Message: incoming(ashaPhone, "anybody?", time.Now().Add(-3*time.Hour))})
		}, []string{"message 1/1 anybody?"}},
		{"all that came while the line was down", func(s *shop, _ *terminal) {
			for i := range 4 {
				s.webhook(testFact{Message: incoming(fmt.Sprint(15550100010+i), "anybody?", time.Now().Add(-3*time.Hour))})
				time.Sleep(time.Second)
			}
		}, []string{"late 4/4 "}},
		{"late, and answered on the phone meanwhile", func(s *shop, _ *terminal) {
			s.webhook(testFact{Message: incoming(ashaPhone, "anybody?", time.Now().Add(-3*time.Hour))})
			s.webhook(testFact{Message: fromPhone(ashaPhone, "yes", time.Now().Add(-2*time.Hour))})
		}, nil},
		{"a reaction of ours that failed, and other system rows", func(s *shop, _ *terminal) {
			m := incoming(ashaPhone, "x", time.Now())
			m.Content.Type = "system"
			s.webhook(testFact{Message: m})
		}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inShop(t, func(t *testing.T, s *shop) {
				d := s.terminal("priya")
				tt.do(s, d)
				var heard []string
				for _, a := range d.take(30 * time.Second) {
					heard = append(heard, fmt.Sprintf("%s %d/%d %s", a.Kind, a.Messages, a.Threads, a.Text))
					if !slices.Equal(a.To, []AgentID{"priya"}) {
						t.Errorf("it is for %v", a.To)
					}
				}
				if !reflect.DeepEqual(heard, tt.heard) {
					t.Errorf("heard %q, want %q", heard, tt.heard)
				}
			})
		})
	}
}

// TestOneAlertForAllTerminals: the same one reaches each, once.
func TestOneAlertForAllTerminals(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		all := []*terminal{s.terminal("priya"), s.terminal("priya"), s.terminal("ben")}
		s.customer(ashaPhone, "hello")
		want := []Alert{{Kind: NewMessage, Thread: s.thread(ashaPhone).ID, Name: "+" + ashaPhone, Message: s.thread(ashaPhone).LastMessage.Key, Type: "text",
			Text: "hello", Messages: 1, Threads: 1, To: []AgentID{"ben", "priya"}}}
		for i, d := range all {
			if got := d.take(time.Minute); !reflect.DeepEqual(got, want) {
				t.Errorf("terminal %d hears %+v, want %+v", i, got, want)
			}
		}
	})
}

// TestNoAlertsOfTheBacklog: neither a restart nor new views tell of what was there; who attaches late hears nothing.
func TestNoAlertsOfTheBacklog(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.customer(ashaPhone, "before anybody was there")
		d := s.terminal("priya")
		if got := d.take(time.Minute); got != nil {
			t.Errorf("who comes later hears %+v", got)
		}
		s.stop()
		if err := s.views.Reset(); err != nil {
			t.Fatal(err)
		}
		s.open()
		d = s.terminal("priya")
		if got := d.take(time.Minute); got != nil {
			t.Errorf("after a rebuild: %+v", got)
		}
		if err := s.views.Reset(); err != nil { // while it runs
			t.Fatal(err)
		}
		s.customer(bensPhone, "new")
		if got := d.take(time.Minute); len(got) != 1 || got[0].Text != "new" || got[0].Messages != 1 {
			t.Errorf("after a rebuild under a running owner: %+v", got)
		}
	})
}

// TestBacklogIsToldOnce: what trickles in late is told in one word, and then not for a while.
func TestBacklogIsToldOnce(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		d := s.terminal("priya")
		began := time.Now()
		var heard []Alert
		for i := range 20 {
			s.webhook(testFact{Message: incoming(fmt.Sprint(15550100010+i), "anybody?", began.Add(-time.Hour))})
			heard = append(heard, d.take(20*time.Second)...)
		}
		heard = append(heard, d.take(latePace)...)
		if len(heard) != 2 || heard[0].Messages+heard[1].Messages != 20 {
			t.Errorf("heard %+v", heard)
		}
	})
}

// TestFloodIsPaced: however much comes, there is no more than one sound in two seconds.
func TestFloodIsPaced(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		d := s.terminal("priya")
		const seconds, each = 10, 50
		for n := range seconds * each {
			s.webhook(testFact{Message: incoming(fmt.Sprint(15550200000+n), "hi", time.Now())})
			time.Sleep(time.Second / each)
		}
		heard := d.take(time.Minute)
		if len(heard) < 3 || len(heard) > seconds/2+1 {
			t.Errorf("%d alerts in %d seconds", len(heard), seconds)
		}
		sum := 0
		for _, a := range heard {
			sum += a.Messages
		}
		if sum != seconds*each {
			t.Errorf("they tell of %d messages of %d", sum, seconds*each)
		}
	})
}

// TestRepeats: an alert comes again until somebody opens the thread, answers, mutes or closes it; then never more.
func TestRepeats(t *testing.T) {
	ends := map[string]func(s *shop, th ThreadID){
		"opened by a colleague": func(s *shop, th ThreadID) { s.terminal("ben").attend(s.t, true, th) },
		"read":                  func(s *shop, th ThreadID) { s.do(NewID(), MarkRead{Thread: th, Upto: s.thread(ashaPhone).Seq}) },
		"answered here":         func(s *shop, th ThreadID) { s.reply(th, "yes") },
		"answered on the phone": func(s *shop, _ ThreadID) { s.webhook(testFact{Message: fromPhone(ashaPhone, "yes", time.Now())}) },
		"muted":                 func(s *shop, th ThreadID) { s.do(NewID(), Mute{Thread: th}) },
		"closed":                func(s *shop, th ThreadID) { s.do(NewID(), SetState{Thread: th, State: Closed}) },
		"snoozed": func(s *shop, th ThreadID) {
			s.do(NewID(), SetState{Thread: th, State: Snoozed, Until: time.Now().Add(time.Hour)})
		},
		"opened and left by ben": func(s *shop, th ThreadID) {
			d := s.terminal("ben")
			d.attend(s.t, true, th)
			d.attend(s.t, false, "")
			d.leave()
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newShop(t)
				s.config.AlertEvery = 2 * time.Minute
				s.open()
				defer func() { s.stop() }()
				d := s.terminal("priya")
				th := s.customer(ashaPhone, "hello")
				heard := d.take(7 * time.Minute)
				if len(heard) != 4 || heard[0].Again != 0 || heard[3].Again != 3 || heard[3].Text != "hello" {
					t.Fatalf("in seven minutes: %+v", heard)
				}
				end(s, th)
				if heard := d.take(30 * time.Minute); heard != nil {
					t.Errorf("and still: %+v", heard)
				}
			})
		})
	}
}

// TestRepeatsReachEverybody: what the assignee does not take up, others hear of; all that waits is one sound.
func TestRepeatsReachEverybody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t)
		s.config.AlertEvery = 2 * time.Minute
		s.open()
		defer func() { s.stop() }()
		priya, ben := s.terminal("priya"), s.terminal("ben")
		s.do(NewID(), Assign{Thread: s.customer(ashaPhone, "hello"), To: "priya"})
		s.customer(bensPhone, "hi")
		if got := ben.take(time.Minute); len(got) != 2 || !slices.Equal(got[0].To, []AgentID{"priya"}) || !slices.Equal(got[1].To, []AgentID{"ben", "priya"}) {
			t.Fatalf("at first: %+v", got)
		}
		priya.take(0)
		for _, got := range [][]Alert{priya.take(2 * time.Minute), ben.take(0)} {
			if len(got) != 1 || got[0].Kind != NewMessages || got[0].Threads != 2 || got[0].Again != 1 || len(got[0].To) != 2 {
				t.Errorf("again: %+v", got)
			}
		}
	})
}
