package cli

import (
	"os"
	"runtime/debug"
)

// heapAim is what the memory of an owner should keep to, in bytes, when it has much to do, such as the import of a
// history: beyond it garbage is collected more often.
const heapAim = 176 << 20

// collectLess lets the heap triple before it is collected, unless GOGC says otherwise. The heap of an owner is a few
// megabytes of long-lived data under a stream of short-lived ones; collecting at every doubling costs a flood of webhooks
// a fifth of its rate, and this costs some ten megabytes. Near heapAim it is collected earlier, unless GOMEMLIMIT says
// otherwise.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(heapAim)
	}
}
