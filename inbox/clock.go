package inbox

import (
	"sync"
	"time"
)

// clockWarning is from when on the difference between the local clock and WhatsApp's is worth a notice.
const clockWarning = 60 * time.Second

// serverClock is the corrected clock (merge-rules 6): the local one plus the offset learned from response dates. It
// believes the local clock when that jumps ahead, because a machine that slept looks just like that, and does not
// follow it when it jumps back: from then on it counts elapsed time. Waits do not use it; they use timers.
type serverClock struct {
	local Clock

	mu     sync.Mutex
	offset time.Duration // WhatsApp's time minus the local one
	anchor time.Time     // a time that was right ...
	since  time.Time     // ... when the monotonic clock read this
}

func newServerClock(local Clock) *serverClock {
	return &serverClock{local: local, anchor: local(), since: time.Now()}
}

// now is the best guess of WhatsApp's time.
func (c *serverClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.local().Add(c.offset)
	if floor := c.anchor.Add(time.Since(c.since)); now.Before(floor) {
		now = floor
	}
	return now.Round(0) // without its monotonic reading: two of them are compared as what a wall says
}

// notBefore says that this time has been already. A machine may wake with a clock that is far behind; what it stamped
// then would make WhatsApp's own times look like times to come, and those are left out for good.
func (c *serverClock) notBefore(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.anchor) {
		c.anchor, c.since = t, time.Now()
	}
}

// learn takes the date of a response, in Unix seconds; 0 is none. Dates are whole seconds and have travelled, so less
// than two seconds apart is taken for the same.
func (c *serverClock) learn(date int64) {
	if date <= 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	local := c.local()
	offset := time.Unix(date, 0).Sub(local)
	if offset.Abs() < 2*time.Second {
		offset = 0
	}
	c.offset = offset
	c.anchor, c.since = local.Add(offset), time.Now()
}

// fix is what to add to the local time.
func (c *serverClock) fix() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.offset
}
