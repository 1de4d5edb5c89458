package inbox

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// wall is a wall clock that can be set apart from elapsed time.
type wall struct{ off atomic.Int64 }

func (w *wall) now() time.Time { return time.Now().Add(time.Duration(w.off.Load())).Round(0) }

func (w *wall) jump(d time.Duration) { w.off.Add(int64(d)) }

func TestCorrectedClock(t *testing.T) {
	tests := []struct {
		name string
		do   func(w *wall, c *serverClock)
		want time.Duration // against elapsed time
	}{
		{"as the wall says", func(*wall, *serverClock) {}, 0},
		{"a machine that slept", func(w *wall, _ *serverClock) { w.jump(3 * time.Hour) }, 3 * time.Hour},
		{"a clock that jumps back", func(w *wall, _ *serverClock) { w.jump(-3 * time.Hour) }, 0},
		{"a clock a year ahead, after a response", func(w *wall, c *serverClock) {
			w.jump(365 * 24 * time.Hour)
			c.learn(time.Now().Unix())
		}, 0},
		{"a clock an hour behind, after a response", func(w *wall, c *serverClock) {
			c.learn(time.Now().Add(time.Hour).Unix())
		}, time.Hour},
		{"a second apart is the same", func(_ *wall, c *serverClock) { c.learn(time.Now().Unix() + 1) }, 0},
		{"no date says nothing", func(_ *wall, c *serverClock) { c.learn(0) }, 0},
		{"back after a response", func(w *wall, c *serverClock) {
			c.learn(time.Now().Add(time.Hour).Unix())
			w.jump(-5 * time.Hour)
		}, time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &wall{}
				c := newServerClock(w.now)
				tt.do(w, c)
				time.Sleep(10 * time.Minute)
				if got := time.Until(c.now()); got.Round(time.Second) != tt.want {
					t.Errorf("the clock is %v off, want %v", got, tt.want)
				}
			})
		})
	}
}
