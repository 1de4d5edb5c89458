package inbox

import (
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
	if n.CanSend == "BLOCKED" {
		o.notices.set(noticeNumber, Tell(noticeNumber, "number-stopped", "why", problems(n)))
	} else {
		o.notices.clear(noticeNumber)
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

func (o *Owner) refreshNumber(ctx context.Context) error {
	for {
		if _, err := o.fetchNumber(ctx); err != nil && ctx.Err() == nil {
			o.c.Log.Warn("the number could not be asked for", "err", err)
		}
		if sleep(ctx, numberEvery) != nil {
			return nil
		}
	}
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
