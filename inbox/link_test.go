package inbox

import (
	"strings"
	"testing"
	"time"
)

func life(event string, t int64) AccountSeen {
	return AccountSeen{Line: testLine, Event: event, Time: at(t)}
}

func removed(reason string, t int64) AccountSeen {
	f := life("PARTNER_REMOVED", t)
	f.Reason, f.By = reason, "SYSTEM"
	return f
}

func checked(connected bool, t int64) LinkChecked {
	return LinkChecked{Line: testLine, Connected: connected, Word: "CONNECTED", At: clockAt(t)}
}

// TestLink: the events of an account are put in the order of their own time, whenever and however often they come, and
// the number's own answer counts against an older event.
func TestLink(t *testing.T) {
	other := removed("CHANGE_NUMBER", 500)
	other.Number = "15550100002"
	ours := removed("CHANGE_NUMBER", 500)
	ours.Number = "15550100001"
	for _, sc := range []struct {
		name   string
		facts  []Fact
		state  LinkState
		reason string
		hold   string
	}{
		{"nothing was told", nil, LinkUp, "", ""},
		{"offboarded", []Fact{life("ACCOUNT_OFFBOARDED", 10)}, LinkPaused, "ACCOUNT_OFFBOARDED", HoldPaused},
		{"reconnected", []Fact{life("ACCOUNT_OFFBOARDED", 10), life("ACCOUNT_RECONNECTED", 200)}, LinkUp, "", ""},
		{"in the same second", []Fact{life("ACCOUNT_OFFBOARDED", 10), life("ACCOUNT_RECONNECTED", 10)}, LinkUp, "", ""},
		{"offboarded again", []Fact{life("ACCOUNT_OFFBOARDED", 10), life("ACCOUNT_RECONNECTED", 200), life("ACCOUNT_OFFBOARDED", 300)}, LinkPaused, "ACCOUNT_OFFBOARDED", HoldPaused},
		{"removed, with a reason once", []Fact{removed("PRIMARY_INACTIVITY", 10), removed("", 10)}, LinkDown, "PRIMARY_INACTIVITY", HoldUnlinked},
		{"connected again by hand", []Fact{removed("PRIMARY_INACTIVITY", 10), life("PARTNER_ADDED", 900)}, LinkUp, "", ""},
		{"an old removal comes late", []Fact{removed("PRIMARY_INACTIVITY", 10), life("PARTNER_APP_INSTALLED", 20)}, LinkUp, "", ""},
		{"withdrawn, and not confirmed", []Fact{life("PARTNER_APP_UNINSTALLED", 10)}, LinkUnsure, "PARTNER_APP_UNINSTALLED", HoldPaused},
		{"withdrawn, and confirmed", []Fact{life("PARTNER_APP_UNINSTALLED", 10), checked(false, 12)}, LinkDown, "PARTNER_APP_UNINSTALLED", HoldUnlinked},
		{"withdrawn from another app", []Fact{life("PARTNER_APP_UNINSTALLED", 10), checked(true, 100)}, LinkUp, "", ""},
		{"an answer that may be older", []Fact{removed("CHANGE_NUMBER", 10), checked(true, 40)}, LinkDown, "CHANGE_NUMBER", HoldUnlinked},
		{"the number knows better", []Fact{removed("CHANGE_NUMBER", 10), checked(true, 100)}, LinkUp, "", ""},
		{"while a phone is changed it may look connected", []Fact{life("ACCOUNT_OFFBOARDED", 10), checked(true, 100)}, LinkPaused, "ACCOUNT_OFFBOARDED", HoldPaused},
		{"the reconnection was never told", []Fact{life("ACCOUNT_OFFBOARDED", 10), checked(true, 400)}, LinkUp, "", ""},
		{"nothing was told, but the number is gone", []Fact{checked(false, 10)}, LinkDown, "CONNECTED", HoldUnlinked},
		{"a newer answer", []Fact{checked(false, 10), checked(true, 20)}, LinkUp, "", ""},
		{"of another number of the account", []Fact{other}, LinkUp, "", ""},
		{"of this number by name", []Fact{ours, other}, LinkDown, "CHANGE_NUMBER", HoldUnlinked},
		{"deleted", []Fact{life("ACCOUNT_DELETED", 10)}, LinkDeleted, "ACCOUNT_DELETED", HoldUnlinked},
		{"what it does not know", []Fact{life("SOMETHING_NEW", 10)}, LinkUp, "", ""},
	} {
		t.Run(sc.name, scenario{name: sc.name, facts: sc.facts, lens: Lens{Own: "15550100001", Line: testLine}, then: func(s screen) {
			l := s.Link(testLine)
			want(s, "state", l.State, sc.state)
			want(s, "reason", l.Reason, sc.reason)
			kind, _, _ := s.LineHold(testLine)
			want(s, "hold", kind, sc.hold)
			if n, off := l.Notice(); off != l.Off() || off && (n.Text == "" || n.Key == "") {
				s.Errorf("%+v is told as %+v", l, n)
			}
		}}.run)
	}
}

// TestLinkReasons: each reason of a disconnection has its own words and a next step.
func TestLinkReasons(t *testing.T) {
	seen := map[string]bool{}
	for _, reason := range []string{"ACCOUNT_DISCONNECTED", "BUSINESS_DOWNGRADE", "CHANGE_NUMBER", "COMPANION_INACTIVITY", "PRIMARY_INACTIVITY", "USER_RE_REGISTERED", ""} {
		n, ok := Link{State: LinkDown, Reason: reason}.Notice()
		if !ok || n.Next == "" || seen[n.Text] {
			t.Errorf("%q is told as %+v", reason, n)
		}
		seen[n.Text] = true
	}
}

func TestAccountTroubles(t *testing.T) {
	restricted := AccountSeen{Line: testLine, Event: "ACCOUNT_RESTRICTION", Time: at(10), Detail: "restricted biz initiated messaging", Until: at(4000)}
	ban := func(detail string, s int64) AccountSeen {
		return AccountSeen{Line: testLine, Event: "DISABLED_UPDATE", Time: at(s), Detail: detail}
	}
	violation := AccountSeen{Line: testLine, Event: "ACCOUNT_VIOLATION", Time: at(10), Detail: "scam"}
	for _, c := range []struct {
		name  string
		facts []Fact
		now   int64
		want  []string
	}{
		{"a restriction", []Fact{restricted}, 3999, []string{"account-restricted-until"}},
		{"a restriction is over", []Fact{restricted}, 4000, nil},
		{"a ban", []Fact{ban("DISABLE", 10), restricted}, 20, []string{"account-disabled", "account-restricted-until"}},
		{"a ban to come", []Fact{ban("SCHEDULE_FOR_DISABLE September 30, 2026", 10)}, 20, []string{"account-will-end"}},
		{"reinstated", []Fact{ban("DISABLE", 10), ban("REINSTATE", 11)}, 20, nil},
		{"a violation", []Fact{violation}, 20, []string{"account-violation"}},
		{"a violation of last week", []Fact{violation}, 8 * 24 * 3600, nil},
	} {
		t.Run(c.name, scenario{name: c.name, facts: c.facts, now: c.now, then: func(s screen) {
			all := s.line(testLine).troubles("", clockAt(c.now))
			want(s, "how many", len(all), len(c.want))
			for i, n := range all {
				want(s, "told", n.Key, c.want[i])
			}
		}}.run)
	}
}

// TestUnlinkedGap: what came while the number was off is told as a gap, once both ends are known.
func TestUnlinkedGap(t *testing.T) {
	st := &lineState{}
	for _, e := range []AccountSeen{life("ACCOUNT_RECONNECTED", 300), life("ACCOUNT_OFFBOARDED", 10), life("PARTNER_REMOVED", 20), life("ACCOUNT_OFFBOARDED", 900)} {
		st.joinTurns([]turn{{Class: classLink, Time: e.Time, Rank: linkEvents[e.Event].rank, Event: e.Event}}, check{})
	}
	gaps := st.unlinked("")
	if len(gaps) != 1 || gaps[0] != (Down{clockAt(10), clockAt(300), WasUnlinked}) {
		t.Errorf("the gaps are %v", gaps)
	}
}

// TestOnlyTheNewestTurnsStay: events without end fill nothing, whatever their order.
func TestOnlyTheNewestTurnsStay(t *testing.T) {
	st := &lineState{}
	for i := range 100 {
		st.joinTurns([]turn{{Class: classLink, Time: int64(i * 37 % 100), Event: "ACCOUNT_OFFBOARDED"}, {Class: classBan, Time: int64(i), Event: "DISABLED_UPDATE"}}, check{})
	}
	if len(st.Turns) != 2*mostOfClass || st.Turns[0].Time != 99 || st.Turns[mostOfClass].Time != 99 {
		t.Errorf("%d are kept: %v", len(st.Turns), st.Turns)
	}
}

// TestAnotherNumberPushesNothingOut: of two numbers of an account one may come and go as often as it likes.
func TestAnotherNumberPushesNothingOut(t *testing.T) {
	st := &lineState{}
	st.joinTurns([]turn{{Class: classLink, Time: 1, Event: "PARTNER_REMOVED", Number: "15550100001"}}, check{})
	for i := range int64(20) {
		st.joinTurns([]turn{{Class: classLink, Time: 2 + i, Event: "ACCOUNT_RECONNECTED", Number: "15550100002"}}, check{})
	}
	equals(t, "ours", st.link("15550100001").State, LinkDown)
	equals(t, "kept", len(st.Turns), 1+mostOfClass)
}

func (s *shop) account(event, reason string) {
	s.t.Helper()
	s.webhook(testFact{Account: &AccountSeen{Line: shopLine, Event: event, Reason: reason, Time: time.Now().Unix()}})
}

// TestOffboardedHolds: while the phone is changed nothing is tried, and it goes by itself afterwards, once and in order;
// late and repeated events change nothing.
func TestOffboardedHolds(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		th := s.customer("15550100101", "hi")
		s.account("ACCOUNT_OFFBOARDED", "")
		off := time.Now()
		equals(t, "told", s.told()[0], "link-paused")
		one, two := s.reply(th, "one"), s.reply(th, "two")
		time.Sleep(4 * time.Minute)
		s.stands(Held, one, two)
		equals(t, "why", s.row(one).HoldReason, HoldPaused)
		s.posts()
		s.account("ACCOUNT_RECONNECTED", "")
		s.turn()
		s.turn()
		s.posts(one, two)
		equals(t, "link", s.info().Link.State, LinkUp)
		equals(t, "a sign of the phone", s.info().Phone.SeenBy, SignLinked)
		s.webhook(testFact{Account: &AccountSeen{Line: shopLine, Event: "ACCOUNT_OFFBOARDED", Time: off.Unix()}}) // again, late
		equals(t, "link", s.info().Link.State, LinkUp)
		equals(t, "notices", len(s.told()), 0)
	})
}

// TestDisconnectedRefuses: what is here stays readable, and sending is refused with the reason, by whatever way.
func TestDisconnectedRefuses(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		th := s.customer("15550100101", "hi")
		s.answers(refusedWith(ResultRejected, 131009))
		failed := s.reply(th, "refused")
		s.account("PARTNER_REMOVED", "PRIMARY_INACTIVITY")
		s.restart()
		equals(t, "told", s.told()[0], "link-inactive")
		equals(t, "reason", s.info().Link.Reason, "PRIMARY_INACTIVITY")
		oid := newOID()
		equals(t, "a reply", s.refused(string(oid), Send{Thread: th, OID: oid, Out: Outgoing{Type: "text", Text: "hello"}}), NotAllowed)
		if _, err := s.desk.Do(t.Context(), string(oid), Send{Thread: th, OID: oid, Out: Outgoing{Type: "text", Text: "hello"}}); err == nil || !strings.Contains(err.Error(), "not opened") {
			t.Errorf("a reply is refused without the reason: %v", err)
		}
		equals(t, "a repeat", s.refused(NewID(), Decide{OID: failed, Decision: Resend, NewOID: newOID()}), NotAllowed)
		if page, err := s.desk.Search(t.Context(), SearchQuery{Text: "hi"}); err != nil || len(page.Matches) == 0 {
			t.Errorf("the archive finds %v, %v", page, err)
		}
		s.account("PARTNER_ADDED", "")
		equals(t, "link", s.info().Link.State, LinkUp)
		s.reply(th, "back")
		equals(t, "posts", len(s.gateway.made()), 2)
	})
}

// TestWithdrawnIsConfirmed: whether the access is gone is asked at once, and again until the answer can be trusted.
func TestWithdrawnIsConfirmed(t *testing.T) {
	for _, c := range []struct {
		name   string
		number Number
		want   LinkState
	}{
		{"it is", Number{Platform: "NOT_APPLICABLE", Status: "DISCONNECTED"}, LinkDown},
		{"it was another app", Number{Platform: "CLOUD_API", OnPhone: true, Status: "CONNECTED"}, LinkUp},
		{"nothing is told", Number{}, LinkUnsure},
	} {
		t.Run(c.name, func(t *testing.T) {
			inShop(t, func(t *testing.T, s *shop) {
				th := s.customer("15550100101", "hi")
				s.gateway.set(func() { s.gateway.number = c.number })
				s.account("PARTNER_APP_UNINSTALLED", "")
				if c.want == LinkUp {
					equals(t, "at once", s.info().Link.State, LinkUnsure)
				}
				var waits []OID
				if c.want != LinkDown {
					waits = append(waits, s.reply(th, "wait"))
				}
				s.posts()
				time.Sleep(3 * time.Minute)
				equals(t, "link", s.info().Link.State, c.want)
				if c.want == LinkUp {
					s.posts(waits...)
				} else {
					s.posts()
				}
			})
		})
	}
}

// TestGoneWithoutAWord: account webhooks do not follow an override; then the number itself tells, and tells again.
func TestGoneWithoutAWord(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		s.customer("15550100101", "hi")
		s.gateway.set(func() { s.gateway.number = Number{Platform: "NOT_APPLICABLE", Status: "DISCONNECTED"} })
		time.Sleep(numberEvery + time.Minute)
		equals(t, "told", s.told()[0], "link-off")
		head := s.info().Head
		time.Sleep(10 * numberEvery)
		equals(t, "what is known is not written again", s.info().Head, head)
		s.gateway.set(func() { s.gateway.number = Number{Platform: "CLOUD_API", OnPhone: true, Status: "CONNECTED"} })
		time.Sleep(numberEvery + time.Minute)
		equals(t, "link", s.info().Link.State, LinkUp)
	})
}

// TestLowQualityIsTold: that customers block the number is told by asking alone, until it is so no more.
func TestLowQualityIsTold(t *testing.T) {
	inShop(t, func(t *testing.T, s *shop) {
		for _, k := range []struct {
			quality string
			told    bool
		}{{"YELLOW", false}, {"RED", true}, {"UNKNOWN", true}, {"", true}, {"GREEN", false}} {
			s.gateway.set(func() { s.gateway.number = Number{Quality: k.quality} })
			time.Sleep(numberEvery + time.Second)
			if n := s.notice(noticeQuality); (n != nil) != k.told || n != nil && n.Next == "" {
				t.Errorf("%q: %+v", k.quality, n)
			}
		}
	})
}
