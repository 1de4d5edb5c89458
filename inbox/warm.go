package inbox

import (
	"context"
	"runtime"
	"time"
)

// searchesAtOnce is how many searches run at a time: each keeps two goroutines busy, and webhooks want their share.
const searchesAtOnce = 2

// What warming the blocks of search may take: a search of a million messages that lie cold on the disk takes seconds.
const (
	warmAfter = 2 * time.Second  // the first screen needs the disk before
	warmSlice = 64               // blocks in one transaction
	warmRest  = time.Millisecond // between two of them
	warmMost  = 1 << 30          // bytes in all
	pageSize  = 4096
)

// warmSearch reads the blocks once, the newest first, so that the system has them in its memory when somebody searches.
func (o *Owner) warmSearch(ctx context.Context) error {
	if sleep(ctx, warmAfter) != nil {
		return nil
	}
	before, left := []byte(nil), warmMost
	for more := true; more && left > 0; {
		err := o.c.Views.View(func(tx ReadTx) error {
			before, more = warmBlocks(tx, before, &left)
			return nil
		})
		if err != nil || sleep(ctx, warmRest) != nil {
			return nil // whoever searches will hear of it
		}
	}
	return nil
}

// warmBlocks touches every page of some blocks that reach no further than before, and says where to go on.
func warmBlocks(tx ReadTx, before []byte, left *int) (next []byte, more bool) {
	n := 0
	tx.Descend(foldedTimes, before, func(k, _ []byte) bool {
		if n++; n > warmSlice || len(k) != 16 {
			more = n > warmSlice
			return false
		}
		next = append(next[:0], k...)
		b := tx.Get(foldedBucket, k[8:])
		*left -= len(b)
		touch(b)
		return *left > 0
	})
	return next, more && *left > 0
}

// touch reads a byte of every page.
func touch(b []byte) {
	var sum byte
	for i := 0; i < len(b); i += pageSize {
		sum += b[i]
	}
	runtime.KeepAlive(sum) // or nobody would read anything
}
