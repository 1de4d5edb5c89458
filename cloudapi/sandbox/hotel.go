package sandbox

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// Hotel is the front desk of a small hotel by the sea, for as long as it runs. The back story arrives in the first
// second and a half as ordinary signed webhooks with times of the past hours: threads answered from the phone,
// quotes, an edit, a revoke, reactions, pictures, a place, voice notes, a guest whose window is closed, one to whom
// messages fail. The leading thread is the newest from the first moment; at 1.2 s the phone answers in it, at 5 s
// the guest has read that, and what arrives later goes to other threads. From 6 s on guests write every few
// seconds, the phone answers some of them, and whoever gets an answer through the API reads it and replies.
func Hotel() Scene { return hotel{} }

type hotel struct{}

// Name is "hotel".
func (hotel) Name() string { return "hotel" }

// Play prepares templates and cast, and schedules the rest.
func (hotel) Play(sb *Sandbox) {
	for _, t := range hotelTemplates() {
		if _, err := sb.AddTemplate(t); err != nil {
			sb.log.Error("template left out", "error", err.Error())
		}
	}
	sb.LimitTemplatePages(8)
	sb.Phone().Ticks(true)
	now := sb.Now()
	for i, g := range cast {
		c := enter(sb, g)
		story := mustScript(g.story)
		sb.After(time.Duration(i)*80*time.Millisecond, func() {
			story.past(sb, c, now)
			if g.book != "" {
				sb.Phone().SaveContact(c, g.book)
			}
		})
	}
	lead := sb.Customer(leading)
	var answered Message
	sb.After(1200*time.Millisecond, func() {
		answered = sb.Phone().Reply(lead, "Of course. Ravi waits at the exit with your name; the van takes six and all the suitcases 🚐")
	})
	sb.After(5*time.Second, func() { lead.Read() })
	sb.After(7*time.Second, func() { lead.React(answered, "🙏🏽") })
	live := &liveDesk{sb: sb, rand: sb.Rand("hotel"), told: map[string]int{}}
	sb.After(6*time.Second, live.next)
	sb.After(25*time.Second, func() {
		c := enter(sb, newcomer)
		mustScript("g 0s [unavailable ad] Hello, I saw your offer. Is the sea-view room free next weekend?\n"+
			"g 9s We are two, arriving on Friday.").present(sb, c, strings.NewReplacer())
	})
	sb.After(95*time.Second, func() { _ = sb.SetTemplateStatus("weekend_escape", "en", "PAUSED") })
}

// enter brings a guest on.
func enter(sb *Sandbox, g guest) *Customer {
	c := sb.Customer(g.number).Named(g.name).ReadReceipts(!g.silent).Undeliverable(g.fails)
	if g.username != "" {
		c.WithUsername(g.username, g.hidden)
	}
	turn := 0
	c.OnMessage(func(m Message) {
		if m.From == FromAPI && m.Type != "reaction" {
			turn++
			respond(sb, c, answers[g.language], m, turn)
		}
	})
	return c
}

func mustScript(s string) script {
	out, err := parseScript(s)
	if err != nil {
		panic(err) // the scripts are constants, and a test parses all of them
	}
	return out
}

// respond lets a guest answer what the agent wrote, as people do: a button where there is one, yes to a question,
// thanks otherwise, one more thing now and then, and after a few turns a thumb and silence.
func respond(sb *Sandbox, c *Customer, m manners, got Message, turn int) {
	r := c.rand
	pick := func(lines []string) string { return lines[r.IntN(len(lines))] }
	think := draw(r, Span{3 * time.Second, 8 * time.Second})
	say := func(after time.Duration, text string) {
		typing := time.Duration(len([]rune(text))) * 60 * time.Millisecond
		sb.After(after+typing, func() { c.Write(text) })
	}
	switch {
	case len(got.Buttons) > 0:
		button := pick(got.Buttons)
		sb.After(think, func() { _, _ = c.Tap(got, button) })
	case got.Template != "":
		say(think, m.button)
	case turn > 4:
		sb.After(think, func() { c.React(got, "👍") })
	case turn == 4:
		say(think, pick(m.bye))
	case strings.ContainsAny(got.Text, "?؟"):
		say(think, pick(m.yes))
	default:
		say(think, pick(m.thanks))
		if turn == 2 || r.IntN(3) == 0 {
			say(think+draw(r, Span{4 * time.Second, 9 * time.Second}), pick(m.more))
		}
	}
}

// liveDesk starts one conversation after another.
type liveDesk struct {
	sb   *Sandbox
	rand *rand.Rand
	turn []guest
	told map[string]int // conversations each guest has had
}

// next lets one guest begin and comes back a few seconds later. Everybody has a turn before anybody has two.
func (d *liveDesk) next() {
	if len(d.turn) == 0 {
		for _, g := range cast {
			if !g.quiet && g.fails == 0 {
				d.turn = append(d.turn, g)
			}
		}
		d.rand.Shuffle(len(d.turn), func(i, j int) { d.turn[i], d.turn[j] = d.turn[j], d.turn[i] })
	}
	g := d.turn[0]
	d.turn = d.turn[1:]
	c := d.sb.Customer(g.number)
	all := scenes[g.language]
	at := (d.told[g.number] + int(c.number[len(c.number)-1])) % len(all)
	d.told[g.number]++
	words := strings.NewReplacer("{room}", strconv.Itoa(100*(1+d.rand.IntN(3))+1+d.rand.IntN(18)),
		"{hour}", fmt.Sprint(7+d.rand.IntN(14)), "{n}", fmt.Sprint(2+d.rand.IntN(4)))
	mustScript(all[at]).present(d.sb, c, words)
	d.sb.After(draw(d.rand, Span{3 * time.Second, 7 * time.Second}), d.next)
}
