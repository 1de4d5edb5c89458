package inbox

import (
	"math/rand/v2"
	"time"
)

// The waits of merge-rules 7.3.
const (
	backoffFirst = time.Second
	backoffMost  = time.Minute
	throttleMost = 10 * time.Minute
)

// backoff is how long to wait after n (1, 2, ...) tries in a row that proved not accepted: full jitter under a ceiling
// that doubles from one second to a minute. random gives a number in [0,1).
func backoff(n int, random func() float64) time.Duration {
	ceiling := backoffMost
	if n < 7 { // 1 s << 6 is over a minute
		ceiling = min(backoffMost, backoffFirst<<max(n-1, 0))
	}
	return time.Duration(random() * float64(ceiling))
}

// pairBackoff is the wait for one customer after n (1, 2, ...) refusals with 131056 in a row: 4^(n-1) seconds, at most
// ten minutes (cloud-api 9.1).
func pairBackoff(n int) time.Duration {
	wait := time.Second
	for range n - 1 {
		if wait *= 4; wait >= throttleMost {
			return throttleMost
		}
	}
	return wait
}

// throttleBackoff is the wait of the whole number: what WhatsApp asked for, at most ten minutes, else backoff.
func throttleBackoff(asked time.Duration, n int, random func() float64) time.Duration {
	if asked > 0 {
		return min(asked, throttleMost)
	}
	return backoff(n, random)
}

// retryWait says how long to wait after an outcome of an attempt, the n-th in a row of its kind. It is zero for results
// that are not tried again by themselves.
func retryWait(out Outcome, n int, random func() float64) time.Duration {
	switch out.Result {
	case ResultNotSent, ResultNotUploaded:
		return backoff(n, random)
	case ResultThrottled:
		return throttleBackoff(out.RetryAfter, n, random)
	case ResultThrottledThread:
		return min(max(pairBackoff(n), out.RetryAfter), throttleMost)
	}
	return 0
}

var jitter = rand.Float64
