package inbox

import (
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	most := func() float64 { return 0.999999 }
	for _, tt := range []struct {
		n    int
		want time.Duration
	}{{1, time.Second}, {2, 2 * time.Second}, {4, 8 * time.Second}, {6, 32 * time.Second}, {7, time.Minute}, {1000, time.Minute}} {
		if got := backoff(tt.n, most); got > tt.want || got < tt.want*99/100 {
			t.Errorf("after %d tries at most %v, want %v", tt.n, got, tt.want)
		}
		if got := backoff(tt.n, func() float64 { return 0 }); got != 0 {
			t.Errorf("full jitter begins at nothing, not %v", got)
		}
	}
}

func TestRetryWait(t *testing.T) {
	half := func() float64 { return 0.5 }
	tests := []struct {
		name string
		out  Outcome
		n    int
		want time.Duration
	}{
		{"not sent", Outcome{Result: ResultNotSent}, 3, 2 * time.Second},
		{"throttled, told how long", Outcome{Result: ResultThrottled, RetryAfter: 7 * time.Second}, 5, 7 * time.Second},
		{"throttled, told an hour", Outcome{Result: ResultThrottled, RetryAfter: time.Hour}, 1, 10 * time.Minute},
		{"throttled, told nothing", Outcome{Result: ResultThrottled}, 2, time.Second},
		{"one customer, first", Outcome{Result: ResultThrottledThread}, 1, time.Second},
		{"one customer, second", Outcome{Result: ResultThrottledThread}, 2, 4 * time.Second},
		{"one customer, third", Outcome{Result: ResultThrottledThread}, 3, 16 * time.Second},
		{"one customer, for ever", Outcome{Result: ResultThrottledThread}, 60, 10 * time.Minute},
		{"unknown is never tried again", Outcome{Result: ResultUnknown, RetryAfter: time.Second}, 1, 0},
		{"refused", Outcome{Result: ResultRejected}, 1, 0},
	}
	for _, tt := range tests {
		if got := retryWait(tt.out, tt.n, half); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
