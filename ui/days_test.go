package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"frontdesk/inbox"
)

// manyDays is a thread over forty days, five messages on every second one.
func manyDays(d *fakeDesk, _ *Config) {
	var msgs []inbox.Message
	for day := 80; day >= 0; day -= 2 {
		for n := range 5 {
			msgs = append(msgs, inbox.Message{Direction: "in", Origin: inbox.OriginCustomer, Type: "text",
				Text: fmt.Sprintf("day -%d, message %d", day, n), At: noon.AddDate(0, 0, -day).Add(time.Duration(n-5) * time.Minute)})
		}
	}
	d.add(inbox.Thread{ID: "t_days", Name: "Many Days", WaID: "15550100009", State: inbox.Open, Window: openFor(23 * time.Hour)}, msgs...)
}

func TestDays(t *testing.T) {
	perform(t, manyDays, func(s *stage) {
		s.size(100, 28)
		s.press("enter")
		on := func(step, want string) {
			t.Helper()
			if msg := s.m.talk.selected(); msg == nil || msg.Text != want {
				t.Fatalf("%s: on %+v, want %q", step, msg, want)
			}
			s.sees(want)
		}
		on("opened", "day -0, message 4")
		s.press("[")
		on("[", "day -0, message 0")
		s.press("[")
		on("[ [", "day -2, message 0")
		s.press("]")
		on("]", "day -0, message 0")
		s.press("]")
		on("] at the end", "day -0, message 4")
		s.sees(english.NothingLater)
		// Through what is not loaded, too.
		s.press("J")
		s.write("60d")
		s.press("enter")
		on("60d", "day -60, message 0")
		for day := 62; day <= 80; day += 2 {
			s.press("[")
			on("[", fmt.Sprintf("day -%d, message 0", day))
		}
		s.press("[")
		s.sees(english.NothingEarlier)
		for day := 78; day >= 0; day -= 2 {
			s.press("]")
			on("]", fmt.Sprintf("day -%d, message 0", day))
		}
		s.press("J")
		s.write("22 jul") // nothing on that day: the next one
		s.press("enter")
		on("22 jul", "day -28, message 0")
		s.press("J")
		s.write("soon")
		s.press("enter")
		s.sees("soon is no day")
		s.press("J")
		s.write("1 jan 2020")
		s.press("enter")
		on("1 jan 2020", "day -80, message 0")
	})
}

func TestPastDays(t *testing.T) {
	perform(t, nil, func(s *stage) {
		p := s.m.pen
		now := time.Date(2026, 3, 5, 9, 46, 0, 0, time.UTC) // a Thursday
		for text, want := range map[string]string{
			"today": "2026-03-05", "Yesterday": "2026-03-04", "thu": "2026-02-26", "wednesday": "2026-03-04", "0d": "2026-03-05", "3d": "2026-03-02",
			"4": "2026-03-04", "6": "2026-02-06", "31": "2026-01-31", "19 aug": "2025-08-19", "5 mar": "2026-03-05", "19.8.": "2025-08-19", "19/8/2024": "2024-08-19",
			"29 feb": "2024-02-29", "12 mar 25": "2025-03-12", "2025-08-19": "2025-08-19", "19 August 2025": "2025-08-19",
		} {
			if got, ok := p.past(now, text); !ok || got.Format(time.DateOnly) != want {
				t.Errorf("%q is %v (%v), want %s", text, got, ok, want)
			}
		}
		for _, text := range []string{"", "soon", "32", "0", "-3", "1 2 3 4", "31 feb 2025", "30 feb", "x aug", "19 x", "19 aug x", "99999d"} {
			if got, ok := p.past(now, text); ok {
				t.Errorf("%q is %v", text, got)
			}
		}
	})
}

func TestReport(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		d := s.desk.details["seedfail"]
		d.Steps = append(d.Steps, inbox.Step{At: at("08:21"), What: "another text", Note: farewell}, inbox.Step{At: at("08:22"), What: "cancel", Note: "priya"})
		got := report(&d, "0.1.0")
		for _, want := range []string{"frontdesk 0.1.0", "id        wamid.HBgLMTU1NTAxMDAwMDEVAgARGBI0N0E", "ref       01FAIL", "message   out, api, text", "status    failed",
			"error     131047 the 24-hour window has closed", "2026-08-20T08:20:00.900Z  accepted", "failed 131047", "event     4711 2026-08-20T08:20:00.000Z webhook, 49 bytes"} {
			if !strings.Contains(got, want) {
				t.Errorf("the report lacks %q:\n%s", want, got)
			}
		}
		for _, secret := range []string{farewell, "Farid", "priya", "statuses"} {
			if strings.Contains(got, secret) {
				t.Errorf("the report has %q:\n%s", secret, got)
			}
		}
	})
}

func TestTemplateFavourites(t *testing.T) {
	perform(t, func(d *fakeDesk, c *Config) {
		frontOffice(d, c)
		for i := range d.templates {
			if d.templates[i].Name == "order_update" {
				d.templates[i].Used, d.templates[i].UsedAt, d.templates[i].Quality = 41, noon.AddDate(0, 0, -3), "GREEN"
			}
		}
	}, func(s *stage) {
		s.size(100, 28)
		s.show(bruno)
		s.press("t", "down", "down")
		s.sees("used 41 times, last Mon; quality green")
		s.press("*")
		s.sees("▌*order_update")
		if c := s.desk.logged("star-template"); len(c) != 1 || c[0].(inbox.StarTemplate) != (inbox.StarTemplate{Name: "order_update", Language: "pt_BR"}) {
			t.Errorf("asked for %+v", c)
		}
		s.press("esc", "t")
		s.sees("▌*order_update") // it stands first now
		s.press("*")
		s.misses("*order_update")
	})
}

func TestNumbersOfTheDraftFillTheForm(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		s.size(100, 28)
		s.show(bruno)
		s.press("i")
		s.write("O pedido #4431 saiu, chega as 10")
		s.press("esc", "t")
		s.write("order_up")
		s.press("enter")
		s.sees("4431", "from draft", "from contact")
		form := s.m.dialogs[len(s.m.dialogs)-1].(*form)
		if v := form.values(); v.Body["2"] != "4431" || v.Body["3"] != "" || v.Buttons["0"] != "4431" {
			t.Errorf("filled in as %+v", v)
		}
	})
}
