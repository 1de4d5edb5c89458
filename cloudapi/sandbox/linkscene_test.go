package sandbox

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func linkLab(t *testing.T, declined bool) *lab {
	return newLab(t, func(c *Config) { c.Scene, c.Start = FirstHour(declined), opening })
}

// TestFirstHour: of the past nothing is told until it is asked for; then it comes in three phases to the end, while guests
// write, and what the account went through is told.
func TestFirstHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := linkLab(t, false)
		time.Sleep(10 * time.Second)
		if n := len(l.chunks()) + len(l.inbox.items("state_sync")); n != 0 || len(l.inbox.items("messages")) == 0 {
			t.Fatalf("%d items of the past came unasked, and %d messages", n, len(l.inbox.items("messages")))
		}
		l.asks(t, "smb_app_state_sync")
		l.asks(t, "history")
		live := len(l.inbox.items("messages"))
		time.Sleep(40 * time.Second)
		var phases []int
		messages, last := 0, 0
		for _, c := range l.chunks() {
			messages, last = messages+c.messages, max(last, c.progress)
			if !slices.Contains(phases, c.phase) {
				phases = append(phases, c.phase)
			}
		}
		if !slices.Equal(phases, []int{0, 1, 2}) || last != 100 || messages < 300 {
			t.Errorf("phases %v to %d %%, %d messages", phases, last, messages)
		}
		if n := len(l.inbox.items("state_sync")); n < 5 {
			t.Errorf("%d contacts", n)
		}
		if n := len(l.inbox.items("messages")); n < live+5 {
			t.Errorf("guests wrote %d messages during the import", n-live)
		}
		time.Sleep(phoneConnected - 40*time.Second)
		var events []string
		for _, c := range l.inbox.changes() {
			if c["field"] == "account_update" {
				events = append(events, c["value"].(map[string]any)["event"].(string))
			}
		}
		if !slices.Equal(events, []string{"ACCOUNT_OFFBOARDED", "ACCOUNT_RECONNECTED"}) {
			t.Errorf("the account went through %v", events)
		}
	})
}

func TestFirstHourDeclined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := linkLab(t, true)
		l.asks(t, "history")
		time.Sleep(20 * time.Second)
		got := l.inbox.items("history")
		if len(got) != 1 || got[0]["errors"] == nil {
			t.Errorf("a shop that shares nothing told %v", got)
		}
	})
}

func TestSceneNames(t *testing.T) {
	for _, name := range SceneNames() {
		if s, err := SceneNamed(name); err != nil || s.Name() != name {
			t.Errorf("%s is %v, %v", name, s, err)
		}
	}
	if _, err := SceneNamed("opera"); err == nil {
		t.Error("an opera is played")
	}
}
