package attach_test

import (
	"fmt"
	"testing"
	"time"

	"frontdesk/inbox"
)

// phoneContract is the part of the contract that is about the phone beside the API: what only it shows, when it was last
// opened, and what it hands on once.
var phoneContract = map[string]func(t *testing.T, d *desks, desk inbox.Desk){
	"what is on the phone only waits in the tray": func(t *testing.T, d *desks, desk inbox.Desk) {
		d.arrive(t, asha, "Asha Rao", "hello", time.Now().Add(-2*time.Minute))
		d.arrivePoll(t, asha, time.Now().Add(-time.Minute))
		d.arrivePoll(t, asha, time.Now())
		w := watch(t, desk, inbox.Cursor{})
		tray := func(who inbox.Desk, n, want int) []inbox.TrayItem {
			t.Helper()
			var items []inbox.TrayItem
			until(t, fmt.Sprintf("%d of at most %d in the tray", want, n), func() bool {
				var err error
				items, err = who.Tray(t.Context(), n)
				return err == nil && len(items) == want
			})
			return items
		}
		items := tray(desk, 0, 2)
		tray(d.viewer, inbox.TrayMost+1, 2)
		if one := tray(desk, 1, 1); one[0].Message.Key != items[0].Message.Key || items[0].Message.At.Before(items[1].Message.At) {
			t.Errorf("the newest comes first: %+v", items)
		}
		m := items[0].Message
		if items[0].Name != "Asha Rao" || m.PhoneOnly == nil || m.PhoneOnly.Lack != inbox.LackType || !m.PhoneOnly.Tray {
			t.Errorf("%s: %+v", items[0].Name, m.PhoneOnly)
		}
		if info, err := desk.Info(t.Context()); err != nil || info.Counts.Tray != 2 {
			t.Errorf("%d are counted, %v", info.Counts.Tray, err)
		}
		page, err := desk.Messages(t.Context(), inbox.MessageQuery{Thread: m.Thread})
		if err != nil || len(page.Messages) != 3 {
			t.Fatalf("%+v %v", page, err)
		}
		look := inbox.LookOnPhone{Thread: m.Thread, Key: m.Key}
		for key, kind := range map[string]inbox.ErrorKind{"": inbox.NotFound, "nobody's": inbox.NotFound, page.Messages[0].Key: inbox.Invalid} {
			if _, err := desk.Do(t.Context(), inbox.NewID(), inbox.LookOnPhone{Thread: m.Thread, Key: key}); inbox.KindOf(err) != kind {
				t.Errorf("looked at %q: %v", key, err)
			}
		}
		if _, err := d.viewer.Do(t.Context(), inbox.NewID(), look); inbox.KindOf(err) != inbox.NotAllowed {
			t.Errorf("a viewer ticked off: %v", err)
		}
		for _, back := range []bool{false, true} {
			look.Back = back
			if _, err := desk.Do(t.Context(), inbox.NewID(), look); err != nil {
				t.Fatal(err)
			}
			e := follow(t, w, fmt.Sprintf("that it was looked at, and back %v", back), func(e inbox.Event) bool {
				return e.Message != nil && e.Message.Key == m.Key && e.Message.PhoneOnly != nil && e.Message.PhoneOnly.Tray == back
			})
			if p := e.Message.PhoneOnly; (p.LookedBy == "priya") == back || p.LookedAt.IsZero() != back {
				t.Errorf("back %v: %+v", back, p)
			}
			want := 1
			if back {
				want = 2
			}
			tray(d.viewer, -1, want)
		}
	},
	"the phone was opened": func(t *testing.T, d *desks, desk inbox.Desk) {
		d.arrive(t, asha, "Asha Rao", "hello", time.Now())
		until(t, "days to count", func() bool {
			info, err := desk.Info(t.Context())
			return err == nil && info.Phone.Days == 14 && !info.Phone.EndsAt.IsZero() && info.Phone.SeenAt.IsZero()
		})
		if _, err := d.viewer.Do(t.Context(), inbox.NewID(), inbox.SeePhone{}); inbox.KindOf(err) != inbox.NotAllowed {
			t.Errorf("a viewer opened it: %v", err)
		}
		began := time.Now().Add(-time.Second)
		if _, err := desk.Do(t.Context(), inbox.NewID(), inbox.SeePhone{}); err != nil {
			t.Fatal(err)
		}
		for _, who := range []inbox.Desk{desk, d.viewer} {
			until(t, "the sign", func() bool {
				info, err := who.Info(t.Context())
				return err == nil && info.Phone.SeenBy == inbox.SignPerson && info.Phone.SeenAt.After(began) && info.Phone.State == inbox.PhoneFine
			})
		}
	},
	"contacts and history are asked for once": func(t *testing.T, d *desks, desk inbox.Desk) {
		ask := func(who inbox.Desk, c inbox.RequestSync) (inbox.Done, inbox.ErrorKind) {
			t.Helper()
			done, err := who.Do(t.Context(), inbox.NewID(), c)
			return done, inbox.KindOf(err)
		}
		contacts, history := inbox.RequestSync{What: inbox.SyncContacts}, inbox.RequestSync{What: inbox.SyncHistory}
		for c, kind := range map[inbox.RequestSync]inbox.ErrorKind{
			{What: "photos"}: inbox.Invalid, {}: inbox.Invalid, history: inbox.Invalid, contacts: inbox.NotAllowed,
			{What: inbox.SyncHistory, Again: true, Unproven: true}: inbox.Invalid,
		} {
			if _, got := ask(desk, c); got != kind {
				t.Errorf("%+v: %q, want %q", c, got, kind)
			}
		}
		s, err := desk.Sync(t.Context())
		if err != nil || s.Contacts.State != inbox.SyncNever || s.History.State != inbox.SyncNever || !s.Listener.ProvenAt.IsZero() ||
			inbox.KindOf(s.Contacts.Refusal) != inbox.NotAllowed || inbox.KindOf(s.History.Refusal) != inbox.Invalid {
			t.Errorf("before: %+v %v", s, err)
		}
		if _, err := desk.Do(t.Context(), inbox.NewID(), inbox.ListenerProven{Address: " "}); inbox.KindOf(err) != inbox.Invalid {
			t.Errorf("proven through no address: %v", err)
		}
		if _, err := desk.Do(t.Context(), inbox.NewID(), inbox.ListenerProven{Address: "https://inbox.example.com/webhook"}); err != nil {
			t.Fatal(err)
		}
		until(t, "the proof", func() bool { s, err := desk.Sync(t.Context()); return err == nil && s.Contacts.Refusal == nil })
		for _, c := range []inbox.RequestSync{contacts, history} {
			if _, got := ask(d.viewer, c); got != inbox.NotAllowed {
				t.Errorf("a viewer asked for %s: %q", c.What, got)
			}
			id := inbox.NewID()
			for range 2 { // the same id gives the same answer, and nothing is asked twice
				done, err := desk.Do(t.Context(), id, c)
				if err != nil || done.Text != "REQ-"+string(c.What) {
					t.Fatalf("%s: %+v %v", c.What, done, err)
				}
			}
			for _, again := range []bool{false, true} {
				if _, got := ask(desk, inbox.RequestSync{What: c.What, Again: again}); got != inbox.TooLate {
					t.Errorf("%s for the second time, again %v: %q", c.What, again, got)
				}
			}
		}
		s, err = d.viewer.Sync(t.Context())
		if err != nil || s.Contacts.By != "priya" || s.History.RequestID != "REQ-history" || s.History.RequestedAt.IsZero() ||
			inbox.KindOf(s.Contacts.Refusal) != inbox.TooLate || inbox.KindOf(s.History.Refusal) != inbox.TooLate {
			t.Errorf("after: %+v %v", s, err)
		}
		d.whatsApp.mu.Lock()
		defer d.whatsApp.mu.Unlock()
		if fmt.Sprint(d.whatsApp.asked) != "[contacts history]" {
			t.Errorf("WhatsApp was asked for %v", d.whatsApp.asked)
		}
	},
}

// arrivePoll has a customer send what WhatsApp does not hand on.
func (d *desks) arrivePoll(t *testing.T, phone string, at time.Time) {
	t.Helper()
	arrivals++
	body := fmt.Sprintf(`{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550100001","phone_number_id":"%s"},"messages":[{"from":"%s","id":"wamid.in-%d","timestamp":"%d","type":"unsupported","errors":[{"code":131051,"title":"Message type unknown"}],"unsupported":{"type":"poll_creation"}}]}}]}]}`,
		line, phone, arrivals, at.Unix())
	if err := d.owner.Accept(t.Context(), inbox.EntryWebhook, []byte(body)); err != nil {
		t.Fatal(err)
	}
}
