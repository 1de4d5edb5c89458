package sandbox

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestTicks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, nil)
		c := l.prepare()
		l.settle()
		r := l.send(string(fixture(t, "send-text.request.json")))
		l.settle()
		if got := l.inbox.statuses(r.id()); got != "sent, delivered, read" {
			t.Fatalf("ticks %q", got)
		}
		for _, s := range l.inbox.items("statuses") {
			if s["biz_opaque_callback_data"] != "out:01J9ZK3Q6T4W:1" || s["recipient_id"] != "15550101001" || s["recipient_user_id"] != mayaID {
				t.Errorf("status %v", s)
			}
			if _, priced := s["pricing"]; priced != (s["status"] != "read") {
				t.Errorf("pricing on %v: %v", s["status"], priced)
			}
		}
		for _, change := range l.inbox.changes() {
			v := change["value"].(map[string]any)
			if _, has := v["statuses"]; has && v["contacts"].([]any)[0].(map[string]any)["wa_id"] != "15550101001" {
				t.Errorf("status without its contact: %v", v)
			}
		}

		c.ReadReceipts(false)
		r = l.send(textTo(maya, "no blue ticks"))
		l.settle()
		if got := l.inbox.statuses(r.id()); got != "sent, delivered" {
			t.Errorf("without read receipts %q", got)
		}
		c.ReadReceipts(true).Offline(true)
		r = l.send(textTo(maya, "phone is off"))
		l.settle()
		if got := l.inbox.statuses(r.id()); got != "sent" {
			t.Errorf("offline %q", got)
		}
		c.Offline(false)
		l.settle()
		if got := l.inbox.statuses(r.id()); got != "sent, delivered, read" {
			t.Errorf("online again %q", got)
		}
		r = l.send(string(fixture(t, "send-reaction.request.json")))
		l.settle()
		if got := l.inbox.statuses(r.id()); got != "sent" {
			t.Errorf("a reaction is only sent: %q", got)
		}
		r = l.send(string(fixture(t, "send-audio-voice.request.json")))
		l.settle()
		if got := l.inbox.statuses(r.id()); got != "sent, delivered, read, played" {
			t.Errorf("voice note %q", got)
		}
		c.Undeliverable(131049)
		r = l.send(string(fixture(t, "send-template-positional.request.json")))
		l.settle()
		if got := l.inbox.statuses(r.id()); got != "failed 131049" {
			t.Errorf("undeliverable %q", got)
		}
		for _, change := range l.inbox.changes() {
			v := change["value"].(map[string]any)
			if s, has := v["statuses"].([]any); has && s[0].(map[string]any)["status"] == "failed" {
				if _, named := v["contacts"]; named || s[0].(map[string]any)["recipient_user_id"] != nil {
					t.Errorf("a failed status names a contact: %v", v)
				}
			}
		}
		if r := l.send(textTo("+15559999999", "nobody")); r.status != 200 {
			t.Errorf("unknown number: %s", r.raw)
		} else if l.settle(); l.inbox.statuses(r.id()) != "failed 131026" {
			t.Errorf("unknown number %q", l.inbox.statuses(r.id()))
		}
		c.Blocked(true)
		if r := l.send(textTo(maya, "blocked")); r.code() != 130403 {
			t.Errorf("blocked: %s", r.raw)
		}
	})
}

func TestWindow(t *testing.T) {
	for _, mode := range []WindowMode{WindowAsync, WindowSync} {
		t.Run(string(mode), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t, func(c *Config) { c.Window = mode })
				c := l.prepare()
				refused := func(when string, want bool) {
					t.Helper()
					r := l.send(textTo(maya, "hello"))
					l.drain()
					synctest.Wait()
					if mode == WindowSync {
						if (r.code() == 131047) != want {
							t.Errorf("%s: %s", when, r.raw)
						}
						return
					}
					time.Sleep(30 * time.Second)
					if (l.inbox.statuses(r.id()) == "failed 131047") != want {
						t.Errorf("%s: %q", when, l.inbox.statuses(r.id()))
					}
				}
				wrote := c.LastWrote()
				time.Sleep(time.Until(wrote.Add(24*time.Hour - time.Second)))
				refused("a second before", false)
				time.Sleep(time.Until(wrote.Add(24 * time.Hour)))
				refused("24 hours later", true)
				l.Phone().SendText(c, "from the phone")
				c.React(l.Messages(c)[0], "👍")
				refused("an echo and a reaction open nothing", true)
				if r := l.send(string(fixture(t, "send-template-positional.request.json"))); r.code() != 0 {
					t.Errorf("template in a closed window: %s", r.raw)
				}
				c.Write("still there?")
				refused("after a message", false)
				l.Customer("+15550101009")
				if r := l.send(textTo("+15550101009", "never wrote")); mode == WindowSync && r.code() != 131047 {
					t.Errorf("a customer who never wrote: %s", r.raw)
				}
			})
		})
	}
}

func TestRateLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, nil)
		for i := range 60 {
			l.Customer(fmt.Sprintf("+155501020%02d", i)).Write("hi")
		}
		codes := map[int]int{}
		for i := range 60 {
			codes[l.send(textTo(fmt.Sprintf("+155501020%02d", i), "x")).code()]++
		}
		if codes[0] != 20 || codes[130429] != 40 {
			t.Errorf("in one moment: %v", codes)
		}
		time.Sleep(500 * time.Millisecond)
		codes = map[int]int{}
		for i := range 60 {
			codes[l.send(textTo(fmt.Sprintf("+155501020%02d", i), "x")).code()]++
		}
		if codes[0] != 10 {
			t.Errorf("half a second later: %v", codes)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, nil)
		l.prepare()
		codes := map[int]int{}
		for range 60 {
			codes[l.send(textTo(maya, "x")).code()]++
			time.Sleep(50 * time.Millisecond)
		}
		if codes[0] != 45 || codes[131056] != 15 {
			t.Errorf("one customer in three seconds: %v", codes)
		}
		time.Sleep(6 * time.Second)
		if a, b := l.send(textTo(maya, "x")).code(), l.send(textTo(maya, "x")).code(); a != 0 || b != 131056 {
			t.Errorf("six seconds later %d, %d", a, b)
		}
	})
}

func TestWebhookRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Duration
		start := time.Now()
		l := newLab(t, func(c *Config) {
			box := c.Callback.(*inbox)
			box.answer = func(int) int {
				at = append(at, time.Since(start).Round(time.Second))
				switch len(at) {
				case 1:
					return http.StatusServiceUnavailable
				case 2:
					return http.StatusAccepted
				case 3:
					return http.StatusNoContent
				}
				return http.StatusOK
			}
		})
		l.Customer(maya).Write("once")
		l.drain()
		if want := []time.Duration{0, time.Second, 3 * time.Second, 7 * time.Second}; !slices.Equal(at, want) {
			t.Errorf("tries at %v, want %v", at, want)
		}
		if n := len(l.inbox.items("messages")); n != 1 {
			t.Errorf("%d messages", n)
		}
		if tr := l.Traffic(); tr.Repeats != 3 || tr.Delivered != 1 || tr.Outstanding != 0 || !tr.Verified {
			t.Errorf("traffic %+v", tr)
		}
		if l.inbox.gets != 1 {
			t.Errorf("%d handshakes", l.inbox.gets)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, func(c *Config) {
			c.Callback.(*inbox).answer = func(int) int { return 500 }
			c.Delivery.GiveUp = time.Hour
		})
		l.Customer(maya).Write("lost")
		l.drain()
		if tr := l.Traffic(); tr.GivenUp != 1 || tr.Delivered != 0 {
			t.Errorf("traffic %+v", tr)
		}
	})
}

func TestHandshakeMustSucceed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, func(c *Config) { c.VerifyToken = "another" })
		l.Customer(maya).Write("not yet")
		time.Sleep(time.Minute)
		if tr := l.Traffic(); tr.Verified || tr.Posts != 0 || !strings.Contains(tr.LastError, "403") {
			t.Errorf("traffic %+v", tr)
		}
		if err := l.SetCallback(context.Background(), "http://callback.sandbox/other", "wrong"); err == nil {
			t.Error("a wrong token was taken")
		}
		if err := l.SetCallback(context.Background(), "http://callback.sandbox/other", "sandbox-verify-token"); err != nil {
			t.Error(err)
		}
		l.drain()
		if len(l.inbox.items("messages")) != 1 {
			t.Error("the waiting message was not delivered")
		}
		r, err := l.call("POST", "/v25.0/100000000000001/subscribed_apps", "sandbox-access-token", nil,
			strings.NewReader(`{"override_callback_uri":"http://callback.sandbox/x","verify_token":"wrong"}`))
		if err != nil || r.code() != 2200 {
			t.Errorf("override with a wrong token: %s %v", r.raw, err)
		}
	})
}

func TestDeliveryShapes(t *testing.T) {
	write := func(l *lab) []string {
		c := l.Customer(maya).Named("Maya")
		var ids []string
		for i := range 40 {
			ids = append(ids, c.Write(fmt.Sprint("message ", i)).ID)
		}
		return ids
	}
	got := func(l *lab) []string {
		var ids []string
		for _, m := range l.inbox.items("messages") {
			ids = append(ids, m["id"].(string))
		}
		return ids
	}
	play := func(t *testing.T, d Delivery, check func(t *testing.T, l *lab, sent, got []string)) {
		synctest.Test(t, func(t *testing.T) {
			l := newLab(t, func(c *Config) { c.Delivery = d })
			ids := write(l)
			l.settle()
			synctest.Wait()
			check(t, l, ids, got(l))
		})
	}
	sorted := func(s []string) []string { s = slices.Clone(s); slices.Sort(s); return s }
	t.Run("plain", func(t *testing.T) {
		play(t, Delivery{}, func(t *testing.T, l *lab, sent, got []string) {
			if !slices.Equal(sent, got) || len(l.inbox.all()) != 40 {
				t.Errorf("%d POSTs, order kept: %v", len(l.inbox.all()), slices.Equal(sent, got))
			}
		})
	})
	t.Run("batched", func(t *testing.T) {
		play(t, Delivery{Batch: 15, Hold: time.Second}, func(t *testing.T, l *lab, sent, got []string) {
			if !slices.Equal(sent, got) || len(l.inbox.all()) != 3 {
				t.Errorf("%d POSTs", len(l.inbox.all()))
			}
			if v := l.inbox.changes()[0]["value"].(map[string]any); len(v["contacts"].([]any)) != 1 || len(v["messages"].([]any)) != 15 {
				t.Errorf("first change: %d contacts", len(v["contacts"].([]any)))
			}
		})
	})
	t.Run("doubled", func(t *testing.T) {
		play(t, Delivery{Double: 1}, func(t *testing.T, l *lab, sent, got []string) {
			if len(got) != 80 || l.Traffic().Doubles != 40 {
				t.Errorf("%d messages, %+v", len(got), l.Traffic())
			}
		})
	})
	t.Run("shuffled", func(t *testing.T) {
		play(t, Delivery{Shuffle: true, Batch: 4, Hold: time.Second}, func(t *testing.T, l *lab, sent, got []string) {
			if slices.Equal(sent, got) || !slices.Equal(sorted(sent), sorted(got)) {
				t.Errorf("order kept, or messages lost: %d", len(got))
			}
		})
	})
	t.Run("late", func(t *testing.T) {
		play(t, Delivery{Late: Span{time.Second, time.Hour}}, func(t *testing.T, l *lab, sent, got []string) {
			if slices.Equal(sent, got) || !slices.Equal(sorted(sent), sorted(got)) {
				t.Errorf("order kept, or messages lost: %d", len(got))
			}
		})
	})
	t.Run("in parallel", func(t *testing.T) {
		play(t, Delivery{Workers: 8}, func(t *testing.T, l *lab, sent, got []string) {
			if !slices.Equal(sorted(sent), sorted(got)) {
				t.Errorf("%d messages", len(got))
			}
		})
	})
}

func TestAPIEchoes(t *testing.T) {
	for _, mode := range []EchoMode{EchoNever, EchoAfter, EchoBefore} {
		t.Run("echo "+string(mode), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t, func(c *Config) { c.APIEchoes = mode })
				l.prepare()
				l.settle()
				r := l.send(textTo(maya, "from the API"))
				early := len(l.inbox.items("message_echoes"))
				l.settle()
				echoes := l.inbox.items("message_echoes")
				if (early == 1) != (mode == EchoBefore) || (len(echoes) == 1) != (mode != EchoNever) {
					t.Fatalf("%d echoes before the answer, %d in all", early, len(echoes))
				}
				if len(echoes) == 1 && echoes[0]["id"] != r.id() {
					t.Errorf("echo %v", echoes[0])
				}
			})
		})
	}
}

func TestPhoneAndCustomers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, nil)
		maya := l.prepare()
		p := l.Phone()
		first := p.Reply(maya, "from the phone")
		p.Edit(first, "from the phone (edited)")
		p.React(l.Messages(maya)[0], "❤️")
		p.SendImage(maya, SamplePhoto(4), "look")
		p.Revoke(first)
		p.Edit(first, "too late")
		p.SaveContact(maya, "Maya Okafor (potter)")
		p.RemoveContact(maya)
		m := maya.Write("first")
		maya.Edit(m, "first, corrected")
		maya.Revoke(m)
		maya.React(first, "")
		maya.Unavailable("the real text", 200*time.Millisecond, FromAd(Referral{SourceID: "1", SourceType: "ad", SourceURL: "https://fb.me/x"}))
		maya.SendLocation(Location{Latitude: 1, Longitude: 2})
		maya.SendContacts([]Card{{Name: CardName{Formatted: "Sam"}}})
		maya.SendVoice(SampleVoice(time.Second))
		maya.Write("forwarded", Forwarded(7))
		hidden := l.Customer("+15550100103").Named("Fern").WithUsername("quietfern", true)
		hidden.Write("You cannot see my number")
		p.SendText(hidden, "Hello Fern")
		l.settle()

		kinds := func(array string) (out []string) {
			for _, m := range l.inbox.items(array) {
				out = append(out, m["type"].(string))
			}
			return out
		}
		if got, want := kinds("message_echoes"), []string{"text", "edit", "reaction", "image", "revoke", "text"}; !slices.Equal(got, want) {
			t.Errorf("echoes %v, want %v", got, want)
		}
		if got, want := kinds("messages"), []string{"text", "text", "edit", "revoke", "reaction", "unsupported", "location", "contacts", "audio", "text", "text", "text"}; !slices.Equal(got, want) {
			t.Errorf("messages %v, want %v", got, want)
		}
		msgs, echoes := l.inbox.items("messages"), l.inbox.items("message_echoes")
		if msgs[5]["id"] != msgs[11]["id"] || in(msgs[11], "text")["body"] != "the real text" || in(msgs[11], "referral")["source_type"] != "ad" {
			t.Errorf("131060 and what follows: %v, %v", msgs[5], msgs[11])
		}
		if in(msgs[9], "context")["frequently_forwarded"] != true {
			t.Errorf("forwarded %v", msgs[9])
		}
		if in(msgs[2], "edit", "message", "text")["body"] != "first, corrected" || in(msgs[3], "revoke")["original_message_id"] != m.ID {
			t.Errorf("edit %v, revoke %v", msgs[2], msgs[3])
		}
		if _, has := in(msgs[4], "reaction")["emoji"]; has {
			t.Error("a removed reaction has an emoji")
		}
		if in(echoes[0], "context")["id"] != "wamid.RklYVFVSRS0wMDAwMTE=" || echoes[0]["to"] != "15550101001" || echoes[0]["from"] != "15550100001" {
			t.Errorf("echo %v", echoes[0])
		}
		if echoes[5]["to"] != nil || echoes[5]["to_user_id"] != hidden.UserID() || msgs[10]["from"] != nil || msgs[10]["from_user_id"] != hidden.UserID() {
			t.Errorf("a withheld number shows: %v, %v", echoes[5], msgs[10])
		}
		sync := l.inbox.items("state_sync")
		if len(sync) != 2 || sync[0]["action"] != "add" || sync[1]["action"] != "remove" || in(sync[1], "contact")["full_name"] != nil {
			t.Errorf("state sync %v", sync)
		}
		if n := len(l.inbox.items("statuses")); n != 0 {
			t.Errorf("%d statuses for messages from the phone", n)
		}
		p.Ticks(true)
		ticked := p.SendText(maya, "with ticks")
		failed := p.SendText(maya, "fails", Failing(131026))
		past := p.SendText(maya, "yesterday", At(time.Now().Add(-20*time.Hour)), UpTo("delivered"))
		l.settle()
		for id, want := range map[string]string{ticked.ID: "sent, delivered, read", failed.ID: "failed 131026", past.ID: "sent, delivered"} {
			if got := l.inbox.statuses(id); got != want {
				t.Errorf("ticks %q, want %q", got, want)
			}
		}
	})
}

func TestTaps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, nil)
		c := l.prepare()
		send := func(file string) Message {
			t.Helper()
			r := l.send(string(fixture(t, file)))
			m, ok := l.Message(r.id())
			if !ok {
				t.Fatalf("%s: %s", file, r.raw)
			}
			return m
		}
		template := send("send-template-image-header-buttons.request.json")
		if !slices.Equal(template.Buttons, []string{"Stop offers"}) || template.Text != "Hi Mara, our autumn check is on." {
			t.Errorf("template %+v", template)
		}
		for _, tap := range []struct {
			m     Message
			title string
		}{{template, "Stop offers"}, {send("send-interactive-buttons.request.json"), "Tomorrow"}, {send("send-interactive-list.request.json"), "Repair"}} {
			if _, err := c.Tap(tap.m, tap.title); err != nil {
				t.Error(err)
			}
		}
		if _, err := c.Tap(template, "no such button"); err == nil {
			t.Error("a button that is not there was pressed")
		}
		l.settle()
		msgs := l.inbox.items("messages")[1:]
		if in(msgs[0], "button")["payload"] != "offer:stop" || in(msgs[0], "context")["id"] != template.ID {
			t.Errorf("template button %v", msgs[0])
		}
		if in(msgs[1], "interactive", "button_reply")["id"] != "pickup:tomorrow" || in(msgs[2], "interactive", "list_reply")["id"] != "t:repair" {
			t.Errorf("replies %v, %v", msgs[1], msgs[2])
		}
	})
}
