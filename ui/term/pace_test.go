package term

import (
	"testing"
	"time"
)

// drawnIn counts the frames of a stretch of time in which there is always something to draw, a key pressed every so often
// (0: never), and gives the longest that a key waited for its frame.
func drawnIn(length, keys time.Duration) (frames int, slowest time.Duration) {
	var p pace
	begin := time.Unix(1790000000, 0)
	var pressed time.Time
	for now := begin; now.Before(begin.Add(length)); now = now.Add(time.Millisecond) {
		if keys > 0 && now.Sub(begin)%keys == 0 {
			p.keyed, pressed = true, now
		}
		if p.wait(now) > 0 {
			continue
		}
		if p.keyed {
			slowest = max(slowest, now.Sub(pressed))
		}
		p.drew(now)
		frames++
	}
	return frames, slowest
}

func TestPace(t *testing.T) {
	for name, c := range map[string]struct {
		length, keys time.Duration
		least, most  int
	}{
		"a few together are shown at once": {25 * time.Millisecond, 0, 4, 5},
		"a flood of five seconds":          {5 * time.Second, 0, 100, 30 * 5},
		"a flood and a fast typist":        {5 * time.Second, 100 * time.Millisecond, 100, 35 * 5},
	} {
		frames, slowest := drawnIn(c.length, c.keys)
		if frames < c.least || frames > c.most || slowest > keyGap {
			t.Errorf("%s: %d frames, a key waited %s", name, frames, slowest)
		}
	}
}

// TestPaceAfterAPause: what comes after a pause is shown at once, however many frames there were before.
func TestPaceAfterAPause(t *testing.T) {
	var p pace
	now := time.Unix(1790000000, 0)
	for range 1000 {
		now = now.Add(max(0, p.wait(now)))
		p.drew(now)
	}
	if p.wait(now.Add(time.Millisecond)) < floodGap/2 {
		t.Error("a flood is not held back")
	}
	now = now.Add(floodGap)
	if wait := p.wait(now); wait > 0 {
		t.Errorf("after a pause it waits %s", wait)
	}
}
