package sandbox

import "time"

// bucket is a token bucket in sandbox time. The zero value is full.
type bucket struct {
	used float64 // tokens missing from a full bucket
	last time.Duration
}

// take draws one token from a bucket of so many that fills at rate tokens a second.
func (b *bucket) take(now time.Duration, size, rate float64) bool {
	b.used = max(0, b.used-(now-b.last).Seconds()*rate)
	b.last = now
	if b.used+1 > size {
		return false
	}
	b.used++
	return true
}

// throttled checks the ceilings of the number and of the pair (throughput page). The caller holds mu.
func (sb *Sandbox) throttled(pair *bucket) *graphError {
	l, now := sb.cfg.Limits, sb.clock.elapsed()
	if l.PerSecond > 0 && !sb.rate.take(now, max(1, l.PerSecond), l.PerSecond) {
		return fail(130429, "")
	}
	if pair != nil && l.PairBurst > 0 && l.PairEvery > 0 && !pair.take(now, float64(l.PairBurst), 1/l.PairEvery.Seconds()) {
		return fail(131056, "")
	}
	return nil
}
