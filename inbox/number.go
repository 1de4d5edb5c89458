package inbox

import (
	"cmp"
	"context"
	"strings"
	"sync"
	"time"
)

const numberEvery = 10 * time.Minute

// numberCache is what WhatsApp last said of our number.
type numberCache struct {
	mu     sync.Mutex
	number Number
	region string    // of its country
	asked  time.Time // when somebody last began to ask
}

// stale reports whether WhatsApp was last asked longer ago than age, and notes that it is about to be.
func (c *numberCache) stale(age time.Duration) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.asked) < age {
		return false
	}
	c.asked = time.Now()
	return true
}

func (c *numberCache) get() Number {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.number
}

func (c *numberCache) set(n Number) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.number, c.region, c.asked = n, regionOf(n.Display), time.Now()
}

// home is the country of our number, "" while nobody has said which number it is.
func (c *numberCache) home() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.region
}

// fetchNumber asks how the number is. Overrides carry no account webhooks, so it has to be asked (cloud-api 6.4).
func (o *Owner) fetchNumber(ctx context.Context) (Number, error) {
	n, err := o.c.Gateway.Number(ctx, o.c.Line)
	if err != nil {
		return n, err
	}
	o.number.set(n)
	if !n.Date.IsZero() {
		o.learnTime(n.Date.Unix())
	}
	if err := o.checkLink(ctx, n); err != nil {
		o.c.Log.Error("how the number is connected could not be noted", "err", err)
	}
	if n.CanSend == "BLOCKED" {
		o.notices.set(noticeNumber, Tell(noticeNumber, "number-stopped", "why", problems(n)))
	} else {
		o.notices.clear(noticeNumber)
	}
	switch n.Quality { // "" and UNKNOWN tell nothing
	case "RED":
		o.notices.set(noticeQuality, Tell(noticeQuality, "quality-low"))
	case "GREEN", "YELLOW":
		o.notices.clear(noticeQuality)
	}
	return n, nil
}

// problems puts the reasons of a health answer in one line.
func problems(n Number) string {
	var all []string
	for _, p := range n.Problems {
		text := p.Title
		if p.Hint != "" {
			text += " (" + p.Hint + ")"
		}
		all = append(all, text)
	}
	if len(all) == 0 {
		return "no reason was given"
	}
	return strings.Join(all, "; ")
}

// numberOff is how often the number is asked while it is not connected, or may not be.
const numberOff = time.Minute

func (o *Owner) refreshNumber(ctx context.Context) error {
	for {
		turned := o.link.turned() // before asking
		_, err := o.fetchNumber(ctx)
		if err != nil && ctx.Err() == nil {
			o.c.Log.Warn("the number could not be asked for", "err", err)
		}
		wait := numberEvery
		if l := o.link.get(); l.State == LinkUnsure || l.State == LinkPaused {
			wait = numberOff
		}
		if sleepUntil(ctx, wait, turned) != nil { // when WhatsApp told something of the connection: ask whether it is so
			return nil
		}
	}
}

// linkCache is how the number was connected at the last look, and rings when that changes.
type linkCache struct {
	mu   sync.Mutex
	link Link
	bell bell
}

func (c *linkCache) get() Link {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.link
}

func (c *linkCache) turned() <-chan struct{} { return c.bell.next() }

func (c *linkCache) set(l Link) {
	c.mu.Lock()
	changed := c.link.State != l.State && c.link.State != ""
	c.link = l
	c.mu.Unlock()
	if changed {
		c.bell.ring()
	}
}

// checkLink keeps what the number answered when that is not how the account's events have it.
func (o *Owner) checkLink(ctx context.Context, n Number) error {
	s, err := o.standing()
	if err != nil {
		return err
	}
	connected, tells := n.linked(s.link.Off())
	now := o.clock.now()
	after := now.Sub(s.link.Since)
	switch {
	case !tells:
		return nil
	case s.link.State == LinkUp && connected, s.link.Over() && !connected, s.link.State == LinkPaused && !connected:
		return nil // as it is known
	case after < answerAfter && s.link.State != LinkUnsure, after < answerOffline && s.link.State == LinkPaused, after < answerAfter && connected:
		return nil // it may be older than what it is about
	}
	return o.note(ctx, LinkChecked{Line: o.c.Line, Connected: connected, Word: cmp.Or(n.Status, n.Platform), At: now})
}

// learnTime takes the date of a response and warns when the local clock is far off.
func (o *Owner) learnTime(date int64) {
	if date <= 0 {
		return
	}
	o.clock.learn(date)
	offset := o.clock.fix()
	if offset.Abs() <= clockWarning {
		o.notices.clear(noticeClock)
		return
	}
	by := offset.Abs().Round(time.Minute).String()
	if offset < 0 {
		o.notices.set(noticeClock, Tell(noticeClock, "clock-ahead", "time", by))
	} else {
		o.notices.set(noticeClock, Tell(noticeClock, "clock-behind", "time", by))
	}
}
