package sandbox

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode"
)

// opening is when the tests of the scene begin.
var opening = time.Date(2026, 5, 10, 16, 0, 0, 0, time.UTC)

func hotelLab(t *testing.T, seed uint64) *lab {
	return newLab(t, func(c *Config) { c.Scene, c.Seed, c.Start = Hotel(), seed, opening })
}

func TestScriptsParse(t *testing.T) {
	for _, g := range cast {
		if _, err := parseScript(g.story); err != nil {
			t.Errorf("%s: %v", g.name, err)
		}
		if len(scenes[g.language]) == 0 || len(answers[g.language].thanks) == 0 {
			t.Errorf("%s: no lines in %q", g.name, g.language)
		}
	}
	for lang, all := range scenes {
		for _, s := range all {
			if _, err := parseScript(s); err != nil {
				t.Errorf("%s %q: %v", lang, s, err)
			}
		}
	}
	for _, s := range []string{"", "x 1h hello", "g soon hello", "guest 1h hello"} {
		if _, err := parseScript(s); err == nil {
			t.Errorf("%q parsed", s)
		}
	}
}

func TestCastIsVaried(t *testing.T) {
	languages, scripts := map[string]bool{}, map[string]bool{}
	var everything strings.Builder
	for _, g := range cast {
		languages[g.language] = true
		fmt.Fprint(&everything, g.name, g.story)
	}
	for _, r := range everything.String() {
		for name, table := range map[string]*unicode.RangeTable{"Devanagari": unicode.Devanagari, "Arabic": unicode.Arabic, "Latin": unicode.Latin} {
			if unicode.Is(table, r) {
				scripts[name] = true
			}
		}
	}
	if len(cast) < 14 || len(languages) != 5 || len(scripts) != 3 {
		t.Errorf("%d guests, %v, %v", len(cast), languages, scripts)
	}
	for _, emoji := range []string{"👨‍👩‍👧‍👦", "🇵🇹", "🙏🏽"} {
		if !strings.Contains(everything.String(), emoji) {
			t.Errorf("nobody writes %s", emoji)
		}
	}
}

func TestScenePlaysTheSameBySeed(t *testing.T) {
	play := func(seed uint64) (bodies []string) {
		synctest.Test(t, func(t *testing.T) {
			l := hotelLab(t, seed)
			time.Sleep(2 * time.Minute)
			synctest.Wait()
			bodies = l.inbox.all()
		})
		return bodies
	}
	first, again, other := play(3), play(3), play(4)
	if len(first) < 150 || !slices.Equal(first, again) {
		t.Errorf("%d and %d webhooks, the same: %v", len(first), len(again), slices.Equal(first, again))
	}
	if slices.Equal(first, other) {
		t.Error("another seed plays the same")
	}
}

// activity is the newest message time of each thread, from what was delivered.
func activity(l *lab) map[string]int64 {
	newest := map[string]int64{}
	note := func(items []map[string]any, key, user string) {
		for _, m := range items {
			if m["type"] == "reaction" || m["type"] == "edit" || m["type"] == "revoke" {
				continue
			}
			who, _ := m[key].(string)
			if who == "" {
				who, _ = m[user].(string)
			}
			at, _ := strconv.ParseInt(m["timestamp"].(string), 10, 64)
			newest[who] = max(newest[who], at)
		}
	}
	note(l.inbox.items("messages"), "from", "from_user_id")
	note(l.inbox.items("message_echoes"), "to", "to_user_id")
	return newest
}

func top(newest map[string]int64) string {
	best := ""
	for who, at := range newest {
		if best == "" || at > newest[best] {
			best = who
		}
	}
	return best
}

// What a person must see ten seconds after the start, without pressing a key.
func TestFirstTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := hotelLab(t, 1)
		for at := 100 * time.Millisecond; at < 5900*time.Millisecond; at += 100 * time.Millisecond {
			time.Sleep(100 * time.Millisecond)
			synctest.Wait()
			if who := top(activity(l)); who != digits(leading) {
				t.Fatalf("at %v the newest thread is %s", at, who)
			}
			if at == 2*time.Second {
				if n := len(activity(l)); n < 14 {
					t.Errorf("after two seconds %d threads", n)
				}
			}
		}
		time.Sleep(opening.Add(10 * time.Second).Sub(l.Now()))
		synctest.Wait()
		chat := l.Messages(l.Customer(leading))
		last, before := chat[len(chat)-1], chat[len(chat)-2]
		if last.From != FromPhone || before.From != FromCustomer || last.Quotes != before.ID {
			t.Errorf("the thread ends with %s after %s", last.From, before.From)
		}
		if got := l.inbox.statuses(last.ID); got != "sent, delivered, read" {
			t.Errorf("ticks of the answer: %q", got)
		}
		if who := top(activity(l)); who == digits(leading) {
			t.Error("nobody else has written by now")
		}
	})
}

func TestBackStory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := hotelLab(t, 1)
		time.Sleep(5 * time.Second)
		synctest.Wait()
		has := map[string]bool{}
		for _, array := range []string{"messages", "message_echoes"} {
			for _, m := range l.inbox.items(array) {
				has[array+" "+m["type"].(string)] = true
				if c, ok := m["context"].(map[string]any); ok && c["id"] != nil {
					has["quote"] = true
				}
				if at, _ := strconv.ParseInt(m["timestamp"].(string), 10, 64); time.Unix(at, 0).After(l.Now()) {
					t.Errorf("message from the future: %v", m)
				}
			}
		}
		for _, s := range l.inbox.items("statuses") {
			has["status "+s["status"].(string)] = true
		}
		for _, want := range []string{"messages text", "messages image", "messages audio", "messages location", "messages document", "messages edit",
			"messages revoke", "messages reaction", "message_echoes text", "message_echoes edit", "message_echoes reaction", "message_echoes image",
			"message_echoes document", "quote", "status sent", "status delivered", "status read", "status failed"} {
			if !has[want] {
				t.Errorf("the back story has no %s", want)
			}
		}
		closed := l.Customer("+4655501010107")
		if closed.WindowOpen(l.Now()) {
			t.Error("the guest with the lost scarf still has an open window")
		}
		open := 0
		for _, c := range l.Customers() {
			if c.WindowOpen(l.Now()) {
				open++
			}
		}
		if open != len(l.Customers())-1 {
			t.Errorf("%d of %d windows are open", open, len(l.Customers()))
		}
		// A template reaches the guest with the closed window, and gets an answer.
		r := l.send(`{"messaging_product":"whatsapp","to":"+4655501010107","type":"template","template":{"name":"lost_item_found","language":{"code":"en"},
			"components":[{"type":"body","parameters":[{"type":"text","text":"Maya"},{"type":"text","text":"grey scarf"}]}]}}`)
		if r.code() != 0 {
			t.Fatal(r.raw)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if !closed.WindowOpen(l.Now()) {
			t.Error("no answer to the template")
		}
	})
}

func TestGuestsAnswerTheAgent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := hotelLab(t, 1)
		time.Sleep(5 * time.Second)
		dewi := l.Customer("+6255501010105")
		written := func() (n int) {
			for _, m := range l.Messages(dewi) {
				if m.From == FromCustomer {
					n++
				}
			}
			return n
		}
		before := written()
		r := l.send(textTo("+6255501010105", "Tentu, boks bayi sudah kami siapkan. Jam berapa Ibu tiba?"))
		time.Sleep(40 * time.Second)
		synctest.Wait()
		if got := l.inbox.statuses(r.id()); got != "sent, delivered, read" {
			t.Errorf("ticks %q", got)
		}
		if written() <= before {
			t.Error("no answer")
		}
		for range 12 { // conversations end
			l.send(textTo("+6255501010105", "Baik."))
			time.Sleep(time.Minute)
		}
		r = l.send(textTo("+20555010114", "هل تسمعني؟"))
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := l.inbox.statuses(r.id()); got != "failed 131026" {
			t.Errorf("the guest who cannot be reached: %q", got)
		}
	})
}

// An hour of the scene: traffic goes on at a human pace, everybody has a turn, and every id can be read.
func TestAnHourAtTheDesk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := hotelLab(t, 9)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		start := len(l.inbox.items("messages"))
		time.Sleep(time.Hour)
		synctest.Wait()
		msgs := l.inbox.items("messages")
		if n := len(msgs) - start; n < 600 || n > 2000 {
			t.Errorf("%d messages and events from guests in an hour", n)
		}
		writers := map[any]int{}
		for _, m := range msgs[start:] {
			writers[m["from_user_id"]]++
			if m["type"] == "unsupported" {
				continue
			}
			b, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(m["id"].(string), "wamid."))
			if err != nil || b[0] != 0x1C || b[1] != 0x18 {
				t.Fatalf("id %v", m["id"])
			}
			if text, ok := m["text"].(map[string]any); ok && strings.Contains(text["body"].(string), "{") {
				t.Errorf("a blank was not filled in: %v", text)
			}
		}
		if len(writers) < 14 {
			t.Errorf("only %d guests wrote", len(writers))
		}
		if tr := l.Traffic(); tr.Repeats != 0 || tr.GivenUp != 0 {
			t.Errorf("traffic %+v", tr)
		}
	})
}

// The same over real sockets, sped up: signed webhooks arrive at a listener, requests go through the port.
func TestSceneOverSockets(t *testing.T) {
	box := &inbox{t: t, secret: "s3cret", token: "v3rify"}
	enough := make(chan struct{})
	box.answer = func(n int) int {
		if n == 220 {
			close(enough)
		}
		return http.StatusOK
	}
	listener := httptest.NewServer(box)
	defer listener.Close()
	sb, err := New(Config{CallbackURL: listener.URL + "/webhook", AppSecret: "s3cret", VerifyToken: "v3rify", Scene: Hotel(), Speed: 60})
	if err != nil {
		t.Fatal(err)
	}
	if err := sb.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer sb.Close()
	<-enough
	req, err := http.NewRequest("POST", sb.URL()+"/v25.0/200000000000001/messages", strings.NewReader(textTo(leading, "Hello from the desk")))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer sandbox-access-token")
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if s, err := sb.WaitSend(t.Context(), func(s Send) bool { return s.Accepted }); err != nil || res.StatusCode != 200 || s.To != leading {
		t.Errorf("send %d, %+v, %v", res.StatusCode, s, err)
	}
}
