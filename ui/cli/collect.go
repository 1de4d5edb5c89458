package cli

import (
	"os"
	"runtime/debug"
)

// collectLess lets the heap triple before it is collected, unless GOGC says otherwise. The heap of an owner is a few
// megabytes of long-lived data under a stream of short-lived ones; collecting at every doubling costs a flood of webhooks
// a fifth of its rate, and this costs some ten megabytes.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200)
	}
}
