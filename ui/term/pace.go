package term

import "time"

// How soon a frame may follow another. What a key did is shown at once, what
// comes after a pause nearly so. A flood of messages costs a frame for each
// floodGap, not one for each message: nobody reads faster, and over SSH every
// frame is some kilobytes.
const (
	keyGap   = 2 * time.Millisecond
	frameGap = 6 * time.Millisecond
	floodGap = 40 * time.Millisecond

	inHand = 5 // frames that may follow at frameGap before floodGap holds
)

// pace says when the next frame may be made. A frame in hand comes back every
// floodGap; a frame for a key is made without one.
type pace struct {
	keyed bool      // a key came since the last frame
	drawn time.Time // when the last frame was made
	spent time.Time // when all frames are in hand again
}

// wait is how long to wait for the next frame.
func (p *pace) wait(now time.Time) time.Duration {
	gap := now.Sub(p.drawn)
	if p.keyed {
		return keyGap - gap
	}
	return max(frameGap-gap, p.spent.Add(-(inHand-1)*floodGap).Sub(now))
}

// drew notes a frame.
func (p *pace) drew(now time.Time) {
	if p.spent.Before(now) {
		p.spent = now
	}
	p.spent = p.spent.Add(floodGap)
	if most := now.Add(inHand * floodGap); p.spent.After(most) { // frames for keys borrow nothing
		p.spent = most
	}
	p.keyed, p.drawn = false, now
}
