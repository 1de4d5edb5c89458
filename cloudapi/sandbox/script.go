package sandbox

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A script is a short play between one guest and the phone, a line each:
//
//	g 3h12m text                     the guest writes
//	p 3h5m  text                     the phone answers
//	g 2h    [photo 3] caption        a picture; voice 6s, pdf name.pdf and pin 15.49,73.82 likewise
//	g 2h    [card +49555] Name       a contact card of the guest's, or a sticker: [sticker 1]
//	p 2h    [quote 1] text           a reply to line 1
//	g 1h    [react 2] 👍             also edit, revoke
//	p 1h    [fail 131026] text       a message that fails
//	g 0s    [ad] text                from an advertisement
//	g 0s    [unavailable ad] text    131060 first, the text a little later; "ad" as above
//
// The time is how long ago in a story of the past, and how long after the start in a scene of the present.
type script []cue

type cue struct {
	who     byte // g or p
	when    time.Duration
	command string
	arg     string
	text    string
}

func parseScript(s string) (script, error) {
	var out script
	for n, l := range strings.Split(strings.TrimSpace(s), "\n") {
		who, rest, _ := strings.Cut(strings.TrimSpace(l), " ")
		when, text, _ := strings.Cut(strings.TrimSpace(rest), " ")
		d, err := time.ParseDuration(when)
		if err != nil || (who != "g" && who != "p") {
			return nil, fmt.Errorf("sandbox: script line %d: want g or p, a time and a text", n+1)
		}
		c := cue{who: who[0], when: d, text: strings.TrimSpace(text)}
		if inner, after, ok := strings.Cut(strings.TrimPrefix(c.text, "["), "]"); ok && strings.HasPrefix(c.text, "[") {
			c.command, c.arg, _ = strings.Cut(inner, " ")
			c.text = strings.TrimSpace(after)
		}
		out = append(out, c)
	}
	return out, nil
}

// advertisement is where guests who saw one come from.
var advertisement = Referral{SourceURL: "https://fb.me/hotelweek", SourceID: "120210000000000001", SourceType: "ad",
	Headline: "Sea view, breakfast included", Body: "Three nights for the price of two", MediaType: "image",
	ImageURL: "https://scontent.example/sea-view.jpg", ClickID: "AfSandboxClick0001"}

// performance is a script being played: what its lines became.
type performance struct {
	sb    *Sandbox
	c     *Customer
	lines []Message
	then  func(time.Time) Option // what makes a line one of the past: At or Before
}

// perform plays one line. at is zero in the present.
func (p *performance) perform(i int, c cue, at time.Time) {
	var opts []Option
	if !at.IsZero() {
		opts = append(opts, p.then(at))
	}
	n, _ := strconv.Atoi(c.arg)
	phone := p.sb.Phone()
	for len(p.lines) <= i {
		p.lines = append(p.lines, Message{})
	}
	earlier := func() Message {
		if n < 1 || n > len(p.lines) {
			return Message{}
		}
		return p.lines[n-1]
	}
	guest := c.who == 'g'
	text := func() {
		if guest {
			p.lines[i] = p.c.Write(c.text, opts...)
		} else {
			p.lines[i] = phone.SendText(p.c, c.text, opts...)
		}
	}
	switch c.command {
	case "":
		text()
	case "quote":
		opts = append(opts, Quoting(earlier()))
		text()
	case "fail":
		opts = append(opts, Failing(n))
		text()
	case "ad":
		opts = append(opts, FromAd(advertisement))
		text()
	case "unavailable":
		if c.arg == "ad" {
			opts = append(opts, FromAd(advertisement))
		}
		p.lines[i] = p.c.Unavailable(c.text, 250*time.Millisecond, opts...)
	case "photo":
		if guest {
			p.lines[i] = p.c.SendImage(SamplePhoto(n), c.text, opts...)
		} else {
			p.lines[i] = phone.SendImage(p.c, SamplePhoto(n), c.text, opts...)
		}
	case "voice":
		length, _ := time.ParseDuration(c.arg)
		if guest {
			p.lines[i] = p.c.SendVoice(SampleVoice(length), opts...)
		} else {
			p.lines[i] = phone.SendVoice(p.c, SampleVoice(length), opts...)
		}
	case "pdf":
		if guest {
			p.lines[i] = p.c.SendDocument(SamplePDF(c.arg), c.arg, c.text, opts...)
		} else {
			p.lines[i] = phone.SendDocument(p.c, SamplePDF(c.arg), c.arg, c.text, opts...)
		}
	case "pin":
		lat, lon, _ := strings.Cut(c.arg, ",")
		l := Location{Name: c.text}
		l.Latitude, _ = strconv.ParseFloat(lat, 64)
		l.Longitude, _ = strconv.ParseFloat(lon, 64)
		if guest {
			p.lines[i] = p.c.SendLocation(l, opts...)
		} else {
			p.lines[i] = phone.SendLocation(p.c, l, opts...)
		}
	case "sticker":
		p.lines[i] = p.c.SendSticker(SampleSticker(n), false, opts...)
	case "card":
		p.lines[i] = p.c.SendContacts([]Card{{Name: CardName{Formatted: c.text}, Phones: []CardPhone{{Phone: c.arg, WaID: digits(c.arg), Type: "WORK"}}}}, opts...)
	case "react":
		if guest {
			p.c.React(earlier(), c.text, opts...)
		} else {
			phone.React(earlier(), c.text, opts...)
		}
	case "edit":
		if guest {
			p.c.Edit(earlier(), c.text, opts...)
		} else {
			phone.Edit(earlier(), c.text, opts...)
		}
	case "revoke":
		if guest {
			p.c.Revoke(earlier(), opts...)
		} else {
			phone.Revoke(earlier(), opts...)
		}
	}
}

// past plays a whole script now, with times of the past. Times count back from one moment, so that the story keeps
// its order.
func (s script) past(sb *Sandbox, c *Customer, now time.Time) {
	p := &performance{sb: sb, c: c, then: At}
	for i, line := range s {
		p.perform(i, line, now.Add(-line.when))
	}
}

// before plays a script as a visit long ago, of which nothing is reported: it ended at a time before the number was
// linked. Reactions, edits, failures and the like are left out: the phone hands on messages alone.
func (s script) before(sb *Sandbox, c *Customer, end time.Time) {
	p := &performance{sb: sb, c: c, then: Before}
	first := s[0].when
	for i, line := range s {
		switch line.command {
		case "", "quote", "photo", "voice", "pdf", "pin", "sticker", "card":
			at := end.Add(-line.when)
			if s[len(s)-1].when > first { // a script of the present counts forward
				at = end.Add(line.when - s[len(s)-1].when)
			}
			p.perform(i, line, at)
		}
	}
}

// present plays a script from now on. words fills the blanks of each text.
func (s script) present(sb *Sandbox, c *Customer, words *strings.Replacer) {
	p := &performance{sb: sb, c: c}
	for i, line := range s {
		line.text = words.Replace(line.text)
		sb.After(line.when, func() { p.perform(i, line, time.Time{}) })
	}
}
