package sandbox

import (
	"strings"
	"time"
)

// FirstHour is a shop's first hour with the number linked, played in a minute and a half: the same guests as of [Hotel],
// who have written to the phone for half a year and of whom nothing is known until the contacts and the history are asked
// for. They come in batches and in three phases, some chunks twice, files behind their placeholders, while guests go on
// writing. 75 s after the start the phone is changed, and 12 s later it is connected again. declined is a shop that
// shares no history.
func FirstHour(declined bool) Scene { return firstHour{declined} }

type firstHour struct{ declined bool }

// Name is "link" or "link-declined".
func (s firstHour) Name() string {
	if s.declined {
		return "link-declined"
	}
	return "link"
}

const (
	phoneChanged   = 75 * time.Second
	phoneConnected = phoneChanged + 12*time.Second
	visits         = 8 // of each guest before the number was linked
)

// Play fills the phone and schedules the rest.
func (s firstHour) Play(sb *Sandbox) {
	for _, t := range hotelTemplates() {
		if _, err := sb.AddTemplate(t); err != nil {
			sb.log.Error("template left out", "error", err.Error())
		}
	}
	phone, now, r := sb.Phone().Ticks(true), sb.Now(), sb.Rand("visits")
	sb.Link(now)
	phone.Archive(Archive{Declined: s.declined, Chunk: 40, Every: 900 * time.Millisecond, Double: 4, MediaAfter: 500 * time.Millisecond, Contacts: 6})
	for i, g := range cast {
		c := enter(sb, g)
		if g.book != "" {
			phone.Remember(c, g.book)
		}
		if g.fails == 0 {
			mustScript(g.story).before(sb, c, now.Add(-time.Minute))
		}
		spoken := scenes[g.language]
		for visit := range visits { // more of them lately, the first nearly half a year ago
			days := 2 + 170*(visit+1)*(visit+1)/(visits*visits) - r.IntN(2)
			story := mustScript(strings.NewReplacer("{room}", "118", "{hour}", "9", "{n}", "2").Replace(spoken[(visit+i)%len(spoken)]))
			story.before(sb, c, now.AddDate(0, 0, -days).Add(-time.Duration(r.IntN(600))*time.Minute))
		}
	}
	live := &liveDesk{sb: sb, rand: sb.Rand("hotel"), told: map[string]int{}}
	sb.After(4*time.Second, live.next)
	sb.After(phoneChanged, phone.Offboard)
	sb.After(phoneConnected, phone.Reconnect)
}
