package inbox

import (
	"errors"
	"sync/atomic"
	"time"
)

var errKilled = errors.New("the process is dead")

// killed is a process that dies in the middle: from then on it writes nothing, and WhatsApp hears nothing of it.
type killed struct {
	s    *shop
	dead atomic.Bool
}

// killOn lets the running process die at a commit: before it, or just after it.
func (s *shop) killOn(when func(s *shop, kind string) (before, after bool)) *killed {
	k := &killed{s: s}
	hit := func(b Batch, late bool) error {
		if k.dead.Load() {
			return errKilled
		}
		for _, e := range b.Entries {
			before, after := when(s, e.Kind)
			if before && !late || after && late {
				k.dead.Store(true)
				return errKilled
			}
		}
		return nil
	}
	s.journal.failing(func(b Batch) error { return hit(b, false) }, func(b Batch) error { return hit(b, true) })
	return k
}

// bury ends what is left of the process and starts a new one on what is on disk. The dead one's last words reach
// nothing.
func (k *killed) bury() {
	k.dead.Store(true)
	k.s.stop()
	k.s.journal.failing(nil, nil)
	k.s.open()
	time.Sleep(time.Second)
}
