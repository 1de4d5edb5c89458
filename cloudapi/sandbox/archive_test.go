package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// asks posts a request for contacts or history.
func (l *lab) asks(t *testing.T, kind string) graphReply {
	t.Helper()
	r, err := l.call("POST", "/v25.0/200000000000001/smb_app_data", "sandbox-access-token", nil,
		strings.NewReader(`{"messaging_product":"whatsapp","sync_type":"`+kind+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// past writes n messages a day back from now, each day one, by customer and phone in turn; every fourth is a picture.
func (l *lab) past(c *Customer, days ...int) {
	for _, d := range days {
		opt := Before(l.Now().Add(-time.Duration(d) * 24 * time.Hour))
		switch {
		case d%4 == 0:
			c.SendImage(SamplePhoto(1), fmt.Sprint("picture of day ", d), opt)
		case d%2 == 0:
			l.Phone().SendText(c, fmt.Sprint("day ", d), opt)
		default:
			c.Write(fmt.Sprint("day ", d), opt)
		}
	}
}

type seenChunk struct{ phase, chunk, progress, messages int }

func (l *lab) chunks() (all []seenChunk) {
	for _, h := range l.inbox.items("history") {
		m, ok := h["metadata"].(map[string]any)
		if !ok {
			continue
		}
		n := 0
		threads, _ := h["threads"].([]any)
		for _, t := range threads {
			n += len(t.(map[string]any)["messages"].([]any))
		}
		all = append(all, seenChunk{int(m["phase"].(float64)), int(m["chunk_order"].(float64)), int(m["progress"].(float64)), n})
	}
	return all
}

func TestArchive(t *testing.T) {
	days := []int{0, 1, 2, 3, 5, 8, 40, 95, 96, 97, 170, 200}
	for name, tt := range map[string]struct {
		archive Archive
		want    []seenChunk
	}{
		"in one go by phase": {Archive{}, []seenChunk{{0, 1, 33, 2}, {1, 1, 66, 5}, {2, 1, 100, 4}}},
		"in chunks":          {Archive{Chunk: 3}, []seenChunk{{0, 1, 20, 2}, {1, 1, 40, 3}, {1, 2, 60, 2}, {2, 1, 80, 3}, {2, 2, 100, 1}}},
		"numbers run on":     {Archive{Chunk: 3, NumbersRun: true}, []seenChunk{{0, 1, 20, 2}, {1, 2, 40, 3}, {1, 3, 60, 2}, {2, 4, 80, 3}, {2, 5, 100, 1}}},
		"one is missing":     {Archive{Chunk: 3, Missing: []int{2}}, []seenChunk{{0, 1, 20, 2}, {1, 2, 60, 2}, {2, 1, 80, 3}, {2, 2, 100, 1}}},
		"some come twice":    {Archive{Chunk: 3, Double: 2}, []seenChunk{{0, 1, 20, 2}, {1, 1, 40, 3}, {1, 1, 40, 3}, {1, 2, 60, 2}, {2, 1, 80, 3}, {2, 1, 80, 3}, {2, 2, 100, 1}}},
		"declined":           {Archive{Declined: true}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t, nil)
				c := l.Customer("+15550100101")
				l.past(c, days...)
				l.Phone().Archive(tt.archive)
				l.settle()
				if n := len(l.inbox.items("history")); n != 0 {
					t.Fatalf("%d webhooks about the past before anybody asked", n)
				}
				if r := l.asks(t, "history"); r.status != 200 {
					t.Fatal(r.raw)
				}
				l.settle()
				if got := l.chunks(); !slices.Equal(got, tt.want) {
					t.Errorf("got  %v\nwant %v", got, tt.want)
				}
			})
		})
	}
}

// TestArchiveOutOfOrder: the same chunks in another order, at their pace.
func TestArchiveOutOfOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, nil)
		c := l.Customer("+15550100101")
		l.past(c, 1, 2, 3, 5, 6, 7, 9, 10, 11, 13)
		l.Phone().Archive(Archive{Chunk: 2, Shuffle: true, Every: 10 * time.Second})
		began := l.Now()
		l.asks(t, "history")
		l.settle()
		got := l.chunks()
		if took := l.Now().Sub(began); took < 40*time.Second {
			t.Errorf("five chunks came in %v", took)
		}
		if slices.IsSortedFunc(got, func(a, b seenChunk) int { return a.chunk - b.chunk }) {
			t.Errorf("in order: %v", got)
		}
		slices.SortFunc(got, func(a, b seenChunk) int { return a.progress - b.progress })
		if len(got) != 6 || got[5].progress != 100 {
			t.Errorf("%v", got)
		}
	})
}

// TestArchiveFiles: pictures of the last two weeks follow their placeholders under the same id; older ones never do.
func TestArchiveFiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, nil)
		c := l.Customer("+15550100101")
		near := c.SendImage(SamplePhoto(1), "the teapot", Before(l.Now().Add(-48*time.Hour)))
		ours := l.Phone().SendImage(c, SamplePhoto(2), "repaired", Before(l.Now().Add(-47*time.Hour)))
		c.SendImage(SamplePhoto(1), "long ago", Before(l.Now().Add(-40*24*time.Hour)))
		l.Phone().Archive(Archive{MediaAfter: time.Minute})
		l.asks(t, "history")
		l.settle()
		placeholders := 0
		for _, h := range l.inbox.items("history") {
			for _, m := range in(h, "threads", 0)["messages"].([]any) {
				if m.(map[string]any)["type"] == "media_placeholder" {
					placeholders++
				}
			}
		}
		if placeholders != 3 {
			t.Errorf("%d placeholders, want 3", placeholders)
		}
		got, echoes := l.inbox.items("messages"), l.inbox.items("message_echoes")
		if len(got) != 1 || got[0]["id"] != near.ID || got[0]["image"] == nil || got[0]["timestamp"] != unix(near.At) {
			t.Errorf("files of customers: %v", got)
		}
		if len(echoes) != 1 || echoes[0]["id"] != respell(ours.ID, "15550100001") || echoes[0]["image"] == nil {
			t.Errorf("files of the phone: %v", echoes)
		}
	})
}

func TestAddressBookInBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, nil)
		for i := range 5 {
			l.Phone().Remember(l.Customer(fmt.Sprintf("+1555010020%d", i)), fmt.Sprint("Friend ", i))
		}
		l.Phone().Archive(Archive{Contacts: 2, Every: time.Second}).ZeroRemovals(true)
		l.settle()
		if n := len(l.inbox.items("state_sync")); n != 0 {
			t.Fatalf("%d entries before anybody asked", n)
		}
		l.asks(t, "smb_app_state_sync")
		l.settle()
		if n := len(l.inbox.items("state_sync")); n != 5 {
			t.Errorf("%d entries, want 5", n)
		}
		l.Phone().RemoveContact(l.Customer("+15550100200"))
		l.settle()
		all := l.inbox.items("state_sync")
		if last := all[len(all)-1]; last["action"] != "remove" || in(last, "metadata")["timestamp"] != "0" {
			t.Errorf("the removal: %v", last)
		}
	})
}

// TestSyncWindow: once each in the first day after linking, and again after linking anew.
func TestSyncWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, nil)
		l.Link(l.Now().Add(-25 * time.Hour))
		if r := l.asks(t, "history"); r.code() != 2593108 {
			t.Errorf("late: %s", r.raw)
		}
		l.Link(l.Now())
		if r := l.asks(t, "history"); r.status != 200 {
			t.Errorf("linked anew: %s", r.raw)
		}
		if r := l.asks(t, "history"); r.code() != 2593107 {
			t.Errorf("again: %s", r.raw)
		}
		if r := l.get("/v25.0/200000000000001?fields=last_onboarded_time"); !strings.Contains(r.raw, l.Now().UTC().Format("2006-01-02T15:04:05")) {
			t.Errorf("the number does not say when it was linked: %s", r.raw)
		}
	})
}
